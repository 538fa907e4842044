"""How quickly a served city answers, by the load tool wrk: clicks, isochrones, tiles, matrices; isochrones beside Valhalla on the same
extract and machine, in one run.

Usage: serve.py LIFECIRCLE CITY.city [--valhalla DIRECTORY_OF_PROGRAMS EXTRACT.osm.pbf]
"""

import argparse
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pyarrow.parquet
import shapely

PORT, PEER_PORT = 8719, 8720
LUA = """
local lines = {}
for line in io.lines(os.getenv("ADDRESSES")) do lines[#lines + 1] = line end
local at = 0
request = function() at = at % #lines + 1; return wrk.format("GET", lines[at]) end
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %f %f %f %f %d\\n", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, latency:percentile(99) / 1e3, errors.status + errors.connect + errors.read + errors.timeout))
end
"""


def load(port, addresses, scratch, connections, seconds=6):
    """Requests a second, and milliseconds at the median, 95 and 99 per cent."""
    (scratch / "addresses").write_text("\n".join(addresses) + "\n")
    (scratch / "load.lua").write_text(LUA)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(scratch / "load.lua"), f"http://127.0.0.1:{port}"]
    done = subprocess.run(command, capture_output=True, text=True, env={"ADDRESSES": str(scratch / "addresses"), "PATH": "/usr/bin:/bin"})
    rate, median, p95, p99, errors = map(float, re.search(r"RESULT (.*)", done.stdout)[1].split())
    return rate, median, p95, p99, int(errors)


def one_by_one(port, addresses):
    """Milliseconds of each, asked one after another over one connection, as a single user would."""
    import http.client
    connection, times = http.client.HTTPConnection("127.0.0.1", port), []
    for address in addresses:
        began = time.perf_counter()
        connection.request("GET", address)
        body = connection.getresponse()
        body.read()
        times.append((time.perf_counter() - began) * 1000)
    return times


def wait(port, path):
    for _ in range(300):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).read()
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not start")


def row(what, result):
    rate, median, p95, p99, errors = result
    print(f"| {what} | {rate:,.0f} | {median:.2f} | {p95:.2f} | {p99:.2f} | {errors} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lifecircle")
    parser.add_argument("city", type=Path)
    parser.add_argument("--valhalla", nargs=2, type=Path)
    options = parser.parse_args()
    random.seed(1)
    homes = pyarrow.parquet.read_table(options.city / "homes.parquet", columns=["geometry"])
    points = [shapely.from_wkb(wkb.as_py()) for wkb in random.choices(homes["geometry"], k=2000)]
    city = options.city.name.removesuffix(".city")
    with tempfile.TemporaryDirectory() as directory:
        scratch = Path(directory)
        serve = [options.lifecircle, "serve", str(options.city), "--port", str(PORT), "--keep-in", directory]
        server = subprocess.Popen(serve, stderr=subprocess.DEVNULL)
        try:
            measure(city, points, scratch)
            if options.valhalla:
                beside_valhalla(city, points, scratch, *options.valhalla)
        finally:
            server.terminate()


def measure(city, points, scratch):
    root = f"/api/v1/cities/{urllib.parse.quote(city)}"
    began = time.perf_counter()
    wait(PORT, f"{root}/summary?brief=true")
    print(f"from start to the first summary: {time.perf_counter() - began:.2f} s\n")
    print("| what | a second | median ms | 95 % | 99 % | errors |\n|---|---|---|---|---|---|")
    wait(PORT, f"{root}/circle?lon={points[0].x}&lat={points[0].y}")
    clicks = [f"{root}/circle?lon={p.x:.6f}&lat={p.y:.6f}" for p in points]
    areas = [f"{root}/isochrones?lon={p.x:.6f}&lat={p.y:.6f}&minutes=5,10,15" for p in points]
    for connections in (1, 8):
        row(f"life circle, {connections} at once", load(PORT, clicks, scratch, connections))
        row(f"isochrone 5/10/15, {connections} at once", load(PORT, areas, scratch, connections))
    import mercantile
    for name in ("base", "people", "facilities", "communities"):
        cold, addresses = [], []
        for zoom in (11, 12, 13, 14, 15):
            tiles = {mercantile.tile(p.x, p.y, zoom) for p in points}
            addresses += [f"{root}/tiles/{name}/{t.z}/{t.x}/{t.y}" for t in sorted(tiles)[:100]]
        # What is made once for all tiles of a zoom is made before.
        one_by_one(PORT, [f"{root}/tiles/{name}/{z}/0/0" for z in range(16)])
        cold = one_by_one(PORT, addresses)
        print(f"| tiles {name}, cold | | {statistics.median(cold):.2f} | {statistics.quantiles(cold, n=20)[18]:.2f} | {max(cold):.2f} (most) | |")
        row(f"tiles {name}, warm, 8 at once", load(PORT, addresses, scratch, 8, 3))
        warm = load(PORT, addresses, scratch, 1, 3)
        row(f"tiles {name}, warm, 1 at once", warm)
    body = json.dumps({"origins": [[p.x, p.y] for p in points[:1000]], "destinations": [[p.x, p.y] for p in points[1000:2000]]})
    times = []
    for _ in range(7):
        began = time.perf_counter()
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}{root}/matrix", body.encode(), {"Content-Type": "application/json"})
        urllib.request.urlopen(request).read()
        times.append((time.perf_counter() - began) * 1000)
    print(f"| matrix 1,000 × 1,000 | | {statistics.median(times):.0f} | | {max(times):.0f} (most) | |\n")


def beside_valhalla(city, points, scratch, programs, extract):
    # Valhalla's own defaults, but for where its tiles and sockets lie.
    package = programs.parent
    code = "import json, valhalla_build_config as c; print(json.dumps(c.config, default=lambda _: None))"
    told = subprocess.run([sys.executable, "-c", code], cwd=package, capture_output=True, text=True, check=True).stdout
    keep = lambda value: {k: keep(v) for k, v in value.items() if v is not None} if isinstance(value, dict) else value
    settings = keep(json.loads(told))
    settings["mjolnir"] = {k: v for k, v in settings["mjolnir"].items() if k not in ("tile_extract", "traffic_extract", "admin", "timezone")}
    settings["mjolnir"].update(tile_dir=str(scratch / "tiles"), concurrency=2)
    for part in ("loki", "thor", "odin"):
        settings[part]["service"]["proxy"] = f"ipc://{scratch}/{part}"
    settings["httpd"]["service"].update(listen=f"tcp://127.0.0.1:{PEER_PORT}", loopback=f"ipc://{scratch}/loopback", interrupt=f"ipc://{scratch}/interrupt")
    config = scratch / "valhalla.json"
    config.write_text(json.dumps(settings))
    subprocess.run([programs / "valhalla_build_tiles", "-c", config, extract], check=True, capture_output=True)
    peer = subprocess.Popen([programs / "valhalla_service", config, "2"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait(PEER_PORT, "/status")
        question = lambda p: json.dumps({"locations": [{"lon": p.x, "lat": p.y}], "costing": "pedestrian", "polygons": True,
                                         "contours": [{"time": 5}, {"time": 10}, {"time": 15}]})
        theirs = [f"/isochrone?json={urllib.parse.quote(question(p))}" for p in points]
        ours = [f"/api/v1/cities/{urllib.parse.quote(city)}/isochrones?lon={p.x:.6f}&lat={p.y:.6f}&minutes=5,10,15" for p in points]
        print("| isochrones 5/10/15 as polygons, in turns | a second | median ms | 95 % | 99 % | errors |\n|---|---|---|---|---|---|")
        for connections in (1, 4):
            for name, port, addresses in (("lifecircle", PORT, ours), ("Valhalla", PEER_PORT, theirs)):
                row(f"{name}, {connections} at once", load(port, addresses, scratch, connections))
    finally:
        peer.terminate()


main()

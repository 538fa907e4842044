"""How quickly a served desk answers, by the load tool wrk: new requests a second, each on the disk before it is acknowledged, and the lists,
maps and rates that those at work look at, beside many requests that are there.

Usage: desk.py LIFECIRCLE CITY.city DIRECTORY [SECONDS]    the desk lies in DIRECTORY/desk/demo; made by the example `load`

With LIFECIRCLE_TEST_DATABASE in the environment (tests/with_postgres.sh) it is kept there.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PORT = 8721
ROOT = f"http://127.0.0.1:{PORT}"
DESK = "/api/v1/cities/demo/desk"
ASK = """
local number = 0
local categories = { "heating", "estate", "waste", "other", "water", "bus", "health" }
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  number = number + 1
  local at = string.format('{"lon": %.4f, "lat": %.4f}', 106.8 + number % 97 * 1e-3, 39.6 + number % 91 * 1e-3)
  local body = string.format('{"category": "%s", "at": %s, "place": "%d 号楼", "words": "第 %d 件：楼道灯坏了，已经两周没有人修", "contact": "13900000000"}',
    categories[number % #categories + 1], at, number % 100, number)
  return wrk.format(nil, nil, nil, body)
end
"""
DONE = """
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %f %f %f %f %d\\n", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, latency.max / 1e3, errors.status + errors.connect + errors.read + errors.timeout))
end
"""


def load(scratch, address, connections, seconds, script=""):
    """Tells requests a second, and milliseconds at the median, at 95 per cent and at most."""
    (scratch / "load.lua").write_text(script + DONE)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout=20s", "-s", str(scratch / "load.lua"), ROOT + address]
    done = subprocess.run(command, capture_output=True, text=True)
    rate, median, p95, most, errors = map(float, re.search(r"RESULT (.*)", done.stdout)[1].split())
    return f"{rate:.0f} a second; median {median:.1f} ms, 95 % within {p95:.1f} ms, at most {most:.1f} ms; {errors:.0f} errors"


def send(method, address, body, **headers):
    asked = urllib.request.Request(ROOT + address, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}, method=method)
    return urllib.request.urlopen(asked)


def one_by_one(address, cookie, times=100):
    took = []
    for _ in range(times):
        began = time.perf_counter()
        asked = urllib.request.Request(ROOT + address, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        urllib.request.urlopen(asked).read()
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return f"median {took[times // 2]:.1f} ms, 95 % within {took[int(times * 0.95) - 1]:.1f} ms, at most {took[-1]:.1f} ms"


def main():
    program, city, directory = sys.argv[1:4]
    seconds = int(sys.argv[4]) if len(sys.argv) > 4 else 60
    database = os.environ.get("LIFECIRCLE_TEST_DATABASE")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        told = open(scratch / "told", "w+")
        kept = ["--database", database] if database else []
        server = subprocess.Popen([program, "serve", city, "--desk", "--keep-in", directory, "--port", str(PORT), *kept], stderr=told)
        try:
            for _ in range(300):
                time.sleep(0.1)
                try:
                    urllib.request.urlopen(ROOT + "/healthz")
                    break
                except OSError:
                    pass
            token = re.search(r"#token=(\w+)", Path(told.name).read_text())[1]
            person = {"name": "load", "shown": "load", "role": "supervisor", "unit": None, "password": "correct horse battery"}
            send("PUT", DESK + "/people", person, Authorization=f"Bearer {token}")
            signed = send("POST", DESK + "/session", {"name": person["name"], "password": person["password"]})
            cookie = signed.headers["Set-Cookie"].split(";")[0]
            print("new requests, 32 clients:", load(scratch, DESK + "/requests", 32, seconds, ASK), flush=True)
            views = {
                "open, soonest first": "/requests?open=true&limit=100",
                "overdue": "/requests?overdue=true&limit=100",
                "finished, newest first": "/requests?open=false&order=newest&limit=100",
                "open of a category": "/requests?open=true&category=waste&limit=100",
                "a piece of the map": "/requests?open=true&bbox=106.80,39.60,106.82,39.61&limit=100",
                "how many in each state": "/counts",
                "rates by unit": "/measures?by=unit",
                "rates by month": "/measures?by=month",
                "weeks and forecast": "/backlog",
                "a request, whole": "/requests/1",
                "similar near by": "/similar?category=waste&lon=106.81&lat=39.62",
            }
            for name, address in views.items():
                print(f"{name}: {one_by_one(DESK + address, cookie)}", flush=True)
            lists = load(scratch, DESK + views["open, soonest first"], 8, 10, f'wrk.headers["Cookie"] = "{cookie}"\n')
            print("the list, 8 clients at once:", lists, flush=True)
        finally:
            server.terminate()
            server.wait(timeout=30)


main()

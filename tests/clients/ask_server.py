"""Clients that nobody here wrote ask a server of the demo city, unchanged: openrouteservice-py, routingpy, GDAL through pyogrio,
GeoPandas, three and georeport (Open311); and schemathesis asks whatever the OpenAPI document allows. Random places of any kind get an answer or a clear error.

Usage: ask_server.py PROGRAM
"""

import itertools
import json
import math
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import geopandas
import openrouteservice
import pyogrio
import requests
import routingpy
from shapely.geometry import Point, Polygon, shape

# three was written for Python 2, where filter made lists and this made none; it is used as it is.
itertools.ifilter = filter
from georeport import GeoReport
from three import Three

PORT = 8717
ROOT = f"http://127.0.0.1:{PORT}"
# In the middle of the demo city.
HOME, OTHER = [106.803, 39.61], [106.81, 39.615]


def check(is_so, what):
    if not is_so:
        sys.exit(f"FAILED: {what}")
    print(f"ok: {what}")


def ors():
    client = openrouteservice.Client(base_url=f"{ROOT}/ors")
    areas = client.isochrones([HOME], profile="foot-walking", range=[300, 600, 900], attributes=["area"])
    sizes = [feature["properties"]["area"] for feature in areas["features"]]
    check(sizes == sorted(sizes) and sizes[0] > 10_000, "openrouteservice-py: isochrones grow with their ranges")
    check(shape(areas["features"][0]["geometry"]).covers(Point(HOME)), "openrouteservice-py: the start lies in its area")
    own = requests.get(f"{ROOT}/api/v1/cities/demo/isochrones", params={"lon": HOME[0], "lat": HOME[1], "minutes": "5,10,15"}).json()
    # The API gives the longest first, and all parts.
    largest = max(shape(own["features"][2]["geometry"]).geoms, key=lambda part: part.area)
    check(largest.equals(shape(areas["features"][0]["geometry"])), "openrouteservice-py: the same area as the API's own")
    way = client.directions([HOME, OTHER], profile="foot-walking", format="geojson")
    summary = way["features"][0]["properties"]["summary"]
    check(500 < summary["distance"] < 3000 and summary["duration"] > 300, "openrouteservice-py: a way as GeoJSON")
    encoded = client.directions([HOME, OTHER], profile="foot-walking")["routes"][0]
    line = openrouteservice.convert.decode_polyline(encoded["geometry"])["coordinates"]
    plain = way["features"][0]["geometry"]["coordinates"]
    check(len(line) == len(plain) and math.dist(line[-1], plain[-1]) < 2e-5, "openrouteservice-py: the same way as a polyline")
    table = client.distance_matrix([HOME, OTHER], profile="foot-walking", metrics=["duration", "distance"], units="m")
    check(abs(table["durations"][0][1] - summary["duration"]) < 0.1, "openrouteservice-py: the matrix has the way's time")
    check(abs(table["distances"][0][1] - summary["distance"]) < 0.1, "openrouteservice-py: and its length")
    try:
        client.directions([[0, 0], [1, 1]], profile="foot-walking")
        sys.exit("FAILED: a way in the sea")
    except openrouteservice.exceptions.ApiError as error:
        check(error.args[0] == 404 and error.args[1]["error"]["code"] == 2010, "openrouteservice-py: its own error for no street")


def routingpy_client():
    client = routingpy.ORS(base_url=f"{ROOT}/ors", api_key="none")
    areas = client.isochrones(HOME, profile="foot-walking", intervals=[300, 900])
    check([area.interval for area in areas] == [300, 900], "routingpy: isochrones")
    way = client.directions([HOME, OTHER], profile="foot-walking")
    check(way.duration > 300 and len(way.geometry) > 5, "routingpy: a way")
    table = client.matrix([HOME, OTHER], profile="foot-walking", metrics=["duration"])
    check(table.durations[0][0] == 0 and abs(table.durations[0][1] - way.duration) <= 1, "routingpy: a matrix")


def ogc():
    source = f"OAPIF:{ROOT}/ogc"
    layers = [name for name, _ in pyogrio.list_layers(source)]
    check(set(layers) == {"demo.homes", "demo.communities", "demo.facilities"}, "GDAL: the layers of a city")
    info = requests.get(f"{ROOT}/api/v1/cities/demo").json()
    homes = pyogrio.read_dataframe(source, layer="demo.homes", columns=["id", "residents", "circles"])
    check(len(homes) == info["homes"], f"GDAL: all {len(homes)} homes, page after page")
    check(abs(homes.residents.sum() - info["residents"]) < 1e-6, "GDAL: all their people")
    communities = geopandas.read_file(source, layer="demo.communities")
    check(len(communities) == info["communities"] and communities.geometry.is_valid.all(), "GeoPandas: communities")
    box = (106.80, 39.60, 106.81, 39.62)
    some = pyogrio.read_dataframe(source, layer="demo.homes", bbox=box)
    inside = homes.cx[box[0] : box[2], box[1] : box[3]]
    check(0 < len(some) == len(inside), "GDAL: the homes in a box")
    one = requests.get(f"{ROOT}/ogc/collections/demo.homes/items/{homes.id[0]}").json()
    check(one["id"] == homes.id[0], "OGC: an item by its id")


def open311():
    root = f"{ROOT}/open311/v2"
    three = Three(root)
    check(three.discovery()["endpoints"][0]["url"] == root, "three: discovery leads to the services")
    codes = {service["service_code"] for service in three.services()}
    check({"heating", "road", "other"} <= codes, f"three: {len(codes)} services")
    posted = three.post("waste", lat=HOME[1], long=HOME[0], address="3 号楼", description="垃圾桶 <满> & 溢出", name="A B", phone="139")
    number = posted[0]["service_request_id"]
    one = three.request(number)[0]
    check(one["status"] == "open" and one["service_code"] == "waste" and one["description"] is None, "three: what was posted is open, and its words are nobody's")
    check(number in {request["service_request_id"] for request in three.requests("waste")}, "three: and stands in the list")
    check(three.token(number)[0]["service_request_id"] == number, "three: a token leads to it")
    for form in ["json", "xml"]:
        client = GeoReport(root, output_format=form)
        services = client.get_service_list()
        check({service["service_code"] for service in services} == codes, f"georeport, {form}: the same services")
        definition = client.get_service_definition("noise")
        check("singlevaluelist" in json.dumps(definition) and "site" in json.dumps(definition), f"georeport, {form}: a service's questions")
        found = client.get_service_requests()
        found = found if isinstance(found, list) else [found]
        check([request["service_request_id"] for request in found] == [number], f"georeport, {form}: the same requests")
    with open(Path(__file__).parents[2] / "docs/images/ask-phone-zh.png", "rb") as photo:
        posted = three.post("other", lat=HOME[1], long=HOME[0], description="with a photo", media=photo)
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", posted[0]["service_notice"]).group()
    tracked = requests.post(f"{ROOT}/api/v1/cities/demo/desk/tracking", json={"code": code}).json()
    check(len(tracked["photos"]) == 1, "three: a photo that was sent as media is there")


def anything():
    """Random points and boxes of any kind."""
    random.seed(1)
    odd = [0, -0.0, 90, -90, 180, -180, 181, 1e300, -1e300, "NaN", "inf", "", "x", 106.8, 39.61, 1e-320]
    session = requests.Session()
    statuses = {}
    for number in range(10_000):
        place = lambda: random.choice(odd) if random.random() < 0.4 else random.uniform(-200, 200)
        near = lambda middle: random.gauss(middle, 0.02)
        lon, lat = (place(), place()) if number % 2 else (near(106.8), near(39.61))
        kind = number % 4
        if kind == 0:
            answer = session.get(f"{ROOT}/api/v1/cities/demo/circle", params={"lon": lon, "lat": lat})
        elif kind == 1:
            answer = session.get(f"{ROOT}/api/v1/cities/demo/isochrones", params={"lon": lon, "lat": lat, "minutes": place()})
        elif kind == 2:
            box = ",".join(str(part) for part in (lon, lat, near(106.8), near(39.61)))
            answer = session.get(f"{ROOT}/api/v1/cities/demo/distribution", params={"bbox": box})
        else:
            body = json.dumps({"locations": [[lon, lat]], "range": [place()]})
            answer = session.post(f"{ROOT}/ors/v2/isochrones/foot-walking", data=body, headers={"Content-Type": "application/json"})
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        if answer.status_code >= 500 or (answer.status_code >= 400 and "json" not in answer.headers["Content-Type"]):
            sys.exit(f"FAILED: {answer.status_code} for {answer.request.url} {answer.request.body}: {answer.text[:200]}")
    check(statuses.get(200, 0) > 2000, f"10,000 random places: {statuses}")


def overload():
    """More heavy questions than can wait get a 503 at once; a moment later all is well."""
    body = {"origins": [[106.80 + i * 1e-5, 39.61] for i in range(1500)], "minutes": 120}
    statuses = []

    def ask():
        statuses.append(requests.post(f"{ROOT}/api/v1/cities/demo/matrix", json=body).status_code)

    threads = [threading.Thread(target=ask) for _ in range(80)]
    [thread.start() for thread in threads]
    time.sleep(0.3)
    began = time.perf_counter()
    click = requests.get(f"{ROOT}/api/v1/cities/demo/circle", params={"lon": HOME[0], "lat": HOME[1]})
    took = time.perf_counter() - began
    [thread.join() for thread in threads]
    check(set(statuses) <= {200, 503} and 503 in statuses, f"too much at once: {statuses.count(200)} answered, {statuses.count(503)} turned away")
    check(click.status_code == 200, f"a click meanwhile was answered in {took * 1000:.0f} ms")
    check(requests.get(f"{ROOT}/readyz").ok, "and then all is well")


def schema(token):
    command = [Path(sys.executable).parent / "schemathesis", "run", f"{ROOT}/api/openapi.json", "--max-examples=40", "--phases=fuzzing",
               "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
               "--request-timeout=30", "-H", f"Authorization: Bearer {token}", "--seed=1", "--no-color"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout[-6000:])
    check(done.returncode == 0, "schemathesis: no 500, and no answer off its schema")


def schema_of_desk(token, scratch):
    """The same as each of those who work at the desk, at a request that is there."""
    desk = f"{ROOT}/api/v1/cities/demo/desk"
    made = requests.post(f"{desk}/requests", json={"category": "heating", "place": "1", "words": "冷", "contact": "1"}).json()
    where = Path(scratch) / "schemathesis.toml"
    where.write_text(f'[parameters]\n"path.city" = "demo"\n"path.number" = {made["number"]}\n')
    for role, unit in [("operator", None), ("handler", "heating_company"), ("supervisor", None), ("administrator", None)]:
        account = {"name": role, "shown": role, "role": role, "unit": unit, "password": "correct horse battery"}
        requests.put(f"{desk}/people", json=account, headers={"Authorization": f"Bearer {token}"}).raise_for_status()
        session = requests.Session()
        session.post(f"{desk}/session", json={"name": role, "password": account["password"]}).raise_for_status()
        cookie = "; ".join(f"{one.name}={one.value}" for one in session.cookies)
        command = [Path(sys.executable).parent / "schemathesis", f"--config-file={where}", "run", f"{ROOT}/api/openapi.json", "--max-examples=15",
                   "--phases=fuzzing", "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
                   "--include-path-regex=/desk", "--exclude-operation-id=sign_out", "--exclude-operation-id=keep_account", "--exclude-operation-id=end_sessions",
                   "--request-timeout=30",
                   "-H", f"Cookie: {cookie}", "--seed=1", "--no-color"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            print(done.stdout[-6000:], done.stderr[-2000:])
        check(done.returncode == 0, f"schemathesis as {role}: no 500, and no answer off its schema")
        # Administrators may have ended their own session on the way.
        still = session.get(f"{desk}/session").json()["role"]
        check(role == "administrator" or still == role, f"who was signed in as {role} still is")


def main():
    program = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([program, "demo", "-o", "demo", "--no-open", "--no-desk"], cwd=scratch, check=True, capture_output=True)
        told = open(Path(scratch) / "told", "w+")
        server = subprocess.Popen([program, "serve", "demo/demo.city", "--port", str(PORT), "--desk"], cwd=scratch, stderr=told)
        try:
            for _ in range(100):
                time.sleep(0.1)
                try:
                    requests.get(f"{ROOT}/healthz")
                    break
                except requests.ConnectionError:
                    pass
            ors()
            routingpy_client()
            ogc()
            open311()
            anything()
            overload()
            token = re.search(r"#token=(\w+)", Path(told.name).read_text())[1]
            schema(token)
            schema_of_desk(token, scratch)
        finally:
            server.terminate()
            check(server.wait(timeout=20) == 0, "the server ends when it is asked to")


main()

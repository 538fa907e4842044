"""How well the estimate of residents agrees with public counts.

    python tools/check_homes.py EXTRACT                    the numbers that the extract's towns tell, by boundary
    python tools/check_homes.py EXTRACT --facts FILE.csv   columns name, population; joined to the extract's boundaries by name
    python tools/check_homes.py EXTRACT --cells FILE       points with lon, lat, population (CSV), by square; or cells (GeoPackage)

The estimate is made of a copy of the extract without any `population`, so that it knows nothing of what it is held against.
Prints the rank correlation (Spearman), the sum of the estimate beside that of the counts, and the areas that are farthest off.
Needs osmium, numpy, pyarrow and shapely, and the command `lifecircle` (or the one that LIFECIRCLE names).
"""

import argparse
import csv
import os
import pathlib
import sqlite3
import subprocess
import tempfile

import numpy as np
import osmium
import pyarrow.parquet as parquet
import shapely

COMMAND = os.environ.get("LIFECIRCLE", "lifecircle")
SETTLEMENTS = {"city", "town", "village", "hamlet"}


class Copy(osmium.SimpleHandler):
    """Copies an extract without `population`."""

    def __init__(self, writer):
        super().__init__()
        self.writer = writer

    def without(self, thing):
        if "population" not in thing.tags:
            return thing
        return thing.replace(tags=[(tag.k, tag.v) for tag in thing.tags if tag.k != "population"])

    def node(self, node):
        self.writer.add_node(self.without(node))

    def way(self, way):
        self.writer.add_way(self.without(way))

    def relation(self, relation):
        self.writer.add_relation(self.without(relation))


class Places(osmium.SimpleHandler):
    """Boundaries, and settlements that tell their population."""

    def __init__(self):
        super().__init__()
        self.boundaries, self.settlements = [], []
        self.shapes = osmium.geom.WKBFactory()

    def node(self, node):
        if node.tags.get("place") in SETTLEMENTS and "population" in node.tags:
            try:
                count = float(node.tags["population"].replace(",", "").replace(" ", ""))
            except ValueError:
                return
            self.settlements.append((count, shapely.Point(node.location.lon, node.location.lat)))

    def area(self, area):
        if area.tags.get("boundary") != "administrative":
            return
        try:
            shape = shapely.from_wkb(bytes.fromhex(self.shapes.create_multipolygon(area)))
        except RuntimeError:
            return
        level = int(area.tags.get("admin_level", "0"))
        self.boundaries.append((area.tags.get("name", ""), level, shape))


def estimate(extract, directory):
    """Points and residents of the homes that are estimated of an extract without populations."""
    copy = directory / ("copy.osm.pbf")
    writer = osmium.SimpleWriter(str(copy))
    Copy(writer).apply_file(str(extract))
    writer.close()
    city = directory / "copy.city"
    subprocess.run([COMMAND, "import", str(copy), "-o", str(city), "--quiet"], check=True, stdout=subprocess.DEVNULL)
    table = parquet.read_table(city / "homes.parquet", columns=["geometry", "residents"])
    points = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
    return points, table["residents"].to_numpy()


def by_boundary(places, facts):
    """Names, shapes and counts of boundaries: those of a file, or the sum of the settlements within them."""
    named = {}
    for name, level, shape in sorted(places.boundaries, key=lambda boundary: boundary[1]):
        named.setdefault(name, (shape, level))
    if facts:
        with open(facts, encoding="utf-8") as file:
            rows = [(row["name"], float(row["population"])) for row in csv.DictReader(file)]
        return [(name, named[name][0], count) for name, count in rows if name in named]
    deepest = max((level for _, level, _ in places.boundaries), default=0)
    areas = [(name, shape) for name, level, shape in places.boundaries if level == deepest]
    sums = [(name, shape, sum(count for count, at in places.settlements if shape.contains(at))) for name, shape in areas]
    return [area for area in sums if area[2] > 0]


def cells_of(path):
    """Shapes and counts of the cells of a GeoPackage."""
    database = sqlite3.connect(path)
    table, column = database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchone()
    rows = database.execute(f'SELECT "{column}", population FROM "{table}"').fetchall()
    envelopes = [0, 32, 48, 48, 64]
    shapes = [shapely.from_wkb(blob[8 + envelopes[blob[3] >> 1 & 7]:]) for blob, _ in rows]
    return [(f"cell {row + 1}", shape, float(count)) for row, (shape, (_, count)) in enumerate(zip(shapes, rows))]


def squares_of(path, metres):
    """Squares of the ground and the counts of the points of a CSV file in them."""
    with open(path, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    at = np.array([[float(row["lon"]), float(row["lat"])] for row in rows])
    scale = np.array([111_320 * np.cos(np.radians(at[:, 1].mean())), 111_320]) / metres
    counts = {}
    for row, square in zip(rows, np.floor(at * scale).astype(int)):
        counts[tuple(square)] = counts.get(tuple(square), 0.0) + float(row["population"])
    shape = lambda square: shapely.box(*(np.array(square) / scale), *((np.array(square) + 1) / scale))
    name = lambda square: "{:.3f},{:.3f}".format(*((np.array(square) + 0.5) / scale))
    return [(name(square), shape(square), count) for square, count in sorted(counts.items())]


def within(areas, points):
    """The areas that lie within the extent of the homes."""
    extent = shapely.box(*shapely.total_bounds(points))
    return [area for area in areas if extent.contains(area[1])]


def ranks(values):
    order = np.argsort(values, kind="stable")
    ranked = np.empty(len(values))
    ranked[order] = np.arange(len(values))
    for value in np.unique(values):
        same = values == value
        ranked[same] = ranked[same].mean()
    return ranked


def report(names, found, counted):
    """Prints how well an estimate agrees."""
    rank = np.corrcoef(ranks(found), ranks(counted))[0, 1]
    off = np.abs(found / np.maximum(counted, 1) - 1)[counted > 0]
    print(f"{len(names)} areas: rank correlation {rank:.3f}, sum {found.sum():,.0f} of {counted.sum():,.0f} "
          f"({found.sum() / counted.sum():.2f}), median error {100 * np.median(off):.0f} %")
    order = np.argsort(np.log((found + 1) / (counted + 1)))
    for title, which in [("too few", order[:5]), ("too many", order[::-1][:5])]:
        worst = ", ".join(f"{names[area]} {found[area]:,.0f} of {counted[area]:,.0f}" for area in which)
        print(f"  {title}: {worst}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("extract", type=pathlib.Path)
    arguments.add_argument("--facts", type=pathlib.Path)
    arguments.add_argument("--cells", type=pathlib.Path)
    arguments.add_argument("--square", type=float, default=1000.0, help="side of the squares in which points of a CSV are counted, m")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        points, residents = estimate(given.extract, pathlib.Path(directory))
    if given.cells:
        areas = squares_of(given.cells, given.square) if given.cells.suffix == ".csv" else cells_of(given.cells)
        areas = within(areas, points)
    else:
        places = Places()
        places.apply_file(str(given.extract))
        areas = by_boundary(places, given.facts)
    tree = shapely.STRtree([shape for _, shape, _ in areas])
    home, area = tree.query(points, predicate="within")
    found = np.bincount(area, residents[home], minlength=len(areas))
    names, counted = [name for name, _, _ in areas], np.array([count for _, _, count in areas])
    report(names, found, counted)


if __name__ == "__main__":
    main()

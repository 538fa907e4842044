"""Opens the files of every built-in standard with readers that are not ours: pandas, pyarrow and GeoPandas.

    python tests/readers/read_results.py target/release/lifecircle

Column names have to be unique, every format has to hold the same, and the summary has to follow from the homes.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import geopandas
import pandas
import pyarrow.parquet


def check(directory: pathlib.Path) -> int:
    summary = json.loads((directory / "summary.json").read_text())
    tables = 0
    for name in ["homes", "communities"]:
        schema = pyarrow.parquet.read_schema(directory / f"{name}.parquet").names
        assert len(schema) == len(set(schema)), f"{directory.name}: columns of {name} have one name twice"
        parquet = geopandas.read_parquet(directory / f"{name}.parquet")
        text = geopandas.read_file(directory / f"{name}.geojson")
        plain = pandas.read_csv(directory / f"{name}.csv", encoding="utf-8-sig")
        package = geopandas.read_file(directory / f"{name}.gpkg")
        # Its features stand in the order of its index.
        flat = geopandas.read_file(directory / f"{name}.fgb").set_index("id").loc[parquet["id"]].reset_index()
        assert package.crs == flat.crs == 4326, f"{directory.name}: {name}"
        assert package.geometry.geom_equals_exact(parquet.geometry, 0).all(), f"{directory.name}: {name}"
        assert flat.geometry.geom_equals_exact(parquet.geometry, 0).all(), f"{directory.name}: {name}"
        columns = [column for column in schema if column != "geometry"]
        assert set(columns) <= set(plain.columns) and set(columns) <= set(text.columns), f"{directory.name}: {name}"
        assert len(parquet) == len(text) == len(plain) == len(package) == len(flat), f"{directory.name}: rows of {name} differ"
        for column in columns:
            if pandas.api.types.is_numeric_dtype(parquet[column]):
                for other in (text[column], plain[column], package[column], flat[column]):
                    same = (parquet[column].astype(float) - other.astype(float)).abs().max()
                    assert not same > 1e-9, f"{directory.name}: {name}.{column} differs between formats"
        tables += 5
    homes = pandas.read_parquet(directory / "homes.parquet")
    for circle in summary["circles"].values():
        for service, told in circle["services"].items():
            if told["count"] != 1 or "threshold_seconds" not in told:
                continue
            has = homes[f"{service}_s"] <= told["threshold_seconds"] + 1e-9
            share = homes.loc[has, "residents"].sum() / homes["residents"].sum()
            assert abs(share - told["coverage"]["residents"]) < 1e-9, f"{directory.name}: coverage of {service}"
    return tables


def main() -> None:
    command = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        run = lambda *arguments: subprocess.run([command, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        run("demo", "--small", "-o", "demo", "--no-open", "--no-desk")
        run("measure", "demo/demo.city", "--standard", "all", "-o", "all", "--format", "parquet,geojson,csv,gpkg,fgb")
        directories = sorted(path for path in pathlib.Path(folder, "all").iterdir() if path.is_dir())
        tables = sum(check(directory) for directory in directories)
    print(f"{len(directories)} passed, 0 failed")
    print(f"{tables} tables of {len(directories)} standards opened by pandas {pandas.__version__}, "
          f"GeoPandas {geopandas.__version__} and pyarrow {pyarrow.__version__}")


main()

//! Every format there and back: OpenStreetMap in five dresses, lists in four, the city on disk, results in three.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::Write;
use std::path::{Path, PathBuf};

use lifecircle::city::{self, City};
use lifecircle::geo::{Datum, LonLat};
use lifecircle::import::{Inputs, ListReading, import, read_list};
use lifecircle::output::Existing;
use lifecircle::sources::extract::OsmSource;
use lifecircle::sources::lists;
use lifecircle::sources::osm_pbf::PbfFile;
use lifecircle::sources::records::Records;
use lifecircle::tables::{Format, Table, read_parquet};
use support::{FEATURES, Packing, demo_elements, pbf, pbf_with, xml};

fn city_of(source: OsmSource) -> City {
    import(Inputs::new("same", source), &()).unwrap()
}

fn assert_same(a: &City, b: &City) {
    assert_eq!(a.about, b.about);
    assert!(a.streets == b.streets, "the streets differ");
    assert_eq!(a.homes, b.homes);
    assert_eq!(a.facilities, b.facilities);
    assert_eq!(a.communities, b.communities);
    assert_eq!(a.basemap, b.basemap);
    assert_eq!(a.roads, b.roads);
}

fn texts(records: &Records, row: usize) -> Vec<&str> {
    (0..records.columns.len()).map(|column| records.rows[row].cells.get(column)).collect()
}

fn put(directory: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn blocks_are_unpacked_however_they_are_packed() {
    let elements = demo_elements();
    let memory = city_of(OsmSource::Memory(elements.clone()));
    for packing in [Packing::Raw, Packing::Zlib, Packing::Zstd, Packing::Lz4, Packing::Lzma] {
        let bytes = pbf_with(&elements, &FEATURES, |_| packing);
        assert_same(&memory, &city_of(OsmSource::Pbf(PbfFile::from_bytes("memory", bytes.clone()).unwrap())));
        // Damaged anywhere it is refused, or read as something else, but never breaks the program.
        for step in [7, 501] {
            let mut damaged = bytes.clone();
            damaged.iter_mut().skip(60).step_by(step).for_each(|byte| *byte ^= 0x55);
            let city = PbfFile::from_bytes("memory", damaged)
                .and_then(|file| import(Inputs::new("same", OsmSource::Pbf(file)), &()));
            assert!(city.is_err(), "{packing:?}");
        }
    }
}

#[test]
fn neighbouring_extracts_are_one() {
    let all = demo_elements();
    let whole = city_of(OsmSource::Memory(all.clone()));
    // Each half of the ways and relations, with all nodes in both, as along a border.
    let half = |keeps: fn(usize) -> bool| {
        let mut part = all.clone();
        let mut number = 0;
        part.ways.retain(|_| {
            number += 1;
            keeps(number)
        });
        number = 0;
        part.relations.retain(|_| {
            number += 1;
            keeps(number)
        });
        OsmSource::Memory(part)
    };
    let parts = OsmSource::Several(vec![half(|number| number % 3 != 0), half(|number| number % 3 < 2)]);
    let together = city_of(parts);
    assert_eq!(together.about.notes, whole.about.notes);
    assert_eq!(
        (together.streets.edges.len(), together.facilities.len()),
        (whole.streets.edges.len(), whole.facilities.len())
    );
    let residents = |city: &City| city.homes.iter().map(|home| home.residents).sum::<f64>();
    assert!((residents(&together) / residents(&whole) - 1.0).abs() < 1e-9);
}

#[test]
fn openstreetmap_is_the_same_in_every_dress() {
    let directory = tempfile::tempdir().unwrap();
    let elements = demo_elements();
    let (binary, text) = (pbf(&elements, &FEATURES), xml(&elements));
    let memory = city_of(OsmSource::Memory(elements));
    assert!(memory.homes.len() > 100 && memory.facilities.len() > 500 && memory.communities.len() == 6);
    assert_same(&memory, &city_of(OsmSource::Pbf(PbfFile::from_bytes("memory", binary.clone()).unwrap())));
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text.as_bytes()).unwrap();
    let mut bz2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bz2.write_all(text.as_bytes()).unwrap();
    let files: [(&str, Vec<u8>); 4] = [
        ("a.osm.pbf", binary),
        ("a.osm", text.into_bytes()),
        ("a.osm.gz", gz.finish().unwrap()),
        ("a.osm.bz2", bz2.finish().unwrap()),
    ];
    for (name, bytes) in files {
        assert_same(&memory, &city_of(OsmSource::open(&put(directory.path(), name, &bytes)).unwrap()));
    }
}

#[test]
fn a_city_comes_back_from_disk_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.city");
    let mut city = import(lifecircle::demo::generate(lifecircle::demo::Size::Small, 3), &()).unwrap();
    // Whatever people write in names and tags.
    city.facilities[0].tags.push(("note \"with\" signs".to_owned(), "a,b;c\n{}\\ 药".to_owned()));
    city.streets.edges[5].rise = -3.25;
    city::save(&city, &path, Existing::Refuse).unwrap();
    assert_same(&city, &city::load(&path).unwrap());
    let refused = city::save(&city, &path, Existing::Refuse).unwrap_err().to_string();
    assert!(refused.contains("exists already"), "{refused}");
    city.homes.truncate(10);
    city::save(&city, &path, Existing::Replace).unwrap();
    assert_eq!(city::load(&path).unwrap().homes.len(), 10);
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["x.city"], "nothing partial or old is left");
}

/// One facility, as each format holds it.
fn one_place(directory: &Path) -> Vec<PathBuf> {
    let csv = put(directory, "a.csv", "id,name,kind,lon,lat,capacity\n7,国大药房,药店,106.8,39.6,12\n".as_bytes());
    let tsv =
        put(directory, "a.tsv", "id\tname\tkind\tlon\tlat\tcapacity\n7\t国大药房\t药店\t106.8\t39.6\t12\n".as_bytes());
    let geojson = put(
        directory,
        "a.geojson",
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[106.8,39.6]},"properties":{"id":7,"name":"国大药房","kind":"药店","capacity":12}}]}"#.as_bytes(),
    );
    let xlsx = directory.join("a.xlsx");
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, (name, value)) in [("id", "7"), ("name", "国大药房"), ("kind", "药店")].into_iter().enumerate() {
        sheet.write(0, column as u16, name).unwrap();
        sheet.write(1, column as u16, value).unwrap();
    }
    for (column, (name, value)) in [("lon", 106.8), ("lat", 39.6), ("capacity", 12.0)].into_iter().enumerate() {
        sheet.write(0, column as u16 + 3, name).unwrap();
        sheet.write(1, column as u16 + 3, value).unwrap();
    }
    workbook.save(&xlsx).unwrap();
    let gpkg = directory.join("a.gpkg");
    geopackage(&gpkg, 4326);
    vec![csv, tsv, geojson, xlsx, gpkg]
}

/// The least that is a GeoPackage, with one point.
fn geopackage(path: &Path, srs: i32) {
    let database = rusqlite::Connection::open(path).unwrap();
    database
        .execute_batch(&format!(
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z TINYINT, m TINYINT);
             INSERT INTO gpkg_geometry_columns VALUES ('places', 'geom', 'POINT', {srs}, 0, 0);
             CREATE TABLE places (id INTEGER, geom BLOB, name TEXT, kind TEXT, capacity REAL);"
        ))
        .unwrap();
    let mut blob = vec![b'G', b'P', 0, 1];
    blob.extend(srs.to_le_bytes());
    let point = geo_types::Geometry::Point(geo_types::Point::new(106.8, 39.6));
    wkb::writer::write_geometry(&mut blob, &point, &wkb::writer::WriteOptions::default()).unwrap();
    database.execute("INSERT INTO places VALUES (7, ?1, '国大药房', '药店', 12.0)", [blob]).unwrap();
}

#[test]
fn lists_are_the_same_in_every_format() {
    let directory = tempfile::tempdir().unwrap();
    for path in one_place(directory.path()) {
        let list = read_list(&path, &ListReading { datum: Some(Datum::Wgs84), ..ListReading::default() }).unwrap();
        let place = &list.facilities[0];
        assert_eq!(
            (place.id.as_str(), place.name.local.as_str(), place.kind.as_str()),
            ("a:7", "国大药房", "药店"),
            "{path:?}"
        );
        assert_eq!((place.at, place.capacity), (LonLat { x: 106.8, y: 39.6 }, Some(12.0)), "{path:?}");
    }
}

#[test]
fn a_geopackage_in_a_system_that_nobody_knows_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("p.gpkg");
    geopackage(&path, 9999);
    let error = lists::read(&path).unwrap_err().to_string();
    assert!(error.contains("EPSG:9999 is not known") && error.contains("p.gpkg"), "{error}");
}

#[test]
fn people_are_read_from_a_raster() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("people.tif");
    support::raster(&path, &[1.0, 2.0, -9999.0, 4.0, 0.0, 6.0], "-9999", None, 1);
    let mut tiff = lifecircle::sources::geotiff::GeoTiff::open(&path).unwrap();
    let raster = tiff.window([106.8, 39.5, 106.83, 39.6]).unwrap();
    let residents: Vec<f64> = raster.cells().map(|cell| cell.value).collect();
    assert_eq!(residents, [1.0, 2.0, 4.0, 0.0, 6.0]);
    let middle = raster.cells().nth(2).unwrap().area.center();
    assert!((middle.x - 106.805).abs() < 1e-9 && (middle.y - 39.57).abs() < 1e-9);
    let sample = |x: f64, y: f64| raster.sample(LonLat { x, y }).unwrap();
    assert!((sample(106.805, 39.59) - 1.0).abs() < 1e-9);
    assert!((sample(106.81, 39.59) - 1.5).abs() < 1e-9);
    assert_eq!(raster.sample(LonLat { x: 106.9, y: 39.59 }), None);
}

#[test]
fn tables_in_every_format() {
    let directory = tempfile::tempdir().unwrap();
    let points = [(106.8, 39.6), (106.9, 39.7)].map(|(x, y)| geo_types::Geometry::Point(geo_types::Point::new(x, y)));
    let table = Table::new()
        .text("id", ["a", "b,\"药\""])
        .maybe_numbers("s", [Some(1.5), None])
        .integers("n", [3, 4])
        .flags("island", [true, false])
        .geometry(points.clone());
    let path = |format: Format| directory.path().join(format!("t.{}", format.extension()));
    for format in Format::ALL {
        table.write(&path(format), format).unwrap();
    }
    let back = read_parquet(&path(Format::Parquet)).unwrap();
    assert_eq!(back.geometries().unwrap(), points);
    assert_eq!(back.get_numbers("s").unwrap().collect::<Vec<_>>(), [Some(1.5), None]);
    assert_eq!(back.properties(1)["id"], "b,\"药\"");
    let geojson = lists::read(&path(Format::GeoJson)).unwrap();
    assert_eq!(geojson.columns, ["id", "s", "n", "island"]);
    assert_eq!(texts(&geojson, 0), ["a", "1.5", "3", "true"]);
    assert_eq!(geojson.rows[1].geometry.as_deref(), Some(&points[1]));
    let csv = lists::read(&path(Format::Csv)).unwrap();
    assert_eq!(csv.columns, ["id", "s", "n", "island", "lon", "lat"]);
    assert_eq!(texts(&csv, 1), ["b,\"药\"", "", "4", "false", "106.9", "39.7"]);
    let workbook = lists::read(&path(Format::Xlsx)).unwrap();
    assert_eq!(workbook.columns, csv.columns);
    assert_eq!(texts(&workbook, 0)[..3], ["a", "1.5", "3"]);
    assert_eq!(texts(&workbook, 1)[4..], ["106.9", "39.7"]);
    let second = table.select(&[1]).unwrap();
    assert_eq!((second.rows(), second.geometries().unwrap()), (1, &points[1..]));
    assert!(table.select(&[2]).is_err());
}

#[test]
fn bad_pbf_files_are_told_apart() {
    let elements = demo_elements();
    let good = pbf(&elements, &FEATURES);
    let error = |bytes: Vec<u8>| {
        let read = PbfFile::from_bytes("x.osm.pbf", bytes)
            .and_then(|file| import(Inputs::new("x", OsmSource::Pbf(file)), &()));
        read.map(|_| ()).unwrap_err().to_string()
    };
    assert!(error(good[..good.len() / 2].to_vec()).contains("truncated"));
    assert!(error(good[..good.len() - 1].to_vec()).contains("truncated"));
    assert!(error(b"PK\x03\x04 this is a zip file, not a map at all".to_vec()).contains("not an OpenStreetMap PBF"));
    assert!(error(Vec::new()).contains("empty"));
    assert!(error(pbf(&elements, &["HistoricalInformation"])).contains("HistoricalInformation"));
    let mut damaged = good.clone();
    let middle = good.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    assert!(error(damaged).contains("damaged"));
    let mut no_ways = elements.clone();
    no_ways.ways.clear();
    assert!(error(pbf(&no_ways, &FEATURES)).contains("no ways"));
    let mut no_nodes = elements.clone();
    no_nodes.nodes.clear();
    assert!(error(pbf(&no_nodes, &FEATURES)).contains("no nodes"));
    let mut off = elements;
    off.nodes[3].1 = LonLat { x: 39.6, y: 106.8 };
    let id = off.nodes[3].0;
    assert!(error(pbf(&off, &FEATURES)).contains(&format!("node {id}: its coordinates are out of range")));
}

#[test]
fn bad_xml_files_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let good = xml(&demo_elements());
    let error = |text: &str| {
        let path = put(directory.path(), "x.osm", text.as_bytes());
        let read = OsmSource::open(&path).and_then(|source| import(Inputs::new("x", source), &()));
        read.map(|_| ()).unwrap_err().to_string()
    };
    assert!(error(&good[..good.len() - 8]).contains("truncated"), "{}", error(&good[..good.len() - 8]));
    assert!(error("<html><body/></html>").contains("its root is <html>"));
    assert!(error("just text").contains("not an OpenStreetMap XML"));
    assert!(error(&good.replacen("lat=\"39", "lat=\"139", 1)).contains("out of range"));
    assert!(error(&good.replacen("lat=\"39", "lat=\"x39", 1)).contains("not a number"));
}

/// Writes the seeds of the fuzz targets when asked to: `LIFECIRCLE_SEEDS=fuzz/seeds cargo test seeds`.
#[test]
fn seeds_of_the_fuzz_targets() {
    let mut map = support::Map::default();
    map.node(1, 0.0, 0.0)
        .tagged(2, 50.0, 0.0, "barrier=gate")
        .node(3, 100.0, 0.0)
        .node(4, 100.0, 80.0)
        .node(5, 0.0, 80.0);
    map.tagged(6, 20.0, 10.0, "shop=convenience name=店");
    map.way(1, &[1, 2, 3], "highway=residential").way(2, &[1, 3, 4, 5, 1], "highway=pedestrian area=yes place=square");
    map.way(3, &[3, 4, 5, 3], "building=apartments building:levels=5");
    map.relation(1, &[(2, "outer"), (3, "inner")], "type=boundary boundary=administrative admin_level=8 name=A");
    let (binary, text) = (pbf_with(&map.elements, &FEATURES, |_| Packing::Raw), xml(&map.elements));
    assert!(PbfFile::from_bytes("seed", binary.clone()).is_ok());
    if let Some(directory) = std::env::var_os("LIFECIRCLE_SEEDS") {
        put(&PathBuf::from(&directory).join("pbf"), "small.osm.pbf", &binary);
        put(&PathBuf::from(&directory).join("xml"), "small.osm", text.as_bytes());
        let folder = |name: &str| {
            let folder = PathBuf::from(&directory).join(name);
            std::fs::create_dir_all(&folder).unwrap();
            folder
        };
        let lists = tempfile::tempdir().unwrap();
        for path in one_place(lists.path()) {
            for (ending, target) in [("geojson", "geojson"), ("xlsx", "xlsx"), ("gpkg", "geopackage")] {
                if path.extension().is_some_and(|end| end == ending) {
                    std::fs::copy(&path, folder(target).join(path.file_name().unwrap())).unwrap();
                }
            }
        }
        support::raster(
            &folder("geotiff").join("small.tif"),
            &[1.0, 2.0, -9999.0, 4.0, 0.0, 6.0],
            "-9999",
            Some("<GDALMetadata><Item name=\"SCALE\" sample=\"0\" role=\"scale\">0.1</Item></GDALMetadata>"),
            2,
        );
        let ring = geo_types::LineString::from(vec![(0., 0.), (1., 0.), (1., 1.), (0., 0.)]);
        let area = geo_types::Geometry::Polygon(geo_types::Polygon::new(ring, vec![]));
        let parts = geo_types::GeometryCollection(vec![
            area.clone(),
            geo_types::Geometry::MultiPolygon(geo_types::MultiPolygon(vec![])),
        ]);
        let mut bytes = Vec::new();
        wkb::writer::write_geometry(
            &mut bytes,
            &geo_types::Geometry::GeometryCollection(parts),
            &wkb::writer::WriteOptions::default(),
        )
        .unwrap();
        put(&folder("wkb"), "parts.wkb", &bytes);
        let mut map = support::Map::default();
        map.node(1, 0.0, 0.0).node(2, 100.0, 0.0).tagged(3, 50.0, 5.0, "shop=convenience name=店").way(
            1,
            &[1, 2],
            "highway=residential",
        );
        let city = city_of(OsmSource::Memory(map.elements));
        let path = lists.path().join("seed.city");
        city::save(&city, &path, Existing::Refuse).unwrap();
        let names = ["city.toml", "homes.parquet", "facilities.parquet", "network_edges.parquet"];
        for (number, name) in names.into_iter().enumerate() {
            let mut bytes = vec![number as u8];
            bytes.extend(std::fs::read(path.join(name)).unwrap());
            put(&folder("city"), name, &bytes);
        }
    }
}

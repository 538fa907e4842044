//! Input that is damaged, hostile or merely unlucky: a right answer or one clear sentence, in bounded time and memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use lifecircle::city::{self, City};
use lifecircle::geo::{Datum, LonLat};
use lifecircle::import::{
    Inputs, ListColumns, ListReading, People, PeopleRow, import, read_communities, read_list, read_people,
};
use lifecircle::network::Walker;
use lifecircle::output::Existing;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::sources::extract::OsmSource;
use lifecircle::sources::geotiff::GeoTiff;
use lifecircle::sources::lists;
use lifecircle::standard::Standard;
use lifecircle::tables::{Format, Table};
use support::Map;

fn put(directory: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn people(path: &Path) -> Result<Vec<PeopleRow>, String> {
    match read_people(path, None, Datum::Wgs84) {
        Ok(People::Rows(rows)) => Ok(rows),
        Ok(People::Raster(_) | People::Totals(_)) => panic!("no rows"),
        Err(error) => Err(error.to_string()),
    }
}

fn residents(path: &Path) -> Result<Vec<f64>, String> {
    Ok(people(path)?.into_iter().map(|row| row.residents).collect())
}

fn of(source: OsmSource) -> City {
    import(Inputs::new("city", source), &()).unwrap()
}

#[test]
fn numbers_as_people_write_them() {
    let directory = tempfile::tempdir().unwrap();
    let read = |text: &str| residents(&put(directory.path(), "p.csv", text));
    let semicolons = "id;lon;lat;residents\n1;106,8;39,6;12,5\n2;106,801;39,6;1.012,5\n";
    assert_eq!(read(semicolons), Ok(vec![12.5, 1012.5]));
    assert_eq!(read("id;lon;lat;residents\n1;106.8;39.6;12,5\n2;106.801;39.6;7\n"), Ok(vec![12.5, 7.0]));
    assert_eq!(
        read(
            "id,lon,lat,residents\n1,106.8,39.6,\"1,234\"\n2,106.8,39.6,1 234\n3,106.8,39.6,１２３\n4,106.8,39.6,1.2万\n"
        ),
        Ok(vec![1234.0, 1234.0, 123.0, 12_000.0])
    );
    // Other columns tell how this one is written; where nothing tells, the user is asked.
    assert_eq!(read("id;lon;lat;residents\n1;106,8012345;39,6;1.234\n"), Ok(vec![1234.0]));
    assert_eq!(read("id;lon;lat;residents\n1;106.8012345;39.6;1,234\n"), Ok(vec![1234.0]));
    let error = read("id;lon;lat;residents\n1;106;39;1,234\n").unwrap_err();
    assert!(error.contains("line 2: `residents` is \"1,234\", which may be 1234 or 1.234"), "{error}");
    let error = read("id;lon;lat;residents\n1;106.8;39.6;12,5\n2;106.8;39.6;12.5\n").unwrap_err();
    assert!(error.contains("line 3") && error.contains("other decimal sign"), "{error}");
    let error = read("id,lon,lat,residents\n1,106.8,39.6,1e308\n").unwrap_err();
    assert!(error.contains("more people than there are"), "{error}");
    let list = put(directory.path(), "l.csv", "name;kind;lon;lat;capacity\na;养老院;106,8;39,6;60,5\n");
    assert_eq!(read_list(&list, &ListReading::default()).unwrap().facilities[0].capacity, Some(60.5));
}

#[test]
fn people_of_an_age_are_people() {
    let directory = tempfile::tempdir().unwrap();
    let read = |row: &str| {
        people(&put(directory.path(), "p.csv", format!("id,lon,lat,residents,children,elderly\n1,106.8,39.6,{row}\n")))
    };
    assert!(read("10,30,0").unwrap_err().contains("30 children among 10 residents"));
    assert!(read("10,0,30").unwrap_err().contains("30 older people among 10 residents"));
    assert!(read("10,7,7").unwrap_err().contains("7 children and 7 older people among 10 residents"));
    assert!(read("10,4,7").is_ok(), "sources round");
}

#[test]
fn columns_that_were_named_are_there() {
    let directory = tempfile::tempdir().unwrap();
    let list = put(directory.path(), "l.csv", "name,kind,lon,lat\na,药店,106.8,39.6\n");
    let columns = |text: &str| ListReading { columns: ListColumns::parse(text).unwrap(), ..ListReading::default() };
    let error = read_list(&list, &columns("lon=TYPO")).unwrap_err().to_string();
    assert!(error.contains("there is no column `TYPO`"), "{error}");
    assert!(read_list(&list, &columns("lon=lon")).is_ok());
}

/// Takes the values of formulas out of a workbook.
fn without_cached_values(path: &Path) {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        parts.push((part.name().unwrap().into_owned(), bytes));
    }
    let mut writer = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in parts {
        let text = String::from_utf8(bytes).unwrap().replace("</f><v>0</v>", "</f>");
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
}

#[test]
fn workbooks_as_spreadsheets_leave_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("p.xlsx");
    let write = |more: &dyn Fn(&mut rust_xlsxwriter::Worksheet)| {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        for (column, name) in ["id", "lon", "lat", "residents"].into_iter().enumerate() {
            sheet.write(0, column as u16, name).unwrap();
        }
        for (column, value) in [1.0, 106.8, 39.6, 120.0].into_iter().enumerate() {
            sheet.write(1, column as u16, value).unwrap();
        }
        more(sheet);
        workbook.save(&path).unwrap();
        residents(&path)
    };
    assert_eq!(write(&|_| {}), Ok(vec![120.0]));
    // A stray cell in the last corner.
    assert_eq!(
        write(&|sheet| {
            let _ = sheet.write(1_048_575, 16_383, "x").unwrap();
        }),
        Ok(vec![120.0])
    );
    let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2020, 1, 1).unwrap();
    let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    let error = write(&|sheet| {
        let _ = sheet.write_with_format(1, 3, &date, &format).unwrap();
    })
    .unwrap_err();
    assert!(error.contains("row 2: `residents` is \"2020-01-01\", not a number"), "{error}");
    // As programs leave it that write formulas and do not compute them.
    let formula = rust_xlsxwriter::Formula::new("=60+60").set_result("0");
    let _ = write(&|sheet| {
        let _ = sheet.write(1, 3, &formula).unwrap();
    });
    without_cached_values(&path);
    let error = residents(&path).unwrap_err();
    assert!(error.contains("row 2: `residents` is a formula whose value the file does not hold"), "{error}");
    let formula = rust_xlsxwriter::Formula::new("=60+60").set_result("120");
    assert_eq!(
        write(&|sheet| {
            let _ = sheet.write(1, 3, &formula).unwrap();
        }),
        Ok(vec![120.0])
    );
}

#[test]
fn geojson_of_overpass_and_of_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let read = |text: &str| read_list(&put(directory.path(), "l.geojson", text), &ListReading::default());
    let overpass = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"amenity":"parking","area":"yes","capacity":"60;20"},"geometry":{"type":"Point","coordinates":[106.8,39.6]}},
        {"type":"Feature","properties":{"amenity":"school","capacity":"300"},"geometry":{"type":"Point","coordinates":[106.8,39.6]}}]}"#;
    let list = read(overpass).unwrap();
    assert_eq!(list.facilities.iter().map(|f| f.capacity).collect::<Vec<_>>(), [None, Some(300.0)]);
    for coordinates in ["[]", "[1]", "[[]]", "[[1]]", "[[[]]]", "[[[1]]]", "[[[[1]]]]"] {
        for kind in ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"] {
            let text = format!(r#"{{"type":"{kind}","coordinates":{coordinates}}}"#);
            assert!(read(&text).is_err() || kind != "Point", "{text}");
        }
    }
    let nested = r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1]}]}"#;
    assert!(read(nested).is_err());
    // Sixteen thousand features, each with a column of its own: what is kept grows with the file.
    let features: Vec<String> = (0..16_000).map(|n| format!(r#"{{"type":"Feature","properties":{{"k{n}":1,"kind":"药店"}},"geometry":{{"type":"Point","coordinates":[106.8,39.6]}}}}"#)).collect();
    let records = lists::read(&put(
        directory.path(),
        "wide.geojson",
        format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",")),
    ))
    .unwrap();
    assert_eq!((records.columns.len(), records.rows[9].cells.iter().count()), (16_001, 2));
}

#[test]
fn geopackages_in_chinas_own_system_and_without_end() {
    let directory = tempfile::tempdir().unwrap();
    let make = |name: &str, srs: i32, table: &str| {
        let path = directory.path().join(name);
        let database = rusqlite::Connection::open(&path).unwrap();
        let head = format!(
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z TINYINT, m TINYINT); INSERT INTO gpkg_geometry_columns VALUES ('places', 'geom', 'POINT', {srs}, 0, 0);"
        );
        database.execute_batch(&(head + table)).unwrap();
        lists::read(&path)
    };
    assert!(make("cgcs.gpkg", 4490, "CREATE TABLE places (geom BLOB, name TEXT);").is_ok());
    // A column whose name is no UTF-8.
    assert!(make("name.gpkg", 4326, "CREATE TABLE places (geom BLOB, zzzz TEXT);").is_ok());
    let mut bytes = std::fs::read(directory.path().join("name.gpkg")).unwrap();
    for at in 0..bytes.len() - 4 {
        if &bytes[at..at + 4] == b"zzzz" {
            bytes[at..at + 4].fill(0xff);
        }
    }
    assert!(lists::read(&put(directory.path(), "signs.gpkg", bytes)).is_err());
    let endless = "CREATE VIEW places AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x AS name, NULL AS geom FROM c";
    for (name, more) in [("rows.gpkg", ";"), ("none.gpkg", " WHERE x < 0;")] {
        let error = make(name, 4326, &format!("{endless}{more}")).unwrap_err().to_string();
        assert!(error.contains("takes longer to read than a file of its size can hold"), "{error}");
    }
}

#[test]
fn rasters_say_what_their_numbers_mean() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("r.tif");
    let bounds = [106.8, 39.5, 106.83, 39.6];
    let values = |nodata: &str, metadata: Option<&str>, cells: &[f32]| {
        support::raster(&path, cells, nodata, metadata, 1);
        let raster = GeoTiff::open(&path).unwrap().window(bounds).unwrap();
        raster.cells().map(|cell| cell.value).collect::<Vec<_>>()
    };
    // No data as text, against the same number as the file stores it.
    assert_eq!(values("-3.4e+38", None, &[1.0, -3.4e38, 3.0, f32::MIN, f32::NAN, 6.0]), [1.0, 3.0, 6.0]);
    assert_eq!(values("-3.40282346600000016e+38", None, &[1.0, f32::MIN, 3.0, 4.0, 5.0, 6.0]).len(), 5);
    let metadata = r#"<GDALMetadata><Item name="OFFSET" sample="0" role="offset">100</Item><Item name="SCALE" sample="0" role="scale">0.5</Item><Item name="SCALE" sample="1" role="scale">9</Item></GDALMetadata>"#;
    assert_eq!(values("-1", Some(metadata), &[2.0, -1.0, 4.0, 6.0, 8.0, 10.0]), [101.0, 102.0, 103.0, 104.0, 105.0]);
    // Where cells are points the tie is the middle of the first.
    support::raster(&path, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "-1", None, 2);
    let raster = GeoTiff::open(&path).unwrap().window(bounds).unwrap();
    assert_eq!(raster.sample(LonLat { x: 106.8, y: 39.6 }), Some(1.0));
    let middle = raster.cells().next().unwrap().area.center();
    assert!((middle.x - 106.8).abs() < 1e-9 && (middle.y - 39.6).abs() < 1e-9);
    // Only what lies around the streets is read.
    let part = GeoTiff::open(&path).unwrap().window([106.8, 39.6, 106.8, 39.6]).unwrap();
    assert!(part.cells().count() < 6);
    assert_eq!(GeoTiff::open(&path).unwrap().window([10.0, 10.0, 11.0, 11.0]).unwrap().cells().count(), 0);
}

#[test]
fn a_town_is_read_out_of_a_raster_of_the_country() {
    use tiff::encoder::{TiffEncoder, colortype::Gray16};
    use tiff::tags::Tag;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("country.tif");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let mut encoder = TiffEncoder::new(&mut file).unwrap();
    let mut image = encoder.new_image::<Gray16>(6000, 6000).unwrap();
    let about = image.encoder();
    about.write_tag(Tag::ModelPixelScaleTag, &[0.001_f64, 0.001, 0.0][..]).unwrap();
    about.write_tag(Tag::ModelTiepointTag, &[0.0_f64, 0.0, 0.0, 104.0, 42.0, 0.0][..]).unwrap();
    about.write_tag(Tag::GeoKeyDirectoryTag, &[1_u16, 1, 0, 1, 1024, 0, 1, 2][..]).unwrap();
    image.write_data(&vec![3_u16; 36_000_000]).unwrap();
    drop(file);
    let window = GeoTiff::open(&path).unwrap().window([106.8, 39.6, 106.81, 39.61]).unwrap();
    let cells: Vec<_> = window.cells().collect();
    assert!(cells.len() > 100 && cells.len() < 400, "{}", cells.len());
    assert!(cells.iter().all(|cell| cell.value == 3.0));
}

#[test]
fn what_stands_twice_counts_once_and_what_is_deleted_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let elements = support::demo_elements();
    let once = support::pbf(&elements, &support::FEATURES);
    let path = put(directory.path(), "twice.osm.pbf", [once.clone(), once.clone()].concat());
    let (twice, once) = (of(OsmSource::open(&path).unwrap()), of(OsmSource::Memory(elements)));
    assert_eq!(
        (twice.homes.len(), twice.facilities.len(), twice.communities.len()),
        (once.homes.len(), once.facilities.len(), once.communities.len())
    );
    assert_eq!(twice.homes, once.homes);
    assert!(twice.streets == once.streets);
    assert!(
        twice.about.notes.iter().any(|note| note.en.contains("stand in the extract more than once")),
        "{:?}",
        twice.about.notes
    );
    let text = r#"<osm><node id="1" lat="39.6" lon="106.8"/><node id="2" lat="39.6" lon="106.803"/>
        <node id="3" lat="39.6001" lon="106.801"><tag k="shop" v="bakery"/></node>
        <node id="4" action="delete" lat="39.6001" lon="106.801"><tag k="shop" v="bakery"/></node>
        <node id="5" visible="false"><tag k="shop" v="bakery"/></node>
        <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
        <way id="2" action="delete"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>"#;
    let city = of(OsmSource::open(&put(directory.path(), "josm.osm", text)).unwrap());
    assert_eq!((city.facilities.len(), city.streets.edges.len()), (1, 1));
}

#[test]
fn a_number_behind_an_id_is_nobodys_id() {
    let directory = tempfile::tempdir().unwrap();
    let square = |west: f64| format!("[[[{west},39],[{},39],[{},40],[{west},40],[{west},39]]]", west + 1.0, west + 1.0);
    let feature = |id: &str, west: f64| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","name":"{west}"}},"geometry":{{"type":"Polygon","coordinates":{}}}}}"#,
            square(west)
        )
    };
    let text = format!(
        r#"{{"type":"FeatureCollection","features":[{},{},{}]}}"#,
        feature("x", 106.0),
        feature("x", 107.0),
        feature("x#2", 108.0)
    );
    let communities = read_communities(&put(directory.path(), "c.geojson", text), Datum::Wgs84).unwrap();
    let mut map = Map::default();
    map.node(1, 0.0, 0.0).node(2, 100.0, 0.0).way(1, &[1, 2], "highway=residential");
    let inputs = Inputs { communities: Some(communities), ..Inputs::new("city", OsmSource::Memory(map.elements)) };
    let city = import(inputs, &()).unwrap();
    let ids: Vec<&str> = city.communities.iter().map(|community| community.id.as_str()).collect();
    assert_eq!(ids, ["x", "x#3", "x#2"]);
    assert_eq!(city.communities[2].name.local, "108");
}

#[test]
fn columns_of_results_have_names_of_their_own() {
    let table = Table::new().text("a", ["x"]).numbers("a", [1.0]);
    let error = table.write(Path::new("nowhere.parquet"), Format::Parquet).unwrap_err().to_string();
    assert!(error.contains("two columns are called `a`"), "{error}");
    let city = import(lifecircle::demo::generate(lifecircle::demo::Size::Small, 1), &()).unwrap();
    let standards: Vec<Standard> = Standard::built_in().map(|id| Standard::find(id).unwrap()).collect();
    let ready = ReadyCity::new(city, Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    for measured in lifecircle::measure::measure_all(&ready, standards, &()).unwrap() {
        let summary = lifecircle::summary::summarise(&measured);
        let formats = [Format::Parquet, Format::GeoJson, Format::Csv];
        lifecircle::export::write_results(&measured, &summary, directory.path(), &formats).unwrap();
    }
}

#[test]
fn standards_and_walkers_that_make_no_sense() {
    let text = Standard::built_in_text("wuhai-8").unwrap();
    let error = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        Standard::parse(&text.replacen(from, to, 1)).unwrap_err().to_string()
    };
    let circle = "[[circle]]\n";
    assert!(
        error(circle, "[[circle]]\nid = \"health\"\nzh = \"二\"\nen = \"Two\"\n\n[[circle]]\n")
            .contains("the id \"health\" is taken")
    );
    assert!(
        error(circle, "[[circle]]\nid = \"bare\"\nzh = \"空\"\nen = \"Bare\"\n\n[[circle]]\n")
            .contains("the circle `bare` has no service")
    );
    let pair = "[[pair]]\n";
    assert!(
        error(pair, "[[pair]]\nid = \"none\"\nzh = \"无\"\nen = \"None\"\nservices = []\n\n[[pair]]\n")
            .contains("does not name two or more services")
    );
    assert!(
        error(
            pair,
            "[[pair]]\nid = \"one\"\nzh = \"一\"\nen = \"One\"\nservices = [\"pharmacy\", \"pharmacy\"]\n\n[[pair]]\n"
        )
        .contains("each once")
    );
    let name = text[text.find(pair).unwrap()..].lines().find(|line| line.starts_with("id = ")).unwrap();
    assert!(
        error(
            pair,
            &format!(
                "[[pair]]\n{name}\nzh = \"一\"\nen = \"One\"\nservices = [\"pharmacy\", \"hospital\"]\n\n[[pair]]\n"
            )
        )
        .contains("is taken")
    );
    let source = text.lines().find(|line| line.starts_with("source = ")).unwrap();
    assert!(error(source, "source = \" \"").contains("it is empty"));
    assert!(error("[[service]]\n", "[[service]]\nmin_area = 10\nmax_area = 5\n").contains("at least 10 and at most 5"));
    assert!(error("id = \"pharmacy\"", "id = \"circle_pharmacy\"").contains("cannot begin with circle_"));
    let walker = Walker::built_in_text("wheelchair").unwrap();
    let error = |from: &str, to: &str| {
        assert!(walker.contains(from), "{from}");
        Walker::parse(&walker.replacen(from, to, 1)).unwrap_err().to_string()
    };
    let narrowest = walker.lines().find(|line| line.starts_with("narrowest = ")).unwrap();
    let told = error(narrowest, "narrowest = -1");
    assert!(told.contains("`narrowest`") && told.contains("width"), "{told}");
}

#[test]
fn any_bit_of_a_tables_file_counts() {
    let city = import(lifecircle::demo::generate(lifecircle::demo::Size::Small, 1), &()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.city");
    city::save(&city, &path, Existing::Refuse).unwrap();
    for name in ["homes", "facilities", "network_edges", "network_nodes", "communities", "basemap", "roads", "merges"] {
        let file = path.join(format!("{name}.parquet"));
        let good = std::fs::read(&file).unwrap();
        for place in (0..good.len()).step_by(good.len() / 40 + 1) {
            let mut bad = good.clone();
            bad[place] ^= 1 << (place % 8);
            std::fs::write(&file, &bad).unwrap();
            let error = city::load(&path).unwrap_err().to_string();
            assert!(error.contains(&format!("{name}.parquet")), "{error}");
        }
        std::fs::write(&file, &good[..good.len() / 2]).unwrap();
        assert!(city::load(&path).is_err());
        std::fs::write(&file, &good).unwrap();
    }
    assert_eq!(city::load(&path).unwrap().homes, city.homes);
    // A city of the format before, which held no checksums.
    let about = std::fs::read_to_string(path.join("city.toml")).unwrap();
    let (start, end) = (about.find("[tables.").unwrap(), about.find("[[sources]]").unwrap());
    let now = format!("format_version = {}", city::FORMAT_VERSION);
    let older = [&about[..start], &about[end..]].concat().replace(&now, "format_version = 2");
    std::fs::write(path.join("city.toml"), &older).unwrap();
    assert_eq!(city::load(&path).unwrap().homes, city.homes);
    // One of this format without them is damaged.
    std::fs::write(path.join("city.toml"), older.replace("format_version = 2", &now)).unwrap();
    assert!(city::load(&path).unwrap_err().to_string().contains("does not say what this must hold"));
}

#[test]
fn what_unpacks_to_anything_is_bounded() {
    let directory = tempfile::tempdir().unwrap();
    let zeros = |size: usize| {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gz.write_all(&vec![0; size]).unwrap();
        gz.finish().unwrap()
    };
    let path = put(directory.path(), "zeros.osm.gz", zeros(100 << 20));
    let error = import(Inputs::new("x", OsmSource::open(&path).unwrap()), &()).unwrap_err().to_string();
    assert!(error.contains("16 MB without a tag"), "{error}");
    let pipe = Path::new("/dev/zero");
    if pipe.exists() {
        let error = lists::read(&directory.path().join("none.csv")).unwrap_err().to_string();
        assert!(error.contains("check the path"), "{error}");
        std::os::unix::fs::symlink(pipe, directory.path().join("endless.csv")).unwrap();
        std::os::unix::fs::symlink(pipe, directory.path().join("endless.osm.pbf")).unwrap();
        let told = [
            lists::read(&directory.path().join("endless.csv")).unwrap_err().to_string(),
            OsmSource::open(&directory.path().join("endless.osm.pbf")).unwrap_err().to_string(),
        ];
        assert!(told.iter().all(|error| error.contains("a pipe or device, not a file")), "{told:?}");
    }
}

/// Ten thousand entries at one point, as after failed geocoding, merged with as many: near-linear, and the same rows once.
#[test]
fn ten_thousand_entries_at_one_point_are_merged() {
    let directory = tempfile::tempdir().unwrap();
    let rows = |from: usize| {
        (from..from + 10_000).map(|n| format!("第{}药店{},药店,106.8,39.6\n", n % 5000, n % 3)).collect::<String>()
    };
    let list = |name: &str, from| {
        read_list(&put(directory.path(), name, format!("name,kind,lon,lat\n{}", rows(from))), &ListReading::default())
            .unwrap()
    };
    let mut map = Map::default();
    map.node(1, 0.0, 0.0).node(2, 100.0, 0.0).way(1, &[1, 2], "highway=residential");
    let lists = vec![list("a.csv", 0), list("b.csv", 2500)];
    let city = import(Inputs { lists, ..Inputs::new("city", OsmSource::Memory(map.elements)) }, &()).unwrap();
    // Of the second list 7,500 are called as one of the first.
    assert_eq!((city.facilities.len(), city.merges.len()), (12_500, 7_500));
}

#[test]
fn streets_that_no_city_has() {
    // Each of 250 junctions joined to each.
    let mut map = Map::default();
    for node in 1..=250 {
        map.node(node, (node % 16) as f64 * 50.0, (node / 16) as f64 * 50.0);
    }
    let mut way = 0;
    for from in 1..=250 {
        for to in from + 1..=250 {
            way += 1;
            map.way(way, &[from, to], "highway=residential");
        }
    }
    let error = import(Inputs::new("x", OsmSource::Memory(map.elements)), &()).unwrap_err().to_string();
    assert!(error.contains("31125 streets between 250 junctions"), "{error}");
    // Two streets around half the globe, with homes along them: as many homes as for a city, and no more.
    let text = r#"<osm><node id="1" lat="-60" lon="-170"/><node id="2" lat="60" lon="0"/><node id="3" lat="-60" lon="170"/>
        <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
        <way id="2"><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way></osm>"#;
    let directory = tempfile::tempdir().unwrap();
    let city = of(OsmSource::open(&put(directory.path(), "globe.osm", text)).unwrap());
    assert!(city.homes.len() <= 2000, "{}", city.homes.len());
}

#[test]
fn residential_areas_the_size_of_a_continent() {
    let mut map = Map::default();
    map.node(1, 0.0, 0.0).node(2, 100.0, 0.0).way(1, &[1, 2], "highway=residential");
    for (node, (x, y)) in [(10, (-4e6, -2e6)), (11, (4e6, -2e6)), (12, (4e6, 2e6)), (13, (-4e6, 2e6))] {
        map.node(node, x, y);
    }
    for way in 100..1100 {
        map.way(way, &[10, 11, 12, 13, 10], "landuse=residential");
    }
    let city = of(OsmSource::Memory(map.elements));
    // They are a mistake in the map: only the street has homes.
    assert!(city.homes.len() < 10, "{}", city.homes.len());
}

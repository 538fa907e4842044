//! Lists in other formats and coordinate systems, written by GeoPandas, GDAL and simplekml: three places near 106.82° E, 39.67° N, in
//! longitude and latitude or in CGCS2000's Gauss-Krüger zone around 108° E (EPSG:4545).
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};

use lifecircle::geo::{Datum, LonLat, metric};
use lifecircle::import::{FacilityList, ListReading, read_communities, read_list};
use lifecircle::sources::lists::{Part, read};

fn seed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(name)
}

fn list(path: &Path) -> FacilityList {
    read_list(path, &ListReading::default()).map_err(|e| format!("{}: {e}", path.display())).unwrap()
}

fn is_near(at: LonLat, lon: f64, lat: f64) -> bool {
    metric::distance(at, LonLat { x: lon, y: lat }).0 < 0.1
}

/// The nursery, the hospital and the park, whatever holds them.
fn holds_the_places(list: &FacilityList, file: &str) {
    let find = |name: &str| list.facilities.iter().find(|facility| facility.name.local == name);
    let nursery = find("滨河幼儿园").ok_or(file).unwrap();
    assert!(is_near(nursery.at, 106.81, 39.66), "{file}: {:?}", nursery.at);
    let hospital = find("海勃湾区人民医院").ok_or(file).unwrap();
    assert!(is_near(hospital.at, 106.82, 39.67), "{file}: {:?}", hospital.at);
    assert_eq!((hospital.kind.as_str(), hospital.capacity), ("医院", Some(600.0)), "{file}");
}

#[test]
fn every_format_in_every_system_puts_places_where_they_are() {
    for file in [
        "flatgeobuf/gauss.fgb",
        "flatgeobuf/plain.fgb",
        "geojson/gauss.geojson",
        "geopackage/gauss.gpkg",
        "kml/places.kml",
        "parquet/gauss.parquet",
    ] {
        let list = list(&seed(file));
        holds_the_places(&list, file);
        let park = list.facilities.iter().find(|facility| facility.name.local == "凤凰岭公园").unwrap();
        let metres = park.area.ok_or(file).unwrap();
        // 0.002° by 0.002° at 39.68° N.
        assert!((metres - 38_080.0).abs() < 200.0, "{file}: {metres} m²");
    }
}

#[test]
fn zipped_shapefiles_have_layers_and_tell_their_encoding_or_not() {
    let zip = seed("shapefile/two.zip");
    // The layer of places has no .cpg and is in China's encoding.
    let named = |sheet: &str| read_list(&zip, &ListReading { sheet: Some(sheet.to_owned()), ..ListReading::default() });
    holds_the_places(&named("places").unwrap(), "two.zip");
    let parks = read(&zip).unwrap();
    assert_eq!((parks.rows.len(), &parks.sheets_left[..]), (1, &["places".to_owned()][..]));
    assert_eq!(parks.text(&parks.rows[0], parks.column(&["名称"])), Some("凤凰岭公园"));
    assert!(named("streets").unwrap_err().to_string().contains("its layers are: parks, places"));
    assert_eq!(read_communities(Part { path: &zip, sheet: Some("parks") }, Datum::Wgs84).unwrap().len(), 1);

    // Unpacked, with endings in capitals and without a system, as other people hand it on.
    let directory = tempfile::tempdir().unwrap();
    let mut archive = zip::ZipArchive::new(std::fs::File::open(&zip).unwrap()).unwrap();
    for end in ["shp", "dbf"] {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_name(&format!("data/places.{end}")).unwrap(), &mut bytes).unwrap();
        let end = if end == "dbf" { "DBF" } else { end };
        std::fs::write(directory.path().join(format!("places.{end}")), bytes).unwrap();
    }
    let path = directory.path().join("places.shp");
    let told = read_list(&path, &ListReading::default()).unwrap_err().to_string();
    assert!(told.contains("they seem to be metres"), "{told}");
    let datum = Some("EPSG:4545".parse().unwrap());
    holds_the_places(&read_list(&path, &ListReading { datum, ..ListReading::default() }).unwrap(), "places.shp");
    // What tells its system itself is not turned twice.
    let reading = ListReading { datum, sheet: Some("places".to_owned()), ..ListReading::default() };
    assert!(read_list(&zip, &reading).unwrap_err().to_string().contains("tells its coordinate system itself"));
}

#[test]
fn google_earth_tells_kinds_by_folders_and_data() {
    let list = list(&seed("kml/google.kmz"));
    let nursery = list.facilities.iter().find(|facility| facility.name.local == "滨河幼儿园").unwrap();
    assert!(is_near(nursery.at, 106.81, 39.66));
    assert_eq!(nursery.capacity, Some(60.0));
    assert_eq!(nursery.kind, "幼儿园", "the folder's name");
    let text = "<kml xmlns=\"http://www.opengis.net/kml/2.2\">".to_owned() + &"<Folder>".repeat(100_000);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("deep.kml");
    std::fs::write(&path, text).unwrap();
    assert!(read_list(&path, &ListReading::default()).unwrap_err().to_string().contains("nested too deep"));
    std::fs::write(&path, "<kml></kml>".repeat(300_000)).unwrap();
    assert!(read_list(&path, &ListReading::default()).unwrap_err().to_string().contains("several documents"));
    let placemark = "<Placemark><name>国大药房</name><ExtendedData><Data name=\"类型\"><value><![CDATA[药店 & 诊所]]></value></Data></ExtendedData><Point><coordinates>106.8,39.6</coordinates></Point></Placemark>";
    let text = format!("<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>{placemark}</Document></kml>");
    std::fs::write(&path, text).unwrap();
    assert_eq!(read_list(&path, &ListReading::default()).unwrap().facilities[0].kind, "药店 & 诊所");
}

#[test]
fn tables_of_surveyors_have_north_as_x() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("list.csv");
    let head = "名称,类别,X坐标,Y坐标,床位数";
    std::fs::write(&path, format!("{head}\n海勃湾区人民医院,医院,4393554.265,398750.525,600\n")).unwrap();
    let columns = lifecircle::import::ListColumns::parse("lon=X坐标,lat=Y坐标").unwrap();
    let reading = |datum: &str| ListReading {
        datum: Some(datum.parse().unwrap()),
        columns: columns.clone(),
        ..ListReading::default()
    };
    let swapped = read_list(&path, &reading("EPSG:4545")).unwrap();
    assert!(is_near(swapped.facilities[0].at, 106.82, 39.67), "{:?}", swapped.facilities[0].at);
    std::fs::write(&path, format!("{head}\n海勃湾区人民医院,医院,36398750.525,4393554.265,600\n")).unwrap();
    let east_first = read_list(&path, &reading("EPSG:4524")).unwrap();
    assert!(is_near(east_first.facilities[0].at, 106.82, 39.67), "{:?}", east_first.facilities[0].at);
    // Where a system has no meridian of its own, columns stay as they are called.
    std::fs::write(&path, "名称,类别,X坐标,Y坐标\n医院,医院,11555000,150000\n").unwrap();
    let singapore = read_list(&path, &reading("EPSG:3857")).unwrap();
    assert!(is_near(singapore.facilities[0].at, 103.800_331, 1.347_349), "{:?}", singapore.facilities[0].at);
    let told = "EPSG:99".parse::<Datum>().unwrap_err().to_string();
    assert!(told.contains("EPSG:99 is not known"), "{told}");
}

#[test]
fn damaged_files_are_refused() {
    // Found by fuzzing: a ring that ends before it begins, for which the library would ask for 19 GB.
    let told = read_list(&seed("flatgeobuf/ends.fgb"), &ListReading::default()).unwrap_err().to_string();
    assert!(told.contains("parts of a geometry end behind it"), "{told}");
    let directory = tempfile::tempdir().unwrap();
    for (file, end) in [
        ("flatgeobuf/gauss.fgb", "fgb"),
        ("shapefile/two.zip", "zip"),
        ("kml/google.kmz", "kmz"),
        ("kml/places.kml", "kml"),
    ] {
        let whole = std::fs::read(seed(file)).unwrap();
        let path = directory.path().join(format!("a.{end}"));
        // Every length, and every byte turned: an error or records, never a break-down.
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let read = read_list(&path, &ListReading::default());
            assert!(read.is_err() || end == "kml", "{file} cut to {length} bytes");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            std::fs::write(&path, &bytes).unwrap();
            let _ = read_list(&path, &ListReading::default());
        }
    }
}

//! What becomes of facilities, homes, people and communities.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use lifecircle::city::{Ages, City, Entries, Facility, ListOrigin};
use lifecircle::geo::{Datum, LonLat, metric};
use lifecircle::import::{
    AdminLevel, Clip, FacilityList, Inputs, ListColumns, ListReading, People, PeopleRow, boundary_clip, import,
    read_clip, read_communities, read_list, read_people,
};
use lifecircle::kinds::Catalogue;
use lifecircle::sources::extract::OsmSource;
use support::Map;

fn facility<'a>(city: &'a City, id: &str) -> &'a Facility {
    city.facilities.iter().find(|facility| facility.id == id).unwrap()
}

/// Whether entries are exactly these places, in any order.
fn assert_entries(facility: &Facility, expected: &[(f64, f64)]) {
    let Entries::Known(points) = &facility.entries else { panic!("no known entries: {:?}", facility.entries) };
    assert_eq!(points.len(), expected.len(), "{points:?}");
    for (x, y) in expected {
        assert!(points.iter().any(|point| metric::distance(*point, Map::at(*x, *y)).0 < 0.1), "no entry at {x}, {y}");
    }
}

/// A street along the south and a school of 100 m north of it (way 10, nodes 11 to 14).
fn school() -> Map {
    let mut map = Map::default();
    map.node(1, -200.0, 0.0).node(2, 200.0, 0.0).way(1, &[1, 2], "highway=residential");
    map.node(11, -50.0, 20.0).node(12, 50.0, 20.0).node(13, 50.0, 120.0).node(14, -50.0, 120.0);
    map.way(10, &[11, 12, 13, 14, 11], "amenity=school");
    map
}

#[test]
fn a_school_is_entered_at_its_gates() {
    let mut map = school();
    map.tagged(15, 10.0, 20.0, "barrier=gate").tagged(16, 20.0, 20.0, "barrier=gate access=private").tagged(
        17,
        30.0,
        20.0,
        "entrance=emergency",
    );
    map.elements.ways[1].1 = vec![11, 15, 16, 17, 12, 13, 14, 11];
    assert_entries(facility(&map.city(), "w10"), &[(10.0, 20.0)]);
}

#[test]
fn a_school_is_entered_where_streets_meet_or_cross_its_edge() {
    let mut map = school();
    map.node(21, 30.0, 0.0).node(22, 30.0, 60.0).way(21, &[21, 22], "highway=footway");
    map.node(23, 0.0, 200.0).way(22, &[13, 23], "highway=footway");
    map.node(24, -200.0, 70.0).node(25, 200.0, 70.0).way(23, &[24, 25], "highway=primary bridge=yes");
    assert_entries(facility(&map.city(), "w10"), &[(30.0, 20.0), (50.0, 120.0)]);
}

#[test]
fn a_school_without_any_gate_has_its_outline() {
    let city = school().city();
    let school = facility(&city, "w10");
    assert!(matches!(&school.entries, Entries::Outline(points) if points.len() == 16));
    assert!((school.area.unwrap() - 10_000.0).abs() < 5.0);
}

#[test]
fn multipolygons_have_holes_and_several_parts() {
    let mut map = school();
    // A park in two halves (ways 30, 31 make one ring; 32 is another), with a pond in the first.
    map.node(31, 300.0, 0.0).node(32, 500.0, 0.0).node(33, 500.0, 200.0).node(34, 300.0, 200.0);
    map.way(30, &[31, 32, 33], "").way(31, &[31, 34, 33], "");
    map.node(41, 350.0, 50.0).node(42, 450.0, 50.0).node(43, 450.0, 150.0).node(44, 350.0, 150.0).way(
        40,
        &[41, 42, 43, 44, 41],
        "natural=water",
    );
    map.node(51, 600.0, 0.0).node(52, 700.0, 0.0).node(53, 700.0, 100.0).node(54, 600.0, 100.0).way(
        50,
        &[51, 52, 53, 54, 51],
        "",
    );
    map.relation(5, &[(30, "outer"), (31, "outer"), (40, "inner"), (50, "outer")], "type=multipolygon leisure=park");
    let city = map.city();
    let park = facility(&city, "r5");
    assert!((park.area.unwrap() - (40_000.0 - 10_000.0 + 10_000.0)).abs() < 20.0, "{:?}", park.area);
}

fn houses() -> Map {
    let mut map = school();
    let mut next = 100;
    let mut house = |map: &mut Map, x: f64, y: f64, about: &str| {
        let ids: Vec<i64> = (next..next + 4).collect();
        for (id, (dx, dy)) in ids.iter().zip([(0.0, 0.0), (20.0, 0.0), (20.0, 10.0), (0.0, 10.0)]) {
            map.node(*id, x + dx, y + dy);
        }
        map.way(next, &[ids[0], ids[1], ids[2], ids[3], ids[0]], about);
        next += 10;
    };
    house(&mut map, -100.0, -40.0, "building=apartments building:levels=6");
    house(&mut map, -60.0, -40.0, "building=house building:levels=2");
    house(&mut map, 60.0, -40.0, "building=yes");
    house(&mut map, 100.0, -40.0, "building=retail");
    house(&mut map, 140.0, -40.0, "building=yes shop=supermarket");
    map.node(90, 40.0, -10.0).node(91, 190.0, -10.0).node(92, 190.0, -90.0).node(93, 40.0, -90.0);
    map.way(90, &[90, 91, 92, 93, 90], "landuse=residential");
    map
}

fn rows(people: People) -> Vec<PeopleRow> {
    match people {
        People::Rows(rows) => rows,
        People::Raster(_) | People::Totals(_) => Vec::new(),
    }
}

#[test]
fn communities_are_the_deepest_boundaries_that_hold_most_homes() {
    let mut map = houses();
    for (id, west, east) in [(200, -300.0, 0.0), (210, 0.0, 300.0)] {
        map.node(id, west, -300.0).node(id + 1, east, -300.0).node(id + 2, east, 300.0).node(id + 3, west, 300.0);
        map.way(id, &[id, id + 1, id + 2, id + 3, id], "");
        map.relation(id, &[(id, "outer")], &format!("type=boundary boundary=administrative admin_level=10 name=C{id}"));
    }
    map.relation(300, &[(200, "outer"), (210, "outer")], "type=boundary boundary=administrative admin_level=6 name=D");
    let city = map.city();
    let names: Vec<&str> = city.communities.iter().map(|c| c.name.local.as_str()).collect();
    assert_eq!(names, ["C200", "C210"]);
    assert_eq!(city.communities[0].subdistrict.local, "D");
    let community = |id: &str| city.homes.iter().find(|home| home.id == id).and_then(|home| home.community);
    assert_eq!(["w100", "w110", "w120"].map(community), [Some(0), Some(0), Some(1)]);
    let whole = import(Inputs { admin_level: AdminLevel::Level(6), ..map.inputs() }, &()).unwrap();
    assert_eq!(whole.communities.len(), 1);
}

#[test]
fn ids_are_unique_whatever_the_lists_say() {
    let list = FacilityList {
        file: "list.csv".to_owned(),
        origin: ListOrigin::Plain,
        datum: Datum::Wgs84,
        facilities: vec![facility(&school().city(), "w10").clone(), facility(&school().city(), "w10").clone()],
        unplaced: vec![],
        unused: vec![],
        sheets_left: vec![],
        closed: 0,
    };
    let city = import(Inputs { lists: vec![list], merge: false, ..school().inputs() }, &()).unwrap();
    let mut ids: Vec<&str> = city.facilities.iter().map(|f| f.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["w10", "w10#2", "w10#3"]);
}

#[test]
fn lists_are_shifted_and_mapped() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("amap.csv");
    let there = Map::at(0.0, 0.0);
    let gcj = Datum::Gcj02.from_wgs84(there);
    std::fs::write(&file, format!("编号,名称,类别,location\n7,国大药房,药店,\"{:.9},{:.9}\"\n", gcj.x, gcj.y)).unwrap();
    let list = read_list(&file, &ListReading { datum: Some(Datum::Gcj02), ..ListReading::default() }).unwrap();
    let pharmacy = &list.facilities[0];
    assert_eq!(
        (pharmacy.id.as_str(), pharmacy.kind.as_str(), pharmacy.name.local.as_str()),
        ("amap:7", "药店", "国大药房")
    );
    assert!(metric::distance(pharmacy.at, there).0 < 0.01);
    let unshifted = read_list(&file, &ListReading { datum: Some(Datum::Wgs84), ..ListReading::default() }).unwrap();
    assert!(metric::distance(unshifted.facilities[0].at, there).0 > 100.0);

    std::fs::write(&file, "LNG,LAT,what\n106.8,39.6,amenity=pharmacy\n").unwrap();
    let columns_of = |text: &str| ListReading { columns: ListColumns::parse(text).unwrap(), ..ListReading::default() };
    let list = read_list(&file, &columns_of("lon=LNG,lat=LAT,kind=what")).unwrap();
    assert_eq!(list.facilities[0].tag("amenity"), Some("pharmacy"));
    let error = read_list(&file, &columns_of("lon=LNG,lat=LAT,kind=kind")).unwrap_err().to_string();
    assert!(error.contains("there is no column `kind`") && error.contains("LNG, LAT, what"), "{error}");
}

#[test]
fn one_age_group_may_be_known_without_the_other() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("people.csv");
    std::fs::write(&file, "id,lon,lat,population,老年人\n1,106.8,39.66,100,20\n").unwrap();
    let people = read_people(&file, None, Datum::Wgs84).unwrap();
    assert_eq!(rows(people)[0].ages, Ages { children: None, elderly: Some(20.0) });
}

#[test]
fn exports_of_other_maps_are_known_by_their_columns() {
    let directory = tempfile::tempdir().unwrap();
    let there = Map::at(0.0, 0.0);
    let read = |name: &str, text: String| {
        let file = directory.path().join(name);
        std::fs::write(&file, text).unwrap();
        read_list(&file, &ListReading::default()).unwrap()
    };
    let kinds = |list: &FacilityList| {
        let catalogue = Catalogue::built_in();
        let of = |facility| catalogue.kinds_of(facility).iter().map(|kind| catalogue.kinds[*kind].id.clone()).collect();
        list.facilities.iter().map(of).collect::<Vec<Vec<String>>>()
    };
    let gcj = Datum::Gcj02.from_wgs84(there);
    let amap = read(
        "amap.csv",
        format!(
            "id,name,type,typecode,address,location,pname,cityname,adname\n\
             B1,国大药房,医疗保健服务;医药保健销售店;药房,090601,新华街,\"{x:.9},{y:.9}\",内蒙古自治区,乌海市,海勃湾区\n\
             B2,好再来,餐饮服务;快餐厅;快餐厅|购物服务;便民商店/便利店;便民商店/便利店,050300|060200,新华街,\"{x:.9},{y:.9}\",内蒙古自治区,乌海市,海勃湾区\n",
            x = gcj.x,
            y = gcj.y
        ),
    );
    assert_eq!((amap.origin, amap.datum), (ListOrigin::Amap, Datum::Gcj02));
    assert_eq!(kinds(&amap), [vec!["pharmacy"], vec!["convenience_store", "fast_food"]]);
    assert!(metric::distance(amap.facilities[0].at, there).0 < 0.01);

    let bd = Datum::Bd09.from_wgs84(there);
    let baidu = read("baidu.csv", format!("uid,name,tag,lng,lat\nb1,滨河园,教育培训;幼儿园,{:.9},{:.9}\n", bd.x, bd.y));
    assert_eq!((baidu.origin, baidu.datum), (ListOrigin::Baidu, Datum::Bd09));
    assert_eq!(kinds(&baidu), [["kindergarten"]]);
    assert!(metric::distance(baidu.facilities[0].at, there).0 < 0.01);

    let overture = read(
        "overture.geojson",
        r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","geometry":{"type":"Point","coordinates":[106.8,39.66]},"properties":{"id":"o1",
             "names":{"primary":"Kappa","common":null},"categories":{"primary":"coffee_shop","alternate":["bakery"]},"confidence":0.9}},
            {"type":"Feature","geometry":{"type":"Point","coordinates":[106.8,39.66]},"properties":{"id":"o2",
             "names":{"primary":"Old"},"categories":{"primary":"bakery"},"operating_status":"permanently_closed"}}]}"#
            .to_owned(),
    );
    assert_eq!((overture.origin, overture.datum, overture.closed), (ListOrigin::Overture, Datum::Wgs84, 1));
    assert_eq!(kinds(&overture), [["cafe"]]);
    assert_eq!(overture.facilities[0].name.local, "Kappa");
}

#[test]
fn geoparquet_as_another_program_writes_it() {
    // Written by PyArrow in the shape of Overture's places: structures, a list, zstd.
    let seeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/parquet/overture.parquet");
    let list = read_list(&seeds, &ListReading::default()).unwrap();
    assert_eq!(list.origin, ListOrigin::Overture);
    let told = |tag: &str| list.facilities.iter().map(|f| f.tag(tag).map(str::to_owned)).collect::<Vec<_>>();
    assert_eq!(told("overture"), [Some("cafe".to_owned()), Some("pharmacy".to_owned())]);
    assert_eq!(told("categories.alternate"), [Some("bakery;bar".to_owned()), None]);
    assert_eq!(list.facilities[0].at, LonLat { x: 106.8, y: 39.6 });
}

#[test]
fn damaged_parquet_is_an_error_wherever_it_is_damaged() {
    let seeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/parquet");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("list.parquet");
    let problem = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        read_list(&file, &ListReading::default()).err().map(|error| error.to_string())
    };
    // Found by fuzzing: a column that begins before the file.
    let negative = std::fs::read(seeds.join("negative.parquet")).unwrap();
    assert!(problem(&negative).unwrap().contains("cannot be read as Parquet"));
    let whole = std::fs::read(seeds.join("overture.parquet")).unwrap();
    for length in (0..whole.len()).step_by(37) {
        assert!(problem(&whole[..length]).is_some(), "{length}");
    }
    // Any byte may be wrong: what comes of it is an error or a list, not a crash.
    for position in (0..whole.len()).step_by(5) {
        let mut bytes = whole.clone();
        bytes[position] ^= 0x55;
        let _ = problem(&bytes);
    }
}

#[test]
fn what_became_of_a_list_is_told() {
    let list = |rows: &str| {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("list.csv");
        std::fs::write(&file, format!("id,name,kind,lon,lat,capacity\n{rows}")).unwrap();
        read_list(&file, &ListReading::default()).unwrap()
    };
    let near = facility(&school().city(), "w10").at;
    let rows =
        format!("1,小学,小学,{x},{y},900\n2,某某,算命馆,{x},{y},\n3,某某,算命馆,{x},{y},\n", x = near.x, y = near.y);
    let city = import(Inputs { lists: vec![list(&rows)], ..school().inputs() }, &()).unwrap();
    let report = &city.about.lists[0];
    assert_eq!((report.entries, report.recognised, report.merged), (3, 1, 1));
    assert_eq!(report.unrecognised, [("算命馆".to_owned(), 2)]);
    assert_eq!(city.merges[0].kept, "w10");
    assert_eq!(facility(&city, "w10").capacity, Some(900.0));
    // What is kept on disk can be taken back.
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.city");
    lifecircle::city::save(&city, &path, lifecircle::output::Existing::Refuse).unwrap();
    let mut loaded = lifecircle::city::load(&path).unwrap();
    assert_eq!(loaded.merges, city.merges);
    assert_eq!(loaded.about, city.about);
    lifecircle::import::undo(&mut loaded.facilities, &mut loaded.merges, &["list:1".to_owned()]).unwrap();
    assert_eq!(facility(&loaded, "w10").capacity, None);
    assert_eq!(facility(&loaded, "list:1").capacity, Some(900.0));
}

#[test]
fn real_people_and_boundaries_are_read() {
    let Some(data) = support::shared_data("") else { return };
    let cells = read_people(&data.join("helsinki/population_grid_2020.gpkg"), None, Datum::Wgs84).unwrap();
    assert_eq!(rows(cells).len(), 92);
    let hexagons = read_people(&data.join("porto_alegre/poa_hexgrid.csv"), None, Datum::Wgs84).unwrap();
    assert_eq!(rows(hexagons).len(), 1227);
    let wuhai = read_communities(&data.join("wuhai/150300.json"), Datum::Gcj02).unwrap();
    assert_eq!(wuhai.len(), 1);
    let mut elevation =
        lifecircle::sources::geotiff::GeoTiff::open(&data.join("porto_alegre/poa_elevation.tif")).unwrap();
    let height =
        elevation.window([-51.21, -30.06, -51.19, -30.04]).unwrap().sample(LonLat { x: -51.2, y: -30.05 }).unwrap();
    assert!((0.0..320.0).contains(&height), "{height}");
}

#[test]
fn a_city_is_cut_out_of_an_extract() {
    // Streets all along 10 km, with a pharmacy each 500 m; two districts of 1 km, and one whose border is missing in part.
    let mut map = Map::default();
    for step in 0..=100 {
        map.node(step, f64::from(step as i32) * 100.0 - 5000.0, 0.0);
        if step % 5 == 0 {
            map.tagged(1000 + step, f64::from(step as i32) * 100.0 - 5000.0, 20.0, "amenity=pharmacy");
        }
    }
    map.way(1, &(0..=100).collect::<Vec<_>>(), "highway=residential");
    for (number, west) in [-500.0, 500.0].into_iter().enumerate() {
        let first = 2000 + 10 * number as i64;
        let corners = [(west, -300.0), (west + 1000.0, -300.0), (west + 1000.0, 300.0), (west, 300.0)];
        corners.iter().enumerate().for_each(|(n, (x, y))| _ = map.node(first + n as i64, *x, *y));
        map.way(first, &[first, first + 1, first + 2, first + 3, first], "");
        let about = format!("type=boundary boundary=administrative admin_level=8 name=District{number}");
        map.relation(first, &[(first, "outer")], &about);
    }
    let whole = map.city();
    let cut = |clip| import(Inputs { clip: Some(clip), ..map.inputs() }, &());
    let source = || OsmSource::Memory(map.elements.clone());
    let by_name = cut(boundary_clip(&source(), "district0", &()).unwrap()).unwrap();
    let metres = |city: &City| city.streets.edges.iter().map(|street| street.length.0).sum::<f64>();
    assert!(metres(&whole) > 9_990.0 && (3_900.0..4_300.0).contains(&metres(&by_name)), "{}", metres(&by_name));
    // Homes inside alone, facilities around as well; and the district itself.
    let x = |at: LonLat| (at.x - Map::at(0.0, 0.0).x) / (Map::at(1.0, 0.0).x - Map::at(0.0, 0.0).x);
    assert!(!by_name.homes.is_empty() && by_name.homes.iter().all(|home| x(home.at).abs() <= 501.0));
    let far = by_name.facilities.iter().map(|facility| x(facility.at).abs()).fold(0.0, f64::max);
    assert!((1900.0..2200.0).contains(&far), "{far}");
    assert_eq!(by_name.communities.iter().map(|c| c.name.local.as_str()).collect::<Vec<_>>(), ["District0"]);
    // As many homes there as in the whole, and as far from the pharmacies.
    let inside = whole.homes.iter().filter(|home| x(home.at).abs() <= 500.0).count();
    assert_eq!(by_name.homes.len(), inside);
    // The same from a file, in another datum.
    let directory = tempfile::tempdir().unwrap();
    let corner = |x: f64, y: f64| {
        let at = Datum::Gcj02.from_wgs84(Map::at(x, y));
        format!("[{},{}]", at.x, at.y)
    };
    let ring = [(-500.0, -300.0), (500.0, -300.0), (500.0, 300.0), (-500.0, 300.0), (-500.0, -300.0)];
    let ring: Vec<String> = ring.iter().map(|(x, y)| corner(*x, *y)).collect();
    let file = directory.path().join("area.geojson");
    let text = format!("{{\"type\":\"Polygon\",\"coordinates\":[[{}]]}}", ring.join(","));
    std::fs::write(&file, format!("{{\"type\":\"Feature\",\"properties\":{{}},\"geometry\":{text}}}")).unwrap();
    let by_file = cut(read_clip(&file, Datum::Gcj02).unwrap()).unwrap();
    assert_eq!((by_file.homes.len(), by_file.facilities.len()), (by_name.homes.len(), by_name.facilities.len()));
    // What is not there is told, with what is.
    let told = boundary_clip(&source(), "Elsewhere", &()).unwrap_err().to_string();
    assert!(told.contains("called \"Elsewhere\"") && told.contains("District0, District1"), "{told}");
    std::fs::write(
        &file,
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]}}",
    )
    .unwrap();
    assert!(read_clip(&file, Datum::Wgs84).unwrap_err().to_string().contains("not an area"));
    let elsewhere = Map::at(50_000.0, 0.0);
    let far = geo_types::Rect::new(elsewhere, elsewhere + geo_types::coord! { x: 0.01, y: 0.01 }).to_polygon();
    assert!(cut(Clip::new(vec![far].into()).unwrap()).is_err());
}

//! Where people live, estimated or given: buildings, streets, areas, totals.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use lifecircle::city::{Ages, Basis, City, Home, HomeKind};
use lifecircle::geo::Datum;
use lifecircle::geo::metric;
use lifecircle::import::{Inputs, People, PeopleAt, PeopleRow, import, read_buildings, read_people};
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::{Standard, recognise};
use lifecircle::summary::{ServiceAt, life_circle};
use support::Map;

/// Streets of 400 m in a square from a corner, 100 m apart, and ids from `first` on.
fn town(map: &mut Map, first: i64, [x, y]: [f64; 2], about: &str) {
    for street in 0..5 {
        let (along, id) = (f64::from(street as i32) * 100.0, first + street * 10);
        map.node(id, x, y + along).node(id + 1, x + 400.0, y + along).way(id, &[id, id + 1], about);
        map.node(id + 2, x + along, y).node(id + 3, x + along, y + 400.0).way(id + 1, &[id + 2, id + 3], about);
    }
}

/// A rectangle with its corner at a place.
fn rectangle(map: &mut Map, id: i64, [x, y]: [f64; 2], [width, height]: [f64; 2], about: &str) {
    map.node(id, x, y).node(id + 1, x + width, y).node(id + 2, x + width, y + height).node(id + 3, x, y + height);
    map.way(id, &[id, id + 1, id + 2, id + 3, id], about);
}

/// Houses of 12 m by 12 m on both sides of a town's streets that go east, 20 m apart.
fn houses(map: &mut Map, first: i64, [x, y]: [f64; 2], about: &str) {
    let mut id = first;
    for street in 0..5 {
        for place in 0..20 {
            for side in [-20.0, 8.0] {
                let at = [x + f64::from(place) * 20.0 + 2.0, y + f64::from(street) * 100.0 + side];
                rectangle(map, id, at, [12.0, 12.0], about);
                id += 10;
            }
        }
    }
}

fn residents<'a>(homes: impl IntoIterator<Item = &'a Home>) -> f64 {
    homes.into_iter().map(|home| home.residents).sum()
}

/// Those west of a place.
fn west_of(city: &City, x: f64) -> f64 {
    residents(city.homes.iter().filter(|home| home.at.x < Map::at(x, 0.0).x))
}

#[test]
fn buildings_are_homes_by_what_they_tell() {
    let mut map = Map::default();
    town(&mut map, 1000, [0.0, 0.0], "highway=residential");
    let kinds = [
        ("building=apartments building:levels=6", true),
        ("building=house height=6.5", true),
        ("building=yes", true),
        ("building=yes name=第三小学教学楼", false),
        ("building=yes shop=supermarket", false),
        ("building=retail", false),
        ("building=church", false),
        ("building=yes name=阳光小区3号楼", true),
        ("building=apartments amenity=school name=宿舍", true),
    ];
    for (number, (about, _)) in kinds.iter().enumerate() {
        rectangle(&mut map, 2000 + number as i64 * 10, [number as f64 * 40.0, 10.0], [20.0, 10.0], about);
    }
    // A shed, and a building within the grounds of a hospital.
    rectangle(&mut map, 3000, [10.0, 150.0], [4.0, 4.0], "building=yes");
    rectangle(&mut map, 3010, [200.0, 210.0], [90.0, 80.0], "amenity=hospital");
    rectangle(&mut map, 3020, [220.0, 230.0], [20.0, 10.0], "building=yes");
    let city = map.city();
    let of = |id: i64| city.homes.iter().find(|home| home.id == format!("w{id}"));
    for (number, (about, is_home)) in kinds.iter().enumerate() {
        assert_eq!(of(2000 + number as i64 * 10).is_some(), *is_home, "{about}");
    }
    assert!(of(3000).is_none() && of(3020).is_none());
    // 200 m² on six storeys, 95 % dwellings, 70 m² a person; a house of 6.5 m has two storeys, 90 % dwellings.
    assert!((of(2000).unwrap().residents - 200.0 * 6.0 * 0.95 / 70.0).abs() < 0.1);
    assert!((of(2010).unwrap().residents - 200.0 * 2.0 * 0.9 / 70.0).abs() < 0.1);
    assert!(city.homes.iter().all(|home| home.basis == Basis::Estimated && home.ages == Ages::default()));
}

#[test]
fn shops_take_their_part_of_a_building() {
    let with = |shops: usize| {
        let mut map = Map::default();
        town(&mut map, 1000, [0.0, 0.0], "highway=residential");
        rectangle(&mut map, 2000, [10.0, 10.0], [20.0, 20.0], "building=apartments building:levels=5");
        for shop in 0..shops {
            map.tagged(3000 + shop as i64, 12.0 + shop as f64, 15.0, "shop=bakery");
        }
        let city = map.city();
        residents(city.homes.iter().filter(|home| home.kind == HomeKind::Building))
    };
    assert!((with(0) - with(2) - 2.0 * 200.0 * 0.95 / 70.0).abs() < 0.1);
    assert!((with(50) / with(0) - 0.2).abs() < 0.01, "some of it stays dwellings");
}

#[test]
fn all_residential_streets_have_homes_where_no_buildings_are_mapped() {
    let mut map = Map::default();
    town(&mut map, 1000, [0.0, 0.0], "highway=residential");
    town(&mut map, 2000, [3000.0, 0.0], "highway=motorway foot=yes");
    // One building of many does not stand for all of them.
    rectangle(&mut map, 3000, [10.0, 10.0], [20.0, 10.0], "building=yes");
    let city = map.city();
    let along = |x: f64, y: f64| city.homes.iter().any(|home| metric::distance(home.at, Map::at(x, y)).0 < 30.0);
    for street in 0..5 {
        for place in 0..8 {
            assert!(along(f64::from(place) * 50.0 + 25.0, f64::from(street) * 100.0), "{street} {place}");
        }
    }
    assert!(west_of(&city, 2000.0) > 500.0);
    assert!((residents(&city.homes) - west_of(&city, 2000.0)).abs() < 1e-9, "nobody lives along a motorway");
}

#[test]
fn a_city_of_which_half_is_mapped_is_not_lopsided() {
    let mut map = Map::default();
    let mut first = 1000;
    for number in 0..10 {
        let at = [f64::from(number) * 1000.0, 0.0];
        town(&mut map, first, at, "highway=residential");
        if number < 5 {
            houses(&mut map, first + 10_000, at, "building=apartments building:levels=6");
        }
        first += 100_000;
    }
    map.node(1, 0.0, 0.0).node(2, 9400.0, 0.0).way(1, &[1, 2], "highway=trunk");
    let city = map.city();
    let (mapped, all) = (west_of(&city, 4700.0), residents(&city.homes));
    let streets: f64 = residents(city.homes.iter().filter(|home| home.kind == HomeKind::Street));
    assert!((mapped / (all - mapped) - 1.0).abs() < 0.25, "{mapped} beside {}", all - mapped);
    assert!((streets - (all - mapped)).abs() < 0.1 * all, "where all is mapped no home is made up: {streets}");
}

#[test]
fn nobody_lives_on_works_and_few_in_fields() {
    let people = |landuse: &str| {
        let mut map = Map::default();
        town(&mut map, 1000, [0.0, 0.0], "highway=residential");
        rectangle(&mut map, 2000, [-50.0, -50.0], [500.0, 500.0], landuse);
        map.node(1, 3000.0, 0.0).node(2, 3100.0, 0.0).way(1, &[1, 2], "highway=residential");
        west_of(&map.city(), 2000.0)
    };
    let usual = people("landuse=residential");
    assert_eq!(people("landuse=industrial"), 0.0);
    assert!(people("landuse=commercial") < 0.4 * usual);
    assert!(people("landuse=commercial") > 0.0);
}

#[test]
fn large_estates_have_homes_away_from_their_streets() {
    let mut map = Map::default();
    map.node(1, 0.0, 0.0).node(2, 400.0, 0.0).way(1, &[1, 2], "highway=residential");
    rectangle(&mut map, 2000, [0.0, 0.0], [400.0, 400.0], "landuse=residential");
    let city = map.city();
    let estate: Vec<&Home> = city.homes.iter().filter(|home| home.kind == HomeKind::Estate).collect();
    // Sixteen hectares of a hundred people, but for the row along the street.
    assert_eq!(estate.len(), 12);
    assert!((residents(estate) - 1200.0).abs() < 5.0);
}

/// Two towns in a district each, named A and B.
fn districts(about_a: &str, about_b: &str) -> Map {
    let mut map = Map::default();
    for (number, (name, about)) in [("A", about_a), ("B", about_b)].into_iter().enumerate() {
        let (id, x) = (number as i64 * 10_000 + 1000, number as f64 * 1000.0);
        town(&mut map, id, [x, 0.0], "highway=residential");
        rectangle(&mut map, id + 500, [x - 1.0, -1.0], [402.0, 402.0], "");
        let about = format!("type=boundary boundary=administrative admin_level=8 name={name} {about}");
        map.relation(id + 500, &[(id + 500, "outer")], &about);
    }
    map
}

#[test]
fn totals_of_the_extract_scale_what_is_estimated() {
    let plain = districts("", "").city();
    let (before, all) = (west_of(&plain, 700.0), residents(&plain.homes));
    assert!((before * 2.0 - all).abs() < 1.0);

    // Of one boundary: the other follows it, as far as one of two says something.
    let city = districts("population=1,600", "").city();
    assert!((west_of(&city, 700.0) - 1600.0).abs() < 1e-6);
    let other = residents(&city.homes) - 1600.0;
    assert!(other > before.min(1600.0) && other < before.max(1600.0), "{other}");
    assert!(city.homes.iter().any(|home| home.basis == Basis::Total));
    assert!(city.about.notes.iter().any(|note| note.en.contains("(1; 1,600 in all)")), "{:?}", city.about.notes);

    // Of a town that the boundary is named after.
    let mut map = districts("", "");
    map.tagged(1, 100.0, 150.0, "place=town name=A population=2500");
    assert!((west_of(&map.city(), 700.0) - 2500.0).abs() < 1e-6);

    // A slip of the keyboard, or the total of a whole of which a part is here.
    let city = districts("population=1600000", "").city();
    assert!((west_of(&city, 700.0) - before).abs() < 1e-6);
    let mut map = districts("", "");
    map.tagged(1, 600.0, 150.0, "place=city name=City population=800000");
    assert!((west_of(&map.city(), 700.0) - before).abs() < 1e-6);

    let given = import(Inputs { population: Some(5000.0), ..districts("", "").inputs() }, &()).unwrap();
    assert!((residents(&given.homes) - 5000.0).abs() < 1e-6 && (west_of(&given, 700.0) - 2500.0).abs() < 2.0);
}

#[test]
fn a_village_without_a_boundary_has_the_homes_around_it() {
    let mut map = Map::default();
    town(&mut map, 1000, [0.0, 0.0], "highway=residential");
    town(&mut map, 2000, [3000.0, 0.0], "highway=residential");
    // Streets far around, so that all of it lies within the extract.
    map.node(1, -3000.0, -3000.0).node(2, 6000.0, 3000.0).way(1, &[1, 2], "highway=trunk");
    let before = west_of(&map.city(), 1500.0);
    map.tagged(3, 200.0, 200.0, "place=village name=V population=3000");
    map.tagged(4, 3200.0, 200.0, "place=village name=W");
    let city = map.city();
    assert!((west_of(&city, 1500.0) - 3000.0).abs() < 1e-6, "{} before {before}", west_of(&city, 1500.0));
}

#[test]
fn a_table_of_communities_and_their_residents() {
    let directory = tempfile::tempdir().unwrap();
    let table = directory.path().join("people.csv");
    std::fs::write(&table, "社区名称,常住人口,60岁及以上\nA,3000,600\nb,1000,300\nNowhere,50,5\n").unwrap();
    let people = read_people(&table, None, Datum::Wgs84).unwrap();
    let city = import(Inputs { people: Some(people), ..districts("", "").inputs() }, &()).unwrap();
    assert!((west_of(&city, 700.0) - 3000.0).abs() < 1e-6);
    assert!((residents(&city.homes) - 4000.0).abs() < 1e-6);
    let old: f64 = city.homes.iter().map(|home| home.ages.elderly.unwrap()).sum();
    assert!((old - 900.0).abs() < 1e-6);
    assert!(city.homes.iter().all(|home| home.basis == Basis::Total && home.ages.children.is_none()));
    assert!(
        city.about
            .notes
            .iter()
            .any(|note| note.en.contains("(50 residents) are not known") && note.en.contains("Nowhere"))
    );

    // Of a whole and one of its parts, the other part has the rest, also of each age.
    let mut map = districts("", "");
    rectangle(&mut map, 90_000, [-10.0, -10.0], [1500.0, 500.0], "");
    map.relation(90_000, &[(90_000, "outer")], "type=boundary boundary=administrative admin_level=7 name=Whole");
    let of = |text: &str| {
        std::fs::write(&table, text).unwrap();
        let people = read_people(&table, None, Datum::Wgs84)?;
        import(Inputs { people: Some(people), ..map.inputs() }, &())
    };
    let city = of("name,residents,elderly\nWhole,5000,1000\nA,3000,900\n").unwrap();
    let old: f64 = city.homes.iter().map(|home| home.ages.elderly.unwrap()).sum();
    assert!((west_of(&city, 700.0) - 3000.0).abs() < 1e-6 && (residents(&city.homes) - 5000.0).abs() < 1e-6);
    assert!((old - 1000.0).abs() < 1e-6, "{old}");

    // An empty cell is not known; a table of nothing is refused, as is an area that stands twice, and a bad coordinate is told as such.
    let before = west_of(&map.city(), 700.0);
    assert!((west_of(&of("name,residents\nA,\nB,700\n").unwrap(), 700.0) - before).abs() < 1e-6);
    assert!(of("name,residents\nA,\nB,\n").unwrap_err().to_string().contains("nobody lives in it"));
    assert!(
        of("name,residents\nA,4\nB,5\nA,6\n")
            .unwrap_err()
            .to_string()
            .contains("line 4: it is of the same area as line 2")
    );
    assert!(of("name,residents,lon,lat\nA,4,106.8,39.6\nB,5,106.8,3O.6\n").unwrap_err().to_string().contains("3O.6"));

    std::fs::write(&table, "name,residents\nX,3\nY,4\n").unwrap();
    let people = read_people(&table, None, Datum::Wgs84).unwrap();
    let error = import(Inputs { people: Some(people), ..districts("", "").inputs() }, &()).unwrap_err().to_string();
    assert!(error.contains("none of its areas is known: X, Y") && error.contains("people.csv"), "{error}");
}

fn cell(west: f64, east: f64, residents: f64) -> PeopleRow {
    let ring = [(west, -100.0), (east, -100.0), (east, 0.0), (west, 0.0), (west, -100.0)].map(|(x, y)| Map::at(x, y));
    let shape = geo_types::MultiPolygon(vec![geo_types::Polygon::new(geo_types::LineString(ring.to_vec()), vec![])]);
    PeopleRow { id: format!("cell {west}"), at: PeopleAt::Area(shape), residents, ages: Ages::default() }
}

#[test]
fn people_of_a_cell_live_in_its_homes_or_along_its_streets() {
    let mut map = Map::default();
    map.node(1, -200.0, 20.0).node(2, 600.0, 20.0).way(1, &[1, 2], "highway=trunk");
    rectangle(&mut map, 2000, [-100.0, -40.0], [20.0, 10.0], "building=apartments building:levels=6");
    rectangle(&mut map, 2010, [-60.0, -40.0], [20.0, 10.0], "building=apartments building:levels=2");
    rectangle(&mut map, 2020, [60.0, -40.0], [20.0, 10.0], "building=house");
    // No home is known here, but a street is.
    map.node(3, 200.0, -50.0).node(4, 300.0, -50.0).way(2, &[3, 4], "highway=footway");
    let people = People::Rows(vec![
        cell(-150.0, 0.0, 160.0),
        cell(0.0, 200.0, 50.0),
        cell(200.0, 300.0, 8.0),
        cell(400.0, 500.0, 7.0),
        cell(9000.0, 9100.0, 99.0),
    ]);
    let city = import(Inputs { people: Some(people), ..map.inputs() }, &()).unwrap();
    let of = |id: &str| city.homes.iter().find(|home| home.id == id).unwrap();
    // Six storeys against two, so 120 and 40; the third house has its cell to itself.
    assert!((of("w2000").residents - 120.0).abs() < 1e-6 && (of("w2010").residents - 40.0).abs() < 1e-6);
    assert!((of("w2020").residents - 50.0).abs() < 1e-6);
    assert_eq!((of("cell 200:0").kind, of("cell 200:0").residents), (HomeKind::Street, 4.0));
    assert_eq!(of("cell 200:1").residents, 4.0);
    // Where there is no street either, the middle of the cell.
    assert_eq!((of("cell 400").kind, of("cell 400").residents), (HomeKind::Cell, 7.0));
    assert_eq!(city.homes.len(), 6);
    assert!(city.homes.iter().all(|home| home.basis == Basis::Given));
    assert!(
        city.about.notes.iter().any(|note| note.en.starts_with("99 residents in 1 cells")),
        "{:?}",
        city.about.notes
    );
}

#[test]
fn homes_know_how_far_the_data_goes_beyond_them() {
    let mut map = Map::default();
    town(&mut map, 1000, [0.0, 0.0], "highway=residential");
    map.node(1, -2000.0, -2000.0).node(2, 2000.0, -2000.0).node(3, 2000.0, 2000.0).node(4, -2000.0, 2000.0);
    map.way(1, &[1, 2, 3, 4, 1], "highway=trunk");
    let city = map.city();
    let origin = Map::at(0.0, 0.0);
    for home in &city.homes {
        // The data ends at the square around, and the town lies north-east of its middle.
        let east = metric::distance(origin, geo_types::Coord { x: home.at.x, y: origin.y }).0;
        let north = metric::distance(origin, geo_types::Coord { x: origin.x, y: home.at.y }).0;
        let expected = 2000.0 - east.max(north);
        assert!((home.to_edge.unwrap().0 - expected).abs() < 5.0, "{:?} {expected}", home.to_edge);
    }
    // A lake along the north: there the land ends, not the data. Its shore has a corner every 300 m, as shores have.
    let shore: Vec<i64> = (0..21).map(|corner| 5000 + corner).collect();
    for (number, id) in shore.iter().enumerate() {
        map.node(*id, -3000.0 + number as f64 * 300.0, 1900.0);
    }
    map.node(5100, 3000.0, 3900.0).node(5101, -3000.0, 3900.0);
    let around = [shore, vec![5100, 5101, 5000]].concat();
    // A river has bridges, and people behind it: one that says so, and one that is as long and narrow as rivers are.
    let mut river = map.clone();
    river.way(5000, &around, "natural=water water=river");
    assert_eq!(river.city().homes, city.homes);
    map.way(5000, &around, "natural=water");
    let mut narrow = Map::default();
    town(&mut narrow, 1000, [0.0, 0.0], "highway=residential");
    narrow.node(1, -2000.0, -2000.0).node(2, 2000.0, -2000.0).node(3, 2000.0, 2000.0).node(4, -2000.0, 2000.0);
    narrow.way(1, &[1, 2, 3, 4, 1], "highway=trunk");
    rectangle(&mut narrow, 7000, [-5000.0, 1900.0], [10_000.0, 200.0], "natural=water");
    assert_eq!(narrow.city().homes, city.homes);
    for home in &map.city().homes {
        let east = metric::distance(origin, geo_types::Coord { x: home.at.x, y: origin.y }).0;
        assert!((home.to_edge.unwrap().0 - (2000.0 - east)).abs() < 5.0, "{:?}", home.to_edge);
    }
}

#[test]
fn what_a_place_lacks_near_the_edge_is_not_known() {
    let mut map = Map::default();
    town(&mut map, 1000, [0.0, 0.0], "highway=residential");
    map.node(1, -4000.0, -4000.0).node(2, 4000.0, -4000.0).node(3, 4000.0, 4000.0).node(4, -4000.0, 4000.0);
    map.way(1, &[1, 2, 3, 4, 1], "highway=residential");
    map.tagged(9, 230.0, 205.0, "amenity=pharmacy");
    let ready = ReadyCity::new(map.city(), Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let standard = Standard::find("wuhai-8").unwrap();
    let recognised = recognise(&standard, &ready.city().facilities);
    let at = |x: f64, y: f64| {
        let circle = life_circle(&ready, &standard, &recognised, Map::at(x, y)).unwrap();
        circle.circles.into_iter().flat_map(|circle| circle.services).collect::<Vec<_>>()
    };
    let of = |services: &[ServiceAt], id: &str| services.iter().find(|service| service.id == id).unwrap().clone();
    // In the middle of the town, 3.6 km or more from the edge, what is not there is missing …
    let middle = at(250.0, 203.0);
    assert!(middle.iter().all(|service| !service.unknown) && middle.iter().any(|service| !service.has));
    assert!(of(&middle, "pharmacy").has);
    // … at the edge nobody knows, and what is there is known.
    let edge = at(3990.0, 0.0);
    assert!(edge.iter().all(|service| service.unknown != service.has), "{edge:?}");
}

#[test]
fn the_data_ends_at_the_border_that_it_was_cut_to() {
    // Streets far out in the corners, and a border that is dented to 200 m south of the town.
    let mut map = Map::default();
    town(&mut map, 1000, [0.0, 0.0], "highway=residential");
    for (id, x, y) in [(1, -2900.0, -2900.0), (2, 2900.0, -2900.0), (3, 2900.0, 2900.0), (4, -2900.0, 2900.0)] {
        map.node(id, x, y).node(id + 10, x * 0.9, y * 0.9).way(id, &[id, id + 10], "highway=track");
    }
    let corners = [
        (-3000.0, -3000.0),
        (-100.0, -3000.0),
        (-100.0, -200.0),
        (100.0, -200.0),
        (100.0, -3000.0),
        (3000.0, -3000.0),
        (3000.0, 3000.0),
        (-3000.0, 3000.0),
    ];
    for (number, (x, y)) in corners.iter().enumerate() {
        map.node(9000 + number as i64, *x, *y);
    }
    let ring: Vec<i64> = (0..8).chain([0]).map(|number| 9000 + number).collect();
    map.way(9000, &ring, "");
    let plain = map.city();
    map.relation(9000, &[(9000, "outer")], "type=boundary boundary=administrative admin_level=8 name=Land");
    let cut = map.city();
    let nearest = |city: &City| city.homes.iter().filter_map(|home| Some(home.to_edge?.0)).fold(f64::MAX, f64::min);
    assert!(nearest(&plain) > 1500.0, "{}", nearest(&plain));
    assert!((150.0..300.0).contains(&nearest(&cut)), "{}", nearest(&cut));
    // Where people live on both sides of a border, the data goes beyond it.
    town(&mut map, 2000, [0.0, -700.0], "highway=residential");
    assert!(nearest(&map.city()) > 1000.0, "{}", nearest(&map.city()));
}

#[test]
fn a_citys_number_is_not_that_of_the_district_in_which_its_node_lies() {
    let mut map = districts("", "");
    map.tagged(1, 100.0, 150.0, "place=city name=City population=7000");
    let plain = districts("", "").city();
    assert!((west_of(&map.city(), 700.0) - west_of(&plain, 700.0)).abs() < 1e-6);
    // It is that of the boundary with its name.
    rectangle(&mut map, 90_000, [-10.0, -10.0], [1420.0, 420.0], "");
    map.relation(90_000, &[(90_000, "outer")], "type=boundary boundary=administrative admin_level=5 name=City");
    let city = map.city();
    assert!((residents(&city.homes) - 7000.0).abs() < 1e-6, "{}", residents(&city.homes));
    // A node that stands twice, as along the seam of joined extracts, counts once.
    map.tagged(1, 100.0, 150.0, "place=city name=City population=7000");
    assert!((residents(&map.city().homes) - 7000.0).abs() < 1e-6);
}

#[test]
fn a_village_in_a_nature_reserve_is_a_village() {
    let people = |reserve: bool| {
        let mut map = Map::default();
        town(&mut map, 1000, [0.0, 0.0], "highway=residential");
        rectangle(&mut map, 2000, [-50.0, -50.0], [500.0, 500.0], "landuse=residential");
        if reserve {
            rectangle(&mut map, 3000, [-2000.0, -2000.0], [4000.0, 4000.0], "leisure=nature_reserve");
        }
        residents(&map.city().homes)
    };
    assert!((people(true) - people(false)).abs() < 1e-6);
}

#[test]
fn an_estate_within_an_estate_and_a_lake_add_nobody() {
    let people = |more: &[&str]| {
        let mut map = Map::default();
        map.node(1, 0.0, 0.0).node(2, 900.0, 0.0).way(1, &[1, 2], "highway=residential");
        rectangle(&mut map, 2000, [0.0, 0.0], [900.0, 900.0], "landuse=residential");
        for (number, about) in more.iter().enumerate() {
            rectangle(&mut map, 3000 + number as i64 * 10, [200.0, 200.0], [500.0, 500.0], about);
        }
        residents(map.city().homes.iter().filter(|home| home.kind == HomeKind::Estate))
    };
    let alone = people(&[]);
    assert!((people(&["landuse=residential"]) / alone - 1.0).abs() < 0.1);
    assert!(
        (people(&["natural=water"]) / alone - (72.0 - 25.0) / 72.0).abs() < 0.1,
        "{}",
        people(&["natural=water"]) / alone
    );
}

#[test]
fn buildings_of_a_list_count_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("buildings.geojson");
    let feature = |[x, y]: [f64; 2], about: &str| {
        let ring = [[x, y], [x + 12.0, y], [x + 12.0, y + 12.0], [x, y + 12.0], [x, y]];
        let ring = ring.map(|[x, y]| format!("[{:.7},{:.7}]", Map::at(x, y).x, Map::at(x, y).y)).join(",");
        format!(
            "{{\"type\":\"Feature\",\"properties\":{about},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[{ring}]]}}}}"
        )
    };
    let with = |map: &Map, features: &[String]| {
        std::fs::write(&path, format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", features.join(",")))
            .unwrap();
        let buildings = vec![read_buildings(&path, Datum::Wgs84).unwrap()];
        import(Inputs { buildings, ..map.inputs() }, &()).unwrap()
    };
    let mut map = Map::default();
    town(&mut map, 1000, [0.0, 0.0], "highway=residential");
    rectangle(&mut map, 5000, [50.0, 8.0], [12.0, 12.0], "building=apartments building:levels=6");
    let alone = map.city();
    let in_buildings = |city: &City| residents(city.homes.iter().filter(|home| home.kind == HomeKind::Building));

    // The same house a metre off is the same house.
    let same = with(&map, &[feature([51.0, 9.0], "{\"用途\":\"住宅\",\"层数\":6}")]);
    assert!((in_buildings(&same) - in_buildings(&alone)).abs() < 1e-6);
    assert!(
        same.about
            .notes
            .iter()
            .any(|note| note.en.contains("0 buildings that the map lacks were added; 1 are on it already"))
    );

    // Another of its like has as many; an office and a house far away have none.
    let more = with(
        &map,
        &[
            feature([250.0, 8.0], "{\"用途\":\"住宅\",\"层数\":6}"),
            feature([150.0, 8.0], "{\"用途\":\"办公\",\"层数\":6}"),
            feature([9000.0, 8.0], "{\"用途\":\"住宅\",\"层数\":6}"),
        ],
    );
    let home = more.homes.iter().find(|home| home.id == "building:1").unwrap();
    let own = alone.homes.iter().find(|home| home.kind == HomeKind::Building).unwrap();
    assert!((home.residents / own.residents - 1.0).abs() < 1e-3, "{} and {}", home.residents, own.residents);
    assert!(!more.homes.iter().any(|home| home.id == "building:2" || home.id == "building:3"));
    assert!(
        more.about.notes.iter().any(|note| note
            .en
            .contains("2 buildings that the map lacks were added; 0 are on it already, 1 lie outside"))
    );

    std::fs::write(&path, "{\"type\":\"Point\",\"coordinates\":[106.8,39.6]}").unwrap();
    assert!(read_buildings(&path, Datum::Wgs84).unwrap_err().to_string().contains("no outlines of buildings"));
}

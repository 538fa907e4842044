//! A city that is edited, against the edited city measured anew: the very same summary, after every edit.
#![allow(clippy::unwrap_used, clippy::panic)]

use lifecircle::city::{City, Direction, Entries, Facility, Home, Street, StreetKind};
use lifecircle::geo::{LonLat, Metres};
use lifecircle::import::import;
use lifecircle::measure::{EditedCity, Joining, NoJoint, measure_all};
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::summary::summarise;
use lifecircle::{Result, demo};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One edit of any kind; returns what it was.
fn edit(edited: &mut EditedCity, random: &mut ChaCha8Rng, number: usize) -> Result<&'static str> {
    let city = edited.city().clone();
    let somewhere = |random: &mut ChaCha8Rng| city.homes[random.random_range(0..city.homes.len())].at;
    let facility = random.random_range(0..city.facilities.len());
    let edge = random.random_range(0..city.streets.edges.len() as u32);
    let street = city.streets.edges[edge as usize].clone();
    let moved = |to: LonLat, id: String, like: &Facility| Facility {
        id,
        at: to,
        entries: Entries::Known(vec![to]),
        ..like.clone()
    };
    let path = Street::plain([0, 0], StreetKind::Path, Metres(0.0));
    Ok(match random.random_range(0..11) {
        0 => {
            let new = moved(somewhere(random), format!("new:{number}"), &city.facilities[facility]);
            edited.add_facility(new)?;
            "add a facility"
        }
        1 => {
            edited.remove_facility(facility)?;
            "remove a facility"
        }
        2 => {
            let old = &city.facilities[facility];
            edited.replace_facility(facility, moved(somewhere(random), old.id.clone(), old))?;
            "move a facility"
        }
        3 => {
            let (old, other) = (&city.facilities[facility], random.random_range(0..city.facilities.len()));
            let other = &city.facilities[other];
            let (kind, tags, area) = (other.kind.clone(), other.tags.clone(), other.area);
            edited.replace_facility(facility, Facility { kind, tags, area, capacity: Some(70.0), ..old.clone() })?;
            "make a facility another"
        }
        4 => {
            edited.set_street(edge, Street { direction: Direction::Closed, ..street })?;
            "close a street"
        }
        5 => {
            edited.set_street(edge, Street { direction: Direction::Both, kind: StreetKind::Minor, ..street })?;
            "open a street"
        }
        6 => {
            edited.set_street(edge, Street { kind: StreetKind::Steps, ..street })?;
            "make a street steps"
        }
        7 => {
            let [from, near] = [somewhere(random), somewhere(random)];
            let to = if random.random_bool(0.7) { from + (near - from) * 0.1 } else { near };
            let joining = if random.random_bool(0.7) { Joining::All } else { Joining::Ends };
            match edited.build_street(&[from, to], &path, joining) {
                Ok(edges) => assert!(edges.iter().all(|edge| (*edge as usize) < edited.city().streets.edges.len())),
                Err(NoJoint(ends)) => assert_eq!(ends.len(), 2),
            }
            "draw a street"
        }
        8 => {
            let _ = edited.open_gate(somewhere(random), &path);
            "open a gate"
        }
        9 => {
            let home = city.homes[random.random_range(0..city.homes.len())].clone();
            edited.add_home(Home { id: format!("new:{number}"), at: somewhere(random), ..home })?;
            "add a home"
        }
        _ => {
            let nodes = city.streets.nodes.len() as u32;
            // Nodes that follow each other lie near each other.
            let from = random.random_range(0..nodes - 40);
            let to =
                if random.random_bool(0.7) { from + random.random_range(1..40) } else { random.random_range(0..nodes) };
            let bend = somewhere(random);
            let bends: &[LonLat] = if random.random_bool(0.3) { &[bend] } else { &[] };
            edited.add_street(Street::plain([from, to], StreetKind::Path, Metres(0.0)), bends)?;
            "build a street"
        }
    })
}

fn anew(city: &City, walk: &Walk, standards: &[Standard]) -> Vec<serde_json::Value> {
    let ready = ReadyCity::new(city.clone(), walk.clone(), &()).unwrap();
    measure_all(&ready, standards.to_vec(), &()).unwrap().iter().map(|one| summarise(one).to_json()).collect()
}

fn follow(walker: &str, standards: &[&str], seed: u64, edits: usize) {
    let mut city = import(demo::generate(demo::Size::Small, seed), &()).unwrap();
    // Some streets are closed from the beginning, so that opening one is something new.
    city.streets.edges.iter_mut().step_by(37).for_each(|street| street.direction = Direction::Closed);
    let walk = Walk { snap_limit: Metres(120.0), ..Walk::of(Walker::find(walker).unwrap()) };
    let standards: Vec<Standard> = standards.iter().map(|id| Standard::find(id).unwrap()).collect();
    let ready = ReadyCity::new(city, walk.clone(), &()).unwrap();
    let mut edited = EditedCity::new(&ready, standards.clone(), &()).unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut done = Vec::new();
    for number in 0..edits {
        done.push(edit(&mut edited, &mut random, number).unwrap());
        let followed: Vec<_> = edited.measured(&()).unwrap().iter().map(|one| summarise(one).to_json()).collect();
        let anew = anew(edited.city(), &walk, &standards);
        for (followed, anew) in followed.iter().zip(&anew) {
            let (followed, anew) = (followed.as_object().unwrap(), anew.as_object().unwrap());
            for (key, value) in anew {
                assert_eq!(&followed[key], value, "{walker}, seed {seed}: {key} after {done:?}");
            }
        }
    }
    // What was taken back is as it was.
    let before = edited.measured(&()).unwrap().iter().map(|one| summarise(one).to_json()).collect::<Vec<_>>();
    let last = edited.city().facilities.len() - 1;
    let facility = edited.remove_facility(last).unwrap();
    edited.add_facility(facility).unwrap();
    let street = edited.city().streets.edges[3].clone();
    let old = edited.set_street(3, Street { direction: Direction::Closed, ..street }).unwrap();
    edited.set_street(3, old).unwrap();
    let after = edited.measured(&()).unwrap().iter().map(|one| summarise(one).to_json()).collect::<Vec<_>>();
    assert_eq!(before, after);
}

#[test]
fn any_edits_give_what_the_edited_city_gives() {
    for seed in 1..6 {
        follow("adult", &["wuhai-8"], seed, 16);
    }
}

/// Distances, several standards at once, the mean of the nearest few, and scores; a walker whom steps stop.
#[test]
fn so_they_do_by_every_standard() {
    let all: Vec<&str> = Standard::built_in().collect();
    follow("wheelchair", &all, 11, 12);
    follow("elderly", &all, 12, 12);
}

#[test]
fn what_cannot_be_edited_is_said() {
    let city = import(demo::generate(demo::Size::Small, 1), &()).unwrap();
    let ready = ReadyCity::new(city, Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let mut edited = EditedCity::new(&ready, vec![Standard::find("wuhai-8").unwrap()], &()).unwrap();
    let twice = edited.city().facilities[0].clone();
    assert!(edited.add_facility(twice.clone()).unwrap_err().to_string().contains("already"));
    assert!(edited.replace_facility(1, twice).is_err());
    assert!(edited.remove_facility(1_000_000).is_err());
    let street = edited.city().streets.edges[5].clone();
    assert!(edited.set_street(4_000_000, street.clone()).is_err());
    assert!(edited.set_street(6, street.clone()).unwrap_err().to_string().contains("course"));
    assert!(edited.add_street(Street { to: 4_000_000, ..street }, &[]).is_err());
    let twice = edited.city().homes[0].clone();
    assert!(edited.add_home(twice).unwrap_err().to_string().contains("already"));
    let far = LonLat { x: 0.0, y: 0.0 };
    let path = Street::plain([0, 0], StreetKind::Path, Metres(0.0));
    let nothing = edited.build_street(&[far, far + LonLat { x: 0.001, y: 0.0 }], &path, Joining::All);
    assert_eq!(nothing, Err(NoJoint(vec![None, None])));
    assert!(edited.open_gate(far, &path).is_err());
    assert_eq!(**edited.city(), **ready.city());
}

/// A grid of four blocks, 200 m each, without its middle cross: a line through the middle is joined at both sides.
fn blocks() -> City {
    let step = 0.002;
    let node = |x: u32, y: u32| LonLat { x: 10.0 + f64::from(x) * step, y: f64::from(y) * step };
    let mut city = City::default();
    let streets = &mut city.streets;
    streets.nodes = (0..3).flat_map(|y| (0..3).map(move |x| node(x, y))).collect();
    // The outer ring only: node 4 in the middle has no street.
    for [from, to] in [[0, 1], [1, 2], [2, 5], [5, 8], [8, 7], [7, 6], [6, 3], [3, 0]] {
        let length = lifecircle::geo::metric::distance(streets.nodes[from as usize], streets.nodes[to as usize]);
        streets.edges.push(Street::plain([from, to], StreetKind::Minor, length));
    }
    city.homes = [(10.001, 0.0), (10.001, 0.004)]
        .into_iter()
        .enumerate()
        .map(|(number, (x, y))| Home {
            id: format!("h{number}"),
            at: LonLat { x, y },
            kind: lifecircle::city::HomeKind::Building,
            floor_area: None,
            residents: 10.0,
            ages: lifecircle::city::Ages::default(),
            basis: lifecircle::city::Basis::Given,
            to_edge: None,
            community: None,
        })
        .collect();
    city
}

#[test]
fn a_line_joins_what_it_meets_by_hand() {
    let ready = ReadyCity::new(blocks(), Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let mut edited = EditedCity::new(&ready, vec![Standard::find("wuhai-8").unwrap()], &()).unwrap();
    let path = Street::plain([0, 0], StreetKind::Path, Metres(0.0));
    let way = |edited: &mut EditedCity| {
        let measured = edited.measured(&()).unwrap();
        let ready = measured[0].reached.ready.clone();
        let [from, to] = [0, 1].map(|home| ready.snaps().homes[home].unwrap());
        ready.route(&[from], &[to], &()).unwrap().unwrap().cost.0
    };
    // Around: half a block, two blocks, half a block; 222.6 m east-west, 221.1 m north-south at 1.11 m/s.
    let around = way(&mut edited);
    assert!((i64::from(around) - 598_900).abs() < 3_000, "{around}");
    // From 5 m short of the southern street to 8 m beyond the northern one, with a bend.
    let line = [(10.001, 0.000_045), (10.001_1, 0.002), (10.001, 0.004_07)].map(|(x, y)| LonLat { x, y });
    let built = edited.build_street(&line, &path, Joining::All).unwrap();
    assert_eq!(built.len(), 1);
    let streets = &edited.city().streets;
    let new = &streets.edges[built[0] as usize];
    let [south, north] = [new.from, new.to].map(|node| streets.nodes[node as usize]);
    assert!(south.y.abs() < 1e-9 && (north.y - 0.004).abs() < 1e-9, "{south:?} {north:?}");
    assert_eq!(streets.edges.iter().filter(|street| street.direction == Direction::Closed).count(), 2);
    let through = way(&mut edited);
    assert!((i64::from(through) - 398_500).abs() < 2_500, "{through}");
    // A gate between the new path and the eastern street would be too far from both; one near the path is beside nothing.
    let nowhere = edited.open_gate(LonLat { x: 10.003_5, y: 0.002 }, &path);
    assert!(matches!(nowhere, Err(NoJoint(_))), "{nowhere:?}");
    // Streets along a line: the two halves of the southern street.
    let south = [(10.0, 0.0), (10.002, 0.0)].map(|(x, y)| LonLat { x, y });
    assert_eq!(edited.streets_along(&south).len(), 2);
    assert_eq!(edited.street_at(LonLat { x: 10.001_1, y: 0.002 }), Some(built[0]));
    assert_eq!(edited.street_at(LonLat { x: 10.003, y: 0.002 }), None);
}

/// Two dead ends, 20 m apart with a wall between them, and a barrier that two ways come to.
#[test]
fn a_gate_joins_both_sides_by_hand() {
    let mut city = blocks();
    let streets = &mut city.streets;
    let mut stub = |from: u32, at: (f64, f64)| {
        let to = streets.nodes.len() as u32;
        streets.nodes.push(LonLat { x: at.0, y: at.1 });
        let length = lifecircle::geo::metric::distance(streets.nodes[from as usize], streets.nodes[to as usize]);
        streets.edges.push(Street::plain([from, to], StreetKind::Service, length));
        to
    };
    let south = stub(1, (10.002, 0.001_9));
    let north = stub(7, (10.002, 0.002_1));
    let ready = ReadyCity::new(city.clone(), Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let mut edited = EditedCity::new(&ready, vec![Standard::find("wuhai-8").unwrap()], &()).unwrap();
    let path = Street::plain([0, 0], StreetKind::Path, Metres(0.0));
    let edge = edited.open_gate(LonLat { x: 10.002, y: 0.002 }, &path).unwrap();
    let street = &edited.city().streets.edges[edge as usize];
    assert_eq!([street.from.min(street.to), street.from.max(street.to)], [south, north]);
    assert!((street.length.0 - 22.1).abs() < 0.1, "{:?}", street.length);
    // Both ends at the very place of the gate.
    city.streets.nodes[north as usize] = city.streets.nodes[south as usize];
    let ready = ReadyCity::new(city, Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let mut edited = EditedCity::new(&ready, vec![Standard::find("wuhai-8").unwrap()], &()).unwrap();
    let edge = edited.open_gate(LonLat { x: 10.002, y: 0.001_9 }, &path).unwrap();
    let street = &edited.city().streets.edges[edge as usize];
    assert_eq!([street.from.min(street.to), street.from.max(street.to)], [south, north]);
}

/// A street between two that are nearer to each other than an end may be to its street.
#[test]
fn a_short_street_joins_both_its_ends_by_hand() {
    let mut city = blocks();
    let streets = &mut city.streets;
    let first = streets.nodes.len() as u32;
    // Twelve metres north of the southern street, joined to it nowhere near.
    streets
        .nodes
        .extend([(10.000_2, 0.000_108), (10.001_8, 0.000_108), (10.001_8, 0.003_9)].map(|(x, y)| LonLat { x, y }));
    for [from, to] in [[first, first + 1], [first + 1, first + 2], [first + 2, 7]] {
        let length = lifecircle::geo::metric::distance(streets.nodes[from as usize], streets.nodes[to as usize]);
        streets.edges.push(Street::plain([from, to], StreetKind::Service, length));
    }
    let ready = ReadyCity::new(city, Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let mut edited = EditedCity::new(&ready, vec![Standard::find("wuhai-8").unwrap()], &()).unwrap();
    let path = Street::plain([0, 0], StreetKind::Path, Metres(0.0));
    let line = [(10.001, 0.0), (10.001, 0.000_108)].map(|(x, y)| LonLat { x, y });
    let built = edited.build_street(&line, &path, Joining::All).unwrap();
    assert_eq!(built.len(), 1);
    let street = &edited.city().streets.edges[built[0] as usize];
    assert!((street.length.0 - 11.9).abs() < 0.2, "{:?}", street.length);
    // One that ends where it begins, on one street, is none.
    let stub = [(10.000_5, 0.0), (10.000_5, -0.000_05)].map(|(x, y)| LonLat { x, y });
    let before = edited.city().streets.edges.len();
    assert!(edited.build_street(&stub, &path, Joining::All).is_err());
    assert_eq!(edited.city().streets.edges.len(), before);
}

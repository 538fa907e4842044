//! A city that is edited, against the edited city measured anew: the very same summary, after every edit.
#![allow(clippy::unwrap_used, clippy::panic)]

use lifecircle::city::{City, Direction, Entries, Facility, Street, StreetKind};
use lifecircle::geo::{LonLat, Metres};
use lifecircle::import::import;
use lifecircle::measure::{EditedCity, measure_all};
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
    Ok(match random.random_range(0..8) {
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
    assert_eq!(**edited.city(), **ready.city());
}

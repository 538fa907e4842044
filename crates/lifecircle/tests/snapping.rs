//! Snapping: the street that a door really opens onto.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use lifecircle::city::{City, Entries};
use lifecircle::geo::{LonLat, Metres};
use lifecircle::network::{Cost as _, Network, NoStreet, Snap, Snapper, Walker};
use proptest::prelude::*;
use support::Map;

const LIMIT: Metres = Metres(400.0);

fn with_snapper<T>(city: &City, limit: Metres, ask: impl FnOnce(&Snapper<'_>, &Network) -> T) -> T {
    let walker = Walker::find("adult").unwrap();
    let network = Network::new(&city.streets, &walker);
    ask(&Snapper::new(&city.streets, &network, &walker, limit), &network)
}

fn snap(city: &City, at: LonLat) -> Result<(i64, Snap), NoStreet> {
    with_snapper(city, LIMIT, |snapper, _| snapper.snap(at))
        .map(|snap| (city.streets.edges[snap.edge as usize].way, snap))
}

/// A long street (way 1) in the south, joined to another (2) that makes it the main part.
fn town() -> Map {
    let mut map = Map::default();
    map.node(1, 0.0, 0.0).node(2, 1000.0, 0.0).node(3, 1000.0, -1000.0);
    map.way(1, &[1, 2], "highway=residential").way(2, &[2, 3], "highway=residential");
    map
}

#[test]
fn an_island_is_taken_only_where_no_joined_street_is_near() {
    let mut map = town();
    map.node(11, 400.0, 100.0).node(12, 450.0, 100.0).way(11, &[11, 12], "highway=footway");
    map.node(13, 400.0, 700.0).node(14, 450.0, 700.0).way(12, &[13, 14], "highway=footway");
    let city = map.city();
    let (way, near) = snap(&city, Map::at(425.0, 99.0)).unwrap();
    assert_eq!((way, near.is_on_island()), (1, false));
    let (way, far) = snap(&city, Map::at(425.0, 699.0)).unwrap();
    assert_eq!((way, far.is_on_island()), (12, true));
}

#[test]
fn an_aisle_is_taken_only_where_nothing_better_is_near() {
    let mut map = town();
    map.node(11, 500.0, 200.0).node(12, 500.0, 0.0);
    map.elements.ways[0].1 = vec![1, 12, 2];
    map.way(11, &[12, 11], "highway=service service=parking_aisle");
    let city = map.city();
    assert_eq!(snap(&city, Map::at(505.0, 60.0)).unwrap().0, 1);
    assert_eq!(snap(&city, Map::at(505.0, 180.0)).unwrap().0, 11);
    assert_eq!(snap(&city, Map::at(500.0, 60.0)).unwrap().0, 11, "whoever stands on it is on it");
}

#[test]
fn no_door_opens_onto_bridges_tunnels_ferries_and_escalators() {
    for about in [
        "highway=footway bridge=yes",
        "highway=footway tunnel=yes",
        "highway=footway level=1",
        "route=ferry",
        "highway=steps conveying=forward",
        "railway=platform",
        "highway=residential oneway:foot=yes",
    ] {
        let mut map = town();
        map.node(11, 1000.0, 50.0).way(11, &[2, 11], about);
        assert_eq!(snap(&map.city(), Map::at(1001.0, 40.0)).unwrap().0, 1, "{about}");
    }
}

#[test]
fn a_point_without_a_street_says_how_far_the_next_is() {
    let city = town().city();
    let NoStreet { nearest } = snap(&city, Map::at(500.0, 600.0)).unwrap_err();
    assert!((nearest.unwrap().0 - 600.0).abs() < 0.5);
    with_snapper(&city, Metres(601.0), |snapper, _| assert!(snapper.snap(Map::at(500.0, 600.0)).is_ok()));
}

#[test]
fn an_area_without_gates_is_entered_where_it_is_nearest_to_a_street() {
    let city = town().city();
    let outline = Entries::Outline(vec![Map::at(500.0, 150.0), Map::at(500.0, 50.0), Map::at(600.0, 150.0)]);
    let snaps = with_snapper(&city, LIMIT, |snapper, _| snapper.snap_entries(&outline)).unwrap();
    assert_eq!(snaps.len(), 1);
    assert!((snaps[0].distance.0 - 50.0).abs() < 0.1);
    let gates = Entries::Known(vec![Map::at(500.0, 150.0), Map::at(500.0, 50.0), Map::at(500.0, 5000.0)]);
    assert_eq!(with_snapper(&city, LIMIT, |snapper, _| snapper.snap_entries(&gates)).unwrap().len(), 2);
}

#[test]
fn the_walk_to_the_street_is_at_the_walkers_own_speed() {
    let city = town().city();
    for id in ["adult", "elderly"] {
        let walker = Walker::find(id).unwrap();
        let network = Network::new(&city.streets, &walker);
        let snap = Snapper::new(&city.streets, &network, &walker, LIMIT).snap(Map::at(500.0, 111.0)).unwrap();
        let seconds = snap.access.quantity().unwrap().0;
        assert!((seconds - 111.0 / walker.speed).abs() < 0.1, "{seconds}");
    }
}

proptest! {
    #[test]
    fn moving_along_the_edge_changes_the_time_by_the_walk(x in 10.0..900.0, step in 1.0..90.0) {
        let city = town().city();
        let (a, b) = (snap(&city, Map::at(x, 20.0)).unwrap().1, snap(&city, Map::at(x + step, 20.0)).unwrap().1);
        let seconds = |time: lifecircle::network::Millis| -> f64 { time.quantity().unwrap().0 };
        let walk: f64 = step / 1.11;
        prop_assert!((seconds(a.to_end) - seconds(b.to_end) - walk).abs() < 0.02);
        prop_assert!((seconds(b.to_start) - seconds(a.to_start) - walk).abs() < 0.02);
        with_snapper(&city, LIMIT, |_, network| {
            assert!((seconds(a.straight_to(&b, network)) - walk).abs() < 0.02);
            assert_eq!(a.straight_to(&b, network), b.straight_to(&a, network));
        });
    }

    #[test]
    fn the_nearest_street_is_taken(x in 0.0..1000.0, y in -300.0..300.0) {
        let city = town().city();
        let (_, snap) = snap(&city, Map::at(x, y)).unwrap();
        // By hand: distance to the southern street and to the eastern one.
        let to_first = y.abs();
        let to_second = if y <= 0.0 { 1000.0 - x } else { (1000.0_f64 - x).hypot(y) };
        prop_assert!((snap.distance.0 - to_first.min(to_second)).abs() < 0.1, "{} against {} and {}", snap.distance.0, to_first, to_second);
    }
}

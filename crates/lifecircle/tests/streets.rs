//! Which streets come out of which map: joins, cuts, access, squares, lengths.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use lifecircle::city::{City, Direction, StreetKind};
use lifecircle::geo::metric;
use lifecircle::network::{Cost as _, Network, Walker};
use proptest::prelude::*;
use support::Map;

/// The shortest walking time between two places that are nodes of the streets, in seconds; infinite without a way.
fn walk(city: &City, from: (f64, f64), to: (f64, f64)) -> f64 {
    let network = Network::new(&city.streets, &Walker::find("adult").unwrap());
    let mut edges = Vec::new();
    for (index, street) in city.streets.edges.iter().enumerate() {
        let times = network.costs(index as u32);
        let seconds = |time: lifecircle::network::Millis| time.quantity().map_or(f64::INFINITY, |s| s.0);
        edges.push((street.from as usize, street.to as usize, seconds(times.forward)));
        edges.push((street.to as usize, street.from as usize, seconds(times.backward)));
    }
    let near = |(x, y): (f64, f64)| {
        let at = Map::at(x, y);
        let close = |node: &&lifecircle::geo::LonLat| metric::distance(**node, at).0 < 0.5;
        city.streets
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| close(node))
            .map(|(index, _)| index)
            .collect::<Vec<_>>()
    };
    let starts: Vec<(usize, f64)> = near(from).into_iter().map(|node| (node, 0.0)).collect();
    assert!(!starts.is_empty(), "no street node at {from:?}");
    let times = support::PlainGraph { edges, nodes: city.streets.nodes.len() }.times_from(&starts);
    let ends = near(to);
    assert!(!ends.is_empty(), "no street node at {to:?}");
    ends.into_iter().map(|node| times[node]).fold(f64::INFINITY, f64::min)
}

fn assert_walk(city: &City, from: (f64, f64), to: (f64, f64), metres: f64) {
    let seconds = walk(city, from, to);
    assert!((seconds * 1.11 - metres).abs() < 0.05, "{} m instead of {metres} m", seconds * 1.11);
}

#[test]
fn ways_join_at_shared_nodes_only() {
    let mut map = Map::default();
    map.node(1, 0.0, 0.0).node(2, 200.0, 0.0).node(3, 100.0, -100.0).node(4, 100.0, 100.0).node(5, 100.0, 0.0);
    map.way(1, &[1, 5, 2], "highway=residential");
    map.way(2, &[3, 4], "highway=residential bridge=yes layer=1");
    assert_eq!(walk(&map.with_a_person(), (0.0, 0.0), (100.0, 100.0)), f64::INFINITY);
    map.elements.ways[1].1 = vec![3, 5, 4];
    assert_walk(&map.with_a_person(), (0.0, 0.0), (100.0, 100.0), 200.0);
}

#[test]
fn edges_keep_their_bends_and_are_cut_at_junctions() {
    let mut map = Map::default();
    map.node(1, 0.0, 0.0).node(2, 100.0, 30.0).node(3, 200.0, 0.0).node(4, 200.0, 100.0).node(5, 300.0, 0.0);
    map.way(1, &[1, 2, 3, 5], "highway=residential").way(2, &[3, 4], "highway=footway");
    let city = map.with_a_person();
    assert_eq!(city.streets.edges.len(), 3);
    let bent = &city.streets.edges[0];
    assert_eq!(city.streets.line(bent).count(), 3);
    assert!((bent.length.0 - 2.0 * 100.0_f64.hypot(30.0)).abs() < 0.01, "{:?}", bent.length);
}

#[test]
fn a_clipped_way_keeps_what_is_there() {
    let mut map = Map::default();
    map.node(1, 0.0, 0.0).node(2, 100.0, 0.0).node(4, 300.0, 0.0).node(5, 400.0, 0.0);
    map.way(1, &[1, 2, 3, 4, 5], "highway=residential");
    let city = map.with_a_person();
    assert_walk(&city, (0.0, 0.0), (100.0, 0.0), 100.0);
    assert_walk(&city, (300.0, 0.0), (400.0, 0.0), 100.0);
    assert_eq!(walk(&city, (0.0, 0.0), (400.0, 0.0)), f64::INFINITY);
}

#[test]
fn a_private_gate_ends_both_sides() {
    let mut map = Map::default();
    map.node(1, 0.0, 0.0).tagged(2, 100.0, 0.0, "barrier=gate access=private").node(3, 200.0, 0.0);
    map.way(1, &[1, 2, 3], "highway=residential");
    assert_eq!(walk(&map.with_a_person(), (0.0, 0.0), (200.0, 0.0)), f64::INFINITY);
    map.elements.nodes[1].2 = support::tags("barrier=gate");
    assert_walk(&map.with_a_person(), (0.0, 0.0), (200.0, 0.0), 200.0);
    // A crossing at the gate does not join what the gate keeps apart.
    map.elements.nodes[1].2 = support::tags("barrier=gate foot=no");
    map.node(4, 100.0, 100.0).way(2, &[2, 4], "highway=footway");
    assert_eq!(walk(&map.with_a_person(), (0.0, 0.0), (100.0, 100.0)), f64::INFINITY);
}

#[test]
fn escalators_go_one_way_and_steps_are_slow() {
    let mut map = Map::default();
    map.node(1, 0.0, 0.0).node(2, 100.0, 0.0);
    map.way(1, &[1, 2], "highway=steps conveying=forward").way(2, &[1, 2], "highway=steps");
    let city = map.with_a_person();
    assert_eq!((city.streets.edges[0].direction, city.streets.edges[0].kind), (Direction::Forward, StreetKind::Indoor));
    assert_walk(&city, (0.0, 0.0), (100.0, 0.0), 100.0);
    assert_walk(&city, (100.0, 0.0), (0.0, 0.0), 200.0);
}

#[test]
fn ferries_take_their_own_time() {
    let mut map = Map::default();
    map.node(1, 0.0, 0.0).node(2, 100.0, 0.0).node(3, 2100.0, 0.0).node(4, 2200.0, 0.0);
    map.way(1, &[1, 2], "highway=residential").way(2, &[2, 3], "route=ferry duration=00:10").way(
        3,
        &[3, 4],
        "highway=residential",
    );
    let seconds = walk(&map.with_a_person(), (0.0, 0.0), (2200.0, 0.0));
    assert!((seconds - (600.0 + 200.0 / 1.11)).abs() < 0.1, "{seconds}");
}

/// A square of 100 m with streets at two opposite corners.
fn square(about: &str) -> Map {
    let mut map = Map::default();
    map.node(1, 0.0, 0.0)
        .node(2, 100.0, 0.0)
        .node(3, 100.0, 100.0)
        .node(4, 0.0, 100.0)
        .node(5, -50.0, 0.0)
        .node(6, 150.0, 100.0);
    map.way(1, &[1, 2, 3, 4, 1], about).way(2, &[5, 1], "highway=residential").way(3, &[3, 6], "highway=residential");
    map
}

#[test]
fn people_cross_squares_but_walk_round_rings() {
    assert_walk(&square("highway=pedestrian").with_a_person(), (-50.0, 0.0), (150.0, 100.0), 300.0);
    assert_walk(
        &square("highway=pedestrian area=yes").with_a_person(),
        (-50.0, 0.0),
        (150.0, 100.0),
        100.0 + 100.0 * 2.0_f64.sqrt(),
    );
}

#[test]
fn people_walk_round_the_hole_of_a_square() {
    let mut map = square("note=outline");
    map.node(11, 40.0, 40.0).node(12, 60.0, 40.0).node(13, 60.0, 60.0).node(14, 40.0, 60.0).way(
        4,
        &[11, 12, 13, 14, 11],
        "",
    );
    map.relation(1, &[(1, "outer"), (4, "inner")], "type=multipolygon highway=pedestrian area=yes");
    // By a corner of the hole: twice from (0,0) to (60,40).
    assert_walk(&map.with_a_person(), (-50.0, 0.0), (150.0, 100.0), 100.0 + 2.0 * 60.0_f64.hypot(40.0));
}

#[test]
fn people_cut_the_corner_of_an_angled_square() {
    let mut map = Map::default();
    map.node(1, 0.0, 0.0)
        .node(2, 100.0, 0.0)
        .node(3, 100.0, 20.0)
        .node(4, 20.0, 20.0)
        .node(5, 20.0, 100.0)
        .node(6, 0.0, 100.0);
    map.node(7, 150.0, 0.0).node(8, 0.0, 150.0);
    map.way(1, &[1, 2, 3, 4, 5, 6, 1], "highway=pedestrian area=yes");
    map.way(2, &[7, 2], "highway=footway").way(3, &[8, 6], "highway=footway");
    // By the inner corner (20,20), which no street touches.
    assert_walk(&map.with_a_person(), (150.0, 0.0), (0.0, 150.0), 100.0 + 2.0 * 80.0_f64.hypot(20.0));
}

#[test]
fn signals_cost_those_who_wait() {
    let mut map = Map::default();
    map.node(1, 0.0, 0.0)
        .tagged(2, 10.0, 0.0, "highway=crossing crossing=traffic_signals")
        .node(3, 20.0, 0.0)
        .node(4, 10.0, 50.0)
        .node(5, 10.0, -50.0);
    map.way(1, &[1, 2, 3], "highway=footway footway=crossing").way(2, &[4, 2, 5], "highway=primary");
    let city = map.with_a_person();
    let halves: Vec<(i64, u8)> = city.streets.edges.iter().map(|edge| (edge.way, edge.half_signals)).collect();
    let of = |way: i64| halves.iter().filter(|(w, _)| *w == way).map(|(_, halves)| *halves).collect::<Vec<_>>();
    assert_eq!((of(1), of(2)), (vec![1, 1], vec![0, 0]), "half for each piece of the crossing, none for the road");
}

proptest! {
    #[test]
    fn an_edge_is_as_long_as_its_line(points in prop::collection::vec((-500.0..500.0, -500.0..500.0), 2..12)) {
        let mut map = Map::default();
        for (id, (x, y)) in points.iter().enumerate() {
            map.node(id as i64 + 1, *x, *y);
        }
        let nodes: Vec<i64> = (1..=points.len() as i64).collect();
        map.way(1, &nodes, "highway=residential");
        let city = map.with_a_person();
        let line: Vec<_> = city.streets.line(&city.streets.edges[0]).collect();
        prop_assert_eq!(line.len(), points.len());
        prop_assert!((metric::length(&line).0 - city.streets.edges[0].length.0).abs() < 1e-6);
    }
}

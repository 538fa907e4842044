//! What is too steep for a wheelchair, against a plain search over the streets that are left.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashSet;

use lifecircle::city::{City, Street, StreetKind};
use lifecircle::demo::{self, Size};
use lifecircle::import::import;
use lifecircle::measure::measure;
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::summary::{Summary, summarise};

fn demo_city() -> City {
    import(demo::generate(Size::Full, 1), &()).unwrap()
}

fn walk(id: &str) -> Walk {
    Walk::of(Walker::find(id).unwrap())
}

fn measured(city: City, walker: &str) -> Summary {
    let ready = ReadyCity::new(city, walk(walker), &()).unwrap();
    summarise(&measure(&ready, Standard::find("wuhai-8").unwrap(), &()).unwrap())
}

/// The nodes of the largest part that edges join.
fn largest_part(city: &City, joins: impl Fn(&Street) -> bool) -> HashSet<u32> {
    let mut neighbours: Vec<Vec<u32>> = vec![Vec::new(); city.streets.nodes.len()];
    for street in city.streets.edges.iter().filter(|street| joins(street)) {
        neighbours[street.from as usize].push(street.to);
        neighbours[street.to as usize].push(street.from);
    }
    let (mut seen, mut largest) = (HashSet::new(), HashSet::new());
    for start in 0..city.streets.nodes.len() as u32 {
        let mut part = HashSet::new();
        let mut next = vec![start];
        while let Some(node) = next.pop() {
            if seen.insert(node) {
                part.insert(node);
                next.extend(&neighbours[node as usize]);
            }
        }
        if part.len() > largest.len() {
            largest = part;
        }
    }
    largest
}

#[test]
fn whom_slopes_cut_off() {
    // Walls around the streets near some homes: each street that leads out climbs by a quarter.
    let mut city = demo_city();
    let mut steep = HashSet::new();
    for home in [100, 2000, 4000] {
        let middle = city.homes[home].at;
        let nodes = &city.streets.nodes;
        let is_inside = |node: u32| {
            let node = nodes[node as usize];
            (node.x - middle.x).abs() < 0.0065 && (node.y - middle.y).abs() < 0.005
        };
        for (index, street) in city.streets.edges.iter_mut().enumerate() {
            if is_inside(street.from) != is_inside(street.to) {
                street.rise = (street.length.0 / 4.0) as f32;
                steep.insert(index);
            }
        }
    }
    let ready = ReadyCity::new(city.clone(), walk("wheelchair"), &()).unwrap();
    let is_open = |street: &Street| street.kind != StreetKind::Steps;
    // Whoever sits on a ferry climbs nothing, and a metre is no slope.
    let is_gentle = |street: &Street| {
        let slopes = street.kind != StreetKind::Ferry && street.length.0 > 1.0;
        is_open(street) && !(slopes && f64::from(street.rise.abs()) > 0.08 * street.length.0)
    };
    let (before, after) = (largest_part(&city, is_open), largest_part(&city, is_gentle));
    let cut_off: Vec<usize> = (0..city.homes.len())
        .filter(|home| {
            let Ok(snap) = &ready.snaps().homes[*home] else { return false };
            let street = &city.streets.edges[snap.edge as usize];
            before.contains(&street.from) && !after.contains(&street.from)
        })
        .collect();
    let residents: f64 = cut_off.iter().map(|home| city.homes[*home].residents).sum();
    let summary = measured(city.clone(), "wheelchair");
    let told = summary.data_quality.too_steep.unwrap();
    assert!(cut_off.len() > 20, "{cut_off:?}");
    assert_eq!((told.homes_cut_off, told.residents_cut_off, told.steepest), (cut_off.len(), residents, 0.08));
    let closed =
        steep.iter().map(|edge| &city.streets.edges[*edge]).filter(|street| is_open(street) && !is_gentle(street));
    assert_eq!(told.streets, closed.count());
    assert!(summary.notes.iter().any(|note| note.zh.contains("坡度超过 8%")));
    // Adults take every slope, and on the flat nothing is told.
    assert_eq!(measured(city, "adult").data_quality.too_steep, None);
    assert_eq!(measured(demo_city(), "wheelchair").data_quality.too_steep, None);
}

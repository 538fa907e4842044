//! What is too steep for a wheelchair, against a plain search over the streets that are left.

use std::collections::HashSet;

use lifecircle::city::{City, Street};
use lifecircle::demo::{self, Size};
use lifecircle::import::import;
use lifecircle::measure::measure;
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::summary::{Summary, summarise};

fn demo_city() -> City {
    import(demo::generate(Size::Small, 1), &()).unwrap()
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
    let flat = ReadyCity::new(demo_city(), walk("wheelchair"), &()).unwrap();
    let homes_edge: Vec<Option<u32>> =
        flat.snaps().homes.iter().map(|snap| snap.as_ref().ok().map(|snap| snap.edge)).collect();
    // Walls around every seventh home: all streets that meet its own climb by a quarter.
    let mut city = demo_city();
    let mut steep = HashSet::new();
    for edge in homes_edge.iter().step_by(7).copied().flatten() {
        let ends = [city.streets.edges[edge as usize].from, city.streets.edges[edge as usize].to];
        for (other, street) in city.streets.edges.iter_mut().enumerate() {
            let meets = ends.contains(&street.from) || ends.contains(&street.to);
            if other != edge as usize && meets {
                street.rise = (street.length.0 / 4.0) as f32;
                steep.insert(other);
            }
        }
    }
    let ready = ReadyCity::new(city.clone(), walk("wheelchair"), &()).unwrap();
    let is_open = |street: &Street| street.kind != lifecircle::city::StreetKind::Steps;
    let is_gentle = |street: &Street| is_open(street) && (street.rise.abs() as f64) < 0.08 * street.length.0;
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
    assert!(cut_off.len() >= 3, "{cut_off:?}");
    assert_eq!((told.homes_cut_off, told.residents_cut_off, told.steepest), (cut_off.len(), residents, 0.08));
    let gentle_closed = steep.iter().filter(|edge| is_open(&city.streets.edges[**edge])).count();
    assert_eq!(told.streets, gentle_closed);
    assert!(summary.notes.iter().any(|note| note.zh.contains("坡度超过 8%")));
    // Adults take every slope, and on the flat nothing is told.
    assert_eq!(measured(city, "adult").data_quality.too_steep, None);
    assert_eq!(measured(demo_city(), "wheelchair").data_quality.too_steep, None);
}

//! Tiles: copies of a city side by side, joined at their seams.

use lifecircle::city::{City, Entries, Facility, Home, Street, StreetKind, Streets};
use lifecircle::geo::LonLat;
use lifecircle::geo::metric::{Frame, Mercator, distance};
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// Between two copies, in metres.
const GAP: f64 = 30.0;

/// Nodes so near to a seam, in metres, are joined to the nearest node across it.
const SEAM: f64 = 100.0;

/// The streets without lines across squares, which other programs do not draw, and without nodes that nothing joins.
pub fn without_squares(streets: &Streets) -> Streets {
    let edges: Vec<&Street> = streets.edges.iter().filter(|edge| edge.kind != StreetKind::Square).collect();
    let mut number = vec![u32::MAX; streets.nodes.len()];
    for end in edges.iter().flat_map(|edge| [edge.from, edge.to]) {
        number[end as usize] = 0;
    }
    let mut nodes = Vec::new();
    for (number, at) in number.iter_mut().zip(&streets.nodes).filter(|(number, _)| **number == 0) {
        *number = nodes.len() as u32;
        nodes.push(*at);
    }
    let edge =
        |edge: &Street| Street { from: number[edge.from as usize], to: number[edge.to as usize], ..edge.clone() };
    Streets { nodes, edges: edges.into_iter().map(edge).collect(), bends: streets.bends.clone() }
}

/// How far each copy lies from the first.
fn shifts(streets: &Streets, side: usize) -> Vec<LonLat> {
    let [west, south, east, north] = streets.extent();
    let frame = Frame::at(f64::midpoint(south, north));
    let step = LonLat { x: east - west + GAP / frame.per_lon, y: north - south + GAP / frame.per_lat };
    (0..side * side).map(|copy| LonLat { x: (copy % side) as f64 * step.x, y: (copy / side) as f64 * step.y }).collect()
}

/// A city of `side` × `side` copies: streets, homes and facilities. What is drawn besides, and communities, are left out.
pub fn city(one: &City, side: usize) -> City {
    let mut tiled = City { streets: lay(&one.streets, side), ..City::default() };
    tiled.about = one.about.clone();
    tiled.about.synthetic = true;
    for (copy, shift) in shifts(&one.streets, side).into_iter().enumerate() {
        tiled.homes.extend(one.homes.iter().map(|home| Home {
            id: format!("{}@{copy}", home.id),
            at: home.at + shift,
            community: None,
            to_edge: None,
            ..home.clone()
        }));
        let moved = |points: &[LonLat]| points.iter().map(|at| *at + shift).collect();
        tiled.facilities.extend(one.facilities.iter().map(|facility| Facility {
            id: format!("{}@{copy}", facility.id),
            at: facility.at + shift,
            entries: match &facility.entries {
                Entries::Known(points) => Entries::Known(moved(points)),
                Entries::Outline(points) => Entries::Outline(moved(points)),
            },
            ..facility.clone()
        }));
    }
    tiled.about.extent = tiled.streets.extent();
    tiled
}

/// Lays `side` × `side` copies of some streets.
pub fn lay(streets: &Streets, side: usize) -> Streets {
    let [_, south, _, north] = streets.extent();
    let frame = Frame::at(f64::midpoint(south, north));
    let mut tiled = Streets::default();
    for shift in shifts(streets, side) {
        let (node, bend) = (tiled.nodes.len() as u32, tiled.bends.len() as u32);
        tiled.nodes.extend(streets.nodes.iter().map(|at| *at + shift));
        tiled.bends.extend(streets.bends.iter().map(|at| *at + shift));
        tiled.edges.extend(streets.edges.iter().map(|edge| Street {
            from: edge.from + node,
            to: edge.to + node,
            bends: [edge.bends[0] + bend, edge.bends[1] + bend],
            ..edge.clone()
        }));
    }
    join(&mut tiled, streets, side, [SEAM / frame.per_lon, SEAM / frame.per_lat]);
    tiled.in_hilbert_order()
}

/// Joins every node near a copy's eastern or northern seam to the nearest node of the copy beyond it.
fn join(tiled: &mut Streets, streets: &Streets, side: usize, [near_x, near_y]: [f64; 2]) {
    let [_, _, east, north] = streets.extent();
    let count = streets.nodes.len();
    let trees: Vec<RTree<GeomWithData<[f64; 2], u32>>> = (0..side * side)
        .map(|copy| {
            let nodes = (copy * count..(copy + 1) * count)
                .map(|node| GeomWithData::new(Mercator::project(tiled.nodes[node]), node as u32));
            RTree::bulk_load(nodes.collect())
        })
        .collect();
    for copy in 0..side * side {
        let beyond = [(copy % side + 1 < side).then_some(copy + 1), (copy / side + 1 < side).then_some(copy + side)];
        for (index, at) in streets.nodes.iter().enumerate() {
            let near = [east - at.x < near_x, north - at.y < near_y];
            for other in near.into_iter().zip(beyond).filter(|(near, _)| *near).filter_map(|(_, other)| other) {
                let from = (copy * count + index) as u32;
                let here = tiled.nodes[from as usize];
                let Some(found) = trees[other].nearest_neighbor(Mercator::project(here)) else { continue };
                let end = tiled.bends.len() as u32;
                let length = distance(here, tiled.nodes[found.data as usize]);
                tiled
                    .edges
                    .push(Street { bends: [end, end], ..Street::plain([from, found.data], StreetKind::Path, length) });
            }
        }
    }
}

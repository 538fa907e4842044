//! Elevation: how much higher each edge's end lies than its beginning.
//!
//! A raster's single cells are noise: between junctions that lie closer than a cell they would make walls. Heights are those of a surface
//! smoothed over as much as the raster supports. On bridges and in tunnels the ground says nothing: they rise evenly between the places
//! where they meet it.

use std::collections::{BTreeMap, VecDeque};

use rayon::prelude::*;

use super::note;
use crate::city::{Note, StreetKind, Streets};
use crate::error::Result;
use crate::sources::geotiff::GeoTiff;

/// Streets lie between the shore of the Dead Sea and the top of Mount Everest; other numbers stand for none, said or not.
const HEIGHTS: std::ops::RangeInclusive<f64> = -500.0..=9000.0;

/// Kerbs and walls are no slopes: no raster, however fine, is smoothed less, in metres.
const LEAST_SMOOTHING: f64 = 5.0;

/// A structure's heights are settled by no more rounds, or once none moves by more than so many metres.
const MOST_ROUNDS: usize = 1000;
const SETTLED: f64 = 0.001;

/// Gives every edge its rise.
///
/// # Errors
/// If the raster is damaged.
pub(super) fn apply(streets: &mut Streets, raster: &mut GeoTiff, notes: &mut Vec<Note>) -> Result<()> {
    let mut raster = raster.window(streets.extent())?;
    raster.keep_only(|height| HEIGHTS.contains(&height));
    let sigma = raster.cell_metres().max(LEAST_SMOOTHING);
    let mut heights: Vec<Option<f64>> = streets.nodes.par_iter().map(|node| raster.smooth(*node, sigma)).collect();
    let unknown = heights.iter().filter(|height| height.is_none()).count();
    span_structures(streets, &mut heights);
    for edge in &mut streets.edges {
        if let Some((from, to)) = heights[edge.from as usize].zip(heights[edge.to as usize]) {
            edge.rise = (to - from) as f32;
        }
    }
    if unknown > 0 {
        notes.push(note(
            format!("{unknown} of {} junctions lie outside the elevation raster; their streets count as flat. Give a larger raster.", heights.len()),
            format!("{} 个路口中有 {unknown} 个在高程数据之外，相关道路按平地计算；请提供范围更大的高程数据。", heights.len()),
        ));
    }
    Ok(())
}

/// Where bridges and tunnels meet nothing but themselves (and steps, which lead up to them), they lie between the places where they meet
/// the ground, evenly by length.
fn span_structures(streets: &Streets, heights: &mut [Option<f64>]) {
    let mut arms: BTreeMap<u32, Vec<(u32, f64)>> = BTreeMap::new();
    let mut on_ground = vec![false; streets.nodes.len()];
    for edge in &streets.edges {
        if edge.off_ground {
            let length = edge.length.0.max(0.1);
            arms.entry(edge.from).or_default().push((edge.to, length));
            arms.entry(edge.to).or_default().push((edge.from, length));
        } else if edge.kind != StreetKind::Steps {
            on_ground[edge.from as usize] = true;
            on_ground[edge.to as usize] = true;
        }
    }
    let mut seen = vec![false; streets.nodes.len()];
    for start in arms.keys() {
        if !std::mem::replace(&mut seen[*start as usize], true) {
            settle(&structure(*start, &arms, &mut seen), &arms, &on_ground, heights);
        }
    }
}

/// All nodes of the structure that a node is of, the nearest first.
fn structure(start: u32, arms: &BTreeMap<u32, Vec<(u32, f64)>>, seen: &mut [bool]) -> Vec<u32> {
    let (mut nodes, mut next) = (Vec::new(), VecDeque::from([start]));
    while let Some(node) = next.pop_front() {
        nodes.push(node);
        for (other, _) in &arms[&node] {
            if !std::mem::replace(&mut seen[*other as usize], true) {
                next.push_back(*other);
            }
        }
    }
    nodes
}

/// Gives each free node the mean of its neighbours' heights, the nearer the more: along a chain that is an even rise. A structure that
/// nowhere meets the ground keeps the ground's heights.
fn settle(nodes: &[u32], arms: &BTreeMap<u32, Vec<(u32, f64)>>, on_ground: &[bool], heights: &mut [Option<f64>]) {
    let is_fixed = |node: &u32| on_ground[*node as usize];
    let fixed: Vec<f64> =
        nodes.iter().filter(|node| is_fixed(node)).filter_map(|node| heights[*node as usize]).collect();
    let free: Vec<u32> = nodes.iter().copied().filter(|node| !is_fixed(node)).collect();
    if fixed.is_empty() || free.is_empty() {
        return;
    }
    let mean = fixed.iter().sum::<f64>() / fixed.len() as f64;
    for node in &free {
        heights[*node as usize] = Some(mean);
    }
    for _ in 0..MOST_ROUNDS {
        let mut moved = 0.0_f64;
        // There and back: what is known at one end comes to the other in one round.
        for node in free.iter().chain(free.iter().rev()) {
            let known = arms[node].iter().filter_map(|(other, length)| Some((heights[*other as usize]?, 1.0 / length)));
            let (sum, weights) =
                known.fold((0.0, 0.0), |(sum, all), (height, weight)| (sum + height * weight, all + weight));
            if weights > 0.0 {
                let new = sum / weights;
                moved = moved.max((new - heights[*node as usize].unwrap_or(new)).abs());
                heights[*node as usize] = Some(new);
            }
        }
        if moved < SETTLED {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::Street;
    use crate::geo::{LonLat, Metres};

    /// A line of nodes at these heights; each edge tells whether it is off the ground, its kind and its length.
    fn streets(nodes: usize, edges: &[(u32, u32, bool, StreetKind, f64)]) -> Streets {
        let edge = |(from, to, off_ground, kind, length): &(u32, u32, bool, StreetKind, f64)| Street {
            off_ground: *off_ground,
            ..Street::plain([*from, *to], *kind, Metres(*length))
        };
        Streets {
            nodes: vec![LonLat { x: 0.0, y: 0.0 }; nodes],
            edges: edges.iter().map(edge).collect(),
            bends: Vec::new(),
        }
    }

    fn spanned(streets: &Streets, heights: &[f64]) -> Vec<f64> {
        let mut heights: Vec<Option<f64>> = heights.iter().copied().map(Some).collect();
        span_structures(streets, &mut heights);
        heights.into_iter().map(Option::unwrap).collect()
    }

    fn near(a: &[f64], b: &[f64]) {
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.05), "{a:?} is not {b:?}");
    }

    const PATH: StreetKind = StreetKind::Path;

    #[test]
    fn a_bridge_over_a_valley_rises_evenly() {
        // Road, three spans of a bridge over a valley of 30 m, road; stairs lead down from its middle.
        let bridge = streets(
            7,
            &[
                (0, 1, false, PATH, 50.0),
                (1, 2, true, PATH, 100.0),
                (2, 3, true, PATH, 200.0),
                (3, 4, true, PATH, 100.0),
                (4, 5, false, PATH, 50.0),
                (2, 6, false, StreetKind::Steps, 30.0),
            ],
        );
        near(
            &spanned(&bridge, &[100.0, 100.0, 72.0, 70.0, 104.0, 104.0, 72.0]),
            &[100.0, 100.0, 101.0, 103.0, 104.0, 104.0, 72.0],
        );
    }

    #[test]
    fn where_ground_meets_a_bridge_it_holds_it() {
        let joined = streets(
            5,
            &[
                (0, 1, true, PATH, 100.0),
                (1, 2, true, PATH, 100.0),
                (1, 3, false, PATH, 20.0),
                (2, 4, false, PATH, 20.0),
                (0, 4, false, PATH, 300.0),
            ],
        );
        let heights = [10.0, 20.0, 12.0, 20.0, 12.0];
        near(&spanned(&joined, &heights), &heights);
        // A structure without ground keeps what it has, and so do its heights where one end alone is held.
        let alone = streets(3, &[(0, 1, true, PATH, 100.0), (1, 2, true, PATH, 100.0)]);
        near(&spanned(&alone, &[1.0, 2.0, 3.0]), &[1.0, 2.0, 3.0]);
        let pier = streets(4, &[(3, 0, false, PATH, 10.0), (0, 1, true, PATH, 100.0), (1, 2, true, PATH, 100.0)]);
        near(&spanned(&pier, &[5.0, -3.0, -20.0, 5.0]), &[5.0, 5.0, 5.0, 5.0]);
    }
}

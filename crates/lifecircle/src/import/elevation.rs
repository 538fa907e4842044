//! Elevation: how much higher each edge's end lies than its beginning.

use super::note;
use crate::city::{Note, Streets};
use crate::sources::geotiff::Raster;

/// Gives every edge its rise. On bridges and in tunnels the ground says nothing, so they rise evenly from end to end,
/// which is what the ends' difference gives anyway.
pub(super) fn apply(streets: &mut Streets, raster: &Raster, notes: &mut Vec<Note>) {
    let heights: Vec<Option<f64>> = streets.nodes.iter().map(|node| raster.sample(*node)).collect();
    for edge in &mut streets.edges {
        if let Some((from, to)) = heights[edge.from as usize].zip(heights[edge.to as usize]) {
            edge.rise = (to - from) as f32;
        }
    }
    let unknown = heights.iter().filter(|height| height.is_none()).count();
    if unknown > 0 {
        notes.push(note(
            format!("{unknown} of {} junctions lie outside the elevation raster; their streets count as flat. Give a larger raster.", heights.len()),
            format!("{} 个路口中有 {unknown} 个在高程数据之外，相关街道按平地计算；请提供范围更大的高程数据。", heights.len()),
        ));
    }
}

//! Elevation: how much higher each edge's end lies than its beginning.

use super::note;
use crate::city::{Note, Streets};
use crate::error::Result;
use crate::sources::geotiff::GeoTiff;

/// Streets lie between the shore of the Dead Sea and the top of Mount Everest; other numbers stand for none, said or not.
const HEIGHTS: std::ops::RangeInclusive<f64> = -500.0..=9000.0;

/// Gives every edge its rise. On bridges and in tunnels the ground says nothing, so they rise evenly from end to end,
/// which is what the ends' difference gives anyway.
///
/// # Errors
/// If the raster is damaged.
pub(super) fn apply(streets: &mut Streets, raster: &mut GeoTiff, notes: &mut Vec<Note>) -> Result<()> {
    let mut raster = raster.window(streets.extent())?;
    raster.keep_only(|height| HEIGHTS.contains(&height));
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
    Ok(())
}

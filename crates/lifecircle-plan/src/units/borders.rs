//! How long the borders between regions are, by their outlines.

use std::collections::BTreeMap;

use geo::{BoundingRect as _, Intersects as _};
use geo_types::Rect;
use lifecircle::geo::metric::{Frame, length};
use lifecircle::geo::{LonLat, Metres, polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::Regioned;
use super::pieces::Piece;

/// Outlines that lie so near to each other are one border, of which a point is taken every so often; at most so many of an outline.
const ONE_BORDER: Metres = Metres(20.0);
const POINT_EVERY: Metres = Metres(20.0);
const MOST_POINTS: usize = 2_000;

impl Regioned {
    /// For each region those that it touches, and how long the border between them is, in metres.
    pub fn borders(&self) -> Vec<Vec<(u32, f64)>> {
        let extent = |piece: &Piece| piece.shape.bounding_rect().map(envelope);
        let boxed = self.pieces.iter().enumerate().filter_map(|(place, piece)| Some((place, extent(piece)?)));
        let tree = RTree::bulk_load(
            boxed.map(|(place, extent)| GeomWithData::new(Rectangle::from_aabb(extent), place)).collect(),
        );
        let mut borders: Vec<BTreeMap<u32, f64>> = vec![BTreeMap::new(); self.count()];
        for (piece, region) in self.pieces.iter().zip(&self.region_of) {
            for ring in polygon::rings(&piece.shape) {
                let points = polygon::points_along(ring, POINT_EVERY, MOST_POINTS);
                let step = length(&ring.0).0 / points.len().max(1) as f64;
                for at in points {
                    let frame = Frame::at(at.y);
                    let [x, y] = [ONE_BORDER.0 / frame.per_lon, ONE_BORDER.0 / frame.per_lat];
                    let around = Rect::new(LonLat { x: at.x - x, y: at.y - y }, LonLat { x: at.x + x, y: at.y + y });
                    let near = tree.locate_in_envelope_intersecting(envelope(around));
                    let touching = near.map(|near| near.data).filter(|&other| {
                        self.region_of[other] != *region && self.pieces[other].shape.intersects(&around)
                    });
                    let mut regions: Vec<u32> = touching.map(|other| self.region_of[other]).collect();
                    regions.sort_unstable();
                    regions.dedup();
                    for other in regions {
                        // Either side sees the border once.
                        *borders[*region as usize].entry(other).or_default() += step / 2.0;
                        *borders[other as usize].entry(*region).or_default() += step / 2.0;
                    }
                }
            }
        }
        borders.into_iter().map(|beside| beside.into_iter().collect()).collect()
    }
}

fn envelope(rectangle: Rect<f64>) -> AABB<[f64; 2]> {
    let (low, high) = (rectangle.min(), rectangle.max());
    AABB::from_corners([low.x, low.y], [high.x, high.y])
}

//! Finding the areas around a point or a segment quickly: a tree of their boxes.

use geo::BoundingRect;
use geo_types::MultiPolygon;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::geo::{LonLat, polygon};

type Entry = GeomWithData<Rectangle<[f64; 2]>, usize>;

/// Shapes in a tree. Answers come as indices into the shapes it was made of.
pub(super) struct AreaIndex<'a> {
    shapes: Vec<&'a MultiPolygon<f64>>,
    tree: RTree<Entry>,
}

impl<'a> AreaIndex<'a> {
    pub fn new(shapes: impl IntoIterator<Item = &'a MultiPolygon<f64>>) -> Self {
        let shapes: Vec<_> = shapes.into_iter().collect();
        let boxes = shapes.iter().enumerate().filter_map(|(index, shape)| {
            let rect = shape.bounding_rect()?;
            Some(Entry::new(Rectangle::from_corners(rect.min().into(), rect.max().into()), index))
        });
        let tree = RTree::bulk_load(boxes.collect());
        Self { shapes, tree }
    }

    /// Shapes whose box meets the box of a segment, in the order of the shapes.
    pub fn near_segment(&self, a: LonLat, b: LonLat) -> Vec<usize> {
        let envelope = AABB::from_corners(a.into(), b.into());
        let mut near: Vec<usize> =
            self.tree.locate_in_envelope_intersecting(envelope).map(|entry| entry.data).collect();
        near.sort_unstable();
        near
    }

    /// The shapes that contain a point, in their order.
    pub fn all_containing(&self, point: LonLat) -> impl Iterator<Item = usize> {
        self.near_segment(point, point).into_iter().filter(move |index| polygon::contains(self.shapes[*index], point))
    }

    /// The first shape that contains a point.
    pub fn containing(&self, point: LonLat) -> Option<usize> {
        self.all_containing(point).next()
    }
}

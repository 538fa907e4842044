//! Mapbox Vector Tiles as bytes: layers of features, whose keys and values are kept once a layer.
//!
//! Source: Mapbox Vector Tile Specification 2.1. It knows nothing of cities.

use std::collections::HashMap;

use prost::Message;

/// Units along a tile's side.
pub const EXTENT: i32 = 4096;

#[derive(Clone, PartialEq, Message)]
struct Tile {
    #[prost(message, repeated, tag = "3")]
    layers: Vec<Layer>,
}

#[derive(Clone, PartialEq, Message)]
struct Layer {
    #[prost(uint32, required, tag = "15")]
    version: u32,
    #[prost(string, required, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    features: Vec<Feature>,
    #[prost(string, repeated, tag = "3")]
    keys: Vec<String>,
    #[prost(message, repeated, tag = "4")]
    values: Vec<Value>,
    #[prost(uint32, optional, tag = "5")]
    extent: Option<u32>,
}

#[derive(Clone, PartialEq, Message)]
struct Feature {
    #[prost(uint64, optional, tag = "1")]
    id: Option<u64>,
    #[prost(uint32, repeated, tag = "2")]
    tags: Vec<u32>,
    #[prost(int32, optional, tag = "3")]
    kind: Option<i32>,
    #[prost(uint32, repeated, tag = "4")]
    geometry: Vec<u32>,
}

#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(string, optional, tag = "1")]
    string: Option<String>,
    #[prost(uint64, optional, tag = "5")]
    uint: Option<u64>,
}

/// A value of a feature.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Attribute<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number.
    Number(u64),
}

/// Where a feature is, in units of the tile.
#[derive(Debug)]
pub enum Shape {
    /// A point.
    Point([i32; 2]),
    /// Lines.
    Lines(Vec<Vec<[i32; 2]>>),
    /// Rings without their last point; outer ones clockwise as seen, inner ones the other way.
    Rings(Vec<Vec<[i32; 2]>>),
}

/// A layer that is being filled.
#[derive(Debug)]
pub struct LayerBuilder<'a> {
    layer: Layer,
    keys: HashMap<&'a str, u32>,
    values: HashMap<Attribute<'a>, u32>,
}

impl<'a> LayerBuilder<'a> {
    /// An empty layer.
    pub fn new(name: &str) -> Self {
        let layer = Layer { version: 2, name: name.to_owned(), extent: Some(EXTENT as u32), ..Layer::default() };
        Self { layer, keys: HashMap::new(), values: HashMap::new() }
    }

    /// Adds a feature; one without geometry is left out.
    pub fn add(
        &mut self,
        id: Option<u64>,
        shape: &Shape,
        attributes: impl IntoIterator<Item = (&'a str, Attribute<'a>)>,
    ) {
        let geometry = commands(shape);
        if geometry.is_empty() {
            return;
        }
        let kind = match shape {
            Shape::Point(_) => 1,
            Shape::Lines(_) => 2,
            Shape::Rings(_) => 3,
        };
        let mut tags = Vec::new();
        for (key, value) in attributes {
            tags.push(*self.keys.entry(key).or_insert_with(|| {
                self.layer.keys.push(key.to_owned());
                self.layer.keys.len() as u32 - 1
            }));
            let layer = &mut self.layer;
            let index = self.values.entry(value).or_insert_with_key(|value| {
                layer.values.push(match value {
                    Attribute::Text(text) => Value { string: Some((*text).to_owned()), uint: None },
                    Attribute::Number(number) => Value { string: None, uint: Some(*number) },
                });
                layer.values.len() as u32 - 1
            });
            tags.push(*index);
        }
        self.layer.features.push(Feature { id, tags, kind: Some(kind), geometry });
    }
}

/// The bytes of a tile; layers without features are left out.
pub fn encode(layers: Vec<LayerBuilder<'_>>) -> Vec<u8> {
    let layers = layers.into_iter().map(|builder| builder.layer).filter(|layer| !layer.features.is_empty()).collect();
    Tile { layers }.encode_to_vec()
}

const MOVE_TO: u32 = 1;
const LINE_TO: u32 = 2;
const CLOSE: u32 = 7;

fn commands(shape: &Shape) -> Vec<u32> {
    let mut pen = Pen { at: [0, 0], out: Vec::new() };
    match shape {
        Shape::Point(at) => pen.points(MOVE_TO, &[*at]),
        Shape::Lines(lines) => {
            for line in lines.iter().filter(|line| line.len() > 1) {
                pen.points(MOVE_TO, &line[..1]);
                pen.points(LINE_TO, &line[1..]);
            }
        }
        Shape::Rings(rings) => {
            for ring in rings.iter().filter(|ring| ring.len() > 2) {
                pen.points(MOVE_TO, &ring[..1]);
                pen.points(LINE_TO, &ring[1..]);
                pen.out.push(CLOSE | (1 << 3));
            }
        }
    }
    pen.out
}

struct Pen {
    at: [i32; 2],
    out: Vec<u32>,
}

impl Pen {
    fn points(&mut self, command: u32, points: &[[i32; 2]]) {
        self.out.push(command | ((points.len() as u32) << 3));
        for point in points {
            for (to, from) in point.iter().zip(self.at) {
                let step = to.wrapping_sub(from);
                self.out.push(((step << 1) ^ (step >> 31)) as u32);
            }
            self.at = *point;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specification_s_own_examples() {
        // Section 4.3.5: a point, a line, a polygon.
        assert_eq!(commands(&Shape::Point([25, 17])), [9, 50, 34]);
        assert_eq!(commands(&Shape::Lines(vec![vec![[2, 2], [2, 10], [10, 10]]])), [9, 4, 4, 18, 0, 16, 16, 0]);
        assert_eq!(commands(&Shape::Rings(vec![vec![[3, 6], [8, 12], [20, 34]]])), [9, 6, 12, 18, 10, 12, 24, 44, 15]);
    }

    #[test]
    fn keys_and_values_are_kept_once() {
        let mut layer = LayerBuilder::new("homes");
        for people in [3, 5, 3] {
            layer.add(None, &Shape::Point([1, 1]), [("people", Attribute::Number(people))]);
        }
        layer.add(None, &Shape::Lines(Vec::new()), [("people", Attribute::Number(9))]);
        assert_eq!((layer.layer.keys.len(), layer.layer.values.len(), layer.layer.features.len()), (1, 2, 3));
        assert_eq!(Tile::decode(encode(vec![layer, LayerBuilder::new("empty")]).as_slice()).unwrap().layers.len(), 1);
    }
}

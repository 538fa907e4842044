//! What the benchmarks share: tiled cities, and targets strewn over them.

pub mod tiles;
pub mod world;

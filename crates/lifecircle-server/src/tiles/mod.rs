//! Maps as tiles: what is sent grows with the screen, not with the city. Tiles are made when asked for and are the same every
//! time. Nothing here knows of HTTP.

pub mod areas;
pub mod base;
pub mod grid;
pub mod mvt;
pub mod people;
pub mod places;

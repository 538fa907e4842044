//! Readers of other people's files, one file a format.
//!
//! A reader turns bytes into plain records and says clearly when it cannot. It knows nothing of cities, streets or
//! standards; what the records mean is decided in `import`.

pub mod csv;
pub mod geojson;
pub mod geopackage;
pub mod geoparquet;
pub mod geotiff;
pub mod osm;
pub mod osm_pbf;
pub mod osm_xml;
pub mod records;
pub mod xlsx;

//! Points on the earth and the distances between them.
//!
//! Everything here is plain geometry: longitude and latitude in degrees (WGS-84) in, metres out.
//! It knows nothing of streets, homes or files.

pub mod datum;
pub mod hilbert;
pub mod metric;
pub mod polygon;
pub mod projection;
pub mod units;

pub use datum::Datum;
pub use projection::{Epsg, Projection};
pub use units::{Metres, Quantity, Seconds};

/// A point on the earth: `x` is the longitude, `y` the latitude, in degrees, WGS-84.
pub type LonLat = geo_types::Coord<f64>;

/// Whether a longitude and latitude are finite and on the globe.
///
/// ```
/// use lifecircle::geo::{is_on_globe, LonLat};
/// assert!(is_on_globe(LonLat { x: 106.8, y: 39.7 }));
/// assert!(!is_on_globe(LonLat { x: 39.7, y: 106.8 }));
/// ```
pub fn is_on_globe(point: LonLat) -> bool {
    point.x.abs() <= 180.0 && point.y.abs() <= 90.0
}

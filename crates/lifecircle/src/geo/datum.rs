//! In which coordinates a list is given: WGS-84, a Chinese datum, or any projection by its EPSG code.
//!
//! Chinese datums: GCJ-02 (AMap, Tencent) and BD-09 (Baidu), to and from WGS-84.
//! GCJ-02 moves every point inside China by 100 to 700 m; BD-09 moves it once more. The forward formulas are the
//! ones that every map service's clients carry; the inverses have no closed form and are found by iteration.
//! CGCS2000 lies within centimetres of WGS-84 and needs no shift.

use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Epsg, LonLat};
use crate::error::{Error, Result};

/// The coordinates in which a list is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Datum {
    /// WGS-84, and CGCS2000 within centimetres.
    #[default]
    Wgs84,
    /// GCJ-02: AMap, Tencent, most public boundary files in China.
    Gcj02,
    /// BD-09: Baidu.
    Bd09,
    /// Any other system, by its EPSG code: Gauss-Krüger, UTM and so on.
    Epsg(Epsg),
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wgs84 => f.write_str("WGS-84"),
            Self::Gcj02 => f.write_str("GCJ-02"),
            Self::Bd09 => f.write_str("BD-09"),
            Self::Epsg(epsg) => write!(f, "EPSG:{}", epsg.code()),
        }
    }
}

impl FromStr for Datum {
    type Err = Error;

    /// Of `wgs84`, `gcj02`, `bd09` or `EPSG:4547`, with or without hyphens, in any case.
    fn from_str(text: &str) -> Result<Self> {
        let plain = text.trim().to_lowercase().replace('-', "");
        match (plain.as_str(), plain.strip_prefix("epsg:").map(str::parse)) {
            ("wgs84", _) => Ok(Self::Wgs84),
            ("gcj02", _) => Ok(Self::Gcj02),
            ("bd09", _) => Ok(Self::Bd09),
            (_, Some(Ok(4326 | 4490))) => Ok(Self::Wgs84),
            (_, Some(Ok(code))) => Epsg::new(code).map(Self::Epsg),
            _ => Err(Error::new(say!("there are no coordinates called `{text}`", "没有名为 `{text}` 的坐标系")).hint(
                say!(
                    "give wgs84, gcj02, bd09, or a code as EPSG:4547",
                    "请给出 wgs84、gcj02、bd09，或 EPSG:4547 之类的代码"
                ),
            )),
        }
    }
}

impl TryFrom<String> for Datum {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Datum> for String {
    fn from(datum: Datum) -> Self {
        datum.id()
    }
}

impl Datum {
    /// How it is written in files and addresses: `wgs84`, `gcj02`, `bd09`, `EPSG:4547`.
    pub fn id(self) -> String {
        match self {
            Self::Epsg(_) => self.to_string(),
            _ => self.to_string().to_lowercase().replace('-', ""),
        }
    }

    /// Whether its points are no longitudes and latitudes.
    pub fn is_projected(self) -> bool {
        matches!(self, Self::Epsg(_))
    }

    /// A point of this datum in WGS-84; not a number where a projection does not reach.
    ///
    /// ```
    /// use lifecircle::geo::{Datum, LonLat};
    /// let there = LonLat { x: 106.825, y: 39.673 };
    /// let back = Datum::Gcj02.to_wgs84(Datum::Gcj02.from_wgs84(there));
    /// assert!((back.x - there.x).abs() < 1e-8 && (back.y - there.y).abs() < 1e-8);
    /// ```
    pub fn to_wgs84(self, point: LonLat) -> LonLat {
        match self {
            Self::Wgs84 => point,
            Self::Gcj02 => inverse(gcj02_from_wgs84, point),
            Self::Bd09 if !is_in_china(point) => point,
            Self::Bd09 => inverse(gcj02_from_wgs84, inverse(bd09_from_gcj02, point)),
            Self::Epsg(epsg) => {
                let at = epsg.projection().ok().and_then(|projection| projection.to_lon_lat(point));
                at.unwrap_or(LonLat { x: f64::NAN, y: f64::NAN })
            }
        }
    }

    /// A WGS-84 point in one of China's datums; in any other as it is.
    pub fn from_wgs84(self, point: LonLat) -> LonLat {
        match self {
            Self::Wgs84 | Self::Epsg(_) => point,
            Self::Gcj02 => gcj02_from_wgs84(point),
            Self::Bd09 if !is_in_china(point) => point,
            Self::Bd09 => bd09_from_gcj02(gcj02_from_wgs84(point)),
        }
    }
}

/// Rectangles (west, south, east, north) that cover China, and those to take out again: the usual outline of the
/// area in which the map services apply the shift, fine enough to leave Hanoi, Seoul, Ulaanbaatar and Vladivostok alone.
const INSIDE: [[f64; 4]; 6] = [
    [79.4462, 42.8899, 96.3300, 49.2204],
    [109.6872, 39.3742, 135.0002, 54.1415],
    [73.1246, 29.5297, 124.1433, 42.8899],
    [82.9684, 26.7186, 97.0352, 29.5297],
    [97.0253, 20.4141, 124.3674, 29.5297],
    [107.9758, 17.8715, 111.7441, 20.4141],
];
const OUTSIDE: [[f64; 4]; 6] = [
    [119.9213, 21.7850, 122.4976, 25.3986],
    [101.8652, 20.0988, 106.6650, 22.2840],
    [106.4525, 20.4878, 108.0510, 21.5422],
    [109.0323, 50.3257, 119.1270, 55.8175],
    [127.4568, 49.5574, 137.0227, 55.8175],
    [131.2662, 42.5692, 137.0227, 44.8922],
];

/// Whether the shift applies at a point.
pub fn is_in_china(point: LonLat) -> bool {
    let within = |[west, south, east, north]: &[f64; 4]| {
        (*west..=*east).contains(&point.x) && (*south..=*north).contains(&point.y)
    };
    INSIDE.iter().any(within) && !OUTSIDE.iter().any(within)
}

/// The Krasovsky ellipsoid, on which GCJ-02 reckons.
const KRASOVSKY_AXIS: f64 = 6_378_245.0;
const KRASOVSKY_E2: f64 = 0.006_693_421_622_965_943;

fn gcj02_from_wgs84(point: LonLat) -> LonLat {
    if !is_in_china(point) {
        return point;
    }
    let (x, y) = (point.x - 105.0, point.y - 35.0);
    let waves = |v: f64, a: f64, b: f64, c: f64| (a * (v * PI).sin() + b * (v / 3.0 * PI).sin() + c) * 2.0 / 3.0;
    let short = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let root = x.abs().sqrt();
    let dy = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + short
        + waves(y, 20.0, 40.0, 0.0)
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let dx = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + short
        + waves(x, 20.0, 40.0, 0.0)
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let (sin, cos) = point.y.to_radians().sin_cos();
    let w = 1.0 - KRASOVSKY_E2 * sin * sin;
    let per_lat = (KRASOVSKY_AXIS * (1.0 - KRASOVSKY_E2)) / (w * w.sqrt()) * PI / 180.0;
    let per_lon = KRASOVSKY_AXIS / w.sqrt() * cos * PI / 180.0;
    LonLat { x: point.x + dx / per_lon, y: point.y + dy / per_lat }
}

fn bd09_from_gcj02(point: LonLat) -> LonLat {
    let frequency = PI * 3000.0 / 180.0;
    let radius = point.x.hypot(point.y) + 0.00002 * (point.y * frequency).sin();
    let angle = point.y.atan2(point.x) + 0.000_003 * (point.x * frequency).cos();
    LonLat { x: radius * angle.cos() + 0.0065, y: radius * angle.sin() + 0.006 }
}

/// Finds the point that `forward` moves onto `goal`. The shift changes by less than a hundredth of the way, so every
/// step gains two digits: ten reach the last bit of a double.
fn inverse(forward: impl Fn(LonLat) -> LonLat, goal: LonLat) -> LonLat {
    (0..10).fold(goal, |guess, _| guess + (goal - forward(guess)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::metric::distance;
    use proptest::prelude::*;

    #[test]
    fn known_points() {
        // The worked examples of the coordtransform library (github.com/wandergis/coordtransform).
        let point = LonLat { x: 116.404, y: 39.915 };
        let close = |a: LonLat, x: f64, y: f64| assert!((a.x - x).abs() < 1e-9 && (a.y - y).abs() < 1e-9, "{a:?}");
        close(gcj02_from_wgs84(point), 116.410_244_499_169_38, 39.916_404_281_501_64);
        close(bd09_from_gcj02(point), 116.410_369_493_710_29, 39.921_336_993_510_21);
        // Its inverse is a first guess; ours agrees with it to its own exactness of some metres.
        let back = inverse(bd09_from_gcj02, point);
        assert!(distance(back, LonLat { x: 116.397_627_291_193_15, y: 39.908_656_739_576_31 }).0 < 1.0);
    }

    #[test]
    fn no_shift_outside_china() {
        for (x, y) in [
            (24.94, 60.17),
            (14.5, 35.9),
            (126.98, 37.57),
            (105.85, 21.03),
            (106.92, 47.92),
            (131.89, 43.12),
            (121.5, 25.05),
            (-51.2, -30.0),
            (139.7, 35.7),
            (100.5, 13.75),
        ] {
            let point = LonLat { x, y };
            for datum in [Datum::Gcj02, Datum::Bd09] {
                assert_eq!(datum.from_wgs84(point), point);
                assert_eq!(datum.to_wgs84(point), point);
            }
        }
    }

    proptest! {
        // Away from the outline's edge, where the shift itself is cut off.
        #[test]
        fn inverse_within_a_centimetre(x in 98.0..118.0, y in 30.0..39.0) {
            let point = LonLat { x, y };
            for datum in [Datum::Gcj02, Datum::Bd09] {
                let moved = datum.from_wgs84(point);
                let shift = distance(point, moved).0;
                prop_assert!((1.0..2500.0).contains(&shift), "{shift}");
                prop_assert!(distance(point, datum.to_wgs84(moved)).0 < 0.01);
            }
        }
    }
}

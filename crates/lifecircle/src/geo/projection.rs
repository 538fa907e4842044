//! Other coordinate systems than longitude and latitude: Gauss-Krüger, UTM, Lambert and the rest, by their EPSG code or by the text that
//! tells them, turned into WGS-84.
//!
//! The mathematics is `proj4rs`', the codes are those of `crs-definitions`. Shifts between datums follow seven parameters where the system
//! tells them; systems that need a grid of shifts are refused. It knows nothing of files.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use proj4rs::Proj;
use proj4rs::adaptors::transform_xy;
use serde::{Deserialize, Serialize};

use super::{LonLat, is_on_globe};
use crate::error::{Error, Result};

/// A coordinate system, made ready to turn points into longitude and latitude.
#[derive(Debug, Clone)]
pub struct Projection {
    system: Arc<Proj>,
}

/// Longitude and latitude in WGS-84.
static WGS_84: LazyLock<Option<Proj>> = LazyLock::new(|| Proj::from_proj_string("+proj=longlat +datum=WGS84").ok());

/// Systems that were asked for by code; there are some thousands at most.
static KNOWN: LazyLock<Mutex<HashMap<u16, Projection>>> = LazyLock::new(Mutex::default);

impl Projection {
    /// A system by what PROJ writes of it, as `+proj=utm +zone=49 +datum=WGS84`.
    ///
    /// # Errors
    /// If it is not known here how to compute it.
    pub fn of_proj(text: &str) -> Result<Self> {
        let system = Proj::from_proj_string(text).map_err(|e| cannot(&e.to_string()))?;
        if !system.is_latlong() && !system.has_inverse() {
            return Err(cannot("its projection cannot be turned back"));
        }
        Ok(Self { system: Arc::new(system) })
    }

    /// A system by its text (WKT, either version), as a `.prj` file has it.
    ///
    /// # Errors
    /// If it is no such text, or it is not known here how to compute it.
    ///
    /// ```
    /// use lifecircle::geo::{LonLat, Projection};
    /// let text = r#"PROJCS["CGCS2000_3_Degree_GK_CM_108E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",
    ///     DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],
    ///     UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],
    ///     PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",108.0],PARAMETER["Scale_Factor",1.0],
    ///     PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;
    /// let at = Projection::of_wkt(text)?.to_lon_lat(LonLat { x: 400_000.0, y: 4_393_000.0 }).unwrap();
    /// assert!((at.x - 106.834).abs() < 0.001 && (at.y - 39.666).abs() < 0.001);
    /// # Ok::<(), lifecircle::Error>(())
    /// ```
    pub fn of_wkt(text: &str) -> Result<Self> {
        // The library reads what is nested by calling itself.
        let nested = |(depth, deepest): (usize, usize), sign: u8| match sign {
            b'[' | b'(' => (depth + 1, deepest.max(depth + 1)),
            b']' | b')' => (depth.saturating_sub(1), deepest),
            _ => (depth, deepest),
        };
        if text.len() > LONGEST_TEXT || text.bytes().fold((0, 0), nested).1 > DEEPEST_TEXT {
            return Err(cannot("its text is longer or more nested than any"));
        }
        let proj = proj4wkt::wkt_to_projstring(text).map_err(|e| cannot(&e.to_string()))?;
        Self::of_proj(&proj)
    }

    /// A point of this system in WGS-84; none where the system does not reach.
    pub fn to_lon_lat(&self, at: LonLat) -> Option<LonLat> {
        let (x, y) = if self.is_degrees() { (at.x.to_radians(), at.y.to_radians()) } else { (at.x, at.y) };
        let (lon, lat) = transform_xy(&self.system, WGS_84.as_ref()?, x, y).ok()?;
        let point = LonLat { x: lon.to_degrees(), y: lat.to_degrees() };
        (point.x.is_finite() && is_on_globe(point)).then_some(point)
    }

    /// Whether its coordinates are degrees.
    pub fn is_degrees(&self) -> bool {
        self.system.is_latlong()
    }

    /// How many degrees a point lies east or west of the meridian around which a system is drawn, as Gauss-Krüger's and UTM's are; none for other systems, and where it
    /// does not reach.
    pub fn off_centre(&self, at: LonLat) -> Option<f64> {
        if !matches!(self.system.projname(), "tmerc" | "etmerc" | "utm") {
            return None;
        }
        Some((self.to_lon_lat(at)?.x - self.system.longitude_of_origin().to_degrees()).abs())
    }
}

/// No text of a coordinate system is longer, in bytes, or nested deeper.
const LONGEST_TEXT: usize = 1 << 16;
const DEEPEST_TEXT: usize = 32;

fn cannot(why: &str) -> Error {
    Error::unsupported(say!("its coordinate system cannot be computed ({why})", "其坐标系无法计算（{why}）"))
        .hint(say!("reproject it to longitude and latitude, for example with QGIS", "请先用 QGIS 等软件转换为经纬度"))
}

/// A coordinate system by its number in the EPSG register. It is there, and can be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Epsg(u16);

impl Epsg {
    /// The system of a code.
    ///
    /// # Errors
    /// If there is none, or it is not known here how to compute it.
    pub fn new(code: u16) -> Result<Self> {
        find(code).map(|_| Self(code))
    }

    /// Its number.
    pub fn code(self) -> u16 {
        self.0
    }

    /// It, made ready.
    ///
    /// # Errors
    /// None, once it was made: `new` has seen that it can be computed.
    pub fn projection(self) -> Result<Projection> {
        find(self.0)
    }
}

impl TryFrom<u16> for Epsg {
    type Error = Error;

    fn try_from(code: u16) -> Result<Self> {
        Self::new(code)
    }
}

impl From<Epsg> for u16 {
    fn from(epsg: Epsg) -> Self {
        epsg.0
    }
}

fn find(code: u16) -> Result<Projection> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(projection) = known.get(&code) {
        return Ok(projection.clone());
    }
    let Some(definition) = crs_definitions::from_code(code) else {
        return Err(Error::not_found(say!("EPSG:{code} is not known", "未知的 EPSG 代码：{code}")).hint(say!(
            "look the code up in QGIS; CGCS2000 in zones of three degrees is EPSG:4513 to 4554",
            "请在 QGIS 中查询代码；CGCS2000 三度分带为 EPSG:4513 至 4554"
        )));
    };
    let projection = Projection::of_proj(definition.proj4).map_err(|e| e.place(say!("EPSG:{code}", "EPSG:{code}")))?;
    known.insert(code, projection.clone());
    Ok(projection)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_at(code: u16, [x, y]: [f64; 2], [lon, lat]: [f64; 2], metres: f64) {
        let at = Epsg::new(code).unwrap().projection().unwrap().to_lon_lat(LonLat { x, y }).unwrap();
        let apart = crate::geo::metric::distance(at, LonLat { x: lon, y: lat }).0;
        assert!(apart < metres, "EPSG:{code}: {at:?} lies {apart} m from {lon}, {lat}");
    }

    /// Points turned by PROJ 9 (through pyproj).
    #[test]
    fn points_are_where_proj_puts_them() {
        // CGCS2000 in zones of three and six degrees, with and without the zone's number before the easting.
        is_at(4526, [38_500_000.0, 4_392_888.647_1], [114.0, 39.67], 0.01);
        is_at(4513, [25_517_202.690_6, 4_374_033.211_4], [75.2, 39.5], 0.01);
        is_at(4545, [399_608.594_0, 4_393_543.030_1], [106.83, 39.67], 0.01);
        is_at(4509, [13_828.487_1, 4_456_237.630_0], [111.3, 40.1], 0.01);
        // UTM on both sides of the equator.
        is_at(32648, [656_962.599_7, 4_392_731.952_1], [106.83, 39.67], 0.01);
        is_at(32722, [480_716.247_7, 6_677_873.553_2], [-51.2, -30.03], 0.01);
        // Others that cities use: Finland's two, the web's, Lambert in France, Europe's of equal areas.
        is_at(3067, [385_700.421_4, 6_672_126.743_0], [24.94, 60.17], 0.01);
        is_at(3879, [25_496_669.191_9, 6_673_014.666_5], [24.94, 60.17], 0.01);
        is_at(3857, [11_892_261.201_4, 4_818_102.822_6], [106.83, 39.67], 0.01);
        is_at(2154, [652_310.718_0, 6_862_414.636_8], [2.35, 48.86], 0.01);
        is_at(3035, [4_730_902.472_9, 1_438_659.818_7], [14.5, 35.9], 0.01);
        // Where datums differ: by seven parameters, to some metres.
        is_at(2056, [2_600_104.109_5, 1_199_879.628_2], [7.44, 46.95], 1.0);
        is_at(27700, [530_591.166_4, 179_571.065_4], [-0.12, 51.5], 5.0);
        is_at(31370, [148_679.447_4, 171_066.810_3], [4.35, 50.85], 1.0);
        is_at(5514, [-743_011.723_5, -1_043_823.181_4], [14.42, 50.08], 15.0);
    }

    #[test]
    fn what_is_no_system_is_told() {
        assert!(Epsg::new(1).unwrap_err().to_string().contains("EPSG:1 is not known"));
        assert!(Projection::of_wkt("PROJCS[\"nothing\"").is_err());
        assert!(Projection::of_proj("+proj=nothing").unwrap_err().to_string().contains("cannot be computed"));
        assert!(Projection::of_wkt(&"A[".repeat(500_000)).unwrap_err().to_string().contains("more nested"));
        assert!(Projection::of_wkt(&"A[".repeat(5_000)).is_err());
        // Only of systems around a meridian is it known where they are used.
        let mercator = Epsg::new(3857).unwrap().projection().unwrap();
        assert_eq!(mercator.off_centre(LonLat { x: 150_000.0, y: 11_555_000.0 }), None);
        let utm = Epsg::new(32648).unwrap().projection().unwrap();
        assert_eq!(utm.to_lon_lat(LonLat { x: f64::NAN, y: 0.0 }), None);
        assert!(utm.off_centre(LonLat { x: 656_962.0, y: 4_392_731.0 }).unwrap() < 3.0);
    }

    #[test]
    fn every_code_answers_or_is_refused() {
        // None breaks down, and those of China's own systems are all there.
        let usable = (1..=u16::MAX).filter(|code| Epsg::new(*code).is_ok()).count();
        assert!(usable > 4000, "{usable}");
        assert!((4491..=4554).all(|code| Epsg::new(code).is_ok()));
    }
}

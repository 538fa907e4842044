//! GeoTIFF rasters in longitude and latitude: people per cell, or elevation.
//!
//! A raster may cover a country: only the part around a city is read, strip by strip or tile by tile.
//!
//! Source: OGC 19-008r4 (GeoTIFF 1.1): `ModelPixelScale`, `ModelTiepoint`, `GeoKeyDirectory`; GDAL's documentation of its
//! GeoTIFF driver: `GDAL_NODATA`, and `GDAL_METADATA` for scale and offset.

use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use geo_types::Rect;
use quick_xml::events::Event;
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;

use super::open;
use crate::error::{Error, Result, caught};
use crate::geo::LonLat;
use crate::geo::metric::distance;
use crate::text::Text;

/// No more cells are read for a city: at 30 m they cover more than 200 km square.
const MOST_CELLS: usize = 64_000_000;

/// No kernel of smoothing reaches more cells to each side.
const LARGEST_KERNEL: f64 = 30.0;

fn reproject() -> Text {
    say!("reproject it: gdalwarp -t_srs EPSG:4326 IN.tif OUT.tif", "请先转换：gdalwarp -t_srs EPSG:4326 IN.tif OUT.tif")
}
fn write_anew() -> Text {
    say!("write it anew, for example with gdal_translate", "请重新生成，例如用 gdal_translate")
}

/// GDAL's own tag of metadata, in XML.
const GDAL_METADATA: u16 = 42112;

/// Keys of the directory of GeoKeys: the model (2 is geographic), and whether cells are areas or points (2).
const KEY_MODEL: u16 = 1024;
const KEY_RASTER: u16 = 1025;

/// An opened raster of which only the head was read.
pub struct GeoTiff {
    path: PathBuf,
    decoder: Decoder<BufReader<File>>,
    size: [usize; 2],
    /// The north-western corner of the first cell, and the size of a cell.
    corner: LonLat,
    step: LonLat,
    meaning: Meaning,
}

impl fmt::Debug for GeoTiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeoTiff").field("path", &self.path).field("size", &self.size).finish_non_exhaustive()
    }
}

/// What the numbers in the cells mean.
#[derive(Debug, Clone, Copy)]
struct Meaning {
    nodata: Option<f64>,
    scale: f64,
    offset: f64,
}

impl Meaning {
    /// The value of a number as it is stored, which is none where it stands for no data. `narrow` makes of the number that
    /// stands for no data what it is among numbers of the stored type.
    fn value(self, stored: f64, narrow: impl Fn(f64) -> f64) -> f64 {
        let is_void = !stored.is_finite() || self.nodata.is_some_and(|nodata| narrow(nodata) == stored);
        if is_void { f64::NAN } else { stored * self.scale + self.offset }
    }
}

impl GeoTiff {
    /// Opens a GeoTIFF, of which the first band is read.
    ///
    /// # Errors
    /// If it is not a GeoTIFF, or not in longitude and latitude.
    pub fn open(path: &Path) -> Result<Self> {
        let file = BufReader::new(open(path)?);
        let damaged =
            || Error::damaged(say!("it cannot be read as a GeoTIFF", "无法按 GeoTIFF 读取")).hint(write_anew());
        caught(damaged, || Self::head(path, file)).map_err(|e| e.file(path))
    }

    fn head(path: &Path, file: BufReader<File>) -> Result<Self> {
        let mut decoder = Decoder::new(file).map_err(|e| damaged(&e))?;
        let (width, height) = decoder.dimensions().map_err(|e| damaged(&e))?;
        let numbers = |tag: Tag, decoder: &mut Decoder<_>| decoder.get_tag_f64_vec(tag).unwrap_or_default();
        let scale = numbers(Tag::ModelPixelScaleTag, &mut decoder);
        let tie = numbers(Tag::ModelTiepointTag, &mut decoder);
        if scale.len() < 2 || tie.len() < 5 {
            return Err(Error::damaged(say!(
                "the TIFF does not say where on earth it lies",
                "该 TIFF 没有写明地理位置"
            ))
            .hint(reproject()));
        }
        let keys = decoder.get_tag_u16_vec(Tag::GeoKeyDirectoryTag).unwrap_or_default();
        let key = |wanted: u16| keys.chunks_exact(4).find(|key| key[0] == wanted).map(|key| key[3]);
        if key(KEY_MODEL).is_some_and(|model| model != 2) {
            return Err(
                Error::unsupported(say!("it is not in longitude and latitude", "不是经纬度坐标")).hint(reproject())
            );
        }
        let step = LonLat { x: scale[0], y: scale[1] };
        let mut corner = LonLat { x: tie[3] - tie[0] * step.x, y: tie[4] + tie[1] * step.y };
        if key(KEY_RASTER) == Some(2) {
            // The tie is the middle of a cell.
            corner = LonLat { x: corner.x - step.x / 2.0, y: corner.y + step.y / 2.0 };
        }
        let far = LonLat { x: corner.x + step.x * f64::from(width), y: corner.y - step.y * f64::from(height) };
        let is_sound =
            step.x > 0.0 && step.y > 0.0 && [corner, far].iter().all(|c| c.x.abs() <= 541.0 && c.y.abs() <= 91.0);
        if !is_sound {
            return Err(Error::new(say!("its corner or cell size is out of range", "其角点或像元大小超出范围"))
                .hint(reproject()));
        }
        let nodata = decoder.get_tag_ascii_string(Tag::GdalNodata).ok();
        let nodata = nodata.and_then(|text| text.trim_matches(['\0', ' ']).parse::<f64>().ok());
        let metadata = decoder.get_tag_ascii_string(Tag::Unknown(GDAL_METADATA)).unwrap_or_default();
        let [scale, offset] = scale_and_offset(&metadata);
        let size = [width as usize, height as usize];
        Ok(Self { path: path.to_path_buf(), decoder, size, corner, step, meaning: Meaning { nodata, scale, offset } })
    }

    /// Reads the cells that lie within bounds (west, south, east, north), and one more on each side.
    ///
    /// # Errors
    /// If the file is damaged, or holds too many cells there.
    pub fn window(&mut self, bounds: [f64; 4]) -> Result<Raster> {
        let damaged =
            || Error::damaged(say!("it cannot be read as a GeoTIFF", "无法按 GeoTIFF 读取")).hint(write_anew());
        let path = self.path.clone();
        caught(damaged, || self.read_window(bounds)).map_err(|e| e.file(path))
    }

    fn read_window(&mut self, [west, south, east, north]: [f64; 4]) -> Result<Raster> {
        let range = |from: f64, to: f64, size: usize| {
            let cell = |at: f64| (at.floor().max(0.0) as usize).min(size);
            cell(from - 1.0)..cell(to + 2.0)
        };
        let columns = range((west - self.corner.x) / self.step.x, (east - self.corner.x) / self.step.x, self.size[0]);
        let rows = range((self.corner.y - north) / self.step.y, (self.corner.y - south) / self.step.y, self.size[1]);
        let cells = columns.len().saturating_mul(rows.len());
        if cells > MOST_CELLS {
            return Err(Error::new(say!(
                "it has {cells} cells around the streets, and at most {MOST_CELLS} are read",
                "道路周围有 {cells} 个像元，最多读取 {MOST_CELLS} 个"
            ))
            .hint(say!(
                "make its cells larger: gdalwarp -tr 0.001 0.001 -r sum (people) or average (elevation)",
                "请加大像元：gdalwarp -tr 0.001 0.001 -r sum（人口）或 average（高程）"
            )));
        }
        let mut raster = Raster {
            first: [columns.start, rows.start],
            width: columns.len(),
            values: vec![f64::NAN; cells],
            corner: LonLat {
                x: self.corner.x + columns.start as f64 * self.step.x,
                y: self.corner.y - rows.start as f64 * self.step.y,
            },
            step: self.step,
        };
        if cells == 0 {
            return Ok(raster);
        }
        let (chunk_width, chunk_height) = self.decoder.chunk_dimensions();
        let (chunk_width, chunk_height) = (chunk_width.max(1) as usize, chunk_height.max(1) as usize);
        let across = self.size[0].div_ceil(chunk_width);
        for chunk_row in rows.start / chunk_height..=(rows.end - 1) / chunk_height {
            for chunk_column in columns.start / chunk_width..=(columns.end - 1) / chunk_width {
                let index = u32::try_from(chunk_row * across + chunk_column).map_err(|e| damaged(&e))?;
                let (wide, high) = self.decoder.chunk_data_dimensions(index);
                let image = self.decoder.read_chunk(index).map_err(|e| damaged(&e))?;
                let chunk = Chunk {
                    at: [chunk_column * chunk_width, chunk_row * chunk_height],
                    size: [wide as usize, high as usize],
                    values: self.meaning.values(image),
                };
                raster.take(&chunk)?;
            }
        }
        Ok(raster)
    }
}

fn damaged(e: &dyn fmt::Display) -> Error {
    Error::damaged(say!("it cannot be read as a GeoTIFF ({e})", "无法按 GeoTIFF 读取（{e}）")).hint(write_anew())
}

/// Scale and offset of the first band, as GDAL notes them: `<Item name="SCALE" sample="0" role="scale">0.1</Item>`.
fn scale_and_offset(metadata: &str) -> [f64; 2] {
    let mut found = [1.0, 0.0];
    let mut reader = quick_xml::Reader::from_str(metadata);
    let mut role = None;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                let get = |key: &str| start.try_get_attribute(key).ok().flatten().map(|a| a.value.to_string());
                let is_first = get("sample").is_none_or(|sample| sample == "0");
                role = match get("role").as_deref() {
                    Some("scale") if is_first => Some(0),
                    Some("offset") if is_first => Some(1),
                    _ => None,
                };
            }
            Ok(Event::Text(text)) => {
                if let Some((role, number)) = role.take().zip(text.trim().parse::<f64>().ok().filter(|n| n.is_finite()))
                {
                    found[role] = number;
                }
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

impl Meaning {
    fn values(self, image: DecodingResult) -> Vec<f64> {
        let plain = |stored: f64| self.value(stored, |nodata| nodata);
        let of_f32 = |stored: f32| {
            // Writers put the largest number there is where they have none, with or without a word.
            let stored = if stored.abs() > 3.4e38 { f32::NAN } else { stored };
            self.value(f64::from(stored), |nodata| f64::from(nodata as f32))
        };
        match image {
            DecodingResult::U8(v) => v.into_iter().map(|n| plain(f64::from(n))).collect(),
            DecodingResult::U16(v) => v.into_iter().map(|n| plain(f64::from(n))).collect(),
            DecodingResult::U32(v) => v.into_iter().map(|n| plain(f64::from(n))).collect(),
            DecodingResult::U64(v) => v.into_iter().map(|n| plain(n as f64)).collect(),
            DecodingResult::I8(v) => v.into_iter().map(|n| plain(f64::from(n))).collect(),
            // The smallest number stands for no data in every elevation model that stores whole metres.
            DecodingResult::I16(v) => {
                v.into_iter().map(|n| if n == i16::MIN { f64::NAN } else { plain(f64::from(n)) }).collect()
            }
            DecodingResult::I32(v) => {
                v.into_iter().map(|n| if n == i32::MIN { f64::NAN } else { plain(f64::from(n)) }).collect()
            }
            DecodingResult::I64(v) => v.into_iter().map(|n| plain(n as f64)).collect(),
            DecodingResult::F16(v) => v.into_iter().map(|n| plain(f64::from(n))).collect(),
            DecodingResult::F32(v) => v.into_iter().map(of_f32).collect(),
            DecodingResult::F64(v) => {
                v.into_iter().map(|n| plain(if n.abs() > 3.4e38 { f64::NAN } else { n })).collect()
            }
        }
    }
}

/// A strip or tile of a raster.
struct Chunk {
    /// Column and row of its first cell.
    at: [usize; 2],
    size: [usize; 2],
    /// Its bands side by side.
    values: Vec<f64>,
}

/// A part of a grid of numbers on the earth, its first row the northernmost.
#[derive(Debug, Clone)]
pub struct Raster {
    /// Column and row of its first cell in the file.
    first: [usize; 2],
    width: usize,
    values: Vec<f64>,
    corner: LonLat,
    step: LonLat,
}

/// A cell of a raster that has a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RasterCell {
    /// Its column and row in the file, from 1.
    pub at: [usize; 2],
    /// Where it lies.
    pub area: Rect<f64>,
    /// Its value.
    pub value: f64,
}

impl Raster {
    fn height(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// Takes over what a chunk holds of it.
    fn take(&mut self, chunk: &Chunk) -> Result<()> {
        let [wide, high] = chunk.size;
        let bands = chunk.values.len().checked_div(wide * high).filter(|bands| *bands > 0);
        let bands = bands.ok_or_else(|| damaged(&"it holds fewer numbers than its size says"))?;
        for row in 0..high {
            let Some(to_row) = (chunk.at[1] + row).checked_sub(self.first[1]).filter(|row| *row < self.height()) else {
                continue;
            };
            for column in 0..wide {
                let to = (chunk.at[0] + column).checked_sub(self.first[0]).filter(|column| *column < self.width);
                if let Some(to_column) = to {
                    self.values[to_row * self.width + to_column] = chunk.values[(row * wide + column) * bands];
                }
            }
        }
        Ok(())
    }

    /// Every cell that has a value.
    pub fn cells(&self) -> impl Iterator<Item = RasterCell> + '_ {
        self.values.iter().enumerate().filter(|(_, value)| !value.is_nan()).map(|(index, value)| {
            let (column, row) = (index % self.width, index / self.width);
            let west = self.corner.x + column as f64 * self.step.x;
            let north = self.corner.y - row as f64 * self.step.y;
            let area =
                Rect::new(LonLat { x: west, y: north - self.step.y }, LonLat { x: west + self.step.x, y: north });
            RasterCell { at: [self.first[0] + column + 1, self.first[1] + row + 1], area, value: *value }
        })
    }

    /// Forgets the values that are not possible.
    pub fn keep_only(&mut self, is_possible: impl Fn(f64) -> bool) {
        for value in &mut self.values {
            if !is_possible(*value) {
                *value = f64::NAN;
            }
        }
    }

    /// How large a cell is at its larger side, in metres.
    pub fn cell_metres(&self) -> f64 {
        let middle = LonLat { x: self.corner.x, y: self.corner.y - self.height() as f64 * self.step.y / 2.0 };
        let [wide, high] = self.cell_sides(middle);
        wide.max(high)
    }

    fn cell_sides(&self, at: LonLat) -> [f64; 2] {
        let east = LonLat { x: at.x + self.step.x, y: at.y };
        let north = LonLat { x: at.x, y: at.y + self.step.y };
        [distance(at, east).0, distance(at, north).0]
    }

    /// The value at a point of the plane that fits the cells around best, where those at a distance of `sigma` metres count
    /// exp(-1/2) of those at the point, and those beyond three times as far nothing. Single cells are noise: what is smoothed has the slopes of
    /// a length of some three times `sigma`. A plane stays what it is, at the raster's edge and beside cells without a value too. None
    /// where [`Raster::sample`] has none.
    ///
    /// Source: local linear regression (Cleveland & Devlin 1988).
    pub fn smooth(&self, point: LonLat, sigma: f64) -> Option<f64> {
        let plain = self.sample(point)?;
        let [wide, high] = self.cell_sides(point);
        let column = (point.x - self.corner.x) / self.step.x - 0.5;
        let row = (self.corner.y - point.y) / self.step.y - 0.5;
        let reach = |middle: f64, side: f64, count: usize| {
            let cells = (3.0 * sigma / side).min(LARGEST_KERNEL);
            let first = (middle - cells).ceil().max(0.0) as usize;
            first..((middle + cells).floor() + 1.0).clamp(0.0, count as f64) as usize
        };
        // Sums of the normal equations of a plane a + b·x + c·y.
        let (mut s, mut sx, mut sy, mut sxx, mut sxy, mut syy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        let (mut sz, mut sxz, mut syz) = (0.0, 0.0, 0.0);
        for r in reach(row, high, self.height()) {
            for c in reach(column, wide, self.width) {
                let z = self.values[r * self.width + c] - plain;
                let (x, y) = ((c as f64 - column) * wide, (r as f64 - row) * high);
                let weight = (-0.5 * (x * x + y * y) / (sigma * sigma)).exp();
                if z.is_nan() {
                    continue;
                }
                s += weight;
                sx += weight * x;
                sy += weight * y;
                sxx += weight * x * x;
                sxy += weight * x * y;
                syy += weight * y * y;
                sz += weight * z;
                sxz += weight * x * z;
                syz += weight * y * z;
            }
        }
        // Cramer's rule; cells in one line, or too few, fit no plane.
        let minor = sxx * syy - sxy * sxy;
        let whole = s * minor - sx * (sx * syy - sxy * sy) + sy * (sx * sxy - sxx * sy);
        let scale = s * s * s * sigma.powi(4);
        if whole <= 1e-6 * scale {
            return Some(plain);
        }
        Some(plain + (sz * minor - sxz * (sx * syy - sxy * sy) + syz * (sx * sxy - sxx * sy)) / whole)
    }

    /// The value at a point, interpolated between the middles of the four cells around it; none outside or where one
    /// of the four has no value.
    pub fn sample(&self, point: LonLat) -> Option<f64> {
        let column = (point.x - self.corner.x) / self.step.x - 0.5;
        let row = (self.corner.y - point.y) / self.step.y - 0.5;
        let (last_column, last_row) = (self.width.checked_sub(1)? as f64, self.height().checked_sub(1)? as f64);
        if !(-0.5..=last_column + 0.5).contains(&column) || !(-0.5..=last_row + 0.5).contains(&row) {
            return None;
        }
        let (column, row) = (column.clamp(0.0, last_column), row.clamp(0.0, last_row));
        let (left, top) = (column.floor(), row.floor());
        let at = |c: f64, r: f64| self.values[r.min(last_row) as usize * self.width + c.min(last_column) as usize];
        let (fx, fy) = (column - left, row - top);
        let upper = at(left, top) * (1.0 - fx) + at(left + 1.0, top) * fx;
        let lower = at(left, top + 1.0) * (1.0 - fx) + at(left + 1.0, top + 1.0) * fx;
        Some(upper * (1.0 - fy) + lower * fy).filter(|value| !value.is_nan())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells of a second of arc (some 30 m) with these values by column and row.
    fn raster(side: usize, value: impl Fn(usize, usize) -> f64) -> Raster {
        Raster {
            first: [0, 0],
            corner: LonLat { x: 10.0, y: 0.0 },
            step: LonLat { x: 1.0 / 3600.0, y: 1.0 / 3600.0 },
            width: side,
            values: (0..side * side).map(|index| value(index % side, index / side)).collect(),
        }
    }

    /// The point at a column and a row, counted from the middle of the first cell.
    fn at(column: f64, row: f64) -> LonLat {
        LonLat { x: 10.0 + (column + 0.5) / 3600.0, y: -(row + 0.5) / 3600.0 }
    }

    #[test]
    fn smoothing_keeps_a_plane_to_its_edge_and_beside_holes() {
        let plane = |c: f64, r: f64| 100.0 + 2.0 * c - 1.5 * r;
        let holed = raster(20, |c, r| if (c, r) == (9, 9) { f64::NAN } else { plane(c as f64, r as f64) });
        for (column, row) in [(10.3, 10.7), (0.0, 0.0), (19.0, 7.25), (0.2, 18.9), (12.0, 9.0)] {
            let smooth = holed.smooth(at(column, row), 30.0).unwrap();
            assert!((smooth - plane(column, row)).abs() < 1e-6, "{smooth} at {column}, {row}");
        }
        // No value where the raster has none.
        assert_eq!(holed.smooth(at(9.0, 9.0), 30.0), None);
        assert_eq!(holed.smooth(at(-2.0, 9.0), 30.0), None);
        assert!((29.0..32.0).contains(&holed.cell_metres()));
    }

    #[test]
    fn single_cells_make_no_walls() {
        // Every other cell is 6 m too high: slopes of 20 % between neighbours.
        let noisy = raster(20, |c, r| if (c + r) % 2 == 0 { 6.0 } else { 0.0 });
        let slope = |value: &dyn Fn(f64) -> f64| (value(10.5) - value(10.0)).abs() / 15.5;
        let rough = slope(&|column| noisy.sample(at(column, 10.0)).unwrap());
        let smooth = slope(&|column| noisy.smooth(at(column, 10.0), 31.0).unwrap());
        assert!(rough > 0.15 && smooth < 0.01, "{rough}, {smooth}");
        // A hill that is many cells wide stays one.
        let hill = raster(40, |c, r| 50.0 * (-((c as f64 - 20.0).powi(2) + (r as f64 - 20.0).powi(2)) / 72.0).exp());
        let (top, side) = (hill.smooth(at(20.0, 20.0), 31.0).unwrap(), hill.smooth(at(26.0, 20.0), 31.0).unwrap());
        assert!((top - 50.0).abs() < 2.0 && (side - 30.3).abs() < 1.0, "{top}, {side}");
    }
}

//! GeoTIFF rasters in longitude and latitude: people per cell, or elevation.
//!
//! Source: OGC 19-008r4 (GeoTIFF 1.1): `ModelPixelScale`, `ModelTiepoint`, `GeoKeyDirectory`.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use geo_types::{MultiPolygon, Rect};
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

use crate::error::{Error, Result};
use crate::geo::LonLat;

/// A grid of numbers on the earth, its first row the northernmost.
#[derive(Debug, Clone)]
pub struct Raster {
    width: usize,
    values: Vec<f64>,
    corner: LonLat,
    step: LonLat,
}

const REPROJECT: &str = "reproject it: gdalwarp -t_srs EPSG:4326 IN.tif OUT.tif";

/// Reads the first band of a GeoTIFF.
///
/// # Errors
/// If it is not a GeoTIFF, or not in longitude and latitude.
pub fn read(path: &Path) -> Result<Raster> {
    let file = File::open(path).map_err(|e| Error::io("open", path, &e))?;
    parse(BufReader::new(file)).map_err(|e| e.file(path))
}

fn parse(file: BufReader<File>) -> Result<Raster> {
    let damaged = |e: tiff::TiffError| {
        Error::new(format!("it cannot be read as a GeoTIFF ({e})"))
            .mend("write it anew, for example with gdal_translate")
    };
    let mut limits = Limits::default();
    limits.decoding_buffer_size = 2 << 30;
    let mut tiff = Decoder::new(file).map_err(damaged)?.with_limits(limits);
    let (width, height) = tiff.dimensions().map_err(damaged)?;
    let numbers = |tag: Tag, tiff: &mut Decoder<_>| tiff.get_tag_f64_vec(tag).unwrap_or_default();
    let scale = numbers(Tag::ModelPixelScaleTag, &mut tiff);
    let tie = numbers(Tag::ModelTiepointTag, &mut tiff);
    if scale.len() < 2 || tie.len() < 5 {
        return Err(Error::new("the TIFF does not say where on earth it lies").mend(REPROJECT));
    }
    // Key 1024 is the model: 1 projected, 2 geographic.
    let keys = tiff.get_tag_u16_vec(Tag::GeoKeyDirectoryTag).unwrap_or_default();
    if keys.chunks_exact(4).any(|key| key[0] == 1024 && key[3] != 2) {
        return Err(Error::new("it is not in longitude and latitude").mend(REPROJECT));
    }
    let nodata = tiff
        .get_tag_ascii_string(Tag::GdalNodata)
        .ok()
        .and_then(|text| text.trim_matches(['\0', ' ']).parse::<f64>().ok());
    let bands = tiff.colortype().map_err(damaged)?.num_samples().max(1) as usize;
    let mut values = as_f64(tiff.read_image().map_err(damaged)?);
    if bands > 1 {
        values = values.into_iter().step_by(bands).collect();
    }
    if values.len() != width as usize * height as usize {
        return Err(Error::new("it holds fewer numbers than its size says")
            .mend("write it anew, for example with gdal_translate"));
    }
    for value in &mut values {
        if Some(*value) == nodata || !value.is_finite() {
            *value = f64::NAN;
        }
    }
    let step = LonLat { x: scale[0], y: scale[1] };
    let corner = LonLat { x: tie[3] - tie[0] * step.x, y: tie[4] + tie[1] * step.y };
    if !(step.x > 0.0 && step.y > 0.0 && crate::geo::is_on_globe(corner)) {
        return Err(Error::new("its corner or cell size is out of range").mend(REPROJECT));
    }
    Ok(Raster { width: width as usize, values, corner, step })
}

fn as_f64(image: DecodingResult) -> Vec<f64> {
    match image {
        DecodingResult::U8(v) => v.into_iter().map(f64::from).collect(),
        DecodingResult::U16(v) => v.into_iter().map(f64::from).collect(),
        DecodingResult::U32(v) => v.into_iter().map(f64::from).collect(),
        DecodingResult::U64(v) => v.into_iter().map(|n| n as f64).collect(),
        DecodingResult::I8(v) => v.into_iter().map(f64::from).collect(),
        DecodingResult::I16(v) => v.into_iter().map(f64::from).collect(),
        DecodingResult::I32(v) => v.into_iter().map(f64::from).collect(),
        DecodingResult::I64(v) => v.into_iter().map(|n| n as f64).collect(),
        DecodingResult::F16(v) => v.into_iter().map(f64::from).collect(),
        DecodingResult::F32(v) => v.into_iter().map(f64::from).collect(),
        DecodingResult::F64(v) => v,
    }
}

impl Raster {
    fn height(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// Every cell that has a value: its area and the value.
    pub fn cells(&self) -> impl Iterator<Item = (MultiPolygon<f64>, f64)> + '_ {
        self.values.iter().enumerate().filter(|(_, value)| !value.is_nan()).map(|(index, value)| {
            let (column, row) = ((index % self.width) as f64, (index / self.width) as f64);
            let west = self.corner.x + column * self.step.x;
            let north = self.corner.y - row * self.step.y;
            let cell =
                Rect::new(LonLat { x: west, y: north - self.step.y }, LonLat { x: west + self.step.x, y: north });
            (MultiPolygon(vec![cell.to_polygon()]), *value)
        })
    }

    /// The value at a point, interpolated between the middles of the four cells around it; none outside or where one
    /// of the four has no value.
    pub fn sample(&self, point: LonLat) -> Option<f64> {
        let column = (point.x - self.corner.x) / self.step.x - 0.5;
        let row = (self.corner.y - point.y) / self.step.y - 0.5;
        let (last_column, last_row) = ((self.width - 1) as f64, (self.height().checked_sub(1)?) as f64);
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

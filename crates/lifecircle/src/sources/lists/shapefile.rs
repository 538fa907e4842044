//! Shapefiles: `.shp` with its `.dbf`, `.prj` and `.cpg` beside it, or all of them in a `.zip`. Of several in one archive the first is read,
//! or the one that is named.
//!
//! Source: ESRI Shapefile Technical Description (1998); encodings as QGIS and ArcGIS write them into `.cpg`.

use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use geo_types::Geometry;
use shapefile::dbase::encoding::{DynEncoding, EncodingRs};
use shapefile::dbase::{self, FieldValue};
use shapefile::{Shape, ShapeReader};

use super::system;
use crate::error::{Error, Result};
use crate::sources::records::{Cells, Record, Records, RowPlace, System};
use crate::sources::{open, read_bytes};

/// No part of an archive unpacks to more bytes.
const LARGEST_PART: u64 = 1 << 31;

/// No archive has more files.
const MOST_PARTS: usize = 10_000;

/// The parts of one shapefile.
#[derive(Default)]
struct Parts {
    shapes: Vec<u8>,
    table: Option<Vec<u8>>,
    system: Option<Vec<u8>>,
    encoding: Option<Vec<u8>>,
    /// Others in the same archive.
    left: Vec<String>,
}

/// Reads a shapefile, or that of an archive which is named.
///
/// # Errors
/// If it is damaged, there is none of that name, or its coordinate system cannot be computed.
pub fn read(path: &Path, only: Option<&str>) -> Result<Records> {
    let is_archive = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("zip"));
    let parts = if is_archive { in_archive(path, only)? } else { beside(path)? };
    let records = parse(&parts)?;
    Ok(Records { file: path.to_path_buf(), ..records })
}

/// The files beside a `.shp`, whatever the case of their endings.
fn beside(path: &Path) -> Result<Parts> {
    let part = |end: &str| -> Result<Option<Vec<u8>>> {
        let candidates = [end.to_lowercase(), end.to_uppercase()].map(|end| path.with_extension(end));
        candidates.iter().find(|path| path.is_file()).map(|path| read_bytes(path)).transpose()
    };
    Ok(Parts {
        shapes: read_bytes(path)?,
        table: part("dbf")?,
        system: part("prj")?,
        encoding: part("cpg")?,
        left: Vec::new(),
    })
}

fn in_archive(path: &Path, only: Option<&str>) -> Result<Parts> {
    let damaged = |e: &dyn std::fmt::Display| {
        Error::damaged(say!("it cannot be read as a ZIP archive ({e})", "无法按 ZIP 压缩包读取（{e}）"))
            .hint(say!("pack the shapefile anew", "请重新打包 shapefile"))
    };
    let mut archive = zip::ZipArchive::new(BufReader::new(open(path)?)).map_err(|e| damaged(&e))?;
    if archive.len() > MOST_PARTS {
        return Err(damaged(&format!("it has {} files", archive.len())));
    }
    let names: Vec<PathBuf> = archive
        .file_names()
        .map(|name| name.map(|name| PathBuf::from(name.into_owned())).unwrap_or_default())
        .collect();
    let has_end = |name: &Path, end: &str| name.extension().is_some_and(|own| own.eq_ignore_ascii_case(end));
    let layer = |name: &Path| name.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    // The Mac packs a second file of each name.
    let is_layer = |name: &&PathBuf| has_end(name, "shp") && !name.starts_with("__MACOSX");
    let layers: Vec<&PathBuf> = names.iter().filter(is_layer).collect();
    let wanted = layers.iter().copied().find(|name| only.is_none_or(|only| layer(name) == only));
    let all = || layers.iter().map(|name| layer(name)).collect::<Vec<_>>();
    let Some(wanted) = wanted else {
        return Err(match only {
            Some(only) => Error::not_found(say!("it has no layer {only:?}", "没有图层 {only:?}")).hint(say!(
                "its layers are: {}",
                "其图层有：{}",
                all().join(", ")
            )),
            None => Error::unsupported(say!("the archive holds no shapefile (.shp)", "压缩包中没有 shapefile（.shp）"))
                .hint(say!("pack .shp, .dbf, .prj and .cpg together", "请将 .shp、.dbf、.prj、.cpg 一并打包")),
        });
    };
    let mut part = |end: &str| -> Result<Option<Vec<u8>>> {
        let is_it = |name: &PathBuf| has_end(name, end) && name.with_extension("") == wanted.with_extension("");
        let Some(index) = names.iter().position(is_it) else { return Ok(None) };
        let entry = archive.by_index(index).map_err(|e| damaged(&e))?;
        let mut bytes = Vec::new();
        entry.take(LARGEST_PART + 1).read_to_end(&mut bytes).map_err(|e| damaged(&e))?;
        if bytes.len() as u64 > LARGEST_PART {
            return Err(Error::new(say!(
                "a part of the archive unpacks to over 2 GB",
                "压缩包的一部分解压后超过 2 GB"
            ))
            .hint(say!("cut it to the city", "请裁剪到本市范围")));
        }
        Ok(Some(bytes))
    };
    Ok(Parts {
        shapes: part("shp")?.unwrap_or_default(),
        table: part("dbf")?,
        system: part("prj")?,
        encoding: part("cpg")?,
        left: all().into_iter().filter(|name| *name != layer(wanted)).collect(),
    })
}

fn parse(parts: &Parts) -> Result<Records> {
    let damaged = |e: &dyn std::fmt::Display| {
        Error::damaged(say!("it cannot be read as a shapefile ({e})", "无法按 shapefile 读取（{e}）"))
            .hint(say!("write it anew, for example with QGIS", "请重新生成，例如用 QGIS"))
    };
    let system = match &parts.system {
        Some(text) => system::of_text(&String::from_utf8_lossy(text))?,
        None => System::Untold,
    };
    let mut shapes = ShapeReader::new(Cursor::new(&parts.shapes)).map_err(|e| damaged(&e))?;
    let (columns, mut cells) = match &parts.table {
        Some(table) => self::table(table, parts.encoding.as_deref()).map_err(|e| damaged(&e))?,
        None => (Vec::new(), Vec::new()),
    };
    let mut records = Records { columns, system, sheets_left: parts.left.clone(), ..Records::default() };
    for (index, shape) in shapes.iter_shapes().enumerate() {
        let shape = shape.map_err(|e| damaged(&e))?;
        let geometry = match shape {
            Shape::NullShape => None,
            shape => Geometry::try_from(shape).ok(),
        };
        let cells = cells.get_mut(index).map(std::mem::take).unwrap_or_default();
        records.rows.push(Record {
            place: RowPlace::Feature(index as u64 + 1),
            geometry: geometry.map(Box::new),
            cells,
        });
    }
    if parts.table.is_some() && cells.len() != records.rows.len() {
        let (shapes, rows) = (records.rows.len(), cells.len());
        return Err(damaged(&format!(
            "it has {shapes} shapes and its .dbf {rows} rows; pack those that are marked as deleted"
        )));
    }
    Ok(records)
}

/// A table's columns and the cells of its rows: in the encoding that it tells, else in UTF-8, else in China's.
fn table(bytes: &[u8], encoding: Option<&[u8]>) -> std::result::Result<(Vec<String>, Vec<Cells>), dbase::Error> {
    let chinese = || DynEncoding::from(EncodingRs::from(encoding_rs::GB18030));
    let told = encoding.and_then(|name| encoding_rs::Encoding::for_label(&codepage(name)));
    match told {
        Some(told) => rows(bytes, EncodingRs::from(told).into()),
        None => rows(bytes, dbase::Unicode.into()).or_else(|_| rows(bytes, chinese())),
    }
}

/// The label of what a `.cpg` says; ArcGIS writes the number of a code page.
fn codepage(name: &[u8]) -> Vec<u8> {
    let name = name.trim_ascii().to_ascii_lowercase();
    match name.as_slice() {
        b"65001" => b"utf-8".to_vec(),
        b"936" | b"cp936" | b"oem" | b"54936" => b"gb18030".to_vec(),
        b"950" => b"big5".to_vec(),
        digits if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) && digits.len() == 4 => {
            [b"windows-", digits].concat()
        }
        _ => name,
    }
}

fn rows(bytes: &[u8], encoding: DynEncoding) -> std::result::Result<(Vec<String>, Vec<Cells>), dbase::Error> {
    let mut reader = dbase::ReaderBuilder::new().with_encoding(encoding).build(Cursor::new(bytes))?;
    let columns: Vec<String> = reader.fields().iter().map(|field| field.name().trim().to_owned()).collect();
    let mut all = Vec::new();
    for row in reader.iter_records() {
        let row = row?;
        let mut cells = Cells::default();
        for (index, name) in columns.iter().enumerate() {
            if let Some(value) = row.get(name) {
                cells.push(index, &text(value));
            }
        }
        all.push(cells);
    }
    Ok((columns, all))
}

fn text(value: &FieldValue) -> String {
    let or_empty = |text: Option<String>| text.unwrap_or_default();
    match value {
        FieldValue::Character(text) => or_empty(text.clone()),
        FieldValue::Numeric(number) => or_empty(number.map(|number| number.to_string())),
        FieldValue::Float(number) => or_empty(number.map(|number| number.to_string())),
        FieldValue::Logical(is) => or_empty(is.map(|is| is.to_string())),
        FieldValue::Integer(number) => number.to_string(),
        FieldValue::Currency(number) | FieldValue::Double(number) => number.to_string(),
        FieldValue::Memo(text) => text.clone(),
        FieldValue::Date(date) => {
            or_empty(date.map(|day| format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())))
        }
        FieldValue::DateTime(_) => String::new(),
    }
}

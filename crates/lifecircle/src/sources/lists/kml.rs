//! KML, and KMZ, which is KML in a ZIP archive: placemarks as Google Earth, Ovitalmap and QGIS write them. Names, descriptions, folders and
//! extended data become columns.
//!
//! Source: OGC 12-007r2.

use std::collections::HashMap;
use std::io::{BufReader, Read};
use std::path::Path;

use geo_types::Geometry;
use kml::types::Element;
use kml::{Kml, KmlReader};
use quick_xml::events::Event;

use crate::error::{Error, Result};
use crate::sources::records::{Cells, Record, Records, RowPlace, System};
use crate::sources::{open, read_bytes};

/// A KMZ unpacks to no more bytes.
const LARGEST: u64 = 1 << 30;

/// Elements are not nested deeper.
const DEEPEST: usize = 64;

/// Reads a KML or KMZ file.
///
/// # Errors
/// If it is damaged, or no KML.
pub fn read(path: &Path) -> Result<Records> {
    let is_packed = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("kmz"));
    let bytes = if is_packed { unpacked(path)? } else { read_bytes(path)? };
    parse(&bytes).map(|records| Records { file: path.to_path_buf(), ..records })
}

fn damaged(e: &dyn std::fmt::Display) -> Error {
    Error::damaged(say!("it cannot be read as KML ({e})", "无法按 KML 读取（{e}）"))
        .hint(say!("write it anew, for example with QGIS or Google Earth", "请重新生成，例如用 QGIS 或 Google Earth"))
}

fn unpacked(path: &Path) -> Result<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(BufReader::new(open(path)?)).map_err(|e| damaged(&e))?;
    let name = archive
        .file_names()
        .filter_map(|name| Some(name.ok()?.into_owned()))
        .find(|name| name.to_lowercase().ends_with(".kml"));
    let name = name.ok_or_else(|| damaged(&"the archive holds no .kml"))?;
    let mut bytes = Vec::new();
    let entry = archive.by_name(&name).map_err(|e| damaged(&e))?;
    entry.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|e| damaged(&e))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::new(say!("it unpacks to over 1 GB", "解压后超过 1 GB"))
            .hint(say!("cut it to the city", "请裁剪到本市范围")));
    }
    Ok(bytes)
}

/// Reads KML text.
///
/// # Errors
/// As [`read`].
pub fn parse(bytes: &[u8]) -> Result<Records> {
    let plain = checked(bytes)?;
    let document = KmlReader::<_, f64>::from_reader(plain.as_slice()).read().map_err(|e| damaged(&e))?;
    let mut placemarks = Placemarks::default();
    placemarks.add(document, "");
    let mut columns = vec![String::new(); placemarks.columns.len()];
    for (name, column) in placemarks.columns {
        columns[column] = name;
    }
    Ok(Records { columns, rows: placemarks.rows, system: System::LonLat, ..Records::default() })
}

/// What the library reads without harm: it reads elements within elements, and one document after another, by calling itself, waits for ever for the end of an
/// element that has none, and passes over sections of plain text (CDATA), which become text here.
fn checked(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    let mut plain = quick_xml::Writer::new(Vec::with_capacity(bytes.len()));
    let (mut depth, mut documents) = (0_usize, 0_usize);
    loop {
        let event = reader.read_event().map_err(|e| damaged(&e))?;
        match &event {
            Event::Start(_) if depth == DEEPEST => return Err(damaged(&"its elements are nested too deep")),
            Event::Start(start) => {
                depth += 1;
                documents += usize::from(start.local_name().as_ref() == "kml");
            }
            Event::Empty(empty) => documents += usize::from(empty.local_name().as_ref() == "kml"),
            Event::End(_) => {
                depth = depth.checked_sub(1).ok_or_else(|| damaged(&"an element ends that did not begin"))?
            }
            Event::Eof if depth > 0 => return Err(damaged(&"it ends within an element")),
            Event::Eof => return Ok(plain.into_inner()),
            _ => {}
        }
        if documents > 1 {
            return Err(damaged(&"it holds several documents"));
        }
        let event = match event {
            Event::CData(text) => Event::Text(text.escape().map_err(|e| damaged(&e))?),
            other => other,
        };
        plain.write_event(event).map_err(|e| damaged(&e))?;
    }
}

/// Placemarks as records.
#[derive(Default)]
struct Placemarks {
    columns: HashMap<String, usize>,
    rows: Vec<Record>,
}

impl Placemarks {
    fn add(&mut self, part: Kml<f64>, folder: &str) {
        match part {
            Kml::KmlDocument(document) => document.elements.into_iter().for_each(|part| self.add(part, folder)),
            Kml::Document { elements, .. } => elements.into_iter().for_each(|part| self.add(part, folder)),
            Kml::Folder(inner) => {
                let name = inner.name.clone().unwrap_or_else(|| folder.to_owned());
                inner.elements.into_iter().for_each(|part| self.add(part, &name));
            }
            Kml::Placemark(placemark) => {
                let mut told = vec![
                    ("name".to_owned(), placemark.name.unwrap_or_default()),
                    ("description".to_owned(), placemark.description.unwrap_or_default()),
                    ("folder".to_owned(), folder.to_owned()),
                ];
                placemark.children.iter().for_each(|element| tell(element, &mut told));
                let geometry = placemark.geometry.and_then(|geometry| Geometry::try_from(geometry).ok());
                self.push(told, geometry);
            }
            _ => {}
        }
    }

    fn push(&mut self, told: Vec<(String, String)>, geometry: Option<Geometry<f64>>) {
        let mut cells = Cells::default();
        for (name, value) in told.into_iter().filter(|(_, value)| !value.trim().is_empty()) {
            let next = self.columns.len();
            cells.push(*self.columns.entry(name).or_insert(next), &value);
        }
        cells.sort();
        let place = RowPlace::Feature(self.rows.len() as u64 + 1);
        self.rows.push(Record { place, geometry: geometry.map(Box::new), cells });
    }
}

/// What an element of a placemark tells: extended data, or an element with a text of its own.
fn tell(element: &Element, told: &mut Vec<(String, String)>) {
    let named = |element: &Element| element.attrs.get("name").cloned().unwrap_or_else(|| element.name.clone());
    match element.name.as_str() {
        "ExtendedData" | "SchemaData" => element.children.iter().for_each(|inner| tell(inner, told)),
        "Data" => {
            let value =
                element.children.iter().find(|inner| inner.name == "value").and_then(|value| value.content.clone());
            told.push((named(element), value.unwrap_or_default()));
        }
        _ if element.children.is_empty() => told.push((named(element), element.content.clone().unwrap_or_default())),
        _ => {}
    }
}

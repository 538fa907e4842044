//! The city on disk: a directory of GeoParquet tables and `city.toml`.
//!
//! Anything an analyst may want can be opened with QGIS or GeoPandas. It is written to a temporary name and renamed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use geo_types::{Geometry, LineString, MultiPoint, MultiPolygon, Point};
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{
    About, Ages, Basis, City, Community, Entries, Facility, Home, MapFeature, Merge, Name, Road, Street, Streets,
};
use crate::error::{Error, Result};
use crate::geo::{LonLat, Metres};
use crate::output::{Existing, Output, checksum, write_text};
use crate::tables::{Format, Table, read_parquet};
use crate::text::Text;
use crate::unreadable::because;

/// The version of the format. Cities of this and of the five versions before are read.
pub const FORMAT_VERSION: u32 = 7;

/// The earliest version that is read.
const EARLIEST_VERSION: u32 = 2;

/// The version since which a city holds checksums of its tables. Since version 4 it holds all that a good map needs; an earlier
/// one has only water and green, without names.
const CHECKED_VERSION: u32 = 3;

const ABOUT: &str = "city.toml";

/// What `city.toml` holds.
#[derive(Serialize, Deserialize)]
struct Head {
    format_version: u32,
    written_by: String,
    counts: Counts,
    /// What each table must hold, by its name; empty in cities of format 2.
    #[serde(default)]
    tables: BTreeMap<String, TableCheck>,
    #[serde(flatten)]
    about: About,
}

/// What a table must hold.
#[derive(Serialize, Deserialize)]
struct TableCheck {
    rows: usize,
    /// The CRC-32 of its file.
    crc32: String,
}

#[derive(Serialize, Deserialize)]
struct Counts {
    nodes: usize,
    edges: usize,
    facilities: usize,
    homes: usize,
    communities: usize,
    residents: f64,
}

/// Keeps a city on disk.
///
/// # Errors
/// If the directory exists and may not be replaced, or cannot be written.
pub fn save(city: &City, directory: &Path, existing: Existing) -> Result<()> {
    let output = Output::directory(directory, existing, &[])?;
    output.write(|directory| write(city, directory))?;
    output.finish()
}

/// Writes a city's files into a directory that is there, as part of an output.
///
/// # Errors
/// If one cannot be written.
pub fn write(city: &City, directory: &Path) -> Result<()> {
    type TableOf = fn(&City) -> Table;
    let tables: [(&str, TableOf); 8] = [
        ("network_nodes", |city| nodes_table(&city.streets)),
        ("network_edges", |city| edges_table(&city.streets)),
        ("facilities", |city| facilities_table(&city.facilities)),
        ("homes", |city| homes_table(&city.homes)),
        ("communities", |city| communities_table(&city.communities)),
        ("basemap", |city| basemap_table(&city.basemap)),
        ("roads", |city| roads_table(&city.roads)),
        ("merges", |city| merges_table(&city.merges)),
    ];
    let write = |(name, table): &(&str, TableOf)| {
        let (table, path) = (table(city), table_path(directory, name));
        table.write(&path, Format::Parquet)?;
        Ok(((*name).to_owned(), TableCheck { rows: table.rows(), crc32: checksum(&path)? }))
    };
    let tables = tables.par_iter().map(write).collect::<Result<_>>()?;
    let head = Head {
        format_version: FORMAT_VERSION,
        written_by: format!("lifecircle {}", env!("CARGO_PKG_VERSION")),
        counts: Counts {
            nodes: city.streets.nodes.len(),
            edges: city.streets.edges.len(),
            facilities: city.facilities.len(),
            homes: city.homes.len(),
            communities: city.communities.len(),
            residents: city.homes.iter().map(|home| home.residents).sum(),
        },
        tables,
        about: city.about.clone(),
    };
    let text = toml::to_string(&head)
        .map_err(|e| Error::new(say!("cannot describe the city ({e})", "无法描述该城市（{e}）")).file(directory))?;
    write_text(&directory.join(ABOUT), &text)
}

/// What a city is called and rests on, without its tables.
///
/// # Errors
/// As [`load`].
pub fn overview(directory: &Path) -> Result<About> {
    Ok(read_head(directory)?.about)
}

fn read_head(directory: &Path) -> Result<Head> {
    let path = directory.join(ABOUT);
    if !path.exists() {
        return Err(Error::not_found(say!(
            "this is not a city directory: it holds no city.toml",
            "这不是城市目录：其中没有 city.toml"
        ))
        .file(directory)
        .hint(say!(
            "make one with `lifecircle import city.osm.pbf -o NAME.city`",
            "请用 `lifecircle import city.osm.pbf -o NAME.city` 生成"
        )));
    }
    let text = std::fs::read_to_string(&path).map_err(|e| Error::io(say!("read", "读取"), &path, &e))?;
    let damaged = |e: toml::de::Error| {
        Error::damaged(because(&say!("it cannot be read", "无法读取"), e.message()))
            .file(&path)
            .hint(say!("import the city again", "请重新导入该城市"))
    };
    #[derive(Deserialize)]
    struct Version {
        format_version: u32,
    }
    let Version { format_version } = toml::from_str(&text).map_err(damaged)?;
    if !(EARLIEST_VERSION..=FORMAT_VERSION).contains(&format_version) {
        return Err(Error::unsupported(say!(
            "the city is of format {format_version}, and this program reads formats {EARLIEST_VERSION} to {FORMAT_VERSION}", "城市的格式为 {format_version}，本程序可读 {EARLIEST_VERSION} 至 {FORMAT_VERSION}"
        ))
        .file(directory)
        .hint(say!("import the city again with this version", "请用此版本重新导入该城市")));
    }
    toml::from_str(&text).map_err(damaged)
}

/// Takes a city from disk.
///
/// # Errors
/// If the directory is not a city, is of another version, or is damaged.
pub fn load(directory: &Path) -> Result<City> {
    let head = read_head(directory)?;
    let has_checks = head.format_version >= CHECKED_VERSION || !head.tables.is_empty();
    let read = |name: &str| {
        let path = table_path(directory, name);
        if has_checks { read_checked(&path, head.tables.get(name)) } else { read_parquet(&path) }
    };
    // What a city may lack is empty then.
    let optional = |name: &str| {
        let is_there = if has_checks { head.tables.contains_key(name) } else { table_path(directory, name).exists() };
        if is_there { read(name) } else { Ok(Table::new()) }
    };
    let place = |name: &str, e: Error| e.file(table_path(directory, name)).hint(import_again());
    let streets =
        streets_of(&read("network_nodes")?, &read("network_edges")?).map_err(|e| place("network_edges", e))?;
    let city = City {
        streets,
        facilities: facilities_of(&read("facilities")?).map_err(|e| place("facilities", e))?,
        homes: homes_of(&read("homes")?).map_err(|e| place("homes", e))?,
        communities: communities_of(&read("communities")?).map_err(|e| place("communities", e))?,
        basemap: basemap_of(&optional("basemap")?).map_err(|e| place("basemap", e))?,
        roads: roads_of(&optional("roads")?).map_err(|e| place("roads", e))?,
        merges: merges_of(&optional("merges")?).map_err(|e| place("merges", e))?,
        about: head.about,
    };
    Ok(city)
}

/// Keeps an engine of a walker with a city, in its directory or the one that becomes it.
///
/// # Errors
/// If it cannot be written.
pub fn write_engine(directory: &Path, walker: &str, bytes: &[u8]) -> Result<()> {
    let path = engine_path(directory, walker);
    std::fs::write(&path, bytes).map_err(|e| Error::io(say!("write", "写入"), &path, &e))
}

/// The engine of a walker that is kept with a city, if there is one.
pub fn read_engine(directory: &Path, walker: &str) -> Option<Vec<u8>> {
    std::fs::read(engine_path(directory, walker)).ok()
}

fn engine_path(directory: &Path, walker: &str) -> PathBuf {
    directory.join(format!("reach-{walker}.bin"))
}

fn import_again() -> Text {
    say!("import the city again", "请重新导入该城市")
}

fn table_path(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.parquet"))
}

/// Reads a table that must be the one that was written with the city.
fn read_checked(path: &Path, wanted: Option<&TableCheck>) -> Result<Table> {
    let wrong = |problem: Text| Error::new(problem).file(path).hint(import_again());
    let wanted = wanted
        .ok_or_else(|| wrong(say!("{ABOUT} does not say what this must hold", "{ABOUT} 没有写明它应有的内容")))?;
    if checksum(path)? != wanted.crc32 {
        return Err(wrong(say!(
            "this is damaged, or is not the file that {ABOUT} goes with",
            "它已损坏，或与 {ABOUT} 不匹配"
        )));
    }
    let table = read_parquet(path)?;
    match table.rows() {
        rows if rows == wanted.rows => Ok(table),
        rows => Err(wrong(say!(
            "it holds {rows} rows, and {ABOUT} says {}",
            "它有 {rows} 行，而 {ABOUT} 写的是 {}",
            wanted.rows
        ))),
    }
}

/// The word that a unit variant is written as.
fn word<T: Serialize>(value: &T) -> String {
    // All enumerations here are unit variants, which serialise to strings.
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn of_word<T: DeserializeOwned>(text: Option<&str>) -> Result<T> {
    let text = text.unwrap_or_default();
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|_| Error::new(say!("the word {text:?} is not known", "不认识 {text:?}")))
}

fn point(at: LonLat) -> Geometry<f64> {
    Geometry::Point(Point(at))
}

fn nodes_table(streets: &Streets) -> Table {
    Table::new().ids("id", 0..streets.nodes.len() as i64).geometry(streets.nodes.iter().map(|node| point(*node)))
}

fn edges_table(streets: &Streets) -> Table {
    let edges = || streets.edges.iter();
    Table::new()
        .ids("id", 0..streets.edges.len() as i64)
        .ids("from", edges().map(|e| i64::from(e.from)))
        .ids("to", edges().map(|e| i64::from(e.to)))
        .ids("osm_way", edges().map(|e| e.way))
        .text("kind", edges().map(|e| word(&e.kind)))
        .numbers("metres", edges().map(|e| e.length.0))
        .numbers("rise", edges().map(|e| f64::from(e.rise)))
        .integers("half_signals", edges().map(|e| i32::from(e.half_signals)))
        .text("direction", edges().map(|e| word(&e.direction)))
        .flags("off_ground", edges().map(|e| e.off_ground))
        .numbers("ride_seconds", edges().map(|e| f64::from(e.ride_seconds)))
        .text("surface", edges().map(|e| word(&e.surface)))
        .text("wheels", edges().map(|e| word(&e.wheels)))
        .numbers("width", edges().map(|e| f64::from(e.width)))
        .numbers("speed", edges().map(|e| f64::from(e.speed)))
        .geometry(edges().map(|e| Geometry::LineString(LineString(streets.line(e).collect()))))
}

fn streets_of(nodes: &Table, edges: &Table) -> Result<Streets> {
    let points = nodes.geometries().unwrap_or_default().iter().map(|geometry| match geometry {
        Geometry::Point(point) => Ok(point.0),
        _ => Err(Error::new(say!("a node is no point", "有节点不是点"))),
    });
    let mut streets = Streets { nodes: points.collect::<Result<_>>()?, ..Streets::default() };
    let count = streets.nodes.len() as i64;
    let mut lines = edges.geometries().unwrap_or_default().iter();
    let (mut to, mut way, mut kind, mut metres) =
        (edges.get_ids("to")?, edges.get_ids("osm_way")?, edges.get_text("kind")?, edges.get_numbers("metres")?);
    let (mut rise, mut signals, mut direction) =
        (edges.get_numbers("rise")?, edges.get_integers("half_signals")?, edges.get_text("direction")?);
    let (mut off_ground, mut ride) = (edges.get_flags("off_ground")?, edges.get_numbers("ride_seconds")?);
    let (mut surface, mut wheels, mut width) =
        (edges.get_text("surface")?, edges.get_text("wheels")?, edges.get_numbers("width")?);
    let mut speeds = speeds_of(edges)?;
    let node = |id: Option<i64>| match id {
        Some(id) if (0..count).contains(&id) => Ok(id as u32),
        _ => Err(Error::new(say!("an edge ends at a node that is not there", "有路段的端点不存在"))),
    };
    for from in edges.get_ids("from")? {
        let Some(Geometry::LineString(line)) = lines.next() else {
            return Err(Error::new(say!("an edge has no line", "有路段没有线")));
        };
        let begin = streets.bends.len() as u32;
        streets.bends.extend(line.0.get(1..line.0.len().saturating_sub(1)).unwrap_or_default());
        streets.edges.push(Street {
            from: node(from)?,
            to: node(to.next().flatten())?,
            bends: [begin, streets.bends.len() as u32],
            way: way.next().flatten().unwrap_or(0),
            kind: of_word(kind.next().flatten())?,
            length: Metres(metres.next().flatten().unwrap_or(0.0)),
            rise: rise.next().flatten().unwrap_or(0.0) as f32,
            half_signals: signals.next().flatten().unwrap_or(0) as u8,
            direction: of_word(direction.next().flatten())?,
            off_ground: off_ground.next().flatten().unwrap_or(false),
            ride_seconds: ride.next().flatten().unwrap_or(0.0) as f32,
            surface: of_word(surface.next().flatten())?,
            wheels: of_word(wheels.next().flatten())?,
            width: width.next().flatten().unwrap_or(0.0) as f32,
            speed: speeds.next().unwrap_or(1.0),
        });
    }
    Ok(streets)
}

/// How fast people are on each edge; before version 7 nothing slowed or carried them.
fn speeds_of(edges: &Table) -> Result<impl Iterator<Item = f32>> {
    let told = edges.names().any(|name| name == "speed").then(|| edges.get_numbers("speed")).transpose()?;
    let told: Vec<f32> = told.into_iter().flatten().map(|speed| speed.unwrap_or(1.0) as f32).collect();
    Ok(told.into_iter().chain(std::iter::repeat(1.0)))
}

/// The homes as a table: `id`, `kind`, `residents`, `children`, `elderly`, `basis`, `to_edge` (m), `floor_area` (m²), `community`.
fn homes_table(homes: &[Home]) -> Table {
    Table::new()
        .text("id", homes.iter().map(|home| &home.id))
        .text("kind", homes.iter().map(|home| word(&home.kind)))
        .numbers("residents", homes.iter().map(|home| home.residents))
        .maybe_numbers("children", homes.iter().map(|home| home.ages.children))
        .maybe_numbers("elderly", homes.iter().map(|home| home.ages.elderly))
        .text("basis", homes.iter().map(|home| word(&home.basis)))
        .maybe_numbers("to_edge", homes.iter().map(|home| home.to_edge.map(|metres| metres.0)))
        .maybe_numbers("floor_area", homes.iter().map(|home| home.floor_area))
        .maybe_integers(
            "community",
            homes.iter().map(|home| home.community.and_then(|index| i32::try_from(index).ok())),
        )
        .geometry(homes.iter().map(|home| point(home.at)))
}

fn homes_of(table: &Table) -> Result<Vec<Home>> {
    let mut points = table.geometries().unwrap_or_default().iter();
    let (mut kind, mut residents, mut basis) =
        (table.get_text("kind")?, table.get_numbers("residents")?, bases_of(table)?.into_iter());
    let (mut children, mut elderly) = (table.get_numbers("children")?, table.get_numbers("elderly")?);
    let (mut floor_area, mut community) = (table.get_numbers("floor_area")?, table.get_integers("community")?);
    // Before format 5 nobody told where the data ends.
    let to_edge: Vec<Option<f64>> = table.get_numbers("to_edge").map(Iterator::collect).unwrap_or_default();
    let mut homes = Vec::with_capacity(table.rows());
    for id in table.get_text("id")? {
        let Some(Geometry::Point(at)) = points.next() else {
            return Err(Error::new(say!("a home is no point", "有居住点不是点")));
        };
        homes.push(Home {
            id: id.unwrap_or_default().to_owned(),
            at: at.0,
            kind: of_word(kind.next().flatten())?,
            residents: residents.next().flatten().unwrap_or(0.0),
            ages: Ages { children: children.next().flatten(), elderly: elderly.next().flatten() },
            basis: basis.next().unwrap_or_default(),
            to_edge: to_edge.get(homes.len()).copied().flatten().map(Metres),
            floor_area: floor_area.next().flatten(),
            community: community.next().flatten().and_then(|index| u32::try_from(index).ok()),
        });
    }
    Ok(homes)
}

/// How the residents of each home are known. Before format 5 a flag told whether they were estimated.
fn bases_of(table: &Table) -> Result<Vec<Basis>> {
    if let Ok(words) = table.get_text("basis") {
        return words.map(of_word).collect();
    }
    let basis = |estimated| if estimated == Some(true) { Basis::Estimated } else { Basis::Given };
    Ok(table.get_flags("estimated")?.map(basis).collect())
}

/// The facilities as a table: `id`, `name`, `name_en`, `kind`, `area` (m²), `capacity`, `tags` (JSON), `entries_known`,
/// `lon`, `lat`; the geometry is their entries.
pub fn facilities_table(facilities: &[Facility]) -> Table {
    let all = || facilities.iter();
    let tags = |facility: &Facility| facility.tags_as_json().to_string();
    Table::new()
        .text("id", all().map(|f| &f.id))
        .text("name", all().map(|f| &f.name.local))
        .text("name_en", all().map(|f| &f.name.en))
        .text("kind", all().map(|f| &f.kind))
        .maybe_numbers("area", all().map(|f| f.area))
        .maybe_numbers("capacity", all().map(|f| f.capacity))
        .text("tags", all().map(tags))
        .flags("entries_known", all().map(|f| matches!(f.entries, Entries::Known(_))))
        .numbers("lon", all().map(|f| f.at.x))
        .numbers("lat", all().map(|f| f.at.y))
        .geometry(
            all().map(|f| Geometry::MultiPoint(MultiPoint(f.entries.points().iter().map(|p| Point(*p)).collect()))),
        )
}

fn facilities_of(table: &Table) -> Result<Vec<Facility>> {
    let mut entries = table.geometries().unwrap_or_default().iter();
    let (mut name, mut name_en, mut kind) =
        (table.get_text("name")?, table.get_text("name_en")?, table.get_text("kind")?);
    let (mut area, mut capacity, mut tags) =
        (table.get_numbers("area")?, table.get_numbers("capacity")?, table.get_text("tags")?);
    let (mut known, mut lon, mut lat) =
        (table.get_flags("entries_known")?, table.get_numbers("lon")?, table.get_numbers("lat")?);
    let text = |value: Option<Option<&str>>| value.flatten().unwrap_or_default().to_owned();
    let mut facilities = Vec::with_capacity(table.rows());
    for id in table.get_text("id")? {
        let Some(Geometry::MultiPoint(points)) = entries.next() else {
            return Err(Error::new(say!("a facility has no entries", "有设施没有入口")));
        };
        let points = points.iter().map(|point| point.0).collect();
        let tags = tags_of(tags.next().flatten());
        facilities.push(Facility {
            id: id.unwrap_or_default().to_owned(),
            name: Name { local: text(name.next()), en: text(name_en.next()) },
            kind: text(kind.next()),
            tags,
            at: LonLat { x: lon.next().flatten().unwrap_or(0.0), y: lat.next().flatten().unwrap_or(0.0) },
            entries: if known.next().flatten().unwrap_or(true) {
                Entries::Known(points)
            } else {
                Entries::Outline(points)
            },
            area: area.next().flatten(),
            capacity: capacity.next().flatten(),
        });
    }
    Ok(facilities)
}

/// What was merged as a table: that of the merged facilities with `kept` (id), `metres`, `likeness`, `kinds` and `gave`.
pub fn merges_table(merges: &[Merge]) -> Table {
    let all = || merges.iter();
    let merged: Vec<Facility> = all().map(|merge| merge.merged.clone()).collect();
    facilities_table(&merged)
        .text("kept", all().map(|merge| &merge.kept))
        .numbers("metres", all().map(|merge| merge.metres.0))
        .maybe_numbers("likeness", all().map(|merge| merge.likeness))
        .text("kinds", all().map(|merge| merge.kinds.join(",")))
        .text("gave", all().map(|merge| merge.gave.iter().map(word).collect::<Vec<_>>().join(",")))
}

fn merges_of(table: &Table) -> Result<Vec<Merge>> {
    let (mut kept, mut metres) = (table.get_text("kept")?, table.get_numbers("metres")?);
    let (mut likeness, mut kinds, mut gave) =
        (table.get_numbers("likeness")?, table.get_text("kinds")?, table.get_text("gave")?);
    let parts = |text: Option<Option<&str>>| -> Vec<String> {
        text.flatten().unwrap_or_default().split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let mut merges = Vec::with_capacity(table.rows());
    for merged in facilities_of(table)? {
        merges.push(Merge {
            kept: kept.next().flatten().unwrap_or_default().to_owned(),
            merged,
            metres: Metres(metres.next().flatten().unwrap_or(0.0)),
            likeness: likeness.next().flatten(),
            kinds: parts(kinds.next()),
            gave: parts(gave.next()).iter().map(|gift| of_word(Some(gift))).collect::<Result<_>>()?,
        });
    }
    Ok(merges)
}

/// Tags from a JSON object.
fn tags_of(text: Option<&str>) -> Vec<(String, String)> {
    let value = serde_json::Value::from_str(text.unwrap_or_default()).unwrap_or_default();
    let Some(map) = value.as_object() else { return Vec::new() };
    map.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

fn communities_table(communities: &[Community]) -> Table {
    let all = || communities.iter();
    Table::new()
        .text("id", all().map(|c| &c.id))
        .text("name", all().map(|c| &c.name.local))
        .text("name_en", all().map(|c| &c.name.en))
        .text("subdistrict", all().map(|c| &c.subdistrict.local))
        .text("subdistrict_en", all().map(|c| &c.subdistrict.en))
        .text("district", all().map(|c| &c.district.local))
        .text("district_en", all().map(|c| &c.district.en))
        .text("unit", all().map(|c| &c.unit.local))
        .text("unit_en", all().map(|c| &c.unit.en))
        .geometry(all().map(|c| Geometry::MultiPolygon(c.shape.clone())))
}

fn communities_of(table: &Table) -> Result<Vec<Community>> {
    let column = |name: &str| -> Result<Vec<String>> {
        Ok(table.get_text(name)?.map(|v| v.unwrap_or_default().to_owned()).collect())
    };
    let names = |local: &str, en: &str| -> Result<Vec<Name>> {
        Ok(column(local)?.into_iter().zip(column(en)?).map(|(local, en)| Name { local, en }).collect())
    };
    let (name, subdistrict) = (names("name", "name_en")?, names("subdistrict", "subdistrict_en")?);
    let (district, unit) = (names("district", "district_en")?, names("unit", "unit_en")?);
    let shapes = shapes(table)?;
    let ids = table.get_text("id")?.map(|id| id.unwrap_or_default().to_owned());
    let above = subdistrict.into_iter().zip(district).zip(unit);
    let rows = ids.zip(name).zip(above).zip(shapes);
    Ok(rows
        .map(|(((id, name), ((subdistrict, district), unit)), shape)| Community {
            id,
            name,
            subdistrict,
            district,
            unit,
            shape,
        })
        .collect())
}

fn shapes(table: &Table) -> Result<Vec<MultiPolygon<f64>>> {
    let shape = |geometry: &Geometry<f64>| match geometry {
        Geometry::MultiPolygon(shape) => Ok(shape.clone()),
        _ => Err(Error::new(say!("a shape is no area", "有图形不是面"))),
    };
    table.geometries().unwrap_or_default().iter().map(shape).collect()
}

/// What is drawn, as a table of areas, lines and points: `kind`, `name`, `name_en`.
fn basemap_table(basemap: &[MapFeature]) -> Table {
    let all = || basemap.iter();
    Table::new()
        .text("kind", all().map(|feature| word(&feature.kind)))
        .text("name", all().map(|feature| &feature.name.local))
        .text("name_en", all().map(|feature| &feature.name.en))
        .geometry(all().map(|feature| feature.shape.clone()))
}

fn basemap_of(table: &Table) -> Result<Vec<MapFeature>> {
    let shapes = table.geometries().unwrap_or_default();
    let names = match table.names().any(|name| name == "name") {
        true => names_of(table)?,
        false => vec![Name::default(); shapes.len()],
    };
    let kinds = if shapes.is_empty() { Vec::new() } else { words_of(table, "kind")? };
    let rows = kinds.into_iter().zip(names).zip(shapes);
    Ok(rows.map(|((kind, name), shape)| MapFeature { kind, name, shape: shape.clone() }).collect())
}

/// The roads as a table: `osm_way`, `class`, `name`, `name_en`.
fn roads_table(roads: &[Road]) -> Table {
    Table::new()
        .ids("osm_way", roads.iter().map(|road| road.way))
        .text("class", roads.iter().map(|road| word(&road.class)))
        .text("name", roads.iter().map(|road| &road.name.local))
        .text("name_en", roads.iter().map(|road| &road.name.en))
}

fn roads_of(table: &Table) -> Result<Vec<Road>> {
    if table.rows() == 0 {
        return Ok(Vec::new());
    }
    let ways = table.get_ids("osm_way")?.map(Option::unwrap_or_default);
    let rows = ways.zip(words_of(table, "class")?).zip(names_of(table)?);
    Ok(rows.map(|((way, class), name)| Road { way, class, name }).collect())
}

fn names_of(table: &Table) -> Result<Vec<Name>> {
    let [local, en] = [table.get_text("name")?, table.get_text("name_en")?];
    let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Ok(local.zip(en).map(|(local, en)| Name { local: owned(local), en: owned(en) }).collect())
}

/// A column of words, each of which is made a value once: there are few, and tables are long.
fn words_of<T: DeserializeOwned + Copy>(table: &Table, column: &str) -> Result<Vec<T>> {
    let mut known: Vec<(&str, T)> = Vec::new();
    let mut values = Vec::with_capacity(table.rows());
    for text in table.get_text(column)?.map(Option::unwrap_or_default) {
        let value = match known.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => *value,
            None => of_word(Some(text))?,
        };
        if !known.iter().any(|(word, _)| *word == text) {
            known.push((text, value));
        }
        values.push(value);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_of_earlier_formats_tell_only_whether_they_were_estimated() {
        let before = Table::new().flags("estimated", [true, false]);
        assert_eq!(bases_of(&before).unwrap(), [Basis::Estimated, Basis::Given]);
        let now = Table::new().text("basis", ["total", "given"].iter());
        assert_eq!(bases_of(&now).unwrap(), [Basis::Total, Basis::Given]);
        assert!(bases_of(&Table::new().text("basis", ["rumour"].iter())).is_err());
    }

    #[test]
    fn streets_of_earlier_formats_have_their_usual_speed() {
        let speeds = |edges: &Table| speeds_of(edges).unwrap().take(2).collect::<Vec<f32>>();
        assert_eq!(speeds(&Table::new().numbers("speed", [0.5, 2.0].into_iter())), [0.5, 2.0]);
        assert_eq!(speeds(&Table::new()), [1.0, 1.0]);
    }
}

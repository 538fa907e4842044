//! Where people live according to the user: points, cells, a raster, or totals of areas, shared among the homes as estimated.

use std::borrow::Cow;

use geo::BoundingRect;
use geo_types::{MultiPolygon, Rect};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, PointDistance, RTree};

use super::area_totals::AreaTotals;
use super::homes::{Estimate, Piece, any_pieces};
use super::note;
use crate::city::{Ages, Basis, Home, HomeKind, Note, Streets};
use crate::error::{Error, Result};
use crate::geo::metric::{Frame, Mercator};
use crate::geo::{Datum, LonLat, polygon};
use crate::setting::Setting;
use crate::sources::columns::Meaning;
use crate::sources::geotiff::GeoTiff;
use crate::sources::lists::{self, Part};
use crate::sources::records::{Coordinates, GivenColumns, Numbers, Records, into_areas, point_of};

/// A people's point farther than this from every building is a home of its own.
const POINT_REACH_METRES: f64 = 500.0;

/// Where a cell's people are no more than so many times what its mapped buildings hold, all live in these; else some of its buildings
/// are missing in the map, and people live along its streets too.
const CROWDED: f64 = 3.0;

/// Ages of children and of older people, and the oldest that anybody is.
const CHILD: f64 = 14.0;
const OLD: f64 = 60.0;
const OLDEST: f64 = 130.0;

/// People farther than this outside the streets' extent are left out.
const MARGIN_METRES: f64 = 100.0;

/// Where people live.
#[derive(Debug)]
pub enum People {
    /// A row for each cell or point.
    Rows(Vec<PeopleRow>),
    /// People a cell, of which those around the streets are read.
    Raster(Box<GeoTiff>),
    /// Totals of communities or of the extract's administrative areas.
    Totals(AreaTotals),
}

/// The people of a cell or point.
#[derive(Debug, Clone)]
pub struct PeopleRow {
    /// What the source calls it.
    pub id: String,
    /// Where it is.
    pub at: PeopleAt,
    /// How many live there.
    pub residents: f64,
    /// How many of them are children and older people, where known.
    pub ages: Ages,
}

/// A place of people.
#[derive(Debug, Clone)]
pub enum PeopleAt {
    /// Somewhere in a cell of a raster.
    Cell(Rect<f64>),
    /// Somewhere in an area.
    Area(MultiPolygon<f64>),
    /// Around a point.
    Point(LonLat),
}

/// Reads people from CSV, XLSX, GeoJSON or GeoPackage (points or cells), a GeoTIFF, or a table without coordinates that has a total
/// for each community or administrative area.
///
/// `column` names the column of residents, if it is not called `residents`, `population`, `people`, `pop` or 人口.
///
/// # Errors
/// If the file cannot be read, a column is missing, or a row is bad.
pub fn read_people<'a>(part: impl Into<Part<'a>>, column: Option<&str>, datum: Datum) -> Result<People> {
    let part = part.into();
    let path = part.path;
    let end = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
    if matches!(end.as_str(), "tif" | "tiff") {
        return GeoTiff::open(path).map(|raster| People::Raster(Box::new(raster)));
    }
    let records = lists::read(part)?;
    if records.sheets_joined.len() > 1 {
        return Err(Error::new(say!(
            "the workbook has people on several sheets: {}",
            "工作簿有多张人口表：{}",
            records.sheets_joined.join(", ")
        ))
        .file(path)
        .hint(say!(
            "name one with `sheet` in a file of inputs, or put them on one: those of two years would count twice",
            "请在输入文件中用 `sheet` 指明一张，或合为一张：两年的数据会重复计数"
        )));
    }
    match AreaTotals::read(&records, column)? {
        Some(totals) => Ok(People::Totals(totals)),
        None => of_records(&records, column, datum).map(People::Rows),
    }
}

/// The numbers of residents in a table, by row.
pub(super) enum Counted {
    /// Each row has so many, with their ages where these are told.
    Groups { residents: Numbers, children: Option<Numbers>, elderly: Option<Numbers> },
    /// Each row is one person of this age.
    Persons(Numbers),
}

impl Counted {
    pub fn read(records: &Records, column: Option<&str>) -> Result<Self> {
        let residents = column.map(|name| records.named_column(name)).transpose()?;
        let (residents, age) = (residents.or_else(|| records.find(Meaning::Residents)), records.find(Meaning::Age));
        let counts = |meaning| records.find(meaning).map(|column| records.counts(column)).transpose();
        match (residents, age) {
            (Some(residents), _) => Ok(Self::Groups {
                residents: records.counts(residents)?,
                children: counts(Meaning::Children)?,
                elderly: counts(Meaning::Elderly)?,
            }),
            (None, Some(age)) => {
                let ages = records.numbers(age, |age| (0.0..=OLDEST).contains(&age))?;
                let is_none = |row: &usize| ages.of(*row).is_some_and(|age| !(0.0..=OLDEST).contains(&age));
                match (0..records.rows.len()).find(is_none) {
                    None => Ok(Self::Persons(ages)),
                    Some(row) => Err(records
                        .error(
                            &records.rows[row],
                            say!(
                                "`{}` is {}, and nobody is so old",
                                "`{}` 为 {}，年龄超出合理范围",
                                records.columns[age],
                                ages.of(row).unwrap_or_default()
                            ),
                        )
                        .hint(say!("correct or remove the line", "请更正或删除该行"))),
                }
            }
            (None, None) => Err(Error::new(say!("the column `residents` is missing", "缺少列 `residents`"))
                .file(&records.file)
                .hint(say!(
                    "name the column of residents in {}; the columns are: {}",
                    "请在{}中指明居民列；现有列：{}",
                    Setting::PeopleColumn,
                    records.columns.join(", ")
                ))),
        }
    }

    /// Whether a row tells its residents.
    pub fn tells(&self, number: usize) -> bool {
        match self {
            Self::Groups { residents, .. } => residents.of(number).is_some(),
            Self::Persons(_) => true,
        }
    }

    /// Residents of a row, and their ages.
    pub fn of(&self, records: &Records, number: usize) -> Result<(f64, Ages)> {
        // An empty cell in a column of an age group means nobody.
        let group = |counts: &Option<Numbers>| counts.as_ref().map(|counts| counts.of(number).unwrap_or(0.0));
        let (residents, ages) = match self {
            Self::Groups { residents, children, elderly } => {
                let ages = Ages { children: group(children), elderly: group(elderly) };
                (residents.of(number).unwrap_or(0.0), ages)
            }
            Self::Persons(ages) => {
                // Whose age is not told makes the ages of all there unknown.
                let is = |of_age: fn(f64) -> bool| ages.of(number).map(|age| f64::from(of_age(age)));
                (1.0, Ages { children: is(|age| age < CHILD + 1.0), elderly: is(|age| age >= OLD) })
            }
        };
        check_ages(ages, residents).map_err(|problem| {
            records
                .error(&records.rows[number], problem)
                .hint(say!("correct the line, or leave the columns of ages out", "请更正该行，或去掉年龄列"))
        })?;
        Ok((residents, ages))
    }

    pub fn nobody(records: &Records) -> Error {
        Error::new(say!("nobody lives in it: every row has 0 residents", "其中无人居住：每行的居民都是 0"))
            .file(&records.file)
            .hint(say!("check the column of residents", "请检查居民列"))
    }
}

fn of_records(records: &Records, column: Option<&str>, datum: Datum) -> Result<Vec<PeopleRow>> {
    let counted = Counted::read(records, column)?;
    let id = records.find(Meaning::Id);
    let coordinates = Coordinates::find(records, GivenColumns::default(), datum)?;
    let mut people = Vec::with_capacity(records.rows.len());
    for (number, record) in records.rows.iter().enumerate() {
        let geometry = coordinates.of(records, number)?;
        let at = match into_areas(geometry.clone()) {
            Some(area) => PeopleAt::Area(area),
            None => PeopleAt::Point(point_of(&geometry).ok_or_else(|| {
                records.error(record, say!("its geometry is empty", "其几何是空的")).hint(say!("remove it", "请删除"))
            })?),
        };
        let (residents, ages) = counted.of(records, number)?;
        people.push(PeopleRow {
            id: records.text(record, id).map_or_else(|| format!("cell:{}", number + 1), str::to_owned),
            at,
            residents,
            ages,
        });
    }
    if people.iter().all(|row| row.residents == 0.0) {
        return Err(Counted::nobody(records));
    }
    Ok(people)
}

/// Refuses more people of an age than people; sources that round may have one more.
fn check_ages(ages: Ages, residents: f64) -> std::result::Result<(), crate::text::Text> {
    let most = residents * 1.01 + 1.0;
    let (children, elderly) = (ages.children.unwrap_or(0.0), ages.elderly.unwrap_or(0.0));
    let who = match (children > most, elderly > most, children + elderly > most) {
        (true, ..) => say!("{children} children", "{children} 名儿童"),
        (_, true, _) => say!("{elderly} older people", "{elderly} 名老人"),
        (.., true) => say!("{children} children and {elderly} older people", "{children} 名儿童和 {elderly} 名老人"),
        _ => return Ok(()),
    };
    Err(crate::text::Text {
        en: format!("it has {} among {residents} residents", who.en),
        zh: format!("{residents} 名居民中有 {}", who.zh),
    })
}

impl People {
    /// The rows around the streets; of a raster nothing else is read.
    fn around(&mut self, inside: &Inside) -> Result<Cow<'_, [PeopleRow]>> {
        let raster = match self {
            Self::Rows(rows) => return Ok(Cow::Borrowed(rows)),
            Self::Raster(raster) => raster.window(inside.bounds)?,
            Self::Totals(_) => return Ok(Cow::Borrowed(&[])),
        };
        let rows = raster.cells().filter(|cell| cell.value > 0.0).map(|cell| PeopleRow {
            id: format!("cell:{}:{}", cell.at[0], cell.at[1]),
            at: PeopleAt::Cell(cell.area),
            residents: cell.value,
            ages: Ages::default(),
        });
        // Cells beside the streets were read too; nobody missed those of the next city.
        Ok(Cow::Owned(rows.filter(|row| inside.has(row)).collect()))
    }
}

/// Gives every building its people; cells and points without a building become homes of their own.
///
/// Of the estimate only the proportions count.
pub(super) fn settle(
    people: &mut People,
    estimate: Estimate,
    streets: &Streets,
    notes: &mut Vec<Note>,
) -> Result<Vec<Home>> {
    let Estimate { mut homes, pieces, .. } = estimate;
    let inside = Inside::around(streets);
    let all = people.around(&inside)?;
    let rows: Vec<&PeopleRow> = all.iter().filter(|row| row.residents > 0.0).collect();
    let (rows, left_out): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| inside.has(row));
    if !left_out.is_empty() {
        let gone: f64 = left_out.iter().map(|row| row.residents).sum();
        notes.push(note(
            format!("{gone:.0} residents in {} cells or points lie outside the extract and are left out; give an extract that covers them to count them.", left_out.len()),
            format!("{gone:.0} 名居民（{} 个网格或点）位于数据范围之外，未计入；如需计入，请提供覆盖他们的数据。", left_out.len()),
        ));
    }
    if rows.is_empty() {
        return Err(Error::new(say!("none of the people live within the extract", "人口数据均不在数据范围内")).hint(
            say!(
                "check that {} and the extract are of the same place, and the datum",
                "请确认{}与数据为同一地点，并检查坐标系",
                Setting::People
            ),
        ));
    }
    let weights: Vec<f64> = homes.iter().map(|home| home.residents).collect();
    for home in &mut homes {
        home.residents = 0.0;
        home.basis = Basis::Given;
    }
    let shares = assign(&rows, &homes);
    let empty: Vec<bool> = shares.iter().map(Vec::is_empty).collect();
    let mut spread = Spread::new(&rows, &empty, &pieces, streets);
    let mut cells = Vec::new();
    for (number, (row, mut members)) in rows.iter().zip(shares).enumerate() {
        let in_buildings = |home: &usize| homes[*home].kind == HomeKind::Building;
        let room: f64 = members.iter().filter(|home| in_buildings(home)).map(|home| weights[*home]).sum();
        if room * CROWDED >= row.residents {
            members.retain(in_buildings);
        }
        let total: f64 = members.iter().map(|home| weights[*home]).sum();
        if total > 0.0 {
            for home in members {
                give(&mut homes[home], row.residents, row.ages, weights[home] / total);
            }
        } else {
            cells.extend(spread.homes(number, row));
        }
    }
    homes.retain(|home| home.residents > 0.0);
    homes.extend(cells);
    Ok(homes)
}

fn give(home: &mut Home, residents: f64, ages: Ages, share: f64) {
    home.residents += residents * share;
    let groups = [(&mut home.ages.children, ages.children), (&mut home.ages.elderly, ages.elderly)];
    for (sum, people) in groups {
        if let Some(people) = people {
            *sum.get_or_insert(0.0) += people * share;
        }
    }
}

/// Homes along the streets of cells and areas in which no home is known.
struct Spread {
    /// For each row, the pieces of streets in it.
    pieces: Vec<Vec<Piece>>,
}

impl Spread {
    fn new(rows: &[&PeopleRow], empty: &[bool], likely: &[Piece], streets: &Streets) -> Self {
        let mut pieces = vec![Vec::new(); rows.len()];
        let mut left = empty.to_vec();
        let cells = CellIndex::new(rows);
        let sort = |pieces: &mut Vec<Vec<Piece>>, left: &[bool], candidates: &[Piece]| {
            for piece in candidates {
                if let Some(row) = cells.containing(piece.at).filter(|row| left[*row]) {
                    pieces[row].push(piece.clone());
                }
            }
        };
        if left.contains(&true) {
            sort(&mut pieces, &left, likely);
            left.iter_mut().zip(&pieces).for_each(|(left, pieces)| *left &= pieces.is_empty());
        }
        if left.contains(&true) {
            sort(&mut pieces, &left, &any_pieces(streets));
        }
        Self { pieces }
    }

    /// The homes of a row: along its streets, or where it says.
    fn homes(&mut self, number: usize, row: &PeopleRow) -> Vec<Home> {
        let pieces = std::mem::take(&mut self.pieces[number]);
        let home = |id, at, kind, share| {
            let mut home = Home {
                id,
                at,
                kind,
                floor_area: None,
                residents: 0.0,
                ages: Ages::default(),
                basis: Basis::Given,
                to_edge: None,
                community: None,
            };
            give(&mut home, row.residents, row.ages, share);
            home
        };
        let total: f64 = pieces.iter().map(|piece| piece.weight).sum();
        if total > 0.0 {
            let id = |part: usize| format!("{}:{part}", row.id);
            let along = pieces.into_iter().enumerate();
            return along
                .map(|(part, piece)| home(id(part), piece.at, HomeKind::Street, piece.weight / total))
                .collect();
        }
        row.middle().map(|at| home(row.id.clone(), at, HomeKind::Cell, 1.0)).into_iter().collect()
    }
}

/// For each row, the homes that share its people.
fn assign(rows: &[&PeopleRow], homes: &[Home]) -> Vec<Vec<usize>> {
    let mut shares = vec![Vec::new(); rows.len()];
    let cells = CellIndex::new(rows);
    let points = rows.iter().enumerate().filter_map(|(index, row)| match row.at {
        PeopleAt::Point(point) => Some(GeomWithData::new(Mercator::project(point), index)),
        PeopleAt::Area(_) | PeopleAt::Cell(_) => None,
    });
    let points = RTree::bulk_load(points.collect());
    for (index, home) in homes.iter().enumerate() {
        if let Some(cell) = cells.containing(home.at) {
            shares[cell].push(index);
            continue;
        }
        // A point is an estate or a census block: its people live in the buildings around, where there are any.
        if home.kind != HomeKind::Building {
            continue;
        }
        let here = Mercator::project(home.at);
        let reach = POINT_REACH_METRES * Mercator::scale(home.at.y);
        if let Some(point) = points.nearest_neighbor(here)
            && point.geom().distance_2(&here) <= reach * reach
        {
            shares[point.data].push(index);
        }
    }
    shares
}

/// Cells and areas of people by where they are.
struct CellIndex<'a> {
    rows: &'a [&'a PeopleRow],
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

impl<'a> CellIndex<'a> {
    fn new(rows: &'a [&'a PeopleRow]) -> Self {
        let boxes = rows.iter().enumerate().filter_map(|(index, row)| {
            let rect = match &row.at {
                PeopleAt::Area(area) => area.bounding_rect()?,
                PeopleAt::Cell(cell) => *cell,
                PeopleAt::Point(_) => return None,
            };
            Some(GeomWithData::new(Rectangle::from_corners(rect.min().into(), rect.max().into()), index))
        });
        Self { rows, tree: RTree::bulk_load(boxes.collect()) }
    }

    /// The first row whose cell or area contains a point.
    fn containing(&self, point: LonLat) -> Option<usize> {
        let near = self.tree.locate_in_envelope_intersecting(AABB::from_point(point.into())).map(|entry| entry.data);
        near.filter(|index| match &self.rows[*index].at {
            PeopleAt::Area(area) => polygon::contains(area, point),
            PeopleAt::Cell(_) => true,
            PeopleAt::Point(_) => false,
        })
        .min()
    }
}

impl PeopleRow {
    fn middle(&self) -> Option<LonLat> {
        match &self.at {
            PeopleAt::Point(point) => Some(*point),
            PeopleAt::Area(area) => polygon::inner_point(area),
            PeopleAt::Cell(cell) => Some(cell.center()),
        }
    }
}

/// The streets' extent with a margin.
struct Inside {
    bounds: [f64; 4],
}

impl Inside {
    fn around(streets: &Streets) -> Self {
        let [w, s, e, n] = streets.extent();
        let frame = Frame::at(f64::midpoint(s, n));
        let (dx, dy) = (MARGIN_METRES / frame.per_lon, MARGIN_METRES / frame.per_lat);
        Self { bounds: [w - dx, s - dy, e + dx, n + dy] }
    }

    fn has(&self, row: &PeopleRow) -> bool {
        let [w, s, e, n] = self.bounds;
        let within = |p: LonLat| (w..=e).contains(&p.x) && (s..=n).contains(&p.y);
        match &row.at {
            PeopleAt::Point(point) => within(*point),
            PeopleAt::Area(area) => area.bounding_rect().is_some_and(|rect| within(rect.center())),
            PeopleAt::Cell(cell) => within(cell.center()),
        }
    }
}

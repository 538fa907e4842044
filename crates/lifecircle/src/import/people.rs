//! Where people live according to the user: points, cells or a raster, shared among the buildings by floor area.

use std::borrow::Cow;
use std::path::Path;

use geo::BoundingRect;
use geo_types::{MultiPolygon, Rect};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, PointDistance, RTree};

use super::note;
use crate::city::{Ages, Home, HomeKind, Note, Streets};
use crate::error::{Error, Result};
use crate::geo::metric::{Frame, Mercator};
use crate::geo::{Datum, LonLat, polygon};
use crate::setting::Setting;
use crate::sources::geotiff::GeoTiff;
use crate::sources::lists;
use crate::sources::records::{Coordinates, GivenColumns, Numbers, Records, into_areas, point_of};

/// A people's point farther than this from every building is a home of its own.
const POINT_REACH_METRES: f64 = 500.0;

/// People farther than this outside the streets' extent are left out.
const MARGIN_METRES: f64 = 100.0;

/// Where people live.
#[derive(Debug)]
pub enum People {
    /// A row for each cell or point.
    Rows(Vec<PeopleRow>),
    /// People a cell, of which those around the streets are read.
    Raster(Box<GeoTiff>),
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
    /// How many of them are children and old people, where known.
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

/// Reads people from CSV, XLSX, GeoJSON or GeoPackage (points or cells) or a GeoTIFF.
///
/// `column` names the column of residents, if it is not called `residents`, `population`, `people`, `pop` or 人口.
///
/// # Errors
/// If the file cannot be read, a column is missing, or a row is bad.
pub fn read_people(path: &Path, column: Option<&str>, datum: Datum) -> Result<People> {
    let end = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
    if matches!(end.as_str(), "tif" | "tiff") {
        return GeoTiff::open(path).map(|raster| People::Raster(Box::new(raster)));
    }
    of_records(&lists::read(path)?, column, datum).map(People::Rows)
}

fn of_records(records: &Records, column: Option<&str>, datum: Datum) -> Result<Vec<PeopleRow>> {
    let residents = match column {
        Some(name) => records.named_column(name)?,
        None => records.column(&["residents", "population", "people", "pop", "人口", "居民", "常住人口"]).ok_or_else(
            || {
                Error::new("the column `residents` is missing").file(&records.file).hint(format!(
                    "name the column of residents in {}; the columns are: {}",
                    Setting::PeopleColumn,
                    records.columns.join(", ")
                ))
            },
        )?,
    };
    let children = records.column(&["children", "age_0_14", "0-14", "儿童"]);
    let elderly = records.column(&["elderly", "age_60_plus", "60+", "老年人", "老人"]);
    let id = records.column(&["id", "cell", "编号"]);
    let coordinates = Coordinates::find(records, GivenColumns::default())?;
    let counts = |column: Option<usize>| column.map_or_else(|| Ok(Numbers::default()), |column| records.counts(column));
    let (counted, children_of, elderly_of) = (records.counts(residents)?, counts(children)?, counts(elderly)?);
    let mut people = Vec::with_capacity(records.rows.len());
    for (number, record) in records.rows.iter().enumerate() {
        let geometry = coordinates.of(records, number, datum)?;
        let at = match into_areas(geometry.clone()) {
            Some(area) => PeopleAt::Area(area),
            None => PeopleAt::Point(
                point_of(&geometry).ok_or_else(|| records.error(record, "its geometry is empty").hint("remove it"))?,
            ),
        };
        let residents = counted.of(number).unwrap_or(0.0);
        // An empty cell in a column of an age group means nobody.
        let group = |column: Option<usize>, counts: &Numbers| column.map(|_| counts.of(number).unwrap_or(0.0));
        let ages = Ages { children: group(children, &children_of), elderly: group(elderly, &elderly_of) };
        check_ages(ages, residents).map_err(|problem| {
            records.error(record, problem).hint("correct the line, or leave the columns of ages out")
        })?;
        people.push(PeopleRow {
            id: records.text(record, id).map_or_else(|| format!("cell:{}", number + 1), str::to_owned),
            at,
            residents,
            ages,
        });
    }
    if people.iter().all(|row| row.residents == 0.0) {
        return Err(Error::new("nobody lives in it: every row has 0 residents")
            .file(&records.file)
            .hint("check the column of residents"));
    }
    Ok(people)
}

/// Refuses more people of an age than people; sources that round may have one more.
fn check_ages(ages: Ages, residents: f64) -> std::result::Result<(), String> {
    let most = residents * 1.01 + 1.0;
    let (children, elderly) = (ages.children.unwrap_or(0.0), ages.elderly.unwrap_or(0.0));
    let who = match (children > most, elderly > most, children + elderly > most) {
        (true, ..) => format!("{children} children"),
        (_, true, _) => format!("{elderly} old people"),
        (.., true) => format!("{children} children and {elderly} old people"),
        _ => return Ok(()),
    };
    Err(format!("it has {who} among {residents} residents"))
}

impl People {
    /// The rows around the streets; of a raster nothing else is read.
    fn around(&mut self, inside: &Inside) -> Result<Cow<'_, [PeopleRow]>> {
        let raster = match self {
            Self::Rows(rows) => return Ok(Cow::Borrowed(rows)),
            Self::Raster(raster) => raster.window(inside.bounds)?,
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
pub(super) fn settle(
    people: &mut People,
    mut homes: Vec<Home>,
    streets: &Streets,
    notes: &mut Vec<Note>,
) -> Result<Vec<Home>> {
    let inside = Inside::around(streets);
    let all = people.around(&inside)?;
    let rows: Vec<&PeopleRow> = all.iter().filter(|row| row.residents > 0.0).collect();
    let (rows, left_out): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| inside.has(row));
    if !left_out.is_empty() {
        let gone: f64 = left_out.iter().map(|row| row.residents).sum();
        notes.push(note(
            format!("{gone:.0} residents in {} cells or points lie outside the extract and are left out; give an extract that covers them to count them.", left_out.len()),
            format!("{gone:.0} 名居民（{} 个格网或点）位于数据范围之外，未计入；如需计入，请提供覆盖他们的数据。", left_out.len()),
        ));
    }
    if rows.is_empty() {
        return Err(Error::new("none of the people live within the extract")
            .hint(format!("check that {} and the extract are of the same place, and the datum", Setting::People)));
    }
    for home in &mut homes {
        home.residents = 0.0;
        home.estimated = false;
    }
    let shares = assign(&rows, &homes);
    let mut cells = Vec::new();
    for (row, members) in rows.iter().zip(shares) {
        let total: f64 = members.iter().map(|home| homes[*home].floor_area.unwrap_or(0.0)).sum();
        if total > 0.0 {
            for home in members {
                let home = &mut homes[home];
                give(home, row, home.floor_area.unwrap_or(0.0) / total);
            }
        } else if let Some(at) = row.middle() {
            let mut home = Home {
                id: row.id.clone(),
                at,
                kind: HomeKind::Cell,
                floor_area: None,
                residents: 0.0,
                ages: Ages::default(),
                estimated: false,
                community: None,
            };
            give(&mut home, row, 1.0);
            cells.push(home);
        }
    }
    homes.retain(|home| home.residents > 0.0);
    homes.extend(cells);
    Ok(homes)
}

fn give(home: &mut Home, row: &PeopleRow, share: f64) {
    home.residents += row.residents * share;
    let groups = [(&mut home.ages.children, row.ages.children), (&mut home.ages.elderly, row.ages.elderly)];
    for (sum, people) in groups {
        if let Some(people) = people {
            *sum.get_or_insert(0.0) += people * share;
        }
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

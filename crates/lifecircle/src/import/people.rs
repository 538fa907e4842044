//! Where people live according to the user: points, cells or a raster, shared among the buildings by floor area.

use std::path::Path;

use geo::BoundingRect;
use geo_types::MultiPolygon;
use rstar::primitives::GeomWithData;
use rstar::{PointDistance, RTree};

use super::area_index::AreaIndex;
use super::note;
use crate::city::{Ages, Home, HomeKind, Note, Streets};
use crate::error::{Error, Result};
use crate::geo::metric::{Frame, Mercator};
use crate::geo::{Datum, LonLat, polygon};
use crate::sources::geotiff;
use crate::sources::records::{Coordinates, Records, into_areas, point_of};

/// A people's point farther than this from every building is a home of its own.
const POINT_REACH_METRES: f64 = 500.0;

/// People farther than this outside the streets' extent are left out.
const MARGIN_METRES: f64 = 100.0;

/// Where people live.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// A row for each cell or point.
    pub rows: Vec<PeopleRow>,
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
        let raster = geotiff::read(path)?;
        let rows = raster.cells().filter(|(_, value)| *value > 0.0).enumerate();
        let rows = rows.map(|(number, (cell, value))| PeopleRow {
            id: format!("cell:{}", number + 1),
            at: PeopleAt::Area(cell),
            residents: value,
            ages: Ages::default(),
        });
        return Ok(People { rows: rows.collect() });
    }
    of_records(&Records::read(path)?, column, datum)
}

fn of_records(records: &Records, column: Option<&str>, datum: Datum) -> Result<People> {
    let residents = match column {
        Some(name) => records.named_column(name)?,
        None => records.column(&["residents", "population", "people", "pop", "人口", "居民", "常住人口"]).ok_or_else(
            || {
                Error::new("the column `residents` is missing").file(&records.file).mend(format!(
                    "name the column of residents with --people-column; the columns are: {}",
                    records.columns.join(", ")
                ))
            },
        )?,
    };
    let children = records.column(&["children", "age_0_14", "0-14", "儿童"]);
    let elderly = records.column(&["elderly", "age_60_plus", "60+", "老年人", "老人"]);
    let id = records.column(&["id", "cell", "编号"]);
    let coordinates = Coordinates::find(records, None, None)?;
    let mut people = People::default();
    for (number, record) in records.rows.iter().enumerate() {
        let geometry = coordinates.of(records, record, datum)?;
        let at = match into_areas(geometry.clone()) {
            Some(area) => PeopleAt::Area(area),
            None => PeopleAt::Point(
                point_of(&geometry).ok_or_else(|| records.error(record, "its geometry is empty").mend("remove it"))?,
            ),
        };
        let count = |column: Option<usize>| column.map(|column| records.count(record, column)).transpose();
        people.rows.push(PeopleRow {
            id: records.text(record, id).map_or_else(|| format!("cell:{}", number + 1), str::to_owned),
            at,
            residents: records.count(record, residents)?,
            ages: Ages { children: count(children)?, elderly: count(elderly)? },
        });
    }
    if people.rows.iter().all(|row| row.residents == 0.0) {
        return Err(Error::new("nobody lives in it: every row has 0 residents")
            .file(&records.file)
            .mend("check the column of residents"));
    }
    Ok(people)
}

/// Gives every building its people; cells and points without a building become homes of their own.
pub(super) fn settle(
    people: &People,
    mut homes: Vec<Home>,
    streets: &Streets,
    notes: &mut Vec<Note>,
) -> Result<Vec<Home>> {
    let inside = Inside::around(streets);
    let rows: Vec<&PeopleRow> = people.rows.iter().filter(|row| row.residents > 0.0).collect();
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
            .mend("check that --people and the extract are of the same place, and the datum"));
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
    let empty = MultiPolygon(Vec::new());
    let cells = AreaIndex::new(rows.iter().map(|row| match &row.at {
        PeopleAt::Area(area) => area,
        PeopleAt::Point(_) => &empty,
    }));
    let points = rows.iter().enumerate().filter_map(|(index, row)| match row.at {
        PeopleAt::Point(point) => Some(GeomWithData::new(Mercator::project(point), index)),
        PeopleAt::Area(_) => None,
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

impl PeopleRow {
    fn middle(&self) -> Option<LonLat> {
        match &self.at {
            PeopleAt::Point(point) => Some(*point),
            PeopleAt::Area(area) => polygon::inner_point(area),
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
        }
    }
}

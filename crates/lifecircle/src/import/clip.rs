//! A part of an extract: an area, and enough around it that its people's ways are whole. Whoever has the extract of a province cuts a
//! city out of it without another program.
//!
//! Streets and facilities around the area count, since people walk there; homes are only those inside.

use geo::{BoundingRect, Coord};
use geo_types::MultiPolygon;
use rayon::prelude::*;
use rstar::{PointDistance, RTree};

use super::area::{self, Area};
use super::area_index::AreaIndex;
use super::facilities;
use super::scan::{self, Extract, Label};
use crate::city::Name;
use crate::error::{Error, Result};
use crate::geo::metric::{Frame, Mercator};
use crate::geo::{Datum, LonLat, Metres, polygon};
use crate::progress::Progress;
use crate::sources::extract::OsmSource;
use crate::sources::lists::{self, Part};
use crate::sources::records::{Coordinates, into_areas};

/// So much around the area is kept, in metres: a walk of fifteen minutes, and a part of one.
const MARGIN: f64 = 1500.0;

/// The grid that tells what is kept has cells of this side, in metres, or so many cells.
const CELL: f64 = 100.0;
const MOST_CELLS: f64 = 1e6;

/// Borders have no more corners; a ring that is longer is looked at in no more steps.
const MOST_CORNERS: usize = 1_000_000;
const MOST_STEPS: usize = 1_000_000;

/// How many names are told where none is the one that was asked for.
const TOLD: usize = 12;

/// An area to cut out.
#[derive(Debug, Clone)]
pub struct Clip {
    area: MultiPolygon<f64>,
    kept: Grid,
}

/// Which cells are kept.
#[derive(Debug, Clone)]
struct Grid {
    corner: LonLat,
    step: LonLat,
    width: usize,
    height: usize,
    kept: Vec<bool>,
}

impl Clip {
    /// Of an area.
    ///
    /// # Errors
    /// If it is empty.
    pub fn new(area: MultiPolygon<f64>) -> Result<Self> {
        let rect = area.bounding_rect().filter(|_| polygon::area(&area) > 0.0);
        let rect = rect.ok_or_else(|| {
            Error::new(say!("the area to cut out is empty", "裁剪范围是空的"))
                .hint(say!("give a polygon", "请给出一个多边形"))
        })?;
        let frame = Frame::at(rect.center().y);
        let (dx, dy) = (MARGIN / frame.per_lon, MARGIN / frame.per_lat);
        let corner = LonLat { x: rect.min().x - dx, y: rect.min().y - dy };
        let (wide, high) = (rect.width() + 2.0 * dx, rect.height() + 2.0 * dy);
        let metres = (wide * frame.per_lon * high * frame.per_lat / MOST_CELLS).sqrt().max(CELL);
        let step = LonLat { x: metres / frame.per_lon, y: metres / frame.per_lat };
        let (width, height) = ((wide / step.x).ceil() as usize, (high / step.y).ceil() as usize);
        let index = AreaIndex::new([&area]);
        if polygon::rings(&area).map(|ring| ring.0.len()).sum::<usize>() > MOST_CORNERS {
            return Err(Error::new(say!("the area to cut out has more corners than any border", "裁剪范围的角点过多"))
                .hint(say!("simplify it", "请先简化")));
        }
        let border = polygon::rings(&area).flat_map(|ring| polygon::points_along(ring, Metres(metres), MOST_STEPS));
        let border = RTree::bulk_load(border.map(Mercator::project).collect());
        // A cell whose middle is that near may reach into what is kept.
        let reach = MARGIN + metres;
        let is_kept = |cell: usize| {
            let middle = Coord {
                x: corner.x + ((cell % width) as f64 + 0.5) * step.x,
                y: corner.y + ((cell / width) as f64 + 0.5) * step.y,
            };
            let here = Mercator::project(middle);
            let near = || {
                let away = border.nearest_neighbor(here).map(|point| point.distance_2(&here).sqrt());
                away.is_some_and(|away| away / Mercator::scale(middle.y) <= reach)
            };
            index.containing(middle).is_some() || near()
        };
        let kept = (0..width * height).into_par_iter().map(is_kept).collect();
        drop(index);
        Ok(Self { area, kept: Grid { corner, step, width, height, kept } })
    }

    /// Whether a point lies in the area or around it.
    pub(super) fn keeps(&self, at: LonLat) -> bool {
        let Grid { corner, step, width, height, kept } = &self.kept;
        let (column, row) = ((at.x - corner.x) / step.x, (at.y - corner.y) / step.y);
        if column < 0.0 || row < 0.0 || column >= *width as f64 || row >= *height as f64 {
            return false;
        }
        kept[row as usize * width + column as usize]
    }

    /// Forgets how many people live in settlements around the area: most of them live where nothing was kept.
    pub(super) fn forget_people_around(&self, extract: &mut Extract) {
        let index = AreaIndex::new([&self.area]);
        let around = |label: &&mut Label| index.containing(label.at.degrees()).is_none();
        extract.labels.iter_mut().filter(around).for_each(|label| label.population = None);
    }

    /// Keeps what lies inside the area.
    pub(super) fn inside<T: Sync>(&self, things: &mut Vec<T>, at: impl Fn(&T) -> LonLat + Sync) {
        let index = AreaIndex::new([&self.area]);
        let is_inside: Vec<bool> = things.par_iter().map(|thing| index.containing(at(thing)).is_some()).collect();
        let mut inside = is_inside.into_iter();
        things.retain(|_| inside.next().unwrap_or(false));
    }
}

/// Reads the area to cut out: all areas of a file together.
///
/// # Errors
/// If the file cannot be read, or holds no areas.
pub fn read_clip<'a>(part: impl Into<Part<'a>>, datum: Datum) -> Result<Clip> {
    let part = part.into();
    let records = lists::read(part)?;
    let coordinates = Coordinates::of_geometries(&records, datum)?;
    let mut all = MultiPolygon(Vec::new());
    for number in 0..records.rows.len() {
        let shape = into_areas(coordinates.of(&records, number)?);
        let shape = shape.ok_or_else(|| {
            records
                .error(&records.rows[number], say!("its geometry is not an area", "其几何不是面"))
                .hint(say!("give polygons", "请给出多边形"))
        })?;
        all.0.extend(shape.0);
    }
    Clip::new(all).map_err(|e| e.file(part.path))
}

/// The area of the administrative boundary of an extract that is called so; of several, the largest.
///
/// # Errors
/// If there is none whose border the extract holds whole, or it is cancelled.
pub fn boundary_clip(osm: &OsmSource, name: &str, progress: &dyn Progress) -> Result<Clip> {
    let extract = scan::scan_boundaries(osm, progress)?;
    let areas = area::assemble(&extract);
    let called = |area: &Area<'_>| {
        let Name { local, en } = facilities::name(area.tags);
        [local, en].into_iter().any(|form| form.eq_ignore_ascii_case(name))
            || area.tag("name:zh").is_some_and(|form| form == name)
    };
    let found = areas.iter().filter(|area| called(area));
    let largest = found.max_by(|a, b| polygon::area(&a.shape).total_cmp(&polygon::area(&b.shape)));
    if let Some(area) = largest {
        return Clip::new(area.shape.clone());
    }
    let mut known: Vec<(u8, String)> = areas
        .iter()
        .map(|area| {
            let level = area.tag("admin_level").and_then(|level| level.parse().ok()).unwrap_or(u8::MAX);
            (level, facilities::name(area.tags).show(false).to_owned())
        })
        .filter(|(_, name)| !name.is_empty())
        .collect();
    known.sort();
    known.dedup();
    let more = if known.len() > TOLD { " …" } else { "" };
    let known: Vec<String> = known.into_iter().take(TOLD).map(|(_, name)| name).collect();
    Err(Error::not_found(say!(
        "the extract holds no whole administrative boundary called {name:?}",
        "数据中没有名为 {name:?} 的完整行政边界"
    ))
    .hint(if known.is_empty() {
        say!("give a file with the area", "请给出该范围的文件")
    } else {
        say!(
            "give a file with the area, or one of: {}{more}",
            "请给出该范围的文件，或其中之一：{}{more}",
            known.join(", ")
        )
    }))
}

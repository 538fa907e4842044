//! Grids (网格): the parts of communities that grid staff look after, from a file of their outlines. It knows no request.

use geo_types::MultiPolygon;
use lifecircle::geo::{Datum, LonLat, polygon};
use lifecircle::sources::columns::Meaning;
use lifecircle::sources::lists;
use lifecircle::sources::records::{Coordinates, into_areas};
use lifecircle::{Error, Result, say};

use crate::catalogue::Name;
use crate::request::{Area, At};

/// Grids of one city.
const MOST: usize = 50_000;

/// What columns with a grid's name are called, the likeliest first.
const NAMES: [&str; 6] = ["网格名称", "网格", "网格编号", "网格编码", "grid", "grid_name"];

/// The grids of a city.
#[derive(Debug, Clone, Default)]
pub struct Grids(Vec<Grid>);

#[derive(Debug, Clone)]
struct Grid {
    name: Name,
    shape: MultiPolygon<f64>,
    /// West, south, east, north.
    bounds: [f64; 4],
}

impl Grids {
    /// Reads polygons with a name each, from whatever boundaries of communities may be in.
    ///
    /// # Errors
    /// With the first that has no name or is not an area.
    pub fn read<'a>(part: impl Into<lists::Part<'a>>, datum: Datum) -> Result<Self> {
        let part = part.into();
        let records = lists::read(part)?;
        if records.rows.is_empty() || records.rows.len() > MOST {
            return Err(Error::new(say!("a city has 1 to {MOST} grids", "网格应有 1 至 {MOST} 个")).file(part.path));
        }
        let coordinates = Coordinates::of_geometries(&records, datum)?;
        let named =
            records.column(&NAMES).or_else(|| records.find(Meaning::Name)).or_else(|| records.find(Meaning::Id));
        let english = records.find(Meaning::EnglishName);
        let mut grids = Vec::with_capacity(records.rows.len());
        for (row, record) in records.rows.iter().enumerate() {
            let shape = into_areas(coordinates.of(&records, row)?).ok_or_else(|| {
                records
                    .error(record, say!("its geometry is not an area", "其几何不是面"))
                    .hint(say!("give polygons", "请给出多边形"))
            })?;
            let Some(zh) = records.text(record, named) else {
                return Err(records
                    .error(record, say!("this grid has no name", "该网格没有名称"))
                    .hint(say!("write it in a column `name` or 网格名称", "请写在“网格名称”或 name 列")));
            };
            let en = records.text(record, english).unwrap_or(zh).to_owned();
            let Some(bounds) = bounds(&shape) else {
                return Err(records.error(record, say!("its outline is empty", "其轮廓为空")));
            };
            grids.push(Grid { name: Name { zh: zh.to_owned(), en }, shape, bounds });
        }
        Ok(Self(grids))
    }

    /// The grid in which a place lies; of several the first.
    pub fn at(&self, at: At) -> Option<&Name> {
        let point = LonLat { x: at.lon, y: at.lat };
        let is_near = |[west, south, east, north]: [f64; 4]| {
            (west..=east).contains(&point.x) && (south..=north).contains(&point.y)
        };
        let holds = |grid: &&Grid| is_near(grid.bounds) && polygon::contains(&grid.shape, point);
        self.0.iter().find(holds).map(|grid| &grid.name)
    }

    /// The areas of a place, with its grid; a grid may lie in no community that the city knows.
    pub fn area(&self, area: Option<Area>, at: At) -> Option<Area> {
        match (area, self.at(at)) {
            (area, None) => area,
            (area, Some(grid)) => Some(Area { grid: grid.clone(), ..area.unwrap_or_default() }),
        }
    }
}

fn bounds(shape: &MultiPolygon<f64>) -> Option<[f64; 4]> {
    let points = polygon::rings(shape).flat_map(|ring| &ring.0);
    points
        .map(|at| [at.x, at.y, at.x, at.y])
        .reduce(|[west, south, east, north], [x, y, ..]| [west.min(x), south.min(y), east.max(x), north.max(y)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Grids> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("grids.geojson");
        std::fs::write(&path, text).unwrap();
        Grids::read(path.as_path(), Datum::default())
    }

    fn square(properties: &str, west: f64) -> String {
        let east = west + 0.01;
        format!(
            r#"{{"type": "Feature", "properties": {properties}, "geometry": {{"type": "Polygon",
            "coordinates": [[[{west}, 0], [{east}, 0], [{east}, 0.01], [{west}, 0.01], [{west}, 0]]]}}}}"#
        )
    }

    fn collection(features: &[String]) -> String {
        format!(r#"{{"type": "FeatureCollection", "features": [{}]}}"#, features.join(","))
    }

    #[test]
    fn a_place_lies_in_its_grid() {
        let all = [
            square(r#"{"网格名称": "第一网格", "name_en": "Grid 1"}"#, 0.0),
            square(r#"{"网格名称": "第二网格"}"#, 0.01),
        ];
        let grids = read(&collection(&all)).unwrap();
        let at = |lon| grids.at(At { lon, lat: 0.005 }).map(|name| (name.zh.as_str(), name.en.as_str()));
        assert_eq!(at(0.005), Some(("第一网格", "Grid 1")));
        assert_eq!(at(0.015), Some(("第二网格", "第二网格")));
        assert_eq!(at(0.025), None);
        let area = grids.area(None, At { lon: 0.005, lat: 0.005 }).unwrap();
        assert!(area.community.zh.is_empty() && area.grid.zh == "第一网格");
    }

    #[test]
    fn what_is_no_grid_is_told_with_its_place() {
        let nameless =
            read(&collection(&[square(r#"{"name": "A"}"#, 0.0), square(r#"{"name": ""}"#, 0.01)])).unwrap_err();
        assert!(nameless.to_string().contains("this grid has no name"), "{nameless}");
        let point =
            r#"{"type": "Feature", "properties": {"name": "A"}, "geometry": {"type": "Point", "coordinates": [0, 0]}}"#;
        assert!(read(&collection(&[point.to_owned()])).unwrap_err().to_string().contains("not an area"));
    }
}

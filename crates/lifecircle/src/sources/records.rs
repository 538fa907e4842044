//! Records: rows with named columns and perhaps a geometry, the common shape of CSV, XLSX, GeoJSON, GeoPackage
//! and GeoParquet.

use std::fmt;
use std::path::PathBuf;

use geo_types::{Geometry, MultiPolygon};

use super::columns::{Meaning, factor, unit};
use super::numbers::{self, Decision, Notation};
use crate::error::{Error, Result};
use crate::geo::{Datum, LonLat, Projection, is_on_globe};
use crate::setting::Setting;
use crate::text::Text;

/// Nowhere live more people.
const MOST_PEOPLE: f64 = 1e10;

/// Nothing is larger, in square metres or places.
const LARGEST_SIZE: f64 = 1e12;

/// A file's records.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// The file that they come from.
    pub file: PathBuf,
    /// Names of the columns, in the file's order.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Record>,
    /// The unit that stands above the head, if one does.
    pub unit_above: Option<String>,
    /// Sheets of a workbook that were read together, where there are several.
    pub sheets_joined: Vec<String>,
    /// Sheets of a workbook that were not read, since their heads differ.
    pub sheets_left: Vec<String>,
    /// Whether the file's form leaves open how its numbers are written: commas do not part its cells.
    pub may_have_decimal_commas: bool,
    /// What the file tells of its geometries' coordinates.
    pub system: System,
}

/// In which coordinates the geometries of a file are.
#[derive(Debug, Clone, Default)]
pub enum System {
    /// The file does not say; longitude and latitude, as most are.
    #[default]
    Untold,
    /// It says longitude and latitude.
    LonLat,
    /// It says another system; [`super::lists::read`] turns them into longitude and latitude.
    Projected(Projection),
}

/// One row.
#[derive(Debug, Clone)]
pub struct Record {
    /// Where it stands in the file.
    pub place: RowPlace,
    /// Its geometry, where the format has one.
    pub geometry: Option<Box<Geometry<f64>>>,
    /// Its values.
    pub cells: Cells,
}

/// The values of a row that are not empty, by column.
#[derive(Debug, Clone, Default)]
pub struct Cells(Vec<(u32, Box<str>)>);

impl Cells {
    /// Adds a value behind those that are there; empty ones are left out.
    pub fn push(&mut self, column: usize, value: &str) {
        let value = value.trim();
        if let Some(column) = u32::try_from(column).ok().filter(|_| !value.is_empty()) {
            self.0.push((column, value.into()));
        }
    }

    /// The value in a column; empty if there is none.
    pub fn get(&self, column: usize) -> &str {
        let position = self.0.binary_search_by_key(&column, |(column, _)| *column as usize);
        position.map_or("", |position| &self.0[position].1)
    }

    /// All values with their columns.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &str)> {
        self.0.iter().map(|(column, value)| (*column as usize, &**value))
    }

    /// Whether all are empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts values into the order of their columns; of several in one column the last stays.
    pub fn sort(&mut self) {
        self.0.reverse();
        self.0.sort_by_key(|(column, _)| *column);
        self.0.dedup_by_key(|(column, _)| *column);
    }
}

impl<S: AsRef<str>> FromIterator<S> for Cells {
    fn from_iter<I: IntoIterator<Item = S>>(values: I) -> Self {
        let mut cells = Self::default();
        values.into_iter().enumerate().for_each(|(column, value)| cells.push(column, value.as_ref()));
        cells
    }
}

/// The numbers of a column, one a row; none where the cell is empty.
#[derive(Debug, Clone, Default)]
pub struct Numbers(Vec<Option<f64>>);

impl Numbers {
    /// The number of a row.
    pub fn of(&self, row: usize) -> Option<f64> {
        self.0.get(row).copied().flatten()
    }
}

/// Where a record stands, as its reader would look for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowPlace {
    /// A line of a text file, from 1.
    Line(u64),
    /// A row of one of several sheets, both from 1.
    SheetRow(u32, u32),
    /// A row of a sheet, from 1.
    Row(u64),
    /// A feature, from 1.
    Feature(u64),
}

impl RowPlace {
    /// It in both languages.
    pub fn told(&self) -> Text {
        match self {
            Self::Line(n) => say!("line {n}", "第 {n} 行"),
            Self::SheetRow(sheet, n) => say!("sheet {sheet}, row {n}", "第 {sheet} 张表第 {n} 行"),
            Self::Row(n) => say!("row {n}", "第 {n} 行"),
            Self::Feature(n) => say!("feature {n}", "第 {n} 个要素"),
        }
    }
}

impl fmt::Display for RowPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(n) => write!(f, "line {n}"),
            Self::SheetRow(sheet, n) => write!(f, "sheet {sheet}, row {n}"),
            Self::Row(n) => write!(f, "row {n}"),
            Self::Feature(n) => write!(f, "feature {n}"),
        }
    }
}

impl Records {
    /// The index of the first column that has one of these names, without regard to case.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.columns.iter().position(|column| column.trim().eq_ignore_ascii_case(name)))
    }

    /// The index of the column that tells something, by what such columns are called.
    pub fn find(&self, meaning: Meaning) -> Option<usize> {
        meaning.among(&self.columns)
    }

    /// The index of a column that the user named.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn named_column(&self, name: &str) -> Result<usize> {
        self.column(&[name]).ok_or_else(|| {
            Error::not_found(say!("there is no column `{name}`", "没有列 `{name}`")).file(&self.file).hint(say!(
                "its columns are: {}",
                "现有列：{}",
                self.columns.join(", ")
            ))
        })
    }

    /// An error at one record.
    pub fn error(&self, record: &Record, problem: Text) -> Error {
        Error::new(problem).file(&self.file).place(record.place.told())
    }

    /// The numbers of a column, of which `is_possible` tells which may stand in it.
    ///
    /// # Errors
    /// If a cell holds something else, or nothing tells whether `1,234` is a thousand or one.
    pub fn numbers(&self, column: usize, is_possible: impl Fn(f64) -> bool) -> Result<Numbers> {
        let notation = match self.decide(column, &is_possible) {
            Decision::Only(notation) => notation,
            Decision::Same => Notation::Point,
            Decision::Ambiguous(row) => match self.notation_of_others(column) {
                Some(notation) => notation,
                None if !self.may_have_decimal_commas => Notation::Point,
                None => return Err(self.ambiguous(column, row)),
            },
            // Without its range; what is out of range is told as such by whoever knows what the column is.
            Decision::NotANumber(_) => match self.decide(column, |_| true) {
                Decision::Only(notation) => notation,
                Decision::Same | Decision::Ambiguous(_) => Notation::Point,
                Decision::NotANumber(row) => return Err(self.not_a_number(column, row)),
            },
        };
        Ok(Numbers(self.rows.iter().map(|row| numbers::parse(row.cells.get(column), notation)).collect()))
    }

    fn decide(&self, column: usize, is_possible: impl Fn(f64) -> bool) -> Decision {
        numbers::decide(self.rows.iter().map(|row| row.cells.get(column)), is_possible)
    }

    /// How the numbers of the other columns are written, if they tell.
    fn notation_of_others(&self, column: usize) -> Option<Notation> {
        let others = (0..self.columns.len()).filter(|other| *other != column);
        others.into_iter().find_map(|other| {
            let name = std::slice::from_ref(&self.columns[other]);
            let is_degrees = [Meaning::Lon, Meaning::Lat].iter().any(|meaning| meaning.among(name).is_some());
            match self.decide(other, |number| !is_degrees || number.abs() <= 180.0) {
                Decision::Only(notation) => Some(notation),
                _ => None,
            }
        })
    }

    fn ambiguous(&self, column: usize, row: usize) -> Error {
        let text = self.rows[row].cells.get(column);
        let [point, comma] = [Notation::Point, Notation::Comma].map(|n| numbers::parse(text, n).unwrap_or_default());
        self.error(
            &self.rows[row],
            say!(
                "`{}` is {text:?}, which may be {point} or {comma}",
                "`{}` 是 {text:?}，可能是 {point} 或 {comma}",
                self.columns[column]
            ),
        )
        .hint(say!(
            "write the numbers of this column without a sign between the thousands, or one of them with two decimals",
            "请去掉该列数字的千位分隔符，或将其中一个写到两位小数"
        ))
    }

    fn not_a_number(&self, column: usize, row: usize) -> Error {
        let text = self.rows[row].cells.get(column);
        let is_one = [Notation::Point, Notation::Comma].iter().any(|n| numbers::parse(text, *n).is_some());
        let error = |problem: Text| self.error(&self.rows[row], problem);
        let name = &self.columns[column];
        if is_one {
            error(say!(
                "`{name}` is {text:?}, and numbers before it are written with the other decimal sign",
                "`{name}` 是 {text:?}，而前面的数字用的是另一种小数点"
            ))
            .hint(say!("write all numbers of the column in one way", "请将该列的数字统一为一种写法"))
        } else {
            error(say!("`{name}` is {text:?}, not a number", "`{name}` 是 {text:?}，不是数字"))
                .hint(say!("correct or remove the line", "请更正或删除该行"))
        }
    }

    /// Counts of people: numbers that are not negative.
    ///
    /// # Errors
    /// If a cell holds something else.
    pub fn counts(&self, column: usize) -> Result<Numbers> {
        self.bounded(column, MOST_PEOPLE, say!("more people than there are", "超过了世界人口"))
    }

    /// Sizes, as capacities or square metres: numbers that are not negative.
    ///
    /// # Errors
    /// If a cell holds something else.
    pub fn sizes(&self, column: usize) -> Result<Numbers> {
        self.bounded(column, LARGEST_SIZE, say!("larger than anything is", "大得不合理"))
    }

    /// Sizes in a column that may hold words as well, which say nothing.
    pub fn numbers_if_any(&self, column: usize) -> Numbers {
        if let Ok(sizes) = self.sizes(column) {
            return sizes;
        }
        let factor = self.factor(column).unwrap_or(1.0);
        let number = |record: &Record| {
            let number = numbers::parse(record.cells.get(column), Notation::Point)?;
            Some(number * factor).filter(|n| (0.0..=LARGEST_SIZE).contains(n))
        };
        Numbers(self.rows.iter().map(number).collect())
    }

    /// By what the numbers of a column are multiplied to be in the usual unit.
    fn factor(&self, column: usize) -> Result<f64> {
        let name = &self.columns[column];
        match (factor(name), &self.unit_above) {
            (Some(factor), _) => Ok(factor),
            (None, Some(above)) if unit(above).is_some_and(|factor| factor != 1.0) => Err(Error::new(say!(
                "above the head stands the unit {above:?}, and nothing tells of which columns",
                "表头上方写有单位 {above:?}，但无法判断属于哪些列"
            ))
            .file(&self.file)
            .hint(say!(
                "write it into their heads, as {name}（{above}）, and take it away above",
                "请写入表头，如 {name}（{above}），并去掉上方的单位"
            ))),
            (None, _) => Ok(1.0),
        }
    }

    /// Numbers in the usual unit, whatever unit the head tells.
    fn bounded(&self, column: usize, most: f64, too_many: Text) -> Result<Numbers> {
        let mut counts = self.numbers(column, |number| (0.0..=most).contains(&number))?;
        for (row, number) in counts.0.iter().enumerate().filter_map(|(row, number)| Some((row, (*number)?))) {
            let name = &self.columns[column];
            let problem = if number < 0.0 {
                say!("`{name}` is {number}, and there cannot be fewer than 0", "`{name}` 是 {number}，不能小于 0")
            } else if number > most {
                {
                    let text = self.rows[row].cells.get(column);
                    Text {
                        en: format!("`{name}` is {text}, {}", too_many.en),
                        zh: format!("`{name}` 是 {text}，{}", too_many.zh),
                    }
                }
            } else {
                continue;
            };
            return Err(self
                .error(&self.rows[row], problem)
                .hint(say!("correct or remove the line", "请更正或删除该行")));
        }
        let factor = self.factor(column)?;
        counts.0.iter_mut().flatten().for_each(|number| *number *= factor);
        Ok(counts)
    }

    /// Text in a column; none where the cell is empty or the column is not there.
    pub fn text<'a>(&self, record: &'a Record, column: Option<usize>) -> Option<&'a str> {
        Some(record.cells.get(column?)).filter(|text| !text.is_empty())
    }
}

/// Columns of coordinates that the user named, and the setting in which they can be.
#[derive(Debug, Clone, Copy, Default)]
pub struct GivenColumns<'a> {
    /// That of longitudes.
    pub lon: Option<&'a str>,
    /// That of latitudes.
    pub lat: Option<&'a str>,
    /// Where both can be named, if they can.
    pub setting: Option<Setting>,
}

/// Where a file keeps its records' coordinates, and in which system they are.
#[derive(Debug, Clone)]
pub struct Coordinates {
    place: Place,
    datum: Datum,
    projection: Option<Projection>,
}

/// Where coordinates stand.
#[derive(Debug, Clone)]
enum Place {
    /// In the format's own geometry.
    Geometry,
    /// In two columns: eastward and northward.
    Columns(Numbers, Numbers),
    /// In one column that holds `lng,lat`, as AMap writes it.
    Pair(usize),
}

/// Coordinates that are no degrees are smaller, in metres.
const FARTHEST: f64 = 1e9;

/// A system is not used farther from its centre, in degrees.
const FAR_OFF: f64 = 10.0;

impl Coordinates {
    /// Finds out where a file keeps its coordinates.
    ///
    /// # Errors
    /// If nothing looks like coordinates, a column that was named is not there, or the file tells another system itself.
    pub fn find(records: &Records, given: GivenColumns<'_>, datum: Datum) -> Result<Self> {
        let named = |name: Option<&str>| name.map(|name| records.named_column(name)).transpose();
        let (given_lon, given_lat) = (named(given.lon)?, named(given.lat)?);
        if given_lon.is_none() && given_lat.is_none() && records.rows.iter().any(|row| row.geometry.is_some()) {
            return Self::of_geometries(records, datum);
        }
        let projection = projection(datum)?;
        let lon = given_lon.or_else(|| records.find(Meaning::Lon));
        let lat = given_lat.or_else(|| records.find(Meaning::Lat));
        let place = match (lon.zip(lat), records.find(Meaning::Pair)) {
            (Some((lon, lat)), _) => {
                let most = |degrees: f64| if datum.is_projected() { FARTHEST } else { degrees };
                let numbers = |column, most: f64| records.numbers(column, |number: f64| number.abs() <= most);
                let (x, y) = (numbers(lon, most(180.0))?, numbers(lat, most(90.0))?);
                // China's surveyors call the way north x.
                let swapped = projection.as_ref().is_some_and(|projection| are_swapped(projection, &x, &y));
                if swapped { Place::Columns(y, x) } else { Place::Columns(x, y) }
            }
            (None, Some(pair)) => Place::Pair(pair),
            (None, None) => {
                let missing = if lon.is_none() { "lon" } else { "lat" };
                return Err(Error::new(say!("the column `{missing}` is missing", "缺少列 `{missing}`"))
                    .file(&records.file)
                    .hint(match given.setting {
                        Some(setting) => say!("call the columns of longitude and latitude lon and lat, or name them in {setting}: lon=LNG,lat=LAT", "请将经纬度列命名为 lon 和 lat，或在{setting}中指明：lon=LNG,lat=LAT"),
                        None => say!("call the columns of longitude and latitude lon and lat", "请将经纬度列命名为 lon 和 lat"),
                    }));
            }
        };
        Ok(Self { place, datum, projection })
    }

    /// Those of a file's geometries.
    ///
    /// # Errors
    /// If the file tells another system itself.
    pub fn of_geometries(records: &Records, datum: Datum) -> Result<Self> {
        if datum.is_projected() && !matches!(records.system, System::Untold) {
            return Err(Error::new(say!(
                "it tells its coordinate system itself, and {datum} was given besides",
                "文件自带坐标系，另外又指定了 {datum}"
            ))
            .file(&records.file)
            .hint(say!("leave the coordinate system out", "请去掉指定的坐标系")));
        }
        Ok(Self { place: Place::Geometry, datum, projection: projection(datum)? })
    }

    /// Whether a file has something that looks like coordinates, right or wrong.
    pub fn are_in(records: &Records) -> bool {
        records.rows.iter().any(|row| row.geometry.is_some())
            || [Meaning::Lon, Meaning::Lat, Meaning::Pair].iter().any(|meaning| records.find(*meaning).is_some())
    }

    /// Whether a row has any.
    pub fn are_told(&self, records: &Records, row: usize) -> bool {
        match &self.place {
            Place::Geometry => records.rows[row].geometry.is_some(),
            Place::Columns(x, y) => x.of(row).is_some() || y.of(row).is_some(),
            Place::Pair(column) => records.text(&records.rows[row], Some(*column)).is_some(),
        }
    }

    /// The geometry of a row in WGS-84.
    ///
    /// # Errors
    /// If the coordinates are missing, are no numbers, or lie off the globe.
    pub fn of(&self, records: &Records, row: usize) -> Result<Geometry<f64>> {
        let geometry = self.as_given(records, row)?;
        let record = &records.rows[row];
        let off_the_globe =
            |geometry: &Geometry<f64>| geo::CoordsIter::coords_iter(geometry).find(|at| !is_on_globe(*at));
        if let Some(projection) = &self.projection {
            return projected(&geometry, projection).map_err(|off| {
                records
                    .error(
                        record,
                        say!(
                            "its coordinates {}, {} lie outside of {}",
                            "其坐标 {}, {} 超出 {} 的范围",
                            off.x,
                            off.y,
                            self.datum
                        ),
                    )
                    .hint(say!("check the coordinate system", "请检查坐标系"))
            });
        }
        if let Some(off) = off_the_globe(&geometry) {
            let are_metres = off.x.abs().max(off.y.abs()) > 1000.0;
            return Err(records.error(record, say!("its coordinates {}, {} are out of range", "其坐标 {}, {} 超出范围", off.x, off.y)).hint(
                match are_metres {
                    true => {
                        say!("they seem to be metres: give longitude and latitude, or the coordinate system, as EPSG:4547", "看来是以米为单位：请给出经纬度，或坐标系，如 EPSG:4547")
                    }
                    false => say!("give longitude and latitude in degrees, in this order", "请按顺序给出以度为单位的经度、纬度"),
                },
            ));
        }
        if self.datum == Datum::Wgs84 {
            return Ok(geometry);
        }
        Ok(geo::MapCoords::map_coords(&geometry, |c| self.datum.to_wgs84(c)))
    }

    fn as_given(&self, records: &Records, row: usize) -> Result<Geometry<f64>> {
        let record = &records.rows[row];
        let missing = || {
            records
                .error(record, say!("it has no coordinates", "没有坐标"))
                .hint(say!("fill them in or remove the line", "请补全或删除该行"))
        };
        match &self.place {
            Place::Geometry => record.geometry.as_deref().cloned().ok_or_else(missing),
            Place::Columns(x, y) => {
                let (x, y) = x.of(row).zip(y.of(row)).ok_or_else(missing)?;
                Ok(Geometry::Point(geo_types::Point::new(x, y)))
            }
            Place::Pair(column) => {
                let text = records.text(record, Some(*column)).ok_or_else(missing)?;
                let parts =
                    text.split_once(',').and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)));
                let (x, y): (f64, f64) = parts.ok_or_else(|| {
                    records
                        .error(
                            record,
                            say!(
                                "`{}` is {text:?}, not \"lng,lat\"",
                                "`{}` 是 {text:?}，不是“经度,纬度”",
                                records.columns[*column]
                            ),
                        )
                        .hint(say!("correct the line", "请更正该行"))
                })?;
                Ok(Geometry::Point(geo_types::Point::new(x, y)))
            }
        }
    }
}

fn projection(datum: Datum) -> Result<Option<Projection>> {
    match datum {
        Datum::Epsg(epsg) => epsg.projection().map(Some),
        Datum::Wgs84 | Datum::Gcj02 | Datum::Bd09 => Ok(None),
    }
}

/// Whether points lie where a system is used only with their coordinates the other way round.
fn are_swapped(projection: &Projection, x: &Numbers, y: &Numbers) -> bool {
    let is_near = |x, y| projection.off_centre(LonLat { x, y }).is_some_and(|degrees| degrees <= FAR_OFF);
    let points = || x.0.iter().zip(&y.0).filter_map(|(x, y)| Some(((*x)?, (*y)?)));
    points().filter(|(x, y)| is_near(*y, *x)).count() > points().filter(|(x, y)| is_near(*x, *y)).count()
}

/// A geometry of a coordinate system in longitude and latitude.
///
/// # Errors
/// The first point that the system does not reach.
pub fn projected(geometry: &Geometry<f64>, projection: &Projection) -> Result<Geometry<f64>, LonLat> {
    geo::MapCoords::try_map_coords(geometry, |at| projection.to_lon_lat(at).ok_or(at))
}

/// The areas of a geometry, if it has any.
pub fn into_areas(geometry: Geometry<f64>) -> Option<MultiPolygon<f64>> {
    match geometry {
        Geometry::Polygon(polygon) => Some(MultiPolygon(vec![polygon])),
        Geometry::MultiPolygon(shape) => Some(shape),
        Geometry::Rect(rect) => Some(MultiPolygon(vec![rect.to_polygon()])),
        Geometry::GeometryCollection(parts) => {
            let all: Vec<_> = parts.into_iter().filter_map(into_areas).flat_map(|shape| shape.0).collect();
            (!all.is_empty()).then_some(MultiPolygon(all))
        }
        _ => None,
    }
}

/// One point that stands for a geometry.
pub fn point_of(geometry: &Geometry<f64>) -> Option<LonLat> {
    match geometry {
        Geometry::Point(point) => Some(point.0),
        other => geo::InteriorPoint::interior_point(other).map(|point| point.0),
    }
}

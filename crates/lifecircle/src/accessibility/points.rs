//! Places that are asked about: of a list, the city's homes, its facilities of a kind, or a few coordinates.

use rayon::prelude::*;

use super::Unit;
use crate::city::City;
use crate::error::{Error, Result};
use crate::geo::{Datum, LonLat, is_on_globe};
use crate::kinds::Catalogue;
use crate::network::Snap;
use crate::reach::Places;
use crate::ready::ReadyCity;
use crate::sources::columns::Meaning;
use crate::sources::lists::{self, Part};
use crate::sources::records::{Coordinates, GivenColumns, point_of};

/// Places with their ids, and numbers of each: people, beds, jobs.
///
/// ```
/// use lifecircle::accessibility::Points;
/// let points: Points = "106.79,39.62;106.80,39.63".parse()?;
/// assert_eq!(points.ids(), ["1", "2"]);
/// # Ok::<(), lifecircle::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Points {
    ids: Vec<String>,
    at: Vec<LonLat>,
    whose: Whose,
    values: Vec<(String, Vec<f64>)>,
}

/// Whose places they are: the city knows the doors of its own.
#[derive(Debug, Clone)]
enum Whose {
    Anybodys,
    Homes,
    Facilities(Vec<u32>),
}

impl std::str::FromStr for Points {
    type Err = Error;

    /// Of coordinates as `lon,lat`, several with semicolons.
    fn from_str(text: &str) -> Result<Self> {
        let point = |text: &str| {
            let (lon, lat) = text.split_once(',')?;
            let at = LonLat { x: lon.trim().parse().ok()?, y: lat.trim().parse().ok()? };
            is_on_globe(at).then_some(at)
        };
        let at: Option<Vec<LonLat>> = text.split(';').filter(|part| !part.trim().is_empty()).map(point).collect();
        let at = at.filter(|at| !at.is_empty()).ok_or_else(|| {
            Error::new(say!("{text:?} is no longitude and latitude", "{text:?} 不是经纬度")).hint(say!(
                "write longitude,latitude in degrees, as 106.79,39.62; several with semicolons",
                "请写“经度,纬度”，如 106.79,39.62；多个以分号分隔"
            ))
        })?;
        let ids = (1..=at.len()).map(|number| number.to_string()).collect();
        Ok(Self { ids, at, whose: Whose::Anybodys, values: Vec::new() })
    }
}

impl Points {
    /// The places of a list, with the numbers of some of its columns. An area is its middle, as of a cell.
    ///
    /// # Errors
    /// If the list cannot be read, has no coordinates, or lacks a column.
    pub fn read<'a>(part: impl Into<Part<'a>>, datum: Datum, columns: &[String]) -> Result<Self> {
        let part = part.into();
        let records = lists::read(part)?;
        let coordinates = Coordinates::find(&records, GivenColumns::default(), datum)?;
        let id = records.find(Meaning::Id);
        let mut ids = Vec::with_capacity(records.rows.len());
        let mut at = Vec::with_capacity(records.rows.len());
        for (number, record) in records.rows.iter().enumerate() {
            ids.push(records.text(record, id).map_or_else(|| (number + 1).to_string(), str::to_owned));
            let point = point_of(&coordinates.of(&records, number)?);
            at.push(point.ok_or_else(|| {
                records.error(record, say!("its geometry is empty", "其几何是空的")).hint(say!("remove it", "请删除"))
            })?);
        }
        let column = |name: &String| {
            let numbers = records.sizes(records.named_column(name)?)?;
            Ok((name.clone(), (0..records.rows.len()).map(|row| numbers.of(row).unwrap_or_default()).collect()))
        };
        let values = columns.iter().map(column).collect::<Result<_>>()?;
        if at.is_empty() {
            return Err(Error::new(say!("it has no rows", "没有数据行"))
                .file(part.path)
                .hint(say!("give a list of places", "请给出地点名录")));
        }
        Ok(Self { ids, at, whose: Whose::Anybodys, values })
    }

    /// All homes, with their `residents`.
    pub fn homes(city: &City) -> Self {
        Self {
            ids: city.homes.iter().map(|home| home.id.clone()).collect(),
            at: city.homes.iter().map(|home| home.at).collect(),
            whose: Whose::Homes,
            values: vec![("residents".to_owned(), city.homes.iter().map(|home| home.residents).collect())],
        }
    }

    /// All facilities of a kind of the catalogue, with their `capacity` and `area` where known.
    ///
    /// # Errors
    /// If there is no such kind, or the city has none.
    pub fn of_kind(city: &City, kind: &str) -> Result<Self> {
        let catalogue = Catalogue::built_in();
        let index = catalogue.kinds.iter().position(|other| other.id == kind).ok_or_else(|| {
            let alike =
                catalogue.kinds.iter().max_by(|a, b| strsim::jaro(&a.id, kind).total_cmp(&strsim::jaro(&b.id, kind)));
            Error::not_found(say!(
                "there is no file {kind:?}, and no kind of facilities of that name",
                "没有文件 {kind:?}，也没有此类设施"
            ))
            .hint(say!(
                "did you mean {}? `lifecircle standards kinds` lists them",
                "是否指 {}？类别见 `lifecircle standards kinds`",
                alike.map(|kind| kind.id.as_str()).unwrap_or_default()
            ))
        })?;
        let is_of = |facility: &crate::city::Facility| catalogue.kinds_of(facility).contains(&index);
        let all: Vec<u32> = (0..city.facilities.len() as u32)
            .into_par_iter()
            .filter(|one| is_of(&city.facilities[*one as usize]))
            .collect();
        if all.is_empty() {
            return Err(Error::not_found(say!(
                "the city has no facility of the kind {kind}",
                "城市中没有类别为 {kind} 的设施"
            ))
            .hint(say!(
                "`lifecircle facilities` lists the kinds that it has",
                "本市有的类别见 `lifecircle facilities`"
            )));
        }
        let each = || all.iter().map(|one| &city.facilities[*one as usize]);
        let values = vec![
            ("capacity".to_owned(), each().map(|facility| facility.capacity.unwrap_or_default()).collect()),
            ("area".to_owned(), each().map(|facility| facility.area.unwrap_or_default()).collect()),
        ];
        Ok(Self {
            ids: each().map(|facility| facility.id.clone()).collect(),
            at: each().map(|facility| facility.at).collect(),
            values,
            whose: Whose::Facilities(all),
        })
    }

    /// Their ids; of a list its column of ids, or the numbers of its rows.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Where they are.
    pub fn at(&self) -> &[LonLat] {
        &self.at
    }

    /// The numbers of a column.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn value(&self, column: &str) -> Result<&[f64]> {
        let found = self.values.iter().find(|(name, _)| name == column).map(|(_, values)| values.as_slice());
        found.ok_or_else(|| {
            let known: Vec<&str> = self.values.iter().map(|(name, _)| name.as_str()).collect();
            Error::not_found(say!("these places have no column `{column}`", "这些地点没有列 `{column}`")).hint(
                if known.is_empty() {
                    say!("give a list that has it", "请给出含此列的名录")
                } else {
                    say!("they have {}", "现有列：{}", known.join(", "))
                },
            )
        })
    }

    /// Where each joins the streets: the city's own by their doors, others by the nearest street.
    pub(super) fn places<C: Unit>(&self, ready: &ReadyCity) -> Places<C> {
        match &self.whose {
            Whose::Homes => C::searched(ready).homes().as_ref().clone(),
            Whose::Facilities(all) => {
                let doors = C::searched(ready).facilities();
                all.iter().map(|facility| doors.doors(*facility as usize).to_vec()).collect()
            }
            Whose::Anybodys => {
                let snaps: Vec<Option<Snap>> = self.at.par_iter().map(|at| ready.snap(*at).ok()).collect();
                snaps.into_iter().map(|snap| snap.map(|snap| C::snap(ready, &snap))).collect()
            }
        }
    }

    /// How many have no street near.
    pub fn without_street(&self, ready: &ReadyCity) -> usize {
        let places = self.places::<crate::network::Millis>(ready);
        (0..places.len()).filter(|place| places.doors(*place).is_empty()).count()
    }
}

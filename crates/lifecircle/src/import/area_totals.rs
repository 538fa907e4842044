//! Totals of communities or administrative areas, as offices hold them: a table of names and residents, without coordinates.
//!
//! Each row is joined by its id or name to the user's communities, or to the boundaries of the extract, and its people are shared
//! among the homes there as they were estimated.

use std::collections::HashMap;
use std::path::PathBuf;

use geo_types::MultiPolygon;

use super::area::Area;
use super::area_index::AreaIndex;
use super::homes::Estimate;
use super::note;
use super::people::Counted;
use crate::city::{Ages, Basis, Community, Home, Note};
use crate::error::{Error, Result};
use crate::geo::polygon;
use crate::setting::Setting;
use crate::sources::records::{Coordinates, GivenColumns, Records};

/// What columns of the names and ids of areas are called.
const NAMES: [&str; 11] =
    ["name", "名称", "社区", "社区名称", "community", "街道", "所属街道", "乡镇", "municipality", "area", "区"];
const IDS: [&str; 6] = ["id", "code", "adcode", "编号", "代码", "osm_id"];

/// How many of the names that were not found a sentence tells.
const TOLD: usize = 5;

/// Totals of areas.
#[derive(Debug)]
pub struct AreaTotals {
    file: PathBuf,
    rows: Vec<AreaTotal>,
}

/// The total of an area.
#[derive(Debug, Clone)]
struct AreaTotal {
    id: String,
    name: String,
    residents: f64,
    ages: Ages,
}

impl AreaTotals {
    /// Reads totals, if the records have names or ids and no coordinates.
    pub(super) fn read(records: &Records, column: Option<&str>) -> Result<Option<Self>> {
        let (name, id) = (records.column(&NAMES), records.column(&IDS));
        let has_place = records.rows.iter().any(|row| row.geometry.is_some())
            || Coordinates::find(records, GivenColumns::default()).is_ok();
        if has_place || name.is_none() && id.is_none() {
            return Ok(None);
        }
        let counted = Counted::read(records, column)?;
        let mut rows = Vec::with_capacity(records.rows.len());
        for (number, record) in records.rows.iter().enumerate() {
            let (residents, ages) = counted.of(records, number)?;
            let text = |column| records.text(record, column).unwrap_or_default().to_owned();
            rows.push(AreaTotal { id: text(id), name: text(name), residents, ages });
        }
        Ok(Some(Self { file: records.file.clone(), rows }))
    }

    /// Shares the totals among the homes as they were estimated. Homes in no area of the table keep their estimate.
    pub(super) fn settle(
        &self,
        estimate: Estimate,
        areas: &[Area<'_>],
        communities: Option<&[Community]>,
        notes: &mut Vec<Note>,
    ) -> Result<Vec<Home>> {
        let known = Known::new(areas, communities);
        let (found, missed): (Vec<_>, Vec<_>) =
            self.rows.iter().map(|row| (row, known.find(row))).partition(|(_, area)| area.is_some());
        let names = |rows: &[(&AreaTotal, Option<usize>)]| {
            let names = rows.iter().take(TOLD).map(|(row, _)| if row.name.is_empty() { &*row.id } else { &*row.name });
            names.collect::<Vec<_>>().join(", ")
        };
        if found.is_empty() {
            return Err(Error::new(format!("none of its areas is known: {} …", names(&missed))).file(&self.file).hint(
                format!("give {} that have these names or ids, or add coordinates to the table", Setting::Communities),
            ));
        }
        if !missed.is_empty() {
            let people: f64 = missed.iter().map(|(row, _)| row.residents).sum();
            let (count, names) = (missed.len(), names(&missed));
            notes.push(note(
                format!("{count} areas of the population table ({people:.0} residents) are not known and were left out: {names}. Give {} that have these names.", Setting::Communities),
                format!("人口表中有 {count} 个地区（{people:.0} 人）无法对应，未计入：{names}。请提供含这些名称的{}。", Setting::Communities),
            ));
        }
        let mut homes = estimate.homes;
        let mut members = vec![Vec::new(); known.shapes.len()];
        let index = AreaIndex::new(known.shapes.iter().copied());
        for (number, home) in homes.iter().enumerate() {
            index.all_containing(home.at).for_each(|area| members[area].push(number));
        }
        let mut found: Vec<(&AreaTotal, usize)> =
            found.into_iter().filter_map(|(row, area)| Some((row, area?))).collect();
        // The smallest areas first; a larger one that has a total too has it for what they leave.
        found.sort_by(|a, b| polygon::area(known.shapes[a.1]).total_cmp(&polygon::area(known.shapes[b.1])));
        let mut given = vec![false; homes.len()];
        let mut nobody = Vec::new();
        for (row, area) in found {
            let free: Vec<usize> = members[area].iter().copied().filter(|home| !given[*home]).collect();
            let known: f64 = members[area].iter().filter(|home| given[**home]).map(|home| homes[*home].residents).sum();
            let weight: f64 = free.iter().map(|home| homes[*home].residents).sum();
            let residents = (row.residents - known).max(0.0);
            if weight <= 0.0 {
                nobody.push((row, Some(area)));
                continue;
            }
            for home in free {
                let share = homes[home].residents / weight;
                homes[home].residents = residents * share;
                let of_group = |people: Option<f64>| people.map(|people| people * share);
                homes[home].ages = Ages { children: of_group(row.ages.children), elderly: of_group(row.ages.elderly) };
                homes[home].basis = Basis::Total;
                given[home] = true;
            }
        }
        if !nobody.is_empty() {
            let people: f64 = nobody.iter().map(|(row, _)| row.residents).sum();
            let (count, names) = (nobody.len(), names(&nobody));
            notes.push(note(
                format!("{count} areas of the population table ({people:.0} residents) have no street or building in the extract and were left out: {names}."),
                format!("人口表中有 {count} 个地区（{people:.0} 人）在数据中没有街道或建筑，未计入：{names}。"),
            ));
        }
        let outside = given.iter().filter(|given| !**given).count();
        if outside > 0 {
            notes.push(note(
                format!("{outside} homes lie in no area of the population table; their residents are estimated."),
                format!("{outside} 个居住点不在人口表的任何地区内，其居民人数为估算。"),
            ));
        }
        homes.retain(|home| home.residents > 0.0);
        Ok(homes)
    }
}

/// Areas by their ids and names.
struct Known<'a> {
    shapes: Vec<&'a MultiPolygon<f64>>,
    by_key: HashMap<String, usize>,
}

impl<'a> Known<'a> {
    fn new(areas: &'a [Area<'_>], communities: Option<&'a [Community]>) -> Self {
        let mut known = Self { shapes: Vec::new(), by_key: HashMap::new() };
        for community in communities.unwrap_or_default() {
            known.add(&community.shape, [community.id.as_str(), &community.name.local, &community.name.en].into_iter());
        }
        let boundaries = areas.iter().filter(|area| area.tag("boundary") == Some("administrative"));
        for area in boundaries.filter(|_| communities.is_none()) {
            let names = area.tags.iter().filter(|(key, _)| {
                key == "name"
                    || key.starts_with("name:")
                    || matches!(key.as_str(), "ref" | "official_name" | "alt_name")
            });
            known.add(&area.shape, std::iter::once(area.id.as_str()).chain(names.map(|(_, name)| name.as_str())));
        }
        known
    }

    /// Of two areas of one name the first stays.
    fn add<'k>(&mut self, shape: &'a MultiPolygon<f64>, keys: impl Iterator<Item = &'k str>) {
        for key in keys.map(plain).filter(|key| !key.is_empty()) {
            self.by_key.entry(key).or_insert(self.shapes.len());
        }
        self.shapes.push(shape);
    }

    fn find(&self, row: &AreaTotal) -> Option<usize> {
        [&row.id, &row.name].into_iter().find_map(|key| self.by_key.get(&plain(key)).copied())
    }
}

/// A name without case and blanks.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

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
use crate::sources::columns::Meaning;
use crate::sources::records::{Coordinates, Records, RowPlace};
use crate::text::Text;

/// Which columns name areas, the likeliest first.
const NAMES: [Meaning; 4] = [Meaning::Name, Meaning::Community, Meaning::Subdistrict, Meaning::District];

/// Ids beside names have at least so many signs.
const SHORTEST_ID: usize = 4;

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
    /// The subdistrict or district that it belongs to, where the table tells it.
    parent: String,
    place: RowPlace,
    residents: f64,
    ages: Ages,
}

/// People one by one, put together by the area that each tells, in the order of the first of each. Their ids are those of persons.
fn by_area(persons: Vec<AreaTotal>) -> Vec<AreaTotal> {
    let mut areas: Vec<AreaTotal> = Vec::new();
    let mut number: HashMap<(String, String), usize> = HashMap::new();
    let sum = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a + b);
    for person in persons {
        let known = *number.entry((person.name.clone(), person.parent.clone())).or_insert(areas.len());
        match areas.get_mut(known) {
            None => areas.push(AreaTotal { id: String::new(), ..person }),
            Some(area) => {
                area.residents += person.residents;
                area.ages = Ages {
                    children: sum(area.ages.children, person.ages.children),
                    elderly: sum(area.ages.elderly, person.ages.elderly),
                };
            }
        }
    }
    areas
}

impl AreaTotals {
    /// Reads totals, if the records have names or ids and no coordinates.
    pub(super) fn read(records: &Records, column: Option<&str>) -> Result<Option<Self>> {
        let [own, others @ ..] = NAMES;
        let areas = || others.iter().find_map(|meaning| records.find(*meaning));
        // A list of persons has their names, too.
        let are_persons = records.find(Meaning::Residents).is_none() && records.find(Meaning::Age).is_some();
        let name =
            if are_persons { areas() } else { records.find(own).or_else(areas).or_else(|| records.column(&["area"])) };
        let id = records.find(Meaning::Id).filter(|_| !are_persons);
        if Coordinates::are_in(records) || name.is_none() && id.is_none() {
            return Ok(None);
        }
        let counted = Counted::read(records, column)?;
        let parents = [Meaning::Subdistrict, Meaning::District].map(|meaning| records.find(meaning));
        let parent = parents.into_iter().flatten().find(|parent| Some(*parent) != name);
        let mut rows = Vec::with_capacity(records.rows.len());
        // An empty cell is not known, and no zero.
        for (number, record) in records.rows.iter().enumerate().filter(|(number, _)| counted.tells(*number)) {
            let (residents, ages) = counted.of(records, number)?;
            let text = |column| records.text(record, column).unwrap_or_default().to_owned();
            let (id, name, parent) = (text(id), text(name), text(parent));
            rows.push(AreaTotal { id, name, parent, place: record.place, residents, ages });
        }
        if matches!(counted, Counted::Persons(_)) {
            if let Some(nameless) = rows.iter().find(|row| row.name.is_empty()) {
                return Err(Error::new(say!("a person has no community", "有人没有所属社区"))
                    .file(&records.file)
                    .place(nameless.place.told())
                    .hint(say!("fill it in, or remove the line", "请补全，或删除该行")));
            }
            rows = by_area(rows);
        }
        if rows.iter().all(|row| row.residents == 0.0) {
            return Err(Counted::nobody(records));
        }
        Ok(Some(Self { file: records.file.clone(), rows }))
    }

    fn error(&self, row: &AreaTotal, problem: Text) -> Error {
        Error::new(problem).file(&self.file).place(row.place.told()).hint(say!(
            "give each area once, with a column of its subdistrict, or its id, where two have one name",
            "每个区域只写一次；同名的请加上所属街道列或编号"
        ))
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
        let joined = self.join(&known, notes)?;
        let mut homes = estimate.homes;
        let index = AreaIndex::new(joined.iter().map(|(_, area)| known.shapes[*area]));
        let mut members = vec![Vec::new(); joined.len()];
        for (number, home) in homes.iter().enumerate() {
            index.all_containing(home.at).for_each(|area| members[area].push(number));
        }
        let mut given = vec![false; homes.len()];
        let mut nobody = Vec::new();
        for ((row, _), members) in joined.iter().zip(&members) {
            if !row.share(members, &mut homes, &mut given) {
                nobody.push(*row);
            }
        }
        if !nobody.is_empty() {
            let (count, people, names) = told(&nobody);
            notes.push(note(
                format!("{count} areas of the population table ({people:.0} residents) have no street or building in the extract and were left out: {names}."),
                format!("人口表中有 {count} 个地区（{people:.0} 人）在数据中没有道路或建筑，未计入：{names}。"),
            ));
        }
        let outside = given.iter().filter(|given| !**given).count();
        if outside > 0 {
            notes.push(note(
                format!(
                    "{outside} homes have their residents from no area of the population table; they are estimated."
                ),
                format!("{outside} 个居住点的居民人数未由人口表给出，为估算。"),
            ));
        }
        homes.retain(|home| home.residents > 0.0);
        Ok(homes)
    }

    /// The rows whose areas are known, with these areas, the smallest first: a larger one that has a total too has it for what they
    /// leave.
    fn join(&self, known: &Known<'_>, notes: &mut Vec<Note>) -> Result<Vec<(&AreaTotal, usize)>> {
        let (mut joined, mut missed) = (Vec::with_capacity(self.rows.len()), Vec::new());
        let mut taken: HashMap<usize, &AreaTotal> = HashMap::new();
        for row in &self.rows {
            let Some(area) = known.find(row).map_err(|problem| self.error(row, problem))? else {
                missed.push(row);
                continue;
            };
            if let Some(other) = taken.insert(area, row) {
                return Err(self.error(
                    row,
                    Text {
                        en: format!("it is of the same area as {}", other.place),
                        zh: format!("它与{}属于同一区域", other.place.told().zh),
                    },
                ));
            }
            joined.push((row, area));
        }
        let set = Setting::Communities;
        let (count, people, names) = told(&missed);
        if joined.is_empty() {
            return Err(Error::new(say!("none of its areas is known: {names} …", "所列区域均无法识别：{names} …"))
                .file(&self.file)
                .hint(say!(
                    "give {set} that have these names or ids, or add coordinates to the table",
                    "请给出含这些名称或编号的{set}，或在表中加上坐标"
                )));
        }
        if count > 0 {
            notes.push(note(
                format!("{count} areas of the population table ({people:.0} residents) are not known and were left out: {names}. Give {set} that have these names."),
                format!("人口表中有 {count} 个地区（{people:.0} 人）无法对应，未计入：{names}。请提供含这些名称的{set}。"),
            ));
        }
        joined.sort_by(|a, b| known.sizes[a.1].total_cmp(&known.sizes[b.1]));
        Ok(joined)
    }
}

impl AreaTotal {
    /// Shares the total among the homes of its area that have none yet; whether there is any home at all.
    fn share(&self, members: &[usize], homes: &mut [Home], given: &mut [bool]) -> bool {
        let (parts, free): (Vec<usize>, Vec<usize>) = members.iter().copied().partition(|home| given[*home]);
        let weight: f64 = free.iter().map(|home| homes[*home].residents).sum();
        let known: f64 = parts.iter().map(|home| homes[*home].residents).sum();
        let residents = self.residents - known;
        if weight <= 0.0 || residents <= 0.0 {
            // Where its parts have all of it, what lies between them keeps its estimate.
            return weight > 0.0 || known > 0.0;
        }
        // What the parts have is taken off; where theirs is not known, neither is what is left.
        let left = |whole: Option<f64>, of: fn(&Ages) -> Option<f64>| {
            let parts = parts.iter().map(|home| of(&homes[*home].ages)).sum::<Option<f64>>();
            whole.zip(parts).map(|(whole, parts)| (whole - parts).clamp(0.0, residents))
        };
        let children = left(self.ages.children, |ages| ages.children);
        let elderly = left(self.ages.elderly, |ages| ages.elderly);
        for home in free {
            let share = homes[home].residents / weight;
            let of_group = |people: Option<f64>| people.map(|people| people * share);
            homes[home].residents = residents * share;
            homes[home].ages = Ages { children: of_group(children), elderly: of_group(elderly) };
            homes[home].basis = Basis::Total;
            given[home] = true;
        }
        true
    }
}

/// How many rows, with how many residents, and the first of their names.
fn told(rows: &[&AreaTotal]) -> (usize, f64, String) {
    let names = rows.iter().take(TOLD).map(|row| if row.name.is_empty() { &*row.id } else { &*row.name });
    (rows.len(), rows.iter().map(|row| row.residents).sum(), names.collect::<Vec<_>>().join(", "))
}

/// Areas by their ids and names.
struct Known<'a> {
    shapes: Vec<&'a MultiPolygon<f64>>,
    /// Square metres of each.
    sizes: Vec<f64>,
    /// The subdistrict and district of each.
    parents: Vec<Vec<String>>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
    /// Whether of areas of one name the smallest is meant: boundaries of several levels.
    has_levels: bool,
}

impl<'a> Known<'a> {
    fn new(areas: &'a [Area<'_>], communities: Option<&'a [Community]>) -> Self {
        let mut known = Self {
            shapes: Vec::new(),
            sizes: Vec::new(),
            parents: Vec::new(),
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            has_levels: communities.is_none(),
        };
        for community in communities.unwrap_or_default() {
            let names =
                [&community.name, &community.subdistrict, &community.district].map(|name| [&*name.local, &*name.en]);
            let parents = names[1..].iter().flatten().map(|name| plain(name)).collect();
            known.add(&community.shape, &community.id, names[0].into_iter(), parents);
        }
        let boundaries = areas.iter().filter(|area| area.tag("boundary") == Some("administrative"));
        for area in boundaries.filter(|_| communities.is_none()) {
            let names = area.tags.iter().filter(|(key, _)| {
                key == "name" || key.starts_with("name:") || matches!(key.as_str(), "official_name" | "alt_name")
            });
            known.add(&area.shape, &area.id, names.map(|(_, name)| name.as_str()), Vec::new());
        }
        known
    }

    fn add<'k>(
        &mut self,
        shape: &'a MultiPolygon<f64>,
        id: &str,
        names: impl Iterator<Item = &'k str>,
        parents: Vec<String>,
    ) {
        let number = self.shapes.len();
        self.by_id.entry(plain(id)).or_insert(number);
        for name in names.map(plain).filter(|name| !name.is_empty()) {
            let areas = self.by_name.entry(name).or_default();
            if areas.last() != Some(&number) {
                areas.push(number);
            }
        }
        self.shapes.push(shape);
        self.sizes.push(polygon::area(shape));
        self.parents.push(parents);
    }

    /// The area of a row: by its name, and by its id where nothing has that name.
    fn find(&self, row: &AreaTotal) -> std::result::Result<Option<usize>, Text> {
        let by_id = || self.by_id.get(&plain(&row.id)).copied();
        let Some(named) = self.by_name.get(&plain(&row.name)).filter(|_| !row.name.is_empty()) else {
            // A short number beside a name that nothing has counts the rows, and is no id.
            let is_id = row.name.is_empty() || row.id.chars().count() >= SHORTEST_ID;
            return Ok(if is_id { by_id() } else { None });
        };
        let parent = plain(&row.parent);
        let is_of_parent = |area: &usize| self.parents[*area].contains(&parent);
        let of_parent: Vec<usize> = named.iter().copied().filter(is_of_parent).collect();
        let candidates = if of_parent.is_empty() { named.clone() } else { of_parent };
        match candidates.as_slice() {
            [one] => Ok(Some(*one)),
            several => match by_id().filter(|area| several.contains(area)) {
                Some(area) => Ok(Some(area)),
                None if self.has_levels => {
                    Ok(several.iter().copied().min_by(|a, b| self.sizes[*a].total_cmp(&self.sizes[*b])))
                }
                None => Err(say!("{} areas are called {}", "有 {} 个区域名为 {}", several.len(), row.name)),
            },
        }
    }
}

/// A name without case and blanks.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

//! Communities: from the user's own boundaries, or from the extract's administrative ones.

use super::area::Area;
use super::area_index::AreaIndex;
use super::facilities;
use super::note;
use crate::city::{Community, Home, Name, Note};
use crate::error::{Error, Result};
use crate::geo::{Datum, polygon};
use crate::setting::Setting;
use crate::sources::columns::Meaning;
use crate::sources::lists::{self, Part};
use crate::sources::records::{Coordinates, into_areas};

/// Which of the extract's administrative levels are the communities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminLevel {
    /// The deepest whose areas hold at least half of the homes.
    Deepest,
    /// This one.
    Level(u8),
}

/// Reads communities from GeoJSON or GeoPackage areas.
///
/// # Errors
/// If the file cannot be read or a feature is no area.
pub fn read_communities<'a>(part: impl Into<Part<'a>>, datum: Datum) -> Result<Vec<Community>> {
    let part = part.into();
    let records = lists::read(part)?;
    let coordinates = Coordinates::of_geometries(&records, datum)?;
    let id = records.find(Meaning::Id);
    let local = records.find(Meaning::Name).or_else(|| records.find(Meaning::Community));
    let english = records.find(Meaning::EnglishName);
    let subdistrict = records.find(Meaning::Subdistrict);
    let district = records.find(Meaning::District);
    let unit = records.find(Meaning::Unit);
    let mut communities = Vec::with_capacity(records.rows.len());
    for (number, record) in records.rows.iter().enumerate() {
        let geometry = coordinates.of(&records, number)?;
        let shape = into_areas(geometry).ok_or_else(|| {
            records
                .error(record, say!("its geometry is not an area", "其几何不是面"))
                .hint(say!("give polygons of communities", "请给出社区的多边形"))
        })?;
        let text = |column| records.text(record, column).unwrap_or_default().to_owned();
        let mut name = Name { local: text(local), en: text(english) };
        if name == Name::default() {
            name = Name { local: format!("社区 {}", number + 1), en: format!("Community {}", number + 1) };
        }
        communities.push(Community {
            id: records.text(record, id).map_or_else(|| format!("community:{}", number + 1), str::to_owned),
            name,
            subdistrict: Name { local: text(subdistrict), en: String::new() },
            district: Name { local: text(district), en: String::new() },
            unit: Name { local: text(unit), en: String::new() },
            shape,
        });
    }
    if communities.is_empty() {
        return Err(Error::new(say!("it holds no areas", "其中没有面"))
            .file(part.path)
            .hint(say!("give polygons of communities", "请给出社区的多边形")));
    }
    Ok(communities)
}

/// The extract's administrative areas of one level, with those above them.
pub(super) fn from_boundaries(areas: &[Area<'_>], homes: &[Home], wanted: AdminLevel) -> Vec<Community> {
    let mut levels: Vec<(u8, Vec<&Area<'_>>)> = Vec::new();
    for area in areas.iter().filter(|area| area.tag("boundary") == Some("administrative")) {
        let Some(level) = area.tag("admin_level").and_then(|text| text.parse().ok()) else { continue };
        match levels.iter_mut().find(|(known, _)| *known == level) {
            Some((_, members)) => members.push(area),
            None => levels.push((level, vec![area])),
        }
    }
    levels.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
    let chosen = levels.iter().position(|(level, members)| match wanted {
        AdminLevel::Level(asked) => *level == asked,
        AdminLevel::Deepest => {
            let index = AreaIndex::new(members.iter().map(|area| &area.shape));
            let inside = homes.iter().filter(|home| index.containing(home.at).is_some()).count();
            members.len() > 1 && inside * 2 >= homes.len()
        }
    });
    let Some(chosen) = chosen else { return Vec::new() };
    let above = &levels[chosen + 1..];
    let mut communities: Vec<Community> = levels[chosen]
        .1
        .iter()
        .map(|area| {
            let inner = polygon::inner_point(&area.shape);
            let mut parents = above.iter().filter(|(level, _)| *level > 4).filter_map(|(_, members)| {
                let parent =
                    members.iter().find(|parent| inner.is_some_and(|point| polygon::contains(&parent.shape, point)))?;
                Some(facilities::name(parent.tags))
            });
            let mut name = facilities::name(area.tags);
            if name == Name::default() {
                name.local = area.id.clone();
            }
            Community {
                id: area.id.clone(),
                name,
                subdistrict: parents.next().unwrap_or_default(),
                district: parents.next().unwrap_or_default(),
                unit: Name::default(),
                shape: area.shape.clone(),
            }
        })
        .collect();
    communities.sort_by(|a, b| a.id.cmp(&b.id));
    communities
}

/// Tells every home its community; returns how many homes lie in none.
pub(super) fn assign(homes: &mut [Home], communities: &[Community]) -> usize {
    let index = AreaIndex::new(communities.iter().map(|community| &community.shape));
    for home in homes.iter_mut() {
        home.community = index.containing(home.at).map(|community| community as u32);
    }
    homes.iter().filter(|home| home.community.is_none()).count()
}

/// Tells the user what is missing of the communities.
pub(super) fn tell(given: bool, communities: &[Community], outside: usize, homes: &[Home], notes: &mut Vec<Note>) {
    if communities.is_empty() {
        notes.push(note(
            format!("The extract has no complete administrative boundaries within it, so there are no results by community; give {} to get them.", Setting::Communities),
            format!("数据中没有完整的行政区划边界，因此没有分社区的结果；请提供{}。", Setting::Communities),
        ));
    } else if outside > 0 {
        let own = Setting::Communities;
        let whose = if given { own.to_string() } else { "the extract".to_owned() };
        notes.push(note(
            format!("{outside} of {} homes lie in none of the areas of {whose}; they count for the city only. Give {own} that cover them to count them there.", homes.len()),
            format!("{} 个居住点中有 {outside} 个不在任何社区内，只计入全市；如需分社区统计，请提供覆盖它们的{own}。", homes.len()),
        ));
    }
}

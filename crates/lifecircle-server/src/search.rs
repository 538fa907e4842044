//! Finding what is called something: facilities, streets, communities and places of a city, by the beginning or any part of a
//! name in Chinese or English, by pinyin, or by its initials.
//!
//! All names lie in one text, one form a line, so that a search is one pass over memory. It knows nothing of HTTP.

use std::collections::BTreeMap;

use geo_types::Geometry;
use lifecircle::city::{City, MapKind, Name};
use lifecircle::geo::LonLat;
use lifecircle::geo::polygon::inner_point;
use memchr::memmem;
use pinyin::{ToPinyin, ToPinyinMulti};
use schemars::JsonSchema;
use serde::Serialize;

/// What a thing that was found is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// A community.
    Community,
    /// A town, suburb or neighbourhood.
    Place,
    /// A facility.
    Facility,
    /// A street.
    Street,
    /// Water or a park.
    Nature,
}

/// Something with a name.
#[derive(Debug)]
pub struct Entry {
    /// What it is.
    pub found: Found,
    /// Its number among the city's facilities, communities, roads or features of the map.
    pub number: u32,
    /// Its name.
    pub name: Name,
    /// Where it is.
    pub at: LonLat,
}

/// All names of a city.
#[derive(Debug)]
pub struct Names {
    entries: Vec<Entry>,
    /// Each form of each name between line ends.
    text: String,
    /// Where the lines of each entry begin.
    starts: Vec<u32>,
}

/// No name is tried in more readings; signs with several are rare, and rarely more than two stand in one name.
const MOST_READINGS: usize = 8;

/// Matches that are looked at before the best are taken.
const MOST_MATCHES: usize = 2000;

/// How well a name matches; the least is the best.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Beginning,
    WordBeginning,
    Part,
}

impl Names {
    /// Collects the names of a city.
    pub fn new(city: &City) -> Self {
        let mut names = Self { entries: Vec::new(), text: "\n".to_owned(), starts: Vec::new() };
        for (number, community) in (0..).zip(&city.communities) {
            let name = if community.name == Name::default() { &community.subdistrict } else { &community.name };
            names.add(Found::Community, number, name, inner_point(&community.shape));
        }
        for (number, feature) in (0..).zip(&city.basemap) {
            let found = match feature.kind {
                MapKind::City | MapKind::Town | MapKind::Suburb | MapKind::Neighbourhood => Found::Place,
                MapKind::Water | MapKind::River | MapKind::Stream | MapKind::Green => Found::Nature,
                _ => continue,
            };
            names.add(found, number, &feature.name, middle_of(&feature.shape));
        }
        for (number, facility) in (0..).zip(&city.facilities) {
            names.add(Found::Facility, number, &facility.name, Some(facility.at));
        }
        names.add_streets(city);
        names
    }

    /// Streets of one name once, at the middle of the longest of them.
    fn add_streets(&mut self, city: &City) {
        let roads: BTreeMap<i64, u32> = (0..).zip(&city.roads).map(|(number, road)| (road.way, number)).collect();
        let mut longest: BTreeMap<[&str; 2], (f64, u32, LonLat)> = BTreeMap::new();
        for edge in &city.streets.edges {
            let Some(number) = roads.get(&edge.way) else { continue };
            let name = &city.roads[*number as usize].name;
            let line: Vec<LonLat> = city.streets.line(edge).collect();
            let held = longest.entry([&name.local, &name.en]).or_insert((-1.0, 0, line[0]));
            if edge.length.0 > held.0 {
                *held = (edge.length.0, *number, line[line.len() / 2]);
            }
        }
        for ([local, en], (_, number, at)) in longest {
            let name = Name { local: local.to_owned(), en: en.to_owned() };
            self.add(Found::Street, number, &name, Some(at));
        }
    }

    fn add(&mut self, found: Found, number: u32, name: &Name, at: Option<LonLat>) {
        let Some(at) = at else { return };
        if name.local.is_empty() && name.en.is_empty() {
            return;
        }
        self.starts.push(self.text.len() as u32);
        for form in forms(name) {
            self.text.push_str(&form);
            self.text.push('\n');
        }
        self.entries.push(Entry { found, number, name: name.clone(), at });
    }

    /// What is called so, the best fits first.
    pub fn find(&self, query: &str, most: usize) -> Vec<&Entry> {
        let query = folded(query);
        if query.is_empty() {
            return Vec::new();
        }
        let mut best: BTreeMap<usize, Fit> = BTreeMap::new();
        // First what begins so: among many matches those are never missed.
        for needle in [format!("\n{query}"), query.clone()] {
            let before = usize::from(needle.starts_with('\n'));
            for at in memmem::find_iter(self.text.as_bytes(), needle.as_bytes()).take(MOST_MATCHES) {
                let (begins, ends) = (at + before, at + needle.len());
                let entry = self.starts.partition_point(|start| *start as usize <= begins) - 1;
                let fit = self.fit(begins, ends);
                let held = best.entry(entry).or_insert(Fit::Part);
                if fit < *held {
                    *held = fit;
                }
            }
        }
        let mut found: Vec<(Fit, &Entry)> = best.into_iter().map(|(entry, fit)| (fit, &self.entries[entry])).collect();
        found.sort_by(|(fit_a, a), (fit_b, b)| {
            // The shorter a name is, the more of it was asked for.
            let rank = |entry: &Entry| (entry.name.show(false).chars().count(), entry.found);
            fit_a.cmp(fit_b).then_with(|| rank(a).cmp(&rank(b)))
        });
        found.into_iter().take(most).map(|(_, entry)| entry).collect()
    }

    fn fit(&self, begins: usize, ends: usize) -> Fit {
        let text = self.text.as_bytes();
        match (text[begins - 1], text[ends]) {
            (b'\n', b'\n') => Fit::Whole,
            (b'\n', _) => Fit::Beginning,
            (b' ', _) => Fit::WordBeginning,
            _ => Fit::Part,
        }
    }
}

/// The forms under which a name is found.
pub fn forms(name: &Name) -> Vec<String> {
    let mut forms = vec![folded(&name.local), folded(&name.en)];
    for reading in readings(&name.local) {
        forms.push(reading.iter().map(String::as_str).collect());
        forms.push(reading.iter().filter_map(|syllable| syllable.chars().next()).collect());
    }
    forms.retain(|form| !form.is_empty());
    forms.sort();
    forms.dedup();
    forms
}

/// A Chinese name's syllables in all its readings, up to a number; none of a name without Chinese signs.
fn readings(name: &str) -> Vec<Vec<String>> {
    if !name.chars().any(|sign| sign.to_pinyin().is_some()) {
        return Vec::new();
    }
    let mut readings: Vec<Vec<String>> = vec![Vec::new()];
    for sign in name.chars().filter(|sign| !sign.is_whitespace()) {
        let syllables: Vec<String> = match sign.to_pinyin_multi() {
            Some(multi) => {
                let mut all: Vec<String> = multi.into_iter().map(|one| one.plain().replace('ü', "v")).collect();
                all.dedup();
                all
            }
            None => vec![sign.to_lowercase().collect()],
        };
        let room = (MOST_READINGS / readings.len()).max(1);
        let longer = |reading: &Vec<String>| {
            let with = |syllable: &String| reading.iter().chain([syllable]).cloned().collect();
            syllables.iter().take(room).map(with).collect::<Vec<_>>()
        };
        readings = readings.iter().flat_map(longer).collect();
    }
    readings
}

/// As it is compared: small letters, one space between words, Chinese without any.
fn folded(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

fn middle_of(shape: &Geometry<f64>) -> Option<LonLat> {
    match shape {
        Geometry::Point(point) => Some(point.0),
        Geometry::LineString(line) => line.0.get(line.0.len() / 2).copied(),
        Geometry::MultiPolygon(area) => inner_point(area),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: &[(&str, &str)]) -> Names {
        let mut names = Names { entries: Vec::new(), text: "\n".to_owned(), starts: Vec::new() };
        for (number, (local, en)) in (0..).zip(all) {
            let name = Name { local: (*local).to_owned(), en: (*en).to_owned() };
            names.add(Found::Facility, number, &name, Some(LonLat { x: 0.0, y: 0.0 }));
        }
        names
    }

    fn found(names: &Names, query: &str) -> Vec<u32> {
        names.find(query, 10).iter().map(|entry| entry.number).collect()
    }

    #[test]
    fn chinese_is_found_by_signs_pinyin_and_initials_in_any_reading() {
        let all =
            names(&[("海勃湾第一小学", "Haibowan No. 1 Primary School"), ("中国银行", ""), ("黄河路", "Huanghe Road")]);
        assert_eq!(found(&all, "小学"), [0]);
        assert_eq!(found(&all, "xiaoxue"), [0]);
        assert_eq!(found(&all, "XX"), [0]);
        assert_eq!(found(&all, "yinhang"), [1], "行 is read hang here");
        assert_eq!(found(&all, "zgyh"), [1]);
        assert_eq!(found(&all, "primary  school"), [0]);
        assert_eq!(found(&all, "河"), [2]);
        assert_eq!(found(&all, "hhl"), [2]);
        assert!(found(&all, "没有").is_empty() && found(&all, " ").is_empty());
    }

    #[test]
    fn whole_names_come_first_then_beginnings_then_words_then_parts() {
        let all = names(&[("", "Overpark"), ("", "City Park"), ("", "Parking"), ("", "Park")]);
        assert_eq!(found(&all, "park"), [3, 2, 1, 0]);
    }

    #[test]
    fn a_name_of_many_readings_has_not_too_many_forms() {
        let name = Name { local: "行长重乐行长重乐行长重乐".to_owned(), en: String::new() };
        assert!(forms(&name).len() <= 1 + 2 * MOST_READINGS, "{}", forms(&name).len());
    }
}

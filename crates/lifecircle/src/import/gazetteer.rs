//! Where something is that tells an address or a name and no coordinates: by the map's own addresses, by places of the same name, by
//! the estate or place whose name stands in the address, and by the community that the row names.
//!
//! It knows texts and points; whoever asks decides what to make of a place that is only roughly known.

use std::collections::HashMap;

use super::area::Area;
use super::scan::Extract;
use crate::city::{Community, Facility, Name, PlacedBy};
use crate::geo::metric::distance;
use crate::geo::{LonLat, Metres, polygon};

/// A house with a number no farther from one that the map has is taken to stand beside it.
const NEAREST_NUMBER: u32 = 10;

/// Places of one name that lie farther apart are two places, and neither is meant.
const ONE_PLACE: Metres = Metres(500.0);

/// No more signs of an address or a name are looked at.
const LONGEST: usize = 200;

/// Names that are shorter stand in too many addresses: signs of Chinese, and letters of others.
const SHORTEST_CHINESE: usize = 3;
const SHORTEST_OTHER: usize = 6;

/// Where named places and addresses are.
#[derive(Debug, Default)]
pub(super) struct Gazetteer {
    /// By street, the numbers of its houses.
    streets: HashMap<String, Vec<(u32, LonLat)>>,
    /// By name, where all are that are called so.
    names: HashMap<String, Vec<LonLat>>,
    /// The same of estates and places alone: in the name of a shop, that of a chain tells not where it is.
    grounds: HashMap<String, Vec<LonLat>>,
    /// By name, the middle of each community.
    communities: HashMap<String, Vec<LonLat>>,
    /// The most signs that a street, and a name, has.
    longest: [usize; 2],
}

impl Gazetteer {
    /// Of an extract's addresses and names, and of communities.
    pub fn new(extract: &Extract, areas: &[Area<'_>], facilities: &[Facility], communities: &[Community]) -> Self {
        let mut all = Self::default();
        for (at, street, number) in &extract.addresses {
            all.add_house(street, number, at.degrees());
        }
        for area in areas {
            let Some(at) = polygon::inner_point(&area.shape) else { continue };
            let street = area.tag("addr:street").or_else(|| area.tag("addr:place"));
            if let Some((street, number)) = street.zip(area.tag("addr:housenumber")) {
                all.add_house(street, number, at);
            }
            let is_administrative = area.tag("boundary").is_some();
            for name in
                ["name", "name:zh", "name:en", "official_name", "alt_name"].iter().filter_map(|key| area.tag(key))
            {
                if is_administrative {
                    all.communities.entry(plain(name)).or_default().push(at);
                } else {
                    all.add_name(name, at);
                    if area.tag("landuse").is_some() || area.tag("place").is_some() {
                        all.add_ground(name, at);
                    }
                }
            }
        }
        for facility in facilities {
            forms(&facility.name).for_each(|name| all.add_name(name, facility.at));
        }
        for label in &extract.labels {
            for name in forms(&label.name) {
                all.add_name(name, label.at.degrees());
                all.add_ground(name, label.at.degrees());
            }
        }
        for community in communities {
            let Some(at) = polygon::inner_point(&community.shape) else { continue };
            forms(&community.name).for_each(|name| all.communities.entry(plain(name)).or_default().push(at));
        }
        let longest =
            |names: &mut dyn Iterator<Item = &String>| names.map(|name| name.chars().count()).max().unwrap_or(0);
        all.longest = [longest(&mut all.streets.keys()), longest(&mut all.names.keys())];
        all
    }

    fn add_house(&mut self, street: &str, number: &str, at: LonLat) {
        // 12, 12a and 12-14 are all at 12.
        if let Some(number) = first_number(&plain(number)) {
            self.streets.entry(plain(street)).or_default().push((number, at));
        }
    }

    fn add_name(&mut self, name: &str, at: LonLat) {
        let name = plain(name);
        if is_telling(&name) {
            self.names.entry(name).or_default().push(at);
        }
    }

    fn add_ground(&mut self, name: &str, at: LonLat) {
        let name = plain(name);
        if is_telling(&name) {
            self.grounds.entry(name).or_default().push(at);
        }
    }

    /// Where a row is that is called `name`, at `address`, in `community`.
    pub fn find(&self, name: &str, address: &str, community: &str) -> Option<(LonLat, PlacedBy)> {
        let (name, address, community) = (plain(name), plain(address), plain(community));
        let by = |at: Option<LonLat>, by: PlacedBy| at.map(|at| (at, by));
        by(self.house(&address), PlacedBy::Address)
            .or_else(|| by(self.names.get(&name).and_then(|all| one_place(all)), PlacedBy::Name))
            .or_else(|| by(self.place_within(&address, &self.names), PlacedBy::Place))
            .or_else(|| by(self.place_within(&name, &self.grounds), PlacedBy::Place))
            .or_else(|| by(self.communities.get(&community).and_then(|all| one_place(all)), PlacedBy::Community))
    }

    /// The house that an address tells: of the longest street in it, the number that stands behind it, or before it.
    fn house(&self, address: &str) -> Option<LonLat> {
        let (range, houses) = longest_within(address, &self.streets, self.longest[0])?;
        let behind = first_number(&address[range.end..]);
        let before = || last_number(&address[..range.start]);
        let wanted = behind.or_else(before)?;
        // Of houses as near the first: the map's order does not matter.
        let nearest = houses.iter().filter(|(number, _)| number.abs_diff(wanted) <= NEAREST_NUMBER);
        nearest
            .min_by(|a, b| {
                let key = |house: &(u32, LonLat)| (house.0.abs_diff(wanted), house.0);
                key(a).cmp(&key(b)).then(a.1.x.total_cmp(&b.1.x)).then(a.1.y.total_cmp(&b.1.y))
            })
            .map(|(_, at)| *at)
    }

    /// The place whose name stands in a text, the longest of them.
    fn place_within(&self, text: &str, known: &HashMap<String, Vec<LonLat>>) -> Option<LonLat> {
        longest_within(text, known, self.longest[1]).and_then(|(_, all)| one_place(all))
    }
}

/// The longest key that stands in a text, where it stands, and what it has.
fn longest_within<'a, T>(
    text: &str,
    known: &'a HashMap<String, T>,
    longest: usize,
) -> Option<(std::ops::Range<usize>, &'a T)> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    for length in (1..=longest.min(starts.len() - 1)).rev() {
        for first in 0..starts.len() - length {
            let range = starts[first]..starts[first + length];
            if let Some(found) = known.get(&text[range.clone()]) {
                return Some((range, found));
            }
        }
    }
    None
}

/// The middle of places that are one; none where they are several.
fn one_place(all: &[LonLat]) -> Option<LonLat> {
    let first = *all.first()?;
    all.iter().all(|at| distance(*at, first).0 <= ONE_PLACE.0).then_some(first)
}

fn forms(name: &Name) -> impl Iterator<Item = &str> {
    [name.local.as_str(), name.en.as_str()].into_iter().filter(|form| !form.is_empty())
}

/// Whether a name is long enough to be meant where it stands in an address.
fn is_telling(name: &str) -> bool {
    let least =
        if name.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) { SHORTEST_CHINESE } else { SHORTEST_OTHER };
    name.chars().count() >= least
}

/// A text as it is compared: small letters and figures of half width, without spaces and signs.
fn plain(text: &str) -> String {
    let half_width = |c: char| match c {
        '！'..='～' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    let signs = text.chars().take(LONGEST).map(half_width).filter(|c| c.is_alphanumeric() || *c == '-');
    signs.flat_map(char::to_lowercase).collect()
}

/// The first number of a text, if it begins with one, as behind the name of a street; words such as 路段 may stand before it.
fn first_number(text: &str) -> Option<u32> {
    let start = text.char_indices().take(3).find(|(_, c)| c.is_ascii_digit())?.0;
    let digits: String = text[start..].chars().take_while(char::is_ascii_digit).take(6).collect();
    digits.parse().ok()
}

/// The last number of a text, as before the name of a street in other countries.
fn last_number(text: &str) -> Option<u32> {
    let digits: String =
        text.chars().rev().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.chars().rev().take(6).collect::<String>().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64) -> LonLat {
        LonLat { x, y: 39.0 }
    }

    fn known() -> Gazetteer {
        let mut all = Gazetteer::default();
        for (street, number, x) in [
            ("新华西街", "12号", 106.1),
            ("新华西街", "20", 106.2),
            ("新华街", "12", 106.9),
            ("Triq il-Kbira", "7A", 14.1),
        ] {
            all.add_house(street, number, at(x));
        }
        for (name, x) in
            [("滨河家园", 106.3), ("人民医院", 106.4), ("公园", 106.5), ("便民超市", 106.1), ("便民超市", 106.2)]
        {
            all.add_name(name, at(x));
        }
        all.add_name("国大药房", at(106.8));
        all.add_ground("滨河家园", at(106.3));
        all.communities.insert(plain("新华社区"), vec![at(106.7)]);
        all.longest = [13, 4];
        all
    }

    #[test]
    fn addresses_names_places_and_communities() {
        let known = known();
        let found = |name: &str, address: &str, community: &str| {
            known.find(name, address, community).map(|(at, by)| (at.x, by))
        };
        assert_eq!(found("", "乌海市海勃湾区新华西街１２号", ""), Some((106.1, PlacedBy::Address)));
        // The number next to it, on the longer street.
        assert_eq!(found("", "新华西街18号", ""), Some((106.2, PlacedBy::Address)));
        assert_eq!(found("", "新华西街99号", ""), None);
        assert_eq!(found("", "7, Triq il-Kbira, Mosta", ""), Some((14.1, PlacedBy::Address)));
        assert_eq!(found("", "Triq il-Kbira 8", ""), Some((14.1, PlacedBy::Address)));
        assert_eq!(found("人民医院", "某路", ""), Some((106.4, PlacedBy::Name)));
        assert_eq!(found("老王诊所", "滨河家园3号楼底商", ""), Some((106.3, PlacedBy::Place)));
        assert_eq!(found("滨河家园物业", "", ""), Some((106.3, PlacedBy::Place)));
        // A branch is not where another one of its chain is.
        assert_eq!(found("国大药房滨河店", "", ""), None);
        // Two supermarkets of one name, and a word that stands everywhere, tell nothing.
        assert_eq!(found("便民超市", "公园路", ""), None);
        assert_eq!(found("便民超市", "公园路", "新华社区"), Some((106.7, PlacedBy::Community)));
    }

    #[test]
    fn numbers_of_houses() {
        assert_eq!(first_number("12号院"), Some(12));
        assert_eq!(first_number("路段7-9"), Some(7));
        assert_eq!(first_number("甲乙丙丁7"), None);
        assert_eq!(last_number("a/7b"), Some(7));
        assert_eq!(first_number("99999999999999"), Some(999_999));
    }
}

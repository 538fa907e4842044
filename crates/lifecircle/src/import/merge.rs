//! Merging lists into a city's facilities without counting a place twice.
//!
//! Two entries are one place if they are of one kind, near each other, and called alike; the nearer they are, the less
//! alike they need be. Each entry of a list is merged with at most one place, the best first. What was merged is kept with
//! the reason, so that it can be looked at and taken back ([`undo`]).

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::lists::FacilityList;
use crate::city::{Facility, Merge, MergeGift};
use crate::error::{Error, Result};
use crate::geo::Metres;
use crate::geo::metric::{Mercator, distance};
use crate::kinds::{BareName, Catalogue};

/// How near two entries must be in metres, by how alike their names are at least.
const NEAR_BY_LIKENESS: [(f64, f64); 3] = [(0.95, 200.0), (0.8, 100.0), (0.6, 40.0)];

/// How near they must be if one of them has no name.
const NEAR_WITHOUT_NAME: f64 = 25.0;

/// Entries of the same list are one only if called the same and so near each other: chains have many shops.
const NEAR_IN_LIST: f64 = 30.0;

/// No two entries farther apart than this are one, the size of the place aside.
const FARTHEST: f64 = NEAR_BY_LIKENESS[0].1;

/// Beside those that are called the same, no more places of a kind are looked at for an entry, the nearest first: where geocoding
/// has failed, thousands lie at one point.
const MOST_CANDIDATES: usize = 200;

/// How much closer to an area counts as being there: its radius, at most.
const LARGEST_RADIUS: f64 = 300.0;

/// Two entries that may be one place.
#[derive(Debug, Clone, Copy)]
struct Match {
    entry: usize,
    place: usize,
    metres: f64,
    likeness: Option<f64>,
}

impl Match {
    /// How doubtful it is; the least doubtful are merged first.
    fn doubt(&self) -> f64 {
        self.metres / FARTHEST + 1.0 - self.likeness.unwrap_or(0.5)
    }
}

/// Adds a list's facilities to those that are known, and merges those that are known already. Returns what was merged.
pub(super) fn merge(known: &mut Vec<Facility>, list: &FacilityList) -> Vec<Merge> {
    let catalogue = Catalogue::built_in();
    let entries: Vec<Entry<'_>> = list.facilities.par_iter().map(Entry::new).collect();
    let places: Vec<Entry<'_>> = known.par_iter().map(Entry::new).collect();
    let index = Index::of(&places);
    let found: Vec<Vec<Match>> =
        entries.par_iter().enumerate().map(|(number, entry)| index.matches(number, entry)).collect();
    let mut merged = best(found.into_iter().flatten().collect());
    drop(places);
    add_the_others(known, &entries, &mut merged);
    let mut all: Vec<&Match> = merged.values().collect();
    all.sort_by_key(|found| found.entry);
    all.into_iter()
        .map(|found| {
            let facility = &list.facilities[found.entry];
            let place = &mut known[found.place];
            let kinds = catalogue.kinds_of(place);
            let kinds = entries[found.entry].kinds.iter().filter(|kind| kinds.contains(kind));
            let kinds: Vec<String> = kinds.map(|kind| catalogue.kinds[*kind].id.clone()).collect();
            Merge {
                gave: give(place, facility),
                kept: place.id.clone(),
                merged: facility.clone(),
                metres: Metres(found.metres),
                likeness: found.likeness,
                kinds,
            }
        })
        .collect()
}

/// Adds the entries that are no place known already. Of entries of the list that are the same, the first is added and the
/// others are merged with it, or with the place that it was merged with.
fn add_the_others(known: &mut Vec<Facility>, entries: &[Entry<'_>], merged: &mut HashMap<usize, Match>) {
    let mut place_of: Vec<usize> = vec![0; entries.len()];
    let mut called: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, entry) in entries.iter().enumerate() {
        let cores: Vec<&str> = entry.names.iter().map(BareName::core).filter(|core| !core.is_empty()).collect();
        if let Some(found) = merged.get(&number) {
            place_of[number] = found.place;
        } else {
            let mut earlier = cores.iter().filter_map(|core| called.get(core)).flatten();
            let first = earlier.find_map(|other| entry.same_in_list(&entries[*other]).map(|metres| (*other, metres)));
            if let Some((other, metres)) = first {
                let place = place_of[other];
                place_of[number] = place;
                merged.insert(number, Match { entry: number, place, metres, likeness: Some(1.0) });
            } else {
                place_of[number] = known.len();
                known.push(entry.facility.clone());
            }
        }
        for core in cores {
            called.entry(core).or_default().push(number);
        }
    }
}

fn is_one_place(metres: f64, likeness: Option<f64>) -> bool {
    match likeness {
        None => metres <= NEAR_WITHOUT_NAME,
        Some(likeness) => NEAR_BY_LIKENESS.iter().any(|(alike, near)| likeness >= *alike && metres <= *near),
    }
}

/// Of all matches the least doubtful, each entry and each place once.
fn best(mut matches: Vec<Match>) -> HashMap<usize, Match> {
    matches.sort_by(|a, b| a.doubt().total_cmp(&b.doubt()).then((a.entry, a.place).cmp(&(b.entry, b.place))));
    let mut taken = HashSet::new();
    let mut merged = HashMap::new();
    for found in matches {
        if !merged.contains_key(&found.entry) && taken.insert(found.place) {
            merged.insert(found.entry, found);
        }
    }
    merged
}

/// What a place lacks and an entry knows becomes the place's.
fn give(place: &mut Facility, entry: &Facility) -> Vec<MergeGift> {
    let mut gave = Vec::new();
    if place.capacity.is_none() && entry.capacity.is_some() {
        place.capacity = entry.capacity;
        gave.push(MergeGift::Capacity);
    }
    if place.area.is_none() && entry.area.is_some() {
        place.area = entry.area;
        gave.push(MergeGift::Area);
    }
    if place.name.show(false).is_empty() && !entry.name.show(false).is_empty() {
        place.name = entry.name.clone();
        gave.push(MergeGift::Name);
    }
    gave
}

/// Takes merges back: what was merged is a facility of its own again, and what it gave is taken from the other.
///
/// # Errors
/// If one of the ids is not that of a merged entry.
pub fn undo(facilities: &mut Vec<Facility>, merges: &mut Vec<Merge>, ids: &[String]) -> Result<()> {
    if let Some(unknown) = ids.iter().find(|id| merges.iter().all(|merge| merge.merged.id != **id)) {
        return Err(Error::not_found(say!("no entry {unknown:?} was merged", "没有合并过条目 {unknown:?}")).hint(
            say!("look through the merges for the ids of merged entries", "请在合并记录中查找已合并条目的编号"),
        ));
    }
    let (back, stay): (Vec<Merge>, Vec<Merge>) =
        std::mem::take(merges).into_iter().partition(|m| ids.contains(&m.merged.id));
    *merges = stay;
    for merge in back {
        if let Some(kept) = facilities.iter_mut().find(|facility| facility.id == merge.kept) {
            for gift in &merge.gave {
                match gift {
                    MergeGift::Capacity => kept.capacity = None,
                    MergeGift::Area => kept.area = None,
                    MergeGift::Name => kept.name = crate::city::Name::default(),
                }
            }
            // What it gave another entry may give as well.
            for other in merges.iter_mut().filter(|other| other.kept == merge.kept) {
                other.gave.extend(give(kept, &other.merged));
            }
        }
        facilities.push(merge.merged);
    }
    Ok(())
}

/// A facility made ready to be compared with many.
struct Entry<'a> {
    facility: &'a Facility,
    kinds: Vec<usize>,
    names: [BareName; 2],
}

impl<'a> Entry<'a> {
    fn new(facility: &'a Facility) -> Self {
        let kinds = Catalogue::built_in().kinds_of(facility);
        let names = [&facility.name.local, &facility.name.en].map(|name| BareName::new(name));
        Self { facility, kinds, names }
    }

    fn is_of_one_kind(&self, other: &Self) -> bool {
        self.kinds.iter().any(|kind| other.kinds.contains(kind))
    }

    /// How alike the names are, in whichever language they are most.
    fn alike(&self, other: &Self) -> Option<f64> {
        let pairs = [(0, 0), (1, 1), (0, 1)];
        pairs.into_iter().filter_map(|(a, b)| other.names[a].likeness(&self.names[b])).reduce(f64::max)
    }

    /// How far it is from an entry of the same list, if that is the same place.
    fn same_in_list(&self, earlier: &Self) -> Option<f64> {
        if !self.is_of_one_kind(earlier) || self.alike(earlier) != Some(1.0) {
            return None;
        }
        Some(apart(earlier.facility, self.facility)).filter(|metres| *metres <= NEAR_IN_LIST)
    }
}

type PlacePoint = GeomWithData<[f64; 2], usize>;
type PlaceTree = RTree<PlacePoint>;

/// Places by kind and where they are, and by kind and name.
struct Index<'a> {
    places: &'a [Entry<'a>],
    /// Of each kind, the places without an area and those with one, which are met farther from where they are drawn.
    trees: HashMap<usize, [PlaceTree; 2]>,
    called: HashMap<(usize, &'a str), Vec<usize>>,
}

impl<'a> Index<'a> {
    fn of(places: &'a [Entry<'a>]) -> Self {
        let mut points: HashMap<usize, [Vec<PlacePoint>; 2]> = HashMap::new();
        let mut called: HashMap<(usize, &str), Vec<usize>> = HashMap::new();
        for (number, place) in places.iter().enumerate() {
            let point = GeomWithData::new(Mercator::project(place.facility.at), number);
            for kind in &place.kinds {
                points.entry(*kind).or_default()[usize::from(place.facility.area.is_some())].push(point);
                for core in place.names.iter().map(BareName::core).filter(|core| !core.is_empty()) {
                    called.entry((*kind, core)).or_default().push(number);
                }
            }
        }
        let trees = points.into_iter().map(|(kind, points)| (kind, points.map(RTree::bulk_load))).collect();
        Self { places, trees, called }
    }

    /// Places that an entry may be one with.
    fn matches(&self, number: usize, entry: &Entry<'_>) -> Vec<Match> {
        let here = Mercator::project(entry.facility.at);
        let scale = Mercator::scale(entry.facility.at.y);
        let mut near: Vec<usize> = Vec::new();
        for kind in &entry.kinds {
            let trees = self.trees.get(kind).into_iter().flatten();
            for (tree, reach) in trees.zip([FARTHEST, FARTHEST + LARGEST_RADIUS]) {
                let reach = (reach * scale).powi(2);
                let nearest = tree.nearest_neighbor_iter_with_distance_2(here).take(MOST_CANDIDATES);
                near.extend(nearest.take_while(|(_, away)| *away <= reach).map(|(place, _)| place.data));
            }
            let names = entry.names.iter().filter_map(|name| self.called.get(&(*kind, name.core())));
            near.extend(names.flatten());
        }
        near.sort_unstable();
        near.dedup();
        near.into_iter()
            .filter_map(|place| {
                let other = &self.places[place];
                let metres = apart(other.facility, entry.facility);
                if metres > FARTHEST {
                    return None;
                }
                let likeness = entry.alike(other);
                is_one_place(metres, likeness).then_some(Match { entry: number, place, metres, likeness })
            })
            .collect()
    }
}

/// How far an entry is from a place: from where it is drawn, less its radius, or from its nearest gate.
fn apart(place: &Facility, entry: &Facility) -> f64 {
    let radius = place.area.map_or(0.0, |area| (area / std::f64::consts::PI).sqrt().min(LARGEST_RADIUS));
    let gates = place.entries.points().iter().map(|gate| distance(*gate, entry.at).0);
    gates.fold((distance(place.at, entry.at).0 - radius).max(0.0), f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::ListOrigin;
    use crate::city::{Entries, Name};
    use crate::geo::{Datum, LonLat};

    /// A place so many metres east of where the others are.
    fn place(id: &str, name: &str, kind: &str, east: f64) -> Facility {
        let at = LonLat { x: 106.8 + east / 85_700.0, y: 39.66 };
        Facility {
            id: id.to_owned(),
            name: Name { local: name.to_owned(), en: String::new() },
            kind: kind.to_owned(),
            tags: Vec::new(),
            at,
            entries: Entries::Known(vec![at]),
            area: None,
            capacity: None,
        }
    }

    fn list(facilities: Vec<Facility>) -> FacilityList {
        FacilityList {
            file: "l.csv".to_owned(),
            origin: ListOrigin::Plain,
            datum: Datum::Wgs84,
            facilities,
            unplaced: Vec::new(),
            unused: Vec::new(),
            sheets_left: Vec::new(),
            closed: 0,
        }
    }

    #[test]
    fn by_kind_name_and_distance() {
        let known = || vec![place("n1", "国大药房", "pharmacy", 0.0), place("n2", "", "convenience_store", 500.0)];
        let outcome = |entry: Facility| {
            let mut all = known();
            let merges = merge(&mut all, &list(vec![entry]));
            (all.len(), merges.first().map(|merge| merge.kept.clone()))
        };
        let kept = |id: &str| (2, Some(id.to_owned()));
        assert_eq!(outcome(place("l:1", "国大药房（新华街店）", "药店", 150.0)), kept("n1"));
        assert_eq!(outcome(place("l:1", "国大药房", "药店", 250.0)), (3, None));
        // Another kind at the same door is another place.
        assert_eq!(outcome(place("l:1", "国大药房", "clinic", 0.0)), (3, None));
        // Another name is another place, however near.
        assert_eq!(outcome(place("l:1", "益民堂", "药店", 5.0)), (3, None));
        // A place without a name is the one at the same door.
        assert_eq!(outcome(place("l:1", "红旗连锁", "便利店", 510.0)), kept("n2"));
        assert_eq!(outcome(place("l:1", "红旗连锁", "便利店", 540.0)), (3, None));
    }

    #[test]
    fn each_entry_and_each_place_once() {
        let mut known = vec![place("n1", "国大药房", "pharmacy", 0.0)];
        let merges = merge(
            &mut known,
            &list(vec![place("l:1", "国大药房", "药店", 90.0), place("l:2", "国大药房", "药店", 10.0)]),
        );
        assert_eq!(merges.len(), 1);
        assert_eq!(merges[0].merged.id, "l:2");
        assert_eq!(known.len(), 2);
        // The same row twice is one place.
        let mut known = Vec::new();
        let merges = merge(
            &mut known,
            &list(vec![place("l:1", "国大药房", "药店", 0.0), place("l:2", "国大药房", "药店", 3.0)]),
        );
        assert_eq!((known.len(), merges.len()), (1, 1));
    }

    #[test]
    fn a_merge_can_be_taken_back() {
        let mut known = vec![place("n1", "", "kindergarten", 0.0)];
        let before = known.clone();
        let entry = Facility { capacity: Some(270.0), ..place("l:1", "滨河幼儿园", "幼儿园", 10.0) };
        let mut merges = merge(&mut known, &list(vec![entry.clone()]));
        assert_eq!((known.len(), known[0].capacity, known[0].name.local.as_str()), (1, Some(270.0), "滨河幼儿园"));
        assert!(undo(&mut known, &mut merges, &["l:9".to_owned()]).is_err());
        undo(&mut known, &mut merges, &["l:1".to_owned()]).unwrap();
        assert!(merges.is_empty());
        assert_eq!(known, [before[0].clone(), entry]);
    }

    #[test]
    fn what_another_entry_gives_as_well_stays() {
        let mut known = vec![place("n1", "滨河幼儿园", "kindergarten", 0.0)];
        let entry = |id: &str| Facility { capacity: Some(270.0), ..place(id, "滨河幼儿园", "幼儿园", 10.0) };
        let mut merges = merge(&mut known, &list(vec![entry("a:1")]));
        merges.extend(merge(&mut known, &list(vec![entry("b:1")])));
        assert_eq!((known.len(), merges[0].gave.len(), merges[1].gave.len()), (1, 1, 0));
        undo(&mut known, &mut merges, &["a:1".to_owned()]).unwrap();
        assert_eq!((known[0].capacity, merges[0].gave.as_slice()), (Some(270.0), &[MergeGift::Capacity][..]));
        undo(&mut known, &mut merges, &["b:1".to_owned()]).unwrap();
        assert_eq!(known[0].capacity, None);
    }
}

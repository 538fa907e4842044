//! Change over time: which facilities are new, closed or moved between two years' cities, and which residents gained or
//! lost a service by it.
//!
//! Both cities are measured in the same way. Facilities are the same if they have one id, or else a service in common and
//! like names near each other; homes if they have one id, or else the same place. Gains and losses are counted over homes
//! that both cities have, so that people who moved in or away are told apart.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;
use schemars::JsonSchema;
use serde::Serialize;

use crate::city::{City, Facility, Home, Name};
use crate::geo::metric::{Mercator, distance};
use crate::geo::{LonLat, Metres};
use crate::kinds::likeness;
use crate::measure::{Coverage, Measured, Share, Tally};

/// A facility that is farther than this from where it was has moved.
const MOVED: Metres = Metres(50.0);
/// Facilities with other ids are the same only so near each other and so alike.
const SAME_FACILITY: Metres = Metres(300.0);
const SAME_NAME: f64 = 0.8;
/// Places without a name, and homes with other ids, are the same only so near each other.
const SAME_PLACE: Metres = Metres(25.0);

/// What changed between two cities.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Changes {
    /// Version of these keys.
    pub format: u32,
    /// Name of the older city.
    pub old: String,
    /// Name of the newer city.
    pub new: String,
    /// Id and version of the standard.
    pub standard: String,
    /// Id of the walker.
    pub walker: String,
    /// Residents of homes that both cities have, as in the newer one.
    pub residents_compared: f64,
    /// Residents of homes that only the newer city has.
    pub residents_new: f64,
    /// Residents of homes that only the older city had.
    pub residents_gone: f64,
    /// By circle, in the standard's order.
    pub circles: Vec<CircleChange>,
    /// By service, in the standard's order.
    pub services: Vec<ServiceChange>,
    /// By community of the newer city, those that changed most first.
    pub communities: Vec<CommunityChange>,
    /// New, closed and moved facilities.
    pub facilities: Vec<FacilityChange>,
}

/// What changed of a circle.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CircleChange {
    /// Its id.
    pub circle: String,
    /// Coverage then.
    pub coverage_old: Share,
    /// Coverage now.
    pub coverage_new: Share,
    /// Compliance then.
    pub compliance_old: Share,
    /// Compliance now.
    pub compliance_new: Share,
}

/// What changed of a service.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ServiceChange {
    /// Its id.
    pub service: String,
    /// Coverage then, of the people of then.
    pub coverage_old: Share,
    /// Coverage now, of the people of now.
    pub coverage_new: Share,
    /// Residents who have it now and had it not.
    pub residents_gained: f64,
    /// Residents who had it and have it no more.
    pub residents_lost: f64,
    /// New facilities.
    pub opened: usize,
    /// Closed facilities.
    pub closed: usize,
    /// Facilities that moved.
    pub moved: usize,
}

/// What changed for the residents of a community.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CommunityChange {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Name,
    /// Residents of its homes that both cities have.
    pub residents_compared: f64,
    /// How many circles these have on average, then and now.
    pub mean_circles: [f64; 2],
    /// Ids of services with the residents who gained them, most first.
    pub gained: Vec<(String, f64)>,
    /// Ids of services with the residents who lost them, most first.
    pub lost: Vec<(String, f64)>,
}

/// How a facility changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It was not there.
    Opened,
    /// It is there no more.
    Closed,
    /// It is elsewhere.
    Moved,
}

/// A facility that changed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FacilityChange {
    /// How.
    pub change: Change,
    /// Its id; of a closed one the old.
    pub id: String,
    /// Its name.
    pub name: Name,
    /// Ids of the services that it is.
    pub services: Vec<String>,
    /// Its longitude; of a closed one where it was.
    pub lon: f64,
    /// Its latitude.
    pub lat: f64,
    /// How far it moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metres: Option<Metres>,
}

/// The JSON Schema of `changes.json`.
pub fn changes_schema() -> serde_json::Value {
    super::schema_of::<Changes>("changes.json of lifecircle: what changed between two cities")
}

/// Compares two cities that were measured by the same standard and walker.
pub fn compare(old: &Measured, new: &Measured) -> Changes {
    let (old, new) = ((old.city(), old), (new.city(), new));
    let standard = &new.1.standard;
    let (facilities, facility_changes) = compare_facilities(old, new);
    let homes = match_homes(&old.0.homes, &new.0.homes);
    let old_coverage = Coverage::of(&old.1.standard, &Tally::of(old.1, 0..old.0.homes.len()));
    let new_coverage = Coverage::of(&new.1.standard, &Tally::of(new.1, 0..new.0.homes.len()));
    let compared: Vec<(usize, usize)> =
        homes.iter().enumerate().filter_map(|(new, old)| Some(((*old)?, new))).collect();
    let still: HashSet<usize> = compared.iter().map(|(old, _)| *old).collect();
    let residents = |homes: &[Home], wanted: &dyn Fn(usize) -> bool| {
        homes.iter().enumerate().filter(|(index, _)| wanted(*index)).map(|(_, home)| home.residents).sum()
    };
    let services = (0..standard.services.len()).into_par_iter().map(|service| {
        let [opened, closed, moved] = [Change::Opened, Change::Closed, Change::Moved].map(|change| {
            facilities.iter().filter(|(c, services)| *c == change && services.contains(&service)).count()
        });
        let (residents_gained, residents_lost) = gained_and_lost(old, new, &compared, service);
        ServiceChange {
            service: standard.services[service].id.clone(),
            coverage_old: old_coverage.services[service],
            coverage_new: new_coverage.services[service],
            residents_gained,
            residents_lost,
            opened,
            closed,
            moved,
        }
    });
    let circles = standard.circles.iter().enumerate().map(|(index, circle)| CircleChange {
        circle: circle.id.clone(),
        coverage_old: old_coverage.circles[index].coverage,
        coverage_new: new_coverage.circles[index].coverage,
        compliance_old: old_coverage.circles[index].compliance,
        compliance_new: new_coverage.circles[index].compliance,
    });
    Changes {
        format: 1,
        old: old.0.about.name.clone(),
        new: new.0.about.name.clone(),
        standard: format!("{} {}", standard.id, standard.version),
        walker: new.1.walker().id.clone(),
        residents_compared: compared.iter().map(|(_, home)| new.0.homes[*home].residents).sum(),
        residents_new: residents(&new.0.homes, &|home| homes[home].is_none()),
        residents_gone: residents(&old.0.homes, &|home| !still.contains(&home)),
        circles: circles.collect(),
        services: services.collect(),
        communities: communities(old, new, &compared),
        facilities: facility_changes,
    }
}

/// Residents of compared homes who gained a service, and who lost it.
fn gained_and_lost(
    old: (&City, &Measured),
    new: (&City, &Measured),
    homes: &[(usize, usize)],
    service: usize,
) -> (f64, f64) {
    let (mut gained, mut lost) = (0.0, 0.0);
    for (before, now) in homes {
        let residents = new.0.homes[*now].residents;
        match (old.1.has(*before, service), new.1.has(*now, service)) {
            (false, true) => gained += residents,
            (true, false) => lost += residents,
            _ => {}
        }
    }
    (gained, lost)
}

fn communities(old: (&City, &Measured), new: (&City, &Measured), compared: &[(usize, usize)]) -> Vec<CommunityChange> {
    let mut members: BTreeMap<u32, Vec<(usize, usize)>> = BTreeMap::new();
    for (before, now) in compared {
        if let Some(community) = new.0.homes[*now].community {
            members.entry(community).or_default().push((*before, *now));
        }
    }
    let of = |(index, homes): (u32, Vec<(usize, usize)>)| {
        let community = new.0.communities.get(index as usize)?;
        let (mut gained, mut lost) = (Vec::new(), Vec::new());
        for (index, service) in new.1.standard.services.iter().enumerate() {
            let (more, less) = gained_and_lost(old, new, &homes, index);
            gained.extend((more > 0.0).then(|| (service.id.clone(), more)));
            lost.extend((less > 0.0).then(|| (service.id.clone(), less)));
        }
        for list in [&mut gained, &mut lost] {
            list.sort_by(|a, b| b.1.total_cmp(&a.1));
        }
        let residents_compared: f64 = homes.iter().map(|(_, now)| new.0.homes[*now].residents).sum();
        let mean = |circles: &dyn Fn(&(usize, usize)) -> usize| {
            let sum: f64 = homes.iter().map(|home| new.0.homes[home.1].residents * circles(home) as f64).sum();
            if residents_compared > 0.0 { sum / residents_compared } else { 0.0 }
        };
        Some(CommunityChange {
            id: community.id.clone(),
            name: community.name.clone(),
            residents_compared,
            mean_circles: [mean(&|home| old.1.circles(home.0)), mean(&|home| new.1.circles(home.1))],
            gained,
            lost,
        })
    };
    let mut changes: Vec<CommunityChange> = members.into_iter().filter_map(of).collect();
    let touched = |change: &CommunityChange| change.gained.iter().chain(&change.lost).map(|(_, r)| r).sum::<f64>();
    changes.sort_by(|a, b| touched(b).total_cmp(&touched(a)));
    changes
}

/// For each home of the newer city, the same one of the older.
fn match_homes(old: &[Home], new: &[Home]) -> Vec<Option<usize>> {
    let by_id: HashMap<&str, usize> = old.iter().enumerate().map(|(index, home)| (home.id.as_str(), index)).collect();
    let mut taken = vec![false; old.len()];
    let near = |a: LonLat, b: LonLat| distance(a, b) <= SAME_PLACE;
    let mut found: Vec<Option<usize>> = new
        .iter()
        .map(|home| by_id.get(home.id.as_str()).copied().filter(|index| near(old[*index].at, home.at)))
        .collect();
    for index in found.iter().flatten() {
        taken[*index] = true;
    }
    if found.iter().all(Option::is_some) {
        return found;
    }
    let place = |(index, home): (usize, &Home)| GeomWithData::new(Mercator::project(home.at), index);
    let tree = RTree::bulk_load(old.iter().enumerate().map(place).collect());
    for (home, found) in new.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
        let nearest = tree
            .nearest_neighbor_iter(Mercator::project(home.at))
            .take_while(|place| near(old[place.data].at, home.at));
        *found = nearest.map(|place| place.data).find(|index| !taken[*index]);
        if let Some(index) = found {
            taken[*index] = true;
        }
    }
    found
}

/// Facilities that are services, with the services that each is.
fn services_of<'a>((city, measured): (&'a City, &'a Measured)) -> BTreeMap<usize, (&'a Facility, Vec<usize>)> {
    let mut services: BTreeMap<usize, (&Facility, Vec<usize>)> = BTreeMap::new();
    for (service, facilities) in measured.recognised.services.iter().enumerate() {
        for index in facilities {
            let index = *index as usize;
            services.entry(index).or_insert_with(|| (&city.facilities[index], Vec::new())).1.push(service);
        }
    }
    services
}

/// A change with the services that it touches.
type Touched = (Change, Vec<usize>);

fn compare_facilities(old: (&City, &Measured), new: (&City, &Measured)) -> (Vec<Touched>, Vec<FacilityChange>) {
    let (before, now) = (services_of(old), services_of(new));
    let same = match_facilities(&before, &now);
    let standard = &new.1.standard;
    let mut touched = Vec::new();
    let mut changes = Vec::new();
    let mut tell = |change, facility: &Facility, services: Vec<usize>, metres| {
        changes.push(FacilityChange {
            change,
            id: facility.id.clone(),
            name: facility.name.clone(),
            services: services.iter().map(|service| standard.services[*service].id.clone()).collect(),
            lon: facility.at.x,
            lat: facility.at.y,
            metres,
        });
        touched.push((change, services));
    };
    for (index, (facility, services)) in &now {
        let Some((was, had)) = same.get(index).and_then(|old| before.get(old)) else {
            tell(Change::Opened, facility, services.clone(), None);
            continue;
        };
        let away = distance(was.at, facility.at);
        let kept: Vec<usize> = services.iter().copied().filter(|service| had.contains(service)).collect();
        if away > MOVED && !kept.is_empty() {
            tell(Change::Moved, facility, kept, Some(away));
        }
        // A place that is something else now: what it was is closed, what it is has opened.
        let only = |these: &[usize], those: &[usize]| these.iter().copied().filter(|s| !those.contains(s)).collect();
        let (more, less): (Vec<usize>, Vec<usize>) = (only(services, had), only(had, services));
        if !more.is_empty() {
            tell(Change::Opened, facility, more, None);
        }
        if !less.is_empty() {
            tell(Change::Closed, was, less, None);
        }
    }
    let kept: HashSet<usize> = same.values().copied().collect();
    for (_, (facility, services)) in before.iter().filter(|(index, _)| !kept.contains(index)) {
        tell(Change::Closed, facility, services.clone(), None);
    }
    (touched, changes)
}

type Places<'a> = BTreeMap<usize, (&'a Facility, Vec<usize>)>;

/// For each newer facility, the same one of the older: by id, else by service, name and place, the nearest first.
fn match_facilities(before: &Places<'_>, now: &Places<'_>) -> HashMap<usize, usize> {
    let by_id: HashMap<&str, usize> =
        before.iter().map(|(index, (facility, _))| (facility.id.as_str(), *index)).collect();
    let mut same: HashMap<usize, usize> =
        now.iter().filter_map(|(index, (facility, _))| Some((*index, *by_id.get(facility.id.as_str())?))).collect();
    let taken: HashSet<usize> = same.values().copied().collect();
    let free = before.iter().filter(|(index, _)| !taken.contains(index));
    let tree =
        RTree::bulk_load(free.map(|(index, (f, _))| GeomWithData::new(Mercator::project(f.at), *index)).collect());
    let mut candidates: Vec<(f64, usize, usize)> = Vec::new();
    for (index, (facility, services)) in now.iter().filter(|(index, _)| !same.contains_key(index)) {
        for place in tree.nearest_neighbor_iter(Mercator::project(facility.at)) {
            let (other, had) = &before[&place.data];
            let away = distance(other.at, facility.at);
            if away > SAME_FACILITY {
                break;
            }
            let alike = [(&other.name.local, &facility.name.local), (&other.name.en, &facility.name.en)]
                .into_iter()
                .filter_map(|(a, b)| likeness(a, b))
                .reduce(f64::max);
            let is_same = alike.map_or(away <= SAME_PLACE, |alike| alike >= SAME_NAME);
            if is_same && services.iter().any(|service| had.contains(service)) {
                candidates.push((away.0, *index, place.data));
            }
        }
    }
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut taken = HashSet::new();
    for (_, newer, older) in candidates {
        if !same.contains_key(&newer) && taken.insert(older) {
            same.insert(newer, older);
        }
    }
    same
}

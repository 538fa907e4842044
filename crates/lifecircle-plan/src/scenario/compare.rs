//! A city before and after a scenario: who gains and loses what, by service, circle, age group, community and unit.
//!
//! Both are measured by one standard for one walker. Homes before are the first of those after; new ones follow.

use std::collections::BTreeMap;

use geo_types::{Geometry, Point};
use lifecircle::city::{Home, Name};
use lifecircle::geo::Seconds;
use lifecircle::measure::{Measured, Total, residents_of};
use lifecircle::standard::AgeGroup;
use lifecircle::summary::{self, Changes};
use lifecircle::tables::Table;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Applied, Scenario};

/// Ways that change by less than this are told to stay: where a street is cut in two, its time is rounded anew.
const NOTICED: Seconds = Seconds(1.0);

/// What a scenario changes in a city.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Comparison {
    /// Version of these keys.
    pub format: u32,
    /// What the scenario is called.
    pub scenario: String,
    /// Its edits, as they were made.
    pub edits: Vec<Applied>,
    /// What all edits cost that tell it.
    pub cost: Option<f64>,
    /// Residents before and after.
    pub residents: [f64; 2],
    /// How many circles residents have on average, before and after.
    pub mean_circles: [f64; 2],
    /// Residents by how many circles they have, from none to all, before and after.
    pub residents_by_circles: [Vec<f64>; 2],
    /// Residents who have a service that they had not, counted once each; those in new homes are not among them.
    pub residents_gaining: f64,
    /// Residents who lose a service, counted once each.
    pub residents_losing: f64,
    /// The cost for each resident who gains a service.
    pub cost_per_resident: Option<f64>,
    /// Who gets nearer to what, and who farther, in the standard's order; services whose ways stay are left out.
    pub minutes: Vec<MinutesChange>,
    /// By age group; those that are not known are left out.
    pub ages: Vec<AgeChange>,
    /// By unit; empty where none is drawn.
    pub units: Vec<UnitChange>,
    /// By circle, service, community and facility.
    pub changes: Changes,
}

/// How ways to a service change.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct MinutesChange {
    /// Its id.
    pub service: String,
    /// Residents with a shorter way than before; who had none is not among them.
    pub residents_nearer: f64,
    /// By how many minutes it is shorter for them, on average.
    pub minutes_nearer: f64,
    /// Residents with a longer way than before; who has none any more is not among them.
    pub residents_farther: f64,
    /// By how many minutes it is longer for them, on average.
    pub minutes_farther: f64,
}

/// What changes for an age group.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AgeChange {
    /// Which.
    pub group: AgeGroup,
    /// How many they are.
    pub people: f64,
    /// Those who gain a service.
    pub gaining: f64,
    /// Those who lose one.
    pub losing: f64,
    /// How many circles they have on average, before and after.
    pub mean_circles: [f64; 2],
}

/// What changes for the residents of a unit.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct UnitChange {
    /// Its name.
    pub name: Name,
    /// Its residents before.
    pub residents: f64,
    /// Those who gain a service.
    pub gaining: f64,
    /// Those who lose one.
    pub losing: f64,
    /// How many circles they have on average, before and after.
    pub mean_circles: [f64; 2],
}

/// What changes for a home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeChange {
    /// Which.
    pub home: usize,
    /// Services that it has now and had not.
    pub gained: Vec<usize>,
    /// Services that it had and has no more.
    pub lost: Vec<usize>,
    /// How many circles it has, before and after.
    pub circles: [usize; 2],
}

/// The JSON Schema of a comparison.
pub fn comparison_schema() -> serde_json::Value {
    summary::schema_of::<Comparison>("comparison.json of lifecircle: a city before and after a scenario")
}

/// Compares a city before and after a scenario.
///
/// ```
/// use lifecircle::measure::EditedCity;
/// use lifecircle::ready::{ReadyCity, Walk};
/// use lifecircle::{demo, import, network::Walker, standard::Standard};
/// use lifecircle_plan::scenario::{Scenario, apply, compare};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let at = city.homes[0].at;
/// let scenario = Scenario::parse(&format!(
///     r#"{{ "type": "FeatureCollection", "features": [ {{ "type": "Feature",
///       "geometry": {{ "type": "Point", "coordinates": [{}, {}] }},
///       "properties": {{ "edit": "add_facility", "service": "library" }} }} ] }}"#,
///     at.x, at.y
/// ))?;
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &())?;
/// let mut edited = EditedCity::new(&ready, vec![Standard::find("wuhai-8")?], &())?;
/// let before = edited.measured(&())?.remove(0);
/// let edits = apply(&scenario, &mut edited)?;
/// let after = edited.measured(&())?.remove(0);
/// let comparison = compare(&scenario, edits, &before, &after);
/// assert!(comparison.residents_losing == 0.0);
/// # Ok(())
/// # }
/// ```
pub fn compare(scenario: &Scenario, edits: Vec<Applied>, before: &Measured, after: &Measured) -> Comparison {
    let changes = summary::compare(before, after);
    let homes = homes_changed(before, after);
    let (gaining, losing) = gaining_and_losing(after, &homes, &|home| Some(home.residents));
    let circles = [circles_of(before), circles_of(after)];
    let cost = scenario.cost();
    Comparison {
        format: 1,
        scenario: scenario.name.clone(),
        edits,
        cost,
        residents: [before, after]
            .map(|measured| measured.city().homes.iter().map(|home| home.residents).collect::<Total>().value()),
        mean_circles: [(before, &circles[0]), (after, &circles[1])]
            .map(|(measured, circles)| mean(measured, circles, 0..circles.len(), &|home| Some(home.residents))),
        residents_by_circles: [(before, &circles[0]), (after, &circles[1])]
            .map(|(measured, circles)| by_circles(measured, circles)),
        residents_gaining: gaining,
        residents_losing: losing,
        cost_per_resident: cost.filter(|_| gaining > 0.0).map(|cost| cost / gaining),
        minutes: minutes(before, after),
        ages: ages(before, after, &homes, &circles),
        units: units(before, after, &homes, &circles),
        changes,
    }
}

/// The homes for which anything changes: a service or a circle.
pub fn homes_changed(before: &Measured, after: &Measured) -> Vec<HomeChange> {
    let services = 0..before.standard.services.len();
    let of = |home: usize| {
        let (mut gained, mut lost) = (Vec::new(), Vec::new());
        for service in services.clone() {
            match (before.has(home, service), after.has(home, service)) {
                (false, true) => gained.push(service),
                (true, false) => lost.push(service),
                _ => {}
            }
        }
        // Circles follow from services.
        let is_changed = !gained.is_empty() || !lost.is_empty();
        is_changed.then(|| HomeChange { home, gained, lost, circles: [before.circles(home), after.circles(home)] })
    };
    (0..before.city().homes.len()).into_par_iter().filter_map(of).collect()
}

/// The homes for which anything changes, as a table: `id`, `residents`, `gained` and `lost` (ids of services, apart by semicolons),
/// `circles_before`, `circles_after`.
pub fn changed_homes_table(before: &Measured, after: &Measured) -> Table {
    let changes = homes_changed(before, after);
    let homes = || changes.iter().map(|change| &before.city().homes[change.home]);
    let ids = |services: &[usize]| {
        services.iter().map(|service| before.standard.services[*service].id.as_str()).collect::<Vec<_>>().join(";")
    };
    Table::new()
        .text("id", homes().map(|home| &home.id))
        .numbers("residents", homes().map(|home| home.residents))
        .text("gained", changes.iter().map(|change| ids(&change.gained)))
        .text("lost", changes.iter().map(|change| ids(&change.lost)))
        .integers("circles_before", changes.iter().map(|change| change.circles[0] as i32))
        .integers("circles_after", changes.iter().map(|change| change.circles[1] as i32))
        .geometry(homes().map(|home| Geometry::Point(Point(home.at))))
}

type PeopleOf<'a> = &'a (dyn Fn(&Home) -> Option<f64> + Sync);

fn gaining_and_losing(measured: &Measured, homes: &[HomeChange], people: PeopleOf<'_>) -> (f64, f64) {
    let sum = |wanted: &dyn Fn(&HomeChange) -> bool| {
        let wanted = homes.iter().filter(|change| wanted(change));
        wanted.filter_map(|change| people(&measured.city().homes[change.home])).collect::<Total>().value()
    };
    (sum(&|change| !change.gained.is_empty()), sum(&|change| !change.lost.is_empty()))
}

fn circles_of(measured: &Measured) -> Vec<usize> {
    (0..measured.city().homes.len()).into_par_iter().map(|home| measured.circles(home)).collect()
}

fn by_circles(measured: &Measured, circles: &[usize]) -> Vec<f64> {
    let mut totals = vec![Total::default(); measured.standard.circles.len() + 1];
    for (home, circles) in measured.city().homes.iter().zip(circles) {
        totals[*circles] += Total::of(home.residents);
    }
    totals.into_iter().map(Total::value).collect()
}

/// How many circles some people have on average.
fn mean(measured: &Measured, circles: &[usize], homes: impl Iterator<Item = usize>, people: PeopleOf<'_>) -> f64 {
    let (mut sum, mut all) = (Total::default(), Total::default());
    for home in homes {
        let people = people(&measured.city().homes[home]).unwrap_or(0.0);
        sum += Total::of(people * circles[home] as f64);
        all += Total::of(people);
    }
    if all.value() > 0.0 { sum.value() / all.value() } else { 0.0 }
}

fn minutes(before: &Measured, after: &Measured) -> Vec<MinutesChange> {
    let of = |service: usize| {
        let [mut nearer, mut shorter, mut farther, mut longer] = [Total::default(); 4];
        for (index, home) in before.city().homes.iter().enumerate() {
            let (Some(then), Some(now)) = (before.nearest(index, service), after.nearest(index, service)) else {
                continue;
            };
            let (saved, people) = (then.0 - now.0, Total::of(home.residents));
            if saved >= NOTICED.0 {
                nearer += people;
                shorter += Total::of(home.residents * saved);
            } else if saved <= -NOTICED.0 {
                farther += people;
                longer += Total::of(home.residents * -saved);
            }
        }
        let mean = |seconds: Total, people: Total| {
            if people.value() > 0.0 { Seconds(seconds.value() / people.value()).minutes() } else { 0.0 }
        };
        let is_changed = nearer > Total::default() || farther > Total::default();
        is_changed.then(|| MinutesChange {
            service: before.standard.services[service].id.clone(),
            residents_nearer: nearer.value(),
            minutes_nearer: mean(shorter, nearer),
            residents_farther: farther.value(),
            minutes_farther: mean(longer, farther),
        })
    };
    (0..before.standard.services.len()).into_par_iter().filter_map(of).collect()
}

fn ages(before: &Measured, after: &Measured, homes: &[HomeChange], circles: &[Vec<usize>; 2]) -> Vec<AgeChange> {
    let of = |group: AgeGroup| {
        let people = |home: &Home| residents_of(home, group);
        let all: Total = before.city().homes.iter().filter_map(people).collect();
        let (gaining, losing) = gaining_and_losing(after, homes, &people);
        let mean_of =
            |(measured, circles): (&Measured, &Vec<usize>)| mean(measured, circles, 0..circles.len(), &people);
        let mean_circles = [(before, &circles[0]), (after, &circles[1])].map(mean_of);
        (all.value() > 0.0).then(|| AgeChange { group, people: all.value(), gaining, losing, mean_circles })
    };
    [AgeGroup::All, AgeGroup::Children, AgeGroup::Elderly].into_iter().filter_map(of).collect()
}

fn units(before: &Measured, after: &Measured, changed: &[HomeChange], circles: &[Vec<usize>; 2]) -> Vec<UnitChange> {
    let unit_of = |measured: &Measured, home: usize| -> Option<Name> {
        let community = measured.city().homes[home].community?;
        let unit = &measured.city().communities.get(community as usize)?.unit;
        (*unit != Name::default()).then(|| unit.clone())
    };
    let members = |measured: &Measured| {
        let mut members: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        for home in 0..measured.city().homes.len() {
            if let Some(unit) = unit_of(measured, home) {
                members.entry((unit.local, unit.en)).or_default().push(home);
            }
        }
        members
    };
    let (then, now) = (members(before), members(after));
    let residents = |home: &Home| Some(home.residents);
    let of = |((local, en), homes): (&(String, String), &Vec<usize>)| {
        let inside: Vec<HomeChange> =
            changed.iter().filter(|change| homes.binary_search(&change.home).is_ok()).cloned().collect();
        let (gaining, losing) = gaining_and_losing(after, &inside, &residents);
        let none = Vec::new();
        let later = now.get(&(local.clone(), en.clone())).unwrap_or(&none);
        UnitChange {
            name: Name { local: local.clone(), en: en.clone() },
            residents: homes.iter().map(|home| before.city().homes[*home].residents).collect::<Total>().value(),
            gaining,
            losing,
            mean_circles: [
                mean(before, &circles[0], homes.iter().copied(), &residents),
                mean(after, &circles[1], later.iter().copied(), &residents),
            ],
        }
    };
    then.iter().map(of).collect()
}

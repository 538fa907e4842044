//! Tallies: counts of people that add up. Two halves of a city, or ten thousand tiles of a country, tallied apart give, merged,
//! the very numbers of the whole; shares, means and gaps are made of them at the end.
//!
//! Coverage is the share of people who have a service within its threshold, compliance the share who have every required service
//! of a circle. Homes without a street count among all homes and have nothing, so that nobody is hidden.

use std::collections::BTreeMap;
use std::ops::{Add, AddAssign, Sub};

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::Measured;
use crate::city::Home;
use crate::standard::{AgeGroup, Standard};

/// A sum of numbers that is exact, so that it is the same in any order and of any parts: a whole number of 2⁻⁶⁴ths.
///
/// ```
/// use lifecircle::measure::Total;
///
/// let numbers = [0.1, 1e9, 0.2, 0.3];
/// let forwards: Total = numbers.into_iter().collect();
/// let backwards: Total = numbers.into_iter().rev().collect();
/// assert_eq!(forwards, backwards);
/// assert_eq!(forwards.value(), 1_000_000_000.6);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Total(i128);

impl Total {
    const UNIT: f64 = (1_u128 << 64) as f64;

    /// The sum of one number.
    pub fn of(number: f64) -> Self {
        // Beyond what a sum can hold the greatest is kept; no number is not there.
        Self((number * Self::UNIT).round() as i128)
    }

    /// The nearest floating-point number.
    pub fn value(self) -> f64 {
        self.0 as f64 / Self::UNIT
    }
}

impl Add for Total {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Total {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Total {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl FromIterator<f64> for Total {
    fn from_iter<I: IntoIterator<Item = f64>>(numbers: I) -> Self {
        numbers.into_iter().map(Self::of).fold(Self::default(), Self::add)
    }
}

/// Homes and the people in them, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PeopleCount {
    /// Number of homes.
    pub homes: u64,
    /// Number of residents.
    pub residents: Total,
    /// Children whose number is known.
    pub children: Total,
    /// Old people whose number is known.
    pub elderly: Total,
    /// Homes whose number of children is not known.
    pub homes_of_unknown_children: u64,
    /// Homes whose number of older people is not known.
    pub homes_of_unknown_elderly: u64,
}

impl PeopleCount {
    fn of(home: &Home) -> Self {
        let known = |age: Option<f64>| Total::of(age.unwrap_or(0.0));
        Self {
            homes: 1,
            residents: Total::of(home.residents),
            children: known(home.ages.children),
            elderly: known(home.ages.elderly),
            homes_of_unknown_children: u64::from(home.ages.children.is_none()),
            homes_of_unknown_elderly: u64::from(home.ages.elderly.is_none()),
        }
    }

    /// Those of an age group, if the ages of all these homes are known; everybody otherwise.
    pub fn of_group(&self, group: AgeGroup) -> (AgeGroup, Total) {
        match group {
            AgeGroup::Children if self.homes_of_unknown_children == 0 => (group, self.children),
            AgeGroup::Elderly if self.homes_of_unknown_elderly == 0 => (group, self.elderly),
            _ => (AgeGroup::All, self.residents),
        }
    }

    /// Their share of all.
    pub fn share_of(self, all: Self) -> Share {
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let of = |part: Total, whole: Total| share(part.value(), whole.value());
        let known = |whole: Total| whole > Total::default();
        Share {
            homes: share(self.homes as f64, all.homes as f64),
            residents: of(self.residents, all.residents),
            children: known(all.children).then(|| of(self.children, all.children)),
            elderly: known(all.elderly).then(|| of(self.elderly, all.elderly)),
        }
    }
}

impl AddAssign for PeopleCount {
    fn add_assign(&mut self, other: Self) {
        self.homes += other.homes;
        self.residents += other.residents;
        self.children += other.children;
        self.elderly += other.elderly;
        self.homes_of_unknown_children += other.homes_of_unknown_children;
        self.homes_of_unknown_elderly += other.homes_of_unknown_elderly;
    }
}

impl Sub for PeopleCount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self {
            homes: self.homes - other.homes,
            residents: self.residents - other.residents,
            children: self.children - other.children,
            elderly: self.elderly - other.elderly,
            homes_of_unknown_children: self.homes_of_unknown_children - other.homes_of_unknown_children,
            homes_of_unknown_elderly: self.homes_of_unknown_elderly - other.homes_of_unknown_elderly,
        }
    }
}

/// What homes have of a service, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServiceTally {
    /// Those who have it.
    pub having: PeopleCount,
    /// Those who lack it as far as is known, but live so near to where the data ends that one beyond could be within reach.
    pub unknown: PeopleCount,
    /// Residents who can get to one at all.
    pub residents_with_way: Total,
    /// Their seconds to the nearest, times residents.
    pub seconds: Total,
    /// The same of those who lack it.
    pub lacking_with_way: Total,
    /// Seconds of those who lack it to the nearest, times residents.
    pub lacking_seconds: Total,
    /// Metres of those who lack it to the nearest, times residents; none where nobody has a distance.
    pub lacking_metres: Option<Total>,
    /// What the service's ratio asks for, for these homes.
    pub needed: Total,
    /// What these homes get.
    pub had: Total,
}

impl AddAssign for ServiceTally {
    fn add_assign(&mut self, other: Self) {
        self.having += other.having;
        self.unknown += other.unknown;
        self.residents_with_way += other.residents_with_way;
        self.seconds += other.seconds;
        self.lacking_with_way += other.lacking_with_way;
        self.lacking_seconds += other.lacking_seconds;
        if let Some(metres) = other.lacking_metres {
            *self.lacking_metres.get_or_insert_default() += metres;
        }
        self.needed += other.needed;
        self.had += other.had;
    }
}

/// What some homes have, counted by a standard.
///
/// ```
/// use lifecircle::measure::{Coverage, Tally, measure};
/// use lifecircle::ready::{ReadyCity, Walk};
/// use lifecircle::{demo, import, network::Walker, standard::Standard};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let homes = city.homes.len();
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &())?;
/// let measured = measure(&ready, Standard::find("wuhai-8")?, &())?;
/// let mut merged = Tally::of(&measured, 0..homes / 3);
/// merged += &Tally::of(&measured, homes / 3..homes);
/// let whole = Tally::of(&measured, 0..homes);
/// assert_eq!(merged, whole);
/// assert!(Coverage::of(&measured.standard, &whole).services[0].residents > 0.0);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub all: PeopleCount,
    /// By service of the standard.
    pub services: Vec<ServiceTally>,
    /// By circle, those who have every required service of it.
    pub circles: Vec<PeopleCount>,
    /// By pair, those who have all of it.
    pub pairs: Vec<PeopleCount>,
    /// Residents by how many circles they have, from none to all.
    pub residents_by_circles: Vec<Total>,
    /// Residents by how many required services they have, from none to all.
    pub residents_by_required: Vec<Total>,
}

impl Tally {
    /// Of no home.
    pub fn empty(standard: &Standard) -> Self {
        Self {
            all: PeopleCount::default(),
            services: vec![ServiceTally::default(); standard.services.len()],
            circles: vec![PeopleCount::default(); standard.circles.len()],
            pairs: vec![PeopleCount::default(); standard.pairs.len()],
            residents_by_circles: vec![Total::default(); standard.circles.len() + 1],
            residents_by_required: vec![Total::default(); standard.required().count() + 1],
        }
    }

    /// Of some homes of a measured city.
    ///
    /// # Panics
    /// If there is no such home.
    pub fn of(measured: &Measured, homes: impl IntoIterator<Item = usize>) -> Self {
        let mut tally = Self::empty(&measured.standard);
        for home in homes {
            tally.add(measured, home);
        }
        tally
    }

    fn add(&mut self, measured: &Measured, index: usize) {
        let standard = &measured.standard;
        let home = &measured.city().homes[index];
        let people = PeopleCount::of(home);
        self.all += people;
        for (service, tally) in self.services.iter_mut().enumerate() {
            tally.add(measured, index, service, people);
        }
        let mut held = 0;
        for (circle, tally) in self.circles.iter_mut().enumerate() {
            if measured.has_circle(index, circle) {
                *tally += people;
                held += 1;
            }
        }
        self.residents_by_circles[held] += people.residents;
        let required = standard.required().filter(|service| measured.has(index, *service)).count();
        self.residents_by_required[required] += people.residents;
        for (pair, tally) in standard.pairs.iter().zip(&mut self.pairs) {
            if pair.services.iter().all(|service| measured.has(index, *service)) {
                *tally += people;
            }
        }
    }

    /// Those who lack a service, whatever lies beyond the data.
    pub fn surely_lacking(&self, service: usize) -> PeopleCount {
        self.lacking(service) - self.services[service].unknown
    }

    /// Those who lack a service as far as is known.
    pub fn lacking(&self, service: usize) -> PeopleCount {
        self.all - self.services[service].having
    }
}

/// Adds what other homes have, by the same standard.
///
/// # Panics
/// If the other is a tally by another standard.
impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        fn add<T: AddAssign + Copy>(to: &mut [T], from: &[T]) {
            assert_eq!(to.len(), from.len(), "tallies are by one standard");
            to.iter_mut().zip(from).for_each(|(to, from)| *to += *from);
        }
        self.all += other.all;
        add(&mut self.services, &other.services);
        add(&mut self.circles, &other.circles);
        add(&mut self.pairs, &other.pairs);
        add(&mut self.residents_by_circles, &other.residents_by_circles);
        add(&mut self.residents_by_required, &other.residents_by_required);
    }
}

/// The tally of each community of a city, and of all its homes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CityTally {
    /// Of all homes.
    pub all: Tally,
    /// By community, as an index among the city's; those without homes are left out.
    pub communities: BTreeMap<u32, Tally>,
    /// Of homes that lie in no community.
    pub elsewhere: Tally,
}

/// Homes that are counted at once.
const AT_ONCE: usize = 4096;

impl CityTally {
    /// Of no home.
    pub fn empty(standard: &Standard) -> Self {
        let none = Tally::empty(standard);
        Self { all: none.clone(), communities: BTreeMap::new(), elsewhere: none }
    }

    /// Of a measured city.
    pub fn of(measured: &Measured) -> Self {
        Self::of_some(measured, |_| true)
    }

    /// Of some homes of a measured city: those of a tile, but not those around it that only share its facilities.
    pub fn of_some(measured: &Measured, is_counted: impl Fn(usize) -> bool + Sync) -> Self {
        let (city, standard) = (measured.city(), &*measured.standard);
        let starts: Vec<usize> = (0..city.homes.len()).step_by(AT_ONCE).collect();
        // Sums are exact, so it does not matter in which order parts are merged.
        starts
            .into_par_iter()
            .map(|start| {
                let mut part = Self::empty(standard);
                for home in (start..(start + AT_ONCE).min(city.homes.len())).filter(|home| is_counted(*home)) {
                    part.area(city.homes[home].community, standard).add(measured, home);
                }
                part.all = part.elsewhere.clone();
                part.communities.values().for_each(|community| part.all += community);
                part
            })
            .reduce(
                || Self::empty(standard),
                |mut whole, part| {
                    whole.merge(&part, standard);
                    whole
                },
            )
    }

    /// Adds what other homes of the same communities have.
    ///
    /// # Panics
    /// If the other is a tally by another standard.
    pub fn merge(&mut self, other: &Self, standard: &Standard) {
        self.all += &other.all;
        self.elsewhere += &other.elsewhere;
        for (community, tally) in &other.communities {
            *self.area(Some(*community), standard) += tally;
        }
    }

    fn area(&mut self, community: Option<u32>, standard: &Standard) -> &mut Tally {
        match community {
            Some(community) => self.communities.entry(community).or_insert_with(|| Tally::empty(standard)),
            None => &mut self.elsewhere,
        }
    }
}

impl ServiceTally {
    fn add(&mut self, measured: &Measured, index: usize, service: usize, people: PeopleCount) {
        let residents = measured.city().homes[index].residents;
        let has = measured.has(index, service);
        if has {
            self.having += people;
        } else if measured.could_be_beyond(index, service) {
            self.unknown += people;
        }
        if let Some(time) = measured.nearest(index, service) {
            let seconds = Total::of(time.0 * residents);
            self.residents_with_way += people.residents;
            self.seconds += seconds;
            if !has {
                self.lacking_with_way += people.residents;
                self.lacking_seconds += seconds;
            }
        }
        if let Some(length) = measured.nearest_metres(index, service).filter(|_| !has) {
            *self.lacking_metres.get_or_insert_default() += Total::of(length.0 * residents);
        }
        let ratio = measured.standard.services[service].ratio.as_ref();
        if let Some((ratio, supply)) = ratio.zip(measured.supply[service].as_ref()) {
            let (needed, had) = supply.needed_and_had(ratio, index);
            self.needed += Total::of(needed);
            self.had += Total::of(had);
        }
    }
}

/// A share of homes and of residents, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, JsonSchema)]
pub struct Share {
    /// Of homes.
    pub homes: f64,
    /// Of residents.
    pub residents: f64,
    /// Of children, 0 to 14 years; none where ages are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub children: Option<f64>,
    /// Of people of 60 and older; none where ages are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elderly: Option<f64>,
}

impl Share {
    /// The share of an age group; that of all residents where ages are not known.
    pub fn of(&self, group: AgeGroup) -> f64 {
        let share = match group {
            AgeGroup::All => None,
            AgeGroup::Children => self.children,
            AgeGroup::Elderly => self.elderly,
        };
        share.unwrap_or(self.residents)
    }
}

/// Who has what among some homes.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Number of homes.
    pub homes: u64,
    /// Number of residents.
    pub residents: f64,
    /// For each service of the standard, who has it.
    pub services: Vec<Share>,
    /// For each circle of the standard.
    pub circles: Vec<CircleCoverage>,
    /// For each aspect of the standard, the mean coverage of its services.
    pub aspects: Vec<Share>,
    /// For each pair of the standard, who has all of it.
    pub pairs: Vec<Share>,
    /// Residents by how many circles they have, from none to all.
    pub residents_by_circles: Vec<f64>,
}

/// Who has a circle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct CircleCoverage {
    /// Mean coverage of its required services.
    pub coverage: Share,
    /// Those who have every required service.
    pub compliance: Share,
}

impl Coverage {
    /// The shares of what was counted.
    pub fn of(standard: &Standard, tally: &Tally) -> Self {
        let all = tally.all;
        let services: Vec<Share> = tally.services.iter().map(|service| service.having.share_of(all)).collect();
        let circles = tally
            .circles
            .iter()
            .enumerate()
            .map(|(circle, tally)| CircleCoverage {
                coverage: mean(standard.deciding(circle).map(|s| services[s])),
                compliance: tally.share_of(all),
            })
            .collect();
        let aspects =
            standard.aspects.iter().map(|aspect| mean(aspect.services.iter().map(|s| services[*s]))).collect();
        Self {
            homes: all.homes,
            residents: all.residents.value(),
            services,
            circles,
            aspects,
            pairs: tally.pairs.iter().map(|pair| pair.share_of(all)).collect(),
            residents_by_circles: tally.residents_by_circles.iter().map(|residents| residents.value()).collect(),
        }
    }
}

/// The mean of shares, each of its parts by itself.
fn mean(shares: impl Iterator<Item = Share>) -> Share {
    let shares: Vec<Share> = shares.collect();
    let count = shares.len().max(1) as f64;
    let of = |part: fn(&Share) -> f64| shares.iter().map(part).sum::<f64>() / count;
    let maybe = |part: fn(&Share) -> Option<f64>| Some(shares.iter().map(part).sum::<Option<f64>>()? / count);
    Share {
        homes: of(|share| share.homes),
        residents: of(|share| share.residents),
        children: maybe(|share| share.children).filter(|_| !shares.is_empty()),
        elderly: maybe(|share| share.elderly).filter(|_| !shares.is_empty()),
    }
}

//! What one walker reaches: every time, length and count that standards ask for, found in one pass of the kernels.
//!
//! Standards ask for the same groups of facilities again and again; each group is searched once. It knows facilities
//! as groups of numbers, and nothing of what a standard makes of them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::Result;
use crate::formulas::Trips;
use crate::geo::{Metres, Seconds};
use crate::network::{Cost, Millimetres, Millis};
use crate::progress::{Progress, Quietly};
use crate::reach::{Answers, KNearest, Places, Question, catchment, k_nearest};
use crate::ready::{ReadyCity, Searched};
use crate::standard::{Recognised, Standard, Threshold};

/// The times within which facilities are counted, besides each service's own threshold.
pub const COUNTED_MINUTES: [f64; 3] = [5.0, 10.0, 15.0];

/// What one walker reaches.
#[derive(Debug)]
pub struct Reached {
    /// The city and who walks it.
    pub ready: ReadyCity,
    /// The facilities of each group.
    groups: Vec<Vec<u32>>,
    times: Arc<Answers<Millis>>,
    /// The same in metres for the groups that are asked for within a distance.
    lengths: Option<Arc<Answers<Millimetres>>>,
}

/// What is asked: how many groups there are, within which limits each is counted, and which services each answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    /// For each group the limits in time; the first are [`COUNTED_MINUTES`].
    pub time_limits: Vec<Vec<Millis>>,
    /// The groups that are asked for within a distance, and their limits.
    pub length_groups: Vec<usize>,
    pub length_limits: Vec<Vec<Millimetres>>,
}

/// Where a service's numbers stand: its group, and its own threshold among the group's limits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At {
    pub group: usize,
    limit: Limit,
}

#[derive(Debug, Clone, Copy)]
enum Limit {
    Time {
        limit: Millis,
        column: usize,
    },
    /// `group` counts among the groups that are asked for within a distance.
    Length {
        limit: Millimetres,
        group: usize,
        column: usize,
    },
}

impl Plan {
    /// Adds a group.
    pub fn add_group(&mut self) -> usize {
        let counted = COUNTED_MINUTES.map(|minutes| Millis::round(Seconds::from_minutes(minutes)));
        self.time_limits.push(counted.to_vec());
        self.time_limits.len() - 1
    }

    /// Asks for a group within a threshold.
    pub fn ask(&mut self, group: usize, threshold: Threshold) -> At {
        let limit = match threshold {
            Threshold::Time(time) => {
                let limit = Millis::round(time);
                Limit::Time { limit, column: position(&mut self.time_limits[group], limit) }
            }
            Threshold::Distance(metres) => {
                let limit = Millimetres::round(metres);
                let group = position(&mut self.length_groups, group);
                self.length_limits.resize(self.length_groups.len(), Vec::new());
                Limit::Length { limit, group, column: position(&mut self.length_limits[group], limit) }
            }
        };
        At { group, limit }
    }
}

/// Where an item stands in a list; it is added if it does not.
fn position<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    list.iter().position(|other| *other == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}

/// What several standards ask for, where each one's services stand, and the facilities of each group: equal ones are one group.
pub(super) fn plan(standards: &[(&Standard, &Recognised)]) -> (Plan, Vec<Vec<At>>, Vec<Vec<u32>>) {
    let (mut plan, mut groups) = (Plan::default(), Vec::new());
    let mut known: HashMap<&[u32], usize> = HashMap::new();
    let mut at = Vec::with_capacity(standards.len());
    for (standard, recognised) in standards {
        let services = standard.services.iter().zip(&recognised.services).map(|(service, members)| {
            let group = *known.entry(members).or_insert_with(|| {
                groups.push(members.clone());
                plan.add_group()
            });
            plan.ask(group, service.threshold)
        });
        at.push(services.collect());
    }
    (plan, at, groups)
}

impl Reached {
    /// Finds what is planned.
    pub(super) fn find(ready: ReadyCity, plan: &Plan, groups: Vec<Vec<u32>>, progress: &dyn Progress) -> Result<Self> {
        let times = Arc::new(answers(ready.times(), &groups, &plan.time_limits, progress)?);
        let far: Vec<Vec<u32>> = plan.length_groups.iter().map(|group| groups[*group].clone()).collect();
        let lengths = match far.is_empty() {
            true => None,
            false => Some(Arc::new(answers(ready.lengths(), &far, &plan.length_limits, progress)?)),
        };
        Ok(Self { ready, groups, times, lengths })
    }

    /// What was found elsewhere.
    pub(super) fn of(
        ready: ReadyCity,
        groups: Vec<Vec<u32>>,
        times: Arc<Answers<Millis>>,
        lengths: Option<Arc<Answers<Millimetres>>>,
    ) -> Self {
        Self { ready, groups, times, lengths }
    }

    /// The time from a home to the nearest facility.
    pub(super) fn nearest(&self, home: usize, at: At) -> Option<Seconds> {
        self.times.nearest(home, at.group).quantity()
    }

    /// The way from a home to the nearest facility, for those who ask for a distance.
    pub(super) fn nearest_metres(&self, home: usize, at: At) -> Option<Metres> {
        match (at.limit, &self.lengths) {
            (Limit::Length { group, .. }, Some(lengths)) => lengths.nearest(home, group).quantity(),
            _ => None,
        }
    }

    /// How many facilities lie within 5, 10 and 15 minutes of a home.
    pub(super) fn counts(&self, home: usize, at: At) -> [u32; 3] {
        let counts = self.times.counts(home, at.group);
        [counts[0], counts[1], counts[2]]
    }

    /// How many facilities lie within the service's own threshold.
    pub(super) fn count_within_threshold(&self, home: usize, at: At) -> u32 {
        match (at.limit, &self.lengths) {
            (Limit::Time { column, .. }, _) => self.times.counts(home, at.group)[column],
            (Limit::Length { group, column, .. }, Some(lengths)) => lengths.counts(home, group)[column],
            (Limit::Length { .. }, None) => 0,
        }
    }

    /// Whether the nearest lies within the threshold.
    pub(super) fn has_one(&self, home: usize, at: At) -> bool {
        match (at.limit, &self.lengths) {
            (Limit::Time { limit, .. }, _) => self.times.nearest(home, at.group) <= limit,
            (Limit::Length { limit, group, .. }, Some(lengths)) => lengths.nearest(home, group) <= limit,
            (Limit::Length { .. }, None) => false,
        }
    }

    /// For each home its k nearest facilities of a service in time.
    pub(super) fn nearest_few(&self, k: usize, at: At, progress: &dyn Progress) -> Result<KNearest> {
        k_nearest_of(self.ready.times(), &self.groups[at.group], k, progress)
    }

    /// The same in length.
    pub(super) fn nearest_few_lengths(
        &self,
        k: usize,
        at: At,
        progress: &dyn Progress,
    ) -> Result<KNearest<Millimetres>> {
        k_nearest_of(self.ready.lengths(), &self.groups[at.group], k, progress)
    }

    /// The trips from all homes to the facilities of a service within its threshold, in the threshold's own unit.
    pub(super) fn trips(&self, at: At, progress: &dyn Progress) -> Result<AnyTrips> {
        let group = &self.groups[at.group];
        Ok(match at.limit {
            Limit::Time { limit, .. } => {
                let trips = trips_of(self.ready.times(), group, limit, progress)?;
                AnyTrips::Times { trips, within: limit.quantity().unwrap_or(Seconds(f64::INFINITY)) }
            }
            Limit::Length { limit, .. } => {
                let trips = trips_of(self.ready.lengths(), group, limit, progress)?;
                AnyTrips::Lengths { trips, within: limit.quantity().unwrap_or(Metres(f64::INFINITY)) }
            }
        })
    }
}

/// Trips within a threshold, in time or in length.
#[derive(Debug, Clone)]
pub(super) enum AnyTrips {
    Times { trips: Trips<Seconds>, within: Seconds },
    Lengths { trips: Trips<Metres>, within: Metres },
}

fn answers<C: Cost>(
    searched: &Searched<C>,
    groups: &[Vec<u32>],
    limits: &[Vec<C>],
    progress: &dyn Progress,
) -> Result<Answers<C>> {
    let question = Question { origins: searched.homes(), targets: searched.facilities(), groups };
    Answers::find(searched.engine(progress)?, question, limits, progress)
}

fn k_nearest_of<C: Cost>(
    searched: &Searched<C>,
    group: &[u32],
    k: usize,
    progress: &dyn Progress,
) -> Result<KNearest<C>> {
    let groups = [group.to_vec()];
    let question = Question { origins: searched.homes(), targets: searched.facilities(), groups: &groups };
    let mut found = k_nearest(searched.engine(progress)?, question, k, &Quietly(progress))?;
    // One group in, one list out.
    Ok(found.swap_remove(0))
}

fn trips_of<C: Cost>(
    searched: &Searched<C>,
    group: &[u32],
    limit: C,
    progress: &dyn Progress,
) -> Result<Trips<C::Quantity>> {
    let homes = searched.homes();
    let members: Places<C> =
        group.iter().map(|facility| searched.facilities().doors(*facility as usize).to_vec()).collect();
    let found = catchment(searched.engine(progress)?, &members, homes, limit, progress)?;
    let quantity = |(home, cost): (u32, C)| Some((home, cost.quantity()?));
    let by_target = found.into_iter().map(|homes| homes.into_iter().filter_map(quantity).collect()).collect();
    Ok(Trips::by_target(homes.len(), by_target))
}

//! The homes of a city as demands of a problem: who could be helped by a new facility of each service, and by which candidate.

use lifecircle::city::Home;
use lifecircle::error::{Error, Result};
use lifecircle::geo::Seconds;
use lifecircle::measure::{Measured, residents_of};
use lifecircle::network::{Cost, Millimetres, Millis};
use lifecircle::progress::Progress;
use lifecircle::reach::{Places, catchment};
use lifecircle::ready::Searched;
use lifecircle::say;
use lifecircle::standard::{AgeGroup, Threshold};

use super::candidates::Candidates;
use super::{LONGEST_WAY, Model, Question, Weights};
use crate::siting::{Demand, Link};

/// People are counted in thousandths, ways in tenths of seconds.
pub(crate) const PARTS_OF_PERSON: f64 = 1_000.0;
pub(super) const PARTS_OF_SECOND: f64 = 10.0;

/// The demands of all services that are asked for, one service after another.
pub(super) struct Demands {
    model: Model,
    /// Each service and what is near enough.
    services: Vec<(usize, Threshold)>,
    pub all: Vec<Demand>,
    /// By how many more facilities each wants to be served.
    pub times: Vec<u32>,
    /// People whom the services are for, each service for itself.
    pub people: f64,
    /// What counts before: people who have the service, or their seconds of way.
    pub before: f64,
}

impl Demands {
    pub fn of(measured: &Measured, question: &Question, progress: &dyn Progress) -> Result<Self> {
        let threshold = |service: &usize| {
            let own = measured.standard.services[*service].threshold;
            (*service, question.within.map_or(own, Threshold::Time))
        };
        let services: Vec<_> = question.services.iter().map(threshold).collect();
        let mut demands =
            Self { model: question.model, services, all: Vec::new(), times: Vec::new(), people: 0.0, before: 0.0 };
        for (service, threshold) in demands.services.clone() {
            let near = match question.model {
                Model::Backup => demands.homes_near(measured, service, threshold, progress)?,
                _ => Vec::new(),
            };
            let mut facilities = vec![0; measured.city().homes.len()];
            near.iter().flatten().for_each(|&home| facilities[home as usize] += 1);
            for (index, home) in measured.city().homes.iter().enumerate() {
                let people = people_of(measured, question, home, service)?;
                let ceiling = ceiling(measured, question, index, service);
                let times = match question.model {
                    Model::Backup => 2_u32.saturating_sub(facilities[index]),
                    _ => ceiling.min(1),
                };
                demands.people += people;
                demands.before += match question.model {
                    Model::Cover => people * f64::from(1 - ceiling),
                    Model::Backup => people * f64::from(2 - times),
                    // Who has a place is known when all have gone to theirs.
                    Model::Capacitated | Model::Center => 0.0,
                    Model::Median => people * f64::from(ceiling) / PARTS_OF_SECOND,
                };
                let weight = (people * PARTS_OF_PERSON).round() as i64;
                demands.all.push(Demand { weight, ceiling: Some(if times == 0 { 0 } else { ceiling }) });
                demands.times.push(times);
            }
        }
        Ok(demands)
    }

    /// The homes that reach each existing facility of a service within its threshold.
    pub fn homes_near(
        &self,
        measured: &Measured,
        service: usize,
        threshold: Threshold,
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<u32>>> {
        let ready = &measured.reached.ready;
        let members = &measured.recognised.services[service];
        match threshold {
            Threshold::Time(limit) => near(ready.times(), members, Millis::round(limit), progress),
            Threshold::Distance(limit) => near(ready.lengths(), members, Millimetres::round(limit), progress),
        }
    }

    /// How near is near enough for the only service.
    pub fn threshold(&self) -> Threshold {
        self.services[0].1
    }

    /// How many units of cost a person, or a person's second, is.
    pub fn parts(&self) -> f64 {
        match self.model {
            Model::Median => PARTS_OF_PERSON * PARTS_OF_SECOND,
            // Ways, where the longest counts.
            Model::Center => PARTS_OF_SECOND,
            Model::Cover | Model::Backup | Model::Capacitated => PARTS_OF_PERSON,
        }
    }

    /// Whether all thresholds are times.
    pub fn are_in_time(&self) -> bool {
        self.services.iter().all(|(_, threshold)| matches!(threshold, Threshold::Time(_)))
    }

    /// For each service, the links of each home to the candidates that serve it, if everybody may take some time longer.
    pub fn links(
        &self,
        measured: &Measured,
        candidates: &Candidates,
        longer: Seconds,
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<Vec<Link>>>> {
        let homes = measured.city().homes.len();
        let of_service = |(number, (service, threshold)): (usize, &(usize, Threshold))| {
            let own = &self.all[number * homes..(number + 1) * homes];
            let mut rows = self.served(measured, candidates, (*threshold, longer), own, progress)?;
            let is_allowed = |link: &Link| {
                let services = &candidates.all[link.site as usize].1.services;
                services.is_empty() || services.contains(service)
            };
            rows.iter_mut().for_each(|row| row.retain(is_allowed));
            Ok(rows)
        };
        self.services.iter().enumerate().map(of_service).collect()
    }

    fn served(
        &self,
        measured: &Measured,
        candidates: &Candidates,
        (threshold, longer): (Threshold, Seconds),
        own: &[Demand],
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<Link>>> {
        let ready = &measured.reached.ready;
        match (self.model, threshold) {
            (Model::Cover | Model::Backup | Model::Capacitated, Threshold::Distance(metres)) => {
                let lengths = ready.lengths();
                let places = candidates.snaps.iter().map(|snap| Some(snap.in_lengths(lengths.network()))).collect();
                rows(lengths, &places, (Millimetres::round(metres), |_| 0), own, progress)
            }
            (Model::Cover | Model::Backup | Model::Capacitated, Threshold::Time(seconds)) => {
                let limit = Millis::round(Seconds(seconds.0 + longer.0));
                rows(ready.times(), &candidates.places(), (limit, |_| 0), own, progress)
            }
            (Model::Median | Model::Center, _) => {
                let cost = |time: Millis| tenths(Seconds(f64::from(time.units()) / 1_000.0));
                rows(ready.times(), &candidates.places(), (Millis::round(LONGEST_WAY), cost), own, progress)
            }
        }
    }
}

fn tenths(time: Seconds) -> u32 {
    (time.0 * PARTS_OF_SECOND).round() as u32
}

/// What a home costs as it is: 1 where it lacks the service, or its way.
fn ceiling(measured: &Measured, question: &Question, home: usize, service: usize) -> u32 {
    let nearest = measured.nearest(home, service);
    match (question.model, question.within) {
        (Model::Cover, Some(within)) => u32::from(!nearest.is_some_and(|time| time.0 <= within.0)),
        (Model::Cover, None) => u32::from(!measured.has(home, service)),
        // Whoever has one may want another, or find it full.
        (Model::Backup | Model::Capacitated, _) => 1,
        (Model::Median | Model::Center, _) => {
            tenths(nearest.map_or(LONGEST_WAY, |now| Seconds(now.0.min(LONGEST_WAY.0))))
        }
    }
}

/// The people of a home who count for a service.
fn people_of(measured: &Measured, question: &Question, home: &Home, service: usize) -> Result<f64> {
    let service = &measured.standard.services[service];
    if question.model != Model::Capacitated {
        return question.weights.of(home, service.people);
    }
    let group = service.ratio.as_ref().map_or(service.people, |ratio| ratio.people);
    residents_of(home, group).ok_or_else(|| {
        Error::new(say!(
            "places of `{}` are for {}, and the ages of residents are not known",
            "“{}”的服务对象限于某一年龄段（{}），而居民的年龄未知",
            service.id,
            group.name()
        ))
        .hint(say!("give people with columns children and elderly", "请给出含 children、elderly 列的人口数据"))
    })
}

/// The homes that reach each of some facilities within a limit.
fn near<C: Cost>(searched: &Searched<C>, members: &[u32], limit: C, progress: &dyn Progress) -> Result<Vec<Vec<u32>>> {
    let all = searched.facilities();
    let members: Places<C> = members.iter().map(|&facility| all.doors(facility as usize).to_vec()).collect();
    let found = catchment(searched.engine(progress)?, &members, searched.homes(), limit, progress)?;
    Ok(found.into_iter().map(|homes| homes.into_iter().map(|(home, _)| home).collect()).collect())
}

/// For each home the candidates that serve it within a limit more cheaply than it is served, and what that costs.
fn rows<C: Cost>(
    searched: &Searched<C>,
    candidates: &Places<C>,
    (limit, cost): (C, impl Fn(C) -> u32),
    demands: &[Demand],
    progress: &dyn Progress,
) -> Result<Vec<Vec<Link>>> {
    let found = catchment(searched.engine(progress)?, candidates, searched.homes(), limit, progress)?;
    let mut rows = vec![Vec::new(); demands.len()];
    for (site, homes) in (0..).zip(found) {
        for (home, way) in homes {
            let (cost, demand) = (cost(way), &demands[home as usize]);
            if demand.weight > 0 && demand.ceiling.is_some_and(|ceiling| cost < ceiling) {
                rows[home as usize].push(Link { cost, site });
            }
        }
    }
    Ok(rows)
}

impl Weights {
    /// How much a home counts for a service that is for an age group: its people, some of them more than once. Where ages are not known, everybody counts.
    fn of(&self, home: &Home, group: AgeGroup) -> Result<f64> {
        let people = residents_of(home, group).unwrap_or(home.residents);
        if *self == Self::default() {
            return Ok(people);
        }
        let unknown = || {
            Error::new(say!(
                "people of some ages are to count more, and the ages of residents are not known",
                "要求某些年龄的人权重更高，而居民的年龄未知"
            ))
            .hint(say!(
                "give people with columns children and elderly, or leave the weights out",
                "请给出含 children、elderly 列的人口数据，或不设权重"
            ))
        };
        let (children, elderly) = home.ages.children.zip(home.ages.elderly).ok_or_else(unknown)?;
        let [children, elderly] = match group {
            AgeGroup::All => [children, elderly],
            AgeGroup::Children => [children, 0.0],
            AgeGroup::Elderly => [0.0, elderly],
        };
        Ok(people + (self.children - 1.0) * children + (self.elderly - 1.0) * elderly)
    }
}

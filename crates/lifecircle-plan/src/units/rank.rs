//! Units as pilots (试点): those first where new facilities give most people a service for what they cost.
//!
//! Each unit has the same budget, for facilities at its own junctions; whoever gains counts, in the unit or beside it.

use lifecircle::say;
use std::cmp::Ordering;

use geo::{BoundingRect as _, Intersects as _};
use geo_types::Point;
use lifecircle::city::{Community, Home};
use lifecircle::error::{Error, Result};
use lifecircle::measure::Measured;
use lifecircle::progress::Progress;
use schemars::JsonSchema;
use serde::Serialize;

use super::Units;
use crate::sites::{Candidate, Model, Most, Once, Question, find_sites, junctions};
use crate::siting::Watch;

/// How many services are looked at where none are named.
pub const MOST_LACKED: usize = 8;

/// What may be built in a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Pilots {
    /// What a new facility of each service costs; services without a price are not built.
    pub prices: Vec<(usize, f64)>,
    /// How much may be spent in each unit.
    pub budget: f64,
}

impl Pilots {
    /// So many facilities of the [`MOST_LACKED`] required services that most residents lack, each of the same price.
    pub fn of_count(measured: &Measured, count: u32) -> Self {
        let prices = most_lacked(measured, None, |_| true).into_iter().map(|service| (service, 1.0)).collect();
        Self { prices, budget: f64::from(count) }
    }
}

/// The [`MOST_LACKED`] required services that most residents of the city, or of a community, lack; of those that are meant and of which one
/// is enough.
pub fn most_lacked(
    measured: &Measured,
    inside: Option<&Community>,
    is_meant_service: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let city = measured.city();
    let inside = inside.and_then(|one| city.communities.iter().position(|known| known.id == one.id));
    let is_meant = |home: &Home| inside.is_none() || home.community.map(|community| community as usize) == inside;
    let lacking = |service: usize| {
        let homes = city.homes.iter().enumerate().filter(|(_, home)| is_meant(home));
        homes.filter(|(home, _)| !measured.has(*home, service)).map(|(_, home)| home.residents).sum::<f64>()
    };
    let services = measured.standard.required().filter(|service| measured.standard.services[*service].count == 1);
    let services = services.filter(|service| is_meant_service(*service));
    let mut services: Vec<(f64, usize)> = services.map(|service| (lacking(service), service)).collect();
    services.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    services.truncate(MOST_LACKED);
    services.into_iter().map(|(_, service)| service).collect()
}

/// What a unit would gain.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Pilot {
    /// The unit's place in the list of units.
    pub unit: usize,
    /// Services that residents gain, each counted with its residents.
    pub gains: f64,
    /// No choice within the budget gives more.
    pub bound: f64,
    /// What it costs.
    pub cost: f64,
    /// Services gained for a unit of cost.
    pub gains_per_cost: f64,
    /// The services that are built, by their ids, each as often as it is built: the one that gives most first.
    pub builds: Vec<String>,
    /// Where, in the same order: longitudes and latitudes.
    pub at: Vec<[f64; 2]>,
}

/// The units, those first where most is gained for what it costs.
///
/// # Errors
/// If nothing has a price, or it is cancelled before anything is known.
pub fn rank(
    measured: &Measured,
    units: &Units,
    pilots: &Pilots,
    watch: &dyn Watch,
    progress: &dyn Progress,
) -> Result<Vec<Pilot>> {
    if pilots.prices.is_empty() {
        return Err(Error::new(say!("nothing may be built in pilots", "试点中没有可建的设施")).hint(say!(
            "give prices of services, or a standard that requires some",
            "请给出服务的价格，或改用有必需服务的标准"
        )));
    }
    let all = junctions(&measured.reached.ready, progress)?;
    let pilot = |(number, unit): (usize, &super::Unit)| {
        if watch.is_over() {
            return Err(Error::new(say!(
                "there was no time to search all units for pilots",
                "时间不足，未能为所有单元排序"
            ))
            .hint(say!("give more time, or ask for fewer units", "请给更多时间，或减少单元")));
        }
        let extent = unit.shape.bounding_rect();
        let is_inside =
            |at: &Point<f64>| extent.is_some_and(|extent| extent.intersects(at)) && unit.shape.intersects(at);
        let inside = all.iter().copied().map(Point).filter(is_inside);
        let candidates: Vec<Candidate> = inside.map(|at| Candidate::at(at.0)).collect();
        let nothing = Pilot {
            unit: number,
            gains: 0.0,
            bound: 0.0,
            cost: 0.0,
            gains_per_cost: 0.0,
            builds: Vec::new(),
            at: Vec::new(),
        };
        if candidates.is_empty() {
            return Ok(nothing);
        }
        let question = Question {
            services: pilots.prices.iter().map(|(service, _)| *service).collect(),
            most: Most::Budget(pilots.budget),
            prices: Some(pilots.prices.iter().map(|(_, price)| *price).collect()),
            candidates: Some(candidates),
            gap: 0.01,
            ..Question::of(0, 0, Model::Cover)
        };
        let sites = find_sites(measured, &question, &Once::new(watch), progress)?.sites;
        let gains = sites.value - sites.before;
        let id = |service: &usize| measured.standard.services[*service].id.clone();
        Ok(Pilot {
            gains,
            bound: sites.bound - sites.before,
            cost: sites.cost,
            gains_per_cost: if sites.cost > 0.0 { gains / sites.cost } else { 0.0 },
            at: sites.sites.iter().flat_map(|site| site.services.iter().map(|_| [site.at.x, site.at.y])).collect(),
            builds: sites.sites.iter().flat_map(|site| site.services.iter().map(id)).collect(),
            ..nothing
        })
    };
    let mut ranked = units.units.iter().enumerate().map(pilot).collect::<Result<Vec<_>>>()?;
    ranked.sort_by(|a, b| match b.gains_per_cost.total_cmp(&a.gains_per_cost) {
        Ordering::Equal => a.unit.cmp(&b.unit),
        order => order,
    });
    Ok(ranked)
}

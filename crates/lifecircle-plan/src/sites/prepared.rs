//! A city and what is asked of it, as demands and facilities that may be built.

use lifecircle::say;
use std::collections::HashSet;

use lifecircle::error::{Error, Result};
use lifecircle::geo::Seconds;
use lifecircle::measure::Measured;
use lifecircle::progress::Progress;

use super::candidates::{Candidate, Candidates, Role};
use super::demands::Demands;
use super::order::InOrder;
use super::{LOSS, Model, Most, Question, Site, Sites};
use crate::siting::{Demand, Limit, Link, Outcome, Problem};

/// Nothing costs more.
const MOST_COST: f64 = 1e12;

/// Money is counted in whole parts, of which a budget has no more than this.
const MOST_PARTS: f64 = 1e14;

/// Amounts of money as whole numbers: in tenths, hundredths or smaller parts, as small as their decimals need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Money(f64);

impl Money {
    /// For some amounts. Decimals that a number does not hold beside the largest amount are rounded.
    pub fn of(amounts: impl Iterator<Item = f64> + Clone) -> Self {
        let largest = amounts.clone().fold(1.0_f64, f64::max);
        // As near to a whole number as sums and differences of such numbers come.
        let is_whole = |amount: f64| (amount - amount.round()).abs() <= 1e-7 + 1e-14 * amount;
        let mut parts = 1.0;
        while !amounts.clone().all(|amount| is_whole(amount * parts)) && largest * parts * 10.0 <= MOST_PARTS {
            parts *= 10.0;
        }
        Self(parts)
    }

    /// An amount in parts.
    pub fn parts(self, amount: f64) -> i64 {
        (amount.clamp(0.0, MOST_COST) * self.0).round() as i64
    }
}

/// A facility that may be built: a candidate and the services that it would be of.
pub(super) struct Buildable {
    pub candidate: u32,
    pub services: Vec<usize>,
}

/// A city and what is asked of it, as demands and facilities that may be built. Competitors stand already; what is required is built.
pub(super) struct Prepared<'a> {
    pub measured: &'a Measured,
    pub question: &'a Question,
    pub candidates: Candidates,
    pub demands: Demands,
    /// What may be built, required ones included.
    pub buildable: Vec<Buildable>,
    /// Those of them that are required.
    pub required: Vec<u32>,
    /// All that may be built, without a limit.
    pub whole: Problem,
}

impl<'a> Prepared<'a> {
    pub fn new(measured: &'a Measured, question: &'a Question, progress: &dyn Progress) -> Result<Self> {
        question.check(measured)?;
        let demands = Demands::of(measured, question, progress)?;
        let candidates = Candidates::find(measured, question, progress)?;
        let services = &question.services;
        let of_candidate = |(number, (_, candidate)): (u32, &(u32, Candidate))| {
            let allowed = |service: &&usize| candidate.services.is_empty() || candidate.services.contains(service);
            let allowed: Vec<usize> = services.iter().filter(allowed).copied().collect();
            let one = |services: Vec<usize>| Buildable { candidate: number, services };
            match question.together {
                true => {
                    if allowed.is_empty() {
                        Vec::new()
                    } else {
                        vec![one(allowed)]
                    }
                }
                false => allowed.into_iter().map(|service| one(vec![service])).collect(),
            }
        };
        let buildable: Vec<Buildable> = (0..).zip(&candidates.all).flat_map(of_candidate).collect();
        let role = |option: &Buildable| candidates.all[option.candidate as usize].1.role;
        let required = (0..).zip(&buildable).filter(|(_, option)| role(option) == Role::Required);
        let required: Vec<u32> = required.map(|(number, _)| number).collect();
        let whole = Problem::new(Vec::new(), Vec::new(), Vec::new(), None)?;
        let mut prepared = Self { measured, question, candidates, demands, buildable, required, whole };
        prepared.whole = prepared.all_links(Seconds(0.0), progress)?;
        Ok(prepared)
    }

    /// All that may be built; whom competitors serve is served.
    pub fn all_links(&self, longer: Seconds, progress: &dyn Progress) -> Result<Problem> {
        let by_service = self.demands.links(self.measured, &self.candidates, longer, progress)?;
        // The options of each candidate, for each service.
        let services = &self.question.services;
        let mut options = vec![vec![u32::MAX; self.candidates.len()]; services.len()];
        for (number, option) in (0..).zip(&self.buildable) {
            for (index, _) in services.iter().enumerate().filter(|(_, service)| option.services.contains(service)) {
                options[index][option.candidate as usize] = number;
            }
        }
        // With conditions competitors are sites that stand, like any other.
        let is_competitor = |site: u32| {
            !self.question.has_conditions() && self.candidates.all[site as usize].1.role == Role::Competitor
        };
        let mut demands = self.demands.all.clone();
        let rows: Vec<Vec<Link>> = by_service
            .into_iter()
            .zip(&options)
            .flat_map(|(rows, options)| {
                rows.into_iter().map(|row| {
                    row.into_iter()
                        .map(|link| (link.site, Link { site: options[link.site as usize], ..link }))
                        .collect::<Vec<_>>()
                })
            })
            .zip(&mut demands)
            .map(|(row, demand)| {
                let theirs = row.iter().filter(|(site, _)| is_competitor(*site)).map(|(_, link)| link.cost).min();
                demand.ceiling = [demand.ceiling, theirs].into_iter().flatten().min();
                row.into_iter()
                    .filter(|(site, link)| !is_competitor(*site) && link.site != u32::MAX)
                    .map(|(_, link)| link)
                    .collect()
            })
            .collect();
        Problem::new(demands, rows, vec![0; self.buildable.len()], None)
    }

    /// The problem that is left: what is required stands.
    pub fn problem(&self, longer: Seconds, limit: Option<Limit>, progress: &dyn Progress) -> Result<Problem> {
        let longer_ways;
        let whole = if longer.0 > 0.0 {
            longer_ways = self.all_links(longer, progress)?;
            &longer_ways
        } else {
            &self.whole
        };
        let is_required: HashSet<u32> = self.required.iter().copied().collect();
        let (mut demands, mut rows) = (Vec::with_capacity(whole.demands()), Vec::with_capacity(whole.demands()));
        for number in 0..whole.demands() {
            let (Demand { weight, ceiling }, row) = (whole.demand(number), whole.row(number));
            let built = row.iter().filter(|link| is_required.contains(&link.site)).map(|link| link.cost).min();
            demands.push(Demand { weight, ceiling: [ceiling, built].into_iter().flatten().min() });
            rows.push(row.iter().filter(|link| !is_required.contains(&link.site)).copied().collect());
        }
        Problem::new(demands, rows, vec![0; self.buildable.len()], limit)
    }

    /// What may be built besides what is required.
    pub fn limit(&self, most: Most) -> Result<Limit> {
        let role = |option: &Buildable| self.candidates.all[option.candidate as usize].1.role;
        let price = |option: &Buildable| self.price(option);
        let (sizes, most): (Vec<i64>, i64) = match most {
            Most::Count(count) => (vec![1; self.buildable.len()], i64::from(count)),
            Most::Budget(budget) => {
                let money = self.money(budget, &[]);
                (self.buildable.iter().map(|option| money.parts(price(option))).collect(), money.parts(budget))
            }
        };
        let spent: i64 = self.required.iter().map(|&number| sizes[number as usize]).sum();
        if spent > most {
            return Err(Error::new(say!("what is required is more than may be built", "必建项已超过可建总量"))
                .hint(say!("raise the count or the budget, or require less", "请提高数量或预算，或减少必建项")));
        }
        let left = most - spent;
        // What may not be chosen is larger than what is left.
        let size = |(option, size): (&Buildable, i64)| if role(option) == Role::Allowed { size } else { left + 1 };
        Ok(Limit { sizes: self.buildable.iter().zip(sizes).map(size).collect(), most: left })
    }

    /// How money is counted: a budget, what facilities cost, and what else is paid.
    fn money(&self, budget: f64, others: &[f64]) -> Money {
        let mut amounts: Vec<f64> = self.buildable.iter().map(|option| self.price(option)).collect();
        amounts.extend([budget].iter().chain(others));
        amounts.sort_by(f64::total_cmp);
        amounts.dedup();
        Money::of(amounts.iter().map(|amount| amount.min(MOST_COST)))
    }

    /// What a facility costs.
    fn price(&self, buildable: &Buildable) -> f64 {
        let Some(prices) = &self.question.prices else {
            return self.candidates.all[buildable.candidate as usize].1.cost;
        };
        let priced = self.question.services.iter().zip(prices);
        priced.filter(|(service, _)| buildable.services.contains(service)).map(|(_, price)| price).sum()
    }

    /// What it costs if only what is required is built.
    pub fn nothing_chosen(&self) -> i64 {
        self.whole.value(&self.required).unwrap_or(0)
    }

    /// What it costs as it is.
    fn nothing_built(&self) -> i64 {
        self.whole.value(&[]).unwrap_or(0)
    }

    pub fn is_bounded_anywhere(&self) -> bool {
        self.question.model == Model::Cover && self.demands.are_in_time()
    }

    /// People, or their seconds, of a cost.
    pub fn told(&self, cost: i64) -> f64 {
        let before = self.demands.before + self.by_competitors();
        let gained = (self.nothing_built() - cost) as f64 / self.demands.parts();
        if self.question.model.counts_people() { before + gained } else { before - gained }
    }

    /// What competitors change of what counts before.
    fn by_competitors(&self) -> f64 {
        let own: i64 =
            self.demands.all.iter().map(|demand| demand.weight * i64::from(demand.ceiling.unwrap_or(0))).sum();
        let change = (own - self.nothing_built()) as f64 / self.demands.parts();
        if self.question.model.counts_people() { change } else { -change }
    }

    pub fn answer(&self, outcome: &Outcome, anywhere: Option<i64>, progress: &dyn Progress) -> Result<Sites> {
        let nothing_chosen = self.nothing_chosen();
        let (chosen, _) = outcome.best.clone().unwrap_or((Vec::new(), nothing_chosen));
        let everything = [self.required.as_slice(), &chosen].concat();
        let cost = self.whole.value(&everything).unwrap_or(nothing_chosen);
        let bound = outcome.bound.unwrap_or(cost);
        let order = InOrder::new(&self.whole, &everything).of(&[&self.required, &chosen]);
        progress.check()?;
        let site = |(site, gain): (u32, i64)| {
            self.site(site, self.required.contains(&site), gain as f64 / self.demands.parts())
        };
        let sites: Vec<Site> = order.into_iter().map(site).collect();
        Ok(Sites {
            people: self.demands.people,
            before: self.told(self.nothing_built()),
            value: self.told(cost),
            bound: self.told(bound),
            bound_at_junctions: anywhere.map(|cost| self.told(cost)),
            areas: Vec::new(),
            times: None,
            floors_proven: true,
            cost: sites.iter().map(|site| site.cost).sum::<f64>() + 0.0,
            candidates: self.candidates.len(),
            without_street: self.candidates.without_street,
            sites,
        })
    }

    pub fn site(&self, number: u32, required: bool, adds: f64) -> Site {
        let buildable = &self.buildable[number as usize];
        let (candidate, told) = &self.candidates.all[buildable.candidate as usize];
        let (services, cost) = (buildable.services.clone(), self.price(buildable));
        Site { candidate: *candidate, name: told.name.clone(), at: told.at, services, cost, required, adds }
    }
}

/// Whom facilities at any junctions of a city could serve, of those who lack something in another: the city as it is before something is built.
pub(crate) struct Reach {
    /// By service and home, those who have it cost nothing.
    pub demands: Vec<Demand>,
    /// Who could serve them.
    pub rows: Vec<Vec<Link>>,
    /// What each facility that may be built takes of the budget, how much that is, and what a link takes of it.
    pub sizes: Vec<i64>,
    pub most: i64,
    pub link: i64,
}

/// As [`Reach`] says; nothing where a threshold is in metres, since junctions are then not bounded by those that are left.
pub(crate) fn reach_anywhere(
    measured: &Measured,
    before: &Measured,
    question: &Question,
    (budget, link): (f64, f64),
    progress: &dyn Progress,
) -> Result<Option<Reach>> {
    let mut city = Prepared::new(measured, question, progress)?;
    if !city.is_bounded_anywhere() {
        return Ok(None);
    }
    city.demands = Demands::of(before, question, progress)?;
    let links = city.all_links(LOSS, progress)?;
    let money = city.money(budget, &[link]);
    let sizes = city.buildable.iter().map(|option| money.parts(city.price(option))).collect();
    Ok(Some(Reach {
        demands: (0..links.demands()).map(|demand| links.demand(demand)).collect(),
        rows: (0..links.demands()).map(|demand| links.row(demand).to_vec()).collect(),
        sizes,
        most: money.parts(budget),
        link: money.parts(link),
    }))
}

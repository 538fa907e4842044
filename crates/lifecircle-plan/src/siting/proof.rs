//! Why nothing better exists, so that others can check it without this program: prices, and how the problem was split.
//!
//! Each node of the proof holds steps: prices of demands and of the limit. Each step gives a bound, and settles every site
//! whose other fate would raise the bound to the value that is to be proven. What is left is split at a site, once with it and once
//! without. `tools/check_proof.py` follows the same rules with other code.

use serde::Serialize;

use super::covering::Covering;
use super::problem::{Problem, Reduced};
use super::tree::Outcome;

/// A proof that no choice costs less than a value.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Proof {
    /// Prices are in fractions of a unit of cost: 2 to the power of this of them make one.
    pub scale: u32,
    /// The nodes; the first is the whole problem.
    pub nodes: Vec<Node>,
}

/// A part of the problem.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Node {
    /// What its prices say, one after another.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// The site at which it is split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<u32>,
    /// The node with this site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<usize>,
    /// The node without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without: Option<usize>,
}

impl Node {
    pub(crate) fn split(&mut self, site: u32, with: bool, node: usize) {
        self.site = Some(site);
        *if with { &mut self.with } else { &mut self.without } = Some(node);
    }
}

/// Sites that are not needed, then prices of demands and of a unit of the limit.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Step {
    /// Sites that another one makes needless, and that one: it serves all whom they serve, at no higher cost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dominated: Vec<(u32, u32)>,
    /// Demand and price, for those who are not served for good; for a covering with conditions, prices of being served once, and 0 where none is told. Demands that are served alike have one price together, that of the
    /// first.
    pub prices: Vec<(u32, i64)>,
    /// Prices of a person who is missing to the floor of each area.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub floor_prices: Vec<i64>,
    /// Prices of a unit of the limit; each is tried.
    pub limit_prices: Vec<i64>,
}

impl Step {
    pub(crate) fn new(dominated: Vec<(u32, u32)>, reduced: &Reduced, prices: &[i64], limit_prices: &[i64]) -> Self {
        let prices = reduced.demands.iter().copied().zip(prices.iter().copied()).collect();
        Self { dominated, prices, floor_prices: Vec::new(), limit_prices: limit_prices.to_vec() }
    }
}

/// A problem of either kind.
#[derive(Debug, Clone)]
pub enum Posed {
    /// Each demand is served by the cheapest site.
    Choice(Problem),
    /// Covering with conditions.
    Covering(Covering),
}

impl From<Problem> for Posed {
    fn from(problem: Problem) -> Self {
        Self::Choice(problem)
    }
}

impl From<Covering> for Posed {
    fn from(problem: Covering) -> Self {
        Self::Covering(problem)
    }
}

/// A problem, an answer and its proof as they are written for others to check: `tools/check_proof.py` reads it.
#[derive(Debug, Serialize)]
pub struct ProofDocument<'a> {
    problem: ProblemDocument,
    /// What was chosen.
    chosen: Option<&'a [u32]>,
    /// Who goes where by that choice: demand, site, people. Only of coverings with conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned: Option<Vec<(u32, u32, i64)>>,
    value: Option<i64>,
    bound: Option<i64>,
    proof: &'a Proof,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum ProblemDocument {
    Choice {
        weights: Vec<i64>,
        ceilings: Vec<Option<u32>>,
        /// For each demand sites and costs, in turn.
        links: Vec<Vec<u32>>,
        opening: Vec<i64>,
        sizes: Option<Vec<i64>>,
        most: Option<i64>,
    },
    Covering {
        weights: Vec<i64>,
        times: Vec<u32>,
        areas: Vec<Option<u32>>,
        /// For each site, the demands that it serves.
        served: Vec<Vec<u32>>,
        capacities: Vec<Option<i64>>,
        floors: Vec<i64>,
        standing: Vec<u32>,
        sizes: Vec<i64>,
        most: i64,
        /// What no choice serves.
        lost: i64,
    },
}

fn choice(problem: &Problem) -> ProblemDocument {
    let demands = 0..problem.demands();
    let row = |demand: usize| problem.row(demand).iter().flat_map(|link| [link.site, link.cost]).collect();
    ProblemDocument::Choice {
        weights: demands.clone().map(|demand| problem.demand(demand).weight).collect(),
        ceilings: demands.clone().map(|demand| problem.demand(demand).ceiling).collect(),
        links: demands.map(row).collect(),
        opening: (0..problem.sites() as u32).map(|site| problem.opening(site)).collect(),
        sizes: problem.limit().map(|limit| limit.sizes.clone()),
        most: problem.limit().map(|limit| limit.most),
    }
}

fn covering(problem: &Covering) -> ProblemDocument {
    let (needs, conditions) = (problem.needs(), problem.conditions());
    ProblemDocument::Covering {
        weights: needs.iter().map(|need| need.weight).collect(),
        times: needs.iter().map(|need| need.times).collect(),
        areas: needs.iter().map(|need| need.area).collect(),
        served: (0..problem.sites() as u32).map(|site| problem.served(site).to_vec()).collect(),
        capacities: conditions.capacities.clone(),
        floors: conditions.floors.clone(),
        standing: conditions.standing.clone(),
        sizes: problem.limit().sizes.clone(),
        most: problem.limit().most,
        lost: problem.lost(),
    }
}

impl<'a> ProofDocument<'a> {
    /// Of a problem and what was found.
    pub fn new(problem: &Posed, outcome: &'a Outcome) -> Self {
        let chosen = outcome.best.as_ref().map(|(chosen, _)| chosen.as_slice());
        let (problem, assigned) = match problem {
            Posed::Choice(problem) => (choice(problem), None),
            Posed::Covering(problem) => (covering(problem), chosen.map(|chosen| problem.assigned(chosen))),
        };
        Self {
            problem,
            chosen,
            assigned,
            value: outcome.best.as_ref().map(|(_, value)| *value),
            bound: outcome.bound,
            proof: &outcome.proof,
        }
    }
}

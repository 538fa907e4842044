//! Why nothing better exists, so that others can check it without this program: prices, and how the problem was split.
//!
//! Each node of the proof holds steps: prices of demands and of the limit. Each step gives a bound, and settles every site
//! whose other fate would raise the bound to the value that is to be proven. What is left is split at a site, once with it and once
//! without. `tools/check_proof.py` follows the same rules with other code.

use serde::Serialize;

use super::tree::Outcome;
use super::problem::{Problem, Reduced};

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
    /// Demand and price, for those who are not served for good. Demands that are served alike have one price together, that of the
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

/// A problem, an answer and its proof as they are written for others to check: `tools/check_proof.py` reads it.
#[derive(Debug, Serialize)]
pub struct ProofDocument<'a> {
    problem: ProblemDocument,
    /// What was chosen.
    chosen: Option<&'a [u32]>,
    value: Option<i64>,
    bound: Option<i64>,
    proof: &'a Proof,
}

#[derive(Debug, Serialize)]
struct ProblemDocument {
    weights: Vec<i64>,
    ceilings: Vec<Option<u32>>,
    /// For each demand sites and costs, in turn.
    links: Vec<Vec<u32>>,
    opening: Vec<i64>,
    sizes: Option<Vec<i64>>,
    most: Option<i64>,
}

impl<'a> ProofDocument<'a> {
    /// Of a problem and what was found.
    pub fn new(problem: &Problem, outcome: &'a Outcome) -> Self {
        let demands = 0..problem.demands();
        let row = |demand: usize| problem.row(demand).iter().flat_map(|link| [link.site, link.cost]).collect();
        let about = ProblemDocument {
            weights: demands.clone().map(|demand| problem.demand(demand).weight).collect(),
            ceilings: demands.clone().map(|demand| problem.demand(demand).ceiling).collect(),
            links: demands.map(row).collect(),
            opening: (0..problem.sites() as u32).map(|site| problem.opening(site)).collect(),
            sizes: problem.limit().map(|limit| limit.sizes.clone()),
            most: problem.limit().map(|limit| limit.most),
        };
        Self {
            problem: about,
            chosen: outcome.best.as_ref().map(|(chosen, _)| chosen.as_slice()),
            value: outcome.best.as_ref().map(|(_, value)| *value),
            bound: outcome.bound,
            proof: &outcome.proof,
        }
    }
}

//! The route from one place to another, to be shown on a map.

use super::heading::Heading;
use super::lanes::{FAR, cost};
use super::search::Search;
use crate::city::Streets;
use crate::error::Result;
use crate::geo::LonLat;
use crate::geo::metric::line_between;
use crate::network::{Cost, Millis, Network, Snap};
use crate::progress::Progress;

/// A shortest way from a door of one place to a door of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Route<C = Millis> {
    /// What it costs, the walks from and to the doors included.
    pub cost: C,
    /// The edges in the order in which they are walked.
    pub steps: Vec<Step>,
}

/// A stretch of an edge: from and to as shares of its length, from 0 at its start to 1 at its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The edge, as an index into [`Streets::edges`].
    pub edge: u32,
    /// Where on the edge it begins.
    pub from: f64,
    /// Where on the edge it ends.
    pub to: f64,
}

impl<C> Route<C> {
    /// The line that is walked.
    pub fn line(&self, streets: &Streets) -> Vec<LonLat> {
        let mut line: Vec<LonLat> = Vec::new();
        for step in &self.steps {
            let whole: Vec<LonLat> = streets.line(&streets.edges[step.edge as usize]).collect();
            let part = line_between(&whole, step.from, step.to);
            let again = usize::from(line.last() == part.first());
            line.extend(part.into_iter().skip(again));
        }
        line
    }
}

/// The shortest route from any door of one place to any door of another; none if there is no way.
pub(super) fn route<C: Cost>(
    network: &Network<C>,
    search: &mut Search,
    (from, to): (&[Snap<C>], &[Snap<C>]),
    progress: &dyn Progress,
) -> Result<Option<Route<C>>> {
    let (mut limit, mut reached) = (C::of(NEAR), None);
    // Most ways are short: what is near is searched first, then ever farther, until the whole way is within the limit
    // or nothing more is reached.
    loop {
        progress.check()?;
        search.run(network, Heading::Out, from, limit);
        let best = best_route(network, search, from, to);
        let count = Some(search.reached().len());
        if best.as_ref().is_some_and(|route| route.cost <= limit) || count == reached {
            return Ok(best);
        }
        (limit, reached) = (C::of(limit.units().saturating_mul(2)), count);
    }
}

/// How far a route is sought at first: ten minutes, or 600 m.
const NEAR: u32 = 600_000;

/// The shortest of the routes that a search has found.
fn best_route<C: Cost>(network: &Network<C>, search: &Search, from: &[Snap<C>], to: &[Snap<C>]) -> Option<Route<C>> {
    let mut best: Option<(u32, Route<C>)> = None;
    let mut offer = |time: u32, steps: &dyn Fn() -> Vec<Step>| {
        if time < FAR && best.as_ref().is_none_or(|(known, _)| time < *known) {
            best = Some((time, Route { cost: cost(time), steps: steps() }));
        }
    };
    for end in to {
        for start in from.iter().filter(|start| start.edge == end.edge) {
            let time = Heading::Out.straight(start, end, network);
            offer(time, &|| vec![Step { edge: end.edge, from: start.along, to: end.along }]);
        }
        for ((node, time), last) in Heading::Out.enter(end, network).into_iter().zip([0.0, 1.0]) {
            let time = search.time(node).saturating_add(time);
            offer(time, &|| {
                let (edges, first) = search.way_back(network, node);
                let mut steps: Vec<Step> = first_step(network, from, first, search.time(first)).into_iter().collect();
                let mut here = first;
                for edge in edges.into_iter().rev() {
                    let forward = network.ends(edge)[0] == here;
                    let [begin, end] = network.ends(edge);
                    here = if forward { end } else { begin };
                    let (from, to) = if forward { (0.0, 1.0) } else { (1.0, 0.0) };
                    steps.push(Step { edge, from, to });
                }
                steps.push(Step { edge: end.edge, from: last, to: end.along });
                steps.retain(|step| step.from != step.to);
                steps
            });
        }
    }
    best.map(|(_, route)| route)
}

/// The way from a door to the node where the network is entered.
fn first_step<C: Cost>(network: &Network<C>, starts: &[Snap<C>], node: u32, time: u32) -> Option<Step> {
    for start in starts {
        for ((end, after), to) in Heading::Out.leave(start, network).into_iter().zip([0.0, 1.0]) {
            if end == node && after == time {
                return Some(Step { edge: start.edge, from: start.along, to });
            }
        }
    }
    None
}

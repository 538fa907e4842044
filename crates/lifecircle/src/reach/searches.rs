//! Searches from one place at a time, for callers that cannot ask for many at once: somebody who clicks on a map.
//!
//! A search of a large network needs labels for all of its nodes; they are kept from one question to the next, so that a
//! question costs what it visits.

use std::sync::{Mutex, PoisonError};

use super::heading::Heading;
use super::lanes::{FAR, cost};
use super::places::Places;
use super::route::{Route, route};
use super::search::Search;
use crate::error::Result;
use crate::network::{Cost, Network, Snap};
use crate::progress::Progress;

/// The labels of searches over networks of one size, to be used again. Any number of threads may ask at once.
#[derive(Debug)]
pub struct Searches {
    nodes: usize,
    idle: Mutex<Vec<Search>>,
}

impl Searches {
    /// For networks of a number of nodes.
    pub fn new(nodes: usize) -> Self {
        Self { nodes, idle: Mutex::default() }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Search) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut search = idle.unwrap_or_else(|| Search::new(self.nodes));
        let answer = work(&mut search);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(search);
        answer
    }

    /// What it costs from any of some starts to each target, or from each target to any of them; [`Cost::NEVER`] where it is
    /// more than a limit, or no way leads there.
    pub fn costs<C: Cost>(
        &self,
        network: &Network<C>,
        (starts, heading): (&[Snap<C>], Heading),
        targets: &Places<C>,
        limit: C,
    ) -> Vec<C> {
        self.with(|search| {
            search.run(network, heading, starts, limit);
            let to_door = |door: &Snap<C>| {
                let around = heading.enter(door, network).map(|(node, rest)| search.time(node).saturating_add(rest));
                let straight = starts.iter().filter(|start| start.edge == door.edge);
                straight.map(|start| heading.straight(start, door, network)).fold(around[0].min(around[1]), u32::min)
            };
            let to_target = |target: usize| {
                let least = targets.doors(target).iter().map(to_door).min().unwrap_or(FAR);
                Some(least)
                    .filter(|least| *least < FAR)
                    .map(cost::<C>)
                    .filter(|cost| *cost <= limit)
                    .unwrap_or(C::NEVER)
            };
            (0..targets.len()).map(to_target).collect()
        })
    }

    /// The shortest route from any door of one place to any door of another; none if there is no way.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn route<C: Cost>(
        &self,
        network: &Network<C>,
        from: &[Snap<C>],
        to: &[Snap<C>],
        progress: &dyn Progress,
    ) -> Result<Option<Route<C>>> {
        self.with(|search| route(network, search, (from, to), progress))
    }
}

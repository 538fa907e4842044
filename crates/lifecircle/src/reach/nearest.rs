//! The time from every origin to the nearest target of each group, however far it is.
//!
//! One search a group, from all its targets at once: every node learns its own nearest in one sweep.

use rayon::prelude::*;

use super::search::Search;
use super::targets::{Origins, Targets};
use crate::network::{Millis, Network};

/// For each group, the time of every origin to its nearest target; [`Millis::NEVER`] where none can be reached.
///
/// `ends` are the two nodes of every edge. `done` is called after each group.
pub fn nearest(
    network: &Network,
    ends: &[[u32; 2]],
    origins: &Origins,
    targets: &Targets,
    done: impl Fn() + Sync,
) -> Vec<Vec<Millis>> {
    targets
        .groups
        .par_iter()
        .map_init(
            || Search::new(network, ends),
            |search, group| {
                let entries = || group.iter().flat_map(|target| &targets.entries[*target as usize]);
                search.run(entries(), Millis::NEVER);
                let by_nodes = |place: &_| search.time_from(place);
                let mut times: Vec<Millis> =
                    origins.places().iter().map(|place| place.as_ref().map_or(Millis::NEVER, by_nodes)).collect();
                for entry in entries() {
                    for (origin, place) in origins.on_edge(entry.edge) {
                        times[origin] = times[origin].min(search.straight(place, entry));
                    }
                }
                done();
                times
            },
        )
        .collect()
}

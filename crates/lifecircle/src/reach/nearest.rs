//! The time from every origin to the nearest target of each group, however far it is.
//!
//! Groups with many targets are searched sixteen at a time, a lane each, by sweeps over blocks of neighbouring nodes: a
//! block is swept forwards and backwards until it is settled, then wakes the blocks that its changed nodes touch. Where
//! targets are many, every node is near one, and a block is woken two or three times. Where they are few, waves come from
//! afar again and again, so groups with few targets are searched one by one with a heap.
//!
//! Both are exact: labels only ever sink, and what is left when nothing changes is the shortest time.

use std::collections::VecDeque;

use rayon::prelude::*;

use super::lanes::{FAR, Hop, Lanes, WIDTH, clamp, sweep};
use super::search::Search;
use super::targets::{Origins, Targets};
use crate::network::{Millis, Network, Snap};

/// Nodes in a block: their labels and those around them stay in a core's own cache.
const BLOCK: usize = 1024;

/// Groups with fewer entries than one for so many nodes are searched with a heap.
const NODES_AN_ENTRY: usize = 4000;

/// For each group, the time of every origin to its nearest target; [`Millis::NEVER`] where none can be reached.
///
/// `done` is called with the number of groups that are done.
pub fn nearest(
    network: &Network,
    origins: &Origins,
    targets: &Targets,
    done: impl Fn(usize) + Sync,
) -> Vec<Vec<Millis>> {
    let entries_of = |group: usize| targets.groups[group].iter().flat_map(|target| &targets.entries[*target as usize]);
    let (dense, thin): (Vec<usize>, Vec<usize>) =
        (0..targets.groups.len()).partition(|group| entries_of(*group).count() * NODES_AN_ENTRY >= network.nodes());
    let mut times: Vec<Vec<Millis>> = vec![Vec::new(); targets.groups.len()];
    let by_heap: Vec<(usize, Vec<Millis>)> = thin
        .par_iter()
        .map_init(
            || Search::new(network),
            |search, group| {
                let found = by_heap(search, origins, &entries_of(*group).collect::<Vec<_>>());
                done(1);
                (*group, found)
            },
        )
        .collect();
    let hops = Hops::new(network);
    // As many lanes to each thread as there are; a few groups on many threads leave lanes empty.
    let width = dense.len().div_ceil(rayon::current_num_threads()).clamp(1, WIDTH);
    let by_lanes: Vec<Vec<(usize, Vec<Millis>)>> = dense
        .par_chunks(width)
        .map(|groups| {
            let entries: Vec<Vec<&Snap>> = groups.iter().map(|group| entries_of(*group).collect()).collect();
            let found = by_lanes(network, &hops, origins, &entries);
            done(groups.len());
            groups.iter().copied().zip(found).collect()
        })
        .collect();
    for (group, found) in by_heap.into_iter().chain(by_lanes.into_iter().flatten()) {
        times[group] = found;
    }
    times
}

fn by_heap(search: &mut Search<'_>, origins: &Origins, entries: &[&Snap]) -> Vec<Millis> {
    search.run(entries.iter().copied(), Millis::NEVER);
    let by_nodes = |place: &Option<Snap>| place.as_ref().map_or(Millis::NEVER, |place| search.time_from(place));
    let mut times: Vec<Millis> = origins.places().iter().map(by_nodes).collect();
    for entry in entries {
        for (origin, place) in origins.on_edge(entry.edge) {
            times[origin] = times[origin].min(search.straight(place, entry));
        }
    }
    times
}

/// The arcs of all nodes as hops towards the target.
struct Hops {
    first: Vec<u32>,
    hops: Vec<Hop>,
}

impl Hops {
    fn new(network: &Network) -> Self {
        let mut first = Vec::with_capacity(network.nodes() + 1);
        let mut hops = Vec::new();
        first.push(0);
        for node in 0..network.nodes() as u32 {
            let open = network.arcs(node).iter().filter(|arc| arc.out != Millis::NEVER && arc.node != node);
            hops.extend(open.map(|arc| Hop { node: arc.node, time: clamp(arc.out) }));
            first.push(hops.len() as u32);
        }
        Self { first, hops }
    }
}

fn by_lanes(network: &Network, hops: &Hops, origins: &Origins, entries: &[Vec<&Snap>]) -> Vec<Vec<Millis>> {
    let mut labels = vec![Lanes::FAR; network.nodes()];
    for (lane, entries) in entries.iter().enumerate() {
        for entry in entries {
            let [from, to] = network.ends(entry.edge);
            for (node, time) in [(from, entry.from_from), (to, entry.from_to)] {
                let label = &mut labels[node as usize].0[lane];
                *label = (*label).min(clamp(time.plus(entry.access)));
            }
        }
    }
    settle(network, hops, &mut labels);
    let millis = |time: u32| if time >= FAR { Millis::NEVER } else { Millis(time) };
    let mut times: Vec<Vec<Millis>> = vec![Vec::with_capacity(origins.len()); entries.len()];
    for place in origins.places() {
        let found = place.as_ref().map_or(Lanes::FAR, |place| {
            let [from, to] = network.ends(place.edge);
            let by_from = labels[from as usize].plus(clamp(place.to_from));
            let by_to = labels[to as usize].plus(clamp(place.to_to));
            by_from.min(by_to).min(Lanes::FAR).plus(clamp(place.access))
        });
        for (lane, times) in times.iter_mut().enumerate() {
            times.push(millis(found.0[lane]));
        }
    }
    for (times, entries) in times.iter_mut().zip(entries) {
        for entry in entries {
            for (origin, place) in origins.on_edge(entry.edge) {
                let straight = place.straight_to(entry, network).plus(place.access).plus(entry.access);
                times[origin] = times[origin].min(straight);
            }
        }
    }
    times
}

/// Sweeps blocks until nothing changes.
fn settle(network: &Network, hops: &Hops, labels: &mut [Lanes]) {
    let arch = pulp::Arch::new();
    let blocks = labels.len().div_ceil(BLOCK);
    let mut waiting: VecDeque<usize> = (0..blocks).collect();
    let mut is_waiting = vec![true; blocks];
    let mut before: Vec<Lanes> = Vec::with_capacity(BLOCK);
    while let Some(block) = waiting.pop_front() {
        is_waiting[block] = false;
        let (start, end) = (block * BLOCK, ((block + 1) * BLOCK).min(labels.len()));
        let first = &hops.first[start..=end];
        before.clear();
        before.extend_from_slice(&labels[start..end]);
        let mut backwards = false;
        while arch.dispatch(|| sweep(start, first, &hops.hops, labels, backwards)) {
            backwards = !backwards;
        }
        for (node, old) in (start..end).zip(&before) {
            if labels[node] == *old {
                continue;
            }
            for arc in network.arcs(node as u32) {
                let other = arc.node as usize / BLOCK;
                if other != block && !is_waiting[other] {
                    is_waiting[other] = true;
                    waiting.push_back(other);
                }
            }
        }
    }
}

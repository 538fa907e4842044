//! A batch: up to sixteen targets that lie together, searched together.
//!
//! A plain bounded search from all of them at once finds the nodes that any of them reaches, nearest first. These nodes
//! become a small graph of their own that fits in the cache, and sweeps over it, forwards and backwards in turn, settle
//! all lanes. Since the nodes come in the order of the search, two or three sweeps do.
//!
//! Source: the idea of sweeping a searched region in order for many sources at once is that of PHAST and its restricted
//! form (Delling, Goldberg, Nowatzyk & Werneck 2011), with the region found by a search instead of a hierarchy.

use super::lanes::{FAR, Hop, Lanes, WIDTH, clamp, sweep};
use super::search::Search;
use crate::network::{Millis, Network, Snap};

/// The labels of one batch, kept from one to the next.
pub(super) struct Batch<'a> {
    network: &'a Network,
    search: Search<'a>,
    arch: pulp::Arch,
    /// Where a node stands in the small graph; only valid for nodes of this batch.
    place: Vec<u32>,
    first: Vec<u32>,
    hops: Vec<Hop>,
    labels: Vec<Lanes>,
}

impl<'a> Batch<'a> {
    pub fn new(network: &'a Network) -> Self {
        Self {
            network,
            search: Search::new(network),
            arch: pulp::Arch::new(),
            place: vec![u32::MAX; network.nodes()],
            first: Vec::new(),
            hops: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// Searches backwards from targets, one a lane, as far as `limit`.
    pub fn run(&mut self, targets: &[&[Snap]], limit: Millis) {
        debug_assert!(targets.len() <= WIDTH);
        for node in self.search.settled() {
            self.place[*node as usize] = u32::MAX;
        }
        self.search.run(targets.iter().flat_map(|entries| entries.iter()), limit);
        self.collect();
        self.seed(targets);
        let Self { arch, first, hops, labels, .. } = self;
        let mut backwards = false;
        while arch.dispatch(|| sweep(0, first, hops, labels, backwards)) {
            backwards = !backwards;
        }
    }

    /// Makes the small graph of the nodes that were settled.
    fn collect(&mut self) {
        for (place, node) in self.search.settled().iter().enumerate() {
            self.place[*node as usize] = place as u32;
        }
        self.first.clear();
        self.hops.clear();
        self.first.push(0);
        for node in self.search.settled() {
            for arc in self.network.arcs(*node) {
                let place = self.place[arc.node as usize];
                if place != u32::MAX && arc.out != Millis::NEVER {
                    self.hops.push(Hop { node: place, time: clamp(arc.out) });
                }
            }
            self.first.push(self.hops.len() as u32);
        }
        self.labels.clear();
        self.labels.resize(self.search.settled().len(), Lanes::FAR);
    }

    fn seed(&mut self, targets: &[&[Snap]]) {
        for (lane, entries) in targets.iter().enumerate() {
            for entry in *entries {
                let [from, to] = self.network.ends(entry.edge);
                for (node, time) in [(from, entry.from_from), (to, entry.from_to)] {
                    if let Some(labels) = self.labels.get_mut(self.place[node as usize] as usize) {
                        labels.0[lane] = labels.0[lane].min(clamp(time.plus(entry.access)));
                    }
                }
            }
        }
    }

    /// Nodes that any target reaches.
    pub fn nodes(&self) -> &[u32] {
        self.search.settled()
    }

    /// Times from an origin by way of the ends of its edge, the walk from its door included.
    pub fn times_from(&self, origin: &Snap) -> Lanes {
        let [from, to] = self.network.ends(origin.edge);
        let label = |node: u32, time: Millis| {
            let labels = self.labels.get(self.place[node as usize] as usize);
            labels.map_or(Lanes::FAR, |labels| labels.plus(clamp(time)))
        };
        let times = label(from, origin.to_from).min(label(to, origin.to_to)).min(Lanes::FAR);
        times.plus(clamp(origin.access)).min(Lanes::FAR)
    }

    /// Time from an origin straight along its edge to an entry on it, the walks to both doors included.
    pub fn straight(&self, origin: &Snap, entry: &Snap) -> u32 {
        self.search.straight(origin, entry).0.min(FAR)
    }
}

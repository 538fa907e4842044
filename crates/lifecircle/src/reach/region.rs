//! A region: the part of the hierarchy that starts lying together need, as a small hierarchy of its own that fits in the
//! cache.
//!
//! It holds the nodes within the limit of any start, and of these only what lies on a climb from a start or on a descent
//! to a target. Whatever lies on a shortest way within the limit is within the limit itself, so nothing is missing.
//!
//! Source: the restriction to what targets need is RPHAST's (Delling, Goldberg & Werneck 2011, *Faster batched shortest
//! paths in road networks*); the restriction to a limit is that of isoPHAST (Baum, Buchhold, Dibbelt & Wagner 2016).

use super::heading::Heading;
use super::hierarchy::Hierarchy;
use super::lanes::{FAR, Hop};
use super::marks::Marks;

/// No place.
const NONE: u32 = u32::MAX;

/// A small hierarchy. Places are ranks renumbered; those from `core` on are the core.
pub(super) struct Region {
    ranks: Vec<u32>,
    /// Where each rank of the whole hierarchy stands here.
    place: Vec<u32>,
    marks: Marks,
    pub core: usize,
    pub first: Vec<u32>,
    /// Arcs from lower places to higher ones, and within the core.
    pub climb: Vec<Hop>,
    /// The same arcs, each from its higher end.
    pub descend: Vec<Hop>,
}

impl Region {
    /// An empty region of a hierarchy.
    pub fn new(hierarchy: &Hierarchy) -> Self {
        let mut marks = Marks::default();
        marks.reset(hierarchy.nodes());
        Self {
            ranks: Vec::new(),
            place: vec![NONE; hierarchy.nodes()],
            marks,
            core: 0,
            first: Vec::new(),
            climb: Vec::new(),
            descend: Vec::new(),
        }
    }

    /// Makes it the region of some nodes, holding what is above the wanted ones; the wanted ones outside do not matter.
    pub fn fill(
        &mut self,
        hierarchy: &Hierarchy,
        heading: Heading,
        nodes: &[u32],
        wanted: impl Iterator<Item = u32>,
    ) {
        const INSIDE: u32 = 0;
        for rank in self.ranks.drain(..) {
            self.place[rank as usize] = NONE;
        }
        for node in nodes {
            self.place[hierarchy.rank(*node) as usize] = INSIDE;
        }
        for node in wanted {
            let rank = hierarchy.rank(node) as usize;
            if self.place[rank] == INSIDE {
                self.marks.add(rank);
            }
        }
        let mut next = 0;
        while let Some(rank) = self.marks.next(next) {
            for head in hierarchy.heads(rank) {
                if self.place[*head as usize] == INSIDE {
                    self.marks.add(*head as usize);
                }
            }
            next = rank + 1;
        }
        for node in nodes {
            let rank = hierarchy.rank(*node);
            self.place[rank as usize] = NONE;
            if rank as usize >= hierarchy.core() {
                self.marks.add(rank as usize);
            }
        }
        self.marks.drain_into(&mut self.ranks);
        for (place, rank) in self.ranks.iter().enumerate() {
            self.place[*rank as usize] = place as u32;
        }
        self.core = self.ranks.partition_point(|rank| (*rank as usize) < hierarchy.core());
        self.collect(hierarchy, heading);
    }

    fn collect(&mut self, hierarchy: &Hierarchy, heading: Heading) {
        let Self { ranks, place, first, climb, descend, .. } = self;
        first.clear();
        climb.clear();
        descend.clear();
        first.push(0);
        for rank in ranks {
            let arcs = hierarchy.arcs(*rank as usize, heading);
            for ((head, up), down) in arcs.heads.iter().zip(arcs.climb).zip(arcs.descend) {
                let place = place[*head as usize];
                if place != NONE {
                    climb.push(Hop { place, time: *up });
                    descend.push(Hop { place, time: *down });
                }
            }
            first.push(climb.len() as u32);
        }
    }

    /// Number of places.
    pub fn places(&self) -> usize {
        self.ranks.len()
    }

    /// Where a node stands; [`Region::places`], which is no place, if it is outside.
    pub fn place(&self, hierarchy: &Hierarchy, node: u32) -> u32 {
        self.place[hierarchy.rank(node) as usize].min(self.places() as u32)
    }

    /// The arcs of a place among `climb` and `descend`.
    #[inline(always)]
    pub fn range(&self, place: usize) -> std::ops::Range<usize> {
        self.first[place] as usize..self.first[place + 1] as usize
    }
}

const _: () = assert!(FAR < NONE);

//! A region: the part of the hierarchy that starts lying together need, as a small hierarchy of its own that fits in the
//! cache.
//!
//! It holds the nodes within the limit of any start, and of these only what lies on a climb from a start or on a descent
//! to a target. Whatever lies on a shortest way within the limit is within the limit itself, so nothing is missing.
//!
//! Source: the restriction to what targets need is RPHAST's (Delling, Goldberg & Werneck 2011, *Faster batched shortest
//! paths in road networks*); the restriction to a limit is that of isoPHAST (Baum, Buchhold, Dibbelt & Wagner 2016).

use super::frontier::Frontier;
use super::heading::Heading;
use super::hierarchy::Hierarchy;
use super::lanes::{FAR, Hop};
use super::marks::Marks;
use crate::progress::Progress;

/// No place.
const NONE: u32 = u32::MAX;

/// Some place that is not known yet.
const INSIDE: u32 = 0;

/// After so many nodes it is looked whether the work should stop: some milliseconds.
const LOOK_EVERY: usize = 1 << 16;

/// A small hierarchy. Places are ranks renumbered; those from `core` on are the core, in the order in
/// which a search from the cell comes to them: one sweep over it settles nearly all.
pub(super) struct Region {
    ranks: Vec<u32>,
    /// Where each rank of the whole hierarchy stands here.
    place: Vec<u32>,
    marks: Marks,
    /// The core with the time at which it is reached.
    by_time: Vec<(u32, u32)>,
    pub core: usize,
    /// Places of the core that starts climb to.
    pub entries: Vec<u32>,
    /// Arcs from places below the core to higher places, and the times there.
    first: Vec<u32>,
    climb: Vec<Hop>,
    /// The same arcs in descending order of places, and the times from there.
    pub descend: Vec<Descent>,
    /// Arcs from places of the core to others, and the times from there; places count from the core's beginning.
    first_across: Vec<u32>,
    across: Vec<Hop>,
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
            by_time: Vec::new(),
            core: 0,
            entries: Vec::new(),
            first: Vec::new(),
            climb: Vec::new(),
            descend: Vec::new(),
            first_across: Vec::new(),
            across: Vec::new(),
        }
    }

    /// Makes it the region of the nodes that a search has reached, holding what is above the nodes of starts and ends;
    /// those of them that were not reached do not matter. It is left half filled, and of no more use, if the work should stop.
    pub fn fill(
        &mut self,
        hierarchy: &Hierarchy,
        heading: Heading,
        frontier: &Frontier,
        [starts, ends]: [&mut dyn Iterator<Item = u32>; 2],
        progress: &dyn Progress,
    ) {
        for rank in self.ranks.drain(..) {
            self.place[rank as usize] = NONE;
        }
        for node in frontier.reached() {
            self.place[hierarchy.rank(*node) as usize] = INSIDE;
        }
        if progress.is_cancelled() {
            return;
        }
        self.mark_above(hierarchy, starts, progress);
        self.entries.clear();
        let mut next = hierarchy.core();
        while let Some(rank) = self.marks.next(next) {
            self.entries.push(rank as u32);
            next = rank + 1;
        }
        if progress.is_cancelled() {
            return;
        }
        self.mark_above(hierarchy, ends, progress);
        if progress.is_cancelled() {
            return;
        }
        self.by_time.clear();
        for node in frontier.reached() {
            let rank = hierarchy.rank(*node);
            self.place[rank as usize] = NONE;
            if rank as usize >= hierarchy.core() {
                self.by_time.push((frontier.time(*node), rank));
            }
        }
        if progress.is_cancelled() {
            return;
        }
        self.by_time.sort_unstable();
        self.marks.drain_into(&mut self.ranks);
        self.core = self.ranks.partition_point(|rank| (*rank as usize) < hierarchy.core());
        self.ranks.truncate(self.core);
        self.ranks.extend(self.by_time.iter().map(|(_, rank)| *rank));
        for (place, rank) in self.ranks.iter().enumerate() {
            self.place[*rank as usize] = place as u32;
        }
        for entry in &mut self.entries {
            *entry = self.place[*entry as usize];
        }
        self.collect(hierarchy, heading, progress);
    }

    /// Marks what lies inside on a climb from some nodes; only some of it if the work should stop.
    fn mark_above(&mut self, hierarchy: &Hierarchy, nodes: &mut dyn Iterator<Item = u32>, progress: &dyn Progress) {
        for (number, node) in nodes.enumerate() {
            if number % LOOK_EVERY == LOOK_EVERY - 1 && progress.is_cancelled() {
                return;
            }
            let rank = hierarchy.rank(node) as usize;
            if self.place[rank] == INSIDE {
                self.marks.add(rank);
            }
        }
        let (mut next, mut looked) = (0, 0);
        while let Some(rank) = self.marks.next(next).filter(|rank| *rank < hierarchy.core()) {
            if rank - looked >= LOOK_EVERY {
                if progress.is_cancelled() {
                    return;
                }
                looked = rank;
            }
            for head in hierarchy.heads(rank) {
                if self.place[*head as usize] == INSIDE {
                    self.marks.add(*head as usize);
                }
            }
            next = rank + 1;
        }
    }

    fn collect(&mut self, hierarchy: &Hierarchy, heading: Heading, progress: &dyn Progress) {
        let Self { ranks, place, core, first, climb, descend, first_across, across, .. } = self;
        first.clear();
        climb.clear();
        descend.clear();
        first.push(0);
        for (own, rank) in ranks[..*core].iter().enumerate() {
            if own % LOOK_EVERY == 0 && progress.is_cancelled() {
                return;
            }
            let arcs = hierarchy.arcs(*rank as usize, heading);
            for ((head, up), down) in arcs.heads.iter().zip(arcs.climb).zip(arcs.descend) {
                let head = place[*head as usize];
                if head != NONE {
                    climb.push(Hop { place: head, time: *up });
                    descend.push(Descent { place: own as u32, from: head, time: *down });
                }
            }
            first.push(climb.len() as u32);
        }
        descend.reverse();
        first_across.clear();
        across.clear();
        first_across.push(0);
        for rank in &ranks[*core..] {
            let arcs = hierarchy.arcs(*rank as usize, heading);
            let places = arcs.heads.iter().map(|head| place[*head as usize]);
            let inside = places.zip(arcs.descend).filter(|(place, _)| *place != NONE);
            across.extend(inside.map(|(place, time)| Hop { place: place - *core as u32, time: *time }));
            first_across.push(across.len() as u32);
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

    /// Arcs from a place below the core to higher places, and the times there.
    pub fn climb(&self, place: usize) -> &[Hop] {
        &self.climb[self.first[place] as usize..self.first[place + 1] as usize]
    }

    /// Arcs from a place of the core to others, and the times from there. All places count from the core's beginning.
    #[inline(always)]
    pub fn across(&self, place: usize) -> &[Hop] {
        &self.across[self.first_across[place] as usize..self.first_across[place + 1] as usize]
    }
}

/// An arc as the way down takes it: to a place, from a higher one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Descent {
    pub place: u32,
    pub from: u32,
    pub time: u32,
}

const _: () = assert!(FAR < NONE);

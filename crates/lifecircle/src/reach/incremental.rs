//! Answers that are kept while the city is edited: after a facility is added, moved or removed, or a street closed, opened or
//! built, only what can have changed is found anew. The answers are those of a full run, to the millisecond.
//!
//! The time from each node to the nearest target of a group is kept. Where an edit takes away what a time rested on, the
//! nodes that rested on it are found in the order of their times, and searched anew from those around them; every edge takes
//! at least a millisecond, so nothing rests on itself. Counts change for those within the limit of the edit only: by one for
//! a facility; for a street they are counted anew over the streets around.
//!
//! Source: Ramalingam & Reps (1996), *An incremental algorithm for a generalization of the shortest-path problem*.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

use super::answers::Answers;
use super::engine::Engine;
use super::frontier::Frontier;
use super::heading::Heading;
use super::lanes::{FAR, clamp, cost};
use super::nearest::times_of_nodes;
use super::places::{Grouped, Places, Question};
use super::search::Search;
use super::within::{farthest, within};
use crate::city::Streets;
use crate::error::Result;
use crate::network::{Cost, EdgeCosts, Network, Snap};
use crate::progress::Progress;

/// What becomes of a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreetChange<C> {
    /// One that is there gets other costs.
    Set(u32, EdgeCosts<C>),
    /// One is built between two nodes.
    Add([u32; 2], EdgeCosts<C>),
}

/// [`Answers`] that are kept up to date while targets, origins and streets change.
#[derive(Debug, Clone)]
pub struct Incremental<C> {
    network: Arc<Network<C>>,
    limits: Vec<Vec<C>>,
    farthest: C,
    origins: Doors<C>,
    targets: Doors<C>,
    /// The groups of each target, ascending.
    groups_of: Vec<Vec<u32>>,
    /// For each group the cost from every node to its nearest target; [`FAR`] if there is no way.
    node_times: Vec<Vec<u32>>,
    answers: Arc<Answers<C>>,
    search: Search,
    frontier: Frontier,
}

/// Places whose doors can change, found by edge.
#[derive(Debug, Clone)]
struct Doors<C> {
    of: Vec<Vec<Snap<C>>>,
    on_edge: HashMap<u32, Vec<u32>>,
}

impl<C: Cost> Doors<C> {
    fn new(places: &Places<C>) -> Self {
        let mut doors = Self { of: vec![Vec::new(); places.len()], on_edge: HashMap::new() };
        for place in 0..places.len() {
            doors.put(place as u32, places.doors(place).to_vec());
        }
        doors
    }

    fn put(&mut self, place: u32, doors: Vec<Snap<C>>) {
        for door in &doors {
            let on_edge = self.on_edge.entry(door.edge).or_default();
            if !on_edge.contains(&place) {
                on_edge.push(place);
            }
        }
        self.of[place as usize] = doors;
    }

    fn take(&mut self, place: u32) -> Vec<Snap<C>> {
        let doors = std::mem::take(&mut self.of[place as usize]);
        for door in &doors {
            if let Some(on_edge) = self.on_edge.get_mut(&door.edge) {
                on_edge.retain(|other| *other != place);
            }
        }
        doors
    }

    fn places_on(&self, edge: u32) -> &[u32] {
        self.on_edge.get(&edge).map_or(&[], Vec::as_slice)
    }

    /// The places with a door on an edge, and the doors there.
    fn on(&self, edge: u32) -> impl Iterator<Item = (u32, &Snap<C>)> {
        self.places_on(edge).iter().flat_map(move |place| {
            self.of[*place as usize].iter().filter(move |door| door.edge == edge).map(|door| (*place, door))
        })
    }

    fn renew(&mut self, edge: u32, network: &Network<C>) {
        for place in self.places_on(edge).to_vec() {
            for door in self.of[place as usize].iter_mut().filter(|door| door.edge == edge) {
                *door = door.renewed(network);
            }
        }
    }

    fn to_places(&self) -> Places<C> {
        self.of.iter().map(|doors| doors.iter().copied()).collect()
    }
}

impl<C: Cost> Incremental<C> {
    /// Keeps the answers to a question; `limits[group]` are the limits of a group's counts.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn new(
        engine: &Engine<C>,
        question: Question<'_, C>,
        limits: Vec<Vec<C>>,
        answers: Arc<Answers<C>>,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let Question { origins, targets, groups } = question;
        let pairs = groups.iter().zip(0..).flat_map(|(group, index)| group.iter().map(move |target| (*target, index)));
        let groups_of = Grouped::new(targets.len(), pairs, progress);
        progress.check()?;
        let nodes = engine.network().nodes();
        Ok(Self {
            answers,
            node_times: times_of_nodes(engine, targets, groups, progress)?,
            farthest: farthest(&limits),
            limits,
            origins: Doors::new(origins),
            targets: Doors::new(targets),
            groups_of: (0..targets.len() as u32).map(|target| groups_of.of(target).to_vec()).collect(),
            // Copied now rather than when the first street changes: an edit should not wait for it.
            network: Arc::new(engine.network().clone()),
            search: Search::new(nodes),
            frontier: Frontier::new(nodes),
        })
    }

    /// The network as it is now.
    pub fn network(&self) -> &Arc<Network<C>> {
        &self.network
    }

    /// The origins as they are now.
    pub fn origins(&self) -> Places<C> {
        self.origins.to_places()
    }

    /// The targets as they are now; those that were removed have no doors.
    pub fn targets(&self) -> Places<C> {
        self.targets.to_places()
    }

    /// The targets of each group as they are now.
    pub fn groups(&self) -> Vec<Vec<u32>> {
        let mut groups = vec![Vec::new(); self.limits.len()];
        for (target, own) in self.groups_of.iter().enumerate() {
            own.iter().for_each(|group| groups[*group as usize].push(target as u32));
        }
        groups
    }

    /// The answers as they are now.
    pub fn answers(&self) -> &Arc<Answers<C>> {
        &self.answers
    }

    /// Adds a target to some groups. Returns its index, and the origins whose answers may have changed.
    pub fn add_target(&mut self, doors: Vec<Snap<C>>, mut groups: Vec<u32>) -> (u32, Vec<u32>) {
        let target = self.groups_of.len() as u32;
        groups.sort_unstable();
        groups.dedup();
        self.groups_of.push(groups);
        self.targets.of.push(Vec::new());
        let changed = self.move_target(target, doors);
        (target, changed)
    }

    /// Removes a target; its index is not given to another. Returns the origins whose answers may have changed.
    pub fn remove_target(&mut self, target: u32) -> Vec<u32> {
        let changed = self.move_target(target, Vec::new());
        self.groups_of[target as usize].clear();
        changed
    }

    /// Moves a target to other doors. Returns the origins whose answers may have changed.
    pub fn move_target(&mut self, target: u32, doors: Vec<Snap<C>>) -> Vec<u32> {
        let mut changed = self.count(target, false);
        let old = self.targets.take(target);
        self.targets.put(target, doors);
        changed.extend(self.count(target, true));
        let edges: Vec<u32> = old.iter().chain(&self.targets.of[target as usize]).map(|door| door.edge).collect();
        let suspects: Vec<u32> = edges.iter().flat_map(|edge| self.network.ends(*edge)).collect();
        for group in self.groups_of[target as usize].clone() {
            changed.extend(self.repair(group, &suspects, &edges));
        }
        sorted(changed)
    }

    /// Gives a street other costs: closes it, opens it, makes it faster or slower. Places on a closed street lead nowhere
    /// until they are moved. Returns the origins whose answers may have changed.
    pub fn set_street(&mut self, edge: u32, costs: EdgeCosts<C>) -> Vec<u32> {
        self.change_streets(&[StreetChange::Set(edge, costs)])
    }

    /// Builds a street between two nodes. Returns its index, and the origins whose answers may have changed.
    pub fn add_street(&mut self, ends: [u32; 2], costs: EdgeCosts<C>) -> (u32, Vec<u32>) {
        let edge = self.network.edges() as u32;
        (edge, self.change_streets(&[StreetChange::Add(ends, costs)]))
    }

    /// Changes several streets at once, for the price of what all of them change. Streets that are built are numbered in their
    /// order. Returns the origins whose answers may have changed.
    pub fn change_streets(&mut self, changes: &[StreetChange<C>]) -> Vec<u32> {
        let set = |change: &StreetChange<C>| match change {
            StreetChange::Set(edge, _) => Some(*edge),
            StreetChange::Add(..) => None,
        };
        let mut edges: Vec<u32> = changes.iter().filter_map(set).collect();
        // Who walks along a street that is closed does so before, who walks along a new one does so after.
        let mut near = self.around(&edges);
        let network = Arc::make_mut(&mut self.network);
        for change in changes {
            match *change {
                StreetChange::Set(edge, costs) => network.set_costs(edge, costs),
                StreetChange::Add(ends, costs) => edges.push(network.add_edge(ends, costs)),
            }
        }
        for edge in &edges {
            self.origins.renew(*edge, &self.network);
            self.targets.renew(*edge, &self.network);
        }
        near.extend(self.around(&edges));
        let near = sorted(near);
        self.count_anew(&near);
        let suspects = sorted(edges.iter().flat_map(|edge| self.network.ends(*edge)).collect());
        let mut changed = near;
        for group in 0..self.limits.len() as u32 {
            changed.extend(self.repair(group, &suspects, &edges));
        }
        sorted(changed)
    }

    /// Adds a node that no street leads to yet. Returns its index.
    pub fn add_node(&mut self) -> u32 {
        self.node_times.iter_mut().for_each(|times| times.push(FAR));
        self.search.add_node();
        self.frontier.add_node();
        Arc::make_mut(&mut self.network).add_node()
    }

    /// Adds an origin. Returns its index.
    pub fn add_origin(&mut self, doors: Vec<Snap<C>>) -> u32 {
        let origin = self.origins.of.len() as u32;
        self.origins.of.push(Vec::new());
        Arc::make_mut(&mut self.answers).add_origin();
        self.move_origins(vec![(origin, doors)]);
        origin
    }

    /// Moves origins to other doors. Each comes once.
    pub fn move_origins(&mut self, moves: Vec<(u32, Vec<Snap<C>>)>) {
        let moved = sorted(moves.iter().map(|(origin, _)| *origin).collect());
        for (origin, doors) in moves {
            self.origins.take(origin);
            self.origins.put(origin, doors);
            for group in 0..self.limits.len() as u32 {
                self.find_nearest(origin, group);
            }
        }
        self.count_anew(&moved);
    }

    /// Finds the islands of the network anew; see [`Network::is_on_island`]. Returns whether they have changed.
    pub(crate) fn renew_islands(&mut self, streets: &Streets) -> bool {
        Arc::make_mut(&mut self.network).renew_islands(streets)
    }

    /// The origins that come to any of some edges within the farthest limit, and those that stand on them.
    fn around(&mut self, edges: &[u32]) -> Vec<u32> {
        let mut origins: Vec<u32> = edges.iter().flat_map(|edge| self.origins.places_on(*edge)).copied().collect();
        if edges.is_empty() {
            return origins;
        }
        let ends = sorted(edges.iter().flat_map(|edge| self.network.ends(*edge)).collect());
        self.frontier.search_from_nodes(&self.network, Heading::Back, &ends, self.farthest);
        for node in self.frontier.reached() {
            for incident in self.network.incident(*node) {
                origins.extend(self.origins.places_on(incident.edge));
            }
        }
        origins
    }

    /// Counts a target for or no longer for the origins that it is within the limits of.
    fn count(&mut self, target: u32, more: bool) -> Vec<u32> {
        let doors = &self.targets.of[target as usize];
        self.search.run(&self.network, Heading::Back, doors, self.farthest);
        let around =
            self.search.reached().iter().flat_map(|node| self.network.incident(*node)).map(|incident| incident.edge);
        let edges: HashSet<u32> = around.chain(doors.iter().map(|door| door.edge)).collect();
        let origins = sorted(edges.iter().flat_map(|edge| self.origins.places_on(*edge)).copied().collect());
        let counts = Arc::make_mut(&mut self.answers).counts_mut();
        let columns = |group: &u32| counts.columns_of(*group as usize).zip(&self.limits[*group as usize]);
        let limits: Vec<(usize, u32)> = self.groups_of[target as usize]
            .iter()
            .flat_map(columns)
            .map(|(column, limit)| (column, limit.units().min(FAR - 1)))
            .collect();
        for origin in &origins {
            let mut best = FAR;
            for own in &self.origins.of[*origin as usize] {
                for (node, time) in Heading::Back.enter(own, &self.network) {
                    best = best.min(self.search.time(node).saturating_add(time));
                }
                for door in doors.iter().filter(|door| door.edge == own.edge) {
                    best = best.min(Heading::Back.straight(door, own, &self.network));
                }
            }
            let row = counts.row_mut(*origin as usize);
            for (column, _) in limits.iter().filter(|(_, limit)| best <= *limit) {
                row[*column] = if more { row[*column] + 1 } else { row[*column] - 1 };
            }
        }
        origins
    }

    /// Counts anew for some origins, over the streets that they reach.
    fn count_anew(&mut self, origins: &[u32]) {
        let doors = || origins.iter().flat_map(|origin| &self.origins.of[*origin as usize]);
        self.frontier.search(&self.network, Heading::Out, doors(), self.farthest);
        let around =
            self.frontier.reached().iter().flat_map(|node| self.network.incident(*node)).map(|incident| incident.edge);
        let edges = sorted(around.chain(doors().map(|door| door.edge)).collect());
        let place_of: HashMap<u32, u32> = edges.iter().copied().zip(0..).collect();
        let moved = |door: &Snap<C>| place_of.get(&door.edge).map(|edge| door.numbered(*edge));
        let targets = sorted(edges.iter().flat_map(|edge| self.targets.places_on(*edge)).copied().collect());
        let mut groups = vec![Vec::new(); self.limits.len()];
        for (place, target) in targets.iter().enumerate() {
            self.groups_of[*target as usize].iter().for_each(|group| groups[*group as usize].push(place as u32));
        }
        let here = |doors: &[Vec<Snap<C>>], places: &[u32]| -> Places<C> {
            places.iter().map(|place| doors[*place as usize].iter().filter_map(moved)).collect()
        };
        let (from, to) = (here(&self.origins.of, origins), here(&self.targets.of, &targets));
        let question = Question { origins: &from, targets: &to, groups: &groups };
        let counts = Engine::new(self.network.part(&edges), &())
            .and_then(|engine| within(&engine, question, &self.limits, &()))
            .unwrap_or_else(|_| unreachable!("nobody cancels it"));
        let known = Arc::make_mut(&mut self.answers).counts_mut();
        for (place, origin) in origins.iter().enumerate() {
            for group in 0..groups.len() {
                let columns = known.columns_of(group);
                known.row_mut(*origin as usize)[columns].copy_from_slice(counts.of(place, group));
            }
        }
    }

    /// Finds the times of nodes to a group anew where an edit around some nodes has changed them, then those of the origins
    /// there and on some edges. Returns the origins that were looked at.
    fn repair(&mut self, group: u32, suspects: &[u32], edges: &[u32]) -> Vec<u32> {
        let lost = self.lost(group, suspects);
        let mut heap = BinaryHeap::new();
        for node in &lost {
            self.node_times[group as usize][*node as usize] = FAR;
        }
        for node in lost.iter().chain(suspects) {
            let time = self.offer(group, *node);
            if time < self.node_times[group as usize][*node as usize] {
                self.node_times[group as usize][*node as usize] = time;
                heap.push(Reverse((time, *node)));
            }
        }
        let mut touched: Vec<u32> = lost;
        while let Some(Reverse((time, node))) = heap.pop() {
            let times = &mut self.node_times[group as usize];
            if time > times[node as usize] {
                continue;
            }
            touched.push(node);
            for edge in self.network.incident(node) {
                let time = time.saturating_add(clamp(edge.back));
                if time < times[edge.node as usize] {
                    times[edge.node as usize] = time;
                    heap.push(Reverse((time, edge.node)));
                }
            }
        }
        let around = touched.iter().flat_map(|node| self.network.incident(*node)).map(|incident| incident.edge);
        let edges = sorted(around.chain(edges.iter().copied()).collect());
        let origins = sorted(edges.iter().flat_map(|edge| self.origins.places_on(*edge)).copied().collect());
        for origin in &origins {
            self.find_nearest(*origin, group);
        }
        origins
    }

    /// The nodes whose times rest on nothing any more, if any do because of some nodes.
    fn lost(&self, group: u32, suspects: &[u32]) -> Vec<u32> {
        let times = &self.node_times[group as usize];
        let mut open: BinaryHeap<Reverse<(u32, u32)>> =
            suspects.iter().map(|node| Reverse((times[*node as usize], *node))).collect();
        let mut lost: Vec<u32> = Vec::new();
        let mut is_lost: HashSet<u32> = HashSet::new();
        while let Some(Reverse((time, node))) = open.pop() {
            if time == FAR || is_lost.contains(&node) {
                continue;
            }
            let rests = self.seeds(group, node).any(|seed| seed == time)
                || self.network.incident(node).any(|incident| {
                    let other = times[incident.node as usize];
                    other < time
                        && !is_lost.contains(&incident.node)
                        && other.saturating_add(clamp(incident.out)) == time
                });
            if rests {
                continue;
            }
            is_lost.insert(node);
            lost.push(node);
            for incident in self.network.incident(node) {
                if times[incident.node as usize] == time.saturating_add(clamp(incident.back)) {
                    open.push(Reverse((times[incident.node as usize], incident.node)));
                }
            }
        }
        lost
    }

    /// The times from a node to the targets of a group that stand on its edges.
    fn seeds(&self, group: u32, node: u32) -> impl Iterator<Item = u32> + '_ {
        let doors = self.network.incident(node).flat_map(|incident| self.targets.on(incident.edge));
        let of_group = doors.filter(move |(target, _)| self.groups_of[*target as usize].contains(&group));
        let ends = of_group.flat_map(|(_, door)| Heading::Back.leave(door, &self.network));
        ends.filter(move |(end, _)| *end == node).map(|(_, time)| time)
    }

    /// The shortest time from a node by way of its neighbours or to a target on its edges.
    fn offer(&self, group: u32, node: u32) -> u32 {
        let times = &self.node_times[group as usize];
        let by_neighbours = self
            .network
            .incident(node)
            .map(|incident| times[incident.node as usize].saturating_add(clamp(incident.out)));
        by_neighbours.chain(self.seeds(group, node)).min().unwrap_or(FAR).min(FAR)
    }

    fn find_nearest(&mut self, origin: u32, group: u32) {
        let nearest = self.nearest_of(origin, group);
        *Arc::make_mut(&mut self.answers).nearest_mut(origin as usize, group as usize) = nearest;
    }

    fn nearest_of(&self, origin: u32, group: u32) -> C {
        let times = &self.node_times[group as usize];
        let mut best = FAR;
        for own in &self.origins.of[origin as usize] {
            for (node, time) in Heading::Back.enter(own, &self.network) {
                best = best.min(times[node as usize].saturating_add(time));
            }
            for (target, door) in self.targets.on(own.edge) {
                if self.groups_of[target as usize].contains(&group) {
                    best = best.min(Heading::Back.straight(door, own, &self.network));
                }
            }
        }
        cost(best)
    }
}

fn sorted(mut numbers: Vec<u32>) -> Vec<u32> {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

//! Contraction: nodes are taken out of a graph one after another, each leaving shortcuts between its neighbours where no
//! other way is as short, so that what remains has the same shortest times.
//!
//! Nodes with the fewest links go first. Whoever has more than [`MOST_LINKS`] when its turn comes stays: it belongs to the
//! core. Walking has no motorways, so contracting everything would pile up links between a few nodes; a small core that
//! is swept over and over is cheaper.
//!
//! Source: Geisberger, Sanders, Schultes & Delling (2008), *Contraction Hierarchies*; a core that stays is from Bauer,
//! Delling, Sanders et al. (2010), *Combining hierarchical and goal-directed speed-up techniques*. Witnesses have at most
//! two hops here.

use std::collections::VecDeque;

use super::lanes::FAR;

/// Nodes with more links than this are not contracted.
pub(super) const MOST_LINKS: usize = 16;

/// A link to a neighbour: the times there and from there, [`FAR`] where there is no way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    pub node: u32,
    pub out: u32,
    pub back: u32,
}

/// A graph that nodes are taken out of.
pub(super) struct Contraction {
    /// The links of each node that remains; no node has two links to the same neighbour, or one to itself.
    links: Vec<Vec<Link>>,
    state: Vec<State>,
    /// The links of the node from which witnesses are sought, by neighbour.
    marks: Vec<Mark>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// May be contracted.
    Free,
    /// Has links that this graph does not know: must stay.
    Frozen,
    /// Is contracted.
    Gone,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    out: u32,
    back: u32,
}

impl Mark {
    const NONE: Self = Self { out: FAR, back: FAR };
}

/// A node that was contracted, with its links to those that were contracted later or never.
pub(super) struct Contracted {
    pub node: u32,
    pub links: Vec<Link>,
}

impl Contraction {
    /// A graph of a number of nodes without links.
    pub fn new(nodes: usize) -> Self {
        Self { links: vec![Vec::new(); nodes], state: vec![State::Free; nodes], marks: vec![Mark::NONE; nodes] }
    }

    /// Keeps a node from being contracted.
    pub fn freeze(&mut self, node: u32) {
        self.state[node as usize] = State::Frozen;
    }

    /// Links two nodes in both directions, or makes their link faster.
    pub fn link(&mut self, from: u32, to: u32, out: u32, back: u32) {
        if from != to && (out < FAR || back < FAR) {
            join(&mut self.links[from as usize], Link { node: to, out, back });
            join(&mut self.links[to as usize], Link { node: from, out: back, back: out });
        }
    }

    /// Contracts all nodes that can be, and tells them in order.
    pub fn run(&mut self) -> Vec<Contracted> {
        let mut waiting: Vec<VecDeque<u32>> = vec![VecDeque::new(); MOST_LINKS + 1];
        for node in 0..self.links.len() as u32 {
            self.queue(node, &mut waiting);
        }
        let mut contracted = Vec::new();
        let mut fewest = 0;
        while fewest <= MOST_LINKS {
            let Some(node) = waiting[fewest].pop_front() else {
                fewest += 1;
                continue;
            };
            // Nodes wait once for each number of links that they had; only the last one counts.
            if self.state[node as usize] != State::Free || self.links[node as usize].len() != fewest {
                continue;
            }
            let links = self.contract(node);
            for link in &links {
                fewest = self.queue(link.node, &mut waiting).map_or(fewest, |count| count.min(fewest));
            }
            contracted.push(Contracted { node, links });
        }
        contracted
    }

    /// Lets a node wait for its turn; returns its number of links if it may have one.
    fn queue(&self, node: u32, waiting: &mut [VecDeque<u32>]) -> Option<usize> {
        let count = self.links[node as usize].len();
        let may = self.state[node as usize] == State::Free && count <= MOST_LINKS;
        may.then(|| {
            waiting[count].push_back(node);
            count
        })
    }

    /// Takes a node out of the graph.
    fn contract(&mut self, node: u32) -> Vec<Link> {
        self.state[node as usize] = State::Gone;
        let links = std::mem::take(&mut self.links[node as usize]);
        for link in &links {
            self.links[link.node as usize].retain(|other| other.node != node);
        }
        for (position, from) in links.iter().enumerate() {
            let others = &links[position + 1..];
            if others.is_empty() {
                break;
            }
            self.mark(from.node);
            let shortcuts: Vec<(u32, u32, u32)> = others
                .iter()
                .filter_map(|to| {
                    let (out, back) = self.needed(to.node, from.back + to.out, to.back + from.out);
                    (out < FAR || back < FAR).then_some((to.node, out, back))
                })
                .collect();
            self.unmark(from.node);
            for (to, out, back) in shortcuts {
                self.link(from.node, to, out, back);
            }
        }
        links
    }

    fn mark(&mut self, node: u32) {
        for link in &self.links[node as usize] {
            self.marks[link.node as usize] = Mark { out: link.out, back: link.back };
        }
    }

    fn unmark(&mut self, node: u32) {
        for link in &self.links[node as usize] {
            self.marks[link.node as usize] = Mark::NONE;
        }
    }

    /// What is needed of a shortcut from the marked node to another: a direction in which some way of one or two
    /// links takes no longer is [`FAR`].
    fn needed(&self, to: u32, out: u32, back: u32) -> (u32, u32) {
        let direct = self.marks[to as usize];
        let mut needed_out = out < direct.out;
        let mut needed_back = back < direct.back;
        for link in &self.links[to as usize] {
            if !needed_out && !needed_back {
                break;
            }
            let by = self.marks[link.node as usize];
            needed_out &= by.out + link.back > out;
            needed_back &= by.back + link.out > back;
        }
        (if needed_out { out.min(FAR) } else { FAR }, if needed_back { back.min(FAR) } else { FAR })
    }

    /// The links between nodes that remain.
    pub fn remaining(self) -> Vec<Vec<Link>> {
        self.links
    }
}

fn join(links: &mut Vec<Link>, link: Link) {
    match links.iter_mut().find(|other| other.node == link.node) {
        Some(other) => {
            other.out = other.out.min(link.out);
            other.back = other.back.min(link.back);
        }
        None => links.push(link),
    }
}

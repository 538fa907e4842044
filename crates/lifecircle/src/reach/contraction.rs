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
use crate::error::Result;
use crate::progress::Progress;

/// Nodes with more links than this are not contracted.
pub(super) const MOST_LINKS: usize = 12;

/// A link to a neighbour: the times there and from there, [`FAR`] where there is no way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    pub node: u32,
    pub out: u32,
    pub back: u32,
}

/// A graph that nodes are taken out of.
pub(super) struct Contraction {
    /// Where the links of each node are kept. Those of a contracted node stay as they were when its turn came. No node
    /// has two links to the same neighbour, or one to itself.
    spans: Vec<Span>,
    pool: Vec<Link>,
    state: Vec<State>,
    /// The links of the node from which witnesses are sought, by neighbour.
    marks: Vec<Mark>,
    contracted: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    length: u32,
    room: u32,
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

/// Links that a node has room for at first.
const ROOM: u32 = 6;

impl Contraction {
    /// A graph of a number of nodes without links.
    pub fn new(nodes: usize) -> Self {
        Self {
            spans: vec![Span::default(); nodes],
            pool: Vec::with_capacity(nodes * 2 * ROOM as usize),
            state: vec![State::Free; nodes],
            marks: vec![Mark::NONE; nodes],
            contracted: Vec::new(),
        }
    }

    /// Keeps a node from being contracted.
    pub fn freeze(&mut self, node: u32) {
        self.state[node as usize] = State::Frozen;
    }

    /// Links two nodes in both directions, or makes their link faster.
    pub fn link(&mut self, from: u32, to: u32, out: u32, back: u32) {
        if from != to && (out < FAR || back < FAR) {
            self.join(from, Link { node: to, out, back });
            self.join(to, Link { node: from, out: back, back: out });
        }
    }

    fn join(&mut self, node: u32, link: Link) {
        let Span { start, length, room } = self.spans[node as usize];
        let links = &mut self.pool[start as usize..(start + length) as usize];
        if let Some(other) = links.iter_mut().find(|other| other.node == link.node) {
            other.out = other.out.min(link.out);
            other.back = other.back.min(link.back);
            return;
        }
        if length == room {
            self.move_to_end(node);
        }
        let span = &mut self.spans[node as usize];
        self.pool[(span.start + span.length) as usize] = link;
        span.length += 1;
    }

    /// Moves the links of a node to the end of the pool, where there is room for more.
    fn move_to_end(&mut self, node: u32) {
        let span = &mut self.spans[node as usize];
        let old = span.start as usize..(span.start + span.length) as usize;
        let none = Link { node: 0, out: FAR, back: FAR };
        span.room = (2 * span.room).max(ROOM);
        span.start = self.pool.len() as u32;
        self.pool.extend_from_within(old);
        self.pool.resize((span.start + span.room) as usize, none);
    }

    /// The links of a node: of a contracted one, those to nodes that were contracted later or never.
    pub fn links(&self, node: u32) -> &[Link] {
        let Span { start, length, .. } = self.spans[node as usize];
        &self.pool[start as usize..(start + length) as usize]
    }

    /// The nodes that were contracted, in order.
    pub fn contracted(&self) -> &[u32] {
        &self.contracted
    }

    /// The nodes that remain.
    pub fn remaining(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.spans.len() as u32).filter(|node| self.state[*node as usize] != State::Gone)
    }

    /// Contracts all nodes that can be.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn run(&mut self, progress: &dyn Progress) -> Result<()> {
        let mut waiting: Vec<VecDeque<u32>> = vec![VecDeque::new(); MOST_LINKS + 1];
        for node in 0..self.spans.len() as u32 {
            self.queue(node, &mut waiting);
        }
        let (mut links, mut fewest) = (Vec::new(), 0);
        while fewest <= MOST_LINKS {
            let Some(node) = waiting[fewest].pop_front() else {
                fewest += 1;
                continue;
            };
            // Nodes wait once for each number of links that they had; only the last one counts.
            if self.state[node as usize] != State::Free || self.links(node).len() != fewest {
                continue;
            }
            if self.contracted.len().is_multiple_of(1024) {
                progress.check()?;
            }
            links.clear();
            links.extend_from_slice(self.links(node));
            self.contract(node, &links);
            for link in &links {
                fewest = self.queue(link.node, &mut waiting).map_or(fewest, |count| count.min(fewest));
            }
        }
        Ok(())
    }

    /// Lets a node wait for its turn; returns its number of links if it may have one.
    fn queue(&self, node: u32, waiting: &mut [VecDeque<u32>]) -> Option<usize> {
        let count = self.links(node).len();
        let may = self.state[node as usize] == State::Free && count <= MOST_LINKS;
        may.then(|| {
            waiting[count].push_back(node);
            count
        })
    }

    /// Takes a node with its links out of the graph.
    fn contract(&mut self, node: u32, links: &[Link]) {
        self.state[node as usize] = State::Gone;
        self.contracted.push(node);
        for link in links {
            self.remove(link.node, node);
        }
        let mut shortcuts = [(0, FAR, FAR); MOST_LINKS];
        for (position, from) in links.iter().enumerate() {
            let others = &links[position + 1..];
            if others.is_empty() {
                break;
            }
            self.mark(from.node);
            let mut count = 0;
            for to in others {
                let (out, back) = self.needed(to.node, from.back + to.out, to.back + from.out);
                if out < FAR || back < FAR {
                    shortcuts[count] = (to.node, out, back);
                    count += 1;
                }
            }
            self.unmark(from.node);
            for (to, out, back) in &shortcuts[..count] {
                self.link(from.node, *to, *out, *back);
            }
        }
    }

    /// Removes a node's link to another.
    fn remove(&mut self, node: u32, other: u32) {
        let span = &mut self.spans[node as usize];
        let links = &mut self.pool[span.start as usize..(span.start + span.length) as usize];
        if let Some(position) = links.iter().position(|link| link.node == other) {
            links.swap(position, links.len() - 1);
            span.length -= 1;
        }
    }

    fn mark(&mut self, node: u32) {
        let Span { start, length, .. } = self.spans[node as usize];
        for link in &self.pool[start as usize..(start + length) as usize] {
            self.marks[link.node as usize] = Mark { out: link.out, back: link.back };
        }
    }

    fn unmark(&mut self, node: u32) {
        let Span { start, length, .. } = self.spans[node as usize];
        for link in &self.pool[start as usize..(start + length) as usize] {
            self.marks[link.node as usize] = Mark::NONE;
        }
    }

    /// What is needed of a shortcut from the marked node to another: a direction in which some way of one or two
    /// links takes no longer is [`FAR`].
    fn needed(&self, to: u32, out: u32, back: u32) -> (u32, u32) {
        let direct = self.marks[to as usize];
        let mut needed_out = out < direct.out;
        let mut needed_back = back < direct.back;
        for link in self.links(to) {
            if !needed_out && !needed_back {
                break;
            }
            let by = self.marks[link.node as usize];
            needed_out &= by.out + link.back > out;
            needed_back &= by.back + link.out > back;
        }
        (if needed_out { out.min(FAR) } else { FAR }, if needed_back { back.min(FAR) } else { FAR })
    }
}

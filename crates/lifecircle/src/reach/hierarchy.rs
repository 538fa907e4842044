//! The hierarchy: the nodes of a network in the order in which they are contracted, each with its arcs to higher ones.
//!
//! Every shortest way climbs to ever higher nodes, may cross the core, and descends. So one sweep upwards, a few over the
//! small core, and one downwards find the shortest times to all nodes: in the order of ranks, without a queue.
//!
//! Blocks of neighbouring nodes are contracted by themselves, on all cores; what remains of all of them is contracted
//! together. So the nodes of a block have ranks that follow each other, and a sweep finds their labels in the cache.
//!
//! Source: Delling, Goldberg, Nowatzyk & Werneck (2011), *PHAST: Hardware-accelerated shortest path trees*.

use rayon::prelude::*;

use super::contraction::{Contracted, Contraction, Link};
use super::heading::Heading;
use super::lanes::clamp;
use crate::network::Network;

/// Nodes of a block that is contracted by itself: its labels fit in a core's own cache.
const BLOCK: usize = 1 << 13;

/// The contracted network. Ranks below [`Hierarchy::core`] are contracted nodes, whose arcs lead to higher ranks;
/// the others are the core, whose arcs lead to other nodes of the core.
#[derive(Debug, Clone)]
pub(super) struct Hierarchy {
    rank: Vec<u32>,
    core: usize,
    first: Vec<u32>,
    heads: Vec<u32>,
    out: Vec<u32>,
    back: Vec<u32>,
}

impl Hierarchy {
    /// Contracts a network.
    pub fn new(network: &Network) -> Self {
        let nodes = network.nodes();
        let blocks: Vec<usize> = (0..nodes.div_ceil(BLOCK)).map(|block| block * BLOCK).collect();
        let blocks: Vec<Block> = blocks.par_iter().map(|start| Block::contract(network, *start)).collect();
        let (rest_nodes, rest) = contract_rest(network, &blocks);
        Self::assemble(nodes, blocks.into_iter().flat_map(|block| block.contracted), &rest_nodes, rest)
    }

    /// Ranks the nodes: those of the blocks, those that were contracted together, the core.
    fn assemble(
        nodes: usize,
        blocks: impl Iterator<Item = Contracted>,
        rest_nodes: &[u32],
        mut rest: Contraction,
    ) -> Self {
        let later = rest.run();
        let mut core_links = rest.remaining();
        let global = |link: Link| Link { node: rest_nodes[link.node as usize], ..link };
        let globally = |links: Vec<Link>| links.into_iter().map(global).collect();
        let mut order: Vec<Contracted> = blocks.collect();
        let mut in_core = vec![true; rest_nodes.len()];
        for Contracted { node, links } in later {
            in_core[node as usize] = false;
            order.push(Contracted { node: rest_nodes[node as usize], links: globally(links) });
        }
        let core = order.len();
        for local in (0..rest_nodes.len()).filter(|local| in_core[*local]) {
            let links = globally(std::mem::take(&mut core_links[local]));
            order.push(Contracted { node: rest_nodes[local], links });
        }
        let mut rank = vec![0; nodes];
        for (place, contracted) in order.iter().enumerate() {
            rank[contracted.node as usize] = place as u32;
        }
        let count = order.iter().map(|contracted| contracted.links.len()).sum();
        let mut hierarchy = Self {
            rank,
            core,
            first: Vec::with_capacity(nodes + 1),
            heads: Vec::with_capacity(count),
            out: Vec::with_capacity(count),
            back: Vec::with_capacity(count),
        };
        hierarchy.first.push(0);
        for contracted in order {
            for link in contracted.links {
                hierarchy.heads.push(hierarchy.rank[link.node as usize]);
                hierarchy.out.push(link.out);
                hierarchy.back.push(link.back);
            }
            hierarchy.first.push(hierarchy.heads.len() as u32);
        }
        hierarchy
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.rank.len()
    }

    /// The rank from which nodes are the core.
    pub fn core(&self) -> usize {
        self.core
    }

    /// The rank of a node.
    pub fn rank(&self, node: u32) -> u32 {
        self.rank[node as usize]
    }

    /// The ranks to which the arcs of a rank lead.
    pub fn heads(&self, rank: usize) -> &[u32] {
        &self.heads[self.range(rank)]
    }

    /// The arcs of a rank in a heading: times of climbing from it, and of descending to it.
    pub fn arcs(&self, rank: usize, heading: Heading) -> Arcs<'_> {
        let range = self.range(rank);
        let (out, back) = (&self.out[range.clone()], &self.back[range.clone()]);
        let (climb, descend) = match heading {
            Heading::Out => (out, back),
            Heading::Back => (back, out),
        };
        Arcs { heads: &self.heads[range], climb, descend }
    }

    fn range(&self, rank: usize) -> std::ops::Range<usize> {
        self.first[rank] as usize..self.first[rank + 1] as usize
    }

    /// Bytes that the hierarchy takes.
    pub fn bytes(&self) -> usize {
        size_of::<u32>()
            * (self.rank.len() + self.first.len() + self.heads.len() + self.out.len() + self.back.len())
    }
}

/// The arcs of a rank: times there and times from there.
pub(super) struct Arcs<'a> {
    pub heads: &'a [u32],
    pub climb: &'a [u32],
    pub descend: &'a [u32],
}

/// A block of neighbouring nodes after those inside it were contracted.
struct Block {
    contracted: Vec<Contracted>,
    /// Nodes that remain, with the links between them.
    remaining: Vec<(u32, Vec<Link>)>,
}

impl Block {
    /// Contracts the nodes of a block that have no arcs out of it.
    fn contract(network: &Network, start: usize) -> Self {
        let end = (start + BLOCK).min(network.nodes());
        let inside = |node: u32| (start..end).contains(&(node as usize));
        let mut graph = Contraction::new(end - start);
        for node in start as u32..end as u32 {
            let local = node - start as u32;
            for arc in network.arcs(node).filter(|arc| network.times(arc.edge).is_open()) {
                if !inside(arc.node) {
                    graph.freeze(local);
                } else if arc.node > node {
                    graph.link(local, arc.node - start as u32, clamp(arc.out), clamp(arc.back));
                }
            }
        }
        let global = |mut links: Vec<Link>| {
            links.iter_mut().for_each(|link| link.node += start as u32);
            links
        };
        let contracted = graph.run();
        let mut gone = vec![false; end - start];
        let contracted = contracted
            .into_iter()
            .map(|Contracted { node, links }| {
                gone[node as usize] = true;
                Contracted { node: node + start as u32, links: global(links) }
            })
            .collect();
        let remaining = graph.remaining().into_iter().zip(start as u32..).zip(gone);
        let remaining = remaining.filter(|(_, gone)| !gone).map(|((links, node), _)| (node, global(links))).collect();
        Self { contracted, remaining }
    }
}

/// What remains of all blocks as one graph, with the nodes that it is made of.
fn contract_rest(network: &Network, blocks: &[Block]) -> (Vec<u32>, Contraction) {
    let nodes: Vec<u32> = blocks.iter().flat_map(|block| block.remaining.iter().map(|(node, _)| *node)).collect();
    let mut local = vec![u32::MAX; network.nodes()];
    for (place, node) in nodes.iter().enumerate() {
        local[*node as usize] = place as u32;
    }
    let mut graph = Contraction::new(nodes.len());
    let block_of = |node: u32| node as usize / BLOCK;
    for (node, links) in blocks.iter().flat_map(|block| &block.remaining) {
        let here = local[*node as usize];
        for link in links.iter().filter(|link| link.node > *node) {
            graph.link(here, local[link.node as usize], link.out, link.back);
        }
        let across = network.arcs(*node).filter(|arc| arc.node > *node && block_of(arc.node) != block_of(*node));
        for arc in across {
            graph.link(here, local[arc.node as usize], clamp(arc.out), clamp(arc.back));
        }
    }
    (nodes, graph)
}

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

use super::contraction::Contraction;
use super::heading::Heading;
use super::lanes::clamp;
use crate::error::Result;
use crate::network::{Cost, Network};
use crate::progress::Progress;

/// Nodes of a block that is contracted by itself: its labels fit in a core's own cache.
const BLOCK: usize = if cfg!(test) { 64 } else { 1 << 14 };

/// After so many nodes it is looked whether the work should stop: some milliseconds.
const LOOK_EVERY: usize = 1 << 14;

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
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn new<C: Cost>(network: &Network<C>, progress: &dyn Progress) -> Result<Self> {
        let nodes = network.nodes();
        let starts: Vec<usize> = (0..nodes).step_by(BLOCK).collect();
        let blocks: Vec<Contraction> =
            starts.par_iter().map(|start| contract_block(network, *start, progress)).collect::<Result<_>>()?;
        let rest = Rest::contract(network, &blocks, progress)?;
        Self::assemble(nodes, &blocks, &rest, progress)
    }

    /// Ranks the nodes: those of the blocks, those that were contracted together, the core.
    fn assemble<'a>(nodes: usize, blocks: &'a [Contraction], rest: &'a Rest, progress: &dyn Progress) -> Result<Self> {
        progress.check()?;
        let own = |node: u32, block: usize| node + (block * BLOCK) as u32;
        let section = |(block, graph): (usize, &'a Contraction)| Section {
            graph,
            order: graph.contracted().to_vec(),
            name: Box::new(move |node| own(node, block)),
        };
        let mut sections: Vec<Section<'a>> = blocks.par_iter().enumerate().map(section).collect();
        let mut order = rest.graph.contracted().to_vec();
        let core = sections.iter().map(|section| section.order.len()).sum::<usize>() + order.len();
        order.extend(rest.graph.remaining());
        sections.push(Section { graph: &rest.graph, order, name: Box::new(|node| rest.nodes[node as usize]) });
        let mut rank = vec![0; nodes];
        let ranked = sections.iter().flat_map(|section| section.order.iter().map(|node| (section.name)(*node)));
        for (place, node) in ranked.enumerate() {
            rank[node as usize] = place as u32;
        }
        progress.check()?;
        let parts: Vec<Part> =
            sections.par_iter().map(|section| section.part(&rank, progress)).collect::<Result<_>>()?;
        progress.check()?;
        let count = parts.iter().map(|part| part.heads.len()).sum();
        let mut hierarchy = Self {
            rank,
            core,
            first: Vec::with_capacity(nodes + 1),
            heads: Vec::with_capacity(count),
            out: Vec::with_capacity(count),
            back: Vec::with_capacity(count),
        };
        hierarchy.first.push(0);
        for Part { lengths, heads, out, back } in parts {
            progress.check()?;
            for length in lengths {
                hierarchy.first.push(hierarchy.first[hierarchy.first.len() - 1] + length);
            }
            hierarchy.heads.extend(heads);
            hierarchy.out.extend(out);
            hierarchy.back.extend(back);
        }
        Ok(hierarchy)
    }

    /// All that a hierarchy is made of, besides where its core begins: the rank of each node, where the arcs of each rank
    /// begin, their heads, and their times out and back.
    pub fn columns(&self) -> [&[u32]; 5] {
        [&self.rank, &self.first, &self.heads, &self.out, &self.back]
    }

    /// The hierarchy of such columns; none if their lengths do not fit each other.
    pub fn from_columns([rank, first, heads, out, back]: [Vec<u32>; 5], core: usize) -> Option<Self> {
        let fits = first.len() == rank.len() + 1
            && first.iter().all(|first| *first as usize <= heads.len())
            && first.is_sorted()
            && out.len() == heads.len()
            && back.len() == heads.len();
        fits.then_some(Self { rank, core, first, heads, out, back })
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
        self.columns().map(size_of_val).iter().sum()
    }
}

/// The arcs of a rank: times there and times from there.
pub(super) struct Arcs<'a> {
    pub heads: &'a [u32],
    pub climb: &'a [u32],
    pub descend: &'a [u32],
}

/// Contracts the nodes of a block that have no arcs out of it. Nodes count from the block's beginning.
fn contract_block<C: Cost>(network: &Network<C>, start: usize, progress: &dyn Progress) -> Result<Contraction> {
    let end = (start + BLOCK).min(network.nodes());
    let mut graph = Contraction::new(end - start);
    for node in start as u32..end as u32 {
        let local = node - start as u32;
        for edge in network.incident(node).filter(|incident| network.costs(incident.edge).is_open()) {
            if !(start..end).contains(&(edge.node as usize)) {
                graph.freeze(local);
            } else if edge.node > node {
                graph.link(local, edge.node - start as u32, clamp(edge.out), clamp(edge.back));
            }
        }
    }
    graph.run(progress)?;
    Ok(graph)
}

/// What remained of all blocks, contracted together.
struct Rest {
    graph: Contraction,
    /// What the graph's nodes are in the network.
    nodes: Vec<u32>,
}

impl Rest {
    fn contract<C: Cost>(network: &Network<C>, blocks: &[Contraction], progress: &dyn Progress) -> Result<Self> {
        let mut nodes = Vec::new();
        let mut local = vec![u32::MAX; network.nodes()];
        for (block, start) in blocks.iter().zip((0..).step_by(BLOCK)) {
            for node in block.remaining() {
                local[(node + start) as usize] = nodes.len() as u32;
                nodes.push(node + start);
            }
        }
        let mut graph = Contraction::new(nodes.len());
        let block_of = |node: u32| node as usize / BLOCK;
        for (here, node) in nodes.iter().enumerate() {
            if here % LOOK_EVERY == 0 {
                progress.check()?;
            }
            let (block, here) = (block_of(*node), here as u32);
            let start = (block * BLOCK) as u32;
            for link in blocks[block].links(node - start).iter().filter(|link| link.node + start > *node) {
                graph.link(here, local[(link.node + start) as usize], link.out, link.back);
            }
            let across = network.incident(*node).filter(|edge| edge.node > *node && block_of(edge.node) != block);
            for edge in across {
                graph.link(here, local[edge.node as usize], clamp(edge.out), clamp(edge.back));
            }
        }
        graph.run(progress)?;
        Ok(Self { graph, nodes })
    }
}

/// Nodes of one graph that have ranks following each other.
struct Section<'a> {
    graph: &'a Contraction,
    order: Vec<u32>,
    /// What a node of the graph is in the network.
    name: Box<dyn Fn(u32) -> u32 + Send + Sync + 'a>,
}

/// The arcs of a section.
#[derive(Default)]
struct Part {
    lengths: Vec<u32>,
    heads: Vec<u32>,
    out: Vec<u32>,
    back: Vec<u32>,
}

impl Section<'_> {
    fn part(&self, rank: &[u32], progress: &dyn Progress) -> Result<Part> {
        let mut part = Part::default();
        for (number, node) in self.order.iter().enumerate() {
            if number % LOOK_EVERY == 0 {
                progress.check()?;
            }
            let links = self.graph.links(*node);
            part.lengths.push(links.len() as u32);
            part.heads.extend(links.iter().map(|link| rank[(self.name)(link.node) as usize]));
            part.out.extend(links.iter().map(|link| link.out));
            part.back.extend(links.iter().map(|link| link.back));
        }
        Ok(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Millis, Snap, Walker};
    use crate::reach::search::Search;
    use crate::reach::{Engine, Places, Question, nearest};
    use crate::{demo, import};

    /// Blocks are small in tests, so that many are joined; the sweeps must find what a plain search finds.
    #[test]
    fn many_blocks_make_one_hierarchy() {
        let city = import::import(demo::generate(demo::Size::Small, 1), &()).unwrap();
        let network = Network::new(&city.streets, &Walker::find("wheelchair").unwrap());
        assert!(network.nodes() > 8 * BLOCK);
        let doors: Vec<Snap> = (0..network.nodes() as u32).filter_map(|node| Snap::at_node(&network, node)).collect();
        let (origins, targets): (Places, Places) =
            (doors.iter().map(|door| [*door]).collect(), doors.iter().step_by(97).map(|door| [*door]).collect());
        let groups = [(0..3).collect(), (3..targets.len() as u32).collect()];
        let engine = Engine::new(network.clone(), &()).unwrap();
        let found = nearest(&engine, Question { origins: &origins, targets: &targets, groups: &groups }, &()).unwrap();
        let mut search = Search::new(network.nodes());
        for (group, times) in groups.iter().zip(&found) {
            let starts: Vec<Snap> =
                group.iter().flat_map(|target: &u32| targets.doors(*target as usize)).copied().collect();
            search.run(&network, Heading::Back, &starts, Millis::NEVER);
            for (door, time) in doors.iter().zip(times) {
                let by_ends =
                    Heading::Back.enter(door, &network).map(|(node, time)| search.time(node).saturating_add(time));
                let along = starts.iter().filter(|start| start.edge == door.edge);
                let along = along.map(|start| Heading::Back.straight(start, door, &network)).min();
                let plain = by_ends.into_iter().chain(along).min().unwrap();
                assert_eq!(time.0.min(super::super::lanes::FAR), plain.min(super::super::lanes::FAR));
            }
        }
    }
}

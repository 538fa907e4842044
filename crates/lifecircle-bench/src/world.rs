//! A world to search: the streets of a city, tiled, with targets on its nodes.

use lifecircle::city::Streets;
use lifecircle::geo::Seconds;
use lifecircle::network::{Cost as _, Millis, Network, Snap, Walker};
use lifecircle::reach::{Places, Question};
use lifecircle::{Result, demo, import};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Everybody and everything stands at nodes, so that other programs can be given the same work.
pub struct World {
    /// The tiled streets.
    pub streets: Streets,
    /// Every node that has a street.
    pub origins: Places,
    /// The targets of all sets, one after another.
    pub targets: Places,
    /// The targets of each set.
    pub groups: Vec<Vec<u32>>,
    /// The node of each target.
    pub nodes: Vec<u32>,
}

/// Someone who walks at a speed in metres a second, on stairs as on streets, without waiting.
///
/// # Errors
/// If there is no adult.
pub fn steady(speed: f64) -> Result<Walker> {
    Ok(Walker { speed, steps: Some(1.0), signal_wait: Seconds(0.0), ..Walker::find("adult")? })
}

/// The streets of the demo city.
///
/// # Errors
/// If it cannot be made.
pub fn demo_streets() -> Result<Streets> {
    Ok(import::import(demo::generate(demo::Size::Full, 1), &())?.streets)
}

impl World {
    /// Strews sets of targets evenly over the nodes.
    pub fn new(streets: Streets, network: &Network, sets: usize, targets: usize) -> Self {
        let at_nodes: Vec<Option<Snap>> =
            (0..network.nodes() as u32).map(|node| Snap::at_node(network, node)).collect();
        let open: Vec<u32> = (0..at_nodes.len() as u32).filter(|node| at_nodes[*node as usize].is_some()).collect();
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let nodes: Vec<u32> = (0..sets * targets).map(|_| open[random.random_range(0..open.len())]).collect();
        let groups = (0..sets).map(|set| (set * targets..(set + 1) * targets).map(|target| target as u32).collect());
        Self {
            streets,
            targets: nodes.iter().map(|node| at_nodes[*node as usize]).collect(),
            groups: groups.collect(),
            origins: at_nodes.into_iter().collect(),
            nodes,
        }
    }

    /// From every node to every set.
    pub fn question(&self) -> Question<'_> {
        Question { origins: &self.origins, targets: &self.targets, groups: &self.groups }
    }
}

/// A limit in seconds.
pub fn limit(seconds: f64) -> Millis {
    Millis::round(Seconds(seconds))
}

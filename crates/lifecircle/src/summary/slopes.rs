//! What slopes close to a walker who cannot take steep ones: how many streets, and whom that cuts off.

use schemars::JsonSchema;
use serde::Serialize;

use crate::geo::Metres;
use crate::measure::Measured;
use crate::network::{Network, Walker};

/// What is too steep for a walker.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct TooSteep {
    /// The steepest slope that the walker takes: rise over run.
    pub steepest: f64,
    /// Streets that are steeper.
    pub streets: usize,
    /// Their length.
    pub metres: Metres,
    /// Homes that these cut off from the rest of the network.
    pub homes_cut_off: usize,
    /// Their residents.
    pub residents_cut_off: f64,
}

impl TooSteep {
    /// By what was measured; none for a walker who takes every slope, or where the ground is not known to slope.
    pub(super) fn of(measured: &Measured) -> Option<Self> {
        let (city, walker) = (measured.city(), measured.walker());
        let steepest = walker.slope.steepest?;
        if city.streets.edges.iter().all(|street| street.rise == 0.0) {
            return None;
        }
        let mut tireless: Walker = walker.clone();
        tireless.slope.steepest = None;
        let (without, network) = (Network::new(&city.streets, &tireless), measured.network());
        let is_too_steep = |edge: u32| without.costs(edge).is_open() && !network.costs(edge).is_open();
        let steep: Vec<u32> =
            (0..without.edges().min(network.edges()) as u32).filter(|edge| is_too_steep(*edge)).collect();
        let is_cut_off = |edge: u32| {
            (edge as usize) < without.edges() && !without.ends(edge).iter().any(|node| without.is_on_island(*node))
        };
        let homes = city.homes.iter().zip(&measured.reached.ready.snaps().homes);
        let cut_off = homes
            .filter(|(_, snap)| snap.as_ref().is_ok_and(|snap| snap.is_on_island() && is_cut_off(snap.edge)))
            .map(|(home, _)| home.residents);
        let (homes_cut_off, residents_cut_off) =
            cut_off.fold((0, 0.0), |(homes, sum), residents| (homes + 1, sum + residents));
        Some(Self {
            steepest,
            streets: steep.len(),
            metres: steep.iter().map(|edge| city.streets.edges[*edge as usize].length).sum(),
            homes_cut_off,
            residents_cut_off,
        })
    }
}

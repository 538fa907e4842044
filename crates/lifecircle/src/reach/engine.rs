//! The engine: a network made ready for the kernels.

use super::hierarchy::Hierarchy;
use crate::network::Network;

/// A network with the hierarchy that the kernels sweep over. It is made anew for each walker, since shortcuts depend on
/// times; see docs/performance.md for how long that takes.
///
/// ```
/// use lifecircle::network::{Network, Walker};
/// use lifecircle::{demo, import, reach::Engine};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let engine = Engine::new(Network::new(&city.streets, &Walker::named("adult")?));
/// assert_eq!(engine.network().nodes(), city.streets.nodes.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    network: Network,
    hierarchy: Hierarchy,
}

impl Engine {
    /// Contracts a network.
    pub fn new(network: Network) -> Self {
        let hierarchy = Hierarchy::new(&network);
        Self { network, hierarchy }
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network again, without what was made of it.
    pub fn into_network(self) -> Network {
        self.network
    }

    pub(super) fn hierarchy(&self) -> &Hierarchy {
        &self.hierarchy
    }

    /// Bytes that the network and its hierarchy take.
    pub fn bytes(&self) -> usize {
        self.network.bytes() + self.hierarchy.bytes()
    }
}

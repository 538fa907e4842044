//! The engine: a network made ready for the kernels.

use std::sync::Arc;

use super::hierarchy::Hierarchy;
use super::kept;
use crate::error::Result;
use crate::network::{Cost, Millis, Network};
use crate::progress::Progress;

/// A network with the hierarchy that the kernels sweep over. Each walker has its own, since shortcuts depend on times. A clone
/// shares both.
///
/// ```
/// use lifecircle::network::{Network, Walker};
/// use lifecircle::{demo, import, reach::Engine};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let engine = Engine::new(Network::new(&city.streets, &Walker::find("adult")?), &())?;
/// assert_eq!(engine.network().nodes(), city.streets.nodes.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Engine<C = Millis> {
    network: Arc<Network<C>>,
    hierarchy: Arc<Hierarchy>,
}

impl<C: Cost> Engine<C> {
    /// Contracts a network.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn new(network: impl Into<Arc<Network<C>>>, progress: &dyn Progress) -> Result<Self> {
        let network = network.into();
        let hierarchy = Arc::new(Hierarchy::new(&network, progress)?);
        Ok(Self { network, hierarchy })
    }

    /// The engine of a network, of the bytes that [`Engine::to_bytes`] made of it; the network again if they are damaged or of
    /// another.
    ///
    /// # Errors
    /// The network.
    pub fn from_bytes(network: Network<C>, bytes: &[u8]) -> Result<Self, Network<C>> {
        match kept::decode(&network, bytes) {
            Some(hierarchy) => Ok(Self { network: Arc::new(network), hierarchy: Arc::new(hierarchy) }),
            None => Err(network),
        }
    }

    /// All that making the engine anew would have to find out, to be kept for later.
    pub fn to_bytes(&self) -> Vec<u8> {
        kept::encode(&self.network, &self.hierarchy)
    }

    /// The network.
    pub fn network(&self) -> &Network<C> {
        &self.network
    }

    /// The network, shared.
    pub(crate) fn shared_network(&self) -> Arc<Network<C>> {
        Arc::clone(&self.network)
    }

    pub(super) fn hierarchy(&self) -> &Hierarchy {
        &self.hierarchy
    }

    /// Bytes that the network and its hierarchy take.
    pub fn bytes(&self) -> usize {
        self.network.bytes() + self.hierarchy.bytes()
    }
}

//! The engine: a network made ready for the kernels.

use std::path::{Path, PathBuf};

use super::hierarchy::Hierarchy;
use super::kept;
use crate::error::Result;
use crate::network::{Network, Walker};

/// A network with the hierarchy that the kernels sweep over. Each walker has its own, since shortcuts depend on times.
///
/// ```
/// use lifecircle::network::{Network, Walker};
/// use lifecircle::{demo, import, reach::Engine};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let engine = Engine::new(Network::new(&city.streets, &Walker::find("adult")?));
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

    /// The engine of a network as it was kept in a file; made anew if there is no such file or it does not fit the network.
    pub fn kept(network: Network, path: &Path) -> Self {
        match kept::read(&network, path) {
            Some(hierarchy) => Self { network, hierarchy },
            None => Self::new(network),
        }
    }

    /// Writes the engine into a file that is part of an output.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep(&self, path: &Path) -> Result<()> {
        kept::write(&self.network, &self.hierarchy, path)
    }

    /// Where the engine of a walker is kept with a city on disk.
    pub fn file_in(city: &Path, walker: &Walker) -> PathBuf {
        city.join(format!("reach-{}.bin", walker.id))
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

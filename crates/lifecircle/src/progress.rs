//! How long work tells of its progress, without knowing who listens: a terminal, a web page, nobody.

/// Listens to long work. Called from many threads.
pub trait Progress: Sync {
    /// A new stage begins; `total` steps of it are ahead (0 if unknown).
    fn stage(&self, stage: Stage, total: u64);
    /// `steps` more steps of the current stage are done.
    fn advance(&self, steps: u64);
}

/// The stages of long work, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Making the synthetic city.
    Generate,
    /// Reading relations, ways and nodes.
    Read,
    /// Building streets, facilities, homes and communities.
    Build,
    /// Finding the street of each home and facility.
    Snap,
    /// Searching the nearest facility of each service.
    Nearest,
    /// Counting facilities within reach.
    Within,
    /// Writing files.
    Write,
}

/// Nobody listens.
impl Progress for () {
    fn stage(&self, _: Stage, _: u64) {}
    fn advance(&self, _: u64) {}
}

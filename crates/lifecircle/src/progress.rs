//! How long work tells of its progress and is told to stop, without knowing who listens: a terminal, a web page, nobody.

use crate::error::{Error, Result};

/// Listens to long work, and may stop it. Called from many threads.
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
///
/// use lifecircle::error::ErrorKind;
/// use lifecircle::progress::{Progress, Stage};
/// use lifecircle::{demo, import};
///
/// struct Button(AtomicBool);
///
/// impl Progress for Button {
///     fn stage(&self, _: Stage, _: u64) {}
///     fn advance(&self, _: u64) {}
///     fn is_cancelled(&self) -> bool {
///         self.0.load(Ordering::Relaxed)
///     }
/// }
///
/// let pressed = Button(AtomicBool::new(true));
/// let error = import::import(demo::generate(demo::Size::Small, 1), &pressed).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Cancelled);
/// ```
pub trait Progress: Sync {
    /// A new stage begins; `total` steps of it are ahead (0 if unknown).
    fn stage(&self, stage: Stage, total: u64);

    /// `steps` more steps of the current stage are done.
    fn advance(&self, steps: u64);

    /// Whether the work should stop. Asked often: it should only look at a flag. Once it is true it stays so.
    fn is_cancelled(&self) -> bool {
        false
    }

    /// Goes on, or stops.
    ///
    /// # Errors
    /// [`Cancelled`](crate::error::ErrorKind::Cancelled) if the work should stop.
    fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }
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
    /// Searching between places that were asked about.
    Search,
    /// Writing files.
    Write,
}

/// Nobody listens.
impl Progress for () {
    fn stage(&self, _: Stage, _: u64) {}
    fn advance(&self, _: u64) {}
}

/// Something that takes long and is told of in other steps than the stage's: only whether to stop is passed on.
pub(crate) struct Quietly<'a>(pub &'a dyn Progress);

impl Progress for Quietly<'_> {
    fn stage(&self, _: Stage, _: u64) {}
    fn advance(&self, _: u64) {}
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// Gives memory back while the caller goes on: that of a whole country takes longer than whoever cancels should wait.
pub(crate) fn give_back_aside(memory: impl Send + 'static) {
    // Where no thread can be started, it is given back at once.
    let _ = std::thread::Builder::new().spawn(move || drop(memory));
}

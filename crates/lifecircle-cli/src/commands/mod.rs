//! One file a command.

use std::path::Path;
use std::sync::Arc;

use lifecircle::city::City;
use lifecircle::progress::Progress;
use lifecircle::reach::Engine;
use lifecircle::ready::{ReadyCity, Walk};

pub mod completions;
pub mod demo;
pub mod evaluate;
pub mod export;
pub mod facilities;
pub mod import;
pub mod measure;
pub mod report;
pub mod schema;
pub mod standards;
pub mod walkers;

/// A city from disk, made ready; an engine of the walker may be kept with it.
fn ready(city: &Arc<City>, directory: &Path, walk: Walk, progress: &dyn Progress) -> ReadyCity {
    let kept = Engine::file_in(directory, &walk.walker);
    ReadyCity::with_engine(Arc::clone(city), walk, |network| Engine::kept(network, &kept), progress)
}

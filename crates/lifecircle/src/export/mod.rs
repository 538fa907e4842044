//! Results as files: homes, communities, the network, the snaps, the summary.
//!
//! Everything that was measured can be recomputed from these files with another program. Shapes of the tables are in
//! `docs/results.md`.

mod changes;
mod facilities;
mod gaps;
mod homes;
mod network;
mod snaps;

use std::path::Path;

use crate::error::{Error, Result};
use crate::measure::Measured;
use crate::output::write_text;
use crate::summary::{Changes, Summary};
use crate::tables::Format;

pub use changes::facility_changes_table;
pub use facilities::{facilities_of_kind_table, facilities_table, recognised_facilities_table};
pub use gaps::{gaps_table, services_table};
pub use homes::{communities_table, homes_table, some_homes_table};
pub use network::{edges_table, nodes_table};
pub use snaps::{facility_snaps_table, home_snaps_table};

/// Writes `homes`, `communities` and `summary.json` into a directory that is there.
///
/// # Errors
/// If a file cannot be written.
pub fn write_results(measured: &Measured, summary: &Summary, directory: &Path, formats: &[Format]) -> Result<()> {
    let homes = homes_table(measured);
    let communities = communities_table(measured.city(), summary);
    for format in formats {
        homes.write(&directory.join(format!("homes.{}", format.extension())), *format)?;
        communities.write(&directory.join(format!("communities.{}", format.extension())), *format)?;
    }
    write_summary(summary, &directory.join("summary.json"))
}

/// Writes what changed: `changes.json`, and the table `facility_changes` in every format.
///
/// # Errors
/// If a file cannot be written.
pub fn write_changes(changes: &Changes, directory: &Path, formats: &[Format]) -> Result<()> {
    let table = facility_changes_table(changes);
    for format in formats {
        table.write(&directory.join(format!("facility_changes.{}", format.extension())), *format)?;
    }
    let path = directory.join("changes.json");
    let text = serde_json::to_string_pretty(changes)
        .map_err(|e| Error::new(say!("cannot write ({e})", "无法写出（{e}）")).file(&path))?;
    write_text(&path, &(text + "\n"))
}

/// Writes the summary as JSON.
///
/// # Errors
/// If the file cannot be written.
pub fn write_summary(summary: &Summary, path: &Path) -> Result<()> {
    let text = serde_json::to_string_pretty(&summary.to_json())
        .map_err(|e| Error::new(say!("cannot write ({e})", "无法写出（{e}）")).file(path))?;
    write_text(path, &(text + "\n"))
}

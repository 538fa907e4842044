//! What the commands print: tables for people, or one JSON document. Here is what all of them share; a file each for
//! measured cities, changes, facilities, and standards.

mod changes;
mod facilities;
mod footing;
mod inputs;
mod ledger;
mod links;
mod plan;
mod renewal;
mod scenarios;
mod standards;
mod summary;
mod units;

use lifecircle::say;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use lifecircle::Error;
use lifecircle::city::City;
use lifecircle::setting;
use lifecircle::standard::{AgeGroup, SupplyOf};
use lifecircle::summary::Summary;
use lifecircle::text::{Language, tight};
use serde_json::{Value, json};

pub use changes::{all_changes, changes};
pub use facilities::{corrected, facilities, merges, of_kind, undone};
pub use footing::footing;
pub use inputs::looked;
pub use ledger::ledger;
pub use links::links;
pub use plan::{sites, solved};
pub use renewal::programme;
pub use scenarios::{comparison, comparisons};
pub use standards::{standard, standards, walkers};
pub use summary::{summaries, summary};
pub use units::units;

use crate::args::{Common, option};

/// Lines above, under the header and below; none between rows, so that many fit on a screen.
const TABLE: TableStyle = TableStyle::new()
    .top_border(LineStyle::none().fill('─').junction('─'))
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// Prints to standard output what `write` writes. A reader who has gone away (as `head` does) is no error.
pub fn show(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> lifecircle::Result<()> {
    let mut stdout = io::stdout().lock();
    match write(&mut stdout).and_then(|()| stdout.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::io(say!("write to", "写入"), "standard output", &e))
        }
        _ => Ok(()),
    }
}

/// Prints a text as it is.
pub fn text(text: &str) -> lifecircle::Result<()> {
    show(|out| out.write_all(text.as_bytes()))
}

fn line(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "{text}")
}

/// Writes one JSON document.
pub fn document(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    line(out, &format!("{value:#}"))
}

/// How wide tables with long texts are where there is no terminal to tell.
const WIDTH: u16 = 150;

/// Lets the long texts of a table run over several lines.
fn wrapped(table: &mut Table) {
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    if !io::stdout().is_terminal() {
        table.set_width(WIDTH);
    }
}

fn table(header: &[&str], right_from: usize) -> Table {
    let mut table = Table::new();
    table.load_style(TABLE).set_header(header.iter().map(ToString::to_string).collect::<Vec<_>>());
    for (index, column) in table.column_iter_mut().enumerate() {
        if index >= right_from {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

pub fn pick<'a>(common: &Common, zh: &'a str, en: &'a str) -> &'a str {
    if common.language() == Language::Chinese { zh } else { en }
}

fn count(number: f64) -> String {
    lifecircle::text::count(number)
}

fn percent(share: f64) -> String {
    lifecircle::text::percent(share)
}

/// A city that was just imported.
pub fn city(out: &mut dyn Write, city: &City, directory: &Path, common: &Common) -> io::Result<()> {
    let residents: f64 = city.homes.iter().map(|home| home.residents).sum();
    if common.json {
        document(
            out,
            &json!({
                "city": directory, "name": city.about.name, "synthetic": city.about.synthetic, "extent": city.about.extent,
                "nodes": city.streets.nodes.len(), "edges": city.streets.edges.len(), "facilities": city.facilities.len(),
                "homes": city.homes.len(), "residents": residents, "communities": city.communities.len(),
                "sources": city.about.sources, "notes": city.about.notes.iter().map(lifecircle::city::Note::in_words).collect::<Vec<_>>(), "lists": city.about.lists,
                "merged": city.merges.len(),
            }),
        )?;
        return Ok(());
    }
    let rows = [
        (pick(common, "道路", "Streets"), city.streets.edges.len()),
        (pick(common, "设施", "Facilities"), city.facilities.len()),
        (pick(common, "居住点", "Homes"), city.homes.len()),
        (pick(common, "居民", "Residents"), residents.round() as usize),
        (pick(common, "社区", "Communities"), city.communities.len()),
    ];
    let mut table = table(&[&city.about.name, ""], 1);
    for (name, number) in rows {
        table.add_row([name.to_owned(), count(number as f64)]);
    }
    line(out, &table.to_string())?;
    facilities::lists(out, city, common)?;
    notes(out, &city.about.notes, common)?;
    line(out, &format!("{} {}", pick(common, "已写入", "Written:"), directory.display()))?;
    Ok(())
}

/// A note in the language of its reader, with settings by their options; Chinese sets a space between its own signs and Latin letters.
fn told(note: &lifecircle::city::Note, common: &Common) -> String {
    let language = common.language();
    let spaced = |setting| match option(setting, language) {
        own if own.is_ascii() && !language.is_english() => format!(" {own} "),
        own => own,
    };
    tight(&setting::named(language.pick(&note.zh, &note.en), spaced))
}

fn notes(out: &mut dyn Write, notes: &[lifecircle::city::Note], common: &Common) -> io::Result<()> {
    for note in notes {
        let text = told(note, common);
        line(out, &format!("{} {text}", pick(common, "注意：", "Note:")))?;
    }
    Ok(())
}

/// A single file that was written.
pub fn written(out: &mut dyn Write, path: &Path, summary: Option<&Summary>, common: &Common) -> io::Result<()> {
    if common.json {
        document(out, &summary.map_or_else(|| json!({ "file": path }), Summary::to_json))?;
    } else {
        line(out, &format!("{} {}", pick(common, "已写入", "Written:"), path.display()))?;
    }
    Ok(())
}

/// Files that were written, with their rows.
pub fn files(out: &mut dyn Write, files: &[(PathBuf, usize)], common: &Common) -> io::Result<()> {
    if common.json {
        let files: Vec<Value> = files.iter().map(|(file, rows)| json!({ "file": file, "rows": rows })).collect();
        document(out, &json!({ "files": files }))?;
        return Ok(());
    }
    for (file, rows) in files {
        line(
            out,
            &format!(
                "{} {} ({} {})",
                pick(common, "已写入", "Written:"),
                file.display(),
                count(*rows as f64),
                pick(common, "行", "rows")
            ),
        )?;
    }
    Ok(())
}

/// Whom a number of people are, where they are not all.
fn whom(group: AgeGroup, common: &Common) -> &str {
    match group {
        AgeGroup::All => "",
        AgeGroup::Children => pick(common, " 儿童", " children"),
        AgeGroup::Elderly => pick(common, " 老年人", " older people"),
    }
}

/// The unit of a supply.
fn unit(of: SupplyOf, common: &Common) -> &str {
    match of {
        SupplyOf::Capacity => pick(common, " 位", " places"),
        SupplyOf::Area => " m²",
        SupplyOf::Facilities => pick(common, " 处", " facilities"),
    }
}

/// Rows that are printed of a table that is not written.
const SHOWN: usize = 20;

/// A table: its first rows, or all of it as GeoJSON.
pub fn rows(out: &mut dyn Write, rows: &lifecircle::tables::Table, common: &Common) -> io::Result<()> {
    if common.json {
        let features: Vec<Value> = (0..rows.rows()).map(|row| rows.feature(row)).collect();
        return document(out, &json!({ "type": "FeatureCollection", "features": features }));
    }
    let names: Vec<&str> = rows.names().collect();
    let mut shown = table(&names, 1);
    for row in 0..rows.rows().min(SHOWN) {
        let cell = |value: &Value| match value {
            Value::Null => "–".to_owned(),
            Value::String(text) => text.clone(),
            Value::Number(number) => {
                let number = number.as_f64().unwrap_or_default();
                if number.fract() == 0.0 { number.to_string() } else { format!("{number:.3}") }
            }
            other => other.to_string(),
        };
        shown.add_row(rows.properties(row).values().map(cell).collect::<Vec<_>>());
    }
    line(out, &shown.to_string())?;
    if let more @ 1.. = rows.rows().saturating_sub(SHOWN) {
        let more = count(more as f64);
        let text = match common.language() {
            Language::Chinese => format!("另有 {more} 行，用 -o FILE 写入文件"),
            Language::English => format!("{more} more rows; -o FILE writes them all"),
        };
        line(out, &text)?;
    }
    Ok(())
}

/// Tells of places that no street is near to.
pub fn without_street(name: &str, without: usize, common: &Common) {
    if without > 0 && !common.quiet {
        match common.language() {
            Language::Chinese => eprintln!("注意：{name} 中有 {without} 处附近没有道路，未计入；可调大 --snap-limit"),
            Language::English => {
                eprintln!("Note: {without} places of {name} have no street near and reach nothing; raise --snap-limit")
            }
        }
    }
}

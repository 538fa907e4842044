//! The report: web pages that need nothing else, for a city hall to read and print, and the one page of it as a drawing.
//!
//! It only shows what was measured, and what others found would help. Maps and charts are SVG drawn here, the same on screen and
//! paper; nothing needs a script.

mod areas;
mod aspects;
mod changes;
mod circles;
mod community;
mod equity;
mod gaps;
mod glance;
mod map;
mod method;
mod one_page;
mod page;
mod rose;
mod scale;
mod supply;
mod text;
mod wrap;

pub use map::{Mark, map_of_differences};
pub use text::threshold;

use crate::city::Name;
use crate::geo::LonLat;
use crate::measure::Measured;
use crate::summary::{Changes, CommunitySummary, Summary};
use crate::text::Language;

/// A part of the report that others have written: it comes after the first page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// Its heading.
    pub heading: String,
    /// What it says, as HTML that was escaped.
    pub body: String,
}

/// A new facility that would help much, as somebody found it.
#[derive(Debug, Clone, PartialEq)]
pub struct Help {
    /// Id of the service.
    pub service: String,
    /// Where.
    pub at: LonLat,
    /// The community that it lies in; none outside of all.
    pub community: Option<Name>,
    /// How many people who lack the service would have it, if nothing else were built.
    pub people: f64,
}

/// What a report is made of.
#[derive(Clone, Copy)]
pub struct Contents<'a> {
    /// The city as it was measured.
    pub measured: &'a Measured,
    /// The same in sums.
    pub summary: &'a Summary,
    /// What changed since an earlier city.
    pub changes: Option<&'a Changes>,
    /// Somebody else's chapter.
    pub chapter: Option<&'a Chapter>,
    /// What would help most, the most helpful first.
    pub helps: &'a [Help],
    /// The language of its readers.
    pub language: Language,
}

impl<'a> Contents<'a> {
    /// A report of a city as it is.
    pub fn of(measured: &'a Measured, summary: &'a Summary, language: Language) -> Self {
        Self { measured, summary, changes: None, chapter: None, helps: &[], language }
    }
}

/// The report as one HTML document that needs nothing else.
pub fn html(contents: &Contents<'_>) -> String {
    page::html(contents)
}

/// The report with the numbers of the pages in its contents, to be printed once more by whoever has printed it once and seen where
/// its parts begin: `page_of` tells the page of a part by the id by which the contents link to it. It is for the printer alone:
/// the mark at its end, by which a file is known as this program's, is that of the page without numbers.
pub fn with_page_numbers(page: &str, page_of: impl Fn(&str) -> Option<u32>) -> String {
    page::with_page_numbers(page, page_of)
}

/// The one page, an A4 sheet, as an SVG document.
pub fn one_page_svg(contents: &Contents<'_>) -> String {
    one_page::svg(contents)
}

/// The one page as an HTML document that prints on one sheet of A4.
pub fn one_page_html(contents: &Contents<'_>) -> String {
    one_page::html(contents)
}

/// The sheet of one community as an HTML document.
pub fn community_html(contents: &Contents<'_>, community: &CommunitySummary) -> String {
    community::html(contents, community)
}

/// The city's circles as petals of a rose.
fn petals_of_city(summary: &Summary, language: Language) -> Vec<rose::Petal<'_>> {
    let petal = |(_, circle): &'_ (String, crate::summary::CircleSummary)| {
        (circle.coverage.residents, circle.compliance.residents)
    };
    let names = summary.circles.iter().map(|(_, circle)| language.pick(&circle.zh, &circle.en));
    names
        .zip(summary.circles.iter().map(petal))
        .map(|(name, (coverage, compliance))| rose::Petal { name, coverage, compliance })
        .collect()
}

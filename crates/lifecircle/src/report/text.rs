//! What only the page needs of text.

use std::fmt::Write;

use maud::{Markup, html};

use crate::summary::ServiceSummary;

/// Appends formatted text to the data of a path; writing to a string cannot fail.
pub(super) fn put(path: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = path.write_fmt(text);
}

/// A coordinate in whole units of a drawing.
pub(super) fn whole(number: f64) -> String {
    format!("{number:.0}")
}

/// A coordinate in tenths of a unit.
pub(super) fn tenths(number: f64) -> String {
    format!("{number:.1}")
}

/// How near a service must be: `10′` or `500 m`, and how many: `×2`.
pub fn threshold(service: &ServiceSummary) -> String {
    let near = match (service.threshold_seconds, service.threshold_metres) {
        (Some(time), _) => format!("{:.0}′", time.minutes()),
        (None, metres) => format!("{:.0} m", metres.unwrap_or_default().0),
    };
    if service.count > 1 { format!("{near} ×{}", service.count) } else { near }
}

/// The head of a table: the first column is text, the others are numbers.
pub(super) fn head(heads: &[&str]) -> Markup {
    html! {
        thead {
            tr { @for (index, head) in heads.iter().enumerate() { th class=[(index > 0).then_some("n")] { (head) } } }
        }
    }
}

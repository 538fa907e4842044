//! What only the page needs of text.

use std::fmt::Write;

use crate::summary::ServiceSummary;

/// Text made safe to stand in HTML.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Control signs have no place on a page.
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// Appends formatted text; writing to a string cannot fail.
pub(super) fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = page.write_fmt(text);
}

/// How near a service must be: `10′` or `500 m`, and how many: `×2`.
pub fn threshold(service: &ServiceSummary) -> String {
    let near = match (service.threshold_seconds, service.threshold_metres) {
        (Some(time), _) => format!("{:.0}′", time.minutes()),
        (None, metres) => format!("{:.0} m", metres.unwrap_or_default().0),
    };
    if service.count > 1 { format!("{near} ×{}", service.count) } else { near }
}

//! Words and numbers as people read them, in Chinese or English.

use std::fmt::Write;

use crate::summary::ServiceSummary;

/// The language of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Chinese.
    Chinese,
    /// English.
    #[default]
    English,
}

impl Language {
    /// The one of two texts that is in this language.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        if self == Self::Chinese { zh } else { en }
    }

    /// Whether this is English.
    pub fn is_english(self) -> bool {
        self == Self::English
    }
}

/// A whole number with its thousands apart: `532,100`.
///
/// ```
/// assert_eq!(lifecircle::report::count(532_100.4), "532,100");
/// assert_eq!(lifecircle::report::count(12.0), "12");
/// ```
pub fn count(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    if number <= -0.5 {
        text.push('-');
    }
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share as a percentage. What is not quite all is never shown as all, nor what is not quite nothing as nothing.
///
/// ```
/// use lifecircle::report::percent;
/// assert_eq!(percent(0.5), "50.0 %");
/// assert_eq!(percent(0.99999), "99.9 %");
/// assert_eq!(percent(0.00001), "0.1 %");
/// assert_eq!(percent(1.0), "100.0 %");
/// ```
pub fn percent(share: f64) -> String {
    let shown = (share * 1000.0).round() / 10.0;
    let shown = if share < 1.0 - 1e-12 { shown.min(99.9) } else { shown };
    let shown = if share > 0.0 { shown.max(0.1) } else { shown };
    format!("{shown:.1} %")
}

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

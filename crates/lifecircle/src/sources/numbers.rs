//! Numbers as people write them: `12.5`, `12,5`, `1,234`, `1 234`, `１２３`, `1.2万`.
//!
//! A comma or a point alone may part the thousands or begin the decimals; which of the two is decided for a column as a whole.
//! It knows cells, and nothing of files.

/// Which sign begins the decimals; the other may part the thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// `1,234.5`.
    Point,
    /// `1.234,5`.
    Comma,
}

/// How a column's numbers are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Every cell means the same in both notations.
    Same,
    /// Only in this one is every cell a number.
    Only(Notation),
    /// Every cell is a number in both, and this one (its position) is another in each.
    Ambiguous(usize),
    /// The cell at this position is no number, or none beside those before it.
    NotANumber(usize),
}

/// Decides how the cells of a column are written; `is_possible` tells which numbers may stand in it. Empty cells say nothing.
///
/// ```
/// use lifecircle::sources::numbers::{Decision, Notation, decide};
/// assert_eq!(decide(["12,5", "1.234"], |_| true), Decision::Only(Notation::Comma));
/// assert_eq!(decide(["12.5", "1,234"], |_| true), Decision::Only(Notation::Point));
/// assert_eq!(decide(["12", "7"], |_| true), Decision::Same);
/// assert_eq!(decide(["12", "1,234"], |_| true), Decision::Ambiguous(1));
/// assert_eq!(decide(["106,823"], |degrees| degrees.abs() <= 180.0), Decision::Only(Notation::Comma));
/// assert_eq!(decide(["12,5", "many"], |_| true), Decision::NotANumber(1));
/// ```
pub fn decide<'a>(cells: impl IntoIterator<Item = &'a str>, is_possible: impl Fn(f64) -> bool) -> Decision {
    let (mut point, mut comma, mut differs) = (true, true, None);
    for (position, cell) in cells.into_iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
        let as_point = parse(cell, Notation::Point).filter(|number| is_possible(*number));
        let as_comma = parse(cell, Notation::Comma).filter(|number| is_possible(*number));
        point &= as_point.is_some();
        comma &= as_comma.is_some();
        if !point && !comma {
            return Decision::NotANumber(position);
        }
        if as_point != as_comma {
            differs.get_or_insert(position);
        }
    }
    match (point, comma, differs) {
        (true, true, Some(position)) => Decision::Ambiguous(position),
        (true, true, None) => Decision::Same,
        (true, false, _) => Decision::Only(Notation::Point),
        (false, _, _) => Decision::Only(Notation::Comma),
    }
}

/// A number in a notation; none if it is none, or not a finite one.
///
/// ```
/// use lifecircle::sources::numbers::{Notation::{Comma, Point}, parse};
/// assert_eq!(parse("12.5", Point), Some(12.5));
/// assert_eq!(parse("12,5", Comma), Some(12.5));
/// assert_eq!(parse("1,234", Point), Some(1234.0));
/// assert_eq!(parse("1 234 567", Point), Some(1_234_567.0));
/// assert_eq!(parse("１２３", Point), Some(123.0));
/// assert_eq!(parse("1.2万", Point), Some(12_000.0));
/// assert_eq!(parse("12,5", Point), None);
/// ```
pub fn parse(text: &str, notation: Notation) -> Option<f64> {
    let text: String = text.trim().chars().map(narrow).collect();
    let (digits, factor) = match text.strip_suffix('万').map(|digits| (digits, 1e4)) {
        Some(parts) => parts,
        None => text.strip_suffix('亿').map_or((text.as_str(), 1.0), |digits| (digits, 1e8)),
    };
    let digits = digits.trim_end();
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let (thousands, decimal) = match notation {
        Notation::Point => (',', '.'),
        Notation::Comma => ('.', ','),
    };
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let (whole, fraction) = mantissa.split_once(decimal).unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let whole = without_thousands(whole, thousands)?;
    if !all_digits(fraction) || whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let exponent = exponent.map_or(Some(0), |text| text.parse::<i32>().ok())?;
    let number: f64 = format!("{whole}.{fraction}0e{exponent}").parse().ok()?;
    let number = sign * number * factor;
    number.is_finite().then_some(number)
}

/// Signs of full width, and those that stand for others, as plain ones.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{2212}' => '-',
        // Spaces that do not break, and narrow ones.
        '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}' | '\u{3000}' => ' ',
        '\u{2019}' => '\'',
        c => c,
    }
}

/// A whole number without the signs that part its thousands; none if they stand elsewhere.
fn without_thousands(text: &str, thousands: char) -> Option<String> {
    let Some(sign) = text.chars().find(|c| !c.is_ascii_digit()) else { return Some(text.to_owned()) };
    if sign != thousands && sign != ' ' && sign != '\'' {
        return None;
    }
    let mut groups = text.split(sign);
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()) && !first.starts_with('0'))?;
    let mut whole = first.to_owned();
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        whole.push_str(group);
    }
    whole.bytes().all(|b| b.is_ascii_digit()).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Notation::{Comma, Point};

    #[test]
    fn what_is_no_number() {
        for text in [
            "", "-", ".", ",", "1,23", "1,2345", "1,,234", "0,123", "12 34", "1e", "nan", "inf", "1e999", "12%", "a12",
            "1.2.3", "１２a",
        ] {
            assert_eq!(parse(text, Point), None, "{text}");
        }
    }

    #[test]
    fn what_is_one() {
        for (text, number) in [
            ("-12.50", -12.5),
            ("+3", 3.0),
            (".5", 0.5),
            ("7.", 7.0),
            ("1'234.5", 1234.5),
            ("1.5E+03", 1500.0),
            ("−4", -4.0),
            ("２,０００", 2000.0),
            ("3 亿", 3e8),
        ] {
            assert_eq!(parse(text, Point), Some(number), "{text}");
        }
        assert_eq!(parse("1.234,5", Comma), Some(1234.5));
        assert_eq!(parse("0,123", Comma), Some(0.123));
        // What a plain number says is what it says here too, to the last digit.
        for text in ["106.8233471", "39.65999999999999", "1234567.891", "0.1"] {
            assert_eq!(parse(text, Point), text.parse().ok());
        }
    }

    #[test]
    fn a_column_that_contradicts_itself() {
        assert_eq!(decide(["12,5", "12.5"], |_| true), Decision::NotANumber(1));
    }
}

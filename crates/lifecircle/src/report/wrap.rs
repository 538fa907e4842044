//! Lines of text in a drawing, which nobody breaks for us: how wide words are, and where lines end.

/// About how wide a text is, in times its size. Fonts differ; this is the wider end of those in use.
pub(super) fn width_of(text: &str) -> f64 {
    text.chars().map(width_of_sign).sum()
}

fn width_of_sign(sign: char) -> f64 {
    match sign {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '\u{2032}' => 0.3,
        ' ' | '\u{a0}' | '\u{202f}' | 'f' | 't' | 'r' | 'I' | '(' | ')' | '-' | '·' => 0.36,
        'm' | 'w' | 'M' | 'W' | '%' => 0.9,
        'A'..='Z' => 0.68,
        sign if is_wide(sign) => 1.0,
        _ => 0.57,
    }
}

/// Whether a sign is as wide as it is high, as those of Chinese are.
fn is_wide(sign: char) -> bool {
    matches!(u32::from(sign), 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe4f | 0xff00..=0xff60 | 0x2_0000..=0x3_fffd)
}

/// Signs that begin no line.
const NEVER_FIRST: &str = "，。、；：！？）》”’%,.;:!?)";

/// A text in lines of at most so many times its size. Words stay whole where they are shorter than a line.
pub(super) fn lines(text: &str, width: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0.0;
    for part in parts(text) {
        let needed = width_of(part);
        let is_start = used == 0.0;
        if !is_start && used + width_of(part.trim_end()) > width && !part.starts_with(|sign| NEVER_FIRST.contains(sign))
        {
            lines.push(String::new());
            used = 0.0;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if used == 0.0 { part.trim_start() } else { part });
        }
        used += needed;
    }
    lines.iter().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// A text in parts between which a line may end: words with the space after them, wide signs one by one.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, sign) in text.char_indices() {
        let may_end = match before {
            None => false,
            Some(before) => (before == ' ' && sign != ' ') || is_wide(before) || is_wide(sign),
        };
        if may_end {
            parts.push(&text[start..at]);
            start = at;
        }
        before = Some(sign);
    }
    parts.push(&text[start..]);
    parts
}

/// The name of a circle as drawings show it: in Chinese without the words that all of them end with, in English in two lines where it
/// is long.
pub(super) fn short_name(name: &str) -> Vec<String> {
    if name.chars().any(is_wide) {
        let short = name.strip_suffix("生活圈").or_else(|| name.strip_suffix('圈')).unwrap_or(name);
        return vec![if short.is_empty() { name } else { short }.to_owned()];
    }
    if name.chars().count() < 12 { vec![name.to_owned()] } else { lines(name, (width_of(name) * 0.58).max(4.0)) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{lines, short_name, width_of};

    #[test]
    fn no_line_is_too_long_and_nothing_is_lost() {
        for text in [
            "居民最缺游泳池：312,000 人（58.6%）在规定时限内无法到达，其次是运动场。",
            "Most residents lack a swimming pool: 312,000 people (58.6%).",
        ] {
            for width in [4.0, 9.0, 20.0, 100.0] {
                let broken = lines(text, width);
                let whole: String = broken.concat().replace(' ', "");
                assert_eq!(whole, text.replace(' ', ""));
                // A sign that begins no line may stand beyond the end of one, and a word may be wider than a line.
                let longest = text.split(' ').map(width_of).fold(width, f64::max) + 2.0;
                assert!(broken.iter().all(|line| width_of(line) <= longest.max(width + 2.0)), "{broken:?}");
                assert!(broken.iter().all(|line| !line.starts_with(['，', '。', '）', ' '])), "{broken:?}");
            }
        }
        assert_eq!(lines("a b", 100.0), ["a b"]);
        assert!(lines("", 5.0).is_empty());
    }

    #[test]
    fn names_are_short() {
        assert_eq!(short_name("养老服务圈"), ["养老服务"]);
        assert_eq!(short_name("优教普惠圈"), ["优教普惠"]);
        assert_eq!(short_name("Health"), ["Health"]);
        assert_eq!(short_name("Education for all"), ["Education", "for all"]);
    }
}

//! How alike two names of places are, in Chinese or in Latin letters.
//!
//! Names are first made bare: case, width, punctuation and spaces are dropped, and what stands in brackets, which is mostly
//! the branch (国大药房（人民路店）). Chinese names are compared by pairs of signs (Dice's coefficient, Dice 1945), others by
//! Jaro and Winkler (1990).

/// How alike two names are, from 0 to 1; none if either is empty.
///
/// ```
/// use lifecircle::kinds::likeness;
/// assert_eq!(likeness("国大药房", "国大药房（人民路店）"), Some(1.0));
/// assert!(likeness("海勃湾区第一小学", "海勃湾第一小学").unwrap() > 0.7);
/// assert!(likeness("人民医院", "第三幼儿园").unwrap() < 0.1);
/// assert_eq!(likeness("", "国大药房"), None);
/// ```
pub fn likeness(a: &str, b: &str) -> Option<f64> {
    let [mut a, mut b] = [a, b].map(bare);
    if a == b {
        return (!a.is_empty()).then_some(1.0);
    }
    // Two branches of one chain are two places, and so are the first and the second school.
    let differ = |one: &str, other: &str| !one.is_empty() && !other.is_empty() && one != other;
    if differ(branch(&a), branch(&b)) {
        return Some(0.0);
    }
    (a, b) = (without_branch(&a), without_branch(&b));
    if differ(&numerals(&a), &numerals(&b)) {
        return Some(0.0);
    }
    if a.is_empty() || b.is_empty() {
        return None;
    }
    if a == b {
        return Some(1.0);
    }
    Some(if a.is_ascii() || b.is_ascii() { strsim::jaro_winkler(&a, &b) } else { dice(&a, &b) })
}

/// A name in small letters of one width, without spaces and signs; brackets stay, as round ones.
fn bare(name: &str) -> String {
    let one_width = |c: char| match c {
        '（' | '[' | '【' => '(',
        '）' | ']' | '】' => ')',
        // Full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    let kept = name.chars().map(one_width).filter(|c| c.is_alphanumeric() || matches!(c, '(' | ')'));
    kept.flat_map(char::to_lowercase).collect()
}

/// What stands in brackets.
fn branch(name: &str) -> &str {
    name.split_once('(').map_or("", |(_, rest)| rest.split(')').next().unwrap_or(rest))
}

/// The numerals of a name, one after another.
fn numerals(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c)).collect()
}

/// Dice's coefficient of pairs of signs. `strsim`'s counts bytes where it should count signs.
fn dice(a: &str, b: &str) -> f64 {
    let pairs = |name: &str| {
        let signs: Vec<char> = name.chars().collect();
        signs.windows(2).map(|pair| [pair[0], pair[1]]).collect::<Vec<_>>()
    };
    let (a, mut b) = (pairs(a), pairs(b));
    let all = a.len() + b.len();
    let common =
        a.iter().filter(|pair| b.iter().position(|other| other == *pair).map(|at| b.swap_remove(at)).is_some());
    let common = common.count();
    if all == 0 { 0.0 } else { 2.0 * common as f64 / all as f64 }
}

fn without_branch(name: &str) -> String {
    name.split('(').next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_and_not() {
        let same = |a, b| likeness(a, b).is_some_and(|likeness| likeness >= 0.8);
        assert!(same("乌海市人民医院", "乌海市人民医院"));
        assert!(same("ＡＢＣ 便利店", "abc便利店"));
        assert!(same("St. Julian's Pharmacy", "St Julians Pharmacy"));
        assert!(!same("第一小学", "第二幼儿园"));
        assert_eq!(likeness("乌海市海勃湾区第一小学", "乌海市海勃湾区第二小学"), Some(0.0));
        // 海勃 勃湾 第一 一小 小学 of seven and six pairs.
        assert!((likeness("海勃湾区第一小学", "海勃湾第一小学").unwrap() - 10.0 / 13.0).abs() < 1e-12);
        assert!(!same("国大药房（人民路店）", "国大药房（新华街店）"));
        assert_eq!(likeness("(人民路店)", "国大药房"), None);
    }
}

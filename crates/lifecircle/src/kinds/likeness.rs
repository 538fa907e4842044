//! How alike two names of places are, in Chinese or in Latin letters.
//!
//! Names are first made bare: case, width, punctuation and spaces are dropped, and what stands in brackets, which is mostly
//! the branch (国大药房（人民路店）). Chinese names are compared by pairs of signs (Dice's coefficient, Dice 1945), others by
//! Jaro and Winkler (1990).

use std::cmp::Ordering;

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
    BareName::new(a).likeness(&BareName::new(b))
}

/// A name made ready to be compared with many.
#[derive(Debug, Clone, Default)]
pub struct BareName {
    all: String,
    core: String,
    branch: String,
    numerals: String,
    /// Pairs of signs, sorted; none of a Latin name.
    pairs: Vec<[char; 2]>,
}

impl BareName {
    /// Makes a name ready.
    pub fn new(name: &str) -> Self {
        let all = bare(name);
        let core = all.split('(').next().unwrap_or(&all).to_owned();
        let signs: Vec<char> = if core.is_ascii() { Vec::new() } else { core.chars().collect() };
        let mut pairs: Vec<[char; 2]> = signs.windows(2).map(|pair| [pair[0], pair[1]]).collect();
        pairs.sort_unstable();
        Self { branch: branch(&all).to_owned(), numerals: numerals(&core), core, pairs, all }
    }

    /// The name without its branch. Names that are alike to 1 have the same.
    pub fn core(&self) -> &str {
        &self.core
    }

    /// How alike two names are, as [`likeness`] tells.
    pub fn likeness(&self, other: &Self) -> Option<f64> {
        if self.all == other.all {
            return (!self.all.is_empty()).then_some(1.0);
        }
        // Two branches of one chain are two places, and so are the first and the second school.
        let differ = |one: &str, other: &str| !one.is_empty() && !other.is_empty() && one != other;
        if differ(&self.branch, &other.branch) || differ(&self.numerals, &other.numerals) {
            return Some(0.0);
        }
        if self.core.is_empty() || other.core.is_empty() {
            return None;
        }
        if self.core == other.core {
            return Some(1.0);
        }
        let is_latin = self.core.is_ascii() || other.core.is_ascii();
        Some(if is_latin { strsim::jaro_winkler(&self.core, &other.core) } else { dice(&self.pairs, &other.pairs) })
    }
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

/// Dice's coefficient of sorted pairs of signs. `strsim`'s counts bytes where it should count signs.
fn dice(a: &[[char; 2]], b: &[[char; 2]]) -> f64 {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while let Some((one, other)) = a.get(i).zip(b.get(j)) {
        match one.cmp(other) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => (i, j, common) = (i + 1, j + 1, common + 1),
        }
    }
    let all = a.len() + b.len();
    if all == 0 { 0.0 } else { 2.0 * f64::from(common) / all as f64 }
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

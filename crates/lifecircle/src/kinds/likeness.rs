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
    // Two branches of one chain are two places.
    if let (Some(one), Some(other)) = (branch(&a), branch(&b))
        && one != other
    {
        return Some(0.0);
    }
    (a, b) = (without_branch(&a), without_branch(&b));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    if a == b {
        return Some(1.0);
    }
    Some(if a.is_ascii() || b.is_ascii() { strsim::jaro_winkler(&a, &b) } else { strsim::sorensen_dice(&a, &b) })
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
fn branch(name: &str) -> Option<&str> {
    let (_, rest) = name.split_once('(')?;
    let inside = rest.split(')').next().unwrap_or(rest);
    (!inside.is_empty()).then_some(inside)
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
        assert!(!same("国大药房（人民路店）", "国大药房（新华街店）"));
        assert_eq!(likeness("(人民路店)", "国大药房"), None);
    }
}

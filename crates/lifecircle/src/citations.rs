//! What built-in standards and walkers say of where their figures come from, in Chinese. Their files say it in English, beside the
//! figures; what users write stays as they wrote it.

use std::sync::LazyLock;

use crate::text::Language;
use crate::translations::Translations;

static CHINESE: LazyLock<Translations> = LazyLock::new(|| Translations::read(include_str!("citations.zh.toml")));

/// A source in a language; as it is where nobody has put it into that language.
///
/// ```
/// use lifecircle::{citations::citation, text::Language};
/// assert_eq!(citation("half speed: this project's own assumption", Language::Chinese), "速度减半：本软件的假定");
/// assert_eq!(citation("our own survey", Language::Chinese), "our own survey");
/// ```
pub fn citation(text: &str, language: Language) -> &str {
    match language {
        Language::English => text,
        Language::Chinese => CHINESE.chinese(text).unwrap_or(text),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::CHINESE;
    use crate::network::Walker;
    use crate::standard::Standard;

    #[test]
    fn every_source_is_there_in_chinese() {
        let mut all: BTreeSet<String> = BTreeSet::new();
        for standard in Standard::built_in().map(|id| Standard::find(id).unwrap()) {
            all.extend(standard.sources);
            all.extend(standard.grades.into_iter().map(|grade| grade.source));
            all.extend(standard.score.map(|score| score.source));
            for service in standard.services {
                all.insert(service.source);
                all.extend(service.ratio.map(|ratio| ratio.source));
            }
        }
        all.extend(Walker::all().iter().flat_map(|walker| walker.sources.values().cloned()));
        let known: BTreeSet<String> = CHINESE.pairs().map(|(en, _)| en.to_owned()).collect();
        let missing: Vec<&String> = all.difference(&known).collect();
        assert!(missing.is_empty(), "lack Chinese: {missing:#?}");
        let unused: Vec<&String> = known.difference(&all).collect();
        assert!(unused.is_empty(), "not used: {unused:#?}");
        assert!(CHINESE.pairs().all(|(_, zh)| zh.chars().any(|sign| ('\u{4e00}'..='\u{9fff}').contains(&sign))));
    }
}

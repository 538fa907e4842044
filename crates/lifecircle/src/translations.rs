//! Tables of texts in English and Chinese, as their files hold them: for texts that stand in one language where they are used.

use std::collections::HashMap;

use serde::Deserialize;

/// A table of translations.
#[derive(Debug, Default)]
pub struct Translations(HashMap<String, String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    text: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    en: String,
    zh: String,
}

impl Translations {
    /// Reads a TOML of `[[text]]` with `en` and `zh`; empty if it is none. Blanks at the ends of lines do not count.
    ///
    /// ```
    /// use lifecircle::translations::Translations;
    /// let table = Translations::read("[[text]]\nen = 'Output'\nzh = '输出'");
    /// assert_eq!(table.chinese("Output "), Some("输出"));
    /// assert_eq!(table.chinese("Input"), None);
    /// ```
    pub fn read(toml: &str) -> Self {
        let all = toml::from_str(toml).map_or_else(|_| Vec::new(), |table: Table| table.text);
        Self(all.into_iter().map(|Entry { en, zh }| (plain(&en), zh.trim().to_owned())).collect())
    }

    /// The Chinese of an English text.
    pub fn chinese(&self, text: &str) -> Option<&str> {
        self.0.get(text).or_else(|| self.0.get(&plain(text))).map(String::as_str)
    }

    /// All of it, the English and the Chinese, in no order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(en, zh)| (en.as_str(), zh.as_str()))
    }
}

/// A text without blanks at the ends of its lines.
fn plain(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
}

//! Words and numbers as people read them, in Chinese or English. Nothing here knows what they are of.

/// The language of what people read.
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

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl Text {
    /// What reads the same in both: keys, numbers, names, what another program said.
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { en: text.clone(), zh: text }
    }

    /// It in a language.
    pub fn pick(&self, language: Language) -> &str {
        language.pick(&self.zh, &self.en)
    }
}

/// A [`Text`](crate::text::Text) written in both languages side by side, English first, with the arguments of `format!` for both; so no
/// text can lack a language, and no language an argument.
///
/// ```
/// use lifecircle::{say, text::Language};
/// let text = say!("there is no column `{}`", "没有列 `{}`", "name");
/// assert_eq!(text.pick(Language::Chinese), "没有列 `name`");
/// ```
#[macro_export]
macro_rules! say {
    ($en:literal, $zh:literal $(,)?) => {
        $crate::text::Text { en: ::std::format!($en), zh: ::std::format!($zh) }
    };
    ($en:literal, $zh:literal, $($argument:tt)+) => {
        $crate::text::Text { en: ::std::format!($en, $($argument)+), zh: ::std::format!($zh, $($argument)+) }
    };
}

/// Chinese without blanks before its signs, which a Latin word may have brought along.
///
/// ```
/// assert_eq!(lifecircle::text::tight("请提供 --people ：社区 ，表格"), "请提供 --people：社区，表格");
/// ```
pub fn tight(text: &str) -> String {
    ["，", "。", "：", "；", "、", "）"]
        .iter()
        .fold(text.trim().to_owned(), |text, sign| text.replace(&format!(" {sign}"), sign))
}

/// A whole number with its thousands apart: `532,100`.
///
/// ```
/// assert_eq!(lifecircle::text::count(532_100.4), "532,100");
/// assert_eq!(lifecircle::text::count(12.0), "12");
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
/// use lifecircle::text::percent;
/// assert_eq!(percent(0.5), "50.0%");
/// assert_eq!(percent(0.99999), "99.9%");
/// assert_eq!(percent(0.00001), "0.1%");
/// assert_eq!(percent(1.0), "100.0%");
/// ```
pub fn percent(share: f64) -> String {
    let shown = (share * 1000.0).round() / 10.0;
    let shown = if share < 1.0 - 1e-12 { shown.min(99.9) } else { shown };
    let shown = if share > 0.0 { shown.max(0.1) } else { shown };
    format!("{shown:.1}%")
}

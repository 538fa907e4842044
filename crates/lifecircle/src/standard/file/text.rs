//! The text of a standard with those that it extends, and where in them something stands.

use std::ops::Range;

use toml::Spanned;

use crate::error::{Error, Result};
use crate::kinds::Rule;

/// A standard's text and, one behind the other, those that it extends: one position means one place in one of them.
pub(super) struct Text {
    whole: String,
    /// Where each text begins, and the id of the standard that it is of; none for the user's own.
    parts: Vec<(usize, Option<String>)>,
}

impl Text {
    /// Only the user's own.
    pub fn new(own: &str) -> Self {
        Self { whole: own.to_owned(), parts: vec![(0, None)] }
    }

    /// Adds the text of the built-in standard `id`, and gives it back moved to where it stands among the others: its positions are
    /// those of the whole.
    pub fn add(&mut self, id: &str, text: &str) -> String {
        self.whole.push('\n');
        let start = self.whole.len();
        self.whole.push_str(text);
        self.parts.push((start, Some(id.to_owned())));
        format!("{}{text}", " ".repeat(start))
    }

    /// `line 12`, or `line 12 of wuhai-8` where that is not the user's own text.
    pub fn line(&self, position: usize) -> crate::text::Text {
        let part = self.parts.iter().rev().find(|(start, _)| *start <= position);
        let (start, of) = part.map_or((0, None), |(start, of)| (*start, of.as_ref()));
        let before = self.whole.get(start..position.min(self.whole.len())).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        of.map_or_else(|| say!("line {line}", "第 {line} 行"), |id| say!("line {line} of {id}", "{id} 第 {line} 行"))
    }

    /// An error at a key.
    pub fn wrong(&self, span: Range<usize>, key: &str, problem: crate::text::Text, hint: crate::text::Text) -> Error {
        Error::new(problem).place(at_key(&self.line(span.start), key)).hint(hint)
    }

    /// What TOML itself refuses.
    pub fn not_toml(&self, error: &toml::de::Error) -> Error {
        let told = Error::new(crate::unreadable::told(error.message())).hint(say!(
            "compare it with `lifecircle standards show wuhai-8`",
            "请与 `lifecircle standards show wuhai-8` 对照"
        ));
        match error.span() {
            Some(span) => told.place(self.line(span.start)),
            None => told,
        }
    }

    /// A rule of recognition.
    pub fn rule(&self, text: &Spanned<String>, key: &str) -> Result<Rule> {
        Rule::parse(text.as_ref()).map_err(|e| e.place(at_key(&self.line(text.span().start), key)))
    }

    /// Refuses a rule that makes no sense, at its line.
    pub fn check_rules(&self, rules: &[Spanned<String>]) -> Result<()> {
        rules.iter().try_for_each(|text| self.rule(text, "osm").map(|_| ()))
    }

    /// A number that is positive and not too large.
    pub fn positive(&self, value: &Spanned<f64>, key: &str, most: f64) -> Result<f64> {
        let number = *value.as_ref();
        if number > 0.0 && number <= most {
            return Ok(number);
        }
        let problem = say!("{number} is not above 0 and at most {most}", "{number} 不在 0 与 {most} 之间");
        Err(self.wrong(value.span(), key, problem, say!("give a number in this range", "请给出此范围内的数")))
    }

    /// An id that is well written and not yet taken.
    pub fn id(&self, id: &Spanned<String>, taken: impl Fn(&str) -> bool) -> Result<String> {
        let name = id.as_ref();
        let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !good {
            let problem = say!(
                "the id {name:?} has other signs than a-z, 0-9 and _",
                "编号 {name:?} 含有 a-z、0-9 和 _ 以外的字符"
            );
            return Err(self.wrong(id.span(), "id", problem, say!("write it with these alone", "请只用这些字符")));
        }
        if taken(name) {
            let problem = say!("the id {name:?} is taken", "编号 {name:?} 已被使用");
            return Err(self.wrong(id.span(), "id", problem, say!("give it an id of its own", "请另取编号")));
        }
        Ok(name.clone())
    }

    /// A text that has to say something.
    pub fn told(&self, text: &Spanned<String>, key: &str) -> Result<String> {
        if text.as_ref().trim().is_empty() {
            return Err(self.wrong(
                text.span(),
                key,
                say!("it is empty", "它是空的"),
                say!("say where the figures come from", "请注明数字的出处"),
            ));
        }
        Ok(text.as_ref().clone())
    }
}

/// A key at a line.
fn at_key(line: &crate::text::Text, key: &str) -> crate::text::Text {
    crate::text::Text { en: format!("{}, `{key}`", line.en), zh: format!("{}，`{key}`", line.zh) }
}

//! Rules by which a facility is recognised from its tags: `amenity=school & name~小学|primary`.
//!
//! A rule is one or more tests joined by `&`, all of which must hold; `!` before a test turns it round.
//!
//! | test | holds when |
//! |---|---|
//! | `key=a\|b` | the tag is one of these values |
//! | `key=*` | the tag is there |
//! | `key~a\|b` | the tag contains one of these, whatever the case; `name~` looks at all names |
//! | `key^a\|b` | the tag, or one of its values, begins with one of these |
//! | `area>=400`, `area<=10000` | the number is known and at least, at most this |

use crate::city::Facility;
use crate::error::{Error, Result};

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    text: String,
    tests: Vec<Test>,
}

#[derive(Debug, Clone, PartialEq)]
struct Test {
    key: String,
    is: Is,
    negated: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Is {
    Any,
    OneOf(Vec<String>),
    Contains(Vec<String>),
    Begins(Vec<String>),
    AtLeast(f64),
    AtMost(f64),
}

impl Rule {
    /// Reads a rule.
    ///
    /// ```
    /// use lifecircle::kinds::Rule;
    /// assert!(Rule::parse("leisure=park|garden & area>=400").is_ok());
    /// assert!(Rule::parse("leisure").is_err());
    /// ```
    ///
    /// # Errors
    /// If it is not of the form above.
    pub fn parse(text: &str) -> Result<Self> {
        let tests = text.split('&').map(|part| Test::parse(part.trim()));
        let tests = tests.collect::<Option<Vec<Test>>>().ok_or_else(|| {
            Error::new(say!("the rule {text:?} is not understood", "无法理解规则 {text:?}")).hint(say!(
                "write key=value|value, key~word, key^start, key=* or area>=NUMBER, joined by &",
                "请写 key=value|value、key~word、key^start、key=* 或 area>=NUMBER，用 & 连接"
            ))
        })?;
        Ok(Self { text: text.to_owned(), tests })
    }

    /// The rule as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a facility fits.
    pub fn fits(&self, facility: &Facility) -> bool {
        self.tests.iter().all(|test| test.holds(facility) != test.negated)
    }
}

/// What a tag must be for a rule to have a chance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Chance<'a> {
    /// The key with one of these values.
    Values(&'a str, &'a [String]),
    /// The key with any value.
    Key(&'a str),
    /// Nothing that one tag tells.
    Always,
}

impl Rule {
    /// Which tag a facility must have at the least.
    pub(super) fn chance(&self) -> Chance<'_> {
        let key = |test: &'_ Test| !test.negated && !matches!(test.key.as_str(), "area" | "capacity" | "name");
        let told = self.tests.iter().find(|test| key(test));
        match told {
            Some(Test { key, is: Is::OneOf(values), .. }) => Chance::Values(key, values),
            Some(Test { key, .. }) => Chance::Key(key),
            None => Chance::Always,
        }
    }
}

impl Test {
    fn parse(text: &str) -> Option<Self> {
        let (negated, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let words = |text: &str| text.split('|').map(|word| word.trim().to_owned()).collect::<Vec<_>>();
        let (key, is) = if let Some((key, number)) = text.split_once(">=") {
            (key, Is::AtLeast(number.trim().parse().ok()?))
        } else if let Some((key, number)) = text.split_once("<=") {
            (key, Is::AtMost(number.trim().parse().ok()?))
        } else if let Some((key, value)) = text.split_once('=') {
            (key, if value.trim() == "*" { Is::Any } else { Is::OneOf(words(value)) })
        } else if let Some((key, value)) = text.split_once('^') {
            (key, Is::Begins(words(value)))
        } else {
            let (key, value) = text.split_once('~')?;
            (key, Is::Contains(words(&value.to_lowercase())))
        };
        let key = key.trim();
        (!key.is_empty()).then(|| Self { key: key.to_owned(), is, negated })
    }

    fn holds(&self, facility: &Facility) -> bool {
        match &self.is {
            Is::Any => facility.tag(&self.key).is_some(),
            // Several values of one key are written with semicolons.
            Is::OneOf(values) => facility
                .tag(&self.key)
                .is_some_and(|tag| tag.split(';').any(|value| values.iter().any(|v| v == value.trim()))),
            Is::Contains(words) if self.key == "name" => {
                let names = facility.tags.iter().filter(|(key, _)| key == "name" || key.starts_with("name:"));
                let mut names = names.map(|(_, name)| name.to_lowercase());
                names.any(|name| words.iter().any(|word| word == "." || name.contains(word.as_str())))
            }
            Is::Contains(words) => facility.tag(&self.key).is_some_and(|tag| {
                let tag = tag.to_lowercase();
                words.iter().any(|word| tag.contains(word.as_str()))
            }),
            Is::Begins(starts) => facility
                .tag(&self.key)
                .is_some_and(|tag| begins(tag, |value| starts.iter().any(|start| value.starts_with(start.as_str())))),
            Is::AtLeast(bound) => self.number(facility).is_some_and(|number| number >= *bound),
            Is::AtMost(bound) => self.number(facility).is_some_and(|number| number <= *bound),
        }
    }

    fn number(&self, facility: &Facility) -> Option<f64> {
        match self.key.as_str() {
            "area" => facility.area,
            "capacity" => facility.capacity,
            key => facility.tag(key)?.parse().ok(),
        }
    }
}

/// Whether one of a tag's values is as wanted. Several values of one key are written with `;`, whose parts are also
/// levels of a category (`购物;便利店`), so the whole is tried as well.
fn begins(tag: &str, wanted: impl Fn(&str) -> bool) -> bool {
    wanted(tag) || tag.split(';').any(|value| wanted(value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::{Entries, Name};
    use crate::geo::LonLat;

    fn facility(tags: &[(&str, &str)], area: Option<f64>) -> Facility {
        Facility {
            id: "n1".to_owned(),
            name: Name::default(),
            kind: String::new(),
            tags: tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            at: LonLat { x: 0.0, y: 0.0 },
            entries: Entries::Known(vec![]),
            area,
            capacity: None,
        }
    }

    #[test]
    fn what_fits() {
        let fits = |rule: &str, tags: &[(&str, &str)]| Rule::parse(rule).unwrap().fits(&facility(tags, Some(500.0)));
        assert!(fits("shop=convenience|kiosk", &[("shop", "kiosk")]));
        assert!(fits("shop=convenience", &[("shop", "bakery;convenience")]));
        assert!(!fits("shop=convenience", &[("shop", "supermarket")]));
        assert!(fits(
            "amenity=school & name~小学|primary",
            &[("amenity", "school"), ("name:en", "First Primary School")]
        ));
        assert!(!fits("amenity=school & name~小学", &[("amenity", "school")]));
        assert!(fits("leisure=park & area>=400 & area<=10000", &[("leisure", "park")]));
        assert!(!fits("leisure=park & area>=501", &[("leisure", "park")]));
        assert!(fits("amap^0602|09", &[("amap", "060200")]));
        assert!(fits("amap^0602", &[("amap", "050300;060201")]));
        assert!(!fits("amap^0602", &[("amap", "050602")]));
        assert!(fits("baidu^购物;便利店", &[("baidu", "购物;便利店")]));
        assert!(fits("repair=*", &[("repair", "yes")]));
        assert!(fits("leisure=park & !access=private", &[("leisure", "park")]));
        assert!(!fits("leisure=park & !access=private", &[("leisure", "park"), ("access", "private")]));
    }

    #[test]
    fn an_unknown_area_is_neither_large_nor_small() {
        let point = facility(&[("leisure", "park")], None);
        assert!(!Rule::parse("area>=0").unwrap().fits(&point));
        assert!(Rule::parse("!area>=0").unwrap().fits(&point));
    }
}

//! Standards: what a life circle asks for, as data. A standard names circles, the services in each, how a facility is
//! recognised as one of them, and how far it may be, with the source of every figure.
//!
//! It knows what a facility's tags are, and nothing of streets, homes or times.

mod recognise;
mod rule;

use std::path::Path;

use serde::Deserialize;

pub use recognise::{Recognised, recognise};
pub use rule::Rule;

use crate::error::{Error, Result};
use crate::geo::Seconds;

/// A standard.
#[derive(Debug, Clone)]
pub struct Standard {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// What was consulted.
    pub sources: Vec<String>,
    /// The themes that services belong to.
    pub circles: Vec<Circle>,
    /// The services, circle by circle.
    pub services: Vec<Service>,
    exclude: Vec<Rule>,
    names_not_for: Vec<Rule>,
}

/// A theme.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circle {
    /// Its id.
    pub id: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
}

/// A kind of facility that the standard asks for.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its id.
    pub id: String,
    /// Index of its circle.
    pub circle: usize,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// The walking time within which everyone should find one.
    pub threshold: Seconds,
    /// Whether the circle is incomplete without it.
    pub required: bool,
    /// Where its figures come from.
    pub source: String,
    rules: Vec<Rule>,
    names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    version: String,
    zh: String,
    en: String,
    #[serde(default)]
    sources: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
    #[serde(default)]
    names_not_for: Vec<String>,
    circle: Vec<Circle>,
    service: Vec<toml::Spanned<FileService>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileService {
    id: String,
    circle: String,
    zh: String,
    en: String,
    minutes: f64,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    osm: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    source: String,
}

const BUILT_IN: [(&str, &str); 1] = [("wuhai-8", include_str!("../../standards/wuhai-8.toml"))];

impl Standard {
    /// Ids of the standards that are built in.
    pub fn built_in() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(id, _)| *id)
    }

    /// The text of a standard that is built in, to copy and change.
    pub fn built_in_text(id: &str) -> Option<&'static str> {
        BUILT_IN.iter().find(|(known, _)| *known == id).map(|(_, text)| *text)
    }

    /// A standard by its id, or from a file whose name ends in `.toml`.
    ///
    /// ```
    /// # fn main() -> lifecircle::Result<()> {
    /// let standard = lifecircle::standard::Standard::find("wuhai-8")?;
    /// assert_eq!(standard.circles.len(), 8);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no such standard or file, or it has a mistake.
    pub fn find(id_or_file: &str) -> Result<Self> {
        if let Some(text) = Self::built_in_text(id_or_file) {
            return Self::parse(text);
        }
        let path = Path::new(id_or_file);
        if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("toml")) {
            let text = std::fs::read_to_string(path).map_err(|e| Error::io("read", path, &e))?;
            return Self::parse(&text).map_err(|e| e.file(path));
        }
        let known: Vec<&str> = Self::built_in().collect();
        Err(Error::new(format!("there is no standard {id_or_file:?}"))
            .mend(format!("choose one of {}, or name a .toml file", known.join(", "))))
    }

    /// Reads a standard from its text.
    ///
    /// # Errors
    /// If the text has a mistake; the error names its line.
    pub fn parse(text: &str) -> Result<Self> {
        let line_of = |position: usize| format!("line {}", text[..position.min(text.len())].matches('\n').count() + 1);
        let file: File = toml::from_str(text).map_err(|e| {
            let error =
                Error::new(e.message().replace('\n', " ")).mend("compare it with `lifecircle standards show wuhai-8`");
            match e.span() {
                Some(span) => error.place(line_of(span.start)),
                None => error,
            }
        })?;
        let rules = |texts: &[String]| texts.iter().map(|text| Rule::parse(text)).collect::<Result<Vec<Rule>>>();
        let mut services: Vec<Service> = Vec::with_capacity(file.service.len());
        for spanned in file.service {
            let place = line_of(spanned.span().start);
            let service = spanned.into_inner();
            let wrong = |problem: String| Error::new(problem).place(format!("{place}, service `{}`", service.id));
            let circle = file.circle.iter().position(|circle| circle.id == service.circle).ok_or_else(|| {
                wrong(format!("there is no circle `{}`", service.circle))
                    .mend("add a [[circle]] with this id or name another")
            })?;
            if !is_id(&service.id) || services.iter().any(|other| other.id == service.id) {
                return Err(wrong("its id is taken or has other signs than a-z, 0-9 and _".to_owned())
                    .mend("give it an id of its own"));
            }
            if !(service.minutes > 0.0 && service.minutes <= 120.0) {
                return Err(wrong(format!("minutes = {} is not between 0 and 120", service.minutes))
                    .mend("give the walking time in minutes"));
            }
            services.push(Service {
                rules: rules(&service.osm).map_err(|e| e.place(format!("{place}, service `{}`", service.id)))?,
                id: service.id,
                circle,
                zh: service.zh,
                en: service.en,
                threshold: Seconds::from_minutes(service.minutes),
                required: service.required,
                source: service.source,
                names: service.names.iter().map(|name| name.to_lowercase()).collect(),
            });
        }
        services.sort_by_key(|service| service.circle);
        Ok(Self {
            id: file.id,
            version: file.version,
            zh: file.zh,
            en: file.en,
            sources: file.sources,
            circles: file.circle,
            services,
            exclude: rules(&file.exclude).map_err(|e| e.place("exclude"))?,
            names_not_for: rules(&file.names_not_for).map_err(|e| e.place("names_not_for"))?,
        })
    }

    /// The services of a circle, as indices into [`Standard::services`].
    pub fn services_of(&self, circle: usize) -> impl Iterator<Item = usize> + '_ {
        self.services.iter().enumerate().filter(move |(_, service)| service.circle == circle).map(|(index, _)| index)
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_standards_load() {
        for id in Standard::built_in() {
            let standard = Standard::find(id).unwrap();
            assert_eq!(standard.id, id);
            assert!(standard.services.iter().all(|service| !service.source.is_empty()));
            for circle in 0..standard.circles.len() {
                assert!(
                    standard.services_of(circle).any(|s| standard.services[s].required),
                    "{}",
                    standard.circles[circle].id
                );
            }
        }
    }

    #[test]
    fn mistakes_are_named_by_line() {
        let text = Standard::built_in_text("wuhai-8").unwrap();
        let wrong = text.replacen("circle = \"housing\"", "circle = \"hosing\"", 1);
        let error = Standard::parse(&wrong).unwrap_err().to_string();
        assert!(error.starts_with("line ") && error.contains("there is no circle `hosing`"), "{error}");
        let wrong = text.replacen("minutes = 10", "minuts = 10", 1);
        assert!(Standard::parse(&wrong).unwrap_err().to_string().contains("minuts"));
        let wrong = text.replacen("osm = [\"highway=bus_stop", "osm = [\"highway", 1);
        assert!(Standard::parse(&wrong).unwrap_err().to_string().contains("bus_stop"));
    }
}

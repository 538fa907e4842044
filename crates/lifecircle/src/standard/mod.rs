//! Standards: what a life circle asks for, as data. A standard names circles, the services in each, of which kinds of
//! places they are, and how near, how many, how large and for how many people they must be, with the source of every figure.
//!
//! It knows what a facility's tags are, and nothing of streets, homes or times.

mod catchment;
mod file;
mod recognise;

use std::path::Path;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use catchment::{CatchmentModel, DecayRule};
pub use recognise::{Recognised, recognise};
pub(crate) use recognise::{Recogniser, ServicesOf};

use crate::error::{Error, Result};
use crate::geo::datum::is_in_china;
use crate::geo::{LonLat, Metres, Seconds};
use crate::kinds::Catalogue;
use crate::sources::read_text;

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
    /// The country that it is made for; none if it is for any.
    pub country: Option<Country>,
    /// The themes or levels that services belong to.
    pub circles: Vec<Circle>,
    /// Other ways of looking at the same services, each of which may serve several.
    pub aspects: Vec<Aspect>,
    /// Services that should be had together.
    pub pairs: Vec<Pair>,
    /// The grades that an area can reach, from the lowest; none if the standard grades nothing.
    pub grades: Vec<Grade>,
    /// The services, circle by circle.
    pub services: Vec<Service>,
    /// How many of the nearest facilities of each service the proximity time looks at.
    pub nearest: usize,
    /// How a home's score is made, if the standard has one.
    pub score: Option<Score>,
    catalogue: Catalogue,
}

/// A theme, or a level.
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

/// An aspect by which a life circle is reviewed.
#[derive(Debug, Clone)]
pub struct Aspect {
    /// Its id.
    pub id: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Indices of its services.
    pub services: Vec<usize>,
}

/// Services that should be had together, as 一店一早.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Its id.
    pub id: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Indices of its services.
    pub services: Vec<usize>,
}

/// A grade of an area, as 基础型, 提升型 and 品质型: which share of the services of some circles it must have, each for a share of
/// its residents.
#[derive(Debug, Clone)]
pub struct Grade {
    /// Its id.
    pub id: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Indices of circles, with the share of their services that the area must have.
    pub services: Vec<(usize, f64)>,
    /// For what share of the area's residents a service must be near enough for the area to have it.
    pub residents: f64,
    /// Where these figures come from.
    pub source: String,
}

/// How near a facility must be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// Within a walking time, of whoever walks.
    Time(Seconds),
    /// Within a walking distance, whoever walks.
    Distance(Metres),
}

/// Whom a service or a ratio is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgeGroup {
    /// Everybody.
    #[default]
    All,
    /// 0 to 14 years.
    Children,
    /// 60 years and older.
    Elderly,
}

impl AgeGroup {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Children => "children",
            Self::Elderly => "elderly",
        }
    }
}

/// What of a facility is counted as supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SupplyOf {
    /// How many it serves: places, beds.
    Capacity,
    /// Its area in square metres.
    Area,
    /// The facility itself: one.
    Facilities,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// How much supply every thousand people need.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// So much for every thousand.
    pub per_thousand: f64,
    /// Of what.
    pub of: SupplyOf,
    /// A thousand of whom.
    #[serde(default)]
    pub people: AgeGroup,
    /// By which model people share it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub model: CatchmentModel,
    /// How much less what is farther away counts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub decay: DecayRule,
    /// What a facility has that does not tell; how large one more would be.
    pub usual: f64,
    /// Where these figures come from.
    pub source: String,
}

/// How a home's score from 0 to 100 is made: each service gives its weights to its nearest facilities in turn, each full
/// up to a distance, declining evenly to nothing at another.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Full credit up to here.
    pub full_metres: f64,
    /// No credit from here on.
    pub none_metres: f64,
    /// Where these figures come from.
    pub source: String,
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
    /// How near.
    pub threshold: Threshold,
    /// How many must be so near.
    pub count: u32,
    /// How small a facility may be, in square metres.
    pub min_area: f64,
    /// How large a facility may be, in square metres.
    pub max_area: f64,
    /// Whether facilities of unknown area count where an area is asked for.
    pub unknown_area: bool,
    /// Whether the circle is incomplete without it.
    pub required: bool,
    /// Whom it is for.
    pub people: AgeGroup,
    /// How much of it every thousand people need, if the standard says.
    pub ratio: Option<Ratio>,
    /// What its nearest, second nearest … facility gives to a home's score.
    pub weights: Vec<f64>,
    /// Where its figures come from.
    pub source: String,
    /// Indices of its kinds in the standard's catalogue.
    kinds: Vec<usize>,
}

impl Service {
    /// Whether the size of a facility matters.
    pub fn asks_for_area(&self) -> bool {
        self.min_area > 0.0 || self.max_area < f64::INFINITY
    }

    /// The share of a facility's supply that a ratio counts: what it tells, or the usual.
    pub fn supply(&self, facility: &crate::city::Facility) -> f64 {
        let Some(ratio) = &self.ratio else { return 1.0 };
        match ratio.of {
            SupplyOf::Facilities => 1.0,
            SupplyOf::Capacity => facility.capacity.unwrap_or(ratio.usual),
            SupplyOf::Area => facility.area.unwrap_or(ratio.usual),
        }
    }
}

const BUILT_IN: [(&str, &str); 12] = [
    ("wuhai-8", include_str!("../../standards/wuhai-8.toml")),
    ("wuhai-8-rural", include_str!("../../standards/wuhai-8-rural.toml")),
    ("cn-gb50180-2018", include_str!("../../standards/cn-gb50180-2018.toml")),
    ("cn-gb50180-2018-old", include_str!("../../standards/cn-gb50180-2018-old.toml")),
    ("cn-mofcom-2021", include_str!("../../standards/cn-mofcom-2021.toml")),
    ("cn-tdt1062-2021", include_str!("../../standards/cn-tdt1062-2021.toml")),
    ("cn-complete-community", include_str!("../../standards/cn-complete-community.toml")),
    ("cn-city-checkup", include_str!("../../standards/cn-city-checkup.toml")),
    ("moreno-6", include_str!("../../standards/moreno-6.toml")),
    ("melbourne-20", include_str!("../../standards/melbourne-20.toml")),
    ("walkscore-like", include_str!("../../standards/walkscore-like.toml")),
    ("sony-15min", include_str!("../../standards/sony-15min.toml")),
];

/// Countries whose standards are built in, by their codes (ISO 3166).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub enum Country {
    /// China.
    CN,
}

impl Country {
    /// Whether a point may lie in it.
    pub fn holds(self, point: LonLat) -> bool {
        match self {
            Self::CN => is_in_china(point),
        }
    }
}

impl Standard {
    /// Ids of the standards that are built in.
    pub fn built_in() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(id, _)| *id)
    }

    /// Ids of the built-in standards that are made for no country in particular.
    pub fn for_any_country() -> &'static [&'static str] {
        static IDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
            Standard::built_in().filter(|id| Standard::find(id).is_ok_and(|other| other.country.is_none())).collect()
        });
        &IDS
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
            let text = read_text(path)?;
            return Self::parse(&text).map_err(|e| e.file(path));
        }
        let known: Vec<&str> = Self::built_in().collect();
        Err(Error::not_found(say!("there is no standard {id_or_file:?}", "没有名为 {id_or_file:?} 的标准")).hint(say!(
            "choose one of {}, or name a .toml file",
            "可选：{}；或给出 .toml 文件",
            known.join(", ")
        )))
    }

    /// Reads a standard from its text.
    ///
    /// # Errors
    /// If the text has a mistake; the error names its line and key.
    pub fn parse(text: &str) -> Result<Self> {
        file::parse(text)
    }

    /// The same with another catchment model or decay for every service that has a ratio.
    #[must_use]
    pub fn shared_by(mut self, model: Option<CatchmentModel>, decay: Option<&DecayRule>) -> Self {
        for ratio in self.services.iter_mut().filter_map(|service| service.ratio.as_mut()) {
            ratio.model = model.unwrap_or(ratio.model);
            if let Some(decay) = decay {
                ratio.decay = decay.clone();
            }
        }
        self
    }

    /// The services of a circle, as indices into [`Standard::services`].
    pub fn services_of(&self, circle: usize) -> impl Iterator<Item = usize> + '_ {
        self.services.iter().enumerate().filter(move |(_, service)| service.circle == circle).map(|(index, _)| index)
    }

    /// The services that decide whether a circle is complete, as indices: those that are required; all of them in a circle
    /// that requires none.
    pub fn deciding(&self, circle: usize) -> impl Iterator<Item = usize> + Clone + '_ {
        let of_circle = move || self.services.iter().enumerate().filter(move |(_, service)| service.circle == circle);
        let requires = of_circle().any(|(_, service)| service.required);
        of_circle().filter(move |(_, service)| !requires || service.required).map(|(index, _)| index)
    }

    /// The required services, as indices.
    pub fn required(&self) -> impl Iterator<Item = usize> + '_ {
        self.services.iter().enumerate().filter(|(_, service)| service.required).map(|(index, _)| index)
    }

    /// How many facilities of a service ten thousand residents have at the least, by those of its kinds of which it is known; none where it is of
    /// none, or where only facilities of some size count.
    pub fn usual_number(&self, service: usize) -> Option<f64> {
        let service = &self.services[service];
        let all: f64 = service.kinds.iter().filter_map(|kind| self.catalogue.kinds[*kind].usual).sum();
        (!service.asks_for_area() && all > 0.0).then_some(all)
    }

    /// The kinds of places that a service is of: ids of the catalogue.
    pub fn kinds_of(&self, service: usize) -> impl Iterator<Item = &str> + '_ {
        self.services[service].kinds.iter().map(|kind| self.catalogue.kinds[*kind].id.as_str())
    }

    /// Whether some service has a threshold in metres, or homes get a score by distance.
    pub fn asks_for_distances(&self) -> bool {
        self.score.is_some() || self.services.iter().any(|service| matches!(service.threshold, Threshold::Distance(_)))
    }
}

#[cfg(test)]
mod tests;

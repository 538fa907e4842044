//! Kinds: what a place can be (a pharmacy, a kindergarten), and how it is recognised in OpenStreetMap's tags, in the
//! codes of AMap, Baidu and Overture, or in its name.
//!
//! The catalogue is data (`standards/kinds.toml`). It knows a facility's tags and names, and nothing of standards, homes
//! or streets: merging lists asks it as well as every standard.

mod index;
mod likeness;
mod names;
mod overlap;
mod rule;

use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;

pub use likeness::{BareName, likeness};
pub(crate) use names::holds;
pub use overlap::{Overlap, overlaps};
pub use rule::Rule;

use crate::city::Facility;
use crate::error::Result;
use index::Index;
use names::Names;

/// What a place can be.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Its id.
    pub id: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// How many a town has at the least for ten thousand residents, where known.
    pub usual: Option<f64>,
    rules: Vec<Rule>,
    names: Vec<String>,
    /// Whether a name need not be asked where its rules fit. A service's own rules may be as wide as `office=*`, which
    /// tells nothing of the other kinds that an office may be.
    decides: bool,
}

/// How a kind is recognised: what a file's lists say.
#[derive(Debug, Clone, Default)]
pub struct Recognition {
    /// Rules on OpenStreetMap tags.
    pub osm: Vec<String>,
    /// Beginnings of AMap's type codes.
    pub amap: Vec<String>,
    /// Beginnings of Baidu's categories.
    pub baidu: Vec<String>,
    /// Overture's categories.
    pub overture: Vec<String>,
    /// Words of names.
    pub names: Vec<String>,
}

/// A table of a TOML file that may say how something is recognised: its own keys, and the five lists. (Serde can flatten a struct
/// into another or refuse unknown keys, but not both.)
macro_rules! recognised_by_lists {
    ($name:ident { $($(#[$about:meta])* $key:ident: $of:ty),* $(,)? }) => {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name {
            $($(#[$about])* $key: $of,)*
            #[serde(default)]
            osm: Vec<toml::Spanned<String>>,
            #[serde(default)]
            amap: Vec<String>,
            #[serde(default)]
            baidu: Vec<String>,
            #[serde(default)]
            overture: Vec<String>,
            #[serde(default)]
            names: Vec<String>,
        }

        impl $name {
            /// What the lists say.
            fn recognition(&self) -> $crate::kinds::Recognition {
                $crate::kinds::Recognition {
                    osm: self.osm.iter().map(|rule| rule.as_ref().clone()).collect(),
                    amap: self.amap.clone(),
                    baidu: self.baidu.clone(),
                    overture: self.overture.clone(),
                    names: self.names.clone(),
                }
            }
        }
    };
}
pub(crate) use recognised_by_lists;

impl Recognition {
    /// Whether nothing can be recognised by it.
    pub fn is_empty(&self) -> bool {
        [&self.osm, &self.amap, &self.baidu, &self.overture, &self.names].iter().all(|list| list.is_empty())
    }

    fn rules(&self) -> Result<Vec<Rule>> {
        let coded = [("amap^", &self.amap), ("baidu^", &self.baidu), ("overture=", &self.overture)];
        let coded =
            coded.iter().filter(|(_, list)| !list.is_empty()).map(|(key, list)| format!("{key}{}", list.join("|")));
        self.osm.iter().cloned().chain(coded).map(|text| Rule::parse(&text)).collect()
    }
}

impl Kind {
    /// A kind.
    ///
    /// # Errors
    /// If one of its rules is not understood.
    pub fn new(id: String, zh: String, en: String, recognition: &Recognition) -> Result<Self> {
        let names = recognition.names.clone();
        Ok(Self { id, zh, en, usual: None, rules: recognition.rules()?, names, decides: true })
    }

    /// The same kind as one that leaves the others to the name.
    #[must_use]
    pub fn beside_others(self) -> Self {
        Self { decides: false, ..self }
    }
}

/// The tag by which a facility is of the kinds that the user says, ids apart by semicolons, and of no other.
pub const CORRECTED: &str = "lifecircle:kinds";

/// The kinds that are known, and what is no facility at all.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The kinds.
    pub kinds: Vec<Kind>,
    exclude: Vec<Rule>,
    names_not_for: Vec<Rule>,
    names: Names,
    index: Index,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    exclude: Vec<String>,
    names_not_for: Vec<String>,
    no_names: Vec<String>,
    kind: Vec<CatalogueKind>,
}

recognised_by_lists!(CatalogueKind { id: String, zh: String, en: String, usual: Option<f64> });

/// The catalogue's text, to read and to copy from.
pub const CATALOGUE_TEXT: &str = include_str!("../../standards/kinds.toml");

static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::parse(CATALOGUE_TEXT).unwrap_or_else(|error| {
        // A test reads the built-in text, so this cannot come about.
        unreachable!("the built-in catalogue has a mistake: {error}")
    })
});

impl Catalogue {
    /// The catalogue that is built in.
    ///
    /// ```
    /// let catalogue = lifecircle::kinds::Catalogue::built_in();
    /// assert!(catalogue.find("pharmacy").is_some());
    /// ```
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    fn parse(text: &str) -> Result<Self> {
        let file: CatalogueFile = toml::from_str(text).map_err(|e| crate::unreadable::not_toml(text, &e))?;
        let rules = |texts: &[String]| texts.iter().map(|text| Rule::parse(text)).collect::<Result<Vec<Rule>>>();
        let kind = |kind: CatalogueKind| {
            let recognition = kind.recognition();
            let usual = kind.usual;
            Kind::new(kind.id, kind.zh, kind.en, &recognition).map(|kind| Kind { usual, ..kind })
        };
        let mut catalogue = Self {
            kinds: Vec::new(),
            exclude: rules(&file.exclude)?,
            names_not_for: rules(&file.names_not_for)?,
            names: Names::default(),
            index: Index::default(),
        };
        catalogue.names.add(None, &file.no_names);
        for file_kind in file.kind {
            catalogue.add(kind(file_kind)?);
        }
        Ok(catalogue)
    }

    /// Adds a kind and returns its index.
    pub fn add(&mut self, kind: Kind) -> usize {
        let number = self.kinds.len();
        self.index.add(number, &kind);
        self.names.add(Some(number), &kind.names);
        self.kinds.push(kind);
        number
    }

    /// The index of a kind.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.kinds.iter().position(|kind| kind.id == id)
    }

    /// Adds what else is no facility.
    pub fn exclude(&mut self, rules: Vec<Rule>) {
        self.exclude.extend(rules);
    }

    /// Which kinds a facility is, as indices, ascending; a place may be several.
    pub fn kinds_of(&self, facility: &Facility) -> Vec<usize> {
        self.recognise(facility).into_iter().map(|(kind, _)| kind).collect()
    }

    /// Which kinds a facility is, ascending, and why.
    ///
    /// It is a kind if one of the kind's rules fits, or a list calls it so. Only where nothing fits does its name decide:
    /// the word that a list uses for its kind, then its names.
    ///
    /// ```
    /// use lifecircle::city::{Entries, Facility, Name};
    /// use lifecircle::kinds::Catalogue;
    ///
    /// let name = Name { local: "清华园社区养老服务驿站".to_owned(), en: String::new() };
    /// let place = Facility { name, entries: Entries::Known(vec![]), ..Facility::default() };
    /// let catalogue = Catalogue::built_in();
    /// let (kind, why) = &catalogue.recognise(&place)[0];
    /// assert_eq!((catalogue.kinds[*kind].id.as_str(), why.to_string().as_str()), ("elderly_day_care", "养老服务驿站"));
    /// ```
    pub fn recognise(&self, facility: &Facility) -> Vec<(usize, Because<'_>)> {
        if let Some(kinds) = facility.tag(CORRECTED) {
            let mut found: Vec<usize> = kinds.split(';').filter_map(|id| self.find(id)).collect();
            found.sort_unstable();
            return found.into_iter().map(|kind| (kind, Because::Corrected)).collect();
        }
        if self.exclude.iter().any(|rule| rule.fits(facility)) {
            return Vec::new();
        }
        let word = facility.kind.trim().to_lowercase();
        let by_rule = |kind: usize| {
            let rule = self.kinds[kind].rules.iter().find(|rule| rule.fits(facility))?;
            Some((kind, Because::Rule(rule.text())))
        };
        let mut found: Vec<(usize, Because<'_>)> =
            self.index.candidates(facility).into_iter().filter_map(by_rule).collect();
        if !word.is_empty() {
            found.extend(self.index.called(&word).iter().map(|kind| (*kind, Because::Called)));
        }
        let is_decided = found.iter().any(|(kind, _)| self.kinds[*kind].decides)
            || self.names_not_for.iter().any(|rule| rule.fits(facility));
        if !is_decided {
            // A list's kind is a word such as 药店; an OpenStreetMap kind is a tag and tells nothing more.
            let kind_word = if word.contains('=') { "" } else { &word };
            let texts = [kind_word, &facility.name.local, &facility.name.en];
            let told = texts.iter().map(|text| self.names.tell(text)).find(|told| !told.is_empty());
            found.extend(told.unwrap_or_default().into_iter().map(|(kind, word)| (kind, Because::Name(word))));
        }
        found.sort_by_key(|(kind, _)| *kind);
        found.dedup_by_key(|(kind, _)| *kind);
        found
    }
}

/// Why a facility is taken for a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because<'a> {
    /// A rule on its tags fits.
    Rule(&'a str),
    /// A list calls it by the kind's name.
    Called,
    /// Its name has this word.
    Name(&'a str),
    /// The user says so.
    Corrected,
}

impl fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(text) | Self::Name(text) => f.write_str(text),
            Self::Called => f.write_str("="),
            Self::Corrected => f.write_str("corrected"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::{Entries, Name};
    use crate::geo::LonLat;

    fn kinds(kind: &str, name: &str, tags: &[(&str, &str)]) -> Vec<&'static str> {
        let facility = Facility {
            id: "n1".to_owned(),
            name: Name { local: name.to_owned(), en: String::new() },
            kind: kind.to_owned(),
            tags: tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            at: LonLat { x: 0.0, y: 0.0 },
            entries: Entries::Known(vec![]),
            area: None,
            capacity: None,
        };
        let catalogue = Catalogue::built_in();
        catalogue.kinds_of(&facility).into_iter().map(|index| catalogue.kinds[index].id.as_str()).collect()
    }

    #[test]
    fn tags_first_then_names() {
        assert_eq!(kinds("amenity=pharmacy", "某某大药房", &[("amenity", "pharmacy")]), ["pharmacy"]);
        assert_eq!(kinds("amenity=yes", "滨河幼儿园", &[("amenity", "yes")]), ["kindergarten"]);
        assert_eq!(kinds("药店", "国大", &[]), ["pharmacy"]);
        assert_eq!(kinds("pharmacy", "国大", &[]), ["pharmacy"]);
        assert_eq!(kinds("amenity=parking", "人民医院停车场", &[("amenity", "parking")]), ["car_parking"]);
        assert_eq!(kinds("leisure=pitch", "", &[("leisure", "pitch"), ("access", "private")]), [""; 0]);
    }

    #[test]
    fn latin_words_are_whole() {
        assert_eq!(kinds("office=company", "Riverbank Ltd", &[]), [""; 0]);
        assert_eq!(kinds("office=company", "Bank of Valletta", &[]), ["bank"]);
    }

    #[test]
    fn the_codes_of_other_maps() {
        assert_eq!(kinds("", "红旗连锁", &[("amap", "060200")]), ["convenience_store"]);
        assert_eq!(kinds("", "乌海市第一小学", &[("amap", "141203")]), ["primary_school"]);
        // A code that tells only "school": the name decides.
        assert_eq!(kinds("", "海勃湾区实验小学", &[("amap", "141200")]), ["primary_school"]);
        // A bus stop near a hospital is no hospital.
        assert_eq!(kinds("", "人民医院(公交站)", &[("amap", "150700")]), ["bus_stop"]);
        assert_eq!(kinds("", "人民医院停车场", &[("amap", "150900")]), ["car_parking"]);
        assert_eq!(kinds("", "老王", &[("baidu", "购物;便利店")]), ["convenience_store"]);
        assert_eq!(kinds("", "剪吧", &[("baidu", "丽人;美发")]), ["hairdresser"]);
        assert_eq!(kinds("", "Kappa", &[("overture", "coffee_shop")]), ["cafe"]);
    }

    #[test]
    fn schools_by_level() {
        assert_eq!(
            kinds("amenity=school", "第一中学", &[("amenity", "school"), ("name", "第一中学")]),
            ["middle_school"]
        );
        assert_eq!(
            kinds("amenity=school", "", &[("amenity", "school"), ("isced:level", "1;2")]),
            ["primary_school", "middle_school"]
        );
    }

    #[test]
    fn the_index_leaves_nothing_out() {
        // Every rule of every kind, on places made to fit some of them: the plain way asks all.
        let catalogue = Catalogue::built_in();
        let words = [
            "yes",
            "park",
            "school",
            "clinic",
            "convenience;bakery",
            "060200",
            "购物;便利店",
            "government",
            "bus_stop",
        ];
        let keys =
            ["shop", "amenity", "leisure", "office", "amap", "baidu", "overture", "highway", "healthcare", "name"];
        let mut any = 0;
        for (key, word) in keys.iter().flat_map(|key| words.iter().map(move |word| (*key, *word))) {
            let tags = [(key, word), ("name", "第一中学"), ("social_facility", "nursing_home")];
            let facility = Facility {
                id: String::new(),
                name: Name::default(),
                kind: String::new(),
                tags: tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
                at: LonLat { x: 0.0, y: 0.0 },
                entries: Entries::Known(vec![]),
                area: Some(1000.0),
                capacity: None,
            };
            let plain =
                catalogue.kinds.iter().enumerate().filter(|(_, kind)| kind.rules.iter().any(|r| r.fits(&facility)));
            let plain: Vec<usize> = plain.map(|(index, _)| index).collect();
            any += plain.len();
            assert_eq!(catalogue.kinds_of(&facility), plain, "{key}={word}");
        }
        assert!(any > 100);
    }

    #[test]
    fn every_kind_can_be_recognised_and_has_an_id_of_its_own() {
        let catalogue = Catalogue::built_in();
        for (index, kind) in catalogue.kinds.iter().enumerate() {
            assert!(!kind.rules.is_empty(), "{}", kind.id);
            assert_eq!(catalogue.find(&kind.id), Some(index));
        }
    }
}

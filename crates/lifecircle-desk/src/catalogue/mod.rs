//! The dispatch catalogue: what can be asked for, who answers for it where, by when. Data, read from TOML and checked.
//!
//! A category has questions of its own, a limit and a priority; units are offices with the area that they answer for; rules send a
//! category in an area to a lead unit and its helpers. It knows nothing of what was asked.

mod dispatch;
mod read;
mod workbook;

use lifecircle::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use dispatch::{Dispatch, Reason};

use crate::calendar::Limit;
use crate::request::At;

/// A name in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Name {
    /// Whether it is called so in either language.
    pub fn is(&self, text: &str) -> bool {
        !text.is_empty() && (self.zh == text || self.en == text)
    }

    /// As a text.
    pub fn text(&self) -> Text {
        Text { en: self.en.clone(), zh: self.zh.clone() }
    }
}

/// How soon something must be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// In its turn.
    #[default]
    Normal,
    /// Before others.
    High,
    /// Life or property is in danger.
    Urgent,
}

/// What can be asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: Name,
    /// What belongs to it, in a few words.
    pub hint: Name,
    /// How long answering may take.
    pub limit: Limit,
    /// How soon it must be looked at.
    #[serde(default)]
    pub priority: Priority,
    /// Whether it is the work of departments, which is not handed down to communities and their stations.
    #[serde(default)]
    pub department_work: bool,
    /// Whether it asks for something to be built.
    #[serde(default)]
    pub asks_to_build: bool,
    /// Kinds of facilities whose lack it may tell of, as `lifecircle standards kinds` names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// What else is asked of whoever asks for it.
    #[serde(default, rename = "question")]
    pub questions: Vec<Question>,
}

/// Words by which people ask for a kind of facility to be built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// The kinds, as `lifecircle standards kinds` names them.
    pub kinds: Vec<String>,
    /// Any of these, in small or large letters.
    pub words: Vec<String>,
}

/// Words that answers often need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// What it is called.
    pub name: Name,
    /// The words, to be completed.
    pub text: Name,
    /// For requests of these categories; of all if none is named.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Whether it tells how it goes on, and is no answer.
    #[serde(default)]
    pub interim: bool,
}

/// Something that is asked of whoever asks for a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its id within the category.
    pub id: String,
    /// The question.
    pub text: Name,
    /// What an answer is.
    pub kind: AnswerKind,
    /// What can be chosen, of a choice.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Whether it must be answered.
    #[serde(default)]
    pub required: bool,
}

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// A line of words.
    Text,
    /// A number.
    Number,
    /// One of the choices.
    Choice,
    /// Yes or no.
    YesNo,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its id within the question.
    pub id: String,
    /// What it is called.
    pub name: Name,
}

/// What an office is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// A department or company of the whole city.
    Department,
    /// The office of a district.
    District,
    /// The office of a subdistrict or town.
    Subdistrict,
    /// A community's committee.
    Community,
    /// A station where residents are served (红色驿站, 便民服务站).
    Station,
}

impl UnitKind {
    /// Whether departments' work would be handed down to it.
    pub fn is_below_departments(self) -> bool {
        matches!(self, Self::Community | Self::Station)
    }
}

/// An office that answers requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: Name,
    /// What it is.
    pub kind: UnitKind,
    /// The area that it answers for, by its Chinese or English name; the whole city if none is named.
    #[serde(default)]
    pub area: Option<String>,
    /// Where it is: a station that is nearest on foot is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
}

/// Who answers for something: a unit, or whichever unit of a kind answers for the place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lead {
    /// This unit.
    Unit(String),
    /// The unit of this kind in whose area the place lies.
    OfPlace(UnitKind),
}

/// Who answers for a category in an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The categories; all if none is named.
    #[serde(default)]
    pub categories: Vec<String>,
    /// The district, subdistrict or community, by its Chinese or English name; the whole city if none is named.
    #[serde(default)]
    pub area: Option<String>,
    /// Who leads.
    pub lead: Lead,
    /// Who helps.
    #[serde(default)]
    pub helpers: Vec<Lead>,
    /// Another limit than the category's.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// Another priority than the category's.
    #[serde(default)]
    pub priority: Option<Priority>,
}

/// Words that make a request urgent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Urgent {
    /// Any of these in what a resident writes, in small or large letters.
    pub words: Vec<String>,
    /// What is not meant by them, and taken out before they are looked for.
    #[serde(default)]
    pub except: Vec<String>,
    /// The limit that holds then.
    pub limit: Limit,
}

/// What can be asked for, who answers for it where, by when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// What it is called.
    pub name: Name,
    /// Where its figures come from.
    pub source: String,
    /// What is urgent.
    pub urgent: Urgent,
    /// What can be asked for.
    #[serde(rename = "category")]
    pub categories: Vec<Category>,
    /// How people ask for facilities, in categories that ask to build.
    #[serde(default, rename = "wish", skip_serializing_if = "Vec::is_empty")]
    pub wishes: Vec<Wish>,
    /// What answers often say.
    #[serde(default, rename = "template", skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<Template>,
    /// Offices beside those of the city's own areas.
    #[serde(default, rename = "unit")]
    pub units: Vec<Unit>,
    /// Who answers for what. Of those that fit, that of the smallest area counts, then the one that names the category, then the
    /// first.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}

impl Catalogue {
    /// What can be asked for, by its id.
    pub fn category(&self, id: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.id == id)
    }

    /// The kinds of facilities that words wish for: those of the first wish that fits.
    pub fn wished(&self, words: &str) -> Vec<String> {
        let words = words.to_lowercase();
        let fits = |wish: &&Wish| wish.words.iter().any(|word| words.contains(&word.to_lowercase()));
        self.wishes.iter().find(fits).map(|wish| wish.kinds.clone()).unwrap_or_default()
    }

    /// An office, by its id.
    pub fn unit(&self, id: &str) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == id)
    }
}

//! Which unit a request goes to, and why.

use lifecircle::say;
use lifecircle::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Catalogue, Category, Lead, Priority, Rule, Unit, UnitKind, Urgent};
use crate::calendar::Limit;
use crate::request::Area;

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    /// The unit that leads; none if the catalogue has none for the place.
    pub lead: Option<String>,
    /// The units that help.
    pub helpers: Vec<String>,
    /// How long it may take.
    pub limit: Limit,
    /// How soon it must be looked at.
    pub priority: Priority,
    /// Why it goes there.
    pub reason: Reason,
}

/// Why a request goes where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// The number of the rule in the catalogue, from 1 on; none if no rule could place it.
    pub rule: Option<usize>,
    /// The area that the rule is for.
    pub area: Option<String>,
    /// Whether the rule names the category.
    pub names_category: bool,
    /// The word that made it urgent.
    pub urgent_word: Option<String>,
}

impl Reason {
    /// In words.
    pub fn text(&self) -> Text {
        let urgent = self
            .urgent_word
            .as_ref()
            .map(|word| say!(" It is urgent because of “{word}”.", "因提到“{word}”列为紧急。"));
        let why = match (self.rule, &self.area, self.names_category) {
            (None, ..) => say!(
                "No rule could place it: it goes to the district if that is known, otherwise to an operator.",
                "按规则未能确定承办单位：能确定所在区的交由区级，否则待人工派单。"
            ),
            (Some(rule), Some(area), _) => {
                say!("Assigned by rule {rule}, for {area}.", "按规则 {rule}（{area}）派单。")
            }
            (Some(rule), None, true) => {
                say!("Assigned by rule {rule}, for this category.", "按规则 {rule}（本事项）派单。")
            }
            (Some(rule), None, false) => {
                say!("Assigned by rule {rule}, for all other categories.", "按规则 {rule}（其他事项）派单。")
            }
        };
        match urgent {
            Some(urgent) => Text { en: why.en + &urgent.en, zh: why.zh + &urgent.zh },
            None => why,
        }
    }
}

impl Catalogue {
    /// Where a request of a category goes from a place, in the words of whoever asks.
    pub fn dispatch(&self, category: &Category, area: Option<&Area>, words: &str) -> Dispatch {
        let urgent_word = self.urgent.word_in(words);
        let may = |rule: &Rule| self.resolve(&rule.lead, area).is_none_or(|unit| self.may_lead(category, &unit));
        let rules = self.rules.iter().zip(1..).filter(|(rule, _)| may(rule));
        let fits = rules.filter_map(|(rule, number)| Some((fit(rule, category, area)?, number, rule)));
        // Of those that fit equally the first.
        let best = fits.reduce(|best, other| if other.0 > best.0 { other } else { best });
        let placed = best.and_then(|(_, number, rule)| Some((number, rule, self.resolve(&rule.lead, area)?)));
        let (limit, priority) = match (&urgent_word, best) {
            (Some(_), _) => (self.urgent.limit, Priority::Urgent),
            (None, Some((_, _, rule))) => {
                (rule.limit.unwrap_or(category.limit), rule.priority.unwrap_or(category.priority))
            }
            (None, None) => (category.limit, category.priority),
        };
        let (lead, helpers, reason) = match placed {
            Some((number, rule, lead)) => (
                Some(lead),
                self.helpers(category, rule, area),
                Reason {
                    rule: Some(number),
                    area: rule.area.clone(),
                    names_category: !rule.categories.is_empty(),
                    urgent_word,
                },
            ),
            // What no rule places goes to the district, which must find who answers for it.
            None => (
                self.resolve(&Lead::OfPlace(UnitKind::District), area),
                Vec::new(),
                Reason { rule: None, area: None, names_category: false, urgent_word },
            ),
        };
        Dispatch { lead, helpers, limit, priority, reason }
    }

    /// Whether a category's work may go to a unit: that of departments is not handed down.
    fn may_lead(&self, category: &Category, unit: &str) -> bool {
        let below = self.unit(unit).is_some_and(|unit| unit.kind.is_below_departments());
        !(category.department_work && below)
    }

    /// The unit of a kind in whose area a place lies, if the catalogue has one.
    pub fn unit_in_charge(&self, kind: UnitKind, area: &Area) -> Option<&Unit> {
        // The office of the very area, before one whose area is called the same.
        let own = area.unit_id(kind).and_then(|id| self.unit(&id));
        let level = |unit: &Unit| match &unit.area {
            Some(name) => area.level(name),
            None => (kind == UnitKind::Department).then_some(0),
        };
        // Of the smallest area, and of those the first: a station may answer for one grid.
        let fits = self.units.iter().filter(|unit| unit.kind == kind).filter_map(|unit| Some((level(unit)?, unit)));
        own.or_else(|| fits.reduce(|best, other| if other.0 > best.0 { other } else { best }).map(|(_, unit)| unit))
    }

    /// The units that help by a rule, each once.
    fn helpers(&self, category: &Category, rule: &Rule, area: Option<&Area>) -> Vec<String> {
        let mut helpers = Vec::new();
        for helper in rule.helpers.iter().filter_map(|helper| self.resolve(helper, area)) {
            if self.may_lead(category, &helper) && !helpers.contains(&helper) {
                helpers.push(helper);
            }
        }
        helpers
    }

    fn resolve(&self, lead: &Lead, area: Option<&Area>) -> Option<String> {
        match lead {
            Lead::Unit(id) => self.unit(id).map(|unit| unit.id.clone()),
            Lead::OfPlace(kind) => self.unit_in_charge(*kind, area?).map(|unit| unit.id.clone()),
        }
    }
}

impl Urgent {
    /// The first word in a text that makes it urgent.
    fn word_in(&self, text: &str) -> Option<String> {
        let mut text = text.to_lowercase();
        for not_meant in &self.except {
            text = text.replace(&not_meant.to_lowercase(), " ");
        }
        self.words.iter().find(|word| text.contains(&word.to_lowercase())).cloned()
    }
}

/// How closely a rule fits: the smaller its area the closer, then whether it names the category. None if it does not.
fn fit(rule: &Rule, category: &Category, area: Option<&Area>) -> Option<(usize, bool)> {
    let names = rule.categories.contains(&category.id);
    if !names && !rule.categories.is_empty() {
        return None;
    }
    let small = match &rule.area {
        None => 0,
        Some(name) => area?.level(name)?,
    };
    Some((small, names))
}

//! Reading a catalogue, and checking it: everything that a rule names is there, and nothing is sent where it may not go.

use std::collections::BTreeSet;
use std::path::Path;

use lifecircle::{Error, Result, say};

use super::{AnswerKind, Catalogue, Lead, Name, Unit, UnitKind};
use crate::request::Area;

/// The catalogue that is used where a city gives none.
const USUAL: &str = include_str!("../../data/catalogue.toml");

/// No catalogue has more categories, units or rules.
const MOST: usize = 20_000;

impl Catalogue {
    /// The catalogue that is used where a city gives none: the usual categories of a 12345 hotline.
    ///
    /// # Errors
    /// None: a test reads it.
    pub fn usual() -> Result<Self> {
        Self::read(USUAL)
    }

    /// Reads a catalogue from a file, a workbook if it ends in `.xlsx`, TOML otherwise.
    ///
    /// # Errors
    /// With the place of the first mistake.
    pub fn open(path: &Path) -> Result<Self> {
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) {
            return Self::read_workbook(path);
        }
        let text = std::fs::read_to_string(path).map_err(|e| Error::io(say!("read", "读取"), path, &e))?;
        Self::read(&text).map_err(|e| e.file(path))
    }

    /// The text of the usual catalogue, to begin another with.
    pub fn usual_text() -> &'static str {
        USUAL
    }

    /// Reads a catalogue and checks it.
    ///
    /// # Errors
    /// With the place of the first mistake.
    pub fn read(text: &str) -> Result<Self> {
        let catalogue: Self = toml::from_str(text).map_err(|e| lifecircle::unreadable::not_toml(text, &e))?;
        catalogue.check()?;
        Ok(catalogue)
    }

    /// The same with an office for every district, subdistrict and community of a city that has none yet.
    #[must_use]
    pub fn with_areas(mut self, areas: &[Area]) -> Self {
        let own = self.units.len();
        for area in areas {
            for kind in [UnitKind::District, UnitKind::Subdistrict, UnitKind::Community] {
                let (Some(id), Some(name)) = (area.unit_id(kind), area.name(kind)) else { continue };
                let is_known =
                    |unit: &Unit| unit.kind == kind && unit.area.as_deref().is_some_and(|area| name.is(area));
                if self.units[..own].iter().any(is_known) || self.units[own..].iter().any(|unit| unit.id == id) {
                    continue;
                }
                let [zh, en] = match (name.zh.is_empty(), name.en.is_empty()) {
                    (true, _) => [&name.en, &name.en],
                    (false, true) => [&name.zh, &name.zh],
                    _ => [&name.zh, &name.en],
                };
                let (called, area) = (Name { zh: zh.clone(), en: en.clone() }, Some(zh.clone()));
                self.units.push(Unit { id, name: called, kind, area, at: None });
            }
        }
        self
    }

    /// The same with stations that the city's map knows, but for those that it has already, or of whose community it has one of its own.
    #[must_use]
    pub fn with_stations(mut self, stations: Vec<Unit>) -> Self {
        let own: Vec<Option<String>> =
            self.units.iter().filter(|unit| unit.kind == UnitKind::Station).map(|unit| unit.area.clone()).collect();
        let is_new = |unit: &Unit| unit.area.is_none() || !own.contains(&unit.area);
        let known: BTreeSet<String> = self.units.iter().map(|unit| unit.id.clone()).collect();
        self.units.extend(stations.into_iter().filter(|unit| is_new(unit) && !known.contains(&unit.id)));
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        let many = self.categories.len().max(self.units.len()).max(self.rules.len());
        if many > MOST {
            return Err(Error::new(say!(
                "a catalogue has at most {MOST} categories, units and rules each",
                "派单目录的事项、单位和规则各不超过 {MOST} 个"
            )));
        }
        unique("category", self.categories.iter().map(|category| &category.id))?;
        unique("unit", self.units.iter().map(|unit| &unit.id))?;
        for category in &self.categories {
            unique("question", category.questions.iter().map(|question| &question.id))
                .map_err(|e| e.place(say!("category `{}`", "事项 `{}`", category.id)))?;
            for question in &category.questions {
                if (question.kind == AnswerKind::Choice) == question.choices.is_empty() {
                    return Err(Error::new(say!(
                        "question `{}`: a choice has choices, and nothing else has",
                        "问题 `{}`：只有选择题可以且必须列出选项",
                        question.id
                    ))
                    .place(say!("category `{}`", "事项 `{}`", category.id)));
                }
            }
        }
        let known = lifecircle::kinds::Catalogue::built_in();
        let kinds = self.categories.iter().flat_map(|category| &category.kinds);
        if let Some(kind) =
            kinds.chain(self.wishes.iter().flat_map(|wish| &wish.kinds)).find(|kind| known.find(kind).is_none())
        {
            return Err(Error::new(say!("there is no kind of facilities `{kind}`", "没有设施类别 `{kind}`"))
                .hint(say!("lifecircle standards kinds tells them", "可用 lifecircle standards kinds 查看")));
        }
        for unit in &self.units {
            if unit.at.is_some_and(|at| !lifecircle::geo::is_on_globe(lifecircle::geo::LonLat { x: at.lon, y: at.lat }))
            {
                return Err(Error::new(say!("`at` is not on the globe", "`at` 坐标超出范围")).place(say!(
                    "unit `{}`",
                    "单位 `{}`",
                    unit.id
                )));
            }
        }
        for template in &self.templates {
            if let Some(id) = template.categories.iter().find(|id| self.category(id).is_none()) {
                return Err(Error::new(say!("there is no category `{id}`", "没有事项 `{id}`")).place(say!(
                    "template “{}”",
                    "模板“{}”",
                    template.name.text().pick(lifecircle::text::Language::English)
                )));
            }
        }
        for (rule, number) in self.rules.iter().zip(1..) {
            self.check_rule(rule).map_err(|e| e.place(say!("rule {number}", "第 {number} 条规则")))?;
        }
        let covers_all = |category: &str| {
            self.rules.iter().any(|rule| {
                rule.area.is_none() && (rule.categories.is_empty() || rule.categories.iter().any(|id| id == category))
            })
        };
        match self.categories.iter().find(|category| !covers_all(&category.id)) {
            Some(category) => Err(Error::new(say!(
                "no rule without an area says who answers for `{}`",
                "`{}` 没有覆盖全市的规则",
                category.id
            ))
            .hint(say!("add a rule for it, or one for all categories", "请为其添加规则，或添加适用于全部事项的规则"))),
            None => Ok(()),
        }
    }

    fn check_rule(&self, rule: &super::Rule) -> Result<()> {
        for id in &rule.categories {
            let Some(category) = self.category(id) else {
                return Err(Error::new(say!("there is no category `{id}`", "没有事项 `{id}`")));
            };
            let all = std::iter::once(&rule.lead).chain(&rule.helpers);
            let goes_down = |lead: &Lead| self.kind_of(lead).is_some_and(UnitKind::is_below_departments);
            if category.department_work && all.into_iter().any(goes_down) {
                return Err(Error::new(say!(
                    "`{id}` is the work of departments and may not be sent to a community or its station",
                    "`{id}` 属于部门职责，不得派给社区或驿站"
                )));
            }
        }
        for lead in std::iter::once(&rule.lead).chain(&rule.helpers) {
            if let Lead::Unit(id) = lead
                && self.unit(id).is_none()
            {
                return Err(Error::new(say!("there is no unit `{id}`", "没有单位 `{id}`")));
            }
        }
        Ok(())
    }

    fn kind_of(&self, lead: &Lead) -> Option<UnitKind> {
        match lead {
            Lead::Unit(id) => self.unit(id).map(|unit| unit.kind),
            Lead::OfPlace(kind) => Some(*kind),
        }
    }
}

fn unique<'a>(what: &str, ids: impl Iterator<Item = &'a String>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for id in ids {
        let is_plain = |sign: char| sign.is_alphanumeric() || "_-:.".contains(sign);
        if id.is_empty() || id.len() > 100 || !id.chars().all(is_plain) {
            return Err(Error::new(say!(
                "{what} `{id}`: an id is made of letters, digits, `_`, `-`, `:` and `.`",
                "{what} `{id}`：标识只能由字母、数字、`_`、`-`、`:`、`.` 组成"
            )));
        }
        if !seen.insert(id) {
            return Err(Error::new(say!("{what} `{id}` is there twice", "{what} `{id}` 重复")));
        }
    }
    Ok(())
}

//! A scenario as a chapter of the report: what is built and where, who gains and loses, what it costs, what remains, and how far from
//! the best possible it is.

use geo_types::{Geometry, LineString, Point};
use lifecircle::error::Result;
use lifecircle::measure::{EditedCity, Measured};
use lifecircle::progress::Progress;
use lifecircle::report::{self, Chapter, Contents, Mark, map_of_differences};
use lifecircle::summary::{Summary, summarise};
use lifecircle::text::{Language, count, percent};
use maud::{Markup, PreEscaped, html};

use super::apply::find;
use super::{
    Applied, BestPossible, Comparison, Edit, Feature, Place, Scenario, Which, best_possible, gaining_by_step,
    homes_changed,
};
use crate::siting::Watch;

/// Rows of the tables.
const SERVICES: usize = 15;
const COMMUNITIES: usize = 10;
const WORKS: usize = 100;

/// All that the chapter tells.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// What is built.
    pub scenario: &'a Scenario,
    /// What it changes.
    pub comparison: &'a Comparison,
    /// Residents who gain a service after each edit; empty if it was not asked.
    pub gaining_by_step: &'a [f64],
    /// What could be reached at best; empty if it was not asked.
    pub best: &'a [BestPossible],
    /// The city before.
    pub before: &'a Measured,
    /// The city after, and its summary.
    pub after: (&'a Measured, &'a Summary),
}

/// The chapter.
pub fn chapter(told: Told<'_>, language: Language) -> Chapter {
    let kind = language.pick("规划方案", "Plan");
    let heading = match told.scenario.name.as_str() {
        "" => kind.to_owned(),
        name => format!("{kind}{}{name}", language.pick("：", ": ")),
    };
    let body = html! {
        (figures(told.comparison, language))
        (PreEscaped(map(told, language)))
        (best(told, language))
        (works(told, language))
        (services(told, language))
        (communities(told, language))
    };
    Chapter { heading, body: body.into_string() }
}

fn figures(comparison: &Comparison, language: Language) -> Markup {
    let pick = |zh: &'static str, en: &'static str| language.pick(zh, en);
    let [before, after] = comparison.mean_circles;
    let mut cards = vec![
        (count(comparison.residents_gaining), pick("名居民新增服务", "residents gain a service").to_owned()),
        (count(comparison.residents_losing), pick("名居民失去服务", "residents lose a service").to_owned()),
        (
            format!("{before:.2} → {after:.2}"),
            pick("居民平均拥有的生活圈", "circles that a resident has on average").to_owned(),
        ),
    ];
    if let Some(cost) = comparison.cost {
        let each = comparison.cost_per_resident.map_or_else(String::new, |each| match language {
            Language::Chinese => format!("总费用；每名受益居民 {}", count(each)),
            Language::English => format!("cost; {} for each resident who gains", count(each)),
        });
        cards.push((count(cost), if each.is_empty() { pick("总费用", "cost").to_owned() } else { each }));
    }
    html! { div class="cards four" { @for (number, what) in cards { div { b { (number) } span { (what) } } } } }
}

fn map(told: Told<'_>, language: Language) -> String {
    let (after, summary) = told.after;
    let mut differences = vec![0.0; after.city().homes.len()];
    for change in homes_changed(told.before, after) {
        differences[change.home] = change.gained.len() as f64 - change.lost.len() as f64;
    }
    let mark = |feature: &Feature| {
        let takes_away = matches!(feature.edit, Edit::RemoveFacility { .. } | Edit::CloseStreet(_));
        Some(Mark { shape: shape(feature, told.before)?, label: feature.number.to_string(), takes_away })
    };
    let marks: Vec<Mark> = told.scenario.features.iter().filter_map(mark).collect();
    map_of_differences(after, summary, &|home| differences[home], &marks, language)
}

/// Where an edit is drawn.
fn shape(feature: &Feature, before: &Measured) -> Option<Geometry<f64>> {
    let place = |place: &Place| match place {
        Place::Point(at) => Geometry::Point(Point(*at)),
        Place::Area(area) => Geometry::MultiPolygon(area.clone()),
    };
    let facility = |called: &str| {
        let city = before.city();
        find(city, called).ok().map(|index| Geometry::Point(Point(city.facilities[index].at)))
    };
    Some(match &feature.edit {
        Edit::AddFacility { place: at, .. } | Edit::MoveFacility { place: at, .. } => place(at),
        Edit::RemoveFacility { facility: called } | Edit::ChangeFacility { facility: called, .. } => facility(called)?,
        Edit::OpenStreet { line, .. } => Geometry::LineString(LineString(line.clone())),
        Edit::CloseStreet(which) | Edit::ChangeStreet(which, _) => match which {
            Which::At(at) => Geometry::Point(Point(*at)),
            Which::Along(line) => Geometry::LineString(LineString(line.clone())),
            Which::Way(_) => return None,
        },
        Edit::OpenGate(at, _) => Geometry::Point(Point(*at)),
        Edit::AddCrossing(course, _) => match course.as_slice() {
            [at] => Geometry::Point(Point(*at)),
            line => Geometry::LineString(LineString(line.to_vec())),
        },
        Edit::AddHomes { places, .. } => Geometry::Point(Point(*places.first()?)),
    })
}

fn service_name<'a>(told: Told<'a>, id: &'a str, language: Language) -> &'a str {
    let found = told.before.standard.services.iter().find(|service| service.id == id);
    found.map_or(id, |service| language.pick(&service.zh, &service.en))
}

/// How far the places are from the best possible.
fn best(told: Told<'_>, language: Language) -> Markup {
    let sentence = |best: &BestPossible| {
        let name = service_name(told, &best.service, language);
        let [gained, found, bound] = [best.gained, best.best_found, best.bound].map(count);
        let share = percent(if best.bound > 0.0 { (best.gained / best.bound).min(1.0) } else { 1.0 });
        let (candidates, places) = (count(best.candidates as f64), best.count);
        let mut text = match language {
            Language::Chinese => format!(
                "{name}：本方案的 {places} 处为 {gained} 名居民新增服务。在 {candidates} 个候选路口中任选 {places} 处，至多为 {bound} 名居民新增（已证明），本方案达到其 {share}；找到的最好选择为 {found} 名。"
            ),
            Language::English => format!(
                "{name}: the {places} places of this plan give it to {gained} more residents. No choice of {places} among {candidates} candidate junctions gives it to more than {bound} (proven), of which this plan reaches {share}; the best choice found gives it to {found}."
            ),
        };
        if let Some(bound) = best.bound_at_junctions.map(count) {
            text += &match language {
                Language::Chinese => format!("若可选任意路口，同样数量至多为 {bound} 名。"),
                Language::English => format!(" As many at any junctions give it to at most {bound}."),
            };
        }
        text
    };
    html! { @for best in told.best { p { (sentence(best)) } } }
}

/// What is built, and what each adds.
fn works(told: Told<'_>, language: Language) -> Markup {
    let pick = |zh: &'static str, en: &'static str| language.pick(zh, en);
    let edits = &told.comparison.edits;
    let adds = |index: usize| {
        let now = told.gaining_by_step.get(index)?;
        let before = if index == 0 { 0.0 } else { told.gaining_by_step[index - 1] };
        Some(now - before)
    };
    let has_steps = !told.gaining_by_step.is_empty();
    let what = |edit: &Applied| match edit.metres {
        Some(metres) => format!("{:.0} m", metres.0),
        None => edit.services.iter().map(|id| service_name(told, id, language)).collect::<Vec<_>>().join("、"),
    };
    html! {
        h3 { (pick("建设内容", "What is done")) }
        table {
            thead { tr {
                th { (pick("序号", "No.")) } th { (pick("内容", "What")) } th { (pick("名称", "Name")) }
                @if has_steps { th class="n" { (pick("新增受益居民", "Residents who gain by it")) } }
                th class="n" { (pick("费用", "Cost")) }
            } }
            @for (index, edit) in edits.iter().enumerate().take(WORKS) {
                tr {
                    td { (edit.number) }
                    td { (edit_name(&edit.edit, language)) @let what = what(edit); @if !what.is_empty() { " · " (what) } }
                    td { (edit.name) @if !edit.note.is_empty() { " " small { (edit.note) } } }
                    @if has_steps { td class="n" { (adds(index).map_or_else(String::new, |adds| count(adds.max(0.0)))) } }
                    td class="n" { (edit.cost.map_or_else(String::new, count)) }
                }
            }
        }
        @if has_steps && edits.len() > 1 {
            p class="key" { (pick("新增受益居民：在其前各项均已建成的基础上，再新增服务的居民。", "Residents who gain by it: those who gain a service once all before it are done.")) }
        }
        @if edits.len() > WORKS {
            p class="key" { (match language {
                Language::Chinese => format!("另有 {} 项。", edits.len() - WORKS),
                Language::English => format!("And {} more.", edits.len() - WORKS),
            }) }
        }
    }
}

/// What is done, in words.
pub fn edit_name(edit: &str, language: Language) -> &str {
    let (zh, en) = match edit {
        "add_facility" => ("新建设施", "New facility"),
        "move_facility" => ("迁移设施", "Facility moved"),
        "remove_facility" => ("关闭设施", "Facility closed"),
        "change_facility" => ("改造设施", "Facility changed"),
        "open_street" => ("新建道路", "New street"),
        "close_street" => ("封闭道路", "Street closed"),
        "change_street" => ("改造道路", "Street changed"),
        "open_gate" => ("新设出入口", "New gate"),
        "add_crossing" => ("新设过街", "New crossing"),
        "add_homes" => ("新建住宅", "New homes"),
        other => (other, other),
    };
    language.pick(zh, en)
}

/// Before and after by service, and what remains.
fn services(told: Told<'_>, language: Language) -> Markup {
    let pick = |zh: &'static str, en: &'static str| language.pick(zh, en);
    let mut changed: Vec<_> = told
        .comparison
        .changes
        .services
        .iter()
        .filter(|service| service.residents_gained + service.residents_lost > 0.0)
        .collect();
    changed.sort_by(|a, b| (b.residents_gained + b.residents_lost).total_cmp(&(a.residents_gained + a.residents_lost)));
    let all = told.comparison.residents[1];
    html! {
        @if !changed.is_empty() {
            h3 { (pick("各项服务的变化", "What changes by service")) }
            table {
                thead { tr {
                    th { (pick("服务", "Service")) }
                    th class="n" { (pick("原覆盖率", "Covered before")) } th class="n" { (pick("现覆盖率", "Covered after")) }
                    th class="n" { (pick("新增覆盖居民", "Residents gained")) } th class="n" { (pick("失去覆盖居民", "Residents lost")) }
                    th class="n" { (pick("仍未覆盖", "Still without")) }
                } }
                @for service in changed.iter().take(SERVICES) {
                    tr {
                        td { (service_name(told, &service.service, language)) }
                        td class="n" { (percent(service.coverage_old.residents)) }
                        td class="n" { (percent(service.coverage_new.residents)) }
                        td class="n" { (count(service.residents_gained)) }
                        td class="n" { @if service.residents_lost > 0.0 { (count(service.residents_lost)) } }
                        td class="n" { (count(all * (1.0 - service.coverage_new.residents))) }
                    }
                }
            }
        }
    }
}

/// Communities where most people gain.
fn communities(told: Told<'_>, language: Language) -> Markup {
    let pick = |zh: &'static str, en: &'static str| language.pick(zh, en);
    let touched = told.comparison.changes.communities.iter().filter(|c| !c.gained.is_empty() || !c.lost.is_empty());
    let touched: Vec<_> = touched.take(COMMUNITIES).collect();
    let first = |list: &[(String, f64)]| {
        list.first()
            .map(|(id, people)| format!("{} ({})", service_name(told, id, language), count(*people)))
            .unwrap_or_default()
    };
    html! {
        @if !touched.is_empty() {
            h3 { (pick("变化最大的社区", "Communities where most changes")) }
            table {
                thead { tr {
                    th { (pick("社区", "Community")) } th class="n" { (pick("平均圈数", "Mean circles")) }
                    th { (pick("新增覆盖最多", "Gained most")) } th { (pick("失去覆盖最多", "Lost most")) }
                } }
                @for community in touched {
                    tr {
                        td { (community.name.show(language.is_english())) }
                        td class="n" { (format!("{:.2} → {:.2}", community.mean_circles[0], community.mean_circles[1])) }
                        td { (first(&community.gained)) } td { (first(&community.lost)) }
                    }
                }
            }
        }
    }
}

/// The report of a city with a scenario: the chapter first, then the city as it would be.
///
/// # Errors
/// If it is cancelled.
pub fn report(
    scenario: &Scenario,
    comparison: &Comparison,
    (untouched, before): (&EditedCity, &Measured),
    after: &Measured,
    (watch, progress): (&dyn Watch, &dyn Progress),
    language: Language,
) -> Result<String> {
    let gaining_by_step = gaining_by_step(scenario, untouched, progress)?;
    let best = best_possible(scenario, comparison, before, watch, progress)?;
    let summary = summarise(after);
    let told =
        Told { scenario, comparison, gaining_by_step: &gaining_by_step, best: &best, before, after: (after, &summary) };
    let chapter = chapter(told, language);
    Ok(report::html(&Contents { chapter: Some(&chapter), ..Contents::of(after, &summary, language) }))
}

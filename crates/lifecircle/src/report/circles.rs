//! The circles, a page each: how far each is complete, a map that fills what room the table leaves, and for each service who lacks
//! it and where.

use maud::{Markup, html};

use super::Contents;
use super::gaps::uncertain;
use super::map;
use super::scale::HAS;
use super::text::threshold;
use crate::standard::AgeGroup;
use crate::summary::{CircleSummary, Gap, ServiceSummary, Summary};
use crate::text::{Language, count, percent};

/// How many communities are named for each service; and in a circle of few services, which leave room for more.
const NAMED: [usize; 2] = [3, 6];

/// A circle of no more services has few.
const FEW: usize = 5;

/// By which the contents find a circle; other parts have names of their own.
pub(super) fn anchor(id: &str) -> String {
    format!("circle-{id}")
}

/// The page of a circle.
pub(super) fn circle(contents: &Contents<'_>, index: usize) -> Markup {
    let Contents { measured, summary, language, .. } = *contents;
    let Some((id, circle)) = summary.circles.get(index) else { return html! {} };
    html! {
        section class="chapter circle" id=(anchor(id)) {
            h2 { (language.pick(&circle.zh, &circle.en)) }
            p class="lead" { (sentence(circle, language)) }
            div class="beside" {
                (map::of_circle(measured, index, language))
                div { (services(circle, summary, language)) }
            }
        }
    }
}

fn sentence(circle: &CircleSummary, language: Language) -> String {
    let (coverage, compliance) = (percent(circle.coverage.residents), percent(circle.compliance.residents));
    if !circle.services.iter().any(|(_, service)| service.required) {
        return language
            .pick(
                "本圈没有必需服务，以下均为建议配置。",
                "Nothing is required in this circle; its services are advised.",
            )
            .to_owned();
    }
    match language {
        Language::Chinese => {
            format!("{compliance}的居民可在规定时限内到达本圈全部必需服务；必需服务的平均覆盖率为 {coverage}。")
        }
        Language::English => format!(
            "{compliance} of residents have every required service of this circle within reach. On average its required services cover {coverage} of residents."
        ),
    }
}

fn services(circle: &CircleSummary, summary: &Summary, language: Language) -> Markup {
    let pick = |zh, en| language.pick(zh, en);
    html! {
        table class="list services" {
            thead {
                tr {
                    th { (pick("服务", "Service")) }
                    th class="n" { (pick("规定时限", "Limit")) }
                    th class="n" { (pick("设施", "Facilities")) }
                    th class="n" { (pick("覆盖率", "Coverage")) }
                    th class="n" { (pick("未覆盖人口", "People without")) }
                }
            }
            tbody {
                @let named = NAMED[usize::from(circle.services.len() <= FEW)];
                @for (id, service) in &circle.services { (row(id, service, named, summary, language)) }
            }
        }
        p class="key" {
            (pick(
                "▲ 必需，△ 建议。规定时限：′ 为步行分钟。未覆盖人口按服务对象计。",
                "▲ required, △ advised. Limit: ′ are minutes on foot. People without: of those whom the service is for."
            ))
        }
    }
}

fn row(id: &str, service: &ServiceSummary, named: usize, summary: &Summary, language: Language) -> Markup {
    let share = of_its_people(service);
    let gap = summary.gaps.iter().find(|gap| gap.service == id);
    html! {
        tr {
            td {
                span class="required" { (if service.required { "▲" } else { "△" }) }
                (language.pick(&service.zh, &service.en))
                @if let Some(note) = about(id, service, named, summary, language) { small class="below" { (note) } }
            }
            td class="n" { (threshold(service)) }
            td class="n" { (count(service.facilities as f64)) }
            td class="n meter" {
                (percent(share))
                span class="rail" { @if share > 0.0 { i style=(format!("width:{:.1}%;background:{HAS}", share * 100.0)) {} } }
            }
            td class="n" {
                (gap.map_or_else(|| "0".to_owned(), |gap| count(gap.people_without)))
                @if let Some(gap) = gap { (uncertain(gap, language)) }
            }
        }
    }
}

/// The coverage of those whom a service is for.
fn of_its_people(service: &ServiceSummary) -> f64 {
    let of_ages = match service.people {
        AgeGroup::All => None,
        AgeGroup::Children => service.coverage.children,
        AgeGroup::Elderly => service.coverage.elderly,
    };
    of_ages.unwrap_or(service.coverage.residents)
}

/// Where most people lack a service, or why nobody can tell.
fn about(id: &str, service: &ServiceSummary, named: usize, summary: &Summary, language: Language) -> Option<String> {
    if service.probable_map_gap {
        let usual = count(service.usual_number.unwrap_or_default());
        return Some(match language {
            Language::Chinese => format!("地图可能标注不全（同等规模城镇一般不少于 {usual} 处）"),
            Language::English => format!("probably not fully mapped (a town of this size has at least {usual})"),
        });
    }
    if service.facilities == 0 {
        return Some(language.pick("数据中没有此类设施", "none in the data").to_owned());
    }
    let of_service = |gap: &&Gap| gap.service == id && gap.surely_without() >= 1.0;
    let in_communities =
        summary.communities.iter().flat_map(|c| c.area.gaps.iter().filter(of_service).map(move |gap| (c, gap)));
    let mut worst: Vec<_> = in_communities.collect();
    worst.sort_by(|(_, a), (_, b)| b.surely_without().total_cmp(&a.surely_without()));
    let named: Vec<String> = worst
        .iter()
        .take(named)
        .map(|(c, gap)| format!("{}\u{a0}{}", c.name.show(language.is_english()), count(gap.surely_without())))
        .collect();
    let word = language.pick("缺口最大：", "most in: ");
    (!named.is_empty()).then(|| format!("{word}{}", named.join(language.pick("、", ", "))))
}

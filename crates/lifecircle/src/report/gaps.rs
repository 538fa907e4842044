//! The gaps: what the map probably lacks apart, then by service for the city, then where most people lack one service.

use maud::{Markup, html};

use super::glance::lacking;
use super::text::threshold;
use crate::standard::{AgeGroup, SupplyOf};
use crate::summary::{CommunitySummary, Gap, ServiceSummary, Shortage, Summary};
use crate::text::{Language, count, percent};

/// How many of the worst are listed.
const WORST: usize = 20;

/// Nothing of a circle is had where less than this share has it.
const NEXT_TO_NONE: f64 = 0.01;

/// All about gaps.
pub(super) fn draw(summary: &Summary, language: Language) -> Markup {
    let pick = |zh, en| language.pick(zh, en);
    let is_city = |gap: &&Gap| {
        gap.required
            && gap.is_ranked()
            && summary.service(&gap.service).is_some_and(|s| s.facilities > 0 && !s.probable_map_gap)
    };
    let by_service: Vec<&Gap> = summary.gaps.iter().filter(is_city).collect();
    let worst: Vec<&Gap> = summary.worst_gaps.iter().filter(is_city).take(WORST).collect();
    let is_unsure = summary.gaps.iter().any(|gap| gap.required && gap.people_unknown > 0.0);
    html! {
        (probable(summary, language))
        (without_any(summary, language))
        (with_nothing(summary, language))
        @if by_service.is_empty() {
            p {
                @if is_unsure {
                    (pick("其余未覆盖的居民都临近数据边缘，边缘之外有无设施未知，因此不作排名。",
                        "All others who lack something live near the edge of the data; what lies beyond is not known, so nothing is ranked."))
                } @else {
                    (pick("除以上所列，没有其他缺口。", "There are no gaps besides what is told above."))
                }
            }
        } @else {
            h3 { (pick("按服务", "By service")) }
            (table(&by_service, summary, false, language))
        }
        @if !worst.is_empty() {
            h3 { (pick("按社区与服务", "By community and service")) }
            (table(&worst, summary, true, language))
        }
    }
}

fn table(gaps: &[&Gap], summary: &Summary, by_community: bool, language: Language) -> Markup {
    let pick = |zh, en| language.pick(zh, en);
    let ratios = gaps.iter().any(|gap| gap.shortage.is_some());
    html! {
        table class="list gaps" {
            thead {
                tr {
                    @if by_community { th { (pick("社区", "Community")) } }
                    th { (pick("服务", "Service")) }
                    th class="n" { (pick("未覆盖人口", "People without")) }
                    th class="n" { (pick("规定时限", "Limit")) }
                    th class="n" { (pick("到最近设施平均时间", "Mean way to the nearest")) }
                    @if ratios { th class="n" { (pick("按千人指标尚缺", "Short of the ratio by")) } }
                }
            }
            tbody { @for gap in gaps { (row(gap, summary, (by_community, ratios), language)) } }
        }
    }
}

fn row(gap: &Gap, summary: &Summary, (by_community, ratios): (bool, bool), language: Language) -> Markup {
    let service = summary.service(&gap.service);
    html! {
        tr {
            @if by_community { (community_of(gap, summary, language)) }
            td { (service.map_or("", |s| language.pick(&s.zh, &s.en))) }
            td class="n" {
                (count(gap.people_without)) (whom(gap.people, language))
                @if !by_community { small { "\u{2002}" (percent(lacking(gap, summary))) } }
                (uncertain(gap, language))
            }
            td class="n" { (service.map(threshold).unwrap_or_default()) }
            td class="n" { (how_far(gap, language)) }
            @if ratios { td class="n" { @if let Some(shortage) = &gap.shortage { (missing(shortage, language)) } } }
        }
    }
}

fn community_of(gap: &Gap, summary: &Summary, language: Language) -> Markup {
    let community = summary.communities.iter().find(|c| Some(&c.id) == gap.community.as_ref());
    let name = community.map(|c| c.name.show(language.is_english())).unwrap_or_default();
    let above = community.map(|c| c.district.show(language.is_english())).filter(|name| !name.is_empty());
    html! { td { (name) @if let Some(above) = above { small class="below" { (above) } } } }
}

/// How many of those who lack a service may have one beyond the edge of the data.
pub(super) fn uncertain(gap: &Gap, language: Language) -> Markup {
    let people = count(gap.people_unknown);
    html! {
        @if gap.people_unknown >= 1.0 {
            small class="below" { (match language {
                Language::Chinese => format!("其中 {people} 人临近数据边缘"),
                Language::English => format!("{people} near the edge of the data"),
            }) }
        }
    }
}

/// What the data holds hardly any of: probable gaps of the map.
fn probable(summary: &Summary, language: Language) -> Markup {
    let all = summary.circles.iter().flat_map(|(_, circle)| &circle.services).map(|(_, service)| service);
    let with_number = |service: &ServiceSummary| {
        let (found, usual) = (count(service.facilities as f64), count(service.usual_number.unwrap_or_default()));
        match language {
            Language::Chinese => format!("{} {found} 处（一般不少于 {usual} 处）", service.zh),
            Language::English => format!("{} {found} (at least {usual})", service.en),
        }
    };
    let told: Vec<String> = all.filter(|service| service.probable_map_gap).map(with_number).collect();
    html! {
        @if !told.is_empty() {
            div class="aside" {
                b { (language.pick("地图可能标注不全", "Probably not fully mapped")) }
                p { (told.join(language.pick("、", ", "))) (language.pick("。", ".")) }
                p class="key" {
                    (language.pick(
                        "括号内为同等规模城镇的一般数量。这些服务不计入以下排名，补充本地名录后方可判断。",
                        "In brackets: what a town of this size has. These services are not ranked below; local lists would tell."
                    ))
                }
            }
        }
    }
}

/// Required services without a facility.
fn without_any(summary: &Summary, language: Language) -> Markup {
    let all = summary.circles.iter().flat_map(|(_, circle)| &circle.services).map(|(_, service)| service);
    let none = all.filter(|service| service.required && service.facilities == 0 && !service.probable_map_gap);
    let names: Vec<&str> = none.map(|service| language.pick(&service.zh, &service.en)).collect();
    line(language.pick("全市数据中没有：", "None in the data: "), &names, language)
}

/// Communities that have next to nothing of every circle: one line instead of a row for each service.
fn with_nothing(summary: &Summary, language: Language) -> Markup {
    let has_nothing = |community: &&CommunitySummary| {
        community.area.circles.iter().all(|(_, circle)| circle.coverage.residents < NEXT_TO_NONE)
    };
    let names: Vec<&str> =
        summary.communities.iter().filter(has_nothing).map(|c| c.name.show(language.is_english())).collect();
    line(
        language.pick("各圈必需服务均不可达的社区：", "Communities with no required service within reach: "),
        &names,
        language,
    )
}

fn line(what: &str, names: &[&str], language: Language) -> Markup {
    html! {
        @if !names.is_empty() {
            p { b { (what) } (names.join(language.pick("、", ", "))) (language.pick("。", ".")) }
        }
    }
}

/// How far the nearest one is on average, in the threshold's own unit.
pub(super) fn how_far(gap: &Gap, language: Language) -> String {
    match (gap.mean_metres, gap.mean_seconds) {
        (Some(metres), _) => format!("{} m", count(metres.0)),
        (None, Some(time)) => format!("{:.0}′", time.minutes().ceil()),
        (None, None) => language.pick("无路可达", "no way").to_owned(),
    }
}

/// Of whom people are counted, where that is not everybody.
pub(super) fn whom(group: AgeGroup, language: Language) -> Markup {
    let word = match group {
        AgeGroup::All => None,
        AgeGroup::Children => Some(language.pick("儿童", "children")),
        AgeGroup::Elderly => Some(language.pick("老年人", "older people")),
    };
    html! { @if let Some(word) = word { small { " " (word) } } }
}

/// In what a supply is counted.
pub(super) fn unit(of: SupplyOf, language: Language) -> &'static str {
    match of {
        SupplyOf::Capacity => language.pick("位", "places"),
        SupplyOf::Area => "m²",
        SupplyOf::Facilities => language.pick("处", "facilities"),
    }
}

/// What is missing, and how many facilities of the usual size that is.
fn missing(shortage: &Shortage, language: Language) -> Markup {
    let facilities = shortage.more_facilities;
    let about = if facilities < 0.1 {
        language.pick("不足 0.1 处", "less than 0.1 facilities").to_owned()
    } else {
        let number = if facilities < 10.0 { format!("{facilities:.1}") } else { count(facilities.ceil()) };
        match language {
            Language::Chinese => format!("约 {number} 处"),
            Language::English => format!("about {number} facilities"),
        }
    };
    html! { (count(shortage.short.ceil())) "\u{a0}" (unit(shortage.of, language)) small { " " (about) } }
}

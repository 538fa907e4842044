//! The report's tables: services, gaps, communities, points without a street.

use maud::{Markup, html};

use super::map::colour;
use super::text::threshold;
use crate::city::City;
use crate::kinds::overlaps;
use crate::standard::{AgeGroup, SupplyOf};
use crate::summary::{Gap, ServiceSummary, Shortage, Summary};
use crate::text::{Language, count, percent};

/// How many rows the longer tables have.
const GAPS: usize = 30;
const UNSNAPPED: usize = 20;

fn service<'a>(summary: &'a Summary, id: &str) -> Option<&'a ServiceSummary> {
    summary
        .circles
        .iter()
        .flat_map(|(_, circle)| &circle.services)
        .find(|(known, _)| known == id)
        .map(|(_, service)| service)
}

/// The head of a table: the first column is text, the others are numbers.
pub(super) fn head(heads: &[&str]) -> Markup {
    html! {
        thead {
            tr { @for (index, head) in heads.iter().enumerate() { th class=[(index > 0).then_some("n")] { (head) } } }
        }
    }
}

/// Every service with its coverage, circle by circle.
pub(super) fn services(summary: &Summary, language: Language) -> Markup {
    html! {
        div class="circles" {
            @for (_, circle) in &summary.circles {
                section {
                    h3 { (language.pick(&circle.zh, &circle.en)) }
                    table { @for (_, service) in &circle.services { (service_row(service, language)) } }
                }
            }
        }
        p class="key" {
            (language.pick(
                "▲ 必需，△ 建议；依次为：步行时限（′ 为分钟）或距离、设施数、可达的居民比例；面向儿童或老人的服务另列其比例。",
                "▲ required, △ advised; then: walking time (′ minutes) or distance, number of facilities, residents within it; for services for children or old people, their share as well."
            ))
        }
    }
}

fn service_row(service: &ServiceSummary, language: Language) -> Markup {
    let share = service.coverage.residents;
    html! {
        tr {
            td {
                span class="mark" { (if service.required { "▲" } else { "△" }) }
                (language.pick(&service.zh, &service.en))
                (of_its_people(service, language))
            }
            td class="n" { (threshold(service)) }
            td class="n" { (count(service.facilities as f64)) }
            td class="meter" { i style=(format!("width:{:.1}%;background:{}", share * 100.0, colour(share))) {} }
            td class="n" { (percent(share)) }
        }
    }
}

/// The coverage of those whom a service is for, where that is not everybody and their ages are known.
fn of_its_people(service: &ServiceSummary, language: Language) -> Markup {
    let share = match service.people {
        AgeGroup::All => None,
        AgeGroup::Children => service.coverage.children,
        AgeGroup::Elderly => service.coverage.elderly,
    };
    let whom = match service.people {
        AgeGroup::Children => language.pick("儿童", "children"),
        _ => language.pick("老人", "old people"),
    };
    html! { @if let Some(share) = share { " " small { (whom) " " (percent(share)) } } }
}

/// The worst gaps: by community where there are communities, else of the city.
pub(super) fn gaps(summary: &Summary, language: Language) -> Markup {
    let by_community = !summary.worst_gaps.is_empty();
    let all = if by_community { &summary.worst_gaps } else { &summary.gaps };
    let is_there = |id: &str| service(summary, id).is_some_and(|told| told.facilities > 0 && !told.probable_map_gap);
    let there = |gap: &&Gap| gap.required && gap.is_ranked() && is_there(&gap.service);
    let shown: Vec<&Gap> = all.iter().filter(there).take(GAPS).collect();
    let is_unsure = all.iter().any(|gap| gap.required && gap.people_unknown > 0.0);
    let ratios = shown.iter().any(|gap| gap.shortage.is_some());
    html! {
        (without_any(summary, language))
        @if shown.is_empty() && is_unsure {
            p {
                (language.pick(
                    "居民都临近数据边缘，边缘之外的设施未知，因此无法判断其余缺口。",
                    "All who lack something live near the edge of the data; what lies beyond is not known, so nothing is ranked."
                ))
            }
        } @else if shown.is_empty() {
            p {
                (language.pick(
                    "没有其他缺口：所有居民都能在时限内到达有设施的全部必需服务。",
                    "There are no other gaps: everybody has within reach whatever required service the city has."
                ))
            }
        } @else {
            table class="list" {
                thead {
                    tr {
                        th { "#" }
                        @if by_community { th { (language.pick("社区", "Community")) } }
                        th { (language.pick("缺少的服务", "Lacking service")) }
                        th class="n" { (language.pick("缺少的人", "People without")) }
                        th class="n" { (language.pick("应在", "Should be within")) }
                        th class="n" { (language.pick("平均最近", "Nearest is, mean")) }
                        @if ratios { th class="n" { (language.pick("按千人指标还缺", "Missing by the ratio")) } }
                    }
                }
                tbody {
                    @for (rank, gap) in shown.into_iter().enumerate() {
                        tr {
                            td class="n" { (rank + 1) }
                            @if by_community { (community_of(gap, summary, language)) }
                            (gap_cells(gap, summary, language))
                            @match (&gap.shortage, ratios) {
                                (Some(shortage), _) => { td class="n" { (missing(shortage, language)) } }
                                (None, true) => { td {} }
                                (None, false) => {}
                            }
                        }
                    }
                }
            }
        }
    }
}

fn community_of(gap: &Gap, summary: &Summary, language: Language) -> Markup {
    let community = summary.communities.iter().find(|c| Some(&c.id) == gap.community.as_ref());
    let name = community.map(|c| c.name.show(language.is_english())).unwrap_or_default();
    let above = community.map(|c| c.district.show(language.is_english())).filter(|name| !name.is_empty());
    html! { td { (name) @if let Some(above) = above { " " small { (above) } } } }
}

fn gap_cells(gap: &Gap, summary: &Summary, language: Language) -> Markup {
    let service = service(summary, &gap.service);
    html! {
        td { (service.map_or("", |s| language.pick(&s.zh, &s.en))) }
        td class="n" { (count(gap.people_without)) (whom(gap.people, language)) (uncertain(gap, language)) }
        td class="n" { (service.map(threshold).unwrap_or_default()) }
        td class="n" { (how_far(gap, language)) }
    }
}

/// How many of those who lack a service may have one beyond the edge of the data.
fn uncertain(gap: &Gap, language: Language) -> Markup {
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

/// What the data holds none or hardly any of: probable gaps of the map, and required services without any.
fn without_any(summary: &Summary, language: Language) -> Markup {
    let all = || summary.circles.iter().flat_map(|(_, circle)| &circle.services).map(|(_, service)| service);
    let name = |service: &ServiceSummary| language.pick(&service.zh, &service.en).to_owned();
    let with_number = |service: &ServiceSummary| {
        let (found, usual) = (count(service.facilities as f64), count(service.usual_number.unwrap_or_default()));
        match language {
            Language::Chinese => format!("{} {found} 处（一般不少于 {usual} 处）", name(service)),
            Language::English => format!("{} {found} (at least {usual})", name(service)),
        }
    };
    let probable: Vec<String> = all().filter(|s| s.probable_map_gap).map(with_number).collect();
    let none: Vec<String> = all().filter(|s| s.required && s.facilities == 0).map(name).collect();
    let comma = language.pick("、", ", ");
    html! {
        @if !probable.is_empty() {
            p {
                b { (language.pick("可能是地图数据缺失：", "Probably gaps of the map: ")) }
                (probable.join(comma))
                (language.pick("。括号内为同等规模城镇的一般数量，这些服务不计入下表；请补充本地名录。", ". The number in brackets is what a town of this size has; these are left out below. Add local lists."))
            }
        }
        @if !none.is_empty() {
            p { b { (language.pick("全市数据中没有：", "Not in the data at all: ")) } (none.join(comma)) (language.pick("。", ".")) }
        }
    }
}

/// How far the nearest one is on average, in the threshold's own unit.
fn how_far(gap: &Gap, language: Language) -> String {
    match (gap.mean_metres, gap.mean_seconds) {
        (Some(metres), _) => format!("{} m", count(metres.0)),
        (None, Some(time)) => format!("{:.0}′", time.minutes().ceil()),
        (None, None) => language.pick("无路可达", "no way").to_owned(),
    }
}

fn whom(group: AgeGroup, language: Language) -> Markup {
    let word = match group {
        AgeGroup::All => None,
        AgeGroup::Children => Some(language.pick("儿童", "children")),
        AgeGroup::Elderly => Some(language.pick("老人", "old people")),
    };
    html! { @if let Some(word) = word { small { " " (word) } } }
}

fn unit(of: SupplyOf, language: Language) -> &'static str {
    match of {
        SupplyOf::Capacity => language.pick("位", "places"),
        SupplyOf::Area => "m²",
        SupplyOf::Facilities => language.pick("处", "facilities"),
    }
}

/// What is missing, and how many more facilities of the usual size that is.
fn missing(shortage: &Shortage, language: Language) -> Markup {
    let facilities = shortage.more_facilities;
    let facilities = if facilities < 10.0 { format!("{facilities:.1}") } else { count(facilities.ceil()) };
    let (space, words) = match language {
        Language::Chinese => ("", format!("（约 {facilities} 处）")),
        Language::English => (" ", format!("({facilities} more)")),
    };
    html! { (count(shortage.short.ceil())) " " (unit(shortage.of, language)) (space) small { (words) } }
}

/// Services that have a ratio: what is asked for, what there is, what reaches people.
pub(super) fn supply(summary: &Summary, language: Language) -> Markup {
    let heads = [
        language.pick("服务", "Service"),
        language.pick("每千人应有", "Asked for, a thousand people"),
        language.pick("全市每千人有", "There is in the city"),
        language.pick("可达者每千人有", "There is for those in reach"),
        language.pick("供给总量", "Supply in all"),
        language.pick("其中按常规规模推定的设施", "Facilities of presumed size"),
        language.pick("基尼系数", "Gini"),
    ];
    let number = |value: f64| if value < 10.0 { format!("{value:.1}") } else { count(value) };
    html! {
        table class="list" {
            (head(&heads))
            tbody {
                @for told in &summary.indicators.supply {
                    tr {
                        td {
                            (service(summary, &told.service).map_or("", |s| language.pick(&s.zh, &s.en)))
                            (whom(told.people, language))
                        }
                        td class="n" { (number(told.per_thousand_needed)) " " (unit(told.of, language)) }
                        td class=(if told.per_thousand >= told.per_thousand_needed { "n" } else { "n few" }) {
                            (number(told.per_thousand))
                        }
                        td class="n" { (number(told.per_thousand_in_reach)) }
                        td class="n" { (count(told.supply)) }
                        td class="n" { (count(told.presumed as f64)) }
                        td class="n" { @if let Some(gini) = told.equity.gini { (format!("{gini:.2}")) } }
                    }
                }
            }
        }
        p class="key" {
            (language.pick(
                "供给按两步移动搜索法（2SFCA）在时限内由可达者均分；红色表示全市总量低于指标。依据见标准文件。",
                "Supply is shared among all who have it within its time (two-step floating catchment). Red: the city has less than is asked for. Sources are in the standard."
            ))
        }
    }
}

/// How many places of each kind there probably are, where the map and lists overlap; empty where they do not.
pub(super) fn overlapping(city: &City, language: Language) -> Markup {
    let all = overlaps(city);
    let heads = [
        language.pick("类别", "Kind"),
        language.pick("地图", "On the map"),
        language.pick("名录", "In lists"),
        language.pick("两者皆有", "In both"),
        language.pick("推算总数（95% 区间）", "Probably in all (95 %)"),
        language.pick("地图收录", "Map knows"),
    ];
    html! {
        @if !all.is_empty() {
            h3 { (language.pick("地图收录了多少", "How much the map knows")) }
            table class="list" {
                (head(&heads))
                tbody {
                    @for overlap in &all {
                        @let [low, high] = overlap.bounds;
                        tr {
                            td { (language.pick(&overlap.zh, &overlap.en)) }
                            @for number in [overlap.on_map, overlap.in_lists, overlap.in_both] { td class="n" { (count(number as f64)) } }
                            td class="n" { (count(overlap.estimate)) " (" (count(low)) "–" (count(high)) ")" }
                            td class="n" { (percent(overlap.map_knows())) }
                        }
                    }
                }
            }
            p class="key" {
                (language.pick(
                    "按标志重捕法（Chapman）由地图与名录的重合推算，假定两者互不依赖；同源数据会低估总数。",
                    "By capture and recapture (Chapman), from what both know, as if each knew a place by chance; sources made from each other make it too low."
                ))
            }
        }
    }
}

/// Points without a street; empty if there are none.
pub(super) fn unsnapped(summary: &Summary, language: Language) -> Markup {
    let all = &summary.data_quality.unsnapped;
    let told = match language {
        Language::Chinese => format!("附近没有街道的点：{} 个", all.len()),
        Language::English => format!("Points without a street near: {}", all.len()),
    };
    let nearest = |metres: Option<crate::geo::Metres>| {
        metres.map_or_else(|| language.pick("无", "none").to_owned(), |metres| format!("{} m", count(metres.0)))
    };
    html! {
        @if !all.is_empty() {
            details {
                summary { (told) }
                table class="list" {
                    @for point in all.iter().take(UNSNAPPED) {
                        @let is_home = point.what == "home";
                        tr {
                            td {
                                (if is_home { language.pick("住处", "home") } else { language.pick("设施", "facility") })
                            }
                            td { (point.id) }
                            td class="n" { (format!("{:.5}, {:.5}", point.lon, point.lat)) }
                            td class="n" { (nearest(point.nearest_street_metres)) }
                        }
                    }
                }
                @if all.len() > UNSNAPPED {
                    p class="key" { (language.pick("其余见 summary.json。", "The others are in summary.json.")) }
                }
            }
        }
    }
}

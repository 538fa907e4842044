//! How much there is of services that have a ratio, and how much is asked for.

use maud::{Markup, html};

use super::gaps::{unit, whom};
use crate::summary::{ServiceIndicators, Summary};
use crate::text::{Language, count};

/// Services that have a ratio: what is asked for, what there is, what reaches people.
pub(super) fn draw(summary: &Summary, language: Language) -> Markup {
    let pick = |zh, en| language.pick(zh, en);
    html! {
        p class="lead" { (sentence(summary, language)) }
        table class="list" {
            thead {
                tr {
                    th { (pick("服务", "Service")) }
                    th class="n" { (pick("千人指标", "Required per 1,000")) }
                    th class="n" { (pick("全市每千人拥有量", "Supply per 1,000, whole city")) }
                    th class="n" { (pick("可达范围内每千人拥有量", "Supply per 1,000 within reach")) }
                    th class="n" { (pick("供给总量", "Total supply")) }
                    th class="n" { (pick("基尼系数", "Gini")) }
                }
            }
            tbody { @for told in &summary.indicators.supply { (row(told, summary, language)) } }
        }
        p class="key" {
            (pick(
                "可达范围内每千人拥有量：每处设施的供给由时限内的居民分享（两步移动搜索法，2SFCA），再按居民平均。红色为全市总量低于指标。“推定”指未注明规模的设施按标准的常规规模计。",
                "Within reach: what each facility has is shared among those who reach it in time (two-step floating catchment, 2SFCA), then averaged over residents. Red: the city has less than is required. Presumed: facilities of unknown size, taken to be of the usual one."
            ))
        }
    }
}

fn sentence(summary: &Summary, language: Language) -> String {
    let all = &summary.indicators.supply;
    let short: Vec<&str> = all
        .iter()
        .filter(|told| told.per_thousand < told.per_thousand_needed)
        .filter_map(|told| summary.service(&told.service))
        .map(|service| language.pick(&service.zh, &service.en))
        .collect();
    let met = all.len() - short.len();
    let (of, short) = (all.len(), short.join(language.pick("、", ", ")));
    match language {
        Language::Chinese if short.is_empty() => format!("{of} 项有千人指标的服务，全市总量均已达标。"),
        Language::Chinese => format!("{of} 项有千人指标的服务中，{met} 项全市总量达标；不足的有：{short}。"),
        Language::English if short.is_empty() => {
            format!("Whatever has a required supply has it, in the city as a whole (services: {of}).")
        }
        Language::English => format!(
            "Of {of} services with a required supply the city has enough of {met}. There is too little of: {short}."
        ),
    }
}

fn row(told: &ServiceIndicators, summary: &Summary, language: Language) -> Markup {
    let number = |value: f64| if value < 10.0 { format!("{value:.1}") } else { count(value) };
    let presumed = count(told.presumed as f64);
    html! {
        tr {
            td {
                (summary.service(&told.service).map_or("", |s| language.pick(&s.zh, &s.en)))
                (whom(told.people, language))
                @if told.presumed > 0 {
                    small class="below" { (match language {
                        Language::Chinese => format!("{presumed} 处为推定规模"),
                        Language::English => format!("{presumed} presumed"),
                    }) }
                }
            }
            td class="n" { (number(told.per_thousand_needed)) "\u{a0}" (unit(told.of, language)) }
            td class=(if told.per_thousand >= told.per_thousand_needed { "n" } else { "n few" }) { (number(told.per_thousand)) }
            td class="n" { (number(told.per_thousand_in_reach)) }
            td class="n" { (count(told.supply)) }
            td class="n" { (told.equity.gini.map_or_else(|| "–".to_owned(), |gini| format!("{gini:.2}"))) }
        }
    }
}

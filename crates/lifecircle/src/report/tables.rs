//! The report's tables: services, gaps, communities, points without a street.

use super::map::{colour, ink};
use super::text::{escape, put, threshold};
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

/// Every service with its coverage, circle by circle.
pub(super) fn services(summary: &Summary, language: Language) -> String {
    let mut page = String::from("<div class=\"circles\">");
    for (_, circle) in &summary.circles {
        put(&mut page, format_args!("<section><h3>{}</h3><table>", escape(language.pick(&circle.zh, &circle.en))));
        for (_, service) in &circle.services {
            let share = service.coverage.residents;
            let mark = if service.required { "▲" } else { "△" };
            put(
                &mut page,
                format_args!(
                    "<tr><td><span class=\"mark\">{mark}</span>{}{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
                     <td class=\"meter\"><i style=\"width:{:.1}%;background:{}\"></i></td><td class=\"n\">{}</td></tr>",
                    escape(language.pick(&service.zh, &service.en)),
                    of_its_people(service, language),
                    threshold(service),
                    count(service.facilities as f64),
                    share * 100.0,
                    colour(share),
                    percent(share)
                ),
            );
        }
        page.push_str("</table></section>");
    }
    page.push_str("</div>");
    put(
        &mut page,
        format_args!(
            "<p class=\"key\">{}</p>",
            language.pick(
                "▲ 必需，△ 建议；依次为：步行时限（′ 为分钟）或距离、设施数、可达的居民比例；面向儿童或老人的服务另列其比例。",
                "▲ required, △ advised; then: walking time (′ minutes) or distance, number of facilities, residents within it; for services for children or old people, their share as well."
            )
        ),
    );
    page
}

/// The coverage of those whom a service is for, where that is not everybody and their ages are known.
fn of_its_people(service: &ServiceSummary, language: Language) -> String {
    let share = match service.people {
        AgeGroup::All => None,
        AgeGroup::Children => service.coverage.children,
        AgeGroup::Elderly => service.coverage.elderly,
    };
    let whom = match service.people {
        AgeGroup::Children => language.pick("儿童", "children"),
        _ => language.pick("老人", "old people"),
    };
    share.map(|share| format!(" <small>{whom} {}</small>", percent(share))).unwrap_or_default()
}

/// The worst gaps: by community where there are communities, else of the city.
pub(super) fn gaps(summary: &Summary, language: Language) -> String {
    let by_community = !summary.worst_gaps.is_empty();
    let all = if by_community { &summary.worst_gaps } else { &summary.gaps };
    let there =
        |gap: &&Gap| gap.required && service(summary, &gap.service).is_some_and(|service| service.facilities > 0);
    let shown: Vec<&Gap> = all.iter().filter(there).take(GAPS).collect();
    if shown.is_empty() {
        return without_any(summary, language)
            + &format!(
                "<p>{}</p>",
                language.pick(
                    "没有其他缺口：所有居民都能在时限内到达有设施的全部必需服务。",
                    "There are no other gaps: everybody has within reach whatever required service the city has."
                )
            );
    }
    let mut page = without_any(summary, language);
    page.push_str("<table class=\"list\"><thead><tr><th>#</th>");
    if by_community {
        put(&mut page, format_args!("<th>{}</th>", language.pick("社区", "Community")));
    }
    let ratios = shown.iter().any(|gap| gap.shortage.is_some());
    let ratio_head = language.pick("按千人指标还缺", "Missing by the ratio");
    let ratio_head = if ratios { format!("<th class=\"n\">{ratio_head}</th>") } else { String::new() };
    put(
        &mut page,
        format_args!(
            "<th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th>{ratio_head}</tr></thead><tbody>",
            language.pick("缺少的服务", "Lacking service"),
            language.pick("缺少的人", "People without"),
            language.pick("应在", "Should be within"),
            language.pick("平均最近", "Nearest is, mean")
        ),
    );
    for (rank, gap) in shown.into_iter().enumerate() {
        let service = service(summary, &gap.service);
        put(&mut page, format_args!("<tr><td class=\"n\">{}</td>", rank + 1));
        if by_community {
            let community = summary.communities.iter().find(|c| Some(&c.id) == gap.community.as_ref());
            let name = community.map(|c| c.name.show(language.is_english())).unwrap_or_default();
            let above = community.map(|c| c.district.show(language.is_english())).filter(|name| !name.is_empty());
            put(
                &mut page,
                format_args!(
                    "<td>{}{}</td>",
                    escape(name),
                    above.map(|above| format!(" <small>{}</small>", escape(above))).unwrap_or_default()
                ),
            );
        }
        put(
            &mut page,
            format_args!(
                "<td>{}</td><td class=\"n\">{}{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>{}</tr>",
                escape(service.map_or("", |s| language.pick(&s.zh, &s.en))),
                count(gap.people_without),
                whom(gap.people, language),
                service.map(threshold).unwrap_or_default(),
                how_far(gap, language),
                match (&gap.shortage, ratios) {
                    (Some(shortage), _) => format!("<td class=\"n\">{}</td>", missing(shortage, language)),
                    (None, true) => "<td></td>".to_owned(),
                    (None, false) => String::new(),
                }
            ),
        );
    }
    page.push_str("</tbody></table>");
    page
}

/// Required services of which the city has no facility at all, in a sentence; empty if there are none.
fn without_any(summary: &Summary, language: Language) -> String {
    let all = summary.circles.iter().flat_map(|(_, circle)| &circle.services).map(|(_, service)| service);
    let names: Vec<&str> =
        all.filter(|s| s.required && s.facilities == 0).map(|s| language.pick(&s.zh, &s.en)).collect();
    if names.is_empty() {
        return String::new();
    }
    let names = escape(&names.join(language.pick("、", ", ")));
    match language {
        Language::Chinese => format!("<p>数据中全市均无：<b>{names}</b>。以下为其余缺口。</p>"),
        Language::English => {
            format!("<p>The data holds none in the whole city of: <b>{names}</b>. These are the other gaps.</p>")
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

fn whom(group: AgeGroup, language: Language) -> &'static str {
    match group {
        AgeGroup::All => "",
        AgeGroup::Children => language.pick("<small> 儿童</small>", "<small> children</small>"),
        AgeGroup::Elderly => language.pick("<small> 老人</small>", "<small> old people</small>"),
    }
}

fn unit(of: SupplyOf, language: Language) -> &'static str {
    match of {
        SupplyOf::Capacity => language.pick("位", "places"),
        SupplyOf::Area => "m²",
        SupplyOf::Facilities => language.pick("处", "facilities"),
    }
}

/// What is missing, and how many more facilities of the usual size that is.
fn missing(shortage: &Shortage, language: Language) -> String {
    let facilities = shortage.more_facilities;
    let facilities = if facilities < 10.0 { format!("{facilities:.1}") } else { count(facilities.ceil()) };
    match language {
        Language::Chinese => {
            format!(
                "{} {}<small>（约 {facilities} 处）</small>",
                count(shortage.short.ceil()),
                unit(shortage.of, language)
            )
        }
        Language::English => format!(
            "{} {} <small>({facilities} more)</small>",
            count(shortage.short.ceil()),
            unit(shortage.of, language)
        ),
    }
}

/// Services that have a ratio: what is asked for, what there is, what reaches people.
pub(super) fn supply(summary: &Summary, language: Language) -> String {
    let heads = [
        language.pick("服务", "Service"),
        language.pick("每千人应有", "Asked for, a thousand people"),
        language.pick("全市每千人有", "There is in the city"),
        language.pick("可达者每千人有", "There is for those in reach"),
        language.pick("供给总量", "Supply in all"),
        language.pick("其中按常规规模推定的设施", "Facilities of presumed size"),
        language.pick("基尼系数", "Gini"),
    ];
    let mut page = String::from("<table class=\"list\"><thead><tr>");
    for (index, head) in heads.iter().enumerate() {
        put(&mut page, format_args!("<th{}>{head}</th>", if index > 0 { " class=\"n\"" } else { "" }));
    }
    page.push_str("</tr></thead><tbody>");
    let number = |value: f64| if value < 10.0 { format!("{value:.1}") } else { count(value) };
    for told in &summary.indicators.supply {
        let name = service(summary, &told.service).map_or("", |s| language.pick(&s.zh, &s.en));
        let enough = told.per_thousand >= told.per_thousand_needed;
        put(
            &mut page,
            format_args!(
                "<tr><td>{}{}</td><td class=\"n\">{} {}</td><td class=\"n{}\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                escape(name),
                whom(told.people, language),
                number(told.per_thousand_needed),
                unit(told.of, language),
                if enough { "" } else { " few" },
                number(told.per_thousand),
                number(told.per_thousand_in_reach),
                count(told.supply),
                count(told.presumed as f64),
                told.equity.gini.map(|gini| format!("{gini:.2}")).unwrap_or_default()
            ),
        );
    }
    page.push_str("</tbody></table>");
    let key = language.pick(
        "供给按两步移动搜索法（2SFCA）在时限内由可达者均分；红色表示全市总量低于指标。依据见标准文件。",
        "Supply is shared among all who have it within its time (two-step floating catchment). Red: the city has less than is asked for. Sources are in the standard.",
    );
    put(&mut page, format_args!("<p class=\"key\">{key}</p>"));
    page
}

/// Every community with its circles.
pub(super) fn communities(summary: &Summary, language: Language) -> String {
    let mut page = format!(
        "<table class=\"list heat\"><thead><tr><th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th>",
        language.pick("社区", "Community"),
        language.pick("居民", "Residents"),
        language.pick("平均圈数", "Mean circles")
    );
    let composite = summary.indicators.composite.as_ref();
    if composite.is_some() {
        put(&mut page, format_args!("<th class=\"n\">{}</th>", language.pick("综合得分", "Composite score")));
    }
    for (id, circle) in &summary.circles {
        let weight = composite.and_then(|composite| composite.weights.iter().find(|(known, _)| known == id));
        let weight =
            weight.map(|(_, weight)| format!("<br><small>{:.0} %</small>", weight * 100.0)).unwrap_or_default();
        put(&mut page, format_args!("<th class=\"n\">{}{weight}</th>", escape(language.pick(&circle.zh, &circle.en))));
    }
    page.push_str("</tr></thead><tbody>");
    for community in &summary.communities {
        let name = escape(community.name.show(language.is_english()));
        put(
            &mut page,
            format_args!(
                "<tr><td>{name}</td><td class=\"n\">{}</td><td class=\"n\">{:.1}</td>",
                count(community.area.residents),
                community.area.mean_circles
            ),
        );
        if let Some(composite) = composite {
            let score = composite.scores.iter().find(|(id, _)| *id == community.id).map_or(0.0, |(_, score)| *score);
            put(&mut page, format_args!("<td class=\"n\">{score:.0}</td>"));
        }
        for (_, circle) in &community.area.circles {
            let share = circle.coverage.residents;
            let ink = ink(share);
            put(
                &mut page,
                format_args!(
                    "<td class=\"n\" style=\"background:{};color:{ink}\">{:.0}</td>",
                    colour(share),
                    share * 100.0
                ),
            );
        }
        page.push_str("</tr>");
    }
    page.push_str("</tbody></table>");
    put(
        &mut page,
        format_args!(
            "<p class=\"key\">{}</p>",
            language.pick(
                "各格为该圈必需服务的平均覆盖率（%，按居民）。",
                "Cells: mean coverage of the circle's required services, % of residents."
            )
        ),
    );
    page
}

/// Points without a street; empty if there are none.
pub(super) fn unsnapped(summary: &Summary, language: Language) -> String {
    let all = &summary.data_quality.unsnapped;
    if all.is_empty() {
        return String::new();
    }
    let mut page = format!(
        "<details><summary>{}</summary><table class=\"list\">",
        match language {
            Language::Chinese => format!("附近没有街道的点：{} 个", all.len()),
            Language::English => format!("Points without a street near: {}", all.len()),
        }
    );
    for point in all.iter().take(UNSNAPPED) {
        let what =
            if point.what == "home" { language.pick("住处", "home") } else { language.pick("设施", "facility") };
        let nearest = point
            .nearest_street_metres
            .map_or_else(|| language.pick("无", "none").to_owned(), |metres| format!("{} m", count(metres.0)));
        put(
            &mut page,
            format_args!(
                "<tr><td>{what}</td><td>{}</td><td class=\"n\">{:.5}, {:.5}</td><td class=\"n\">{nearest}</td></tr>",
                escape(&point.id),
                point.lon,
                point.lat
            ),
        );
    }
    page.push_str("</table>");
    if all.len() > UNSNAPPED {
        put(
            &mut page,
            format_args!(
                "<p class=\"key\">{}</p>",
                language.pick("其余见 summary.json。", "The others are in summary.json.")
            ),
        );
    }
    page.push_str("</details>");
    page
}

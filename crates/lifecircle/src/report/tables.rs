//! The report's tables: services, gaps, communities, points without a street.

use super::map::{colour, ink};
use super::text::{Language, count, escape, percent, put, threshold};
use crate::measure::{Gap, ServiceSummary, Summary};

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
                    "<tr><td><span class=\"mark\">{mark}</span>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
                     <td class=\"meter\"><i style=\"width:{:.1}%;background:{}\"></i></td><td class=\"n\">{}</td></tr>",
                    escape(language.pick(&service.zh, &service.en)),
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
                "▲ 必需，△ 建议；依次为：步行时限（分钟）、设施数、时限内可达的居民比例。",
                "▲ required, △ advised; then: walking time in minutes, number of facilities, residents within it."
            )
        ),
    );
    page
}

/// The worst gaps: by community where there are communities, else of the city.
pub(super) fn gaps(summary: &Summary, language: Language) -> String {
    let by_community = !summary.worst_gaps.is_empty();
    let all = if by_community { &summary.worst_gaps } else { &summary.gaps };
    let shown: Vec<&Gap> = all.iter().filter(|gap| gap.required).take(GAPS).collect();
    if shown.is_empty() {
        return format!(
            "<p>{}</p>",
            language.pick(
                "没有缺口：所有居民都能在时限内到达全部必需服务。",
                "There are no gaps: everybody has every required service within its time."
            )
        );
    }
    let mut page = String::from("<table class=\"list\"><thead><tr><th>#</th>");
    if by_community {
        put(&mut page, format_args!("<th>{}</th>", language.pick("社区", "Community")));
    }
    put(
        &mut page,
        format_args!(
            "<th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th></tr></thead><tbody>",
            language.pick("缺少的服务", "Lacking service"),
            language.pick("缺少的居民", "Residents without"),
            language.pick("时限（分钟）", "Should be within, min"),
            language.pick("平均最近（分钟）", "Nearest is, min")
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
                "<td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                escape(service.map_or("", |s| language.pick(&s.zh, &s.en))),
                count(gap.residents_without),
                service.map(threshold).unwrap_or_default(),
                gap.mean_seconds.map_or_else(
                    || language.pick("无路可达", "no way").to_owned(),
                    |time| format!("{:.0}", time.minutes().ceil())
                )
            ),
        );
    }
    page.push_str("</tbody></table>");
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
    for (_, circle) in &summary.circles {
        put(&mut page, format_args!("<th class=\"n\">{}</th>", escape(language.pick(&circle.zh, &circle.en))));
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
    let all = &summary.rests_on.unsnapped;
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

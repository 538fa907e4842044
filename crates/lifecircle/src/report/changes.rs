//! What changed since an earlier city: a map of what opened, closed and moved, and who gained and lost.

use super::map;
use super::text::{escape, put};
use crate::city::City;
use crate::summary::{Changes, CommunityChange, ServiceChange, Summary};
use crate::text::{Language, count, percent};

/// How many communities are told.
const COMMUNITIES: usize = 20;

/// The section of changes.
pub(super) fn draw(city: &City, changes: &Changes, summary: &Summary, language: Language) -> String {
    let mut page = String::new();
    let numbers = [changes.residents_compared, changes.residents_new, changes.residents_gone].map(count);
    let [compared, new, gone] = &numbers;
    let sentence = match language {
        Language::Chinese => format!(
            "{} → {}：两年均有住处的居民 {compared} 名，新住处 {new} 名，已不在的住处 {gone} 名。得失只按两年均有的住处计算。",
            escape(&changes.old),
            escape(&changes.new)
        ),
        Language::English => format!(
            "{} → {}: {compared} residents of homes that both have, {new} in new homes, {gone} in homes that are gone. Gains and losses are counted over homes that both have.",
            escape(&changes.old),
            escape(&changes.new)
        ),
    };
    put(&mut page, format_args!("<p>{sentence}</p>"));
    let touched = |s: &&ServiceChange| s.opened + s.closed + s.moved > 0 || s.residents_gained + s.residents_lost > 0.0;
    let services: Vec<&ServiceChange> = changes.services.iter().filter(touched).collect();
    if services.is_empty() {
        put(&mut page, format_args!("<p>{}</p>", language.pick("没有变化。", "Nothing changed.")));
        return page;
    }
    page.push_str(&map::changes(city, changes, summary, language));
    let names = Names::of(summary, language);
    by_service(&mut page, &services, &names, language);
    by_community(&mut page, changes, &names, language);
    page
}

/// The services' names by id.
struct Names<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Names<'a> {
    fn of(summary: &'a Summary, language: Language) -> Self {
        let all = summary.circles.iter().flat_map(|(_, circle)| &circle.services);
        Self(all.map(|(id, service)| (id.as_str(), language.pick(&service.zh, &service.en))).collect())
    }

    fn name(&self, id: &str) -> String {
        escape(self.0.iter().find(|(known, _)| *known == id).map_or(id, |(_, name)| name))
    }
}

fn head(page: &mut String, heads: &[&str]) {
    page.push_str("<table class=\"list\"><thead><tr>");
    for (index, head) in heads.iter().enumerate() {
        put(page, format_args!("<th{}>{head}</th>", if index > 0 { " class=\"n\"" } else { "" }));
    }
    page.push_str("</tr></thead><tbody>");
}

/// A number that is told only if it is not nothing.
fn some(number: f64) -> String {
    if number > 0.0 { count(number) } else { String::new() }
}

fn by_service(page: &mut String, services: &[&ServiceChange], names: &Names<'_>, language: Language) {
    head(
        page,
        &[
            language.pick("服务", "Service"),
            language.pick("新增", "Opened"),
            language.pick("关闭", "Closed"),
            language.pick("迁移", "Moved"),
            language.pick("此前覆盖", "Covered then"),
            language.pick("现在覆盖", "Covered now"),
            language.pick("新享有居民", "Residents who gained"),
            language.pick("失去居民", "Residents who lost"),
        ],
    );
    for service in services {
        put(page, format_args!("<tr><td>{}</td>", names.name(&service.service)));
        for number in [service.opened, service.closed, service.moved] {
            put(page, format_args!("<td class=\"n\">{}</td>", some(number as f64)));
        }
        put(
            page,
            format_args!(
                "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n few\">{}</td></tr>",
                percent(service.coverage_old.residents),
                percent(service.coverage_new.residents),
                some(service.residents_gained),
                some(service.residents_lost)
            ),
        );
    }
    page.push_str("</tbody></table>");
}

fn by_community(page: &mut String, changes: &Changes, names: &Names<'_>, language: Language) {
    let touched = |community: &&CommunityChange| !community.gained.is_empty() || !community.lost.is_empty();
    let communities: Vec<&CommunityChange> = changes.communities.iter().filter(touched).take(COMMUNITIES).collect();
    if communities.is_empty() {
        return;
    }
    page.push_str("<br>");
    head(
        page,
        &[
            language.pick("社区", "Community"),
            language.pick("平均圈数", "Mean circles"),
            language.pick("新享有最多的服务", "Gained most"),
            language.pick("失去最多的服务", "Lost most"),
        ],
    );
    let first = |list: &[(String, f64)]| {
        list.first()
            .map(|(id, people)| format!("{} <small>{}</small>", names.name(id), count(*people)))
            .unwrap_or_default()
    };
    for community in communities {
        let [then, now] = community.mean_circles;
        put(
            page,
            format_args!(
                "<tr><td>{}</td><td class=\"n\">{then:.2} → {now:.2}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                escape(community.name.show(language.is_english())),
                first(&community.gained),
                first(&community.lost)
            ),
        );
    }
    page.push_str("</tbody></table>");
}

//! What changed since an earlier city: a map of what opened, closed and moved, and who gained and lost.

use maud::{Markup, html};

use super::map;
use super::text::head;
use crate::city::City;
use crate::summary::{Changes, CommunityChange, ServiceChange, Summary};
use crate::text::{Language, count, percent};

/// How many communities are told.
const COMMUNITIES: usize = 20;

/// The section of changes.
pub(super) fn draw(city: &City, changes: &Changes, summary: &Summary, language: Language) -> Markup {
    let numbers = [changes.residents_compared, changes.residents_new, changes.residents_gone].map(count);
    let [compared, new, gone] = &numbers;
    let (before, after) = (&changes.old, &changes.new);
    let sentence = match language {
        Language::Chinese => format!(
            "{before} → {after}：前后均有的居住点共有居民 {compared} 名，新增居住点有居民 {new} 名，已消失居住点原有居民 {gone} 名。得失只按前后均有的居住点计算。"
        ),
        Language::English => format!(
            "{before} → {after}: {compared} residents of homes that both have, {new} in new homes, {gone} in homes that are gone. Gains and losses are counted over homes that both have."
        ),
    };
    let touched = |s: &&ServiceChange| s.opened + s.closed + s.moved > 0 || s.residents_gained + s.residents_lost > 0.0;
    let services: Vec<&ServiceChange> = changes.services.iter().filter(touched).collect();
    let names = Names::of(summary, language);
    html! {
        p { (sentence) }
        @if services.is_empty() {
            p { (language.pick("没有变化。", "Nothing changed.")) }
        } @else {
            (map::changes(city, changes, summary, language))
            (by_service(&services, &names, language))
            (by_community(changes, &names, language))
        }
    }
}

/// The services' names by id.
struct Names<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Names<'a> {
    fn of(summary: &'a Summary, language: Language) -> Self {
        let all = summary.circles.iter().flat_map(|(_, circle)| &circle.services);
        Self(all.map(|(id, service)| (id.as_str(), language.pick(&service.zh, &service.en))).collect())
    }

    fn name<'n>(&'n self, id: &'n str) -> &'n str {
        self.0.iter().find(|(known, _)| *known == id).map_or(id, |(_, name)| name)
    }
}

/// A number that is told only if it is not nothing.
fn some(number: f64) -> String {
    if number > 0.0 { count(number) } else { String::new() }
}

fn by_service(services: &[&ServiceChange], names: &Names<'_>, language: Language) -> Markup {
    let heads = [
        language.pick("服务", "Service"),
        language.pick("新增", "Opened"),
        language.pick("关闭", "Closed"),
        language.pick("迁移", "Moved"),
        language.pick("原覆盖率", "Covered before"),
        language.pick("现覆盖率", "Covered now"),
        language.pick("新增覆盖居民", "Residents who gained"),
        language.pick("失去覆盖居民", "Residents who lost"),
    ];
    html! {
        table class="list" {
            (head(&heads))
            tbody {
                @for service in services {
                    tr {
                        td { (names.name(&service.service)) }
                        @for number in [service.opened, service.closed, service.moved] {
                            td class="n" { (some(number as f64)) }
                        }
                        td class="n" { (percent(service.coverage_old.residents)) }
                        td class="n" { (percent(service.coverage_new.residents)) }
                        td class="n" { (some(service.residents_gained)) }
                        td class="n few" { (some(service.residents_lost)) }
                    }
                }
            }
        }
    }
}

fn by_community(changes: &Changes, names: &Names<'_>, language: Language) -> Markup {
    let touched = |community: &&CommunityChange| !community.gained.is_empty() || !community.lost.is_empty();
    let communities: Vec<&CommunityChange> = changes.communities.iter().filter(touched).take(COMMUNITIES).collect();
    let heads = [
        language.pick("社区", "Community"),
        language.pick("平均圈数", "Mean circles"),
        language.pick("新增覆盖最多", "Gained most"),
        language.pick("失去覆盖最多", "Lost most"),
    ];
    let first = |list: &[(String, f64)]| {
        html! { @if let Some((id, people)) = list.first() { (names.name(id)) " " small { (count(*people)) } } }
    };
    html! {
        @if !communities.is_empty() {
            br;
            table class="list" {
                (head(&heads))
                tbody {
                    @for community in communities {
                        @let [then, now] = community.mean_circles;
                        tr {
                            td { (community.name.show(language.is_english())) }
                            td class="n" { (format!("{then:.2} → {now:.2}")) }
                            td class="n" { (first(&community.gained)) }
                            td class="n" { (first(&community.lost)) }
                        }
                    }
                }
            }
        }
    }
}

//! The sheet of one community: its people, its circles as a rose, a map of it, what each service is to it, and what would help most.

use maud::{Markup, html};

use super::page::document;
use super::scale::HAS;
use super::text::threshold;
use super::{Contents, Help, gaps, map, rose};
use crate::output::signed;
use crate::summary::{CommunitySummary, Gap, ServiceSummary};
use crate::text::{Language, count, percent};

/// The sheet as an HTML document.
pub(super) fn html(contents: &Contents<'_>, community: &CommunitySummary) -> String {
    let language = contents.language;
    let name = community.name.show(language.is_english());
    let body = html! {
        main class="sheet" {
            (header(contents, community))
            (cards(community, contents))
            div class="beside" {
                @if let Some(place) = contents.measured.city().communities.iter().find(|known| known.id == community.id) {
                    (map::of_community(contents.measured, contents.summary, place, contents.helps, language))
                }
                div {
                    (circles(community, contents))
                    (helps(contents.helps, contents))
                }
            }
            (services(community, contents))
            p class="credit" { (map::credit(contents.measured.city(), language)) " · lifecircle " (env!("CARGO_PKG_VERSION")) }
        }
    };
    let title = format!("{name} · {}", contents.summary.city);
    signed(document(&title, language, &body).into_string() + "\n")
}

fn header(contents: &Contents<'_>, community: &CommunitySummary) -> Markup {
    let Contents { measured, summary, language, .. } = *contents;
    let english = language.is_english();
    let above = [&community.unit, &community.subdistrict, &community.district].map(|name| name.show(english));
    let above: Vec<&str> = above.into_iter().filter(|name| !name.is_empty()).chain([summary.city.as_str()]).collect();
    html! {
        header {
            h1 { (community.name.show(english)) }
            p class="sub" { (above.join(" · ")) }
            p { (language.pick(&measured.standard.zh, &measured.standard.en)) " · " (super::page::who(measured, language)) }
            @if summary.synthetic { p class="synthetic" { (super::page::synthetic(language)) } }
            @for doubt in &summary.doubts { p class="doubt" { (language.pick(&doubt.zh, &doubt.en)) } }
        }
    }
}

/// Its numbers, each beside the city's.
fn cards(community: &CommunitySummary, contents: &Contents<'_>) -> Markup {
    let Contents { summary, language, .. } = *contents;
    let (area, all) = (&community.area, summary.circles.len());
    let city = summary.mean_circles();
    let better = summary.communities.iter().filter(|other| other.area.mean_circles > area.mean_circles).count();
    let of = summary.communities.len();
    let mean = |shares: &mut dyn Iterator<Item = f64>| {
        let (sum, number) = shares.fold((0.0, 0), |(sum, number), share| (sum + share, number + 1));
        sum / f64::from(number.max(1))
    };
    let required = |shares: &[(String, crate::measure::Share)]| {
        let required = shares.iter().filter(|(id, _)| summary.service(id).is_some_and(|service| service.required));
        mean(&mut required.map(|(_, share)| share.residents))
    };
    let cards = [
        (count(area.residents), language.pick("居民", "residents").to_owned()),
        (
            format!("{:.1} / {all}", area.mean_circles),
            match language {
                Language::Chinese => format!("个生活圈，居民人均拥有（全市 {city:.1}）"),
                Language::English => format!("circles that a resident has on average (city: {city:.1})"),
            },
        ),
        (
            percent(required(&area.services)),
            match language {
                Language::Chinese => format!("的必需服务可达（全市 {}）", percent(summary.indicators.completeness)),
                Language::English => {
                    format!("of required services within reach (city: {})", percent(summary.indicators.completeness))
                }
            },
        ),
        (
            (better + 1).to_string(),
            match language {
                Language::Chinese => format!("按拥有圈数在 {of} 个社区中的位次"),
                Language::English => format!("its place by circles among {of} communities"),
            },
        ),
    ];
    html! { div class="cards four" { @for (number, what) in cards { div { b { (number) } span { (what) } } } } }
}

fn circles(community: &CommunitySummary, contents: &Contents<'_>) -> Markup {
    let Contents { summary, language, .. } = *contents;
    let names = summary.circles.iter().map(|(_, circle)| language.pick(&circle.zh, &circle.en));
    let petals: Vec<rose::Petal<'_>> = names
        .zip(&community.area.circles)
        .map(|(name, (_, circle))| rose::Petal {
            name,
            coverage: circle.coverage.residents,
            compliance: circle.compliance.residents,
        })
        .collect();
    let middle = format!("{:.1}", community.area.mean_circles);
    rose::in_page(&petals, (&middle, language.pick("个生活圈", "circles")), language)
}

fn helps(helps: &[Help], contents: &Contents<'_>) -> Markup {
    let Contents { summary, language, .. } = *contents;
    let told = |help: &Help| {
        let name = summary.service(&help.service).map_or("", |s| language.pick(&s.zh, &s.en));
        let people = count(help.people);
        match language {
            Language::Chinese => format!("{name}：新增覆盖 {people} 人"),
            Language::English => format!("{name}: {people} more people"),
        }
    };
    html! {
        @if !helps.is_empty() {
            h3 { (language.pick("先补什么", "What would help most")) }
            ol { @for help in helps { li { (told(help)) } } }
            p class="key" { (language.pick("只新增一处时的效果；编号见图，人数含相邻社区。", "Each as if it alone were built; numbers are on the map, and people of neighbouring communities count too.")) }
        }
    }
}

fn services(community: &CommunitySummary, contents: &Contents<'_>) -> Markup {
    let Contents { summary, language, .. } = *contents;
    let pick = |zh, en| language.pick(zh, en);
    html! {
        div class="circles" {
            @for (_, circle) in &summary.circles {
                section {
                    h3 { (language.pick(&circle.zh, &circle.en)) }
                    table class="list" {
                        @for (id, service) in &circle.services { (row(id, service, community, language)) }
                    }
                }
            }
        }
        p class="key" {
            (pick(
                "▲ 必需，△ 建议；依次为：规定时限、覆盖率、未覆盖人口、未覆盖者到最近设施的平均时间。",
                "▲ required, △ advised; then: limit, coverage, people without, their mean way to the nearest."
            ))
        }
    }
}

fn row(id: &str, service: &ServiceSummary, community: &CommunitySummary, language: Language) -> Markup {
    let covered = community.area.services.iter().find(|(known, _)| known == id);
    let share = covered.map_or(0.0, |(_, share)| share.of(service.people));
    let gap: Option<&Gap> = community.area.gaps.iter().find(|gap| gap.service == id && gap.people_without >= 0.5);
    html! {
        tr {
            td { span class="required" { (if service.required { "▲" } else { "△" }) } (language.pick(&service.zh, &service.en)) }
            td class="n" { (threshold(service)) }
            td class="n meter" { (percent(share)) span class="rail" { @if share > 0.0 { i style=(format!("width:{:.1}%;background:{HAS}", share * 100.0)) {} } } }
            td class="n" { @if let Some(gap) = gap { (count(gap.people_without)) } @else { "0" } }
            td class="n" { @if let Some(gap) = gap { (gaps::how_far(gap, language)) } @else { "–" } }
        }
    }
}

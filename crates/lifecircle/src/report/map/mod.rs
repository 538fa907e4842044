//! Maps: streets, water and green, every home as a dot coloured by what it has, and over it what a map is about.

mod differences;
mod ground;
mod homes;
mod signs;
mod view;

use maud::{Markup, html};

pub(super) use differences::changes;
pub use differences::{Mark, map_of_differences};
use ground::{Detail, drawn, furniture, names};
pub(super) use ground::{credit, shared_ground};
use homes::Dots;
use view::{View, area};

use super::Help;
use super::scale::{colour, ink};
use super::text::{tenths, whole};
use crate::city::Community;
use crate::measure::Measured;
use crate::standard::Standard;
use crate::summary::Summary;
use crate::text::Language;

/// Signs on the map of a circle, at most: more of them hide the homes.
const MOST_SIGNS: usize = 450;

/// Homes closer than this share a dot on the map of the city; on the smaller maps of a circle those closer than the second.
const CELL: [f64; 2] = [2.6, 4.4];

/// A drawing on its own: what stands in the `svg`, and how large that is.
pub(super) struct Drawing {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) content: Markup,
}

impl Drawing {
    fn in_page(&self, label: &str) -> Markup {
        html! {
            svg class="map" viewBox={ "0 0 " (whole(self.width)) " " (whole(self.height)) } role="img" aria-label=(label) {
                (self.content)
            }
        }
    }
}

/// The city's homes by how many circles they have, or by their score where the standard has one, with the places that would help
/// most.
pub(super) fn of_city(measured: &Measured, summary: &Summary, helps: &[Help], language: Language) -> Drawing {
    let (city, view) = (measured.city(), View::of(measured.city()));
    let all = measured.standard.circles.len();
    let dots = |steps| Dots { view: &view, measured, cell: CELL[0], steps };
    let content = html! {
        (drawn(&view, city, summary, Detail::Full, language))
        @if measured.standard.score.is_some() {
            (dots(20).draw(|home| measured.score(home).unwrap_or(0.0) / 100.0))
        } @else {
            (dots(all).draw(|home| measured.circles(home) as f64 / all.max(1) as f64))
        }
        (names(&view, city, true, language))
        (pins(&view, helps))
        (furniture(&view, city, language))
    };
    Drawing { width: view.width, height: view.height, content }
}

/// The map of the city in a page, with its legend.
pub(super) fn city_in_page(measured: &Measured, summary: &Summary, helps: &[Help], language: Language) -> Markup {
    let label = match measured.standard.score {
        Some(_) => language.pick("各居住点的得分", "The score of each home"),
        None => language.pick("各居住点拥有的生活圈数", "How many circles each home has"),
    };
    html! {
        figure {
            (of_city(measured, summary, helps, language).in_page(label))
            figcaption { (steps(&city_steps(&measured.standard), label)) }
        }
    }
}

/// The steps of the city's map: what stands in each, and its share.
pub(super) fn city_steps(standard: &Standard) -> Vec<(String, f64)> {
    let all = standard.circles.len();
    if standard.score.is_some() {
        return (0..=4).map(|quarter| (format!("{}", quarter * 25), f64::from(quarter) / 4.0)).collect();
    }
    (0..=all).map(|count| (count.to_string(), count as f64 / all.max(1) as f64)).collect()
}

fn steps(steps: &[(String, f64)], what: &str) -> Markup {
    html! {
        div class="legend" {
            span { (what) }
            @for (name, share) in steps { i style=(format!("background:{};color:{}", colour(*share), ink(*share))) { (name) } }
        }
    }
}

/// The homes by how much of a circle they have, and the facilities of its services.
pub(super) fn of_circle(measured: &Measured, circle: usize, language: Language) -> Markup {
    let (city, standard) = (measured.city(), &measured.standard);
    let view = View::of(city);
    let deciding: Vec<usize> = standard.deciding(circle).collect();
    let has = |home: usize| deciding.iter().filter(|service| measured.has(home, **service)).count();
    let share = |home: usize| has(home) as f64 / deciding.len().max(1) as f64;
    let (services, not_drawn) = with_signs(measured, circle);
    // Signs of what there is much of are small, so that the homes stay seen.
    let size = |service: usize| (75.0 / (facilities_of(measured, service) as f64).sqrt()).min(6.5);
    let name = |service: &usize| language.pick(&standard.services[*service].zh, &standard.services[*service].en);
    let content = html! {
        (ground::ground())
        (Dots { view: &view, measured, cell: CELL[1], steps: deciding.len().max(1) }.draw(share))
        (names(&view, city, false, language))
        @for (group, service) in services.iter().enumerate() {
            (signs::draw(group, places(&view, measured, &[*service]), size(*service)))
        }
        (furniture(&view, city, language))
    };
    let drawing = Drawing { width: view.width, height: view.height, content };
    let legend: Vec<(String, f64)> = (0..=4)
        .map(|quarter| f64::from(quarter) / 4.0)
        .map(|share| (format!("{:.0}%", share * 100.0), share))
        .collect();
    html! {
        figure {
            (drawing.in_page(language.pick("本圈必需服务的可达比例与设施位置", "How much of this circle homes have, and its facilities")))
            figcaption {
                (steps(&legend, language.pick("各居住点拥有的必需服务", "Required services that a home has")))
                div class="legend signs" {
                    @for (group, service) in services.iter().enumerate() {
                        span { (signs::in_legend(group)) (name(service)) }
                    }
                    @if !not_drawn.is_empty() {
                        span class="soft" {
                            (language.pick("图上未标：", "Not drawn: "))
                            (not_drawn.iter().map(name).collect::<Vec<_>>().join(language.pick("、", ", ")))
                        }
                    }
                }
            }
        }
    }
}

/// The services of a circle that have signs on its map, chosen from the one with fewest facilities up; and the others that have
/// facilities.
fn with_signs(measured: &Measured, circle: usize) -> (Vec<usize>, Vec<usize>) {
    let some = || measured.standard.services_of(circle).filter(|service| facilities_of(measured, *service) > 0);
    let mut by_number: Vec<usize> = some().collect();
    by_number.sort_by_key(|service| facilities_of(measured, *service));
    let mut signs = 0;
    let fit = |service: &&usize| {
        signs += facilities_of(measured, **service);
        signs <= MOST_SIGNS
    };
    let fitting = by_number.iter().take(signs::SHAPES).take_while(fit).count();
    let is_drawn = |service: &usize| by_number[..fitting].contains(service);
    some().partition(is_drawn)
}

fn facilities_of(measured: &Measured, service: usize) -> usize {
    measured.recognised.services[service].len()
}

/// A community: its homes by how many circles they have, the facilities of each circle around it, and what would help it most.
pub(super) fn of_community(
    measured: &Measured,
    summary: &Summary,
    community: &Community,
    helps: &[Help],
    language: Language,
) -> Markup {
    let (city, standard) = (measured.city(), &measured.standard);
    let corners = crate::geo::polygon::rings(&community.shape).flat_map(|ring| ring.0.iter().copied());
    let view = View::around(corners, 0.25);
    let all = standard.circles.len();
    let mut border = String::new();
    area(&mut border, &view, &community.shape);
    let content = html! {
        (drawn(&view, city, summary, Detail::Full, language))
        path class="here" d=(border) {}
        (Dots { view: &view, measured, cell: CELL[0], steps: all }.draw(|home| measured.circles(home) as f64 / all.max(1) as f64))
        @for circle in 0..all {
            @let services: Vec<usize> = standard.services_of(circle).collect();
            (signs::draw(circle, places(&view, measured, &services), 6.4))
        }
        (names(&view, city, true, language))
        (pins(&view, helps))
        (furniture(&view, city, language))
    };
    let drawing = Drawing { width: view.width, height: view.height, content };
    let label = language.pick("各居住点拥有的生活圈数", "How many circles each home has");
    html! {
        figure {
            (drawing.in_page(label))
            figcaption {
                (steps(&(0..=all).map(|count| (count.to_string(), count as f64 / all.max(1) as f64)).collect::<Vec<_>>(), label))
                div class="legend signs" {
                    @for (group, circle) in standard.circles.iter().enumerate() {
                        span { (signs::in_legend(group)) (language.pick(&circle.zh, &circle.en)) }
                    }
                }
            }
        }
    }
}

/// Where the facilities of some services are in the drawing, each once.
fn places<'a>(view: &'a View, measured: &'a Measured, services: &[usize]) -> impl Iterator<Item = [f64; 2]> {
    let mut all: Vec<u32> =
        services.iter().flat_map(|service| &measured.recognised.services[*service]).copied().collect();
    all.sort_unstable();
    all.dedup();
    let city = measured.city();
    all.into_iter()
        .filter_map(|facility| city.facilities.get(facility as usize))
        .map(|facility| view.at(facility.at))
        .filter(|at| view.holds(*at))
}

/// Half the height of a pin; pins nearer than their width are one.
const PIN: f64 = 17.0;

/// Numbered pins where something new would help most; those at one place are one pin with all its numbers.
fn pins(view: &View, helps: &[Help]) -> Markup {
    let mut pins: Vec<([f64; 2], String)> = Vec::new();
    for (number, help) in (1..).zip(helps) {
        let at = view.at(help.at);
        let is_here = |(other, _): &&mut ([f64; 2], String)| (other[0] - at[0]).hypot(other[1] - at[1]) < 2.0 * PIN;
        match pins.iter_mut().find(is_here) {
            Some((_, numbers)) => numbers.push_str(&format!(" {number}")),
            None => pins.push((at, number.to_string())),
        }
    }
    html! {
        @for ([x, y], numbers) in &pins {
            @let half = PIN + 9.0 * (numbers.len() - 1) as f64 * 0.6;
            g class="mark" {
                rect x=(tenths(x - half)) y=(tenths(y - PIN)) width=(tenths(2.0 * half)) height=(2.0 * PIN) rx=(PIN) {}
                text x=(tenths(*x)) y=(tenths(y + 7.0)) font-size="20" text-anchor="middle" { (numbers) }
            }
        }
    }
}

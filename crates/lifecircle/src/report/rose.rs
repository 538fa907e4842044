//! The circles as one picture: a petal each. How much of a petal's area is filled is the share of required services that people have;
//! the darker part is the share of people who have them all.

use std::f64::consts::TAU;

use maud::{Markup, html};

use super::text::{tenths, whole};
use super::wrap::short_name;
use crate::text::{Language, percent};

const INNER: f64 = 34.0;
const OUTER: f64 = 110.0;
/// The gap between petals, as a part of the circle.
const GAP: f64 = 0.006;

/// A circle as a petal.
pub(super) struct Petal<'a> {
    pub(super) name: &'a str,
    /// The share of its required services that people have.
    pub(super) coverage: f64,
    /// The share of people who have them all.
    pub(super) compliance: f64,
}

/// The rose around the middle of the drawing, as SVG without a frame: 440 wide, 336 high.
pub(super) fn draw(petals: &[Petal<'_>], middle: &str, under: &str) -> Markup {
    let step = 1.0 / petals.len().max(1) as f64;
    html! {
        g class="rose" {
            @for (index, petal) in petals.iter().enumerate() {
                @let [from, to] = [index as f64 * step + GAP, (index + 1) as f64 * step - GAP];
                path class="rail" d=(sector(from, to, 1.0)) {}
                @if petal.coverage > 0.0 { path class="part" d=(sector(from, to, petal.coverage)) {} }
                @if petal.compliance > 0.0 { path class="has" d=(sector(from, to, petal.compliance)) {} }
                (label(petal, (from + to) / 2.0))
            }
            text class="middle" text-anchor="middle" y="4" font-size="26" { (middle) }
            text class="soft" text-anchor="middle" y="19" font-size="11" { (under) }
        }
    }
}

/// The rose in a page.
pub(super) fn in_page(petals: &[Petal<'_>], (middle, under): (&str, &str), language: Language) -> Markup {
    html! {
        figure class="rose-of" {
            svg viewBox="-220 -168 440 336" role="img" aria-label=(language.pick("各生活圈的覆盖率与达标率", "Coverage and compliance of the circles")) {
                (draw(petals, middle, under))
            }
            figcaption class="key" { (key(language)) }
        }
    }
}

/// What the two colours are.
fn key(language: Language) -> Markup {
    html! {
        i class="swatch has" {} (language.pick("圈内必需服务全部可达的居民", "residents who have every required service"))
        " " i class="swatch part" {} (language.pick("必需服务的平均覆盖率", "mean coverage of required services"))
    }
}

/// A ring's sector between two parts of the circle, filled by a share of its area.
fn sector(from: f64, to: f64, share: f64) -> String {
    let outer = (INNER * INNER + (OUTER * OUTER - INNER * INNER) * share.clamp(0.0, 1.0)).sqrt();
    let at = |part: f64, radius: f64| format!("{:.1} {:.1}", (part * TAU).sin() * radius, -(part * TAU).cos() * radius);
    let large = u8::from(to - from > 0.5);
    format!(
        "M{}A{outer:.1} {outer:.1} 0 {large} 1 {}L{}A{INNER} {INNER} 0 {large} 0 {}Z",
        at(from, outer),
        at(to, outer),
        at(to, INNER),
        at(from, INNER)
    )
}

fn label(petal: &Petal<'_>, part: f64) -> Markup {
    let [x, y] = [(part * TAU).sin() * (OUTER + 12.0), -(part * TAU).cos() * (OUTER + 12.0)];
    let anchor = if x.abs() < 14.0 {
        "middle"
    } else if x > 0.0 {
        "start"
    } else {
        "end"
    };
    let mut lines: Vec<(String, &str)> = short_name(petal.name).into_iter().map(|line| (line, "name")).collect();
    lines.push((percent(petal.coverage).replace(' ', "\u{202f}"), "soft"));
    // Those above grow upwards, those below downwards, those at the sides both ways.
    let height = 14.0 * lines.len() as f64;
    let top = y + 5.0 - height / 2.0 + (y / (OUTER + 12.0)) * height / 2.0;
    html! {
        @for (row, (line, class)) in lines.iter().enumerate() {
            text class=(class) x=(tenths(x)) y=(whole(top + 14.0 * row as f64 + 5.0)) font-size="12.5" text-anchor=(anchor) { (line) }
        }
    }
}

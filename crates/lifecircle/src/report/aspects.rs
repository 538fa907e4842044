//! The aspects as a radar chart, and the pairs beside it.

use maud::{Markup, html};

use super::scale::HAS;
use super::text::{put, tenths, whole};
use crate::summary::Summary;
use crate::text::{Language, percent};

/// Half of the chart's width.
const RADIUS: f64 = 130.0;
/// Where its middle is.
const MIDDLE: [f64; 2] = [260.0, 175.0];

/// The height that a bar takes with its name.
const ROW: f64 = 78.0;

/// The chart of aspects, with the pairs as bars.
pub(super) fn draw(summary: &Summary, language: Language) -> Markup {
    let aspects: Vec<(&str, f64)> =
        summary.aspects.iter().map(|(_, a)| (language.pick(&a.zh, &a.en), a.coverage.residents)).collect();
    let pairs: Vec<(&str, f64)> =
        summary.pairs.iter().map(|(_, p)| (language.pick(&p.zh, &p.en), p.coverage.residents)).collect();
    // A radar chart needs three corners; with fewer, or none, bars do, and take no more room than they need.
    let is_radar = aspects.len() >= 3;
    let height = if is_radar { 2.0 * MIDDLE[1] } else { aspects.len().max(pairs.len()) as f64 * ROW + 10.0 };
    let key = match (aspects.is_empty(), pairs.is_empty()) {
        (false, true) => language.pick("评价维度：所属服务的平均覆盖率。", "Aspects: mean coverage of their services."),
        (true, _) => language
            .pick("配套组合：两项服务均在规定时限内可达的居民比例。", "Services that belong together: residents who have both within reach."),
        (false, false) => language.pick(
            "评价维度：所属服务的平均覆盖率；配套组合：两项服务均在规定时限内可达的居民比例。",
            "Aspects: mean coverage of their services. Services that belong together: residents who have both within reach.",
        ),
    };
    html! {
        svg class="chart" viewBox={ "0 0 1000 " (height) } role="img" {
            @if is_radar { (radar(&aspects)) } @else { (bars([0.0, height], &aspects)) }
            (bars([if aspects.is_empty() { 0.0 } else { 530.0 }, height], &pairs))
        }
        p class="key" { (key) }
    }
}

/// A point of the chart, at a share of its radius.
fn point(index: usize, of: usize, share: f64) -> [f64; 2] {
    let angle = std::f64::consts::TAU * index as f64 / of as f64 - std::f64::consts::FRAC_PI_2;
    [MIDDLE[0] + RADIUS * share * angle.cos(), MIDDLE[1] + RADIUS * share * angle.sin()]
}

fn outline(points: impl Iterator<Item = [f64; 2]>) -> String {
    let mut path = String::new();
    for (index, [x, y]) in points.enumerate() {
        put(&mut path, format_args!("{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' }));
    }
    path + "Z"
}

fn radar(aspects: &[(&str, f64)]) -> Markup {
    let count = aspects.len();
    let ring = |share: f64| outline((0..count).map(|index| point(index, count, share)));
    html! {
        @for quarter in 1..=4 { path class="web" d=(ring(f64::from(quarter) / 4.0)) {} }
        @for index in 0..count {
            @let [x, y] = point(index, count, 1.0);
            path class="web" d={ "M" (MIDDLE[0]) " " (MIDDLE[1]) "L" (tenths(x)) " " (tenths(y)) } {}
        }
        path class="shape" d=(outline(aspects.iter().enumerate().map(|(index, (_, share))| point(index, count, *share)))) {}
        @for (index, (name, share)) in aspects.iter().enumerate() {
            @let [x, y] = point(index, count, *share);
            circle cx=(tenths(x)) cy=(tenths(y)) r="4.5" fill=(HAS) {}
            @let [x, y] = point(index, count, 1.12);
            text x=(whole(x)) y=(whole(y + 5.0)) text-anchor=(anchor(x)) {
                (name) tspan class="soft" dx="7" { (percent(*share)) }
            }
        }
    }
}

/// On which side of a point its name stands.
fn anchor(x: f64) -> &'static str {
    if (x - MIDDLE[0]).abs() < 8.0 {
        "middle"
    } else if x > MIDDLE[0] {
        "start"
    } else {
        "end"
    }
}

/// Bars with their names above, in the middle of a height.
fn bars([left, height]: [f64; 2], shares: &[(&str, f64)]) -> Markup {
    const WIDTH: f64 = 320.0;
    let top = (height - shares.len() as f64 * ROW) / 2.0 + 12.0;
    html! {
        @for (row, (name, share)) in shares.iter().enumerate() {
            @let y = top + row as f64 * ROW;
            text x=(left) y=(whole(y + 10.0)) { (name) }
            rect class="rail" x=(left) y=(whole(y + 20.0)) width=(WIDTH) height="20" rx="3" {}
            rect x=(left) y=(whole(y + 20.0)) width=(tenths(WIDTH * share)) height="20" rx="3" fill=(HAS) {}
            text x=(whole(left + WIDTH + 10.0)) y=(whole(y + 36.0)) { (percent(*share)) }
        }
    }
}

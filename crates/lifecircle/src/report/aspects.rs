//! The aspects as a spider web, and the pairs beside it.

use super::map::colour;
use super::text::{escape, put};
use crate::summary::Summary;
use crate::text::{Language, percent};

/// Half of the web's width.
const RADIUS: f64 = 130.0;
/// Where its middle is.
const MIDDLE: [f64; 2] = [260.0, 175.0];

/// The height that a bar takes with its name.
const ROW: f64 = 78.0;

/// The web of aspects, with the pairs as bars; empty if the standard has neither.
pub(super) fn draw(summary: &Summary, language: Language) -> String {
    if summary.aspects.is_empty() && summary.pairs.is_empty() {
        return String::new();
    }
    let aspects: Vec<(&str, f64)> =
        summary.aspects.iter().map(|(_, a)| (language.pick(&a.zh, &a.en), a.coverage.residents)).collect();
    let pairs: Vec<(&str, f64)> =
        summary.pairs.iter().map(|(_, p)| (language.pick(&p.zh, &p.en), p.coverage.residents)).collect();
    // A web needs three corners; with fewer, or none, bars do, and take no more room than they need.
    let is_web = aspects.len() >= 3;
    let height = if is_web { 2.0 * MIDDLE[1] } else { aspects.len().max(pairs.len()) as f64 * ROW + 10.0 };
    let mut svg = format!("<svg class=\"chart\" viewBox=\"0 0 1000 {height}\" role=\"img\">");
    if is_web {
        web(&mut svg, summary, language);
    } else {
        bars(&mut svg, [0.0, height], &aspects);
    }
    bars(&mut svg, [if aspects.is_empty() { 0.0 } else { 530.0 }, height], &pairs);
    svg.push_str("</svg>");
    let key = match (aspects.is_empty(), pairs.is_empty()) {
        (false, true) => language.pick("各方面：所属服务的平均覆盖率。", "Aspects: mean coverage of their services."),
        (true, _) => language
            .pick("成对服务：两项均在时限内可达的居民比例。", "Pairs: residents who have both within their times."),
        (false, false) => language.pick(
            "各方面：所属服务的平均覆盖率；成对服务：两项均在时限内可达的居民比例。",
            "Aspects: mean coverage of their services. Pairs: residents who have both within their times.",
        ),
    };
    put(&mut svg, format_args!("<p class=\"key\">{key}</p>"));
    svg
}

/// A point of the web, at a share of its radius.
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

fn web(svg: &mut String, summary: &Summary, language: Language) {
    let count = summary.aspects.len();
    for ring in 1..=4 {
        let share = f64::from(ring) / 4.0;
        let path = outline((0..count).map(|index| point(index, count, share)));
        put(svg, format_args!("<path class=\"web\" d=\"{path}\"/>"));
    }
    for index in 0..count {
        let [x, y] = point(index, count, 1.0);
        put(svg, format_args!("<path class=\"web\" d=\"M{} {}L{x:.1} {y:.1}\"/>", MIDDLE[0], MIDDLE[1]));
    }
    let shares: Vec<f64> = summary.aspects.iter().map(|(_, aspect)| aspect.coverage.residents).collect();
    let path = outline(shares.iter().enumerate().map(|(index, share)| point(index, count, *share)));
    put(svg, format_args!("<path class=\"shape\" d=\"{path}\"/>"));
    for (index, ((_, aspect), share)) in summary.aspects.iter().zip(&shares).enumerate() {
        let [x, y] = point(index, count, *share);
        put(svg, format_args!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\" fill=\"{}\"/>", colour(*share)));
        let [x, y] = point(index, count, 1.12);
        let anchor = if (x - MIDDLE[0]).abs() < 8.0 {
            "middle"
        } else if x > MIDDLE[0] {
            "start"
        } else {
            "end"
        };
        put(
            svg,
            format_args!(
                "<text x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"{anchor}\">{}<tspan class=\"soft\" dx=\"7\">{}</tspan></text>",
                y + 5.0,
                escape(language.pick(&aspect.zh, &aspect.en)),
                percent(*share)
            ),
        );
    }
}

/// Bars with their names above, in the middle of a height.
fn bars(svg: &mut String, [left, height]: [f64; 2], shares: &[(&str, f64)]) {
    const WIDTH: f64 = 320.0;
    let top = (height - shares.len() as f64 * ROW) / 2.0 + 12.0;
    for (row, (name, share)) in shares.iter().enumerate() {
        let y = top + row as f64 * ROW;
        put(
            svg,
            format_args!(
                "<text x=\"{left}\" y=\"{:.0}\">{}</text><rect class=\"rail\" x=\"{left}\" y=\"{:.0}\" width=\"{WIDTH}\" height=\"20\" rx=\"3\"/>",
                y + 10.0,
                escape(name),
                y + 20.0
            ),
        );
        put(
            svg,
            format_args!(
                "<rect x=\"{left}\" y=\"{:.0}\" width=\"{:.1}\" height=\"20\" rx=\"3\" fill=\"{}\"/><text x=\"{:.0}\" y=\"{:.0}\">{}</text>",
                y + 20.0,
                WIDTH * share,
                colour(*share),
                left + WIDTH + 10.0,
                y + 36.0,
                percent(*share)
            ),
        );
    }
}

//! The eight circles as a chart: for each, how far its services are covered, and who has them all.

use super::map::colour;
use super::text::{escape, put};
use crate::summary::Summary;
use crate::text::{Language, percent};

/// Horizontal bars, one pair a circle.
pub(super) fn circles(summary: &Summary, language: Language) -> String {
    const ROW: f64 = 46.0;
    const LEFT: f64 = 190.0;
    const RIGHT: f64 = 900.0;
    let height = summary.circles.len() as f64 * ROW + 34.0;
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 1000 {height:.0}\" role=\"img\" aria-label=\"{}\">",
        language.pick("各生活圈的覆盖率与达标率", "Coverage and compliance of the circles")
    );
    for tick in 0..=4 {
        let x = LEFT + (RIGHT - LEFT) * f64::from(tick) / 4.0;
        put(
            &mut svg,
            format_args!(
                "<path class=\"tick\" d=\"M{x:.0} 4V{:.0}\"/><text class=\"tick\" x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{}%</text>",
                height - 26.0,
                height - 8.0,
                tick * 25
            ),
        );
    }
    for (row, (_, circle)) in summary.circles.iter().enumerate() {
        let y = row as f64 * ROW + 8.0;
        let (coverage, compliance) = (circle.coverage.residents, circle.compliance.residents);
        let width = |share: f64| (RIGHT - LEFT) * share;
        put(
            &mut svg,
            format_args!(
                "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>",
                LEFT - 12.0,
                y + 21.0,
                escape(language.pick(&circle.zh, &circle.en))
            ),
        );
        put(
            &mut svg,
            format_args!(
                "<rect class=\"rail\" x=\"{LEFT}\" y=\"{y:.0}\" width=\"{:.0}\" height=\"30\" rx=\"3\"/>",
                RIGHT - LEFT
            ),
        );
        put(
            &mut svg,
            format_args!(
                "<rect x=\"{LEFT}\" y=\"{y:.0}\" width=\"{:.1}\" height=\"19\" rx=\"3\" fill=\"{}\"/>",
                width(coverage),
                colour(coverage)
            ),
        );
        put(
            &mut svg,
            format_args!(
                "<rect class=\"whole\" x=\"{LEFT}\" y=\"{:.0}\" width=\"{:.1}\" height=\"9\" rx=\"2\"/>",
                y + 21.0,
                width(compliance)
            ),
        );
        put(
            &mut svg,
            format_args!(
                "<text x=\"{:.0}\" y=\"{:.0}\">{}</text><text class=\"small\" x=\"{:.0}\" y=\"{:.0}\">{}</text>",
                RIGHT + 10.0,
                y + 15.0,
                percent(coverage),
                RIGHT + 10.0,
                y + 30.0,
                percent(compliance)
            ),
        );
    }
    svg.push_str("</svg>");
    put(
        &mut svg,
        format_args!(
            "<p class=\"key\"><b class=\"bar\"></b>{} <b class=\"bar whole\"></b>{}</p>",
            language
                .pick("上：必需服务的平均覆盖率（按居民）", "Upper: mean coverage of required services, by residents"),
            language.pick("下：全部必需服务均可达的居民（达标率）", "lower: residents who have every required service")
        ),
    );
    svg
}

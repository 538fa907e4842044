//! The circles as a chart: for each, how far its services are covered, and who has them all.

use maud::{Markup, html};

use super::map::colour;
use super::text::{tenths, whole};
use crate::summary::{CircleSummary, Summary};
use crate::text::{Language, percent};

const ROW: f64 = 46.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 900.0;

/// Horizontal bars, one pair a circle.
pub(super) fn circles(summary: &Summary, language: Language) -> Markup {
    let height = summary.circles.len() as f64 * ROW + 34.0;
    let label = language.pick("各生活圈的覆盖率与达标率", "Coverage and compliance of the circles");
    html! {
        svg class="chart" viewBox={ "0 0 1000 " (whole(height)) } role="img" aria-label=(label) {
            @for tick in 0..=4 {
                @let x = whole(LEFT + (RIGHT - LEFT) * f64::from(tick) / 4.0);
                path class="tick" d={ "M" (x) " 4V" (whole(height - 26.0)) } {}
                text class="tick" x=(x) y=(whole(height - 8.0)) text-anchor="middle" { (tick * 25) "%" }
            }
            @for (row, (_, circle)) in summary.circles.iter().enumerate() {
                (bars(circle, row as f64 * ROW + 8.0, language))
            }
        }
        p class="key" {
            b class="bar" {}
            (language.pick("上：必需服务的平均覆盖率（按居民）", "Upper: mean coverage of required services, by residents"))
            " "
            b class="bar whole" {}
            (language.pick("下：全部必需服务均可达的居民（达标率）", "lower: residents who have every required service"))
        }
    }
}

/// The two bars of a circle, with its name and their shares.
fn bars(circle: &CircleSummary, y: f64, language: Language) -> Markup {
    let (coverage, compliance) = (circle.coverage.residents, circle.compliance.residents);
    let width = |share: f64| tenths((RIGHT - LEFT) * share);
    html! {
        text x=(whole(LEFT - 12.0)) y=(whole(y + 21.0)) text-anchor="end" { (language.pick(&circle.zh, &circle.en)) }
        rect class="rail" x=(LEFT) y=(whole(y)) width=(whole(RIGHT - LEFT)) height="30" rx="3" {}
        rect x=(LEFT) y=(whole(y)) width=(width(coverage)) height="19" rx="3" fill=(colour(coverage)) {}
        rect class="whole" x=(LEFT) y=(whole(y + 21.0)) width=(width(compliance)) height="9" rx="2" {}
        text x=(whole(RIGHT + 10.0)) y=(whole(y + 15.0)) { (percent(coverage)) }
        text class="small" x=(whole(RIGHT + 10.0)) y=(whole(y + 30.0)) { (percent(compliance)) }
    }
}

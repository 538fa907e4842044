//! How evenly access is spread: the Lorenz curve, and what the indices say in words.

use maud::{Markup, html};

use super::text::{put, tenths, whole};
use crate::summary::Summary;
use crate::text::{Language, count, percent};

const SIDE: f64 = 290.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 20.0;

/// The Lorenz curve of completeness beside the indicators of the city.
pub(super) fn draw(summary: &Summary, language: Language) -> Markup {
    html! {
        @if let Some(sentence) = sentence(summary, language) { p class="lead" { (sentence) } }
        div class="two" {
            @if !summary.indicators.equity.lorenz.is_empty() { (curve(summary, language)) }
            (numbers(summary, language))
        }
    }
}

/// What the worst- and the best-served tenth have, read from the curve.
fn sentence(summary: &Summary, language: Language) -> Option<String> {
    let curve = &summary.indicators.equity.lorenz;
    let mean = summary.indicators.completeness;
    // The share of all access that so many of the worst served have together.
    let below = |people: f64| {
        let after = curve.iter().position(|point| point.people >= people)?;
        let [to, from] = [curve.get(after)?, curve.get(after.checked_sub(1)?)?];
        let along = (people - from.people) / (to.people - from.people).max(f64::MIN_POSITIVE);
        Some(from.access + (to.access - from.access) * along)
    };
    let [worst, best] = [below(0.1)? * 10.0 * mean, ((1.0 - below(0.9)?) * 10.0 * mean).min(1.0)].map(percent);
    Some(match language {
        Language::Chinese => {
            format!("可达必需服务最少的十分之一居民，平均只有 {worst} 的必需服务可达；最多的十分之一有 {best}。")
        }
        Language::English => {
            format!(
                "The tenth of residents with least have {worst} of required services within reach; the tenth with most have {best}."
            )
        }
    })
}

fn curve(summary: &Summary, language: Language) -> Markup {
    let x = |people: f64| LEFT + SIDE * people;
    let y = |access: f64| TOP + SIDE * (1.0 - access);
    let mut path = String::new();
    for (index, point) in summary.indicators.equity.lorenz.iter().enumerate() {
        let to = if index == 0 { 'M' } else { 'L' };
        put(&mut path, format_args!("{to}{:.1} {:.1}", x(point.people), y(point.access)));
    }
    let corner = |share: f64| format!("{} {}", tenths(x(share)), tenths(y(share)));
    html! {
        svg class="chart square" viewBox="0 0 390 370" role="img" aria-label=(language.pick("洛伦兹曲线", "Lorenz curve")) {
            @for tick in 0..=4 {
                @let share = f64::from(tick) / 4.0;
                path class="tick" d={
                    "M" (whole(x(share))) " " (TOP) "V" (whole(TOP + SIDE))
                    "M" (LEFT) " " (whole(y(share))) "H" (whole(LEFT + SIDE))
                } {}
                text class="tick" x=(whole(x(share))) y=(whole(TOP + SIDE + 18.0)) text-anchor="middle" { (tick * 25) "%" }
                text class="tick" x=(whole(LEFT - 8.0)) y=(whole(y(share) + 4.0)) text-anchor="end" { (tick * 25) "%" }
            }
            path class="gap" d={ (path) "L" (corner(0.0)) "Z" } {}
            path class="even" d={ "M" (corner(0.0)) "L" (corner(1.0)) } {}
            path class="lorenz" d=(path) {}
            text class="small" x=(whole(LEFT + SIDE / 2.0)) y=(whole(TOP + SIDE + 42.0)) text-anchor="middle" {
                (language.pick("居民累计比例（从最少到最多）", "share of residents, those with least first"))
            }
        }
    }
}

fn numbers(summary: &Summary, language: Language) -> Markup {
    let indicators = &summary.indicators;
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut add = |zh: &str, en: &str, value: Option<String>| {
        rows.extend(value.map(|value| (language.pick(zh, en).to_owned(), value)));
    };
    let three = |value: f64| format!("{value:.3}");
    let minutes = |time: crate::geo::Seconds| format!("{:.1} {}", time.minutes(), language.pick("分钟", "min"));
    add("标准得分（0–100）", "Score of the standard (0–100)", indicators.score.map(|score| format!("{score:.1}")));
    add("人均可达的必需服务", "Required services within reach of a resident", Some(percent(indicators.completeness)));
    let nearest = indicators.proximity_nearest;
    add(
        &if nearest == 1 {
            "步行到各项服务最近处的平均时间".to_owned()
        } else {
            format!("步行到每类最近 {nearest} 处的平均时间")
        },
        &if nearest == 1 {
            "Mean walk to the nearest of each service".to_owned()
        } else {
            format!("Mean walk to the nearest {nearest} of each service")
        },
        indicators.proximity_seconds.map(minutes),
    );
    add(
        "15 分钟内服务种类（希尔数 ¹D）",
        "Effective number of services within 15 min (Hill ¹D)",
        Some(format!("{:.1}", indicators.diversity_hill[1])),
    );
    add("基尼系数（0 为人人相同）", "Gini index (0: all have the same)", indicators.equity.gini.map(three));
    add(
        "帕尔马比（最好 10% 与最差 40% 之比）",
        "Palma ratio (best tenth over worst four tenths)",
        indicators.equity.palma.map(|palma| format!("{palma:.2}")),
    );
    add(
        "泰尔指数：社区之间 / 社区之内",
        "Theil T: between / within communities",
        indicators.equity.theil.map(|theil| format!("{:.4} / {:.4}", theil.between, theil.within)),
    );
    add(
        "按老年人口比例的集中指数",
        "Concentration by share of older people",
        indicators.equity.concentration_by_elderly.map(three),
    );
    if indicators.residents_without_proximity > 0.0 {
        add(
            "对某项服务无路可达的居民（未计入平均）",
            "Residents who cannot walk to some service (not in the mean)",
            Some(count(indicators.residents_without_proximity)),
        );
    }
    html! {
        table class="list" {
            @for (name, value) in rows { tr { td { (name) } td class="n" { (value) } } }
        }
    }
}

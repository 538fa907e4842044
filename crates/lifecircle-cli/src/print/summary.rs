//! A measured city, and several.

use std::io::{self, Write};
use std::path::Path;

use comfy_table::CellAlignment;
use lifecircle::summary::{Indicators, Summary};
use lifecircle::text::Language;

use super::{count, document, line, notes, percent, pick, table, unit, whom};
use crate::args::Common;

/// A measured city: its circles and its worst gaps.
pub fn summary(out: &mut dyn Write, summary: &Summary, directory: Option<&Path>, common: &Common) -> io::Result<()> {
    if common.json {
        document(out, &summary.to_json())?;
        return Ok(());
    }
    if summary.synthetic {
        line(out, pick(common, "这是合成的城市，现实中并不存在。", "This city is synthetic: no such place exists."))?;
    }
    line(
        out,
        &format!(
            "{}: {} {}, {} {}, {} {}",
            summary.city,
            count(summary.residents),
            pick(common, "名居民", "residents"),
            count(summary.homes as f64),
            pick(common, "个居住点", "homes"),
            count(summary.facilities as f64),
            pick(common, "处设施", "facilities"),
        ),
    )?;
    let english = common.language() == Language::English;
    let mut circles = table(
        &[
            pick(common, "生活圈", "Circle"),
            pick(common, "覆盖率", "Covered residents"),
            pick(common, "达标率", "With all required"),
            pick(common, "最缺的服务", "Most lacking service"),
        ],
        1,
    );
    if let Some(column) = circles.column_mut(3) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    for (_, circle) in &summary.circles {
        let required = circle.services.iter().map(|(_, service)| service).filter(|service| service.required);
        let worst = required.min_by(|a, b| a.coverage.residents.total_cmp(&b.coverage.residents));
        let name = if english { &circle.en } else { &circle.zh };
        circles.add_row([
            name.clone(),
            percent(circle.coverage.residents),
            percent(circle.compliance.residents),
            worst
                .map(|s| format!("{} ({})", if english { &s.en } else { &s.zh }, percent(s.coverage.residents)))
                .unwrap_or_default(),
        ]);
    }
    line(out, &circles.to_string())?;
    aspects(out, summary, common)?;
    indicators(out, &summary.indicators, common)?;
    worst_gaps(out, summary, common)?;
    notes(out, &summary.notes, common)?;
    let unsnapped = summary.data_quality.unsnapped.len();
    if unsnapped > 0 {
        line(
            out,
            &match common.language() {
                Language::Chinese => format!(
                    "注意：{unsnapped} 个点附近没有道路，见 summary.json 的 data_quality.unsnapped；可用 --snap-limit 放宽。"
                ),
                Language::English => {
                    format!(
                        "Note: {unsnapped} points have no street near; see data_quality.unsnapped in summary.json, or raise --snap-limit."
                    )
                }
            },
        )?;
    }
    if let Some(directory) = directory {
        let report = directory.join("report.html");
        let shown = if report.exists() { report } else { directory.to_path_buf() };
        line(out, &format!("{} {}", pick(common, "已写入", "Written:"), shown.display()))?;
    }
    Ok(())
}

/// The aspects and pairs of a standard that has them, a line each.
fn aspects(out: &mut dyn Write, summary: &Summary, common: &Common) -> io::Result<()> {
    let named = |zh: &str, en: &str, share: f64| format!("{} {}", pick(common, zh, en), percent(share));
    if !summary.aspects.is_empty() {
        let all: Vec<String> = summary.aspects.iter().map(|(_, a)| named(&a.zh, &a.en, a.coverage.residents)).collect();
        line(out, &format!("{} {}", pick(common, "按评价维度：", "By aspect of life:"), all.join(", ")))?;
    }
    if !summary.pairs.is_empty() {
        let all: Vec<String> = summary.pairs.iter().map(|(_, p)| named(&p.zh, &p.en, p.coverage.residents)).collect();
        line(out, &format!("{} {}", pick(common, "两项均可达：", "Both within reach:"), all.join(", ")))?;
    }
    Ok(())
}

/// The city in single numbers.
fn indicators(out: &mut dyn Write, indicators: &Indicators, common: &Common) -> io::Result<()> {
    let mut parts = Vec::new();
    if let Some(score) = indicators.score {
        parts.push(format!("{} {score:.1} / 100", pick(common, "得分", "score")));
    }
    parts.push(format!(
        "{} {}",
        pick(common, "人均可达的必需服务", "Required services within reach of a resident:"),
        percent(indicators.completeness)
    ));
    if let Some(time) = indicators.proximity_seconds {
        let which = match indicators.proximity_nearest {
            1 => pick(common, "步行到各项服务平均", "mean walk to the nearest of each").to_owned(),
            k => match common.language() {
                Language::Chinese => format!("步行到各类最近 {k} 处平均"),
                Language::English => format!("mean walk to the nearest {k} of each"),
            },
        };
        parts.push(format!("{which} {:.1} {}", time.minutes(), pick(common, "分钟", "min")));
    }
    if let Some(gini) = indicators.equity.gini {
        parts.push(format!("{} {gini:.3}", pick(common, "基尼系数", "Gini")));
    }
    line(out, &parts.join(pick(common, "，", "; ")))?;
    Ok(())
}

/// A city measured in several ways, a line each.
pub fn summaries(
    out: &mut dyn Write,
    summaries: &[Summary],
    directory: Option<&Path>,
    common: &Common,
) -> io::Result<()> {
    if common.json {
        document(out, &summaries.iter().map(Summary::to_json).collect())?;
        return Ok(());
    }
    let mut rows = table(
        &[
            pick(common, "标准", "Standard"),
            pick(common, "步行者", "Walker"),
            pick(common, "平均圈数", "Mean circles"),
            pick(common, "可达必需服务", "Required services within reach"),
            pick(common, "平均时间（分钟）", "Mean walk, min"),
            pick(common, "得分", "Score"),
            pick(common, "基尼系数", "Gini"),
        ],
        2,
    );
    for summary in summaries {
        let indicators = &summary.indicators;
        rows.add_row([
            summary.standard.split(' ').next().unwrap_or_default().to_owned(),
            summary.walker.clone(),
            format!("{:.2} / {}", summary.mean_circles(), summary.circles.len()),
            percent(indicators.completeness),
            indicators.proximity_seconds.map(|time| format!("{:.1}", time.minutes())).unwrap_or_default(),
            indicators.score.map(|score| format!("{score:.1}")).unwrap_or_default(),
            indicators.equity.gini.map(|gini| format!("{gini:.3}")).unwrap_or_default(),
        ]);
    }
    line(out, &rows.to_string())?;
    if let Some(directory) = directory {
        line(out, &format!("{} {}", pick(common, "已写入", "Written:"), directory.display()))?;
    }
    Ok(())
}

/// The worst gaps: by community where there are communities, else by service.
fn worst_gaps(out: &mut dyn Write, summary: &Summary, common: &Common) -> io::Result<()> {
    const SHOWN: usize = 10;
    let english = common.language() == Language::English;
    let by_community = !summary.worst_gaps.is_empty();
    let gaps = if by_community { &summary.worst_gaps } else { &summary.gaps };
    let is_of_the_map = |id: &str| {
        let services = summary.circles.iter().flat_map(|(_, circle)| &circle.services);
        services.clone().any(|(known, service)| known == id && service.facilities == 0) || summary.is_map_gap(id)
    };
    let required: Vec<_> =
        gaps.iter().filter(|gap| gap.required && !is_of_the_map(&gap.service) && gap.is_ranked()).take(SHOWN).collect();
    if required.is_empty() {
        return Ok(());
    }
    let mut rows = table(
        &[
            pick(common, "缺口", "Worst gaps"),
            pick(common, "社区", "Community"),
            pick(common, "未覆盖人口", "People without"),
            pick(common, "到最近设施平均时间", "Mean way to the nearest"),
            pick(common, "按千人指标尚缺", "Short of the ratio by"),
        ],
        2,
    );
    for gap in required {
        let service =
            summary.circles.iter().flat_map(|(_, circle)| &circle.services).find(|(id, _)| *id == gap.service);
        let community = summary.communities.iter().find(|c| Some(&c.id) == gap.community.as_ref());
        rows.add_row([
            service.map(|(_, s)| if english { s.en.clone() } else { s.zh.clone() }).unwrap_or_default(),
            community
                .map_or_else(|| pick(common, "全市", "whole city").to_owned(), |c| c.name.show(english).to_owned()),
            format!("{}{}", count(gap.people_without), whom(gap.people, common)),
            match (gap.mean_metres, gap.mean_seconds) {
                (Some(metres), _) => format!("{:.0} m", metres.0),
                (None, Some(time)) => format!("{:.0} {}", time.minutes(), pick(common, "分钟", "min")),
                (None, None) => pick(common, "无路可达", "no way").to_owned(),
            },
            gap.shortage
                .as_ref()
                .map(|shortage| format!("{}{}", count(shortage.short.ceil()), unit(shortage.of, common)))
                .unwrap_or_default(),
        ]);
    }
    line(out, &rows.to_string())?;
    Ok(())
}

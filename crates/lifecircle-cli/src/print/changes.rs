//! What changed between two cities.

use std::io::{self, Write};
use std::path::Path;

use comfy_table::CellAlignment;
use lifecircle::summary::{Changes, ServiceChange, Summary};
use lifecircle::text::Language;
use serde_json::json;

use super::{count, document, line, percent, pick, table};
use crate::args::Common;

/// What changed between two cities.
pub fn changes(
    out: &mut dyn Write,
    changes: &Changes,
    summary: &Summary,
    directory: Option<&Path>,
    common: &Common,
) -> io::Result<()> {
    if common.json {
        document(out, &json!(changes))?;
        return Ok(());
    }
    tell_changes(out, changes, summary, common)?;
    if let Some(directory) = directory {
        line(out, &format!("{} {}", pick(common, "已写入", "Written:"), directory.display()))?;
    }
    Ok(())
}

/// What changed, measured in several ways.
pub fn all_changes(
    out: &mut dyn Write,
    all: &[Changes],
    summaries: &[Summary],
    directory: Option<&Path>,
    common: &Common,
) -> io::Result<()> {
    if common.json {
        document(out, &json!(all))?;
        return Ok(());
    }
    for (changes, summary) in all.iter().zip(summaries) {
        line(out, &format!("{} · {}", summary.standard, summary.walker))?;
        tell_changes(out, changes, summary, common)?;
    }
    if let Some(directory) = directory {
        line(out, &format!("{} {}", pick(common, "已写入", "Written:"), directory.display()))?;
    }
    Ok(())
}

fn tell_changes(out: &mut dyn Write, changes: &Changes, summary: &Summary, common: &Common) -> io::Result<()> {
    const SHOWN: usize = 10;
    let english = common.language() == Language::English;
    line(
        out,
        &format!(
            "{} → {}: {} {}; {} {}; {} {}",
            changes.old,
            changes.new,
            count(changes.residents_compared),
            pick(common, "名居民两年均有居住点", "residents of homes that both have"),
            count(changes.residents_new),
            pick(common, "名在新居住点", "in new homes"),
            count(changes.residents_gone),
            pick(common, "名的居住点已不在", "in homes that are gone"),
        ),
    )?;
    let names: Vec<(&String, &str)> = summary
        .circles
        .iter()
        .flat_map(|(_, circle)| &circle.services)
        .map(|(id, service)| (id, if english { service.en.as_str() } else { service.zh.as_str() }))
        .collect();
    let name =
        |id: &str| names.iter().find(|(known, _)| *known == id).map_or_else(String::new, |(_, n)| (*n).to_owned());
    let mut rows = table(
        &[
            pick(common, "服务", "Service"),
            pick(common, "新增", "Opened"),
            pick(common, "关闭", "Closed"),
            pick(common, "迁移", "Moved"),
            pick(common, "此前覆盖", "Covered then"),
            pick(common, "现在覆盖", "Covered now"),
            pick(common, "新增覆盖居民", "Residents gained"),
            pick(common, "失去覆盖居民", "Residents lost"),
        ],
        1,
    );
    let changed = |s: &&ServiceChange| s.opened + s.closed + s.moved > 0 || s.residents_gained + s.residents_lost > 0.0;
    let mut any = false;
    for service in changes.services.iter().filter(changed) {
        any = true;
        rows.add_row([
            name(&service.service),
            service.opened.to_string(),
            service.closed.to_string(),
            service.moved.to_string(),
            percent(service.coverage_old.residents),
            percent(service.coverage_new.residents),
            count(service.residents_gained),
            count(service.residents_lost),
        ]);
    }
    if !any {
        line(out, pick(common, "没有变化。", "Nothing changed."))?;
        return Ok(());
    }
    line(out, &rows.to_string())?;
    let mut rows = table(
        &[
            pick(common, "社区", "Community"),
            pick(common, "平均圈数", "Mean circles"),
            pick(common, "新增覆盖最多", "Gained most"),
            pick(common, "失去覆盖最多", "Lost most"),
        ],
        2,
    );
    for column in [2, 3] {
        if let Some(column) = rows.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Left);
        }
    }
    let first = |list: &[(String, f64)]| {
        list.first().map(|(id, residents)| format!("{} ({})", name(id), count(*residents))).unwrap_or_default()
    };
    let touched = changes.communities.iter().filter(|c| !c.gained.is_empty() || !c.lost.is_empty());
    for community in touched.take(SHOWN) {
        let [then, now] = community.mean_circles;
        let circles = format!("{then:.2} → {now:.2}");
        let name = community.name.show(english).to_owned();
        rows.add_row([name, circles, first(&community.gained), first(&community.lost)]);
    }
    if rows.row_count() > 0 {
        line(out, &rows.to_string())?;
    }
    Ok(())
}

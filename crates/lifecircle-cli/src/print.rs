//! What the commands print: tables for people, or one JSON document.

use std::io::Write;
use std::path::{Path, PathBuf};

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use lifecircle::city::City;
use lifecircle::measure::Summary;
use lifecircle::network::Walker;
use lifecircle::report::Language;
use lifecircle::standard::Standard;
use serde_json::{Value, json};

use crate::args::Common;

/// Lines above, under the header and below; none between rows, so that many fit on a screen.
const TABLE: TableStyle = TableStyle::new()
    .top_border(LineStyle::none().fill('─').junction('─'))
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// Writes to standard output; a reader who has gone away (as `head` does) is no error.
pub fn out(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn line(text: &str) {
    out(text);
    out("\n");
}

fn document(value: &Value) {
    line(&format!("{value:#}"));
}

fn table(header: &[&str], right_from: usize) -> Table {
    let mut table = Table::new();
    table.load_style(TABLE).set_header(header.iter().map(ToString::to_string).collect::<Vec<_>>());
    for (index, column) in table.column_iter_mut().enumerate() {
        if index >= right_from {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn pick<'a>(common: &Common, zh: &'a str, en: &'a str) -> &'a str {
    if common.language() == Language::Chinese { zh } else { en }
}

fn count(number: f64) -> String {
    lifecircle::report::count(number)
}

fn percent(share: f64) -> String {
    lifecircle::report::percent(share)
}

/// A city that was just imported.
pub fn city(city: &City, directory: &Path, common: &Common) {
    let residents: f64 = city.homes.iter().map(|home| home.residents).sum();
    if common.json {
        document(&json!({
            "city": directory, "name": city.about.name, "synthetic": city.about.synthetic, "extent": city.about.extent,
            "nodes": city.streets.nodes.len(), "edges": city.streets.edges.len(), "facilities": city.facilities.len(),
            "homes": city.homes.len(), "residents": residents, "communities": city.communities.len(),
            "sources": city.about.sources, "notes": city.about.notes,
        }));
        return;
    }
    let rows = [
        (pick(common, "街道", "Streets"), city.streets.edges.len()),
        (pick(common, "设施", "Facilities"), city.facilities.len()),
        (pick(common, "住处", "Homes"), city.homes.len()),
        (pick(common, "居民", "Residents"), residents.round() as usize),
        (pick(common, "社区", "Communities"), city.communities.len()),
    ];
    let mut table = table(&[&city.about.name, ""], 1);
    for (name, number) in rows {
        table.add_row([name.to_owned(), count(number as f64)]);
    }
    line(&table.to_string());
    notes(&city.about.notes, common);
    line(&format!("{} {}", pick(common, "已写入", "Written:"), directory.display()));
}

fn notes(notes: &[lifecircle::city::Note], common: &Common) {
    for note in notes {
        line(&format!("{} {}", pick(common, "注意：", "Note:"), pick(common, &note.zh, &note.en)));
    }
}

/// A measured city: its circles and its worst gaps.
pub fn summary(summary: &Summary, directory: Option<&Path>, common: &Common) {
    if common.json {
        document(&summary.to_json());
        return;
    }
    if summary.synthetic {
        line(pick(common, "这是合成的城市，现实中并不存在。", "This city is synthetic: no such place exists."));
    }
    line(&format!(
        "{}: {} {}, {} {}, {} {}",
        summary.city,
        count(summary.residents),
        pick(common, "名居民", "residents"),
        count(summary.homes as f64),
        pick(common, "个住处", "homes"),
        count(summary.facilities as f64),
        pick(common, "处设施", "facilities"),
    ));
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
    line(&circles.to_string());
    worst_gaps(summary, common);
    notes(&summary.notes, common);
    let unsnapped = summary.rests_on.unsnapped.len();
    if unsnapped > 0 {
        line(&match common.language() {
            Language::Chinese => format!(
                "注意： {unsnapped} 个点附近没有街道，见 summary.json 的 rests_on.unsnapped；可用 --snap-limit 放宽。"
            ),
            Language::English => {
                format!(
                    "Note: {unsnapped} points have no street near; see rests_on.unsnapped in summary.json, or raise --snap-limit."
                )
            }
        });
    }
    if let Some(directory) = directory {
        let report = directory.join("report.html");
        let shown = if report.exists() { report } else { directory.to_path_buf() };
        line(&format!("{} {}", pick(common, "已写入", "Written:"), shown.display()));
    }
}

/// The worst gaps: by community where there are communities, else by service.
fn worst_gaps(summary: &Summary, common: &Common) {
    const SHOWN: usize = 10;
    let english = common.language() == Language::English;
    let by_community = !summary.worst_gaps.is_empty();
    let gaps = if by_community { &summary.worst_gaps } else { &summary.gaps };
    let required: Vec<_> = gaps.iter().filter(|gap| gap.required).take(SHOWN).collect();
    if required.is_empty() {
        return;
    }
    let mut rows = table(
        &[
            pick(common, "缺口", "Worst gaps"),
            pick(common, "社区", "Community"),
            pick(common, "缺少的居民", "Residents without"),
            pick(common, "平均最近", "Nearest, mean"),
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
            count(gap.residents_without),
            gap.mean_seconds.map_or_else(
                || pick(common, "无路可达", "none to be reached").to_owned(),
                |time| format!("{:.0} {}", time.minutes(), pick(common, "分钟", "min")),
            ),
        ]);
    }
    line(&rows.to_string());
}

/// A single file that was written.
pub fn written(path: &Path, summary: Option<&Summary>, common: &Common) {
    if common.json {
        document(&summary.map_or_else(|| json!({ "file": path }), Summary::to_json));
    } else {
        line(&format!("{} {}", pick(common, "已写入", "Written:"), path.display()));
    }
}

/// Files that were written, with their rows.
pub fn files(files: &[(PathBuf, usize)], common: &Common) {
    if common.json {
        let files: Vec<Value> = files.iter().map(|(file, rows)| json!({ "file": file, "rows": rows })).collect();
        document(&json!({ "files": files }));
        return;
    }
    for (file, rows) in files {
        line(&format!(
            "{} {} ({} {})",
            pick(common, "已写入", "Written:"),
            file.display(),
            count(*rows as f64),
            pick(common, "行", "rows")
        ));
    }
}

/// Standards, a line each.
pub fn standards(standards: &[Standard], common: &Common) {
    if common.json {
        let all = standards
            .iter()
            .map(|s| json!({ "id": s.id, "version": s.version, "zh": s.zh, "en": s.en, "services": s.services.len() }));
        document(&all.collect());
        return;
    }
    let mut rows = table(&["id", pick(common, "名称", "Name"), pick(common, "服务", "Services")], 2);
    for standard in standards {
        rows.add_row([
            standard.id.clone(),
            pick(common, &standard.zh, &standard.en).to_owned(),
            standard.services.len().to_string(),
        ]);
    }
    line(&rows.to_string());
}

/// What a standard asks for.
pub fn standard(standard: &Standard, common: &Common) {
    if common.json {
        let services = standard.services.iter().map(|s| {
            json!({
                "id": s.id, "circle": standard.circles[s.circle].id, "zh": s.zh, "en": s.en,
                "threshold_seconds": s.threshold, "required": s.required, "source": s.source,
            })
        });
        document(&json!({
            "id": standard.id, "version": standard.version, "zh": standard.zh, "en": standard.en,
            "sources": standard.sources, "services": services.collect::<Vec<_>>(),
        }));
        return;
    }
    line(&format!("{} {} — {}", standard.id, standard.version, pick(common, &standard.zh, &standard.en)));
    let mut rows = table(
        &[
            pick(common, "生活圈", "Circle"),
            pick(common, "服务", "Service"),
            "id",
            pick(common, "分钟", "Minutes"),
            pick(common, "必需", "Required"),
        ],
        3,
    );
    for service in &standard.services {
        let circle = &standard.circles[service.circle];
        rows.add_row([
            pick(common, &circle.zh, &circle.en).to_owned(),
            pick(common, &service.zh, &service.en).to_owned(),
            service.id.clone(),
            format!("{:.0}", service.threshold.minutes()),
            if service.required { "▲".to_owned() } else { String::new() },
        ]);
    }
    line(&rows.to_string());
}

/// The walkers.
pub fn walkers(walkers: &[Walker], common: &Common) {
    if common.json {
        document(&json!(walkers));
        return;
    }
    let mut rows = table(
        &[
            "id",
            pick(common, "名称", "Name"),
            "m/s",
            pick(common, "台阶", "On steps"),
            pick(common, "路口等候（秒）", "Wait at signals, s"),
            pick(common, "来源", "Source"),
        ],
        2,
    );
    if let Some(column) = rows.column_mut(5) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    rows.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    for walker in walkers {
        rows.add_row([
            walker.id.to_owned(),
            pick(common, walker.zh, walker.en).to_owned(),
            walker.speed.to_string(),
            walker.steps.map_or_else(|| pick(common, "不能", "cannot").to_owned(), |share| format!("× {share}")),
            walker.signal_wait.0.to_string(),
            walker.source.to_owned(),
        ]);
    }
    line(&rows.to_string());
}

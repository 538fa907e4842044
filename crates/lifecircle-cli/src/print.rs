//! What the commands print: tables for people, or one JSON document.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use lifecircle::city::City;
use lifecircle::kinds::Catalogue;
use lifecircle::measure::{Changes, Indicators, Summary};
use lifecircle::network::Walker;
use lifecircle::report::Language;
use lifecircle::standard::{AgeGroup, Service, Standard, SupplyOf, Threshold};
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

/// Prints one JSON document.
pub fn document(value: &Value) {
    line(&format!("{value:#}"));
}

/// How wide tables with long texts are where there is no terminal to tell.
const WIDTH: u16 = 150;

/// Lets the long texts of a table run over several lines.
fn wrapped(table: &mut Table) {
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    if !std::io::stdout().is_terminal() {
        table.set_width(WIDTH);
    }
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
            "sources": city.about.sources, "notes": city.about.notes, "lists": city.about.lists,
            "merged": city.merges.len(),
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
    lists(city, common);
    notes(&city.about.notes, common);
    line(&format!("{} {}", pick(common, "已写入", "Written:"), directory.display()));
}

/// Where a city's facilities come from, and what became of its lists.
pub fn facilities(city: &City, common: &Common) {
    let catalogue = Catalogue::built_in();
    let mut counts = vec![(0_usize, 0_usize); catalogue.kinds.len()];
    let mut nothing = 0;
    for facility in &city.facilities {
        let kinds = catalogue.kinds_of(facility);
        nothing += usize::from(kinds.is_empty());
        for kind in kinds {
            let from_list = usize::from(facility.id.contains(':'));
            counts[kind] = (counts[kind].0 + 1 - from_list, counts[kind].1 + from_list);
        }
    }
    if common.json {
        let kinds = catalogue.kinds.iter().zip(&counts).map(|(kind, (osm, lists))| {
            json!({ "id": kind.id, "zh": kind.zh, "en": kind.en, "from_osm": osm, "from_lists": lists })
        });
        document(&json!({
            "facilities": city.facilities.len(), "of_no_kind": nothing, "merged": city.merges.len(),
            "lists": city.about.lists, "kinds": kinds.collect::<Vec<_>>(),
        }));
        return;
    }
    let mut rows = table(&["id", pick(common, "类别", "Kind"), "OpenStreetMap", pick(common, "名录", "Lists")], 2);
    for (kind, (osm, lists)) in catalogue.kinds.iter().zip(&counts).filter(|(_, (osm, lists))| osm + lists > 0) {
        let name = pick(common, &kind.zh, &kind.en).to_owned();
        rows.add_row([kind.id.clone(), name, count(*osm as f64), count(*lists as f64)]);
    }
    line(&rows.to_string());
    line(&match common.language() {
        Language::Chinese => format!(
            "共 {} 处设施，其中 {} 处不属于任何已知类别。",
            count(city.facilities.len() as f64),
            count(nothing as f64)
        ),
        Language::English => {
            format!("{} facilities, {} of no known kind.", count(city.facilities.len() as f64), count(nothing as f64))
        }
    });
    lists(city, common);
}

/// What became of each list.
fn lists(city: &City, common: &Common) {
    const WORDS: usize = 12;
    for list in &city.about.lists {
        line(&match common.language() {
            Language::Chinese => format!(
                "{}（{}，{}）：{} 条，识别 {} 条，{} 条与已有设施合并，{} 条已停业未计。",
                list.file, list.origin, list.datum, list.entries, list.recognised, list.merged, list.closed
            ),
            Language::English => format!(
                "{} ({}, {}): {} entries, {} recognised, {} merged with places known already, {} closed and left out.",
                list.file, list.origin, list.datum, list.entries, list.recognised, list.merged, list.closed
            ),
        });
        if !list.unrecognised.is_empty() {
            let words: Vec<String> =
                list.unrecognised.iter().take(WORDS).map(|(word, count)| format!("{word} ({count})")).collect();
            let more = list.unrecognised.len().saturating_sub(WORDS);
            let more = if more > 0 { format!(" … +{more}") } else { String::new() };
            line(&format!("  {} {}{more}", pick(common, "未识别：", "Not recognised:"), words.join(", ")));
        }
    }
    if !city.merges.is_empty() {
        line(pick(
            common,
            "合并明细：lifecircle facilities CITY --merges；撤销：--undo ID。",
            "Each merge: lifecircle facilities CITY --merges; take one back: --undo ID.",
        ));
    }
}

/// Each merge with its reason.
pub fn merges(city: &City, common: &Common) {
    let kept = |id: &str| city.facilities.iter().find(|facility| facility.id == id);
    let english = common.language() == Language::English;
    if common.json {
        let merges = city.merges.iter().map(|merge| {
            json!({
                "merged": merge.merged.id, "merged_name": merge.merged.name, "kept": merge.kept,
                "kept_name": kept(&merge.kept).map(|facility| &facility.name), "metres": merge.metres,
                "likeness": merge.likeness, "kinds": merge.kinds, "gave": merge.gave,
            })
        });
        document(&merges.collect());
        return;
    }
    if city.merges.is_empty() {
        line(pick(common, "没有合并。", "Nothing was merged."));
        return;
    }
    let mut rows = table(
        &[
            pick(common, "名录条目", "Entry of the list"),
            pick(common, "名称", "Name"),
            pick(common, "合并到", "Merged with"),
            pick(common, "名称", "Name"),
            pick(common, "类别", "Kind"),
            pick(common, "距离", "Apart"),
            pick(common, "名称相似度", "Names alike"),
        ],
        5,
    );
    for merge in &city.merges {
        rows.add_row([
            merge.merged.id.clone(),
            merge.merged.name.show(english).to_owned(),
            merge.kept.clone(),
            kept(&merge.kept).map(|facility| facility.name.show(english).to_owned()).unwrap_or_default(),
            merge.kinds.join(", "),
            format!("{:.0} m", merge.metres.0),
            merge.likeness.map_or_else(|| pick(common, "无名", "no name").to_owned(), |alike| format!("{alike:.2}")),
        ]);
    }
    line(&rows.to_string());
}

/// Merges that were taken back.
pub fn undone(ids: &[String], directory: &Path, common: &Common) {
    if common.json {
        document(&json!({ "undone": ids, "city": directory }));
        return;
    }
    line(&format!("{} {}", pick(common, "已撤销合并：", "Taken back:"), ids.join(", ")));
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
    aspects(summary, common);
    indicators(&summary.indicators, common);
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

/// The aspects and pairs of a standard that has them, a line each.
fn aspects(summary: &Summary, common: &Common) {
    let named = |zh: &str, en: &str, share: f64| format!("{} {}", pick(common, zh, en), percent(share));
    if !summary.aspects.is_empty() {
        let all: Vec<String> = summary.aspects.iter().map(|(_, a)| named(&a.zh, &a.en, a.coverage.residents)).collect();
        line(&format!("{} {}", pick(common, "各方面：", "Aspects:"), all.join(", ")));
    }
    if !summary.pairs.is_empty() {
        let all: Vec<String> = summary.pairs.iter().map(|(_, p)| named(&p.zh, &p.en, p.coverage.residents)).collect();
        line(&format!("{} {}", pick(common, "成对服务：", "Pairs:"), all.join(", ")));
    }
}

/// The city in single numbers.
fn indicators(indicators: &Indicators, common: &Common) {
    let mut parts = Vec::new();
    if let Some(score) = indicators.score {
        parts.push(format!("{} {score:.1} / 100", pick(common, "得分", "score")));
    }
    parts.push(format!(
        "{} {}",
        pick(common, "必需服务齐备度", "required services had"),
        percent(indicators.completeness)
    ));
    if let Some(time) = indicators.proximity_seconds {
        let which = match indicators.proximity_nearest {
            1 => pick(common, "到各项服务平均", "mean time to the services").to_owned(),
            k => match common.language() {
                Language::Chinese => format!("到各类最近 {k} 处平均"),
                Language::English => format!("mean time to the nearest {k} of each"),
            },
        };
        parts.push(format!("{which} {:.1} {}", time.minutes(), pick(common, "分钟", "min")));
    }
    if let Some(gini) = indicators.equity.gini {
        parts.push(format!("{} {gini:.3}", pick(common, "基尼系数", "Gini")));
    }
    line(&parts.join(pick(common, "，", "; ")));
}

/// A city measured in several ways, a line each.
pub fn summaries(summaries: &[Summary], directory: Option<&Path>, common: &Common) {
    if common.json {
        document(&summaries.iter().map(Summary::to_json).collect());
        return;
    }
    let mut rows = table(
        &[
            pick(common, "标准", "Standard"),
            pick(common, "步行者", "Walker"),
            pick(common, "平均圈数", "Mean circles"),
            pick(common, "必需服务齐备度", "Required services had"),
            pick(common, "平均时间（分钟）", "Proximity, min"),
            pick(common, "得分", "Score"),
            pick(common, "基尼系数", "Gini"),
        ],
        2,
    );
    for summary in summaries {
        let held: f64 = summary.residents_by_circles.iter().enumerate().map(|(n, r)| n as f64 * r).sum();
        let indicators = &summary.indicators;
        rows.add_row([
            summary.standard.split(' ').next().unwrap_or_default().to_owned(),
            summary.walker.clone(),
            format!("{:.2} / {}", held / summary.residents.max(f64::MIN_POSITIVE), summary.circles.len()),
            percent(indicators.completeness),
            indicators.proximity_seconds.map(|time| format!("{:.1}", time.minutes())).unwrap_or_default(),
            indicators.score.map(|score| format!("{score:.1}")).unwrap_or_default(),
            indicators.equity.gini.map(|gini| format!("{gini:.3}")).unwrap_or_default(),
        ]);
    }
    line(&rows.to_string());
    if let Some(directory) = directory {
        line(&format!("{} {}", pick(common, "已写入", "Written:"), directory.display()));
    }
}

/// What changed between two cities.
pub fn changes(changes: &Changes, summary: &Summary, directory: Option<&Path>, common: &Common) {
    if common.json {
        document(&json!(changes));
        return;
    }
    tell_changes(changes, summary, common);
    if let Some(directory) = directory {
        line(&format!("{} {}", pick(common, "已写入", "Written:"), directory.display()));
    }
}

/// What changed, measured in several ways.
pub fn all_changes(all: &[Changes], summaries: &[Summary], directory: Option<&Path>, common: &Common) {
    if common.json {
        document(&json!(all));
        return;
    }
    for (changes, summary) in all.iter().zip(summaries) {
        line(&format!("{} · {}", summary.standard, summary.walker));
        tell_changes(changes, summary, common);
    }
    if let Some(directory) = directory {
        line(&format!("{} {}", pick(common, "已写入", "Written:"), directory.display()));
    }
}

fn tell_changes(changes: &Changes, summary: &Summary, common: &Common) {
    const SHOWN: usize = 10;
    let english = common.language() == Language::English;
    line(&format!(
        "{} → {}: {} {}; {} {}; {} {}",
        changes.old,
        changes.new,
        count(changes.residents_compared),
        pick(common, "名居民两年均有住处", "residents of homes that both have"),
        count(changes.residents_new),
        pick(common, "名在新住处", "in new homes"),
        count(changes.residents_gone),
        pick(common, "名的住处已不在", "in homes that are gone"),
    ));
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
            pick(common, "新享有居民", "Residents gained"),
            pick(common, "失去居民", "Residents lost"),
        ],
        1,
    );
    let changed = |s: &&lifecircle::measure::ServiceChange| {
        s.opened + s.closed + s.moved > 0 || s.residents_gained + s.residents_lost > 0.0
    };
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
        line(pick(common, "没有变化。", "Nothing changed."));
        return;
    }
    line(&rows.to_string());
    let mut rows = table(
        &[
            pick(common, "社区", "Community"),
            pick(common, "平均圈数", "Mean circles"),
            pick(common, "新享有最多", "Gained most"),
            pick(common, "失去最多", "Lost most"),
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
        line(&rows.to_string());
    }
}

/// The worst gaps: by community where there are communities, else by service.
fn worst_gaps(summary: &Summary, common: &Common) {
    const SHOWN: usize = 10;
    let english = common.language() == Language::English;
    let by_community = !summary.worst_gaps.is_empty();
    let gaps = if by_community { &summary.worst_gaps } else { &summary.gaps };
    let none_at_all = |id: &str| {
        let services = summary.circles.iter().flat_map(|(_, circle)| &circle.services);
        services.clone().any(|(known, service)| known == id && service.facilities == 0)
    };
    let required: Vec<_> = gaps.iter().filter(|gap| gap.required && !none_at_all(&gap.service)).take(SHOWN).collect();
    if required.is_empty() {
        return;
    }
    let mut rows = table(
        &[
            pick(common, "缺口", "Worst gaps"),
            pick(common, "社区", "Community"),
            pick(common, "缺少的人", "People without"),
            pick(common, "平均最近", "Nearest, mean"),
            pick(common, "按千人指标还缺", "Missing by the ratio"),
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
                (None, None) => pick(common, "无路可达", "none to be reached").to_owned(),
            },
            gap.shortage
                .as_ref()
                .map(|shortage| format!("{}{}", count(shortage.short.ceil()), unit(shortage.of, common)))
                .unwrap_or_default(),
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

/// Whom a number of people are, where they are not all.
fn whom(group: AgeGroup, common: &Common) -> &str {
    match group {
        AgeGroup::All => "",
        AgeGroup::Children => pick(common, " 儿童", " children"),
        AgeGroup::Elderly => pick(common, " 老人", " old people"),
    }
}

/// The unit of a supply.
fn unit(of: SupplyOf, common: &Common) -> &str {
    match of {
        SupplyOf::Capacity => pick(common, " 位", " places"),
        SupplyOf::Area => " m²",
        SupplyOf::Facilities => pick(common, " 处", " facilities"),
    }
}

/// Everything that a standard says of a service but its name, in a few words.
fn asks(standard: &Standard, index: usize, common: &Common) -> String {
    let service = &standard.services[index];
    let mut parts = Vec::new();
    if service.count > 1 {
        parts.push(match common.language() {
            Language::Chinese => format!("至少 {} 处", service.count),
            Language::English => format!("at least {}", service.count),
        });
    }
    parts.extend(size(service, common));
    match service.people {
        AgeGroup::All => {}
        group => parts.push(match common.language() {
            Language::Chinese => format!("面向{}", whom(group, common).trim()),
            Language::English => format!("for{}", whom(group, common)),
        }),
    }
    if let Some(ratio) = &service.ratio {
        parts.push(match common.language() {
            Language::Chinese => {
                format!("每千人{} {}{}", whom(ratio.people, common), ratio.per_thousand, unit(ratio.of, common))
            }
            Language::English => {
                let people = if ratio.people == AgeGroup::All { " people" } else { whom(ratio.people, common) };
                format!("{}{} a thousand{people}", ratio.per_thousand, unit(ratio.of, common))
            }
        });
    }
    if !service.weights.is_empty() {
        let weights: Vec<String> = service.weights.iter().map(ToString::to_string).collect();
        parts.push(format!("{} {}", pick(common, "权重", "weights"), weights.join("/")));
    }
    parts.join(pick(common, "，", "; "))
}

fn size(service: &Service, common: &Common) -> Option<String> {
    let unknown = if service.unknown_area { pick(common, "（面积未知亦可）", " (or not known)") } else { "" };
    let text = match (service.min_area > 0.0, service.max_area < f64::INFINITY) {
        (false, false) => return None,
        (true, false) => format!("≥ {} m²", service.min_area),
        (false, true) => format!("≤ {} m²", service.max_area),
        (true, true) => format!("{}–{} m²", service.min_area, service.max_area),
    };
    Some(format!("{text}{unknown}"))
}

/// What a standard asks for.
pub fn standard(standard: &Standard, common: &Common) {
    let kinds = |index: usize| standard.kinds_of(index).collect::<Vec<_>>();
    if common.json {
        let services = standard.services.iter().enumerate().map(|(index, s)| {
            let (seconds, metres) = match s.threshold {
                Threshold::Time(time) => (Some(time), None),
                Threshold::Distance(metres) => (None, Some(metres)),
            };
            json!({
                "id": s.id, "circle": standard.circles[s.circle].id, "zh": s.zh, "en": s.en,
                "threshold_seconds": seconds, "threshold_metres": metres, "count": s.count, "required": s.required,
                "people": s.people, "ratio": s.ratio, "weights": s.weights, "kinds": kinds(index), "source": s.source,
            })
        });
        document(&json!({
            "id": standard.id, "version": standard.version, "zh": standard.zh, "en": standard.en,
            "sources": standard.sources, "nearest": standard.nearest, "score": standard.score,
            "services": services.collect::<Vec<_>>(),
        }));
        return;
    }
    line(&format!("{} {} — {}", standard.id, standard.version, pick(common, &standard.zh, &standard.en)));
    let mut rows = table(
        &[
            pick(common, "生活圈", "Circle"),
            pick(common, "服务", "Service"),
            "id",
            pick(common, "时限", "Within"),
            pick(common, "必需", "Required"),
            pick(common, "还要求", "And"),
            pick(common, "由何类设施", "Of kinds"),
        ],
        3,
    );
    wrapped(&mut rows);
    for column in 5..7 {
        if let Some(column) = rows.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Left);
        }
    }
    let mut last = None;
    for (index, service) in standard.services.iter().enumerate() {
        let circle = &standard.circles[service.circle];
        let first = last != Some(service.circle);
        last = Some(service.circle);
        rows.add_row([
            if first { pick(common, &circle.zh, &circle.en).to_owned() } else { String::new() },
            pick(common, &service.zh, &service.en).to_owned(),
            service.id.clone(),
            match service.threshold {
                Threshold::Time(time) => format!("{} {}", time.minutes(), pick(common, "分钟", "min")),
                Threshold::Distance(metres) => format!("{} m", metres.0),
            },
            if service.required { "▲".to_owned() } else { "△".to_owned() },
            asks(standard, index, common),
            kinds(index).join(", "),
        ]);
    }
    line(&rows.to_string());
    explain(standard, common);
}

/// What will be done with the services, in sentences.
fn explain(standard: &Standard, common: &Common) {
    let name = |index: &usize| {
        let service = &standard.services[*index];
        pick(common, &service.zh, &service.en).to_owned()
    };
    let names = |services: &[usize]| services.iter().map(name).collect::<Vec<_>>().join(pick(common, "、", ", "));
    for pair in &standard.pairs {
        line(&format!(
            "{} {}: {}",
            pick(common, "成对服务", "Pair"),
            pick(common, &pair.zh, &pair.en),
            names(&pair.services)
        ));
    }
    for aspect in &standard.aspects {
        line(&format!(
            "{} {}: {}",
            pick(common, "方面", "Aspect"),
            pick(common, &aspect.zh, &aspect.en),
            names(&aspect.services)
        ));
    }
    if let Some(score) = &standard.score {
        line(&match common.language() {
            Language::Chinese => format!(
                "得分：0 至 100。各项服务最近的设施依次计其权重，{} 米内满分，至 {} 米线性减为零。",
                score.full_metres, score.none_metres
            ),
            Language::English => format!(
                "Score: 0 to 100. The nearest facilities of each service give its weights in turn: whole within {} m, evenly down to nothing at {} m.",
                score.full_metres, score.none_metres
            ),
        });
    }
    if standard.nearest > 1 {
        line(&match common.language() {
            Language::Chinese => {
                format!("邻近时间：到每项服务最近 {} 处的平均时间，再对服务取平均。", standard.nearest)
            }
            Language::English => format!(
                "Proximity time: the mean time to the nearest {} of each service, then the mean over services.",
                standard.nearest
            ),
        });
    }
    line(pick(
        common,
        "▲ 必需：缺少则该圈不达标；△ 建议。同名设施按标签、编码识别，均不符时按名称。",
        "▲ required: without it the circle is incomplete; △ advised. Places are recognised by tags and codes, and where none fits by their names.",
    ));
    for source in &standard.sources {
        line(&format!("{} {source}", pick(common, "依据：", "Source:")));
    }
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
            pick(common, "坡度", "Slope"),
            pick(common, "路口等候（秒）", "Wait at signals, s"),
            pick(common, "速度来源", "Source of the speed"),
        ],
        2,
    );
    if let Some(column) = rows.column_mut(6) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    wrapped(&mut rows);
    for walker in walkers {
        rows.add_row([
            walker.id.clone(),
            pick(common, &walker.zh, &walker.en).to_owned(),
            walker.speed.to_string(),
            walker.steps.map_or_else(|| pick(common, "不能", "cannot").to_owned(), |share| format!("× {share}")),
            walker.slope.steepest.map(|slope| format!("≤ {:.0} %", slope * 100.0)).unwrap_or_default(),
            walker.signal_wait.0.to_string(),
            walker.sources.get("speed").cloned().unwrap_or_default(),
        ]);
    }
    line(&rows.to_string());
}

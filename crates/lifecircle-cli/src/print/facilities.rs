//! Facilities: where they come from, what became of lists, what was merged.

use std::io::{self, Write};
use std::path::Path;

use lifecircle::city::{City, ListReport, PlacedBy};
use lifecircle::kinds::{Because, Catalogue, overlaps};
use lifecircle::text::Language;
use serde_json::json;

use super::{count, document, line, percent, pick, table};
use crate::args::Common;

/// Where a city's facilities come from, and what became of its lists.
pub fn facilities(out: &mut dyn Write, city: &City, common: &Common) -> io::Result<()> {
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
        document(
            out,
            &json!({
                "facilities": city.facilities.len(), "of_no_kind": nothing, "merged": city.merges.len(),
                "lists": city.about.lists, "kinds": kinds.collect::<Vec<_>>(), "overlaps": overlaps(city),
            }),
        )?;
        return Ok(());
    }
    let mut rows = table(&["id", pick(common, "类别", "Kind"), "OpenStreetMap", pick(common, "名录", "Lists")], 2);
    for (kind, (osm, lists)) in catalogue.kinds.iter().zip(&counts).filter(|(_, (osm, lists))| osm + lists > 0) {
        let name = pick(common, &kind.zh, &kind.en).to_owned();
        rows.add_row([kind.id.clone(), name, count(*osm as f64), count(*lists as f64)]);
    }
    line(out, &rows.to_string())?;
    line(
        out,
        &match common.language() {
            Language::Chinese => format!(
                "共 {} 处设施，其中 {} 处不属于任何已知类别。",
                count(city.facilities.len() as f64),
                count(nothing as f64)
            ),
            Language::English => {
                format!(
                    "{} facilities, {} of no known kind.",
                    count(city.facilities.len() as f64),
                    count(nothing as f64)
                )
            }
        },
    )?;
    lists(out, city, common)?;
    tell_overlaps(out, city, common)
}

/// How many places of each kind there probably are, where the map and the lists overlap.
fn tell_overlaps(out: &mut dyn Write, city: &City, common: &Common) -> io::Result<()> {
    let all = overlaps(city);
    if all.is_empty() {
        return Ok(());
    }
    let heads = [
        pick(common, "类别", "Kind"),
        pick(common, "地图", "On the map"),
        pick(common, "名录", "In lists"),
        pick(common, "两者皆有", "In both"),
        pick(common, "推算总数（95% 区间）", "Probably in all (95%)"),
        pick(common, "地图收录", "Map knows"),
    ];
    let mut rows = table(&heads, 1);
    for overlap in &all {
        let [low, high] = overlap.bounds.map(count);
        rows.add_row([
            pick(common, &overlap.zh, &overlap.en).to_owned(),
            count(overlap.on_map as f64),
            count(overlap.in_lists as f64),
            count(overlap.in_both as f64),
            format!("{} ({low}–{high})", count(overlap.estimate)),
            percent(overlap.map_knows()),
        ]);
    }
    line(out, &rows.to_string())?;
    line(
        out,
        pick(
            common,
            "按标志重捕法（Chapman）由两种来源的重合推算，假定两者互不依赖；同源数据会低估总数。",
            "By capture and recapture (Chapman): from what both know, as if each knew a place by chance. Sources that were made from each other make it too low.",
        ),
    )
}

/// What became of each list.
pub(super) fn lists(out: &mut dyn Write, city: &City, common: &Common) -> io::Result<()> {
    const WORDS: usize = 12;
    for list in &city.about.lists {
        let (origin, datum) = (list.origin.name(), list.datum);
        line(
            out,
            &match common.language() {
                Language::Chinese => format!(
                    "{}（{}，{}）：{} 条，识别 {} 条，{} 条与已有设施合并，{} 条已停业未计。",
                    list.file, origin, datum, list.entries, list.recognised, list.merged, list.closed
                ),
                Language::English => format!(
                    "{} ({}, {}): {} entries, {} recognised, {} merged with places known already, {} closed and left out.",
                    list.file, origin, datum, list.entries, list.recognised, list.merged, list.closed
                ),
            },
        )?;
        more_of_list(out, list, common)?;
        if !list.unrecognised.is_empty() {
            let words: Vec<String> =
                list.unrecognised.iter().take(WORDS).map(|(word, count)| format!("{word} ({count})")).collect();
            let more = list.unrecognised.len().saturating_sub(WORDS);
            let more = if more > 0 { format!(" … +{more}") } else { String::new() };
            line(out, &format!("  {} {}{more}", pick(common, "未识别：", "Not recognised:"), words.join(", ")))?;
        }
    }
    if !city.merges.is_empty() {
        line(
            out,
            pick(
                common,
                "合并明细：lifecircle facilities CITY --merges；撤销：--undo ID。",
                "Each merge: lifecircle facilities CITY --merges; take one back: --undo ID.",
            ),
        )?;
    }
    Ok(())
}

/// How entries without coordinates were placed, which were not, and of what nothing was made.
fn more_of_list(out: &mut dyn Write, list: &ListReport, common: &Common) -> io::Result<()> {
    const SHOWN: usize = 5;
    let by = |by: PlacedBy| match by {
        PlacedBy::Address => pick(common, "按门牌", "by address"),
        PlacedBy::Name => pick(common, "按同名地点", "by name"),
        PlacedBy::Place => pick(common, "按所在小区或地点", "by a place in the address"),
        PlacedBy::Community => pick(common, "按社区中心", "in the middle of the community"),
    };
    let (comma, space) = (pick(common, "、", ", "), pick(common, "", " "));
    let mut said = |head: &str, what: &str| line(out, &format!("  {head}{space}{what}"));
    if !list.placed.is_empty() {
        let placed: Vec<String> = list.placed.iter().map(|(how, count)| format!("{} {count}", by(*how))).collect();
        said(pick(common, "无坐标条目的定位：", "Placed without coordinates:"), &placed.join(comma))?;
    }
    if list.without_place > 0 {
        let shown: Vec<&str> = list.unplaced.iter().take(SHOWN).map(String::as_str).collect();
        let more = list.without_place.saturating_sub(SHOWN);
        let more = if more > 0 { format!(" … +{more}") } else { String::new() };
        let head = match common.language() {
            Language::Chinese => format!("未能定位 {} 条：", list.without_place),
            Language::English => format!("Not placed ({}):", list.without_place),
        };
        said(&head, &format!("{}{more}", shown.join("; ")))?;
    }
    if !list.unused.is_empty() {
        said(pick(common, "未使用的列：", "Columns not used:"), &list.unused.join(comma))?;
    }
    if !list.sheets_left.is_empty() {
        said(pick(common, "未读取的工作表：", "Sheets not read:"), &list.sheets_left.join(comma))?;
    }
    Ok(())
}

/// Rules are cut after so many signs; --json has them whole.
const LONGEST_RULE: usize = 60;

/// What was taken for a kind, or for none, and why.
pub fn of_kind(out: &mut dyn Write, city: &City, kind: Option<usize>, common: &Common) -> io::Result<()> {
    let catalogue = Catalogue::built_in();
    let because = |facility| {
        let found = catalogue.recognise(facility);
        match kind {
            Some(kind) => found.into_iter().find(|(found, _)| *found == kind).map(|(_, why)| Some(why)),
            None => found.is_empty().then_some(None),
        }
    };
    let found = city.facilities.iter().filter_map(|facility| Some((facility, because(facility)?)));
    if common.json {
        let all = found.map(|(facility, why)| {
            let (way, what) = match why {
                Some(Because::Rule(rule)) => (Some("rule"), Some(rule)),
                Some(Because::Name(word)) => (Some("name"), Some(word)),
                Some(Because::Called) => (Some("list"), Some(facility.kind.as_str())),
                Some(Because::Corrected) => (Some("correction"), None),
                None => (None, None),
            };
            json!({
                "id": facility.id, "name": facility.name, "kind": facility.kind, "lon": facility.at.x, "lat": facility.at.y,
                "area": facility.area, "by": way, "because": what, "tags": facility.tags_as_json(),
            })
        });
        return document(out, &all.collect());
    }
    let english = common.language() == Language::English;
    let heads = [
        "id",
        pick(common, "名称", "Name"),
        pick(common, "标签", "Tag"),
        pick(common, "依据", "Because of"),
        pick(common, "经度", "Longitude"),
        pick(common, "纬度", "Latitude"),
    ];
    let mut rows = table(&heads, 4);
    for (facility, why) in found {
        let why = match why {
            Some(Because::Rule(rule)) if rule.chars().count() > LONGEST_RULE => {
                rule.chars().take(LONGEST_RULE).chain(['…']).collect()
            }
            Some(Because::Rule(rule)) => rule.to_owned(),
            Some(Because::Name(word)) => format!("{} {word}", pick(common, "名称含", "name:")),
            Some(Because::Called) => pick(common, "名录如此称", "so called by the list").to_owned(),
            Some(Because::Corrected) => pick(common, "人工更正", "corrected").to_owned(),
            None => String::new(),
        };
        rows.add_row([
            facility.id.clone(),
            facility.name.show(english).to_owned(),
            facility.kind.clone(),
            why,
            format!("{:.6}", facility.at.x),
            format!("{:.6}", facility.at.y),
        ]);
    }
    line(out, &rows.to_string())
}

/// How many facilities are of other kinds now.
pub fn corrected(out: &mut dyn Write, changed: usize, city: &Path, common: &Common) -> io::Result<()> {
    if common.json {
        return document(out, &json!({ "city": city, "changed": changed }));
    }
    let said = match common.language() {
        Language::Chinese => format!("已更正 {} 处设施的类别。", count(changed as f64)),
        Language::English => format!("Facilities of other kinds now: {}.", count(changed as f64)),
    };
    line(out, &said)
}

/// Each merge with its reason.
pub fn merges(out: &mut dyn Write, city: &City, common: &Common) -> io::Result<()> {
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
        document(out, &merges.collect())?;
        return Ok(());
    }
    if city.merges.is_empty() {
        line(out, pick(common, "没有合并。", "Nothing was merged."))?;
        return Ok(());
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
    line(out, &rows.to_string())?;
    Ok(())
}

/// Merges that were taken back.
pub fn undone(out: &mut dyn Write, ids: &[String], directory: &Path, common: &Common) -> io::Result<()> {
    if common.json {
        document(out, &json!({ "undone": ids, "city": directory }))?;
        return Ok(());
    }
    line(out, &format!("{} {}", pick(common, "已撤销合并：", "Taken back:"), ids.join(", ")))?;
    line(out, &format!("{} {}", pick(common, "已写入", "Written:"), directory.display()))?;
    Ok(())
}

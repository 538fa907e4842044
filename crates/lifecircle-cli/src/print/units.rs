//! Units: communities put together.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

use lifecircle::text::Language;
use lifecircle_plan::units::Units;
use serde_json::json;

use super::{count, document, line, percent, pick, table, wrapped};
use crate::args::Common;

/// Units with what they are like, and how good they are.
pub fn units(
    out: &mut dyn Write,
    units: &Units,
    services: &HashMap<String, String>,
    written: Option<&Path>,
    common: &Common,
) -> io::Result<()> {
    if common.json {
        return document(out, &json!(units));
    }
    let english = common.language() == Language::English;
    let mut rows = table(
        &[
            pick(common, "单元（中心所在社区）", "Unit (community of its centre)"),
            pick(common, "社区数", "Communities"),
            pick(common, "居民", "Residents"),
            pick(common, "偏离平均", "Off the mean"),
            pick(common, "到中心平均（分钟）", "Minutes to the centre"),
            pick(common, "15 分钟内", "Within 15 min"),
            pick(common, "紧凑度", "Compactness"),
        ],
        1,
    );
    wrapped(&mut rows);
    for unit in &units.units {
        rows.add_row([
            unit.name.show(english).to_owned(),
            unit.members.len().to_string(),
            count(unit.residents),
            if unit.kept { pick(common, "按原样保留", "kept").to_owned() } else { off(unit.balance) },
            format!("{:.1}", unit.mean_minutes),
            percent(unit.within_15),
            format!("{:.2}", unit.compactness),
        ]);
    }
    line(out, &rows.to_string())?;
    line(out, &how_good(units, common))?;
    if units.residents_outside > 0.0 {
        let outside = count(units.residents_outside);
        line(
            out,
            &match common.language() {
                Language::Chinese => format!("另有 {outside} 名居民不在任何社区内，未划入单元。"),
                Language::English => format!("{outside} residents live in no community and are in no unit."),
            },
        )?;
    }
    if !units.pilots.is_empty() {
        pilots(out, units, services, common)?;
    }
    match written {
        Some(directory) => line(out, &format!("{} {}", pick(common, "已写入", "Written:"), directory.display())),
        None => Ok(()),
    }
}

/// How far off the mean, as a share.
fn off(share: f64) -> String {
    format!("{:+.1}%", share * 100.0).replace('-', "−")
}

/// How far off the mean the unit is that is farthest, of those that are not kept as they stand.
fn farthest(units: &Units) -> f64 {
    units.units.iter().filter(|unit| !unit.kept).map(|unit| unit.balance.abs()).fold(0.0, f64::max)
}

fn how_good(units: &Units, common: &Common) -> String {
    let (value, bound) = (units.value, units.bound);
    let (seconds, tolerance) = (units.seconds, percent(units.tolerance));
    match (common.language(), units.gap) {
        (Language::Chinese, None) => {
            let worst = farthest(units);
            format!(
                "未找到人口偏差都在 {tolerance} 以内的划分，最大偏差 {}；可放宽 --tolerance 或调整 --count（{seconds:.1} 秒）。",
                percent(worst)
            )
        }
        (Language::English, None) => {
            let worst = farthest(units);
            format!(
                "No units within {tolerance} of the mean were found; the farthest is {} off. Allow more with --tolerance, or ask for another --count ({seconds:.1} s).",
                percent(worst)
            )
        }
        (Language::Chinese, Some(0.0)) => {
            format!("居民到中心平均 {value:.2} 分钟；已证明没有更好的划分（{seconds:.1} 秒）。")
        }
        (Language::English, Some(0.0)) => {
            format!(
                "Residents are {value:.2} minutes from their centre on average; proven: no balanced units are better ({seconds:.1} s)."
            )
        }
        (Language::Chinese, Some(gap)) => {
            format!(
                "居民到中心平均 {value:.2} 分钟；任何均衡划分都不少于 {bound:.2} 分钟，差距不超过 {:.2}%（{seconds:.1} 秒）。",
                gap * 100.0
            )
        }
        (Language::English, Some(gap)) => format!(
            "Residents are {value:.2} minutes from their centre on average; no balanced units have less than {bound:.2}, so that at most {:.2}% could be gained ({seconds:.1} s).",
            gap * 100.0
        ),
    }
}

/// The units as pilots.
fn pilots(out: &mut dyn Write, units: &Units, services: &HashMap<String, String>, common: &Common) -> io::Result<()> {
    let english = common.language() == Language::English;
    let header = [
        "",
        pick(common, "试点单元", "Pilot"),
        pick(common, "新增服务人次", "Services gained (by residents)"),
        pick(common, "造价", "Cost"),
        pick(common, "单位造价新增", "Gained for a unit of cost"),
        pick(common, "新建", "What is built"),
    ];
    let mut rows = table(&header, 0);
    wrapped(&mut rows);
    for (place, pilot) in (1..).zip(&units.pilots) {
        rows.add_row([
            place.to_string(),
            units.units[pilot.unit].name.show(english).to_owned(),
            count(pilot.gains),
            count(pilot.cost),
            count(pilot.gains_per_cost),
            counted(&pilot.builds, services, common),
        ]);
    }
    line(out, "")?;
    if units.pilots.iter().all(|pilot| pilot.gains <= 0.0) {
        let nothing = pick(common, "预算内没有能惠及居民的设施。", "Nothing that would help anybody fits the budget.");
        return line(out, nothing);
    }
    line(out, &rows.to_string())?;
    let note = "按单位造价的新增排序；各单元为时限内找到的最好结果。";
    line(out, pick(common, note, "Ranked by what a unit of cost gains; of each unit the best that was found in time."))
}

/// Services by their names, and how often each is built: those that are built first come first.
fn counted(builds: &[String], services: &HashMap<String, String>, common: &Common) -> String {
    let mut all: Vec<(&str, usize)> = Vec::new();
    for id in builds {
        match all.iter_mut().find(|(known, _)| known == id) {
            Some((_, times)) => *times += 1,
            None => all.push((id, 1)),
        }
    }
    let one = |(id, times): &(&str, usize)| {
        let name = services.get(*id).map_or(*id, String::as_str);
        if *times > 1 { format!("{name} ×{times}") } else { name.to_owned() }
    };
    all.iter().map(one).collect::<Vec<_>>().join(pick(common, "、", ", "))
}

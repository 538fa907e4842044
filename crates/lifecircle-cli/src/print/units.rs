//! Units: communities put together.

use std::io::{self, Write};
use std::path::Path;

use lifecircle::text::Language;
use lifecircle_plan::units::Units;
use serde_json::json;

use super::{count, document, line, percent, pick, table, wrapped};
use crate::args::Common;

/// Units with what they are like, and how good they are.
pub fn units(out: &mut dyn Write, units: &Units, written: Option<&Path>, common: &Common) -> io::Result<()> {
    if common.json {
        return document(out, &json!(units));
    }
    let english = common.language() == Language::English;
    let mut rows = table(
        &[
            pick(common, "单元（中心所在社区）", "Unit (community of its centre)"),
            pick(common, "社区数", "Pieces"),
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
            format!("{:+.1} %", unit.balance * 100.0),
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
    match written {
        Some(directory) => line(out, &format!("{} {}", pick(common, "已写入", "Written:"), directory.display())),
        None => Ok(()),
    }
}

fn how_good(units: &Units, common: &Common) -> String {
    let (value, bound) = (units.value, units.bound);
    let (seconds, tolerance) = (units.seconds, percent(units.tolerance));
    match (common.language(), units.gap) {
        (Language::Chinese, None) => {
            let worst = units.units.iter().map(|unit| unit.balance.abs()).fold(0.0, f64::max);
            format!(
                "未找到人口偏差都在 {tolerance} 以内的划分，最大偏差 {}；可放宽 --tolerance 或调整 --count（{seconds:.1} 秒）。",
                percent(worst)
            )
        }
        (Language::English, None) => {
            let worst = units.units.iter().map(|unit| unit.balance.abs()).fold(0.0, f64::max);
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
            "Residents are {value:.2} minutes from their centre on average; no balanced units have less than {bound:.2}, so that at most {:.2} % could be gained ({seconds:.1} s).",
            gap * 100.0
        ),
    }
}

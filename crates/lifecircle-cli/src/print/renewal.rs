//! A programme of renewal.

use std::io::{self, Write};
use std::path::Path;

use lifecircle::measure::Measured;
use lifecircle::text::Language;
use lifecircle_plan::renewal::{Programme, Question};
use serde_json::json;

use super::{count, document, line, percent, pick, table};
use crate::args::Common;

/// Communities that are printed.
const SHOWN: usize = 10;

/// The works, the communities that lack most, and how good it is.
pub fn programme(
    out: &mut dyn Write,
    found: &Programme,
    (measured, question): (&Measured, &Question),
    directory: Option<&Path>,
    common: &Common,
) -> io::Result<()> {
    if common.json {
        return document(out, &json!(found));
    }
    let service = |id: &str| {
        let service = measured.standard.services.iter().find(|service| service.id == id);
        service.map_or_else(|| id.to_owned(), |service| pick(common, &service.zh, &service.en).to_owned())
    };
    let header = [
        "",
        pick(common, "更新项目", "Work"),
        pick(common, "社区", "Community"),
        pick(common, "经度", "Longitude"),
        pick(common, "纬度", "Latitude"),
        pick(common, "造价", "Cost"),
        pick(common, "累计", "Spent"),
        pick(common, "新增服务人次", "Adds"),
        pick(common, "覆盖率", "Coverage"),
    ];
    let mut rows = table(&header, 3);
    for (order, work) in found.works.iter().enumerate() {
        let what = work.service.as_deref().map_or_else(|| pick(common, "打通", "Link").to_owned(), service);
        let [lon, lat] = work.at[0];
        rows.add_row([
            (order + 1).to_string(),
            what,
            work.community
                .as_ref()
                .map(|name| name.show(common.language() == Language::English).to_owned())
                .unwrap_or_default(),
            format!("{lon:.5}"),
            format!("{lat:.5}"),
            work.cost.to_string(),
            work.spent.to_string(),
            count(work.adds),
            percent(work.coverage),
        ]);
    }
    line(out, &rows.to_string())?;
    line(out, &how_good(found, question, common))?;
    let header = [
        pick(common, "最需改善的社区", "Communities that lack most"),
        pick(common, "居民", "Residents"),
        pick(common, "人均缺少服务", "Services lacking"),
        pick(common, "最缺", "Most lacking"),
        pick(common, "本方案新增服务人次", "Gains here"),
    ];
    let mut rows = table(&header, 1);
    for need in found.communities.iter().take(SHOWN) {
        rows.add_row([
            need.name.show(common.language() == Language::English).to_owned(),
            count(need.residents),
            format!("{:.1}", need.lacks),
            need.most_lacking.as_deref().map(service).unwrap_or_default(),
            count(need.gains),
        ]);
    }
    if !found.communities.is_empty() {
        line(out, &rows.to_string())?;
    }
    if let Some(directory) = directory {
        let text = match common.language() {
            Language::Chinese => format!(
                "已写入 {}；其中的 works.geojson 可作为方案使用：plan compare、report --scenario",
                directory.display()
            ),
            Language::English => {
                format!(
                    "Written: {}; its works.geojson is a scenario for `plan compare` and `report --scenario`",
                    directory.display()
                )
            }
        };
        line(out, &text)?;
    }
    Ok(())
}

fn how_good(found: &Programme, question: &Question, common: &Common) -> String {
    let share = |value: f64| percent(value / found.all.max(f64::MIN_POSITIVE));
    let (before, after, bound) = (share(found.before), share(found.after), share(found.bound));
    let gained = count(found.after - found.before);
    let (cost, budget, gap) = (found.cost, question.budget, found.gap * 100.0);
    match common.language() {
        Language::Chinese => format!(
            "共 {cost}（预算 {budget}）：各项服务平均覆盖率由 {before} 升至 {after}，新增 {gained} 人·项。同样预算下任何方案都不超过 {bound}（增益差距至多 {gap:.1}%）。"
        ),
        Language::English => format!(
            "{cost} of {budget} spent: mean coverage of these services rises from {before} to {after}, {gained} services gained by residents. No programme of that budget exceeds {bound} (at most {gap:.1}% more gained)."
        ),
    }
}

//! Scenarios: what they change.

use std::io::{self, Write};
use std::path::Path;

use lifecircle::geo::Metres;
use lifecircle::measure::Measured;
use lifecircle::standard::AgeGroup;
use lifecircle::text::Language;
use lifecircle_plan::scenario::{Applied, Comparison, edit_name};
use serde_json::json;

use super::{count, document, line, percent, pick, table};
use crate::args::Common;

/// Communities that are told.
const COMMUNITIES: usize = 10;

/// What one scenario changes, in full.
pub fn comparison(
    out: &mut dyn Write,
    comparison: &Comparison,
    before: &Measured,
    written: Option<&Path>,
    common: &Common,
) -> io::Result<()> {
    if common.json {
        return document(out, &json!(comparison));
    }
    let names = Names { measured: before, common };
    edits(out, comparison, &names, common)?;
    line(out, &in_short(comparison, common))?;
    services(out, comparison, &names, common)?;
    groups(out, comparison, common)?;
    communities(out, comparison, &names, common)?;
    told(out, written, common)
}

/// Several scenarios side by side.
pub fn comparisons(out: &mut dyn Write, all: &[Comparison], written: Option<&Path>, common: &Common) -> io::Result<()> {
    if common.json {
        return document(out, &json!(all));
    }
    let mut rows = table(
        &[
            pick(common, "方案", "Scenario"),
            pick(common, "改动", "Edits"),
            pick(common, "费用", "Cost"),
            pick(common, "受益居民", "Residents gaining"),
            pick(common, "受损居民", "Residents losing"),
            pick(common, "每名受益居民费用", "Cost for each gaining"),
            pick(common, "人均生活圈数", "Mean circles"),
        ],
        1,
    );
    let money = |cost: Option<f64>| cost.map_or_else(|| "–".to_owned(), count);
    for one in all {
        rows.add_row([
            one.scenario.clone(),
            one.edits.len().to_string(),
            money(one.cost),
            count(one.residents_gaining),
            count(one.residents_losing),
            money(one.cost_per_resident),
            circles(one.mean_circles),
        ]);
    }
    line(out, &rows.to_string())?;
    told(out, written, common)
}

fn told(out: &mut dyn Write, written: Option<&Path>, common: &Common) -> io::Result<()> {
    match written {
        Some(directory) => line(out, &format!("{} {}", pick(common, "已写入", "Written:"), directory.display())),
        None => Ok(()),
    }
}

fn circles([before, after]: [f64; 2]) -> String {
    if (before - after).abs() < 0.000_5 { format!("{after:.3}") } else { format!("{before:.3} → {after:.3}") }
}

struct Names<'a> {
    measured: &'a Measured,
    common: &'a Common,
}

impl Names<'_> {
    fn service<'n>(&'n self, id: &'n str) -> &'n str {
        let found = self.measured.standard.services.iter().find(|service| service.id == id);
        found.map_or(id, |service| pick(self.common, &service.zh, &service.en))
    }
}

fn edits(out: &mut dyn Write, comparison: &Comparison, names: &Names<'_>, common: &Common) -> io::Result<()> {
    let mut rows = table(
        &[
            "",
            pick(common, "改动", "Edit"),
            pick(common, "名称", "Name"),
            pick(common, "内容", "What"),
            pick(common, "费用", "Cost"),
        ],
        4,
    );
    let what = |edit: &Applied| match edit.metres {
        Some(Metres(metres)) => format!("{metres:.0} m"),
        None if edit.edit.ends_with("_facility") && edit.services.is_empty() => {
            pick(common, "不属于本标准的任何服务", "no service of this standard").to_owned()
        }
        None => edit.services.iter().map(|id| names.service(id)).collect::<Vec<_>>().join(", "),
    };
    for edit in &comparison.edits {
        rows.add_row([
            edit.number.to_string(),
            edit_name(&edit.edit, common.language()).to_owned(),
            edit.name.clone(),
            what(edit),
            edit.cost.map_or_else(String::new, count),
        ]);
    }
    line(out, &rows.to_string())
}

fn in_short(comparison: &Comparison, common: &Common) -> String {
    let (gaining, losing) = (count(comparison.residents_gaining), count(comparison.residents_losing));
    let circles = circles(comparison.mean_circles);
    let mut text = match common.language() {
        Language::Chinese => {
            format!("{gaining} 名居民新增至少一项服务，{losing} 名居民失去至少一项；人均生活圈数 {circles}。")
        }
        Language::English => {
            format!("{gaining} residents gain a service, {losing} lose one; circles that a resident has: {circles}.")
        }
    };
    if let (Some(cost), Some(each)) = (comparison.cost, comparison.cost_per_resident) {
        // Costs may be in millions: two digits at least.
        let each = if each >= 10.0 { count(each) } else { format!("{each:.2}") };
        let cost = count(cost);
        text += &match common.language() {
            Language::Chinese => format!("费用合计 {cost}，每名受益居民 {each}。"),
            Language::English => format!(" Cost: {cost}, which is {each} for each resident who gains."),
        };
    }
    text
}

fn services(out: &mut dyn Write, comparison: &Comparison, names: &Names<'_>, common: &Common) -> io::Result<()> {
    let mut rows = table(
        &[
            pick(common, "服务", "Service"),
            pick(common, "原覆盖率", "Covered before"),
            pick(common, "现覆盖率", "Covered after"),
            pick(common, "新增覆盖居民", "Residents gained"),
            pick(common, "失去覆盖居民", "Residents lost"),
            pick(common, "步行缩短", "Shorter way"),
            pick(common, "步行延长", "Longer way"),
        ],
        1,
    );
    let way = |residents: f64, minutes: f64| match residents > 0.0 {
        true => format!("{} × {minutes:.1} min", count(residents)),
        false => String::new(),
    };
    for service in &comparison.changes.services {
        let minutes = comparison.minutes.iter().find(|minutes| minutes.service == service.service);
        if minutes.is_none() && service.residents_gained + service.residents_lost == 0.0 {
            continue;
        }
        rows.add_row([
            names.service(&service.service).to_owned(),
            percent(service.coverage_old.residents),
            percent(service.coverage_new.residents),
            count(service.residents_gained),
            count(service.residents_lost),
            minutes.map_or_else(String::new, |m| way(m.residents_nearer, m.minutes_nearer)),
            minutes.map_or_else(String::new, |m| way(m.residents_farther, m.minutes_farther)),
        ]);
    }
    match rows.row_count() {
        0 => line(out, pick(common, "没有居民受影响。", "Nobody's way changes.")),
        _ => line(out, &rows.to_string()),
    }
}

/// Age groups and units, where they are known.
fn groups(out: &mut dyn Write, comparison: &Comparison, common: &Common) -> io::Result<()> {
    let group = |group: AgeGroup| match group {
        AgeGroup::All => pick(common, "全体居民", "All residents"),
        AgeGroup::Children => pick(common, "儿童", "Children"),
        AgeGroup::Elderly => pick(common, "老年人", "Old people"),
    };
    let mut rows = table(
        &[
            pick(common, "人群", "People"),
            pick(common, "人数", "How many"),
            pick(common, "受益", "Gaining"),
            pick(common, "受损", "Losing"),
            pick(common, "人均生活圈数", "Mean circles"),
        ],
        1,
    );
    for age in &comparison.ages {
        let numbers = [age.people, age.gaining, age.losing].map(count);
        let [people, gaining, losing] = numbers;
        rows.add_row([group(age.group).to_owned(), people, gaining, losing, circles(age.mean_circles)]);
    }
    let english = common.language() == Language::English;
    for unit in comparison.units.iter().filter(|unit| unit.gaining + unit.losing > 0.0) {
        let [people, gaining, losing] = [unit.residents, unit.gaining, unit.losing].map(count);
        rows.add_row([unit.name.show(english).to_owned(), people, gaining, losing, circles(unit.mean_circles)]);
    }
    line(out, &rows.to_string())
}

fn communities(out: &mut dyn Write, comparison: &Comparison, names: &Names<'_>, common: &Common) -> io::Result<()> {
    let mut rows = table(
        &[
            pick(common, "社区", "Community"),
            pick(common, "人均生活圈数", "Mean circles"),
            pick(common, "新增覆盖最多", "Gained most"),
            pick(common, "失去覆盖最多", "Lost most"),
        ],
        4,
    );
    let first = |list: &[(String, f64)]| {
        list.first().map(|(id, residents)| format!("{} ({})", names.service(id), count(*residents))).unwrap_or_default()
    };
    let english = common.language() == Language::English;
    let touched = comparison.changes.communities.iter().filter(|c| !c.gained.is_empty() || !c.lost.is_empty());
    for community in touched.take(COMMUNITIES) {
        rows.add_row([
            community.name.show(english).to_owned(),
            circles(community.mean_circles),
            first(&community.gained),
            first(&community.lost),
        ]);
    }
    match rows.row_count() {
        0 => Ok(()),
        _ => line(out, &rows.to_string()),
    }
}

//! Plans: places for new facilities and what they give; published problems.

use std::io::{self, Write};

use lifecircle::measure::Measured;
use lifecircle::text::Language;
use lifecircle_plan::sites::{Fewest, Model, Question, Sites, SitesDocument, Weights};
use serde_json::{Value, json};

use super::{count, document, line, percent, pick, table};
use crate::args::Common;
use crate::commands::plan::Solved;

/// Published problems that were solved.
pub fn solved(out: &mut dyn Write, solved: &[Solved], documents: &[Value], common: &Common) -> io::Result<()> {
    if common.json {
        return match documents {
            [one] => document(out, one),
            all => document(out, &json!(all)),
        };
    }
    let header = [
        pick(common, "文件", "File"),
        "p",
        pick(common, "值", "Value"),
        pick(common, "界", "Bound"),
        pick(common, "差距", "Gap"),
        pick(common, "秒", "Seconds"),
    ];
    let mut rows = table(&header, 1);
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number_text);
    for solved in solved {
        let gap = match solved.gap() {
            Some(0.0) => pick(common, "已证最优", "proven optimal").to_owned(),
            Some(gap) => format!("{:.3} %", gap * 100.0),
            None => "–".to_owned(),
        };
        let p = solved.p.map_or_else(String::new, |p| p.to_string());
        rows.add_row([
            solved.file.clone(),
            p,
            number(solved.value),
            number(solved.bound),
            gap,
            format!("{:.2}", solved.seconds),
        ]);
    }
    line(out, &rows.to_string())
}

/// A value of a published problem: whole where it is.
fn number_text(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}

/// Where new facilities of a service should stand.
pub fn sites(
    out: &mut dyn Write,
    found: &Sites,
    measured: &Measured,
    (question, told, fewest): (&Question, &SitesDocument, Option<&Fewest>),
    common: &Common,
) -> io::Result<()> {
    if common.json {
        return document(out, &json!(told));
    }
    let is_cover = question.model == Model::Cover;
    let is_weighed = question.weights != Weights::default();
    let adds = if is_cover {
        pick(common, "新增居民", "Residents gained")
    } else {
        pick(common, "节省（人·小时）", "Person-hours saved")
    };
    let service = |service: &usize| {
        let service = &measured.standard.services[*service];
        pick(common, &service.zh, &service.en).to_owned()
    };
    let names = |services: &[usize]| services.iter().map(service).collect::<Vec<_>>().join(pick(common, "、", ", "));
    let several = question.services.len() > 1;
    let has_costs = found.sites.iter().any(|site| site.cost != 1.0);
    let mut header = vec!["", pick(common, "经度", "Longitude"), pick(common, "纬度", "Latitude"), adds];
    header.extend(has_costs.then(|| pick(common, "造价", "Cost")));
    header.extend(several.then(|| pick(common, "服务", "Service")));
    let mut rows = table(&header, 0);
    for (order, site) in found.sites.iter().enumerate() {
        let adds = if is_cover { site.adds } else { site.adds / 3_600.0 };
        let number = if site.required { format!("{} *", order + 1) } else { (order + 1).to_string() };
        let mut row = vec![number, format!("{:.6}", site.at.x), format!("{:.6}", site.at.y), count(adds)];
        row.extend(has_costs.then(|| site.cost.to_string()));
        row.extend(several.then(|| names(&site.services)));
        rows.add_row(row);
    }
    line(out, &rows.to_string())?;
    if several {
        line(out, pick(common, "人数按服务分别累计。", "Each service counts its own residents; they are added up."))?;
    }
    if is_weighed {
        line(out, pick(common, "人数按年龄加权。", "Residents are weighted by age."))?;
    }
    if found.sites.iter().any(|site| site.required) {
        line(out, pick(common, "* 必建", "* required"))?;
    }
    let name = names(&question.services);
    let (before, after) = (share(found.before, found, is_cover), share(found.value, found, is_cover));
    line(
        out,
        &match (common.language(), is_cover) {
            (Language::Chinese, true) => {
                let people = if is_weighed { "加权人数" } else { "人" };
                format!(
                    "{name}：覆盖率由 {before} 升至 {after}（新增 {} {people}）。",
                    count(found.value - found.before)
                )
            }
            (Language::English, true) => {
                let people = if is_weighed { "weighted residents" } else { "residents" };
                let gained = count(found.value - found.before);
                format!("{name}: coverage rises from {before} to {after} ({gained} more {people}).")
            }
            (Language::Chinese, false) => format!("{name}：人均步行由 {before} 分钟降至 {after} 分钟。"),
            (Language::English, false) => format!("{name}: the mean way falls from {before} to {after} minutes."),
        },
    )?;
    line(
        out,
        &fewest.map_or_else(|| how_good(found, is_cover, told.seconds, common), |fewest| how_few(fewest, told, common)),
    )?;
    if found.without_street > 0 {
        let left_out = count(found.without_street as f64);
        line(
            out,
            &match common.language() {
                Language::Chinese => format!("{left_out} 个候选点附近没有街道，未参与选择。"),
                Language::English if found.without_street == 1 => {
                    "1 candidate has no street within reach and was left out.".to_owned()
                }
                Language::English => format!("{left_out} candidates have no street within reach and were left out."),
            },
        )?;
    }
    Ok(())
}

/// Coverage, or the mean way in minutes.
fn share(value: f64, found: &Sites, is_cover: bool) -> String {
    let share = value / found.people.max(f64::MIN_POSITIVE);
    if is_cover { percent(share) } else { format!("{:.2}", share / 60.0) }
}

/// How few are enough.
fn how_few(fewest: &Fewest, told: &SitesDocument, common: &Common) -> String {
    let (enough, at_least, seconds) = (fewest.count, fewest.at_least, told.seconds);
    let is_chinese = common.language() == Language::Chinese;
    let goal = percent(fewest.goal);
    let mut text = match (fewest.is_enough, fewest.needs_none, fewest.is_proven()) {
        (false, ..) if is_chinese => format!("在时限内未找到足够的方案（至少需要 {at_least} 处）。"),
        (false, ..) => format!("No choice was found in time that is enough; at least {at_least} are needed."),
        (_, true, _) if is_chinese => format!("无需再建：已达到 {goal}。"),
        (_, true, _) => format!("Nothing more is needed: {goal} is reached already."),
        (_, _, true) if is_chinese => format!("已证明：{enough} 处即可，少一处则不够（{seconds:.1} 秒）。"),
        (_, _, true) => format!("Proven: {enough} are enough, and one fewer is not ({seconds:.1} s)."),
        _ if is_chinese => format!("{enough} 处即可；至少需要 {at_least} 处（{seconds:.1} 秒）。"),
        _ => format!("{enough} are enough; fewer than {at_least} are not ({seconds:.1} s)."),
    };
    if !fewest.is_reachable {
        text += &match is_chinese {
            true => format!("全部候选点合计最多达到 {goal}，以此为目标。"),
            false => format!(" All candidates together reach no more than {goal}, and that was the goal."),
        };
    }
    text
}

/// How far from the best possible it is.
fn how_good(found: &Sites, is_cover: bool, seconds: f64, common: &Common) -> String {
    let candidates = count(found.candidates as f64);
    let gap = found.gap() * 100.0;
    let mut text = match (common.language(), gap == 0.0) {
        (Language::Chinese, true) => format!("已证明：{candidates} 个候选点中没有更好的选择（{seconds:.1} 秒）。"),
        (Language::English, true) => {
            format!("Proven: no choice among the {candidates} candidates is better ({seconds:.1} s).")
        }
        (Language::Chinese, false) => {
            format!("{candidates} 个候选点中，任何选择的增益最多再多 {gap:.3}%（{seconds:.1} 秒）。")
        }
        (Language::English, false) => {
            format!("No choice among the {candidates} candidates gains more than {gap:.3} % more ({seconds:.1} s).")
        }
    };
    if let Some(bound) = found.bound_at_junctions.filter(|_| is_cover) {
        let most = share(bound, found, is_cover);
        text += &match common.language() {
            Language::Chinese => format!("若可选任意路口，同样数量的覆盖率也不超过 {most}。"),
            Language::English => format!(" As many at any junctions cover at most {most}."),
        };
    }
    text
}

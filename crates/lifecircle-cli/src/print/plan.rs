//! Plans: places for new facilities and what they give; published problems.

use std::io::{self, Write};

use lifecircle::measure::Measured;
use lifecircle::text::Language;
use lifecircle_plan::sites::{AreaShare, Fewest, LONGEST_WAY, Model, Question, Sites, SitesDocument, Weights};
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
            Some(gap) => format!("{:.3}%", gap * 100.0),
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
    let model = question.model;
    let is_weighed = question.weights != Weights::default();
    let adds = match model {
        Model::Cover | Model::Capacitated => pick(common, "新增覆盖居民", "Residents gained"),
        Model::Backup => pick(common, "新增人次（第一处、第二处分别计）", "Gained (first and second counted apart)"),
        Model::Center => pick(common, "缩短至该时间内的居民", "Residents brought within"),
        Model::Median => pick(common, "节省（人·小时）", "Person-hours saved"),
    };
    let service = |service: &usize| {
        let service = &measured.standard.services[*service];
        pick(common, &service.zh, &service.en).to_owned()
    };
    let names = |services: &[usize]| services.iter().map(service).collect::<Vec<_>>().join(pick(common, "、", ", "));
    let several = question.services.len() > 1;
    let has_costs = found.sites.iter().any(|site| site.cost != 1.0);
    let mut header = vec!["", pick(common, "经度", "Longitude"), pick(common, "纬度", "Latitude"), adds];
    let has_names = found.sites.iter().any(|site| !site.name.is_empty());
    header.extend(has_names.then(|| pick(common, "名称", "Name")));
    header.extend(has_costs.then(|| pick(common, "造价", "Cost")));
    header.extend(several.then(|| pick(common, "服务", "Service")));
    let mut rows = table(&header, 0);
    for (order, site) in found.sites.iter().enumerate() {
        let adds = if model == Model::Median { site.adds / 3_600.0 } else { site.adds };
        let number = if site.required { format!("{} *", order + 1) } else { (order + 1).to_string() };
        let mut row = vec![number, format!("{:.6}", site.at.x), format!("{:.6}", site.at.y), count(adds)];
        row.extend(has_names.then(|| site.name.clone()));
        row.extend(has_costs.then(|| site.cost.to_string()));
        row.extend(several.then(|| names(&site.services)));
        rows.add_row(row);
    }
    if !found.sites.is_empty() {
        line(out, &rows.to_string())?;
    }
    if several {
        line(out, pick(common, "人数按服务分别累计。", "Each service counts its own residents; they are added up."))?;
    }
    if is_weighed {
        line(out, pick(common, "人数按年龄加权。", "Residents are weighted by age."))?;
    }
    if found.sites.iter().any(|site| site.required) {
        line(out, pick(common, "* 必建", "* required"))?;
    }
    if !found.areas.is_empty() {
        areas(out, found, common)?;
    }
    let name = names(&question.services);
    line(out, &what_changes(&name, found, question, common))?;
    line(
        out,
        &fewest.map_or_else(|| how_good(found, model, told.seconds, common), |fewest| how_few(fewest, told, common)),
    )?;
    if !found.floors_proven {
        let note = "分区下限为已找到方案所及的最高值，未证明不能更高。";
        line(
            out,
            pick(
                common,
                note,
                "The floors are as high as a choice was found for; that none can be higher is not proven.",
            ),
        )?;
    }
    if found.without_street > 0 {
        let left_out = count(found.without_street as f64);
        line(
            out,
            &match common.language() {
                Language::Chinese => format!("{left_out} 个候选点附近没有道路，未参与选择。"),
                Language::English if found.without_street == 1 => {
                    "1 candidate has no street within reach and was left out.".to_owned()
                }
                Language::English => format!("{left_out} candidates have no street within reach and were left out."),
            },
        )?;
    }
    Ok(())
}

/// Of more areas than this, those that do not change are only counted.
const MANY_AREAS: usize = 20;

/// What each area has, and must have.
fn areas(out: &mut dyn Write, found: &Sites, common: &Common) -> io::Result<()> {
    let header = [
        pick(common, "分区", "Area"),
        pick(common, "人口", "Residents"),
        pick(common, "现状", "Before"),
        pick(common, "建成后", "After"),
        pick(common, "下限", "Floor"),
    ];
    let mut rows = table(&header, 1);
    // The lowest first; of many, those that do not change are counted.
    let share_of = |area: &AreaShare, people: f64| people / area.people.max(f64::MIN_POSITIVE);
    let mut order: Vec<&AreaShare> = found.areas.iter().collect();
    order.sort_by(|a, b| share_of(a, a.after).total_cmp(&share_of(b, b.after)));
    let shown =
        |(place, area): &(usize, &AreaShare)| found.areas.len() <= MANY_AREAS || *place < 5 || area.after > area.before;
    let shown: Vec<&AreaShare> = order.into_iter().enumerate().filter(shown).map(|(_, area)| area).collect();
    for area in &shown {
        let share = |people: f64| percent(share_of(area, people));
        let english = common.language() == Language::English;
        rows.add_row([
            area.name.show(english).to_owned(),
            count(area.people),
            share(area.before),
            share(area.after),
            share(area.floor),
        ]);
    }
    line(out, &rows.to_string())?;
    match found.areas.len() - shown.len() {
        0 => Ok(()),
        others if common.language() == Language::Chinese => line(out, &format!("其余 {others} 个分区不变。")),
        others => line(out, &format!("{others} others do not change.")),
    }
}

/// What the new facilities change.
fn what_changes(name: &str, found: &Sites, question: &Question, common: &Common) -> String {
    let is_weighed = question.weights != Weights::default();
    let share = |value: f64| percent(value / found.people.max(f64::MIN_POSITIVE));
    let (before, after, gained) = (share(found.before), share(found.value), count(found.value - found.before));
    let mean = |value: f64| format!("{:.2}", value / found.people.max(f64::MIN_POSITIVE) / 60.0);
    match (question.model, common.language()) {
        (Model::Cover, Language::Chinese) => {
            let people = if is_weighed { "加权人数" } else { "人" };
            format!("{name}：覆盖率由 {before} 升至 {after}（新增 {gained} {people}）。")
        }
        (Model::Cover, Language::English) => {
            let people = if is_weighed { "weighted residents" } else { "residents" };
            format!("{name}: coverage rises from {before} to {after} ({gained} more {people}).")
        }
        (Model::Capacitated, Language::Chinese) => {
            format!("{name}：容量可满足的居民由 {before} 升至 {after}（新增 {gained} 人）。")
        }
        (Model::Capacitated, Language::English) => {
            format!("{name}: residents with a place rise from {before} to {after} ({gained} more).")
        }
        (Model::Backup, language) => {
            let [one, two] = found.times.map_or([[0.0; 2]; 2], |times| [times.one, times.two]);
            let (one, two) = (one.map(share), two.map(share));
            match language {
                Language::Chinese => format!(
                    "{name}：至少一处可达的居民由 {} 升至 {}，至少两处由 {} 升至 {}。",
                    one[0], one[1], two[0], two[1]
                ),
                Language::English => format!(
                    "{name}: residents with one within reach rise from {} to {}, with two from {} to {}.",
                    one[0], one[1], two[0], two[1]
                ),
            }
        }
        (Model::Center, language) => {
            let (before, after) = (longest(found.before, common), longest(found.value, common));
            match (language, question.share < 1.0) {
                (Language::Chinese, true) => {
                    format!("{name}：{} 居民的最长步行时间由 {before}降至 {after}。", percent(question.share))
                }
                (Language::Chinese, false) => {
                    format!("{name}：最长步行时间由 {before}降至 {after}（无路可达的居民不计）。")
                }
                (Language::English, true) => {
                    format!(
                        "{name}: the longest way of {} of residents falls from {before} to {after}.",
                        percent(question.share)
                    )
                }
                (Language::English, false) => {
                    format!("{name}: the longest way falls from {before} to {after} (whom nothing reaches aside).")
                }
            }
        }
        (Model::Median, Language::Chinese) => {
            format!("{name}：人均步行由 {} 分钟降至 {} 分钟。", mean(found.before), mean(found.value))
        }
        (Model::Median, Language::English) => {
            format!("{name}: the mean way falls from {} to {} minutes.", mean(found.before), mean(found.value))
        }
    }
}

/// A way in minutes; who has a longer one than half an hour is not told apart.
fn longest(seconds: f64, common: &Common) -> String {
    if seconds >= LONGEST_WAY.0 {
        return pick(common, "30 分钟以上", "more than 30 minutes").to_owned();
    }
    let minutes = format!("{:.1}", seconds / 60.0);
    match common.language() {
        Language::Chinese => format!("{minutes} 分钟"),
        Language::English => format!("{minutes} minutes"),
    }
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
fn how_good(found: &Sites, model: Model, seconds: f64, common: &Common) -> String {
    let candidates = count(found.candidates as f64);
    let gap = found.gap() * 100.0;
    let mut text = match (common.language(), gap == 0.0) {
        (Language::Chinese, true) => format!("已证明：{candidates} 个候选点中没有更好的选择（{seconds:.1} 秒）。"),
        (Language::English, true) => {
            format!("Proven: no choice among the {candidates} candidates is better ({seconds:.1} s).")
        }
        (language, false) if model == Model::Center => {
            let bound = longest(found.bound, common);
            match language {
                Language::Chinese => {
                    format!("{candidates} 个候选点中，任何选择都不短于 {bound}（{seconds:.1} 秒）。")
                }
                Language::English => {
                    format!(
                        "No choice among the {candidates} candidates makes it shorter than {bound} ({seconds:.1} s)."
                    )
                }
            }
        }
        (Language::Chinese, false) => {
            format!("{candidates} 个候选点中，任何其他选择的增益至多比它高 {gap:.3}%（{seconds:.1} 秒）。")
        }
        (Language::English, false) => {
            format!("No choice among the {candidates} candidates gains more than {gap:.3}% more ({seconds:.1} s).")
        }
    };
    let at_junctions = found.bound_at_junctions.filter(|_| matches!(model, Model::Cover | Model::Capacitated));
    if let Some(bound) = at_junctions {
        let most = percent(bound / found.people.max(f64::MIN_POSITIVE));
        text += &match common.language() {
            Language::Chinese => format!("若可选任意路口，同样数量的覆盖率也不超过 {most}。"),
            Language::English => format!(" As many at any junctions cover at most {most}."),
        };
    }
    text
}

//! Standards and walkers: what they ask for and do.

use comfy_table::CellAlignment;
use lifecircle::citations::citation;
use lifecircle::network::Walker;
use lifecircle::standard::{AgeGroup, Service, Standard, Threshold};
use lifecircle::text::Language;
use serde_json::json;
use std::io::{self, Write};

use super::{document, line, pick, table, unit, whom, wrapped};
use crate::args::Common;

/// Standards, a line each.
pub fn standards(out: &mut dyn Write, standards: &[Standard], common: &Common) -> io::Result<()> {
    if common.json {
        let all = standards
            .iter()
            .map(|s| json!({ "id": s.id, "version": s.version, "zh": s.zh, "en": s.en, "services": s.services.len() }));
        document(out, &all.collect())?;
        return Ok(());
    }
    let mut rows = table(&["id", pick(common, "名称", "Name"), pick(common, "服务", "Services")], 2);
    for standard in standards {
        rows.add_row([
            standard.id.clone(),
            pick(common, &standard.zh, &standard.en).to_owned(),
            standard.services.len().to_string(),
        ]);
    }
    line(out, &rows.to_string())?;
    Ok(())
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
pub fn standard(out: &mut dyn Write, standard: &Standard, common: &Common) -> io::Result<()> {
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
        document(
            out,
            &json!({
                "id": standard.id, "version": standard.version, "zh": standard.zh, "en": standard.en,
                "sources": standard.sources, "nearest": standard.nearest, "score": standard.score,
                "services": services.collect::<Vec<_>>(),
            }),
        )?;
        return Ok(());
    }
    line(out, &format!("{} {} — {}", standard.id, standard.version, pick(common, &standard.zh, &standard.en)))?;
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
    line(out, &rows.to_string())?;
    explain(out, standard, common)?;
    Ok(())
}

/// What will be done with the services, in sentences.
fn explain(out: &mut dyn Write, standard: &Standard, common: &Common) -> io::Result<()> {
    let name = |index: &usize| {
        let service = &standard.services[*index];
        pick(common, &service.zh, &service.en).to_owned()
    };
    let names = |services: &[usize]| services.iter().map(name).collect::<Vec<_>>().join(pick(common, "、", ", "));
    for pair in &standard.pairs {
        line(
            out,
            &format!(
                "{} {}: {}",
                pick(common, "两项均可达", "Both within reach"),
                pick(common, &pair.zh, &pair.en),
                names(&pair.services)
            ),
        )?;
    }
    for aspect in &standard.aspects {
        line(
            out,
            &format!(
                "{} {}: {}",
                pick(common, "方面", "Aspect"),
                pick(common, &aspect.zh, &aspect.en),
                names(&aspect.services)
            ),
        )?;
    }
    if let Some(score) = &standard.score {
        line(
            out,
            &match common.language() {
                Language::Chinese => format!(
                    "得分：0 至 100。各项服务最近的设施依次计其权重，{} 米内满分，至 {} 米线性减为零。",
                    score.full_metres, score.none_metres
                ),
                Language::English => format!(
                    "Score: 0 to 100. The nearest facilities of each service give its weights in turn: whole within {} m, evenly down to nothing at {} m.",
                    score.full_metres, score.none_metres
                ),
            },
        )?;
    }
    if standard.nearest > 1 {
        line(
            out,
            &match common.language() {
                Language::Chinese => {
                    format!("步行时间：到每项服务最近 {} 处的平均时间，再对服务取平均。", standard.nearest)
                }
                Language::English => format!(
                    "Proximity time: the mean time to the nearest {} of each service, then the mean over services.",
                    standard.nearest
                ),
            },
        )?;
    }
    line(
        out,
        pick(
            common,
            "▲ 必需：缺少则该圈不达标；△ 建议。设施先按标签和编码识别，均不符时再按名称识别。",
            "▲ required: without it the circle is incomplete; △ advised. Places are recognised by tags and codes, and where none fits by their names.",
        ),
    )?;
    for source in &standard.sources {
        let source = citation(source, common.language());
        line(out, &format!("{} {source}", pick(common, "依据：", "Source:")))?;
    }
    Ok(())
}

/// The walkers.
pub fn walkers(out: &mut dyn Write, walkers: &[Walker], common: &Common) -> io::Result<()> {
    if common.json {
        document(out, &json!(walkers))?;
        return Ok(());
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
            walker.slope.steepest.map(|slope| format!("≤ {:.0}%", slope * 100.0)).unwrap_or_default(),
            walker.signal_wait.0.to_string(),
            walker.sources.get("speed").map_or("", |source| citation(source, common.language())).to_owned(),
        ]);
    }
    line(out, &rows.to_string())?;
    Ok(())
}

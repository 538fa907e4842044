//! Communities, life-circle units and subdistricts, each as a table of areas by circles that reads as a heat map.

use maud::{Markup, html};

use super::scale::{colour, ink};
use super::wrap::short_name;
use crate::citations::citation;
use crate::city::Name;
use crate::summary::{AreaSummary, CompositeSummary, GradeSummary, Summary};
use crate::text::{Language, count};

/// So many rows and no more; all are in the exported tables.
const ROWS: usize = 150;

/// An area as a row.
struct Row<'a> {
    name: &'a Name,
    /// What it belongs to; empty if it belongs to nothing.
    above: &'a str,
    area: &'a AreaSummary,
    /// Its composite score.
    score: Option<f64>,
}

/// Every community with its circles.
pub(super) fn communities(summary: &Summary, language: Language) -> Markup {
    let composite = summary.indicators.composite.as_ref();
    let score =
        |id: &str| composite.and_then(|all| all.scores.iter().find(|(known, _)| known == id)).map(|(_, score)| *score);
    let rows: Vec<Row<'_>> = summary
        .communities
        .iter()
        .map(|c| Row {
            name: &c.name,
            above: c.subdistrict.show(language.is_english()),
            area: &c.area,
            score: score(&c.id),
        })
        .collect();
    html! {
        (table(&rows, language.pick("社区", "Community"), summary, language))
        (more(rows.len(), "communities.csv", language))
        (key(composite, language))
        (grades(summary, language))
    }
}

/// Every unit with its circles.
pub(super) fn units(summary: &Summary, language: Language) -> Markup {
    let rows: Vec<Row<'_>> =
        summary.units.iter().map(|u| Row { name: &u.name, above: "", area: &u.area, score: None }).collect();
    html! {
        (table(&rows, language.pick("生活圈单元", "Life-circle unit"), summary, language))
        (more(rows.len(), "summary.json", language))
    }
}

/// Every subdistrict with its circles.
pub(super) fn subdistricts(summary: &Summary, language: Language) -> Markup {
    let rows: Vec<Row<'_>> = summary
        .subdistricts
        .iter()
        .map(|s| Row { name: &s.name, above: s.district.show(language.is_english()), area: &s.area, score: None })
        .collect();
    html! {
        (table(&rows, language.pick("街道", "Subdistrict"), summary, language))
        (more(rows.len(), "summary.json", language))
    }
}

fn more(rows: usize, file: &str, language: Language) -> Markup {
    let told = match language {
        Language::Chinese => format!("此处按居民数列出前 {ROWS} 个，共 {rows} 个，其余见 {file}。"),
        Language::English => format!("The {ROWS} with most residents of {rows}; the others are in {file}."),
    };
    html! { @if rows > ROWS { p class="key" { (told) } } }
}

fn table(rows: &[Row<'_>], what: &str, summary: &Summary, language: Language) -> Markup {
    let has_scores = rows.iter().any(|row| row.score.is_some());
    let has_grades = !summary.grades.is_empty();
    let pick = |zh, en| language.pick(zh, en);
    html! {
        table class="list heat" {
            thead {
                tr {
                    th { (what) }
                    th class="n" { (pick("居民", "Residents")) }
                    @if has_grades { th { (pick("等级", "Grade")) } }
                    @if has_scores { th class="c" { span { (pick("综合得分", "Score")) } } }
                    th class="c" { span { (pick("拥有圈数", "Circles")) } }
                    @for (_, circle) in &summary.circles {
                        th class="c" { span { (short_name(language.pick(&circle.zh, &circle.en)).join(" ")) } }
                    }
                }
            }
            tbody {
                @for row in rows.iter().take(ROWS) {
                    tr {
                        td { (row.name.show(language.is_english())) @if !row.above.is_empty() { small { " " (row.above) } } }
                        td class="n" { (count(row.area.residents)) }
                        @if has_grades { td { (grade(row.area, summary, language)) } }
                        @if has_scores { td class="c" { (row.score.map_or_else(|| "–".to_owned(), |score| format!("{score:.0}"))) } }
                        td class="c" { (format!("{:.1}", row.area.mean_circles)) }
                        @for (_, circle) in &row.area.circles {
                            @let share = circle.coverage.residents;
                            td class="c" style=(format!("background:{};color:{}", colour(share), ink(share))) { (whole_percent(share)) }
                        }
                    }
                }
            }
        }
    }
}

/// A share in whole percent; what is not all is not shown as all, nor what is something as nothing.
fn whole_percent(share: f64) -> String {
    let shown = (share * 100.0).round();
    let shown = if share < 1.0 { shown.min(99.0) } else { shown };
    format!("{:.0}", if share > 0.0 { shown.max(1.0) } else { 0.0 })
}

fn grade<'a>(area: &AreaSummary, summary: &'a Summary, language: Language) -> &'a str {
    let grade = summary.grades.iter().find(|grade| Some(&grade.id) == area.grade.as_ref());
    grade.map_or("–", |grade| language.pick(&grade.zh, &grade.en))
}

fn key(composite: Option<&CompositeSummary>, language: Language) -> Markup {
    html! {
        p class="key" {
            (language.pick("色块：圈内必需服务的平均覆盖率（%，按居民）。", "Cells: mean coverage of the circle's required services, in % of residents."))
            @if let Some(composite) = composite {
                " "
                (language.pick(
                    "综合得分（0–100）用于社区间比较，按熵权法加权：各社区差别越大的圈，权重越大",
                    "The score (0 to 100) compares communities; circles are weighted by entropy: the more communities differ in one, the more it counts"
                ))
                (language.pick("（权重见 summary.json）。", " (weights are in summary.json)."))
                @if !composite.left_out.is_empty() {
                    " " (language.pick("多数社区毫无覆盖的圈不计入。", "Circles of which most communities have nothing are left out."))
                }
            }
        }
    }
}

/// How many communities reach each grade, and where the grades come from.
fn grades(summary: &Summary, language: Language) -> Markup {
    let told = |grade: &GradeSummary| match language {
        Language::Chinese => format!("{} {} 个社区（{} 人）", grade.zh, grade.communities, count(grade.residents)),
        Language::English => {
            let word = if grade.communities == 1 { "community" } else { "communities" };
            format!("{}: {} {word} ({} residents)", grade.en, grade.communities, count(grade.residents))
        }
    };
    let all: Vec<String> = summary.grades.iter().map(told).collect();
    let reached: usize = summary.grades.iter().map(|grade| grade.communities).sum();
    let without = summary.communities.len().saturating_sub(reached);
    html! {
        @if !all.is_empty() {
            p {
                (language.pick("生活圈等级：", "Grades: "))
                (all.join(language.pick("；", "; ")))
                (match language {
                    Language::Chinese => format!("；未达到任何等级 {without} 个。"),
                    Language::English => format!("; without a grade: {without}."),
                })
            }
            ul class="key" {
                @for grade in &summary.grades { li { (language.pick(&grade.zh, &grade.en)) ": " (citation(&grade.source, language)) } }
            }
        }
    }
}

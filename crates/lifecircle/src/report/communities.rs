//! The report's table of communities: their circles, composite score and grade.

use maud::{Markup, html};

use super::map::{colour, ink};
use crate::summary::{CommunitySummary, CompositeSummary, GradeSummary, Summary};
use crate::text::{Language, count};

/// Every community with its circles.
pub(super) fn communities(summary: &Summary, language: Language) -> Markup {
    let composite = summary.indicators.composite.as_ref();
    let weight = |id: &str| {
        let of_circle = |composite: &CompositeSummary| composite.weights.iter().find(|(known, _)| known == id).cloned();
        composite.and_then(of_circle).map(|(_, weight)| format!("{:.0} %", weight * 100.0))
    };
    let is_left_out = |id: &String| composite.is_some_and(|composite| composite.left_out.contains(id));
    html! {
        table class="list heat" {
            thead {
                tr {
                    th { (language.pick("社区", "Community")) }
                    th class="n" { (language.pick("居民", "Residents")) }
                    th class="n" { (language.pick("平均圈数", "Mean circles")) }
                    @if !summary.grades.is_empty() { th { (language.pick("等级", "Grade")) } }
                    @if composite.is_some() { th class="n" { (language.pick("综合得分", "Composite score")) br; small { (language.pick("权重", "weight")) } } }
                    @for (id, circle) in &summary.circles {
                        th class="n" {
                            (language.pick(&circle.zh, &circle.en))
                            @if let Some(weight) = weight(id) { br; small { (weight) } }
                            @if is_left_out(id) { br; small { "–" } }
                        }
                    }
                }
            }
            tbody { @for community in &summary.communities { (community_row(community, summary, language)) } }
        }
        p class="key" {
            (language.pick(
                "各格为该圈必需服务的平均覆盖率（%，按居民）。",
                "Cells: mean coverage of the circle's required services, % of residents."
            ))
            @if composite.is_some() {
                " "
                (language.pick(
                    "综合得分用熵权法：各社区差别越大的圈权重越大（见表头），只用于比较，不是达标率。",
                    "The composite score weighs circles by entropy: the more communities differ, the greater the weight (in the head). It compares communities and is no share of anything."
                ))
            }
            @if composite.is_some_and(|composite| !composite.left_out.is_empty()) {
                " "
                (language.pick(
                    "标“–”的圈在多数社区毫无覆盖，不计入得分。",
                    "Circles with a dash are left out of it: most communities have nothing of them."
                ))
            }
        }
        (grades(summary, language))
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
                @for grade in &summary.grades { li { (language.pick(&grade.zh, &grade.en)) ": " (grade.source) } }
            }
        }
    }
}

fn community_row(community: &CommunitySummary, summary: &Summary, language: Language) -> Markup {
    let composite = summary.indicators.composite.as_ref();
    let grade = summary.grades.iter().find(|grade| Some(&grade.id) == community.area.grade.as_ref());
    let score = |composite: &CompositeSummary| {
        let of_it = composite.scores.iter().find(|(id, _)| *id == community.id);
        format!("{:.0}", of_it.map_or(0.0, |(_, score)| *score))
    };
    html! {
        tr {
            td { (community.name.show(language.is_english())) }
            td class="n" { (count(community.area.residents)) }
            td class="n" { (format!("{:.1}", community.area.mean_circles)) }
            @if !summary.grades.is_empty() { td { (grade.map_or("–", |grade| language.pick(&grade.zh, &grade.en))) } }
            @if let Some(composite) = composite { td class="n" { (score(composite)) } }
            @for (_, circle) in &community.area.circles {
                @let share = circle.coverage.residents;
                td class="n" style=(format!("background:{};color:{}", colour(share), ink(share))) {
                    (format!("{:.0}", share * 100.0))
                }
            }
        }
    }
}

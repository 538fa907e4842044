//! The page itself.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::text::put;
use super::{aspects, changes, chart, communities, equity, map, tables};
use crate::city::SourceRole;
use crate::measure::Measured;
use crate::output::signed;
use crate::summary::{Changes, DataQuality, Summary};
use crate::text::{Language, count, percent};

const STYLE: &str = include_str!("style.css");

/// A part of the report that others have written: it comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// Its heading.
    pub heading: String,
    /// What it says, as HTML that was escaped.
    pub body: String,
}

/// The report of a measured city as one HTML document that needs nothing else, with what changed since an earlier city if
/// that is known, and with a chapter of somebody else's.
pub fn html(
    measured: &Measured,
    summary: &Summary,
    changes: Option<&Changes>,
    chapter: Option<&Chapter>,
    language: Language,
) -> String {
    signed(page(measured, summary, changes, chapter, language).into_string() + "\n")
}

fn page(
    measured: &Measured,
    summary: &Summary,
    changes: Option<&Changes>,
    chapter: Option<&Chapter>,
    language: Language,
) -> Markup {
    let title = format!("{} · {}", summary.city, language.pick("一刻钟社区生活圈体检报告", "15-minute life circles"));
    let layers = summary.circles.len() + usize::from(summary.indicators.score.is_some());
    html! {
        (DOCTYPE)
        html lang=(language.pick("zh-CN", "en")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(layer_rules(layers))) }
            }
            body {
                main {
                    (header(measured, summary, language))
                    (figures(summary, language))
                    @if let Some(Chapter { heading, body }) = chapter {
                        (section(heading, &PreEscaped(body.clone())))
                    }
                    (sections(measured, summary, changes, language))
                }
            }
        }
    }
}

fn sections(measured: &Measured, summary: &Summary, changes: Option<&Changes>, language: Language) -> Markup {
    let city = measured.city();
    let pick = |zh, en| language.pick(zh, en);
    let aspects_heading = match (summary.aspects.is_empty(), summary.pairs.is_empty()) {
        (true, _) => pick("成对服务", "Pairs"),
        (_, true) => pick("各方面", "Aspects"),
        _ => pick("各方面与成对服务", "Aspects and pairs"),
    };
    html! {
        (section(pick("住处地图", "Where people have what"), &map::draw(measured, summary, language)))
        @if let Some(changes) = changes {
            (section(pick("与此前相比", "What changed"), &changes::draw(city, changes, summary, language)))
        }
        (section(pick("各生活圈", "The circles"), &chart::circles(summary, language)))
        @if !(summary.aspects.is_empty() && summary.pairs.is_empty()) {
            (section(aspects_heading, &aspects::draw(summary, language)))
        }
        (section(pick("最大的缺口", "The worst gaps"), &tables::gaps(summary, language)))
        (section(pick("各项服务", "The services"), &tables::services(summary, language)))
        @if !summary.indicators.supply.is_empty() {
            (section(pick("供给与千人指标", "Supply, and what the ratios ask for"), &tables::supply(summary, language)))
        }
        (section(pick("公平与综合指标", "Equity, and the city in numbers"), &equity::draw(summary, language)))
        @if !summary.communities.is_empty() {
            (section(pick("各社区", "The communities"), &communities::communities(summary, language)))
        }
        (section(pick("方法、来源与局限", "Method, sources and limits"), &method(measured, summary, language)))
    }
}

/// Which layer shows when which button is pressed.
fn layer_rules(layers: usize) -> String {
    let mut rules = String::new();
    // Besides each circle (and the score): the number of circles, and all services.
    for layer in 0..layers + 2 {
        put(&mut rules, format_args!("#layer{layer}:checked~svg .layer{layer}{{display:inline}}"));
    }
    rules
}

fn section(heading: &str, content: &Markup) -> Markup {
    html! { section class="part" { h2 { (heading) } (content) } }
}

fn header(measured: &Measured, summary: &Summary, language: Language) -> Markup {
    let (standard, walker) = (&measured.standard, measured.walker());
    let who = match language {
        Language::Chinese => format!("步行者：{}，{} 米/秒", walker.zh, walker.speed),
        Language::English => format!("walker: {}, {} m/s", walker.en.to_lowercase(), walker.speed),
    };
    html! {
        header {
            h1 { (summary.city) }
            p class="sub" {
                (language.pick("一刻钟社区生活圈体检报告", "Report on the 15-minute community life circle"))
            }
            p { (language.pick(&standard.zh, &standard.en)) " · " (who) }
            @if summary.synthetic {
                p class="synthetic" {
                    (language.pick(
                        "这是由程序生成的合成城市，现实中并不存在，所有数字仅供演示。",
                        "This city was generated by a program. No such place exists; all numbers are for demonstration."
                    ))
                }
            }
            @for doubt in &summary.doubts { p class="doubt" { (language.pick(&doubt.zh, &doubt.en)) } }
        }
    }
}

/// From this share on, what most residents rest on is told beside their number.
const MOSTLY: f64 = 0.5;

fn figures(summary: &Summary, language: Language) -> Markup {
    let all = summary.circles.len();
    let total = summary.residents.max(f64::MIN_POSITIVE);
    let mean: f64 =
        summary.residents_by_circles.iter().enumerate().map(|(held, residents)| held as f64 * residents).sum::<f64>()
            / total;
    let half: f64 = summary.residents_by_circles.iter().skip(all.div_ceil(2)).sum::<f64>() / total;
    let cards = [
        (count(summary.residents), residents_are(&summary.data_quality, language).to_owned()),
        (count(summary.homes as f64), language.pick("住处", "homes").to_owned()),
        (count(summary.facilities as f64), language.pick("设施", "facilities").to_owned()),
        (
            format!("{mean:.1} / {all}"),
            language.pick("居民平均拥有的生活圈", "circles that a resident has on average").to_owned(),
        ),
        match summary.indicators.score {
            Some(score) => (
                format!("{score:.1} / 100"),
                language.pick("居民平均得分", "score of a resident on average").to_owned(),
            ),
            None => (
                percent(half),
                match language {
                    Language::Chinese => format!("居民拥有 {} 个及以上生活圈", all.div_ceil(2)),
                    Language::English => format!("of residents have {} circles or more", all.div_ceil(2)),
                },
            ),
        },
    ];
    html! {
        div class="cards" {
            @for (number, what) in cards { div { b { (number) } span { (what) } } }
        }
    }
}

/// What the number of residents is, beside the number.
fn residents_are(rests: &DataQuality, language: Language) -> &'static str {
    if rests.residents_estimated < MOSTLY {
        language.pick("居民", "residents")
    } else if rests.residents_of_totals >= MOSTLY {
        language.pick("居民（分布为估算，各地总数已知）", "residents (known totals, spread by estimate)")
    } else {
        language.pick("居民（估算，可能相差一倍）", "residents (an estimate: may be half or twice)")
    }
}

fn method(measured: &Measured, summary: &Summary, language: Language) -> Markup {
    let rests = &summary.data_quality;
    let walker = measured.walker();
    let paragraphs = match language {
        Language::Chinese => [
            "住处与设施均连接到其所在街道的具体位置（而非最近的路口），沿可步行的街道网计算最短时间，时间含门口到街道的步行。学校、公园等面状设施以其大门或与道路相接处为入口，取最近者。".to_owned(),
            format!("步行者速度来源：{}。", source_of_speed(walker)),
            "覆盖率：在时限内可达某项服务的居民比例。达标率：圈内全部必需服务均可达的居民比例。附近没有街道的住处计入总数，视为不可达。".to_owned(),
            format!("数据基础：{} 的居民为估算；设施中 {} 处来自 OpenStreetMap，{} 处来自名录，其中 {} 处不属于本标准的服务，{} 处未知入口而以最近街道处推定；街道网有 {} 处孤立部分。", percent(rests.residents_estimated), count(rests.facilities_from_osm as f64), count(rests.facilities_from_lists as f64), count(rests.facilities_unrecognised as f64), count(rests.facilities_with_presumed_entry as f64), count(rests.islands as f64)),
            "局限：OpenStreetMap 中许多城市的小型服务标注不全，缺口可能只是数据的缺口；请以本地名录补充后再作决策。".to_owned(),
        ],
        Language::English => [
            "Homes and facilities are joined to the very place on their street, not to the nearest junction; times are shortest walks over the walkable streets, with the walk from the door to the street. Areas such as schools and parks are entered at their gates or where streets meet their edge, whichever is nearest.".to_owned(),
            format!("The walker's speed: {}.", source_of_speed(walker)),
            "Coverage: share of residents who have a service within its time. Compliance: share who have every required service of a circle. Homes without a street count among all and have nothing.".to_owned(),
            format!("What this rests on: {} of residents are estimated; {} facilities come from OpenStreetMap and {} from lists; {} of them are no service of this standard, for {} no entry is known and the side nearest to a street is presumed; the streets have {} cut-off parts.", percent(rests.residents_estimated), count(rests.facilities_from_osm as f64), count(rests.facilities_from_lists as f64), count(rests.facilities_unrecognised as f64), count(rests.facilities_with_presumed_entry as f64), count(rests.islands as f64)),
            "Limits: in many cities OpenStreetMap lacks small services, so that a gap may be one of the map; merge local lists before deciding on it.".to_owned(),
        ],
    };
    let sources = summary.sources.iter().map(|source| {
        let sum = source.sha256.get(..12).map(|start| format!(" · SHA-256 {start}…")).unwrap_or_default();
        let licence = if source.licence.is_empty() { String::new() } else { format!(" · {}", source.licence) };
        format!("{}: {}{licence}{sum}", role(source.role, language), source.file)
    });
    let notes = summary.notes.iter().map(|note| note.in_words());
    html! {
        @for paragraph in paragraphs { p { (paragraph) } }
        ul { @for note in notes { li { (language.pick(&note.zh, &note.en)) } } }
        (tables::overlapping(measured.city(), language))
        (tables::unsnapped(summary, language))
        h3 { (language.pick("数据来源", "Sources")) }
        ul { @for source in sources { li { (source) } } }
        h3 { (language.pick("标准依据", "What the standard rests on")) }
        ul { @for source in &measured.standard.sources { li { (source) } } }
        p class="credit" { (map::credit(measured.city(), language)) " · lifecircle " (env!("CARGO_PKG_VERSION")) }
    }
}

/// Where the walker's speed comes from; every walker tells.
fn source_of_speed(walker: &crate::network::Walker) -> &str {
    walker.sources.get("speed").map_or("", String::as_str)
}

fn role(role: SourceRole, language: Language) -> &'static str {
    match role {
        SourceRole::Streets => language.pick("街道与设施", "Streets and facilities"),
        SourceRole::People => language.pick("人口", "People"),
        SourceRole::Facilities => language.pick("设施名录", "List of facilities"),
        SourceRole::Communities => language.pick("社区边界", "Communities"),
        SourceRole::Buildings => language.pick("建筑", "Buildings"),
        SourceRole::Elevation => language.pick("高程", "Elevation"),
    }
}

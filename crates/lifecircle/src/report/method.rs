//! Method, sources and limits: how the numbers come about and what they rest on.

use maud::{Markup, html};

use super::map;
use super::text::head;
use crate::citations::citation;
use crate::city::{City, SourceRole};
use crate::kinds::overlaps;
use crate::measure::Measured;
use crate::summary::Summary;
use crate::text::{Language, count, percent};

/// How many points without a street are listed.
const UNSNAPPED: usize = 20;

/// How the numbers come about, what they rest on, and their limits.
pub(super) fn draw(measured: &Measured, summary: &Summary, language: Language) -> Markup {
    let rests = &summary.data_quality;
    let walker = measured.walker();
    let estimated = match (rests.residents_estimated > 0.0, language) {
        (false, Language::Chinese) => "居民数均来自人口数据".to_owned(),
        (false, Language::English) => "all residents are counted".to_owned(),
        (true, Language::Chinese) => format!("{}的居民数为估算", percent(rests.residents_estimated)),
        (true, Language::English) => format!("{} of residents are estimated", percent(rests.residents_estimated)),
    };
    let [from_osm, from_lists, other, presumed, islands] = [
        rests.facilities_from_osm,
        rests.facilities_from_lists,
        rests.facilities_unrecognised,
        rests.facilities_with_presumed_entry,
        rests.islands,
    ]
    .map(|number| count(number as f64));
    let paragraphs = match language {
        Language::Chinese => [
            "居住点与设施均接入所临道路上的实际位置（而非最近的路口），沿可步行的路网计算最短时间，含从门口到道路的步行。学校、公园等面状设施以大门或道路与其边界相接处为入口，取最近者。".to_owned(),
            format!("步行速度的依据：{}。", source_of_speed(walker, language)),
            "覆盖率：在规定时限内可到达某项服务的居民比例。达标率：可到达圈内全部必需服务的居民比例。附近没有道路的居住点计入总数，视为不可达。".to_owned(),
            format!("数据基础：{estimated}；设施中 {from_osm} 处来自 OpenStreetMap，{from_lists} 处来自名录，其中 {other} 处不属于本标准的服务，{presumed} 处入口不详、取离道路最近处；路网中有 {islands} 处与主网不相连。"),
            "局限：许多城市的小型设施在 OpenStreetMap 中标注不全，缺口可能只是地图的缺口；请补充本地名录后再作决策。".to_owned(),
        ],
        Language::English => [
            "Homes and facilities are joined to the very place on their street, not to the nearest junction; times are shortest walks over the walkable streets, with the walk from the door to the street. Areas such as schools and parks are entered at their gates or where streets meet their edge, whichever is nearest.".to_owned(),
            format!("Where the walking speed comes from: {}.", source_of_speed(walker, language)),
            "Coverage: share of residents who have a service within its limit. Compliance: share who have every required service of a circle. Homes without a street count among all and have nothing.".to_owned(),
            format!("What this rests on: {estimated}; {from_osm} facilities come from OpenStreetMap and {from_lists} from lists. {other} of them are no service of this standard; the entrance of {presumed} is not known and taken to be where they are nearest to a street. {islands} stretches of street are not connected to the main network."),
            "Limits: in many cities OpenStreetMap lacks small facilities. What looks like a gap of the city may be one of the map: merge local lists before deciding on it.".to_owned(),
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
        (overlapping(measured.city(), language))
        (unsnapped(summary, language))
        h3 { (language.pick("数据来源", "Sources")) }
        ul { @for source in sources { li { (source) } } }
        h3 { (language.pick("标准依据", "What the standard rests on")) }
        ul { @for source in &measured.standard.sources { li { (citation(source, language)) } } }
        p class="credit" { (map::credit(measured.city(), language)) " · lifecircle " (env!("CARGO_PKG_VERSION")) }
    }
}

/// Where the walker's speed comes from; every walker tells.
fn source_of_speed(walker: &crate::network::Walker, language: Language) -> &str {
    walker.sources.get("speed").map_or("", |source| citation(source, language))
}

fn role(role: SourceRole, language: Language) -> &'static str {
    match role {
        SourceRole::Streets => language.pick("道路与设施", "Streets and facilities"),
        SourceRole::People => language.pick("人口", "People"),
        SourceRole::Facilities => language.pick("设施名录", "List of facilities"),
        SourceRole::Communities => language.pick("社区边界", "Communities"),
        SourceRole::Buildings => language.pick("建筑", "Buildings"),
        SourceRole::Elevation => language.pick("高程", "Elevation"),
    }
}

/// How many places of each kind there probably are, where the map and lists overlap; empty where they do not.
fn overlapping(city: &City, language: Language) -> Markup {
    let all = overlaps(city);
    let heads = [
        language.pick("类别", "Kind"),
        language.pick("地图", "On the map"),
        language.pick("名录", "In lists"),
        language.pick("两者皆有", "In both"),
        language.pick("推算总数（95% 置信区间）", "Probably in all (95%)"),
        language.pick("地图收录", "Map knows"),
    ];
    html! {
        @if !all.is_empty() {
            h3 { (language.pick("地图收录了多少", "How much the map knows")) }
            table class="list" {
                (head(&heads))
                tbody {
                    @for overlap in &all {
                        @let [low, high] = overlap.bounds;
                        tr {
                            td { (language.pick(&overlap.zh, &overlap.en)) }
                            @for number in [overlap.on_map, overlap.in_lists, overlap.in_both] { td class="n" { (count(number as f64)) } }
                            td class="n" { (count(overlap.estimate)) " (" (count(low)) "–" (count(high)) ")" }
                            td class="n" { (percent(overlap.map_knows())) }
                        }
                    }
                }
            }
            p class="key" {
                (language.pick(
                    "按标志重捕法（Chapman）由地图与名录的重合推算，假定两者互不依赖；同源数据会低估总数。",
                    "By capture and recapture (Chapman), from what both know, as if each knew a place by chance; sources made from each other make it too low."
                ))
            }
        }
    }
}

/// Points without a street; empty if there are none.
fn unsnapped(summary: &Summary, language: Language) -> Markup {
    let all = &summary.data_quality.unsnapped;
    let told = match language {
        Language::Chinese => format!("附近没有道路的点：{} 个", all.len()),
        Language::English => format!("Points without a street near: {}", all.len()),
    };
    let nearest = |metres: Option<crate::geo::Metres>| {
        metres.map_or_else(|| language.pick("无", "none").to_owned(), |metres| format!("{} m", count(metres.0)))
    };
    html! {
        @if !all.is_empty() {
            details {
                summary { (told) }
                table class="list" {
                    @for point in all.iter().take(UNSNAPPED) {
                        @let is_home = point.what == "home";
                        tr {
                            td {
                                (if is_home { language.pick("居住点", "home") } else { language.pick("设施", "facility") })
                            }
                            td { (point.id) }
                            td class="n" { (format!("{:.5}, {:.5}", point.lon, point.lat)) }
                            td class="n" { (nearest(point.nearest_street_metres)) }
                        }
                    }
                }
                @if all.len() > UNSNAPPED {
                    p class="key" { (language.pick("其余见 summary.json。", "The others are in summary.json.")) }
                }
            }
        }
    }
}

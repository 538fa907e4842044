//! What the numbers of a city rest on, subject by subject, and what would make them surer: the first to add first.

use schemars::JsonSchema;
use serde::Serialize;

use super::Summary;
use crate::city::{City, Note, SourceRole};
use crate::setting::Setting;
use crate::text::{Text, count, percent};

/// How far numbers can be trusted in one respect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Footing {
    /// They may be wrong by half, or tell of the data rather than of the city.
    Poor,
    /// They are about right.
    Fair,
    /// They are as right as their sources.
    Good,
}

/// One subject: how sure it is, why, and what would make it surer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Finding {
    /// What of.
    #[serde(serialize_with = "in_words")]
    pub subject: Note,
    /// How sure.
    pub footing: Footing,
    /// Why.
    #[serde(serialize_with = "in_words")]
    pub told: Note,
    /// What to add; none where nothing is missing.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "in_words_if_any")]
    pub add: Option<Note>,
}

fn in_words<S: serde::Serializer>(note: &Note, serializer: S) -> Result<S::Ok, S::Error> {
    note.in_words().serialize(serializer)
}

fn in_words_if_any<S: serde::Serializer>(note: &Option<Note>, serializer: S) -> Result<S::Ok, S::Error> {
    note.as_ref().map(Note::in_words).serialize(serializer)
}

/// From this share of estimated residents on the estimate decides.
const MOSTLY: f64 = 0.5;
/// Less than this share of anything is not worth a word of advice.
const LITTLE: f64 = 0.05;
/// How many services are named.
const NAMED: usize = 8;

fn note(Text { en, zh }: Text) -> Note {
    Note { en, zh }
}

/// What the numbers rest on, the shakiest subject first.
pub fn footing(city: &City, summary: &Summary) -> Vec<Finding> {
    let mut findings = vec![
        people(summary),
        facilities(summary),
        extent(summary),
        communities(summary),
        streets(summary),
        ground(city),
    ];
    findings.sort_by_key(|finding| finding.footing);
    findings
}

fn finding(subject: Text, footing: Footing, told: Text, add: Option<Text>) -> Finding {
    Finding { subject: note(subject), footing, told: note(told), add: add.map(note) }
}

fn people(summary: &Summary) -> Finding {
    let rests = &summary.data_quality;
    let share = percent(rests.residents_estimated);
    let subject = say!("People", "人口");
    let set = Setting::People;
    if rests.residents_estimated < LITTLE {
        let told = say!("where people live is known for nearly all", "绝大多数居民的居住地点已知");
        return finding(subject, Footing::Good, told, None);
    }
    if rests.residents_of_totals >= MOSTLY {
        let told = say!(
            "totals of areas are known; where in them people live is estimated",
            "各地总人口已知，其内部分布为估算"
        );
        let add = say!("give {set} by address or small cells", "请提供按地址或小网格统计的{set}");
        return finding(subject, Footing::Fair, told, Some(add));
    }
    let is_most = rests.residents_estimated >= MOSTLY;
    let footing = if is_most { Footing::Poor } else { Footing::Fair };
    let told = say!(
        "{share} of residents are estimated from buildings and streets, where numbers may be half or twice",
        "{share}的居民数按建筑和道路估算，这部分误差可达一倍"
    );
    let add = say!(
        "give {set} (cells, points or a table of communities), or at least {}",
        "请提供{set}（网格、点或各社区人数表），至少提供{}",
        Setting::Population
    );
    finding(subject, footing, told, Some(add))
}

fn facilities(summary: &Summary) -> Finding {
    let rests = &summary.data_quality;
    let services = summary.circles.iter().flat_map(|(_, circle)| &circle.services).map(|(_, service)| service);
    let all = services.clone().count();
    let mut missing: Vec<_> = services.filter(|service| service.probable_map_gap).collect();
    // Those that the standard requires first, then those of which most are missing.
    let lacking =
        |service: &super::ServiceSummary| service.usual_number.unwrap_or_default() - service.facilities as f64;
    missing.sort_by(|a, b| b.required.cmp(&a.required).then(lacking(b).total_cmp(&lacking(a))));
    let named = |name: fn(&super::ServiceSummary) -> &str, comma: &str| {
        let more = if missing.len() > NAMED { " …" } else { "" };
        missing.iter().take(NAMED).map(|service| name(service)).collect::<Vec<_>>().join(comma) + more
    };
    let [from_osm, from_lists] = [rests.facilities_from_osm, rests.facilities_from_lists].map(|n| count(n as f64));
    let subject = say!("Facilities", "设施");
    if missing.is_empty() {
        let told = say!(
            "{from_osm} come from the map and {from_lists} from lists; no service has far fewer than a town of this size",
            "{from_osm} 处来自地图，{from_lists} 处来自名录；没有一项服务远少于同等规模城镇"
        );
        return finding(subject, Footing::Good, told, None);
    }
    let footing = if missing.len() as f64 > MOSTLY * all as f64 { Footing::Poor } else { Footing::Fair };
    let told = say!(
        "{from_osm} come from the map and {from_lists} from lists; of {} of {all} services far fewer than a town of this size has",
        "{from_osm} 处来自地图，{from_lists} 处来自名录；{all} 项服务中有 {} 项远少于同等规模城镇",
        missing.len()
    );
    let add = Text {
        en: format!("give {} of: {}", Setting::Facilities, named(|service| &service.en, ", ")),
        zh: format!("请提供{}：{}", Setting::Facilities, named(|service| &service.zh, "、")),
    };
    finding(subject, footing, told, Some(add))
}

fn extent(summary: &Summary) -> Finding {
    let near = summary.data_quality.residents_near_edge;
    let share = percent(near);
    let subject = say!("Extent", "数据范围");
    if near < LITTLE {
        let told = say!("hardly anybody lives where the data ends", "几乎没有居民临近数据边缘");
        return finding(subject, Footing::Good, told, None);
    }
    let footing = if near > MOSTLY { Footing::Poor } else { Footing::Fair };
    let told = say!(
        "{share} of residents live within a 15-minute walk of where the data ends: what they lack may lie beyond",
        "{share}的居民距数据边缘步行不到 15 分钟，其所缺可能就在范围之外"
    );
    let add = say!(
        "give {} that reaches 1.5 km beyond the city, or cut it out of a larger one",
        "请提供比城市多留 1.5 公里的{}，或从更大的数据中裁剪",
        Setting::Extract
    );
    finding(subject, footing, told, Some(add))
}

fn communities(summary: &Summary) -> Finding {
    let subject = say!("Communities", "社区");
    let number = summary.communities.len();
    if number > 0 {
        let told = say!(
            "gaps are told by community (number of communities: {number})",
            "缺口可按社区列出（共 {number} 个社区）"
        );
        return finding(subject, Footing::Good, told, None);
    }
    let told = say!("there are none: gaps are told of the whole city only", "没有社区边界，缺口只能按全市列出");
    let add = say!("give {}", "请提供{}", Setting::Communities);
    finding(subject, Footing::Fair, told, Some(add))
}

fn streets(summary: &Summary) -> Finding {
    let rests = &summary.data_quality;
    let away = rests.unsnapped.iter().filter(|point| point.what == "home").count();
    let cut_off = away + rests.homes_on_islands;
    let share = cut_off as f64 / (summary.homes as f64).max(1.0);
    let subject = say!("Streets", "路网");
    let [away, islands] = [away, rests.homes_on_islands].map(|number| count(number as f64));
    let told = say!(
        "homes without a street near: {away}; on streets that nothing connects to the rest: {islands}",
        "附近没有道路的居住点 {away} 个；位于与主网不相连的道路上的 {islands} 个"
    );
    if share < LITTLE {
        return finding(subject, Footing::Good, told, None);
    }
    let footing = if share > MOSTLY { Footing::Poor } else { Footing::Fair };
    let add = say!(
        "look at some of them on the map; what is missing there can be drawn in OpenStreetMap, or as edits of a scenario",
        "请在地图上抽查；缺少的道路可在 OpenStreetMap 中补画，或作为方案的改动"
    );
    finding(subject, footing, told, Some(add))
}

fn ground(city: &City) -> Finding {
    let subject = say!("Slopes", "坡度");
    if city.about.sources.iter().any(|source| source.role == SourceRole::Elevation) {
        let told = say!("heights are known, so slopes slow people down", "已有高程，步速已计坡度影响");
        return finding(subject, Footing::Good, told, None);
    }
    let told = say!("all ground counts as level", "全部按平地计算");
    let add = say!("give {} where the city is hilly", "地形起伏的城市请提供{}", Setting::Elevation);
    finding(subject, Footing::Fair, told, Some(add))
}

//! The summary: all that was measured of a city, by circle, service and community.

use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::data_quality::DataQuality;
use super::doubts::doubts;
use super::gaps::{Gap, gaps};
use super::grades::{GradeSummary, by_grade, grade_of};
use super::indicators::Indicators;
use super::map_gaps::{MapGap, map_gaps};
use crate::city::{City, Community, Name, Note, Source};
use crate::geo::{Metres, Seconds};
use crate::measure::{CircleCoverage, CityTally, Coverage, Measured, ServiceTally, Share, Tally, residents_of};
use crate::setting::Setting;
use crate::standard::{AgeGroup, Ratio, Service, Standard, Threshold};

/// All that was measured.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Summary {
    /// Version of these keys.
    pub format: u32,
    /// Name of the city.
    pub city: String,
    /// Whether the city was generated.
    pub synthetic: bool,
    /// Id and version of the standard.
    pub standard: String,
    /// Id of the walker.
    pub walker: String,
    /// How far a door may be from its street.
    pub snap_limit_metres: f64,
    /// Number of homes.
    pub homes: u64,
    /// Number of residents.
    pub residents: f64,
    /// Number of facilities.
    pub facilities: usize,
    /// Residents by how many circles they have, from none to all.
    pub residents_by_circles: Vec<f64>,
    /// By id of the circle, in the standard's order.
    #[serde(serialize_with = "in_order")]
    #[schemars(with = "BTreeMap<String, CircleSummary>")]
    pub circles: Vec<(String, CircleSummary)>,
    /// By id of the aspect, in the standard's order: the mean coverage of its services.
    #[serde(serialize_with = "in_order")]
    #[schemars(with = "BTreeMap<String, NamedShare>")]
    pub aspects: Vec<(String, NamedShare)>,
    /// By id of the pair, in the standard's order: who has all of it.
    #[serde(serialize_with = "in_order")]
    #[schemars(with = "BTreeMap<String, PairSummary>")]
    pub pairs: Vec<(String, PairSummary)>,
    /// The city in single numbers.
    pub indicators: Indicators,
    /// Communities by the grade that they reach, from the lowest; empty if the standard has no grades.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub grades: Vec<GradeSummary>,
    /// By community, most residents first.
    pub communities: Vec<CommunitySummary>,
    /// By life-circle unit, most residents first; empty where none are drawn.
    pub units: Vec<UnitSummary>,
    /// By subdistrict, most residents first; empty where communities tell none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub subdistricts: Vec<SubdistrictSummary>,
    /// Gaps of the whole city by service, most residents first.
    pub gaps: Vec<Gap>,
    /// Gaps by community and service, most people first; the first hundred. Services of which the city has no facility at
    /// all are among [`Summary::gaps`] only.
    pub worst_gaps: Vec<Gap>,
    /// What all this rests on.
    pub data_quality: DataQuality,
    /// What the user should know.
    #[serde(serialize_with = "in_words")]
    #[schemars(with = "Vec<Note>")]
    pub notes: Vec<Note>,
    /// Why the numbers as a whole may tell of the data rather than of the city; empty for most cities.
    pub doubts: Vec<Note>,
    /// What was read.
    pub sources: Vec<Source>,
}

/// A share with its name.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NamedShare {
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// The share.
    pub coverage: Share,
}

/// A pair of services.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PairSummary {
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Ids of its services.
    pub services: Vec<String>,
    /// Those who have all of them.
    pub coverage: Share,
}

/// A circle of the city.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CircleSummary {
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Mean coverage of its required services.
    pub coverage: Share,
    /// Those who have every required service.
    pub compliance: Share,
    /// By id of the service, in the standard's order.
    #[serde(serialize_with = "in_order")]
    #[schemars(with = "BTreeMap<String, ServiceSummary>")]
    pub services: Vec<(String, ServiceSummary)>,
}

/// A service of the city.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ServiceSummary {
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Within which time everyone should find one; none if the threshold is a distance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold_seconds: Option<Seconds>,
    /// Within which distance everyone should find one; none if the threshold is a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold_metres: Option<Metres>,
    /// How many everyone should find.
    pub count: u32,
    /// How small it may be in square metres, if size matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_area: Option<f64>,
    /// How large it may be in square metres, if size matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_area: Option<f64>,
    /// Facilities of its kinds that were left out because their area is not known.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(default)]
    pub facilities_of_unknown_area: usize,
    /// Whether its circle is incomplete without it.
    pub required: bool,
    /// Whom it is for.
    pub people: AgeGroup,
    /// How much of it every thousand people need, if the standard says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<Ratio>,
    /// Number of facilities.
    pub facilities: usize,
    /// How many facilities so many residents have at the least in any town; none where nobody tells, or where only facilities of some
    /// size count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual_number: Option<f64>,
    /// Whether there are so few of them that the map probably lacks most, rather than the city. Such services are left out of rankings.
    pub probable_map_gap: bool,
    /// Those who have it within the threshold.
    pub coverage: Share,
    /// Mean time of residents to the nearest, of those who can get to one.
    pub mean_seconds: Option<Seconds>,
    /// Where the threshold comes from.
    pub source: String,
}

/// A community.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CommunitySummary {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Name,
    /// Its subdistrict.
    pub subdistrict: Name,
    /// Its district.
    pub district: Name,
    /// Its life-circle unit; empty where none is drawn.
    pub unit: Name,
    /// What was measured of it.
    #[serde(flatten)]
    pub area: AreaSummary,
}

/// A life circle as territory: communities together.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UnitSummary {
    /// Its name.
    pub name: Name,
    /// Ids of its communities.
    pub communities: Vec<String>,
    /// What was measured of it.
    #[serde(flatten)]
    pub area: AreaSummary,
}

/// A subdistrict: its communities together.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SubdistrictSummary {
    /// Its name.
    pub name: Name,
    /// Its district.
    pub district: Name,
    /// Ids of its communities.
    pub communities: Vec<String>,
    /// What was measured of it.
    #[serde(flatten)]
    pub area: AreaSummary,
}

/// What was measured of the homes of an area.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AreaSummary {
    /// Number of homes.
    pub homes: u64,
    /// Number of residents.
    pub residents: f64,
    /// How many circles its residents have on average.
    pub mean_circles: f64,
    /// By id of the circle.
    #[serde(serialize_with = "in_order")]
    #[schemars(with = "BTreeMap<String, CircleCoverage>")]
    pub circles: Vec<(String, CircleCoverage)>,
    /// By id of the service: the share of residents who have it.
    #[serde(serialize_with = "in_order")]
    #[schemars(with = "BTreeMap<String, Share>")]
    pub services: Vec<(String, Share)>,
    /// By id of the aspect: the mean coverage of its services.
    #[serde(serialize_with = "in_order")]
    #[schemars(with = "BTreeMap<String, Share>")]
    pub aspects: Vec<(String, Share)>,
    /// By id of the pair: the share who have all of it.
    #[serde(serialize_with = "in_order")]
    #[schemars(with = "BTreeMap<String, Share>")]
    pub pairs: Vec<(String, Share)>,
    /// Id of the highest grade of the standard that it reaches; none if it reaches none, or the standard has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    /// Its gaps, most people first.
    pub gaps: Vec<Gap>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Writes pairs as an object in their own order.
fn in_order<S: serde::Serializer, T: Serialize>(pairs: &[(String, T)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
}

impl Summary {
    /// How many circles a resident has on average.
    pub fn mean_circles(&self) -> f64 {
        let held = self.residents_by_circles.iter().enumerate();
        held.map(|(held, people)| held as f64 * people).sum::<f64>() / self.residents.max(f64::MIN_POSITIVE)
    }

    /// A service by its id.
    pub fn service(&self, id: &str) -> Option<&ServiceSummary> {
        let mut services = self.circles.iter().flat_map(|(_, circle)| &circle.services);
        services.find(|(known, _)| known == id).map(|(_, service)| service)
    }

    /// Whether the map, rather than the city, probably lacks most facilities of a service.
    pub fn is_map_gap(&self, service: &str) -> bool {
        self.service(service).is_some_and(|told| told.probable_map_gap)
    }
}

/// The JSON Schema of `summary.json`.
pub fn summary_schema() -> Value {
    super::schema_of::<Summary>("summary.json of lifecircle: what was measured of a city")
}

/// The version of the summary's keys.
const FORMAT: u32 = 1;

/// How many of the worst gaps are listed.
const WORST_GAPS: usize = 100;

/// Sums up what was measured.
pub fn summarise(measured: &Measured) -> Summary {
    let (city, standard) = (measured.city(), &measured.standard);
    let tally = CityTally::of(measured);
    let coverage = Coverage::of(standard, &tally.all);
    let map_gaps = map_gaps(measured, coverage.residents);
    let circles = standard.circles.iter().enumerate().map(|(index, circle)| {
        let services = standard.services_of(index).map(|s| {
            (standard.services[s].id.clone(), service_summary(measured, &tally.all, &coverage, s, map_gaps[s]))
        });
        let summary = CircleSummary {
            zh: circle.zh.clone(),
            en: circle.en.clone(),
            coverage: coverage.circles[index].coverage,
            compliance: coverage.circles[index].compliance,
            services: services.collect(),
        };
        (circle.id.clone(), summary)
    });
    let communities = communities(city, standard, &tally);
    // A service that the map probably lacks would rank the map, not the city.
    let found = standard.services.iter().zip(&measured.recognised.services).zip(&map_gaps);
    let found = found.filter(|((_, found), gap)| !found.is_empty() && !gap.is_probable);
    let found: HashSet<&str> = found.map(|((service, _), _)| service.id.as_str()).collect();
    let gaps_of = communities.iter().flat_map(|(community, _)| &community.area.gaps);
    let mut worst_gaps: Vec<Gap> = gaps_of.filter(|gap| found.contains(gap.service.as_str())).cloned().collect();
    worst_gaps.retain(Gap::is_ranked);
    worst_gaps.sort_by(|a, b| b.surely_without().total_cmp(&a.surely_without()));
    worst_gaps.truncate(WORST_GAPS);
    let coverages: Vec<(String, Coverage)> =
        communities.iter().map(|(c, coverage)| (c.id.clone(), coverage.clone())).collect();
    let aspects = standard.aspects.iter().zip(&coverage.aspects).map(|(aspect, coverage)| {
        (aspect.id.clone(), NamedShare { zh: aspect.zh.clone(), en: aspect.en.clone(), coverage: *coverage })
    });
    let pairs = standard.pairs.iter().zip(&coverage.pairs).map(|(pair, coverage)| {
        let services = pair.services.iter().map(|s| standard.services[*s].id.clone()).collect();
        let summary = PairSummary { zh: pair.zh.clone(), en: pair.en.clone(), services, coverage: *coverage };
        (pair.id.clone(), summary)
    });
    let data_quality = DataQuality::of(city, measured);
    let doubts = doubts(measured, &map_gaps, &data_quality);
    let communities: Vec<CommunitySummary> = communities.into_iter().map(|(community, _)| community).collect();
    Summary {
        format: FORMAT,
        city: city.about.name.clone(),
        synthetic: city.about.synthetic,
        standard: format!("{} {}", standard.id, standard.version),
        walker: measured.walker().id.clone(),
        snap_limit_metres: measured.reached.ready.walk().snap_limit.0,
        homes: coverage.homes,
        residents: coverage.residents,
        facilities: city.facilities.len(),
        residents_by_circles: coverage.residents_by_circles.clone(),
        circles: circles.collect(),
        aspects: aspects.collect(),
        pairs: pairs.collect(),
        indicators: Indicators::of(measured, &tally, &coverages),
        units: units(city, standard, &tally),
        subdistricts: subdistricts(city, standard, &tally),
        grades: by_grade(standard, &communities),
        communities,
        gaps: gaps(standard, None, &tally.all),
        worst_gaps,
        notes: city
            .about
            .notes
            .iter()
            .cloned()
            .chain(unmapped(measured, &map_gaps))
            .chain(without_ages(city, measured))
            .chain(near_edge(&data_quality))
            .chain(too_steep(&data_quality))
            .chain(from_elsewhere(city, standard))
            .collect(),
        sources: city.about.sources.clone(),
        doubts,
        data_quality,
    }
}

fn in_words<S: serde::Serializer>(notes: &[Note], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(notes.iter().map(Note::in_words))
}

/// Tells which services the data holds hardly any facility of, or none: their gaps are probably the map's, and the circle of a
/// required one without any cannot be complete for anybody.
fn unmapped(measured: &Measured, map_gaps: &[MapGap]) -> Vec<Note> {
    let services = || measured.standard.services.iter().zip(&measured.recognised.services).zip(map_gaps);
    let probable: Vec<_> = services().filter(|(_, gap)| gap.is_probable).collect();
    let missing: Vec<_> = services().filter(|((s, found), _)| s.required && found.is_empty()).collect();
    let set = Setting::Facilities;
    let mut notes = Vec::new();
    if !probable.is_empty() {
        let told = |one: fn(&Service, usize, f64) -> String| {
            let one = |((service, found), gap): &((&Service, &Vec<u32>), &MapGap)| {
                one(service, found.len(), gap.usual.unwrap_or_default())
            };
            probable.iter().map(one).collect::<Vec<_>>()
        };
        let en = |service: &Service, found: usize, usual: f64| format!("{} {found} (at least {usual:.0})", service.en);
        let zh = |service: &Service, found: usize, usual: f64| {
            format!("{} {found} 处（一般不少于 {usual:.0} 处）", service.zh)
        };
        notes.push(Note {
            en: format!(
                "Probable gaps of the map, not of the city: {}. The number in brackets is what a town of this size has; these services are left out of rankings. Give {set} that hold them.",
                told(en).join(", ")
            ),
            zh: format!(
                "可能是地图数据缺失，而非实际设施短缺：{}。括号内为同等规模城镇的一般数量，这些服务不参与排名；请补充{set}。",
                told(zh).join("、")
            ),
        });
    }
    if !missing.is_empty() {
        let names =
            |name: fn(&Service) -> &str| missing.iter().map(|((service, _), _)| name(service)).collect::<Vec<_>>();
        notes.push(Note {
            en: format!(
                "The data holds no {}, which the standard requires, so nobody can have these circles complete; give {set} that hold some.",
                names(|s| &s.en).join(", no ")
            ),
            zh: format!("数据中没有必需服务：{}，相关生活圈无人达标；请补充{set}。", names(|s| &s.zh).join("、")),
        });
    }
    notes
}

/// Tells that a standard was made for another country.
fn from_elsewhere(city: &City, standard: &Standard) -> Option<Note> {
    let middle = city.about.middle();
    let is_elsewhere = !city.about.synthetic && standard.country.is_some_and(|country| !country.holds(middle));
    if !is_elsewhere {
        return None;
    }
    let (set, others) = (Setting::Standard, Standard::for_any_country().join(", "));
    Some(Note {
        en: format!(
            "{} was made for another country and asks for services that may be organised otherwise here; set {set} to another one ({others}), or give one of your own.",
            standard.en
        ),
        zh: format!(
            "{}是为其他国家制定的，所要求的服务在当地可能另有组织方式；可将{set}改为：{others}，或使用自定义标准。",
            standard.zh
        ),
    })
}

/// Tells how many people live where the data ends.
fn near_edge(rests: &DataQuality) -> Option<Note> {
    let (residents, homes) = (rests.residents_near_edge * 100.0, rests.homes_near_edge * 100.0);
    (residents >= 1.0).then(|| Note {
        en: format!(
            "{residents:.0}% of residents ({homes:.0}% of homes) live within a 15-minute walk of where the extract ends. What lies beyond is not known, so what they lack is not ranked where it could be there; give {} of a larger area, cut with a margin of 1.5 km.",
            Setting::Extract
        ),
        zh: format!(
            "{residents:.0}% 的居民（{homes:.0}% 的居住点）距数据边缘不足步行 15 分钟，边缘之外的设施未知，其缺口不参与排名；请提供范围更大的{}，四周多留 1.5 公里。",
            Setting::Extract
        ),
    })
}

/// Tells whom slopes cut off.
fn too_steep(rests: &DataQuality) -> Option<Note> {
    let steep = rests.too_steep.filter(|steep| steep.residents_cut_off >= 0.5)?;
    let (streets, percent) = (steep.streets, steep.steepest * 100.0);
    let (people, homes) = (steep.residents_cut_off, steep.homes_cut_off);
    Some(Note {
        en: format!(
            "{streets} streets ({:.1} km) are steeper than {percent:.0}% and closed to this walker, which cuts off {homes} homes with {people:.0} residents. Look at some of them; where the ground is gentler, give a finer {}.",
            steep.metres.0 / 1000.0,
            Setting::Elevation
        ),
        zh: format!(
            "有 {streets} 条道路（{:.1} 公里）坡度超过 {percent:.0}%，该步行者无法通行，因此有 {homes} 个居住点、{people:.0} 名居民与其余路网隔断。请抽查；若实际较缓，请提供更精细的{}。",
            steep.metres.0 / 1000.0,
            Setting::Elevation
        ),
    })
}

/// Tells that services for children or older people are measured over everybody, where their ages are not known.
fn without_ages(city: &City, measured: &Measured) -> Option<Note> {
    let unknown =
        |group: AgeGroup| group != AgeGroup::All && city.homes.iter().any(|home| residents_of(home, group).is_none());
    let services = &measured.standard.services;
    let for_ages = services.iter().any(|service| unknown(service.people));
    let with_ratio: Vec<_> =
        services.iter().filter(|s| s.ratio.as_ref().is_some_and(|ratio| unknown(ratio.people))).collect();
    let left_out = |name: fn(&Service) -> &str, comma| {
        with_ratio.iter().map(|service| name(service)).collect::<Vec<_>>().join(comma)
    };
    let (en, zh) = if with_ratio.is_empty() {
        (String::new(), String::new())
    } else {
        (
            format!(", and the ratios of {} are left out", left_out(|s| &s.en, ", ")),
            format!("，{}的千人指标未计算", left_out(|s| &s.zh, "、")),
        )
    };
    (for_ages || !with_ratio.is_empty()).then(|| Note {
        en: format!(
            "Ages are not known, so services for children and older people are measured over all residents{en}; give {} with columns children and elderly.",
            Setting::People
        ),
        zh: format!("年龄结构未知，面向儿童和老年人的服务按全体居民计算{zh}；请提供含“儿童”“老年人”列的{}。", Setting::People),
    })
}

fn service_summary(
    measured: &Measured,
    tally: &Tally,
    coverage: &Coverage,
    index: usize,
    map_gap: MapGap,
) -> ServiceSummary {
    let service = &measured.standard.services[index];
    let (threshold_seconds, threshold_metres) = match service.threshold {
        Threshold::Time(time) => (Some(time), None),
        Threshold::Distance(metres) => (None, Some(metres)),
    };
    ServiceSummary {
        zh: service.zh.clone(),
        en: service.en.clone(),
        threshold_seconds,
        threshold_metres,
        count: service.count,
        min_area: (service.min_area > 0.0).then_some(service.min_area),
        max_area: (service.max_area < f64::INFINITY).then_some(service.max_area),
        facilities_of_unknown_area: measured.recognised.unknown_area[index],
        required: service.required,
        people: service.people,
        ratio: service.ratio.clone(),
        facilities: measured.recognised.services[index].len(),
        usual_number: map_gap.usual,
        probable_map_gap: map_gap.is_probable,
        coverage: coverage.services[index],
        mean_seconds: mean_time(&tally.services[index]),
        source: service.source.clone(),
    }
}

/// Mean time of residents to the nearest facility, of those who can get to one.
fn mean_time(service: &ServiceTally) -> Option<Seconds> {
    let people = service.residents_with_way.value();
    (people > 0.0).then(|| Seconds(service.seconds.value() / people))
}

fn communities(city: &City, standard: &Standard, tally: &CityTally) -> Vec<(CommunitySummary, Coverage)> {
    let of = |(index, tally): (&u32, &Tally)| {
        let community = city.communities.get(*index as usize)?;
        let coverage = Coverage::of(standard, tally);
        let summary = CommunitySummary {
            id: community.id.clone(),
            name: community.name.clone(),
            subdistrict: community.subdistrict.clone(),
            district: community.district.clone(),
            unit: community.unit.clone(),
            area: AreaSummary::of(standard, &coverage, Some(&community.id), tally),
        };
        Some((summary, coverage))
    };
    let mut summaries: Vec<_> = tally.communities.iter().filter_map(of).collect();
    summaries.sort_by(|(a, _), (b, _)| b.area.residents.total_cmp(&a.area.residents));
    summaries
}

/// Communities together.
struct Together<'a> {
    /// The first of them.
    first: &'a Community,
    ids: Vec<String>,
    tally: Tally,
}

/// Communities of one key together, in the order of keys; those without one are left out.
fn together<'a, K: Ord>(
    city: &'a City,
    standard: &Standard,
    tally: &CityTally,
    key: impl Fn(&'a Community) -> Option<K>,
) -> Vec<Together<'a>> {
    let mut all: BTreeMap<K, Together<'a>> = BTreeMap::new();
    for (index, tally) in &tally.communities {
        let Some(community) = city.communities.get(*index as usize) else { continue };
        if let Some(key) = key(community) {
            let new = || Together { first: community, ids: Vec::new(), tally: Tally::empty(standard) };
            let one = all.entry(key).or_insert_with(new);
            one.ids.push(community.id.clone());
            one.tally += tally;
        }
    }
    all.into_values().collect()
}

fn units(city: &City, standard: &Standard, tally: &CityTally) -> Vec<UnitSummary> {
    let key = |community: &'_ Community| Some(community.unit.show(false).to_owned()).filter(|name| !name.is_empty());
    let of = |Together { first, ids, tally }: Together<'_>| {
        let area = AreaSummary::of(standard, &Coverage::of(standard, &tally), None, &tally);
        UnitSummary { name: first.unit.clone(), communities: ids, area }
    };
    let mut summaries: Vec<UnitSummary> = together(city, standard, tally, key).into_iter().map(of).collect();
    summaries.sort_by(|a, b| b.area.residents.total_cmp(&a.area.residents));
    summaries
}

fn subdistricts(city: &City, standard: &Standard, tally: &CityTally) -> Vec<SubdistrictSummary> {
    let key = |community: &'_ Community| {
        let name = community.subdistrict.show(false);
        (!name.is_empty()).then(|| (community.district.show(false).to_owned(), name.to_owned()))
    };
    let of = |Together { first, ids, tally }: Together<'_>| SubdistrictSummary {
        name: first.subdistrict.clone(),
        district: first.district.clone(),
        communities: ids,
        area: AreaSummary::of(standard, &Coverage::of(standard, &tally), None, &tally),
    };
    let mut summaries: Vec<SubdistrictSummary> = together(city, standard, tally, key).into_iter().map(of).collect();
    summaries.sort_by(|a, b| b.area.residents.total_cmp(&a.area.residents));
    summaries
}

impl AreaSummary {
    fn of(standard: &Standard, coverage: &Coverage, community: Option<&str>, tally: &Tally) -> Self {
        let held = coverage.residents_by_circles.iter().enumerate();
        let held: f64 = held.map(|(count, residents)| count as f64 * residents).sum();
        let ids = |ids: &mut dyn Iterator<Item = &String>, shares: &[Share]| -> Vec<(String, Share)> {
            ids.cloned().zip(shares.iter().copied()).collect()
        };
        Self {
            homes: coverage.homes,
            residents: coverage.residents,
            mean_circles: if coverage.residents > 0.0 { held / coverage.residents } else { 0.0 },
            circles: standard.circles.iter().zip(&coverage.circles).map(|(c, held)| (c.id.clone(), *held)).collect(),
            services: ids(&mut standard.services.iter().map(|service| &service.id), &coverage.services),
            aspects: ids(&mut standard.aspects.iter().map(|aspect| &aspect.id), &coverage.aspects),
            pairs: ids(&mut standard.pairs.iter().map(|pair| &pair.id), &coverage.pairs),
            grade: grade_of(standard, coverage).map(|grade| grade.id.clone()),
            gaps: gaps(standard, community, tally),
        }
    }
}

impl Summary {
    /// The summary as JSON.
    pub fn to_json(&self) -> Value {
        // The summary holds only strings, finite numbers and maps with string keys, so this cannot fail.
        serde_json::to_value(self).unwrap_or_else(|_| Value::Object(Map::new()))
    }
}

//! The summary: all that was measured of a city, by circle, service and community. `summary.json` is this, serialised;
//! its keys are documented in `docs/results.md` and do not change within a format.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::coverage::{Coverage, Share};
use super::gaps::{Gap, gaps};
use super::rests_on::RestsOn;
use super::{Measured, Options};
use crate::city::{City, Name, Note, Source};
use crate::geo::Seconds;

/// All that was measured.
#[derive(Debug, Clone, Serialize)]
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
    pub circles: Vec<(String, CircleSummary)>,
    /// By community, most residents first.
    pub communities: Vec<CommunitySummary>,
    /// Gaps of the whole city by service, most residents first.
    pub gaps: Vec<Gap>,
    /// Gaps by community and service, most residents first; the first hundred.
    pub worst_gaps: Vec<Gap>,
    /// What all this rests on.
    pub rests_on: RestsOn,
    /// What the user should know.
    pub notes: Vec<Note>,
    /// What was read.
    pub sources: Vec<Source>,
}

/// A circle of the city.
#[derive(Debug, Clone, Serialize)]
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
    pub services: Vec<(String, ServiceSummary)>,
}

/// A service of the city.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceSummary {
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Within which time everyone should find one.
    pub threshold_seconds: Seconds,
    /// Whether its circle is incomplete without it.
    pub required: bool,
    /// Number of facilities.
    pub facilities: usize,
    /// Those who have it within the threshold.
    pub coverage: Share,
    /// Where the threshold comes from.
    pub source: String,
}

/// A community.
#[derive(Debug, Clone, Serialize)]
pub struct CommunitySummary {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Name,
    /// Its subdistrict.
    pub subdistrict: Name,
    /// Its district.
    pub district: Name,
    /// Number of homes.
    pub homes: u64,
    /// Number of residents.
    pub residents: f64,
    /// How many circles its residents have on average.
    pub mean_circles: f64,
    /// By id of the circle.
    #[serde(serialize_with = "in_order")]
    pub circles: Vec<(String, super::CircleCoverage)>,
    /// By id of the service: the share of residents who have it.
    #[serde(serialize_with = "in_order")]
    pub services: Vec<(String, Share)>,
    /// Its gaps, most residents first.
    pub gaps: Vec<Gap>,
}

/// Writes pairs as an object in their own order.
fn in_order<S: serde::Serializer, T: Serialize>(pairs: &[(String, T)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
}

/// The version of the summary's keys.
const FORMAT: u32 = 1;

/// How many of the worst gaps are listed.
const WORST_GAPS: usize = 100;

/// Sums up what was measured.
pub fn summarise(city: &City, measured: &Measured) -> Summary {
    let Options { standard, walker, snap_limit, .. } = &measured.options;
    let everybody: Vec<usize> = (0..city.homes.len()).collect();
    let coverage = Coverage::of(city, measured, everybody.iter().copied());
    let circles = standard.circles.iter().enumerate().map(|(index, circle)| {
        let services = standard
            .services_of(index)
            .map(|s| (standard.services[s].id.clone(), service_summary(measured, &coverage, s)));
        let summary = CircleSummary {
            zh: circle.zh.clone(),
            en: circle.en.clone(),
            coverage: coverage.circles[index].coverage,
            compliance: coverage.circles[index].compliance,
            services: services.collect(),
        };
        (circle.id.clone(), summary)
    });
    let communities = communities(city, measured);
    let mut worst_gaps: Vec<Gap> = communities.iter().flat_map(|community| community.gaps.iter().cloned()).collect();
    worst_gaps.sort_by(|a, b| b.residents_without.total_cmp(&a.residents_without));
    worst_gaps.truncate(WORST_GAPS);
    Summary {
        format: FORMAT,
        city: city.about.name.clone(),
        synthetic: city.about.synthetic,
        standard: format!("{} {}", standard.id, standard.version),
        walker: walker.id.to_owned(),
        snap_limit_metres: snap_limit.0,
        homes: coverage.homes,
        residents: coverage.residents,
        facilities: city.facilities.len(),
        residents_by_circles: coverage.residents_by_circles.clone(),
        circles: circles.collect(),
        communities,
        gaps: gaps(city, measured, None, &everybody),
        worst_gaps,
        rests_on: RestsOn::of(city, measured),
        notes: city.about.notes.iter().cloned().chain(unmapped(measured)).collect(),
        sources: city.about.sources.clone(),
    }
}

/// Tells which services the data holds no facility of: the circle of such a service cannot be complete for anybody.
fn unmapped(measured: &Measured) -> Option<Note> {
    let standard = &measured.options.standard;
    let missing: Vec<_> = standard
        .services
        .iter()
        .zip(&measured.recognised.services)
        .filter(|(s, found)| s.required && found.is_empty())
        .map(|(s, _)| s)
        .collect();
    let names =
        |name: fn(&crate::standard::Service) -> &str| missing.iter().map(|service| name(service)).collect::<Vec<_>>();
    (!missing.is_empty()).then(|| Note {
        en: format!(
            "The data holds no facility of {} required services ({}), so nobody can have their circles complete; add local lists with --facilities.",
            missing.len(),
            names(|s| &s.en).join(", ")
        ),
        zh: format!(
            "数据中没有 {} 项必需服务的任何设施（{}），相关生活圈无人达标；请用 --facilities 补充本地名录。",
            missing.len(),
            names(|s| &s.zh).join("、")
        ),
    })
}

fn service_summary(measured: &Measured, coverage: &Coverage, index: usize) -> ServiceSummary {
    let service = &measured.options.standard.services[index];
    ServiceSummary {
        zh: service.zh.clone(),
        en: service.en.clone(),
        threshold_seconds: service.threshold,
        required: service.required,
        facilities: measured.recognised.services[index].len(),
        coverage: coverage.services[index],
        source: service.source.clone(),
    }
}

fn communities(city: &City, measured: &Measured) -> Vec<CommunitySummary> {
    let standard = &measured.options.standard;
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (index, home) in city.homes.iter().enumerate() {
        if let Some(community) = home.community {
            members.entry(community).or_default().push(index);
        }
    }
    let mut summaries: Vec<CommunitySummary> = members
        .into_iter()
        .filter_map(|(index, homes)| {
            let community = city.communities.get(index as usize)?;
            let coverage = Coverage::of(city, measured, homes.iter().copied());
            let held: f64 = coverage
                .residents_by_circles
                .iter()
                .enumerate()
                .map(|(count, residents)| count as f64 * residents)
                .sum();
            Some(CommunitySummary {
                id: community.id.clone(),
                name: community.name.clone(),
                subdistrict: community.subdistrict.clone(),
                district: community.district.clone(),
                homes: coverage.homes,
                residents: coverage.residents,
                mean_circles: if coverage.residents > 0.0 { held / coverage.residents } else { 0.0 },
                circles: standard
                    .circles
                    .iter()
                    .zip(&coverage.circles)
                    .map(|(circle, c)| (circle.id.clone(), *c))
                    .collect(),
                services: standard
                    .services
                    .iter()
                    .zip(&coverage.services)
                    .map(|(service, c)| (service.id.clone(), *c))
                    .collect(),
                gaps: gaps(city, measured, Some(&community.id), &homes),
            })
        })
        .collect();
    summaries.sort_by(|a, b| b.residents.total_cmp(&a.residents));
    summaries
}

impl Summary {
    /// The summary as JSON.
    pub fn to_json(&self) -> Value {
        // The summary holds only strings, finite numbers and maps with string keys, so this cannot fail.
        serde_json::to_value(self).unwrap_or_else(|_| Value::Object(Map::new()))
    }
}

//! What was measured of a city: the summary, its communities a page at a time, and how people are spread over minutes and circles.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use geo::BoundingRect;
use lifecircle::city::Name;
use lifecircle::measure::{CircleCoverage, Measured};
use lifecircle::summary::{CommunitySummary, Gap, Summary};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::ask::{Asked, Measuring, Named, OfCity, service, walker};
use super::{Shared, with_city};
use crate::App;
use crate::cities::OpenCity;
use crate::problem::Problem;
use crate::search::forms;
use crate::work::{Lane, Stop};

/// Rows of a page, unless fewer are asked for.
const MOST_ROWS: usize = 1000;
const USUAL_ROWS: usize = 100;

/// Minutes that are told apart; who takes longer is counted together.
const MINUTES: usize = 60;

pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/cities/{city}/summary",
            get_with(summary, |it| {
                it.id("summary")
                    .tag("Measures")
                    .summary("All that was measured of a city, as summary.json")
                    .response::<200, Json<Summary>>()
            }),
        )
        .api_route(
            "/cities/{city}/communities",
            get_with(communities, |it| {
                it.id("communities").tag("Measures").summary("Communities a page at a time, sorted and filtered")
            }),
        )
        .api_route(
            "/cities/{city}/communities/{community}",
            get_with(community, |it| {
                it.id("community").tag("Measures").summary("A community: its people, what they have, its gaps")
            }),
        )
        .api_route(
            "/cities/{city}/gaps",
            get_with(gaps, |it| {
                it.id("gaps")
                    .tag("Measures")
                    .summary("Gaps by community and service, most people first, a page at a time")
            }),
        )
        .api_route(
            "/cities/{city}/distribution",
            get_with(distribution, |it| {
                it.id("distribution")
                    .tag("Measures")
                    .summary("How people are spread over minutes and circles, in a box if one is named")
            }),
        )
}

/// For whom and by what, and how much of it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SummaryOf {
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
    /// Without the lists of communities and units, which grow with the city.
    #[serde(default)]
    brief: bool,
}

async fn summary(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<SummaryOf>,
) -> Result<Response, Problem> {
    let (walker, standard) = (walker(asked.walker.as_deref())?, app.standard(&of.city, asked.standard.as_deref())?);
    let told = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &standard, stop)?;
        let summary = evaluated.summary();
        if asked.brief {
            return Ok(evaluated.brief().clone());
        }
        Ok(json(summary))
    };
    let body = with_city(app, Lane::Heavy, of.city, told).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

fn json(value: &impl Serialize) -> Bytes {
    // Summaries hold only strings, numbers and maps with string keys, so this cannot fail.
    serde_json::to_vec(value).unwrap_or_default().into()
}

/// Which communities, in which order.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CommunitiesOf {
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
    /// By what they are sorted: `residents`, `mean_circles`, `name`, or the id of a circle or a service. `residents` if it is not named.
    sort: Option<String>,
    /// Whether the least comes first.
    #[serde(default)]
    ascending: bool,
    /// Only those with this in their names, in Chinese, English, pinyin or initials.
    q: Option<String>,
    /// How many; 100 if it is not said, 1000 at most.
    limit: Option<usize>,
    /// How many are left out before.
    #[serde(default)]
    offset: usize,
}

/// A page of communities.
#[derive(Serialize, JsonSchema)]
struct CommunityPage {
    /// How many there are in all.
    total: usize,
    /// Those of this page.
    communities: Vec<CommunityRow>,
}

/// A community in a list.
#[derive(Serialize, JsonSchema)]
struct CommunityRow {
    id: String,
    name: Name,
    /// Its subdistrict.
    subdistrict: Name,
    homes: u64,
    residents: f64,
    /// How many circles its residents have on average.
    mean_circles: f64,
    /// By id of the circle.
    circles: BTreeMap<String, CircleCoverage>,
}

/// What a list is sorted by.
enum SortKey {
    Residents,
    MeanCircles,
    Name,
    Circle(usize),
    Service(usize),
}

impl SortKey {
    fn find(text: Option<&str>, standard: &lifecircle::standard::Standard) -> Result<Self, Problem> {
        let text = text.unwrap_or("residents");
        let circle = || standard.circles.iter().position(|circle| circle.id == text).map(Self::Circle);
        let service = || standard.services.iter().position(|service| service.id == text).map(Self::Service);
        match text {
            "residents" => Ok(Self::Residents),
            "mean_circles" => Ok(Self::MeanCircles),
            "name" => Ok(Self::Name),
            _ => circle().or_else(service).ok_or_else(|| {
                Problem::bad_input(lifecircle::say!("communities cannot be sorted by {text:?}; choose residents, mean_circles, name, or the id of a circle or a service", "社区不能按 {text:?} 排序；可选 residents、mean_circles、name，或圈、服务的编号"
                ))
            }),
        }
    }

    fn of(&self, community: &CommunitySummary) -> f64 {
        match self {
            Self::Residents => community.area.residents,
            Self::MeanCircles => community.area.mean_circles,
            Self::Circle(circle) => community.area.circles.get(*circle).map_or(0.0, |(_, c)| c.compliance.residents),
            Self::Service(service) => community.area.services.get(*service).map_or(0.0, |(_, s)| s.residents),
            Self::Name => 0.0,
        }
    }
}

async fn communities(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<CommunitiesOf>,
) -> Result<Json<CommunityPage>, Problem> {
    let (walker, standard) = (walker(asked.walker.as_deref())?, app.standard(&of.city, asked.standard.as_deref())?);
    let key = SortKey::find(asked.sort.as_deref(), &standard.standard)?;
    let told = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &standard, stop)?;
        let wanted = asked.q.as_deref().map(str::trim).unwrap_or_default().to_lowercase();
        let named = |name: &Name| forms(name).iter().any(|form| form.contains(&wanted));
        let all = evaluated.summary().communities.iter();
        let mut rows: Vec<&CommunitySummary> =
            all.filter(|c| wanted.is_empty() || named(&c.name) || named(&c.subdistrict)).collect();
        rows.sort_by(|a, b| match key {
            SortKey::Name => a.name.show(false).cmp(b.name.show(false)),
            _ => key.of(b).total_cmp(&key.of(a)),
        });
        if asked.ascending != matches!(key, SortKey::Name) {
            rows.reverse();
        }
        let page = rows.iter().skip(asked.offset).take(asked.limit.unwrap_or(USUAL_ROWS).min(MOST_ROWS));
        Ok(CommunityPage { total: rows.len(), communities: page.map(|community| row(community)).collect() })
    };
    with_city(app, Lane::Heavy, of.city, told).await.map(Json)
}

fn row(community: &CommunitySummary) -> CommunityRow {
    CommunityRow {
        id: community.id.clone(),
        name: community.name.clone(),
        subdistrict: community.subdistrict.clone(),
        homes: community.area.homes,
        residents: community.area.residents,
        mean_circles: community.area.mean_circles,
        circles: community.area.circles.iter().cloned().collect(),
    }
}

/// A community.
#[derive(Deserialize, JsonSchema)]
struct OfCommunity {
    /// The city's id.
    city: String,
    /// The community's id.
    community: String,
}

/// A community.
#[derive(Serialize, JsonSchema)]
struct CommunityAnswer {
    #[serde(flatten)]
    summary: CommunitySummary,
    /// West, south, east, north.
    extent: [f64; 4],
}

async fn community(
    State(app): Shared,
    Named(of): Named<OfCommunity>,
    Asked(asked): Asked<Measuring>,
) -> Result<Json<CommunityAnswer>, Problem> {
    let (walker, standard) = asked.find(&app, &of.city)?;
    let told = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &standard, stop)?;
        let none = || {
            Problem::not_found(lifecircle::say!(
                "there is no community {:?} with homes in this city",
                "本市没有含居住点的社区 {:?}",
                of.community
            ))
        };
        let summary =
            evaluated.summary().communities.iter().find(|c| c.id == of.community).cloned().ok_or_else(none)?;
        let shape = city.city.communities.iter().find(|c| c.id == of.community).map(|c| &c.shape).ok_or_else(none)?;
        let bounds = shape.bounding_rect().ok_or_else(none)?;
        let extent = [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y];
        Ok(CommunityAnswer { summary, extent })
    };
    with_city(app, Lane::Heavy, of.city, told).await.map(Json)
}

/// Which gaps.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GapsOf {
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
    /// Only of this service.
    service: Option<String>,
    /// Also services that do not decide a circle.
    #[serde(default)]
    optional: bool,
    /// How many; 100 if it is not said, 1000 at most.
    limit: Option<usize>,
    /// How many are left out before.
    #[serde(default)]
    offset: usize,
}

/// A page of gaps.
#[derive(Serialize, JsonSchema)]
struct GapPage {
    /// How many there are in all.
    total: usize,
    /// Those of this page.
    gaps: Vec<GapRow>,
}

/// A gap in a list.
#[derive(Serialize, JsonSchema)]
struct GapRow {
    /// The name of the community.
    name: Name,
    #[serde(flatten)]
    gap: Gap,
}

async fn gaps(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<GapsOf>,
) -> Result<Json<GapPage>, Problem> {
    let (walker, standard) = (walker(asked.walker.as_deref())?, app.standard(&of.city, asked.standard.as_deref())?);
    let told = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &standard, stop)?;
        let summary = evaluated.summary();
        let communities = summary.communities.iter();
        let all = communities.flat_map(|community| community.area.gaps.iter().map(move |gap| (community, gap)));
        // Gaps that are probably the map's are told only to whoever asks for their service.
        let wanted = |gap: &Gap| match &asked.service {
            Some(service) => gap.service == *service,
            None => (asked.optional || gap.required) && !summary.is_map_gap(&gap.service),
        };
        let mut gaps: Vec<(&CommunitySummary, &Gap)> = all.filter(|(_, gap)| wanted(gap)).collect();
        gaps.sort_by(|(_, a), (_, b)| b.surely_without().total_cmp(&a.surely_without()));
        let page = gaps.iter().skip(asked.offset).take(asked.limit.unwrap_or(USUAL_ROWS).min(MOST_ROWS));
        let row =
            |(community, gap): &(&CommunitySummary, &Gap)| GapRow { name: community.name.clone(), gap: (*gap).clone() };
        Ok(GapPage { total: gaps.len(), gaps: page.map(row).collect() })
    };
    with_city(app, Lane::Heavy, of.city, told).await.map(Json)
}

/// Of whom, and of which service.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DistributionOf {
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
    /// The service whose minutes are told.
    service: Option<String>,
    /// West, south, east, north, apart by commas: only who lives there.
    bbox: Option<String>,
}

/// How people are spread.
#[derive(Serialize, JsonSchema)]
struct Distribution {
    /// All of them.
    residents: f64,
    /// By how many circles they have, from none to all.
    by_circles: Vec<f64>,
    /// Within one minute of the service, two, and so on to sixty; empty if no service is named.
    by_minutes: Vec<f64>,
    /// Who takes longer.
    longer: f64,
    /// Who cannot get to one at all.
    without_way: f64,
}

async fn distribution(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<DistributionOf>,
) -> Result<Json<Distribution>, Problem> {
    let (walker, standard) = (walker(asked.walker.as_deref())?, app.standard(&of.city, asked.standard.as_deref())?);
    let service = asked.service.as_deref().map(|id| service(&standard.standard, id)).transpose()?;
    let bounds = asked.bbox.as_deref().map(super::ask::bbox).transpose()?;
    let lane = app.cities.lane(&of.city, walker, Some(&standard));
    let told = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &standard, stop)?;
        Ok(distribution_of(&evaluated.measured, service, bounds))
    };
    with_city(app, lane, of.city, told).await.map(Json)
}

fn distribution_of(measured: &Measured, service: Option<usize>, bounds: Option<[f64; 4]>) -> Distribution {
    let circles = measured.standard.circles.len();
    let minutes = if service.is_some() { MINUTES } else { 0 };
    let (by_circles, by_minutes) = (vec![0.0; circles + 1], vec![0.0; minutes]);
    let mut told = Distribution { residents: 0.0, by_circles, by_minutes, longer: 0.0, without_way: 0.0 };
    let inside = |x: f64, y: f64| bounds.is_none_or(|[w, s, e, n]| (w..=e).contains(&x) && (s..=n).contains(&y));
    for (index, home) in measured.city().homes.iter().enumerate().filter(|(_, home)| inside(home.at.x, home.at.y)) {
        let people = home.residents;
        told.residents += people;
        told.by_circles[(0..circles).filter(|circle| measured.has_circle(index, *circle)).count()] += people;
        let Some(service) = service else { continue };
        match measured.nearest(index, service).map(|time| ((time.0 / 60.0).ceil() as usize).max(1)) {
            None => told.without_way += people,
            Some(minute) if minute > MINUTES => told.longer += people,
            Some(minute) => told.by_minutes[minute - 1] += people,
        }
    }
    told
}

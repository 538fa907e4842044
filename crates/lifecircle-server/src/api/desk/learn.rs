//! What a desk's requests teach: rates, what waits and may come, repeats, hot spots, voices beside gaps, open data.

use std::collections::BTreeMap;
use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use lifecircle::tables::Format;
use lifecircle_desk::Who;
use lifecircle_desk::calendar::Moment;
use lifecircle_desk::learn::{Backlog, By, HotSpots, Measured, Repeats};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::api::ask::{Asked, Measuring, Named, Nothing, OfCity};
use crate::api::exports::{as_file, kind_of};
use crate::api::{Shared, answers, with_city};
use crate::cities::OpenCity;
use crate::desks::{making_file, slowly, with_desk_and};
use crate::identity::Visitor;
use crate::problem::Problem;
use crate::work::{Lane, Stop};

pub(super) fn routes() -> ApiRouter<Arc<App>> {
    let staff = "Desk (staff)";
    ApiRouter::new()
        .api_route(
            "/cities/{city}/desk/measures",
            get_with(measures, move |it| {
                it.id("desk_measures").tag(staff).summary("Rates and times by category, unit, community or month")
            }),
        )
        .api_route(
            "/cities/{city}/desk/backlog",
            get_with(backlog, move |it| {
                it.id("desk_backlog").tag(staff).summary("Requests from week to week, and how many may come in the next")
            }),
        )
        .api_route(
            "/cities/{city}/desk/repeats",
            get_with(repeats, move |it| it.id("desk_repeats").tag(staff).summary("What comes again within a hundred metres and a month")),
        )
        .api_route(
            "/cities/{city}/desk/hot-spots",
            get_with(hot_spots, move |it| {
                it.id("desk_hot_spots")
                    .tag(staff)
                    .summary("Where and when there were more requests than chance would bring")
                    .description("By the space-time permutation scan statistic (Kulldorff et al. 2005), with 999 permutations.")
            }),
        )
        .api_route(
            "/cities/{city}/desk/voices",
            get_with(voices, move |it| {
                it.id("desk_voices").tag(staff).summary("Requests a thousand residents beside what is measured to be lacking")
            }),
        )
        .api_route(
            "/cities/{city}/desk/open-data/{file}",
            get_with(open_data, |it| {
                answers(it.id("desk_open_data"), 200, &Format::ALL.map(kind_of)).tag("Desk").summary("All requests as a file that everybody may have").description(
                    "`requests` with the ending `csv`, `xlsx`, `geojson`, `parquet` (GeoParquet), `gpkg` or `fgb`. Nothing in it names a person: places are rounded to a hundred metres, and words are there only where whoever asked lets everybody read them.",
                )
            }),
        )
}

/// Places of requests are told to those who see the requests.
fn sees_all(who: &Who) -> Result<(), Problem> {
    if who.role.sees_all() {
        return Ok(());
    }
    Err(Problem::not_allowed(lifecircle::say!("your role may not see requests", "您的角色无权查看诉求")))
}

/// A time.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Times {
    /// Received from then on, in milliseconds since 1970.
    since: Option<i64>,
    /// Received before.
    until: Option<i64>,
}

impl Times {
    fn moments(&self) -> (Moment, Moment) {
        moments(self.since, self.until)
    }
}

fn moments(since: Option<i64>, until: Option<i64>) -> (Moment, Moment) {
    (Moment(since.unwrap_or(0)), Moment(until.unwrap_or(i64::MAX)))
}

/// What is measured.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MeasuresAsked {
    /// `category`, `unit`, `community` or `month`.
    by: By,
    /// Received from then on, in milliseconds since 1970.
    since: Option<i64>,
    /// Received before.
    until: Option<i64>,
}

async fn measures(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<MeasuresAsked>,
) -> Result<Json<Vec<Measured>>, Problem> {
    with_desk_and(app, of.city, move |_, desk| {
        visitor.who(desk)?;
        Ok(Json(desk.measures(asked.by, moments(asked.since, asked.until))?))
    })
    .await
}

async fn backlog(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<Backlog>, Problem> {
    with_desk_and(app, of.city, move |_, desk| {
        visitor.who(desk)?;
        Ok(Json(desk.backlog()?))
    })
    .await
}

async fn repeats(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<Times>,
) -> Result<Json<Repeats>, Problem> {
    slowly(app, of.city, move |_, desk| {
        sees_all(&visitor.who(desk)?)?;
        Ok(Json(desk.repeats(asked.moments())?))
    })
    .await
}

/// Where hot spots are looked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HotSpotsAsked {
    /// A category's id; all requests if none is named.
    category: Option<String>,
    /// The last so many weeks, 4 to 53; 26 if it is not said.
    weeks: Option<usize>,
}

async fn hot_spots(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<HotSpotsAsked>,
) -> Result<Json<HotSpots>, Problem> {
    slowly(app, of.city, move |_, desk| {
        sees_all(&visitor.who(desk)?)?;
        Ok(Json(desk.hot_spots(asked.category.as_deref(), asked.weeks.unwrap_or(26))?))
    })
    .await
}

/// By what voices are laid beside gaps.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct VoicesAsked {
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
    /// Received from then on, in milliseconds since 1970.
    since: Option<i64>,
    /// Received before.
    until: Option<i64>,
}

/// Voices beside gaps.
#[derive(Serialize, JsonSchema)]
struct VoicesAnswer {
    /// Every service that somebody lacks or asked for.
    services: Vec<ServiceVoices>,
    /// Requests for something that no service of the standard is.
    other: i64,
}

/// A service: who lacks it, and who asked.
#[derive(Serialize, JsonSchema)]
struct ServiceVoices {
    /// The service's id.
    service: String,
    /// Residents who lack it, of all.
    share_lacking: f64,
    /// Requests, and those who joined them.
    voices: i64,
    /// Communities with residents.
    communities: Vec<CommunityVoices>,
}

/// A community and a service.
#[derive(Serialize, JsonSchema)]
struct CommunityVoices {
    /// The community's id.
    community: String,
    /// Its residents.
    residents: f64,
    /// Those who lack the service.
    lacking: f64,
    /// Requests, and those who joined them.
    voices: i64,
    /// The same for a thousand residents.
    per_thousand: f64,
    /// What that is together.
    kind: VoiceKind,
}

/// What lack and voices are together.
#[derive(Serialize, JsonSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
enum VoiceKind {
    /// Many lack it, and ask.
    Heard,
    /// Many lack it, and few ask: look there first.
    Silent,
    /// Few lack it, and many ask: it may be bad, full or not known.
    Loud,
    /// Neither.
    Calm,
}

/// Many lack a service where a quarter of the residents do.
const MANY_LACK: f64 = 0.25;

async fn voices(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<VoicesAsked>,
) -> Result<Json<VoicesAnswer>, Problem> {
    let measuring = Measuring { walker: asked.walker, standard: asked.standard };
    let (walker, standard) = measuring.find(&app, &of.city)?;
    let times = moments(asked.since, asked.until);
    let heard = slowly(Arc::clone(&app), of.city.clone(), move |_, desk| {
        visitor.who(desk)?;
        Ok(desk.voices(times)?)
    })
    .await?;
    let told = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &standard, stop)?;
        let summary = evaluated.summary();
        let mut lacking: BTreeMap<(&str, &str), f64> = BTreeMap::new();
        for community in &summary.communities {
            for gap in &community.area.gaps {
                lacking.insert((&gap.service, &community.id), gap.residents_without);
            }
        }
        let all: f64 = summary.communities.iter().map(|one| one.area.residents).sum();
        let mut other = 0;
        let all_services = &standard.standard.services;
        let mut counted: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for voice in &heard {
            // A voice counts once: for the service that has most of its kinds, the first of several.
            let fits = |service: usize| {
                standard.standard.kinds_of(service).filter(|kind| voice.kinds.iter().any(|own| own == kind)).count()
            };
            let best = (0..all_services.len()).max_by_key(|service| (fits(*service), std::cmp::Reverse(*service)));
            match best.filter(|service| fits(*service) > 0) {
                Some(service) => {
                    let of = (all_services[service].id.as_str(), voice.community.as_str());
                    *counted.entry(of).or_default() += voice.voices;
                }
                None => other += voice.voices,
            }
        }
        let services = all_services.iter().map(|service| {
            let id = service.id.as_str();
            let of = |community: &str| {
                let lacks = lacking.get(&(id, community)).copied().unwrap_or(0.0);
                (lacks, counted.get(&(id, community)).copied().unwrap_or(0))
            };
            let voices: i64 = counted.iter().filter(|((own, _), _)| *own == id).map(|(_, count)| count).sum();
            let mean = voices as f64 / all.max(1.0);
            let rows: Vec<CommunityVoices> = summary
                .communities
                .iter()
                .filter(|community| community.area.residents > 0.0)
                .map(|community| {
                    let (lacking, voices) = of(&community.id);
                    let residents = community.area.residents;
                    // Many ask where more do than in the whole city, and more than one.
                    let many_ask = voices > 1 && voices as f64 / residents > mean;
                    let kind = match (lacking / residents >= MANY_LACK, many_ask) {
                        (true, true) => VoiceKind::Heard,
                        (true, false) => VoiceKind::Silent,
                        (false, true) => VoiceKind::Loud,
                        (false, false) => VoiceKind::Calm,
                    };
                    let per_thousand = voices as f64 / residents * 1000.0;
                    CommunityVoices { community: community.id.clone(), residents, lacking, voices, per_thousand, kind }
                })
                .collect();
            let share_lacking = rows.iter().map(|row| row.lacking).sum::<f64>() / all.max(1.0);
            ServiceVoices { service: id.to_owned(), share_lacking, voices, communities: rows }
        });
        let is_of_interest = |one: &ServiceVoices| one.voices > 0 || one.share_lacking > 0.0;
        Ok(VoicesAnswer { services: services.filter(is_of_interest).collect(), other })
    };
    with_city(app, Lane::Heavy, of.city, told).await.map(Json)
}

/// A table of requests.
#[derive(Deserialize, JsonSchema)]
struct OfOpenData {
    /// The city's id.
    city: String,
    /// `requests` and its format, as `requests.csv`.
    file: String,
}

async fn open_data(
    State(app): Shared,
    Named(of): Named<OfOpenData>,
    Asked(asked): Asked<Times>,
) -> Result<Response, Problem> {
    let ending = of.file.strip_prefix("requests.").unwrap_or_default();
    let format = Format::ALL.into_iter().find(|format| format.extension() == ending).ok_or_else(|| {
        let endings = Format::ALL.map(Format::extension).join(", ");
        Problem::not_found(lifecircle::say!(
            "there is no file {:?}; ask for requests with the ending {endings}",
            "没有文件 {:?}；请用 requests 加扩展名 {endings}",
            of.file
        ))
    })?;
    let name = format!("{}-{}", of.city, of.file);
    let file = making_file(app, of.city, move |_, desk| {
        let table = desk.open_data(asked.moments(), format)?;
        let file = tempfile::NamedTempFile::new().map_err(|_| Problem::internal())?;
        table.write(file.path(), format)?;
        file.reopen().map_err(|_| Problem::internal())
    })
    .await?;
    as_file(file, format, &name)
}

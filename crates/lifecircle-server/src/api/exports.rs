//! Results as files to take away: tables in four formats, and the report.

use std::collections::HashSet;
use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use geo::BoundingRect;
use lifecircle::export::{communities_table, facilities_table, gaps_table, homes_table, services_table};
use lifecircle::report::{self, Contents};
use lifecircle::tables::{Format, Table};
use lifecircle::text::Language;
use lifecircle_plan::helps::most_helpful;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio_util::io::ReaderStream;

use super::ask::{Asked, Measuring, Named, OfCity, bbox, walker};
use super::{Shared, answers, encoded, with_city};
use crate::App;
use crate::cities::{Evaluated, OpenCity};
use crate::problem::Problem;
use crate::work::{Lane, Stop};

pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/cities/{city}/exports/{file}",
            get_with(export, |it| {
                answers(it.id("export"), 200, &Format::ALL.map(kind_of)).tag("Exports").summary("A table as a file").description(
                    "`homes`, `communities`, `facilities`, `services` or `gaps`, with the ending `csv`, `xlsx`, `geojson` or `parquet` (GeoParquet). docs/results.md tells the columns.",
                )
            }),
        )
        .api_route(
            "/cities/{city}/report",
            get_with(report_page, |it| answers(it.id("report"), 200, &["text/html"]).tag("Exports").summary("The report, or a sheet of it, as a web page that prints well")),
        )
}

/// A table of a city.
#[derive(Deserialize, JsonSchema)]
struct OfFile {
    /// The city's id.
    city: String,
    /// The table and its format, as `communities.xlsx`.
    file: String,
}

/// For whom and by what, and which part of it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
    /// West, south, east, north, apart by commas: only rows that lie in or touch this box.
    bbox: Option<String>,
    /// Ids of communities, apart by commas: only their rows, for `homes`, `communities` and `gaps`.
    communities: Option<String>,
}

#[derive(Clone, Copy)]
enum What {
    Homes,
    Communities,
    Facilities,
    Services,
    Gaps,
}

const TABLES: [(&str, What); 5] = [
    ("homes", What::Homes),
    ("communities", What::Communities),
    ("facilities", What::Facilities),
    ("services", What::Services),
    ("gaps", What::Gaps),
];

fn chosen(file: &str) -> Result<(What, Format), Problem> {
    let wrong = || {
        let tables = TABLES.map(|(name, _)| name).join(", ");
        let endings = Format::ALL.map(Format::extension).join(", ");
        Problem::not_found(lifecircle::say!(
            "there is no table {file:?}; choose one of {tables}, with the ending {endings}",
            "没有表 {file:?}；可选：{tables}，扩展名为 {endings}"
        ))
    };
    let (name, ending) = file.rsplit_once('.').ok_or_else(wrong)?;
    let what = TABLES.iter().find(|(known, _)| *known == name).ok_or_else(wrong)?.1;
    Ok((what, Format::ALL.into_iter().find(|format| format.extension() == ending).ok_or_else(wrong)?))
}

pub(super) fn kind_of(format: Format) -> &'static str {
    match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::GeoPackage => "application/geopackage+sqlite3",
        Format::FlatGeobuf => "application/flatgeobuf",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format::GeoJson => "application/geo+json",
        Format::Parquet => "application/vnd.apache.parquet",
    }
}

async fn export(State(app): Shared, Named(of): Named<OfFile>, Asked(part): Asked<Part>) -> Result<Response, Problem> {
    let (what, format) = chosen(&of.file)?;
    let (walker, standard) = (walker(part.walker.as_deref())?, app.standard(&of.city, part.standard.as_deref())?);
    let bounds = part.bbox.as_deref().map(bbox).transpose()?;
    let name = format!("{}-{}", of.city, of.file);
    let made = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &standard, stop)?;
        let table = within(table_of(city, &evaluated, what), bounds, part.communities.as_deref(), what)?;
        // It may be larger than memory should hold for every client at once.
        let file = tempfile::NamedTempFile::new().map_err(|_| Problem::internal())?;
        table.write(file.path(), format)?;
        file.reopen().map_err(|_| Problem::internal())
    };
    as_file(with_city(app, Lane::Heavy, of.city, made).await?, format, &name)
}

/// A file to be taken away under a name.
pub(super) fn as_file(file: std::fs::File, format: Format, name: &str) -> Result<Response, Problem> {
    let length = file.metadata().map(|data| data.len()).map_err(|_| Problem::internal())?;
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind_of(format))),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_DISPOSITION, attachment(name)?),
    ];
    Ok((head, Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file)))).into_response())
}

/// A name that any browser takes, and after it the very name. Source: RFC 6266, RFC 8187.
fn attachment(name: &str) -> Result<HeaderValue, Problem> {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '_' }).collect();
    let whole = encoded(name);
    HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"))
        .map_err(|_| Problem::internal())
}

fn table_of(city: &OpenCity, evaluated: &Evaluated, what: What) -> Table {
    match what {
        What::Homes => homes_table(&evaluated.measured),
        What::Communities => communities_table(&city.city, evaluated.summary()),
        What::Facilities => facilities_table(&evaluated.measured),
        What::Services => services_table(evaluated.summary()),
        What::Gaps => gaps_table(&city.city, evaluated.summary()),
    }
}

/// The rows that are asked for.
fn within(table: Table, bounds: Option<[f64; 4]>, communities: Option<&str>, what: What) -> Result<Table, Problem> {
    if bounds.is_none() && communities.is_none() {
        return Ok(table);
    }
    let wanted: Option<HashSet<&str>> = communities.map(|ids| ids.split(',').map(str::trim).collect());
    let column = match what {
        What::Communities => Some("id"),
        What::Homes | What::Gaps => Some("community"),
        What::Facilities | What::Services => None,
    };
    let mut keep = vec![true; table.rows()];
    if let (Some(wanted), Some(column)) = (wanted, column) {
        for (keep, id) in keep.iter_mut().zip(table.get_text(column)?) {
            *keep = id.is_some_and(|id| wanted.contains(id));
        }
    }
    let near = touching(&table, bounds);
    let rows: Vec<u32> = near.into_iter().filter(|row| keep[*row as usize]).collect();
    Ok(table.select(&rows)?)
}

/// Rows whose geometry lies in or touches a box; all if there is none, or rows have no geometry.
pub fn touching(table: &Table, bounds: Option<[f64; 4]>) -> Vec<u32> {
    let all = 0..table.rows() as u32;
    let (Some([west, south, east, north]), Some(shapes)) = (bounds, table.geometries()) else { return all.collect() };
    let touches =
        |r: geo::Rect<f64>| r.min().x <= east && r.max().x >= west && r.min().y <= north && r.max().y >= south;
    all.filter(|row| shapes[*row as usize].bounding_rect().is_some_and(touches)).collect()
}

/// For whom and by what, and in which language.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReportOf {
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
    /// `zh` or `en`; `zh` if it is not said.
    lang: Option<String>,
    /// Only a part of it: `one-page` for the sheet that a mayor reads, or `community` for that of the community that is named.
    sheet: Option<String>,
    /// The id or name of a community, for its sheet.
    community: Option<String>,
}

/// What of the report is asked for.
enum Sheet {
    All,
    OnePage,
    Community(String),
}

impl Sheet {
    fn of(asked: &ReportOf) -> Result<Self, Problem> {
        match (asked.sheet.as_deref(), &asked.community) {
            (None, None) => Ok(Self::All),
            (Some("one-page"), None) => Ok(Self::OnePage),
            (None | Some("community"), Some(name)) => Ok(Self::Community(name.clone())),
            (Some("community"), None) => Err(Problem::bad_input(lifecircle::say!(
                "`community` must name the community of the sheet",
                "`community` 须指明专页的社区"
            ))),
            _ => Err(Problem::bad_input(lifecircle::say!(
                "`sheet` must be one-page or community; only the latter goes with `community`",
                "`sheet` 须为 one-page 或 community，只有后者可带 `community`"
            ))),
        }
    }
}

/// How many new facilities a report names.
const HELPS: u32 = 3;

/// The report holds its own style and pictures, and no scripts.
const REPORT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

async fn report_page(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<ReportOf>,
) -> Result<Response, Problem> {
    let language = match asked.lang.as_deref() {
        None | Some("zh") => Language::Chinese,
        Some("en") => Language::English,
        Some(_) => return Err(Problem::bad_input(lifecircle::say!("`lang` must be zh or en", "`lang` 须为 zh 或 en"))),
    };
    let sheet = Sheet::of(&asked)?;
    let (walker, standard) = Measuring { walker: asked.walker, standard: asked.standard }.find(&app, &of.city)?;
    let made = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &standard, stop)?;
        if let Sheet::All = &sheet
            && let Some(page) = city.planned(walker, &standard, language, stop)?
        {
            return Ok(page);
        }
        let (measured, summary) = (&evaluated.measured, evaluated.summary());
        let community = match &sheet {
            Sheet::Community(name) => Some(summary.community_named(name)?),
            _ => None,
        };
        let inside = community.and_then(|one| measured.city().communities.iter().find(|known| known.id == one.id));
        let helps = most_helpful((measured, summary), HELPS, inside, stop)?;
        let contents = Contents { helps: &helps, ..Contents::of(measured, summary, language) };
        Ok(match (&sheet, community) {
            (Sheet::OnePage, _) => report::one_page_html(&contents),
            (_, Some(community)) => report::community_html(&contents, community),
            _ => report::html(&contents),
        })
    };
    let page = with_city(app, Lane::Heavy, of.city, made).await?;
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(REPORT_POLICY)),
    ];
    Ok((head, page).into_response())
}

//! Open311: the requests of a city's desk for programs that nobody here wrote. It only translates; what may be read by everybody is the
//! desk's business.
//!
//! Source: GeoReport v2 (wiki.open311.org/GeoReport_v2), in JSON and XML.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{
    DefaultBodyLimit, FromRequest as _, FromRequestParts as _, Multipart, Path, Query, Request, State,
};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use lifecircle::text::Language;
use lifecircle_desk::calendar::{Calendar, Moment};
use lifecircle_desk::catalogue::{AnswerKind, Catalogue, Category, Name};
use lifecircle_desk::photo::MOST_BYTES;
use lifecircle_desk::{At, Channel, Desk, NewRequest, Published, Sought, Who};

use crate::App;
use crate::api::{LONGEST_PHOTO, PhotoPlace};
use crate::desks::{area_of, with_desk_and};
use crate::problem::{Problem, language_of};

type Shared = State<Arc<App>>;
type Fields = BTreeMap<String, String>;

/// Requests of a page where none is asked for, as GeoReport v2 has it.
const USUAL_SIZE: usize = 1_000;

/// Without a time that is asked for, GeoReport v2 answers with those of the last ninety days.
const USUAL_MINUTES: i64 = 90 * 24 * 60;

pub fn routes() -> Router<Arc<App>> {
    let v2 = Router::new()
        .route("/{document}", get(document).post(post))
        .route("/services/{service}", get(service))
        .route("/requests/{request}", get(request))
        .route("/tokens/{token}", get(token));
    // Whoever reads a body bounds it.
    Router::new()
        .route("/open311/{document}", get(discovery))
        .nest("/open311/v2", v2)
        .layer(DefaultBodyLimit::disable())
}

/// In which form it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Xml,
}

/// The name before the dot, and the form behind it.
fn form_of(name: &str) -> Option<(&str, Form)> {
    let (name, ending) = name.rsplit_once('.')?;
    match ending {
        "json" => Some((name, Form::Json)),
        "xml" => Some((name, Form::Xml)),
        _ => None,
    }
}

/// What is answered, before it is written in either form.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Null,
    Text(String),
    Number(f64),
    Truth(bool),
    /// What each item is called in XML, and the items.
    List(&'static str, Vec<Node>),
    Fields(Vec<(&'static str, Node)>),
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Node {
    fn json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Text(text) => text.clone().into(),
            Self::Number(number) => (*number).into(),
            Self::Truth(truth) => (*truth).into(),
            Self::List(_, items) => items.iter().map(Self::json).collect(),
            Self::Fields(fields) => {
                serde_json::Value::Object(fields.iter().map(|(name, node)| ((*name).to_owned(), node.json())).collect())
            }
        }
    }

    fn xml(&self, name: &str, out: &mut String) {
        out.push_str(&format!("<{name}>"));
        match self {
            Self::Null => {}
            Self::Text(text) => out.push_str(&escaped(text)),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::Truth(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Self::List(item, items) => items.iter().for_each(|node| node.xml(item, out)),
            Self::Fields(fields) => fields.iter().for_each(|(name, node)| node.xml(name, out)),
        }
        out.push_str(&format!("</{name}>"));
    }

    fn answer(&self, name: &str, form: Form, status: StatusCode) -> Response {
        let (kind, body) = match form {
            Form::Json => ("application/json; charset=utf-8", self.json().to_string()),
            Form::Xml => {
                let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
                self.xml(name, &mut out);
                ("text/xml; charset=utf-8", out)
            }
        };
        (status, [(header::CONTENT_TYPE, kind)], body).into_response()
    }
}

/// A text within XML: what cannot stand there is left out. Source: XML 1.0, 2.2.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\t' | '\n' | '\r' => out.push(sign),
            '\u{fffe}' | '\u{ffff}' => {}
            sign if sign >= ' ' => out.push(sign),
            _ => {}
        }
    }
    out
}

/// A problem as GeoReport v2 tells it.
fn refuse(problem: Problem, form: Form, language: Language) -> Response {
    let status = problem.status();
    let body = problem.body_in(language);
    let error = Node::Fields(vec![("code", status.as_u16().to_string().into()), ("description", body.detail().into())]);
    Node::List("error", vec![error]).answer("errors", form, status)
}

fn no_document() -> Response {
    refuse(Problem::not_found("addresses end in .json or .xml"), Form::Json, Language::English)
}

/// Which city: the one that is named, or the first.
fn city_of(app: &App, fields: &Fields) -> Result<String, Problem> {
    match fields.get("jurisdiction_id").filter(|id| !id.is_empty()) {
        Some(id) => Ok(id.clone()),
        None => {
            let first = app.cities.overviews().into_iter().next().map(|(id, _)| id);
            first.ok_or_else(|| Problem::not_found("there is no city here"))
        }
    }
}

/// Does something with the desk of the city that is asked for, and answers in a form.
async fn with(
    app: Arc<App>,
    fields: Fields,
    (form, headers): (Form, &HeaderMap),
    work: impl FnOnce(&App, &Desk, &str, &Fields, Language) -> Result<Response, Problem> + Send + 'static,
) -> Response {
    let language = language_of(headers);
    let done = async {
        let city = city_of(&app, &fields)?;
        let own = city.clone();
        with_desk_and(app, city, move |app, desk| work(app, desk, &own, &fields, language)).await
    };
    done.await.unwrap_or_else(|problem| refuse(problem, form, language))
}

async fn discovery(State(app): Shared, Path(name): Path<String>, headers: HeaderMap) -> Response {
    match form_of(&name) {
        Some(("discovery", form)) => discovered(&app, form, &headers),
        _ => no_document(),
    }
}

fn discovered(app: &App, form: Form, headers: &HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let endpoint = Node::Fields(vec![
        ("specification", "http://wiki.open311.org/GeoReport_v2".into()),
        ("url", format!("http://{host}/open311/v2").into()),
        ("changeset", "2026-11-27T00:00:00Z".into()),
        ("type", "production".into()),
        ("formats", Node::List("format", vec!["text/xml".into(), "application/json".into()])),
    ]);
    let cities: Vec<String> = app.cities.overviews().into_iter().map(|(id, _)| id).collect();
    Node::Fields(vec![
        ("changeset", "2026-11-27T00:00:00Z".into()),
        ("contact", format!("Cities here (jurisdiction_id): {}", cities.join(", ")).into()),
        ("key_service", "No key is needed.".into()),
        ("endpoints", Node::List("endpoint", vec![endpoint])),
    ])
    .answer("discovery", form, StatusCode::OK)
}

async fn document(
    State(app): Shared,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(fields): Query<Fields>,
) -> Response {
    match form_of(&name) {
        Some(("discovery", form)) => discovered(&app, form, &headers),
        Some(("services", form)) => {
            with(app, fields, (form, &headers), move |_, desk, _, _, language| {
                let all = desk.catalogue().categories.iter().map(|category| service_node(category, language)).collect();
                Ok(Node::List("service", all).answer("services", form, StatusCode::OK))
            })
            .await
        }
        Some(("requests", form)) => {
            with(app, fields, (form, &headers), move |_, desk, _, fields, language| {
                let found = desk.published(&sought(fields, desk)?)?;
                let nodes = found.iter().map(|one| request_node(desk, one, language)).collect();
                Ok(Node::List("request", nodes).answer("service_requests", form, StatusCode::OK))
            })
            .await
        }
        _ => no_document(),
    }
}

fn named(name: &Name, language: Language) -> &str {
    language.pick(&name.zh, &name.en)
}

fn service_node(category: &Category, language: Language) -> Node {
    Node::Fields(vec![
        ("service_code", category.id.as_str().into()),
        ("service_name", named(&category.name, language).into()),
        ("description", named(&category.hint, language).into()),
        ("metadata", Node::Truth(!category.questions.is_empty())),
        ("type", "realtime".into()),
        ("keywords", "".into()),
        ("group", "".into()),
    ])
}

async fn service(
    State(app): Shared,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(fields): Query<Fields>,
) -> Response {
    let Some((id, form)) = form_of(&name).map(|(id, form)| (id.to_owned(), form)) else { return no_document() };
    with(app, fields, (form, &headers), move |_, desk, _, _, language| {
        let category = desk.catalogue().category(&id);
        let category = category.ok_or_else(|| Problem::not_found(format!("there is no service {id:?}")))?;
        let attributes = category.questions.iter().zip(1..).map(|(question, order)| {
            let (datatype, values) = match question.kind {
                AnswerKind::Text => ("string", Vec::new()),
                AnswerKind::Number => ("number", Vec::new()),
                AnswerKind::YesNo => {
                    let value = |key: &'static str, zh, en| (key.to_owned(), language.pick(zh, en).to_owned());
                    ("singlevaluelist", vec![value("yes", "是", "Yes"), value("no", "否", "No")])
                }
                AnswerKind::Choice => {
                    let value = |choice: &lifecircle_desk::catalogue::Choice| {
                        (choice.id.clone(), named(&choice.name, language).to_owned())
                    };
                    ("singlevaluelist", question.choices.iter().map(value).collect())
                }
            };
            let values =
                values.into_iter().map(|(key, name)| Node::Fields(vec![("key", key.into()), ("name", name.into())]));
            Node::Fields(vec![
                ("variable", Node::Truth(true)),
                ("code", question.id.as_str().into()),
                ("datatype", datatype.into()),
                ("required", Node::Truth(question.required)),
                ("datatype_description", "".into()),
                ("order", Node::Number(f64::from(order))),
                ("description", named(&question.text, language).into()),
                ("values", Node::List("value", values.collect())),
            ])
        });
        let definition = Node::Fields(vec![
            ("service_code", category.id.as_str().into()),
            ("attributes", Node::List("attribute", attributes.collect())),
        ]);
        Ok(definition.answer("service_definition", form, StatusCode::OK))
    })
    .await
}

async fn request(
    State(app): Shared,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(fields): Query<Fields>,
) -> Response {
    let Some((id, form)) = form_of(&name).map(|(id, form)| (id.to_owned(), form)) else { return no_document() };
    with(app, fields, (form, &headers), move |_, desk, _, _, language| {
        let nodes = vec![request_node(desk, &published(desk, &id)?, language)];
        Ok(Node::List("request", nodes).answer("service_requests", form, StatusCode::OK))
    })
    .await
}

/// The request of a number.
fn published(desk: &Desk, number: &str) -> Result<Published, Problem> {
    let none = || Problem::not_found("there is no such request");
    let numbers = vec![number.parse().map_err(|_| none())?];
    desk.published(&Sought { numbers, page: (1, 1), ..Sought::default() })?.pop().ok_or_else(none)
}

/// A token is the number itself: a request has its number at once.
async fn token(
    State(app): Shared,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(fields): Query<Fields>,
) -> Response {
    let Some((id, form)) = form_of(&name).map(|(id, form)| (id.to_owned(), form)) else { return no_document() };
    with(app, fields, (form, &headers), move |_, desk, _, _, _| {
        published(desk, &id)?;
        let told = Node::Fields(vec![("service_request_id", id.as_str().into()), ("token", id.as_str().into())]);
        Ok(Node::List("request", vec![told]).answer("service_requests", form, StatusCode::OK))
    })
    .await
}

/// What GeoReport v2's fields seek.
fn sought(fields: &Fields, desk: &Desk) -> Result<Sought, Problem> {
    let list = |name: &str| -> Vec<String> {
        let all = fields.get(name).map(String::as_str).unwrap_or_default();
        all.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
    };
    let moment = |name: &str| match fields.get(name).filter(|text| !text.is_empty()) {
        Some(text) => Calendar::of_rfc3339(text)
            .map(Some)
            .ok_or_else(|| Problem::bad_input(format!("`{name}` must be a time as 2026-01-31T00:00:00Z"))),
        None => Ok(None),
    };
    let size = |name: &str, usual: usize| match fields.get(name).filter(|text| !text.is_empty()) {
        Some(text) => text.parse::<usize>().map_err(|_| Problem::bad_input(format!("`{name}` must be a whole number"))),
        None => Ok(usual),
    };
    let (numbers, statuses) = (list("service_request_id"), list("status"));
    let numbers: Vec<i64> = numbers.iter().filter_map(|one| one.parse().ok()).collect();
    let open = match (statuses.iter().any(|one| one == "open"), statuses.iter().any(|one| one == "closed")) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    };
    let since = moment("start_date")?;
    let is_any = numbers.is_empty() && since.is_none() && !fields.contains_key("end_date");
    Ok(Sought {
        numbers,
        categories: list("service_code"),
        open,
        since: since.or(is_any.then(|| desk.now().plus_minutes(-USUAL_MINUTES))),
        until: moment("end_date")?.map(|end| Moment(end.0.saturating_add(1_000))),
        before: None,
        page: (size("page", 1)?, size("page_size", USUAL_SIZE)?),
    })
}

fn request_node(desk: &Desk, one: &Published, language: Language) -> Node {
    let Published { request, words } = one;
    let catalogue: &Catalogue = desk.catalogue();
    let name = |name: Option<&Name>| name.map_or(Node::Null, |name| named(name, language).into());
    let time = |moment: Option<Moment>| moment.map_or(Node::Null, |moment| desk.calendar().rfc3339(moment).into());
    let degrees = |of: fn(&At) -> f64| request.at.as_ref().map_or(Node::Null, |at| Node::Number(of(at)));
    Node::Fields(vec![
        ("service_request_id", request.number.to_string().into()),
        ("status", if request.state.is_open() { "open" } else { "closed" }.into()),
        ("status_notes", request.state.word().into()),
        ("service_name", name(catalogue.category(&request.category).map(|category| &category.name))),
        ("service_code", request.category.as_str().into()),
        ("description", words.clone().map_or(Node::Null, Node::from)),
        (
            "agency_responsible",
            name(request.unit.as_ref().and_then(|unit| catalogue.unit(unit)).map(|unit| &unit.name)),
        ),
        ("service_notice", Node::Null),
        ("requested_datetime", time(Some(request.received))),
        ("updated_datetime", time(Some(request.changed))),
        ("expected_datetime", time(request.due)),
        ("address", Node::Null),
        ("address_id", Node::Null),
        ("zipcode", Node::Null),
        ("lat", degrees(|at| at.lat)),
        ("long", degrees(|at| at.lon)),
        ("media_url", Node::Null),
    ])
}

/// The fields of a request, and its photo if one was sent, with its place among those that are drawn.
type Sent = (Fields, Option<(Bytes, PhotoPlace)>);

/// Bytes of a request without its photo, its fields, and bytes of each.
const MOST_FORM: usize = 1 << 20;
const MOST_FIELDS: usize = 200;
const LONGEST_FIELD: usize = 64 << 10;

async fn post(State(app): Shared, Path(name): Path<String>, request: Request) -> Response {
    let Some(("requests", form)) = form_of(&name) else { return no_document() };
    let headers = request.headers().clone();
    let language = language_of(&headers);
    let sent = tokio::time::timeout(LONGEST_PHOTO, sent(&app, request)).await;
    let (fields, photo) = match sent.unwrap_or_else(|_| Err(cannot_read())) {
        Ok(sent) => sent,
        Err(problem) => return refuse(problem, form, language),
    };
    with(app, fields, (form, &headers), move |app, desk, city, fields, language| {
        let asked = desk.ask(new_request(app, city, fields)?, &Who::RESIDENT)?;
        let mut notice = match language {
            Language::Chinese => format!("凭查询码 {} 查看进度", asked.code),
            Language::English => format!("See how far it is with the code {}", asked.code),
        };
        // The request is there, whatever becomes of its photo.
        if let Some((photo, _place)) = photo
            && let Err(refusal) = desk.add_photo_as_resident(&asked.code, &photo)
        {
            notice = format!("{notice}. {}", refusal.text().pick(language));
        }
        let told = Node::Fields(vec![
            ("service_request_id", asked.number.to_string().into()),
            ("service_notice", notice.into()),
            ("account_id", Node::Null),
        ]);
        Ok(Node::List("request", vec![told]).answer("service_requests", form, StatusCode::CREATED))
    })
    .await
}

/// What was sent, in whichever of the two forms.
async fn sent(app: &Arc<App>, request: Request) -> Result<Sent, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        return with_files(app, request).await;
    }
    if !kind.starts_with("application/x-www-form-urlencoded") {
        let detail = "send the fields as application/x-www-form-urlencoded, or with a photo as multipart/form-data";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported", detail));
    }
    let body = String::from_request(limited(request, MOST_FORM), app).await.map_err(|_| cannot_read())?;
    let uri: Uri = format!("/?{body}").parse().map_err(|_| cannot_read())?;
    let Query(fields) = Query::<Fields>::try_from_uri(&uri).map_err(|_| cannot_read())?;
    Ok((fields, None))
}

/// Fields with a photo: the first file that is sent as `media` or `media[]`.
async fn with_files(app: &Arc<App>, request: Request) -> Result<Sent, Problem> {
    let (mut parts, body) = request.into_parts();
    let place = PhotoPlace::from_request_parts(&mut parts, app).await?;
    let request = limited(Request::from_parts(parts, body), MOST_BYTES + MOST_FORM);
    let mut read = Multipart::from_request(request, app).await.map_err(|_| cannot_read())?;
    let (mut fields, mut photo) = (Fields::new(), None);
    while let Some(field) = read.next_field().await.map_err(|_| cannot_read())? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.file_name().is_some();
        let bytes = field.bytes().await.map_err(|_| cannot_read())?;
        if is_file {
            // Others are left out: one photo is what GeoReport v2 has.
            let is_photo = photo.is_none() && !bytes.is_empty() && matches!(name.as_str(), "media" | "media[]");
            photo = if is_photo { Some(bytes) } else { photo };
        } else if bytes.len() <= LONGEST_FIELD && fields.len() < MOST_FIELDS {
            fields.insert(name, String::from_utf8_lossy(&bytes).into_owned());
        } else {
            return Err(Problem::too_large());
        }
    }
    Ok((fields, photo.map(|photo| (photo, place))))
}

/// A request that ends after so many bytes.
fn limited(request: Request, most: usize) -> Request {
    request.map(|body| axum::body::Body::new(http_body_util::Limited::new(body, most)))
}

fn cannot_read() -> Problem {
    Problem::bad_input("the fields cannot be read, or are too large")
}

fn new_request(app: &App, city: &str, fields: &Fields) -> Result<NewRequest, Problem> {
    let text = |name: &str| fields.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let degrees = |name: &str| match text(name) {
        none if none.is_empty() => Ok(None),
        told => told.parse::<f64>().map(Some).map_err(|_| Problem::bad_input(format!("`{name}` must be a number"))),
    };
    let at = degrees("long")?.zip(degrees("lat")?).map(|(lon, lat)| At { lon, lat });
    let area = match at {
        Some(at) => area_of(app, city, at)?,
        None => None,
    };
    let answers = fields.iter().filter_map(|(name, answer)| {
        let id = name.strip_prefix("attribute[")?.split(']').next()?;
        Some((id.to_owned(), answer.clone()))
    });
    let reach = ["first_name", "last_name", "phone", "email"].map(text);
    let reach: Vec<String> = reach.into_iter().filter(|part| !part.is_empty()).collect();
    Ok(NewRequest {
        category: text("service_code"),
        at,
        place: [text("address_string"), text("address_id")].into_iter().find(|one| !one.is_empty()).unwrap_or_default(),
        area,
        words: described(&text("description"), &text("media_url")),
        answers: answers.collect(),
        contact: reach.join(" "),
        is_public: false,
        channel: Channel::Open311,
        key: String::new(),
        received: None,
    })
}

/// The words, and the address of what else belongs to them: it is told, and never fetched from here.
fn described(words: &str, media: &str) -> String {
    let is_address = media.starts_with("https://") || media.starts_with("http://");
    if is_address && media.len() < 500 { format!("{words}\n{media}") } else { words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_answer_reads_the_same_in_both_forms() {
        let node = Node::List(
            "request",
            vec![Node::Fields(vec![
                ("id", "1".into()),
                ("words", "a < b & \u{1}c".into()),
                ("lat", Node::Number(39.5)),
                ("none", Node::Null),
            ])],
        );
        assert_eq!(node.json().to_string(), r#"[{"id":"1","words":"a < b & \u0001c","lat":39.5,"none":null}]"#);
        let mut xml = String::new();
        node.xml("requests", &mut xml);
        assert_eq!(
            xml,
            "<requests><request><id>1</id><words>a &lt; b &amp; c</words><lat>39.5</lat><none></none></request></requests>"
        );
    }
}

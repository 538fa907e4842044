//! The API asked as a client would, on the demo city; its numbers are the library's.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::Read;
use std::path::PathBuf;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use lifecircle::city::{self, City};
use lifecircle::geo::{Metres, Seconds};
use lifecircle::measure::{EditedCity, measure};
use lifecircle::network::Walker;
use lifecircle::output::Existing;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::summary::{life_circle, summarise};
use lifecircle::tables::Format;
use lifecircle::{demo, import};
use lifecircle_plan::links::{LinkDocument, Question as LinksQuestion, missing_links};
use lifecircle_plan::renewal::{Question as RenewalQuestion, programme};
use lifecircle_plan::scenario::{Scenario, apply, compare};
use lifecircle_plan::sites::{Areas, Floor, Model, Question, SitesDocument, fewest_sites, find_sites, offered};
use lifecircle_plan::units::{Question as UnitsQuestion, find_units};
use lifecircle_server::tiles::grid::world;
use lifecircle_server::{Server, Settings};
use serde_json::Value;
use tower::ServiceExt;

fn router(city: PathBuf) -> Router {
    let keep_in = city.parent().map(PathBuf::from);
    Server::new(&Settings { cities: vec![city], keep_in, ..Settings::default() }).unwrap().router()
}

struct Client {
    router: Router,
    city: City,
    directory: tempfile::TempDir,
}

impl Client {
    fn new() -> Self {
        let city = import::import(demo::generate(demo::Size::Small, 1), &()).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let path: PathBuf = directory.path().join("small.city");
        city::save(&city, &path, Existing::Refuse).unwrap();
        Self { router: router(path), city, directory }
    }

    async fn get(&self, address: &str, known: Option<&str>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut request = Request::get(address);
        if let Some(known) = known {
            request = request.header(header::IF_NONE_MATCH, known);
        }
        let answer = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (head, body) = answer.into_parts();
        (head.status, head.headers, body.collect().await.unwrap().to_bytes().to_vec())
    }

    async fn json(&self, address: &str) -> Value {
        let (status, _, body) = self.get(address, None).await;
        assert_eq!(status, StatusCode::OK, "{address}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_is_the_library_s() {
    let client = Client::new();
    let cities = client.json("/api/v1/cities").await;
    assert_eq!((cities[0]["id"].as_str(), cities[0]["synthetic"].as_bool()), (Some("small"), Some(true)));
    let told = client.json("/api/v1/cities/small").await;
    assert_eq!(told["homes"].as_u64().unwrap() as usize, client.city.homes.len());

    let ready = ReadyCity::new(client.city.clone(), Walk::of(Walker::find("elderly").unwrap()), &()).unwrap();
    let measured = measure(&ready, Standard::find("moreno-6").unwrap(), &()).unwrap();
    let by = "walker=elderly&standard=moreno-6";
    // Compared as text: reading numbers back may lose their last digit.
    let text = async |address: &str| String::from_utf8(client.get(address, None).await.2).unwrap();
    let own = summarise(&measured).to_json().to_string();
    assert!(text(&format!("/api/v1/cities/small/summary?{by}")).await == own, "the summary differs");
    let at = client.city.homes[7].at;
    let circle = text(&format!("/api/v1/cities/small/circle?lon={}&lat={}&{by}", at.x, at.y)).await;
    let own = life_circle(&ready, &measured.standard, &measured.recognised, at).unwrap();
    assert_eq!(circle, serde_json::to_string(&own).unwrap());

    let address = format!("/api/v1/cities/small/isochrones?lon={}&lat={}&minutes=5,10", at.x, at.y);
    let areas = client.json(&address).await;
    let minutes: Vec<_> =
        areas["features"].as_array().unwrap().iter().map(|f| f["properties"]["minutes"].clone()).collect();
    assert_eq!(minutes, [10.0, 5.0], "the longest first");
    assert_eq!(areas["features"][0]["geometry"]["type"], "MultiPolygon");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_must_be_signed_in_and_what_is_made_stays() {
    let client = Client::new();
    let directory = client.directory.path();
    let city = directory.join("small.city");
    let settings = Settings { cities: vec![city], keep_in: Some(directory.to_owned()), ..Settings::default() };
    let server = Server::new(&settings).unwrap();
    let ask = async |method: &str, address: &str, token: &str, body: String| {
        let request = Request::builder().method(method).uri(address).header(header::CONTENT_TYPE, "application/json");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}")).body(Body::from(body)).unwrap();
        let (head, body) = server.router().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (head.status.as_u16(), serde_json::from_slice::<Value>(&body).unwrap_or_default())
    };
    let standards = "/api/v1/standards";
    let stricter =
        r#"{"based_on":"wuhai-8","id":"stricter","services":{"bus_stop":{"minutes":1,"count":2}}}"#.to_owned();
    assert_eq!(ask("POST", standards, "guess", stricter.clone()).await.0, 401);
    assert_eq!(ask("POST", "/api/v1/uploads/x.csv", "", String::new()).await.0, 401);
    let (status, made) = ask("POST", standards, server.token(), stricter).await;
    assert_eq!((status, made["id"].as_str()), (201, Some("stricter")), "{made}");
    let covered = async |standard: &str| {
        let address = format!("/api/v1/cities/small/summary?standard={standard}");
        let summary = ask("GET", &address, "", String::new()).await.1;
        summary["circles"]["housing"]["services"]["bus_stop"]["coverage"]["residents"].as_f64().unwrap()
    };
    assert!(covered("stricter").await < covered("wuhai-8").await);
    // What a standard has from one that it extends can be changed too, and of what it changes itself the count alone.
    let old = r#"{"based_on":"cn-gb50180-2018-old","id":"old","services":{"bus_stop_10":{"metres":600},"park_5":{"count":2}}}"#;
    let (status, made) = ask("POST", standards, server.token(), old.to_owned()).await;
    assert_eq!(status, 201, "{made}");
    let services = made["circles"].as_array().unwrap().iter().flat_map(|circle| circle["services"].as_array().unwrap());
    let of = |id: &str| services.clone().find(|service| service["id"] == id).unwrap();
    assert_eq!(
        (of("bus_stop_10")["threshold_metres"].as_f64(), of("park_5")["count"].as_u64()),
        (Some(600.0), Some(2))
    );
    assert_eq!(services.clone().count(), 60);
    assert_eq!(ask("DELETE", "/api/v1/standards/old", server.token(), String::new()).await.0, 204);
    for (body, what) in [
        (r#"{"based_on":"wuhai-8","id":"wuhai-8"}"#, "a name of the program's own"),
        (r#"{"based_on":"wuhai-8","id":"../up"}"#, "a path"),
        (r#"{"based_on":"wuhai-8","id":"x","services":{"nothing":{}}}"#, "no such service"),
        (r#"{"based_on":"wuhai-8","id":"x","services":{"bus_stop":{"minutes":-1}}}"#, "a time before now"),
        (r#"{"toml":"id = 1"}"#, "no standard"),
        (r#"{"id":"x"}"#, "made of nothing"),
    ] {
        assert_eq!(ask("POST", standards, server.token(), body.to_owned()).await.0, 400, "{what}");
    }
    // Another server in the same place knows it, until it is removed.
    let again = Server::new(&settings).unwrap();
    let request = Request::get("/api/v1/standards/stricter").body(Body::empty()).unwrap();
    assert_eq!(again.router().oneshot(request).await.unwrap().status(), StatusCode::OK);
    assert_eq!(ask("DELETE", "/api/v1/standards/stricter", server.token(), String::new()).await.0, 204);
    assert_eq!(ask("GET", "/api/v1/standards/stricter", "", String::new()).await.0, 404);
    assert_eq!(ask("DELETE", "/api/v1/standards/wuhai-8", server.token(), String::new()).await.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_is_made_of_files_that_were_sent() {
    let client = Client::new();
    let made = tempfile::tempdir().unwrap();
    let settings = Settings { keep_in: Some(made.path().to_owned()), ..Settings::default() };
    let server = Server::new(&settings).unwrap();
    let ask = async |method: &str, address: &str, body: String| {
        let request = Request::builder().method(method).uri(address).header(header::CONTENT_TYPE, "application/json");
        let token = format!("Bearer {}", server.token());
        let request = request.header(header::AUTHORIZATION, token).body(Body::from(body)).unwrap();
        let (head, body) = server.router().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (head.status.as_u16(), serde_json::from_slice::<Value>(&body).unwrap_or_default())
    };
    let done = async |job: &Value| {
        for _ in 0..600 {
            let standing = ask("GET", &format!("/api/v1/jobs/{}", job["id"]), String::new()).await.1;
            if !["waiting", "running"].contains(&standing["state"].as_str().unwrap()) {
                return standing;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the job never ends");
    };
    let town = r#"<osm version="0.6"><node id="1" lat="41" lon="2"/><node id="2" lat="41.002" lon="2"/>
        <node id="3" lat="41.001" lon="2.0003"><tag k="amenity" v="pharmacy"/><tag k="name" v="P"/></node>
        <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>"#;
    let sent = ask("POST", "/api/v1/uploads/..%2Ftown.osm", town.to_owned()).await;
    assert_eq!((sent.0, sent.1["bytes"].as_u64()), (201, Some(town.len() as u64)), "{}", sent.1);
    let number = sent.1["number"].as_u64().unwrap();
    let (status, job) = ask("POST", "/api/v1/jobs", format!(r#"{{"name":"town","extract":{number}}}"#)).await;
    assert_eq!(status, 202, "{job}");
    let standing = done(&job).await;
    assert_eq!((standing["state"].as_str(), standing["city"].as_str()), (Some("done"), Some("town")), "{standing}");
    assert_eq!(ask("GET", "/api/v1/cities/town", String::new()).await.1["facilities"], 1);
    // The same name again, and a file that is no extract: one sentence, no path, nothing left.
    let (status, told) = ask("POST", "/api/v1/jobs", format!(r#"{{"name":"town","extract":{number}}}"#)).await;
    assert_eq!((status, told["code"].as_str()), (409, Some("exists")));
    assert_eq!(ask("GET", "/api/v1/cities/town", String::new()).await.1["facilities"], 1);
    let broken = ask("POST", "/api/v1/uploads/broken.osm", "<osm><node".to_owned()).await.1["number"].clone();
    let job = ask("POST", "/api/v1/jobs", format!(r#"{{"name":"broken","extract":{broken}}}"#)).await.1;
    let standing = done(&job).await.to_string();
    assert!(standing.contains("broken.osm") && !standing.contains(made.path().to_str().unwrap()), "{standing}");
    assert_eq!(ask("POST", "/api/v1/jobs", r#"{"name":"x","extract":99}"#.to_owned()).await.0, 404);
    drop(server);
    let left: Vec<_> = std::fs::read_dir(made.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["town.city"]);
    drop(client);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_and_the_way_have_one_time() {
    let client = Client::new();
    let ready = ReadyCity::new(client.city.clone(), Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let places: Vec<_> = [0, 30, 60, 90].map(|home| client.city.homes[home].at).to_vec();
    let points: Vec<[f64; 2]> = places.iter().map(|at| [at.x, at.y]).collect();
    let body = serde_json::json!({ "origins": points }).to_string();
    let request = Request::post("/api/v1/cities/small/matrix").header(header::CONTENT_TYPE, "application/json");
    let answer = client.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let seconds = serde_json::from_slice::<Value>(&body).unwrap()["seconds"].clone();
    for (i, from) in places.iter().enumerate() {
        assert_eq!(seconds[i][i], 0.0);
        for (j, to) in places.iter().enumerate().filter(|(j, _)| *j != i) {
            let [a, b] = [*from, *to].map(|at| ready.snap(at).unwrap());
            let route = ready.route(&[a], &[b], &()).unwrap().unwrap();
            assert_eq!(seconds[i][j].as_f64().unwrap(), f64::from(route.cost.0) / 1000.0, "{i} to {j}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn places_are_those_of_the_library_and_bounded() {
    let client = Client::new();
    let ask = async |body: Value| {
        let request = Request::post("/api/v1/cities/small/sites").header(header::CONTENT_TYPE, "application/json");
        let answer = client.router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
        let status = answer.status();
        (status, serde_json::from_slice::<Value>(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap())
    };
    let (status, mut answer) = ask(serde_json::json!({ "service": "pocket_park", "count": 3 })).await;
    assert_eq!(status, StatusCode::OK, "{answer}");

    let ready = ReadyCity::new(client.city.clone(), Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let measured = measure(&ready, Standard::find("wuhai-8").unwrap(), &()).unwrap();
    let service = measured.standard.services.iter().position(|service| service.id == "pocket_park").unwrap();
    let question = Question::of(service, 3, Model::Cover);
    let found = find_sites(&measured, &question, &(), &()).unwrap().sites;
    answer["seconds"] = 0.0.into();
    assert_eq!(answer, serde_json::to_value(SitesDocument::new(&found, &measured, &question, 0.0)).unwrap());

    for (wrong, said) in [
        (serde_json::json!({ "service": "pocket_park", "count": 0 }), "`count`"),
        (serde_json::json!({ "service": "pocket_park", "count": 1, "seconds": 600 }), "`seconds`"),
        (serde_json::json!({ "service": "pocket_park", "count": 1, "gap": 1 }), "`gap`"),
        (serde_json::json!({ "service": "pocket_park", "count": 1, "model": "best" }), "choose lscp, mclp"),
        (serde_json::json!({ "service": "castle", "count": 1 }), "no service"),
        (serde_json::json!({ "service": "pocket_park" }), "give one of `count`, `budget` and `cover`"),
        (serde_json::json!({ "service": "pocket_park", "count": 1, "cover": 0.5 }), "give one of"),
        (serde_json::json!({ "service": "pocket_park", "cover": 2 }), "`cover`"),
        (serde_json::json!({ "service": "pocket_park", "budget": 5 }), "`costs`"),
        (
            serde_json::json!({ "service": "pocket_park", "budget": 5, "candidates": [[106.8, 39.6]], "costs": [1, 2] }),
            "`costs`",
        ),
        (serde_json::json!({ "service": "pocket_park", "count": 1, "weight_of_elderly": -1 }), "`weight_of_elderly`"),
        (serde_json::json!({ "service": "pocket_park", "count": 1, "candidates": [[999, 0]] }), "longitudes"),
        (serde_json::json!({ "service": "pocket_park", "count": 1, "candidates": [] }), "no candidate"),
        (serde_json::json!({ "service": "pocket_park", "count": 1, "offered": "castle" }), "no kind"),
        (serde_json::json!({ "service": "pocket_park", "count": 1, "offered": "vacant" }), "no vacant land"),
        (serde_json::json!({ "service": "pocket_park", "count": 1, "capacity": 5 }), "`capacity`"),
        (serde_json::json!({ "service": "pocket_park", "count": 1, "floor": 2 }), "`floor`"),
        (serde_json::json!({ "service": "pocket_park", "count": 1, "floor": 0.5, "worst_first": true }), "one of"),
        (serde_json::json!({ "service": "pocket_park", "count": 1, "floor": 0.5, "areas": "parishes" }), "`areas`"),
        (serde_json::json!({ "service": "pharmacy", "count": 1, "model": "capacitated" }), "is not known"),
        (serde_json::json!({ "service": "pharmacy", "count": 1, "model": "backup", "cover": 0.5 }), "`cover`"),
    ] {
        let (status, answer) = ask(wrong).await;
        assert!(status.is_client_error() && answer["detail"].as_str().unwrap().contains(said), "{status} {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn places_under_conditions_are_those_of_the_library() {
    let client = Client::new();
    let ready = ReadyCity::new(client.city.clone(), Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let measured = measure(&ready, Standard::find("wuhai-8").unwrap(), &()).unwrap();
    let of = |id: &str, count, model| {
        Question::of(measured.standard.services.iter().position(|service| service.id == id).unwrap(), count, model)
    };
    let public = offered(measured.city(), "public", &measured.standard).unwrap();
    for (asked, question) in [
        (
            serde_json::json!({ "service": "pharmacy", "count": 2, "model": "p-center", "cover": 0.9 }),
            Question { share: 0.9, ..of("pharmacy", 2, Model::Center) },
        ),
        (
            serde_json::json!({ "service": "pocket_park", "count": 2, "model": "backup" }),
            of("pocket_park", 2, Model::Backup),
        ),
        (
            serde_json::json!({ "service": "childcare", "count": 2, "model": "capacitated", "capacity": 3 }),
            Question { capacity: Some(3.0), ..of("childcare", 2, Model::Capacitated) },
        ),
        (
            serde_json::json!({ "service": "pocket_park", "count": 2, "worst_first": true, "areas": "communities" }),
            Question { floor: Some((Areas::Communities, Floor::WorstFirst)), ..of("pocket_park", 2, Model::Cover) },
        ),
        (
            serde_json::json!({ "service": "pocket_park", "count": 2, "offered": "public" }),
            Question { candidates: Some(public), ..of("pocket_park", 2, Model::Cover) },
        ),
    ] {
        let request = Request::post("/api/v1/cities/small/sites").header(header::CONTENT_TYPE, "application/json");
        let answer = client.router.clone().oneshot(request.body(Body::from(asked.to_string())).unwrap()).await.unwrap();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        let mut answer: Value = serde_json::from_slice(&bytes).unwrap();
        let found = find_sites(&measured, &question, &(), &()).unwrap().sites;
        answer["seconds"] = 0.0.into();
        let expected = serde_json::to_value(SitesDocument::new(&found, &measured, &question, 0.0)).unwrap();
        assert_eq!(answer, expected, "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_tells_how_far_it_is_and_then_the_same_answer() {
    let client = Client::new();
    let ask = async |accept: &str, body: Value| {
        let request = Request::post("/api/v1/cities/small/sites")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, accept);
        let answer = client.router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
        let kind = answer.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (kind, String::from_utf8(bytes.to_vec()).unwrap())
    };
    let body = serde_json::json!({ "service": "pocket_park", "count": 3, "model": "backup" });
    let (kind, whole) = ask("application/json", body.clone()).await;
    assert_eq!(kind, "application/json");
    let (kind, events) = ask("text/html, text/event-stream;q=0.9", body).await;
    assert_eq!(kind, "text/event-stream");
    let events: Vec<(&str, Value)> = events
        .split_terminator("\n\n")
        .map(|event| event.strip_prefix("event: ").and_then(|event| event.split_once("\ndata: ")).unwrap())
        .map(|(name, data)| (name, serde_json::from_str(data).unwrap()))
        .collect();
    let (last, before) = events.split_last().unwrap();
    assert!(before.iter().all(|(name, far)| *name == "known" && far["seconds"].as_f64().unwrap() >= 0.0));
    let mut whole: Value = serde_json::from_str(&whole).unwrap();
    let (name, mut answer) = (last.0, last.1.clone());
    (whole["seconds"], answer["seconds"]) = (0.0.into(), 0.0.into());
    assert_eq!((name, answer), ("answer", whole));
    // What is wrong once it runs is told in the stream; what is wrong before, as ever.
    let (_, events) =
        ask("text/event-stream", serde_json::json!({ "service": "pocket_park", "count": 1, "offered": "castle" }))
            .await;
    assert!(events.starts_with("event: problem\ndata: {") && events.contains("no kind"), "{events}");
    let (kind, _) = ask("text/event-stream", serde_json::json!({ "service": "castle", "count": 1 })).await;
    assert_eq!(kind, "application/problem+json");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fewest_links_and_programmes_are_the_library_s() {
    let client = Client::new();
    let ask = async |what: &str, body: Value| {
        let address = format!("/api/v1/cities/small/{what}");
        let request = Request::post(address).header(header::CONTENT_TYPE, "application/json");
        let answer = client.router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
        let status = answer.status();
        (status, serde_json::from_slice::<Value>(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap())
    };
    let ready = ReadyCity::new(client.city.clone(), Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let measured = measure(&ready, Standard::find("wuhai-8").unwrap(), &()).unwrap();
    let of = |id: &str| measured.standard.services.iter().position(|service| service.id == id).unwrap();

    let asked = serde_json::json!({ "service": "pocket_park,public_toilet", "together": true, "cover": 0.7 });
    let (status, told) = ask("sites", asked).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let services = vec![of("pocket_park"), of("public_toilet")];
    let question = Question { services, together: true, ..Question::of(0, 1, Model::Cover) };
    let (solved, fewest) = fewest_sites(&measured, &question, 0.7, &(), &()).unwrap();
    assert_eq!(
        (told["sites"].as_array().unwrap().len(), told["at_least"].as_u64()),
        (solved.sites.sites.len(), Some(fewest.count.into()))
    );
    assert!((told["value"].as_f64().unwrap() - solved.sites.value).abs() < 1e-6);

    let (status, told) = ask("links", serde_json::json!({ "longest": 120, "saves": 2, "most": 3 })).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let question = LinksQuestion { longest: Metres(120.0), saves: Seconds(120.0), most: 3 };
    let links = missing_links(&measured, question, &(), &()).unwrap();
    let own: Vec<LinkDocument> = links.iter().map(LinkDocument::from).collect();
    // As text: a number that is read is off by its last bit at times.
    let as_told = |own: Value| serde_json::from_str::<Value>(&own.to_string()).unwrap();
    assert_eq!(told["links"], as_told(serde_json::to_value(own).unwrap()));

    let (status, told) =
        ask("programme", serde_json::json!({ "budget": 200, "prices": { "pocket_park": 80 }, "link": 10 })).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let prices = vec![(of("pocket_park"), 80.0)];
    let question =
        RenewalQuestion { prices, link: Some(10.0), budget: 200.0, links: LinksQuestion::default(), gap: 0.01 };
    assert_eq!(told, as_told(serde_json::to_value(programme(&measured, &question, &(), &()).unwrap()).unwrap()));
    for (what, wrong, said) in [
        ("links", serde_json::json!({ "longest": 5000 }), "`longest`"),
        ("links", serde_json::json!({ "most": 0 }), "`most`"),
        ("links", serde_json::json!({ "saves": 90 }), "`saves`"),
        ("sites", serde_json::json!({ "service": "pharmacy,pharmacy", "count": 1 }), "named twice"),
        ("programme", serde_json::json!({ "budget": 5, "prices": {} }), "`prices`"),
        ("programme", serde_json::json!({ "budget": -5, "prices": { "pocket_park": 80 } }), "`budget`"),
        ("programme", serde_json::json!({ "budget": 5, "prices": { "castle": 80 } }), "no service"),
    ] {
        let (status, answer) = ask(what, wrong).await;
        assert!(status.is_client_error() && answer["detail"].as_str().unwrap().contains(said), "{status} {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_downloaded_is_what_the_library_writes() {
    let client = Client::new();
    let ready = ReadyCity::new(client.city.clone(), Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let measured = measure(&ready, Standard::find("wuhai-8").unwrap(), &()).unwrap();
    let table = lifecircle::export::communities_table(&client.city, &summarise(&measured));
    for format in [Format::Csv, Format::GeoJson, Format::Parquet] {
        let path = client.directory.path().join("own");
        table.write(&path, format).unwrap();
        let address = format!("/api/v1/cities/small/exports/communities.{}", format.extension());
        assert!(client.get(&address, None).await.2 == std::fs::read(&path).unwrap(), "{format:?}");
    }
    let one = &client.city.communities[0].id;
    let address = format!("/api/v1/cities/small/exports/homes.csv?communities={one}");
    let rows = String::from_utf8(client.get(&address, None).await.2).unwrap().lines().count() - 1;
    assert_eq!(rows, client.city.homes.iter().filter(|home| home.community == Some(0)).count());
    assert_eq!(client.get("/api/v1/cities/small/exports/..%2Fcity.toml", None).await.0, StatusCode::NOT_FOUND);
}

#[test]
fn the_document_is_that_of_the_code() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let written: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(written == lifecircle_server::api_document(), "write it anew: lifecircle schema api > docs/openapi.json");
}

#[tokio::test(flavor = "multi_thread")]
async fn tiles_hold_what_lies_in_them() {
    let client = Client::new();
    let home = world(client.city.homes[0].at);
    for (set, zoom) in [("base", 15), ("people", 14), ("people", 12), ("facilities", 14), ("communities", 12)] {
        let [x, y] = home.map(|share| (share * f64::from(1 << zoom)) as u32);
        let address = format!("/api/v1/cities/small/tiles/{set}/{zoom}/{x}/{y}");
        let (status, headers, body) = client.get(&address, None).await;
        assert_eq!((status, &headers[header::CONTENT_ENCODING]), (StatusCode::OK, &"gzip".parse().unwrap()));
        let mut tile = Vec::new();
        GzDecoder::new(body.as_slice()).read_to_end(&mut tile).unwrap();
        assert!(tile.len() > 100, "{address}: {} bytes", tile.len());
        let etag = headers[header::ETAG].to_str().unwrap();
        assert_eq!(client.get(&address, Some(etag)).await.0, StatusCode::NOT_MODIFIED);
        assert_eq!(client.get(&address, None).await.2, body, "the same every time");
    }
    // Whoever puts one in the place of another must be told that it is another.
    let mut tags = std::collections::HashSet::new();
    for who in ["", "?walker=elderly", "?standard=moreno-6", "?service=park", "?service=bus_stop"] {
        let [x, y] = home.map(|share| (share * f64::from(1 << 14)) as u32);
        let (_, headers, _) = client.get(&format!("/api/v1/cities/small/tiles/facilities/14/{x}/{y}{who}"), None).await;
        assert!(tags.insert(headers[header::ETAG].clone()), "{who}");
    }
    let empty = client.get("/api/v1/cities/small/tiles/base/15/0/0", None).await;
    assert_eq!(empty.0, StatusCode::OK);
    let told = client.json("/api/v1/cities/small/tiles/people?walker=child").await;
    assert!(told["tiles"][0].as_str().unwrap().ends_with("/api/v1/cities/small/tiles/people/{z}/{x}/{y}?walker=child"));
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told_in_one_form_without_paths() {
    let client = Client::new();
    let cases = [
        ("/api/v1/cities/nowhere", 404, "not_found"),
        ("/api/v1/cities/..%2F..%2Fetc", 404, "not_found"),
        ("/nothing", 404, "not_found"),
        ("/api/v1/cities/small/circle?lon=106.79&lat=39.62&walker=..%2Fmy.toml", 404, "not_found"),
        ("/api/v1/cities/small/summary?standard=%2Fetc%2Fpasswd.toml", 404, "not_found"),
        ("/api/v1/cities/small/summary?walkr=adult", 400, "bad_input"),
        ("/api/v1/cities/small/circle?lon=NaN&lat=39", 400, "bad_input"),
        ("/api/v1/cities/small/circle?lon=200&lat=39", 400, "bad_input"),
        ("/api/v1/cities/small/circle?lat=39", 400, "bad_input"),
        ("/api/v1/cities/small/circle?lon=0&lat=90", 422, "no_street"),
        ("/api/v1/cities/small/isochrones?lon=106.8&lat=39.6&minutes=5,inf", 400, "bad_input"),
        ("/api/v1/cities/small/isochrones?lon=106.8&lat=39.6&minutes=1,2,3,4,5,6,7,8,9,10,11", 400, "bad_input"),
        ("/api/v1/cities/small/tiles/base/x/0/-1", 400, "bad_input"),
        ("/api/v1/cities/small/tiles/base/16/0/0", 404, "not_found"),
        ("/api/v1/cities/small/tiles/base/3/8/0", 404, "not_found"),
        ("/api/v1/cities/small/tiles/facilities/3/1/1?service=x", 404, "not_found"),
    ];
    for (address, status, code) in cases {
        let (got, headers, body) = client.get(address, None).await;
        let text = String::from_utf8(body).unwrap();
        assert_eq!(got.as_u16(), status, "{address}: {text}");
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json", "{address}");
        let problem: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(problem["code"], code, "{address}: {text}");
        assert!(!text.contains(client.directory.path().to_str().unwrap()), "{text}");
    }
    // A city that was damaged before it is asked for.
    let path = client.directory.path().join("small.city");
    std::fs::write(path.join("homes.parquet"), b"PAR1").unwrap();
    let client = Client { router: router(path), ..client };
    let (status, _, body) = client.get("/api/v1/cities/small", None).await;
    let text = String::from_utf8(body).unwrap();
    assert!(status.as_u16() >= 400 && text.contains("homes.parquet"), "{text}");
    assert!(!text.contains(client.directory.path().to_str().unwrap()), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told_in_the_language_of_whoever_asks() {
    let client = Client::new();
    for (language, told) in [("zh-CN,zh;q=0.9", "之间"), ("en", "must be"), ("fr", "must be")] {
        let asked = Request::get("/api/v1/cities/small/isochrones?lon=0&lat=0&minutes=0")
            .header(header::ACCEPT_LANGUAGE, language)
            .body(Body::empty())
            .unwrap();
        let answer = client.router.clone().oneshot(asked).await.unwrap();
        let body: Value = serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap();
        assert!(body["detail"].as_str().unwrap().contains(told), "{language}: {body}");
    }
}

/// Only what follows another's protocol, in which words are English, may tell of a problem in one language.
#[test]
fn every_mistake_is_told_in_both_languages() {
    let mut directories = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if ["open311.rs", "ors.rs", "ogc.rs", "problem.rs"].contains(&name.as_str()) {
                continue;
            }
            let text: String = std::fs::read_to_string(&path).unwrap().split_whitespace().collect();
            for made in ["bad_input", "not_found", "no_way", "not_allowed"] {
                for one in ["\"", "format!("] {
                    let english_only = format!("Problem::{made}({one}");
                    assert!(!text.contains(&english_only), "{name}: {english_only}…");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_with_a_scenario_is_asked_as_any_other() {
    let client = Client::new();
    let directory = client.directory.path();
    let settings = || Settings {
        cities: vec![directory.join("small.city")],
        keep_in: Some(directory.to_owned()),
        ..Settings::default()
    };
    let server = Server::new(&settings()).unwrap();
    let ask = async |server: &Server, method: &str, address: &str, body: String| {
        let request = Request::builder().method(method).uri(address).header(header::CONTENT_TYPE, "application/json");
        let token = format!("Bearer {}", server.token());
        let request = request.header(header::AUTHORIZATION, token).body(Body::from(body)).unwrap();
        let (head, body) = server.router().oneshot(request).await.unwrap().into_parts();
        (head.status.as_u16(), String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap())
    };
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let [home, other] = [3, 40].map(|home| client.city.homes[home].at);
    let text = |cost: u32| {
        serde_json::json!({ "type": "FeatureCollection", "name": "two", "features": [
            { "type": "Feature", "geometry": { "type": "Point", "coordinates": [home.x, home.y] },
              "properties": { "edit": "add_facility", "service": "library", "cost": cost } },
            { "type": "Feature", "geometry": { "type": "LineString", "coordinates": [[home.x, home.y], [other.x, other.y]] },
              "properties": { "edit": "open_street" } } ] })
        .to_string()
    };
    let all = "/api/v1/cities/small/scenarios";
    let (status, tried) = ask(&server, "POST", &format!("{all}?walker=elderly"), text(5)).await;
    assert_eq!(status, 200, "{tried}");

    // What the library says, from a city of its own.
    let scenario = Scenario::parse(&text(5)).unwrap();
    let ready = ReadyCity::new(client.city.clone(), Walk::of(Walker::find("elderly").unwrap()), &()).unwrap();
    let mut edited = EditedCity::new(&ready, vec![Standard::find("wuhai-8").unwrap()], &()).unwrap();
    let before = edited.measured(&()).unwrap().remove(0);
    let edits = apply(&scenario, &mut edited).unwrap();
    let after = edited.measured(&()).unwrap().remove(0);
    let own = serde_json::to_string(&compare(&scenario, edits, &before, &after)).unwrap();
    assert!(tried.contains(&own), "{tried}\n{own}");
    let tried = json(&tried);
    let (city, version) = (tried["city"].as_str().unwrap(), tried["version"].as_str().unwrap());
    assert_eq!(city, format!("small~{version}"));
    let summary = ask(&server, "GET", &format!("/api/v1/cities/{city}/summary?walker=elderly"), String::new()).await;
    let own = summarise(&after).to_json().to_string();
    assert!(summary.1 == own, "the summary differs");
    for what in ["", "/communities", "/gaps", "/exports/communities.csv", "/report?lang=en", "/scenarios"] {
        let (status, told) = ask(&server, "GET", &format!("/api/v1/cities/{city}{what}"), String::new()).await;
        // Scenarios are of cities, not of cities with scenarios.
        assert_eq!(status, if what == "/scenarios" { 404 } else { 200 }, "{what}: {told}");
        assert!(what != "/report?lang=en" || told.contains("Plan: two"), "the report has no chapter");
    }

    // Saved, and never written over unseen.
    let save = |cost: u32, replaces: Option<&str>| {
        format!(r#"{{"scenario":{},"replaces":{}}}"#, text(cost), serde_json::json!(replaces))
    };
    let one = format!("{all}/two");
    let (status, saved) = ask(&server, "PUT", &one, save(5, None)).await;
    assert_eq!((status, json(&saved)["version"].as_str()), (200, Some(version)), "{saved}");
    assert_eq!(ask(&server, "PUT", &one, save(6, None)).await.0, 409);
    assert_eq!(ask(&server, "PUT", &one, save(6, Some("0000000000000000"))).await.0, 409);
    let (status, saved) = ask(&server, "PUT", &one, save(6, Some(version))).await;
    assert_eq!(status, 200, "{saved}");
    for (name, status) in [("..%2Fx", 400), (".hidden", 400), ("a%2Fb", 400)] {
        assert_eq!(ask(&server, "PUT", &format!("{all}/{name}"), save(1, None)).await.0, status, "{name}");
    }
    let signed_out = Request::put(&one).header(header::CONTENT_TYPE, "application/json");
    let signed_out = signed_out.body(Body::from(save(7, None))).unwrap();
    assert_eq!(server.router().oneshot(signed_out).await.unwrap().status(), StatusCode::UNAUTHORIZED);

    // A server that is started anew still has what was saved, and not what was only tried.
    let again = Server::new(&settings()).unwrap();
    let listed = json(&ask(&again, "GET", all, String::new()).await.1);
    assert_eq!((listed[0]["name"].as_str(), listed[0]["cost"].as_f64()), (Some("two"), Some(6.0)), "{listed}");
    let kept = listed[0]["version"].as_str().unwrap();
    assert_eq!(ask(&again, "GET", &format!("/api/v1/cities/small~{kept}/summary"), String::new()).await.0, 200);
    assert_eq!(ask(&again, "GET", &format!("/api/v1/cities/small~{version}/summary"), String::new()).await.0, 404);
    assert_eq!(json(&ask(&again, "GET", &one, String::new()).await.1), json(&text(6)));
    assert_eq!(ask(&again, "DELETE", &one, String::new()).await.0, 204);
    assert_eq!(ask(&again, "DELETE", &one, String::new()).await.0, 404);

    // Mistakes name their feature.
    for (body, says) in [
        (text(5).replace("library", "libary"), "feature 1, add_facility: the standard has no service"),
        (text(5).replace("open_street", "open_streat"), "do you mean `open_street`?"),
        ("{}".to_owned(), "FeatureCollection"),
        ("[".to_owned(), ""),
    ] {
        let (status, told) = ask(&server, "POST", all, body).await;
        assert!(status == 400 && told.contains(says), "{status}: {told}");
    }
    let huge = format!("{{\"features\":[],\"x\":\"{}\"}}", "a".repeat(1_100_000));
    assert_eq!(ask(&server, "POST", all, huge).await.0, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn units_are_the_library_s() {
    let client = Client::new();
    let ask = async |body: &str| {
        let request = Request::post("/api/v1/cities/small/units").header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let (head, body) = client.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (head.status.as_u16(), serde_json::from_slice::<Value>(&body).unwrap())
    };
    let (status, told) = ask(r#"{"count": 3, "tolerance": 0.5}"#).await;
    assert_eq!(status, 200, "{told}");
    let ready = ReadyCity::new(client.city.clone(), Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let own = find_units(&ready, &UnitsQuestion { tolerance: 0.5, ..UnitsQuestion::of(3) }, &(), &()).unwrap();
    let members: Vec<_> = own.units.iter().map(|unit| serde_json::json!(unit.members)).collect();
    assert_eq!(
        told["units"].as_array().unwrap().iter().map(|unit| unit["members"].clone()).collect::<Vec<_>>(),
        members
    );
    assert_eq!(told["areas"]["features"].as_array().unwrap().len(), 3);
    for (wrong, says) in [
        (r#"{"count": 0}"#, "`count`"),
        (r#"{"count": 1000}"#, "cannot be made"),
        (r#"{"count": 2, "tolerance": 1.5}"#, "shares"),
        (r#"{"count": 2, "seconds": 1000}"#, "`seconds`"),
        (r#"{"count": 2, "cells": 0.1}"#, "cells of 0.1 m"),
        (r#"{"count": 2, "centre": []}"#, "centre"),
    ] {
        let (status, told) = ask(wrong).await;
        assert_eq!(status, 400, "{wrong}: {told}");
        assert!(told["detail"].as_str().unwrap().contains(says), "{wrong}: {told}");
    }
}

//! The API asked as a client would, on the demo city; its numbers are the library's.
#![allow(clippy::unwrap_used)]

use std::io::Read;
use std::path::PathBuf;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use lifecircle::city::{self, City};
use lifecircle::measure::measure;
use lifecircle::network::Walker;
use lifecircle::output::Existing;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::summary::{life_circle, summarise};
use lifecircle::{demo, import};
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

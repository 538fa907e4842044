//! A small city with a desk, asked as over HTTP.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http_body_util::BodyExt;
use lifecircle::output::Existing;
use lifecircle::{city, demo, import};
use lifecircle_server::{DeskSettings, Server, Settings};
use serde_json::{Value, json};
use tower::ServiceExt;

pub const PASSWORD: &str = "correct horse battery";

pub struct World {
    router: Router,
    pub token: String,
    pub at: [f64; 2],
    pub directory: tempfile::TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{}", self.text))
    }
}

impl World {
    pub fn new() -> Self {
        let city = import::import(demo::generate(demo::Size::Small, 1), &()).unwrap();
        let at = city.homes.iter().find(|home| home.community.is_some()).map(|home| [home.at.x, home.at.y]).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("small.city");
        city::save(&city, &path, Existing::Refuse).unwrap();
        let server = Server::new(&Settings {
            cities: vec![path],
            keep_in: Some(directory.path().to_owned()),
            desk: Some(DeskSettings::default()),
            ..Settings::default()
        })
        .unwrap();
        Self { token: server.token().to_owned(), router: server.router(), at, directory }
    }

    pub async fn send(&self, method: &str, address: &str, heads: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(address);
        for (name, value) in heads {
            request = request.header(*name, *value);
        }
        let answer = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (head, body) = answer.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: head.status, headers: head.headers, text }
    }

    pub async fn desk(&self, method: &str, address: &str, cookie: &str, body: Value) -> Answer {
        let heads = [("content-type", "application/json"), ("cookie", cookie)];
        self.send(method, &format!("/api/v1/cities/small/desk{address}"), &heads, body.to_string()).await
    }

    pub async fn account(&self, name: &str, role: &str, unit: Option<&str>) -> String {
        let heads = [("content-type", "application/json"), ("authorization", &format!("Bearer {}", self.token)[..])];
        let body = json!({ "name": name, "shown": name, "role": role, "unit": unit, "password": PASSWORD });
        let made = self.send("PUT", "/api/v1/cities/small/desk/people", &heads, body.to_string()).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text);
        let signed = self.desk("POST", "/session", "", json!({ "name": name, "password": PASSWORD })).await;
        let cookie = signed.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }

    pub async fn ask(&self, category: &str) -> (i64, String) {
        let [lon, lat] = self.at;
        let new = json!({ "category": category, "at": { "lon": lon, "lat": lat }, "place": "3 号楼", "words": "说明", "contact": "13900000000" });
        let asked = self.desk("POST", "/requests", "", new).await;
        assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text);
        let asked = asked.json();
        (asked["number"].as_i64().unwrap(), asked["code"].as_str().unwrap().to_owned())
    }
}

/// A photo of one colour, in Base64.
pub fn photo(grey: u8) -> String {
    let mut out = std::io::Cursor::new(Vec::new());
    image::GrayImage::from_pixel(64, 48, image::Luma([grey])).write_to(&mut out, image::ImageFormat::Png).unwrap();
    BASE64.encode(out.into_inner())
}

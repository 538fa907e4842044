//! Who may ask what, by every role and at every address; Open311 in both forms; voices and plans.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use lifecircle_server::{Server, Settings};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::world::{PASSWORD, World, photo};

#[tokio::test(flavor = "multi_thread")]
async fn every_address_answers_each_role_what_it_may_see_and_nothing_else() {
    let world = World::new();
    let handler = world.account("handler", "handler", Some("heating_company")).await;
    let other = world.account("other", "handler", Some("housing")).await;
    let operator = world.account("operator", "operator", None).await;
    let supervisor = world.account("supervisor", "supervisor", None).await;
    let administrator = world.account("administrator", "administrator", None).await;
    let (number, code) = world.ask("heating").await;
    let note = json!({ "action": { "step": "note", "words": "x" } });
    let nobody = json!(null);
    let account = json!({ "name": "evil", "shown": "x", "role": "administrator", "unit": null, "password": PASSWORD });
    let photo = json!({ "photo": photo(40) });
    let own = json!({ "code": "0000-0000-0000" });
    let own_photo = json!({ "code": "0000-0000-0000", "photo": "AAAA" });
    let own_step = json!({ "code": "0000-0000-0000", "action": { "step": "urge" } });
    let plan = json!({ "scenario": "riverside", "service": "pocket_park" });
    let factor = json!({ "password": "another password", "new": null });
    let new = json!({ "category": "other", "place": "x", "words": "y" });
    let join = json!({ "at": { "lon": 0.0, "lat": 0.0 } });
    let bulk = json!({ "numbers": [], "action": { "step": "sign" } });
    let wrong = json!({ "name": "nobody", "password": PASSWORD });
    // Of addresses: nobody, the unit's handler, another unit's, an operator, a supervisor, an administrator.
    let list = json!({ "name": "a.csv", "content": BASE64.encode("category,words,place\nother,x,y\n") });
    let table: [(&str, &str, &Value, [u16; 6]); 35] = [
        ("GET", "", &nobody, [200, 200, 200, 200, 200, 200]),
        ("GET", "/similar?category=heating&lon=0&lat=0", &nobody, [200, 200, 200, 200, 200, 200]),
        ("GET", "/open-data/requests.csv", &nobody, [200, 200, 200, 200, 200, 200]),
        ("GET", "/requests", &nobody, [401, 200, 200, 200, 200, 403]),
        ("POST", "/requests", &new, [201, 201, 201, 201, 201, 201]),
        ("GET", "/requests/{number}", &nobody, [401, 200, 404, 200, 200, 404]),
        ("POST", "/requests/{number}/join", &join, [404, 404, 404, 404, 404, 404]),
        ("POST", "/requests/{number}/contacts", &nobody, [401, 200, 404, 200, 200, 403]),
        ("POST", "/requests/{number}/steps", &note, [401, 200, 404, 200, 200, 404]),
        ("POST", "/requests/{number}/photos", &photo, [401, 200, 404, 200, 200, 404]),
        ("GET", "/requests/{number}/photos/{photo}", &nobody, [401, 200, 404, 200, 200, 404]),
        ("GET", "/requests/{number}/stations", &nobody, [401, 200, 404, 200, 200, 404]),
        ("POST", "/requests/{number}/plan", &plan, [401, 403, 404, 200, 200, 404]),
        ("POST", "/steps", &bulk, [401, 200, 200, 200, 200, 200]),
        ("POST", "/tracking", &own, [404, 404, 404, 404, 404, 404]),
        ("POST", "/tracking/steps", &own_step, [404, 404, 404, 404, 404, 404]),
        ("POST", "/tracking/data", &own, [404, 404, 404, 404, 404, 404]),
        ("POST", "/tracking/forget", &own, [404, 404, 404, 404, 404, 404]),
        ("POST", "/tracking/photos", &own_photo, [404, 404, 404, 404, 404, 404]),
        ("POST", "/tracking/photos/{photo}", &own, [404, 404, 404, 404, 404, 404]),
        ("GET", "/counts", &nobody, [401, 200, 200, 200, 200, 403]),
        ("GET", "/measures?by=unit", &nobody, [401, 200, 200, 200, 200, 200]),
        ("GET", "/backlog", &nobody, [401, 200, 200, 200, 200, 200]),
        ("GET", "/repeats", &nobody, [401, 403, 403, 200, 200, 403]),
        ("GET", "/hot-spots", &nobody, [401, 403, 403, 200, 200, 403]),
        ("GET", "/voices", &nobody, [401, 200, 200, 200, 200, 200]),
        ("POST", "/lists", &list, [401, 403, 403, 403, 200, 403]),
        ("GET", "/people", &nobody, [401, 403, 403, 403, 403, 200]),
        ("PUT", "/people", &account, [401, 403, 403, 403, 403, 200]),
        ("DELETE", "/people/evil/sessions", &nobody, [401, 403, 403, 403, 403, 204]),
        ("DELETE", "/people/evil/second-factor", &nobody, [401, 403, 403, 403, 403, 204]),
        ("GET", "/session", &nobody, [200, 200, 200, 200, 200, 200]),
        ("POST", "/session", &wrong, [401, 401, 401, 401, 401, 401]),
        ("POST", "/session/new-second-factor", &nobody, [401, 200, 200, 200, 200, 200]),
        ("PUT", "/session/second-factor", &factor, [401, 403, 403, 403, 403, 403]),
    ];
    let visitors = ["", &handler, &other, &operator, &supervisor, &administrator];
    let added = world.desk("POST", "/tracking/photos", "", json!({ "code": code, "photo": photo["photo"] })).await;
    let number_of_photo = added.json()["photos"][0].as_i64().unwrap();
    for (method, address, body, expected) in table {
        let place = address.replace("{number}", &number.to_string()).replace("{photo}", &number_of_photo.to_string());
        for (cookie, expected) in visitors.iter().zip(expected) {
            let answer = world.desk(method, &place, cookie, body.clone()).await;
            assert_eq!(answer.status.as_u16(), expected, "{method} {place} as {cookie}: {}", answer.text);
        }
    }
    // No address of the desk is left out.
    let document = world.send("GET", "/api/openapi.json", &[], String::new()).await.json();
    let bare = |address: &str| address.split('?').next().unwrap().replace("/evil/", "/{name}/").replace(".csv", "");
    for (path, methods) in document["paths"].as_object().unwrap() {
        let Some(address) = path.strip_prefix("/api/v1/cities/{city}/desk") else { continue };
        let address = address.replace("/open-data/{file}", "/open-data/requests");
        for method in methods.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            let is_there =
                |row: &(&str, &str, &Value, [u16; 6])| row.0.eq_ignore_ascii_case(method) && bare(row.1) == address;
            let ends_sessions = method == "delete" && address == "/session";
            assert!(ends_sessions || table.iter().any(is_there), "{method} {address} is not in the table");
        }
    }
    // Another unit's list holds nothing of it, whatever it asks for.
    let listed = world.desk("GET", "/requests?unit=heating_company", &other, nobody.clone()).await.json();
    assert_eq!(listed["requests"].as_array().unwrap().len(), 0);
    let bulk = json!({ "numbers": [number], "action": { "step": "sign" } });
    let done = world.desk("POST", "/steps", &other, bulk).await.json();
    assert!(done[0]["problem"]["en"].as_str().unwrap().contains("no such request"));
    // A call is entered by those who take calls.
    let call = json!({ "category": "other", "place": "x", "words": "y", "by_telephone": true });
    for (cookie, expected) in [("", 401), (&handler, 403), (&operator, 201)] {
        assert_eq!(world.desk("POST", "/requests", cookie, call.clone()).await.status.as_u16(), expected);
    }
    // Whoever asked sees and does their own by the code, and nothing by a number.
    let tracked = world.desk("POST", "/tracking", "", json!({ "code": code })).await.json();
    assert_eq!(tracked["state"], "dispatched");
    assert!(!tracked.to_string().contains("13900000000"));
    for wrong in ["", "0000-0000-0000", &number.to_string()] {
        assert_eq!(world.desk("POST", "/tracking", "", json!({ "code": wrong })).await.status.as_u16(), 404);
    }
    for stolen in [json!({ "step": "close" }), json!({ "step": "sign" }), json!({ "step": "reply", "words": "x" })] {
        let body = json!({ "code": code, "action": stolen });
        assert_eq!(world.desk("POST", "/tracking/steps", "", body).await.status.as_u16(), 403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_does_nothing_in_the_name_of_whoever_is_signed_in() {
    let world = World::new();
    let operator = world.account("operator", "operator", None).await;
    let (number, _) = world.ask("other").await;
    let address = format!("/api/v1/cities/small/desk/requests/{number}/steps");
    let body = json!({ "action": { "step": "note", "words": "x" } }).to_string();
    let as_json = ("content-type", "application/json");
    for (site, expected) in [("cross-site", 403), ("same-site", 403), ("same-origin", 200)] {
        let heads = [as_json, ("cookie", &operator[..]), ("sec-fetch-site", site)];
        assert_eq!(world.send("POST", &address, &heads, body.clone()).await.status.as_u16(), expected, "{site}");
    }
    // What a form of another site can send is not read.
    let heads = [("content-type", "text/plain"), ("cookie", &operator[..])];
    assert_eq!(world.send("POST", &address, &heads, body).await.status.as_u16(), 400);
    // Behind a server that speaks HTTPS the session goes by nothing else.
    let heads = [as_json, ("x-forwarded-proto", "https")];
    let who = json!({ "name": "operator", "password": PASSWORD }).to_string();
    let signed = world.send("POST", "/api/v1/cities/small/desk/session", &heads, who).await;
    assert!(signed.headers[header::SET_COOKIE].to_str().unwrap().ends_with("; Secure"));
    // Signing out ends the session on the server, not only in the browser.
    assert_eq!(world.desk("DELETE", "/session", &operator, Value::Null).await.status.as_u16(), 204);
    assert_eq!(world.desk("GET", "/requests", &operator, Value::Null).await.status.as_u16(), 401);
    // A server without a desk says so.
    let directory = tempfile::tempdir().unwrap();
    let none = Server::new(&Settings { keep_in: Some(directory.path().to_owned()), ..Settings::default() }).unwrap();
    let asked = Request::get("/api/v1/cities/x/desk").body(Body::empty()).unwrap();
    let answer = none.router().oneshot(asked).await.unwrap();
    assert_eq!(answer.status().as_u16(), 404);
    assert!(!directory.path().join("desk").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn open311_answers_in_both_forms_and_publishes_nothing_personal() {
    let world = World::new();
    let get = async |address: &str| world.send("GET", &format!("/open311/{address}"), &[], String::new()).await;
    let discovery = get("discovery.json").await.json();
    assert!(discovery["endpoints"][0]["url"].as_str().unwrap().ends_with("/open311/v2"));
    let services = get("v2/services.json").await.json();
    assert_eq!(services[0]["service_code"], "heating");
    assert_eq!(services[0]["metadata"], true);
    let definition = get("v2/services/noise.xml").await;
    assert!(
        definition.text.contains("<datatype>singlevaluelist</datatype>") && definition.text.contains("<key>site</key>")
    );

    let [lon, lat] = world.at;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let body = format!(
        "service_code=noise&lat={lat}&long={lon}&description=loud+%26+late&attribute%5Bsource%5D=site&phone=139&first_name=A&last_name=B"
    );
    let posted = world.send("POST", "/open311/v2/requests.json", &[form], body.clone()).await;
    assert_eq!(posted.status, StatusCode::CREATED, "{}", posted.text);
    let posted = posted.json();
    let id = posted[0]["service_request_id"].as_str().unwrap().to_owned();
    assert!(posted[0]["service_notice"].as_str().unwrap().contains("code"));
    let one = get(&format!("v2/requests/{id}.json")).await.json();
    assert_eq!((one[0]["status"].as_str(), one[0]["service_code"].as_str()), (Some("open"), Some("noise")));
    assert!(one[0]["description"].is_null(), "what nobody said is public is not published");
    assert!((one[0]["lat"].as_f64().unwrap() - lat).abs() <= 0.0005 && one[0]["lat"].as_f64().unwrap() != lat);
    let xml = get("v2/requests.xml?status=open&service_code=noise").await;
    assert!(
        xml.text.starts_with("<?xml") && xml.text.contains(&format!("<service_request_id>{id}</service_request_id>"))
    );
    assert!(!xml.text.contains("139") || !xml.text.contains("loud"));
    assert_eq!(get("v2/requests.json?status=closed").await.json().as_array().unwrap().len(), 0);
    assert_eq!(get("v2/requests.json?end_date=2001-01-01T00:00:00Z").await.json().as_array().unwrap().len(), 0);
    assert_eq!(get(&format!("v2/tokens/{id}.json")).await.json()[0]["token"], id.as_str());

    let wrong = world.send("POST", "/open311/v2/requests.xml", &[form], body.replace("noise", "nothing")).await;
    assert_eq!(wrong.status.as_u16(), 400);
    assert!(wrong.text.contains("<errors><error><code>400</code>"), "{}", wrong.text);
    assert_eq!(get("v2/requests/999.json").await.status.as_u16(), 404);
    assert_eq!(get("v2/requests.json?start_date=yesterday").await.status.as_u16(), 400);
    assert_eq!(get("v2/services").await.status.as_u16(), 404);
    assert_eq!(get("v2/requests.json?jurisdiction_id=nowhere").await.status.as_u16(), 404);
    // With a photo, in the other form; what is no photo does not keep the request from being taken.
    let part = |name: &str, text: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{text}\r\n");
    for (photo, says) in [(BASE64.decode(photo(1)).unwrap(), None), (b"<script>".to_vec(), Some("no photo"))] {
        let fields = part("service_code", "\r\n\r\nother") + &part("description", "\r\n\r\nwith a photo");
        let fields = fields + &part("address_string", "\r\n\r\n3");
        let file = "; filename=\"../../evil<script>.php\"\r\nContent-Type: text/html\r\n\r\n";
        let mut body = (fields + part("media", file).trim_end()).into_bytes();
        body.extend(b"\r\n\r\n");
        body.extend(&photo);
        body.extend(b"\r\n--x--\r\n");
        let heads = [("content-type", "multipart/form-data; boundary=x")];
        let posted = world.send("POST", "/open311/v2/requests.json", &heads, body).await;
        assert_eq!(posted.status.as_u16(), 201, "{}", posted.text);
        let notice = posted.json()[0]["service_notice"].as_str().unwrap().to_owned();
        let code = notice.split("code ").nth(1).unwrap().get(..14).unwrap();
        let tracked = world.desk("POST", "/tracking", "", json!({ "code": code })).await.json();
        assert_eq!(tracked["photos"].as_array().unwrap().len(), usize::from(says.is_none()));
        assert!(says.is_none_or(|says| notice.contains(says)), "{notice}");
    }
    for kind in ["text/plain", "multipart/form-data", "application/json"] {
        let answer = world.send("POST", "/open311/v2/requests.json", &[("content-type", kind)], "x".to_owned()).await;
        assert!(matches!(answer.status.as_u16(), 400 | 415), "{kind}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn voices_stand_beside_the_gaps_that_were_measured() {
    let world = World::new();
    let supervisor = world.account("supervisor", "supervisor", None).await;
    let [lon, lat] = world.at;
    for words in ["附近没有公厕", "缺少公厕", "希望建公厕"] {
        let new = json!({ "category": "build", "at": { "lon": lon, "lat": lat }, "words": words, "answers": { "what": words } });
        assert_eq!(world.desk("POST", "/requests", "", new).await.status.as_u16(), 201);
    }
    let told = world.desk("GET", "/voices", &supervisor, Value::Null).await.json();
    let services = told["services"].as_array().unwrap();
    let toilets = services.iter().find(|one| one["service"] == "public_toilet").unwrap();
    assert_eq!(toilets["voices"], 3);
    let gaps = "/api/v1/cities/small/gaps?service=public_toilet&limit=1000";
    let gaps = world.send("GET", gaps, &[], String::new()).await.json();
    let without = |community: &Value| {
        let gap = gaps["gaps"].as_array().unwrap().iter().find(|gap| gap["community"] == *community);
        gap.map_or(0.0, |gap| gap["residents_without"].as_f64().unwrap())
    };
    let rows = toilets["communities"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["lacking"].as_f64().unwrap() > 0.0));
    for row in rows {
        assert!((row["lacking"].as_f64().unwrap() - without(&row["community"])).abs() < 1e-6, "{row}");
        let (residents, voices) = (row["residents"].as_f64().unwrap(), row["voices"].as_f64().unwrap());
        assert!((row["per_thousand"].as_f64().unwrap() - voices / residents * 1000.0).abs() < 1e-9);
    }
    let heard: Vec<&Value> = rows.iter().filter(|row| row["voices"].as_i64().unwrap() > 0).collect();
    assert_eq!((heard.len(), heard[0]["voices"].as_i64()), (1, Some(3)));
    let many = heard[0]["lacking"].as_f64().unwrap() / heard[0]["residents"].as_f64().unwrap() >= 0.25;
    assert_eq!(heard[0]["kind"], if many { "heard" } else { "loud" });
}

#[tokio::test(flavor = "multi_thread")]
async fn stations_of_the_map_are_units_and_the_nearest_on_foot_is_told() {
    let world = World::new();
    let operator = world.account("operator", "operator", None).await;
    let about = world.desk("GET", "", "", Value::Null).await.json();
    let units = about["units"].as_array().unwrap();
    let stations: Vec<&Value> = units.iter().filter(|unit| unit["kind"] == "station").collect();
    assert!(!stations.is_empty() && stations.iter().all(|unit| unit["at"]["lon"].is_f64() && unit["area"].is_string()));
    // Asked at a station's very door.
    let new = json!({ "category": "other", "at": stations[0]["at"], "words": "x" });
    let number = world.desk("POST", "/requests", "", new).await.json()["number"].as_i64().unwrap();
    let told = world.desk("GET", &format!("/requests/{number}/stations"), &operator, Value::Null).await.json();
    let nearest = told["nearest"].as_array().unwrap();
    assert_eq!((&nearest[0]["unit"], nearest[0]["seconds"].as_f64()), (&stations[0]["id"], Some(0.0)));
    let seconds: Vec<f64> = nearest.iter().map(|one| one["seconds"].as_f64().unwrap()).collect();
    assert!(seconds.is_sorted() && seconds.len() <= 3);
    assert!(told["in_charge"].as_array().unwrap().contains(&stations[0]["id"]), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_becomes_an_edit_of_a_scenario_and_keeps_others_edits() {
    let world = World::new();
    let operator = world.account("operator", "operator", None).await;
    let (first, code) = world.ask("other").await;
    let plan =
        async |number: i64, body: Value| world.desk("POST", &format!("/requests/{number}/plan"), &operator, body).await;
    let body = json!({ "scenario": "riverside", "service": "pocket_park", "words": "明年开工" });
    assert_eq!(plan(first, body.clone()).await.status.as_u16(), 200);
    let (second, _) = world.ask("other").await;
    assert_eq!(plan(second, json!({ "scenario": "riverside", "service": null })).await.status.as_u16(), 200);
    // The same once more replaces its own edit.
    assert_eq!(plan(first, body).await.status.as_u16(), 200);
    let scenario = world.send("GET", "/api/v1/cities/small/scenarios/riverside", &[], String::new()).await.json();
    let edits: Vec<&Value> =
        scenario["features"].as_array().unwrap().iter().map(|one| &one["properties"]["edit"]).collect();
    assert_eq!(edits, ["open_gate", "add_facility"]);
    let tracked = world.desk("POST", "/tracking", "", json!({ "code": code })).await.json();
    assert_eq!(tracked["planned"], true);
    assert!(tracked["steps"].to_string().contains("明年开工"));
    for wrong in [
        json!({ "scenario": "../evil" }),
        json!({ "scenario": "" }),
        json!({ "scenario": "riverside", "service": "no such" }),
    ] {
        let answer = plan(second, wrong.clone()).await;
        assert!(matches!(answer.status.as_u16(), 400 | 404), "{wrong}: {}", answer.text);
    }
}

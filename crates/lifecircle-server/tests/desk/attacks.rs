//! The OWASP Top Ten (2021), tried one by one. Access by every role at every address (A01) is in `rights`; entries that are changed behind the
//! desk's back (A08) in the desk's own tests; components (A06) are looked at by cargo-deny.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::world::{PASSWORD, World, photo};

/// Texts that have undone other programs.
const EVIL: [&str; 8] = [
    "'; DROP TABLE requests; --",
    "\" OR 1=1 --",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "../../../../etc/passwd",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "\u{0}\u{1b}[31m\u{202e}",
    "=HYPERLINK(\"http://evil\",\"x\")",
    "%s%n%x",
];

/// A02: nothing that people wrote, no contact, photo, password, secret or code stands readable in what is kept.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_sealed() {
    let world = World::new();
    let operator = world.account("operator", "operator", None).await;
    let new = json!({ "category": "other", "place": "幸福里 3 号楼 502", "words": "父亲住院需要帮助", "contact": "13912345678", "key": "0123456789abcdef-secret" });
    let asked = world.desk("POST", "/requests", "", new).await.json();
    let code = asked["code"].as_str().unwrap().to_owned();
    let number = asked["number"].as_i64().unwrap();
    world.desk("POST", "/tracking/photos", "", json!({ "code": code, "photo": photo(9) })).await;
    let note = json!({ "action": { "step": "note", "words": "邻居王某反映" } });
    world.desk("POST", &format!("/requests/{number}/steps"), &operator, note).await;
    let secret = world.desk("POST", "/session/new-second-factor", &operator, Value::Null).await.json();
    let session = operator.split('=').nth(1).unwrap();
    let seen = world.desk("GET", &format!("/requests/{number}"), &operator, Value::Null).await.json();
    let shown = format!("/requests/{number}/photos/{}", seen["photos"][0]);
    let jpeg = world.desk("GET", &shown, &operator, Value::Null).await;
    assert_eq!(jpeg.headers["content-type"], "image/jpeg");

    let mut looked = 0;
    for entry in std::fs::read_dir(world.directory.path().join("desk/small")).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("desk.key") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        looked += bytes.len();
        let plain = code.replace('-', "");
        let secrets = [
            "13912345678",
            "幸福里",
            "父亲住院",
            "邻居王某",
            PASSWORD,
            &code,
            &plain,
            session,
            "0123456789abcdef-secret",
        ];
        for secret in secrets.iter().copied().chain(secret["secret"].as_str()) {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} in {path:?}");
        }
        assert!(!bytes.windows(4).any(|window| window == b"JFIF"), "a photo stands open in {path:?}");
    }
    assert!(looked > 50_000, "the database was looked at");
}

/// A03: texts of any kind are kept as they are, and change nothing else; they come back as data, never as a page.
#[tokio::test(flavor = "multi_thread")]
async fn texts_are_texts() {
    let world = World::new();
    let operator = world.account("operator", "operator", None).await;
    for evil in EVIL {
        let new = json!({ "category": "other", "place": evil, "words": evil, "contact": evil, "is_public": true });
        let asked = world.desk("POST", "/requests", "", new).await;
        assert_eq!(asked.status.as_u16(), 201, "{evil:?}: {}", asked.text);
        let (number, code) = (asked.json()["number"].as_i64().unwrap(), asked.json()["code"].clone());
        let whole = world.desk("GET", &format!("/requests/{number}"), &operator, Value::Null).await;
        assert_eq!(whole.json()["entries"][0]["words"], evil.trim());
        assert_eq!(whole.json()["place"], evil.trim());
        for answer in [&whole, &world.desk("POST", "/tracking", "", json!({ "code": code })).await] {
            assert!(answer.headers["content-type"].to_str().unwrap().starts_with("application/json"));
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        }
        let xml = world.send("GET", &format!("/open311/v2/requests/{number}.xml"), &[], String::new()).await;
        assert!(!xml.text.contains("<script") && !xml.text.contains("<img"), "{}", xml.text);
        for (method, address, body) in [
            (
                "POST",
                "/steps".to_owned(),
                json!({ "numbers": [number], "action": { "step": "dispatch", "unit": evil } }),
            ),
            ("POST", format!("/requests/{number}/plan"), json!({ "scenario": evil, "service": evil })),
            ("POST", "/tracking".to_owned(), json!({ "code": evil })),
            ("POST", "/session".to_owned(), json!({ "name": evil, "password": evil })),
            ("PUT", "/people".to_owned(), json!({ "name": evil, "shown": evil, "role": evil })),
            ("POST", "/requests".to_owned(), json!({ "category": evil, "place": "x", "words": "y" })),
            (
                "POST",
                "/requests".to_owned(),
                json!({ "category": "other", "place": "x", "words": "y", "answers": { evil: evil } }),
            ),
        ] {
            let answer = world.desk(method, &address, &operator, body).await;
            assert!(answer.status.as_u16() < 500, "{method} {address} {evil:?}: {}", answer.text);
        }
        let encoded: String = evil.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for name in
            ["unit", "category", "community", "after", "bbox", "state", "numbers", "of_unit", "counted", "limit"]
        {
            let answer = world.desk("GET", &format!("/requests?{name}={encoded}"), &operator, Value::Null).await;
            assert!(answer.status.as_u16() < 500, "{name}={evil:?}: {}", answer.text);
        }
        for address in ["/hot-spots?category=", "/open-data/", "/measures?by="] {
            let answer = world.desk("GET", &format!("{address}{encoded}"), &operator, Value::Null).await;
            assert!(answer.status.as_u16() < 500, "{address}{evil:?}: {}", answer.text);
        }
    }
    // Everything is still there.
    let listed = world.desk("GET", "/requests", &operator, Value::Null).await.json();
    assert_eq!(listed["requests"].as_array().unwrap().len(), EVIL.len());
    // A table that is opened by a spreadsheet runs nothing.
    let csv = world.desk("GET", "/open-data/requests.csv", "", Value::Null).await;
    assert!(csv.text.contains("\"'=HYPERLINK"), "{}", csv.text);
    assert!(![",=", ",\"=", ",@", ",+"].iter().any(|formula| csv.text.contains(formula)), "{}", csv.text);
}

/// A04: codes cannot be counted through, and what is asked in vain looks all the same.
#[tokio::test(flavor = "multi_thread")]
async fn codes_cannot_be_guessed() {
    let world = World::new();
    let codes: Vec<String> = {
        let mut codes = Vec::new();
        for _ in 0..40 {
            codes.push(world.ask("other").await.1.replace('-', ""));
        }
        codes
    };
    // Sixty bits, drawn at random: no sign of one follows from that of another.
    for place in 0..12 {
        let mut signs: Vec<u8> = codes.iter().map(|code| code.as_bytes()[place]).collect();
        signs.sort_unstable();
        signs.dedup();
        assert!(signs.len() >= 12, "the {place}th sign is one of {}", signs.len());
    }
    let mut told = std::collections::BTreeSet::new();
    for wrong in ["0000-0000-0000", "", "1", &codes[0][..11], &format!("{}0", codes[0]), "'", "🦀"] {
        let answer = world.desk("POST", "/tracking", "", json!({ "code": wrong })).await;
        told.insert((answer.status.as_u16(), answer.json()["detail"].to_string()));
    }
    assert_eq!(told.len(), 1, "{told:?}");
    // What is written in small letters or without strokes is the same code.
    let kind = world.desk("POST", "/tracking", "", json!({ "code": codes[0].to_lowercase() })).await;
    assert_eq!(kind.status.as_u16(), 200);
}

/// A05: every answer carries what keeps a browser from doing more with it than it should.
#[tokio::test(flavor = "multi_thread")]
async fn answers_tell_browsers_what_they_may() {
    let world = World::new();
    for address in [
        "/desk",
        "/ask",
        "/",
        "/api/v1/cities/small/desk",
        "/api/v1/cities/small/desk/requests",
        "/open311/discovery.json",
        "/nothing",
    ] {
        let answer = world.send("GET", address, &[], String::new()).await;
        let head =
            |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        assert_eq!(head("x-content-type-options"), "nosniff", "{address}");
        let policy = head("content-security-policy");
        assert!(policy.contains("default-src") && !policy.contains("unsafe-eval"), "{address}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{address}: {policy}");
        assert!(!head("server").contains('/'), "{address}");
        assert!(head("access-control-allow-origin").is_empty(), "{address}");
    }
}

/// A07: a session is made anew when somebody signs in, ends with a changed password, and is nobody's who only names it; passwords are not tried
/// without end.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_cannot_be_planted_nor_passwords_tried() {
    let world = World::new();
    let first = world.account("operator", "operator", None).await;
    // What somebody planted before is not the session afterwards.
    let planted = "lifecircle_desk=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let signed = world.desk("POST", "/session", planted, json!({ "name": "operator", "password": PASSWORD })).await;
    let second = signed.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(second != planted && second != first);
    assert_eq!(world.desk("GET", "/requests", planted, Value::Null).await.status.as_u16(), 401);
    assert_eq!(world.desk("GET", "/requests", &first, Value::Null).await.status.as_u16(), 200);
    // Another city's desk, or none, is not opened by it.
    for address in ["/api/v1/cities/other/desk/requests", "/api/v1/cities/small~x/desk/requests"] {
        let answer = world.send("GET", address, &[("cookie", &first[..])], String::new()).await;
        assert!(matches!(answer.status.as_u16(), 400 | 401 | 404), "{address}: {}", answer.text);
    }
    // A password that is changed ends what was opened with the old one.
    world.account("operator", "operator", None).await;
    for cookie in [&first, &second] {
        assert_eq!(world.desk("GET", "/requests", cookie, Value::Null).await.status.as_u16(), 401);
    }
    // After some wrong ones even the right one opens nothing for a while; nobody learns which names there are.
    let mut told = std::collections::BTreeSet::new();
    for name in ["operator", "nobody"] {
        for _ in 0..6 {
            let answer =
                world.desk("POST", "/session", "", json!({ "name": name, "password": "a wrong password" })).await;
            told.insert((answer.status.as_u16(), answer.json()["detail"].to_string()));
        }
    }
    assert_eq!(told.len(), 1, "{told:?}");
    let right = world.desk("POST", "/session", "", json!({ "name": "operator", "password": PASSWORD })).await;
    assert_eq!(right.status.as_u16(), 401);
}

/// A08: what is uploaded is a picture or nothing, whatever it says it is; large and deep things are refused before they take memory.
#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_pictures_or_nothing() {
    let world = World::new();
    let (_, code) = world.ask("other").await;
    let bomb = {
        let mut png = BASE64.decode(photo(0)).unwrap();
        for at in [16, 20] {
            png[at..at + 4].copy_from_slice(&50_000_u32.to_be_bytes());
        }
        png
    };
    let page = b"<html><script>alert(1)</script></html>".to_vec();
    let both = [BASE64.decode(photo(0)).unwrap(), page.clone()].concat();
    let zip = [&b"PK\x03\x04"[..], &[0; 400]].concat();
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#.to_vec();
    for (name, bytes) in [("page", &page), ("bomb", &bomb), ("zip", &zip), ("svg", &svg), ("nothing", &Vec::new())] {
        let body = json!({ "code": code, "photo": BASE64.encode(bytes) });
        let answer = world.desk("POST", "/tracking/photos", "", body).await;
        assert_eq!(answer.status.as_u16(), 400, "{name}: {}", answer.text);
    }
    // A picture with a page behind it is a picture.
    let body = json!({ "code": code, "photo": BASE64.encode(both) });
    let added = world.desk("POST", "/tracking/photos", "", body).await.json();
    let shown =
        world.desk("POST", &format!("/tracking/photos/{}", added["photos"][0]), "", json!({ "code": code })).await;
    assert!(!shown.text.contains("script"));
    assert_eq!(shown.headers["content-type"], "image/jpeg");
    assert!(shown.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    assert_eq!(shown.headers["cache-control"], "private, no-store");

    let huge = "A".repeat(20 << 20);
    let answer = world.desk("POST", "/tracking/photos", "", json!({ "code": code, "photo": huge })).await;
    assert_eq!(answer.status.as_u16(), 413);
    let new = json!({ "category": "other", "place": "x", "words": huge });
    assert_eq!(world.desk("POST", "/requests", "", new).await.status.as_u16(), 413);
    let deep = "[".repeat(100_000);
    let heads = [("content-type", "application/json")];
    let answer = world.send("POST", "/api/v1/cities/small/desk/requests", &heads, deep).await;
    assert_eq!(answer.status.as_u16(), 400);
    // The same by Open311: a large field, very many fields, a file without end.
    let multipart = [("content-type", "multipart/form-data; boundary=x")];
    let field =
        |name: &str, text: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
    let many: String = (0..5_000).map(|number| field(&format!("f{number}"), "1")).collect();
    for body in [field("description", &"A".repeat(200 << 10)), many, field("media", &"A".repeat(20 << 20))] {
        let answer = world.send("POST", "/open311/v2/requests.json", &multipart, body + "--x--\r\n").await;
        assert!(matches!(answer.status.as_u16(), 400 | 413), "{}", answer.text);
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer =
        world.send("POST", "/open311/v2/requests.json", &form, "description=".to_owned() + &"A".repeat(2 << 20)).await;
    assert_eq!(answer.status.as_u16(), 400);
}

/// A09: whoever looks at a contact, changes an account or ends a session is written down, and nothing of it can be taken back unseen.
#[tokio::test(flavor = "multi_thread")]
async fn what_staff_do_is_written_down() {
    let world = World::new();
    let operator = world.account("operator", "operator", None).await;
    let (number, _) = world.ask("other").await;
    world.desk("POST", &format!("/requests/{number}/contacts"), &operator, Value::Null).await;
    let whole = world.desk("GET", &format!("/requests/{number}"), &operator, Value::Null).await.json();
    let last = whole["entries"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["done"]["what"], &last["who"]["role"]), (&json!("contact_read"), &json!("operator")));
    let database = rusqlite::Connection::open(world.directory.path().join("desk/small/desk.sqlite")).unwrap();
    let entries = |what: &str| -> i64 {
        database
            .query_row("SELECT count(*) FROM entries WHERE done LIKE ?1", [format!("%{what}%")], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(entries("account_kept"), 1);
    let heads = [("authorization", &format!("Bearer {}", world.token)[..])];
    world.send("DELETE", "/api/v1/cities/small/desk/people/operator/sessions", &heads, String::new()).await;
    assert_eq!(entries("sessions_ended"), 1);
    assert!(database.execute("UPDATE entries SET who = 'nobody'", []).is_err());
    assert!(database.execute("DELETE FROM entries", []).is_err());
}

/// A10: an address that is sent is never asked for.
#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_not_fetched() {
    let world = World::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("http://{}/photo.jpg", listener.local_addr().unwrap());
    let body = format!(
        "service_code=other&address_string=x&description=y&media_url={}",
        address.replace(':', "%3A").replace('/', "%2F")
    );
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(world.send("POST", "/open311/v2/requests.json", &form, body).await.status.as_u16(), 201);
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

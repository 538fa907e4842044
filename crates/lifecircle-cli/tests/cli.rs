//! The command as people use it: what it prints, what it writes, how it fails.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{demo, fail, json, listing, run, succeed};

#[test]
fn the_demo_prints_its_circles() {
    let directory = tempfile::tempdir().unwrap();
    insta::assert_snapshot!("demo_en", succeed(directory.path(), &["demo", "--small", "--no-desk", "-o", "out"]));
    insta::assert_snapshot!(
        "demo_zh",
        succeed(directory.path(), &["demo", "--small", "--no-desk", "-o", "out", "--force", "--lang", "zh"])
    );
    let out = directory.path().join("out");
    for file in
        ["demo.city/city.toml", "homes.parquet", "homes.geojson", "communities.parquet", "summary.json", "report.html"]
    {
        assert!(out.join(file).is_file(), "{file}");
    }
}

#[test]
fn the_demo_fills_a_desk_and_leaves_one_that_is_there() {
    let directory = tempfile::tempdir().unwrap();
    succeed(directory.path(), &["demo", "--small", "-o", "out"]);
    let desk = directory.path().join("out-desk/desk/demo");
    let checked = json(&succeed(directory.path(), &["desk", "check", "out-desk/desk/demo", "--json"]));
    assert!(checked["requests"].as_i64().unwrap() > 1_000 && checked["wrong"] == 0, "{checked}");
    let key = std::fs::read(desk.join("desk.key")).unwrap();
    succeed(directory.path(), &["demo", "--small", "-o", "out", "--force"]);
    assert_eq!(std::fs::read(desk.join("desk.key")).unwrap(), key, "the desk goes on living");
    let other = succeed(directory.path(), &["demo", "--small", "--seed", "2", "-o", "out", "--force"]);
    assert!(other.contains("is of another city") && !other.contains("serve"), "{other}");
}

#[test]
fn help_and_lists() {
    let directory = tempfile::tempdir().unwrap();
    insta::assert_snapshot!("help", succeed(directory.path(), &["--help"]));
    insta::assert_snapshot!("standards", succeed(directory.path(), &["standards", "list"]));
    insta::assert_snapshot!("standard", succeed(directory.path(), &["standards", "check", "wuhai-8"]));
    let walkers = json(&succeed(directory.path(), &["walkers", "--json"]));
    assert_eq!(walkers[0]["speed"], 1.11);
    for command in [
        "demo",
        "import",
        "measure",
        "evaluate",
        "report",
        "plan",
        "export",
        "facilities",
        "standards",
        "walkers",
        "schema",
        "completions",
    ] {
        assert!(succeed(directory.path(), &[command, "--help"]).contains("Example"), "{command} has no examples");
    }
    assert!(succeed(directory.path(), &["completions", "bash"]).contains("lifecircle"));
}

#[test]
fn json_says_what_the_files_say() {
    let directory = demo();
    let printed = json(&succeed(directory.path(), &["measure", "out/demo.city", "-o", "again", "--json"]));
    let file = |path: &str| json(&std::fs::read_to_string(directory.path().join(path)).unwrap());
    assert_eq!(printed, file("again/summary.json"));
    assert_eq!(printed, file("out/summary.json"), "a city from disk measures like the one in memory");
    let pharmacy = &printed["circles"]["health"]["services"]["pharmacy"];
    assert!(
        pharmacy["coverage"]["homes"].as_f64().unwrap() > 0.1
            && pharmacy["coverage"]["residents"].as_f64().unwrap() > 0.1
    );
    assert_eq!(printed["circles"].as_object().unwrap().len(), 8);
    assert_eq!(printed["communities"].as_array().unwrap().len(), 6);
    assert_eq!(printed["residents"].as_f64().unwrap().round(), 38_000.0);
    let homes = file("again/homes.geojson");
    let shared: f64 =
        homes["features"].as_array().unwrap().iter().map(|f| f["properties"]["residents"].as_f64().unwrap()).sum();
    assert!((shared - 38_000.0).abs() < 1e-6);
    let covered: f64 = homes["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["properties"]["pharmacy_s"].as_f64().is_some_and(|s| s <= 480.0))
        .map(|f| f["properties"]["residents"].as_f64().unwrap())
        .sum();
    assert!((covered / shared - pharmacy["coverage"]["residents"].as_f64().unwrap()).abs() < 1e-9);
}

#[test]
fn all_standards_and_walkers_at_once() {
    let directory = demo();
    let printed = succeed(
        directory.path(),
        &[
            "measure",
            "out/demo.city",
            "--standard",
            "all",
            "--walker",
            "adult,wheelchair",
            "-o",
            "all",
            "--format",
            "csv",
        ],
    );
    insta::assert_snapshot!("all_standards", printed);
    let directories: Vec<PathBuf> = listing(&directory.path().join("all"));
    assert_eq!(directories.len(), 25, "twenty-four and the list of what was written");
    for path in directories.into_iter().filter(|path| path.is_dir()) {
        assert!(path.join("homes.csv").is_file() && path.join("summary.json").is_file(), "{}", path.display());
    }
    // Measured together it is what it is alone.
    let together = std::fs::read_to_string(directory.path().join("all/moreno-6-wheelchair/summary.json")).unwrap();
    let alone = succeed(
        directory.path(),
        &["measure", "out/demo.city", "--standard", "moreno-6", "--walker", "wheelchair", "--json"],
    );
    assert_eq!(together, alone);
}

#[test]
fn own_standards_and_walkers() {
    let directory = demo();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    let standard = succeed(directory.path(), &["standards", "show", "moreno-6"]);
    write("mine.toml", &standard.replace("minutes = 15", "metres = 400").replace("moreno-6", "mine"));
    insta::assert_snapshot!("own_standard", succeed(directory.path(), &["standards", "check", "mine.toml"]));
    let walker = succeed(directory.path(), &["walkers", "show", "wheelchair"]);
    write("slow.toml", &walker.replace("speed = 0.83", "speed = 0.4").replace("\"wheelchair\"", "\"slow\""));
    let summary = json(&succeed(
        directory.path(),
        &["measure", "out/demo.city", "--standard", "mine.toml", "--walker", "slow.toml", "--json"],
    ));
    assert_eq!((summary["standard"].as_str(), summary["walker"].as_str()), (Some("mine 1"), Some("slow")));
    let groceries = &summary["circles"]["commerce"]["services"]["groceries"];
    assert_eq!(groceries["threshold_metres"], 400.0);
    assert!(groceries.get("threshold_seconds").is_none());
    write("twin.toml", &standard);
    let error = fail(directory.path(), &["measure", "out/demo.city", "--standard", "moreno-6,twin.toml"]);
    assert!(error.contains("two standards are called \"moreno-6\""), "{error}");
    write("wrong.toml", &standard.replacen("circle = \"working\"", "circle = \"wrking\"", 1));
    let error = fail(directory.path(), &["standards", "check", "wrong.toml"]);
    assert!(error.starts_with("error: wrong.toml: line ") && error.contains("`circle`"), "{error}");
    write("wrong.toml", &walker.replacen("speed = 0.83", "speed = 83", 1));
    let error = fail(directory.path(), &["measure", "out/demo.city", "--walker", "wrong.toml"]);
    assert!(error.starts_with("error: wrong.toml: line 5, `speed`"), "{error}");
}

#[test]
fn lists_are_merged_told_and_taken_back() {
    let directory = tempfile::tempdir().unwrap();
    let map = r#"<osm version="0.6">
        <node id="1" lat="39.66" lon="106.80"/><node id="2" lat="39.66" lon="106.81"/>
        <node id="3" lat="39.6601" lon="106.802"><tag k="amenity" v="pharmacy"/><tag k="name" v="国大药房"/></node>
        <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>"#;
    std::fs::write(directory.path().join("a.osm"), map).unwrap();
    let list = "id,name,kind,lon,lat,capacity\n1,国大药房（新华街店）,药店,106.8025,39.6601,3\n2,滨河幼儿园,幼儿园,106.805,39.66,270\n3,老张,算命馆,106.805,39.66,\n";
    std::fs::write(directory.path().join("list.csv"), list).unwrap();
    let printed = succeed(directory.path(), &["import", "a.osm", "-o", "a.city", "--facilities", "list.csv"]);
    insta::assert_snapshot!("import_with_a_list", printed);
    insta::assert_snapshot!("facilities", succeed(directory.path(), &["facilities", "a.city"]));
    insta::assert_snapshot!("merges", succeed(directory.path(), &["facilities", "a.city", "--merges"]));
    let count = |city: &str| {
        let told = json(&succeed(directory.path(), &["facilities", city, "--json"]));
        (told["facilities"].as_u64().unwrap(), told["merged"].as_u64().unwrap())
    };
    assert_eq!(count("a.city"), (3, 1));
    assert!(fail(directory.path(), &["facilities", "a.city", "--undo", "list:7"]).contains("no entry \"list:7\""));
    succeed(directory.path(), &["facilities", "a.city", "--undo", "list:1"]);
    assert_eq!(count("a.city"), (4, 0));
    succeed(directory.path(), &["import", "a.osm", "-o", "b.city", "--facilities", "list.csv", "--no-merge"]);
    assert_eq!(count("b.city"), (4, 0));
    let changes = json(&succeed(directory.path(), &["measure", "b.city", "--compare", "a.city", "--json"]));
    assert!(changes["facilities"].as_array().unwrap().is_empty(), "{changes}");
}

#[test]
fn changes_between_two_years() {
    let directory = demo();
    succeed(directory.path(), &["demo", "--small", "--no-desk", "--seed", "2", "-o", "later"]);
    let printed = succeed(
        directory.path(),
        &["measure", "later/demo.city", "--compare", "out/demo.city", "-o", "changes", "--format", "geojson"],
    );
    assert!(printed.contains("Residents gained"), "{printed}");
    let file = std::fs::read_to_string(directory.path().join("changes/changes.json")).unwrap();
    assert_eq!(json(&file)["format"], 1);
    assert!(directory.path().join("changes/facility_changes.geojson").is_file());
    succeed(directory.path(), &["report", "later/demo.city", "--compare", "out/demo.city", "-o", "changes.html"]);
    let page = std::fs::read_to_string(directory.path().join("changes.html")).unwrap();
    assert!(page.contains("What changed") && page.contains("class=\"change opened\""));
    let none = succeed(directory.path(), &["measure", "out/demo.city", "--compare", "out/demo.city"]);
    assert!(none.contains("Nothing changed."), "{none}");
}

#[test]
fn plans_are_told_and_written_with_their_proofs() {
    let directory = demo();
    let sites = ["plan", "sites", "out/demo.city", "--service", "pocket_park", "--count", "3"];
    let say = |more: &[&str]| succeed(directory.path(), &[&sites[..], more].concat());
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d+\.\d+ (s|秒)", "S $1");
    settings.bind(|| {
        insta::assert_snapshot!("plan_sites_en", say(&[]));
        insta::assert_snapshot!("plan_sites_zh", say(&["--lang", "zh", "--model", "p-median"]));
    });
    let printed = json(&say(&["--json", "-o", "parks", "--format", "csv"]));
    assert_eq!((&printed["value"], &printed["gap"]), (&printed["bound"], &0.0.into()));
    assert!(directory.path().join("parks/sites.csv").is_file());
    let proof = json(&std::fs::read_to_string(directory.path().join("parks/proof.json")).unwrap());
    assert_eq!(proof["value"], proof["bound"]);
    let table = std::fs::read_to_string(directory.path().join("parks/sites.csv")).unwrap();
    assert_eq!(table.lines().count(), 4);

    // Costs and roles; several services in one; the fewest; weights; the city's own facilities as candidates.
    let lots = "name,lon,lat,cost,role\nA,106.807,39.623,30,\nB,106.809,39.624,20,required\nC,106.803,39.62,25,\n";
    std::fs::write(directory.path().join("priced.csv"), lots).unwrap();
    let city = ["plan", "sites", "out/demo.city", "--service"];
    let ask = |more: &[&str]| succeed(directory.path(), &[&city[..], more].concat());
    let priced = json(&ask(&["pocket_park", "--budget", "50", "--candidates", "priced.csv", "--json"]));
    assert!(priced["cost"].as_f64().unwrap() <= 50.0 && priced["sites"][0]["required"] == true, "{priced}");
    let both = ["pharmacy,public_toilet", "--together", "--count", "2", "--candidates", "primary_school"];
    assert!(ask(&both).contains("Each service counts its own residents"));
    let written = ask(&[&both[..], &["-o", "both", "--format", "geojson"]].concat());
    assert!(written.contains("Pharmacy, Public toilet"), "{written}");
    assert!(
        succeed(directory.path(), &["plan", "compare", "out/demo.city", "both/sites.geojson"])
            .contains("gain a service")
    );
    let fewest = json(&ask(&["pharmacy", "--cover", "97%", "--json"]));
    assert!(
        fewest["proven_optimal"] == true
            && fewest["at_least"].as_u64() == fewest["sites"].as_array().map(|all| all.len() as u64),
        "{fewest}"
    );
    assert!(ask(&["pharmacy", "--cover", "97", "--lang", "zh"]).contains("少一处则不够"));
    assert!(ask(&["pharmacy", "--count", "2", "--weights", "elderly=2"]).contains("weighted residents"));
    let told = |more: &[&str]| fail(directory.path(), &[&city[..], more].concat());
    assert!(told(&["pocket_park", "--budget", "5", "--candidates", "priced.csv"]).contains("required is more"));
    std::fs::write(directory.path().join("bad.csv"), "lon,lat,role\n106.807,39.623,maybe\n").unwrap();
    assert!(
        told(&["pocket_park", "--count", "1", "--candidates", "bad.csv"])
            .contains("line 2: there is no role \"maybe\"")
    );
    assert!(
        told(&["pocket_park", "--count", "1", "--candidates", "prmary_school"]).contains("did you mean primary_school")
    );

    let links = succeed(
        directory.path(),
        &["plan", "links", "out/demo.city", "--most", "3", "--longest", "100", "--saves", "2", "-o", "links"],
    );
    assert!(links.contains("its links.geojson is a scenario") || links.contains("No link was found"), "{links}");

    let renewal =
        ["plan", "renewal", "out/demo.city", "--budget", "200", "--prices", "pocket_park=80,public_toilet=30,link=10"];
    let programme = json(&succeed(directory.path(), &[&renewal[..], &["-o", "programme", "--json"]].concat()));
    let number = |key: &str| programme[key].as_f64().unwrap();
    assert!(
        number("cost") <= 200.0 && number("after") > number("before") && number("after") <= number("bound"),
        "{programme}"
    );
    let works = programme["works"].as_array().unwrap();
    let added: f64 = works.iter().map(|work| work["adds"].as_f64().unwrap()).sum();
    assert!((added - (number("after") - number("before"))).abs() < 1e-6);
    let compared =
        json(&succeed(directory.path(), &["plan", "compare", "out/demo.city", "programme/works.geojson", "--json"]));
    assert_eq!(compared["edits"].as_array().unwrap().len(), works.len(), "{compared}");
    assert!(
        succeed(directory.path(), &[&renewal[..], &["--lang", "zh"]].concat()).contains("同样预算下任何方案都不超过")
    );
    let wrong = ["plan", "renewal", "out/demo.city", "--budget", "200", "--prices", "pocketpark=80"];
    assert!(fail(directory.path(), &wrong).contains("no service \"pocketpark\""));

    std::fs::write(directory.path().join("lots.csv"), "name,lon,lat\nA,106.807,39.623\nfar,10,10\n").unwrap();
    let given = json(&say(&["--json", "--candidates", "lots.csv"]));
    assert_eq!((&given["candidates"], &given["candidates_without_street"]), (&1.into(), &1.into()));
}

#[test]
fn published_problems_are_solved() {
    let directory = tempfile::tempdir().unwrap();
    // A path of five nodes, of which the middle one is nearest to all.
    std::fs::write(directory.path().join("path.txt"), "5 4 1\n1 2 1\n2 3 1\n3 4 1\n4 5 1\n").unwrap();
    let solve = |model: &str, more: &[&str]| {
        json(&succeed(directory.path(), &[&["plan", "solve", "path.txt", "--model", model, "--json"], more].concat()))
    };
    let is = |found: &serde_json::Value, value: f64, sites: &[u32]| {
        assert_eq!((&found["value"], &found["bound"]), (&value.into(), &value.into()), "{found}");
        assert_eq!((&found["sites"], &found["proven_optimal"]), (&sites.into(), &true.into()), "{found}");
    };
    is(&solve("p-median", &[]), 6.0, &[3]);
    is(&solve("p-center", &[]), 2.0, &[3]);
    assert_eq!(solve("mclp", &["--p", "2", "--radius", "1"])["value"], 5.0);
    assert_eq!(solve("lscp", &["--radius", "1"])["value"], 2.0);
    assert!(fail(directory.path(), &["plan", "solve", "path.txt", "--model", "mclp"]).contains("give --radius"));
}

#[test]
fn the_streets_answer_between_any_places() {
    let directory = demo();
    let run = |arguments: &[&str]| succeed(directory.path(), &[&["reach"], arguments].concat());
    std::fs::write(directory.path().join("lots.csv"), "id,lon,lat,jobs\nA,106.807,39.623,40\nB,106.809,39.624,2.5\n")
        .unwrap();
    let city = "out/demo.city";
    let rows = |file: &str| {
        let text = std::fs::read_to_string(directory.path().join(file)).unwrap();
        text.lines().map(|line| line.trim_start_matches('\u{feff}').to_owned()).collect::<Vec<_>>()
    };
    run(&["isochrones", city, "lots.csv", "--minutes", "5,10", "-o", "areas.csv"]);
    assert_eq!((rows("areas.csv").len(), rows("areas.csv")[0].as_str()), (5, "id,minutes,square_metres"));
    run(&["nearest", city, "homes", "pharmacy", "--count", "2", "--metres", "2000", "-o", "near.csv"]);
    assert!(rows("near.csv")[0].starts_with("from,rank,to,metres,lon,lat") && rows("near.csv").len() > 100);
    run(&["matrix", city, "lots.csv", "pharmacy", "-o", "matrix.csv"]);
    assert_eq!(rows("matrix.csv")[0], "from,to,seconds");
    let jobs = ["opportunities", city, "homes", "lots.csv", "--columns", "jobs", "--minutes", "15,30"];
    run(&[&jobs[..], &["--decay", "linear", "-o", "jobs.csv"]].concat());
    assert!(rows("jobs.csv")[0].starts_with("id,jobs_15min,jobs_30min"));
    run(&[&jobs[..], &["--catchment", "2sfca", "-o", "shared.gpkg"]].concat());
    let way = json(&run(&["routes", city, "106.807,39.623", "106.809,39.624", "--json"]));
    assert_eq!(way["features"][0]["geometry"]["type"], "LineString");
    assert!(run(&["nearest", city, "homes", "pharmacy"]).contains("more rows; -o FILE writes them all"));
    assert!(run(&["nearest", city, "homes", "pharmacy", "--lang", "zh"]).contains("另有"));

    let told = |arguments: &[&str]| fail(directory.path(), &[&["reach"], arguments].concat());
    assert!(told(&["matrix", city, "homes", "pharmacy", "-o", "matrix.csv"]).contains("matrix.csv"));
    assert!(told(&["matrix", city, "homes", "pharmcy"]).contains("did you mean pharmacy"));
    assert!(told(&["matrix", city, "homes", "pharmacy", "-o", "m.dbf"]).contains(".parquet, .geojson, .csv"));
    assert!(told(&["matrix", city, "homes", "nothere.csv"]).contains("nothere.csv"));
    assert!(told(&["opportunities", city, "homes", "lots.csv"]).contains("--minutes 15 or --metres 800"));
    assert!(
        told(&["opportunities", city, "homes", "lots.csv", "--minutes", "15", "--columns", "beds"]).contains("`beds`")
    );
}

#[test]
fn exports_name_their_files() {
    let directory = demo();
    let printed = json(&succeed(
        directory.path(),
        &["export", "out/demo.city", "--what", "network", "--walker", "adult", "-o", "net", "--json"],
    ));
    assert_eq!(printed["files"][0]["file"], "net/nodes.parquet");
    for (what, files) in
        [("snaps", ["homes.parquet", "facilities.parquet"]), ("homes", ["homes.parquet", "communities.parquet"])]
    {
        succeed(directory.path(), &["export", "out/demo.city", "--what", what, "-o", what]);
        for file in files {
            assert!(directory.path().join(what).join(file).is_file(), "{what} {file}");
        }
    }
    succeed(directory.path(), &["export", "out/demo.city", "--what", "facilities", "--format", "csv", "-o", "csv"]);
    let csv = std::fs::read_to_string(directory.path().join("csv/facilities.csv")).unwrap();
    assert!(csv.starts_with("\u{feff}id,name,name_en,kind"), "{}", &csv[..80]);
    for what in ["services", "gaps"] {
        succeed(directory.path(), &["export", "out/demo.city", "--what", what, "--format", "xlsx", "-o", what]);
        let workbook = std::fs::read(directory.path().join(what).join(format!("{what}.xlsx"))).unwrap();
        assert_eq!(&workbook[..2], b"PK");
    }
}

#[test]
fn a_pdf_without_a_browser_is_one_sentence_and_no_file() {
    let directory = demo();
    let output = Command::new(env!("CARGO_BIN_EXE_lifecircle"))
        .args(["report", "out/demo.city", "-o", "report.pdf"])
        .current_dir(directory.path())
        .env("PATH", "")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    if !output.status.success() {
        assert!(told.contains("made by Chromium") && told.contains("FILE.html"), "{told}");
        assert!(!directory.path().join("report.pdf").exists());
    }
}

#[test]
fn the_report_needs_nothing_else() {
    let directory = demo();
    for (language, word) in [("en", "What people lack most"), ("zh", "最缺什么")] {
        let file = format!("{language}.html");
        succeed(directory.path(), &["report", "out/demo.city", "-o", &file, "--lang", language]);
        let page = std::fs::read_to_string(directory.path().join(&file)).unwrap();
        assert!(page.contains(word) && page.contains("<svg"));
        for outside in ["http://", "https://", "src=", "@import", "url("] {
            assert!(!page.contains(outside), "the page fetches something: {outside}");
        }
    }
}

#[test]
fn wrong_usage_is_exit_2() {
    let directory = tempfile::tempdir().unwrap();
    for arguments in [
        &["frobnicate"][..],
        &["measure"],
        &["measure", "x", "--snap-limit", "-3"],
        &["export", "x", "--what", "nothing", "-o", "y"],
    ] {
        assert_eq!(run(directory.path(), arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn outputs_that_exist_are_refused() {
    let directory = demo();
    let refusals = [
        fail(directory.path(), &["demo", "--small", "-o", "out"]),
        fail(directory.path(), &["measure", "out/demo.city", "-o", "out"]),
        fail(directory.path(), &["export", "out/demo.city", "--what", "snaps", "-o", "out"]),
        fail(directory.path(), &["report", "out/demo.city", "-o", "out/report.html"]),
    ];
    insta::assert_snapshot!("refusals", refusals.join("\n"));
    succeed(directory.path(), &["report", "out/demo.city", "-o", "out/report.html", "--force"]);
}

/// A street with a house: the least that is a city.
const LEAST: &str = r#"<osm><node id="1" lat="39.6" lon="106.8"/><node id="2" lat="39.6" lon="106.803"/>
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>"#;

#[test]
fn bad_input_gets_one_sentence() {
    let directory = demo();
    let at = directory.path();
    let put = |name: &str, text: &str| std::fs::write(at.join(name), text).unwrap();
    put("least.osm", LEAST);
    put("map.osm.pbf", "not a map");
    put("empty.osm.pbf", "");
    put("map.docx", "x");
    put("streetless.osm", "<osm><node id=\"1\" lat=\"39.6\" lon=\"106.8\"/></osm>");
    put(
        "nodeless.osm",
        "<osm><way id=\"1\"><nd ref=\"1\"/><nd ref=\"2\"/><tag k=\"highway\" v=\"residential\"/></way></osm>",
    );
    put("empty.osm", "<osm></osm>");
    put("off.osm", "<osm><node id=\"7\" lat=\"106.8\" lon=\"39.6\"/></osm>");
    put("bad_row.csv", "id,lon,lat,population\n1,106.8,39.6,10\n2,106.8,39.6,many\n");
    put("ragged.csv", "id,lon,lat,population\n1,106.8,39.6,10\n2,106.8\n");
    put("swapped.csv", "id,lon,lat,population\n1,39.6,106.8,10\n");
    put("no_column.csv", "id,lon,lat,households\n1,106.8,39.6,10\n");
    put("no_place.csv", "id,population\n1,10\n");
    put("negative.csv", "id,lon,lat,population\n1,106.8,39.6,-10\n");
    put("elsewhere.csv", "id,lon,lat,population\n1,14.5,35.9,10\n");
    put("no_kind.csv", "lon,lat,colour\n106.8,39.6,blue\n");
    put("points.geojson", r#"{"type":"Point","coordinates":[106.8,39.6]}"#);
    put("broken.geojson", "{");
    put("my.toml", "id = \"x\"\n");
    std::fs::create_dir(at.join("new.city")).unwrap();
    put("new.city/city.toml", "format_version = 99\n");
    std::fs::create_dir(at.join("not.city")).unwrap();
    copy(&at.join("out/demo.city"), &at.join("torn.city"));
    put("torn.city/homes.parquet", "PAR1 torn");
    let import = |extract: &str, more: &[&str]| fail(at, &[&["import", extract, "-o", "new"], more].concat());
    let errors = [
        import("missing.osm.pbf", &[]),
        import("map.osm.pbf", &[]),
        import("empty.osm.pbf", &[]),
        import("map.docx", &[]),
        import("not.city", &[]),
        import("streetless.osm", &[]),
        import("nodeless.osm", &[]),
        import("empty.osm", &[]),
        import("off.osm", &[]),
        import("least.osm", &["--people", "missing.csv"]),
        import("least.osm", &["--people", "bad_row.csv"]),
        import("least.osm", &["--people", "ragged.csv"]),
        import("least.osm", &["--people", "swapped.csv"]),
        import("least.osm", &["--people", "no_column.csv"]),
        import("least.osm", &["--people", "bad_row.csv", "--people-column", "inhabitants"]),
        import("least.osm", &["--people", "no_place.csv"]),
        import("least.osm", &["--people", "negative.csv"]),
        import("least.osm", &["--people", "elsewhere.csv"]),
        import("least.osm", &["--people", "my.toml"]),
        import("least.osm", &["--facilities", "no_kind.csv"]),
        import("least.osm", &["--facilities", "bad_row.csv", "--columns", "kind=colour"]),
        import("least.osm", &["--facilities", "bad_row.csv", "--columns", "kind"]),
        import("least.osm", &["--communities", "points.geojson"]),
        import("least.osm", &["--communities", "broken.geojson"]),
        import("least.osm", &["--elevation", "my.toml"]),
        fail(at, &["measure", "missing.city"]),
        fail(at, &["measure", "not.city"]),
        fail(at, &["measure", "new.city"]),
        fail(at, &["measure", "torn.city", "-o", "new"]),
        fail(at, &["measure", "out/demo.city", "--standard", "mine"]),
        fail(at, &["measure", "out/demo.city", "--standard", "my.toml"]),
        fail(at, &["measure", "out/demo.city", "--walker", "robot"]),
        fail(at, &["standards", "show", "mine"]),
    ];
    insta::assert_snapshot!("errors", errors.join("\n"));
    succeed(at, &["import", "least.osm", "-o", "least.city"]);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// A limit on the size of files fails a write half way, as a full disk does.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_city_or_none() {
    let directory = demo();
    let before = std::fs::read(directory.path().join("out/demo.city/homes.parquet")).unwrap();
    let limited = |arguments: &str| {
        let script = format!("trap '' XFSZ; ulimit -f 40; exec {} {arguments}", env!("CARGO_BIN_EXE_lifecircle"));
        let output = Command::new("sh").args(["-c", &script]).current_dir(directory.path()).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.contains("cannot write"), "{error}");
    };
    for arguments in [
        "demo --small -o out --force",
        "demo --small -o new",
        "measure out/demo.city -o new",
        "report out/demo.city -o new.html",
        "export out/demo.city --what network -o new",
    ] {
        limited(arguments);
        assert_eq!(listing(directory.path()), [directory.path().join("out")], "{arguments}");
    }
    assert_eq!(std::fs::read(directory.path().join("out/demo.city/homes.parquet")).unwrap(), before);
}

/// An interruption removes what is half written.
#[cfg(unix)]
#[test]
fn an_interruption_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_lifecircle"))
        .args(["demo", "--no-desk", "-o", "out"])
        .current_dir(directory.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Wait until it writes, however fast the machine is; then interrupt it.
    while listing(directory.path()).is_empty() {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::yield_now();
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let status = child.wait().unwrap();
    let left = listing(directory.path());
    assert!(left.is_empty() || status.success() && left == [directory.path().join("out")], "{status}: {left:?}");
}

#[test]
fn real_cities_run_without_a_complaint() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !data.is_dir() {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "\nSKIPPED real_cities_run_without_a_complaint: no ../shared/data");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = |file: &str| data.join(file).to_string_lossy().into_owned();
    let cities = [
        ("malta/malta.osm.pbf", None, 9000),
        ("andorra/andorra.osm.pbf", None, 3000),
        ("helsinki/helsinki.osm.pbf", Some("helsinki/population_grid_2020.gpkg"), 1500),
        ("porto_alegre/poa_osm.pbf", Some("porto_alegre/poa_hexgrid.csv"), 300),
        ("china/beijing_haidian.osm.pbf", None, 10),
        ("china/guixi.osm.pbf", None, 5),
        ("china/nantong.osm.gz", None, 1),
    ];
    for (number, (extract, people, facilities)) in cities.into_iter().enumerate() {
        let (extract, out) = (path(extract), number.to_string());
        let mut arguments = vec!["evaluate", &extract, "-o", &out, "--json"];
        let people = people.map(path);
        if let Some(people) = &people {
            arguments.extend(["--people", people]);
        }
        let summary = json(&succeed(directory.path(), &arguments));
        assert!(summary["facilities"].as_u64().unwrap() >= facilities, "{extract}: {}", summary["facilities"]);
        assert!(summary["residents"].as_f64().unwrap() > 500.0, "{extract}");
        for note in summary["notes"].as_array().unwrap() {
            let text = note["en"].as_str().unwrap();
            assert!(text.to_lowercase().contains("give "), "nobody can act on this: {text}");
            assert!(!text.contains('{') && !text.contains("--"), "{text}");
        }
    }
}

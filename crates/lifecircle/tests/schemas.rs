//! What is written is what the schemas in `docs/` say, and the schemas are those of the code.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;

use lifecircle::import::import;
use lifecircle::measure::measure_all;
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::summary::{changes_schema, compare, summarise, summary_schema};
use lifecircle::{demo, measure};
use serde_json::Value;

fn document(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_documents_are_those_of_the_code() {
    let hint = "write it anew: lifecircle schema summary|changes";
    assert_eq!(document("summary.schema.json"), summary_schema(), "{hint}");
    assert_eq!(document("changes.schema.json"), changes_schema(), "{hint}");
}

#[test]
fn every_standard_writes_what_the_schema_says() {
    let summary = jsonschema::validator_for(&summary_schema()).unwrap();
    let change = jsonschema::validator_for(&changes_schema()).unwrap();
    let cities = [1, 2].map(|seed| import(demo::generate(demo::Size::Small, seed), &()).unwrap());
    let standards: Vec<Standard> = Standard::built_in().map(|id| Standard::find(id).unwrap()).collect();
    let measured = cities.each_ref().map(|city| {
        let ready = ReadyCity::new(city.clone(), Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
        measure_all(&ready, standards.clone(), &()).unwrap()
    });
    for (old, new) in measured[0].iter().zip(&measured[1]) {
        let json = summarise(new).to_json();
        let problems: Vec<String> = summary.iter_errors(&json).map(|e| format!("{} {e}", e.instance_path())).collect();
        assert!(problems.is_empty(), "{}: {problems:?}", new.standard.id);
        let json = serde_json::to_value(compare(old, new)).unwrap();
        assert!(change.is_valid(&json), "{}", new.standard.id);
        // A key of another type is found.
        let mut wrong = summarise(new).to_json();
        wrong["indicators"]["completeness"] = "much".into();
        assert!(!summary.is_valid(&wrong));
    }
}

#[test]
fn nothing_differs_from_measuring_one_by_one() {
    let city = import(demo::generate(demo::Size::Small, 1), &()).unwrap();
    let ready = ReadyCity::new(city.clone(), Walk::of(Walker::find("elderly").unwrap()), &()).unwrap();
    let standards: Vec<Standard> = Standard::built_in().map(|id| Standard::find(id).unwrap()).collect();
    for (together, standard) in measure_all(&ready, standards.clone(), &()).unwrap().iter().zip(standards) {
        let alone = measure::measure(&ready, standard, &()).unwrap();
        assert_eq!(summarise(together).to_json(), summarise(&alone).to_json());
    }
}

//! What a place is: precision and recall of recognition on places that were looked at one by one.
//!
//! `tests/places/mapped.tsv` holds places of real extracts, `named.tsv` names made after how places in Chinese towns are named.
//! The table of `docs/recognition.md` is what comes of them; it must not fall. After a change for the better write it anew:
//! `RECOGNITION=write cargo test --test recognition`.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use lifecircle::city::{Facility, Name};
use lifecircle::kinds::Catalogue;

/// Kinds with so many places are held to the least precision.
const MANY: usize = 20;
const LEAST_PRECISION: f64 = 0.95;

const BEGIN: &str = "<!-- table -->\n";
const END: &str = "<!-- end -->";

struct Labelled {
    place: Facility,
    kinds: BTreeSet<String>,
}

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/places").join(name);
    std::fs::read_to_string(path).unwrap()
}

fn kinds(text: &str) -> BTreeSet<String> {
    text.split_whitespace().filter(|kind| *kind != "none").map(str::to_owned).collect()
}

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| line.split('\t').collect())
}

fn mapped() -> Vec<Labelled> {
    let text = file("mapped.tsv");
    let of = |row: Vec<&str>| {
        let [_, id, area, name, tags, expected] = row.as_slice() else { panic!("six columns: {row:?}") };
        let mut tags: Vec<(String, String)> = tags
            .split("; ")
            .filter_map(|tag| tag.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        if !name.is_empty() {
            tags.push(("name".to_owned(), (*name).to_owned()));
        }
        let kind = ["shop", "amenity", "healthcare", "leisure", "office"]
            .iter()
            .find_map(|key| tags.iter().find(|(other, _)| other == key).map(|(key, value)| format!("{key}={value}")));
        let place = Facility {
            id: (*id).to_owned(),
            name: Name { local: (*name).to_owned(), en: String::new() },
            kind: kind.unwrap_or_else(|| "osm=yes".to_owned()),
            area: area.parse().ok(),
            tags,
            ..Facility::default()
        };
        Labelled { place, kinds: kinds(expected) }
    };
    rows(&text).map(of).collect()
}

fn named() -> Vec<Labelled> {
    let text = file("named.tsv");
    let of = |row: Vec<&str>| {
        let [expected, names] = row.as_slice() else { panic!("two columns: {row:?}") };
        let expected = kinds(expected);
        let place = |name: &str| Facility {
            id: name.to_owned(),
            name: Name { local: name.to_owned(), en: String::new() },
            ..Facility::default()
        };
        names.split(',').map(|name| Labelled { place: place(name), kinds: expected.clone() }).collect::<Vec<_>>()
    };
    rows(&text).flat_map(of).collect()
}

/// How many places of a kind there are, were found, and were found rightly.
#[derive(Clone, Copy, Default)]
struct Counts {
    real: usize,
    found: usize,
    right: usize,
}

impl Counts {
    fn precision(self) -> f64 {
        if self.found > 0 { self.right as f64 / self.found as f64 } else { 1.0 }
    }

    fn recall(self) -> f64 {
        if self.real > 0 { self.right as f64 / self.real as f64 } else { 1.0 }
    }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/recognition.md")
}

#[test]
fn places_are_what_a_person_takes_them_for() {
    let catalogue = Catalogue::built_in();
    let places: Vec<Labelled> = mapped().into_iter().chain(named()).collect();
    assert!(places.len() >= 1500, "{}", places.len());
    let mut counts = vec![Counts::default(); catalogue.kinds.len()];
    let mut mistakes = String::new();
    for Labelled { place, kinds } in &places {
        let found: BTreeSet<String> =
            catalogue.kinds_of(place).into_iter().map(|kind| catalogue.kinds[kind].id.clone()).collect();
        for (kind, counts) in catalogue.kinds.iter().zip(&mut counts) {
            let (is_real, is_found) = (kinds.contains(&kind.id), found.contains(&kind.id));
            counts.real += usize::from(is_real);
            counts.found += usize::from(is_found);
            counts.right += usize::from(is_real && is_found);
        }
        if found != *kinds {
            let _ = writeln!(mistakes, "{} {:?}: {found:?}, really {kinds:?}", place.id, place.name.local);
        }
    }
    println!("{mistakes}");
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let mut table = String::from("| kind | places | found | precision | recall |\n|---|---|---|---|---|\n");
    for (kind, counts) in catalogue.kinds.iter().zip(&counts).filter(|(_, counts)| counts.real + counts.found > 0) {
        let (precision, recall) = (percent(counts.precision()), percent(counts.recall()));
        let _ = writeln!(table, "| {} | {} | {} | {precision} | {recall} |", kind.id, counts.real, counts.found);
        assert!(
            counts.found < MANY || counts.precision() >= LEAST_PRECISION,
            "{}: precision {precision}\n{mistakes}",
            kind.id
        );
    }
    for id in mapped().iter().chain(&named()).flat_map(|labelled| labelled.kinds.clone()) {
        assert!(catalogue.find(&id).is_some(), "there is no kind {id}");
    }
    let text = std::fs::read_to_string(docs()).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    if std::env::var("RECOGNITION").is_ok() {
        std::fs::write(docs(), format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(
        written, table,
        "recognition has changed; if for the better, write docs/recognition.md anew\n{mistakes}"
    );
}

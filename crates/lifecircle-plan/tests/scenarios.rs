//! Scenarios on a city: what they say equals the edited city measured anew, and mistakes are named with their feature.
#![allow(clippy::unwrap_used, clippy::panic)]

use lifecircle::city::City;
use lifecircle::demo;
use lifecircle::geo::LonLat;
use lifecircle::import::import;
use lifecircle::measure::{EditedCity, Measured, measure};
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::summary::summarise;
use lifecircle_plan::scenario::{Comparison, Scenario, apply, check_services, compare, homes_changed};
use serde_json::{Value, json};

fn ready(city: impl Into<std::sync::Arc<City>>) -> ReadyCity {
    ReadyCity::new(city, Walk::of(Walker::find("adult").unwrap()), &()).unwrap()
}

fn standard() -> Standard {
    Standard::find("wuhai-8").unwrap()
}

struct Tried {
    before: Measured,
    after: Measured,
    comparison: Comparison,
    city: City,
}

fn edited(ready: &ReadyCity) -> EditedCity {
    EditedCity::new(ready, vec![standard()], &()).unwrap()
}

fn try_out(ready: &ReadyCity, scenario: &Value) -> Tried {
    let scenario = Scenario::parse(&scenario.to_string()).unwrap();
    let mut city = edited(ready);
    let before = city.measured(&()).unwrap().remove(0);
    let edits = apply(&scenario, &mut city).unwrap();
    let after = city.measured(&()).unwrap().remove(0);
    let comparison = compare(&scenario, edits, &before, &after);
    Tried { before, after, comparison, city: (**city.city()).clone() }
}

fn feature(geometry: Value, properties: Value) -> Value {
    json!({ "type": "Feature", "geometry": geometry, "properties": properties })
}

fn scenario(features: &[Value]) -> Value {
    json!({ "type": "FeatureCollection", "name": "test", "features": features })
}

fn point(at: LonLat) -> Value {
    json!({ "type": "Point", "coordinates": [at.x, at.y] })
}

fn line(points: &[LonLat]) -> Value {
    json!({ "type": "LineString", "coordinates": points.iter().map(|p| [p.x, p.y]).collect::<Vec<_>>() })
}

fn everything(city: &City) -> Value {
    let home = |number: usize| city.homes[number * city.homes.len() / 20].at;
    let square = |at: LonLat, d: f64| {
        let ring = [[-d, -d], [d, -d], [d, d], [-d, d], [-d, -d]].map(|[x, y]| [at.x + x, at.y + y]);
        json!({ "type": "Polygon", "coordinates": [ring] })
    };
    let street = |number: usize| {
        let streets = &city.streets;
        let line: Vec<LonLat> = streets.line(&streets.edges[number * streets.edges.len() / 20]).collect();
        lifecircle::geo::metric::point_along(&line, 0.5)
    };
    let facility = |number: usize| &city.facilities[number * city.facilities.len() / 20].id;
    scenario(&[
        feature(point(home(3)), json!({ "edit": "add_facility", "service": "library", "cost": 1000, "name": "新馆" })),
        feature(square(home(9), 0.000_2), json!({ "edit": "add_facility", "service": "pocket_park", "cost": "500" })),
        feature(point(home(5)), json!({ "edit": "add_facility", "kind": "amenity=pharmacy", "capacity": null })),
        feature(point(home(7)), json!({ "edit": "move_facility", "facility": facility(4) })),
        feature(Value::Null, json!({ "edit": "remove_facility", "facility": facility(8) })),
        feature(
            Value::Null,
            json!({ "edit": "change_facility", "facility": facility(12), "capacity": 400, "area": 900 }),
        ),
        feature(line(&[home(2), home(14)]), json!({ "edit": "open_street", "kind": "minor" })),
        feature(line(&[street(4), street(5)]), json!({ "edit": "open_street", "bridge": true })),
        feature(point(street(11)), json!({ "edit": "close_street" })),
        feature(point(street(15)), json!({ "edit": "change_street", "kind": "steps", "signals": 1, "speed": 0.5 })),
        feature(
            square(home(11), 0.001),
            json!({ "edit": "add_homes", "residents": 900, "elderly": 300, "children": 90 }),
        ),
    ])
}

#[test]
fn a_scenario_is_the_edited_city_measured_anew() {
    for seed in [1, 4] {
        let ready = ready(import(demo::generate(demo::Size::Small, seed), &()).unwrap());
        let tried = try_out(&ready, &everything(ready.city()));
        let untouched = measure(&ready, standard(), &()).unwrap();
        assert_eq!(summarise(&tried.before).to_json(), summarise(&untouched).to_json());
        let anew = measure(&self::ready(tried.city.clone()), standard(), &()).unwrap();
        assert_eq!(summarise(&tried.after).to_json(), summarise(&anew).to_json());
        assert_eq!(tried.city.streets.edges.iter().filter(|street| street.speed == 0.5).count(), 1);

        // What the comparison says, counted plainly from two cities measured apart.
        let found = &tried.comparison;
        let homes = &untouched.city().homes;
        let services = standard().services.len();
        let sum = |wanted: &dyn Fn(usize) -> bool| -> f64 {
            (0..homes.len()).filter(|home| wanted(*home)).map(|home| homes[home].residents).sum()
        };
        let gains = |home: usize, service: usize| !untouched.has(home, service) && anew.has(home, service);
        let loses = |home: usize, service: usize| untouched.has(home, service) && !anew.has(home, service);
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6 * (1.0 + b.abs());
        assert!(near(found.residents_gaining, sum(&|home| (0..services).any(|service| gains(home, service)))));
        assert!(near(found.residents_losing, sum(&|home| (0..services).any(|service| loses(home, service)))));
        assert!(found.residents_gaining > 0.0 && found.residents_losing > 0.0);
        for (index, service) in found.changes.services.iter().enumerate() {
            assert!(near(service.residents_gained, sum(&|home| gains(home, index))), "{}", service.service);
            assert!(near(service.residents_lost, sum(&|home| loses(home, index))), "{}", service.service);
            let saved = |home: usize| {
                let (then, now) = (untouched.nearest(home, index)?, anew.nearest(home, index)?);
                // Less than a second is not told.
                Some((then.0 - now.0) / 60.0).filter(|saved: &f64| saved.abs() >= 1.0 / 60.0)
            };
            let nearer = sum(&|home| saved(home).is_some_and(|saved| saved > 0.0));
            let told = found.minutes.iter().find(|minutes| minutes.service == service.service);
            assert!(near(told.map_or(0.0, |minutes| minutes.residents_nearer), nearer), "{}", service.service);
            if let Some(minutes) = told.filter(|_| nearer > 0.0) {
                let all: f64 =
                    (0..homes.len()).filter_map(|home| Some(homes[home].residents * saved(home)?.max(0.0))).sum();
                assert!(near(minutes.minutes_nearer, all / nearer), "{}", service.service);
            }
        }
        assert_eq!(found.cost, Some(1_500.0));
        assert!(near(found.cost_per_resident.unwrap(), 1_500.0 / found.residents_gaining));
        assert!(near(found.residents[1] - found.residents[0], 900.0));
        assert!(near(found.residents_by_circles[1].iter().sum(), found.residents[1]));
        let everybody = &found.ages[0];
        assert!(near(everybody.gaining, found.residents_gaining) && near(everybody.people, found.residents[0]));
        assert_eq!(found.edits.len(), 11);
        assert_eq!(found.edits[0].services, ["library"]);
        assert!(found.edits[6].metres.unwrap().0 > 10.0);
        let changed = homes_changed(&tried.before, &tried.after);
        assert!(changed.iter().all(|change| !change.gained.is_empty() || !change.lost.is_empty()));
    }
}

/// The homes that join the streets where they did, if all facilities do too.
fn undrawn(tried: &Tried) -> Vec<usize> {
    let [then, now] = [&tried.before, &tried.after].map(|measured| measured.reached.ready.snaps().clone());
    let place = |snap: &lifecircle::network::Snap| (snap.edge, snap.along.to_bits());
    let places = |snaps: &[lifecircle::network::Snap]| snaps.iter().map(place).collect::<Vec<_>>();
    let same = |facility: usize| match (&then.facilities[facility], &now.facilities[facility]) {
        (Ok(then), Ok(now)) => places(then) == places(now),
        (then, now) => then.is_err() && now.is_err(),
    };
    if !(0..then.facilities.len()).all(same) {
        return Vec::new();
    }
    let stays = |home: &usize| match (&then.homes[*home], &now.homes[*home]) {
        (Ok(then), Ok(now)) => place(then) == place(now),
        _ => false,
    };
    (0..then.homes.len()).filter(stays).collect()
}

/// What is added never takes from anybody, and what is closed never gives, but for those who are drawn to another street by it.
#[test]
fn more_is_never_less() {
    let ready = ready(import(demo::generate(demo::Size::Small, 2), &()).unwrap());
    let city = ready.city();
    let (homes, services) = (&city.homes, standard().services.len());
    let mut looked_at = 0;
    for number in 0..12 {
        let [a, b] = [number * 31 % homes.len(), (number * 57 + 9) % homes.len()].map(|home| homes[home].at);
        let service = &standard().services[number * 5 % services].id;
        let add = feature(point(a), json!({ "edit": "add_facility", "kind": service, "area": 800 }));
        assert_eq!(try_out(&ready, &scenario(&[add])).comparison.residents_losing, 0.0, "{service}");
        let open = feature(line(&[a, a + (b - a) * 0.05]), json!({ "edit": "open_street" }));
        // One that meets no street is a mistake of the test's, not of the scenario.
        if let Ok(parsed) = Scenario::parse(&scenario(std::slice::from_ref(&open)).to_string())
            && apply(&parsed, &mut edited(&ready)).is_ok()
        {
            let tried = try_out(&ready, &scenario(&[open]));
            for home in undrawn(&tried) {
                for service in 0..services {
                    let (then, now) = (tried.before.nearest(home, service), tried.after.nearest(home, service));
                    looked_at += 1;
                    // Cutting a street in two rounds its time anew, by a thousandth of a second each.
                    let is_worse = then.is_some_and(|then| now.is_none_or(|now| now.0 > then.0 + 0.005));
                    assert!(!is_worse, "{home} {service}: {then:?} {now:?}");
                }
            }
        }
        let course: Vec<LonLat> =
            city.streets.line(&city.streets.edges[number * 97 % city.streets.edges.len()]).collect();
        let at = lifecircle::geo::metric::point_along(&course, 0.5);
        let tried = try_out(&ready, &scenario(&[feature(point(at), json!({ "edit": "close_street" }))]));
        for home in undrawn(&tried) {
            for service in 0..services {
                let (then, now) = (tried.before.nearest(home, service), tried.after.nearest(home, service));
                looked_at += 1;
                let is_better = now.is_some_and(|now| then.is_none_or(|then| now.0 < then.0));
                assert!(!is_better, "{home} {service}: {then:?} {now:?}");
            }
        }
    }
    assert!(looked_at > 50_000, "{looked_at}");
}

#[test]
fn mistakes_are_named_with_their_feature() {
    let ready = ready(import(demo::generate(demo::Size::Small, 1), &()).unwrap());
    let home = ready.city().homes[0].at;
    let far = home + LonLat { x: 1.0, y: 0.0 };
    let a = point(home);
    let sentence = |feature: Value| {
        let scenario = scenario(&[
            json!({ "type": "Feature", "geometry": null,
            "properties": { "edit": "remove_facility", "facility": ready.city().facilities[0].id } }),
            feature,
        ]);
        match Scenario::parse(&scenario.to_string()) {
            Err(error) => error.to_string(),
            Ok(scenario) => {
                let mut city = edited(&ready);
                apply(&scenario, &mut city).and_then(|_| check_services(&scenario, &city)).unwrap_err().to_string()
            }
        }
    };
    for (geometry, properties, says) in [
        (a.clone(), json!({}), "feature 2: it has no `edit`"),
        (a.clone(), json!({ "edit": "add_facilty" }), "do you mean `add_facility`?"),
        (a.clone(), json!({ "edit": "add_facility" }), "does not say what is added"),
        (
            a.clone(),
            json!({ "edit": "add_facility", "service": "libary", "name": "馆" }),
            "feature 2 (馆), add_facility: the standard has no service \"libary\"",
        ),
        (a.clone(), json!({ "edit": "add_facility", "kind": "library", "capcity": 3 }), "do you mean `capacity`?"),
        (
            a.clone(),
            json!({ "edit": "add_facility", "kind": "library", "residents": 3 }),
            "`residents` does nothing for add_facility",
        ),
        (
            a.clone(),
            json!({ "edit": "add_facility", "service": "pocket_park", "area": 90_000 }),
            "between 400 and 10000 m², and this has 90000",
        ),
        (a.clone(), json!({ "edit": "add_facility", "kind": "library", "area": "large" }), "`area` is no number"),
        (point(far), json!({ "edit": "add_facility", "kind": "library" }), "the nearest street is"),
        (Value::Null, json!({ "edit": "add_facility", "kind": "library" }), "it has no place"),
        (a.clone(), json!({ "edit": "move_facility", "facility": "n0" }), "there is no facility \"n0\""),
        (a.clone(), json!({ "edit": "open_street" }), "it has no line"),
        (line(&[far, far + LonLat { x: 0.001, y: 0.0 }]), json!({ "edit": "open_street" }), "it meets no street"),
        (line(&[home, home]), json!({ "edit": "open_street" }), "its line has no length"),
        (point(far), json!({ "edit": "close_street" }), "there is no open street here"),
        (Value::Null, json!({ "edit": "close_street", "way": 5 }), "no open street of the way 5"),
        (a.clone(), json!({ "edit": "change_street" }), "nothing of the street changes"),
        (a.clone(), json!({ "edit": "change_street", "kind": "ferry" }), "nobody builds"),
        (a.clone(), json!({ "edit": "change_street", "speed": 0 }), "`speed` is not between"),
        (point(far), json!({ "edit": "open_gate" }), "open_gate: no street is near"),
        (a.clone(), json!({ "edit": "add_homes" }), "how many people"),
        (a.clone(), json!({ "edit": "add_homes", "residents": 3, "elderly": 4 }), "more children and older people"),
        (json!({ "type": "Point", "coordinates": [200, 1] }), json!({ "edit": "open_gate" }), "not on the globe"),
        (json!({ "type": "Point", "coordinates": [7] }), json!({ "edit": "open_gate" }), "fewer than two numbers"),
        (json!({ "type": "Circle", "coordinates": [7, 7] }), json!({ "edit": "open_gate" }), "cannot be read"),
    ] {
        let said = sentence(feature(geometry, properties.clone()));
        assert!(said.contains(says) && said.contains("feature 2"), "{properties}: {said}");
    }
    let whole = |text: &str| Scenario::parse(text).unwrap_err().to_string();
    assert!(whole("no").contains("not JSON"));
    assert!(whole("{}").contains("FeatureCollection"));
    let same = json!({ "type": "Feature", "id": "x", "geometry": a, "properties": { "edit": "open_gate" } });
    assert!(whole(&scenario(&[same.clone(), same]).to_string()).contains("id \"x\" too"));
}

/// What the report says of a plan: each step adds up, and nobody does better than the bound.
#[test]
fn the_report_s_chapter_says_what_was_found() {
    use lifecircle::text::Language;
    use lifecircle_plan::scenario::{best_possible, gaining_by_step, report};
    use lifecircle_plan::sites::{Model, Question, find_sites};
    let ready = ready(import(demo::generate(demo::Size::Small, 3), &()).unwrap());
    let mut untouched = edited(&ready);
    let before = untouched.measured(&()).unwrap().remove(0);
    let service = standard().services.iter().position(|service| service.id == "pocket_park").unwrap();
    let question = Question::of(service, 3, Model::Cover);
    let found = find_sites(&before, &question, &(), &()).unwrap().sites;
    let parks = |spots: &[LonLat]| {
        let park =
            |at: &LonLat| feature(point(*at), json!({ "edit": "add_facility", "service": "pocket_park", "cost": 7 }));
        Scenario::parse(&scenario(&spots.iter().map(park).collect::<Vec<_>>()).to_string()).unwrap()
    };
    let best_spots: Vec<LonLat> = found.sites.iter().map(|site| site.at).collect();
    let homes: Vec<LonLat> = [0, 60, 120].map(|home| ready.city().homes[home].at).to_vec();
    for (spots, is_best) in [(best_spots, true), (homes, false)] {
        let scenario = parks(&spots);
        let mut after = untouched.clone();
        let edits = apply(&scenario, &mut after).unwrap();
        let after = after.measured(&()).unwrap().remove(0);
        let comparison = compare(&scenario, edits, &before, &after);
        let steps = gaining_by_step(&scenario, &untouched, &()).unwrap();
        assert_eq!(steps.last(), Some(&comparison.residents_gaining));
        assert!(steps.windows(2).all(|pair| pair[0] <= pair[1]), "{steps:?}");
        let best = best_possible(&scenario, &comparison, &before, &(), &()).unwrap();
        assert_eq!((best.len(), best[0].count), (1, 3));
        assert!((best[0].best_found - (found.value - found.before)).abs() < 1.0);
        assert!(best[0].gained <= best[0].bound_at_junctions.unwrap() + 1.0);
        assert_eq!((best[0].gained - best[0].bound).abs() < 1.0, is_best, "{best:?}");
        for (language, words) in [(Language::English, "Plan: test"), (Language::Chinese, "规划方案：test")] {
            let page = report(&scenario, &comparison, (&untouched, &before), &after, (&(), &()), language).unwrap();
            assert!(page.contains(words) && page.contains("class=\"difference\""), "{words}");
            assert_eq!(page.matches("<g class=\"mark\">").count(), 3);
        }
    }
    // Whatever else a scenario does would be taken for its facilities'.
    let other = Scenario::parse(&everything(ready.city()).to_string()).unwrap();
    let mut after = untouched.clone();
    let edits = apply(&other, &mut after).unwrap();
    let after = after.measured(&()).unwrap().remove(0);
    let comparison = compare(&other, edits, &before, &after);
    assert!(best_possible(&other, &comparison, &before, &(), &()).unwrap().is_empty());
}

#[test]
fn the_schema_is_that_of_the_code() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/comparison.schema.json");
    let written: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let hint = "write it anew: lifecircle schema comparison > docs/comparison.schema.json";
    assert_eq!(written, lifecircle_plan::scenario::comparison_schema(), "{hint}");
}

/// Whatever text comes, it is a scenario or one sentence.
#[test]
fn no_text_breaks_it_down() {
    use proptest::prelude::*;
    let city = import(demo::generate(demo::Size::Small, 1), &()).unwrap();
    let whole = everything(&city).to_string();
    let mut runner = proptest::test_runner::TestRunner::default();
    let damage = (0..whole.len(), 0..whole.len(), ".{0,12}");
    runner
        .run(&damage, |(from, length, put)| {
            let cut = |at: usize| (at..).find(|at| whole.is_char_boundary(*at)).unwrap_or(whole.len());
            let (from, to) = (cut(from), cut((from + length % 40).min(whole.len())));
            if let Err(error) = Scenario::parse(&format!("{}{put}{}", &whole[..from], &whole[to.max(from)..])) {
                prop_assert!(!error.to_string().is_empty());
            }
            Ok(())
        })
        .unwrap();
}

/// The example of the documents, on the city that everybody can make.
#[test]
fn the_example_is_tried_on_the_demo_city() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/riverside.geojson");
    let scenario = lifecircle_plan::scenario::read(&path).unwrap();
    let ready = ready(import(demo::generate(demo::Size::Full, 1), &()).unwrap());
    let mut city = edited(&ready);
    let before = city.measured(&()).unwrap().remove(0);
    let edits = apply(&scenario, &mut city).unwrap();
    check_services(&scenario, &city).unwrap();
    let after = city.measured(&()).unwrap().remove(0);
    let found = compare(&scenario, edits, &before, &after);
    assert!(found.residents_gaining > 1_000.0 && found.cost == Some(1_850_000.0));
    assert!((found.residents[1] - found.residents[0] - 1_200.0).abs() < 1e-6);
}

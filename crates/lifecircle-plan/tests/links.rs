//! Links that are missing, in a town drawn by hand: an estate's street ends at a wall, and behind it is the pharmacy.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write;

use lifecircle::geo::{LonLat, Metres, Seconds, metric};
use lifecircle::inputs::InputFiles;
use lifecircle::jobs::make_city;
use lifecircle::measure::{EditedCity, Measured, measure};
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle_plan::links::{MissingLink, Question, missing_links};
use lifecircle_plan::scenario::{Scenario, apply, homes_changed};
use lifecircle_plan::sites::offered;

fn at(x: f64, y: f64) -> LonLat {
    LonLat { x: 106.8 + x / 85_900.0, y: 39.6 + y / 111_050.0 }
}

/// An estate of twenty houses along a street that ends at 0, 0, another street from 40, 0 on with a pharmacy, and a way around of 3 km.
fn town(between: &str) -> Measured {
    let (mut nodes, mut ways, mut next) = (String::new(), String::new(), 0);
    let mut node = |x: f64, y: f64, tags: &str| {
        next += 1;
        let point = at(x, y);
        writeln!(nodes, "<node id=\"{next}\" lat=\"{:.7}\" lon=\"{:.7}\">{tags}</node>", point.y, point.x).unwrap();
        next
    };
    let mut way = |ids: &[i32], tags: &[(&str, &str)]| {
        let refs: String = ids.iter().map(|id| format!("<nd ref=\"{id}\"/>")).collect();
        let tags: String = tags.iter().map(|(key, value)| format!("<tag k=\"{key}\" v=\"{value}\"/>")).collect();
        writeln!(ways, "<way id=\"{}\">{refs}{tags}</way>", ids[0]).unwrap();
    };
    let around = [(0.0, 0.0), (-600.0, 0.0), (-600.0, 1000.0), (640.0, 1000.0), (640.0, 0.0), (40.0, 0.0)];
    let around: Vec<i32> = around.iter().map(|(x, y)| node(*x, *y, "")).collect();
    way(&around, &[("highway", "residential")]);
    for house in 0..20 {
        let x = -580.0 + f64::from(house) * 29.0;
        let ring = [(0.0, 8.0), (14.0, 8.0), (14.0, 22.0), (0.0, 22.0)].map(|(dx, dy)| node(x + dx, dy, ""));
        way(&[ring.as_slice(), &ring[..1]].concat(), &[("building", "apartments"), ("building:levels", "5")]);
    }
    node(60.0, 6.0, "<tag k=\"amenity\" v=\"pharmacy\"/>");
    if !between.is_empty() {
        let (key, value) = between.split_once('=').unwrap();
        let ring = [(10.0, -300.0), (30.0, -300.0), (30.0, 300.0), (10.0, 300.0)].map(|(x, y)| node(x, y, ""));
        way(&[ring.as_slice(), &ring[..1]].concat(), &[(key, value)]);
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("town.osm");
    std::fs::write(&path, format!("<osm version=\"0.6\">{nodes}{ways}</osm>")).unwrap();
    let city = make_city(&InputFiles::of(&path), &()).unwrap();
    let ready = ReadyCity::new(city, Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    measure(&ready, Standard::find("moreno-6").unwrap(), &()).unwrap()
}

fn found(measured: &Measured, question: Question) -> Vec<MissingLink> {
    missing_links(measured, question, &(), &()).unwrap()
}

#[test]
fn the_gate_in_the_wall_is_found_and_gives_what_it_gives_when_it_is_built() {
    let measured = town("");
    let links = found(&measured, Question::default());
    let [link] = links.as_slice() else { panic!("{links:?}") };
    let ends: Vec<f64> = link.ends.iter().map(|end| metric::distance(*end, at(20.0, 0.0)).0).collect();
    assert!(ends.iter().all(|metres| (metres - 20.0).abs() < 0.5) && (link.length.0 - 40.0).abs() < 0.5, "{link:?}");
    assert!(link.at_dead_end && link.now.unwrap() > Seconds::from_minutes(40.0), "{link:?}");

    // Everybody within a quarter of an hour gains the pharmacy, as a scenario with a path says too.
    let text = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{\"edit\":\"open_street\",\"kind\":\"path\"}},\"geometry\":{{\"type\":\"LineString\",\"coordinates\":[[{},{}],[{},{}]]}}}}]}}",
        link.ends[0].x, link.ends[0].y, link.ends[1].x, link.ends[1].y
    );
    let mut city = EditedCity::new(&measured.reached.ready, vec![(*measured.standard).clone()], &()).unwrap();
    apply(&Scenario::parse(&text).unwrap(), &mut city).unwrap();
    let after = city.measured(&()).unwrap().swap_remove(0);
    let gaining: f64 = homes_changed(&measured, &after)
        .iter()
        .filter(|change| !change.gained.is_empty())
        .map(|change| measured.city().homes[change.home].residents)
        .sum();
    assert!(gaining > 100.0 && (gaining - link.residents).abs() < 1e-6, "{gaining} {}", link.residents);
    assert!(link.saved > 0.0 && link.gained >= link.residents);
}

#[test]
fn no_gate_leads_through_water_a_railway_or_a_house() {
    for between in ["natural=water", "building=industrial"] {
        assert!(found(&town(between), Question::default()).is_empty(), "{between}");
    }
    assert_eq!(found(&town("leisure=park"), Question::default()).len(), 1);
}

#[test]
fn what_is_asked_bounds_what_is_found() {
    let measured = town("");
    assert!(found(&measured, Question { longest: Metres(30.0), ..Question::default() }).is_empty());
    assert!(found(&measured, Question { saves: Seconds::from_minutes(90.0), ..Question::default() }).is_empty());
    assert!(found(&measured, Question { most: 0, ..Question::default() }).is_empty());
}

#[test]
fn vacant_land_is_offered_for_what_its_area_is_enough_for() {
    let measured = town("landuse=brownfield");
    let standard = Standard::find("cn-gb50180-2018").unwrap();
    let candidates = offered(measured.city(), "vacant", &standard).unwrap();
    let [plot] = candidates.as_slice() else { panic!("{candidates:?}") };
    // Twenty metres by six hundred.
    let [corner, opposite] = [at(10.0, -300.0), at(30.0, 300.0)];
    assert!((corner.x..opposite.x).contains(&plot.at.x) && (corner.y..opposite.y).contains(&plot.at.y));
    for (index, service) in standard.services.iter().enumerate() {
        assert_eq!(plot.services.contains(&index), service.min_area <= 12_000.0, "{}", service.id);
    }
    assert!(plot.services.len() < standard.services.len());
    let of = |words: &str| offered(town("landuse=grass").city(), words, &standard).unwrap_err().to_string();
    assert!(of("vacant").contains("no vacant land") && of("public").contains("no public buildings"));
}

mod renewal {
    use super::town;
    use lifecircle::city::{Street, StreetKind};
    use lifecircle::geo::{Metres, Seconds};
    use lifecircle::measure::{EditedCity, Joining, measure, residents_of};
    use lifecircle::network::Walker;
    use lifecircle::ready::{ReadyCity, Walk};
    use lifecircle::standard::Standard;
    use lifecircle::{demo, import};
    use lifecircle_plan::links;
    use lifecircle_plan::renewal::{Question, programme};
    use lifecircle_plan::sites::{Model, Most, Question as SitesQuestion, find_sites};

    /// A gate for 10 brings the pharmacy; another pharmacy for 100 would too. What is cheaper is built.
    #[test]
    fn a_gate_is_built_where_it_is_cheaper_than_a_facility() {
        let measured = town("");
        let of = |id: &str| measured.standard.services.iter().position(|service| service.id == id).unwrap();
        let ask = |budget: f64, link: Option<f64>| {
            let question = Question {
                prices: vec![(of("pharmacy"), 100.0)],
                link,
                budget,
                links: links::Question::default(),
                gap: 0.0,
            };
            programme(&measured, &question, &(), &()).unwrap()
        };
        let gate = ask(50.0, Some(10.0));
        assert_eq!((gate.works.len(), gate.cost, gate.works[0].service.as_deref()), (1, 10.0, None));
        assert!(gate.after > gate.before && gate.after <= gate.bound);
        // No facility can be paid besides, so that nothing better exists.
        assert!(gate.gap.is_finite() && gate.gap < 0.05, "{}", gate.gap);
        // Without the gate, there is nothing for 50, and a pharmacy for 100.
        assert!(ask(50.0, None).works.is_empty());
        let pharmacy = ask(100.0, None);
        assert_eq!((pharmacy.works.len(), pharmacy.works[0].service.as_deref()), (1, Some("pharmacy")));
        assert!(
            (pharmacy.works[0].adds - (pharmacy.after - pharmacy.before)).abs() < 1e-6
                && pharmacy.after <= pharmacy.bound
        );
        // With both allowed, the gate alone if that is enough, and never more than the budget.
        let both = ask(110.0, Some(10.0));
        assert!(both.cost <= 110.0 && both.after >= pharmacy.after.max(gate.after) - 1.0, "{both:?}");
        assert!(both.works.is_sorted_by(|a, b| a.spent <= b.spent));
    }

    /// Every set of links with the best facilities for what is left stays below the bound.
    #[test]
    fn no_programme_of_any_links_exceeds_the_bound() {
        let city = import::import(demo::generate(demo::Size::Small, 3), &()).unwrap();
        let ready = ReadyCity::new(city, Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
        let measured = measure(&ready, Standard::find("wuhai-8").unwrap(), &()).unwrap();
        let service = |id: &str| measured.standard.services.iter().position(|service| service.id == id).unwrap();
        let prices = vec![(service("pocket_park"), 3.0), (service("public_toilet"), 2.0)];
        let wanted = links::Question { longest: Metres(120.0), saves: Seconds::from_minutes(2.0), most: 4 };
        let all = links::missing_links(&measured, wanted, &(), &()).unwrap();
        assert!(all.len() > 1, "{all:?}");
        for (budget, price) in [(5.0, 1.0), (3.0, 1.5)] {
            let question = Question { prices: prices.clone(), link: Some(price), budget, links: wanted, gap: 0.0 };
            let found = programme(&measured, &question, &(), &()).unwrap();
            let mut most = 0.0_f64;
            for set in 0_u32..1 << all.len() {
                let left = budget - price * f64::from(set.count_ones());
                if left < 0.0 {
                    continue;
                }
                let mut city = EditedCity::new(&ready, vec![(*measured.standard).clone()], &()).unwrap();
                for (_, link) in all.iter().enumerate().filter(|(number, _)| set >> number & 1 == 1) {
                    let like = Street::plain([0, 0], StreetKind::Path, Metres(0.0));
                    city.build_street(&link.ends, &like, Joining::Ends).unwrap();
                }
                let with = city.measured(&()).unwrap().swap_remove(0);
                let sites = SitesQuestion {
                    services: prices.iter().map(|(service, _)| *service).collect(),
                    most: Most::Budget(left),
                    prices: Some(prices.iter().map(|(_, price)| *price).collect()),
                    ..SitesQuestion::of(0, 0, Model::Cover)
                };
                let value = find_sites(&with, &sites, &(), &()).unwrap().sites.value;
                let others =
                    with.standard.required().filter(|service| !prices.iter().any(|(priced, _)| priced == service));
                let people = |service: usize| {
                    let homes = with.city().homes.iter().enumerate();
                    let group = with.standard.services[service].people;
                    let having = homes.filter(|(home, _)| with.has(*home, service));
                    having.map(|(_, home)| residents_of(home, group).unwrap_or(home.residents)).sum::<f64>()
                };
                most = most.max(value + others.map(people).sum::<f64>());
            }
            assert!(found.bound >= most - 1.0, "{} is exceeded by {most}", found.bound);
            assert!(found.after <= most + 1.0 && found.gap < 0.6, "{} of {most}, {}", found.after, found.gap);
        }
    }
}

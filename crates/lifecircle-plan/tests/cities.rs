//! Places that were chosen in a city, beside the city with facilities built there and measured anew.

#![allow(clippy::unwrap_used, clippy::panic)]

use lifecircle::city::{Entries, Facility};
use lifecircle::measure::{Measured, measure, residents_of};
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::{demo, import};
use lifecircle_plan::sites::{Model, Question, Solved, find_sites};

fn small_city() -> (Measured, usize) {
    let city = import::import(demo::generate(demo::Size::Small, 1), &()).unwrap();
    let ready = ReadyCity::new(city, Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let measured = measure(&ready, Standard::find("wuhai-8").unwrap(), &()).unwrap();
    let service = measured.standard.services.iter().position(|service| service.id == "pocket_park").unwrap();
    (measured, service)
}

fn covered(measured: &Measured, service: usize) -> f64 {
    let group = measured.standard.services[service].people;
    let homes = measured.city().homes.iter().enumerate().filter(|(index, _)| measured.has(*index, service));
    homes.map(|(_, home)| residents_of(home, group).unwrap_or(home.residents)).sum()
}

/// The same city with facilities like an existing one at the places that were chosen.
fn built(measured: &Measured, service: usize, solved: &Solved) -> Measured {
    let mut city = measured.city().clone();
    let like = measured.recognised.services[service][0] as usize;
    let new = solved.sites.sites.iter().zip(0..).map(|(site, number)| Facility {
        id: format!("new:{number}"),
        at: site.at,
        entries: Entries::Known(vec![site.at]),
        ..city.facilities[like].clone()
    });
    let new: Vec<Facility> = new.collect();
    city.facilities.extend(new);
    let ready = ReadyCity::new(city, measured.reached.ready.walk().clone(), &()).unwrap();
    measure(&ready, (*measured.standard).clone(), &()).unwrap()
}

#[test]
fn what_is_promised_is_measured_when_it_is_built() {
    let (measured, service) = small_city();
    let question = Question { service, count: 3, model: Model::Cover, within: None, candidates: None, gap: 0.0 };
    let solved = find_sites(&measured, &question, &(), &()).unwrap();
    let sites = &solved.sites;
    assert!((sites.before - covered(&measured, service)).abs() < 0.01);
    let after = built(&measured, service, &solved);
    assert!(
        (sites.value - covered(&after, service)).abs() < 1.0,
        "{} promised, {} measured",
        sites.value,
        covered(&after, service)
    );
    assert!(
        sites.value > sites.before && sites.value == sites.bound && sites.bound_at_junctions.unwrap() >= sites.bound
    );
    let added: f64 = sites.sites.iter().map(|site| site.adds).sum();
    assert!((added - (sites.value - sites.before)).abs() < 0.01);
    assert!(sites.sites.is_sorted_by(|a, b| a.adds >= b.adds));
}

#[test]
fn the_mean_way_is_as_short_as_promised() {
    let (measured, service) = small_city();
    let question = Question { service, count: 2, model: Model::Median, within: None, candidates: None, gap: 0.0 };
    let solved = find_sites(&measured, &question, &(), &()).unwrap();
    let after = built(&measured, service, &solved);
    let way = |home: usize| after.nearest(home, service).map_or(1_800.0, |way| way.0.min(1_800.0));
    let seconds: f64 = after.city().homes.iter().enumerate().map(|(index, home)| home.residents * way(index)).sum();
    let sites = &solved.sites;
    // Ways are rounded to tenths of seconds.
    assert!((sites.value - seconds).abs() < 0.1 * sites.people, "{} promised, {seconds} measured", sites.value);
    assert!(sites.value < sites.before && sites.value == sites.bound);
}

#[test]
fn more_candidates_never_give_less_and_those_without_a_street_are_told() {
    let (measured, service) = small_city();
    let corners: Vec<_> = measured.city().streets.nodes.iter().copied().step_by(7).collect();
    let far = lifecircle::geo::LonLat { x: 0.0, y: 0.0 };
    let with = |candidates: Vec<_>| {
        let question =
            Question { service, count: 2, model: Model::Cover, within: None, candidates: Some(candidates), gap: 0.0 };
        find_sites(&measured, &question, &(), &()).map(|solved| solved.sites)
    };
    let few = with([&corners[..20], &[far]].concat()).unwrap();
    let all = with(corners.clone()).unwrap();
    assert_eq!((few.candidates, few.without_street, few.bound_at_junctions), (20, 1, None));
    assert!(all.value >= few.value);
    assert!(few.sites.iter().all(|site| corners[site.candidate as usize] == site.at));
    assert!(with(vec![far]).unwrap_err().to_string().contains("no candidate has a street"));
}

#[test]
fn a_limit_of_ones_own_stands_for_the_threshold() {
    let (measured, service) = small_city();
    let with = |minutes: f64| {
        let within = Some(lifecircle::geo::Seconds::from_minutes(minutes));
        let question = Question { service, count: 2, model: Model::Cover, within, candidates: None, gap: 0.0 };
        find_sites(&measured, &question, &(), &()).unwrap()
    };
    for minutes in [3.0, 12.0] {
        let solved = with(minutes);
        let near = |measured: &Measured| {
            let is_near = |home: &usize| measured.nearest(*home, service).is_some_and(|way| way.0 <= minutes * 60.0);
            let homes = (0..measured.city().homes.len()).filter(is_near);
            homes.map(|home| measured.city().homes[home].residents).sum::<f64>()
        };
        assert!((solved.sites.before - near(&measured)).abs() < 0.01);
        assert!((solved.sites.value - near(&built(&measured, service, &solved))).abs() < 1.0);
    }
    assert!(with(12.0).sites.before > with(3.0).sites.before);
}

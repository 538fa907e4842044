//! Places that were chosen in a city, beside the city with facilities built there and measured anew.

#![allow(clippy::unwrap_used, clippy::panic)]

mod small;

use lifecircle::city::{Entries, Facility};
use lifecircle::geo::LonLat;
use lifecircle::measure::{Measured, measure, residents_of};
use lifecircle::ready::ReadyCity;
use lifecircle::standard::Standard;
use lifecircle_plan::sites::{Candidate, Model, Most, Question, Role, Solved, Weights, fewest_sites, find_sites};
use small::{Near, choices, corners, small_city};

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
    let question = Question::of(service, 3, Model::Cover);
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
    let question = Question::of(service, 2, Model::Median);
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
    let far = LonLat { x: 0.0, y: 0.0 };
    let with = |candidates: Vec<_>| {
        let candidates = Some(candidates.into_iter().map(Candidate::at).collect());
        let question = Question { candidates, ..Question::of(service, 2, Model::Cover) };
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
        let question = Question { within, ..Question::of(service, 2, Model::Cover) };
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

#[test]
fn prices_and_roles_are_kept_and_nothing_better_exists() {
    let (measured, service) = small_city();
    let at = corners(&measured, 7);
    let cost = [3.0, 1.0, 2.5, 4.0, 1.5, 2.0, 3.5];
    let roles =
        [Role::Allowed, Role::Allowed, Role::Required, Role::Allowed, Role::Competitor, Role::Allowed, Role::Allowed];
    let candidate = |number: usize| Candidate { cost: cost[number], role: roles[number], ..Candidate::at(at[number]) };
    let question = Question {
        most: Most::Budget(7.0),
        candidates: Some((0..7).map(candidate).collect()),
        ..Question::of(service, 0, Model::Cover)
    };
    let sites = find_sites(&measured, &question, &(), &()).unwrap().sites;
    assert!(sites.sites[0].required && sites.sites[0].candidate == 2);
    assert!(sites.cost <= 7.0 && sites.sites.iter().all(|site| site.candidate != 4), "{sites:?}");
    let (free, near) = (vec![0, 1, 3, 5, 6], Near::new(&measured, service, &at));
    let best = choices(5, 5)
        .into_iter()
        .map(|chosen| chosen.into_iter().map(|index| free[index]).collect::<Vec<_>>())
        .filter(|chosen| chosen.iter().map(|number| cost[*number]).sum::<f64>() + cost[2] <= 7.0)
        .map(|chosen| near.people(&[chosen.as_slice(), &[2, 4]].concat()))
        .fold(0.0, f64::max);
    assert!((sites.value - best).abs() < 0.5 && sites.value == sites.bound, "{} of {best}", sites.value);
    assert!((sites.before - near.people(&[4])).abs() < 0.5);
    let too_much = Question { most: Most::Budget(2.0), ..question };
    assert!(find_sites(&measured, &too_much, &(), &()).unwrap_err().to_string().contains("required is more"));
}

#[test]
fn several_services_share_what_may_be_built() {
    let (measured, park) = small_city();
    let of = |id: &str| measured.standard.services.iter().position(|service| service.id == id).unwrap();
    let services = vec![park, of("pharmacy")];
    let at = corners(&measured, 5);
    let ask = |together: bool, allowed: Vec<usize>| {
        let candidate = |at: &LonLat| Candidate { services: allowed.clone(), ..Candidate::at(*at) };
        let question = Question {
            services: services.clone(),
            together,
            candidates: Some(at.iter().map(candidate).collect()),
            ..Question::of(park, 2, Model::Cover)
        };
        find_sites(&measured, &question, &(), &()).unwrap().sites
    };
    let near: Vec<Near<'_>> = services.iter().map(|service| Near::new(&measured, *service, &at)).collect();
    let with = |parks: &[usize], pharmacies: &[usize]| near[0].people(parks) + near[1].people(pharmacies);
    let before = with(&[], &[]);
    // Apart: two facilities of either service. Ten may be built.
    let apart = ask(false, vec![]);
    let best = choices(10, 2).into_iter().map(|chosen| {
        let (parks, others): (Vec<usize>, Vec<usize>) = chosen.into_iter().partition(|number| *number < 5);
        with(&parks, &others.iter().map(|number| number - 5).collect::<Vec<_>>())
    });
    let best = best.fold(0.0, f64::max);
    assert!((apart.before - before).abs() < 0.5 && (apart.value - best).abs() < 0.5, "{} of {best}", apart.value);
    assert!(apart.sites.iter().all(|site| site.services.len() == 1) && apart.value == apart.bound);
    // Together: each of the two serves both.
    let together = ask(true, vec![]);
    let best = choices(5, 2).into_iter().map(|chosen| with(&chosen, &chosen)).fold(0.0, f64::max);
    assert!((together.value - best).abs() < 0.5 && together.value >= apart.value, "{} of {best}", together.value);
    assert!(together.sites.iter().all(|site| site.services == services));
    // Where only parks may stand, only parks do.
    let parks = ask(false, vec![park]);
    assert!(parks.sites.iter().all(|site| site.services == [park]) && parks.value <= apart.value);
}

#[test]
fn the_fewest_are_enough_and_one_fewer_is_not() {
    let (measured, service) = small_city();
    let at = corners(&measured, 9);
    let question = Question {
        candidates: Some(at.iter().map(|at| Candidate::at(*at)).collect()),
        ..Question::of(service, 1, Model::Cover)
    };
    let near = Near::new(&measured, service, &at);
    let (all, before) = (near.people(&(0..9).collect::<Vec<_>>()), near.people(&[]));
    let total: f64 = measured.city().homes.iter().map(|home| home.residents).sum();
    for part in [0.3, 0.6, 0.95] {
        let goal = before + part * (all - before);
        let (solved, fewest) = fewest_sites(&measured, &question, goal / total, &(), &()).unwrap();
        let enough = |most: usize| choices(9, most).into_iter().any(|chosen| near.people(&chosen) >= goal - 0.5);
        let count = fewest.count as usize;
        assert!(fewest.is_proven() && fewest.at_least == fewest.count && fewest.is_reachable, "{fewest:?}");
        assert!(enough(count) && !enough(count - 1), "{count}");
        assert!(solved.sites.value >= goal - 1.0 && solved.sites.sites.len() == count);
    }
    // More than all candidates reach: as many as they do.
    let (solved, fewest) = fewest_sites(&measured, &question, 1.0, &(), &()).unwrap();
    assert!((fewest.goal * total - all).abs() < 0.5 && (solved.sites.value - all).abs() < 0.5 && !fewest.is_reachable);
    // What stands is enough for less.
    let (solved, fewest) = fewest_sites(&measured, &question, 0.9 * before / total, &(), &()).unwrap();
    assert!(fewest.needs_none && fewest.is_proven() && solved.sites.sites.is_empty(), "{fewest:?}");
    // Without any time nothing is claimed.
    struct Over;
    impl lifecircle_plan::siting::Watch for Over {
        fn closing(&self, _: lifecircle_plan::siting::Known) {}
        fn is_over(&self) -> bool {
            true
        }
    }
    let (solved, fewest) = fewest_sites(&measured, &question, 0.95, &Over, &()).unwrap();
    assert!(!fewest.is_proven() && solved.sites.bound >= solved.sites.value);
    // Named twice, a service would count twice.
    let twice = Question { services: vec![service, service], ..question };
    assert!(find_sites(&measured, &twice, &(), &()).unwrap_err().to_string().contains("named twice"));
}

#[test]
fn those_who_count_more_are_served_first() {
    let (mut measured, service) = small_city();
    let question = |elderly: f64| Question {
        weights: Weights { children: 1.0, elderly },
        candidates: Some(corners(&measured, 12).into_iter().map(Candidate::at).collect()),
        ..Question::of(service, 1, Model::Cover)
    };
    let plain = find_sites(&measured, &question(1.0), &(), &()).unwrap().sites;
    let weighed = find_sites(&measured, &question(50.0), &(), &()).unwrap().sites;
    let old: f64 = measured.city().homes.iter().filter_map(|home| home.ages.elderly).sum();
    assert!((weighed.people - plain.people - 49.0 * old).abs() < 1.0);
    let near = Near::new(&measured, service, &[plain.sites[0].at, weighed.sites[0].at]);
    assert!(near.people(&[0]) >= near.people(&[1]) - 0.5);
    // Where ages are not known, weights cannot be.
    let mut city = measured.city().clone();
    city.homes.iter_mut().for_each(|home| home.ages = Default::default());
    let asked = question(2.0);
    let ready = ReadyCity::new(city, measured.reached.ready.walk().clone(), &()).unwrap();
    measured = measure(&ready, Standard::find("wuhai-8").unwrap(), &()).unwrap();
    assert!(
        find_sites(&measured, &asked, &(), &()).unwrap_err().to_string().contains("ages of residents are not known")
    );
}

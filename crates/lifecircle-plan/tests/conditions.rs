//! Siting under conditions in a city, beside all choices counted out: the longest way, a second facility near, places, floors for areas.

#![allow(clippy::unwrap_used, clippy::panic)]

mod small;

use lifecircle::measure::Measured;
use lifecircle_plan::sites::{Areas, Candidate, Floor, Model, Most, Question, Role, find_sites};
use lifecircle_plan::siting::{Known, Watch};
use small::{Near, choices, corners, small_city};

fn of(measured: &Measured, id: &str) -> usize {
    measured.standard.services.iter().position(|service| service.id == id).unwrap()
}

fn asked(measured: &Measured, service: usize, candidates: usize, count: u32, model: Model) -> Question {
    let candidates = corners(measured, candidates).into_iter().map(Candidate::at).collect();
    Question { candidates: Some(candidates), ..Question::of(service, count, model) }
}

/// The ways of all homes to some places, in tenths of seconds, at most half an hour.
fn ways(measured: &Measured, at: &[lifecircle::geo::LonLat]) -> Vec<Vec<i64>> {
    let ready = &measured.reached.ready;
    let tenths = |millis: f64| ((millis / 100.0).round() as i64).min(18_000);
    let of_place = |at: &lifecircle::geo::LonLat| {
        let snap = ready.snap(*at).unwrap();
        let way = |home: &lifecircle::network::Snap| ready.route(&[*home], &[snap], &()).unwrap();
        let homes = ready.snaps().homes.iter();
        homes
            .map(|home| home.ok().and_then(|home| way(&home)).map_or(18_000, |route| tenths(f64::from(route.cost.0))))
            .collect()
    };
    at.iter().map(of_place).collect()
}

/// The longest way of a share of people: of those whom anything reaches.
fn longest(mut ways: Vec<(i64, f64)>, share: f64, unreachable: f64) -> i64 {
    ways.sort_unstable_by_key(|(way, _)| std::cmp::Reverse(*way));
    let all: f64 = ways.iter().map(|(_, people)| people).sum();
    let may_be_beyond = unreachable + (all - unreachable) * (1.0 - share) + 1e-6;
    let mut beyond = 0.0;
    for (way, people) in ways {
        beyond += people;
        if beyond > may_be_beyond {
            return way;
        }
    }
    0
}

#[test]
fn the_longest_way_is_as_short_as_can_be() {
    let (measured, service) = small_city();
    let at = corners(&measured, 8);
    let ways = ways(&measured, &at);
    let homes = &measured.city().homes;
    let now =
        |home: usize| measured.nearest(home, service).map_or(18_000, |way| ((way.0 * 10.0).round() as i64).min(18_000));
    let nearest = |chosen: &[usize]| {
        let of_home = |home: usize| {
            let way = chosen.iter().map(|place| ways[*place][home]).chain([now(home)]).min().unwrap();
            (way, (homes[home].residents * 1000.0).round())
        };
        (0..homes.len()).map(of_home).collect::<Vec<_>>()
    };
    let reached_by_none = nearest(&(0..8).collect::<Vec<_>>()).into_iter().filter(|(way, _)| *way >= 18_000);
    let unreachable = reached_by_none.map(|(_, people)| people).sum();
    for (share, count) in [(1.0, 2_u32), (0.9, 2), (0.97, 3), (0.5, 1)] {
        let question = Question { share, ..asked(&measured, service, 8, count, Model::Center) };
        let found = find_sites(&measured, &question, &(), &()).unwrap().sites;
        let best = choices(8, count as usize)
            .into_iter()
            .map(|chosen| longest(nearest(&chosen), share, unreachable))
            .min()
            .unwrap();
        assert!((found.value * 10.0 - best as f64).abs() < 1e-6, "{} of {best} for {share}", found.value);
        assert_eq!(found.value, found.bound);
        assert!((found.before * 10.0 - longest(nearest(&[]), share, unreachable) as f64).abs() < 1e-6);
        let chosen: Vec<usize> = found.sites.iter().map(|site| site.candidate as usize).collect();
        assert_eq!(longest(nearest(&chosen), share, unreachable), best);
    }
}

#[test]
fn a_second_facility_is_near_as_many_as_can_be() {
    let (measured, service) = small_city();
    let near = Near::new(&measured, service, &corners(&measured, 8));
    let homes = &measured.city().homes;
    let counts = |chosen: &[usize]| {
        let of_home = |home: usize| {
            measured.count_within_threshold(home, service) as usize
                + chosen.iter().filter(|place| near.near[**place][home]).count()
        };
        (0..homes.len()).map(of_home).collect::<Vec<_>>()
    };
    let people = |chosen: &[usize], least: usize| {
        let with = counts(chosen).into_iter().zip(homes).filter(|(count, _)| *count >= least);
        with.map(|(_, home)| home.residents).sum::<f64>()
    };
    let question = asked(&measured, service, 8, 3, Model::Backup);
    let found = find_sites(&measured, &question, &(), &()).unwrap().sites;
    let value = |chosen: &[usize]| people(chosen, 1) + people(chosen, 2);
    let best = choices(8, 3).iter().map(|chosen| value(chosen)).fold(0.0, f64::max);
    assert!((found.value - best).abs() < 1.0 && found.value == found.bound, "{} of {best}", found.value);
    let (chosen, times): (Vec<usize>, _) =
        (found.sites.iter().map(|site| site.candidate as usize).collect(), found.times.unwrap());
    for (told, (chosen, least)) in [
        (times.one[0], (&[][..], 1)),
        (times.two[0], (&[][..], 2)),
        (times.one[1], (&chosen, 1)),
        (times.two[1], (&chosen, 2)),
    ] {
        assert!((told - people(chosen, least)).abs() < 1.0, "{told}");
    }
    // What others build counts for those near it, and is not chosen.
    let mut candidates = question.candidates.clone().unwrap();
    candidates[2].role = Role::Competitor;
    candidates[4].role = Role::Required;
    let question = Question { candidates: Some(candidates), ..question };
    let found = find_sites(&measured, &question, &(), &()).unwrap().sites;
    let free = [0, 1, 3, 5, 6, 7];
    let best = choices(6, 2).into_iter().map(|chosen| {
        let chosen: Vec<usize> = chosen.into_iter().map(|index| free[index]).chain([2, 4]).collect();
        value(&chosen)
    });
    let best = best.fold(0.0, f64::max);
    assert!((found.value - best).abs() < 1.0 && (found.before - value(&[2])).abs() < 1.0, "{} of {best}", found.value);
    assert!(found.sites[0].required && found.sites[0].candidate == 4);
}

#[test]
fn places_are_filled_as_well_as_can_be() {
    let (measured, _) = small_city();
    let service = of(&measured, "childcare");
    let near = Near::new(&measured, service, &corners(&measured, 6));
    let existing: Vec<_> = measured.recognised.services[service]
        .iter()
        .map(|&index| &measured.city().facilities[index as usize])
        .collect();
    let doors: Vec<Near<'_>> =
        existing.iter().map(|facility| Near::new(&measured, service, facility.entries.points())).collect();
    let reaches_existing = |facility: usize, home: usize| doors[facility].near.iter().any(|door| door[home]);
    let ratio = measured.standard.services[service].ratio.clone().unwrap();
    let for_people = |places: f64| places * 1000.0 / ratio.per_thousand;
    let homes = &measured.city().homes;
    // As many are served as the narrowest cut lets through: some sites full, all whom the others reach.
    let served = |chosen: &[usize], places: f64| {
        let sites = existing.len() + chosen.len();
        let mask = |home: usize| {
            let old = (0..existing.len())
                .filter(|&facility| reaches_existing(facility, home))
                .map(|facility| 1_u32 << facility);
            let new = chosen.iter().enumerate().filter(|(_, place)| near.near[**place][home]);
            old.chain(new.map(|(index, _)| 1 << (existing.len() + index))).sum::<u32>()
        };
        let masks: Vec<u32> = (0..homes.len()).map(mask).collect();
        let holds =
            |site: usize| if site < existing.len() { existing[site].capacity.unwrap_or(ratio.usual) } else { places };
        let cut = |full: u32| {
            let full_ones =
                (0..sites).filter(|site| full >> site & 1 == 1).map(|site| for_people(holds(site))).sum::<f64>();
            let others = masks.iter().zip(homes).filter(|(mask, _)| *mask & !full != 0);
            full_ones + others.map(|(_, home)| home.residents).sum::<f64>()
        };
        (0..1_u32 << sites).map(cut).fold(f64::INFINITY, f64::min)
    };
    assert!(existing.len() < 10);
    for places in [2.0, 6.0, 60.0] {
        let question = Question { capacity: Some(places), ..asked(&measured, service, 6, 2, Model::Capacitated) };
        let found = find_sites(&measured, &question, &(), &()).unwrap().sites;
        let best = choices(6, 2).iter().map(|chosen| served(chosen, places)).fold(0.0, f64::max);
        assert!(
            (found.value - best).abs() < 1.0 && found.value == found.bound,
            "{} of {best} by {places}",
            found.value
        );
        assert!((found.before - served(&[], places)).abs() < 1.0);
        let added: f64 = found.sites.iter().map(|site| site.adds).sum();
        assert!((added - (found.value - found.before)).abs() < 0.01);
    }
}

#[test]
fn every_area_has_its_floor_and_the_worst_as_much_as_can_be() {
    let (measured, service) = small_city();
    let city = measured.city();
    let near = Near::new(&measured, service, &corners(&measured, 9));
    let names: Vec<&str> = city
        .homes
        .iter()
        .map(|home| home.community.map_or("", |of| city.communities[of as usize].district.local.as_str()))
        .collect();
    let mut all: Vec<&str> = names.iter().copied().filter(|name| !name.is_empty()).collect();
    all.sort_unstable();
    all.dedup();
    assert!(all.len() > 1, "{all:?}");
    let shares = |chosen: &[usize]| {
        let has = |home: usize| measured.has(home, service) || chosen.iter().any(|place| near.near[*place][home]);
        let of_area = |area: &&str| {
            let own = || (0..city.homes.len()).filter(|&home| names[home] == *area);
            let having: f64 = own().filter(|&home| has(home)).map(|home| city.homes[home].residents).sum();
            having / own().map(|home| city.homes[home].residents).sum::<f64>()
        };
        all.iter().map(of_area).collect::<Vec<f64>>()
    };
    let everything = shares(&(0..9).collect::<Vec<_>>());
    let question = |floor: Floor| Question {
        floor: Some((Areas::Districts, floor)),
        ..asked(&measured, service, 9, 2, Model::Cover)
    };
    let plain = find_sites(&measured, &asked(&measured, service, 9, 2, Model::Cover), &(), &()).unwrap().sites;
    let keeps = |chosen: &[usize], floor: f64| {
        shares(chosen).iter().zip(&everything).all(|(share, most)| *share >= floor.min(*most) - 1e-9)
    };
    let best_with = |floor: f64| {
        let keeping =
            choices(9, 2).into_iter().filter(|chosen| keeps(chosen, floor)).map(|chosen| near.people(&chosen));
        keeping.fold(None, |best: Option<f64>, people| Some(best.map_or(people, |best| best.max(people))))
    };
    let mut refused = 0;
    for step in 0..12 {
        let floor = f64::from(step) * 0.09;
        let found = find_sites(&measured, &question(Floor::Share(floor)), &(), &());
        match best_with(floor) {
            Some(best) => {
                let found = found.unwrap().sites;
                assert!(
                    (found.value - best).abs() < 1.0 && found.value == found.bound,
                    "{} of {best} at {floor}",
                    found.value
                );
                assert!(found.value <= plain.value + 0.01);
                assert!(found.areas.iter().all(|area| area.after >= area.floor - 0.01));
            }
            None => {
                refused += 1;
                assert!(found.unwrap_err().to_string().contains("gives every area its floor"));
            }
        }
    }
    assert!(refused > 0, "floors of all heights could be had");
    let highest =
        (0..=1000).map(|step| f64::from(step) / 1000.0).filter(|floor| best_with(*floor).is_some()).fold(0.0, f64::max);
    let found = find_sites(&measured, &question(Floor::WorstFirst), &(), &()).unwrap().sites;
    assert!((found.value - best_with(highest).unwrap()).abs() < 1.0, "{} at {highest}", found.value);
}

#[test]
fn what_cannot_be_asked_is_refused_with_a_sentence() {
    let (measured, service) = small_city();
    let ask = |question: Question| find_sites(&measured, &question, &(), &()).unwrap_err().to_string();
    let two = vec![service, of(&measured, "pharmacy")];
    assert!(ask(Question { services: two, ..asked(&measured, service, 3, 1, Model::Center) }).contains("one service"));
    let floor = Some((Areas::Districts, Floor::Share(0.5)));
    assert!(ask(Question { floor, ..asked(&measured, service, 3, 1, Model::Median) }).contains("floors"));
    let within = Some(lifecircle::geo::Seconds(60.0));
    assert!(ask(Question { within, ..asked(&measured, service, 3, 1, Model::Center) }).contains("is not asked"));
    let mut city = measured.city().clone();
    city.homes.iter_mut().for_each(|home| home.community = None);
    let ready = lifecircle::ready::ReadyCity::new(city, measured.reached.ready.walk().clone(), &()).unwrap();
    let bare = lifecircle::measure::measure(&ready, (*measured.standard).clone(), &()).unwrap();
    let floors = Question { floor, ..asked(&bare, service, 3, 1, Model::Cover) };
    assert!(find_sites(&bare, &floors, &(), &()).unwrap_err().to_string().contains("no home lies in an area"));
    let pharmacy = of(&measured, "pharmacy");
    assert!(ask(asked(&measured, pharmacy, 3, 1, Model::Capacitated)).contains("is not known"));
}

#[test]
fn small_money_is_counted_as_exactly_as_large() {
    let (measured, service) = small_city();
    let with = |unit: f64| {
        let mut question = asked(&measured, service, 6, 1, Model::Cover);
        question.candidates.iter_mut().flatten().for_each(|candidate| candidate.cost = 4.0 * unit);
        let sites =
            find_sites(&measured, &Question { most: Most::Budget(12.0 * unit), ..question }, &(), &()).unwrap().sites;
        (sites.sites.len(), sites.value)
    };
    assert_eq!(with(1.0).0, 3);
    for unit in [0.001, 1e-5, 0.1, 1e6, 1.0 / 3.0] {
        assert_eq!(with(unit), with(1.0), "{unit}");
    }
    // A little too dear is too dear, however large the amounts are.
    let mut question = asked(&measured, service, 6, 1, Model::Cover);
    question.candidates.iter_mut().flatten().for_each(|candidate| candidate.cost = 600_000.4);
    let sites =
        find_sites(&measured, &Question { most: Most::Budget(1_800_000.0), ..question }, &(), &()).unwrap().sites;
    assert_eq!(sites.sites.len(), 2);
}

#[test]
fn stopped_before_it_begins_nothing_false_is_claimed() {
    struct Over;
    impl Watch for Over {
        fn closing(&self, _: Known) {}
        fn is_over(&self) -> bool {
            true
        }
    }
    let (measured, service) = small_city();
    for model in [Model::Center, Model::Backup] {
        let found = find_sites(&measured, &asked(&measured, service, 8, 2, model), &Over, &()).unwrap().sites;
        let best = find_sites(&measured, &asked(&measured, service, 8, 2, model), &(), &()).unwrap().sites;
        match model {
            Model::Center => assert!(found.bound <= best.value && found.value >= best.value),
            _ => assert!(found.bound >= best.value && found.value <= best.value),
        }
    }
}

//! Halves of a city, measured apart with a margin around them, give merged the very numbers of the whole.
#![allow(clippy::unwrap_used, clippy::panic)]

use lifecircle::city::City;
use lifecircle::demo;
use lifecircle::import::import;
use lifecircle::measure::{CityTally, Coverage, Measured, ServiceTally, Tally, measure};
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::summary::{Equity, Gap, gaps, summarise};

/// So far around a half its people may go, in degrees: some 2.5 km.
const MARGIN: f64 = 0.03;

/// Whoever has a service within so many seconds has it within the margin, however they turn.
const WITHIN_MARGIN: f64 = 1500.0;

fn measured(city: City, walker: &str, standard: &str) -> Measured {
    let ready = ReadyCity::new(city, Walk::of(Walker::find(walker).unwrap()), &()).unwrap();
    measure(&ready, Standard::find(standard).unwrap(), &()).unwrap()
}

#[test]
fn halves_give_the_whole() {
    let city = import(demo::generate(demo::Size::Full, 3), &()).unwrap();
    let [west, south, east, north] = city.about.extent;
    let middle = f64::midpoint(west, east);
    let halves =
        [city.within([west, south, middle + MARGIN, north]), city.within([middle - MARGIN, south, east, north])];
    for half in &halves {
        assert!(half.streets.edges.len() * 10 < city.streets.edges.len() * 9, "a half is no half");
    }
    for (walker, standard) in [("adult", "wuhai-8"), ("elderly", "cn-gb50180-2018")] {
        let whole = measured(city.clone(), walker, standard);
        let standard = whole.standard.clone();
        let mut merged = CityTally::empty(&standard);
        for (half, is_west) in halves.iter().zip([true, false]) {
            let half = measured(half.clone(), walker, &standard.id);
            let own = |home: usize| (half.city().homes[home].at.x < middle) == is_west;
            merged.merge(&CityTally::of_some(&half, own), &standard);
        }
        let all = CityTally::of(&whole);
        // Home by home, without merging anything.
        assert_eq!(all.all, Tally::of(&whole, 0..city.homes.len()));
        // How far the nearest is beyond the margin only the whole city knows. All else is the same, to the last person.
        let is_near = |service: &usize| {
            (0..city.homes.len()).all(|home| whole.nearest(home, *service).is_none_or(|time| time.0 < WITHIN_MARGIN))
        };
        let near: Vec<usize> = (0..standard.services.len()).filter(is_near).collect();
        assert!(near.len() >= 5, "{near:?}");
        for service in &near {
            assert_eq!(merged.all.services[*service], all.all.services[*service]);
        }
        let timeless = |tally: &CityTally| {
            let mut tally = tally.clone();
            let areas = tally.communities.values_mut().chain([&mut tally.all, &mut tally.elsewhere]);
            for service in areas.flat_map(|area| &mut area.services) {
                let ServiceTally { having, needed, had, .. } = *service;
                *service = ServiceTally { having, needed, had, ..ServiceTally::default() };
            }
            tally
        };
        assert_eq!(timeless(&merged), timeless(&all));
        // So the documents made of it are the same.
        let summary = summarise(&whole);
        let people =
            |gaps: &[Gap]| gaps.iter().map(|gap| (gap.service.clone(), gap.people_without)).collect::<Vec<_>>();
        assert_eq!(people(&gaps(&standard, None, &merged.all)), people(&summary.gaps));
        assert_eq!(Equity::of_completeness(&merged), summary.indicators.equity);
        let coverage = Coverage::of(&standard, &merged.all);
        let told: Vec<_> = summary.circles.iter().map(|(_, circle)| (circle.coverage, circle.compliance)).collect();
        assert_eq!(coverage.circles.iter().map(|c| (c.coverage, c.compliance)).collect::<Vec<_>>(), told);
    }
}

/// Without a margin people lack what lies beyond the cut: the comparison can fail.
#[test]
fn halves_without_a_margin_do_not() {
    let city = import(demo::generate(demo::Size::Small, 3), &()).unwrap();
    let [west, south, east, north] = city.about.extent;
    let middle = f64::midpoint(west, east);
    let whole = measured(city.clone(), "adult", "wuhai-8");
    let mut merged = CityTally::empty(&whole.standard);
    for extent in [[west, south, middle, north], [middle, south, east, north]] {
        merged.merge(&CityTally::of(&measured(city.within(extent), "adult", "wuhai-8")), &whole.standard);
    }
    let all = CityTally::of(&whole);
    assert_eq!(merged.all.all, all.all.all);
    assert_ne!(merged, all);
}

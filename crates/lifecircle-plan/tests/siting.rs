//! Siting beside its plain twin: all choices of small problems are tried, one after another.

#![allow(clippy::unwrap_used, clippy::panic)]

use lifecircle_plan::siting::{
    Demand, Known, Limit, Link, Outcome, Problem, Settings, Watch, max_cover, p_center, p_median, set_cover, solve,
};
use proptest::prelude::*;

/// All choices that the limit allows, the cheapest cost first.
fn cheapest(problem: &Problem) -> Option<i64> {
    let choices = 0_u32..1 << problem.sites();
    let chosen =
        |choice: u32| (0..problem.sites() as u32).filter(move |site| choice >> site & 1 == 1).collect::<Vec<_>>();
    choices.map(chosen).filter(|chosen| problem.allows(chosen)).filter_map(|chosen| problem.value(&chosen)).min()
}

fn check(problem: &Problem, outcome: &Outcome) {
    match (cheapest(problem), &outcome.best) {
        (Some(least), Some((chosen, value))) => {
            assert_eq!(problem.value(chosen), Some(*value));
            assert!(problem.allows(chosen));
            assert_eq!((*value, outcome.bound), (least, Some(least)));
        }
        (None, None) => assert_eq!(outcome.bound, None),
        (least, found) => panic!("the least cost is {least:?}, found was {found:?}"),
    }
    assert!(outcome.is_proven());
}

prop_compose! {
    fn problems()(sites in 1_usize..9, demands in 1_usize..12)(
        links in prop::collection::vec(prop::collection::vec(prop::option::weighted(0.6, 0_u32..12), sites), demands),
        weights in prop::collection::vec(0_i64..9, demands),
        ceilings in prop::collection::vec(prop::option::weighted(0.8, 0_u32..14), demands),
        opening in prop::collection::vec(prop_oneof![Just(0_i64), 0_i64..20], sites),
        sizes in prop::collection::vec(0_i64..4, sites),
        most in prop::option::of(0_i64..10),
    ) -> Problem {
        let rows = links.iter().map(|row| {
            let link = |(site, cost): (usize, &Option<u32>)| cost.map(|cost| Link { cost, site: site as u32 });
            row.iter().enumerate().filter_map(link).collect()
        }).collect();
        let demands = weights.iter().zip(&ceilings).map(|(&weight, &ceiling)| Demand { weight, ceiling }).collect();
        Problem::new(demands, rows, opening, most.map(|most| Limit { sizes, most })).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_answer_is_the_best_of_all_choices(problem in problems()) {
        check(&problem, &solve(&problem, Settings::default(), &()));
    }

    #[test]
    fn large_costs_are_as_exact(problem in problems(), bits in 30_u32..44) {
        let demands = (0..problem.demands()).map(|demand| problem.demand(demand));
        let demands = demands.map(|demand| Demand { weight: demand.weight << bits, ..demand }).collect();
        let rows = (0..problem.demands()).map(|demand| problem.row(demand).to_vec()).collect();
        let opening = (0..problem.sites() as u32).map(|site| problem.opening(site) << bits).collect();
        let large = Problem::new(demands, rows, opening, problem.limit().cloned()).unwrap();
        check(&large, &solve(&large, Settings::default(), &()));
    }

    #[test]
    fn a_choice_that_is_good_enough_is_no_further_from_the_bound(problem in problems(), gap in 0.0_f64..0.5) {
        let outcome = solve(&problem, Settings { gap, ..Settings::default() }, &());
        if let Some(least) = cheapest(&problem) {
            let (value, bound) = (outcome.best.unwrap().1, outcome.bound.unwrap());
            prop_assert!(bound <= least && least <= value);
            prop_assert!((value - bound) as f64 <= gap * value as f64);
        }
    }

    #[test]
    fn any_choice_below_a_cost_is_found_if_there_is_one(problem in problems(), below in 0_i64..60) {
        let outcome = solve(&problem, Settings::any_below(below), &());
        let exists = cheapest(&problem).is_some_and(|least| least < below);
        prop_assert_eq!(outcome.best.is_some(), exists);
        prop_assert!(outcome.best.is_none_or(|(chosen, value)| value < below && problem.value(&chosen) == Some(value)));
    }

    #[test]
    fn models_are_what_they_say(
        lengths in prop::collection::vec(prop::collection::vec(0_u32..30, 6), 7),
        weights in prop::collection::vec(0_i64..9, 7),
        most in 1_i64..4,
        radius in 0_u32..30,
    ) {
        let choices = || (1_u32..1 << 6).filter(|choice| i64::from(choice.count_ones()) <= most);
        let nearest = |demand: usize, choice: u32| (0..6).filter(|site| choice >> site & 1 == 1).map(|site| lengths[demand][site]).min().unwrap();
        let rows = |cost: &dyn Fn(u32) -> Option<u32>| -> Vec<Vec<Link>> {
            let link = |(site, &length): (usize, &u32)| cost(length).map(|cost| Link { cost, site: site as u32 });
            lengths.iter().map(|row| row.iter().enumerate().filter_map(link).collect()).collect()
        };
        let within = |radius: u32| rows(&|length| (length <= radius).then_some(0));

        let median = solve(&p_median(&weights, rows(&Some), 6, most).unwrap(), Settings::default(), &());
        let least = choices().map(|choice| (0..7).map(|d| weights[d] * i64::from(nearest(d, choice))).sum::<i64>()).min();
        prop_assert_eq!(median.best.map(|(_, value)| value), least);

        let cover = solve(&max_cover(&weights, within(radius), 6, most).unwrap(), Settings::default(), &());
        let left = |choice: u32| (0..7).filter(|&d| nearest(d, choice) > radius).map(|d| weights[d]).sum::<i64>();
        prop_assert_eq!(cover.best.map(|(_, value)| value), choices().map(left).min());

        let few = solve(&set_cover(within(radius), 6).unwrap(), Settings::default(), &());
        let covers = (1_u32..1 << 6).filter(|&choice| (0..7).all(|d| nearest(d, choice) <= radius));
        prop_assert_eq!(few.best.map(|(_, value)| value), covers.map(|choice| i64::from(choice.count_ones())).min());

        let center = p_center(30, &|at| within(at as u32), 6, most, &()).unwrap();
        let longest = choices().map(|choice| (0..7).map(|d| nearest(d, choice)).max().unwrap() as usize).min().unwrap();
        prop_assert_eq!((center.best.map(|(_, at)| at), center.bound), (Some(longest), longest));
    }
}

/// Says stop from a certain question on.
struct After(std::sync::atomic::AtomicUsize);

impl Watch for After {
    fn closing(&self, _: Known) {}
    fn is_over(&self) -> bool {
        self.0
            .fetch_update(std::sync::atomic::Ordering::Relaxed, std::sync::atomic::Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_err()
    }
}

/// Points of a steady, uneven pattern, and the squares of their distances.
fn scattered(count: usize) -> Vec<Vec<Link>> {
    let point = |k: usize| ((k * 7919 % 997) as i64, (k * k * 31 % 991) as i64);
    let cost = |a: usize, b: usize| {
        let ((x, y), (u, v)) = (point(a), point(b));
        ((((x - u).pow(2) + (y - v).pow(2)) as f64).sqrt()) as u32
    };
    (0..count).map(|a| (0..count).map(|b| Link { cost: cost(a, b), site: b as u32 }).collect()).collect()
}

#[test]
fn stopped_anywhere_the_best_so_far_and_its_bound_stand() {
    let problem = p_median(&[1; 60], scattered(60), 60, 7).unwrap();
    let whole = solve(&problem, Settings::default(), &());
    let least = whole.best.as_ref().unwrap().1;
    assert!(whole.is_proven());
    for asked in [0, 1, 2, 5, 10, 30, 100, 300, 1_000] {
        let outcome = solve(&problem, Settings::default(), &After(asked.into()));
        assert!(outcome.bound.is_none_or(|bound| bound <= least), "stopped after {asked}: {:?}", outcome.bound);
        if let Some((chosen, value)) = outcome.best {
            assert_eq!(problem.value(&chosen), Some(value));
            assert!(value >= least && outcome.bound.is_some());
        }
    }
}

#[test]
fn the_answer_and_its_proof_do_not_depend_on_threads() {
    let problem = max_cover(
        &[3; 150],
        scattered(150)
            .into_iter()
            .map(|row| row.into_iter().filter(|link| link.cost < 130).map(|link| Link { cost: 0, ..link }).collect())
            .collect(),
        150,
        9,
    )
    .unwrap();
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| solve(&problem, Settings::default(), &()))
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn what_cannot_be_is_refused() {
    let demand = Demand { weight: 1 << 40, ceiling: Some(u32::MAX) };
    let link = Link { cost: 1, site: 0 };
    assert!(
        Problem::new(vec![demand], vec![vec![link]], vec![0], None).unwrap_err().to_string().contains("larger units")
    );
    let demand = Demand { weight: 1, ceiling: None };
    assert!(Problem::new(vec![demand], vec![vec![link]], vec![], None).unwrap_err().to_string().contains("not there"));
    assert!(
        Problem::new(vec![demand], vec![vec![link]], vec![-1], None).unwrap_err().to_string().contains("below zero")
    );
}

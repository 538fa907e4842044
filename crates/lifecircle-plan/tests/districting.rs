//! Units of regions, against all ways to put few together.
#![allow(clippy::unwrap_used, clippy::panic)]

use lifecircle_plan::districting::{Plan, Regions, smooth, solve};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Regions on a grid, some neighbours cut off from each other.
fn grid(wide: usize, high: usize, weights: &[i64], cut: &[bool], count: usize, tolerance: i64) -> Regions {
    let all = wide * high;
    let weights: Vec<i64> = (0..all).map(|region| weights[region % weights.len()]).collect();
    let place = |region: usize| ((region % wide) as i64, (region / wide) as i64);
    let distance = |a: usize, b: usize| {
        let ((ax, ay), (bx, by)) = (place(a), place(b));
        (ax - bx).abs() * 3 + (ay - by).abs() * 4
    };
    let mut neighbours = vec![Vec::new(); all];
    let mut edge = 0;
    for a in 0..all {
        for b in a + 1..all {
            let ((ax, ay), (bx, by)) = (place(a), place(b));
            if (ax - bx).abs() + (ay - by).abs() == 1 {
                edge += 1;
                if !cut[edge % cut.len()] {
                    neighbours[a].push(b as u32);
                    neighbours[b].push(a as u32);
                }
            }
        }
    }
    neighbours.iter_mut().for_each(|beside| beside.sort_unstable());
    let mean = weights.iter().sum::<i64>() / count as i64;
    Regions {
        costs: (0..all).map(|a| (0..all).map(|b| weights[a] * distance(a, b)).collect()).collect(),
        centres: (0..all as u32).collect(),
        neighbours,
        apart: vec![],
        count,
        range: [mean * (100 - tolerance) / 100, mean * (100 + tolerance) / 100],
        fixed: vec![],
        weights,
    }
}

/// The cheapest balanced plan of all.
fn cheapest(regions: &Regions) -> Option<i64> {
    let all = regions.weights.len();
    let mut best: Option<i64> = None;
    // Restricted growth: every way to put regions into so many units, once.
    let mut unit_of = vec![0_usize; all];
    fn go(at: usize, used: usize, unit_of: &mut Vec<usize>, regions: &Regions, best: &mut Option<i64>) {
        if at == unit_of.len() {
            if used != regions.count {
                return;
            }
            let mut units = vec![Vec::new(); used];
            unit_of.iter().enumerate().for_each(|(region, unit)| units[*unit].push(region as u32));
            let centre = |members: &Vec<u32>| {
                let cost =
                    |centre: u32| members.iter().map(|r| regions.costs[*r as usize][centre as usize]).sum::<i64>();
                let own = regions.fixed.iter().copied().filter(|c| members.contains(&regions.centres[*c as usize]));
                let own: Vec<u32> = own.collect();
                match own.len() {
                    0 => members.iter().map(|member| (cost(*member), *member)).min(),
                    1 => Some((cost(own[0]), own[0])),
                    _ => None,
                }
            };
            let Some(centres) = units.iter().map(centre).collect::<Option<Vec<_>>>() else { return };
            let plan = Plan { centres: centres.iter().map(|(_, centre)| *centre).collect(), units, cost: 0 };
            if let Ok(cost) = plan.check(regions)
                && plan.is_balanced(regions)
            {
                *best = Some(best.map_or(cost, |best| best.min(cost)));
            }
            return;
        }
        for unit in 0..=used.min(regions.count - 1) {
            unit_of[at] = unit;
            go(at + 1, used.max(unit + 1), unit_of, regions, best);
        }
    }
    go(0, 0, &mut unit_of, regions, &mut best);
    best
}

#[test]
fn small_plans_are_the_cheapest_and_no_bound_lies() {
    let problems = (
        prop::sample::select(vec![(3, 2), (3, 3), (4, 2)]),
        prop::collection::vec(1_i64..9, 3..9),
        prop::collection::vec(prop::bool::weighted(0.15), 1..9),
        2_usize..4,
        prop::sample::select(vec![10_i64, 25, 60]),
        prop::option::of(0_u32..6),
        prop::option::of((0_u32..6, 0_u32..6)),
    );
    let mut runner = TestRunner::new(Config { cases: 60, ..Config::default() });
    let mut solved = 0;
    let counted = std::cell::Cell::new(0);
    runner
        .run(&problems, |((wide, high), weights, cut, count, tolerance, fixed, apart)| {
            let mut regions = grid(wide, high, &weights, &cut, count, tolerance);
            regions.fixed = fixed.into_iter().collect();
            regions.apart = apart.filter(|(a, b)| a != b).map(|(a, b)| [a, b]).into_iter().collect();
            let found = solve(&regions, 0.0, &()).unwrap();
            let least = cheapest(&regions);
            if let Some(least) = least {
                prop_assert!(found.bound <= least, "bound {} above {least}", found.bound);
                prop_assert!(found.is_balanced, "no balanced plan was found, and there is one of {least}");
            }
            if let Some(plan) = &found.plan {
                prop_assert_eq!(plan.check(&regions), Ok(plan.cost));
                prop_assert_eq!(plan.is_balanced(&regions), found.is_balanced);
                if found.is_balanced {
                    prop_assert_eq!(Some(plan.cost), least);
                    counted.set(counted.get() + 1);
                }
            }
            Ok(())
        })
        .unwrap();
    solved += counted.get();
    assert!(solved > 15, "{solved}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let regions = grid(8, 7, &[3, 5, 2, 8, 4, 6, 1], &[false, false, false, true], 6, 15);
    let alone = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| solve(&regions, 0.01, &()).unwrap())
    };
    let one = alone(1);
    assert!(one.is_balanced && one.gap().unwrap() < 0.2, "{:?}", one.gap());
    assert_eq!(one, alone(3));
}

#[test]
fn what_is_no_problem_is_told() {
    let regions = || grid(3, 3, &[2], &[false], 2, 50);
    assert!(solve(&Regions { count: 0, ..regions() }, 0.0, &()).is_err());
    assert!(solve(&Regions { count: 10, ..regions() }, 0.0, &()).is_err());
    assert!(solve(&Regions { weights: vec![2; 8], ..regions() }, 0.0, &()).is_err());
    assert!(solve(&Regions { fixed: vec![9], ..regions() }, 0.0, &()).is_err());
    assert!(solve(&Regions { apart: vec![[0, 9]], ..regions() }, 0.0, &()).is_err());
    assert!(solve(&Regions { weights: vec![-1; 9], ..regions() }, 0.0, &()).is_err());
    assert!(solve(&Regions { fixed: vec![3, 3], ..regions() }, 0.0, &()).is_err());
    let mut lame = regions();
    lame.costs[3].pop();
    assert!(solve(&lame, 0.0, &()).is_err());
}

/// So many that knapsacks are taken in parts, some without any weight.
#[test]
fn large_problems_have_bounds_too() {
    let regions = grid(15, 15, &[4, 0, 7, 2, 0, 5, 3, 9, 1], &[false, false, false, false, true], 9, 20);
    let found = solve(&regions, 0.05, &()).unwrap();
    let plan = found.plan.as_ref().unwrap();
    assert_eq!(plan.check(&regions), Ok(plan.cost));
    assert!(found.is_balanced && found.bound <= plan.cost && found.gap().unwrap() < 0.15, "{:?}", found.gap());
    // A coarser tolerance holds all plans of a finer one, so its bound is no higher than what was found for the finer.
    let wide = solve(&Regions { range: [1, 1_000], ..regions.clone() }, 0.05, &()).unwrap();
    assert!(wide.bound <= plan.cost);
}

#[test]
fn the_cheapest_units_need_not_be_the_most_even_ones() {
    // The way from an even plan to the cheapest leads through no single region that goes over.
    let mut regions = grid(3, 2, &[4, 4, 1, 8, 4, 5], &[false, false, true, false, false, false], 2, 60);
    regions.fixed = vec![5];
    assert_eq!(cheapest(&regions), Some(60));
    assert_eq!(solve(&regions, 0.0, &()).unwrap().plan.unwrap().cost, 60);
}

#[test]
fn of_plans_that_are_near_enough_one_of_shorter_borders_and_more_even_units() {
    let length = |regions: &Regions, plan: &Plan| {
        let unit = |region: u32| plan.units.iter().position(|members| members.binary_search(&region).is_ok());
        let borders =
            regions.neighbours.iter().enumerate().flat_map(|(a, beside)| beside.iter().map(move |b| (a as u32, *b)));
        borders.filter(|(a, b)| a < b && unit(*a) != unit(*b)).count()
    };
    let unevenness = |regions: &Regions, plan: &Plan| {
        let weight =
            |members: &Vec<u32>| members.iter().map(|region| regions.weights[*region as usize]).sum::<i64>() as f64;
        let weights: Vec<f64> = plan.units.iter().map(weight).collect();
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        weights.iter().map(|weight| (weight / mean - 1.0).powi(2)).sum::<f64>() / weights.len() as f64
    };
    let (mut better, mut same) = (0, 0);
    for seed in 0..12_i64 {
        let weights: Vec<i64> = (0..36).map(|region| 5 + (region * 7 + seed * 13) % 11).collect();
        let mut regions = grid(6, 6, &weights, &[false], 4, 25);
        regions.apart = vec![[0, 35]];
        regions.fixed = if seed % 2 == 0 { vec![14] } else { vec![] };
        let borders: Vec<Vec<(u32, f64)>> =
            regions.neighbours.iter().map(|beside| beside.iter().map(|other| (*other, 1.0)).collect()).collect();
        let plan = solve(&regions, 0.0, &()).unwrap().plan.unwrap();
        let all = borders.iter().flatten().count() as f64 / 2.0;
        let shape = |plan: &Plan| length(&regions, plan) as f64 / all + 2.0 * unevenness(&regions, plan);
        // Nothing to give away: nothing changes but what costs nothing.
        assert_eq!(smooth(&regions, &borders, &plan, plan.cost).cost, plan.cost);
        let most = plan.cost * 11 / 10;
        let smoothed = smooth(&regions, &borders, &plan, most);
        assert_eq!(smoothed.check(&regions), Ok(smoothed.cost));
        assert!(smoothed.is_balanced(&regions) && smoothed.cost <= most);
        match shape(&smoothed).total_cmp(&shape(&plan)) {
            std::cmp::Ordering::Less => better += 1,
            std::cmp::Ordering::Equal => same += 1,
            std::cmp::Ordering::Greater => panic!("worse for {seed}"),
        }
    }
    assert!(better > same, "{better} better, {same} as before");
}

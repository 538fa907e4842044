//! Covering with conditions beside its plain twin: all choices of small problems, each with a flow found in the plainest way.

#![allow(clippy::unwrap_used, clippy::panic)]

use lifecircle_plan::siting::{Conditions, Covering, Known, Limit, Need, Settings, Watch, cover};
use proptest::prelude::*;

/// A problem as it was asked, before anything is put together.
#[derive(Debug, Clone)]
struct Asked {
    needs: Vec<Need>,
    sites: Vec<Vec<u32>>,
    limit: Limit,
    conditions: Conditions,
}

impl Asked {
    fn problem(&self) -> Covering {
        Covering::new(self.needs.clone(), self.sites.clone(), self.limit.clone(), self.conditions.clone()).unwrap()
    }

    /// People whom these sites cannot serve, each as often as they cannot: from one person to one place at a time.
    fn lost(&self, chosen: &[u32]) -> i64 {
        let capacity = |site: u32| self.conditions.capacities.get(site as usize).copied().flatten().unwrap_or(i64::MAX);
        let mut spare: Vec<i64> = chosen.iter().map(|&site| capacity(site)).collect();
        let mut along = vec![vec![0_i64; chosen.len()]; self.needs.len()];
        let all: i64 = self.needs.iter().map(|need| need.weight * i64::from(need.times)).sum();
        let mut served = 0;
        for demand in 0..self.needs.len() {
            for _ in 0..self.needs[demand].weight * i64::from(self.needs[demand].times) {
                let mut seen = vec![false; self.needs.len()];
                served += i64::from(self.one_more(demand, chosen, &mut spare, &mut along, &mut seen));
            }
        }
        all - served
    }

    /// Finds a place for one more of a demand, moving others if need be.
    fn one_more(
        &self,
        demand: usize,
        chosen: &[u32],
        spare: &mut [i64],
        along: &mut [Vec<i64>],
        seen: &mut [bool],
    ) -> bool {
        seen[demand] = true;
        for (at, &site) in chosen.iter().enumerate() {
            if !self.sites[site as usize].contains(&(demand as u32)) || along[demand][at] == self.needs[demand].weight {
                continue;
            }
            if spare[at] > 0 {
                spare[at] -= 1;
                along[demand][at] += 1;
                return true;
            }
            for other in 0..self.needs.len() {
                if !seen[other] && along[other][at] > 0 {
                    along[other][at] -= 1;
                    along[demand][at] += 1;
                    if self.one_more(other, chosen, spare, along, seen) {
                        return true;
                    }
                    along[other][at] += 1;
                    along[demand][at] -= 1;
                }
            }
        }
        false
    }

    /// What is reached of each area without capacities: each person once for each of its sites.
    fn reaches_floors(&self, chosen: &[u32]) -> bool {
        (0..).zip(&self.conditions.floors).all(|(area, &floor)| {
            let of_area = self.needs.iter().enumerate().filter(|(_, need)| need.area == Some(area));
            let reached = of_area.map(|(demand, need)| {
                let near = chosen.iter().filter(|site| self.sites[**site as usize].contains(&(demand as u32))).count();
                need.weight * (near as i64).min(i64::from(need.times))
            });
            reached.sum::<i64>() >= floor
        })
    }

    fn choices(&self) -> impl Iterator<Item = Vec<u32>> {
        let sites = self.sites.len() as u32;
        let standing = self.conditions.standing.clone();
        let all =
            (0_u32..1 << sites).map(move |set| (0..sites).filter(|site| set >> site & 1 == 1).collect::<Vec<_>>());
        all.filter(move |chosen| standing.iter().all(|site| chosen.contains(site)))
    }

    fn least(&self) -> Option<i64> {
        let size = |chosen: &[u32]| chosen.iter().map(|&site| self.limit.sizes[site as usize]).sum::<i64>();
        let allowed = self.choices().filter(|chosen| size(chosen) <= self.limit.most && self.reaches_floors(chosen));
        allowed.map(|chosen| self.lost(&chosen)).min()
    }
}

prop_compose! {
    fn asked(with_capacities: bool, with_floors: bool)(sites in 1_usize..8, demands in 1_usize..10)(
        reach in prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.4), demands), sites),
        needs in prop::collection::vec((0_i64..6, 1_u32..3, 0_u32..2), demands),
        capacities in prop::collection::vec(prop::option::weighted(0.8, 0_i64..12), sites),
        floors in prop::collection::vec(0_i64..9, 2),
        sizes in prop::collection::vec(0_i64..4, sites),
        standing in prop::collection::vec(prop::bool::weighted(0.15), sites),
        most in 0_i64..8,
    ) -> Asked {
        let area = |area| with_floors.then_some(area);
        let needs = needs.into_iter().map(|(weight, times, of)| Need { weight, times, area: area(of) }).collect();
        let served = |row: &Vec<bool>| (0..).zip(row).filter(|(_, is)| **is).map(|(demand, _)| demand).collect();
        let standing: Vec<u32> = (0..).zip(standing).filter(|(_, is)| *is).map(|(site, _)| site).collect();
        let size = |(site, size): (u32, i64)| if standing.contains(&site) { 0 } else { size };
        Asked {
            needs,
            sites: reach.iter().map(served).collect(),
            limit: Limit { sizes: (0..).zip(sizes).map(size).collect(), most },
            conditions: Conditions {
                capacities: if with_capacities { capacities } else { Vec::new() },
                floors: if with_floors { floors } else { Vec::new() },
                standing,
            },
        }
    }
}

fn check(asked: &Asked) {
    let problem = asked.problem();
    let outcome = cover(&problem, Settings::default(), &());
    let least = asked.least();
    assert!(outcome.is_proven());
    assert_eq!(outcome.best.as_ref().map(|(_, lost)| *lost), least);
    assert_eq!(outcome.bound, least);
    if let Some((chosen, lost)) = outcome.best {
        assert_eq!(problem.value(&chosen), Some(lost));
        let served: i64 = problem.assigned(&chosen).iter().map(|(.., people)| people).sum();
        assert_eq!(served + lost, asked.needs.iter().map(|need| need.weight * i64::from(need.times)).sum::<i64>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn people_who_want_two_sites_are_served_as_well_as_can_be(asked in asked(false, false)) {
        check(&asked);
    }

    #[test]
    fn sites_that_are_full_are_filled_as_well_as_can_be(asked in asked(true, false)) {
        check(&asked);
    }

    #[test]
    fn areas_have_their_floors_or_it_is_proven_that_they_cannot(asked in asked(false, true)) {
        check(&asked);
    }

    #[test]
    fn what_a_choice_loses_is_what_the_plainest_flow_loses(asked in asked(true, false)) {
        let problem = asked.problem();
        for chosen in asked.choices() {
            let size: i64 = chosen.iter().map(|&site| asked.limit.sizes[site as usize]).sum();
            let value = (size <= asked.limit.most).then(|| asked.lost(&chosen));
            prop_assert_eq!(problem.value(&chosen), value);
        }
    }

    #[test]
    fn a_bound_holds_whenever_it_is_stopped(asked in asked(true, false), after in 0_usize..30) {
        let outcome = cover(&asked.problem(), Settings::default(), &After(after.into()));
        if let (Some(bound), Some(least)) = (outcome.bound, asked.least()) {
            prop_assert!(bound <= least && outcome.best.is_none_or(|(_, lost)| lost >= least));
        }
    }
}

/// Says stop from a certain question on.
struct After(std::sync::atomic::AtomicUsize);

impl Watch for After {
    fn closing(&self, _: Known) {}
    fn is_over(&self) -> bool {
        use std::sync::atomic::Ordering::Relaxed;
        self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_err()
    }
}

#[test]
fn the_same_for_any_number_of_threads() {
    use rand::{RngExt as _, SeedableRng as _};
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let mut row = |share: f64| (0..120).filter(|_| random.random_range(0.0..1.0) < share).collect::<Vec<u32>>();
    let sites: Vec<Vec<u32>> = (0..40).map(|_| row(0.08)).collect();
    let needs: Vec<Need> = (0..120).map(|at| Need { weight: 10 + at % 7, times: 1, area: None }).collect();
    let conditions = Conditions { capacities: vec![Some(90); 40], ..Conditions::default() };
    let problem = Covering::new(needs, sites, Limit { sizes: vec![1; 40], most: 8 }, conditions).unwrap();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| cover(&problem, Settings::default(), &()))
    };
    let one = with(1);
    assert!(one.is_proven());
    assert_eq!(one, with(3));
}

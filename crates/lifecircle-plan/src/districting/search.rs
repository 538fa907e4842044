//! Good plans: units grown from centres that lie apart, then regions moved and swapped between neighbouring units, first freely and
//! then ever more strictly. Several runs with different numbers, side by side; the best counts, so the answer does not depend on threads.
//!
//! Now and then two units are put together and cut anew along a random tree (DeFord, Duchin & Solomon 2021, *Recombination*), which evens
//! out what no single move could.
//!
//! Source: Kirkpatrick, Gelatt & Vecchi (1983), *Optimization by simulated annealing*; moves that keep units connected as in
//! Altman & McDonald (2011), *BARD*.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::problem::{FORBIDDEN, Plan, Regions, parts};

/// Runs beside each other.
const RUNS: u64 = 8;

/// Where none of the runs ends balanced, as many go on from other numbers, so often at most, and charge more for what is out of balance.
const ROUNDS: u64 = 2;

/// Moves that each tries.
const MOVES: usize = 1_500_000;

/// How much dearer a move may make a plan at first and still be likely, as a share of what a region costs on average.
const HEAT: f64 = 0.5;

/// One proposal in so many puts two neighbouring units together and cuts them anew.
const RECOMBINED: u32 = 150;

/// The best plan found, and whether it is balanced; none if no run found any of the right number of connected units.
pub fn search(regions: &Regions, is_over: &(dyn Fn() -> bool + Sync)) -> Option<Plan> {
    let run = |seed: u64| Run::new(regions, seed, is_over)?.anneal(is_over);
    let better = |best: (i64, Plan), other: (i64, Plan)| if other.0 < best.0 { other } else { best };
    let mut best: Option<(i64, Plan)> = None;
    for round in 0..ROUNDS {
        let plans: Vec<_> = (round * RUNS..(round + 1) * RUNS).into_par_iter().map(run).collect();
        // Of equal ones the first, whichever run was faster.
        best = best.into_iter().chain(plans.into_iter().flatten()).reduce(better);
        if is_over() || best.as_ref().is_some_and(|(_, plan)| plan.is_balanced(regions)) {
            break;
        }
    }
    best.map(|(_, plan)| plan)
}

/// Where one run is.
struct Run<'a> {
    regions: &'a Regions,
    unit_of: Vec<u32>,
    units: Vec<Unit>,
    random: ChaCha8Rng,
    /// What a unit of weight too much or too little costs.
    penalty: i64,
    apart: Vec<Vec<u32>>,
    fixed_in: Vec<bool>,
    /// The region that each unit grew from.
    seed_of: Vec<u32>,
    /// The centres in each region, and whether each is fixed.
    centres_in: Vec<Vec<(u32, bool)>>,
}

#[derive(Clone)]
struct Unit {
    members: Vec<u32>,
    weight: i64,
    /// The cheapest centre and what it costs; penalties apart.
    centre: u32,
    cost: i64,
}

impl<'a> Run<'a> {
    fn new(regions: &'a Regions, seed: u64, is_over: &(dyn Fn() -> bool + Sync)) -> Option<Self> {
        let count = regions.weights.len();
        let mut apart = vec![Vec::new(); count];
        for [a, b] in &regions.apart {
            apart[*a as usize].push(*b);
            apart[*b as usize].push(*a);
        }
        let all: i64 = regions.weights.iter().sum();
        let spread: i64 = regions.costs.iter().map(|row| mean(row)).sum::<i64>();
        let mut fixed_in = vec![false; count];
        for centre in &regions.fixed {
            fixed_in[regions.centres[*centre as usize] as usize] = true;
        }
        let mut centres_in = vec![Vec::new(); count];
        for (centre, home) in regions.centres.iter().enumerate() {
            let centre = centre as u32;
            centres_in[*home as usize].push((centre, regions.fixed.contains(&centre)));
        }
        let mut run = Self {
            centres_in,
            seed_of: Vec::new(),
            regions,
            unit_of: vec![u32::MAX; count],
            units: Vec::new(),
            random: ChaCha8Rng::seed_from_u64(seed),
            penalty: (2 * (spread / all.max(1))).max(1) << (2 * (seed / RUNS)),
            apart,
            fixed_in,
        };
        run.grow(is_over)?;
        Some(run)
    }

    /// Units grown from seeds: the fixed centres' regions, then others that lie far from all before them.
    fn grow(&mut self, is_over: &(dyn Fn() -> bool + Sync)) -> Option<()> {
        let regions = self.regions;
        let mut seeds: Vec<u32> = regions.fixed.iter().map(|centre| regions.centres[*centre as usize]).collect();
        let has_centre: Vec<u32> = {
            let mut homes = regions.centres.clone();
            homes.sort_unstable();
            homes.dedup();
            homes
        };
        // No unit lies in two parts that do not hang together, so each part has its share of them.
        let part_of = parts(&regions.neighbours);
        for (part, share) in self.shares(&seeds, &part_of)?.into_iter().enumerate() {
            let own: Vec<u32> = has_centre.iter().copied().filter(|r| part_of[*r as usize] == part as u32).collect();
            let mut in_part: Vec<u32> =
                seeds.iter().copied().filter(|seed| part_of[*seed as usize] == part as u32).collect();
            // What the way to the nearest seed costs each.
            let mut nearest = vec![i64::MAX; own.len()];
            in_part.iter().for_each(|seed| self.note_seed(*seed, &own, &mut nearest));
            for _ in in_part.len()..share {
                if is_over() {
                    return None;
                }
                let seed = own[self.draw(&own, &nearest)?];
                self.note_seed(seed, &own, &mut nearest);
                seeds.push(seed);
                in_part.push(seed);
            }
        }
        self.seed_of.clone_from(&seeds);
        for (unit, seed) in seeds.iter().enumerate() {
            self.unit_of[*seed as usize] = unit as u32;
            self.units.push(Unit { members: vec![*seed], weight: regions.weights[*seed as usize], centre: 0, cost: 0 });
        }
        // The lightest unit takes the region beside it that is cheapest for it.
        loop {
            if is_over() {
                return None;
            }
            let mut order: Vec<usize> = (0..self.units.len()).collect();
            order.sort_by_key(|unit| (self.units[*unit].weight, *unit));
            // Where wishes leave no choice they are set aside; moves will part who must be apart.
            let next = |minds: bool| order.iter().find_map(|unit| Some((*unit, self.next_of(*unit, minds)?)));
            let taken = next(true).or_else(|| next(false));
            let Some((unit, region)) = taken else { break };
            self.unit_of[region as usize] = unit as u32;
            let members = &mut self.units[unit].members;
            let place = members.partition_point(|other| *other < region);
            members.insert(place, region);
            self.units[unit].weight += regions.weights[region as usize];
        }
        if self.unit_of.contains(&u32::MAX) {
            return None;
        }
        for unit in 0..self.units.len() {
            self.units[unit] = self.evaluated(self.units[unit].members.clone());
        }
        Some(())
    }

    /// How many units each part has: at least as many as have seeds in it, and the others where units would be heaviest.
    /// Source: Sainte-Laguë (1910).
    fn shares(&self, seeds: &[u32], part_of: &[u32]) -> Option<Vec<usize>> {
        let regions = self.regions;
        let count = part_of.iter().max().map_or(0, |most| *most as usize + 1);
        let (mut weights, mut shares, mut most) = (vec![0_i64; count], vec![0_usize; count], vec![0_usize; count]);
        for (region, part) in part_of.iter().enumerate() {
            weights[*part as usize] += regions.weights[region];
        }
        let mut homes = regions.centres.clone();
        homes.sort_unstable();
        homes.dedup();
        homes.iter().for_each(|home| most[part_of[*home as usize] as usize] += 1);
        seeds.iter().for_each(|seed| shares[part_of[*seed as usize] as usize] += 1);
        let [least, heaviest] = regions.range.map(|end| end.max(1));
        // At least so many that none is too heavy, and no more than may be if none is too light.
        let fewest = |part: usize| ((weights[part] + heaviest - 1) / heaviest).max(1) as usize;
        let room = |part: usize| (weights[part] / least).max(1) as usize;
        // Who must be apart in one part needs two units there.
        for [a, b] in &regions.apart {
            let part = part_of[*a as usize];
            if part == part_of[*b as usize] {
                let share = &mut shares[part as usize];
                *share = (*share).max(2.min(most[part as usize]));
            }
        }
        for (part, share) in shares.iter_mut().enumerate() {
            *share = (*share).max(fewest(part).min(room(part)).min(most[part].max(1)));
        }
        let given: usize = shares.iter().sum();
        for _ in given..regions.count {
            let next = (0..count).filter(|part| shares[*part] < most[*part]);
            let load = |part: usize| weights[part] as f64 / (shares[part] as f64 + 0.5);
            let has_room = |part: usize| shares[part] < room(part);
            let part =
                next.max_by(|a, b| has_room(*a).cmp(&has_room(*b)).then(load(*a).total_cmp(&load(*b))).then(b.cmp(a)))?;
            shares[part] += 1;
        }
        (shares.iter().sum::<usize>() == regions.count).then_some(shares)
    }

    /// Lets some regions know of a seed: what the way to the nearest one costs them.
    fn note_seed(&self, seed: u32, own: &[u32], nearest: &mut [i64]) {
        let centre = self.seed_centre(seed);
        for (region, nearest) in own.iter().zip(nearest) {
            let cost =
                if *region == seed { 0 } else { self.regions.costs[*region as usize][centre].clamp(1, FORBIDDEN) };
            *nearest = (*nearest).min(cost);
        }
    }

    /// A region that is likelier the farther it is from all seeds, as in k-means++; by its weight if there is none yet.
    fn draw(&mut self, own: &[u32], nearest: &[i64]) -> Option<usize> {
        let away = |(region, nearest): (&u32, &i64)| {
            let weight = self.regions.weights[*region as usize].max(1) as f64;
            match *nearest {
                0 => 0.0,
                i64::MAX => weight,
                cost => cost as f64 / weight.sqrt(),
            }
        };
        let away: Vec<f64> = own.iter().zip(nearest).map(away).collect();
        let sum: f64 = away.iter().sum();
        if sum <= 0.0 {
            return None;
        }
        let mut draw = self.random.random_range(0.0..sum);
        let place = away.iter().position(|away| {
            draw -= away;
            draw < 0.0 && *away > 0.0
        });
        place.or_else(|| away.iter().rposition(|away| *away > 0.0))
    }

    /// The centre of a seed's region.
    fn seed_centre(&self, seed: u32) -> usize {
        self.centres_in[seed as usize].first().map_or(0, |(centre, _)| *centre as usize)
    }

    /// The free region beside a unit that is cheapest for its first member.
    fn next_of(&self, unit: usize, minds: bool) -> Option<u32> {
        let members = &self.units[unit].members;
        let beside = members.iter().flat_map(|region| &self.regions.neighbours[*region as usize]);
        let free = beside.filter(|region| self.unit_of[**region as usize] == u32::MAX);
        let may = |region: &&u32| {
            !minds || self.apart[**region as usize].iter().all(|other| members.binary_search(other).is_err())
        };
        let seed = self.seed_centre(self.seed_of[unit]);
        free.filter(may).min_by_key(|region| (self.regions.costs[**region as usize][seed], **region)).copied()
    }

    fn evaluated(&self, members: Vec<u32>) -> Unit {
        let regions = self.regions;
        let weight = members.iter().map(|region| regions.weights[*region as usize]).sum();
        let cost = |centre: usize| members.iter().map(|region| regions.costs[*region as usize][centre]).sum::<i64>();
        let centres = members.iter().flat_map(|region| self.centres_in[*region as usize].iter().copied());
        let (fixed, others): (Vec<_>, Vec<_>) = centres.partition(|(_, is_fixed)| *is_fixed);
        let is_inside = |region: &&u32| members.binary_search(region).is_ok();
        let together = members.iter().map(|region| self.apart[*region as usize].iter().filter(is_inside).count());
        // Two fixed centres in one unit, or two regions that must be apart: no plan that is given has any.
        let crowd = fixed.len().saturating_sub(1) as i64 + together.sum::<usize>() as i64;
        let candidates = if fixed.is_empty() { others } else { fixed };
        let best = candidates.into_iter().map(|(centre, _)| (cost(centre as usize), centre)).min();
        // A unit without any centre is no unit; it costs as much as nobody would pay.
        let (cost, centre) = best.unwrap_or((FORBIDDEN, 0));
        Unit { members, weight, centre, cost: cost + crowd * (FORBIDDEN / 64) }
    }

    /// What a unit costs with what it weighs too much or too little.
    fn charge(&self, unit: &Unit) -> i64 {
        let [least, most] = self.regions.range;
        let off = (least - unit.weight).max(unit.weight - most).max(0);
        unit.cost.saturating_add(off.saturating_mul(self.penalty))
    }

    fn anneal(mut self, is_over: &(dyn Fn() -> bool + Sync)) -> Option<(i64, Plan)> {
        let mut now: i64 = self.units.iter().map(|unit| self.charge(unit)).sum();
        let mut best: Option<(i64, Vec<Unit>)> = None;
        let hot = (now / self.unit_of.len().max(1) as i64) as f64 * HEAT;
        let moves = MOVES.min(2_000 * self.regions.weights.len()).max(20_000);
        for step in 0..moves {
            if step % 1024 == 0 && is_over() {
                break;
            }
            let left = 1.0 - step as f64 / moves as f64;
            // What is out of balance costs more and more.
            if step % (moves / 20).max(1) == 0 && step > 0 {
                self.penalty = (self.penalty * 5 / 4 + 1).min(FORBIDDEN / 1_000_000);
                now = self.units.iter().map(|unit| self.charge(unit)).sum();
            }
            let heat = hot * left * left;
            let Some((changed, gain)) = self.propose() else { continue };
            if gain < 0 || heat > 0.0 && self.random.random::<f64>() < (-(gain as f64) / heat).exp() {
                now += gain;
                for (unit, new) in changed {
                    for region in &new.members {
                        self.unit_of[*region as usize] = unit as u32;
                    }
                    self.units[unit] = new;
                }
            }
            let is_balanced = self.units.iter().all(|unit| self.regions.is_balanced(unit.weight));
            if is_balanced {
                let cost: i64 = self.units.iter().map(|unit| unit.cost).sum();
                if best.as_ref().is_none_or(|(known, _)| cost < *known) {
                    best = Some((cost, self.units.clone()));
                }
            }
        }
        // Without a balanced one the last, which is nearly so; it loses to every balanced one.
        let (key, units) = best.unwrap_or((FORBIDDEN.saturating_add(now), self.units));
        let cost = units.iter().map(|unit| unit.cost).sum();
        if cost >= FORBIDDEN / 64 {
            return None;
        }
        let centres = units.iter().map(|unit| unit.centre).collect();
        let plan = Plan { units: units.into_iter().map(|unit| unit.members).collect(), centres, cost };
        Some((key, plan))
    }

    /// What could be changed, and by how much the plan gets dearer by it.
    fn propose(&mut self) -> Option<(Vec<(usize, Unit)>, i64)> {
        if self.random.random_range(0..RECOMBINED) == 0 { self.recombine() } else { self.hand_over() }
    }

    /// Two neighbouring units put together and cut in two along a random tree, where their weights fit best.
    fn recombine(&mut self) -> Option<(Vec<(usize, Unit)>, i64)> {
        let regions = self.regions;
        let region = self.random.random_range(0..self.unit_of.len());
        let beside = &regions.neighbours[region];
        let other = *beside.get(self.random.random_range(0..beside.len().max(1)))?;
        let [one, two] = [region, other as usize].map(|region| self.unit_of[region] as usize);
        if one == two {
            return None;
        }
        let mut members: Vec<u32> = self.units[one].members.iter().chain(&self.units[two].members).copied().collect();
        members.sort_unstable();
        // A tree that grows at random: for each region its parent, in the order in which they are reached.
        let start = self.random.random_range(0..members.len());
        let mut parent = vec![usize::MAX; members.len()];
        let (mut order, mut frontier) = (vec![start], Vec::new());
        parent[start] = start;
        let mut next = start;
        loop {
            for beside in &regions.neighbours[members[next] as usize] {
                if let Ok(place) = members.binary_search(beside) {
                    frontier.push((next, place));
                }
            }
            let found = loop {
                if frontier.is_empty() {
                    break None;
                }
                let (from, place) = frontier.swap_remove(self.random.random_range(0..frontier.len()));
                if parent[place] == usize::MAX {
                    parent[place] = from;
                    break Some(place);
                }
            };
            let Some(place) = found else { break };
            order.push(place);
            next = place;
        }
        let mut weights: Vec<i64> = members.iter().map(|member| regions.weights[*member as usize]).collect();
        for place in order.iter().skip(1).rev() {
            weights[parent[*place]] += weights[*place];
        }
        let all = weights[start];
        let [least, most] = regions.range;
        let off = |weight: i64| (least - weight).max(weight - most).max(0);
        let off_of = |place: usize| off(weights[place]) + off(all - weights[place]);
        let least_off = order.iter().skip(1).map(|place| off_of(*place)).min()?;
        let fitting: Vec<usize> = order.iter().skip(1).copied().filter(|place| off_of(*place) == least_off).collect();
        // Half of the time any cut that fits: the cheapest units need not be the most even ones.
        let cut = if self.random.random_bool(0.5) {
            fitting[self.random.random_range(0..fitting.len())]
        } else {
            fitting.into_iter().min_by_key(|place| (2 * weights[*place] - all).abs() / 4)?
        };
        let mut is_below = vec![false; members.len()];
        is_below[cut] = true;
        for place in order.iter().skip(1) {
            is_below[*place] |= is_below[parent[*place]];
        }
        let (below, above): (Vec<usize>, Vec<usize>) = (0..members.len()).partition(|place| is_below[*place]);
        let side = |places: &[usize]| places.iter().map(|place| members[*place]).collect::<Vec<u32>>();
        let sides = [side(&above), side(&below)];
        let fits = |members: &Vec<u32>| members.iter().filter(|region| self.fixed_in[**region as usize]).count() <= 1;
        if !sides.iter().all(fits) {
            return None;
        }
        let before = self.charge(&self.units[one]).saturating_add(self.charge(&self.units[two]));
        let [above, below] = sides.map(|members| self.evaluated(members));
        let gain = self.charge(&above).saturating_add(self.charge(&below)).saturating_sub(before);
        Some((vec![(one, above), (two, below)], gain))
    }

    /// A region that goes over to a neighbouring unit, alone or in exchange for one of it.
    fn hand_over(&mut self) -> Option<(Vec<(usize, Unit)>, i64)> {
        let region = self.random.random_range(0..self.unit_of.len() as u32);
        let from = self.unit_of[region as usize] as usize;
        let beside: Vec<u32> = self.regions.neighbours[region as usize]
            .iter()
            .copied()
            .filter(|other| self.unit_of[*other as usize] as usize != from)
            .collect();
        if beside.is_empty() {
            return None;
        }
        let other = beside[self.random.random_range(0..beside.len())];
        let to = self.unit_of[other as usize] as usize;
        let back = self.random.random_bool(0.5).then(|| {
            let members = &self.units[to].members;
            let back = members[self.random.random_range(0..members.len())];
            let joins = self.regions.neighbours[back as usize]
                .iter()
                .any(|n| self.unit_of[*n as usize] as usize == from && *n != region);
            (joins && back != region).then_some(back)
        });
        let back = match back {
            Some(None) => return None,
            Some(found) => found,
            None => None,
        };
        let moved = |members: &[u32], out: Option<u32>, into: Option<u32>| {
            let mut new: Vec<u32> = members.iter().copied().filter(|member| Some(*member) != out).chain(into).collect();
            new.sort_unstable();
            new
        };
        let [old_from, old_to] = [from, to].map(|unit| &self.units[unit]);
        let (new_from, new_to) =
            (moved(&old_from.members, Some(region), back), moved(&old_to.members, back, Some(region)));
        if !self.regions.is_connected(&new_from) || !self.regions.is_connected(&new_to) {
            return None;
        }
        if self.fixed_in[region as usize] || back.is_some_and(|back| self.fixed_in[back as usize]) {
            return None;
        }
        let before = self.charge(old_from).saturating_add(self.charge(old_to));
        let (new_from, new_to) = (self.evaluated(new_from), self.evaluated(new_to));
        let gain = self.charge(&new_from).saturating_add(self.charge(&new_to)).saturating_sub(before);
        Some((vec![(from, new_from), (to, new_to)], gain))
    }
}

/// The mean of what is not forbidden.
fn mean(row: &[i64]) -> i64 {
    let known: Vec<i64> = row.iter().copied().filter(|cost| *cost < FORBIDDEN).collect();
    known.iter().sum::<i64>() / known.len().max(1) as i64
}

//! Which regions are beside each other: whose homes are so near on foot, and who goes with whom where a part of the city cannot stand alone.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use lifecircle::city::Name;
use lifecircle::network::{Cost as _, Millis};
use lifecircle::ready::ReadyCity;

use super::pieces::Piece;
use super::{BESIDE, Question, Regioned};
use crate::districting::parts;

/// Where two regions meet.
#[derive(Debug, Clone, Copy)]
struct Meeting {
    /// How long the walk between their nearest homes is, in [`Millis`]' units.
    units: u32,
    /// Which, the lower first.
    pair: [u32; 2],
}

impl Regioned {
    /// For each region those beside it, given how light and how heavy a unit may be. Parts whose first regions are `joined` go with whoever is nearest, whatever they weigh.
    pub fn neighbours(
        &self,
        ready: &ReadyCity,
        question: &Question,
        weights: &[i64],
        [least, most]: [i64; 2],
        joined: &BTreeSet<usize>,
    ) -> Vec<Vec<u32>> {
        let district: Vec<&Name> = (0..self.count() as u32)
            .map(|region| &self.pieces[self.region_of.iter().position(|own| *own == region).unwrap_or(0)].district)
            .collect();
        // A unit that is kept has nobody beside it.
        let may_meet = |[a, b]: [u32; 2]| {
            let is_kept = self.kept.contains(&a) || self.kept.contains(&b);
            !is_kept && (!question.within_districts || district[a as usize] == district[b as usize])
        };
        let may = |meeting: &Meeting| may_meet(meeting.pair);
        let meetings: Vec<Meeting> = self.meetings(ready).into_iter().filter(may).collect();
        let mut neighbours = vec![Vec::new(); self.count()];
        let join = |neighbours: &mut Vec<Vec<u32>>, [a, b]: [u32; 2]| {
            neighbours[a as usize].push(b);
            neighbours[b as usize].push(a);
        };
        let near = meetings.iter().filter(|meeting| meeting.units <= Millis::round(BESIDE).units());
        near.for_each(|meeting| join(&mut neighbours, meeting.pair));
        // A part that units of the right weight cannot be made of goes with whoever is nearest, however far.
        let fits = |weight: i64| (weight + most - 1) / most.max(1) * least <= weight;
        // By their first regions, which are theirs whatever joins them.
        let (mut alone, mut joined): (BTreeSet<usize>, BTreeSet<usize>) = (BTreeSet::new(), joined.clone());
        loop {
            let part_of = parts(&neighbours);
            let mut weight_of: BTreeMap<u32, i64> = BTreeMap::new();
            part_of.iter().zip(weights).for_each(|(part, weight)| *weight_of.entry(*part).or_default() += weight);
            let first = |part: u32| part_of.iter().position(|own| *own == part).unwrap_or(0);
            let is_unfit = |part: u32, weight: i64| !fits(weight) || joined.contains(&first(part));
            let unfit =
                weight_of.iter().filter(|(part, weight)| is_unfit(**part, **weight) && !alone.contains(&first(**part)));
            let Some(light) = unfit.min_by_key(|(part, weight)| (**weight, **part)).map(|(part, _)| *part) else {
                break;
            };
            joined.remove(&first(light));
            let leads_out = |[a, b]: [u32; 2]| (part_of[a as usize] == light) != (part_of[b as usize] == light);
            let on_foot = meetings.iter().find(|meeting| leads_out(meeting.pair)).map(|meeting| meeting.pair);
            let pair = on_foot.or_else(|| self.nearest(ready, |pair| leads_out(pair) && may_meet(pair)));
            match pair {
                Some(pair) => join(&mut neighbours, pair),
                // Nothing leads out of it: a district of its own, or the whole city.
                None => _ = alone.insert(first(light)),
            }
        }
        for beside in &mut neighbours {
            beside.sort_unstable();
            beside.dedup();
        }
        neighbours
    }

    /// Where regions meet, walking from all homes at once: the nearest first.
    fn meetings(&self, ready: &ReadyCity) -> Vec<Meeting> {
        let network = ready.network();
        let mut meetings = Vec::new();
        let mut reached: Vec<Option<(u32, u32)>> = vec![None; network.nodes()];
        let mut heap = BinaryHeap::new();
        let mut on_edge: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (piece, region) in self.pieces.iter().zip(&self.region_of) {
            for snap in piece.homes.iter().filter_map(|home| ready.snaps().homes[*home as usize].ok()) {
                on_edge.entry(snap.edge).or_default().push(*region);
                let [start, end] = network.ends(snap.edge);
                heap.push(Reverse((snap.to_start.units(), *region, start)));
                heap.push(Reverse((snap.to_end.units(), *region, end)));
            }
        }
        let never = Millis::NEVER.units();
        while let Some(Reverse((time, region, node))) = heap.pop() {
            if reached[node as usize].is_some() || time == never {
                continue;
            }
            reached[node as usize] = Some((time, region));
            for edge in network.incident(node) {
                if reached[edge.node as usize].is_none() && edge.out != Millis::NEVER {
                    heap.push(Reverse((time.saturating_add(edge.out.units()), region, edge.node)));
                }
            }
        }
        for edge in 0..network.edges() as u32 {
            let costs = network.costs(edge);
            let [from, to] = network.ends(edge).map(|node| reached[node as usize]);
            let (Some((a_time, a)), Some((b_time, b))) = (from, to) else { continue };
            let along = costs.forward.units().min(costs.backward.units());
            if a != b && along != never {
                let units = a_time.saturating_add(along).saturating_add(b_time);
                meetings.push(Meeting { units, pair: [a.min(b), a.max(b)] });
            }
        }
        for regions in on_edge.values_mut() {
            regions.sort_unstable();
            regions.dedup();
            meetings.extend(regions.windows(2).map(|pair| Meeting { units: 0, pair: [pair[0], pair[1]] }));
        }
        meetings.sort_unstable_by_key(|meeting| (meeting.pair, meeting.units));
        meetings.dedup_by_key(|meeting| meeting.pair);
        meetings.sort_unstable_by_key(|meeting| (meeting.units, meeting.pair));
        meetings
    }

    /// The nearest two regions, as the crow flies, of those that are wanted.
    fn nearest(&self, ready: &ReadyCity, is_wanted: impl Fn([u32; 2]) -> bool) -> Option<[u32; 2]> {
        let at = |piece: &Piece| ready.city().homes[piece.middle as usize].at;
        let pieces = || self.pieces.iter().zip(&self.region_of);
        let pairs = pieces().flat_map(|(a, of_a)| pieces().map(move |(b, of_b)| (a, b, [*of_a, *of_b])));
        let wanted = pairs.filter(|(_, _, [a, b])| a < b && is_wanted([*a, *b]));
        let away = |a: &Piece, b: &Piece| lifecircle::geo::metric::distance(at(a), at(b)).0;
        wanted.min_by(|x, y| away(x.0, x.1).total_cmp(&away(y.0, y.1)).then(x.2.cmp(&y.2))).map(|(_, _, pair)| pair)
    }
}

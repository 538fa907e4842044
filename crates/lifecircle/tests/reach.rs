//! The kernels against plain twins that share nothing with them: every edge is relaxed until nothing changes, and everything
//! is looked up in the full table of times. Worlds are random, with hills, one-way lanes, steps and islands.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::sync::Arc;

use geo::{Contains, Validation};
use lifecircle::city::{Direction, Street, StreetKind, Streets};
use lifecircle::geo::{LonLat, Metres, metric};
use lifecircle::network::{Cost, EdgeCosts, Millis, Network, Snap, Snapper, Walker};
use lifecircle::reach::{
    Answers, Engine, Heading, Incremental, Isochrones, Places, Question, Searches, Step, catchment, k_nearest, matrix,
    nearest, weigh, within,
};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use support::{Map, PlainGraph};

struct World {
    streets: Streets,
    network: Network,
    origins: Places,
    targets: Places,
    groups: Vec<Vec<u32>>,
    random: ChaCha8Rng,
}

const SIDE: usize = 9;
const BLOCK: f64 = 60.0;

/// A crooked grid of streets with gaps, and a few streets that nothing joins. With hundreds of ways across besides, so that
/// most nodes have too many links to be contracted and stay in the core.
fn streets(random: &mut ChaCha8Rng, across: usize) -> Streets {
    let mut streets = Streets::default();
    for row in 0..SIDE {
        for column in 0..SIDE {
            let mut crooked = || random.random_range(-20.0..20.0);
            let (x, y) = (column as f64 * BLOCK + crooked(), row as f64 * BLOCK + crooked());
            streets.nodes.push(Map::at(x, y));
        }
    }
    let island = streets.nodes.len() as u32;
    streets.nodes.extend([Map::at(700.0, 0.0), Map::at(760.0, 10.0), Map::at(740.0, 60.0)]);
    let mut ends = vec![[island, island + 1], [island + 1, island + 2]];
    for row in 0..SIDE {
        for column in 0..SIDE {
            let here = row * SIDE + column;
            let right = (column + 1 < SIDE).then_some(here + 1);
            let up = (row + 1 < SIDE).then_some(here + SIDE);
            let across = (column + 1 < SIDE && row + 1 < SIDE && random.random_bool(0.1)).then_some(here + SIDE + 1);
            for other in [right, up, across].into_iter().flatten() {
                if random.random_bool(0.8) {
                    ends.push([here as u32, other as u32]);
                }
            }
        }
    }
    ends.push([4, 4]);
    ends.extend((0..across).map(|_| [(); 2].map(|()| random.random_range(0..island))));
    for [from, to] in ends {
        let bend = streets.bends.len() as u32;
        if random.random_bool(0.3) {
            let middle = (streets.nodes[from as usize] + streets.nodes[to as usize]) / 2.0;
            let off = Map::at(random.random_range(-25.0..25.0), random.random_range(-25.0..25.0)) - Map::at(0.0, 0.0);
            streets.bends.push(middle + off);
        }
        let bends = [bend, streets.bends.len() as u32];
        let pick = random.random_range(0..20);
        let kind = if pick == 0 { StreetKind::Steps } else { StreetKind::Minor };
        let mut street = Street {
            bends,
            rise: if random.random_bool(0.4) { random.random_range(-6.0..6.0) } else { 0.0 },
            half_signals: u8::from(pick == 1),
            direction: if pick == 2 { Direction::Forward } else { Direction::Both },
            ..Street::plain([from, to], kind, Metres(0.0))
        };
        let line: Vec<LonLat> = streets.line(&street).collect();
        street.length = metric::length(&line);
        streets.edges.push(street);
    }
    streets
}

impl World {
    fn new(seed: u64) -> Self {
        Self::with_ways_across(seed, 0)
    }

    fn with_ways_across(seed: u64, across: usize) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let streets = streets(&mut random, across);
        let walker = &Walker::all()[random.random_range(0..Walker::all().len())];
        let network = Network::new(&streets, walker);
        let snapper = Snapper::new(&streets, &network, walker, Metres(100.0));
        let mut place = |most: usize| -> Vec<Snap> {
            let doors = random.random_range(1..=most);
            let at =
                |random: &mut ChaCha8Rng| Map::at(random.random_range(-50.0..950.0), random.random_range(-50.0..560.0));
            (0..doors).filter_map(|_| snapper.snap(at(&mut random)).ok()).collect()
        };
        let origins: Places = (0..40).map(|_| place(2)).collect();
        // Every other target has a twin at the same doors, so that there are ties.
        let halves: Vec<Vec<Snap>> = (0..15).map(|_| place(3)).collect();
        let targets: Places = (0..30).map(|target| halves[(target * 7) % 15].clone()).collect();
        let mut member = |chance: f64| (0..30).filter(|_| random.random_bool(chance)).collect();
        let groups = vec![member(0.4), member(0.1), Vec::new(), member(1.0)];
        Self { streets, network, origins, targets, groups, random }
    }

    fn question(&self) -> Question<'_> {
        Question { origins: &self.origins, targets: &self.targets, groups: &self.groups }
    }
}

const NEVER: u64 = u64::MAX;

/// The time from every origin to every target in milliseconds.
fn plain_times(network: &Network, origins: &Places, targets: &Places) -> Vec<Vec<u64>> {
    let graph = plain_graph(network);
    let mut table = Vec::new();
    for origin in 0..origins.len() {
        let mut row = vec![f64::INFINITY; targets.len()];
        for from in origins.doors(origin) {
            let [begin, end] = network.ends(from.edge).map(|node| node as usize);
            let nodes = graph.times_from(&[(begin, seconds(from.to_start)), (end, seconds(from.to_end))]);
            for (target, best) in row.iter_mut().enumerate() {
                for to in targets.doors(target) {
                    let [begin, end] = network.ends(to.edge).map(|node| node as usize);
                    let by_nodes = (nodes[begin] + seconds(to.from_start)).min(nodes[end] + seconds(to.from_end));
                    let times = network.costs(from.edge);
                    let straight = if from.edge != to.edge {
                        f64::INFINITY
                    } else if to.along >= from.along {
                        seconds(from.to_end) + seconds(to.from_start) - seconds_or(times.forward, f64::NEG_INFINITY)
                    } else {
                        seconds(from.to_start) + seconds(to.from_end) - seconds_or(times.backward, f64::NEG_INFINITY)
                    };
                    let walk = by_nodes.min(straight.max(0.0));
                    *best = best.min(walk + seconds(from.access) + seconds(to.access));
                }
            }
        }
        table.push(row.into_iter().map(|s| if s.is_finite() { (s * 1000.0).round() as u64 } else { NEVER }).collect());
    }
    table
}

fn plain_graph(network: &Network) -> PlainGraph {
    let mut edges = Vec::new();
    for edge in 0..network.edges() as u32 {
        let [from, to] = network.ends(edge).map(|node| node as usize);
        let times = network.costs(edge);
        edges.push((from, to, seconds(times.forward)));
        edges.push((to, from, seconds(times.backward)));
    }
    PlainGraph { edges, nodes: network.nodes() }
}

fn seconds(time: Millis) -> f64 {
    seconds_or(time, f64::INFINITY)
}

fn seconds_or(time: Millis, never: f64) -> f64 {
    time.quantity().map_or(never, |s| s.0)
}

fn plain(time: Millis) -> u64 {
    if time == Millis::NEVER { NEVER } else { u64::from(time.0) }
}

const LIMITS: [Millis; 4] = [Millis(60_000), Millis(200_000), Millis(437_123), Millis::NEVER];

fn agree(world: &World) {
    let engine = Engine::new(world.network.clone(), &()).unwrap();
    let table = plain_times(&world.network, &world.origins, &world.targets);
    // One limit is a time that somebody takes: who is there on the dot is there.
    let exact = table.iter().flatten().copied().filter(|time| *time != NEVER).min().unwrap_or(1);
    let limits = [LIMITS[0], Millis(exact as u32), LIMITS[2], LIMITS[3]];
    let question = world.question();
    let near = nearest(&engine, question, &()).unwrap();
    let few = k_nearest(&engine, question, 3, &()).unwrap();
    let counts = within(&engine, question, &[limits; 4], &()).unwrap();
    let weights: Vec<f64> = (0..world.targets.len()).map(|target| 1.0 + target as f64 / 7.0).collect();
    let decay = |time: Millis, _: Millis| (-f64::from(time.0) / 3e5).exp();
    let searches = Searches::new(world.network.nodes());
    let sums = weigh(&engine, question, &[limits; 4], &weights, decay, &()).unwrap();
    for (origin, row) in table.iter().enumerate() {
        for (group, members) in world.groups.iter().enumerate() {
            let mut sorted: Vec<(u64, u32)> = members.iter().map(|target| (row[*target as usize], *target)).collect();
            sorted.sort_unstable();
            sorted.retain(|(time, _)| *time != NEVER);
            assert_eq!(plain(near[group][origin]), sorted.first().map_or(NEVER, |(time, _)| *time));
            let found: Vec<(u64, u32)> =
                few[group].of(origin).iter().map(|near| (plain(near.cost), near.target)).collect();
            assert_eq!(found, sorted.iter().copied().take(3).collect::<Vec<_>>());
            for (limit, time) in limits.iter().enumerate() {
                let inside = |target: &&u32| row[**target as usize] != NEVER && row[**target as usize] <= plain(*time);
                assert_eq!(counts.of(origin, group)[limit], members.iter().filter(inside).count() as u32);
                let mut sum = 0.0;
                for target in members.iter().filter(inside) {
                    sum += weights[*target as usize] * decay(Millis(row[*target as usize] as u32), *time);
                }
                assert_eq!(sums.of(origin, group)[limit], sum);
            }
        }
    }
    for limit in limits {
        let inside = |time: u64| time != NEVER && time <= plain(limit);
        let mut rows = Vec::new();
        let take = |batch: arrow_array::RecordBatch| {
            use arrow_array::cast::AsArray;
            use arrow_array::types::{Float64Type, UInt32Type};
            let (origins, targets) = (batch.column(0), batch.column(1));
            for row in 0..batch.num_rows() {
                let origin = origins.as_primitive::<UInt32Type>().value(row);
                let target = targets.as_primitive::<UInt32Type>().value(row);
                let seconds = batch.column(2).as_primitive::<Float64Type>().value(row);
                rows.push((origin, target, (seconds * 1000.0).round() as u64));
            }
            Ok(())
        };
        matrix(&engine, &world.origins, &world.targets, limit, &(), take).unwrap();
        rows.sort_unstable();
        let mut expected = Vec::new();
        for (origin, row) in table.iter().enumerate() {
            let kept = row.iter().enumerate().filter(|(_, time)| inside(**time));
            expected.extend(kept.map(|(target, time)| (origin as u32, target as u32, *time)));
        }
        assert_eq!(rows, expected);
        for (origin, row) in table.iter().enumerate() {
            let from = (world.origins.doors(origin), Heading::Out);
            let found = searches.costs(&world.network, from, &world.targets, limit);
            let expected = row.iter().map(|time| if inside(*time) { *time } else { NEVER });
            assert!(found.into_iter().map(plain).eq(expected), "one to many");
        }
        for (target, row) in (0..world.targets.len()).map(|target| (target, table.iter().map(move |row| row[target]))) {
            let to = (world.targets.doors(target), Heading::Back);
            let found = searches.costs(&world.network, to, &world.origins, limit);
            assert!(
                found.into_iter().map(plain).eq(row.map(|time| if inside(time) { time } else { NEVER })),
                "many to one"
            );
        }
        for (target, reached) in
            catchment(&engine, &world.targets, &world.origins, limit, &()).unwrap().iter().enumerate()
        {
            let expected: Vec<(u32, u64)> = (0..)
                .zip(&table)
                .map(|(origin, row)| (origin, row[target]))
                .filter(|(_, time)| inside(*time))
                .collect();
            assert_eq!(reached.iter().map(|(origin, time)| (*origin, plain(*time))).collect::<Vec<_>>(), expected);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_kernel_agrees_with_its_plain_twin(seed in any::<u64>()) {
        agree(&World::new(seed));
    }

    /// With fewer origins than targets the counts are taken from the other side.
    #[test]
    fn so_do_they_with_few_origins(seed in any::<u64>()) {
        let mut world = World::new(seed);
        world.origins = (0..7).map(|origin| world.origins.doors(origin).to_vec()).collect();
        agree(&world);
    }

    #[test]
    fn so_do_they_over_a_large_core(seed in any::<u64>(), across in 300_usize..900) {
        let mut world = World::with_ways_across(seed, across);
        agree(&world);
        world.origins = (0..7).map(|origin| world.origins.doors(origin).to_vec()).collect();
        agree(&world);
    }

    #[test]
    fn routes_take_as_long_as_they_say(seed in any::<u64>()) {
        let world = World::new(seed);
        let table = plain_times(&world.network, &world.origins, &world.targets);
        let searches = Searches::new(world.network.nodes());
        for (origin, row) in table.iter().enumerate().take(10) {
            for (target, time) in row.iter().enumerate() {
                let (from, to) = (world.origins.doors(origin), world.targets.doors(target));
                let Some(route) = searches.route(&world.network, from, to, &()).unwrap() else {
                    prop_assert_eq!(*time, NEVER);
                    continue;
                };
                prop_assert_eq!(plain(route.cost), *time);
                let mut walked = 0.0;
                for step in &route.steps {
                    let times = world.network.costs(step.edge);
                    let whole = if step.to > step.from { times.forward } else { times.backward };
                    walked += seconds(whole) * (step.to - step.from).abs();
                }
                let joins = route.steps.windows(2).all(|pair| end_of(&world.network, pair[0].edge, pair[0].to)
                    == end_of(&world.network, pair[1].edge, pair[1].from));
                prop_assert!(joins, "{:?}", route.steps);
                let begins = |door: &&Snap| route.steps.first().is_none_or(|step| step.edge == door.edge || door.along == 0.0 || door.along == 1.0);
                let from: Vec<f64> = from.iter().filter(begins).map(|door| seconds(door.access)).collect();
                let to: Vec<f64> = to.iter().map(|door| seconds(door.access)).collect();
                let fits = |access: f64| (walked + access - *time as f64 / 1000.0).abs() < 0.01;
                prop_assert!(from.iter().any(|a| to.iter().any(|b| fits(a + b))), "{walked} {time}");
                prop_assert_eq!(route.line(&world.streets).is_empty(), route.steps.is_empty());
            }
        }
    }

    #[test]
    fn isochrones_are_valid_and_true_to_the_street(seed in any::<u64>()) {
        check_isochrones(&World::new(seed));
    }
}

/// Two fronts may meet just in the middle of an edge at the limit itself: then the area is cut there.
#[test]
fn isochrones_whose_fronts_meet_at_the_limit() {
    check_isochrones(&World::new(3_214_871_773_395_432_408));
}

fn check_isochrones(world: &World) {
    let index = Isochrones::new(&world.streets);
    let isochrones = index.of(&world.streets, &world.network);
    let limits = [Millis(100_000), Millis(250_000), Millis(400_000)];
    for heading in [Heading::Out, Heading::Back] {
        for starts in [world.origins.doors(0).to_vec(), (0..3).flat_map(|o| world.origins.doors(o)).copied().collect()]
        {
            let areas = isochrones.areas(&starts, heading, &limits);
            let mut inner: Option<&geo_types::MultiPolygon> = None;
            for (area, limit) in areas.iter().zip(limits) {
                assert!(area.is_valid(), "{:?}", area.check_validation());
                let stretches = isochrones.stretches(&starts, heading, limit);
                check_stretches(world, &starts, heading, limit, &stretches);
                // What is reached well before the limit: as long before as two grid cells take.
                let early = isochrones.stretches(&starts, heading, Millis(limit.0 - 40_000));
                for step in &stretches {
                    let line: Vec<LonLat> = world.streets.line(&world.streets.edges[step.edge as usize]).collect();
                    // A grid cell at the very end of a reached stretch may be cut off; the middle never is, unless
                    // an unreached street runs across it.
                    let holds_middle = |other: &Step| other.edge == step.edge && (other.from..=other.to).contains(&0.5);
                    if step.from == 0.0
                        && step.to == 1.0
                        && metric::length(&line).0 > 45.0
                        && early.iter().any(holds_middle)
                    {
                        let middle = metric::point_along(&line, 0.5);
                        let clear = far_from_others(world, middle, step.edge, 25.0);
                        assert!(!clear || area.contains(&geo_types::Point(middle)));
                    }
                }
                if let Some(inner) = inner {
                    use geo::Area;
                    assert!(inner.unsigned_area() <= area.unsigned_area());
                }
                inner = Some(area);
            }
        }
    }
}

/// The node at an end of an edge; the edge itself in its midst.
fn end_of(network: &Network, edge: u32, share: f64) -> (bool, u32) {
    match share {
        0.0 => (true, network.ends(edge)[0]),
        1.0 => (true, network.ends(edge)[1]),
        _ => (false, edge),
    }
}

fn far_from_others(world: &World, at: LonLat, own: u32, metres: f64) -> bool {
    world.streets.edges.iter().zip(0..).filter(|(_, edge)| *edge != own).all(|(street, _)| {
        let line: Vec<LonLat> = world.streets.line(street).collect();
        (0..=20).all(|step| metric::distance(at, metric::point_along(&line, f64::from(step) / 20.0)).0 > metres)
    })
}

/// Samples every edge: what is within the limit lies on a stretch, and nothing else does.
fn check_stretches(world: &World, starts: &[Snap], heading: Heading, limit: Millis, stretches: &[Step]) {
    let mut graph = plain_graph(&world.network);
    if heading == Heading::Back {
        graph.edges.iter_mut().for_each(|(from, to, _)| std::mem::swap(from, to));
    }
    let leave = |door: &Snap| match heading {
        Heading::Out => [door.to_start, door.to_end],
        Heading::Back => [door.from_start, door.from_end],
    };
    let seeds: Vec<(usize, f64)> = starts
        .iter()
        .flat_map(|door| {
            let ends = world.network.ends(door.edge).map(|node| node as usize);
            ends.into_iter().zip(leave(door).map(|time| seconds(time) + seconds(door.access)))
        })
        .collect();
    let times = graph.times_from(&seeds);
    for edge in 0..world.network.edges() as u32 {
        let [from, to] = world.network.ends(edge).map(|node| node as usize);
        let EdgeCosts { forward, backward } = world.network.costs(edge);
        let [ahead, back] =
            if heading == Heading::Out { [forward, backward] } else { [backward, forward] }.map(seconds);
        for sample in 0..=16 {
            let share = f64::from(sample) / 16.0;
            let part = |share: f64, whole: f64| if share == 0.0 { 0.0 } else { share * whole };
            let mut time = (times[from] + part(share, ahead)).min(times[to] + part(1.0 - share, back));
            for door in starts.iter().filter(|door| door.edge == edge) {
                let away = share - door.along;
                time = time.min(seconds(door.access) + if away > 0.0 { part(away, ahead) } else { part(-away, back) });
            }
            let reached = stretches.iter().any(|step| step.edge == edge && (step.from..=step.to).contains(&share));
            let close = (time - seconds(limit)).abs() < 0.01;
            assert!(
                close || (sample == 0 || sample == 16) || reached == (time <= seconds(limit)),
                "{edge} {share} {time}"
            );
        }
    }
}

fn kept(world: &World, limits: &[[Millis; 3]]) -> Incremental<Millis> {
    let engine = Engine::new(world.network.clone(), &()).unwrap();
    let found = Answers::find(&engine, world.question(), limits, &()).unwrap();
    let limits = limits.iter().map(|limits| limits.to_vec()).collect();
    Incremental::new(&engine, world.question(), limits, found.into(), &()).unwrap()
}

/// Thousands of random edits: what is kept is what a full run gives.
#[test]
fn kept_answers_are_those_of_a_full_run() {
    for seed in 0..40 {
        let mut world = World::with_ways_across(seed, if seed % 4 == 0 { 400 } else { 0 });
        let limits = [[Millis(60_000), Millis(240_000), Millis(437_123)]; 4];
        let mut answers = kept(&world, &limits);
        let spare: Vec<Vec<Snap>> =
            (0..world.targets.len()).map(|target| world.targets.doors(target).to_vec()).collect();
        let mut alive: Vec<u32> = (0..world.targets.len() as u32).collect();
        for _ in 0..60 {
            let random = &mut world.random;
            let any_doors = spare[random.random_range(0..spare.len())].clone();
            let renewed: Vec<Snap> = any_doors.iter().map(|door| door.renewed(answers.network())).collect();
            let before = answers.answers().clone();
            let changed = match random.random_range(0..6) {
                0 => {
                    let groups = (0..4).filter(|_| random.random_bool(0.4)).collect();
                    let (target, changed) = answers.add_target(renewed, groups);
                    alive.push(target);
                    changed
                }
                1 if !alive.is_empty() => answers.remove_target(alive.swap_remove(random.random_range(0..alive.len()))),
                2 if !alive.is_empty() => answers.move_target(alive[random.random_range(0..alive.len())], renewed),
                3 => {
                    let edge = random.random_range(0..answers.network().edges() as u32);
                    answers.set_street(edge, EdgeCosts::CLOSED)
                }
                4 => {
                    let edge = random.random_range(0..answers.network().edges() as u32);
                    let mut time = || Millis(random.random_range(1..90_000));
                    answers.set_street(edge, EdgeCosts { forward: time(), backward: time() })
                }
                _ => {
                    let nodes = answers.network().nodes() as u32;
                    let ends = [random.random_range(0..nodes), random.random_range(0..nodes)];
                    let times = EdgeCosts { forward: Millis(random.random_range(1..90_000)), backward: Millis::NEVER };
                    answers.add_street(ends, times).1
                }
            };
            let (origins, targets, groups) = (answers.origins(), answers.targets(), answers.groups());
            let engine = Engine::new(Arc::clone(answers.network()), &()).unwrap();
            let question = Question { origins: &origins, targets: &targets, groups: &groups };
            let after = answers.answers();
            assert_eq!(**after, Answers::find(&engine, question, &limits, &()).unwrap());
            for (origin, group) in
                (0..origins.len()).flat_map(|origin| (0..groups.len()).map(move |group| (origin, group)))
            {
                let same = before.nearest(origin, group) == after.nearest(origin, group)
                    && before.counts(origin, group) == after.counts(origin, group);
                assert!(same || changed.contains(&(origin as u32)), "a changed origin is not told");
            }
        }
    }
}

/// What other programs take says what the answers say, with any number of limits.
#[test]
fn answers_leave_as_record_batches() {
    use arrow_array::Array as _;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, Int32Type, Int64Type};

    let world = World::new(3);
    let engine = Engine::new(world.network.clone(), &()).unwrap();
    // None, one, four and nine limits.
    let limits: Vec<Vec<Millis>> = [0, 1, 4, 9].map(|count| (1..=count).map(|n| Millis(n * 50_000)).collect()).into();
    let answers = Answers::find(&engine, world.question(), &limits, &()).unwrap();
    let batch = answers.to_batch(&["a", "b", "c", "d"], &limits).unwrap();
    assert_eq!((batch.num_columns(), batch.num_rows()), (4 + 14, world.origins.len()));
    let (nearest, counts) = (batch.column_by_name("d_seconds").unwrap(), batch.column_by_name("d_within_450").unwrap());
    let table = plain_times(&world.network, &world.origins, &world.targets);
    for (origin, row) in table.iter().enumerate() {
        let least = world.groups[3].iter().map(|target| row[*target as usize]).min().unwrap_or(NEVER);
        assert_eq!(nearest.is_null(origin), least == NEVER);
        assert!(least == NEVER || nearest.as_primitive::<Float64Type>().value(origin) * 1000.0 == least as f64);
        let within = world.groups[3].iter().filter(|target| row[**target as usize] <= 450_000).count();
        assert_eq!(counts.as_primitive::<Int32Type>().value(origin), within as i32);
    }
    assert!(answers.to_batch(&["a"], &limits).is_err());
    let few = &k_nearest(&engine, world.question(), 2, &()).unwrap()[1];
    let batch = few.to_batch().unwrap();
    let rows = (0..few.origins()).flat_map(|origin| few.of(origin)).map(|near| i64::from(near.target));
    assert_eq!(batch.column(2).as_primitive::<Int64Type>().values().to_vec(), rows.collect::<Vec<_>>());
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let world = World::new(7);
    let engine = Engine::new(world.network.clone(), &()).unwrap();
    let weights = vec![0.1; world.targets.len()];
    let run = |threads: usize| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| {
            let mut batches = Vec::new();
            let take = |batch| {
                batches.push(batch);
                Ok(())
            };
            matrix(&engine, &world.origins, &world.targets, Millis(300_000), &(), take).unwrap();
            let sums =
                weigh(&engine, world.question(), &[LIMITS; 4], &weights, |time, _| 1.0 / f64::from(time.0 + 1), &())
                    .unwrap();
            (batches, sums)
        })
    };
    assert!(run(1) == run(5));
}

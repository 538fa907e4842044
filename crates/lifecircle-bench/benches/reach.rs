//! The kernels, for regressions: on the demo city, on four tiles of it, and on a real city where one lies beside the
//! project. `cargo bench -p lifecircle-bench`.
#![allow(clippy::expect_used)]

use std::path::Path;
use std::sync::LazyLock;

use divan::Bencher;
use lifecircle::import::{Inputs, import};
use lifecircle::network::{Cost as _, EdgeCosts, Millis, Network};
use lifecircle::reach::{
    Answers, Engine, Heading, Incremental, Isochrones, Question, Searches, k_nearest, matrix, nearest, weigh, within,
};
use lifecircle::sources::extract::OsmSource;
use lifecircle_bench::tiles;
use lifecircle_bench::world::{World, demo_streets, limit, steady};

struct Ready {
    name: &'static str,
    world: World,
    engine: Engine,
}

static WORLDS: LazyLock<Vec<Ready>> = LazyLock::new(|| {
    let demo = demo_streets().expect("the demo city can be made");
    let mut cities = vec![("demo", demo.clone()), ("demo 2x2", tiles::lay(&demo, 2))];
    for (name, file) in [("malta", "malta/malta.osm.pbf"), ("helsinki", "helsinki/helsinki.osm.pbf")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(file);
        if path.exists() {
            let source = OsmSource::open(&path).expect("the extract can be read");
            cities.push((name, import(Inputs::new(name, source), &()).expect("it can be imported").streets));
        }
    }
    let ready = |(name, streets)| {
        let network = Network::new(&streets, &steady(1.2).expect("there is an adult"));
        let world = World::new(streets, &network, 30, 100);
        Ready { name, world, engine: Engine::new(network, &()).expect("nobody stops it") }
    };
    cities.into_iter().map(ready).collect()
});

fn main() {
    divan::main();
}

fn names() -> Vec<&'static str> {
    WORLDS.iter().map(|ready| ready.name).collect()
}

fn find(name: &str) -> &'static Ready {
    WORLDS.iter().find(|ready| ready.name == name).expect("names come from the same list")
}

const MINUTES: [Millis; 3] = [Millis(300_000), Millis(600_000), Millis(900_000)];

#[divan::bench(args = names(), sample_count = 10)]
fn engine(bencher: Bencher, name: &str) {
    let Ready { engine, .. } = find(name);
    bencher.with_inputs(|| engine.network().clone()).bench_values(|network| Engine::new(network, &()));
}

#[divan::bench(args = names(), sample_count = 10)]
fn nearest_of_30_sets(bencher: Bencher, name: &str) {
    let Ready { engine, world, .. } = find(name);
    bencher.bench(|| nearest(engine, world.question(), &()));
}

#[divan::bench(args = names(), sample_count = 10)]
fn three_nearest_of_30_sets(bencher: Bencher, name: &str) {
    let Ready { engine, world, .. } = find(name);
    bencher.bench(|| k_nearest(engine, world.question(), 3, &()));
}

#[divan::bench(args = names(), sample_count = 10)]
fn counts_of_30_sets(bencher: Bencher, name: &str) {
    let Ready { engine, world, .. } = find(name);
    bencher.bench(|| within(engine, world.question(), &[MINUTES; 30], &()));
}

#[divan::bench(args = names(), sample_count = 5)]
fn people_within_15_minutes(bencher: Bencher, name: &str) {
    let Ready { engine, world, .. } = find(name);
    let everybody = [(0..world.origins.len() as u32).collect()];
    let question = Question { origins: &world.origins, targets: &world.origins, groups: &everybody };
    let people = vec![1.5; world.origins.len()];
    bencher.bench(|| weigh(engine, question, &[[limit(900.0)]], &people, |_, _| 1.0, &()));
}

#[divan::bench(args = names(), sample_count = 5)]
fn matrix_to_3000_targets(bencher: Bencher, name: &str) {
    let Ready { engine, world, .. } = find(name);
    bencher.bench(|| {
        let mut rows = 0;
        let done = matrix(engine, &world.targets, &world.targets, Millis::NEVER, &(), |batch| {
            rows += batch.num_rows();
            Ok(())
        });
        (rows, done.is_ok())
    });
}

#[divan::bench(args = names())]
fn isochrones_of_5_10_15_minutes(bencher: Bencher, name: &str) {
    let Ready { engine, world, .. } = find(name);
    let index = Isochrones::new(&world.streets);
    let isochrones = index.of(&world.streets, engine.network());
    bencher.bench(|| isochrones.areas(world.targets.doors(7), Heading::Out, &MINUTES));
}

#[divan::bench(args = names())]
fn route_between_two_targets(bencher: Bencher, name: &str) {
    let Ready { engine, world, .. } = find(name);
    let searches = Searches::new(engine.network().nodes());
    bencher.bench(|| searches.route(engine.network(), world.targets.doors(1), world.targets.doors(2), &()));
}

#[divan::bench(args = names(), sample_count = 20)]
fn street_closed_and_opened(bencher: Bencher, name: &str) {
    let Ready { engine, world, .. } = find(name);
    let limits = vec![MINUTES.to_vec(); 30];
    let kept = Answers::find(engine, world.question(), &limits, &())
        .and_then(|found| Incremental::new(engine, world.question(), limits, found.into(), &()));
    let mut answers = kept.expect("nobody stops it");
    let times = answers.network().costs(100);
    bencher.bench_local(|| {
        answers.set_street(100, EdgeCosts::CLOSED);
        answers.set_street(100, times);
    });
}

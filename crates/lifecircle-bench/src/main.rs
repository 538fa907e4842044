//! Times the reach kernels on tiles of a city: `lifecircle-bench --side 16` lays 16 × 16 copies beside each other, joins
//! them at their seams, strews 30 sets of 3,000 targets over the nodes, and searches from all nodes.
//!
//! With `--out` it writes the graph, the targets and the answers, so that other programs can be timed on the very same
//! work and their answers compared (`benches/peers.py`).

mod tiles;

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use lifecircle::city;
use lifecircle::network::{Millis, Network, Slope, Snap, Walker};
use lifecircle::reach::{Engine, Places, Question, Within, nearest, within};
use lifecircle::tables::{Format, Table};
use lifecircle::{Error, Result, demo, export, import};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

#[derive(Parser)]
struct Arguments {
    /// A city directory to tile; the demo city if none is given
    #[arg(long)]
    city: Option<PathBuf>,
    /// Copies along a side
    #[arg(long, default_value_t = 1)]
    side: usize,
    /// Sets of targets
    #[arg(long, default_value_t = 30)]
    sets: usize,
    /// Targets in a set
    #[arg(long, default_value_t = 100)]
    targets: usize,
    /// Limit of the counts in seconds
    #[arg(long, default_value_t = 900.0)]
    limit: f64,
    /// Metres a second
    #[arg(long, default_value_t = 1.2)]
    speed: f64,
    /// Runs of each kernel
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Write graph, targets and answers here
    #[arg(long)]
    out: Option<PathBuf>,
}

fn main() {
    if let Err(error) = run(&Arguments::parse()) {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let streets = match &arguments.city {
        Some(path) => city::load(path)?.streets,
        None => import::import(demo::generate(demo::Size::Full, 1), &())?.streets,
    };
    let streets = tiles::lay(&tiles::without_squares(&streets), arguments.side);
    let walker = Walker { speed: arguments.speed, steps: Some(1.0), slope: Slope::Tobler, ..Walker::named("adult")? };
    let started = Instant::now();
    let network = Network::new(&streets, &walker);
    let prepared = started.elapsed().as_secs_f64();
    let at_nodes: Vec<Option<Snap>> = (0..network.nodes() as u32).map(|node| Snap::at_node(&network, node)).collect();
    let sets = strew(&at_nodes, arguments);
    let targets: Places = sets.iter().flatten().map(|node| at_nodes[*node as usize]).collect();
    let groups: Vec<Vec<u32>> = (0..sets.len() as u32)
            .map(|set| (0..arguments.targets as u32).map(|i| set * arguments.targets as u32 + i).collect())
            .collect();
    let origins: Places = at_nodes.into_iter().collect();
    let started = Instant::now();
    let engine = Engine::new(network.clone());
    let contracted = started.elapsed().as_secs_f64();
    let question = Question { origins: &origins, targets: &targets, groups: &groups };
    let limit = Millis::round(lifecircle::geo::Seconds(arguments.limit));
    let limits = vec![[limit]; sets.len()];
    let (nearest_seconds, times) = time(arguments.runs, || nearest(&engine, question, |_| {}));
    let (within_seconds, counts) = time(arguments.runs, || within(&engine, question, &limits, |_| {}));
    let pairs: u64 = (0..origins.len())
        .flat_map(|origin| (0..sets.len()).map(move |set| (origin, set)))
        .map(|(o, s)| u64::from(counts.of(o, s)[0]))
        .sum();
    println!(
        "{:#}",
        json!({
            "nodes": network.nodes(), "edges": network.edges(), "sets": sets.len(), "targets": arguments.targets,
            "limit_seconds": arguments.limit, "pairs": pairs, "network_seconds": prepared, "contraction_seconds": contracted, "bytes_an_edge": engine.bytes() as f64 / network.edges() as f64,
            "nearest_seconds": nearest_seconds, "within_seconds": within_seconds,
            "pairs_a_second": pairs as f64 / median(&within_seconds),
        })
    );
    match &arguments.out {
        Some(directory) => write(directory, &streets, &network, &sets, &times, &counts),
        None => Ok(()),
    }
}

/// Sets of nodes, drawn evenly.
fn strew(at_nodes: &[Option<Snap>], arguments: &Arguments) -> Vec<Vec<u32>> {
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let open: Vec<u32> = (0..at_nodes.len() as u32).filter(|node| at_nodes[*node as usize].is_some()).collect();
    (0..arguments.sets)
        .map(|_| (0..arguments.targets).map(|_| open[random.random_range(0..open.len())]).collect())
        .collect()
}

/// Runs something several times; the seconds of each run and the last answer.
fn time<T>(runs: usize, mut work: impl FnMut() -> T) -> (Vec<f64>, T) {
    let mut seconds = Vec::new();
    loop {
        let started = Instant::now();
        let answer = work();
        seconds.push(started.elapsed().as_secs_f64());
        if seconds.len() >= runs {
            return (seconds, answer);
        }
    }
}

fn median(seconds: &[f64]) -> f64 {
    let mut sorted = seconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn write(
    directory: &std::path::Path,
    streets: &city::Streets,
    network: &Network,
    sets: &[Vec<u32>],
    times: &[Vec<Millis>],
    counts: &Within<u32>,
) -> Result<()> {
    std::fs::create_dir_all(directory).map_err(|e| Error::io("make the directory", directory, &e))?;
    let put = |table: &Table, name: &str| table.write(&directory.join(name), Format::Parquet);
    put(&export::nodes_table(streets), "nodes.parquet")?;
    put(&export::edges_table(streets, network), "edges.parquet")?;
    let rows = || sets.iter().enumerate().flat_map(|(set, nodes)| nodes.iter().map(move |node| (set, *node)));
    let targets = Table::new()
        .integers("set", rows().map(|(set, _)| set as i32))
        .ids("node", rows().map(|(_, node)| i64::from(node)));
    put(&targets, "targets.parquet")?;
    let mut answers = Table::new();
    for (set, times) in times.iter().enumerate() {
        answers = answers
            .maybe_numbers(&format!("s{set}"), times.iter().map(|time| time.seconds().map(|s| s.0)))
            .integers(&format!("n{set}"), (0..times.len()).map(|origin| counts.of(origin, set)[0] as i32));
    }
    put(&answers, "answers.parquet")
}

//! Times the reach kernels on tiles of a city: `lifecircle-bench --side 16` lays 16 × 16 copies beside each other, joins
//! them at their seams, strews 30 sets of 3,000 targets over the nodes, and searches from all nodes.
//!
//! With `--out` it writes the graph, the targets and the answers, so that other programs can be timed on the very same
//! work and their answers compared (`benches/peers.py`).

use lifecircle::say;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Parser, ValueEnum};
use lifecircle::city;
use lifecircle::import::{Inputs, import};
use lifecircle::network::{Cost as _, EdgeCosts, Millis, Network, Snap};
use lifecircle::output::Existing;
use lifecircle::reach::{
    Answers, Engine, Heading, Incremental, Isochrones, Places, Question, k_nearest, matrix, nearest, weigh, within,
};
use lifecircle::sources::extract::OsmSource;
use lifecircle::tables::{Format, Table};
use lifecircle::{Error, Result, export};
use lifecircle_bench::tiles;
use lifecircle_bench::world::{World, demo_streets, limit, steady};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

#[derive(Parser)]
struct Arguments {
    /// An OpenStreetMap extract or a city directory to tile; the demo city if none is given
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
    /// Runs of each work
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// What to time
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["nearest", "within"])]
    work: Vec<Work>,
    /// Write the tiled city here, with its homes and facilities, and time nothing
    #[arg(long, requires = "city")]
    tiled: Option<PathBuf>,
    /// Write graph, targets and answers here
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Work {
    /// The nearest target of each set, from every node
    Nearest,
    /// The three nearest targets of each set, and which they are
    KNearest,
    /// How many targets of each set lie within the limit of every node
    Within,
    /// Who reaches whom within the limit, summed with weights: all pairs of nodes
    People,
    /// How many of all targets lie within 30 minutes at 15 km/h of every node
    Cycling,
    /// The matrix of 1,227 by 1,227 nodes, without a limit
    Matrix,
    /// Areas of 5, 10 and 15 minutes around one node
    Isochrones,
    /// Facilities added and removed, streets closed and opened
    Edits,
    /// How soon each kernel stops when it is told to
    Stops,
}

fn main() {
    if let Err(error) = run(&Arguments::parse()) {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    if let (Some(output), Some(path)) = (&arguments.tiled, &arguments.city) {
        return city::save(&tiles::city(&city::load(path)?, arguments.side), output, Existing::Refuse);
    }
    let streets = match &arguments.city {
        None => demo_streets()?,
        Some(path) if path.is_dir() => city::load(path)?.streets,
        Some(path) => import(Inputs::new("bench", OsmSource::open(path)?), &())?.streets,
    };
    let streets = tiles::lay(&tiles::without_squares(&streets), arguments.side);
    let walker = steady(arguments.speed)?;
    let (network_seconds, network) = time(arguments.runs, || Network::new(&streets, &walker));
    let world = World::new(streets, &network, arguments.sets, arguments.targets);
    let (engine_seconds, made) = time(arguments.runs, || Engine::new(network.clone(), &()));
    let made = made?;
    let mut report = Map::new();
    report.insert("nodes".into(), json!(network.nodes()));
    report.insert("edges".into(), json!(network.edges()));
    report.insert("network".into(), json!(network_seconds));
    report.insert("engine".into(), json!(engine_seconds));
    let kept = std::env::temp_dir().join(format!("lifecircle-bench-{}.bin", std::process::id()));
    std::fs::write(&kept, made.to_bytes()).map_err(|e| Error::io(say!("write", "写入"), &kept, &e))?;
    drop(made);
    let (kept_seconds, engine) = time(arguments.runs, || -> Result<Engine> {
        let bytes = std::fs::read(&kept).map_err(|e| Error::io(say!("read", "读取"), &kept, &e))?;
        Engine::from_bytes(network.clone(), &bytes).or_else(|network| Engine::new(network, &()))
    });
    let engine = engine?;
    // Nothing depends on whether a temporary file is gone.
    let _ = std::fs::remove_file(&kept);
    report.insert("bytes_an_edge".into(), json!(engine.bytes() as f64 / network.edges() as f64));
    report.insert("engine_kept".into(), json!(kept_seconds));
    for work in &arguments.work {
        let name = work.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        report.insert(name, do_work(*work, arguments, &world, &engine)?);
    }
    report.insert("peak_bytes".into(), json!(peak_bytes()));
    println!("{:#}", Value::Object(report));
    match &arguments.out {
        Some(directory) => write(directory, arguments, &world, &engine),
        None => Ok(()),
    }
}

fn do_work(work: Work, arguments: &Arguments, world: &World, engine: &Engine) -> Result<Value> {
    let (runs, question) = (arguments.runs, world.question());
    let limits = vec![[limit(arguments.limit)]; arguments.sets];
    Ok(match work {
        Work::Nearest => json!({ "seconds": time(runs, || nearest(engine, question, &())).0 }),
        Work::KNearest => json!({ "seconds": time(runs, || k_nearest(engine, question, 3, &())).0 }),
        Work::Within => {
            let (seconds, counts) = time(runs, || within(engine, question, &limits, &()));
            let counts = counts?;
            let all = (0..world.origins.len()).flat_map(|origin| (0..arguments.sets).map(move |set| (origin, set)));
            let pairs: u64 = all.map(|(origin, set)| u64::from(counts.of(origin, set)[0])).sum();
            json!({ "pairs": pairs, "pairs_a_second": pairs as f64 / median(&seconds), "seconds": seconds })
        }
        Work::People => {
            let everybody = [(0..world.origins.len() as u32).collect()];
            let question = Question { origins: &world.origins, targets: &world.origins, groups: &everybody };
            let people: Vec<f64> = (0..world.origins.len()).map(|node| 1.0 + (node % 7) as f64).collect();
            let flat = |_, _| 1.0;
            let (seconds, _) = time(runs, || weigh(engine, question, &limits[..1], &people, flat, &()));
            // Everybody weighs the same, to learn how many pairs there are.
            let ones = vec![1.0; people.len()];
            let counts = weigh(engine, question, &limits[..1], &ones, flat, &())?;
            let pairs: f64 = (0..world.origins.len()).map(|origin| counts.of(origin, 0)[0]).sum();
            json!({ "pairs": pairs, "pairs_a_second": pairs / median(&seconds), "seconds": seconds })
        }
        Work::Cycling => {
            let engine = Engine::new(Network::new(&world.streets, &steady(15.0 / 3.6)?), &())?;
            let everything = [(0..world.targets.len() as u32).collect()];
            let doors = |places: &Places| -> Places {
                let renewed = |door: &Snap| door.renewed(engine.network());
                (0..places.len()).map(|place| places.doors(place).iter().map(renewed).collect::<Vec<_>>()).collect()
            };
            let (origins, targets) = (doors(&world.origins), doors(&world.targets));
            let question = Question { origins: &origins, targets: &targets, groups: &everything };
            let (seconds, counts) = time(runs, || within(&engine, question, &[[limit(1800.0)]], &()));
            let counts = counts?;
            let pairs: u64 = (0..origins.len()).map(|origin| u64::from(counts.of(origin, 0)[0])).sum();
            json!({ "targets": targets.len(), "pairs": pairs, "seconds": seconds })
        }
        Work::Matrix => {
            let few = |shift: usize| -> Places {
                let count = world.origins.len();
                (0..1227).map(|place| world.origins.doors((place * 7919 + shift) % count).iter().copied()).collect()
            };
            let (from, to) = (few(0), few(11));
            let mut rows = 0;
            let (seconds, done) = time(runs, || {
                rows = 0;
                matrix(engine, &from, &to, Millis::NEVER, &(), |batch| {
                    rows += batch.num_rows();
                    Ok(())
                })
            });
            done?;
            json!({ "rows": rows, "seconds": seconds })
        }
        Work::Isochrones => isochrones(world, engine),
        Work::Edits => edits(world, engine, &limits)?,
        Work::Stops => stops(world, engine, &limits),
    })
}

/// Draws areas around a thousand nodes and tells how long each takes.
fn isochrones(world: &World, engine: &Engine) -> Value {
    let (made, index) = time(1, || Isochrones::new(&world.streets));
    let isochrones = index.of(&world.streets, engine.network());
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let minutes = [300.0, 600.0, 900.0].map(limit);
    let mut seconds = Vec::new();
    while seconds.len() < 1000 {
        let doors = world.origins.doors(random.random_range(0..world.origins.len()));
        if !doors.is_empty() {
            seconds.extend(time(1, || isochrones.areas(doors, Heading::Out, &minutes)).0);
        }
    }
    json!({ "index": made, "median": median(&seconds), "p95": share(&seconds, 0.95), "count": seconds.len() })
}

/// Stops each kernel at twenty moments and tells how long it went on.
fn stops(world: &World, engine: &Engine, limits: &[[Millis; 1]]) -> Value {
    let question = world.question();
    let network = std::sync::Arc::new(engine.network().clone());
    let people = vec![1.0; world.targets.len()];
    type Kernel<'a> = &'a (dyn Fn(&Button) + Sync);
    let kernels: [(&str, Kernel<'_>); 6] = [
        ("engine", &|button| drop(Engine::new(std::sync::Arc::clone(&network), button))),
        ("nearest", &|button| drop(nearest(engine, question, button))),
        ("k_nearest", &|button| drop(k_nearest(engine, question, 3, button))),
        ("within", &|button| drop(within(engine, question, limits, button))),
        ("weigh", &|button| drop(weigh(engine, question, limits, &people, |_, _| 1.0, button))),
        ("matrix", &|button| drop(matrix(engine, &world.targets, &world.origins, Millis::NEVER, button, |_| Ok(())))),
    ];
    let told = kernels.map(|(name, run)| {
        let whole = if name == "matrix" { 1.0 } else { once(|| run(&Button::default())).0 };
        let went_on: Vec<f64> = (0..20)
            .map(|twentieth| {
                let button = Button::default();
                std::thread::scope(|scope| {
                    let work = scope.spawn(|| run(&button));
                    std::thread::sleep(std::time::Duration::from_secs_f64(whole * f64::from(twentieth) / 20.0));
                    once(|| {
                        button.0.store(true, std::sync::atomic::Ordering::Relaxed);
                        // A kernel that fails is told of by the other works.
                        let _ = work.join();
                    })
                    .0
                })
            })
            .collect();
        eprintln!("{name}: {went_on:.3?}");
        (name.to_owned(), json!({ "median": median(&went_on), "most": share(&went_on, 1.0) }))
    });
    Value::Object(told.into_iter().collect())
}

/// Pressed to stop.
#[derive(Default)]
struct Button(std::sync::atomic::AtomicBool);

impl lifecircle::progress::Progress for Button {
    fn stage(&self, _: lifecircle::progress::Stage, _: u64) {}
    fn advance(&self, _: u64) {}
    fn is_cancelled(&self) -> bool {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}

/// Makes two hundred edits and tells how long each kind takes; `nearest_only` leaves the counts out.
fn edits(world: &World, engine: &Engine, limits: &[[Millis; 1]]) -> Result<Value> {
    let kept = |limits: Vec<Vec<Millis>>| -> Result<Incremental<Millis>> {
        let found = Answers::find(engine, world.question(), &limits, &())?;
        Incremental::new(engine, world.question(), limits, found.into(), &())
    };
    let times = edit(world, &mut kept(vec![Vec::new(); limits.len()])?);
    let counts = edit(world, &mut kept(limits.iter().map(|limits| limits.to_vec()).collect())?);
    Ok(json!({ "nearest_only": times, "nearest_and_counts": counts }))
}

fn edit(world: &World, answers: &mut Incremental<Millis>) -> Value {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let (mut added, mut removed, mut closed, mut opened) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..200 {
        let doors = world.origins.doors(random.random_range(0..world.origins.len())).to_vec();
        let set = random.random_range(0..world.groups.len() as u32);
        let (seconds, (target, _)) = once(|| answers.add_target(doors, vec![set]));
        added.push(seconds);
        removed.push(once(|| answers.remove_target(target)).0);
        let edge = random.random_range(0..answers.network().edges() as u32);
        let times = answers.network().costs(edge);
        closed.push(once(|| answers.set_street(edge, EdgeCosts::CLOSED)).0);
        opened.push(once(|| answers.set_street(edge, times)).0);
    }
    let told = |seconds: &[f64]| json!({ "median": median(seconds), "p95": share(seconds, 0.95), "most": share(seconds, 1.0) });
    json!({ "facility_added": told(&added), "facility_removed": told(&removed), "street_closed": told(&closed), "street_opened": told(&opened) })
}

/// Runs something once; the seconds and the answer.
fn once<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let started = Instant::now();
    let answer = work();
    (started.elapsed().as_secs_f64(), answer)
}

/// Runs something several times; the seconds of each run and the last answer.
fn time<T>(runs: usize, mut work: impl FnMut() -> T) -> (Vec<f64>, T) {
    let mut seconds = Vec::new();
    loop {
        let (took, answer) = once(&mut work);
        seconds.push(took);
        if seconds.len() >= runs {
            return (seconds, answer);
        }
    }
}

fn median(seconds: &[f64]) -> f64 {
    share(seconds, 0.5)
}

/// The value that a share of all do not exceed.
fn share(seconds: &[f64], share: f64) -> f64 {
    let mut sorted = seconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

/// The most memory that this process has had, where the system tells.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}

fn write(directory: &Path, arguments: &Arguments, world: &World, engine: &Engine) -> Result<()> {
    std::fs::create_dir_all(directory).map_err(|e| Error::io(say!("make the directory", "创建目录"), directory, &e))?;
    let put = |table: &Table, name: &str| table.write(&directory.join(name), Format::Parquet);
    put(&export::nodes_table(&world.streets), "nodes.parquet")?;
    put(&export::edges_table(&world.streets, engine.network()), "edges.parquet")?;
    let rows = || world.nodes.iter().enumerate().map(|(target, node)| (target / arguments.targets, *node));
    let targets = Table::new()
        .integers("set", rows().map(|(set, _)| set as i32))
        .ids("node", rows().map(|(_, node)| i64::from(node)));
    put(&targets, "targets.parquet")?;
    let times = nearest(engine, world.question(), &())?;
    let counts = within(engine, world.question(), &vec![[limit(arguments.limit)]; arguments.sets], &())?;
    let mut answers = Table::new();
    for (set, times) in times.iter().enumerate() {
        answers = answers
            .maybe_numbers(&format!("s{set}"), times.iter().map(|time| time.quantity().map(|s| s.0)))
            .integers(&format!("n{set}"), (0..times.len()).map(|origin| counts.of(origin, set)[0] as i32));
    }
    put(&answers, "answers.parquet")
}

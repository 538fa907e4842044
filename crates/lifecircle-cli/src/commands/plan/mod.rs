//! `lifecircle plan`: what to build next. Here is what its commands share: showing how it goes, and stopping.

pub mod compare;
mod links;
mod renewal;
mod sites;
mod solve;
mod units;

use lifecircle::say;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use lifecircle::city::{self, City};
use lifecircle::output;
use lifecircle::ready::Walk;
use lifecircle::standard::Standard;
use lifecircle::text::Language;
use lifecircle::{Error, Result};
use lifecircle_plan::siting::{Known, Outcome, Posed, ProofDocument, Watch};

pub use solve::Solved;

use crate::args::{Common, Measuring, PlanCommand};

/// Set by the first Ctrl-C; the second ends the program.
static STOPPED: AtomicBool = AtomicBool::new(false);

pub fn run(command: &PlanCommand, common: &Common) -> Result<()> {
    match command {
        PlanCommand::Compare(args) => compare::run(args, common),
        PlanCommand::Sites(args) => best_so_far(|| sites::run(args, common)),
        PlanCommand::Links(args) => links::run(args, common),
        PlanCommand::Renewal(args) => best_so_far(|| renewal::run(args, common)),
        PlanCommand::Units(args) => best_so_far(|| units::run(args, common)),
        PlanCommand::Solve(args) => best_so_far(|| solve::run(args, common)),
    }
}

/// Runs a command that gives the best so far when it is interrupted.
fn best_so_far(run: impl FnOnce() -> Result<()>) -> Result<()> {
    if let Err(error) = ctrlc::set_handler(|| {
        if STOPPED.swap(true, Ordering::Relaxed) {
            output::abandon_all();
            std::process::exit(130);
        }
    }) {
        eprintln!("warning: an interruption will lose the best answer so far ({error})");
    }
    run()
}

/// The city, and by which standard and for whom it is measured; what is named wrong is told before the city is read.
fn load(path: &Path, measuring: &Measuring, common: &Common) -> Result<(Arc<City>, Standard, Walk)> {
    let (named, walk) = (measuring.named()?, measuring.walk()?);
    let city = Arc::new(city::load(path)?);
    let standard = measuring.standard(named, &city.about, common)?;
    Ok((city, standard, walk))
}

/// Shows value and bound as they close, and stops when time is over or somebody presses Ctrl-C.
pub struct Closing {
    began: Instant,
    limit: Duration,
    bar: ProgressBar,
    language: Language,
}

impl Closing {
    pub fn new(seconds: f64, common: &Common) -> Self {
        let visible = !common.quiet && std::io::stderr().is_terminal();
        let bar = if visible { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        // A template that is wrong would be a mistake in this very line; the plain spinner serves then.
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        if visible {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { began: Instant::now(), limit: Duration::from_secs_f64(seconds), bar, language: common.language() }
    }

    fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }
}

impl Watch for Closing {
    fn closing(&self, known: Known) {
        let gap = known.gap.map_or_else(|| "?".to_owned(), |gap| format!("{:.2}%", gap * 100.0));
        self.bar.set_message(match self.language {
            Language::Chinese => format!("求证中：距最优不超过 {gap}（Ctrl-C 取当前最好的结果）"),
            Language::English => format!("proving: at most {gap} from the best (Ctrl-C takes the best so far)"),
        });
    }

    fn is_over(&self) -> bool {
        STOPPED.load(Ordering::Relaxed) || self.began.elapsed() > self.limit
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Writes a problem, an answer and its proof into a directory that is there.
fn write_proof(path: &Path, problem: &Posed, outcome: &Outcome) -> Result<()> {
    let document = serde_json::to_string(&ProofDocument::new(problem, outcome)).map_err(|error| {
        Error::new(say!("the proof cannot be written: {error}", "证明无法写出：{error}")).file(path)
    })?;
    output::write_text(path, &document)
}

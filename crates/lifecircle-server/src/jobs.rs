//! Long work that outlives the question: making a city. One at a time, apart from answering, so that a click is never slowed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lifecircle::progress::{Progress, Stage};
use lifecircle::text::Language;
use schemars::JsonSchema;
use serde::Serialize;

use crate::problem::{Body, Problem};

/// Jobs that are remembered, and that may wait.
const MOST_REMEMBERED: usize = 100;
const MOST_WAITING: usize = 8;

/// All jobs.
#[derive(Debug, Default)]
pub struct Jobs {
    known: Mutex<BTreeMap<u64, Arc<Job>>>,
    next: AtomicU64,
    /// Held by the job that runs.
    turn: Mutex<()>,
}

/// A job.
#[derive(Debug)]
pub struct Job {
    id: u64,
    stop: AtomicBool,
    stage: Mutex<Option<Stage>>,
    done: AtomicU64,
    total: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Clone)]
enum State {
    Waiting,
    Running,
    Done(String),
    Failed(Box<Problem>),
    Cancelled,
}

/// How a job stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Standing {
    /// Its number.
    id: u64,
    /// `waiting`, `running`, `done`, `failed` or `cancelled`.
    state: &'static str,
    /// What it does now: `generate`, `read`, `build`, `snap`, `nearest`, `within` or `write`.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    /// Steps of the stage that are done.
    done: u64,
    /// Steps of the stage; 0 if it is not known.
    total: u64,
    /// The id of the city that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Body>,
}

impl Progress for Job {
    fn stage(&self, stage: Stage, total: u64) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = Some(stage);
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }
    fn advance(&self, steps: u64) {
        self.done.fetch_add(steps, Ordering::Relaxed);
    }
    fn is_cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Job {
    fn set(&self, state: State) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Whether it waits or runs.
    fn is_ahead(&self) -> bool {
        matches!(*self.state.lock().unwrap_or_else(PoisonError::into_inner), State::Waiting | State::Running)
    }

    /// How it stands; what went wrong is told in a language.
    pub fn standing(&self, language: Language) -> Standing {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let stage = *self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let (state, city, problem) = match state {
            State::Waiting => ("waiting", None, None),
            State::Running => ("running", None, None),
            State::Done(city) => ("done", Some(city), None),
            State::Failed(problem) => ("failed", None, Some(problem.body_in(language))),
            State::Cancelled => ("cancelled", None, None),
        };
        let (done, total) = (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed));
        Standing { id: self.id, state, stage: stage.map(stage_name), done, total, city, problem }
    }

    /// Stops it; it is over a moment later.
    pub fn cancel(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Generate => "generate",
        Stage::Read => "read",
        Stage::Build => "build",
        Stage::Snap => "snap",
        Stage::Nearest => "nearest",
        Stage::Within => "within",
        Stage::Search => "search",
        Stage::Write => "write",
    }
}

impl Jobs {
    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Arc<Job>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a job, whose work gives the id of a city.
    ///
    /// # Errors
    /// If too many wait already.
    pub fn start(
        self: &Arc<Self>,
        work: impl FnOnce(&Job) -> Result<String, Problem> + Send + 'static,
    ) -> Result<Arc<Job>, Problem> {
        let mut known = self.known();
        if known.values().filter(|job| job.is_ahead()).count() > MOST_WAITING {
            return Err(Problem::busy());
        }
        while known.len() >= MOST_REMEMBERED {
            let Some(oldest) = known.values().find(|job| !job.is_ahead()).map(|job| job.id) else { break };
            known.remove(&oldest);
        }
        let job = Arc::new(Job {
            id: self.next.fetch_add(1, Ordering::Relaxed) + 1,
            stop: AtomicBool::default(),
            stage: Mutex::default(),
            done: AtomicU64::default(),
            total: AtomicU64::default(),
            state: Mutex::new(State::Waiting),
        });
        known.insert(job.id, Arc::clone(&job));
        let (jobs, running) = (Arc::clone(self), Arc::clone(&job));
        tokio::task::spawn_blocking(move || jobs.run(&running, work));
        Ok(job)
    }

    fn run(&self, job: &Job, work: impl FnOnce(&Job) -> Result<String, Problem> + Send) {
        // One who broke down while it ran leaves the turn to the next.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if job.is_cancelled() {
            return job.set(State::Cancelled);
        }
        job.set(State::Running);
        // One core stays free to answer clicks.
        let cores = std::thread::available_parallelism().map_or(1, usize::from).saturating_sub(1).max(1);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(cores).build();
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match pool {
            Ok(pool) => pool.install(|| work(job)),
            Err(_) => work(job),
        }));
        job.set(match result {
            Ok(Ok(city)) => State::Done(city),
            Ok(Err(problem)) if problem.is_cancelled() => State::Cancelled,
            Ok(Err(problem)) => State::Failed(Box::new(problem)),
            Err(_) => State::Failed(Box::new(Problem::internal())),
        });
    }

    /// A job.
    ///
    /// # Errors
    /// If there is none.
    pub fn find(&self, id: u64) -> Result<Arc<Job>, Problem> {
        self.known()
            .get(&id)
            .cloned()
            .ok_or_else(|| Problem::not_found(lifecircle::say!("there is no job {id}", "没有任务 {id}")))
    }

    /// Stops all of them: the server ends.
    pub fn cancel_all(&self) {
        self.known().values().for_each(|job| job.cancel());
    }
}

//! Computing, apart from serving: how much is done at once, how much may wait, and how it is stopped when nobody waits for it any
//! longer. It knows nothing of what is computed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use std::time::{Duration, Instant};

use lifecircle::progress::{Progress, Stage};
use lifecircle_plan::siting::{Known, Watch};
use tokio::sync::Semaphore;

use crate::problem::Problem;

/// How long something takes, roughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Milliseconds: a click, a tile.
    Quick,
    /// Up to seconds: measuring a city, a large matrix.
    Heavy,
}

/// No answer takes longer.
const LONGEST_ANSWER: Duration = Duration::from_secs(120);

/// The places where things are computed.
#[derive(Debug)]
pub struct Work {
    quick: Queue,
    heavy: Queue,
}

#[derive(Debug)]
struct Queue {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
}

/// Tells work whether anybody still waits for it.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Progress for Stop {
    fn stage(&self, _: Stage, _: u64) {}
    fn advance(&self, _: u64) {}
    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A search for proofs: over when the client has gone or time is up.
pub struct Until<'a> {
    stop: &'a Stop,
    end: Instant,
    told: Option<(Tell<'a>, Mutex<Instant>)>,
}

/// Who is told how far a search is.
pub type Tell<'a> = &'a (dyn Fn(Known) + Sync);

/// How often it is told how far a search is.
const TOLD_EVERY: Duration = Duration::from_millis(150);

impl<'a> Until<'a> {
    /// So long from now.
    pub fn new(stop: &'a Stop, limit: Duration) -> Self {
        Self { stop, end: Instant::now() + limit, told: None }
    }

    /// The same, telling now and then what is known.
    #[must_use]
    pub fn telling(self, told: Option<Tell<'a>>) -> Self {
        Self { told: told.map(|told| (told, Mutex::new(Instant::now()))), ..self }
    }
}

impl Watch for Until<'_> {
    fn closing(&self, known: Known) {
        if let Some((tell, last)) = &self.told
            && let Ok(mut last) = last.lock()
            && last.elapsed() >= TOLD_EVERY
        {
            *last = Instant::now();
            tell(known);
        }
    }
    fn rising(&self, known: Known) {
        self.closing(known);
    }
    fn is_over(&self) -> bool {
        self.stop.is_cancelled() || Instant::now() > self.end
    }
}

/// Stops the work when it is dropped: the client has gone.
struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Leaves a queue when it is dropped, served or not.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Work {
    /// For a machine of a number of cores.
    pub fn new(cores: usize) -> Self {
        let queue = |places, most_waiting| Queue {
            places: Arc::new(Semaphore::new(places)),
            waiting: AtomicUsize::new(0),
            most_waiting,
        };
        Self { quick: queue(cores * 2, 512), heavy: queue(cores.max(2), 32) }
    }

    /// How many wait.
    pub fn waiting(&self, lane: Lane) -> usize {
        self.queue(lane).waiting.load(Ordering::Relaxed)
    }

    fn queue(&self, lane: Lane) -> &Queue {
        match lane {
            Lane::Quick => &self.quick,
            Lane::Heavy => &self.heavy,
        }
    }

    /// Does something on a thread that serves nobody. It is stopped if this is dropped.
    ///
    /// # Errors
    /// What the work says; that the server is busy; or that the work broke down.
    pub async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce(&Stop) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let queue = self.queue(lane);
        let place = {
            let before = queue.waiting.fetch_add(1, Ordering::Relaxed);
            let _waiting = Waiting(&queue.waiting);
            if before >= queue.most_waiting {
                return Err(Problem::busy());
            }
            Arc::clone(&queue.places).acquire_owned().await.map_err(|_| Problem::busy())?
        };
        let stop = StopOnDrop(Stop::default());
        let handed = stop.0.clone();
        let done = tokio::task::spawn_blocking(move || {
            let result = work(&handed);
            drop(place);
            result
        });
        // No answer takes longer; the work is stopped, as when the client hangs up.
        match tokio::time::timeout(LONGEST_ANSWER, done).await {
            Ok(done) => done.unwrap_or_else(|_| Err(Problem::internal())),
            Err(_) => Err(Problem::busy()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn work_that_nobody_waits_for_is_stopped() {
        let work = Arc::new(Work::new(1));
        let (told, mut stopped) = tokio::sync::mpsc::channel(1);
        let task = tokio::spawn({
            let work = Arc::clone(&work);
            async move {
                let _ = work
                    .run(Lane::Heavy, move |stop| {
                        while stop.check().is_ok() {
                            std::thread::sleep(Duration::from_millis(1));
                        }
                        let _ = told.blocking_send(());
                        Ok(())
                    })
                    .await;
            }
        });
        tokio::time::sleep(Duration::from_millis(30)).await;
        task.abort();
        assert!(tokio::time::timeout(Duration::from_secs(5), stopped.recv()).await.unwrap().is_some());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_breaks_down_is_an_answer_and_gives_its_place_back() {
        let work = Work::new(1);
        for _ in 0..8 {
            let broken = work.run(Lane::Heavy, |_| -> Result<(), Problem> { std::panic::panic_any(1) }).await;
            assert!(broken.is_err());
        }
        assert_eq!(work.run(Lane::Heavy, |_| Ok(7)).await.unwrap(), 7);
    }
}

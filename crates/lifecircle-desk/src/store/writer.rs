//! The thread that writes: what waits is done in one transaction, each within a savepoint of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use lifecircle::error::ErrorKind;
use lifecircle::{Error, say};

use super::connection::Connection;
use crate::refusal::Refusal;

/// What is committed together at most.
const MOST_TOGETHER: usize = 256;

/// Tells whoever waits, once it is known whether their work was kept.
type Tell = Box<dyn FnOnce(Option<Refusal>) + Send>;

/// Does some work, or learns why it cannot be done; returns whether it is to be kept, and whom to tell.
type Job = Box<dyn FnOnce(Result<&Connection, Refusal>) -> (bool, Tell) + Send>;

/// The thread, and the way to it.
#[derive(Debug)]
pub(crate) struct Writer {
    jobs: Mutex<Option<Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread.
    pub fn start(connection: Connection) -> Self {
        let (sender, receiver) = channel();
        let thread = std::thread::spawn(move || write_all(&connection, &receiver));
        Self { jobs: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) }
    }

    /// Does some work there and waits until it is kept.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (sender, receiver) = channel();
        let job: Job = Box::new(move |connection| {
            let done = connection.and_then(|connection| {
                catch_unwind(AssertUnwindSafe(|| work(connection))).unwrap_or_else(|_| Err(broken()))
            });
            let keep = done.is_ok();
            let tell: Tell = Box::new(move |failure| {
                // Whoever asked may have gone.
                let _ = sender.send(match failure {
                    Some(failure) if keep => Err(failure),
                    _ => done,
                });
            });
            (keep, tell)
        });
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        jobs.ok_or_else(closed)?.send(job).map_err(|_| closed())?;
        receiver.recv().map_err(|_| closed())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // What waits is still written.
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

fn write_all(connection: &Connection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut tell = Vec::new();
        let kept = write_some(connection, first, jobs, &mut tell);
        if kept.is_err() {
            // There may be nothing to undo: the transaction did not begin.
            let _ = connection.run("ROLLBACK");
        }
        for tell in tell {
            tell(kept.as_ref().err().map(Refusal::again));
        }
    }
}

fn write_some(connection: &Connection, first: Job, jobs: &Receiver<Job>, told: &mut Vec<Tell>) -> Result<(), Refusal> {
    let begun = connection.begin();
    let mut next = Some(first);
    // What ends one piece of work and begins the next goes to a server together.
    let mut before = "";
    while let Some(job) = next {
        if let Err(refusal) = &begun {
            told.push(job(Err(refusal.again())).1);
        } else {
            connection.run(&format!("{before}SAVEPOINT one"))?;
            let (keep, tell) = job(Ok(connection));
            told.push(tell);
            before = if keep { "RELEASE one; " } else { "ROLLBACK TO one; RELEASE one; " };
        }
        next = if told.len() < MOST_TOGETHER { jobs.try_recv().ok() } else { None };
    }
    begun?;
    connection.run(&format!("{before}COMMIT"))
}

fn closed() -> Refusal {
    Refusal::Failed(
        Error::of_kind(ErrorKind::Io, say!("the desk could not write", "受理库未能写入"))
            .hint(say!("try again", "请重试")),
    )
}

fn broken() -> Refusal {
    Refusal::Failed(Error::of_kind(
        ErrorKind::Internal,
        say!("this is a mistake of the program; nothing was written", "程序内部错误；没有写入任何内容"),
    ))
}

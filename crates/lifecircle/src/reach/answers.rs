//! Answers: what all origins are asked about groups of targets, in one place. Measuring reads them; edits keep them up to date
//! ([`Incremental`](super::Incremental)).

use super::engine::Engine;
use super::nearest::nearest;
use super::places::Question;
use super::within::{Within, within};
use crate::error::Result;
use crate::network::{Cost, Millis};
use crate::progress::{Progress, Stage};

/// For each origin and group of targets, what the way to the nearest costs, and how many lie within each of the group's limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers<C = Millis> {
    nearest: Vec<Vec<C>>,
    counts: Within<u32>,
}

impl<C: Cost> Answers<C> {
    /// Answers a question; `limits[group]` are the limits of a group's counts.
    ///
    /// # Errors
    /// If it is cancelled.
    ///
    /// # Panics
    /// As [`within`].
    pub fn find(
        engine: &Engine<C>,
        question: Question<'_, C>,
        limits: &[impl AsRef<[C]>],
        progress: &dyn Progress,
    ) -> Result<Self> {
        progress.stage(Stage::Nearest, question.groups.len() as u64);
        let nearest = nearest(engine, question, progress)?;
        progress.stage(Stage::Within, question.origins.len() as u64);
        let counts = within(engine, question, limits, progress)?;
        Ok(Self { nearest, counts })
    }

    /// What the way from an origin to the nearest target of a group costs; [`Cost::NEVER`] if there is none.
    pub fn nearest(&self, origin: usize, group: usize) -> C {
        self.nearest[group][origin]
    }

    /// What the way from every origin to the nearest target of a group costs.
    pub fn all_nearest(&self, group: usize) -> &[C] {
        &self.nearest[group]
    }

    /// How many targets of a group lie within each of its limits of an origin.
    pub fn counts(&self, origin: usize, group: usize) -> &[u32] {
        self.counts.of(origin, group)
    }

    /// Bytes that the answers take.
    pub fn bytes(&self) -> usize {
        self.counts.bytes() + self.nearest.iter().map(|nearest| size_of_val(&**nearest)).sum::<usize>()
    }

    pub(super) fn nearest_mut(&mut self, origin: usize, group: usize) -> &mut C {
        &mut self.nearest[group][origin]
    }

    pub(super) fn counts_mut(&mut self, origin: usize, group: usize) -> &mut [u32] {
        self.counts.of_mut(origin, group)
    }
}

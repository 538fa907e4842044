//! Answers: what all origins are asked about groups of targets, in one place. Measuring reads them; edits keep them up to date
//! ([`Incremental`](super::Incremental)).

use arrow_array::RecordBatch;

use super::engine::Engine;
use super::nearest::nearest;
use super::places::Question;
use super::within::{Within, within};
use crate::error::{Error, Result};
use crate::geo::Quantity;
use crate::network::{Cost, Millis};
use crate::progress::{Progress, Stage};
use crate::tables::Table;

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

    /// The answers as a record batch, a row an origin: for each group, by its name, `NAME_seconds` or `NAME_metres` to the nearest
    /// (null where there is no way), and `NAME_within_LIMIT` for each of its limits, in the same unit.
    ///
    /// # Errors
    /// If there is not one name and one list of limits for each group.
    pub fn to_batch(&self, names: &[&str], limits: &[impl AsRef<[C]>]) -> Result<RecordBatch> {
        if names.len() != self.nearest.len() || limits.len() != names.len() {
            return Err(Error::new(say!(
                "there is not one name and one list of limits for each group",
                "每组应有且仅有一个名称和一列范围"
            )));
        }
        let mut table = Table::new();
        for (group, (name, limits)) in names.iter().zip(limits).enumerate() {
            let nearest = self.nearest[group].iter().map(|cost| cost.quantity().map(Quantity::number));
            table = table.maybe_numbers(&format!("{name}_{}", C::Quantity::UNIT), nearest);
            for (position, limit) in limits.as_ref().iter().enumerate() {
                let limit = limit.quantity().map_or_else(|| "any".to_owned(), |limit| limit.number().to_string());
                let counts = (0..self.nearest[group].len()).map(|origin| self.counts(origin, group)[position] as i32);
                table = table.integers(&format!("{name}_within_{limit}"), counts);
            }
        }
        table.to_batch()
    }

    /// Bytes that the answers take.
    pub fn bytes(&self) -> usize {
        self.counts.bytes() + self.nearest.iter().map(|nearest| size_of_val(&**nearest)).sum::<usize>()
    }

    /// One origin more, to which no way leads.
    pub(super) fn add_origin(&mut self) {
        self.nearest.iter_mut().for_each(|nearest| nearest.push(C::NEVER));
        self.counts.add_origin();
    }

    pub(super) fn nearest_mut(&mut self, origin: usize, group: usize) -> &mut C {
        &mut self.nearest[group][origin]
    }

    pub(super) fn counts_mut(&mut self) -> &mut Within<u32> {
        &mut self.counts
    }
}

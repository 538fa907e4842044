//! What a way costs, in whole numbers: a time or a length. The two are different types all the way through networks, snaps,
//! engines and answers, so that neither can be taken for the other.
//!
//! Whole numbers add up exactly, so no result depends on the order of work.

use std::fmt::Debug;
use std::hash::Hash;

use crate::geo::{self, Metres, Seconds};

/// A whole number of something that ways add up. [`Cost::NEVER`] stands for no way at all.
pub trait Cost: Copy + Ord + Hash + Debug + Default + Send + Sync + 'static {
    /// What it is a whole number of thousandths of.
    type Quantity: geo::Quantity;
    /// No way.
    const NEVER: Self;

    /// The cost of so many of its units.
    fn of(units: u32) -> Self;

    /// How many of its units it is.
    fn units(self) -> u32;

    /// The nearest whole number to a quantity; [`Cost::NEVER`] if it is beyond counting.
    #[must_use]
    fn round(quantity: Self::Quantity) -> Self {
        let units = (geo::Quantity::number(quantity) * UNITS).round();
        if units >= 0.0 && units < f64::from(u32::MAX) { Self::of(units as u32) } else { Self::NEVER }
    }

    /// The quantity that it is; none for [`Cost::NEVER`].
    fn quantity(self) -> Option<Self::Quantity> {
        (self != Self::NEVER).then(|| <Self::Quantity as geo::Quantity>::of_number(f64::from(self.units()) / UNITS))
    }

    /// The sum, [`Cost::NEVER`] if either is.
    #[must_use]
    fn plus(self, other: Self) -> Self {
        Self::of(self.units().saturating_add(other.units()))
    }

    /// At least one unit. No street costs nothing: then no way rests on itself, and sparse matrices, in which others
    /// recompute our numbers, take 0 for no edge.
    #[must_use]
    fn at_least_one(self) -> Self {
        self.max(Self::of(1))
    }
}

/// Units a second and a metre.
const UNITS: f64 = 1000.0;

/// A time in whole milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Millis(pub u32);

impl Cost for Millis {
    type Quantity = Seconds;
    const NEVER: Self = Self(u32::MAX);

    fn of(units: u32) -> Self {
        Self(units)
    }

    fn units(self) -> u32 {
        self.0
    }
}

/// A length in whole millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Millimetres(pub u32);

impl Cost for Millimetres {
    type Quantity = Metres;
    const NEVER: Self = Self(u32::MAX);

    fn of(units: u32) -> Self {
        Self(units)
    }

    fn units(self) -> u32 {
        self.0
    }
}

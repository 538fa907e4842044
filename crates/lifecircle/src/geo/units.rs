//! Quantities that must not be mixed: a time is no length.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A quantity of some kind: formulas that hold for times and for lengths are written for both.
pub trait Quantity: Copy + PartialOrd + Default + std::fmt::Debug + Send + Sync + 'static {
    /// Its unit, as columns are called.
    const UNIT: &'static str;

    /// The quantity of a number of its unit.
    fn of_number(number: f64) -> Self;

    /// The number of its unit.
    fn number(self) -> f64;
}

/// A length in metres.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, JsonSchema, Deserialize)]
#[serde(transparent)]
pub struct Metres(pub f64);

/// A span of time in seconds.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, JsonSchema, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub f64);

impl Seconds {
    /// A span of whole or broken minutes.
    pub const fn from_minutes(minutes: f64) -> Self {
        Self(minutes * 60.0)
    }

    /// This span in minutes.
    pub const fn minutes(self) -> f64 {
        self.0 / 60.0
    }
}

impl Quantity for Seconds {
    const UNIT: &'static str = "seconds";

    fn of_number(number: f64) -> Self {
        Self(number)
    }

    fn number(self) -> f64 {
        self.0
    }
}

impl Quantity for Metres {
    const UNIT: &'static str = "metres";

    fn of_number(number: f64) -> Self {
        Self(number)
    }

    fn number(self) -> f64 {
        self.0
    }
}

impl std::ops::Add for Metres {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::iter::Sum for Metres {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        Self(iter.map(|metres| metres.0).sum())
    }
}

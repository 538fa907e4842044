//! What is asked of the streets between any places, and not by a standard: areas within reach, matrices, the nearest few, routes, and what can be reached of
//! something (jobs, beds, shops). Answers are tables.
//!
//! It knows no standard: who walks is the ready city's, from where and to where are the caller's [`Points`].

mod isochrones;
mod matrix;
mod nearest;
mod opportunities;
mod points;
mod routes;

pub use isochrones::isochrones;
pub use matrix::matrix;
pub use nearest::nearest;
pub use opportunities::{Asked, opportunities};
pub use points::Points;
pub use routes::routes;

use crate::formulas::Decay;
use crate::geo::Quantity;
use crate::network::{Cost, Millimetres, Millis, Snap};
use crate::ready::{ReadyCity, Searched};
use crate::standard::DecayRule;

/// A cost that can be asked for: time, or length along the streets.
pub trait Unit: Cost {
    /// How its numbers are called in names of columns, as `15min` or `800m`.
    const SHORT: &'static str;

    /// How many units of its quantity one of these is.
    const EACH: f64;

    /// What searches in it.
    fn searched(ready: &ReadyCity) -> &Searched<Self>;

    /// Where a point joins the streets, in this cost.
    fn snap(ready: &ReadyCity, snap: &Snap) -> Snap<Self>;

    /// A decay within a limit.
    fn decay(rule: &DecayRule, limit: Self) -> Decay<Self::Quantity>;

    /// A limit as names of columns tell it.
    fn name(self) -> String {
        let number = self.quantity().map_or(f64::INFINITY, |quantity| quantity.number() / Self::EACH);
        format!("{number}{}", Self::SHORT)
    }
}

impl Unit for Millis {
    const SHORT: &'static str = "min";
    const EACH: f64 = 60.0;

    fn searched(ready: &ReadyCity) -> &Searched<Self> {
        ready.times()
    }

    fn snap(_: &ReadyCity, snap: &Snap) -> Snap<Self> {
        *snap
    }

    fn decay(rule: &DecayRule, limit: Self) -> Decay<Self::Quantity> {
        rule.in_time(limit.quantity().unwrap_or(crate::geo::Seconds(f64::INFINITY)))
    }
}

impl Unit for Millimetres {
    const SHORT: &'static str = "m";
    const EACH: f64 = 1.0;

    fn searched(ready: &ReadyCity) -> &Searched<Self> {
        ready.lengths()
    }

    fn snap(ready: &ReadyCity, snap: &Snap) -> Snap<Self> {
        snap.in_lengths(ready.lengths().network())
    }

    fn decay(rule: &DecayRule, limit: Self) -> Decay<Self::Quantity> {
        rule.in_length(limit.quantity().unwrap_or(crate::geo::Metres(f64::INFINITY)))
    }
}

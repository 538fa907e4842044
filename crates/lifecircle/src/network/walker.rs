//! Walkers: kinds of people, and how long each takes along a street.

use serde::Serialize;

use super::Millis;
use crate::city::{Street, StreetKind};
use crate::error::{Error, Result};
use crate::geo::Seconds;

/// A kind of person on foot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Walker {
    /// Its id, as given on the command line.
    pub id: &'static str,
    /// Its Chinese name.
    pub zh: &'static str,
    /// Its English name.
    pub en: &'static str,
    /// Metres a second on the flat.
    pub speed: f64,
    /// Share of that speed on steps; none if it cannot take them.
    pub steps: Option<f64>,
    /// How slope changes its speed.
    pub slope: Slope,
    /// Mean wait at a signalled crossing.
    pub signal_wait: Seconds,
    /// Where these numbers come from.
    pub source: &'static str,
}

/// How slope changes a walker's speed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Slope {
    /// By Tobler's hiking function, scaled so that the flat is the walker's own speed.
    Tobler,
    /// As [`Slope::Tobler`], and anything steeper than this rise over run cannot be passed.
    ToblerUpTo(f64),
}

const WALKERS: [Walker; 4] = [
    Walker {
        id: "adult",
        zh: "成人",
        en: "Adult",
        speed: 1.11,
        steps: Some(0.5),
        slope: Slope::Tobler,
        signal_wait: Seconds(0.0),
        source: "GB 50180-2018 takes 15 minutes for 800 to 1,000 m: 1.11 m/s, a planning speed in which waits are included; \
                 half speed on steps is this project's own assumption",
    },
    Walker {
        id: "elderly",
        zh: "老年人",
        en: "Elderly person",
        speed: 0.83,
        steps: Some(0.4),
        slope: Slope::Tobler,
        signal_wait: Seconds(15.0),
        source: "3 km/h, general knowledge; not looked up in a standard",
    },
    Walker {
        id: "child",
        zh: "儿童",
        en: "Child",
        speed: 0.97,
        steps: Some(0.5),
        slope: Slope::Tobler,
        signal_wait: Seconds(15.0),
        source: "3.5 km/h, general knowledge; not looked up in a standard",
    },
    Walker {
        id: "wheelchair",
        zh: "轮椅使用者",
        en: "Wheelchair user",
        speed: 0.83,
        steps: None,
        slope: Slope::ToblerUpTo(0.08),
        signal_wait: Seconds(15.0),
        source: "3 km/h, no steps, no slope above 8 %, general knowledge; not looked up in a standard",
    },
];

impl Walker {
    /// The walkers that are built in.
    pub fn all() -> &'static [Self] {
        &WALKERS
    }

    /// The walker with an id.
    ///
    /// ```
    /// # fn main() -> lifecircle::Result<()> {
    /// let adult = lifecircle::network::Walker::named("adult")?;
    /// assert_eq!(adult.speed, 1.11);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is none.
    pub fn named(id: &str) -> Result<Self> {
        WALKERS.iter().find(|walker| walker.id == id).cloned().ok_or_else(|| {
            let known: Vec<&str> = WALKERS.iter().map(|walker| walker.id).collect();
            Error::new(format!("there is no walker {id:?}")).mend(format!("choose one of {}", known.join(", ")))
        })
    }

    /// The time along a street that climbs `rise` metres in the direction of the walk.
    ///
    /// Source: Tobler (1993), *Three presentations on geographical analysis and modeling*: 6·exp(-3.5·|s + 0.05|) km/h.
    pub(super) fn time(&self, street: &Street, rise: f64) -> Millis {
        if street.kind == StreetKind::Ferry {
            return at_least_one(Millis::round(Seconds(f64::from(street.ride_seconds))));
        }
        let Some(steps) = (if street.kind == StreetKind::Steps { self.steps } else { Some(1.0) }) else {
            return Millis::NEVER;
        };
        let slope = if street.length.0 > 1.0 { (rise / street.length.0).clamp(-0.6, 0.6) } else { 0.0 };
        let slow = if street.kind == StreetKind::Steps { 1.0 } else { tobler(slope) };
        if let Slope::ToblerUpTo(steepest) = self.slope
            && slope.abs() > steepest
        {
            return Millis::NEVER;
        }
        let wait = self.signal_wait.0 * f64::from(street.half_signals) / 2.0;
        at_least_one(Millis::round(Seconds(street.length.0 / (self.speed * steps * slow) + wait)))
    }
}

/// No edge takes no time at all: sparse matrices, in which others recompute our numbers, take 0 for no edge.
pub(super) fn at_least_one(time: Millis) -> Millis {
    time.max(Millis(1))
}

/// Tobler's speed on a slope as a share of that on the flat.
fn tobler(slope: f64) -> f64 {
    (-3.5 * ((slope + 0.05).abs() - 0.05)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::Direction;
    use crate::geo::Metres;

    fn street(kind: StreetKind) -> Street {
        Street {
            from: 0,
            to: 1,
            bends: [0, 0],
            way: 1,
            kind,
            length: Metres(111.0),
            rise: 0.0,
            half_signals: 0,
            direction: Direction::Both,
            off_ground: false,
            ride_seconds: 0.0,
        }
    }

    #[test]
    fn times_by_hand() {
        let [adult, elderly, _, wheelchair] = WALKERS;
        assert_eq!(adult.time(&street(StreetKind::Minor), 0.0), Millis(100_000));
        assert_eq!(adult.time(&street(StreetKind::Steps), 0.0), Millis(200_000));
        assert_eq!(wheelchair.time(&street(StreetKind::Steps), 0.0), Millis::NEVER);
        assert_eq!(wheelchair.time(&street(StreetKind::Minor), 10.0), Millis::NEVER);
        // Tobler on 10 % up: exp(-3.5·0.15) against exp(-3.5·0.05) on the flat.
        assert_eq!(adult.time(&street(StreetKind::Minor), 11.1), Millis(141_907));
        // Gently downhill people are faster than on the flat.
        assert!(adult.time(&street(StreetKind::Minor), -5.55) < Millis(100_000));
        let crossing = Street { half_signals: 2, ..street(StreetKind::Path) };
        assert_eq!(elderly.time(&crossing, 0.0), Millis(148_735));
    }
}

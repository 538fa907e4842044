//! Decay: how much a facility counts at a distance, from 1 at the door to 0 far away.
//!
//! | decay | weight at time *t* | source |
//! |---|---|---|
//! | step | 1 up to *T* | Wachs & Kumagai 1973: cumulative opportunities |
//! | linear | 1 − *t*/*T* up to *T* | |
//! | exponential | exp(−β*t*) | Wilson 1971 |
//! | power | *t*^−β, 1 up to one second (metre) | Hansen 1959 |
//! | Gaussian | (exp(−½(*t*/*T*)²) − exp(−½)) / (1 − exp(−½)) up to *T* | Dai 2010 |
//! | logistic | 1 / (1 + exp((*t* − *m*)/*s*)), scaled to 1 at 0 | Martínez & Viegas 2013 |
//! | bands | the weight of the first band that *t* lies in | Luo & Qi 2009: E2SFCA |

use crate::error::{Error, Result};
use crate::geo::{Quantity, Seconds};

/// A decay of weight with time, or with distance.
#[derive(Debug, Clone, PartialEq)]
pub enum Decay<Q = Seconds> {
    /// 1 up to a limit, then 0.
    Step(Q),
    /// Evenly down to 0 at a limit.
    Linear(Q),
    /// exp(−βt), β a second (a metre).
    Exponential(f64),
    /// t^−β, and 1 up to one second (one metre).
    Power(f64),
    /// Dai's Gaussian, 0 from a limit on.
    Gaussian(Q),
    /// An S around its middle.
    Logistic {
        /// Where it is steepest.
        middle: Q,
        /// How wide the slope is.
        spread: Q,
    },
    /// Bands: up to each limit so much, 0 beyond the last.
    Bands(Vec<(Q, f64)>),
}

impl<Q: Quantity> Decay<Q> {
    /// Checks that the decay makes sense: limits and widths are positive, bands ascend, every number is finite, and some weight is
    /// left.
    ///
    /// # Errors
    /// If it does not.
    pub fn check(self) -> Result<Self> {
        let good = match &self {
            Self::Step(limit) | Self::Linear(limit) | Self::Gaussian(limit) => {
                limit.number() > 0.0 && !limit.number().is_nan()
            }
            Self::Exponential(beta) | Self::Power(beta) => *beta >= 0.0 && beta.is_finite(),
            Self::Logistic { middle, spread } => {
                middle.number().is_finite() && spread.number() > 0.0 && spread.number().is_finite()
            }
            Self::Bands(bands) => {
                !bands.is_empty()
                    && bands.iter().all(|(limit, weight)| limit.number() > 0.0 && *weight >= 0.0 && weight.is_finite())
                    && bands.iter().any(|(_, weight)| *weight > 0.0)
                    && bands.windows(2).all(|pair| pair[0].0 < pair[1].0)
            }
        };
        let wrong = || {
            Error::new(say!("the decay makes no sense", "衰减函数不合理"))
                .hint(say!("give positive times, and bands that ascend", "请给出正的时间，以及递增的分段"))
        };
        good.then_some(self).ok_or_else(wrong)
    }

    /// The weight at a time, or at a distance.
    ///
    /// ```
    /// use lifecircle::geo::Seconds;
    /// use lifecircle::formulas::Decay;
    /// // Dai's Gaussian with T = 15 minutes, at 7.5 minutes: (exp(−1/8) − exp(−1/2)) / (1 − exp(−1/2)).
    /// let half = Decay::Gaussian(Seconds(900.0)).weight(Seconds(450.0));
    /// assert!((half - 0.701_37).abs() < 1e-5);
    /// ```
    pub fn weight(&self, way: Q) -> f64 {
        let t = way.number();
        match self {
            Self::Step(limit) => f64::from(t <= limit.number()),
            Self::Linear(limit) => (1.0 - t / limit.number()).max(0.0),
            Self::Exponential(beta) => (-beta * t).exp(),
            Self::Power(beta) => t.max(1.0).powf(-beta),
            Self::Gaussian(limit) if t <= limit.number() => {
                let end = (-0.5_f64).exp();
                ((-0.5 * (t / limit.number()).powi(2)).exp() - end) / (1.0 - end)
            }
            Self::Gaussian(_) => 0.0,
            Self::Logistic { middle, spread } => {
                let at = |t: f64| 1.0 / (1.0 + ((t - middle.number()) / spread.number()).exp());
                at(t) / at(0.0)
            }
            Self::Bands(bands) => {
                bands.iter().find(|(limit, _)| t <= limit.number()).map_or(0.0, |(_, weight)| *weight)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_by_hand() {
        let at = |decay: Decay, t: f64| decay.weight(Seconds(t));
        assert_eq!(at(Decay::Step(Seconds(900.0)), 900.0), 1.0);
        assert_eq!(at(Decay::Step(Seconds(900.0)), 900.1), 0.0);
        assert_eq!(at(Decay::Linear(Seconds(900.0)), 225.0), 0.75);
        assert_eq!(at(Decay::Linear(Seconds(900.0)), 1000.0), 0.0);
        assert!((at(Decay::Exponential(0.5 / 60.0), 120.0) - (-1.0_f64).exp()).abs() < 1e-15);
        assert_eq!([0.0, 1.0, 10.0].map(|t| at(Decay::Power(2.0), t)), [1.0, 1.0, 0.01]);
        assert_eq!(at(Decay::Gaussian(Seconds(900.0)), 0.0), 1.0);
        assert_eq!(at(Decay::Gaussian(Seconds(900.0)), 900.0), 0.0);
        let logistic = Decay::Logistic { middle: Seconds(600.0), spread: Seconds(100.0) };
        assert_eq!(at(logistic.clone(), 0.0), 1.0);
        assert!((at(logistic, 600.0) - 0.5 * (1.0 + (-6.0_f64).exp())).abs() < 1e-12);
        let bands = Decay::Bands(vec![(Seconds(300.0), 1.0), (Seconds(600.0), 0.68), (Seconds(900.0), 0.22)]);
        assert_eq!([300.0, 301.0, 900.0, 901.0].map(|t| at(bands.clone(), t)), [1.0, 0.68, 0.22, 0.0]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for wrong in [
            Decay::Step(Seconds(0.0)),
            Decay::Exponential(-1.0),
            Decay::Exponential(f64::NAN),
            Decay::Power(f64::INFINITY),
            Decay::Bands(vec![(Seconds(300.0), 0.0)]),
            Decay::Bands(vec![]),
            Decay::Bands(vec![(Seconds(600.0), 1.0), (Seconds(300.0), 0.5)]),
        ] {
            assert!(wrong.check().is_err());
        }
    }
}

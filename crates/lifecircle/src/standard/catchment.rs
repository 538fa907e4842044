//! How the supply of a service is shared out: the catchment model and the decay that a ratio names.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::formulas::{Decay, FloatingCatchment};
use crate::geo::{Metres, Quantity, Seconds};

/// The model by which people share facilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
pub enum CatchmentModel {
    /// Two-step floating catchment; with a decay the enhanced or the Gaussian one.
    #[default]
    #[serde(rename = "2sfca")]
    TwoStep,
    /// Three-step: people choose among facilities.
    #[serde(rename = "3sfca")]
    ThreeStep,
    /// Modified two-step: distance costs even without competition.
    #[serde(rename = "m2sfca")]
    Modified,
    /// Balanced: neither demand nor supply is counted twice.
    #[serde(rename = "bfca")]
    Balanced,
}

impl CatchmentModel {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::TwoStep, Self::ThreeStep, Self::Modified, Self::Balanced];

    /// Its name in a standard's file.
    pub fn name(self) -> &'static str {
        match self {
            Self::TwoStep => "2sfca",
            Self::ThreeStep => "3sfca",
            Self::Modified => "m2sfca",
            Self::Balanced => "bfca",
        }
    }

    /// The formula.
    pub fn formula(self) -> FloatingCatchment {
        match self {
            Self::TwoStep => FloatingCatchment::TwoStep,
            Self::ThreeStep => FloatingCatchment::ThreeStep,
            Self::Modified => FloatingCatchment::Modified,
            Self::Balanced => FloatingCatchment::Balanced,
        }
    }
}

impl FromStr for CatchmentModel {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|model| model.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::new(say!("there is no catchment model {text:?}", "没有移动搜索法模型 {text:?}"))
                .hint(say!("take one of {names}", "可选：{names}"))
        })
    }
}

/// A decay as a standard writes it, in the unit of the service's threshold: minutes or metres. Beyond the threshold everything
/// weighs nothing.
///
/// | text | decay |
/// |---|---|
/// | `step` | 1 up to the threshold |
/// | `linear`, `gaussian` | down to 0 at the threshold |
/// | `exponential:0.1` | exp(−0.1 *t*) |
/// | `power:2` | *t*^−2, and 1 up to one second or metre |
/// | `logistic:10,2` | an S, steepest at 10, 2 wide |
/// | `bands:5=1,10=0.68,15=0.22` | up to 5 so much, up to 10 so much |
///
/// ```
/// use lifecircle::geo::Seconds;
/// use lifecircle::standard::DecayRule;
///
/// let rule: DecayRule = "bands:5=1,10=0.68,15=0.22".parse()?;
/// assert_eq!(rule.in_time(Seconds::from_minutes(15.0)).weight(Seconds(540.0)), 0.68);
/// assert_eq!(rule.to_string(), "bands:5=1,10=0.68,15=0.22");
/// assert!("bands:10=1,5=0.5".parse::<DecayRule>().is_err());
/// # Ok::<(), lifecircle::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub enum DecayRule {
    /// All within the threshold count the same.
    #[default]
    Step,
    /// Evenly down to 0 at the threshold.
    Linear,
    /// Dai's Gaussian, 0 at the threshold.
    Gaussian,
    /// exp(−β *t*), β for each minute or metre.
    Exponential(f64),
    /// t^−β, t in seconds or metres.
    Power(f64),
    /// An S around its middle.
    Logistic {
        /// Where it is steepest.
        middle: f64,
        /// How wide the slope is.
        spread: f64,
    },
    /// Bands: up to each limit so much.
    Bands(Vec<(f64, f64)>),
}

impl DecayRule {
    /// The decay within a threshold in time.
    pub fn in_time(&self, threshold: Seconds) -> Decay<Seconds> {
        self.within(threshold, 60.0)
    }

    /// The decay within a threshold in length.
    pub fn in_length(&self, threshold: Metres) -> Decay<Metres> {
        self.within(threshold, 1.0)
    }

    /// The decay within a threshold, the rule's own numbers being so many of the quantity's unit.
    fn within<Q: Quantity>(&self, threshold: Q, unit: f64) -> Decay<Q> {
        let quantity = |number: f64| Q::of_number(number * unit);
        match self {
            Self::Step => Decay::Step(threshold),
            Self::Linear => Decay::Linear(threshold),
            Self::Gaussian => Decay::Gaussian(threshold),
            Self::Exponential(beta) => Decay::Exponential(beta / unit),
            Self::Power(beta) => Decay::Power(*beta),
            Self::Logistic { middle, spread } => {
                Decay::Logistic { middle: quantity(*middle), spread: quantity(*spread) }
            }
            Self::Bands(bands) => {
                Decay::Bands(bands.iter().map(|(limit, weight)| (quantity(*limit), *weight)).collect())
            }
        }
    }

    /// Whether all within the threshold count the same.
    pub fn is_step(&self) -> bool {
        *self == Self::Step
    }
}

impl FromStr for DecayRule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::new(say!("the decay {text:?} is not known", "不认识衰减函数 {text:?}")).hint(
                say!("write step, linear, gaussian, exponential:0.1, power:2, logistic:10,2 or bands:5=1,10=0.68,15=0.22, in minutes or metres", "请写 step、linear、gaussian、exponential:0.1、power:2、logistic:10,2 或 bands:5=1,10=0.68,15=0.22，以分钟或米为单位"),
            )
        };
        let number = |text: &str| text.trim().parse::<f64>().map_err(|_| wrong());
        let rule = match text.trim().split_once(':') {
            None => match text.trim() {
                "step" => Self::Step,
                "linear" => Self::Linear,
                "gaussian" => Self::Gaussian,
                _ => return Err(wrong()),
            },
            Some(("exponential", beta)) => Self::Exponential(number(beta)?),
            Some(("power", beta)) => Self::Power(number(beta)?),
            Some(("logistic", numbers)) => {
                let (middle, spread) = numbers.split_once(',').ok_or_else(wrong)?;
                Self::Logistic { middle: number(middle)?, spread: number(spread)? }
            }
            Some(("bands", bands)) => {
                let band = |band: &str| {
                    let (limit, weight) = band.split_once('=').ok_or_else(wrong)?;
                    Ok((number(limit)?, number(weight)?))
                };
                Self::Bands(bands.split(',').map(band).collect::<Result<_>>()?)
            }
            _ => return Err(wrong()),
        };
        // Any threshold does: only the rule's own numbers can be wrong.
        rule.in_length(Metres(1.0)).check()?;
        Ok(rule)
    }
}

impl fmt::Display for DecayRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step => f.write_str("step"),
            Self::Linear => f.write_str("linear"),
            Self::Gaussian => f.write_str("gaussian"),
            Self::Exponential(beta) => write!(f, "exponential:{beta}"),
            Self::Power(beta) => write!(f, "power:{beta}"),
            Self::Logistic { middle, spread } => write!(f, "logistic:{middle},{spread}"),
            Self::Bands(bands) => {
                let bands: Vec<String> = bands.iter().map(|(limit, weight)| format!("{limit}={weight}")).collect();
                write!(f, "bands:{}", bands.join(","))
            }
        }
    }
}

impl TryFrom<String> for DecayRule {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<DecayRule> for String {
    fn from(rule: DecayRule) -> Self {
        rule.to_string()
    }
}

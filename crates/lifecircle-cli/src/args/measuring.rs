//! Arguments of how a city is measured: by which standard, for whom.

use lifecircle::say;
use std::collections::BTreeSet;
use std::path::Path;

use clap::Args;
use lifecircle::city::About;
use lifecircle::geo::Metres;
use lifecircle::jobs::{DEFAULT_WALKER, STANDARD_ELSEWHERE, usual_standard};
use lifecircle::network::Walker;
use lifecircle::ready::Walk;
use lifecircle::standard::{CatchmentModel, DecayRule, Standard};
use lifecircle::text::Language;

use super::Wrong;
use super::{Common, MEASURING};

/// How a city is measured.
#[derive(Debug, Args)]
pub struct Measuring {
    /// Standard: a built-in one (see `lifecircle standards list`) or a .toml file [default: wuhai-8 in China, moreno-6 elsewhere]
    #[arg(long, help_heading = MEASURING)]
    pub standard: Option<String>,
    /// Who walks: see `lifecircle walkers list`, or name a .toml file
    #[arg(long, default_value = DEFAULT_WALKER, help_heading = MEASURING)]
    pub walker: String,
    /// How far a door may be from its street, in metres
    #[arg(long, default_value_t = lifecircle::network::DEFAULT_SNAP_LIMIT.0, value_name = "METRES", value_parser = metres, help_heading = MEASURING)]
    pub snap_limit: f64,
    #[command(flatten)]
    pub sharing: Sharing,
}

/// How the supply of services that have a ratio is shared out.
#[derive(Debug, Args)]
pub struct Sharing {
    /// Catchment model of every ratio: 2sfca, 3sfca, m2sfca or bfca [default: as the standard says]
    #[arg(long, value_name = "MODEL", help_heading = MEASURING)]
    pub catchment: Option<String>,
    /// Decay of every ratio within its threshold: step, linear, gaussian, exponential:0.1, logistic:10,2 or
    /// bands:5=1,10=0.68,15=0.22, in minutes or metres [default: as the standard says]
    #[arg(long, value_name = "DECAY", help_heading = MEASURING)]
    pub decay: Option<String>,
}

impl Sharing {
    fn set(&self, standard: Standard) -> lifecircle::Result<Standard> {
        let model: Option<CatchmentModel> = self.catchment.as_deref().map(str::parse).transpose()?;
        let decay: Option<DecayRule> = self.decay.as_deref().map(str::parse).transpose()?;
        Ok(standard.shared_by(model, decay.as_ref()))
    }
}

/// A number of metres.
pub(super) fn metres(text: &str) -> Result<f64, Wrong> {
    match text.parse::<f64>() {
        Ok(metres) if (0.0..=100_000.0).contains(&metres) => Ok(metres),
        _ => Err(Wrong(say!("give a number of metres between 0 and 100000", "应为 0 至 100000 之间的米数"))),
    }
}

/// Names that are files and no ids of built-in ones.
fn files<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<&'a Path> {
    names.into_iter().map(Path::new).filter(|name| name.extension().is_some()).collect()
}

impl Measuring {
    /// Files that are read for it.
    pub fn files(&self) -> Vec<&Path> {
        files(self.standard.iter().chain([&self.walker]))
    }

    /// The standard that is named, if one is.
    pub fn named(&self) -> lifecircle::Result<Option<Standard>> {
        self.standard.as_deref().map(|id| self.sharing.set(Standard::find(id)?)).transpose()
    }

    /// By which standard: the one that is named, or the usual one of a city.
    pub fn standard(&self, named: Option<Standard>, about: &About, common: &Common) -> lifecircle::Result<Standard> {
        named.map_or_else(|| usual(&self.sharing, about, common), Ok)
    }

    /// Who walks.
    pub fn walk(&self) -> lifecircle::Result<Walk> {
        Ok(walk(Walker::find(&self.walker)?, self.snap_limit))
    }
}

/// The usual standard of a city. Where that is not the one that this program is known for, whoever reads hears of it.
fn usual(sharing: &Sharing, about: &About, common: &Common) -> lifecircle::Result<Standard> {
    let id = usual_standard(about);
    if id == STANDARD_ELSEWHERE && !common.json && !common.quiet {
        let others = || Standard::for_any_country().iter().copied().filter(|other| *other != id);
        let note = match common.language() {
            Language::Chinese => format!(
                "注意：未指定标准，{}不在中国境内，按 {id} 测算；也可用 --standard 选择 {}。",
                about.name,
                others().collect::<Vec<_>>().join("、")
            ),
            Language::English => format!(
                "Note: no standard was named, and {} lies outside China: measured by {id}. Others are {} (--standard).",
                about.name,
                others().collect::<Vec<_>>().join(", ")
            ),
        };
        eprintln!("{note}");
    }
    sharing.set(Standard::find(id)?)
}

fn walk(walker: Walker, snap_limit: f64) -> Walk {
    Walk { walker, snap_limit: Metres(snap_limit) }
}

/// How a city is measured, perhaps in several ways at once.
#[derive(Debug, Args)]
pub struct MeasuringAll {
    /// Standards: built-in ones (see `lifecircle standards list`), .toml files, or `all` [default: wuhai-8 in China, moreno-6 elsewhere]
    #[arg(long, value_delimiter = ',', value_name = "STANDARD", help_heading = MEASURING)]
    pub standard: Vec<String>,
    /// Who walks: see `lifecircle walkers list`; .toml files, or `all`
    #[arg(long, value_delimiter = ',', default_value = DEFAULT_WALKER, value_name = "WALKER", help_heading = MEASURING)]
    pub walker: Vec<String>,
    /// How far a door may be from its street, in metres
    #[arg(long, default_value_t = lifecircle::network::DEFAULT_SNAP_LIMIT.0, value_name = "METRES", value_parser = metres, help_heading = MEASURING)]
    pub snap_limit: f64,
    #[command(flatten)]
    pub sharing: Sharing,
}

/// Refuses two of one id, whose results would be written over each other.
fn different<'a>(what: &str, ids: impl Iterator<Item = &'a str>) -> lifecircle::Result<()> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(lifecircle::Error::new(say!("two {what} are called {id:?}", "有两个编号都是 {id:?}"))
                .hint(say!("give one another id", "请为其中一个另取编号")));
        }
    }
    Ok(())
}

impl MeasuringAll {
    /// Files that are read for it.
    pub fn files(&self) -> Vec<&Path> {
        files(self.standard.iter().chain(&self.walker))
    }

    /// The standards that are named; none if none is.
    pub fn named(&self) -> lifecircle::Result<Vec<Standard>> {
        if self.standard.iter().any(|id| id == "all") {
            return Standard::built_in().map(|id| self.sharing.set(Standard::find(id)?)).collect();
        }
        let standards = self
            .standard
            .iter()
            .map(|id| self.sharing.set(Standard::find(id)?))
            .collect::<lifecircle::Result<Vec<_>>>()?;
        different("standards", standards.iter().map(|standard| standard.id.as_str()))?;
        Ok(standards)
    }

    /// By which standards: those that are named, or the usual one of a city.
    pub fn standards(&self, named: Vec<Standard>, about: &About, common: &Common) -> lifecircle::Result<Vec<Standard>> {
        if named.is_empty() { Ok(vec![usual(&self.sharing, about, common)?]) } else { Ok(named) }
    }

    /// Who walks.
    pub fn walks(&self) -> lifecircle::Result<Vec<Walk>> {
        let walkers = if self.walker.iter().any(|id| id == "all") {
            Walker::all().to_vec()
        } else {
            self.walker.iter().map(|id| Walker::find(id)).collect::<lifecircle::Result<_>>()?
        };
        different("walkers", walkers.iter().map(|walker| walker.id.as_str()))?;
        Ok(walkers.into_iter().map(|walker| walk(walker, self.snap_limit)).collect())
    }
}

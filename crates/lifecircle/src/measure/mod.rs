//! Measures: who has what within reach, by home, circle, community and city.
//!
//! [`measure`] runs the reach kernels once; everything else here only reads their times and counts. It knows nothing of
//! files or pictures.

mod coverage;
mod gaps;
mod rests_on;
mod summary;

pub use coverage::{CircleCoverage, Coverage, Share};
pub use gaps::Gap;
pub use rests_on::{RestsOn, Unsnapped};
pub use summary::{CircleSummary, CommunitySummary, ServiceSummary, Summary, summarise};

use std::path::PathBuf;

use crate::city::City;
use crate::geo::{Metres, Seconds};
use crate::network::{DEFAULT_SNAP_LIMIT, Millis, Network, Snaps, Walker, snap_city};
use crate::progress::{Progress, Stage};
use crate::reach::{Engine, Places, Question, Within, nearest, within};
use crate::standard::{Recognised, Standard, recognise};

/// The times within which facilities are counted, besides each service's own threshold.
pub const COUNTED_MINUTES: [f64; 3] = [5.0, 10.0, 15.0];

/// How a city is measured.
#[derive(Debug, Clone)]
pub struct Options {
    /// By which standard.
    pub standard: Standard,
    /// On whose feet.
    pub walker: Walker,
    /// How far a door may be from its street.
    pub snap_limit: Metres,
    /// Where an engine may be kept ([`Engine::file_in`]); one is made if it does not fit.
    pub kept: Option<PathBuf>,
}

impl Options {
    /// A standard and a walker, with the usual limit of snapping.
    pub fn new(standard: Standard, walker: Walker) -> Self {
        Self { standard, walker, snap_limit: DEFAULT_SNAP_LIMIT, kept: None }
    }
}

/// A measured city: for every home and service, how long to the nearest facility and how many are near.
#[derive(Debug)]
pub struct Measured {
    /// How it was measured.
    pub options: Options,
    /// The streets as the walker walks them, made ready for searches.
    pub engine: Engine,
    /// Where homes and facilities join the streets.
    pub snaps: Snaps,
    /// Which facilities are which services.
    pub recognised: Recognised,
    /// For each service, the time of every home to the nearest facility.
    nearest: Vec<Vec<Millis>>,
    /// For each home and service, how many facilities lie within 5, 10 and 15 minutes and within the threshold.
    counts: Within<u32>,
}

impl Measured {
    /// The streets as the walker walks them.
    pub fn network(&self) -> &Network {
        self.engine.network()
    }

    /// The time from a home to the nearest facility of a service; none if no way leads to one.
    pub fn nearest(&self, home: usize, service: usize) -> Option<Seconds> {
        self.nearest[service][home].seconds()
    }

    /// How many facilities of a service lie within 5, 10 and 15 minutes of a home.
    pub fn counts(&self, home: usize, service: usize) -> [u32; 3] {
        let counts = self.counts.of(home, service);
        [counts[0], counts[1], counts[2]]
    }

    /// How many facilities of a service lie within its threshold of a home.
    pub fn count_within_threshold(&self, home: usize, service: usize) -> u32 {
        self.counts.of(home, service)[3]
    }

    /// Whether a home has a service within its threshold.
    pub fn has(&self, home: usize, service: usize) -> bool {
        self.nearest[service][home] <= Millis::round(self.options.standard.services[service].threshold)
    }

    /// Whether a home has every required service of a circle within its threshold.
    pub fn has_circle(&self, home: usize, circle: usize) -> bool {
        let standard = &self.options.standard;
        standard
            .services_of(circle)
            .filter(|service| standard.services[*service].required)
            .all(|service| self.has(home, service))
    }

    /// How many circles a home has.
    pub fn circles(&self, home: usize) -> usize {
        (0..self.options.standard.circles.len()).filter(|circle| self.has_circle(home, *circle)).count()
    }
}

/// Measures a city.
pub fn measure(city: &City, options: Options, progress: &dyn Progress) -> Measured {
    let network = Network::new(&city.streets, &options.walker);
    let snaps = snap_city(city, &network, &options.walker, options.snap_limit, progress);
    let recognised = recognise(&options.standard, &city.facilities);
    let engine = match &options.kept {
        Some(path) => Engine::kept(network, path),
        None => Engine::new(network),
    };
    let origins: Places = snaps.homes.iter().map(|snap| snap.ok()).collect();
    let targets: Places = snaps.facilities.iter().map(|snaps| snaps.clone().unwrap_or_default()).collect();
    let question = Question { origins: &origins, targets: &targets, groups: &recognised.services };
    progress.stage(Stage::Nearest, question.groups.len() as u64);
    let nearest = nearest(&engine, question, |groups| progress.advance(groups as u64));
    let limits: Vec<[Millis; 4]> = options
        .standard
        .services
        .iter()
        .map(|service| {
            let [five, ten, fifteen] = COUNTED_MINUTES.map(|minutes| Millis::round(Seconds::from_minutes(minutes)));
            [five, ten, fifteen, Millis::round(service.threshold)]
        })
        .collect();
    progress.stage(Stage::Within, origins.len() as u64);
    let counts = within(&engine, question, &limits, |origins| progress.advance(origins as u64));
    Measured { options, engine, snaps, recognised, nearest, counts }
}

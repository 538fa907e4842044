//! What is asked: for which services, how much may be built, what is made best, and what must be kept to.

use lifecircle::city::{Community, Name};
use lifecircle::error::{Error, Result};
use lifecircle::geo::Seconds;
use lifecircle::measure::Measured;
use lifecircle::say;

use super::Candidate;

/// What is made best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Most residents have the service within its threshold: maximal covering.
    Cover,
    /// The way of all residents to the nearest facility is shortest: the *p*-median.
    Median,
    /// The longest way that anybody has to the nearest facility is shortest: the *p*-center (Hakimi 1964).
    Center,
    /// Most residents have a facility within its threshold and another one besides, each counting once: backup covering (Hogan and ReVelle 1986).
    Backup,
    /// Most residents have a place in a facility within its threshold, each of which has so many: capacitated covering (Current and Storbeck 1988).
    Capacitated,
}

impl Model {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cover => "mclp",
            Self::Median => "p-median",
            Self::Center => "p-center",
            Self::Backup => "backup",
            Self::Capacitated => "capacitated",
        }
    }

    /// The model of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name() == name)
    }

    /// All models.
    pub const ALL: [Self; 5] = [Self::Cover, Self::Median, Self::Center, Self::Backup, Self::Capacitated];

    /// Whether people are counted, not ways.
    pub fn counts_people(self) -> bool {
        !matches!(self, Self::Median | Self::Center)
    }
}

/// How much may be built.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Most {
    /// So many facilities.
    Count(u32),
    /// Facilities that cost so much together.
    Budget(f64),
}

/// How much people of some ages count, beside others who count 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Children, 0 to 14 years.
    pub children: f64,
    /// People of 60 and older.
    pub elderly: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self { children: 1.0, elderly: 1.0 }
    }
}

/// Which areas are to have their share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Areas {
    /// The communities of the city.
    Communities,
    /// Its subdistricts (街道).
    Subdistricts,
    /// Its districts.
    Districts,
}

impl Areas {
    /// What tells areas of one name apart: communities by their ids, subdistricts by their districts.
    pub(super) fn key(self, community: &Community) -> [&str; 4] {
        let (sub, district) = (&community.subdistrict, &community.district);
        match self {
            Self::Communities => [&community.id, "", "", ""],
            Self::Subdistricts => [&sub.local, &sub.en, &district.local, &district.en],
            Self::Districts => [&district.local, &district.en, "", ""],
        }
    }

    /// The name of the area that a community is, or lies in.
    pub(super) fn of(self, community: &Community) -> &Name {
        match self {
            Self::Communities => &community.name,
            Self::Subdistricts => &community.subdistrict,
            Self::Districts => &community.district,
        }
    }
}

/// What every area has at least.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Floor {
    /// This share of its people; where all candidates together give less, as many as they give.
    Share(f64),
    /// As much as the area that has least can be given; then most people in all.
    WorstFirst,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The services, by their places in the standard.
    pub services: Vec<usize>,
    /// Whether a new facility serves all of them at once, as an embedded centre does; else each facility is of one.
    pub together: bool,
    /// How much may be built.
    pub most: Most,
    /// What is made best.
    pub model: Model,
    /// How near is near enough, instead of the standard's thresholds.
    pub within: Option<Seconds>,
    /// Where they may stand; junctions of the streets if nothing is said.
    pub candidates: Option<Vec<Candidate>>,
    /// Who counts how much.
    pub weights: Weights,
    /// What a facility of each of the services costs wherever it stands, instead of what candidates cost.
    pub prices: Option<Vec<f64>>,
    /// For [`Model::Center`]: the share of people, of those whom anything reaches, whose longest way is made shortest.
    pub share: f64,
    /// For [`Model::Capacitated`]: what a new facility holds where its candidate does not say, in places, or what the standard's ratio counts;
    /// the standard's usual if nothing is said.
    pub capacity: Option<f64>,
    /// For [`Model::Cover`]: areas that have a share at least.
    pub floor: Option<(Areas, Floor)>,
    /// How far from the bound is good enough, as a share of what is gained.
    pub gap: f64,
}

impl Question {
    /// For so many facilities of a service at any junctions, with proof.
    pub fn of(service: usize, count: u32, model: Model) -> Self {
        Self {
            services: vec![service],
            together: false,
            most: Most::Count(count),
            model,
            within: None,
            candidates: None,
            weights: Weights::default(),
            prices: None,
            share: 1.0,
            capacity: None,
            floor: None,
            gap: 0.0,
        }
    }

    /// Whether it is solved as a covering with conditions.
    pub(super) fn has_conditions(&self) -> bool {
        self.floor.is_some() || matches!(self.model, Model::Backup | Model::Capacitated)
    }

    pub(super) fn check(&self, measured: &Measured) -> Result<()> {
        if let Some((_, twice)) =
            self.services.iter().enumerate().find(|(index, one)| self.services[..*index].contains(one))
        {
            let id = &measured.standard.services[*twice].id;
            return Err(Error::new(say!("the service `{id}` is named twice", "服务 `{id}` 写了两次"))
                .hint(say!("name it once", "请只写一次")));
        }
        for &service in &self.services {
            let service = &measured.standard.services[service];
            let is_counted = self.model == Model::Cover || self.model == Model::Capacitated;
            if is_counted && self.within.is_none() && service.count > 1 {
                return Err(Error::new(say!(
                    "`{}` asks for {} facilities within reach, and one more is only sited where one is enough",
                    "`{}` 要求可达 {} 处，而选址每次只在要求一处时适用",
                    service.id,
                    service.count
                ))
                .hint(say!(
                    "choose the model p-median or backup, or a standard that asks for one",
                    "请改用模型 p-median 或 backup，或只要求一处的标准"
                )));
            }
        }
        if self.services.len() > 1 && matches!(self.model, Model::Center | Model::Capacitated) {
            return Err(Error::new(say!(
                "the model {} is of one service",
                "模型 {} 只适用于一项服务",
                self.model.name()
            ))
            .hint(say!("name one service", "请只给一项服务")));
        }
        if self.floor.is_some() && self.model != Model::Cover {
            return Err(Error::new(say!(
                "floors of areas, and the worst area first, are for the model mclp",
                "区域下限和最差区域优先只适用于模型 mclp"
            ))
            .hint(say!("leave the model out, or the floor", "请去掉模型，或去掉下限")));
        }
        if self.within.is_some() && !self.model.counts_people() {
            return Err(Error::new(say!(
                "how near is near enough is not asked where ways are made shorter",
                "以缩短路程为目标的模型不需要时限"
            ))
            .hint(say!(
                "leave the minutes out, or choose a model that counts people",
                "请去掉分钟数，或改用按人数计算的模型"
            )));
        }
        if self.model == Model::Center && self.weights != Weights::default() {
            return Err(Error::new(say!(
                "nobody's way counts more where the longest is made shortest",
                "求最长路程最短时，不能给任何人加权"
            ))
            .hint(say!("leave the weights out, or choose the model p-median", "请去掉权重，或改用模型 p-median")));
        }
        if self.model == Model::Capacitated && self.weights != Weights::default() {
            return Err(Error::new(say!("everybody takes one place", "每人只占一个名额"))
                .hint(say!("leave the weights out, or choose another model", "请去掉权重，或改用其他模型")));
        }
        Ok(())
    }
}

//! A small city for tests, and its plain twin: ways asked one by one, choices counted out.

#![allow(clippy::unwrap_used, clippy::panic, dead_code)]

use lifecircle::geo::LonLat;
use lifecircle::measure::{Measured, measure};
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::{Standard, Threshold};
use lifecircle::{demo, import};

pub fn small_city() -> (Measured, usize) {
    let city = import::import(demo::generate(demo::Size::Small, 1), &()).unwrap();
    let ready = ReadyCity::new(city, Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let measured = measure(&ready, Standard::find("wuhai-8").unwrap(), &()).unwrap();
    let service = measured.standard.services.iter().position(|service| service.id == "pocket_park").unwrap();
    (measured, service)
}

/// Every choice of up to `most` of some candidates, for counting out.
pub fn choices(candidates: usize, most: usize) -> Vec<Vec<usize>> {
    let all = (0_u32..1 << candidates).filter(|set| set.count_ones() as usize <= most);
    all.map(|set| (0..candidates).filter(|number| set >> number & 1 == 1).collect()).collect()
}

/// Who is within reach of each of some places, asked way by way.
pub struct Near<'a> {
    measured: &'a Measured,
    service: usize,
    /// By place and home.
    pub near: Vec<Vec<bool>>,
}

impl<'a> Near<'a> {
    pub fn new(measured: &'a Measured, service: usize, at: &[LonLat]) -> Self {
        let ready = &measured.reached.ready;
        let Threshold::Time(limit) = measured.standard.services[service].threshold else { panic!("not in time") };
        let of_place = |at: &LonLat| {
            let snap = ready.snap(*at).unwrap();
            let is_near = |home: &lifecircle::network::Snap| {
                let route = ready.route(&[*home], &[snap], &()).unwrap();
                route.is_some_and(|route| f64::from(route.cost.0) <= limit.0 * 1000.0)
            };
            ready.snaps().homes.iter().map(|home| home.is_ok_and(|home| is_near(&home))).collect()
        };
        Self { measured, service, near: at.iter().map(of_place).collect() }
    }

    /// People who have the service if facilities stood at some of the places; a home has it by whoever is near, or as it is.
    pub fn people(&self, chosen: &[usize]) -> f64 {
        let homes = self.measured.city().homes.iter().enumerate();
        let has =
            |home: usize| self.measured.has(home, self.service) || chosen.iter().any(|place| self.near[*place][home]);
        homes.filter(|(home, _)| has(*home)).map(|(_, home)| home.residents).sum()
    }
}

pub fn corners(measured: &Measured, count: usize) -> Vec<LonLat> {
    let nodes = &measured.city().streets.nodes;
    (0..count).map(|number| nodes[(number * 37 + 5) * nodes.len() / (count * 37 + 40)]).collect()
}

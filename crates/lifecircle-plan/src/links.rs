//! Links that are missing: places where a gate in a wall or a short path would save people long ways, found by search over the network.
//!
//! Two junctions that lie near to each other and far apart on foot would be linked; what lies between them may be a wall, and no water, railway, motorway or building. The
//! likeliest are built one by one, and the city is measured with each: who gains a required service, and how much shorter the ways to all of them become. It knows
//! no file.

use std::collections::HashMap;

use geo::{BoundingRect, Intersects};
use geo_types::{Geometry, Line};
use lifecircle::city::{City, MapKind, Street, StreetKind};
use lifecircle::error::Result;
use lifecircle::geo::metric::{Mercator, distance};
use lifecircle::geo::{LonLat, Metres, Seconds};
use lifecircle::measure::{EditedCity, Measured};
use lifecircle::network::{Cost as _, Millis, Snap};
use lifecircle::progress::{Progress, Stage};
use lifecircle::reach::{Places, catchment};
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, PointDistance, RTree};
use schemars::JsonSchema;
use serde::Serialize;

use crate::scenario::homes_changed;
use crate::siting::Watch;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question {
    /// How long a link is at most.
    pub longest: Metres,
    /// How much longer the way between its ends is now, at least.
    pub saves: Seconds,
    /// How many links.
    pub most: usize,
}

impl Default for Question {
    fn default() -> Self {
        Self { longest: Metres(60.0), saves: Seconds(300.0), most: 20 }
    }
}

/// A link that is missing, and what it would give if it alone were built.
#[derive(Debug, Clone, PartialEq)]
pub struct MissingLink {
    /// Its ends.
    pub ends: [LonLat; 2],
    /// Its length.
    pub length: Metres,
    /// How long the way between its ends takes now; none if there is none.
    pub now: Option<Seconds>,
    /// Whether an end is a dead end.
    pub at_dead_end: bool,
    /// Residents who gain a required service or more.
    pub residents: f64,
    /// Services that they gain, each counted with its residents.
    pub gained: f64,
    /// How much shorter the ways of all residents to their nearest of each required service become, in person-seconds, each way up to half an hour.
    pub saved: f64,
}

/// A link as every caller gives it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LinkDocument {
    /// Longitude and latitude of one end.
    pub from: [f64; 2],
    /// Those of the other.
    pub to: [f64; 2],
    /// Its length.
    pub metres: f64,
    /// How long the way between its ends takes now; none if there is none.
    pub seconds_now: Option<f64>,
    /// Whether an end is a dead end.
    pub at_dead_end: bool,
    /// Residents who gain a required service or more, if it alone is built.
    pub residents_gaining: f64,
    /// Services that they gain, each counted with its residents.
    pub services_gained: f64,
    /// How much shorter the ways of all residents to their nearest of each required service become.
    pub person_seconds_saved: f64,
}

impl From<&MissingLink> for LinkDocument {
    fn from(link: &MissingLink) -> Self {
        let [from, to] = link.ends.map(|end| [end.x, end.y]);
        Self {
            from,
            to,
            metres: link.length.0,
            seconds_now: link.now.map(|now| now.0),
            at_dead_end: link.at_dead_end,
            residents_gaining: link.residents,
            services_gained: link.gained,
            person_seconds_saved: link.saved,
        }
    }
}

/// Ways longer than this are counted as if they were this long.
const LONGEST_WAY: f64 = 1_800.0;

/// Two links nearer to each other than this are the same gap.
const APART: f64 = 100.0;

/// Residents this near to a link may use it.
const NEAR: f64 = 400.0;

/// How many are tried for each that is asked for.
const TRIED: usize = 5;

/// Junctions that are asked at a time.
const AT_ONCE: usize = 1_000;

/// A place where a link could be.
#[derive(Debug, Clone, Copy)]
struct Gap {
    nodes: [u32; 2],
    middle: [f64; 2],
    length: f64,
    /// Residents near it, times what it saves at most.
    promise: f64,
}

/// The links that would give most; those that were tried when time is over.
///
/// # Errors
/// If it is cancelled.
///
/// ```
/// use lifecircle::ready::{ReadyCity, Walk};
/// use lifecircle::{demo, import, measure, network::Walker, standard::Standard};
/// use lifecircle_plan::links::{Question, missing_links};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &())?;
/// let measured = measure::measure(&ready, Standard::find("wuhai-8")?, &())?;
/// let links = missing_links(&measured, Question { most: 3, ..Question::default() }, &(), &())?;
/// assert!(links.iter().all(|link| link.length.0 <= 60.0 && link.saved >= 0.0));
/// # Ok(())
/// # }
/// ```
pub fn missing_links(
    measured: &Measured,
    question: Question,
    watch: &dyn Watch,
    progress: &dyn Progress,
) -> Result<Vec<MissingLink>> {
    let mut gaps = gaps(measured, question, watch, progress)?;
    gaps.truncate(question.most.saturating_mul(TRIED));
    progress.stage(Stage::Search, gaps.len() as u64);
    let ready = &measured.reached.ready;
    let untouched = EditedCity::new(ready, vec![(*measured.standard).clone()], progress)?;
    let before = untouched.clone().measured(progress)?.swap_remove(0);
    let mut links = Vec::with_capacity(gaps.len());
    for gap in gaps {
        if watch.is_over() {
            break;
        }
        links.push(tried(&before, &untouched, &gap, progress)?);
        progress.advance(1);
    }
    links.retain(|link| link.saved > 0.0 || link.gained > 0.0);
    links.sort_by(|a, b| b.gained.total_cmp(&a.gained).then(b.saved.total_cmp(&a.saved)));
    links.truncate(question.most);
    Ok(links)
}

/// Builds a link in the city and measures what it gives.
fn tried(before: &Measured, untouched: &EditedCity, gap: &Gap, progress: &dyn Progress) -> Result<MissingLink> {
    let (ready, streets) = (&before.reached.ready, &before.city().streets);
    let mut city = untouched.clone();
    city.add_street(Street::plain(gap.nodes, StreetKind::Path, Metres(gap.length)), &[])?;
    let after = city.measured(progress)?.swap_remove(0);
    let required: Vec<usize> = before.standard.required().collect();
    let is_required = |service: &&usize| required.contains(service);
    let (mut residents, mut gained) = (0.0, 0.0);
    for change in homes_changed(before, &after) {
        let services = change.gained.iter().filter(is_required).count();
        let people = before.city().homes[change.home].residents;
        residents += if services > 0 { people } else { 0.0 };
        gained += people * services as f64;
    }
    let way = |measured: &Measured, home: usize, service: usize| {
        measured.nearest(home, service).map_or(LONGEST_WAY, |time| time.0.min(LONGEST_WAY))
    };
    let shorter = |(home, of): (usize, &lifecircle::city::Home)| {
        let all = required.iter().map(|service| way(before, home, *service) - way(&after, home, *service));
        of.residents * all.sum::<f64>()
    };
    // In the order of homes, so that the sum is the same for any number of threads.
    let saved = before.city().homes.iter().enumerate().map(shorter).sum::<f64>().max(0.0);
    let ends = gap.nodes.map(|node| streets.nodes[node as usize]);
    let network = ready.network();
    let snaps = gap.nodes.map(|node| Snap::at_node(network, node));
    let now = match snaps {
        [Some(from), Some(to)] => ready.route(&[from], &[to], progress)?.and_then(|route| route.cost.quantity()),
        _ => None,
    };
    let at_dead_end = gap.nodes.iter().any(|node| network.incident(*node).count() == 1);
    Ok(MissingLink { ends, length: Metres(gap.length), now, at_dead_end, residents, gained, saved })
}

/// Where links could be, the most promising first, no two of them at one gap.
fn gaps(measured: &Measured, question: Question, watch: &dyn Watch, progress: &dyn Progress) -> Result<Vec<Gap>> {
    let ready = &measured.reached.ready;
    let (city, network) = (ready.city(), ready.network());
    let nodes: Vec<u32> = (0..network.nodes() as u32).filter(|node| Snap::at_node(network, *node).is_some()).collect();
    let plane: Vec<GeomWithData<[f64; 2], u32>> = (0..)
        .zip(&nodes)
        .map(|(index, node)| GeomWithData::new(Mercator::project(city.streets.nodes[*node as usize]), index))
        .collect();
    let tree = RTree::bulk_load(plane.clone());
    let near = |index: u32| -> Vec<u32> {
        let here = *plane[index as usize].geom();
        let scale = Mercator::scale(city.streets.nodes[nodes[index as usize] as usize].y);
        let most = question.longest.0 * scale;
        let mut near: Vec<u32> = tree
            .locate_within_distance(here, most * most)
            .map(|other| other.data)
            .filter(|other| *other > index)
            .collect();
        near.sort_unstable();
        near
    };
    let speed = ready.walk().walker.speed;
    let far = Millis::round(Seconds(question.saves.0 + question.longest.0 / speed));
    let all: Places = nodes.iter().map(|&node| Snap::at_node(network, node)).collect();
    let barriers = Barriers::new(city);
    let promise = Promise::new(city);
    let mut found: Vec<Gap> = Vec::new();
    let indices: Vec<u32> = (0..nodes.len() as u32).collect();
    progress.stage(Stage::Build, nodes.len() as u64);
    for chunk in indices.chunks(AT_ONCE) {
        if watch.is_over() {
            break;
        }
        let starts: Places = chunk.iter().map(|&index| Snap::at_node(network, nodes[index as usize])).collect();
        let reached = catchment(ready.times().engine(progress)?, &starts, &all, far, progress)?;
        let of_start = |(index, reached): (&u32, &Vec<(u32, Millis)>)| {
            let times: HashMap<u32, Millis> = reached.iter().copied().collect();
            let gap = |other: u32| {
                let ends = [*index, other].map(|index| city.streets.nodes[nodes[index as usize] as usize]);
                let length = distance(ends[0], ends[1]).0;
                let now = times.get(&other).and_then(|time| time.quantity()).map_or(f64::INFINITY, |time| time.0);
                let saves = now - length / speed;
                let is_gap = length <= question.longest.0 && saves >= question.saves.0 && !barriers.lie_between(ends);
                is_gap.then(|| {
                    let [a, b] = [*index, other].map(|index| *plane[index as usize].geom());
                    let middle = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
                    let nodes = [*index, other].map(|index| nodes[index as usize]);
                    let promise = saves.min(LONGEST_WAY) * promise.of(middle, ends[0].y);
                    Gap { nodes, middle, length, promise }
                })
            };
            near(*index).into_iter().filter_map(gap).collect::<Vec<_>>()
        };
        let gaps: Vec<Vec<Gap>> = chunk.par_iter().zip(&reached).map(of_start).collect();
        found.extend(gaps.into_iter().flatten());
        progress.advance(chunk.len() as u64);
    }
    found.retain(|gap| gap.promise > 0.0);
    found.sort_by(|a, b| {
        b.promise.total_cmp(&a.promise).then(a.length.total_cmp(&b.length)).then(a.nodes.cmp(&b.nodes))
    });
    Ok(one_a_gap(found, city))
}

/// Leaves out links that are near to a more promising one.
fn one_a_gap(gaps: Vec<Gap>, city: &City) -> Vec<Gap> {
    let scale = Mercator::scale(city.about.middle().y);
    let apart = (APART * scale).powi(2);
    let mut kept: RTree<[f64; 2]> = RTree::new();
    let mut chosen = Vec::new();
    for gap in gaps {
        if kept.nearest_neighbor(gap.middle).is_none_or(|other| other.distance_2(&gap.middle) > apart) {
            kept.insert(gap.middle);
            chosen.push(gap);
        }
    }
    chosen
}

/// Residents around places.
struct Promise {
    homes: RTree<GeomWithData<[f64; 2], f64>>,
}

impl Promise {
    fn new(city: &City) -> Self {
        let home = |home: &lifecircle::city::Home| GeomWithData::new(Mercator::project(home.at), home.residents);
        Self { homes: RTree::bulk_load(city.homes.iter().map(home).collect()) }
    }

    /// Residents near a place of the plane.
    fn of(&self, at: [f64; 2], latitude: f64) -> f64 {
        let near = NEAR * Mercator::scale(latitude);
        // Sorted, so that the sum does not depend on the tree.
        let mut all: Vec<f64> = self.homes.locate_within_distance(at, near * near).map(|home| home.data).collect();
        all.sort_by(f64::total_cmp);
        all.iter().sum()
    }
}

/// What no gate leads through.
struct Barriers<'a> {
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, &'a Geometry<f64>>>,
}

impl<'a> Barriers<'a> {
    fn new(city: &'a City) -> Self {
        let is_barrier = |kind: MapKind| {
            matches!(kind, MapKind::Water | MapKind::River | MapKind::Railway | MapKind::Motorway | MapKind::Building)
        };
        let entries = city.basemap.iter().filter(|feature| is_barrier(feature.kind)).filter_map(|feature| {
            let bounds = feature.shape.bounding_rect()?;
            let rectangle = Rectangle::from_corners(bounds.min().into(), bounds.max().into());
            Some(GeomWithData::new(rectangle, &feature.shape))
        });
        Self { tree: RTree::bulk_load(entries.collect()) }
    }

    fn lie_between(&self, [from, to]: [LonLat; 2]) -> bool {
        let (line, envelope) = (Line::new(from, to), AABB::from_corners(from.into(), to.into()));
        self.tree.locate_in_envelope_intersecting(envelope).any(|barrier| barrier.data.intersects(&line))
    }
}

//! Where new facilities may stand: places that are given, with what they cost and what may stand there, or junctions of the streets.

use lifecircle::error::{Error, Result};
use lifecircle::geo::LonLat;
use lifecircle::measure::Measured;
use lifecircle::network::{Cost as _, Millis, Snap};
use lifecircle::progress::Progress;
use lifecircle::reach::{Places, catchment};
use lifecircle::ready::{ReadyCity, Searched};
use lifecircle::say;

use super::{LOSS, Question};

/// A place where a new facility may stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Where.
    pub at: LonLat,
    /// What a facility there costs, in whatever the budget is counted; 1 where facilities are counted.
    pub cost: f64,
    /// Whether it is built in any case, may be built, or is somebody else's.
    pub role: Role,
    /// The services that may stand there, by their places in the standard; all that are asked for if none is named.
    pub services: Vec<usize>,
    /// What a facility there would hold, where it is not like others.
    pub capacity: Option<f64>,
    /// What the place is called; empty where it has no name.
    pub name: String,
}

/// What becomes of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// It may be chosen.
    #[default]
    Allowed,
    /// It is built in any case, and takes its part of the count or the budget.
    Required,
    /// Somebody else builds there: whom it serves need no other, and it costs nothing.
    Competitor,
}

impl Role {
    /// The role of a word, English or Chinese.
    pub fn named(word: &str) -> Option<Self> {
        match word.trim().to_lowercase().as_str() {
            "" | "allowed" | "可选" => Some(Self::Allowed),
            "required" | "必选" | "必建" => Some(Self::Required),
            "competitor" | "其他" | "他建" => Some(Self::Competitor),
            _ => None,
        }
    }
}

impl Candidate {
    /// A place that may be chosen for anything, and counts as one.
    pub fn at(at: LonLat) -> Self {
        Self { at, cost: 1.0, role: Role::Allowed, services: Vec::new(), capacity: None, name: String::new() }
    }
}

/// Candidates that have a street.
pub(super) struct Candidates {
    /// The number of each among those that were given, and what is known of it.
    pub all: Vec<(u32, Candidate)>,
    pub snaps: Vec<Snap>,
    pub without_street: usize,
}

impl Candidates {
    pub fn find(measured: &Measured, question: &Question, progress: &dyn Progress) -> Result<Self> {
        let ready = &measured.reached.ready;
        let Some(given) = &question.candidates else {
            let nodes = thinned(ready.times(), progress)?;
            let network = ready.network();
            let at = |&node: &u32| Candidate::at(ready.city().streets.nodes[node as usize]);
            let all = (0..).zip(nodes.iter().map(at)).collect();
            return Ok(Self {
                all,
                snaps: nodes.iter().filter_map(|&node| Snap::at_node(network, node)).collect(),
                without_street: 0,
            });
        };
        let is_lost = |one: &&Candidate| one.role == Role::Required && ready.snap(one.at).is_err();
        if let Some(lost) = given.iter().find(is_lost) {
            let problem = say!(
                "the required candidate at {}, {} has no street within reach",
                "位于 {}, {} 的必建点附近没有道路",
                lost.at.x,
                lost.at.y
            );
            return Err(Error::new(problem)
                .hint(say!("move it to a street, or do not require it", "请移到道路旁，或不要求必建")));
        }
        let snapped = (0..).zip(given);
        let snapped = snapped.filter_map(|(number, one)| Some(((number, one.clone()), ready.snap(one.at).ok()?)));
        let (all, snaps): (Vec<_>, Vec<_>) = snapped.unzip();
        if all.is_empty() {
            return Err(Error::new(say!("no candidate has a street within reach", "没有一个候选点附近有道路")).hint(
                say!(
                    "are they in this city, and in longitude and latitude?",
                    "请确认它们在本市范围内，且坐标为经度、纬度"
                ),
            ));
        }
        let without_street = given.len() - all.len();
        Ok(Self { all, snaps, without_street })
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn places(&self) -> Places {
        self.snaps.iter().map(|&snap| Some(snap)).collect()
    }
}

/// Where facilities may stand if nothing else is said: junctions of the streets, thinned.
///
/// # Errors
/// If it is cancelled.
pub fn junctions(ready: &ReadyCity, progress: &dyn Progress) -> Result<Vec<LonLat>> {
    let nodes = thinned(ready.times(), progress)?;
    Ok(nodes.into_iter().map(|node| ready.city().streets.nodes[node as usize]).collect())
}

/// Junctions such that from every junction that homes reach one of them is at most [`LOSS`] away.
fn thinned(times: &Searched<Millis>, progress: &dyn Progress) -> Result<Vec<u32>> {
    let network = times.network();
    let is_used = |node: &u32| !network.is_on_island(*node) && Snap::at_node(network, *node).is_some();
    let nodes: Vec<u32> = (0..network.nodes() as u32).filter(is_used).collect();
    let places: Places = nodes.iter().map(|&node| Snap::at_node(network, node)).collect();
    let limit = Millis::round(LOSS);
    let near = catchment(times.engine(progress)?, &places, &places, limit, progress)?;
    // Those that stand for most others first.
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    order.sort_by_key(|&node| (std::cmp::Reverse(near[node].len()), node));
    let mut is_near = vec![false; nodes.len()];
    let mut kept = Vec::new();
    for node in order {
        if !is_near[node] {
            kept.push(nodes[node]);
            is_near[node] = true;
            near[node].iter().for_each(|&(other, _)| is_near[other as usize] = true);
        }
    }
    kept.sort_unstable();
    Ok(kept)
}

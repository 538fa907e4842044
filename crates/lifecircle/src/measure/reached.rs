//! What one walker reaches: every time and count that several standards ask for, found in one pass of the kernels.
//!
//! Standards ask for the same groups of facilities again and again; each group is searched once. It knows facilities
//! as groups of numbers, and nothing of what a standard makes of them.

use std::collections::HashMap;

use crate::geo::{Metres, Seconds};
use crate::network::Millis;
use crate::progress::{Progress, Stage};
use crate::reach::{Near, Places, Question, Within, k_nearest, nearest, within};
use crate::ready::{ReadyCity, Searched};
use crate::standard::{Recognised, Standard, Threshold};

/// The times within which facilities are counted, besides each service's own threshold.
pub const COUNTED_MINUTES: [f64; 3] = [5.0, 10.0, 15.0];

/// What one walker reaches.
#[derive(Debug)]
pub struct Reached {
    /// The city and who walks it.
    pub ready: ReadyCity,
    groups: Groups,
    times: Pass<4>,
    /// The same in metres, for those who ask for distances.
    lengths: Option<Pass<1>>,
}

/// Groups of facilities, each once.
#[derive(Debug, Default)]
struct Groups {
    number: HashMap<Vec<u32>, usize>,
    list: Vec<Vec<u32>>,
}

impl Groups {
    fn number_of(&mut self, group: &[u32]) -> usize {
        if let Some(number) = self.number.get(group) {
            return *number;
        }
        self.number.insert(group.to_vec(), self.list.len());
        self.list.push(group.to_vec());
        self.list.len() - 1
    }
}

/// What the kernels found for some groups and limits.
#[derive(Debug)]
struct Pass<const LIMITS: usize> {
    /// For each group that was searched, every home's nearest.
    nearest: Vec<Vec<Millis>>,
    /// The position in `nearest` of a group.
    searched: HashMap<usize, usize>,
    /// The position in `counts` of a group with its limits.
    asked: HashMap<(usize, [Millis; LIMITS]), usize>,
    counts: Within<u32>,
}

impl<const LIMITS: usize> Pass<LIMITS> {
    fn run(
        Searched { engine, homes: origins, facilities: targets }: &Searched,
        groups: &Groups,
        wanted: &[(usize, [Millis; LIMITS])],
        progress: &dyn Progress,
    ) -> Self {
        let mut numbers: Vec<usize> = wanted.iter().map(|(group, _)| *group).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let searched: Vec<Vec<u32>> = numbers.iter().map(|number| groups.list[*number].clone()).collect();
        progress.stage(Stage::Nearest, numbers.len() as u64);
        let question = Question { origins, targets, groups: &searched };
        let found = nearest(engine, question, |groups| progress.advance(groups as u64));
        let mut asked = HashMap::new();
        let (mut members, mut limits) = (Vec::new(), Vec::new());
        for (group, within) in wanted {
            asked.entry((*group, *within)).or_insert_with(|| {
                members.push(groups.list[*group].clone());
                limits.push(*within);
                members.len() - 1
            });
        }
        progress.stage(Stage::Within, origins.len() as u64);
        let question = Question { origins, targets, groups: &members };
        let counts = within(engine, question, &limits, |origins| progress.advance(origins as u64));
        let searched = numbers.into_iter().enumerate().map(|(position, group)| (group, position)).collect();
        Self { nearest: found, searched, asked, counts }
    }
}

/// Where a service's numbers stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    group: usize,
    times: Position,
    /// In the pass of lengths, if it asks for a distance.
    lengths: Option<Position>,
    limit: Millis,
}

/// Where a service's numbers stand in a pass.
#[derive(Debug, Clone, Copy)]
struct Position {
    nearest: usize,
    counts: usize,
}

impl<const LIMITS: usize> Pass<LIMITS> {
    fn position(&self, group: usize, limits: [Millis; LIMITS]) -> Position {
        Position { nearest: self.searched[&group], counts: self.asked[&(group, limits)] }
    }
}

fn time_limits(threshold: Threshold) -> [Millis; 4] {
    let [five, ten, fifteen] = COUNTED_MINUTES.map(|minutes| Millis::round(Seconds::from_minutes(minutes)));
    // Who asks for a distance is answered by the other pass.
    let own = if let Threshold::Time(time) = threshold { Millis::round(time) } else { fifteen };
    [five, ten, fifteen, own]
}

/// A distance as a network of lengths has it.
fn length(metres: Metres) -> Millis {
    Millis::round(Seconds(metres.0))
}

impl Reached {
    /// Finds what standards ask for, each with its recognised facilities. Returns with it where each standard's services
    /// stand.
    pub(super) fn find(
        ready: ReadyCity,
        standards: &[(&Standard, &Recognised)],
        progress: &dyn Progress,
    ) -> (Self, Vec<Vec<At>>) {
        let mut groups = Groups::default();
        let mut numbered: Vec<Vec<(usize, Threshold)>> = Vec::with_capacity(standards.len());
        for (standard, recognised) in standards {
            let services = standard.services.iter().zip(&recognised.services);
            numbered.push(services.map(|(service, group)| (groups.number_of(group), service.threshold)).collect());
        }
        let all = || numbered.iter().flatten();
        let timed: Vec<(usize, [Millis; 4])> = all().map(|(group, limit)| (*group, time_limits(*limit))).collect();
        let times = Pass::run(ready.times(), &groups, &timed, progress);
        let far: Vec<(usize, [Millis; 1])> = all()
            .filter_map(|(group, limit)| match limit {
                Threshold::Distance(metres) => Some((*group, [length(*metres)])),
                Threshold::Time(_) => None,
            })
            .collect();
        let wanted = standards.iter().any(|(standard, _)| standard.asks_for_distances());
        let lengths = wanted.then(|| Pass::run(ready.lengths(), &groups, &far, progress));
        let at = |(group, limit): &(usize, Threshold)| At {
            group: *group,
            times: times.position(*group, time_limits(*limit)),
            lengths: match (limit, &lengths) {
                (Threshold::Distance(metres), Some(lengths)) => Some(lengths.position(*group, [length(*metres)])),
                _ => None,
            },
            limit: match limit {
                Threshold::Time(time) => Millis::round(*time),
                Threshold::Distance(metres) => length(*metres),
            },
        };
        let at = numbered.iter().map(|services| services.iter().map(at).collect()).collect();
        (Self { ready, groups, times, lengths }, at)
    }

    /// The time from a home to the nearest facility.
    pub(super) fn nearest(&self, home: usize, at: At) -> Option<Seconds> {
        self.times.nearest[at.times.nearest][home].seconds()
    }

    /// The way from a home to the nearest facility, for those who ask for a distance.
    pub(super) fn nearest_metres(&self, home: usize, at: At) -> Option<Metres> {
        let position = at.lengths?;
        self.lengths.as_ref()?.nearest[position.nearest][home].seconds().map(|length| Metres(length.0))
    }

    /// How many facilities lie within 5, 10 and 15 minutes of a home.
    pub(super) fn counts(&self, home: usize, at: At) -> [u32; 3] {
        let counts = self.times.counts.of(home, at.times.counts);
        [counts[0], counts[1], counts[2]]
    }

    /// How many facilities lie within the service's own threshold.
    pub(super) fn count_within_threshold(&self, home: usize, at: At) -> u32 {
        match (at.lengths, &self.lengths) {
            (Some(position), Some(lengths)) => lengths.counts.of(home, position.counts)[0],
            _ => self.times.counts.of(home, at.times.counts)[3],
        }
    }

    /// Whether the nearest lies within the threshold.
    pub(super) fn has_one(&self, home: usize, at: At) -> bool {
        let nearest = match (at.lengths, &self.lengths) {
            (Some(position), Some(lengths)) => &lengths.nearest[position.nearest],
            _ => &self.times.nearest[at.times.nearest],
        };
        nearest[home] <= at.limit
    }

    /// For each home the times to its k nearest facilities of a service, nearest first, handed to `take`.
    pub(super) fn nearest_times<T>(&self, k: usize, at: At, take: impl Fn(&[Near]) -> T) -> Vec<T> {
        k_nearest_of(self.ready.times(), &self.groups.list[at.group], k, take)
    }

    /// The same with lengths for times; nothing if no standard asked for distances.
    pub(super) fn nearest_lengths<T>(&self, k: usize, at: At, take: impl Fn(&[Near]) -> T) -> Vec<T> {
        if self.lengths.is_none() {
            return Vec::new();
        }
        k_nearest_of(self.ready.lengths(), &self.groups.list[at.group], k, take)
    }

    /// For each facility of a service, the homes that have it within the service's threshold, with the cost of the way
    /// in the threshold's own unit.
    pub(super) fn catchments(&self, at: At) -> Vec<Vec<(u32, Seconds)>> {
        let Searched { engine, homes, facilities } = match at.lengths {
            Some(_) => self.ready.lengths(),
            None => self.ready.times(),
        };
        let members: Places =
            self.groups.list[at.group].iter().map(|f| facilities.doors(*f as usize).to_vec()).collect();
        let found = crate::reach::catchment(engine, &members, homes, at.limit);
        let seconds = |(home, cost): (u32, Millis)| Some((home, cost.seconds()?));
        found.into_iter().map(|homes| homes.into_iter().filter_map(seconds).collect()).collect()
    }
}

fn k_nearest_of<T>(
    Searched { engine, homes: origins, facilities: targets }: &Searched,
    group: &[u32],
    k: usize,
    take: impl Fn(&[Near]) -> T,
) -> Vec<T> {
    let groups = [group.to_vec()];
    let found = k_nearest(engine, Question { origins, targets, groups: &groups }, k, |_| {});
    (0..origins.len()).map(|home| take(found[0].of(home))).collect()
}

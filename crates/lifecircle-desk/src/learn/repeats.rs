//! Repeats: the same asked again near by within a month. A place where that goes on was not mended.

use std::collections::BTreeMap;

use lifecircle::say;
use schemars::JsonSchema;
use serde::Serialize;

use crate::calendar::Moment;
use crate::desk::Desk;
use crate::refusal::Refusal;
use crate::request::{At, METRES_A_DEGREE};
use crate::store::values;

/// How near and how soon something is asked again to be the same.
pub const NEAR_METRES: f64 = 100.0;
pub const WITHIN_DAYS: i64 = 30;

const DAY: i64 = 24 * 3600 * 1000;

/// Requests that are looked at, groups that are told, and numbers of each.
const MOST_REQUESTS: usize = 1_000_000;
const MOST_GROUPS: usize = 50;
const MOST_NUMBERS: usize = 100;

/// Requests of a group at least, to be told.
const FEWEST: usize = 3;

/// What came again.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Repeats {
    /// Requests with a place that came.
    pub requests: usize,
    /// Of them, those of whose category another had come within a hundred metres in the thirty days before.
    pub repeated: usize,
    /// Where the same came most often: three times or more.
    pub groups: Vec<RepeatGroup>,
}

/// The same, asked again and again at one place.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RepeatGroup {
    /// The category's id.
    pub category: String,
    /// Where the last of it is.
    pub at: At,
    /// The community's id; empty if not known.
    pub community: String,
    /// How many.
    pub requests: usize,
    /// When the first came.
    pub first: Moment,
    /// When the last came.
    pub last: Moment,
    /// Their numbers, the last hundred of them.
    pub numbers: Vec<i64>,
}

struct Asked {
    number: i64,
    at: At,
    community: String,
    received: i64,
}

impl Desk {
    /// Counts what came again within a time.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn repeats(&self, (since, until): (Moment, Moment)) -> Result<Repeats, Refusal> {
        // Merged requests were the same too.
        let text = format!(
            "SELECT number, category, lon, lat, community, received FROM requests \
             WHERE received >= ?1 AND received < ?2 AND lat IS NOT NULL LIMIT {}",
            MOST_REQUESTS + 1
        );
        let mut by_category: BTreeMap<String, Vec<Asked>> = BTreeMap::new();
        self.store().read(|connection| {
            connection.each(&text, values![since.0, until.0], |row| {
                let asked = Asked {
                    number: row.get(0)?,
                    at: At { lon: row.get(2)?, lat: row.get(3)? },
                    community: row.get(4)?,
                    received: row.get(5)?,
                };
                by_category.entry(row.get(1)?).or_default().push(asked);
                Ok(())
            })
        })?;
        if by_category.values().map(Vec::len).sum::<usize>() > MOST_REQUESTS {
            return Err(Refusal::BadInput(say!(
                "there are more than {MOST_REQUESTS} requests; choose a shorter time",
                "诉求超过 {MOST_REQUESTS} 件；请缩短时段"
            )));
        }
        let mut repeats = Repeats { requests: 0, repeated: 0, groups: Vec::new() };
        for (category, mut asked) in by_category {
            // Lists of other hotlines come later than what they hold.
            asked.sort_by_key(|one| (one.received, one.number));
            let group_of = groups(&asked);
            repeats.requests += asked.len();
            repeats.repeated += group_of.iter().enumerate().filter(|(index, group)| index != *group).count();
            let mut members: BTreeMap<usize, Vec<&Asked>> = BTreeMap::new();
            for (one, group) in asked.iter().zip(&group_of) {
                members.entry(*group).or_default().push(one);
            }
            for of in members.into_values().filter(|of| of.len() >= FEWEST) {
                let (first, last) = (of[0], of[of.len() - 1]);
                repeats.groups.push(RepeatGroup {
                    category: category.clone(),
                    at: last.at,
                    community: last.community.clone(),
                    requests: of.len(),
                    first: Moment(first.received),
                    last: Moment(last.received),
                    numbers: of.iter().rev().take(MOST_NUMBERS).map(|one| one.number).collect(),
                });
            }
        }
        repeats.groups.sort_by(|a, b| b.requests.cmp(&a.requests).then(b.last.cmp(&a.last)));
        repeats.groups.truncate(MOST_GROUPS);
        Ok(repeats)
    }
}

/// For each request, in the order in which they came, the first of those that it repeats; itself if it repeats none.
fn groups(asked: &[Asked]) -> Vec<usize> {
    let side = NEAR_METRES / METRES_A_DEGREE;
    let cell = |at: At| ((at.lat / side).floor() as i64, (at.lon * at.lat.to_radians().cos() / side).floor() as i64);
    let mut lately: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
    let mut group_of: Vec<usize> = Vec::with_capacity(asked.len());
    for (index, one) in asked.iter().enumerate() {
        let (north, east) = cell(one.at);
        // Rows of cells shift a little against each other: two to each side hold all that is near.
        let around = (-1..=1).flat_map(|up| (-2..=2).map(move |right| (north + up, east + right)));
        let near = around.filter_map(|cell| lately.get(&cell)).flatten().copied().filter(|other| {
            let other = &asked[*other];
            one.received - other.received <= WITHIN_DAYS * DAY && one.at.metres_to(other.at) <= NEAR_METRES
        });
        // The last of them: what goes on for months is one.
        group_of.push(near.max().map_or(index, |other| group_of[other]));
        let own = lately.entry((north, east)).or_default();
        own.retain(|other| one.received - asked[*other].received <= WITHIN_DAYS * DAY);
        own.push(index);
    }
    group_of
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(number: usize, east: f64, north: f64, day: i64) -> Asked {
        let at = At {
            lon: 106.8 + east / METRES_A_DEGREE / 39.6_f64.to_radians().cos(),
            lat: 39.6 + north / METRES_A_DEGREE,
        };
        Asked { number: number as i64, at, community: String::new(), received: day * DAY }
    }

    #[test]
    fn the_same_near_by_within_a_month_is_a_repeat() {
        let all = [(0., 0., 0), (60., 0., 20), (500., 0., 21), (120., 0., 45), (0., 0., 80)];
        let all: Vec<Asked> = all.iter().enumerate().map(|(n, (e, north, day))| asked(n, *e, *north, *day)).collect();
        // The fourth is near the second; the last comes too late.
        assert_eq!(groups(&all), [0, 0, 2, 0, 4]);
    }

    proptest! {
        #[test]
        fn each_is_found_that_a_look_at_all_pairs_finds(spots in prop::collection::vec((0.0..900.0, 0.0..900.0, 0_i64..3), 0..60)) {
            let mut day = 0;
            let all: Vec<Asked> = spots.iter().enumerate().map(|(n, (east, north, later))| {
                day += later;
                asked(n, *east, *north, day)
            }).collect();
            let plain = |index: usize| (0..index).any(|other| {
                all[index].received - all[other].received <= WITHIN_DAYS * DAY && all[index].at.metres_to(all[other].at) <= NEAR_METRES
            });
            let found = groups(&all);
            for (index, group) in found.iter().enumerate() {
                prop_assert_eq!(*group != index, plain(index));
            }
        }
    }
}

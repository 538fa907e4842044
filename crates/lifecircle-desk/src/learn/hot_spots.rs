//! Hot spots: where and when there were more requests than chance would bring, and how sure that is.

use std::collections::BTreeMap;

use lifecircle::say;
use schemars::JsonSchema;
use serde::Serialize;

use super::scan::{Cases, Search, clusters};
use crate::calendar::Moment;
use crate::desk::Desk;
use crate::refusal::Refusal;
use crate::request::{At, METRES_A_DEGREE};
use crate::store::values;

/// Requests within a cell of so many degrees are at one place: about half a kilometre.
const CELL: f64 = 0.005;

/// Weeks that are looked at, at most, and requests and places at most.
pub const MOST_WEEKS: usize = 53;
const MOST_CASES: usize = 200_000;
const MOST_PLACES: usize = 3_000;

const WEEK: i64 = 7 * 24 * 3600 * 1000;

/// No hot spot is wider than this around its middle, in metres, nor longer than this share of the time.
const WIDEST: f64 = 2_000.0;
const LONGEST_WEEKS: usize = 8;

/// Permutations: the smallest p-value is a thousandth.
const PERMUTATIONS: usize = 999;

/// A place and a time with more requests than chance would bring.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct HotSpot {
    /// Its middle.
    pub at: At,
    /// The community in which most of its requests are; empty if not known.
    pub community: String,
    /// The category of most of its requests.
    pub category: String,
    /// How far it reaches from there, in metres.
    pub metres: f64,
    /// Their numbers, the last two hundred of them.
    pub numbers: Vec<i64>,
    /// West, south, east, north of it, in degrees.
    pub bbox: [f64; 4],
    /// Its first week begins.
    pub from: Moment,
    /// Its last week ends.
    pub to: Moment,
    /// Requests there and then.
    pub requests: u32,
    /// Requests that were to be expected there and then.
    pub expected: f64,
    /// How likely it is that chance alone makes one that stands out as much anywhere.
    pub p: f64,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct HotSpots {
    /// The first week begins.
    pub from: Moment,
    /// The last week ends.
    pub to: Moment,
    /// Requests with a place that came then.
    pub requests: usize,
    /// Those that are less likely to be chance than one in twenty, the one that stands out most first.
    pub spots: Vec<HotSpot>,
}

impl Desk {
    /// Looks for hot spots in the last weeks, of one category or of all requests.
    ///
    /// # Errors
    /// If there are too many requests, or they cannot be read.
    pub fn hot_spots(&self, category: Option<&str>, weeks: usize) -> Result<HotSpots, Refusal> {
        let weeks = weeks.clamp(4, MOST_WEEKS);
        let to = self.now();
        let from = Moment(to.0 - weeks as i64 * WEEK);
        let mut values = values![from.0, to.0].to_vec();
        let of = category.map_or("", |category| {
            values.push(category.into());
            " AND category = ?3"
        });
        let text = format!(
            "SELECT lon, lat, received, community, category, number FROM requests WHERE received >= ?1 AND received < ?2 AND lat IS NOT NULL{of} ORDER BY number LIMIT {}",
            MOST_CASES + 1
        );
        let mut found: Vec<Case> = Vec::new();
        self.store().read(|connection| {
            connection.each(&text, &values, |row| {
                let at = At { lon: row.get(0)?, lat: row.get(1)? };
                let week = (row.get::<i64>(2)? - from.0) / WEEK;
                let week = usize::try_from(week).unwrap_or(0).min(weeks - 1);
                found.push(Case { at, week, community: row.get(3)?, category: row.get(4)?, number: row.get(5)? });
                Ok(())
            })
        })?;
        if found.len() > MOST_CASES {
            return Err(Refusal::BadInput(say!(
                "there are more than {MOST_CASES} requests; choose a category or fewer weeks",
                "诉求超过 {MOST_CASES} 件；请选择事项或缩短时段"
            )));
        }
        Ok(HotSpots { from, to, requests: found.len(), spots: spots_of(&found, from, weeks)? })
    }
}

/// A request as it is looked at.
struct Case {
    at: At,
    week: usize,
    community: String,
    category: String,
    number: i64,
}

/// Numbers of a hot spot that are told.
const MOST_NUMBERS: usize = 200;

/// What most of some texts are.
fn most_of<'a>(all: impl Iterator<Item = &'a String>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in all {
        *counts.entry(text).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(text, count)| (*count, std::cmp::Reverse(*text)));
    most.map(|(text, _)| text.to_owned()).unwrap_or_default()
}

fn spots_of(found: &[Case], start: Moment, weeks: usize) -> Result<Vec<HotSpot>, Refusal> {
    let cell = |at: &At| ((at.lon / CELL).floor() as i64, (at.lat / CELL).floor() as i64);
    let mut places: BTreeMap<(i64, i64), usize> = found.iter().map(|case| (cell(&case.at), 0)).collect();
    if places.len() > MOST_PLACES {
        return Err(Refusal::BadInput(say!(
            "the requests lie at too many places; choose a category",
            "诉求地点过多；请选择事项"
        )));
    }
    for (number, place) in places.values_mut().enumerate() {
        *place = number;
    }
    let middles: Vec<At> = places
        .keys()
        .map(|(east, north)| At { lon: (*east as f64 + 0.5) * CELL, lat: (*north as f64 + 0.5) * CELL })
        .collect();
    let shrink = middles.first().map_or(1.0, |at| at.lat.to_radians().cos().max(0.01));
    let cases = Cases {
        places: middles.iter().map(|at| [at.lon * METRES_A_DEGREE * shrink, at.lat * METRES_A_DEGREE]).collect(),
        periods: weeks,
        of: found.iter().map(|case| (places[&cell(&case.at)], case.week)).collect(),
    };
    let search = Search {
        most_metres: WIDEST,
        most_periods: LONGEST_WEEKS.min(weeks / 2),
        permutations: PERMUTATIONS,
        p_below: 0.05,
        seed: 2005,
    };
    let told = clusters(&cases, &search).into_iter().map(|cluster| {
        let corners = cluster.places.iter().map(|place| middles[*place]);
        let bbox = corners.fold([180.0_f64, 90.0, -180.0, -90.0], |[west, south, east, north], at| {
            let half = CELL / 2.0;
            [west.min(at.lon - half), south.min(at.lat - half), east.max(at.lon + half), north.max(at.lat + half)]
        });
        let (first, last) = cluster.periods;
        let within = || {
            found
                .iter()
                .zip(&cases.of)
                .filter(|(_, (place, week))| (first..=last).contains(week) && cluster.places.contains(place))
        };
        HotSpot {
            at: middles[cluster.centre],
            community: most_of(within().map(|(case, _)| &case.community)),
            category: most_of(within().map(|(case, _)| &case.category)),
            // To the edge of the last cell.
            metres: cluster.metres + CELL * METRES_A_DEGREE / 2.0,
            numbers: within().rev().take(MOST_NUMBERS).map(|(case, _)| case.number).collect(),
            bbox,
            from: Moment(start.0 + first as i64 * WEEK),
            to: Moment(start.0 + (last as i64 + 1) * WEEK),
            requests: cluster.cases,
            expected: cluster.expected,
            p: cluster.p,
        }
    });
    Ok(told.collect())
}

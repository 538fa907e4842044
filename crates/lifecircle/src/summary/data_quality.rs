//! Data quality: what the measures rest on, how much of it was given, estimated, recognised and snapped.

use schemars::JsonSchema;
use serde::Serialize;

use super::slopes::TooSteep;
use crate::city::{Basis, City, Home};
use crate::geo::Metres;
use crate::measure::Measured;

/// In seconds.
const FIFTEEN_MINUTES: f64 = 900.0;

/// What the measures rest on.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DataQuality {
    /// Share of residents whose number at their home was estimated rather than given, with or without a total for the area around.
    pub residents_estimated: f64,
    /// Share of residents whose number is a share of a total that is known for the area around.
    pub residents_of_totals: f64,
    /// Share of residents who live within a 15-minute walk of where the data ends, where something beyond may be nearer.
    pub residents_near_edge: f64,
    /// The same share of homes.
    pub homes_near_edge: f64,
    /// Facilities of the city, by where they come from.
    pub facilities_from_osm: usize,
    /// Facilities from the user's lists.
    pub facilities_from_lists: usize,
    /// Facilities that are no service of the standard.
    pub facilities_unrecognised: usize,
    /// Facilities whose entries are not known, so that one was presumed.
    pub facilities_with_presumed_entry: usize,
    /// Parts of the network that nothing joins to the rest.
    pub islands: usize,
    /// Homes that stand on such a part.
    pub homes_on_islands: usize,
    /// What is too steep for the walker; none for one who takes every slope, or without elevation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub too_steep: Option<TooSteep>,
    /// Homes and facilities without a street.
    pub unsnapped: Vec<Unsnapped>,
}

/// A home or a facility without a street.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Unsnapped {
    /// `home` or `facility`.
    pub what: &'static str,
    /// Its id.
    pub id: String,
    /// Its longitude.
    pub lon: f64,
    /// Its latitude.
    pub lat: f64,
    /// How far the next street is; none if there is none.
    pub nearest_street_metres: Option<Metres>,
    /// Why it has none, in a sentence.
    pub reason: String,
}

impl DataQuality {
    /// What the measures of a city rest on.
    pub fn of(city: &City, measured: &Measured) -> Self {
        let residents: f64 = city.homes.iter().map(|home| home.residents).sum();
        let share_of = |is: &dyn Fn(Basis) -> bool| {
            let people: f64 = city.homes.iter().filter(|home| is(home.basis)).map(|home| home.residents).sum();
            // The sum of nothing is -0.
            if residents > 0.0 { (people + 0.0) / residents } else { 0.0 }
        };
        let reach = FIFTEEN_MINUTES * measured.walker().speed;
        let is_near = |home: &Home| home.to_edge.is_some_and(|metres| metres.0 < reach);
        let (near, people_near) = city
            .homes
            .iter()
            .filter(|home| is_near(home))
            .fold((0_usize, 0.0), |(homes, people), home| (homes + 1, people + home.residents));
        let from_lists = city.facilities.iter().filter(|facility| facility.id.contains(':')).count();
        let limit = measured.reached.ready.walk().snap_limit;
        let unsnapped = |what, id: &str, at: crate::geo::LonLat, nearest: Option<Metres>| Unsnapped {
            what,
            id: id.to_owned(),
            lon: at.x,
            lat: at.y,
            nearest_street_metres: nearest,
            reason: match nearest {
                Some(metres) => {
                    format!("the nearest street is {:.0} m away, and the limit is {:.0} m", metres.0, limit.0)
                }
                None => "no street has doors".to_owned(),
            },
        };
        let homes = city.homes.iter().zip(&measured.reached.ready.snaps().homes).filter_map(|(home, snap)| {
            snap.as_ref().err().map(|none| unsnapped("home", &home.id, home.at, none.nearest))
        });
        let facilities =
            city.facilities.iter().zip(&measured.reached.ready.snaps().facilities).filter_map(|(facility, snap)| {
                snap.as_ref().err().map(|none| unsnapped("facility", &facility.id, facility.at, none.nearest))
            });
        Self {
            residents_estimated: share_of(&|basis| basis != Basis::Given),
            residents_of_totals: share_of(&|basis| basis == Basis::Total),
            residents_near_edge: if residents > 0.0 { people_near / residents } else { 0.0 },
            homes_near_edge: near as f64 / city.homes.len().max(1) as f64,
            facilities_from_osm: city.facilities.len() - from_lists,
            facilities_from_lists: from_lists,
            facilities_unrecognised: measured.recognised.unrecognised,
            facilities_with_presumed_entry: city
                .facilities
                .iter()
                .filter(|f| matches!(f.entries, crate::city::Entries::Outline(_)))
                .count(),
            islands: measured.network().islands(),
            homes_on_islands: measured
                .reached
                .ready
                .snaps()
                .homes
                .iter()
                .flatten()
                .filter(|snap| snap.is_on_island())
                .count(),
            too_steep: TooSteep::of(measured),
            unsnapped: homes.chain(facilities).collect(),
        }
    }
}

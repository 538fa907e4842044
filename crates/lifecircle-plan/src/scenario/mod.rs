//! Scenarios: what a city would be if something were built, moved or closed; written as GeoJSON by hand, in QGIS or in the map.
//!
//! | part | what it is for |
//! |---|---|
//! | `read` | GeoJSON made edits; every mistake named with its feature |
//! | `apply` | edits made to a city, one after another |
//! | `compare` | the city before and after: who gains and loses what |
//! | `best` | what each edit adds, and how far all are from the best possible |
//! | `chapter` | all of it as a chapter of the report |
//!
//! A scenario is plain data and knows no city: the same file can be tried on any.

mod apply;
mod best;
mod chapter;
mod compare;
mod read;

use geo_types::MultiPolygon;
use lifecircle::city::{Ages, StreetKind, Surface, Wheels};
use lifecircle::geo::LonLat;

pub use apply::{Applied, apply, apply_feature, check_services};
pub use best::{BestPossible, best_possible, gaining_by_step};
pub use chapter::{Told, chapter, edit_name, report};
pub use compare::{
    AgeChange, Comparison, HomeChange, MinutesChange, UnitChange, changed_homes_table, compare, comparison_schema,
    homes_changed,
};
pub use read::read;

/// What would be built, moved or closed.
///
/// ```
/// use lifecircle_plan::scenario::Scenario;
///
/// # fn main() -> lifecircle::Result<()> {
/// let scenario = Scenario::parse(
///     r#"{ "type": "FeatureCollection", "name": "Riverside", "features": [
///       { "type": "Feature", "geometry": { "type": "Point", "coordinates": [106.8, 39.6] },
///         "properties": { "edit": "add_facility", "service": "pocket_park", "area": 2000, "cost": 800000 } },
///       { "type": "Feature", "geometry": { "type": "LineString", "coordinates": [[106.8, 39.6], [106.801, 39.6]] },
///         "properties": { "edit": "open_street", "kind": "path" } } ] }"#,
/// )?;
/// assert_eq!(scenario.features.len(), 2);
/// assert_eq!(scenario.cost(), Some(800_000.0));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// What it is called; empty if nobody says.
    pub name: String,
    /// The edits, in their order.
    pub features: Vec<Feature>,
}

/// An edit with what is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its id, unique in the scenario; what is added takes its own from it.
    pub id: String,
    /// Its place in the file, from 1.
    pub number: usize,
    /// What it is called; empty if nobody says.
    pub name: String,
    /// What it would cost, in whatever all costs are told.
    pub cost: Option<f64>,
    /// What else is said.
    pub note: String,
    /// What is done.
    pub edit: Edit,
}

/// Something that is done to a city.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// A new facility.
    AddFacility {
        /// Where.
        place: Place,
        /// What it is: the id or name of a service or kind, or a tag as `amenity=pharmacy`.
        kind: String,
        /// Whether the service of that id must count it.
        is_service: bool,
        /// Its area in square metres; that of its polygon if not told.
        area: Option<f64>,
        /// How many it serves at once.
        capacity: Option<f64>,
    },
    /// A facility goes elsewhere.
    MoveFacility {
        /// Its id, or its name.
        facility: String,
        /// Where to.
        place: Place,
    },
    /// A facility is closed.
    RemoveFacility {
        /// Its id, or its name.
        facility: String,
    },
    /// A facility is made larger or smaller, or another.
    ChangeFacility {
        /// Its id, or its name.
        facility: String,
        /// What it is then.
        kind: Option<String>,
        /// Its area in square metres.
        area: Option<f64>,
        /// How many it serves at once.
        capacity: Option<f64>,
    },
    /// A new street along a line, joined with what it meets.
    OpenStreet {
        /// Its course.
        line: Vec<LonLat>,
        /// What it is.
        look: StreetLook,
        /// Whether it is a bridge or a tunnel: joined at its ends alone.
        is_bridge: bool,
    },
    /// Streets are closed, from junction to junction.
    CloseStreet(Which),
    /// Streets are made otherwise.
    ChangeStreet(Which, StreetLook),
    /// A gate that joins the streets on its two sides.
    OpenGate(LonLat, StreetLook),
    /// A crossing: through a point, or along a line.
    AddCrossing(Vec<LonLat>, StreetLook),
    /// New homes.
    AddHomes {
        /// Where; all residents are shared evenly among the places.
        places: Vec<LonLat>,
        /// How many people.
        residents: f64,
        /// Those of them who are children and older people, where known.
        ages: Ages,
    },
}

/// Where a facility is.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// At a point, which is its entry.
    Point(LonLat),
    /// On an area, entered where a street is nearest.
    Area(MultiPolygon<f64>),
}

/// Which streets are meant.
#[derive(Debug, Clone, PartialEq)]
pub enum Which {
    /// That at a point.
    At(LonLat),
    /// Those along a line.
    Along(Vec<LonLat>),
    /// All of an OpenStreetMap way.
    Way(i64),
}

/// What a street is; what is not said stays as it is, or is as on a plain path.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StreetLook {
    /// What it is to a person on foot.
    pub kind: Option<StreetKind>,
    /// What it is made of.
    pub surface: Option<Surface>,
    /// Whether wheels can pass; on steps by a ramp.
    pub wheels: Option<Wheels>,
    /// How wide it is, in metres.
    pub width: Option<f32>,
    /// How many signals people wait at.
    pub signals: Option<u8>,
    /// How fast people are on it, as a share of what they would be.
    pub speed: Option<f32>,
}

impl Edit {
    /// Its name in files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::AddFacility { .. } => "add_facility",
            Self::MoveFacility { .. } => "move_facility",
            Self::RemoveFacility { .. } => "remove_facility",
            Self::ChangeFacility { .. } => "change_facility",
            Self::OpenStreet { .. } => "open_street",
            Self::CloseStreet(_) => "close_street",
            Self::ChangeStreet(..) => "change_street",
            Self::OpenGate(..) => "open_gate",
            Self::AddCrossing(..) => "add_crossing",
            Self::AddHomes { .. } => "add_homes",
        }
    }
}

impl Edit {
    /// How much there is to do: points of lines, places of homes, one for all else.
    pub fn size(&self) -> usize {
        match self {
            Self::OpenStreet { line, .. }
            | Self::CloseStreet(Which::Along(line))
            | Self::ChangeStreet(Which::Along(line), _) => line.len(),
            Self::AddCrossing(course, _) => course.len(),
            Self::AddHomes { places, .. } => places.len(),
            _ => 1,
        }
    }
}

impl Scenario {
    /// What all edits that tell their cost would cost; none if none does.
    pub fn cost(&self) -> Option<f64> {
        self.features.iter().filter_map(|feature| feature.cost).reduce(|a, b| a + b)
    }
}

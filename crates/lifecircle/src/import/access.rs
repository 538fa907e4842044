//! What a person on foot may use, read from OpenStreetMap's tags.
//!
//! Source: OpenStreetMap wiki, *Key:access*, *OSM tags for routing/Access restrictions*, *Key:foot*, *Key:sidewalk*,
//! *Key:barrier*, *Key:conveying*. Where the wiki leaves it to the country, people may walk.

use crate::city::{Direction, StreetKind, Surface, Wheels};
use crate::sources::osm::{Tags, tag};

/// How a way can be walked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Walkway {
    /// What it is to a person on foot.
    pub kind: StreetKind,
    /// Which way people may go.
    pub direction: Direction,
    /// On a bridge, in a tunnel, or above or below the ground.
    pub off_ground: bool,
    /// An area that people cross freely.
    pub is_area: bool,
    /// A crossing of a road, of which it is told that it has signals.
    pub signalled: bool,
    /// A crossing of a road.
    pub is_crossing: bool,
    /// For a ferry that tells its duration: seconds.
    pub ride_seconds: Option<f32>,
    /// What it is made of.
    pub surface: Surface,
    /// Whether wheels can pass.
    pub wheels: Wheels,
    /// Its width for people on foot in metres, if told.
    pub width: Option<f32>,
}

/// What a tag says of access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Open,
    Closed,
    Unsaid,
}

fn access_value(value: Option<&str>) -> Access {
    match value {
        None => Access::Unsaid,
        Some(
            "no" | "private" | "use_sidepath" | "agricultural" | "forestry" | "delivery" | "military" | "emergency"
            | "permit" | "residents" | "restricted",
        ) => Access::Closed,
        Some(_) => Access::Open,
    }
}

/// Whether people on foot may pass: `foot` decides, then `access`.
fn access(tags: Tags<'_>) -> Access {
    match access_value(tag(tags, "foot")) {
        Access::Unsaid => access_value(tag(tags, "access")),
        said => said,
    }
}

/// How a way can be walked, if it can.
pub fn walkway(tags: Tags<'_>) -> Option<Walkway> {
    let is_ferry = tag(tags, "route") == Some("ferry") && access(tags) != Access::Closed;
    let kind = if is_ferry { StreetKind::Ferry } else { road_kind(tags)? };
    if tag(tags, "ice_road") == Some("yes") || tag(tags, "impassable") == Some("yes") {
        return None;
    }
    let conveying = tag(tags, "conveying").filter(|value| *value != "no");
    let is_crossing = ["footway", "path", "cycleway"].iter().any(|key| tag(tags, key) == Some("crossing"));
    let signals = ["crossing", "crossing:signals"].iter().filter_map(|key| tag(tags, key));
    Some(Walkway {
        kind: if conveying.is_some() { StreetKind::Indoor } else { kind },
        direction: direction(tags, conveying),
        off_ground: off_ground(tags),
        is_area: tag(tags, "area") == Some("yes") && kind != StreetKind::Ferry,
        signalled: is_crossing && signals.into_iter().any(|value| value == "traffic_signals" || value == "yes"),
        is_crossing,
        ride_seconds: if kind == StreetKind::Ferry { tag(tags, "duration").and_then(duration) } else { None },
        surface: surface(tags),
        wheels: wheels(tags),
        width: if kind == StreetKind::Path { tag(tags, "width").and_then(width) } else { None },
    })
}

/// What a way is made of. Source: OpenStreetMap wiki, *Key:surface*, *Key:smoothness*, *Key:tracktype*.
fn surface(tags: Tags<'_>) -> Surface {
    let told = match tag(tags, "surface") {
        Some(
            "paved" | "asphalt" | "concrete" | "concrete:plates" | "concrete:lanes" | "paving_stones" | "chipseal"
            | "bricks" | "brick" | "wood" | "metal" | "metal_grid" | "rubber" | "tartan" | "acrylic" | "tiles",
        ) => Surface::Paved,
        Some("sett" | "cobblestone" | "unhewn_cobblestone" | "cobblestone:flattened" | "stepping_stones") => {
            Surface::Cobbled
        }
        Some("compacted" | "fine_gravel" | "artificial_turf" | "clay" | "woodchips") => Surface::Compacted,
        Some("unpaved" | "gravel" | "pebblestone" | "ground" | "dirt" | "earth" | "grass" | "grass_paver" | "rock") => {
            Surface::Loose
        }
        Some("sand" | "mud" | "snow" | "ice" | "salt") => Surface::Soft,
        _ => match tag(tags, "tracktype") {
            Some("grade1") => Surface::Paved,
            Some("grade2") => Surface::Compacted,
            Some("grade3" | "grade4") => Surface::Loose,
            Some("grade5") => Surface::Soft,
            _ => Surface::Unknown,
        },
    };
    // A bad surface is as bad as it is smooth, whatever it is made of.
    match tag(tags, "smoothness") {
        Some("bad" | "very_bad") => told.max(Surface::Loose),
        Some("horrible" | "very_horrible" | "impassable") => Surface::Soft,
        _ => told,
    }
}

/// Whether wheels can pass. Source: OpenStreetMap wiki, *Key:wheelchair*, *Key:ramp*.
fn wheels(tags: Tags<'_>) -> Wheels {
    let ramp = ["ramp:wheelchair", "ramp:stroller"].iter().any(|key| tag(tags, key) == Some("yes"));
    match tag(tags, "wheelchair") {
        Some("no") => Wheels::No,
        Some("yes" | "designated") => Wheels::Yes,
        _ if ramp => Wheels::Yes,
        _ => Wheels::Unsaid,
    }
}

/// A width as mappers write it: `1.5`, `1.5 m`.
fn width(text: &str) -> Option<f32> {
    let metres: f32 = text.trim().trim_end_matches('m').trim().parse().ok()?;
    (metres > 0.0 && metres < 1000.0).then_some(metres)
}

/// The kind of a walkable road or path; none where people may not walk.
fn road_kind(tags: Tags<'_>) -> Option<StreetKind> {
    let platform = || tag(tags, "public_transport") == Some("platform") || tag(tags, "railway") == Some("platform");
    let highway = match tag(tags, "highway") {
        Some(highway) => highway,
        None if platform() => "platform",
        None => return None,
    };
    let said = access(tags);
    if said == Access::Closed || tag(tags, "motorroad") == Some("yes") && said_foot(tags) != Access::Open {
        return None;
    }
    let has_sidewalk = ["sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right"]
        .iter()
        .any(|key| matches!(tag(tags, key), Some("both" | "left" | "right" | "yes")));
    let invited = said_foot(tags) == Access::Open || has_sidewalk;
    let no_sidewalk = matches!(tag(tags, "sidewalk"), Some("no" | "none"));
    Some(match highway {
        "motorway" | "motorway_link" | "busway" | "bus_guideway" if !invited => return None,
        "trunk" | "trunk_link" if no_sidewalk && !invited => return None,
        "motorway" | "motorway_link" | "trunk" | "trunk_link" | "primary" | "primary_link" | "secondary"
        | "secondary_link" => StreetKind::Major,
        "tertiary" | "tertiary_link" | "unclassified" | "residential" | "living_street" | "road" | "busway" => {
            StreetKind::Minor
        }
        "service" => match tag(tags, "service") {
            Some("parking_aisle" | "driveway" | "drive-through" | "parking" | "emergency_access" | "slipway") => {
                StreetKind::Aisle
            }
            _ => StreetKind::Service,
        },
        "footway" | "path" | "pedestrian" | "track" | "cycleway" | "bridleway" | "crossing" => StreetKind::Path,
        "steps" => StreetKind::Steps,
        "corridor" | "elevator" | "platform" => StreetKind::Indoor,
        _ => return None,
    })
}

fn said_foot(tags: Tags<'_>) -> Access {
    access_value(tag(tags, "foot"))
}

fn direction(tags: Tags<'_>, conveying: Option<&str>) -> Direction {
    match (conveying, tag(tags, "oneway:foot"), tag(tags, "foot:backward"), tag(tags, "foot:forward")) {
        (Some("forward"), ..) | (_, Some("yes" | "1"), ..) | (_, _, Some("no"), _) => Direction::Forward,
        (Some("backward"), ..) | (_, Some("-1" | "reverse"), ..) | (_, _, _, Some("no")) => Direction::Backward,
        _ => Direction::Both,
    }
}

fn off_ground(tags: Tags<'_>) -> bool {
    let tells = |key, but: &[&str]| tag(tags, key).is_some_and(|value| value != "no" && !but.contains(&value));
    let other_level = |key| {
        tag(tags, key).is_some_and(|value| value.split([';', '-']).all(|level| level.trim() != "0") && value != "0")
    };
    tells("bridge", &[]) || tells("tunnel", &["building_passage"]) || tells("indoor", &[]) || other_level("level")
}

/// A duration as ferries tell it: `HH:MM`, `HH:MM:SS`, minutes, or ISO 8601 (`PT1H30M`). Seconds, if it makes sense.
fn duration(text: &str) -> Option<f32> {
    let seconds = if let Some(iso) = text.strip_prefix("PT") {
        let mut seconds = 0.0;
        let mut number = String::new();
        for c in iso.chars() {
            match c {
                'H' => seconds += number.parse::<f32>().ok()? * 3600.0,
                'M' => seconds += number.parse::<f32>().ok()? * 60.0,
                'S' => seconds += number.parse::<f32>().ok()?,
                _ => {
                    number.push(c);
                    continue;
                }
            }
            number.clear();
        }
        seconds
    } else {
        let parts: Vec<f32> = text.split(':').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
        match parts.as_slice() {
            [minutes] => minutes * 60.0,
            [hours, minutes] => hours * 3600.0 + minutes * 60.0,
            [hours, minutes, seconds] => hours * 3600.0 + minutes * 60.0 + seconds,
            _ => return None,
        }
    };
    (seconds > 0.0 && seconds < 2.0 * 86_400.0).then_some(seconds)
}

/// What a node does to people who come along a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// They cannot pass.
    pub blocks: bool,
    /// They can go in here where it stands on the edge of a facility.
    pub is_gate: bool,
    /// They wait for a signal when they cross the road here.
    pub has_signal: bool,
}

/// What a node does to people on foot; none if nothing.
pub fn mark(tags: Tags<'_>) -> Option<Mark> {
    let said = access(tags);
    let barrier = tag(tags, "barrier");
    let solid = matches!(
        barrier,
        Some("wall" | "fence" | "hedge" | "retaining_wall" | "city_wall" | "debris" | "jersey_barrier")
    );
    let blocks =
        barrier.is_some_and(|value| value != "no") && (said == Access::Closed || solid && said != Access::Open);
    let entrance = tag(tags, "entrance").is_some_and(|value| !matches!(value, "no" | "emergency" | "exit"));
    let gate = matches!(
        barrier,
        Some(
            "gate"
                | "entrance"
                | "swing_gate"
                | "lift_gate"
                | "sliding_gate"
                | "kissing_gate"
                | "turnstile"
                | "full-height_turnstile"
                | "bollard"
                | "cycle_barrier"
                | "stile"
        )
    );
    let crossing = tag(tags, "highway") == Some("crossing");
    let has_signal = crossing
        && (tag(tags, "crossing") == Some("traffic_signals") || tag(tags, "crossing:signals") == Some("yes"))
        || tag(tags, "highway") == Some("traffic_signals") && tag(tags, "crossing").is_some_and(|value| value != "no");
    let mark = Mark { blocks, is_gate: (entrance || gate) && said != Access::Closed, has_signal };
    (mark != Mark::default()).then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(tags: Tags<'_>) -> Option<StreetKind> {
        walkway(tags).map(|walkway| walkway.kind)
    }

    #[test]
    fn who_may_walk_where() {
        assert_eq!(kind(&[("highway", "residential")]), Some(StreetKind::Minor));
        assert_eq!(kind(&[("highway", "motorway")]), None);
        assert_eq!(kind(&[("highway", "motorway"), ("foot", "yes")]), Some(StreetKind::Major));
        assert_eq!(kind(&[("highway", "trunk")]), Some(StreetKind::Major));
        assert_eq!(kind(&[("highway", "trunk"), ("sidewalk", "no")]), None);
        assert_eq!(kind(&[("highway", "primary"), ("motorroad", "yes")]), None);
        assert_eq!(kind(&[("highway", "service"), ("access", "private")]), None);
        assert_eq!(kind(&[("highway", "service"), ("access", "private"), ("foot", "yes")]), Some(StreetKind::Service));
        assert_eq!(kind(&[("highway", "residential"), ("foot", "use_sidepath")]), None);
        assert_eq!(kind(&[("highway", "service"), ("service", "parking_aisle")]), Some(StreetKind::Aisle));
        assert_eq!(kind(&[("highway", "construction")]), None);
        assert_eq!(kind(&[("highway", "cycleway")]), Some(StreetKind::Path));
        assert_eq!(kind(&[("highway", "cycleway"), ("foot", "no")]), None);
        assert_eq!(kind(&[("railway", "platform")]), Some(StreetKind::Indoor));
        assert_eq!(kind(&[("building", "yes")]), None);
    }

    #[test]
    fn escalators_go_one_way() {
        let up = walkway(&[("highway", "steps"), ("conveying", "backward")]).unwrap();
        assert_eq!((up.kind, up.direction), (StreetKind::Indoor, Direction::Backward));
    }

    #[test]
    fn levels() {
        let off = |tags: Tags<'_>| walkway(tags).unwrap().off_ground;
        assert!(off(&[("highway", "footway"), ("level", "-1")]));
        assert!(!off(&[("highway", "footway"), ("level", "0")]));
        assert!(!off(&[("highway", "steps"), ("level", "0;1")]));
        assert!(off(&[("highway", "footway"), ("bridge", "yes")]));
        assert!(!off(&[("highway", "footway"), ("tunnel", "building_passage")]));
    }

    #[test]
    fn ferries_tell_their_duration() {
        for (text, seconds) in [("00:25", 1500.0), ("25", 1500.0), ("PT1H30M", 5400.0), ("01:00:30", 3630.0)] {
            assert_eq!(walkway(&[("route", "ferry"), ("duration", text)]).unwrap().ride_seconds, Some(seconds));
        }
        assert_eq!(walkway(&[("route", "ferry"), ("duration", "soon")]).unwrap().ride_seconds, None);
        assert!(walkway(&[("route", "ferry"), ("foot", "no")]).is_none());
    }

    #[test]
    fn what_wheels_meet() {
        let of = |tags: Tags<'_>| walkway(tags).map(|w| (w.surface, w.wheels, w.width)).unwrap();
        let (path, steps) = (("highway", "path"), ("highway", "steps"));
        assert_eq!(of(&[path, ("surface", "gravel"), ("width", "1.2 m")]), (Surface::Loose, Wheels::Unsaid, Some(1.2)));
        assert_eq!(of(&[path, ("surface", "asphalt"), ("smoothness", "bad")]).0, Surface::Loose);
        assert_eq!(of(&[path, ("tracktype", "grade2"), ("wheelchair", "no")]), (Surface::Compacted, Wheels::No, None));
        assert_eq!(of(&[steps, ("ramp:stroller", "yes")]).1, Wheels::Yes);
        // The width of a road is not that of its pavement.
        assert_eq!(of(&[("highway", "residential"), ("width", "0.5")]).2, None);
    }

    #[test]
    fn gates_and_walls() {
        let of = |tags: Tags<'_>| mark(tags).unwrap_or_default();
        assert!(!of(&[("barrier", "gate")]).blocks);
        assert!(of(&[("barrier", "gate")]).is_gate);
        assert!(of(&[("barrier", "gate"), ("access", "private")]).blocks);
        assert!(!of(&[("barrier", "gate"), ("access", "private"), ("foot", "yes")]).blocks);
        assert!(of(&[("barrier", "wall")]).blocks);
        assert!(of(&[("highway", "crossing"), ("crossing", "traffic_signals")]).has_signal);
        assert!(mark(&[("natural", "tree")]).is_none());
    }
}

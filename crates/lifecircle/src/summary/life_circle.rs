//! The life circle of a point: what somebody who lives there has within reach, service by service, and how far what is missing
//! is. The same numbers as a home's at the same place.

use geo_types::Point;
use schemars::JsonSchema;
use serde::Serialize;

use crate::city::{City, Facility, Name};
use crate::geo::{LonLat, Metres, Seconds, metric::point_along};
use crate::measure::farthest;
use crate::network::{Cost, Millimetres, Millis, NoStreet, Snap};
use crate::reach::Heading;
use crate::ready::ReadyCity;
use crate::standard::{AgeGroup, Recognised, Service, Standard, Threshold};

/// What somebody has within reach.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LifeCircle {
    /// Longitude and latitude of the point.
    pub at: [f64; 2],
    /// Where it joins the streets.
    pub street: [f64; 2],
    /// How far its street is.
    pub street_metres: Metres,
    /// The community that it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<Area>,
    /// Id of the walker.
    pub walker: String,
    /// Id and version of the standard.
    pub standard: String,
    /// How many circles it has.
    pub circles_had: usize,
    /// The circles, in the standard's order.
    pub circles: Vec<CircleAt>,
}

/// An area by its id and name.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Area {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Name,
}

/// A circle at a point.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CircleAt {
    /// Its id.
    pub id: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Whether every service that decides the circle is had.
    pub has: bool,
    /// The share of the services that decide the circle which are had.
    pub share: f64,
    /// Its services, in the standard's order.
    pub services: Vec<ServiceAt>,
}

/// A service at a point.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ServiceAt {
    /// Its id.
    pub id: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Whether its circle is incomplete without it.
    pub required: bool,
    /// Whom it is for.
    pub people: AgeGroup,
    /// Within which time it should be; none if the threshold is a distance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold_seconds: Option<Seconds>,
    /// Within which distance it should be; none if the threshold is a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold_metres: Option<Metres>,
    /// Whether it is had: as many within the threshold as the standard asks for.
    pub has: bool,
    /// How many lie within the threshold.
    pub count: u32,
    /// How many there should be.
    pub wanted: u32,
    /// Whether it is not had as far as is known, and the data ends so near that one beyond could be within the threshold.
    pub unknown: bool,
    /// The nearest facility, however far; none if no way leads to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<NearestAt>,
}

/// The nearest facility of a service.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct NearestAt {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Name,
    /// Its leading tag, or the word that a list uses.
    pub kind: String,
    /// Where it is drawn.
    pub at: [f64; 2],
    /// How long it takes to get there.
    pub seconds: Seconds,
    /// How far it is, where the threshold is a distance: of whichever is nearest in metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metres: Option<Metres>,
}

/// How far the first search goes; most that people need lies within it.
const FIRST_LIMIT: Seconds = Seconds(1800.0);

/// The life circle of a point.
///
/// # Errors
/// If there is no street near it.
///
/// ```
/// use lifecircle::network::Walker;
/// use lifecircle::ready::{ReadyCity, Walk};
/// use lifecircle::standard::{Standard, recognise};
/// use lifecircle::summary::life_circle;
/// use lifecircle::{demo, import};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let home = city.homes[0].at;
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &())?;
/// let standard = Standard::find("wuhai-8")?;
/// let recognised = recognise(&standard, &ready.city().facilities);
/// let circle = life_circle(&ready, &standard, &recognised, home).expect("there is a street");
/// assert_eq!(circle.circles.len(), 8);
/// # Ok(())
/// # }
/// ```
pub fn life_circle(
    ready: &ReadyCity,
    standard: &Standard,
    recognised: &Recognised,
    at: LonLat,
) -> Result<LifeCircle, NoStreet> {
    let snap = ready.snap(at)?;
    let city = ready.city();
    let reached = ReachedAt::find(ready, standard, recognised, snap);
    let mut services: Vec<ServiceAt> = standard
        .services
        .iter()
        .zip(&recognised.services)
        .map(|(service, members)| service_at(&city.facilities, service, members, &reached))
        .collect();
    if let Some(edge) = services.iter().any(|service| !service.has).then(|| city.to_edge(at)).flatten() {
        for (told, service) in services.iter_mut().zip(&standard.services) {
            told.unknown = !told.has && edge.0 < farthest(service.threshold, &ready.walk().walker).0;
        }
    }
    let circles: Vec<CircleAt> = standard
        .circles
        .iter()
        .enumerate()
        .map(|(index, circle)| {
            let deciding = standard.deciding(index);
            let had = deciding.clone().filter(|service| services[*service].has).count();
            let all = deciding.count();
            CircleAt {
                id: circle.id.clone(),
                zh: circle.zh.clone(),
                en: circle.en.clone(),
                has: had == all,
                share: had as f64 / all.max(1) as f64,
                services: standard.services_of(index).map(|service| services[service].clone()).collect(),
            }
        })
        .collect();
    let street = &city.streets.edges[snap.edge as usize];
    let line: Vec<LonLat> = city.streets.line(street).collect();
    let joint = point_along(&line, snap.along);
    Ok(LifeCircle {
        at: [at.x, at.y],
        street: [joint.x, joint.y],
        street_metres: snap.distance,
        community: community_at(city, at).map(|index| {
            let community = &city.communities[index];
            Area { id: community.id.clone(), name: community.name.clone() }
        }),
        walker: ready.walk().walker.id.clone(),
        standard: format!("{} {}", standard.id, standard.version),
        circles_had: circles.iter().filter(|circle| circle.has).count(),
        circles,
    })
}

/// The community that a point lies in.
pub fn community_at(city: &City, at: LonLat) -> Option<usize> {
    use geo::Intersects;
    city.communities.iter().position(|community| community.shape.intersects(&Point(at)))
}

/// Costs from a point to every facility.
struct ReachedAt {
    times: Vec<Millis>,
    /// Empty if no service asks for distances.
    lengths: Vec<Millimetres>,
}

impl ReachedAt {
    fn find(ready: &ReadyCity, standard: &Standard, recognised: &Recognised, snap: Snap) -> Self {
        let near = Millis::round(FIRST_LIMIT);
        let mut times = ready.times_to_facilities(&[snap], Heading::Out, near);
        let is_found = |members: &Vec<u32>| members.iter().any(|facility| times[*facility as usize] != Millis::NEVER);
        if recognised.services.iter().any(|members| !members.is_empty() && !is_found(members)) {
            times = ready.times_to_facilities(&[snap], Heading::Out, Millis::NEVER);
        }
        let asks = standard.services.iter().any(|service| matches!(service.threshold, Threshold::Distance(_)));
        let lengths = match asks {
            true => ready.lengths_to_facilities(&[snap], Heading::Out, Millimetres::NEVER),
            false => Vec::new(),
        };
        Self { times, lengths }
    }
}

fn service_at(facilities: &[Facility], service: &Service, members: &[u32], reached: &ReachedAt) -> ServiceAt {
    let (nearest, count) = match service.threshold {
        Threshold::Time(time) => nearest_and_count(&reached.times, members, Millis::round(time)),
        Threshold::Distance(metres) => nearest_and_count(&reached.lengths, members, Millimetres::round(metres)),
    };
    let nearest = nearest.and_then(|index| {
        let facility = &facilities[index];
        Some(NearestAt {
            id: facility.id.clone(),
            name: facility.name.clone(),
            kind: facility.kind.clone(),
            at: [facility.at.x, facility.at.y],
            seconds: reached.times[index].quantity()?,
            metres: match service.threshold {
                Threshold::Time(_) => None,
                Threshold::Distance(_) => reached.lengths[index].quantity(),
            },
        })
    });
    let (threshold_seconds, threshold_metres) = match service.threshold {
        Threshold::Time(time) => (Some(time), None),
        Threshold::Distance(metres) => (None, Some(metres)),
    };
    ServiceAt {
        id: service.id.clone(),
        zh: service.zh.clone(),
        en: service.en.clone(),
        required: service.required,
        people: service.people,
        threshold_seconds,
        threshold_metres,
        has: count >= service.count,
        count,
        wanted: service.count,
        unknown: false,
        nearest,
    }
}

/// The nearest of some facilities, the first of equals, and how many lie within a limit.
fn nearest_and_count<C: Cost>(costs: &[C], members: &[u32], limit: C) -> (Option<usize>, u32) {
    let reached = members.iter().map(|member| (costs[*member as usize], *member)).filter(|(cost, _)| *cost != C::NEVER);
    let count = reached.clone().filter(|(cost, _)| *cost <= limit).count() as u32;
    (reached.min().map(|(_, member)| member as usize), count)
}

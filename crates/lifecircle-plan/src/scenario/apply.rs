//! A scenario's edits made to a city, one after another. What cannot be made is named with its feature and its place.

use lifecircle::city::{Basis, City, Direction, Entries, Facility, Home, HomeKind, Name, Street, StreetKind};
use lifecircle::error::{Error, Result};
use lifecircle::geo::{LonLat, Metres, polygon};
use lifecircle::measure::{EditedCity, Joining, NoJoint};
use lifecircle::say;
use lifecircle::text::Text;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Edit, Feature, Place, Scenario, StreetLook, Which};

/// Points of an area's outline, of which the one nearest to a street is its entry; as many as an import takes.
const OUTLINE_POINTS: usize = 16;

/// What became of an edit.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Applied {
    /// Its place in the file, from 1.
    pub number: usize,
    /// What was done, as `add_facility`.
    pub edit: String,
    /// What it is called; empty if nobody says.
    pub name: String,
    /// What it would cost.
    pub cost: Option<f64>,
    /// What else is said.
    pub note: String,
    /// The services that the facility is, or was.
    pub services: Vec<String>,
    /// The length of streets that were opened, closed or changed.
    pub metres: Option<Metres>,
}

/// Makes all edits of a scenario.
///
/// # Errors
/// If one cannot be made: its street meets none, its facility is not there. The city is of no use then.
pub fn apply(scenario: &Scenario, city: &mut EditedCity) -> Result<Vec<Applied>> {
    scenario.features.iter().map(|feature| apply_feature(feature, city)).collect()
}

/// Makes one edit.
///
/// # Errors
/// As [`apply`].
pub fn apply_feature(feature: &Feature, city: &mut EditedCity) -> Result<Applied> {
    let made = make_edit(feature, city).map_err(|error| error.place(place_of(feature)))?;
    Ok(Applied {
        number: feature.number,
        edit: feature.edit.name().to_owned(),
        name: feature.name.clone(),
        cost: feature.cost,
        note: feature.note.clone(),
        services: made.services,
        metres: made.metres,
    })
}

/// How a feature is called in sentences.
fn place_of(feature: &Feature) -> Text {
    let called = if feature.name.is_empty() { String::new() } else { format!(" ({})", feature.name) };
    say!("feature {}{called}, {}", "第 {} 个要素{called}，{}", feature.number, feature.edit.name())
}

/// Looks whether every new facility that is meant as a service counts as it, in the city with all edits.
///
/// # Errors
/// If one does not: no standard has the service, or the facility is too small or too large for it.
pub fn check_services(scenario: &Scenario, city: &EditedCity) -> Result<()> {
    for feature in &scenario.features {
        let Edit::AddFacility { kind, is_service: true, .. } = &feature.edit else { continue };
        let id = added_id(feature);
        // What a later edit has changed or closed is as that edit wants it.
        let added = city.city().facilities.iter().position(|facility| facility.id == id && facility.kind == *kind);
        if let Some(index) = added {
            check_counts(city, index, kind).map_err(|error| error.place(place_of(feature)))?;
        }
    }
    Ok(())
}

fn added_id(feature: &Feature) -> String {
    format!("scenario:{}", feature.id)
}

#[derive(Default)]
struct Made {
    services: Vec<String>,
    metres: Option<Metres>,
}

impl Made {
    fn facility(city: &EditedCity, index: usize) -> Self {
        Self { services: city.services_of(index).map(str::to_owned).collect(), metres: None }
    }

    fn streets(city: &EditedCity, edges: &[u32]) -> Self {
        let metres = edges.iter().map(|edge| city.city().streets.edges[*edge as usize].length).sum();
        Self { services: Vec::new(), metres: Some(metres) }
    }
}

fn make_edit(feature: &Feature, city: &mut EditedCity) -> Result<Made> {
    match &feature.edit {
        Edit::AddFacility { place, kind, area, capacity, .. } => {
            let index = city.add_facility(new_facility(feature, place, kind, *area, *capacity)?)?;
            check_street(city, index)?;
            Ok(Made::facility(city, index))
        }
        Edit::MoveFacility { facility, place } => {
            let index = find(city.city(), facility)?;
            let (at, entries) = stands(place)?;
            let old = city.city().facilities[index].clone();
            city.replace_facility(index, Facility { at, entries, ..old })?;
            check_street(city, index)?;
            Ok(Made::facility(city, index))
        }
        Edit::RemoveFacility { facility } => {
            let index = find(city.city(), facility)?;
            let made = Made::facility(city, index);
            city.remove_facility(index)?;
            Ok(made)
        }
        Edit::ChangeFacility { facility, kind, area, capacity } => {
            let index = find(city.city(), facility)?;
            let mut new = city.city().facilities[index].clone();
            if let Some(kind) = kind {
                (new.kind, new.tags) = (kind.clone(), tags_of(kind));
            }
            new.area = area.or(new.area);
            new.capacity = capacity.or(new.capacity);
            city.replace_facility(index, new)?;
            Ok(Made::facility(city, index))
        }
        Edit::OpenStreet { line, look, is_bridge } => {
            let joining = if *is_bridge { Joining::Ends } else { Joining::All };
            let like = Street { off_ground: *is_bridge, ..look.over(&path()) };
            let built = city.build_street(line, &like, joining).map_err(|none| no_street(&none))?;
            Ok(Made::streets(city, &built))
        }
        Edit::OpenGate(at, look) => {
            let edge = city.open_gate(*at, &look.over(&path())).map_err(|none| no_sides(&none))?;
            Ok(Made::streets(city, &[edge]))
        }
        Edit::AddCrossing(course, look) => {
            let like = look.over(&path());
            let built = match course.as_slice() {
                [at] => vec![city.open_gate(*at, &like).map_err(|none| no_sides(&none))?],
                line => city.build_street(line, &like, Joining::All).map_err(|none| no_street(&none))?,
            };
            Ok(Made::streets(city, &built))
        }
        Edit::CloseStreet(which) => change(city, which, |street| Street { direction: Direction::Closed, ..street }),
        Edit::ChangeStreet(which, look) => change(city, which, |street| look.over(&street)),
        Edit::AddHomes { places, residents, ages } => {
            let share = 1.0 / places.len().max(1) as f64;
            for (number, at) in places.iter().enumerate() {
                let id = match places.len() {
                    1 => added_id(feature),
                    _ => format!("scenario:{}:{}", feature.id, number + 1),
                };
                let mut ages = *ages;
                for age in [&mut ages.children, &mut ages.elderly].into_iter().flatten() {
                    *age *= share;
                }
                let communities = &city.city().communities;
                let community = communities.iter().position(|community| polygon::contains(&community.shape, *at));
                let home = city.add_home(Home {
                    id,
                    at: *at,
                    kind: HomeKind::Building,
                    floor_area: None,
                    residents: residents * share,
                    ages,
                    basis: Basis::Given,
                    to_edge: None,
                    community: community.map(|index| index as u32),
                })?;
                if let Err(none) = city.home_snap(home) {
                    return Err(far_from_streets(none.nearest));
                }
            }
            Ok(Made::default())
        }
    }
}

fn new_facility(
    feature: &Feature,
    place: &Place,
    kind: &str,
    area: Option<f64>,
    capacity: Option<f64>,
) -> Result<Facility> {
    let (at, entries) = stands(place)?;
    Ok(Facility {
        id: added_id(feature),
        name: Name { local: feature.name.clone(), en: String::new() },
        kind: kind.to_owned(),
        tags: tags_of(kind),
        at,
        entries,
        area,
        capacity,
    })
}

/// The tag that a kind is, if it is one.
fn tags_of(kind: &str) -> Vec<(String, String)> {
    kind.split_once('=').map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).into_iter().collect()
}

/// Where a place is drawn, and where it is entered.
fn stands(place: &Place) -> Result<(LonLat, Entries)> {
    match place {
        Place::Point(at) => Ok((*at, Entries::Known(vec![*at]))),
        Place::Area(shape) => {
            let at = polygon::inner_point(shape).ok_or_else(|| {
                Error::new(say!("its area holds no point", "该面内没有点"))
                    .hint(say!("draw a polygon that does not cross itself", "请画一个不自交的多边形"))
            })?;
            Ok((at, Entries::Outline(polygon::spread_over_outline(shape, OUTLINE_POINTS))))
        }
    }
}

/// A facility by its id, or by a name that only one has.
pub fn find(city: &City, called: &str) -> Result<usize> {
    let facilities = &city.facilities;
    if let Some(index) = facilities.iter().position(|facility| facility.id == called) {
        return Ok(index);
    }
    let is_called = |facility: &Facility| facility.name.local == called || facility.name.en == called;
    let named: Vec<usize> =
        facilities.iter().enumerate().filter(|(_, facility)| is_called(facility)).map(|(index, _)| index).collect();
    match named.as_slice() {
        [index] => Ok(*index),
        [] => Err(Error::new(say!("there is no facility {called:?}", "没有设施 {called:?}")).hint(say!(
            "give its id, as `lifecircle export --what facilities` lists them",
            "请给出其编号，见 `lifecircle export --what facilities`"
        ))),
        [first, second, ..] => {
            let ids = [*first, *second].map(|index| facilities[index].id.as_str());
            Err(Error::new(say!("{} facilities are called {called:?}", "有 {} 处设施名为 {called:?}", named.len()))
                .hint(say!("give the id of one, as {}", "请给出其中一处的编号，如 {}", ids.join(", "))))
        }
    }
}

fn check_street(city: &EditedCity, facility: usize) -> Result<()> {
    match city.facility_snaps(facility) {
        Ok(_) => Ok(()),
        Err(none) => Err(far_from_streets(none.nearest)),
    }
}

/// What is meant as a service must count as it.
fn check_counts(city: &EditedCity, facility: usize, service: &str) -> Result<()> {
    let standards =
        || city.standards().filter_map(|standard| standard.services.iter().find(|other| other.id == service));
    let Some(wanted) = standards().next() else {
        let ids: Vec<&str> =
            city.standards().flat_map(|standard| &standard.services).map(|service| service.id.as_str()).collect();
        return Err(Error::new(say!("the standard has no service {service:?}", "标准中没有服务 {service:?}"))
            .hint(say!("choose of {}, or give `kind`", "可选：{}；或给出 `kind`", ids.join(", "))));
    };
    if city.services_of(facility).any(|id| id == service) {
        return Ok(());
    }
    let size = match (wanted.min_area, wanted.max_area) {
        (least, f64::INFINITY) => say!("at least {least} m²", "不小于 {least} m²"),
        (least, most) => say!("between {least} and {most} m²", "在 {least} 至 {most} m² 之间"),
    };
    let problem = match city.city().facilities[facility].area {
        Some(area) => Text {
            en: format!("`{service}` asks for {}, and this has {area:.0}", size.en),
            zh: format!("`{service}` 要求{}，而此处为 {area:.0}", size.zh),
        },
        None => Text {
            en: format!("`{service}` asks for {}, and the area of this is not known", size.en),
            zh: format!("`{service}` 要求{}，而此处面积未知", size.zh),
        },
    };
    Err(Error::new(problem).hint(say!("give another `area`", "请另给 `area`")))
}

fn path() -> Street {
    Street::plain([0, 0], StreetKind::Path, Metres(0.0))
}

impl StreetLook {
    /// A street that looks so, and else as another.
    fn over(&self, street: &Street) -> Street {
        Street {
            kind: self.kind.unwrap_or(street.kind),
            surface: self.surface.unwrap_or(street.surface),
            wheels: self.wheels.unwrap_or(street.wheels),
            width: self.width.unwrap_or(street.width),
            half_signals: self.signals.map_or(street.half_signals, |signals| 2 * signals),
            speed: self.speed.unwrap_or(street.speed),
            ..street.clone()
        }
    }
}

/// Changes the streets that are meant.
fn change(city: &mut EditedCity, which: &Which, new: impl Fn(Street) -> Street) -> Result<Made> {
    let edges = match which {
        Which::At(at) => city.street_at(*at).into_iter().collect(),
        Which::Along(line) => city.streets_along(line),
        Which::Way(way) => {
            let is_meant = |street: &Street| street.way == *way && street.direction != Direction::Closed;
            let streets = city.city().streets.edges.iter().zip(0..);
            streets.filter(|(street, _)| is_meant(street)).map(|(_, edge)| edge).collect::<Vec<u32>>()
        }
    };
    if edges.is_empty() {
        return Err(match which {
            Which::Way(way) => {
                Error::new(say!("the city has no open street of the way {way}", "城市中没有编号为 {way} 的可通行道路"))
                    .hint(say!(
                        "give the number of an OpenStreetMap way that people walk on",
                        "请给出可步行的 OpenStreetMap 道路编号"
                    ))
            }
            _ => Error::new(say!("there is no open street here", "此处没有可通行的道路")).hint(say!(
                "draw it within 15 m of the street, along the whole of it",
                "请沿整段道路绘制，偏离不超过 15 米"
            )),
        });
    }
    let made = Made::streets(city, &edges);
    for edge in edges {
        let street = city.city().streets.edges[edge as usize].clone();
        city.set_street(edge, new(street))?;
    }
    Ok(made)
}

fn no_street(NoJoint(ends): &NoJoint) -> Error {
    let away: Vec<String> =
        ends.iter().map(|end| end.map_or_else(|| "> 5 km".to_owned(), |away| format!("{:.0} m", away.0))).collect();
    Error::new(say!(
        "it meets no street; from its ends to the nearest it is {}",
        "它没有接到任何道路；两端到最近道路的距离：{}",
        away.join(", ")
    ))
    .hint(say!("let it cross a street, or end within 15 m of one", "请使其与道路相交，或端点距道路不超过 15 米"))
}

fn no_sides(NoJoint(sides): &NoJoint) -> Error {
    let problem = match sides.as_slice() {
        [Some(near), None] => {
            say!("there is a street on one side of it alone ({:.0} m away)", "只有一侧有道路（{:.0} 米）", near.0)
        }
        [Some(near)] => say!("the nearest street is {:.0} m away", "最近的道路在 {:.0} 米外", near.0),
        _ => say!("no street is near", "附近没有道路"),
    };
    Error::new(problem).hint(say!(
        "put it where streets come within 60 m on both sides, or draw an `open_street` through it",
        "请放在两侧 60 米内都有道路的地方，或画一条穿过它的 `open_street`"
    ))
}

fn far_from_streets(nearest: Option<Metres>) -> Error {
    let problem = match nearest {
        Some(away) => say!("the nearest street is {:.0} m away", "最近的道路在 {:.0} 米外", away.0),
        None => say!("there is no street", "没有道路"),
    };
    Error::new(problem).hint(say!(
        "put it nearer to a street, or open one there first; is it longitude, then latitude?",
        "请移近道路，或先在此处开通道路；坐标顺序是否为先经度后纬度？"
    ))
}

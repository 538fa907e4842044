//! Homes: residential buildings with their residents; where there are none, residential areas; where there are none
//! either, the cells of the people's data or the residential streets themselves.

use super::area::Area;
use super::area_index::AreaIndex;
use super::{note, people};
use crate::city::{Ages, Home, HomeKind, Note, StreetKind, Streets};
use crate::error::{Error, Result};
use crate::geo::metric::Frame;
use crate::geo::{LonLat, polygon};
use crate::setting::Setting;

/// Floor area a person, in square metres: the mean of China's towns in the census of 2020 was 38.6.
/// Source: general knowledge; the census's own tables were not consulted.
const FLOOR_AREA_A_PERSON: f64 = 38.6;

/// Share of a building's gross area that is dwellings.
const DWELLING_SHARE: f64 = 0.75;

/// Storeys of a building that does not tell them, by what is known of its kind.
const LEVELS_APARTMENTS: f64 = 5.0;
const LEVELS_HOUSE: f64 = 2.0;

/// Residential areas without buildings are cut into squares of this side, in metres.
const ESTATE_STEP: f64 = 100.0;

/// No residential area gets more homes, nor do all together.
const MOST_HOMES_AN_ESTATE: f64 = 10_000.0;
const MOST_HOMES_ON_GRIDS: f64 = 500_000.0;

/// People a square metre of residential area without mapped buildings: 100 a hectare.
const ESTATE_DENSITY: f64 = 0.01;

/// Where not even residential areas are known: a home every so many metres of minor street, with so many people.
const STREET_STEP: f64 = 100.0;
const STREET_RESIDENTS: f64 = 10.0;

const RESIDENTIAL: [&str; 16] = [
    "apartments",
    "residential",
    "house",
    "detached",
    "terrace",
    "dormitory",
    "semidetached_house",
    "bungalow",
    "semi",
    "villa",
    "cabin",
    "farm",
    "static_caravan",
    "houseboat",
    "tower",
    "row_house",
];

/// All homes, with their residents.
///
/// # Errors
/// If there is nothing that people could live in.
pub(super) fn build(
    areas: &[Area<'_>],
    streets: &Streets,
    people: Option<&mut people::People>,
    notes: &mut Vec<Note>,
) -> Result<Vec<Home>> {
    let landuse: Vec<&Area<'_>> = areas.iter().filter(|area| area.tag("landuse") == Some("residential")).collect();
    let landuse_index = AreaIndex::new(landuse.iter().map(|area| &area.shape));
    let mut built = vec![false; landuse.len()];
    let mut homes = Vec::new();
    for area in areas {
        let Some(building) = area.tag("building").filter(|value| *value != "no") else { continue };
        let Some(at) = polygon::inner_point(&area.shape) else { continue };
        let within = landuse_index.containing(at);
        if let Some(within) = within {
            built[within] = true;
        }
        if RESIDENTIAL.contains(&building) || building == "yes" && within.is_some() && !is_used_otherwise(area) {
            homes.push(from_building(area, at, building));
        }
    }
    if let Some(people) = people {
        return people::settle(people, homes, streets, notes);
    }
    let estates = landuse.iter().zip(&built).filter(|(_, built)| !**built).map(|(area, _)| *area);
    add_estates(&estates.collect::<Vec<_>>(), &mut homes);
    if homes.is_empty() {
        add_streets(streets, &mut homes);
        notes.push(note(
            format!("The extract holds no residential building or area, so homes stand every 100 m along minor streets with ten people each; give {} for real numbers.", Setting::People),
            format!("该数据中没有住宅建筑或居住用地，因此沿小街每 100 米设一个住处，各计 10 人；如需真实人口，请提供{}。", Setting::People),
        ));
    } else {
        notes.push(note(
            format!(
                "Residents are estimated from floor area (38.6 m² a person); give {} for real numbers.",
                Setting::People
            ),
            format!("居民人数按建筑面积估算（人均 38.6 平方米）；如需真实人口，请提供{}。", Setting::People),
        ));
    }
    if homes.is_empty() {
        return Err(Error::new("nobody lives here: the extract has no homes and no minor streets")
            .hint(format!("give {}", Setting::People)));
    }
    Ok(homes)
}

/// Whether a building without a kind is a shop, a school or the like.
fn is_used_otherwise(area: &Area<'_>) -> bool {
    [
        "amenity",
        "shop",
        "office",
        "tourism",
        "leisure",
        "healthcare",
        "craft",
        "man_made",
        "power",
        "historic",
        "aeroway",
        "military",
        "industrial",
    ]
    .iter()
    .any(|key| area.tag(key).is_some())
}

fn from_building(area: &Area<'_>, at: LonLat, building: &str) -> Home {
    let footprint = polygon::area(&area.shape);
    let told =
        area.tag("building:levels").and_then(|text| text.split([';', '-']).next_back()?.trim().parse::<f64>().ok());
    let guess = match building {
        "apartments" | "residential" | "dormitory" | "tower" => LEVELS_APARTMENTS,
        "yes" if footprint > 400.0 => LEVELS_APARTMENTS,
        _ => LEVELS_HOUSE,
    };
    let levels = told.filter(|levels| (0.5..200.0).contains(levels)).unwrap_or(guess);
    let floor_area = footprint * levels;
    Home {
        id: area.id.clone(),
        at,
        kind: HomeKind::Building,
        floor_area: Some(floor_area),
        residents: floor_area * DWELLING_SHARE / FLOOR_AREA_A_PERSON,
        ages: Ages::default(),
        estimated: true,
        community: None,
    }
}

/// Homes on grids over residential areas.
fn add_estates(areas: &[&Area<'_>], homes: &mut Vec<Home>) {
    // A residential area as large as a county is a mistake in the map; coarser steps bound the number of homes.
    let step = |area: &Area<'_>| ESTATE_STEP.max((polygon::area(&area.shape) / MOST_HOMES_AN_ESTATE).sqrt());
    let squares = |area: &Area<'_>| polygon::area(&area.shape) / step(area).powi(2);
    let all: f64 = areas.iter().map(|area| squares(area)).sum();
    let coarser = (all / MOST_HOMES_ON_GRIDS).sqrt().max(1.0);
    areas.iter().for_each(|area| add_estate(area, step(area) * coarser, homes));
}

/// Homes on a grid over a residential area, so many metres apart.
fn add_estate(area: &Area<'_>, step: f64, homes: &mut Vec<Home>) {
    let home = |number: usize, at, square_metres: f64| Home {
        id: format!("{}:{number}", area.id),
        at,
        kind: HomeKind::Estate,
        floor_area: None,
        residents: square_metres * ESTATE_DENSITY,
        ages: Ages::default(),
        estimated: true,
        community: None,
    };
    let Some(bounds) = geo::BoundingRect::bounding_rect(&area.shape) else { return };
    let square_metres = polygon::area(&area.shape);
    let frame = Frame::at(bounds.center().y);
    let (dx, dy) = (step / frame.per_lon, step / frame.per_lat);
    let mut points = Vec::new();
    let mut y = bounds.min().y + dy / 2.0;
    while y < bounds.max().y {
        let mut x = bounds.min().x + dx / 2.0;
        while x < bounds.max().x {
            let point = LonLat { x, y };
            if polygon::contains(&area.shape, point) {
                points.push(point);
            }
            x += dx;
        }
        y += dy;
    }
    if points.is_empty() {
        points.extend(polygon::inner_point(&area.shape));
    }
    let share = square_metres / points.len().max(1) as f64;
    homes.extend(points.into_iter().enumerate().map(|(number, at)| home(number, at, share)));
}

/// Homes along minor streets.
fn add_streets(streets: &Streets, homes: &mut Vec<Home>) {
    let minor = || streets.edges.iter().enumerate().filter(|(_, edge)| edge.kind == StreetKind::Minor);
    let metres: f64 = minor().map(|(_, edge)| edge.length.0).sum();
    let step = STREET_STEP.max(metres / MOST_HOMES_ON_GRIDS);
    for (number, edge) in minor() {
        let (from, to) = (streets.nodes[edge.from as usize], streets.nodes[edge.to as usize]);
        let count = (edge.length.0 / step).ceil().clamp(1.0, 1000.0) as usize;
        for part in 0..count {
            let share = (part as f64 + 0.5) / count as f64;
            homes.push(Home {
                id: format!("street:{number}:{part}"),
                at: from + (to - from) * share,
                kind: HomeKind::Street,
                floor_area: None,
                residents: STREET_RESIDENTS,
                ages: Ages::default(),
                estimated: true,
                community: None,
            });
        }
    }
}

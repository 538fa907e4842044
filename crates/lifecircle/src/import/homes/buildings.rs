//! Buildings that people live in: what each is, how high, how much of it is dwellings.
//!
//! A building is what its `building` says; where that is only `yes`, its own tags, its name, what lies around it and its size
//! say whether people live there. Shops and offices in it take their part.

use rstar::{AABB, RTree};

use super::grid::Grid;
use super::model::Model;
use super::surroundings::{Around, Surroundings};
use crate::city::{Ages, Basis, Home, HomeKind};
use crate::geo::{LonLat, polygon};
use crate::import::area::Area;
use crate::kinds::holds;
use crate::sources::osm::OwnedTags;

/// A building, whatever it is for.
pub(super) struct Building<'a> {
    pub area: &'a Area<'a>,
    pub at: LonLat,
    /// Square metres.
    pub footprint: f64,
    /// Storeys, where it tells them.
    told: Option<f64>,
}

/// Buildings this much alike in size have the same storeys as their neighbours, m².
const BLOCK: f64 = 150.0;

/// No building tells more storeys than this and means it.
const MOST_STOREYS: f64 = 180.0;

/// Values of `building` that say nothing of what it is for.
const UNSPECIFIED: [&str; 2] = ["yes", "block"];

/// Storeys of neighbours count from so many of them on.
const NEIGHBOURS: f64 = 3.0;

impl<'a> Building<'a> {
    /// All buildings among areas.
    pub fn all(areas: &'a [Area<'a>], model: &Model) -> Vec<Self> {
        let buildings = areas.iter().filter(|area| area.tag("building").is_some_and(|value| value != "no"));
        buildings
            .filter_map(|area| {
                let told = storeys(area, model).filter(|storeys| (0.5..MOST_STOREYS).contains(storeys));
                Some(Self { area, at: polygon::inner_point(&area.shape)?, footprint: polygon::area(&area.shape), told })
            })
            .collect()
    }

    /// What its `building` says.
    pub fn value(&self) -> &str {
        self.area.tag("building").unwrap_or_default()
    }
}

/// Storeys as tags tell them.
fn storeys(area: &Area<'_>, model: &Model) -> Option<f64> {
    let number =
        |text: &str| text.split([';', '-']).next_back()?.trim().trim_end_matches('m').trim().parse::<f64>().ok();
    let levels = area.tag("building:levels").and_then(number);
    let height = || area.tag("height").or_else(|| area.tag("building:height")).and_then(number);
    levels.or_else(|| height().map(|metres| (metres / model.dwelling.storey).round().max(1.0)))
}

/// Homes in buildings.
pub(super) fn homes(
    buildings: &[Building<'_>],
    surroundings: &Surroundings<'_>,
    others: &OtherUses,
    model: &Model,
) -> Vec<Home> {
    let neighbours = Neighbours::new(buildings);
    let home = |building: &Building<'_>| {
        let (dwellings, usual) = dwellings(building, surroundings, model)?;
        let storeys = building.told.or_else(|| neighbours.storeys(building)).unwrap_or(usual);
        let floor_area = building.footprint * storeys;
        let other = others.within(building) as f64 * model.dwelling.other_use;
        let other = other.min(floor_area * model.dwelling.other_use_at_most);
        let residents = (floor_area - other) * dwellings / model.dwelling.gross_area_a_person;
        Some(Home {
            id: building.area.id.clone(),
            at: building.at,
            kind: HomeKind::Building,
            floor_area: Some(floor_area),
            residents,
            ages: Ages::default(),
            basis: Basis::Estimated,
            to_edge: None,
            community: None,
        })
    };
    buildings.iter().filter_map(home).filter(|home| home.residents > 0.0).collect()
}

/// The share of a building that is dwellings, and the storeys of its like; none if nobody lives there.
fn dwellings(building: &Building<'_>, surroundings: &Surroundings<'_>, model: &Model) -> Option<(f64, f64)> {
    let name = building.area.tag("name").unwrap_or_default().to_lowercase();
    let named = |words: &[String]| !name.is_empty() && words.iter().any(|word| holds(&name, word));
    let is_home = named(&model.names.homes);
    if building.footprint > model.dwelling.largest_footprint {
        return None;
    }
    if let Some(kind) = model.kind(building.value()) {
        return (is_home || !is_of_other_use(building.area, building.value())).then_some((kind.dwellings, kind.levels));
    }
    if !UNSPECIFIED.contains(&building.value()) {
        return None;
    }
    let size = model.unspecified(building.footprint).or_else(|| model.unspecified.last().filter(|_| is_home))?;
    if is_home {
        return Some((size.within_residential, size.levels));
    }
    if is_of_other_use(building.area, "yes") || named(&model.names.not_homes) {
        return None;
    }
    let around = surroundings.of(building.at);
    let usual = if around == Around::Homes { size.within_residential } else { size.elsewhere };
    let share = usual * surroundings.share(around, model);
    (share > 0.0).then_some((share, size.levels))
}

/// Whether tags of a building tell that it is something else as a whole. An apartment house may hold a shop, or an office's flat.
fn is_of_other_use(area: &Area<'_>, value: &str) -> bool {
    const ALWAYS: [&str; 9] =
        ["man_made", "power", "aeroway", "military", "industrial", "healthcare", "tourism", "abandoned", "ruins"];
    // What stands in an encyclopedia is seldom a dwelling.
    const WHERE_UNSPECIFIED: [&str; 7] = ["amenity", "shop", "office", "leisure", "historic", "craft", "wikidata"];
    let told = |key: &&str| area.tag(key).is_some_and(|value| value != "no");
    ALWAYS.iter().any(told) || UNSPECIFIED.contains(&value) && WHERE_UNSPECIFIED.iter().any(told)
}

/// Shops, offices and the like that are mapped as points.
pub(super) struct OtherUses {
    tree: RTree<[f64; 2]>,
}

impl OtherUses {
    pub fn new<'a>(points: impl Iterator<Item = (LonLat, &'a OwnedTags)>) -> Self {
        const INDOORS: [&str; 24] = [
            "restaurant",
            "cafe",
            "fast_food",
            "bar",
            "pub",
            "bank",
            "pharmacy",
            "clinic",
            "doctors",
            "dentist",
            "cinema",
            "theatre",
            "library",
            "kindergarten",
            "school",
            "college",
            "community_centre",
            "nightclub",
            "post_office",
            "police",
            "townhall",
            "courthouse",
            "place_of_worship",
            "veterinary",
        ];
        let indoors = |tags: &OwnedTags| {
            tags.iter().any(|(key, value)| match key.as_str() {
                "shop" | "office" | "craft" | "healthcare" => true,
                "tourism" => matches!(value.as_str(), "hotel" | "hostel" | "museum" | "gallery"),
                "amenity" => INDOORS.contains(&value.as_str()),
                _ => false,
            })
        };
        let points = points.filter(|(_, tags)| indoors(tags)).map(|(at, _)| [at.x, at.y]);
        Self { tree: RTree::bulk_load(points.collect()) }
    }

    /// How many lie in a building.
    fn within(&self, building: &Building<'_>) -> usize {
        let Some(bounds) = geo::BoundingRect::bounding_rect(&building.area.shape) else { return 0 };
        let envelope = AABB::from_corners(bounds.min().into(), bounds.max().into());
        let near = self.tree.locate_in_envelope(envelope);
        near.filter(|at| polygon::contains(&building.area.shape, LonLat { x: at[0], y: at[1] })).count()
    }
}

/// Storeys of the buildings around that tell them, of houses and of larger buildings.
struct Neighbours {
    grid: Grid<[[f64; 2]; 2]>,
}

impl Neighbours {
    fn new(buildings: &[Building<'_>]) -> Self {
        let mut grid: Grid<[[f64; 2]; 2]> = Grid::new(buildings.iter().map(|building| building.at));
        for building in buildings {
            if let Some(storeys) = building.told {
                let [sum, count] = &mut grid.cell_mut(building.at)[usize::from(building.footprint > BLOCK)];
                *sum += storeys;
                *count += 1.0;
            }
        }
        Self { grid }
    }

    /// The mean of those around, if there are some.
    fn storeys(&self, building: &Building<'_>) -> Option<f64> {
        let size = usize::from(building.footprint > BLOCK);
        let [sum, count] = self.grid.around(building.at).fold([0.0; 2], |[sum, count], cell| {
            let [s, c] = cell[size];
            [sum + s, count + c]
        });
        (count >= NEIGHBOURS).then(|| (sum / count).max(1.0))
    }
}

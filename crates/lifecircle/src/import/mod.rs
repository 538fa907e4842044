//! Making a city: OpenStreetMap elements, people, lists and boundaries in, one [`City`] out.
//!
//! The steps follow each other and none looks back: scan the extract, build the streets, then facilities, homes and
//! communities, each in a file of its own. No walker and no standard is known here.

mod access;
mod area;
mod area_index;
mod area_totals;
mod basemap;
mod building_list;
mod clip;
mod communities;
mod corrections;
mod edge;
mod elevation;
mod facilities;
mod gazetteer;
mod homes;
mod lists;
mod merge;
mod people;
mod scan;
mod sea;
mod squares;
mod street_builder;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use sha2::{Digest, Sha256};

pub use area_totals::AreaTotals;
pub(crate) use building_list::are_buildings;
pub use building_list::{BuildingList, read_buildings};
pub use clip::{Clip, boundary_clip, read_clip};
pub use communities::{AdminLevel, read_communities};
pub use corrections::{Corrected, Corrections, read_corrections};
pub(crate) use lists::list_of;
pub use lists::{FacilityList, ListColumns, ListReading, Unplaced, read_list};
pub use merge::undo;
pub use people::{People, PeopleAt, PeopleRow, read_people};

use edge::CutBy;
use gazetteer::Gazetteer;
use lists::Placing;
use scan::Wanted;

use crate::city::{About, City, Community, Note, Source, SourceRole, Streets};
use crate::error::{Error, Result};
use crate::geo::{LonLat, polygon};
use crate::progress::{Progress, Stage};
use crate::sources::extract::OsmSource;
use crate::sources::geotiff::GeoTiff;
use crate::sources::open;

/// The licence of OpenStreetMap's data.
pub const OSM_LICENCE: &str = "© OpenStreetMap contributors, ODbL 1.0";

/// All that a city is made from.
#[derive(Debug)]
pub struct Inputs {
    /// What the city is called.
    pub name: String,
    /// Whether it was generated.
    pub synthetic: bool,
    /// The OpenStreetMap elements.
    pub osm: OsmSource,
    /// Where people live; estimated from buildings if not given.
    pub people: Option<People>,
    /// How many people live there in all, where their places are estimated.
    pub population: Option<f64>,
    /// Lists of facilities that offices hold.
    pub lists: Vec<FacilityList>,
    /// Whether entries of lists that are places known already are merged with them.
    pub merge: bool,
    /// Buildings besides those of the extract.
    pub buildings: Vec<BuildingList>,
    /// Administrative areas; those of the extract if not given.
    pub communities: Option<Vec<Community>>,
    /// Which level of the extract's administrative areas are the communities.
    pub admin_level: AdminLevel,
    /// Ground elevation in metres.
    pub elevation: Option<GeoTiff>,
    /// What the user knows better of facilities.
    pub corrections: Option<Corrections>,
    /// The part of the extract that is the city; all of it if none.
    pub clip: Option<Clip>,
    /// The files behind all this.
    pub sources: Vec<Source>,
}

impl Inputs {
    /// Inputs that hold OpenStreetMap elements and nothing else.
    pub fn new(name: impl Into<String>, osm: OsmSource) -> Self {
        Self {
            name: name.into(),
            synthetic: false,
            osm,
            people: None,
            population: None,
            lists: Vec::new(),
            merge: true,
            buildings: Vec::new(),
            communities: None,
            admin_level: AdminLevel::Deepest,
            elevation: None,
            corrections: None,
            clip: None,
            sources: Vec::new(),
        }
    }
}

/// What an extract's facilities, areas and places are called, and where each is.
///
/// # Errors
/// If the extract cannot be read, or it is cancelled.
pub fn named_places(osm: &OsmSource, progress: &dyn Progress) -> Result<Vec<(String, LonLat)>> {
    let extract = scan::scan(osm, Wanted::default(), progress)?;
    let areas = area::assemble(&extract);
    let of_points = extract.points.iter().map(|(_, at, tags)| (facilities::name(tags), at.degrees()));
    let of_areas = areas
        .iter()
        .filter(|area| area.tag("boundary").is_none())
        .filter_map(|area| Some((facilities::name(area.tags), polygon::inner_point(&area.shape)?)));
    let named = of_points.chain(of_areas).filter(|(name, _)| !name.local.is_empty());
    Ok(named.map(|(name, at)| (name.local, at)).collect())
}

/// Makes a city.
///
/// # Errors
/// If the extract is damaged, or has no streets that people can walk, or no homes can be found, or it is cancelled.
pub fn import(mut inputs: Inputs, progress: &dyn Progress) -> Result<City> {
    let mut notes = Vec::new();
    let with_addresses = inputs.lists.iter().any(|list| !list.unplaced.is_empty());
    let wanted = Wanted { addresses: with_addresses, clip: inputs.clip.as_ref() };
    let mut extract = scan::scan(&inputs.osm, wanted, progress)?;
    if let Some(clip) = &inputs.clip {
        clip.forget_people_around(&mut extract);
    }
    // Extracts of neighbours share what lies along their border.
    if extract.twice() > 0 && !matches!(inputs.osm, OsmSource::Several(_)) {
        notes.push(note(
            format!("{} elements stand in the extract more than once and were counted once; give an extract without duplicates if their newest state matters.", extract.twice()),
            format!("数据中有 {} 个要素重复出现，只计一次；如需采用其最新状态，请提供无重复的数据。", extract.twice()),
        ));
    }
    progress.stage(Stage::Build, 4);
    progress.check()?;
    let mut streets = street_builder::build(&extract).in_hilbert_order();
    if streets.edges.is_empty() {
        return Err(extract.why_no_streets());
    }
    check_density(&streets)?;
    if let Some(raster) = &mut inputs.elevation {
        elevation::apply(&mut streets, raster, &mut notes)?;
    }
    progress.advance(1);
    progress.check()?;
    let mut areas = area::assemble(&extract);
    progress.check()?;
    let mut facilities = facilities::build(&extract, &areas, &streets);
    make_unique(facilities.iter_mut().map(|facility| &mut facility.id));
    let (mut merges, mut lists) = (Vec::new(), Vec::new());
    let own_communities = inputs.communities.as_deref().unwrap_or_default();
    let gazetteer = with_addresses.then(|| Gazetteer::new(&extract, &areas, &facilities, own_communities));
    for mut list in inputs.lists {
        progress.check()?;
        let placing = gazetteer.as_ref().map_or_else(Placing::default, |known| Placing::of(&mut list, known));
        notes.extend(placing.note(&list.file));
        let taken: HashSet<&str> = facilities.iter().map(|facility| facility.id.as_str()).collect();
        make_unique_beside(&taken, list.facilities.iter_mut().map(|facility| &mut facility.id));
        let merged = if inputs.merge { merge::merge(&mut facilities, &list) } else { Vec::new() };
        if !inputs.merge {
            facilities.extend(list.facilities.iter().cloned());
        }
        lists.push(lists::report(&list, placing, merged.len()));
        merges.extend(merged);
    }
    if let Some(corrections) = &inputs.corrections {
        notes.extend(corrections.apply(&mut facilities).note());
    }
    progress.advance(1);
    progress.check()?;
    for list in &inputs.buildings {
        let beside = list.beside(&areas, streets.extent());
        notes.push(beside.note());
        areas.extend(beside.new);
        progress.check()?;
    }
    let mut estimate = homes::estimate(&extract, &areas, &streets);
    let by_place = matches!(inputs.people, Some(People::Rows(_) | People::Raster(_)));
    if let Some(clip) = inputs.clip.as_ref().filter(|_| !by_place) {
        clip.inside(&mut estimate.homes, |home| home.at);
    }
    let given = inputs.communities.is_some();
    let mut communities =
        inputs.communities.unwrap_or_else(|| communities::from_boundaries(&areas, &estimate.homes, inputs.admin_level));
    let mut homes = match &mut inputs.people {
        Some(People::Totals(totals)) => {
            totals.settle(estimate, &areas, given.then_some(communities.as_slice()), &mut notes)?
        }
        Some(people) => people::settle(people, estimate, &streets, &mut notes)?,
        None => {
            if let Some(population) = inputs.population {
                estimate.scale_to(population);
            }
            estimate.tell(inputs.population, &mut notes)?;
            estimate.homes
        }
    };
    if let Some(clip) = &inputs.clip {
        clip.inside(&mut homes, |home| home.at);
        clip.inside(&mut communities, |community| polygon::inner_point(&community.shape).unwrap_or_default());
        if homes.is_empty() {
            return Err(Error::new(say!("nobody lives in the area to cut out of the extract", "裁剪范围内无人居住"))
                .hint(say!(
                    "check that both are of the same place, and the datum of the area",
                    "请确认两者为同一地点，并检查裁剪范围的坐标系"
                )));
        }
    }
    progress.advance(1);
    progress.check()?;
    make_unique(homes.iter_mut().map(|home| &mut home.id));
    make_unique(communities.iter_mut().map(|community| &mut community.id));
    let outside = communities::assign(&mut homes, &communities);
    communities::tell(given, &communities, outside, &homes, &mut notes);
    progress.advance(1);
    progress.check()?;
    let about = About {
        name: inputs.name,
        synthetic: inputs.synthetic,
        extent: streets.extent(),
        sources: inputs.sources,
        notes,
        lists,
    };
    let sea = basemap::sea(&extract, about.extent);
    // Beyond a city that was generated there is nothing.
    if !about.synthetic {
        // What was cut out here goes on around its border.
        let cut = if inputs.clip.is_some() { CutBy::Us } else { CutBy::Others };
        edge::mark(&mut homes, &streets, &areas, &sea, cut);
    }
    let basemap = basemap::features(&extract, &areas, &sea);
    let roads = basemap::roads(&extract);
    Ok(City { about, streets, facilities, homes, communities, basemap, roads, merges })
}

/// No map has so many streets between so few junctions; plans of cities have two to a junction.
const MOST_STREETS_A_JUNCTION: usize = 20;
const FEW_STREETS: usize = 30_000;

/// Refuses streets that no city has: searching them would not come to an end.
fn check_density(streets: &Streets) -> Result<()> {
    let (edges, nodes) = (streets.edges.len(), streets.nodes.len());
    if edges <= FEW_STREETS || edges <= MOST_STREETS_A_JUNCTION * nodes {
        return Ok(());
    }
    Err(Error::new(say!(
        "it has {edges} streets between {nodes} junctions, more than any city",
        "有 {edges} 条道路、{nodes} 个路口，超过任何城市"
    ))
    .hint(say!("check how the extract was made", "请检查数据是如何制作的")))
}

/// Gives every further use of an id a number, `7`, `7#2`, `7#3`, which is nobody's own id. Results are joined by these ids.
fn make_unique<'a>(ids: impl Iterator<Item = &'a mut String>) {
    make_unique_beside(&HashSet::new(), ids);
}

/// The same beside ids that are taken already.
fn make_unique_beside<'a>(taken: &HashSet<&str>, ids: impl Iterator<Item = &'a mut String>) {
    let ids: Vec<&mut String> = ids.collect();
    let own: HashSet<String> = ids.iter().map(|id| (**id).clone()).collect();
    let mut used: HashSet<String> = HashSet::new();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    for id in ids {
        if !taken.contains(id.as_str()) && used.insert(id.clone()) {
            continue;
        }
        let number = numbers.entry(id.clone()).or_insert(1);
        let unique = loop {
            *number += 1;
            let unique = format!("{id}#{number}");
            if !taken.contains(unique.as_str()) && !own.contains(&unique) {
                break unique;
            }
        };
        used.insert(unique.clone());
        *id = unique;
    }
}

/// Describes a file that a city is made from.
///
/// # Errors
/// If it cannot be read.
pub fn describe_source(role: SourceRole, path: &Path, licence: &str) -> Result<Source> {
    let mut file = open(path)?;
    let mut hasher = Sha256::new();
    std::io::copy(&mut file, &mut hasher).map_err(|e| Error::io(say!("read", "读取"), path, &e))?;
    Ok(Source {
        role,
        file: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        sha256: hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
        licence: licence.to_owned(),
    })
}

/// A note in both languages.
fn note(en: impl Into<String>, zh: impl Into<String>) -> Note {
    Note { en: en.into(), zh: zh.into() }
}

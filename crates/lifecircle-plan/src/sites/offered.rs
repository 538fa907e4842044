//! Places that the city itself offers for new facilities: vacant land, public buildings, facilities of any kind.

use lifecircle::say;
use std::collections::{HashMap, HashSet};

use geo_types::Geometry;
use lifecircle::accessibility::Points;
use lifecircle::city::{City, MapKind};
use lifecircle::error::{Error, Result};
use lifecircle::geo::polygon;
use lifecircle::standard::{Service, Standard};

use super::Candidate;

/// Vacant land: brownfield, greenfield, empty plots.
pub const VACANT: &str = "vacant";

/// Public buildings: of [`PUBLIC_KINDS`].
pub const PUBLIC: &str = "public";

/// Kinds of facilities in buildings of a public body, where others can be added.
pub const PUBLIC_KINDS: [&str; 6] =
    ["community_service_station", "subdistrict_office", "culture_centre", "library", "elderly_activity", "sports_hall"];

/// Candidates at what the city offers: words with commas between, [`VACANT`], [`PUBLIC`] or kinds of facilities. On vacant land stands
/// what its area is enough for.
///
/// # Errors
/// If there is no such kind, or the city offers nothing of what is named.
pub fn offered(city: &City, words: &str, standard: &Standard) -> Result<Vec<Candidate>> {
    let names: HashMap<&str, &str> =
        city.facilities.iter().map(|facility| (facility.id.as_str(), facility.name.local.as_str())).collect();
    let mut candidates = Vec::new();
    // A place that is of several kinds is one.
    let (mut seen, mut places) = (HashSet::new(), HashSet::new());
    for word in words.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        if !seen.insert(word) {
            continue;
        }
        match word {
            VACANT => vacant(city, standard, &mut candidates),
            PUBLIC => {
                for kind in PUBLIC_KINDS {
                    // A city need not have all of them.
                    if let Ok(points) = Points::of_kind(city, kind) {
                        add(&names, &points, &mut places, &mut candidates);
                    }
                }
            }
            kind => add(&names, &Points::of_kind(city, kind)?, &mut places, &mut candidates),
        }
    }
    if candidates.is_empty() {
        let problem = if words.contains(VACANT) {
            say!("the map has no vacant land", "地图中没有空闲地")
        } else {
            say!("the city has no public buildings", "本市没有公共建筑")
        };
        return Err(Error::not_found(problem).hint(say!("choose other places for the candidates", "请改用其他候选点")));
    }
    Ok(candidates)
}

fn add(names: &HashMap<&str, &str>, points: &Points, places: &mut HashSet<String>, candidates: &mut Vec<Candidate>) {
    for (at, id) in points.at().iter().zip(points.ids()) {
        if places.insert(id.clone()) {
            let name = names.get(id.as_str()).copied().unwrap_or_default().to_owned();
            candidates.push(Candidate { name, ..Candidate::at(*at) });
        }
    }
}

fn vacant(city: &City, standard: &Standard, candidates: &mut Vec<Candidate>) {
    for feature in city.basemap.iter().filter(|feature| feature.kind == MapKind::Vacant) {
        let Geometry::MultiPolygon(shape) = &feature.shape else { continue };
        let Some(at) = polygon::inner_point(shape) else { continue };
        let area = polygon::area(shape);
        let fits = |(_, service): &(usize, &Service)| service.min_area <= area;
        let services: Vec<usize> = standard.services.iter().enumerate().filter(fits).map(|(index, _)| index).collect();
        if !services.is_empty() {
            candidates.push(Candidate { services, name: feature.name.local.clone(), ..Candidate::at(at) });
        }
    }
}

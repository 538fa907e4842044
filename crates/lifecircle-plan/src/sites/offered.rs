//! Places that the city itself offers for new facilities: vacant land, public buildings, facilities of any kind.

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

/// Candidates at what the city offers, and what each is called: words with commas between, [`VACANT`], [`PUBLIC`] or kinds of facilities. On vacant land stands
/// what its area is enough for.
///
/// # Errors
/// If there is no such kind, or the city offers none of what is named.
pub fn offered(city: &City, words: &str, standard: &Standard) -> Result<(Vec<Candidate>, Vec<String>)> {
    let (mut candidates, mut names) = (Vec::new(), Vec::new());
    for word in words.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match word {
            VACANT => vacant(city, standard, &mut candidates, &mut names)?,
            PUBLIC => {
                let before = candidates.len();
                for kind in PUBLIC_KINDS {
                    // A city need not have all of them.
                    if let Ok(points) = Points::of_kind(city, kind) {
                        add(city, &points, &mut candidates, &mut names);
                    }
                }
                if candidates.len() == before {
                    return Err(Error::not_found("the city has no public buildings").hint("name kinds, or give a list"));
                }
            }
            kind => add(city, &Points::of_kind(city, kind)?, &mut candidates, &mut names),
        }
    }
    Ok((candidates, names))
}

fn add(city: &City, points: &Points, candidates: &mut Vec<Candidate>, names: &mut Vec<String>) {
    candidates.extend(points.at().iter().map(|at| Candidate::at(*at)));
    names.extend(points.ids().iter().map(|id| {
        let facility = city.facilities.iter().find(|facility| facility.id == *id);
        let name = facility.map(|facility| facility.name.local.clone()).filter(|name| !name.is_empty());
        name.unwrap_or_else(|| id.clone())
    }));
}

fn vacant(city: &City, standard: &Standard, candidates: &mut Vec<Candidate>, names: &mut Vec<String>) -> Result<()> {
    let before = candidates.len();
    for feature in city.basemap.iter().filter(|feature| feature.kind == MapKind::Vacant) {
        let Geometry::MultiPolygon(shape) = &feature.shape else { continue };
        let Some(at) = polygon::inner_point(shape) else { continue };
        let area = polygon::area(shape);
        let fits = |(_, service): &(usize, &Service)| service.min_area <= area;
        let services: Vec<usize> = standard.services.iter().enumerate().filter(fits).map(|(index, _)| index).collect();
        if !services.is_empty() {
            candidates.push(Candidate { services, ..Candidate::at(at) });
            names.push(feature.name.local.clone());
        }
    }
    if candidates.len() == before {
        return Err(
            Error::not_found("the map has no vacant land").hint("give a list of plots, or leave the candidates out")
        );
    }
    Ok(())
}

//! A standard as a file: TOML, checked on load. Every mistake is told with its line and key.

mod extend;
mod service;
mod text;

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use self::text::Text;
use super::{AgeGroup, Aspect, Circle, Country, Grade, Pair, Ratio, Score, Service, Standard};
use crate::error::Result;
use crate::kinds::{Catalogue, Kind, recognised_by_lists};

/// No walk to a service is longer than this.
const LONGEST_MINUTES: f64 = 120.0;
const LONGEST_METRES: f64 = 20_000.0;

/// No more of the nearest facilities are looked at.
const MOST_NEAREST: usize = 100;

/// With what the columns of circles, aspects and pairs begin.
const RESERVED: [&str; 3] = ["circle_", "aspect_", "pair_"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StandardFile {
    id: Spanned<String>,
    version: String,
    zh: String,
    en: String,
    extends: Option<Spanned<String>>,
    #[serde(default)]
    without: Vec<Spanned<String>>,
    country: Option<Spanned<Country>>,
    #[serde(default)]
    sources: Vec<Spanned<String>>,
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    nearest: Option<Spanned<usize>>,
    score: Option<Spanned<Score>>,
    #[serde(default)]
    circle: Vec<Spanned<FileCircle>>,
    #[serde(default)]
    aspect: Vec<Spanned<Circle>>,
    #[serde(default)]
    pair: Vec<Spanned<FilePair>>,
    #[serde(default)]
    grade: Vec<Spanned<FileGrade>>,
    #[serde(default)]
    kind: Vec<Spanned<OwnKind>>,
    #[serde(default)]
    service: Vec<Spanned<FileService>>,
}

/// A circle; how near its services are that do not say so themselves.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCircle {
    id: String,
    zh: String,
    en: String,
    minutes: Option<Spanned<f64>>,
    metres: Option<Spanned<f64>>,
}

impl FileCircle {
    fn theme(&self) -> Circle {
        Circle { id: self.id.clone(), zh: self.zh.clone(), en: self.en.clone() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileGrade {
    id: String,
    zh: String,
    en: String,
    services: BTreeMap<String, f64>,
    residents: f64,
    source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FilePair {
    id: String,
    zh: String,
    en: String,
    services: Vec<Spanned<String>>,
}

recognised_by_lists!(OwnKind {
    id: Spanned<String>,
    zh: String,
    en: String,
});

recognised_by_lists!(FileService {
    id: Spanned<String>,
    circle: Option<Spanned<String>>,
    zh: Option<String>,
    en: Option<String>,
    minutes: Option<Spanned<f64>>,
    metres: Option<Spanned<f64>>,
    count: Option<Spanned<u32>>,
    min_area: Option<Spanned<f64>>,
    max_area: Option<Spanned<f64>>,
    unknown_area: Option<bool>,
    required: Option<bool>,
    people: Option<AgeGroup>,
    ratio: Option<Spanned<Ratio>>,
    weights: Option<Spanned<Vec<f64>>>,
    aspects: Option<Vec<Spanned<String>>>,
    kinds: Option<Vec<Spanned<String>>>,
    source: Option<Spanned<String>>,
});

/// Circles or aspects, each with an id of its own: results are called by them.
fn themes(source: &Text, themes: impl Iterator<Item = (Range<usize>, Circle)>) -> Result<Vec<Circle>> {
    let mut known: Vec<Circle> = Vec::new();
    for (span, theme) in themes {
        source.id(&Spanned::new(span, theme.id.clone()), |id| known.iter().any(|other| other.id == id))?;
        known.push(theme);
    }
    Ok(known)
}

/// Reads a standard.
pub(super) fn parse(text: &str) -> Result<Standard> {
    let (source, file) = extend::read(text)?;
    check_id(&source, &file.id)?;
    let mut catalogue = catalogue_of(&source, &file.exclude, &file.kind)?;
    let circles = themes(&source, file.circle.iter().map(|circle| (circle.span(), circle.as_ref().theme())))?;
    if circles.is_empty() {
        let problem = "the standard has no circle";
        return Err(source.wrong(file.id.span(), "circle", problem, "add a [[circle]], or `extends` another standard"));
    }
    let mut services: Vec<(Service, Vec<Spanned<String>>)> = Vec::with_capacity(file.service.len());
    for spanned in file.service {
        let (span, own) = (spanned.span(), spanned.into_inner());
        source.id(&own.id, |id| services.iter().any(|(other, _)| other.id == id))?;
        if let Some(prefix) = RESERVED.iter().find(|prefix| own.id.as_ref().starts_with(**prefix)) {
            let problem = format!("a service's id cannot begin with {prefix}: columns of results do");
            return Err(source.wrong(own.id.span(), "id", problem, "give it another"));
        }
        services.push(service::read(&source, span, own, &file.circle, &mut catalogue)?);
    }
    services.sort_by_key(|(service, _)| service.circle);
    check_circles(&source, &file.circle, &services)?;
    let themes_of_aspects = file.aspect.into_iter().map(|aspect| (aspect.span(), aspect.into_inner()));
    let aspects = aspects(&source, themes(&source, themes_of_aspects)?, &services)?;
    let services: Vec<Service> = services.into_iter().map(|(service, _)| service).collect();
    let nearest = match file.nearest {
        Some(nearest) if !(1..=MOST_NEAREST).contains(nearest.as_ref()) => {
            let problem = format!("{} is not between 1 and {MOST_NEAREST}", nearest.as_ref());
            return Err(source.wrong(nearest.span(), "nearest", problem, "give a number in this range"));
        }
        nearest => nearest.map_or(1, Spanned::into_inner),
    };
    Ok(Standard {
        id: file.id.into_inner(),
        version: file.version,
        zh: file.zh,
        en: file.en,
        country: file.country.map(Spanned::into_inner),
        sources: file.sources.iter().map(|text| source.told(text, "sources")).collect::<Result<_>>()?,
        pairs: pairs(&source, file.pair, &services)?,
        grades: grades(&source, file.grade, &circles)?,
        circles,
        aspects,
        nearest,
        score: file.score.map(|score| score_of(&source, score, &services)).transpose()?,
        services,
        catalogue,
    })
}

/// Results are written into directories of this name.
fn check_id(source: &Text, id: &Spanned<String>) -> Result<()> {
    let is_sign = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !id.as_ref().is_empty() && id.as_ref().bytes().all(is_sign) {
        return Ok(());
    }
    let problem = format!("the standard's id {:?} has other signs than letters, digits, - and _", id.as_ref());
    Err(source.wrong(id.span(), "id", problem, "write it with these alone"))
}

/// The built-in catalogue with what the standard excludes and adds.
fn catalogue_of(source: &Text, exclude: &[Spanned<String>], kinds: &[Spanned<OwnKind>]) -> Result<Catalogue> {
    let mut catalogue = Catalogue::built_in().clone();
    catalogue.exclude(exclude.iter().map(|text| source.rule(text, "exclude")).collect::<Result<_>>()?);
    for kind in kinds {
        let kind = kind.as_ref();
        let id = source.id(&kind.id, |id| catalogue.find(id).is_some())?;
        source.check_rules(&kind.osm)?;
        catalogue.add(Kind::new(id, kind.zh.clone(), kind.en.clone(), &kind.recognition())?);
    }
    Ok(catalogue)
}

/// Refuses a circle without services.
fn check_circles(
    source: &Text,
    circles: &[Spanned<FileCircle>],
    services: &[(Service, Vec<Spanned<String>>)],
) -> Result<()> {
    let is_bare = |circle: &usize| services.iter().all(|(service, _)| service.circle != *circle);
    let Some(bare) = (0..circles.len()).find(is_bare) else { return Ok(()) };
    let problem = format!("the circle `{}` has no service: everybody would have it", circles[bare].as_ref().id);
    Err(source.wrong(circles[bare].span(), "circle", problem, "give it a [[service]], or leave it out"))
}

/// The grades that an area can reach, from the lowest.
fn grades(source: &Text, grades: Vec<Spanned<FileGrade>>, circles: &[Circle]) -> Result<Vec<Grade>> {
    let mut known: Vec<Grade> = Vec::with_capacity(grades.len());
    for grade in grades {
        let (span, grade) = (grade.span(), grade.into_inner());
        source.id(&Spanned::new(span.clone(), grade.id.clone()), |id| known.iter().any(|other| other.id == id))?;
        let is_share = |share: f64| share > 0.0 && share <= 1.0;
        if !is_share(grade.residents)
            || !grade.services.values().all(|share| is_share(*share))
            || grade.services.is_empty()
        {
            let problem =
                format!("the grade `{}` asks for shares that are not above 0 and at most 1, or for none", grade.id);
            return Err(source.wrong(
                span,
                "grade",
                problem,
                "write `residents = 0.5` and `services = { CIRCLE = 0.8 }`",
            ));
        }
        let of_circle = |(id, share): (&String, &f64)| {
            let circle = circles.iter().position(|circle| circle.id == *id).ok_or_else(|| {
                let problem = format!("the grade `{}` asks for the circle `{id}`, which there is not", grade.id);
                source.wrong(span.clone(), "services", problem, "name circles of this standard")
            })?;
            Ok((circle, *share))
        };
        let services = grade.services.iter().map(of_circle).collect::<Result<_>>()?;
        let told = source.told(&grade.source, "source")?;
        known.push(Grade {
            id: grade.id,
            zh: grade.zh,
            en: grade.en,
            services,
            residents: grade.residents,
            source: told,
        });
    }
    Ok(known)
}

fn aspects(source: &Text, aspects: Vec<Circle>, services: &[(Service, Vec<Spanned<String>>)]) -> Result<Vec<Aspect>> {
    for name in services.iter().flat_map(|(_, names)| names) {
        if aspects.iter().all(|aspect| aspect.id != *name.as_ref()) {
            let problem = format!("there is no aspect `{}`", name.as_ref());
            return Err(source.wrong(
                name.span(),
                "aspects",
                problem,
                "add an [[aspect]] with this id or name another",
            ));
        }
    }
    let of = |aspect: Circle| {
        let has = |names: &[Spanned<String>]| names.iter().any(|name| *name.as_ref() == aspect.id);
        let services =
            services.iter().enumerate().filter(|(_, (_, names))| has(names)).map(|(index, _)| index).collect();
        Aspect { id: aspect.id, zh: aspect.zh, en: aspect.en, services }
    };
    Ok(aspects.into_iter().map(of).collect())
}

fn pairs(source: &Text, pairs: Vec<Spanned<FilePair>>, services: &[Service]) -> Result<Vec<Pair>> {
    let mut known: Vec<Pair> = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let span = pair.span();
        let id = Spanned::new(span.clone(), pair.as_ref().id.clone());
        source.id(&id, |id| known.iter().any(|other| other.id == id))?;
        let pair = pair_of(source, pair.into_inner(), services)?;
        let mut members = pair.services.clone();
        members.sort_unstable();
        members.dedup();
        if members.len() < 2 || members.len() < pair.services.len() {
            let problem = format!("the pair `{}` does not name two or more services, each once", pair.id);
            return Err(source.wrong(span, "services", problem, "name those that should be had together"));
        }
        known.push(pair);
    }
    Ok(known)
}

fn pair_of(source: &Text, pair: FilePair, services: &[Service]) -> Result<Pair> {
    let find = |id: &Spanned<String>| {
        services.iter().position(|service| service.id == *id.as_ref()).ok_or_else(|| {
            let problem = format!("there is no service `{}`", id.as_ref());
            source.wrong(id.span(), "services", problem, "name services of this standard")
        })
    };
    let services = pair.services.iter().map(find).collect::<Result<_>>()?;
    Ok(Pair { id: pair.id, zh: pair.zh, en: pair.en, services })
}

fn score_of(source: &Text, score: Spanned<Score>, services: &[Service]) -> Result<Score> {
    let span = score.span();
    let score = score.into_inner();
    if !(score.full_metres >= 0.0 && score.none_metres > score.full_metres && score.none_metres <= LONGEST_METRES) {
        let problem = format!("`none_metres` must lie between `full_metres` and {LONGEST_METRES}");
        return Err(source.wrong(span, "score", problem, "correct them"));
    }
    if score.source.trim().is_empty() {
        return Err(source.wrong(span, "score", "its source is empty", "say where the figures come from"));
    }
    if services.iter().all(|service| service.weights.is_empty()) {
        return Err(source.wrong(span, "score", "no service has `weights`", "give the services their weights"));
    }
    Ok(score)
}

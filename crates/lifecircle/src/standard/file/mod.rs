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
        let problem = say!("the standard has no circle", "该标准没有圈");
        return Err(source.wrong(
            file.id.span(),
            "circle",
            problem,
            say!("add a [[circle]], or `extends` another standard", "请加上 [[circle]]，或用 `extends` 沿用另一标准"),
        ));
    }
    let mut services: Vec<(Service, Vec<Spanned<String>>)> = Vec::with_capacity(file.service.len());
    for spanned in file.service {
        let (span, own) = (spanned.span(), spanned.into_inner());
        source.id(&own.id, |id| services.iter().any(|(other, _)| other.id == id))?;
        if let Some(prefix) = RESERVED.iter().find(|prefix| own.id.as_ref().starts_with(**prefix)) {
            let problem = say!(
                "a service's id cannot begin with {prefix}: columns of results do",
                "服务编号不能以 {prefix} 开头：结果的列名如此开头"
            );
            return Err(source.wrong(own.id.span(), "id", problem, say!("give it another", "请另取一个")));
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
            let problem =
                say!("{} is not between 1 and {MOST_NEAREST}", "{} 不在 1 至 {MOST_NEAREST} 之间", nearest.as_ref());
            return Err(source.wrong(
                nearest.span(),
                "nearest",
                problem,
                say!("give a number in this range", "请给出此范围内的数"),
            ));
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
    let problem = say!(
        "the standard's id {:?} has other signs than letters, digits, - and _",
        "标准编号 {:?} 含有字母、数字、- 和 _ 以外的字符",
        id.as_ref()
    );
    Err(source.wrong(id.span(), "id", problem, say!("write it with these alone", "请只用这些字符")))
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
    let problem = say!(
        "the circle `{}` has no service: everybody would have it",
        "圈 `{}` 没有服务：人人都会算作拥有",
        circles[bare].as_ref().id
    );
    Err(source.wrong(
        circles[bare].span(),
        "circle",
        problem,
        say!("give it a [[service]], or leave it out", "请为它加上 [[service]]，或去掉它"),
    ))
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
            let problem = say!(
                "the grade `{}` asks for shares that are not above 0 and at most 1, or for none",
                "等级 `{}` 要求的比例不在 0 与 1 之间，或没有要求",
                grade.id
            );
            return Err(source.wrong(
                span,
                "grade",
                problem,
                say!(
                    "write `residents = 0.5` and `services = {{ CIRCLE = 0.8 }}`",
                    "请写 `residents = 0.5` 和 `services = {{ CIRCLE = 0.8 }}`"
                ),
            ));
        }
        let of_circle = |(id, share): (&String, &f64)| {
            let circle = circles.iter().position(|circle| circle.id == *id).ok_or_else(|| {
                let problem = say!(
                    "the grade `{}` asks for the circle `{id}`, which there is not",
                    "等级 `{}` 要求的圈 `{id}` 不存在",
                    grade.id
                );
                source.wrong(span.clone(), "services", problem, say!("name circles of this standard", "请写本标准的圈"))
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
            let problem = say!("there is no aspect `{}`", "没有生活方面 `{}`", name.as_ref());
            return Err(source.wrong(
                name.span(),
                "aspects",
                problem,
                say!("add an [[aspect]] with this id or name another", "请加上此编号的 [[aspect]]，或改用其他"),
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
            let problem = say!(
                "the pair `{}` does not name two or more services, each once",
                "`{}` 应写两项或以上服务，每项一次",
                pair.id
            );
            return Err(source.wrong(
                span,
                "services",
                problem,
                say!("name those that should be had together", "请写应同时具备的服务"),
            ));
        }
        known.push(pair);
    }
    Ok(known)
}

fn pair_of(source: &Text, pair: FilePair, services: &[Service]) -> Result<Pair> {
    let find = |id: &Spanned<String>| {
        services.iter().position(|service| service.id == *id.as_ref()).ok_or_else(|| {
            let problem = say!("there is no service `{}`", "没有服务 `{}`", id.as_ref());
            source.wrong(id.span(), "services", problem, say!("name services of this standard", "请写本标准的服务"))
        })
    };
    let services = pair.services.iter().map(find).collect::<Result<_>>()?;
    Ok(Pair { id: pair.id, zh: pair.zh, en: pair.en, services })
}

fn score_of(source: &Text, score: Spanned<Score>, services: &[Service]) -> Result<Score> {
    let span = score.span();
    let score = score.into_inner();
    if !(score.full_metres >= 0.0 && score.none_metres > score.full_metres && score.none_metres <= LONGEST_METRES) {
        let problem = say!(
            "`none_metres` must lie between `full_metres` and {LONGEST_METRES}",
            "`none_metres` 应在 `full_metres` 与 {LONGEST_METRES} 之间"
        );
        return Err(source.wrong(span, "score", problem, say!("correct them", "请更正")));
    }
    if score.source.trim().is_empty() {
        return Err(source.wrong(
            span,
            "score",
            say!("its source is empty", "出处是空的"),
            say!("say where the figures come from", "请注明数字的出处"),
        ));
    }
    if services.iter().all(|service| service.weights.is_empty()) {
        return Err(source.wrong(
            span,
            "score",
            say!("no service has `weights`", "没有服务写有 `weights`"),
            say!("give the services their weights", "请为服务写上权重"),
        ));
    }
    Ok(score)
}

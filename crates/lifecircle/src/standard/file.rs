//! A standard as a file: TOML, checked on load. Every mistake is told with its line and key.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::{AgeGroup, Aspect, Circle, Country, Pair, Ratio, Score, Service, Standard, Threshold};
use crate::error::{Error, Result};
use crate::geo::{Metres, Seconds};
use crate::kinds::{Catalogue, Kind, Rule, recognised_by_lists};

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
    country: Option<Spanned<Country>>,
    #[serde(default)]
    sources: Vec<Spanned<String>>,
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    nearest: Option<Spanned<usize>>,
    score: Option<Spanned<Score>>,
    circle: Vec<Spanned<Circle>>,
    #[serde(default)]
    aspect: Vec<Spanned<Circle>>,
    #[serde(default)]
    pair: Vec<Spanned<FilePair>>,
    #[serde(default)]
    kind: Vec<Spanned<OwnKind>>,
    service: Vec<Spanned<FileService>>,
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
    circle: Spanned<String>,
    zh: Option<String>,
    en: Option<String>,
    minutes: Option<Spanned<f64>>,
    metres: Option<Spanned<f64>>,
    count: Option<Spanned<u32>>,
    min_area: Option<Spanned<f64>>,
    max_area: Option<Spanned<f64>>,
    #[serde(default)]
    unknown_area: bool,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    people: AgeGroup,
    ratio: Option<Spanned<Ratio>>,
    weights: Option<Spanned<Vec<f64>>>,
    #[serde(default)]
    aspects: Vec<Spanned<String>>,
    kinds: Option<Vec<Spanned<String>>>,
    source: Spanned<String>,
});

/// Where in the text something stands.
struct Text<'a>(&'a str);

impl Text<'_> {
    fn line(&self, position: usize) -> usize {
        self.0.get(..position.min(self.0.len())).map_or(0, |before| before.matches('\n').count()) + 1
    }

    /// An error at a key.
    fn wrong(&self, span: Range<usize>, key: &str, problem: impl Into<String>, hint: impl Into<String>) -> Error {
        Error::new(problem).place(format!("line {}, `{key}`", self.line(span.start))).hint(hint)
    }

    fn rule(&self, text: &Spanned<String>, key: &str) -> Result<Rule> {
        Rule::parse(text.as_ref()).map_err(|e| e.place(format!("line {}, `{key}`", self.line(text.span().start))))
    }

    /// A number that is positive and not too large.
    fn positive(&self, value: &Spanned<f64>, key: &str, most: f64) -> Result<f64> {
        let number = *value.as_ref();
        if number > 0.0 && number <= most {
            return Ok(number);
        }
        let problem = format!("{number} is not above 0 and at most {most}");
        Err(self.wrong(value.span(), key, problem, "give a number in this range"))
    }

    fn id(&self, id: &Spanned<String>, taken: impl Fn(&str) -> bool) -> Result<String> {
        let name = id.as_ref();
        let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !good {
            let problem = format!("the id {name:?} has other signs than a-z, 0-9 and _");
            return Err(self.wrong(id.span(), "id", problem, "write it with these alone"));
        }
        if taken(name) {
            let problem = format!("the id {name:?} is taken");
            return Err(self.wrong(id.span(), "id", problem, "give it an id of its own"));
        }
        Ok(name.clone())
    }
}

/// A text that has to say something.
fn told(source: &Text<'_>, text: &Spanned<String>, key: &str) -> Result<String> {
    if text.as_ref().trim().is_empty() {
        return Err(source.wrong(text.span(), key, "it is empty", "say where the figures come from"));
    }
    Ok(text.as_ref().clone())
}

/// Circles or aspects, each with an id of its own: results are called by them.
fn themes(source: &Text<'_>, themes: Vec<Spanned<Circle>>) -> Result<Vec<Circle>> {
    let mut known: Vec<Circle> = Vec::with_capacity(themes.len());
    for theme in themes {
        let id = Spanned::new(theme.span(), theme.as_ref().id.clone());
        source.id(&id, |id| known.iter().any(|other| other.id == id))?;
        known.push(theme.into_inner());
    }
    Ok(known)
}

/// Reads a standard.
pub(super) fn parse(text: &str) -> Result<Standard> {
    let source = Text(text);
    let file: StandardFile = toml::from_str(text).map_err(|e| {
        let error =
            Error::new(e.message().replace('\n', " ")).hint("compare it with `lifecircle standards show wuhai-8`");
        match e.span() {
            Some(span) => error.place(format!("line {}", source.line(span.start))),
            None => error,
        }
    })?;
    // Results are written into directories of this name.
    let is_sign = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if file.id.as_ref().is_empty() || !file.id.as_ref().bytes().all(is_sign) {
        let problem = format!("the standard's id {:?} has other signs than letters, digits, - and _", file.id.as_ref());
        return Err(source.wrong(file.id.span(), "id", problem, "write it with these alone"));
    }
    let mut catalogue = Catalogue::built_in().clone();
    catalogue.exclude(file.exclude.iter().map(|text| source.rule(text, "exclude")).collect::<Result<_>>()?);
    for kind in &file.kind {
        let kind = kind.as_ref();
        let id = source.id(&kind.id, |id| catalogue.find(id).is_some())?;
        check_rules(&source, &kind.osm)?;
        catalogue.add(Kind::new(id, kind.zh.clone(), kind.en.clone(), &kind.recognition())?);
    }
    let circle_spans: Vec<Range<usize>> = file.circle.iter().map(Spanned::span).collect();
    let circles = themes(&source, file.circle)?;
    let mut services: Vec<(Service, Vec<Spanned<String>>)> = Vec::with_capacity(file.service.len());
    for spanned in file.service {
        let span = spanned.span();
        let file_service = spanned.into_inner();
        let id = source.id(&file_service.id, |id| services.iter().any(|(other, _)| other.id == id))?;
        if let Some(prefix) = RESERVED.iter().find(|prefix| id.starts_with(**prefix)) {
            let problem = format!("a service's id cannot begin with {prefix}: columns of results do");
            return Err(source.wrong(file_service.id.span(), "id", problem, "give it another"));
        }
        services.push(service(&source, span, id, file_service, &circles, &mut catalogue)?);
    }
    services.sort_by_key(|(service, _)| service.circle);
    if let Some(bare) = (0..circles.len()).find(|circle| services.iter().all(|(service, _)| service.circle != *circle))
    {
        let problem = format!("the circle `{}` has no service: everybody would have it", circles[bare].id);
        return Err(source.wrong(
            circle_spans[bare].clone(),
            "circle",
            problem,
            "give it a [[service]], or leave it out",
        ));
    }
    let aspects = aspects(&source, themes(&source, file.aspect)?, &services)?;
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
        sources: file.sources.iter().map(|text| told(&source, text, "sources")).collect::<Result<_>>()?,
        pairs: pairs(&source, file.pair, &services)?,
        circles,
        aspects,
        nearest,
        score: file.score.map(|score| score_of(&source, score, &services)).transpose()?,
        services,
        catalogue,
    })
}

/// Refuses a rule that makes no sense, at its line.
fn check_rules(source: &Text<'_>, rules: &[Spanned<String>]) -> Result<()> {
    rules.iter().try_for_each(|text| source.rule(text, "osm").map(|_| ()))
}

fn service(
    source: &Text<'_>,
    span: Range<usize>,
    id: String,
    file: FileService,
    circles: &[Circle],
    catalogue: &mut Catalogue,
) -> Result<(Service, Vec<Spanned<String>>)> {
    let circle = circles.iter().position(|circle| circle.id == *file.circle.as_ref()).ok_or_else(|| {
        let problem = format!("there is no circle `{}`", file.circle.as_ref());
        source.wrong(file.circle.span(), "circle", problem, "add a [[circle]] with this id or name another")
    })?;
    let threshold = match (&file.minutes, &file.metres) {
        (Some(minutes), None) => {
            Threshold::Time(Seconds::from_minutes(source.positive(minutes, "minutes", LONGEST_MINUTES)?))
        }
        (None, Some(metres)) => Threshold::Distance(Metres(source.positive(metres, "metres", LONGEST_METRES)?)),
        _ => {
            let problem = format!("the service `{id}` must have either `minutes` or `metres`");
            return Err(source.wrong(span, "minutes", problem, "give one of them"));
        }
    };
    let area = |value: &Option<Spanned<f64>>, key| value.as_ref().map(|v| source.positive(v, key, 1e10)).transpose();
    let (min_area, max_area) = (area(&file.min_area, "min_area")?, area(&file.max_area, "max_area")?);
    if let Some(((min, max), at)) =
        min_area.zip(max_area).zip(file.max_area.as_ref()).filter(|((min, max), _)| min > max)
    {
        let problem = format!("nothing is at least {min} and at most {max} square metres large");
        return Err(source.wrong(at.span(), "max_area", problem, "make it larger than min_area"));
    }
    let count = file.count.as_ref().map_or(1, |count| *count.as_ref());
    if let Some(count) = file.count.as_ref().filter(|count| *count.as_ref() == 0) {
        return Err(source.wrong(count.span(), "count", "0 is had by everybody", "give 1 or more"));
    }
    if let Some(ratio) = &file.ratio
        && [ratio.as_ref().per_thousand, ratio.as_ref().usual].iter().any(|number| !(*number > 0.0 && *number < 1e12))
    {
        let problem = "`per_thousand` and `usual` must be above 0";
        return Err(source.wrong(ratio.span(), "ratio", problem, "correct them or leave the ratio out"));
    }
    if let Some(ratio) = file.ratio.as_ref().filter(|ratio| ratio.as_ref().source.trim().is_empty()) {
        return Err(source.wrong(ratio.span(), "ratio", "its source is empty", "say where the figures come from"));
    }
    check_rules(source, &file.osm)?;
    let own = file.recognition();
    let weights = match file.weights {
        Some(weights) if !weights.as_ref().iter().all(|weight| *weight > 0.0 && *weight < 1e6) => {
            return Err(source.wrong(weights.span(), "weights", "a weight is not above 0", "give positive weights"));
        }
        Some(weights) if weights.as_ref().len() > MOST_NEAREST => {
            return Err(source.wrong(weights.span(), "weights", "there are more than 100 weights", "give fewer"));
        }
        weights => weights.map(Spanned::into_inner).unwrap_or_default(),
    };
    let kinds = kinds(source, &id, file.kinds.as_deref(), !own.is_empty(), &file.id, catalogue)?;
    let named = kinds.first().map(|kind| &catalogue.kinds[*kind]);
    let zh = file.zh.or_else(|| named.map(|kind| kind.zh.clone())).unwrap_or_else(|| id.clone());
    let en = file.en.or_else(|| named.map(|kind| kind.en.clone())).unwrap_or_else(|| id.clone());
    let mut kinds = kinds;
    if !own.is_empty() {
        let own = Kind::new(format!("{id} (own rules)"), zh.clone(), en.clone(), &own)?;
        kinds.push(catalogue.add(own.beside_others()));
    }
    let service = Service {
        id,
        circle,
        zh,
        en,
        threshold,
        count,
        min_area: min_area.unwrap_or(0.0),
        max_area: max_area.unwrap_or(f64::INFINITY),
        unknown_area: file.unknown_area,
        required: file.required,
        people: file.people,
        ratio: file.ratio.map(Spanned::into_inner),
        weights,
        source: told(source, &file.source, "source")?,
        kinds,
    };
    Ok((service, file.aspects))
}

/// The kinds that a service names; the one of its own id if it names none.
fn kinds(
    source: &Text<'_>,
    id: &str,
    named: Option<&[Spanned<String>]>,
    has_rules: bool,
    at: &Spanned<String>,
    catalogue: &Catalogue,
) -> Result<Vec<usize>> {
    let Some(named) = named else {
        return match catalogue.find(id) {
            Some(kind) if !has_rules => Ok(vec![kind]),
            None if !has_rules => {
                let problem = format!("nothing says how the service `{id}` is recognised: there is no kind of this id");
                Err(source.wrong(
                    at.span(),
                    "id",
                    problem,
                    "give `kinds = [...]` (see `lifecircle standards kinds`) or `osm = [...]`",
                ))
            }
            _ => Ok(Vec::new()),
        };
    };
    let find = |kind: &Spanned<String>| {
        catalogue.find(kind.as_ref()).ok_or_else(|| {
            let problem = format!("there is no kind `{}`", kind.as_ref());
            source.wrong(kind.span(), "kinds", problem, "see `lifecircle standards kinds`, or add a [[kind]]")
        })
    };
    named.iter().map(find).collect()
}

fn aspects(
    source: &Text<'_>,
    aspects: Vec<Circle>,
    services: &[(Service, Vec<Spanned<String>>)],
) -> Result<Vec<Aspect>> {
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

fn pairs(source: &Text<'_>, pairs: Vec<Spanned<FilePair>>, services: &[Service]) -> Result<Vec<Pair>> {
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

fn pair_of(source: &Text<'_>, pair: FilePair, services: &[Service]) -> Result<Pair> {
    let find = |id: &Spanned<String>| {
        services.iter().position(|service| service.id == *id.as_ref()).ok_or_else(|| {
            let problem = format!("there is no service `{}`", id.as_ref());
            source.wrong(id.span(), "services", problem, "name services of this standard")
        })
    };
    let services = pair.services.iter().map(find).collect::<Result<_>>()?;
    Ok(Pair { id: pair.id, zh: pair.zh, en: pair.en, services })
}

fn score_of(source: &Text<'_>, score: Spanned<Score>, services: &[Service]) -> Result<Score> {
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

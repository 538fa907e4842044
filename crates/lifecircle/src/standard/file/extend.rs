//! A standard that extends another: `extends = "cn-mofcom-2021"`. What it does not say is as in that one; what has the id of something
//! there takes its place, a service key by key; `without` leaves things out.

use std::collections::HashSet;

use toml::Spanned;

use super::text::Text;
use super::{FileGrade, FileService, StandardFile};
use crate::error::{Error, Result};
use crate::standard::Standard;

/// Reads a text and those that it extends, as one file.
pub(super) fn read(own: &str) -> Result<(Text, StandardFile)> {
    let mut text = Text::new(own);
    let mut files: Vec<StandardFile> = vec![toml::from_str(own).map_err(|e| text.not_toml(&e))?];
    while let Some(base) = files.last().and_then(|file| file.extends.as_ref()) {
        let Some(base_text) = Standard::built_in_text(base.as_ref()) else {
            let problem = say!("there is no built-in standard {:?}", "没有内置标准 {:?}", base.as_ref());
            let known: Vec<&str> = Standard::built_in().collect();
            return Err(text.wrong(
                base.span(),
                "extends",
                problem,
                say!("choose one of {}", "可选：{}", known.join(", ")),
            ));
        };
        let moved = text.add(base.as_ref(), base_text);
        files.push(toml::from_str(&moved).map_err(|e| text.not_toml(&e))?);
    }
    // The last extends nothing; each before it goes over what comes behind.
    let mut from_last = files.into_iter().rev();
    let last = from_last.next().ok_or_else(|| Error::new(say!("there is no text", "没有文字")))?;
    let file = from_last.try_fold(last, |base, own| over_base(&text, own, base))?;
    Ok((text, file))
}

/// One file over another.
fn over_base(text: &Text, own: StandardFile, mut base: StandardFile) -> Result<StandardFile> {
    for id in &own.without {
        leave_out(text, id, &mut base)?;
    }
    if !own.without.is_empty() {
        prune(&own, &mut base);
    }
    Ok(StandardFile {
        id: own.id,
        version: own.version,
        zh: own.zh,
        en: own.en,
        extends: None,
        without: Vec::new(),
        country: own.country.or(base.country),
        sources: [base.sources, own.sources].concat(),
        exclude: [base.exclude, own.exclude].concat(),
        nearest: own.nearest.or(base.nearest),
        score: own.score.or(base.score),
        circle: replace(base.circle, own.circle, |circle| &circle.id, instead)?,
        aspect: replace(base.aspect, own.aspect, |aspect| &aspect.id, instead)?,
        pair: replace(base.pair, own.pair, |pair| &pair.id, instead)?,
        grade: replace(base.grade, own.grade, |grade| &grade.id, instead)?,
        kind: replace(base.kind, own.kind, |kind| kind.id.as_ref(), instead)?,
        service: replace(
            base.service,
            own.service,
            |service| service.id.as_ref(),
            |own, base| merged(text, own, base),
        )?,
    })
}

/// What takes the place of another as it is.
fn instead<T>(own: Spanned<T>, _: Spanned<T>) -> Result<Spanned<T>> {
    Ok(own)
}

/// Puts each of `own` in the place of the one of its id in `base`, or behind them all.
fn replace<T>(
    mut base: Vec<Spanned<T>>,
    own: Vec<Spanned<T>>,
    id: impl Fn(&T) -> &str,
    join: impl Fn(Spanned<T>, Spanned<T>) -> Result<Spanned<T>>,
) -> Result<Vec<Spanned<T>>> {
    let mut replaced = HashSet::new();
    for one in own {
        // Only the first of an id: two in the user's own text are a mistake that is told later.
        let is_first = replaced.insert(id(one.as_ref()).to_owned());
        match base.iter().position(|known| is_first && id(known.as_ref()) == id(one.as_ref())) {
            Some(at) => {
                let known = base.remove(at);
                base.insert(at, join(one, known)?);
            }
            None => base.push(one),
        }
    }
    Ok(base)
}

/// A service key by key.
fn merged(text: &Text, own: Spanned<FileService>, base: Spanned<FileService>) -> Result<Spanned<FileService>> {
    let span = own.span();
    let (own, base) = (own.into_inner(), base.into_inner());
    let has_figures = own.minutes.is_some()
        || own.metres.is_some()
        || own.count.is_some()
        || own.min_area.is_some()
        || own.max_area.is_some();
    if has_figures && own.source.is_none() {
        let problem = say!(
            "the service `{}` has other figures than in what it extends, and no `source`",
            "服务 `{}` 的数字与所沿用的不同，却没有 `source`",
            own.id.as_ref()
        );
        return Err(text.wrong(span, "source", problem, say!("say where the figures come from", "请注明数字的出处")));
    }
    let has_no_rules = base.recognition().is_empty();
    // A distance in place of a time, or a time in place of a distance.
    let nearness = if own.minutes.is_some() || own.metres.is_some() {
        (own.minutes, own.metres)
    } else {
        (base.minutes, base.metres)
    };
    // Rules of its own come beside the kinds: those that it names, those of the base, or, where the base says neither, that of its id.
    let of_its_id = || has_no_rules.then(|| vec![base.id.clone()]);
    let kinds = own.kinds.or_else(|| base.kinds.clone()).or_else(of_its_id);
    let whole = FileService {
        id: own.id,
        circle: own.circle.or(base.circle),
        zh: own.zh.or(base.zh),
        en: own.en.or(base.en),
        minutes: nearness.0,
        metres: nearness.1,
        count: own.count.or(base.count),
        min_area: own.min_area.or(base.min_area),
        max_area: own.max_area.or(base.max_area),
        unknown_area: own.unknown_area.or(base.unknown_area),
        required: own.required.or(base.required),
        people: own.people.or(base.people),
        ratio: own.ratio.or(base.ratio),
        weights: own.weights.or(base.weights),
        aspects: own.aspects.or(base.aspects),
        kinds,
        source: own.source.or(base.source),
        osm: or_else(own.osm, base.osm),
        amap: or_else(own.amap, base.amap),
        baidu: or_else(own.baidu, base.baidu),
        overture: or_else(own.overture, base.overture),
        names: or_else(own.names, base.names),
    };
    Ok(Spanned::new(span, whole))
}

/// A list, or another where it is empty.
fn or_else<T>(own: Vec<T>, base: Vec<T>) -> Vec<T> {
    if own.is_empty() { base } else { own }
}

/// Leaves a service out, or a circle with its services.
fn leave_out(text: &Text, id: &Spanned<String>, base: &mut StandardFile) -> Result<()> {
    let before = base.service.len() + base.circle.len();
    let is_it = |name: &str| name == id.as_ref();
    base.service.retain(|service| !is_it(service.as_ref().id.as_ref()) && !is_of(service, id.as_ref()));
    base.circle.retain(|circle| !is_it(&circle.as_ref().id));
    if base.service.len() + base.circle.len() < before {
        return Ok(());
    }
    let problem = say!("there is no service and no circle `{}` to leave out", "没有可去掉的服务或圈 `{}`", id.as_ref());
    Err(text.wrong(
        id.span(),
        "without",
        problem,
        say!("name one of the standard that it extends", "请写所沿用标准中的一个"),
    ))
}

fn is_of(service: &Spanned<FileService>, circle: &str) -> bool {
    service.as_ref().circle.as_ref().is_some_and(|named| named.as_ref() == circle)
}

/// Takes away what hung on what was left out: pairs and aspects of it, grades that ask for it, circles that are empty now and that nothing
/// of the own file is in. What the own file says is left to be checked.
fn prune(own: &StandardFile, base: &mut StandardFile) {
    let services = || base.service.iter().chain(&own.service);
    let ids: HashSet<String> = services().map(|service| service.as_ref().id.as_ref().clone()).collect();
    let circles: HashSet<String> =
        services().filter_map(|service| Some(service.as_ref().circle.as_ref()?.as_ref().clone())).collect();
    let named = services().flat_map(|service| service.as_ref().aspects.iter().flatten());
    let aspects: HashSet<String> = named.map(|aspect| aspect.as_ref().clone()).collect();
    base.pair.retain(|pair| pair.as_ref().services.iter().all(|name| ids.contains(name.as_ref())));
    base.circle.retain(|circle| circles.contains(&circle.as_ref().id));
    base.aspect.retain(|aspect| aspects.contains(&aspect.as_ref().id));
    let is_whole = |grade: &FileGrade| grade.services.keys().all(|circle| circles.contains(circle));
    base.grade.retain(|grade| is_whole(grade.as_ref()));
}

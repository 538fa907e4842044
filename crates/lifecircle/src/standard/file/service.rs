//! A service of a standard's file: how near, how many, how large, for whom, and of which kinds.

use std::ops::Range;

use toml::Spanned;

use super::text::Text;
use super::{FileCircle, FileService, LONGEST_METRES, LONGEST_MINUTES, MOST_NEAREST};
use crate::error::Result;
use crate::geo::{Metres, Seconds};
use crate::kinds::{Catalogue, Kind};
use crate::standard::{Ratio, Service, Threshold};

/// Checks a service and names its kinds and its circle; with the ids of its aspects.
pub(super) fn read(
    source: &Text,
    span: Range<usize>,
    file: FileService,
    circles: &[Spanned<FileCircle>],
    catalogue: &mut Catalogue,
) -> Result<(Service, Vec<Spanned<String>>)> {
    let id = file.id.as_ref().clone();
    let Some((circle, told)) = file.circle.as_ref().zip(file.source.as_ref()) else {
        let (key, hint) = if file.circle.is_none() {
            ("circle", say!("name one of the circles of this standard", "请写本标准的一个圈"))
        } else {
            ("source", say!("say where the figures come from", "请注明数字的出处"))
        };
        return Err(source.wrong(
            span,
            key,
            say!("the service `{id}` has no `{key}`", "服务 `{id}` 没有 `{key}`"),
            hint,
        ));
    };
    let circle = circles.iter().position(|known| known.as_ref().id == *circle.as_ref()).ok_or_else(|| {
        let problem = say!("there is no circle `{}`", "没有圈 `{}`", circle.as_ref());
        source.wrong(
            circle.span(),
            "circle",
            problem,
            say!("add a [[circle]] with this id or name another", "请加上此编号的 [[circle]]，或改用其他"),
        )
    })?;
    let threshold = threshold(source, span, &file, circles[circle].as_ref())?;
    let (min_area, max_area) = areas(source, &file)?;
    let count = file.count.as_ref().map_or(1, |count| *count.as_ref());
    if let Some(count) = file.count.as_ref().filter(|count| *count.as_ref() == 0) {
        return Err(source.wrong(
            count.span(),
            "count",
            say!("0 is had by everybody", "0 处人人都有"),
            say!("give 1 or more", "请给 1 或以上"),
        ));
    }
    check_ratio(source, file.ratio.as_ref())?;
    source.check_rules(&file.osm)?;
    let own = file.recognition();
    let source_of_figures = source.told(told, "source")?;
    let mut kinds = kinds(source, file.kinds.as_deref(), !own.is_empty(), &file.id, catalogue)?;
    let named = kinds.first().map(|kind| &catalogue.kinds[*kind]);
    let zh = file.zh.or_else(|| named.map(|kind| kind.zh.clone())).unwrap_or_else(|| id.clone());
    let en = file.en.or_else(|| named.map(|kind| kind.en.clone())).unwrap_or_else(|| id.clone());
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
        min_area,
        max_area,
        unknown_area: file.unknown_area.unwrap_or_default(),
        required: file.required.unwrap_or_default(),
        people: file.people.unwrap_or_default(),
        ratio: file.ratio.map(Spanned::into_inner),
        weights: weights(source, file.weights)?,
        source: source_of_figures,
        kinds,
    };
    Ok((service, file.aspects.unwrap_or_default()))
}

/// How near: as the service says, or else its circle.
fn threshold(source: &Text, span: Range<usize>, file: &FileService, circle: &FileCircle) -> Result<Threshold> {
    let own = (file.minutes.as_ref(), file.metres.as_ref());
    let given = if own == (None, None) { (circle.minutes.as_ref(), circle.metres.as_ref()) } else { own };
    match given {
        (Some(minutes), None) => {
            Ok(Threshold::Time(Seconds::from_minutes(source.positive(minutes, "minutes", LONGEST_MINUTES)?)))
        }
        (None, Some(metres)) => Ok(Threshold::Distance(Metres(source.positive(metres, "metres", LONGEST_METRES)?))),
        _ => {
            let problem = say!(
                "the service `{}` must have either `minutes` or `metres`",
                "服务 `{}` 应写 `minutes` 或 `metres` 之一",
                file.id.as_ref()
            );
            Err(source.wrong(
                span,
                "minutes",
                problem,
                say!("give one of them, or give one to its circle", "请写其中之一，或写在它的圈中"),
            ))
        }
    }
}

/// How small and how large a facility may be.
fn areas(source: &Text, file: &FileService) -> Result<(f64, f64)> {
    let area = |value: &Option<Spanned<f64>>, key| value.as_ref().map(|v| source.positive(v, key, 1e10)).transpose();
    let (min, max) = (area(&file.min_area, "min_area")?, area(&file.max_area, "max_area")?);
    if let Some(((min, max), at)) = min.zip(max).zip(file.max_area.as_ref()).filter(|((min, max), _)| min > max) {
        let problem = say!(
            "nothing is at least {min} and at most {max} square metres large",
            "没有既不小于 {min} 又不大于 {max} 平方米的设施"
        );
        return Err(source.wrong(
            at.span(),
            "max_area",
            problem,
            say!("make it larger than min_area", "请使其大于 min_area"),
        ));
    }
    Ok((min.unwrap_or(0.0), max.unwrap_or(f64::INFINITY)))
}

fn check_ratio(source: &Text, ratio: Option<&Spanned<Ratio>>) -> Result<()> {
    let Some(ratio) = ratio else { return Ok(()) };
    let (figures, span) = (ratio.as_ref(), ratio.span());
    if [figures.per_thousand, figures.usual].iter().any(|number| !(*number > 0.0 && *number < 1e12)) {
        let problem = say!("`per_thousand` and `usual` must be above 0", "`per_thousand` 与 `usual` 应大于 0");
        return Err(source.wrong(
            span,
            "ratio",
            problem,
            say!("correct them or leave the ratio out", "请更正，或去掉千人指标"),
        ));
    }
    if figures.source.trim().is_empty() {
        return Err(source.wrong(
            span,
            "ratio",
            say!("its source is empty", "出处是空的"),
            say!("say where the figures come from", "请注明数字的出处"),
        ));
    }
    Ok(())
}

fn weights(source: &Text, weights: Option<Spanned<Vec<f64>>>) -> Result<Vec<f64>> {
    match weights {
        Some(weights) if !weights.as_ref().iter().all(|weight| *weight > 0.0 && *weight < 1e6) => Err(source.wrong(
            weights.span(),
            "weights",
            say!("a weight is not above 0", "有权重不大于 0"),
            say!("give positive weights", "请给正的权重"),
        )),
        Some(weights) if weights.as_ref().len() > MOST_NEAREST => Err(source.wrong(
            weights.span(),
            "weights",
            say!("there are more than 100 weights", "权重超过 100 个"),
            say!("give fewer", "请减少"),
        )),
        weights => Ok(weights.map(Spanned::into_inner).unwrap_or_default()),
    }
}

/// The kinds that a service names; the one of its own id if it names none.
fn kinds(
    source: &Text,
    named: Option<&[Spanned<String>]>,
    has_rules: bool,
    id: &Spanned<String>,
    catalogue: &Catalogue,
) -> Result<Vec<usize>> {
    let Some(named) = named else {
        return match catalogue.find(id.as_ref()) {
            Some(kind) if !has_rules => Ok(vec![kind]),
            None if !has_rules => {
                let problem = say!(
                    "nothing says how the service `{}` is recognised: there is no kind of this id",
                    "没有说明如何识别服务 `{}`：没有此编号的类别",
                    id.as_ref()
                );
                let hint = say!(
                    "give `kinds = [...]` (see `lifecircle standards kinds`) or `osm = [...]`",
                    "请写 `kinds = [...]`（见 `lifecircle standards kinds`）或 `osm = [...]`"
                );
                Err(source.wrong(id.span(), "id", problem, hint))
            }
            _ => Ok(Vec::new()),
        };
    };
    let find = |kind: &Spanned<String>| {
        catalogue.find(kind.as_ref()).ok_or_else(|| {
            let problem = say!("there is no kind `{}`", "没有类别 `{}`", kind.as_ref());
            source.wrong(
                kind.span(),
                "kinds",
                problem,
                say!(
                    "see `lifecircle standards kinds`, or add a [[kind]]",
                    "见 `lifecircle standards kinds`，或加上 [[kind]]"
                ),
            )
        })
    };
    named.iter().map(find).collect()
}

//! What lies under every map: water, green, streets, borders of communities, and over it the names of places, a scale and the north.

use geo_types::Geometry;
use maud::{Markup, html};

use super::super::text::{put, tenths, whole};
use super::super::wrap::width_of;
use super::view::{View, area, line_to};
use crate::city::{City, Community, MapKind, StreetKind};
use crate::summary::Summary;
use crate::text::Language;

/// The id under which a page holds the ground of the whole city; its maps show it again without drawing it anew.
const GROUND: &str = "ground";

/// The ground of the whole city as the smaller maps show it, by [`ground`] and as often as one likes. It takes no room where it stands.
pub(in super::super) fn shared_ground(city: &City, summary: &Summary, language: Language) -> Markup {
    html! {
        svg class="shared" aria-hidden="true" width="0" height="0" {
            defs { g id=(GROUND) { (drawn(&View::of(city), city, summary, Detail::Outline, language)) } }
        }
    }
}

/// The shared ground at the place where it is shown.
pub(super) fn ground() -> Markup {
    html! { use href={ "#" (GROUND) } {} }
}

/// How much of the ground is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Water, green, main streets and borders.
    Outline,
    /// All that the size of the map bears.
    Full,
}

/// Water, green, streets and borders.
pub(super) fn drawn(view: &View, city: &City, summary: &Summary, detail: Detail, language: Language) -> Markup {
    let areas = |kind: MapKind| {
        let mut path = String::new();
        for feature in city.basemap.iter().filter(|feature| feature.kind == kind) {
            if let Geometry::MultiPolygon(shape) = &feature.shape {
                area(&mut path, view, shape);
            }
        }
        path
    };
    let lines = |kinds: &[MapKind]| {
        let mut path = String::new();
        for feature in city.basemap.iter().filter(|feature| kinds.contains(&feature.kind)) {
            match &feature.shape {
                Geometry::LineString(line) => line_to(&mut path, view, line.0.iter().copied()),
                Geometry::MultiLineString(lines) => {
                    lines.0.iter().for_each(|line| line_to(&mut path, view, line.0.iter().copied()));
                }
                _ => {}
            }
        }
        path
    };
    let streets = |kinds: &[StreetKind]| {
        let mut path = String::new();
        for edge in city.streets.edges.iter().filter(|edge| kinds.contains(&edge.kind)) {
            line_to(&mut path, view, city.streets.line(edge));
        }
        path
    };
    let outline = |community: &Community| {
        let mut path = String::new();
        area(&mut path, view, &community.shape);
        path
    };
    // Footpaths make a fine net of a quarter, and only grey of a country.
    let has_paths = detail == Detail::Full && (city.streets.edges.len() < 60_000 || view.kilometre > 120.0);
    let is_shown = |class: &str| match class {
        "path" => has_paths,
        "minor" => detail == Detail::Full,
        _ => true,
    };
    // Buildings are seen only from near.
    let near = detail == Detail::Full && view.kilometre > 250.0;
    let classes: [(&str, &[StreetKind]); 3] = [
        ("path", &[StreetKind::Path, StreetKind::Steps, StreetKind::Service]),
        ("minor", &[StreetKind::Minor]),
        ("major", &[StreetKind::Major]),
    ];
    html! {
        path class="green" d=(areas(MapKind::Green)) {}
        path class="water" d=(areas(MapKind::Water)) {}
        path class="stream" d=(lines(&[MapKind::River])) {}
        @if near { path class="building" d=(areas(MapKind::Building)) {} }
        path class="railway" d=(lines(&[MapKind::Railway])) {}
        @for (class, kinds) in classes.into_iter().filter(|(class, _)| is_shown(class)) {
            path class={ "street " (class) } d=(streets(kinds)) {}
        }
        @for community in &city.communities {
            @let outline = outline(community);
            @if !outline.is_empty() {
                path class="community" d=(outline) {
                    title { (community.name.show(language.is_english())) (lacks_most(community, summary, language)) }
                }
            }
        }
    }
}

/// The required service that most people of a community lack.
fn lacks_most(community: &Community, summary: &Summary, language: Language) -> String {
    let told = summary.communities.iter().find(|c| c.id == community.id);
    let gap = told.and_then(|c| c.area.gaps.iter().find(|gap| gap.required && gap.is_ranked()));
    let name = gap.and_then(|gap| summary.service(&gap.service)).map(|s| language.pick(&s.zh, &s.en).to_owned());
    name.map(|name| format!(" · {}{name}", language.pick("最缺", "lacks most: "))).unwrap_or_default()
}

/// A name on the map: its text, where, how large, and of what class.
struct Label<'a> {
    text: &'a str,
    at: [f64; 2],
    size: f64,
    class: &'static str,
}

/// So many names and no more: a map is no gazetteer.
const LABELS: usize = 30;

/// Names of places, the greater first, then those of communities, if they are wanted; those that would lie on another are left out.
pub(super) fn names(view: &View, city: &City, with_communities: bool, language: Language) -> Markup {
    let places = [
        (MapKind::City, 31.0, "town"),
        (MapKind::Town, 27.0, "town"),
        (MapKind::Suburb, 23.0, "suburb"),
        (MapKind::Neighbourhood, 20.0, "suburb"),
    ];
    let of_kind = |(kind, size, class): (MapKind, f64, &'static str)| {
        city.basemap.iter().filter(move |feature| feature.kind == kind).filter_map(move |feature| {
            let Geometry::Point(point) = &feature.shape else { return None };
            Some(Label { text: feature.name.show(language.is_english()), at: view.at(point.0), size, class })
        })
    };
    let communities = city.communities.iter().filter(|_| with_communities).filter_map(|community| {
        let at = crate::geo::polygon::inner_point(&community.shape)?;
        let text = community.name.show(language.is_english());
        Some(Label { text, at: view.at(at), size: 19.0, class: "quarter" })
    });
    let mut chosen: Vec<Label<'_>> = Vec::new();
    for label in places.into_iter().flat_map(of_kind).chain(communities) {
        let fits = !label.text.is_empty() && view.holds(label.at) && is_inside(&label, view);
        if fits && chosen.len() < LABELS && chosen.iter().all(|other| !overlap(&label, other)) {
            chosen.push(label);
        }
    }
    html! {
        g class="names" {
            @for label in &chosen {
                text class=(label.class) x=(tenths(label.at[0])) y=(tenths(label.at[1] + label.size * 0.35))
                    font-size=(label.size) text-anchor="middle" { (label.text) }
            }
        }
    }
}

fn half(label: &Label<'_>) -> f64 {
    width_of(label.text) * label.size / 2.0
}

/// Whether all of a name is seen, and none of it under the scale or the north.
fn is_inside(label: &Label<'_>, view: &View) -> bool {
    let ([x, y], half) = (label.at, half(label) + 4.0);
    let under_north = x + half > view.width - 50.0 && y < 90.0;
    x - half > 0.0 && x + half < view.width && y > label.size && y < view.height - 40.0 && !under_north
}

fn overlap(a: &Label<'_>, b: &Label<'_>) -> bool {
    (a.at[0] - b.at[0]).abs() < half(a) + half(b) + 8.0 && (a.at[1] - b.at[1]).abs() < (a.size + b.size) * 0.7
}

/// Scale bar, north, and whose data it is.
pub(super) fn furniture(view: &View, city: &City, language: Language) -> Markup {
    let kilometres = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
        .into_iter()
        .rfind(|km| km * view.kilometre < view.width / 4.0)
        .unwrap_or(0.05);
    let (length, y, north) = (kilometres * view.kilometre, whole(view.height - 16.0), whole(view.width - 26.0));
    let told = if kilometres < 1.0 { format!("{:.0} m", kilometres * 1000.0) } else { format!("{kilometres:.0} km") };
    html! {
        g class="furniture" {
            path d={ "M16 " (y) "v-6v6h" (tenths(length)) "v-6" } {}
            text x=(whole(24.0 + length)) y=(y) { (told) }
            path d={ "M" (north) " 46V16m-6 9l6 -9l6 9" } {}
            text x=(north) y="68" text-anchor="middle" { (language.pick("北", "N")) }
            text class="credit" x=(whole(view.width - 10.0)) y=(whole(view.height - 10.0)) text-anchor="end" {
                (credit(city, language))
            }
        }
    }
}

/// Whose data the map shows.
pub(in super::super) fn credit(city: &City, language: Language) -> String {
    if city.about.synthetic {
        return language.pick("合成城市，现实中并不存在", "synthetic city: no such place exists").to_owned();
    }
    let mut licences: Vec<&str> =
        city.about.sources.iter().map(|source| source.licence.as_str()).filter(|licence| !licence.is_empty()).collect();
    licences.dedup();
    licences.join(" · ")
}

/// A path of single points: a dot each, when its ends are round.
pub(super) fn put_dot(path: &mut String, [x, y]: [f64; 2]) {
    put(path, format_args!("M{x:.1} {y:.1}h0"));
}

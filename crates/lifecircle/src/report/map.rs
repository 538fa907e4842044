//! The map: streets, water and green, and every home as a dot coloured by how many circles it has, or by one circle.
//!
//! Dots of one colour are one path, so that a hundred thousand homes stay a small file that any printer takes. Homes that
//! would lie on each other share a dot, coloured by what their residents have on average.

use std::collections::BTreeMap;

use geo::Orient;
use geo::orient::Direction;
use geo_types::{Geometry, MultiPolygon};
use maud::{Markup, html};

use super::text::{put, tenths, whole};
use crate::city::{City, Community, MapKind, StreetKind};
use crate::geo::LonLat;
use crate::geo::metric::Mercator;
use crate::measure::Measured;
use crate::summary::{Change, Changes, Summary};
use crate::text::{Language, percent};

/// Width of the drawing in its own units; its height follows the city's shape.
const WIDTH: f64 = 1000.0;
const MAX_HEIGHT: f64 = 1150.0;

/// Homes closer than this share a dot.
const CELL: f64 = 2.6;

/// The least and greatest width of a dot.
const DOT: [f64; 2] = [3.2, 9.0];

/// Colours from no circle to all: red to blue, told apart by colour-blind people too.
const SCALE: [[u8; 3]; 9] = [
    [190, 38, 43],
    [226, 92, 58],
    [243, 146, 76],
    [247, 194, 106],
    [214, 214, 160],
    [160, 203, 192],
    [104, 172, 199],
    [56, 126, 184],
    [28, 74, 138],
];

/// The colour of a share from 0 to 1.
pub(super) fn colour(share: f64) -> String {
    let position = share.clamp(0.0, 1.0) * (SCALE.len() - 1) as f64;
    let low = (position.floor() as usize).min(SCALE.len() - 2);
    let part = position - low as f64;
    let mix =
        |channel: usize| f64::from(SCALE[low][channel]) * (1.0 - part) + f64::from(SCALE[low + 1][channel]) * part;
    format!("#{:02x}{:02x}{:02x}", mix(0).round() as u8, mix(1).round() as u8, mix(2).round() as u8)
}

/// From the earth to the drawing.
struct View {
    west: f64,
    north: f64,
    scale: f64,
    width: f64,
    height: f64,
    /// Units of the drawing in a true kilometre at its middle.
    kilometre: f64,
}

impl View {
    /// A view of where people live; the streets between come along, a ferry's far shore does not.
    fn of(city: &City) -> Self {
        let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for home in &city.homes {
            let [x, y] = Mercator::project(home.at);
            bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)];
        }
        let margin = ((bounds[2] - bounds[0]).max(bounds[3] - bounds[1]) * 0.03).max(150.0);
        let [w, s, e, n] = [bounds[0] - margin, bounds[1] - margin, bounds[2] + margin, bounds[3] + margin];
        let scale = (WIDTH / (e - w)).min(MAX_HEIGHT / (n - s));
        let middle = city.homes.first().map_or(0.0, |home| home.at.y);
        Self {
            west: w,
            north: n,
            scale,
            width: (e - w) * scale,
            height: (n - s) * scale,
            kilometre: 1000.0 * Mercator::scale(middle) * scale,
        }
    }

    fn at(&self, point: LonLat) -> [f64; 2] {
        let [x, y] = Mercator::project(point);
        [(x - self.west) * self.scale, (self.north - y) * self.scale]
    }

    /// Whether the box around points meets it.
    fn meets(&self, points: &[[f64; 2]]) -> bool {
        let range = |axis: usize| {
            points.iter().fold([f64::MAX, f64::MIN], |[low, high], point| [low.min(point[axis]), high.max(point[axis])])
        };
        let ([west, east], [north, south]) = (range(0), range(1));
        west <= self.width && east >= 0.0 && north <= self.height && south >= 0.0
    }

    fn shows(&self, [x, y]: [f64; 2]) -> bool {
        (-20.0..=self.width + 20.0).contains(&x) && (-20.0..=self.height + 20.0).contains(&y)
    }
}

/// A path of lines, with points that would not be seen left out.
fn line_to(path: &mut String, view: &View, line: impl Iterator<Item = LonLat>) {
    let points: Vec<[f64; 2]> = line.map(|point| view.at(point)).collect();
    if points.iter().any(|point| view.shows(*point)) {
        put_line(path, &points);
    }
}

/// A path of lines, without points that lie on each other.
fn put_line(path: &mut String, points: &[[f64; 2]]) {
    let mut last = [f64::NAN; 2];
    for (index, [x, y]) in points.iter().copied().enumerate() {
        let near = (x - last[0]).hypot(y - last[1]) < 0.7;
        if index == 0 {
            put(path, format_args!("M{x:.1} {y:.1}"));
        } else if near && index + 1 < points.len() {
            continue;
        } else {
            put(path, format_args!("L{x:.1} {y:.1}"));
        }
        last = [x, y];
    }
}

/// The rings of an area that reach into the view, as the sea's does whose corners all lie outside of it. Holes go the other way round than what they are
/// holes of, so that areas which overlap in one path are filled.
fn area(path: &mut String, view: &View, shape: &MultiPolygon<f64>) {
    for ring in crate::geo::polygon::rings(&shape.orient(Direction::Default)) {
        let points: Vec<[f64; 2]> = ring.0.iter().map(|point| view.at(*point)).collect();
        if view.meets(&points) {
            put_line(path, &points);
            path.push('Z');
        }
    }
}

/// Dots by colour: for each step of the scale, a path.
fn dots(places: &[[f64; 2]], residents: &[f64], share: impl Fn(usize) -> f64, steps: usize) -> Markup {
    let mut cells: BTreeMap<(i32, i32), (f64, f64, [f64; 2])> = BTreeMap::new();
    for (home, [x, y]) in places.iter().enumerate() {
        let cell = cells.entry(((y / CELL) as i32, (x / CELL) as i32)).or_insert((0.0, 0.0, [*x, *y]));
        // Homes without residents still show, with next to no weight.
        let weight = residents[home].max(1e-9);
        cell.0 += weight;
        cell.1 += weight * share(home);
    }
    let mut paths = vec![String::new(); steps + 1];
    for (weight, sum, [x, y]) in cells.into_values() {
        let step = (sum / weight * steps as f64).round() as usize;
        put(&mut paths[step.min(steps)], format_args!("M{x:.1} {y:.1}h0"));
    }
    html! {
        @for (step, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
            path d=(path) stroke=(colour(step as f64 / steps as f64)) {}
        }
    }
}

/// A layer of the map: its name, and its dots.
type Layer = (String, Markup);

fn layers(view: &View, measured: &Measured, language: Language) -> Vec<Layer> {
    let (city, standard) = (measured.city(), &measured.standard);
    let places: Vec<[f64; 2]> = city.homes.iter().map(|home| view.at(home.at)).collect();
    let residents: Vec<f64> = city.homes.iter().map(|home| home.residents).collect();
    let all = standard.circles.len();
    let mut layers = vec![
        (
            language.pick("生活圈个数", "Number of circles").to_owned(),
            dots(&places, &residents, |home| measured.circles(home) as f64 / all as f64, all),
        ),
        (
            language.pick("全部必需服务", "All required services").to_owned(),
            dots(&places, &residents, |home| measured.completeness(home), 20),
        ),
    ];
    for (index, circle) in standard.circles.iter().enumerate() {
        let deciding: Vec<usize> = standard.deciding(index).collect();
        let share = |home: usize| {
            deciding.iter().filter(|service| measured.has(home, **service)).count() as f64
                / deciding.len().max(1) as f64
        };
        layers.push((
            language.pick(&circle.zh, &circle.en).to_owned(),
            dots(&places, &residents, share, deciding.len().max(1)),
        ));
    }
    if standard.score.is_some() {
        let score = |home: usize| measured.score(home).unwrap_or(0.0) / 100.0;
        layers.push((language.pick("得分", "Score").to_owned(), dots(&places, &residents, score, 20)));
    }
    layers
}

/// The map with its legend and the buttons that switch its layers.
pub(super) fn draw(measured: &Measured, summary: &Summary, language: Language) -> Markup {
    let city = measured.city();
    let view = View::of(city);
    // Less than a third of the space that a home has on average: thin towns get large dots, dense ones small.
    let space = (view.width * view.height / city.homes.len().max(1) as f64).sqrt();
    let dot = (space * 0.3).clamp(DOT[0], DOT[1]);
    let layers = layers(&view, measured, language);
    html! {
        div class="map" {
            @for (index, (name, _)) in layers.iter().enumerate() {
                @let id = format!("layer{index}");
                input type="radio" name="layer" id=(id) checked[index == 0];
                label for=(id) { (name) }
            }
            svg viewBox={ "0 0 " (whole(view.width)) " " (whole(view.height)) } role="img"
                aria-label=(language.pick("各住处拥有的生活圈数", "How many circles each home has")) {
                (background(&view, city, summary, language))
                @for (index, (_, dots)) in layers.iter().enumerate() {
                    g class=(format!("layer layer{index}")) stroke-width=(tenths(dot)) { (dots) }
                }
                (furniture(&view, city, language))
            }
            (legend(measured.standard.circles.len(), measured.standard.score.is_some(), language))
        }
    }
}

/// Something that is built or closed, as the map of differences shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where.
    pub shape: Geometry<f64>,
    /// Its number or sign.
    pub label: String,
    /// Whether something is closed by it.
    pub takes_away: bool,
}

/// The map of what homes gain and lose, with what is built and closed, as HTML. `difference` is what a home has more than
/// before, or less.
pub fn map_of_differences(
    measured: &Measured,
    summary: &Summary,
    difference: &dyn Fn(usize) -> f64,
    marks: &[Mark],
    language: Language,
) -> String {
    let city = measured.city();
    let view = View::of(city);
    let mut paths = [String::new(), String::new(), String::new()];
    for (home, place) in city.homes.iter().enumerate() {
        let difference = difference(home);
        let path = usize::from(difference > 0.0) * 2 + usize::from(difference < 0.0);
        let [x, y] = view.at(place.at);
        put(&mut paths[path], format_args!("M{x:.1} {y:.1}h0"));
    }
    let [same, less, more] = paths;
    let legend = [
        ("more", language.pick("新增服务", "gain")),
        ("less", language.pick("失去服务", "lose")),
        ("same", language.pick("不变", "as before")),
    ];
    let markup = html! {
        div class="map" {
            svg viewBox={ "0 0 " (whole(view.width)) " " (whole(view.height)) } role="img"
                aria-label=(language.pick("各住处新增与失去的服务", "What homes gain and lose")) {
                (background(&view, city, summary, language))
                g class="difference" {
                    path class="same" d=(same) {}
                    path class="less" d=(less) {}
                    path class="more" d=(more) {}
                }
                @for mark in marks { (draw_mark(&view, mark)) }
                (furniture(&view, city, language))
            }
            p class="key" {
                @for (class, name) in legend { i class={ "swatch " (class) } {} (name) "\u{2003}" }
            }
        }
    };
    markup.into_string()
}

/// A mark: a line or an area as it is, and its label in a disc at its middle.
fn draw_mark(view: &View, mark: &Mark) -> Markup {
    let mut path = String::new();
    let middle = match &mark.shape {
        Geometry::LineString(line) => {
            line_to(&mut path, view, line.0.iter().copied());
            crate::geo::metric::point_along(&line.0, 0.5)
        }
        Geometry::Polygon(polygon) => {
            let shape = MultiPolygon(vec![polygon.clone()]);
            area(&mut path, view, &shape);
            crate::geo::polygon::inner_point(&shape).unwrap_or_default()
        }
        Geometry::MultiPolygon(shape) => {
            area(&mut path, view, shape);
            crate::geo::polygon::inner_point(shape).unwrap_or_default()
        }
        Geometry::Point(point) => point.0,
        _ => return html! {},
    };
    let [x, y] = view.at(middle);
    html! {
        g class=(if mark.takes_away { "mark away" } else { "mark" }) {
            @if !path.is_empty() { path d=(path) {} }
            circle cx=(tenths(x)) cy=(tenths(y)) r="9" {}
            text x=(tenths(x)) y=(tenths(y + 3.6)) text-anchor="middle" { (mark.label) }
        }
    }
}

/// The map of facilities that opened, closed and moved.
pub(super) fn changes(city: &City, changes: &Changes, summary: &Summary, language: Language) -> Markup {
    let view = View::of(city);
    let signs = |change: Change| {
        let mut path = String::new();
        for facility in changes.facilities.iter().filter(|facility| facility.change == change) {
            let at = view.at(LonLat { x: facility.lon, y: facility.lat });
            if view.shows(at) {
                sign(&mut path, change, at);
            }
        }
        path
    };
    let legend = [
        (Change::Opened, "＋", language.pick("新增", "opened")),
        (Change::Closed, "✕", language.pick("关闭", "closed")),
        (Change::Moved, "◇", language.pick("迁移", "moved")),
    ];
    html! {
        div class="map" {
            svg viewBox={ "0 0 " (whole(view.width)) " " (whole(view.height)) } role="img"
                aria-label=(language.pick("新增、关闭与迁移的设施", "Facilities that opened, closed and moved")) {
                (background(&view, city, summary, language))
                @for change in [Change::Closed, Change::Moved, Change::Opened] {
                    path class={ "change " (class_of(change)) } d=(signs(change)) {}
                }
                (furniture(&view, city, language))
            }
            p class="key" {
                @for (change, sign, name) in legend {
                    b class={ "change " (class_of(change)) } { (sign) } " " (name) "\u{2003}"
                }
            }
        }
    }
}

/// A cross for what opened, one aslant for what closed, a diamond for what moved.
fn sign(path: &mut String, change: Change, [x, y]: [f64; 2]) {
    const SIZE: f64 = 5.0;
    let (left, top, whole) = (x - SIZE, y - SIZE, 2.0 * SIZE);
    match change {
        Change::Opened => put(path, format_args!("M{left:.1} {y:.1}h{whole}M{x:.1} {top:.1}v{whole}")),
        Change::Closed => {
            put(path, format_args!("M{left:.1} {top:.1}l{whole} {whole}m0 {}l{} {whole}", -whole, -whole));
        }
        Change::Moved => put(path, format_args!("M{left:.1} {y:.1}l{SIZE} {}l{SIZE} {SIZE}l{} {SIZE}Z", -SIZE, -SIZE)),
    }
}

fn class_of(change: Change) -> &'static str {
    match change {
        Change::Opened => "opened",
        Change::Closed => "closed",
        Change::Moved => "moved",
    }
}

fn background(view: &View, city: &City, summary: &Summary, language: Language) -> Markup {
    let areas = |kind: MapKind| {
        let mut path = String::new();
        for feature in city.basemap.iter().filter(|feature| feature.kind == kind) {
            if let Geometry::MultiPolygon(shape) = &feature.shape {
                area(&mut path, view, shape);
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
    let detailed = city.streets.edges.len() < 60_000;
    let classes: [(&str, &[StreetKind]); 3] = [
        ("path", &[StreetKind::Path, StreetKind::Steps, StreetKind::Service]),
        ("minor", &[StreetKind::Minor]),
        ("major", &[StreetKind::Major]),
    ];
    html! {
        path class="green" d=(areas(MapKind::Green)) {}
        path class="water" d=(areas(MapKind::Water)) {}
        @for (class, kinds) in classes.into_iter().filter(|(class, _)| detailed || *class != "path") {
            path class={ "street " (class) } d=(streets(kinds)) {}
        }
        @for community in &city.communities {
            path class="community" d=(outline(community)) {
                title { (community.name.show(language.is_english())) (lacks_most(community, summary, language)) }
            }
        }
    }
}

/// The required service that most people of a community lack.
fn lacks_most(community: &Community, summary: &Summary, language: Language) -> String {
    let told = summary.communities.iter().find(|c| c.id == community.id);
    let gap = told.and_then(|c| c.area.gaps.iter().find(|gap| gap.required));
    gap.map(|gap| format!(" · {} {}", language.pick("最缺", "lacks most:"), gap.service)).unwrap_or_default()
}

/// Scale bar, north, and whose data it is.
fn furniture(view: &View, city: &City, language: Language) -> Markup {
    let kilometres = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
        .into_iter()
        .rfind(|km| km * view.kilometre < view.width / 4.0)
        .unwrap_or(0.1);
    let (length, y, north) = (kilometres * view.kilometre, whole(view.height - 16.0), whole(view.width - 26.0));
    html! {
        g class="furniture" {
            path d={ "M16 " (y) "v-5h0v5h" (tenths(length)) "v-5" } {}
            text x=(whole(22.0 + length)) y=(y) { (kilometres) " km" }
            path d={ "M" (north) " 46V16m-6 9l6 -9l6 9" } {}
            text x=(north) y="62" text-anchor="middle" { (language.pick("北", "N")) }
            text class="credit" x=(whole(view.width - 10.0)) y=(whole(view.height - 10.0)) text-anchor="end" {
                (credit(city, language))
            }
        }
    }
}

/// Whose data the map shows.
pub(super) fn credit(city: &City, language: Language) -> String {
    if city.about.synthetic {
        return language.pick("合成城市，现实中并不存在", "synthetic city: no such place exists").to_owned();
    }
    let mut licences: Vec<&str> =
        city.about.sources.iter().map(|source| source.licence.as_str()).filter(|licence| !licence.is_empty()).collect();
    licences.dedup();
    licences.join(" · ")
}

/// The ink that can be read on a colour of the scale.
pub(super) fn ink(share: f64) -> &'static str {
    if (0.22..0.78).contains(&share) { "#222" } else { "#fff" }
}

fn legend(all: usize, has_score: bool, language: Language) -> Markup {
    let step = |share: f64| format!("background:{};color:{}", colour(share), ink(share));
    let of_one = if has_score {
        language.pick("必需服务的可达比例，或得分", "Required services within reach, or the score")
    } else {
        language.pick("必需服务的可达比例", "Required services within reach")
    };
    html! {
        div class="legend legend-all" {
            span { (language.pick("拥有的生活圈数", "Circles that a home has")) }
            @for count in 0..=all { i style=(step(count as f64 / all as f64)) { (count) } }
        }
        div class="legend legend-one" {
            span { (of_one) }
            @for quarter in 0..=4 {
                @let share = f64::from(quarter) / 4.0;
                i style=(step(share)) { (percent(share).replace(".0 ", "\u{202f}")) }
            }
        }
    }
}

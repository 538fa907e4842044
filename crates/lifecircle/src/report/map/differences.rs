//! Maps of what differs: what homes gain and lose by a scenario, and what opened, closed and moved since an earlier city.

use geo_types::{Geometry, MultiPolygon};
use maud::{Markup, html};

use super::super::text::{put, tenths, whole};
use super::ground::{Detail, drawn, furniture, names, put_dot};
use super::view::{View, area, line_to};
use crate::city::City;
use crate::geo::LonLat;
use crate::measure::Measured;
use crate::summary::{Change, Changes, Summary};
use crate::text::Language;

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
        put_dot(&mut paths[path], view.at(place.at));
    }
    let [same, less, more] = paths;
    let legend = [
        ("more", language.pick("新增服务", "gain")),
        ("less", language.pick("失去服务", "lose")),
        ("same", language.pick("不变", "as before")),
    ];
    let markup = html! {
        figure {
            svg class="map" viewBox={ "0 0 " (whole(view.width)) " " (whole(view.height)) } role="img"
                aria-label=(language.pick("各居住点新增与失去的服务", "What homes gain and lose")) {
                (drawn(&view, city, summary, Detail::Full, language))
                g class="difference" {
                    path class="same" d=(same) {}
                    path class="less" d=(less) {}
                    path class="more" d=(more) {}
                }
                @for mark in marks { (draw_mark(&view, mark)) }
                (names(&view, city, true, language))
                (furniture(&view, city, language))
            }
            figcaption class="key" {
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
            text x=(tenths(x)) y=(tenths(y + 3.6)) font-size="10" text-anchor="middle" { (mark.label) }
        }
    }
}

/// The map of facilities that opened, closed and moved.
pub(in super::super) fn changes(city: &City, changes: &Changes, summary: &Summary, language: Language) -> Markup {
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
        figure {
            svg class="map" viewBox={ "0 0 " (whole(view.width)) " " (whole(view.height)) } role="img"
                aria-label=(language.pick("新增、关闭与迁移的设施", "Facilities that opened, closed and moved")) {
                (drawn(&view, city, summary, Detail::Full, language))
                @for change in [Change::Closed, Change::Moved, Change::Opened] {
                    path class={ "change " (class_of(change)) } d=(signs(change)) {}
                }
                (names(&view, city, true, language))
                (furniture(&view, city, language))
            }
            figcaption class="key" {
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

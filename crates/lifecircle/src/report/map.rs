//! The map: streets, water and green, and every home as a dot coloured by how many circles it has, or by one circle.
//!
//! Dots of one colour are one path, so that a hundred thousand homes stay a small file that any printer takes. Homes that
//! would lie on each other share a dot, coloured by what their residents have on average.

use std::collections::BTreeMap;

use geo_types::MultiPolygon;

use super::text::{escape, put};
use crate::city::{BackdropKind, City, StreetKind};
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

    fn shows(&self, [x, y]: [f64; 2]) -> bool {
        (-20.0..=self.width + 20.0).contains(&x) && (-20.0..=self.height + 20.0).contains(&y)
    }
}

/// A path of lines, with points that would not be seen left out.
fn line_to(path: &mut String, view: &View, line: impl Iterator<Item = LonLat>) {
    let points: Vec<[f64; 2]> = line.map(|point| view.at(point)).collect();
    if !points.iter().any(|point| view.shows(*point)) {
        return;
    }
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

fn area(path: &mut String, view: &View, shape: &MultiPolygon<f64>) {
    for ring in crate::geo::polygon::rings(shape) {
        line_to(path, view, ring.0.iter().copied());
        path.push('Z');
    }
}

/// Dots by colour: for each step of the scale, a path.
fn dots(places: &[[f64; 2]], residents: &[f64], share: impl Fn(usize) -> f64, steps: usize) -> String {
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

    let mut svg = String::new();
    for (step, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
        put(&mut svg, format_args!("<path d=\"{path}\" stroke=\"{}\"/>", colour(step as f64 / steps as f64)));
    }
    svg
}

/// The map with its legend and the buttons that switch its layers.
pub(super) fn draw(city: &City, measured: &Measured, summary: &Summary, language: Language) -> String {
    let view = View::of(city);
    let standard = &measured.standard;
    let places: Vec<[f64; 2]> = city.homes.iter().map(|home| view.at(home.at)).collect();
    let residents: Vec<f64> = city.homes.iter().map(|home| home.residents).collect();
    let all = standard.circles.len();
    // Less than a third of the space that a home has on average: thin towns get large dots, dense ones small.
    let space = (view.width * view.height / city.homes.len().max(1) as f64).sqrt();
    let dot = (space * 0.3).clamp(DOT[0], DOT[1]);
    let mut page = String::from("<div class=\"map\">");
    let mut layers = vec![(
        language.pick("生活圈个数", "Number of circles").to_owned(),
        dots(&places, &residents, |home| measured.circles(home) as f64 / all as f64, all),
    )];
    layers.push((
        language.pick("全部必需服务", "All required services").to_owned(),
        dots(&places, &residents, |home| measured.completeness(home), 20),
    ));
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
    for (index, (name, _)) in layers.iter().enumerate() {
        let checked = if index == 0 { " checked" } else { "" };
        put(
            &mut page,
            format_args!(
                "<input type=\"radio\" name=\"layer\" id=\"layer{index}\"{checked}><label for=\"layer{index}\">{}</label>",
                escape(name)
            ),
        );
    }
    put(
        &mut page,
        format_args!(
            "<svg viewBox=\"0 0 {:.0} {:.0}\" role=\"img\" aria-label=\"{}\">",
            view.width,
            view.height,
            escape(language.pick("各住处拥有的生活圈数", "How many circles each home has"))
        ),
    );
    background(&mut page, &view, city, summary, language);
    for (index, (_, dots)) in layers.iter().enumerate() {
        put(&mut page, format_args!("<g class=\"layer layer{index}\" stroke-width=\"{:.1}\">{dots}</g>", dot));
    }
    furniture(&mut page, &view, city, language);
    page.push_str("</svg>");
    legend(&mut page, all, standard.score.is_some(), language);
    page.push_str("</div>");
    page
}

/// The map of facilities that opened, closed and moved.
pub(super) fn changes(city: &City, changes: &Changes, summary: &Summary, language: Language) -> String {
    const SIZE: f64 = 5.0;
    let view = View::of(city);
    let mut page = format!(
        "<div class=\"map\"><svg viewBox=\"0 0 {:.0} {:.0}\" role=\"img\" aria-label=\"{}\">",
        view.width,
        view.height,
        language.pick("新增、关闭与迁移的设施", "Facilities that opened, closed and moved")
    );
    background(&mut page, &view, city, summary, language);
    for change in [Change::Closed, Change::Moved, Change::Opened] {
        let mut path = String::new();
        for facility in changes.facilities.iter().filter(|facility| facility.change == change) {
            let [x, y] = view.at(LonLat { x: facility.lon, y: facility.lat });
            if view.shows([x, y]) {
                match change {
                    Change::Opened => put(
                        &mut path,
                        format_args!("M{:.1} {y:.1}h{}M{x:.1} {:.1}v{}", x - SIZE, 2.0 * SIZE, y - SIZE, 2.0 * SIZE),
                    ),
                    Change::Closed => put(
                        &mut path,
                        format_args!(
                            "M{:.1} {:.1}l{} {}m0 {}l{} {}",
                            x - SIZE,
                            y - SIZE,
                            2.0 * SIZE,
                            2.0 * SIZE,
                            -2.0 * SIZE,
                            -2.0 * SIZE,
                            2.0 * SIZE
                        ),
                    ),
                    Change::Moved => put(
                        &mut path,
                        format_args!("M{:.1} {y:.1}l{SIZE} {}l{SIZE} {SIZE}l{} {SIZE}Z", x - SIZE, -SIZE, -SIZE),
                    ),
                }
            }
        }
        put(&mut page, format_args!("<path class=\"change {}\" d=\"{path}\"/>", class_of(change)));
    }
    furniture(&mut page, &view, city, language);
    page.push_str("</svg><p class=\"key\">");
    for (change, sign, zh, en) in [
        (Change::Opened, "＋", "新增", "opened"),
        (Change::Closed, "✕", "关闭", "closed"),
        (Change::Moved, "◇", "迁移", "moved"),
    ] {
        put(
            &mut page,
            format_args!("<b class=\"change {}\">{sign}</b> {}&emsp;", class_of(change), language.pick(zh, en)),
        );
    }
    page.push_str("</p></div>");
    page
}

fn class_of(change: Change) -> &'static str {
    match change {
        Change::Opened => "opened",
        Change::Closed => "closed",
        Change::Moved => "moved",
    }
}

fn background(page: &mut String, view: &View, city: &City, summary: &Summary, language: Language) {
    for kind in [BackdropKind::Green, BackdropKind::Water] {
        let mut path = String::new();
        for backdrop in city.basemap.iter().filter(|backdrop| backdrop.kind == kind) {
            area(&mut path, view, &backdrop.shape);
        }
        let class = if kind == BackdropKind::Water { "water" } else { "green" };
        put(page, format_args!("<path class=\"{class}\" fill-rule=\"evenodd\" d=\"{path}\"/>"));
    }
    // Footpaths make a fine net of a quarter, and only grey of a country.
    let detailed = city.streets.edges.len() < 60_000;
    let classes: [(&str, &[StreetKind]); 3] = [
        ("path", &[StreetKind::Path, StreetKind::Steps, StreetKind::Service]),
        ("minor", &[StreetKind::Minor]),
        ("major", &[StreetKind::Major]),
    ];
    for (class, kinds) in classes.into_iter().filter(|(class, _)| detailed || *class != "path") {
        let mut path = String::new();
        for edge in city.streets.edges.iter().filter(|edge| kinds.contains(&edge.kind)) {
            line_to(&mut path, view, city.streets.line(edge));
        }
        put(page, format_args!("<path class=\"street {class}\" d=\"{path}\"/>"));
    }
    for community in &city.communities {
        let mut path = String::new();
        area(&mut path, view, &community.shape);
        let told = summary.communities.iter().find(|c| c.id == community.id);
        let all = told.and_then(|c| c.area.gaps.iter().find(|gap| gap.required)).map(|gap| gap.service.clone());
        let name = community.name.show(language.is_english());
        let lacks =
            all.map(|service| format!(" · {} {service}", language.pick("最缺", "lacks most:"))).unwrap_or_default();
        put(
            page,
            format_args!(
                "<path class=\"community\" d=\"{path}\"><title>{}{}</title></path>",
                escape(name),
                escape(&lacks)
            ),
        );
    }
}

/// Scale bar, north, and whose data it is.
fn furniture(page: &mut String, view: &View, city: &City, language: Language) {
    let kilometres = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
        .into_iter()
        .rfind(|km| km * view.kilometre < view.width / 4.0)
        .unwrap_or(0.1);
    let (length, y) = (kilometres * view.kilometre, view.height - 16.0);
    put(
        page,
        format_args!(
            "<g class=\"furniture\"><path d=\"M16 {y:.0}v-5h0v5h{length:.1}v-5\"/><text x=\"{:.0}\" y=\"{:.0}\">{kilometres} km</text>",
            22.0 + length,
            y
        ),
    );
    put(
        page,
        format_args!(
            "<path d=\"M{x:.0} 46V16m-6 9l6 -9l6 9\"/><text x=\"{x:.0}\" y=\"62\" text-anchor=\"middle\">{}</text>",
            language.pick("北", "N"),
            x = view.width - 26.0
        ),
    );
    put(
        page,
        format_args!(
            "<text class=\"credit\" x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text></g>",
            view.width - 10.0,
            view.height - 10.0,
            escape(&credit(city, language))
        ),
    );
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

fn legend(page: &mut String, all: usize, has_score: bool, language: Language) {
    put(
        page,
        format_args!(
            "<div class=\"legend legend-all\"><span>{}</span>",
            language.pick("拥有的生活圈数", "Circles that a home has")
        ),
    );
    for count in 0..=all {
        let share = count as f64 / all as f64;
        put(page, format_args!("<i style=\"background:{};color:{}\">{count}</i>", colour(share), ink(share)));
    }
    put(
        page,
        format_args!(
            "</div><div class=\"legend legend-one\"><span>{}</span>",
            if has_score {
                language.pick("必需服务的可达比例，或得分", "Required services within reach, or the score")
            } else {
                language.pick("必需服务的可达比例", "Required services within reach")
            }
        ),
    );
    for step in 0..=4 {
        let share = f64::from(step) / 4.0;
        put(
            page,
            format_args!(
                "<i style=\"background:{};color:{}\">{}</i>",
                colour(share),
                ink(share),
                percent(share).replace(".0 ", "\u{202f}")
            ),
        );
    }
    page.push_str("</div>");
}

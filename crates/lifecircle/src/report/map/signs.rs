//! Facilities as signs: a shape for each group of them, so that no colour is needed to tell them apart.

use maud::{Markup, html};

use super::super::text::put;

/// How many shapes there are; a group beyond them has a shape that another has too.
pub(super) const SHAPES: usize = 12;

/// The outline of a shape of a size around a point. The second half of the shapes are those of the first, hollow.
fn outline(path: &mut String, shape: usize, [x, y]: [f64; 2], s: f64) {
    let t = s * 0.42;
    match shape % (SHAPES / 2) {
        0 => put(
            path,
            format_args!(
                "M{:.1} {y:.1}a{s:.1} {s:.1} 0 1 0 {:.1} 0a{s:.1} {s:.1} 0 1 0 {:.1} 0Z",
                x - s,
                2.0 * s,
                -2.0 * s
            ),
        ),
        1 => put(path, format_args!("M{:.1} {:.1}h{d:.1}v{d:.1}h-{d:.1}Z", x - s * 0.9, y - s * 0.9, d = s * 1.8)),
        2 => {
            put(path, format_args!("M{x:.1} {:.1}l{:.1} {h:.1}h-{:.1}Z", y - s * 1.15, s * 1.15, s * 2.3, h = s * 2.1))
        }
        3 => put(
            path,
            format_args!("M{x:.1} {:.1}l{r:.1} {r:.1}l-{r:.1} {r:.1}l-{r:.1} -{r:.1}Z", y - s * 1.3, r = s * 1.3),
        ),
        4 => put(
            path,
            format_args!(
                "M{:.1} {:.1}h{w:.1}v{a:.1}h{a:.1}v{w:.1}h-{a:.1}v{a:.1}h-{w:.1}v-{a:.1}h-{a:.1}v-{w:.1}h{a:.1}Z",
                x - t,
                y - t - s * 0.8,
                w = 2.0 * t,
                a = s * 0.8
            ),
        ),
        _ => {
            put(path, format_args!("M{x:.1} {:.1}l{:.1} {h:.1}h-{:.1}Z", y + s * 1.15, s * 1.15, s * 2.3, h = -s * 2.1))
        }
    }
}

/// All facilities of a group, with the group's shape.
pub(super) fn draw(group: usize, places: impl Iterator<Item = [f64; 2]>, size: f64) -> Markup {
    let mut path = String::new();
    places.for_each(|at| outline(&mut path, group, at, size));
    html! { @if !path.is_empty() { path class=(class(group)) d=(path) {} } }
}

/// The shape of a group beside its name in a legend.
pub(super) fn in_legend(group: usize) -> Markup {
    let mut path = String::new();
    outline(&mut path, group, [8.0, 8.0], 5.0);
    html! { svg class="sign-of" viewBox="0 0 16 16" width="15" height="15" aria-hidden="true" { path class=(class(group)) d=(path) {} } }
}

fn class(group: usize) -> &'static str {
    if group % SHAPES < SHAPES / 2 { "sign" } else { "sign hollow" }
}

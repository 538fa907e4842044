//! Homes as dots, coloured by how much they have.
//!
//! Dots of one colour are one path, so that a hundred thousand homes stay a small file that any printer takes. Homes that
//! would lie on each other share a dot, coloured by what their residents have on average.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::scale::colour;
use super::super::text::tenths;
use super::ground::put_dot;
use super::view::View;
use crate::measure::Measured;

/// The least and greatest width of a dot.
const DOT: [f64; 2] = [3.2, 9.0];

/// The homes of a map, each coloured by a share in one of so many steps; homes closer than `cell` share a dot.
pub(super) struct Dots<'a> {
    pub(super) view: &'a View,
    pub(super) measured: &'a Measured,
    pub(super) cell: f64,
    pub(super) steps: usize,
}

impl Dots<'_> {
    /// Draws them.
    pub(super) fn draw(&self, share: impl Fn(usize) -> f64) -> Markup {
        let homes = &self.measured.city().homes;
        let mut cells: BTreeMap<(i32, i32), (f64, f64, [f64; 2])> = BTreeMap::new();
        for (number, home) in homes.iter().enumerate() {
            let at = self.view.at(home.at);
            if !self.view.shows(at) {
                continue;
            }
            let [x, y] = at;
            let cell = cells.entry(((y / self.cell) as i32, (x / self.cell) as i32)).or_insert((0.0, 0.0, at));
            // Homes without residents still show, with next to no weight.
            let weight = home.residents.max(1e-9);
            cell.0 += weight;
            cell.1 += weight * share(number);
        }
        // Less than a third of the space that a dot has on average: thin towns get large dots, dense ones small.
        let space = (self.view.width * self.view.height / cells.len().max(1) as f64).sqrt();
        let dot = (space * 0.3).clamp(DOT[0], DOT[1]).max(self.cell * 1.15);
        let mut paths = vec![String::new(); self.steps + 1];
        for (weight, sum, at) in cells.into_values() {
            let step = (sum / weight * self.steps as f64).round() as usize;
            put_dot(&mut paths[step.min(self.steps)], at);
        }
        html! {
            g class="homes" stroke-width=(tenths(dot)) {
                @for (step, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
                    path d=(path) stroke=(colour(step as f64 / self.steps as f64)) {}
                }
            }
        }
    }
}

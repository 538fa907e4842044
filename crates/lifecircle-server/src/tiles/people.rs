//! Where people live as tiles, with what they have within reach: single homes where they can be told apart, hexagons of many homes
//! elsewhere. Both have the same attributes, so a map is coloured by one rule.
//!
//! Attributes: `people`; `circles`, how many circles they have, in tenths; `c0` … for each circle, the percentage who have it;
//! `m0` … for each service, tenths of a minute to the nearest, rounded up, absent where no way leads to one. Those of a hexagon are
//! means over its people. Of a city with a scenario also `gained` and `lost`: how many services more and less they have than without
//! it, in hundredths.

use std::collections::HashMap;
use std::sync::OnceLock;

use lifecircle::measure::Measured;
use lifecircle_plan::scenario::homes_changed;

use super::grid::{Bounds, TileId, World, world};
use super::mvt::{Attribute, LayerBuilder, Shape, encode};

/// From here on homes are drawn one by one.
pub const HOME_ZOOM: u8 = 14;

/// From the middle of a hexagon to its corners, in pixels of a tile that is 512 wide.
const HEXAGON_PIXELS: f64 = 9.0;

/// The attributes' names, and homes by the tile that they lie in.
#[derive(Debug)]
pub struct PeopleMap {
    keys: Keys,
    homes: HashMap<(u32, u32), Vec<u32>>,
    hexagons: Vec<OnceLock<Hexagons>>,
    changes: Option<Changes>,
}

/// For each home that a scenario changes, how many services it gains and loses.
type Changes = HashMap<usize, [usize; 2]>;

#[derive(Debug)]
struct Keys {
    circles: Vec<String>,
    services: Vec<String>,
}

/// Hexagons of one zoom, by the column and row of a square that they lie in.
#[derive(Debug)]
struct Hexagons {
    size: f64,
    by_tile: HashMap<(u32, u32), Vec<Hexagon>>,
}

#[derive(Debug)]
struct Hexagon {
    middle: World,
    people: f64,
    circles: f64,
    /// People who have each circle.
    having: Vec<f64>,
    /// For each service, people with a way to one, and their minutes.
    minutes: Vec<[f64; 2]>,
    /// Services gained and lost, times people.
    changes: [f64; 2],
}

impl PeopleMap {
    /// Sorts the homes of a measured city; of one with a scenario also by what it was before.
    pub fn new(measured: &Measured, before: Option<&Measured>) -> Self {
        let standard = &measured.standard;
        let keys = Keys {
            circles: (0..standard.circles.len()).map(|circle| format!("c{circle}")).collect(),
            services: (0..standard.services.len()).map(|service| format!("m{service}")).collect(),
        };
        let mut homes: HashMap<(u32, u32), Vec<u32>> = HashMap::new();
        for (index, home) in measured.city().homes.iter().enumerate() {
            homes.entry(square_of(world(home.at), HOME_ZOOM)).or_default().push(index as u32);
        }
        let changes = before.map(|before| {
            let changed = homes_changed(before, measured).into_iter();
            changed.map(|change| (change.home, [change.gained.len(), change.lost.len()])).collect()
        });
        Self { keys, homes, hexagons: (0..HOME_ZOOM).map(|_| OnceLock::new()).collect(), changes }
    }

    /// A tile's bytes.
    pub fn tile(&self, measured: &Measured, tile: TileId) -> Vec<u8> {
        let mut layer = LayerBuilder::new(if tile.zoom >= HOME_ZOOM { "homes" } else { "hexagons" });
        if tile.zoom >= HOME_ZOOM {
            self.add_homes(measured, tile, &mut layer);
        } else {
            let of_zoom = &self.hexagons[usize::from(tile.zoom)];
            let hexagons = || Hexagons::new(measured, self.changes.as_ref(), tile.zoom);
            of_zoom.get_or_init(hexagons).add(tile, &self.keys, self.changes.is_some(), &mut layer);
        }
        encode(vec![layer])
    }

    fn add_homes<'a>(&'a self, measured: &'a Measured, tile: TileId, layer: &mut LayerBuilder<'a>) {
        let coarser = tile.zoom - HOME_ZOOM;
        let Some(homes) = self.homes.get(&(tile.x >> coarser, tile.y >> coarser)) else { return };
        for index in homes {
            let home = &measured.city().homes[*index as usize];
            let Some(shape) = tile.point(world(home.at)) else { continue };
            let index = *index as usize;
            let having = (0..self.keys.circles.len()).map(|circle| measured.has_circle(index, circle));
            let having: Vec<bool> = having.collect();
            let held = having.iter().filter(|has| **has).count();
            let circles = self.keys.circles.iter().zip(having).map(|(key, has)| (key.as_str(), u64::from(has) * 100));
            let times = self.keys.services.iter().enumerate().filter_map(|(service, key)| {
                Some((key.as_str(), tenths_of_minutes(measured.nearest(index, service)?.0)))
            });
            let head = [("people", home.residents.round() as u64), ("circles", held as u64 * 10)];
            let changes = self.changes.iter().flat_map(|changes| {
                let counts = changes.get(&index).copied().unwrap_or_default();
                CHANGES.into_iter().zip(counts.map(|count| count as u64 * 100))
            });
            let all = head.into_iter().chain(circles).chain(times).chain(changes);
            layer.add(Some(index as u64), &shape, all.map(|(key, value)| (key, Attribute::Number(value))));
        }
    }
}

/// The attributes of what a scenario changes.
const CHANGES: [&str; 2] = ["gained", "lost"];

/// Rounded up, so that who is within a whole number of minutes is shown as within them.
fn tenths_of_minutes(seconds: f64) -> u64 {
    (seconds / 6.0 - 1e-9).ceil().max(0.0) as u64
}

fn square_of(at: World, zoom: u8) -> (u32, u32) {
    let scale = f64::from(1_u32 << zoom);
    ((at[0] * scale) as u32, (at[1] * scale) as u32)
}

impl Hexagons {
    fn new(measured: &Measured, changes: Option<&Changes>, zoom: u8) -> Self {
        let size = HEXAGON_PIXELS / 512.0 / f64::from(1_u32 << zoom);
        let standard = &measured.standard;
        let mut cells: HashMap<[i64; 2], Hexagon> = HashMap::new();
        for (index, home) in measured.city().homes.iter().enumerate() {
            let cell = hexagon_of(world(home.at), size);
            let hexagon = cells.entry(cell).or_insert_with(|| Hexagon {
                middle: middle_of(cell, size),
                people: 0.0,
                circles: 0.0,
                having: vec![0.0; standard.circles.len()],
                minutes: vec![[0.0; 2]; standard.services.len()],
                changes: [0.0; 2],
            });
            let people = home.residents;
            hexagon.people += people;
            let changed = changes.and_then(|changes| changes.get(&index)).copied().unwrap_or_default();
            for (sum, count) in hexagon.changes.iter_mut().zip(changed) {
                *sum += people * count as f64;
            }
            for (circle, having) in hexagon.having.iter_mut().enumerate() {
                if measured.has_circle(index, circle) {
                    *having += people;
                    hexagon.circles += people;
                }
            }
            for (service, [with_way, minutes]) in hexagon.minutes.iter_mut().enumerate() {
                if let Some(time) = measured.nearest(index, service) {
                    *with_way += people;
                    *minutes += people * time.0 / 60.0;
                }
            }
        }
        let mut by_tile: HashMap<(u32, u32), Vec<Hexagon>> = HashMap::new();
        let mut cells: Vec<([i64; 2], Hexagon)> = cells.into_iter().filter(|(_, cell)| cell.people > 0.0).collect();
        cells.sort_unstable_by_key(|(cell, _)| *cell);
        for (_, hexagon) in cells {
            by_tile.entry(square_of(hexagon.middle, zoom)).or_default().push(hexagon);
        }
        Self { size, by_tile }
    }

    /// Adds those whose middle lies in a tile or just beside it.
    fn add<'a>(&'a self, tile: TileId, keys: &'a Keys, tells_changes: bool, layer: &mut LayerBuilder<'a>) {
        let beside = |at: u32| at.saturating_sub(1)..=at + 1;
        let [west, north, east, south]: Bounds = tile.bounds();
        let near = beside(tile.x).flat_map(|x| beside(tile.y).map(move |y| (x, y)));
        for hexagon in near.filter_map(|square| self.by_tile.get(&square)).flatten() {
            let [x, y] = hexagon.middle;
            if x + self.size < west || x - self.size > east || y + self.size < north || y - self.size > south {
                continue;
            }
            let corner = |number: u32| {
                let angle = (f64::from(number) * 60.0 + 30.0).to_radians();
                let [x, y] = tile.units([x + self.size * angle.cos(), y + self.size * angle.sin()]);
                [x.round() as i32, y.round() as i32]
            };
            let shape = Shape::Rings(vec![(0..6).map(corner).collect()]);
            let share = |part: f64| part / hexagon.people;
            let circles = keys.circles.iter().zip(&hexagon.having);
            let circles = circles.map(|(key, having)| (key.as_str(), (share(*having) * 100.0).round() as u64));
            let times = keys.services.iter().zip(&hexagon.minutes).filter(|(_, [with_way, _])| *with_way > 0.0);
            let times =
                times.map(|(key, [with_way, minutes])| (key.as_str(), tenths_of_minutes(minutes / with_way * 60.0)));
            let head = [
                ("people", hexagon.people.round() as u64),
                ("circles", (share(hexagon.circles) * 10.0).round() as u64),
            ];
            let changes = hexagon.changes.map(|sum| (share(sum) * 100.0).round() as u64);
            let changes = CHANGES.into_iter().zip(changes).filter(|_| tells_changes);
            let all = head.into_iter().chain(circles).chain(times).chain(changes);
            layer.add(None, &shape, all.map(|(key, value)| (key, Attribute::Number(value))));
        }
    }
}

/// The hexagon that a point lies in, by its column and row askew. Source: Patel, *Hexagonal Grids*, pointy tops, axial coordinates.
fn hexagon_of([x, y]: World, size: f64) -> [i64; 2] {
    let (x, y) = (x / size, y / size);
    let column = 3_f64.sqrt() / 3.0 * x - y / 3.0;
    let row = 2.0 / 3.0 * y;
    let third = -column - row;
    let (mut q, mut r, s) = (column.round(), row.round(), third.round());
    let off = [(q - column).abs(), (r - row).abs(), (s - third).abs()];
    if off[0] > off[1] && off[0] > off[2] {
        q = -r - s;
    } else if off[1] > off[2] {
        r = -q - s;
    }
    [q as i64, r as i64]
}

fn middle_of([q, r]: [i64; 2], size: f64) -> World {
    let (q, r) = (q as f64, r as f64);
    [size * 3_f64.sqrt() * (q + r / 2.0), size * 1.5 * r]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_lies_in_the_hexagon_whose_middle_is_nearest() {
        let size = 0.01;
        for step in 0..400 {
            let at = [0.3 + f64::from(step % 20) * 0.0017, 0.4 + f64::from(step / 20) * 0.0013];
            let [q, r] = hexagon_of(at, size);
            let distance = |cell: [i64; 2]| {
                let middle = middle_of(cell, size);
                (middle[0] - at[0]).hypot(middle[1] - at[1])
            };
            let around = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, -1], [-1, 1]];
            assert!(around.iter().all(|[dq, dr]| distance([q, r]) <= distance([q + dq, r + dr]) + 1e-12));
        }
    }

    #[test]
    fn minutes_are_rounded_up_to_tenths() {
        assert_eq!((tenths_of_minutes(900.0), tenths_of_minutes(900.001), tenths_of_minutes(0.0)), (150, 151, 0));
    }
}

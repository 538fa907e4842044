//! Outlines: the area of a field where streets are reached within a limit.

use geo_types::{Coord, LineString, MultiPolygon, Polygon};

use super::field::Field;

/// A millisecond of walking in metres, to weigh what is late against what is far: about 1.1 m/s. It bears only on where
/// between two grid points an outline runs.
const METRES_A_MILLISECOND: f32 = 0.0011;

/// Vertices keep this share of a grid cell away from its corners.
const CLEAR: f32 = 0.02;

const NONE: u32 = u32::MAX;

/// How far each point is outside (positive) or inside (negative), in grid cells; no more than one outside.
struct Levels<'a> {
    field: &'a Field,
    limit: f32,
    levels: &'a mut Vec<f32>,
}

/// What is kept from one area to the next.
#[derive(Default, Debug)]
pub(super) struct Tracing {
    /// By point.
    levels: Vec<f32>,
    /// By side of a cell: the side to which the outline goes on. None anywhere once all rings are drawn.
    next: Vec<u32>,
    /// Whether points are inside, 64 of a row in a word.
    inside: Vec<u64>,
}

impl pulp::NullaryFnOnce for Levels<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { field, limit, levels } = self;
        let cells_a_millisecond = METRES_A_MILLISECOND / field.cell;
        let level = |(time, distance): (&f32, &f32)| {
            let late = (time - limit) * cells_a_millisecond;
            late.max(distance.sqrt() - field.margin).min(1.0)
        };
        levels.clear();
        levels.extend(field.times.iter().zip(&field.distances).map(level));
    }
}

/// The area within a limit in milliseconds: outlines with what lies inside on their left, holes kept.
pub(super) fn area(arch: pulp::Arch, field: &Field, limit: f32, tracing: &mut Tracing) -> MultiPolygon<f64> {
    arch.dispatch(Levels { field, limit, levels: &mut tracing.levels });
    let rings = rings(field, tracing);
    let (shells, holes): (Vec<_>, Vec<_>) = rings.into_iter().partition(|ring| signed_area(ring) > 0.0);
    nest(shells, holes, field)
}

/// Closed rings in grid cells, counter-clockwise around what is inside.
fn rings(field: &Field, tracing: &mut Tracing) -> Vec<Vec<[f64; 2]>> {
    let Tracing { levels, next, inside } = tracing;
    // A side of a cell has the number of its first point, twice, and one more if it goes up instead of right.
    next.resize(next.len().max(2 * levels.len()), NONE);
    let mut starts = Vec::new();
    let words = field.columns.div_ceil(64);
    inside.clear();
    for row in levels.chunks_exact(field.columns) {
        let word =
            |part: &[f32]| part.iter().enumerate().fold(0, |word, (at, level)| word | u64::from(*level <= 0.0) << at);
        inside.extend(row.chunks(64).map(word));
    }
    for row in 0..field.rows - 1 {
        for column in crossed(&inside[row * words..(row + 2) * words], field.columns - 1) {
            let point = row * field.columns + column;
            let corners = [point, point + 1, point + field.columns + 1, point + field.columns];
            let inside = corners.map(|corner| levels[corner] <= 0.0);
            let case =
                inside.iter().enumerate().fold(0, |case, (corner, inside)| case | usize::from(*inside) << corner);
            let [bottom, right, top, left] = [2 * corners[0], 2 * corners[1] + 1, 2 * corners[3], 2 * corners[0] + 1];
            let joined = corners.iter().map(|corner| levels[*corner]).sum::<f32>() <= 0.0;
            // From the side where the outline enters the cell to that where it leaves, what is inside on its left.
            let segments: &[(usize, usize)] = match (case, joined) {
                (1, _) => &[(bottom, left)],
                (2, _) => &[(right, bottom)],
                (3, _) => &[(right, left)],
                (4, _) => &[(top, right)],
                (5, false) => &[(bottom, left), (top, right)],
                (5, true) => &[(bottom, right), (top, left)],
                (6, _) => &[(top, bottom)],
                (7, _) => &[(top, left)],
                (8, _) => &[(left, top)],
                (9, _) => &[(bottom, top)],
                (10, false) => &[(right, bottom), (left, top)],
                (10, true) => &[(left, bottom), (right, top)],
                (11, _) => &[(right, top)],
                (12, _) => &[(left, right)],
                (13, _) => &[(bottom, right)],
                _ => &[(left, bottom)],
            };
            for (from, to) in segments {
                next[*from] = *to as u32;
                starts.push(*from);
            }
        }
    }
    let vertex = |side: usize| {
        let first = side / 2;
        let goes_right = side.is_multiple_of(2);
        let second = if goes_right { first + 1 } else { first + field.columns };
        let share = levels[first] / (levels[first] - levels[second]);
        let share = f64::from(share.clamp(CLEAR, 1.0 - CLEAR));
        let (x, y) = ((first % field.columns) as f64, (first / field.columns) as f64);
        if goes_right { [x + share, y] } else { [x, y + share] }
    };
    let mut rings = Vec::new();
    for start in starts {
        let mut ring = Vec::new();
        let mut side = start;
        while next[side] != NONE {
            ring.push(vertex(side));
            side = std::mem::replace(&mut next[side], NONE) as usize;
        }
        if !ring.is_empty() {
            rings.push(ring);
        }
    }
    rings
}

/// The cells between two rows of points that have some corners inside and some outside: most have not.
fn crossed(rows: &[u64], columns: usize) -> impl Iterator<Item = usize> {
    let (low, high) = rows.split_at(rows.len() / 2);
    let shifted = |row: &[u64], at: usize| row[at] >> 1 | row.get(at + 1).map_or(0, |next| next << 63);
    let mixed = move |at: usize| {
        let corners = [low[at], shifted(low, at), high[at], shifted(high, at)];
        let any = corners.iter().fold(0, |any, corner| any | corner);
        any & !corners.iter().fold(u64::MAX, |all, corner| all & corner)
    };
    let of_word = move |at: usize| {
        let mut left = mixed(at);
        std::iter::from_fn(move || {
            let bit = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (bit < 64).then_some(64 * at + bit)
        })
    };
    (0..low.len()).flat_map(of_word).take_while(move |column| *column < columns)
}

/// Twice the area of a ring, positive if it goes counter-clockwise.
fn signed_area(ring: &[[f64; 2]]) -> f64 {
    let mut sum = 0.0;
    let mut last = ring[ring.len() - 1];
    for at in ring {
        sum += last[0] * at[1] - at[0] * last[1];
        last = *at;
    }
    sum
}

/// Puts each hole into the smallest shell around it.
fn nest(mut shells: Vec<Vec<[f64; 2]>>, holes: Vec<Vec<[f64; 2]>>, field: &Field) -> MultiPolygon<f64> {
    shells.sort_by(|a, b| signed_area(a).total_cmp(&signed_area(b)));
    let mut holes_of: Vec<Vec<LineString<f64>>> = vec![Vec::new(); shells.len()];
    let line = |ring: &[[f64; 2]]| {
        let closed = ring.iter().chain(ring.first());
        LineString(closed.map(|at| field.degrees(*at)).map(|at| Coord { x: at.x, y: at.y }).collect())
    };
    for hole in holes {
        let around = (0..shells.len()).find(|shell| shells.len() == 1 || holds(&shells[*shell], hole[0]));
        if let Some(shell) = around {
            holes_of[shell].push(line(&hole));
        }
    }
    let polygons = shells.iter().zip(holes_of).map(|(shell, holes)| Polygon::new(line(shell), holes));
    MultiPolygon(polygons.collect())
}

/// Whether a ring goes around a point (by the parity of crossings to its right).
fn holds(ring: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
    let mut inside = false;
    let mut last = ring[ring.len() - 1];
    for at in ring {
        if (at[1] > y) != (last[1] > y) && x < last[0] + (at[0] - last[0]) * (y - last[1]) / (at[1] - last[1]) {
            inside = !inside;
        }
        last = *at;
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn crossed_cells_have_corners_of_both_kinds(rows in (2_usize..200).prop_flat_map(|columns| {
            [proptest::collection::vec(any::<bool>(), columns), proptest::collection::vec(any::<bool>(), columns)]
        })) {
            let [low, high] = &rows;
            let words = |row: &[bool]| -> Vec<u64> {
                row.chunks(64).map(|part| part.iter().enumerate().fold(0, |word, (at, is)| word | u64::from(*is) << at)).collect()
            };
            let found: Vec<usize> = crossed(&[words(low), words(high)].concat(), low.len() - 1).collect();
            let is_mixed = |column: &usize| {
                let corners = [low[*column], low[column + 1], high[*column], high[column + 1]];
                corners.contains(&true) && corners.contains(&false)
            };
            let plain: Vec<usize> = (0..low.len() - 1).filter(is_mixed).collect();
            prop_assert_eq!(found, plain);
        }
    }
}

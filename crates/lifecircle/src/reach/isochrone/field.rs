//! The field under an isochrone: for each point of a grid, how far the nearest street is and when that is reached.

use crate::geo::LonLat;
use crate::geo::metric::Frame;

/// Side of a grid cell in metres, unless the area is so large that the grid would have more than [`MOST`] points a side.
const CELL: f64 = 20.0;
const MOST: f64 = 1500.0;

/// Points of a row that are told at once.
const ABREAST: usize = 8;

/// A grid over a rectangle. Rows go from south to north.
#[derive(Default, Debug)]
pub(super) struct Field {
    /// Degrees of the first point.
    corner: LonLat,
    /// Grid cells a degree.
    per_lon: f64,
    per_lat: f64,
    /// Metres a grid cell.
    pub cell: f32,
    /// How far from a street an area reaches, in grid cells.
    pub margin: f32,
    pub columns: usize,
    pub rows: usize,
    /// Squared distance to the nearest street in grid cells.
    pub distances: Vec<f32>,
    /// When it is reached, in milliseconds.
    pub times: Vec<f32>,
}

/// A straight part of an edge, in grid cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub ends: [[f32; 2]; 2],
    /// Where the ends lie on the edge, as shares of its length.
    pub shares: [f32; 2],
    /// When the edge's beginning is reached, and how long the whole edge takes from there.
    pub from: f32,
    pub ahead: f32,
    /// When its end is reached, and how long it takes back.
    pub to: f32,
    pub back: f32,
    /// Where on the edge a search starts, and when.
    pub start: Option<(f32, f32)>,
}

/// A distance beyond all margins.
const NOWHERE: f32 = 1e12;

impl Field {
    /// Covers a rectangle and a margin in metres around it.
    pub fn open(&mut self, low: LonLat, high: LonLat, margin: f64) {
        let frame = Frame::at(f64::midpoint(low.y, high.y));
        let extent = ((high.x - low.x) * frame.per_lon).max((high.y - low.y) * frame.per_lat);
        let cell = CELL.max(extent / MOST);
        (self.per_lon, self.per_lat) = (frame.per_lon / cell, frame.per_lat / cell);
        // Beyond the margin there is a ring of points outside all areas, so that outlines close.
        let around = (margin / cell).ceil() + 2.0;
        self.corner = LonLat { x: low.x - around / self.per_lon, y: low.y - around / self.per_lat };
        self.columns = ((high.x - low.x) * self.per_lon + 2.0 * around).ceil() as usize + 1 + ABREAST;
        self.rows = ((high.y - low.y) * self.per_lat + 2.0 * around).ceil() as usize + 1;
        (self.cell, self.margin) = (cell as f32, (margin / cell) as f32);
        self.distances.clear();
        self.distances.resize(self.columns * self.rows, NOWHERE);
        self.times.clear();
        self.times.resize(self.columns * self.rows, NOWHERE);
    }

    /// A point in degrees of one in grid cells.
    pub fn degrees(&self, [x, y]: [f64; 2]) -> LonLat {
        LonLat { x: self.corner.x + x / self.per_lon, y: self.corner.y + y / self.per_lat }
    }

    /// A point in grid cells of one in degrees.
    pub fn cells(&self, at: LonLat) -> [f32; 2] {
        [((at.x - self.corner.x) * self.per_lon) as f32, ((at.y - self.corner.y) * self.per_lat) as f32]
    }
}

/// Where streets that are reached lie, in squares of so many grid cells: what is far from all of them bears on no outline.
#[derive(Default, Debug)]
pub(super) struct Near {
    columns: usize,
    rows: usize,
    squares: Vec<bool>,
}

impl Near {
    /// Grid cells along a side of a square.
    const SIDE: f32 = 8.0;

    /// Covers a field; nothing is near yet.
    pub fn open(&mut self, field: &Field) {
        let squares = |cells: usize| cells / Self::SIDE as usize + 1;
        (self.columns, self.rows) = (squares(field.columns), squares(field.rows));
        self.squares.clear();
        self.squares.resize(self.columns * self.rows, false);
    }

    /// Says that what lies within so many grid cells of a rectangle is near.
    pub fn mark(&mut self, [low, high]: [[f32; 2]; 2], beyond: f32) {
        let (left, right) = self.across([low[0] - beyond, high[0] + beyond], self.columns);
        let (bottom, top) = self.across([low[1] - beyond, high[1] + beyond], self.rows);
        for row in bottom..=top {
            self.squares[row * self.columns + left..=row * self.columns + right].fill(true);
        }
    }

    /// Whether any of a rectangle may be near.
    pub fn holds(&self, [low, high]: [[f32; 2]; 2]) -> bool {
        let (left, right) = self.across([low[0], high[0]], self.columns);
        let (bottom, top) = self.across([low[1], high[1]], self.rows);
        (bottom..=top).any(|row| self.squares[row * self.columns + left..=row * self.columns + right].contains(&true))
    }

    /// The first and the last square of a stretch; those of what lies outside are at the edge.
    fn across(&self, [from, to]: [f32; 2], most: usize) -> (usize, usize) {
        let square = |cells: f32| ((cells / Self::SIDE).max(0.0) as usize).min(most - 1);
        (square(from), square(to))
    }
}

/// Tells the points of a field of the parts of edges around them.
pub(super) struct Tell<'a> {
    pub field: &'a mut Field,
    pub stretches: &'a [Stretch],
}

impl pulp::NullaryFnOnce for Tell<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for stretch in self.stretches {
            tell(self.field, stretch);
        }
    }
}

#[inline(always)]
fn tell(field: &mut Field, stretch: &Stretch) {
    let [[x0, y0], [x1, y1]] = stretch.ends;
    // Points beyond the margin are told too, since outlines are drawn between them and those within.
    let reach = field.margin + 1.5;
    let bottom = (y0.min(y1) - reach).ceil().max(0.0) as usize;
    let top = ((y0.max(y1) + reach).floor() + 1.0).max(0.0) as usize;
    let left = (x0.min(x1) - reach).ceil().max(0.0) as usize;
    let right = ((x0.max(x1) + reach).floor() + 1.0).max(0.0) as usize;
    let (right, top) = (right.min(field.columns - ABREAST), top.min(field.rows));
    if left >= right {
        return;
    }
    // Whole runs of points, though some are farther off than they need to be.
    let right = left + (right - left).next_multiple_of(ABREAST);
    let line = Line::new([x0, y0], [x1, y1]);
    for row in bottom..top {
        let points = row * field.columns + left..row * field.columns + right;
        let first = [left as f32, row as f32];
        let (distances, times) = (&mut field.distances[points.clone()], &mut field.times[points]);
        // Few searches start on a stretch: of the others nothing is asked of the way straight along it.
        match stretch.start {
            None => tell_row::<false>(line, stretch, first, distances, times),
            Some(_) => tell_row::<true>(line, stretch, first, distances, times),
        }
    }
}

/// A line in grid cells.
#[derive(Clone, Copy)]
struct Line {
    from: [f32; 2],
    by: [f32; 2],
    /// One by its squared length; zero if it has none.
    inverse: f32,
}

impl Line {
    fn new(from: [f32; 2], to: [f32; 2]) -> Self {
        let by = [to[0] - from[0], to[1] - from[1]];
        let square = by[0] * by[0] + by[1] * by[1];
        Self { from, by, inverse: if square > 0.0 { square.recip() } else { 0.0 } }
    }
}

/// Tells a row of points, of which the first lies at `first`.
#[inline(always)]
fn tell_row<const HAS_START: bool>(
    line: Line,
    stretch: &Stretch,
    first: [f32; 2],
    distances: &mut [f32],
    times: &mut [f32],
) {
    let [share, until] = stretch.shares;
    let (along, since) = stretch.start.unwrap_or((0.0, NOWHERE));
    let y = first[1] - line.from[1];
    let (distances, _) = distances.as_chunks_mut::<ABREAST>();
    let (times, _) = times.as_chunks_mut::<ABREAST>();
    let mut column = first[0] - line.from[0];
    for (distances, times) in distances.iter_mut().zip(times) {
        // Run by run, so that each line is one instruction or two.
        let run = |of: &dyn Fn(usize) -> f32| -> Run { std::array::from_fn(of) };
        let x = run(&|i| column + i as f32);
        let at = run(&|i| least(greatest((x[i] * line.by[0] + y * line.by[1]) * line.inverse, 0.0), 1.0));
        let dx = run(&|i| x[i] - at[i] * line.by[0]);
        let dy = run(&|i| y - at[i] * line.by[1]);
        let square = run(&|i| dx[i] * dx[i] + dy[i] * dy[i]);
        let here = run(&|i| share + at[i] * (until - share));
        let by_from = run(&|i| stretch.from + here[i] * stretch.ahead);
        let by_to = run(&|i| stretch.to + (1.0 - here[i]) * stretch.back);
        let by_ends = run(&|i| least(by_from[i], by_to[i]));
        let reached = if HAS_START {
            let away = run(&|i| here[i] - along);
            let straight = run(&|i| since + greatest(away[i] * stretch.ahead, -away[i] * stretch.back));
            run(&|i| least(by_ends[i], straight[i]))
        } else {
            by_ends
        };
        // Of two streets equally near, the one that is reached sooner counts.
        let (old, old_time) = (*distances, *times);
        let sooner = run(&|i| if square[i] == old[i] { least(reached[i], old_time[i]) } else { old_time[i] });
        *times = run(&|i| if square[i] < old[i] { reached[i] } else { sooner[i] });
        *distances = run(&|i| least(square[i], old[i]));
        column += ABREAST as f32;
    }
}

type Run = [f32; ABREAST];

/// The lesser of two numbers, in one instruction: there is nothing here that is no number.
#[inline(always)]
fn least(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

#[inline(always)]
fn greatest(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

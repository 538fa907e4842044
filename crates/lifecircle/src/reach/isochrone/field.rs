//! The field under an isochrone: for each point of a grid, how far the nearest street is and when that is reached.

use crate::geo::LonLat;
use crate::geo::metric::Frame;

/// Side of a grid cell in metres, unless the area is so large that the grid would have more than [`MOST`] points a side.
const CELL: f64 = 15.0;
const MOST: f64 = 1500.0;

/// A grid over a rectangle. Rows go from south to north.
#[derive(Default)]
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

/// A straight part of an edge.
pub(super) struct Stretch {
    pub ends: [LonLat; 2],
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
        self.columns = ((high.x - low.x) * self.per_lon + 2.0 * around).ceil() as usize + 1;
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

    fn cells(&self, at: LonLat) -> [f32; 2] {
        [((at.x - self.corner.x) * self.per_lon) as f32, ((at.y - self.corner.y) * self.per_lat) as f32]
    }

    /// Tells the points around a part of an edge of it.
    pub fn add(&mut self, arch: pulp::Arch, stretch: &Stretch) {
        let [[x0, y0], [x1, y1]] = stretch.ends.map(|end| self.cells(end));
        // Points beyond the margin are told too, since outlines are drawn between them and those within.
        let reach = self.margin + 1.5;
        let bottom = (y0.min(y1) - reach).ceil().max(0.0) as usize;
        let top = ((y0.max(y1) + reach).floor() + 1.0).max(0.0) as usize;
        let left = (x0.min(x1) - reach).ceil().max(0.0) as usize;
        let right = ((x0.max(x1) + reach).floor() + 1.0).max(0.0) as usize;
        let (right, top) = (right.min(self.columns), top.min(self.rows));
        if left >= right {
            return;
        }
        let line = Line::new([x0, y0], [x1, y1]);
        for row in bottom..top {
            let points = row * self.columns + left..row * self.columns + right;
            let distances = &mut self.distances[points.clone()];
            let times = &mut self.times[points];
            arch.dispatch(Tell { line, stretch, first: [left as f32, row as f32], distances, times });
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
struct Tell<'a> {
    line: Line,
    stretch: &'a Stretch,
    first: [f32; 2],
    distances: &'a mut [f32],
    times: &'a mut [f32],
}

impl pulp::NullaryFnOnce for Tell<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { line, stretch, first, distances, times } = self;
        tell(line, stretch, first, distances, times);
    }
}

#[inline(always)]
fn tell(line: Line, stretch: &Stretch, first: [f32; 2], distances: &mut [f32], times: &mut [f32]) {
    let [share, until] = stretch.shares;
    let (along, since) = stretch.start.unwrap_or((0.0, NOWHERE));
    let y = first[1] - line.from[1];
    for (step, (distance, time)) in distances.iter_mut().zip(times).enumerate() {
        let x = first[0] + step as f32 - line.from[0];
        let at = ((x * line.by[0] + y * line.by[1]) * line.inverse).clamp(0.0, 1.0);
        let (dx, dy) = (x - at * line.by[0], y - at * line.by[1]);
        let square = dx * dx + dy * dy;
        let here = share + at * (until - share);
        let by_ends = (stretch.from + here * stretch.ahead).min(stretch.to + (1.0 - here) * stretch.back);
        let away = here - along;
        let straight = since + (away * stretch.ahead).max(-away * stretch.back);
        let reached = by_ends.min(straight);
        let nearer = square < *distance || (square == *distance && reached < *time);
        *distance = if nearer { square } else { *distance };
        *time = if nearer { reached } else { *time };
    }
}

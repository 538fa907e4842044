//! Isochrones: how far one comes within some times, as stretches of streets and as areas.
//!
//! An area holds what lies within [`Isochrones::MARGIN`] of a street that is reached, and nearer to it than to any street that is
//! not: a parallel street beyond the railway does not belong to it. A fine grid learns of each of its points which street is
//! nearest, how far it is, and when it is reached; marching squares draw the outlines. Their vertices lie inside the sides of
//! grid cells, one a side at most, so rings neither touch nor cross.
//!
//! Source: Lorensen & Cline (1987), *Marching cubes*, in the plane; ambiguous cells as in Nielson & Hamann (1991), *The
//! asymptotic decider*.

use std::sync::{Mutex, PoisonError};

use geo_types::MultiPolygon;

use super::heading::Heading;
use super::lanes::{FAR, clamp};
use super::places::Grouped;
use super::route::Step;
use super::search::Search;
use crate::city::Streets;
use crate::geo::LonLat;
use crate::geo::metric::Frame;
use crate::network::{Cost, Network, Snap};

mod field;
mod outline;

use field::{Field, Near, Stretch, Tell};
use outline::Tracing;

/// The streets of a city indexed by where they lie, so that isochrones can be drawn of any network of theirs.
#[derive(Debug)]
pub struct Isochrones {
    edges: usize,
    /// Squares of the index a degree.
    squares: Frame,
    /// West and south of the index, in degrees.
    corner: LonLat,
    columns: u32,
    rows: u32,
    /// Edges by the square that their bounds touch.
    by_square: Grouped,
    arch: pulp::Arch,
    idle: Mutex<Vec<Work>>,
}

/// What a thread keeps from one isochrone to the next.
#[derive(Debug)]
struct Work {
    search: Search,
    field: Field,
    near: Near,
    tracing: Tracing,
    is_seen: Vec<bool>,
    seen: Vec<u32>,
    stretches: Vec<Stretch>,
    line: Vec<[f32; 2]>,
}

/// Side of the index's squares in metres.
const SQUARE: f64 = 250.0;

/// More squares than this along a side are not made; they grow instead.
const MOST_SQUARES: f64 = 2000.0;

/// Isochrones of one network.
pub struct Drawing<'a, C> {
    index: &'a Isochrones,
    streets: &'a Streets,
    network: &'a Network<C>,
}

impl Isochrones {
    /// How far from a street an area reaches, in metres.
    pub const MARGIN: f64 = 25.0;

    /// Indexes streets.
    pub fn new(streets: &Streets) -> Self {
        let [west, south, east, north] = streets.extent();
        let frame = Frame::at(f64::midpoint(south, north));
        let extent = ((east - west) * frame.per_lon).max((north - south) * frame.per_lat);
        let side = SQUARE.max(extent / MOST_SQUARES);
        let squares = Frame { per_lon: frame.per_lon / side, per_lat: frame.per_lat / side };
        let corner = LonLat { x: west, y: south };
        let columns = ((east - west) * squares.per_lon) as u32 + 1;
        let rows = ((north - south) * squares.per_lat) as u32 + 1;
        let square = |at: LonLat| {
            let column = ((at.x - corner.x) * squares.per_lon).max(0.0) as u32;
            let row = ((at.y - corner.y) * squares.per_lat).max(0.0) as u32;
            [column.min(columns - 1), row.min(rows - 1)]
        };
        let squares_of = |edge: usize| {
            let [low, high] = bounds(streets.line(&streets.edges[edge]));
            let ([left, bottom], [right, top]) = (square(low), square(high));
            (bottom..=top).flat_map(move |row| (left..=right).map(move |column| row * columns + column))
        };
        let pairs = (0..streets.edges.len()).flat_map(|edge| squares_of(edge).map(move |square| (square, edge as u32)));
        let by_square = Grouped::new((columns * rows) as usize, pairs, &());
        Self {
            edges: streets.edges.len(),
            squares,
            corner,
            columns,
            rows,
            by_square,
            arch: pulp::Arch::new(),
            idle: Mutex::default(),
        }
    }

    /// Isochrones of a network of the same streets.
    pub fn of<'a, C: Cost>(&'a self, streets: &'a Streets, network: &'a Network<C>) -> Drawing<'a, C> {
        Drawing { index: self, streets, network }
    }

    fn with_work<T>(&self, nodes: usize, work: impl FnOnce(&mut Work) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut own = idle.unwrap_or_else(|| Work {
            search: Search::new(nodes),
            field: Field::default(),
            near: Near::default(),
            tracing: Tracing::default(),
            is_seen: vec![false; self.edges],
            seen: Vec::new(),
            stretches: Vec::new(),
            line: Vec::new(),
        });
        let answer = work(&mut own);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(own);
        answer
    }

    /// The edges whose bounds come near a rectangle.
    fn edges_near(&self, low: LonLat, high: LonLat, is_seen: &mut [bool], seen: &mut Vec<u32>) {
        let clamped = |value: f64, most: u32| value.clamp(0.0, f64::from(most - 1)) as u32;
        // A margin and a grid cell beyond the rectangle, in squares.
        let beyond = 2.0 * Self::MARGIN / SQUARE;
        let column = |x: f64, by: f64| clamped((x - self.corner.x) * self.squares.per_lon + by, self.columns);
        let row = |y: f64, by: f64| clamped((y - self.corner.y) * self.squares.per_lat + by, self.rows);
        for row in row(low.y, -beyond)..=row(high.y, beyond) {
            for column in column(low.x, -beyond)..=column(high.x, beyond) {
                for edge in self.by_square.of(row * self.columns + column) {
                    if !std::mem::replace(&mut is_seen[*edge as usize], true) {
                        seen.push(*edge);
                    }
                }
            }
        }
    }
}

impl<C: Cost> Drawing<'_, C> {
    /// The stretches of streets that are reached from any start within a limit, or from which any of them is reached. A
    /// stretch goes from the lower share of its edge to the higher.
    pub fn stretches(&self, starts: &[Snap<C>], heading: Heading, limit: C) -> Vec<Step> {
        self.index.with_work(self.network.nodes(), |work| {
            work.search.run(self.network, heading, starts, limit);
            let mut edges: Vec<u32> = starts.iter().map(|start| start.edge).collect();
            let around = work.search.reached().iter().flat_map(|node| self.network.incident(*node));
            edges.extend(around.map(|incident| incident.edge));
            edges.sort_unstable();
            edges.dedup();
            let limit = f64::from(clamp(limit));
            edges.iter().flat_map(|edge| self.within(&work.search, starts, heading, *edge, limit)).collect()
        })
    }

    /// The parts of an edge that are reached within a limit.
    fn within(&self, search: &Search, starts: &[Snap<C>], heading: Heading, edge: u32, limit: f64) -> Vec<Step> {
        let [ahead, back] = heading.costs(self.network.costs(edge));
        let [from, to] = self.network.ends(edge);
        let share = |left: f64, whole: C| {
            if whole == C::NEVER { 0.0 } else { (left / f64::from(whole.units())).clamp(0.0, 1.0) }
        };
        let mut parts = Vec::new();
        let mut add = |from: f64, to: f64| {
            if to > from {
                parts.push(Step { edge, from, to });
            }
        };
        if search.time(from) < FAR {
            add(0.0, share(limit - f64::from(search.time(from)), ahead));
        }
        if search.time(to) < FAR {
            add(1.0 - share(limit - f64::from(search.time(to)), back), 1.0);
        }
        for start in starts.iter().filter(|start| start.edge == edge) {
            let left = limit - f64::from(start.access.units());
            if left >= 0.0 {
                add((start.along - share(left, back)).max(0.0), (start.along + share(left, ahead)).min(1.0));
            }
        }
        parts.sort_by(|a, b| a.from.total_cmp(&b.from));
        parts.dedup_by(|next, part| {
            let touches = next.from <= part.to;
            if touches {
                part.to = part.to.max(next.to);
            }
            touches
        });
        parts
    }

    /// The area that is reached from any start within each of some limits, or from which any of them is reached; an area
    /// holds those of shorter limits.
    pub fn areas(&self, starts: &[Snap<C>], heading: Heading, limits: &[C]) -> Vec<MultiPolygon<f64>> {
        let farthest = limits.iter().copied().max().unwrap_or_default();
        self.index.with_work(self.network.nodes(), |work| {
            work.search.run(self.network, heading, starts, farthest);
            let Some([low, high]) = self.bounds_of(starts, &work.search, heading, farthest) else {
                return vec![MultiPolygon(Vec::new()); limits.len()];
            };
            work.field.open(low, high, Isochrones::MARGIN);
            self.index.edges_near(low, high, &mut work.is_seen, &mut work.seen);
            self.draw_all(starts, heading, work);
            let Work { field, tracing, stretches, .. } = work;
            self.index.arch.dispatch(Tell { field, stretches });
            limits.iter().map(|limit| outline::area(self.index.arch, field, clamp(*limit) as f32, tracing)).collect()
        })
    }

    /// Two corners around all that is reached; none if nothing is.
    fn bounds_of(&self, starts: &[Snap<C>], search: &Search, heading: Heading, limit: C) -> Option<[LonLat; 2]> {
        let network = self.network;
        let around = search.reached().iter().flat_map(|node| network.incident(*node)).map(|incident| incident.edge);
        let on_edges = starts.iter().filter(|start| start.access <= limit).map(|start| start.edge);
        let mut low = LonLat { x: f64::INFINITY, y: f64::INFINITY };
        let mut high = LonLat { x: f64::NEG_INFINITY, y: f64::NEG_INFINITY };
        let limit = f64::from(clamp(limit));
        let mut grow = |at: LonLat| {
            low = LonLat { x: low.x.min(at.x), y: low.y.min(at.y) };
            high = LonLat { x: high.x.max(at.x), y: high.y.max(at.y) };
        };
        for node in search.reached() {
            grow(self.streets.nodes[*node as usize]);
        }
        for edge in around.chain(on_edges) {
            let street = &self.streets.edges[edge as usize];
            let is_reached = |node: u32| search.time(node) < FAR;
            if is_reached(street.from) && is_reached(street.to) {
                let bends = &self.streets.bends[street.bends[0] as usize..street.bends[1] as usize];
                bends.iter().for_each(|bend| grow(*bend));
                continue;
            }
            let line: Vec<LonLat> = self.streets.line(street).collect();
            for part in self.within(search, starts, heading, edge, limit) {
                crate::geo::metric::line_between(&line, part.from, part.to).into_iter().for_each(&mut grow);
            }
        }
        (low.x <= high.x).then_some([low, high])
    }

    /// Adds the straight parts of all edges that were seen, but for those that are not reached and too far from all that are to bear on an
    /// outline: a point farther than a margin and a grid cell from a street that is reached lies outside in any case.
    fn draw_all(&self, starts: &[Snap<C>], heading: Heading, work: &mut Work) {
        work.stretches.clear();
        work.near.open(&work.field);
        let beyond = 2.0 * (work.field.margin + 1.0);
        let mut seen = std::mem::take(&mut work.seen);
        seen.retain(|edge| {
            work.is_seen[*edge as usize] = false;
            let [from, to] = self.network.ends(*edge);
            let is_reached = work.search.time(from) < FAR
                || work.search.time(to) < FAR
                || starts.iter().any(|start| start.edge == *edge);
            if is_reached {
                let bounds = self.line(*edge, work);
                work.near.mark(bounds, beyond);
                self.draw(*edge, starts, heading, work);
            }
            !is_reached
        });
        for edge in seen.drain(..) {
            let bounds = self.line(edge, work);
            if work.near.holds(bounds) {
                self.draw(edge, starts, heading, work);
            }
        }
        work.seen = seen;
    }

    /// Takes up the line of an edge, in grid cells; returns its lowest and highest coordinates.
    fn line(&self, edge: u32, work: &mut Work) -> [[f32; 2]; 2] {
        let Work { field, line, .. } = work;
        line.clear();
        line.extend(self.streets.line(&self.streets.edges[edge as usize]).map(|at| field.cells(at)));
        let [mut low, mut high] = [[f32::INFINITY; 2], [f32::NEG_INFINITY; 2]];
        for at in line {
            low = [low[0].min(at[0]), low[1].min(at[1])];
            high = [high[0].max(at[0]), high[1].max(at[1])];
        }
        [low, high]
    }

    /// Adds the straight parts of the edge whose line was taken up, with when each of their points is reached.
    fn draw(&self, edge: u32, starts: &[Snap<C>], heading: Heading, work: &mut Work) {
        let Work { search, stretches, line, .. } = work;
        let [ahead, back] = heading.costs(self.network.costs(edge));
        let street = &self.streets.edges[edge as usize];
        let units = |cost: C| if cost == C::NEVER { FAR as f32 } else { cost.units() as f32 };
        let length = |pair: &[[f32; 2]]| {
            let (x, y) = (pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]);
            (x * x + y * y).sqrt()
        };
        let whole = line.windows(2).map(length).sum::<f32>().max(f32::MIN_POSITIVE);
        let mut share = 0.0;
        for pair in line.windows(2) {
            let until = (share + length(pair) / whole).min(1.0);
            let stretch = Stretch {
                ends: [pair[0], pair[1]],
                shares: [share, until],
                from: search.time(street.from) as f32,
                ahead: units(ahead),
                to: search.time(street.to) as f32,
                back: units(back),
                start: None,
            };
            stretches.push(stretch);
            let own = starts.iter().filter(|start| start.edge == edge);
            stretches.extend(own.map(|start| {
                let start = Some((start.along as f32, units(start.access)));
                Stretch { start, ..stretch }
            }));
            share = until;
        }
    }
}

/// The least and greatest coordinates of some points.
fn bounds(points: impl Iterator<Item = LonLat>) -> [LonLat; 2] {
    let low = LonLat { x: f64::INFINITY, y: f64::INFINITY };
    let high = LonLat { x: f64::NEG_INFINITY, y: f64::NEG_INFINITY };
    points.fold([low, high], |[low, high], at| {
        [LonLat { x: low.x.min(at.x), y: low.y.min(at.y) }, LonLat { x: high.x.max(at.x), y: high.y.max(at.y) }]
    })
}

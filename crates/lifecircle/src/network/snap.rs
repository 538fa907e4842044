//! Snapping: from where a home or facility stands to the street that it is really reached from.
//!
//! The nearest street that joins the rest of the network wins. A parking aisle or driveway wins only where no street is
//! near; a cut-off island only where no joined street is within the limit at all. Bridges, tunnels, ferries, escalators
//! and one-way lanes have no doors. The walk from the door to the street is at the walker's own speed. A point without
//! any street within the limit is told apart, with how far the next one is; it never spoils the rest.

use std::sync::Arc;

use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Line};
use rstar::{PointDistance, RTree, RTreeObject};

use super::{Cost, EdgeCosts, Millimetres, Millis, Network, Walker};
use crate::city::{City, Entries, Facility, Home, Street, StreetKind, Streets};
use crate::error::Result;
use crate::geo::metric::{Mercator, distance};
use crate::geo::{LonLat, Metres, Seconds};
use crate::progress::{Progress, Stage};

/// How far a door may be from its street, unless the user says otherwise.
pub const DEFAULT_SNAP_LIMIT: Metres = Metres(400.0);

/// A street so near is preferred to an aisle that is nearer still.
const NEAR: Metres = Metres(100.0);

/// A point so close to an aisle is on it.
const ON_IT: Metres = Metres(1.0);

/// A place on an edge where somebody leaves or enters the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Snap<C = Millis> {
    /// The edge, as an index into [`Streets::edges`].
    pub edge: u32,
    /// How far along the edge, from 0 at its start to 1 at its end.
    pub along: f64,
    /// Cost from here to the edge's start.
    pub to_start: C,
    /// Cost from here to the edge's end.
    pub to_end: C,
    /// Cost from the edge's start to here.
    pub from_start: C,
    /// Cost from the edge's end to here.
    pub from_end: C,
    /// Cost between the door and here.
    pub access: C,
    /// The way between the door and here.
    pub distance: Metres,
    /// How well the street fits; lower is better.
    rank: Rank,
}

/// How well a street fits a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Street,
    Aisle,
    Island,
}

impl<C: Cost> Snap<C> {
    /// A place right at a node, on one of its edges; none for a node without an edge that is open both ways.
    pub fn at_node(network: &Network<C>, node: u32) -> Option<Self> {
        // The edge leads away from the node; it does so in its own direction where the node is its start.
        let incident = network.incident(node).find(|incident| network.costs(incident.edge).is_open_both_ways())?;
        let along = if network.ends(incident.edge)[0] == node { 0.0 } else { 1.0 };
        let rank = if network.is_on_island(node) { Rank::Island } else { Rank::Street };
        Some(Self::on_edge(network, incident.edge, along, C::of(0), Metres(0.0), rank))
    }

    fn on_edge(network: &Network<C>, edge: u32, along: f64, access: C, distance: Metres, rank: Rank) -> Self {
        let EdgeCosts { forward, backward } = network.costs(edge);
        // Both parts of a way along a whole edge add up to the edge's cost.
        let split = |cost: C, share: f64| {
            if cost == C::NEVER {
                return [C::NEVER; 2];
            }
            let before = (f64::from(cost.units()) * share).round() as u32;
            [C::of(before), C::of(cost.units() - before)]
        };
        let [from_start, to_end] = split(forward, along);
        let [from_end, to_start] = split(backward, 1.0 - along);
        Self { edge, along, to_start, to_end, from_start, from_end, access, distance, rank }
    }

    /// The same place after the costs of its edge have changed. A place on a closed edge leads nowhere.
    #[must_use]
    pub fn renewed(&self, network: &Network<C>) -> Self {
        Self::on_edge(network, self.edge, self.along, self.access, self.distance, self.rank)
    }

    /// The same place on a network of lengths.
    #[must_use]
    pub fn in_lengths(&self, lengths: &Network<Millimetres>) -> Snap<Millimetres> {
        let access = Millimetres::round(self.distance);
        Snap::on_edge(lengths, self.edge, self.along, access, self.distance, self.rank)
    }

    /// The same place where its edge has another number.
    pub(crate) fn numbered(&self, edge: u32) -> Self {
        Self { edge, ..*self }
    }

    /// Whether the place is cut off from the rest of the network.
    pub fn is_on_island(&self) -> bool {
        self.rank == Rank::Island
    }

    /// How near another street must come to draw this place away from its own.
    pub(crate) fn drawn_within(&self, limit: Metres) -> Metres {
        if self.rank == Rank::Street { self.distance } else { limit }
    }

    /// Cost of the way from this place straight along the edge to another place on the same edge.
    pub fn straight_to(&self, other: &Self, network: &Network<C>) -> C {
        let EdgeCosts { forward, backward } = network.costs(self.edge);
        // The way to the edge's end, less what lies beyond the other place.
        let way = |to_end: C, from_start: C, whole: C| {
            let units = |cost: C| i64::from(cost.units());
            (whole != C::NEVER).then(|| units(to_end) + units(from_start) - units(whole))
        };
        let ahead = way(self.to_end, other.from_start, forward);
        let behind = way(self.to_start, other.from_end, backward);
        let units = if other.along >= self.along { ahead } else { behind };
        units.map_or(C::NEVER, |units| C::of(u32::try_from(units.max(0)).unwrap_or(u32::MAX)))
    }
}

/// Why a point has no street.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoStreet {
    /// How far the next street is; none if there is none at all.
    pub nearest: Option<Metres>,
}

/// A segment of an edge, or a piece of a long one.
type Segment = GeomWithData<Line<[f64; 2]>, At>;

/// The edge that a segment is of, its position along the edge, and whether it is but a piece of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct At {
    edge: u32,
    position: u32,
    is_piece: bool,
}

/// Segments are kept in pieces no longer than this, but in no more than so many: the boxes of long slanting ones would all lie
/// over each other, and every point would be compared with all of them.
const LONGEST_PIECE: Metres = Metres(250.0);
const MOST_PIECES: f64 = 64.0;

/// A segment, whole or in pieces.
fn pieces(edge: u32, position: u32, from: [f64; 2], to: [f64; 2], scale: f64) -> impl Iterator<Item = Segment> {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let count = (dx.hypot(dy) / scale / LONGEST_PIECE.0).ceil().clamp(1.0, MOST_PIECES);
    let at = At { edge, position, is_piece: count > 1.0 };
    let end = move |number: f64| match number {
        0.0 => from,
        number if number == count => to,
        number => [from[0] + dx * number / count, from[1] + dy * number / count],
    };
    (0..count as u32).map(move |number| {
        let number = f64::from(number);
        Segment::new(Line::new(end(number), end(number + 1.0)), at)
    })
}

/// The streets that have doors, by where they lie.
#[derive(Debug, Clone)]
pub struct StreetIndex(RTree<Segment>);

/// Finds the street of any point.
#[derive(Debug)]
pub struct Snapper<'a> {
    streets: &'a Streets,
    network: &'a Network,
    walker: &'a Walker,
    limit: Metres,
    index: Arc<StreetIndex>,
}

impl StreetIndex {
    /// Indexes the streets of a network.
    pub fn new(streets: &Streets, network: &Network) -> Self {
        let open = streets
            .edges
            .par_iter()
            .enumerate()
            .filter(|(edge, street)| has_doors(street) && network.costs(*edge as u32).is_open_both_ways());
        let all: Vec<Segment> = open.flat_map_iter(|(edge, street)| segments(streets, edge as u32, street)).collect();
        Self(RTree::bulk_load(all))
    }
}

impl StreetIndex {
    /// Adds a street that was opened or built.
    pub(crate) fn add(&mut self, streets: &Streets, edge: u32) {
        let street = &streets.edges[edge as usize];
        let Some(first) = segments(streets, edge, street).into_iter().next() else { return };
        let envelope = first.geom().envelope();
        let is_known = self.0.locate_in_envelope_intersecting(envelope).any(|segment| segment.data.edge == edge);
        if has_doors(street) && !is_known {
            segments(streets, edge, street).into_iter().for_each(|segment| self.0.insert(segment));
        }
    }

    /// The edges that come near a point, the nearest first, each with how far it is; some may have been closed since.
    pub(crate) fn near(&self, point: LonLat, limit: Metres) -> Vec<(u32, Metres)> {
        let (here, scale) = (Mercator::project(point), Mercator::scale(point.y));
        let mut found: Vec<(u32, Metres)> = Vec::new();
        for segment in self.0.nearest_neighbor_iter(here) {
            let away = Metres(segment.distance_2(&here).sqrt() / scale);
            if away > limit {
                break;
            }
            if !found.iter().any(|(edge, _)| *edge == segment.data.edge) {
                found.push((segment.data.edge, away));
            }
        }
        found
    }

    /// How far the nearest edge that is wanted is from a point, up to a limit.
    pub(crate) fn nearest(&self, point: LonLat, limit: Metres, is_wanted: impl Fn(u32) -> bool) -> Option<Metres> {
        let (here, scale) = (Mercator::project(point), Mercator::scale(point.y));
        let away = |segment: &Segment| Metres(segment.distance_2(&here).sqrt() / scale);
        let mut near = self.0.nearest_neighbor_iter(here).take_while(|segment| away(segment) <= limit);
        near.find(|segment| is_wanted(segment.data.edge)).map(away)
    }

    /// The edges whose boxes meet that of a segment, ascending; some may have been closed since.
    pub(crate) fn across(&self, from: LonLat, to: LonLat) -> Vec<u32> {
        let envelope = rstar::AABB::from_corners(Mercator::project(from), Mercator::project(to));
        let mut found: Vec<u32> =
            self.0.locate_in_envelope_intersecting(envelope).map(|segment| segment.data.edge).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The segments of a street.
fn segments(streets: &Streets, edge: u32, street: &Street) -> Vec<Segment> {
    let line: Vec<LonLat> = streets.line(street).collect();
    let pairs = line.windows(2).enumerate().flat_map(|(position, pair)| {
        let [from, to] = [pair[0], pair[1]].map(Mercator::project);
        pieces(edge, position as u32, from, to, Mercator::scale(pair[0].y))
    });
    pairs.collect()
}

impl<'a> Snapper<'a> {
    /// A snapper for a network, with a limit on the walk from the door to the street.
    pub fn new(streets: &'a Streets, network: &'a Network, walker: &'a Walker, limit: Metres) -> Self {
        Self::with_index(streets, network, walker, limit, Arc::new(StreetIndex::new(streets, network)))
    }

    /// The same with an index that was made of these very streets and network before.
    pub fn with_index(
        streets: &'a Streets,
        network: &'a Network,
        walker: &'a Walker,
        limit: Metres,
        index: Arc<StreetIndex>,
    ) -> Self {
        Self { streets, network, walker, limit, index }
    }

    /// The place where a point joins the network.
    ///
    /// # Errors
    /// If there is no street within the limit; the error says how far the next one is.
    pub fn snap(&self, point: LonLat) -> Result<Snap, NoStreet> {
        let here = Mercator::project(point);
        let scale = Mercator::scale(point.y);
        let mut best: Option<(Rank, &Segment, Metres)> = None;
        for segment in self.index.0.nearest_neighbor_iter(here) {
            let edge = segment.data.edge;
            // An index may know streets that were closed since.
            if !self.network.costs(edge).is_open_both_ways() {
                continue;
            }
            let away = Metres(self.whole(segment).distance_2(&here).sqrt() / scale);
            if away > self.limit {
                if best.is_none() {
                    return Err(NoStreet { nearest: Some(away) });
                }
                break;
            }
            let rank = self.rank(edge);
            let Some((known, other, nearest)) = best else {
                best = Some((rank, segment, away));
                continue;
            };
            let is_settled = known == Rank::Street || known == Rank::Aisle && nearest <= ON_IT;
            if is_settled && away > nearest || (rank, known) == (Rank::Street, Rank::Aisle) && away > NEAR {
                break;
            }
            // Of two that meet right there the first is taken, in whatever order they are found.
            if rank < known || rank == known && away == nearest && segment.data < other.data {
                best = Some((rank, segment, away));
            }
        }
        best.map(|(rank, segment, away)| self.place(here, rank, segment, away)).ok_or(NoStreet { nearest: None })
    }

    /// The whole segment that a piece is of.
    fn whole(&self, segment: &Segment) -> Line<[f64; 2]> {
        let At { edge, position, is_piece } = segment.data;
        if !is_piece {
            return *segment.geom();
        }
        let street = &self.streets.edges[edge as usize];
        let mut ends = self.streets.line(street).skip(position as usize).map(Mercator::project);
        match (ends.next(), ends.next()) {
            (Some(from), Some(to)) => Line::new(from, to),
            _ => *segment.geom(),
        }
    }

    fn rank(&self, edge: u32) -> Rank {
        let street = &self.streets.edges[edge as usize];
        if self.network.is_on_island(street.from) {
            Rank::Island
        } else if street.kind == StreetKind::Aisle {
            Rank::Aisle
        } else {
            Rank::Street
        }
    }

    /// The snap on a segment of an edge.
    fn place(&self, here: [f64; 2], rank: Rank, segment: &Segment, away: Metres) -> Snap {
        let At { edge, position, .. } = segment.data;
        let along = self.along(here, edge, position as usize);
        let access = Millis::round(Seconds(away.0 / self.walker.speed));
        Snap::on_edge(self.network, edge, along, access, away, rank)
    }

    /// How far along its edge the foot of a point on one of the edge's segments lies, from 0 to 1.
    fn along(&self, here: [f64; 2], edge: u32, position: usize) -> f64 {
        let street = &self.streets.edges[edge as usize];
        let line: Vec<LonLat> = self.streets.line(street).collect();
        let lengths: Vec<f64> = line.windows(2).map(|pair| distance(pair[0], pair[1]).0).collect();
        let (a, b) = (Mercator::project(line[position]), Mercator::project(line[position + 1]));
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let square = dx * dx + dy * dy;
        let within =
            if square > 0.0 { (((here[0] - a[0]) * dx + (here[1] - a[1]) * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
        let before: f64 = lengths[..position].iter().sum();
        let total: f64 = lengths.iter().sum();
        if total > 0.0 { ((before + within * lengths[position]) / total).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The places where a facility is entered: each of its known entries, or of its outline the point that fits best.
    ///
    /// # Errors
    /// If no entry has a street within the limit.
    pub fn snap_entries(&self, entries: &Entries) -> Result<Vec<Snap>, NoStreet> {
        let mut nearest: Option<Metres> = None;
        let mut snaps = Vec::with_capacity(entries.points().len());
        for point in entries.points() {
            match self.snap(*point) {
                Ok(snap) => snaps.push(snap),
                Err(NoStreet { nearest: Some(away) }) if nearest.is_none_or(|n| away < n) => nearest = Some(away),
                Err(_) => {}
            }
        }
        if let Entries::Outline(_) = entries {
            let best =
                snaps.iter().copied().min_by(|a, b| a.rank.cmp(&b.rank).then(a.distance.0.total_cmp(&b.distance.0)));
            snaps = best.into_iter().collect();
        } else if snaps.iter().any(|snap| !snap.is_on_island()) {
            snaps.retain(|snap| !snap.is_on_island());
        }
        if snaps.is_empty() { Err(NoStreet { nearest }) } else { Ok(snaps) }
    }
}

/// Whether doors open onto a street.
fn has_doors(street: &Street) -> bool {
    !street.off_ground && !matches!(street.kind, StreetKind::Ferry | StreetKind::Indoor)
}

/// The snaps of a city's homes and facilities.
#[derive(Debug, Clone, Default)]
pub struct Snaps {
    /// One for each home.
    pub homes: Vec<Result<Snap, NoStreet>>,
    /// One or more for each facility.
    pub facilities: Vec<Result<Vec<Snap>, NoStreet>>,
}

/// Snaps all homes and facilities of a city.
///
/// # Errors
/// If it is cancelled.
pub fn snap_city(city: &City, snapper: &Snapper<'_>, progress: &dyn Progress) -> Result<Snaps> {
    progress.stage(Stage::Snap, (city.homes.len() + city.facilities.len()) as u64);
    let told = || {
        progress.advance(1);
        progress.check()
    };
    let home = |home: &Home| told().map(|()| snapper.snap(home.at));
    let facility = |facility: &Facility| told().map(|()| snapper.snap_entries(&facility.entries));
    Ok(Snaps {
        homes: city.homes.par_iter().map(home).collect::<Result<_>>()?,
        facilities: city.facilities.par_iter().map(facility).collect::<Result<_>>()?,
    })
}

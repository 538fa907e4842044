//! Streets that are drawn: a line is joined with the streets that it meets, a gate with those on its two sides.
//!
//! Where a line meets a street, the street is cut in two at a junction: its halves are new streets, and what it was stays as a
//! closed one, so that no street changes its number.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::EditedCity;
use crate::city::{Direction, Street, Streets};
use crate::geo::metric::{Frame, distance, length, line_between, point_along};
use crate::geo::{LonLat, Metres};
use crate::network::{EdgeCosts, WalkCost, Walker};
use crate::reach::StreetChange;

/// The end of a line so near to a street joins it; what sticks out beyond a street no farther than this is cut off.
const JOIN: Metres = Metres(15.0);

/// Streets on both sides of a gate are looked for so far.
const GATE: Metres = Metres(60.0);

/// What is nearer than this is at the same place.
const SAME: Metres = Metres(1.0);

/// Which streets a line joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// Those that it crosses, and those at its ends.
    All,
    /// Those at its ends: a bridge or a tunnel.
    Ends,
}

/// Why a drawn street cannot be built: nothing that it could join is near. How far the nearest street is, from each end of the line
/// or from the gate; none where it is farther than anybody would draw.
#[derive(Debug, Clone, PartialEq)]
pub struct NoJoint(pub Vec<Option<Metres>>);

/// Where a line meets a street.
struct Joint {
    /// How far along the line.
    walked: f64,
    at: LonLat,
    edge: u32,
}

impl EditedCity {
    /// Builds a street along a line, like another but for its course, and joins it with the streets that it meets. Returns its
    /// edges.
    ///
    /// # Errors
    /// If it meets none.
    pub fn build_street(&mut self, line: &[LonLat], like: &Street, joining: Joining) -> Result<Vec<u32>, NoJoint> {
        let joints = self.joints(line, joining);
        let (Some(first), Some(last)) = (joints.first(), joints.last()) else {
            let ends = [line.first(), line.last()].into_iter().flatten();
            return Err(NoJoint(ends.map(|end| self.nearest_street(*end)).collect()));
        };
        let whole = length(line).0;
        // What sticks out is cut off; an end that meets nothing is an end of its own.
        let begin = (first.walked > JOIN.0).then(|| line[0]);
        let end = (whole - last.walked > JOIN.0).then(|| line[line.len() - 1]);
        // With one joint alone and nothing beyond it there is nothing to build.
        if joints.len() == 1 && begin.is_none() && end.is_none() {
            let ends = [line.first(), line.last()].into_iter().flatten();
            return Err(NoJoint(ends.map(|end| self.nearest_street(*end)).collect()));
        }
        let mut changed = Changed::default();
        let places: Vec<(u32, LonLat)> = joints.iter().map(|joint| (joint.edge, joint.at)).collect();
        let junctions = self.junctions(&places, &mut changed);
        let mut stops: Vec<(f64, u32)> = Vec::new();
        stops.extend(begin.map(|at| (0.0, self.push_node(at))));
        stops.extend(joints.iter().map(|joint| joint.walked).zip(junctions));
        stops.extend(end.map(|at| (whole, self.push_node(at))));
        let mut built = Vec::new();
        for pair in stops.windows(2) {
            let [(from_walked, from), (to_walked, to)] = [pair[0], pair[1]];
            if from == to && to_walked - from_walked < SAME.0 {
                continue;
            }
            let course = line_between(line, from_walked / whole, to_walked / whole);
            let bends = if course.len() > 2 { &course[1..course.len() - 1] } else { &[] };
            built.push(self.push_street(Street { from, to, ..like.clone() }, bends, &mut changed));
        }
        self.take_over(&changed);
        Ok(built)
    }

    /// Opens a gate: joins the nearest street with the nearest on its other side, through the gate. Returns the edge.
    ///
    /// # Errors
    /// If there is no street on one side.
    pub fn open_gate(&mut self, at: LonLat, like: &Street) -> Result<u32, NoJoint> {
        let sides = self.open_near(at, GATE);
        let Some((near, near_foot)) = sides.first().copied() else {
            return Err(NoJoint(vec![self.nearest_street(at)]));
        };
        let is_at = |foot: LonLat| distance(foot, at) <= SAME;
        let is_beyond = |foot: LonLat| {
            let frame = Frame::at(at.y);
            let [a, b] = [near_foot, foot].map(|p| [(p.x - at.x) * frame.per_lon, (p.y - at.y) * frame.per_lat]);
            is_at(near_foot) || is_at(foot) || a[0] * b[0] + a[1] * b[1] < 0.0
        };
        let ends = self.times.network().ends(near);
        let is_apart = |edge: u32| !self.times.network().ends(edge).iter().any(|end| ends.contains(end));
        let far = sides[1..].iter().find(|(edge, foot)| is_apart(*edge) && is_beyond(*foot)).copied();
        let Some((far, far_foot)) = far else { return Err(NoJoint(vec![Some(distance(near_foot, at)), None])) };
        let mut changed = Changed::default();
        let ends = self.junctions(&[(near, near_foot), (far, far_foot)], &mut changed);
        let bends = if is_at(near_foot) || is_at(far_foot) { vec![] } else { vec![at] };
        let edge = self.push_street(Street { from: ends[0], to: ends[1], ..like.clone() }, &bends, &mut changed);
        self.take_over(&changed);
        Ok(edge)
    }

    /// The street that a point is on, if one is so near.
    pub fn street_at(&self, at: LonLat) -> Option<u32> {
        self.open_near(at, JOIN).first().map(|(edge, _)| *edge)
    }

    /// The streets that lie along a line, from junction to junction.
    pub fn streets_along(&self, line: &[LonLat]) -> Vec<u32> {
        let mut near: Vec<u32> = Vec::new();
        // Points so close that no street is missed.
        let steps = (length(line).0 / JOIN.0).ceil().clamp(1.0, 10_000.0);
        for step in 0..=steps as u32 {
            let at = point_along(line, f64::from(step) / steps);
            near.extend(self.open_near(at, JOIN).iter().map(|(edge, _)| *edge));
        }
        near.sort_unstable();
        near.dedup();
        let lies_along = |edge: &u32| {
            let course: Vec<LonLat> = self.course(*edge);
            [0.25, 0.5, 0.75].iter().all(|share| away(point_along(&course, *share), line) <= JOIN.0)
        };
        near.retain(lies_along);
        near
    }

    fn course(&self, edge: u32) -> Vec<LonLat> {
        let streets = &self.city.streets;
        streets.line(&streets.edges[edge as usize]).collect()
    }

    /// Where a line joins streets, in the order of the line, no two at one place.
    fn joints(&self, line: &[LonLat], joining: Joining) -> Vec<Joint> {
        let mut joints = Vec::new();
        let mut walked = 0.0;
        for pair in line.windows(2) {
            let step = distance(pair[0], pair[1]).0;
            if joining == Joining::All {
                for edge in self.index.across(pair[0], pair[1]).into_iter().filter(|edge| self.is_open(*edge)) {
                    for part in self.course(edge).windows(2) {
                        let Some(share) = crossing([pair[0], pair[1]], [part[0], part[1]]) else { continue };
                        joints.push(Joint { walked: walked + step * share, at: lerp(pair[0], pair[1], share), edge });
                    }
                }
            }
            walked += step;
        }
        for (end, at) in [(0.0, line.first()), (walked, line.last())] {
            let Some(at) = at else { continue };
            let Some((edge, foot)) = self.open_near(*at, JOIN).first().copied() else { continue };
            // Where the line has just crossed this street, or one that it meets right here, it is joined already.
            let ends = self.times.network().ends(edge);
            let is_same =
                |other: u32| other == edge || self.times.network().ends(other).iter().any(|node| ends.contains(node));
            let is_joined = |joint: &Joint| (joint.walked - end).abs() <= JOIN.0 && is_same(joint.edge);
            if !joints.iter().any(is_joined) {
                joints.push(Joint { walked: end, at: foot, edge });
            }
        }
        joints.sort_by(|a, b| a.walked.total_cmp(&b.walked).then(a.edge.cmp(&b.edge)));
        joints.dedup_by(|next, kept| next.walked - kept.walked < SAME.0);
        joints
    }

    fn is_open(&self, edge: u32) -> bool {
        self.times.network().costs(edge).is_open()
    }

    /// Open streets near a point, the nearest first, each with its point that is nearest.
    fn open_near(&self, at: LonLat, limit: Metres) -> Vec<(u32, LonLat)> {
        let near = self.index.near(at, limit).into_iter().filter(|(edge, _)| self.is_open(*edge));
        near.map(|(edge, _)| (edge, foot(at, &self.course(edge)).1)).collect()
    }

    fn nearest_street(&self, at: LonLat) -> Option<Metres> {
        self.index.nearest(at, Metres(5_000.0), |edge| self.is_open(edge))
    }

    /// Junctions on streets at the points nearest to others: ends of the streets, or new ones that cut them.
    fn junctions(&mut self, places: &[(u32, LonLat)], changed: &mut Changed) -> Vec<u32> {
        let mut nodes = vec![0; places.len()];
        // All cuts of a street at once, in the order of its course.
        let mut cuts: BTreeMap<u32, Vec<(f64, usize)>> = BTreeMap::new();
        for (place, (edge, at)) in places.iter().enumerate() {
            let street = &self.city.streets.edges[*edge as usize];
            let ends = [street.from, street.to];
            let (share, foot) = foot(*at, &self.course(*edge));
            let is_at = |node: &u32| distance(self.city.streets.nodes[*node as usize], foot) <= SAME;
            match ends.into_iter().find(is_at) {
                Some(end) => nodes[place] = end,
                None => cuts.entry(*edge).or_default().push((share, place)),
            }
        }
        for (edge, mut cuts) in cuts {
            cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
            let course = self.course(edge);
            let whole = length(&course).0;
            let mut shares: Vec<f64> = Vec::new();
            let mut made: Vec<u32> = Vec::new();
            for (share, place) in cuts {
                if shares.last().is_none_or(|last| (share - last) * whole > SAME.0) {
                    shares.push(share);
                    made.push(self.push_node(point_along(&course, share)));
                }
                // One was pushed just now, if there was none.
                nodes[place] = made[made.len() - 1];
            }
            self.cut_street(edge, &course, &shares, &made, changed);
        }
        nodes
    }

    /// Cuts a street at some shares of its course, where nodes are.
    fn cut_street(&mut self, edge: u32, course: &[LonLat], shares: &[f64], nodes: &[u32], changed: &mut Changed) {
        let street = self.city.streets.edges[edge as usize].clone();
        let ends: Vec<(f64, u32)> = std::iter::once((0.0, street.from))
            .chain(shares.iter().copied().zip(nodes.iter().copied()))
            .chain(std::iter::once((1.0, street.to)))
            .collect();
        let signals_until = |share: f64| (f64::from(street.half_signals) * share).round() as u8;
        for pair in ends.windows(2) {
            let [(begin, from), (end, to)] = [pair[0], pair[1]];
            let line = line_between(course, begin, end);
            let bends = if line.len() > 2 { &line[1..line.len() - 1] } else { &[] };
            let rise = street.rise * (end - begin) as f32;
            let half_signals = signals_until(end) - signals_until(begin);
            let part = self.push_street(Street { from, to, rise, half_signals, ..street.clone() }, bends, changed);
            changed.parts.insert(part);
        }
        Arc::make_mut(&mut self.city).streets.edges[edge as usize].direction = Direction::Closed;
        changed.cut.push(edge);
    }

    /// A new node; nobody is snapped anew.
    fn push_node(&mut self, at: LonLat) -> u32 {
        Arc::make_mut(&mut self.city).streets.nodes.push(at);
        if let Some(lengths) = &mut self.lengths {
            lengths.add_node();
        }
        self.times.add_node()
    }

    /// A new street of the city; what was measured knows nothing of it until it is taken over.
    pub(super) fn push_street(&mut self, street: Street, bends: &[LonLat], changed: &mut Changed) -> u32 {
        let streets = &mut Arc::make_mut(&mut self.city).streets;
        let begin = streets.bends.len() as u32;
        streets.bends.extend_from_slice(bends);
        let mut street = Street { bends: [begin, streets.bends.len() as u32], ..street };
        let line: Vec<LonLat> = streets.line(&street).collect();
        street.length = length(&line);
        streets.edges.push(street);
        let edge = streets.edges.len() as u32 - 1;
        changed.built.push(edge);
        edge
    }

    /// Lets what was measured follow the streets as they are now.
    pub(super) fn take_over(&mut self, changed: &Changed) {
        let (streets, walker) = (&self.city.streets, &self.walk.walker);
        self.times.change_streets(&changed.told(streets, walker));
        if let Some(lengths) = &mut self.lengths {
            lengths.change_streets(&changed.told(streets, walker));
        }
        self.streets_changed(changed);
    }
}

/// Streets of the city that what was measured does not know yet.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// Those that have other costs.
    pub costs: Vec<u32>,
    /// Those that were cut, and are closed.
    pub cut: Vec<u32>,
    /// New ones, in their order.
    pub built: Vec<u32>,
    /// Those of them that are parts of one that was cut.
    pub parts: HashSet<u32>,
}

impl Changed {
    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = u32> + '_ {
        self.costs.iter().chain(&self.cut).chain(&self.built).copied()
    }

    /// Those that may draw places away from other streets. The parts of a street draw nobody whom it did not draw.
    pub fn drawing(&self) -> impl Iterator<Item = u32> + '_ {
        self.costs.iter().chain(self.built.iter().filter(|edge| !self.parts.contains(edge))).copied()
    }

    /// Those that their places may leave.
    pub fn left(&self) -> impl Iterator<Item = u32> + '_ {
        self.costs.iter().chain(&self.cut).copied()
    }

    fn told<C: WalkCost>(&self, streets: &Streets, walker: &Walker) -> Vec<StreetChange<C>> {
        let costs = |edge: u32| EdgeCosts::of(&streets.edges[edge as usize], walker);
        let ends = |edge: u32| [streets.edges[edge as usize].from, streets.edges[edge as usize].to];
        let set = self.left().map(|edge| StreetChange::Set(edge, costs(edge)));
        set.chain(self.built.iter().map(|edge| StreetChange::Add(ends(*edge), costs(*edge)))).collect()
    }
}

fn lerp(from: LonLat, to: LonLat, share: f64) -> LonLat {
    from + (to - from) * share
}

/// Where on the first segment the second crosses or touches it, from 0 to 1.
fn crossing([a, b]: [LonLat; 2], [c, d]: [LonLat; 2]) -> Option<f64> {
    let (ab, cd, ac) = (b - a, d - c, c - a);
    let cross = |u: LonLat, v: LonLat| u.x * v.y - u.y * v.x;
    let base = cross(ab, cd);
    if base == 0.0 {
        return None;
    }
    let (on_first, on_second) = (cross(ac, cd) / base, cross(ac, ab) / base);
    let unit = 0.0..=1.0;
    (unit.contains(&on_first) && unit.contains(&on_second)).then_some(on_first)
}

/// The point of a line that is nearest to another point, and how far along the line it is, from 0 to 1.
fn foot(at: LonLat, line: &[LonLat]) -> (f64, LonLat) {
    let frame = Frame::at(at.y);
    let plane = |p: LonLat| [(p.x - at.x) * frame.per_lon, (p.y - at.y) * frame.per_lat];
    let (mut best, mut nearest, mut walked) = ((0.0, line.first().copied().unwrap_or(at)), f64::INFINITY, 0.0);
    for pair in line.windows(2) {
        let ([ax, ay], [bx, by]) = (plane(pair[0]), plane(pair[1]));
        let (dx, dy) = (bx - ax, by - ay);
        let square = dx * dx + dy * dy;
        let share = if square > 0.0 { (-(ax * dx + ay * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
        let away = (ax + share * dx).hypot(ay + share * dy);
        let step = distance(pair[0], pair[1]).0;
        if away < nearest {
            (nearest, best) = (away, (walked + step * share, lerp(pair[0], pair[1], share)));
        }
        walked += step;
    }
    (if walked > 0.0 { (best.0 / walked).clamp(0.0, 1.0) } else { 0.0 }, best.1)
}

/// How far a point is from a line, in metres.
fn away(at: LonLat, line: &[LonLat]) -> f64 {
    distance(at, foot(at, line).1).0
}

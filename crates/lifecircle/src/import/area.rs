//! Areas: closed ways and multipolygon relations, their rings joined and nested.

use std::collections::HashMap;

use geo::{Area as _, BoundingRect, Contains};
use geo_types::{LineString, MultiPolygon, Point, Polygon};
use rayon::prelude::*;

use super::scan::{Extract, Relation};
use crate::geo::LonLat;

/// An area with its tags.
#[derive(Debug)]
pub(super) struct Area<'a> {
    /// `w` or `r` with its OpenStreetMap id.
    pub id: String,
    pub tags: &'a [(String, String)],
    pub shape: MultiPolygon<f64>,
    /// The nodes of its rings.
    pub nodes: Vec<u32>,
}

impl<'a> Area<'a> {
    pub fn tag(&self, key: &str) -> Option<&'a str> {
        self.tags.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }
}

/// All areas of an extract that matter.
pub(super) fn assemble(extract: &Extract) -> Vec<Area<'_>> {
    let ways = extract
        .ways
        .par_iter()
        .filter(|way| !way.tags.is_empty() && way.nodes.len() > 3 && way.nodes.first() == way.nodes.last());
    let of_ways = ways.map(|way| {
        let rings = std::slice::from_ref(&way.nodes);
        Area {
            id: format!("w{}", way.id),
            tags: &way.tags,
            shape: polygons_of_rings(extract, rings),
            nodes: way.nodes.clone(),
        }
    });
    let of_relations = extract.relations.par_iter().map(|relation| {
        let rings = rings(extract, relation);
        let shape = polygons_of_rings(extract, &rings);
        Area { id: format!("r{}", relation.id), tags: &relation.tags, shape, nodes: rings.concat() }
    });
    let mut areas: Vec<Area<'_>> = of_ways.collect();
    areas.par_extend(of_relations);
    areas.retain(|area| !area.shape.0.is_empty());
    // A border of which parts are missing encloses something else.
    let is_whole = |area: &Area<'_>| area.nodes.iter().all(|node| extract.place(*node).is_some());
    areas.retain(|area| area.tag("boundary") != Some("administrative") || is_whole(area));
    areas
}

/// The closed rings that a relation's ways form, each with its first node given again at the end. Ways that the
/// extract lacks leave their ring open; open rings are dropped, since nobody can tell what they would enclose.
pub(super) fn rings(extract: &Extract, relation: &Relation) -> Vec<Vec<u32>> {
    let lines = relation
        .ways
        .iter()
        .filter_map(|(id, _)| extract.way_index.get(id))
        .map(|way| &extract.ways[*way as usize].nodes);
    let mut rings = Vec::new();
    let mut open: Vec<&Vec<u32>> = Vec::new();
    for line in lines.filter(|line| line.len() > 1) {
        if line.first() == line.last() { rings.push(line.clone()) } else { open.push(line) }
    }
    let mut at_end: HashMap<u32, Vec<usize>> = HashMap::new();
    for (index, line) in open.iter().enumerate() {
        at_end.entry(line[0]).or_default().push(index);
        at_end.entry(line[line.len() - 1]).or_default().push(index);
    }
    let mut used = vec![false; open.len()];
    for start in 0..open.len() {
        if used[start] {
            continue;
        }
        used[start] = true;
        let mut ring = open[start].clone();
        while ring.first() != ring.last() {
            let end = ring[ring.len() - 1];
            let Some(next) = at_end.get(&end).and_then(|lines| lines.iter().find(|line| !used[**line])) else { break };
            used[*next] = true;
            let line = open[*next];
            if line[0] == end { ring.extend(&line[1..]) } else { ring.extend(line.iter().rev().skip(1)) }
        }
        if ring.first() == ring.last() {
            rings.push(ring);
        }
    }
    rings.retain(|ring| ring.len() > 3);
    rings
}

/// Nests rings: one inside an odd number of others is a hole. The members' roles say the same where mappers set them
/// right, and this also holds where they did not.
pub(super) fn polygons_of_rings(extract: &Extract, rings: &[Vec<u32>]) -> MultiPolygon<f64> {
    let lines = rings
        .iter()
        .map(|ring| ring.iter().filter_map(|node| extract.place(*node)).collect::<Vec<LonLat>>())
        .filter(|line| line.len() > 2);
    nest(lines.map(LineString).collect())
}

/// The same of rings whose places are known.
pub(super) fn nest(lines: Vec<LineString<f64>>) -> MultiPolygon<f64> {
    let mut polygons: Vec<Polygon<f64>> = lines.into_iter().map(|line| Polygon::new(line, Vec::new())).collect();
    polygons.retain(|polygon| polygon.unsigned_area() > 0.0);
    if polygons.len() < 2 {
        return MultiPolygon(polygons);
    }
    polygons.sort_by(|a, b| b.unsigned_area().total_cmp(&a.unsigned_area()));
    let boxes: Vec<_> = polygons.iter().map(BoundingRect::bounding_rect).collect();
    let mut depth = vec![0_usize; polygons.len()];
    let mut parent = vec![None; polygons.len()];
    for inner in 1..polygons.len() {
        let Some(corner) = polygons[inner].exterior().0.first().map(|c| Point(*c)) else { continue };
        for outer in 0..inner {
            let inside_box = boxes[outer].is_some_and(|b| geo::Intersects::intersects(&b, &corner));
            if inside_box && polygons[outer].contains(&corner) {
                depth[inner] += 1;
                parent[inner] = Some(outer); // later ones are smaller, so the last is the innermost
            }
        }
    }
    let mut result: Vec<(usize, Polygon<f64>)> = Vec::new();
    for (index, polygon) in polygons.into_iter().enumerate() {
        if depth[index].is_multiple_of(2) {
            result.push((index, polygon));
        } else if let Some((_, outer)) = result.iter_mut().find(|(outer, _)| Some(*outer) == parent[index]) {
            outer.interiors_push(polygon.into_inner().0);
        }
    }
    MultiPolygon(result.into_iter().map(|(_, polygon)| polygon).collect())
}

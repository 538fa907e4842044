//! A part of a city: what lies within a rectangle. Cities too large for one machine are measured tile by tile, each with a margin
//! around it in which its people find their facilities.

use super::{City, Entries, Home, Street, Streets};
use crate::geo::metric::Frame;
use crate::geo::{LonLat, Metres};

impl City {
    /// How far a point is from where the data ends, at least: as the nearest home knows it. None where that is far, or nobody lives.
    pub fn to_edge(&self, at: LonLat) -> Option<Metres> {
        let frame = Frame::at(at.y);
        let apart = |home: &Home| {
            let (x, y) = ((home.at.x - at.x) * frame.per_lon, (home.at.y - at.y) * frame.per_lat);
            x * x + y * y
        };
        let home = self.homes.iter().min_by(|a, b| apart(a).total_cmp(&apart(b)))?;
        Some(Metres((home.to_edge?.0 - apart(home).sqrt()).max(0.0)))
    }

    /// What lies within west, south, east and north in degrees: homes, facilities that are entered there, and streets with an end
    /// there. Communities stay as they are.
    #[must_use]
    pub fn within(&self, extent: [f64; 4]) -> Self {
        let [west, south, east, north] = extent;
        let holds = |at: LonLat| (west..=east).contains(&at.x) && (south..=north).contains(&at.y);
        let is_entered = |entries: &Entries| entries.points().iter().any(|at| holds(*at));
        let streets = self.streets.within(holds);
        let mut about = self.about.clone();
        about.extent = streets.extent();
        Self {
            about,
            streets,
            facilities: self.facilities.iter().filter(|f| holds(f.at) || is_entered(&f.entries)).cloned().collect(),
            homes: self.homes.iter().filter(|home| holds(home.at)).cloned().collect(),
            communities: self.communities.clone(),
            basemap: self.basemap.clone(),
            roads: self.roads.clone(),
            merges: self.merges.clone(),
        }
    }
}

impl Streets {
    fn within(&self, holds: impl Fn(LonLat) -> bool) -> Self {
        let is_kept = |edge: &&Street| [edge.from, edge.to].iter().any(|node| holds(self.nodes[*node as usize]));
        let edges: Vec<&Street> = self.edges.iter().filter(is_kept).collect();
        let mut number = vec![u32::MAX; self.nodes.len()];
        edges.iter().flat_map(|edge| [edge.from, edge.to]).for_each(|node| number[node as usize] = 0);
        let mut kept = Self::default();
        for (node, number) in number.iter_mut().enumerate().filter(|(_, number)| **number == 0) {
            *number = kept.nodes.len() as u32;
            kept.nodes.push(self.nodes[node]);
        }
        for edge in edges {
            let begin = kept.bends.len() as u32;
            kept.bends.extend_from_slice(&self.bends[edge.bends[0] as usize..edge.bends[1] as usize]);
            let [from, to] = [edge.from, edge.to].map(|node| number[node as usize]);
            kept.edges.push(Street { from, to, bends: [begin, kept.bends.len() as u32], ..edge.clone() });
        }
        kept
    }
}

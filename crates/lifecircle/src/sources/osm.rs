//! OpenStreetMap elements, wherever they come from: a PBF file, an XML file, or memory.
//!
//! A source is scanned several times, each time for some kinds of elements only, so that nothing has to be kept
//! that is not needed. A scan hands its elements out in parallel where the format allows, and gathers the results in
//! the order of the file, so the outcome does not depend on the number of threads.

use crate::error::{Error, Result};
use crate::geo::LonLat;

/// One element, borrowed while it is visited.
#[derive(Debug, Clone, Copy)]
pub enum Element<'a> {
    /// A point.
    Node {
        /// Its id.
        id: i64,
        /// Where it is.
        at: Fixed,
        /// Its tags.
        tags: Tags<'a>,
    },
    /// A line or ring of nodes.
    Way {
        /// Its id.
        id: i64,
        /// Ids of its nodes in order.
        refs: &'a [i64],
        /// Its tags.
        tags: Tags<'a>,
    },
    /// A group of elements.
    Relation {
        /// Its id.
        id: i64,
        /// Its members in order.
        members: &'a [Member<'a>],
        /// Its tags.
        tags: Tags<'a>,
    },
}

/// The tags of an element, as keys and values.
pub type Tags<'a> = &'a [(&'a str, &'a str)];

/// The value of a key among tags.
pub fn tag<'a>(tags: Tags<'a>, key: &str) -> Option<&'a str> {
    tags.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)
}

/// A member of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// What the member is.
    pub kind: ElementKind,
    /// Its id.
    pub id: i64,
    /// Its role.
    pub role: &'a str,
}

/// The three kinds of elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElementKind {
    /// A point.
    Node,
    /// A line or ring.
    Way,
    /// A group.
    Relation,
}

impl ElementKind {
    pub(super) const fn bit(self) -> u8 {
        match self {
            Self::Node => 1,
            Self::Way => 2,
            Self::Relation => 4,
        }
    }
}

/// Longitude and latitude in units of 10⁻⁷ degrees, as OpenStreetMap itself keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fixed {
    /// Longitude.
    pub lon: i32,
    /// Latitude.
    pub lat: i32,
}

impl Fixed {
    /// From nanodegrees; none if off the globe.
    pub(super) fn from_nano(lon: i64, lat: i64) -> Option<Self> {
        let fixed = Self { lon: i32::try_from(lon / 100).ok()?, lat: i32::try_from(lat / 100).ok()? };
        (lon.abs() <= 180_000_000_000 && lat.abs() <= 90_000_000_000).then_some(fixed)
    }

    /// From degrees, rounded; none if off the globe.
    pub fn from_degrees(at: LonLat) -> Option<Self> {
        crate::geo::is_on_globe(at).then(|| Self { lon: (at.x * 1e7).round() as i32, lat: (at.y * 1e7).round() as i32 })
    }

    /// In degrees.
    pub fn degrees(self) -> LonLat {
        LonLat { x: f64::from(self.lon) / 1e7, y: f64::from(self.lat) / 1e7 }
    }
}

/// Elements held in memory: what a generator makes and tests write down.
#[derive(Debug, Clone, Default)]
pub struct Elements {
    /// Id, place and tags of each node.
    pub nodes: Vec<(i64, LonLat, OwnedTags)>,
    /// Id, node ids and tags of each way.
    pub ways: Vec<(i64, Vec<i64>, OwnedTags)>,
    /// Id, members (kind, id, role) and tags of each relation.
    pub relations: Vec<(i64, OwnedMembers, OwnedTags)>,
}

/// Members that own their text: kind, id and role.
pub type OwnedMembers = Vec<(ElementKind, i64, String)>;

/// Tags that own their text.
pub type OwnedTags = Vec<(String, String)>;

impl Elements {
    /// Visits the elements of the wanted kinds.
    pub(super) fn scan<T: Default>(&self, mask: u8, visit: impl Fn(&mut T, Element<'_>)) -> Result<T> {
        let mut found = T::default();
        if mask & ElementKind::Node.bit() != 0 {
            for (id, at, tags) in &self.nodes {
                let at = Fixed::from_degrees(*at).ok_or_else(|| off_the_globe(*id))?;
                visit(&mut found, Element::Node { id: *id, at, tags: &borrow(tags) });
            }
        }
        if mask & ElementKind::Way.bit() != 0 {
            for (id, refs, tags) in &self.ways {
                visit(&mut found, Element::Way { id: *id, refs, tags: &borrow(tags) });
            }
        }
        if mask & ElementKind::Relation.bit() != 0 {
            for (id, members, tags) in &self.relations {
                let members: Vec<Member<'_>> =
                    members.iter().map(|(kind, id, role)| Member { kind: *kind, id: *id, role }).collect();
                visit(&mut found, Element::Relation { id: *id, members: &members, tags: &borrow(tags) });
            }
        }
        Ok(found)
    }
}

fn borrow(tags: &OwnedTags) -> Vec<(&str, &str)> {
    tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

pub(super) fn off_the_globe(id: i64) -> Error {
    Error::new(say!("its coordinates are out of range", "其坐标超出范围")).place(say!("node {id}", "节点 {id}")).hint(
        say!(
            "longitude must lie within ±180 and latitude within ±90 degrees: repair or download the extract again",
            "经度应在 ±180 度以内，纬度应在 ±90 度以内：请修复或重新下载数据"
        ),
    )
}

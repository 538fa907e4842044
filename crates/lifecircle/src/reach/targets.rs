//! Origins and targets on edges, arranged so that a search finds those on an edge at once.

use crate::network::Snap;

/// Where people set out: each origin is one place, or none where a home has no street.
#[derive(Debug, Clone)]
pub struct Origins {
    places: Vec<Option<Snap>>,
    on_edge: ByEdge,
}

impl Origins {
    /// Origins in the order in which answers are wanted.
    pub fn new(places: Vec<Option<Snap>>, edges: usize) -> Self {
        let on_edge = ByEdge::new(
            edges,
            places.iter().enumerate().filter_map(|(index, place)| Some((place.as_ref()?.edge, index as u32))),
        );
        Self { places, on_edge }
    }

    /// Number of origins.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Every origin's place.
    pub fn places(&self) -> &[Option<Snap>] {
        &self.places
    }

    /// The origins on an edge.
    pub(super) fn on_edge(&self, edge: u32) -> impl Iterator<Item = (usize, &Snap)> {
        let places = &self.places;
        self.on_edge.of(edge).iter().filter_map(move |index| Some((*index as usize, places[*index as usize].as_ref()?)))
    }
}

/// Where people go: targets with one or more entries each, sorted into groups. Every group is answered for by itself;
/// a target may stand in several.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    /// The entries of each target; a target without any cannot be reached.
    pub entries: Vec<Vec<Snap>>,
    /// The targets of each group, as indices into `entries`.
    pub groups: Vec<Vec<u32>>,
}

/// Numbers sorted by edge.
#[derive(Debug, Clone)]
pub(super) struct ByEdge {
    first: Vec<u32>,
    items: Vec<u32>,
}

impl ByEdge {
    pub fn new(edges: usize, items: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut first = vec![0_u32; edges + 1];
        for (edge, _) in items.clone() {
            first[edge as usize + 1] += 1;
        }
        for edge in 0..edges {
            first[edge + 1] += first[edge];
        }
        let mut next = first.clone();
        let mut sorted = vec![0; first[edges] as usize];
        for (edge, item) in items {
            sorted[next[edge as usize] as usize] = item;
            next[edge as usize] += 1;
        }
        Self { first, items: sorted }
    }

    pub fn of(&self, edge: u32) -> &[u32] {
        &self.items[self.first[edge as usize] as usize..self.first[edge as usize + 1] as usize]
    }
}

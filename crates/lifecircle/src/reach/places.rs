//! Places: where people set out and where they go.

use crate::network::{Cost, Millis, Network, Snap};
use crate::progress::Progress;

/// A list of origins or targets, each with any number of doors on the streets: a home has one, or none where it has no
/// street; a park has its gates. A cost to or from a place is the least over its doors.
///
/// ```
/// use lifecircle::reach::Places;
///
/// let nobody: Places = Places::default();
/// assert!(nobody.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Places<C = Millis> {
    first: Vec<u32>,
    doors: Vec<Snap<C>>,
}

impl<C> Default for Places<C> {
    fn default() -> Self {
        Self { first: vec![0], doors: Vec::new() }
    }
}

impl<C, D: IntoIterator<Item = Snap<C>>> FromIterator<D> for Places<C> {
    fn from_iter<I: IntoIterator<Item = D>>(places: I) -> Self {
        let mut all = Self::default();
        for doors in places {
            all.doors.extend(doors);
            all.first.push(all.doors.len() as u32);
        }
        all
    }
}

impl<C> Places<C> {
    /// Number of places.
    pub fn len(&self) -> usize {
        self.first.len() - 1
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The doors of a place.
    pub fn doors(&self, place: usize) -> &[Snap<C>] {
        &self.doors[self.first[place] as usize..self.first[place + 1] as usize]
    }

    /// All doors, place after place.
    pub(super) fn all_doors(&self) -> &[Snap<C>] {
        &self.doors
    }

    /// The place of each door.
    pub(super) fn owners(&self) -> Vec<u32> {
        (0..self.len()).flat_map(|place| std::iter::repeat_n(place as u32, self.doors(place).len())).collect()
    }
}

/// From where, to where, and which targets belong together: every group is answered for by itself, and a target may be
/// in several.
#[derive(Debug)]
pub struct Question<'a, C = Millis> {
    /// Where people set out.
    pub origins: &'a Places<C>,
    /// Where they go.
    pub targets: &'a Places<C>,
    /// The targets of each group, as indices into `targets`.
    pub groups: &'a [Vec<u32>],
}

// Derived, they would ask the same of costs.
impl<C> Clone for Question<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Question<'_, C> {}

/// Items sorted by a key: those of a key are found at once.
#[derive(Debug, Clone)]
pub(super) struct Grouped<T = u32> {
    first: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy + Default> Grouped<T> {
    /// Sorts pairs of key and item by keys below a bound; items of a key keep their order. It is left half filled, and of no
    /// more use, if the work should stop.
    pub fn new(keys: usize, pairs: impl Iterator<Item = (u32, T)> + Clone, progress: &dyn Progress) -> Self {
        let mut first = vec![0_u32; keys + 1];
        for (key, _) in pairs.clone() {
            first[key as usize + 1] += 1;
        }
        for key in 0..keys {
            first[key + 1] += first[key];
        }
        let mut next = first.clone();
        let mut items = vec![T::default(); first[keys] as usize];
        // Each half takes some milliseconds for a million pairs; looking more often would slow them down.
        if progress.is_cancelled() {
            return Self { first, items };
        }
        for (key, item) in pairs {
            items[next[key as usize] as usize] = item;
            next[key as usize] += 1;
        }
        Self { first, items }
    }

    /// The items of a key.
    pub fn of(&self, key: u32) -> &[T] {
        &self.items[self.first[key as usize] as usize..self.first[key as usize + 1] as usize]
    }
}

impl Grouped {
    /// The doors of places by the edge that they stand on.
    pub fn by_edge<C: Cost>(places: &Places<C>, network: &Network<C>, progress: &dyn Progress) -> Self {
        let pairs = places.doors.iter().zip(0..).map(|(door, index)| (door.edge, index));
        Self::new(network.edges(), pairs, progress)
    }

    /// The doors of places by the nodes at the ends of their edges.
    pub fn by_node<C: Cost>(places: &Places<C>, network: &Network<C>, progress: &dyn Progress) -> Self {
        let doors = places.doors.iter().zip(0..);
        let pairs = doors.flat_map(|(door, index)| network.ends(door.edge).map(|node| (node, index)));
        Self::new(network.nodes(), pairs, progress)
    }
}

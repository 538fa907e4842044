//! A city made ready for a walker: its streets as the walker walks them, where homes and facilities join them, and engines that
//! search them. It is made once, and every question is asked of it: measures by any standard, areas, matrices, paths.
//!
//! It owns all that it needs, is cheap to clone, and may be asked from many threads. It knows no standard, and no file: where an
//! engine is kept is decided by whoever makes one ready ([`ReadyCity::with_engine`]).

use std::sync::{Arc, OnceLock};

use crate::city::City;
use crate::geo::{LonLat, Metres};
use crate::network::{DEFAULT_SNAP_LIMIT, Network, NoStreet, Snap, Snapper, Snaps, StreetIndex, Walker, snap_city};
use crate::progress::Progress;
use crate::reach::{Engine, Places};

/// Who walks, and from how far off the street.
#[derive(Debug, Clone)]
pub struct Walk {
    /// On whose feet.
    pub walker: Walker,
    /// How far a door may be from its street.
    pub snap_limit: Metres,
}

impl Walk {
    /// A walker, with the usual limit of snapping.
    pub fn of(walker: Walker) -> Self {
        Self { walker, snap_limit: DEFAULT_SNAP_LIMIT }
    }
}

/// A city made ready for a walker.
///
/// ```
/// use lifecircle::measure::{measure, summarise};
/// use lifecircle::ready::{ReadyCity, Walk};
/// use lifecircle::{demo, import, network::Walker, standard::Standard};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &());
/// for standard in ["wuhai-8", "moreno-6"] {
///     let measured = measure(&ready, Standard::find(standard)?, &());
///     assert!(summarise(ready.city(), &measured).residents > 30_000.0);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ReadyCity(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    city: Arc<City>,
    walk: Walk,
    index: Arc<StreetIndex>,
    snaps: Snaps,
    searched: Searched,
    /// The same on the lengths of the streets, made when first asked for.
    lengths: OnceLock<Searched>,
}

/// An engine, and the doors of homes and facilities on it.
#[derive(Debug)]
pub struct Searched {
    /// What searches.
    pub engine: Engine,
    /// Where homes join the streets, one or none each.
    pub homes: Places,
    /// Where facilities join them.
    pub facilities: Places,
}

impl ReadyCity {
    /// Makes a city ready.
    pub fn new(city: impl Into<Arc<City>>, walk: Walk, progress: &dyn Progress) -> Self {
        Self::with_engine(city, walk, Engine::new, progress)
    }

    /// The same with an engine that is made, or was kept, elsewhere.
    pub fn with_engine(
        city: impl Into<Arc<City>>,
        walk: Walk,
        engine: impl FnOnce(Network) -> Engine,
        progress: &dyn Progress,
    ) -> Self {
        let city = city.into();
        let network = Network::new(&city.streets, &walk.walker);
        let index = Arc::new(StreetIndex::new(&city.streets, &network));
        let snapper = Snapper::with_index(&city.streets, &network, &walk.walker, walk.snap_limit, Arc::clone(&index));
        let snaps = snap_city(&city, &snapper, progress);
        let searched = Searched {
            engine: engine(network),
            homes: snaps.homes.iter().map(|snap| snap.ok()).collect(),
            facilities: snaps.facilities.iter().map(|snaps| snaps.clone().unwrap_or_default()).collect(),
        };
        Self(Arc::new(Parts { city, walk, index, snaps, searched, lengths: OnceLock::new() }))
    }

    /// The city itself.
    pub fn city(&self) -> &City {
        &self.0.city
    }

    /// Who walks.
    pub fn walk(&self) -> &Walk {
        &self.0.walk
    }

    /// Where homes and facilities join the streets, or why they do not.
    pub fn snaps(&self) -> &Snaps {
        &self.0.snaps
    }

    /// The streets as the walker walks them.
    pub fn network(&self) -> &Network {
        self.times().engine.network()
    }

    /// Searches in time.
    pub fn times(&self) -> &Searched {
        &self.0.searched
    }

    /// Searches along the lengths of the streets that the walker can use.
    pub fn lengths(&self) -> &Searched {
        self.0.lengths.get_or_init(|| self.in_lengths())
    }

    fn in_lengths(&self) -> Searched {
        let network = Network::of_lengths(&self.city().streets, &self.walk().walker);
        let snaps = self.snaps();
        let homes = snaps.homes.iter().map(|snap| snap.ok().map(|snap| snap.in_lengths(&network))).collect();
        let doors = |snaps: &Vec<Snap>| snaps.iter().map(|snap| snap.in_lengths(&network)).collect();
        let facilities =
            snaps.facilities.iter().map(|snaps| snaps.as_ref().map_or_else(|_| Vec::new(), doors)).collect();
        Searched { engine: Engine::new(network), homes, facilities }
    }

    /// Where a point joins the streets, be it a home or not.
    ///
    /// # Errors
    /// If there is no street within the limit; the error says how far the next one is.
    pub fn snap(&self, point: LonLat) -> Result<Snap, NoStreet> {
        let (walk, index) = (self.walk(), Arc::clone(&self.0.index));
        Snapper::with_index(&self.city().streets, self.network(), &walk.walker, walk.snap_limit, index).snap(point)
    }
}

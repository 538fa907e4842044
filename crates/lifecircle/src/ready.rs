//! A city made ready for a walker: its streets as the walker walks them, where homes and facilities join them, and engines that
//! search them. It is made once, and every question is asked of it: measures by any standard, areas, matrices, routes.
//!
//! It owns all that it needs, is cheap to clone, and may be asked from many threads. It knows no standard, and no file: where an
//! engine is kept is decided by whoever makes one ready ([`ReadyCity::with_engine`]).

use std::sync::{Arc, OnceLock};

use geo_types::MultiPolygon;

use crate::city::City;
use crate::error::Result;
use crate::geo::{LonLat, Metres, metric};
use crate::network::{
    Cost, DEFAULT_SNAP_LIMIT, Millimetres, Millis, Network, NoStreet, Snap, Snapper, Snaps, StreetIndex, Walker,
    snap_city,
};
use crate::progress::Progress;
use crate::reach::{Engine, Heading, Isochrones, Places, Route, Searches};

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
/// use lifecircle::measure::measure;
/// use lifecircle::summary::summarise;
/// use lifecircle::ready::{ReadyCity, Walk};
/// use lifecircle::{demo, import, network::Walker, standard::Standard};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &())?;
/// for standard in ["wuhai-8", "moreno-6"] {
///     let measured = measure(&ready, Standard::find(standard)?, &())?;
///     assert!(summarise(&measured).residents > 30_000.0);
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
    snaps: Arc<Snaps>,
    times: Searched<Millis>,
    /// The same on the lengths of the streets, made when first asked for.
    lengths: OnceLock<Searched<Millimetres>>,
    isochrones: OnceLock<Isochrones>,
    searches: Searches,
}

/// A network with the doors of homes and facilities on it, and the engine that searches it.
#[derive(Debug)]
pub struct Searched<C> {
    network: Arc<Network<C>>,
    engine: OnceLock<Engine<C>>,
    homes: Arc<Places<C>>,
    facilities: Arc<Places<C>>,
}

impl<C: Cost> Searched<C> {
    pub(crate) fn new(network: Arc<Network<C>>, homes: Arc<Places<C>>, facilities: Arc<Places<C>>) -> Self {
        Self { network, engine: OnceLock::new(), homes, facilities }
    }

    /// The same with an engine of this network.
    pub(crate) fn with_engine(self, engine: Engine<C>) -> Self {
        Self { network: engine.shared_network(), engine: OnceLock::from(engine), ..self }
    }

    /// The network.
    pub fn network(&self) -> &Arc<Network<C>> {
        &self.network
    }

    /// What searches it; made when first asked for.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn engine(&self, progress: &dyn Progress) -> Result<&Engine<C>> {
        get_or_make(&self.engine, || Engine::new(Arc::clone(&self.network), progress))
    }

    /// The engine, if it was made.
    pub(crate) fn made(&self) -> Option<&Engine<C>> {
        self.engine.get()
    }

    /// Where homes join the streets, one or none each.
    pub fn homes(&self) -> &Arc<Places<C>> {
        &self.homes
    }

    /// Where facilities join them.
    pub fn facilities(&self) -> &Arc<Places<C>> {
        &self.facilities
    }
}

/// What is made when first asked for, unless making it fails. Two who ask at once may both make it; one is kept.
fn get_or_make<T>(cell: &OnceLock<T>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    if let Some(made) = cell.get() {
        return Ok(made);
    }
    let made = make()?;
    Ok(cell.get_or_init(|| made))
}

impl ReadyCity {
    /// Makes a city ready.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn new(city: impl Into<Arc<City>>, walk: Walk, progress: &dyn Progress) -> Result<Self> {
        Self::with_engine(city, walk, |network| Engine::new(network, progress), progress)
    }

    /// The same with an engine that is made, or was kept, elsewhere.
    ///
    /// # Errors
    /// If it is cancelled, or there is no engine.
    pub fn with_engine(
        city: impl Into<Arc<City>>,
        walk: Walk,
        engine: impl FnOnce(Network) -> Result<Engine>,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let city = city.into();
        let network = Network::new(&city.streets, &walk.walker);
        progress.check()?;
        let index = Arc::new(StreetIndex::new(&city.streets, &network));
        let snapper = Snapper::with_index(&city.streets, &network, &walk.walker, walk.snap_limit, Arc::clone(&index));
        let snaps = Arc::new(snap_city(&city, &snapper, progress)?);
        let engine = engine(network)?;
        let times = Searched::new(
            engine.shared_network(),
            Arc::new(snaps.homes.iter().map(|snap| snap.ok()).collect()),
            Arc::new(snaps.facilities.iter().map(|snaps| snaps.clone().unwrap_or_default()).collect()),
        );
        Ok(Self::of_parts(city, walk, index, snaps, times.with_engine(engine), None))
    }

    pub(crate) fn of_parts(
        city: Arc<City>,
        walk: Walk,
        index: Arc<StreetIndex>,
        snaps: Arc<Snaps>,
        times: Searched<Millis>,
        lengths: Option<Searched<Millimetres>>,
    ) -> Self {
        let (lengths, isochrones) = (lengths.map_or_else(OnceLock::new, OnceLock::from), OnceLock::new());
        let searches = Searches::new(times.network.nodes());
        Self(Arc::new(Parts { city, walk, index, snaps, times, lengths, isochrones, searches }))
    }

    /// The city itself.
    pub fn city(&self) -> &Arc<City> {
        &self.0.city
    }

    /// Who walks.
    pub fn walk(&self) -> &Walk {
        &self.0.walk
    }

    /// Where homes and facilities join the streets, or why they do not.
    pub fn snaps(&self) -> &Arc<Snaps> {
        &self.0.snaps
    }

    /// The streets as the walker walks them.
    pub fn network(&self) -> &Network {
        &self.0.times.network
    }

    /// Searches in time.
    pub fn times(&self) -> &Searched<Millis> {
        &self.0.times
    }

    /// Searches along the lengths of the streets that the walker can use; made when first asked for.
    pub fn lengths(&self) -> &Searched<Millimetres> {
        self.0.lengths.get_or_init(|| self.in_lengths())
    }

    pub(crate) fn lengths_if_made(&self) -> Option<&Searched<Millimetres>> {
        self.0.lengths.get()
    }

    fn in_lengths(&self) -> Searched<Millimetres> {
        let network = Network::of_lengths(&self.city().streets, &self.walk().walker);
        let snaps = self.snaps();
        let homes = snaps.homes.iter().map(|snap| snap.ok().map(|snap| snap.in_lengths(&network))).collect();
        let doors = |snaps: &Vec<Snap>| snaps.iter().map(|snap| snap.in_lengths(&network)).collect();
        let facilities =
            snaps.facilities.iter().map(|snaps| snaps.as_ref().map_or_else(|_| Vec::new(), doors)).collect();
        Searched::new(Arc::new(network), Arc::new(homes), Arc::new(facilities))
    }

    /// Where a point joins the streets, be it a home or not.
    ///
    /// # Errors
    /// If there is no street within the limit; the error says how far the next one is.
    pub fn snap(&self, point: LonLat) -> Result<Snap, NoStreet> {
        let snap = self.snapper().snap(point)?;
        // The index looks in the Mercator plane, where all places near a pole are near each other.
        let streets = &self.city().streets;
        let line: Vec<LonLat> = streets.line(&streets.edges[snap.edge as usize]).collect();
        let distance = metric::distance(point, metric::point_along(&line, snap.along));
        if distance.0 > 2.0 * self.walk().snap_limit.0 {
            return Err(NoStreet { nearest: Some(distance) });
        }
        Ok(snap)
    }

    pub(crate) fn snapper(&self) -> Snapper<'_> {
        let (walk, index) = (self.walk(), Arc::clone(&self.0.index));
        Snapper::with_index(&self.city().streets, self.network(), &walk.walker, walk.snap_limit, index)
    }

    pub(crate) fn index(&self) -> &Arc<StreetIndex> {
        &self.0.index
    }

    /// The areas that are reached from any start within each of some limits, or from which any of them is reached.
    pub fn areas(&self, starts: &[Snap], heading: Heading, limits: &[Millis]) -> Vec<MultiPolygon<f64>> {
        let streets = &self.city().streets;
        let index = self.0.isochrones.get_or_init(|| Isochrones::new(streets));
        index.of(streets, self.network()).areas(starts, heading, limits)
    }

    /// The times from any of some starts to every facility, or from every facility to any of them; [`Cost::NEVER`] where it
    /// takes longer than a limit, or no way leads there. What a kernel finds for all homes at once, for a single point.
    pub fn times_to_facilities(&self, starts: &[Snap], heading: Heading, limit: Millis) -> Vec<Millis> {
        self.0.searches.costs(self.network(), (starts, heading), self.times().facilities(), limit)
    }

    /// The same along the lengths of the streets that the walker can use.
    pub fn lengths_to_facilities(&self, starts: &[Snap], heading: Heading, limit: Millimetres) -> Vec<Millimetres> {
        let lengths = self.lengths();
        let starts: Vec<_> = starts.iter().map(|start| start.in_lengths(&lengths.network)).collect();
        self.0.searches.costs(&lengths.network, (&starts, heading), lengths.facilities(), limit)
    }

    /// The shortest route from any door of one place to any door of another; none if there is no way.
    ///
    /// # Errors
    /// If it is cancelled.
    ///
    /// ```
    /// use lifecircle::network::Walker;
    /// use lifecircle::ready::{ReadyCity, Walk};
    /// use lifecircle::{demo, import};
    ///
    /// # fn main() -> lifecircle::Result<()> {
    /// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
    /// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &())?;
    /// let [from, to] = [&ready.snaps().homes[0], &ready.snaps().homes[50]].map(|home| home.unwrap());
    /// let route = ready.route(&[from], &[to], &())?.unwrap();
    /// assert!(route.line(&ready.city().streets).len() >= 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn route(&self, from: &[Snap], to: &[Snap], progress: &dyn Progress) -> Result<Option<Route>> {
        self.0.searches.route(self.network(), from, to, progress)
    }
}

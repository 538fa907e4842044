//! A measured city that is edited: facilities come, move and go, streets are opened, closed and built, and what was measured
//! follows, at the price of what changed. What it measures is what the edited city gives measured anew.
//!
//! Nearest times and counts are kept up to date ([`Incremental`]). Homes and facilities around a street that changes are snapped
//! anew. Supply, proximity and scores are found anew for the services that an edit touches; after a street has changed they
//! need an engine of the new streets, which is made when they are next measured.

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

mod streets;

use streets::Changed;
pub use streets::{Joining, NoJoint};

use super::reached::{At, Plan, Reached};
use super::{Measured, Renewed};
use crate::city::{City, Entries, Facility, Home, Street};
use crate::error::{Error, Result};
use crate::geo::{LonLat, Metres};
use crate::network::{Millimetres, Millis, Network, NoStreet, Snap, Snapper, Snaps, StreetIndex};
use crate::progress::Progress;
use crate::reach::{Answers, Engine, Incremental, Question};
use crate::ready::{ReadyCity, Searched, Walk};
use crate::standard::{Recognised, Recogniser, ServicesOf, Standard};

/// A city with answers that follow its edits.
///
/// ```
/// use lifecircle::measure::EditedCity;
/// use lifecircle::ready::{ReadyCity, Walk};
/// use lifecircle::summary::summarise;
/// use lifecircle::{demo, import, network::Walker, standard::Standard};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &())?;
/// let mut edited = EditedCity::new(&ready, vec![Standard::find("wuhai-8")?], &())?;
/// let covered = |edited: &mut EditedCity| -> lifecircle::Result<f64> {
///     let summary = summarise(&edited.measured(&())?[0]);
///     Ok(summary.residents_by_circles.iter().zip(0..).map(|(people, circles)| people * f64::from(circles)).sum())
/// };
/// let before = covered(&mut edited)?;
/// // Close every second facility.
/// for index in (0..edited.city().facilities.len()).rev().step_by(2) {
///     edited.remove_facility(index)?;
/// }
/// assert!(covered(&mut edited)? < before);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct EditedCity {
    city: Arc<City>,
    walk: Walk,
    index: Arc<StreetIndex>,
    snaps: Arc<Snaps>,
    plan: Plan,
    standards: Vec<Followed>,
    /// The target that each facility is among the answers; targets that were removed stay without doors.
    targets: Vec<u32>,
    times: Incremental<Millis>,
    lengths: Option<Incremental<Millimetres>>,
    /// Engines of the streets as they are now, if there are.
    engines: (Option<Engine<Millis>>, Option<Engine<Millimetres>>),
}

/// The city by one standard.
#[derive(Debug, Clone)]
struct Followed {
    standard: Arc<Standard>,
    /// Which services each facility is.
    found: Vec<ServicesOf>,
    at: Vec<At>,
    /// What was measured last, and which services have changed since.
    renewed: Renewed,
}

impl EditedCity {
    /// A city that was not edited yet, by one standard or several.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn new(ready: &ReadyCity, standards: Vec<Standard>, progress: &dyn Progress) -> Result<Self> {
        let mut plan = Plan::default();
        let standards: Vec<Followed> =
            standards.into_iter().map(|standard| Followed::new(standard, ready.city(), &mut plan)).collect();
        let groups: Vec<Vec<u32>> = standards.iter().flat_map(|followed| followed.recognised().services).collect();
        let times = kept(ready.times(), &groups, &plan.time_limits, progress)?;
        let far: Vec<Vec<u32>> = plan.length_groups.iter().map(|group| groups[*group].clone()).collect();
        let lengths = match far.is_empty() {
            true => None,
            false => Some(kept(ready.lengths(), &far, &plan.length_limits, progress)?),
        };
        let length_engine = lengths.as_ref().map(|_| ready.lengths().engine(progress)).transpose()?.cloned();
        Ok(Self {
            city: Arc::clone(ready.city()),
            walk: ready.walk().clone(),
            index: Arc::clone(ready.index()),
            snaps: Arc::clone(ready.snaps()),
            plan,
            targets: (0..ready.city().facilities.len() as u32).collect(),
            standards,
            times,
            lengths,
            engines: (Some(ready.times().engine(progress)?.clone()), length_engine),
        })
    }

    /// The city as it is now.
    pub fn city(&self) -> &Arc<City> {
        &self.city
    }

    /// By which standards it is measured.
    pub fn standards(&self) -> impl Iterator<Item = &Standard> {
        self.standards.iter().map(|followed| &*followed.standard)
    }

    /// Ids of the services that a facility is, standard after standard.
    ///
    /// # Panics
    /// If there is no such facility.
    pub fn services_of(&self, facility: usize) -> impl Iterator<Item = &str> {
        let of = move |followed: &'_ Followed| followed.found[facility].services.clone();
        self.standards.iter().flat_map(move |followed| {
            of(followed).into_iter().map(|service| followed.standard.services[service].id.as_str())
        })
    }

    /// Where a home joins the streets, or why it does not.
    ///
    /// # Panics
    /// If there is no such home.
    pub fn home_snap(&self, home: usize) -> Result<Snap, NoStreet> {
        self.snaps.homes[home]
    }

    /// Where a facility joins the streets, or why it does not.
    ///
    /// # Panics
    /// If there is no such facility.
    pub fn facility_snaps(&self, facility: usize) -> Result<&[Snap], NoStreet> {
        self.snaps.facilities[facility].as_deref().map_err(|none| *none)
    }

    /// The city as it is now, measured by each standard.
    ///
    /// # Errors
    /// If it is cancelled; it can be asked again.
    pub fn measured(&mut self, progress: &dyn Progress) -> Result<Vec<Measured>> {
        let ready = self.ready();
        let recognised: Vec<Recognised> = self.standards.iter().map(Followed::recognised).collect();
        let groups = recognised.iter().flat_map(|recognised| recognised.services.iter().cloned()).collect();
        let lengths = self.lengths.as_ref().map(|lengths| Arc::clone(lengths.answers()));
        let times = Arc::clone(self.times.answers());
        let reached = Arc::new(Reached::of(ready.clone(), groups, times, lengths));
        let followed = self.standards.iter_mut().zip(recognised);
        let measured =
            followed.map(|(followed, recognised)| followed.measured(recognised, &reached, progress)).collect();
        // What was made on the way serves until a street changes.
        self.engines.0 = self.engines.0.take().or_else(|| ready.times().made().cloned());
        self.engines.1 = self.engines.1.take().or_else(|| ready.lengths_if_made().and_then(Searched::made).cloned());
        measured
    }

    /// Adds a facility; it is the last one then. Returns its index.
    ///
    /// # Errors
    /// If another has its id.
    pub fn add_facility(&mut self, facility: Facility) -> Result<usize> {
        self.check_id(&facility.id, None)?;
        let snaps = self.snapper().snap_entries(&facility.entries);
        let found: Vec<ServicesOf> = self.standards.iter_mut().map(|followed| followed.touched(&facility)).collect();
        let target = self.add_target(&snaps, &found);
        self.targets.push(target);
        for (followed, found) in self.standards.iter_mut().zip(found) {
            followed.found.push(found);
        }
        Arc::make_mut(&mut self.snaps).facilities.push(snaps);
        let city = Arc::make_mut(&mut self.city);
        city.facilities.push(facility);
        Ok(city.facilities.len() - 1)
    }

    /// Removes a facility; those behind it move up. Returns it.
    ///
    /// # Errors
    /// If there is none of this index.
    pub fn remove_facility(&mut self, index: usize) -> Result<Facility> {
        self.check_facility(index)?;
        let target = self.targets.remove(index);
        self.remove_target(target);
        for followed in &mut self.standards {
            let found = followed.found.remove(index);
            followed.renewed.touch(&found);
        }
        let _snaps = Arc::make_mut(&mut self.snaps).facilities.remove(index);
        Ok(Arc::make_mut(&mut self.city).facilities.remove(index))
    }

    /// Puts a facility in another's place: moved, resized, of another kind. Returns what was there.
    ///
    /// # Errors
    /// If there is none of this index, or a third has its id.
    pub fn replace_facility(&mut self, index: usize, facility: Facility) -> Result<Facility> {
        self.check_facility(index)?;
        self.check_id(&facility.id, Some(index))?;
        let snaps = self.snapper().snap_entries(&facility.entries);
        let found: Vec<ServicesOf> = self.standards.iter_mut().map(|followed| followed.touched(&facility)).collect();
        let same_services =
            self.standards.iter().zip(&found).all(|(followed, found)| followed.found[index].services == found.services);
        if same_services {
            self.move_facility(index, &snaps);
        } else {
            // Answers know targets by their groups; one of other groups is another target.
            self.remove_target(self.targets[index]);
            let target = self.add_target(&snaps, &found);
            self.targets[index] = target;
        }
        for (followed, found) in self.standards.iter_mut().zip(found) {
            let old = std::mem::replace(&mut followed.found[index], found);
            followed.renewed.touch(&old);
        }
        Arc::make_mut(&mut self.snaps).facilities[index] = snaps;
        Ok(std::mem::replace(&mut Arc::make_mut(&mut self.city).facilities[index], facility))
    }

    /// Adds a home; it is the last one then. Returns its index.
    ///
    /// # Errors
    /// If another has its id.
    pub fn add_home(&mut self, home: Home) -> Result<usize> {
        if self.city.homes.iter().any(|other| other.id == home.id) {
            return Err(Error::exists(say!("there is a home {:?} already", "已有居住点 {:?}", home.id))
                .hint(say!("give it an id of its own", "请另取编号")));
        }
        let snap = self.snapper().snap(home.at);
        let doors: Vec<Snap> = snap.ok().into_iter().collect();
        if let Some(lengths) = &mut self.lengths {
            let own = in_lengths(&doors, lengths.network());
            lengths.add_origin(own);
        }
        self.times.add_origin(doors);
        Arc::make_mut(&mut self.snaps).homes.push(snap);
        // Everybody shares supply, and a new home has scores of its own.
        self.standards.iter_mut().for_each(|followed| followed.renewed.touch_all());
        let city = Arc::make_mut(&mut self.city);
        city.homes.push(home);
        Ok(city.homes.len() - 1)
    }

    /// Changes a street: closes it, opens it, makes it steps or a path. Its two ends and its line stay. Returns what it was.
    ///
    /// # Errors
    /// If there is no such street, or the new one has other ends or bends.
    pub fn set_street(&mut self, edge: u32, street: Street) -> Result<Street> {
        let Some(old) = self.city.streets.edges.get(edge as usize) else {
            return Err(Error::not_found(say!("there is no street {edge}", "没有道路 {edge}"))
                .hint(say!("give the number of an edge", "请给出路段的编号")));
        };
        if (old.from, old.to, old.bends) != (street.from, street.to, street.bends) {
            return Err(Error::new(say!("street {edge} has another course", "道路 {edge} 的走向不同"))
                .hint(say!("keep its ends and bends", "请保持其端点和弯折")));
        }
        let old = std::mem::replace(&mut Arc::make_mut(&mut self.city).streets.edges[edge as usize], street);
        self.take_over(&Changed { costs: vec![edge], ..Changed::default() });
        Ok(old)
    }

    /// Builds a street between two junctions, along some bends. Its length is that of its line. Returns its number.
    ///
    /// # Errors
    /// If there is no such junction.
    pub fn add_street(&mut self, street: Street, bends: &[LonLat]) -> Result<u32> {
        let nodes = self.city.streets.nodes.len();
        if [street.from, street.to].iter().any(|node| *node as usize >= nodes) {
            return Err(Error::not_found(say!(
                "the street begins or ends at a junction that is not there",
                "道路的起点或终点路口不存在"
            ))
            .hint(say!("give numbers below {nodes}", "请给出小于 {nodes} 的数")));
        }
        let mut changed = Changed::default();
        let edge = self.push_street(street, bends, &mut changed);
        self.take_over(&changed);
        Ok(edge)
    }

    fn check_facility(&self, index: usize) -> Result<()> {
        match index < self.city.facilities.len() {
            true => Ok(()),
            false => Err(Error::not_found(say!("there is no facility {index}", "没有设施 {index}"))
                .hint(say!("give an index of the city's", "请给出本市设施的序号"))),
        }
    }

    fn snapper(&self) -> Snapper<'_> {
        let (streets, network) = (&self.city.streets, &**self.times.network());
        Snapper::with_index(streets, network, &self.walk.walker, self.walk.snap_limit, Arc::clone(&self.index))
    }

    /// Refuses an id that another facility has.
    fn check_id(&self, id: &str, own: Option<usize>) -> Result<()> {
        let mut others = self.city.facilities.iter().enumerate().filter(|(index, _)| Some(*index) != own);
        match others.any(|(_, other)| other.id == id) {
            false => Ok(()),
            true => Err(Error::exists(say!("there is a facility {id:?} already", "已有设施 {id:?}"))
                .hint(say!("give it an id of its own", "请另取编号"))),
        }
    }

    /// Adds a target to the answers, in the groups of what each standard makes of it.
    fn add_target(&mut self, snaps: &Result<Vec<Snap>, NoStreet>, found: &[ServicesOf]) -> u32 {
        let groups = groups_of(&self.standards, found).map(|group| group as u32).collect();
        let (target, _) = self.times.add_target(doors(snaps), groups);
        if let Some(lengths) = &mut self.lengths {
            let own = in_lengths(&doors(snaps), lengths.network());
            // Both have the same targets, so it is of the same number there.
            lengths.add_target(own, length_groups_of(&self.plan, &self.standards, found));
        }
        target
    }

    fn remove_target(&mut self, target: u32) {
        self.times.remove_target(target);
        if let Some(lengths) = &mut self.lengths {
            lengths.remove_target(target);
        }
    }

    /// Lets a facility join the streets elsewhere.
    fn move_facility(&mut self, index: usize, snaps: &Result<Vec<Snap>, NoStreet>) {
        let target = self.targets[index];
        self.times.move_target(target, doors(snaps));
        if let Some(lengths) = &mut self.lengths {
            let own = in_lengths(&doors(snaps), lengths.network());
            lengths.move_target(target, own);
        }
    }

    /// Snaps anew whoever may join the streets elsewhere since some have changed.
    fn streets_changed(&mut self, changed: &Changed) {
        self.engines = (None, None);
        self.standards.iter_mut().for_each(|followed| followed.renewed.touch_all());
        let streets = &self.city.streets;
        let islands_changed = self.times.renew_islands(streets);
        if let Some(lengths) = &mut self.lengths {
            lengths.renew_islands(streets);
        }
        for edge in changed.all().filter(|edge| self.times.network().costs(*edge).is_open_both_ways()) {
            Arc::make_mut(&mut self.index).add(streets, edge);
        }
        // An island that joins the rest, or is cut off, may change whom any street draws.
        let drawing: Vec<Around> = changed.drawing().map(|edge| Around::new(&self.city, edge)).collect();
        let left: HashSet<u32> = changed.left().collect();
        let limit = self.walk.snap_limit;
        // Where some entries have no street of their own, any street within the limit may be theirs.
        let may_move = |at: &[LonLat], snaps: &[Snap], has_all: bool| {
            let farthest = |a: Metres, b: Metres| if a > b { a } else { b };
            let within = match has_all && !snaps.is_empty() {
                true => snaps.iter().map(|snap| snap.drawn_within(limit)).fold(Metres(0.0), farthest),
                false => limit,
            };
            islands_changed
                || snaps.iter().any(|snap| left.contains(&snap.edge))
                || drawing.iter().any(|around| at.iter().any(|at| around.is_near(*at, within)))
        };
        let (city, snaps, snapper) = (&self.city, &self.snaps, self.snapper());
        let homes: Vec<(usize, Result<Snap, NoStreet>)> = (0..city.homes.len())
            .into_par_iter()
            .filter(|home| {
                let snap = snaps.homes[*home].as_ref().map_or(&[][..], std::slice::from_ref);
                may_move(&[city.homes[*home].at], snap, true)
            })
            .map(|home| (home, snapper.snap(city.homes[home].at)))
            .collect();
        let facilities: Vec<(usize, Result<Vec<Snap>, NoStreet>)> = (0..city.facilities.len())
            .into_par_iter()
            .filter(|facility| {
                let snaps = snaps.facilities[*facility].as_deref().unwrap_or_default();
                let entries = &city.facilities[*facility].entries;
                let has_all = matches!(entries, Entries::Outline(_)) || snaps.len() == entries.points().len();
                may_move(entries.points(), snaps, has_all)
            })
            .map(|facility| (facility, snapper.snap_entries(&city.facilities[facility].entries)))
            .collect();
        self.resnap(homes, facilities);
    }

    fn resnap(
        &mut self,
        homes: Vec<(usize, Result<Snap, NoStreet>)>,
        facilities: Vec<(usize, Result<Vec<Snap>, NoStreet>)>,
    ) {
        let lengths = self.lengths.as_ref().map(|lengths| Arc::clone(lengths.network()));
        let (mut moves, mut length_moves) = (Vec::new(), Vec::new());
        let snaps = Arc::make_mut(&mut self.snaps);
        for (home, snap) in homes {
            if snaps.homes[home] != snap {
                let doors: Vec<Snap> = snap.ok().into_iter().collect();
                if let Some(network) = &lengths {
                    length_moves.push((home as u32, in_lengths(&doors, network)));
                }
                moves.push((home as u32, doors));
                snaps.homes[home] = snap;
            }
        }
        let mut moved = Vec::new();
        for (facility, snap) in facilities {
            if snaps.facilities[facility] != snap {
                snaps.facilities[facility] = snap.clone();
                moved.push((facility, snap));
            }
        }
        self.times.move_origins(moves);
        if let Some(lengths) = &mut self.lengths {
            lengths.move_origins(length_moves);
        }
        moved.iter().for_each(|(facility, snaps)| self.move_facility(*facility, snaps));
    }

    /// The city as it is now, made ready of what is known of it.
    fn ready(&self) -> ReadyCity {
        let homes = self.snaps.homes.iter().map(|snap| snap.ok()).collect();
        let facilities = self.snaps.facilities.iter().map(doors).collect();
        let mut times = Searched::new(Arc::clone(self.times.network()), Arc::new(homes), Arc::new(facilities));
        if let Some(engine) = &self.engines.0 {
            times = times.with_engine(engine.clone());
        }
        let lengths = self.lengths.as_ref().map(|lengths| {
            let network = lengths.network();
            let homes = self.snaps.homes.iter().map(|snap| snap.ok().map(|snap| snap.in_lengths(network))).collect();
            let facilities = self.snaps.facilities.iter().map(|snaps| in_lengths(&doors(snaps), network)).collect();
            let lengths = Searched::new(Arc::clone(network), Arc::new(homes), Arc::new(facilities));
            match &self.engines.1 {
                Some(engine) => lengths.with_engine(engine.clone()),
                None => lengths,
            }
        });
        let (city, index, snaps) = (Arc::clone(&self.city), Arc::clone(&self.index), Arc::clone(&self.snaps));
        ReadyCity::of_parts(city, self.walk.clone(), index, snaps, times, lengths)
    }
}

impl Followed {
    fn new(standard: Standard, city: &City, plan: &mut Plan) -> Self {
        let recogniser = Recogniser::new(&standard);
        let found = city.facilities.par_iter().map(|facility| recogniser.services_of(facility)).collect();
        // Every service has a group of its own: two that have the same facilities now need not have them after an edit.
        let ask = |service: &crate::standard::Service| {
            let group = plan.add_group();
            plan.ask(group, service.threshold)
        };
        let at = standard.services.iter().map(ask).collect();
        let renewed = Renewed::nothing(standard.services.len());
        Self { standard: Arc::new(standard), found, at, renewed }
    }

    /// The services that a facility is; they have changed.
    fn touched(&mut self, facility: &Facility) -> ServicesOf {
        let found = Recogniser::new(&self.standard).services_of(facility);
        self.renewed.touch(&found);
        found
    }

    fn recognised(&self) -> Recognised {
        Recognised::of(&self.standard, &self.found)
    }

    fn measured(
        &mut self,
        recognised: Recognised,
        reached: &Arc<Reached>,
        progress: &dyn Progress,
    ) -> Result<Measured> {
        let standard = Arc::clone(&self.standard);
        Measured::renewed(standard, recognised, Arc::clone(reached), self.at.clone(), &mut self.renewed, progress)
    }
}

/// The groups that a facility belongs to by what each standard makes of it.
fn groups_of<'a>(standards: &'a [Followed], found: &'a [ServicesOf]) -> impl Iterator<Item = usize> + 'a {
    let of_view = |(followed, found): (&'a Followed, &'a ServicesOf)| {
        found.services.iter().map(|service| followed.at[*service].group)
    };
    standards.iter().zip(found).flat_map(of_view)
}

/// The groups, among those with lengths, that a facility belongs to.
fn length_groups_of(plan: &Plan, standards: &[Followed], found: &[ServicesOf]) -> Vec<u32> {
    let place = |group: usize| plan.length_groups.iter().position(|other| *other == group);
    groups_of(standards, found).filter_map(place).map(|place| place as u32).collect()
}

fn kept<C: crate::network::Cost>(
    searched: &Searched<C>,
    groups: &[Vec<u32>],
    limits: &[Vec<C>],
    progress: &dyn Progress,
) -> Result<Incremental<C>> {
    let question = Question { origins: searched.homes(), targets: searched.facilities(), groups };
    let engine = searched.engine(progress)?;
    let answers = Arc::new(Answers::find(engine, question, limits, progress)?);
    Incremental::new(engine, question, limits.to_vec(), answers, progress)
}

fn doors(snaps: &Result<Vec<Snap>, NoStreet>) -> Vec<Snap> {
    snaps.clone().unwrap_or_default()
}

fn in_lengths(doors: &[Snap], network: &Network<Millimetres>) -> Vec<Snap<Millimetres>> {
    doors.iter().map(|door| door.in_lengths(network)).collect()
}

/// The box of a street.
struct Around {
    low: LonLat,
    high: LonLat,
}

impl Around {
    fn new(city: &City, edge: u32) -> Self {
        let line: Vec<LonLat> = city.streets.line(&city.streets.edges[edge as usize]).collect();
        let fold =
            |start: f64, value: fn(&LonLat) -> f64, of: fn(f64, f64) -> f64| line.iter().map(value).fold(start, of);
        let (south, north) = (fold(f64::INFINITY, |at| at.y, f64::min), fold(f64::NEG_INFINITY, |at| at.y, f64::max));
        let (west, east) = (fold(f64::INFINITY, |at| at.x, f64::min), fold(f64::NEG_INFINITY, |at| at.x, f64::max));
        Self { low: LonLat { x: west, y: south }, high: LonLat { x: east, y: north } }
    }

    /// Whether a place lies in the box or surely no farther from it than so many metres; some that lie farther are told too.
    fn is_near(&self, at: LonLat, within: Metres) -> bool {
        // A degree is 111 km at least, and shorter towards the poles along a parallel; a tenth more does for both.
        let up = 1.1 * (within.0 + 1.0) / 110_500.0;
        let aside = up / (self.low.y.abs().max(self.high.y.abs()) + up).to_radians().cos().max(0.01);
        (self.low.x - aside..=self.high.x + aside).contains(&at.x)
            && (self.low.y - up..=self.high.y + up).contains(&at.y)
    }
}

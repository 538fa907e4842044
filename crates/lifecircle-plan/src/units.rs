//! Life circles as territory (生活圈单元): communities, or cells of a grid, put together into connected units of about equal population, each
//! around a centre that its residents reach on foot as quickly as can be. It turns a city into [`Regions`] and a plan into units; it knows
//! no file and no solver.
//!
//! Two communities are beside each other where people walk from a home of one to a home of the other within [`BESIDE`] without passing a
//! home of a third. A river or railway parts them unless a crossing is as near as that. A part that units of the right
//! size cannot be made of, a hamlet on its own, goes with whoever is nearest.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use geo::{Area, Euclidean, Length, MapCoords, unary_union};
use geo_types::{Geometry, LineString, MultiPolygon, Polygon};
use lifecircle::city::{City, Community, Name};
use lifecircle::error::{Error, Result};
use lifecircle::geo::metric::Frame;
use lifecircle::geo::{LonLat, Metres, Seconds};
use lifecircle::network::{Cost as _, Millis, Snap};
use lifecircle::progress::Progress;
use lifecircle::reach::{Places, catchment};
use lifecircle::ready::ReadyCity;
use lifecircle::tables::Table;
use schemars::JsonSchema;
use serde::Serialize;

use crate::districting::{FORBIDDEN, Found, Regions, parts, solve};
use crate::siting::Watch;

/// How long the walk between homes of two communities beside each other is at most.
pub const BESIDE: Seconds = Seconds(600.0);

/// Within which a centre should be reached.
pub const WITHIN: Seconds = Seconds(900.0);

/// Who has a longer way, or none, is counted as if it were this long.
const LONGEST_WAY: Seconds = Seconds(10_800.0);

/// People are counted in tenths.
const PARTS_OF_PERSON: f64 = 10.0;

/// No more regions are put together.
pub const MOST_REGIONS: usize = 4_000;

/// Ways from homes to centres that are kept, at most.
const MOST_WAYS: usize = 50_000_000;

/// What is put together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pieces {
    /// The city's communities.
    Communities,
    /// Squares of a grid, so wide.
    Cells(Metres),
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Of what.
    pub pieces: Pieces,
    /// How many units.
    pub count: usize,
    /// How much more or less than the mean a unit's population may be, as a share.
    pub tolerance: f64,
    /// Whether units stay within districts.
    pub within_districts: bool,
    /// Communities, by id or name, that are in one unit.
    pub together: Vec<[String; 2]>,
    /// Communities that are not.
    pub apart: Vec<[String; 2]>,
    /// Communities whose middle is a centre in any case.
    pub centres: Vec<String>,
    /// How far from the bound is good enough, as a share of the cost.
    pub gap: f64,
}

impl Question {
    /// Of so many units of communities, up to 20 % more or less populous than the mean.
    pub fn of(count: usize) -> Self {
        Self {
            pieces: Pieces::Communities,
            count,
            tolerance: 0.2,
            within_districts: false,
            together: Vec::new(),
            apart: Vec::new(),
            centres: Vec::new(),
            gap: 0.01,
        }
    }
}

/// Units of a city.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Units {
    /// Id of the walker.
    pub walker: String,
    /// The units, the most populous first.
    pub units: Vec<Unit>,
    /// Residents of all of them.
    pub residents: f64,
    /// Residents who are in none: they live in no community.
    pub residents_outside: f64,
    /// How much more or less than the mean a unit's population may be, as a share.
    pub tolerance: f64,
    /// Whether all units are within it. If not, nothing is known of how good the units are.
    pub balanced: bool,
    /// Minutes to the centre of the unit, the mean over residents.
    pub value: f64,
    /// No balanced units have a lower mean.
    pub bound: f64,
    /// How far the value is from the bound, as a share of it; none if the units are not balanced.
    pub gap: Option<f64>,
    /// Whether no balanced units are better.
    pub proven_optimal: bool,
    /// How long it took.
    pub seconds: f64,
    /// How it was found.
    pub method: String,
}

/// A unit.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Unit {
    /// Named after the community that its centre is in.
    pub name: Name,
    /// Longitude of its centre.
    pub lon: f64,
    /// Latitude of its centre.
    pub lat: f64,
    /// Ids of its communities, or of its cells.
    pub members: Vec<String>,
    /// Its residents.
    pub residents: f64,
    /// How much that is above or below the mean, as a share.
    pub balance: f64,
    /// Minutes to its centre, the mean over residents.
    pub mean_minutes: f64,
    /// Share of its residents who reach the centre within 15 minutes.
    pub within_15: f64,
    /// How compact it is: its area to that of a circle of the same outline (Polsby and Popper 1991); 1 for a circle.
    pub compactness: f64,
    /// Its area.
    #[serde(skip)]
    pub shape: MultiPolygon<f64>,
}

impl Units {
    /// A row for each unit: `unit`, `unit_en`, `centre_lon`, `centre_lat`, `communities` (how many), `residents`, `balance`, `mean_minutes`,
    /// `within_15`, `compactness`, and its area.
    pub fn table(&self) -> Table {
        let all = || self.units.iter();
        Table::new()
            .text("unit", all().map(|unit| &unit.name.local))
            .text("unit_en", all().map(|unit| &unit.name.en))
            .numbers("centre_lon", all().map(|unit| unit.lon))
            .numbers("centre_lat", all().map(|unit| unit.lat))
            .integers("communities", all().map(|unit| unit.members.len() as i32))
            .numbers("residents", all().map(|unit| unit.residents))
            .numbers("balance", all().map(|unit| unit.balance))
            .numbers("mean_minutes", all().map(|unit| unit.mean_minutes))
            .numbers("within_15", all().map(|unit| unit.within_15))
            .numbers("compactness", all().map(|unit| unit.compactness))
            .geometry(all().map(|unit| Geometry::MultiPolygon(unit.shape.clone())))
    }

    /// A row for each community of a unit: `id`, `name`, `name_en`, `subdistrict`, `district`, `unit`, and its area, as
    /// [`lifecircle::import::read_communities`] reads them. Cells have ids and units alone.
    pub fn members_table(&self, city: &City) -> Table {
        let known: HashMap<&str, &Community> =
            city.communities.iter().map(|community| (community.id.as_str(), community)).collect();
        let rows: Vec<(&String, &Unit)> =
            self.units.iter().flat_map(|unit| unit.members.iter().map(move |member| (member, unit))).collect();
        let text = |of: fn(&Community) -> &str| {
            rows.iter().map(|(id, _)| known.get(id.as_str()).map_or("", |community| of(community))).collect::<Vec<_>>()
        };
        let shape = |id: &str| known.get(id).map_or_else(|| MultiPolygon(vec![]), |community| community.shape.clone());
        Table::new()
            .text("id", rows.iter().map(|(id, _)| id))
            .text("name", text(|community| &community.name.local))
            .text("name_en", text(|community| &community.name.en))
            .text("subdistrict", text(|community| &community.subdistrict.local))
            .text("district", text(|community| &community.district.local))
            .text(
                "unit",
                rows.iter().map(|(_, unit)| if unit.name.local.is_empty() { &unit.name.en } else { &unit.name.local }),
            )
            .geometry(rows.iter().map(|(id, _)| Geometry::MultiPolygon(shape(id))))
    }
}

/// How the units are found, in words.
pub const METHOD: &str = "annealing; Lagrangian bounds with knapsacks; branch and bound over centres";

/// Puts a city's communities together.
///
/// # Errors
/// If there are none, more units are asked for than can be, a name is unknown, or it is cancelled.
///
/// ```
/// use lifecircle::ready::{ReadyCity, Walk};
/// use lifecircle::{demo, import, network::Walker};
/// use lifecircle_plan::units::{Question, find_units};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &())?;
/// let units = find_units(&ready, &Question { tolerance: 0.5, ..Question::of(2) }, &(), &())?;
/// assert_eq!(units.units.len(), 2);
/// assert!(units.value >= units.bound);
/// # Ok(())
/// # }
/// ```
pub fn find_units(ready: &ReadyCity, question: &Question, watch: &dyn Watch, progress: &dyn Progress) -> Result<Units> {
    let began = std::time::Instant::now();
    let pieces = Regioned::new(ready, question)?;
    let (regions, ways) = pieces.regions(ready, question, progress)?;
    let (parts, most) =
        (parts(&regions.neighbours).iter().max().map_or(0, |most| *most as usize + 1), regions.weights.len());
    if question.count < parts || question.count > most {
        let count = question.count;
        return Err(Error::new(format!(
            "{count} units cannot be made: there are {most} pieces, which on foot hang together in {parts} parts"
        ))
        .hint(format!("ask for {parts} to {most}")));
    }
    let found = solve(&regions, question.gap, watch)?;
    pieces
        .answer(ready, question, &regions, &found, &ways)
        .map(|units| Units { seconds: began.elapsed().as_secs_f64(), ..units })
}

/// What is put together: its homes, its name, its shape, its middle.
struct Piece {
    id: String,
    name: Name,
    district: Name,
    shape: MultiPolygon<f64>,
    homes: Vec<u32>,
    residents: f64,
    /// The home in its middle.
    middle: u32,
}

/// A city in pieces. Pieces that must be together are one region.
struct Regioned {
    pieces: Vec<Piece>,
    /// The region of each piece.
    region_of: Vec<u32>,
    outside: f64,
}

/// For each home in a region, seconds to each centre.
type Ways = HashMap<u32, Vec<f32>>;

impl Regioned {
    fn new(ready: &ReadyCity, question: &Question) -> Result<Self> {
        let city = ready.city();
        let (mut pieces, outside) = match question.pieces {
            Pieces::Communities => communities(city),
            Pieces::Cells(side) => cells(city, side)?,
        };
        pieces.retain_mut(|piece| match middle(city, ready, &piece.homes) {
            Some(middle) => {
                piece.middle = middle;
                true
            }
            None => false,
        });
        if pieces.is_empty() {
            return Err(Error::new("no community has a home by a street")
                .hint("import with community boundaries, or put cells together"));
        }
        let homes: usize = pieces.iter().map(|piece| piece.homes.len()).sum();
        if homes.saturating_mul(pieces.len()) > MOST_WAYS {
            let count = pieces.len();
            return Err(Error::new(format!("{count} pieces with {homes} homes are too many to put together"))
                .hint("choose larger cells"));
        }
        if pieces.len() > MOST_REGIONS {
            return Err(
                Error::new(format!("{} pieces are too many to put together", pieces.len())).hint("choose larger cells")
            );
        }
        let mut region_of: Vec<u32> = (0..pieces.len() as u32).collect();
        for [a, b] in &question.together {
            let [a, b] = [named(&pieces, a)?, named(&pieces, b)?].map(|piece| region_of[piece]);
            region_of.iter_mut().filter(|region| **region == b).for_each(|region| *region = a);
        }
        // Numbered without gaps, in the order of their first pieces.
        let mut numbers = HashMap::new();
        for region in &mut region_of {
            let next = numbers.len() as u32;
            *region = *numbers.entry(*region).or_insert(next);
        }
        Ok(Self { pieces, region_of, outside })
    }

    fn count(&self) -> usize {
        self.region_of.iter().max().map_or(0, |most| *most as usize + 1)
    }

    fn regions(&self, ready: &ReadyCity, question: &Question, progress: &dyn Progress) -> Result<(Regions, Ways)> {
        let (city, count) = (ready.city(), self.count());
        let ways = self.ways(ready, progress)?;
        let mut weights = vec![0; count];
        let mut costs = vec![vec![0_i64; self.pieces.len()]; count];
        for (piece, region) in self.pieces.iter().zip(&self.region_of) {
            for home in &piece.homes {
                let people = (city.homes[*home as usize].residents * PARTS_OF_PERSON).round() as i64;
                weights[*region as usize] += people;
                let row = &mut costs[*region as usize];
                match ways.get(home) {
                    Some(ways) => row.iter_mut().zip(ways).for_each(|(cost, way)| *cost += people * way.round() as i64),
                    None => row.iter_mut().for_each(|cost| *cost += people * LONGEST_WAY.0 as i64),
                }
            }
        }
        if question.within_districts {
            for (piece, region) in self.pieces.iter().zip(&self.region_of) {
                let others = self.pieces.iter().enumerate().filter(|(_, centre)| centre.district != piece.district);
                others.for_each(|(centre, _)| costs[*region as usize][centre] = FORBIDDEN);
            }
        }
        let pair = |[a, b]: &[String; 2]| -> Result<[u32; 2]> {
            let [one, other] = [named(&self.pieces, a)?, named(&self.pieces, b)?].map(|piece| self.region_of[piece]);
            if one == other {
                return Err(
                    Error::new(format!("{a} and {b} cannot be together and apart")).hint("leave one of both out")
                );
            }
            Ok([one, other])
        };
        let mean = weights.iter().sum::<i64>() as f64 / question.count.max(1) as f64;
        let range =
            [(mean * (1.0 - question.tolerance)).ceil() as i64, (mean * (1.0 + question.tolerance)).floor() as i64];
        progress.check()?;
        let neighbours = self.neighbours(ready, question, &weights, range);
        let centres = question.centres.iter().map(|name| named(&self.pieces, name).map(|piece| piece as u32));
        // One that is named twice, by its id and its name, is one.
        let fixed = centres.collect::<Result<BTreeSet<u32>>>()?;
        let regions = Regions {
            centres: self.region_of.clone(),
            weights,
            costs,
            neighbours,
            apart: question.apart.iter().map(pair).collect::<Result<_>>()?,
            count: question.count,
            range: [
                (mean * (1.0 - question.tolerance)).ceil() as i64,
                (mean * (1.0 + question.tolerance)).floor() as i64,
            ],
            fixed: fixed.into_iter().collect(),
        };
        Ok((regions, ways))
    }

    /// From every home to the middle of every piece.
    fn ways(&self, ready: &ReadyCity, progress: &dyn Progress) -> Result<Ways> {
        let snaps = ready.snaps();
        let homes: Vec<u32> = self.pieces.iter().flat_map(|piece| piece.homes.iter().copied()).collect();
        let from: Places = homes.iter().map(|home| snaps.homes[*home as usize].ok()).collect();
        let to: Places = self.pieces.iter().map(|piece| snaps.homes[piece.middle as usize].ok()).collect();
        let found = catchment(ready.times().engine(progress)?, &to, &from, Millis::round(LONGEST_WAY), progress)?;
        let mut ways: Ways = homes.iter().map(|home| (*home, vec![LONGEST_WAY.0 as f32; self.pieces.len()])).collect();
        for (centre, near) in found.iter().enumerate() {
            for (home, time) in near {
                if let (Some(row), Some(time)) = (ways.get_mut(&homes[*home as usize]), time.quantity()) {
                    row[centre] = time.0 as f32;
                }
            }
        }
        Ok(ways)
    }

    /// For each region those beside it, given how light and how heavy a unit may be.
    fn neighbours(
        &self,
        ready: &ReadyCity,
        question: &Question,
        weights: &[i64],
        [least, most]: [i64; 2],
    ) -> Vec<Vec<u32>> {
        let district: Vec<&Name> = (0..self.count() as u32)
            .map(|region| &self.pieces[self.region_of.iter().position(|own| *own == region).unwrap_or(0)].district)
            .collect();
        let may = |meeting: &Meeting| {
            !question.within_districts || district[meeting.pair[0] as usize] == district[meeting.pair[1] as usize]
        };
        let meetings: Vec<Meeting> = self.meetings(ready).into_iter().filter(may).collect();
        let mut neighbours = vec![Vec::new(); self.count()];
        let join = |neighbours: &mut Vec<Vec<u32>>, [a, b]: [u32; 2]| {
            neighbours[a as usize].push(b);
            neighbours[b as usize].push(a);
        };
        let near = meetings.iter().filter(|meeting| meeting.units <= Millis::round(BESIDE).units());
        near.for_each(|meeting| join(&mut neighbours, meeting.pair));
        // A part that units of the right weight cannot be made of goes with whoever is nearest, however far.
        let fits = |weight: i64| (weight + most - 1) / most.max(1) * least <= weight;
        let same_district =
            |[a, b]: [u32; 2]| !question.within_districts || district[a as usize] == district[b as usize];
        // By their first regions, which are theirs whatever joins them.
        let mut alone: BTreeSet<usize> = BTreeSet::new();
        loop {
            let part_of = parts(&neighbours);
            let mut weight_of: BTreeMap<u32, i64> = BTreeMap::new();
            part_of.iter().zip(weights).for_each(|(part, weight)| *weight_of.entry(*part).or_default() += weight);
            let first = |part: u32| part_of.iter().position(|own| *own == part).unwrap_or(0);
            let unfit = weight_of.iter().filter(|(part, weight)| !fits(**weight) && !alone.contains(&first(**part)));
            let Some(light) = unfit.min_by_key(|(part, weight)| (**weight, **part)).map(|(part, _)| *part) else {
                break;
            };
            let leads_out = |[a, b]: [u32; 2]| (part_of[a as usize] == light) != (part_of[b as usize] == light);
            let on_foot = meetings.iter().find(|meeting| leads_out(meeting.pair)).map(|meeting| meeting.pair);
            let pair = on_foot.or_else(|| self.nearest(ready, |pair| leads_out(pair) && same_district(pair)));
            match pair {
                Some(pair) => join(&mut neighbours, pair),
                // Nothing leads out of it: a district of its own, or the whole city.
                None => _ = alone.insert(first(light)),
            }
        }
        for beside in &mut neighbours {
            beside.sort_unstable();
            beside.dedup();
        }
        neighbours
    }

    /// Where regions meet, walking from all homes at once: the nearest first.
    fn meetings(&self, ready: &ReadyCity) -> Vec<Meeting> {
        let network = ready.network();
        let mut meetings = Vec::new();
        let mut reached: Vec<Option<(u32, u32)>> = vec![None; network.nodes()];
        let mut heap = BinaryHeap::new();
        let mut on_edge: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (piece, region) in self.pieces.iter().zip(&self.region_of) {
            for snap in piece.homes.iter().filter_map(|home| ready.snaps().homes[*home as usize].ok()) {
                on_edge.entry(snap.edge).or_default().push(*region);
                let [start, end] = network.ends(snap.edge);
                heap.push(Reverse((snap.to_start.units(), *region, start)));
                heap.push(Reverse((snap.to_end.units(), *region, end)));
            }
        }
        let never = Millis::NEVER.units();
        while let Some(Reverse((time, region, node))) = heap.pop() {
            if reached[node as usize].is_some() || time == never {
                continue;
            }
            reached[node as usize] = Some((time, region));
            for edge in network.incident(node) {
                if reached[edge.node as usize].is_none() && edge.out != Millis::NEVER {
                    heap.push(Reverse((time.saturating_add(edge.out.units()), region, edge.node)));
                }
            }
        }
        for edge in 0..network.edges() as u32 {
            let costs = network.costs(edge);
            let [from, to] = network.ends(edge).map(|node| reached[node as usize]);
            let (Some((a_time, a)), Some((b_time, b))) = (from, to) else { continue };
            let along = costs.forward.units().min(costs.backward.units());
            if a != b && along != never {
                let units = a_time.saturating_add(along).saturating_add(b_time);
                meetings.push(Meeting { units, pair: [a.min(b), a.max(b)] });
            }
        }
        for regions in on_edge.values_mut() {
            regions.sort_unstable();
            regions.dedup();
            meetings.extend(regions.windows(2).map(|pair| Meeting { units: 0, pair: [pair[0], pair[1]] }));
        }
        meetings.sort_unstable_by_key(|meeting| (meeting.pair, meeting.units));
        meetings.dedup_by_key(|meeting| meeting.pair);
        meetings.sort_unstable_by_key(|meeting| (meeting.units, meeting.pair));
        meetings
    }

    /// The nearest two regions, as the crow flies, of those that are wanted.
    fn nearest(&self, ready: &ReadyCity, is_wanted: impl Fn([u32; 2]) -> bool) -> Option<[u32; 2]> {
        let at = |piece: &Piece| ready.city().homes[piece.middle as usize].at;
        let pieces = || self.pieces.iter().zip(&self.region_of);
        let pairs = pieces().flat_map(|(a, of_a)| pieces().map(move |(b, of_b)| (a, b, [*of_a, *of_b])));
        let wanted = pairs.filter(|(_, _, [a, b])| a < b && is_wanted([*a, *b]));
        let away = |a: &Piece, b: &Piece| lifecircle::geo::metric::distance(at(a), at(b)).0;
        wanted.min_by(|x, y| away(x.0, x.1).total_cmp(&away(y.0, y.1)).then(x.2.cmp(&y.2))).map(|(_, _, pair)| pair)
    }

    fn answer(
        &self,
        ready: &ReadyCity,
        question: &Question,
        regions: &Regions,
        found: &Found,
        ways: &Ways,
    ) -> Result<Units> {
        let Some(plan) = &found.plan else {
            return Err(
                Error::new("no connected units were found").hint("ask for other numbers, or fewer that must be apart")
            );
        };
        let city = ready.city();
        let all: i64 = regions.weights.iter().sum();
        let mean = all as f64 / PARTS_OF_PERSON / plan.units.len() as f64;
        let unit = |(members, centre): (&Vec<u32>, &u32)| {
            let own = |place: &usize| members.binary_search(&self.region_of[*place]).is_ok();
            let pieces: Vec<&Piece> = (0..self.pieces.len()).filter(own).map(|place| &self.pieces[place]).collect();
            let (mut residents, mut seconds, mut within) = (0.0, 0.0, 0.0);
            for home in pieces.iter().flat_map(|piece| &piece.homes) {
                let people = city.homes[*home as usize].residents;
                let way = ways.get(home).map_or(LONGEST_WAY.0, |ways| f64::from(ways[*centre as usize]));
                residents += people;
                seconds += people * way;
                within += if way <= WITHIN.0 { people } else { 0.0 };
            }
            let shape = dissolved(&pieces);
            let heart = &self.pieces[*centre as usize];
            let at = city.homes[heart.middle as usize].at;
            Unit {
                name: heart.name.clone(),
                lon: at.x,
                lat: at.y,
                members: pieces.iter().map(|piece| piece.id.clone()).collect(),
                residents,
                balance: residents / mean - 1.0,
                mean_minutes: seconds / residents.max(f64::MIN_POSITIVE) / 60.0,
                within_15: within / residents.max(f64::MIN_POSITIVE),
                compactness: compactness(&shape),
                shape,
            }
        };
        let mut units: Vec<Unit> = plan.units.iter().zip(&plan.centres).map(unit).collect();
        units.sort_by(|a, b| b.residents.total_cmp(&a.residents));
        let minutes = |cost: i64| cost as f64 / (all as f64).max(1.0) / 60.0;
        Ok(Units {
            walker: ready.walk().walker.id.clone(),
            residents: units.iter().map(|unit| unit.residents).sum(),
            residents_outside: self.outside,
            tolerance: question.tolerance,
            balanced: found.is_balanced,
            value: minutes(plan.cost),
            bound: minutes(found.bound.min(plan.cost)),
            gap: found.gap(),
            proven_optimal: found.gap() == Some(0.0),
            seconds: 0.0,
            method: METHOD.to_owned(),
            units,
        })
    }
}

/// Where two regions meet.
#[derive(Debug, Clone, Copy)]
struct Meeting {
    /// How long the walk between their nearest homes is, in [`Millis`]' units.
    units: u32,
    /// Which, the lower first.
    pair: [u32; 2],
}

/// A piece by its id or its name.
fn named(pieces: &[Piece], called: &str) -> Result<usize> {
    let is = |piece: &&Piece| piece.id == called || piece.name.local == called || piece.name.en == called;
    let mut found = pieces.iter().enumerate().filter(|(_, piece)| is(piece));
    match (found.next(), found.next()) {
        (Some((place, _)), None) => Ok(place),
        (Some((_, one)), Some((_, other))) => Err(Error::new(format!("several are called {called:?}"))
            .hint(format!("give an id, as {} or {}", one.id, other.id))),
        _ => {
            Err(Error::not_found(format!("there is no community {called:?} with homes"))
                .hint("give its id or its name"))
        }
    }
}

fn communities(city: &City) -> (Vec<Piece>, f64) {
    let piece = |community: &Community| Piece {
        id: community.id.clone(),
        name: community.name.clone(),
        district: community.district.clone(),
        shape: community.shape.clone(),
        homes: Vec::new(),
        residents: 0.0,
        middle: 0,
    };
    let mut pieces: Vec<Piece> = city.communities.iter().map(piece).collect();
    let mut outside = 0.0;
    for (index, home) in city.homes.iter().enumerate() {
        match home.community.and_then(|community| pieces.get_mut(community as usize)) {
            Some(piece) => {
                piece.homes.push(index as u32);
                piece.residents += home.residents;
            }
            None => outside += home.residents,
        }
    }
    (pieces, outside)
}

/// Squares of a grid that have homes.
fn cells(city: &City, side: Metres) -> Result<(Vec<Piece>, f64)> {
    if !(50.0..=100_000.0).contains(&side.0) {
        return Err(Error::new(format!("cells of {} m cannot be made", side.0)).hint("choose 50 m to 100 km"));
    }
    let [west, south, _, north] = city.about.extent;
    let frame = Frame::at(f64::midpoint(south, north));
    let (wide, high) = (side.0 / frame.per_lon, side.0 / frame.per_lat);
    let mut pieces: BTreeMap<(i64, i64), Piece> = BTreeMap::new();
    for (index, home) in city.homes.iter().enumerate() {
        let (row, column) = (((home.at.y - south) / high).floor(), ((home.at.x - west) / wide).floor());
        let piece = pieces.entry((row as i64, column as i64)).or_insert_with(|| {
            let corner = |x: f64, y: f64| LonLat { x: west + (column + x) * wide, y: south + (row + y) * high };
            let ring = vec![corner(0.0, 0.0), corner(1.0, 0.0), corner(1.0, 1.0), corner(0.0, 1.0), corner(0.0, 0.0)];
            let id = format!("cell:{column}:{row}");
            Piece {
                name: Name { local: format!("网格 {column}-{row}"), en: format!("Cell {column}-{row}") },
                id,
                district: Name::default(),
                shape: MultiPolygon(vec![Polygon::new(LineString(ring), vec![])]),
                homes: Vec::new(),
                residents: 0.0,
                middle: 0,
            }
        });
        piece.homes.push(index as u32);
        piece.residents += home.residents;
    }
    Ok((pieces.into_values().collect(), 0.0))
}

/// The home nearest to where the residents of some homes are on average, of those with a street.
fn middle(city: &City, ready: &ReadyCity, homes: &[u32]) -> Option<u32> {
    let joined = || homes.iter().copied().filter(|home| is_joined(ready.snaps().homes[*home as usize].as_ref().ok()));
    let weight = |home: u32| city.homes[home as usize].residents.max(1e-9);
    let all: f64 = joined().map(weight).sum();
    let mean = |value: fn(LonLat) -> f64| {
        joined().map(|home| weight(home) * value(city.homes[home as usize].at)).sum::<f64>() / all
    };
    let at = LonLat { x: mean(|at| at.x), y: mean(|at| at.y) };
    let away = |home: &u32| lifecircle::geo::metric::distance(city.homes[*home as usize].at, at).0;
    joined().min_by(|a, b| away(a).total_cmp(&away(b)).then(a.cmp(b)))
}

/// Whether a home joins the streets that the rest of the city is on.
fn is_joined(snap: Option<&Snap>) -> bool {
    snap.is_some_and(|snap| !snap.is_on_island())
}

/// The pieces' shapes as one.
fn dissolved(pieces: &[&Piece]) -> MultiPolygon<f64> {
    let shapes: Vec<&MultiPolygon<f64>> = pieces.iter().map(|piece| &piece.shape).collect();
    unary_union(shapes)
}

/// Polsby and Popper's measure of an area in metres.
fn compactness(shape: &MultiPolygon<f64>) -> f64 {
    let Some(anchor) = shape.0.first().and_then(|polygon| polygon.exterior().0.first()).copied() else { return 0.0 };
    let frame = Frame::at(anchor.y);
    let flat =
        shape.map_coords(|at| LonLat { x: (at.x - anchor.x) * frame.per_lon, y: (at.y - anchor.y) * frame.per_lat });
    let outline: f64 = flat.iter().map(|polygon| Euclidean.length(polygon.exterior())).sum();
    if outline > 0.0 { 4.0 * std::f64::consts::PI * flat.unsigned_area() / (outline * outline) } else { 0.0 }
}

//! Life circles as territory (生活圈单元): communities, or cells of a grid, put together into connected units of about equal population, each
//! around a centre that its residents reach on foot as quickly as can be. It turns a city into [`Regions`] and a plan into units; it knows
//! no file and no solver.
//!
//! Two communities are beside each other where people walk from a home of one to a home of the other within [`BESIDE`] without passing a
//! home of a third. A river or railway parts them unless a crossing is as near as that. A part that units of the right
//! size cannot be made of, a hamlet on its own, goes with whoever is nearest.

mod beside;
mod borders;
mod pieces;
mod rank;

use lifecircle::say;
use std::collections::{BTreeSet, HashMap};

use geo::{Area, Euclidean, Length, MapCoords, unary_union};
use geo_types::{Geometry, MultiPolygon};
use lifecircle::city::{City, Community, Name};
use lifecircle::error::{Error, Result};
use lifecircle::geo::metric::Frame;
use lifecircle::geo::{LonLat, Metres, Seconds};
use lifecircle::network::{Cost as _, Millis};
use lifecircle::progress::Progress;
use lifecircle::reach::{Places, catchment};
use lifecircle::ready::ReadyCity;
use lifecircle::tables::Table;
use schemars::JsonSchema;
use serde::Serialize;

use crate::districting::{FORBIDDEN, Found, Regions, parts, smooth, solve};
use crate::siting::Watch;
use pieces::{Piece, cells, communities, middle, named};
pub use rank::{MOST_LACKED, Pilot, Pilots, most_lacked, rank};

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
    /// Communities, by id or name, that are a unit as they stand, whatever its population.
    pub kept: Vec<Vec<String>>,
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
            kept: Vec::new(),
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
    /// The units as pilots, where they were ranked: those first where most is gained for what it costs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pilots: Vec<Pilot>,
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
    /// Whether it was kept as it stands.
    pub kept: bool,
    /// How much its population is above or below the mean (of the units that are not kept as they stand), as a share.
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
    /// `within_15`, `compactness`, and its area; `pilot` (its rank), `pilot_gains` and `pilot_cost` where they were ranked.
    pub fn table(&self) -> Table {
        let all = || self.units.iter();
        let pilot = |unit: usize| self.pilots.iter().enumerate().find(|(_, pilot)| pilot.unit == unit);
        let pilots = || (0..self.units.len()).map(pilot);
        let table = match self.pilots.is_empty() {
            true => Table::new(),
            false => Table::new()
                .integers("pilot", pilots().map(|pilot| pilot.map_or(0, |(place, _)| place as i32 + 1)))
                .maybe_numbers("pilot_gains", pilots().map(|pilot| pilot.map(|(_, pilot)| pilot.gains)))
                .maybe_numbers("pilot_cost", pilots().map(|pilot| pilot.map(|(_, pilot)| pilot.cost))),
        };
        table
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
    let (mut regions, ways) = pieces.regions(ready, question, progress)?;
    let (parts, most) =
        (parts(&regions.neighbours).iter().max().map_or(0, |most| *most as usize + 1), regions.weights.len());
    if question.count < parts || question.count > most {
        let count = question.count;
        return Err(Error::new(say!(
            "{count} units cannot be made: the {most} communities or cells form {parts} parts that are not connected on foot", "无法组成 {count} 个单元：{most} 个社区或网格在步行上分为互不相连的 {parts} 部分"
        ))
        .hint(say!("ask for {parts} to {most}", "请给 {parts} 至 {most} 之间的数")));
    }
    // Half of what may be missed is kept for units that are even and round.
    let mut found = solve(&regions, question.gap / 2.0, watch)?;
    // A part of the city may be of a weight that units could have, and its communities such that they cannot: it goes with whoever is nearest then.
    let mut joined = BTreeSet::new();
    while !found.is_balanced && !watch.is_over() {
        let before = joined.len();
        joined.extend(parts_out_of_balance(&regions, &found));
        if joined.len() == before {
            break;
        }
        regions.neighbours = pieces.neighbours(ready, question, &regions.weights, regions.range, &joined);
        let other = solve(&regions, question.gap / 2.0, watch)?;
        if other.plan.is_some() {
            found = other;
        }
    }
    if let Some(plan) = found.plan.as_ref().filter(|_| found.is_balanced) {
        let most = (found.bound as f64 / (1.0 - question.gap)).floor() as i64;
        if most > plan.cost {
            found.plan = Some(smooth(&regions, &pieces.borders(), plan, most));
        }
    }
    pieces.answer(ready, question, &found, &ways).map(|units| Units { seconds: began.elapsed().as_secs_f64(), ..units })
}

/// The parts that do not hang together with others and have units out of balance, each by its first region; nothing where all hangs together.
fn parts_out_of_balance(regions: &Regions, found: &Found) -> BTreeSet<usize> {
    let part_of = parts(&regions.neighbours);
    let first = |part: u32| part_of.iter().position(|own| *own == part).unwrap_or(0);
    let weight = |members: &[u32]| members.iter().map(|region| regions.weights[*region as usize]).sum();
    let units = found.plan.iter().flat_map(|plan| &plan.units).filter(|members| !regions.is_balanced(weight(members)));
    let parts: BTreeSet<usize> = units.flatten().map(|region| first(part_of[*region as usize])).collect();
    if part_of.iter().all(|part| *part == 0) { BTreeSet::new() } else { parts }
}

/// A city in pieces. Pieces that must be together are one region.
struct Regioned {
    pieces: Vec<Piece>,
    /// The region of each piece.
    region_of: Vec<u32>,
    /// Regions that are units as they stand.
    kept: BTreeSet<u32>,
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
            return Err(Error::new(say!("no community has a home by a street", "没有一个社区的居住点临近道路"))
                .hint(say!("import with community boundaries, or put cells together", "请导入社区边界，或改用网格")));
        }
        let homes: usize = pieces.iter().map(|piece| piece.homes.len()).sum();
        if homes.saturating_mul(pieces.len()) > MOST_WAYS {
            let count = pieces.len();
            return Err(Error::new(say!(
                "{count} pieces with {homes} homes are too many to put together",
                "{count} 个基本单元、{homes} 个居住点，数量过多，无法组合"
            ))
            .hint(say!("choose larger cells", "请改用更大的网格")));
        }
        if pieces.len() > MOST_REGIONS {
            return Err(Error::new(say!(
                "{} pieces are too many to put together",
                "{} 个基本单元数量过多，无法组合",
                pieces.len()
            ))
            .hint(say!("choose larger cells", "请改用更大的网格")));
        }
        let mut region_of: Vec<u32> = (0..pieces.len() as u32).collect();
        for [a, b] in &question.together {
            let [a, b] = [named(&pieces, a)?, named(&pieces, b)?].map(|piece| region_of[piece]);
            region_of.iter_mut().filter(|region| **region == b).for_each(|region| *region = a);
        }
        let kept = keep(&pieces, &mut region_of, question)?;
        // Numbered without gaps, in the order of their first pieces.
        let mut numbers = HashMap::new();
        for region in &mut region_of {
            let next = numbers.len() as u32;
            *region = *numbers.entry(*region).or_insert(next);
        }
        let kept = kept.into_iter().map(|piece| region_of[piece]).collect();
        Ok(Self { pieces, region_of, kept, outside })
    }

    fn count(&self) -> usize {
        self.region_of.iter().max().map_or(0, |most| *most as usize + 1)
    }

    fn regions(&self, ready: &ReadyCity, question: &Question, progress: &dyn Progress) -> Result<(Regions, Ways)> {
        let (city, count) = (ready.city(), self.count());
        let ways = self.ways(ready, progress)?;
        let mut weights = self.weights(city);
        let mut costs = vec![vec![0_i64; self.pieces.len()]; count];
        for (piece, region) in self.pieces.iter().zip(&self.region_of) {
            for home in &piece.homes {
                let people = (city.homes[*home as usize].residents * PARTS_OF_PERSON).round() as i64;
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
                return Err(Error::new(say!(
                    "{a} and {b} cannot be together and apart",
                    "不能既要求 {a} 与 {b} 同属一个单元，又要求分开"
                ))
                .hint(say!("leave one of both out", "请去掉其中一项")));
            }
            Ok([one, other])
        };
        let mean = self.mean(&weights, question)?;
        // They fit whatever they weigh: the others are balanced among themselves.
        self.kept.iter().for_each(|region| weights[*region as usize] = mean.round() as i64);
        let range =
            [(mean * (1.0 - question.tolerance)).ceil() as i64, (mean * (1.0 + question.tolerance)).floor() as i64];
        progress.check()?;
        let neighbours = self.neighbours(ready, question, &weights, range, &BTreeSet::new());
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
            range,
            fixed: fixed.into_iter().collect(),
        };
        Ok((regions, ways))
    }

    /// The people of each region.
    fn weights(&self, city: &City) -> Vec<i64> {
        let mut weights = vec![0; self.count()];
        for (piece, region) in self.pieces.iter().zip(&self.region_of) {
            for home in &piece.homes {
                weights[*region as usize] += (city.homes[*home as usize].residents * PARTS_OF_PERSON).round() as i64;
            }
        }
        weights
    }

    /// The mean population of the units that are not kept.
    fn mean(&self, weights: &[i64], question: &Question) -> Result<f64> {
        let is_free = |(region, _): &(u32, &i64)| !self.kept.contains(region);
        let free: Vec<i64> = (0..).zip(weights).filter(is_free).map(|(_, weight)| *weight).collect();
        match question.count.checked_sub(self.kept.len()) {
            Some(0) | None if !free.is_empty() => {
                let hint = say!("ask for more than {} units", "请给出多于 {} 个单元", self.kept.len());
                Err(Error::new(say!(
                    "the units that are kept leave none for the other communities",
                    "保留的单元已占满全部名额，其余社区无单元可归"
                ))
                .hint(hint))
            }
            Some(units) if units > 0 => Ok(free.iter().sum::<i64>() as f64 / units as f64),
            _ => Ok(weights.iter().sum::<i64>() as f64 / self.kept.len().max(1) as f64),
        }
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

    fn answer(&self, ready: &ReadyCity, question: &Question, found: &Found, ways: &Ways) -> Result<Units> {
        let Some(plan) = &found.plan else {
            return Err(Error::new(say!("no connected units were found", "未找到连通的单元"))
                .hint(say!("ask for other numbers, or fewer that must be apart", "请改变数量，或减少必须分开的社区")));
        };
        let city = ready.city();
        let weights = self.weights(city);
        let all: i64 = weights.iter().sum();
        let mean = self.mean(&weights, question)? / PARTS_OF_PERSON;
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
                kept: members.iter().any(|region| self.kept.contains(region)),
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
            pilots: Vec::new(),
            seconds: 0.0,
            method: METHOD.to_owned(),
            units,
        })
    }
}

/// Puts the communities of each unit that is kept together; the first piece of each.
fn keep(pieces: &[Piece], region_of: &mut [u32], question: &Question) -> Result<Vec<usize>> {
    let mut taken = BTreeSet::new();
    let mut first = Vec::new();
    for unit in &question.kept {
        let members = unit.iter().map(|name| named(pieces, name)).collect::<Result<BTreeSet<usize>>>()?;
        let Some(&one) = members.first() else { continue };
        if let Some(&twice) = members.iter().find(|member| !taken.insert(**member)) {
            return Err(Error::new(say!(
                "{} is in two units that are kept",
                "{} 属于两个保留的单元",
                pieces[twice].id
            ))
            .hint(say!("name it in one", "请只写在一个单元中")));
        }
        let regions: BTreeSet<u32> = members.iter().map(|member| region_of[*member]).collect();
        let pulled = (0..pieces.len()).find(|piece| regions.contains(&region_of[*piece]) && !members.contains(piece));
        if let Some(pulled) = pulled {
            let problem = say!(
                "{} is to be together with a unit that is kept without it",
                "{} 要与一个保留的、不含它的单元合并",
                pieces[pulled].id
            );
            return Err(Error::new(problem).hint(say!("leave one of both out", "请去掉其中一项")));
        }
        members.iter().for_each(|member| region_of[*member] = region_of[one]);
        first.push(one);
    }
    Ok(first)
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

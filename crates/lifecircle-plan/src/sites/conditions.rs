//! A city whose facilities must keep to conditions: so many places each, a second one near, floors for areas. Poses them as a
//! [`Covering`]; what stands, what is required and what others build are sites that stand.

use lifecircle::say;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use lifecircle::city::{Facility, Name};
use lifecircle::error::{Error, Result};
use lifecircle::progress::Progress;
use lifecircle::standard::{Service, SupplyOf};

use super::candidates::Role;
use super::demands::PARTS_OF_PERSON;
use super::prepared::Prepared;
use super::{AreaShare, Floor, LOSS, Model, Once, Site, Sites, Solved, Times};
use crate::siting::{Conditions, Covering, Known, Need, Outcome, Problem, Settings, Watch, cover};

/// Floors that the worst area can have are looked for in steps of so much.
const STEP: f64 = 0.001;

/// Floors that are neither reached nor refuted after so many rounds are taken for too high.
const ROUNDS: usize = 10;

/// Stops after some rounds.
struct ForAWhile<'a> {
    watch: &'a dyn Watch,
    rounds: AtomicUsize,
}

impl<'a> ForAWhile<'a> {
    fn new(watch: &'a dyn Watch) -> Self {
        Self { watch, rounds: AtomicUsize::new(0) }
    }
}

impl Watch for ForAWhile<'_> {
    fn closing(&self, known: Known) {
        self.watch.closing(known);
        self.rounds.fetch_add(1, Ordering::Relaxed);
    }
    fn is_over(&self) -> bool {
        self.rounds.load(Ordering::Relaxed) >= ROUNDS || self.watch.is_over()
    }
}

/// A city as a covering.
struct AsCovering<'a> {
    city: &'a Prepared<'a>,
    covering: Covering,
    /// Existing facilities that are sites of it.
    existing: Vec<u32>,
    /// Candidates of others.
    competitors: Vec<u32>,
    areas: Vec<Area>,
}

/// Floors that a choice was found for, which that is, and whether the next higher ones are proven to be too high.
struct Highest {
    floors: Vec<i64>,
    choice: Option<Vec<u32>>,
    is_proven: bool,
}

/// An area with a floor: people in parts.
struct Area {
    name: Name,
    people: i64,
    before: i64,
    /// People whom any choice could add.
    reachable: i64,
}

pub(super) fn solved(city: &Prepared<'_>, watch: &dyn Watch, progress: &dyn Progress) -> Result<Solved> {
    let mut posed = AsCovering::new(city, &city.whole, progress)?;
    let mut highest = Highest { floors: posed.floors(0.0), choice: None, is_proven: true };
    if let Some((_, floor)) = city.question.floor {
        if posed.areas.is_empty() {
            return Err(Error::new(say!(
                "no home lies in an area of that kind, so that none can have a floor",
                "没有居住点位于此类区域内，因此无法设下限"
            ))
            .hint(say!(
                "import with communities that tell their districts, or choose other areas",
                "请导入写明所属区县的社区，或改用其他区域"
            )));
        }
        match floor {
            Floor::Share(share) => highest.floors = posed.floors(share),
            Floor::WorstFirst => highest = posed.highest_floors(watch)?,
        }
        posed.covering = posed.covering.with_floors(highest.floors.clone())?;
    }
    let floors = highest.floors;
    let settings = Settings { gap: city.question.gap, saved_from: Some(posed.nothing_chosen()), ..Settings::default() };
    let mut outcome = cover(&posed.covering, settings, watch);
    // What was found for the floors stands, if nothing better was found in what time was left.
    if let Some(choice) = highest.choice
        && let Some(lost) = posed.covering.value(&choice)
        && outcome.best.as_ref().is_none_or(|(_, best)| lost < *best)
    {
        outcome.best = Some((choice, lost));
    }
    if outcome.best.is_none() && outcome.bound.is_none() {
        return Err(Error::new(say!("no choice gives every area its floor", "没有任何方案能让每个区域都达到下限"))
            .hint(say!("lower the floor, or allow more facilities", "请降低下限，或允许更多设施")));
    }
    if outcome.best.is_none() {
        return Err(Error::new(say!(
            "no choice that gives every area its floor was found in time",
            "限时内未找到让每个区域都达到下限的方案"
        ))
        .hint(say!(
            "lower the floor, allow more facilities, or give more time",
            "请降低下限、允许更多设施，或给更多时间"
        )));
    }
    let anywhere = if city.question.candidates.is_none() && city.is_bounded_anywhere() && !watch.is_over() {
        let longer = city.all_links(LOSS, progress)?;
        let other = AsCovering::new(city, &longer, progress)?.covering.with_floors(floors.clone())?;
        cover(&other, settings, &Once::new(watch)).bound
    } else {
        None
    };
    let sites = Sites { floors_proven: highest.is_proven, ..posed.answer(&outcome, anywhere, &floors, progress)? };
    Ok(Solved { sites, problem: posed.covering.into(), outcome })
}

impl<'a> AsCovering<'a> {
    fn new(city: &'a Prepared<'a>, links: &Problem, progress: &dyn Progress) -> Result<Self> {
        let (question, measured) = (city.question, city.measured);
        let (area_of, mut areas) = areas(city);
        let mut needs = Vec::with_capacity(links.demands());
        let mut sites = vec![Vec::new(); city.buildable.len()];
        let homes = measured.city().homes.len().max(1);
        for demand in 0..links.demands() {
            let (weight, times) = (links.demand(demand).weight, city.demands.times[demand]);
            let area = area_of.get(demand % homes).copied().flatten();
            needs.push(Need { weight, times, area });
            let row = links.row(demand);
            row.iter().for_each(|link| sites[link.site as usize].push(demand as u32));
            if let Some(area) = area {
                let of_area = &mut areas[area as usize];
                of_area.people += weight;
                of_area.before += if times == 0 { weight } else { 0 };
                of_area.reachable += if times > 0 && !row.is_empty() { weight } else { 0 };
            }
        }
        let role = |role: Role| {
            let options = (0..).zip(&city.buildable);
            let of_role =
                options.filter(move |(_, option)| city.candidates.all[option.candidate as usize].1.role == role);
            of_role.map(|(number, _)| number).collect::<Vec<u32>>()
        };
        let competitors = role(Role::Competitor);
        let mut limit = city.limit(question.most)?;
        let mut capacities = Vec::new();
        let mut existing = Vec::new();
        if question.model == Model::Capacitated {
            let service = &measured.standard.services[question.services[0]];
            for option in &city.buildable {
                let own = city.candidates.all[option.candidate as usize].1.capacity;
                capacities.push(Some(served_by(service, own.or(question.capacity))?));
            }
            let members = &measured.recognised.services[question.services[0]];
            let near = city.demands.homes_near(measured, question.services[0], city.demands.threshold(), progress)?;
            for (&facility, homes) in members.iter().zip(near) {
                existing.push(sites.len() as u32);
                capacities.push(held(service, &measured.city().facilities[facility as usize]));
                sites.push(homes);
                limit.sizes.push(0);
            }
        }
        let standing = [city.required.as_slice(), &competitors, &existing].concat();
        standing.iter().for_each(|&site| limit.sizes[site as usize] = 0);
        let floors = vec![0; areas.len()];
        let conditions = Conditions { capacities, floors, standing };
        let covering = Covering::new(needs, sites, limit, conditions)?;
        Ok(Self { city, covering, existing, competitors, areas })
    }

    /// So many more people of each area that it has this share; as many as can be where that is less.
    fn floors(&self, share: f64) -> Vec<i64> {
        let floor = |area: &Area| ((area.people as f64 * share).ceil() as i64 - area.before).clamp(0, area.reachable);
        self.areas.iter().map(floor).collect()
    }

    /// The highest floors that a choice was found for.
    fn highest_floors(&self, watch: &dyn Watch) -> Result<Highest> {
        let (mut low, mut high) = (0_u32, (1.0 / STEP) as u32 + 1);
        let mut highest = Highest { floors: self.floors(0.0), choice: None, is_proven: true };
        while low + 1 < high {
            if watch.is_over() {
                highest.is_proven = false;
                break;
            }
            let middle = low.midpoint(high);
            let tried = self.floors(f64::from(middle) * STEP);
            if tried == highest.floors {
                low = middle;
                continue;
            }
            let problem = self.covering.with_floors(tried.clone())?;
            let any = Settings::any_below(self.covering.all() + 1);
            let outcome = cover(&problem, any, &ForAWhile::new(watch));
            match outcome.best {
                Some((choice, _)) => {
                    low = middle;
                    // What is known to be too high stays so.
                    highest = Highest { floors: tried, choice: Some(choice), ..highest };
                }
                None => {
                    high = middle;
                    highest.is_proven = outcome.bound.is_none();
                }
            }
        }
        Ok(highest)
    }

    fn nothing_chosen(&self) -> i64 {
        self.covering.lost_by(&self.covering.conditions().standing)
    }

    /// Who stood before anything is built: existing facilities and those of others.
    fn earlier(&self) -> Vec<u32> {
        [self.existing.as_slice(), &self.competitors].concat()
    }

    /// People of what is lost.
    fn told(&self, lost: i64) -> f64 {
        let wanted =
            f64::from(if self.city.question.model == Model::Backup { 2 } else { 1 }) * self.city.demands.people;
        wanted - lost as f64 / PARTS_OF_PERSON
    }

    fn answer(
        &self,
        outcome: &Outcome,
        anywhere: Option<i64>,
        floors: &[i64],
        progress: &dyn Progress,
    ) -> Result<Sites> {
        progress.check()?;
        let city = self.city;
        let (chosen, lost) = outcome.best.clone().unwrap_or((Vec::new(), self.nothing_chosen()));
        let earlier = self.earlier();
        let added = self.covering.in_order(&earlier, &[&city.required, &chosen]);
        let site =
            |(site, adds): (u32, i64)| city.site(site, city.required.contains(&site), adds as f64 / PARTS_OF_PERSON);
        let sites: Vec<Site> = added.into_iter().map(site).collect();
        let after = [earlier.as_slice(), &city.required, &chosen].concat();
        let is_backup = city.question.model == Model::Backup;
        Ok(Sites {
            people: city.demands.people,
            before: self.told(self.covering.lost_by(&earlier)),
            value: self.told(lost),
            bound: self.told(outcome.bound.unwrap_or(lost)),
            bound_at_junctions: anywhere.map(|lost| self.told(lost)),
            areas: self.shares(floors, &after),
            floors_proven: true,
            times: is_backup.then(|| self.times(&earlier, &after)),
            cost: sites.iter().map(|site| site.cost).sum::<f64>() + 0.0,
            candidates: city.candidates.len(),
            without_street: city.candidates.without_street,
            sites,
        })
    }

    fn shares(&self, floors: &[i64], chosen: &[u32]) -> Vec<AreaShare> {
        let (before, after) = (self.covering.served_in_areas(&self.earlier()), self.covering.served_in_areas(chosen));
        let people = |parts: i64| parts as f64 / PARTS_OF_PERSON;
        let share = |(index, area): (usize, &Area)| AreaShare {
            name: area.name.clone(),
            people: people(area.people),
            before: people(area.before + before[index]),
            after: people(area.before + after[index]),
            floor: people(area.before + floors[index]),
        };
        self.areas.iter().enumerate().map(share).collect()
    }

    /// Who has one and who has two, before and after.
    fn times(&self, before: &[u32], after: &[u32]) -> Times {
        let (whole, wanted) = (&self.city.whole, &self.city.demands.times);
        let people = |sites: &[u32], most: u32| {
            let is_site: HashSet<u32> = sites.iter().copied().collect();
            let has = |demand: &usize| {
                let more = whole.row(*demand).iter().filter(|link| is_site.contains(&link.site)).count() as u32;
                wanted[*demand].saturating_sub(more) <= most
            };
            let weight = |demand: usize| self.city.demands.all[demand].weight;
            (0..whole.demands()).filter(has).map(weight).sum::<i64>() as f64 / PARTS_OF_PERSON
        };
        let both = |most: u32| [people(before, most), people(after, most)];
        Times { one: both(1), two: both(0) }
    }
}

/// The area of each home, and all areas by name.
fn areas(city: &Prepared<'_>) -> (Vec<Option<u32>>, Vec<Area>) {
    let Some((by, _)) = city.question.floor else { return (Vec::new(), Vec::new()) };
    let (mut areas, mut known): (Vec<Area>, HashMap<[&str; 4], u32>) = (Vec::new(), HashMap::new());
    let measured = city.measured.city();
    let of_home = |community: Option<u32>| {
        let community = measured.communities.get(community? as usize)?;
        let name = by.of(community);
        if name.local.is_empty() && name.en.is_empty() {
            return None;
        }
        Some(*known.entry(by.key(community)).or_insert_with(|| {
            areas.push(Area { name: name.clone(), people: 0, before: 0, reachable: 0 });
            areas.len() as u32 - 1
        }))
    };
    let of_homes = measured.homes.iter().map(|home| home.community).map(of_home).collect();
    (of_homes, areas)
}

/// How many people what a facility holds is for, in parts: by the standard's ratio, or a place each.
fn for_people(service: &Service, holds: f64) -> i64 {
    let people = service.ratio.as_ref().map_or(holds, |ratio| holds * 1_000.0 / ratio.per_thousand);
    (people.clamp(0.0, 1e9) * PARTS_OF_PERSON).round() as i64
}

/// How many people a new facility serves.
fn served_by(service: &Service, capacity: Option<f64>) -> Result<i64> {
    let usual = service.ratio.as_ref().map(|ratio| if ratio.of == SupplyOf::Facilities { 1.0 } else { ratio.usual });
    let holds = capacity.or(usual).ok_or_else(|| {
        Error::new(say!(
            "what a new `{}` holds is not known: the standard has no ratio for it",
            "新建“{}”的容量未知：标准中没有它的千人指标",
            service.id
        ))
        .hint(say!(
            "give its capacity, or candidates with a column capacity",
            "请给出容量，或使用含 capacity 列的候选点"
        ))
    })?;
    Ok(for_people(service, holds))
}

/// How many people an existing facility serves; as many as come where nothing tells.
fn held(service: &Service, facility: &Facility) -> Option<i64> {
    match &service.ratio {
        Some(_) => Some(for_people(service, service.supply(facility))),
        None => facility.capacity.map(|capacity| for_people(service, capacity)),
    }
}

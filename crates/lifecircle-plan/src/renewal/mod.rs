//! A programme of renewal under a budget: which facilities and which links, in which order, what is reached after each, and what no programme of that cost could exceed.
//!
//! Facilities are sited by [`crate::sites`], several services under one budget; links are those of [`crate::links`]. What no programme could
//! exceed is found in `bound`: building more takes a service from nobody, but where a new path draws a home away from a better street. What is reached is measured in the edited city. It knows no file.

mod bound;

use lifecircle::city::{City, Entries, Facility, Name, Street, StreetKind};
use lifecircle::error::{Error, Result};
use lifecircle::geo::{LonLat, Metres, polygon};
use lifecircle::measure::{EditedCity, Joining, Measured};
use lifecircle::progress::Progress;
use lifecircle::say;
use lifecircle::standard::{Service, SupplyOf};
use schemars::JsonSchema;
use serde::Serialize;

use bound::joint_bound;

use crate::links::{self, MissingLink, missing_links};
use crate::sites::{Model, Most, Once, Question as SitesQuestion, Sites, find_sites};
use crate::siting::Watch;

/// Where several services share a budget, proof of the last part in a hundred takes longer than it is worth.
const LEAST_GAP: f64 = 0.01;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What a new facility of each service costs; services without a price are not built.
    pub prices: Vec<(usize, f64)>,
    /// What a link costs; none are built if it is not said.
    pub link: Option<f64>,
    /// How much may be spent.
    pub budget: f64,
    /// Which links are looked for.
    pub links: links::Question,
    /// How far from the bound is good enough where facilities are sited, as a share of what is gained.
    pub gap: f64,
}

/// Something that is built.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Work {
    /// The service of a facility; none for a link.
    pub service: Option<String>,
    /// The longitudes and latitudes of a facility, or of both ends of a link.
    pub at: Vec<[f64; 2]>,
    /// The names of the community in which it is.
    pub community: Option<Name>,
    /// What it costs.
    pub cost: f64,
    /// What has been spent with it.
    pub spent: f64,
    /// What it adds to those before it: services gained, each counted with its residents.
    pub adds: f64,
    /// The share of residents who have a service, on average over the required and the priced ones, when it is built.
    pub coverage: f64,
}

/// What a community lacks.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Need {
    /// Its id.
    pub id: String,
    /// Its names.
    pub name: Name,
    /// Its residents.
    pub residents: f64,
    /// Share of them who are 60 or older, where ages are known.
    pub elderly: Option<f64>,
    /// Required services that a resident lacks on average.
    pub lacks: f64,
    /// The service that most of them lack.
    pub most_lacking: Option<String>,
    /// What of the programme's gain is its residents': services gained, each counted with its residents.
    pub gains: f64,
}

/// A programme.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Programme {
    /// The works, those that give most for their cost first.
    pub works: Vec<Work>,
    /// What they cost together.
    pub cost: f64,
    /// How many services residents have, of the required and the priced ones, each counted with its residents, before.
    pub before: f64,
    /// The same after all works.
    pub after: f64,
    /// No programme of these links and of facilities at any junctions that costs no more reaches this.
    pub bound: f64,
    /// How far it is from the bound, as a share of what is gained.
    pub gap: f64,
    /// As many as could be had: residents times services.
    pub all: f64,
    /// The links that were looked at.
    pub links_tried: usize,
    /// Communities, those whose residents lack most first.
    pub communities: Vec<Need>,
}

/// Makes a programme.
///
/// # Errors
/// If nothing has a price, a service asks for more than one facility, or it is cancelled before anything is known.
///
/// ```
/// use lifecircle::ready::{ReadyCity, Walk};
/// use lifecircle::{demo, import, measure, network::Walker, standard::Standard};
/// use lifecircle_plan::links;
/// use lifecircle_plan::renewal::{Question, programme};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &())?;
/// let measured = measure::measure(&ready, Standard::find("wuhai-8")?, &())?;
/// let price = |id: &str, cost| (measured.standard.services.iter().position(|service| service.id == id).unwrap(), cost);
/// let prices = vec![price("pocket_park", 80.0), price("public_toilet", 30.0)];
/// let question = Question { prices, link: Some(10.0), budget: 200.0, links: links::Question::default(), gap: 0.0 };
/// let found = programme(&measured, &question, &(), &())?;
/// assert!(found.cost <= 200.0 && found.after <= found.bound);
/// # Ok(())
/// # }
/// ```
pub fn programme(
    measured: &Measured,
    question: &Question,
    watch: &dyn Watch,
    progress: &dyn Progress,
) -> Result<Programme> {
    if question.prices.is_empty() {
        return Err(Error::new(say!("nothing has a price", "没有任何价格"))
            .hint(say!("say what a facility of each service to build costs", "请给出各项服务每处设施的造价")));
    }
    let untouched = EditedCity::new(&measured.reached.ready, vec![(*measured.standard).clone()], progress)?;
    let links = match question.link {
        Some(_) => missing_links(measured, question.links, watch, progress)?,
        None => Vec::new(),
    };
    let mut all_links = untouched.clone();
    for link in &links {
        build_link(&mut all_links, link)?;
    }
    let with_all = all_links.measured(progress)?.swap_remove(0);
    let chosen = choose(measured, &untouched, &links, question, watch, progress)?;
    // Whoever builds no link has the whole budget for facilities; whoever builds one or more has at most what is left of it after one.
    let mut bound = chosen.without_links;
    let left = question.budget - question.link.unwrap_or(f64::INFINITY);
    if !links.is_empty() && left >= 0.0 {
        let sites = find_sites(&with_all, &sites_question(question, left), watch, progress)?.sites;
        // The city with all links has other junctions as candidates: what any junctions could do holds for all of them.
        let anywhere = sites.bound_at_junctions.unwrap_or_else(|| people_for_all(measured, question));
        bound = bound.max(anywhere + others(&with_all, question));
        // Another bound, closer where much is gained by links.
        if let Some(joint) = joint_bound(measured, &with_all, &links, question, watch, progress)? {
            bound = bound.min(joint);
        }
    }
    build(measured, untouched, &chosen, question, (bound, links.len()), progress)
}

fn sites_question(question: &Question, budget: f64) -> SitesQuestion {
    SitesQuestion {
        services: question.prices.iter().map(|(service, _)| *service).collect(),
        most: Most::Budget(budget),
        prices: Some(question.prices.iter().map(|(_, price)| *price).collect()),
        gap: question.gap.max(LEAST_GAP),
        ..SitesQuestion::of(0, 0, Model::Cover)
    }
}

/// What is built, and what no programme without links could exceed.
struct Chosen<'a> {
    links: Vec<&'a MissingLink>,
    sites: Sites,
    without_links: f64,
}

/// Required services that have no price, each counted with the residents who have it: links bring them nearer too.
fn others(measured: &Measured, question: &Question) -> f64 {
    let is_priced = |service: &usize| question.prices.iter().any(|(priced, _)| priced == service);
    measured
        .standard
        .required()
        .filter(|service| !is_priced(service))
        .map(|service| people_with(measured, service))
        .sum()
}

/// As many as the priced services could be had by: nothing exceeds it.
fn people_for_all(measured: &Measured, question: &Question) -> f64 {
    question.prices.iter().map(|(service, _)| people_for(measured, *service)).sum()
}

/// Links that are worth their price: each is tried with what is left of the budget for facilities, the best first.
fn choose<'a>(
    measured: &Measured,
    untouched: &EditedCity,
    links: &'a [MissingLink],
    question: &Question,
    watch: &dyn Watch,
    progress: &dyn Progress,
) -> Result<Chosen<'a>> {
    let price = question.link.unwrap_or(0.0);
    let sites = find_sites(measured, &sites_question(question, question.budget), watch, progress)?.sites;
    let anywhere = sites.bound_at_junctions.unwrap_or_else(|| people_for_all(measured, question));
    let without_links = anywhere + others(measured, question);
    let mut best = sites.value + others(measured, question);
    let mut chosen = Chosen { links: Vec::new(), sites, without_links };
    let mut city = untouched.clone();
    for link in links.iter().filter(|link| link.gained > 0.0) {
        let left = question.budget - price * (chosen.links.len() + 1) as f64;
        if left < 0.0 || watch.is_over() {
            break;
        }
        let mut with = city.clone();
        build_link(&mut with, link)?;
        let measured = with.measured(progress)?.swap_remove(0);
        // What a search finds is enough to compare; the last is proven.
        let sites = find_sites(&measured, &sites_question(question, left), &Once::new(watch), progress)?.sites;
        let value = sites.value + others(&measured, question);
        // Less than a resident is no gain.
        if value > best + 1.0 {
            best = value;
            chosen.links.push(link);
            chosen.sites = sites;
            city = with;
        }
    }
    if !chosen.links.is_empty() && !watch.is_over() {
        let left = question.budget - price * chosen.links.len() as f64;
        let measured = city.measured(progress)?.swap_remove(0);
        let sites = find_sites(&measured, &sites_question(question, left), watch, progress)?.sites;
        if sites.value > chosen.sites.value {
            chosen.sites = sites;
        }
    }
    Ok(chosen)
}

fn build_link(city: &mut EditedCity, link: &MissingLink) -> Result<()> {
    let like = Street::plain([0, 0], StreetKind::Path, Metres(0.0));
    city.build_street(&link.ends, &like, Joining::Ends).map(|_| ()).map_err(|_| {
        Error::new(say!("a link meets no street", "有一处断点通道未接到道路"))
            .hint(say!("this is a mistake of the program's own", "这是程序自身的错误"))
    })
}

/// Builds everything, the best for its cost first, and measures the city after each.
fn build(
    measured: &Measured,
    mut city: EditedCity,
    chosen: &Chosen<'_>,
    question: &Question,
    (bound, links_tried): (f64, usize),
    progress: &dyn Progress,
) -> Result<Programme> {
    enum Piece<'a> {
        Link(&'a MissingLink),
        Facility { at: LonLat, service: usize },
    }
    let link_price = question.link.unwrap_or(0.0);
    let links = chosen.links.iter().map(|link| (link.gained, link_price, Piece::Link(link)));
    let facilities = chosen.sites.sites.iter().map(|site| {
        let service = site.services.first().copied().unwrap_or_default();
        (site.adds, site.cost, Piece::Facility { at: site.at, service })
    });
    let mut pieces: Vec<(f64, f64, Piece<'_>)> = links.chain(facilities).collect();
    let worth = |(adds, cost, _): &(f64, f64, Piece<'_>)| adds / cost.max(f64::MIN_POSITIVE);
    pieces.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    let services: Vec<usize> = measured.standard.required().collect();
    let priced = question.prices.iter().map(|(service, _)| *service).filter(|service| !services.contains(service));
    let services: Vec<usize> = priced.chain(services.iter().copied()).collect();
    let had = |measured: &Measured| services.iter().map(|service| people_with(measured, *service)).sum::<f64>();
    let all: f64 = services.iter().map(|service| people_for(measured, *service)).sum();
    let before = had(measured);
    let (mut now, mut spent, mut works) = (before, 0.0, Vec::new());
    let mut last: Option<Measured> = None;
    for (number, (_, cost, piece)) in pieces.into_iter().enumerate() {
        let (service, at) = match piece {
            Piece::Link(link) => {
                build_link(&mut city, link)?;
                (None, link.ends.map(|end| [end.x, end.y]).to_vec())
            }
            Piece::Facility { at, service } => {
                let service = &measured.standard.services[service];
                city.add_facility(facility(number, at, service))?;
                (Some(service.id.clone()), vec![[at.x, at.y]])
            }
        };
        let with = city.measured(progress)?.swap_remove(0);
        let reached = had(&with);
        last = Some(with);
        spent += cost;
        let [x, y] = at[0];
        let community = community_at(measured.city(), LonLat { x, y });
        works.push(Work {
            service,
            at,
            community,
            cost,
            spent,
            adds: reached - now,
            coverage: reached / all.max(f64::MIN_POSITIVE),
        });
        now = reached;
    }
    // What was promised is what is measured, but for thousandths of people.
    let bound = bound.max(now);
    let gained = now - before;
    // Where nothing is gained, all of what could be is missed.
    let gap = if bound - now < 1.0 { 0.0 } else { (bound - now) / if gained > 0.0 { gained } else { bound - now } };
    let communities = needs(measured, last.as_ref().unwrap_or(measured), &services);
    Ok(Programme { works, cost: spent, before, after: now, bound, gap, all, links_tried, communities })
}

/// A facility that counts as a service: of a size that the service asks for.
fn facility(number: usize, at: LonLat, service: &Service) -> Facility {
    Facility {
        id: format!("renewal:{number}"),
        name: Name::default(),
        kind: service.id.clone(),
        tags: Vec::new(),
        at,
        entries: Entries::Known(vec![at]),
        area: fitting_area(service),
        capacity: None,
    }
}

/// An area that a service accepts: the usual one, if it fits.
pub fn fitting_area(service: &Service) -> Option<f64> {
    let fits = |area: &f64| (service.min_area..=service.max_area).contains(area);
    let usual = service.ratio.as_ref().filter(|ratio| ratio.of == SupplyOf::Area).map(|ratio| ratio.usual);
    let least = if service.min_area > 0.0 { service.min_area } else { service.max_area };
    service.asks_for_area().then(|| usual.filter(fits).unwrap_or(least))
}

/// People whom a service is for.
fn people_for(measured: &Measured, service: usize) -> f64 {
    let group = measured.standard.services[service].people;
    let people =
        |home: &lifecircle::city::Home| lifecircle::measure::residents_of(home, group).unwrap_or(home.residents);
    measured.city().homes.iter().map(people).sum()
}

/// Those of them who have it.
fn people_with(measured: &Measured, service: usize) -> f64 {
    let group = measured.standard.services[service].people;
    let homes = measured.city().homes.iter().enumerate().filter(|(home, _)| measured.has(*home, service));
    homes.map(|(_, home)| lifecircle::measure::residents_of(home, group).unwrap_or(home.residents)).sum()
}

fn community_at(city: &City, at: LonLat) -> Option<Name> {
    let community = city.communities.iter().find(|community| polygon::contains(&community.shape, at))?;
    let has_name = !community.name.local.is_empty() || !community.name.en.is_empty();
    Some(if has_name { community.name.clone() } else { Name { local: community.id.clone(), en: String::new() } })
}

/// What each community lacks, and what the programme gives it.
fn needs(before: &Measured, after: &Measured, services: &[usize]) -> Vec<Need> {
    let city = before.city();
    let required: Vec<usize> = before.standard.required().collect();
    let of_community = |(index, community): (usize, &lifecircle::city::Community)| {
        let homes = || {
            let homes = city.homes.iter().enumerate();
            homes.filter(move |(_, home)| home.community == Some(index as u32))
        };
        let residents: f64 = homes().map(|(_, home)| home.residents).sum();
        let elderly: Option<f64> = homes().map(|(_, home)| home.ages.elderly).sum();
        let without = |service: usize| -> f64 {
            homes().filter(|(home, _)| !before.has(*home, service)).map(|(_, home)| home.residents).sum()
        };
        let lacking: Vec<(f64, usize)> = required.iter().map(|service| (without(*service), *service)).collect();
        let most = lacking.iter().filter(|(people, _)| *people > 0.0).max_by(|a, b| a.0.total_cmp(&b.0));
        let gains = |(home, of): (usize, &lifecircle::city::Home)| {
            let gained = services.iter().filter(|service| !before.has(home, **service) && after.has(home, **service));
            of.residents * gained.count() as f64
        };
        Need {
            id: community.id.clone(),
            name: community.name.clone(),
            residents,
            elderly: elderly.filter(|_| residents > 0.0).map(|elderly| elderly / residents),
            lacks: lacking.iter().map(|(people, _)| people).sum::<f64>() / residents.max(f64::MIN_POSITIVE),
            most_lacking: most.map(|(_, service)| before.standard.services[*service].id.clone()),
            gains: homes().map(gains).sum(),
        }
    };
    let mut needs: Vec<Need> = city.communities.iter().enumerate().map(of_community).collect();
    needs.retain(|need| need.residents > 0.0);
    let people = |need: &Need| need.lacks * need.residents;
    needs.sort_by(|a, b| people(b).total_cmp(&people(a)));
    needs
}

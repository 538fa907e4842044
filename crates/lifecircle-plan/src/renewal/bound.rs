//! What no programme could exceed: links and facilities as one covering under the budget.
//!
//! A link serves whoever lacks a service and would have it by a way through the link if all links were built. A facility serves whom it serves if all
//! links were built. Whoever gains by some links and facilities either has a way to what stands already, which goes through one of the links that are
//! built, or one to a new facility; both are among those here. So no programme gains more than the best covering.

use lifecircle::error::Result;
use lifecircle::geo::Seconds;
use lifecircle::measure::{Measured, residents_of};
use lifecircle::network::{Cost as _, Millis};
use lifecircle::progress::Progress;
use lifecircle::reach::{Heading, Places, catchment};
use lifecircle::standard::Threshold;

use super::{Question, sites_question};
use crate::links::MissingLink;
use crate::sites::{PARTS_OF_PERSON, Reach, reach_anywhere};
use crate::siting::{Demand, Limit, Link, Problem, Settings, Watch, solve};

/// No programme of these links and of facilities at any junctions has more, in services times people, than this; nothing is known where a threshold of
/// what may be built is in metres.
pub(super) fn joint_bound(
    measured: &Measured,
    with_all: &Measured,
    links: &[MissingLink],
    question: &Question,
    watch: &dyn Watch,
    progress: &dyn Progress,
) -> Result<Option<f64>> {
    let sites = sites_question(question, question.budget);
    let Some(price) = question.link else { return Ok(None) };
    let reach = reach_anywhere(with_all, measured, &sites, (question.budget, price), progress)?;
    let Some(Reach { mut demands, mut rows, sizes, most, link }) = reach else { return Ok(None) };
    let homes = &measured.city().homes;
    let is_priced = |service: &usize| question.prices.iter().any(|(priced, _)| priced == service);
    let others: Vec<usize> = measured.standard.required().filter(|service| !is_priced(service)).collect();
    let services: Vec<usize> =
        question.prices.iter().map(|(service, _)| *service).chain(others.iter().copied()).collect();
    for &service in &others {
        let group = measured.standard.services[service].people;
        for (index, home) in homes.iter().enumerate() {
            let people = residents_of(home, group).unwrap_or(home.residents);
            let weight = (people * PARTS_OF_PERSON).round() as i64;
            demands.push(Demand { weight, ceiling: Some(u32::from(!measured.has(index, service))) });
            rows.push(Vec::new());
        }
    }
    let facilities = sizes.len() as u32;
    let (lacking, before) = (&demands, measured);
    let gained = |home: usize, place: usize| {
        let lacks = lacking[place * homes.len() + home].ceiling == Some(1);
        lacks && !before.has(home, services[place]) && with_all.has(home, services[place])
    };
    for (number, serves) in (facilities..).zip(through(with_all, links, &services, &gained, progress)?) {
        serves.into_iter().for_each(|demand| rows[demand].push(Link { cost: 0, site: number }));
    }
    let sizes = [sizes, vec![link; links.len()]].concat();
    let opening = vec![0; sizes.len()];
    let all: i64 = demands.iter().map(|demand| demand.weight).sum();
    let nothing: i64 = demands.iter().map(|demand| demand.weight * i64::from(demand.ceiling.unwrap_or(0))).sum();
    let problem = Problem::new(demands, rows, opening, Some(Limit { sizes, most }))?;
    let settings =
        Settings { gap: question.gap.max(super::LEAST_GAP), saved_from: Some(nothing), ..Settings::default() };
    let lost = solve(&problem, settings, watch).bound.unwrap_or(0);
    Ok(Some((all - lost) as f64 / PARTS_OF_PERSON))
}

/// For each link, the demands (service by service, home by home) that have a way through it within the threshold, in a city where all links are built.
fn through(
    with_all: &Measured,
    links: &[MissingLink],
    services: &[usize],
    gained: &dyn Fn(usize, usize) -> bool,
    progress: &dyn Progress,
) -> Result<Vec<Vec<usize>>> {
    let ready = &with_all.reached.ready;
    let homes = with_all.city().homes.len();
    let limits: Vec<Option<Millis>> = services
        .iter()
        .map(|&service| match with_all.standard.services[service].threshold {
            Threshold::Time(limit) => Some(Millis::round(limit)),
            Threshold::Distance(_) => None,
        })
        .collect();
    let longest = limits.iter().flatten().copied().max().unwrap_or(Millis::round(Seconds(0.0)));
    let snaps: Vec<_> = links.iter().flat_map(|link| link.ends.map(|end| ready.snap(end).ok())).collect();
    let ends: Places = snaps.iter().copied().collect();
    let to_ends = catchment(ready.times().engine(progress)?, &ends, ready.times().homes(), longest, progress)?;
    let mut found = Vec::with_capacity(links.len());
    for link in 0..links.len() {
        progress.check()?;
        let mut nearest = vec![vec![Millis::NEVER; 2]; services.len()];
        for end in 0..2 {
            let Some(snap) = snaps[2 * link + end] else { continue };
            let times = ready.times_to_facilities(&[snap], Heading::Out, longest);
            for (place, &service) in services.iter().enumerate() {
                let members = &with_all.recognised.services[service];
                nearest[place][end] =
                    members.iter().map(|&facility| times[facility as usize]).min().unwrap_or(Millis::NEVER);
            }
        }
        let mut to_end = vec![[Millis::NEVER; 2]; homes];
        for end in 0..2 {
            to_ends[2 * link + end].iter().for_each(|&(home, time)| to_end[home as usize][end] = time);
        }
        let mut serves = Vec::new();
        for (place, limit) in limits.iter().enumerate() {
            // By whichever end, there and on: whoever lives or stands on the link itself goes on from the end that is nearer. The link takes some time too, which is
            // left out. Where nothing is known of lengths, whoever gains may gain by it.
            let least = |[one, other]: [Millis; 2]| one.min(other);
            let is_near = |home: usize| {
                let (there, on) = (least(to_end[home]), least([nearest[place][0], nearest[place][1]]));
                limit.is_none_or(|limit| {
                    there != Millis::NEVER
                        && on != Millis::NEVER
                        && there.units().saturating_add(on.units()) <= limit.units()
                })
            };
            let gaining = (0..homes).filter(|&home| gained(home, place) && is_near(home));
            serves.extend(gaining.map(|home| place * homes + home));
        }
        found.push(serves);
    }
    Ok(found)
}

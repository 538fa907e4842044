//! Units of a city, looked at with other means: routes for ways, the streets for what hangs together.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use lifecircle::city::{Entries, Facility};
use lifecircle::demo;
use lifecircle::geo::{Datum, LonLat, Metres};
use lifecircle::import::{import, read_communities};
use lifecircle::measure::{Measured, measure};
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::tables::Format;
use lifecircle_plan::units::{Pieces, Pilots, Question, Units, find_units, rank};

fn ready(seed: u64) -> ReadyCity {
    let city = import(demo::generate(demo::Size::Small, seed), &()).unwrap();
    ReadyCity::new(city, Walk::of(Walker::find("adult").unwrap()), &()).unwrap()
}

/// What must hold of any answer.
fn check(ready: &ReadyCity, units: &Units, question: &Question) {
    let city = ready.city();
    assert_eq!(units.units.len(), question.count);
    let members: Vec<&String> = units.units.iter().flat_map(|unit| &unit.members).collect();
    assert_eq!(members.iter().collect::<BTreeSet<_>>().len(), members.len(), "a piece is in two units");
    let residents: f64 = city.homes.iter().map(|home| home.residents).sum();
    assert!((units.residents + units.residents_outside - residents).abs() < 1e-6 * residents);
    let mean = units.residents / units.units.len() as f64;
    let worst = units.units.iter().map(|unit| (unit.residents / mean - 1.0).abs()).fold(0.0, f64::max);
    for unit in &units.units {
        assert!((unit.residents / mean - 1.0 - unit.balance).abs() < 1e-3);
        assert!((0.0..=1.0 + 1e-9).contains(&unit.compactness) && (0.0..=1.0).contains(&unit.within_15));
    }
    assert_eq!(units.balanced, worst <= question.tolerance + 1e-3, "{worst}");
    assert!(units.bound <= units.value + 1e-9);
    let weighted: f64 = units.units.iter().map(|unit| unit.mean_minutes * unit.residents).sum();
    assert!((weighted / units.residents - units.value).abs() < 0.02, "{} {}", weighted / units.residents, units.value);
}

#[test]
fn units_are_what_they_say() {
    for seed in [1, 5] {
        let ready = ready(seed);
        let count = (ready.city().communities.len() / 2).max(2);
        let question = Question { tolerance: 0.6, ..Question::of(count) };
        let units = find_units(&ready, &question, &(), &()).unwrap();
        check(&ready, &units, &question);
        // Ways by routes, for some homes of each unit.
        let city = ready.city();
        let index: BTreeMap<&str, u32> = city.communities.iter().zip(0..).map(|(c, at)| (c.id.as_str(), at)).collect();
        for unit in &units.units {
            let own: BTreeSet<u32> = unit.members.iter().map(|id| index[id.as_str()]).collect();
            let homes: Vec<usize> = (0..city.homes.len())
                .filter(|home| city.homes[*home].community.is_some_and(|c| own.contains(&c)))
                .collect();
            let centre = homes.iter().find(|home| {
                let at = city.homes[**home].at;
                at.x == unit.lon && at.y == unit.lat
            });
            let centre = ready.snaps().homes[*centre.expect("the centre is a home of the unit")].unwrap();
            let (mut sum, mut all) = (0.0, 0.0);
            for home in &homes {
                let way =
                    ready.snaps().homes[*home].ok().and_then(|from| ready.route(&[from], &[centre], &()).unwrap());
                let minutes = way.map_or(180.0, |way| f64::from(way.cost.0) / 60_000.0);
                sum += minutes * city.homes[*home].residents;
                all += city.homes[*home].residents;
            }
            assert!((sum / all - unit.mean_minutes).abs() < 0.01, "{} {}", sum / all, unit.mean_minutes);
        }
    }
}

#[test]
fn wishes_are_followed_and_cells_put_together() {
    let ready = ready(2);
    let city = ready.city();
    let communities = &city.communities;
    let count = (communities.len() / 2).max(2);
    let first = find_units(&ready, &Question { tolerance: 0.8, ..Question::of(count) }, &(), &()).unwrap();
    // Two that are together are parted, and two beside each other are put together.
    let together = first.units.iter().find(|unit| unit.members.len() > 1).unwrap();
    let apart = [together.members[0].clone(), together.members[1].clone()];
    // The city has parts: whoever is parted needs one unit more.
    let question = Question { tolerance: 0.95, apart: vec![apart.clone()], ..Question::of(count + 1) };
    let units = find_units(&ready, &question, &(), &()).unwrap();
    check(&ready, &units, &question);
    let unit_of = |units: &Units, id: &String| units.units.iter().position(|unit| unit.members.contains(id)).unwrap();
    assert_ne!(unit_of(&units, &apart[0]), unit_of(&units, &apart[1]));
    let one = units.units[0].members[0].clone();
    let name = communities.iter().find(|community| community.id == one).unwrap().name.local.clone();
    let wish = Question { tolerance: 0.9, centres: vec![name], together: vec![apart.clone()], ..Question::of(count) };
    let units = find_units(&ready, &wish, &(), &()).unwrap();
    assert_eq!(unit_of(&units, &apart[0]), unit_of(&units, &apart[1]));
    let held = &units.units[unit_of(&units, &one)];
    assert_eq!(held.name, communities.iter().find(|community| community.id == one).unwrap().name);

    let cells = Question { pieces: Pieces::Cells(Metres(150.0)), tolerance: 0.5, ..Question::of(5) };
    let units = find_units(&ready, &cells, &(), &()).unwrap();
    check(&ready, &units, &cells);
    assert!(units.balanced && units.gap.unwrap() < 0.3, "{:?}", units.gap);
}

#[test]
fn the_table_of_members_is_read_as_communities() {
    let ready = ready(1);
    let units = find_units(&ready, &Question { tolerance: 0.8, ..Question::of(2) }, &(), &()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("communities.geojson");
    units.members_table(ready.city()).write(&path, Format::GeoJson).unwrap();
    let read = read_communities(&path, Datum::Wgs84).unwrap();
    assert_eq!(read.len(), ready.city().communities.len());
    assert!(read.iter().all(|community| !community.unit.local.is_empty()));
    let names: BTreeSet<&str> = read.iter().map(|community| community.unit.local.as_str()).collect();
    assert_eq!(names.len(), 2);
}

#[test]
fn what_cannot_be_is_told() {
    let ready = ready(1);
    let says = |question: Question| find_units(&ready, &question, &(), &()).unwrap_err().to_string();
    let id = |at: usize| ready.city().communities[at].id.clone();
    assert!(says(Question::of(1_000)).contains("cannot be made"));
    assert!(says(Question { centres: vec!["Atlantis".to_owned()], ..Question::of(2) }).contains("Atlantis"));
    let both = [id(0), id(1)];
    let torn = Question { together: vec![both.clone()], apart: vec![both], ..Question::of(2) };
    assert!(says(torn).contains("together and apart"));
    assert!(says(Question { pieces: Pieces::Cells(Metres(1.0)), ..Question::of(2) }).contains("cells of 1 m"));
}

#[test]
fn a_unit_that_is_kept_stays_and_the_others_are_balanced_among_themselves() {
    let ready = ready(1);
    let count = (ready.city().communities.len() / 2).max(3);
    let first = find_units(&ready, &Question { tolerance: 0.6, ..Question::of(count) }, &(), &()).unwrap();
    // The lightest, which no balance would give.
    let kept = first.units.last().unwrap();
    let light = vec![kept.members[0].clone()];
    for locked in [kept.members.clone(), light] {
        let question = Question { tolerance: 0.6, kept: vec![locked.clone()], ..Question::of(count) };
        let units = find_units(&ready, &question, &(), &()).unwrap();
        let of_kept = |unit: &&lifecircle_plan::units::Unit| {
            unit.members.iter().collect::<BTreeSet<_>>() == locked.iter().collect::<BTreeSet<_>>()
        };
        assert_eq!(units.units.iter().filter(of_kept).count(), 1, "{locked:?}");
        assert_eq!(units.units.len(), count);
        let others: Vec<f64> = units.units.iter().filter(|unit| !of_kept(unit)).map(|unit| unit.residents).collect();
        let mean = others.iter().sum::<f64>() / others.len() as f64;
        let worst = others.iter().map(|residents| (residents / mean - 1.0).abs()).fold(0.0, f64::max);
        assert_eq!(units.balanced, worst <= 0.6 + 1e-3, "{worst}");
        let weighted: f64 = units.units.iter().map(|unit| unit.mean_minutes * unit.residents).sum();
        assert!((weighted / units.residents - units.value).abs() < 0.02);
    }
    // One community cannot be kept twice, nor pulled elsewhere.
    let (one, two) = (first.units[0].members[0].clone(), first.units[1].members[0].clone());
    let twice = Question { kept: vec![vec![one.clone()], vec![one.clone()]], ..Question::of(count) };
    assert!(find_units(&ready, &twice, &(), &()).unwrap_err().to_string().contains("two units that are kept"));
    let pulled = Question { kept: vec![vec![one.clone()]], together: vec![[one, two]], ..Question::of(count) };
    assert!(find_units(&ready, &pulled, &(), &()).unwrap_err().to_string().contains("is kept without it"));
}

#[test]
fn pilots_gain_what_they_say_when_they_are_built() {
    let ready = ready(1);
    let measured = measure(&ready, Standard::find("wuhai-8").unwrap(), &()).unwrap();
    let units = find_units(&ready, &Question { tolerance: 0.6, ..Question::of(3) }, &(), &()).unwrap();
    let service = |id: &str| measured.standard.services.iter().position(|service| service.id == id).unwrap();
    let pilots = Pilots { prices: vec![(service("pocket_park"), 2.0), (service("pharmacy"), 1.0)], budget: 4.0 };
    let ranked = rank(&measured, &units, &pilots, &(), &()).unwrap();
    assert_eq!(ranked.len(), 3);
    assert!(ranked.is_sorted_by(|a, b| a.gains_per_cost >= b.gains_per_cost));
    let having = |measured: &Measured| {
        let homes = measured.city().homes.iter().enumerate();
        let has = |home: usize| pilots.prices.iter().filter(|(service, _)| measured.has(home, *service)).count();
        homes.map(|(index, home)| home.residents * has(index) as f64).sum::<f64>()
    };
    let before = having(&measured);
    for pilot in &ranked {
        let mut city = measured.city().clone();
        for (number, (id, at)) in pilot.builds.iter().zip(&pilot.at).enumerate() {
            let at = LonLat { x: at[0], y: at[1] };
            let like = measured.recognised.services[service(id)][0] as usize;
            let like = city.facilities[like].clone();
            city.facilities.push(Facility {
                id: format!("new:{number}"),
                at,
                entries: Entries::Known(vec![at]),
                ..like
            });
        }
        let built = ReadyCity::new(city, ready.walk().clone(), &()).unwrap();
        let after = having(&measure(&built, (*measured.standard).clone(), &()).unwrap());
        assert!((after - before - pilot.gains).abs() < 1.0, "{} promised, {} measured", pilot.gains, after - before);
        assert!(pilot.gains <= pilot.bound + 0.01 && pilot.cost <= 4.0);
        let inside = |at: &[f64; 2]| {
            lifecircle::geo::polygon::contains(&units.units[pilot.unit].shape, LonLat { x: at[0], y: at[1] })
        };
        assert!(pilot.at.iter().all(inside));
    }
    assert!(ranked[0].gains > 0.0);
}

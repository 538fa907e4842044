//! Questions between any places, checked against each other and against plain sums.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::HashMap;
use std::path::PathBuf;

use geo::Contains;
use geo_types::{Geometry, Point};
use lifecircle::accessibility::{Asked, Points, isochrones, matrix, nearest, opportunities, routes};
use lifecircle::geo::Datum;
use lifecircle::network::{Millimetres, Millis, Walker};
use lifecircle::reach::Heading;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::CatchmentModel;
use lifecircle::tables::Table;
use lifecircle::{demo, import};

fn ready() -> ReadyCity {
    let city = import::import(demo::generate(demo::Size::Small, 1), &()).unwrap();
    ReadyCity::new(city, Walk::of(Walker::find("elderly").unwrap()), &()).unwrap()
}

fn numbers(table: &Table, column: &str) -> Vec<f64> {
    table.get_numbers(column).unwrap().map(Option::unwrap).collect()
}

fn texts(table: &Table, column: &str) -> Vec<String> {
    table.get_text(column).unwrap().map(|text| text.unwrap().to_owned()).collect()
}

/// Cells on a grid over the city with beds on each, as a list.
fn list(ready: &ReadyCity, directory: &std::path::Path) -> PathBuf {
    let [west, south, east, north] = ready.city().about.extent;
    let mut text = "id,lon,lat,beds,residents\n".to_owned();
    for x in 1..8 {
        for y in 1..8 {
            let at = |low: f64, high: f64, step: i32| low + (high - low) * f64::from(step) / 8.0;
            text += &format!("c{x}{y},{},{},{},{}\n", at(west, east, x), at(south, north, y), x * 10 + y, y + 1);
        }
    }
    let path = directory.join("cells.csv");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn all_questions_give_the_same_ways() {
    let ready = ready();
    let directory = tempfile::tempdir().unwrap();
    let columns = ["beds".to_owned(), "residents".to_owned()];
    let cells = Points::read(&list(&ready, directory.path()), Datum::Wgs84, &columns).unwrap();
    let pharmacies = Points::of_kind(ready.city(), "pharmacy").unwrap();
    let limit = Millis(1_200_000);
    let all = matrix(&ready, &cells, &pharmacies, limit, &()).unwrap();
    let (from, to, seconds) = (texts(&all, "from"), texts(&all, "to"), numbers(&all, "seconds"));
    assert!(seconds.len() > 100 && seconds.iter().all(|seconds| *seconds <= 1200.0));
    let mut of: HashMap<&str, Vec<(f64, &str)>> = HashMap::new();
    for ((from, to), seconds) in from.iter().zip(&to).zip(&seconds) {
        of.entry(from).or_default().push((*seconds, to));
    }
    of.values_mut().for_each(|ways| ways.sort_by(|a, b| a.0.total_cmp(&b.0)));

    // The three nearest are the first three of the matrix.
    let near = nearest(&ready, &cells, &pharmacies, 3, limit, &()).unwrap();
    let rank: Vec<i32> = near.get_integers("rank").unwrap().map(Option::unwrap).collect();
    for (row, (id, seconds)) in texts(&near, "from").iter().zip(numbers(&near, "seconds")).enumerate() {
        assert_eq!(of[id.as_str()][rank[row] as usize - 1].0, seconds, "{id}");
    }
    let expected: usize = of.values().map(|ways| ways.len().min(3)).sum();
    assert_eq!(near.rows(), expected);

    // A route takes the time of the matrix, along a line that is as long as it says.
    let place = cells.ids().iter().position(|id| of.get(id.as_str()).is_some_and(|ways| ways.len() > 3)).unwrap();
    let one: Points = format!("{},{}", cells.at()[place].x, cells.at()[place].y).parse().unwrap();
    let ways = routes(&ready, &one, &pharmacies, &()).unwrap();
    for (to, seconds) in texts(&ways, "to").iter().zip(ways.get_numbers("seconds").unwrap()) {
        let told = of[cells.ids()[place].as_str()].iter().find(|(_, id)| id == to);
        assert_eq!(told.map(|(seconds, _)| *seconds), seconds.filter(|seconds| *seconds <= 1200.0), "{to}");
    }

    // What is within reach, plainly summed.
    let ten = |decay: &str| Asked { columns: vec!["area".to_owned()], decay: decay.parse().unwrap(), shared: None };
    let limits = [Millis(600_000), limit];
    let plain = opportunities(&ready, &cells, &pharmacies, &limits, &Asked::default(), &()).unwrap();
    let gravity = Asked { decay: "exponential:0.1".parse().unwrap(), ..Asked::default() };
    let gravity = opportunities(&ready, &cells, &pharmacies, &limits, &gravity, &()).unwrap();
    for (index, id) in cells.ids().iter().enumerate() {
        let within = |most: f64| of.get(id.as_str()).into_iter().flatten().filter(move |(seconds, _)| *seconds <= most);
        assert_eq!(numbers(&plain, "count_10min")[index], within(600.0).count() as f64, "{id}");
        assert_eq!(numbers(&plain, "count_20min")[index], within(1200.0).count() as f64, "{id}");
        let sum: f64 = within(600.0).map(|(seconds, _)| (-0.1 * seconds / 60.0).exp()).sum();
        assert!((numbers(&gravity, "count_10min")[index] - sum).abs() < 1e-9, "{id}");
    }
    assert!(opportunities(&ready, &cells, &pharmacies, &limits, &ten("linear"), &()).is_ok());
}

#[test]
fn what_is_shared_is_given_out_once() {
    let ready = ready();
    let directory = tempfile::tempdir().unwrap();
    let columns = ["beds".to_owned(), "residents".to_owned()];
    let cells = Points::read(&list(&ready, directory.path()), Datum::Wgs84, &columns).unwrap();
    let shared = |model| Asked {
        columns: vec!["beds".to_owned()],
        decay: "gaussian".parse().unwrap(),
        shared: Some((model, "residents".to_owned())),
    };
    let limits = [Millis(900_000)];
    let table = opportunities(&ready, &cells, &cells, &limits, &shared(CatchmentModel::TwoStep), &()).unwrap();
    let people = cells.value("residents").unwrap();
    let given: f64 = numbers(&table, "beds_15min").iter().zip(people).map(|(share, people)| share * people).sum();
    // Every bed that anybody reaches is given out.
    let reached = matrix(&ready, &cells, &cells, limits[0], &()).unwrap();
    let names = texts(&reached, "to");
    let beds = cells.value("beds").unwrap();
    let all: f64 = cells.ids().iter().zip(beds).filter(|(id, _)| names.contains(id)).map(|(_, beds)| beds).sum();
    assert!((given / all - 1.0).abs() < 1e-9, "{given} of {all}");
    let wrong = opportunities(
        &ready,
        &cells,
        &cells,
        &limits,
        &Asked { columns: vec!["jobs".to_owned()], ..Asked::default() },
        &(),
    );
    assert!(wrong.unwrap_err().to_string().contains("no column `jobs`"));
}

#[test]
fn areas_hold_those_who_reach_them() {
    let ready = ready();
    let city = ready.city();
    let middle = city.homes[city.homes.len() / 2].at;
    let here: Points = format!("{},{}", middle.x, middle.y).parse().unwrap();
    let areas = isochrones(&ready, &here, &[Millis(600_000), Millis(300_000)], Heading::Out, &()).unwrap();
    assert_eq!(numbers(&areas, "minutes"), [5.0, 10.0]);
    let metres = numbers(&areas, "square_metres");
    assert!(metres[0] > 10_000.0 && metres[1] > 2.0 * metres[0], "{metres:?}");
    let homes = Points::homes(city);
    let times = matrix(&ready, &here, &homes, Millis(600_000), &()).unwrap();
    let reached = texts(&times, "to");
    let Geometry::MultiPolygon(area) = &areas.geometries().unwrap()[1] else { panic!("no area") };
    let inside = city.homes.iter().filter(|home| area.contains(&Point(home.at))).count();
    let both = city.homes.iter().filter(|home| reached.contains(&home.id) && area.contains(&Point(home.at))).count();
    assert!(
        both as f64 > 0.9 * reached.len() as f64 && both as f64 > 0.9 * inside as f64,
        "{both} {inside} {}",
        reached.len()
    );
}

#[test]
fn lengths_are_no_times() {
    let ready = ready();
    let (homes, schools) = (Points::homes(ready.city()), Points::of_kind(ready.city(), "primary_school").unwrap());
    let near = nearest(&ready, &homes, &schools, 1, Millimetres(800_000), &()).unwrap();
    assert!(near.rows() > 0 && numbers(&near, "metres").iter().all(|metres| *metres <= 800.0));
    let count = opportunities(&ready, &homes, &schools, &[Millimetres(800_000)], &Asked::default(), &()).unwrap();
    let with = numbers(&count, "count_800m").iter().filter(|count| **count > 0.0).count();
    assert_eq!(with, near.rows());
}

#[test]
fn what_cannot_be_asked_is_told() {
    let ready = ready();
    let told = |text: &str| text.parse::<Points>().unwrap_err().to_string();
    assert!(told("106.8").contains("is no longitude and latitude"));
    assert!(told("39.6,106.8").contains("is no longitude and latitude"), "the wrong way round");
    let kind = Points::of_kind(ready.city(), "pharmcy").unwrap_err().to_string();
    assert!(kind.contains("did you mean pharmacy"), "{kind}");
    let two: Points = "106.79,39.62;106.80,39.63".parse().unwrap();
    let three: Points = "106.79,39.62;106.80,39.63;106.81,39.63".parse().unwrap();
    assert!(
        routes(&ready, &two, &three, &()).unwrap_err().to_string().contains("2 places to set out from and 3 to go to")
    );
    // Far out there is no street, and nothing is reached.
    let far: Points = "10.0,10.0".parse().unwrap();
    assert_eq!(far.without_street(&ready), 1);
    assert_eq!(isochrones(&ready, &far, &[Millis(60_000)], Heading::Out, &()).unwrap().rows(), 0);
    let lost = routes(&ready, &far, &two, &()).unwrap();
    assert_eq!(lost.get_numbers("seconds").unwrap().collect::<Vec<_>>(), [None, None]);
}

//! The measures against values that others have published: the R package `accessibility` on its own data of Belo
//! Horizonte (898 cells, 748,437 travel times), where `../shared/data/accessibility` holds it; and worked examples of the
//! literature.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::HashMap;

use lifecircle::formulas::{
    Concentration, Decay, FloatingCatchment, Trips, concentration, floating_catchment, gini, palma_between, quantile,
    theil_t,
};
use lifecircle::geo::Seconds;
use lifecircle::sources::lists;
use lifecircle::sources::records::Record;

/// Belo Horizonte: times in minutes between cells, and what each cell holds.
struct BeloHorizonte {
    number: HashMap<String, usize>,
    pairs: Vec<(u32, u32, Seconds)>,
    people: Vec<f64>,
    jobs: Vec<f64>,
    income: Vec<f64>,
    decile: Vec<u32>,
}

const FIVE: [&str; 5] = ["89a88cdb57bffff", "89a88cdb597ffff", "89a88cdb5b3ffff", "89a88cdb5cfffff", "89a88cd909bffff"];

fn minutes(minutes: f64) -> Seconds {
    Seconds::from_minutes(minutes)
}

impl BeloHorizonte {
    fn read() -> Option<Self> {
        let folder = support::shared_data("accessibility")?;
        let land_use = std::fs::read_to_string(folder.join("land_use.csv")).ok()?;
        let mut lines =
            land_use.lines().map(|line| line.split(',').map(|cell| cell.trim_matches('"')).collect::<Vec<_>>());
        let header = lines.next().unwrap();
        let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
        let (id, population, jobs) = (column("id"), column("population"), column("jobs"));
        let (income, decile) = (column("income_per_capita"), column("income_decile"));
        let mut city = Self {
            number: HashMap::new(),
            pairs: Vec::new(),
            people: Vec::new(),
            jobs: Vec::new(),
            income: Vec::new(),
            decile: Vec::new(),
        };
        for row in lines {
            city.number.insert(row[id].to_owned(), city.people.len());
            city.people.push(row[population].parse().unwrap());
            city.jobs.push(row[jobs].parse().unwrap());
            // Cells without people have no income.
            city.income.push(row[income].parse().unwrap_or(f64::NAN));
            city.decile.push(row[decile].parse().unwrap_or(0));
        }
        let matrix = lists::read(&folder.join("travel_matrix.parquet")).unwrap();
        let column = |name: &str| matrix.named_column(name).unwrap();
        let (from, to, time) = (column("from_id"), column("to_id"), column("travel_time"));
        let cell = |row: &Record, column: usize| city.number[row.cells.get(column)] as u32;
        let pair = |row: &Record| (cell(row, from), cell(row, to), minutes(row.cells.get(time).parse().unwrap()));
        city.pairs = matrix.rows.iter().map(pair).collect();
        assert_eq!((city.people.len(), city.pairs.len()), (898, 748_437));
        Some(city)
    }

    fn cells(&self, ids: &[&str]) -> Vec<usize> {
        ids.iter().map(|id| self.number[*id]).collect()
    }

    /// Trips from some cells to some cells, numbered as given.
    fn trips(&self, from: &[usize], to: &[usize]) -> Trips {
        let place = |cells: &[usize], cell: u32| cells.iter().position(|other| *other == cell as usize);
        let pairs =
            self.pairs.iter().filter_map(|(a, b, time)| Some((place(from, *a)? as u32, place(to, *b)? as u32, *time)));
        Trips::from_pairs(from.len(), to.len(), pairs)
    }

    fn of(&self, values: &[f64], cells: &[usize]) -> Vec<f64> {
        cells.iter().map(|cell| values[*cell]).collect()
    }

    /// Jobs within 30 minutes of some cells, among all.
    fn jobs_in_half_an_hour(&self, cells: &[usize]) -> Vec<f64> {
        let all: Vec<usize> = (0..self.people.len()).collect();
        self.trips(cells, &all).opportunities(&self.jobs, &Decay::Step(minutes(30.0)))
    }
}

/// As printed: to so many digits.
fn close(value: f64, published: f64, digits: i32) {
    let rounded = (value * 10_f64.powi(digits)).round() / 10_f64.powi(digits);
    assert!((rounded - published).abs() < 1e-9, "{value} is not {published}");
}

#[test]
fn floating_catchments_of_belo_horizonte() {
    let Some(city) = BeloHorizonte::read() else { return };
    let cells = city.cells(&FIVE);
    let (trips, people, jobs) =
        (city.trips(&cells, &cells), city.of(&city.people, &cells), city.of(&city.jobs, &cells));
    let within = Decay::Step(minutes(45.0));
    let published = [
        (FloatingCatchment::TwoStep, [0.0152, 0.1491, 0.1491, 0.1068, 0.0]),
        (FloatingCatchment::Balanced, [0.0094, 0.1993, 0.1993, 0.1147, 0.0]),
    ];
    for (of, values) in published {
        for (value, published) in floating_catchment(of, &trips, &people, &jobs, &within).into_iter().zip(values) {
            close(value, published, 4);
        }
    }
    let everywhere = Decay::Exponential(0.0);
    for value in floating_catchment(FloatingCatchment::TwoStep, &trips, &people, &jobs, &everywhere) {
        close(value, 0.1108, 4);
    }
}

#[test]
fn gravity_of_belo_horizonte() {
    let Some(city) = BeloHorizonte::read() else { return };
    let all: Vec<usize> = (0..city.people.len()).collect();
    let trips = city.trips(&city.cells(&FIVE[..2]), &all);
    for (beta, published) in [(0.5, [14.11, 28.02]), (0.6, [6.59, 13.4])] {
        let access = trips.opportunities(&city.jobs, &Decay::Exponential(beta / 60.0));
        for (value, published) in access.into_iter().zip(published) {
            close(value, published, 2);
        }
    }
}

#[test]
fn equity_of_belo_horizonte() {
    let Some(city) = BeloHorizonte::read() else { return };
    let four: Vec<&str> = FIVE.iter().copied().filter(|id| *id != "89a88cdb5cfffff").collect();
    for (ids, published_gini, published_palma) in [(FIVE.to_vec(), 0.1386, 1.0911), (four, 0.1148, 0.5249)] {
        let cells = city.cells(&ids);
        let (access, people, income) =
            (city.jobs_in_half_an_hour(&cells), city.of(&city.people, &cells), city.of(&city.income, &cells));
        close(gini(&access, &people).unwrap(), published_gini, 4);
        let cutoffs = [0.4, 0.9].map(|share| quantile(&city.income, &city.people, share).unwrap());
        close(palma_between(&access, &people, &income, cutoffs).unwrap(), published_palma, 4);
    }
    let cells = city.cells(&FIVE);
    let (access, people, income) =
        (city.jobs_in_half_an_hour(&cells), city.of(&city.people, &cells), city.of(&city.income, &cells));
    close(concentration(Concentration::Standard, &access, &people, &income).unwrap(), -0.0248, 4);
    close(concentration(Concentration::Corrected, &access, &people, &income).unwrap(), -0.1314, 4);
}

#[test]
fn theil_of_belo_horizonte() {
    let Some(city) = BeloHorizonte::read() else { return };
    let mut ids = FIVE;
    ids[4] = "89a88cd900bffff";
    let cells = city.cells(&ids);
    let deciles: Vec<u32> = cells.iter().map(|cell| city.decile[*cell]).collect();
    let theil = theil_t(&city.jobs_in_half_an_hour(&cells), &city.of(&city.people, &cells), &deciles).unwrap();
    close(theil.between, 0.0515, 4);
    close(theil.within, 0.0337, 4);
    close(theil.total, 0.0852, 4);
}

/// Six homes and four places, as PySAL's `access` 1.1.9 measures them: `benches/check_access.py` prints these numbers.
#[test]
fn floating_catchments_of_pysal() {
    let times: [[f64; 4]; 6] = [
        [4.0, 9.0, 22.0, 16.0],
        [6.0, 3.0, 14.0, 11.0],
        [12.0, 8.0, 5.0, 19.0],
        [25.0, 13.0, 7.0, 2.0],
        [9.0, 18.0, 10.0, 6.0],
        [31.0, 14.0, 3.0, 12.0],
    ];
    let pairs = (0..6).flat_map(|i| (0..4).map(move |j| (i as u32, j as u32, minutes(times[i][j]))));
    let trips = Trips::from_pairs(6, 4, pairs);
    let (people, supply) = ([120.0, 80.0, 300.0, 45.0, 60.0, 200.0], [30.0, 12.0, 55.0, 8.0]);
    let step = Decay::Step(minutes(15.0));
    let bands = Decay::Bands(vec![(minutes(5.0), 1.0), (minutes(10.0), 0.68), (minutes(15.0), 0.22)]);
    let close_all = |values: Vec<f64>, published: [f64; 6]| {
        for (value, published) in values.into_iter().zip(published) {
            close(value, published, 6);
        }
    };
    close_all(trips.opportunities(&supply, &step), [42.0, 105.0, 97.0, 75.0, 93.0, 75.0]);
    let fca = |of, decay: &Decay| floating_catchment(of, &trips, &people, &supply, decay);
    close_all(fca(FloatingCatchment::TwoStep, &step), [0.069_679, 0.17075, 0.149_971, 0.117_179, 0.154_643, 0.117_179]);
    close_all(
        fca(FloatingCatchment::TwoStep, &bands),
        [0.126_137, 0.133_635, 0.136_301, 0.124_065, 0.17295, 0.111_612],
    );
    close_all(
        fca(FloatingCatchment::ThreeStep, &bands),
        [0.183_942, 0.104_618, 0.115_774, 0.135_303, 0.139_892, 0.126_716],
    );
}

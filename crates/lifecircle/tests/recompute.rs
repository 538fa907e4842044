//! Recomputes every time and count of a city from the exported network and snaps, with nothing of the library but its
//! files: label-correcting searches in floating point, one from each home, one for each service.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::{HashMap, VecDeque};
use std::path::Path;

use lifecircle::city::City;
use lifecircle::geo::Seconds;
use lifecircle::import::{Inputs, import, read_people};
use lifecircle::measure::{Measured, measure};
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::sources::extract::OsmSource;
use lifecircle::standard::{Standard, Threshold};
use lifecircle::tables::{Format, Table, read_parquet};
use lifecircle::{demo, export};

struct Graph {
    out: Vec<Vec<(usize, f64)>>,
    into: Vec<Vec<(usize, f64)>>,
}

struct Entry {
    id: String,
    service: String,
    edge: i64,
    ends: [usize; 2],
    seconds: [f64; 2],
    access: f64,
}

fn ids(table: &Table, name: &str) -> Vec<i64> {
    table.get_ids(name).unwrap().map(Option::unwrap).collect()
}

fn numbers(table: &Table, name: &str) -> Vec<f64> {
    table.get_numbers(name).unwrap().map(|n| n.unwrap_or(f64::INFINITY)).collect()
}

fn texts(table: &Table, name: &str) -> Vec<String> {
    table.get_text(name).unwrap().map(|t| t.unwrap().to_owned()).collect()
}

fn entries(table: &Table) -> Vec<Entry> {
    let service = if table.names().any(|name| name == "service") {
        texts(table, "service")
    } else {
        vec![String::new(); table.rows()]
    };
    let (id, edge, from, to) = (texts(table, "id"), ids(table, "edge"), ids(table, "from"), ids(table, "to"));
    let (a, b, access) =
        (numbers(table, "seconds_to_from"), numbers(table, "seconds_to_to"), numbers(table, "access_seconds"));
    (0..table.rows())
        .map(|row| Entry {
            id: id[row].clone(),
            service: service[row].clone(),
            edge: edge[row],
            ends: [from[row] as usize, to[row] as usize],
            seconds: [a[row], b[row]],
            access: access[row],
        })
        .collect()
}

/// Times from some starts over some arcs, as far as a limit: whoever gets a better time tells the neighbours again.
fn spread(arcs: &[Vec<(usize, f64)>], starts: &[(usize, f64)], limit: f64, times: &mut [f64]) -> Vec<usize> {
    let mut queue = VecDeque::new();
    let mut touched = Vec::new();
    for (node, time) in starts {
        if *time < times[*node] && *time <= limit {
            times[*node] = *time;
            queue.push_back(*node);
            touched.push(*node);
        }
    }
    while let Some(node) = queue.pop_front() {
        for (next, seconds) in &arcs[node] {
            let time = times[node] + seconds;
            if time < times[*next] && time <= limit {
                if times[*next].is_infinite() {
                    touched.push(*next);
                }
                times[*next] = time;
                queue.push_back(*next);
            }
        }
    }
    touched
}

/// Exports, recomputes and compares. `every`: of how many homes one has its counts recomputed.
fn recompute(city: &City, walker: &str, every: usize) {
    let (standard, walk) = (Standard::find("wuhai-8").unwrap(), Walk::of(Walker::find(walker).unwrap()));
    let ready = ReadyCity::new(city.clone(), walk, &()).unwrap();
    let measured = measure(&ready, standard, &()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let read = |table: Table, name: &str| {
        let path = directory.path().join(name);
        table.write(&path, Format::Parquet).unwrap();
        read_parquet(&path).unwrap()
    };
    let nodes = read(export::nodes_table(&city.streets), "nodes.parquet");
    let edges = read(export::edges_table(&city.streets, measured.network()), "edges.parquet");
    let homes = read(export::homes_table(&measured), "homes.parquet");
    let home_snaps = entries(&read(export::home_snaps_table(&ready), "home_snaps.parquet"));
    let facility_snaps =
        entries(&read(export::facility_snaps_table(&ready, &measured.standard), "facility_snaps.parquet"));
    assert!(!home_snaps.is_empty());

    let mut graph = Graph { out: vec![Vec::new(); nodes.rows()], into: vec![Vec::new(); nodes.rows()] };
    let mut both: HashMap<i64, [f64; 2]> = HashMap::new();
    for (((edge, from), to), seconds) in
        ids(&edges, "edge").into_iter().zip(ids(&edges, "from")).zip(ids(&edges, "to")).zip(numbers(&edges, "seconds"))
    {
        graph.out[from as usize].push((to as usize, seconds));
        graph.into[to as usize].push((from as usize, seconds));
        // The first row of an edge is the direction from its own beginning.
        both.entry(edge).and_modify(|times| times[1] = seconds).or_insert([seconds, seconds]);
    }
    let straight = |home: &Entry, facility: &Entry| {
        let [forward, backward] = both[&home.edge];
        let ahead = home.seconds[1] + facility.seconds[0] - forward;
        let behind = home.seconds[0] + facility.seconds[1] - backward;
        ahead.max(behind).max(0.0) + home.access + facility.access
    };
    let row_of: HashMap<String, usize> =
        texts(&homes, "id").into_iter().enumerate().map(|(row, id)| (id, row)).collect();
    compare_nearest(&graph, &measured, &homes, &row_of, &home_snaps, &facility_snaps, &straight);
    compare_counts(&graph, &measured, &homes, &row_of, &home_snaps, &facility_snaps, &straight, every);
}

fn compare_nearest(
    graph: &Graph,
    measured: &Measured,
    homes: &Table,
    row_of: &HashMap<String, usize>,
    home_snaps: &[Entry],
    facility_snaps: &[Entry],
    straight: &dyn Fn(&Entry, &Entry) -> f64,
) {
    for service in &measured.standard.services {
        let targets: Vec<&Entry> = facility_snaps.iter().filter(|entry| entry.service == service.id).collect();
        let starts: Vec<(usize, f64)> = targets
            .iter()
            .flat_map(|t| [(t.ends[0], t.access + t.seconds[0]), (t.ends[1], t.access + t.seconds[1])])
            .collect();
        let mut times = vec![f64::INFINITY; graph.into.len()];
        spread(&graph.into, &starts, f64::INFINITY, &mut times);
        let told = numbers(homes, &format!("{}_s", service.id));
        let within = homes.get_integers(&format!("{}_n", service.id)).unwrap().map(Option::unwrap).collect::<Vec<_>>();
        for home in home_snaps {
            let by_nodes =
                home.access + (home.seconds[0] + times[home.ends[0]]).min(home.seconds[1] + times[home.ends[1]]);
            let along =
                targets.iter().filter(|t| t.edge == home.edge).map(|t| straight(home, t)).fold(f64::INFINITY, f64::min);
            let (mine, theirs) = (by_nodes.min(along), told[row_of[&home.id]]);
            assert!(
                mine == theirs || (mine - theirs).abs() < 0.5,
                "{} of {}: {mine} against {theirs}",
                service.id,
                home.id
            );
            let has = within[row_of[&home.id]] > 0;
            let Threshold::Time(Seconds(limit)) = service.threshold else { continue };
            assert!(has == (mine <= limit) || (mine - limit).abs() < 0.01, "{} of {}", service.id, home.id);
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn compare_counts(
    graph: &Graph,
    measured: &Measured,
    homes: &Table,
    row_of: &HashMap<String, usize>,
    home_snaps: &[Entry],
    facility_snaps: &[Entry],
    straight: &dyn Fn(&Entry, &Entry) -> f64,
    every: usize,
) {
    let columns: HashMap<(String, usize), Vec<i32>> = measured
        .standard
        .services
        .iter()
        .flat_map(|service| [5, 10, 15].map(|minutes| (service.id.clone(), minutes)))
        .map(|(id, minutes)| {
            let column = homes.get_integers(&format!("{id}_n{minutes}")).unwrap().map(Option::unwrap).collect();
            ((id, minutes), column)
        })
        .collect();
    let mut times = vec![f64::INFINITY; graph.out.len()];
    for home in home_snaps.iter().step_by(every) {
        let starts = [(home.ends[0], home.access + home.seconds[0]), (home.ends[1], home.access + home.seconds[1])];
        let touched = spread(&graph.out, &starts, 901.0, &mut times);
        let mut best: HashMap<(&str, &str), f64> = HashMap::new();
        for target in facility_snaps {
            let by_nodes = target.access
                + (times[target.ends[0]] + target.seconds[0]).min(times[target.ends[1]] + target.seconds[1]);
            let time = if target.edge == home.edge { by_nodes.min(straight(home, target)) } else { by_nodes };
            let known = best.entry((&target.service, &target.id)).or_insert(f64::INFINITY);
            *known = known.min(time);
        }
        for ((service, minutes), column) in &columns {
            let limit = *minutes as f64 * 60.0;
            let count = |slack: f64| {
                best.iter().filter(|((s, _), time)| s == service && **time <= limit + slack).count() as i32
            };
            let told = column[row_of[&home.id]];
            // A time within a hundredth of a second of the limit is a tie and may fall on either side.
            assert!(
                (count(-0.01)..=count(0.01)).contains(&told),
                "{service} within {minutes} of {}: {told} against {}",
                home.id,
                count(0.0)
            );
        }
        for node in touched {
            times[node] = f64::INFINITY;
        }
    }
}

#[test]
fn the_small_demo_city_for_everybody() {
    let city = import(demo::generate(demo::Size::Small, 2), &()).unwrap();
    for walker in Walker::all() {
        recompute(&city, &walker.id, 1);
    }
}

#[test]
fn the_demo_city() {
    recompute(&import(demo::generate(demo::Size::Full, 1), &()).unwrap(), "adult", 25);
}

fn real(extract: &Path, people: Option<&Path>, walker: &str, every: usize) {
    let people = people.map(|path| read_people(path, None, lifecircle::geo::Datum::Wgs84).unwrap());
    let city = import(Inputs { people, ..Inputs::new("real", OsmSource::open(extract).unwrap()) }, &()).unwrap();
    recompute(&city, walker, every);
}

#[test]
fn real_cities() {
    let Some(data) = support::shared_data("") else { return };
    real(&data.join("malta/malta.osm.pbf"), None, "adult", 40);
    real(&data.join("andorra/andorra.osm.pbf"), None, "wheelchair", 40);
    real(&data.join("helsinki/helsinki.osm.pbf"), Some(&data.join("helsinki/population_grid_2020.gpkg")), "elderly", 1);
    real(&data.join("china/nantong.osm.gz"), None, "adult", 1);
}

#[test]
fn hills_make_the_two_directions_differ() {
    let Some(data) = support::shared_data("") else { return };
    let people = read_people(&data.join("porto_alegre/poa_hexgrid.csv"), None, lifecircle::geo::Datum::Wgs84).unwrap();
    let elevation = lifecircle::sources::geotiff::GeoTiff::open(&data.join("porto_alegre/poa_elevation.tif")).unwrap();
    let osm = OsmSource::open(&data.join("porto_alegre/poa_osm.pbf")).unwrap();
    let city =
        import(Inputs { people: Some(people), elevation: Some(elevation), ..Inputs::new("poa", osm) }, &()).unwrap();
    assert!(city.streets.edges.iter().filter(|edge| edge.rise.abs() > 1.0).count() > 1000);
    recompute(&city, "adult", 10);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let city = import(demo::generate(demo::Size::Small, 1), &()).unwrap();
            let (standard, walk) = (Standard::find("wuhai-8").unwrap(), Walk::of(Walker::find("adult").unwrap()));
            let measured = measure(&ReadyCity::new(city.clone(), walk, &()).unwrap(), standard, &()).unwrap();
            let summary = lifecircle::summary::summarise(&measured);
            let page = lifecircle::report::html(&lifecircle::report::Contents::of(
                &measured,
                &summary,
                lifecircle::text::Language::English,
            ));
            (summary.to_json().to_string(), page)
        })
    };
    assert_eq!(run(1), run(5));
}

/// Recomputes the ways in metres of a standard that asks for distances, from the exported metres and places on edges.
fn recompute_metres(city: &City, walker: &str) {
    let walker = Walker::find(walker).unwrap();
    let speed = walker.speed;
    let ready = ReadyCity::new(city.clone(), Walk::of(walker), &()).unwrap();
    let measured = measure(&ready, Standard::find("cn-gb50180-2018").unwrap(), &()).unwrap();
    let edges = export::edges_table(&city.streets, measured.network());
    let mut into = vec![Vec::new(); city.streets.nodes.len()];
    let mut metres_of: HashMap<i64, f64> = HashMap::new();
    for (((edge, from), to), metres) in
        ids(&edges, "edge").into_iter().zip(ids(&edges, "from")).zip(ids(&edges, "to")).zip(numbers(&edges, "metres"))
    {
        into[to as usize].push((from as usize, metres));
        metres_of.insert(edge, metres);
    }
    // Where on its edge each stands, in metres, and how far its door is from there.
    let placed = |table: &Table| -> Vec<(Entry, f64)> {
        let along = numbers(table, "along");
        let placed = entries(table).into_iter().zip(along).map(|(mut entry, along)| {
            let length = metres_of[&entry.edge];
            entry.seconds = [along * length, (1.0 - along) * length];
            entry.access *= speed;
            (entry, along)
        });
        placed.collect()
    };
    let (homes, facilities) =
        (placed(&export::home_snaps_table(&ready)), placed(&export::facility_snaps_table(&ready, &measured.standard)));
    let place_of: HashMap<&str, usize> =
        city.homes.iter().enumerate().map(|(index, home)| (home.id.as_str(), index)).collect();
    let mut compared = 0;
    for (index, service) in measured.standard.services.iter().enumerate() {
        if !matches!(service.threshold, Threshold::Distance(_)) {
            continue;
        }
        let here: Vec<&(Entry, f64)> = facilities.iter().filter(|(entry, _)| entry.service == service.id).collect();
        let mut far = vec![f64::INFINITY; into.len()];
        let starts: Vec<(usize, f64)> = here
            .iter()
            .flat_map(|(entry, _)| [0, 1].map(|end| (entry.ends[end], entry.access + entry.seconds[end])))
            .collect();
        spread(&into, &starts, f64::INFINITY, &mut far);
        for (home, along) in &homes {
            let by_nodes = home.access + (home.seconds[0] + far[home.ends[0]]).min(home.seconds[1] + far[home.ends[1]]);
            let same = here.iter().filter(|(facility, _)| facility.edge == home.edge);
            let straight = same
                .map(|(facility, there)| home.access + facility.access + (along - there).abs() * metres_of[&home.edge]);
            let mine = straight.fold(by_nodes, f64::min);
            let told = measured.nearest_metres(place_of[home.id.as_str()], index).map_or(f64::INFINITY, |m| m.0);
            assert!(mine == told || (mine - told).abs() < 0.5, "{} of {}: {mine} against {told}", service.id, home.id);
            compared += 1;
        }
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn ways_in_metres_too() {
    let city = import(demo::generate(demo::Size::Small, 3), &()).unwrap();
    for walker in Walker::all() {
        recompute_metres(&city, &walker.id);
    }
    let Some(data) = support::shared_data("") else { return };
    let osm = OsmSource::open(&data.join("andorra/andorra.osm.pbf")).unwrap();
    recompute_metres(&import(Inputs::new("andorra", osm), &()).unwrap(), "elderly");
}

//! How many requests a desk takes a second, each on the disk before it is acknowledged, and how long lists take beside many of them.
//!
//! `cargo run --release -p lifecircle-desk --example load -- [requests that are there] [seconds] [clients] [directory]`
//!
//! With a directory only the requests are made, in `DIRECTORY/desk/demo`, to be served (`benches/desk.py`).
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use lifecircle_desk::calendar::{Calendar, Moment};
use lifecircle_desk::catalogue::{Catalogue, Name};
use lifecircle_desk::learn::{By, Counted};
use lifecircle_desk::rights::Role;
use lifecircle_desk::{
    Action, Area, At, Channel, Clock, Database, Desk, Durability, Filter, NewRequest, Order, Settings, State, Who,
};

fn main() {
    let given: Vec<usize> =
        std::env::args().skip(1).take(3).map(|text| text.parse().expect("a whole number")).collect();
    if let Some(directory) = std::env::args().nth(4) {
        let directory = Path::new(&directory).join("desk").join("demo");
        return make(&open(&directory, Durability::Quick), given[0]);
    }
    let usual = [100_000, 20, 32];
    let [there, seconds, clients] = [0, 1, 2].map(|place| given.get(place).copied().unwrap_or(usual[place]));
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path().join(format!("load-{}", std::process::id()));
    make(&open(&directory, Durability::Quick), there);

    let desk = open(&directory, Durability::OnDisk);
    let stop = AtomicBool::new(false);
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..clients)
            .map(|client| {
                let (desk, stop) = (&desk, &stop);
                scope.spawn(move || {
                    let (mut times, mut number) = (Vec::new(), client);
                    while !stop.load(Ordering::Relaxed) {
                        times.push(timed(|| desk.ask(request(number), &Who::RESIDENT).unwrap()).0);
                        number += clients;
                    }
                    times
                })
            })
            .collect();
        std::thread::sleep(Duration::from_secs(seconds as u64));
        stop.store(true, Ordering::Relaxed);
        asking.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    let rate = times.len() as f64 / seconds as f64;
    println!("asked by {clients} clients for {seconds} s: {rate:.0} a second, on the disk; {}", shares(&mut times));

    let who = Who { role: Role::Supervisor, person: None, unit: None };
    let handler = Who { role: Role::Handler, person: None, unit: Some("heating_company".to_owned()) };
    let list = |name: &str, filter: Filter, order: Order| {
        told(name, || drop(desk.list(&filter, (order, None, 50), &who).unwrap()));
    };
    list("open, soonest first", Filter { open: Some(true), ..Filter::default() }, Order::Due);
    list("overdue", Filter { overdue: true, ..Filter::default() }, Order::Due);
    list("finished, newest first", Filter { open: Some(false), ..Filter::default() }, Order::Newest);
    list("closed, soonest first", Filter { states: vec![State::Closed], ..Filter::default() }, Order::Due);
    let category = Filter { category: Some("noise".to_owned()), open: Some(true), ..Filter::default() };
    list("open of a category", category, Order::Due);
    let bbox = Some([106.80, 39.60, 106.82, 39.61]);
    list("open on a piece of the map", Filter { open: Some(true), bbox, ..Filter::default() }, Order::Due);
    told("a unit's own", || drop(desk.list(&Filter::default(), (Order::Newest, None, 50), &handler).unwrap()));
    told("how many in each state", || drop(desk.counts(&who).unwrap()));
    told("how many of a unit", || drop(desk.counts(&handler).unwrap()));
    told("similar near by", || drop(desk.similar("noise", At { lon: 106.81, lat: 39.62 }).unwrap()));
    told("a request, whole", || drop(desk.request(1, &who).unwrap()));
    told("what time asks", || assert!(desk.tick().is_ok()));
    let ever = (Moment(0), Moment(i64::MAX));
    for by in [By::Category, By::Unit, By::Community, By::Month] {
        told(&format!("rates by {by:?}, of all"), || drop(desk.measures(by, ever).unwrap()));
    }
    let counted =
        Filter { of_unit: Some("heating_company".to_owned()), counted: Some(Counted::Late), ..Filter::default() };
    list("those that a rate counts", counted, Order::Newest);
    told("weeks and forecast", || drop(desk.backlog().unwrap()));
    let (took, _) = timed(|| desk.repeats(ever).unwrap());
    println!("repeats, of all: {:.2} s", took.as_secs_f64());
    let (took, found) = timed(|| desk.hot_spots(Some("noise"), 26).unwrap());
    println!("hot spots of a category ({} requests, 999 permutations): {:.2} s", found.requests, took.as_secs_f64());
    let (took, checked) = timed(|| desk.check().unwrap());
    println!("checked {} entries in {:.1} s: {} faults", checked.entries, took.as_secs_f64(), checked.wrong);
}

fn open(directory: &Path, durability: Durability) -> Desk {
    let settings = Settings {
        directory: directory.to_owned(),
        database: std::env::var("LIFECIRCLE_TEST_DATABASE").map_or(Database::Sqlite, Database::Postgres),
        catalogue: Catalogue::usual().unwrap().with_areas(&[area()]),
        calendar: Calendar::china().unwrap(),
        clock: Clock::System,
        durability,
    };
    Desk::open(settings).unwrap()
}

fn area() -> Area {
    let name = |text: &str| Name { zh: text.to_owned(), en: text.to_owned() };
    Area {
        id: "c".to_owned(),
        community: name("社区"),
        subdistrict: name("街道"),
        district: name("区"),
        grid: Name::default(),
    }
}

fn request(number: usize) -> NewRequest {
    let categories = ["heating", "estate", "waste", "noise", "other", "water", "bus", "health"];
    let category = categories[number % categories.len()];
    let answers =
        if category == "noise" { BTreeMap::from([("source".to_owned(), "site".to_owned())]) } else { BTreeMap::new() };
    NewRequest {
        category: category.to_owned(),
        at: Some(At { lon: 106.8 + (number % 997) as f64 * 1e-4, lat: 39.6 + (number % 991) as f64 * 1e-4 }),
        place: format!("{} 号楼", number % 100),
        area: Some(area()),
        words: format!("第 {number} 件：楼道灯坏了，已经两周没有人修"),
        answers,
        contact: "13900000000".to_owned(),
        is_public: number.is_multiple_of(3),
        channel: Channel::Page,
        key: String::new(),
        received: None,
    }
}

/// Makes the requests that are there already.
fn make(desk: &Desk, there: usize) {
    let (took, ()) = timed(|| {
        std::thread::scope(|scope| {
            for client in 0..8 {
                scope.spawn(move || (client..there).step_by(8).for_each(|number| fill(desk, number)));
            }
        });
    });
    println!("{there} requests, nine in ten closed: made in {:.1} s", took.as_secs_f64());
}

/// A request that is there already: nine in ten were answered and closed.
fn fill(desk: &Desk, number: usize) {
    let asked = desk.ask(request(number), &Who::RESIDENT).unwrap();
    if number.is_multiple_of(10) {
        return;
    }
    let operator = Who { role: Role::Operator, person: None, unit: None };
    let unit = desk.request(asked.number, &operator).unwrap().request.unit;
    let handler = Who { role: Role::Handler, person: None, unit };
    for (action, who) in [
        (Action::Sign {}, &handler),
        (Action::Reply { words: "已处理".to_owned() }, &handler),
        (Action::Close {}, &operator),
    ] {
        desk.act(asked.number, None, action, who).unwrap();
    }
}

fn told(name: &str, ask: impl Fn()) {
    let mut times: Vec<Duration> = (0..100).map(|_| timed(&ask).0).collect();
    println!("{name}: {}", shares(&mut times));
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let started = Instant::now();
    let answer = work();
    (started.elapsed(), answer)
}

fn shares(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    format!("median {:.1} ms, 95 % within {:.1} ms, at most {:.1} ms", at(0.5), at(0.95), at(1.0))
}

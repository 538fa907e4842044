//! The ledger over several check-ups: what is new, still there, closed and opened again, and what a table program makes of the file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use chrono::NaiveDate;
use lifecircle::demo::{self, Size};
use lifecircle::import::import;
use lifecircle::ledger::{CheckUp, Ledger, LedgerChange};
use lifecircle::measure::measure;
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::summary::{Summary, summarise};
use lifecircle::tables::Format;

fn measured() -> Summary {
    let city = import(demo::generate(Size::Small, 1), &()).unwrap();
    let ready = ReadyCity::new(city, Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    summarise(&measure(&ready, Standard::find("cn-city-checkup").unwrap(), &()).unwrap())
}

fn on(day: &str) -> CheckUp {
    CheckUp { date: day.parse().unwrap(), enough: 0.9 }
}

fn counts(change: LedgerChange) -> [usize; 5] {
    [change.new, change.still, change.reopened, change.closed, change.untouched]
}

/// Gives every resident of a community a service.
fn build(summary: &mut Summary, community: &str, service: &str) {
    let community = summary.communities.iter_mut().find(|known| known.id == community).unwrap();
    community.area.gaps.retain(|gap| gap.service != service);
    let share = &mut community.area.services.iter_mut().find(|(id, _)| id == service).unwrap().1;
    (share.homes, share.residents, share.children, share.elderly) = (1.0, 1.0, Some(1.0), Some(1.0));
}

#[test]
fn what_falls_short_is_opened_kept_closed_and_opened_again() {
    let summary = measured();
    let mut ledger = Ledger::default();
    let short = counts(ledger.check(&summary, on("2025-06-30")).unwrap())[0];
    // By hand: every service of every community that fewer than nine in ten of its people have.
    let by_hand = summary.communities.iter().flat_map(|community| {
        community.area.gaps.iter().filter(|gap| {
            let share = &community.area.services.iter().find(|(id, _)| *id == gap.service).unwrap().1;
            let all = gap.people_without / (1.0 - share.of(gap.people));
            gap.surely_without() / all > 0.1
        })
    });
    assert_eq!(short, by_hand.count());
    assert!(short > 10 && ledger.open() == short);
    // The same day again changes nothing, and a later one only the day.
    let before = ledger.clone();
    assert_eq!(counts(ledger.check(&summary, on("2025-06-30")).unwrap()), [short, 0, 0, 0, 0]);
    assert_eq!(ledger, before);
    assert_eq!(counts(ledger.check(&summary, on("2026-06-30")).unwrap()), [0, short, 0, 0, 0]);
    // One is built, and a year later it is gone again.
    let (community, service) = (ledger.entries[0].community.clone(), ledger.entries[0].service.clone());
    let mut better = measured();
    build(&mut better, &community, &service);
    assert_eq!(counts(ledger.check(&better, on("2027-06-30")).unwrap()), [0, short - 1, 0, 1, 0]);
    let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
    let closed = &ledger.entries[0];
    assert_eq!((closed.last_seen, closed.closed), (day("2026-06-30"), Some(day("2027-06-30"))));
    assert_eq!((closed.having, closed.people_without, ledger.open()), (1.0, 0.0, short - 1));
    assert_eq!(counts(ledger.check(&summary, on("2028-06-30")).unwrap()), [0, short - 1, 1, 0, 0]);
    let again = &ledger.entries[0];
    assert_eq!((again.first_seen, again.closed, again.reopened), (day("2025-06-30"), None, 1));
    // A day before what is in it is refused.
    let late = ledger.check(&summary, on("2026-01-01")).unwrap_err().to_string();
    assert!(late.contains("last written on 2028-06-30"), "{late}");
    // What is no longer there stays as it is.
    let mut fewer = measured();
    fewer.communities.retain(|known| known.id != community);
    let gone = ledger.entries.iter().filter(|entry| entry.community == community).count();
    assert_eq!(counts(ledger.check(&fewer, on("2029-06-30")).unwrap()), [0, short - gone, 0, 0, gone]);
}

#[test]
fn a_ledger_is_read_as_it_was_written_and_as_table_programs_write_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::default();
    ledger.check(&measured(), on("2025-06-30")).unwrap();
    ledger.entries[3].closed = Some("2026-01-02".parse().unwrap());
    for format in [Format::Csv, Format::Xlsx] {
        let path = directory.path().join(format!("ledger.{}", format.extension()));
        ledger.table().write(&path, format).unwrap();
        assert_eq!(Ledger::read(&path).unwrap(), ledger, "{format:?}");
    }
    // Days as Excel shows them where people read Chinese.
    let path = directory.path().join("ledger.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let slashes = text.replace("2025-06-30", "2025/6/30");
    assert_ne!(slashes, text);
    std::fs::write(&path, slashes).unwrap();
    assert_eq!(Ledger::read(&path).unwrap(), ledger);
    // What an office writes beside it stays, and another walker has entries of its own.
    let mut lines = text.lines();
    let head = format!("{},责任单位", lines.next().unwrap());
    let rows = lines.enumerate().map(|(n, line)| format!("\n{line},{}", if n == 0 { "民政局" } else { "" }));
    std::fs::write(&path, rows.fold(head, |all, row| all + &row)).unwrap();
    let mut kept = Ledger::read(&path).unwrap();
    assert_eq!(
        (kept.own_columns.join(" "), kept.entries[0].own.join(" ")),
        ("责任单位".to_owned(), "民政局".to_owned())
    );
    let (before, mut elderly) = (kept.entries.len(), measured());
    elderly.walker = "elderly".to_owned();
    assert_eq!(counts(kept.check(&elderly, on("2025-01-01")).unwrap())[1..], [0, 0, 0, 0]);
    assert!(kept.entries.len() > before);
    kept.table().write(&path, Format::Csv).unwrap();
    assert_eq!(Ledger::read(&path).unwrap().entries[0].own, ["民政局"]);
    let wrong = |text: String| {
        std::fs::write(&path, text).unwrap();
        Ledger::read(&path).unwrap_err().to_string()
    };
    let day = wrong(text.replacen("2025-06-30", "some day", 1));
    assert!(day.contains("line 2") && day.contains("`first_seen` is \"some day\""), "{day}");
    let column = wrong(text.replacen("having", "has", 1));
    assert!(column.contains("no column `having`"), "{column}");
    assert_eq!(Ledger::read(Path::new("nowhere/ledger.csv")).unwrap(), Ledger::default());
}

//! The desk from asking to rating, as those on both sides of it would use it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lifecircle_desk::calendar::{Calendar, Limit, Moment};
use lifecircle_desk::catalogue::{Catalogue, Name, Priority, UnitKind};
use lifecircle_desk::learn::{By, Counted};
use lifecircle_desk::people::Account;
use lifecircle_desk::rights::{Role, Step};
use lifecircle_desk::second_factor::NewSecret;
use lifecircle_desk::{
    Action, Area, At, Channel, Clock, Database, Desk, Done, Durability, Filter, NewRequest, Order, Refusal, Settings,
    State, Who,
};

fn name(text: &str) -> Name {
    Name { zh: text.to_owned(), en: text.to_owned() }
}

fn area() -> Area {
    Area {
        id: "c1".into(),
        community: name("滨河社区"),
        subdistrict: name("新华街道"),
        district: name("海勃湾区"),
        grid: Name::default(),
    }
}

struct World {
    desk: Desk,
    clock: Arc<AtomicI64>,
    directory: tempfile::TempDir,
}

/// Friday, 25 September 2026, nine o'clock in Wuhai: the first of three days off.
const FRIDAY: i64 = 1_790_298_000_000;
const HOUR: i64 = 3_600_000;

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(FRIDAY));
        Self { desk: open(&directory, &clock), clock, directory }
    }

    fn later(&self, hours: i64) {
        self.clock.fetch_add(hours * HOUR, Ordering::Relaxed);
    }

    fn ask(&self, category: &str, words: &str) -> (i64, String) {
        let asked = self.desk.ask(request(category, words), &Who::RESIDENT).unwrap();
        (asked.number, asked.code)
    }

    fn account(&self, name: &str, role: Role, unit: Option<&str>) -> Who {
        let account = Account {
            name: name.to_owned(),
            shown: name.to_owned(),
            role,
            unit: unit.map(str::to_owned),
            password: Some("correct horse battery".to_owned()),
            enabled: true,
        };
        self.desk.keep_account(account, &Who::SYSTEM).unwrap().who()
    }

    fn state(&self, number: i64, who: &Who) -> State {
        self.desk.request(number, who).unwrap().request.state
    }
}

/// SQLite, or the server that is named for the tests.
fn database() -> Database {
    std::env::var("LIFECIRCLE_TEST_DATABASE").map_or(Database::Sqlite, Database::Postgres)
}

fn open(directory: &tempfile::TempDir, clock: &Arc<AtomicI64>) -> Desk {
    let settings = Settings {
        directory: directory.path().to_owned(),
        database: database(),
        catalogue: Catalogue::usual().unwrap().with_areas(&[area()]),
        calendar: Calendar::china().unwrap(),
        clock: Clock::Set(Arc::clone(clock)),
        durability: Durability::OnDisk,
    };
    Desk::open(settings).unwrap()
}

/// Says that a test was skipped, past what the harness catches of tests that pass.
fn skipped(test: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "\nSKIPPED {test}: {why}");
}

/// Does something behind the desk's back.
fn run(directory: &tempfile::TempDir, text: &str) -> Result<(), String> {
    match database() {
        Database::Sqlite => {
            let connection = rusqlite::Connection::open(directory.path().join("desk.sqlite")).unwrap();
            connection.execute_batch(text).map_err(|e| e.to_string())
        }
        Database::Postgres(url) => {
            let name = directory.path().file_name().unwrap().to_string_lossy().into_owned();
            let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
            client.batch_execute(&format!("SET search_path TO \"desk_{name}\"; {text}")).map_err(|e| e.to_string())
        }
    }
}

/// Another desk, into which a copy of the first was taken over.
fn restored(first: &tempfile::TempDir, copy: &Path, clock: &Arc<AtomicI64>) -> (tempfile::TempDir, Desk) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::copy(first.path().join("desk.key"), directory.path().join("desk.key")).unwrap();
    let desk = open(&directory, clock);
    desk.restore(copy).unwrap();
    (directory, desk)
}

fn request(category: &str, words: &str) -> NewRequest {
    NewRequest {
        category: category.into(),
        at: Some(At { lon: 106.8, lat: 39.66 }),
        place: "滨河小区 3 号楼".into(),
        area: Some(area()),
        words: words.into(),
        answers: BTreeMap::new(),
        contact: "13900000000".into(),
        is_public: false,
        channel: Channel::Page,
        key: String::new(),
        received: None,
    }
}

#[test]
fn a_request_goes_from_asking_to_rating_by_both_sides() {
    let world = World::new();
    let desk = &world.desk;
    let subdistrict = "subdistrict:海勃湾区/新华街道";
    let operator = world.account("operator", Role::Operator, None);
    let handler = world.account("handler", Role::Handler, Some(subdistrict));
    let other = world.account("other", Role::Handler, Some("housing"));
    let supervisor = world.account("supervisor", Role::Supervisor, None);

    let (number, code) = world.ask("estate", "楼道灯坏了");
    let full = desk.request(number, &handler).unwrap();
    assert_eq!((full.request.state, full.request.unit.as_deref()), (State::Dispatched, Some(subdistrict)));
    assert_eq!(full.request.helpers, ["community:c1"]);
    // Seven working days: from Monday the 28th to the 30th three, and from Thursday, 8 October, four more, of which Saturday is one.
    let due = desk.calendar().end(Moment(FRIDAY), Limit::WorkingDays(7));
    assert_eq!(full.request.due, Some(due));
    assert!(matches!(desk.request(number, &other), Err(Refusal::NotFound(_))), "another unit does not see it");

    // The unit objects; a supervisor who is not the one who objected rejects that.
    let act = |action: Action, who: &Who| desk.act(number, None, action, who);
    act(Action::Object { words: "应由物业公司负责".into() }, &handler).unwrap();
    assert!(matches!(act(Action::Sign {}, &handler), Err(Refusal::Conflict(_))));
    act(Action::Reject { words: "街道牵头".into() }, &supervisor).unwrap();
    act(Action::Sign {}, &handler).unwrap();
    assert!(matches!(act(Action::Reply { words: " ".into() }, &handler), Err(Refusal::BadInput(_))));
    assert!(matches!(act(Action::Reply { words: "好".into() }, &operator), Err(Refusal::NotAllowed(_))));

    // The clock stands still, and goes on with what was left.
    world.later(1);
    act(Action::Pause { words: "等待配件".into() }, &supervisor).unwrap();
    assert_eq!(desk.track(&code).unwrap().due, None);
    world.later(24 * 10);
    act(Action::Resume {}, &supervisor).unwrap();
    let resumed = desk.track(&code).unwrap().due.unwrap();
    assert_eq!(desk.calendar().working_minutes(Moment(FRIDAY + 241 * HOUR), resumed), 7 * 7 * 60);

    // Passing on keeps the share of the clock, and who took it first stays in sight.
    world.later(5);
    let passed = act(Action::PassOn { unit: "housing".into(), words: "转住建".into() }, &handler).unwrap();
    assert_eq!(passed.first_unit.as_deref(), Some(subdistrict));
    assert!(passed.helpers.contains(&subdistrict.to_owned()) && desk.request(number, &handler).is_ok());
    let entries = desk.request(number, &operator).unwrap().entries;
    assert!(entries.iter().any(|entry| matches!(&entry.done, Done::PassedOn { minutes, .. } if *minutes == 246 * 60)));
    act(Action::Sign {}, &other).unwrap();
    act(Action::Reply { words: "已更换灯具".into() }, &other).unwrap();

    let tracked = desk.track(&code.to_lowercase().replace('-', " ")).unwrap();
    assert_eq!(tracked.state, State::Replied);
    assert!(tracked.steps.iter().any(|step| step.what == "replied" && step.words.as_deref() == Some("已更换灯具")));
    assert!(
        tracked.steps.iter().all(|step| step.words.as_deref() != Some("街道牵头")),
        "what is said inside stays inside"
    );
    assert_eq!(tracked.can, [Step::Rate, Step::Reopen, Step::Photo]);
    desk.act_as_resident(&code, Action::Rate { solved: true, stars: 5, words: "谢谢".into() }).unwrap();
    act(Action::Close {}, &operator).unwrap();
    assert_eq!(world.state(number, &operator), State::Closed);

    let measures = desk.measures(By::Category, (Moment(0), Moment(i64::MAX))).unwrap();
    let estate = measures.iter().find(|measured| measured.group == "estate").unwrap();
    assert_eq!((estate.received, estate.open, estate.judged, estate.in_time), (1, 0, 1, 1));
    assert_eq!((estate.asked_back, estate.solved, estate.rated, estate.satisfied), (1, 1, 1, 1));
    let checked = desk.check().unwrap();
    assert_eq!((checked.wrong, checked.requests), (0, 1), "{:?}", checked.faults);
}

#[test]
fn the_catalogue_decides_and_says_why() {
    let catalogue = Catalogue::usual().unwrap().with_areas(&[area()]);
    let of = |category: &str, area: Option<&Area>, words: &str| {
        catalogue.dispatch(catalogue.category(category).unwrap(), area, words)
    };
    let area = area();
    let heating = of("heating", Some(&area), "屋里只有十四度");
    assert_eq!((heating.lead.as_deref(), heating.priority), (Some("heating_company"), Priority::High));
    assert_eq!(heating.limit, Limit::Hours(24));
    let gas = of("gas", Some(&area), "楼道里闻到漏气的味道");
    assert_eq!((gas.limit, gas.priority), (Limit::Hours(2), Priority::Urgent));
    assert_eq!(gas.reason.urgent_word.as_deref(), Some("漏气的味道"));
    assert_eq!(of("other", Some(&area), "").lead.as_deref(), Some("district:海勃湾区"));
    // Outside of all areas the catalogue has no district to send it to.
    assert_eq!(of("other", None, "").lead, None);

    // The rule of the smallest area counts, and what no rule can place goes to the district.
    let text = "
        name = { zh = \"x\", en = \"x\" }
        source = \"x\"
        urgent = { words = [], limit = { hours = 2 } }
        category = [
          { id = \"a\", name = { zh = \"a\", en = \"a\" }, hint = { zh = \"\", en = \"\" }, limit = { hours = 1 } },
          { id = \"b\", name = { zh = \"b\", en = \"b\" }, hint = { zh = \"\", en = \"\" }, limit = { hours = 1 }, department_work = true },
        ]
        unit = [{ id = \"u\", name = { zh = \"u\", en = \"u\" }, kind = \"department\" }]
        rule = [
          { lead = { unit = \"u\" } },
          { area = \"海勃湾区\", lead = { of_place = \"subdistrict\" } },
          { area = \"滨河社区\", lead = { of_place = \"station\" }, limit = { hours = 9 } },
          { categories = [\"b\"], area = \"海勃湾区\", lead = { unit = \"u\" } },
        ]";
    let own = Catalogue::read(text).unwrap().with_areas(std::slice::from_ref(&area));
    let of = |category: &str, area: Option<&Area>| own.dispatch(own.category(category).unwrap(), area, "");
    let far = Area { id: "c2".into(), community: name("远社区"), ..area.clone() };
    assert_eq!(of("a", Some(&far)).lead.as_deref(), Some("subdistrict:海勃湾区/新华街道"));
    assert_eq!(of("b", Some(&far)).lead.as_deref(), Some("u"), "the one that names it, of two as small");
    let none = of("a", Some(&area));
    assert_eq!((none.lead.as_deref(), none.reason.rule), (Some("district:海勃湾区"), None), "there is no station");
    assert_eq!(of("a", None).lead.as_deref(), Some("u"));

    // Departments' work stays with departments, also where a rule for all sends everything to a station.
    let station = text.replace(
        "unit = [{",
        "unit = [{ id = \"s\", name = { zh = \"s\", en = \"s\" }, kind = \"station\", area = \"滨河社区\" }, {",
    );
    let own = Catalogue::read(&station).unwrap().with_areas(std::slice::from_ref(&area));
    let to = |id: &str| own.dispatch(own.category(id).unwrap(), Some(&area), "").lead;
    assert_eq!((to("a").as_deref(), to("b").as_deref()), (Some("s"), Some("u")));
    // Two areas of one name have two offices.
    let namesake = Area { id: "c9".into(), district: name("乌达区"), ..area.clone() };
    let two = Catalogue::usual().unwrap().with_areas(&[area.clone(), namesake.clone()]);
    let office = |area: &Area| two.unit_in_charge(UnitKind::Subdistrict, area).unwrap().id.clone();
    assert_ne!(office(&area), office(&namesake));
    // What only sounds like danger is not urgent, and what is is found in any letters.
    let urgent = |words: &str| catalogue.dispatch(catalogue.category("other").unwrap(), None, words).reason.urgent_word;
    for harmless in [
        "请安装燃气泄漏报警器",
        "地砖松动，以免受伤",
        "没有人被困",
        "防溺水宣传",
        "接触电梯按钮",
        "dust gets trapped",
        "common fire door",
    ] {
        assert_eq!(urgent(harmless), None, "{harmless}");
    }
    for danger in ["Gas leak in the hall", "我家着火了", "电梯困人", "路面塌陷了一个大坑", "有人落水", "I smell gas"]
    {
        assert!(urgent(danger).is_some(), "{danger}");
    }

    // Mistakes are told with their place.
    let told = |from: &str, to: &str| Catalogue::read(&text.replace(from, to)).unwrap_err().to_string();
    assert!(
        told(
            "lead = { unit = \"u\" } },\n          { area = \"海",
            "lead = { unit = \"v\" } },\n          { area = \"海"
        )
        .contains("rule 1: there is no unit `v`")
    );
    assert!(
        told(
            "categories = [\"b\"], area = \"海勃湾区\", lead = { unit = \"u\" }",
            "categories = [\"b\"], lead = { of_place = \"community\" }"
        )
        .contains("rule 4: `b` is the work of departments")
    );
    assert!(told("id = \"b\"", "id = \"a\"").contains("`a` is there twice"));
    assert!(told("{ lead = { unit = \"u\" } },", "").contains("no rule without an area"));
    assert!(own.unit_in_charge(UnitKind::Community, &area).is_some());
}

#[test]
fn departments_work_is_not_handed_down_and_reviews_have_four_eyes() {
    let world = World::new();
    let desk = &world.desk;
    let operator = world.account("operator", Role::Operator, None);
    let supervisor = world.account("supervisor", Role::Supervisor, None);
    let handler = world.account("handler", Role::Handler, Some("heating_company"));
    let (number, _) = world.ask("heating", "不热");
    let down = Action::Dispatch { unit: "community:c1".into(), helpers: vec![], words: String::new() };
    assert!(matches!(desk.act(number, None, down, &operator), Err(Refusal::NotAllowed(_))));
    desk.act(number, None, Action::Object { words: "不归我们".into() }, &handler).unwrap();
    // The one who objected has become a supervisor since.
    let same = Who { role: Role::Supervisor, ..handler.clone() };
    assert!(matches!(
        desk.act(number, None, Action::Uphold { words: "同意".into() }, &same),
        Err(Refusal::NotAllowed(_))
    ));
    let upheld = desk.act(number, None, Action::Uphold { words: "同意".into() }, &supervisor).unwrap();
    assert_eq!((upheld.state, upheld.unit), (State::Received, None));
    let seen = upheld.changed;
    world.later(1);
    let to = |unit: &str| Action::Dispatch { unit: unit.into(), helpers: vec![], words: String::new() };
    desk.act(number, Some(seen), to("housing"), &operator).unwrap();
    let stale = desk.act(number, Some(seen), to("planning"), &operator);
    assert!(matches!(stale, Err(Refusal::Conflict(_))), "two at once: the second is told");
    assert!(desk.act_on_all(&vec![1; 501], &Action::Sign {}, &operator).is_err());
}

#[test]
fn the_same_sending_is_one_request_and_others_join_it() {
    let world = World::new();
    let desk = &world.desk;
    let operator = world.account("operator", Role::Operator, None);
    let new = NewRequest { key: "0123456789abcdef".into(), ..request("road", "有个坑") };
    let danger = NewRequest { answers: BTreeMap::from([("danger".into(), "yes".into())]), ..new };
    let first = desk.ask(danger.clone(), &Who::RESIDENT).unwrap();
    assert_eq!(desk.ask(danger.clone(), &Who::RESIDENT).unwrap(), first);
    let missing = NewRequest { answers: BTreeMap::new(), key: String::new(), ..danger.clone() };
    assert!(matches!(desk.ask(missing, &Who::RESIDENT), Err(Refusal::BadInput(_))), "a question must be answered");
    let strange = NewRequest {
        answers: BTreeMap::from([("danger".into(), "maybe".into())]),
        key: String::new(),
        received: None,
        ..danger.clone()
    };
    assert!(desk.ask(strange, &Who::RESIDENT).is_err());

    let near = desk.similar("road", At { lon: 106.802, lat: 39.66 }).unwrap();
    assert_eq!(near.len(), 1);
    assert!(near[0].metres == 150.0 && near[0].words.is_none(), "{near:?}");
    assert!(desk.similar("road", At { lon: 106.81, lat: 39.66 }).unwrap().is_empty());
    let joined = desk.join(first.number, At { lon: 106.801, lat: 39.66 }, "me@example.org").unwrap();
    assert_ne!(joined.code, first.code);
    let at = At { lon: 106.801, lat: 39.66 };
    assert!(matches!(desk.join(9, at, ""), Err(Refusal::NotFound(_))));
    let far = At { lon: 106.81, lat: 39.66 };
    assert!(matches!(desk.join(first.number, far, ""), Err(Refusal::NotFound(_))), "numbers alone find nothing");
    let seen = desk.track(&joined.code).unwrap();
    assert_eq!((seen.number, seen.joined), (first.number, 1));
    assert!(seen.steps.iter().all(|step| step.words.is_none()), "words that are not public are not for others");
    assert!(seen.place.is_empty() && seen.can == [Step::Urge, Step::Photo]);
    let rate = Action::Rate { solved: true, stars: 5, words: String::new() };
    assert!(matches!(desk.act_as_resident(&joined.code, rate), Err(Refusal::NotAllowed(_))));
    // What was changed between two sendings is not dropped unseen.
    let changed = NewRequest { words: "还有一个坑".into(), ..danger.clone() };
    let told = desk.ask(changed, &Who::RESIDENT).unwrap_err().text().zh;
    assert!(told.contains(&first.code), "{told}");

    // Merging takes those who asked along, and how to reach them.
    let (second, code) = world.ask("estate", "同一个坑");
    desk.act(second, None, Action::Merge { into: first.number }, &operator).unwrap();
    assert_eq!(world.state(second, &operator), State::Merged);
    assert_eq!(desk.track(&code).unwrap().number, first.number);
    let contacts = desk.contacts(first.number, &operator).unwrap();
    assert_eq!(contacts, ["13900000000", "me@example.org", "13900000000"]);
    let entries = desk.request(first.number, &operator).unwrap().entries;
    assert!(entries.iter().any(|entry| entry.done == Done::ContactRead && entry.who == operator));
    assert!(matches!(desk.contacts(first.number, &Who::RESIDENT), Err(Refusal::NotAllowed(_))));
    assert_eq!(desk.check().unwrap().wrong, 0);

    // On wish everything personal goes, and the chain holds.
    desk.act(first.number, None, Action::Note { words: "内部备注".into() }, &operator).unwrap();
    desk.forget(&first.code).unwrap();
    assert_eq!(desk.contacts(first.number, &operator).unwrap().len(), 2);
    let entries = desk.request(first.number, &operator).unwrap().entries;
    desk.forget(&first.code).unwrap();
    let again = desk.request(first.number, &operator).unwrap();
    assert_eq!(again.entries.len(), entries.len(), "a second time nothing is left to delete");
    assert!(again.entries[0].words.is_none() && again.place.is_empty() && again.request.at.is_none());
    assert!(again.entries.iter().any(|entry| entry.words.as_deref() == Some("内部备注")), "what others wrote stays");
    let listed = desk.list(&Filter::default(), (Order::Newest, None, 9), &operator).unwrap().requests;
    assert!(listed.iter().all(|listed| listed.words != "内部备注"), "a note stands for no request");
    // Whoever was merged deletes what they asked, where they asked it.
    desk.forget(&code).unwrap();
    assert!(desk.request(second, &operator).unwrap().entries[0].words.is_none());
    assert_eq!(desk.check().unwrap().wrong, 0);
}

#[test]
fn limits_warn_and_escalate_and_what_was_answered_closes() {
    let world = World::new();
    let desk = &world.desk;
    let operator = world.account("operator", Role::Operator, None);
    let handler = world.account("handler", Role::Handler, Some("heating_company"));
    let (number, code) = world.ask("heating", "不热");
    let did = |done: &Done| desk.request(number, &operator).unwrap().entries.iter().any(|entry| &entry.done == done);
    desk.tick().unwrap();
    assert!(!did(&Done::Warned));
    world.later(20);
    assert_eq!(desk.tick().unwrap(), 1);
    assert!(did(&Done::Warned) && !did(&Done::Escalated));
    world.later(5);
    desk.tick().unwrap();
    assert!(did(&Done::Escalated));
    assert_eq!(desk.tick().unwrap(), 0, "once");
    let (counts, overdue) = desk.counts(&operator).unwrap();
    assert_eq!((counts.iter().map(|(_, n)| n).sum::<i64>(), overdue), (1, 1));
    desk.act_as_resident(&code, Action::Urge { words: String::new() }).unwrap();
    assert!(matches!(desk.act_as_resident(&code, Action::Urge { words: String::new() }), Err(Refusal::TooMany(_))));
    desk.act(number, None, Action::Sign {}, &handler).unwrap();
    desk.act(number, None, Action::Reply { words: "已修".into() }, &handler).unwrap();
    // Whom nobody could reach is called again, and what the caller says does not take the place of a rating.
    let call = |solved, satisfied| Action::CallBack { solved, satisfied, words: String::new() };
    assert_eq!(desk.act(number, None, call(None, None), &operator).unwrap().state, State::Replied);
    let called = desk.act(number, None, call(Some(true), Some(false)), &operator).unwrap();
    assert_eq!((called.state, called.stars, called.satisfied), (State::CalledBack, None, Some(false)));
    world.later(24 * 8);
    desk.tick().unwrap();
    assert_eq!(world.state(number, &operator), State::Closed);
    // What fails is undone whole: the reminder that could not be sent does not count.
    let urge = || desk.act_as_resident(&code, Action::Urge { words: String::new() });
    assert!(matches!(urge(), Err(Refusal::Conflict(_))));
    desk.act_as_resident(&code, Action::Reopen { words: "又不热了".into() }).unwrap();
    urge().unwrap();
    assert_eq!(world.state(number, &operator), State::Dispatched);
    let measures = desk.measures(By::Unit, (Moment(0), Moment(i64::MAX))).unwrap();
    assert_eq!((measures[0].group.as_str(), measures[0].judged), ("heating_company", 0), "it has a new limit");
    // Long after it is closed nobody can be reached any more.
    desk.act(number, None, Action::Sign {}, &handler).unwrap();
    desk.act(number, None, Action::Reply { words: "再修".into() }, &handler).unwrap();
    world.later(24 * 190);
    desk.tick().unwrap();
    assert_eq!(desk.request(number, &operator).unwrap().contacts, 1);
    // A note on the way does not begin the time anew.
    world.later(24 * 100);
    desk.act(number, None, Action::Note { words: "核对".into() }, &operator).unwrap();
    world.later(24 * 90);
    desk.tick().unwrap();
    assert_eq!(desk.request(number, &operator).unwrap().contacts, 0);
    assert_eq!(desk.check().unwrap().wrong, 0);
}

#[test]
fn a_clock_that_is_set_back_a_key_that_is_lost_and_entries_that_are_changed_are_noticed() {
    let world = World::new();
    let operator = world.account("operator", Role::Operator, None);
    let (first, _) = world.ask("other", "一");
    world.later(-100);
    let (second, _) = world.ask("other", "二");
    let received = |number| world.desk.request(number, &operator).unwrap().request.received;
    assert!(received(second) >= received(first));
    assert_eq!(world.desk.check().unwrap().wrong, 0);

    let World { desk, clock, directory } = world;
    let copy = directory.path().join("copy.sqlite");
    desk.back_up(&copy).unwrap();
    assert!(desk.back_up(&copy).is_err());
    drop(desk);
    let change = |text: &str| {
        let (copied, _) = restored(&directory, &copy, &clock);
        assert!(run(&copied, "UPDATE entries SET at = 0").is_err(), "the database itself refuses");
        assert!(run(&copied, "DELETE FROM entries").is_err(), "the database itself refuses");
        let unguarded = match database() {
            Database::Sqlite => "PRAGMA foreign_keys = 0; DROP TRIGGER entries_stay; DROP TRIGGER entries_remain",
            Database::Postgres(_) => "SET session_replication_role = replica; DROP TRIGGER entries_stay ON entries",
        };
        run(&copied, &format!("{unguarded}; {text}")).unwrap();
        open(&copied, &clock).check().unwrap().wrong
    };
    assert!(change("UPDATE entries SET done = replace(done, 'other', 'water') WHERE done LIKE '%other%'") > 0);
    assert!(change("UPDATE words SET sealed = salt WHERE entry = (SELECT min(entry) FROM words)") > 0);
    assert!(change("DELETE FROM entries WHERE number = 2") > 0);
    assert!(change("UPDATE requests SET state = 'closed' WHERE number = 1") > 0);
    assert_eq!(open(&directory, &clock).check().unwrap().wrong, 0);

    std::fs::rename(directory.path().join("desk.key"), directory.path().join("kept")).unwrap();
    let settings = Settings {
        directory: directory.path().to_owned(),
        database: database(),
        catalogue: Catalogue::usual().unwrap(),
        calendar: Calendar::china().unwrap(),
        clock: Clock::System,
        durability: Durability::OnDisk,
    };
    assert!(Desk::open(settings.clone()).unwrap_err().to_string().contains("the key of this desk is missing"));
    std::fs::rename(directory.path().join("kept"), directory.path().join("desk.key")).unwrap();
    let version = match database() {
        Database::Sqlite => "PRAGMA user_version = 99",
        Database::Postgres(_) => "UPDATE about SET version = 99",
    };
    run(&directory, version).unwrap();
    assert!(Desk::open(settings).unwrap_err().to_string().contains("version 99"));
}

#[test]
fn wrong_passwords_close_an_account_for_a_while_and_sessions_end() {
    let world = World::new();
    let desk = &world.desk;
    world.account("wang", Role::Operator, None);
    let (token, person) = desk.sign_in("wang", "correct horse battery", None).unwrap();
    assert_eq!((person.role, token.len()), (Role::Operator, 64));
    assert_eq!(desk.session(&token).unwrap().map(|person| person.name).as_deref(), Some("wang"));
    assert!(desk.session(&"0".repeat(64)).unwrap().is_none());
    for _ in 0..5 {
        assert!(matches!(desk.sign_in("wang", "wrong password", None), Err(Refusal::NotSignedIn(_))));
    }
    assert!(
        matches!(desk.sign_in("wang", "correct horse battery", None), Err(Refusal::NotSignedIn(_))),
        "closed for a while"
    );
    assert!(matches!(desk.sign_in("nobody", "wrong password", None), Err(Refusal::NotSignedIn(_))));
    world.later(1);
    assert!(desk.session(&token).unwrap().is_none(), "an hour unused");
    let (token, _) = desk.sign_in("wang", "correct horse battery", None).unwrap();
    world.account("wang", Role::Supervisor, None);
    assert!(desk.session(&token).unwrap().is_none(), "a changed account signs in anew");
    let (token, _) = desk.sign_in("wang", "correct horse battery", None).unwrap();
    desk.sign_out(&token).unwrap();
    assert!(desk.session(&token).unwrap().is_none());
    let short = Account {
        name: "li".into(),
        shown: "李".into(),
        role: Role::Operator,
        unit: None,
        password: Some("short".into()),
        enabled: true,
    };
    assert!(desk.keep_account(short.clone(), &Who::SYSTEM).is_err());
    assert!(
        desk.keep_account(Account { role: Role::Handler, password: Some("long enough".into()), ..short }, &Who::SYSTEM)
            .is_err()
    );
}

#[test]
fn many_at_once_are_each_kept_once_and_lists_go_on_where_they_ended() {
    let world = World::new();
    let operator = world.account("operator", Role::Operator, None);
    let desk = &world.desk;
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for number in 0..25 {
                    let category = if number % 2 == 0 { "heating" } else { "other" };
                    desk.ask(request(category, &format!("{thread} {number}")), &Who::RESIDENT).unwrap();
                    // What fails beside it undoes nothing of it.
                    assert!(desk.ask(request("nothing", "x"), &Who::RESIDENT).is_err());
                }
            });
        }
    });
    for order in [Order::Due, Order::Newest] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = desk.list(&Filter::default(), (order, after.as_deref(), 30), &operator).unwrap();
            seen.extend(page.requests.iter().map(|listed| listed.request.number));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 200);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 200, "each once");
    }
    let heating = Filter { category: Some("heating".into()), open: Some(true), ..Filter::default() };
    let page = desk.list(&heating, (Order::Due, None, 200), &operator).unwrap();
    assert_eq!(page.requests.len(), 104);
    let words: std::collections::BTreeSet<&str> = page.requests.iter().map(|listed| listed.words.as_str()).collect();
    assert_eq!(words.len(), 104);
    let there = Filter { bbox: Some([106.0, 39.0, 107.0, 40.0]), ..Filter::default() };
    assert_eq!(desk.list(&there, (Order::Newest, None, 200), &operator).unwrap().requests.len(), 200);
    let elsewhere = Filter { bbox: Some([0.0, 0.0, 1.0, 1.0]), ..Filter::default() };
    assert!(desk.list(&elsewhere, (Order::Newest, None, 200), &operator).unwrap().requests.is_empty());
    let checked = desk.check().unwrap();
    assert_eq!((checked.wrong, checked.requests, checked.entries), (0, 200, 401), "and one of the account");
}

#[test]
fn a_synthetic_year_is_whatever_a_desk_can_be() {
    let world = World::new();
    let supervisor = Who { role: Role::Supervisor, person: None, unit: None };
    let place = lifecircle_desk::demo::Place { at: At { lon: 106.8, lat: 39.66 }, area: area() };
    let asked = lifecircle_desk::demo::fill(&world.desk, &world.clock, &[place], Moment(FRIDAY)).unwrap();
    assert!((1_500..3_500).contains(&asked), "{asked}");
    let checked = world.desk.check().unwrap();
    assert_eq!((checked.wrong, checked.requests), (0, asked), "{:?}", checked.faults);
    let months = world.desk.measures(By::Month, (Moment(0), Moment(i64::MAX))).unwrap();
    assert!(months.len() >= 12);
    let heating = |months: std::ops::RangeInclusive<u32>| {
        let filter = Filter { category: Some("heating".into()), ..Filter::default() };
        let (mut count, mut after) = (0, None);
        loop {
            let page = world.desk.list(&filter, (Order::Newest, after.as_deref(), 200), &supervisor).unwrap();
            let within = |moment| months.contains(&world.desk.calendar().month(moment).1);
            count += page.requests.iter().filter(|listed| within(listed.request.received)).count();
            after = page.next;
            if after.is_none() {
                return count;
            }
        }
    };
    assert!(heating(1..=2) > 20 && heating(6..=8) == 0);
    let all = world.desk.measures(By::Unit, (Moment(0), Moment(i64::MAX))).unwrap();
    let sum = |of: fn(&lifecircle_desk::learn::Measured) -> i64| all.iter().map(of).sum::<i64>();
    let in_time = sum(|one| one.in_time) as f64 / sum(|one| one.judged) as f64;
    assert!((0.6..0.99).contains(&in_time), "{in_time}");
    assert!(sum(|one| one.open) > 0 && sum(|one| one.rated) > 300);

    // Every number is that of the requests that a list of the same shows.
    let ever = (Moment(0), Moment(i64::MAX));
    for one in world.desk.measures(By::Category, ever).unwrap().into_iter().take(4) {
        for (counted, number) in [
            (Counted::Open, one.open),
            (Counted::Judged, one.judged),
            (Counted::InTime, one.in_time),
            (Counted::Late, one.judged - one.in_time),
            (Counted::AskedBack, one.asked_back),
            (Counted::Solved, one.solved),
            (Counted::Rated, one.rated),
            (Counted::Satisfied, one.satisfied),
        ] {
            let filter = Filter { category: Some(one.group.clone()), counted: Some(counted), ..Filter::default() };
            assert_eq!(listed(&world.desk, &filter, &supervisor), number, "{counted:?} of {}", one.group);
        }
    }
    for one in all {
        for (counted, number) in [
            (Counted::Judged, one.judged),
            (Counted::Late, one.judged - one.in_time),
            (Counted::AskedBack, one.asked_back),
            (Counted::Solved, one.solved),
            (Counted::Rated, one.rated),
            (Counted::Satisfied, one.satisfied),
        ] {
            let filter = Filter { of_unit: Some(one.group.clone()), counted: Some(counted), ..Filter::default() };
            assert_eq!(listed(&world.desk, &filter, &supervisor), number, "{counted:?} of {}", one.group);
        }
    }

    let backlog = world.desk.backlog().unwrap();
    let (states, _) = world.desk.counts(&supervisor).unwrap();
    assert_eq!(backlog.weeks.last().unwrap().waiting, states.iter().map(|(_, count)| count).sum::<i64>());
    assert_eq!(backlog.weeks.iter().map(|week| week.received).sum::<i64>(), asked as i64);
    assert!(backlog.forecast.unwrap().weeks.len() == 4);
    let repeats = world.desk.repeats(ever).unwrap();
    assert_eq!(repeats.requests, asked);
    assert!(repeats.repeated > asked / 2, "all of it is at one place");
    let voices = world.desk.voices(ever).unwrap();
    assert!(voices.iter().any(|one| one.kinds.contains(&"public_toilet".to_owned()) && one.voices > 5));
    let table = world.desk.open_data(ever, lifecircle::tables::Format::Csv).unwrap();
    assert_eq!(table.rows(), asked);
    for format in lifecircle::tables::Format::ALL {
        let file = world.directory.path().join(format!("open.{}", format.extension()));
        world
            .desk
            .open_data((Moment(FRIDAY - 9_000_000_000), Moment(FRIDAY)), format)
            .unwrap()
            .write(&file, format)
            .unwrap();
    }
}

/// How many requests a list has in all its parts.
fn listed(desk: &Desk, filter: &Filter, who: &Who) -> i64 {
    let (mut count, mut after) = (0, None);
    loop {
        let page = desk.list(filter, (Order::Newest, after.as_deref(), 200), who).unwrap();
        count += page.requests.len() as i64;
        after = page.next;
        if after.is_none() {
            return count;
        }
    }
}

#[test]
fn what_has_no_place_is_in_the_open_data_and_nothing_that_names_a_person() {
    let world = World::new();
    let (_, code) = world.ask("other", "王女士，电话 139");
    let no_place = NewRequest { at: None, is_public: true, ..request("other", "谁都可以看") };
    world.desk.ask(no_place, &Who::RESIDENT).unwrap();
    let ever = (Moment(0), Moment(i64::MAX));
    for format in lifecircle::tables::Format::ALL {
        let file = world.directory.path().join(format!("open.{}", format.extension()));
        world.desk.open_data(ever, format).unwrap().write(&file, format).unwrap();
        let bytes = std::fs::read(&file).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!holds("王女士") && !holds(&code) && !holds("滨河小区"), "{format:?}");
        if format == lifecircle::tables::Format::Csv {
            assert!(holds("谁都可以看") && holds("106.8,39.66"), "{}", String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn a_place_that_asks_far_more_for_a_month_is_a_hot_spot() {
    let world = World::new();
    let day = 24;
    for week in 0..26 {
        for number in 0..12 {
            let at = At { lon: 106.8 + f64::from(number) * 0.006, lat: 39.66 };
            world.desk.ask(NewRequest { at: Some(at), ..request("estate", "屋顶漏雨") }, &Who::RESIDENT).unwrap();
        }
        for _ in 0..if (16..20).contains(&week) { 6 } else { 0 } {
            let at = At { lon: 106.8 + 5.0 * 0.006, lat: 39.66 };
            world.desk.ask(NewRequest { at: Some(at), ..request("estate", "屋顶漏雨") }, &Who::RESIDENT).unwrap();
        }
        world.later(day * 7);
    }
    let found = world.desk.hot_spots(Some("estate"), 26).unwrap();
    assert_eq!(found.requests, 12 * 26 + 24);
    let [spot] = &found.spots[..] else { panic!("{:?}", found.spots) };
    assert!(spot.p <= 0.002 && f64::from(spot.requests) > 1.5 * spot.expected, "{spot:?}");
    assert!(spot.bbox[0] < 106.8301 && spot.bbox[2] > 106.8301);
    let weeks = |moment: Moment| (moment.0 - found.from.0) / (7 * 24 * 3_600_000);
    assert!((15..=17).contains(&weeks(spot.from)) && (19..=21).contains(&weeks(spot.to)), "{spot:?}");
    assert!(world.desk.hot_spots(Some("heating"), 26).unwrap().spots.is_empty());
}

#[test]
fn a_copy_holds_everything_whatever_it_was_kept_in() {
    let world = World::new();
    let operator = world.account("operator", Role::Operator, None);
    let (first, _) = world.ask("other", "一");
    let (second, code) = world.ask("other", "二");
    // Into one of a higher number.
    world.desk.act(first, None, Action::Merge { into: second }, &operator).unwrap();
    let copy = world.directory.path().join("copy.sqlite");
    world.desk.back_up(&copy).unwrap();

    let (_directory, other) = restored(&world.directory, &copy, &world.clock);
    assert_eq!(other.check().unwrap(), world.desk.check().unwrap());
    for number in [first, second] {
        assert_eq!(other.request(number, &operator).unwrap(), world.desk.request(number, &operator).unwrap());
    }
    assert_eq!(other.track(&code).unwrap(), world.desk.track(&code).unwrap());
    assert_eq!(other.people().unwrap(), world.desk.people().unwrap());
    // It goes on where the first ended.
    let third = other.ask(request("other", "三"), &Who::RESIDENT).unwrap().number;
    assert!(third > second);
    assert_eq!(other.check().unwrap().wrong, 0);
    assert!(other.restore(&copy).unwrap_err().text().en.contains("there is something"));
    let (apart, clock) = (tempfile::tempdir().unwrap(), &world.clock);
    let stranger = open(&apart, clock);
    assert!(stranger.restore(&copy).unwrap_err().text().en.contains("another key"));
    assert_eq!(stranger.people().unwrap(), []);
    // A copy is a desk of SQLite by itself.
    let apart = tempfile::tempdir().unwrap();
    std::fs::copy(&copy, apart.path().join("desk.sqlite")).unwrap();
    std::fs::copy(world.directory.path().join("desk.key"), apart.path().join("desk.key")).unwrap();
    let settings = Settings {
        directory: apart.path().to_owned(),
        database: Database::Sqlite,
        catalogue: Catalogue::usual().unwrap(),
        calendar: Calendar::china().unwrap(),
        clock: Clock::Set(Arc::clone(&world.clock)),
        durability: Durability::OnDisk,
    };
    assert_eq!(Desk::open(settings).unwrap().check().unwrap(), world.desk.check().unwrap());
}

/// A photo of one colour, as PNG.
fn photo(grey: u8) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::GrayImage::from_pixel(64, 48, image::Luma([grey])).write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

#[test]
fn photos_are_seen_by_those_who_may_and_can_be_deleted() {
    let world = World::new();
    let desk = &world.desk;
    let operator = world.account("operator", Role::Operator, None);
    let handler = world.account("handler", Role::Handler, Some("heating_company"));
    let stranger = world.account("stranger", Role::Handler, Some("gas_company"));
    let (number, code) = world.ask("heating", "暖气不热");
    let joined = desk.join(number, At { lon: 106.8, lat: 39.66 }, "").unwrap();

    let seen = desk.add_photo_as_resident(&code, &photo(10)).unwrap();
    assert_eq!(desk.add_photo_as_resident(&code, &photo(10)).unwrap().photos, seen.photos, "the same is kept once");
    let [first] = seen.photos[..] else { panic!("{:?}", seen.photos) };
    assert_eq!(seen.steps.last().unwrap().photo, Some(first));
    assert_eq!(desk.photo(number, first, &handler).unwrap(), desk.photo_as_resident(&code, first).unwrap());
    assert_eq!(&desk.photo(number, first, &handler).unwrap()[..2], [0xff, 0xd8]);
    assert_eq!(desk.request(number, &handler).unwrap().photos, [first]);

    // Of others' requests, other requests, other codes: nothing.
    assert!(desk.photo(number, first, &stranger).is_err() && desk.add_photo(number, &photo(1), &stranger).is_err());
    let (other, other_code) = world.ask("other", "别的");
    assert!(desk.photo(other, first, &operator).is_err());
    assert!(desk.photo_as_resident(&other_code, first).is_err() && desk.photo_as_resident("0000", first).is_err());
    assert!(desk.photo_as_resident(&joined.code, first).is_err(), "what is not public is not seen by those who joined");
    assert!(desk.add_photo_as_resident("0000-0000-0000", &photo(1)).is_err());

    // A unit's photo of what was done is seen by whoever asked; of whoever joined, only their own.
    desk.act(number, None, Action::Sign {}, &handler).unwrap();
    desk.add_photo(number, &photo(200), &handler).unwrap();
    assert_eq!(desk.track(&code).unwrap().photos.len(), 2);
    assert_eq!(desk.add_photo_as_resident(&joined.code, &photo(77)).unwrap().photos.len(), 1);
    for grey in 20..25 {
        desk.add_photo_as_resident(&code, &photo(grey)).unwrap();
    }
    assert!(matches!(desk.add_photo_as_resident(&code, &photo(99)), Err(Refusal::TooMany(_))));

    // Those who join do not fill the place of whoever asked, and go with their request where it is merged.
    let (twin, twin_code) = world.ask("heating", "也不热");
    desk.add_photo_as_resident(&twin_code, &photo(55)).unwrap();
    desk.act(twin, None, Action::Merge { into: number }, &operator).unwrap();
    let [moved] = desk.track(&twin_code).unwrap().photos[..] else { panic!() };
    assert!(desk.photo_as_resident(&twin_code, moved).is_ok() && desk.photo(number, moved, &operator).is_ok());
    assert!(desk.photo_as_resident(&code, moved).is_err());

    // Deleted with words; what was done stays, and the chain holds.
    desk.forget(&code).unwrap();
    assert!(desk.photo(number, first, &operator).is_err());
    assert_eq!(desk.request(number, &operator).unwrap().photos.len(), 3);
    assert_eq!(desk.check().unwrap().wrong, 0);
    // After a time all of them go.
    desk.act(number, None, Action::Reply { words: "已修".into() }, &handler).unwrap();
    desk.act(number, None, Action::Close {}, &operator).unwrap();
    assert!(desk.add_photo(number, &photo(3), &operator).is_err());
    world.later(24 * 181);
    desk.tick().unwrap();
    assert!(desk.request(number, &operator).unwrap().photos.is_empty());
    assert_eq!(desk.check().unwrap().wrong, 0);
}

#[test]
fn what_is_asked_to_be_built_is_planned_and_its_asker_hears_when_it_opens() {
    let world = World::new();
    let operator = world.account("operator", Role::Operator, None);
    let handler = world.account("handler", Role::Handler, Some("heating_company"));
    let (number, code) = world.ask("other", "希望附近有一个口袋公园");
    let can = |who| world.desk.request(number, who).unwrap().can;
    assert!(can(&operator).contains(&Step::Plan) && !can(&operator).contains(&Step::Open));
    let plan = Action::Plan { scenario: "滨河".into(), words: "已列入明年计划".into() };
    assert!(world.desk.act(number, None, plan.clone(), &handler).is_err());
    world.desk.act(number, None, plan, &operator).unwrap();
    let told = world.desk.track(&code).unwrap();
    assert!(told.planned && told.opened.is_none());
    assert_eq!(told.steps.last().unwrap().words.as_deref(), Some("已列入明年计划"));
    assert!(can(&operator).contains(&Step::Open));
    world.desk.act(number, None, Action::Open { words: "公园今天开放".into() }, &operator).unwrap();
    let told = world.desk.track(&code).unwrap();
    assert!(told.opened.is_some() && told.steps.last().unwrap().what == "opened");
    assert!(world.desk.act(number, None, Action::Open { words: String::new() }, &operator).is_err());
    assert_eq!(world.desk.check().unwrap().wrong, 0);
}

#[test]
fn each_unit_keeps_its_share_of_the_clock() {
    let world = World::new();
    let supervisor = world.account("supervisor", Role::Supervisor, None);
    let first = world.account("first", Role::Handler, Some("heating_company"));
    let second = world.account("second", Role::Handler, Some("housing"));
    let (number, _) = world.ask("heating", "冷");
    let act = |action, who: &Who| world.desk.act(number, None, action, who).unwrap();
    world.later(2);
    act(Action::Sign {}, &first);
    world.later(1);
    act(Action::PassOn { unit: "housing".into(), words: "管道".into() }, &first);
    world.later(4);
    act(Action::Sign {}, &second);
    act(Action::Pause { words: "等配件".into() }, &supervisor);
    world.later(10);
    act(Action::Resume {}, &supervisor);
    world.later(1);
    let shares = || {
        let told = world.desk.request(number, &supervisor).unwrap().shares;
        told.into_iter().map(|share| (share.unit, share.minutes / 60)).collect::<Vec<_>>()
    };
    assert_eq!(shares(), [("heating_company".into(), 3), ("housing".into(), 5)]);
    act(Action::Reply { words: "好了".into() }, &second);
    world.later(30);
    assert_eq!(shares(), [("heating_company".into(), 3), ("housing".into(), 5)]);
}

#[test]
fn a_second_factor_is_asked_for_opens_once_and_can_be_taken_away() {
    let world = World::new();
    let desk = &world.desk;
    let password = "correct horse battery";
    let administrator = world.account("administrator", Role::Administrator, None);
    world.account("wang", Role::Operator, None);
    let (token, person) = desk.sign_in("wang", password, None).unwrap();
    let (other, _) = desk.sign_in("wang", password, None).unwrap();
    let new = NewSecret::draw("wang", "desk").unwrap();
    let secret = totp_rs::Secret::Encoded(new.secret.clone()).to_bytes().unwrap();
    let totp = totp_rs::TOTP::new(totp_rs::Algorithm::SHA1, 6, 1, 30, secret, None, String::new()).unwrap();
    let code = || totp.generate(u64::try_from(desk.now().0 / 1000).unwrap());

    assert!(desk.set_second_factor((&person, &token), "another password", Some((&new.secret, &code()))).is_err());
    assert!(desk.set_second_factor((&person, &token), password, Some((&new.secret, "000000"))).is_err());
    assert!(!desk.people().unwrap().iter().any(|person| person.has_second_factor));
    let first = code();
    desk.set_second_factor((&person, &token), password, Some((&new.secret, &first))).unwrap();

    assert!(desk.session(&token).unwrap().is_some() && desk.session(&other).unwrap().is_none());
    assert!(matches!(desk.sign_in("wang", password, None), Err(Refusal::NeedsCode(_))));
    assert!(matches!(desk.sign_in("wang", "another password", Some(&first)), Err(Refusal::NotSignedIn(_))));
    assert!(desk.sign_in("wang", password, Some(&first)).is_err(), "it was used when it was set");
    world.later(1);
    let second = code();
    let (token, _) = desk.sign_in("wang", password, Some(&second)).unwrap();
    assert!(desk.sign_in("wang", password, Some(&second)).is_err(), "it was used");

    assert_eq!(desk.end_sessions("wang", &administrator).unwrap(), 2);
    assert!(desk.session(&token).unwrap().is_none());
    desk.remove_second_factor("wang", &administrator).unwrap();
    assert!(desk.sign_in("wang", password, None).is_ok());
    assert_eq!(desk.check().unwrap().wrong, 0);
}

#[test]
fn desks_of_earlier_versions_go_on() {
    let versions = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/versions");
    for version in 1..=1 {
        let directory = tempfile::tempdir().unwrap();
        for ending in ["sqlite", "key"] {
            let from = versions.join(format!("{version}.{ending}"));
            std::fs::copy(from, directory.path().join(format!("desk.{ending}"))).unwrap();
        }
        let settings = Settings {
            directory: directory.path().to_owned(),
            database: Database::Sqlite,
            catalogue: Catalogue::usual().unwrap(),
            calendar: Calendar::china().unwrap(),
            clock: Clock::System,
            durability: Durability::OnDisk,
        };
        let desk = Desk::open(settings).unwrap();
        let operator = Who { role: Role::Operator, person: None, unit: None };
        assert_eq!(desk.check().unwrap().wrong, 0);
        let asked = desk.request(1, &operator).unwrap();
        assert_eq!(asked.entries[0].words.as_deref(), Some("燃气表坏了"));
        assert_eq!(desk.contacts(1, &operator).unwrap(), ["139 0000 0000"]);
        desk.sign_in("operator", "correct horse battery", None).unwrap();
        // What came later is there too.
        desk.add_photo(1, &photo(1), &operator).unwrap();
        let third = desk.ask(request("other", "三"), &Who::RESIDENT).unwrap();
        assert_eq!((third.number, desk.check().unwrap().wrong), (3, 0));
    }
}

#[test]
fn lists_of_other_hotlines_are_checked_and_taken_once() {
    use lifecircle_desk::list::{Reading, Told, read};
    let world = World::new();
    let operator = world.account("operator", Role::Operator, None);
    let path = world.directory.path().join("12345.csv");
    let rules = (Catalogue::usual().unwrap().with_areas(&[area()]), Calendar::china().unwrap());
    let look = |text: &str, reading: &Reading| {
        std::fs::write(&path, text).unwrap();
        read(&path, reading, (&rules.0, &rules.1), |_| Some(area()))
    };
    let list = "工单编号,诉求类型,诉求内容,事发地址,联系电话,受理时间,经度,纬度\n\
        A1,供热,暖气不热,滨河小区,139,2026-09-24 09:00,106.8,39.66\n\
        A2,噪音,夜里施工,幸福路,,2026/09/23 22:10,,\n\
        A3,噪音,又在施工,幸福路,,,106.81,39.66\n";
    let unknown = look(list, &Reading::default()).unwrap_err().to_string();
    assert!(unknown.contains("噪音 (2)"), "{unknown}");
    let reading = Reading { categories: [("噪音".to_owned(), "noise".to_owned())].into(), ..Reading::default() };
    let found = look(list, &reading).unwrap();
    assert_eq!((found.requests.len(), found.placed, found.timed, found.columns.len()), (3, 2, 2, 6));
    let asked = world.desk.ask_all(&found.requests, &Who::SYSTEM).unwrap();
    let again = world.desk.ask_all(&look(list, &reading).unwrap().requests, &Who::SYSTEM).unwrap();
    assert_eq!(asked, again);
    assert_eq!(world.desk.last_number().unwrap(), 3);
    // Whoever guesses what a row is known by learns nothing of it: what they send is another request.
    let guess = NewRequest { channel: Channel::Page, ..found.requests[0].clone() };
    let guessed = world.desk.ask(guess, &Who::RESIDENT).unwrap();
    assert!(!asked.contains(&guessed.number));
    let first = world.desk.request(asked[0], &operator).unwrap();
    assert_eq!((first.request.channel, first.request.unit.as_deref()), (Channel::List, Some("heating_company")));
    // Its limit runs from when the other hotline took it.
    let came = rules.1.moment_of("2026-09-24 09:00").unwrap();
    assert_eq!((first.request.received, first.request.due), (came, Some(came.plus_minutes(24 * 60))));
    assert_eq!(world.desk.contacts(asked[0], &operator).unwrap(), ["139"]);
    assert_eq!(world.desk.check().unwrap().wrong, 0);

    for (wrong, says) in [
        ("工单编号,内容\nA1,x\n", "there is no category column"),
        ("类别,内容,地址\n供热,,x\n", "says nothing in words"),
        ("类别,内容,地址\n供热,x,\n", "says nowhere"),
        ("类别,内容,地址,受理时间\n供热,x,y,昨天\n", "is not a time"),
        ("类别,内容,经度,纬度\n供热,x,500,39\n", "out of range"),
        (&format!("类别,内容,地址\n供热,{},y\n", "长".repeat(6_000)), "longer than 5000"),
    ] {
        let error = look(wrong, &reading).unwrap_err();
        let told = format!("{error}");
        assert!(told.contains(says) && told.contains("12345.csv"), "{told}");
    }
    let named = Reading { columns: [(Told::Words, "x".to_owned())].into(), ..reading };
    assert!(look(list, &named).unwrap_err().to_string().contains("no column `x`"));
}

#[test]
fn a_database_that_another_program_holds_is_told_and_nothing_is_lost() {
    if database() != Database::Sqlite {
        return;
    }
    let world = World::new();
    let (first, _) = world.ask("other", "一");
    let other = rusqlite::Connection::open(world.directory.path().join("desk.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let key = "a key that was drawn at random".to_owned();
    let new = NewRequest { key: key.clone(), ..request("other", "二") };
    let refused = world.desk.ask(new.clone(), &Who::RESIDENT).unwrap_err();
    assert!(refused.text().en.contains("another program holds the desk's database"), "{}", refused.text().en);
    // Whoever reads goes on.
    let operator = Who { role: Role::Operator, person: None, unit: None };
    assert!(world.desk.request(first, &operator).is_ok());
    other.execute_batch("ROLLBACK").unwrap();
    let second = world.desk.ask(new.clone(), &Who::RESIDENT).unwrap();
    assert_eq!(world.desk.ask(new, &Who::RESIDENT).unwrap(), second);
    assert_eq!((second.number, world.desk.check().unwrap().wrong), (first + 1, 0));
}

/// On a file system of its own that is very small, where that can be made.
#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    if database() != Database::Sqlite {
        return;
    }
    let mounted = tempfile::tempdir().unwrap();
    let mount = |arguments: &[&str]| {
        std::process::Command::new(arguments[0])
            .args(&arguments[1..])
            .stderr(std::process::Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let place = mounted.path().to_str().unwrap().to_owned();
    if !mount(&["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", &place]) {
        return skipped("a_full_disk_is_told_and_nothing_is_lost", "no file system can be mounted");
    }
    let clock = Arc::new(AtomicI64::new(FRIDAY));
    let desk = open(&mounted, &clock);
    let mut taken = Vec::new();
    let refused = loop {
        match desk.ask(request("other", &"长".repeat(4_000)), &Who::RESIDENT) {
            Ok(asked) => taken.push(asked),
            Err(refusal) => break refusal,
        }
        assert!(taken.len() < 1_000, "the disk is never full");
    };
    assert!(refused.text().en.contains("disk is full"), "{}", refused.text().en);
    let checked = desk.check().unwrap();
    let found: Vec<bool> = taken.iter().map(|asked| desk.track(&asked.code).is_ok()).collect();
    drop(desk);
    assert!(mount(&["umount", &place]) || mount(&["umount", "-l", &place]));
    assert_eq!((checked.wrong, checked.requests), (0, taken.len()));
    assert!(!taken.is_empty() && found.iter().all(|found| *found));
}

#[test]
fn a_far_server_is_spoken_to_by_tls_and_only_if_it_shows_who_it_is() {
    let Ok(port) = std::env::var("LIFECIRCLE_TEST_TLS") else {
        return skipped(
            "a_far_server_is_spoken_to_by_tls_and_only_if_it_shows_who_it_is",
            "run tests/with_postgres.sh",
        );
    };
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(AtomicI64::new(FRIDAY));
    let at = |host: &str, mode: &str| Settings {
        directory: directory.path().to_owned(),
        database: Database::Postgres(format!("postgres://desk@{host}:{port}/postgres?sslmode={mode}")),
        catalogue: Catalogue::usual().unwrap().with_areas(&[area()]),
        calendar: Calendar::china().unwrap(),
        clock: Clock::Set(Arc::clone(&clock)),
        durability: Durability::OnDisk,
    };
    // Its certificate is for another name: not a word is said to it.
    for mode in ["require", "verify-full"] {
        let error = Desk::open(at("127.0.0.1", mode)).unwrap_err().to_string();
        assert!(error.contains("cannot be reached") && error.contains("certificate"), "{error}");
    }
    let desk = Desk::open(at("localhost", "verify-full")).unwrap();
    desk.ask(request("waste", "垃圾没有清运"), &Who::RESIDENT).unwrap();
    let plain = Desk::open(at("localhost", "disable")).unwrap();
    assert_eq!(plain.last_number().unwrap(), 1, "the very same desk");
    let Database::Postgres(socket) = database() else { panic!("the same server") };
    let mut client = postgres::Client::connect(&socket, postgres::NoTls).unwrap();
    let text = "SELECT count(*) FILTER (WHERE ssl.ssl), count(*) FILTER (WHERE NOT ssl.ssl) FROM pg_stat_ssl ssl \
                JOIN pg_stat_activity USING (pid) WHERE application_name = 'lifecircle' AND client_addr IS NOT NULL";
    let row = client.query_one(text, &[]).unwrap();
    let (by_tls, in_the_clear): (i64, i64) = (row.get(0), row.get(1));
    assert!(by_tls >= 1 && in_the_clear >= 1, "{by_tls} by TLS, {in_the_clear} in the clear");
}

#[test]
fn a_rule_for_a_grid_comes_before_that_of_its_community() {
    let text = Catalogue::usual_text().to_owned()
        + r#"
[[unit]]
id = "north_station"
name = { zh = "北片驿站", en = "North station" }
kind = "station"
area = "滨河社区/第一网格"

[[unit]]
id = "any_station"
name = { zh = "滨河驿站", en = "Riverside station" }
kind = "station"
area = "滨河社区"

[[rule]]
categories = ["noise"]
area = "滨河社区"
lead = { of_place = "community" }

[[rule]]
categories = ["noise"]
area = "滨河社区/第一网格"
lead = { of_place = "station" }
"#;
    let riverside = area();
    let catalogue = Catalogue::read(&text).unwrap().with_areas(std::slice::from_ref(&riverside));
    let noise = catalogue.category("noise").unwrap();
    let lead = |grid: &str| {
        let area = Area { grid: Name { zh: grid.into(), en: String::new() }, ..riverside.clone() };
        catalogue.dispatch(noise, Some(&area), "").lead.unwrap()
    };
    assert_eq!(lead("第一网格"), "north_station");
    assert_eq!(lead("第二网格"), riverside.unit_id(UnitKind::Community).unwrap());
    // Another community has a grid of the same name.
    let elsewhere = Area { id: "c2".into(), community: name("海滨社区"), grid: name("第一网格"), ..area() };
    assert_ne!(catalogue.dispatch(noise, Some(&elsewhere), "").lead.unwrap(), "north_station");
}

#[test]
fn whoever_asked_can_take_away_all_that_is_held_of_them() {
    let world = World::new();
    let (_, code) = world.ask("waste", "垃圾没有清运");
    let own = world.desk.own_data(&code).unwrap();
    let asked = request("waste", "垃圾没有清运");
    assert_eq!(
        (own.contact.as_deref(), own.at),
        (Some(asked.contact.as_str()).filter(|text| !text.is_empty()), asked.at)
    );
    assert_eq!(
        own.written.iter().map(|one| (one.words.as_str(), one.place.as_str())).collect::<Vec<_>>(),
        [("垃圾没有清运", asked.place.as_str())]
    );
    // Whoever joins has their own, and nothing of others.
    let joined = world.desk.join(own.request.number, asked.at.unwrap(), "13800000000").unwrap();
    let other = world.desk.own_data(&joined.code).unwrap();
    assert_eq!((other.contact.as_deref(), other.at, other.written.len()), (Some("13800000000"), None, 0));
    // What was merged since is still theirs, with its place.
    let (into, _) = world.ask("waste", "垃圾桶满了");
    let operator = world.account("op", Role::Operator, None);
    world.desk.act(own.request.number, None, Action::Merge { into }, &operator).unwrap();
    let merged = world.desk.own_data(&code).unwrap();
    assert_eq!((merged.at, merged.contact, merged.written.len()), (asked.at, own.contact, 1));
    world.desk.forget(&code).unwrap();
    let left = world.desk.own_data(&code).unwrap();
    assert!(left.contact.is_none() && left.written.is_empty() && left.at.is_none());
    assert!(world.desk.own_data("0000-0000-0000").is_err());
}

#[test]
fn mine_are_those_with_which_one_took_a_step_and_helpers_find_what_they_help_with() {
    let world = World::new();
    let (number, _) = world.ask("waste", "垃圾没有清运");
    let operator = world.account("op", Role::Operator, None);
    let asked = world.desk.request(number, &operator).unwrap().request;
    let unit = asked.unit.unwrap();
    let [one, other] = ["one", "other"].map(|name| world.account(name, Role::Handler, Some(&unit)));
    let helper = world.account("helper", Role::Handler, Some(&asked.helpers[0]));
    let found = |filter: Filter, who: &Who| {
        let page = world.desk.list(&filter, (Order::Due, None, 50), who).unwrap();
        page.requests.iter().map(|one| one.request.number).collect::<Vec<_>>()
    };
    let mine = || Filter { mine: true, ..Filter::default() };
    world.desk.act(number, None, Action::Sign {}, &one).unwrap();
    assert_eq!(found(mine(), &one), [number]);
    assert!(found(mine(), &other).is_empty());
    let of_unit = Filter { unit: Some(unit.clone()), ..mine() };
    assert!(found(of_unit, &operator).is_empty());
    assert!(
        world.desk.list(&mine(), (Order::Due, None, 50), &operator).is_err(),
        "of a whole city it would take too long"
    );
    assert_eq!(found(Filter::default(), &other), [number]);
    assert!(found(Filter::default(), &helper).is_empty());
    assert_eq!(found(Filter { helping: true, ..Filter::default() }, &helper), [number]);
    // A unit whose id only looks like another's helps with nothing.
    let like = Who { unit: Some(asked.helpers[0].to_uppercase().replace(':', "_")), ..helper };
    assert!(found(Filter { helping: true, ..Filter::default() }, &like).is_empty());
    world.desk.act(number, None, Action::Reply { words: "已清运".to_owned() }, &one).unwrap();
    assert!(found(mine(), &one).is_empty(), "what is answered is nobody's work any more");
}

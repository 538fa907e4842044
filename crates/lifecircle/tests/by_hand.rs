//! A city of twenty junctions in which every measure has been worked out by hand.
//!
//! ```text
//! y
//! 3  G2 ─ · ── · ── · ── C        Four homes: A 100 residents (20 children, 10 old), B 60 (12, 18), C 40 (4, 20),
//!    │    │    │    │    │        and D 50 (10, 10), a kilometre from any street. A and B are community 1, C and D
//! 2  · ── · ── G1 ─ · ── P2       community 2.
//!    │    │    │    │    │        P1, P2 pharmacies; S1 a kindergarten of 30 places, S2 one that tells none (20 are
//! 1  S1 ─ · ── · ── · ── ·        usual); G1 a park of 5,000 m², G2 one of 300 m², which is too small.
//!    │    │    │    │    │        Every stretch is 111 m: 100 s on an adult's feet.
//! 0  A ── P1 ─ B ── S2 ─ ·
//!    0    1    2    3    4  x
//! ```
//!
//! Steps from A: P1 1, P2 6, S1 1, S2 3, G1 4. From B: 1, 4, 3, 1, 2. From C: 6, 1, 6, 4, 3.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use lifecircle::city::{Ages, City, Community, Entries, Facility, Home, HomeKind, Name, Street, StreetKind, Streets};
use lifecircle::geo::{Metres, Seconds};
use lifecircle::measure::{Measured, Share, measure};
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::{AgeGroup, Standard};
use lifecircle::summary::{Change, Summary, compare, summarise};
use support::Map;

const STANDARD: &str = r#"
id = "by-hand"
version = "1"
zh = "手算标准"
en = "By hand"
nearest = 2
score = { full_metres = 111, none_metres = 555, source = "test" }

circle = [
  { id = "daily", zh = "日常", en = "Daily" },
  { id = "care", zh = "托幼", en = "Care" },
  { id = "green", zh = "绿地", en = "Green" },
]
aspect = [{ id = "basic", zh = "基础", en = "Basics" }, { id = "looks", zh = "颜值", en = "Looks" }]
pair = [{ id = "heal_and_stroll", zh = "一药一园", en = "Heal and stroll", services = ["pharmacy", "park"] }]

[[service]]
id = "pharmacy"
circle = "daily"
minutes = 5
required = true
weights = [2, 1]
aspects = ["basic"]
source = "test"

[[service]]
id = "two_pharmacies"
circle = "daily"
zh = "两家药店"
en = "Two pharmacies"
kinds = ["pharmacy"]
minutes = 15
count = 2
source = "test"

[[service]]
id = "kindergarten"
circle = "care"
metres = 333
required = true
people = "children"
weights = [1]
aspects = ["basic"]
ratio = { per_thousand = 500, of = "capacity", people = "children", usual = 20, source = "test" }
source = "test"

[[service]]
id = "park"
circle = "green"
minutes = 10
min_area = 400
required = true
aspects = ["looks"]
source = "test"
"#;

const STEP: f64 = 111.0;

fn streets() -> Streets {
    let node = |x: u32, y: u32| y * 5 + x;
    let street = |from, to| Street::plain([from, to], StreetKind::Minor, Metres(STEP));
    let across = (0..4).flat_map(|y| (0..4).map(move |x| (node(x, y), node(x + 1, y))));
    let up = (0..3).flat_map(|y| (0..5).map(move |x| (node(x, y), node(x, y + 1))));
    Streets {
        nodes: (0..20).map(|n| Map::at(f64::from(n % 5) * STEP, f64::from(n / 5) * STEP)).collect(),
        edges: across.chain(up).map(|(from, to)| street(from, to)).collect(),
        bends: Vec::new(),
    }
}

fn home(id: &str, x: f64, y: f64, [residents, children, elderly]: [f64; 3], community: u32) -> Home {
    Home {
        id: id.to_owned(),
        at: Map::at(x * STEP, y * STEP),
        kind: HomeKind::Building,
        floor_area: None,
        residents,
        ages: Ages { children: Some(children), elderly: Some(elderly) },
        basis: lifecircle::city::Basis::Given,
        to_edge: None,
        community: Some(community),
    }
}

fn facility(id: &str, kind: &str, x: f64, y: f64, area: Option<f64>, capacity: Option<f64>) -> Facility {
    let at = Map::at(x * STEP, y * STEP);
    Facility {
        id: id.to_owned(),
        name: Name::default(),
        kind: kind.to_owned(),
        tags: Vec::new(),
        at,
        entries: Entries::Known(vec![at]),
        area,
        capacity,
    }
}

fn community(id: &str) -> Community {
    let name = Name { local: format!("社区{id}"), en: format!("Community {id}") };
    Community {
        id: id.to_owned(),
        name,
        subdistrict: Name::default(),
        district: Name::default(),
        unit: Name { local: "一单元".to_owned(), en: "Unit One".to_owned() },
        shape: geo_types::MultiPolygon(Vec::new()),
    }
}

fn city() -> City {
    City {
        streets: streets(),
        facilities: vec![
            facility("P1", "pharmacy", 1.0, 0.0, None, None),
            facility("P2", "pharmacy", 4.0, 2.0, None, None),
            facility("S1", "kindergarten", 0.0, 1.0, None, Some(30.0)),
            facility("S2", "kindergarten", 3.0, 0.0, None, None),
            facility("G1", "park", 2.0, 2.0, Some(5000.0), None),
            facility("G2", "park", 0.0, 3.0, Some(300.0), None),
        ],
        homes: vec![
            home("A", 0.0, 0.0, [100.0, 20.0, 10.0], 0),
            home("B", 2.0, 0.0, [60.0, 12.0, 18.0], 0),
            home("C", 4.0, 3.0, [40.0, 4.0, 20.0], 1),
            home("D", 20.0, 0.0, [50.0, 10.0, 10.0], 1),
        ],
        communities: vec![community("1"), community("2")],
        ..City::default()
    }
}

fn measured(city: &City) -> (Measured, Summary) {
    let walk = Walk::of(Walker::find("adult").unwrap());
    let ready = ReadyCity::new(city.clone(), walk, &()).unwrap();
    let measured = measure(&ready, Standard::parse(STANDARD).unwrap(), &()).unwrap();
    let summary = summarise(&measured);
    (measured, summary)
}

fn near(value: f64, by_hand: f64) {
    assert!((value - by_hand).abs() < 1e-6, "{value} is not {by_hand}");
}

fn shares(share: Share, homes: f64, residents: f64, children: f64, elderly: f64) {
    near(share.homes, homes);
    near(share.residents, residents);
    near(share.children.unwrap(), children);
    near(share.elderly.unwrap(), elderly);
}

const PHARMACY: usize = 0;
const TWO: usize = 1;
const KINDERGARTEN: usize = 2;
const PARK: usize = 3;
const A: usize = 0;
const B: usize = 1;
const C: usize = 2;
const D: usize = 3;

#[test]
fn times_lengths_and_counts() {
    let (measured, _) = measured(&city());
    let seconds = |service| [A, B, C, D].map(|home| measured.nearest(home, service).map(|time| time.0));
    assert_eq!(seconds(PHARMACY), [Some(100.0), Some(100.0), Some(100.0), None]);
    assert_eq!(seconds(KINDERGARTEN), [Some(100.0), Some(100.0), Some(400.0), None]);
    assert_eq!(seconds(PARK), [Some(400.0), Some(200.0), Some(300.0), None]);
    let metres = [A, B, C, D].map(|home| measured.nearest_metres(home, KINDERGARTEN).map(|metres| metres.0));
    assert_eq!(metres, [Some(111.0), Some(111.0), Some(444.0), None]);
    assert_eq!(measured.nearest_metres(A, PHARMACY), None);
    // 5, 10, 15 minutes: from A, P1 is at 100 s and P2 at 600.
    assert_eq!(measured.counts(A, PHARMACY), [1, 2, 2]);
    assert_eq!(measured.counts(B, PHARMACY), [1, 2, 2]);
    // 333 m is met on the dot.
    assert_eq!([A, B, C, D].map(|home| measured.count_within_threshold(home, KINDERGARTEN)), [2, 2, 0, 0]);
    assert_eq!([A, B, C, D].map(|home| measured.has(home, TWO)), [true, true, true, false]);
}

#[test]
fn coverage_and_compliance() {
    let (measured, summary) = measured(&city());
    let service = |id: &str| {
        let all = summary.circles.iter().flat_map(|(_, circle)| &circle.services);
        all.clone().find(|(known, _)| known == id).unwrap().1.clone()
    };
    // Whoever is not D: 3 of 4 homes, 200 of 250 residents, 36 of 46 children, 48 of 58 older people.
    for id in ["pharmacy", "two_pharmacies", "park"] {
        shares(service(id).coverage, 0.75, 0.8, 36.0 / 46.0, 48.0 / 58.0);
    }
    // A and B.
    shares(service("kindergarten").coverage, 0.5, 0.64, 32.0 / 46.0, 28.0 / 58.0);
    let compliance: Vec<f64> = summary.circles.iter().map(|(_, circle)| circle.compliance.residents).collect();
    assert_eq!(compliance, [0.8, 0.64, 0.8]);
    assert_eq!(summary.residents_by_circles, [50.0, 0.0, 40.0, 160.0]);
    assert_eq!([A, B, C, D].map(|home| measured.circles(home)), [3, 3, 2, 0]);
    let aspects: Vec<f64> = summary.aspects.iter().map(|(_, aspect)| aspect.coverage.residents).collect();
    near(aspects[0], (0.8 + 0.64) / 2.0);
    near(aspects[1], 0.8);
    near(summary.pairs[0].1.coverage.residents, 0.8);
    let communities: Vec<f64> = summary.communities.iter().map(|community| community.area.mean_circles).collect();
    near(communities[0], 3.0);
    near(communities[1], 2.0 * 40.0 / 90.0);
    // Both communities are one unit.
    assert_eq!(summary.units.len(), 1);
    near(summary.units[0].area.mean_circles, (3.0 * 160.0 + 2.0 * 40.0) / 250.0);
}

#[test]
fn proximity_score_and_diversity() {
    let (measured, summary) = measured(&city());
    // The two nearest of each: A (100 + 600)/2, the same, (100 + 300)/2, and G1 alone at 400.
    let proximity = |home| [PHARMACY, TWO, KINDERGARTEN, PARK].map(|s| measured.proximity(home, s).map(|t| t.0));
    assert_eq!(proximity(A), [350.0, 350.0, 200.0, 400.0].map(Some));
    assert_eq!(proximity(B), [250.0, 250.0, 200.0, 200.0].map(Some));
    assert_eq!(proximity(C), [350.0, 350.0, 500.0, 300.0].map(Some));
    assert_eq!(proximity(D), [None; 4]);
    let indicators = &summary.indicators;
    // Means 325, 225, 375 over 100, 60, 40 people: (32,500 + 13,500 + 15,000) / 200.
    near(indicators.proximity_seconds.unwrap().0, 305.0);
    assert_eq!(indicators.residents_without_proximity, 50.0);
    // Credit (555 − m)/444: 1, ¾, ½, ¼, 0 at one to five steps. A: (2·1 + 1·0 + 1·1)/4.
    assert_eq!(measured.score(A), Some(75.0));
    // B: P1 at one step, P2 at four: (2·1 + 1·¼ + 1·1)/4.
    assert_eq!(measured.score(B), Some(81.25));
    // C: P2 at one, P1 at six, S2 at four: (2·1 + 0 + 1·¼)/4.
    assert_eq!(measured.score(C), Some(56.25));
    assert_eq!(measured.score(D), Some(0.0));
    near(indicators.score.unwrap(), (7500.0 + 4875.0 + 2250.0) / 250.0);
    // Within 15 minutes everybody but D has 2, 2, 2 and 1 of the four services: shares 2/7 thrice and 1/7.
    let entropy = 3.0 * (2.0 / 7.0) * (3.5_f64).ln() + (1.0 / 7.0) * 7.0_f64.ln();
    near(indicators.diversity_shannon, 0.8 * entropy);
    near(indicators.diversity_hill[0], 0.8 * 4.0);
    near(indicators.diversity_hill[1], 0.8 * entropy.exp());
    near(indicators.diversity_hill[2], 0.8 * 49.0 / 13.0);
}

#[test]
fn supply_and_demand() {
    let (measured, summary) = measured(&city());
    let supply = measured.supply[KINDERGARTEN].as_ref().unwrap();
    // Both kindergartens lie within 333 m of A and B, who have 32 children: 30/32 + 20/32.
    assert_eq!(supply.access, [1.5625, 1.5625, 0.0, 0.0]);
    assert_eq!((supply.all, supply.presumed), (50.0, 1));
    let got: f64 = supply.access.iter().zip(&supply.people).map(|(access, people)| access * people).sum();
    assert_eq!(got, 50.0);
    let told = &summary.indicators.supply[0];
    near(told.per_thousand, 50_000.0 / 46.0);
    near(told.per_thousand_in_reach, 1562.5);
    // Community 2 has 14 children, who need 7 places and get none.
    let gap = summary.communities[1].area.gaps.iter().find(|gap| gap.service == "kindergarten").unwrap();
    let shortage = gap.shortage.as_ref().unwrap();
    assert_eq!((shortage.needed, shortage.had, shortage.short, shortage.more_facilities), (7.0, 0.0, 7.0, 0.35));
    // The city as a whole has places enough: 23 are needed.
    let gap = summary.gaps.iter().find(|gap| gap.service == "kindergarten").unwrap();
    assert!(gap.shortage.is_none());
}

#[test]
fn a_ratio_names_its_model_and_its_decay() {
    let access = |how: &str| {
        let standard = STANDARD.replace("usual = 20,", &format!("usual = 20, {how},"));
        assert_ne!(standard, STANDARD);
        let ready = ReadyCity::new(city(), Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
        let measured = measure(&ready, Standard::parse(&standard).unwrap(), &()).unwrap();
        measured.supply[KINDERGARTEN].as_ref().unwrap().access.clone()
    };
    let is = |how: &str, a: f64, b: f64| {
        let access = access(how);
        assert!((access[A] - a).abs() < 1e-9 && (access[B] - b).abs() < 1e-9, "{how}: {access:?}");
        assert_eq!(access[C..], [0.0, 0.0]);
    };
    // A has S1 at 111 m and S2 at 333, B the other way round; 20 and 12 children, 30 and 20 places.
    // Linear to 333 m: 2/3 at 111, nothing at 333. S1: 30 / (2/3 · 20) = 2.25; S2: 20 / (2/3 · 12) = 2.5.
    is("decay = \"linear\"", 2.25 * 2.0 / 3.0, 2.5 * 2.0 / 3.0);
    is("model = \"m2sfca\", decay = \"linear\"", 2.25 * 4.0 / 9.0, 2.5 * 4.0 / 9.0);
    // Bands in metres, as the threshold: S1: 30 / (20 + 6); S2: 20 / (10 + 12).
    let (near, far) = (30.0 / 26.0, 20.0 / 22.0);
    is("decay = \"bands:200=1,333=0.5\"", near + far / 2.0, near / 2.0 + far);
    // Each gives half of its choice to either: 3SFCA with a step. S1 and S2: 30 / 16 and 20 / 16, half of each.
    is("model = \"3sfca\"", 25.0 / 16.0, 25.0 / 16.0);
    let weight = |metres: f64| (-0.01 * metres).exp();
    let (r1, r2) =
        (30.0 / (weight(111.0) * 20.0 + weight(333.0) * 12.0), 20.0 / (weight(333.0) * 20.0 + weight(111.0) * 12.0));
    is(
        "decay = \"exponential:0.01\"",
        r1 * weight(111.0) + r2 * weight(333.0),
        r1 * weight(333.0) + r2 * weight(111.0),
    );
    for (wrong, told) in [
        ("decay = \"sideways\"", "the decay \"sideways\" is not known"),
        ("decay = \"exponential:-1\"", "makes no sense"),
        ("decay = \"bands:5=1,3=2\"", "makes no sense"),
        ("decay = \"logistic:10,0\"", "makes no sense"),
        ("model = \"4sfca\"", "unknown variant"),
    ] {
        let standard = STANDARD.replace("usual = 20,", &format!("usual = 20, {wrong},"));
        let error = Standard::parse(&standard).unwrap_err().to_string();
        assert!(error.contains(told) && error.contains("line "), "{error}");
    }
}

#[test]
fn gaps() {
    let (_, summary) = measured(&city());
    let gap = summary.gaps.iter().find(|gap| gap.service == "kindergarten").unwrap();
    // C and D: 90 residents, 14 children; only C has a way, of 400 s and 444 m.
    assert_eq!((gap.homes_without, gap.residents_without, gap.people_without), (2, 90.0, 14.0));
    assert_eq!((gap.mean_seconds, gap.mean_metres), (Some(Seconds(400.0)), Some(Metres(444.0))));
    assert_eq!(gap.residents_without_way, 50.0);
    // D's 50 residents lack the others; those weigh more than 14 children.
    let ranked: Vec<(&str, f64)> = summary.gaps.iter().map(|gap| (gap.service.as_str(), gap.people_without)).collect();
    assert_eq!(ranked, [("pharmacy", 50.0), ("two_pharmacies", 50.0), ("park", 50.0), ("kindergarten", 14.0)]);
    assert!(summary.communities[0].area.gaps.is_empty());
    assert_eq!(summary.worst_gaps[0].community.as_deref(), Some("2"));
}

#[test]
fn equity() {
    let (measured, summary) = measured(&city());
    // Of three required services A and B have all, C two, D none.
    for (home, completeness) in [(A, 1.0), (B, 1.0), (C, 2.0 / 3.0), (D, 0.0)] {
        near(measured.completeness(home), completeness);
    }
    let mean = (160.0 + 40.0 * 2.0 / 3.0) / 250.0;
    near(summary.indicators.completeness, mean);
    let equity = &summary.indicators.equity;
    // Lorenz: (0.2, 0), (0.36, 1/7), (1, 1).
    let curve: Vec<(f64, f64)> = equity.lorenz.iter().map(|point| (point.people, point.access)).collect();
    for ((people, access), by_hand) in curve.into_iter().zip([(0.0, 0.0), (0.2, 0.0), (0.36, 1.0 / 7.0), (1.0, 1.0)]) {
        near(people, by_hand.0);
        near(access, by_hand.1);
    }
    near(equity.gini.unwrap(), 1.0 - (0.16 / 7.0 + 0.64 * (8.0 / 7.0)));
    // The best tenth have 1; the worst four tenths are D's 50, C's 40 and ten of A and B.
    near(equity.palma.unwrap(), 1.0 / ((40.0 * 2.0 / 3.0 + 10.0) / 100.0));
    let theil = equity.theil.unwrap();
    let term = |share: f64, ratio: f64| share * ratio * ratio.ln();
    near(theil.total, term(0.64, 1.0 / mean) + term(0.16, 2.0 / 3.0 / mean));
    // Community 1 has 1 on average, community 2 has 40·⅔/90.
    near(theil.between, term(0.64, 1.0 / mean) + term(0.36, 40.0 * 2.0 / 3.0 / 90.0 / mean));
    near(theil.within, theil.total - theil.between);
    // 28 of 160 are old in community 1, 30 of 90 in community 2: by age, 64 % of people have 6/7 of access first.
    near(equity.concentration_by_elderly.unwrap(), 1.0 - (0.64 * 6.0 / 7.0 + 0.36 * 13.0 / 7.0));
}

#[test]
fn composite() {
    let (_, summary) = measured(&city());
    // In every circle community 1 has most and community 2 least: each tells as much, and they lie at the two ends.
    let composite = summary.indicators.composite.unwrap();
    for (_, weight) in &composite.weights {
        near(*weight, 1.0 / 3.0);
    }
    near(composite.scores[0].1, 100.0);
    near(composite.scores[1].1, 0.0);
}

#[test]
fn change_over_time() {
    let new = city();
    let mut old = city();
    // A year before there was no P2, a pharmacy stood at (0, 2), S2 stood at (4, 0), and D was not built.
    old.facilities[1] = facility("P0", "pharmacy", 0.0, 2.0, None, None);
    old.facilities[3].at = Map::at(4.0 * STEP, 0.0);
    old.facilities[3].entries = Entries::Known(vec![old.facilities[3].at]);
    old.homes.pop();
    let ((then, _), (now, _)) = (measured(&old), measured(&new));
    let changes = compare(&then, &now);
    assert_eq!((changes.residents_compared, changes.residents_new, changes.residents_gone), (200.0, 50.0, 0.0));
    let told: Vec<(Change, &str)> = changes.facilities.iter().map(|f| (f.change, f.id.as_str())).collect();
    assert_eq!(told, [(Change::Opened, "P2"), (Change::Moved, "S2"), (Change::Closed, "P0")]);
    near(changes.facilities[1].metres.unwrap().0 / STEP, 1.0);
    let service = |index: usize| {
        let change = &changes.services[index];
        (change.opened, change.closed, change.moved, change.residents_gained, change.residents_lost)
    };
    // C had P1 at 600 s, and P0 at 500; now P2 at 100.
    assert_eq!(service(PHARMACY), (1, 1, 0, 40.0, 0.0));
    // A and B had S1 all the time; C had S2 at 333 m, and it has gone to 444 m.
    assert_eq!(service(KINDERGARTEN), (0, 0, 1, 0.0, 40.0));
    near(changes.services[PHARMACY].coverage_old.residents, 160.0 / 200.0);
    near(changes.services[PHARMACY].coverage_new.residents, 200.0 / 250.0);
    let most = &changes.communities[0];
    assert_eq!((most.id.as_str(), most.residents_compared), ("2", 40.0));
    assert_eq!(most.gained, [("pharmacy".to_owned(), 40.0)]);
    assert_eq!(most.lost, [("kindergarten".to_owned(), 40.0)]);
    // One circle gained, one lost.
    assert_eq!(most.mean_circles, [2.0, 2.0]);
    assert!(changes.communities[1].gained.is_empty());
}

#[test]
fn the_way_from_the_door_counts_in_metres_too() {
    let mut city = city();
    // A stands half a step south of its street: 55.5 m, 50 s. An elderly person walks 3 km/h, and as far.
    city.homes[A].at = Map::at(0.0, -0.5 * STEP);
    for (walker, seconds) in [("adult", 150.0), ("elderly", 166.5 / 0.83)] {
        let walk = Walk::of(Walker::find(walker).unwrap());
        let measured =
            measure(&ReadyCity::new(city.clone(), walk, &()).unwrap(), Standard::parse(STANDARD).unwrap(), &())
                .unwrap();
        let (time, length) =
            (measured.nearest(A, KINDERGARTEN).unwrap(), measured.nearest_metres(A, KINDERGARTEN).unwrap());
        assert!((time.0 - seconds).abs() < 0.1, "{time:?}");
        assert!((length.0 - 166.5).abs() < 0.05, "{length:?}");
        // 333 m and the way to the street is too far.
        assert_eq!(measured.count_within_threshold(A, KINDERGARTEN), 1);
    }
}

#[test]
fn a_ratio_for_an_age_group_that_is_not_known_is_left_out() {
    let mut city = city();
    city.homes[C].ages.children = None;
    let (measured, summary) = measured(&city);
    assert!(measured.supply[KINDERGARTEN].is_none() && summary.indicators.supply.is_empty());
    let note = summary.notes.iter().find(|note| note.en.contains("Ages are not known")).unwrap();
    assert!(note.en.contains("ratios of Kindergarten are left out") && note.zh.contains("千人指标未计算"), "{note:?}");
    // C's children are not told: its 40 residents and D's 50 are counted, and called residents.
    let gap = summary.gaps.iter().find(|gap| gap.service == "kindergarten").unwrap();
    assert_eq!((gap.people, gap.people_without, gap.shortage.is_none()), (AgeGroup::All, 90.0, true));
}

#[test]
fn what_the_city_has_none_of_is_no_gap_of_a_community() {
    let mut city = city();
    city.facilities.retain(|facility| facility.kind != "park");
    let (_, summary) = measured(&city);
    let lacks = |gaps: &[lifecircle::summary::Gap]| gaps.iter().any(|gap| gap.service == "park");
    assert!(lacks(&summary.gaps) && !lacks(&summary.worst_gaps));
    assert!(summary.notes.iter().any(|note| note.en.contains("The data holds no Park, which")));
}

#[test]
fn one_is_not_two() {
    // Within six minutes A, B and C have one pharmacy each; two are asked for.
    let nearer = STANDARD.replace("minutes = 15\ncount = 2", "minutes = 6\ncount = 2");
    assert_ne!(nearer, STANDARD);
    let walk = || Walk::of(Walker::find("adult").unwrap());
    let had = |standard: &str| {
        let measured =
            measure(&ReadyCity::new(city(), walk(), &()).unwrap(), Standard::parse(standard).unwrap(), &()).unwrap();
        [A, B, C, D].map(|home| (measured.count_within_threshold(home, TWO), measured.has(home, TWO)))
    };
    assert_eq!(had(&nearer), [(1, false), (1, false), (1, false), (0, false)]);
    assert_eq!(had(&nearer.replace("count = 2", "count = 1")), [(1, true), (1, true), (1, true), (0, false)]);
}

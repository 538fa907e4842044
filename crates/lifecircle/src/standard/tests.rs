//! Every built-in standard against the table that it stands for.

use super::*;

fn standard(id: &str) -> Standard {
    Standard::find(id).unwrap()
}

/// Ids of a circle's services that are required, or that are not.
fn ids<'a>(standard: &'a Standard, circle: &str, required: bool) -> Vec<&'a str> {
    let circle = standard.circles.iter().position(|c| c.id == circle).unwrap();
    let services = standard.services_of(circle).map(|index| &standard.services[index]);
    services.filter(|service| service.required == required).map(|service| service.id.as_str()).collect()
}

fn metres(standard: &Standard, id: &str) -> Option<f64> {
    match standard.services.iter().find(|service| service.id == id).unwrap().threshold {
        Threshold::Distance(metres) => Some(metres.0),
        Threshold::Time(_) => None,
    }
}

fn minutes(standard: &Standard, id: &str) -> Option<f64> {
    match standard.services.iter().find(|service| service.id == id).unwrap().threshold {
        Threshold::Time(time) => Some(time.minutes()),
        Threshold::Distance(_) => None,
    }
}

#[test]
fn the_built_in_standards_load() {
    for id in Standard::built_in() {
        let standard = standard(id);
        assert_eq!(standard.id, id);
        assert!(!standard.sources.is_empty());
        for service in &standard.services {
            assert!(!service.source.is_empty() && !service.kinds.is_empty(), "{id}: {}", service.id);
            assert!(!service.zh.is_empty() && !service.en.is_empty());
        }
        for circle in 0..standard.circles.len() {
            assert!(standard.services_of(circle).next().is_some(), "{}", standard.circles[circle].id);
        }
    }
}

#[test]
fn gb50180() {
    let gb = standard("cn-gb50180-2018");
    assert_eq!(
        ids(&gb, "m15", true),
        [
            "middle_school",
            "large_sports_ground",
            "health_centre",
            "outpatient_clinic",
            "nursing_home",
            "elderly_institution",
            "culture_centre",
            "subdistrict_service_centre",
            "subdistrict_office",
            "justice_office",
            "mall_15",
            "restaurant_15",
            "bank_15",
            "telecom_15",
            "post",
            "bus_stop_15",
            "park_15",
        ]
    );
    assert_eq!(ids(&gb, "m15", false), ["gymnasium", "police", "gym_15", "metro_stop", "bus_terminal", "fire_station"]);
    assert_eq!(
        ids(&gb, "m10", true),
        [
            "primary_school",
            "medium_sports_ground",
            "mall_10",
            "wet_market",
            "restaurant_10",
            "bank_10",
            "telecom_10",
            "bus_stop_10",
            "park_10",
        ]
    );
    assert_eq!(ids(&gb, "m10", false), ["gym_10", "middle_school_10", "metro_stop_10", "bus_terminal_10"]);
    assert_eq!(
        ids(&gb, "m5", true),
        [
            "community_service_station",
            "culture_station",
            "small_ball_court",
            "outdoor_fitness",
            "kindergarten",
            "elderly_day_care",
            "shops",
            "recycling_point",
            "waste_collection",
            "public_toilet",
            "park_5",
        ]
    );
    assert_eq!(ids(&gb, "m5", false), ["community_canteen", "childcare", "health_station", "bus_stop_5"]);
    assert_eq!(
        ids(&gb, "block", true),
        [
            "block_store",
            "parcel_point",
            "fitness_equipment",
            "play_and_rest",
            "estate_services",
            "block_green",
            "waste_point",
            "bicycle_parking",
            "car_parking",
        ]
    );
    for (id, radius) in [
        ("middle_school", 1000.0),
        ("large_sports_ground", 1000.0),
        ("health_centre", 1000.0),
        ("culture_centre", 1000.0),
        ("primary_school", 500.0),
        ("medium_sports_ground", 500.0),
        ("wet_market", 500.0),
        ("bus_stop_10", 500.0),
        ("community_service_station", 300.0),
        ("culture_station", 500.0),
        ("small_ball_court", 300.0),
        ("outdoor_fitness", 300.0),
        ("kindergarten", 300.0),
        ("elderly_day_care", 300.0),
        ("health_station", 300.0),
        // The level's own distance where a service has none.
        ("outpatient_clinic", 1000.0),
        ("post", 1000.0),
        ("mall_10", 500.0),
        ("shops", 300.0),
        ("public_toilet", 300.0),
        ("police", 800.0),
        ("waste_point", 70.0),
    ] {
        assert_eq!(metres(&gb, id), Some(radius), "{id}");
    }
    // Park green a person: 2.0, 1.0, 1.0 m² in parks of at least 5, 1, 0.4 ha.
    for (id, a_person, hectares) in [("park_15", 2.0, 5.0), ("park_10", 1.0, 1.0), ("park_5", 1.0, 0.4)] {
        let park = gb.services.iter().find(|service| service.id == id).unwrap();
        let ratio = park.ratio.as_ref().unwrap();
        assert_eq!((ratio.per_thousand, ratio.of), (a_person * 1000.0, SupplyOf::Area));
        assert_eq!(park.min_area, hectares * 10_000.0);
    }
    let day_care = gb.services.iter().find(|service| service.id == "elderly_day_care").unwrap();
    assert_eq!(day_care.min_area, 350.0);
    // 70 % of the park green in old areas, and all else the same.
    let old = standard("cn-gb50180-2018-old");
    let green = |standard: &Standard, id: &str| {
        let service = standard.services.iter().find(|service| service.id == id).unwrap();
        service.ratio.as_ref().unwrap().per_thousand
    };
    for park in ["park_15", "park_10", "park_5", "block_green"] {
        assert!((green(&old, park) - 0.7 * green(&gb, park)).abs() < 1e-9, "{park}");
    }
    let rest = |standard: &Standard| {
        standard.services.iter().map(|s| (s.id.clone(), s.threshold, s.required, s.source.clone())).collect::<Vec<_>>()
    };
    assert_eq!(rest(&old), rest(&gb));
    assert_eq!((old.country, old.circles.len()), (Some(Country::CN), 4));
}

#[test]
fn mofcom() {
    let mofcom = standard("cn-mofcom-2021");
    assert_eq!(
        ids(&mofcom, "basic", true),
        [
            "convenience_store",
            "supermarket",
            "wet_market",
            "fresh_food",
            "breakfast",
            "laundry",
            "hairdresser",
            "pharmacy",
            "copy_photo",
            "housekeeping",
            "repair",
            "parcel_post",
            "recycling",
            "community_service",
            "elderly_care",
        ]
    );
    assert_eq!(
        ids(&mofcom, "quality", false),
        [
            "leisure_fitness",
            "speciality_restaurant",
            "bakery",
            "bookshop",
            "childcare",
            "training",
            "travel_agency",
            "wellness",
            "flowers_gifts",
            "cafe",
            "pet_care",
            "car_wash",
        ]
    );
    for (id, tier) in [
        ("convenience_store", 5.0),
        ("breakfast", 8.0),
        ("pharmacy", 8.0),
        ("laundry", 8.0),
        ("hairdresser", 8.0),
        ("wet_market", 8.0),
        ("supermarket", 15.0),
        ("repair", 15.0),
        ("leisure_fitness", 15.0),
        ("community_service", 15.0),
    ] {
        assert_eq!(minutes(&mofcom, id), Some(tier), "{id}");
    }
    let pairs: Vec<&str> = mofcom.pairs.iter().map(|pair| pair.zh.as_str()).collect();
    assert_eq!(pairs, ["一店一早", "一菜一修", "一老一小", "一收一洗"]);
    let grades: Vec<&str> = mofcom.grades.iter().map(|grade| grade.zh.as_str()).collect();
    assert_eq!(grades, ["基础型", "提升型", "品质型"]);
}

#[test]
fn wuhai() {
    let wuhai = standard("wuhai-8");
    let circles: Vec<&str> = wuhai.circles.iter().map(|circle| circle.zh.as_str()).collect();
    assert_eq!(
        circles,
        [
            "舒适安居圈",
            "便民消费圈",
            "社区文化圈",
            "优教普惠圈",
            "养老服务圈",
            "健康医疗圈",
            "城市微更新",
            "服务响应圈"
        ]
    );
    let aspects: Vec<&str> = wuhai.aspects.iter().map(|aspect| aspect.zh.as_str()).collect();
    assert_eq!(aspects, ["基础", "经济", "颜值", "精神", "品质", "服务"]);
    let spoken: usize = wuhai.aspects.iter().map(|aspect| aspect.services.len()).sum();
    assert!(spoken >= wuhai.services.len(), "every service speaks for an aspect");
}

#[test]
fn tdt1062() {
    let guide = standard("cn-tdt1062-2021");
    let classes: Vec<&str> = guide.circles.iter().map(|circle| circle.zh.as_str()).collect();
    assert_eq!(classes, ["基础保障型", "品质提升型", "特色引导型"]);
    assert!(ids(&guide, "basic", false).is_empty() && ids(&guide, "quality", true).is_empty());
    for (id, radius) in [
        ("health_centre", 1000.0),
        ("subdistrict_service_centre", 1000.0),
        ("outpatient_clinic", 1000.0),
        ("primary_school", 500.0),
        ("wet_market", 500.0),
        ("health_station", 500.0),
        ("pharmacy", 300.0),
        ("convenience_store", 300.0),
    ] {
        assert_eq!(metres(&guide, id), Some(radius), "{id}");
    }
    let others = guide.services.iter().filter(|s| metres(&guide, &s.id).is_none());
    assert!(others.into_iter().all(|s| [5.0, 10.0, 15.0].contains(&minutes(&guide, &s.id).unwrap())));
}

#[test]
fn the_international_ones() {
    let circles = |id: &str| standard(id).circles.iter().map(|circle| circle.id.clone()).collect::<Vec<_>>();
    assert_eq!(circles("moreno-6"), ["living", "working", "commerce", "health", "education", "entertainment"]);
    let melbourne = standard("melbourne-20");
    assert!(melbourne.services.iter().all(|service| service.threshold == Threshold::Distance(Metres(800.0))));
    let sony = standard("sony-15min");
    assert_eq!((sony.nearest, sony.services.len()), (20, 9));
    let walk = standard("walkscore-like");
    let weights: Vec<f64> = walk.services.iter().map(|service| service.weights.iter().sum()).collect();
    assert!((weights.iter().sum::<f64>() - 15.0).abs() < 1e-12, "{weights:?}");
    let score = walk.score.unwrap();
    assert_eq!((score.full_metres, score.none_metres), (400.0, 1600.0));
}

/// Every service of a standard, circle by circle.
fn assert_services(id: &str, expected: &[(&str, &[&str])]) {
    let standard = standard(id);
    let all: Vec<(&str, Vec<&str>)> = standard
        .circles
        .iter()
        .enumerate()
        .map(|(index, circle)| {
            (circle.id.as_str(), standard.services_of(index).map(|s| standard.services[s].id.as_str()).collect())
        })
        .collect();
    let expected: Vec<(&str, Vec<&str>)> = expected.iter().map(|(circle, ids)| (*circle, ids.to_vec())).collect();
    assert_eq!(all, expected, "{id}");
}

/// What belongs in each circle: for Wuhai this project's own table, for the others the categories of their authors.
#[test]
fn the_services_of_the_others() {
    assert_services(
        "wuhai-8",
        &[
            (
                "housing",
                &["bus_stop", "bicycle_parking", "ev_charging", "public_toilet", "recycling", "estate_services"],
            ),
            (
                "shopping",
                &[
                    "convenience_store",
                    "supermarket",
                    "wet_market",
                    "breakfast",
                    "restaurant",
                    "laundry",
                    "hairdresser",
                    "copy_photo",
                    "repair",
                    "parcel_post",
                    "bank",
                    "telecom",
                    "mall",
                ],
            ),
            ("culture", &["culture_centre", "library", "theatre_cinema_museum"]),
            ("education", &["childcare", "kindergarten", "primary_school", "middle_school", "training"]),
            ("elderly_care", &["nursing_home", "elderly_day_care", "community_canteen", "elderly_activity"]),
            ("health", &["health_centre", "clinic", "hospital", "pharmacy", "outdoor_fitness", "sports_ground", "gym"]),
            ("renewal", &["park", "pocket_park", "playground", "square"]),
            ("response", &["community_service_station", "police", "fire_station"]),
        ],
    );
    assert_services(
        "cn-tdt1062-2021",
        &[
            (
                "basic",
                &[
                    "health_centre",
                    "outpatient_clinic",
                    "health_station",
                    "culture_centre",
                    "sports_ground",
                    "middle_school",
                    "nursing_home",
                    "subdistrict_service_centre",
                    "park",
                    "bus_stop",
                    "wet_market",
                    "primary_school",
                    "kindergarten",
                    "elderly_day_care",
                    "outdoor_fitness",
                    "convenience_store",
                    "parcel_post",
                    "public_green",
                    "public_toilet",
                    "recycling",
                    "pharmacy",
                ],
            ),
            (
                "quality",
                &[
                    "childcare",
                    "community_canteen",
                    "elderly_activity",
                    "library",
                    "gym",
                    "training",
                    "ev_charging",
                    "playground",
                    "cafe",
                ],
            ),
            ("special", &["theatre_cinema", "museum", "square", "mall"]),
        ],
    );
    assert_services(
        "moreno-6",
        &[
            ("living", &["transport", "civic", "green"]),
            ("working", &["workplaces"]),
            ("commerce", &["groceries", "other_shops", "bank"]),
            ("health", &["pharmacy", "doctors"]),
            ("education", &["kindergarten", "primary_school", "middle_school"]),
            ("entertainment", &["culture", "eating_out", "sport"]),
        ],
    );
    assert_services(
        "melbourne-20",
        &[
            ("shopping", &["local_shops"]),
            ("health", &["local_health", "pharmacy"]),
            ("learning", &["primary_school", "secondary_school", "childcare", "lifelong_learning"]),
            ("open_space", &["playground", "park", "community_garden", "sport"]),
            ("transport", &["public_transport", "cycling"]),
            ("living", &["ageing_in_place", "employment"]),
        ],
    );
    assert_services(
        "walkscore-like",
        &[(
            "amenities",
            &["grocery", "restaurants", "shopping", "coffee", "banks", "parks", "schools", "books", "entertainment"],
        )],
    );
    assert_services(
        "sony-15min",
        &[
            ("outdoor", &["outdoor"]),
            ("learning", &["learning"]),
            ("supplies", &["supplies"]),
            ("eating", &["eating"]),
            ("moving", &["moving"]),
            ("culture", &["culture"]),
            ("exercise", &["exercise"]),
            ("services", &["services"]),
            ("health", &["health"]),
        ],
    );
}

#[test]
fn mistakes_are_named_by_line_and_key() {
    let text = Standard::built_in_text("wuhai-8").unwrap();
    let error = |from: &str, to: &str| {
        let wrong = text.replacen(from, to, 1);
        assert_ne!(wrong, text, "{from}");
        Standard::parse(&wrong).unwrap_err().to_string()
    };
    let line = |what: &str| text.lines().position(|line| line.contains(what)).unwrap() + 1;
    let at = |what: &str, key: &str| format!("line {}, `{key}`", line(what));
    let told = error("circle = \"housing\"", "circle = \"hosing\"");
    assert!(told.starts_with(&at("circle = \"housing\"", "circle")) && told.contains("no circle `hosing`"), "{told}");
    assert!(error("id = \"wuhai-8\"", "id = \"../up\"").contains("the standard's id \"../up\""));
    assert!(error("minutes = 10", "minuts = 10").contains("minuts"));
    assert!(error("minutes = 10", "minutes = -1").starts_with(&at("minutes = 10", "minutes")));
    let both = error("minutes = 10", "minutes = 10\nmetres = 5");
    assert!(both.contains("either `minutes` or `metres`"), "{both}");
    assert!(error("kinds = [\"bus_stop\"", "kinds = [\"bus_stopp\"").contains("no kind `bus_stopp`"));
    assert!(error("aspects = [\"basic\"]", "aspects = [\"basics\"]").contains("no aspect `basics`"));
    assert!(
        error("\"convenience_store\", \"breakfast\"", "\"convenience_stor\", \"breakfast\"")
            .contains("convenience_stor")
    );
    assert!(error("id = \"bicycle_parking\"", "id = \"bus_stop\"").contains("is taken"));
    assert!(error("per_thousand = 4.5", "per_thousand = 0").contains("must be above 0"));
    assert!(
        error("id = \"bicycle_parking\"", "id = \"bicycle_barn\"")
            .contains("how the service `bicycle_barn` is recognised")
    );
    let rule = error("id = \"bicycle_parking\"", "id = \"bicycle_parking\"\nosm = [\"highway\"]");
    assert!(rule.contains("`osm`") && rule.contains("\"highway\""), "{rule}");
}

#[test]
fn the_examples_of_the_documentation_are_standards() {
    let text = include_str!("../../../../docs/standards.md");
    let examples: Vec<&str> = text.split("```toml").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [few_lines, whole] = examples[..] else { panic!("there are {} examples", examples.len()) };
    let extending = Standard::parse(few_lines).unwrap();
    assert_eq!(extending.services.len(), standard("cn-mofcom-2021").services.len() - 2);
    let whole = Standard::parse(whole).unwrap();
    assert_eq!((whole.services.len(), whole.pairs.len(), whole.aspects[0].services.len()), (2, 1, 1));
    assert_eq!(whole.kinds_of(1).collect::<Vec<_>>(), ["pharmacy"]);
    assert_eq!(whole.grades[0].services, [(0, 0.5)]);
}

#[test]
fn thresholds_of_area() {
    use crate::city::{Entries, Facility, Name};
    use crate::geo::LonLat;
    let park = |area: Option<f64>| Facility {
        id: "w1".to_owned(),
        name: Name::default(),
        kind: "leisure=park".to_owned(),
        tags: vec![("leisure".to_owned(), "park".to_owned())],
        at: LonLat { x: 0.0, y: 0.0 },
        entries: Entries::Known(vec![]),
        area,
        capacity: None,
    };
    let wuhai = standard("wuhai-8");
    let parks = [park(Some(300.0)), park(Some(5000.0)), park(Some(20_000.0)), park(None)];
    let recognised = recognise(&wuhai, &parks);
    let of = |id: &str| &recognised.services[wuhai.services.iter().position(|service| service.id == id).unwrap()];
    assert_eq!(of("park"), &[2]);
    assert_eq!(of("pocket_park"), &[1, 3]);
    assert_eq!(recognised.unrecognised, 1);
    assert_eq!(recognised.unknown_area.iter().sum::<usize>(), 1);
}

#[test]
fn standards_tell_for_which_country_they_are() {
    let wuhai = LonLat { x: 106.8, y: 39.65 };
    let valletta = LonLat { x: 14.51, y: 35.9 };
    let country = standard("wuhai-8").country.unwrap();
    assert!(country.holds(wuhai) && !country.holds(valletta));
    assert_eq!(standard("moreno-6").country, None);
}

/// Mofcom's with ten lines of its own, after `over` was put into them.
fn own(over: &str) -> Result<Standard> {
    let head = "id = \"own\"\nversion = \"1\"\nzh = \"自\"\nen = \"Own\"\nextends = \"cn-mofcom-2021\"\n";
    Standard::parse(&format!("{head}{over}"))
}

#[test]
fn a_standard_extends_another_in_a_few_lines() {
    let base = standard("cn-mofcom-2021");
    let same = own("").unwrap();
    assert_eq!(
        same.services.iter().map(|s| (&s.id, s.threshold, &s.source, s.required)).collect::<Vec<_>>(),
        base.services.iter().map(|s| (&s.id, s.threshold, &s.source, s.required)).collect::<Vec<_>>()
    );
    assert_eq!((same.id.as_str(), same.sources.len(), same.grades.len()), ("own", base.sources.len(), 3));
    let changed = own(concat!(
        "without = [\"pet_care\", \"car_wash\"]\n",
        "[[service]]\nid = \"pharmacy\"\nmetres = 400\nsource = \"ours\"\n",
        "[[service]]\nid = \"bakery\"\nrequired = true\n",
        "[[service]]\nid = \"library\"\ncircle = \"quality\"\nminutes = 10\nsource = \"ours\"\n",
    ))
    .unwrap();
    let of = |id: &str| changed.services.iter().find(|service| service.id == id);
    // The time gave way to a distance; all else is as it was.
    let pharmacy = of("pharmacy").unwrap();
    assert_eq!(
        (metres(&changed, "pharmacy"), pharmacy.required, pharmacy.source.as_str()),
        (Some(400.0), true, "ours")
    );
    let bakery = of("bakery").unwrap();
    assert!(bakery.required && minutes(&changed, "bakery") == Some(15.0) && bakery.source.contains("MOFCOM"));
    assert_eq!(minutes(&changed, "library"), Some(10.0));
    assert!(of("pet_care").is_none());
    // The pair that named what was left out went with it.
    assert_eq!(
        changed.pairs.iter().map(|pair| pair.zh.as_str()).collect::<Vec<_>>(),
        ["一店一早", "一菜一修", "一老一小"]
    );
    assert_eq!(changed.services.len(), base.services.len() - 2 + 1);
    // A circle that is left out goes with its services, and no grade asks for it.
    let basic = own("without = [\"quality\"]\n").unwrap();
    assert_eq!(basic.circles.len(), 1);
    // Only the lowest grade asked for nothing of it.
    assert_eq!(basic.grades.iter().map(|grade| grade.id.as_str()).collect::<Vec<_>>(), ["basic"]);
    // Rules of one's own come beside the kinds of the base.
    let named = own("[[service]]\nid = \"pharmacy\"\nnames = [\"便民药柜\"]\n").unwrap();
    let pharmacy = named.services.iter().position(|service| service.id == "pharmacy").unwrap();
    assert_eq!(named.kinds_of(pharmacy).collect::<Vec<_>>(), ["pharmacy", "pharmacy (own rules)"]);
    // An aspect of which nothing is left goes, and the others stay.
    let text = "id = \"own\"\nversion = \"1\"\nzh = \"自\"\nen = \"Own\"\nextends = \"wuhai-8\"\n";
    let without = Standard::parse(&format!("{text}without = [\"shopping\"]\n")).unwrap();
    let aspects: Vec<&str> = without.aspects.iter().map(|aspect| aspect.id.as_str()).collect();
    assert_eq!(aspects, ["basic", "looks", "spirit", "quality", "service"]);
    assert!(without.aspects.iter().all(|aspect| !aspect.services.is_empty()));
}

#[test]
fn mistakes_in_what_extends_are_named() {
    let told = |over: &str| own(over).unwrap_err().to_string();
    assert!(
        told("without = [\"petcare\"]\n").starts_with("line 6, `without`: there is no service and no circle `petcare`")
    );
    let unsourced = told("[[service]]\nid = \"pharmacy\"\nmetres = 400\n");
    assert!(unsourced.contains("line 6") && unsourced.contains("no `source`"), "{unsourced}");
    let new = told("[[service]]\nid = \"library\"\nminutes = 10\nsource = \"ours\"\n");
    assert!(new.contains("the service `library` has no `circle`"), "{new}");
    // Leaving something out hides no mistake beside it.
    let pair = "without = [\"pet_care\"]\n[[pair]]\nid = \"p\"\nzh = \"对\"\nen = \"P\"\nservices = [\"pharmcy\", \"bakery\"]\n";
    assert!(told(pair).contains("pharmcy"));
    let circle = "without = [\"pet_care\"]\n[[circle]]\nid = \"c\"\nzh = \"圈\"\nen = \"C\"\n";
    assert!(told(circle).contains("the circle `c` has no service"));
    let twice = told("[[service]]\nid = \"bakery\"\n[[service]]\nid = \"bakery\"\nrequired = true\n");
    assert!(twice.contains("taken"), "{twice}");
    // What breaks in the text that is extended is told of that text.
    let pair = own(
        "[[circle]]\nid = \"basic\"\nzh = \"基\"\nen = \"B\"\n[[kind]]\nid = \"pharmacy\"\nzh = \"a\"\nen = \"a\"\n",
    );
    assert!(pair.unwrap_err().to_string().contains("taken"));
    let unknown = Standard::parse("id = \"own\"\nversion = \"1\"\nzh = \"自\"\nen = \"Own\"\nextends = \"mofcom\"\n");
    let unknown = unknown.unwrap_err().to_string();
    assert!(unknown.starts_with("line 5, `extends`: there is no built-in standard \"mofcom\""), "{unknown}");
}

//! Lists as offices hold them: titles, merged heads, units, sums, sheets, a row a person, addresses without coordinates, each with its own
//! settings; and what `inputs::look` makes of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::{Path, PathBuf};

use lifecircle::city::{City, ListReport, PlacedBy};
use lifecircle::geo::Datum;
use lifecircle::import::{FacilityList, Inputs, ListReading, import, read_corrections, read_list, read_people};
use lifecircle::inputs::{InputFiles, look};
use lifecircle::jobs::make_city;
use lifecircle::kinds::{Catalogue, overlaps};
use lifecircle::standard::{Standard, recognise};
use rust_xlsxwriter::{Workbook, Worksheet};
use support::{Map, xml};

fn put(directory: &Path, name: &str, text: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn fill(sheet: &mut Worksheet, rows: &[&[&str]]) {
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let (row, column) = (row as u32, column as u16);
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).unwrap(),
                Err(_) => sheet.write_string(row, column, *cell).unwrap(),
            };
        }
    }
}

fn names(list: &FacilityList) -> Vec<&str> {
    list.facilities.iter().map(|facility| facility.name.local.as_str()).collect()
}

fn kinds(list: &FacilityList) -> Vec<&str> {
    let catalogue = Catalogue::built_in();
    let of = |facility| catalogue.kinds_of(facility).into_iter().map(|kind| catalogue.kinds[kind].id.as_str());
    list.facilities.iter().flat_map(of).collect()
}

#[test]
fn a_sheet_as_an_office_writes_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("list.xlsx");
    let mut workbook = Workbook::new();
    let head = ["序号", "机构名称", "机构类型", "核定床位数（张）", "占地面积（亩）", "GPS经度", "GPS纬度", "联系人"];
    fill(workbook.add_worksheet().set_name("说明").unwrap(), &[&["本表由各区填报"]]);
    fill(
        workbook.add_worksheet().set_name("海勃湾区").unwrap(),
        &[
            &["养老机构名单"],
            &["填报单位：民政局", "", "", "2025年12月"],
            &head,
            &["1", "夕阳红", "养老院", "120", "3", "106.8", "39.6", "张三"],
            &["2", "康乐", "日间照料中心", "20", "", "106.81", "39.61", ""],
            &["合计", "", "", "140"],
            &["注：床位数为核定数"],
        ],
    );
    fill(
        workbook.add_worksheet().set_name("乌达区").unwrap(),
        &[&head, &["1", "松鹤", "养老院", "80", "1.5", "106.7", "39.5", ""]],
    );
    let hidden = workbook.add_worksheet();
    hidden.set_hidden(true);
    fill(hidden, &[&head, &["1", "旧址", "养老院", "1", "1", "106.7", "39.5", ""]]);
    workbook.save(&path).unwrap();
    let list = read_list(&path, &ListReading::default()).unwrap();
    assert_eq!(names(&list), ["夕阳红", "康乐", "松鹤"]);
    assert_eq!(kinds(&list), ["nursing_home", "elderly_day_care", "nursing_home"]);
    let sizes: Vec<_> = list.facilities.iter().map(|facility| (facility.capacity, facility.area)).collect();
    assert_eq!(sizes, [(Some(120.0), Some(2000.0)), (Some(20.0), None), (Some(80.0), Some(1000.0))]);
    assert_eq!((list.unused.join(" "), list.sheets_left.join(" ")), ("序号 联系人".to_owned(), "说明".to_owned()));
    // One sheet alone, by its name.
    let one = ListReading { sheet: Some("乌达区".to_owned()), ..ListReading::default() };
    assert_eq!(names(&read_list(&path, &one).unwrap()), ["松鹤"]);
    let none = ListReading { sheet: Some("海南区".to_owned()), ..ListReading::default() };
    let told = read_list(&path, &none).unwrap_err().to_string();
    assert!(told.contains("no sheet \"海南区\"") && told.contains("海勃湾区"), "{told}");
    // Text has no sheets, and a mistake is told by its sheet and row.
    let csv = put(directory.path(), "a.csv", "name,kind,lon,lat\na,bank,1,1\n");
    assert!(read_list(&csv, &one).unwrap_err().to_string().contains("has no sheet"));
    let mut workbook = Workbook::new();
    for place in ["106.8", "far"] {
        fill(workbook.add_worksheet(), &[&["name", "kind", "lon", "lat"], &["a", "bank", place, "39.6"]]);
    }
    workbook.save(&path).unwrap();
    let wrong = read_list(&path, &ListReading::default()).unwrap_err().to_string();
    assert!(wrong.contains("sheet 2, row 2") && wrong.contains("\"far\""), "{wrong}");
}

#[test]
fn every_entry_is_of_the_kind_that_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let path = put(directory.path(), "一览.csv", "单位名称,经度,纬度\n滨河店,106.8,39.6\n新华店,106.9,39.6\n");
    assert!(kinds(&read_list(&path, &ListReading::default()).unwrap()).is_empty());
    for kind in ["pharmacy", "药店", "amenity=pharmacy"] {
        let reading = ListReading { kind: Some(kind.to_owned()), ..ListReading::default() };
        assert_eq!(kinds(&read_list(&path, &reading).unwrap()), ["pharmacy", "pharmacy"], "{kind}");
    }
}

/// Two districts, A and B, with houses that have addresses, an estate and a hospital.
fn town() -> Map {
    let mut map = Map::default();
    for (id, name, west) in [(10, "新华社区", 0.0), (20, "滨河社区", 500.0)] {
        let corners = [(west, 0.0), (west + 500.0, 0.0), (west + 500.0, 500.0), (west, 500.0)];
        for (number, (x, y)) in corners.iter().enumerate() {
            map.node(id * 10 + number as i64, *x, *y);
        }
        let ring: Vec<i64> = (0..4).chain([0]).map(|number| id * 10 + number).collect();
        map.way(id, &ring, "");
        map.relation(id, &[(id, "outer")], &format!("type=boundary boundary=administrative admin_level=8 name={name}"));
    }
    map.node(1, 0.0, 250.0).node(2, 1000.0, 250.0).way(1, &[1, 2], "highway=residential name=新华街");
    map.tagged(3, 100.0, 260.0, "addr:street=新华街 addr:housenumber=12号");
    map.tagged(4, 300.0, 260.0, "addr:street=新华街 addr:housenumber=30");
    map.tagged(5, 700.0, 240.0, "amenity=hospital name=乌海市人民医院");
    map.node(6, 800.0, 300.0).node(7, 900.0, 300.0).node(8, 900.0, 400.0).node(9, 800.0, 400.0);
    map.way(30, &[6, 7, 8, 9, 6], "landuse=residential name=滨河家园");
    map
}

fn with_list(text: &str) -> (City, ListReport) {
    let directory = tempfile::tempdir().unwrap();
    let list = read_list(&put(directory.path(), "l.csv", text), &ListReading::default()).unwrap();
    let city = import(Inputs { lists: vec![list], population: Some(1000.0), ..town().inputs() }, &()).unwrap();
    let report = city.about.lists[0].clone();
    (city, report)
}

#[test]
fn entries_without_coordinates_are_placed_by_what_the_map_knows() {
    let (city, report) = with_list(
        "机构名称,机构类型,地址,社区名称,经度,纬度\n\
         甲药房,药店,乌海市新华街１２号,,,\n\
         乙药房,药店,新华街29号,,,\n\
         丙药房,药店,滨河家园2号楼底商,,,\n\
         乌海市人民医院,医院,新建路,,,\n\
         丁药房,药店,,新华社区,,\n\
         戊药房,药店,无此路1号,,,\n\
         己药房,药店,某路,,106.8,39.6\n",
    );
    let placed: Vec<_> = report.placed.iter().map(|(by, count)| (*by, *count)).collect();
    assert_eq!(placed, [(PlacedBy::Address, 2), (PlacedBy::Name, 1), (PlacedBy::Place, 1), (PlacedBy::Community, 1)]);
    assert_eq!((report.entries, report.without_place), (6, 1));
    assert_eq!(report.unplaced, ["line 7: 戊药房, 无此路1号"]);
    let at = |name: &str| city.facilities.iter().find(|f| f.name.local == name).unwrap().at;
    let near = |name: &str, x: f64, y: f64| {
        let away = lifecircle::geo::metric::distance(at(name), Map::at(x, y)).0;
        assert!(away < 5.0, "{name} is {away} m away");
    };
    near("甲药房", 100.0, 260.0);
    near("乙药房", 300.0, 260.0);
    // It is the hospital that the map has.
    assert_eq!(report.merged, 1);
    let inside = at("丙药房");
    let (west, east) = (Map::at(800.0, 300.0), Map::at(900.0, 400.0));
    assert!((west.x..east.x).contains(&inside.x) && (west.y..east.y).contains(&inside.y));
    let tag =
        |name: &str| city.facilities.iter().find(|f| f.name.local == name).unwrap().tag("placed").map(str::to_owned);
    assert_eq!((tag("丁药房").as_deref(), tag("己药房")), (Some("community"), None));
    assert!(city.about.notes.iter().any(|note| note.zh.contains("1 条的地址或名称未在地图中找到")));
}

#[test]
fn a_list_without_any_place_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let told =
        |text: &str| read_list(&put(directory.path(), "l.csv", text), &ListReading::default()).unwrap_err().to_string();
    assert!(told("机构名称,机构类型\n甲,药店\n").contains("the column `lon` is missing"));
    // A row without coordinates among others that have some, and without an address.
    assert!(told("name,kind,lon,lat\na,bank,1,1\nb,bank,,\n").contains("line 3: it has no coordinates"));
}

#[test]
fn people_a_row_a_person_and_below_merged_heads() {
    let directory = tempfile::tempdir().unwrap();
    let residents = |people| {
        let city = import(Inputs { people: Some(people), ..town().inputs() }, &()).unwrap();
        let of = |name: &str| {
            let community = city.communities.iter().position(|known| known.name.local == name).unwrap() as u32;
            let homes = city.homes.iter().filter(|home| home.community == Some(community));
            homes.fold([0.0; 3], |[all, young, old], home| {
                let ages = (home.ages.children.unwrap(), home.ages.elderly.unwrap());
                [all + home.residents, young + ages.0, old + ages.1]
            })
        };
        [of("新华社区"), of("滨河社区")].map(|numbers| numbers.map(|number| (number * 1000.0).round() / 1000.0))
    };
    let persons = "编号,姓名,年龄,社区名称\n1,甲,3,新华社区\n2,乙,14,新华社区\n3,丙,60,新华社区\n4,丁,59,新华社区\n5,戊,80,滨河社区\n";
    let people = read_people(&put(directory.path(), "p.csv", persons), None, Datum::Wgs84).unwrap();
    assert_eq!(residents(people), [[4.0, 2.0, 1.0], [1.0, 0.0, 1.0]]);
    let old = put(directory.path(), "o.csv", "年龄,社区名称\n200,新华社区\n");
    assert!(read_people(&old, None, Datum::Wgs84).unwrap_err().to_string().contains("nobody is so old"));

    let path = directory.path().join("p.xlsx");
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    fill(
        sheet,
        &[
            &["各社区人口（2025年）"],
            &["社区", "户数", "人口（千人）"],
            &["", "", "总人口（千人）", "0—14岁（人）", "60岁及以上（人）"],
            &["新华社区", "900", "2.5", "300", "500"],
            &["滨河社区", "400", "1", "100", "200"],
            &["合计", "1300", "3.5", "400", "700"],
        ],
    );
    workbook.save(&path).unwrap();
    let people = read_people(&path, None, Datum::Wgs84).unwrap();
    assert_eq!(residents(people), [[2500.0, 300.0, 500.0], [1000.0, 100.0, 200.0]]);
}

#[test]
fn files_are_looked_at_and_their_settings_written_down() {
    let directory = tempfile::tempdir().unwrap();
    let mut map = town();
    let places = ["红旗药房", "东方药房", "国大药房", "百姓药房"];
    for (number, name) in places.iter().enumerate() {
        map.tagged(100 + number as i64, 100.0 * number as f64, 200.0, &format!("amenity=pharmacy name={name}"));
    }
    let extract = put(directory.path(), "town.osm", &xml(&map.elements));
    // The same places as AMap would give them.
    let shifted = |number: usize| Datum::Gcj02.from_wgs84(Map::at(100.0 * number as f64 + 3.0, 200.0));
    let rows = places.iter().enumerate().map(|(n, name)| format!("{name},{},{}\n", shifted(n).x, shifted(n).y));
    let list = put(directory.path(), "药店.csv", &format!("名单\n门店名称,经度,纬度\n{}", rows.collect::<String>()));
    let care = put(directory.path(), "养老机构.csv", "单位名称,地址,床位数\n夕阳红,新华街12号,50\n");
    let people = put(directory.path(), "人口.csv", "社区,常住人口,60岁及以上\n新华社区,3000,600\n滨河社区,1000,300\n");
    let broken = put(directory.path(), "broken.csv", "a,b\n1\n");
    let looked = look(&[extract, list.clone(), care.clone(), people.clone(), broken], &()).unwrap();
    let roles: Vec<_> = looked.files.iter().map(|file| file.role.unwrap_or("none")).collect();
    assert_eq!(roles, ["extract", "facilities", "facilities", "people", "none"]);
    assert_eq!(looked.inputs.facilities[0].datum, Some(Datum::Gcj02));
    assert!(
        looked.files[1].told.iter().any(|told| told.contains("4 places of the same name")),
        "{:?}",
        looked.files[1]
    );
    assert_eq!(looked.inputs.facilities[1].kind.as_deref(), Some("nursing_home"));
    assert!(looked.files[4].unsure[0].contains("line 2"));
    // What was written down is read as what was seen, and a city is made of it.
    let text = looked.to_toml(directory.path());
    let path = put(directory.path(), "city-inputs.toml", &text);
    let read = InputFiles::read(&path).unwrap();
    assert_eq!(read.facilities[0].file.file_name(), list.file_name());
    assert_eq!(read.people.as_ref().unwrap().residents.as_deref(), Some("常住人口"));
    assert!(text.contains("# unsure: entries without coordinates: 1"), "{text}");
    let city = make_city(&read, &()).unwrap();
    let [shops, homes] = &city.about.lists[..] else { panic!("two lists") };
    assert_eq!((shops.merged, shops.datum), (4, Datum::Gcj02));
    assert_eq!((homes.recognised, homes.placed.get(&PlacedBy::Address)), (1, Some(&1)));
    assert!((city.homes.iter().map(|home| home.residents).sum::<f64>() - 4000.0).abs() < 1e-6);
    // Without an extract there is nothing to make a city of.
    assert!(look(&[list], &()).unwrap_err().to_string().contains("none of the files is an OpenStreetMap extract"));
}

#[test]
fn what_the_user_knows_better_counts_and_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let mut map = town();
    map.tagged(50, 200.0, 100.0, "amenity=bank name=储蓄所").tagged(51, 300.0, 100.0, "shop=yes name=某店");
    let with = |text: &str| {
        let corrections = read_corrections(&put(directory.path(), "c.csv", text))?;
        import(Inputs { corrections: Some(corrections), population: Some(1000.0), ..map.inputs() }, &())
    };
    let of = |city: &City, id: &str| {
        let catalogue = Catalogue::built_in();
        let facility = city.facilities.iter().find(|facility| facility.id == id).unwrap();
        let found = catalogue.recognise(facility);
        let kinds: Vec<_> = found.iter().map(|(kind, _)| catalogue.kinds[*kind].id.clone()).collect();
        (kinds.join(";"), found.first().map(|(_, why)| why.to_string()))
    };
    let city =
        with("id,name,kinds\nn50,储蓄所,none\nn51,某店,pharmacy；repair\nn5,,hospital\nn999,,bank\nn6,,\n").unwrap();
    assert_eq!(of(&city, "n50"), (String::new(), None));
    assert_eq!(of(&city, "n51"), ("repair;pharmacy".to_owned(), Some("corrected".to_owned())));
    // What is so already stays as it came about.
    let (kinds, why) = of(&city, "n5");
    assert!(kinds == "hospital" && why.unwrap().starts_with("amenity=hospital"));
    assert!(
        city.about
            .notes
            .iter()
            .any(|note| note.en.starts_with("1 corrections name facilities that are not there (n999"))
    );
    // Standards go by it, and so does the city when it comes back from disk.
    let saved = directory.path().join("c.city");
    std::fs::create_dir(&saved).unwrap();
    lifecircle::city::write(&city, &saved).unwrap();
    let back = lifecircle::city::load(&saved).unwrap();
    let standard = Standard::find("wuhai-8").unwrap();
    let service = |id: &str| standard.services.iter().position(|service| service.id == id).unwrap();
    for city in [&city, &back] {
        let found = recognise(&standard, &city.facilities);
        let ids = |id: &str| {
            let all = &found.services[service(id)];
            all.iter().map(|facility| city.facilities[*facility as usize].id.clone()).collect::<Vec<_>>()
        };
        assert_eq!((ids("bank"), ids("pharmacy")), (vec![], vec!["n51".to_owned()]));
    }
    let told = |text: &str| with(text).unwrap_err().to_string();
    assert!(told("id,kinds\nn50,banc\n").contains("line 2: there is no kind `banc`"));
    assert!(told("id,kinds\nn50,none;bank\n").contains("line 2: it is both"));
    assert!(told("id,kind\nn50,bank\n").contains("no column `kinds`"));
}

#[test]
fn where_lists_overlap_the_map_is_known_to_lack_places() {
    let directory = tempfile::tempdir().unwrap();
    let mut map = town();
    let on_map = |map: &mut Map, number: i64| {
        map.tagged(100 + number, 90.0 * number as f64, 150.0, &format!("amenity=pharmacy name=第{number}药房"));
    };
    (0..10).for_each(|number| on_map(&mut map, number));
    // Six of the ten, and two that the map lacks.
    let row = |number: i64, y: f64| {
        let at = Map::at(90.0 * number as f64 + 2.0, y);
        format!("第{number}药房,药店,{},{}\n", at.x, at.y)
    };
    let rows: String = (4..10).map(|number| row(number, 150.0)).chain([row(20, 50.0), row(21, 50.0)]).collect();
    let list =
        read_list(&put(directory.path(), "l.csv", &format!("name,kind,lon,lat\n{rows}")), &ListReading::default());
    let city = import(Inputs { lists: vec![list.unwrap()], population: Some(1000.0), ..map.inputs() }, &()).unwrap();
    let [overlap] = &overlaps(&city)[..] else { panic!("one kind") };
    assert_eq!((overlap.kind.as_str(), overlap.on_map, overlap.in_lists, overlap.in_both), ("pharmacy", 10, 8, 6));
    assert!((overlap.estimate - (11.0 * 9.0 / 7.0 - 1.0)).abs() < 1e-9 && overlap.known() == 12);
    assert!((overlap.map_knows() - 10.0 / overlap.estimate).abs() < 1e-9);
    // Below five in both nothing is said.
    assert!(overlaps(&town().city()).is_empty());
}

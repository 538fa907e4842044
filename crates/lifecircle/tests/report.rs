//! The report's structure, whatever the city and the language: rows fit their heads, nothing leaks, nothing is not a number.
#![allow(clippy::unwrap_used, clippy::panic)]

use lifecircle::city::{City, MapFeature, MapKind, Name};
use lifecircle::geo::{LonLat, Metres};
use lifecircle::import::import;
use lifecircle::measure::{Measured, measure_all};
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::report::{Contents, Help};
use lifecircle::standard::Standard;
use lifecircle::summary::{compare, summarise};
use lifecircle::text::Language;
use lifecircle::{demo, export, report};

fn measured(city: City) -> Vec<Measured> {
    let ready = ReadyCity::new(city, Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    let standards = Standard::built_in().map(|id| Standard::find(id).unwrap()).collect();
    measure_all(&ready, standards, &()).unwrap()
}

fn pages(measured: &[Measured], old: Option<&[Measured]>) -> Vec<String> {
    let of = |(index, measured): (usize, &Measured)| {
        let summary = summarise(measured);
        let changes = old.map(|old| compare(&old[index], measured));
        [Language::English, Language::Chinese].map(|language| {
            let contents = Contents { changes: changes.as_ref(), ..Contents::of(measured, &summary, language) };
            report::html(&contents)
        })
    };
    measured.iter().enumerate().flat_map(of).collect()
}

/// What stands between an opening and a closing tag, for each time that it does; tags of one name do not hold each other.
fn inside<'a>(text: &'a str, tag: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
    text.split(&*open)
        .skip(1)
        .filter(|part| part.starts_with(['>', ' ']))
        .map(|part| part.split(&*close).next().unwrap())
        .collect()
}

#[test]
fn rows_fit_their_heads() {
    let measured = [1, 2].map(|seed| measured(import(demo::generate(demo::Size::Small, seed), &()).unwrap()));
    for page in pages(&measured[1], Some(&measured[0])) {
        assert!(
            page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("-->"),
            "{}",
            &page[page.len() - 60..]
        );
        let (tables, mut heads) = (inside(&page, "table"), 0);
        assert!(tables.len() > 5);
        for table in tables {
            let cells = |row: &&str| inside(row, "td").len() + inside(row, "th").len();
            let rows: Vec<usize> = inside(table, "tr").iter().map(cells).collect();
            assert!(rows.iter().all(|cells| *cells == rows[0] && *cells > 1), "{rows:?} {}", &table[..200]);
            heads += inside(table, "thead").len();
        }
        assert!(heads >= 4);
        for nothing in ["NaN", "inf ", ">None<", "Some(", "null", "undefined", "setting `"] {
            assert!(!page.contains(nothing), "{nothing}");
        }
        // Whatever the contents name is there, once, and nothing else is linked to.
        let links: Vec<&str> = page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(links.len() > 5);
        for link in links {
            assert_eq!(page.matches(&format!(" id=\"{link}\"")).count(), 1, "{link}");
        }
    }
}

/// The sheets, with something that would help, in both languages.
fn sheets(measured: &[Measured]) -> Vec<(String, String, Option<String>)> {
    let of = |measured: &Measured| {
        let summary = summarise(measured);
        let service = summary.circles[0].1.services[0].0.clone();
        let place = &measured.city().communities[3];
        let help =
            Help { service, at: measured.city().homes[7].at, community: Some(place.name.clone()), people: 1234.0 };
        [Language::English, Language::Chinese].map(|language| {
            let helps = [help.clone()];
            let contents = Contents { helps: &helps, ..Contents::of(measured, &summary, language) };
            let community = summary.communities.first().map(|one| report::community_html(&contents, one));
            (report::one_page_svg(&contents), report::one_page_html(&contents), community)
        })
    };
    measured.iter().flat_map(of).collect()
}

/// Drawings stand alone: whole XML, with all classes styled in themselves, and with the numbers of the summary.
#[test]
fn sheets_are_whole() {
    let measured = measured(import(demo::generate(demo::Size::Small, 1), &()).unwrap());
    let residents = lifecircle::text::count(summarise(&measured[0]).residents);
    for (svg, page, community) in sheets(&measured) {
        let mut reader = quick_xml::Reader::from_str(&svg);
        let (mut depth, mut deepest) = (0_i32, 0);
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Start(_) => depth += 1,
                quick_xml::events::Event::End(_) => depth -= 1,
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        assert!(depth == 0 && deepest > 3);
        let community = community.unwrap();
        for text in [&svg, &page, &community] {
            assert!(text.contains("1,234"), "what would help most is not told");
            assert!(!["NaN", ">None<", "Some(", "undefined"].iter().any(|nothing| text.contains(nothing)));
            assert!(text.trim_end().ends_with("-->"));
        }
        assert!(svg.contains(&residents) && page.contains(&residents));
        assert!(!svg.contains("var(--"), "a drawing alone knows no variables");
    }
}

/// A page in one language has no sentence of the other, but for what standards and inputs are called and where they come from.
#[test]
fn a_page_speaks_one_language() {
    let measured = measured(import(demo::generate(demo::Size::Small, 1), &()).unwrap());
    for (index, page) in pages(&measured, None).into_iter().enumerate() {
        let page = page.split("id=\"method\"").next().unwrap();
        let is_english = index % 2 == 0;
        let texts = page.split('>').filter_map(|part| part.split('<').next()).map(str::trim);
        for text in texts.filter(|text| !text.is_empty() && !text.contains(['{', '}'])) {
            let is_chinese = text.chars().any(|sign| ('\u{4e00}'..='\u{9fff}').contains(&sign));
            let words =
                text.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic) && word.is_ascii()).count();
            // The synthetic city has a name in both.
            if text.contains("Hewan") {
                continue;
            }
            assert!(if is_english { !is_chinese } else { is_chinese || words < 3 }, "{text}");
        }
    }
}

/// Names come from everywhere.
#[test]
fn names_are_no_markup() {
    let mut city = import(demo::generate(demo::Size::Small, 1), &()).unwrap();
    let evil = "<script>alert('x')</script> & \"co\"";
    city.about.name = evil.to_owned();
    for community in &mut city.communities {
        (community.name.local, community.name.en) = (evil.to_owned(), evil.to_owned());
        (community.district.local, community.district.en) = (evil.to_owned(), evil.to_owned());
    }
    city.facilities.iter_mut().step_by(3).for_each(|facility| facility.name.local = evil.to_owned());
    let measured = measured(city);
    let sheets = sheets(&measured[..1]).into_iter().flat_map(|(svg, page, community)| [svg, page, community.unwrap()]);
    for page in pages(&measured, None).into_iter().chain(sheets) {
        assert!(!page.contains("<script"));
        assert!(page.contains("&lt;script&gt;alert('x')&lt;/script&gt; &amp; "), "the name is not there");
    }
}

/// The sea goes beyond the map on all sides, and its islands are land.
#[test]
fn a_sea_whose_corners_are_not_seen_is_drawn() {
    let mut city = import(demo::generate(demo::Size::Small, 1), &()).unwrap();
    let middle = city.about.middle();
    let square = |size: f64| {
        let at = |x: f64, y: f64| LonLat { x: middle.x + x * size, y: middle.y + y * size };
        geo_types::LineString(vec![at(-1.0, -1.0), at(1.0, -1.0), at(1.0, 1.0), at(-1.0, 1.0), at(-1.0, -1.0)])
    };
    let sea = geo_types::Polygon::new(square(1.0), vec![square(0.001)]);
    let far = geo_types::LineString(square(0.1).0.iter().map(|at| LonLat { x: at.x + 3.0, y: at.y }).collect());
    let shape = geo_types::MultiPolygon(vec![sea, geo_types::Polygon::new(far, vec![])]);
    city.basemap = vec![MapFeature { kind: MapKind::Water, name: Name::default(), shape: shape.into() }];
    let page = pages(&measured(city)[..1], None).remove(0);
    let water = page.split("class=\"water\" d=\"").nth(1).unwrap().split('"').next().unwrap();
    let area = |ring: &str| {
        let numbers: Vec<f64> = ring.split(['M', 'L', ' ']).filter_map(|number| number.parse().ok()).collect();
        let points: Vec<[f64; 2]> = numbers.chunks(2).map(|pair| [pair[0], pair[1]]).collect();
        points.windows(2).map(|pair| pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1]).sum::<f64>()
    };
    let rings: Vec<f64> = water.split_terminator('Z').map(area).collect();
    assert!(rings.len() == 2 && rings[0] * rings[1] < 0.0 && rings[0].abs() > rings[1].abs(), "{rings:?}");
}

/// A map of streets alone tells of the map, and says so before any number; a whole one does not.
#[test]
fn what_makes_the_numbers_doubtful_stands_first() {
    let city = import(demo::generate(demo::Size::Small, 1), &()).unwrap();
    let whole = measured(city.clone());
    assert!(whole.iter().all(|measured| summarise(measured).doubts.is_empty()));
    let mut bare = city;
    bare.facilities.retain(|facility| facility.tags.iter().any(|(key, _)| key == "highway"));
    bare.homes.iter_mut().for_each(|home| home.to_edge = Some(Metres(300.0)));
    let bare = measured(bare);
    for measured in &bare {
        let [lacks, edge] = &summarise(measured).doubts[..] else { panic!("{:?}", summarise(measured).doubts) };
        assert!(
            lacks.en.contains("far fewer facilities than a town of this size has")
                && edge.en.starts_with("100% of residents")
        );
    }
    for (page, language) in pages(&bare[..1], None).iter().zip(["en", "zh"]) {
        let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{language}: no {text}"));
        assert!(at("class=\"doubt\"") < at("class=\"cards\""), "{language}");
    }
}

/// A city of one home without a street, no community and no facility has a report too.
#[test]
fn the_poorest_city_has_a_report() {
    let mut city = import(demo::generate(demo::Size::Small, 1), &()).unwrap();
    city.homes.truncate(1);
    city.homes[0].at.x += 1.0;
    city.homes[0].community = None;
    city.communities.clear();
    city.facilities.clear();
    for page in pages(&measured(city), None) {
        assert!(page.contains("<h2>") && !page.contains("NaN"));
    }
}

/// Every table that is exported has as many values in each column as rows, and no two columns of one name.
#[test]
fn exported_tables_are_whole() {
    for measured in measured(import(demo::generate(demo::Size::Small, 1), &()).unwrap()) {
        let summary = summarise(&measured);
        let city = measured.city();
        for (table, rows) in [
            (export::homes_table(&measured), city.homes.len()),
            (export::communities_table(city, &summary), summary.communities.len()),
            (export::nodes_table(&city.streets), city.streets.nodes.len()),
            (
                export::home_snaps_table(&measured.reached.ready),
                measured.reached.ready.snaps().homes.iter().flatten().count(),
            ),
            (lifecircle::city::facilities_table(&city.facilities), city.facilities.len()),
        ] {
            let mut names: Vec<&str> = table.names().collect();
            let columns = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), columns);
            let batch = table.to_batch().unwrap();
            assert_eq!((batch.num_rows(), table.rows()), (rows, rows));
            assert_eq!(batch.num_columns(), columns + usize::from(table.geometries().is_some()));
        }
    }
}

/// What has been printed once has the page of each part in its contents; what has not, none.
#[test]
fn contents_tell_pages_once_they_are_known() {
    let measured = measured(import(demo::generate(demo::Size::Small, 1), &()).unwrap());
    let page = pages(&measured[..1], None).remove(0);
    let parts: Vec<&str> =
        page.split("data-page-of=\"").skip(1).map(|piece| piece.split('"').next().unwrap()).collect();
    assert!(parts.contains(&"gaps") && parts.contains(&"method") && parts.len() > 10, "{parts:?}");
    for part in &parts {
        assert!(page.contains(&format!("<a href=\"#{part}\">")) && page.contains(&format!("id=\"{part}\"")), "{part}");
    }
    let numbered = report::with_page_numbers(&page, |part| (part != "gaps").then_some(part.len() as u32));
    for part in &parts {
        let number = if *part == "gaps" { String::new() } else { part.len().to_string() };
        assert!(numbered.contains(&format!("data-page-of=\"{part}\">{number}</span>")), "{part}");
    }
    assert_eq!(report::with_page_numbers(&page, |_| None), page);
}

/// Signs that would hide the homes are not drawn; the legend names their services.
#[test]
fn a_map_of_a_circle_has_room_for_its_homes() {
    let mut city = import(demo::generate(demo::Size::Small, 1), &()).unwrap();
    let shop = city.facilities.iter().find(|facility| facility.kind == "shop=convenience").unwrap().clone();
    city.facilities.extend((0..600).map(|_| shop.clone()));
    for (page, told) in pages(&measured(city), None).iter().zip(["Not drawn: Convenience store", "图上未标：便利店"])
    {
        assert!(page.contains(told), "{told}");
        for section in page.split("<section class=\"chapter circle").skip(1) {
            let signs = section.split("<path class=\"sign").skip(1).map(|path| path.split("d=\"").nth(1).unwrap());
            let drawn: usize = signs.map(|path| path.split('"').next().unwrap().matches('Z').count()).sum();
            assert!(drawn <= 450 + 12, "{drawn} signs");
        }
    }
}

//! Published problems and their proven values, where `../shared/data` holds them; `benches/siting.py` solves all of them.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::Write as _;
use std::path::PathBuf;

use lifecircle_plan::published::Published;
use lifecircle_plan::siting::{Settings, max_cover, p_center, p_median, solve};
use proptest::prelude::*;

/// Something in `../shared/data`; where it is not, it is said that the test is skipped, even though its output is caught.
fn shared_data(what: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(what);
    let found = path.exists().then_some(path);
    if found.is_none() {
        let _ = writeln!(std::io::stderr(), "\nSKIPPED {:?}: no ../shared/data/{what}", std::thread::current().name());
    }
    found
}

/// Number, value of the p-median, value of the p-center: Beasley (1985), and the list beside the instances.
const ORLIB: [(u32, i64, f64); 9] = [
    (1, 5819, 127.0),
    (4, 3034, 74.0),
    (6, 7824, 84.0),
    (10, 1255, 20.0),
    (13, 4374, 36.0),
    (15, 1729, 18.0),
    (20, 1789, 13.0),
    (23, 4619, 22.0),
    (30, 1989, 9.0),
];

#[test]
fn medians_and_centers_of_or_library_are_proven() {
    let Some(folder) = shared_data("orlib") else { return };
    for (number, median, center) in ORLIB {
        let problem = Published::open(&folder.join(format!("pmed{number}.txt"))).unwrap();
        let (sites, count) = (problem.sites, problem.count.unwrap());
        let found = p_median(&problem.weights, problem.costs().unwrap(), sites, count).unwrap();
        let outcome = solve(&found, Settings::default(), &());
        assert_eq!((outcome.best.map(|(_, value)| value), outcome.bound), (Some(median), Some(median)), "pmed{number}");
        let lengths = problem.all_lengths();
        let found = p_center(lengths.len(), &|at| problem.within(lengths[at]), sites, count, &()).unwrap();
        assert_eq!(
            (found.best.map(|(_, at)| lengths[at]), lengths[found.bound]),
            (Some(center), center),
            "pmed{number}"
        );
    }
}

/// File, sites and the weight that they cover within 800: as HiGHS 1.16 proves it too.
const SJC: [(&str, i64, i64); 5] = [
    ("SJC324", 3, 11_604),
    ("SJC402", 5, 15_970),
    ("SJC500", 7, 19_692),
    ("SJC708", 10, 24_190),
    ("SJC818", 10, 28_838),
];

#[test]
fn maximal_coverings_are_proven() {
    let Some(folder) = shared_data("mclp") else { return };
    for (file, count, covered) in SJC {
        let problem = Published::open(&folder.join(format!("{file}.txt"))).unwrap();
        let found = max_cover(&problem.weights, problem.within(800.0), problem.sites, count).unwrap();
        let outcome = solve(&found, Settings::default(), &());
        assert!(outcome.is_proven());
        let all: i64 = problem.weights.iter().sum();
        assert_eq!(outcome.best.map(|(_, left)| all - left), Some(covered), "{file}");
    }
}

#[test]
fn files_that_are_not_whole_are_refused_by_name_of_the_line() {
    let said = |text: &str| Published::parse(text).unwrap_err().to_string();
    assert!(said("").contains("empty"));
    assert!(said("3 2 1\n1 2 5\n").contains("2 edges"));
    assert!(said("3 1 1\n1 9 5\n").contains("line 2: there is no node 9"));
    assert!(said("3 1 1\n1 2 x\n").contains("line 2: `x` is no number"));
    assert!(said("2 9999 1 S\n0 0 1\n1 1 -4\n").contains("line 3: the weight -4"));
    assert!(said("1 1\nF 0 0 0 1\nG 0 0 0 1\n").contains("line 3: `G` is neither F nor C"));
    assert!(said("99999999 9 9\n1 2 3\n").contains("20000"));
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "[0-9 FCS.eE\\-\n]{0,200}") {
        let _ = Published::parse(&text);
    }
}

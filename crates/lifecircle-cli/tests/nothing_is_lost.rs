//! What was there before a command is there after it, whatever the paths, and whatever becomes of the command.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{demo, fail, json, listing, run, succeed};

/// Every file below a directory with its bytes; links are followed.
fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(here) = open.pop() {
        for entry in std::fs::read_dir(&here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_symlink() || path.is_file() {
                found.insert(path.clone(), std::fs::read(&path).unwrap_or_default());
            } else {
                open.push(path);
            }
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// A street with a house, and lists beside it.
fn inputs(directory: &Path) {
    let put = |name: &str, text: &str| std::fs::write(directory.join(name), text).unwrap();
    put(
        "a.osm",
        r#"<osm><node id="1" lat="39.6" lon="106.8"/><node id="2" lat="39.6" lon="106.803"/>
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>"#,
    );
    put("people.csv", "id,lon,lat,residents\n1,106.801,39.6,10\n");
    put("list.csv", "name,kind,lon,lat\n国大药房,药店,106.802,39.6\n");
    put("mine.toml", &succeed(directory, &["standards", "show", "moreno-6"]).replace("moreno-6", "mine"));
    put("notes.txt", "mine");
}

/// Every command with an output, against every path that touches an input or a file of the user's: as it is, above, within, by
/// a link and by a second name, with and without `--force`.
#[test]
fn every_file_is_there_after_every_command() {
    let origin = demo();
    let city = origin.path().join("out/demo.city");
    let commands: [&[&str]; 6] = [
        &["import", "w/a.osm", "--people", "w/people.csv", "--facilities", "w/list.csv"],
        &["evaluate", "w/a.osm", "--facilities", "w/list.csv", "--standard", "w/mine.toml"],
        &["measure", "w/c.city", "--standard", "w/mine.toml"],
        &["report", "w/c.city", "--compare", "w/c.city"],
        &["export", "w/c.city", "--what", "facilities"],
        &["demo", "--small", "--no-desk"],
    ];
    let outputs = [
        "w",
        "w/a.osm",
        "w/people.csv",
        "w/list.csv",
        "w/mine.toml",
        "w/notes.txt",
        "w/c.city",
        "w/c.city/homes.parquet",
        "w/c.city/inside",
        "w/a.osm/inside",
        ".",
        "w/..",
        "w/link.osm",
        "w/second.osm",
        "w/link.city",
        "w/nowhere",
        "w/empty",
        "w/own",
        "w/page.html",
        "linked/c.city",
        "w/new/deep/er",
    ];
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    std::fs::create_dir(at.join("w")).unwrap();
    inputs(&at.join("w"));
    copy(&city, &at.join("w/c.city"));
    std::fs::write(at.join("w/c.city/notes.txt"), "mine").unwrap();
    std::fs::create_dir(at.join("w/empty")).unwrap();
    std::fs::create_dir(at.join("w/own")).unwrap();
    std::fs::write(at.join("w/own/survey.csv"), "mine").unwrap();
    std::fs::write(at.join("w/page.html"), "<html>mine</html>").unwrap();
    std::fs::hard_link(at.join("w/a.osm"), at.join("w/second.osm")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("a.osm", at.join("w/link.osm")).unwrap();
        std::os::unix::fs::symlink("c.city", at.join("w/link.city")).unwrap();
        std::os::unix::fs::symlink("nothing", at.join("w/nowhere")).unwrap();
        std::os::unix::fs::symlink("w", at.join("linked")).unwrap();
    }
    let before = contents(at);
    for command in commands {
        for output in outputs {
            for force in [&["--force"][..], &[]] {
                let arguments = [command, &["-o", output], force].concat();
                let ran = run(at, &arguments);
                let after = contents(at);
                let lost: Vec<_> = before
                    .iter()
                    .filter(|(path, bytes)| after.get(*path) != Some(bytes))
                    .map(|(path, _)| path)
                    .collect();
                assert!(lost.is_empty(), "{arguments:?} ({}) lost {lost:?}", ran.status);
                let is_hidden =
                    |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
                let left: Vec<_> = listing(at).into_iter().chain(listing(&at.join("w"))).filter(is_hidden).collect();
                assert!(left.is_empty(), "{arguments:?} left {left:?}");
                // What was made where nothing was goes, for the next.
                for path in after.keys().filter(|path| !before.contains_key(*path)) {
                    let _ = std::fs::remove_file(path);
                }
                for made in ["w/empty", "w/new", "w/nothing"] {
                    let _ = std::fs::remove_dir_all(at.join(made));
                }
                std::fs::create_dir(at.join("w/empty")).unwrap();
            }
        }
    }
}

#[test]
fn only_ones_own_files_are_replaced() {
    let directory = demo();
    let at = directory.path();
    let again = ["demo", "--small", "--no-desk", "-o", "out", "--force"];
    succeed(at, &again);
    std::fs::write(at.join("out/notes.txt"), "mine").unwrap();
    assert!(fail(at, &again).contains("it holds notes.txt, which lifecircle did not write"));
    std::fs::remove_file(at.join("out/notes.txt")).unwrap();
    std::fs::create_dir(at.join("out/mine")).unwrap();
    assert!(fail(at, &again).contains("it holds mine, which"));
    std::fs::remove_dir(at.join("out/mine")).unwrap();
    let page = std::fs::read_to_string(at.join("out/report.html")).unwrap();
    std::fs::write(at.join("out/report.html"), page.replacen("<h1>", "<h1>Draft: ", 1)).unwrap();
    assert!(fail(at, &again).contains("its report.html was changed since lifecircle wrote it"));
    assert!(fail(at, &["report", "out/demo.city", "-o", "out/report.html", "--force"]).contains("changed since"));
    std::fs::write(at.join("out/report.html"), &page).unwrap();
    succeed(at, &["report", "out/demo.city", "-o", "out/report.html", "--force"]);
    std::fs::create_dir(at.join("old")).unwrap();
    std::fs::write(at.join("old/homes.csv"), "from an earlier version").unwrap();
    assert!(fail(at, &["measure", "out/demo.city", "-o", "old", "--force"]).contains("was not written by lifecircle"));
    assert!(at.join("old/homes.csv").is_file());
}

#[test]
fn what_a_killed_run_left_is_never_taken_over() {
    let directory = demo();
    let at = directory.path();
    // Somebody's directory of such a name stays, and nothing of it comes into the output.
    std::fs::create_dir(at.join(".o.partial-1")).unwrap();
    std::fs::write(at.join(".o.partial-1/homes.csv"), "stale").unwrap();
    // One that a killed run left is removed.
    std::fs::create_dir(at.join(".o.partial-x9")).unwrap();
    std::fs::write(at.join(".o.partial-x9/.lifecircle-unfinished"), "").unwrap();
    succeed(at, &["measure", "out/demo.city", "-o", "o", "--format", "parquet"]);
    assert!(!at.join("o/homes.csv").exists() && at.join(".o.partial-1/homes.csv").is_file());
    assert!(!at.join(".o.partial-x9").exists());
    // What it had moved away is put back.
    std::fs::create_dir(at.join(".o.partial-y1")).unwrap();
    std::fs::write(at.join(".o.partial-y1/.lifecircle-unfinished"), "").unwrap();
    std::fs::rename(at.join("o"), at.join(".o.partial-y1/old")).unwrap();
    assert_eq!(run(at, &["measure", "out/demo.city", "-o", "o"]).status.code(), Some(1));
    assert!(at.join("o/homes.parquet").is_file());
}

#[test]
fn of_two_writers_of_one_output_one_is_refused() {
    let directory = demo();
    let at = directory.path();
    for round in 0..6 {
        let output = format!("o{round}");
        let start = || {
            Command::new(env!("CARGO_BIN_EXE_lifecircle"))
                .args(["measure", "out/demo.city", "-o", &output])
                .current_dir(at)
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        };
        let runs = [start(), start()].map(|run| run.wait_with_output().unwrap());
        let done = runs.iter().filter(|run| run.status.success()).count();
        let told: Vec<_> = runs.iter().map(|run| String::from_utf8_lossy(&run.stderr)).collect();
        assert_eq!(done, 1, "{told:?}");
        let is_told =
            told.iter().any(|error| error.contains("another run is writing this") || error.contains("exists already"));
        assert!(is_told, "{told:?}");
    }
    assert_eq!(listing(at).len(), 7, "{:?}", listing(at));
}

/// A city that is a link, with a report and notes in it: taking a merge back changes the tables and nothing else.
#[cfg(unix)]
#[test]
fn taking_a_merge_back_keeps_what_lies_beside() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    inputs(at);
    let map = std::fs::read_to_string(at.join("a.osm")).unwrap().replace(
        "<way",
        r#"<node id="3" lat="39.6001" lon="106.802"><tag k="amenity" v="pharmacy"/><tag k="name" v="国大药房"/></node><way"#,
    );
    std::fs::write(at.join("a.osm"), map).unwrap();
    std::fs::write(
        at.join("list.csv"),
        "id,name,kind,lon,lat\n\"a,b\",国大药房,药店,106.802,39.6\n2,国大药房,药店,106.802,39.6\n",
    )
    .unwrap();
    succeed(at, &["import", "a.osm", "-o", "store/a.city", "--facilities", "list.csv"]);
    std::os::unix::fs::symlink("store/a.city", at.join("link.city")).unwrap();
    std::fs::write(at.join("store/a.city/notes.txt"), "mine").unwrap();
    std::fs::create_dir_all(at.join("store/a.city/pictures/2026")).unwrap();
    std::fs::write(at.join("store/a.city/pictures/2026/gate.jpg"), "mine").unwrap();
    let merged = |city: &str| json(&succeed(at, &["facilities", city, "--json"]))["merged"].as_u64().unwrap();
    assert_eq!(merged("link.city"), 2);
    succeed(at, &["facilities", "link.city", "--undo", "list:a,b"]);
    assert!(at.join("link.city").is_symlink());
    assert_eq!((merged("link.city"), merged("store/a.city")), (1, 1));
    assert_eq!(std::fs::read(at.join("store/a.city/notes.txt")).unwrap(), b"mine");
    assert_eq!(std::fs::read(at.join("store/a.city/pictures/2026/gate.jpg")).unwrap(), b"mine");
    assert_eq!(listing(&at.join("store")), [at.join("store/a.city")]);
    // It is not ours to replace while the user's files lie in it.
    assert!(fail(at, &["import", "a.osm", "-o", "store/a.city", "--force"]).contains("which lifecircle did not write"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_standard_output_is_told() {
    let directory = demo();
    let ran = |arguments: &str| {
        let script = format!("exec {} {arguments}", env!("CARGO_BIN_EXE_lifecircle"));
        let output = Command::new("sh").args(["-c", &script]).current_dir(directory.path()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for arguments in [
        "measure out/demo.city --json >/dev/full",
        "standards list >/dev/full",
        "schema summary >/dev/full",
        "completions bash >/dev/full",
    ] {
        let (code, error) = ran(arguments);
        assert_eq!((code, error.lines().count()), (Some(1), 1), "{arguments}: {error}");
        assert!(error.contains("cannot write to: ") || error.contains("standard output"), "{error}");
    }
    // A reader who has gone away is no error.
    for arguments in ["completions bash | true", "standards list | true", "measure out/demo.city --json | head -c 10"] {
        let (_, error) = ran(arguments);
        assert!(error.is_empty(), "{arguments}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn a_city_that_cannot_be_written_whole_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    inputs(directory.path());
    // The engine that is kept with the city is its largest file.
    let script =
        format!("trap '' XFSZ; ulimit -f 3; exec {} import a.osm -o new.city", env!("CARGO_BIN_EXE_lifecircle"));
    let before = listing(directory.path());
    let output = Command::new("sh").args(["-c", &script]).current_dir(directory.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(listing(directory.path()), before);
}

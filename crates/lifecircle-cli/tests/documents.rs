//! What the documents tell people to type is what the program takes: tours are walked as they stand, and no command of a README is wrong
//! usage. Tours have the same commands in both languages.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The commands of a document's blocks of shell, each on one line, without what follows a pipe, a redirection or a remark.
fn commands(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    for block in text.split("```").skip(1).step_by(2) {
        let Some((kind, body)) = block.split_once('\n') else { continue };
        if !matches!(kind.trim(), "sh" | "") {
            continue;
        }
        let whole = body.replace("\\\n", " ");
        for line in whole.lines().map(str::trim).filter(|line| line.starts_with("lifecircle ")) {
            let end = [" | ", " > ", "   #"].iter().filter_map(|mark| line.find(mark)).min().unwrap_or(line.len());
            commands.push(line[..end].trim().to_owned());
        }
    }
    commands
}

fn run(directory: &Path, command: &str) -> Output {
    let words = command.split_whitespace().skip(1).map(|word| word.trim_matches('\''));
    Command::new(env!("CARGO_BIN_EXE_lifecircle")).args(words).current_dir(directory).env("LANG", "C").output().unwrap()
}

fn tours() -> Vec<PathBuf> {
    ["planner", "researcher", "journalist"].iter().map(|name| PathBuf::from(format!("docs/tours/{name}.md"))).collect()
}

#[test]
fn tours_can_be_walked() {
    for tour in tours() {
        let directory = tempfile::tempdir().unwrap();
        let commands = commands(&document(&tour.to_string_lossy()));
        assert!(commands.len() >= 4, "{}", tour.display());
        for command in commands {
            let output = run(directory.path(), &command);
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{}: {command}\n{told}", tour.display());
        }
    }
}

#[test]
fn no_command_of_a_readme_is_wrong_usage() {
    let directory = tempfile::tempdir().unwrap();
    for name in
        ["README.md", "README.zh.md", "docs/planning.md", "docs/reach.md", "docs/facilities.md", "docs/howto.md"]
    {
        let commands = commands(&document(name));
        assert!(!commands.is_empty(), "{name}");
        // Files are not here, so most of them fail; none because nobody knows what is meant.
        for command in commands
            .iter()
            .filter(|command| !command.contains('…') && !command.contains("FILE") && !command.contains(" demo"))
        {
            let output = run(directory.path(), command);
            assert_ne!(output.status.code(), Some(2), "{name}: {command}\n{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// Documents of which there is a whole one in Chinese.
const IN_BOTH: [&str; 10] =
    ["api", "desk", "facilities", "homes", "howto", "measures", "planning", "reach", "results", "standards"];

/// What a document is made of, in whatever language: levels of headings, cells of each row of its tables, lines of its blocks without remarks,
/// and keys, options and names in back quotes.
fn structure(text: &str) -> (Vec<usize>, Vec<usize>, Vec<String>, BTreeSet<String>) {
    let (mut headings, mut rows, mut lines, mut in_block) = (Vec::new(), Vec::new(), Vec::new(), false);
    let mut prose = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            let bare = line.split(" #").next().unwrap_or_default().trim();
            lines.extend((!bare.is_empty() && !bare.starts_with('#')).then(|| bare.to_owned()));
        } else {
            let level = line.len() - line.trim_start_matches('#').len();
            headings.extend((level > 0).then_some(level));
            rows.extend(line.starts_with('|').then(|| line.replace("\\|", "").matches('|').count()));
            prose.push_str(line);
            prose.push('\n');
        }
    }
    let keys =
        prose.split('`').skip(1).step_by(2).filter(|key| key.is_ascii() && !key.contains(' ')).map(str::to_owned);
    (headings, rows, lines, keys.collect())
}

#[test]
fn documents_say_the_same_in_both_languages() {
    for name in IN_BOTH {
        let [english, chinese] =
            [format!("docs/{name}.md"), format!("docs/zh/{name}.md")].map(|path| structure(&document(&path)));
        assert_eq!(english.0, chinese.0, "headings of {name}");
        assert_eq!(english.1, chinese.1, "tables of {name}");
        assert_eq!(english.2, chinese.2, "blocks of {name}");
        let differ: Vec<&String> = english.3.symmetric_difference(&chinese.3).collect();
        assert!(differ.is_empty(), "{name}: in one language only: {differ:?}");
    }
}

#[test]
fn both_languages_have_the_same_commands() {
    for tour in tours() {
        let chinese = format!("docs/zh/tours/{}", tour.file_name().unwrap().to_string_lossy());
        assert_eq!(commands(&document(&tour.to_string_lossy())), commands(&document(&chinese)), "{chinese}");
    }
}

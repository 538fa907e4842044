//! Help and wrong usage in Chinese. The English stands with the arguments; its Chinese stands in `help.zh.toml`, by the English, and
//! a test finds what lacks it.

use std::sync::LazyLock;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};
use lifecircle::text::Language;
use lifecircle::translations::Translations;

use crate::args::Wrong;

/// The Chinese of each English text.
static CHINESE: LazyLock<Translations> = LazyLock::new(|| Translations::read(include_str!("help.zh.toml")));

fn chinese(text: &str) -> String {
    CHINESE.chinese(text).unwrap_or(text).to_owned()
}

/// A heading of options.
fn heading(text: &str) -> &'static str {
    CHINESE.chinese(text).unwrap_or("选项")
}

/// The language that is asked for, before the arguments are read: wrong ones are told in it too.
pub fn language_of(arguments: impl Iterator<Item = String>) -> Option<Language> {
    let of = |word: &str| match word {
        "zh" => Some(Language::Chinese),
        "en" => Some(Language::English),
        _ => None,
    };
    let mut arguments = arguments.take_while(|argument| argument != "--");
    while let Some(argument) = arguments.next() {
        if argument == "--lang" {
            return arguments.next().as_deref().and_then(of);
        }
        if let Some(word) = argument.strip_prefix("--lang=") {
            return of(word);
        }
    }
    None
}

const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// A command that helps in Chinese.
pub fn in_chinese(command: Command) -> Command {
    let about = command.get_about().map(|text| chinese(&text.to_string()));
    let long_about = command.get_long_about().map(|text| chinese(&text.to_string()));
    let after = command.get_after_help().map(|text| chinese(&text.to_string()));
    let is_root = command.get_name() == "lifecircle";
    let mut command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .mut_args(argument_in_chinese)
        .mut_subcommands(in_chinese)
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help("显示帮助（--help 更详细）")
                .help_heading(heading("General"))
                .display_order(2000),
        );
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(about) = long_about {
        command = command.long_about(about);
    }
    if let Some(after) = after {
        command = command.after_help(after);
    }
    if is_root {
        let version = Arg::new("version").short('V').long("version").action(ArgAction::Version).help("显示版本");
        command = command.disable_version_flag(true).arg(version.help_heading(heading("General")).display_order(2000));
    }
    command
}

/// Help as clap draws it, without the words and signs of English that it always writes: `[OPTIONS]`, and `:` after headings.
pub fn finished_in_chinese(drawn: &str) -> String {
    let mut text = String::new();
    for line in drawn.split_inclusive('\n') {
        let is_heading = !line.starts_with(char::is_whitespace);
        match line.rsplit_once(':').filter(|(_, rest)| is_heading && is_blank(rest)) {
            Some((heading, rest)) => text.push_str(&format!("{heading}：{rest}")),
            None => text.push_str(&line.replace("[OPTIONS]", "[选项]")),
        }
    }
    text
}

/// Whether a text shows nothing: blanks, and what ends a colour.
fn is_blank(text: &str) -> bool {
    text.split('\u{1b}').enumerate().all(|(number, part)| {
        let shown = if number == 0 { part } else { part.split_once('m').map_or("", |(_, shown)| shown) };
        shown.trim().is_empty()
    })
}

fn argument_in_chinese(argument: Arg) -> Arg {
    let mut help = argument.get_help().map(|text| chinese(&text.to_string())).unwrap_or_default();
    let long = argument.get_long_help().map(|text| chinese(&text.to_string()));
    let is_flag = !argument.get_action().takes_values();
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set() && !is_flag)
        .map(|value| {
            let told = value.get_help().map(|text| format!("：{}", chinese(&text.to_string()))).unwrap_or_default();
            format!("{}{told}", value.get_name())
        })
        .collect();
    if !values.is_empty() {
        help.push_str(&format!("［可选：{}］", values.join("；")));
    }
    let default: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if !default.is_empty() && !is_flag && !argument.is_hide_default_value_set() {
        help.push_str(&format!("［默认：{}］", default.join(",")));
    }
    let under = match argument.get_help_heading() {
        Some(text) => heading(text),
        None if argument.is_positional() => "参数",
        None => "选项",
    };
    let argument = argument.help(help).help_heading(under);
    let argument = if is_flag { argument } else { argument.hide_default_value(true).hide_possible_values(true) };
    match long {
        Some(long) => argument.long_help(long),
        None => argument,
    }
}

/// All commands with their help, as Markdown.
pub fn reference(command: Command, language: Language) -> String {
    let is_english = language.is_english();
    let title = language.pick("命令", "Commands");
    let mark = language.pick(
        "<!-- 由 `lifecircle schema commands --lang zh` 生成 -->",
        "<!-- made by `lifecircle schema commands` -->",
    );
    let command = if is_english { command } else { in_chinese(command) };
    let mut text = format!("# {title}\n\n{mark}\n");
    // As wide as a page, whatever the terminal.
    let mut command = command.term_width(110);
    command.build();
    add_reference(&mut text, &mut command, "");
    if is_english { text } else { finished_in_chinese(&text) }
}

fn add_reference(text: &mut String, command: &mut Command, above: &str) {
    let name = format!("{above}{}", command.get_name());
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    text.push_str(&format!("\n## `{name}`\n\n```text\n{}\n```\n", help.join("\n").trim()));
    for below in command.get_subcommands_mut().filter(|below| below.get_name() != "help") {
        add_reference(text, below, &format!("{name} "));
    }
}

/// Wrong usage in a sentence.
pub fn told_in_chinese(error: &clap::Error) -> String {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let argument = word(ContextKind::InvalidArg);
    let value = word(ContextKind::InvalidValue);
    let problem = match error.kind() {
        ErrorKind::InvalidSubcommand => format!("没有命令 `{}`", word(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => format!("没有参数 `{argument}`"),
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{argument}"),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::InvalidValue if value.is_empty() => format!("`{argument}` 缺少值"),
        ErrorKind::InvalidValue => format!("`{argument}` 的值 `{value}` 无效"),
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(|why| match why.downcast_ref::<Wrong>() {
                Some(Wrong(text)) => format!("：{}", text.zh),
                None => format!("：{why}"),
            });
            format!("`{argument}` 的值 `{value}` 无效{}", why.unwrap_or_default())
        }
        ErrorKind::ArgumentConflict => format!("`{argument}` 不能与 {} 同用", word(ContextKind::PriorArg)),
        ErrorKind::TooManyValues => format!("`{argument}` 的值 `{value}` 多余"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("`{argument}` 的值数目不对"),
        ErrorKind::NoEquals => format!("`{argument}` 与值之间应有等号"),
        _ => "命令无法理解".to_owned(),
    };
    let likely = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let likely: Vec<String> = likely.into_iter().map(word).filter(|word| !word.is_empty()).collect();
    let known = word(ContextKind::ValidValue);
    let hint = match (likely.is_empty(), known.is_empty()) {
        (false, _) => format!("；是否指 {}？", likely.join("、")),
        (true, false) => format!("；可选：{known}"),
        (true, true) => String::new(),
    };
    format!("错误：{problem}{hint}\n\n详见 --help。")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{Command, CommandFactory};
    use lifecircle::text::Language;

    use super::{CHINESE, finished_in_chinese, in_chinese, language_of};
    use crate::args::Cli;

    /// Every text of a command and of those below it.
    fn texts(command: &Command, all: &mut BTreeSet<String>) {
        let mut add = |text: Option<String>| all.extend(text.filter(|text| !text.trim().is_empty()));
        add(command.get_about().map(ToString::to_string));
        add(command.get_long_about().map(ToString::to_string));
        add(command.get_after_help().map(ToString::to_string));
        for argument in command.get_arguments() {
            add(argument.get_help().map(ToString::to_string));
            add(argument.get_long_help().map(ToString::to_string));
            add(argument.get_help_heading().map(ToString::to_string));
            let takes_values = argument.get_action().takes_values();
            for value in argument.get_possible_values().iter().filter(|_| takes_values) {
                add(value.get_help().map(ToString::to_string));
            }
        }
        command.get_subcommands().for_each(|command| texts(command, all));
    }

    #[test]
    fn every_text_of_help_is_there_in_chinese() {
        let mut all = BTreeSet::new();
        texts(&Cli::command(), &mut all);
        let missing: Vec<&String> = all.iter().filter(|text| CHINESE.chinese(text).is_none()).collect();
        assert!(missing.is_empty(), "{} lack Chinese: {missing:#?}", missing.len());
        let used: BTreeSet<&str> = all.iter().filter_map(|text| CHINESE.chinese(text)).collect();
        let unused: Vec<&str> = CHINESE.pairs().map(|(_, zh)| zh).filter(|zh| !used.contains(zh)).collect();
        assert!(unused.is_empty(), "not used: {unused:#?}");
        for (_, zh) in CHINESE.pairs() {
            assert!(zh.chars().any(|sign| ('\u{4e00}'..='\u{9fff}').contains(&sign)), "{}", zh);
        }
    }

    #[test]
    fn the_chinese_command_is_sound() {
        in_chinese(Cli::command()).debug_assert();
        let drawn = in_chinese(Cli::command()).render_long_help();
        let help = finished_in_chinese(&drawn.to_string());
        assert!(help.contains("用法：lifecircle [选项]") && help.contains("\n命令：\n"), "{help}");
        let in_colours = finished_in_chinese(&drawn.ansi().to_string());
        assert_eq!(in_colours.matches('：').count(), help.matches('：').count());
        assert!(!["Usage", "Options", "OPTIONS"].iter().any(|word| help.contains(word)), "{help}");
    }

    /// `lifecircle schema commands > docs/commands.md`, and the same with `--lang zh` into docs/zh.
    #[test]
    fn the_reference_of_commands_is_current() {
        for (file, language) in [("docs/commands.md", Language::English), ("docs/zh/commands.md", Language::Chinese)] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
            let written = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                written == super::reference(Cli::command(), language),
                "{file} is old: make it with `schema commands`"
            );
        }
    }

    #[test]
    fn the_language_is_known_before_arguments_are_read() {
        let of = |arguments: &[&str]| language_of(arguments.iter().map(ToString::to_string));
        assert_eq!(of(&["measure", "--lang", "zh"]), Some(Language::Chinese));
        assert_eq!(of(&["--lang=en", "--lang=zh"]), Some(Language::English));
        assert_eq!((of(&["x", "--", "--lang=zh"]), of(&["--lang", "de"]), of(&[])), (None, None, None));
    }
}

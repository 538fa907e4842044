//! The command `lifecircle`: reads arguments, shows progress, prints results. All real work is in the library.

mod args;
mod commands;
mod help;
mod pdf;
mod print;
mod progress;

use lifecircle::say;
use std::ffi::OsString;
use std::io::Write;
use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use clap::{CommandFactory, FromArgMatches, Parser};

use args::{Cli, Command, PlanCommand};
use lifecircle::error::ErrorKind;
use lifecircle::{Error, Result};

/// Where the program broke down last, and why. Libraries that break down on damaged files are caught and become errors, of
/// which only the sentence is shown; what nobody catches is told by [`broken`].
static BREAKDOWN: Mutex<String> = Mutex::new(String::new());

fn note_breakdown(about: &PanicHookInfo<'_>) {
    let why = about.payload_as_str().unwrap_or("no reason given").replace('\n', " ");
    let place = about.location().map(ToString::to_string).unwrap_or_default();
    *BREAKDOWN.lock().unwrap_or_else(PoisonError::into_inner) = format!("{why} ({place})");
}

/// A mistake of the program's own.
fn broken() -> Error {
    lifecircle::output::abandon_all();
    let why = BREAKDOWN.lock().unwrap_or_else(PoisonError::into_inner);
    Error::of_kind(
        ErrorKind::Internal,
        say!("this is a mistake in lifecircle: {why}", "这是 lifecircle 自身的错误：{why}"),
    )
    .hint(say!("please report it with the command that you gave", "请附上所用命令反馈给我们"))
}

/// Wrong usage, as clap ends with it.
const USAGE: u8 = 2;

/// The arguments; or the code with which the program ends, when they were wrong or asked for help.
fn parse() -> Result<Cli, ExitCode> {
    let arguments: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let language = help::language_of(arguments.iter().skip(1).cloned()).unwrap_or_else(args::language_of_system);
    if language.is_english() {
        return Ok(Cli::parse());
    }
    // `lifecircle help report` is `lifecircle report --help`.
    let mut words: Vec<OsString> = std::env::args_os().collect();
    let is_word = |word: &String| !word.starts_with('-') && !matches!(word.as_str(), "zh" | "en");
    let first = arguments.iter().skip(1).position(is_word).map(|place| place + 1);
    if let Some(place) = first.filter(|place| arguments[*place] == "help") {
        words.remove(place);
        words.push("--help".into());
    }
    let found = help::in_chinese(Cli::command()).try_get_matches_from(words);
    found.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|error| {
        if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            print_help(&error, &mut anstream::stderr());
            return ExitCode::from(USAGE);
        }
        if error.use_stderr() {
            eprintln!("{}", help::told_in_chinese(&error));
            return ExitCode::from(USAGE);
        }
        // Help goes to standard output; a reader who has gone away is no error.
        print_help(&error, &mut anstream::stdout());
        ExitCode::SUCCESS
    })
}

/// Prints help that is in Chinese, in colours where clap prints them.
fn print_help(error: &clap::Error, to: &mut dyn Write) {
    let _ = to.write_all(help::finished_in_chinese(&error.render().ansi().to_string()).as_bytes());
}

fn main() -> ExitCode {
    let cli = match parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    panic::set_hook(Box::new(note_breakdown));
    // The server finishes its answers when it is asked to stop, and planning gives the best so far.
    let stops_itself = match &cli.command {
        Command::Serve(_) => true,
        Command::Plan(plan) => !matches!(plan, PlanCommand::Compare(_) | PlanCommand::Links(_)),
        _ => false,
    };
    if !stops_itself
        && let Err(error) = ctrlc::set_handler(|| {
            lifecircle::output::abandon_all();
            std::process::exit(130);
        })
    {
        let language = cli.common.language();
        let text = say!(
            "warning: an interruption may leave half-written files ({error})",
            "警告：中断后可能留下不完整的文件（{error}）"
        );
        eprintln!("{}", text.pick(language));
    }
    if let Some(threads) = cli.common.threads
        && let Err(error) = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global()
    {
        let text =
            say!("error: cannot start {threads} threads ({error})", "错误：无法启动 {threads} 个线程（{error}）");
        eprintln!("{}", text.pick(cli.common.language()));
        return ExitCode::from(1);
    }
    let result = panic::catch_unwind(|| run(&cli)).unwrap_or_else(|_| Err(broken()));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let language = cli.common.language();
            let word = language.pick("错误：", "error: ");
            eprintln!("{word}{}", error.sentence(language, |setting| args::option(setting, language)));
            ExitCode::from(1)
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let common = &cli.common;
    match &cli.command {
        Command::Demo(args) => commands::demo::run(args, common),
        Command::Inputs(args) => commands::inputs::run(args, common),
        Command::Import(args) => commands::import::run(args, common),
        Command::Measure(args) => commands::measure::run(args, common),
        Command::Desk(command) => commands::desk::run(command, common),
        Command::Doctor(args) => commands::doctor::run(args, common),
        Command::Facilities(args) => commands::facilities::run(args, common),
        Command::Evaluate(args) => commands::evaluate::run(args, common),
        Command::Plan(args) => commands::plan::run(args, common),
        Command::Ledger(args) => commands::ledger::run(args, common),
        Command::Report(args) => commands::report::run(args, common),
        Command::Serve(args) => commands::serve::run(args, common),
        Command::Reach(command) => commands::reach::run(command, common),
        Command::Export(args) => commands::export::run(args, common),
        Command::Standards(args) => commands::standards::run(args, common),
        Command::Walkers(args) => commands::walkers::run(args, common),
        Command::Schema { of } => commands::schema::run(*of, common),
        Command::Completions { shell } => commands::completions::run(*shell),
    }
}

//! The command `lifecircle`: reads arguments, shows progress, prints results. All real work is in the library.

mod args;
mod commands;
mod print;
mod progress;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = ctrlc::set_handler(|| {
        lifecircle::output::abandon_all();
        std::process::exit(130);
    }) {
        eprintln!("warning: an interruption may leave half-written files ({error})");
    }
    if let Some(threads) = cli.common.threads
        && let Err(error) = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global()
    {
        eprintln!("error: cannot start {threads} threads ({error})");
        return ExitCode::from(1);
    }
    let common = &cli.common;
    let result = match &cli.command {
        Command::Demo(args) => commands::demo::run(args, common),
        Command::Import(args) => commands::import::run(args, common),
        Command::Measure(args) => commands::measure::run(args, common),
        Command::Facilities(args) => commands::facilities::run(args, common),
        Command::Evaluate(args) => commands::evaluate::run(args, common),
        Command::Report(args) => commands::report::run(args, common),
        Command::Export(args) => commands::export::run(args, common),
        Command::Standards(args) => commands::standards::run(args, common),
        Command::Walkers(args) => commands::walkers::run(args, common),
        Command::Schema { of } => commands::schema::run(*of),
        Command::Completions { shell } => commands::completions::run(*shell),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

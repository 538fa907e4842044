//! `lifecircle completions`.

use clap::CommandFactory;

pub fn run(shell: clap_complete::Shell) -> lifecircle::Result<()> {
    clap_complete::generate(shell, &mut crate::args::Cli::command(), "lifecircle", &mut std::io::stdout());
    Ok(())
}

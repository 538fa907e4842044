//! `lifecircle completions`.

use clap::CommandFactory;

use crate::print;

pub fn run(shell: clap_complete::Shell) -> lifecircle::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut crate::args::Cli::command(), "lifecircle", &mut script);
    print::show(|out| out.write_all(&script))
}

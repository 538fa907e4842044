//! `lifecircle standards`.

use lifecircle::standard::Standard;
use lifecircle::{Error, Result};

use crate::args::{Common, StandardsArgs, StandardsCommand};
use crate::print;

pub fn run(args: &StandardsArgs, common: &Common) -> Result<()> {
    match &args.command {
        StandardsCommand::List => {
            let all = Standard::built_in().map(Standard::find).collect::<Result<Vec<_>>>()?;
            print::standards(&all, common);
        }
        StandardsCommand::Show { id } => match Standard::built_in_text(id) {
            Some(_) if common.json => print::standard(&Standard::find(id)?, common),
            Some(text) => print::out(text),
            None => {
                return Err(
                    Error::new(format!("there is no built-in standard {id:?}")).mend("see `lifecircle standards list`")
                );
            }
        },
        StandardsCommand::Kinds => print::out(lifecircle::kinds::CATALOGUE_TEXT),
        StandardsCommand::Check { standard } => print::standard(&Standard::find(standard)?, common),
    }
    Ok(())
}

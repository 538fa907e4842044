//! `lifecircle standards`.

use lifecircle::say;
use lifecircle::standard::Standard;
use lifecircle::{Error, Result};

use crate::args::{Common, StandardsArgs, StandardsCommand};
use crate::print;

pub fn run(args: &StandardsArgs, common: &Common) -> Result<()> {
    match &args.command {
        StandardsCommand::List => {
            let all = Standard::built_in().map(Standard::find).collect::<Result<Vec<_>>>()?;
            print::show(|out| print::standards(out, &all, common))
        }
        StandardsCommand::Show { id } => match Standard::built_in_text(id) {
            Some(_) if common.json => {
                let standard = Standard::find(id)?;
                print::show(|out| print::standard(out, &standard, common))
            }
            Some(text) => print::text(text),
            None => Err(Error::new(say!("there is no built-in standard {id:?}", "没有内置标准 {id:?}"))
                .hint(say!("see `lifecircle standards list`", "见 `lifecircle standards list`"))),
        },
        StandardsCommand::Kinds => print::text(lifecircle::kinds::CATALOGUE_TEXT),
        StandardsCommand::Check { standard } => {
            let standard = Standard::find(standard)?;
            print::show(|out| print::standard(out, &standard, common))
        }
    }
}

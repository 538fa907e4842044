//! `lifecircle walkers`.

use lifecircle::network::Walker;
use lifecircle::{Error, Result};
use serde_json::json;

use crate::args::{Common, WalkersArgs, WalkersCommand};
use crate::print;

pub fn run(args: &WalkersArgs, common: &Common) -> Result<()> {
    match &args.command {
        None | Some(WalkersCommand::List) => print::walkers(Walker::all(), common),
        Some(WalkersCommand::Show { id }) => match Walker::built_in_text(id) {
            Some(_) if common.json => print::document(&json!(Walker::find(id)?)),
            Some(text) => print::out(text),
            None => {
                let problem = format!("there is no built-in walker {id:?}");
                return Err(Error::new(problem).mend("see `lifecircle walkers list`"));
            }
        },
    }
    Ok(())
}

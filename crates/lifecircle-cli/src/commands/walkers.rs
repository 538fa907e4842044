//! `lifecircle walkers`.

use lifecircle::network::Walker;
use lifecircle::say;
use lifecircle::{Error, Result};
use serde_json::json;

use crate::args::{Common, WalkersArgs, WalkersCommand};
use crate::print;

pub fn run(args: &WalkersArgs, common: &Common) -> Result<()> {
    match &args.command {
        None | Some(WalkersCommand::List) => print::show(|out| print::walkers(out, Walker::all(), common)),
        Some(WalkersCommand::Show { id }) => match Walker::built_in_text(id) {
            Some(_) if common.json => {
                let walker = json!(Walker::find(id)?);
                print::show(|out| print::document(out, &walker))
            }
            Some(text) => print::text(text),
            None => {
                let problem = say!("there is no built-in walker {id:?}", "没有内置步行者 {id:?}");
                Err(Error::new(problem).hint(say!("see `lifecircle walkers list`", "见 `lifecircle walkers list`")))
            }
        },
    }
}

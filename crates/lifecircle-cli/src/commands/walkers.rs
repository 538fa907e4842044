//! `lifecircle walkers`.

use crate::args::Common;
use crate::print;

pub fn run(common: &Common) -> lifecircle::Result<()> {
    print::walkers(lifecircle::network::Walker::all(), common);
    Ok(())
}

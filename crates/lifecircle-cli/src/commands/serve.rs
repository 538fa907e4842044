//! `lifecircle serve`.

use std::net::{Ipv4Addr, SocketAddr};

use lifecircle::Result;

use crate::args::ServeArgs;

pub fn run(args: &ServeArgs) -> Result<()> {
    // Nobody but this machine is listened to.
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let tell = |address| eprintln!("Serving at http://{address}/api/v1/cities; stop with Ctrl-C.");
    lifecircle_server::serve(&args.cities, address, tell, lifecircle_server::until_stopped())
}

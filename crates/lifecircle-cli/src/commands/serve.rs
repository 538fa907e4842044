//! `lifecircle serve`.

use std::net::{Ipv4Addr, SocketAddr};

use lifecircle::Result;

use crate::args::ServeArgs;

pub fn run(args: &ServeArgs) -> Result<()> {
    // Nobody but this machine is listened to.
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let tell = |address| {
        eprintln!("The map is at http://{address}/; stop with Ctrl-C.");
        if args.open {
            // Where there is no browser, the address that was printed has to do.
            let _ = open::that_detached(format!("http://{address}/"));
        }
    };
    lifecircle_server::serve(&args.cities, address, tell, lifecircle_server::until_stopped())
}

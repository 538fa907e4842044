//! `lifecircle serve`.

use std::net::{Ipv4Addr, SocketAddr};

use lifecircle::Result;
use lifecircle_server::{Server, Settings};

use crate::args::ServeArgs;

pub fn run(args: &ServeArgs) -> Result<()> {
    // Nobody but this machine is listened to.
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let server = Server::new(&Settings { cities: args.cities.clone(), keep_in: Some(args.keep_in.clone()) })?;
    let tell = |address| {
        eprintln!("The map is at http://{address}/; stop with Ctrl-C.");
        let signed_in = format!("http://{address}/#token={}", server.token());
        eprintln!("To make cities and standards in the browser, open {signed_in}");
        if args.open {
            // Where there is no browser, the address that was printed has to do.
            let _ = open::that_detached(signed_in);
        }
    };
    server.serve(address, tell, lifecircle_server::until_stopped())
}

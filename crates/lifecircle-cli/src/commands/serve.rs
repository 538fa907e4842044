//! `lifecircle serve`.

use std::net::SocketAddr;
use std::num::NonZeroU32;

use lifecircle::Result;
use lifecircle_server::{Log, Server, Settings};

use crate::args::ServeArgs;

/// Requests a second of one client, where other machines are listened to.
const USUAL_RATE: u32 = 100;

pub fn run(args: &ServeArgs) -> Result<()> {
    let address = SocketAddr::new(args.listen, args.port);
    let usual = if args.listen.is_loopback() { None } else { NonZeroU32::new(USUAL_RATE) };
    let server = Server::new(&Settings {
        cities: args.cities.clone(),
        keep_in: Some(args.keep_in.clone()),
        hosts: args.host.clone(),
        rate: args.rate.or(usual),
        log: if args.log { Log::Json } else { Log::Off },
    })?;
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

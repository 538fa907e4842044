//! `lifecircle serve`.

use lifecircle::say;
use std::net::SocketAddr;
use std::num::NonZeroU32;

use lifecircle::Result;
use lifecircle_desk::Database;
use lifecircle_server::{DeskSettings, Log, Server, Settings};

use crate::args::{Common, ServeArgs};

/// Requests a second of one client, where other machines are listened to.
const USUAL_RATE: u32 = 100;

pub fn run(args: &ServeArgs, common: &Common) -> Result<()> {
    let address = SocketAddr::new(args.listen, args.port);
    let usual = if args.listen.is_loopback() { None } else { NonZeroU32::new(USUAL_RATE) };
    let server = Server::new(&Settings {
        cities: args.cities.clone(),
        keep_in: Some(args.keep_in.clone()),
        hosts: args.host.clone(),
        rate: args.rate.or(usual),
        log: if args.log { Log::Json } else { Log::Off },
        desk: args.desk.then(|| DeskSettings {
            catalogue: args.catalogue.clone(),
            calendar: args.calendar.clone(),
            grids: args.grids.clone(),
            database: args.database.clone().map_or(Database::Sqlite, Database::Postgres),
        }),
    })?;
    let tell = |address| {
        let language = common.language();
        eprintln!(
            "{}",
            say!("The map is at http://{address}/; stop with Ctrl-C.", "地图地址：http://{address}/；按 Ctrl-C 停止。")
                .pick(language)
        );
        let signed_in = format!("http://{address}/#token={}", server.token());
        let text = say!(
            "To make cities and standards in the browser, open {signed_in}",
            "要在浏览器中新建城市和标准，请打开 {signed_in}"
        );
        eprintln!("{}", text.pick(language));
        if args.desk {
            let desk = say!(
                "Residents ask at http://{address}/ask; those who work on requests sign in at http://{address}/desk. Make their accounts at http://{address}/desk#token={}",
                "市民在 http://{address}/ask 反映诉求；工作人员在 http://{address}/desk 登录。请在 http://{address}/desk#token={} 建立账号",
                server.token()
            );
            eprintln!("{}", desk.pick(language));
        }
        if args.open {
            // Where there is no browser, the address that was printed has to do.
            let _ = open::that_detached(signed_in);
        }
    };
    server.serve(address, tell, lifecircle_server::until_stopped())
}

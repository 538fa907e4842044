//! `lifecircle plan renewal`.

use lifecircle::say;
use std::path::Path;

use geo_types::{Geometry, LineString, Point};
use lifecircle::geo::{LonLat, Metres, Seconds};
use lifecircle::measure::{Measured, measure};
use lifecircle::output::{self};
use lifecircle::tables::Table;
use lifecircle::{Error, Result, jobs};
use lifecircle_plan::links;
use lifecircle_plan::renewal::{Programme, Question, Work, fitting_area, programme};

use super::sites::service;
use super::{Closing, load};
use crate::args::{Common, RenewalArgs};
use crate::print;
use crate::progress::Bars;

/// What a link is called among prices.
const LINK: &str = "link";

pub fn run(args: &RenewalArgs, common: &Common) -> Result<()> {
    let inputs: Vec<&Path> = [args.city.as_path()].into_iter().chain(args.measuring.files()).collect();
    let output = args.force.directory(args.output.as_deref(), &inputs)?;
    let (city, standard, walk) = load(&args.city, &args.measuring, common)?;
    let twice =
        args.prices.iter().enumerate().find(|(index, one)| args.prices[..*index].iter().any(|other| other.0 == one.0));
    if let Some((_, (what, _))) = twice {
        return Err(
            Error::new(say!("`{what}` has two prices", "`{what}` 给了两个价格")).hint(say!("give one", "请只给一个"))
        );
    }
    let priced = args.prices.iter().filter(|(what, _)| what != LINK);
    let prices = priced.map(|(id, price)| Ok((service(&standard, id)?, *price))).collect::<Result<Vec<_>>>()?;
    let bars = Bars::new(common);
    let measured = measure(&jobs::make_ready(&city, &args.city, walk, &bars)?, standard, &bars)?;
    let question = Question {
        prices,
        link: args.prices.iter().find(|(what, _)| what == LINK).map(|(_, price)| *price),
        budget: args.budget,
        links: links::Question {
            longest: Metres(args.longest),
            saves: Seconds::from_minutes(args.saves),
            ..links::Question::default()
        },
        gap: args.proving.gap,
    };
    let watch = Closing::new(args.proving.time_limit, common);
    let found = programme(&measured, &question, &watch, &bars)?;
    drop((watch, bars));
    if let Some(output) = output {
        let (works, communities) = (works(&found, &measured), communities(&found));
        output.write(|directory| {
            for format in args.formats.list() {
                works.write(&directory.join(format!("works.{}", format.extension())), format)?;
                communities.write(&directory.join(format!("communities.{}", format.extension())), format)?;
            }
            output::write_text(&directory.join("programme.json"), &format!("{:#}\n", serde_json::json!(found)))
        })?;
        output.finish()?;
    }
    print::show(|out| print::programme(out, &found, (&measured, &question), args.output.as_deref(), common))
}

/// The works as a scenario, in their order.
fn works(found: &Programme, measured: &Measured) -> Table {
    let all = || found.works.iter();
    let is_link = |work: &Work| work.service.is_none();
    let area = |work: &Work| {
        let id = work.service.as_ref()?;
        fitting_area(measured.standard.services.iter().find(|service| service.id == *id)?)
    };
    let at = |[x, y]: [f64; 2]| LonLat { x, y };
    let place = |work: &Work| match work.at.as_slice() {
        [point] => Geometry::Point(Point(at(*point))),
        line => Geometry::LineString(LineString(line.iter().map(|point| at(*point)).collect())),
    };
    Table::new()
        .text("edit", all().map(|work| if is_link(work) { "open_street" } else { "add_facility" }))
        .integers("order", (1..).take(found.works.len()))
        .maybe_text("service", all().map(|work| work.service.clone()))
        .maybe_text("kind", all().map(|work| is_link(work).then_some("path")))
        .maybe_numbers("area", all().map(area))
        .numbers("cost", all().map(|work| work.cost))
        .numbers("spent", all().map(|work| work.spent))
        .numbers("adds", all().map(|work| work.adds))
        .numbers("coverage", all().map(|work| work.coverage))
        .maybe_text("community", all().map(|work| work.community.as_ref().map(|name| name.show(false))))
        .geometry(all().map(place))
}

fn communities(found: &Programme) -> Table {
    let all = || found.communities.iter();
    Table::new()
        .text("id", all().map(|need| &need.id))
        .text("name", all().map(|need| &need.name.local))
        .text("name_en", all().map(|need| &need.name.en))
        .numbers("residents", all().map(|need| need.residents))
        .maybe_numbers("elderly_share", all().map(|need| need.elderly))
        .numbers("services_lacking", all().map(|need| need.lacks))
        .maybe_text("most_lacking", all().map(|need| need.most_lacking.clone()))
        .numbers("gains", all().map(|need| need.gains))
}

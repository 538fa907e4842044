//! Two halves of a city, measured apart, each with a margin around it: merged they give the numbers of the whole.
//!
//!     cargo run --release --example halves

use lifecircle::measure::{CityTally, Coverage, measure};
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::{demo, import};

fn main() -> lifecircle::Result<()> {
    let city = import::import(demo::generate(demo::Size::Full, 1), &())?;
    let standard = Standard::find("wuhai-8")?;
    let [west, south, east, north] = city.about.extent;
    let (middle, margin) = (f64::midpoint(west, east), 0.03);
    let mut whole = CityTally::empty(&standard);
    for (from, to) in [(west, middle), (middle, east)] {
        let part = city.within([from - margin, south, to + margin, north]);
        let ready = ReadyCity::new(part, Walk::of(Walker::find("adult")?), &())?;
        let measured = measure(&ready, standard.clone(), &())?;
        let own = |home: usize| (from..to).contains(&ready.city().homes[home].at.x);
        whole.merge(&CityTally::of_some(&measured, own), &standard);
    }
    let coverage = Coverage::of(&standard, &whole.all);
    for (circle, held) in standard.circles.iter().zip(&coverage.circles) {
        println!("{:5.1} % {}", held.coverage.residents * 100.0, circle.en);
    }
    Ok(())
}

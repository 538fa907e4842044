//! Measure a city, edit it, measure it again: the second time costs what the edit changed.
//!
//!     cargo run --release --example edit

use lifecircle::city::{Entries, Facility};
use lifecircle::measure::EditedCity;
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::summary::summarise;
use lifecircle::{demo, import};

fn main() -> lifecircle::Result<()> {
    let city = import::import(demo::generate(demo::Size::Full, 1), &())?;
    let ready = ReadyCity::new(city, Walk::of(Walker::find("elderly")?), &())?;
    let mut edited = EditedCity::new(&ready, vec![Standard::find("wuhai-8")?], &())?;
    let gap = summarise(&edited.measured(&())?[0]).worst_gaps.swap_remove(0);
    println!("{:.0} people of {} lack {}", gap.people_without, gap.community.as_deref().unwrap_or("?"), gap.service);
    let home = ready.city().homes.iter().find(|home| {
        home.community.map(|index| &ready.city().communities[index as usize].id) == gap.community.as_ref()
    });
    let at = home.map_or(ready.city().homes[0].at, |home| home.at);
    let like = Facility { id: "new".into(), kind: gap.service.clone(), ..ready.city().facilities[0].clone() };
    let begun = std::time::Instant::now();
    edited.add_facility(Facility { at, entries: Entries::Known(vec![at]), tags: Vec::new(), ..like })?;
    let summary = summarise(&edited.measured(&())?[0]);
    let now = summary.worst_gaps.iter().find(|now| (&now.community, &now.service) == (&gap.community, &gap.service));
    let people = now.map_or(0.0, |now| now.people_without);
    println!("with one there: {people:.0}, known after {:.1} ms", begun.elapsed().as_secs_f64() * 1000.0);
    Ok(())
}

//! What is within 15 minutes of this point? Asked a thousand times of one city, from eight threads.
//!
//!     cargo run --release --example within_reach

use std::time::Instant;

use lifecircle::network::{Millis, Walker};
use lifecircle::reach::{Places, Question, within};
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::{demo, import};

fn main() -> lifecircle::Result<()> {
    let city = import::import(demo::generate(demo::Size::Full, 1), &())?;
    let ready = ReadyCity::new(city, Walk::of(Walker::find("elderly")?), &())?;
    let everything: Vec<u32> = (0..ready.city().facilities.len() as u32).collect();
    let count = |ready: &ReadyCity, home: usize| -> lifecircle::Result<u32> {
        let here: Places = [ready.snap(ready.city().homes[home].at).ok()].into_iter().collect();
        let (targets, groups) = (ready.times().facilities(), std::slice::from_ref(&everything));
        let question = Question { origins: &here, targets, groups };
        Ok(within(ready.times().engine(&())?, question, &[[Millis(900_000)]], &())?.of(0, 0)[0])
    };
    let begun = Instant::now();
    let found: u32 = std::thread::scope(|scope| {
        let ask = |thread| (ready.clone(), move |number: usize| (number * 8 + thread) * 7 % 4000);
        let threads = (0..8).map(ask).map(|(ready, home)| {
            scope.spawn(move || (0..125).map(|n| count(&ready, home(n))).sum::<lifecircle::Result<u32>>())
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Ok(0))).sum::<lifecircle::Result<u32>>()
    })?;
    println!("1,000 questions in {:.2} s: {} facilities on average", begun.elapsed().as_secs_f64(), found / 1000);
    Ok(())
}

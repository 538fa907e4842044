//! Start something long, and stop it.
//!
//!     cargo run --release --example cancel

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use lifecircle::network::Walker;
use lifecircle::progress::{Progress, Stage};
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::{demo, import};

struct Button(AtomicBool);

impl Progress for Button {
    fn stage(&self, stage: Stage, _: u64) {
        println!("{stage:?} …");
    }
    fn advance(&self, _: u64) {}
    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

fn main() -> lifecircle::Result<()> {
    let city = import::import(demo::generate(demo::Size::Full, 1), &())?;
    let (button, walk) = (Button(AtomicBool::new(false)), Walk::of(Walker::find("adult")?));
    std::thread::scope(|scope| {
        let work = scope.spawn(|| ReadyCity::new(city, walk, &button).map(|_| ()));
        std::thread::sleep(Duration::from_millis(20));
        let pressed = Instant::now();
        button.0.store(true, Ordering::Relaxed);
        println!("{:?} {:.1} ms after", work.join(), pressed.elapsed().as_secs_f64() * 1000.0);
    });
    Ok(())
}

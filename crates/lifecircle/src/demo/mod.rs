//! A believable city that does not exist: OpenStreetMap elements and people made from a seed, in the shape of Wuhai —
//! three districts along a river, 83 communities, 532,100 people.
//!
//! It makes what `import` reads and nothing else, so a demo city goes through every step that a real one does. It is also
//! the fixture of the tests.

mod blocks;
mod canvas;
mod layout;
mod names;
mod people;
mod services;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::city::{Source, SourceRole};
use crate::import::Inputs;
use crate::sources::extract::OsmSource;
use canvas::Canvas;
use layout::Layout;

/// How large a city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Six communities, 38,000 people: for tests.
    Small,
    /// 83 communities, 532,100 people, some 15,000 facilities.
    Full,
}

/// Makes the city of a seed.
///
/// ```
/// use lifecircle::demo::{generate, Size};
/// let city = lifecircle::import::import(generate(Size::Small, 1), &()).unwrap();
/// assert_eq!(city.communities.len(), 6);
/// assert!(city.about.synthetic);
/// ```
pub fn generate(size: Size, seed: u64) -> Inputs {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let layout = Layout::new(size, &mut random);
    let mut canvas = Canvas::new();
    let estates = blocks::draw(&layout, &mut canvas, &mut random);
    services::draw(&layout, &estates, &mut canvas, &mut random);
    layout.draw_roads_and_river(&mut canvas, &mut random);
    layout.draw_boundaries(&mut canvas);
    layout.draw_surroundings(&mut canvas);
    let people = people::settle(&estates, layout.residents, &mut random);
    let source = |role| Source {
        role,
        file: format!("lifecircle demo --seed {seed}"),
        sha256: String::new(),
        licence: "synthetic, no rights reserved".to_owned(),
    };
    Inputs {
        synthetic: true,
        people: Some(people),
        sources: vec![source(SourceRole::Streets), source(SourceRole::People)],
        ..Inputs::new("河湾市（合成） Hewan (synthetic)", OsmSource::Memory(canvas.elements))
    }
}

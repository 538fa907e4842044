//! The life circle of a point is that of a home at the same place, by every standard.
#![allow(clippy::unwrap_used)]

use lifecircle::measure::measure;
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::{Standard, Threshold};
use lifecircle::summary::life_circle;
use lifecircle::{demo, import};

#[test]
fn a_point_far_from_every_street_has_none() {
    let city = import::import(demo::generate(demo::Size::Small, 3), &()).unwrap();
    let ready = ReadyCity::new(city, Walk::of(Walker::find("adult").unwrap()), &()).unwrap();
    for (x, y) in [(0.0, 90.0), (106.79, 90.0), (106.79, -90.0), (180.0, 0.0), (-180.0, 89.99), (106.79, 39.7)] {
        let told = ready.snap(lifecircle::geo::LonLat { x, y });
        assert!(told.is_err(), "{x} {y}: {told:?}");
    }
}

#[test]
fn a_point_has_what_a_home_there_has() {
    let city = import::import(demo::generate(demo::Size::Small, 3), &()).unwrap();
    for walker in ["adult", "wheelchair"] {
        let ready = ReadyCity::new(city.clone(), Walk::of(Walker::find(walker).unwrap()), &()).unwrap();
        for standard in Standard::built_in() {
            let measured = measure(&ready, Standard::find(standard).unwrap(), &()).unwrap();
            let (mut without_street, mut lacking) = (0, 0);
            for (home, at) in city.homes.iter().map(|home| home.at).enumerate().step_by(17) {
                let Ok(circle) = life_circle(&ready, &measured.standard, &measured.recognised, at) else {
                    assert!(ready.snaps().homes[home].is_err());
                    without_street += 1;
                    continue;
                };
                assert_eq!(circle.circles_had, measured.circles(home));
                let services = circle.circles.iter().flat_map(|circle| &circle.services);
                for told in services {
                    let index = measured.standard.services.iter().position(|s| s.id == told.id).unwrap();
                    let service = &measured.standard.services[index];
                    assert_eq!(told.has, measured.has(home, index), "{standard} {}", told.id);
                    assert_eq!(told.count, measured.count_within_threshold(home, index));
                    match service.threshold {
                        Threshold::Time(_) => {
                            assert_eq!(told.nearest.as_ref().map(|near| near.seconds), measured.nearest(home, index));
                        }
                        Threshold::Distance(_) => assert_eq!(
                            told.nearest.as_ref().and_then(|near| near.metres),
                            measured.nearest_metres(home, index)
                        ),
                    }
                    lacking += usize::from(!told.has);
                }
                let community = city.homes[home].community.map(|index| city.communities[index as usize].id.clone());
                assert_eq!(circle.community.map(|area| area.id), community);
            }
            assert!(without_street < 20 && lacking > 0);
        }
    }
}

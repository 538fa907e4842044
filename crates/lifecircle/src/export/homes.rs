//! Homes and communities with what was measured of them.

use std::collections::HashMap;

use geo_types::{Geometry, MultiPolygon, Point};

use crate::city::City;
use crate::measure::Measured;
use crate::standard::Threshold;
use crate::summary::Summary;
use crate::tables::Table;

/// A row for each home: `id`, `community` (id), `residents`, `children`, `elderly`, `circles` (how many it has),
/// `completeness` (share of required services), `score` (if the standard has one), and for every service
/// `SERVICE_s` (seconds to the nearest, empty if there is no way), `SERVICE_m` (metres, where the threshold is a
/// distance), `SERVICE_n5`, `_n10`, `_n15` (how many within 5, 10, 15 minutes), `SERVICE_n` (how many within the
/// threshold), and `SERVICE_supply` (share of supply for each person, where the service has a ratio).
pub fn homes_table(measured: &Measured) -> Table {
    let all: Vec<usize> = (0..measured.city().homes.len()).collect();
    some_homes_table(measured, &all)
}

/// The same of some homes.
pub fn some_homes_table(measured: &Measured, homes: &[usize]) -> Table {
    let city = measured.city();
    let homes = || homes.iter().copied();
    let all = || homes().map(|home| &city.homes[home]);
    let community = |home: usize| {
        city.homes[home].community.and_then(|index| city.communities.get(index as usize)).map(|c| c.id.as_str())
    };
    let mut table = Table::new()
        .text("id", all().map(|home| &home.id))
        .maybe_text("community", homes().map(community))
        .numbers("residents", all().map(|home| home.residents))
        .maybe_numbers("children", all().map(|home| home.ages.children))
        .maybe_numbers("elderly", all().map(|home| home.ages.elderly))
        .integers("circles", homes().map(|home| measured.circles(home) as i32))
        .numbers("completeness", homes().map(|home| measured.completeness(home)));
    if measured.standard.score.is_some() {
        table = table.maybe_numbers("score", homes().map(|home| measured.score(home)));
    }
    for (index, service) in measured.standard.services.iter().enumerate() {
        let id = &service.id;
        table = table
            .maybe_numbers(&format!("{id}_s"), homes().map(|home| measured.nearest(home, index).map(|time| time.0)))
            .integers(&format!("{id}_n"), homes().map(|home| measured.count_within_threshold(home, index) as i32));
        if matches!(service.threshold, Threshold::Distance(_)) {
            let metres = |home| measured.nearest_metres(home, index).map(|metres| metres.0);
            table = table.maybe_numbers(&format!("{id}_m"), homes().map(metres));
        }
        if let Some(supply) = &measured.supply[index] {
            table = table.numbers(&format!("{id}_supply"), homes().map(|home| supply.access[home]));
        }
        for (position, minutes) in ["n5", "n10", "n15"].iter().enumerate() {
            table = table.integers(
                &format!("{id}_{minutes}"),
                homes().map(|home| measured.counts(home, index)[position] as i32),
            );
        }
    }
    table.geometry(all().map(|home| Geometry::Point(Point(home.at))))
}

/// A row for each community that has homes: `id`, names, `homes`, `residents`, `mean_circles`, for every circle
/// `circle_CIRCLE_coverage` and `circle_CIRCLE_compliance`, for every service `SERVICE_coverage`, for every aspect and pair
/// `aspect_ID` and `pair_ID`, all as shares of residents, and `composite`, the entropy-weighted score.
pub fn communities_table(city: &City, summary: &Summary) -> Table {
    let all = || summary.communities.iter();
    let mut table = Table::new()
        .text("id", all().map(|c| &c.id))
        .text("name", all().map(|c| &c.name.local))
        .text("name_en", all().map(|c| &c.name.en))
        .text("subdistrict", all().map(|c| &c.subdistrict.local))
        .text("district", all().map(|c| &c.district.local))
        .integers("homes", all().map(|c| i32::try_from(c.area.homes).unwrap_or(i32::MAX)))
        .numbers("residents", all().map(|c| c.area.residents))
        .numbers("mean_circles", all().map(|c| c.area.mean_circles))
        .maybe_text("worst_gap", all().map(|c| c.area.gaps.first().map(|gap| &gap.service)));
    for (position, (id, circle)) in summary.circles.iter().enumerate() {
        table = table
            .numbers(&format!("circle_{id}_coverage"), all().map(|c| c.area.circles[position].1.coverage.residents))
            .numbers(
                &format!("circle_{id}_compliance"),
                all().map(|c| c.area.circles[position].1.compliance.residents),
            );
        for (service, _) in &circle.services {
            let share = |community: &crate::summary::CommunitySummary| {
                community.area.services.iter().find(|(id, _)| id == service).map_or(0.0, |(_, share)| share.residents)
            };
            table = table.numbers(&format!("{service}_coverage"), all().map(share));
        }
    }
    for (position, (id, _)) in summary.aspects.iter().enumerate() {
        table = table.numbers(&format!("aspect_{id}"), all().map(|c| c.area.aspects[position].1.residents));
    }
    for (position, (id, _)) in summary.pairs.iter().enumerate() {
        table = table.numbers(&format!("pair_{id}"), all().map(|c| c.area.pairs[position].1.residents));
    }
    if let Some(composite) = &summary.indicators.composite {
        let scores: HashMap<&str, f64> = composite.scores.iter().map(|(id, score)| (id.as_str(), *score)).collect();
        table = table.maybe_numbers("composite", all().map(|c| scores.get(c.id.as_str()).copied()));
    }
    let shapes: HashMap<&str, &MultiPolygon<f64>> =
        city.communities.iter().map(|c| (c.id.as_str(), &c.shape)).collect();
    let shape = |id: &str| shapes.get(id).map_or_else(|| MultiPolygon(Vec::new()), |shape| (*shape).clone());
    table.geometry(all().map(|c| Geometry::MultiPolygon(shape(&c.id))))
}

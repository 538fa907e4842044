//! Services of the city and gaps of its communities, as the summary has them.

use std::collections::HashMap;

use geo_types::{Geometry, MultiPolygon};

use crate::city::City;
use crate::summary::{CommunitySummary, Gap, ServiceSummary, Summary};
use crate::tables::Table;

/// A row for each service: `id`, `name`, `name_en`, `circle` (id), `required`, `threshold_seconds` or `threshold_metres`, `count`
/// (how many are asked for), `facilities`, `coverage` (share of residents who have it), `mean_seconds` to the nearest, `source`.
pub fn services_table(summary: &Summary) -> Table {
    let circles = summary.circles.iter();
    let all: Vec<(&String, &String, &ServiceSummary)> = circles
        .flat_map(|(circle, told)| told.services.iter().map(move |(id, service)| (circle, id, service)))
        .collect();
    Table::new()
        .text("id", all.iter().map(|(_, id, _)| id))
        .text("name", all.iter().map(|(_, _, service)| &service.zh))
        .text("name_en", all.iter().map(|(_, _, service)| &service.en))
        .text("circle", all.iter().map(|(circle, _, _)| circle))
        .flags("required", all.iter().map(|(_, _, service)| service.required))
        .maybe_numbers("threshold_seconds", all.iter().map(|(_, _, service)| service.threshold_seconds.map(|s| s.0)))
        .maybe_numbers("threshold_metres", all.iter().map(|(_, _, service)| service.threshold_metres.map(|m| m.0)))
        .integers("count", all.iter().map(|(_, _, service)| i32::try_from(service.count).unwrap_or(i32::MAX)))
        .integers("facilities", all.iter().map(|(_, _, s)| i32::try_from(s.facilities).unwrap_or(i32::MAX)))
        .numbers("coverage", all.iter().map(|(_, _, service)| service.coverage.residents))
        .maybe_numbers("mean_seconds", all.iter().map(|(_, _, service)| service.mean_seconds.map(|s| s.0)))
        .text("source", all.iter().map(|(_, _, service)| &service.source))
}

/// A row for each service that some people of a community lack: `community` (id), `name`, `name_en`, `service` (id), `required`,
/// `people` (who is counted), `people_without`, `residents_without`, `homes_without`, `mean_seconds` to the nearest; the outline of
/// the community.
pub fn gaps_table(city: &City, summary: &Summary) -> Table {
    let communities = summary.communities.iter();
    let all: Vec<(&CommunitySummary, &Gap)> =
        communities.flat_map(|community| community.area.gaps.iter().map(move |gap| (community, gap))).collect();
    let shapes: HashMap<&str, &MultiPolygon<f64>> =
        city.communities.iter().map(|c| (c.id.as_str(), &c.shape)).collect();
    let shape = |id: &str| shapes.get(id).map_or_else(|| MultiPolygon(Vec::new()), |shape| (*shape).clone());
    Table::new()
        .text("community", all.iter().map(|(community, _)| &community.id))
        .text("name", all.iter().map(|(community, _)| &community.name.local))
        .text("name_en", all.iter().map(|(community, _)| &community.name.en))
        .text("service", all.iter().map(|(_, gap)| &gap.service))
        .flags("required", all.iter().map(|(_, gap)| gap.required))
        .text("people", all.iter().map(|(_, gap)| gap.people.name()))
        .numbers("people_without", all.iter().map(|(_, gap)| gap.people_without))
        .numbers("residents_without", all.iter().map(|(_, gap)| gap.residents_without))
        .integers("homes_without", all.iter().map(|(_, gap)| i32::try_from(gap.homes_without).unwrap_or(i32::MAX)))
        .maybe_numbers("mean_seconds", all.iter().map(|(_, gap)| gap.mean_seconds.map(|s| s.0)))
        .geometry(all.iter().map(|(community, _)| Geometry::MultiPolygon(shape(&community.id))))
}

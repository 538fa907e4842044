//! What is put together: communities, or squares of a grid, each with its homes and the home in its middle.

use lifecircle::say;
use std::collections::BTreeMap;

use geo_types::{LineString, MultiPolygon, Polygon};
use lifecircle::city::{City, Community, Name};
use lifecircle::error::{Error, Result};
use lifecircle::geo::metric::Frame;
use lifecircle::geo::{LonLat, Metres};
use lifecircle::network::Snap;
use lifecircle::ready::ReadyCity;

/// What is put together: its homes, its name, its shape, its middle.
pub struct Piece {
    pub id: String,
    pub name: Name,
    pub district: Name,
    pub shape: MultiPolygon<f64>,
    pub homes: Vec<u32>,
    pub residents: f64,
    /// The home in its middle.
    pub middle: u32,
}

/// A piece by its id or its name.
pub fn named(pieces: &[Piece], called: &str) -> Result<usize> {
    let is = |piece: &&Piece| piece.id == called || piece.name.local == called || piece.name.en == called;
    let mut found = pieces.iter().enumerate().filter(|(_, piece)| is(piece));
    match (found.next(), found.next()) {
        (Some((place, _)), None) => Ok(place),
        (Some((_, one)), Some((_, other))) => Err(Error::new(say!(
            "several are called {called:?}",
            "有多个名为 {called:?}"
        ))
        .hint(say!("give an id, as {} or {}", "请给出编号，如 {} 或 {}", one.id, other.id))),
        _ => {
            Err(Error::not_found(say!("there is no community {called:?} with homes", "没有含居住点的社区 {called:?}"))
                .hint(say!("give its id or its name", "请给出其编号或名称")))
        }
    }
}

pub fn communities(city: &City) -> (Vec<Piece>, f64) {
    let piece = |community: &Community| Piece {
        id: community.id.clone(),
        name: community.name.clone(),
        district: community.district.clone(),
        shape: community.shape.clone(),
        homes: Vec::new(),
        residents: 0.0,
        middle: 0,
    };
    let mut pieces: Vec<Piece> = city.communities.iter().map(piece).collect();
    let mut outside = 0.0;
    for (index, home) in city.homes.iter().enumerate() {
        match home.community.and_then(|community| pieces.get_mut(community as usize)) {
            Some(piece) => {
                piece.homes.push(index as u32);
                piece.residents += home.residents;
            }
            None => outside += home.residents,
        }
    }
    (pieces, outside)
}

/// Squares of a grid that have homes.
pub fn cells(city: &City, side: Metres) -> Result<(Vec<Piece>, f64)> {
    if !(50.0..=100_000.0).contains(&side.0) {
        return Err(Error::new(say!("cells of {} m cannot be made", "无法划分 {} 米的网格", side.0))
            .hint(say!("choose 50 m to 100 km", "请在 50 米至 100 公里之间选择")));
    }
    let [west, south, _, north] = city.about.extent;
    let frame = Frame::at(f64::midpoint(south, north));
    let (wide, high) = (side.0 / frame.per_lon, side.0 / frame.per_lat);
    let mut pieces: BTreeMap<(i64, i64), Piece> = BTreeMap::new();
    for (index, home) in city.homes.iter().enumerate() {
        let (row, column) = (((home.at.y - south) / high).floor(), ((home.at.x - west) / wide).floor());
        let piece = pieces.entry((row as i64, column as i64)).or_insert_with(|| {
            let corner = |x: f64, y: f64| LonLat { x: west + (column + x) * wide, y: south + (row + y) * high };
            let ring = vec![corner(0.0, 0.0), corner(1.0, 0.0), corner(1.0, 1.0), corner(0.0, 1.0), corner(0.0, 0.0)];
            let id = format!("cell:{column}:{row}");
            Piece {
                name: Name { local: format!("网格 {column}-{row}"), en: format!("Cell {column}-{row}") },
                id,
                district: Name::default(),
                shape: MultiPolygon(vec![Polygon::new(LineString(ring), vec![])]),
                homes: Vec::new(),
                residents: 0.0,
                middle: 0,
            }
        });
        piece.homes.push(index as u32);
        piece.residents += home.residents;
    }
    Ok((pieces.into_values().collect(), 0.0))
}

/// The home nearest to where the residents of some homes are on average, of those with a street.
pub fn middle(city: &City, ready: &ReadyCity, homes: &[u32]) -> Option<u32> {
    let joined = || homes.iter().copied().filter(|home| is_joined(ready.snaps().homes[*home as usize].as_ref().ok()));
    let weight = |home: u32| city.homes[home as usize].residents.max(1e-9);
    let all: f64 = joined().map(weight).sum();
    let mean = |value: fn(LonLat) -> f64| {
        joined().map(|home| weight(home) * value(city.homes[home as usize].at)).sum::<f64>() / all
    };
    let at = LonLat { x: mean(|at| at.x), y: mean(|at| at.y) };
    let away = |home: &u32| lifecircle::geo::metric::distance(city.homes[*home as usize].at, at).0;
    joined().min_by(|a, b| away(a).total_cmp(&away(b)).then(a.cmp(b)))
}

/// Whether a home joins the streets that the rest of the city is on.
fn is_joined(snap: Option<&Snap>) -> bool {
    snap.is_some_and(|snap| !snap.is_on_island())
}

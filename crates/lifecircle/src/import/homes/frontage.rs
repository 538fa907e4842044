//! Homes along streets, where no buildings are mapped.
//!
//! Streets are cut into pieces. Around each piece the widths of buildings beside the length of both sides tell how much of what
//! stands there is mapped; what is missing is filled in at the number of residents a metre that the city's mapped streets have.

use std::collections::HashMap;

use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::buildings::Building;
use super::grid::{Grid, HECTARES_AROUND};
use super::model::{Model, StreetModel};
use super::surroundings::{Around, Surroundings};
use crate::city::{Ages, Basis, Home, HomeKind, Street, StreetKind, Streets};
use crate::geo::metric::{Mercator, point_along};
use crate::geo::{LonLat, datum};
use crate::import::scan::Extract;
use crate::sources::osm::{Tags, tag};

/// How homes stand along a street, as its `highway` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Frontage {
    /// It is there for them.
    Residential,
    /// Minor roads that are not said to be residential.
    Lane,
    /// Roads that lead somewhere.
    Through,
    /// Ways into estates, yards.
    Service,
    /// Streets for people on foot.
    Pedestrian,
}

/// How homes stand along a way, if they do.
pub(in crate::import) fn frontage(tags: Tags<'_>) -> Option<Frontage> {
    Some(match tag(tags, "highway")? {
        "residential" | "living_street" => Frontage::Residential,
        "unclassified" | "road" => Frontage::Lane,
        "tertiary" | "secondary" | "primary" => Frontage::Through,
        "service" if matches!(tag(tags, "service"), None | Some("alley" | "residential")) => Frontage::Service,
        "pedestrian" => Frontage::Pedestrian,
        _ => return None,
    })
}

/// Cities with more pieces than this have longer ones.
const MOST_PIECES: f64 = 1_000_000.0;

/// Pieces with fewer residents than one are nobody's home.
const FEWEST: f64 = 1.0;

/// Buildings that say nothing of whether homes are mapped.
const OUTBUILDINGS: [&str; 9] =
    ["roof", "greenhouse", "shed", "garage", "garages", "carport", "hut", "kiosk", "entrance"];
const SMALLEST: f64 = 25.0;

/// A piece of street.
#[derive(Debug, Clone)]
pub(in crate::import) struct Piece {
    edge: usize,
    /// Which of the street's pieces it is.
    part: usize,
    pub at: LonLat,
    /// Metres, times how much of a residential street's homes stand there.
    pub weight: f64,
    /// Metres.
    length: f64,
}

/// The pieces of streets along which homes may stand, with what kind of street each is of.
pub(super) fn pieces(extract: &Extract, streets: &Streets, model: &StreetModel) -> Vec<(Frontage, Piece)> {
    let ways: HashMap<i64, Frontage> = extract.ways.iter().filter_map(|way| Some((way.id, way.frontage?))).collect();
    let fronts = |street: &Street| ways.get(&street.way).copied().filter(|_| is_open(street));
    let kinds: Vec<Option<Frontage>> = streets.edges.iter().map(fronts).collect();
    let metres = total(streets, |edge| kinds[edge].is_some());
    let of_edge = |(edge, kind): (usize, &Option<Frontage>)| {
        let kind = (*kind)?;
        let share = of_kind(kind, model);
        let weigh = move |piece: Piece| (kind, Piece { weight: piece.length * share, ..piece });
        Some(cut(streets, edge, metres, model).into_iter().map(weigh))
    };
    kinds.iter().enumerate().filter_map(of_edge).flatten().collect()
}

/// The same but for what their surroundings say.
pub(super) fn with_surroundings(
    pieces: Vec<(Frontage, Piece)>,
    surroundings: &mut Surroundings<'_>,
    model: &Model,
) -> Vec<Piece> {
    let around: Vec<Around> = pieces.iter().map(|(_, piece)| surroundings.of(piece.at)).collect();
    let residential = || pieces.iter().zip(&around).filter(|((kind, _), _)| *kind == Frontage::Residential);
    let metres: f64 = residential().map(|((_, piece), _)| piece.length).sum();
    let within = residential().filter(|(_, around)| **around == Around::Homes);
    if within.map(|((_, piece), _)| piece.length).sum::<f64>() > metres / 2.0 {
        surroundings.unknown_share = model.surroundings.outside_residential;
    }
    let weighed = pieces.into_iter().zip(around).map(|((_, piece), around)| {
        let weight = piece.weight * surroundings.share(around, model);
        Piece { weight, ..piece }
    });
    weighed.filter(|piece| piece.weight > 0.0).collect()
}

/// Pieces of whatever people walk on, for people of whom nothing else is known than the cell that they live in.
pub(in crate::import) fn any_pieces(streets: &Streets) -> Vec<Piece> {
    let model = &Model::built_in().streets;
    let walked = |edge: usize| is_open(&streets.edges[edge]);
    let metres = total(streets, walked);
    (0..streets.edges.len()).filter(|edge| walked(*edge)).flat_map(|edge| cut(streets, edge, metres, model)).collect()
}

fn is_open(street: &Street) -> bool {
    !street.off_ground && !matches!(street.kind, StreetKind::Ferry | StreetKind::Indoor | StreetKind::Square)
}

fn of_kind(kind: Frontage, model: &StreetModel) -> f64 {
    let weight = &model.weight;
    match kind {
        Frontage::Residential => weight.residential,
        Frontage::Lane => weight.lane,
        Frontage::Through => weight.through,
        Frontage::Service => weight.service,
        Frontage::Pedestrian => weight.pedestrian,
    }
}

fn total(streets: &Streets, counts: impl Fn(usize) -> bool) -> f64 {
    streets.edges.iter().enumerate().filter(|(edge, _)| counts(*edge)).map(|(_, street)| street.length.0).sum()
}

/// The pieces of a street, each with its whole length as its weight.
fn cut(streets: &Streets, edge: usize, all_metres: f64, model: &StreetModel) -> Vec<Piece> {
    let street = &streets.edges[edge];
    let line: Vec<LonLat> = streets.line(street).collect();
    let step = model.piece.max(all_metres / MOST_PIECES);
    let count = (street.length.0 / step).ceil().clamp(1.0, 1_000.0);
    let length = street.length.0 / count;
    (0..count as usize)
        .map(|part| Piece { edge, part, at: point_along(&line, (part as f64 + 0.5) / count), weight: length, length })
        .collect()
}

/// What is summed over the ground.
#[derive(Default)]
struct Ground {
    /// Metres of both sides of streets.
    sides: f64,
    /// Metres of buildings' widths.
    widths: f64,
    /// Metres of street by their weights.
    weighted: f64,
}

/// Homes along streets for what is not mapped beside them.
pub(super) fn homes(pieces: &[Piece], buildings: &[Building<'_>], built: &[Home], model: &Model) -> Vec<Home> {
    let along = Along::all(pieces, buildings, &model.streets);
    let living = living_along(pieces, built, &model.streets);
    let is_in_china = pieces.first().is_some_and(|piece| datum::is_in_china(piece.at));
    let a_metre = residents_a_metre(&along, &living, is_in_china, &model.streets);
    let filled = Filled::new(pieces, &along, built);
    let missing =
        |piece: &Piece, along: &Along| a_metre * along.metres * (1.0 - along.mapped.max(filled.share(piece, a_metre)));
    let homes = pieces.iter().zip(&along).map(|(piece, along)| Home {
        id: format!("street:{}:{}", piece.edge, piece.part),
        at: piece.at,
        kind: HomeKind::Street,
        floor_area: None,
        residents: missing(piece, along),
        ages: Ages::default(),
        basis: Basis::Estimated,
        to_edge: None,
        community: None,
    });
    homes.filter(|home| home.residents >= FEWEST).collect()
}

/// For each piece, how many people live in the buildings that it is the nearest to.
fn living_along(pieces: &[Piece], built: &[Home], model: &StreetModel) -> Vec<f64> {
    let points = pieces.iter().enumerate();
    let points = points.map(|(index, piece)| GeomWithData::new(Mercator::project(piece.at), index));
    let tree = RTree::bulk_load(points.collect());
    let mut living = vec![0.0; pieces.len()];
    for home in built {
        let reach = model.front * Mercator::scale(home.at.y);
        let nearest = tree.nearest_neighbor_iter_with_distance_2(Mercator::project(home.at)).next();
        if let Some((piece, _)) = nearest.filter(|(_, distance)| *distance <= reach * reach) {
            living[piece.data] += home.residents;
        }
    }
    living
}

/// What a piece of street is like.
struct Along {
    /// How much of what stands around is mapped, from 0 to 1.
    mapped: f64,
    /// Metres of an ordinary residential street that have as many homes.
    metres: f64,
}

impl Along {
    fn all(pieces: &[Piece], buildings: &[Building<'_>], model: &StreetModel) -> Vec<Self> {
        let mut ground: Grid<Ground> = Grid::new(pieces.iter().map(|piece| piece.at));
        for piece in pieces {
            let cell = ground.cell_mut(piece.at);
            cell.sides += 2.0 * piece.length;
            cell.weighted += piece.weight;
        }
        let is_outbuilding = |building: &&Building<'_>| OUTBUILDINGS.contains(&building.value());
        let telling = buildings.iter().filter(|building| building.footprint >= SMALLEST && !is_outbuilding(building));
        telling.for_each(|building| ground.cell_mut(building.at).widths += building.footprint.sqrt());
        pieces.iter().map(|piece| Self::of(piece, &ground, model)).collect()
    }

    fn of(piece: &Piece, ground: &Grid<Ground>, model: &StreetModel) -> Self {
        let (mut sides, mut widths, mut weighted) = (0.0, 0.0, 0.0);
        for cell in ground.around(piece.at) {
            sides += cell.sides;
            widths += cell.widths;
            weighted += cell.weighted;
        }
        let mapped = if sides > 0.0 { (widths / sides / model.mapped).min(1.0) } else { 0.0 };
        // An ordinary street has a hundred metres of street a hectare around.
        let density = weighted / HECTARES_AROUND / 100.0;
        Self { mapped, metres: piece.weight * density.powf(model.density_exponent) }
    }
}

/// People in buildings beside those whom the streets around would have: a few towers may be all that stands there.
struct Filled {
    /// Residents in buildings, and metres of ordinary residential street.
    ground: Grid<[f64; 2]>,
}

impl Filled {
    fn new(pieces: &[Piece], along: &[Along], built: &[Home]) -> Self {
        let mut ground: Grid<[f64; 2]> = Grid::new(pieces.iter().map(|piece| piece.at));
        built.iter().for_each(|home| ground.cell_mut(home.at)[0] += home.residents);
        pieces.iter().zip(along).for_each(|(piece, along)| ground.cell_mut(piece.at)[1] += along.metres);
        Self { ground }
    }

    /// How much of the people around a piece is there, from 0 to 1.
    fn share(&self, piece: &Piece, residents_a_metre: f64) -> f64 {
        let [people, metres] = self.ground.around(piece.at).fold([0.0; 2], |[p, m], cell| [p + cell[0], m + cell[1]]);
        if metres > 0.0 { (people / (metres * residents_a_metre)).min(1.0) } else { 0.0 }
    }
}

/// Residents a metre as the mapped parts of the city have them, leaning on what other cities have where they are a small part:
/// what is mapped first is seldom like the rest.
fn residents_a_metre(along: &[Along], living: &[f64], is_in_china: bool, model: &StreetModel) -> f64 {
    let mapped = || along.iter().zip(living).filter(|(along, _)| along.mapped >= 1.0);
    let people: f64 = mapped().map(|(_, people)| people).sum();
    let metres: f64 = mapped().map(|(along, _)| along.metres).sum();
    let all: f64 = along.iter().map(|along| along.metres).sum();
    let unmapped = (1.0 - metres / all.max(1.0)).powi(4);
    let prior = model.prior_metres + model.prior_share * all * unmapped;
    let usual = if is_in_china { model.residents_a_metre_in_china } else { model.residents_a_metre };
    ((people + prior * usual) / (metres + prior)).clamp(model.least, model.most)
}

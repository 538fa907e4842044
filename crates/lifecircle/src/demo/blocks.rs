//! Blocks: walled estates with their buildings, paths and gates, schools, parks, hospitals, malls with a square before
//! them.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::canvas::{Canvas, Plot, Spot, spot, tags};
use super::layout::{Block, Layout, Side};
use super::names::Pair;
use crate::sources::osm::OwnedTags;

/// An estate with the people's homes.
#[derive(Debug)]
pub(super) struct Estate {
    pub block: Block,
    /// Inside the wall.
    pub plot: Plot,
    /// Floor area of its buildings in square metres.
    pub floor_area: f64,
    /// Places beside its paths where something small fits.
    pub corners: Vec<Spot>,
}

/// What a block is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Estate,
    Primary,
    Middle,
    Park,
    Hospital,
    Mall,
    Square,
}

/// Special blocks in a hundred.
const SPECIAL: [(Use, f64); 6] = [
    (Use::Primary, 6.5),
    (Use::Middle, 3.5),
    (Use::Park, 2.4),
    (Use::Hospital, 2.0),
    (Use::Mall, 2.4),
    (Use::Square, 2.2),
];

/// Between the middle of a street and a wall.
const SETBACK: f64 = 13.0;

/// Draws all blocks; returns the estates.
pub(super) fn draw(layout: &Layout, canvas: &mut Canvas, random: &mut ChaCha8Rng) -> Vec<Estate> {
    let blocks = layout.blocks();
    let mut uses: Vec<Use> = SPECIAL
        .iter()
        .flat_map(|(kind, share)| {
            std::iter::repeat_n(*kind, (blocks.len() as f64 * share / 100.0).round().max(1.0) as usize)
        })
        .collect();
    uses.resize(blocks.len(), Use::Estate);
    uses.shuffle(random);
    let mut estates = Vec::new();
    for (block, kind) in blocks.iter().zip(uses) {
        let name = &layout.communities[block.community].name;
        match kind {
            Use::Estate => estates.push(estate(layout, block, canvas, random)),
            Use::Primary => campus(
                layout,
                block,
                &name.with("小学", "Primary School"),
                &[("amenity", "school"), ("isced:level", "1")],
                canvas,
                random,
            ),
            Use::Middle => campus(
                layout,
                block,
                &name.with("中学", "Middle School"),
                &[("amenity", "school"), ("isced:level", "2")],
                canvas,
                random,
            ),
            Use::Hospital => campus(
                layout,
                block,
                &name.with("医院", "Hospital"),
                &[("amenity", "hospital"), ("healthcare", "hospital")],
                canvas,
                random,
            ),
            Use::Park => park(layout, block, name, canvas),
            Use::Mall => mall(layout, block, name, canvas),
            Use::Square => square(layout, block, name, canvas),
        }
    }
    estates
}

fn named(name: &Pair, more: &[(&str, &str)]) -> OwnedTags {
    let mut about = name.tags();
    about.extend(tags(more));
    about
}

/// The spot on a plot's side, a share of the way along it.
fn on_side(plot: Plot, side: Side, share: f64) -> Spot {
    let [sw, se, ne, nw] = plot.corners();
    match side {
        Side::South => sw.towards(se, share),
        Side::East => se.towards(ne, share),
        Side::North => nw.towards(ne, share),
        Side::West => sw.towards(nw, share),
    }
}

/// A closed way around a plot with gates in it.
fn walled(plot: Plot, gates: &[(Side, f64, i64)], about: OwnedTags, canvas: &mut Canvas) {
    let mut nodes = Vec::new();
    for (side, corner) in Side::ALL.into_iter().zip(plot.corners()) {
        nodes.push(canvas.point(corner));
        let mut here: Vec<&(Side, f64, i64)> = gates.iter().filter(|gate| gate.0 == side).collect();
        // Round the plot: south and east are walked upwards, north and west downwards.
        here.sort_by(|a, b| a.1.total_cmp(&b.1));
        if matches!(side, Side::North | Side::West) {
            here.reverse();
        }
        nodes.extend(here.iter().map(|gate| gate.2));
    }
    nodes.extend(nodes.first().copied());
    canvas.way(nodes, about);
}

/// A walled estate: a ring road inside the wall, paths between rows of buildings, one to four gates.
fn estate(layout: &Layout, block: &Block, canvas: &mut Canvas, random: &mut ChaCha8Rng) -> Estate {
    let plot = block.plot.inset(SETBACK);
    let ring = plot.inset(14.0);
    let count = [1, 2, 2, 2, 3, 4][random.random_range(0..6)];
    let mut sides = Side::ALL;
    sides.shuffle(random);
    let gates: Vec<(Side, f64, i64, i64)> = sides[..count]
        .iter()
        .map(|side| {
            let share = random.random_range(0.25..0.75);
            let gate = canvas.node(on_side(plot, *side, share), tags(&[("barrier", "gate"), ("access", "yes")]));
            let inner = canvas.point(on_side(ring, *side, share));
            let street = layout.meet(block, *side, share, canvas);
            canvas.way(vec![inner, gate, street], tags(&[("highway", "service")]));
            (*side, share, gate, inner)
        })
        .collect();
    let wall: Vec<(Side, f64, i64)> = gates.iter().map(|(side, share, gate, _)| (*side, *share, *gate)).collect();
    let name = &layout.communities[block.community].name;
    let number = block.plot.west as i64 % 97;
    let estate_name = name.with(&format!("小区{}", number.abs()), &format!("Estate {}", number.abs()));
    walled(plot, &wall, named(&estate_name, &[("landuse", "residential"), ("barrier", "wall")]), canvas);

    // Rows of buildings with a path south of each.
    let pitch = random.random_range(36.0..46.0);
    let rows = ((ring.height() - 16.0) / pitch).floor() as usize;
    let mut on_ring: Vec<(Side, f64, i64)> =
        gates.iter().map(|(side, share, _, inner)| (*side, *share, *inner)).collect();
    let levels = [5, 6, 6, 11, 18][random.random_range(0..5)];
    let mut floor_area = 0.0;
    let mut corners = Vec::new();
    for row in 0..rows {
        let south = ring.south + 10.0 + row as f64 * pitch;
        let share = (south - ring.south) / ring.height();
        let (west, east) = (canvas.point(spot(ring.west, south)), canvas.point(spot(ring.east, south)));
        on_ring.extend([(Side::West, share, west), (Side::East, share, east)]);
        canvas.way(vec![west, east], tags(&[("highway", "footway")]));
        corners.push(spot(ring.west + 6.0, south + 4.0));
        corners.push(spot(ring.middle().x, south + 4.0));
        let mut x = ring.west + 10.0;
        while x + 40.0 < ring.east - 6.0 {
            let length = random.random_range(38.0..62.0_f64).min(ring.east - 6.0 - x);
            let house = Plot { west: x, south: south + 8.0, east: x + length, north: south + 21.0 };
            if house.north < ring.north - 3.0 {
                let storeys = (levels + random.random_range(-1..=1)).max(3);
                floor_area += house.width() * house.height() * f64::from(storeys);
                canvas.area(
                    &house.corners(),
                    tags(&[("building", "apartments"), ("building:levels", &storeys.to_string())]),
                );
            }
            x += length + 14.0;
        }
    }
    walled(ring, &on_ring, tags(&[("highway", "service")]), canvas);
    Estate { block: *block, plot, floor_area, corners }
}

/// A walled campus with one or two gates.
fn campus(
    layout: &Layout,
    block: &Block,
    name: &Pair,
    about: &[(&str, &str)],
    canvas: &mut Canvas,
    random: &mut ChaCha8Rng,
) {
    let plot = block.plot.inset(SETBACK);
    let mut sides = Side::ALL;
    sides.shuffle(random);
    let yard = canvas.point(plot.middle());
    let gates: Vec<(Side, f64, i64)> = sides[..random.random_range(1..=2)]
        .iter()
        .map(|side| {
            let gate = canvas.node(on_side(plot, *side, 0.5), tags(&[("barrier", "gate")]));
            let street = layout.meet(block, *side, 0.5, canvas);
            canvas.way(vec![street, gate, yard], tags(&[("highway", "service")]));
            (*side, 0.5, gate)
        })
        .collect();
    walled(plot, &gates, named(name, about), canvas);
    let middle = plot.middle();
    let hall = Plot { west: middle.x - 70.0, south: middle.y + 20.0, east: middle.x + 60.0, north: middle.y + 55.0 };
    canvas.area(&hall.corners(), tags(&[("building", "yes"), ("building:levels", "5")]));
    let track = Plot { west: middle.x - 80.0, south: middle.y - 85.0, east: middle.x + 80.0, north: middle.y - 15.0 };
    canvas.area(&track.corners(), tags(&[("leisure", "pitch"), ("sport", "athletics"), ("access", "private")]));
}

/// An open park with two paths across.
fn park(layout: &Layout, block: &Block, name: &Pair, canvas: &mut Canvas) {
    let plot = block.plot.inset(SETBACK);
    let middle = canvas.point(plot.middle());
    let gates: Vec<(Side, f64, i64)> = Side::ALL
        .into_iter()
        .map(|side| {
            let edge = canvas.point(on_side(plot, side, 0.45));
            let street = layout.meet(block, side, 0.45, canvas);
            canvas.way(vec![street, edge, middle], tags(&[("highway", "footway")]));
            (side, 0.45, edge)
        })
        .collect();
    walled(plot, &gates, named(&name.with("公园", "Park"), &[("leisure", "park")]), canvas);
    let pond =
        Plot { west: plot.west + 35.0, south: plot.south + 30.0, east: plot.west + 85.0, north: plot.south + 80.0 };
    canvas.area(&pond.corners(), tags(&[("natural", "water")]));
}

/// A mall with its parking, and an open square before it.
fn mall(layout: &Layout, block: &Block, name: &Pair, canvas: &mut Canvas) {
    let plot = block.plot.inset(SETBACK);
    let house =
        Plot { north: plot.north - 60.0, south: plot.south + 70.0, west: plot.west + 20.0, east: plot.east - 20.0 };
    let door = canvas.node(on_side(house, Side::South, 0.5), tags(&[("entrance", "main")]));
    walled(
        house,
        &[(Side::South, 0.5, door)],
        named(&name.with("购物中心", "Mall"), &[("shop", "mall"), ("building", "retail")]),
        canvas,
    );
    let front = Plot { north: house.south, ..plot };
    open_square(layout, block, front, &name.with("购物广场", "Mall Square"), Some(door), canvas);
    // Parking behind: an aisle that no door opens onto.
    let street = layout.meet(block, Side::North, 0.3, canvas);
    let end = canvas.point(spot(plot.east - 30.0, plot.north - 30.0));
    let turn = canvas.point(spot(plot.west + 65.0, plot.north - 30.0));
    canvas.way(vec![street, turn, end], tags(&[("highway", "service"), ("service", "parking_aisle")]));
}

/// A block that is one open square.
fn square(layout: &Layout, block: &Block, name: &Pair, canvas: &mut Canvas) {
    open_square(layout, block, block.plot.inset(SETBACK), &name.with("广场", "Square"), None, canvas);
}

/// A square that people cross freely, with ways in from the streets south, east and west of it.
fn open_square(layout: &Layout, block: &Block, plot: Plot, name: &Pair, door: Option<i64>, canvas: &mut Canvas) {
    let mut edges: Vec<(Side, f64, i64)> = Vec::new();
    for side in [Side::South, Side::East, Side::West] {
        // Shares are of the block's side; the plot may cover only the south of it.
        let here = on_side(plot, side, 0.4);
        let share = match side {
            Side::South | Side::North => (here.x - block.plot.west) / block.plot.width(),
            Side::East | Side::West => (here.y - block.plot.south) / block.plot.height(),
        };
        let edge = canvas.point(here);
        let street = layout.meet(block, side, share, canvas);
        canvas.way(vec![street, edge], tags(&[("highway", "footway")]));
        edges.push((side, 0.4, edge));
    }
    edges.extend(door.map(|door| (Side::North, 0.5, door)));
    walled(plot, &edges, named(name, &[("highway", "pedestrian"), ("area", "yes"), ("place", "square")]), canvas);
}

//! The plan: districts, communities and blocks, the roads between them, the river and its bridges.
//!
//! A community is a square of three by three blocks. Roads run between communities, streets between blocks. Some streets
//! are missing or end half way, as they do in real cities.

use std::collections::HashMap;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::Size;
use super::canvas::{Canvas, Plot, Spot, spot, tags};
use super::names::{self, Pair};

/// Side of a block between the middles of its streets, in metres.
pub(super) const BLOCK: f64 = 236.0;

/// Blocks along a community's side.
pub(super) const BLOCKS: usize = 3;

/// Half the river's width.
const RIVER: f64 = 330.0;

/// A corner of blocks, counted from the south-west of its district.
type Corner = (usize, usize, usize);

/// A stretch of street between two corners, the smaller first.
type Stretch = (Corner, Corner);

/// A district: a grid of communities.
#[derive(Debug)]
struct District {
    name: Pair,
    west: f64,
    south: f64,
    columns: usize,
    rows: usize,
    /// Communities that are left out at the corners, so that the district is no rectangle.
    left_out: usize,
}

/// A community.
#[derive(Debug, Clone)]
pub(super) struct Community {
    pub name: Pair,
    pub district: usize,
    pub column: usize,
    pub row: usize,
    /// How well it is served: about 1, more in the middle of a district, less in a neglected one.
    pub wealth: f64,
}

/// A block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub community: usize,
    district: usize,
    column: usize,
    row: usize,
    pub plot: Plot,
}

/// The sides of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    South,
    East,
    North,
    West,
}

impl Side {
    pub const ALL: [Self; 4] = [Self::South, Self::East, Self::North, Self::West];
}

/// The plan of a city.
#[derive(Debug)]
pub(super) struct Layout {
    districts: Vec<District>,
    pub communities: Vec<Community>,
    pub residents: u32,
    /// Ways that meet a stretch of street: how far along, and the node.
    meetings: std::cell::RefCell<HashMap<Stretch, Vec<(f64, i64)>>>,
}

impl Layout {
    pub fn new(size: Size, random: &mut ChaCha8Rng) -> Self {
        let [east, west, south] = names::districts();
        let district =
            |name, west, south, columns, rows, left_out| District { name, west, south, columns, rows, left_out };
        let side = BLOCK * BLOCKS as f64;
        let districts = match size {
            Size::Full => vec![
                district(east, 700.0, -1700.0, 7, 7, 2),
                district(west, -700.0 - 4.0 * side, -900.0, 4, 5, 0),
                district(south, 950.0, -2500.0 - 4.0 * side, 4, 4, 0),
            ],
            Size::Small => vec![district(east, 700.0, -700.0, 2, 2, 0), district(west, -700.0 - side, -700.0, 1, 2, 0)],
        };
        let residents = match size {
            Size::Full => 532_100,
            Size::Small => 38_000,
        };
        let mut communities = Vec::new();
        for (index, district) in districts.iter().enumerate() {
            for (column, row) in district.cells() {
                let middle = (district.columns as f64 / 2.0 - 0.5, district.rows as f64 / 2.0 - 0.5);
                let away = (column as f64 - middle.0).hypot(row as f64 - middle.1);
                let luck = random.random_range(0.45..1.25);
                let neglected = if random.random_bool(0.14) { 0.3 } else { 1.0 };
                communities.push(Community {
                    name: names::place(communities.len()),
                    district: index,
                    column,
                    row,
                    wealth: (1.5 * (-away / 3.2_f64).exp() + 0.35) * luck * neglected,
                });
            }
        }
        Self { districts, communities, residents, meetings: std::cell::RefCell::default() }
    }

    /// All blocks, community by community.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        for (index, community) in self.communities.iter().enumerate() {
            let district = &self.districts[community.district];
            for row in 0..BLOCKS {
                for column in 0..BLOCKS {
                    let (column, row) = (community.column * BLOCKS + column, community.row * BLOCKS + row);
                    let west = district.west + column as f64 * BLOCK;
                    let south = district.south + row as f64 * BLOCK;
                    let plot = Plot { west, south, east: west + BLOCK, north: south + BLOCK };
                    blocks.push(Block { community: index, district: community.district, column, row, plot });
                }
            }
        }
        blocks
    }

    /// The two corners of a block's side, the smaller first.
    fn stretch(block: &Block, side: Side) -> Stretch {
        let Block { district, column, row, .. } = *block;
        let corner = |dx: usize, dy: usize| (district, column + dx, row + dy);
        match side {
            Side::South => (corner(0, 0), corner(1, 0)),
            Side::East => (corner(1, 0), corner(1, 1)),
            Side::North => (corner(0, 1), corner(1, 1)),
            Side::West => (corner(0, 0), corner(0, 1)),
        }
    }

    fn corner_spot(&self, (district, column, row): Corner) -> Spot {
        let district = &self.districts[district];
        spot(district.west + column as f64 * BLOCK, district.south + row as f64 * BLOCK)
    }

    /// A spot on the street along a block's side.
    pub fn on_street(&self, block: &Block, side: Side, share: f64) -> Spot {
        let (from, to) = Self::stretch(block, side);
        self.corner_spot(from).towards(self.corner_spot(to), share)
    }

    /// A node on the street along a block's side, where something meets it.
    pub fn meet(&self, block: &Block, side: Side, share: f64, canvas: &mut Canvas) -> i64 {
        let node = canvas.point(self.on_street(block, side, share));
        self.meetings.borrow_mut().entry(Self::stretch(block, side)).or_default().push((share, node));
        node
    }

    /// All roads, with whatever met them, and the river with its bridges.
    pub fn draw_roads_and_river(&self, canvas: &mut Canvas, random: &mut ChaCha8Rng) {
        let mut stretches: Vec<Stretch> =
            self.blocks().iter().flat_map(|b| Side::ALL.map(|side| Self::stretch(b, side))).collect();
        stretches.sort_unstable();
        stretches.dedup();
        let mut corners: HashMap<Corner, i64> = HashMap::new();
        for (from, to) in &stretches {
            for corner in [from, to] {
                if !corners.contains_key(corner) {
                    corners.insert(*corner, canvas.point(self.corner_spot(*corner)));
                }
            }
        }
        let meetings = self.meetings.borrow();
        for stretch in &stretches {
            let mut on_it = meetings.get(stretch).cloned().unwrap_or_default();
            on_it.sort_by(|a, b| a.0.total_cmp(&b.0));
            self.draw_stretch(*stretch, &on_it, &corners, canvas, random);
        }
        self.draw_links(&corners, canvas);
        self.draw_river(canvas);
    }

    fn draw_stretch(
        &self,
        (from, to): Stretch,
        on_it: &[(f64, i64)],
        corners: &HashMap<Corner, i64>,
        canvas: &mut Canvas,
        random: &mut ChaCha8Rng,
    ) {
        // A road runs along a line of corners: of a column where both columns are the same.
        let line = if from.1 == to.1 { from.1 } else { from.2 };
        let kind = match line % (BLOCKS * 2) {
            0 => "primary",
            BLOCKS => "secondary",
            _ => "residential",
        };
        let mut nodes = vec![corners[&from]];
        nodes.extend(on_it.iter().map(|(_, node)| node));
        nodes.push(corners[&to]);
        let name = names::place(line + from.0 * 11);
        let mut about =
            name.with(if from.1 == to.1 { "路" } else { "街" }, if from.1 == to.1 { "Road" } else { "Street" }).tags();
        about.extend(tags(&[("highway", kind)]));
        if kind != "residential" {
            about.extend(tags(&[("sidewalk", "both")]));
        } else if on_it.is_empty() && random.random_bool(0.25) {
            return; // never built
        } else if random.random_bool(0.10) {
            // A dead end: the last piece is missing.
            nodes.pop();
            if nodes.len() < 2 {
                nodes.push(canvas.point(self.corner_spot(from).towards(self.corner_spot(to), 0.7)));
            }
            about.extend(tags(&[("noexit", "yes")]));
        }
        canvas.way(nodes, about);
    }

    /// Roads between the districts: two bridges over the river, and one road south.
    fn draw_links(&self, corners: &HashMap<Corner, i64>, canvas: &mut Canvas) {
        let road = |zh: &str, en: &str, more: &[(&str, &str)]| {
            let mut about = Pair::new(zh, en).tags();
            about.extend(tags(&[("highway", "primary"), ("sidewalk", "both")]));
            about.extend(tags(more));
            about
        };
        let [east, west] = [&self.districts[0], &self.districts[1]];
        let rows = west.rows * BLOCKS;
        for (bridge, row) in [rows / 4, rows * 3 / 4].into_iter().enumerate() {
            let north = west.south + row as f64 * BLOCK;
            let across = (((north - east.south) / BLOCK).round() as usize).min(east.rows * BLOCKS);
            let (Some(from), Some(to)) = (corners.get(&(1, west.columns * BLOCKS, row)), corners.get(&(0, 0, across)))
            else {
                continue;
            };
            let bank_west = canvas.point(spot(-RIVER - 60.0, north));
            let bank_east = canvas.point(spot(RIVER + 60.0, north));
            canvas.way(vec![*from, bank_west], road("桥头路", "Bridge Road", &[]));
            let [zh, en] = [["河湾大桥", "Hewan Bridge"], ["黄河二桥", "Second Bridge"]][bridge];
            canvas.way(vec![bank_west, bank_east], road(zh, en, &[("bridge", "yes"), ("layer", "1")]));
            canvas.way(vec![bank_east, *to], road("桥头路", "Bridge Road", &[]));
        }
        if let Some(south) = self.districts.get(2)
            && let (Some(from), Some(to)) =
                (corners.get(&(2, BLOCKS, south.rows * BLOCKS)), corners.get(&(0, BLOCKS, 0)))
        {
            canvas.way(vec![*from, *to], road("滨河大道", "Binhe Avenue", &[]));
        }
    }

    fn draw_river(&self, canvas: &mut Canvas) {
        let reach = self.reach();
        let steps = 60;
        let bank = |side: f64| {
            (0..=steps).map(move |step| {
                let y = reach * (f64::from(step) / f64::from(steps) * 2.0 - 1.0);
                spot(side * RIVER * (1.0 + 0.12 * (y / 600.0).sin()) + 60.0 * (y / 1500.0).sin(), y)
            })
        };
        let corners: Vec<Spot> = bank(-1.0).chain(bank(1.0).collect::<Vec<_>>().into_iter().rev()).collect();
        let mut about = Pair::new("黄河", "Yellow River").tags();
        about.extend(tags(&[("natural", "water"), ("water", "river")]));
        canvas.area(&corners, about);
    }

    /// How far the river and the railway reach, north and south of the middle.
    fn reach(&self) -> f64 {
        if self.districts.len() > 2 { 6800.0 } else { 1900.0 }
    }

    /// What a map shows and nobody walks on or lives in: banks along the river, a railway, names of the districts.
    pub fn draw_surroundings(&self, canvas: &mut Canvas) {
        let reach = self.reach();
        let line = |x: f64, sway: f64| {
            (0..=60).map(move |step| {
                let y = reach * (f64::from(step) / 30.0 - 1.0);
                spot(x + sway * (y / 900.0).sin(), y)
            })
        };
        for side in [-1.0, 1.0] {
            let near: Vec<Spot> = line(side * (RIVER + 55.0), 25.0).collect();
            let far = line(side * (RIVER + 170.0), 40.0).collect::<Vec<_>>();
            let bank: Vec<Spot> = near.into_iter().chain(far.into_iter().rev()).collect();
            canvas.area(&bank, tags(&[("landuse", "grass")]));
        }
        let east = &self.districts[0];
        let beyond = east.west + (east.columns * BLOCKS) as f64 * BLOCK + 260.0;
        let nodes = line(beyond, 120.0).map(|at| canvas.point(at)).collect();
        let mut about = Pair::new("河湾铁路", "Hewan Railway").tags();
        about.extend(tags(&[("railway", "rail")]));
        canvas.way(nodes, about);
        let label = |at: Spot, name: &Pair, place: &str, canvas: &mut Canvas| {
            let mut about = name.tags();
            about.extend(tags(&[("place", place)]));
            canvas.node(at, about);
        };
        label(spot(0.0, 0.0), &Pair::new("河湾市", "Hewan"), "city", canvas);
        for district in &self.districts {
            let side = |count: usize| (count * BLOCKS) as f64 * BLOCK / 2.0;
            let middle = spot(district.west + side(district.columns), district.south + side(district.rows));
            label(middle, &district.name, "town", canvas);
        }
    }

    /// Boundaries of communities (level 10), subdistricts (8) and districts (6).
    pub fn draw_boundaries(&self, canvas: &mut Canvas) {
        let about = |name: &Pair, level: &str| {
            let mut about = name.tags();
            about.extend(tags(&[("type", "boundary"), ("boundary", "administrative"), ("admin_level", level)]));
            about
        };
        let mut rings: Vec<i64> = Vec::new();
        for community in &self.communities {
            let district = &self.districts[community.district];
            let side = BLOCK * BLOCKS as f64;
            let (west, south) =
                (district.west + community.column as f64 * side, district.south + community.row as f64 * side);
            let plot = Plot { west, south, east: west + side, north: south + side };
            let corners = plot.corners();
            // The plan is bent, so a boundary needs more than its corners to follow the roads.
            let outline: Vec<Spot> = (0..4)
                .flat_map(|i| (0..6).map(move |step| corners[i].towards(corners[(i + 1) % 4], f64::from(step) / 6.0)))
                .collect();
            let ring = canvas.area(&outline, tags(&[]));
            canvas.relation(&[ring], about(&community.name.with("社区", "Community"), "10"));
            rings.push(ring);
        }
        for (index, district) in self.districts.iter().enumerate() {
            let members: Vec<usize> =
                (0..self.communities.len()).filter(|c| self.communities[*c].district == index).collect();
            for (number, group) in members.chunks(4).enumerate() {
                let ways: Vec<i64> = group.iter().map(|community| rings[*community]).collect();
                let name = names::place(index * 13 + number).with("街道", "Subdistrict");
                canvas.relation(&ways, about(&name, "8"));
            }
            let ways: Vec<i64> = members.iter().map(|community| rings[*community]).collect();
            canvas.relation(&ways, about(&district.name, "6"));
        }
    }
}

impl District {
    fn cells(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let corner = |column: usize, row: usize| {
            column + 1 == self.columns && (row + 1 == self.rows && self.left_out > 0 || row == 0 && self.left_out > 1)
        };
        (0..self.rows)
            .flat_map(move |row| (0..self.columns).map(move |column| (column, row)))
            .filter(move |(c, r)| !corner(*c, *r))
    }
}

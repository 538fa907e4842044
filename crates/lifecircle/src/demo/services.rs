//! Shops, stops and small services, spread unevenly: more in the wealthy middle of a district, few in neglected corners.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::blocks::Estate;
use super::canvas::{Canvas, Spot, spot, tags};
use super::layout::{Block, Layout, Side};

/// Where a kind of facility stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// At the foot of a block, on the street.
    Street,
    /// Inside an estate.
    Estate,
    /// A small area inside an estate.
    EstateArea,
}

/// A kind of facility: its number in the full city, where it stands, names and tags.
struct Planned {
    count: u32,
    stands: Stands,
    /// How much wealth draws it: 0 evenly, 1 in proportion, more only where wealth is.
    draw: f64,
    zh: &'static str,
    en: &'static str,
    tags: &'static [(&'static str, &'static str)],
}

const fn kind(
    count: u32,
    stands: Stands,
    draw: f64,
    zh: &'static str,
    en: &'static str,
    tags: &'static [(&'static str, &'static str)],
) -> Planned {
    Planned { count, stands, draw, zh, en, tags }
}

use Stands::{Estate as In, EstateArea as Area, Street as St};

const KINDS: [Planned; 62] = [
    kind(820, St, 0.3, "公交站", "Bus Stop", &[("highway", "bus_stop"), ("public_transport", "platform")]),
    kind(620, In, 0.6, "自行车棚", "Bicycle Parking", &[("amenity", "bicycle_parking")]),
    kind(210, In, 1.2, "充电站", "Charging Station", &[("amenity", "charging_station")]),
    kind(620, St, 0.7, "公共厕所", "Public Toilet", &[("amenity", "toilets")]),
    kind(560, In, 0.5, "垃圾分类点", "Recycling Point", &[("amenity", "recycling")]),
    kind(380, In, 0.8, "物业服务中心", "Estate Services", &[("office", "property_management")]),
    kind(1500, St, 0.6, "便利店", "Convenience Store", &[("shop", "convenience")]),
    kind(330, St, 0.8, "超市", "Supermarket", &[("shop", "supermarket")]),
    kind(430, St, 0.8, "果蔬店", "Greengrocer", &[("shop", "greengrocer")]),
    kind(75, St, 0.7, "农贸市场", "Market", &[("amenity", "marketplace")]),
    kind(1050, St, 0.8, "早餐店", "Breakfast", &[("amenity", "fast_food")]),
    kind(90, St, 1.5, "咖啡馆", "Café", &[("amenity", "cafe")]),
    kind(1700, St, 1.0, "饭店", "Restaurant", &[("amenity", "restaurant")]),
    kind(250, St, 1.1, "洗衣店", "Laundry", &[("shop", "laundry")]),
    kind(950, St, 0.9, "理发店", "Hairdresser", &[("shop", "hairdresser")]),
    kind(300, St, 1.1, "图文打印", "Copy Shop", &[("shop", "copyshop")]),
    kind(420, St, 0.8, "维修部", "Repair", &[("craft", "electronics_repair")]),
    kind(580, In, 0.6, "快递驿站", "Parcel Locker", &[("amenity", "parcel_locker")]),
    kind(55, St, 0.6, "邮政所", "Post Office", &[("amenity", "post_office")]),
    kind(230, St, 1.3, "银行", "Bank", &[("amenity", "bank")]),
    kind(120, St, 1.3, "自助银行", "ATM", &[("amenity", "atm")]),
    kind(210, St, 1.2, "营业厅", "Telecom Shop", &[("shop", "mobile_phone")]),
    kind(78, St, 0.8, "文化活动中心", "Culture Centre", &[("amenity", "community_centre")]),
    kind(42, St, 1.2, "图书馆", "Library", &[("amenity", "library")]),
    kind(60, St, 1.4, "书店", "Bookshop", &[("shop", "books")]),
    kind(14, St, 2.0, "电影院", "Cinema", &[("amenity", "cinema")]),
    kind(6, St, 2.0, "博物馆", "Museum", &[("tourism", "museum")]),
    kind(52, In, 1.2, "托育中心", "Childcare", &[("amenity", "childcare")]),
    kind(270, Area, 0.6, "幼儿园", "Kindergarten", &[("amenity", "kindergarten")]),
    kind(230, St, 1.3, "培训学校", "Training", &[("amenity", "training")]),
    kind(
        26,
        Area,
        0.8,
        "养老院",
        "Nursing Home",
        &[("amenity", "social_facility"), ("social_facility", "nursing_home")],
    ),
    kind(
        190,
        In,
        0.9,
        "日间照料中心",
        "Elderly Day Care",
        &[("amenity", "social_facility"), ("social_facility", "day_care"), ("social_facility:for", "senior")],
    ),
    kind(
        48,
        In,
        1.1,
        "社区食堂",
        "Community Canteen",
        &[("amenity", "social_facility"), ("social_facility", "soup_kitchen")],
    ),
    kind(
        70,
        In,
        0.9,
        "老年活动室",
        "Elderly Activity Room",
        &[("amenity", "social_centre"), ("social_facility:for", "senior")],
    ),
    kind(80, St, 0.4, "社区卫生服务站", "Health Station", &[("amenity", "clinic"), ("healthcare", "clinic")]),
    kind(240, St, 1.0, "诊所", "Clinic", &[("amenity", "doctors")]),
    kind(640, St, 0.8, "药店", "Pharmacy", &[("amenity", "pharmacy")]),
    kind(620, In, 0.5, "健身点", "Outdoor Fitness", &[("leisure", "fitness_station")]),
    kind(120, Area, 0.9, "球场", "Ball Court", &[("leisure", "pitch"), ("sport", "basketball")]),
    kind(14, St, 1.2, "体育馆", "Sports Hall", &[("leisure", "sports_centre")]),
    kind(105, St, 1.5, "健身房", "Gym", &[("leisure", "fitness_centre")]),
    kind(230, Area, 0.8, "口袋公园", "Pocket Park", &[("leisure", "park")]),
    kind(230, In, 0.7, "儿童游乐场", "Playground", &[("leisure", "playground")]),
    kind(
        190,
        St,
        0.3,
        "社区居委会",
        "Community Service Station",
        &[("office", "government"), ("government", "administrative")],
    ),
    kind(24, St, 0.3, "派出所", "Police Station", &[("amenity", "police")]),
    kind(18, St, 0.4, "警务室", "Police Post", &[("amenity", "police")]),
    kind(10, St, 0.2, "消防站", "Fire Station", &[("amenity", "fire_station")]),
    kind(190, St, 0.9, "烟酒店", "Kiosk", &[("shop", "kiosk")]),
    kind(120, St, 0.9, "鲜肉店", "Butcher", &[("shop", "butcher")]),
    kind(60, St, 0.9, "裁缝店", "Tailor", &[("shop", "tailor")]),
    kind(90, St, 0.9, "口腔诊所", "Dentist", &[("amenity", "dentist")]),
    kind(80, St, 1.0, "面包房", "Bakery", &[("shop", "bakery")]),
    kind(20, St, 0.2, "街道办事处", "Subdistrict Office", &[("office", "government")]),
    kind(20, St, 0.2, "司法所", "Justice Office", &[("office", "government")]),
    kind(70, St, 1.1, "家政服务部", "Housekeeping", &[("craft", "cleaning")]),
    kind(130, St, 1.2, "鲜花礼品店", "Florist", &[("shop", "florist")]),
    kind(60, St, 1.5, "宠物店", "Pet Shop", &[("shop", "pet")]),
    kind(34, St, 1.4, "旅行社", "Travel Agency", &[("shop", "travel_agency")]),
    kind(110, St, 1.2, "养生馆", "Massage", &[("shop", "massage")]),
    kind(260, St, 1.1, "服装店", "Clothes Shop", &[("shop", "clothes")]),
    kind(180, St, 1.4, "写字楼", "Company", &[("office", "company")]),
    kind(150, In, 0.8, "小游园", "Garden", &[("leisure", "garden")]),
];

/// How many a facility serves, for kinds that tell: two of three do, as in real lists.
fn capacity(kind: &Planned, number: usize) -> Option<usize> {
    let sizes: [usize; 3] = match kind.en {
        "Childcare" => [40, 60, 90],
        "Kindergarten" => [180, 270, 360],
        "Nursing Home" => [60, 120, 200],
        "Elderly Day Care" => [15, 25, 40],
        "Community Canteen" => [40, 60, 100],
        _ => return None,
    };
    (number % 3 != 2).then(|| sizes[number / 3 % 3])
}

/// Draws all small facilities.
pub(super) fn draw(layout: &Layout, estates: &[Estate], canvas: &mut Canvas, random: &mut ChaCha8Rng) {
    let blocks = layout.blocks();
    let full = 83.0;
    for kind in &KINDS {
        let count = (f64::from(kind.count) * layout.communities.len() as f64 / full).round().max(1.0) as usize;
        let weights: Vec<f64> = layout.communities.iter().map(|community| community.wealth.powf(kind.draw)).collect();
        for number in 0..count {
            let community = pick(&weights, random);
            let name = layout.communities[community].name.with(kind.zh, kind.en);
            let mut about = name.tags();
            about.extend(tags(kind.tags));
            about.extend(capacity(kind, number).map(|places| ("capacity".to_owned(), places.to_string())));
            let here: Vec<&Estate> = estates.iter().filter(|estate| estate.block.community == community).collect();
            if kind.stands == Stands::Street || here.is_empty() {
                let of_community: Vec<&Block> = blocks.iter().filter(|block| block.community == community).collect();
                let block = of_community[random.random_range(0..of_community.len())];
                canvas.node(on_street(layout, block, random), about);
                continue;
            }
            let estate = here[random.random_range(0..here.len())];
            let corner = estate.corners[(number + random.random_range(0..estate.corners.len())) % estate.corners.len()];
            let at = spot(corner.x + random.random_range(0.0..60.0), corner.y + random.random_range(-1.5..1.5));
            if kind.stands == Stands::EstateArea {
                let (wide, deep) = (random.random_range(28.0..44.0), random.random_range(20.0..26.0));
                let corners = [at, spot(at.x + wide, at.y), spot(at.x + wide, at.y + deep), spot(at.x, at.y + deep)];
                canvas.area(&corners, about);
            } else {
                canvas.node(at, about);
            }
        }
    }
}

/// A place at the foot of a block, eight metres from the middle of the street.
fn on_street(layout: &Layout, block: &Block, random: &mut ChaCha8Rng) -> Spot {
    let side = Side::ALL[random.random_range(0..4)];
    let at = layout.on_street(block, side, random.random_range(0.05..0.95));
    let middle = block.plot.middle();
    let away = |from: f64, to: f64| if to > from { 8.0 } else { -8.0 };
    match side {
        Side::South | Side::North => spot(at.x, at.y + away(at.y, middle.y)),
        Side::East | Side::West => spot(at.x + away(at.x, middle.x), at.y),
    }
}

/// An index drawn by weight.
fn pick(weights: &[f64], random: &mut ChaCha8Rng) -> usize {
    let mut left = random.random_range(0.0..weights.iter().sum());
    weights
        .iter()
        .position(|weight| {
            left -= weight;
            left < 0.0
        })
        .unwrap_or(weights.len() - 1)
}

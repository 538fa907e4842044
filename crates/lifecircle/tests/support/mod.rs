//! What the tests share: writers of OpenStreetMap's formats (the library only reads them), small maps, plain graphs.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use lifecircle::city::{Ages, City};
use lifecircle::geo::LonLat;
use lifecircle::import::{Inputs, People, PeopleAt, PeopleRow, import};
use lifecircle::sources::extract::OsmSource;
use lifecircle::sources::osm::{ElementKind, Elements, OwnedTags};
use prost::Message;

/// Something in `../shared/data`, beside the project. Where it is not, it is said that the test is skipped, even though its
/// output is not shown.
pub fn shared_data(what: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(what);
    let is_there = path.exists();
    if !is_there {
        let test = std::thread::current();
        let _ = writeln!(std::io::stderr(), "\nSKIPPED {}: no ../shared/data/{what}", test.name().unwrap_or("?"));
    }
    is_there.then_some(path)
}

pub fn tags(text: &str) -> OwnedTags {
    text.split_whitespace()
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .collect()
}

/// A map drawn in metres from a corner near Wuhai.
#[derive(Clone, Default)]
pub struct Map {
    pub elements: Elements,
}

impl Map {
    pub fn at(x: f64, y: f64) -> LonLat {
        let frame = lifecircle::geo::metric::Frame::at(39.6);
        LonLat { x: 106.8 + x / frame.per_lon, y: 39.6 + y / frame.per_lat }
    }

    pub fn node(&mut self, id: i64, x: f64, y: f64) -> &mut Self {
        self.tagged(id, x, y, "")
    }

    pub fn tagged(&mut self, id: i64, x: f64, y: f64, about: &str) -> &mut Self {
        self.elements.nodes.push((id, Self::at(x, y), tags(about)));
        self
    }

    pub fn way(&mut self, id: i64, nodes: &[i64], about: &str) -> &mut Self {
        self.elements.ways.push((id, nodes.to_vec(), tags(about)));
        self
    }

    pub fn relation(&mut self, id: i64, ways: &[(i64, &str)], about: &str) -> &mut Self {
        let members = ways.iter().map(|(way, role)| (ElementKind::Way, *way, (*role).to_owned())).collect();
        self.elements.relations.push((id, members, tags(about)));
        self
    }

    pub fn inputs(&self) -> Inputs {
        Inputs::new("test", OsmSource::Memory(self.elements.clone()))
    }

    /// The city with one person at its first node, for tests of streets alone.
    pub fn with_a_person(&self) -> City {
        let person = PeopleRow {
            id: "1".to_owned(),
            at: PeopleAt::Point(self.elements.nodes[0].1),
            residents: 1.0,
            ages: Ages::default(),
        };
        import(Inputs { people: Some(People::Rows(vec![person])), ..self.inputs() }, &()).unwrap()
    }

    pub fn city(&self) -> City {
        import(self.inputs(), &()).unwrap()
    }
}

// ---- PBF, written with the same messages that the format's description gives, but in a way of its own ----

#[derive(Message)]
struct BlobHeader {
    #[prost(string, required, tag = "1")]
    kind: String,
    #[prost(int32, required, tag = "3")]
    datasize: i32,
}

#[derive(Message)]
struct Blob {
    #[prost(bytes = "vec", optional, tag = "1")]
    raw: Option<Vec<u8>>,
    #[prost(int32, optional, tag = "2")]
    raw_size: Option<i32>,
    #[prost(bytes = "vec", optional, tag = "3")]
    zlib: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "4")]
    lzma: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "6")]
    lz4: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "7")]
    zstd: Option<Vec<u8>>,
}

#[derive(Message)]
struct HeaderBlock {
    #[prost(string, repeated, tag = "4")]
    required_features: Vec<String>,
}

#[derive(Message)]
struct Block {
    #[prost(message, required, tag = "1")]
    strings: Strings,
    #[prost(message, repeated, tag = "2")]
    groups: Vec<Group>,
}

#[derive(Message)]
struct Strings {
    #[prost(bytes = "vec", repeated, tag = "1")]
    s: Vec<Vec<u8>>,
}

#[derive(Message)]
struct Group {
    #[prost(message, repeated, tag = "1")]
    nodes: Vec<PlainNode>,
    #[prost(message, optional, tag = "2")]
    dense: Option<Dense>,
    #[prost(message, repeated, tag = "3")]
    ways: Vec<PbfWay>,
    #[prost(message, repeated, tag = "4")]
    relations: Vec<PbfRelation>,
}

#[derive(Message)]
struct PlainNode {
    #[prost(sint64, required, tag = "1")]
    id: i64,
    #[prost(uint32, repeated, tag = "2")]
    keys: Vec<u32>,
    #[prost(uint32, repeated, tag = "3")]
    vals: Vec<u32>,
    #[prost(sint64, required, tag = "8")]
    lat: i64,
    #[prost(sint64, required, tag = "9")]
    lon: i64,
}

#[derive(Message)]
struct Dense {
    #[prost(sint64, repeated, tag = "1")]
    id: Vec<i64>,
    #[prost(sint64, repeated, tag = "8")]
    lat: Vec<i64>,
    #[prost(sint64, repeated, tag = "9")]
    lon: Vec<i64>,
    #[prost(int32, repeated, tag = "10")]
    keys_vals: Vec<i32>,
}

#[derive(Message)]
struct PbfWay {
    #[prost(int64, required, tag = "1")]
    id: i64,
    #[prost(uint32, repeated, tag = "2")]
    keys: Vec<u32>,
    #[prost(uint32, repeated, tag = "3")]
    vals: Vec<u32>,
    #[prost(sint64, repeated, tag = "8")]
    refs: Vec<i64>,
}

#[derive(Message)]
struct PbfRelation {
    #[prost(int64, required, tag = "1")]
    id: i64,
    #[prost(uint32, repeated, tag = "2")]
    keys: Vec<u32>,
    #[prost(uint32, repeated, tag = "3")]
    vals: Vec<u32>,
    #[prost(int32, repeated, tag = "8")]
    roles: Vec<i32>,
    #[prost(sint64, repeated, tag = "9")]
    memids: Vec<i64>,
    #[prost(int32, repeated, tag = "10")]
    types: Vec<i32>,
}

#[derive(Default)]
struct StringIndex(Vec<String>);

impl StringIndex {
    fn of(&mut self, text: &str) -> u32 {
        if self.0.is_empty() {
            self.0.push(String::new());
        }
        let position = self.0.iter().position(|s| s == text).unwrap_or_else(|| {
            self.0.push(text.to_owned());
            self.0.len() - 1
        });
        position as u32
    }

    fn pairs(&mut self, tags: &OwnedTags) -> (Vec<u32>, Vec<u32>) {
        tags.iter().map(|(k, v)| (self.of(k), self.of(v))).unzip()
    }

    fn table(self) -> Strings {
        Strings { s: self.0.into_iter().map(String::into_bytes).collect() }
    }
}

/// How a block is written.
#[derive(Debug, Clone, Copy)]
pub enum Packing {
    Raw,
    Zlib,
    Zstd,
    Lz4,
    Lzma,
}

fn blob(kind: &str, content: &[u8], packing: Packing) -> Vec<u8> {
    let raw_size = Some(content.len() as i32);
    let empty = Blob { raw: None, raw_size, zlib: None, lzma: None, lz4: None, zstd: None };
    let mut packed = Vec::new();
    let blob = match packing {
        Packing::Raw => Blob { raw: Some(content.to_vec()), raw_size: None, ..empty },
        Packing::Zlib => {
            let mut encoder = flate2::write::ZlibEncoder::new(packed, flate2::Compression::default());
            encoder.write_all(content).unwrap();
            Blob { zlib: Some(encoder.finish().unwrap()), ..empty }
        }
        Packing::Zstd => Blob { zstd: Some(zstd::encode_all(content, 3).unwrap()), ..empty },
        Packing::Lz4 => Blob { lz4: Some(lz4_flex::block::compress(content)), ..empty },
        Packing::Lzma => {
            lzma_rs::lzma_compress(&mut &*content, &mut packed).unwrap();
            Blob { lzma: Some(packed), ..empty }
        }
    };
    let body = blob.encode_to_vec();
    let header = BlobHeader { kind: kind.to_owned(), datasize: body.len() as i32 }.encode_to_vec();
    let mut bytes = (header.len() as u32).to_be_bytes().to_vec();
    bytes.extend(header);
    bytes.extend(body);
    bytes
}

fn deltas(values: &[i64]) -> Vec<i64> {
    let mut last = 0;
    values
        .iter()
        .map(|value| {
            let step = value - last;
            last = *value;
            step
        })
        .collect()
}

/// Degrees in the format's units of 100 nanodegrees.
fn units(degrees: f64) -> i64 {
    (degrees * 1e7).round() as i64
}

/// Elements as PBF: dense nodes (but every fifth chunk plain), ways, relations, 200 to a block, every third block raw.
pub fn pbf(elements: &Elements, features: &[&str]) -> Vec<u8> {
    pbf_with(elements, features, |block| if block % 3 == 0 { Packing::Raw } else { Packing::Zlib })
}

/// The same, with a say in how blocks are compressed (the header is block 1).
pub fn pbf_with(elements: &Elements, features: &[&str], packing: impl Fn(usize) -> Packing) -> Vec<u8> {
    let header = HeaderBlock { required_features: features.iter().map(|f| (*f).to_owned()).collect() };
    let mut bytes = blob("OSMHeader", &header.encode_to_vec(), packing(1));
    let mut number = 0;
    let mut put = |strings: StringIndex, group: Group| {
        number += 1;
        let block = Block { strings: strings.table(), groups: vec![group] };
        bytes.extend(blob("OSMData", &block.encode_to_vec(), packing(number)));
    };
    for (position, chunk) in elements.nodes.chunks(200).enumerate() {
        let mut strings = StringIndex::default();
        strings.of("");
        let mut group = Group::default();
        if position % 5 == 4 {
            for (id, at, tags) in chunk {
                let (keys, vals) = strings.pairs(tags);
                group.nodes.push(PlainNode { id: *id, keys, vals, lat: units(at.y), lon: units(at.x) });
            }
        } else {
            let column =
                |value: fn(&(i64, LonLat, OwnedTags)) -> i64| deltas(&chunk.iter().map(value).collect::<Vec<_>>());
            let mut keys_vals = Vec::new();
            for (_, _, tags) in chunk {
                let (keys, vals) = strings.pairs(tags);
                keys_vals.extend(keys.into_iter().zip(vals).flat_map(|(k, v)| [k as i32, v as i32]));
                keys_vals.push(0);
            }
            group.dense = Some(Dense {
                id: column(|n| n.0),
                lat: column(|n| units(n.1.y)),
                lon: column(|n| units(n.1.x)),
                keys_vals,
            });
        }
        put(strings, group);
    }
    for chunk in elements.ways.chunks(200) {
        let mut strings = StringIndex::default();
        let mut group = Group::default();
        for (id, refs, tags) in chunk {
            let (keys, vals) = strings.pairs(tags);
            group.ways.push(PbfWay { id: *id, keys, vals, refs: deltas(refs) });
        }
        put(strings, group);
    }
    for chunk in elements.relations.chunks(200) {
        let mut strings = StringIndex::default();
        let mut group = Group::default();
        for (id, members, tags) in chunk {
            let (keys, vals) = strings.pairs(tags);
            group.relations.push(PbfRelation {
                id: *id,
                keys,
                vals,
                roles: members.iter().map(|m| strings.of(&m.2) as i32).collect(),
                memids: deltas(&members.iter().map(|m| m.1).collect::<Vec<_>>()),
                types: members.iter().map(|m| m.0 as i32).collect(),
            });
        }
        put(strings, group);
    }
    bytes
}

pub const FEATURES: [&str; 2] = ["OsmSchema-V0.6", "DenseNodes"];

/// Elements as XML, as openstreetmap.org exports it.
pub fn xml(elements: &Elements) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<osm version=\"0.6\" generator=\"test\">\n <bounds minlat=\"1\" minlon=\"2\" maxlat=\"3\" maxlon=\"4\"/>\n",
    );
    let tags = |tags: &OwnedTags| {
        tags.iter().map(|(k, v)| format!("  <tag k=\"{}\" v=\"{}\"/>\n", escape(k), escape(v))).collect::<String>()
    };
    for (id, at, about) in &elements.nodes {
        if about.is_empty() {
            text += &format!(" <node id=\"{id}\" visible=\"true\" lat=\"{:.7}\" lon=\"{:.7}\"/>\n", at.y, at.x);
        } else {
            text += &format!(" <node id=\"{id}\" lat=\"{:.7}\" lon=\"{:.7}\">\n{} </node>\n", at.y, at.x, tags(about));
        }
    }
    for (id, refs, about) in &elements.ways {
        let refs: String = refs.iter().map(|r| format!("  <nd ref=\"{r}\"/>\n")).collect();
        text += &format!(" <way id=\"{id}\">\n{refs}{} </way>\n", tags(about));
    }
    for (id, members, about) in &elements.relations {
        let kind = |kind: &ElementKind| match kind {
            ElementKind::Node => "node",
            ElementKind::Way => "way",
            ElementKind::Relation => "relation",
        };
        let members: String = members
            .iter()
            .map(|(k, id, role)| format!("  <member type=\"{}\" ref=\"{id}\" role=\"{}\"/>\n", kind(k), escape(role)))
            .collect();
        text += &format!(" <relation id=\"{id}\">\n{members}{} </relation>\n", tags(about));
    }
    text + "</osm>\n"
}

/// The elements of the small demo city.
pub fn demo_elements() -> Elements {
    match lifecircle::demo::generate(lifecircle::demo::Size::Small, 1).osm {
        OsmSource::Memory(elements) => elements,
        _ => unreachable!(),
    }
}

/// A plain graph and the shortest time from one node to another, by relaxing every edge until nothing changes
/// (Bellman & Ford): nothing of it is shared with the library.
pub struct PlainGraph {
    pub edges: Vec<(usize, usize, f64)>,
    pub nodes: usize,
}

impl PlainGraph {
    pub fn times_from(&self, starts: &[(usize, f64)]) -> Vec<f64> {
        let mut times = vec![f64::INFINITY; self.nodes];
        for (node, time) in starts {
            times[*node] = times[*node].min(*time);
        }
        loop {
            let mut changed = false;
            for (from, to, seconds) in &self.edges {
                if times[*from] + seconds < times[*to] - 1e-9 {
                    times[*to] = times[*from] + seconds;
                    changed = true;
                }
            }
            if !changed {
                return times;
            }
        }
    }
}

/// A raster of three by two cells of 0.01 and 0.02 degrees whose corner is at 106.8, 39.6. `kind` is 1 for cells that are areas
/// and 2 for points.
pub fn raster(path: &Path, values: &[f32], nodata: &str, metadata: Option<&str>, kind: u16) {
    use tiff::encoder::{TiffEncoder, colortype::Gray32Float};
    use tiff::tags::Tag;
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let mut encoder = TiffEncoder::new(&mut file).unwrap();
    let mut image = encoder.new_image::<Gray32Float>(3, 2).unwrap();
    let about = image.encoder();
    about.write_tag(Tag::ModelPixelScaleTag, &[0.01_f64, 0.02, 0.0][..]).unwrap();
    about.write_tag(Tag::ModelTiepointTag, &[0.0_f64, 0.0, 0.0, 106.8, 39.6, 0.0][..]).unwrap();
    let keys = [1_u16, 1, 0, 2, 1024, 0, 1, 2, 1025, 0, 1, kind];
    about.write_tag(Tag::GeoKeyDirectoryTag, &keys[..]).unwrap();
    about.write_tag(Tag::GdalNodata, nodata).unwrap();
    if let Some(metadata) = metadata {
        about.write_tag(Tag::Unknown(42112), metadata).unwrap();
    }
    image.write_data(values).unwrap();
}

//! OpenStreetMap's binary format (PBF): blobs of compressed protocol buffers.
//!
//! The messages are declared here for `prost`, with only the fields that are read: the history of every
//! element (author, version, time) is skipped. Each group of elements stays undecoded until a scan wants
//! its kind. After the first scan the kinds in each blob are known, and later scans leave out the others.
//!
//! Source: <https://wiki.openstreetmap.org/wiki/PBF_Format>.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};

use bytes::Bytes;
use prost::Message;
use rayon::prelude::*;

use super::open;
use super::osm::{Element, ElementKind, Fixed, Member, off_the_globe};
use super::packed::Packed;
use crate::error::{Error, Result, caught};
use crate::progress::Progress;
use crate::text::Text;

/// Bounds of the format itself: a header is below 64 KiB, a block below 32 MiB.
const MAX_HEADER: u32 = 64 * 1024;
const MAX_BLOCK: usize = 32 * 1024 * 1024;

/// A block packs to no less than this share of its size; packers of real maps reach a fifth.
const MOST_PACKED: usize = 100;
const SMALL_BLOCK: usize = 1 << 18;

/// A block holds no more elements, strings, or bytes of numbers in one list: writers put 8,000 elements into a block. What is
/// decoded takes many times the space, so this bounds memory.
const MOST_ELEMENTS: usize = 1_000_000;
const MOST_NUMBERS: usize = 1 << 23;

/// OpenStreetMap's texts have at most 255 letters.
const LONGEST_STRING: usize = 4 * 255;

/// No element has more tags.
const MOST_TAGS: usize = 5_000;

fn download_again() -> Text {
    say!("download the file again", "请重新下载该文件")
}

#[derive(Message)]
struct BlobHeader {
    #[prost(string, required, tag = "1")]
    kind: String,
    #[prost(int32, required, tag = "3")]
    datasize: i32,
}

#[derive(Message)]
struct Blob {
    #[prost(bytes = "bytes", optional, tag = "1")]
    raw: Option<Bytes>,
    #[prost(int32, optional, tag = "2")]
    raw_size: Option<i32>,
    #[prost(bytes = "bytes", optional, tag = "3")]
    zlib: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "4")]
    lzma: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "6")]
    lz4: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "7")]
    zstd: Option<Bytes>,
}

#[derive(Message)]
struct HeaderBlock {
    #[prost(string, repeated, tag = "4")]
    required_features: Vec<String>,
}

#[derive(Message)]
struct PrimitiveBlock {
    #[prost(message, optional, tag = "1")]
    strings: Option<StringTable>,
    #[prost(message, repeated, tag = "2")]
    groups: Vec<PrimitiveGroup>,
    #[prost(int32, optional, tag = "17")]
    granularity: Option<i32>,
    #[prost(int64, optional, tag = "19")]
    lat_offset: Option<i64>,
    #[prost(int64, optional, tag = "20")]
    lon_offset: Option<i64>,
}

#[derive(Message)]
struct StringTable {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    strings: Vec<Bytes>,
}

/// A group holds elements of one kind, each still encoded.
#[derive(Message)]
struct PrimitiveGroup {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    nodes: Vec<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "2")]
    dense: Option<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "3")]
    ways: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "4")]
    relations: Vec<Bytes>,
}

#[derive(Message)]
struct PbfNode {
    #[prost(sint64, required, tag = "1")]
    id: i64,
    #[prost(uint32, repeated, tag = "2")]
    keys: Vec<u32>,
    #[prost(uint32, repeated, tag = "3")]
    values: Vec<u32>,
    #[prost(sint64, required, tag = "8")]
    lat: i64,
    #[prost(sint64, required, tag = "9")]
    lon: i64,
}

#[derive(Message)]
struct DenseNodes {
    #[prost(sint64, repeated, tag = "1")]
    ids: Vec<i64>,
    #[prost(sint64, repeated, tag = "8")]
    lats: Vec<i64>,
    #[prost(sint64, repeated, tag = "9")]
    lons: Vec<i64>,
    #[prost(int32, repeated, tag = "10")]
    keys_values: Vec<i32>,
}

#[derive(Message)]
struct PbfWay {
    #[prost(int64, required, tag = "1")]
    id: i64,
    #[prost(uint32, repeated, tag = "2")]
    keys: Vec<u32>,
    #[prost(uint32, repeated, tag = "3")]
    values: Vec<u32>,
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
    values: Vec<u32>,
    #[prost(int32, repeated, tag = "8")]
    roles: Vec<i32>,
    #[prost(sint64, repeated, tag = "9")]
    members: Vec<i64>,
    #[prost(int32, repeated, tag = "10")]
    kinds: Vec<i32>,
}

/// Where a data blob lies in the file.
#[derive(Debug, Clone, Copy)]
struct Extent {
    start: u64,
    size: usize,
}

/// Where the bytes are.
#[derive(Debug)]
enum Content {
    File(File),
    Memory(Bytes),
}

/// An opened PBF file whose blobs are known.
#[derive(Debug)]
pub struct PbfFile {
    path: PathBuf,
    content: Content,
    blobs: Vec<Extent>,
    /// Kinds of elements in each blob as bits; [`UNKNOWN`] before its first scan.
    kinds: Vec<AtomicU8>,
}

const UNKNOWN: u8 = u8::MAX;

impl PbfFile {
    /// Opens a file, walks over its blob headers and checks that it can be read.
    ///
    /// # Errors
    /// If it is not a PBF file, is cut short, or needs features that are not known.
    pub fn open(path: &Path) -> Result<Self> {
        let file = open(path)?;
        let length = file.metadata().map_err(|e| Error::io(say!("read", "读取"), path, &e))?.len();
        Self::index(path, Content::File(file), length).map_err(|e| e.file(path))
    }

    /// The same for a file that is in memory; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`PbfFile::open`].
    pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self> {
        let length = bytes.len() as u64;
        Self::index(Path::new(name), Content::Memory(Bytes::from(bytes)), length).map_err(|e| e.file(name))
    }

    fn index(path: &Path, content: Content, length: u64) -> Result<Self> {
        let mut opened = Self { path: path.to_path_buf(), content, blobs: Vec::new(), kinds: Vec::new() };
        let mut position = 0;
        while position < length {
            position = opened.index_blob(position, length)?;
        }
        if position == 0 {
            return Err(Error::new(say!("the file is empty", "文件是空的")).hint(download_again()));
        }
        opened.kinds = opened.blobs.iter().map(|_| AtomicU8::new(UNKNOWN)).collect();
        Ok(opened)
    }

    /// Number of data blobs.
    pub fn blobs(&self) -> usize {
        self.blobs.len()
    }

    /// Notes the blob at `position` and returns where the next one starts.
    fn index_blob(&mut self, position: u64, length: u64) -> Result<u64> {
        let truncated = || {
            Error::damaged(say!("the file is truncated", "文件不完整"))
                .place(say!("byte {position}", "第 {position} 字节"))
                .hint(download_again())
        };
        let not_pbf = || {
            Error::damaged(say!("this is not an OpenStreetMap PBF file", "这不是 OpenStreetMap PBF 文件")).hint(say!(
                "give an extract in .osm.pbf format, for example from download.geofabrik.de",
                "请给出 .osm.pbf 格式的数据，例如来自 download.geofabrik.de"
            ))
        };
        let remaining = length - position;
        if remaining < 4 {
            return Err(truncated());
        }
        let mut size = [0; 4];
        self.read_at(&mut size, position)?;
        let header_size = u32::from_be_bytes(size);
        if header_size == 0 || header_size >= MAX_HEADER {
            return Err(if position == 0 { not_pbf() } else { damaged(position) });
        }
        if remaining < 4 + u64::from(header_size) {
            return Err(if position == 0 { not_pbf() } else { truncated() });
        }
        let mut header = vec![0; header_size as usize];
        self.read_at(&mut header, position + 4)?;
        let header = BlobHeader::decode(header.as_slice())
            .map_err(|_| if position == 0 { not_pbf() } else { damaged(position) })?;
        let size =
            usize::try_from(header.datasize).ok().filter(|size| *size <= MAX_BLOCK).ok_or_else(|| damaged(position))?;
        let start = position + 4 + u64::from(header_size);
        let end = start + size as u64;
        if position == 0 && header.kind != "OSMHeader" {
            return Err(not_pbf());
        }
        if end > length {
            return Err(truncated());
        }
        let extent = Extent { start, size };
        match header.kind.as_str() {
            "OSMHeader" => self.check_features(extent)?,
            "OSMData" => self.blobs.push(extent),
            _ => {} // the format asks readers to skip what they do not know
        }
        Ok(end)
    }

    fn check_features(&self, extent: Extent) -> Result<()> {
        let block = HeaderBlock::decode(self.inflate(extent)?).map_err(|_| damaged(extent.start))?;
        match block.required_features.iter().find(|f| !["OsmSchema-V0.6", "DenseNodes"].contains(&f.as_str())) {
            None => Ok(()),
            Some(feature) => Err(Error::unsupported(say!(
                "the file needs the feature {feature:?}, which is not supported",
                "文件需要功能 {feature:?}，暂不支持"
            ))
            .hint(say!(
                "write it anew without it: osmium cat IN.osm.pbf -o OUT.osm.pbf",
                "请重新生成，不含该功能：osmium cat IN.osm.pbf -o OUT.osm.pbf"
            ))),
        }
    }

    fn read_at(&self, buffer: &mut [u8], position: u64) -> Result<()> {
        let read = match &self.content {
            Content::File(file) => read_exact_at(file, buffer, position),
            Content::Memory(bytes) => {
                let start = usize::try_from(position).unwrap_or(usize::MAX);
                match start.checked_add(buffer.len()).and_then(|end| bytes.get(start..end)) {
                    Some(part) => {
                        buffer.copy_from_slice(part);
                        Ok(())
                    }
                    None => Err(std::io::ErrorKind::UnexpectedEof.into()),
                }
            }
        };
        read.map_err(|e| Error::io(say!("read", "读取"), &self.path, &e))
    }

    /// The uncompressed content of a blob.
    fn inflate(&self, extent: Extent) -> Result<Bytes> {
        let mut buffer = vec![0; extent.size];
        self.read_at(&mut buffer, extent.start)?;
        let blob = Blob::decode(Bytes::from(buffer)).map_err(|_| damaged(extent.start))?;
        if let Some(raw) = blob.raw {
            return Ok(raw);
        }
        let Blob { zlib, zstd, lz4, lzma, .. } = blob;
        let packed = [zlib.map(Packed::Zlib), zstd.map(Packed::Zstd), lz4.map(Packed::Lz4), lzma.map(Packed::Lzma)];
        let Some(packed) = packed.into_iter().flatten().next() else {
            return Err(Error::unsupported(say!(
                "a blob is compressed in a way that is not supported (zlib, zstd, lz4 and lzma are)",
                "数据块的压缩方式不支持（支持 zlib、zstd、lz4 和 lzma）"
            ))
            .place(say!("byte {}", "第 {} 字节", extent.start))
            .hint(say!(
                "write it anew: osmium cat IN.osm.pbf -o OUT.osm.pbf",
                "请重新生成：osmium cat IN.osm.pbf -o OUT.osm.pbf"
            )));
        };
        let most = MAX_BLOCK.min(SMALL_BLOCK.max(packed.bytes().len().saturating_mul(MOST_PACKED)));
        let size = usize::try_from(blob.raw_size.unwrap_or(0)).map_err(|_| damaged(extent.start))?;
        let unpack = || Ok(packed.unpack(size, most));
        let content = caught(|| damaged(extent.start), unpack)?.ok_or_else(|| damaged(extent.start))?;
        Ok(Bytes::from(content))
    }

    /// See [`super::osm::OsmSource::scan`].
    pub(super) fn scan<T: Default + Send>(
        &self,
        mask: u8,
        progress: &dyn Progress,
        visit: impl Fn(&mut T, Element<'_>) + Sync,
    ) -> Result<Vec<T>> {
        self.blobs
            .par_iter()
            .zip(&self.kinds)
            .map(|(extent, kinds)| {
                progress.check()?;
                let mut found = T::default();
                if kinds.load(Ordering::Relaxed) & mask != 0 {
                    kinds.store(
                        self.scan_blob(*extent, mask, &mut |element| visit(&mut found, element))?,
                        Ordering::Relaxed,
                    );
                }
                progress.advance(1);
                Ok(found)
            })
            .collect::<Result<Vec<T>>>()
            .map_err(|e| e.file(&self.path))
    }

    /// Visits the wanted elements of a blob and returns which kinds it holds.
    fn scan_blob(&self, extent: Extent, mask: u8, visit: &mut dyn FnMut(Element<'_>)) -> Result<u8> {
        let broken = || damaged(extent.start);
        let bytes = self.inflate(extent)?;
        let parts = count_parts(&bytes, &[1, 2]).ok_or_else(broken)?;
        if parts > MOST_ELEMENTS {
            return Err(broken());
        }
        let block = PrimitiveBlock::decode(bytes).map_err(|_| broken())?;
        let decoder = BlockDecoder::new(&block);
        let check_size = |part: &Bytes| if part.len() > MOST_NUMBERS { Err(broken()) } else { Ok(()) };
        let mut kinds = 0;
        for group in &block.groups {
            if group.dense.is_some() || !group.nodes.is_empty() {
                kinds |= ElementKind::Node.bit();
            }
            if !group.ways.is_empty() {
                kinds |= ElementKind::Way.bit();
            }
            if !group.relations.is_empty() {
                kinds |= ElementKind::Relation.bit();
            }
            if mask & ElementKind::Node.bit() != 0 {
                if let Some(dense) = &group.dense {
                    check_size(dense)?;
                    decoder.dense(&DenseNodes::decode(dense.clone()).map_err(|_| broken())?, visit)?;
                }
                for node in &group.nodes {
                    decoder.node(&PbfNode::decode(node.clone()).map_err(|_| broken())?, visit)?;
                }
            }
            if mask & ElementKind::Way.bit() != 0 {
                for way in &group.ways {
                    check_size(way)?;
                    decoder.way(&PbfWay::decode(way.clone()).map_err(|_| broken())?, visit);
                }
            }
            if mask & ElementKind::Relation.bit() != 0 {
                for relation in &group.relations {
                    check_size(relation)?;
                    decoder.relation(&PbfRelation::decode(relation.clone()).map_err(|_| broken())?, visit);
                }
            }
        }
        Ok(kinds)
    }
}

/// How many parts of a message that may hold many lie in the messages of these tags within a block: strings, elements. None if
/// the bytes are no message.
fn count_parts(bytes: &[u8], tags: &[u32]) -> Option<usize> {
    use prost::encoding::{WireType, decode_key, decode_varint};
    let (mut rest, mut count) = (bytes, 0);
    while !rest.is_empty() {
        let (tag, kind) = decode_key(&mut rest).ok()?;
        let length = match kind {
            WireType::Varint => {
                decode_varint(&mut rest).ok()?;
                0
            }
            WireType::SixtyFourBit => 8,
            WireType::ThirtyTwoBit => 4,
            WireType::LengthDelimited => usize::try_from(decode_varint(&mut rest).ok()?).ok()?,
            WireType::StartGroup | WireType::EndGroup => return None,
        };
        let (part, after) = rest.split_at_checked(length)?;
        rest = after;
        count += 1;
        if kind == WireType::LengthDelimited && tags.contains(&tag) {
            count += count_parts(part, &[])?;
        }
    }
    Some(count)
}

fn damaged(position: u64) -> Error {
    Error::damaged(say!("the file is damaged", "文件已损坏"))
        .place(say!("byte {position}", "第 {position} 字节"))
        .hint(download_again())
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], position: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, position)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut position: u64) -> std::io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, position)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => {
                buffer = &mut buffer[read..];
                position += read as u64;
            }
        }
    }
    Ok(())
}

/// What the elements of one block share. All sums wrap: a damaged file gives wrong ids, never a crash.
struct BlockDecoder<'a> {
    strings: Vec<&'a str>,
    granularity: i64,
    lat_offset: i64,
    lon_offset: i64,
}

impl<'a> BlockDecoder<'a> {
    fn new(block: &'a PrimitiveBlock) -> Self {
        let strings = block.strings.iter().flat_map(|table| &table.strings);
        Self {
            // A string that is not UTF-8, or too long, cannot match any tag that is looked for.
            strings: strings
                .map(|bytes| {
                    std::str::from_utf8(bytes).ok().filter(|text| text.len() <= LONGEST_STRING).unwrap_or_default()
                })
                .collect(),
            granularity: i64::from(block.granularity.unwrap_or(100)),
            lat_offset: block.lat_offset.unwrap_or(0),
            lon_offset: block.lon_offset.unwrap_or(0),
        }
    }

    fn string(&self, index: u32) -> &'a str {
        self.strings.get(index as usize).copied().unwrap_or_default()
    }

    fn tags(&self, keys: &[u32], values: &[u32]) -> Vec<(&'a str, &'a str)> {
        keys.iter().zip(values).take(MOST_TAGS).map(|(key, value)| (self.string(*key), self.string(*value))).collect()
    }

    fn place(&self, id: i64, lon: i64, lat: i64) -> Result<Fixed> {
        let nano = |value: i64, offset: i64| value.checked_mul(self.granularity)?.checked_add(offset);
        nano(lon, self.lon_offset)
            .zip(nano(lat, self.lat_offset))
            .and_then(|(lon, lat)| Fixed::from_nano(lon, lat))
            .ok_or_else(|| off_the_globe(id))
    }

    fn dense(&self, dense: &DenseNodes, visit: &mut dyn FnMut(Element<'_>)) -> Result<()> {
        let (mut id, mut lat, mut lon) = (0_i64, 0_i64, 0_i64);
        let mut keys_values = dense.keys_values.iter();
        let mut tags: Vec<(&str, &str)> = Vec::new();
        for ((id_step, lat_step), lon_step) in dense.ids.iter().zip(&dense.lats).zip(&dense.lons) {
            id = id.wrapping_add(*id_step);
            lat = lat.wrapping_add(*lat_step);
            lon = lon.wrapping_add(*lon_step);
            tags.clear();
            while let Some(key) = keys_values.next()
                && *key != 0
            {
                let value = keys_values.next().copied().unwrap_or(0);
                if tags.len() < MOST_TAGS {
                    tags.push((self.string(key.cast_unsigned()), self.string(value.cast_unsigned())));
                }
            }
            visit(Element::Node { id, at: self.place(id, lon, lat)?, tags: &tags });
        }
        Ok(())
    }

    fn node(&self, node: &PbfNode, visit: &mut dyn FnMut(Element<'_>)) -> Result<()> {
        let at = self.place(node.id, node.lon, node.lat)?;
        visit(Element::Node { id: node.id, at, tags: &self.tags(&node.keys, &node.values) });
        Ok(())
    }

    fn way(&self, way: &PbfWay, visit: &mut dyn FnMut(Element<'_>)) {
        let tags = self.tags(&way.keys, &way.values);
        visit(Element::Way { id: way.id, refs: &undo_deltas(&way.refs), tags: &tags });
    }

    fn relation(&self, relation: &PbfRelation, visit: &mut dyn FnMut(Element<'_>)) {
        let members: Vec<Member<'_>> = undo_deltas(&relation.members)
            .into_iter()
            .zip(&relation.kinds)
            .zip(&relation.roles)
            .filter_map(|((id, kind), role)| {
                let kind = match kind {
                    0 => ElementKind::Node,
                    1 => ElementKind::Way,
                    2 => ElementKind::Relation,
                    _ => return None,
                };
                Some(Member { kind, id, role: self.string(role.cast_unsigned()) })
            })
            .collect();
        let tags = self.tags(&relation.keys, &relation.values);
        visit(Element::Relation { id: relation.id, members: &members, tags: &tags });
    }
}

fn undo_deltas(steps: &[i64]) -> Vec<i64> {
    let mut value = 0_i64;
    steps
        .iter()
        .map(|step| {
            value = value.wrapping_add(*step);
            value
        })
        .collect()
}

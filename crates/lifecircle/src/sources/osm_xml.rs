//! OpenStreetMap's XML format: what openstreetmap.org's export button gives, plain, gzipped or bzipped.

use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::open as open_file;
use super::osm::{Element, ElementKind, Fixed, Member, off_the_globe};
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::progress::Progress;

/// An XML file, read anew at each scan.
#[derive(Debug)]
pub struct XmlFile {
    path: PathBuf,
    bytes: u64,
}

impl XmlFile {
    /// Checks that the file is there; its content is checked by the first scan.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open(path: &Path) -> Result<Self> {
        let file = open_file(path)?;
        let bytes = file.metadata().map_err(|e| Error::io(say!("read", "读取"), path, &e))?.len();
        Ok(Self { path: path.to_path_buf(), bytes })
    }

    /// Size of the file as it lies on disk.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    fn reader<'a>(&'a self, progress: &'a dyn Progress) -> Result<Box<dyn BufRead + 'a>> {
        let file = open_file(&self.path)?;
        let counted = BufReader::with_capacity(1 << 16, Counted { inner: file, progress });
        let end = self.path.extension().map(|end| end.to_string_lossy().to_lowercase());
        Ok(match end.as_deref() {
            Some("gz") => Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(counted))),
            Some("bz2") => Box::new(BufReader::new(bzip2::bufread::MultiBzDecoder::new(counted))),
            _ => Box::new(counted),
        })
    }

    /// See [`super::osm::OsmSource::scan`].
    pub(super) fn scan<T: Default>(
        &self,
        mask: u8,
        progress: &dyn Progress,
        visit: impl Fn(&mut T, Element<'_>),
    ) -> Result<T> {
        let mut found = T::default();
        let between = Cell::new(0);
        let bounded = Bounded { inner: self.reader(progress)?, between: &between };
        let mut reader = Reader::from_reader(bounded);
        let parsed = parse(&mut reader, &between, mask, &mut |element| visit(&mut found, element));
        // When it is cancelled the file seems to end.
        progress.check()?;
        parsed.map_err(|e| e.file(&self.path))?;
        Ok(found)
    }
}

/// Tells of every byte taken from the file.
struct Counted<'a> {
    inner: File,
    progress: &'a dyn Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.progress.is_cancelled() {
            return Ok(0);
        }
        let read = self.inner.read(buffer)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}

/// No tag and no text between two tags has more bytes than this.
const LONGEST_EVENT: u64 = 1 << 24;

/// Elements with more parts are no OpenStreetMap elements: its editing interface allows 2,000 nodes to a way and 32,000 members to
/// a relation.
const MOST_PARTS: usize = 1_000_000;

/// Ends a file that has no tag for too long: the parser would keep everything up to the next one.
struct Bounded<'a, R> {
    inner: R,
    /// Bytes since the last tag or text.
    between: &'a Cell<u64>,
}

impl<R: BufRead> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.between.set(self.between.get() + read as u64);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Bounded<'_, R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.between.get() > LONGEST_EVENT {
            return Err(std::io::Error::other("16 MB without a tag"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.between.set(self.between.get() + amount as u64);
        self.inner.consume(amount);
    }
}

/// The element that is being read.
#[derive(Default)]
struct Current {
    kind: Option<ElementKind>,
    id: i64,
    at: Fixed,
    tags: Vec<(String, String)>,
    refs: Vec<i64>,
    members: Vec<(ElementKind, i64, String)>,
}

fn parse<R: BufRead>(
    reader: &mut Reader<R>,
    between: &Cell<u64>,
    mask: u8,
    visit: &mut dyn FnMut(Element<'_>),
) -> Result<()> {
    let mut buffer = Vec::new();
    let mut current = Current::default();
    let mut root_seen = false;
    let mut depth = 0_u32;
    loop {
        buffer.clear();
        between.set(0);
        let event = reader.read_event_into(&mut buffer).map_err(|e| {
            let problem = if root_seen {
                say!("the XML is damaged ({e})", "XML 已损坏（{e}）")
            } else {
                say!("this is not an OpenStreetMap XML file ({e})", "这不是 OpenStreetMap XML 文件（{e}）")
            };
            Error::damaged(problem)
                .place(say!("byte {}", "第 {} 字节", reader.error_position()))
                .hint(say!("export or download it again", "请重新导出或下载"))
        })?;
        match event {
            Event::Start(start) => {
                depth += 1;
                if !root_seen {
                    check_root(&start)?;
                    root_seen = true;
                }
                open(&start, &mut current)?;
            }
            Event::Empty(start) => {
                open(&start, &mut current)?;
                close(start.name().as_ref(), &mut current, mask, visit);
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                close(end.name().as_ref(), &mut current, mask, visit);
            }
            Event::Eof if !root_seen => {
                return Err(Error::damaged(say!(
                    "this is not an OpenStreetMap XML file",
                    "这不是 OpenStreetMap XML 文件"
                ))
                .hint(say!("export or download it again", "请重新导出或下载")));
            }
            Event::Eof if depth > 0 => {
                return Err(Error::damaged(say!("the file is truncated", "文件不完整"))
                    .place(say!("its end", "文件末尾"))
                    .hint(say!("export or download it again", "请重新导出或下载")));
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn check_root(start: &BytesStart<'_>) -> Result<()> {
    match start.name().as_ref() {
        "osm" => Ok(()),
        other => Err(Error::damaged(say!(
            "this is not an OpenStreetMap XML file: its root is <{other}>, not <osm>",
            "这不是 OpenStreetMap XML 文件：根元素是 <{other}> 而不是 <osm>"
        ))
        .hint(say!("give an export of openstreetmap.org", "请给出 openstreetmap.org 导出的数据"))),
    }
}

/// Takes in the start of an element or of one of its parts.
fn open(start: &BytesStart<'_>, current: &mut Current) -> Result<()> {
    if current.tags.len().max(current.refs.len()).max(current.members.len()) >= MOST_PARTS {
        return Err(Error::new(say!("it has over {MOST_PARTS} parts", "有超过 {MOST_PARTS} 个部分"))
            .place(say!("element {}", "元素 {}", current.id))
            .hint(say!("export or download it again", "请重新导出或下载")));
    }
    let kind = match start.name().as_ref() {
        "node" => ElementKind::Node,
        "way" => ElementKind::Way,
        "relation" => ElementKind::Relation,
        "tag" if current.kind.is_some() => {
            current.tags.push((attribute(start, "k")?, attribute(start, "v")?));
            return Ok(());
        }
        "nd" if current.kind.is_some() => {
            current.refs.push(number(start, "ref")?);
            return Ok(());
        }
        "member" if current.kind.is_some() => {
            let kind = match attribute(start, "type")?.as_str() {
                "node" => ElementKind::Node,
                "way" => ElementKind::Way,
                "relation" => ElementKind::Relation,
                _ => return Ok(()),
            };
            current.members.push((kind, number(start, "ref")?, attribute(start, "role")?));
            return Ok(());
        }
        _ => return Ok(()),
    };
    *current = Current { kind: Some(kind), id: number(start, "id")?, ..Current::default() };
    // Editors keep what was deleted until it is uploaded; servers tell of it as invisible.
    let says = |key: &str, word: &str| start.try_get_attribute(key).ok().flatten().is_some_and(|a| a.value == word);
    if says("action", "delete") || says("visible", "false") {
        current.kind = None;
        return Ok(());
    }
    if kind == ElementKind::Node {
        let at = LonLat { x: number(start, "lon")?, y: number(start, "lat")? };
        current.at = Fixed::from_degrees(at).ok_or_else(|| off_the_globe(current.id))?;
    }
    Ok(())
}

/// Hands out the element that ends here.
fn close(name: &str, current: &mut Current, mask: u8, visit: &mut dyn FnMut(Element<'_>)) {
    if !matches!(name, "node" | "way" | "relation") {
        return;
    }
    let Current { kind, id, at, tags, refs, members } = std::mem::take(current);
    let Some(kind) = kind.filter(|kind| mask & kind.bit() != 0) else { return };
    let tags: Vec<(&str, &str)> = tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    match kind {
        ElementKind::Node => visit(Element::Node { id, at, tags: &tags }),
        ElementKind::Way => visit(Element::Way { id, refs: &refs, tags: &tags }),
        ElementKind::Relation => {
            let members: Vec<Member<'_>> =
                members.iter().map(|(kind, id, role)| Member { kind: *kind, id: *id, role }).collect();
            visit(Element::Relation { id, members: &members, tags: &tags });
        }
    }
}

fn attribute(start: &BytesStart<'_>, key: &str) -> Result<String> {
    let element = || start.name().as_ref().to_owned();
    let found = start.try_get_attribute(key).ok().flatten().ok_or_else(|| {
        Error::damaged(say!("an attribute `{key}` is missing", "缺少属性 `{key}`"))
            .place(say!("<{}>", "<{}>", element()))
            .hint(say!("export or download it again", "请重新导出或下载"))
    })?;
    let text = found.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|e| {
        Error::damaged(say!("the attribute `{key}` cannot be read ({e})", "无法读取属性 `{key}`（{e}）"))
            .place(say!("<{}>", "<{}>", element()))
            .hint(say!("export or download it again", "请重新导出或下载"))
    })?;
    Ok(text.into_owned())
}

fn number<N: std::str::FromStr>(start: &BytesStart<'_>, key: &str) -> Result<N> {
    let text = attribute(start, key)?;
    text.parse().map_err(|_| {
        Error::damaged(say!("`{key}` is {text:?}, not a number", "`{key}` 是 {text:?}，不是数字"))
            .place(say!("<{}>", "<{}>", start.name().as_ref()))
            .hint(say!("export or download it again", "请重新导出或下载"))
    })
}

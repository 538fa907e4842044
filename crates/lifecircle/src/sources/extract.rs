//! Extracts: OpenStreetMap elements from any source that has them, chosen by the name of a file. The readers do not know it.

use std::path::{Path, PathBuf};

use super::osm::{Element, ElementKind, Elements};
use super::osm_pbf::PbfFile;
use super::osm_xml::XmlFile;
use crate::error::{Error, Result};
use crate::progress::Progress;

/// Anything that holds OpenStreetMap elements.
#[derive(Debug)]
pub enum OsmSource {
    /// A PBF file.
    Pbf(PbfFile),
    /// An XML file, plain or compressed.
    Xml(XmlFile),
    /// Elements in memory.
    Memory(Elements),
    /// Several of them, as neighbouring provinces: what stands in more than one counts once.
    Several(Vec<OsmSource>),
}

impl OsmSource {
    /// Opens a file by its name: `.pbf`, `.osm`, `.osm.gz`, `.osm.bz2`.
    ///
    /// # Errors
    /// If the file cannot be opened, is not what its name says, or its name says nothing.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        if std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
            super::open(path)?;
        }
        if path.is_dir() {
            return Err(Error::new(say!(
                "this is a directory, not an OpenStreetMap extract",
                "这是目录，不是 OpenStreetMap 数据"
            ))
            .file(path)
            .hint(say!("name a .osm.pbf file", "请给出 .osm.pbf 文件")));
        }
        if name.ends_with(".pbf") {
            return Ok(Self::Pbf(PbfFile::open(path)?));
        }
        if [".osm", ".osm.gz", ".osm.bz2", ".xml", ".xml.gz", ".xml.bz2"].iter().any(|end| name.ends_with(end)) {
            return Ok(Self::Xml(XmlFile::open(path)?));
        }
        Err(Error::unsupported(say!(
            "cannot tell the format of this extract from its name",
            "从文件名无法判断数据格式"
        ))
        .file(path)
        .hint(say!(
            "give a file that ends in .osm.pbf, .osm, .osm.gz or .osm.bz2",
            "请给出以 .osm.pbf、.osm、.osm.gz 或 .osm.bz2 结尾的文件"
        )))
    }

    /// Opens several files as one.
    ///
    /// # Errors
    /// As [`OsmSource::open`].
    pub fn open_all(paths: &[PathBuf]) -> Result<Self> {
        match paths {
            [one] => Self::open(one),
            several => several.iter().map(|path| Self::open(path)).collect::<Result<_>>().map(Self::Several),
        }
    }

    /// Steps that one scan takes, for progress.
    pub fn scan_steps(&self) -> u64 {
        match self {
            Self::Pbf(file) => file.blobs() as u64,
            Self::Xml(file) => file.bytes(),
            Self::Memory(_) => 1,
            Self::Several(all) => all.iter().map(Self::scan_steps).sum(),
        }
    }

    /// Visits every element of the wanted kinds; what `visit` gathers comes back in pieces in the file's order.
    ///
    /// # Errors
    /// If the file is damaged, cannot be read, or holds coordinates off the globe.
    pub fn scan<T: Default + Send>(
        &self,
        wanted: &[ElementKind],
        progress: &dyn Progress,
        visit: impl Fn(&mut T, Element<'_>) + Sync,
    ) -> Result<Vec<T>> {
        let mask = wanted.iter().fold(0, |mask, kind| mask | kind.bit());
        self.scan_kinds(mask, progress, &visit)
    }

    fn scan_kinds<T: Default + Send>(
        &self,
        mask: u8,
        progress: &dyn Progress,
        visit: &(impl Fn(&mut T, Element<'_>) + Sync),
    ) -> Result<Vec<T>> {
        progress.check()?;
        match self {
            Self::Several(all) => {
                let mut pieces = Vec::new();
                for source in all {
                    pieces.extend(source.scan_kinds(mask, progress, visit)?);
                }
                Ok(pieces)
            }
            Self::Pbf(file) => file.scan(mask, progress, visit),
            Self::Xml(file) => file.scan(mask, progress, visit).map(|found| vec![found]),
            Self::Memory(elements) => elements.scan(mask, visit).map(|found| vec![found]),
        }
    }
}

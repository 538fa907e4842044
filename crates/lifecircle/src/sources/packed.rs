//! Compressed bytes, unpacked to no more than they may hold: as PBF packs its blobs.

use std::io::Read;

use bytes::Bytes;

/// How a blob is compressed.
pub(super) enum Packed {
    Zlib(Bytes),
    Lzma(Bytes),
    Lz4(Bytes),
    Zstd(Bytes),
}

impl Packed {
    /// The bytes as they are packed.
    pub fn bytes(&self) -> &Bytes {
        match self {
            Self::Zlib(bytes) | Self::Lzma(bytes) | Self::Lz4(bytes) | Self::Zstd(bytes) => bytes,
        }
    }

    /// What it holds: `size` bytes as it says itself, of which no more than `most` are believed; none if it is damaged.
    pub fn unpack(&self, size: usize, most: usize) -> Option<Vec<u8>> {
        if size > most {
            return None;
        }
        let mut content = Vec::with_capacity(size);
        let all = |reader: &mut dyn Read, content: &mut Vec<u8>| reader.take(most as u64 + 1).read_to_end(content).ok();
        match self {
            Self::Zlib(bytes) => _ = all(&mut flate2::read::ZlibDecoder::new(bytes.as_ref()), &mut content)?,
            Self::Zstd(bytes) => _ = all(&mut zstd::Decoder::new(bytes.as_ref()).ok()?, &mut content)?,
            // A block of LZ4 does not tell where it ends: its size is that which the blob tells.
            Self::Lz4(bytes) => content = lz4_flex::block::decompress(bytes, size).ok()?,
            Self::Lzma(bytes) => {
                let (mut packed, mut bounded) = (bytes.as_ref(), Bounded { content: &mut content, most });
                if bytes.starts_with(XZ) {
                    lzma_rs::xz_decompress(&mut packed, &mut bounded).ok()?;
                } else {
                    lzma_rs::lzma_decompress(&mut packed, &mut bounded).ok()?;
                }
            }
        }
        (content.len() <= most).then_some(content)
    }
}

/// With what a stream of xz begins; one of LZMA alone has no sign.
const XZ: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0];

/// A writer that fails beyond so many bytes.
struct Bounded<'a> {
    content: &'a mut Vec<u8>,
    most: usize,
}

impl std::io::Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.content.len() + bytes.len() > self.most {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.content.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

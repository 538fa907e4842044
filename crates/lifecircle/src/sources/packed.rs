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
                // What is unpacked waits in the dictionary, which may be told to be as large as four gigabytes.
                let options = lzma_rs::decompress::Options { memlimit: Some(most), ..Default::default() };
                let (mut packed, mut bounded) = (bytes.as_ref(), Bounded { content: &mut content, most });
                lzma_rs::lzma_decompress_with_options(&mut packed, &mut bounded, &options).ok()?;
            }
        }
        (content.len() <= most).then_some(content)
    }
}

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

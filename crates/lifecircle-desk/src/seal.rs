//! What must not be read by whoever steals the database: how to reach people, sealed by a key that lies outside of it.

use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use lifecircle::{Error, Result, say};
use rand::Rng as _;
use sha2::{Digest, Sha256};

const KEY: usize = 32;
const NONCE: usize = 24;

/// The key. It is never shown.
pub struct Seal {
    cipher: XChaCha20Poly1305,
    key: [u8; KEY],
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(…)")
    }
}

impl Seal {
    /// The key in a file, which is made if it is not there; only its owner may read it.
    ///
    /// # Errors
    /// If the file cannot be read or made, or is no key.
    pub fn open(path: &Path) -> Result<Self> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(path)?,
            Err(error) => return Err(Error::io(say!("read the key", "读取密钥"), path, &error)),
        };
        let key: [u8; KEY] = bytes.as_slice().try_into().map_err(|_| {
            Error::damaged(say!(
                "this is no key: it has {} bytes, not {KEY}",
                "密钥应为 {KEY} 字节，实为 {} 字节",
                bytes.len()
            ))
            .file(path)
            .hint(say!(
                "restore it from a backup; without it contacts cannot be read",
                "请从备份恢复；没有它就无法读取联系方式"
            ))
        })?;
        Ok(Self { cipher: XChaCha20Poly1305::new(&Key::from(key)), key })
    }

    /// Bytes that follow from a text, and that nobody without the key can tell.
    pub fn derive(&self, text: &str) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(self.key);
        hasher.update(b"derived");
        hasher.update(text.as_bytes());
        // Hashed twice, so that a longer text does not follow from a shorter one.
        Sha256::digest(hasher.finalize()).into()
    }

    /// Seals a text for one request: sealed for another it does not open.
    ///
    /// # Errors
    /// If it is too long for the cipher.
    pub fn seal(&self, request: i64, text: &str) -> Result<Vec<u8>> {
        self.seal_bytes(request, text.as_bytes())
    }

    /// Seals bytes for one request, or one entry.
    ///
    /// # Errors
    /// If they are too many for the cipher.
    pub fn seal_bytes(&self, of: i64, bytes: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: bytes, aad: &of.to_be_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| not_sealed())?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// The text that was sealed for a request.
    ///
    /// # Errors
    /// If it was sealed by another key, for another request, or is damaged.
    pub fn open_text(&self, request: i64, sealed: &[u8]) -> Result<String> {
        String::from_utf8(self.open_bytes(request, sealed)?).map_err(|_| not_sealed())
    }

    /// The bytes that were sealed for a request, or an entry.
    ///
    /// # Errors
    /// If they were sealed by another key, for another, or are damaged.
    pub fn open_bytes(&self, of: i64, sealed: &[u8]) -> Result<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or_else(not_sealed)?;
        let payload = Payload { msg: sealed, aad: &of.to_be_bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| not_sealed())
    }
}

fn not_sealed() -> Error {
    Error::damaged(say!(
        "a contact cannot be read: it was sealed by another key, or is damaged",
        "无法读取联系方式：加密所用的密钥不同，或数据已损坏"
    ))
}

fn make(path: &Path) -> Result<Vec<u8>> {
    let mut key = vec![0; KEY];
    rand::rng().fill_bytes(&mut key);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(path).and_then(|mut file| {
        use std::io::Write as _;
        file.write_all(&key)?;
        file.sync_all()
    });
    written.map_err(|error| Error::io(say!("write the key", "写入密钥"), path, &error))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_key_and_its_request_open_a_seal() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("desk.key");
        let seal = Seal::open(&path).unwrap();
        let sealed = seal.seal(7, "电话 13900000000").unwrap();
        assert!(!sealed.windows(11).any(|window| window == b"13900000000"));
        assert_eq!(Seal::open(&path).unwrap().open_text(7, &sealed).unwrap(), "电话 13900000000");
        assert!(seal.open_text(8, &sealed).is_err() && seal.open_text(7, &sealed[..30]).is_err());
        let other = Seal::open(&directory.path().join("other.key")).unwrap();
        assert!(other.open_text(7, &sealed).is_err());
        assert_ne!(seal.seal(7, "x").unwrap(), seal.seal(7, "x").unwrap());
        std::fs::write(&path, "short").unwrap();
        assert!(Seal::open(&path).is_err());
    }
}

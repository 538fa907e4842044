//! Who a database server must show itself to be (TLS): the certificates that this machine trusts, or those in the file that
//! `PGSSLROOTCERT` names, as of PostgreSQL's own programs.

use std::path::Path;
use std::sync::Arc;

use lifecircle::{Error, Result, say};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

/// The setting by which PostgreSQL's own programs are told a file of certificates.
const FILE: &str = "PGSSLROOTCERT";

/// Connects by TLS, and only to a server whose certificate is of its name and comes from somebody trusted.
///
/// # Errors
/// If there is nobody to trust, or the file cannot be read.
pub(super) fn connector() -> Result<MakeRustlsConnect> {
    let named = std::env::var_os(FILE).filter(|file| !file.is_empty());
    let roots = match &named {
        Some(file) => of_file(Path::new(file))?,
        None => of_machine(),
    };
    if roots.is_empty() {
        return Err(Error::new(say!(
            "no certificates are known by which to trust the database server",
            "没有可用于验证数据库服务器的证书"
        ))
        .hint(say!(
            "set {FILE} to the file (PEM) of the authority that signed the server's certificate",
            "请用环境变量 {FILE} 指明签发服务器证书的机构证书文件（PEM）"
        )));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::new(say!("TLS cannot be used ({e})", "无法使用 TLS（{e}）")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn of_file(path: &Path) -> Result<RootCertStore> {
    let wrong = |e: &dyn std::fmt::Display| {
        Error::new(say!("the certificates cannot be read ({e})", "无法读取证书（{e}）"))
            .file(path)
            .hint(say!("{FILE} names a file of certificates in PEM form", "{FILE} 应指向 PEM 格式的证书文件"))
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|e| wrong(&e))? {
        roots.add(certificate.map_err(|e| wrong(&e))?).map_err(|e| wrong(&e))?;
    }
    Ok(roots)
}

fn of_machine() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // Those that cannot be read are not trusted.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

//! Secured connections: whom to trust, and who we are.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use crate::error::Error;
use crate::settings::Tls;

/// A set-up for connections that speak this protocol above TLS.
pub(super) fn client_config(tls: &Tls, protocol: &[u8]) -> Result<ClientConfig, Error> {
    let config = builder()?.with_root_certificates(roots(tls)?);
    let mut config = match (&tls.client_certificate, &tls.client_key) {
        (Some(certificate), Some(key)) => config
            .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
            .map_err(|error| {
            let (certificate, key) = (certificate.display(), key.display());
            Error::because(format!("the client key `{key}` does not fit the client certificate `{certificate}`"), error)
        })?,
        (None, None) => config.with_no_client_auth(),
        _ => {
            return Err(Error::new(
                "a client certificate needs its client key, and the key its certificate: set both or none",
            ));
        }
    };
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(config)
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Error> {
    // The process may have chosen one, for reasons that it has to follow.
    let provider = CryptoProvider::get_default().cloned();
    let provider = provider.unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()));
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::because("the process's own choice of cryptography knows no TLS that is safe", error))
}

fn roots(tls: &Tls) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    let Some(path) = &tls.certificate else {
        let found = rustls_native_certs::load_native_certs();
        let (usable, _) = roots.add_parsable_certificates(found.certs);
        if usable > 0 {
            return Ok(roots);
        }
        let what =
            "the system trusts no certificates: install `ca-certificates`, or set `certificate` to the receiver's";
        return Err(match found.errors.into_iter().next() {
            Some(error) => Error::because(what, error),
            None => Error::new(what),
        });
    };
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(|error| {
            Error::because(format!("`{}` holds a certificate that cannot be trusted", path.display()), error)
        })?;
    }
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read = CertificateDer::pem_file_iter(path).and_then(|found| found.collect::<Result<Vec<_>, _>>());
    let certificates = read.map_err(|error| unreadable(path, "a certificate", error))?;
    if certificates.is_empty() {
        return Err(unreadable(path, "a certificate", pem::Error::NoItemsFound));
    }
    Ok(certificates)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| unreadable(path, "a private key", error))
}

fn unreadable(path: &Path, what: &str, error: pem::Error) -> Error {
    let path = path.display();
    Error::because(
        format!("`{path}` cannot be used as {what}: it must be a file in PEM that this process may read"),
        error,
    )
}

//! TLS: whom we trust, and who trusts us.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;

/// Whoever signs certificates, and a folder for their files.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Authority { issuer, folder: TempDir::new().unwrap() }
    }

    /// A certificate for this name and its key.
    fn sign(&self, name: &str, purpose: ExtendedKeyUsagePurpose) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.extended_key_usages = vec![purpose];
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn certificate(&self) -> PathBuf {
        self.file("ca.pem", &self.issuer.pem())
    }

    /// In front of a collector, a port that takes TLS only, and only from clients that we signed if `asks`.
    fn guard(&self, protocol: Protocol, collector: &Collector, asks: bool) -> String {
        let (certificate, key) = self.sign("localhost", ExtendedKeyUsagePurpose::ServerAuth);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
        let mut trusted = RootCertStore::empty();
        trusted.add(self.issuer.der().clone()).unwrap();
        let config = match asks {
            true => config.with_client_cert_verifier(
                WebPkiClientVerifier::builder_with_provider(trusted.into(), provider).build().unwrap(),
            ),
            false => config.with_no_client_auth(),
        };
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let mut config =
            config.with_single_cert(chain, PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap()).unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let inside = endpoint(protocol, collector).replace("http://", "");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                while let Ok((outside, _)) = listener.accept().await {
                    let (acceptor, inside) = (acceptor.clone(), inside.clone());
                    tokio::spawn(async move {
                        let Ok(mut outside) = acceptor.accept(outside).await else { return };
                        let Ok(mut inside) = TcpStream::connect(inside).await else { return };
                        let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
                    });
                }
            });
        });
        format!("https://localhost:{}", address.port())
    }
}

fn send(protocol: Protocol, endpoint: String, tls: Tls) -> Result<(), SendError> {
    Transport::new(Signal::Traces, Target { tls, ..target(protocol, endpoint) }).unwrap().send(request(0))
}

#[test]
fn a_receiver_is_trusted_by_its_authority_s_certificate_and_by_no_other() {
    for protocol in PROTOCOLS {
        let (authority, stranger, collector) = (Authority::new(), Authority::new(), Collector::start_blocking());
        let endpoint = authority.guard(protocol, &collector, false);
        let trusting = |authority: &Authority| Tls { certificate: Some(authority.certificate()), ..Tls::default() };
        send(protocol, endpoint.clone(), trusting(&authority)).unwrap();
        assert_eq!((collector.spans().len(), collector.complaints()), (1, Vec::new()));
        let error = send(protocol, endpoint.clone(), trusting(&stranger)).unwrap_err();
        assert!(error.is_temporary() && why(&error).contains("invalid peer certificate"), "{}", why(&error));
        // The certificate is for a name, and this is another.
        let other = endpoint.replace("localhost", "127.0.0.1");
        let error = send(protocol, other, trusting(&authority)).unwrap_err();
        assert!(why(&error).contains("not valid for name"), "{}", why(&error));
        assert_eq!(collector.exports().len(), 1);
    }
}

#[test]
fn a_receiver_that_asks_who_we_are_is_shown_our_certificate() {
    for protocol in PROTOCOLS {
        let (authority, stranger, collector) = (Authority::new(), Authority::new(), Collector::start_blocking());
        let endpoint = authority.guard(protocol, &collector, true);
        let identified = |by: &Authority| {
            let (certificate, key) = by.sign("service", ExtendedKeyUsagePurpose::ClientAuth);
            Tls {
                certificate: Some(authority.certificate()),
                client_certificate: Some(by.file("client.pem", &certificate)),
                client_key: Some(by.file("client-key.pem", &key)),
            }
        };
        send(protocol, endpoint.clone(), identified(&authority)).unwrap();
        assert_eq!(collector.spans().len(), 1);
        send(protocol, endpoint.clone(), identified(&stranger)).unwrap_err();
        let unidentified = Tls { certificate: Some(authority.certificate()), ..Tls::default() };
        send(protocol, endpoint, unidentified).unwrap_err();
        assert_eq!(collector.spans().len(), 1);
    }
}

#[test]
fn files_that_are_none_of_what_they_should_be_are_errors_at_start() {
    let authority = Authority::new();
    let (certificate, key) = authority.sign("service", ExtendedKeyUsagePurpose::ClientAuth);
    let (_, other_key) = authority.sign("service", ExtendedKeyUsagePurpose::ClientAuth);
    let certificate = Some(authority.file("client.pem", &certificate));
    let (key, other_key) = (Some(authority.file("key.pem", &key)), Some(authority.file("other-key.pem", &other_key)));
    let text = Some(authority.file("text.pem", "no certificate"));
    let missing = Some(authority.folder.path().join("missing.pem"));
    let error = |ca: &Option<PathBuf>, client_certificate: &Option<PathBuf>, client_key: &Option<PathBuf>| {
        let tls = Tls {
            certificate: ca.clone(),
            client_certificate: client_certificate.clone(),
            client_key: client_key.clone(),
        };
        let target = |protocol| Target { tls: tls.clone(), ..target(protocol, "https://127.0.0.1:1".to_owned()) };
        let [grpc, http] =
            PROTOCOLS.map(|protocol| Transport::new(Signal::Traces, target(protocol)).unwrap_err().to_string());
        assert_eq!(grpc, http);
        grpc
    };
    let ca = Some(authority.certificate());
    assert!(
        error(&missing, &None, &None)
            .contains("missing.pem` cannot be used as a certificate: it must be a file in PEM")
    );
    assert!(error(&text, &None, &None).contains("text.pem` cannot be used as a certificate"));
    assert!(error(&ca, &certificate, &text).contains("text.pem` cannot be used as a private key"));
    assert!(error(&ca, &certificate, &other_key).contains("does not fit the client certificate"));
    assert!(error(&ca, &None, &key).contains("set both or none"));
}

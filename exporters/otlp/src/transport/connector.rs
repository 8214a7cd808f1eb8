//! Connections secured by TLS, for either transport.

use std::io;
#[cfg(feature = "grpc")]
use std::pin::Pin;
use std::sync::Arc;
#[cfg(feature = "grpc")]
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::tls::client_config;
use crate::error::Error;
use crate::settings::Tls;

#[derive(Clone)]
pub(super) struct Connector {
    tls: TlsConnector,
    name: ServerName<'static>,
    host: Arc<str>,
    port: u16,
    #[cfg_attr(not(feature = "grpc"), expect(dead_code, reason = "tonic alone asks for it"))]
    address: Uri,
}

impl Connector {
    /// For a server that speaks this protocol above TLS.
    pub(super) fn new(endpoint: &Uri, tls: &Tls, protocol: &[u8]) -> Result<Self, Error> {
        let host = endpoint.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let port = endpoint.port_u16().unwrap_or(443);
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| Error::because(format!("`{host}` is no name that a certificate could hold"), error))?;
        let shown =
            if host.contains(':') { format!("http://[{host}]:{port}") } else { format!("http://{host}:{port}") };
        let address = shown.parse().map_err(|error| Error::because(format!("`{host}` is no host"), error))?;
        let tls = TlsConnector::from(Arc::new(client_config(tls, protocol)?));
        Ok(Connector { tls, name, host: host.into(), port, address })
    }

    /// The same server, without a word of TLS.
    #[cfg(feature = "grpc")]
    pub(super) fn address(&self) -> &Uri {
        &self.address
    }
}

impl Connector {
    pub(super) async fn connect(&self) -> io::Result<TokioIo<TlsStream<TcpStream>>> {
        let stream = TcpStream::connect((&*self.host, self.port)).await?;
        stream.set_nodelay(true)?;
        Ok(TokioIo::new(self.tls.connect(self.name.clone(), stream).await?))
    }
}

#[cfg(feature = "grpc")]
impl tower_service::Service<Uri> for Connector {
    type Response = TokioIo<TlsStream<TcpStream>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, io::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect().await })
    }
}

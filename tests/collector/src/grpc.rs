//! OTLP over gRPC, whose messages are taken as bytes, so that nothing is lost that only a later version would know.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes};
use http::{HeaderMap, Request, Response};
use hyper::body::Incoming;
use prost::Message;
use tonic::body::Body;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{Grpc, UnaryService};
use tonic::{Code, Status};

use crate::answer::{Reply, RpcStatus};
use crate::collector::Shared;
use crate::received::{Signal, Transport};

pub(crate) async fn serve(shared: &Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    let Some(signal) = Signal::of_grpc(request.uri().path()) else {
        let complaint = format!("{} is no method of OTLP", request.uri().path());
        shared.complain(complaint.clone());
        return Status::unimplemented(complaint).into_http();
    };
    if shared.aws().is_some() {
        let complaint = "AWS takes no gRPC".to_owned();
        shared.complain(complaint.clone());
        return Status::unimplemented(complaint).into_http();
    }
    let export = Export { shared: Arc::clone(shared), signal, headers: request.headers().clone() };
    let mut grpc = Grpc::new(Raw)
        .accept_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(64 * 1024 * 1024);
    grpc.unary(export, request).await
}

struct Export {
    shared: Arc<Shared>,
    signal: Signal,
    headers: HeaderMap,
}

impl UnaryService<Bytes> for Export {
    type Response = Bytes;
    type Future = Pin<Box<dyn Future<Output = Result<tonic::Response<Bytes>, Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let (shared, signal, headers) = (Arc::clone(&self.shared), self.signal, self.headers.clone());
        Box::pin(async move {
            match shared.export(signal, Transport::Grpc, &headers, request.get_ref()).await {
                Reply::Success(message) => Ok(tonic::Response::new(message)),
                Reply::Invalid(complaint) => Err(Status::invalid_argument(complaint)),
                Reply::Unavailable(retry_after) => {
                    let details = RpcStatus::new(Code::Unavailable, "come again", retry_after).encode_to_vec();
                    Err(Status::with_details(Code::Unavailable, "come again", details.into()))
                }
            }
        })
    }
}

/// Messages as the bytes that they are.
#[derive(Debug, Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

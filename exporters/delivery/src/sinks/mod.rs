//! The places where lines can go.

mod stream;
mod tcp;

pub use stream::Stream;
pub use tcp::Tcp;

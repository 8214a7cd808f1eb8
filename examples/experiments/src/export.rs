//! A body that is produced while it is sent.

use std::fmt::Write;
use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

use crate::model::Export;

const ROWS_A_CHUNK: u64 = 100;

/// Lines of CSV, a chunk at a time: the next one is made when the client has taken the last.
pub fn export(Export { rows, broken }: Export) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let chunks = stream::unfold(0, move |done| async move {
        let until = rows.min(done + ROWS_A_CHUNK);
        (done < rows).then(|| (Ok(chunk(done, until)), until))
    });
    let failure = broken.then(|| Err(io::Error::other("the export was to break")));
    // A compression asks once more after the end.
    chunks.chain(stream::iter(failure)).fuse()
}

fn chunk(from: u64, until: u64) -> Bytes {
    let mut text = String::new();
    for row in from..until {
        let _ = writeln!(text, "{row},experiment-{},variant-{}", row % 12 + 1, row % 2);
    }
    text.into()
}

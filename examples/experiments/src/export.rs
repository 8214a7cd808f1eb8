//! A body that is produced while it is sent.

use std::convert::Infallible;
use std::fmt::Write;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

const ROWS_A_CHUNK: u64 = 100;

/// Exactly `rows` lines of CSV, a chunk at a time: the next one is made when the client has taken the last.
pub fn export(rows: u64) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    let chunks = stream::unfold(0, move |done| async move {
        let until = rows.min(done + ROWS_A_CHUNK);
        (done < rows).then(|| (Ok(chunk(done, until)), until))
    });
    // A compression asks once more after the end.
    chunks.fuse()
}

fn chunk(from: u64, until: u64) -> Bytes {
    let mut text = String::new();
    for row in from..until {
        let _ = writeln!(text, "{row},experiment-{},variant-{}", row % 12 + 1, row % 2);
    }
    text.into()
}

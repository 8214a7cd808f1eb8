//! Where lines come from: files, plain or compressed, and standard input; block by block, for several threads.

mod blocks;
mod progress;
mod source;

use std::path::PathBuf;

pub(crate) use blocks::{Block, Blocks, Damage, ReadError, TooLong};

use super::text::one_line;

/// A file, or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    /// None is standard input.
    pub(crate) path: Option<PathBuf>,
    /// Whether it is one of those that the others are compared with.
    pub(crate) is_baseline: bool,
}

impl Input {
    /// What it is called in messages.
    pub(crate) fn name(&self) -> String {
        match &self.path {
            Some(path) => one_line(&path.to_string_lossy()).into_owned(),
            None => "standard input".to_owned(),
        }
    }
}

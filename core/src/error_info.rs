//! An error that the application attached to its request, or that an adapter saw.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::Display;

use crate::callsite::Callsite;
use crate::handle::Handle;
use crate::text;

/// An error that the application attached to its request, or that an adapter saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorInfo {
    pub(crate) type_name: Cow<'static, str>,
    message: String,
    chain: Vec<String>,
    callsite: Option<Callsite>,
}

impl ErrorInfo {
    /// How many sources of an error are kept.
    const CHAIN: usize = 8;

    /// As much of an error as is kept of one; what is cut is counted.
    pub(crate) fn new(
        handle: &Handle,
        type_name: Cow<'static, str>,
        message: &dyn Display,
        source: Option<&(dyn Error + 'static)>,
        callsite: Option<Callsite>,
    ) -> Box<Self> {
        let most = handle.limits().field_bytes;
        let (message, mut cut) = text::bounded(message, most);
        let mut chain = Vec::new();
        let mut source = source;
        while let Some(error) = source {
            if chain.len() == Self::CHAIN {
                cut = true;
                break;
            }
            let (message, shortened) = text::bounded(&error, most);
            cut |= shortened;
            chain.push(message);
            source = error.source();
        }
        handle.live_counters().texts_cut.one_if(cut);
        Box::new(ErrorInfo { type_name, message, chain, callsite })
    }

    /// The name of its type: of an error of the application's, the Rust type.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// What it says.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What its sources say, the nearest first; at most 8.
    pub fn chain(&self) -> &[String] {
        &self.chain
    }

    /// Where the application told of it; of an error that an adapter found, that is not known.
    pub fn callsite(&self) -> Option<Callsite> {
        self.callsite
    }
}

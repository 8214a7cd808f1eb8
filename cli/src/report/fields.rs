//! Which members of a line are looked at.

/// Where a member's value is kept while its line is read.
pub(crate) type Slot = usize;

macro_rules! known {
    ($($slot:ident = $name:literal,)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Known { $($slot,)* END }
        $(pub(crate) const $slot: Slot = Known::$slot as Slot;)*
        const KNOWN: usize = Known::END as usize;
        fn known(name: &str) -> Option<Slot> {
            match name {
                $($name => Some($slot),)*
                _ => None,
            }
        }
    };
}

known! {
    TIMESTAMP = "timestamp",
    LEVEL = "level",
    LOGGER = "logger",
    EVENT = "event",
    VERSION = "version",
    REQUEST_ID = "request_id",
    METHOD = "method",
    ROUTE = "route",
    NAME = "name",
    STATUS_CODE = "status_code",
    ERROR_MESSAGE = "error_message",
    DURATION_MS = "duration_ms",
    RESPONSE_BYTES = "response_bytes",
    STREAMING = "streaming",
    DB_QUERIES = "db_queries",
    DB_MS = "db_ms",
    DB_WAIT_MS = "db_wait_ms",
    DB_ROWS = "db_rows",
    DB_ERRORS = "db_errors",
    EXTERNAL_CALLS = "external_calls",
    EXTERNAL_MS = "external_ms",
    CACHE_HITS = "cache_hits",
    CACHE_MISSES = "cache_misses",
    CACHE_MS = "cache_ms",
    OWN_MS = "own_ms",
    BODY_MS = "body_ms",
    WAITING_MS = "waiting_ms",
    SAMPLE_WEIGHT = "sample_weight",
    KIND = "kind",
    TARGET = "target",
    SUMMARY = "summary",
    STATEMENT = "statement",
    CALLSITE = "callsite",
    COUNT = "count",
    ERRORS = "errors",
    TOTAL_MS = "total_ms",
    SLOWEST_MS = "slowest_ms",
    FINDING = "finding",
    COST_MS = "cost_ms",
}

/// The members that every report needs, and those that are asked for by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields {
    asked: Vec<String>,
    named: Vec<(String, Slot)>,
}

impl Fields {
    /// Where the member of this name is kept; none where nobody looks at it.
    #[inline]
    pub(crate) fn slot(&self, name: &str) -> Option<Slot> {
        known(name).or_else(|| self.asked.iter().position(|asked| asked == name).map(|place| KNOWN + place))
    }

    /// Where the member of this name is kept from now on.
    pub(crate) fn ask(&mut self, name: &str) -> Slot {
        let slot = self.slot(name).unwrap_or_else(|| {
            self.asked.push(name.to_owned());
            KNOWN + self.asked.len() - 1
        });
        if !self.named.iter().any(|(_, known)| *known == slot) {
            self.named.push((name.to_owned(), slot));
        }
        slot
    }

    /// Those that were asked for by name.
    pub(crate) fn named(&self) -> &[(String, Slot)] {
        &self.named
    }

    /// How many are kept.
    pub(crate) fn count(&self) -> usize {
        KNOWN + self.asked.len()
    }
}

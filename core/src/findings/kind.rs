//! What can be found.

/// What can be found out about a request: a reason why it was slow, or will be once there is more data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// `n_plus_one`: one statement from one place again and again, with other parameters each time or with unknown ones.
    NPlusOne,
    /// `duplicate_query`: the same with the same parameters each time.
    DuplicateQuery,
    /// `slow_query`: a query that took long by itself.
    SlowQuery,
    /// `sequential_calls`: calls that were made one after the other, of which none needs what another brought.
    SequentialCalls,
    /// `connection_wait`: nothing but waiting for a connection of a pool went on.
    ConnectionWait,
    /// `slow_external_call`: a call to another service that took long by itself.
    SlowExternalCall,
    /// `external_n_plus_one`: one service was asked the same kind of thing from one place again and again.
    ExternalNPlusOne,
    /// `cache_misses`: a cache had little of what it was asked for.
    CacheMisses,
    /// `large_response`: the answer was large, and took its time.
    LargeResponse,
    /// `slow_body`: the answer's body took long to be sent.
    SlowBody,
    /// `blocking`: one poll kept its thread from everybody else.
    Blocking,
    /// `too_many_queries`: more than the route's budget.
    TooManyQueries,
    /// `waiting`: time that went to nothing that is known.
    Waiting,
    /// `slow_request`: it took long, whatever the reason.
    SlowRequest,
}

impl FindingKind {
    /// Every kind.
    pub const ALL: [FindingKind; 14] = [
        FindingKind::NPlusOne,
        FindingKind::DuplicateQuery,
        FindingKind::SlowQuery,
        FindingKind::SequentialCalls,
        FindingKind::ConnectionWait,
        FindingKind::SlowExternalCall,
        FindingKind::ExternalNPlusOne,
        FindingKind::CacheMisses,
        FindingKind::LargeResponse,
        FindingKind::SlowBody,
        FindingKind::Blocking,
        FindingKind::TooManyQueries,
        FindingKind::Waiting,
        FindingKind::SlowRequest,
    ];

    /// The name in lines, metrics and configuration: `n_plus_one`.
    pub fn as_str(self) -> &'static str {
        match self {
            FindingKind::NPlusOne => "n_plus_one",
            FindingKind::DuplicateQuery => "duplicate_query",
            FindingKind::SlowQuery => "slow_query",
            FindingKind::SequentialCalls => "sequential_calls",
            FindingKind::ConnectionWait => "connection_wait",
            FindingKind::SlowExternalCall => "slow_external_call",
            FindingKind::ExternalNPlusOne => "external_n_plus_one",
            FindingKind::CacheMisses => "cache_misses",
            FindingKind::LargeResponse => "large_response",
            FindingKind::SlowBody => "slow_body",
            FindingKind::Blocking => "blocking",
            FindingKind::TooManyQueries => "too_many_queries",
            FindingKind::Waiting => "waiting",
            FindingKind::SlowRequest => "slow_request",
        }
    }

    /// The kind of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What it is called in a verdict: `N+1`.
    pub fn label(self) -> &'static str {
        match self {
            FindingKind::NPlusOne => "N+1",
            FindingKind::DuplicateQuery => "duplicates",
            FindingKind::SlowQuery => "slow query",
            FindingKind::SequentialCalls => "one after the other",
            FindingKind::ConnectionWait => "pool exhausted",
            FindingKind::SlowExternalCall => "slow",
            FindingKind::ExternalNPlusOne => "N+1",
            FindingKind::CacheMisses => "misses",
            FindingKind::LargeResponse => "large response",
            FindingKind::SlowBody => "sent slowly",
            FindingKind::Blocking => "blocks its thread",
            FindingKind::TooManyQueries => "over budget",
            FindingKind::Waiting => "waiting",
            FindingKind::SlowRequest => "slow",
        }
    }

    /// What to do about it, in a sentence.
    pub fn hint(self) -> &'static str {
        match self {
            FindingKind::NPlusOne => "load all rows by one query: with a JOIN, or with IN or ANY over the keys",
            FindingKind::DuplicateQuery => "ask once and keep the answer for the rest of the request",
            FindingKind::SlowQuery => "look at its plan (EXPLAIN), its indexes, and how many rows it reads",
            FindingKind::SequentialCalls => "await them together: tokio::join!, try_join!",
            FindingKind::ConnectionWait => {
                "hold connections for a shorter time, make fewer queries at once, or give the pool more connections"
            }
            FindingKind::SlowExternalCall => "set a time-out, cache the answer, or do without it where it is late",
            FindingKind::ExternalNPlusOne => "ask for all at once if the service can, or await the calls together",
            FindingKind::CacheMisses => {
                "look at its keys, its time to live and its size; fetch many keys by one command"
            }
            FindingKind::LargeResponse => "send less: pages, fewer fields, compression",
            FindingKind::SlowBody => {
                "the client reads slowly, or the body is made slowly: send less, or from nearer by"
            }
            FindingKind::Blocking => {
                "move the work to spawn_blocking (tachograph's keeps its calls with the request), or divide it by awaits"
            }
            FindingKind::TooManyQueries => "load more by fewer queries, or raise max_queries for this route",
            FindingKind::Waiting => {
                "a lock, a sleep, a queue, or a client that is not measured: put spans or calls of your own around what it may be"
            }
            FindingKind::SlowRequest => "the verdict says where its time went",
        }
    }

    pub(crate) fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl std::fmt::Display for FindingKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_name_and_is_found_by_it() {
        for kind in FindingKind::ALL {
            assert_eq!(FindingKind::of(kind.as_str()), Some(kind));
            assert!(kind.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
        }
        assert_eq!(FindingKind::of("query_loop"), None);
    }
}

//! What tests demand of a record. The macros only name the functions, which panic at the place of the macro.

use super::{findings, message};
use crate::call::CallKind;
use crate::findings::{Finding, FindingKind};
use crate::record::Record;

/// Fails unless a request, or a task, made at most so many queries. BEGIN, COMMIT and ROLLBACK are none.
///
/// ```text
/// GET /experiments (200) made 13 queries, and 3 are allowed:
///   12 x SELECT COUNT(*) FROM assignments WHERE experiment_id = $1    4.1 ms   12 different parameters   12 rows   at src/store.rs:88
///    1 x SELECT id, name FROM experiments ORDER BY id                 0.4 ms                             12 rows   at src/store.rs:60
///   N+1: 12 x SELECT assignments at store.rs:88, 4.1 ms of the request; load all rows by one query: with a JOIN, or with IN or ANY over the keys
/// ```
#[macro_export]
macro_rules! assert_max_queries {
    ($record:expr, $most:expr $(,)?) => {
        $crate::testing::assertions::max_queries(&$record, $most)
    };
}

/// Fails unless a request, or a task, made at most so many calls to other services.
#[macro_export]
macro_rules! assert_max_external_calls {
    ($record:expr, $most:expr $(,)?) => {
        $crate::testing::assertions::max_external_calls(&$record, $most)
    };
}

/// Fails unless the body of the answer had at most so many bytes, as they go on the wire.
#[macro_export]
macro_rules! assert_max_response_bytes {
    ($record:expr, $most:expr $(,)?) => {
        $crate::testing::assertions::max_response_bytes(&$record, $most)
    };
}

/// Fails where a request, or a task, asked a database the same from the same place with different parameters, or another
/// service again and again. As the data of tests are small, [few repeats](crate::testing::findings) are enough.
#[macro_export]
macro_rules! assert_no_n_plus_one {
    ($record:expr $(,)?) => {
        $crate::testing::assertions::no_n_plus_one(&$record)
    };
}

/// Fails where there is any [finding of tests](crate::testing::findings): N+1, duplicate queries, more queries than the budget.
#[macro_export]
macro_rules! assert_no_findings {
    ($record:expr $(,)?) => {
        $crate::testing::assertions::no_findings(&$record)
    };
}

#[track_caller]
pub fn max_queries(record: &Record, most: u32) {
    let count = record.database().count();
    if count > most {
        let sentence = format!("made {}", message::too_many(count.into(), most.into(), "query", "queries"));
        fail(&sentence, record, &[CallKind::Database], &findings(record));
    }
}

#[track_caller]
pub fn max_external_calls(record: &Record, most: u32) {
    let count = record.external().count();
    if count > most {
        let (one, many) = ("call to other services", "calls to other services");
        let sentence = format!("made {}", message::too_many(count.into(), most.into(), one, many));
        fail(&sentence, record, &[CallKind::External], &findings(record));
    }
}

#[track_caller]
pub fn max_response_bytes(record: &Record, most: u64) {
    let bytes = record.response_bytes();
    if bytes > most {
        let sentence = format!("answered with {}", message::too_many(bytes, most, "byte", "bytes"));
        fail(&sentence, record, &message::REPEATABLE, &findings(record));
    }
}

#[track_caller]
pub fn no_n_plus_one(record: &Record) {
    let mut findings = findings(record);
    findings.retain(|finding| matches!(finding.kind(), FindingKind::NPlusOne | FindingKind::ExternalNPlusOne));
    if !findings.is_empty() {
        fail("has an N+1", record, &message::REPEATABLE, &findings);
    }
}

#[track_caller]
pub fn no_findings(record: &Record) {
    let findings = findings(record);
    if !findings.is_empty() {
        fail(&message::has(findings.len()), record, &message::REPEATABLE, &findings);
    }
}

#[track_caller]
fn fail(sentence: &str, record: &Record, kinds: &[CallKind], findings: &[Finding]) -> ! {
    panic!("{}", message::explain(sentence, record, kinds, findings))
}

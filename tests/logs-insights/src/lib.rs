//! A strict evaluator of CloudWatch Logs Insights for tests: it answers the queries that we ship over lines that we wrote, and
//! refuses, in words, what is not in the language as AWS describes it.
//!
//! ```
//! use tachograph_logs_insights::{Event, Query};
//!
//! let query = Query::parse(
//!     r#"# the article's
//!     PARSE @message "[*] * * * *" as logger, method, view, duration, status_code
//!     | filter method not in ["OPTIONS", "HEAD"]
//!     | stats avg(duration) as average by view"#,
//! )?;
//! let lines = ["[profiler] GET /flags 10.00 200", "[profiler] GET /flags 30.00 200", "[profiler] HEAD /flags 1.00 200"];
//! let rows = query.run(lines.map(|line| Event::new(0, line)));
//! assert_eq!(rows.len(), 1);
//! assert_eq!((rows[0].text("view"), rows[0].number("average")), (Some("/flags"), Some(20.0)));
//!
//! let refused = Query::parse("stats average(duration) by view").unwrap_err();
//! assert!(refused.to_string().contains("`average` is no function"));
//! # Ok::<(), tachograph_logs_insights::Error>(())
//! ```
//!
//! # What is understood
//! `fields`, `filter`, `parse` (globs and regular expressions), `stats`, `sort`, `limit`, `dedup`, `display`, comments, and a
//! `SOURCE 'group'` before the first command, as widgets of dashboards have it. Anything else is refused, also what AWS has and
//! nobody needed here (`pattern`, `diff`, `join` …): a query that passes means something.
//!
//! # Where AWS says nothing
//! A field that an event does not have equals nothing, so that `!=` and `not in` hold for it; aggregations leave it out. Names with
//! an underscore need no backticks. Percentiles are those of the nearest rank. Rows that nobody sorted are the newest first.

mod aggregate;
mod command;
mod error;
mod event;
mod expression;
mod function;
mod grammar;
mod query;
mod reader;
mod row;
mod time;
mod value;

pub use error::Error;
pub use event::{Event, MOST_FIELDS};
pub use query::Query;
pub use row::Row;
pub use value::Value;

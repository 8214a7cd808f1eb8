//! Writing it.

use std::fmt::Write as _;
use std::sync::Arc;

use hashbrown::HashMap;

use super::{FORMAT, SUMS};
use crate::endpoint::Endpoint;
use crate::key::EndpointKey;
use crate::shares::Share;
use crate::statuses::OfStatus;
use crate::summary::Summary;
use crate::sums::Sums;

pub(super) fn summary(summary: &Summary) -> String {
    let mut writer = Writer::default();
    writer.list(summary.endpoints(), |writer, (key, of)| writer.endpoint(key, of));
    let Writer { out, mut texts, .. } = writer;
    texts.sort_by_key(|(_, place)| *place);
    let texts: Vec<&str> = texts.iter().map(|(text, _)| &**text).collect();
    let texts = serde_json::to_string(&texts).unwrap_or_default();
    format!("{{\"format\":{FORMAT},\"texts\":{texts},\"endpoints\":{out}}}")
}

#[derive(Default)]
struct Writer {
    out: String,
    places: HashMap<Arc<str>, usize>,
    texts: Vec<(Arc<str>, usize)>,
}

impl Writer {
    fn list<T>(&mut self, items: impl Iterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.out.push('[');
        for (at, item) in items.enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            write(self, item);
        }
        self.out.push(']');
    }

    fn number(&mut self, number: f64) {
        // A sum can have become too large to be one; JSON has no word for that.
        let number = number.clamp(0.0, f64::MAX);
        // Writing to a string cannot fail.
        let _ = write!(self.out, "{number}");
    }

    fn text(&mut self, text: &Arc<str>) {
        let next = self.places.len();
        let place = *self.places.entry(text.clone()).or_insert(next);
        if place == next {
            self.texts.push((text.clone(), place));
        }
        self.number(place as f64);
    }

    /// Texts first, then numbers, all in one list.
    fn row(&mut self, texts: &[&Arc<str>], numbers: &[f64]) {
        self.out.push('[');
        for text in texts {
            self.text(text);
            self.out.push(',');
        }
        self.numbers(numbers);
        self.out.push(']');
    }

    fn numbers(&mut self, numbers: &[f64]) {
        for (at, number) in numbers.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.number(*number);
        }
    }

    fn endpoint(&mut self, key: &EndpointKey, of: &Endpoint) {
        self.out.push('[');
        self.row(&[&key.version, &key.method, &key.route], &[of.without_status]);
        self.out.push(',');
        self.list(of.statuses.iter(), Self::status);
        self.out.push(',');
        self.list(of.calls(), |writer, (key, calls)| {
            let texts = [&key.kind, &key.target, &key.summary, &key.statement, &key.callsite];
            let numbers = [calls.requests, calls.count, calls.errors, calls.total, calls.slowest as f64];
            writer.row(&texts, &numbers);
        });
        self.out.push(',');
        self.list(of.findings(), |writer, (key, found)| {
            let texts = [&key.kind, &key.summary, &key.target, &key.callsite];
            writer.row(&texts, &[found.requests, found.count, found.cost, found.dearest as f64]);
        });
        self.out.push(']');
    }

    fn status(&mut self, of: &OfStatus) {
        let _ = write!(self.out, "[{},{},", of.status.unwrap_or(0), u8::from(of.is_error));
        self.list(of.durations.by_bucket(), |writer, (bucket, count)| {
            writer.numbers(&[f64::from(bucket), count]);
        });
        self.out.push(',');
        self.list(of.variants.iter(), |writer, (variant, sums)| {
            writer.number(f64::from(variant.band));
            writer.out.push(',');
            writer.numbers(&numbers(sums));
        });
        self.out.push(']');
    }
}

fn numbers(sums: &Sums) -> [f64; SUMS] {
    let mut numbers = [0.0; SUMS];
    let first = [
        sums.requests,
        sums.streams,
        sums.errors,
        sums.weights_squared,
        sums.duration,
        sums.duration_squared,
        sums.response_bytes,
        sums.queries,
        sums.query_errors,
        sums.rows,
        sums.external_calls,
        sums.cache_hits,
        sums.cache_misses,
        sums.slowest as f64,
    ];
    let all = first.into_iter().chain(Share::ALL.map(|share| sums.shares.of(share)));
    numbers.iter_mut().zip(all).for_each(|(number, sum)| *number = sum);
    numbers
}

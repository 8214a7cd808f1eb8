//! Reading it, with nothing taken on trust.

use serde_json::Value;

use super::{Error, FORMAT, SUMS};
use crate::bucket::{self, BUCKETS};
use crate::call::{Call, Calls};
use crate::endpoint::Endpoint;
use crate::finding::{Finding, Findings};
use crate::key::Variant;
use crate::shares::{SHARES, Shares};
use crate::summary::Summary;
use crate::sums::Sums;

pub(super) fn summary(json: &[u8], into: &mut Summary) -> Result<(), Error> {
    let value: Value = serde_json::from_slice(json).map_err(|_| Error("it is no JSON"))?;
    if value["format"].as_u64() != Some(FORMAT) {
        return Err(Error("its format is not known"));
    }
    let texts = value["texts"].as_array().and_then(|texts| texts.iter().map(Value::as_str).collect());
    let reader = Reader { texts: texts.ok_or(Error("its texts are none"))? };
    for endpoint in array(&value["endpoints"])? {
        reader.endpoint(array(endpoint)?, into)?;
    }
    Ok(())
}

struct Reader<'a> {
    texts: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn endpoint(&self, members: &[Value], into: &mut Summary) -> Result<(), Error> {
        let [key, statuses, calls, findings] = members else { return Err(Error("an endpoint has other members")) };
        let ([version, method, route], [without_status]) = self.row(key)?;
        let endpoint = into.endpoint(version, method, route);
        endpoint.without_status += without_status;
        for of in array(statuses)? {
            status(array(of)?, endpoint)?;
        }
        for row in array(calls)? {
            let ([kind, target, summary, statement, callsite], [requests, count, errors, total, slowest]) =
                self.row(row)?;
            let call = Call { kind, target, summary, statement, callsite, ..Call::default() };
            let calls = Calls { requests, count, errors, total, slowest: slowest as u64 };
            endpoint.calls_like(&call).merge(&calls);
        }
        for row in array(findings)? {
            let ([kind, summary, target, callsite], [requests, count, cost, dearest]) = self.row(row)?;
            let finding = Finding { kind, summary, target, callsite, ..Finding::default() };
            let findings = Findings { requests, count, cost, dearest: dearest as u64 };
            endpoint.findings_like(&finding).merge(&findings);
        }
        Ok(())
    }

    fn row<const TEXTS: usize, const NUMBERS: usize>(
        &self,
        row: &Value,
    ) -> Result<([&'a str; TEXTS], [f64; NUMBERS]), Error> {
        let (places, numbers) = array(row)?.split_at_checked(TEXTS).ok_or(WRONG_LENGTH)?;
        let mut texts = [""; TEXTS];
        for (text, place) in texts.iter_mut().zip(places) {
            let place = usize::try_from(whole(place, u64::MAX)?).map_err(|_| NO_TEXT)?;
            *text = self.texts.get(place).ok_or(NO_TEXT)?;
        }
        Ok((texts, all_numbers(numbers)?))
    }
}

const WRONG_LENGTH: Error = Error("a list has another length");
const NO_TEXT: Error = Error("a text is not there");

fn status(members: &[Value], endpoint: &mut Endpoint) -> Result<(), Error> {
    let [status, is_error, buckets, variants] = members else { return Err(WRONG_LENGTH) };
    let status = match whole(status, 999)? {
        0 => None,
        status @ 100.. => Some(status as u16),
        _ => return Err(Error("a status is none")),
    };
    let is_error = whole(is_error, 1)? == 1;
    let mut by_band = [0.0; Variant::BANDS.len()];
    let of = endpoint.like(status, is_error);
    for pair in pairs(buckets, 2)? {
        let (bucket, [count]) = (whole(&pair[0], u64::from(BUCKETS) - 1)? as u16, all_numbers(&pair[1..])?);
        if count == 0.0 {
            return Err(Error("a bucket is empty"));
        }
        by_band[usize::from(bucket::band(bucket))] += count;
        of.durations.add_to(bucket, count);
    }
    for variant in pairs(variants, 1 + SUMS)? {
        let band = whole(&variant[0], Variant::BANDS.len() as u64 - 1)?;
        let sums = sums(all_numbers(&variant[1..])?);
        by_band[band as usize] -= sums.requests;
        of.sums(band as u8).merge(&sums);
        // Views divide the one by the other.
        if by_band[band as usize].abs() > 1e-6 * sums.requests {
            return Err(Error("there are not as many durations as requests"));
        }
        by_band[band as usize] = 0.0;
    }
    if by_band != [0.0; Variant::BANDS.len()] {
        return Err(Error("there are durations without requests"));
    }
    Ok(())
}

fn sums(numbers: [f64; SUMS]) -> Sums {
    let [
        requests,
        streams,
        errors,
        weights_squared,
        duration,
        duration_squared,
        response_bytes,
        queries,
        query_errors,
        rows,
        external_calls,
        cache_hits,
        cache_misses,
        slowest,
        shares @ ..,
    ] = numbers;
    let shares: [f64; SHARES] = shares;
    Sums {
        requests,
        streams,
        errors,
        weights_squared,
        duration,
        duration_squared,
        shares: Shares::new(shares),
        response_bytes,
        queries,
        query_errors,
        rows,
        external_calls,
        cache_hits,
        cache_misses,
        slowest: slowest as u64,
    }
}

fn array(value: &Value) -> Result<&[Value], Error> {
    value.as_array().map(Vec::as_slice).ok_or(Error("a list is none"))
}

/// What one list has of lists of so many, one behind the other.
fn pairs(value: &Value, length: usize) -> Result<std::slice::ChunksExact<'_, Value>, Error> {
    let all = array(value)?.chunks_exact(length);
    if all.remainder().is_empty() { Ok(all) } else { Err(WRONG_LENGTH) }
}

fn whole(value: &Value, most: u64) -> Result<u64, Error> {
    value.as_u64().filter(|number| *number <= most).ok_or(Error("a whole number is none, or too large"))
}

fn all_numbers<const NUMBERS: usize>(values: &[Value]) -> Result<[f64; NUMBERS], Error> {
    let mut numbers = [0.0; NUMBERS];
    if values.len() != NUMBERS {
        return Err(WRONG_LENGTH);
    }
    for (number, value) in numbers.iter_mut().zip(values) {
        let is_number = |number: &f64| number.is_finite() && *number >= 0.0;
        *number = value.as_f64().filter(is_number).ok_or(Error("a number is none"))?;
    }
    Ok(numbers)
}

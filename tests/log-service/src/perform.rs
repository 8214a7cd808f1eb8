//! What a call does to what the service has.

use serde::Deserialize;
use serde_json::{Map, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::kept::{Event, Group, Kept, Stream};
use crate::rules::{Batch, Refused, group_name, rejected, retention_days, stream_name};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Named {
    log_group_name: String,
    log_stream_name: Option<String>,
    retention_in_days: Option<i64>,
}

/// Done: the body of the answer, on which group, and how many events it brought.
pub(crate) struct Done {
    pub(crate) body: String,
    pub(crate) events: usize,
}

/// The group that a call is about, if it says one.
pub(crate) fn group_of(body: &[u8]) -> String {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct About {
        log_group_name: String,
    }
    serde_json::from_slice::<About>(body).unwrap_or_default().log_group_name
}

/// Does what is asked, at this time in milliseconds since 1970, if it may be done.
pub(crate) fn perform(kept: &mut Kept, call: Call, body: &[u8], now: i64, answer: &Answer) -> Result<Done, Refused> {
    let done = match call {
        Call::PutLogEvents => return put(kept, body, now, answer),
        Call::CreateLogGroup => create_group(kept, named(body)?),
        Call::CreateLogStream => create_stream(kept, named(body)?),
        Call::PutRetentionPolicy => keep_for(kept, named(body)?),
    };
    // The service answers these with nothing at all.
    done.map(|()| Done { body: String::new(), events: 0 })
}

fn garbled(error: &serde_json::Error) -> Refused {
    Refused::new("SerializationException", error.to_string())
}

fn named(body: &[u8]) -> Result<Named, Refused> {
    let named: Named = serde_json::from_slice(body).map_err(|error| garbled(&error))?;
    group_name(&named.log_group_name)?;
    Ok(named)
}

fn group<'a>(kept: &'a mut Kept, name: &str) -> Result<&'a mut Group, Refused> {
    kept.groups.get_mut(name).ok_or_else(|| Refused::missing("log group"))
}

fn create_group(kept: &mut Kept, named: Named) -> Result<(), Refused> {
    if kept.groups.contains_key(&named.log_group_name) {
        return Err(Refused::there("log group"));
    }
    kept.groups.insert(named.log_group_name, Group::default());
    Ok(())
}

fn create_stream(kept: &mut Kept, named: Named) -> Result<(), Refused> {
    let stream = named.log_stream_name.unwrap_or_default();
    stream_name(&stream)?;
    let group = group(kept, &named.log_group_name)?;
    if group.streams.contains_key(&stream) {
        return Err(Refused::there("log stream"));
    }
    group.streams.insert(stream, Stream::default());
    Ok(())
}

fn keep_for(kept: &mut Kept, named: Named) -> Result<(), Refused> {
    let days = named.retention_in_days.unwrap_or_default();
    retention_days(days)?;
    group(kept, &named.log_group_name)?.retention_days = Some(days);
    Ok(())
}

fn put(kept: &mut Kept, body: &[u8], now: i64, answer: &Answer) -> Result<Done, Refused> {
    let batch: Batch<'_> = serde_json::from_slice(body).map_err(|error| garbled(&error))?;
    batch.check()?;
    let group = group(kept, &batch.log_group_name)?;
    let retention = group.retention_days;
    let stream = group.streams.get_mut(&*batch.log_stream_name).ok_or_else(|| Refused::missing("log stream"))?;
    let events = batch.log_events;
    let times: Vec<i64> = events.iter().map(|event| event.timestamp).collect();
    let (too_old, expired, taken) = match answer {
        Answer::Rejecting { too_old, expired, too_new } => {
            let end = events.len().saturating_sub(*too_new);
            (*too_old, *expired, (*too_old).max(*expired).min(end)..end)
        }
        _ => rejected(&times, now, retention),
    };
    let mut rejections = Map::new();
    let mut note = |name: &str, index: usize, is_so: bool| {
        if is_so {
            rejections.insert(name.to_owned(), index.into());
        }
    };
    note("tooOldLogEventEndIndex", too_old, too_old > 0);
    note("expiredLogEventEndIndex", expired, expired > 0);
    note("tooNewLogEventStartIndex", taken.end, taken.end < events.len());
    let brought = events.len();
    let body = match rejections.is_empty() {
        true => json!({ "nextSequenceToken": "unused" }),
        false => json!({ "nextSequenceToken": "unused", "rejectedLogEventsInfo": rejections }),
    };
    let taken = events.into_iter().skip(taken.start).take(taken.len());
    stream.events.extend(
        taken.map(|event| Event { timestamp: event.timestamp, message: event.message.into_owned().into_boxed_str() }),
    );
    Ok(Done { body: body.to_string(), events: brought })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const NOW: i64 = 1_700_000_000_000;

    fn asked(kept: &mut Kept, call: Call, body: Value) -> Result<String, String> {
        let done = perform(kept, call, body.to_string().as_bytes(), NOW, &Answer::Truth);
        done.map(|done| done.body).map_err(|refused| refused.name.to_owned())
    }

    fn missing() -> Result<String, String> {
        Err("ResourceNotFoundException".to_owned())
    }

    #[test]
    fn nothing_is_there_before_it_is_created_and_nothing_is_created_twice() {
        let (mut kept, nothing) = (Kept::default(), Ok(String::new()));
        let group = || json!({"logGroupName": "g"});
        let stream = || json!({"logGroupName": "g", "logStreamName": "s"});
        let retention = || json!({"logGroupName": "g", "retentionInDays": 7});
        let put =
            || json!({"logGroupName": "g", "logStreamName": "s", "logEvents": [{"timestamp": NOW, "message": "m"}]});
        for (call, body) in
            [(Call::CreateLogStream, stream()), (Call::PutRetentionPolicy, retention()), (Call::PutLogEvents, put())]
        {
            assert_eq!(asked(&mut kept, call, body), missing());
        }
        assert_eq!(asked(&mut kept, Call::CreateLogGroup, group()), nothing);
        assert_eq!(asked(&mut kept, Call::PutLogEvents, put()), missing());
        assert_eq!(asked(&mut kept, Call::CreateLogStream, stream()), nothing);
        assert_eq!(asked(&mut kept, Call::PutRetentionPolicy, retention()), nothing);
        let there = Err("ResourceAlreadyExistsException".to_owned());
        assert_eq!(asked(&mut kept, Call::CreateLogGroup, group()), there);
        assert_eq!(asked(&mut kept, Call::CreateLogStream, stream()), there);
        assert!(asked(&mut kept, Call::PutLogEvents, put()).is_ok());
        assert_eq!((kept.groups["g"].retention_days, kept.count("g")), (Some(7), 1));
    }

    #[test]
    fn what_is_out_of_time_is_told_by_place_and_not_kept() {
        let mut kept = Kept::default();
        asked(&mut kept, Call::CreateLogGroup, json!({"logGroupName": "g"})).unwrap();
        asked(&mut kept, Call::CreateLogStream, json!({"logGroupName": "g", "logStreamName": "s"})).unwrap();
        let hour = 3_600_000;
        let at = |hours: i64| json!({"timestamp": NOW + hours * hour, "message": hours.to_string()});
        let mut put = |events: Value| {
            let body = json!({"logGroupName": "g", "logStreamName": "s", "logEvents": events});
            serde_json::from_str::<Value>(&asked(&mut kept, Call::PutLogEvents, body).unwrap()).unwrap()
        };
        let info = put(json!([at(0), at(2), at(3), at(4)]))["rejectedLogEventsInfo"].take();
        assert_eq!(info, json!({"tooNewLogEventStartIndex": 2}));
        let info = put(json!([at(-338), at(-337), at(-336)]))["rejectedLogEventsInfo"].take();
        assert_eq!(info, json!({"tooOldLogEventEndIndex": 2}));
        assert_eq!(put(json!([at(1)]))["rejectedLogEventsInfo"], Value::Null);
        let kept: Vec<&str> = kept.events("g").iter().map(|event| &*event.message).collect();
        assert_eq!(kept, ["-336", "0", "1", "2"]);
    }

    #[test]
    fn a_test_can_have_events_rejected() {
        let mut kept = Kept::default();
        asked(&mut kept, Call::CreateLogGroup, json!({"logGroupName": "g"})).unwrap();
        asked(&mut kept, Call::CreateLogStream, json!({"logGroupName": "g", "logStreamName": "s"})).unwrap();
        let events: Vec<Value> =
            (0..9).map(|number| json!({"timestamp": NOW, "message": number.to_string()})).collect();
        let body = json!({"logGroupName": "g", "logStreamName": "s", "logEvents": events}).to_string();
        let answer = Answer::Rejecting { too_old: 1, expired: 2, too_new: 3 };
        let done = perform(&mut kept, Call::PutLogEvents, body.as_bytes(), NOW, &answer).unwrap();
        let info = serde_json::from_str::<Value>(&done.body).unwrap()["rejectedLogEventsInfo"].take();
        let expected =
            json!({"tooOldLogEventEndIndex": 1, "expiredLogEventEndIndex": 2, "tooNewLogEventStartIndex": 6});
        assert_eq!((info, kept.count("g")), (expected, 4));
    }

    #[test]
    fn what_nobody_should_ask_for_is_refused() {
        let mut kept = Kept::default();
        for body in [json!({}), json!({"logGroupName": "g", "more": 1}), json!([])] {
            let refused = asked(&mut kept, Call::CreateLogGroup, body).unwrap_err();
            assert_eq!(refused, "SerializationException");
        }
        let refused = asked(&mut kept, Call::CreateLogGroup, json!({"logGroupName": "a group"})).unwrap_err();
        assert_eq!(refused, "InvalidParameterException");
    }
}

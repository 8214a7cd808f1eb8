//! What has to hold of a trace, however its documents are divided.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::check::Check;
use crate::document::Document;
use crate::rules;
use crate::trace::{Trace, each_part, latest};

/// AWS says 500 KB.
const MOST_BYTES: usize = 500_000;

/// So many are indexed; more are kept and not found by.
const MOST_ANNOTATIONS: usize = 50;

/// Times are written with a few digits, and those of parts are rounded apart.
const ROUNDING: f64 = 0.001;

/// What is wrong with a trace, of whose parts some may be sent by others.
pub(crate) fn check(id: &str, documents: &[&Document], elsewhere: &HashSet<String>) -> Vec<String> {
    let mut check = Check::of(format!("trace {id}"));
    replaced(&mut check, documents);
    let bytes: usize = latest(documents).iter().map(|document| document.json.to_string().len()).sum();
    check.require(bytes <= MOST_BYTES, format_args!("{bytes} bytes are more than {MOST_BYTES}"));
    let trace = Trace::of(id, documents);
    let lost = trace.orphans.iter().filter(|orphan| !is_below(orphan, &trace.orphans, elsewhere));
    for orphan in lost {
        let what = rules::what(&orphan.json, false);
        check.complain(format_args!("{what}: its parent {} never arrived", orphan.parent_id()));
    }
    let roots = || trace.segments.iter().chain(&trace.orphans);
    for root in roots() {
        let mut annotations = 0;
        each_part(&root.json, &mut |part| {
            annotations += part["annotations"].as_object().map_or(0, |annotations| annotations.len());
            within(&mut check, part);
        });
        let what = rules::what(&root.json, !root.is_subsegment());
        check.require(annotations <= MOST_ANNOTATIONS, format_args!("{what} has {annotations} annotations"));
    }
    let mut parts = Vec::new();
    roots().for_each(|root| each_part(&root.json, &mut |part| parts.push(part)));
    ids(&mut check, &parts);
    causes(&mut check, &parts);
    check.complaints
}

fn ids(check: &mut Check, parts: &[&Value]) {
    let mut seen = HashMap::new();
    for part in parts {
        let (id, name) = (&part["id"], &part["name"]);
        if let Some(other) = seen.insert(id.as_str(), name) {
            check.complain(format_args!("{other} and {name} have the same id {id}"));
        }
    }
}

/// An exception is told of once, and may be meant by many.
fn causes(check: &mut Check, parts: &[&Value]) {
    let mut told = HashSet::new();
    for exception in parts.iter().filter_map(|part| part["cause"]["exceptions"].as_array()).flatten() {
        let id = &exception["id"];
        check.require(told.insert(id.as_str()), format_args!("there are two exceptions {id}"));
    }
    for part in parts.iter().filter(|part| part["cause"].is_string()) {
        let (name, id) = (&part["name"], &part["cause"]);
        check.require(told.contains(&id.as_str()), format_args!("{name} is caused by {id}, which never arrived"));
    }
}

/// A part is replaced by what is sent later under its id, so that only what was in progress may be.
fn replaced(check: &mut Check, documents: &[&Document]) {
    let mut ended = HashSet::new();
    for document in documents {
        let what = rules::what(&document.json, !document.is_subsegment());
        check.require(!ended.contains(document.id()), format_args!("{what} was sent again after its end"));
        if !document.is_in_progress() {
            ended.insert(document.id());
        }
    }
}

/// Whether it hangs, maybe by others, under something that somebody else sends.
fn is_below(orphan: &Document, orphans: &[Document], elsewhere: &HashSet<String>) -> bool {
    let (mut parent, mut steps) = (orphan.parent_id(), 0);
    loop {
        if elsewhere.contains(parent) {
            return true;
        }
        let above = orphans.iter().find(|other| {
            let mut is_in_it = false;
            each_part(&other.json, &mut |part| is_in_it |= part["id"] == parent);
            is_in_it
        });
        match above {
            Some(above) if steps < orphans.len() => parent = above.parent_id(),
            _ => return false,
        }
        steps += 1;
    }
}

/// What is inside of a part happens within its time.
fn within(check: &mut Check, part: &Value) {
    let time = |of: &Value, name: &str| of[name].as_f64().unwrap_or(f64::NAN);
    let (start, end) = (time(part, "start_time"), time(part, "end_time"));
    for inside in part["subsegments"].as_array().into_iter().flatten() {
        let (begun, ended) = (time(inside, "start_time"), time(inside, "end_time"));
        let (begins_before, ends_after) = (begun < start - ROUNDING, ended > end + ROUNDING);
        let what = rules::what(inside, false);
        check.require(
            !begins_before && !ends_after,
            format_args!("{what} ({begun}..{ended}) is outside the time of {} ({start}..{end})", part["name"]),
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::received::Received;

    const TRACE: &str = "1-581cf771-a006649127e371903a2de979";

    fn segment() -> Value {
        json!({
            "name": "api", "id": "70de5b6f19ff9a0a", "trace_id": TRACE, "start_time": 1_767_225_600.0,
            "end_time": 1_767_225_601.0, "subsegments": [part("71de5b6f19ff9a0a")],
        })
    }

    fn part(id: &str) -> Value {
        json!({"name": id, "id": id, "start_time": 1_767_225_600.2, "end_time": 1_767_225_600.4})
    }

    fn alone(id: &str, parent: &str) -> Value {
        let mut alone = part(id);
        alone["type"] = "subsegment".into();
        alone["trace_id"] = TRACE.into();
        alone["parent_id"] = parent.into();
        alone
    }

    fn unended(mut document: Value) -> Value {
        document.as_object_mut().unwrap().remove("end_time");
        document["in_progress"] = true.into();
        document
    }

    fn received(documents: &[Value]) -> Received {
        let mut received = Received::default();
        for document in documents {
            received.take(format!("{{\"format\":\"json\",\"version\":1}}\n{document}").as_bytes());
        }
        received
    }

    #[track_caller]
    fn refused(documents: &[Value], of: &str) {
        match &received(documents).all_complaints()[..] {
            [complaint] => assert!(complaint.contains(of), "{complaint:?} should say {of:?}"),
            others => panic!("there should be one complaint, {of:?}: {others:#?}"),
        }
    }

    #[test]
    fn subsegments_that_were_sent_alone_are_put_where_they_belong_in_whatever_order_they_come() {
        let deep = alone("73de5b6f19ff9a0a", "72de5b6f19ff9a0a");
        let below = alone("72de5b6f19ff9a0a", "71de5b6f19ff9a0a");
        let received = received(&[deep, unended(segment()), below, segment()]);
        assert_eq!(received.all_complaints(), [""; 0]);
        let trace = received.trace("581cf771a006649127e371903a2de979");
        let names: Vec<_> = trace.segment().parts().iter().map(|part| part.id().to_owned()).collect();
        assert_eq!(names, ["70de5b6f19ff9a0a", "71de5b6f19ff9a0a", "72de5b6f19ff9a0a", "73de5b6f19ff9a0a"]);
        assert!(!trace.segment().is_in_progress());
        assert_eq!(trace.part("73de5b6f19ff9a0a").unwrap().parent_id(), "72de5b6f19ff9a0a");
        assert_eq!((trace.orphans.len(), received.traces().len()), (0, 1));
    }

    #[test]
    fn segments_of_a_trace_are_in_the_order_they_came() {
        let ids = ["73de5b6f19ff9a0a", "71de5b6f19ff9a0a", "72de5b6f19ff9a0a"];
        let segments = ids.map(|id| {
            let mut segment = segment();
            segment["id"] = id.into();
            segment["subsegments"] = json!([]);
            segment
        });
        let received = received(&segments);
        assert_eq!(received.all_complaints(), [""; 0]);
        let trace = received.trace(TRACE);
        assert_eq!(trace.segments.iter().map(Document::id).collect::<Vec<_>>(), ids);
    }

    #[test]
    fn parents_have_to_arrive() {
        let lost = alone("72de5b6f19ff9a0a", "79de5b6f19ff9a0a");
        refused(&[segment(), lost.clone()], "its parent 79de5b6f19ff9a0a never arrived");
        let below = [("73de5b6f19ff9a0a", "72de5b6f19ff9a0a"), ("74de5b6f19ff9a0a", "73de5b6f19ff9a0a")];
        let below = below.map(|(id, parent)| alone(id, parent));
        let mut received = received(&[&[segment(), lost.clone()], &below[..]].concat());
        assert_eq!(received.all_complaints().len(), 3);
        received.elsewhere.insert("79de5b6f19ff9a0a".to_owned());
        assert_eq!(received.all_complaints(), [""; 0]);
        let circle = [alone("72de5b6f19ff9a0a", "73de5b6f19ff9a0a"), alone("73de5b6f19ff9a0a", "72de5b6f19ff9a0a")];
        assert_eq!(self::received(&circle).all_complaints().len(), 2);
        let mut of_other_trace = lost;
        of_other_trace["trace_id"] = "1-581cf771-a006649127e371903a2de970".into();
        of_other_trace["parent_id"] = "70de5b6f19ff9a0a".into();
        refused(&[segment(), of_other_trace], "its parent 70de5b6f19ff9a0a never arrived");
    }

    #[test]
    fn only_what_is_in_progress_is_sent_again() {
        assert_eq!(received(&[unended(segment()), unended(segment()), segment()]).all_complaints(), [""; 0]);
        refused(&[segment(), segment()], "was sent again after its end");
        refused(&[segment(), unended(segment())], "was sent again after its end");
    }

    #[test]
    fn an_id_is_there_once() {
        let again = alone("71de5b6f19ff9a0a", "70de5b6f19ff9a0a");
        refused(&[segment(), again], "have the same id \"71de5b6f19ff9a0a\"");
        let mut twice = segment();
        twice["subsegments"] = json!([part("72de5b6f19ff9a0a"), part("72de5b6f19ff9a0a")]);
        refused(&[twice], "have the same id \"72de5b6f19ff9a0a\"");
    }

    #[test]
    fn what_is_inside_happens_within() {
        for (name, time) in [("start_time", 1_767_225_599.99), ("end_time", 1_767_225_601.01)] {
            let mut outside = segment();
            outside["subsegments"][0][name] = time.into();
            refused(&[outside], "is outside the time of \"api\"");
            let mut outside = alone("72de5b6f19ff9a0a", "71de5b6f19ff9a0a");
            outside[name] = time.into();
            refused(&[segment(), outside], "is outside the time of \"71de5b6f19ff9a0a\"");
        }
        let mut rounded = segment();
        rounded["subsegments"][0]["end_time"] = 1_767_225_601.000_5.into();
        assert_eq!(received(&[rounded]).all_complaints(), [""; 0]);
    }

    #[test]
    fn a_trace_has_500_kb_and_50_annotations() {
        let mut documents = vec![segment()];
        for at in 0..9 {
            let mut large = alone(&format!("8{at}de5b6f19ff9a0a"), "70de5b6f19ff9a0a");
            large["metadata"] = json!({"default": {"a": "x".repeat(60_000)}});
            documents.push(large);
        }
        refused(&documents, "are more than 500000");
        let annotations: serde_json::Map<_, _> = (0..50).map(|at| (format!("a{at}"), at.into())).collect();
        let mut annotated = segment();
        annotated["annotations"] = annotations.into();
        assert_eq!(received(&[annotated.clone()]).all_complaints(), [""; 0]);
        annotated["subsegments"][0]["annotations"] = json!({"more": 1});
        refused(&[annotated], "has 51 annotations");
    }

    #[test]
    fn exceptions_are_told_of_once_and_known_by_id() {
        let cause = json!({"exceptions": [{"id": "a1b2c3d4e5f60718"}]});
        let mut documents = [segment(), alone("72de5b6f19ff9a0a", "70de5b6f19ff9a0a")];
        for document in &mut documents {
            document["fault"] = true.into();
        }
        documents[0]["cause"] = "a1b2c3d4e5f60718".into();
        documents[1]["cause"] = cause.clone();
        assert_eq!(received(&documents).all_complaints(), [""; 0]);
        refused(&documents[..1], "is caused by \"a1b2c3d4e5f60718\", which never arrived");
        documents[0]["cause"] = cause;
        refused(&documents, "there are two exceptions \"a1b2c3d4e5f60718\"");
    }
}

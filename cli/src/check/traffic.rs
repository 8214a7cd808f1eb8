//! How much a service has of everything by which metrics are told apart.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::Path;

use serde_json::Value;
use tachograph_json::emf::Traffic;

use crate::commands::Error;

/// Routes of a service of which nobody says more.
const USUAL_ROUTES: u64 = 10;

/// As it is said on the command line.
pub(crate) fn said(routes: Option<u64>, methods: Option<u64>) -> Traffic {
    let routes = routes.unwrap_or(USUAL_ROUTES);
    Traffic { endpoints: routes, routes, methods: methods.unwrap_or(1), ..Traffic::default() }
}

/// As lines of the service have it; `-` is stdin.
pub(crate) fn counted(path: &Path) -> Result<Traffic, Error> {
    if path == Path::new("-") {
        return of_lines(stdin().lock());
    }
    let file = File::open(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    of_lines(BufReader::new(file))
}

fn of_lines(lines: impl BufRead) -> Result<Traffic, Error> {
    let (mut endpoints, mut names) = (BTreeSet::new(), BTreeSet::new());
    let (mut outcomes, mut classes) = (BTreeSet::new(), BTreeSet::new());
    let mut traffic = Traffic { database: false, external: false, cache: false, ..Traffic::default() };
    for line in lines.split(b'\n') {
        // What is no line of ours says nothing of requests.
        let Ok(line) = serde_json::from_slice::<Value>(&line?) else { continue };
        let text = |name: &str| line[name].as_str().map(str::to_owned);
        let some = |name: &str| line[name].as_f64().is_some_and(|number| number > 0.0);
        match line["event"].as_str() {
            Some("request") => {
                // What matched no route is in no set with one.
                endpoints.extend(text("method").zip(text("route")));
                classes.extend(line["status_code"].as_u64().map(|status| status / 100));
            }
            Some("task") => names.extend(text("name")),
            _ => continue,
        }
        outcomes.extend(text("outcome"));
        traffic.database |= some("db_queries");
        traffic.external |= some("external_calls");
        traffic.cache |= some("cache_hits") || some("cache_misses");
    }
    let count = |set: usize| set as u64;
    traffic.methods = count(endpoints.iter().map(|(method, _)| method).collect::<BTreeSet<_>>().len());
    traffic.routes = count(endpoints.iter().map(|(_, route)| route).collect::<BTreeSet<_>>().len());
    (traffic.endpoints, traffic.tasks) = (count(endpoints.len()), count(names.len()));
    (traffic.outcomes, traffic.status_classes) = (count(outcomes.len()), count(classes.len()));
    Ok(traffic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_how_much_there_is() {
        let lines = [
            r#"{"event":"request","method":"GET","route":"/a","status_code":200,"outcome":"completed","db_queries":1}"#,
            r#"{"event":"request","method":"POST","route":"/a","status_code":503,"outcome":"completed","cache_misses":2}"#,
            r#"{"event":"request","method":"GET","route":"/b","status_code":200,"outcome":"panicked","db_queries":0}"#,
            r#"{"event":"request","method":"PUT","path":"/nothing","status_code":404,"outcome":"completed"}"#,
            r#"{"event":"task","name":"rollup","outcome":"completed"}"#,
            r#"{"event":"call","method":"GET","route":"/c","kind":"external"}"#,
            "[profiler] GET /d 1.00 200",
            "",
        ];
        let traffic = of_lines(lines.join("\n").as_bytes()).unwrap();
        let expected = Traffic {
            endpoints: 3,
            methods: 2,
            routes: 2,
            tasks: 1,
            outcomes: 2,
            status_classes: 3,
            database: true,
            external: false,
            cache: true,
            ..Traffic::default()
        };
        assert_eq!(traffic, expected);
    }

    #[test]
    fn what_is_not_said_is_usual() {
        assert_eq!(said(None, None).endpoints, USUAL_ROUTES);
        let few = said(Some(3), Some(2));
        assert_eq!((few.endpoints, few.routes, few.methods), (3, 3, 2));
    }
}

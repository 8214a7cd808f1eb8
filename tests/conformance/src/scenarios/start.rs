//! What keeps the service from starting: it says what is wrong, where, and what to do.

use std::net::TcpListener;

use crate::case::Case;
use crate::service::Setup;

#[track_caller]
fn refuses(setup: Setup, parts: &[&str]) {
    let said = setup.refused();
    for part in parts {
        assert!(said.contains(part), "{part:?} is not said in {said}");
    }
}

pub(super) fn a_typo_in_the_file_is_refused(case: &Case) {
    let typo = case.setup().file("tachograph.toml", "[exporters.json]\noutptu = 'stdout'\n");
    refuses(typo, &["tachograph.toml", "line 2", "outptu", "`output`, `format`, `calls`"]);
    let named =
        case.setup().file("other.toml", "[capture]\nslow_request_ms = 'soon'\n").env("TACHOGRAPH_CONFIG", "other.toml");
    refuses(named, &["other.toml", "line 2", "slow_request_ms", "soon", "expected u64"]);
    let unknown = case.setup().file("tachograph.toml", "[exporters.carrier_pigeon]\n");
    refuses(unknown, &["tachograph.toml", "line 1", "carrier_pigeon", "expected", "json"]);
    refuses(
        case.setup().env("TACHOGRAPH_CONFIG", "absent.toml"),
        &["absent.toml", "TACHOGRAPH_CONFIG", "correct the path"],
    );
}

pub(super) fn a_typo_in_a_variable_is_refused(case: &Case) {
    let typo = case.setup().env("TACHOGRAPH_EXPORTERS__JSON__OUTPTU", "stdout");
    refuses(typo, &["TACHOGRAPH_EXPORTERS__JSON__OUTPTU", "outptu", "`output`, `format`, `calls`"]);
    let value = case.setup().env("TACHOGRAPH_EXPORTERS__JSON__FORMAT", "xml");
    refuses(value, &["exporters.json.format", "`xml`", "use `structured`, `text` or `emf`"]);
    let output = case.setup().env("TACHOGRAPH_EXPORTERS__JSON__OUTPUT", "stdot");
    refuses(output, &["exporters.json.output", "`stdot`", "use `stdout`, `stderr`, `file:PATH` or `tcp://HOST:PORT`"]);
}

pub(super) fn a_log_file_that_cannot_be_written_is_refused(case: &Case) {
    for path in ["no-such-folder/requests.log", "."] {
        let setup = case.setup().env("TACHOGRAPH_EXPORTERS__JSON__OUTPUT", format!("file:{path}"));
        refuses(setup, &["exporters.json.output", &format!("file:{path}"), "choose another output"]);
    }
}

pub(super) fn a_port_that_cannot_be_had_is_refused(case: &Case) {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    refuses(case.setup().env("PORT", &port), &["cannot listen", &port, "set PORT to a free one"]);
    refuses(case.setup().env("PORT", "http"), &["PORT", "http", "use 0 to 65535"]);
}

pub(super) fn a_database_that_cannot_be_used_is_refused(case: &Case) {
    let setup = case.setup().env("DATABASE_URL", "sqlite://no-such-folder/experiments.db");
    refuses(setup, &["DATABASE_URL", "leave it unset for SQLite in memory"]);
}

//! Where it listens, and what is refused.

use std::net::TcpListener;

use tachograph_admin::{Admin, Settings};

use crate::{instance, settings};

fn refused(listen: &str) -> String {
    Admin::start(&instance(), settings(listen)).unwrap_err().to_string()
}

#[test]
fn an_address_in_use_is_named_with_the_key_and_the_remedy() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = refused(&address);
    let expected = format!(
        "admin.listen is `{address}`, and something listens there already: set another port, or 0 for one that is free ("
    );
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn what_is_no_address_is_named_with_the_remedy() {
    for listen in ["", "9464", "127.0.0.1", "127.0.0.1:port", "127.0.0.1:70000", "::1:9464:x"] {
        let error = refused(listen);
        let expected = format!("admin.listen is `{listen}`, where there is no address: write one and a port");
        assert!(error.starts_with(&expected) && error.contains("\"127.0.0.1:9464\""), "{error}");
    }
    let error = refused("192.0.2.1:0");
    assert!(error.contains("`192.0.2.1:0`") && error.contains("no such address"), "{error}");
}

#[test]
fn the_default_is_this_machine_s_own() {
    assert_eq!(Settings::default().listen, "127.0.0.1:9464");
}

#[test]
fn it_says_where_it_listens_and_for_whom() {
    let start = |listen| Admin::start(&instance(), settings(listen)).unwrap();
    let own = start("localhost:0");
    assert_ne!(own.local_addr().port(), 0);
    assert_eq!(own.to_string(), format!("http://{}", own.local_addr()));
    let all = start("0.0.0.0:0");
    assert_eq!(all.to_string(), format!("http://{} (for other machines, too)", all.local_addr()));
}

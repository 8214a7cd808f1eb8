//! Whose code a piece of the stack is.

use super::sources::Sources;

/// Of a function on the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// A library's, ours, or the standard library's.
    Others,
    /// The service's own.
    Users,
    /// It is where a request is polled from, or where the process or a test begins: what called it is nobody's work.
    Outside,
}

impl Whose {
    /// `name` is the function's (`shop::orders::list::{{closure}}`), `file` the source as the compiler saw it.
    ///
    /// Where code lies tells most: where a service has no more than line numbers, functions that were compiled into others
    /// are known by the last part of their names only. Crates tell where sources lie elsewhere than cargo puts them.
    pub(super) fn of(name: Option<&str>, file: Option<&str>) -> Self {
        let file = file.map(|file| file.replace('\\', "/"));
        let ours = Sources::ours();
        if file.as_deref().is_some_and(|file| ours.poll_in(file)) || name.is_some_and(is_main) {
            return Whose::Outside;
        }
        let Some(file) = file else { return Whose::Others };
        // The tests of this stand for a service's code.
        if cfg!(test) && file.ends_with("callsite/locator/tests.rs") {
            return Whose::Users;
        }
        let is_librarys = name.and_then(crate_of).is_some_and(|name| OURS.contains(&name) || is_well_known(name));
        // What starts threads is of the system's library, and may have line numbers too.
        let is_rust = file.ends_with(".rs");
        if !is_rust || is_librarys || ours.have(&file) || was_downloaded(&file) { Whose::Others } else { Whose::Users }
    }
}

/// Those that are on the way from the service's code to a call, and around it. Examples and tests of ours are not.
const OURS: [&str; 12] = [
    "tachograph",
    "tachograph_actix_web",
    "tachograph_aws_sdk",
    "tachograph_axum",
    "tachograph_core",
    "tachograph_lambda",
    "tachograph_redis",
    "tachograph_reqwest",
    "tachograph_rocket",
    "tachograph_sqlx",
    "tachograph_tower",
    "tachograph_tracing",
];

/// Libraries that calls are made through, for services whose sources were moved or renamed when they were compiled. They are
/// full names: a service can well be called `axum_shop`.
const WELL_KNOWN: [&str; 51] = [
    "actix_http",
    "actix_rt",
    "actix_server",
    "actix_service",
    "actix_web",
    "alloc",
    "async_stream",
    "async_trait",
    "aws_config",
    "aws_smithy_async",
    "aws_smithy_http_client",
    "aws_smithy_runtime",
    "aws_smithy_runtime_api",
    "axum",
    "axum_core",
    "axum_extra",
    "bb8",
    "core",
    "deadpool",
    "diesel",
    "diesel_async",
    "futures",
    "futures_channel",
    "futures_core",
    "futures_executor",
    "futures_util",
    "h2",
    "http_body_util",
    "hyper",
    "hyper_util",
    "lambda_http",
    "lambda_runtime",
    "redis",
    "reqwest",
    "reqwest_middleware",
    "rocket",
    "sea_orm",
    "sqlx",
    "sqlx_core",
    "sqlx_mysql",
    "sqlx_postgres",
    "sqlx_sqlite",
    "std",
    "tokio",
    "tokio_stream",
    "tokio_util",
    "tonic",
    "tower",
    "tower_http",
    "tracing",
    "tracing_subscriber",
];

fn is_well_known(crate_name: &str) -> bool {
    WELL_KNOWN.binary_search(&crate_name).is_ok() || crate_name.starts_with("aws_sdk_")
}

/// The function `main` itself: in it a runtime is run, and its asynchronous body has a name of its own.
fn is_main(name: &str) -> bool {
    name == "main" || name.strip_suffix("::main").is_some_and(|crate_name| !crate_name.contains("::"))
}

/// Whether the file came with the compiler, from a registry or repository, or lies among copies of such.
fn was_downloaded(file: &str) -> bool {
    const FOLDERS: [&str; 6] =
        ["/rustc/", "/rustlib/src/", "/registry/src/", "/git/checkouts/", "/nix/store/", "/cargo-vendor-dir/"];
    if FOLDERS.iter().any(|folder| file.contains(folder)) || file.starts_with("library/") {
        return true;
    }
    let package = file.rsplit_once("/src/").map_or(file, |(package, _)| package);
    let mut folders = package.split('/').rev();
    // What cargo names so where it leaves the machine's own folders out.
    let is_versioned = |package: &str| {
        package.rsplit_once('-').is_some_and(|(_, version)| {
            version.starts_with(|first: char| first.is_ascii_digit()) && version.contains('.')
        })
    };
    folders.clone().any(|folder| folder == "vendor")
        || !package.starts_with('/') && folders.next().is_some_and(is_versioned)
}

/// The crate that a function is of. Of a method that is a type's own or of a trait: the type's, or the trait's where the type
/// is the standard library's or a parameter.
fn crate_of(name: &str) -> Option<&str> {
    let Some(inside) = name.strip_prefix('<') else { return first_of(name) };
    let path = inside.trim_start_matches(['<', '&', '*', '(', '[']);
    let path = ["mut ", "const ", "dyn "].iter().fold(path, |path, word| path.strip_prefix(word).unwrap_or(path));
    match first_of(path) {
        Some(name) if !["alloc", "core", "std"].contains(&name) => Some(name),
        own => inside.split_once(" as ").and_then(|(_, of_trait)| first_of(of_trait)).or(own),
    }
}

fn first_of(path: &str) -> Option<&str> {
    let (first, _) = path.split_once("::")?;
    let is_name = first.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // The newer way to write names says which of several versions of a crate is meant: `shop[5f1c]`.
    let plain = first.split_once('[').map_or(first, |(plain, _)| plain);
    (is_name || plain.len() < first.len()).then_some(plain).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "/home/user/shop/src/orders.rs";

    #[test]
    fn what_is_downloaded_is_not_the_services_own() {
        for file in [
            "nptl/pthread_create.c",
            "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/future/future.rs",
            "/usr/lib/rustlib/src/rust/library/std/src/thread/mod.rs",
            "library/core/src/ops/function.rs",
            "/home/user/.cargo/registry/src/example-1949cf8c6b5b557f/sqlx-core-0.9.0/src/query.rs",
            "C:\\Users\\user\\.cargo\\registry\\src\\example-1949\\sqlx-core-0.9.0\\src\\query.rs",
            "/home/user/.cargo/git/checkouts/sqlx-5b2f/1a2b3c/sqlx-core/src/query.rs",
            "/home/user/shop/vendor/anything/src/lib.rs",
            "/usr/src/shop/vendor/anything/src/a/b.rs",
            "/home/user/shop/vendor/anything/lib.rs",
            "/build/cargo-vendor-dir/anything-0.9.0/src/query.rs",
            "anything-0.9.0/src/query.rs",
        ] {
            assert_eq!(Whose::of(Some("anything::query"), Some(file)), Whose::Others, "{file}");
        }
        for file in [
            USERS,
            "src/orders.rs",
            "crates/shop/src/vendor/orders.rs",
            "/usr/src/app/src/vendor/orders.rs",
            "/build/shop-1.2.0/src/orders.rs",
            "C:\\work\\shop\\src\\orders.rs",
            "/work/rustc-tools/src/main.rs",
            "shop-x86/src/orders.rs",
        ] {
            assert_eq!(Whose::of(Some("shop::orders::list"), Some(file)), Whose::Users, "{file}");
        }
    }

    #[test]
    fn where_files_do_not_tell_the_crate_does() {
        for name in [
            "tachograph_sqlx::pool::Pool<DB>::steps",
            "tachograph::init",
            "<tachograph_sqlx::pool::Pool<DB> as sqlx_core::executor::Executor>::fetch_many",
            "<&mut tachograph_sqlx[5f1c]::connection::Connection as sqlx_core::executor::Executor>::fetch_many",
            "<T as tachograph_reqwest::SendMeasured>::send_measured::{{closure}}",
            "<core::option::Option<T> as tachograph_core::Any>::any",
            "sqlx_core::query::Query<DB,A>::fetch_all::{{closure}}",
            "aws_sdk_dynamodb::operation::get_item::GetItem::orchestrate",
        ] {
            assert_eq!(Whose::of(Some(name), Some("/work/anywhere/src/x.rs")), Whose::Others, "{name}");
        }
        for name in [
            "tachograph_experiments::store::list::{{closure}}",
            "demo_axum::main::{{closure}}",
            "axum_shop::orders::list",
            "<shop::User as axum_core::extract::FromRequestParts<S>>::from_request_parts::{{closure}}",
            "<T as shop::Repository>::orders",
            "{{closure}}",
            "poll",
        ] {
            assert_eq!(Whose::of(Some(name), Some(USERS)), Whose::Users, "{name}");
        }
        assert_eq!(Whose::of(None, Some(USERS)), Whose::Users);
        assert_eq!(Whose::of(Some("shop::orders::list"), None), Whose::Others, "there is nothing to show");
    }

    #[test]
    fn a_poll_ends_where_it_begins() {
        for name in ["main", "shop::main", "demo_axum[17]::main"] {
            assert_eq!(Whose::of(Some(name), None), Whose::Outside, "{name}");
            assert_eq!(Whose::of(Some(name), Some(USERS)), Whose::Outside, "{name}");
        }
        let polls = file!().replace(file!().split("src").last().unwrap(), "/open_request.rs");
        assert_eq!(Whose::of(Some("call<R>"), Some(&polls)), Whose::Outside);
        assert_eq!(Whose::of(Some("{closure#0}"), Some(file!())), Whose::Others);
        assert_eq!(Whose::of(Some("new"), Some("/home/user/shop/src/open_request.rs")), Whose::Users);
        assert_eq!(Whose::of(Some("shop::tools::main"), Some(USERS)), Whose::Users);
        assert_eq!(Whose::of(Some("shop::main::{{closure}}"), Some(USERS)), Whose::Users);
    }

    #[test]
    fn the_names_are_in_order() {
        assert!(WELL_KNOWN.is_sorted() && OURS.is_sorted());
    }
}

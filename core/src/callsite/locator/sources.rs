//! Where our own sources lay when they were compiled.

use std::sync::LazyLock;

/// Told from the name that the compiler has for this file: with the folder of a machine before it, or without, where all of
/// ours was compiled as a part of the service's own workspace.
pub(super) struct Sources {
    core: String,
    /// Where the sources are not in a registry.
    adapters: Option<String>,
}

impl Sources {
    pub(super) fn ours() -> &'static Self {
        static OURS: LazyLock<Sources> = LazyLock::new(|| Sources::of(file!()));
        &OURS
    }

    fn of(this: &str) -> Self {
        let this = this.replace('\\', "/");
        let core = this.strip_suffix("callsite/locator/sources.rs").unwrap_or(&this);
        let adapters = core.strip_suffix("core/src/").map(|root| format!("{root}adapters/"));
        Sources { core: core.to_owned(), adapters }
    }

    /// Whether the file is of a library of ours, which examples, tests and benchmarks are not.
    pub(super) fn have(&self, file: &str) -> bool {
        let of_adapters = || below(file, self.adapters.as_deref()?)?.split('/').nth(1);
        below(file, &self.core).is_some() || of_adapters() == Some("src")
    }

    /// Whether every request and task is polled by what is written there.
    pub(super) fn poll_in(&self, file: &str) -> bool {
        below(file, &self.core) == Some("open_request.rs")
    }
}

fn below<'f>(file: &'f str, folder: &str) -> Option<&'f str> {
    let is_whole = folder.starts_with('/') || folder.contains(':');
    let inside = || file.split_once(&format!("/{folder}")).map(|(_, rest)| rest).filter(|_| !is_whole);
    file.strip_prefix(folder).or_else(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_are_told_from_the_services_wherever_they_lie() {
        for (this, root) in [
            ("core/src/callsite/locator/sources.rs", "/home/user/tachograph"),
            ("libraries/tachograph/core/src/callsite/locator/sources.rs", "/home/user/shop/libraries/tachograph"),
            ("/home/user/tachograph/core/src/callsite/locator/sources.rs", "/home/user/tachograph"),
            ("C:\\tachograph\\core\\src\\callsite\\locator\\sources.rs", "C:/tachograph"),
        ] {
            let sources = Sources::of(this);
            for ours in ["core/src/recording.rs", "core/src/findings/mod.rs", "adapters/sqlx/src/query.rs"] {
                assert!(sources.have(&format!("{root}/{ours}")), "{ours} with {this}");
            }
            for others in
                ["core/tests/recording.rs", "adapters/sqlx/tests/sqlite/main.rs", "examples/demo-axum/src/main.rs"]
            {
                assert!(!sources.have(&format!("{root}/{others}")), "{others} with {this}");
            }
            assert!(sources.poll_in(&format!("{root}/core/src/open_request.rs")));
            assert!(!sources.poll_in(&format!("{root}/core/src/open_call.rs")));
            assert!(!sources.have("/home/user/shop/hardcore/src/orders.rs"));
        }
        let registry = Sources::of("/r/registry/src/index/tachograph-core-0.1.0/src/callsite/locator/sources.rs");
        assert!(registry.poll_in("/r/registry/src/index/tachograph-core-0.1.0/src/open_request.rs"));
        assert!(!registry.have("/home/user/shop/core/src/open_request.rs"));
        assert!(!registry.have("/home/user/shop/adapters/shop/src/orders.rs"));
    }

    #[test]
    fn this_file_is_ours() {
        assert!(Sources::ours().have(&file!().replace('\\', "/")));
    }
}

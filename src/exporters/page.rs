//! `[exporters.page]`.

use super::SetUp;
use crate::config::PageConfig;
use crate::error::Error;

impl SetUp<'_> {
    #[cfg(feature = "page")]
    pub(super) fn add_page(&mut self, config: &PageConfig) -> Result<(), Error> {
        use tachograph_page::{Page, Settings};

        let mut settings = Settings::default();
        settings.path.clone_from(&config.path);
        settings.memory_bytes = config.memory_bytes;
        settings.token.clone_from(&config.token);
        settings.file = config.file.as_ref().map(Into::into);
        let page = Page::new(self.service, settings).map_err(|error| {
            let key = ["exporters.page", error.setting()].join(if error.setting().is_empty() { "" } else { "." });
            Error::with_source(format!("{key} does not fit: {error}"), error)
        })?;
        let path = &config.path;
        let described = match config.token {
            Some(_) => format!("page at {path} (for other machines by a token)"),
            None => format!("page at {path}"),
        };
        self.exporter(page.clone(), described);
        self.served.add("exporters.page.path", page);
        Ok(())
    }

    #[cfg(not(feature = "page"))]
    pub(super) fn add_page(&mut self, _: &PageConfig) -> Result<(), Error> {
        Err(super::not_compiled_in("page"))
    }
}

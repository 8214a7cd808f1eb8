//! How the page is served, and how much it remembers.

use std::fmt;
use std::path::PathBuf;

use crate::error::Error;

/// The least that is of any use.
const LEAST_MEMORY: usize = 1024 * 1024;

/// What is shorter can be guessed.
const LEAST_TOKEN: usize = 16;

/// How the page is served, and how much it remembers.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Where it is: everything else that it needs is below. Default `/tachograph`.
    pub path: String,
    /// How much of the process' memory it uses for what it remembers, in bytes: at least 1 MiB. Default 16 MiB.
    pub memory_bytes: usize,
    /// Who has it may see the page from anywhere: at least 16 characters. Without one it is shown to this machine alone.
    /// Default: none.
    pub token: Option<String>,
    /// Where it keeps its numbers while the service is not running, so that versions can be compared. Single requests are
    /// not kept there. Default: nowhere.
    pub file: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { path: "/tachograph".to_owned(), memory_bytes: 16 * 1024 * 1024, token: None, file: None }
    }
}

impl Settings {
    pub(crate) fn verify(&self) -> Result<(), Error> {
        let path = &self.path;
        if !path.starts_with('/') || path.len() < 2 || path.ends_with('/') || path.contains(['{', '}']) {
            return Err(Error::about(
                "path",
                format!(
                    "the page cannot be at `{path}`: write a path that begins with a slash and does not end with one (\"/tachograph\")"
                ),
            ));
        }
        if let Some(file) = &self.file {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            if file.file_name().is_none() || folder.is_some_and(|folder| !folder.is_dir()) {
                let file = file.display();
                return Err(Error::about(
                    "file",
                    format!("the page cannot keep its numbers in `{file}`: name a file in a folder that there is"),
                ));
            }
        }
        if self.memory_bytes < LEAST_MEMORY {
            let bytes = self.memory_bytes;
            return Err(Error::about(
                "memory_bytes",
                format!("memory_bytes of the page is {bytes}: it needs at least {LEAST_MEMORY}, which is 1 MiB"),
            ));
        }
        let Some(token) = &self.token else { return Ok(()) };
        if token.len() < LEAST_TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::about(
                "token",
                format!(
                    "the token of the page cannot be used: write {LEAST_TOKEN} characters or more of ASCII, without \
                     spaces (`openssl rand -hex 16` makes one), or leave it out and see the page on this machine alone"
                ),
            ));
        }
        Ok(())
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("path", &self.path)
            .field("memory_bytes", &self.memory_bytes)
            .field("token", &self.token.as_ref().map(|_| "..."))
            .field("file", &self.file)
            .finish()
    }
}

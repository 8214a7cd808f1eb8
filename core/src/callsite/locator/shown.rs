//! How the file of a place is called: not by the folders of the machine that it was compiled on.

use std::path::Path;

/// The file as the compiler's own `file!()` has it, from the folder of `Cargo.lock` on, where the sources are still there to
/// tell. Elsewhere from the folder of its crate on: `shop/src/orders.rs`.
pub(super) fn shown(file: &str) -> &str {
    let path = Path::new(file);
    if path.is_relative() {
        return file.strip_prefix("./").unwrap_or(file);
    }
    let workspace = path.ancestors().skip(1).find(|folder| folder.join("Cargo.lock").is_file());
    let below = workspace.and_then(|workspace| path.strip_prefix(workspace).ok()).and_then(Path::to_str);
    below.unwrap_or_else(|| from_crate(file))
}

fn from_crate(file: &str) -> &str {
    let is_separator = |letter: char| letter == '/' || letter == '\\';
    let folders: Vec<&str> = file.split(is_separator).collect();
    let sources = folders.iter().rposition(|folder| ["src", "tests", "examples", "benches"].contains(folder));
    // Without any of these the nearest folder is as good.
    let first = sources.unwrap_or(folders.len() - 1).saturating_sub(1);
    let before: usize = folders[..first].iter().map(|folder| folder.len() + 1).sum();
    file[before..].trim_start_matches(is_separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_here_is_called_what_the_compiler_calls_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (root, own) =
            folder.ancestors().find_map(|root| Some((root, root.join(file!()).canonicalize().ok()?))).unwrap();
        if root.join("Cargo.lock").is_file() {
            assert_eq!(shown(own.to_str().unwrap()), file!());
        }
    }

    #[test]
    fn a_file_that_is_not_here_begins_with_its_crate() {
        for (file, expected) in [
            ("/nowhere/shop/src/store/orders.rs", "shop/src/store/orders.rs"),
            ("/nowhere/src/app/crates/api/src/main.rs", "api/src/main.rs"),
            ("/nowhere/shop/tests/orders.rs", "shop/tests/orders.rs"),
            ("/src/main.rs", "src/main.rs"),
            ("/main.rs", "main.rs"),
            ("/nowhere/generated/orders.rs", "generated/orders.rs"),
            ("src/orders.rs", "src/orders.rs"),
            ("./src/orders.rs", "src/orders.rs"),
        ] {
            assert_eq!(shown(file), expected);
        }
        assert_eq!(from_crate("C:\\work\\shop\\src\\orders.rs"), "shop\\src\\orders.rs");
    }
}

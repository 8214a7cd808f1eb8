//! What the documents say of versions and files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).expect(path)
}

/// The tables' rows that name a crate, with the version beside it.
fn stated() -> BTreeMap<String, String> {
    let rows = read("docs/clients.md");
    let cells = rows.lines().map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    cells
        .filter(|cells| cells.len() > 4 && cells[2].starts_with('`'))
        .map(|cells| (cells[2].trim_matches('`').to_owned(), cells[3].to_owned()))
        .collect()
}

/// As far as versions are compatible: `4` of 4.18, `0.8` of 0.8.9.
fn series(version: &str) -> String {
    let mut parts = version.split('.');
    let (major, minor) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if major == "0" { format!("0.{minor}") } else { major.to_owned() }
}

#[test]
fn versions_are_those_that_are_built_with() {
    let manifest: toml::Table = toml::from_str(&read("Cargo.toml")).unwrap();
    let dependencies = &manifest["workspace"]["dependencies"];
    let stated = stated();
    assert!(stated.len() >= 15, "the tables were found: {stated:?}");
    for (name, version) in &stated {
        let dependency = dependencies.get(name).unwrap_or_else(|| panic!("{name} is no dependency"));
        let built = dependency.as_str().or_else(|| dependency.get("version")?.as_str()).unwrap();
        assert_eq!(*version, series(built), "{name}");
    }
}

#[test]
fn every_adapter_and_recipe_is_named() {
    let text = read("docs/clients.md");
    let adapters = fs::read_dir(Path::new(ROOT).join("adapters")).unwrap();
    let recipes = fs::read_dir(Path::new(ROOT).join("examples/recipes/src")).unwrap();
    for entry in adapters.chain(recipes) {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name == "lib.rs" || (!name.ends_with(".rs") && text.contains(&format!("src/{name}.rs"))) {
            continue;
        }
        assert!(text.contains(&format!("/{name})")), "{name} is not in docs/clients.md");
    }
}

#[test]
fn links_lead_to_files() {
    let root = Path::new(ROOT);
    let documents = fs::read_dir(root.join("docs")).unwrap().map(|document| document.unwrap().path());
    for document in documents.filter(|document| document.is_file()).chain([root.join("README.md")]) {
        let text = fs::read_to_string(&document).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            assert!(document.parent().unwrap().join(file).exists(), "{} links to {link}", document.display());
        }
    }
}

/// What a document shows of `tachograph.toml` can be used as it stands.
#[test]
#[cfg(all(
    feature = "admin",
    feature = "cloudwatch-logs",
    feature = "emf",
    feature = "otlp-aws",
    feature = "page",
    feature = "xray"
))]
fn configurations_that_are_shown_are_taken() {
    let mut shown = 0;
    for document in
        ["README.md", "docs/aws.md", "docs/cli.md", "docs/dashboards.md", "docs/findings.md", "docs/page.md"]
    {
        let text = read(document);
        for block in text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            // A port that is taken is no fault of the document, nor is a group of logs that nobody wants to write to.
            let block = block.replace("listen = \"127.0.0.1:9464\"", "listen = \"127.0.0.1:0\"");
            let config = tachograph::Config::from_toml(&block).unwrap_or_else(|error| panic!("{document}: {error}"));
            let builder = tachograph::Tachograph::builder().shutdown_deadline(std::time::Duration::ZERO).config(config);
            drop(builder.build().unwrap_or_else(|error| panic!("{document}: {error}\n{block}")));
            shown += 1;
        }
    }
    assert!(shown >= 5, "the blocks were found: {shown}");
}

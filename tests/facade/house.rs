//! The direction of dependencies: adapters and exporters know core, the facade knows all, and nothing knows the facade.

use std::collections::{HashMap, HashSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

#[test]
fn dependencies_point_one_way() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo knows the workspace");
    let root = metadata.workspace_root.clone();
    // The folder of each of our packages, as the house names it; the facade's is empty.
    let rooms: HashMap<String, String> = metadata
        .packages
        .iter()
        .map(|package| {
            let folder = package.manifest_path.parent().and_then(|folder| folder.strip_prefix(&root).ok());
            (package.name.to_string(), folder.map(ToString::to_string).unwrap_or_default())
        })
        .collect();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let from = &rooms[&package.name.to_string()];
        for dependency in package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal) {
            let Some(to) = rooms.get(&dependency.name) else { continue };
            if !may_know(from, to) {
                wrong.push(format!("{} must not depend on {}", package.name, dependency.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let folders: HashSet<&str> = rooms.values().map(String::as_str).collect();
    assert!(folders.contains("core") && folders.contains("adapters/axum"), "the rooms were found: {folders:?}");
}

const SHARED: [&str; 4] = ["exporters/delivery", "exporters/json", "exporters/metrics", "exporters/summary"];

fn may_know(from: &str, to: &str) -> bool {
    let floor = from.split('/').next().unwrap_or_default();
    match floor {
        "" => true,
        "core" => false,
        // axum builds on tower; every other adapter stands alone on core.
        "adapters" => to == "core" || (from == "adapters/axum" && to == "adapters/tower"),
        // Delivery, the lines, the numbers and what many requests come to are what the other exporters share; lines are
        // delivered, and show numbers.
        "exporters" => {
            to == "core"
                || (SHARED.contains(&to) && !SHARED.contains(&from))
                || (from == "exporters/json" && SHARED.contains(&to))
        }
        // Examples use the facade and each other; benches may measure anything.
        "examples" => to.is_empty() || to.starts_with("examples/"),
        _ => true,
    }
}

#[test]
fn core_knows_no_framework_and_no_runtime() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo knows the workspace");
    let core =
        metadata.packages.iter().find(|package| package.name.as_str() == "tachograph-core").expect("core is there");
    let known: Vec<(&str, bool)> = core
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .map(|dependency| (dependency.name.as_str(), dependency.optional))
        .collect();
    // Adapters whose clients do not say where they are called bring what reads the stack.
    assert_eq!(known, [("backtrace", true), ("pin-project-lite", false), ("serde_json", false)]);
}

//! What a project has for its tests, and what it needs to use millpond in them.

use std::path::Path;

use self::node::{depends, is_workspace};

pub mod files;
mod model;
mod node;
pub mod place;
mod python;
mod quote;
mod read;
mod texts;

pub use model::{Framework, Project, TestSdk, Unknown};

/// Looks at a folder; `wanted` is what somebody says that it is.
pub fn find(folder: &Path, wanted: Option<Framework>) -> Result<Project, Unknown> {
    let node = node::manifest(folder)?;
    let python = python::manifests(folder)?;
    let has_node = |name: &str| node.as_ref().is_some_and(|manifest| depends(manifest, name));
    let has_python = |name: &str| python.iter().any(|manifest| manifest.names(name));
    let of_node: Vec<_> = [Framework::Vitest, Framework::Jest, Framework::Playwright]
        .into_iter()
        .filter(|framework| framework.package().is_some_and(has_node))
        .collect();
    let has_pytest = folder.join("pytest.ini").is_file() || has_python("pytest");
    let framework = match (wanted, of_node.first(), has_pytest) {
        (Some(wanted), ..) => wanted,
        (None, Some(first), true) => return Err(Unknown::Both(*first)),
        (None, Some(first), false) => *first,
        (None, None, true) => Framework::Pytest,
        (None, None, false) if node.is_some() => Framework::NodeTest,
        (None, None, false) => return Err(Unknown::Nothing),
    };
    let sdk = match framework {
        Framework::Pytest => has_python("getstream").then_some(TestSdk::Python),
        _ if has_node("@stream-io/node-sdk") => Some(TestSdk::Node),
        _ => ["@stream-io/feeds-client", "@stream-io/feeds-react-sdk"]
            .into_iter()
            .find(|name| has_node(name))
            .map(TestSdk::Client),
    };
    let has_millpond = match framework {
        Framework::Pytest => has_python("millpond"),
        _ => has_node("millpond"),
    };
    Ok(Project {
        folder: folder.to_owned(),
        framework,
        also: of_node.into_iter().filter(|other| *other != framework).collect(),
        sdk,
        has_millpond,
        is_workspace: is_workspace(folder, node.as_ref()),
        node,
        python,
    })
}

#[cfg(test)]
mod tests;

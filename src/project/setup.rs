//! What a project has for its tests, and what it needs to use millpond in them.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::Value;

use self::node::{depends, is_workspace};

pub mod files;
mod node;
pub mod place;
mod python;
mod quote;
mod read;
mod texts;

/// What runs the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Framework {
    Vitest,
    Jest,
    Playwright,
    Pytest,
    NodeTest,
}

impl Framework {
    /// As `--framework` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vitest => "vitest",
            Self::Jest => "jest",
            Self::Playwright => "playwright",
            Self::Pytest => "pytest",
            Self::NodeTest => "node-test",
        }
    }

    /// The package that a project of Node's has it from.
    fn package(self) -> Option<&'static str> {
        match self {
            Self::Vitest => Some("vitest"),
            Self::Jest => Some("jest"),
            Self::Playwright => Some("@playwright/test"),
            Self::Pytest | Self::NodeTest => None,
        }
    }
}

/// The SDK that the first test calls with, since the project has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestSdk {
    Node,
    Client(&'static str),
    Python,
}

/// What was found in a folder.
#[derive(Debug)]
pub struct Project {
    pub folder: PathBuf,
    pub framework: Framework,
    /// Others that were found.
    pub also: Vec<Framework>,
    pub sdk: Option<TestSdk>,
    /// Whether its manifest names millpond.
    pub has_millpond: bool,
    /// Whether it is made of several packages, of which this folder alone was looked at.
    pub is_workspace: bool,
    /// Its package.json, where it has one.
    node: Option<Value>,
    /// The files that say what it requires of Python.
    python: Vec<python::Manifest>,
}

/// Why nothing can be set up.
#[derive(Debug, PartialEq, Eq)]
pub enum Unknown {
    /// A file that says it is not what it should be.
    Unreadable(String),
    /// Nothing says it.
    Nothing,
    /// Two say different things.
    Both(Framework),
}

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

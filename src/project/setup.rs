//! What a project has for its tests, and what it needs to use millpond in them.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::Value;

pub mod files;
pub mod place;
mod texts;

/// The largest manifest that is read.
const MANIFEST_MAX_BYTES: u64 = 1024 * 1024;
/// How many files of a folder are looked at for those that name its requirements.
const ENTRIES_MAX: usize = 10_000;

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
    let node = package_json(folder)?;
    let python = requirements(folder);
    let has_node = |name: &str| node.as_ref().is_some_and(|manifest| depends(manifest, name));
    let has_python = |test: fn(&str) -> bool| python.iter().any(|text| words(text).any(test));
    let of_node: Vec<_> = [Framework::Vitest, Framework::Jest, Framework::Playwright]
        .into_iter()
        .filter(|framework| framework.package().is_some_and(has_node))
        .collect();
    let has_pytest = folder.join("pytest.ini").is_file() || has_python(|word| word.starts_with("pytest"));
    let framework = match (wanted, of_node.first(), has_pytest) {
        (Some(wanted), ..) => wanted,
        (None, Some(first), true) => return Err(Unknown::Both(*first)),
        (None, Some(first), false) => *first,
        (None, None, true) => Framework::Pytest,
        (None, None, false) if node.is_some() => Framework::NodeTest,
        (None, None, false) => return Err(Unknown::Nothing),
    };
    let sdk = match framework {
        Framework::Pytest => has_python(|word| word == "getstream").then_some(TestSdk::Python),
        _ if has_node("@stream-io/node-sdk") => Some(TestSdk::Node),
        _ => ["@stream-io/feeds-client", "@stream-io/feeds-react-sdk"]
            .into_iter()
            .find(|name| has_node(name))
            .map(TestSdk::Client),
    };
    let has_millpond = match framework {
        Framework::Pytest => has_python(|word| word == "millpond"),
        _ => has_node("millpond"),
    };
    let workspaces = node.as_ref().is_some_and(|manifest| manifest.get("workspaces").is_some());
    Ok(Project {
        folder: folder.to_owned(),
        framework,
        also: of_node.into_iter().filter(|other| *other != framework).collect(),
        sdk,
        has_millpond,
        is_workspace: workspaces
            || ["pnpm-workspace.yaml", "lerna.json"].iter().any(|name| folder.join(name).is_file()),
    })
}

fn package_json(folder: &Path) -> Result<Option<Value>, Unknown> {
    let Some(text) = text_of(&folder.join("package.json")) else { return Ok(None) };
    let manifest = serde_json::from_str(text.trim_start_matches('\u{feff}'));
    manifest.map(Some).map_err(|cause| Unknown::Unreadable(format!("package.json is not JSON: {cause}")))
}

fn depends(manifest: &Value, name: &str) -> bool {
    ["dependencies", "devDependencies"].iter().any(|list| !manifest[*list][name].is_null())
}

/// The files that say what a Python project requires.
fn requirements(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().take(ENTRIES_MAX).filter_map(Result::ok);
    let requires = |name: &str| {
        matches!(name, "pyproject.toml" | "setup.cfg")
            || name.strip_suffix(".txt").is_some_and(|name| name.starts_with("requirements"))
    };
    let named = entries.filter(|entry| entry.file_name().to_str().is_some_and(requires));
    named.filter_map(|entry| text_of(&entry.path())).collect()
}

/// What a file of requirements names, outside of its comments.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_'))
}

/// A text file of no more than so many bytes; nothing where there is none.
fn text_of(path: &Path) -> Option<String> {
    if !path.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MANIFEST_MAX_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests;

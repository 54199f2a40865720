//! A project as far as its set-up goes by it.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::Value;

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
    pub fn package(self) -> Option<&'static str> {
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
    pub(super) node: Option<Value>,
    /// The files that say what it requires of Python.
    pub(super) python: Vec<Manifest>,
}

/// A file that says what a project requires of Python.
#[derive(Debug)]
pub struct Manifest {
    pub name: String,
    pub text: String,
}

/// A step of a workflow.
pub enum CiStep {
    /// An action, and what it is given.
    Uses(&'static str),
    /// A command.
    Run(String),
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

//! A project of Python's: what it requires, and how that is installed.

use std::path::Path;

use super::model::{CiStep, Manifest, Project, TestSdk, Unknown};
use super::{quote, read};
use crate::project::source::{self, Language, Source, find};
use crate::project::within_repository;

/// The files of a folder that say what it requires.
pub fn manifests(folder: &Path) -> Result<Vec<Manifest>, Unknown> {
    let mut manifests = Vec::new();
    for path in read::entries(folder)? {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let requires = matches!(name, "pyproject.toml" | "setup.cfg")
            || name.strip_suffix(".txt").is_some_and(|name| name.contains("requirements"));
        if let Some(text) = if requires { read::text(&path)? } else { None } {
            manifests.push(Manifest { name: name.to_owned(), text });
        }
    }
    Ok(manifests)
}

impl Manifest {
    /// Whether it names a package, outside of its comments; pytest's plugins bring pytest.
    pub fn names(&self, package: &str) -> bool {
        let lines = self.text.lines().map(|line| line.split('#').next().unwrap_or_default());
        let mut words = lines.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_'));
        words.any(|word| word == package || package == "pytest" && word.starts_with(package))
    }

    /// Whether it is what `pip install -r` takes.
    fn is_list(&self) -> bool {
        Path::new(&self.name).extension().is_some_and(|end| end == "txt")
    }

    /// TOML has the comments and the strings of Python.
    fn toml(&self) -> Option<Source> {
        (self.name == "pyproject.toml").then(|| source::read(Language::Python, self.text.as_bytes()))
    }

    /// Whether there is such a table, or one below it.
    fn has_table(&self, table: &str) -> bool {
        let has = |toml: &Source, end| find(&toml.code, format!("[{table}{end}").as_bytes(), 0).is_some();
        self.toml().is_some_and(|toml| has(&toml, ']') || has(&toml, '.'))
    }

    /// A requirement as it stands in a list of them, in whichever table: `getstream>=2,<3`.
    fn requirement(&self, package: &str) -> Option<String> {
        let toml = self.toml()?;
        for quote in ['"', '\''] {
            let mut from = 0;
            while let Some(at) = find(&toml.said, format!("{quote}{package}").as_bytes(), from) {
                let begin = at + 1;
                from = begin + package.len();
                let ends = |byte: &u8| *byte == quote as u8 || *byte == b'\n';
                let rest = &toml.said[begin..];
                let text = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
                // `pytest-xdist` is another package, and `pytest -q` a command.
                if text[package.len()..].trim_ascii_start().first().is_none_or(|next| b"[(<>=!~;@".contains(next)) {
                    return Some(String::from_utf8_lossy(text).trim().to_owned());
                }
            }
        }
        None
    }
}

/// What keeps a project's packages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manager {
    Pip,
    Uv,
    Poetry,
}

fn manager(project: &Project) -> Manager {
    let folder = &project.folder;
    let has_table = |table: &str| project.python.iter().any(|manifest| manifest.has_table(table));
    let has_project = project.python.iter().any(|manifest| manifest.name == "pyproject.toml");
    // A workspace of uv's has its lock file at its root.
    if has_project && (within_repository(folder).any(|above| above.join("uv.lock").is_file()) || has_table("tool.uv")) {
        Manager::Uv
    } else if has_project && (folder.join("poetry.lock").is_file() || has_table("tool.poetry")) {
        Manager::Poetry
    } else {
        Manager::Pip
    }
}

/// What runs the project's Python.
pub fn run(project: &Project) -> &'static str {
    match manager(project) {
        Manager::Pip => "python",
        Manager::Uv => "uv run python",
        Manager::Poetry => "poetry run python",
    }
}

/// What the first test imports.
fn imports(project: &Project) -> Vec<&'static str> {
    let sdk = (project.sdk == Some(TestSdk::Python)).then_some("getstream");
    ["pytest", "millpond"].into_iter().chain(sdk).collect()
}

/// Those that no such file names, as words of a command; what another file says of one is kept.
fn missing(project: &Project, names_it: impl Fn(&Manifest, &str) -> bool) -> String {
    let missing = imports(project).into_iter().filter(|package| !project.python.iter().any(|it| names_it(it, package)));
    let required = |package: &str| project.python.iter().find_map(|manifest| manifest.requirement(package));
    let words: Vec<_> =
        missing.map(|package| quote::shell(&required(package).unwrap_or_else(|| package.to_owned()))).collect();
    words.join(" ")
}

/// The command that adds what is missing to the project.
pub fn add(project: &Project) -> String {
    let missing = missing(project, Manifest::names);
    match manager(project) {
        Manager::Pip => format!("pip install {missing}"),
        Manager::Uv => format!("uv add --dev {missing}"),
        Manager::Poetry => format!("poetry add --group dev {missing}"),
    }
}

/// The steps of a workflow that install what the first test imports.
pub fn setup(project: &Project) -> Vec<CiStep> {
    let mut steps = vec![CiStep::Uses("actions/setup-python@v5\n  with:\n    python-version: '3.12'")];
    let mut run = |command: String| steps.push(CiStep::Run(command));
    match manager(project) {
        // In groups and extras of any name.
        Manager::Uv => {
            run("pip install uv".to_owned());
            run("uv sync --all-extras --all-groups".to_owned());
        }
        Manager::Poetry => {
            run("pip install poetry".to_owned());
            run("poetry install --all-extras --all-groups".to_owned());
        }
        Manager::Pip => {
            let imports = imports(project);
            let is_installed = |it: &Manifest| {
                it.name == "requirements.txt" || it.is_list() && imports.iter().any(|name| it.names(name))
            };
            for list in project.python.iter().filter(|it| is_installed(it)) {
                run(format!("pip install -r {}", quote::shell_path(&list.name)));
            }
            if project.python.iter().any(|manifest| manifest.has_table("build-system")) {
                run("pip install .".to_owned());
            }
            let missing = missing(project, |manifest, package| manifest.is_list() && manifest.names(package));
            if !missing.is_empty() {
                run(format!("pip install {missing}"));
            }
        }
    }
    steps
}

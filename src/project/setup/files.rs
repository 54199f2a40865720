//! Which files a project needs, and what is left for people to do.

use std::fs;
use std::path::{Path, PathBuf};

use super::place::{There, Wanted, look};
use super::{Framework, Project, text_of, texts};

/// The fixture's name.
const FIXTURE: &str = "millpond.yaml";
const WORKFLOWS: &str = ".github/workflows";
/// Where millpond keeps its state.
const STATE: &str = ".millpond/";

/// A file, what is wanted of it, and what is there.
#[derive(Debug)]
pub struct Step {
    pub path: PathBuf,
    pub wanted: Wanted,
    pub there: There,
}

/// All of it.
#[derive(Debug)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// Commands, in their order.
    pub next: Vec<String>,
    /// What a workflow needs that is there already.
    pub ci: Option<String>,
}

/// What a project needs.
pub fn plan(project: &Project) -> Plan {
    let test = test_path(project);
    let up = "../".repeat(test.components().count() - 1);
    let command = run_command(project, &test);
    let (ci, workflow) = workflow(project, &command);
    let wanted = [
        Some((PathBuf::from(FIXTURE), Wanted::File(texts::FIXTURE.to_owned()))),
        Some((test, Wanted::File(texts::test(project.framework, project.sdk, &up)))),
        Some((PathBuf::from(".gitignore"), Wanted::Line(STATE.to_owned()))),
        workflow.map(|text| (Path::new(WORKFLOWS).join("millpond.yml"), Wanted::File(text))),
    ];
    let steps = wanted.into_iter().flatten().map(|(path, wanted)| {
        let there = look(&project.folder, &path, &wanted);
        Step { path, wanted, there }
    });
    let next = [install(project), Some(command), Some("millpond doctor --project .".to_owned())];
    Plan { steps: steps.collect(), next: next.into_iter().flatten().collect(), ci }
}

/// Beside the tests that are there.
fn test_path(project: &Project) -> PathBuf {
    let (file, folders): (&str, &[&str]) = match project.framework {
        Framework::Vitest | Framework::NodeTest => ("millpond.test.mjs", &["tests", "test"]),
        Framework::Jest => ("millpond.test.cjs", &["tests", "test", "__tests__"]),
        Framework::Playwright => ("millpond.spec.mjs", &["tests", "e2e", "test"]),
        Framework::Pytest => ("test_millpond.py", &["tests", "test"]),
    };
    let named = (project.framework == Framework::Playwright).then(|| test_dir(&project.folder)).flatten();
    let there = folders.iter().find(|name| project.folder.join(name).is_dir()).map(PathBuf::from);
    named.or(there).unwrap_or_else(|| "tests".into()).join(file)
}

/// The folder that Playwright's configuration names, where it does so plainly.
fn test_dir(folder: &Path) -> Option<PathBuf> {
    let configurations = ["ts", "js", "mjs", "mts", "cjs"].map(|end| folder.join(format!("playwright.config.{end}")));
    let text = configurations.iter().find_map(|path| text_of(path))?;
    let value = text.split_once("testDir:")?.1.trim_start();
    let quote = value.chars().next().filter(|quote| "'\"`".contains(*quote))?;
    let named = value[1..].split(quote).next()?.trim_start_matches("./").trim_end_matches('/');
    let is_below = Path::new(named).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    (is_below && !named.is_empty() && !named.contains('$')).then(|| named.into())
}

/// How the project's packages are installed and their commands run.
struct Manager {
    setup: &'static [&'static str],
    add: &'static str,
    run: &'static str,
}

fn manager(folder: &Path) -> Manager {
    if folder.join("pnpm-lock.yaml").is_file() {
        let setup = &["corepack enable", "pnpm install --frozen-lockfile"];
        Manager { setup, add: "pnpm add --save-dev", run: "pnpm exec" }
    } else if folder.join("yarn.lock").is_file() {
        Manager { setup: &["corepack enable", "yarn install"], add: "yarn add --dev", run: "yarn exec" }
    } else {
        let setup: &[_] = if folder.join("package-lock.json").is_file() { &["npm ci"] } else { &["npm install"] };
        Manager { setup, add: "npm install --save-dev", run: "npx" }
    }
}

fn run_command(project: &Project, test: &Path) -> String {
    let (test, run) = (test.display(), manager(&project.folder).run);
    match project.framework {
        Framework::Vitest => format!("{run} vitest run {test}"),
        Framework::Jest => format!("{run} jest {test}"),
        Framework::Playwright => format!("{run} playwright test {test}"),
        // An SDK's timers may outlive the tests.
        Framework::NodeTest => format!("node --test --test-force-exit {test}"),
        Framework::Pytest => format!("python -m pytest {test}"),
    }
}

fn install(project: &Project) -> Option<String> {
    let add = manager(&project.folder).add;
    match project.framework {
        _ if project.has_millpond => None,
        Framework::Pytest => Some("pip install pytest millpond".to_owned()),
        _ => Some(format!("{add} millpond")),
    }
}

/// The step that a workflow lacks, or a workflow of our own where there is none.
fn workflow(project: &Project, command: &str) -> (Option<String>, Option<String>) {
    let steps = ci_steps(project, command);
    let own = texts::workflow(&steps);
    let entries = fs::read_dir(project.folder.join(WORKFLOWS)).into_iter().flatten().take(super::ENTRIES_MAX);
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let is_workflow = |path: &PathBuf| path.extension().is_some_and(|end| end == "yml" || end == "yaml");
    let others: Vec<_> = paths.filter(is_workflow).filter(|path| !path.ends_with("millpond.yml")).collect();
    if others.iter().filter_map(|path| text_of(path)).any(|text| text.contains(command)) {
        return (None, None);
    }
    // Where a repository begins above, its workflows are not this folder's.
    let mut above = project.folder.ancestors().skip(1);
    let is_root = project.folder.join(".git").exists() || !above.any(|folder| folder.join(".git").exists());
    if is_root && others.is_empty() { (None, Some(own)) } else { (Some(steps), None) }
}

fn ci_steps(project: &Project, command: &str) -> String {
    let mut steps = Vec::new();
    if project.framework == Framework::Pytest {
        steps.push("- uses: actions/setup-python@v5\n  with:\n    python-version: '3.12'".to_owned());
        let has = |name: &str| project.folder.join(name).is_file();
        if has("requirements.txt") {
            steps.push("- run: pip install -r requirements.txt".to_owned());
        } else if text_of(&project.folder.join("pyproject.toml")).is_some_and(|text| text.contains("[build-system]")) {
            steps.push("- run: pip install .".to_owned());
        }
        steps.push("- run: pip install pytest millpond".to_owned());
    } else {
        steps.push("- uses: actions/setup-node@v4\n  with:\n    node-version: 22".to_owned());
        steps.extend(manager(&project.folder).setup.iter().map(|line| format!("- run: {line}")));
    }
    steps.push(format!("- run: {command}"));
    steps.join("\n")
}

//! Which files a project needs, and what is left for people to do.

use std::path::{Path, PathBuf};

use super::model::{CiStep, Framework, Project, Unknown};
use super::place::{There, Wanted, look};
use super::{node, python, quote, read, texts};
use crate::project::repository;

/// The fixture's name.
const FIXTURE: &str = "millpond.yaml";
const WORKFLOWS: &str = ".github/workflows";
/// The name of a workflow of our own.
const WORKFLOW: &str = "millpond.yml";
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
    /// What may keep the first test from being run.
    pub doubts: Vec<String>,
    /// Commands, in their order.
    pub next: Vec<String>,
    /// What a workflow needs that is there already.
    pub ci: Option<String>,
}

/// What a project needs.
pub fn plan(project: &Project) -> Result<Plan, Unknown> {
    let configuration = node::configuration(project)?;
    let test = test_path(project, configuration.as_ref());
    let doubts = node::doubts(project, configuration.as_ref(), &test);
    let up = "../".repeat(test.components().count() - 1);
    let tools = tools(project, &test)?;
    let (ci, workflow) = workflow(project, &tools.setup, &tools.run)?;
    let wanted = [
        Some((PathBuf::from(FIXTURE), Wanted::File(texts::FIXTURE.to_owned()))),
        Some((test, Wanted::File(texts::test(project.framework, project.sdk, &up)))),
        Some((PathBuf::from(".gitignore"), Wanted::Line(STATE.to_owned()))),
        workflow.map(|text| (Path::new(WORKFLOWS).join(WORKFLOW), Wanted::File(text))),
    ];
    let steps = wanted.into_iter().flatten().map(|(path, wanted)| {
        let there = look(&project.folder, &path, &wanted);
        Step { path, wanted, there }
    });
    let add = (!project.has_millpond).then_some(tools.add);
    let next = [add, Some(tools.run), Some("millpond doctor --project .".to_owned())];
    Ok(Plan { steps: steps.collect(), doubts, next: next.into_iter().flatten().collect(), ci })
}

/// Beside the tests that are there.
fn test_path(project: &Project, configuration: Option<&node::Configuration>) -> PathBuf {
    let (file, folders): (&str, &[&str]) = match project.framework {
        Framework::Vitest | Framework::NodeTest => ("millpond.test.mjs", &["tests", "test"]),
        Framework::Jest => (node::jest_file(project), &["tests", "test", "__tests__"]),
        Framework::Playwright => ("millpond.spec.mjs", &["tests", "e2e", "test"]),
        Framework::Pytest => ("test_millpond.py", &["tests", "test"]),
    };
    let named = configuration.filter(|_| project.framework == Framework::Playwright).and_then(node::test_dir);
    let there = folders.iter().find(|name| project.folder.join(name).is_dir()).map(PathBuf::from);
    named.or(there).unwrap_or_else(|| "tests".into()).join(file)
}

/// What the project is worked on with.
struct Tools {
    /// Steps of a workflow that install what the first test needs.
    setup: Vec<CiStep>,
    /// The command that adds what is missing.
    add: String,
    /// The command that runs the first test.
    run: String,
}

fn tools(project: &Project, test: &Path) -> Result<Tools, Unknown> {
    let test = test.to_string_lossy();
    let file = quote::shell_path(&test);
    if project.framework == Framework::Pytest {
        let run = format!("{} -m pytest {file}", python::run(project));
        return Ok(Tools { setup: python::setup(project), add: python::add(project), run });
    }
    let manager = node::manager(&project.folder)?;
    let run = match project.framework {
        // An SDK's timers may outlive the tests.
        Framework::NodeTest => format!("node --test --test-force-exit {file}"),
        Framework::Jest => format!("{} jest {file}", manager.run),
        // It takes a path for a pattern.
        Framework::Playwright => {
            format!("{} playwright test {}", manager.run, quote::shell_path(&quote::pattern(&test)))
        }
        Framework::Vitest | Framework::Pytest => format!("{} vitest run {file}", manager.run),
    };
    Ok(Tools { setup: manager.setup(), add: format!("{} millpond", manager.add), run })
}

/// The steps that the workflows lack, or a workflow of our own where there is none.
fn workflow(project: &Project, setup: &[CiStep], run: &str) -> Result<(Option<String>, Option<String>), Unknown> {
    let folder = &project.folder;
    // Those of a repository lie at its root, and run there.
    let root = repository(folder).unwrap_or(folder);
    let below = folder.strip_prefix(root).ok().filter(|below| below.components().count() > 0);
    let last = shown(&CiStep::Run(run.to_owned()), below);
    let names_below = |text: &str| below.is_none_or(|below| text.contains(&*below.to_string_lossy()));
    let mut others = 0;
    for path in read::entries(&root.join(WORKFLOWS))? {
        let is_workflow = path.extension().is_some_and(|end| end == "yml" || end == "yaml");
        let is_ours = below.is_none() && path.ends_with(WORKFLOW);
        if let Some(text) = if is_workflow && !is_ours { read::text(&path)? } else { None } {
            others += 1;
            if text.contains(run) && names_below(&text) {
                return Ok((None, None));
            }
        }
    }
    let steps: Vec<_> = setup.iter().map(|step| shown(step, below)).chain([last]).collect();
    let steps = steps.join("\n");
    Ok(if below.is_none() && others == 0 { (None, Some(texts::workflow(&steps))) } else { (Some(steps), None) })
}

/// A step as a workflow has it; `below` is the folder that commands are run in.
fn shown(step: &CiStep, below: Option<&Path>) -> String {
    match (step, below) {
        (CiStep::Uses(action), _) => format!("- uses: {action}"),
        (CiStep::Run(command), None) => format!("- run: {}", quote::workflow(command)),
        (CiStep::Run(command), Some(below)) => {
            let below = quote::workflow(&below.to_string_lossy());
            format!("- run: {}\n  working-directory: {below}", quote::workflow(command))
        }
    }
}

//! `init`: what a project needs to use millpond in its tests, shown first, then written.

use std::fmt::Write as _;
use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::print;
use super::print::{Paint, plain};
use crate::outcome::{DONE, FAILED, Failure, Outcome, failed, input};
use crate::project::setup::files::{Plan, Step, plan};
use crate::project::setup::place::{There, Wanted, write};
use crate::project::setup::{Framework, Project, Unknown, find};

/// The longest answer that is read.
const ANSWER_MAX_BYTES: u64 = 64;

/// Write what a project needs to use millpond in its tests
///
/// A fixture, a first test for the framework that the project has, a workflow, and a line of .gitignore. All is shown before
/// anything is written. What is there already stays as it is; exit code 1 when that is not what was to be written.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond init                                shows what it would write, and asks
  millpond init --yes                          without asking
  millpond init --dir packages/web --framework vitest --dry-run")]
pub struct Args {
    /// The project's folder; nothing outside of it is written
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// What runs the tests [default: what package.json or the Python requirements name]
    #[arg(long, value_enum)]
    framework: Option<Framework>,
    /// Write without asking
    #[arg(long)]
    yes: bool,
    /// Show what would be written, and write nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    let project = project(args)?;
    let plan = plan(&project).map_err(|why| unknown(&args.dir, &why))?;
    let wants = plan.steps.iter().any(|step| matches!(step.there, There::Nothing | There::Short(_)));
    let left = plan.steps.iter().any(|step| matches!(step.there, There::Other(_)));
    if !args.json {
        print::out(&shown(&project, &plan, Paint::stdout()))?;
    }
    let writes = wants && !args.dry_run && agreed(args)?;
    for step in plan.steps.iter().filter(|_| writes) {
        write(&project.folder, &step.path, &step.wanted, &step.there)
            .map_err(|cause| failed(format!("cannot write {}: {cause}", step.path.display())))?;
    }
    if args.json {
        print::json(&in_json(&project, &plan, writes))?;
    } else {
        print::out(&end(&args.dir, &plan, wants, writes, Paint::stdout()))?;
    }
    Ok(if left || wants && !writes && !args.dry_run { FAILED } else { DONE })
}

fn project(args: &Args) -> Result<Project, Failure> {
    let shown = args.dir.display();
    let folder = args.dir.canonicalize().map_err(|cause| input(format!("--dir: {shown}: {cause}.")))?;
    if !folder.is_dir() {
        return Err(input(format!("--dir: {shown} is no folder.")));
    }
    find(&folder, args.framework).map_err(|why| unknown(&args.dir, &why))
}

fn unknown(folder: &Path, why: &Unknown) -> Failure {
    let shown = folder.display();
    input(match why {
        Unknown::Unreadable(what) => format!("{what}. Nothing was written."),
        Unknown::Nothing => format!(
            "{shown} has neither a package.json nor Python requirements that name pytest. --dir names another folder, \
             --framework says what to write for."
        ),
        Unknown::Both(other) => format!(
            "{shown} has tests in two languages. Say which is meant: --framework {} or --framework pytest.",
            other.name()
        ),
    })
}

/// Asks on a terminal. Without one nobody can be asked.
fn agreed(args: &Args) -> Result<bool, Failure> {
    if args.yes {
        return Ok(true);
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(input("nothing was written: without a terminal to ask on, --yes says that it may be."));
    }
    print::ask("Write this? [y/N] ");
    let mut answer = String::new();
    let read = io::Read::take(io::stdin().lock(), ANSWER_MAX_BYTES).read_line(&mut answer);
    read.map_err(|cause| failed(format!("cannot read an answer: {cause}")))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn state(there: &There) -> &'static str {
    match there {
        There::Nothing => "new",
        There::Short(_) => "changed",
        There::Same => "there",
        There::Other(_) => "left",
    }
}

fn shown(project: &Project, plan: &Plan, paint: Paint) -> String {
    let folder = plain(&project.folder.display().to_string());
    let mut text = format!("{} in {folder}", project.framework.name());
    for other in &project.also {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{} is there too: --framework {} is for that", other.name(), other.name());
    }
    if project.is_workspace {
        text.push_str("\nthis is a workspace: only its root is looked at; --dir names one of its packages");
    }
    for doubt in &plan.doubts {
        let _ = write!(text, "\n{}", paint.yellow(&plain(doubt)));
    }
    for step in &plan.steps {
        let _ = write!(text, "\n\n{:<8} {}", state(&step.there), paint.bold(&plain(&step.path.display().to_string())));
        match (&step.there, &step.wanted) {
            (There::Other(why), _) => {
                let _ = write!(text, ": {}", paint.yellow(&format!("{why}; it stays as it is")));
            }
            (There::Same, _) => {}
            (There::Nothing | There::Short(_), Wanted::File(lines) | Wanted::Line(lines)) => {
                for line in lines.lines() {
                    let _ = write!(
                        text,
                        "\n  {} {line}",
                        paint.dim(if matches!(step.there, There::Short(_)) { "+" } else { "|" })
                    );
                }
            }
        }
    }
    text
}

fn end(folder: &Path, plan: &Plan, wants: bool, writes: bool, paint: Paint) -> String {
    let left: Vec<_> = plan.steps.iter().filter(|step| matches!(step.there, There::Other(_))).map(name).collect();
    let mut text = match (wants, writes) {
        (true, true) => "\nWritten.".to_owned(),
        (true, false) => "\nNothing was written.".to_owned(),
        (false, _) if left.is_empty() => "\nAll is there.".to_owned(),
        (false, _) => "\nNothing is to be written.".to_owned(),
    };
    if !left.is_empty() {
        let _ = write!(text, " Left as it was: {}.", left.join(", "));
    }
    if let Some(steps) = &plan.ci {
        text.push_str("\n\nThere are workflows already, or they lie above. The steps for one:\n");
        for line in steps.lines() {
            text.extend(["\n      ", &plain(line)]);
        }
        text.push('\n');
    }
    for doubt in &plan.doubts {
        let _ = write!(text, "\n{}", paint.yellow(&plain(doubt)));
    }
    // They name paths from there.
    let place = if folder == Path::new(".") { String::new() } else { format!(", in {}", folder.display()) };
    text.extend(["\nNext", &plain(&place), ":"]);
    for command in &plan.next {
        text.extend(["\n  ", &plain(command)]);
    }
    text
}

fn name(step: &Step) -> String {
    plain(&step.path.display().to_string())
}

fn in_json(project: &Project, plan: &Plan, writes: bool) -> Value {
    let file = |step: &Step| {
        let (Wanted::File(text) | Wanted::Line(text)) = &step.wanted;
        let why = if let There::Other(why) = step.there { Some(why) } else { None };
        json!({"path": Path::display(&step.path).to_string(), "state": state(&step.there), "content": text, "why": why})
    };
    json!({
        "folder": project.folder.display().to_string(),
        "framework": project.framework.name(),
        "also": project.also.iter().map(|other| other.name()).collect::<Vec<_>>(),
        "files": plan.steps.iter().map(file).collect::<Vec<_>>(),
        "written": writes,
        "doubts": plan.doubts,
        "ci": plan.ci,
        "next": plan.next,
    })
}

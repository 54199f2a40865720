//! `init`: what a project is given, and what is never touched.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use super::exec::in_a_terminal;
use super::harness::{Done, Place};

const VITEST: &str = r#"{"devDependencies": {"vitest": "4"}}"#;

fn project() -> Place {
    let place = Place::new();
    place.write("package.json", VITEST);
    place
}

fn text(place: &Place, name: &str) -> String {
    fs::read_to_string(place.path(name)).expect("a file")
}

/// What is said of each file.
fn states(done: &Done) -> Vec<(String, String)> {
    let files = done.json()["files"].as_array().expect("a list").clone();
    let word = |value: &serde_json::Value| value.as_str().expect("a word").to_owned();
    files.iter().map(|file| (word(&file["path"]), word(&file["state"]))).collect()
}

fn pairs(wanted: [(&str, &str); 4]) -> Vec<(String, String)> {
    wanted.map(|(path, state)| (path.to_owned(), state.to_owned())).to_vec()
}

const WORKFLOW: &str = ".github/workflows/millpond.yml";
const TEST: &str = "tests/millpond.test.mjs";

#[test]
fn a_project_is_shown_what_it_gets_then_given_it_once() {
    let place = project();
    place.write(".gitignore", "node_modules");
    let new = pairs([("millpond.yaml", "new"), (TEST, "new"), (".gitignore", "changed"), (WORKFLOW, "new")]);

    let dry = place.run(&["init", "--dry-run", "--json"]);
    assert_eq!((dry.code, states(&dry), &dry.json()["written"]), (0, new.clone(), &json!(false)), "{dry:?}");
    let asked = place.run(&["init"]);
    asked.refused(2, &["--yes"]);
    assert!(asked.stdout.contains("new      millpond.yaml\n  | # What millpond starts with"), "{asked:?}");
    assert!(!place.path("millpond.yaml").exists() && !place.path("tests").exists(), "nothing is written unasked");

    let done = place.run(&["init", "--yes"]);
    assert_eq!(done.code, 0, "{done:?}");
    for said in ["vitest in ", "Written.", "npm install --save-dev millpond", "npx vitest run tests/millpond.test.mjs"]
    {
        assert!(done.stdout.contains(said), "{said}: {}", done.stdout);
    }
    assert_eq!(text(&place, ".gitignore"), "node_modules\n.millpond/\n");
    assert!(text(&place, TEST).contains("new URL('../millpond.yaml', import.meta.url)"), "{}", text(&place, TEST));
    assert!(
        text(&place, WORKFLOW)
            .ends_with("      - run: npm install\n      - run: npx vitest run tests/millpond.test.mjs\n")
    );
    assert_eq!(place.run(&["fixture", "check", "millpond.yaml"]).line(), "1 fixture is in order");

    let before = [TEST, "millpond.yaml", ".gitignore", WORKFLOW].map(|name| text(&place, name));
    for words in [&["init"][..], &["init", "--yes"]] {
        let again = place.run(words);
        assert!(again.code == 0 && again.stdout.contains("All is there."), "{again:?}");
    }
    assert_eq!(before, [TEST, "millpond.yaml", ".gitignore", WORKFLOW].map(|name| text(&place, name)));
}

#[test]
fn a_terminal_is_asked() {
    let program = [env!("CARGO_BIN_EXE_millpond"), "init"];
    let place = project();
    let no = in_a_terminal(&place, &program, "< Write this? [y/N]\n> '\\n'\n< Nothing was written.\n");
    assert_eq!((no.code, place.path("millpond.yaml").exists()), (1, false), "{no:?}");
    let yes = in_a_terminal(&place, &program, "< Write this? [y/N]\n> 'y\\n'\n< Written.\n");
    assert_eq!((yes.code, place.path("millpond.yaml").exists()), (0, true), "{yes:?}");
}

#[test]
fn what_is_there_is_never_overwritten_and_no_link_is_followed() {
    let place = project();
    let outside = Place::new();
    place.write("millpond.yaml", "mine");
    symlink(outside.path("."), place.path("tests")).expect("a link");
    symlink(outside.path("dangling"), place.path(".gitignore")).expect("a link");
    let done = place.run(&["init", "--yes", "--json"]);
    let wanted = pairs([("millpond.yaml", "left"), (TEST, "left"), (".gitignore", "left"), (WORKFLOW, "new")]);
    assert_eq!((done.code, states(&done)), (1, wanted), "the rest is written, and the exit code tells: {done:?}");
    let whys = done.json()["files"].to_string();
    for why in ["it is there already, with another content", "a link leads there", "it is a link"] {
        assert!(whys.contains(why), "{why}: {whys}");
    }
    assert_eq!((text(&place, "millpond.yaml").as_str(), place.path(WORKFLOW).exists()), ("mine", true));
    assert_eq!(fs::read_dir(outside.path(".")).expect("a folder").count(), 0, "nothing is written outside");
    assert!(place.run(&["init", "--yes"]).stdout.contains("Left as it was: millpond.yaml, tests/"));
}

#[test]
fn workflows_that_are_there_are_told_the_step_they_lack() {
    let place = Place::new();
    place.write("requirements.txt", "pytest\ngetstream\n");
    fs::create_dir_all(place.path(".github/workflows")).expect("folders");
    place.write(".github/workflows/ci.yml", "jobs: {}\n");
    let done = place.run(&["init", "--yes"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(!place.path(WORKFLOW).exists());
    for said in
        ["      - run: pip install -r requirements.txt\n", "      - run: python -m pytest tests/test_millpond.py\n"]
    {
        assert!(done.stdout.contains(said), "{said}: {}", done.stdout);
    }
    assert!(text(&place, "tests/test_millpond.py").contains("from getstream import Stream"));
    place.write(".github/workflows/ci.yml", "  - run: python -m pytest tests/test_millpond.py\n");
    assert!(!place.run(&["init"]).stdout.contains("workflows already"));
}

#[test]
fn a_package_of_a_repository_gets_files_beside_its_tests_and_no_workflow_of_its_own() {
    let place = Place::new();
    for folder in [".git", "web/e2e/specs"] {
        fs::create_dir_all(place.path(folder)).expect("folders");
    }
    place.write(
        "web/package.json",
        r#"{"workspaces": ["a"], "dependencies": {"@playwright/test": "1", "millpond": "*"}}"#,
    );
    place.write("web/pnpm-lock.yaml", "");
    place.write("web/playwright.config.ts", "export default defineConfig({\n  testDir: './e2e/specs',\n});\n");
    let done = place.run(&["init", "--dir", "web", "--yes"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(text(&place, "web/e2e/specs/millpond.spec.mjs").contains("'../../millpond.yaml'"));
    assert!(!place.path("web/.github").exists() && !place.path(".gitignore").exists());
    let lines = ["- run: pnpm exec playwright test e2e/specs/millpond.spec.mjs", "  working-directory: web\n"];
    let steps = lines.map(|line| format!("\n      {line}")).concat();
    for said in ["this is a workspace", &steps, "\nNext, in web:\n"] {
        assert!(done.stdout.contains(said), "{said}: {}", done.stdout);
    }
    assert!(!done.stdout.contains("pnpm add"), "millpond is there: {}", done.stdout);
    // A configuration that names a folder elsewhere is not followed there, which is said before it is asked, and at the end.
    place.write("web/playwright.config.ts", "export default { testDir: '../elsewhere' };\n");
    let below = place.run(&["init", "--dir", "web", "--dry-run", "--json"]);
    assert!(states(&below).iter().any(|(path, _)| path == "e2e/millpond.spec.mjs"), "{below:?}");
    let doubt = below.json()["doubts"][0].as_str().expect("a doubt").to_owned();
    assert!(doubt.starts_with("playwright.config.ts has testDir: '../elsewhere'."), "{doubt}");
    assert_eq!(place.run(&["init", "--dir", "web", "--dry-run"]).stdout.matches(&doubt).count(), 2);
}

#[test]
fn what_cannot_be_told_is_asked_for() {
    let place = Place::new();
    place.run(&["init", "--yes"]).refused(2, &["package.json", "--framework"]);
    place.run(&["init", "--dir", "nowhere"]).refused(2, &["--dir", "nowhere"]);
    place.run(&["init", "--framework", "mocha"]).refused(2, &["vitest", "pytest"]);
    place.write("package.json", VITEST);
    place.write("pytest.ini", "");
    place.run(&["init", "--yes"]).refused(2, &["--framework vitest or --framework pytest"]);
    place.write("package.json", "{");
    place.run(&["init", "--framework", "vitest"]).refused(2, &["package.json is not JSON"]);
    place.write("package.json", VITEST);
    place.write(".github", "");
    place.run(&["init", "--framework", "vitest", "--yes"]).refused(2, &[".github/workflows cannot be read"]);
    fs::remove_file(place.path(".github")).expect("removed");
    assert_eq!(fs::read_dir(place.path(".")).expect("a folder").count(), 2, "nothing was written");
}

//! Rules of the source itself.

mod imports;

use std::fs;
use std::path::{Path, PathBuf};

use millpond::control::code::ControlCode;
use millpond::error::Code;
use millpond::operation::table::OPERATIONS;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What tools leave behind in the folders of the tests.
const LEFT_BEHIND: &[&str] = &["node_modules", "target", "artifacts", "__pycache__", ".venv", ".pytest_cache"];

/// Every text file below a folder, or the file itself; none where there is none, since a package has not all of them.
fn texts(below: &str) -> Vec<(PathBuf, String)> {
    fn collect(path: &Path, found: &mut Vec<(PathBuf, String)>) {
        if path.is_dir() && !LEFT_BEHIND.iter().any(|name| path.ends_with(name)) {
            for entry in fs::read_dir(path).unwrap() {
                collect(&entry.unwrap().path(), found);
            }
        } else if path.is_file()
            && let Ok(text) = String::from_utf8(fs::read(path).unwrap())
        {
            found.push((path.strip_prefix(root()).unwrap().to_owned(), text));
        }
    }
    let mut found = Vec::new();
    collect(&root().join(below), &mut found);
    found.sort();
    found
}

/// Every Rust file below a folder, with its text.
fn files(below: &str) -> Vec<(PathBuf, String)> {
    let is_rust = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
    let found: Vec<_> = texts(below).into_iter().filter(|(path, _)| is_rust(path)).collect();
    assert!(!found.is_empty());
    found
}

fn is_tests(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs")
}

/// The text without its unit tests and comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn belongs(path: &Path, module: &str) -> bool {
    path == Path::new(&format!("src/{module}.rs")) || path.starts_with(format!("src/{module}/"))
}

#[test]
fn only_these_modules_name_the_http_library() {
    let edge = [
        "api",
        "auth/caller",
        "body",
        "call",
        "control",
        "dashboard",
        "door",
        "entrance",
        "live",
        "reply",
        "routes",
        "server",
        "start",
        "main",
        "cli",
    ];
    for (path, text) in files("src").iter().filter(|(path, _)| !is_tests(path)) {
        let may = edge.iter().any(|module| belongs(path, module));
        assert!(may || !code(text).contains("actix_web"), "{}", path.display());
    }
}

/// The longest a source file may be before it is split, in lines without its unit tests.
const LINES_MAX: usize = 400;

#[test]
fn files_are_short() {
    for (path, text) in files("src").iter().filter(|(path, _)| !is_tests(path)) {
        let lines = text.split("#[cfg(test)]\nmod ").next().unwrap().lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines", path.display());
    }
}

#[test]
fn every_source_file_begins_by_saying_what_it_is_for() {
    for (path, text) in files("src").iter().filter(|(path, _)| !is_tests(path)) {
        assert!(text.starts_with("//! "), "{}", path.display());
    }
}

/// What binds a statement to one app: by the number of its state, or, for the two tables that say whose a state is, by the
/// app's own. What nobody had finished making belongs to no app.
const BOUNDS: &[&str] = &[
    "WHERE app = ?1",
    "WHERE (app, {key}) IN ({piece})",
    "WHERE app IN (?1, ?2)",
    "apps SET is_base = ?2 WHERE id = ?1",
    "apps SET expires_at = ?2 WHERE id = ?1",
    "FROM apps WHERE id = ?1",
    "WHERE owner = ?1 AND",
    "WHERE role = 'making'",
    "WHERE owner NOT IN (SELECT id FROM apps)",
];

/// Between apps lies nothing but this column.
#[test]
fn every_statement_that_changes_or_removes_rows_is_for_one_app() {
    for (path, text) in files("src/store").iter().filter(|(path, _)| !is_tests(path)) {
        let code = code(text);
        for verb in ["DELETE FROM ", "UPDATE "] {
            for (at, _) in code.match_indices(verb).filter(|(at, _)| !code[..*at].ends_with("DO ")) {
                let statement = code[at..].split(['"', ';']).next().unwrap();
                let is_for_one_app = BOUNDS.iter().any(|bound| statement.contains(bound));
                assert!(is_for_one_app, "{}: {statement}", path.display());
            }
        }
    }
}

#[test]
fn no_lint_is_allowed_away() {
    for (path, text) in ["src", "tests", "benches", "fuzz/fuzz_targets"].into_iter().flat_map(files) {
        let forbidden = concat!("#[", "allow(");
        let inner = concat!("#![", "allow(");
        assert!(!text.contains(forbidden) && !text.contains(inner), "{}", path.display());
    }
}

/// Used is what is handed on as an argument; an arm that only tells codes apart does not answer one.
#[test]
fn every_error_code_is_used() {
    let code = |(path, text): (PathBuf, String)| (!is_tests(&path)).then(|| code(&text));
    let all: String = files("src").into_iter().filter_map(code).collect();
    for code in Code::ALL {
        let argument = format!("Code::{},", code.name());
        assert!(all.contains(&argument), "{} is never answered", code.name());
    }
    let describes = |path: &Path| ["control/routes", "control/openapi"].iter().any(|module| belongs(path, module));
    let answering: Vec<_> = files("src").into_iter().filter(|(path, _)| !is_tests(path) && !describes(path)).collect();
    for code in ControlCode::ALL {
        let named = format!("ControlCode::{code:?}");
        assert!(answering.iter().any(|(_, text)| text.contains(&named)), "{named} is never answered");
    }
}

#[test]
fn no_path_of_streams_lies_under_the_control_apis_prefix() {
    for operation in OPERATIONS {
        for place in operation.places {
            assert!(place.path.starts_with('/') && !place.path.starts_with("/_millpond"), "{}", operation.name);
        }
    }
}

/// Whether a text between quotes is or ends in a path of this pattern, with anything in place of its parameters and a query behind.
fn calls(text: &str, pattern: &str) -> bool {
    let text = text.split('?').next().unwrap();
    let mut parts = pattern.split(['{', '}']).step_by(2);
    let Some(at) = parts.next().and_then(|first| text.find(first).map(|at| at + first.len())) else { return false };
    let rest = parts.try_fold(&text[at..], |rest, part| match rest.find(part) {
        Some(at) if !rest.is_empty() => Some(if part.is_empty() { "" } else { &rest[at + part.len()..] }),
        _ => None,
    });
    rest == Some("")
}

#[test]
fn every_operation_is_named_or_called_by_a_test() {
    let tests: String = files("tests").into_iter().map(|(_, text)| text).collect();
    let quoted: Vec<&str> = tests.split('"').collect();
    for operation in OPERATIONS {
        let failed = format!("{} failed", operation.name);
        let named = quoted.iter().any(|text| *text == operation.name || text.contains(&failed));
        let called = operation.places.iter().any(|place| quoted.iter().any(|text| calls(text, place.path)));
        assert!(named || called, "{} has no test", operation.name);
    }
    for (text, pattern, expected) in [
        ("/api/v2/app?x=/y", "/app", true),
        ("/apps", "/app", false),
        ("{mount}/users/{id}/export", "/users/{user_id}/export", true),
        ("/users/export", "/users/{user_id}/export", false),
        ("/tasks/none", "/tasks/{id}", true),
        ("/tasks/", "/tasks/{id}", false),
    ] {
        assert_eq!(calls(text, pattern), expected, "{text} {pattern}");
    }
}

/// Files that quote an operation's name, and why none of them decides anything by it.
const QUOTES_A_NAME: &[(&str, &str)] = &[
    ("operation/table", "the rows"),
    ("api", "actions of permissions have such names"),
    ("permission", "so have its actions"),
    ("fixture", "names of records in a fixture"),
    ("control/requests", "examples"),
    ("control/routes", "examples"),
];

#[test]
fn what_is_said_of_one_operation_stands_in_its_row() {
    for (path, text) in files("src").iter().filter(|(path, _)| !is_tests(path)) {
        if QUOTES_A_NAME.iter().any(|(module, _)| belongs(path, module)) {
            continue;
        }
        for name in OPERATIONS.iter().map(|operation| operation.name) {
            let checked = [format!("index_of(\"{name}\")"), format!("table::name(\"{name}\")")];
            let code = checked.iter().fold(code(text), |code, checked| code.replace(checked, ""));
            assert!(!code.contains(&format!("\"{name}\"")), "{} decides by the name {name}", path.display());
        }
    }
}

#[test]
fn files_hold_no_path_of_this_machine() {
    let marks = [concat!("/", "home/"), concat!("/", "Users/x"), concat!("/", "work/")];
    let places = [
        "src",
        "tests",
        "benches",
        "fixtures",
        "fuzz",
        "static",
        "docs",
        "packages",
        ".ci",
        "README.md",
        "CHANGELOG.md",
        "Cargo.toml",
    ];
    for (path, text) in places.into_iter().flat_map(texts) {
        for mark in marks {
            assert!(!text.contains(mark), "{} names {mark}", path.display());
        }
    }
}

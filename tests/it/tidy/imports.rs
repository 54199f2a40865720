//! Imports: the arrows between modules, held also where an import reaches through others, and circles of files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{belongs, code, files, is_tests};

/// Module (a file, and the folder of its name) -> what it must not name. The invariants of `lib.rs`.
const ARROWS: &[(&str, &[&str])] = &[
    (
        "auth/token",
        &["actix_web", "crate::store", "crate::api", "crate::reply", "crate::door", "crate::control", "system_now"],
    ),
    (
        "auth/verdict",
        &[
            "actix_web",
            "crate::store",
            "crate::api",
            "crate::reply",
            "crate::door",
            "crate::control",
            "crate::app",
            "system_now",
            "clock.now()",
        ],
    ),
    ("auth/facts", &["actix_web", "crate::app", "crate::store"]),
    ("auth/times", &["actix_web", "crate::store", "crate::app", "crate::door", "system_now", ".now()"]),
    ("auth/credentials", &["actix_web", "crate::store", "crate::api", "crate::reply", "crate::door"]),
    ("auth/explain", &["actix_web", "crate::store", "crate::reply", "crate::door"]),
    ("auth/go_json", &["actix_web", "crate::"]),
    (
        "domain",
        &["actix_web", "crate::api", "crate::reply", "crate::door", "crate::control", "crate::wire", "rusqlite"],
    ),
    (
        "store",
        &[
            "actix_web",
            "crate::api",
            "crate::reply",
            "crate::control",
            "crate::wire",
            "crate::door",
            "crate::domain",
            "crate::auth::caller",
            "crate::fixture",
            "tx.app.0",
            "Time(row.get",
        ],
    ),
    ("store/tx", &["Store", "super::apps", "super::writer", "super::scans"]),
    ("store/effects", &["Store", "rusqlite", "super::"]),
    ("store/writer", &["Store", "super::tx", "super::apps"]),
    (
        "query",
        &[
            "actix_web",
            "crate::store",
            "crate::app",
            "crate::api",
            "crate::reply",
            "crate::door",
            "crate::wire",
            "crate::domain",
        ],
    ),
    ("wire", &["actix_web", "rusqlite", "crate::api", "crate::reply", "crate::door"]),
    ("permission", &["actix_web", "rusqlite", "crate::api", "crate::store"]),
    ("permission/catalogue", &["crate::app"]),
    ("permission/scope", &["crate::", "super::"]),
    ("permission/capability", &["crate::", "super::"]),
    ("permission/grants", &["crate::"]),
    ("permission/feed_roles", &["crate::"]),
    ("clock", &["crate::", "actix_web"]),
    ("params", &["actix_web", "crate::call", "crate::door"]),
    ("json", &["actix_web", "crate::call", "crate::settings"]),
    ("validate", &["actix_web", "crate::settings"]),
    ("operation", &["actix_web", "crate::routes", "crate::api", "crate::rate"]),
    ("call", &["crate::door", "crate::reply", "crate::api", "crate::domain"]),
    ("error", &["crate::", "actix_web"]),
    ("ids", &["crate::", "actix_web"]),
    ("settings", &["actix_web", "rusqlite", "crate::store", "crate::api"]),
    ("model", &["actix_web", "rusqlite", "crate::store", "crate::domain", "crate::wire", "crate::api", "crate::event"]),
    ("event", &["actix_web", "rusqlite", "crate::store", "crate::domain", "crate::wire", "crate::api"]),
    ("api", &["rusqlite", "crate::control", "StatusCode"]),
    ("mint", &["actix_web", "rusqlite", "crate::store"]),
    (
        "journal",
        &["actix_web", "rusqlite", "crate::store", "crate::api", "crate::reply", "crate::door", "crate::control"],
    ),
];

#[test]
fn imports_go_along_the_arrows() {
    let mut broken = Vec::new();
    for (path, text) in files("src").iter().filter(|(path, _)| !is_tests(path)) {
        let code = code(text);
        for (_, forbidden) in ARROWS.iter().filter(|(module, _)| belongs(path, module)) {
            for name in forbidden.iter().filter(|name| code.contains(**name)) {
                broken.push(format!("{} names {name}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn no_arrow_is_broken_through_others() {
    let imports = Imports::read();
    let mut broken = Vec::new();
    for file in imports.0.keys() {
        let reached = imports.reached(file);
        for (_, forbidden) in ARROWS.iter().filter(|(module, _)| belongs(file, module)) {
            let modules = forbidden.iter().filter_map(|name| name.strip_prefix("crate::"));
            for module in modules.filter(|module| !module.is_empty()).map(|module| module.replace("::", "/")) {
                if let Some(found) = reached.keys().find(|found| belongs(found, &module) && !belongs(file, &module)) {
                    broken.push(imports.way(file, found));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_arrow_speaks_of_a_module_that_is_there() {
    let files = files("src");
    for (module, _) in ARROWS {
        assert!(files.iter().any(|(path, _)| belongs(path, module)), "{module}");
    }
}

/// The files below `src`, and for each those that its code names.
struct Imports(BTreeMap<PathBuf, BTreeSet<PathBuf>>);

/// The paths of a tree behind `use`, written out.
fn written_out(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((head, rest)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap().trim().to_owned()];
    };
    let inside = rest.rsplit_once('}').unwrap().0;
    let (mut depth, mut parts, mut from) = (0, Vec::new(), 0);
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inside[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[from..]);
    let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| written_out(&format!("{head}{}", part.trim()))).collect()
}

/// Every path in a file's code, as it is written.
fn paths(code: &str) -> Vec<String> {
    let is_import = |at: usize| {
        let before = code[..at].rsplit('\n').next().unwrap().trim();
        before.is_empty() || (before.starts_with("pub") && !before.contains(' '))
    };
    let uses = code.match_indices("use ").filter(|(at, _)| is_import(*at));
    let uses = uses.filter_map(|(at, word)| code[at + word.len()..].split_once(';'));
    let uses = uses.flat_map(|(tree, _)| written_out(tree));
    let words = code.split(|c: char| !(c.is_alphanumeric() || "_:".contains(c)));
    uses.chain(words.filter(|word| word.contains("::") && !word.ends_with("::")).map(str::to_owned)).collect()
}

/// The module of a file, by its names from the root.
fn module(path: &Path) -> Vec<String> {
    let path = path.strip_prefix("src").unwrap().with_extension("");
    path.iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .filter(|part| !["lib", "main"].contains(&&**part))
        .collect()
}

/// From the root, what a path means in a module.
fn resolved(path: &str, mut here: Vec<String>) -> Vec<String> {
    for (at, part) in path.split("::").enumerate() {
        match part.trim() {
            "crate" if at == 0 => here.clear(),
            "super" => drop(here.pop()),
            "self" => {}
            part => here.push(part.to_owned()),
        }
    }
    here
}

impl Imports {
    fn read() -> Self {
        let files: Vec<_> = files("src").into_iter().filter(|(path, _)| !is_tests(path)).collect();
        let modules: BTreeMap<_, _> = files.iter().map(|(path, _)| (module(path), path.clone())).collect();
        let file_of = |full: &[String]| (1..=full.len()).rev().find_map(|length| modules.get(&full[..length]));
        let named = |path: &Path, text: &str| {
            let here = module(path);
            // What is written without `crate` or `super` is a module below this one, or nothing of ours.
            let is_below = |file: &Path| module(file).len() > here.len();
            let all = paths(&code(text)).into_iter().filter_map(|written| {
                let is_whole = ["crate::", "super::", "self::"].iter().any(|begin| written.starts_with(begin));
                file_of(&resolved(&written, here.clone())).filter(|file| is_whole || is_below(file))
            });
            all.filter(|file| *file != path).cloned().collect()
        };
        Self(files.iter().map(|(path, text)| (path.clone(), named(path, text))).collect())
    }

    /// What is reached from a file, be it through others; and through which it was reached first.
    fn reached(&self, from: &Path) -> BTreeMap<&Path, &Path> {
        let mut reached = BTreeMap::new();
        let mut open = vec![self.0.get_key_value(from).unwrap().0];
        while let Some(next) = open.pop() {
            for file in &self.0[next] {
                if !reached.contains_key(file.as_path()) {
                    reached.insert(file.as_path(), next.as_path());
                    open.push(file);
                }
            }
        }
        reached
    }

    /// The way from a file to one that is reached from it.
    fn way(&self, from: &Path, to: &Path) -> String {
        let reached = self.reached(from);
        let mut way = vec![to];
        while way[way.len() - 1] != from {
            way.push(reached[way[way.len() - 1]]);
        }
        way.iter().rev().map(|file| file.display().to_string()).collect::<Vec<_>>().join(" -> ")
    }

    /// Files that reach each other, in sets of two and more.
    fn circles(&self) -> BTreeSet<BTreeSet<&Path>> {
        let reached: BTreeMap<&Path, BTreeSet<&Path>> =
            self.0.keys().map(|file| (file.as_path(), self.reached(file).into_keys().collect())).collect();
        let circle =
            |file: &Path| reached[file].iter().copied().filter(|other| reached[other].contains(file)).collect();
        reached.keys().map(|file| circle(file)).filter(|circle: &BTreeSet<_>| circle.len() > 1).collect()
    }
}

/// The most files that may import each other around.
const CIRCLE_MAX: usize = 3;

#[test]
fn no_circle_of_imports_has_more_than_three_files() {
    let imports = Imports::read();
    assert!(imports.0.values().map(BTreeSet::len).sum::<usize>() > 3 * imports.0.len(), "imports are read");
    let circles = imports.circles();
    let large: Vec<_> = circles.iter().filter(|circle| circle.len() > CIRCLE_MAX).collect();
    assert!(large.is_empty(), "{large:#?}");
}

#[test]
fn paths_are_read_as_the_compiler_reads_them() {
    let code = "pub use super::{a, b::{self, C as D}};\nuse crate::x::Y;\nlet z = below::call(crate::p::q());";
    let expected = ["super::a", "super::b::self", "super::b::C", "crate::x::Y", "below::call", "crate::p::q"];
    for path in expected {
        assert!(paths(code).contains(&path.to_owned()), "{path}");
    }
    let here = || vec!["m".to_owned(), "n".to_owned()];
    assert_eq!(resolved("super::b::self", here()), ["m", "b"]);
    assert_eq!(resolved("crate::x::Y", here()), ["x", "Y"]);
    assert_eq!(resolved("below::call", here()), ["m", "n", "below", "call"]);
}

//! The README tells the truth: its table of operations is the route table with the evidence of the SDK suites, and its table of
//! control routes is what is mounted.

use std::collections::BTreeSet;

use millpond::control::operations::markdown;

const BEGIN: &str = "<!-- operations: begin (made by `UPDATE_README=1 cargo test --test it readme`) -->\n";
const END: &str = "<!-- operations: end -->";

#[test]
fn the_readmes_table_of_operations_is_what_is_known() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{}{END}{after}", markdown())).unwrap();
        return;
    }
    assert_eq!(table, markdown());
}

/// The control routes of the source: method and complete path, without the patterns of parameters.
fn mounted() -> BTreeSet<String> {
    let source = include_str!("../../src/control/routes.rs");
    let (root, scope) = source.split_once("web::scope(\"/_millpond\")").unwrap();
    let routes = |source: &str, prefix: &str| -> Vec<String> {
        let calls = source.split(".route(\"").skip(1);
        let line = |call: &str| {
            let (path, handler) = call.split_once("\", web::").unwrap();
            let method = handler.split_once("()").unwrap().0.to_uppercase();
            format!("{method} {prefix}{}", path.replace(":.*}", "}"))
        };
        calls.map(line).collect()
    };
    routes(root, "").into_iter().chain(routes(scope, "/_millpond")).collect()
}

#[test]
fn the_readme_names_the_control_routes_that_exist_and_no_others() {
    let text = include_str!("../../README.md");
    let table = text.split_once("| control route | what |\n").unwrap().1.split("\n\n").next().unwrap();
    let named = table.lines().flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2));
    let mounted = mounted();
    assert!(mounted.len() > 15, "{mounted:#?}");
    assert_eq!(named.map(str::to_owned).collect::<BTreeSet<_>>(), mounted);
}

#[test]
fn the_readme_links_to_every_recipe_and_names_every_scenario() {
    let text = include_str!("../../README.md");
    let mut recipes = 0;
    for language in ["js", "py"] {
        let folder = format!("tests/sdk/{language}/recipes");
        for entry in std::fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "mjs" || extension == "py") {
                let name = path.file_name().unwrap().to_str().unwrap();
                assert!(text.contains(&format!("({folder}/{name})")), "{folder}/{name}");
                recipes += 1;
            }
        }
    }
    assert_eq!(text.matches("/recipes/").count(), recipes, "each once, and no other");
    for name in millpond::fixture::shipped::shipped_names() {
        assert!(text.contains(&format!("`{name}`")), "{name}");
    }
}

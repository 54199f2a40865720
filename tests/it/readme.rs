//! The README tells the truth: its table of operations is the route table with the evidence of the SDK suites, and its table of
//! control routes is what is mounted.

use std::collections::BTreeSet;

use millpond::control::mount::mounted;
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

#[test]
fn the_readme_names_the_control_routes_that_exist_and_no_others() {
    let text = include_str!("../../README.md");
    let table = text.split_once("| control route | what |\n").unwrap().1.split("\n\n").next().unwrap();
    let named = table.lines().flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2));
    assert_eq!(named.map(str::to_owned).collect::<BTreeSet<_>>(), mounted().into_iter().collect());
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

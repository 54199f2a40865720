//! The pages of `docs` tell the truth: the table of operations is the route table with the evidence of the SDK suites, that of
//! fidelity is made of the same and of what our tests hold, that of control routes is what is mounted.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use millpond::control::mount::mounted;
use millpond::control::operations::{all, markdown};

use crate::feeds::shape;

const UPDATE: &str = "UPDATE_DOCS";

/// What the runs against models in `src/domain/feeds/tests` do, thousands of times in any order.
const MODELLED: &[&str] = &[
    "AddActivity",
    "DeleteActivity",
    "RestoreActivity",
    "GetOrCreateFeed",
    "GetOrCreateFollow",
    "Unfollow",
    "AcceptFollow",
    "RejectFollow",
    "AddActivityReaction",
    "DeleteActivityReaction",
    "AddBookmark",
    "DeleteBookmark",
    "DeleteBookmarkFolder",
    "ActivityFeedback",
    "AddComment",
    "DeleteComment",
    "RestoreComment",
    "GetComments",
    "MarkActivity",
    "DeleteFeedUserData",
];

fn page(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap()
}

fn path(name: &str) -> String {
    format!("{}/docs/{name}.md", env!("CARGO_MANIFEST_DIR"))
}

/// Compares a part of a page with what it is made from, or writes it anew.
fn holds(name: &str, part: &str, made: &str) {
    let text = page(name);
    let begin = format!("<!-- {part}: begin (made by `{UPDATE}=1 cargo test --test it docs`) -->\n");
    let end = format!("<!-- {part}: end -->");
    let (before, rest) = text.split_once(&begin).unwrap();
    let (there, after) = rest.split_once(&end).unwrap();
    if std::env::var_os(UPDATE).is_some() {
        fs::write(path(name), format!("{before}{begin}{made}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(there, made);
}

#[test]
fn the_table_of_operations_is_what_is_known() {
    holds("operations", "operations", &markdown());
}

#[test]
fn the_page_of_fidelity_is_what_holds_each_operation() {
    let known = all();
    for name in MODELLED {
        assert!(known.iter().any(|operation| operation.name == *name), "{name}");
    }
    let mut rows =
        String::from("| operation | required keys | driven by an SDK | model | partial |\n|---|---|---|---|---|\n");
    let (mut counts, mark) = ([0; 5], |holds: bool| if holds { "yes" } else { "" });
    for operation in &known {
        let proofs = [
            shape::knows(operation.name),
            !operation.driven_by.is_empty(),
            MODELLED.contains(&operation.name),
            !operation.lacks.is_empty(),
        ];
        for (count, holds) in counts.iter_mut().zip(proofs) {
            *count += usize::from(holds);
        }
        counts[4] += usize::from(!proofs[0] && !proofs[1] && !proofs[2]);
        let [keys, driven, model, _] = proofs.map(mark);
        let _ = writeln!(rows, "| {} | {keys} | {driven} | {model} | {} |", operation.name, operation.lacks);
    }
    let [keys, driven, model, partial, unproven] = counts;
    let summary = format!(
        "Of {} operations {driven} are driven by an SDK, {keys} answer with every key that strict decoders need, {model} are run \
         against a model, {partial} are there in part, and {unproven} have none of these proofs.\n\n",
        known.len()
    );
    holds("fidelity", "proofs", &(summary + &rows));
}

#[test]
fn the_control_routes_are_those_that_exist_and_no_others() {
    let text = page("control-api");
    let table = text.split_once("| control route | what |\n").unwrap().1.split("\n\n").next().unwrap();
    let named = table.lines().flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2));
    assert_eq!(named.map(str::to_owned).collect::<BTreeSet<_>>(), mounted().into_iter().collect());
}

#[test]
fn every_recipe_is_linked_to_and_every_scenario_is_named() {
    let text = page("testing");
    let mut recipes = 0;
    for language in ["js", "py"] {
        let folder = format!("tests/sdk/{language}/recipes");
        for entry in fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "mjs" || extension == "py") {
                let name = path.file_name().unwrap().to_str().unwrap();
                assert!(text.contains(&format!("(../{folder}/{name})")), "{folder}/{name}");
                recipes += 1;
            }
        }
    }
    assert_eq!(text.matches("/recipes/").count(), recipes, "each once, and no other");
    let fixtures = page("fixtures");
    for name in millpond::fixture::shipped::shipped_names() {
        assert!(fixtures.contains(&format!("`{name}`")), "{name}");
    }
}

/// What is linked to within the project is there.
#[test]
fn links_lead_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages: Vec<_> = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.push(root.join("README.md"));
    let mut followed = 0;
    for page in
        pages.iter().filter(|page| page.extension().is_some_and(|extension| extension == "md" || extension == "txt"))
    {
        let text = fs::read_to_string(page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") || link.starts_with('#') {
                continue;
            }
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let to = page.parent().unwrap().join(file);
            assert!(to.exists(), "{} links to {link}", page.display());
            if !place.is_empty() {
                let titled = |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-") == place;
                assert!(fs::read_to_string(&to).unwrap().lines().any(titled), "{} links to {link}", page.display());
            }
            followed += 1;
        }
    }
    assert!(followed > 20, "{followed}");
}

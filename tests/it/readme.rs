//! The README tells the truth: its table of operations is the route table with the evidence of the SDK suites.

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

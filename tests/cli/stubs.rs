//! `stubs`: put from a file or stdin, listed, cleared.

use serde_json::json;

use super::harness::Place;

#[test]
fn a_stub_answers_until_it_is_cleared() {
    let place = Place::new();
    let server = place.serve(&[]);
    let john = place.run(&["token", "john"]);
    let follow = || server.call("POST", "/export/users", john.line(), Some(&json!({})));
    let put = place.run_with(&["stubs", "put", "-"], &[], r#"{"operation": "ExportUsers", "body": {"follow": {}}}"#);
    assert_eq!(put.code, 0, "{put:?}");
    assert_eq!(follow(), (200, json!({"follow": {}})));
    place
        .write("two.json", r#"[{"operation": "ExportUsers", "status": 404}, {"method": "GET", "path": "/made/{up}"}]"#);
    let two = place.run(&["stubs", "put", "two.json", "--json"]).json();
    assert_eq!(two["stubs"].as_array().map(Vec::len), Some(2));
    let listed = place.run(&["stubs"]);
    let rows: Vec<Vec<&str>> = listed.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        rows,
        [vec!["answers", "status", "bytes"], vec!["ExportUsers", "404", "2"], vec!["GET", "/made/{up}", "200", "2"]]
    );
    assert_eq!(place.run(&["stubs", "clear", "--operation", "ExportUsers"]).line(), "millpond: 1 gone");
    assert_eq!(follow().0, 403);
    let one = place.run(&["stubs", "clear", "--method", "GET", "--path", "/made/{down}"]);
    assert_eq!(one.line(), "millpond: 1 gone");
    assert_eq!(place.run(&["stubs", "clear", "--json"]).json(), json!({"cleared": 0}));
}

#[test]
fn what_is_no_stub_is_bad_input() {
    let place = Place::new();
    let _server = place.serve(&[]);
    place.run_with(&["stubs", "put", "-"], &[], "{").refused(2, &["- is not JSON"]);
    place.run_with(&["stubs", "put", "-"], &[], r#"{"operation": "GetApps"}"#).refused(2, &["did you mean `GetApp`?"]);
    place.run(&["stubs", "put", "none.json"]).refused(2, &["cannot read none.json"]);
    place
        .run(&["stubs", "clear", "--operation", "ExportUsers"])
        .refused(2, &["the app has no stub at \"ExportUsers\""]);
    place.run(&["stubs", "clear", "--method", "GET"]).refused(2, &["--path"]);
    place.run(&["stubs", "clear", "--operation", "ExportUsers", "--path", "/x"]).refused(2, &["cannot be used with"]);
}

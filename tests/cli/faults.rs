//! `faults`: added by flags, listed with their hits, cleared.

use serde_json::{Value, json};

use super::harness::{Place, Server};

fn get_app(server: &Server, place: &Place) -> (u16, Value) {
    let john = place.run(&["token", "john"]);
    server.call("GET", "/app", john.line(), None)
}

#[test]
fn the_next_call_is_struck_and_the_list_counts() {
    let place = Place::new();
    let server = place.serve(&[]);
    let added =
        place.run(&["faults", "add", "--id", "stale", "--operation", "GetApp", "--user", "john", "--error", "40"]);
    assert_eq!(added.code, 0, "{added:?}");
    assert_eq!((get_app(&server, &place).0, get_app(&server, &place).0), (401, 200));
    let listed = place.run(&["faults"]);
    let rows: Vec<Vec<&str>> = listed.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["id", "operation", "user", "caller", "hits", "then"]);
    assert_eq!(rows[1], ["stale", "GetApp", "john", "-", "1", "of", "1", "error", "40"]);
    assert_eq!(place.run(&["faults", "--json"]).json()["faults"][0]["hits"], 1);
    assert_eq!(place.run(&["faults", "clear", "stale"]).line(), "stale is gone");
    place.run(&["faults", "clear", "stale"]).refused(2, &["the app has no fault \"stale\"", "lists them"]);
    assert_eq!(place.run(&["faults", "clear"]).line(), "millpond: 0 gone");
}

#[test]
fn each_flag_is_what_the_control_api_takes() {
    let place = Place::new();
    let _server = place.serve(&[]);
    for (flags, operation, times, then, words) in [
        ("--error TokenExpiredError", "*", json!(1), json!({"error": {"code": 40}}), "error 40"),
        (
            "--error -1 --message down",
            "*",
            json!(1),
            json!({"error": {"code": -1, "message": "down"}}),
            "error -1 message down",
        ),
        ("--operation GetApp --latency 2s --always", "GetApp", json!(null), json!({"latency": "2s"}), "latency 2s"),
        ("--cut --times 3", "*", json!(3), json!({"cut": true}), "cut"),
        ("--rate-limit 30s", "*", json!(1), json!({"rate_limit": "30s"}), "rate limit 30s"),
        ("--socket-error 40", "*", json!(1), json!({"socket": {"error": {"code": 40}}}), "socket error 40"),
        ("--socket-close 4001", "*", json!(1), json!({"socket": {"close": 4001}}), "socket close 4001"),
        ("--silence", "*", json!(1), json!({"socket": {"silence": "all"}}), "socket silence all"),
        (
            "--silence health_checks",
            "*",
            json!(1),
            json!({"socket": {"silence": "health_checks"}}),
            "socket silence health_checks",
        ),
        ("--operation Connect --expire", "Connect", json!(1), json!({"socket": {"expire": true}}), "socket expire"),
    ] {
        let line = [&["faults", "add"], flags.split(' ').collect::<Vec<_>>().as_slice()].concat();
        let fault = place.run(&[&line[..], &["--json"]].concat()).json();
        assert_eq!(
            (&fault["operation"], &fault["times"], &fault["then"]),
            (&json!(operation), &times, &then),
            "{flags}"
        );
        let shown = place.run(&line);
        assert!(shown.stdout.trim_end().ends_with(words), "{flags}: {shown:?}");
    }
    let one = place.run(&["faults", "add", "--caller", "server", "--cut", "--json"]).json();
    assert_eq!((&one["caller"], &one["user_id"]), (&json!("server"), &Value::Null));
}

#[test]
fn contradictions_are_bad_input() {
    let place = Place::new();
    let _server = place.serve(&[]);
    let add = |flags: &str| place.run(&[&["faults", "add"], flags.split(' ').collect::<Vec<_>>().as_slice()].concat());
    add("--operation GetApp").refused(2, &["required"]);
    add("--error 40 --cut").refused(2, &["cannot be used with"]);
    add("--cut --times 2 --always").refused(2, &["cannot be used with"]);
    add("--cut --message hi").refused(2, &["--message goes with"]);
    add("--operation GetAp --cut").refused(2, &["GetAp", "did you mean `GetApp`?"]);
    add("--error 999").refused(2, &["999"]);
    add("--operation GetApp --expire").refused(2, &["no socket"]);
    add("--cut --app nobody").refused(2, &["nobody"]);
    assert_eq!(place.run(&["faults", "--json"]).json()["faults"], json!([]));
}

//! `requests`: what was called, as a table, as JSON, live; wait and verify with their exit codes.

use serde_json::{Value, json};

use super::harness::{Place, Server, run};

/// A running one on which john called, and somebody whose token is none.
fn called(place: &Place) -> Server {
    let server = place.serve(&[]);
    let john = place.run(&["token", "john"]);
    assert_eq!(server.call("GET", "/app", john.line(), None).0, 200);
    assert_eq!(server.call("GET", "/app", "nonsense", None).0, 401);
    server
}

#[test]
fn the_table_has_the_newest_last_and_marks_what_was_refused() {
    let place = Place::new();
    let _server = called(&place);
    let done = place.run(&["requests"]);
    assert_eq!(done.code, 0, "{done:?}");
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(lines[0])[..4], ["id", "at", "operation", "user"]);
    assert!(lines[1].starts_with("   1 ") && lines[2].starts_with("!  2 "), "{lines:#?}");
    assert_eq!(words(lines[1])[2..], ["GetApp", "john", "user", "200", "0"]);
    assert!(lines[2].ends_with("JWTAuth error: token contains an invalid number of segments"), "{lines:#?}");
    let one = place.run(&["requests", "--limit", "1"]);
    assert!(one.stdout.contains("!  2 ") && one.stderr.contains("the newest 1 of 2"), "{one:?}");
}

#[test]
fn filters_are_flags_and_wrong_ones_are_bad_input() {
    let place = Place::new();
    let _server = called(&place);
    let count = |arguments: &[&str]| {
        let done = place.run(&[&["requests", "--json"], arguments].concat()).json();
        done["requests"].as_array().expect("a list").len()
    };
    for (arguments, wanted) in [
        (&["--user", "john"][..], 1),
        (&["--outcome", "refused", "--code", "5"], 1),
        (&["--status", "200", "--caller", "user", "--operation", "GetApp"], 1),
        (&["--after", "1"], 1),
        (&["--code", "-1"], 0),
    ] {
        assert_eq!(count(arguments), wanted, "{arguments:?}");
    }
    place.run(&["requests", "--operation", "GetAp"]).refused(2, &["GetAp", "did you mean `GetApp`?"]);
    place.run(&["requests", "--after", "x"]).refused(2, &["after"]);
    place.run(&["requests", "clear", "--user", "john"]).refused(2, &["no filter"]);
}

#[test]
fn a_wait_succeeds_or_says_what_was_seen_instead() {
    let place = Place::new();
    let _server = called(&place);
    let done = place.run(&["requests", "wait", "--operation", "GetApp", "--user", "john"]);
    assert!(done.code == 0 && done.stdout.contains("john"), "{done:?}");
    let vain = place.run(&["requests", "wait", "--operation", "Connect", "--timeout", "0"]);
    vain.refused(1, &["did not happen in time"]);
    assert!(vain.stdout.contains("GetApp"), "{vain:?}");
    let json = place.run(&["requests", "wait", "--operation", "Connect", "--timeout", "1ms", "--json"]);
    assert_eq!((json.code, &json.json()["matched"]), (1, &json!(false)));
    place.run(&["requests", "wait", "--timeout", "2m"]).refused(2, &["timeout"]);
}

#[test]
fn a_verification_gives_an_account_and_an_exit_code() {
    let place = Place::new();
    let _server = called(&place);
    place.write("good.json", r#"[{"operation": "GetApp", "user_id": "john", "times": 1}]"#);
    let good = place.run(&["requests", "verify", "good.json"]);
    assert!(good.code == 0 && good.stdout.starts_with("GetApp by john was called once (id 1 at "), "{good:?}");
    let body = json!({"expect": [{"operation": "GetApp", "times": 0}], "in_order": true}).to_string();
    let bad = place.run_with(&["requests", "verify", "-"], &[], &body);
    bad.refused(1, &["not everything is as expected"]);
    assert!(bad.stdout.contains("GetApp was called 2 times (ids 1, 2; "), "{bad:?}");
    let json = place.run_with(&["requests", "verify", "-", "--json"], &[], &body);
    assert_eq!((json.code, &json.json()["ok"]), (1, &json!(false)));
    place.run_with(&["requests", "verify", "-"], &[], "[{").refused(2, &["is not JSON"]);
    place.run_with(&["requests", "verify", "-"], &[], "[]").refused(2, &["expect"]);
    place.run(&["requests", "verify", "none.json"]).refused(2, &["cannot read none.json"]);
}

#[test]
fn a_clear_forgets() {
    let place = Place::new();
    let _server = called(&place);
    assert_eq!(place.run(&["requests", "clear"]).line(), "millpond: 2 forgotten");
    assert_eq!(place.run(&["requests", "--json"]).json()["total"], 0);
}

#[test]
fn who_follows_sees_what_comes_until_the_emulator_stops() {
    let place = Place::new();
    let server = called(&place);
    let mut command = place.command(&["requests", "--follow", "--after", "1", "--json", "--url", &server.url]);
    let following = Server::spawn(&mut command);
    let next = || -> Value { serde_json::from_str(&following.stdout_line()).expect("JSON") };
    assert_eq!(next()["id"], 2);
    let jane = place.run(&["token", "jane"]);
    server.call("GET", "/app", jane.line(), None);
    assert_eq!((&next()["id"], "jane"), (&json!(3), "jane"));
    let plain = place.command(&["requests", "--follow", "--after", "1", "--url", &server.url]);
    let shown = Server::spawn(&mut { plain });
    assert!(shown.stdout_line().starts_with("!     2  "));
    server.stop();
    assert_eq!((following.end().0, shown.end().0), (Some(0), Some(0)));
    let gone = run(&mut place.command(&["requests", "--follow"]), "");
    assert_eq!(gone.code, 1, "{gone:?}");
}

//! `revoke-token --in-use` and `ended-tokens`; and what is said of tokens that are minted after a revocation.

use serde_json::json;

use super::harness::{Place, Server};

/// The code that a token gets; 0 when it is accepted.
fn code(server: &Server, token: &str) -> i64 {
    server.call("GET", "/app", token, None).1["code"].as_i64().unwrap_or_default()
}

#[test]
fn what_a_user_has_in_use_is_revoked_listed_and_taken_back() {
    let place = Place::new();
    let server = place.serve(&["--fixture", "quickstart"]);
    let token = |user: &str, iat: &str| place.run(&["token", user, "--iat", iat]).line().to_owned();
    let none = place.run(&["revoke-token", "--user", "john", "--in-use"]);
    assert_eq!(none.line(), "john has shown no token that is still good, so none was revoked");
    let (shown, later, jane) = (token("john", "-30m"), token("john", "-20m"), token("jane", "-30m"));
    assert_eq!((code(&server, &shown), code(&server, &jane)), (0, 0));
    let done = place.run(&["revoke-token", "--user", "john", "--in-use"]);
    let undo = "millpond revoke-token john --in-use --undo";
    let told = "tokens that john has in use and that are refused from now on: 1";
    assert_eq!(done.line(), format!("{told}; to take that back: {undo}"));
    assert_eq!(done.stderr, "", "nothing that is minted later is refused");
    assert_eq!((code(&server, &shown), code(&server, &later), code(&server, &jane)), (40, 0, 0));

    let listed = place.run(&["ended-tokens"]);
    let rows: Vec<Vec<&str>> = listed.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!((rows.len(), &rows[1][1..3]), (2, &["revoked", "john"][..]), "{listed:?}");
    let again = place.run(&["revoke-token", "--user", "john", "--in-use", "--json"]).json();
    assert_eq!(again, json!({"user_id": "john", "ended": 1}), "the one that was shown since");
    assert_eq!(code(&server, &later), 40);
    assert_eq!(place.run(&["ended-tokens", "clear", "--token", rows[1][0]]).line(), "millpond: 1 taken back");
    assert_eq!((code(&server, &shown), code(&server, &later)), (0, 40));
    let back = place.run(&["revoke-token", "--user", "john", "--in-use", "--undo"]);
    assert_eq!(back.line(), "tokens of john that are no longer ended: 1");
    assert_eq!(code(&server, &later), 0);

    assert_eq!(place.run(&["ended-tokens", "--json"]).json(), json!({"ended_tokens": [], "next": null}));
    place.run(&["ended-tokens", "clear", "--token", "0123456789ab"]).refused(2, &["0123456789ab", "lists them"]);
    place.run(&["revoke-token", "--user", "john", "--in-use", "--before", "now"]).refused(2, &["--in-use"]);
    place.run(&["revoke-token", "--user", "nobody", "--in-use"]).refused(2, &["nobody"]);
}

#[test]
fn where_a_token_that_is_minted_now_may_be_refused_it_is_said() {
    let place = Place::new();
    let _server = place.serve(&["--fixture", "quickstart"]);
    let says = "SDKs set `iat` up to 6 s back";
    for verb in [&["revoke-token", "--user", "john"][..], &["revoke-all-tokens"]] {
        let run = |more: &[&str]| place.run(&[verb, more].concat());
        for (more, is_told) in
            [(&[][..], true), (&["--before", "1s"], true), (&["--before", "-1m"], false), (&["--undo"], false)]
        {
            let done = run(more);
            done.line();
            assert_eq!(done.stderr.contains(says), is_told, "{verb:?} {more:?}: {done:?}");
        }
        let note = &run(&["--before", "1h", "--json"]).json()["note"];
        assert!(note.as_str().is_some_and(|note| note.contains(says)), "{note}");
        // It is said again by whoever ends what is in use under it.
        let in_use = place.run(&["revoke-token", "--user", "john", "--in-use"]);
        assert!(in_use.stderr.contains(says), "{in_use:?}");
        run(&["--undo"]).line();
        assert_eq!(place.run(&["revoke-token", "--user", "john", "--in-use"]).stderr, "");
    }
}

//! The verbs that are clients of a running one.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::{Value, json};

use super::harness::{Place, SECRET, Server, run};

#[test]
fn env_hands_out_every_variable_in_every_format() {
    let place = Place::new();
    let server = place.serve(&["--fixture", "quickstart"]);
    let url = server.url.as_str();
    let object = place.run(&["env", "--json"]).json();
    for (name, value) in [
        ("MILLPOND_URL", url),
        ("STREAM_BASE_URL", url),
        ("STREAM_API_KEY", "millpond"),
        ("STREAM_API_SECRET", SECRET),
        ("STREAM_KEY", "millpond"),
        ("STREAM_SECRET", SECRET),
        ("STREAM_CHAT_URL", url),
        ("STREAM_LOCAL_TEST_HOST", url.trim_start_matches("http://")),
    ] {
        assert_eq!(object[name], value, "{name}");
    }
    let variables = object.as_object().expect("an object");
    assert_eq!(variables.len(), 8 + 8, "{variables:?}");
    assert_eq!(place.run(&["env", "--format", "json"]).json(), object);

    let script = r#"eval "$("$0" env)" && env"#;
    let done = run(&mut place.clean("sh", &["-c", script, env!("CARGO_BIN_EXE_millpond")]), "");
    for (name, value) in variables {
        let line = format!("{name}={}", value.as_str().expect("text"));
        assert!(done.stdout.lines().any(|known| known == line), "{line}: {}", done.stdout);
    }
    for format in ["dotenv", "github"] {
        let text = place.run(&["env", "--format", format]).stdout;
        let read: serde_json::Map<String, Value> = dotenvy::from_read_iter(text.as_bytes())
            .map(|line| line.map(|(name, value)| (name, json!(value))).expect("a line"))
            .collect();
        assert_eq!(&read, variables, "{format}");
    }
}

#[test]
fn env_says_which_tokens_have_expired_by_the_apps_clock() {
    let place = Place::new();
    let _server = place.serve(&["--fixture", "quickstart"]);
    let note = |names: &str| {
        format!("expired by the app's clock: {names}; `millpond fixture load` mints a fixture's tokens anew\n")
    };
    let done = place.run(&["env"]);
    assert_eq!((done.code, &*done.stderr), (0, ""), "one that was made to be expired is no surprise");
    place.run(&["clock", "advance", "2h"]).line();
    let done = place.run(&["env", "--prefix", "VITE_", "--json"]);
    let names = ["ADA", "FOREIGN", "JOHN", "MIA"].map(|name| format!("VITE_MILLPOND_TOKEN_{name}"));
    assert_eq!((done.code, done.stderr.as_str()), (0, note(&names.join(", ")).as_str()));
    place.run(&["fixture", "load", "quickstart", "--merge"]).line();
    assert_eq!(place.run(&["env"]).stderr, "");
}

#[test]
fn a_fixture_is_exported_and_loaded_elsewhere() {
    let (place, other) = (Place::new(), Place::new());
    let server = place.serve(&["--fixture", "quickstart"]);
    let _other = other.serve(&[]);
    let text = place.run(&["fixture", "export"]).stdout;
    assert!(text.contains(SECRET) && text.ends_with("}\n"), "{text}");
    let file = other.path("all.json");
    let file = file.to_str().expect("text");
    let quiet = place.run(&["fixture", "export", "--app", "millpond", "-o", file]);
    assert_eq!((quiet.code, quiet.stdout.as_str()), (0, ""));
    assert_eq!(std::fs::read_to_string(file).expect("a file"), text, "it is the only app");
    assert_eq!(other.run(&["fixture", "load", file, "--merge"]).line(), "quickstart (millpond): 8 users");
    let again = other.run(&["fixture", "load", "-", "--merge", "--app", "millpond", "--json"]);
    assert_eq!(again.code, 2, "stdin is empty: {again:?}");
    let again = other.run_with(&["fixture", "load", "-", "--merge", "--app", "millpond", "--json"], &[], &text);
    assert_eq!(again.json()["apps"][0]["users"], 8);
    assert_eq!(other.run(&["fixture", "export"]).stdout, text);

    other.write("bad.yaml", "millpond: 1\napps:\n  - users:\n      john: {role: admn}\n");
    let words = ["the fixture cannot be loaded:\n", "bad.yaml:4:20: /apps/0/users/john/role", "did you mean `admin`?"];
    other.run(&["fixture", "load", "bad.yaml", "--merge"]).refused(2, &words);
    other.run(&["fixture", "load", "missing.yaml"]).refused(2, &["cannot read the fixture missing.yaml"]);
    other.run(&["fixture", "export", "--app", "nobody"]).refused(2, &["--app", "nobody"]);
    other.run(&["fixture", "export", "-o", "no/such/folder"]).refused(1, &["cannot write no/such/folder"]);
    let url = server.url.clone();
    server.stop();
    place.run(&["fixture", "export", "--url", &url]).refused(1, &["no millpond answers"]);
}

#[test]
fn a_front_end_gets_no_secrets_unless_they_are_asked_for() {
    let place = Place::new();
    let _server = place.serve(&["--fixture", "quickstart"]);
    let done = place.run(&["env", "--prefix", "VITE_", "--json"]);
    let object = done.json();
    assert_eq!(object["VITE_STREAM_API_KEY"], "millpond");
    assert!(object["VITE_MILLPOND_TOKEN_JOHN"].is_string());
    assert!(!done.stdout.contains(SECRET) && !done.stdout.contains("SERVER"), "{}", done.stdout);
    let all = place.run(&["env", "--prefix", "VITE_", "--secrets", "--json"]).json();
    assert_eq!(all["VITE_STREAM_API_SECRET"], SECRET);
    assert!(all["VITE_MILLPOND_TOKEN_SERVER"].is_string());
    place.run(&["env", "--prefix", "1 x"]).refused(2, &["--prefix"]);
}

/// The code that a token gets; 0 when it is accepted.
fn code(server: &Server, token: &str) -> i64 {
    server.call("GET", "/app", token, None).1["code"].as_i64().unwrap_or_default()
}

#[test]
fn a_users_tokens_are_revoked_and_taken_back() {
    let place = Place::new();
    let server = place.serve(&["--fixture", "quickstart"]);
    let token = |user: &str| place.run(&["token", user, "--iat", "-30m"]).line().to_owned();
    let (john, jane) = (token("john"), token("jane"));
    let done = place.run(&["revoke-token", "--user", "john"]);
    assert!(done.line().starts_with("tokens of john that were issued before 20"), "{done:?}");
    assert_eq!((code(&server, &john), code(&server, &jane)), (40, 0));
    place.run(&["revoke-token", "--user", "john", "--undo"]).line();
    assert_eq!(code(&server, &john), 0);
    for (before, wanted) in
        [("-1h", 0), ("2020-01-01T00:00:00Z", 0), ("now", 40), ("1577836800", 0), ("-1m", 40), ("1s", 40)]
    {
        place.run(&["revoke-token", "-u", "john", "-b", before]).line();
        assert_eq!(code(&server, &john), wanted, "{before}");
    }
    let told = place.run(&["revoke-token", "--user", "john", "--before", "1577836800", "--json"]).json();
    let wanted = json!({"app": "millpond", "user_id": "john", "revoke_tokens_issued_before": "2020-01-01T00:00:00Z"});
    assert_eq!(told, wanted);
    place.run(&["revoke-token", "--user", "john", "--before", "soon"]).refused(2, &["--before: "]);
    place.run(&["revoke-token", "--user", "nobody"]).refused(2, &["nobody"]);
    place.run(&["revoke-token"]).refused(2, &["--user"]);
}

#[test]
fn all_tokens_of_an_app_are_revoked_and_taken_back() {
    let place = Place::new();
    let server = place.serve(&["--fixture", "quickstart"]);
    let john = place.run(&["token", "john", "--iat", "-1h", "--no-expiry"]).line().to_owned();
    let backend = place.run(&["token", "--server"]).line().to_owned();
    place.run(&["revoke-all-tokens"]).line();
    assert_eq!((code(&server, &john), code(&server, &backend)), (40, 0));
    place.run(&["revoke-all-tokens", "--undo"]).line();
    assert_eq!(code(&server, &john), 0);
}

/// A token as a backend mints it, which knows the wall's clock alone.
fn of_a_backend(user: &str) -> String {
    let claims = serde_json::from_value(json!({"user_id": user, "iat": "-30m", "ttl": "1h"}));
    let now = millpond::clock::system_now();
    let secret = millpond::auth::secret::Secret::new(SECRET);
    millpond::mint::mint(&claims.expect("what to mint"), &secret, now).expect("a token").token
}

/// What backends have minted until now is refused, also where the app's clock was set back to long before it was minted;
/// a time that is said is of the app's clock.
#[test]
fn now_is_the_walls_and_a_time_that_is_said_is_the_apps() {
    let place = Place::new();
    let server = place.serve(&["--fixture", "quickstart"]);
    let john = of_a_backend("john");
    assert_eq!(code(&server, &john), 0);
    place.run(&["clock", "freeze", "2020-01-01T00:00:00Z"]).line();
    assert_eq!(code(&server, &john), 0);
    for arguments in [&["revoke-token", "john"][..], &["revoke-all-tokens", "--before", "now"]] {
        let before =
            |flags: &[&str]| place.run(&[arguments, flags].concat()).json()["revoke_tokens_issued_before"].clone();
        assert!(before(&["--json"]).as_str().expect("a time") > "2026", "{arguments:?}");
        assert_eq!(code(&server, &john), 40, "{arguments:?}");
        place.run(&["revoke-token", "john", "--undo"]).line();
        place.run(&["revoke-all-tokens", "--undo"]).line();
        assert_eq!(code(&server, &john), 0, "{arguments:?}");
    }
    // It was issued half an hour ago, when the app's clock stood at the wall's time: long after 2020.
    for (before, wanted, refused) in
        [("-1h", "2019-12-31T23:00:00Z", 0), ("2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z", 40)]
    {
        let told = place.run(&["revoke-token", "john", "--before", before, "--json"]).json();
        assert_eq!(told["revoke_tokens_issued_before"], wanted);
        assert_eq!(code(&server, &john), refused, "{before}");
        place.run(&["revoke-token", "john", "--undo"]);
    }
    let moved = place.run(&["clock", "advance", "1h", "--json"]).json();
    assert_eq!((&moved["mode"], &moved["now"]), (&json!("frozen"), &json!("2020-01-01T01:00:00Z")));
    assert_eq!(place.run(&["clock", "offset", "-1d", "--json"]).json()["offset_seconds"], -86_400);
    assert_eq!(place.run(&["clock", "system", "--json"]).json()["mode"], "system");
    assert_eq!(place.run(&["clock", "system", "--json", "--app", "millpond"]).code, 0);
    assert!(place.run(&["clock"]).line().starts_with("millpond: 20"));
    place.run(&["clock", "advance", "soon"]).refused(2, &["soon"]);
}

#[test]
fn an_emulator_is_found_by_flag_then_variable_then_run_file_also_from_below() {
    let place = Place::new();
    let here = place.serve(&[]);
    let other = Place::new();
    let there = other.serve(&["--memory", "--api-key", "there", "--api-secret", "s"]);
    let dead = "http://127.0.0.1:9";
    let key = |done: super::harness::Done| done.json()["STREAM_API_KEY"].clone();
    assert_eq!(key(place.run(&["env", "--json"])), "millpond");
    assert_eq!(key(place.run_with(&["env", "--json"], &[("MILLPOND_URL", &there.url)], "")), "there");
    assert_eq!(key(place.run_with(&["env", "--json", "--url", &there.url], &[("MILLPOND_URL", dead)], "")), "there");
    std::fs::create_dir_all(place.path("a/b")).expect("folders");
    let mut below = place.command(&["env", "--json"]);
    assert_eq!(key(run(below.current_dir(place.path("a/b")), "")), "millpond");
    let silent = place.run_with(&["env"], &[("MILLPOND_URL", dead)], "");
    silent.refused(1, &["no millpond answers at http://127.0.0.1:9", "MILLPOND_URL"]);
    place.run(&["env", "--url", "localhost:7663"]).refused(2, &["--url", "http://127.0.0.1:7663"]);
    drop(here);
}

#[test]
fn the_default_port_and_the_home_directory_bound_the_search() {
    let place = Place::new();
    let server = place.serve(&["--memory"]);
    let port = server.ready["port"].to_string();
    assert_eq!(place.run_with(&["apps"], &[("MILLPOND_DEFAULT_PORT", &port)], "").code, 0);
    place.run(&["apps"]).refused(1, &["no millpond was found"]);
    place.run_with(&["apps"], &[("MILLPOND_DEFAULT_PORT", "http")], "").refused(2, &["MILLPOND_DEFAULT_PORT: `http`"]);

    let _above = place.serve(&[]);
    std::fs::create_dir_all(place.path("home/below")).expect("folders");
    let from_below = |home: &str| {
        let mut command = place.command(&["apps"]);
        run(command.current_dir(place.path("home/below")).env("HOME", place.path(home)), "")
    };
    assert_eq!(from_below("").code, 0, "the home directory is looked into");
    from_below("home").refused(1, &["no millpond was found"]);
}

#[test]
fn a_proxy_is_never_asked() {
    let place = Place::new();
    let _server = place.serve(&[]);
    let proxy = [
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("ALL_PROXY", "http://127.0.0.1:9"),
        ("http_proxy", "http://127.0.0.1:9"),
    ];
    assert_eq!(place.run_with(&["healthcheck"], &proxy, "").code, 0);
}

#[test]
fn the_app_is_the_one_that_is_named_or_in_use_or_that_was_started() {
    let place = Place::new();
    place.serve(&[]).stop();
    let _server = place.serve(&["--api-key", "new", "--api-secret", "s"]);
    let key = |done: super::harness::Done| done.json()["STREAM_API_KEY"].clone();
    assert_eq!(key(place.run(&["env", "--json"])), "new", "it was started for that one");
    assert_eq!(key(place.run(&["env", "--json", "--app", "millpond"])), "millpond");
    let in_use = [("STREAM_API_KEY", "millpond"), ("STREAM_API_SECRET", SECRET)];
    assert_eq!(key(place.run_with(&["env", "--json"], &in_use, "")), "millpond");
    let listed = place.run(&["apps"]).stdout;
    assert!(listed.contains("new") && !listed.contains(SECRET), "{listed}");
    assert!(place.run(&["apps", "--secrets"]).stdout.contains(SECRET));
    assert_eq!(place.run(&["apps", "--json"]).json()["apps"].as_array().map(Vec::len), Some(2));
}

#[test]
fn an_app_is_named_by_its_key_or_its_name_and_a_key_wins() {
    let place = Place::new();
    let app = |key: &str, name: &str| format!("{{api_key: {key}, api_secret: s, name: {name}}}");
    let apps = [app("shop", "Till"), app("till-2", "shop"), app("a", "Twin"), app("b", "Twin")].join(", ");
    place.write("apps.yaml", &format!("millpond: 1\napps: [{apps}]\n"));
    let _server = place.serve(&["--fixture", "apps.yaml"]);
    let key = |name: &str| place.run(&["env", "--json", "--app", name]).json()["STREAM_API_KEY"].clone();
    assert_eq!((key("shop"), key("Till"), key("till-2")), (json!("shop"), json!("shop"), json!("till-2")));
    let refused = |name: &str, words: &[&str]| place.run(&["clock", "--app", name]).refused(2, words);
    refused("Twin", &["--app: 2 apps have the name \"Twin\"", "a, b."]);
    refused("Tlil", &["(did you mean `Till`?)", "It has: shop (Till), till-2 (shop), a (Twin), b (Twin)."]);
    assert_eq!(place.run(&["apps", "delete", "Till"]).line(), "shop is gone");
    place.run(&["apps", "delete", "Twin"]).refused(2, &["2 apps have the name"]);
}

#[test]
fn a_users_tokens_are_revoked_by_the_bare_id_too() {
    let place = Place::new();
    let server = place.serve(&[]);
    server.create_user(&place, "john");
    let token = place.run(&["token", "john", "--iat", "-1m"]);
    assert_eq!(code(&server, token.line()), 0);
    let done = place.run(&["revoke-token", "john"]);
    assert!(done.line().ends_with("to take that back: millpond revoke-token john --undo"), "{done:?}");
    assert_eq!(code(&server, token.line()), 40);
    assert_eq!(place.run(&["revoke-token", "john", "--undo"]).code, 0);
    assert_eq!(code(&server, token.line()), 0);
    place.run(&["revoke-token"]).refused(2, &["<USER_ID|--user <ID>>"]);
    place.run(&["revoke-token", "john", "--user", "john"]).refused(2, &["cannot be used with"]);
}

/// Something that speaks HTTP but is no millpond.
fn stranger() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
        }
    });
    url
}

#[test]
fn healthcheck_tells_by_its_exit_code() {
    let place = Place::new();
    let server = place.serve(&["--memory"]);
    let done = place.run(&["healthcheck", "--url", &server.url]);
    assert!(done.line().ends_with("is ready"));
    assert_eq!(place.run(&["healthcheck", "--url", &server.url, "--json"]).json()["ready"], true);
    let url = server.url.clone();
    server.stop();
    place.run(&["healthcheck", "--url", &url]).refused(1, &["no millpond answers", "--url"]);
    place.run(&["healthcheck", "--url", &stranger()]).refused(1, &["is no millpond"]);
}

#[test]
fn doctor_finds_what_leads_programs_elsewhere() {
    let place = Place::new();
    let server = place.serve(&[]);
    let healthy = place.run(&["doctor", "--json"]);
    assert_eq!((healthy.code, &healthy.json()["ok"]), (0, &json!(true)), "{healthy:?}");
    let misled = [
        ("HTTP_PROXY", "http://proxy:1"),
        ("STREAM_API_KEY", "elsewhere"),
        ("STREAM_API_SECRET", "real"),
        ("STREAM_BASE_URL", "https://chat.stream-io-api.com"),
    ];
    let done = place.run_with(&["doctor"], &misled, "");
    assert_eq!(done.code, 1, "{done:?}");
    for word in ["NO_PROXY", "STREAM_API_KEY is elsewhere", "STREAM_BASE_URL is https://chat"] {
        assert!(done.stdout.contains(word), "{word}: {}", done.stdout);
    }
    assert!(!done.stdout.contains("real"), "{}", done.stdout);
    place.run(&["clock", "advance", "1h"]).line();
    let moved = place.run(&["doctor"]);
    assert_eq!(moved.code, 0);
    assert!(moved.stdout.contains("! clock"), "{}", moved.stdout);
    server.kill();
    let left = place.run(&["doctor"]);
    assert!(left.stdout.contains("! run file"), "{}", left.stdout);
}

#[test]
fn samples_are_listed_with_what_they_get_and_handed_out_one_by_one() {
    let place = Place::new();
    let server = place.serve(&["--fixture", "quickstart"]);
    let all = place.run(&["samples", "john", "--json"]).json();
    let samples = all["samples"].as_array().expect("a list");
    let list = place.run(&["samples", "john"]).stdout;
    for sample in samples {
        let name = sample["name"].as_str().expect("a name");
        assert!(list.lines().any(|line| line.split_whitespace().next() == Some(name)), "{name}: {list}");
        let token = place.run(&["samples", "john", "--only", name]).stdout;
        let said = list.lines().find(|line| line.split_whitespace().next() == Some(name)).unwrap_or_default();
        if sample["auth_type"] == "jwt" {
            assert_eq!(code(&server, token.trim()), sample["expect"]["code"].as_i64().expect("a code"), "{name}");
        } else {
            assert!(said.ends_with("(with the auth type `anonymous`)"), "{said}");
        }
    }
    let expired = "refused: status 401, code 40: JWTAuth error: token is expired (exp)";
    assert!(list.contains(expired), "{list}");
    assert!(list.contains("accepted; on a socket refused, code 4: Websocket connection"), "{list}");
    place.run(&["samples", "--only", "exspired"]).refused(2, &["--only", "exspired", "expired"]);
    place.run(&["samples", "a/b"]).refused(2, &["user_id"]);
}

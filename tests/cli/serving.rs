//! `serve`: what it tells, what it refuses, what it keeps, how it stops.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::{Value, json};

use super::harness::{Place, SECRET, Server};

#[test]
fn the_ready_line_is_the_only_one_on_stdout() {
    let place = Place::new();
    let server = place.serve(&["--memory"]);
    let port = server.ready["port"].as_u64().expect("a port");
    let wanted = json!({
        "event": "ready",
        "url": format!("http://127.0.0.1:{port}"),
        "port": port,
        "pid": server.pid(),
        "version": env!("CARGO_PKG_VERSION"),
        "db": null,
        "apps": [{"name": "millpond", "api_key": "millpond", "api_secret": SECRET}],
    });
    assert_eq!(server.ready, wanted);
    let (stdout, _) = server.stop();
    assert_eq!(stdout, "");
}

#[test]
fn the_ready_file_is_the_ready_line_and_comes_whole() {
    let place = Place::new();
    place.write("ready.json", "of an earlier start");
    let server = place.serve(&["--memory", "--ready-file", "ready.json"]);
    let text = fs::read_to_string(place.path("ready.json")).expect("the file");
    assert_eq!(text, format!("{}\n", server.ready_line));
    let names = fs::read_dir(place.path("")).expect("the folder").count();
    assert_eq!(names, 1, "nothing is left beside it");
}

#[test]
fn an_answered_write_survives_a_kill_and_a_stop() {
    let place = Place::new();
    let server = place.serve(&["--db", "state.db"]);
    assert_eq!(server.ready["db"], "state.db");
    for id in ["ann", "bob", "cid"] {
        server.create_user(&place, id);
    }
    server.kill();
    let server = place.serve(&["--db", "state.db"]);
    for id in ["ann", "bob", "cid"] {
        assert!(server.has_user(&place, id), "{id}");
    }
    server.create_user(&place, "dee");
    server.stop();
    let server = place.serve(&["--db", "state.db"]);
    assert!(server.has_user(&place, "dee") && !server.has_user(&place, "eve"));
}

#[test]
fn what_is_in_memory_leaves_nothing_behind() {
    let place = Place::new();
    fs::create_dir(place.path("tmp")).expect("a folder");
    let folder = place.path("tmp");
    let server = place.serve_with(&["--memory"], &[("TMPDIR", folder.to_str().expect("UTF-8"))]);
    assert_eq!(fs::read_dir(&folder).expect("the folder").count(), 1);
    server.stop();
    assert_eq!(fs::read_dir(&folder).expect("the folder").count(), 0);
    assert!(!place.path(".millpond").exists());
}

#[test]
fn the_second_process_on_a_file_is_told_who_has_it() {
    let place = Place::new();
    let server = place.serve(&["--db", "state.db"]);
    let second = place.run(&["serve", "--port", "0", "--db", "state.db"]);
    second.refused(2, &[&format!("process id {}", server.pid()), "state.db", "--memory"]);
    let url = &server.url;
    second.refused(2, &[&format!("`millpond env --url {url}`"), &format!("`millpond stop --url {url}`")]);
    let wanted = place.run(&["serve", "--port", "0", "--db", "state.db", "--fixture", "quickstart"]);
    let load = format!("millpond fixture load quickstart --merge --url {url}");
    wanted.refused(2, &[&format!("It answers at {url}: `{load}` loads the fixture into it.")]);
    assert_eq!(place.run(&load.split(' ').skip(1).collect::<Vec<_>>()).code, 0, "what is said can be done");
    assert!(server.has_user(&place, "john"));
}

#[test]
fn foreign_and_newer_databases_are_refused_and_stay_as_they_are() {
    let place = Place::new();
    place.write("text.db", "not a database, though it has the name of one");
    rusqlite::Connection::open(place.path("foreign.db"))
        .and_then(|db| db.execute_batch("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)"))
        .expect("a database");
    place.serve(&["--db", "newer.db"]).stop();
    let newer = rusqlite::Connection::open(place.path("newer.db")).expect("a database");
    newer.pragma_update(None, "user_version", 999).expect("set");
    newer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("all in one file");
    drop(newer);
    for (name, words) in [
        ("text.db", "no SQLite database"),
        ("foreign.db", "database of another program"),
        ("newer.db", "written by a newer millpond (schema 999"),
    ] {
        fs::set_permissions(place.path(name), fs::Permissions::from_mode(0o644)).expect("opened to others");
        let seen = || {
            let names = fs::read_dir(place.path("")).expect("the folder").map(|entry| entry.expect("one").file_name());
            let beside = names.filter(|other| other.to_string_lossy().starts_with(name)).count();
            let mode = fs::metadata(place.path(name)).expect("the file").permissions().mode();
            (fs::read(place.path(name)).expect("the file"), mode, beside)
        };
        if name == "newer.db" {
            // Its lock was made when it was this one's.
            fs::remove_file(place.path("newer.db.lock")).expect("removed");
        }
        let before = seen();
        place.run(&["serve", "--port", "0", "--db", name]).refused(2, &[words, name, "--db"]);
        assert_eq!(seen(), before, "{name}");
    }
}

#[test]
fn what_is_no_file_is_no_database() {
    let place = Place::new();
    let made = Command::new("mkfifo").arg(place.path("pipe")).status().expect("mkfifo runs");
    assert!(made.success());
    place.run(&["serve", "--port", "0", "--db", "pipe"]).refused(2, &["pipe is a device or a pipe; --db wants a file"]);
    let names = fs::read_dir(place.path("")).expect("the folder").count();
    assert_eq!(names, 1, "nothing is made beside it");
}

#[test]
fn a_bad_fixture_is_refused_with_every_mistake_and_its_place() {
    let place = Place::new();
    place.write(
        "bad.yaml",
        "millpond: 1\napps:\n  - users:\n      john: {role: admn}\n      jane: {nmae: Jane}\n      'a|b': {}\n",
    );
    let done = place.run(&["serve", "--port", "0", "--json", "--fixture", "bad.yaml"]);
    done.refused(
        2,
        &["loaded:\nbad.yaml:4:20: /apps/0/users/john/role: ", "bad.yaml:5:", "did you mean `name`?", "bad.yaml:6:"],
    );
    assert_eq!(done.stdout, "");
    assert!(!place.path(".millpond").exists(), "it was read before anything else");
}

#[test]
fn what_only_streams_rules_refuse_in_a_fixture_has_its_place_as_well() {
    let place = Place::new();
    place.write("bad.yaml", "millpond: 1\napps:\n  - settings:\n      disable_auth_cheks: true\n");
    let refused =
        ["loaded:\nbad.yaml:4:", "/apps/0/settings/disable_auth_cheks: ", "did you mean `disable_auth_checks`?"];
    place.run(&["serve", "--port", "0", "--memory", "--fixture", "bad.yaml"]).refused(2, &refused);
}

#[test]
fn shipped_scenarios_go_by_name_and_others_by_file() {
    let place = Place::new();
    place.write("own.yaml", "millpond: 1\napps: [{api_key: own, api_secret: secret, name: Own}]\n");
    let server = place.serve(&["--memory", "--fixture", "quickstart", "--fixture", "own.yaml"]);
    let keys: Vec<_> =
        server.ready["apps"].as_array().expect("apps").iter().map(|app| app["api_key"].clone()).collect();
    assert_eq!(keys, ["millpond", "own"]);
    assert!(server.has_user(&place, "john"));
    let missing = place.run(&["--fixture", "quickstrat", "--port", "0"]);
    missing.refused(
        2,
        &["cannot read the fixture quickstrat", "developer-tokens, guests-and-anonymous, multi-tenant, quickstart, "],
    );
}

#[test]
fn a_fixture_on_a_database_with_data_says_what_it_does_to_it() {
    let place = Place::new();
    let begun = place.serve(&["--fixture", "quickstart"]);
    begun.create_user(&place, "own");
    place.run(&["users", "upsert", "john", "--name", "Changed"]);
    let (_, stderr) = begun.stop();
    assert!(!stderr.contains("is merged into"), "there was nothing yet: {stderr}");
    place.write("two.yaml", "millpond: 1\napps: [{users: {john: {name: John}, new: {}}}]\n");
    let again = place.serve(&["--fixture", "two.yaml"]);
    let line = again.stderr_line("two.yaml");
    for said in [
        "merged into the app millpond",
        "1 of the 2 that the fixture names are written anew",
        "the others of the app stay",
    ] {
        assert!(line.contains(said), "{said}: {line}");
    }
    assert!(again.has_user(&place, "own") && again.has_user(&place, "new"));
    assert_eq!(place.run(&["users", "show", "john", "--json"]).json()["name"], "John");
}

#[test]
fn half_a_pair_is_refused_wherever_it_stands() {
    let place = Place::new();
    place.run(&["--port", "0", "--api-key", "k"]).refused(2, &["--api-key", "without --api-secret"]);
    let variables = [("STREAM_API_SECRET", "s")];
    place.run_with(&["--port", "0"], &variables, "").refused(2, &["in the environment without STREAM_API_KEY"]);
    place.write(".env", "STREAM_API_KEY=k\n");
    place.run(&["--port", "0"]).refused(2, &["in .env without STREAM_API_SECRET"]);
}

#[test]
fn the_pair_comes_from_flags_then_the_environment_then_dot_env() {
    let place = Place::new();
    place.write(".env", "OTHER='x'\nnot a line\nSTREAM_API_KEY=file-key\nSTREAM_API_SECRET=\"file secret\"\n");
    let variables = [("STREAM_API_KEY", "env-key"), ("STREAM_API_SECRET", "env-secret")];
    let app =
        |server: &Server| (server.ready["apps"][0]["api_key"].clone(), server.ready["apps"][0]["api_secret"].clone());
    let server = place.serve(&["--memory"]);
    assert_eq!(app(&server), (json!("file-key"), json!("file secret")));
    let note = server.stderr_line("note:");
    assert!(note.contains("STREAM_API_SECRET comes from .env") && !note.contains("file secret"), "{note}");
    let server = place.serve_with(&["--memory"], &variables);
    assert_eq!(app(&server), (json!("env-key"), json!("env-secret")));
    server.stderr_line("note: STREAM_API_SECRET comes from the environment");
    let server = place.serve_with(&["--memory", "--api-key", "flag", "--api-secret", "s"], &variables);
    assert_eq!(app(&server), (json!("flag"), json!("s")));
    let (_, stderr) = server.stop();
    assert!(!stderr.contains("note:"), "{stderr}");
}

#[test]
fn a_secret_of_production_needs_a_flag() {
    let place = Place::new();
    let real = [("STREAM_API_KEY", "k"), ("STREAM_API_SECRET", "real"), ("NODE_ENV", "production")];
    for verb in [&["serve", "--port", "0", "--memory"][..], &["token", "john"]] {
        place.run_with(verb, &real, "").refused(2, &["NODE_ENV is production", "--allow-production"]);
    }
    drop(place.serve_with(&["--memory", "--allow-production"], &real));
    // The made-up pair is nobody's secret.
    drop(place.serve_with(&["--memory"], &[("NODE_ENV", "production")]));
}

#[test]
fn a_known_key_with_another_secret_is_refused_and_a_new_pair_is_added() {
    let place = Place::new();
    place.serve(&["--db", "state.db"]).stop();
    let other = ["serve", "--port", "0", "--db", "state.db", "--api-key", "millpond", "--api-secret", "other"];
    place.run(&other).refused(2, &["the api key \"millpond\" with another secret"]);
    let server = place.serve(&["--db", "state.db", "--api-key", "new", "--api-secret", "s"]);
    let keys: Vec<_> =
        server.ready["apps"].as_array().expect("apps").iter().map(|app| app["api_key"].clone()).collect();
    assert_eq!(keys, ["millpond", "new"]);
}

#[test]
fn a_port_in_use_names_its_holder() {
    let place = Place::new();
    let server = place.serve(&["--memory"]);
    let port = server.ready["port"].to_string();
    let second = place.run(&["serve", "--memory", "--port", &port]);
    second.refused(1, &[&format!("127.0.0.1:{port} is in use"), "--port 0"]);
    second.refused(1, &[&format!("It answers at {}: `millpond env --url", server.url), "`millpond stop --url"]);
    if cfg!(target_os = "linux") {
        second.refused(1, &[&format!("by millpond (process id {})", server.pid())]);
    }
}

#[test]
fn the_run_file_is_there_for_as_long_as_the_process() {
    let place = Place::new();
    let server = place.serve(&[]);
    let path = place.path(".millpond/run.json");
    let run: Value = serde_json::from_slice(&fs::read(&path).expect("the file")).expect("JSON");
    assert_eq!((&run["url"], &run["pid"]), (&server.ready["url"], &server.ready["pid"]));
    assert_eq!(run["api_key"], "millpond");
    assert_eq!(fs::read_to_string(place.path(".millpond/.gitignore")).expect("the file"), "*\n");
    server.stop();
    assert!(!path.exists());
    let server = place.serve(&[]);
    fs::write(&path, run.to_string()).expect("a file of another process");
    server.stop();
    assert!(path.exists(), "another process's file stays");
    let elsewhere = place.serve(&["--db", "elsewhere.db"]);
    assert_eq!(fs::read_to_string(&path).expect("the file"), run.to_string());
    drop(elsewhere);
}

/// A call whose body has only begun, and which the server is waiting for.
fn call_in_flight(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).expect("a connection");
    let head = "POST /_millpond/tokens/inspect HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                content-length: 100\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).expect("sent");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 100");
    stream
}

#[test]
fn a_stop_waits_for_what_is_in_flight_and_a_second_signal_does_not() {
    let place = Place::new();
    let server = place.serve(&["--memory"]);
    let mut stream = call_in_flight(&server);
    server.signal("TERM");
    server.stderr_line("stopping");
    let body = format!("{:<100}", r#"{"token": "x"}"#);
    stream.write_all(body.as_bytes()).expect("sent");
    let (code, _, stderr) = server.end();
    assert_eq!(code, Some(0), "{stderr}");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.contains("200 OK"), "{answer}");

    let server = place.serve(&["--memory"]);
    let _stream = call_in_flight(&server);
    server.signal("TERM");
    server.stderr_line("stopping");
    server.signal("INT");
    let (code, _, stderr) = server.end();
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("stopped at once"), "{stderr}");
}

#[test]
fn idle_connections_and_silent_ones_do_not_hold_a_stop_up() {
    let place = Place::new();
    let server = place.serve(&["--memory"]);
    let _open: Vec<_> =
        (0..50).map(|_| TcpStream::connect(server.url.trim_start_matches("http://")).expect("a connection")).collect();
    server.signal("INT");
    let started = std::time::Instant::now();
    assert_eq!(server.end().0, Some(0));
    assert!(started.elapsed().as_secs() < 4, "less than the drain's bound: {:?}", started.elapsed());
}

#[test]
fn the_first_screen_has_all_that_is_needed_and_no_colour() {
    let place = Place::new();
    let server = Server::spawn(&mut place.command(&["--memory", "--port", "0"]));
    let mut screen = Vec::new();
    while screen.last().is_none_or(|line: &String| !line.contains("Ctrl-C")) {
        screen.push(server.stdout_line());
    }
    let text = screen.join("\n");
    assert!(screen.len() <= 24, "{text}");
    for word in [
        "http://127.0.0.1:",
        "millpond",
        SECRET,
        "basePath: ",
        "base_url: ",
        "baseURL: ",
        "/video",
        "WithBaseUrl",
        "millpond env",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!text.contains('\x1b'), "{text:?}");
    server.signal("INT");
    assert_eq!(server.end().0, Some(0));
}

#[test]
fn the_first_screen_does_not_show_a_secret_that_may_be_real() {
    let place = Place::new();
    place.write(".env", "STREAM_API_KEY=k\nSTREAM_API_SECRET=very-real\n");
    let server = Server::spawn(&mut place.command(&["--memory", "--port", "0"]));
    let mut line = String::new();
    while !line.contains("Ctrl-C") {
        line = server.stdout_line();
        assert!(!line.contains("very-real"), "{line}");
        assert!(!line.contains("api secret") || line.contains("(the one of .env)"), "{line}");
    }
}

#[test]
fn listening_for_other_machines_is_said_loudly() {
    let place = Place::new();
    let server = place.serve(&["--memory", "--host", "0.0.0.0"]);
    server.stderr_line("WARNING: millpond listens on 0.0.0.0");
    assert!(server.url.starts_with("http://127.0.0.1:"), "{}", server.url);
    place.run(&["--host", "example.com"]).refused(2, &["--host", "0.0.0.0"]);
}

#[test]
fn a_refused_call_is_one_line_in_the_log_without_its_token() {
    let place = Place::new();
    let expired = place.run(&["token", "john", "--ttl", "-1h", "--iat", "-2h"]);
    let token = expired.line();
    let server = place.serve(&["--memory"]);
    let (status, body) = server.call("GET", "/app", token, None);
    assert_eq!((status, &body["code"]), (401, &json!(40)));
    let line = server.stderr_line("refused");
    let wanted = " refused GetApp 401, code 40, john, expiry: JWTAuth error: token is expired (exp)";
    assert!(line.contains(wanted), "{line}");
    assert!(line.contains(" ago); wanted: no exp") && line.ends_with("the app's clock is the system's)"), "{line}");
    assert!(!line.contains(token), "{line}");

    let server = place.serve(&["--memory", "--log", "millpond=debug", "--log-format", "json"]);
    server.call("GET", "/app", token, None);
    let text = server.stderr_line("millpond::request");
    let line: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(text.matches("\"message\":").count(), 1, "strict readers take no key twice: {text}");
    let fields = &line["fields"];
    assert_eq!((&fields["operation"], &fields["status"], &fields["code"]), (&json!("GetApp"), &json!(401), &json!(40)));
    assert_eq!((&fields["user"], &fields["check"]), (&json!("john"), &json!("expiry")));
    assert!(!line.to_string().contains(token), "{line}");
}

#[test]
fn flags_that_make_no_sense_are_refused() {
    let place = Place::new();
    for (arguments, words) in [
        (&["--log", "millpond=loud"][..], &["--log: `millpond=loud` is no filter"][..]),
        (&["--memory", "--db", "x.db"], &["--memory", "--db"]),
        (&["--port", "70000"], &["--port"]),
        (&["--workers", "0"], &["--workers"]),
        (&["--db", "."], &["folder"]),
        (&["--db", ":memory:"], &["--memory"]),
        (&["--api-key", "a b", "--api-secret", "s"], &["--api-key", "letters, digits"]),
    ] {
        place.run(arguments).refused(2, words);
    }
}

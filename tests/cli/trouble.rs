//! A database that is removed, replaced, full or damaged under a running process; and what dead processes leave behind.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use super::harness::{Place, Server, run};

const DATABASE: &str = ".millpond/millpond.db";

/// Writes a user and gives the answer.
fn write(server: &Server, token: &str, id: &str) -> (u16, Value) {
    server.call("POST", "/users", token, Some(&json!({"users": {id: {"id": id}}})))
}

fn server_token(place: &Place, server: &Server) -> String {
    place.run(&["token", "--server", "--url", &server.url]).line().to_owned()
}

/// That a write is refused as Stream says its own failure, and says why.
#[track_caller]
fn assert_refused(place: &Place, server: &Server, token: &str, words: &[&str]) {
    let (status, body) = write(server, token, "late");
    assert_eq!((status, &body["code"]), (500, &json!(-1)), "{body}");
    let message = body["message"].as_str().expect("a message");
    assert!(message.starts_with("UpdateUsers failed with error: "), "{message}");
    let database = fs::canonicalize(place.path(".")).expect("the folder").join(DATABASE);
    for words in words.iter().chain([&database.to_str().expect("a path")]) {
        assert!(message.contains(words), "{words:?} is missing: {message}");
    }
    // The control API says the same, with what to do apart.
    let made = place.run(&["apps", "create", "--api-key", "late", "--api-secret", "late", "--url", &server.url]);
    made.refused(1, words);
}

/// How often the log has told it.
fn told(log: &str, words: &str) -> usize {
    log.lines().filter(|line| line.contains(" error: ") && line.contains(words)).count()
}

#[test]
fn a_folder_that_is_removed_is_noticed_without_a_call_and_told_once() {
    let place = Place::new();
    let server = place.serve(&[]);
    let token = server_token(&place, &server);
    assert_eq!(write(&server, &token, "before").0, 201);
    fs::remove_dir_all(place.path(".millpond")).expect("removed");
    let line = server.stderr_line("removed or replaced");
    assert!(line.contains("Start millpond again"), "{line}");
    for _ in 0..3 {
        assert_refused(&place, &server, &token, &["removed or replaced", "Start millpond again"]);
    }
    // Who has the file open still reads it; who has not is told.
    let (status, body) = server.call("GET", "/users/before/export", &token, None);
    assert!(status == 200 || body["message"].as_str().is_some_and(|it| it.contains("removed or replaced")), "{body}");
    let (_, log) = server.stop();
    assert_eq!(told(&log, "removed or replaced"), 0, "{log}");
}

#[test]
fn a_database_that_another_process_has_made_anew_is_left_alone() {
    let place = Place::new();
    let first = place.serve(&[]);
    let token = server_token(&place, &first);
    assert_eq!(write(&first, &token, "before").0, 201);
    fs::remove_dir_all(place.path(".millpond")).expect("removed");
    let second = place.serve(&[]);
    assert_eq!(write(&second, &token, "other").0, 201);
    assert_refused(&place, &first, &token, &["removed or replaced"]);
    // Neither its end nor its readers touch what is the other's.
    let (status, _) = first.call("GET", "/users/other/export", &token, None);
    assert_ne!(status, 200, "it read another's database");
    first.stop();
    assert_eq!(write(&second, &token, "more").0, 201);
    second.kill();
    let third = place.serve(&[]);
    assert!(third.has_user(&place, "other") && third.has_user(&place, "more") && !third.has_user(&place, "before"));
}

/// With a bound on the sizes of its files, which stands for a full disk and ends as one does.
#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_takes_no_more_refuses_writes_until_it_does() {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let place = Place::new();
    // A shell hands on that the signal of that bound is ignored; the write then fails, as on a disk.
    let millpond = env!("CARGO_BIN_EXE_millpond");
    let script = r#"trap "" XFSZ; exec "$0" "$@""#;
    let server = Server::start(&mut place.clean("sh", &["-c", script, millpond]), &[]);
    let token = server_token(&place, &server);
    assert_eq!(write(&server, &token, "before").0, 201);
    let pid = Pid::from_raw(server.pid().cast_signed());
    let bound = |bytes| prlimit(pid, Resource::Fsize, Rlimit { current: bytes, maximum: None }).expect("a bound");
    bound(Some(1));
    for _ in 0..3 {
        assert_refused(&place, &server, &token, &["the system failed to read or write", "ulimit -f"]);
    }
    assert_eq!(server.call("GET", "/users/before/export", &token, None).0, 200, "reads still work");
    assert_eq!(server.call("GET", "/users/late/export", &token, None).0, 404, "nothing of it was kept");
    bound(None);
    assert_eq!(write(&server, &token, "after").0, 201, "there is room again");
    // A start is told in the same words.
    let bounded = r#"trap "" XFSZ; ulimit -f 8; exec "$0" serve --db fresh.db --port 0"#;
    let start = run(&mut place.clean("sh", &["-c", bounded, millpond]), "");
    start.refused(2, &["fresh.db: the system failed to read or write", "ulimit -f"]);
    let (_, log) = server.stop();
    assert_eq!(told(&log, "the system failed"), 1, "{log}");
    assert!(log.contains("writes work again"), "{log}");
    let server = place.serve(&[]);
    assert!(server.has_user(&place, "before") && server.has_user(&place, "after") && !server.has_user(&place, "late"));
}

#[test]
fn a_database_that_is_written_over_is_told_as_damaged() {
    let place = Place::new();
    let server = place.serve(&[]);
    let token = server_token(&place, &server);
    let users: serde_json::Map<_, _> =
        (0..90).map(|n| (format!("u{n}"), json!({"id": format!("u{n}"), "x": "x".repeat(1_000)}))).collect();
    for _ in 0..3 {
        assert_eq!(server.call("POST", "/users", &token, Some(&json!({ "users": users }))).0, 201);
    }
    server.stop();
    let server = place.serve(&[]);
    // In place: the same file, with another's bytes from beginning to end.
    let length = fs::metadata(place.path(DATABASE)).expect("a file").len();
    let mut file = fs::OpenOptions::new().write(true).open(place.path(DATABASE)).expect("a file");
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0x5a), length), &mut file).expect("written over");
    for _ in 0..2 {
        let (status, body) =
            server.call("GET", "/users/block", place.run(&["token", "u1", "--url", &server.url]).stdout.trim(), None);
        assert_eq!((status, &body["code"]), (500, &json!(-1)), "{body}");
        let message = body["message"].as_str().expect("a message");
        assert!(message.contains("the database is damaged") && message.contains("move the file away"), "{message}");
    }
    server.signal("TERM");
    let (_, _, log) = server.end();
    assert_eq!(told(&log, "the database is damaged"), 1, "{log}");
}

/// A second name of a database that is in use, of whichever kind.
#[test]
fn two_processes_share_no_database_whatever_it_is_called() {
    let place = Place::new();
    let server = place.serve(&[]);
    symlink(place.path(".millpond"), place.path("folder")).expect("a link");
    symlink(place.path(DATABASE), place.path("file.db")).expect("a link");
    symlink("file.db", place.path("further.db")).expect("a link");
    fs::hard_link(place.path(DATABASE), place.path("hard.db")).expect("a link");
    let by = format!("process id {}", server.pid());
    for (database, words) in [
        (DATABASE, [&*by, &*server.url]),
        ("folder/millpond.db", [&*by, &*server.url]),
        ("file.db", [&*by, &*server.url]),
        ("further.db", [&*by, &*server.url]),
        ("./folder/../folder/millpond.db", [&*by, &*server.url]),
        ("hard.db", ["a second name", "Remove that name"]),
    ] {
        place.run(&["serve", "--port", "0", "--db", database]).refused(2, &words);
    }
    let token = server_token(&place, &server);
    assert_eq!(write(&server, &token, "after").0, 201, "it goes on undisturbed");
}

#[test]
fn what_killed_processes_kept_in_memory_is_swept_at_the_next_start() {
    let place = Place::new();
    let temporary = place.path("temporary");
    fs::create_dir(&temporary).expect("a folder");
    let there = || {
        let entries = fs::read_dir(&temporary).expect("a folder").flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().expect("a name")).collect();
        names.sort();
        names
    };
    let serve = || place.serve_with(&["--memory"], &[("TMPDIR", temporary.to_str().expect("a path"))]);
    let (lives, dies) = (serve(), serve());
    assert_eq!(there().len(), 2);
    dies.kill();
    let left = there();
    assert_eq!(left.len(), 2, "nobody can clean up behind a kill");
    // What only looks alike: another's database, a folder without one, a link, and one whose maker has not got so far.
    for name in ["millpond-memory-mine", "millpond-memory-empty", "millpond-memory-young", "elsewhere"] {
        fs::create_dir(temporary.join(name)).expect("a folder");
    }
    fs::write(temporary.join("millpond-memory-mine/millpond.db"), "kept").expect("a file");
    fs::write(temporary.join("millpond-memory-mine/millpond.db.lock"), "1").expect("a file");
    fs::write(temporary.join("millpond-memory-young/memory.db.lock"), "").expect("a file");
    fs::write(temporary.join("elsewhere/memory.db.lock"), "1").expect("a file");
    symlink(temporary.join("elsewhere"), temporary.join("millpond-memory-link")).expect("a link");
    let next = serve();
    let now = there();
    let gone: Vec<_> = left.iter().filter(|name| !now.contains(name)).collect();
    assert_eq!((gone.len(), now.len()), (1, 7), "{left:?} {now:?}");
    assert!(temporary.join("elsewhere/memory.db.lock").exists());
    for server in [lives, next] {
        let token = server_token(&place, &server);
        assert_eq!(write(&server, &token, "after").0, 201);
        server.stop();
    }
    assert_eq!(there().len(), 5);
}

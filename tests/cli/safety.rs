//! What a hostile repository, neighbour or log reader gets: nothing.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::Duration;

use tungstenite::Message;

use super::harness::Place;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display())).permissions().mode()
        & 0o777
}

#[test]
fn all_that_is_written_is_for_its_owner_alone() {
    let place = Place::new();
    let server = place.serve(&["--fixture", "quickstart"]);
    let exported = place.run(&["fixture", "export", "-o", "all.yaml", "--url", &server.url]);
    assert_eq!(exported.code, 0, "{exported:?}");
    assert_eq!(mode(&place.path("all.yaml")), 0o600);
    assert_eq!(mode(&place.path(".millpond")), 0o700);
    let entries = fs::read_dir(place.path(".millpond")).expect("the folder");
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name().into_string().expect("a name")).collect();
    names.sort();
    for name in ["millpond.db", "millpond.db-shm", "millpond.db-wal", "millpond.db.lock", "run.json", ".gitignore"] {
        assert!(names.iter().any(|there| there == name), "{name}: {names:?}");
    }
    for name in names {
        assert_eq!(mode(&place.path(&format!(".millpond/{name}"))), 0o600, "{name}");
    }
}

#[test]
fn a_database_that_others_could_read_is_closed_to_them() {
    let place = Place::new();
    place.serve(&[]).stop();
    let (folder, database) = (place.path(".millpond"), place.path(".millpond/millpond.db"));
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("opened");
    fs::set_permissions(&database, fs::Permissions::from_mode(0o644)).expect("opened");
    place.serve(&[]).stop();
    assert_eq!((mode(&folder), mode(&database)), (0o700, 0o600));
}

/// A repository can hold links. None of the names that millpond writes to leads out of its folder.
#[test]
fn no_link_in_the_folder_leads_to_a_file_that_is_overwritten() {
    for name in ["millpond.db.lock", ".gitignore", "run.json", "millpond.db", "millpond.db-wal", "millpond.db-shm"] {
        for dangling in [false, true] {
            let place = Place::new();
            fs::create_dir(place.path(".millpond")).expect("a folder");
            if !dangling {
                place.write("theirs", "precious");
            }
            symlink(place.path("theirs"), place.path(&format!(".millpond/{name}"))).expect("a link");
            // It starts or it refuses; it says so or it does not: the other file is as it was.
            let done = place.run(&["serve", "--port", "0", "--json", "--host", "192.0.2.1"]);
            assert_ne!(done.code, 0, "192.0.2.1 is no address of any machine: {done:?}");
            let theirs = fs::read_to_string(place.path("theirs")).ok();
            assert_eq!(theirs.as_deref(), (!dangling).then_some("precious"), "{name}: {done:?}");
        }
    }
}

#[test]
fn a_run_file_that_leads_to_another_machine_is_not_followed() {
    let place = Place::new();
    fs::create_dir(place.path(".millpond")).expect("a folder");
    // 192.0.2.1 is for documentation: no machine has it.
    for host in ["192.0.2.1", "evil.example", "localhost.evil.example", "127.0.0.1@evil.example", "[2001:db8::1]"] {
        let url = format!("http://{host}:9");
        place.write(".millpond/run.json", &format!(r#"{{"url":"{url}","pid":1,"api_key":"k","started_at":""}}"#));
        let done = place.run(&["env", "--url", "http://127.0.0.1:9"]);
        assert!(!done.stderr.contains("is not followed"), "what --url names is asked for: {done:?}");
        let done = place.run(&["doctor"]);
        assert!(done.stderr.contains(&format!("{url} is not on this machine")), "{done:?}");
    }
}

#[test]
fn no_level_of_the_log_says_a_token_or_a_secret() {
    let place = Place::new();
    let server = place.serve(&["--memory", "--log", "trace", "--fixture", "quickstart"]);
    let line = |arguments: &[&str]| {
        let done = place.run(&[arguments, &["--url", &server.url]].concat());
        done.line().to_owned()
    };
    let (user, of_server) = (line(&["token", "john"]), line(&["token", "--server"]));
    assert_eq!(server.call("GET", "/app", &user, None).0, 200);
    assert_eq!(server.call("GET", "/app", &format!("{of_server}x"), None).0, 401);
    let authority = server.url.trim_start_matches("http://");
    let socket = |path: &str, frame: Option<String>| {
        let stream = TcpStream::connect(authority).expect("a connection");
        let (mut socket, _) = tungstenite::client(format!("ws://{authority}{path}"), stream).expect("an upgrade");
        if let Some(frame) = frame {
            socket.send(Message::Text(frame.into())).expect("sent");
        }
        let Message::Text(greeting) = socket.read().expect("a greeting") else { panic!("no text") };
        assert!(greeting.contains("john"), "{greeting}");
    };
    let query = "api_key=millpond&stream-auth-type=jwt";
    let first = serde_json::json!({"token": user, "user_details": {"id": "john"}});
    socket(&format!("/api/v2/connect?{query}"), Some(first.to_string()));
    let json = "%7B%22user_details%22%3A%7B%22id%22%3A%22john%22%7D%7D";
    socket(&format!("/connect?{query}&authorization={user}&json={json}"), None);
    line(&["token", "john"]);
    place.run(&["fixture", "export", "--url", &server.url]);
    let (_, log) = server.stop();
    assert!(log.contains("answered GetApp"), "the log is not that of the calls: {log}");
    let signature = |token: &str| token.rsplit('.').next().expect("a part").to_owned();
    for secret in [signature(&user), signature(&of_server), super::harness::SECRET.to_owned()] {
        let said: Vec<_> = log.lines().filter(|line| line.contains(&secret)).collect();
        assert!(said.is_empty(), "{said:#?}");
    }
}

/// Calls over a kept connection until the server closes it, and gives the statuses.
fn call_until_closed(authority: &str, head: &str) -> Vec<String> {
    let mut stream = TcpStream::connect(authority).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time-out");
    let mut statuses = Vec::new();
    let mut bytes = Vec::new();
    while statuses.len() < CALLS_MAX && stream.write_all(head.as_bytes()).is_ok() {
        let mut piece = [0; 16_384];
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let length = text.split_once("\r\n\r\n").and_then(|(head, body)| {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                let wanted = length.expect("a length").parse::<usize>().expect("a number");
                (body.len() >= wanted).then_some(head.len() + 4 + wanted)
            });
            if let Some(length) = length {
                statuses.push(text[9..12].to_owned());
                bytes.drain(..length);
                break;
            }
            match stream.read(&mut piece) {
                Ok(0) | Err(_) => {
                    assert!(bytes.is_empty(), "an answer was broken off: {text}");
                    return statuses;
                }
                Ok(read) => bytes.extend_from_slice(&piece[..read]),
            }
        }
    }
    statuses
}

/// More than anybody calls until the server is told to stop.
const CALLS_MAX: usize = 1_000_000;

#[test]
fn a_stop_answers_what_is_under_way_and_closes_kept_connections_without_an_error() {
    let place = Place::new();
    let server = place.serve(&["--memory", "--log", "off"]);
    let token = place.run(&["token", "--server", "--url", &server.url]).line().to_owned();
    let authority = server.url.trim_start_matches("http://").to_owned();
    let callers: Vec<_> = (0..16)
        .map(|n| {
            let body = format!(r#"{{"users": {{"u{n}": {{"id": "u{n}"}}}}}}"#);
            let head = format!(
                "POST /api/v2/users?api_key=millpond HTTP/1.1\r\nhost: localhost\r\nstream-auth-type: jwt\r\n\
                 authorization: {token}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let authority = authority.clone();
            std::thread::spawn(move || call_until_closed(&authority, &head))
        })
        .collect();
    server.wait_for_user("u15", &token);
    server.signal("TERM");
    for caller in callers {
        let statuses = caller.join().expect("a caller");
        assert!(statuses.len() < CALLS_MAX && statuses.iter().all(|status| status == "201"), "{:?}", statuses.last());
    }
    assert_eq!(server.end().0, Some(0));
}

/// Three thousand clients at once are three times what the writer's queue holds, and more than a listener's usual queue.
#[test]
fn a_burst_of_writes_waits_and_none_fails() {
    let place = Place::new();
    let server = place.serve(&["--memory", "--log", "off"]);
    let token = place.run(&["token", "--server", "--url", &server.url]).line().to_owned();
    let authority = server.url.trim_start_matches("http://");
    let mut streams: Vec<_> = (0..3_000)
        .map(|n| {
            let body = format!(r#"{{"users": {{"u{n}": {{"id": "u{n}"}}}}}}"#);
            let head = format!(
                "POST /api/v2/users?api_key=millpond HTTP/1.1\r\nhost: localhost\r\nstream-auth-type: jwt\r\n\
                 authorization: {token}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let mut stream = TcpStream::connect(authority).expect("a connection");
            stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time-out");
            stream.write_all(head.as_bytes()).expect("sent");
            (stream, body)
        })
        .collect();
    // All of them are complete at once.
    for (stream, body) in &mut streams {
        stream.write_all(body.as_bytes()).expect("sent");
    }
    for (stream, _) in &mut streams {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }
}

/// What the process has had of memory at the most, in MiB.
fn peak_mib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

/// Some megabytes from each of many clients, or some kilobytes that stand for gigabytes: they wait for room, are judged one
/// after the other, and the process stays small.
#[test]
#[cfg(target_os = "linux")]
fn bodies_in_flight_have_a_bound_however_many_there_are() {
    const PEAK_MAX_MIB: u64 = 320;
    let place = Place::new();
    let server = place.serve(&["--memory", "--log", "off"]);
    let token = place.run(&["token", "--server", "--url", &server.url]).line().to_owned();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        encoder.write_all(&vec![b' '; 1024 * 1024]).expect("packed");
    }
    let bomb = encoder.finish().expect("packed");
    let zeros = |bytes: usize| {
        format!(r#"{{"users": {{"u": {{"id": "u", "custom": {{"x": [{}0]}}}}}}}}"#, "0,".repeat(bytes / 2))
    };
    // Each with what it is answered: too large when inflated, too many values, too much custom data in many calls.
    let kinds: [(&str, Vec<u8>, usize, &str); 3] = [
        ("content-encoding: gzip\r\n", bomb, 100, "413"),
        ("", zeros(4 * 1024 * 1024 - 100).into_bytes(), 32, "413"),
        ("", zeros(150_000).into_bytes(), 400, "413"),
    ];
    for (header, body, clients, status) in kinds {
        let clients: Vec<_> = (0..clients)
            .map(|_| {
                let head = format!(
                    "POST /api/v2/users?api_key=millpond HTTP/1.1\r\nhost: localhost\r\nstream-auth-type: jwt\r\n\
                     authorization: {token}\r\n{header}connection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                let (authority, body) = (server.url.trim_start_matches("http://").to_owned(), body.clone());
                std::thread::spawn(move || {
                    let mut stream = TcpStream::connect(authority).expect("a connection");
                    stream.set_read_timeout(Some(Duration::from_secs(120))).expect("a time-out");
                    stream.write_all(head.as_bytes()).expect("sent");
                    // A server that has refused already reads no further.
                    let _ = stream.write_all(&body);
                    let mut answer = Vec::new();
                    let _ = stream.read_to_end(&mut answer);
                    String::from_utf8_lossy(&answer).into_owned()
                })
            })
            .collect();
        for client in clients {
            let answer = client.join().expect("a client");
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        }
        let peak = peak_mib(server.pid());
        assert!(peak < PEAK_MAX_MIB, "{header:?}: {peak} MiB");
    }
}

#[test]
fn a_name_that_lets_in_every_page_or_none_is_refused() {
    for name in ["*", "*.", "*.*", "mill*", "millpond:7663", "http://millpond"] {
        let done = Place::new().run(&["serve", "--port", "0", "--memory", "--allow-host", name]);
        done.refused(2, &["--allow-host", "without a port", "*.svc"]);
    }
}

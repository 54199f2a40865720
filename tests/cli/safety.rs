//! What a hostile repository, neighbour or log reader gets: nothing.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

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

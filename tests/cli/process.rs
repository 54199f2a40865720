//! `stop` and `open`, and how a helper knows to whom it speaks.

use std::net::{TcpListener, TcpStream};

use serde_json::{Value, json};

use super::harness::{Place, Server, run};

fn ask(server: &Server, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let agent = ureq::Agent::config_builder().proxy(None).http_status_as_error(false).build().new_agent();
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{}/_millpond{path}", server.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = agent.run(request.body(()).expect("fine")).expect("an answer");
    (answer.status().as_u16(), answer.body_mut().read_json().expect("JSON"))
}

#[test]
fn a_stop_ends_it_as_a_signal_does_and_its_port_is_free() {
    let place = Place::new();
    let server = place.serve(&[]);
    let address = server.url.trim_start_matches("http://").to_owned();
    server.create_user(&place, "john");
    let _idle = TcpStream::connect(&address).expect("a connection that says nothing");
    let told = place.run(&["stop"]);
    assert_eq!(told.line(), format!("{} has stopped", server.url));
    TcpListener::bind(&address).expect("the port is free at once");
    assert!(!place.path(".millpond/run.json").exists());
    let (code, stdout, stderr) = server.end();
    assert_eq!((code, &*stdout), (Some(0), ""), "{stderr}");
    assert!(stderr.contains("as `millpond stop` asks"), "{stderr}");

    let again = place.serve(&[]);
    assert!(again.has_user(&place, "john"), "the state was kept");
    assert_eq!(place.run(&["stop", "--json"]).json(), json!({"stopped": again.url}));
    place.run(&["stop"]).refused(1, &["no millpond was found"]);
}

#[test]
fn a_stop_is_guarded_like_a_reset_and_takes_nothing() {
    let place = Place::new();
    let server = place.serve(&["--memory"]);
    for page in ["http://evil.example", "http://localhost:5173"] {
        for path in ["/stop", "/reset"] {
            assert_eq!(ask(&server, "POST", path, &[("origin", page)]).0, 403, "{path} from {page}");
        }
    }
    assert_eq!(ask(&server, "POST", "/stop", &[("host", "evil.example")]).0, 403);
    assert_eq!(ask(&server, "GET", "/stop", &[]).0, 404);
    assert_eq!(ask(&server, "GET", "/health", &[]).1["ready"], true);
}

#[test]
#[cfg(unix)]
fn a_millpond_that_ends_with_its_command_is_stopped_by_nobody_else() {
    let binary = env!("CARGO_BIN_EXE_millpond");
    let done = Place::new().run(&["exec", "--", binary, "stop"]);
    done.refused(2, &["ends with the program that started it", "millpond exec"]);
}

#[test]
fn a_nonce_comes_back() {
    let place = Place::new();
    let server = place.serve(&["--memory"]);
    let longest = "aZ9".repeat(22)[..64].to_owned();
    for nonce in ["x", &longest] {
        assert_eq!(ask(&server, "GET", &format!("/info?nonce={nonce}"), &[]).1["nonce"], *nonce);
    }
    assert_eq!(ask(&server, "GET", "/info", &[]).1.get("nonce"), None);
    for wrong in ["", "a-b", "%C3%A4", &"x".repeat(65), "%3Cscript%3E"] {
        let (status, body) = ask(&server, "GET", &format!("/info?nonce={wrong}"), &[]);
        assert_eq!((status, &body["error"]["field"]), (400, &json!("/nonce")), "{wrong}: {body}");
    }
}

#[test]
fn open_prints_the_dashboards_address() {
    let place = Place::new();
    let server = place.serve(&[]);
    let address = format!("{}/_millpond/", server.url);
    assert_eq!(place.run(&["open"]).line(), address);
    assert_eq!(place.run(&["open", "--json"]).json(), json!({ "url": address }));
    // Where nobody looks, no browser is even tried: one that is missing would be told of.
    let alone = run(place.command(&["open"]).env("PATH", "/none"), "");
    assert_eq!((alone.line(), &*alone.stderr), (&*address, ""));
}

#[test]
#[cfg(target_os = "linux")]
fn open_asks_for_a_browser_at_a_terminal_alone() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    let server = place.serve(&[]);
    place.write("xdg-open", "#!/bin/sh\necho \"$@\" >opened.part && mv opened.part opened\n");
    std::fs::set_permissions(place.path("xdg-open"), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let path = format!("{}:{}", place.path("").display(), std::env::var("PATH").expect("a path"));
    let script = r#"PATH="$1" "$MILLPOND" open >/dev/null; test ! -e opened && PATH="$1" "$MILLPOND" open
        until test -e opened; do :; done; exit 7"#;
    let done = super::exec::in_a_terminal(&place, &["sh", "-c", script, "sh", &path], "< /_millpond/\n");
    assert_eq!(done.code, 7, "{done:?}");
    let opened = std::fs::read_to_string(place.path("opened")).expect("what was opened");
    assert_eq!(opened, format!("{}/_millpond/\n", server.url));
    let none = super::exec::in_a_terminal(
        &place,
        &["sh", "-c", r#"PATH=/none "$MILLPOND" open"#],
        "< `xdg-open` cannot be run\n",
    );
    assert_eq!(none.code, 0, "{none:?}");
}

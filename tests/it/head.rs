//! HEAD is answered wherever GET is: the same status and headers, and no body.

use std::io::Write;

use millpond::operation::table::OPERATIONS;
use serde_json::json;

use crate::app::TestApp;
use crate::raw::{self, Raw};

/// Headers whose value is another in each answer; `content-length` counts the digits of `duration`.
const CHANGING: [&str; 4] = ["date", "x-ratelimit-remaining", "x-ratelimit-reset", "content-length"];

fn headers(answer: &Raw) -> Vec<(String, String)> {
    let lines = answer.head.lines().skip(1).filter_map(|line| line.split_once(": "));
    let headers = lines.map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let known = |name: &str| CHANGING.contains(&name);
    let mut headers: Vec<_> =
        headers.map(|(name, value)| if known(&name) { (name, String::new()) } else { (name, value) }).collect();
    headers.sort();
    headers
}

/// Asks by both methods. The HEAD goes over a connection on which another call follows: a body would be taken for its answer.
#[track_caller]
fn both(url: &str, target: &str, more: &str) -> u16 {
    let request = |method: &str, target: &str, more: &str| {
        format!("{method} {target} HTTP/1.1\r\nhost: {}\r\n{more}\r\n", url.trim_start_matches("http://"))
    };
    let mut stream = raw::connect(url);
    stream.write_all(request("GET", target, more).as_bytes()).unwrap();
    let get = raw::read_head(&mut stream).unwrap_or_else(|| panic!("GET {target} is not answered"));
    let mut stream = raw::connect(url);
    let two = format!("{}{}", request("HEAD", target, more), request("GET", "/_millpond/health", ""));
    stream.write_all(two.as_bytes()).unwrap();
    let head = raw::read_head(&mut stream).unwrap_or_else(|| panic!("HEAD {target} is not answered"));
    assert_eq!((head.status, headers(&head)), (get.status, headers(&get)), "{target}");
    let mut rest = head.body.clone();
    while !String::from_utf8_lossy(&rest).contains("\"ready\"") {
        assert_ne!(raw::more(&mut stream, &mut rest), 0, "{target}: the next call was not answered");
    }
    assert!(rest.starts_with(b"HTTP/1.1 200"), "{target}: {:?}", String::from_utf8_lossy(&rest));
    head.status
}

fn with_secrets(app: &TestApp) -> String {
    let token = app.mint(&json!({"kind": "server"}));
    format!("authorization: {token}\r\nstream-auth-type: jwt\r\n")
}

#[test]
fn stream_operations_that_are_read_by_get() {
    let app = TestApp::new();
    let more = with_secrets(&app);
    let mut answered = 0;
    for operation in OPERATIONS {
        for place in operation.places.iter().filter(|place| place.method == "GET") {
            for prefix in place.mounts.prefixes() {
                let path = place.path.replace("{user_id}", "john").replace("{id}", "none");
                let status = both(&app.url, &format!("{prefix}{path}?api_key={}", app.api_key), &more);
                answered += usize::from(status == 200);
            }
        }
    }
    assert!(answered > 12, "{answered}");
    assert_eq!(both(&app.url, &format!("/api/v2/app?api_key={}", app.api_key), ""), 401);
    assert_eq!(both(&app.url, "/no/such/place", ""), 404);
}

#[test]
fn routes_of_the_control_api_that_are_read_by_get() {
    let app = TestApp::new();
    let described = crate::app::send("GET", &format!("{}/_millpond/openapi.json", app.url), &[], None).ok();
    let mut answered = 0;
    for (path, methods) in described["paths"].as_object().unwrap() {
        // It waits for what does not come, by either method.
        if methods.get("get").is_none() || path.ends_with("/wait") {
            continue;
        }
        let path = path.replace("{api_key}", &app.api_key).replace(['{', '}'], "");
        answered += usize::from(both(&app.url, &path, "") == 200);
    }
    assert!(answered > 20, "{answered}");
}

#[test]
fn the_dashboard() {
    let app = TestApp::new();
    assert_eq!(both(&app.url, "/_millpond/", ""), 200);
    assert_eq!(both(&app.url, "/", "accept: text/html\r\n"), 307);
    assert_eq!(both(&app.url, "/", ""), 404);
}

#[test]
fn a_call_that_a_fault_cuts_is_cut_for_head_too() {
    let app = TestApp::new();
    app.fault(&json!({"operation": "GetApp", "then": {"cut": true}}));
    let mut stream = raw::connect(&app.url);
    let request = format!("HEAD /api/v2/app?api_key={} HTTP/1.1\r\nhost: x\r\n{}\r\n", app.api_key, with_secrets(&app));
    stream.write_all(request.as_bytes()).unwrap();
    assert!(raw::read_head(&mut stream).is_none());
}

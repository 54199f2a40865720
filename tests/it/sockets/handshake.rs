//! What is no WebSocket handshake gets an HTTP answer in Stream's form; what only looks like one is a plain request.

use serde_json::json;

use super::client::{DOORS, Door};
use crate::app::TestApp;
use crate::raw::{Raw, exchange};

/// A request of these lines, each to end in CRLF.
fn ask(app: &TestApp, lines: &[&str]) -> Raw {
    let host = app.url.trim_start_matches("http://");
    let lines: Vec<_> = lines.iter().map(|line| line.replace("HOST", host)).collect();
    exchange(&app.url, format!("{}\r\n\r\n", lines.join("\r\n")).as_bytes())
}

const HOST: &str = "host: HOST";
const UPGRADE: &str = "connection: Upgrade\r\nupgrade: websocket";
const VERSION: &str = "sec-websocket-version: 13";
const KEY: &str = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";

fn refused(what: &str) -> (u16, i64, String) {
    (400, 4, format!("Connect failed with error: \"this is no WebSocket handshake: {what}\""))
}

#[test]
fn a_handshake_that_is_none_is_told_what_it_lacks() {
    let app = TestApp::new();
    for door in DOORS {
        let get = format!("GET {} HTTP/1.1", door.path());
        let no_key = refused("it needs a `Sec-WebSocket-Key`");
        assert_eq!(ask(&app, &[&get, HOST, UPGRADE, VERSION]).error(), no_key);
        assert_eq!(ask(&app, &[&get, HOST, UPGRADE, VERSION, "sec-websocket-key: "]).error(), no_key);
        let version = refused("it needs `Sec-WebSocket-Version: 13`");
        assert_eq!(ask(&app, &[&get, HOST, UPGRADE, KEY]).error(), version);
        assert_eq!(ask(&app, &[&get, HOST, UPGRADE, KEY, "sec-websocket-version: 8"]).error(), version);
        let post = format!("POST {} HTTP/1.1", door.path());
        assert_eq!(ask(&app, &[&post, HOST, UPGRADE, KEY, VERSION]).error().0, 400);
    }
}

#[test]
fn http_1_0_cannot_upgrade() {
    let app = TestApp::new();
    for door in DOORS {
        let get = format!("GET {} HTTP/1.0", door.path());
        let (status, code, _) = ask(&app, &[&get, HOST, UPGRADE, KEY, VERSION]).error();
        assert_eq!((status, code), (400, 4), "{door:?}");
    }
}

#[test]
fn a_door_without_an_upgrade_says_what_it_is() {
    let app = TestApp::new();
    for door in DOORS {
        let answer = app.user("john").get(door.path());
        let text = "this is no WebSocket handshake: it needs `Connection: Upgrade` and `Upgrade: websocket`";
        assert_eq!(answer.error(), (400, 4, format!("Connect failed with error: \"{text}\"")), "{door:?}");
        // Without anything shown as well: whoever tries the address in a browser shall see what it is.
        assert_eq!(crate::app::send("GET", &format!("{}{}", app.url, door.path()), &[], None).status, 400);
    }
}

#[test]
fn an_upgrade_where_there_is_no_door_is_not_found() {
    let app = TestApp::new();
    let wanted = (404, 16, "Request failed with error: \"Not Found\"".to_owned());
    for path in ["/api/v2/nowhere", "/api/v2/app", "/", "/_millpond/health", "/connect/", "/api/v2/connect/x"] {
        let get = format!("GET {path} HTTP/1.1");
        let answer = ask(&app, &[&get, HOST, UPGRADE, KEY, VERSION]);
        assert_eq!(answer.error(), wanted, "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json;charset=utf-8"), "{path}");
        assert_eq!(answer.header("connection"), Some("close"), "{path}");
    }
}

/// Java's HTTP client offers HTTP/2 with each first request.
#[test]
fn an_offer_of_another_protocol_is_served_as_the_request_it_comes_with() {
    let app = TestApp::new();
    let token = app.mint(&json!({"user_id": "john"}));
    let get = format!("GET /api/v2/app?api_key={} HTTP/1.1", app.api_key);
    let token = format!("authorization: {token}");
    for offer in [
        "connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
        "connection: Upgrade\r\nupgrade: TLS/1.0",
        "connection: Upgrade\r\nupgrade: foo/2",
        "connection: upgrade",
        "upgrade: h2c",
    ] {
        let lines = [&get, HOST, "stream-auth-type: jwt", &token, offer];
        let answer = ask(&app, &lines);
        assert_eq!((answer.status, answer.json()["app"]["name"].is_string()), (200, true), "{offer}: {answer:?}");
        let body = [
            &format!("POST /api/v2/guest?api_key={} HTTP/1.1", app.api_key),
            HOST,
            "stream-auth-type: anonymous",
            "content-type: application/json",
            "content-length: 23",
            offer,
        ];
        let host = app.url.trim_start_matches("http://");
        let text = format!("{}\r\n\r\n{}", body.join("\r\n").replace("HOST", host), r#"{"user":{"id":"guest"}}"#);
        let answer = exchange(&app.url, text.as_bytes());
        assert_eq!(answer.status, 201, "{offer}: {answer:?}");
    }
}

#[test]
fn header_names_and_words_of_an_upgrade_are_read_in_any_case() {
    let app = TestApp::at_noon();
    let show = app.show("john");
    let mut stream = crate::raw::connect(&app.url);
    let head = format!(
        "GET /connect?{} HTTP/1.1\r\nHOST: x\r\nCONNECTION: keep-alive, UPGRADE\r\nUPGRADE: WebSocket\r\nSEC-WEBSOCKET-VERSION: 13\r\nSEC-WEBSOCKET-KEY: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        show.query(Door::Legacy)
    );
    std::io::Write::write_all(&mut stream, head.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains("health.check") {
        let mut buffer = [0; 4096];
        let count = std::io::Read::read(&mut stream, &mut buffer).unwrap();
        assert!(count > 0, "{}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&buffer[..count]);
    }
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    assert!(text.starts_with("http/1.1 101 "), "{text}");
    // The accept key of RFC 6455's own example.
    assert!(text.contains(&"sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".to_lowercase()), "{text}");
}

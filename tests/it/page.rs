//! The dashboard: how its files are served, and what they may hold.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::app::{Answer, TestApp, encode, send};

/// All files together, in bytes at the most.
const SIZE_MAX: usize = 300 * 1024;

fn get(path: &str, headers: &[(&str, &str)]) -> Answer {
    send("GET", &format!("{}{path}", TestApp::new().url), headers, None)
}

/// The files of the page: path below `static/` and text.
fn files() -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("static"), "", &mut found);
    assert!(!found.is_empty());
    found
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), found);
        } else {
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

fn with_extension(extension: &str) -> Vec<(String, String)> {
    files().into_iter().filter(|(name, _)| name.ends_with(extension)).collect()
}

/// What stands between `before` and the next `after`, for each time that `before` stands in the text.
fn between<'a>(text: &'a str, before: &str, after: char) -> Vec<&'a str> {
    text.split(before).skip(1).map(|rest| rest.split(after).next().unwrap()).collect()
}

/// The values of an attribute in a page.
fn attribute<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    between(page, &format!(" {name}=\""), '"')
}

fn content_type(name: &str) -> &'static str {
    match extension(name) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "md" => "text/markdown; charset=utf-8",
        other => panic!("no type is known for .{other}"),
    }
}

#[test]
fn a_browser_at_the_root_is_sent_to_the_page() {
    let url = TestApp::new().url;
    let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();
    for (path, accept) in [("/", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"), ("/_millpond", "*/*")] {
        let response = agent.get(format!("{url}{path}")).header("accept", accept).call().unwrap();
        assert_eq!(response.status(), 307, "{path}");
        assert_eq!(response.headers()["location"], "/_millpond/", "{path}");
    }
}

#[test]
fn at_the_root_others_get_the_answer_to_an_unknown_route() {
    for headers in [&[("accept", "application/json")][..], &[("accept", "*/*")], &[]] {
        let (status, code, _) = get("/", headers).error();
        assert_eq!((status, code), (404, 16), "{headers:?}");
    }
}

#[test]
fn the_page_is_html_under_a_strict_policy() {
    let page = get("/_millpond/", &[]);
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    let policy = page.header("content-security-policy").unwrap();
    let wanted = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                  font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    assert_eq!(policy, wanted);
}

#[test]
fn a_file_that_the_browser_has_is_not_sent_again() {
    for path in ["/_millpond/", "/_millpond/assets/css/base.css"] {
        let first = get(path, &[]);
        let tag = first.header("etag").unwrap();
        for known in [tag.to_owned(), format!("\"other\", {tag}"), format!("W/{tag}")] {
            let again = get(path, &[("if-none-match", &known)]);
            assert_eq!((again.status, again.text.as_str()), (304, ""), "{known}");
            assert_eq!(again.header("etag"), Some(tag));
        }
        assert_eq!(get(path, &[("if-none-match", "\"other\"")]).status, 200);
    }
}

#[test]
fn a_304_leaves_the_connection_in_order() {
    use std::io::{Read, Write};
    let url = TestApp::new().url;
    let tag = get("/_millpond/", &[]).header("etag").unwrap().to_owned();
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let head = |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{more}\r\n");
    let both =
        head("/_millpond/", &format!("if-none-match: {tag}\r\n")) + &head("/_millpond/health", "connection: close\r\n");
    stream.write_all(both.as_bytes()).unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    let (first, second) = answers.split_once("\r\n\r\n").unwrap();
    assert!(first.starts_with("HTTP/1.1 304 "), "{answers}");
    assert!(second.starts_with("HTTP/1.1 200 "), "{answers}");
}

#[test]
fn every_file_is_served_as_it_is_with_its_type() {
    for (name, text) in files() {
        let served = get(&format!("/_millpond/assets/{name}"), &[]);
        assert_eq!(served.status, 200, "{name}");
        assert_eq!(served.header("content-type"), Some(content_type(&name)), "{name}");
        assert_eq!(served.header("x-content-type-options"), Some("nosniff"), "{name}");
        assert!(served.text == text, "{name} is served as it was when the binary was built");
    }
}

fn extension(name: &str) -> &str {
    name.rsplit('.').next().unwrap()
}

/// The files that a page or a module names, as paths below `static/`.
fn named_by(name: &str, text: &str) -> Vec<String> {
    if extension(name) == "html" {
        let links = attribute(text, "href").into_iter().chain(attribute(text, "src"));
        let files = links.filter(|link| !link.starts_with('#'));
        return files.map(|link| link.strip_prefix("assets/").unwrap_or_else(|| panic!("{link}")).to_owned()).collect();
    }
    let folder = Path::new(name).parent().unwrap();
    between(text, " from \"", '"').into_iter().map(|link| resolved(folder, link)).collect()
}

/// `./x.js` or `../lib/x.js`, seen from a folder below `static/`.
fn resolved(folder: &Path, link: &str) -> String {
    let path = match link.strip_prefix("../") {
        Some(rest) => folder.parent().unwrap().join(rest),
        None => folder.join(link.strip_prefix("./").unwrap_or_else(|| panic!("{link} is no file of ours"))),
    };
    path.to_str().unwrap().to_owned()
}

fn all_named() -> Vec<String> {
    let code = |name: &str| ["html", "js"].contains(&extension(name));
    // The lines that an SDK is pointed here with have imports of their own.
    let ours = |name: &str| code(name) && name != "lib/snippets.js";
    files().iter().filter(|(name, _)| ours(name)).flat_map(|(name, text)| named_by(name, text)).collect()
}

#[test]
fn every_file_that_the_page_names_is_there() {
    let there: Vec<_> = files().into_iter().map(|(name, _)| name).collect();
    let named = all_named();
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        assert!(there.contains(&name), "{name}");
    }
}

#[test]
fn no_file_is_there_that_the_page_does_not_use() {
    let named = all_named();
    for (name, _) in files() {
        assert!(named.contains(&name) || ["index.html", "README.md"].contains(&name.as_str()), "{name}");
    }
}

#[test]
fn no_file_refers_to_another_origin() {
    for (name, text) in files() {
        // The SVG namespace is a name, not an address.
        let text = text.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        for sign in ["://", "\"//", "'//", "(//", "@import", " url("] {
            assert!(!text.contains(sign), "{name} has {sign}");
        }
    }
}

#[test]
fn no_script_style_or_handler_stands_in_the_page() {
    for (name, page) in with_extension(".html").into_iter().chain(with_extension(".svg")) {
        let lower = page.to_ascii_lowercase();
        for script in between(&lower, "<script", '<') {
            assert!(script.contains(" src=\"") && script.ends_with('>'), "{name}: {script}");
        }
        assert!(!lower.contains("<style") && !lower.contains("javascript:"), "{name}");
        for tag in between(&lower, "<", '>') {
            for attribute in tag.split_ascii_whitespace().skip(1) {
                let is_handler = attribute.starts_with("on") && attribute.contains('=');
                assert!(!is_handler && !attribute.starts_with("style="), "{name}: <{tag}>");
            }
        }
    }
}

#[test]
fn text_of_others_never_becomes_markup() {
    let signs = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "DOMParser", "srcdoc"];
    for (name, module) in with_extension(".js") {
        for sign in signs {
            assert!(!module.contains(sign), "{name} has {sign}");
        }
    }
}

#[test]
fn the_dashboard_stays_small() {
    let size: usize = files().iter().map(|(_, text)| text.len()).sum();
    assert!(size < SIZE_MAX, "{size} bytes");
}

#[test]
fn an_unknown_file_is_not_found() {
    for path in ["/_millpond/assets/nothing.js", "/_millpond/assets/", "/_millpond/assets/..%2f..%2fCargo.toml"] {
        let answer = get(path, &[]);
        assert_eq!((answer.status, &answer.body["error"]["code"]), (404, &"unknown_asset".into()), "{path}");
    }
}

#[test]
fn the_page_is_not_served_to_a_foreign_host() {
    let answer = get("/_millpond/", &[("host", "evil.example")]);
    assert_eq!((answer.status, &answer.body["error"]["code"]), (403, &"foreign_host".into()));
}

/// A call as the dashboard makes it.
fn as_dashboard(app: &TestApp, method: &str, path: &str, body: Option<&str>) -> Answer {
    let token = app.mint(&json!({"kind": "server"}));
    let url = format!("{}{path}{}api_key={}", app.url, if path.contains('?') { '&' } else { '?' }, app.api_key);
    let headers = [
        ("authorization", token.as_str()),
        ("stream-auth-type", "jwt"),
        ("x-stream-client", "millpond-dashboard"),
        ("content-type", "application/json"),
    ];
    send(method, &url, &headers, body)
}

#[test]
fn the_dashboards_own_calls_are_in_no_journal_and_meet_no_fault_no_stub_and_no_limit() {
    let app = TestApp::new();
    app.control("POST", "/faults", &json!({"operation": "*", "times": 1, "then": {"error": {"code": 40}}})).ok();
    app.control("PUT", "/stubs", &json!({"operation": "QueryUsers", "status": 200, "body": {"users": "none"}})).ok();
    app.control("PATCH", "/settings", &json!({"rate_limits": "enforce", "calls_per_minute": {"GetApp": 1}})).ok();
    let users = format!("/api/v2/users?payload={}", encode(r#"{"filter_conditions": {}}"#));
    for _ in 0..3 {
        assert!(as_dashboard(&app, "GET", "/api/v2/app", None).ok()["app"].is_object());
        assert!(as_dashboard(&app, "GET", &users, None).ok()["users"].is_array());
    }
    assert_eq!(app.journal(""), Vec::<Value>::new());
    // What it changes is news all the same, and the fault is still there for the app itself.
    as_dashboard(&app, "POST", "/api/v2/users", Some(r#"{"users": {"john": {"id": "john"}}}"#)).ok();
    assert!(app.journal("").iter().all(|entry| entry["method"] == "EVENT"), "{:?}", app.journal(""));
    assert_eq!(app.server().get("/api/v2/app").error().1, 40);
    assert_eq!(app.journal("operation=GetApp").len(), 1);
}

#[test]
fn an_app_tells_how_many_users_it_has_who_are_not_deleted_and_how_many_connections() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"}), json!({"id": "jane"})]);
    app.server().post("/api/v2/users/delete", &json!({"user_ids": ["jane"]})).ok();
    let shown = app.control("GET", "", &Value::Null).ok();
    assert_eq!((&shown["users"], &shown["connections"]), (&json!(1), &json!(0)));
}

#[test]
fn the_shipped_scenarios_can_be_read() {
    let scenarios = get("/_millpond/scenarios", &[]).ok();
    let names: Vec<_> = scenarios["scenarios"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, millpond::fixture::shipped::shipped_names());
    for scenario in scenarios["scenarios"].as_array().unwrap() {
        assert!(scenario["fixture"].as_str().unwrap().contains("millpond: 1"), "{}", scenario["name"]);
    }
}

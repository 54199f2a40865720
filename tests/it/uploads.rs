//! Files that are sent, and served again.

use millpond::config::{Config, Database};
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp, encode, send};
use crate::sockets::client::Server;
use crate::transcript::refused;

const FILE: &str = "/api/v2/uploads/file";
const IMAGE: &str = "/api/v2/uploads/image";

/// Sends a form: of each part the name, the sent file's name, its type, and what it holds.
#[track_caller]
fn form(app: &TestApp, by: &Caller, path: &str, parts: &[(&str, Option<&str>, &str, &str)]) -> Answer {
    let written = |(name, file, kind, content): &(&str, Option<&str>, &str, &str)| {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let kind = if kind.is_empty() { String::new() } else { format!("content-type: {kind}\r\n") };
        format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n{kind}\r\n{content}\r\n")
    };
    let body = format!("{}--x--\r\n", parts.iter().map(written).collect::<Vec<_>>().concat());
    let mut headers = vec![("content-type", "multipart/form-data; boundary=x")];
    headers.extend(by.auth_type.as_deref().map(|word| ("stream-auth-type", word)));
    headers.extend(by.token.as_deref().map(|token| ("authorization", token)));
    send("POST", &format!("{}{path}?api_key={}", app.url, app.api_key), &headers, Some(&body))
}

/// The address of a file that somebody sends.
#[track_caller]
fn sent(app: &TestApp, by: &Caller, path: &str, name: &str, content: &str) -> String {
    let answer = form(app, by, path, &[("file", Some(name), "application/octet-stream", content)]);
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.ok()["file"].as_str().unwrap().to_owned()
}

fn get(address: &str) -> Answer {
    send("GET", address, &[], None)
}

#[test]
fn a_file_is_served_as_it_came_to_whoever_has_its_address() {
    let app = TestApp::new();
    let john = app.user("john");
    let address = sent(&app, &john, FILE, "/tmp/go-build/my notes.txt", "hello");
    assert!(
        address.starts_with(&app.url) && address.contains("my_notes.txt?") && !address.contains("tmp"),
        "{address}"
    );
    let read = get(&format!("{address}&w=10&h=10"));
    assert_eq!((read.status, read.text.as_str()), (200, "hello"));
    for (name, value) in [
        ("content-type", "text/plain; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("access-control-allow-origin", "*"),
        ("content-disposition", "inline; filename=\"my_notes.txt\""),
    ] {
        assert_eq!(read.header(name), Some(value), "{name}");
    }
    let part = send("GET", &address, &[("range", "bytes=1-3")], None);
    assert_eq!((part.status, part.text.as_str()), (206, "ell"), "videos are asked for in parts");
}

#[test]
fn what_a_browser_could_run_comes_as_an_attachment_of_no_known_type() {
    let app = TestApp::new();
    for name in ["page.html", "drawing.svg", "data.xml", "none"] {
        let address = sent(&app, &app.user("john"), FILE, name, "<script>alert(1)</script>");
        let read = get(&address);
        assert_eq!(read.header("content-type"), Some("application/octet-stream"), "{name}");
        assert!(read.header("content-disposition").unwrap().starts_with("attachment"), "{name}");
    }
}

#[test]
fn an_image_is_not_looked_at_and_its_sizes_are_answered() {
    let app = TestApp::new();
    let sizes = json!([{"width": 100, "height": 50, "resize": "clip"}, {"width": 10}]);
    let parts = [
        ("user", None, "", "{\"id\": \"john\"}"),
        ("upload_sizes", None, "", &sizes.to_string()),
        ("file", Some("cat.png"), "application/octet-stream", "fake-png-image-data-for-testing"),
    ];
    let answer = form(&app, &app.server(), IMAGE, &parts).ok();
    assert_eq!(answer["upload_sizes"], sizes);
    let address = answer["file"].as_str().unwrap();
    assert!(address.contains("/images/"), "{address}");
    assert_eq!(get(address).header("content-type"), Some("image/png"));
    let undefined = [("user", None, "", "undefined"), ("file", Some("a.png"), "image/png", "x")];
    assert_eq!(form(&app, &app.server(), FILE, &undefined).status, 201);
}

#[test]
fn deleting_is_the_same_by_either_name_and_again() {
    let app = TestApp::new();
    let (john, eve) = (app.user("john"), app.user("eve"));
    let address = sent(&app, &john, FILE, "a.txt", "to be deleted");
    let delete = |by: &Caller, path: &str| by.delete(&format!("{path}?url={}", encode(&address)));
    assert_eq!(delete(&eve, FILE).error().1, 17, "what another one sent is his");
    assert_eq!(get(&address).status, 200);
    for _ in 0..2 {
        delete(&john, IMAGE).ok();
        assert_eq!(get(&address).status, 404);
    }
    john.delete(&format!("{FILE}?url={}", encode("https://elsewhere.example/x.png"))).ok();
    assert_eq!(john.delete(FILE).error().1, 4);
}

#[test]
fn what_an_app_does_not_take_is_refused() {
    let app = TestApp::new();
    let john = app.user("john");
    let set = |config: Value| app.server().patch("/api/v2/app", &config).ok();
    let one = |path: &str, name: &str, kind: &str, content: &str| {
        form(&app, &john, path, &[("file", Some(name), kind, content)])
    };
    set(json!({"file_upload_config": {"blocked_file_extensions": [".md"], "size_limit": 0},
        "image_upload_config": {"allowed_mime_types": ["image/png"], "size_limit": 4}}));
    refused(&one(FILE, "a.md", "", "x"), "UploadFile", 400, 4, "File extension .md is not supported");
    assert_eq!(one(FILE, "a.txt", "", "x").status, 201);
    refused(&one(IMAGE, "a.jpg", "image/jpeg", "x"), "UploadImage", 400, 4, "File type image/jpeg is not supported");
    refused(&one(IMAGE, "a.png", "", "12345"), "UploadImage", 413, 22, "max upload size of 4B exceeded");
    assert_eq!(one(IMAGE, "a.png", "application/octet-stream", "1234").status, 201);
    refused(&form(&app, &john, FILE, &[("user", None, "", "{}")]), "UploadFile", 400, 4, "file is a required field");
    let json = john.post(FILE, &json!({}));
    assert_eq!((json.status, json.error().1), (400, 4), "{}", json.text);
    assert_eq!(form(&app, &app.anonymous(), FILE, &[("file", Some("a.txt"), "", "x")]).error().1, 17);
}

#[test]
fn a_content_lies_once_is_kept_by_copies_and_goes_with_the_last_row() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("x.db");
    let lying = || std::fs::read_dir(folder.path().join("x.db-uploads")).map(Iterator::count).unwrap_or_default();
    let started = || {
        let database = Database::File(database.clone());
        Server::with(Config { port: 0, database, workers: 1, ..Config::default() })
    };
    let server = started();
    let app = server.app();
    let john = app.user("john");
    let first = sent(&app, &john, FILE, "a.txt", "the same");
    let second = sent(&app, &john, IMAGE, "b.png", "the same");
    assert_eq!(lying(), 1);
    let clone = app.control("POST", "/clone", &json!({})).ok();
    let copied = first.replace(&app.api_key, clone["api_key"].as_str().unwrap());
    for address in [&first, &second] {
        john.delete(&format!("{FILE}?url={}", encode(address))).ok();
    }
    assert_eq!((get(&first).status, get(&copied).text.as_str()), (404, "the same"), "the clone has its own row");
    assert_eq!(lying(), 1);
    let clone = TestApp {
        api_key: clone["api_key"].as_str().unwrap().to_owned(),
        api_secret: String::new(),
        url: app.url.clone(),
    };
    assert!(clone.control("DELETE", "", &Value::Null).status < 300);
    sent(&app, &john, FILE, "c.txt", "after the snapshot of the first state");
    app.control("POST", "/reset", &json!({})).ok();
    server.stop().join().unwrap();
    let again = started();
    assert_eq!(lying(), 0, "a start sweeps what no row names");
    again.stop().join().unwrap();
}

#[test]
fn the_control_api_is_not_served_to_what_somebody_sent() {
    let app = TestApp::new();
    let address = sent(&app, &app.user("john"), FILE, "a.txt", "x");
    let info = format!("{}/_millpond/info", app.url);
    for header in [("referer", address.as_str()), ("origin", "null")] {
        let answer = send("GET", &info, &[header], None);
        assert_eq!((answer.status, &answer.body["error"]["code"]), (403, &json!("foreign_origin")), "{header:?}");
    }
}

#[test]
fn an_export_has_what_files_hold_and_a_load_puts_it_back() {
    let app = TestApp::new();
    let john = app.user("john");
    let address = sent(&app, &john, FILE, "notes.txt", "hello, export");
    let large = sent(&app, &john, FILE, "large.bin", &format!("large{}", "x".repeat(1024 * 1024)));
    let export = app.control("GET", "/fixture?secrets=true", &Value::Null).ok();
    let files = export["apps"][0]["files"].as_object().unwrap().clone();
    let (hash, content) = files.iter().next().unwrap();
    assert_eq!(
        (files.len(), hash.len(), content.as_str()),
        (1, 64, Some("aGVsbG8sIGV4cG9ydA==")),
        "large ones are left out"
    );
    app.control("POST", "/reset", &json!({})).ok();
    assert_eq!((get(&address).status, get(&large).status), (404, 404), "nobody names them any more");
    app.control("PUT", "/fixture", &export).ok();
    // The large one may still lie there: what nobody names is swept when there is nothing else to do.
    assert_eq!(get(&address).text, "hello, export");
    assert_eq!(app.control("GET", "/fixture?secrets=true", &Value::Null).ok(), export, "and the export is the same");

    for (key, content) in [(hash.as_str(), "aGVsbG9v"), (hash, "no base64!"), ("0", "aGVsbG8=")] {
        let mut broken = export.clone();
        broken["apps"][0]["files"] = json!({key: content});
        let refusal = app.control("PUT", "/fixture?mode=replace", &broken);
        assert_eq!(refusal.status, 400, "{content}");
        assert!(refusal.text.contains(&format!("/apps/0/files/{key}")), "{}", refusal.text);
    }
    assert_eq!(get(&address).text, "hello, export", "all or nothing");
}

//! What links in texts look like, at the attachments of the texts.

use serde_json::{Value, json};

use super::comments::COMMENTS;
use super::reading::{ADD, add};
use super::watching::{heard, user, watch};
use crate::app::TestApp;
use crate::sockets::client::Server;

const MILLS: &str = "https://x.example/mills?a=1";
const PONDS: &str = "https://x.example/ponds";

fn known(app: &TestApp) {
    for (url, title) in [(MILLS, "Mills"), (PONDS, "Ponds")] {
        app.control("PUT", "/link-previews", &json!({"url": url, "preview": {"title": title}})).ok();
    }
}

fn preview(url: &str, title: &str) -> Value {
    json!({"title": title, "og_scrape_url": url, "custom": {}})
}

/// The body of a new activity, or of a comment upon it, with what more is said.
fn saying(kind: &str, text: &str, more: &Value) -> Value {
    let mut body = match kind {
        "activity" => json!({"type": "post", "feeds": ["user:john"], "text": text}),
        _ => json!({"object_id": "a", "object_type": "activity", "comment": text}),
    };
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[test]
fn the_first_link_of_a_text_brings_what_it_looks_like_unless_it_is_not_to() {
    let app = TestApp::new();
    known(&app);
    let john = user(&app, "john");
    add(&john, &saying("activity", "hi", &json!({"id": "a"})));
    let (mills, mine) = (preview(MILLS, "Mills"), json!({"type": "image", "image_url": "https://x.example/1.png"}));
    let shown = json!({"type": "image", "image_url": "https://x.example/1.png", "custom": {}});
    let theirs = json!({"title": "As I say", "og_scrape_url": MILLS, "custom": {}});
    for (kind, path) in [("activity", ADD), ("comment", COMMENTS)] {
        let attached = |text: &str, more: Value| {
            let answer = john.post(path, &saying(kind, text, &more)).ok();
            let id = answer[kind]["id"].as_str().unwrap().to_owned();
            let read = john.get(&format!("{path}/{id}")).ok();
            assert_eq!(read[kind]["attachments"], answer[kind]["attachments"], "{kind}: {text}");
            answer[kind]["attachments"].clone()
        };
        let sentence = format!("See {MILLS}, or {PONDS}.");
        assert_eq!(attached(&sentence, json!({})), json!([mills]), "{kind}");
        assert_eq!(attached(&sentence, json!({"attachments": [mine]})), json!([shown, mills]), "{kind}");
        assert_eq!(
            attached(&sentence, json!({"attachments": [theirs]})),
            json!([theirs]),
            "{kind}: it is there already"
        );
        assert_eq!(attached(&sentence, json!({"skip_enrich_url": true})), json!([]), "{kind}");
        assert_eq!(attached("https://elsewhere.example", json!({})), json!([]), "{kind}");
        assert_eq!(attached("no link", json!({})), json!([]), "{kind}");
    }
    let batch = json!({"activities": [saying("activity", MILLS, &json!({})), saying("activity", PONDS, &json!({}))]});
    let batch = john.post(&format!("{ADD}/batch"), &batch).ok();
    let of = |at: usize| &batch["activities"][at]["attachments"];
    assert_eq!((of(0), of(1)), (&json!([mills]), &json!([preview(PONDS, "Ponds")])));
    let batch = json!({"comments": [saying("comment", PONDS, &json!({}))]});
    let batch = john.post(&format!("{COMMENTS}/batch"), &batch).ok();
    assert_eq!(batch["comments"][0]["attachments"], json!([preview(PONDS, "Ponds")]));
}

#[test]
fn another_text_has_what_its_own_link_looks_like_and_a_change_without_a_text_leaves_them() {
    let app = TestApp::new();
    known(&app);
    let john = user(&app, "john");
    add(&john, &saying("activity", MILLS, &json!({"id": "a"})));
    let comment = john.post(COMMENTS, &saying("comment", MILLS, &json!({}))).ok()["comment"].clone();
    let (mills, ponds) = (preview(MILLS, "Mills"), preview(PONDS, "Ponds"));
    let patched =
        |set: Value| john.patch(&format!("{ADD}/a"), &json!({"set": set})).ok()["activity"]["attachments"].clone();
    assert_eq!(patched(json!({"custom": {"a": 1}})), json!([mills]));
    assert_eq!(patched(json!({"attachments": []})), json!([]), "who takes it away does not get it back");
    assert_eq!(patched(json!({"custom": {"a": 2}})), json!([]));
    assert_eq!(patched(json!({"text": format!("now {PONDS}")})), json!([ponds]));
    assert_eq!(patched(json!({"text": MILLS})), json!([mills]), "what came of the other link is gone");
    assert_eq!(patched(json!({"text": "none", "attachments": [ponds]})), json!([ponds]), "what is sent is kept");
    let unset = |text: &str| {
        patched(json!({"text": text}));
        john.patch(&format!("{ADD}/a"), &json!({"unset": ["text"]})).ok()["activity"]["attachments"].clone()
    };
    assert_eq!(unset(MILLS), json!([ponds]));
    let put = |text: &str, more: Value| {
        let answer = john.put(&format!("{ADD}/a"), &saying("activity", text, &more)).ok();
        answer["activity"]["attachments"].clone()
    };
    assert_eq!(put(MILLS, json!({})), json!([mills]));
    assert_eq!(put(PONDS, json!({"skip_enrich_url": true})), json!([]));
    let path = format!("{COMMENTS}/{}", comment["id"].as_str().unwrap());
    let changed = |body: Value| john.patch(&path, &body).ok()["comment"]["attachments"].clone();
    assert_eq!(changed(json!({"custom": {"a": 1}})), json!([mills]));
    assert_eq!(changed(json!({"comment": PONDS})), json!([ponds]));
    assert_eq!(changed(json!({"comment": MILLS, "skip_enrich_url": true})), json!([]));
    let parts =
        |set: Value| john.post(&format!("{path}/partial"), &json!({"set": set})).ok()["comment"]["attachments"].clone();
    assert_eq!(parts(json!({"text": PONDS})), json!([ponds]));
    assert_eq!(parts(json!({"attachments": []})), json!([]));
    assert_eq!(parts(json!({"custom": {}})), json!([]));
}

#[test]
fn where_the_app_has_it_wait_it_comes_by_the_event_of_a_change() {
    let server = Server::start();
    let app = server.app();
    known(&app);
    app.server().patch("/api/v2/app", &json!({"async_url_enrich_enabled": true})).ok();
    let mut john = app.join("john");
    watch(&app, "john", &john, "user:john");
    heard(&mut john, "feeds.feed.created", "user:john");
    let caller = user(&app, "john");
    let attachments = |told: &Value, kind: &str| told[kind]["attachments"].clone();
    let added = add(&caller, &saying("activity", MILLS, &json!({"id": "a"})));
    assert_eq!(added["attachments"], json!([]));
    assert_eq!(attachments(&heard(&mut john, "feeds.activity.added", "user:john"), "activity"), json!([]));
    let told = heard(&mut john, "feeds.activity.updated", "user:john");
    assert_eq!(attachments(&told, "activity"), json!([preview(MILLS, "Mills")]));
    assert!(told["activity"]["updated_at"].as_i64() > added["updated_at"].as_i64());
    assert!(told["activity"].get("edited_at").is_none(), "nobody has edited it");
    let changed = caller.patch(&format!("{ADD}/a"), &json!({"set": {"text": PONDS}})).ok();
    assert_eq!(changed["activity"]["attachments"], json!([]));
    assert_eq!(attachments(&heard(&mut john, "feeds.activity.updated", "user:john"), "activity"), json!([]));
    let told = heard(&mut john, "feeds.activity.updated", "user:john");
    assert_eq!(attachments(&told, "activity"), json!([preview(PONDS, "Ponds")]));
    let said = caller.post(COMMENTS, &saying("comment", MILLS, &json!({"id": "c"}))).ok();
    assert_eq!(said["comment"]["attachments"], json!([]));
    assert_eq!(attachments(&heard(&mut john, "feeds.comment.added", "user:john"), "comment"), json!([]));
    let told = heard(&mut john, "feeds.comment.updated", "user:john");
    assert_eq!(attachments(&told, "comment"), json!([preview(MILLS, "Mills")]));
    let changed = caller.patch(&format!("{COMMENTS}/c"), &json!({"comment": PONDS})).ok();
    assert_eq!(changed["comment"]["attachments"], json!([]));
    heard(&mut john, "feeds.comment.updated", "user:john");
    let told = heard(&mut john, "feeds.comment.updated", "user:john");
    assert_eq!(attachments(&told, "comment"), json!([preview(PONDS, "Ponds")]));
    let read = caller.get(&format!("{COMMENTS}/c")).ok();
    assert_eq!(read["comment"]["attachments"], json!([preview(PONDS, "Ponds")]));
}

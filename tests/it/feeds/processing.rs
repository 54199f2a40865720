//! What a group has done to activities that came.

use serde_json::{Value, json};

use super::reading::{ADD, add};
use super::watching::{heard, user, watch};
use crate::app::TestApp;
use crate::sockets::client::Server;

const GROUPS: &str = "/api/v2/feeds/feed_groups";

fn group(app: &TestApp, id: &str, processors: &[&str]) {
    let processors: Vec<Value> = processors.iter().map(|kind| json!({"type": kind})).collect();
    app.server().post(GROUPS, &json!({"id": id, "activity_processors": processors})).ok();
}

#[test]
fn what_a_text_is_about_is_found_and_told_after_it_was_added() {
    let server = Server::start();
    let app = server.app();
    group(&app, "read", &["image_interest_tags", "text_interest_tags"]);
    let mut john = app.join("john");
    watch(&app, "john", &john, "read:john");
    heard(&mut john, "feeds.feed.created", "read:john");
    let caller = user(&app, "john");
    let text = "Coffee, a book, and my dog";
    let new = json!({"id": "a", "type": "post", "feeds": ["read:john"], "text": text, "interest_tags": ["Books"]});
    let added = add(&caller, &new);
    assert_eq!(added["interest_tags"], json!(["books"]), "they are not there at once");
    assert_eq!(heard(&mut john, "feeds.activity.added", "read:john")["activity"]["interest_tags"], json!(["books"]));
    let told = heard(&mut john, "feeds.activity.updated", "read:john");
    let tags = json!(["books", "animals", "food"]);
    assert_eq!((&told["activity"]["interest_tags"], &told["user"]["id"]), (&tags, &json!("john")));
    assert!(told["activity"]["updated_at"].as_i64() > added["updated_at"].as_i64());
    let found = |tag: &str| {
        let answer = caller.post(&format!("{ADD}/query"), &json!({"filter": {"interest_tags": [tag]}})).ok();
        answer["activities"].as_array().unwrap().len()
    };
    assert_eq!((found("food"), found("music")), (1, 0));
    // A change is processed where that is asked for, and the text is another.
    let path = format!("{ADD}/a");
    let change = |body: Value| caller.patch(&path, &body).ok()["activity"]["interest_tags"].clone();
    assert_eq!(change(json!({"set": {"text": "a song"}})), tags);
    heard(&mut john, "feeds.activity.updated", "read:john");
    assert_eq!(change(json!({"set": {"text": "a song"}, "run_activity_processors": true})), tags);
    heard(&mut john, "feeds.activity.updated", "read:john");
    change(json!({"set": {"text": "another song"}, "run_activity_processors": true}));
    heard(&mut john, "feeds.activity.updated", "read:john");
    let told = heard(&mut john, "feeds.activity.updated", "read:john");
    assert_eq!(told["activity"]["interest_tags"], json!(["books", "animals", "food", "music"]));
}

#[test]
fn without_a_processor_that_reads_texts_nothing_is_found() {
    let server = Server::start();
    let app = server.app();
    group(&app, "seen", &["image_interest_tags", "og_metadata_enrichment"]);
    let mut john = app.join("john");
    for feed in ["seen:john", "user:john"] {
        watch(&app, "john", &john, feed);
        heard(&mut john, "feeds.feed.created", feed);
        for text in ["coffee", "tea"] {
            let body = json!({"type": "post", "feeds": [feed], "text": text});
            let id = add(&user(&app, "john"), &body)["id"].clone();
            let told = heard(&mut john, "feeds.activity.added", feed);
            assert_eq!((&told["activity"]["id"], &told["activity"]["interest_tags"]), (&id, &json!([])));
        }
    }
}

#[test]
fn short_texts_are_not_read_and_only_tags_that_the_group_keeps_are_added() {
    let app = TestApp::new();
    let john = app.user("john");
    let tags = |id: &str, processor: Value, processing: Value, text: &str| {
        let mut processor = processor;
        processor["type"] = json!("text_interest_tags");
        let body = json!({"id": id, "activity_processors": [processor], "activity_processing": processing});
        let set = app.server().post(GROUPS, &body).ok();
        assert_eq!(set["feed_group"]["activity_processing"], processing);
        let added = add(&john, &json!({"type": "post", "feeds": [format!("{id}:john")], "text": text}));
        john.get(&format!("{ADD}/{}", added["id"].as_str().unwrap())).ok()["activity"]["interest_tags"].clone()
    };
    let text = "travel football";
    assert_eq!(tags("all", json!({}), json!({}), text), json!(["sports", "travel"]));
    assert_eq!(tags("words", json!({"min_word_count": 3}), json!({}), text), json!([]));
    assert_eq!(tags("words", json!({"min_word_count": 2}), json!({}), text), json!(["sports", "travel"]));
    assert_eq!(tags("long", json!({"min_text_length": 16}), json!({}), text), json!([]));
    assert_eq!(tags("long", json!({"min_text_length": 15}), json!({}), text), json!(["sports", "travel"]));
    assert_eq!(tags("some", json!({}), json!({"allowed_tags": ["Travel", "music"]}), text), json!(["travel"]));
    assert_eq!(tags("but", json!({}), json!({"blocked_tags": ["travel"]}), text), json!(["sports"]));
    // What one group does not keep, another may.
    let both = json!({"type": "post", "feeds": ["some:john", "but:john"], "text": text});
    let id = add(&john, &both)["id"].as_str().unwrap().to_owned();
    assert_eq!(john.get(&format!("{ADD}/{id}")).ok()["activity"]["interest_tags"], json!(["sports", "travel"]));
    let bad = json!({"id": "bad", "activity_processing": {"allowed_tags": ["a"], "blocked_tags": ["b"]}});
    assert_eq!(app.server().post(GROUPS, &bad).error().1, 4);
}

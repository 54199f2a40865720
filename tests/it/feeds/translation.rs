//! Translations of what activities and comments say.

use serde_json::{Value, json};

use super::comments::{COMMENTS, app, at, say};
use super::reading::{ADD, add, path};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::Caller;
use crate::sockets::client::Server;
use crate::transcript::refused;

fn translate(by: &Caller, what: &str, language: &str) -> Value {
    let operation = if what.contains("/comments/") { "TranslateComment" } else { "TranslateActivity" };
    let answer = by.post(&format!("{what}/translate"), &json!({"language": language})).ok();
    check(operation, &answer);
    if operation == "TranslateComment" { answer["comment"].clone() } else { answer["activity"].clone() }
}

#[test]
fn what_is_translated_keeps_each_translation_until_it_says_something_else() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    let comment = say(&jane, "1", None);
    for (what, text, before) in [(format!("{ADD}/a"), "hi", Value::Null), (at("1"), "I am 1", comment)] {
        let once = translate(&app.server(), &what, "de");
        assert_eq!(once["i18n"], json!({"language": "en", "de_text": format!("[de] {text}")}));
        assert_eq!((&once["text"], once.get("edited_at")), (&json!(text), None));
        assert!(before.is_null() || before["updated_at"] == once["updated_at"]);
        let twice = translate(&app.user("eve"), &what, "zh-TW");
        let all = json!({"language": "en", "de_text": format!("[de] {text}"), "zh-TW_text": format!("[zh-TW] {text}")});
        assert_eq!(twice["i18n"], all);
        assert_eq!(translate(&john, &what, "en")["i18n"]["en_text"], text, "its own language");
    }
    // What is changed beside the text leaves them there; another text takes them along.
    let patched = john.patch(&format!("{ADD}/a"), &json!({"set": {"custom": {"a": 1}}})).ok();
    assert_eq!(patched["activity"]["i18n"]["de_text"], "[de] hi");
    let patched = john.patch(&format!("{ADD}/a"), &json!({"set": {"text": "ho"}})).ok();
    assert!(patched["activity"].get("i18n").is_none());
    assert!(jane.patch(&at("1"), &json!({"comment": "no"})).ok()["comment"].get("i18n").is_none());
}

#[test]
fn who_asks_reads_translations_in_place_of_the_texts() {
    let app = app();
    let john = app.user("john");
    say(&app.user("jane"), "1", None);
    say(&app.user("jane"), "2", Some("1"));
    for what in [format!("{ADD}/a"), at("1"), at("2")] {
        translate(&app.server(), &what, "de");
    }
    john.post(&format!("{ADD}/a/bookmarks"), &json!({})).ok();
    john.post(&format!("{}/activities/a/pin", path("user:john")), &json!({})).ok();
    let (hi, one, two) = ("[de] hi", "[de] I am 1", "[de] I am 2");
    let thread = format!("{COMMENTS}?object_id=a&object_type=activity&depth=3&replies_limit=3");
    for (query, changed) in [
        ("&language=de&translate_text=true", true),
        ("&language=de", false),
        ("&language=fr&translate_text=true", false),
    ] {
        let reads = |body: Value, path: &str, places: &[(&str, &str)]| {
            let separator = if path.contains('?') { "" } else { "?" };
            let asked = format!("{path}{separator}{query}");
            let answer = if body.is_null() { john.get(&asked).ok() } else { john.post(&asked, &body).ok() };
            for (place, text) in places {
                let wanted = if changed { *text } else { text.trim_start_matches("[de] ") };
                assert_eq!(answer.pointer(place), Some(&json!(wanted)), "{asked}: {place} in {answer}");
            }
        };
        reads(
            json!({}),
            &path("user:john"),
            &[
                ("/activities/0/text", hi),
                ("/activities/0/comments/0/text", one),
                ("/pinned_activities/0/activity/text", hi),
            ],
        );
        reads(Value::Null, &format!("{ADD}/a"), &[("/activity/text", hi), ("/activity/comments/0/text", one)]);
        reads(json!({"filter": {"id": "a"}}), &format!("{ADD}/query"), &[("/activities/0/text", hi)]);
        reads(Value::Null, &thread, &[("/comments/0/text", one), ("/comments/0/replies/0/text", two)]);
        reads(Value::Null, &at("1"), &[("/comment/text", one)]);
        reads(Value::Null, &format!("{}/replies", at("1")), &[("/comments/0/text", two)]);
        reads(
            json!({"filter": {"object_id": "a"}, "sort": "first"}),
            &format!("{COMMENTS}/query"),
            &[("/comments/0/text", one)],
        );
        reads(json!({}), "/api/v2/feeds/bookmarks/query", &[("/bookmarks/0/activity/text", hi)]);
        reads(
            json!({}),
            &format!("{}/pinned_activities/query", path("user:john")),
            &[("/pinned_activities/0/activity/text", hi)],
        );
    }
}

#[test]
fn the_authors_language_is_what_is_translated_from() {
    let app = app();
    app.upsert(&[json!({"id": "jane", "language": "fr"})]);
    say(&app.user("jane"), "1", None);
    let i18n = translate(&app.server(), &at("1"), "fr")["i18n"].clone();
    assert_eq!(i18n, json!({"language": "fr", "fr_text": "I am 1"}));
    // Whatever becomes of the author's language later, the text's stays.
    app.upsert(&[json!({"id": "jane", "language": "it"})]);
    assert_eq!(translate(&app.server(), &at("1"), "it")["i18n"]["it_text"], "[it] I am 1");
}

#[test]
fn what_cannot_be_translated_is_refused() {
    let app = app();
    let john = app.user("john");
    add(&john, &json!({"id": "mute", "type": "post", "feeds": ["user:john"]}));
    add(&john, &json!({"id": "own", "type": "post", "feeds": ["user:john"], "text": "x", "visibility": "private"}));
    add(
        &john,
        &json!({"id": "tag", "type": "post", "feeds": ["user:john"], "text": "x", "visibility": "tag", "visibility_tag": "g"}),
    );
    let translate = |by: &Caller, id: &str, body: &Value| by.post(&format!("{ADD}/{id}/translate"), body);
    for what in [format!("{ADD}/a/translate"), format!("{}/translate", at("1"))] {
        let operation = if what.contains("comments") { "TranslateComment" } else { "TranslateActivity" };
        refused(&john.post(&what, &json!({})), operation, 400, 4, "language is a required field");
        let (status, code, text) = john.post(&what, &json!({"language": "xx"})).error();
        assert_eq!((status, code), (400, 4));
        assert!(text.contains("language must be one of [af am ar"), "{text}");
    }
    let german = json!({"language": "de"});
    refused(&translate(&john, "mute", &german), "TranslateActivity", 400, 4, "there is no text to translate");
    refused(&translate(&john, "gone", &german), "TranslateActivity", 404, 16, "activity with id gone not found");
    for id in ["own", "tag"] {
        let text =
            "User 'jane' with role 'user' is not allowed to perform action ReadActivities in scope 'feeds:visible'";
        refused(&translate(&app.user("jane"), id, &german), "TranslateActivity", 403, 17, text);
    }
    // Its author has it, and whoever sees a preview of it does not see its translation.
    translate(&john, "tag", &german).ok();
    let seen = app.user("jane").get(&format!("{ADD}/tag")).ok()["activity"].clone();
    assert_eq!((&seen["preview"], seen.get("text"), seen.get("i18n")), (&json!(true), None, None));
}

#[test]
fn who_watches_hears_of_a_translation() {
    let server = Server::start();
    let app = server.app();
    let mut jane = app.join("jane");
    user(&app, "john").post(ADD, &json!({"id": "a", "type": "post", "feeds": ["user:john"], "text": "hi"})).ok();
    let body = json!({"id": "1", "object_id": "a", "object_type": "activity", "comment": "I am 1"});
    user(&app, "john").post(COMMENTS, &body).ok();
    watch(&app, "jane", &jane, "user:john");
    translate(&user(&app, "john"), &format!("{ADD}/a"), "de");
    let event = heard(&mut jane, "feeds.activity.updated", "user:john");
    assert_eq!((&event["activity"]["i18n"]["de_text"], &event["user"]["id"]), (&json!("[de] hi"), &json!("john")));
    translate(&app.server(), &at("1"), "de");
    let event = heard(&mut jane, "feeds.comment.updated", "user:john");
    assert_eq!((&event["comment"]["i18n"]["de_text"], &event["user"]["id"]), (&json!("[de] I am 1"), &json!("john")));
}

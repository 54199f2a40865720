//! Activities: changed, deleted, brought back.

use serde_json::{Value, json};

use super::following::follow;
use super::reading::{ADD, add, read, texts};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::{Caller, TestApp};
use crate::sockets::client::Server;
use crate::transcript::{frozen_app, refused};

/// An activity with everything that can be said of one.
fn everything(id: &str) -> Value {
    json!({
        "id": id, "type": "post", "feeds": ["user:john"], "text": "hi", "visibility": "public", "restrict_replies": "nobody",
        "custom": {"a": 1, "deep": {"b": 2, "c": 3}}, "search_data": {"s": 1}, "attachments": [{"type": "image", "custom": {}}],
        "mentioned_user_ids": ["jane"], "filter_tags": ["x"], "interest_tags": [" Sports "], "location": {"lat": 1.5, "lng": 2.5},
        "expires_at": "2027-01-31T12:00:00Z", "poll_id": "p",
    })
}

fn app() -> TestApp {
    let app = frozen_app();
    app.upsert(&[json!({"id": "jane", "name": "Jane"})]);
    add(&app.user("john"), &everything("1"));
    app
}

fn at(id: &str) -> String {
    format!("{ADD}/{id}")
}

fn get(by: &Caller, id: &str) -> Value {
    let answer = by.get(&at(id)).ok();
    check("GetActivity", &answer);
    answer["activity"].clone()
}

#[test]
fn what_is_said_comes_back() {
    let app = app();
    let shown = get(&app.user("john"), "1");
    for (key, value) in everything("1").as_object().unwrap() {
        match key.as_str() {
            "mentioned_user_ids" => assert_eq!(shown["mentioned_users"][0]["name"], "Jane"),
            "interest_tags" => assert_eq!(shown[key], json!(["sports"])),
            "expires_at" => assert_eq!(shown[key], json!(1_801_396_800_000_000_000_i64)),
            "poll_id" => {}
            _ => assert_eq!(shown[key], *value, "{key}"),
        }
    }
    let feed = &shown["current_feed"];
    for own in ["own_capabilities", "own_follows", "own_followings"] {
        assert!(feed[own].is_array(), "{own}");
    }
}

#[test]
fn a_put_clears_what_it_does_not_say_but_for_what_it_is_and_where() {
    let app = app();
    app.advance("1s");
    let answer = app.user("john").put(&at("1"), &json!({"text": "new"})).ok();
    check("UpdateActivity", &answer);
    let after = &answer["activity"];
    assert_eq!(
        (&after["type"], &after["feeds"], &after["text"]),
        (&json!("post"), &json!(["user:john"]), &json!("new"))
    );
    assert_eq!((&after["restrict_replies"], &after["user"]["id"]), (&json!("nobody"), &json!("john")));
    for (key, empty) in [
        ("custom", json!({})),
        ("search_data", json!({})),
        ("attachments", json!([])),
        ("mentioned_users", json!([])),
        ("filter_tags", json!([])),
        ("interest_tags", json!([])),
    ] {
        assert_eq!(after[key], empty, "{key}");
    }
    assert!(after.get("location").is_none() && after.get("expires_at").is_none());
    assert_eq!(after["edited_at"], after["updated_at"]);
    let moved = app.user("john").put(&at("1"), &json!({"feeds": ["user:elsewhere"]})).ok();
    assert_eq!(moved["activity"]["feeds"], json!(["user:elsewhere"]));
    assert_eq!(read(&app.user("john"), "user:john", &json!({}))["feed"]["activity_count"], 0);
}

#[test]
fn a_part_is_set_and_unset_by_its_name_and_custom_data_by_their_path_too() {
    let app = app();
    let set = json!({"set": {"text": "new", "custom.deep.b": 9, "custom.far.away": true}, "unset": ["custom.a", "location", "filter_tags"]});
    let answer = app.user("john").patch(&at("1"), &set).ok();
    check("UpdateActivityPartial", &answer);
    let after = &answer["activity"];
    assert_eq!(after["custom"], json!({"deep": {"b": 9, "c": 3}, "far": {"away": true}}));
    assert_eq!(
        (&after["text"], &after["filter_tags"], &after["search_data"]),
        (&json!("new"), &json!([]), &json!({"s": 1}))
    );
    assert!(after.get("location").is_none());
    assert_eq!(after["expires_at"], json!(1_801_396_800_000_000_000_i64), "what is not named stays");
    let john = app.user("john");
    for (body, text) in [
        (json!({"set": {"type": "x"}}), "set.type is no field that can be set"),
        (json!({"unset": ["feeds"]}), "unset.feeds is no field that can be unset"),
        (json!({"set": {"text": 1}}), "expected string for field \"text\" but got number"),
    ] {
        refused(&john.patch(&at("1"), &body), "UpdateActivityPartial", 400, 4, text);
    }
    let batch = json!({"changes": [{"activity_id": "1", "set": {"text": "many"}}, {"activity_id": "none", "set": {"text": "x"}}]});
    let changed = app.server().patch(&format!("{ADD}/batch/partial"), &batch).ok();
    assert_eq!(changed["activities"].as_array().unwrap().len(), 1);
    assert_eq!(changed["activities"][0]["text"], "many");
}

#[test]
fn a_deleted_activity_is_gone_until_it_is_restored_and_for_good_when_that_is_asked_for() {
    let app = app();
    let john = app.user("john");
    read(&john, "timeline:john", &json!({}));
    follow(&john, "timeline:john", "user:john");
    john.delete(&at("1")).ok();
    let missing = "activity with id 1 not found";
    refused(&john.get(&at("1")), "GetActivity", 404, 16, missing);
    refused(&john.delete(&at("1")), "DeleteActivity", 404, 16, missing);
    let page = read(&john, "user:john", &json!({}));
    assert_eq!((texts(&page).len(), &page["feed"]["activity_count"]), (0, &json!(0)));
    assert_eq!(texts(&read(&john, "timeline:john", &json!({}))).len(), 0);
    let back = john.post(&format!("{}/restore", at("1")), &json!({})).ok();
    check("RestoreActivity", &back);
    assert!(back["activity"].get("deleted_at").is_none());
    assert_eq!(read(&john, "user:john", &json!({}))["feed"]["activity_count"], 1);
    assert_eq!(texts(&read(&john, "timeline:john", &json!({}))), ["hi"]);
    john.delete(&format!("{}?hard_delete=true", at("1"))).ok();
    refused(&john.post(&format!("{}/restore", at("1")), &json!({})), "RestoreActivity", 404, 16, missing);
    add(&john, &everything("2"));
    let many = json!({"ids": ["1", "2"]});
    assert_eq!(john.post(&format!("{ADD}/delete"), &many).ok()["deleted_ids"], json!(["2"]));
}

#[test]
fn an_id_that_was_deleted_is_whoevers_takes_it_next() {
    let app = app();
    app.user("john").delete(&at("1")).ok();
    app.advance("1s");
    let taken = add(&app.user("eve"), &json!({"id": "1", "type": "note", "feeds": ["user:eve"], "text": "mine"}));
    assert_eq!((&taken["user"]["id"], &taken["feeds"]), (&json!("eve"), &json!(["user:eve"])));
    assert!(taken.get("edited_at").is_none());
    assert_eq!(texts(&read(&app.user("john"), "user:john", &json!({}))).len(), 0);
    assert_eq!(texts(&read(&app.user("eve"), "user:eve", &json!({}))), ["mine"]);
}

#[test]
fn a_share_is_counted_on_what_it_shares_and_shows_it() {
    let app = app();
    let john = app.user("john");
    let share = add(&john, &json!({"id": "s", "type": "share", "feeds": ["user:john"], "parent_id": "1"}));
    assert_eq!((&share["parent"]["id"], &share["parent"]["share_count"]), (&json!("1"), &json!(1)));
    assert_eq!(get(&john, "1")["popularity"], 3);
    john.delete(&at("s")).ok();
    assert_eq!(get(&john, "1")["share_count"], 0);
}

#[test]
fn only_its_author_changes_an_activity_or_whoever_may_any() {
    let app = app();
    for (method, path, action) in [
        ("PUT", at("1"), "UpdateActivity"),
        ("PATCH", at("1"), "UpdateActivity"),
        ("DELETE", at("1"), "DeleteActivity"),
    ] {
        let (status, code, text) = app.user("eve").call(method, &path, Some(&json!({}))).error();
        assert_eq!((status, code), (403, 17), "{text}");
        let end =
            format!("User 'eve' with role 'user' is not allowed to perform action {action} in scope 'feeds:visible'\"");
        assert!(text.ends_with(&end), "{text}");
    }
    app.upsert(&[json!({"id": "root", "role": "admin"})]);
    app.user("root").patch(&at("1"), &json!({"set": {"text": "moderated"}})).ok();
}

#[test]
fn what_is_private_is_shown_to_whose_feed_it_is_and_to_nobody_else() {
    let app = app();
    let john = app.user("john");
    add(&john, &json!({"id": "p", "type": "post", "feeds": ["user:john"], "text": "secret", "visibility": "private"}));
    assert_eq!(texts(&read(&john, "user:john", &json!({}))), ["secret", "hi"]);
    read(&app.user("jane"), "timeline:jane", &json!({}));
    follow(&app.user("jane"), "timeline:jane", "user:john");
    for feed in ["user:john", "timeline:jane"] {
        assert_eq!(texts(&read(&app.user("jane"), feed, &json!({}))), ["hi"], "{feed}");
    }
    assert_eq!(app.user("jane").get(&at("p")).status, 403);
    get(&john, "p");
}

#[test]
fn an_anonymous_reader_sees_what_is_public() {
    let app = app();
    app.user("john").put(&super::reading::path("user:john"), &json!({"name": "Open"})).ok();
    app.user("john")
        .post(&format!("{}/change_visibility", super::reading::path("user:john")), &json!({"visibility": "public"}))
        .ok();
    let anonymous = app.anonymous();
    check("GetActivity", &anonymous.get(&at("1")).ok());
    assert_eq!(texts(&read(&anonymous, "user:john", &json!({}))), ["hi"]);
    let (status, code, text) = anonymous.post(&super::reading::path("user:new"), &json!({})).error();
    assert_eq!((status, code), (403, 17), "{text}");
}

#[test]
fn several_activities_are_upserted_at_once_in_their_order_or_not_at_all() {
    let app = app();
    let john = app.user("john");
    let post = |id: &str, text: &str| json!({"id": id, "type": "post", "feeds": ["user:john"], "text": text});
    let answer = john
        .post(&format!("{ADD}/batch"), &json!({"activities": [post("b", "B"), post("1", "changed"), post("a", "A")]}));
    let answer = answer.ok();
    check("UpsertActivities", &answer);
    let ids: Vec<_> = answer["activities"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, ["b", "1", "a"]);
    let bad = json!({"activities": [post("c", "C"), {"type": "post", "feeds": ["nope:x"]}]});
    assert_eq!(john.post(&format!("{ADD}/batch"), &bad).status, 404);
    assert_eq!(texts(&read(&john, "user:john", &json!({}))), ["A", "B", "changed"]);
}

#[test]
fn who_watches_hears_of_each_change_with_the_feed_that_it_concerns() {
    let server = Server::start();
    let app = server.app();
    let mut jane = app.join("jane");
    for feed in ["timeline:jane", "user:jane"] {
        watch(&app, "jane", &jane, feed);
        heard(&mut jane, "feeds.feed.created", feed);
    }
    let (by, john) = (user(&app, "jane"), user(&app, "john"));
    add(&john, &json!({"id": "1", "type": "post", "feeds": ["user:john"], "text": "hi"}));
    follow(&by, "timeline:jane", "user:john");
    heard(&mut jane, "feeds.follow.created", "timeline:jane");
    let answer = john.patch(&at("1"), &json!({"set": {"text": "new"}})).ok();
    let event = heard(&mut jane, "feeds.activity.updated", "timeline:jane");
    assert_eq!(event["activity"]["updated_at"], answer["activity"]["updated_at"]);
    john.put(&at("1"), &json!({"feeds": ["user:john", "user:other"]})).ok();
    heard(&mut jane, "feeds.activity.updated", "timeline:jane");
    john.delete(&at("1")).ok();
    heard(&mut jane, "feeds.activity.deleted", "timeline:jane");
    john.post(&format!("{}/restore", at("1")), &json!({})).ok();
    heard(&mut jane, "feeds.activity.restored", "timeline:jane");
    add(&by, &json!({"id": "2", "type": "post", "feeds": ["user:jane"], "text": "own"}));
    heard(&mut jane, "feeds.activity.added", "user:jane");
    add(&by, &json!({"id": "2", "type": "post", "feeds": ["user:elsewhere"], "text": "own"}));
    heard(&mut jane, "feeds.activity.removed_from_feed", "user:jane");
    jane.quiet();
}

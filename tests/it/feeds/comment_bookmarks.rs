//! Bookmarks of comments: what is counted, shown, found and told, and what becomes of them.

use serde_json::{Value, json};

use super::reading::{ADD, add, read};
use super::shape::check;
use super::watching::{user, watch};
use crate::app::{Caller, TestApp};
use crate::sockets::client::Server;
use crate::transcript::{frozen_app, refused};

const COMMENTS: &str = "/api/v2/feeds/comments";

fn place(comment: &str) -> String {
    format!("{COMMENTS}/{comment}/bookmarks")
}

#[track_caller]
fn bookmark(by: &Caller, comment: &str, body: &Value) -> Value {
    let answer = by.post(&place(comment), body).ok();
    check("AddCommentBookmark", &answer);
    answer["bookmark"].clone()
}

#[track_caller]
fn query(by: &Caller, body: &Value) -> Value {
    let answer = by.post("/api/v2/feeds/bookmarks/query", body).ok();
    check("QueryBookmarks", &answer);
    answer["bookmarks"].clone()
}

#[track_caller]
fn count(by: &Caller, comment: &str) -> i64 {
    by.get(&format!("{COMMENTS}/{comment}")).ok()["comment"]["bookmark_count"].as_i64().unwrap()
}

fn kept(bookmarks: &Value) -> Vec<(&str, &str)> {
    let all = bookmarks.as_array().unwrap().iter();
    all.map(|one| (one["object_type"].as_str().unwrap(), one["object_id"].as_str().unwrap())).collect()
}

fn say(by: &Caller, more: &Value) {
    let mut body = json!({"object_id": "a", "object_type": "activity", "comment": "hi"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    by.post(COMMENTS, &body).ok();
}

/// An app in which John has posted `a` and commented on it: `c`, and `d` that answers it.
fn app() -> TestApp {
    let app = frozen_app();
    let john = app.user("john");
    add(&john, &json!({"id": "a", "type": "post", "feeds": ["user:john"], "text": "a"}));
    say(&john, &json!({"id": "c"}));
    say(&john, &json!({"id": "d", "parent_id": "c"}));
    app
}

#[test]
fn a_comment_is_bookmarked_changed_and_let_go() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    let made = bookmark(&jane, "c", &json!({"custom": {"n": 1}}));
    assert_eq!((&made["object_type"], &made["object_id"]), (&json!("comment"), &json!("c")));
    assert_eq!((&made["comment"]["id"], &made["comment"]["bookmark_count"]), (&json!("c"), &json!(1)));
    assert_eq!((&made["activity"]["id"], made.get("activity_id")), (&json!(""), None), "no activity is bookmarked");
    assert_eq!((&made["user"]["id"], &made["custom"], made.get("folder")), (&json!("jane"), &json!({"n": 1}), None));
    assert_eq!(bookmark(&jane, "c", &json!({}))["comment"]["bookmark_count"], 1, "it is the same");
    let filed = bookmark(&jane, "c", &json!({"new_folder": {"name": "Later"}}));
    assert_eq!((&filed["folder"]["name"], count(&john, "c")), (&json!("Later"), 2));
    let id = filed["folder"]["id"].as_str().unwrap();
    let changed = jane.patch(&place("c"), &json!({"folder_id": id, "custom": {"n": 2}})).ok();
    check("UpdateCommentBookmark", &changed);
    assert_eq!(changed["bookmark"]["custom"], json!({"n": 2}));
    assert!(changed["bookmark"]["updated_at"].as_i64() > filed["updated_at"].as_i64());
    let gone = jane.delete(&format!("{}?folder_id={id}", place("c"))).ok();
    check("DeleteCommentBookmark", &gone);
    assert_eq!((&gone["bookmark"]["comment"]["bookmark_count"], count(&john, "c")), (&json!(1), 1));
    jane.delete(&place("c")).ok();
    assert_eq!(count(&john, "c"), 0);
    refused(&jane.delete(&place("c")), "DeleteCommentBookmark", 404, 16, "bookmark not found");
    let activity = john.get(&format!("{ADD}/a")).ok()["activity"].clone();
    assert_eq!(activity["bookmark_count"], 0, "its own are others");
}

#[test]
fn both_kinds_are_found_and_by_what_they_are_of() {
    let app = app();
    let jane = app.user("jane");
    jane.post(&format!("{ADD}/a/bookmarks"), &json!({})).ok();
    app.advance("1m");
    bookmark(&jane, "d", &json!({}));
    assert_eq!(kept(&query(&jane, &json!({}))), [("comment", "d"), ("activity", "a")]);
    for (filter, expected) in [
        (json!({"object_type": "comment"}), vec![("comment", "d")]),
        (json!({"object_id": "d"}), vec![("comment", "d")]),
        (json!({"object_id": {"$in": ["a", "c"]}}), vec![("activity", "a")]),
        (json!({"activity_id": "a"}), vec![("activity", "a")]),
    ] {
        assert_eq!(kept(&query(&jane, &json!({"filter": filter}))), expected, "{filter}");
    }
    let own = read(&jane, "user:john", &json!({}))["activities"][0]["own_bookmarks"].clone();
    assert_eq!(kept(&own), [("activity", "a")]);
    assert_eq!(kept(&query(&app.server(), &json!({"filter": {"user_id": "jane"}}))).len(), 2);
}

#[test]
fn who_may_not_read_a_comment_does_not_bookmark_it_nor_find_it() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    refused(&jane.post(&place("none"), &json!({})), "AddCommentBookmark", 404, 16, "comment with id none not found");
    bookmark(&jane, "c", &json!({}));
    let close = |set: Value| drop(john.patch(&format!("{ADD}/a"), &json!({"set": set})).ok());
    for set in [json!({"visibility": "private"}), json!({"visibility": "tag", "visibility_tag": "gold"})] {
        close(set.clone());
        assert_eq!(query(&jane, &json!({})), json!([]), "{set}");
        let (status, code, _) = jane.post(&place("d"), &json!({})).error();
        assert_eq!((status, code), (403, 17), "{set}");
    }
    close(json!({"visibility": "public"}));
    assert_eq!(kept(&query(&jane, &json!({}))), [("comment", "c")]);
}

#[test]
fn they_go_with_the_comment_the_folder_and_the_user() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    let filed = bookmark(&jane, "c", &json!({"new_folder": {"name": "Later"}}));
    bookmark(&jane, "c", &json!({}));
    bookmark(&jane, "d", &json!({}));
    let folder = filed["folder"]["id"].as_str().unwrap();
    jane.delete(&format!("/api/v2/feeds/bookmark_folders/{folder}")).ok();
    assert_eq!((count(&john, "c"), count(&john, "d")), (1, 1));
    john.delete(&format!("{COMMENTS}/c")).ok();
    assert_eq!(query(&jane, &json!({})), json!([]), "it went with all that answers it");
    john.post(&format!("{COMMENTS}/c/restore"), &json!({})).ok();
    assert_eq!((query(&jane, &json!({})).as_array().unwrap().len(), count(&john, "c")), (2, 1));
    john.delete(&format!("{COMMENTS}/d?hard_delete=true")).ok();
    say(&john, &json!({"id": "d"}));
    assert_eq!((kept(&query(&jane, &json!({}))), count(&john, "d")), (vec![("comment", "c")], 0));
    app.server().post("/api/v2/feeds/users/jane/delete", &json!({})).ok();
    assert_eq!((query(&jane, &json!({})), count(&john, "c")), (json!([]), 0));
}

#[test]
fn the_user_hears_of_them_and_others_of_how_many_there_are() {
    let server = Server::start();
    let app = server.app();
    let (mut john, mut jane) = (app.join("john"), app.join("jane"));
    let (owner, by) = (user(&app, "john"), user(&app, "jane"));
    add(&owner, &json!({"id": "a", "type": "post", "feeds": ["user:john"]}));
    say(&owner, &json!({"id": "c"}));
    watch(&app, "john", &john, "user:john");
    let answer = bookmark(&by, "c", &json!({"new_folder": {"name": "Mine"}, "custom": {"n": 1}}));
    let id = answer["folder"]["id"].as_str().unwrap();
    by.patch(&place("c"), &json!({"custom": {"n": 2}})).ok();
    by.delete(&format!("/api/v2/feeds/bookmark_folders/{id}")).ok();
    for (kind, count, n) in
        [("feeds.bookmark.added", 1, 1), ("feeds.bookmark.updated", 1, 2), ("feeds.bookmark.deleted", 0, 2)]
    {
        for (joined, custom) in [(&mut jane, json!({"n": n})), (&mut john, json!({}))] {
            let event = joined.json();
            assert_eq!(event["type"], kind, "{event}");
            check(kind, &event);
            let bookmark = &event["bookmark"];
            assert_eq!((&bookmark["object_id"], &bookmark["comment"]["bookmark_count"]), (&json!("c"), &json!(count)));
            assert_eq!((&bookmark["custom"], &bookmark["activity"]["id"]), (&custom, &json!("")));
            assert_eq!(bookmark.get("folder").is_some(), custom != json!({}), "{kind}");
        }
    }
    assert_eq!(jane.json()["type"], "feeds.bookmark_folder.deleted");
    jane.quiet();
    john.quiet();
}

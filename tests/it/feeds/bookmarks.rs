//! Bookmarks and their folders: what is counted and shown, whose they are, what is told and found, and what becomes of them.

use serde_json::{Value, json};

use super::reading::{ADD, add, read};
use super::shape::check;
use super::watching::{user, watch};
use crate::app::{Caller, TestApp};
use crate::sockets::client::{Joined, Server};
use crate::transcript::{frozen_app, is_uuid, refused};

fn place(activity: &str) -> String {
    format!("{ADD}/{activity}/bookmarks")
}

#[track_caller]
fn bookmark(by: &Caller, activity: &str, body: &Value) -> Value {
    let answer = by.post(&place(activity), body).ok();
    check("AddBookmark", &answer);
    answer["bookmark"].clone()
}

#[track_caller]
fn change(by: &Caller, activity: &str, body: &Value) -> Value {
    let answer = by.patch(&place(activity), body).ok();
    check("UpdateBookmark", &answer);
    answer["bookmark"].clone()
}

#[track_caller]
fn remove(by: &Caller, activity: &str, query: &str) -> Value {
    let answer = by.delete(&format!("{}{query}", place(activity))).ok();
    check("DeleteBookmark", &answer);
    answer["bookmark"].clone()
}

#[track_caller]
fn query(by: &Caller, body: &Value) -> Value {
    let answer = by.post("/api/v2/feeds/bookmarks/query", body).ok();
    check("QueryBookmarks", &answer);
    answer
}

#[track_caller]
fn folders(by: &Caller, body: &Value) -> Value {
    let answer = by.post("/api/v2/feeds/bookmark_folders/query", body).ok();
    check("QueryBookmarkFolders", &answer);
    answer
}

fn folder(id: &str) -> String {
    format!("/api/v2/feeds/bookmark_folders/{id}")
}

#[track_caller]
fn get(by: &Caller, activity: &str) -> Value {
    let answer = by.get(&format!("{ADD}/{activity}")).ok();
    check("GetActivity", &answer);
    answer["activity"].clone()
}

/// Which activities, in which folders.
fn kept(bookmarks: &Value) -> Vec<(&str, &str)> {
    let all = bookmarks.as_array().unwrap().iter();
    all.map(|one| (one["activity"]["id"].as_str().unwrap(), one["folder"]["name"].as_str().unwrap_or_default()))
        .collect()
}

/// An app in which John has posted `a`, `b` and `c`.
fn app() -> TestApp {
    let app = frozen_app();
    for id in ["a", "b", "c"] {
        add(&app.user("john"), &json!({"id": id, "type": "post", "feeds": ["user:john"], "text": id}));
    }
    app
}

#[test]
fn a_bookmark_is_counted_and_shown_to_whose_it_is() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    let made = bookmark(&jane, "a", &json!({"custom": {"n": 1}, "folder_id": null}));
    assert_eq!(
        (&made["object_type"], &made["object_id"], &made["activity_id"]),
        (&json!("activity"), &json!("a"), &json!("a"))
    );
    assert_eq!((&made["user"]["id"], &made["custom"]), (&json!("jane"), &json!({"n": 1})));
    assert!(made.get("folder").is_none());
    let activity = &made["activity"];
    assert_eq!((&activity["bookmark_count"], &activity["popularity"]), (&json!(1), &json!(3)));
    assert_eq!(activity["own_bookmarks"], json!([]));
    let again = bookmark(&jane, "a", &json!({"custom": {"n": 2}}));
    assert_eq!(again["activity"]["bookmark_count"], 1, "it is the same");
    assert_eq!((&again["created_at"], &again["custom"]), (&made["created_at"], &json!({"n": 2})));
    let shown = get(&jane, "a");
    assert_eq!(shown["own_bookmarks"][0]["custom"], json!({"n": 2}));
    assert_eq!(get(&john, "a")["own_bookmarks"], json!([]));
    assert_eq!(get(&john, "a")["bookmark_count"], 1);
    let page = read(&jane, "user:john", &json!({}));
    assert_eq!(kept(&page["activities"][2]["own_bookmarks"]), [("a", "")]);
    let skipped = read(&jane, "user:john", &json!({"enrichment_options": {"skip_activity_own_bookmarks": true}}));
    assert_eq!(skipped["activities"][2]["own_bookmarks"], json!([]));
    let gone = remove(&jane, "a", "");
    assert_eq!(gone["updated_at"], again["updated_at"], "as it was last told");
    assert_eq!((&gone["activity"]["bookmark_count"], &gone["activity"]["popularity"]), (&json!(0), &json!(0)));
    assert_eq!(get(&jane, "a")["own_bookmarks"], json!([]));
    refused(&jane.delete(&place("a")), "DeleteBookmark", 404, 16, "bookmark not found");
}

#[test]
fn an_activity_is_bookmarked_once_in_each_folder_and_once_in_none() {
    let app = app();
    let jane = app.user("jane");
    bookmark(&jane, "a", &json!({}));
    let filed = bookmark(&jane, "a", &json!({"new_folder": {"name": "Later", "custom": {"x": 1}}}));
    let id = filed["folder"]["id"].as_str().unwrap();
    assert!(is_uuid(id));
    assert_eq!((&filed["folder"]["custom"], &filed["folder"]["user"]["id"]), (&json!({"x": 1}), &json!("jane")));
    assert_eq!(filed["activity"]["bookmark_count"], 2);
    assert_eq!(bookmark(&jane, "a", &json!({"folder_id": id}))["activity"]["bookmark_count"], 2);
    let other = bookmark(&jane, "a", &json!({"new_folder": {"name": "Later"}}));
    assert_ne!(other["folder"]["id"], id, "a name is no key");
    assert_eq!(kept(&get(&jane, "a")["own_bookmarks"]), [("a", "Later"), ("a", "Later"), ("a", "")]);
    remove(&jane, "a", "");
    assert_eq!(
        kept(&get(&jane, "a")["own_bookmarks"]),
        [("a", "Later"), ("a", "Later")],
        "without a folder the loose one goes"
    );
    refused(&jane.delete(&place("a")), "DeleteBookmark", 404, 16, "bookmark not found");
    remove(&jane, "a", &format!("?folder_id={id}"));
    remove(&jane, "a", "");
    assert_eq!(get(&jane, "a")["bookmark_count"], 0, "and else the only one");
}

#[test]
fn a_bookmark_is_moved_from_folder_to_folder() {
    let app = app();
    let jane = app.user("jane");
    let first = bookmark(&jane, "a", &json!({"new_folder": {"name": "One"}}));
    let one = first["folder"]["id"].as_str().unwrap();
    let same = change(&jane, "a", &json!({"folder_id": one}));
    assert_eq!(kept(&json!([same])), [("a", "One")]);
    assert_eq!(same["updated_at"].as_i64().unwrap() - first["updated_at"].as_i64().unwrap(), 1_001_000);
    let moved = change(&jane, "a", &json!({"new_folder": {"name": "Two"}, "custom": {"n": 1}}));
    assert_eq!((kept(&json!([moved])), &moved["custom"]), (vec![("a", "Two")], &json!({"n": 1})));
    let out = change(&jane, "a", &json!({"new_folder_id": ""}));
    assert_eq!((kept(&json!([out])), &out["custom"]), (vec![("a", "")], &json!({"n": 1})), "what is not said stays");
    assert_eq!(kept(&json!([change(&jane, "a", &json!({"new_folder_id": one}))])), [("a", "One")]);
    bookmark(&jane, "a", &json!({}));
    let taken = jane.patch(&place("a"), &json!({"new_folder_id": one}));
    refused(&taken, "UpdateBookmark", 400, 4, "there is a bookmark of this in that folder already");
    assert_eq!(get(&jane, "a")["bookmark_count"], 2);
}

#[test]
fn bookmarks_and_folders_are_their_users_own() {
    let app = app();
    let (jane, jill, server) = (app.user("jane"), app.user("jill"), app.server());
    let made = bookmark(&jane, "a", &json!({"new_folder": {"name": "Mine"}}));
    let id = made["folder"]["id"].as_str().unwrap();
    let text = format!("bookmark folder with id {id} not found");
    refused(&jill.post(&place("a"), &json!({"folder_id": id})), "AddBookmark", 404, 16, &text);
    refused(&jill.patch(&folder(id), &json!({"name": "x"})), "UpdateBookmarkFolder", 404, 16, &text);
    refused(&jill.delete(&folder(id)), "DeleteBookmarkFolder", 404, 16, &text);
    refused(&app.anonymous().delete(&folder(id)), "DeleteBookmarkFolder", 404, 16, &text);
    refused(&jill.delete(&place("a")), "DeleteBookmark", 404, 16, "bookmark not found");
    for by in [&jill, &app.anonymous()] {
        assert_eq!(query(by, &json!({"filter": {"user_id": "jane"}}))["bookmarks"], json!([]));
        assert_eq!(folders(by, &json!({}))["bookmark_folders"], json!([]));
    }
    assert_eq!(kept(&query(&server, &json!({"filter": {"user_id": "jane"}}))["bookmarks"]), [("a", "Mine")]);
    assert_eq!(kept(&query(&server, &json!({"user_id": "jane"}))["bookmarks"]), [("a", "Mine")]);
    assert_eq!(folders(&server, &json!({}))["bookmark_folders"][0]["name"], "Mine");
    let renamed = server.patch(&folder(id), &json!({"name": "Ours", "custom": {"c": 1}, "user_id": "jane"})).ok();
    check("UpdateBookmarkFolder", &renamed);
    assert_eq!(renamed["bookmark_folder"]["name"], "Ours");
    assert_eq!(get(&jane, "a")["own_bookmarks"][0]["folder"]["custom"], json!({"c": 1}));
    refused(
        &server.post(&place("a"), &json!({})),
        "AddBookmark",
        400,
        4,
        "user_id is required for server side requests",
    );
}

#[test]
fn what_is_wrong_with_a_bookmark_is_said() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    for (body, text) in [
        (json!({"new_folder": {}}), "name is a required field"),
        (json!({"new_folder": {"name": "x".repeat(256)}}), "name must be a maximum of 255 characters in length"),
        (json!({"new_folder": {"name": "x"}, "folder_id": "y"}), "cannot use both new_folder and the id of a folder"),
    ] {
        refused(&jane.post(&place("a"), &body), "AddBookmark", 400, 4, text);
    }
    let missing = jane.post(&place("none"), &json!({}));
    refused(&missing, "AddBookmark", 404, 16, "activity with id none not found");
    read(&john, "user:closed", &json!({"data": {"visibility": "private"}}));
    add(&john, &json!({"id": "z", "type": "post", "feeds": ["user:closed"]}));
    let text =
        "User 'jane' with role 'user' is not allowed to perform action AddActivityBookmark in scope 'feeds:private'";
    refused(&jane.post(&place("z"), &json!({})), "AddBookmark", 403, 17, text);
    bookmark(&john, "z", &json!({}));
}

#[test]
fn a_folder_goes_with_its_bookmarks_which_are_counted_out() {
    let app = app();
    let jane = app.user("jane");
    let filed = bookmark(&jane, "a", &json!({"new_folder": {"name": "Later"}}));
    let id = filed["folder"]["id"].as_str().unwrap();
    bookmark(&jane, "b", &json!({"folder_id": id}));
    bookmark(&jane, "b", &json!({}));
    app.user("john").delete(&format!("{ADD}/a")).ok();
    jane.delete(&folder(id)).ok();
    assert_eq!(kept(&query(&jane, &json!({}))["bookmarks"]), [("b", "")]);
    assert_eq!((&get(&jane, "b")["bookmark_count"], &get(&jane, "b")["popularity"]), (&json!(1), &json!(3)));
    app.user("john").post(&format!("{ADD}/a/restore"), &json!({})).ok();
    assert_eq!(get(&jane, "a")["bookmark_count"], 0, "of what was deleted meanwhile too");
    assert_eq!(folders(&jane, &json!({}))["bookmark_folders"], json!([]));
    refused(
        &jane.delete(&folder(id)),
        "DeleteBookmarkFolder",
        404,
        16,
        &format!("bookmark folder with id {id} not found"),
    );
}

#[test]
fn bookmarks_are_found_by_what_they_are_of_and_where_page_by_page() {
    let app = app();
    let jane = app.user("jane");
    let first = bookmark(&jane, "a", &json!({"new_folder": {"name": "Later reading"}}));
    let id = first["folder"]["id"].clone();
    app.advance("1m");
    bookmark(&jane, "b", &json!({}));
    bookmark(&jane, "c", &json!({"folder_id": id}));
    let found = |filter: Value| query(&jane, &json!({"filter": filter}))["bookmarks"].clone();
    for (filter, expected) in [
        (json!({}), vec!["c", "b", "a"]),
        (json!({"activity_id": {"$in": ["a", "b", "activity_123"]}}), vec!["b", "a"]),
        (json!({"object_id": "c", "object_type": "activity"}), vec!["c"]),
        (json!({"object_type": "comment"}), vec![]),
        (json!({"folder_id": id}), vec!["c", "a"]),
        (json!({"folder_id": {"$exists": false}}), vec!["b"]),
        (json!({"folder_id": "folder_456"}), vec![]),
        (json!({"created_at": {"$gt": "2026-01-31T12:00:30Z"}}), vec!["c", "b"]),
    ] {
        let found = found(filter.clone());
        assert_eq!(kept(&found).into_iter().map(|(id, _)| id).collect::<Vec<_>>(), expected, "{filter}");
    }
    let page = query(&jane, &json!({"limit": 2, "sort": [{"field": "created_at", "direction": 1}]}));
    assert_eq!(kept(&page["bookmarks"]), [("a", "Later reading"), ("b", "")]);
    let body = json!({"limit": 2, "sort": [{"field": "created_at", "direction": 1}], "next": page["next"]});
    let rest = query(&jane, &body);
    assert_eq!((kept(&rest["bookmarks"]), rest.get("next")), (vec![("c", "Later reading")], None));
    let by_name =
        |filter: Value| folders(&jane, &json!({"filter": filter}))["bookmark_folders"].as_array().unwrap().len();
    for asked in [json!("Later reading"), json!({"$autocomplete": "read"}), json!({"$contains": "er re"})] {
        assert_eq!(by_name(json!({"folder_name": asked})), 1, "{asked}");
    }
    assert_eq!(by_name(json!({"folder_name": {"$in": ["x"]}})), 0);
}

#[test]
fn bookmarks_of_what_cannot_be_read_are_not_shown() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    for id in ["a", "b", "c"] {
        bookmark(&jane, id, &json!({}));
    }
    john.delete(&format!("{ADD}/a")).ok();
    john.patch(&format!("{ADD}/b"), &json!({"set": {"visibility": "private"}})).ok();
    assert_eq!(kept(&query(&jane, &json!({}))["bookmarks"]), [("c", "")]);
    john.post(&format!("{ADD}/a/restore"), &json!({})).ok();
    assert_eq!(kept(&query(&jane, &json!({}))["bookmarks"]), [("c", ""), ("a", "")]);
    assert_eq!(get(&jane, "a")["bookmark_count"], 1);
    john.delete(&format!("{ADD}/a?hard_delete=true")).ok();
    add(&john, &json!({"id": "a", "type": "post", "feeds": ["user:john"]}));
    assert_eq!(get(&jane, "a")["own_bookmarks"], json!([]));
    let page = read(&john, "user:john", &json!({}));
    assert_eq!(page["activities"].as_array().unwrap().len(), 3);
}

#[track_caller]
fn told(joined: &mut Joined, kind: &str) -> Value {
    let event = joined.json();
    assert_eq!(event["type"], kind, "{event}");
    assert!(event.get("fid").is_none(), "no feed's own: {event}");
    check(kind, &event);
    event
}

#[test]
fn the_user_hears_of_his_bookmarks_and_others_of_how_many_there_are() {
    let server = Server::start();
    let app = server.app();
    let (mut john, mut jane, mut jill) = (app.join("john"), app.join("jane"), app.join("jill"));
    let (owner, by) = (user(&app, "john"), user(&app, "jane"));
    add(&owner, &json!({"id": "a", "type": "post", "feeds": ["user:john"]}));
    watch(&app, "john", &john, "user:john");
    watch(&app, "jane", &jane, "user:john");
    let answer = bookmark(&by, "a", &json!({"new_folder": {"name": "Mine"}, "custom": {"n": 1}}));
    let own = told(&mut jane, "feeds.bookmark.added");
    assert_eq!(own["bookmark"]["folder"], answer["folder"]);
    assert_eq!((&own["bookmark"]["custom"], &own["user"]["id"]), (&json!({"n": 1}), &json!("jane")));
    for key in ["created_at", "updated_at"] {
        assert_eq!(own["bookmark"][key], answer[key], "{key} of answer and event");
    }
    let others = told(&mut john, "feeds.bookmark.added");
    assert_eq!(others["bookmark"]["activity"]["bookmark_count"], 1);
    assert!(others["bookmark"].get("folder").is_none(), "that is none of theirs");
    assert_eq!(others["bookmark"]["custom"], json!({}));
    change(&by, "a", &json!({"custom": {"n": 2}}));
    told(&mut jane, "feeds.bookmark.updated");
    told(&mut john, "feeds.bookmark.updated");
    let id = answer["folder"]["id"].as_str().unwrap();
    by.patch(&folder(id), &json!({"name": "Ours"})).ok();
    assert_eq!(told(&mut jane, "feeds.bookmark_folder.updated")["bookmark_folder"]["name"], "Ours");
    by.delete(&folder(id)).ok();
    assert_eq!(told(&mut jane, "feeds.bookmark.deleted")["bookmark"]["activity"]["bookmark_count"], 0);
    told(&mut jane, "feeds.bookmark_folder.deleted");
    told(&mut john, "feeds.bookmark.deleted");
    for joined in [&mut john, &mut jane, &mut jill] {
        joined.quiet();
    }
}

//! Comments: added, changed, deleted with what answers them, brought back.

use serde_json::{Value, json};

use super::reading::{ADD, add, path, read};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::{Caller, TestApp};
use crate::sockets::client::Server;
use crate::transcript::{frozen_app, refused};

pub const COMMENTS: &str = "/api/v2/feeds/comments";

/// An app in which John has written the activity `a`.
pub fn app() -> TestApp {
    let app = frozen_app();
    app.upsert(&[json!({"id": "jane", "name": "Jane"})]);
    add(&app.user("john"), &json!({"id": "a", "type": "post", "feeds": ["user:john"], "text": "hi"}));
    app
}

/// Adds a comment of that id, upon `a` or upon another comment.
#[track_caller]
pub fn say(by: &Caller, id: &str, parent: Option<&str>) -> Value {
    let mut body = json!({"id": id, "object_id": "a", "object_type": "activity", "comment": format!("I am {id}")});
    if let Some(parent) = parent {
        body["parent_id"] = json!(parent);
    }
    let answer = by.post(COMMENTS, &body).ok();
    check("AddComment", &answer);
    answer["comment"].clone()
}

pub fn at(id: &str) -> String {
    format!("{COMMENTS}/{id}")
}

fn get(by: &Caller, id: &str) -> Value {
    let answer = by.get(&at(id)).ok();
    check("GetComment", &answer);
    answer["comment"].clone()
}

fn activity(by: &Caller) -> Value {
    let answer = by.get(&format!("{ADD}/a")).ok();
    check("GetActivity", &answer);
    answer["activity"].clone()
}

/// What the activity counts, and how popular it is for that.
fn counted(by: &Caller) -> (i64, i64) {
    let activity = activity(by);
    (activity["comment_count"].as_i64().unwrap(), activity["popularity"].as_i64().unwrap())
}

fn ids(comments: &Value) -> Vec<&str> {
    comments.as_array().unwrap().iter().map(|comment| comment["id"].as_str().unwrap()).collect()
}

#[test]
fn what_is_said_comes_back_and_what_go_sends_as_null_is_absent() {
    let app = app();
    let body = json!({
        "object_id": "a", "object_type": "activity", "comment": "hi @jane", "custom": {"a": 1},
        "attachments": [{"type": "image", "custom": null}], "mentioned_user_ids": ["jane"], "user_id": "eve",
    });
    let answer = app.server().post(COMMENTS, &body).ok();
    check("AddComment", &answer);
    let comment = &answer["comment"];
    assert_eq!((&comment["text"], &comment["user"]["id"]), (&json!("hi @jane"), &json!("eve")));
    assert_eq!(comment["mentioned_users"][0]["name"], "Jane");
    assert_eq!((&comment["custom"], &comment["attachments"][0]["custom"]), (&json!({"a": 1}), &json!({})));
    assert_eq!((&comment["status"], &comment["object_id"]), (&json!("active"), &json!("a")));
    for absent in ["parent_id", "edited_at", "deleted_at", "controversy_score", "replies", "meta"] {
        assert!(comment.get(absent).is_none(), "{absent}");
    }
    assert_eq!(get(&app.user("jane"), comment["id"].as_str().unwrap()), *comment);
    let bare = json!({
        "object_id": "a", "object_type": "activity", "comment": "x", "custom": null, "attachments": null,
        "mentioned_user_ids": null, "parent_id": null,
    });
    assert_eq!(app.user("eve").post(COMMENTS, &bare).ok()["comment"]["custom"], json!({}));
}

#[test]
fn a_reply_is_counted_by_what_it_answers_and_all_are_by_the_activity() {
    let app = app();
    let jane = app.user("jane");
    say(&jane, "1", None);
    let reply = say(&jane, "2", Some("1"));
    assert_eq!((&reply["parent_id"], &reply["object_id"]), (&json!("1"), &json!("a")));
    say(&jane, "3", Some("2"));
    // Whatever object is named, the parent's is meant.
    let other = json!({"object_id": "nowhere", "object_type": "activity", "parent_id": "1", "comment": "x"});
    assert_eq!(jane.post(COMMENTS, &other).ok()["comment"]["object_id"], "a");
    let alone = json!({"parent_id": "1", "comment": "x"});
    assert_eq!(jane.post(COMMENTS, &alone).ok()["comment"]["object_id"], "a");
    assert_eq!(counted(&jane), (5, 10));
    assert_eq!((&get(&jane, "1")["reply_count"], &get(&jane, "2")["reply_count"]), (&json!(3), &json!(1)));
    let counts = app.server().get(&format!("{}/counts", path("user:john"))).ok();
    assert_eq!((&counts["comment_count"], &counts["total_count"]), (&json!(5), &json!(6)));
}

#[test]
fn what_cannot_be_is_refused() {
    let app = app();
    let john = app.user("john");
    say(&john, "1", None);
    let of = |more: Value| {
        let mut body = json!({"object_id": "a", "object_type": "activity", "comment": "x"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (body, status, code, text) in [
        (of(json!({"object_id": null})), 400, 4, "object_id is a required field"),
        (of(json!({"object_type": null})), 400, 4, "object_type is a required field"),
        (of(json!({"object_type": "song"})), 400, 4, "object_type must be one of [activity]"),
        (of(json!({"comment": ""})), 400, 4, "comment is a required field"),
        (of(json!({"id": "1"})), 400, 4, "comment with id 1 already exists"),
        (of(json!({"id": "x".repeat(256)})), 400, 4, "id must be a maximum of 255 characters in length"),
        (of(json!({"mentioned_user_ids": ["nobody"]})), 400, 4, "mentioned_user_ids: the user nobody does not exist"),
        (of(json!({"object_id": "nowhere"})), 404, 16, "activity with id nowhere not found"),
        (of(json!({"parent_id": "nowhere"})), 404, 16, "comment with id nowhere not found"),
    ] {
        refused(&john.post(COMMENTS, &body), "AddComment", status, code, text);
    }
    let nobody = app.server().post(COMMENTS, &of(json!({})));
    refused(&nobody, "AddComment", 400, 4, "user_id is required for server side requests");
    refused(&john.get(&at("2")), "GetComment", 404, 16, "comment with id 2 not found");
    assert_eq!(counted(&john), (1, 2));
}

#[test]
fn a_batch_is_added_in_its_order_or_not_at_all() {
    let app = app();
    let of = |id: &str, user: &str| json!({"id": id, "object_id": "a", "object_type": "activity", "comment": id, "user_id": user});
    let all = json!({"comments": [of("1", "x"), of("2", "y"), {"id": "3", "parent_id": "1", "comment": "r", "user_id": "x"}]});
    let answer = app.server().post(&at("batch"), &all).ok();
    check("AddCommentsBatch", &answer);
    assert_eq!(ids(&answer["comments"]), ["1", "2", "3"]);
    let broken = json!({"comments": [of("4", "x"), of("1", "y")]});
    refused(&app.server().post(&at("batch"), &broken), "AddCommentsBatch", 400, 4, "comment with id 1 already exists");
    refused(&app.server().get(&at("4")), "GetComment", 404, 16, "comment with id 4 not found");
    let none = app.server().post(&at("batch"), &json!({"comments": []}));
    refused(&none, "AddCommentsBatch", 400, 4, "comments must contain at least 1 item");
    assert_eq!(counted(&app.server()), (3, 6));
}

#[test]
fn a_change_leaves_what_it_does_not_name_and_says_when_it_was() {
    let app = app();
    let jane = app.user("jane");
    let body = json!({
        "id": "1", "object_id": "a", "object_type": "activity", "comment": "old", "custom": {"a": {"b": 1, "c": 2}},
        "mentioned_user_ids": ["jane"],
    });
    let before = jane.post(COMMENTS, &body).ok()["comment"].clone();
    // A server needs to name nobody.
    let answer = app.server().patch(&at("1"), &json!({"comment": "new", "custom": null})).ok();
    check("UpdateComment", &answer);
    let after = &answer["comment"];
    assert_eq!((&after["text"], &after["custom"]), (&json!("new"), &before["custom"]));
    assert_eq!(after["mentioned_users"][0]["id"], "jane");
    let step = after["updated_at"].as_i64().unwrap() - before["updated_at"].as_i64().unwrap();
    assert_eq!((step, &after["edited_at"]), (1_001_000, &after["updated_at"]));
    let parts = json!({"set": {"text": "part", "custom.a.b": 9, "status": "active"}, "unset": ["custom.a.c", "mentioned_user_ids"]});
    let answer = jane.post(&format!("{}/partial", at("1")), &parts).ok();
    check("UpdateCommentPartial", &answer);
    let after = &answer["comment"];
    assert_eq!((&after["text"], &after["custom"]), (&json!("part"), &json!({"a": {"b": 9}})));
    assert_eq!(after["mentioned_users"], json!([]));
    for (body, text) in [
        (json!({"set": {"comment": "x"}}), "set.comment is no field that can be set"),
        (json!({"unset": ["text"]}), "unset.text is no field that can be unset"),
        (json!({"set": {"status": "hidden"}}), "set.status must be one of [active]"),
        (json!({"set": {"text": ""}}), "comment is a required field"),
        (json!({"set": {"text": 1}}), "expected string for field \"text\" but got number"),
    ] {
        refused(&jane.post(&format!("{}/partial", at("1")), &body), "UpdateCommentPartial", 400, 4, text);
    }
    let many: Vec<String> = (0..26).map(|at| format!("u{at}")).collect();
    let text = "mentioned_user_ids must contain at maximum 25 items";
    refused(&jane.patch(&at("1"), &json!({"mentioned_user_ids": many})), "UpdateComment", 400, 4, text);
    assert_eq!(activity(&jane)["updated_at"], activity(&jane)["created_at"], "the activity has not changed");
}

#[test]
fn a_deletion_takes_what_answers_it_and_a_restoration_brings_that_back_and_no_more() {
    let app = app();
    let jane = app.user("jane");
    for (id, parent) in [("1", None), ("2", Some("1")), ("3", Some("2")), ("4", Some("1")), ("5", None)] {
        say(&jane, id, parent);
    }
    // Number 4 goes by itself, before.
    jane.delete(&at("4")).ok();
    assert_eq!(get(&jane, "1")["reply_count"], 1);
    let gone = jane.delete(&at("1")).ok();
    check("DeleteComment", &gone);
    assert_eq!((&gone["comment"]["status"], &gone["activity"]["comment_count"]), (&json!("deleted"), &json!(1)));
    assert_eq!(gone["comment"]["deleted_at"], gone["comment"]["updated_at"]);
    assert_eq!((&gone["activity"]["popularity"], ids(&gone["activity"]["comments"])), (&json!(2), vec!["5"]));
    for id in ["1", "2", "3", "4"] {
        let text = format!("comment with id {id} not found");
        refused(&jane.get(&at(id)), "GetComment", 404, 16, &text);
        refused(&jane.delete(&at(id)), "DeleteComment", 404, 16, &text);
    }
    let inside = jane.post(&format!("{}/restore", at("3")), &json!({}));
    refused(&inside, "RestoreComment", 400, 4, "comment with id 3 answers a deleted comment: restore that first");
    let inside = jane.post(&format!("{}/restore", at("4")), &json!({}));
    refused(&inside, "RestoreComment", 400, 4, "comment with id 4 answers a deleted comment: restore that first");
    let back = jane.post(&format!("{}/restore", at("1")), &json!({})).ok();
    check("RestoreComment", &back);
    assert_eq!((&back["comment"]["status"], &back["activity"]["comment_count"]), (&json!("active"), &json!(4)));
    assert_eq!((&back["comment"]["reply_count"], &get(&jane, "2")["reply_count"]), (&json!(1), &json!(1)));
    assert!(get(&jane, "3").get("deleted_at").is_none());
    jane.post(&format!("{}/restore", at("4")), &json!({})).ok();
    assert_eq!((&get(&jane, "1")["reply_count"], counted(&jane)), (&json!(2), (5, 10)));
    // What is there is restored as it is.
    jane.post(&format!("{}/restore", at("4")), &json!({})).ok();
    assert_eq!(counted(&jane), (5, 10));
}

#[test]
fn what_is_deleted_for_good_is_gone_whether_it_was_there_or_not() {
    let app = app();
    let jane = app.user("jane");
    for (id, parent) in [("1", None), ("2", Some("1")), ("3", Some("2"))] {
        say(&jane, id, parent);
    }
    jane.delete(&at("1")).ok();
    // What went with a comment is counted by it still, and no longer when it is gone for good.
    let gone = jane.delete(&format!("{}?hard_delete=true", at("2"))).ok();
    assert_eq!(gone["activity"]["comment_count"], 0);
    let back = jane.post(&format!("{}/restore", at("1")), &json!({})).ok();
    assert_eq!((&back["comment"]["reply_count"], counted(&jane)), (&json!(0), (1, 2)));
    refused(
        &jane.post(&format!("{}/restore", at("3")), &json!({})),
        "RestoreComment",
        404,
        16,
        "comment with id 3 not found",
    );
    jane.delete(&format!("{}?hard_delete=true", at("1"))).ok();
    assert_eq!(counted(&jane), (0, 0));
    say(&jane, "1", None);
}

#[test]
fn comments_go_and_come_with_their_activity_and_are_gone_when_it_is() {
    let app = app();
    let john = app.user("john");
    say(&john, "1", None);
    say(&john, "2", Some("1"));
    john.delete(&format!("{ADD}/a")).ok();
    refused(&john.get(&at("1")), "GetComment", 404, 16, "activity with id a not found");
    let query = json!({"filter": {"object_id": "a"}});
    assert_eq!(app.server().post(&at("query"), &query).ok()["comments"], json!([]));
    john.post(&format!("{ADD}/a/restore"), &json!({})).ok();
    assert_eq!((&get(&john, "1")["reply_count"], counted(&john)), (&json!(1), (2, 4)));
    // Another takes the id of a deleted one over, and begins anew.
    john.delete(&format!("{ADD}/a")).ok();
    add(&john, &json!({"id": "a", "type": "post", "feeds": ["user:john"]}));
    assert_eq!(counted(&john), (0, 0));
    refused(&john.get(&at("1")), "GetComment", 404, 16, "comment with id 1 not found");
    say(&john, "1", None);
    john.delete(&format!("{ADD}/a?hard_delete=true")).ok();
    refused(&john.get(&at("1")), "GetComment", 404, 16, "comment with id 1 not found");
}

#[test]
fn what_a_user_said_stays_when_he_goes_and_shows_no_more_of_him_than_his_deletion_leaves() {
    let app = app();
    app.upsert(&[json!({"id": "eve", "name": "Eve"}), json!({"id": "ann", "name": "Ann"})]);
    for id in ["eve", "ann"] {
        let body = json!({"id": id, "object_id": "a", "object_type": "activity", "comment": "x", "user_id": id, "mentioned_user_ids": [id]});
        app.server().post(COMMENTS, &body).ok();
    }
    app.server().post("/api/v2/users/delete", &json!({"user_ids": ["eve"], "user": "soft"})).ok();
    app.server().post("/api/v2/users/delete", &json!({"user_ids": ["ann"], "user": "hard"})).ok();
    let john = app.user("john");
    let soft = get(&john, "eve");
    assert_eq!(
        (&soft["user"]["id"], &soft["user"]["name"], soft["user"]["deleted_at"].is_i64()),
        (&json!("eve"), &json!("Eve"), true)
    );
    let hard = get(&john, "ann");
    assert!(hard["user"].get("name").is_none() && hard["user"]["deleted_at"].is_i64(), "{hard}");
    assert_eq!(counted(&john), (2, 4));
}

#[test]
fn who_may_do_what_goes_by_the_feed_and_by_whose_comment_it_is() {
    let app = app();
    let (john, jane, eve) = (app.user("john"), app.user("jane"), app.user("eve"));
    say(&jane, "1", None);
    for (answer, action) in [
        (eve.patch(&at("1"), &json!({"comment": "x"})), "UpdateComment"),
        (eve.post(&format!("{}/partial", at("1")), &json!({"set": {"text": "x"}})), "UpdateComment"),
        (eve.delete(&at("1")), "DeleteComment"),
        (eve.post(&format!("{}/restore", at("1")), &json!({})), "DeleteComment"),
        (app.anonymous().delete(&at("1")), "DeleteComment"),
    ] {
        let (status, code, text) = answer.error();
        assert_eq!((status, code), (403, 17), "{text}");
        assert!(text.contains(&format!("action {action} in scope 'feeds:visible'")), "{text}");
    }
    // Whose feed it is may do anything there.
    john.patch(&at("1"), &json!({"comment": "moderated"})).ok();
    assert_eq!(get(&app.anonymous(), "1")["text"], "moderated");
    add(&john, &json!({"id": "p", "type": "post", "feeds": ["user:secret"], "visibility": "public"}));
    john.post(&format!("{}/change_visibility", path("user:secret")), &json!({"visibility": "private"})).ok();
    let body = json!({"id": "s", "object_id": "p", "object_type": "activity", "comment": "x"});
    let (status, code, text) = jane.post(COMMENTS, &body).error();
    assert_eq!((status, code), (403, 17), "{text}");
    john.post(COMMENTS, &body).ok();
    let (status, ..) = jane.get(&at("s")).error();
    assert_eq!(status, 403);
    let all = |by: &Caller| ids(&by.post(&at("query"), &json!({"sort": "first"})).ok()["comments"]).join(" ");
    assert_eq!((all(&jane), all(&john), all(&app.server())), ("1".to_owned(), "1 s".to_owned(), "1 s".to_owned()));
}

#[test]
fn an_activity_says_who_may_reply() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    for (id, restrict) in [("nobody", "nobody"), ("followed", "people_i_follow")] {
        add(&john, &json!({"id": id, "type": "post", "feeds": ["user:john"], "restrict_replies": restrict}));
    }
    let upon =
        |by: &Caller, id: &str| by.post(COMMENTS, &json!({"object_id": id, "object_type": "activity", "comment": "x"}));
    for id in ["nobody", "followed"] {
        let (status, code, text) = upon(&jane, id).error();
        assert_eq!((status, code), (403, 17), "{text}");
        assert!(text.contains("action AddComment in scope 'feeds:visible'"), "{text}");
        upon(&john, id).ok();
        let body = json!({"object_id": id, "object_type": "activity", "comment": "x", "user_id": "jane"});
        app.server().post(COMMENTS, &body).ok();
    }
    read(&jane, "user:jane", &json!({}));
    read(&john, "timeline:john", &json!({}));
    super::following::follow(&john, "timeline:john", "user:jane");
    upon(&jane, "followed").ok();
    assert_eq!(upon(&jane, "nobody").error().0, 403);
}

#[test]
fn who_watches_hears_of_comments_once_for_each_feed_with_what_the_activity_counts() {
    let server = Server::start();
    let app = server.app();
    let (mut john, mut jane) = (app.join("john"), app.join("jane"));
    add(&user(&app, "john"), &json!({"id": "a", "type": "post", "feeds": ["user:john"]}));
    watch(&app, "john", &john, "user:john");
    watch(&app, "jane", &jane, "timeline:jane");
    heard(&mut jane, "feeds.feed.created", "timeline:jane");
    super::following::follow(&user(&app, "jane"), "timeline:jane", "user:john");
    heard(&mut jane, "feeds.follow.created", "timeline:jane");
    heard(&mut john, "feeds.follow.created", "user:john");
    let by = user(&app, "jane");
    let answer = say(&by, "1", None);
    for (joined, fid) in [(&mut john, "user:john"), (&mut jane, "timeline:jane")] {
        let event = heard(joined, "feeds.comment.added", fid);
        assert_eq!((&event["comment"], &event["user"]["id"]), (&answer, &json!("jane")));
        assert_eq!((&event["activity"]["comment_count"], ids(&event["activity"]["comments"])), (&json!(1), vec!["1"]));
    }
    // A server that names nobody is taken for the author.
    let after = app.server().patch(&at("1"), &json!({"comment": "new"})).ok();
    for (joined, fid) in [(&mut john, "user:john"), (&mut jane, "timeline:jane")] {
        let event = heard(joined, "feeds.comment.updated", fid);
        assert_eq!((&event["comment"], &event["user"]["id"]), (&after["comment"], &json!("jane")));
    }
    by.post(&format!("{}/partial", at("1")), &json!({"set": {"text": "part"}})).ok();
    for (joined, fid) in [(&mut john, "user:john"), (&mut jane, "timeline:jane")] {
        heard(joined, "feeds.comment.updated", fid);
        heard(joined, "feeds.activity.updated", fid);
    }
    say(&by, "2", Some("1"));
    let deleted = user(&app, "john").delete(&at("1")).ok();
    let restored = user(&app, "john").post(&format!("{}/restore", at("1")), &json!({})).ok();
    user(&app, "john").delete(&format!("{}?hard_delete=true", at("1"))).ok();
    for (joined, fid) in [(&mut john, "user:john"), (&mut jane, "timeline:jane")] {
        heard(joined, "feeds.comment.added", fid);
        let event = heard(joined, "feeds.comment.deleted", fid);
        assert_eq!((&event["comment"], &event["user"]["id"]), (&deleted["comment"], &json!("john")));
        assert_eq!(heard(joined, "feeds.comment.restored", fid)["comment"], restored["comment"]);
        assert_eq!(heard(joined, "feeds.comment.deleted", fid)["comment"]["id"], "1");
        joined.quiet();
    }
}

#[test]
fn activities_show_the_latest_five_that_answer_them_directly_wherever_they_are_shown() {
    let app = app();
    let john = app.user("john");
    for at in 1..=7 {
        say(&john, &at.to_string(), None);
    }
    say(&john, "r", Some("7"));
    let latest = ["7", "6", "5", "4", "3"];
    assert_eq!(ids(&activity(&john)["comments"]), latest);
    let shown = read(&john, "user:john", &json!({}));
    assert_eq!(ids(&shown["activities"][0]["comments"]), latest);
    assert!(shown["activities"][0]["comments"][0].get("replies").is_none());
    let without = read(&john, "user:john", &json!({"enrichment_options": {"skip_activity_comments": true}}));
    let without = &without["activities"][0];
    assert_eq!((&without["comments"], &without["comment_count"]), (&json!([]), &json!(8)));
    let of = |query: &str| john.get(&format!("{ADD}/a?{query}")).ok()["activity"].take();
    assert_eq!(ids(&of("comment_sort=first&comment_limit=2")["comments"]), ["1", "2"]);
    assert_eq!(ids(&of("comment_sort=popular&comment_limit=1")["comments"]), ["7"]);
    assert_eq!(of("comment_limit=0")["comments"], json!([]));
    refused(
        &john.get(&format!("{ADD}/a?comment_sort=x")),
        "GetActivity",
        400,
        4,
        "comment_sort must be one of [first last popular]",
    );
    refused(&john.get(&format!("{ADD}/a?comment_limit=21")), "GetActivity", 400, 4, "comment_limit must be 20 or less");
    add(&john, &json!({"id": "share", "type": "share", "feeds": ["user:john"], "parent_id": "a"}));
    let share = john.get(&format!("{ADD}/share")).ok();
    assert_eq!(ids(&share["activity"]["parent"]["comments"]), latest);
    assert_eq!(share["activity"]["comments"], json!([]));
}

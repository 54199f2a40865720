//! Who is told of comments, and of whom a comment says something that is not for all.

use serde_json::{Value, json};

use super::comments::{COMMENTS, app, at, say};
use super::marks::{groups, notifications, status};
use super::reading::{ADD, add};
use super::watching::{heard, user, watch};
use crate::app::{Caller, TestApp};
use crate::sockets::client::Server;

/// A comment of which those whom it concerns are told.
#[track_caller]
fn tell(by: &Caller, id: &str, parent: Option<&str>, mentioned: &[&str]) -> Value {
    let body = json!({
        "id": id, "object_id": "a", "object_type": "activity", "parent_id": parent, "comment": format!("I am {id}"),
        "mentioned_user_ids": mentioned, "create_notification_activity": true, "skip_push": true, "custom": {"mood": "good"},
        "copy_custom_to_notification": true,
    });
    by.post(COMMENTS, &body).ok()
}

/// The notifications of somebody: their types, and what set them off.
fn told(app: &TestApp, id: &str) -> Vec<(String, String)> {
    let page = notifications(app, id);
    let groups = page["aggregated_activities"].as_array().unwrap();
    let activities = groups.iter().flat_map(|group| group["activities"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |one: &Value| (text(&one["type"]), text(&one["notification_context"]["trigger"]["comment"]["id"]));
    activities.map(of).collect()
}

#[test]
fn the_author_of_what_is_answered_is_told_and_whom_a_comment_mentions() {
    let app = app();
    app.upsert(&[json!({"id": "bob"})]);
    let jane = app.user("jane");
    let answer = tell(&jane, "1", None, &["bob", "bob", "jane"]);
    assert_eq!((&answer["notification_created"], &answer["mention_notifications_created"]), (&json!(true), &json!(1)));
    assert_eq!(told(&app, "john"), [("comment".to_owned(), "1".to_owned())]);
    assert_eq!(told(&app, "bob"), [("comment_mention".to_owned(), "1".to_owned())]);
    let page = notifications(&app, "john");
    assert_eq!(groups(&page), ["a_comment_2026-01-31"]);
    let one = &page["aggregated_activities"][0]["activities"][0];
    assert_eq!((&one["user"]["id"], &one["custom"]), (&json!("jane"), &json!({"mood": "good"})));
    let context = &one["notification_context"];
    assert_eq!(context["trigger"]["comment"], json!({"id": "1", "comment": "I am 1", "user_id": "jane"}));
    assert_eq!((&context["target"]["id"], &context["trigger"]["custom"]), (&json!("a"), &json!({"mood": "good"})));
    // Of a reply the comment's author is told, and not the activity's.
    tell(&app.user("bob"), "2", Some("1"), &[]);
    assert_eq!(told(&app, "jane"), [("comment_reply".to_owned(), "2".to_owned())]);
    assert_eq!(told(&app, "john").len(), 1);
    // Nobody is told of what he does himself, nor where it was not asked for.
    assert_eq!(tell(&app.user("john"), "3", None, &["john"])["notification_created"], false);
    let quiet = say(&jane, "4", None);
    assert_eq!((quiet.get("notification_created"), told(&app, "john").len()), (None, 1));
    // Each comment is told of.
    tell(&jane, "5", None, &[]);
    assert_eq!((told(&app, "john").len(), status(&app, "john")), (2, (1, 1)));
}

#[test]
fn who_is_mentioned_since_is_told_and_who_is_no_longer_is_not_any_more() {
    let app = app();
    app.upsert(&[json!({"id": "bob"}), json!({"id": "eve"})]);
    let jane = app.user("jane");
    tell(&jane, "1", None, &["bob"]);
    jane.patch(&at("1"), &json!({"mentioned_user_ids": ["eve"]})).ok();
    assert_eq!((told(&app, "bob").len(), told(&app, "eve").len()), (1, 0), "it was not asked for");
    jane.patch(&at("1"), &json!({"mentioned_user_ids": ["bob", "eve"], "handle_mention_notifications": true})).ok();
    jane.patch(&at("1"), &json!({"mentioned_user_ids": ["eve"], "handle_mention_notifications": true})).ok();
    assert_eq!((told(&app, "bob").len(), told(&app, "eve").len()), (0, 0));
    let parts = json!({"set": {"mentioned_user_ids": ["eve", "bob"]}, "handle_mention_notifications": true});
    app.server().post(&format!("{}/partial", at("1")), &parts).ok();
    assert_eq!((told(&app, "bob").len(), told(&app, "eve").len()), (1, 0));
}

#[test]
fn what_was_told_of_a_comment_is_taken_back_with_it_where_that_is_asked_for() {
    let app = app();
    app.upsert(&[json!({"id": "bob"})]);
    let jane = app.user("jane");
    tell(&jane, "1", None, &["bob"]);
    tell(&jane, "2", None, &["bob"]);
    jane.delete(&at("1")).ok();
    assert_eq!((told(&app, "john").len(), told(&app, "bob").len()), (2, 2));
    jane.delete(&format!("{}?delete_notification_activity=true", at("2"))).ok();
    assert_eq!((told(&app, "john").len(), told(&app, "bob").len()), (1, 1));
}

#[test]
fn who_watches_his_notifications_hears_at_once_what_is_new() {
    let server = Server::start();
    let app = server.app();
    let mut john = app.join("john");
    add(&user(&app, "john"), &json!({"id": "a", "type": "post", "feeds": ["user:john"]}));
    watch(&app, "john", &john, "notification:john");
    heard(&mut john, "feeds.feed.created", "notification:john");
    tell(&user(&app, "jane"), "1", None, &[]);
    heard(&mut john, "feeds.activity.added", "notification:john");
    let event = heard(&mut john, "feeds.notification_feed.updated", "notification:john");
    assert_eq!(event["notification_status"], json!({"unread": 1, "unseen": 1}));
    john.quiet();
}

#[test]
fn what_is_shown_to_somebody_as_a_preview_shows_no_comments_and_takes_none() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    let tagged = json!({"id": "t", "type": "post", "feeds": ["user:john"], "text": "x", "visibility": "tag", "visibility_tag": "gold"});
    add(&john, &tagged);
    let body = json!({"id": "1", "object_id": "t", "object_type": "activity", "comment": "secret"});
    john.post(COMMENTS, &body).ok();
    let list = format!("{COMMENTS}?object_id=t&object_type=activity");
    for by in [&jane, &app.anonymous()] {
        let shown = by.get(&format!("{ADD}/t")).ok();
        assert_eq!((&shown["activity"]["preview"], &shown["activity"]["comments"]), (&json!(true), &json!([])));
        for answer in [by.get(&list), by.get(&at("1")), by.get(&format!("{}/replies", at("1")))] {
            let (status, code, text) = answer.error();
            assert_eq!((status, code), (403, 17), "{text}");
        }
        assert_eq!(by.post(&at("query"), &json!({"filter": {"object_id": "t"}})).ok()["comments"], json!([]));
    }
    let more = json!({"object_id": "t", "object_type": "activity", "comment": "x"});
    assert_eq!(jane.post(COMMENTS, &more).error().0, 403);
    assert_eq!(john.get(&list).ok()["comments"][0]["text"], "secret");
    assert_eq!(john.get(&format!("{ADD}/t")).ok()["activity"]["comments"][0]["text"], "secret");
}

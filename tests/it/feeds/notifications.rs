//! Notifying: who is told of what, once, and what takes it back.

use serde_json::{Value, json};

use super::marks::{groups, notifications, status};
use super::reading::{ADD, add, path, read};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::{Caller, TestApp};
use crate::sockets::client::Server;
use crate::transcript::frozen_app;

const FOLLOWS: &str = "/api/v2/feeds/follows";

/// An app in which John has a feed, and Jane one that follows.
fn app() -> TestApp {
    let app = frozen_app();
    app.upsert(&[json!({"id": "john", "name": "John"}), json!({"id": "jane", "name": "Jane"}), json!({"id": "bob"})]);
    read(&app.user("john"), "user:john", &json!({}));
    read(&app.user("jane"), "timeline:jane", &json!({}));
    app
}

/// Jane follows, and John is to be told.
#[track_caller]
fn follow(by: &Caller, at: &str) -> Value {
    let body = json!({"source": "timeline:jane", "target": "user:john", "create_notification_activity": true,
        "custom": {"how": "link"}});
    by.post(&format!("{FOLLOWS}{at}"), &body).ok()
}

#[track_caller]
fn unfollow(by: &Caller, query: &str) {
    by.delete(&format!("{FOLLOWS}/timeline:jane/user:john{query}")).ok();
}

#[test]
fn whose_feed_is_followed_is_told_once_by_whom_and_what_it_is_about() {
    let app = app();
    let jane = app.user("jane");
    assert_eq!(follow(&jane, "")["notification_created"], true);
    let page = notifications(&app, "john");
    assert_eq!(page["feed"]["visibility"], "private");
    assert_eq!(page["feed"]["created_by"]["id"], "john");
    assert_eq!(groups(&page), ["john_follow_2026-01-31"]);
    let told = &page["aggregated_activities"][0]["activities"][0];
    assert_eq!((&told["type"], &told["user"]["id"]), (&json!("follow"), &json!("jane")));
    assert_eq!((&told["feeds"], &told["custom"]), (&json!(["notification:john"]), &json!({})));
    assert!(told.get("text").is_none());
    assert_eq!(
        told["notification_context"],
        json!({"trigger": {"type": "follow", "text": "Jane started following you", "custom": {"how": "link"}},
            "target": {"id": "john", "name": "John"}})
    );
    unfollow(&jane, "");
    assert_eq!(follow(&jane, "/upsert")["notification_created"], false, "he knows");
    assert_eq!(follow(&jane, "/upsert")["notification_created"], false, "she follows");
    assert_eq!(status(&app, "john"), (1, 1));
    let update = json!({"source": "timeline:jane", "target": "user:john", "create_notification_activity": true});
    assert_eq!(jane.patch(FOLLOWS, &update).ok()["notification_created"], false);
    unfollow(&jane, "?delete_notification_activity=true");
    let page = notifications(&app, "john");
    assert_eq!((groups(&page).len(), &page["feed"]["activity_count"]), (0, &json!(0)));
    assert_eq!(status(&app, "john"), (0, 0));
    assert_eq!(follow(&jane, "/upsert")["notification_created"], true, "as if it had never been told");
}

#[test]
fn the_same_is_told_again_once_the_groups_window_is_over() {
    let app = app();
    let set = json!({"notification": {"track_read": true, "deduplication_window": "1h"}});
    app.server().put("/api/v2/feeds/feed_groups/notification", &set).ok();
    let mut told = Vec::new();
    for wait in ["0s", "59m", "2m"] {
        app.advance(wait);
        let jane = app.user("jane");
        told.push(follow(&jane, "/upsert")["notification_created"].clone());
        unfollow(&jane, "");
    }
    assert_eq!(told, [true, false, true]);
}

#[test]
fn nobody_is_told_of_what_he_does_himself_nor_who_is_not_there_nor_unless_that_was_asked() {
    let app = app();
    let john = app.user("john");
    read(&john, "timeline:john", &json!({}));
    let own = json!({"source": "timeline:john", "target": "user:john", "create_notification_activity": true});
    assert_eq!(john.post(FOLLOWS, &own).ok()["notification_created"], false);
    let quiet = json!({"source": "timeline:jane", "target": "user:john"});
    let answer = app.user("jane").post(FOLLOWS, &quiet).ok();
    assert!(answer.get("notification_created").is_none());
    let activity = json!({"type": "post", "feeds": ["user:john"], "mentioned_user_ids": ["john", "nobody"],
        "create_notification_activity": true});
    assert_eq!(john.post(ADD, &activity).ok()["mention_notifications_created"], 0);
    let plain = json!({"type": "post", "feeds": ["user:john"], "mentioned_user_ids": ["jane"]});
    assert!(john.post(ADD, &plain).ok().get("mention_notifications_created").is_none());
    for id in ["john", "jane", "nobody"] {
        assert_eq!(groups(&notifications(&app, id)).len(), 0, "{id}");
    }
}

#[test]
fn batches_of_follows_tell_of_each() {
    let app = app();
    let follow = |target: &str| {
        json!({"source": "timeline:jane", "target": target, "create_notification_activity": true,
            "custom": {"a": 1}, "copy_custom_to_notification": true})
    };
    read(&app.user("bob"), "user:bob", &json!({}));
    let body = json!({"follows": [follow("user:john"), follow("user:bob")]});
    app.user("jane").post(&format!("{FOLLOWS}/batch"), &body).ok();
    for id in ["john", "bob"] {
        let page = notifications(&app, id);
        assert_eq!(page["aggregated_activities"][0]["activities"][0]["custom"], json!({"a": 1}), "{id}");
    }
    let ends =
        json!({"follows": [{"source": "timeline:jane", "target": "user:bob"}], "delete_notification_activity": true});
    app.server().post("/api/v2/feeds/unfollow/batch", &ends).ok();
    assert_eq!((status(&app, "john"), status(&app, "bob")), ((1, 1), (0, 0)));
}

#[test]
fn whom_an_activity_mentions_is_told_and_whom_it_mentions_no_longer_has_that_taken_back() {
    let app = app();
    let john = app.user("john");
    let post = json!({"id": "a", "type": "post", "feeds": ["user:john"], "text": "hi", "custom": {"c": 1},
        "mentioned_user_ids": ["jane", "jane", "bob"], "create_notification_activity": true});
    let answer = john.post(ADD, &post).ok();
    check("AddActivity", &answer);
    assert_eq!(answer["mention_notifications_created"], 2);
    let page = notifications(&app, "jane");
    assert_eq!(groups(&page), ["a_mention_2026-01-31"]);
    let context = &page["aggregated_activities"][0]["activities"][0]["notification_context"];
    assert_eq!(
        context["target"],
        json!({"id": "a", "type": "post", "user_id": "john", "text": "hi", "custom": {"c": 1}})
    );
    assert_eq!(context["trigger"]["text"], "John mentioned you in an activity");
    // Without a word about it, notifications stay as they are.
    john.patch(&format!("{ADD}/a"), &json!({"set": {"mentioned_user_ids": ["bob"]}})).ok();
    assert_eq!(status(&app, "jane"), (1, 1));
    let all = json!({"set": {"mentioned_user_ids": ["jane", "bob"]}});
    john.patch(&format!("{ADD}/a"), &all).ok();
    let handled = json!({"set": {"mentioned_user_ids": ["bob"]}, "handle_mention_notifications": true});
    john.patch(&format!("{ADD}/a"), &handled).ok();
    assert_eq!((status(&app, "jane"), status(&app, "bob")), ((0, 0), (1, 1)));
    let whole = json!({"text": "new", "mentioned_user_ids": ["bob", "jane"], "handle_mention_notifications": true});
    assert_eq!(john.put(&format!("{ADD}/a"), &whole).ok()["mention_notifications_created"], 1);
    let many = json!({"activities": [post, {"type": "post", "feeds": ["user:john"], "mentioned_user_ids": ["jane"],
        "create_notification_activity": true}]});
    let answer = john.post(&format!("{ADD}/batch"), &many).ok();
    assert_eq!(answer["mention_notifications_created"], 1, "who was mentioned already is not told again");
    assert_eq!(status(&app, "jane"), (2, 2));
    john.delete(&format!("{ADD}/a?delete_notification_activity=true")).ok();
    assert_eq!((status(&app, "jane"), status(&app, "bob")), ((1, 1), (0, 0)));
}

#[test]
fn a_recipient_who_deletes_a_notification_is_told_of_the_next() {
    let app = app();
    let jane = app.user("jane");
    follow(&jane, "");
    let page = notifications(&app, "john");
    let id = page["aggregated_activities"][0]["activities"][0]["id"].as_str().unwrap().to_owned();
    app.user("john").delete(&format!("{ADD}/{id}")).ok();
    assert_eq!(status(&app, "john"), (0, 0));
    unfollow(&jane, "");
    assert_eq!(follow(&jane, "")["notification_created"], true);
    app.user("john").delete(&path("notification:john")).ok();
    unfollow(&jane, "?delete_notification_activity=true");
    follow(&jane, "");
    assert_eq!(status(&app, "john"), (1, 1), "a feed that was deleted is made anew, and empty");
}

#[test]
fn who_watches_hears_of_what_is_new_with_all_that_is_unread_and_of_what_is_taken_back() {
    let server = Server::start();
    let app = server.app();
    let (mut john, mut jane) = (app.join("john"), app.join("jane"));
    watch(&app, "john", &john, "notification:john");
    heard(&mut john, "feeds.feed.created", "notification:john");
    let (by, owner) = (user(&app, "jane"), user(&app, "john"));
    read(&owner, "user:john", &json!({}));
    read(&by, "timeline:jane", &json!({}));
    follow(&by, "");
    let added = heard(&mut john, "feeds.activity.added", "notification:john");
    let event = heard(&mut john, "feeds.notification_feed.updated", "notification:john");
    assert_eq!((&event["user"]["id"], &event["feed_visibility"]), (&json!("jane"), &json!("private")));
    assert_eq!(event["notification_status"], json!({"unread": 1, "unseen": 1}));
    let group = &event["aggregated_activities"][0];
    assert_eq!((&group["is_read"], &group["is_seen"]), (&json!(false), &json!(false)));
    assert_eq!(group["activities"][0]["id"], added["activity"]["id"]);
    // By hand, too, and by its owner.
    add(&owner, &json!({"type": "note", "feeds": ["notification:john"]}));
    heard(&mut john, "feeds.activity.added", "notification:john");
    let event = heard(&mut john, "feeds.notification_feed.updated", "notification:john");
    assert_eq!(event["notification_status"]["unread"], 2);
    assert_eq!(event["aggregated_activities"].as_array().unwrap().len(), 1, "the one that has changed");
    unfollow(&by, "?delete_notification_activity=true");
    heard(&mut john, "feeds.activity.deleted", "notification:john");
    let event = heard(&mut john, "feeds.notification_feed.updated", "notification:john");
    assert_eq!(event["notification_status"]["unread"], 1);
    assert_eq!(event["aggregated_activities"], json!([]));
    john.quiet();
    jane.quiet();
}

//! Changing feeds, and ending them.

use serde_json::{Value, json};

use super::following::follow;
use super::reading::{add, path, read, texts};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::TestApp;
use crate::sockets::client::Server;
use crate::transcript::{frozen_app, refused};

const FEEDS: &str = "/api/v2/feeds/feeds";

fn app() -> TestApp {
    let app = frozen_app();
    let data = json!({"data": {"name": "Mine", "custom": {"a": 1}, "location": {"lat": 1.0, "lng": 2.0}}});
    read(&app.user("john"), "user:john", &data);
    app
}

#[test]
fn what_is_not_said_of_a_feed_stays_and_its_time_moves_on() {
    let app = app();
    let john = app.user("john");
    let before = read(&john, "user:john", &json!({}));
    let answer = john.put(&path("user:john"), &json!({"description": "New"})).ok();
    check("UpdateFeed", &answer);
    let after = &answer["feed"];
    assert_eq!(
        (&after["name"], &after["description"], &after["custom"]),
        (&json!("Mine"), &json!("New"), &json!({"a": 1}))
    );
    assert_eq!(after["updated_at"].as_i64().unwrap() - before["feed"]["updated_at"].as_i64().unwrap(), 1_001_000);
    let bare = john.put(&path("user:john"), &json!({"clear_location": true, "custom": {}, "filter_tags": ["t"]})).ok();
    assert!(bare["feed"].get("location").is_none());
    assert_eq!((&bare["feed"]["custom"], &bare["feed"]["filter_tags"]), (&json!({}), &json!(["t"])));
    let given = app.server().put(&path("user:john"), &json!({"created_by_id": "heir"})).ok();
    assert_eq!(given["feed"]["created_by"]["id"], "heir");
    let (status, code, text) = john.put(&path("user:john"), &json!({"name": "x"})).error();
    assert_eq!((status, code), (403, 17), "{text}");
    assert!(text.contains("action UpdateFeed in scope 'feeds:visible'"), "{text}");
}

#[test]
fn a_deleted_feed_takes_its_follows_and_what_is_nowhere_else_with_it() {
    for hard in [false, true] {
        let app = app();
        let (john, jane) = (app.user("john"), app.user("jane"));
        read(&jane, "timeline:jane", &json!({}));
        follow(&jane, "timeline:jane", "user:john");
        add(&john, &json!({"id": "only", "type": "post", "feeds": ["user:john"], "text": "only"}));
        add(&john, &json!({"id": "both", "type": "post", "feeds": ["user:john", "user:other"], "text": "both"}));
        let answer = john.delete(&format!("{}?hard_delete={hard}", path("user:john"))).ok();
        let task = app.server().get(&format!("/api/v2/tasks/{}", answer["task_id"].as_str().unwrap())).ok();
        assert_eq!(task["status"], "completed");
        let page = read(&jane, "timeline:jane", &json!({}));
        assert_eq!((texts(&page).len(), &page["feed"]["following_count"]), (0, &json!(0)));
        let other = read(&john, "user:other", &json!({}));
        assert_eq!(texts(&other), ["both"]);
        assert_eq!(other["activities"][0]["feeds"], json!(["user:other"]));
        assert_eq!(john.get("/api/v2/feeds/activities/only").status, 404);
        let missing = "feed with id user:john not found";
        refused(&john.put(&path("user:john"), &json!({})), "UpdateFeed", 404, 16, missing);
        let again = read(&john, "user:john", &json!({}));
        assert_eq!((&again["created"], &again["feed"]["name"]), (&json!(true), &json!("")), "made anew");
        assert_eq!((texts(&again).len(), &again["feed"]["activity_count"]), (0, &json!(0)));
    }
}

#[test]
fn a_feed_that_is_opened_takes_in_who_has_asked_and_one_that_is_closed_keeps_its_owners_follows() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    let change = |visibility: &str, more: Value| {
        let mut body = json!({"visibility": visibility});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = john.post(&format!("{}/change_visibility", path("user:john")), &body).ok();
        check("ChangeFeedVisibility", &answer);
        assert_eq!(answer["feed"]["visibility"], visibility);
        answer["feed"]["follower_count"].clone()
    };
    change("followers", json!({}));
    for (by, feed) in [(&john, "timeline:john"), (&jane, "timeline:jane")] {
        read(by, feed, &json!({}));
        follow(by, feed, "user:john");
    }
    assert_eq!(change("public", json!({})), 2, "who has asked follows");
    assert_eq!(change("private", json!({})), 1, "the owner's own stays");
    change("followers", json!({}));
    follow(&jane, "timeline:jane", "user:john");
    assert_eq!(change("visible", json!({"pending_follows_action": "reject"})), 1);
    let text = "visibility must be one of [public visible followers members private]";
    let path = format!("{}/change_visibility", path("user:john"));
    refused(&john.post(&path, &json!({"visibility": "secret"})), "ChangeFeedVisibility", 400, 4, text);
    refused(&john.post(&path, &json!({})), "ChangeFeedVisibility", 400, 4, "visibility is a required field");
}

#[test]
fn feeds_are_made_and_deleted_by_the_dozen_all_or_none() {
    let app = app();
    let server = app.server();
    let one = |id: &str| json!({"feed_group_id": "user", "feed_id": id, "created_by_id": "maker", "name": id});
    let made = server.post(&format!("{FEEDS}/batch"), &json!({"feeds": [one("a"), one("b"), one("john")]})).ok();
    check("CreateFeedsBatch", &made);
    let names: Vec<_> = made["feeds"].as_array().unwrap().iter().map(|feed| feed["name"].clone()).collect();
    assert_eq!(names, ["a", "b", "Mine"], "what is there stays");
    let gone = json!({"feeds": ["user:a", "user:none"]});
    refused(
        &server.post(&format!("{FEEDS}/delete"), &gone),
        "DeleteFeedsBatch",
        404,
        16,
        "feed with id user:none not found",
    );
    assert_eq!(read(&app.user("john"), "user:a", &json!({}))["created"], false);
    server.post(&format!("{FEEDS}/delete"), &json!({"feeds": ["user:a", "user:b"], "hard_delete": true})).ok();
    assert_eq!(read(&app.user("john"), "user:a", &json!({}))["created"], true);
}

#[test]
fn what_feeds_are_to_one_is_asked_for_together_and_what_is_not_there_is_left_out() {
    let app = app();
    let jane = app.user("jane");
    read(&jane, "timeline:jane", &json!({}));
    follow(&jane, "timeline:jane", "user:john");
    let own = jane.post(&format!("{FEEDS}/own/batch"), &json!({"feeds": ["user:john", "user:none"]})).ok();
    let data = own["data"].as_object().unwrap();
    assert_eq!(data.keys().collect::<Vec<_>>(), ["user:john"]);
    let john = &data["user:john"];
    assert_eq!(john["own_follows"][0]["source_feed"]["feed"], "timeline:jane");
    assert_eq!(john["own_followings"], json!([]));
    assert!(john["own_capabilities"].as_array().unwrap().contains(&json!("read-activities")));
    assert!(john.get("own_membership").is_none());
    let some = json!({"feeds": ["user:john"], "fields": ["own_follows"]});
    let some = jane.post(&format!("{FEEDS}/own/batch"), &some).ok();
    assert_eq!(some["data"]["user:john"].as_object().unwrap().keys().collect::<Vec<_>>(), ["own_follows"]);
    // The other way round: who owns Jane's timeline follows something of John's.
    let back = app.user("john").post(&format!("{FEEDS}/own/batch"), &json!({"feeds": ["timeline:jane"]})).ok();
    assert_eq!(back["data"]["timeline:jane"]["own_followings"][0]["target_feed"]["feed"], "user:john");
}

#[test]
fn activities_and_comments_of_a_feed_are_counted() {
    let app = app();
    add(&app.user("john"), &json!({"type": "post", "feeds": ["user:john"], "text": "one"}));
    let counts = app.user("john").get(&format!("{}/counts", path("user:john"))).ok();
    let numbers = (&counts["activity_count"], &counts["comment_count"], &counts["total_count"]);
    assert_eq!(numbers, (&json!(1), &json!(0), &json!(1)));
}

#[test]
fn who_watches_a_feed_hears_of_its_changes_and_of_its_end() {
    let server = Server::start();
    let app = server.app();
    let mut john = app.join("john");
    watch(&app, "john", &john, "user:john");
    heard(&mut john, "feeds.feed.created", "user:john");
    let answer = user(&app, "john").put(&path("user:john"), &json!({"name": "New"})).ok();
    assert_eq!(
        heard(&mut john, "feeds.feed.updated", "user:john")["feed"],
        answer["feed"],
        "the same as in the answer"
    );
    user(&app, "john").delete(&path("user:john")).ok();
    heard(&mut john, "feeds.feed.deleted", "user:john");
    john.quiet();
}

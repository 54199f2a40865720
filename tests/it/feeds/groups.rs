//! Feed groups: what the feeds of one kind have in common.

use serde_json::{Value, json};

use super::following::follow;
use super::reading::{ADD, add, path, read, texts};
use super::shape::check;
use crate::transcript::{frozen_app, refused};

const GROUPS: &str = "/api/v2/feeds/feed_groups";

fn at(id: &str) -> String {
    format!("{GROUPS}/{id}")
}

fn names(all: &Value) -> Vec<&str> {
    all["groups"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn every_app_has_six_groups_and_those_that_it_makes() {
    let app = frozen_app();
    let server = app.server();
    let all = server.get(GROUPS).ok();
    assert_eq!(names(&all), ["foryou", "notification", "stories", "story", "timeline", "user"]);
    all["groups"].as_object().unwrap().values().for_each(|group| check("group", group));
    assert_eq!(all["groups"]["notification"]["notification"]["track_seen"], true);
    assert_eq!(all["groups"]["timeline"]["activity_selectors"], json!([{"type": "following"}]));
    let config = json!({"id": "club", "default_visibility": "members", "custom": {"a": 1}, "ranking": {"type": "recency"},
        "activity_selectors": [{"type": "current_feed", "cutoff_time": null}], "custom_ranking": 1});
    let made = server.post(GROUPS, &config).ok();
    check("CreateFeedGroup", &made);
    let group = &made["feed_group"];
    assert_eq!(group["activity_selectors"], json!([{"type": "current_feed"}]));
    assert!(group.get("custom_ranking").is_none(), "what is not known is left out");
    assert_eq!(server.get(&at("club")).ok()["feed_group"], *group);
    assert!(names(&server.get(GROUPS).ok()).contains(&"club"));
    assert_eq!(read(&app.user("john"), "club:a", &json!({}))["feed"]["visibility"], "members");
    let there = server.post(&at("club"), &json!({"default_visibility": "public"})).ok();
    check("GetOrCreateFeedGroup", &there);
    assert_eq!((&there["was_created"], &there["feed_group"]), (&json!(false), group));
    assert_eq!(server.post(&at("foryou"), &json!({"default_visibility": "public"})).ok()["was_created"], false);
    let new = server.post(&at("flat-notification"), &json!({})).ok();
    assert_eq!((&new["was_created"], &new["feed_group"]["id"]), (&json!(true), &json!("flat-notification")));
    add(&app.user("john"), &json!({"type": "post", "feeds": ["flat-notification:a"], "text": "own"}));
    assert_eq!(texts(&read(&app.user("john"), "flat-notification:a", &json!({}))), ["own"]);
    let again = server.post(GROUPS, &json!({"id": "club"})).ok();
    assert!(again["feed_group"].get("custom").is_none(), "made once more, it is set anew");
    assert_eq!(again["feed_group"]["created_at"], group["created_at"]);
}

#[test]
fn an_update_takes_the_place_of_all_that_was_set_and_a_built_in_group_falls_back_to_what_it_was() {
    let app = frozen_app();
    let server = app.server();
    let filter = json!({"activity_filter": {"exclude_owner_activities": true}, "custom": {"a": 1}});
    server.post(&at("club"), &filter).ok();
    for text in ["one", "two"] {
        add(&app.user("john"), &json!({"type": "post", "feeds": ["club:a"], "text": text}));
    }
    assert_eq!(texts(&read(&app.user("john"), "club:a", &json!({}))), Vec::<&str>::new());
    let before = server.get(&at("club")).ok();
    let sorted =
        json!({"activity_selectors": [{"type": "current_feed", "sort": [{"field": "created_at", "direction": 1}]}]});
    let after = server.put(&at("club"), &sorted).ok();
    check("UpdateFeedGroup", &after);
    let (before, after) = (&before["feed_group"], &after["feed_group"]);
    assert!(after.get("activity_filter").is_none() && after.get("custom").is_none(), "{after}");
    assert!(after["updated_at"].as_i64() > before["updated_at"].as_i64());
    assert_eq!(texts(&read(&app.user("john"), "club:a", &json!({}))), ["one", "two"]);
    read(&app.user("jane"), "timeline:jane", &json!({}));
    read(&app.user("john"), "user:john", &json!({}));
    follow(&app.user("jane"), "timeline:jane", "user:john");
    add(&app.user("john"), &json!({"type": "post", "feeds": ["user:john"], "text": "hi"}));
    let ranked = json!({"ranking": {"type": "expression", "score": "popularity"}, "default_visibility": "private"});
    let timeline = server.put(&at("timeline"), &ranked).ok();
    assert_eq!(timeline["feed_group"]["activity_selectors"], json!([{"type": "following"}]));
    assert_eq!(texts(&read(&app.user("jane"), "timeline:jane", &json!({}))), ["hi"]);
    assert_eq!(read(&app.user("jane"), "timeline:new", &json!({}))["feed"]["visibility"], "private");
    server.put(&at("timeline"), &json!({"activity_selectors": [{"type": "current_feed"}]})).ok();
    assert_eq!(texts(&read(&app.user("jane"), "timeline:jane", &json!({}))), Vec::<&str>::new());
    assert_eq!(server.put(&at("timeline"), &json!({})).ok()["feed_group"]["default_visibility"], "visible");
}

#[test]
fn a_deleted_group_has_no_feeds_until_it_is_restored_and_none_at_all_once_it_is_gone_for_good() {
    let app = frozen_app();
    let (server, john) = (app.server(), app.user("john"));
    server.post(&at("club"), &json!({"default_visibility": "public"})).ok();
    let post = json!({"type": "post", "feeds": ["club:a"], "text": "hi"});
    add(&john, &post);
    read(&john, "club:gone", &json!({}));
    john.delete(&path("club:gone")).ok();
    server.delete(&at("club")).ok();
    let missing = "feed group with id club not found";
    refused(&server.get(&at("club")), "GetFeedGroup", 404, 16, missing);
    refused(&server.put(&at("club"), &json!({})), "UpdateFeedGroup", 404, 16, missing);
    refused(&server.delete(&at("club")), "DeleteFeedGroup", 404, 16, missing);
    refused(&john.post(&path("club:a"), &json!({})), "GetOrCreateFeed", 404, 16, missing);
    refused(&john.post(ADD, &post), "AddActivity", 404, 16, missing);
    refused(&john.put(&path("club:a"), &json!({})), "UpdateFeed", 404, 16, "feed with id club:a not found");
    assert!(!names(&server.get(GROUPS).ok()).contains(&"club"));
    assert!(names(&server.get(&format!("{GROUPS}?include_soft_deleted=true")).ok()).contains(&"club"));
    let deleted = server.get(&format!("{}?include_soft_deleted=true", at("club"))).ok();
    assert!(deleted["feed_group"]["deleted_at"].is_i64());
    let restored = server.post(&format!("{}/restore", at("club")), &json!({})).ok();
    check("RestoreFeedGroup", &restored);
    assert_eq!(restored["feed_group"]["default_visibility"], "public");
    assert_eq!(texts(&read(&john, "club:a", &json!({}))), ["hi"]);
    server.delete(&format!("{}?hard_delete=true", at("club"))).ok();
    let restore = server.post(&format!("{}/restore", at("club")), &json!({}));
    refused(&restore, "RestoreFeedGroup", 404, 16, missing);
    server.post(&at("club"), &json!({})).ok();
    let again = read(&john, "club:a", &json!({}));
    assert_eq!((&again["created"], texts(&again).len()), (&json!(true), 0));
    let text = "feed group user is built in and cannot be deleted";
    refused(&server.delete(&at("user")), "DeleteFeedGroup", 400, 4, text);
}

#[test]
fn what_is_wrong_with_a_group_is_said() {
    let server = frozen_app().server();
    let selectors = json!(["current_feed", "following", "popular", "interest"].map(|kind| json!({"type": kind})));
    let processors: Vec<Value> = (0..11).map(|_| json!({"type": "dummy"})).collect();
    let filter = json!({"exclude_owner_activities": true});
    let beside = "it does not go with aggregation, notification and stories";
    for (id, config, text) in [
        ("", json!({}), "id is a required field".to_owned()),
        (
            "a/b",
            json!({}),
            "feed group id \"a/b\" is invalid: it has 1 to 255 letters, digits, spaces and the signs @ _ - ."
                .to_owned(),
        ),
        (
            "club",
            json!({"default_visibility": "secret"}),
            "default_visibility must be one of [public visible followers members private]".to_owned(),
        ),
        (
            "club",
            json!({"activity_selectors": selectors}),
            "activity_selectors must contain at maximum 3 items".to_owned(),
        ),
        (
            "club",
            json!({"activity_processors": processors}),
            "activity_processors must contain at maximum 10 items".to_owned(),
        ),
        (
            "club",
            json!({"activity_filter": filter, "aggregation": {"format": "time_based"}}),
            format!("activity_filter cannot be set on feed group club: {beside}"),
        ),
        (
            "story",
            json!({"activity_filter": filter}),
            format!("activity_filter cannot be set on feed group story: {beside}"),
        ),
    ] {
        let mut body = config;
        body["id"] = json!(id);
        refused(&server.post(GROUPS, &body), "CreateFeedGroup", 400, 4, &text);
    }
    for n in 6..100 {
        server.post(&at(&format!("g{n}")), &json!({})).ok();
    }
    let text = "maximum number of feed groups (100) reached";
    refused(&server.post(&at("one-more"), &json!({})), "GetOrCreateFeedGroup", 400, 4, text);
    server.put(&at("g6"), &json!({})).ok();
}

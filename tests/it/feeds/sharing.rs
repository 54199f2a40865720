//! Shares of activities, and feeds that are suggested.

use serde_json::{Value, json};

use super::following::follow;
use super::reading::{ADD, add, path, read};
use super::shape::check;
use crate::app::{Caller, TestApp};
use crate::transcript::{frozen_app, refused};

#[track_caller]
fn shares(by: &Caller, query: &str) -> Value {
    let answer = by.get(&format!("{ADD}/shared/shares{query}")).ok();
    check("QueryActivityShares", &answer);
    answer
}

fn ids(shares: &Value) -> Vec<&str> {
    shares.as_array().unwrap().iter().map(|share| share["activity_id"].as_str().unwrap()).collect()
}

fn share(by: &str, id: &str, visibility: &str) -> Value {
    json!({"id": id, "type": "share", "feeds": [format!("user:{by}")], "parent_id": "shared", "visibility": visibility})
}

/// An app in which seven users have shared what John posted.
fn app() -> TestApp {
    let app = frozen_app();
    add(&app.user("john"), &json!({"id": "shared", "type": "post", "feeds": ["user:john"], "text": "x"}));
    for at in 0..7 {
        let by = format!("u{at}");
        add(&app.user(&by), &share(&by, &format!("s{at}"), "public"));
    }
    app
}

#[test]
fn shares_are_told_the_newest_first_in_pages_and_the_latest_with_the_activity() {
    let app = app();
    let john = app.user("john");
    let all = shares(&john, "");
    assert_eq!(ids(&all["shares"]), ["s6", "s5", "s4", "s3", "s2", "s1", "s0"]);
    assert_eq!((&all["shares"][0]["user"]["id"], all.get("next")), (&json!("u6"), None));
    let first = shares(&john, "?limit=4");
    let second = shares(&john, &format!("?limit=4&next={}", first["next"].as_str().unwrap()));
    assert_eq!((ids(&second["shares"]), second.get("next")), (vec!["s2", "s1", "s0"], None));
    assert!(shares(&john, "?limit=7").get("next").is_none(), "a page that is just full is the last");
    assert_eq!(shares(&john, "?limit=0")["shares"], json!([]));
    let shown = &read(&john, "user:john", &json!({}))["activities"][0];
    assert_eq!(ids(&shown["latest_shares"]), ["s6", "s5", "s4", "s3", "s2"]);
    assert_eq!(shown["share_count"], 7);
    app.user("u6").delete(&format!("{ADD}/s6")).ok();
    assert_eq!(ids(&shares(&john, "?limit=1")["shares"]), ["s5"]);
    assert!(john.get(&format!("{ADD}/shared")).ok()["activity"]["latest_shares"][0]["activity_id"] == "s5");
    let unshared = add(&john, &json!({"type": "post", "feeds": ["user:john"]}));
    assert!(unshared.get("latest_shares").is_none());
}

#[test]
fn a_private_share_is_its_authors_and_shares_are_for_who_may_read_what_is_shared() {
    let app = app();
    let eve = app.user("eve");
    add(&eve, &share("eve", "secret", "private"));
    assert_eq!(ids(&shares(&eve, "?limit=1")["shares"]), ["secret"]);
    assert_eq!(ids(&shares(&app.user("john"), "?limit=1")["shares"]), ["s6"]);
    refused(&eve.get(&format!("{ADD}/none/shares")), "QueryActivityShares", 404, 16, "activity with id none not found");
    app.user("john").post(&format!("{}/change_visibility", path("user:john")), &json!({"visibility": "private"})).ok();
    let text = "User 'eve' with role 'user' is not allowed to perform action ReadActivities in scope 'feeds:private'";
    refused(&eve.get(&format!("{ADD}/shared/shares")), "QueryActivityShares", 403, 17, text);
    let (status, code, text) = app.user("john").get(&format!("{ADD}/shared/shares?prev=x")).error();
    assert_eq!((status, code), (400, 4), "{text}");
}

fn suggested(by: &Caller, query: &str) -> Vec<String> {
    let answer = by.get(&format!("/api/v2/feeds/feed_groups/user/follow_suggestions{query}")).ok();
    check("GetFollowSuggestions", &answer);
    assert_eq!(answer["algorithm_used"], "popular");
    let suggestions = answer["suggestions"].as_array().unwrap();
    for one in suggestions {
        assert!(one["own_capabilities"].is_array() && one["own_follows"].is_array(), "{one}");
        assert_eq!(one["reason"], "popular");
    }
    suggestions.iter().map(|feed| feed["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn suggested_is_what_most_follow_and_somebody_neither_owns_nor_follows_and_may_read() {
    let app = frozen_app();
    let jane = app.user("jane");
    for (id, visibility) in [("a", "public"), ("b", "visible"), ("c", "followers"), ("d", "private"), ("e", "visible")]
    {
        read(&app.user("john"), &format!("user:{id}"), &json!({"data": {"visibility": visibility}}));
    }
    read(&jane, "user:jane", &json!({}));
    for fan in ["f1", "f2", "f3"] {
        read(&app.user(fan), &format!("timeline:{fan}"), &json!({}));
        follow(&app.user(fan), &format!("timeline:{fan}"), "user:b");
    }
    follow(&app.user("f1"), "timeline:f1", "user:a");
    assert_eq!(suggested(&jane, ""), ["b", "a", "e"], "most followed first");
    assert_eq!(suggested(&jane, "?limit=1"), ["b"]);
    assert_eq!(suggested(&app.user("f1"), ""), ["jane", "e"], "not what is followed");
    assert_eq!(suggested(&app.user("john"), ""), ["jane"], "not one's own");
    assert_eq!(suggested(&app.server(), "?user_id=f2"), ["a", "jane", "e", "d", "c"]);
    let place = "/api/v2/feeds/feed_groups/user/follow_suggestions";
    let nobody = "user_id is required for server side requests";
    refused(&app.server().get(place), "GetFollowSuggestions", 400, 4, nobody);
    for limit in ["0", "101"] {
        let (status, code, text) = jane.get(&format!("{place}?limit={limit}")).error();
        assert_eq!((status, code), (400, 4), "{text}");
    }
    let missing = "feed group with id nothing not found";
    let answer = jane.get("/api/v2/feeds/feed_groups/nothing/follow_suggestions");
    refused(&answer, "GetFollowSuggestions", 404, 16, missing);
}

//! Queries of activities, feeds and follows, and the filter of a feed that is read.

use serde_json::{Value, json};

use super::following::follow;
use super::reading::{ADD, add, path, read, texts};
use super::shape::check;
use super::watching::{heard, user};
use crate::app::{Caller, TestApp};
use crate::sockets::client::Server;
use crate::transcript::{frozen_app, refused};

const FEEDS: &str = "/api/v2/feeds/feeds/query";
const FOLLOWS: &str = "/api/v2/feeds/follows/query";

fn query(by: &Caller, body: &Value) -> Value {
    let answer = by.post(&format!("{ADD}/query"), body).ok();
    check("QueryActivities", &answer);
    answer
}

/// The ids of the activities that a filter finds, in order.
#[track_caller]
fn ids(by: &Caller, filter: &Value) -> Vec<String> {
    names(&query(by, &json!({"filter": filter})), "activities", "id")
}

fn names(page: &Value, list: &str, key: &str) -> Vec<String> {
    let items = page[list].as_array().unwrap().iter();
    items.map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

/// Three activities of John's in two feeds, each a second later than the one before.
fn app() -> TestApp {
    let app = frozen_app();
    let john = app.user("john");
    for (id, feed, more) in [
        (
            "one",
            "user:john",
            json!({"text": "Hello, big World", "filter_tags": ["green"], "custom": {"priority": 1},
                "search_data": {"campaign": {"id": "x", "kind": "new"}, "list": [1, "a"]},
                "location": {"lat": 52.52, "lng": 13.405}}),
        ),
        (
            "two",
            "user:john",
            json!({"text": "worldwide", "filter_tags": ["green", "orange"], "interest_tags": ["Sport"],
                "custom": {"priority": 5}, "search_data": {"campaign": {"id": "y"}},
                "location": {"lat": 48.8566, "lng": 2.3522}}),
        ),
        ("three", "user:other", json!({"filter_tags": ["orange"], "type": "story", "custom": {"priority": "5"}})),
    ] {
        app.advance("1s");
        let mut body = json!({"id": id, "type": "post", "feeds": [feed]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        add(&john, &body);
    }
    app
}

#[test]
fn every_field_of_an_activity_is_asked_by_its_operators() {
    let app = app();
    let john = app.user("john");
    let at = query(&john, &json!({"filter": {"id": "two"}}))["activities"][0]["created_at"].clone();
    let (berlin, paris) = ([52.5, 13.4], [48.85, 2.35]);
    let near = |at: [f64; 2], km: f64| json!({"near": {"$eq": {"lat": at[0], "lng": at[1], "distance": km}}});
    for (filter, found) in [
        (json!({}), "three two one"),
        (json!({"activity_type": "story"}), "three"),
        (json!({"id": {"$in": ["one", "three", "none"]}}), "three one"),
        (json!({"user_id": "jane"}), ""),
        (json!({"feed": "user:john"}), "two one"),
        (json!({"feed": {"$in": ["user:other", "user:none", "x"]}}), "three"),
        (json!({"created_at": {"$gte": at}}), "three two"),
        (json!({"created_at": {"$gt": at}}), "three"),
        (json!({"filter_tags": "green"}), "two one"),
        (json!({"filter_tags": ["orange", "green"]}), "two"),
        (json!({"filter_tags": {"$in": ["orange", "green"]}}), "three two one"),
        (json!({"filter_tags": {"$contains": "orange"}}), "three two"),
        (json!({"filter_tags": {"$contains": ["green", "orange"]}}), "two"),
        (json!({"filter_tags": []}), "three two one"),
        (json!({"filter_tags": {"$in": []}}), ""),
        (json!({"$and": [{"filter_tags": ["green"]}, {"filter_tags": ["orange"]}]}), "two"),
        (json!({"$or": [{"filter_tags": ["none"]}, {"id": "one"}]}), "one"),
        (json!({"interest_tags": ["sport"]}), "two"),
        (json!({"text": "worldwide"}), "two"),
        (json!({"text": {"$q": "WORLD"}}), "one"),
        (json!({"text": {"$q": "world hello"}}), "one"),
        (json!({"text": {"$autocomplete": "wor"}}), "two one"),
        (json!({"text": {"$autocomplete": "wor b"}}), "one"),
        (json!({"text": {"$autocomplete": "orl"}}), ""),
        (json!({"custom.priority": {"$gte": 3}}), "two"),
        (json!({"custom.priority": "5"}), "three"),
        (json!({"custom.none": {"$exists": false}}), "three two one"),
        (json!({"search_data": {"$contains": {"campaign": {"id": "x"}}}}), "one"),
        (json!({"search_data": {"$contains": {"list": ["a"]}}}), "one"),
        (json!({"search_data": {"$contains": {"list": ["b"]}}}), ""),
        (json!({"search_data": {"$contains": {"campaign": {}}}}), "two one"),
        (json!({"search_data": {"$in": [{"campaign": {"id": "y"}}, {"list": [1]}]}}), "two one"),
        (json!({"search_data": {"$path_exists": "campaign.kind"}}), "one"),
        (near(berlin, 5.0), "one"),
        (near(berlin, 850.0), "one"),
        (near(berlin, 880.0), "two one"),
        (near(paris, 1.0), "two"),
        (json!({"within_bounds": {"ne_lat": 53, "ne_lng": 14, "sw_lat": 52, "sw_lng": 13}}), "one"),
        (json!({"within_bounds": {"$eq": {"ne_lat": 53, "ne_lng": 3, "sw_lat": 40, "sw_lng": 100}}}), "two"),
        (json!({"popularity": {"$lte": 0}}), "three two one"),
        (json!({"popularity": {"$gt": 0}}), ""),
        (json!({"hidden": false}), "three two one"),
        (json!({"hidden": true}), ""),
    ] {
        assert_eq!(ids(&john, &filter).join(" "), found, "{filter}");
    }
}

#[test]
fn what_is_no_field_and_what_is_no_operand_is_told() {
    let app = app();
    for (filter, text) in [
        (json!({"type": "post"}), "field type is not supported in QueryActivities"),
        (json!({"custom": 1}), "field custom is not supported in QueryActivities"),
        (json!({"user_id": {"$ne": "a"}}), "cannot use operator \"$ne\" when filtering by user_id"),
        (json!({"filter_tags": 1}), "field filter_tags expect string values"),
        (json!({"filter_tags": {"$in": [["a"]]}}), "field filter_tags expect string values"),
        (json!({"popularity": "many"}), "field popularity expect number values"),
        (json!({"search_data": {"$contains": "a"}}), "field search_data expect object values"),
        (json!({"search_data": {"a": 1}}), "cannot use operator \"$eq\" when filtering by search_data"),
        (json!({"search_data": {"$path_exists": "a..b"}}), "field search_data is not a valid field name"),
        (json!({"near": {"lat": 1, "lng": 2}}), "near.distance is a required field"),
        (json!({"near": {"lat": 91, "lng": 2, "distance": 1}}), "near.lat must be 90 or less"),
        (json!({"within_bounds": "here"}), "within_bounds.ne_lat is a required field"),
        (
            json!({"text": {"$q": "!"}}),
            "$q field is empty or contains invalid characters. Please provide a valid string",
        ),
    ] {
        let body = json!({"filter": filter});
        refused(&app.server().post(&format!("{ADD}/query"), &body), "QueryActivities", 400, 4, text);
    }
    let sort = json!({"sort": [{"field": "text"}]});
    let text = "sort[0].field is not supported for sorting";
    refused(&app.server().post(&format!("{ADD}/query"), &sort), "QueryActivities", 400, 4, text);
}

#[test]
fn pages_lead_on_and_end_in_none_and_their_cursors_are_of_one_question() {
    let app = app();
    let john = app.user("john");
    for direction in [1, -1] {
        for field in ["created_at", "popularity"] {
            let sort = json!([{"field": field, "direction": direction}]);
            let mut found = Vec::new();
            let mut body = json!({"sort": sort, "limit": 2});
            loop {
                let page = query(&john, &body);
                found.extend(names(&page, "activities", "id"));
                let Some(next) = page.get("next") else { break };
                body["next"] = next.clone();
                // What comes on top is on no later page.
                if direction == -1 {
                    add(&john, &json!({"type": "post", "feeds": ["user:john"]}));
                }
            }
            let forth = ["one", "two", "three"];
            let back = ["three", "two", "one"];
            assert_eq!(found[..3], if direction == 1 { forth } else { back }, "{sort}");
            if direction == -1 {
                assert_eq!(found.len(), 3, "{sort}");
                break;
            }
        }
    }
    let all = query(&john, &json!({"filter": {"id": {"$in": ["one", "two"]}}, "limit": 2}));
    assert!(all.get("next").is_none(), "the last page is full");
    assert_eq!(names(&query(&john, &json!({"limit": 0})), "activities", "id"), [""; 0]);
    let next = query(&john, &json!({"limit": 1}))["next"].clone();
    let other = json!({"limit": 1, "next": next, "filter": {"id": "one"}});
    let text = "next is a cursor of another filter or sort: send it with those of the page before, or begin without it";
    refused(&john.post(&format!("{ADD}/query"), &other), "QueryActivities", 400, 4, text);
    let text = "limit must be 100 or less";
    refused(&john.post(&format!("{ADD}/query"), &json!({"limit": 101})), "QueryActivities", 400, 4, text);
}

#[test]
fn a_user_finds_what_he_may_read_and_his_own_and_a_server_what_it_asks_for() {
    let app = frozen_app();
    let (john, jane, server) = (app.user("john"), app.user("jane"), app.server());
    read(&john, "user:shut", &json!({"data": {"visibility": "private"}}));
    let soon = "2099-01-01T00:00:00Z";
    for (id, feed, more) in [
        ("open", "user:john", json!({})),
        ("shut", "user:shut", json!({})),
        ("both", "user:shut", json!({"feeds": ["user:shut", "user:john"]})),
        ("mine", "user:john", json!({"visibility": "private"})),
        ("gone", "user:john", json!({})),
        ("past", "user:john", json!({"expires_at": "2001-01-01T00:00:00Z"})),
        ("soon", "user:john", json!({"expires_at": soon})),
    ] {
        app.advance("1s");
        let mut body = json!({"id": id, "type": "post", "feeds": [feed]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        add(&john, &body);
    }
    john.delete(&format!("{ADD}/gone")).ok();
    let found = |by: &Caller, more: Value| names(&query(by, &more), "activities", "id").join(" ");
    assert_eq!(found(&jane, json!({})), "soon both open");
    assert_eq!(found(&john, json!({})), "soon mine both shut open");
    assert_eq!(found(&server, json!({})), "soon both shut open");
    assert_eq!(found(&server, json!({"user_id": "john"})), "soon mine both shut open");
    let all = json!({"include_private_activities": true, "include_expired_activities": true,
        "include_soft_deleted_activities": true});
    assert_eq!(found(&server, all.clone()), "soon past gone mine both shut open");
    assert_eq!(found(&jane, all), "soon gone both open", "the rest is a server's to ask for");
    assert_eq!(found(&jane, json!({"filter": {"expires_at": {"$exists": true}}})), "soon past");
    assert_eq!(found(&jane, json!({"filter": {"expires_at": {"$lte": soon}}, "limit": 1})), "soon");
    // A page is full of what may be shown, however much may not.
    assert_eq!(found(&jane, json!({"sort": [{"field": "created_at"}], "limit": 2})), "open both");
    let page = query(&jane, &json!({"enrich_own_fields": true}));
    let alone = &page["activities"][0]["current_feed"];
    assert!(alone["own_capabilities"].as_array().is_some_and(|own| !own.is_empty()));
    assert!(page["activities"][1].get("current_feed").is_none(), "it is in two feeds");
    let plain = query(&jane, &json!({}));
    assert!(plain["activities"][0]["current_feed"].get("own_capabilities").is_none());
}

#[test]
fn a_feed_is_read_by_a_filter_page_by_page() {
    let app = app();
    let john = app.user("john");
    read(&john, "timeline:john", &json!({}));
    follow(&john, "timeline:john", "user:john");
    let body = json!({"filter": {"filter_tags": ["green"]}, "limit": 1});
    for feed in ["timeline:john", "user:john"] {
        let first = read(&john, feed, &body);
        assert_eq!(texts(&first), ["worldwide"]);
        let mut more = body.clone();
        more["next"] = first["next"].clone();
        let second = read(&john, feed, &more);
        assert_eq!(texts(&second), ["Hello, big World"]);
        assert!(second.get("next").is_none());
        more["filter"] = json!({});
        let text =
            "next is a cursor of another filter or sort: send it with those of the page before, or begin without it";
        refused(&john.post(&path(feed), &more), "GetOrCreateFeed", 400, 4, text);
    }
    assert_eq!(texts(&read(&john, "user:john", &json!({"filter": {"text": {"$q": "big"}}}))), ["Hello, big World"]);
    assert_eq!(texts(&read(&john, "user:john", &json!({"filter": {"custom.priority": 9}}))), [""; 0]);
    assert_eq!(john.post(&path("user:john"), &json!({"filter": {"type": "post"}})).error().0, 400);
}

#[track_caller]
fn feeds(by: &Caller, body: &Value) -> Vec<String> {
    let answer = by.post(FEEDS, body).ok();
    check("QueryFeeds", &answer);
    names(&answer, "feeds", "feed")
}

#[test]
fn every_field_of_a_feed_is_asked_by_its_operators() {
    let app = frozen_app();
    app.upsert(&[json!({"id": "john", "name": "John Thompson"}), json!({"id": "jane", "name": "Jane"})]);
    let (john, jane) = (app.user("john"), app.user("jane"));
    let data = json!({"data": {"name": "Sports News", "description": "All about tech", "filter_tags": ["a", "b"],
        "location": {"lat": 52.52, "lng": 13.405}, "visibility": "public"}});
    read(&john, "user:john", &data);
    app.advance("1s");
    read(&jane, "timeline:jane", &json!({"data": {"filter_tags": ["b"]}}));
    app.advance("1s");
    read(&john, "user:shut", &json!({"data": {"visibility": "private"}}));
    follow(&jane, "timeline:jane", "user:john");
    add(&john, &json!({"type": "post", "feeds": ["user:john"]}));
    for (filter, found) in [
        (json!({}), "user:shut timeline:jane user:john"),
        (json!({"feed": "user:john"}), "user:john"),
        (json!({"feed": {"$in": ["user:john", "timeline:jane", "user:none"]}}), "timeline:jane user:john"),
        (json!({"id": "john"}), "user:john"),
        (json!({"group_id": "user"}), "user:shut user:john"),
        (json!({"created_by_id": "jane"}), "timeline:jane"),
        (json!({"visibility": "public"}), "user:john"),
        (json!({"name": {"$q": "sports"}}), "user:john"),
        (json!({"name": {"$autocomplete": "new"}}), "user:john"),
        (json!({"name": "Sports News"}), "user:john"),
        (json!({"description": {"$q": "tech"}}), "user:john"),
        (json!({"created_by.name": {"$q": "Thompson"}}), "user:shut user:john"),
        (json!({"filter_tags": ["b", "a"]}), "user:john"),
        (json!({"filter_tags": {"$in": ["b", "a"]}}), "timeline:jane user:john"),
        (json!({"filter_tags": {"$contains": "b"}}), "timeline:jane user:john"),
        (json!({"members": {"$in": ["john"]}}), ""),
        (json!({"following_feeds": {"$in": ["user:john"]}}), "timeline:jane"),
        (json!({"following_users": {"$in": ["john"]}}), "timeline:jane"),
        (json!({"following_users": {"$in": ["jane"]}}), ""),
        (json!({"activity_count": {"$gte": 1}}), "user:john"),
        (json!({"follower_count": 1}), "user:john"),
        (json!({"following_count": {"$gt": 0}}), "timeline:jane"),
        (json!({"member_count": {"$lt": 0}}), ""),
        (json!({"near": {"lat": 52.5, "lng": 13.4, "distance": 10}}), "user:john"),
        (json!({"within_bounds": {"ne_lat": 1, "ne_lng": 1, "sw_lat": 0, "sw_lng": 0}}), ""),
    ] {
        assert_eq!(feeds(&app.server(), &json!({"filter": filter})).join(" "), found, "{filter}");
    }
    assert_eq!(feeds(&jane, &json!({})).join(" "), "timeline:jane user:john", "what she may read");
    let counted = json!({"sort": [{"field": "follower_count", "direction": -1}], "limit": 1});
    assert_eq!(feeds(&jane, &counted), ["user:john"]);
    let own = jane.post(FEEDS, &json!({"filter": {"feed": "user:john"}, "enrich_own_fields": true})).ok();
    assert_eq!(own["feeds"][0]["own_follows"][0]["source_feed"]["feed"], "timeline:jane");
    let text = "field feed_group_id is not supported in QueryFeeds";
    refused(&jane.post(FEEDS, &json!({"filter": {"feed_group_id": "user"}})), "QueryFeeds", 400, 4, text);
}

#[test]
fn the_feeds_of_a_page_are_watched_where_that_is_asked_for_and_no_others() {
    let server = Server::start();
    let app = server.app();
    for feed in ["user:a", "user:b", "user:c"] {
        read(&user(&app, "john"), feed, &json!({}));
    }
    let mut jane = app.join("jane");
    let body = json!({"filter": {"feed": {"$in": ["user:a", "user:b"]}}, "watch": true});
    let answer = user(&app, "jane").post(&format!("{FEEDS}?connection_id={}", jane.id), &body).ok();
    assert_eq!(names(&answer, "feeds", "feed").len(), 2);
    for feed in ["user:c", "user:a", "user:b"] {
        add(&user(&app, "john"), &json!({"type": "post", "feeds": [feed]}));
        if feed != "user:c" {
            heard(&mut jane, "feeds.activity.added", feed);
        }
    }
    jane.quiet();
}

#[test]
fn follows_are_found_by_either_side_and_by_what_became_of_them() {
    let app = frozen_app();
    app.upsert(&[json!({"id": "john", "name": "John"}), json!({"id": "jane", "name": "Jane"})]);
    let (john, jane, eve) = (app.user("john"), app.user("jane"), app.user("eve"));
    read(&john, "user:john", &json!({}));
    read(&john, "user:asks", &json!({"data": {"visibility": "followers"}}));
    read(&jane, "timeline:jane", &json!({"data": {"visibility": "private"}}));
    follow(&jane, "timeline:jane", "user:john");
    app.advance("1s");
    follow(&jane, "timeline:jane", "user:asks");
    let found = |by: &Caller, filter: Value| {
        let answer = by.post(FOLLOWS, &json!({"filter": filter})).ok();
        check("QueryFollows", &answer);
        let follows = answer["follows"].as_array().unwrap().iter();
        follows.map(|follow| follow["target_feed"]["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    for (filter, targets) in [
        (json!({}), "asks john"),
        (json!({"source_feed": "timeline:jane"}), "asks john"),
        (json!({"source_fid": "user:john"}), ""),
        (json!({"target_feed": {"$in": ["user:john"]}}), "john"),
        (json!({"target_fid": "user:asks"}), "asks"),
        (json!({"source_id": "jane"}), "asks john"),
        (json!({"target_id": {"$in": ["john"]}}), "john"),
        (json!({"status": "pending"}), "asks"),
        (json!({"status": {"$in": ["accepted"]}}), "john"),
        (json!({"source_created_by_name": "Jane", "target_created_by_name": "John"}), "asks john"),
        (json!({"target_created_by_name": "Jane"}), ""),
        (json!({"created_at": {"$lt": "2001-01-01T00:00:00Z"}}), ""),
    ] {
        assert_eq!(found(&app.server(), filter.clone()), targets, "{filter}");
        assert_eq!(found(&jane, filter.clone()), targets, "{filter}");
    }
    assert_eq!(found(&eve, json!({})), "john", "of a feed that she may see");
    let first = jane.post(FOLLOWS, &json!({"limit": 1})).ok();
    let second = jane.post(FOLLOWS, &json!({"limit": 1, "next": first["next"]})).ok();
    assert_eq!(second["follows"][0]["target_feed"]["feed"], "user:john");
    assert!(second.get("next").is_none());
}

#[test]
fn a_query_leads_back_as_it_leads_on() {
    let app = app();
    let john = app.user("john");
    let page = |more: Value| {
        let mut body = json!({"limit": 1, "sort": [{"field": "created_at", "direction": 1}]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let page = query(&john, &body);
        let lead = |key: &str| page.get(key).cloned();
        (names(&page, "activities", "id"), lead("next"), lead("prev"))
    };
    let (ids, next, prev) = page(json!({}));
    assert_eq!((ids, prev), (vec!["one".to_owned()], None));
    let (ids, next, prev) = page(json!({"next": next}));
    assert_eq!(ids, ["two"]);
    let (ids, none, back) = page(json!({"next": next}));
    assert_eq!((ids, none), (vec!["three".to_owned()], None));
    let (ids, on, _) = page(json!({"prev": back}));
    assert_eq!(ids, ["two"]);
    assert_eq!(page(json!({"next": on})).0, ["three"]);
    let (ids, on, none) = page(json!({"prev": prev}));
    assert_eq!((ids, none), (vec!["one".to_owned()], None));
    assert_eq!(page(json!({"next": on})).0, ["two"]);
    let refuse = |body: Value, text: &str| {
        refused(&john.post(&format!("{ADD}/query"), &body), "QueryActivities", 400, 4, text);
    };
    let sort = json!([{"field": "created_at", "direction": 1}]);
    refuse(json!({"sort": sort, "next": next, "prev": prev}), "cannot use both next and prev");
    let other =
        "prev is a cursor of another filter or sort: send it with those of the page before, or begin without it";
    refuse(json!({"prev": prev}), other);
    // What a user may not read is passed over on the way back too.
    let jane = app.user("jane");
    john.patch(&format!("{ADD}/two"), &json!({"set": {"visibility": "private"}})).ok();
    let body = |more: &str, cursor: &Value| json!({"limit": 1, "sort": sort, more: cursor});
    let first = query(&jane, &body("next", &Value::Null));
    let last = query(&jane, &body("next", &first["next"]));
    assert_eq!(names(&last, "activities", "id"), ["three"]);
    assert_eq!(names(&query(&jane, &body("prev", &last["prev"])), "activities", "id"), ["one"]);
}

#[test]
fn a_user_searches_open_feeds_and_his_own_posts_and_a_server_that_names_him_does_as_he() {
    let app = frozen_app();
    let (john, jane, server) = (app.user("john"), app.user("jane"), app.server());
    read(&jane, "user:jane", &json!({}));
    for visibility in ["public", "visible", "followers", "members", "private"] {
        let feed = format!("user:{visibility}");
        let members = json!([{"user_id": "jane"}]);
        read(&john, &feed, &json!({"data": {"visibility": visibility, "members": members}}));
        app.advance("1s");
        add(&john, &json!({"id": visibility, "type": "post", "feeds": [feed]}));
    }
    add(&john, &json!({"id": "mine", "type": "post", "feeds": ["user:public"], "visibility": "private"}));
    add(&app.server(), &json!({"id": "hers", "type": "post", "feeds": ["user:private"], "user_id": "jane"}));
    let found = |by: &Caller, more: Value| names(&query(by, &more), "activities", "id").join(" ");
    assert_eq!(found(&jane, json!({})), "hers visible public", "she is a member of all of them");
    assert_eq!(found(&server, json!({"user_id": "jane"})), "hers visible public");
    assert_eq!(found(&john, json!({})), "mine private members followers visible public");
    assert_eq!(found(&server, json!({})), "hers private members followers visible public");
}

//! What selectors pick, and pages of it.

use serde_json::{Value, json};

use super::following::follow;
use super::reading::{ADD, add, path, read, texts};
use crate::app::{Caller, TestApp};
use crate::transcript::{frozen_app, refused};

const GROUPS: &str = "/api/v2/feeds/feed_groups";

/// Makes a group with these selectors, and a ranking perhaps.
#[track_caller]
pub fn group(app: &TestApp, id: &str, config: Value) {
    let mut body = config;
    body["id"] = json!(id);
    app.server().post(GROUPS, &body).ok();
}

pub fn post(feed: &str, text: &str, more: Value) -> Value {
    let mut body = json!({"id": text, "type": "post", "feeds": [feed], "text": text});
    let Value::Object(more) = more else { panic!("{more} is no object") };
    body.as_object_mut().unwrap().extend(more);
    body
}

/// Has others share an activity: each share makes it more popular by 3.
fn share(app: &TestApp, id: &str, times: usize) {
    for at in 0..times {
        let by = format!("sharer-{at}");
        let body =
            json!({"type": "share", "feeds": [format!("shares:{by}")], "parent_id": id, "visibility": "private"});
        add(&app.user(&by), &body);
    }
}

/// An app in which John, Jane and Joe have posted; Eve follows John.
fn app() -> TestApp {
    let app = frozen_app();
    group(&app, "shares", json!({}));
    for (user, visibility) in [("john", "visible"), ("jane", "public"), ("joe", "followers"), ("jim", "private")] {
        read(&app.user(user), &format!("user:{user}"), &json!({"data": {"visibility": visibility}}));
        for nth in ["1", "2"] {
            let text = format!("{user}-{nth}");
            add(&app.user(user), &post(&format!("user:{user}"), &text, json!({})));
            app.advance("1m");
        }
    }
    read(&app.user("eve"), "timeline:eve", &json!({}));
    follow(&app.user("eve"), "timeline:eve", "user:john");
    app
}

#[track_caller]
fn shown(by: &Caller, feed: &str, body: &Value) -> Vec<String> {
    texts(&read(by, feed, body)).into_iter().map(str::to_owned).collect()
}

#[test]
fn for_you_are_popular_activities_that_everybody_may_see_and_those_that_are_followed_each_once() {
    let app = app();
    let eve = app.user("eve");
    read(&eve, "foryou:eve", &json!({}));
    follow(&eve, "foryou:eve", "user:john");
    assert_eq!(shown(&eve, "foryou:eve", &json!({})), ["john-2", "john-1"]);
    for (id, times) in [("jane-1", 2), ("jane-2", 1), ("john-1", 2), ("joe-1", 2), ("jim-1", 2)] {
        share(&app, id, times);
    }
    assert_eq!(shown(&eve, "foryou:eve", &json!({})), ["jane-1", "john-2", "john-1"], "a popularity of 5 or more");
    let page = read(&eve, "foryou:eve", &json!({}));
    assert_eq!(page["activities"][0]["current_feed"]["feed"], "user:jane");
    assert!(page["activities"][0]["current_feed"]["own_capabilities"].is_array());
    assert!(page["activities"][0].get("selector_source").is_none(), "it is told where feeds are ranked");
    assert_eq!(page["activities"][0]["score"], 0.0);
    assert_eq!(shown(&eve, "foryou:eve", &json!({"filter": {"user_id": "jane"}})), ["jane-1"]);
    app.user("jane").post(&format!("{}/change_visibility", path("user:jane")), &json!({"visibility": "private"})).ok();
    assert_eq!(shown(&eve, "foryou:eve", &json!({})), ["john-2", "john-1"]);
}

#[test]
fn selectors_pick_by_filter_sort_popularity_and_time() {
    let app = app();
    let eve = app.user("eve");
    share(&app, "jane-1", 2);
    share(&app, "john-1", 1);
    add(&app.user("john"), &post("user:john", "tagged", json!({"filter_tags": ["t"], "visibility": "private"})));
    add(&app.user("john"), &post("user:john", "also", json!({"filter_tags": ["t"]})));
    let pick = |id: &str, selectors: Value| {
        group(&app, id, json!({"activity_selectors": selectors}));
        let feed = format!("{id}:eve");
        read(&eve, &feed, &json!({}));
        follow(&eve, &feed, "user:john");
        shown(&eve, &feed, &json!({}))
    };
    for (id, selectors, wanted) in [
        ("g1", json!([{"type": "popular", "min_popularity": 3}]), vec!["jane-1", "john-1"]),
        ("g2", json!([{"type": "popular", "min_popularity": 4}]), vec!["jane-1"]),
        ("g3", json!([{"type": "following", "filter": {"filter_tags": ["t"]}}]), vec!["also"]),
        ("g4", json!([{"type": "following", "cutoff_time": "2026-01-31T12:01:00Z"}]), vec!["also", "john-2"]),
        (
            "g5",
            json!([{"type": "following", "sort": [{"field": "created_at", "direction": 1}]}]),
            vec!["john-1", "john-2", "also"],
        ),
        (
            "g6",
            json!([{"type": "following", "sort": [{"field": "popularity", "direction": -1}]}]),
            vec!["john-1", "also", "john-2"],
        ),
        ("g7", json!([{"type": "query", "filter": {"user_id": {"$in": ["jane", "joe"]}}}]), vec!["jane-2", "jane-1"]),
        (
            "g8",
            json!([{"type": "query", "filter": {"user_id": "jane"}, "sort": [{"field": "popularity", "direction": -1}]}]),
            vec!["jane-1", "jane-2"],
        ),
        (
            "g9",
            json!([{"type": "query", "filter": {"user_id": "jane"}}, {"type": "following"}]),
            vec!["also", "jane-2", "jane-1", "john-2", "john-1"],
        ),
        ("g10", json!([{"type": "whatever"}]), vec![]),
    ] {
        assert_eq!(pick(id, selectors), wanted, "{id}");
    }
    group(
        &app,
        "window",
        json!({"activity_selectors": [{"type": "query", "filter": {"user_id": "jane"}, "cutoff_window": "1h"}]}),
    );
    read(&eve, "window:eve", &json!({}));
    assert_eq!(shown(&eve, "window:eve", &json!({})).len(), 2);
    app.advance("55m");
    assert_eq!(shown(&app.user("eve"), "window:eve", &json!({})), ["jane-2"]);
}

#[test]
fn what_interests_is_near_or_in_suggested_feeds_is_picked() {
    let app = app();
    let eve = app.user("eve");
    add(
        &app.user("jane"),
        &post("user:jane", "tea", json!({"interest_tags": ["Tea "], "location": {"lat": 52.5, "lng": 13.4}})),
    );
    add(
        &app.user("jane"),
        &post("user:jane", "cake", json!({"interest_tags": ["cake"], "location": {"lat": 48.8, "lng": 2.3}})),
    );
    for (id, kind) in [("interests", "interest"), ("near", "proximity"), ("suggested", "follow_suggestion")] {
        group(&app, id, json!({"activity_selectors": [{"type": kind}]}));
        read(&eve, &format!("{id}:eve"), &json!({}));
    }
    assert_eq!(shown(&eve, "interests:eve", &json!({})), Vec::<String>::new());
    let weights = |tea: f64, cake: f64| json!({"interest_weights": {"tea": tea, "Cake": cake}});
    assert_eq!(shown(&eve, "interests:eve", &weights(1.0, 0.5)), ["cake", "tea"]);
    assert_eq!(shown(&eve, "interests:eve", &weights(1.0, -0.5)), ["tea"], "what does not attract is not looked for");
    let (status, code, text) = eve.post(&path("interests:eve"), &json!({"interest_weights": {"tea": "x"}})).error();
    assert_eq!((status, code), (400, 4), "{text}");
    assert_eq!(shown(&eve, "near:eve", &json!({})), Vec::<String>::new());
    let berlin = json!({"filter": {"near": {"$eq": {"lat": 52.52, "lng": 13.405, "distance": 10}}}});
    assert_eq!(shown(&eve, "near:eve", &berlin), ["tea"]);
    app.upsert(&[json!({"id": "eve", "custom": {"lat": 48.85, "lng": 2.35}})]);
    assert_eq!(shown(&eve, "near:eve", &json!({})), ["cake"]);
    assert_eq!(shown(&eve, "suggested:eve", &json!({})), ["cake", "tea", "jane-2", "jane-1"], "John is followed");
}

#[test]
fn a_selector_looks_in_feeds_of_some_groups_or_of_all_but_some() {
    let app = frozen_app();
    for id in ["news", "shares"] {
        group(&app, id, json!({}));
    }
    let john = app.user("john");
    for feed in ["user:john", "news:john"] {
        read(&john, feed, &json!({"data": {"visibility": "public"}}));
    }
    for (id, feeds) in
        [("u", json!(["user:john"])), ("n", json!(["news:john"])), ("b", json!(["user:john", "news:john"]))]
    {
        app.advance("1s");
        add(&john, &json!({"id": id, "type": "post", "feeds": feeds, "text": id}));
        share(&app, id, 1);
    }
    let eve = app.user("eve");
    let by = |kind: &str, groups: Value| {
        group(&app, "by", json!({"activity_selectors": [{"type": kind, "min_popularity": 1, "feed_groups": groups}]}));
        shown(&eve, "by:eve", &json!({})).join("")
    };
    for kind in ["popular", "query"] {
        let mut all: Vec<char> = by(kind, json!({"include": ["user"]})).chars().collect();
        all.sort_unstable();
        assert_eq!(all, ['b', 'u'], "{kind}");
        let mut all: Vec<char> = by(kind, json!({"exclude": ["user", "shares"]})).chars().collect();
        all.sort_unstable();
        assert_eq!(all, ['b', 'n'], "{kind}: what is in another group too is picked");
        assert_eq!(by(kind, json!({"include": []})).len(), 3, "{kind}");
    }
    group(&app, "by", json!({"activity_selectors": [{"type": "following", "feed_groups": {"include": ["news"]}}]}));
    for feed in ["user:john", "news:john"] {
        follow(&app.server(), "by:eve", feed);
    }
    assert_eq!(shown(&eve, "by:eve", &json!({})), ["b", "n"]);
    for (groups, problem) in [
        (json!({"include": ["user"], "exclude": ["news"]}), ".include cannot be set beside exclude"),
        (json!({"include": [1]}), ".include must be an array of ids"),
        (json!({"exclude": "user"}), ".exclude must be an array of ids"),
        (json!([]), " must be an object"),
    ] {
        let body = json!({"id": "bad", "activity_selectors": [{"type": "popular", "feed_groups": groups}]});
        let (status, code, text) = app.server().post(GROUPS, &body).error();
        assert_eq!((status, code), (400, 4), "{text}");
        assert!(text.contains(&format!("activity_selectors[0].feed_groups{problem}")), "{text}");
    }
}

#[test]
fn selectors_and_rankings_that_cannot_be_read_by_are_refused() {
    let app = frozen_app();
    let refuse = |config: &Value, text: &str| {
        let mut body = config.clone();
        body["id"] = json!("bad");
        refused(&app.server().post(GROUPS, &body), "CreateFeedGroup", 400, 4, text);
        if config.get("notification").is_none() && !text.contains("read/seen") {
            refused(&app.server().post("/api/v2/feeds/feed_views", &body), "CreateFeedView", 400, 4, text);
        }
    };
    for (selector, text) in [
        (json!({"type": "popular", "min_popularity": 0}), "activity_selectors[0].min_popularity must be 1 or greater"),
        (
            json!({"type": "popular", "cutoff_window": "30m"}),
            "activity_selectors[0].cutoff_window must be a duration of an hour or more, as \"7d\"",
        ),
        (
            json!({"type": "popular", "cutoff_window": "7d", "cutoff_time": "2026-01-01T00:00:00Z"}),
            "activity_selectors[0].cutoff_window cannot be set beside cutoff_time",
        ),
        (json!({"type": "query", "cutoff_time": "soon"}), "activity_selectors[0].cutoff_time must be an RFC 3339 date"),
        (json!({"type": "query", "filter": [1]}), "activity_selectors[0].filter must be an object"),
    ] {
        refuse(&json!({"activity_selectors": [selector]}), text);
    }
    let body = json!({"id": "bad", "activity_selectors": [{"type": "query", "filter": {"colour": "red"}}]});
    let (status, code, text) = app.server().post(GROUPS, &body).error();
    assert_eq!((status, code), (400, 4), "{text}");
    refuse(
        &json!({"ranking": {"type": "expression", "score": "popularity *"}}),
        "ranking.score is invalid at character 13: a value is missing before the end",
    );
    let tracked = "ranking by read/seen status requires notification config or matching activity_marks tracking";
    refuse(&json!({"ranking": {"type": "expression", "score": "is_read ? 0 : 1"}}), tracked);
    let half = json!({"ranking": {"type": "expression", "score": "is_seen"}, "activity_marks": {"track_read": true}});
    refuse(&half, tracked);
    let whole = json!({"ranking": {"type": "expression", "score": "is_seen"}, "activity_marks": {"track_seen": true}});
    group(&app, "fine", whole);
    // Notifications are ranked so whatever is tracked of them.
    group(
        &app,
        "notices",
        json!({"ranking": {"type": "expression", "score": "is_seen"}, "notification": {"track_read": true}}),
    );
    let update = json!({"ranking": {"type": "expression", "score": "is_read ? 0 : 1"}});
    app.server().put(&format!("{GROUPS}/notification"), &update).ok();
    refused(&app.server().put(&format!("{GROUPS}/user"), &update), "UpdateFeedGroup", 400, 4, tracked);
}

/// Every text of a feed, page by page, and by the way back.
#[track_caller]
fn walked(by: &Caller, feed: &str, between: impl Fn(usize)) -> Vec<String> {
    let (mut all, mut next, mut at) = (Vec::new(), Value::Null, 0);
    loop {
        let page = read(by, feed, &json!({"limit": 2, "next": next}));
        all.extend(texts(&page).into_iter().map(str::to_owned));
        between(at);
        at += 1;
        match page.get("next") {
            Some(more) => next = more.clone(),
            None => return all,
        }
    }
}

#[test]
fn pages_are_of_one_list_whatever_comes_and_goes_meanwhile() {
    let app = frozen_app();
    let john = app.user("john");
    let ranking = json!({"type": "expression", "score": "custom.weight + rand() / 10"});
    group(&app, "ranked", json!({"ranking": ranking}));
    for at in 0..7 {
        add(&john, &post("ranked:john", &format!("r{at}"), json!({"custom": {"weight": (at * 5) % 7}})));
    }
    let order = ["r4", "r1", "r5", "r2", "r6", "r3", "r0"];
    assert_eq!(shown(&john, "ranked:john", &json!({})), order);
    let new = |at: usize| {
        add(&john, &post("ranked:john", &format!("new-{at}"), json!({"custom": {"weight": 9}})));
    };
    assert_eq!(walked(&john, "ranked:john", new), order, "what came meanwhile is of the next walk");
    assert_eq!(&shown(&john, "ranked:john", &json!({}))[4..], order);
    let first = read(&john, "ranked:john", &json!({"limit": 6}));
    john.delete(&format!("{ADD}/r1")).ok();
    let second = read(&john, "ranked:john", &json!({"limit": 3, "next": first["next"]}));
    assert_eq!(texts(&second), ["r5", "r2", "r6"], "the last of the page before is gone");
    let back = read(&john, "ranked:john", &json!({"limit": 1, "prev": second["prev"]}));
    assert_eq!(texts(&back), ["r4"]);
    assert!(
        read(&john, "ranked:john", &json!({"limit": 10})).get("next").is_none(),
        "a page that is just full is the last"
    );
    assert_eq!(shown(&john, "ranked:john", &json!({"limit": 0})), Vec::<String>::new());
    let both = john.post(&path("ranked:john"), &json!({"next": first["next"], "prev": second["prev"]}));
    refused(&both, "GetOrCreateFeed", 400, 4, "cannot use both next and prev");
    let other = json!({"next": first["next"], "filter": {"type": "x"}});
    assert_eq!(john.post(&path("ranked:john"), &other).status, 400);
}

#[test]
fn a_page_around_an_activity_has_it_in_its_middle_and_leads_both_ways() {
    let app = frozen_app();
    let john = app.user("john");
    group(&app, "ranked", json!({"ranking": {"type": "expression", "score": "custom.weight"}}));
    for at in 0..7 {
        let mut body = post("user:john", &format!("p{at}"), json!({"custom": {"weight": at}}));
        body["feeds"] = json!(["user:john", "ranked:john"]);
        add(&john, &body);
    }
    for feed in ["user:john", "ranked:john"] {
        let page = read(&john, feed, &json!({"id_around": "p3", "limit": 3}));
        assert_eq!(texts(&page), ["p4", "p3", "p2"], "{feed}");
        let older = read(&john, feed, &json!({"id_around": "p3", "limit": 3, "next": page["next"]}));
        assert_eq!((texts(&older), older.get("next")), (vec!["p1", "p0"], None), "{feed}");
        let newer = read(&john, feed, &json!({"id_around": "p3", "limit": 3, "prev": page["prev"]}));
        assert_eq!((texts(&newer), newer.get("prev")), (vec!["p6", "p5"], None), "{feed}");
        let top = read(&john, feed, &json!({"id_around": "p6", "limit": 3}));
        assert_eq!((texts(&top), top.get("prev")), (vec!["p6", "p5", "p4"], None), "{feed}");
        let missing = "activity with id none not found";
        refused(&john.post(&path(feed), &json!({"id_around": "none"})), "GetOrCreateFeed", 404, 16, missing);
    }
}

//! Feeds that are ranked: what comes first, what scores are shown.

use serde_json::{Value, json};

use super::following::follow;
use super::reading::{ADD, add, path, read, texts};
use super::selecting::{group, post};
use crate::app::TestApp;
use crate::transcript::frozen_app;

/// An app in which John has three posts in a feed that is ranked so.
fn app(ranking: &Value, more: Value) -> TestApp {
    let app = frozen_app();
    let mut config = more;
    config["ranking"] = ranking.clone();
    group(&app, "ranked", config);
    for (id, weight) in [("a", 2), ("b", 3), ("c", 1)] {
        let custom = json!({"custom": {"weight": weight}, "interest_tags": [id]});
        add(&app.user("john"), &post("ranked:john", id, custom));
        app.advance("1h");
    }
    app
}

fn by(score: &str) -> Value {
    json!({"type": "expression", "score": score})
}

#[test]
fn what_scores_most_comes_first_and_of_the_same_score_the_newest() {
    let app = app(&by("custom.weight >= 2 ? 10 : custom.weight / 4"), json!({}));
    let john = app.user("john");
    let page = read(&john, "ranked:john", &json!({}));
    assert_eq!(texts(&page), ["b", "a", "c"]);
    let scores: Vec<f64> =
        page["activities"].as_array().unwrap().iter().map(|one| one["score"].as_f64().unwrap()).collect();
    assert_eq!(scores, [10.0, 10.0, 0.25]);
    assert!(page["activities"][0].get("score_vars").is_none());
    assert!(page["activities"][0].get("selector_source").is_none(), "there is but one selector");
    let vars = read(&john, "ranked:john", &json!({"enrichment_options": {"include_score_vars": true}}));
    assert_eq!(vars["activities"][2]["score_vars"], json!({"custom.weight": 1.0}));
    assert_eq!(john.get(&format!("{ADD}/b")).ok()["activity"]["score"], 0.0, "elsewhere it has none");
}

#[test]
fn a_ranking_goes_by_time_by_what_the_request_brings_and_by_what_is_measured() {
    let app = app(
        &json!({"type": "expression", "score": "fresh(time) + external.boost * metrics.views + external.off.by",
        "functions": {"fresh": {"base": "decay_linear", "scale": "4h"}}, "defaults": {"external": {"boost": 0}}}),
        json!({}),
    );
    let john = app.user("john");
    let page = read(&john, "ranked:john", &json!({}));
    assert_eq!(texts(&page), ["c", "b", "a"]);
    let scores: Vec<f64> =
        page["activities"].as_array().unwrap().iter().map(|one| one["score"].as_f64().unwrap()).collect();
    assert_eq!(scores, [0.75, 0.5, 0.25]);
    john.post(
        &format!("{ADD}/metrics/track"),
        &json!({"events": [{"activity_id": "a", "metric": "views", "delta": 3}]}),
    )
    .ok();
    assert_eq!(texts(&read(&john, "ranked:john", &json!({"external_ranking": {"boost": 1}}))), ["a", "c", "b"]);
    assert_eq!(texts(&read(&john, "ranked:john", &json!({}))), ["c", "b", "a"]);
    let off = read(&john, "ranked:john", &json!({"external_ranking": {"off": {"by": 2}}}));
    assert_eq!(off["activities"][0]["score"], 2.75);
}

#[test]
fn interests_rank_by_the_weights_of_the_request() {
    let app = app(&json!({"type": "interest"}), json!({}));
    let john = app.user("john");
    assert_eq!(texts(&read(&john, "ranked:john", &json!({}))), ["c", "b", "a"], "none score");
    let weights = json!({"interest_weights": {"a": 1, "c": -1}});
    let page = read(&john, "ranked:john", &weights);
    assert_eq!(texts(&page), ["a", "b", "c"]);
    assert_eq!((&page["activities"][0]["score"], &page["activities"][2]["score"]), (&json!(0.5), &json!(-0.5)));
}

#[test]
fn a_ranking_of_another_type_is_by_time() {
    for ranking in [json!({"type": "recency", "score": "popularity"}), json!({"type": "default"}), json!({})] {
        let app = app(&ranking, json!({}));
        assert_eq!(texts(&read(&app.user("john"), "ranked:john", &json!({}))), ["c", "b", "a"], "{ranking}");
    }
}

#[test]
fn of_several_selectors_the_one_that_picked_is_told_and_scores_by_it() {
    let score = "selector_source == 'following' ? 1 : 2";
    let selectors = json!({"activity_selectors": [{"type": "current_feed"}, {"type": "following"}]});
    let app = app(&by(score), selectors);
    let john = app.user("john");
    add(&app.user("jane"), &post("user:jane", "jane's", json!({})));
    follow(&john, "ranked:john", "user:jane");
    let page = read(&john, "ranked:john", &json!({}));
    assert_eq!(texts(&page), ["c", "b", "a", "jane's"]);
    let sources: Vec<&str> =
        page["activities"].as_array().unwrap().iter().map(|one| one["selector_source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["current_feed", "current_feed", "current_feed", "following"]);
    assert_eq!(page["activities"][3]["current_feed"]["feed"], "user:jane");
}

#[test]
fn what_is_read_can_come_last() {
    let tracked = json!({"notification": {"track_read": true, "track_seen": true}});
    let app = app(&by("is_read ? 0 : 1 + is_seen"), tracked);
    let john = app.user("john");
    let mark = format!("{}/activities/mark/batch", path("ranked:john"));
    john.post(&mark, &json!({"mark_read": ["c"], "mark_seen": ["a"]})).ok();
    assert_eq!(texts(&read(&john, "ranked:john", &json!({}))), ["a", "b", "c"]);
}

#[test]
fn what_is_read_of_a_timeline_comes_last_and_stays_read_when_it_is_changed() {
    let app = frozen_app();
    let marks = json!({"track_read": true, "track_seen": true});
    let selectors = json!([{"type": "following"}]);
    group(
        &app,
        "home",
        json!({"activity_marks": marks, "activity_selectors": selectors, "ranking": by("is_read ? 0 : 1")}),
    );
    let (john, jane) = (app.user("john"), app.user("jane"));
    let post = |id: &str| {
        add(&jane, &post("user:jane", id, json!({})));
        app.advance("1m");
    };
    post("a");
    post("b");
    read(&john, "home:john", &json!({}));
    follow(&john, "home:john", "user:jane");
    let mark = |marks: Value| john.post(&format!("{}/activities/mark/batch", path("home:john")), &marks).ok();
    let shown = || {
        let page = read(&john, "home:john", &json!({}));
        assert!(page.get("notification_status").is_none(), "it is no notification: {page}");
        let all = page["activities"].as_array().unwrap();
        all.iter()
            .map(|one| format!("{} {} {}", one["id"].as_str().unwrap(), one["is_read"], one["is_seen"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(), ["b false false", "a false false"]);
    mark(json!({"mark_read": ["b", "of nobody"], "mark_seen": ["a"]}));
    assert_eq!(shown(), ["a false true", "b true false"]);
    mark(json!({"mark_all_read": true}));
    post("c");
    jane.patch(&format!("{ADD}/a"), &json!({"set": {"text": "changed"}})).ok();
    assert_eq!(shown(), ["c false false", "b true false", "a true true"]);
    // Others have read nothing.
    let page = read(&app.user("jane"), "home:john", &json!({}));
    assert_eq!(page["activities"][0]["is_read"], json!(false));
}

#[test]
fn a_view_ranks_in_a_way_of_its_own() {
    let app = app(&by("custom.weight"), json!({}));
    let john = app.user("john");
    let view = json!({"id": "upside-down", "ranking": {"type": "expression", "score": "-custom.weight"}});
    app.server().post("/api/v2/feeds/feed_views", &view).ok();
    assert_eq!(texts(&read(&john, "ranked:john", &json!({}))), ["b", "a", "c"]);
    assert_eq!(texts(&read(&john, "ranked:john", &json!({"view": "upside-down"}))), ["c", "a", "b"]);
    // A view with a built-in group's id is how feeds of that group are read.
    let user = json!({"id": "user", "ranking": {"type": "expression", "score": "custom.weight"}});
    app.server().post("/api/v2/feeds/feed_views", &user).ok();
    for (id, weight) in [("x", 1), ("y", 3), ("z", 2)] {
        add(&john, &post("user:john", id, json!({"custom": {"weight": weight}})));
    }
    assert_eq!(texts(&read(&john, "user:john", &json!({}))), ["y", "z", "x"]);
}

#[test]
fn groups_score_by_their_activities_and_come_in_that_order_in_pages() {
    for (strategy, wanted) in [
        ("sum", [("two", 4.0), ("one", 3.0)]),
        ("max", [("one", 3.0), ("two", 2.0)]),
        ("avg", [("one", 3.0), ("two", 2.0)]),
    ] {
        let app = frozen_app();
        let aggregation = json!({"format": "{{ custom.of }}", "score_strategy": strategy});
        group(&app, "ranked", json!({"ranking": by("custom.weight"), "aggregation": aggregation}));
        let john = app.user("john");
        for (id, of, weight) in [("a", "one", 3), ("b", "two", 2), ("c", "two", 2)] {
            add(&john, &post("ranked:john", id, json!({"custom": {"of": of, "weight": weight}})));
        }
        let page = read(&john, "ranked:john", &json!({}));
        let groups = page["aggregated_activities"].as_array().unwrap();
        let shown: Vec<(&str, f64)> =
            groups.iter().map(|one| (one["group"].as_str().unwrap(), one["score"].as_f64().unwrap())).collect();
        assert_eq!(shown, wanted, "{strategy}");
        let two = groups.iter().find(|one| one["group"] == "two").unwrap();
        assert_eq!((&two["activity_count"], &two["activities"][0]["score"]), (&json!(2), &json!(2.0)));
        let first = read(&john, "ranked:john", &json!({"limit": 1}));
        add(&john, &post("ranked:john", "late", json!({"custom": {"of": "late", "weight": 9}})));
        let second = read(&john, "ranked:john", &json!({"limit": 1, "next": first["next"]}));
        assert_eq!((&second["aggregated_activities"][0]["group"], second.get("next")), (&json!(wanted[1].0), None));
    }
}

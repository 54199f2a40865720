//! Queries are served by an index where one can serve.

use rusqlite::{Connection, params_from_iter};
use serde_json::{Value, json};

use super::*;
use crate::store::migrate::MIGRATIONS;

fn walk(resource: &'static Resource, filter: &Value, sort: &Value) -> Walk {
    resource.walk(filter.as_object().unwrap(), sort.as_array().unwrap(), 25, None).unwrap()
}

/// The lines of a plan that look at a table itself.
fn plan((text, params): (String, Vec<Parameter>)) -> String {
    let connection = Connection::open_in_memory().unwrap();
    for migration in MIGRATIONS {
        connection.execute_batch(migration).unwrap();
    }
    crate::query::add_distance(&connection).unwrap();
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
    let bound = std::iter::once(Parameter::Integer(1)).chain(params);
    let lines = statement.query_map(params_from_iter(bound), |row| row.get::<_, String>(3)).unwrap();
    lines.collect::<rusqlite::Result<Vec<_>>>().unwrap().join("\n")
}

/// Which index serves a query, and whether what it finds has to be sorted.
#[track_caller]
fn served(plan: &str, by: &str, is_sorted: bool, filter: &Value) {
    assert!(plan.contains(by), "{filter}: {plan}");
    assert_eq!(plan.contains("TEMP B-TREE FOR ORDER BY"), is_sorted, "{filter}: {plan}");
    for line in plan.lines().filter(|line| line.starts_with("SCAN")) {
        assert_eq!(line, "SCAN v VIRTUAL TABLE INDEX 1:", "{filter}: {plan}");
    }
}

const NOBODY: Shown<'_> = Shown { expired: false, deleted: false, private: false, user: None };

#[test]
fn activities_are_found_by_an_index_and_walked_along_their_order() {
    let by_no = "SEARCH a USING PRIMARY KEY (app=? AND no=?)";
    let order = "SEARCH a USING INDEX activities_by_created_at (app=?";
    for (filter, by, is_sorted) in [
        (json!({}), order, false),
        (json!({"custom.a": 1}), order, false),
        (json!({"near": {"lat": 1, "lng": 2, "distance": 3}}), order, false),
        (json!({"search_data": {"$contains": {"a": 1}}}), order, false),
        (json!({"created_at": {"$lt": "2026-01-01T00:00:00Z"}}), order, false),
        (json!({"id": "a"}), "SEARCH a USING INDEX activities_by_id (app=? AND id=?)", false),
        (json!({"user_id": "john"}), "SEARCH a USING INDEX activities_by_user (app=? AND user_id=?", false),
        (json!({"activity_type": "post"}), "SEARCH a USING INDEX activities_by_type (app=? AND type=?", false),
        (json!({"filter_tags": ["a", "b"]}), by_no, true),
        (json!({"interest_tags": {"$in": ["a", "b"]}}), by_no, true),
        (json!({"feed": "user:john"}), by_no, true),
        (json!({"text": {"$q": "hello"}}), by_no, true),
        (json!({"text": {"$autocomplete": "hel"}}), by_no, true),
    ] {
        let plan = plan(activities_of(&walk(&ACTIVITIES, &filter, &json!([])), Time(1), NOBODY));
        served(&plan, by, is_sorted, &filter);
    }
    for (field, index) in [("created_at", "activities_by_created_at"), ("popularity", "activities_by_popularity")] {
        for direction in [1, -1] {
            let sort = json!([{"field": field, "direction": direction}]);
            let plan = plan(activities_of(&walk(&ACTIVITIES, &json!({}), &sort), Time(1), NOBODY));
            served(&plan, &format!("SEARCH a USING INDEX {index} (app=?"), false, &sort);
        }
    }
}

#[test]
fn words_and_tags_are_looked_up_and_not_read_through() {
    for (filter, by) in [
        (json!({"text": {"$q": "hello"}}), "SEARCH y USING PRIMARY KEY (app=? AND word=?)"),
        (json!({"text": {"$autocomplete": "hel"}}), "SEARCH y USING PRIMARY KEY (app=? AND word>? AND word<?)"),
        (json!({"filter_tags": "a"}), "SEARCH t USING PRIMARY KEY (app=? AND kind=? AND tag=?)"),
        (json!({"feed": "user:a"}), "SEARCH x USING COVERING INDEX feeds_by_fid (app=? AND group_id=? AND id=?)"),
        (json!({"feed": "user:a"}), "SEARCH l USING PRIMARY KEY (app=? AND feed=?)"),
    ] {
        let plan = plan(activities_of(&walk(&ACTIVITIES, &filter, &json!([])), Time(1), NOBODY));
        assert!(plan.contains(by), "{filter}: {plan}");
    }
}

#[test]
fn feeds_are_found_by_an_index_and_walked_along_their_order() {
    let by_no = "SEARCH f USING PRIMARY KEY (app=? AND no=?)";
    let order = "SEARCH f USING INDEX feeds_by_created_at (app=?";
    for (filter, by, is_sorted) in [
        (json!({}), order, false),
        (json!({"name": {"$q": "a"}}), order, false),
        (json!({"follower_count": {"$gt": 3}}), order, false),
        (json!({"created_by_id": "john"}), "SEARCH f USING INDEX feeds_by_owner (app=? AND created_by=?", false),
        (
            json!({"group_id": "user", "id": "a"}),
            "SEARCH f USING INDEX feeds_by_fid (app=? AND group_id=? AND id=?)",
            false,
        ),
        (json!({"feed": "user:john"}), by_no, true),
        (json!({"members": {"$in": ["john"]}}), by_no, true),
        (json!({"filter_tags": ["a"]}), by_no, true),
        (json!({"following_feeds": {"$in": ["user:john"]}}), by_no, true),
        (json!({"following_users": {"$in": ["john"]}}), by_no, true),
    ] {
        let plan = plan(feeds_of(&walk(&FEEDS, &filter, &json!([])), Time(1)));
        served(&plan, by, is_sorted, &filter);
    }
}

#[test]
fn follows_are_found_by_an_index_and_walked_along_their_order() {
    let order = "SEARCH w USING INDEX follows_by_created_at (app=?";
    for (filter, by, is_sorted) in [
        (json!({}), order, false),
        (json!({"status": "accepted"}), order, false),
        (json!({"source_feed": "user:john"}), "(app=? AND source=?", true),
        (json!({"target_fid": {"$in": ["user:john", "user:jane"]}}), "(app=? AND target=?", true),
    ] {
        let plan = plan(follows_of(&walk(&FOLLOWS, &filter, &json!([])), Time(1)));
        served(&plan, by, is_sorted, &filter);
    }
}

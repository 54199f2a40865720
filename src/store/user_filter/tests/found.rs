//! Who is found, field by field and operator by operator.

use super::*;

fn pond() -> Connection {
    let ban = |channel_cid, shadow, expires_at| Some(Ban { channel_cid, shadow, expires_at });
    database(&[
        Row { role: "admin".into(), language: "en".into(), created_at: 10, ..Row::new("ann") }
            .named("Ann Smith")
            .in_teams(&["red", "blue"])
            .with(json!({"n": 1, "s": "1", "b": true, "email": "ann@x.org", "username": "the_ann",
                         "address": {"city": "Bern", "zip": 3000}, "tags": ["a", 1, null]})),
        Row { created_at: 20, updated_at: 9, last_active: Some(50), ban: ban("", false, None), ..Row::new("bob-b") }
            .named("Bob O'Hara")
            .in_teams(&["red"])
            .with(json!({"n": 1.5, "s": "x", "b": false, "tags": "a", "address": {"zip": 3000, "city": "Bern"}})),
        Row { created_at: 20, ban: ban("", true, Some(1_001)), ..Row::new("cid") }
            .named("")
            .with(json!({"n": "1", "s": 1, "b": 1, "tags": ["1", true, ["a"]], "email": null})),
        Row { created_at: 30, last_active: Some(40), ban: ban("", false, Some(1_000)), ..Row::new("dan") }
            .with(json!({"n": null, "tags": {"a": "a"}, "address": "Bern"})),
        Row { created_at: 5, ban: ban("messaging:x", false, None), ..Row::new("Eve") }.named("Émile Über"),
    ])
}

fn check(cases: &[(Value, &str)]) {
    let connection = pond();
    for (filter, wanted) in cases {
        let ids = found(&connection, filter.clone(), &json!([{"field": "id"}])).join(" ");
        assert_eq!(ids, *wanted, "{filter}");
    }
}

const EVERYONE: &str = "Eve ann bob-b cid dan";

#[test]
fn conditions_side_by_side_and_in_and_all_hold_and_in_or_one_does() {
    check(&[
        (json!({}), EVERYONE),
        (json!({"role": {}}), EVERYONE),
        (json!({"$or": [{}]}), EVERYONE),
        (json!({"role": "user", "created_at": {"$gte": 20, "$lt": 30}}), "bob-b cid"),
        (json!({"$and": [{"role": "user"}, {"created_at": 20}], "id": {"$ne": "cid"}}), "bob-b"),
        (json!({"$or": [{"id": "ann"}, {"$and": [{"id": "dan"}, {"role": "user"}]}, {"id": "nobody"}]}), "ann dan"),
        (json!({"$or": [{"id": "ann"}, {"id": "dan"}], "role": "admin"}), "ann"),
    ]);
}

#[test]
fn ids_names_and_roles_are_compared_as_text() {
    check(&[
        (json!({"id": "ann"}), "ann"),
        (json!({"id": "ANN"}), ""),
        (json!({"id": null}), ""),
        (json!({"id": {"$in": []}}), ""),
        (json!({"id": {"$nin": []}}), EVERYONE),
        (json!({"id": {"$nin": ["ann", null, "dan"]}}), "Eve bob-b cid"),
        (json!({"id": {"$ne": null}}), EVERYONE),
        (json!({"id": {"$gt": "ann", "$lte": "cid"}}), "bob-b cid"),
        (json!({"id": {"$exists": true}}), EVERYONE),
        (json!({"id": {"$exists": false}}), ""),
        (json!({"name": null}), "dan"),
        (json!({"name": ""}), "cid"),
        (json!({"name": {"$exists": true}}), "Eve ann bob-b cid"),
        (json!({"name": {"$in": ["Ann Smith", null]}}), "ann dan"),
        (json!({"name": {"$gte": "B"}}), "Eve bob-b"),
        (json!({"role": {"$in": ["admin", "guest"]}}), "ann"),
        (json!({"role": {"$lt": "user"}}), "ann"),
        (json!({"language": "en"}), "ann"),
        (json!({"language": ""}), "Eve bob-b cid dan"),
        (json!({"language": null}), "Eve bob-b cid dan"),
        (json!({"email": "ann@x.org"}), "ann"),
        (json!({"email": {"$in": ["ann@x.org", "y"]}}), "ann"),
        (json!({"email": null}), "Eve bob-b cid dan"),
        (json!({"username": "the_ann"}), "ann"),
        (json!({"username": "Ann Smith"}), ""),
        (json!({"username": "Bob O'Hara"}), "bob-b"),
    ]);
}

#[test]
fn autocomplete_finds_the_beginnings_of_words() {
    check(&[
        (json!({"name": {"$autocomplete": "smi"}}), "ann"),
        (json!({"name": {"$autocomplete": "SMITH an"}}), "ann"),
        (json!({"name": {"$autocomplete": "mith"}}), ""),
        (json!({"name": {"$autocomplete": "ann x"}}), ""),
        (json!({"name": {"$autocomplete": "o'h"}}), "bob-b"),
        (json!({"name": {"$autocomplete": "hara!"}}), "bob-b"),
        (json!({"name": {"$autocomplete": "émi"}}), "Eve"),
        (json!({"name": {"$autocomplete": "ÜBER"}}), "Eve"),
        (json!({"name": {"$autocomplete": "a%"}}), ""),
        (json!({"name": {"$q": "bo"}}), "bob-b"),
        (json!({"id": {"$autocomplete": "b"}}), "bob-b"),
        (json!({"id": {"$autocomplete": "EV"}}), "Eve"),
        (json!({"username": {"$autocomplete": "ann"}}), "ann"),
        (json!({"username": {"$autocomplete": "smith"}}), ""),
        (json!({"username": {"$autocomplete": "bob"}}), "bob-b"),
    ]);
}

#[test]
fn times_are_compared_as_moments_in_either_spelling() {
    check(&[
        (json!({"created_at": "1970-01-01T00:00:00.00000002Z"}), "bob-b cid"),
        (json!({"created_at": {"$gt": "1970-01-01T01:00:00.00000002+01:00"}}), "dan"),
        (json!({"created_at": {"$in": [5, "1970-01-01T00:00:00.00000001Z"]}}), "Eve ann"),
        (json!({"created_at": {"$lt": "9999-01-01T00:00:00Z"}}), EVERYONE),
        (json!({"updated_at": {"$gte": 9}}), "bob-b"),
        (json!({"last_active": null}), "Eve ann cid"),
        (json!({"last_active": {"$exists": true}}), "bob-b dan"),
        (json!({"last_active": {"$exists": false}}), "Eve ann cid"),
        (json!({"last_active": {"$lt": 50}}), "dan"),
        (json!({"last_active": {"$in": [50, null]}}), "Eve ann bob-b cid"),
    ]);
}

#[test]
fn a_ban_counts_for_the_whole_app_and_until_it_runs_out() {
    check(&[
        (json!({"banned": true}), "bob-b"),
        (json!({"banned": {"$ne": true}}), "Eve ann cid dan"),
        (json!({"banned": {"$eq": false}}), "Eve ann cid dan"),
        (json!({"shadow_banned": true}), "cid"),
        (json!({"shadow_banned": {"$ne": false}}), "cid"),
        (json!({"bypass_moderation": true}), ""),
        (json!({"bypass_moderation": false}), EVERYONE),
    ]);
}

#[test]
fn teams_are_asked_for_by_membership() {
    check(&[
        (json!({"teams": "red"}), "ann bob-b"),
        (json!({"teams": {"$contains": "blue"}}), "ann"),
        (json!({"teams": {"$in": ["blue", "green"]}}), "ann"),
        (json!({"teams": {"$in": []}}), ""),
        (json!({"teams": {"$in": ["blue", null]}}), "Eve ann cid dan"),
        (json!({"teams": null}), "Eve cid dan"),
        (json!({"teams": {"$eq": null}}), "Eve cid dan"),
        (json!({"teams": []}), "Eve cid dan"),
        (json!({"teams": ["red"]}), "bob-b"),
        (json!({"teams": ["blue", "red", "red"]}), "ann"),
        (json!({"teams": {}}), EVERYONE),
    ]);
}

#[test]
fn custom_values_are_compared_with_their_type() {
    check(&[
        (json!({"custom.n": 1}), "ann"),
        (json!({"n": 1.0}), "ann"),
        (json!({"custom.n": "1"}), "cid"),
        (json!({"custom.b": true}), "ann"),
        (json!({"custom.b": 1}), "cid"),
        (json!({"custom.b": false}), "bob-b"),
        (json!({"custom.n": null}), "Eve dan"),
        (json!({"custom.n": {"$in": [1, "1", null]}}), "Eve ann cid dan"),
        (json!({"custom.b": {"$in": [true, false]}}), "ann bob-b"),
        (json!({"custom.n": {"$in": []}}), ""),
        (json!({"custom.n": {"$exists": true}}), "ann bob-b cid dan"),
        (json!({"custom.n": {"$exists": false}}), "Eve"),
        (json!({"custom.n": {"$gt": 0.5, "$lte": 1.5}}), "ann bob-b"),
        (json!({"custom.n": {"$gte": "0"}}), "cid"),
        (json!({"custom.s": {"$lt": "5"}}), "ann"),
    ]);
}

#[test]
fn custom_paths_lead_into_objects_and_structures_are_compared_whole() {
    check(&[
        (json!({"custom.address.city": "Bern"}), "ann bob-b"),
        (json!({"address.zip": {"$gt": 2999}}), "ann bob-b"),
        (json!({"custom.address": {"zip": 3000, "city": "Bern"}}), "ann bob-b"),
        (json!({"custom.address": {"city": "Bern"}}), ""),
        (json!({"custom.address": {"$in": ["Bern", {"city": "Bern", "zip": 3000}]}}), "ann bob-b dan"),
        (json!({"custom.tags": ["a", 1, null]}), "ann"),
        (json!({"custom.tags": ["a", 1]}), ""),
        (json!({"custom.tags": ["1", true, ["a"]]}), "cid"),
        (json!({"custom.tags": {"$contains": "a"}}), "ann"),
        (json!({"custom.tags": {"$contains": 1}}), "ann"),
        (json!({"custom.tags": {"$contains": "1"}}), "cid"),
        (json!({"custom.tags": {"$contains": true}}), "cid"),
        (json!({"custom.tags": {"$contains": null}}), "ann"),
        (json!({"custom.tags.0": "a"}), ""),
    ]);
}

#[test]
fn a_restriction_to_teams_holds_beside_the_filter() {
    let connection = pond();
    let restricted = |filter: Value, teams: &[&str]| {
        let teams: Vec<String> = teams.iter().map(|team| (*team).to_owned()).collect();
        run(&connection, &parsed(filter, &json!([{"field": "id"}])).unwrap().restrict_to_teams(&teams)).unwrap()
    };
    assert_eq!(restricted(json!({}), &["red"]), ["ann", "bob-b"]);
    assert_eq!(restricted(json!({"$or": [{"id": "ann"}, {"id": "dan"}]}), &["red", "blue"]), ["ann"]);
    // Who has no team sees those who have none.
    let teamless = run(&connection, &parsed(json!({"teams": null}), &json!([{"field": "id"}])).unwrap()).unwrap();
    assert!(!teamless.is_empty());
    assert_eq!(restricted(json!({}), &[]), teamless);
}

#[test]
fn users_come_in_the_order_asked_for_and_the_youngest_first_otherwise() {
    let connection = pond();
    for (sort, wanted) in [
        (json!([]), "dan cid bob-b ann Eve"),
        (json!([{"field": "id", "direction": -1}]), "dan cid bob-b ann Eve"),
        (json!([{"field": "created_at"}]), "Eve ann bob-b cid dan"),
        (json!([{"field": "created_at"}, {"field": "id", "direction": -1}]), "Eve ann cid bob-b dan"),
        (json!([{"field": "last_active"}]), "Eve ann cid dan bob-b"),
        (json!([{"field": "last_active", "direction": -1}]), "bob-b dan cid ann Eve"),
        (json!([{"field": "name"}]), "dan cid ann bob-b Eve"),
        (json!([{"field": "role"}, {"field": "name", "direction": -1}]), "ann Eve bob-b cid dan"),
        (json!([{"field": "banned", "direction": -1}]), "bob-b dan cid ann Eve"),
        (json!([{"field": "custom.n"}]), "Eve dan ann cid bob-b"),
        (json!([{"field": "n", "type": "number"}]), "Eve cid dan ann bob-b"),
        (json!([{"field": "custom.b", "type": "boolean", "direction": -1}]), "ann bob-b dan cid Eve"),
        (json!([{"field": "email", "direction": -1}]), "ann dan cid bob-b Eve"),
        (json!([{"field": "username"}]), "dan cid bob-b ann Eve"),
    ] {
        assert_eq!(found(&connection, json!({}), &sort).join(" "), wanted, "{sort}");
    }
}

#[test]
fn numbers_in_custom_data_are_put_in_order_as_text_unless_the_type_is_given() {
    let connection = database(&[
        Row::new("a").with(json!({"n": 9})),
        Row::new("b").with(json!({"n": 10})),
        Row::new("c").with(json!({"n": 1.5})),
    ]);
    assert_eq!(found(&connection, json!({}), &json!([{"field": "n"}])), ["c", "b", "a"]);
    assert_eq!(found(&connection, json!({}), &json!([{"field": "n", "type": "number"}])), ["c", "a", "b"]);
}

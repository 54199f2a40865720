//! What is refused, and what a query tells about itself.

use super::*;

const AUTOCOMPLETE_FAULT: &str =
    "$autocomplete field is empty or contains invalid characters. Please provide a valid string to autocomplete";

/// The table of wire-contract 4.2, written down a second time.
pub(super) const TABLE: &[(&str, &[&str])] = &[
    ("banned", &["$eq", "$ne"]),
    ("shadow_banned", &["$eq", "$ne"]),
    ("bypass_moderation", &["$eq", "$ne"]),
    ("created_at", &["$eq", "$exists", "$gt", "$gte", "$in", "$lt", "$lte"]),
    ("updated_at", &["$eq", "$exists", "$gt", "$gte", "$in", "$lt", "$lte"]),
    ("last_active", &["$eq", "$exists", "$gt", "$gte", "$in", "$lt", "$lte"]),
    ("role", &["$eq", "$exists", "$gt", "$gte", "$in", "$lt", "$lte"]),
    ("name", &["$eq", "$exists", "$gt", "$gte", "$in", "$lt", "$lte", "$autocomplete", "$q"]),
    ("id", &["$eq", "$exists", "$gt", "$gte", "$in", "$lt", "$lte", "$autocomplete", "$ne", "$nin", "$q"]),
    ("username", &["$autocomplete", "$eq", "$q"]),
    ("language", &["$eq"]),
    ("email", &["$eq", "$in"]),
    ("teams", &["$contains", "$eq", "$in"]),
    ("custom.color", &["$contains", "$eq", "$exists", "$gt", "$gte", "$in", "$lt", "$lte"]),
    ("color", &["$contains", "$eq", "$exists", "$gt", "$gte", "$in", "$lt", "$lte"]),
];

fn operand(field: &str, operator: &str) -> Value {
    let value = match field {
        "banned" | "shadow_banned" | "bypass_moderation" => json!(true),
        "created_at" | "updated_at" | "last_active" => json!("2026-01-31T12:00:00Z"),
        _ => json!("red"),
    };
    match operator {
        "$in" | "$nin" => json!([value]),
        "$exists" => json!(true),
        _ => value,
    }
}

#[test]
fn an_operator_that_a_field_does_not_take_is_refused() {
    let operators = [
        "$eq",
        "$ne",
        "$gt",
        "$gte",
        "$lt",
        "$lte",
        "$in",
        "$nin",
        "$exists",
        "$autocomplete",
        "$contains",
        "$q",
        "$regex",
        "$",
        "$EQ",
    ];
    for (field, taken) in TABLE {
        for operator in operators {
            let filter = json!({*field: {operator: operand(field, operator)}});
            if taken.contains(&operator) {
                parsed(filter, &json!([])).unwrap_or_else(|error| panic!("{field} {operator}: {error}"));
            } else if operator == "$q" {
                assert_eq!(refusal(filter), format!("search is not enabled for field users.{field}"));
            } else {
                assert_eq!(refusal(filter), format!("cannot use operator \"{operator}\" when filtering by {field}"));
            }
        }
    }
}

#[test]
fn a_word_that_is_no_logical_operator_is_refused() {
    for word in ["$nor", "$not", "$", "$eq", "$AND"] {
        assert_eq!(refusal(json!({word: []})), format!("cannot use operator \"{word}\" in filter_conditions"));
    }
}

#[test]
fn and_and_or_take_arrays_of_objects_that_hold_at_least_one() {
    for operand in [json!(null), json!({}), json!("x"), json!(["x"]), json!([{}, 1]), json!([[]])] {
        assert_eq!(refusal(json!({"$or": operand})), "$or operator only support arrays of objects");
    }
    assert_eq!(refusal(json!({"$and": []})), "$and must contain at least 1 item");
    assert_eq!(refusal(json!({"$or": [{"$or": []}]})), "$or must contain at least 1 item");
}

#[test]
fn an_operand_of_another_type_than_its_field_is_refused() {
    for (filter, wanted) in [
        (json!({"name": 1}), "field name expect string values"),
        (json!({"name": {"nested": "x"}}), "field name expect string values"),
        (json!({"name": ["x"]}), "field name expect string values"),
        (json!({"id": {"$in": ["a", 1]}}), "field id expect string values"),
        (json!({"role": {"$gt": null}}), "field role expect string values"),
        (json!({"username": {"$autocomplete": 1}}), "field username expect string values"),
        (json!({"language": false}), "field language expect string values"),
        (json!({"email": 3}), "field email expect string values"),
        (json!({"banned": "true"}), "field banned expect boolean values"),
        (json!({"banned": null}), "field banned expect boolean values"),
        (json!({"shadow_banned": {"$ne": 1}}), "field shadow_banned expect boolean values"),
        (json!({"created_at": "yesterday"}), "field created_at expect RFC 3339 date values"),
        (json!({"created_at": {"$gt": 1.5}}), "field created_at expect RFC 3339 date values"),
        (json!({"created_at": {"$gt": u64::MAX}}), "field created_at expect RFC 3339 date values"),
        (json!({"last_active": {"$in": [true]}}), "field last_active expect RFC 3339 date values"),
        (json!({"updated_at": {"$lte": null}}), "field updated_at expect RFC 3339 date values"),
        (json!({"teams": 1}), "field teams expect string values"),
        (json!({"teams": {"$contains": null}}), "field teams expect string values"),
        (json!({"teams": {"$contains": ["red"]}}), "field teams expect string values"),
        (json!({"teams": {"$in": [["red"]]}}), "field teams expect string values"),
        (json!({"teams": [1]}), "field teams expect string values"),
        (json!({"custom.n": {"$gt": true}}), "field custom.n expect string or number values"),
        (json!({"custom.n": {"$lt": null}}), "field custom.n expect string or number values"),
        (json!({"custom.n": {"$contains": ["a"]}}), "field custom.n expect string, number or boolean values"),
        (json!({"custom.n": {"$exists": "true"}}), "$exists operator only support boolean values"),
        (json!({"name": {"$exists": []}}), "$exists operator only support boolean values"),
        (json!({"id": {"$in": "john"}}), "$in operator only support arrays on field id"),
        (json!({"id": {"$nin": {}}}), "$nin operator only support arrays on field id"),
    ] {
        assert_eq!(refusal(filter.clone()), wanted, "{filter}");
    }
}

#[test]
fn an_empty_team_is_refused_wherever_it_stands() {
    for operand in
        [json!(""), json!({"$eq": ""}), json!({"$contains": ""}), json!({"$in": ["red", ""]}), json!(["red", ""])]
    {
        assert_eq!(refusal(json!({"teams": operand})), "field teams must not contain an empty string");
    }
}

#[test]
fn an_autocomplete_without_a_letter_or_digit_is_refused() {
    for text in ["", " ", "!@#$%!%&*()", "--", "\0"] {
        for field in ["id", "name", "username"] {
            assert_eq!(refusal(json!({field: {"$autocomplete": text}})), AUTOCOMPLETE_FAULT, "{text:?}");
        }
    }
    assert_eq!(refusal(json!({"name": {"$q": "?"}})), AUTOCOMPLETE_FAULT);
}

#[test]
fn a_field_that_no_filter_takes_is_refused() {
    for field in ["image", "online", "invisible", "deactivated_at", "deleted_at", "devices", "custom"] {
        assert_eq!(refusal(json!({field: "x"})), format!("field {field} is not supported in QueryUsers"));
    }
    for field in ["", "custom.", "custom.a..b", ".a", "a.", "custom.a\0"] {
        assert_eq!(refusal(json!({field: "x"})), format!("field {field} is not a valid field name"));
    }
    assert_eq!(refusal(json!({"k": [{"a\0": 1}]})), "field a\0 is not a valid field name");
}

#[test]
fn a_filter_over_a_limit_is_refused_and_one_at_the_limit_runs() {
    let connection = database(&[Row::new("a")]);
    let runs = |filter: Value| run(&connection, &parsed(filter, &json!([])).unwrap()).unwrap();

    let nested = |levels: usize| (0..levels).fold(json!({"id": "a"}), |inner, _| json!({"$or": [inner]}));
    assert_eq!(runs(nested(FILTER_DEPTH_MAX)), ["a"]);
    assert_eq!(refusal(nested(FILTER_DEPTH_MAX + 1)), "filter_conditions must be nested at maximum 10 levels deep");
    let keys = |count: usize| format!("custom.{}", vec!["k"; count].join("."));
    runs(json!({keys(FILTER_DEPTH_MAX): 1}));
    assert_eq!(refusal(json!({keys(FILTER_DEPTH_MAX + 1): 1})), refusal(nested(FILTER_DEPTH_MAX + 1)));
    let structure = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    runs(json!({"custom.k": structure(FILTER_DEPTH_MAX)}));
    assert_eq!(refusal(json!({"custom.k": structure(FILTER_DEPTH_MAX + 1)})), refusal(nested(FILTER_DEPTH_MAX + 1)));

    let conditions = |count: usize| -> Map<String, Value> { (0..count).map(|n| (format!("k{n}"), json!(n))).collect() };
    runs(Value::Object(conditions(FILTER_CONDITIONS_MAX)));
    let too_many = "filter_conditions must contain at maximum 256 conditions";
    assert_eq!(refusal(Value::Object(conditions(FILTER_CONDITIONS_MAX + 1))), too_many);
    assert_eq!(refusal(json!({"$or": vec![json!({}); FILTER_CONDITIONS_MAX + 1]})), too_many);
    runs(json!({"$or": vec![json!({"name": "x"}); FILTER_CONDITIONS_MAX / 2]}));
    runs(json!({"custom.k": vec![json!({"a": "x"}); 80]}));
    assert_eq!(refusal(json!({"custom.k": vec![json!({"a": "x"}); 200]})), too_many);

    let list = |count: usize| json!({"$in": vec!["x"; count]});
    for field in ["name", "teams", "custom.k", "email"] {
        runs(json!({field: list(FILTER_LIST_MAX)}));
        assert_eq!(refusal(json!({field: list(FILTER_LIST_MAX + 1)})), "$in must contain at maximum 1000 items");
    }
    runs(json!({"$and": vec![json!({"name": list(FILTER_LIST_MAX)}); 5]}));
    let too_much = refusal(json!({"$and": vec![json!({"name": list(FILTER_LIST_MAX)}); 6]}));
    assert_eq!(too_much, "filter_conditions must contain at maximum 5000 values");
    runs(json!({"name": {"$autocomplete": "ä ".repeat(FILTER_WORDS_MAX)}}));
    let words = refusal(json!({"name": {"$autocomplete": "a ".repeat(FILTER_WORDS_MAX + 1)}}));
    assert_eq!(words, "$autocomplete must contain at maximum 10 words");
}

#[test]
fn a_sort_that_breaks_a_rule_is_refused() {
    for (sort, wanted) in [
        (
            json!([{"field": "id"}, {"field": "id"}, {"field": "id"}, {"field": "id"}, {"field": "id"}, {"field": "id"}]),
            "sort must contain at maximum 5 items",
        ),
        (json!(["name"]), "expected object for field \"sort[0]\" but got string"),
        (json!([{"field": "id"}, {"direction": 1}]), "sort[1].field is a required field"),
        (json!([{"field": ""}]), "sort[0].field is a required field"),
        (json!([{"field": 1}]), "expected string for field \"sort[0].field\" but got number"),
        (json!([{"field": "id", "direction": 0}]), "sort[0].direction must be one of [-1 1]"),
        (json!([{"field": "id", "direction": "asc"}]), "sort[0].direction must be one of [-1 1]"),
        (json!([{"field": "id", "type": "text"}]), "sort[0].type must be one of [number boolean]"),
        (json!([{"field": "teams"}]), "sort[0].field is not supported for sorting"),
        (json!([{"field": "online"}]), "field online is not supported in QueryUsers"),
        (json!([{"field": "custom."}]), "field custom. is not a valid field name"),
    ] {
        assert_eq!(refusal_of(json!({}), &sort), wanted, "{sort}");
    }
    let python = json!([{"field": "id", "direction": null, "type": null}]);
    assert!(parsed(json!({}), &python).is_ok(), "null means not given");
}

#[test]
fn a_filter_of_ids_alone_tells_them() {
    let ids = |filter: Value| parsed(filter, &json!([])).unwrap().ids().map(<[String]>::to_vec);
    for filter in [
        json!({"id": "a"}),
        json!({"id": {"$eq": "a"}}),
        json!({"id": {"$in": ["a", "a", null]}}),
        json!({"$and": [{"id": "a"}]}),
    ] {
        assert_eq!(ids(filter.clone()), Some(vec!["a".to_owned()]), "{filter}");
    }
    assert_eq!(ids(json!({"id": {"$in": ["b", "a"]}})), Some(vec!["b".to_owned(), "a".to_owned()]));
    assert_eq!(ids(json!({"id": {"$in": []}})), Some(vec![]));
    assert_eq!(ids(json!({"id": null})), Some(vec![]));
    for filter in [
        json!({}),
        json!({"id": {"$ne": "a"}}),
        json!({"id": "a", "role": "user"}),
        json!({"id": "a", "teams": {}}),
        json!({"$or": [{"id": "a"}]}),
        json!({"name": "a"}),
    ] {
        assert_eq!(ids(filter.clone()), None, "{filter}");
    }
    let restricted = parsed(json!({"id": "a"}), &json!([])).unwrap().restrict_to_teams(&["red".to_owned()]);
    assert_eq!(restricted.ids(), None);
}

#[test]
fn a_filter_tells_whether_it_names_teams_and_which() {
    for (filter, names, teams) in [
        (json!({}), false, &[][..]),
        (json!({"custom.teams": "red"}), false, &[]),
        (json!({"teams": {}}), true, &[]),
        (json!({"teams": null}), true, &[]),
        (json!({"$or": [{"id": "a"}, {"$and": [{"teams": {"$contains": "red"}}]}]}), true, &["red"]),
        (json!({"teams": {"$in": ["red", "blue"], "$eq": ["green"]}}), true, &["red", "blue", "green"]),
    ] {
        let query = parsed(filter.clone(), &json!([])).unwrap();
        assert_eq!(query.names_teams(), names, "{filter}");
        assert_eq!(query.teams(), teams, "{filter}");
    }
}

//! The SQL against a plain reading of the filter, over random users, filters and orders.

use proptest::prelude::*;

use super::*;
use crate::query::tests::model::{Fields, compare, holds, tree};

impl Fields for Row {
    fn value(&self, field: &str) -> Option<Value> {
        let row = self;
        let banned = |shadow: bool| {
            row.ban.as_ref().is_some_and(|ban| {
                ban.channel_cid.is_empty() && ban.shadow == shadow && ban.expires_at.is_none_or(|until| until > NOW.0)
            })
        };
        match field {
            "id" => Some(json!(row.id)),
            "name" => row.name.clone().map(Value::from),
            "role" => Some(json!(row.role)),
            "language" => Some(json!(row.language)),
            "created_at" => Some(json!(row.created_at)),
            "updated_at" => Some(json!(row.updated_at)),
            "last_active" => row.last_active.map(Value::from),
            "banned" => Some(json!(banned(false))),
            "shadow_banned" => Some(json!(banned(true))),
            "bypass_moderation" => Some(json!(false)),
            "username" => row
                .custom
                .get("username")
                .filter(|name| name.is_string())
                .cloned()
                .or(row.name.clone().map(Value::from)),
            "teams" => Some(json!(row.teams)),
            _ => {
                let mut keys = field.strip_prefix("custom.").unwrap_or(field).split('.');
                let first = row.custom.get(keys.next().unwrap())?.clone();
                keys.try_fold(first, |value, key| value.as_object()?.get(key).cloned())
            }
        }
    }
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "ab", "A b", "b-ab", "a_b c", "", "o'b", "Ab"]).prop_map(str::to_owned)
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(Value::Null),
        2 => any::<bool>().prop_map(Value::from),
        3 => (0_i64..2).prop_map(Value::from),
        1 => prop::sample::select(vec![0.0, 1.0, 1.5, -1e300, 9_007_199_254_740_993.0]).prop_map(Value::from),
        1 => prop::sample::select(vec![json!(i64::MAX), json!(u64::MAX), json!("1"), json!("true"), json!("null")]),
        1 => word().prop_map(Value::from),
    ]
}

fn structure() -> impl Strategy<Value = Value> {
    let nested = scalar().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((key(), inner), 1..3)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    });
    prop_oneof![3 => scalar(), 1 => nested]
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["k", "k", "k", "k", "l", "username", "email", "q\"'[0]"]).prop_map(str::to_owned)
}

fn team() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["red", "blue", "green"]).prop_map(str::to_owned)
}

pub(super) fn row() -> impl Strategy<Value = Row> {
    let ban = (prop::sample::select(vec!["", "x:y"]), any::<bool>(), prop::option::of(999_i64..1_002))
        .prop_map(|(channel_cid, shadow, expires_at)| Ban { channel_cid, shadow, expires_at });
    let texts =
        (prop::option::of(word()), prop::sample::select(vec!["user", "admin"]), prop::sample::select(vec!["", "en"]));
    let times = (0_i64..4, 0_i64..4, prop::option::of(0_i64..4));
    let custom = prop::collection::vec((key(), structure()), 0..4);
    let teams = prop::collection::btree_set(team(), 0..3);
    (texts, times, custom, teams, prop::option::of(ban)).prop_map(|(texts, times, custom, teams, ban)| Row {
        id: String::new(),
        name: texts.0,
        role: texts.1.to_owned(),
        language: texts.2.to_owned(),
        teams: teams.into_iter().collect(),
        custom: custom.into_iter().collect(),
        created_at: times.0,
        updated_at: times.1,
        last_active: times.2,
        ban,
    })
}

const OPERATORS: &[&str] =
    &["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$autocomplete", "$contains"];

fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "id",
            "name",
            "role",
            "language",
            "created_at",
            "updated_at",
            "last_active",
            "banned",
            "shadow_banned",
            "bypass_moderation",
            "username",
            "email",
            "teams",
        ])
        .prop_map(str::to_owned),
        (key(), prop::option::weighted(0.2, key())).prop_map(|(key, inner)| match inner {
            Some(inner) => format!("custom.{key}.{inner}"),
            None => format!("custom.{key}"),
        }),
    ]
}

/// Operands that mostly suit the field, so that most filters are taken and many hold for someone.
fn operand(field: &str) -> BoxedStrategy<Value> {
    let moment =
        prop_oneof![(0_i64..4).prop_map(Value::from), Just(json!("1970-01-01T00:00:00.000000002Z")), Just(Value::Null)];
    match field {
        "banned" | "shadow_banned" | "bypass_moderation" => any::<bool>().prop_map(Value::from).boxed(),
        "created_at" | "updated_at" | "last_active" => moment.boxed(),
        "teams" => prop_oneof![
            team().prop_map(Value::from),
            Just(Value::Null),
            prop::collection::vec(team(), 0..3).prop_map(Value::from)
        ]
        .boxed(),
        "role" | "language" => {
            prop::sample::select(vec![json!("user"), json!("admin"), json!("en"), json!(""), json!(null)]).boxed()
        }
        "id" => prop::sample::select(vec![json!("u-0"), json!("u-1"), json!("u-2"), json!("u-9")]).boxed(),
        "name" | "username" | "email" => prop_oneof![word().prop_map(Value::from), Just(Value::Null)].boxed(),
        _ => structure().boxed(),
    }
}

fn condition() -> impl Strategy<Value = Value> {
    let asked = field().prop_flat_map(|field| {
        let custom = grammar::TABLE.last().unwrap();
        let (_, taken) = grammar::TABLE.iter().find(|(name, _)| *name == field).unwrap_or(custom);
        let searched = taken.iter().copied().filter(|operator| *operator != "$q").collect::<Vec<_>>();
        (Just(field), prop::sample::select(searched))
    });
    asked.prop_flat_map(|(field, operator)| {
        let operand = match operator {
            "$in" | "$nin" => prop::collection::vec(operand(&field), 0..4).prop_map(Value::from).boxed(),
            "$exists" => any::<bool>().prop_map(Value::from).boxed(),
            _ => operand(&field),
        };
        (operand, any::<bool>()).prop_map(move |(operand, bare)| {
            let operator_like = operand.as_object().is_some_and(Map::is_empty);
            if operator == "$eq" && bare && !operator_like {
                json!({&field: operand})
            } else {
                json!({&field: {operator: operand}})
            }
        })
    })
}

fn taken(filter: &Value) -> bool {
    parsed(filter.clone(), &json!([])).is_ok()
}

fn filter() -> impl Strategy<Value = Value> {
    let leaf = condition().prop_filter("an operand that the operator does not take", taken);
    tree(leaf, json!({"role": "user"}))
}

pub(super) fn sort() -> impl Strategy<Value = Value> {
    let key = (field(), prop::sample::select(vec![1, -1]), prop::sample::select(vec!["", "number", "boolean"]));
    let keys = key.prop_map(|(field, direction, by)| json!({"field": field, "direction": direction, "type": by}));
    let sortable = keys.prop_filter("not sortable", |key| {
        // The order of numbers beyond 2^53 as text, and of the email, are the business of other tests.
        let by_text = key["type"] == "" && key["field"].as_str().is_some_and(|field| field.starts_with("custom."));
        !by_text && key["field"] != "email" && parsed(json!({}), &json!([key])).is_ok()
    });
    prop::collection::vec(sortable, 0..3).prop_map(Value::from)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn the_sql_finds_whom_a_plain_reading_finds_in_the_same_order(
        rows in prop::collection::vec(row(), 0..7), filters in prop::collection::vec(filter(), 1..6), sort in sort()
    ) {
        let rows: Vec<Row> = rows.into_iter().enumerate().map(|(n, row)| Row { id: format!("u-{n}"), ..row }).collect();
        let connection = database(&rows);
        for filter in filters {
            let query = parsed(filter.clone(), &sort).unwrap();
            let mut wanted: Vec<&Row> = rows.iter().filter(|row| holds(filter.as_object().unwrap(), *row)).collect();
            wanted.sort_by(|a, b| compare(*a, *b, sort.as_array().unwrap(), &["id"]));
            let wanted: Vec<&str> = wanted.iter().map(|row| row.id.as_str()).collect();
            prop_assert_eq!(run(&connection, &query).unwrap(), wanted, "{} {}", filter, sort);
        }
    }
}

fn any_text() -> impl Strategy<Value = String> {
    let ends = prop::sample::select(vec!["", "\"", "\\", "'", "\0", "[0]", "é", "😀", "$", "#", "\u{2028}", "\\u0000"]);
    prop_oneof![any::<String>(), (ends.clone(), "[a-c]{0,2}", ends).prop_map(|(a, b, c)| format!("{a}{b}{c}"))]
}

pub(super) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof![
            3 => field(),
            3 => prop::sample::select(OPERATORS).prop_map(str::to_owned),
            1 => prop::sample::select(vec!["$and", "$or", "$q", "field", "direction", "type"]).prop_map(str::to_owned),
            2 => any_text(),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4).prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn whatever_is_sent_is_refused_in_order_or_runs(
        operands in prop::collection::vec((prop_oneof![field(), any_text()], prop::sample::select(OPERATORS), any_json()), 1..4),
        tree in any_json(),
        sort in prop::collection::vec(prop_oneof![any_json(), any_text().prop_map(|field| json!({"field": field}))], 0..3)
    ) {
        let connection = database(&[Row::new("a").with(json!({"k": {"l": [1, "x"]}}))]);
        let mut filters: Vec<Value> = operands
            .into_iter()
            .flat_map(|(field, operator, operand)| [json!({&field: {operator: &operand}}), json!({&field: operand})])
            .collect();
        filters.push(json!({"$or": [tree.clone()]}));
        filters.push(tree);
        for filter in filters.iter().filter_map(Value::as_object) {
            for sort in [&[][..], &sort] {
                match parse(filter, sort) {
                    Ok(query) => prop_assert!(run(&connection, &query).is_ok(), "{filter:?} {sort:?}"),
                    Err(error) => prop_assert_eq!(error.code, Code::InputError),
                }
            }
        }
    }

    #[test]
    fn any_value_under_any_key_is_found_again(key in any_text(), inner in any_text(), value in any_json()) {
        let row = Row::new("a").with(json!({&key: {&inner: &value}, "list": [&value]}));
        let connection = database(&[row]);
        let whole = json!({"custom.list": [&value]});
        for filter in [whole, json!({format!("custom.{key}.{inner}"): {"$eq": &value}}), json!({"custom.list": {"$contains": value}})] {
            if let Ok(query) = parsed(filter.clone(), &json!([])) {
                let dotted = key.contains('.') || inner.contains('.');
                let found = run(&connection, &query).unwrap();
                prop_assert!(dotted || found == ["a"], "{filter} {:?}", query.to_sql(NOW));
            }
        }
    }
}

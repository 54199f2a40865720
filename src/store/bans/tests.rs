//! What a filter of bans finds, against a plain reading of it.

use proptest::prelude::*;
use rusqlite::types::Value as Parameter;
use rusqlite::{Connection, params, params_from_iter};
use serde_json::{Map, Value, json};

use super::BANS;
use crate::clock::Time;
use crate::query::tests::model::{Fields, compare, holds, tree};

/// The app that is asked. Another one holds the same bans, to be left alone.
const APP: i64 = 7;

#[derive(Clone, Debug)]
struct Row {
    user_id: &'static str,
    channel_cid: &'static str,
    banned_by: Option<&'static str>,
    reason: Option<&'static str>,
    created_at: i64,
}

impl Fields for Row {
    fn value(&self, field: &str) -> Option<Value> {
        match field {
            "user_id" => Some(json!(self.user_id)),
            "channel_cid" => Some(json!(self.channel_cid)),
            "banned_by_id" => self.banned_by.map(Value::from),
            "reason" => self.reason.map(Value::from),
            "created_at" => Some(json!(self.created_at)),
            other => panic!("{other}"),
        }
    }
}

fn database(rows: &[Row]) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(include_str!("../migrations/0001_init.sql")).unwrap();
    for row in rows {
        for app in [APP, APP + 1] {
            let sql = "INSERT OR REPLACE INTO bans (app, user_id, channel_cid, banned_by, reason, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let values = params![app, row.user_id, row.channel_cid, row.banned_by, row.reason, row.created_at];
            connection.execute(sql, values).unwrap();
        }
    }
    connection
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap()
}

fn text(select: &str, filter: &Value, sort: &Value) -> (String, Vec<Parameter>) {
    let sql = BANS.parse(object(filter), sort.as_array().unwrap()).unwrap().to_sql(Time(0));
    let text = format!("{select} FROM bans b WHERE b.app = ?1 AND {} ORDER BY {}", sql.condition, sql.order_by);
    (text, std::iter::once(Parameter::Integer(APP)).chain(sql.params).collect())
}

fn found(connection: &Connection, filter: &Value, sort: &Value) -> Vec<(String, String)> {
    let (text, params) = text("SELECT b.user_id, b.channel_cid", filter, sort);
    let mut query = connection.prepare(&text).unwrap();
    let rows = query.query_map(params_from_iter(params), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

/// The fields with their operators, written down a second time.
const TABLE: &[(&str, &str)] = &[
    ("banned_by_id", "$eq $exists $gt $gte $in $lt $lte $ne $nin"),
    ("channel_cid", "$eq $in"),
    ("created_at", "$eq $exists $gt $gte $in $lt $lte $ne $nin"),
    ("reason", "$autocomplete $eq $exists $gt $gte $in $lt $lte $ne $nin"),
    ("user_id", "$eq $exists $gt $gte $in $lt $lte $ne $nin"),
];

const USERS: [&str; 3] = ["ann", "bob", "cyd"];
const CHANNELS: [&str; 3] = ["", "messaging:a", "messaging:b"];
const MODERATORS: [&str; 2] = ["mia", "ned"];
const REASONS: [&str; 4] = ["spam", "Spam, again", "rude", ""];

fn row() -> impl Strategy<Value = Row> {
    let (user, channel) = (prop::sample::select(&USERS), prop::sample::select(&CHANNELS));
    let (by, reason) =
        (prop::option::of(prop::sample::select(&MODERATORS)), prop::option::of(prop::sample::select(&REASONS)));
    (user, channel, by, reason, 0_i64..4).prop_map(|(user_id, channel_cid, banned_by, reason, created_at)| Row {
        user_id,
        channel_cid,
        banned_by,
        reason,
        created_at,
    })
}

fn operand(field: &str, operator: &str) -> BoxedStrategy<Value> {
    let texts: &[&'static str] = match field {
        "user_id" => &USERS,
        "channel_cid" => &CHANNELS,
        "banned_by_id" => &MODERATORS,
        _ => &REASONS,
    };
    let (texts, with_null) = (texts.to_vec(), !operator.starts_with("$g") && !operator.starts_with("$l"));
    let one = if field == "created_at" {
        prop_oneof![(0_i64..4).prop_map(Value::from), Just(json!("1970-01-01T00:00:00.000000002Z"))].boxed()
    } else {
        prop::sample::select(texts).prop_map(Value::from).boxed()
    };
    let one = if with_null { prop_oneof![4 => one, 1 => Just(Value::Null)].boxed() } else { one };
    match operator {
        "$exists" => any::<bool>().prop_map(Value::from).boxed(),
        "$in" | "$nin" => prop::collection::vec(one, 0..3).prop_map(Value::from).boxed(),
        "$autocomplete" => prop::sample::select(vec![json!("SP"), json!("again spam"), json!("pam")]).boxed(),
        _ => one,
    }
}

fn condition() -> impl Strategy<Value = Value> {
    let asked = prop::sample::select(TABLE)
        .prop_flat_map(|(field, taken)| (Just(field), prop::sample::select(taken.split(' ').collect::<Vec<_>>())));
    asked.prop_flat_map(|(field, operator)| {
        operand(field, operator).prop_map(move |operand| json!({field: {operator: operand}}))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn the_sql_finds_the_bans_that_a_plain_reading_finds_in_the_same_order(
        rows in prop::collection::vec(row(), 0..7),
        filters in prop::collection::vec(tree(condition(), json!({"user_id": "ann"})), 1..6),
        sort in prop::sample::select(vec![
            json!([]), json!([{"field": "created_at", "direction": 1}]), json!([{"field": "created_at", "direction": -1}]),
        ]),
    ) {
        let mut rows = rows;
        let mut seen = std::collections::HashSet::new();
        rows.retain(|row| seen.insert((row.user_id, row.channel_cid)));
        let connection = database(&rows);
        for filter in filters {
            let mut wanted: Vec<&Row> = rows.iter().filter(|row| holds(object(&filter), *row)).collect();
            wanted.sort_by(|a, b| compare(*a, *b, sort.as_array().unwrap(), &["user_id", "channel_cid"]));
            let wanted: Vec<_> = wanted.iter().map(|row| (row.user_id.to_owned(), row.channel_cid.to_owned())).collect();
            prop_assert_eq!(found(&connection, &filter, &sort), wanted, "{} {}", filter, sort);
        }
    }
}

#[test]
fn each_field_takes_its_operators_and_no_other() {
    for (field, taken) in TABLE {
        for operator in
            ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$autocomplete", "$contains", "$x"]
        {
            let operand = match operator {
                "$exists" => json!(true),
                "$in" | "$nin" => json!(["2026-01-31T12:00:00Z"]),
                _ => json!("2026-01-31T12:00:00Z"),
            };
            let parsed = BANS.parse(object(&json!({*field: {operator: operand}})), &[]);
            if taken.split(' ').any(|word| word == operator) {
                parsed.unwrap_or_else(|error| panic!("{field} {operator}: {error}"));
            } else {
                let text = format!("cannot use operator \"{operator}\" when filtering by {field}");
                assert_eq!(parsed.unwrap_err().message, text);
            }
        }
    }
    let refusal = |filter: Value, sort: &[Value]| BANS.parse(object(&filter), sort).unwrap_err().message.into_owned();
    assert_eq!(
        refusal(json!({"reason": {"$q": "x"}, "user_id": {"$q": "x"}}), &[]),
        "search is not enabled for field bans.user_id"
    );
    for name in ["banned", "custom.reason", "reason.x", ""] {
        assert_eq!(refusal(json!({name: 1}), &[]), format!("field {name} is not supported in QueryBannedUsers"));
    }
    assert_eq!(refusal(json!({}), &[json!({"field": "reason"})]), "sort[0].field is not supported for sorting");
}

#[test]
fn a_users_bans_are_looked_up() {
    let connection = database(&[]);
    let (text, params) =
        text("EXPLAIN QUERY PLAN SELECT b.reason", &json!({"user_id": {"$in": ["ann", "bob"]}}), &json!([]));
    let mut query = connection.prepare(&text).unwrap();
    let plan = query.query_map(params_from_iter(params), |row| row.get::<_, String>(3)).unwrap();
    let plan = plan.collect::<rusqlite::Result<Vec<_>>>().unwrap().join("\n");
    assert!(plan.contains("SEARCH b USING PRIMARY KEY (app=? AND user_id=?)"), "{plan}");
}

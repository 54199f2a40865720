//! Filters and orders, as SQL that a database runs.

use std::collections::BTreeSet;

use rusqlite::types::Value as Parameter;
use rusqlite::{Connection, params, params_from_iter};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::clock::Time;
use crate::error::Code;
use crate::json::decode;
use crate::query::Sql;
use crate::store::bans::BANS;
use crate::store::migrate;
use crate::store::user_filter::{self, UserQuery};

const NOW: Time = Time(1_000);
const APP: i64 = 7;

/// Users with something in every column that a filter may name: id, name, role, teams, custom.
const USERS: [(&str, Option<&str>, &str, &str, &str); 6] = [
    ("a", Some("Ann Lee"), "user", r#"["red"]"#, r#"{"color":"red","n":1,"list":[1,"a",null],"flag":true}"#),
    ("b", Some("b-ab o'b"), "admin", r#"["red","blue"]"#, r#"{"color":"blue","n":-2.5,"deep":{"er":{"x":"y"}}}"#),
    ("c", None, "user", "[]", r#"{"username":"carl","email":"c@example.com","n":"1","flag":false}"#),
    ("d", Some("Ärger"), "guest", "[]", r#"{"color":null,"a\"b":{"c\\d":[]},"e.f":7}"#),
    ("e", Some(""), "user", r#"["blue"]"#, "{}"),
    ("a b", Some("A b"), "user", r#"["green"]"#, r#"{"n":1e300,"color":["red"],"list":[[1],{"k":2}]}"#),
];

thread_local! {
    static DATABASE: Connection = database();
}

fn database() -> Connection {
    let made = || -> anyhow::Result<Connection> {
        let mut connection = Connection::open_in_memory()?;
        migrate::run(&mut connection, std::path::Path::new(":memory:"))?;
        for (at, (id, name, role, teams, custom)) in USERS.into_iter().enumerate() {
            let at = i64::try_from(at)?;
            connection.execute(
                "INSERT INTO users (app, id, name, role, teams, custom, created_at, updated_at, last_active) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![APP, id, name, role, teams, custom, at, 1, (at > 2).then_some(at)],
            )?;
            for team in serde_json::from_str::<Vec<String>>(teams)? {
                connection.execute("INSERT INTO user_teams VALUES (?1, ?2, ?3)", params![APP, team, id])?;
            }
        }
        let ban = "INSERT INTO bans (app, user_id, channel_cid, shadow, created_at, expires_at) VALUES (?1, ?2, '', ?3, 1, ?4)";
        connection.execute(ban, params![APP, "b", false, None::<i64>])?;
        connection.execute(ban, params![APP, "c", true, Some(NOW.0 + 1)])?;
        connection.execute(ban, params![APP, "d", false, Some(NOW.0)])?;
        Ok(connection)
    };
    made().expect("a database in memory")
}

/// The ids that a query finds, in its order.
fn found(query: &UserQuery) -> Vec<String> {
    run("u.id FROM users u WHERE u.app", query.to_sql(NOW))
}

/// The first column of the rows that are meant.
fn run(select: &str, sql: Sql) -> Vec<String> {
    let text = format!("SELECT {select} = ?1 AND {} ORDER BY {}", sql.condition, sql.order_by);
    let bound = std::iter::once(Parameter::Integer(APP)).chain(sql.params);
    let run = |connection: &Connection| -> rusqlite::Result<Vec<String>> {
        connection.prepare(&text)?.query_map(params_from_iter(bound), |row| row.get(0))?.collect()
    };
    DATABASE.with(run).unwrap_or_else(|fault| panic!("{fault}: {text}"))
}

fn set(ids: &[String]) -> BTreeSet<&str> {
    ids.iter().map(String::as_str).collect()
}

/// What the payloads of queries have in common.
#[derive(Deserialize)]
struct Payload {
    filter_conditions: Option<Map<String, Value>>,
    sort: Option<Vec<Value>>,
}

/// The bytes as a payload of QueryUsers, and of QueryBannedUsers.
pub fn filter(data: &[u8]) {
    let payload: Payload = match decode(data) {
        Ok(payload) => payload,
        Err(refusal) => return assert!(!refusal.message.is_empty()),
    };
    let (conditions, sort) = (payload.filter_conditions.unwrap_or_default(), payload.sort.unwrap_or_default());
    if let Ok(query) = BANS.parse(&conditions, &sort) {
        assert!(run("b.user_id FROM bans b WHERE b.app", query.to_sql(NOW)).len() <= 3);
    }
    let query = match user_filter::parse(&conditions, &sort) {
        Ok(query) => query,
        Err(refusal) => return assert_eq!(refusal.code, Code::InputError, "{}", refusal.message),
    };
    let users = found(&query);
    let ids = set(&users);
    assert_eq!(ids.len(), users.len(), "a user was found twice");
    if let Some(asked) = query.ids() {
        assert!(ids.iter().all(|id| asked.iter().any(|other| other == id)), "{ids:?} of {asked:?}");
    }
    let own = found(&query.clone().restrict_to_teams(&["red".to_owned()]));
    assert!(set(&own).is_subset(&ids) && set(&own).is_subset(&BTreeSet::from(["a", "b"])), "{own:?}");
    alike(&conditions, &sort);
    for (key, value) in conditions.iter().filter(|(_, value)| is_a_value(value)) {
        finds_itself(key, value);
    }
}

/// Other ways to ask the same find the same; where they are refused, they were too deep or too many.
fn alike(conditions: &Map<String, Value>, sort: &[Value]) {
    let ask = |filter: Value, sort: &[Value]| {
        let filter = filter.as_object().cloned().unwrap_or_default();
        user_filter::parse(&filter, sort).ok().map(|query| found(&query))
    };
    let Some(users) = ask(json!(conditions), sort) else { return };
    for same in [json!({"$and": [conditions]}), json!({"$or": [conditions, conditions]})] {
        assert!(ask(same.clone(), sort).is_none_or(|others| others == users), "{same}");
    }
    if let Some(others) = ask(json!(conditions), &[]) {
        assert_eq!(set(&others), set(&users), "an order changes who is found");
    }
    let parts: Vec<Value> = conditions.iter().map(|(key, value)| json!({key: value})).collect();
    let each: Option<Vec<Vec<String>>> = parts.iter().map(|part| ask(part.clone(), sort)).collect();
    let (Some(each), Some(everyone)) = (each, ask(json!({}), &[])) else { return };
    let in_each = |id: &&str| each.iter().all(|ids| set(ids).contains(id));
    assert_eq!(set(&users), set(&everyone).into_iter().filter(in_each).collect(), "all of these: {parts:?}");
    if let Some(any) = ask(json!({"$or": parts}), sort) {
        assert_eq!(set(&any), each.iter().flat_map(|ids| set(ids)).collect(), "one of these: {parts:?}");
    }
}

/// Whether a condition is a value to be equal to.
fn is_a_value(value: &Value) -> bool {
    let is_test = |object: &Map<String, Value>| object.is_empty() || object.keys().any(|key| key.starts_with('$'));
    !value.as_object().is_some_and(is_test)
}

/// A user who has exactly the custom value that is asked for is found, and one who has nothing only by `null`.
fn finds_itself(key: &str, value: &Value) {
    let Some(path) = key.strip_prefix("custom.") else { return };
    let Ok(query) = user_filter::parse(&Map::from_iter([(key.to_owned(), value.clone())]), &[]) else { return };
    let custom = path.rsplit('.').fold(value.clone(), |inner, key| json!({key: inner}));
    let insert = |custom: &str| {
        DATABASE.with(|connection| {
            let row = "INSERT INTO users (app, id, role, custom, created_at, updated_at) VALUES (?1, 'own', 'user', ?2, 0, 0)";
            connection.execute(row, params![APP, custom]).expect("a row");
        });
        let users = found(&query);
        DATABASE.with(|connection| {
            connection.execute("DELETE FROM users WHERE app = ?1 AND id = 'own'", [APP]).expect("the row");
        });
        users.iter().any(|id| id == "own")
    };
    assert!(insert(&custom.to_string()), "{key:?} finds no {custom}");
    assert_eq!(insert("{}"), value.is_null(), "{key:?} of {value} and nothing");
}

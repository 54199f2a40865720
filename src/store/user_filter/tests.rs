use rusqlite::types::Value as Parameter;
use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};

use super::*;
use crate::error::Code;

mod found;
mod grammar;
mod model;
mod plans;
mod walk;

/// The app that is asked. Another one holds the same ids, to be left alone.
const APP: i64 = 7;
const NOW: Time = Time(1_000);

/// A user as a test writes it down.
#[derive(Clone, Debug)]
struct Row {
    id: String,
    name: Option<String>,
    role: String,
    language: String,
    teams: Vec<String>,
    custom: Map<String, Value>,
    created_at: i64,
    updated_at: i64,
    last_active: Option<i64>,
    ban: Option<Ban>,
}

#[derive(Clone, Debug)]
struct Ban {
    channel_cid: &'static str,
    shadow: bool,
    expires_at: Option<i64>,
}

impl Row {
    fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: None,
            role: "user".to_owned(),
            language: String::new(),
            teams: Vec::new(),
            custom: Map::new(),
            created_at: 1,
            updated_at: 1,
            last_active: None,
            ban: None,
        }
    }

    fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    fn in_teams(self, teams: &[&str]) -> Self {
        Self { teams: teams.iter().map(|team| (*team).to_owned()).collect(), ..self }
    }

    fn with(self, custom: Value) -> Self {
        Self { custom: object(custom), ..self }
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

fn empty_database() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(include_str!("../migrations/0001_init.sql")).unwrap();
    connection
}

fn database(rows: &[Row]) -> Connection {
    let connection = empty_database();
    for row in rows {
        insert(&connection, APP, row);
        let ban = Ban { channel_cid: "", shadow: false, expires_at: None };
        insert(&connection, APP + 1, &Row { ban: Some(ban), ..Row::new(&row.id) }.in_teams(&["red", "green"]));
    }
    connection
}

fn insert(connection: &Connection, app: i64, row: &Row) {
    let mut statement = connection
        .prepare_cached(
            "INSERT INTO users (app, id, name, role, language, teams, custom, created_at, updated_at, last_active) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )
        .unwrap();
    let teams = serde_json::to_string(&row.teams).unwrap();
    let custom = serde_json::to_string(&row.custom).unwrap();
    let built_in = params![
        app,
        row.id,
        row.name,
        row.role,
        row.language,
        teams,
        custom,
        row.created_at,
        row.updated_at,
        row.last_active
    ];
    statement.execute(built_in).unwrap();
    for team in &row.teams {
        connection.execute("INSERT INTO user_teams VALUES (?1, ?2, ?3)", params![app, team, row.id]).unwrap();
    }
    if let Some(ban) = &row.ban {
        connection
            .execute(
                "INSERT INTO bans (app, user_id, channel_cid, shadow, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, 1, ?5)",
                params![app, row.id, ban.channel_cid, ban.shadow, ban.expires_at],
            )
            .unwrap();
    }
}

fn parsed(filter: Value, sort: &Value) -> Result<UserQuery> {
    parse(&object(filter), sort.as_array().unwrap())
}

fn statement(sql: &Sql) -> String {
    format!("SELECT u.id, u.image FROM users u WHERE u.app = ?1 AND {} ORDER BY {}", sql.condition, sql.order_by)
}

fn run(connection: &Connection, query: &UserQuery) -> rusqlite::Result<Vec<String>> {
    let sql = query.to_sql(NOW);
    let bound = std::iter::once(Parameter::Integer(APP)).chain(sql.params.iter().cloned());
    connection.prepare(&statement(&sql))?.query_map(rusqlite::params_from_iter(bound), |row| row.get(0))?.collect()
}

fn found(connection: &Connection, filter: Value, sort: &Value) -> Vec<String> {
    run(connection, &parsed(filter, sort).unwrap()).unwrap()
}

fn refusal(filter: Value) -> String {
    refusal_of(filter, &json!([]))
}

fn refusal_of(filter: Value, sort: &Value) -> String {
    let error = parsed(filter, sort).unwrap_err();
    assert_eq!(error.code, Code::InputError);
    error.message.into_owned()
}

//! SQLite as the store uses it: statements that stay prepared, and our own types as its columns.

use rusqlite::config::DbConfig;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Error, Result, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::auth::facts::End;
use crate::auth::fingerprint::Fingerprint;
use crate::clock::{ClockMode, Time};
use crate::ids::{AppId, FeedId, UserId};
use crate::model::feeds::feed::{Location, Visibility};
use crate::model::feeds::follow::FollowStatus;
use crate::model::feeds::member::MemberStatus;
use crate::model::feeds::object::ObjectKind;
use crate::model::feeds::revision::Action;
use crate::model::user::Deletion;
use crate::query::add_distance;

/// Statements that a connection keeps prepared.
const STATEMENTS_MAX: usize = 256;

/// Has a connection keep its statements prepared, and their plans whatever is bound to them: otherwise SQLite looks
/// at the values, and plans a statement anew each time it is used, which costs more than most queries do.
pub fn keep_statements(conn: &Connection) -> Result<()> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    add_distance(conn)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

/// Counts the statements of this thread's connection: how many an answer takes is held by tests.
#[cfg(test)]
pub mod counted {
    use std::cell::Cell;

    use rusqlite::trace::TraceEventCodes;
    use rusqlite::{Connection, Result};

    thread_local! {
        static RUN: Cell<usize> = const { Cell::new(0) };
    }

    /// Has the statements of a connection counted from now on.
    pub fn watch(conn: &mut Connection) -> Result<()> {
        conn.trace_v2(
            TraceEventCodes::SQLITE_TRACE_STMT,
            Some(|_: rusqlite::trace::TraceEvent<'_>| RUN.set(RUN.get() + 1)),
        )
    }

    /// How many statements were run by something on this thread, and what it came to.
    pub fn statements<T>(work: impl FnOnce() -> T) -> (usize, T) {
        let before = RUN.get();
        let result = work();
        (RUN.get() - before, result)
    }
}

/// A row's columns one after the other, in the order in which the statement names them: finding each by its name costs
/// more than reading it.
pub struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    pub fn of(row: &'a Row<'a>) -> Self {
        Self { row, next: 0 }
    }

    pub fn take<T: FromSql>(&mut self) -> Result<T> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    /// A list or an object.
    pub fn json<T: DeserializeOwned + Default>(&mut self) -> Result<T> {
        self.next += 1;
        // Most are empty.
        match self.row.get_ref(self.next - 1)? {
            ValueRef::Text(b"[]" | b"{}") => Ok(T::default()),
            _ => json(self.row, self.next - 1),
        }
    }
}

/// What a column of JSON holds.
pub fn json<T: DeserializeOwned>(row: &Row<'_>, at: usize) -> Result<T> {
    row.get(at).map(|Json(value)| value)
}

/// A column of JSON.
#[derive(Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        json_text(&self.0)
    }
}

/// What is written into a column of JSON.
pub fn json_text<T: Serialize>(value: &T) -> Result<ToSqlOutput<'static>> {
    let text = serde_json::to_string(value);
    text.map(ToSqlOutput::from).map_err(|cause| Error::ToSqlConversionFailure(Box::new(cause)))
}

/// Runs a statement without rows that stays prepared.
pub fn run(conn: &Connection, sql: &str) -> Result<()> {
    conn.prepare_cached(sql)?.execute([]).map(drop)
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(|cause| FromSqlError::Other(Box::new(cause)))
    }
}

impl ToSql for Time {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.0.into())
    }
}

impl FromSql for Time {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self)
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Self::Integer(time.0)
    }
}

impl ToSql for AppId {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.0.into())
    }
}

impl FromSql for AppId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self)
    }
}

impl From<AppId> for Value {
    fn from(app: AppId) -> Self {
        Self::Integer(app.0)
    }
}

impl ToSql for UserId {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for UserId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(Self::trusted)
    }
}

impl ToSql for Fingerprint {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for Fingerprint {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        word(value, Self::parse)
    }
}

/// Types that are one of a few words.
macro_rules! words {
    ($($name:ident),*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                Ok(self.name().into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                word(value, Self::parse)
            }
        }
    )*};
}

words!(End, Deletion, Visibility, FollowStatus, MemberStatus, ObjectKind, Action);

fn word<T>(value: ValueRef<'_>, parse: impl FnOnce(&str) -> Option<T>) -> FromSqlResult<T> {
    let text = value.as_str()?;
    parse(text).ok_or_else(|| FromSqlError::Other(format!("\"{text}\" is no word that millpond wrote").into()))
}

/// A feed's address out of the columns of its group and of its id.
pub fn feed_id(group: &str, id: &str) -> Result<FeedId> {
    FeedId::new(group, id).ok_or_else(|| Error::InvalidColumnName(format!("{group}:{id}")))
}

/// A place out of two columns.
pub fn location(lat: Option<f64>, lng: Option<f64>) -> Option<Location> {
    Some(Location { lat: lat?, lng: lng? })
}

/// How a clock runs, as two columns.
pub fn clock_columns(clock: ClockMode) -> (&'static str, i64) {
    match clock {
        ClockMode::System => ("system", 0),
        ClockMode::Offset(ns) => ("offset", ns),
        ClockMode::Frozen(at) => ("frozen", at.0),
    }
}

/// The same out of the columns `clock_mode` and `clock_ns`.
pub fn clock_of(row: &Row<'_>) -> Result<ClockMode> {
    let ns = row.get("clock_ns")?;
    Ok(match row.get::<_, String>("clock_mode")?.as_str() {
        "offset" => ClockMode::Offset(ns),
        "frozen" => ClockMode::Frozen(Time(ns)),
        _ => ClockMode::System,
    })
}

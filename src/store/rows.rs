//! Rows as they are, of the tables that fixtures carry so: read and written column by column, as [`TABLES`] and the schema tell,
//! so that a new table or column needs nothing here.

use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{ErrorCode, params_from_iter};
use serde_json::{Map, Number, Value};

use super::tables::{self, TABLES, Table};
use super::tx::{ReadTx, WriteTx};
use crate::error::{ApiError, Result};

/// A row: column -> value.
pub type Row = Map<String, Value>;

/// The largest number of a feed or an activity, which is also one that every reader of JSON has exactly.
pub const NUMBER_MAX: u64 = (1 << 53) - 1;

/// How deep JSON of a column is written as JSON. Deeper it is written as text, since a fixture has a depth of its own.
const NESTED_MAX: usize = 64;
/// The longest key of JSON that is written as JSON, in bytes: what a fixture reads as a key.
const NESTED_KEY_MAX_BYTES: usize = 1024;

/// A column, and what JSON it holds.
pub struct Column {
    name: String,
    holds: Holds,
}

#[derive(Clone, Copy, PartialEq)]
enum Holds {
    Plain,
    Object,
    Array,
}

/// Why a row cannot be written.
pub enum Fault {
    /// The table has no such column.
    NoColumn { column: String, known: Vec<String> },
    /// The database refuses a value, of a column if that can be told.
    Value { column: Option<String>, why: String },
    /// The app has other rows.
    Taken,
}

/// The tables, in the order in which their rows are written.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|table| table.row_by_row)
}

/// The columns of a table, as the database knows them.
pub fn columns_of(tx: &ReadTx<'_>, table: &Table) -> Result<Vec<Column>> {
    let mut query = tx.conn().prepare_cached("SELECT dflt_value FROM pragma_table_info(?1) WHERE name = ?2")?;
    let column = |name: String| {
        let default: Option<String> = query.query_row([table.name, &name], |row| row.get(0))?;
        let holds = match default.as_deref() {
            Some("'{}'") => Holds::Object,
            Some("'[]'") => Holds::Array,
            _ => Holds::Plain,
        };
        Ok(Column { name, holds })
    };
    tables::columns(tx.conn(), table.name)?.into_iter().map(column).collect()
}

/// Every row of these tables, by table, in the order of their keys. Tables without rows are left out, and so is NULL.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<(&'static str, Vec<Row>)>> {
    let mut all = Vec::new();
    for table in tables() {
        let columns = columns_of(tx, table)?;
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let Table { name, key, .. } = table;
        let sql = format!("SELECT {} FROM {name} WHERE app = ?1 ORDER BY {key}", names.join(", "));
        let mut query = tx.conn().prepare_cached(&sql)?;
        let mut found = query.query([tx.app])?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let mut given = Row::new();
            for (at, column) in columns.iter().enumerate() {
                let value = shown(row.get_ref(at)?, column.holds)?;
                if !value.is_null() {
                    given.insert(column.name.clone(), value);
                }
            }
            rows.push(given);
        }
        if !rows.is_empty() {
            all.push((*name, rows));
        }
    }
    Ok(all)
}

fn shown(value: ValueRef<'_>, holds: Holds) -> Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        // What JSON has no number for, SQL reads from such a text.
        ValueRef::Real(number) => {
            Number::from_f64(number).map_or_else(|| if number > 0.0 { "9e999" } else { "-9e999" }.into(), Value::Number)
        }
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).map_err(|cause| ApiError::internal(&cause))?;
            nested(text, holds).unwrap_or_else(|| text.into())
        }
        ValueRef::Blob(_) => return Err(ApiError::internal(&"a column holds bytes, which a fixture cannot")),
    })
}

/// The JSON that a text is, if it is written again as the same text, and fits into a fixture.
fn nested(text: &str, holds: Holds) -> Option<Value> {
    let value = parsed(text, holds)?;
    let again = serde_json::to_string(&value).ok()?;
    (again == text && fits(&value, NESTED_MAX)).then_some(value)
}

fn parsed(text: &str, holds: Holds) -> Option<Value> {
    if holds == Holds::Plain {
        return None;
    }
    serde_json::from_str(text).ok().filter(|value| is(value, holds))
}

fn is(value: &Value, holds: Holds) -> bool {
    match value {
        Value::Object(_) => holds == Holds::Object,
        Value::Array(_) => holds == Holds::Array,
        _ => false,
    }
}

fn fits(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| fits(item, levels - 1)),
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| key.len() <= NESTED_KEY_MAX_BYTES && fits(value, levels - 1);
            levels > 0 && map.iter().all(entry)
        }
        _ => true,
    }
}

/// Whether the app has no row in any of these tables.
pub fn are_none(tx: &ReadTx<'_>) -> Result<bool> {
    for Table { name, .. } in tables() {
        if tx.conn().prepare_cached(&format!("SELECT 1 FROM {name} WHERE app = ?1 LIMIT 1"))?.exists([tx.app])? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes a row.
pub fn add(tx: &WriteTx<'_>, table: &Table, columns: &[Column], row: &Row) -> Result<Result<(), Fault>> {
    let (names, values) = match said(tx, columns, row) {
        Ok(said) => said,
        Err(fault) => return Ok(Err(fault)),
    };
    let name = table.name;
    let list = names.iter().fold("app".to_owned(), |list, name| format!("{list}, {name}"));
    let marks = vec!["?"; values.len()].join(", ");
    let written = tx
        .conn()
        .prepare_cached(&format!("INSERT INTO {name} ({list}) VALUES ({marks})"))?
        .execute(params_from_iter(values));
    match written {
        Ok(_) => Ok(Ok(())),
        Err(rusqlite::Error::SqliteFailure(cause, Some(why)))
            if [ErrorCode::ConstraintViolation, ErrorCode::TypeMismatch, ErrorCode::TooBig].contains(&cause.code) =>
        {
            // It ends with the column where it is about one.
            let column = why.rsplit('.').next().filter(|end| columns.iter().any(|column| column.name == *end));
            Ok(Err(Fault::Value { column: column.map(str::to_owned), why }))
        }
        Err(cause) => Err(cause.into()),
    }
}

/// Refuses a row that is not there just so.
pub fn is_there(tx: &WriteTx<'_>, table: &Table, columns: &[Column], row: &Row) -> Result<Result<(), Fault>> {
    let (names, values) = match said(tx, columns, row) {
        Ok(said) => said,
        Err(fault) => return Ok(Err(fault)),
    };
    let same = names.iter().fold("app = ?".to_owned(), |same, name| format!("{same} AND {name} IS ?"));
    let sql = format!("SELECT 1 FROM {} WHERE {same}", table.name);
    let there = tx.conn().prepare_cached(&sql)?.exists(params_from_iter(values))?;
    Ok(if there { Ok(()) } else { Err(Fault::Taken) })
}

/// The names of the columns that a row names, out of those that there are, and what goes into them, behind the app's number.
fn said<'c>(tx: &ReadTx<'_>, columns: &'c [Column], row: &Row) -> Result<(Vec<&'c str>, Vec<Sql>), Fault> {
    let (mut names, mut values) = (Vec::new(), vec![tx.app.into()]);
    for (name, value) in row {
        let Some(column) = columns.iter().find(|column| column.name == *name) else {
            let known = columns.iter().map(|column| column.name.clone()).collect();
            return Err(Fault::NoColumn { column: name.clone(), known });
        };
        let why = |why| Fault::Value { column: Some(name.clone()), why };
        names.push(column.name.as_str());
        values.push(meant(value, column.holds).map_err(|what| why(format!("`{name}` takes {what}")))?);
    }
    Ok((names, values))
}

/// The value as a column has it, or what the column takes. Which plain values suit it, the database says.
fn meant(value: &Value, holds: Holds) -> Result<Sql, &'static str> {
    let wanted = match holds {
        Holds::Plain => "a text, a number or null",
        Holds::Object => "an object, or the JSON of one as a text",
        Holds::Array => "an array, or the JSON of one as a text",
    };
    match value {
        Value::Null => Ok(Sql::Null),
        Value::String(text) if holds == Holds::Plain || parsed(text, holds).is_some() => Ok(Sql::Text(text.clone())),
        Value::Number(number) if holds == Holds::Plain => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Ok(Sql::Integer(whole)),
            (None, Some(_)) => Err("no whole number that large"),
            (None, None) => number.as_f64().map(Sql::Real).ok_or(wanted),
        },
        nested if is(nested, holds) => Ok(Sql::Text(nested.to_string())),
        _ => Err(wanted),
    }
}

/// The last number that was given to a feed or an activity.
pub fn counter(tx: &ReadTx<'_>) -> Result<u64> {
    let mut query = tx.conn().prepare_cached("SELECT feeds_counter FROM states WHERE app = ?1")?;
    let counter: i64 = query.query_row([tx.app], |row| row.get(0))?;
    Ok(counter.unsigned_abs())
}

/// Has the numbers of feeds and activities go on behind this one and behind all that rows have, so that none is given twice.
pub fn count_on(tx: &WriteTx<'_>, given: u64) -> Result<()> {
    let mut last = given.max(counter(tx)?);
    for Table { name, .. } in tables().filter(|table| table.key == "no") {
        let sql = format!("SELECT min(no), max(no) FROM {name} WHERE app = ?1");
        let ends = tx.conn().prepare_cached(&sql)?.query_row([tx.app], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (Some(first), Some(highest)): (Option<i64>, Option<i64>) = ends else { continue };
        let highest = u64::try_from(highest).ok().filter(|highest| first > 0 && *highest <= NUMBER_MAX);
        let Some(highest) = highest else {
            return Err(ApiError::input(format!("the numbers (`no`) of `{name}` are from 1 to {NUMBER_MAX}")));
        };
        last = last.max(highest);
    }
    let last = i64::try_from(last.min(NUMBER_MAX)).unwrap_or(i64::MAX);
    tx.conn()
        .prepare_cached("UPDATE states SET feeds_counter = ?2 WHERE app = ?1 AND feeds_counter <> ?2")?
        .execute(rusqlite::params![tx.app, last])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_nested_when_it_comes_back_as_the_same_text_and_fits() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        let key = |length: usize| format!(r#"{{"{}":1}}"#, "k".repeat(length));
        for (text, holds, is_nested) in [
            (r#"{"b":1,"a":[2.5,null]}"#, Holds::Object, true),
            (r#"{"b": 1}"#, Holds::Object, false),
            (r#"{"b":1,"b":2}"#, Holds::Object, false),
            (r#"{"b":1}"#, Holds::Plain, false),
            (r#"{"b":1}"#, Holds::Array, false),
            (&deep(NESTED_MAX), Holds::Array, true),
            (&deep(NESTED_MAX + 1), Holds::Array, false),
            (&key(NESTED_KEY_MAX_BYTES), Holds::Object, true),
            (&key(NESTED_KEY_MAX_BYTES + 1), Holds::Object, false),
        ] {
            assert_eq!(nested(text, holds).is_some(), is_nested, "{text}");
        }
    }
}

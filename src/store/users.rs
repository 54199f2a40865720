//! The `users` table, and `user_teams` beside it.

use std::fmt::Write as _;
use std::sync::LazyLock;

use rusqlite::types::{ToSql, ToSqlOutput, Value as Sql};
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::sql::{Columns, Json, json_text};
use super::tables::{TABLES, Table};
use super::token_times;
use super::tx::{ReadTx, WriteTx};
use super::user_filter::UserQuery;
use crate::auth::facts::UserFacts;
use crate::clock::Time;
use crate::error::Result;
use crate::ids::{AppId, UserId};
use crate::model::user::{ActiveBan, User};
use crate::query::page::Page;
use crate::settings::UniqueUsernames;

/// What memory has to know of a user.
fn facts(user: &User) -> UserFacts {
    UserFacts {
        revocation: user.revocation,
        deactivated: user.deactivated_at.is_some(),
        deleted: user.deleted_at.is_some(),
        role: user.role.clone(),
        teams: user.teams.clone(),
    }
}

/// The columns of a user, of the ban that holds and of the blocked ids.
const COLUMNS: &str =
    "u.id, u.name, u.image, u.role, u.teams, u.teams_role, u.language, u.invisible, u.privacy_settings,
        u.custom, u.created_at, u.updated_at, u.last_active, u.deactivated_at, u.deleted_at, u.deletion,
        u.revoke_tokens_issued_before, u.revocation, b.shadow, b.expires_at,
        (SELECT json_group_array(blocked_id) FROM blocks WHERE app = u.app AND user_id = u.id) AS blocked";

/// Where [`COLUMNS`] come from; `now` is the parameter with the moment at which a ban has to hold.
fn from(now: &str) -> String {
    format!(
        "FROM users u
         LEFT JOIN bans b ON b.app = u.app AND b.user_id = u.id AND b.channel_cid = ''
            AND (b.expires_at IS NULL OR b.expires_at > {now})"
    )
}

/// Reads [`COLUMNS`], in their order.
fn user_of(tx: &ReadTx<'_>, columns: &mut Columns<'_>) -> rusqlite::Result<User> {
    let id: UserId = columns.take()?;
    Ok(User {
        online: tx.is_online(id.as_str()),
        id,
        name: columns.take()?,
        image: columns.take()?,
        role: columns.take()?,
        teams: columns.json()?,
        teams_role: columns.json()?,
        language: columns.take()?,
        invisible: columns.take()?,
        privacy_settings: columns.take::<Option<Json<_>>>()?.map(|Json(set)| set),
        custom: columns.json()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
        last_active: columns.take()?,
        deactivated_at: columns.take()?,
        deleted_at: columns.take()?,
        deletion: columns.take()?,
        revocation: token_times::revocation(columns.take()?, columns.take()?),
        ban: ban_of(columns.take()?, columns.take()?),
        blocked_ids: columns.json()?,
    })
}

fn ban_of(shadow: Option<bool>, expires_at: Option<Time>) -> Option<ActiveBan> {
    shadow.map(|shadow| ActiveBan { shadow, expires_at })
}

/// The user of that id, deleted ones included.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<User>> {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {COLUMNS} {} WHERE u.app = ?1 AND u.id = ?2", from("?3")));
    let mut query = tx.conn().prepare_cached(&TEXT)?;
    let found = query.query_row(params![tx.app, id, tx.now], |row| user_of(tx, &mut Columns::of(row))).optional()?;
    Ok(found)
}

/// The users of these ids, deleted ones included.
pub fn by_ids(tx: &ReadTx<'_>, ids: &[&str]) -> Result<Vec<User>> {
    let text =
        format!("SELECT {COLUMNS} {} WHERE u.app = ?1 AND u.id IN (SELECT value FROM json_each(?2))", from("?3"));
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, Json(ids), tx.now], |row| user_of(tx, &mut Columns::of(row)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Hands over every user of the app, deleted ones included, by id.
pub fn each(tx: &ReadTx<'_>, mut take: impl FnMut(User)) -> Result<()> {
    let text = format!("SELECT {COLUMNS} {} WHERE u.app = ?1 ORDER BY u.id", from("?2"));
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, tx.now], |row| user_of(tx, &mut Columns::of(row)))?;
    for row in rows {
        take(row?);
    }
    Ok(())
}

/// Whether there is a user of that id who is not deleted.
pub fn exists(tx: &ReadTx<'_>, id: &str) -> Result<bool> {
    let mut query =
        tx.conn().prepare_cached("SELECT 1 FROM users WHERE app = ?1 AND id = ?2 AND deleted_at IS NULL")?;
    Ok(query.exists(params![tx.app, id])?)
}

/// How many users there are who are not deleted.
pub fn count(tx: &ReadTx<'_>) -> Result<i64> {
    let mut query = tx.conn().prepare_cached("SELECT count(*) FROM users WHERE app = ?1 AND deleted_at IS NULL")?;
    Ok(query.query_row([tx.app], |row| row.get(0))?)
}

/// A column of what is a user's own, beside the key.
struct Column {
    name: &'static str,
    differs: fn(&User, &User) -> bool,
    value: for<'a> fn(&'a User) -> rusqlite::Result<ToSqlOutput<'a>>,
}

macro_rules! column {
    ($field:ident) => {
        column!($field, $field, |user| user.$field.to_sql())
    };
    ($field:ident as json) => {
        column!($field, $field, |user| json_text(&user.$field))
    };
    ($name:ident, $field:ident, $value:expr) => {
        Column { name: stringify!($name), differs: |one, other| one.$field != other.$field, value: $value }
    };
}

/// What [`save`] and [`change`] write.
const WRITTEN: [Column; 18] = [
    column!(name),
    column!(name_key, name, |user| Ok(or_null(user.name.as_deref().and_then(name_key).map(ToSqlOutput::from)))),
    column!(image),
    column!(role),
    column!(teams as json),
    column!(teams_role as json),
    column!(language),
    column!(invisible),
    column!(privacy_settings, privacy_settings, |user| user
        .privacy_settings
        .as_ref()
        .map(json_text)
        .transpose()
        .map(or_null)),
    column!(custom as json),
    column!(created_at),
    column!(updated_at),
    column!(last_active),
    column!(deactivated_at),
    column!(deleted_at),
    column!(deletion),
    column!(revoke_tokens_issued_before, revocation, |user| Ok(or_null(
        user.revocation.map(|revocation| ToSqlOutput::from(revocation.before.0))
    ))),
    column!(revocation, revocation, |user| user.revocation.as_ref().map(json_text).transpose().map(or_null)),
];

fn or_null(value: Option<ToSqlOutput<'_>>) -> ToSqlOutput<'_> {
    value.unwrap_or(ToSqlOutput::Owned(Sql::Null))
}

static SAVE: LazyLock<String> = LazyLock::new(|| {
    let (mut names, mut values, mut renewed) = (String::new(), String::new(), String::new());
    for (at, Column { name, .. }) in WRITTEN.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(names, ", {name}");
        let _ = write!(values, ", ?{}", at + 3);
        let _ = write!(renewed, "{}{name} = excluded.{name}", if at == 0 { "" } else { ", " });
    }
    format!("INSERT INTO users (app, id{names}) VALUES (?1, ?2{values}) ON CONFLICT (app, id) DO UPDATE SET {renewed}")
});

/// Writes a user, whatever was there: all columns, and the teams beside it. Tells memory what changed.
pub fn save(tx: &WriteTx<'_>, user: &User) -> Result<()> {
    write(tx, &SAVE, &WRITTEN.each_ref(), user)?;
    save_teams(tx, user)?;
    tx.facts_changed(user.id.clone(), facts(user));
    Ok(())
}

/// Writes what has changed of a user who lies there as `before`: each index on a column that is written costs as much as the
/// row. Tells memory what changed.
pub fn change(tx: &WriteTx<'_>, before: &User, after: &User) -> Result<()> {
    let changed: Vec<_> = WRITTEN.iter().filter(|column| (column.differs)(before, after)).collect();
    let mut set = String::new();
    for (at, Column { name, .. }) in changed.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(set, "{}{name} = ?{}", if at == 0 { "" } else { ", " }, at + 3);
    }
    if !changed.is_empty() {
        write(tx, &format!("UPDATE users SET {set} WHERE app = ?1 AND id = ?2"), &changed, after)?;
    }
    if before.teams != after.teams {
        save_teams(tx, after)?;
    }
    let known = facts(after);
    if facts(before) != known {
        tx.facts_changed(after.id.clone(), known);
    }
    Ok(())
}

/// Runs a statement that is given the app, the id and what is written into these columns.
fn write(tx: &WriteTx<'_>, sql: &str, columns: &[&Column], user: &User) -> Result<()> {
    let key = [tx.app.to_sql(), user.id.to_sql()];
    let values = key.into_iter().chain(columns.iter().map(|column| (column.value)(user)));
    let values = values.collect::<rusqlite::Result<Vec<_>>>()?;
    tx.conn().prepare_cached(sql)?.execute(params_from_iter(values))?;
    Ok(())
}

/// Writes the teams beside a user.
fn save_teams(tx: &WriteTx<'_>, user: &User) -> Result<()> {
    let conn = tx.conn();
    conn.prepare_cached("DELETE FROM user_teams WHERE app = ?1 AND user_id = ?2")?.execute(params![tx.app, user.id])?;
    let mut insert =
        conn.prepare_cached("INSERT OR IGNORE INTO user_teams (app, team, user_id) VALUES (?1, ?2, ?3)")?;
    for team in &user.teams {
        insert.execute(params![tx.app, team, user.id])?;
    }
    Ok(())
}

/// Removes everything that hangs on a user but the row itself, which stays as the mark of the deletion.
pub fn strip(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    clear(tx, id)?;
    TABLES.iter().try_for_each(|table| remove(tx, table, table.about, id))
}

/// Removes what is the user's own, such as devices. Who has blocked or muted the user still has.
pub fn clear(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    TABLES.iter().try_for_each(|table| remove(tx, table, table.owner, id))
}

/// Removes the rows of a table that have the user in this column, if there is such a column.
fn remove(tx: &WriteTx<'_>, table: &Table, column: Option<&str>, id: &str) -> Result<()> {
    if let Some(column) = column {
        let sql = format!("DELETE FROM {} WHERE app = ?1 AND {column} = ?2", table.name);
        tx.conn().prepare_cached(&sql)?.execute(params![tx.app, id])?;
    }
    Ok(())
}

/// Whom a user has blocked, and since when: the newest, newest first.
pub fn blocked_by(tx: &ReadTx<'_>, user_id: &str, most: u32) -> Result<Vec<(User, Time)>> {
    let text = format!(
        "SELECT {COLUMNS}, k.created_at AS since {} JOIN blocks k ON k.app = u.app AND k.blocked_id = u.id
         WHERE u.app = ?1 AND k.user_id = ?2 ORDER BY k.created_at DESC, k.blocked_id LIMIT ?4",
        from("?3")
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, user_id, tx.now, most], |row| {
        let mut columns = Columns::of(row);
        Ok((user_of(tx, &mut columns)?, columns.take()?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A page of a query's users.
pub fn select(tx: &ReadTx<'_>, query: &UserQuery, page: Page, whom: &Whom) -> Result<Vec<User>> {
    // One user by its id has no order, and is worth no statement of its own.
    if let (Some([id]), 0) = (query.ids(), page.offset) {
        return Ok(get(tx, id)?.filter(|user| whom.has(user)).into_iter().collect());
    }
    let mut sql = query.to_sql(tx.now);
    let now = sql.bind(tx.now);
    let limit = sql.bind(page.limit);
    let offset = sql.bind(page.offset);
    let whom = match whom {
        Whom::Active => "u.deleted_at IS NULL AND u.deactivated_at IS NULL",
        Whom::NotDeleted => "u.deleted_at IS NULL",
        Whom::Deactivated => "u.deleted_at IS NULL AND u.deactivated_at IS NOT NULL",
        Whom::Deleted => "u.deleted_at IS NOT NULL",
        Whom::Among(ids) => {
            let ids = sql.bind(serde_json::json!(ids).to_string());
            &format!("u.deleted_at IS NULL AND u.id IN (SELECT value FROM json_each({ids}))")
        }
    };
    let text = format!(
        "SELECT {COLUMNS} {} WHERE u.app = ?1 AND {whom} AND ({}) ORDER BY {} LIMIT {limit} OFFSET {offset}",
        from(&now),
        sql.condition,
        sql.order_by
    );
    let mut statement = tx.conn().prepare_cached(&text)?;
    let params = std::iter::once(Sql::from(tx.app)).chain(sql.params);
    let rows = statement.query_map(params_from_iter(params), |row| user_of(tx, &mut Columns::of(row)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Users by their state.
#[derive(Clone, Debug)]
pub enum Whom {
    /// Neither deactivated nor deleted.
    Active,
    /// All but deleted ones, whom Stream's API never shows (wire-contract 4.2).
    NotDeleted,
    /// Deactivated ones.
    Deactivated,
    /// Deleted ones of whom something is kept.
    Deleted,
    /// Those of these ids who are not deleted.
    Among(Vec<String>),
}

impl Whom {
    fn has(&self, user: &User) -> bool {
        let (is_deleted, is_deactivated) = (user.deleted_at.is_some(), user.deactivated_at.is_some());
        match self {
            Self::Active => user.is_active(),
            Self::NotDeleted => !is_deleted,
            Self::Deactivated => !is_deleted && is_deactivated,
            Self::Deleted => is_deleted,
            Self::Among(ids) => !is_deleted && ids.iter().any(|id| id == user.id.as_str()),
        }
    }
}

/// One user who has this role, if any.
pub fn with_role(tx: &ReadTx<'_>, role: &str) -> Result<Option<UserId>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT id FROM users WHERE app = ?1 AND role = ?2 AND deleted_at IS NULL ORDER BY id LIMIT 1",
    )?;
    let id = query.query_row(params![tx.app, role], |row| row.get(0)).optional()?;
    Ok(id)
}

/// The name as `enforce_unique_usernames` compares it: lower case, letters and digits alone (wire-contract 4.1).
pub fn name_key(name: &str) -> Option<String> {
    let key: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    Some(key).filter(|key| !key.is_empty())
}

/// Whether somebody else has the name; in which team when only teams count.
pub fn name_clash(tx: &ReadTx<'_>, user: &User, rule: UniqueUsernames) -> Result<Option<Option<String>>> {
    let Some(key) = user.name.as_deref().and_then(name_key) else { return Ok(None) };
    let taken = "SELECT 1 FROM users u WHERE u.app = ?1 AND u.name_key = ?2 AND u.id <> ?3 AND u.deleted_at IS NULL AND u.deactivated_at IS NULL";
    let conn = tx.conn();
    match rule {
        UniqueUsernames::No => Ok(None),
        UniqueUsernames::App => {
            let exists = conn.prepare_cached(taken)?.exists(params![tx.app, key, user.id])?;
            Ok(exists.then_some(None))
        }
        UniqueUsernames::Team => {
            let in_team = "SELECT 1 FROM user_teams t WHERE t.app = u.app AND t.user_id = u.id AND t.team = ?4";
            let mut query = conn.prepare_cached(&format!("{taken} AND EXISTS ({in_team})"))?;
            for team in &user.teams {
                if query.exists(params![tx.app, key, user.id, team])? {
                    return Ok(Some(Some(team.clone())));
                }
            }
            Ok(None)
        }
    }
}

/// The users of whom memory has to know something special.
pub fn exceptional(conn: &Connection, app: AppId) -> Result<Vec<(UserId, UserFacts)>> {
    let mut query = conn.prepare_cached(
        "SELECT id, role, teams, revoke_tokens_issued_before, revocation, deactivated_at IS NOT NULL, deleted_at IS NOT NULL FROM users
         WHERE app = ?1 AND (revoke_tokens_issued_before IS NOT NULL OR deactivated_at IS NOT NULL OR deleted_at IS NOT NULL
            OR role <> 'user' OR teams <> '[]')",
    )?;
    let rows = query.query_map([app], |row| {
        let mut columns = Columns::of(row);
        let user = columns.take()?;
        let facts = UserFacts {
            role: columns.take()?,
            teams: columns.json()?,
            revocation: token_times::revocation(columns.take()?, columns.take()?),
            deactivated: columns.take()?,
            deleted: columns.take()?,
        };
        Ok((user, facts))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

//! The `user_groups` table, and that of their members.

use rusqlite::{OptionalExtension, Row, named_params, params};

use super::sql::{Columns, Json};
use super::tx::{ReadTx, WriteTx};
use crate::clock::Time;
use crate::error::Result;
use crate::ids::UserId;
use crate::model::user_group::{UserGroup, UserGroupMember};

/// The columns of a group, for [`group_of`].
const COLUMNS: &str = "g.id, g.name, g.description, g.team_id, g.created_by, g.created_at, g.updated_at";

/// Reads [`COLUMNS`], in their order.
fn group_of(row: &Row<'_>) -> rusqlite::Result<UserGroup> {
    let mut columns = Columns::of(row);
    Ok(UserGroup {
        id: columns.take()?,
        name: columns.take()?,
        description: columns.take()?,
        team_id: columns.take()?,
        created_by: columns.take()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
    })
}

/// The group of that id.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<UserGroup>> {
    let text = format!("SELECT {COLUMNS} FROM user_groups g WHERE g.app = ?1 AND g.id = ?2");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_row(params![tx.app, id], group_of).optional()?)
}

/// Groups behind a moment and, of that moment, an id: the oldest first. Those of a team alone, where one is named.
pub fn behind(tx: &ReadTx<'_>, (moment, id): (Time, &str), team: Option<&str>, limit: i64) -> Result<Vec<UserGroup>> {
    let text = format!(
        "SELECT {COLUMNS} FROM user_groups g
         WHERE g.app = ?1 AND (g.created_at, g.id) > (?2, ?3) AND (?4 IS NULL OR g.team_id = ?4)
         ORDER BY g.created_at, g.id LIMIT ?5"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, moment, id, team, limit], group_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Groups whose names begin so, whatever the case, behind a name and, of that name, an id: by name. Those of a team alone, where
/// one is named.
pub fn named(
    tx: &ReadTx<'_>,
    begin: &str,
    (name, id): (&str, Option<&str>),
    team: Option<&str>,
    limit: i64,
) -> Result<Vec<UserGroup>> {
    let text = format!(
        "SELECT {COLUMNS} FROM user_groups g
         WHERE g.app = :app AND g.name_key >= :begin AND substr(g.name_key, 1, length(:begin)) = :begin
            AND (g.name_key > :name OR (g.name_key = :name AND g.id > :id)) AND (:team IS NULL OR g.team_id = :team)
         ORDER BY g.name_key, g.id LIMIT :limit"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(
        named_params! {
            ":app": tx.app, ":begin": begin.to_lowercase(), ":name": name.to_lowercase(), ":id": id, ":team": team,
            ":limit": limit,
        },
        group_of,
    )?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a group: all columns.
pub fn save(tx: &WriteTx<'_>, group: &UserGroup) -> Result<()> {
    let UserGroup { id, name, description, team_id, created_by, created_at, updated_at } = group;
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO user_groups (app, id, name, name_key, description, team_id, created_by, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            tx.app,
            id,
            name,
            name.to_lowercase(),
            description,
            team_id,
            created_by,
            created_at,
            updated_at
        ])?;
    Ok(())
}

/// Removes a group with its members.
pub fn remove(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    for sql in [
        "DELETE FROM user_group_members WHERE app = ?1 AND group_id = ?2",
        "DELETE FROM user_groups WHERE app = ?1 AND id = ?2",
    ] {
        tx.conn().prepare_cached(sql)?.execute(params![tx.app, id])?;
    }
    Ok(())
}

/// The members of a group, the first first.
pub fn members(tx: &ReadTx<'_>, group: &str) -> Result<Vec<UserGroupMember>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT m.group_id, m.user_id, m.is_admin, m.created_at FROM user_group_members m
         WHERE m.app = ?1 AND m.group_id = ?2 ORDER BY m.created_at, m.user_id",
    )?;
    let rows = query.query_map(params![tx.app, group], |row| {
        let mut columns = Columns::of(row);
        Ok(UserGroupMember {
            group_id: columns.take()?,
            user_id: columns.take()?,
            is_admin: columns.take()?,
            created_at: columns.take()?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Has users be members of a group. Who is one already stays it since when he was; what he is of it may be another.
pub fn add(tx: &WriteTx<'_>, group: &str, users: &[UserId], is_admin: Option<bool>) -> Result<()> {
    let mut insert = tx.conn().prepare_cached(
        "INSERT INTO user_group_members (app, group_id, user_id, is_admin, created_at) VALUES (?1, ?2, ?3, coalesce(?4, 0), ?5)
         ON CONFLICT (app, group_id, user_id) DO UPDATE SET is_admin = coalesce(?4, is_admin)",
    )?;
    for user in users {
        insert.execute(params![tx.app, group, user, is_admin, tx.now])?;
    }
    Ok(())
}

/// Has users be members of a group no more.
pub fn drop_members(tx: &WriteTx<'_>, group: &str, users: &[String]) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "DELETE FROM user_group_members
             WHERE app = ?1 AND group_id = ?2 AND user_id IN (SELECT value FROM json_each(?3))",
        )?
        .execute(params![tx.app, group, Json(users)])?;
    Ok(())
}

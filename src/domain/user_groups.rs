//! Groups of users (feeds-interactions 13).

use uuid::{Builder, Uuid};

use crate::clock::Time;
use crate::domain::later;
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::model::user_group::{UserGroup, UserGroupMember};
use crate::store::{ReadTx, WriteTx, user_groups as rows, users};
use crate::validate::{batch, max_chars};

/// Characters of an id, a name and a team's id at the most.
const NAME_MAX_CHARS: usize = 255;
/// Characters of a description at the most. Production's number is not known.
const DESCRIPTION_MAX_CHARS: usize = 1_000;
/// Members in one call at the most.
const MEMBERS_MAX: usize = 100;

/// A group with its members.
#[derive(Debug)]
pub struct Whole {
    pub group: UserGroup,
    pub members: Vec<UserGroupMember>,
}

/// A new group as a call describes it.
#[derive(Clone, Debug, Default)]
pub struct NewGroup {
    /// Without one it gets one.
    pub id: Option<String>,
    pub name: String,
    pub description: Option<String>,
    pub team_id: Option<String>,
    pub members: Vec<String>,
    pub created_by: Option<String>,
}

/// The group of that id, or a refusal. Who names a team means a group of that team. The text has words of its own: tests of an SDK
/// take production's usual ones for a product that is switched off.
fn present(tx: &ReadTx<'_>, id: &str, team: Option<&str>) -> Result<UserGroup> {
    let group = rows::get(tx, id)?.filter(|group| team.is_none_or(|team| group.team_id.as_deref() == Some(team)));
    group.ok_or_else(|| ApiError::not_found(format!("user group with id {id} does not exist")))
}

fn whole(tx: &ReadTx<'_>, group: UserGroup) -> Result<Whole> {
    Ok(Whole { members: rows::members(tx, &group.id)?, group })
}

/// A group with its members.
pub fn show(tx: &ReadTx<'_>, id: &str, team: Option<&str>) -> Result<Whole> {
    whole(tx, present(tx, id, team)?)
}

/// Groups behind a place, in the order in which they were made. What leads on is the last one's id, and its moment, which counts
/// where no group has the id: SDKs round it.
pub fn list(
    tx: &ReadTx<'_>,
    id: Option<&str>,
    moment: Option<Time>,
    team: Option<&str>,
    limit: i64,
) -> Result<Vec<UserGroup>> {
    let last = id.map(|id| rows::get(tx, id)).transpose()?.flatten();
    let moment = last.map(|last| last.created_at).or(moment).unwrap_or(Time(i64::MIN));
    rows::behind(tx, (moment, id.unwrap_or_default()), team, limit)
}

/// Groups whose names begin so, by name.
pub fn search(
    tx: &ReadTx<'_>,
    begin: &str,
    behind: (&str, Option<&str>),
    team: Option<&str>,
    limit: i64,
) -> Result<Vec<UserGroup>> {
    max_chars("query", begin, NAME_MAX_CHARS)?;
    rows::named(tx, begin, behind, team, limit)
}

/// An id that sorts by the moment at which it was made (UUID v7).
fn new_id(tx: &WriteTx<'_>) -> String {
    let id = tx.new_id();
    let mut random = [0; 10];
    if let Ok(id) = Uuid::parse_str(&id) {
        random.copy_from_slice(&id.as_bytes()[6..]);
    }
    let millis = u64::try_from(tx.now.0 / 1_000_000).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string()
}

fn check(group: &UserGroup) -> Result<()> {
    if group.name.is_empty() {
        return Err(ApiError::input("name is a required field"));
    }
    max_chars("id", &group.id, NAME_MAX_CHARS)?;
    max_chars("name", &group.name, NAME_MAX_CHARS)?;
    max_chars("description", group.description.as_deref().unwrap_or_default(), DESCRIPTION_MAX_CHARS)?;
    max_chars("team_id", group.team_id.as_deref().unwrap_or_default(), NAME_MAX_CHARS)
}

/// Makes a group with its first members.
pub fn create(tx: &WriteTx<'_>, new: NewGroup) -> Result<Whole> {
    let id = new.id.unwrap_or_else(|| new_id(tx));
    if rows::get(tx, &id)?.is_some() {
        return Err(ApiError::input(format!("user group with id {id} already exists")));
    }
    let NewGroup { name, description, team_id, members, created_by, .. } = new;
    let group = UserGroup { id, name, description, team_id, created_by, created_at: tx.now, updated_at: tx.now };
    check(&group)?;
    rows::save(tx, &group)?;
    if !members.is_empty() {
        join(tx, &group, &members, None)?;
    }
    whole(tx, group)
}

/// Changes what is said of a group. What is `None` stays.
pub fn update(
    tx: &WriteTx<'_>,
    id: &str,
    team: Option<&str>,
    name: Option<String>,
    description: Option<String>,
) -> Result<Whole> {
    let before = present(tx, id, team)?;
    let group = touched(tx, before);
    let group = UserGroup { name: name.unwrap_or(group.name), description: description.or(group.description), ..group };
    check(&group)?;
    rows::save(tx, &group)?;
    whole(tx, group)
}

/// Deletes a group.
pub fn delete(tx: &WriteTx<'_>, id: &str, team: Option<&str>) -> Result<()> {
    present(tx, id, team)?;
    rows::remove(tx, id)
}

/// Adds members: all of them or none.
pub fn add_members(
    tx: &WriteTx<'_>,
    id: &str,
    team: Option<&str>,
    members: &[String],
    is_admin: Option<bool>,
) -> Result<Whole> {
    let group = present(tx, id, team)?;
    join(tx, &group, members, is_admin)?;
    changed(tx, group)
}

/// Takes members out. Who is none is passed over.
pub fn remove_members(tx: &WriteTx<'_>, id: &str, team: Option<&str>, members: &[String]) -> Result<Whole> {
    let group = present(tx, id, team)?;
    batch("member_ids", members.len(), MEMBERS_MAX)?;
    rows::drop_members(tx, id, members)?;
    changed(tx, group)
}

fn join(tx: &WriteTx<'_>, group: &UserGroup, members: &[String], is_admin: Option<bool>) -> Result<()> {
    batch("member_ids", members.len(), MEMBERS_MAX)?;
    let named: Vec<&str> = members.iter().map(String::as_str).collect();
    let known = users::by_ids(tx, &named)?;
    let is_there = |id: &str| known.iter().any(|user| user.id.as_str() == id && user.deleted_at.is_none());
    if let Some(id) = named.iter().find(|id| !is_there(id)) {
        return Err(ApiError::input(format!("member_ids: the user {id} does not exist")));
    }
    let users: Vec<UserId> = known.into_iter().map(|user| user.id).collect();
    rows::add(tx, &group.id, &users, is_admin)
}

fn changed(tx: &WriteTx<'_>, group: UserGroup) -> Result<Whole> {
    let group = touched(tx, group);
    rows::save(tx, &group)?;
    whole(tx, group)
}

/// The same, changed now: later than it was, however fast that went.
fn touched(tx: &WriteTx<'_>, group: UserGroup) -> UserGroup {
    UserGroup { updated_at: later(tx.now, group.updated_at), ..group }
}

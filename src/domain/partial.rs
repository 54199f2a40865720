//! Changing parts of a user: `set` and `unset`, with dotted paths (wire-contract 4.4).

use serde_json::{Map, Value};

use crate::auth::revocation::{Revocation, Said};
use crate::clock::Time;
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::json::from_tree;
use crate::model::user::User;
use crate::permission::{self, Request, Subject};
use crate::store::{WriteTx, users};
use crate::validate::wrong_type;

use super::revocation;
use super::sessions::emit_presence;
use super::users::{
    CUSTOM_MAX_DEPTH, PLAIN, emit_updated, ensure, is_reserved, merge_privacy, present, refuse_team_change, same_teams,
    save, user_id,
};

/// The field that revokes a user's tokens: for servers alone.
const REVOCATION: &str = "revoke_tokens_issued_before";

/// Changes a user, on behalf of a server (`by` is `None`) or of a user.
pub fn update(
    tx: &WriteTx<'_>,
    id: &str,
    set: Map<String, Value>,
    unset: &[String],
    by: Option<Subject<'_>>,
    said: Said,
) -> Result<User> {
    let id = user_id("id", id)?;
    let before = match by {
        Some(by) => {
            permission::check(&tx.state(), by, Request::app_level("UpdateUser").owned_by(id.as_str()))?;
            let known = users::get(tx, id.as_str())?;
            if known.is_none() && by.id == id.as_str() { ensure(tx, &id)? } else { present(tx, id.as_str())? }
        }
        None => present(tx, id.as_str())?,
    };
    if by.is_some() && (set.contains_key(REVOCATION) || unset.iter().any(|key| key == REVOCATION)) {
        return Err(ApiError::not_allowed(format!("{REVOCATION} can only be updated server-side")));
    }
    let is_revoked_now = set.contains_key(REVOCATION);
    let mut after = User { updated_at: tx.now, ..before.clone() };
    for (key, value) in set {
        set_key(&mut after, &key, value)?;
    }
    for key in unset {
        unset_key(&mut after, key)?;
    }
    if let Some(set) = after.revocation.filter(|_| is_revoked_now) {
        after.revocation = Some(revocation::decide(tx, set.before, said)?);
    }
    if let Some(by) = by {
        check_client_change(tx, by, &before, &mut after)?;
    }
    let saved = save(tx, &before, after)?;
    emit_updated(tx, &saved);
    // Who becomes invisible looks offline from now on, and the other way round (wire-contract 4.4).
    if saved.online && saved.invisible != before.invisible {
        emit_presence(tx, &saved);
    }
    Ok(saved)
}

fn check_client_change(tx: &WriteTx<'_>, by: Subject<'_>, before: &User, after: &mut User) -> Result<()> {
    if after.role != before.role {
        permission::check(&tx.state(), by, Request::app_level("UpdateUserRole"))?;
    }
    if after.teams.is_empty() {
        // A client's empty list asks for no change (wire-contract 2.3 row 22).
        after.teams.clone_from(&before.teams);
    } else if !same_teams(&after.teams, &before.teams) {
        refuse_team_change(tx, by)?;
    }
    Ok(())
}

/// Splits a dotted path; `a..b`, a dot at an end and spaces are refused (wire-contract 4.4).
fn path_of<'a>(id: &UserId, key: &'a str) -> Result<Vec<&'a str>> {
    let parts: Vec<_> = key.split('.').take(CUSTOM_MAX_DEPTH + 1).collect();
    let leads_nowhere = parts.len() > 1 && PLAIN.contains(&parts[0]);
    let is_bad = |part: &&str| part.is_empty() || part.contains(char::is_whitespace);
    if leads_nowhere || parts.len() > CUSTOM_MAX_DEPTH || parts.iter().any(is_bad) {
        return Err(ApiError::input(format!("\"{key}\" is not a valid field path")));
    }
    if is_reserved(parts[0]) {
        return Err(ApiError::reserved(&format!("users[{id}].{}", parts[0])));
    }
    Ok(parts)
}

fn set_key(user: &mut User, key: &str, value: Value) -> Result<()> {
    let parts = path_of(&user.id, key)?;
    match parts.as_slice() {
        ["name"] => user.name = text(key, value)?,
        ["image"] => user.image = text(key, value)?,
        ["role"] => user.role = text(key, value)?.unwrap_or_else(|| crate::auth::kind::ROLE_USER.to_owned()),
        ["language"] => user.language = text(key, value)?.unwrap_or_default(),
        ["teams"] => user.teams = typed(key, value, Value::is_array, "array")?.unwrap_or_default(),
        ["teams_role"] => user.teams_role = typed(key, value, Value::is_object, "object")?.unwrap_or_default(),
        ["invisible"] => user.invisible = typed(key, value, Value::is_boolean, "bool")?.unwrap_or_default(),
        ["privacy_settings"] => match typed(key, value, Value::is_object, "object")? {
            None => user.privacy_settings = None,
            Some(change) => user.privacy_settings = merge_privacy(user.privacy_settings.take(), Some(change))?,
        },
        ["privacy_settings", rest @ ..] => {
            let mut change = Map::new();
            put(&mut change, rest, value);
            user.privacy_settings = merge_privacy(user.privacy_settings.take(), Some(change))?;
        }
        ["teams_role", rest @ ..] => put(&mut user.teams_role, rest, value),
        ["revoke_tokens_issued_before"] => user.revocation = moment(key, &value)?.map(|at| Revocation::by_app(at, 0)),
        // Production nests such an object once more, by its own admission a bug; merging is what callers mean.
        ["custom"] => {
            user.custom.extend(typed::<Map<_, _>>(key, value, Value::is_object, "object")?.unwrap_or_default());
        }
        ["custom", rest @ ..] | rest => put(&mut user.custom, rest, value),
    }
    Ok(())
}

fn unset_key(user: &mut User, key: &str) -> Result<()> {
    match path_of(&user.id, key)?.as_slice() {
        ["name"] => user.name = None,
        ["image"] => user.image = None,
        ["role"] => crate::auth::kind::ROLE_USER.clone_into(&mut user.role),
        ["language"] => user.language.clear(),
        ["teams"] => user.teams.clear(),
        ["teams_role"] => user.teams_role.clear(),
        ["invisible"] => user.invisible = false,
        ["privacy_settings"] => user.privacy_settings = None,
        ["privacy_settings", rest @ ..] => {
            if let Some(settings) = &mut user.privacy_settings {
                take(settings, rest);
            }
        }
        ["teams_role", rest @ ..] => take(&mut user.teams_role, rest),
        ["revoke_tokens_issued_before"] => user.revocation = None,
        ["custom"] => user.custom.clear(),
        ["custom", rest @ ..] | rest => take(&mut user.custom, rest),
    }
    Ok(())
}

/// Sets a nested value, making the objects on the way; what stood there and was no object gives way.
fn put(object: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [last] => drop(object.insert((*last).to_owned(), value)),
        [first, rest @ ..] => {
            let slot = object.entry(*first).or_insert_with(|| Value::Object(Map::new()));
            if !slot.is_object() {
                *slot = Value::Object(Map::new());
            }
            if let Value::Object(inner) = slot {
                put(inner, rest, value);
            }
        }
    }
}

fn take(object: &mut Map<String, Value>, path: &[&str]) {
    match path {
        [] => {}
        [last] => drop(object.remove(*last)),
        [first, rest @ ..] => {
            if let Some(Value::Object(inner)) = object.get_mut(*first) {
                take(inner, rest);
            }
        }
    }
}

fn text(key: &str, value: Value) -> Result<Option<String>> {
    typed(key, value, Value::is_string, "string")
}

/// A value of one JSON type; `null` is none.
fn typed<T: serde::de::DeserializeOwned>(
    key: &str,
    value: Value,
    is: fn(&Value) -> bool,
    expected: &str,
) -> Result<Option<T>> {
    if value.is_null() {
        return Ok(None);
    }
    if !is(&value) {
        return Err(ApiError::input(wrong_type(key, &value, expected)));
    }
    from_tree(value).map(Some)
}

/// RFC 3339 or integer nanoseconds; `null` undoes (wire-contract 3).
fn moment(key: &str, value: &Value) -> Result<Option<Time>> {
    if value.is_null() {
        return Ok(None);
    }
    let stored = crate::settings::SettingKind::Moment.accept(key, value).map_err(ApiError::input)?;
    Ok(stored.as_i64().map(Time))
}

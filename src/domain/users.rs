//! Creating and replacing users (wire-contract 4.1 and 4.3).

use serde_json::{Map, Value};

use crate::app::AppState;
use crate::error::{ApiError, Code, Result};
use crate::event::topic::Topic;
use crate::event::{Event, Payload};
use crate::ids::{USER_ID_MAX_BYTES, UserId, UserIdFault};
use crate::model::user::{BUILT_IN, CUSTOM_MAX_BYTES, Deletion, PRIVACY_KEYS, TEAM_NAME_MAX_BYTES, TEAMS_MAX, User};
use crate::permission::{self, Request, Subject};
use crate::settings::UniqueUsernames;
use crate::store::{ReadTx, WriteTx, users};
use crate::validate::{batch, max_chars, wrong_type};

/// Users in one batch at the most.
pub const BATCH_MAX: usize = 100;
/// How deep a user's custom data nest at the most: what every body that may hold them has room for ([`crate::json::DEPTH_MAX`]).
pub const CUSTOM_MAX_DEPTH: usize = 60;
/// A user's name at the most, in characters. Production's limit is not known.
pub const NAME_MAX_CHARS: usize = 1_024;
/// The picture's address at the most, in characters.
pub const IMAGE_MAX_CHARS: usize = 2_048;
/// The language at the most, in characters.
pub const LANGUAGE_MAX_CHARS: usize = 64;

/// Fields of one value that can be set.
pub const PLAIN: &[&str] = &["name", "image", "role", "language", "teams", "invisible", "revoke_tokens_issued_before"];
/// Fields that can be set and are objects.
pub const OBJECTS: &[&str] = &["teams_role", "privacy_settings"];
/// What an upsert may send back: it is not read (wire-contract 4.1).
const SENT_BACK: &[&str] = &["created_at", "updated_at"];
/// What a connect must not say of its user. All else that SDKs send back there is tolerated (wire-contract 2.3 row 20, trap 21).
const NOT_AT_CONNECT: &[&str] = &["created_at", "updated_at", "deactivated_at", "deleted_at", "last_active", "online"];

/// Whether only Stream writes the field: it is a user's own, and none that can be set.
pub fn is_reserved(field: &str) -> bool {
    BUILT_IN.contains(&field) && !PLAIN.contains(&field) && !OBJECTS.contains(&field)
}

/// The same for an upsert.
pub fn is_reserved_to_upsert(field: &str) -> bool {
    is_reserved(field) && !SENT_BACK.contains(&field)
}

/// The same for a connect.
pub fn is_reserved_to_connect(field: &str) -> bool {
    NOT_AT_CONNECT.contains(&field)
}

/// A user as an upsert describes it. What is `None` was not sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserInput {
    /// The id, not yet parsed.
    pub id: String,
    /// The display name; not sent clears it.
    pub name: Option<String>,
    /// The picture; not sent clears it.
    pub image: Option<String>,
    /// The role; not sent keeps it.
    pub role: Option<String>,
    /// The teams; not sent keeps them.
    pub teams: Option<Vec<String>>,
    /// Roles by team; not sent keeps them.
    pub teams_role: Option<Map<String, Value>>,
    /// The language; not sent keeps it.
    pub language: Option<String>,
    /// Whether others see the user as offline; not sent keeps it.
    pub invisible: Option<bool>,
    /// Merged key by key.
    pub privacy_settings: Option<Map<String, Value>>,
    /// Replaces what is there.
    pub custom: Map<String, Value>,
}

/// Parses a user id or refuses it by the name of its field.
pub fn user_id(field: &str, text: &str) -> Result<UserId> {
    UserId::parse(text).map_err(|fault| {
        ApiError::input(match fault {
            UserIdFault::Empty => format!("{field} is a required field"),
            UserIdFault::TooLong => format!("{field} must be a maximum of {USER_ID_MAX_BYTES} characters in length"),
            UserIdFault::Character => format!("{field} \"{text}\" is invalid: an id has only the letters a-z and A-Z, digits, spaces and the signs @ _ - ."),
        })
    })
}

/// The user of that id, or Stream's refusal: unknown, deleted, deactivated (wire-contract 2.3 rows 14 to 16).
pub fn present(tx: &ReadTx<'_>, id: &str) -> Result<User> {
    undeleted(tx, id).and_then(active)
}

/// The same, deactivated users included.
pub fn undeleted(tx: &ReadTx<'_>, id: &str) -> Result<User> {
    let known = users::get(tx, id)?;
    known.ok_or_else(|| ApiError::not_found(format!("the user {id} does not exist"))).and_then(not_deleted)
}

fn not_deleted(user: User) -> Result<User> {
    match user.deleted_at {
        Some(_) => Err(ApiError::not_found(format!("the user {} was deleted", user.id))),
        None => Ok(user),
    }
}

fn active(user: User) -> Result<User> {
    match user.deactivated_at {
        Some(_) => Err(ApiError::not_found(format!("the user {} was deactivated", user.id))),
        None => Ok(user),
    }
}

/// The user that was found under an id, or a new one where there is none. Answers whether it is new, too.
pub fn known_or_new(tx: &ReadTx<'_>, id: UserId, known: Option<User>) -> Result<(User, bool)> {
    // A hard delete frees the id (wire-contract 4.5).
    match known.filter(|user| user.deletion != Some(Deletion::Hard)) {
        Some(user) => Ok((not_deleted(user).and_then(active)?, false)),
        None => Ok((User::new(id, tx.now), true)),
    }
}

/// The user for whom a client writes, made when there is none yet (wire-contract 2.6).
pub fn ensure(tx: &WriteTx<'_>, id: &UserId) -> Result<User> {
    if let Some(user) = users::get(tx, id.as_str())? {
        return Ok(user);
    }
    // A token may name whom it likes; a user's id has its rules all the same.
    let user = User::new(user_id("user_id", id.as_str())?, tx.now);
    users::save(tx, &user)?;
    Ok(user)
}

/// Creates or replaces a user, on behalf of a server (`by` is `None`) or of a user.
pub fn upsert(tx: &WriteTx<'_>, input: UserInput, by: Option<Subject<'_>>) -> Result<User> {
    let id = user_id("id", &input.id)?;
    let known = users::get(tx, id.as_str())?;
    if let Some(by) = by {
        let state = tx.state();
        permission::check(&state, by, Request::app_level("UpdateUser").owned_by(id.as_str()))?;
        check_client_change(tx, by, known.as_ref(), &input)?;
    }
    let (before, is_new) = known_or_new(tx, id, known)?;
    // A client that sends no team means those it has: it cannot leave them (wire-contract 2.3 row 22).
    let teams = input.teams.filter(|teams| by.is_none() || !teams.is_empty());
    let after = User {
        name: input.name,
        image: input.image,
        role: input.role.unwrap_or_else(|| before.role.clone()),
        teams: teams.unwrap_or_else(|| before.teams.clone()),
        teams_role: input.teams_role.unwrap_or_else(|| before.teams_role.clone()),
        language: input.language.unwrap_or_else(|| before.language.clone()),
        invisible: input.invisible.unwrap_or(before.invisible),
        privacy_settings: merge_privacy(before.privacy_settings.clone(), input.privacy_settings)?,
        custom: input.custom,
        updated_at: tx.now,
        ..before.clone()
    };
    let saved = if is_new { make(tx, &before, after) } else { save(tx, &before, after) }?;
    emit_updated(tx, &saved);
    Ok(saved)
}

/// Makes a user where there is none, and changes of one that is there only what is said.
pub fn merge(tx: &WriteTx<'_>, input: UserInput) -> Result<User> {
    let id = user_id("user.id", &input.id)?;
    let Some(before) = users::get(tx, id.as_str())?.filter(|user| user.deletion != Some(Deletion::Hard)) else {
        return upsert(tx, input, None);
    };
    if input == (UserInput { id: input.id.clone(), ..UserInput::default() }) {
        return present(tx, id.as_str());
    }
    let custom = if input.custom.is_empty() { before.custom } else { input.custom };
    let (name, image) = (input.name.or(before.name), input.image.or(before.image));
    upsert(tx, UserInput { name, image, custom, ..input }, None)
}

/// Tells that a user was changed: to its own connections and to those that watch it.
pub fn emit_updated(tx: &WriteTx<'_>, user: &User) {
    let audience = Topic::own_and_watchers(&user.id);
    tx.emit(Event::new("user.updated", tx.now, audience, Payload::User(Box::new(user.clone()))));
}

/// A client changes neither role nor teams (wire-contract 2.3 rows 22 and 23).
fn check_client_change(tx: &WriteTx<'_>, by: Subject<'_>, known: Option<&User>, input: &UserInput) -> Result<()> {
    let role = known.map_or(crate::auth::kind::ROLE_USER, |user| user.role.as_str());
    if input.role.as_deref().is_some_and(|wanted| wanted != role) {
        permission::check(&tx.state(), by, Request::app_level("UpdateUserRole"))?;
    }
    let teams = known.map_or(&[][..], |user| user.teams.as_slice());
    match input.teams.as_deref() {
        Some(wanted) if !wanted.is_empty() && !same_teams(wanted, teams) => refuse_team_change(tx, by),
        _ => Ok(()),
    }
}

/// Refuses a change of teams unless the caller was granted it.
pub fn refuse_team_change(tx: &WriteTx<'_>, by: Subject<'_>) -> Result<()> {
    permission::check(&tx.state(), by, Request::app_level("UpdateUserTeams"))
        .map_err(|_| ApiError::not_allowed("user teams can only be updated server-side"))
}

/// Whether two lists name the same teams, in any order.
pub fn same_teams(left: &[String], right: &[String]) -> bool {
    let set = |teams: &[String]| teams.iter().cloned().collect::<std::collections::BTreeSet<_>>();
    set(left) == set(right)
}

/// Checks a changed user against every rule, and writes what has changed.
pub fn save(tx: &WriteTx<'_>, before: &User, after: User) -> Result<User> {
    check(tx, before, &after)?;
    users::change(tx, before, &after)?;
    Ok(after)
}

/// The same for a user who is not there, or only as a mark of his deletion, and would be as `before`.
pub fn make(tx: &WriteTx<'_>, before: &User, after: User) -> Result<User> {
    check(tx, before, &after)?;
    users::save(tx, &after)?;
    Ok(after)
}

fn check(tx: &WriteTx<'_>, before: &User, after: &User) -> Result<()> {
    let state = tx.state();
    check_shape(after)?;
    check_team_roles(&state, before, after)?;
    let new_role = after.role != before.role;
    if new_role && !permission::role_exists(&state, &after.role) {
        return Err(not_defined(&after.role));
    }
    if after.is_active() && (!before.is_active() || after.name != before.name || after.teams != before.teams) {
        check_unique(tx, after, state.rules.unique_usernames)?;
    }
    Ok(())
}

/// A role within a team is one that the app has, like the user's own.
fn check_team_roles(state: &AppState, before: &User, after: &User) -> Result<()> {
    let changed = after.teams_role.iter().filter(|(team, role)| before.teams_role.get(*team) != Some(role));
    for (team, role) in changed {
        let Some(role) = role.as_str() else {
            return Err(ApiError::input(wrong_type(&format!("teams_role.{team}"), role, "string")));
        };
        if !permission::role_exists(state, role) {
            return Err(not_defined(role));
        }
    }
    Ok(())
}

fn not_defined(role: &str) -> ApiError {
    ApiError::input(format!("role \"{role}\" provided but not defined"))
}

/// `enforce_unique_usernames` (wire-contract 4.1). What was there before is not looked at.
fn check_unique(tx: &ReadTx<'_>, user: &User, rule: UniqueUsernames) -> Result<()> {
    if rule == UniqueUsernames::No {
        return Ok(());
    }
    let Some(place) = users::name_clash(tx, user, rule)? else { return Ok(()) };
    let place = place.map(|team| format!(" in team '{team}'")).unwrap_or_default();
    let name = user.name.as_deref().unwrap_or_default();
    Err(ApiError::new(Code::DuplicateUsernameError, format!("username '{name}' already exists{place}")))
}

/// The limits on what describes a user, custom data and teams.
pub fn check_shape(user: &User) -> Result<()> {
    max_chars("name", user.name.as_deref().unwrap_or_default(), NAME_MAX_CHARS)?;
    max_chars("image", user.image.as_deref().unwrap_or_default(), IMAGE_MAX_CHARS)?;
    max_chars("language", &user.language, LANGUAGE_MAX_CHARS)?;
    check_object(&format!("custom data of user {}", user.id), &user.custom)?;
    batch("teams", user.teams.len().max(1), TEAMS_MAX)?;
    for (at, team) in user.teams.iter().enumerate() {
        if team.is_empty() {
            return Err(ApiError::input(format!("teams[{at}] is a required field")));
        }
        if team.len() > TEAM_NAME_MAX_BYTES {
            return Err(ApiError::input(format!(
                "teams[{at}] must be a maximum of {TEAM_NAME_MAX_BYTES} characters in length"
            )));
        }
    }
    Ok(())
}

/// The limits on an object that is stored as it comes: its depth, and its size as JSON.
pub fn check_object(what: &str, object: &Map<String, Value>) -> Result<()> {
    if !is_within_depth(object.values(), CUSTOM_MAX_DEPTH - 1) {
        return Err(ApiError::input(format!("{what} nest deeper than the {CUSTOM_MAX_DEPTH} levels that are allowed")));
    }
    let size = Value::Object(object.clone()).to_string().len();
    if size > CUSTOM_MAX_BYTES {
        return Err(ApiError::new(
            Code::PayloadTooBigError,
            format!("{what} has {size} bytes, more than the {CUSTOM_MAX_BYTES} that are allowed"),
        ));
    }
    Ok(())
}

/// Whether no value nests deeper than so many levels.
fn is_within_depth<'a>(mut values: impl Iterator<Item = &'a Value>, levels: usize) -> bool {
    values.all(|value| match value {
        Value::Array(items) => levels > 0 && is_within_depth(items.iter(), levels - 1),
        Value::Object(members) => levels > 0 && is_within_depth(members.values(), levels - 1),
        _ => true,
    })
}

/// Merges privacy settings key by key. Each is `{"enabled": bool}`; keys that Stream does not have are dropped.
pub fn merge_privacy(
    before: Option<Map<String, Value>>,
    change: Option<Map<String, Value>>,
) -> Result<Option<Map<String, Value>>> {
    let Some(change) = change else { return Ok(before) };
    let mut merged = before.unwrap_or_default();
    for (key, value) in change.into_iter().filter(|(key, _)| PRIVACY_KEYS.contains(&key.as_str())) {
        match &value {
            Value::Null => drop(merged.remove(&key)),
            Value::Object(setting) if setting.get("enabled").is_none_or(Value::is_boolean) => {
                // Whatever else was sent is dropped, as a typed decoder does.
                let kept = setting.get("enabled").map(|enabled| ("enabled".to_owned(), enabled.clone()));
                merged.insert(key, Value::Object(kept.into_iter().collect()));
            }
            other => return Err(ApiError::input(wrong_type(&key, other, "object"))),
        }
    }
    Ok(Some(merged))
}

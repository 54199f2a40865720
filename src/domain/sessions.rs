//! A user's connections begin and end (wire-contract 5.2).

use serde_json::{Map, Value};

use super::users::{check_shape, known_or_new, merge_privacy, same_teams, user_id};
use crate::error::{ApiError, Result};
use crate::event::topic::Topic;
use crate::event::{Event, Payload};
use crate::model::user::User;
use crate::store::{WriteTx, users};

/// What a connect says of its user. Everything but the id is optional, and nothing is taken away.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// The user's id.
    pub id: String,
    /// The display name.
    pub name: Option<String>,
    /// The picture.
    pub image: Option<String>,
    /// The language.
    pub language: Option<String>,
    /// Whether others see the user as offline.
    pub invisible: Option<bool>,
    /// Must be the present ones, in any order.
    pub teams: Option<Vec<String>>,
    /// Merged key by key.
    pub privacy_settings: Option<Map<String, Value>>,
    /// Merged key by key.
    pub custom: Map<String, Value>,
}

/// Begins a connection: an upsert that cannot change role or teams. Answers the user as it now is.
pub fn open(tx: &WriteTx<'_>, details: Details) -> Result<User> {
    let id = user_id("user_details.id", &details.id)?;
    let known = users::get(tx, id.as_str())?;
    let (before, is_new) = known_or_new(tx, id, known)?;
    // An empty list asks for nothing, as from SDKs that always send one.
    if details.teams.is_some_and(|teams| !teams.is_empty() && !same_teams(&teams, &before.teams)) {
        return Err(ApiError::input("user teams cannot be changed at connection time"));
    }
    let mut custom = before.custom.clone();
    custom.extend(details.custom);
    let merged = User {
        name: details.name.or_else(|| before.name.clone()),
        image: details.image.or_else(|| before.image.clone()),
        language: details.language.unwrap_or_else(|| before.language.clone()),
        invisible: details.invisible.unwrap_or(before.invisible),
        privacy_settings: merge_privacy(before.privacy_settings.clone(), details.privacy_settings)?,
        custom,
        ..before.clone()
    };
    check_shape(&merged)?;
    // A connect that changes nothing leaves `updated_at` alone.
    let changed = merged != before;
    let updated_at = if changed { tx.now } else { before.updated_at };
    let user = User { updated_at, last_active: Some(tx.now), online: true, ..merged };
    if is_new {
        users::save(tx, &user)?;
    } else {
        users::change(tx, &before, &user)?;
    }
    if changed {
        super::users::emit_updated(tx, &user);
    }
    let first = tx.opened(&user.id);
    if first && !user.invisible {
        emit_presence(tx, &user);
    }
    Ok(user)
}

/// Ends a connection. Who has none left is offline.
pub fn close(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    let known = users::get(tx, id)?;
    let Some(user) = known else {
        tx.closed(&crate::ids::UserId::trusted(id));
        return Ok(());
    };
    let before = user.clone();
    let user = User { last_active: Some(tx.now), ..user };
    users::change(tx, &before, &user)?;
    let last = tx.closed(&user.id);
    if last && !user.invisible {
        emit_presence(tx, &User { online: false, ..user });
    }
    Ok(())
}

/// Tells who watches a user that it came or went.
pub fn emit_presence(tx: &WriteTx<'_>, user: &User) {
    let audience = [Topic::User(user.id.clone())];
    tx.emit(Event::new("user.presence.changed", tx.now, audience, Payload::User(Box::new(user.clone()))));
}

//! Deactivating, reactivating, deleting, restoring users (wire-contract 4.5).

use crate::error::{ApiError, Result};
use crate::event::topic::Topic;
use crate::event::{Event, Payload};
use crate::model::user::{Deletion, User};
use crate::store::{WriteTx, users};

use super::users::{save, undeleted};

/// Deactivates a user: tokens are refused, data stay. Doing it again keeps the first time.
pub fn deactivate(tx: &WriteTx<'_>, id: &str) -> Result<User> {
    let before = undeleted(tx, id)?;
    let after = User { deactivated_at: before.deactivated_at.or(Some(tx.now)), updated_at: tx.now, ..before.clone() };
    let saved = save(tx, &before, after)?;
    emit(tx, "user.deactivated", Payload::User(Box::new(saved.clone())), &saved);
    Ok(saved)
}

/// Takes a deactivation back, perhaps under another name.
pub fn reactivate(tx: &WriteTx<'_>, id: &str, name: Option<String>) -> Result<User> {
    let before = undeleted(tx, id)?;
    if before.deactivated_at.is_none() {
        return Err(ApiError::input(format!("user \"{id}\" is not deactivated")));
    }
    let after =
        User { deactivated_at: None, updated_at: tx.now, name: name.or_else(|| before.name.clone()), ..before.clone() };
    let saved = save(tx, &before, after)?;
    emit(tx, "user.reactivated", Payload::User(Box::new(saved.clone())), &saved);
    Ok(saved)
}

/// Deletes a user. A deleted one can be deleted harder, never softer.
pub fn delete(tx: &WriteTx<'_>, id: &str, mode: Deletion) -> Result<User> {
    let known = users::get(tx, id)?;
    let before = known.ok_or_else(|| ApiError::not_found(format!("the user {id} does not exist")))?;
    let mode = match before.deletion {
        Some(earlier) if earlier as u8 > mode as u8 => earlier,
        _ => mode,
    };
    let marked = User {
        deleted_at: before.deleted_at.or(Some(tx.now)),
        deletion: Some(mode),
        updated_at: tx.now,
        ..before.clone()
    };
    let after = match mode {
        Deletion::Soft => marked,
        // Who it was is gone; that it was stays, so that its tokens are answered as a deleted user's.
        Deletion::Pruning | Deletion::Hard => {
            users::strip(tx, id)?;
            User {
                created_at: before.created_at,
                updated_at: tx.now,
                deactivated_at: before.deactivated_at,
                deleted_at: marked.deleted_at,
                deletion: marked.deletion,
                role: before.role.clone(),
                ..User::new(before.id.clone(), tx.now)
            }
        }
    };
    users::change(tx, &before, &after)?;
    let hard = mode == Deletion::Hard;
    emit(tx, "user.deleted", Payload::Deleted { user: Box::new(after.clone()), hard }, &after);
    Ok(after)
}

/// Tells the user's own connections, and those that watch the user.
fn emit(tx: &WriteTx<'_>, kind: &'static str, payload: Payload, user: &User) {
    tx.emit(Event::new(kind, tx.now, Topic::own_and_watchers(&user.id), payload));
}

/// Takes a soft deletion back.
pub fn restore(tx: &WriteTx<'_>, id: &str) -> Result<User> {
    let known = users::get(tx, id)?.ok_or_else(|| ApiError::not_found(format!("the user {id} does not exist")))?;
    if known.deletion != Some(Deletion::Soft) {
        return Err(ApiError::input(format!("user \"{id}\" is not deleted, it can't be restored")));
    }
    let after = User { deleted_at: None, deletion: None, updated_at: tx.now, ..known.clone() };
    save(tx, &known, after)
}

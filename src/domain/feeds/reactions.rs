//! Reactions to objects of any kind (feeds-interactions 3). What an object counts is its own: who calls this counts there what
//! has changed, and tells of it.

use serde_json::{Map, Value};

use super::enrich::reactions::{self as enrich, Objects};
use super::later;
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::model::feeds::object::{Object, ObjectKind};
use crate::model::feeds::page::Page;
use crate::model::feeds::reaction::{EnrichedReaction, Reaction};
use crate::query::page::{Leads, Walk};
use crate::store::feeds::{next_number, reactions as rows};
use crate::store::{ReadTx, WriteTx};

pub use rows::{OF_ACTIVITIES, OF_ACTIVITY, OF_COMMENT, OF_COMMENTS, remove};

/// A reaction as a call describes it.
#[derive(Clone, Debug)]
pub struct ReactionInput {
    /// Which.
    pub kind: String,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// Whether the user's other reactions to the same go.
    pub is_only: bool,
}

/// Writes a user's reaction to an object: one of the same type is made again. Answers it, and how many more the object has by
/// now, which can be fewer.
pub fn put(tx: &WriteTx<'_>, object: Object, user: &UserId, input: ReactionInput) -> Result<(Reaction, i64)> {
    let (same, others): (Vec<Reaction>, Vec<Reaction>) =
        rows::of_user(tx, object, user.as_str())?.into_iter().partition(|reaction| reaction.kind == input.kind);
    let mut more = 0;
    for other in others.iter().filter(|_| input.is_only) {
        rows::remove(tx, other)?;
        more -= 1;
    }
    let ReactionInput { kind, custom, .. } = input;
    if let Some(before) = same.into_iter().next() {
        let reaction = Reaction { custom, updated_at: later(tx.now, before.updated_at), ..before };
        rows::save(tx, &reaction, false)?;
        return Ok((reaction, more));
    }
    let reaction = Reaction {
        no: next_number(tx)?,
        object,
        user_id: user.clone(),
        kind,
        custom,
        created_at: tx.now,
        updated_at: tx.now,
    };
    rows::save(tx, &reaction, true)?;
    Ok((reaction, more + 1))
}

/// Takes a user's reaction away, which has to be there.
pub fn take(tx: &WriteTx<'_>, object: Object, user: &UserId, kind: &str) -> Result<Reaction> {
    let own = rows::of_user(tx, object, user.as_str())?;
    let reaction = own.into_iter().find(|reaction| reaction.kind == kind);
    let reaction = reaction.ok_or_else(|| ApiError::not_found(format!("reaction of type {kind} not found")))?;
    rows::remove(tx, &reaction)?;
    Ok(reaction)
}

/// A page of the reactions to these objects of a kind: of those of one user alone, where one is named.
pub fn query(
    tx: &ReadTx<'_>,
    kind: ObjectKind,
    objects: &Objects,
    user: Option<&UserId>,
    walk: &Walk,
) -> Result<Page<EnrichedReaction>> {
    let numbers: Vec<i64> = objects.keys().copied().collect();
    if numbers.is_empty() {
        return Ok(Page::default());
    }
    let (found, Leads { next, prev }) = rows::select(tx, kind, &numbers, user.map(UserId::as_str), walk)?;
    Ok(Page { items: enrich::enriched(tx, objects, found)?, next, prev })
}

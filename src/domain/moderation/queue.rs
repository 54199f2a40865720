//! The review queue: who flags a thing, puts it there.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::entity::Entity;
use super::tell;
use crate::domain::later;
use crate::error::{ApiError, Result};
use crate::model::flag::Flag;
use crate::model::moderation::ReviewItem;
use crate::store::moderation::items;
use crate::store::{ReadTx, WriteTx, flags};

/// What a flag says beside the thing.
#[derive(Debug, Default)]
pub struct Said {
    /// Whose the thing is, where it is none that is known.
    pub creator_id: Option<String>,
    /// What the thing says, where that is said.
    pub payload: Option<Map<String, Value>>,
}

/// What a policy found in a thing.
#[derive(Clone, Debug)]
pub struct Found {
    /// What is to be done, or was.
    pub action: String,
    /// Which policy.
    pub config_key: String,
    /// What it is.
    pub verdict: Map<String, Value>,
}

/// The item of a thing that was flagged: a new one, or the one that is there, which is pending again.
pub fn join(tx: &WriteTx<'_>, entity_type: &str, entity_id: &str, said: Said) -> Result<ReviewItem> {
    let item = joined(tx, entity_type, entity_id, said)?;
    items::save(tx, &item)?;
    Ok(item)
}

fn joined(
    tx: &WriteTx<'_>,
    entity_type: &str,
    entity_id: &str,
    Said { creator_id, payload }: Said,
) -> Result<ReviewItem> {
    let entity = Entity::find(tx, entity_type, entity_id)?;
    let creator_id = entity.creator().or(creator_id);
    if let Some(known) = items::of_entity(tx, entity_type, entity_id)? {
        let payload = payload.unwrap_or_else(|| entity.payload());
        return Ok(ReviewItem {
            is_reviewed: false,
            creator_id: creator_id.or(known.creator_id),
            payload: if payload.is_empty() { known.payload } else { payload },
            updated_at: later(tx.now, known.updated_at),
            ..known
        });
    }
    // Flags outlive an item that had to go.
    let id = flags::item_of(tx, entity_type, entity_id)?;
    Ok(ReviewItem {
        no: items::next_number(tx)?,
        id: id.unwrap_or_else(|| tx.new_id()),
        entity_type: entity_type.to_owned(),
        entity_id: entity_id.to_owned(),
        creator_id,
        is_reviewed: false,
        recommended_action: "flag".to_owned(),
        config_key: None,
        verdict: Map::new(),
        payload: payload.unwrap_or_else(|| entity.payload()),
        latest_action: String::new(),
        reviewed_by: String::new(),
        reviewed_at: None,
        escalation: Map::new(),
        escalated_by: None,
        escalated_at: None,
        created_at: tx.now,
        updated_at: tx.now,
    })
}

/// Puts what a policy found in a thing into the queue, and tells of it.
pub fn found(tx: &WriteTx<'_>, entity_type: &str, entity_id: &str, found: &Found, said: Said) -> Result<ReviewItem> {
    let item = ReviewItem {
        recommended_action: found.action.clone(),
        config_key: Some(found.config_key.clone()),
        verdict: found.verdict.clone(),
        ..joined(tx, entity_type, entity_id, said)?
    };
    items::save(tx, &item)?;
    tell::flagged(tx, entity_type, entity_id);
    Ok(item)
}

/// Sets a user's flag, which says everything but the item.
pub fn flag(tx: &WriteTx<'_>, flag: Flag, said: Said) -> Result<ReviewItem> {
    let item = join(tx, &flag.entity_type, &flag.entity_id, said)?;
    flags::save(tx, &Flag { item_id: item.id.clone(), ..flag })?;
    tell::flagged(tx, &item.entity_type, &item.entity_id);
    Ok(item)
}

/// Puts into the queue what was flagged where there was none of it.
pub fn adopt(tx: &WriteTx<'_>) -> Result<()> {
    for (entity_type, entity_id) in flags::without_item(tx)? {
        join(tx, &entity_type, &entity_id, Said::default())?;
    }
    Ok(())
}

/// The item of that id, or the refusal.
pub fn present(tx: &ReadTx<'_>, id: &str) -> Result<ReviewItem> {
    items::get(tx, id)?.ok_or_else(|| ApiError::not_found(format!("review queue item with id {id} not found")))
}

/// How many items there are of each status.
pub fn stats(tx: &ReadTx<'_>) -> Result<BTreeMap<String, i64>> {
    items::counts(tx)
}

/// How many flags there are upon somebody's things, or upon those of a kind.
pub fn flag_count(tx: &ReadTx<'_>, creator: &str, entity_type: Option<&str>) -> Result<i64> {
    Ok(flags::upon_things_of(tx, &[creator], entity_type)?.remove(creator).unwrap_or_default())
}

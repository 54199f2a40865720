//! Appeals of users against what was decided about their things (feeds-interactions 10).
//!
//! Inferred of production: whoever is known to own a thing alone appeals about it, once until that is decided; what is done for an
//! appeal accepts it, and only a rejection rejects it; what is decided stays so.

use std::collections::HashMap;
use std::sync::Arc;

use super::entity::Entity;
use super::show;
use crate::domain::feeds::enrich::Users;
use crate::domain::later;
use crate::error::{ApiError, Result};
use crate::model::moderation::{Appeal, EnrichedAppeal, EnrichedItem};
use crate::query::page::{Leads, Walk};
use crate::store::moderation::{appeals as rows, items};
use crate::store::{ReadTx, WriteTx};
use crate::validate::max_chars;

pub use rows::APPEALS;

/// The status of an appeal until it is decided.
const SUBMITTED: &str = "submitted";
/// A reason at the most, in characters.
const REASON_MAX_CHARS: usize = 500;
/// Attachments at the most, and characters of each.
const ATTACHMENTS_MAX: usize = 10;
const ATTACHMENT_MAX_CHARS: usize = 2_048;

/// An appeal as a call describes it.
#[derive(Debug)]
pub struct NewAppeal {
    pub entity_type: String,
    pub entity_id: String,
    pub item_id: Option<String>,
    pub reason: String,
    pub attachments: Vec<String>,
}

/// Makes an appeal.
pub fn create(tx: &WriteTx<'_>, appellant: &str, new: NewAppeal) -> Result<Appeal> {
    let NewAppeal { entity_type, entity_id, item_id, reason, attachments } = new;
    max_chars("appeal_reason", &reason, REASON_MAX_CHARS)?;
    if attachments.len() > ATTACHMENTS_MAX {
        return Err(ApiError::input(format!("attachments must contain at maximum {ATTACHMENTS_MAX} items")));
    }
    attachments.iter().try_for_each(|one| max_chars("attachments", one, ATTACHMENT_MAX_CHARS))?;
    let of_item = match &item_id {
        Some(id) => Some(super::queue::present(tx, id)?),
        None => items::of_entity(tx, &entity_type, &entity_id)?,
    };
    let owner = Entity::find(tx, &entity_type, &entity_id)?.creator();
    let owner = owner.or_else(|| of_item.as_ref().and_then(|item| item.creator_id.clone()));
    if owner.is_some_and(|owner| owner != appellant) {
        return Err(ApiError::not_allowed("only whose content it is may appeal"));
    }
    if rows::last_of(tx, &entity_type, &entity_id)?.is_some_and(|last| last.status == SUBMITTED) {
        return Err(ApiError::input("there is an appeal about this already, which is not decided"));
    }
    let appeal = Appeal {
        no: rows::next_number(tx)?,
        id: tx.new_id(),
        appellant_id: appellant.to_owned(),
        entity_type,
        entity_id,
        item_id: of_item.map(|item| item.id),
        reason,
        attachments,
        status: SUBMITTED.to_owned(),
        decision_reason: String::new(),
        created_at: tx.now,
        updated_at: tx.now,
    };
    rows::save(tx, &appeal)?;
    Ok(appeal)
}

/// The appeal of that id, or the refusal: to whoever may see no others, also where it is not his own.
pub fn present(tx: &ReadTx<'_>, id: &str, only_of: Option<&str>) -> Result<Appeal> {
    let found = rows::get(tx, id)?.filter(|appeal| only_of.is_none_or(|user| appeal.appellant_id == user));
    found.ok_or_else(|| ApiError::not_found(format!("appeal with id {id} not found")))
}

/// Decides an appeal, once.
pub fn decide(tx: &WriteTx<'_>, appeal: Appeal, is_accepted: bool, reason: &str) -> Result<Appeal> {
    if appeal.status != SUBMITTED {
        return Err(ApiError::input(format!("appeal with id {} is {} already", appeal.id, appeal.status)));
    }
    let status = if is_accepted { "accepted" } else { "rejected" }.to_owned();
    let updated_at = later(tx.now, appeal.updated_at);
    let appeal = Appeal { status, decision_reason: reason.to_owned(), updated_at, ..appeal };
    rows::save(tx, &appeal)?;
    Ok(appeal)
}

/// A page of appeals, or of somebody's, and what leads from it.
pub fn query(tx: &ReadTx<'_>, only_of: Option<&str>, walk: &Walk) -> Result<(Vec<EnrichedAppeal>, Leads)> {
    let (found, leads) = walk.page(rows::select(tx, only_of, walk)?);
    Ok((shown(tx, found)?, leads))
}

/// An appeal with what an answer shows beside its row.
pub fn show(tx: &ReadTx<'_>, appeal: Appeal) -> Result<EnrichedAppeal> {
    let shown = shown(tx, vec![appeal])?.pop();
    shown.ok_or_else(|| ApiError::internal(&"an appeal was lost on its way to the answer"))
}

fn shown(tx: &ReadTx<'_>, found: Vec<Appeal>) -> Result<Vec<EnrichedAppeal>> {
    let users = Users::load(tx, found.iter().map(|appeal| appeal.appellant_id.as_str()))?;
    let of: Vec<&str> = found.iter().filter_map(|appeal| appeal.item_id.as_deref()).collect();
    let items = show::items(tx, items::by_ids(tx, &of)?)?;
    let items: HashMap<String, EnrichedItem> = items.into_iter().map(|shown| (shown.item.id.clone(), shown)).collect();
    let one = |appeal: Appeal| EnrichedAppeal {
        user: users.known(&appeal.appellant_id).map(Arc::unwrap_or_clone),
        item: appeal.item_id.as_ref().and_then(|id| items.get(id)).cloned(),
        appeal,
    };
    Ok(found.into_iter().map(one).collect())
}

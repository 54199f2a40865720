//! Who shares an activity (feeds-core 6).

use serde_json::{Value, json};

use super::access::Actor;
use super::activities::readable;
use super::enrich::shares::enriched;
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::model::feeds::page::Page;
use crate::model::feeds::share::EnrichedShare;
use crate::query::cursor::Asked;
use crate::store::ReadTx;
use crate::store::feeds::shares as rows;

/// A page of the shares of an activity, the newest first, for who may read it.
pub fn query(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    activity: &str,
    limit: u32,
    next: Option<&str>,
) -> Result<Page<EnrichedShare>> {
    let (activity, _) = readable(tx, actor, activity)?;
    let asked = Asked::of(&json!(["shares", activity.id]));
    let behind = next.filter(|next| !next.is_empty()).map(|next| place(&asked.keys("next", next)?)).transpose()?;
    if limit == 0 {
        return Ok(Page::default());
    }
    let mut found = rows::of(tx, activity.no, actor.user.map(UserId::as_str), behind, limit + 1)?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let last = found.last().filter(|_| has_more);
    let next = last.map(|last| asked.cursor([Value::from(last.created_at.0), Value::from(last.activity)]));
    Ok(Page { items: enriched(tx, found)?, next, prev: None })
}

fn place(keys: &[Value]) -> Result<(i64, i64)> {
    let numbers: Vec<i64> = keys.iter().filter_map(Value::as_i64).collect();
    match numbers.as_slice() {
        [created_at, activity] => Ok((*created_at, *activity)),
        _ => Err(ApiError::input("next is not a cursor of a page of shares")),
    }
}

//! The lists beside what a feed shows: who follows it, whom it follows, who is in it.

use serde_json::{Value, json};

use super::paging::{LIST_LIMIT_DEFAULT, Pager, limit, place_of};
use crate::domain::feeds::access::Actor;
use crate::domain::feeds::enrich;
use crate::error::Result;
use crate::model::feeds::feed::Feed;
use crate::model::feeds::follow::{EnrichedFollow, FollowStatus};
use crate::model::feeds::member::EnrichedMember;
use crate::model::feeds::page::Page;
use crate::query::cursor::Asked;
use crate::store::ReadTx;
use crate::store::feeds::follows::{self, Side};
use crate::store::feeds::members;

/// A page of a feed's accepted follows, the newest first.
pub(super) fn follows(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    feed: &Feed,
    side: Side,
    pager: &Pager,
) -> Result<Page<EnrichedFollow>> {
    let limit = limit(pager.limit, LIST_LIMIT_DEFAULT)?;
    let asked = Asked::of(&json!(["follows", feed.fid.as_str(), side == Side::Source]));
    let cursor = pager.next.as_deref().filter(|next| !next.is_empty());
    let behind = cursor.map(|next| place_of("next", &asked.keys("next", next)?)).transpose()?;
    let behind = behind.map(|place| (place.created_at, place.activity));
    let mut found = follows::of(tx, feed.no, side, FollowStatus::Accepted, behind, limit + 1)?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let keys = found.last().filter(|_| has_more).map(|follow| {
        let other = if side == Side::Source { follow.target } else { follow.source };
        asked.cursor([Value::from(follow.created_at.0), Value::from(other)])
    });
    Ok(Page { items: enrich::follows(tx, actor, found)?, next: keys, prev: None })
}

/// A page of who is in a feed or invited, by id.
pub(super) fn members_of(tx: &ReadTx<'_>, feed: &Feed, pager: &Pager) -> Result<Page<EnrichedMember>> {
    let limit = limit(pager.limit, LIST_LIMIT_DEFAULT)?;
    let asked = Asked::of(&json!(["members", feed.fid.as_str()]));
    let cursor = pager.next.as_deref().filter(|next| !next.is_empty());
    let keys = cursor.map(|next| asked.keys("next", next)).transpose()?.unwrap_or_default();
    let behind = keys.first().and_then(Value::as_str).unwrap_or_default();
    let mut found = members::of_feed(tx, feed.no, behind, limit + 1)?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let last = found.last().filter(|_| has_more);
    let next = last.map(|member| asked.cursor([Value::from(member.user_id.as_str())]));
    Ok(Page { items: enrich::members(tx, found)?, next, prev: None })
}

//! Changing feeds, and ending them (feeds-core 4.2).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::access::{self, Actor};
use super::enrich::{self, OwnFields};
use super::feeds::{DESCRIPTION_MAX_CHARS, NAME_MAX_CHARS, present};
use super::{events, follows, later};
use crate::domain::users as user_rules;
use crate::error::Result;
use crate::event::feeds::{About, Change};
use crate::ids::{FeedId, UserId};
use crate::model::feeds::feed::{Counts, EnrichedFeed, Feed, Location, Visibility};
use crate::model::feeds::follow::FollowStatus;
use crate::model::user::User;
use crate::permission::capability::Capability;
use crate::store::WriteTx;
use crate::store::feeds::{activities as activity_rows, feeds as rows, follows as follow_rows};
use crate::validate::max_chars;

/// What is changed of a feed. What is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct FeedChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub custom: Option<Map<String, Value>>,
    pub filter_tags: Option<Vec<String>>,
    pub location: Option<Location>,
    pub clears_location: bool,
    /// A new owner, where a server says.
    pub created_by: Option<UserId>,
}

/// Changes a feed.
pub fn update(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: Option<&User>,
    fid: &FeedId,
    change: FeedChange,
    own: OwnFields,
) -> Result<EnrichedFeed> {
    let before = present(tx, fid)?;
    access::require(tx, actor, &before, Capability::UpdateFeed)?;
    if let Some(owner) = &change.created_by {
        user_rules::ensure(tx, owner)?;
    }
    let after = Feed {
        name: change.name.unwrap_or(before.name),
        description: change.description.unwrap_or(before.description),
        custom: change.custom.unwrap_or(before.custom),
        filter_tags: change.filter_tags.unwrap_or(before.filter_tags),
        location: change.location.or(before.location.filter(|_| !change.clears_location)),
        created_by: change.created_by.unwrap_or(before.created_by),
        updated_at: later(tx.now, before.updated_at),
        ..before
    };
    max_chars("name", &after.name, NAME_MAX_CHARS)?;
    max_chars("description", &after.description, DESCRIPTION_MAX_CHARS)?;
    user_rules::check_object("custom", &after.custom)?;
    rows::save(tx, &after)?;
    tell_updated(tx, by, &after)?;
    enrich::feed(tx, actor, after, own)
}

fn tell_updated(tx: &WriteTx<'_>, by: Option<&User>, feed: &Feed) -> Result<()> {
    let enriched = enrich::feed(tx, Actor::SERVER, feed.clone(), OwnFields::NONE)?;
    // Who hears of no user takes it for a change of his own.
    let user = by.map_or_else(|| Arc::clone(&enriched.owner), |by| Arc::new(by.clone()));
    events::tell(tx, "feeds.feed.updated", feed, &Change::new(Some(user), About::Feed(Box::new(enriched))))
}

/// What becomes of those who have asked to follow when they need ask no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// They follow.
    Accept,
    /// They do not.
    Reject,
}

/// Changes who may see a feed, and with it who follows it: who may not see it any more does not.
pub fn change_visibility(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: Option<&User>,
    fid: &FeedId,
    visibility: Visibility,
    pending: Pending,
) -> Result<EnrichedFeed> {
    let before = present(tx, fid)?;
    access::require(tx, actor, &before, Capability::UpdateFeed)?;
    let after = Feed { visibility, updated_at: later(tx.now, before.updated_at), ..before.clone() };
    rows::save(tx, &after)?;
    let may_stay: &[follow_rows::Owner] = match visibility {
        Visibility::Members => &[follow_rows::Owner::SameAsTarget, follow_rows::Owner::Member],
        Visibility::Private => &[follow_rows::Owner::SameAsTarget],
        _ => &[],
    };
    if !may_stay.is_empty() {
        for follow in follow_rows::by_others(tx, &after, may_stay)? {
            follows::end(tx, &follow)?;
        }
    }
    let is_looser = ![Visibility::Followers, Visibility::Members, Visibility::Private].contains(&visibility);
    if before.visibility == Visibility::Followers && is_looser {
        let status = if pending == Pending::Accept { FollowStatus::Accepted } else { FollowStatus::Rejected };
        for follow in follow_rows::all_of(tx, after.no, follow_rows::Side::Target, Some(FollowStatus::Pending))? {
            follows::settle(tx, follow, status)?;
        }
    }
    // Its counters are others by now.
    let after = present(tx, fid)?;
    tell_updated(tx, by, &after)?;
    enrich::feed(tx, actor, after, OwnFields::NONE)
}

/// Deletes a feed: its follows and members go, and activities that are in no other feed with it.
pub fn delete(tx: &WriteTx<'_>, actor: Actor<'_>, by: Option<&User>, fid: &FeedId, is_hard: bool) -> Result<()> {
    let before = present(tx, fid)?;
    access::require(tx, actor, &before, Capability::DeleteFeed)?;
    end(tx, by, before, is_hard)
}

/// Deletes a feed that is there.
pub fn end(tx: &WriteTx<'_>, by: Option<&User>, before: Feed, is_hard: bool) -> Result<()> {
    for side in [follow_rows::Side::Source, follow_rows::Side::Target] {
        for follow in follow_rows::all_of(tx, before.no, side, None)? {
            follows::end(tx, &follow)?;
        }
    }
    // While its members are still known, who may hear of it.
    let user = by.map(|by| Arc::new(by.clone()));
    events::tell(tx, "feeds.feed.deleted", &before, &Change::new(user, About::Nothing))?;
    activity_rows::leave(tx, &before, is_hard)?;
    rows::empty(tx, before.no)?;
    if is_hard {
        return rows::remove(tx, before.no);
    }
    let now = later(tx.now, before.updated_at);
    let counts = Counts::default();
    rows::save(tx, &Feed { deleted_at: Some(now), updated_at: now, counts, filter_tags: Vec::new(), ..before })
}

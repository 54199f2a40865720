//! Items, flags and entries with what an answer shows beside their rows.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::entity::Kind;
use crate::domain::feeds::access::Actor;
use crate::domain::feeds::enrich::{self, OwnFields, Users};
use crate::domain::feeds::query::enriched;
use crate::error::{ApiError, Result};
use crate::model::ban::Ban;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::comment::EnrichedComment;
use crate::model::flag::Flag;
use crate::model::moderation::{Creator, EnrichedEntry, EnrichedFlag, EnrichedItem, LogEntry, ReviewItem};
use crate::model::user::User;
use crate::query::page::{Leads, Walk};
use crate::store::feeds::{activities as activity_rows, comments as comment_rows};
use crate::store::moderation::{items as item_rows, logs};
use crate::store::{ReadTx, bans, flags};

pub use flags::FLAGS;
pub use item_rows::ITEMS;
pub use logs::LOGS;

/// Items as a server is shown them, in the order given.
pub fn items(tx: &ReadTx<'_>, found: Vec<ReviewItem>) -> Result<Vec<EnrichedItem>> {
    let ids: Vec<String> = found.iter().map(|item| item.id.clone()).collect();
    let counts = flags::counts(tx, &ids)?;
    let (set, done) = (flags::of_items(tx, &ids)?, logs::of_items(tx, &ids)?);
    let named = set.iter().map(|flag| flag.user_id.as_str());
    let named = named.chain(found.iter().filter_map(|item| item.creator_id.as_deref()));
    let named = named.chain(done.iter().flat_map(|entry| [entry.moderator_id.as_str(), entry.creator_id.as_str()]));
    let users = Users::load(tx, named)?;
    let creators = Creators::of(tx, &found)?;
    let mut activities = activities(tx, &found)?;
    let mut comments = comments(tx, &found)?;
    let one = |item: ReviewItem| {
        let flags = set.iter().filter(|flag| flag.item_id == item.id).cloned();
        let actions = done.iter().filter(|entry| entry.item_id == item.id).cloned();
        let (by_user, creator_id) = (counts.get(&item.id).copied().unwrap_or_default(), item.creator_id.as_deref());
        EnrichedItem {
            flags_count: by_user + i64::from(!item.verdict.is_empty()),
            flags: flags.map(|flag| with_user(&users, flag, creator_id)).collect(),
            actions: actions.map(|entry| with_users(&users, entry)).collect(),
            bans: creator_id.and_then(|id| creators.bans.get(id)).cloned().into_iter().collect(),
            creator: creator_id.and_then(|id| users.known(id)).map(|user| creators.show(&user)),
            activity: activities.remove(&item.id).map(Box::new),
            comment: comments.remove(&item.id).map(Box::new),
            item,
        }
    };
    Ok(found.into_iter().map(one).collect())
}

/// One item as a server is shown it.
pub fn item(tx: &ReadTx<'_>, item: ReviewItem) -> Result<EnrichedItem> {
    let shown = items(tx, vec![item])?.pop();
    shown.ok_or_else(|| ApiError::internal(&"an item was lost on its way to the answer"))
}

/// The activities that items are about, by the items' ids.
fn activities(tx: &ReadTx<'_>, items: &[ReviewItem]) -> Result<HashMap<String, EnrichedActivity>> {
    let ids = ids_of(items, Kind::Activity);
    let found = activity_rows::by_id(tx, &ids)?;
    let found = enriched(tx, Actor::SERVER, found, OwnFields::NONE)?;
    let found: HashMap<String, EnrichedActivity> =
        found.into_iter().map(|one| (one.activity.id.clone(), one.for_all())).collect();
    Ok(by_item(items, Kind::Activity, &found))
}

/// The same of comments.
fn comments(tx: &ReadTx<'_>, items: &[ReviewItem]) -> Result<HashMap<String, EnrichedComment>> {
    let found = enrich::comments(tx, None, comment_rows::by_id(tx, &ids_of(items, Kind::Comment))?)?;
    let found: HashMap<String, EnrichedComment> = found.into_iter().map(|one| (one.comment.id.clone(), one)).collect();
    Ok(by_item(items, Kind::Comment, &found))
}

fn ids_of(items: &[ReviewItem], kind: Kind) -> Vec<String> {
    let ids: BTreeSet<&String> =
        items.iter().filter(|item| Kind::of(&item.entity_type) == kind).map(|item| &item.entity_id).collect();
    ids.into_iter().cloned().collect()
}

fn by_item<T: Clone>(items: &[ReviewItem], kind: Kind, found: &HashMap<String, T>) -> HashMap<String, T> {
    let items = items.iter().filter(|item| Kind::of(&item.entity_type) == kind);
    items.filter_map(|item| Some((item.id.clone(), found.get(&item.entity_id)?.clone()))).collect()
}

/// What moderators are told of those whose the things of some items are, by their ids.
struct Creators {
    bans: HashMap<String, Ban>,
    /// How often he was banned, and how many of his things were deleted.
    done: HashMap<String, (i64, i64)>,
    flags: HashMap<String, i64>,
}

impl Creators {
    fn of(tx: &ReadTx<'_>, items: &[ReviewItem]) -> Result<Self> {
        let ids: BTreeSet<&str> = items.iter().filter_map(|item| item.creator_id.as_deref()).collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        Ok(Self {
            bans: bans::upon(tx, &ids)?.into_iter().map(|ban| (ban.user_id.clone(), ban)).collect(),
            done: logs::counts(tx, &ids)?,
            flags: flags::upon_things_of(tx, &ids, None)?,
        })
    }

    fn show(&self, user: &User) -> Creator {
        let id = user.id.as_str();
        let (bans, deletions) = self.done.get(id).copied().unwrap_or_default();
        Creator { user: user.clone(), bans, deletions, flags: self.flags.get(id).copied().unwrap_or_default() }
    }
}

fn with_user(users: &Users, flag: Flag, creator_id: Option<&str>) -> EnrichedFlag {
    let user = users.known(&flag.user_id).map(Arc::unwrap_or_clone);
    EnrichedFlag { user, creator_id: creator_id.map(str::to_owned), flag }
}

fn with_users(users: &Users, entry: LogEntry) -> EnrichedEntry {
    let user = |id: &str| users.known(id).map(Arc::unwrap_or_clone);
    EnrichedEntry { moderator: user(&entry.moderator_id), target: user(&entry.creator_id), entry }
}

/// A page of the queue, and what leads from it.
pub fn query(tx: &ReadTx<'_>, walk: &Walk) -> Result<(Vec<EnrichedItem>, Leads)> {
    let (found, leads) = walk.page(item_rows::select(tx, walk)?);
    Ok((items(tx, found)?, leads))
}

/// A page of flags, and what leads from it.
pub fn query_flags(tx: &ReadTx<'_>, walk: &Walk) -> Result<(Vec<EnrichedFlag>, Leads)> {
    let (found, leads) = walk.page(flags::select(tx, walk)?);
    let users = Users::load(tx, found.iter().map(|(flag, _)| flag.user_id.as_str()))?;
    let shown = found.into_iter().map(|(flag, creator)| with_user(&users, flag, creator.as_deref()));
    Ok((shown.collect(), leads))
}

/// A page of what was done, and what leads from it.
pub fn query_logs(tx: &ReadTx<'_>, walk: &Walk) -> Result<(Vec<EnrichedEntry>, Leads)> {
    let (found, leads) = walk.page(logs::select(tx, walk)?);
    let named = found.iter().flat_map(|entry| [entry.moderator_id.as_str(), entry.creator_id.as_str()]);
    let users = Users::load(tx, named)?;
    Ok((found.into_iter().map(|entry| with_users(&users, entry)).collect(), leads))
}

//! Who is in a feed, is invited, or has declined (feeds-core 9).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::access::{self, Actor};
use super::enrich::{self, Users};
use super::feeds::present;
use super::{events, later, membership};
use crate::domain::users as user_rules;
use crate::error::{ApiError, Result};
use crate::event::feeds::{About, Change};
use crate::ids::{FeedId, UserId};
use crate::model::feeds::feed::Feed;
use crate::model::feeds::member::{EnrichedMember, Member, MemberStatus};
use crate::model::feeds::page::Page;
use crate::model::user::User;
use crate::permission::capability::Capability;
use crate::permission::feed_roles;
use crate::query::page::{Leads, Walk};
use crate::store::feeds::{feeds as feed_rows, members as rows};
use crate::store::{ReadTx, WriteTx};

/// A member as a call describes it.
#[derive(Clone, Debug)]
pub struct MemberInput {
    pub user_id: UserId,
    /// The role in the feed, where a server says.
    pub role: Option<String>,
    pub custom: Option<Map<String, Value>>,
    /// The level that he has from now on.
    pub level: Option<String>,
    /// Whether he is asked first.
    pub invite: bool,
}

/// What becomes of the members that a call names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// They come, or are changed.
    Upsert,
    /// They go.
    Remove,
    /// They come or are changed, and all others go.
    Set,
}

/// What became of them.
#[derive(Clone, Debug, Default)]
pub struct Changed {
    pub added: Vec<EnrichedMember>,
    pub updated: Vec<EnrichedMember>,
    pub removed: Vec<UserId>,
}

/// Changes who is in a feed.
pub fn update(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: Option<&User>,
    fid: &FeedId,
    operation: Operation,
    inputs: Vec<MemberInput>,
) -> Result<Changed> {
    let mut feed = present(tx, fid)?;
    access::require(tx, actor, &feed, Capability::UpdateFeedMembers)?;
    let mut changed = Changed::default();
    let named: BTreeSet<UserId> = inputs.iter().map(|input| input.user_id.clone()).collect();
    let going = match operation {
        Operation::Upsert => Vec::new(),
        Operation::Remove => named.into_iter().collect(),
        Operation::Set => {
            let there = rows::of_feed(tx, feed.no, "", u32::MAX)?.into_iter().map(|member| member.user_id);
            there.filter(|user| !named.contains(user)).collect()
        }
    };
    let (mut added, mut updated) = (Vec::new(), Vec::new());
    if operation != Operation::Remove {
        for input in inputs {
            let (member, is_new) = put(tx, &mut feed, input)?;
            if is_new { &mut added } else { &mut updated }.push(member);
        }
    }
    for user in going {
        if let Some(member) = rows::get(tx, feed.no, user.as_str())? {
            rows::remove(tx, feed.no, user.as_str())?;
            count(&mut feed, Some(member.status), None);
            changed.removed.push(user);
        }
    }
    feed_rows::save_counts(tx, &feed)?;
    (changed.added, changed.updated) = (enrich::members(tx, added)?, enrich::members(tx, updated)?);
    let user = who(tx, by, &feed)?;
    for (kind, members) in
        [("feeds.feed_member.added", &changed.added), ("feeds.feed_member.updated", &changed.updated)]
    {
        for member in members {
            let about = About::Member(Box::new(member.clone()));
            events::tell(tx, kind, &feed, &Change::new(Some(Arc::clone(&user)), about))?;
        }
    }
    for id in &changed.removed {
        let change = Change::new(Some(Arc::clone(&user)), About::NoMember(id.clone()));
        events::tell(tx, "feeds.feed_member.removed", &feed, &change)?;
    }
    Ok(changed)
}

/// Takes a user out of a feed, or his invitation back.
pub fn remove(tx: &WriteTx<'_>, user: &User, mut feed: Feed) -> Result<()> {
    let Some(member) = rows::get(tx, feed.no, user.id.as_str())? else { return Ok(()) };
    rows::remove(tx, feed.no, user.id.as_str())?;
    count(&mut feed, Some(member.status), None);
    feed_rows::save_counts(tx, &feed)?;
    let change = Change::new(Some(Arc::new(user.clone())), About::NoMember(user.id.clone()));
    events::tell(tx, "feeds.feed_member.removed", &feed, &change)
}

/// Who hears of no user takes it for a change of his own: what a server does for nobody is the owner's.
fn who(tx: &ReadTx<'_>, by: Option<&User>, feed: &Feed) -> Result<Arc<User>> {
    let owner = feed.created_by.as_str();
    by.map_or_else(|| Ok(Users::load(tx, [owner])?.get(owner)), |by| Ok(Arc::new(by.clone())))
}

/// The first members of a feed that was just made; that they came is told with the feed.
pub fn begin(tx: &WriteTx<'_>, feed: &mut Feed, inputs: Vec<MemberInput>) -> Result<()> {
    if inputs.is_empty() {
        return Ok(());
    }
    for input in inputs {
        put(tx, feed, input)?;
    }
    feed_rows::save_counts(tx, feed)
}

/// Writes a member, and counts him in the feed, which is to be saved. Answers whether he is new: who declined comes anew.
fn put(tx: &WriteTx<'_>, feed: &mut Feed, input: MemberInput) -> Result<(Member, bool)> {
    let user = user_rules::present(tx, input.user_id.as_str())?;
    if let Some(custom) = &input.custom {
        user_rules::check_object("custom", custom)?;
    }
    let before = rows::get(tx, feed.no, user.id.as_str())?;
    let known = before.clone().filter(|member| member.status != MemberStatus::Rejected);
    let is_new = known.is_none();
    let mut member = known.unwrap_or_else(|| Member {
        feed: feed.no,
        user_id: user.id,
        role: feed_roles::MEMBER.to_owned(),
        status: MemberStatus::Pending,
        membership_level: None,
        custom: Map::new(),
        created_at: tx.now,
        updated_at: tx.now,
        accepted_at: None,
        rejected_at: None,
    });
    member.role = input.role.unwrap_or(member.role);
    member.custom = input.custom.unwrap_or(member.custom);
    if let Some(level) = input.level {
        member.membership_level = Some(membership::present(tx, &level)?.id);
    }
    if !input.invite {
        member.status = MemberStatus::Member;
    }
    if let Some(before) = &before {
        member.updated_at = later(tx.now, before.updated_at);
    }
    rows::save(tx, &member)?;
    count(feed, before.map(|before| before.status), Some(member.status));
    Ok((member, is_new))
}

/// Counts a member more or less: those who are invited or have declined do not count.
fn count(feed: &mut Feed, before: Option<MemberStatus>, after: Option<MemberStatus>) {
    let counts = |status| i64::from(status == Some(MemberStatus::Member));
    feed.counts.members += counts(after) - counts(before);
}

/// Accepts or declines an invitation. Whom it is for need not be allowed to read the feed.
pub fn decide(tx: &WriteTx<'_>, by: &User, fid: &FeedId, status: MemberStatus) -> Result<EnrichedMember> {
    let mut feed = present(tx, fid)?;
    let invited = rows::get(tx, feed.no, by.id.as_str())?.filter(|member| member.status == MemberStatus::Pending);
    let before = invited
        .ok_or_else(|| ApiError::not_found(format!("pending invite of user {} to feed {fid} not found", by.id)))?;
    let now = later(tx.now, before.updated_at);
    let is_accepted = status == MemberStatus::Member;
    let member = Member {
        status,
        updated_at: now,
        accepted_at: is_accepted.then_some(now),
        rejected_at: (!is_accepted).then_some(now),
        ..before.clone()
    };
    rows::save(tx, &member)?;
    count(&mut feed, Some(before.status), Some(status));
    feed_rows::save_counts(tx, &feed)?;
    let user = Arc::new(by.clone());
    let member = enrich::member(tx, member)?;
    let change = Change::new(Some(user), About::Member(Box::new(member.clone())));
    events::tell(tx, "feeds.feed_member.updated", &feed, &change)?;
    Ok(member)
}

/// A page of a feed's members, by a query.
pub fn query(tx: &ReadTx<'_>, actor: Actor<'_>, fid: &FeedId, walk: &Walk) -> Result<Page<EnrichedMember>> {
    let feed = present(tx, fid)?;
    access::require(tx, actor, &feed, Capability::QueryFeedMembers)?;
    let (members, Leads { next, prev }) = rows::select(tx, feed.no, walk)?;
    Ok(Page { items: enrich::members(tx, members)?, next, prev })
}

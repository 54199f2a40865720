//! Following: one feed shows what another has (feeds-core 8).

use serde_json::{Map, Value};

use super::access::{self, Actor};
use super::enrich::{self, OwnFields};
use super::feeds::{self, NewFeed};
use super::notify::{self, Deed, Notice};
use super::{events, groups, later};
use crate::domain::users as user_rules;
use crate::error::{ApiError, Result};
use crate::event::feeds::{About, Change};
use crate::ids::FeedId;
use crate::model::feeds::feed::{Feed, Visibility};
use crate::model::feeds::follow::{EnrichedFollow, Follow, FollowStatus};
use crate::permission;
use crate::permission::capability::{Capabilities, Capability};
use crate::permission::feed_roles::FOLLOWER;
use crate::store::feeds::{activities, feeds as feed_rows, follows as rows};
use crate::store::{ReadTx, WriteTx, users};

/// Activities that a follow with a limit of its own can show at the most.
pub const COPY_LIMIT_MAX: i64 = 1_000;

/// A follow as a call describes it.
#[derive(Clone, Debug)]
pub struct FollowInput {
    pub source: FeedId,
    pub target: FeedId,
    pub push_preference: Option<String>,
    pub custom: Option<Map<String, Value>>,
    /// How many of the activities that are there by now are shown; all, without one.
    pub activity_copy_limit: Option<i64>,
    /// What becomes of it, where a server says.
    pub status: Option<FollowStatus>,
    pub follower_role: Option<String>,
    /// Whether users who are not there are made, with their feeds.
    pub create_users: bool,
    /// Whether whose feed is followed is told so.
    pub notifies: bool,
    /// Whether the notification has the follow's custom data.
    pub copies_custom: bool,
}

/// What became of a follow that was asked for.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The follow.
    pub follow: EnrichedFollow,
    /// Whether it is new.
    pub is_new: bool,
    /// Whether whose feed is followed was told so; `None` where he was not to be.
    pub told: Option<bool>,
}

/// What becomes of a follow that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfThere {
    /// It is an error.
    Refuse,
    /// It stays as it is.
    Keep,
}

/// A follow and its two feeds, as they are by now.
struct Pair {
    source: Feed,
    target: Feed,
}

impl Pair {
    fn find(tx: &ReadTx<'_>, source: &FeedId, target: &FeedId) -> Result<Self> {
        Ok(Self { source: feeds::present(tx, source)?, target: feeds::present(tx, target)? })
    }

    /// The feeds of a follow to be, of which what is not there is made.
    fn ensure(tx: &WriteTx<'_>, input: &FollowInput) -> Result<Self> {
        let source = ensure(tx, &input.source, input.create_users)?;
        Ok(Self { source, target: ensure(tx, &input.target, input.create_users)? })
    }

    /// The feeds of a follow; `None` where one is gone.
    fn of(tx: &ReadTx<'_>, follow: &Follow) -> Result<Option<Self>> {
        let mut feeds = feed_rows::by_number(tx, &[follow.source, follow.target])?;
        let (source, target) = (feeds.remove(&follow.source), feeds.remove(&follow.target));
        Ok(source.zip(target).map(|(source, target)| Self { source, target }))
    }

    /// Counts an accepted follow more, or one less.
    fn count(&mut self, tx: &WriteTx<'_>, by: i64) -> Result<()> {
        self.source.counts.following += by;
        self.target.counts.followers += by;
        feed_rows::save_counts(tx, &self.source)?;
        feed_rows::save_counts(tx, &self.target)
    }

    fn enriched(&self, tx: &ReadTx<'_>, actor: Actor<'_>, follow: Follow, own: OwnFields) -> Result<EnrichedFollow> {
        Ok(EnrichedFollow {
            follow,
            source: enrich::feed(tx, actor, self.source.clone(), own)?,
            target: enrich::feed(tx, actor, self.target.clone(), own)?,
        })
    }

    /// Tells those who watch either feed, each by that feed's address.
    fn tell(&self, tx: &WriteTx<'_>, kind: &'static str, follow: &Follow) -> Result<()> {
        let enriched = self.enriched(tx, Actor::SERVER, follow.clone(), OwnFields::NONE)?;
        let change = Change::new(None, About::Follow(Box::new(enriched)));
        events::tell(tx, kind, &self.source, &change)?;
        events::tell(tx, kind, &self.target, &change)
    }

    /// Gives a follow the status that it has from now on, counts it where that is another, and tells of it.
    fn settle(
        &mut self,
        tx: &WriteTx<'_>,
        follow: Follow,
        status: FollowStatus,
        role: Option<String>,
    ) -> Result<Follow> {
        let was_accepted = follow.status == FollowStatus::Accepted;
        let is_accepted = status == FollowStatus::Accepted;
        let now = follow.updated_at;
        let after = Follow {
            follower_role: self.role(tx, role, &follow.follower_role, is_accepted && !was_accepted)?,
            status,
            accepted_at: if is_accepted && !was_accepted { Some(now) } else { follow.accepted_at },
            rejected_at: if status == FollowStatus::Rejected { Some(now) } else { follow.rejected_at },
            ..follow
        };
        rows::save(tx, &after)?;
        match (was_accepted, is_accepted) {
            (false, true) => self.count(tx, 1)?,
            (true, false) => self.count(tx, -1)?,
            _ => {}
        }
        self.tell(tx, "feeds.follow.updated", &after)?;
        Ok(after)
    }

    /// As what somebody follows: what is said, else as before; from when it is accepted, what the target's group says in place of
    /// the role of every follower.
    fn role(&self, tx: &ReadTx<'_>, said: Option<String>, before: &str, is_accepted_now: bool) -> Result<String> {
        if said.is_some() || !is_accepted_now || before != FOLLOWER {
            return Ok(said.unwrap_or_else(|| before.to_owned()));
        }
        let group = groups::find(tx, self.target.fid.group())?;
        let of_group = group.and_then(|group| group.config.default_follower_role).filter(|role| !role.is_empty());
        Ok(of_group.unwrap_or_else(|| FOLLOWER.to_owned()))
    }

    /// Tells whose feed is followed, in the name of whose feed follows.
    fn notify(&self, tx: &WriteTx<'_>, follow: &Follow, copies_custom: bool) -> Result<bool> {
        let Some(actor) = &users::get(tx, self.source.created_by.as_str())? else { return Ok(false) };
        let (recipient, custom) = (&self.target.created_by, &follow.custom);
        notify::send(tx, &Notice { actor, recipient, deed: Deed::Follow, custom, copies_custom })
    }

    /// Ends a follow, counts it out, and tells of it.
    fn end(&mut self, tx: &WriteTx<'_>, follow: &Follow) -> Result<()> {
        rows::remove(tx, follow.source, follow.target)?;
        if follow.status == FollowStatus::Accepted {
            self.count(tx, -1)?;
        }
        self.tell(tx, "feeds.follow.deleted", follow)
    }
}

/// Follows.
pub fn follow(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    input: FollowInput,
    if_there: IfThere,
    own: OwnFields,
) -> Result<Followed> {
    if input.source == input.target {
        return Err(ApiError::input("a feed cannot follow itself"));
    }
    let mut pair = Pair::ensure(tx, &input)?;
    must_own(actor, &pair.source, Capability::Follow)?;
    let known = rows::get(tx, pair.source.no, pair.target.no)?;
    if let Some(known) = known.filter(|known| known.status != FollowStatus::Rejected) {
        return match if_there {
            IfThere::Keep => {
                let follow = pair.enriched(tx, actor, known, own)?;
                Ok(Followed { follow, is_new: false, told: input.notifies.then_some(false) })
            }
            IfThere::Refuse => Err(ApiError::input(format!(
                "follow with source {} and target {} already exists in {} state",
                input.source,
                input.target,
                known.status.name()
            ))),
        };
    }
    access::require(tx, actor, &pair.target, Capability::Follow)?;
    // Whoever owns the two: a follow of such a feed is asked for (feeds-core, trap 8).
    let is_asked = pair.target.visibility == Visibility::Followers;
    let by_rule = if is_asked { FollowStatus::Pending } else { FollowStatus::Accepted };
    let status = input.status.unwrap_or(by_rule);
    let custom = input.custom.unwrap_or_default();
    user_rules::check_object("custom", &custom)?;
    let follow = Follow {
        source: pair.source.no,
        target: pair.target.no,
        status,
        shown_from: shown_from(tx, &pair.target, input.activity_copy_limit)?,
        follower_role: pair.role(tx, input.follower_role, FOLLOWER, status == FollowStatus::Accepted)?,
        push_preference: input.push_preference.unwrap_or_else(|| "none".to_owned()),
        custom,
        created_at: tx.now,
        updated_at: tx.now,
        accepted_at: None,
        rejected_at: None,
    };
    rows::save(tx, &follow)?;
    rows::forget_kept(tx, pair.source.no, pair.target.no)?;
    if status == FollowStatus::Accepted {
        pair.count(tx, 1)?;
    }
    pair.tell(tx, "feeds.follow.created", &follow)?;
    let told = input.notifies.then(|| pair.notify(tx, &follow, input.copies_custom)).transpose()?;
    Ok(Followed { follow: pair.enriched(tx, actor, follow, own)?, is_new: true, told })
}

/// The feed at an address, which is made where there is none, for the user whose id it has; he is made as well if that was asked
/// for. What is no user's is missed.
fn ensure(tx: &WriteTx<'_>, fid: &FeedId, makes_user: bool) -> Result<Feed> {
    // The id of a feed that is there need be no user's.
    if let Some(feed) = feeds::find(tx, fid)? {
        return Ok(feed);
    }
    let owner = if makes_user {
        Some(user_rules::ensure(tx, &user_rules::user_id("user_id", fid.id())?)?)
    } else {
        users::get(tx, fid.id())?.filter(|user| user.deleted_at.is_none())
    };
    let owner = owner.ok_or_else(|| feeds::missing(fid))?;
    Ok(feeds::ensure(tx, &owner.id, fid, NewFeed::default())?.0)
}

/// Only whose feed it is has it follow others, or no longer.
fn must_own(actor: Actor<'_>, source: &Feed, capability: Capability) -> Result<()> {
    match actor.by {
        Some(by) if actor.user != Some(&source.created_by) => {
            permission::feeds::check(Capabilities::NONE, capability, by, source.visibility)
        }
        _ => Ok(()),
    }
}

/// The number of the oldest activity that is shown when so many are.
fn shown_from(tx: &WriteTx<'_>, target: &Feed, limit: Option<i64>) -> Result<i64> {
    match limit {
        None => Ok(0),
        Some(0) => Ok(activities::last_number(tx)? + 1),
        Some(limit) => Ok(activities::number_of_newest(tx, target.no, limit)?.unwrap_or(0)),
    }
}

/// A follow that is there, or Stream's refusal.
fn present(tx: &ReadTx<'_>, pair: &Pair) -> Result<Follow> {
    let Pair { source, target } = pair;
    rows::get(tx, source.no, target.no)?.ok_or_else(|| missing(&source.fid, &target.fid))
}

/// What is changed of a follow.
#[derive(Clone, Debug, Default)]
pub struct FollowChange {
    pub push_preference: Option<String>,
    pub custom: Option<Map<String, Value>>,
    pub follower_role: Option<String>,
    pub status: Option<FollowStatus>,
    /// Whether whose feed is followed is told so, if he was not.
    pub notifies: bool,
    pub copies_custom: bool,
}

/// How a follow ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ending {
    /// Whether what it showed stays.
    pub keeps_history: bool,
    /// Whether whose feed was followed is told of it no longer.
    pub withdraws: bool,
}

/// Changes a follow: its source's owner what goes with it, a server its role and status too.
pub fn update(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    source: &FeedId,
    target: &FeedId,
    change: FollowChange,
    own: OwnFields,
) -> Result<Followed> {
    let mut pair = Pair::find(tx, source, target)?;
    let before = present(tx, &pair)?;
    must_own(actor, &pair.source, Capability::Follow)?;
    let custom = change.custom.unwrap_or_else(|| before.custom.clone());
    user_rules::check_object("custom", &custom)?;
    let after = Follow {
        push_preference: change.push_preference.unwrap_or_else(|| before.push_preference.clone()),
        custom,
        updated_at: later(tx.now, before.updated_at),
        ..before.clone()
    };
    let after = pair.settle(tx, after, change.status.unwrap_or(before.status), change.follower_role)?;
    let told = change.notifies.then(|| pair.notify(tx, &after, change.copies_custom)).transpose()?;
    Ok(Followed { follow: pair.enriched(tx, actor, after, own)?, is_new: false, told })
}

/// Accepts or declines a follow, as the target's owner may. What was decided before may be decided otherwise.
pub fn decide(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    source: &FeedId,
    target: &FeedId,
    status: FollowStatus,
    follower_role: Option<String>,
) -> Result<EnrichedFollow> {
    let mut pair = Pair::find(tx, source, target)?;
    access::require(tx, actor, &pair.target, Capability::UpdateFeedFollowers)?;
    let before = present(tx, &pair)?;
    let after = Follow { updated_at: later(tx.now, before.updated_at), ..before };
    let after = pair.settle(tx, after, status, follower_role)?;
    pair.enriched(tx, actor, after, OwnFields::NONE)
}

/// Ends a follow; `None` when there was none. What it showed stays only where that is asked for.
pub fn unfollow(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    source: &FeedId,
    target: &FeedId,
    Ending { keeps_history, withdraws }: Ending,
    own: OwnFields,
) -> Result<Option<EnrichedFollow>> {
    let mut pair = Pair::find(tx, source, target)?;
    must_own(actor, &pair.source, Capability::Unfollow)?;
    let Some(follow) = rows::get(tx, pair.source.no, pair.target.no)? else { return Ok(None) };
    if keeps_history && follow.status == FollowStatus::Accepted {
        rows::keep_history(tx, &follow)?;
    }
    pair.end(tx, &follow)?;
    if withdraws {
        let (actor, about) = (&pair.source.created_by, pair.target.created_by.as_str());
        notify::withdraw(tx, None, actor, notify::Kind::Follow, about)?;
    }
    pair.enriched(tx, actor, follow, own).map(Some)
}

/// The refusal where there is no such follow.
pub fn missing(source: &FeedId, target: &FeedId) -> ApiError {
    ApiError::not_found(format!("follow with source {source} and target {target} not found"))
}

/// Ends a follow whose feeds part, for whatever reason.
pub fn end(tx: &WriteTx<'_>, follow: &Follow) -> Result<()> {
    let Some(mut pair) = Pair::of(tx, follow)? else { return rows::remove(tx, follow.source, follow.target) };
    pair.end(tx, follow)
}

/// Decides a follow that nobody has to ask for any more.
pub fn settle(tx: &WriteTx<'_>, follow: Follow, status: FollowStatus) -> Result<()> {
    let Some(mut pair) = Pair::of(tx, &follow)? else { return Ok(()) };
    let follow = Follow { updated_at: later(tx.now, follow.updated_at), ..follow };
    pair.settle(tx, follow, status, None).map(drop)
}

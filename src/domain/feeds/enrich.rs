//! What answers show beside rows: users, feeds, parents, and what is the viewer's own. A page is enriched in a fixed number of
//! statements, one for each kind of thing, never one for each row.

use std::collections::{BTreeSet, HashMap};

use super::access::{Actor, Standing, standings};
use crate::error::{ApiError, Result};
use crate::model::feeds::feed::{EnrichedFeed, Feed, Own};
use crate::model::feeds::follow::{EnrichedFollow, Follow};
use crate::model::feeds::member::{EnrichedMember, Member};
use crate::store::ReadTx;
use crate::store::feeds::{feeds as feed_rows, follows, membership};

mod activities;
pub mod bookmarks;
mod collections;
mod comments;
mod metrics;
pub mod polls;
pub mod previews;
pub mod reactions;
pub mod shares;
mod users;

pub use activities::{Parts, activities};
pub use comments::{ShownComments, comment, comments};
pub use reactions::Friends;
pub use users::Users;

/// Which of a feed's own_* fields are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for on its own")]
pub struct OwnFields {
    /// What the viewer may do.
    pub capabilities: bool,
    /// Follows of the feed by the viewer's feeds.
    pub follows: bool,
    /// Follows of the viewer's feeds by the owner's.
    pub followings: bool,
    /// The viewer's membership.
    pub membership: bool,
}

impl OwnFields {
    /// None.
    pub const NONE: Self = Self { capabilities: false, follows: false, followings: false, membership: false };
    /// All.
    pub const ALL: Self = Self { capabilities: true, follows: true, followings: true, membership: true };

    /// Those of these names.
    pub fn named(names: &[String]) -> Result<Self> {
        let mut fields = Self::NONE;
        for name in names {
            let field = match name.as_str() {
                "own_capabilities" => &mut fields.capabilities,
                "own_follows" => &mut fields.follows,
                "own_followings" => &mut fields.followings,
                "own_membership" => &mut fields.membership,
                _ => {
                    return Err(ApiError::input(
                        "fields must be one of [own_capabilities own_follows own_followings own_membership]",
                    ));
                }
            };
            *field = true;
        }
        Ok(fields)
    }

    /// All where `enrich_own_fields` asks for them.
    pub fn asked(enrich: Option<bool>) -> Self {
        if enrich == Some(true) { Self::ALL } else { Self::NONE }
    }
}

/// Most follows in `own_followings` (feeds-core 1.6).
const FOLLOWINGS_MAX: usize = 5;
/// Follows that are looked through for them: of each of a page's owners there are few.
const FOLLOWINGS_READ_MAX: u32 = 1_000;

/// Feeds with what an answer shows of them, by number.
pub fn feeds(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    feeds: impl IntoIterator<Item = Feed>,
    asked: OwnFields,
) -> Result<HashMap<i64, EnrichedFeed>> {
    let feeds: Vec<Feed> = feeds.into_iter().collect();
    let mut own = if asked == OwnFields::NONE { HashMap::new() } else { own_of(tx, actor, &feeds, asked)? };
    let users = Users::load(tx, feeds.iter().map(|feed| feed.created_by.as_str()))?;
    let enriched = |feed: Feed| {
        let owner = users.get(feed.created_by.as_str());
        (feed.no, EnrichedFeed { owner, own: own.remove(&feed.no).map(Box::new), feed })
    };
    Ok(feeds.into_iter().map(enriched).collect())
}

/// A feed with what an answer shows of it.
pub fn feed(tx: &ReadTx<'_>, actor: Actor<'_>, feed: Feed, asked: OwnFields) -> Result<EnrichedFeed> {
    let owner = Users::load(tx, [feed.created_by.as_str()])?.get(feed.created_by.as_str());
    let own = match asked {
        OwnFields::NONE => None,
        _ => own_of(tx, actor, std::slice::from_ref(&feed), asked)?.remove(&feed.no).map(Box::new),
    };
    Ok(EnrichedFeed { feed, owner, own })
}

/// What feeds are to the viewer. The feeds within carry nothing of the kind again.
pub fn own_of(tx: &ReadTx<'_>, actor: Actor<'_>, feeds: &[Feed], asked: OwnFields) -> Result<HashMap<i64, Own>> {
    let standings = standings(tx, actor, feeds)?;
    let of_viewer = standings.values().flat_map(|standing| &standing.follows).cloned();
    let follows = if asked.follows { self::follows(tx, actor, of_viewer)? } else { Vec::new() };
    let followings = if asked.followings { followings(tx, actor, feeds)? } else { HashMap::new() };
    let members = standings.values().filter_map(|standing| standing.membership.clone());
    let members = if asked.membership { self::members(tx, members)? } else { Vec::new() };
    let own = |(no, standing): (&i64, &Standing)| {
        let own = Own {
            capabilities: asked.capabilities.then_some(standing.capabilities),
            follows: asked
                .follows
                .then(|| follows.iter().filter(|follow| follow.follow.target == *no).cloned().collect()),
            followings: asked.followings.then(|| followings.get(no).cloned().unwrap_or_default()),
            membership: members.iter().find(|member| member.member.feed == *no).cloned(),
        };
        (*no, own)
    };
    Ok(standings.iter().map(own).collect())
}

/// Follows of the viewer's feeds by feeds that the owner of each of these feeds owns.
fn followings(tx: &ReadTx<'_>, actor: Actor<'_>, feeds: &[Feed]) -> Result<HashMap<i64, Vec<EnrichedFollow>>> {
    let Some(user) = actor.user else { return Ok(HashMap::new()) };
    let owners: BTreeSet<&str> =
        feeds.iter().map(|feed| feed.created_by.as_str()).filter(|owner| *owner != user.as_str()).collect();
    let rows =
        follows::between_owners(tx, &owners.into_iter().collect::<Vec<_>>(), user.as_str(), FOLLOWINGS_READ_MAX)?;
    let enriched = self::follows(tx, actor, rows)?;
    let of = |feed: &Feed| {
        let of_owner = enriched.iter().filter(|follow| follow.source.feed.created_by == feed.created_by);
        of_owner.take(FOLLOWINGS_MAX).cloned().collect()
    };
    Ok(feeds.iter().map(|feed| (feed.no, of(feed))).collect())
}

/// Follows with both feeds of each; one whose feed is gone is left out.
pub fn follows(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    rows: impl IntoIterator<Item = Follow>,
) -> Result<Vec<EnrichedFollow>> {
    let rows: Vec<Follow> = rows.into_iter().collect();
    let numbers: BTreeSet<i64> = rows.iter().flat_map(|follow| [follow.source, follow.target]).collect();
    let found = feed_rows::by_number(tx, &numbers.into_iter().collect::<Vec<_>>())?;
    let feeds = feeds(tx, actor, found.into_values(), OwnFields::NONE)?;
    let enriched = |follow: Follow| {
        let (source, target) = (feeds.get(&follow.source)?.clone(), feeds.get(&follow.target)?.clone());
        Some(EnrichedFollow { follow, source, target })
    };
    Ok(rows.into_iter().filter_map(enriched).collect())
}

/// A member with the user.
pub fn member(tx: &ReadTx<'_>, row: Member) -> Result<EnrichedMember> {
    members(tx, [row])?.pop().ok_or_else(|| ApiError::internal(&"a member was lost on its way to the answer"))
}

/// Members with their users.
pub fn members(tx: &ReadTx<'_>, rows: impl IntoIterator<Item = Member>) -> Result<Vec<EnrichedMember>> {
    let rows: Vec<Member> = rows.into_iter().collect();
    let users = Users::load(tx, rows.iter().map(|member| member.user_id.as_str()))?;
    let levels: Vec<&str> = rows.iter().filter_map(|member| member.membership_level.as_deref()).collect();
    let levels = if levels.is_empty() { HashMap::new() } else { membership::by_ids(tx, &levels)? };
    let enriched = |member: Member| {
        let level = member.membership_level.as_ref().and_then(|id| levels.get(id)).cloned();
        EnrichedMember { user: users.get(member.user_id.as_str()), level, member }
    };
    Ok(rows.into_iter().map(enriched).collect())
}

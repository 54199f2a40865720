//! What somebody may do on a feed (feeds-core 12): by the feed's visibility, by what somebody is to it, and by the grants.

use std::collections::HashMap;

use crate::error::Result;
use crate::ids::UserId;
use crate::model::feeds::feed::Feed;
use crate::model::feeds::follow::{Follow, FollowStatus};
use crate::model::feeds::member::{Member, MemberStatus};
use crate::permission::capability::{Capabilities, Capability};
use crate::permission::feeds::Relation;
use crate::permission::{self, Subject};
use crate::store::ReadTx;
use crate::store::feeds::{follows, members};

/// On whose behalf feeds are read and changed.
#[derive(Clone, Copy)]
pub struct Actor<'a> {
    /// The user: the caller, or whom a server names.
    pub user: Option<&'a UserId>,
    /// Who has to be allowed to; a server has not.
    pub by: Option<Subject<'a>>,
}

impl<'a> Actor<'a> {
    /// A server that acts for a user.
    pub fn of(user: &'a UserId) -> Self {
        Self { user: Some(user), by: None }
    }

    /// A server that names nobody; what is shown to it is nobody's own.
    pub const SERVER: Self = Self { user: None, by: None };
}

/// What a feed is to somebody.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Somebody made it, and owns it.
    pub is_owner: bool,
    /// What somebody may do.
    pub capabilities: Capabilities,
    /// The membership, invitations included.
    pub membership: Option<Member>,
    /// Follows of it by somebody's feeds, whatever became of them.
    pub follows: Vec<Follow>,
}

/// What feeds are to an actor, by their numbers: two statements, however many there are.
pub fn standings<'f>(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    feeds: impl IntoIterator<Item = &'f Feed>,
) -> Result<HashMap<i64, Standing>> {
    let feeds: Vec<&Feed> = feeds.into_iter().collect();
    let mut standings: HashMap<i64, Standing> = feeds.iter().map(|feed| (feed.no, Standing::default())).collect();
    if let Some(user) = actor.user {
        let numbers: Vec<i64> = standings.keys().copied().collect();
        for member in members::of_user(tx, user.as_str(), &numbers)? {
            let feed = member.feed;
            standings.entry(feed).or_default().membership = Some(member);
        }
        for follow in follows::by_owner_of(tx, user.as_str(), &numbers)? {
            standings.entry(follow.target).or_default().follows.push(follow);
        }
    }
    for feed in feeds {
        let Some(standing) = standings.get_mut(&feed.no) else { continue };
        standing.is_owner = actor.user.is_some_and(|user| *user == feed.created_by);
        standing.capabilities = capabilities(tx, actor, feed, standing);
    }
    Ok(standings)
}

/// What a feed is to an actor.
pub fn standing(tx: &ReadTx<'_>, actor: Actor<'_>, feed: &Feed) -> Result<Standing> {
    Ok(standings(tx, actor, [feed])?.remove(&feed.no).unwrap_or_default())
}

/// By all roles that the actor has there: its own, and those that being an owner, a member or a follower brings.
fn capabilities(tx: &ReadTx<'_>, actor: Actor<'_>, feed: &Feed, standing: &Standing) -> Capabilities {
    let facts = actor.user.map(|user| tx.facts(user.as_str()));
    let subject = match (actor.by, actor.user, &facts) {
        (Some(by), ..) => by,
        (None, Some(user), Some(facts)) => Subject { id: user.as_str(), role: &facts.role, teams: &facts.teams },
        _ => return Capabilities::NONE,
    };
    let member = standing.membership.as_ref().filter(|member| member.status == MemberStatus::Member);
    let followed = standing.follows.iter().find(|follow| follow.status == FollowStatus::Accepted);
    let relation = Relation {
        owns: standing.is_owner,
        member: member.map(|member| member.role.as_str()),
        follower: followed.map(|follow| follow.follower_role.as_str()),
    };
    permission::feeds::capabilities(&tx.app_state(), subject, feed.visibility, relation)
}

/// Does something as a user's own client would, by the role that the user has by now. Who is a client already, or a server that
/// acts for nobody, stays so.
pub fn as_client<T>(tx: &ReadTx<'_>, actor: Actor<'_>, job: impl FnOnce(Actor<'_>) -> Result<T>) -> Result<T> {
    let Some(user) = actor.user.filter(|_| actor.by.is_none()) else { return job(actor) };
    let facts = tx.facts(user.as_str());
    job(Actor { user: Some(user), by: Some(Subject { id: user.as_str(), role: &facts.role, teams: &facts.teams }) })
}

/// Refuses unless the actor may do this on the feed.
pub fn require(tx: &ReadTx<'_>, actor: Actor<'_>, feed: &Feed, capability: Capability) -> Result<()> {
    if actor.by.is_none() {
        return Ok(());
    }
    judge(actor, feed, &standing(tx, actor, feed)?, capability)
}

/// The same where the standing is known.
pub fn judge(actor: Actor<'_>, feed: &Feed, standing: &Standing, capability: Capability) -> Result<()> {
    match actor.by {
        Some(by) => permission::feeds::check(standing.capabilities, capability, by, feed.visibility),
        None => Ok(()),
    }
}

/// Whether the actor may read what is in a feed.
pub fn may_read(actor: Actor<'_>, standing: &Standing) -> bool {
    actor.by.is_none() || standing.capabilities.has(Capability::ReadActivities)
}

/// Whether somebody may read what is in a feed by his role in the app alone.
pub fn may_read_as_stranger(tx: &ReadTx<'_>, by: Subject<'_>, feed: &Feed) -> bool {
    let can = permission::feeds::capabilities(&tx.app_state(), by, feed.visibility, Relation::default());
    can.has(Capability::ReadActivities)
}

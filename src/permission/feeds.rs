//! May they, on a feed: one set of capabilities, and one bit of it.

use super::capability::{Capabilities, Capability};
use super::feed_roles::{self, FOLLOWER, OWNER, VIEWER};
use super::scope::{Scope, Visibility};
use super::{Subject, holds, refusal};
use crate::app::AppState;
use crate::error::Result;

/// What somebody is to a feed, besides having a role in the app. Nothing, for a stranger.
#[derive(Clone, Copy, Debug, Default)]
pub struct Relation<'a> {
    /// Whether the feed is his.
    pub owns: bool,
    /// As what he is a member.
    pub member: Option<&'a str>,
    /// As what he follows it, where that was accepted.
    pub follower: Option<&'a str>,
}

impl<'a> Relation<'a> {
    fn roles(self) -> impl Iterator<Item = &'a str> {
        self.owns.then_some(OWNER).into_iter().chain(self.member).chain(self.follower)
    }
}

/// All that somebody can do on a feed.
pub fn capabilities(
    app: &AppState,
    subject: Subject<'_>,
    visibility: Visibility,
    relation: Relation<'_>,
) -> Capabilities {
    if app.rules.disable_permissions_checks {
        return Capabilities::ALL;
    }
    // Known: a role that is not one of these, or no longer, is kept and counts as that of every follower.
    let is_known = |role: &str| [FOLLOWER, VIEWER].contains(&role) || app.roles.contains_key(role);
    let follower = relation.follower.map(|role| if is_known(role) { role } else { FOLLOWER });
    let relation = Relation { follower, ..relation };
    let roles = std::iter::once(subject.role).chain(relation.roles());
    roles.map(|role| of_role(app, subject, visibility, relation, role)).collect()
}

fn of_role(
    app: &AppState,
    subject: Subject<'_>,
    visibility: Visibility,
    relation: Relation<'_>,
    role: &str,
) -> Capabilities {
    let Some(granted) = app.grants.get(Scope::Feeds(visibility), role) else {
        return feed_roles::default_grants(visibility, role);
    };
    let own = granted.ids.iter().filter_map(|id| app.permissions.get(id)).filter(|own| holds(own, subject, &[]));
    own.fold(granted.on_feeds, |all, own| {
        all.and(Capabilities::all_where(|capability| {
            own.action == capability.action()
                && (!own.owner || capability.is_own() || (relation.owns && !capability.is_any()))
        }))
    })
}

/// Allows or refuses one thing, of what somebody can do on a feed.
pub fn check(can: Capabilities, wanted: Capability, subject: Subject<'_>, visibility: Visibility) -> Result<()> {
    if can.has(wanted) { Ok(()) } else { Err(refusal(subject, wanted.action(), Scope::Feeds(visibility), false)) }
}

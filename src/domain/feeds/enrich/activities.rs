//! Activities with what an answer shows beside their rows.

use std::collections::{BTreeSet, HashMap};

use super::comments::{self, ShownComments};
use super::reactions::Friends;
use super::users::Users;
use super::{bookmarks, collections, metrics, polls, previews, reactions, shares};
use crate::error::Result;
use crate::ids::UserId;
use crate::model::feeds::activity::{Activity, EnrichedActivity};
use crate::model::feeds::feed::EnrichedFeed;
use crate::store::ReadTx;
use crate::store::feeds::{activities as rows, feedback};

/// Which parts of activities an answer shows (feeds-core 5.4). Each costs a statement or two, however many activities there are.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for on its own")]
pub struct Parts {
    /// Whom they mention.
    pub mentioned: bool,
    /// What they share.
    pub parents: bool,
    /// Their polls.
    pub poll: bool,
    /// What they refer to in collections.
    pub collections: bool,
    /// The first comments upon them.
    pub comments: ShownComments,
    /// The reactions to them.
    pub reactions: bool,
    /// The viewer's bookmarks of them.
    pub own_bookmarks: bool,
    /// Reactions of whom the viewer follows.
    pub friends: Option<Friends>,
}

impl Parts {
    /// All.
    pub const ALL: Self = Self {
        mentioned: true,
        parents: true,
        poll: true,
        collections: true,
        comments: ShownComments::LATEST,
        reactions: true,
        own_bookmarks: true,
        friends: None,
    };
}

/// Activities with what an answer shows of them to a viewer, in the order given, each with the feed through which it is seen.
pub fn activities(
    tx: &ReadTx<'_>,
    viewer: Option<&UserId>,
    rows: Vec<(Activity, Option<EnrichedFeed>)>,
    parts: Parts,
) -> Result<Vec<EnrichedActivity>> {
    let parents: Vec<i64> = rows.iter().filter_map(|(activity, _)| activity.parent).filter(|_| parts.parents).collect();
    let parents = if parents.is_empty() { HashMap::new() } else { rows::by_number(tx, &parents)? };
    let shown = rows.iter().map(|(activity, _)| activity).chain(parents.values());
    let users = shown.flat_map(|activity| {
        let mentioned = activity.mentioned.iter().map(String::as_str).filter(|_| parts.mentioned);
        std::iter::once(activity.user_id.as_str()).chain(mentioned)
    });
    let users = Users::load(tx, users)?;
    let plain = |activity: Activity, current_feed: Option<EnrichedFeed>| {
        let user = users.get(activity.user_id.as_str());
        let mentioned = activity.mentioned.iter().filter(|_| parts.mentioned).filter_map(|id| users.known(id));
        EnrichedActivity { mentioned: mentioned.collect(), current_feed, ..EnrichedActivity::plain(activity, user) }
    };
    let mut activities: Vec<EnrichedActivity> = Vec::with_capacity(rows.len() + parents.len());
    activities.extend(rows.into_iter().map(|(activity, current_feed)| plain(activity, current_feed)));
    let shown = activities.len();
    activities.extend(parents.into_values().filter(|parent| parent.is_live(tx.now)).map(|parent| plain(parent, None)));
    hang(tx, viewer, &mut activities, parts)?;
    let parents = activities.split_off(shown);
    for activity in &mut activities {
        let parent = activity.activity.parent.and_then(|no| parents.iter().find(|parent| parent.activity.no == no));
        activity.parent = parent.cloned().map(Box::new);
    }
    Ok(activities)
}

/// Puts onto activities what hangs on them: one line for each kind of thing, which is read for all of them at once.
fn hang(tx: &ReadTx<'_>, viewer: Option<&UserId>, activities: &mut [EnrichedActivity], parts: Parts) -> Result<()> {
    shares::hang(tx, activities)?;
    metrics::hang(tx, activities)?;
    comments::hang(tx, viewer, activities, parts.comments)?;
    if parts.poll {
        polls(tx, viewer, activities)?;
    }
    if parts.collections {
        collections::hang(tx, activities)?;
    }
    if parts.reactions {
        reactions::hang(tx, viewer, activities)?;
    }
    if let (Some(viewer), Some(friends)) = (viewer, parts.friends) {
        reactions::hang_friends(tx, viewer, activities, friends)?;
    }
    if let Some(viewer) = viewer {
        hidden(tx, viewer, activities)?;
    }
    previews::hang(tx, viewer, activities)?;
    // The last, since a bookmark shows its activity as it is by then.
    match viewer {
        Some(viewer) if parts.own_bookmarks => bookmarks::hang(tx, viewer, activities),
        _ => Ok(()),
    }
}

fn hidden(tx: &ReadTx<'_>, viewer: &UserId, activities: &mut [EnrichedActivity]) -> Result<()> {
    let numbers: Vec<i64> = activities.iter().map(|one| one.activity.no).collect();
    let hidden = feedback::hidden(tx, viewer.as_str(), &numbers)?;
    for one in activities {
        one.is_hidden = hidden.contains(&one.activity.no);
    }
    Ok(())
}

fn polls(tx: &ReadTx<'_>, viewer: Option<&UserId>, activities: &mut [EnrichedActivity]) -> Result<()> {
    let ids: BTreeSet<&str> = activities.iter().filter_map(|one| one.activity.poll_id.as_deref()).collect();
    let polls = polls::by_ids(tx, viewer, &ids.into_iter().collect::<Vec<_>>())?;
    for one in activities {
        let poll = one.activity.poll_id.as_deref().and_then(|id| polls.get(id));
        one.poll = poll.cloned().map(Box::new);
    }
    Ok(())
}

//! Deleting and telling all that a user has in feeds (feeds-core 15). A deletion of the user leaves it where it is.

use std::collections::{BTreeSet, HashMap};

use super::access::Actor;
use super::activities::{self, Deletion};
use super::enrich::{self, OwnFields, Parts};
use super::{
    activity_reactions, bookmarks, change, comment_reactions, comments, folder_ends, members, pins, polls, votes,
};
use crate::error::{ApiError, Result};
use crate::ids::FeedId;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::bookmark::{EnrichedBookmark, EnrichedFolder, Marked};
use crate::model::feeds::collection::Collection;
use crate::model::feeds::feed::{EnrichedFeed, Feed};
use crate::model::feeds::follow::EnrichedFollow;
use crate::model::feeds::member::EnrichedMember;
use crate::model::feeds::object::{Address, ObjectKind};
use crate::model::feeds::reaction::EnrichedReaction;
use crate::model::user::User;
use crate::store::feeds::follows::{self, Side};
use crate::store::feeds::{
    activities as activity_rows, bookmarks as bookmark_rows, collections as collection_rows, comments as comment_rows,
    feeds as feed_rows, folders as folder_rows, polls as poll_rows, reactions as reaction_rows, user_data as rows,
};
use crate::store::{ReadTx, WriteTx, users};

/// The user, deleted or not.
fn present(tx: &ReadTx<'_>, id: &str) -> Result<User> {
    users::get(tx, id)?.ok_or_else(|| ApiError::not_found(format!("the user {id} does not exist")))
}

/// Deletes what a user has pinned, written, made, voted, bookmarked, collected and reacted to, and takes him out of the feeds of
/// others; who watches hears of it all. A hard deletion leaves no rows.
pub fn delete(tx: &WriteTx<'_>, id: &str, is_hard: bool) -> Result<()> {
    let user = present(tx, id)?;
    let unpinned = rows::pins(tx, id)?;
    let by_number = feed_rows::by_number(tx, &unpinned.iter().map(|pin| pin.feed).collect::<Vec<_>>())?;
    let pinned = activity_rows::by_number(tx, &unpinned.iter().map(|pin| pin.activity).collect::<Vec<_>>())?;
    for pin in unpinned {
        if let (Some(feed), Some(activity)) = (by_number.get(&pin.feed), pinned.get(&pin.activity)) {
            pins::unpin(tx, Actor::SERVER, &user, &feed.fid, &activity.id, OwnFields::NONE)?;
        }
    }
    for reaction in reaction_rows::all_of(tx, ObjectKind::Activity, id)? {
        activity_reactions::end(tx, &user, reaction)?;
    }
    for reaction in reaction_rows::all_of(tx, ObjectKind::Comment, id)? {
        comment_reactions::end(tx, &user, reaction)?;
    }
    for comment in comment_rows::written_by(tx, id)? {
        comments::end(tx, &user, &comment, is_hard)?;
    }
    for vote in poll_rows::all_votes_of(tx, id)? {
        votes::end(tx, &user, vote)?;
    }
    for poll in poll_rows::made_by(tx, id)? {
        polls::delete(tx, Actor::SERVER, &poll)?;
    }
    for bookmark in bookmark_rows::all_of(tx, id)? {
        bookmarks::end(tx, bookmark)?;
    }
    for folder in folder_rows::all_of(tx, id)? {
        folder_ends::end(tx, folder)?;
    }
    for member in rows::memberships(tx, id)? {
        if let Some(feed) = feed_rows::by_number(tx, &[member.feed])?.remove(&member.feed) {
            members::remove(tx, &user, feed)?;
        }
    }
    for activity in rows::activities(tx, id)? {
        if is_hard || activity.deleted_at.is_none() {
            activities::delete(tx, Actor::SERVER, Some(&user), &activity.id, Deletion { is_hard, withdraws: true })?;
        }
    }
    for feed in rows::feeds(tx, id)? {
        match (feed.deleted_at, is_hard) {
            (None, _) => change::end(tx, Some(&user), feed, is_hard)?,
            (Some(_), true) => feed_rows::remove(tx, feed.no)?,
            (Some(_), false) => {}
        }
    }
    rows::forget(tx, id)
}

/// All that a user has in feeds.
#[derive(Debug)]
pub struct UserData {
    pub user: User,
    /// The feeds that he owns.
    pub feeds: Vec<EnrichedFeed>,
    /// What he wrote.
    pub activities: Vec<EnrichedActivity>,
    /// Follows by his feeds.
    pub follows: Vec<EnrichedFollow>,
    /// Where he is a member, or invited.
    pub memberships: Vec<(FeedId, EnrichedMember)>,
    /// What he has pinned: the feed's address and the activity's id.
    pub pins: Vec<(FeedId, String)>,
    /// His reactions to activities.
    pub reactions: Vec<EnrichedReaction>,
    /// His folders of bookmarks.
    pub folders: Vec<EnrichedFolder>,
    /// What he has bookmarked.
    pub bookmarks: Vec<EnrichedBookmark>,
    /// What he keeps in collections.
    pub collections: Vec<Collection>,
}

/// Gathers all that a user has in feeds and that is not deleted.
pub fn gather(tx: &ReadTx<'_>, id: &str) -> Result<UserData> {
    let user = present(tx, id)?;
    let feeds: Vec<Feed> = rows::feeds(tx, id)?.into_iter().filter(|feed| feed.deleted_at.is_none()).collect();
    let mut follows = Vec::new();
    for feed in &feeds {
        follows.extend(follows::all_of(tx, feed.no, Side::Source, None)?);
    }
    let written = rows::activities(tx, id)?.into_iter().filter(|activity| activity.deleted_at.is_none());
    let written = written.map(|activity| (activity, None)).collect();
    let (memberships, pins) = (rows::memberships(tx, id)?, rows::pins(tx, id)?);
    let elsewhere = memberships.iter().map(|member| member.feed).chain(pins.iter().map(|pin| pin.feed));
    let elsewhere: BTreeSet<i64> = elsewhere.collect();
    let named = feed_rows::by_number(tx, &elsewhere.into_iter().collect::<Vec<_>>())?;
    let fid = |no: i64| named.get(&no).map(|feed| feed.fid.clone());
    let pinned = activity_rows::by_number(tx, &pins.iter().map(|pin| pin.activity).collect::<Vec<_>>())?;
    let reactions = reaction_rows::all_of(tx, ObjectKind::Activity, id)?;
    let marked = bookmark_rows::all_of(tx, id)?;
    let upon = reactions.iter().map(|one| one.object.activity).chain(marked.iter().map(|one| one.object.activity));
    let upon: BTreeSet<i64> = upon.collect();
    let upon = activity_rows::by_number(tx, &upon.into_iter().collect::<Vec<_>>())?;
    let objects = upon.values().map(|activity| (activity.no, Address::of_activity(&activity.id))).collect();
    let upon = upon.into_values().map(|activity| (activity, None)).collect();
    let upon = enrich::activities(tx, None, upon, Parts::ALL)?.into_iter();
    let upon = upon.map(|one| ((ObjectKind::Activity, one.activity.no), Marked::activity(one)));
    let upon = upon.chain(enrich::bookmarks::comments_of(tx, None, &marked)?).collect();
    let memberships = enrich::members(tx, memberships)?;
    let order: Vec<i64> = feeds.iter().map(|feed| feed.no).collect();
    let mut enriched: HashMap<i64, EnrichedFeed> = enrich::feeds(tx, Actor::SERVER, feeds, OwnFields::NONE)?;
    Ok(UserData {
        user,
        feeds: order.iter().filter_map(|no| enriched.remove(no)).collect(),
        activities: enrich::activities(tx, None, written, Parts::ALL)?,
        follows: enrich::follows(tx, Actor::SERVER, follows)?,
        memberships: memberships.into_iter().filter_map(|one| Some((fid(one.member.feed)?, one))).collect(),
        reactions: enrich::reactions::enriched(tx, &objects, reactions)?,
        folders: enrich::bookmarks::with_users(tx, folder_rows::all_of(tx, id)?)?,
        bookmarks: enrich::bookmarks::enriched(tx, marked, &upon)?,
        collections: collection_rows::all_of(tx, id)?,
        pins: pins.iter().filter_map(|pin| Some((fid(pin.feed)?, pinned.get(&pin.activity)?.id.clone()))).collect(),
    })
}

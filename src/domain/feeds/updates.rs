//! Who hears what a feed is by now that keeps account of its readers: notification feeds and stories (feeds-events 6). These
//! events are for one reader each, and say all that there is to say, so that a later one may stand for those before it.

use std::sync::Arc;

use super::access::{self, Actor};
use super::aggregation::Aggregation;
use super::marks::Tracked;
use super::{events, groups, read};
use crate::error::Result;
use crate::event::feeds::{About, Change};
use crate::ids::UserId;
use crate::model::feeds::activity::{Activity, EnrichedActivity};
use crate::model::feeds::aggregate::EnrichedAggregate;
use crate::model::feeds::feed::Feed;
use crate::model::user::User;
use crate::store::WriteTx;
use crate::store::feeds::marks as mark_rows;

/// Tells of what an activity that came or went has made of the feeds that it is in, and of stories that show these.
pub fn tell(tx: &WriteTx<'_>, kind: &str, user: Option<&Arc<User>>, activity: &Activity, feeds: &[Feed]) -> Result<()> {
    let is_change = kind == "feeds.activity.updated";
    let came_or_went = [
        "feeds.activity.added",
        "feeds.activity.restored",
        "feeds.activity.deleted",
        "feeds.activity.removed_from_feed",
    ];
    if !is_change && !came_or_went.contains(&kind) {
        return Ok(());
    }
    let timelines = events::watched_timelines(tx, feeds)?;
    for feed in feeds.iter().chain(&timelines) {
        let Some(group) = groups::find(tx, feed.fid.group())? else { continue };
        let aggregation = Aggregation::of_group(&group);
        // A change makes no group another. An activity that changed is unread again; and so it is told, since the event of the
        // change, which is the same for all, has made clients forget what they knew of it.
        if is_change && aggregation.is_some() {
            continue;
        }
        if Tracked::by(&group).has_status {
            let key = aggregation.map(|aggregation| aggregation.key(activity));
            tell_status(tx, user, feed, key.as_deref())?;
        }
    }
    if is_change {
        return Ok(());
    }
    for timeline in timelines {
        for reader in tx.watchers(&timeline.fid) {
            tell_stories(tx, user, &timeline, &reader, std::slice::from_ref(activity))?;
        }
    }
    Ok(())
}

/// Tells who watches a feed of his status there, and of the group that has changed. Those who never marked anything there have
/// the same.
fn tell_status(tx: &WriteTx<'_>, user: Option<&Arc<User>>, feed: &Feed, key: Option<&str>) -> Result<()> {
    let readers = events::may_hear(tx, feed)?;
    if readers.is_empty() {
        return Ok(());
    }
    let known = mark_rows::users(tx, feed.no)?;
    let (known, new): (Vec<UserId>, Vec<UserId>) = readers.into_iter().partition(|reader| known.contains(reader));
    for some in known.into_iter().map(|reader| vec![reader]).chain((!new.is_empty()).then_some(new)) {
        let Some(first) = some.first() else { continue };
        let about = access::as_client(tx, Actor::of(first), |actor| {
            let keys: Vec<&str> = key.into_iter().collect();
            let (groups, status) = read::account(tx, actor, feed, &keys)?;
            let groups = groups.map(|groups| groups.into_iter().map(EnrichedAggregate::for_one).collect());
            Ok(About::Notifications { groups: groups.filter(|_| key.is_some()), status })
        })?;
        let change = Change::new(user.cloned(), about);
        events::tell_some(tx, "feeds.notification_feed.updated", feed, &change, some);
    }
    Ok(())
}

/// Tells somebody, where he watches a feed, of his status there after he marked something.
pub fn tell_own_status(tx: &WriteTx<'_>, user: &User, feed: &Feed) -> Result<()> {
    if !tx.watchers(&feed.fid).contains(&user.id) {
        return Ok(());
    }
    let (_, status) = access::as_client(tx, Actor::of(&user.id), |actor| read::account(tx, actor, feed, &[]))?;
    let change = Change::new(Some(Arc::new(user.clone())), About::Notifications { groups: None, status });
    events::tell_some(tx, "feeds.notification_feed.updated", feed, &change, vec![user.id.clone()]);
    Ok(())
}

/// Tells somebody, where he watches these feeds or one that follows them, which of the stories there he has watched.
pub fn tell_watched(tx: &WriteTx<'_>, user: &User, feeds: &[Feed], activities: &[Activity]) -> Result<()> {
    let told = Arc::new(user.clone());
    let timelines = events::watched_timelines(tx, feeds)?;
    for feed in feeds.iter().chain(&timelines) {
        if tx.watchers(&feed.fid).contains(&user.id) {
            tell_stories(tx, Some(&told), feed, &user.id, activities)?;
        }
    }
    Ok(())
}

/// Tells a reader who watches a feed of stories of those that have changed: of the groups that they are in, where it groups.
fn tell_stories(
    tx: &WriteTx<'_>,
    user: Option<&Arc<User>>,
    feed: &Feed,
    reader: &UserId,
    activities: &[Activity],
) -> Result<()> {
    let Some(group) = groups::find(tx, feed.fid.group())?.filter(|group| group.config.stories.is_some()) else {
        return Ok(());
    };
    let about = access::as_client(tx, Actor::of(reader), |actor| {
        if let Some(aggregation) = Aggregation::of_group(&group) {
            let keys: Vec<String> = activities.iter().map(|activity| aggregation.key(activity)).collect();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let (groups, _) = read::account(tx, actor, feed, &keys)?;
            let groups: Vec<_> = groups.into_iter().flatten().map(EnrichedAggregate::for_one).collect();
            Ok((!groups.is_empty()).then_some(About::Stories { groups: Some(groups), activities: None }))
        } else {
            let shown: Vec<EnrichedActivity> = read::some(tx, actor, feed, activities)?;
            Ok((!shown.is_empty()).then_some(About::Stories { groups: None, activities: Some(shown) }))
        }
    })?;
    if let Some(about) = about {
        let change = Change::new(user.cloned(), about);
        events::tell_some(tx, "feeds.stories_feed.updated", feed, &change, vec![reader.clone()]);
    }
    Ok(())
}

//! Who hears of a change in feeds (feeds-events 3).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::access::{self, Actor};
use super::enrich::previews;
use super::{groups, selectors, views};
use crate::error::Result;
use crate::event::feeds::{About, Change, FeedEvent};
use crate::event::topic::Topic;
use crate::event::{Event, Payload};
use crate::ids::UserId;
use crate::model::feeds::activity::{Activity, EnrichedActivity};
use crate::model::feeds::feed::Feed;
use crate::model::user::User;
use crate::permission::Subject;
use crate::store::WriteTx;
use crate::store::feeds::{feeds, follows};

/// Tells those who watch a feed of a change, and may read the feed by now.
pub fn tell(tx: &WriteTx<'_>, kind: &'static str, feed: &Feed, change: &Arc<Change>) -> Result<()> {
    let only = readers(tx, feed, &tx.watchers(&feed.fid), Whom::All)?;
    emit(tx, kind, feed, change, only);
    Ok(())
}

/// Tells those who watch a feed of what was done to an activity in it. What is private is told to its author and to whose feed
/// it is.
pub fn tell_in(
    tx: &WriteTx<'_>,
    kind: &'static str,
    feed: &Feed,
    activity: &Activity,
    change: &Arc<Change>,
) -> Result<()> {
    let only = readers(tx, feed, &tx.watchers(&feed.fid), Whom::of(activity))?;
    emit(tx, kind, feed, change, only);
    Ok(())
}

/// Tells these users of a change, where they watch a feed. Whether they may is for whoever names them.
pub fn tell_some(tx: &WriteTx<'_>, kind: &'static str, feed: &Feed, change: &Arc<Change>, users: Vec<UserId>) {
    if !users.is_empty() {
        emit(tx, kind, feed, change, Some(users));
    }
}

/// Who watches a feed and may read it by now.
pub fn may_hear(tx: &WriteTx<'_>, feed: &Feed) -> Result<Vec<UserId>> {
    let watchers = tx.watchers(&feed.fid);
    Ok(readers(tx, feed, &watchers, Whom::All)?.unwrap_or(watchers))
}

fn emit(tx: &WriteTx<'_>, kind: &'static str, feed: &Feed, change: &Arc<Change>, only: Option<Vec<UserId>>) {
    let (fid, visibility) = (Some(feed.fid.clone()), Some(feed.visibility));
    let event = FeedEvent { fid, visibility, change: Arc::clone(change) };
    let event = Event::new(kind, tx.now, [Topic::Feed(feed.fid.clone())], Payload::Feeds(event));
    tx.emit(event.only_for(only));
}

/// Of these users those who may read what is in a feed, and for whom it is; `None` for all of them.
fn readers(tx: &WriteTx<'_>, feed: &Feed, users: &[UserId], whom: Whom<'_>) -> Result<Option<Vec<UserId>>> {
    let mut readers = Vec::new();
    for user in users {
        let facts = tx.facts(user.as_str());
        let by = Subject { id: user.as_str(), role: &facts.role, teams: &facts.teams };
        let actor = Actor { user: Some(user), by: Some(by) };
        // Whoever may by the role alone needs no look at what else the feed is to him: there may be thousands.
        let is_reader = match whom {
            Whom::All if access::may_read_as_stranger(tx, by, feed) => true,
            Whom::All => access::may_read(actor, &access::standing(tx, actor, feed)?),
            Whom::AuthorAndOwner(author) => user == author || *user == feed.created_by,
            Whom::Open(activity) => {
                previews::is_open(tx, user, activity)? && access::may_read(actor, &access::standing(tx, actor, feed)?)
            }
            Whom::Among(some) => some.contains(user) && access::may_read(actor, &access::standing(tx, actor, feed)?),
        };
        if is_reader {
            readers.push(user.clone());
        }
    }
    Ok(Some(readers).filter(|readers| readers.len() < users.len()))
}

/// For whom something in a feed is.
#[derive(Clone, Copy)]
enum Whom<'a> {
    /// Everybody who may read it.
    All,
    /// What is private.
    AuthorAndOwner(&'a UserId),
    /// To whom the tag of it is open: what is told is told in full.
    Open(&'a Activity),
    /// These, if they may read it.
    Among(&'a [UserId]),
}

impl<'a> Whom<'a> {
    /// For whom an activity is.
    fn of(activity: &'a Activity) -> Self {
        match activity.visibility.as_str() {
            "private" => Self::AuthorAndOwner(&activity.user_id),
            "tag" => Self::Open(activity),
            _ => Self::All,
        }
    }
}

/// Tells those of a change to an activity who watch a feed that it is in, and those who watch one that follows such a feed. What
/// is private is told to its author, and to whose feed it is in.
pub fn tell_activity(
    tx: &WriteTx<'_>,
    kind: &'static str,
    user: Option<Arc<User>>,
    activity: &EnrichedActivity,
    feeds: &[Feed],
) -> Result<()> {
    let change = Change::new(user, About::Activity(Box::new(activity.clone())));
    tell_about(tx, kind, &change, &activity.activity, feeds)
}

/// The same of a change to what hangs on an activity.
pub fn tell_about(
    tx: &WriteTx<'_>,
    kind: &'static str,
    change: &Arc<Change>,
    activity: &Activity,
    feeds: &[Feed],
) -> Result<()> {
    for (feed, only) in shown_in(tx, activity, feeds)? {
        emit(tx, kind, &feed, change, only);
    }
    Ok(())
}

/// Tells them all of a change once, wherever they are shown the activity, but for one user.
pub fn tell_others(
    tx: &WriteTx<'_>,
    kind: &'static str,
    change: &Arc<Change>,
    activity: &Activity,
    feeds: &[Feed],
    but: &UserId,
) -> Result<()> {
    let (mut topics, mut whom) = (Vec::new(), BTreeSet::new());
    for (feed, only) in shown_in(tx, activity, feeds)? {
        whom.extend(only.unwrap_or_else(|| tx.watchers(&feed.fid)));
        topics.push(Topic::Feed(feed.fid));
    }
    whom.remove(but);
    if !whom.is_empty() {
        let event = FeedEvent { fid: None, visibility: None, change: Arc::clone(change) };
        let event = Event::new(kind, tx.now, topics, Payload::Feeds(event));
        tx.emit(event.only_for(Some(whom.into_iter().collect())));
    }
    Ok(())
}

/// Tells a user's own connections of what is his.
pub fn tell_user(tx: &WriteTx<'_>, kind: &'static str, user: &UserId, change: &Arc<Change>) {
    let event = FeedEvent { fid: None, visibility: None, change: Arc::clone(change) };
    tx.emit(Event::new(kind, tx.now, [Topic::Own(user.clone())], Payload::Feeds(event)));
}

/// The feeds in which watchers are shown an activity, which is in these, and to whom of them; `None` for all.
fn shown_in(tx: &WriteTx<'_>, activity: &Activity, feeds: &[Feed]) -> Result<Vec<(Feed, Option<Vec<UserId>>)>> {
    let author = &activity.user_id;
    let is_private = activity.visibility == "private";
    let whom = Whom::of(activity);
    let mut shown = Vec::new();
    for feed in feeds {
        shown.push((feed.clone(), readers(tx, feed, &tx.watchers(&feed.fid), whom)?));
    }
    for timeline in watched_timelines(tx, feeds)? {
        let watchers = tx.watchers(&timeline.fid);
        // Who watches the timeline has to be allowed to read one of the feeds that this comes from, and the timeline. That it is
        // his feed in which something private is makes no difference there.
        let mut allowed: Vec<UserId> = Vec::new();
        for feed in feeds {
            allowed.extend(readers(tx, feed, &watchers, Whom::All)?.unwrap_or_else(|| watchers.clone()));
        }
        allowed.retain(|user| !is_private || user == author);
        if let Whom::Open(activity) = whom {
            let mut open = Vec::new();
            for user in allowed {
                if previews::is_open(tx, &user, activity)? {
                    open.push(user);
                }
            }
            allowed = open;
        }
        let only = readers(tx, &timeline, &watchers, Whom::Among(&allowed))?;
        shown.push((timeline, only));
    }
    Ok(shown)
}

/// The feeds that are watched and show what these have, since they follow one of them. What it costs goes by who watches, not
/// by who follows.
pub fn watched_timelines(tx: &WriteTx<'_>, feeds: &[Feed]) -> Result<Vec<Feed>> {
    let mut watched = tx.watched_feeds();
    watched.retain(|fid| feeds.iter().all(|feed| feed.fid != *fid));
    if watched.is_empty() {
        return Ok(Vec::new());
    }
    let mut timelines = feeds::by_address(tx, &watched)?;
    let names: BTreeSet<String> = timelines.iter().map(|timeline| timeline.fid.group().to_owned()).collect();
    let mut following = BTreeSet::new();
    for name in names {
        let Some(group) = groups::find(tx, &name)? else { continue };
        if selectors::hear(&views::way(tx, &group, None)?.selections) {
            following.insert(name);
        }
    }
    timelines.retain(|timeline| following.contains(timeline.fid.group()));
    let numbers = |feeds: &[Feed]| feeds.iter().map(|feed| feed.no).collect::<Vec<_>>();
    let following = follows::among(tx, &numbers(&timelines), &numbers(feeds))?;
    timelines.retain(|timeline| following.iter().any(|(source, _)| *source == timeline.no));
    Ok(timelines)
}

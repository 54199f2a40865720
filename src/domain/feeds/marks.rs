//! What somebody has read, seen and watched of a feed, as it is shown (feeds-core 7).

use std::collections::{HashMap, HashSet};

use crate::clock::Time;
use crate::error::Result;
use crate::ids::UserId;
use crate::model::feeds::activity::{Activity, EnrichedActivity, Marks};
use crate::model::feeds::aggregate::{EnrichedAggregate, MarkedAs, NotificationStatus};
use crate::model::feeds::feed::Feed;
use crate::model::feeds::group::Group;
use crate::store::ReadTx;
use crate::store::feeds::marks::{self as rows, Counted, Items, Kind, Progress};

/// Single marks that a status names at the most, the newest of them.
const NAMED_MAX: u32 = 101;

/// Nanoseconds in a millisecond. SDKs compare whole ones.
const MILLISECOND_NS: i64 = 1_000_000;

/// The start of a moment's millisecond: what was last changed before it is read by whoever read all at that moment.
pub fn since(at: Time) -> i64 {
    at.0 - at.0.rem_euclid(MILLISECOND_NS)
}

/// What a group's feeds track of who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is set on its own")]
pub struct Tracked {
    /// Whether the group has a notification status.
    pub has_status: bool,
    /// What is read.
    pub read: bool,
    /// What is seen.
    pub seen: bool,
    /// Which stories are watched.
    pub watched: bool,
    /// Whether what was read stays so when it is changed: of activities that are no notifications.
    pub outlasts_changes: bool,
}

impl Tracked {
    /// By a group.
    pub fn by(group: &Group) -> Self {
        let (notification, content) = (group.config.notification.as_ref(), group.config.content_marks());
        let stories = group.config.stories.as_ref();
        Self {
            has_status: notification.is_some(),
            read: notification.map(|set| set.track_read).or(content.map(|set| set.track_read)) == Some(Some(true)),
            seen: notification.map(|set| set.track_seen).or(content.map(|set| set.track_seen)) == Some(Some(true)),
            watched: stories.and_then(|set| set.track_watched) == Some(true),
            outlasts_changes: content.is_some(),
        }
    }
}

/// What can be marked: a group, or an activity of a feed that has none.
#[derive(Clone, Debug)]
pub struct Item {
    /// The group's key, or the activity's id.
    pub name: String,
    /// When it was last changed.
    pub at: Time,
    /// The number of its last activity.
    pub last: i64,
}

impl Item {
    /// An activity.
    pub fn of(activity: &Activity) -> Self {
        Self { name: activity.id.clone(), at: activity.updated_at, last: activity.no }
    }
}

/// What is shown of a feed's items to one reader.
pub struct Reader<'a> {
    feed: i64,
    user: Option<&'a UserId>,
    tracked: Tracked,
    read: Progress,
    seen: Progress,
}

/// What was last changed before this is marked.
fn before(progress: Progress) -> i64 {
    progress.all_at.map_or(i64::MIN, since)
}

impl<'a> Reader<'a> {
    /// A reader of a feed; nobody in particular has read nothing.
    pub fn of(tx: &ReadTx<'_>, feed: &Feed, group: &Group, user: Option<&'a UserId>) -> Result<Self> {
        let tracked = Tracked::by(group);
        let progress = |is_tracked: bool, kind| {
            let user = user.filter(|_| is_tracked);
            user.map_or_else(|| Ok(Progress::default()), |user| rows::progress(tx, feed.no, user, kind))
        };
        let (read, seen) = (progress(tracked.read, Kind::Read)?, progress(tracked.seen, Kind::Seen)?);
        Ok(Self { feed: feed.no, user, tracked, read, seen })
    }

    fn item(&self, activity: &Activity) -> Item {
        let at = if self.tracked.outlasts_changes { activity.created_at } else { activity.updated_at };
        Item { at, ..Item::of(activity) }
    }

    fn marked(&self, tx: &ReadTx<'_>, kind: Kind, progress: Progress, items: &[&str]) -> Result<HashMap<String, i64>> {
        match self.user.filter(|_| progress.began) {
            Some(user) => rows::among(tx, self.feed, user, kind, items),
            None => Ok(HashMap::new()),
        }
    }

    /// Which of these are marked in one way. A mark counts for what was there when it was made.
    fn done(&self, tx: &ReadTx<'_>, kind: Kind, items: &[Item]) -> Result<Vec<bool>> {
        let progress = if kind == Kind::Read { self.read } else { self.seen };
        let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        let marked = self.marked(tx, kind, progress, &names)?;
        let is_marked = |item: &Item| marked.get(&item.name).is_some_and(|no| *no > item.last);
        Ok(items.iter().map(|item| item.at.0 < before(progress) || is_marked(item)).collect())
    }

    /// Shows on the activities of a flat feed whether they are read and seen, and which stories are watched.
    pub fn on_activities(&self, tx: &ReadTx<'_>, activities: &mut [EnrichedActivity], is_flat: bool) -> Result<()> {
        if is_flat {
            let marks = self.of_activities(tx, &activities.iter().map(|one| &one.activity).collect::<Vec<_>>())?;
            activities.iter_mut().zip(marks).for_each(|(one, marks)| one.marks = one.marks.or(marks));
        }
        let numbers: Vec<i64> = activities.iter().map(|one| one.activity.no).collect();
        if let Some(watched) = self.watched(tx, &numbers)? {
            for activity in activities {
                activity.marks.is_watched = Some(watched.contains(&activity.activity.no));
            }
        }
        Ok(())
    }

    /// Whether these activities are read and seen, as far as that is tracked.
    pub fn of_activities(&self, tx: &ReadTx<'_>, activities: &[&Activity]) -> Result<Vec<Marks>> {
        self.of_items(tx, activities.iter().map(|one| self.item(one)))
    }

    fn of_items(&self, tx: &ReadTx<'_>, items: impl ExactSizeIterator<Item = Item>) -> Result<Vec<Marks>> {
        let mut marks = vec![Marks::default(); items.len()];
        // Most feeds track neither, and are read all the time.
        if !self.tracked.read && !self.tracked.seen {
            return Ok(marks);
        }
        let items: Vec<Item> = items.collect();
        if self.tracked.read {
            let done = self.done(tx, Kind::Read, &items)?;
            marks.iter_mut().zip(done).for_each(|(marks, done)| marks.is_read = Some(done));
        }
        if self.tracked.seen {
            let done = self.done(tx, Kind::Seen, &items)?;
            marks.iter_mut().zip(done).for_each(|(marks, done)| marks.is_seen = Some(done));
        }
        Ok(marks)
    }

    /// Shows on groups whether they are read and seen.
    pub fn on_groups(&self, tx: &ReadTx<'_>, groups: &mut [EnrichedAggregate]) -> Result<()> {
        let item = |group: &EnrichedAggregate| Item {
            name: group.group.clone(),
            at: group.updated_at,
            last: group.activities.iter().map(|one| one.activity.no).max().unwrap_or_default(),
        };
        let marks = self.of_items(tx, groups.iter().map(item))?;
        groups.iter_mut().zip(marks).for_each(|(group, marks)| group.marks = group.marks.or(marks));
        Ok(())
    }

    /// Which of these activities the reader has watched; `None` where that is not tracked.
    pub fn watched(&self, tx: &ReadTx<'_>, activities: &[i64]) -> Result<Option<HashSet<i64>>> {
        match (self.tracked.watched, self.user) {
            (false, _) => Ok(None),
            (true, None) => Ok(Some(HashSet::new())),
            (true, Some(user)) => rows::watched(tx, user, activities).map(Some),
        }
    }

    /// What is neither read nor seen of what a feed itself has.
    pub fn status(&self, tx: &ReadTx<'_>, items: Items, sees_private: bool) -> Result<NotificationStatus> {
        let count = |is_tracked: bool, kind, progress: Progress| {
            let counted = Counted { feed: self.feed, user: self.user, sees_private, items, since: before(progress) };
            if is_tracked { rows::count(tx, kind, counted) } else { Ok(0) }
        };
        let unread = count(self.tracked.read, Kind::Read, self.read)?;
        let unseen = count(self.tracked.seen, Kind::Seen, self.seen)?;
        self.status_with(tx, unread, unseen)
    }

    /// The same of what a feed shows of others: these items.
    pub fn status_of(&self, tx: &ReadTx<'_>, items: &[Item]) -> Result<NotificationStatus> {
        let count = |is_tracked: bool, kind| -> Result<i64> {
            let open = if is_tracked { self.done(tx, kind, items)? } else { Vec::new() };
            Ok(i64::try_from(open.iter().filter(|done| !**done).count()).unwrap_or(i64::MAX))
        };
        let (unread, unseen) = (count(self.tracked.read, Kind::Read)?, count(self.tracked.seen, Kind::Seen)?);
        self.status_with(tx, unread, unseen)
    }

    fn status_with(&self, tx: &ReadTx<'_>, unread: i64, unseen: i64) -> Result<NotificationStatus> {
        let marked = |progress: Progress, kind| -> Result<MarkedAs> {
            let user = self.user.filter(|_| progress.began);
            let items = user.map(|user| rows::newest(tx, self.feed, user, kind, NAMED_MAX)).transpose()?;
            Ok(MarkedAs { all_at: progress.all_at, items })
        };
        let (read, seen) = (marked(self.read, Kind::Read)?, marked(self.seen, Kind::Seen)?);
        Ok(NotificationStatus { unread, unseen, read, seen })
    }
}

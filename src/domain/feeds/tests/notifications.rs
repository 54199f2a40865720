//! What notification feeds say of themselves, against a model: their groups, and what of them is unread and unseen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::{fid, opened, run, user};
use crate::app::App;
use crate::clock::{ClockMode, Time};
use crate::domain::feeds::access::Actor;
use crate::domain::feeds::activities::{self, ActivityInput, Deletion};
use crate::domain::feeds::enrich::OwnFields;
use crate::domain::feeds::feeds::{self, NewFeed};
use crate::domain::feeds::read::{self, Pager, Request};
use crate::domain::feeds::{change, marking};
use crate::domain::users;
use crate::error::Result;
use crate::ids::FeedId;
use crate::model::feeds::aggregate::{Marked, NotificationStatus};
use crate::model::user::User;
use crate::store::{Scope, Store, WriteTx};

const USERS: usize = 2;
const IDS: usize = 30;
const KINDS: &[&str] = &["like", "reply", "poke"];

/// What is marked: read, or seen.
const WAYS: usize = 2;

#[derive(Clone, Debug)]
enum Step {
    /// Somebody adds a notification, which may expire a while later.
    Add {
        id: usize,
        by: usize,
        kind: usize,
        feed: usize,
        lasts: Option<i64>,
    },
    Delete {
        id: usize,
        hard: bool,
    },
    Restore {
        id: usize,
    },
    MarkAll {
        feed: usize,
        way: usize,
    },
    Mark {
        feed: usize,
        way: usize,
        kind: usize,
    },
    /// A feed is deleted, and is anew what it is when it is next read.
    End {
        feed: usize,
        hard: bool,
    },
    /// Time goes by.
    Wait {
        ns: i64,
    },
    Check {
        limit: u32,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let (id, feed, kind, way) = (0..IDS, 0..USERS, 0..KINDS.len(), 0..WAYS);
    let ns = prop::sample::select(vec![1, 400_000, 1_000_000, 3_600_000_000_000, 40_000_000_000_000]);
    let lasts = prop::option::weighted(0.2, ns.clone());
    prop_oneof![
        8 => (id.clone(), 0..4_usize, kind.clone(), feed.clone(), lasts)
            .prop_map(|(id, by, kind, feed, lasts)| Step::Add { id, by, kind, feed, lasts }),
        2 => (id.clone(), any::<bool>()).prop_map(|(id, hard)| Step::Delete { id, hard }),
        1 => id.prop_map(|id| Step::Restore { id }),
        1 => (feed.clone(), way.clone()).prop_map(|(feed, way)| Step::MarkAll { feed, way }),
        3 => (feed.clone(), way, kind).prop_map(|(feed, way, kind)| Step::Mark { feed, way, kind }),
        1 => (feed, any::<bool>()).prop_map(|(feed, hard)| Step::End { feed, hard }),
        4 => ns.prop_map(|ns| Step::Wait { ns }),
        2 => (1..5_u32).prop_map(|limit| Step::Check { limit }),
    ]
}

/// A notification of the model.
#[derive(Clone, Debug)]
struct Note {
    /// When it was made, and its place among those of that moment.
    place: (i64, u64),
    by: usize,
    key: String,
    feed: usize,
    expires: Option<i64>,
    is_deleted: bool,
    is_listed: bool,
}

/// What somebody has marked in one way.
#[derive(Clone, Debug, Default)]
struct Way {
    all_at: Option<i64>,
    keys: BTreeSet<String>,
}

#[derive(Default)]
struct Model {
    made: u64,
    notes: BTreeMap<usize, Note>,
    marks: BTreeMap<(usize, usize), Way>,
}

/// A group: its key, how many notifications it has, of how many authors, and whether it is read and seen.
type Group = (String, i64, i64, [bool; WAYS]);

impl Model {
    fn listed(&self, feed: usize) -> impl Iterator<Item = &Note> {
        self.notes.values().filter(move |note| note.feed == feed && note.is_listed)
    }

    fn forget(&mut self, feed: usize, key: &str) {
        for way in 0..WAYS {
            if let Some(marks) = self.marks.get_mut(&(feed, way)) {
                marks.keys.remove(key);
            }
        }
    }

    /// Takes a notification out of its feed, and its group's marks with the last of it.
    fn unlist(&mut self, id: usize) {
        let Some(note) = self.notes.get_mut(&id).filter(|note| note.is_listed) else { return };
        note.is_listed = false;
        let (feed, key) = (note.feed, note.key.clone());
        if !self.listed(feed).any(|note| note.key == key) {
            self.forget(feed, &key);
        }
    }

    fn is_done(&self, feed: usize, way: usize, key: &str, last: i64) -> bool {
        let millisecond = |ns: i64| ns / 1_000_000;
        self.marks.get(&(feed, way)).is_some_and(|marks| {
            marks.keys.contains(key) || marks.all_at.is_some_and(|at| millisecond(last) < millisecond(at))
        })
    }

    /// The groups of a feed, the last changed first.
    fn groups(&self, feed: usize, now: i64) -> Vec<Group> {
        let mut keys: BTreeMap<&str, (i64, u64)> = BTreeMap::new();
        for note in self.listed(feed) {
            let last = keys.entry(&note.key).or_insert(note.place);
            *last = note.place.max(*last);
        }
        let mut keys: Vec<_> = keys.into_iter().collect();
        keys.sort_by_key(|(_, last)| std::cmp::Reverse(*last));
        let group = |(key, _): (&str, (i64, u64))| {
            let live: Vec<&Note> = self
                .listed(feed)
                .filter(|note| note.key == key && note.expires.is_none_or(|expires| expires > now))
                .collect();
            let last = live.iter().map(|note| note.place.0).max()?;
            let authors: BTreeSet<usize> = live.iter().map(|note| note.by).collect();
            let done = [0, 1].map(|way| self.is_done(feed, way, key, last));
            let count = |length: usize| i64::try_from(length).expect("few");
            Some((key.to_owned(), count(live.len()), count(authors.len()), done))
        };
        keys.into_iter().filter_map(group).collect()
    }
}

struct World {
    store: Store,
    app: Arc<App>,
    now: i64,
    model: Model,
}

impl World {
    fn new() -> Self {
        let (store, app) = opened(ClockMode::System);
        let world = Self { app, store, now: 1_770_000_000_000_000_000, model: Model::default() };
        for feed in 0..USERS {
            world.ensure(feed);
        }
        world
    }

    fn write<T: Send + 'static>(&self, job: impl FnOnce(&WriteTx<'_>) -> Result<T> + Send + 'static) -> T {
        run(self.store.write(&Scope::own(&self.app).at(Time(self.now)), job)).expect("a write")
    }

    fn ensure(&self, feed: usize) {
        self.write(move |tx| {
            users::ensure(tx, &user(feed))?;
            feeds::ensure(tx, &user(feed), &fid("notification", feed), NewFeed::default()).map(drop)
        });
    }

    fn take(&mut self, step: &Step) {
        match step.clone() {
            Step::Add { id, by, kind, feed, lasts } => self.add(id, by, kind, feed, lasts),
            Step::Delete { id, hard } => self.delete(id, hard),
            Step::Restore { id } => self.restore(id),
            Step::MarkAll { feed, way } => self.mark_all(feed, way),
            Step::Mark { feed, way, kind } => self.mark(feed, way, kind),
            Step::End { feed, hard } => self.end(feed, hard),
            Step::Wait { ns } => self.now += ns,
            Step::Check { limit } => (0..USERS).for_each(|feed| self.check(feed, limit)),
        }
    }

    fn add(&mut self, id: usize, by: usize, kind: usize, feed: usize, lasts: Option<i64>) {
        if self.model.notes.get(&id).is_some_and(|note| !note.is_deleted) {
            return;
        }
        let expires = lasts.map(|ns| self.now + ns);
        let input = ActivityInput {
            id: Some(id.to_string()),
            kind: KINDS[kind].to_owned(),
            feeds: vec![fid("notification", feed)],
            expires_at: expires.map(Time),
            ..ActivityInput::default()
        };
        self.write(move |tx| {
            let author = User::new(user(by), tx.now);
            let actor = Actor::of(&author.id);
            activities::upsert(tx, actor, &author, input, OwnFields::NONE).map(drop)
        });
        self.model.made += 1;
        let (place, is_deleted, is_listed) = ((self.now, self.model.made), false, true);
        let key = self.key(kind);
        self.model.forget(feed, &key);
        self.model.notes.insert(id, Note { place, by, key, feed, expires, is_deleted, is_listed });
    }

    fn key(&self, kind: usize) -> String {
        format!("_{}_{}", KINDS[kind], &Time(self.now).rfc3339()[..10])
    }

    fn delete(&mut self, id: usize, hard: bool) {
        let Some(note) = self.model.notes.get(&id).cloned() else { return };
        if note.is_deleted && !hard {
            return;
        }
        let deletion = Deletion { is_hard: hard, withdraws: false };
        self.write(move |tx| {
            let by = user(note.by);
            activities::delete(tx, Actor::of(&by), None, &id.to_string(), deletion)
        });
        self.model.unlist(id);
        if hard {
            self.model.notes.remove(&id);
        } else if let Some(note) = self.model.notes.get_mut(&id) {
            note.is_deleted = true;
        }
    }

    fn restore(&mut self, id: usize) {
        let Some(note) = self.model.notes.get_mut(&id).filter(|note| note.is_deleted) else { return };
        (note.is_deleted, note.is_listed) = (false, true);
        let (by, feed, key) = (note.by, note.feed, note.key.clone());
        self.write(move |tx| {
            let author = User::new(user(by), tx.now);
            let actor = Actor::of(&author.id);
            activities::restore(tx, actor, &author, &id.to_string(), OwnFields::NONE).map(drop)
        });
        self.model.forget(feed, &key);
    }

    fn marked(&self, feed: usize, marked: Marked) {
        self.write(move |tx| {
            let owner = User::new(user(feed), tx.now);
            let actor = Actor::of(&owner.id);
            marking::mark(tx, actor, &owner, &fid("notification", feed), marked)
        });
    }

    fn mark_all(&mut self, feed: usize, way: usize) {
        let is = |other: usize| (way == other).then_some(true);
        self.marked(feed, Marked { all_read: is(0), all_seen: is(1), ..Marked::default() });
        let now = self.now / 1_000_000;
        let fresh: Vec<String> = self
            .model
            .listed(feed)
            .filter(|note| note.place.0 / 1_000_000 >= now)
            .map(|note| note.key.clone())
            .collect();
        let marks = self.model.marks.entry((feed, way)).or_default();
        marks.all_at = Some(self.now);
        marks.keys.extend(fresh);
    }

    fn mark(&mut self, feed: usize, way: usize, kind: usize) {
        let key = self.key(kind);
        let some = |other: usize| (way == other).then(|| vec![key.clone()]);
        self.marked(feed, Marked { read: some(0), seen: some(1), ..Marked::default() });
        let is_there = self.model.listed(feed).any(|note| note.key == key);
        let marks = self.model.marks.entry((feed, way)).or_default();
        if is_there {
            marks.keys.insert(key);
        }
    }

    fn end(&mut self, feed: usize, hard: bool) {
        self.write(move |tx| change::delete(tx, Actor::SERVER, None, &fid("notification", feed), hard));
        self.ensure(feed);
        self.model.marks.retain(|(of, _), _| *of != feed);
        self.model.notes.retain(|_, note| !hard || note.feed != feed || !note.is_listed);
        for note in self.model.notes.values_mut().filter(|note| note.feed == feed && note.is_listed) {
            (note.is_deleted, note.is_listed) = (true, false);
        }
    }

    fn check(&self, feed: usize, limit: u32) {
        let expected = self.model.groups(feed, self.now);
        let (mut shown, mut next): (Vec<Group>, _) = (Vec::new(), None);
        let fid: FeedId = fid("notification", feed);
        loop {
            let activities = Pager { limit: Some(i64::from(limit)), next, prev: None };
            let request = Request { activities, ..Request::default() };
            let page = self.store.read(&Scope::own(&self.app).at(Time(self.now)), |tx| {
                let found = feeds::present(tx, &fid)?;
                read::show(tx, Actor::of(&user(feed)), &found, &request)
            });
            let page = page.expect("a page");
            shown.extend(page.groups.items.into_iter().map(|group| {
                let done = [group.marks.is_read, group.marks.is_seen].map(|flag| flag.expect("it is tracked"));
                (group.group, group.activity_count, group.user_count, done)
            }));
            self.check_status(feed, &expected, &page.status.expect("it is tracked"));
            next = page.groups.next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(shown, expected, "the groups of u{feed}, by pages of {limit}");
        let count = self.model.listed(feed).count();
        let counted = self.write(move |tx| Ok(feeds::present(tx, &fid)?.counts.activities));
        assert_eq!(counted, i64::try_from(count).expect("few"));
    }

    fn check_status(&self, feed: usize, groups: &[Group], status: &NotificationStatus) {
        let open = |way: usize| groups.iter().filter(|(_, _, _, done)| !done[way]).count();
        let open = [0, 1].map(|way| i64::try_from(open(way)).expect("few"));
        assert_eq!([status.unread, status.unseen], open, "what u{feed} has not read and not seen");
        for (way, shown) in [&status.read, &status.seen].into_iter().enumerate() {
            let marks = self.model.marks.get(&(feed, way));
            let keys = shown.items.as_ref().map(|items| items.iter().cloned().collect::<BTreeSet<_>>());
            assert_eq!(keys, marks.map(|marks| marks.keys.clone()));
            assert_eq!(shown.all_at.map(|at| at.0), marks.and_then(|marks| marks.all_at));
        }
    }
}

/// Many short histories: each failing one shrinks to the few steps that matter.
#[test]
fn notification_feeds_are_those_of_a_model_whatever_happens() {
    let config =
        ProptestConfig { cases: 60, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(steps in prop::collection::vec(step(), 120))| {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        (0..USERS).for_each(|feed| world.check(feed, 100));
    });
}

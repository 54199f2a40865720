use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Map;

use super::access::Actor;
use super::activities::{self, ActivityInput};
use super::enrich::OwnFields;
use super::feeds::{self, NewFeed};
use super::follows::{self, FollowInput, IfThere};
use super::read::{self, Pager, Request};
use crate::app::App;
use crate::clock::{ClockMode, Time};
use crate::domain::users;
use crate::ids::{FeedId, UserId};
use crate::model::feeds::follow::FollowStatus;
use crate::model::user::User;
use crate::store::file::Place;
use crate::store::{ReadTx, Scope, Store, apps};

mod comments;
mod interactions;
mod notifications;
mod statements;

/// Each has a feed of its own and a timeline.
const USERS: usize = 5;
/// Ids of activities, so few that they come again.
const IDS: usize = 40;

/// What happens.
#[derive(Clone, Debug)]
enum Step {
    /// An activity is added, or replaced, in these feeds.
    Add {
        by: usize,
        id: usize,
        feeds: BTreeSet<usize>,
    },
    Delete {
        id: usize,
        hard: bool,
    },
    Restore {
        id: usize,
    },
    Follow {
        who: usize,
        whom: usize,
    },
    Unfollow {
        who: usize,
        whom: usize,
        keep: bool,
    },
    Decide {
        who: usize,
        whom: usize,
        accepts: bool,
    },
    /// A whole timeline is read by pages of this many.
    Read {
        who: usize,
        limit: u32,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let (user, id) = (0..USERS, 0..IDS);
    prop_oneof![
        6 => (user.clone(), id.clone(), prop::collection::btree_set(user.clone(), 1..3))
            .prop_map(|(by, id, feeds)| Step::Add { by, id, feeds }),
        2 => (id.clone(), any::<bool>()).prop_map(|(id, hard)| Step::Delete { id, hard }),
        1 => id.prop_map(|id| Step::Restore { id }),
        3 => (user.clone(), user.clone()).prop_map(|(who, whom)| Step::Follow { who, whom }),
        2 => (user.clone(), user.clone(), any::<bool>()).prop_map(|(who, whom, keep)| Step::Unfollow { who, whom, keep }),
        1 => (user.clone(), user.clone(), any::<bool>()).prop_map(|(who, whom, accepts)| Step::Decide { who, whom, accepts }),
        1 => (user, 1..9_u32).prop_map(|(who, limit)| Step::Read { who, limit }),
    ]
}

/// An activity of the model: its place among all, where it is, and whether it is deleted.
#[derive(Clone, Debug)]
struct Post {
    place: u64,
    by: usize,
    feeds: BTreeSet<usize>,
    is_deleted: bool,
}

/// What there has to be, worked out without a database.
#[derive(Default)]
struct Model {
    made: u64,
    posts: BTreeMap<usize, Post>,
    follows: BTreeMap<(usize, usize), FollowStatus>,
    /// What stayed in a timeline, and of which feed that it follows no longer: the first that it stayed of.
    kept: BTreeMap<(usize, usize), usize>,
}

impl Model {
    fn is_in(&self, id: usize, feed: usize) -> bool {
        self.posts.get(&id).is_some_and(|post| !post.is_deleted && post.feeds.contains(&feed))
    }

    /// The ids that a timeline shows, the newest first.
    fn timeline(&self, who: usize) -> Vec<String> {
        let is_shown = |id: usize| {
            let follows = |whom| self.follows.get(&(who, whom)) == Some(&FollowStatus::Accepted);
            (0..USERS).any(|whom| follows(whom) && self.is_in(id, whom)) || self.kept.contains_key(&(who, id))
        };
        let mut shown: Vec<_> = self.posts.iter().filter(|(id, _)| is_shown(**id)).collect();
        shown.sort_by_key(|(_, post)| std::cmp::Reverse(post.place));
        shown.into_iter().map(|(id, _)| id.to_string()).collect()
    }

    fn forget(&mut self, id: usize) {
        self.kept.retain(|(_, kept), _| *kept != id);
    }
}

fn fid(group: &str, who: usize) -> FeedId {
    FeedId::new(group, &format!("u{who}")).expect("an address")
}

fn user(who: usize) -> UserId {
    UserId::trusted(&format!("u{who}"))
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(work)
}

/// A store with one app, whose clock runs so.
fn opened(clock: ClockMode) -> (Store, Arc<App>) {
    let store = Store::open(Place::temporary().expect("a place")).expect("a store");
    let text = |text: &str| text.to_owned();
    let new = apps::NewApp { name: text("a"), api_key: text("a"), api_secret: text("s"), clock, is_base: false };
    let app = run(store.create_app(new)).expect("an app");
    (store, app)
}

struct World {
    store: Store,
    app: Arc<App>,
    model: Model,
}

impl World {
    fn new() -> Self {
        // A clock that stands still: order is nothing but the order in which things were made.
        let (store, app) = opened(ClockMode::Frozen(Time(1_000_000_000)));
        let world = Self { app, store, model: Model::default() };
        for who in 0..USERS {
            world.write(move |tx| {
                users::ensure(tx, &user(who))?;
                for group in ["user", "timeline"] {
                    feeds::create(tx, &user(who), fid(group, who), NewFeed::default())?;
                }
                Ok(())
            });
        }
        world
    }

    fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&crate::store::WriteTx<'_>) -> crate::error::Result<T> + Send + 'static,
    ) -> T {
        run(self.store.write(&Scope::own(&self.app), job)).expect("a write")
    }

    fn read<T>(&self, job: impl FnOnce(&ReadTx<'_>) -> crate::error::Result<T>) -> T {
        self.store.read(&Scope::own(&self.app), job).expect("a read")
    }

    fn take(&mut self, step: &Step) {
        match step.clone() {
            Step::Add { by, id, feeds } => self.add(by, id, feeds),
            Step::Delete { id, hard } => self.delete(id, hard),
            Step::Restore { id } => self.restore(id),
            Step::Follow { who, whom } => self.follow(who, whom),
            Step::Unfollow { who, whom, keep } => self.unfollow(who, whom, keep),
            Step::Decide { who, whom, accepts } => self.decide(who, whom, accepts),
            Step::Read { who, limit } => self.check_timeline(who, limit),
        }
    }

    fn add(&mut self, by: usize, id: usize, feeds: BTreeSet<usize>) {
        let input = ActivityInput {
            id: Some(id.to_string()),
            kind: "post".to_owned(),
            feeds: feeds.iter().map(|feed| fid("user", *feed)).collect(),
            ..ActivityInput::default()
        };
        self.write(move |tx| {
            let author = User::new(user(by), tx.now);
            let actor = Actor::of(&author.id);
            activities::upsert(tx, actor, &author, input, OwnFields::NONE).map(drop)
        });
        let place = self.model.made + 1;
        if let Some(post) = self.model.posts.get_mut(&id).filter(|post| !post.is_deleted) {
            post.feeds = feeds;
            return;
        }
        self.model.made = place;
        self.model.posts.insert(id, Post { place, by, feeds, is_deleted: false });
    }

    fn delete(&mut self, id: usize, hard: bool) {
        let Some(post) = self.model.posts.get(&id).cloned() else { return };
        if post.is_deleted && !hard {
            return;
        }
        self.write(move |tx| {
            let by = user(post.by);
            activities::delete(
                tx,
                Actor::of(&by),
                None,
                &id.to_string(),
                activities::Deletion { is_hard: hard, withdraws: false },
            )
        });
        self.model.forget(id);
        if hard {
            self.model.posts.remove(&id);
        } else if let Some(post) = self.model.posts.get_mut(&id) {
            post.is_deleted = true;
        }
    }

    fn restore(&mut self, id: usize) {
        let Some(post) = self.model.posts.get_mut(&id) else { return };
        post.is_deleted = false;
        let by = post.by;
        self.write(move |tx| {
            let author = User::new(user(by), tx.now);
            let actor = Actor::of(&author.id);
            activities::restore(tx, actor, &author, &id.to_string(), OwnFields::NONE).map(drop)
        });
    }

    fn follow(&mut self, who: usize, whom: usize) {
        let input = FollowInput {
            source: fid("timeline", who),
            target: fid("user", whom),
            push_preference: None,
            custom: Some(Map::new()),
            activity_copy_limit: None,
            status: None,
            follower_role: None,
            create_users: false,
            notifies: false,
            copies_custom: false,
        };
        let follows::Followed { follow, is_new, .. } =
            self.write(move |tx| follows::follow(tx, Actor::SERVER, input, IfThere::Keep, OwnFields::NONE));
        let known = self.model.follows.get(&(who, whom)).filter(|status| **status != FollowStatus::Rejected);
        assert_eq!(is_new, known.is_none());
        assert_eq!(
            follow.source.feed.counts.following,
            if is_new { self.following(who) + 1 } else { self.following(who) }
        );
        if is_new {
            self.model.follows.insert((who, whom), FollowStatus::Accepted);
            self.model.kept.retain(|(of, _), from| (*of, *from) != (who, whom));
        }
    }

    fn unfollow(&mut self, who: usize, whom: usize, keep: bool) {
        let (source, target) = (fid("timeline", who), fid("user", whom));
        let ended = self.write(move |tx| {
            follows::unfollow(
                tx,
                Actor::SERVER,
                &source,
                &target,
                follows::Ending { keeps_history: keep, withdraws: false },
                OwnFields::NONE,
            )
        });
        let was = self.model.follows.remove(&(who, whom));
        assert_eq!(ended.is_some(), was.is_some());
        if keep && was == Some(FollowStatus::Accepted) {
            for id in (0..IDS).filter(|id| self.model.is_in(*id, whom)).collect::<Vec<_>>() {
                self.model.kept.entry((who, id)).or_insert(whom);
            }
        }
    }

    fn decide(&mut self, who: usize, whom: usize, accepts: bool) {
        let Some(status) = self.model.follows.get_mut(&(who, whom)) else { return };
        *status = if accepts { FollowStatus::Accepted } else { FollowStatus::Rejected };
        let (source, target, status) = (fid("timeline", who), fid("user", whom), *status);
        self.write(move |tx| follows::decide(tx, Actor::SERVER, &source, &target, status, None).map(drop));
    }

    fn following(&self, who: usize) -> i64 {
        let accepted =
            |((of, _), status): &(&(usize, usize), &FollowStatus)| *of == who && **status == FollowStatus::Accepted;
        i64::try_from(self.model.follows.iter().filter(accepted).count()).expect("few")
    }

    fn check_timeline(&self, who: usize, limit: u32) {
        let (mut shown, mut next) = (Vec::new(), None);
        loop {
            let activities = Pager { limit: Some(i64::from(limit)), next, prev: None };
            let request = Request { activities, ..Request::default() };
            let page = self.read(|tx| {
                let feed = feeds::present(tx, &fid("timeline", who))?;
                read::show(tx, Actor::of(&user(who)), &feed, &request)
            });
            assert!(page.activities.items.len() <= limit as usize);
            shown.extend(page.activities.items.into_iter().map(|one| one.activity.id));
            next = page.activities.next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(shown, self.model.timeline(who), "what u{who} sees, by pages of {limit}");
    }

    /// Every timeline, and every counter.
    fn check(&self) {
        for who in 0..USERS {
            self.check_timeline(who, 100);
            let count = |one: usize| i64::try_from(one).expect("few");
            let accepted = self.model.follows.iter().filter(|(_, status)| **status == FollowStatus::Accepted);
            let followers = accepted.filter(|((_, whom), _)| *whom == who).count();
            let posts = (0..IDS).filter(|id| self.model.is_in(*id, who)).count();
            let (own, timeline) = self.read(|tx| {
                Ok((feeds::present(tx, &fid("user", who))?.counts, feeds::present(tx, &fid("timeline", who))?.counts))
            });
            assert_eq!((own.followers, own.activities), (count(followers), count(posts)), "u{who}");
            assert_eq!((timeline.following, timeline.activities), (self.following(who), 0), "u{who}");
        }
    }
}

/// Ten thousand steps in all, since each shrinks alone; a failing run shrinks to the few steps that matter.
#[test]
fn timelines_and_counters_are_those_of_a_model_whatever_happens() {
    let config =
        ProptestConfig { cases: 40, max_shrink_iters: 150, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(steps in prop::collection::vec(step(), 250))| {
        let mut world = World::new();
        for (at, step) in steps.iter().enumerate() {
            world.take(step);
            if at % 50 == 49 {
                world.check();
            }
        }
        world.check();
    });
}

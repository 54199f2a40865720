//! Threads and what they count, against a model: whatever is added, answered, deleted and restored.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::{fid, opened, run, user};
use crate::app::App;
use crate::clock::{ClockMode, Time};
use crate::domain::feeds::access::Actor;
use crate::domain::feeds::activities::{self, ActivityInput};
use crate::domain::feeds::comments::{self, CommentInput, Deletion};
use crate::domain::feeds::enrich::{OwnFields, ShownComments};
use crate::domain::feeds::feeds::{self, NewFeed};
use crate::domain::feeds::threads::{self, Request};
use crate::domain::users;
use crate::error::Result;
use crate::model::feeds::comment::{EnrichedComment, Sort};
use crate::model::user::User;
use crate::store::{Scope, Store, WriteTx};

/// Ids of comments, so few that they come again.
const IDS: usize = 25;

#[derive(Clone, Debug)]
enum Step {
    /// A comment is added, upon another where that is there.
    Add {
        id: usize,
        upon: Option<usize>,
    },
    Delete {
        id: usize,
        hard: bool,
    },
    Restore {
        id: usize,
    },
    /// The activity goes and comes back.
    Blink,
    /// The threads are read by pages of this many, so deep.
    Read {
        limit: u32,
        depth: u32,
        replies_limit: u32,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let id = 0..IDS;
    prop_oneof![
        8 => (id.clone(), prop::option::weighted(0.7, id.clone())).prop_map(|(id, upon)| Step::Add { id, upon }),
        3 => (id.clone(), prop::bool::weighted(0.3)).prop_map(|(id, hard)| Step::Delete { id, hard }),
        3 => id.prop_map(|id| Step::Restore { id }),
        1 => Just(Step::Blink),
        2 => (1..4_u32, 0..6_u32, 1..4_u32)
            .prop_map(|(limit, depth, replies_limit)| Step::Read { limit, depth, replies_limit }),
    ]
}

/// A comment of the model.
#[derive(Clone, Debug)]
struct Said {
    place: u64,
    upon: Option<usize>,
    /// The comment with whose deletion it went.
    gone_with: Option<usize>,
}

#[derive(Default)]
struct Model {
    made: u64,
    said: BTreeMap<usize, Said>,
}

impl Model {
    fn is_live(&self, id: usize) -> bool {
        self.said.get(&id).is_some_and(|said| said.gone_with.is_none())
    }

    /// A comment and all below it.
    fn tree(&self, top: usize) -> Vec<usize> {
        let mut tree = vec![top];
        let mut at = 0;
        while at < tree.len() {
            let upon = Some(tree[at]);
            tree.extend(self.said.iter().filter(|(_, said)| said.upon == upon).map(|(id, _)| *id));
            at += 1;
        }
        tree
    }

    /// What answers something and is there, the newest first.
    fn answers(&self, upon: Option<usize>) -> Vec<usize> {
        let there = self.said.iter().filter(|(_, said)| said.upon == upon && said.gone_with.is_none());
        let mut there: Vec<_> = there.collect();
        there.sort_by_key(|(_, said)| std::cmp::Reverse(said.place));
        there.into_iter().map(|(id, _)| *id).collect()
    }

    /// A thread as it is shown: the ids with what is shown below them, and how much there is that is not.
    fn shown(&self, id: usize, depth: u32, replies_limit: u32) -> String {
        let replies = self.answers(Some(id));
        if depth <= 1 {
            return format!("{id}[{}]", replies.len());
        }
        let below = replies.iter().take(replies_limit as usize).map(|id| self.shown(*id, depth - 1, replies_limit));
        let below = below.collect::<Vec<_>>().join(" ");
        format!("{id}({below})[{}]", replies.len().saturating_sub(replies_limit as usize))
    }
}

/// The same of what was answered.
fn shown(comment: &EnrichedComment) -> String {
    let below = comment
        .replies
        .as_ref()
        .map_or_else(String::new, |replies| format!("({})", replies.iter().map(shown).collect::<Vec<_>>().join(" ")));
    let remaining = comment.meta.as_ref().map_or(0, |meta| meta.remaining);
    format!("{}{below}[{remaining}]", comment.comment.id)
}

struct World {
    store: Store,
    app: Arc<App>,
    model: Model,
}

impl World {
    fn new() -> Self {
        let (store, app) = opened(ClockMode::Frozen(Time(1_000_000_000)));
        let world = Self { app, store, model: Model::default() };
        world.write(|tx| {
            users::ensure(tx, &user(0))?;
            feeds::create(tx, &user(0), fid("user", 0), NewFeed::default())?;
            let input = ActivityInput {
                id: Some("a".to_owned()),
                kind: "post".to_owned(),
                feeds: vec![fid("user", 0)],
                ..ActivityInput::default()
            };
            activities::upsert(tx, Actor::SERVER, &User::new(user(0), tx.now), input, OwnFields::NONE).map(drop)
        });
        world
    }

    fn write<T: Send + 'static>(&self, job: impl FnOnce(&WriteTx<'_>) -> Result<T> + Send + 'static) -> T {
        self.attempt(job).expect("a write")
    }

    fn attempt<T: Send + 'static>(&self, job: impl FnOnce(&WriteTx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        run(self.store.write(&Scope::own(&self.app), job))
    }

    fn take(&mut self, step: &Step) {
        match step.clone() {
            Step::Add { id, upon } => self.add(id, upon),
            Step::Delete { id, hard } => self.delete(id, hard),
            Step::Restore { id } => self.restore(id),
            Step::Blink => self.write(|tx| {
                activities::delete(tx, Actor::SERVER, None, "a", activities::Deletion::default())?;
                let by = User::new(user(0), tx.now);
                activities::restore(tx, Actor::SERVER, &by, "a", OwnFields::NONE).map(drop)
            }),
            Step::Read { limit, depth, replies_limit } => self.check_threads(limit, depth, replies_limit),
        }
    }

    fn add(&mut self, id: usize, upon: Option<usize>) {
        let input = CommentInput {
            id: Some(id.to_string()),
            object_id: Some("a".to_owned()),
            parent_id: upon.map(|upon| upon.to_string()),
            text: Some(format!("number {id}")),
            ..CommentInput::default()
        };
        let added = self
            .attempt(move |tx| comments::add(tx, Actor::SERVER, &User::new(user(0), tx.now), input).map(drop))
            .is_ok();
        let is_possible = !self.model.said.contains_key(&id) && upon.is_none_or(|upon| self.model.is_live(upon));
        assert_eq!(added, is_possible, "{id} upon {upon:?}");
        if added {
            self.model.made += 1;
            self.model.said.insert(id, Said { place: self.model.made, upon, gone_with: None });
        }
    }

    fn delete(&mut self, id: usize, is_hard: bool) {
        let how = Deletion { is_hard, withdraws: false };
        let deleted =
            self.attempt(move |tx| comments::delete(tx, Actor::SERVER, None, &id.to_string(), how).map(drop)).is_ok();
        let is_there = self.model.said.contains_key(&id);
        assert_eq!(deleted, if is_hard { is_there } else { self.model.is_live(id) });
        if !deleted {
            return;
        }
        for gone in self.model.tree(id) {
            if is_hard {
                self.model.said.remove(&gone);
            } else if let Some(said) = self.model.said.get_mut(&gone) {
                said.gone_with.get_or_insert(id);
            }
        }
    }

    fn restore(&mut self, id: usize) {
        let restored =
            self.attempt(move |tx| comments::restore(tx, Actor::SERVER, None, &id.to_string()).map(drop)).is_ok();
        let Some(said) = self.model.said.get(&id) else { return assert!(!restored) };
        let is_own = said.gone_with.is_none_or(|with| with == id);
        assert_eq!(restored, is_own && said.upon.is_none_or(|upon| self.model.is_live(upon)), "{id}");
        for back in self.model.tree(id).into_iter().filter(|_| restored) {
            if let Some(said) = self.model.said.get_mut(&back)
                && said.gone_with == Some(id)
            {
                said.gone_with = None;
            }
        }
    }

    fn check_threads(&self, limit: u32, depth: u32, replies_limit: u32) {
        let (mut seen, mut next) = (Vec::new(), None);
        let mut request = Request {
            sort: Some(Sort::Last),
            limit: Some(limit),
            depth: Some(depth),
            replies_limit: Some(replies_limit),
            ..Request::default()
        };
        loop {
            let page = self.store.read(&Scope::own(&self.app), |tx| {
                threads::of_activity(tx, Actor::SERVER, "a", &Request { next: next.take(), ..request.clone() })
            });
            let page = page.expect("a page").page;
            assert!(page.items.len() <= limit as usize);
            seen.extend(page.items.iter().map(shown));
            // The cursor says the rest.
            request = Request::default();
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        let roots = self.model.answers(None);
        let model: Vec<String> = roots.iter().map(|id| self.model.shown(*id, depth, replies_limit)).collect();
        assert_eq!(seen, model, "by {limit}, {depth} deep, with {replies_limit} replies");
    }

    /// Every counter, and what the activity shows.
    fn check(&self) {
        let activity = self
            .store
            .read(&Scope::own(&self.app), |tx| activities::show(tx, Actor::SERVER, "a", ShownComments::LATEST));
        let activity = activity.expect("an activity");
        let count = |number: usize| i64::try_from(number).expect("few");
        let live: Vec<usize> = self.model.said.keys().copied().filter(|id| self.model.is_live(*id)).collect();
        let counts = activity.activity.counts;
        assert_eq!((counts.comments, counts.popularity), (count(live.len()), 2 * count(live.len())));
        let latest: Vec<String> = activity.comments.iter().map(|comment| comment.comment.id.clone()).collect();
        let roots: Vec<String> = self.model.answers(None).iter().take(5).map(ToString::to_string).collect();
        assert_eq!(latest, roots);
        for id in live {
            let comment = self
                .store
                .read(&Scope::own(&self.app), |tx| comments::show(tx, Actor::SERVER, &id.to_string()))
                .expect("a comment");
            assert_eq!(comment.comment.counts.replies, count(self.model.answers(Some(id)).len()), "{id}");
        }
    }
}

#[test]
fn threads_and_counters_are_those_of_a_model_whatever_happens() {
    let config =
        ProptestConfig { cases: 30, max_shrink_iters: 150, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(steps in prop::collection::vec(step(), 200))| {
        let mut world = World::new();
        for (at, step) in steps.iter().enumerate() {
            world.take(step);
            if at % 20 == 19 {
                world.check();
            }
        }
        world.check();
    });
}

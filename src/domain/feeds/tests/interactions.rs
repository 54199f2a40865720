//! What activities show of reactions and bookmarks, against a model: every counter, whatever happens to what it counts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Map;

use super::{fid, opened, run, user};
use crate::app::App;
use crate::clock::{ClockMode, Time};
use crate::domain::feeds::access::Actor;
use crate::domain::feeds::activities::{self, ActivityInput, Deletion};
use crate::domain::feeds::activity_reactions::{self, Telling};
use crate::domain::feeds::bookmarks::{self, Place as Shelf};
use crate::domain::feeds::enrich::OwnFields;
use crate::domain::feeds::feeds::{self, NewFeed};
use crate::domain::feeds::folder_ends;
use crate::domain::feeds::folders::NewFolder;
use crate::domain::feeds::reactions::ReactionInput;
use crate::domain::feeds::read::{self, Request};
use crate::domain::feeds::{feedback, user_data};
use crate::domain::users;
use crate::error::Result;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::bookmark::{EnrichedBookmark, Marked};
use crate::model::feeds::feedback::Action;
use crate::model::feeds::object::ObjectKind;
use crate::model::user::User;
use crate::store::{Scope, Store, WriteTx};

/// So many that one activity has more reactions than it shows.
const USERS: usize = 6;
const KINDS: &[&str] = &["like", "wow", "sad", "❤️"];
const IDS: usize = 4;
/// Who posts, and does nothing else.
const AUTHOR: usize = USERS;
/// Reactions that an activity shows.
const LATEST: usize = 15;

#[derive(Clone, Debug)]
enum Step {
    Add {
        id: usize,
    },
    Delete {
        id: usize,
        hard: bool,
    },
    Restore {
        id: usize,
    },
    /// Somebody reacts, perhaps in no other way than this, and perhaps shares it.
    React {
        who: usize,
        id: usize,
        kind: usize,
        only: bool,
        shares: bool,
    },
    TakeBack {
        who: usize,
        id: usize,
        kind: usize,
    },
    /// Somebody bookmarks in his folder, which is made if there is none, or in none.
    Bookmark {
        who: usize,
        id: usize,
        files: bool,
    },
    Unmark {
        who: usize,
        id: usize,
        files: bool,
    },
    EndFolder {
        who: usize,
    },
    Hide {
        who: usize,
        id: usize,
        hides: bool,
    },
    /// All that somebody has is deleted.
    Forget {
        who: usize,
        hard: bool,
    },
    /// Time goes by.
    Wait {
        ns: i64,
    },
    Check {
        who: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let (who, id, kind) = (0..USERS, 0..IDS, 0..KINDS.len());
    let rarely = || prop::bool::weighted(0.2);
    let upon = || (0..USERS, 0..IDS, any::<bool>());
    prop_oneof![
        2 => id.clone().prop_map(|id| Step::Add { id }),
        1 => (id.clone(), any::<bool>()).prop_map(|(id, hard)| Step::Delete { id, hard }),
        1 => id.clone().prop_map(|id| Step::Restore { id }),
        24 => (who.clone(), id.clone(), kind.clone(), rarely(), rarely())
            .prop_map(|(who, id, kind, only, shares)| Step::React { who, id, kind, only, shares }),
        6 => (who.clone(), id, kind).prop_map(|(who, id, kind)| Step::TakeBack { who, id, kind }),
        8 => upon().prop_map(|(who, id, files)| Step::Bookmark { who, id, files }),
        4 => upon().prop_map(|(who, id, files)| Step::Unmark { who, id, files }),
        1 => who.clone().prop_map(|who| Step::EndFolder { who }),
        3 => upon().prop_map(|(who, id, hides)| Step::Hide { who, id, hides }),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, hard)| Step::Forget { who, hard }),
        4 => prop::sample::select(vec![1, 400_000, 1_000_000, 3_600_000_000_000]).prop_map(|ns| Step::Wait { ns }),
        3 => who.prop_map(|who| Step::Check { who }),
    ]
}

/// An activity of the model, with what hangs on it.
#[derive(Clone, Debug, Default)]
struct Post {
    place: u64,
    is_deleted: bool,
    /// By whom and of what kind, with the moment of each and its place among those of that moment.
    reactions: BTreeMap<(usize, usize), (i64, u64)>,
    /// Whose, and whether in his folder.
    bookmarks: BTreeSet<(usize, bool)>,
    hidden_by: BTreeSet<usize>,
    shared_by: Vec<usize>,
}

#[derive(Default)]
struct Model {
    made: u64,
    posts: BTreeMap<usize, Post>,
    /// Who has a folder, by its id.
    folders: BTreeMap<usize, String>,
}

impl Model {
    fn live(&mut self, id: usize) -> Option<&mut Post> {
        self.posts.get_mut(&id).filter(|post| !post.is_deleted)
    }
}

struct World {
    store: Store,
    app: Arc<App>,
    now: i64,
    model: Model,
}

fn number(count: usize) -> i64 {
    i64::try_from(count).expect("few")
}

impl World {
    fn new() -> Self {
        let (store, app) = opened(ClockMode::System);
        let now = 1_770_000_000_000_000_000;
        let world = Self { app, store, now, model: Model::default() };
        world.write(|tx| {
            (0..=AUTHOR).try_for_each(|who| users::ensure(tx, &user(who)).map(drop))?;
            feeds::create(tx, &user(AUTHOR), fid("user", AUTHOR), NewFeed::default()).map(drop)
        });
        world
    }

    fn write<T: Send + 'static>(&self, job: impl FnOnce(&WriteTx<'_>) -> Result<T> + Send + 'static) -> T {
        run(self.store.write(&Scope::own(&self.app).at(Time(self.now)), job)).expect("a write")
    }

    /// The same in somebody's name.
    fn by<T: Send + 'static>(
        &self,
        who: usize,
        job: impl FnOnce(&WriteTx<'_>, Actor<'_>, &User) -> Result<T> + Send + 'static,
    ) -> T {
        self.write(move |tx| {
            let by = users::present(tx, user(who).as_str())?;
            job(tx, Actor::of(&by.id), &by)
        })
    }

    fn take(&mut self, step: &Step) {
        match step.clone() {
            Step::Add { id } => self.add(id),
            Step::Delete { id, hard } => self.delete(id, hard),
            Step::Restore { id } => self.restore(id),
            Step::React { who, id, kind, only, shares } => self.react(who, id, kind, only, shares),
            Step::TakeBack { who, id, kind } => self.take_back(who, id, kind),
            Step::Bookmark { who, id, files } => self.bookmark(who, id, files),
            Step::Unmark { who, id, files } => self.unmark(who, id, files),
            Step::EndFolder { who } => self.end_folder(who),
            Step::Hide { who, id, hides } => self.hide(who, id, hides),
            Step::Forget { who, hard } => self.forget(who, hard),
            Step::Wait { ns } => self.now += ns,
            Step::Check { who } => self.check(who),
        }
    }

    fn add(&mut self, id: usize) {
        if self.model.live(id).is_some() {
            return;
        }
        let feeds = vec![fid("user", AUTHOR)];
        let input =
            ActivityInput { id: Some(id.to_string()), kind: "post".to_owned(), feeds, ..ActivityInput::default() };
        self.by(AUTHOR, |tx, actor, by| activities::upsert(tx, actor, by, input, OwnFields::NONE).map(drop));
        self.model.made += 1;
        self.model.posts.insert(id, Post { place: self.model.made, ..Post::default() });
    }

    fn delete(&mut self, id: usize, hard: bool) {
        if self.model.posts.get(&id).is_none_or(|post| post.is_deleted && !hard) {
            return;
        }
        let how = Deletion { is_hard: hard, withdraws: false };
        self.by(AUTHOR, move |tx, actor, _| activities::delete(tx, actor, None, &id.to_string(), how));
        match self.model.posts.get_mut(&id) {
            Some(post) if !hard => post.is_deleted = true,
            _ => drop(self.model.posts.remove(&id)),
        }
    }

    fn restore(&mut self, id: usize) {
        let Some(post) = self.model.posts.get_mut(&id) else { return };
        post.is_deleted = false;
        let id = id.to_string();
        self.by(AUTHOR, move |tx, actor, by| activities::restore(tx, actor, by, &id, OwnFields::NONE).map(drop));
    }

    fn react(&mut self, who: usize, id: usize, kind: usize, is_only: bool, shares: bool) {
        let (at, place) = (self.now, self.model.made + 1);
        let Some(post) = self.model.live(id) else { return };
        if is_only {
            post.reactions.retain(|(by, of), _| *by != who || *of == kind);
        }
        post.reactions.entry((who, kind)).or_insert((at, place));
        post.shared_by.extend(shares.then_some(who));
        self.model.made = place;
        let input = ReactionInput { kind: KINDS[kind].to_owned(), custom: Map::new(), is_only };
        let targets = if shares { vec![fid("user", who)] } else { Vec::new() };
        let shown = self.by(who, move |tx, actor, by| {
            let reacted = activity_reactions::add(tx, actor, by, &id.to_string(), input, targets, Telling::default());
            reacted.map(|reacted| reacted.object)
        });
        self.compare(who, id, &shown);
    }

    fn take_back(&mut self, who: usize, id: usize, kind: usize) {
        let Some(post) = self.model.live(id) else { return };
        if post.reactions.remove(&(who, kind)).is_none() {
            return;
        }
        let shown = self.by(who, move |tx, actor, by| {
            activity_reactions::delete(tx, actor, by, &id.to_string(), KINDS[kind], false)
        });
        self.compare(who, id, &shown.0);
    }

    fn bookmark(&mut self, who: usize, id: usize, files: bool) {
        let Some(post) = self.model.live(id) else { return };
        post.bookmarks.insert((who, files));
        let place = match self.model.folders.get(&who) {
            _ if !files => Shelf::Loose,
            Some(folder) => Shelf::Folder(folder.clone()),
            None => Shelf::New(NewFolder { name: "f".to_owned(), custom: Map::new() }),
        };
        let kept = self.by(who, move |tx, actor, by| {
            bookmarks::add(tx, actor, by, (ObjectKind::Activity, &id.to_string()), place, Map::new())
        });
        assert_eq!(kept.folder.is_some(), files);
        assert_eq!(counted(&kept), number(self.model.posts[&id].bookmarks.len()));
        if let Some(folder) = kept.folder {
            self.model.folders.insert(who, folder.folder.id);
        }
    }

    fn unmark(&mut self, who: usize, id: usize, files: bool) {
        let folder = self.model.folders.get(&who).cloned().filter(|_| files);
        let Some(post) = self.model.live(id) else { return };
        if !post.bookmarks.remove(&(who, files)) {
            return;
        }
        let gone = self.by(who, move |tx, actor, by| {
            bookmarks::delete(tx, actor, by, (ObjectKind::Activity, &id.to_string()), folder.as_deref())
        });
        assert_eq!(gone.folder.is_some(), files);
        assert_eq!(counted(&gone), number(self.model.posts[&id].bookmarks.len()));
    }

    fn end_folder(&mut self, who: usize) {
        let Some(folder) = self.model.folders.remove(&who) else { return };
        self.by(who, move |tx, actor, _| folder_ends::delete(tx, actor, &folder));
        for post in self.model.posts.values_mut() {
            post.bookmarks.remove(&(who, true));
        }
    }

    fn hide(&mut self, who: usize, id: usize, hides: bool) {
        let Some(post) = self.model.live(id) else { return };
        if hides {
            post.hidden_by.insert(who)
        } else {
            post.hidden_by.remove(&who)
        };
        let said = [(Action::Hide, hides)];
        self.by(who, move |tx, actor, by| feedback::give(tx, actor, by, &id.to_string(), &said));
    }

    fn forget(&mut self, who: usize, hard: bool) {
        self.write(move |tx| user_data::delete(tx, user(who).as_str(), hard));
        self.model.folders.remove(&who);
        for post in self.model.posts.values_mut() {
            post.reactions.retain(|(by, _), _| *by != who);
            post.bookmarks.retain(|(by, _)| *by != who);
            post.hidden_by.remove(&who);
            post.shared_by.retain(|by| *by != who);
        }
    }

    /// All that somebody is shown of the feed.
    fn check(&self, who: usize) {
        let viewer = user(who);
        let page = self.store.read(&Scope::own(&self.app).at(Time(self.now)), |tx| {
            let feed = feeds::present(tx, &fid("user", AUTHOR))?;
            read::show(tx, Actor::of(&viewer), &feed, &Request::default())
        });
        let shown = page.expect("a read").activities.items;
        let posts = self.model.posts.iter();
        let mut ids: Vec<(usize, u64)> = posts
            .filter(|(_, post)| !post.is_deleted && !post.hidden_by.contains(&who))
            .map(|(id, post)| (*id, post.place))
            .collect();
        ids.sort_by_key(|(_, place)| std::cmp::Reverse(*place));
        let found: Vec<String> = shown.iter().map(|one| one.activity.id.clone()).collect();
        assert_eq!(found, ids.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>(), "what u{who} is shown");
        for ((id, _), one) in ids.iter().zip(&shown) {
            self.compare(who, *id, one);
        }
    }

    /// What somebody is shown of one activity.
    fn compare(&self, who: usize, id: usize, shown: &EnrichedActivity) {
        let post = &self.model.posts[&id];
        let (reactions, bookmarks, shares) = (post.reactions.len(), post.bookmarks.len(), post.shared_by.len());
        let counts = shown.activity.counts;
        assert_eq!((counts.reactions, counts.bookmarks), (number(reactions), number(bookmarks)), "{id}");
        assert_eq!(
            (counts.shares, counts.popularity),
            (number(shares), number(reactions + 3 * bookmarks + 3 * shares))
        );
        let mut groups: BTreeMap<&str, (i64, i64, i64)> = BTreeMap::new();
        for ((_, kind), (at, _)) in &post.reactions {
            let (count, first, last) = groups.entry(KINDS[*kind]).or_insert((0, *at, *at));
            (*count, *first, *last) = (*count + 1, (*first).min(*at), (*last).max(*at));
        }
        let told = shown.reactions.groups.iter();
        let told = told.map(|(kind, group)| (kind.as_str(), (group.count, group.first_at.0, group.last_at.0)));
        assert_eq!(told.collect::<BTreeMap<_, _>>(), groups, "{id}");
        let mut newest: Vec<_> = post.reactions.iter().collect();
        newest.sort_by_key(|(_, at)| std::cmp::Reverse(**at));
        let latest = newest.iter().take(LATEST).map(|((by, kind), _)| (user(*by), KINDS[*kind].to_owned()));
        let found = shown.reactions.latest.iter().map(|one| (one.reaction.user_id.clone(), one.reaction.kind.clone()));
        assert_eq!(found.collect::<Vec<_>>(), latest.collect::<Vec<_>>(), "{id}");
        let own = post.reactions.keys().filter(|(by, _)| *by == who).map(|(_, kind)| KINDS[*kind]);
        let found = shown.reactions.own.iter().map(|one| one.reaction.kind.as_str());
        assert_eq!(found.collect::<BTreeSet<_>>(), own.collect::<BTreeSet<_>>(), "{id}");
        let own = post.bookmarks.iter().filter(|(by, _)| *by == who).map(|(_, files)| *files);
        let found = shown.own_bookmarks.iter().map(|one| one.folder.is_some());
        assert_eq!(found.collect::<BTreeSet<_>>(), own.collect::<BTreeSet<_>>(), "{id}");
        assert_eq!(shown.is_hidden, post.hidden_by.contains(&who));
    }
}

fn counted(bookmark: &EnrichedBookmark) -> i64 {
    match &bookmark.of {
        Marked::Activity(activity) => activity.activity.counts.bookmarks,
        Marked::Comment(comment) => comment.comment.counts.bookmarks,
    }
}

#[test]
fn reactions_and_bookmarks_are_counted_as_by_a_model_whatever_happens() {
    let config =
        ProptestConfig { cases: 30, max_shrink_iters: 150, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(steps in prop::collection::vec(step(), 250))| {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        (0..USERS).for_each(|who| world.check(who));
    });
}

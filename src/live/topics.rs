//! Which connections hear of what: an index for a thread, and what each connection watches.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::app::watched::Watched;
use crate::event::topic::Topic;
use crate::ids::{AppId, UserId};

/// The connections of one thread, by topic.
#[derive(Default)]
pub struct Topics(HashMap<AppId, HashMap<Topic, HashSet<u64>>>);

impl Topics {
    /// Has a connection hear of a topic.
    pub fn add(&mut self, app: AppId, topic: Topic, key: u64) {
        self.0.entry(app).or_default().entry(topic).or_default().insert(key);
    }

    /// Has it hear of it no longer.
    pub fn remove(&mut self, app: AppId, topic: &Topic, key: u64) {
        let Some(topics) = self.0.get_mut(&app) else { return };
        if let Some(keys) = topics.get_mut(topic) {
            keys.remove(&key);
            if keys.is_empty() {
                topics.remove(topic);
            }
        }
        if topics.is_empty() {
            self.0.remove(&app);
        }
    }

    /// The connections that hear of any of the topics, each once. No set is copied for that: there may be thousands in it,
    /// and an event has few topics.
    pub fn each(&self, app: AppId, topics: &[Topic], mut hear: impl FnMut(u64)) {
        let Some(of_app) = self.0.get(&app) else { return };
        let sets: Vec<_> = topics.iter().filter_map(|topic| of_app.get(topic)).collect();
        for (at, set) in sets.iter().enumerate() {
            for key in set.iter().filter(|key| !sets[..at].iter().any(|earlier| earlier.contains(key))) {
                hear(*key);
            }
        }
    }
}

/// What one connection watches. Held here as well as by its thread, so that whoever asks for too much is told at once.
#[derive(Debug, Default)]
pub struct Watching(Mutex<Watch>);

#[derive(Debug, Default)]
struct Watch {
    topics: HashSet<Topic>,
    is_over: bool,
}

impl Watching {
    /// Adds topics, all or none, has the app know of those that are new, and answers them. `None` when it would be more than
    /// that many.
    pub fn add(&self, user: Option<&UserId>, topics: Vec<Topic>, most: usize, watched: &Watched) -> Option<Vec<Topic>> {
        let mut watch = self.watch();
        let new: HashSet<_> = topics.into_iter().filter(|topic| !watch.topics.contains(topic)).collect();
        if watch.topics.len() + new.len() > most {
            return None;
        }
        if watch.is_over {
            return Some(Vec::new());
        }
        // Before anybody else can end it: what is counted is counted out again.
        if let Some(user) = user {
            watched.add(user, &new);
        }
        watch.topics.extend(new.iter().cloned());
        Some(new.into_iter().collect())
    }

    /// Takes a topic out. Answers whether it was there.
    pub fn remove(&self, user: Option<&UserId>, topic: &Topic, watched: &Watched) -> bool {
        let mut watch = self.watch();
        let was_there = watch.topics.remove(topic);
        if let Some(user) = user.filter(|_| was_there) {
            watched.remove(user, [topic]);
        }
        was_there
    }

    /// All that is watched.
    pub fn all(&self) -> Vec<Topic> {
        self.watch().topics.iter().cloned().collect()
    }

    /// The connection is over, and watches nothing more.
    pub fn end(&self, user: Option<&UserId>, watched: &Watched) {
        let mut watch = self.watch();
        watch.is_over = true;
        let topics = std::mem::take(&mut watch.topics);
        if let Some(user) = user {
            watched.remove(user, &topics);
        }
    }

    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::FeedId;

    fn user(id: &str) -> Topic {
        Topic::User(UserId::trusted(id))
    }

    #[test]
    fn who_hears_of_two_topics_hears_once_and_of_no_other_app() {
        let mut topics = Topics::default();
        let (app, other) = (AppId(1), AppId(2));
        let own = Topic::own_and_watchers(&UserId::trusted("john"));
        for (app, topic, key) in
            [(app, &own[0], 1), (app, &own[1], 1), (app, &own[1], 2), (other, &own[0], 3), (app, &user("mary"), 4)]
        {
            topics.add(app, topic.clone(), key);
        }
        let heard = |topics: &Topics| {
            let mut heard = Vec::new();
            topics.each(app, &own, |key| heard.push(key));
            heard.sort_unstable();
            heard
        };
        assert_eq!(heard(&topics), [1, 2]);
        topics.remove(app, &own[0], 1);
        assert_eq!(heard(&topics), [1, 2]);
        topics.remove(app, &own[1], 1);
        topics.remove(app, &own[1], 2);
        assert!(heard(&topics).is_empty());
        topics.remove(app, &user("mary"), 4);
        topics.remove(other, &own[0], 3);
        assert!(topics.0.is_empty(), "nothing is left of whoever is gone");
    }

    #[test]
    fn what_is_watched_already_is_not_counted_again_and_too_much_adds_nothing() {
        let (watching, watched) = (Watching::default(), Watched::default());
        let add = |topics: Vec<Topic>| watching.add(None, topics, 2, &watched);
        assert_eq!(add(vec![user("a"), user("a")]), Some(vec![user("a")]));
        assert_eq!(add(vec![user("b"), user("c")]), None);
        assert_eq!(add(vec![user("a"), user("b")]), Some(vec![user("b")]));
        assert_eq!(add(vec![user("a"), user("b")]), Some(Vec::new()));
        assert_eq!(watching.all().len(), 2);
    }

    #[test]
    fn the_app_knows_which_feeds_are_watched_until_the_last_connection_is_over() {
        let fid = FeedId::parse("user:john").expect("an address");
        let feed = || vec![Topic::Feed(fid.clone())];
        let (one, other, watched) = (Watching::default(), Watching::default(), Watched::default());
        let john = UserId::trusted("john");
        let john = Some(&john);
        assert_eq!(one.add(john, feed(), 9, &watched), Some(feed()));
        assert_eq!(one.add(john, feed(), 9, &watched), Some(Vec::new()));
        assert_eq!(other.add(john, feed(), 9, &watched), Some(feed()));
        one.end(john, &watched);
        assert_eq!(watched.feeds(), std::slice::from_ref(&fid));
        assert_eq!(watched.users(&fid), [UserId::trusted("john")]);
        assert_eq!(one.add(john, feed(), 9, &watched), Some(Vec::new()), "it is over");
        assert!(other.remove(john, &Topic::Feed(fid.clone()), &watched));
        assert!(!other.remove(john, &Topic::Feed(fid), &watched));
        assert!(watched.feeds().is_empty());
    }
}

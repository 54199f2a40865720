//! Stories: shown by author, oldest first, until they expire; and who has watched which.

use serde_json::{Value, json};

use super::following::follow;
use super::marks::{groups, mark};
use super::reading::{ADD, add, read};
use super::watching::{heard, user, watch};
use crate::app::TestApp;
use crate::sockets::client::Server;
use crate::transcript::frozen_app;

fn story(app: &TestApp, by: &str, id: &str) -> Value {
    let story =
        json!({"id": id, "type": "post", "feeds": [format!("story:{by}")], "expires_at": "2026-02-01T12:00:00Z"});
    add(&app.user(by), &story)
}

/// An app in which John and Bob have stories, which Jane follows.
fn app() -> TestApp {
    let app = frozen_app();
    for (by, id) in [("john", "1"), ("bob", "2"), ("john", "3")] {
        story(&app, by, id);
        app.advance("1m");
    }
    let jane = app.user("jane");
    read(&jane, "stories:jane", &json!({}));
    for author in ["story:john", "story:bob"] {
        follow(&jane, "stories:jane", author);
    }
    app
}

fn stories(app: &TestApp) -> Value {
    read(&app.user("jane"), "stories:jane", &json!({}))
}

/// A group: its key, whether it is watched, and the same of each of its stories.
type Group = (String, bool, Vec<(String, bool)>);

/// Each group with its stories, and whether they are watched.
fn watched(page: &Value) -> Vec<Group> {
    let of =
        |item: &Value, name: &str| (item[name].as_str().unwrap().to_owned(), item["is_watched"].as_bool().unwrap());
    let group = |group: &Value| {
        let (key, is_watched) = of(group, "group");
        (key, is_watched, group["activities"].as_array().unwrap().iter().map(|one| of(one, "id")).collect())
    };
    page["aggregated_activities"].as_array().unwrap().iter().map(group).collect()
}

#[test]
fn stories_are_shown_by_author_oldest_first_until_they_expire() {
    let app = app();
    let page = stories(&app);
    assert_eq!(groups(&page), ["john", "bob"], "who posted last comes first");
    let ids = |group: usize| -> Vec<String> { watched(&page)[group].2.iter().map(|(id, _)| id.clone()).collect() };
    assert_eq!((ids(0), ids(1)), (vec!["1".to_owned(), "3".to_owned()], vec!["2".to_owned()]));
    let shown = &page["aggregated_activities"][0]["activities"][0];
    assert_eq!(shown["current_feed"]["feed"], "story:john");
    assert!(page["aggregated_activities"][0].get("is_read").is_none() && page.get("notification_status").is_none());
    app.user("john").patch(&format!("{ADD}/1"), &json!({"set": {"expires_at": "2026-01-31T13:00:00Z"}})).ok();
    app.advance("1h");
    assert_eq!(watched(&stories(&app))[0].2.len(), 1);
    app.advance("1d");
    assert_eq!(groups(&stories(&app)), [""; 0]);
}

#[test]
fn a_group_is_watched_when_all_its_stories_are_in_whichever_feed_that_was() {
    let app = app();
    let jane = app.user("jane");
    mark(&jane, "stories:jane", &json!({"mark_watched": ["1", "nothing"]}));
    let own = |id: &str, is| (id.to_owned(), is);
    assert_eq!(watched(&stories(&app))[0], ("john".to_owned(), false, vec![own("1", true), own("3", false)]));
    // By who is not its owner, in the author's feed.
    mark(&jane, "story:john", &json!({"mark_watched": ["3"]}));
    assert_eq!(watched(&stories(&app))[0], ("john".to_owned(), true, vec![own("1", true), own("3", true)]));
    assert_eq!(watched(&stories(&app))[1], ("bob".to_owned(), false, vec![own("2", false)]));
    let of_john = read(&jane, "story:john", &json!({}));
    let flags = |page: &Value| -> Vec<Value> {
        page["activities"].as_array().unwrap().iter().map(|one| one["is_watched"].clone()).collect()
    };
    assert_eq!(flags(&of_john), [true, true]);
    assert_eq!(flags(&read(&app.user("bob"), "story:john", &json!({}))), [false, false], "nobody else has");
    story(&app, "john", "4");
    let page = stories(&app);
    assert_eq!((watched(&page)[0].1, watched(&page)[0].2.len()), (false, 3));
    for id in ["3", "4"] {
        app.user("john").delete(&format!("{ADD}/{id}?hard_delete=true")).ok();
    }
    let bob = ("bob".to_owned(), false, vec![own("2", false)]);
    assert_eq!(watched(&stories(&app)), [bob, ("john".to_owned(), true, vec![own("1", true)])]);
}

#[test]
fn who_may_not_read_a_story_has_not_watched_it_and_what_is_watched_can_be_left_out() {
    let app = app();
    let post = json!({"data": {"visibility": "private"}});
    read(&app.user("eve"), "story:eve", &post);
    story(&app, "eve", "secret");
    let jane = app.user("jane");
    mark(&jane, "stories:jane", &json!({"mark_watched": ["secret", "1"]}));
    let set = json!({"stories": {"skip_watched": true, "track_watched": true}});
    for group in ["story", "stories"] {
        app.server().put(&format!("/api/v2/feeds/feed_groups/{group}"), &set).ok();
    }
    let own = |id: &str| vec![(id.to_owned(), false)];
    assert_eq!(watched(&stories(&app)), [("john".to_owned(), false, own("3")), ("bob".to_owned(), false, own("2"))]);
    let ids = |feed: &str| read(&jane, feed, &json!({}))["activities"].as_array().unwrap().len();
    assert_eq!(ids("story:john"), 1);
    assert_eq!(read(&app.user("bob"), "story:john", &json!({}))["activities"].as_array().unwrap().len(), 2);
}

#[test]
fn who_watched_is_told_and_nobody_else_and_who_follows_is_told_of_a_new_story() {
    let server = Server::start();
    let app = server.app();
    let (mut jane, mut john) = (app.join("jane"), app.join("john"));
    let (by, author) = (user(&app, "jane"), user(&app, "john"));
    watch(&app, "john", &john, "story:john");
    heard(&mut john, "feeds.feed.created", "story:john");
    watch(&app, "jane", &jane, "stories:jane");
    heard(&mut jane, "feeds.feed.created", "stories:jane");
    watch(&app, "jane", &jane, "story:john");
    follow(&by, "stories:jane", "story:john");
    for feed in ["stories:jane", "story:john"] {
        heard(&mut jane, "feeds.follow.created", feed);
    }
    heard(&mut john, "feeds.follow.created", "story:john");
    add(&author, &json!({"id": "1", "type": "post", "feeds": ["story:john"]}));
    heard(&mut jane, "feeds.activity.added", "story:john");
    heard(&mut jane, "feeds.activity.added", "stories:jane");
    let event = heard(&mut jane, "feeds.stories_feed.updated", "stories:jane");
    assert_eq!(watched(&event), [("john".to_owned(), false, vec![("1".to_owned(), false)])]);
    heard(&mut john, "feeds.activity.added", "story:john");
    mark(&by, "stories:jane", &json!({"mark_watched": ["1"]}));
    let event = heard(&mut jane, "feeds.activity.marked", "stories:jane");
    assert_eq!(event["mark_watched"], json!(["1"]));
    let mut told = [jane.json(), jane.json()];
    told.sort_by_key(|event| event["fid"].as_str().unwrap().to_owned());
    let [timeline, flat] = &told;
    assert_eq!((&timeline["type"], &timeline["fid"]), (&json!("feeds.stories_feed.updated"), &json!("stories:jane")));
    assert_eq!(watched(timeline), [("john".to_owned(), true, vec![("1".to_owned(), true)])]);
    assert_eq!((&flat["fid"], &flat["activities"][0]["is_watched"]), (&json!("story:john"), &json!(true)));
    assert!(flat.get("aggregated_activities").is_none() && timeline.get("activities").is_none());
    add(&author, &json!({"id": "2", "type": "post", "feeds": ["story:john"]}));
    for kind in ["feeds.activity.added", "feeds.activity.deleted"] {
        if kind == "feeds.activity.deleted" {
            author.delete(&format!("{ADD}/1")).ok();
        }
        heard(&mut jane, kind, "story:john");
        heard(&mut jane, kind, "stories:jane");
        let event = heard(&mut jane, "feeds.stories_feed.updated", "stories:jane");
        assert_eq!((event["aggregated_activities"][0]["is_watched"]).as_bool(), Some(false), "{kind}");
        heard(&mut john, kind, "story:john");
    }
    // With the last story goes the group, and nothing is left to be told of.
    author.delete(&format!("{ADD}/2")).ok();
    for feed in ["story:john", "stories:jane"] {
        heard(&mut jane, "feeds.activity.deleted", feed);
    }
    heard(&mut john, "feeds.activity.deleted", "story:john");
    john.quiet();
    jane.quiet();
}

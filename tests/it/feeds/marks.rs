//! Groups of activities, and what is read of them: what a notification feed says of itself.

use serde_json::{Value, json};

use super::reading::{ADD, add, path, read, texts};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::{Caller, TestApp};
use crate::sockets::client::Server;
use crate::transcript::{frozen_app, refused};

/// Somebody's own notifications.
#[track_caller]
pub fn notifications(app: &TestApp, id: &str) -> Value {
    read(&app.user(id), &format!("notification:{id}"), &json!({}))
}

/// The keys of a page's groups.
pub fn groups(page: &Value) -> Vec<&str> {
    let groups = page["aggregated_activities"].as_array().unwrap();
    groups.iter().map(|group| group["group"].as_str().unwrap()).collect()
}

/// How many of somebody's notifications are unread, and unseen.
#[track_caller]
pub fn status(app: &TestApp, id: &str) -> (i64, i64) {
    counts(&notifications(app, id)["notification_status"])
}

fn counts(status: &Value) -> (i64, i64) {
    (status["unread"].as_i64().unwrap(), status["unseen"].as_i64().unwrap())
}

#[track_caller]
pub fn mark(by: &Caller, feed: &str, body: &Value) {
    let answer = by.post(&format!("{}/activities/mark/batch", path(feed)), body);
    assert_eq!(answer.status, 201);
    check("MarkActivity", &answer.ok());
}

/// What of a page's items has a flag that says yes.
fn flagged(page: &Value, items: &str, name: &str, flag: &str) -> Vec<String> {
    let items = page[items].as_array().unwrap();
    assert!(items.iter().all(|item| item[flag].is_boolean()), "{flag} is said of each: {page}");
    items.iter().filter(|item| item[flag] == true).map(|item| item[name].as_str().unwrap().to_owned()).collect()
}

fn read_groups(page: &Value) -> Vec<String> {
    flagged(page, "aggregated_activities", "group", "is_read")
}

/// Something of a kind in John's notifications.
fn note(app: &TestApp, kind: &str, by: &str) -> String {
    let activity = json!({"type": kind, "feeds": ["notification:john"]});
    let added = add(&app.server(), &merged(&activity, &json!({"user_id": by})));
    added["id"].as_str().unwrap().to_owned()
}

fn merged(one: &Value, more: &Value) -> Value {
    let mut merged = one.as_object().unwrap().clone();
    merged.extend(more.as_object().unwrap().clone());
    Value::Object(merged)
}

fn app() -> TestApp {
    let app = frozen_app();
    read(&app.user("john"), "notification:john", &json!({}));
    app
}

#[test]
fn a_group_holds_what_has_its_key_the_last_changed_first_and_is_paged_both_ways() {
    let app = app();
    for (kind, by) in [("like", "a"), ("like", "b"), ("note", "a"), ("poke", "c"), ("like", "a")] {
        note(&app, kind, by);
    }
    let page = notifications(&app, "john");
    assert_eq!(groups(&page), ["_like_2026-01-31", "_poke_2026-01-31", "_note_2026-01-31"]);
    assert_eq!((&page["activities"], page.get("next")), (&json!([]), None));
    let like = &page["aggregated_activities"][0];
    assert_eq!(
        (&like["activity_count"], &like["user_count"], &like["user_count_truncated"]),
        (&json!(3), &json!(2), &json!(false))
    );
    let authors: Vec<_> = like["activities"].as_array().unwrap().iter().map(|one| &one["user"]["id"]).collect();
    assert_eq!(authors, ["a", "b", "a"], "the newest first");
    assert_eq!(like["score"], 0.0);
    let john = app.user("john");
    let (mut seen, mut pages) = (Vec::new(), vec![json!({"limit": 2})]);
    while let Some(body) = pages.pop() {
        let page = read(&john, "notification:john", &body);
        seen.extend(groups(&page).into_iter().map(str::to_owned));
        if let Some(next) = page.get("next") {
            note(&app, "new", "z");
            pages.push(json!({"limit": 2, "next": next}));
        } else {
            let back = read(&john, "notification:john", &json!({"limit": 2, "prev": page["prev"]}));
            assert_eq!(groups(&back), ["_like_2026-01-31", "_poke_2026-01-31"]);
            assert_eq!(
                groups(&read(&john, "notification:john", &json!({"limit": 2, "prev": back["prev"]}))),
                ["_new_2026-01-31"]
            );
        }
    }
    assert_eq!(seen, ["_like_2026-01-31", "_poke_2026-01-31", "_note_2026-01-31"], "what is new moves nothing");
    let full = read(&john, "notification:john", &json!({"limit": 4}));
    assert_eq!((groups(&full).len(), full.get("next")), (4, None));
    let none = read(&john, "notification:john", &json!({"limit": 0}));
    assert_eq!((groups(&none).len(), counts(&none["notification_status"])), (0, (4, 4)));
}

#[test]
fn a_group_shows_the_latest_fifteen_and_counts_all_and_the_next_day_begins_another() {
    let app = app();
    for _ in 0..17 {
        note(&app, "like", "a");
    }
    let page = notifications(&app, "john");
    let group = &page["aggregated_activities"][0];
    assert_eq!((group["activities"].as_array().unwrap().len(), &group["activity_count"]), (15, &json!(17)));
    let first = group["created_at"].clone();
    app.advance("1h");
    note(&app, "like", "b");
    let page = notifications(&app, "john");
    let group = &page["aggregated_activities"][0];
    assert_eq!(group["created_at"], first);
    assert!(group["updated_at"].as_i64() > first.as_i64());
    app.advance("12h");
    note(&app, "like", "b");
    assert_eq!(groups(&notifications(&app, "john")), ["_like_2026-02-01", "_like_2026-01-31"]);
}

#[test]
fn a_filter_leaves_groups_with_what_it_finds_and_the_status_says_all() {
    let app = app();
    for (kind, by) in [("like", "a"), ("like", "b"), ("note", "a"), ("poke", "c")] {
        note(&app, kind, by);
    }
    let john = app.user("john");
    let page = read(&john, "notification:john", &json!({"filter": {"user_id": "a"}, "limit": 1}));
    assert_eq!(groups(&page), ["_note_2026-01-31"]);
    assert_eq!(counts(&page["notification_status"]), (3, 3));
    let rest = read(&john, "notification:john", &json!({"filter": {"user_id": "a"}, "limit": 1, "next": page["next"]}));
    assert_eq!((groups(&rest), rest.get("next")), (vec!["_like_2026-01-31"], None));
    assert_eq!(rest["aggregated_activities"][0]["activity_count"], 1);
    let flat = json!({"enrichment_options": {"include_flat_activities": true}});
    let flat = read(&john, "notification:john", &flat);
    assert_eq!((flat["activities"].as_array().unwrap().len(), groups(&flat).len()), (4, 3));
}

#[test]
fn marks_are_of_groups_and_of_single_ones_and_what_is_new_is_unread_though_its_group_was_read() {
    let app = app();
    let john = app.user("john");
    let fresh = notifications(&app, "john");
    assert_eq!(fresh["notification_status"], json!({"unread": 0, "unseen": 0}));
    note(&app, "like", "a");
    let poke = note(&app, "poke", "a");
    assert_eq!(read_groups(&notifications(&app, "john")), [""; 0]);
    mark(&john, "notification:john", &json!({"mark_read": ["_like_2026-01-31", "_none_"], "mark_seen": []}));
    let page = notifications(&app, "john");
    let status = &page["notification_status"];
    assert_eq!((counts(status), &status["read_activities"]), ((1, 2), &json!(["_like_2026-01-31"])));
    for absent in ["last_read_at", "last_seen_at", "seen_activities"] {
        assert!(status.get(absent).is_none(), "{absent}: a single mark is none of all");
    }
    assert_eq!(read_groups(&page), ["_like_2026-01-31"]);
    // By the id of what is in it.
    mark(&john, "notification:john", &json!({"mark_read": [poke]}));
    let status = notifications(&app, "john")["notification_status"].clone();
    assert_eq!(status["read_activities"], json!(["_poke_2026-01-31", "_like_2026-01-31"]), "the newest mark first");
    note(&app, "like", "b");
    let page = notifications(&app, "john");
    assert_eq!(
        (read_groups(&page), counts(&page["notification_status"])),
        (vec!["_poke_2026-01-31".to_owned()], (1, 2))
    );
}

#[test]
fn marking_all_says_when_and_in_the_very_moment_what_comes_after_it_is_unread() {
    let app = app();
    let john = app.user("john");
    note(&app, "like", "a");
    note(&app, "poke", "a");
    mark(&john, "notification:john", &json!({"mark_all_seen": true}));
    mark(&john, "notification:john", &json!({"mark_all_read": true, "mark_seen": ["_like_2026-01-31"]}));
    let page = notifications(&app, "john");
    let status = &page["notification_status"];
    assert_eq!(counts(status), (0, 0));
    assert!(status["last_read_at"].is_i64() && status["last_seen_at"].is_i64());
    for list in ["read_activities", "seen_activities"] {
        assert_eq!(status[list].as_array().map(Vec::len), Some(2), "clients cannot tell by the time: {status}");
    }
    assert_eq!(read_groups(&page).len(), 2);
    note(&app, "like", "b");
    let page = notifications(&app, "john");
    assert_eq!(
        (read_groups(&page), counts(&page["notification_status"])),
        (vec!["_poke_2026-01-31".to_owned()], (1, 1))
    );
    app.advance("1s");
    mark(&john, "notification:john", &json!({"mark_all_read": true}));
    assert_eq!(status_of(&app), (0, 1));
    app.advance("1s");
    note(&app, "poke", "b");
    assert_eq!(status_of(&app), (1, 2));
}

fn status_of(app: &TestApp) -> (i64, i64) {
    status(app, "john")
}

#[test]
fn what_is_deleted_or_expires_leaves_neither_groups_nor_anything_unread_nor_marks() {
    let app = app();
    let john = app.user("john");
    let like = note(&app, "like", "a");
    let soon =
        json!({"type": "poke", "feeds": ["notification:john"], "user_id": "a", "expires_at": "2026-01-31T12:30:00Z"});
    add(&app.server(), &soon);
    mark(&john, "notification:john", &json!({"mark_read": ["_like_2026-01-31"]}));
    assert_eq!(status_of(&app), (1, 2));
    app.advance("31m");
    let page = notifications(&app, "john");
    assert_eq!((groups(&page), counts(&page["notification_status"])), (vec!["_like_2026-01-31"], (0, 1)));
    app.server().delete(&format!("{ADD}/{like}")).ok();
    let page = notifications(&app, "john");
    assert_eq!((groups(&page).len(), counts(&page["notification_status"])), (0, (0, 0)));
    assert_eq!(page["notification_status"]["read_activities"], json!([]));
    app.server().post(&format!("{ADD}/{like}/restore"), &json!({"user_id": "a"})).ok();
    assert_eq!(status_of(&app), (1, 1));
    // What expires only after an edit does so, too.
    app.server()
        .patch(&format!("{ADD}/{like}"), &json!({"user_id": "a", "set": {"expires_at": "2026-01-31T12:32:00Z"}}))
        .ok();
    app.advance("1m");
    assert_eq!((status_of(&app), groups(&notifications(&app, "john")).len()), ((0, 0), 0));
    john.delete(&path("notification:john")).ok();
    let anew = notifications(&app, "john");
    assert_eq!(anew["notification_status"], json!({"unread": 0, "unseen": 0}));
}

#[test]
fn a_flat_group_that_tracks_says_it_of_each_activity() {
    let app = frozen_app();
    let group = json!({"id": "inbox", "notification": {"track_read": true, "track_seen": true}});
    app.server().post("/api/v2/feeds/feed_groups", &group).ok();
    let john = app.user("john");
    for text in ["a", "b", "c"] {
        add(&john, &json!({"id": text, "type": "post", "feeds": ["inbox:john"], "text": text}));
    }
    mark(&john, "inbox:john", &json!({"mark_read": ["b", "nothing"], "mark_all_seen": true}));
    let page = read(&john, "inbox:john", &json!({}));
    assert_eq!(texts(&page), ["c", "b", "a"]);
    assert_eq!(flagged(&page, "activities", "id", "is_read"), ["b"]);
    assert_eq!(flagged(&page, "activities", "id", "is_seen"), ["c", "b", "a"]);
    let status = &page["notification_status"];
    assert_eq!((counts(status), &status["read_activities"]), ((2, 0), &json!(["b"])));
    assert!(status.get("last_read_at").is_none() && status["last_seen_at"].is_i64());
    // What is pinned is read there as it is among the others.
    for id in ["a", "b"] {
        john.post(&format!("{}/activities/{id}/pin", path("inbox:john")), &json!({})).ok();
    }
    let marks = |pins: &Value| -> Vec<Value> {
        pins.as_array()
            .unwrap()
            .iter()
            .map(|pin| json!([pin["activity"]["is_read"], pin["activity"]["is_seen"]]))
            .collect()
    };
    let expected = [json!([true, true]), json!([false, true])];
    assert_eq!(marks(&read(&john, "inbox:john", &json!({}))["pinned_activities"]), expected);
    let query = format!("{}/pinned_activities/query", path("inbox:john"));
    assert_eq!(marks(&john.post(&query, &json!({})).ok()["pinned_activities"]), expected);
    john.delete(&format!("{ADD}/b")).ok();
    let page = read(&john, "inbox:john", &json!({}));
    assert_eq!(page["notification_status"]["read_activities"], json!([]));
    // Somebody else has read nothing of it.
    let other = read(&app.user("jane"), "inbox:john", &json!({}));
    assert_eq!(counts(&other["notification_status"]), (2, 2));
    let plain = read(&john, "user:john", &json!({}));
    assert!(plain.get("notification_status").is_none());
    assert!(add(&john, &json!({"type": "post", "feeds": ["user:john"]})).get("is_read").is_none());
}

#[test]
fn a_group_that_begins_to_aggregate_has_what_was_there_and_a_view_groups_by_its_own() {
    let app = frozen_app();
    let john = app.user("john");
    for (kind, color) in [("post", "red"), ("note", "red"), ("post", "blue")] {
        add(&john, &json!({"type": kind, "feeds": ["user:john"], "text": kind, "custom": {"look": {"color": color}}}));
    }
    let view = json!({"id": "by-color", "aggregation": {"format": "{{ custom.look.color }}", "activities_sort": "created_at_asc"}});
    app.server().post("/api/v2/feeds/feed_views", &view).ok();
    let page = read(&john, "user:john", &json!({"view": "by-color"}));
    assert_eq!(groups(&page), ["blue", "red"]);
    let types: Vec<_> =
        page["aggregated_activities"][1]["activities"].as_array().unwrap().iter().map(|one| &one["type"]).collect();
    assert_eq!(types, ["post", "note"], "the oldest first");
    let set = json!({"aggregation": {"format": "{% if type == 'note' %}notes{% else %}{{ type }}s{% endif %}"}});
    app.server().put("/api/v2/feeds/feed_groups/user", &set).ok();
    let page = read(&john, "user:john", &json!({}));
    assert_eq!((groups(&page), &page["activities"]), (vec!["posts", "notes"], &json!([])));
    add(&john, &json!({"type": "note", "feeds": ["user:john"]}));
    assert_eq!(groups(&read(&john, "user:john", &json!({}))), ["notes", "posts"]);
}

#[test]
fn a_timeline_that_tracks_marks_what_it_shows_of_others() {
    let server = Server::start();
    let app = server.app();
    let mut watcher = app.join("jane");
    let (john, jane) = (user(&app, "john"), user(&app, "jane"));
    let tracking = json!({"notification": {"track_read": true, "track_seen": true}});
    app.server().put("/api/v2/feeds/feed_groups/timeline", &tracking).ok();
    for id in ["1", "2"] {
        add(&john, &json!({"id": id, "type": "post", "feeds": ["user:john"]}));
    }
    watch(&app, "jane", &watcher, "timeline:jane");
    heard(&mut watcher, "feeds.feed.created", "timeline:jane");
    super::following::follow(&jane, "timeline:jane", "user:john");
    heard(&mut watcher, "feeds.follow.created", "timeline:jane");
    let status = || read(&jane, "timeline:jane", &json!({}))["notification_status"].clone();
    assert_eq!(counts(&status()), (2, 2));
    mark(&jane, "timeline:jane", &json!({"mark_read": ["1", "none"], "mark_all_seen": true}));
    heard(&mut watcher, "feeds.activity.marked", "timeline:jane");
    let event = heard(&mut watcher, "feeds.notification_feed.updated", "timeline:jane");
    assert_eq!(
        (counts(&event["notification_status"]), &event["notification_status"]["read_activities"]),
        ((1, 0), &json!(["1"]))
    );
    let page = read(&jane, "timeline:jane", &json!({}));
    assert_eq!(flagged(&page, "activities", "id", "is_read"), ["1"]);
    assert_eq!(flagged(&page, "activities", "id", "is_seen").len(), 2, "in the very moment");
    add(&john, &json!({"id": "3", "type": "post", "feeds": ["user:john"]}));
    heard(&mut watcher, "feeds.activity.added", "timeline:jane");
    let event = heard(&mut watcher, "feeds.notification_feed.updated", "timeline:jane");
    assert_eq!(counts(&event["notification_status"]), (2, 1));
    // What is edited is another: who had read all is told that there is something new.
    app.advance("1s");
    mark(&jane, "timeline:jane", &json!({"mark_all_read": true}));
    heard(&mut watcher, "feeds.activity.marked", "timeline:jane");
    heard(&mut watcher, "feeds.notification_feed.updated", "timeline:jane");
    app.advance("1s");
    john.patch(&format!("{ADD}/2"), &json!({"set": {"text": "new"}})).ok();
    heard(&mut watcher, "feeds.activity.updated", "timeline:jane");
    let event = heard(&mut watcher, "feeds.notification_feed.updated", "timeline:jane");
    assert_eq!(counts(&event["notification_status"]).0, 1);
    watcher.quiet();
}

#[test]
fn what_a_reader_is_not_shown_is_not_unread_and_who_is_gone_has_marked_nothing() {
    let app = frozen_app();
    let tracking = json!({"track_read": true});
    let groups = [
        json!({"id": "flat", "notification": tracking}),
        json!({"id": "grouped", "notification": tracking, "aggregation": {"format": "{{ type }}"}}),
    ];
    for group in &groups {
        app.server().post("/api/v2/feeds/feed_groups", group).ok();
    }
    let (john, jane) = (app.user("john"), app.user("jane"));
    for feed in ["flat:john", "grouped:john"] {
        add(&john, &json!({"id": format!("a-{feed}"), "type": "a", "feeds": [feed]}));
        add(&john, &json!({"type": "b", "feeds": [feed], "visibility": "private"}));
        let unread = |by: &Caller| read(by, feed, &json!({}))["notification_status"]["unread"].clone();
        assert_eq!((unread(&john), unread(&jane)), (json!(2), json!(1)), "{feed}");
        john.patch(&format!("{ADD}/a-{feed}"), &json!({"set": {"visibility": "private"}})).ok();
        assert_eq!((unread(&john), unread(&jane)), (json!(2), json!(0)), "{feed}");
        // What she hides is not hers to read: neither one of a group nor all of it, while it is hidden.
        let open = |id: &str| add(&john, &json!({"id": format!("{id}-{feed}"), "type": "c", "feeds": [feed]}));
        let hide = |id: &str, hides: bool| {
            jane.post(&format!("{ADD}/{id}-{feed}/feedback"), &json!({"hide": hides})).ok();
            unread(&jane)
        };
        open("c");
        open("d");
        let both = unread(&jane);
        assert_eq!(both, if feed == "flat:john" { json!(2) } else { json!(1) }, "{feed}");
        assert_eq!((hide("c", true), hide("d", true)), (json!(1), json!(0)), "{feed}");
        assert_eq!(unread(&john), if feed == "flat:john" { json!(4) } else { json!(3) }, "{feed}");
        assert_eq!((hide("c", false), hide("d", false)), (json!(1), both), "{feed}");
        for id in ["c", "d"] {
            john.delete(&format!("{ADD}/{id}-{feed}?hard_delete=true")).ok();
        }
        mark(&jane, feed, &json!({"mark_all_read": true}));
    }
    app.server().post("/api/v2/users/delete", &json!({"user_ids": ["jane"], "user": "hard"})).ok();
    app.upsert(&[json!({"id": "jane"})]);
    for feed in ["flat:john", "grouped:john"] {
        let status = read(&app.user("jane"), feed, &json!({}))["notification_status"].clone();
        assert_eq!(status, json!({"unread": 0, "unseen": 0}), "{feed}");
    }
}

#[test]
fn what_a_feed_shows_of_others_is_grouped_as_it_is_read() {
    let app = frozen_app();
    let set = json!({"id": "digest", "activity_selectors": [{"type": "following"}], "aggregation": {"format": "{{ type }}"},
        "notification": {"track_read": true, "track_seen": true}});
    app.server().post("/api/v2/feeds/feed_groups", &set).ok();
    let (john, jane) = (app.user("john"), app.user("jane"));
    for kind in ["a", "b", "a"] {
        add(&john, &json!({"type": kind, "feeds": ["user:john"]}));
    }
    read(&jane, "digest:jane", &json!({}));
    super::following::follow(&jane, "digest:jane", "user:john");
    let page = read(&jane, "digest:jane", &json!({"limit": 1}));
    assert_eq!((groups(&page), counts(&page["notification_status"])), (vec!["a"], (2, 2)));
    let page = read(&jane, "digest:jane", &json!({"limit": 1, "next": page["next"]}));
    assert_eq!((groups(&page), page.get("next")), (vec!["b"], None));
    mark(&jane, "digest:jane", &json!({"mark_read": ["a"], "mark_all_seen": true}));
    let page = read(&jane, "digest:jane", &json!({}));
    assert_eq!((read_groups(&page), counts(&page["notification_status"])), (vec!["a".to_owned()], (1, 0)));
    add(&john, &json!({"type": "a", "feeds": ["user:john"]}));
    let page = read(&jane, "digest:jane", &json!({}));
    assert_eq!((read_groups(&page), counts(&page["notification_status"])), (vec![], (2, 1)), "what is new in it");
}

#[test]
fn marks_are_only_made_by_who_may_read_and_are_told_to_nobody_else() {
    let server = Server::start();
    let app = server.app();
    let (mut john, mut jane) = (app.join("john"), app.join("jane"));
    let by = user(&app, "john");
    by.post(&path("inbox:john"), &json!({})).error();
    let group = json!({"id": "inbox", "notification": {"track_read": true, "track_seen": true}});
    app.server().post("/api/v2/feeds/feed_groups", &group).ok();
    watch(&app, "john", &john, "inbox:john");
    heard(&mut john, "feeds.feed.created", "inbox:john");
    watch(&app, "jane", &jane, "inbox:john");
    add(&by, &json!({"id": "1", "type": "post", "feeds": ["inbox:john"]}));
    for reader in [&mut john, &mut jane] {
        heard(reader, "feeds.activity.added", "inbox:john");
        let event = heard(reader, "feeds.notification_feed.updated", "inbox:john");
        assert_eq!(event["notification_status"], json!({"unread": 1, "unseen": 1}));
        assert!(event.get("aggregated_activities").is_none(), "a flat feed has none");
    }
    mark(&by, "inbox:john", &json!({"mark_read": ["1"], "mark_all_seen": true}));
    let marked = heard(&mut john, "feeds.activity.marked", "inbox:john");
    assert_eq!(
        (&marked["mark_read"], &marked["mark_all_seen"], &marked["user"]["id"]),
        (&json!(["1"]), &json!(true), &json!("john"))
    );
    let event = heard(&mut john, "feeds.notification_feed.updated", "inbox:john");
    assert_eq!(counts(&event["notification_status"]), (0, 0));
    assert_eq!(event["notification_status"]["read_activities"], json!(["1"]));
    jane.quiet();
    add(&by, &json!({"id": "2", "type": "post", "feeds": ["inbox:john"]}));
    for (reader, unread) in [(&mut john, 1), (&mut jane, 2)] {
        heard(reader, "feeds.activity.added", "inbox:john");
        let event = heard(reader, "feeds.notification_feed.updated", "inbox:john");
        assert_eq!(event["notification_status"]["unread"], unread, "each his own");
    }
    by.post(&path("notification:john"), &json!({})).ok();
    let all = json!({"mark_all_read": true});
    let to = format!("{}/activities/mark/batch", path("notification:john"));
    let (status, code, text) = user(&app, "jane").post(&to, &all).error();
    assert_eq!((status, code), (403, 17), "{text}");
    let missing = format!("{}/activities/mark/batch", path("notification:nobody"));
    refused(&by.post(&missing, &all), "MarkActivity", 404, 16, "feed with id notification:nobody not found");
    let nobody = "user_id is required for server side requests";
    refused(&app.server().post(&to, &all), "MarkActivity", 400, 4, nobody);
    let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    assert_eq!(by.post(&to, &json!({"mark_read": many})).error().0, 400);
}

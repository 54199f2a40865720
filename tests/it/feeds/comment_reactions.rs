//! Reactions to comments: what is counted, shown and told of them, and how they decide in which order comments are shown.

use serde_json::{Value, json};

use super::comments::{COMMENTS, app, at, say};
use super::marks::notifications;
use super::reading::{ADD, add};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::{Caller, TestApp, encode};
use crate::sockets::client::Server;
use crate::transcript::refused;

fn place(comment: &str) -> String {
    format!("{}/reactions", at(comment))
}

#[track_caller]
fn react(by: &Caller, comment: &str, body: &Value) -> Value {
    let answer = by.post(&place(comment), body).ok();
    check("AddCommentReaction", &answer);
    answer
}

#[track_caller]
fn take_back(by: &Caller, comment: &str, kind: &str) -> Value {
    let answer = by.delete(&format!("{}/{}", place(comment), encode(kind))).ok();
    check("DeleteCommentReaction", &answer);
    answer
}

fn get(by: &Caller, id: &str) -> Value {
    by.get(&at(id)).ok()["comment"].clone()
}

fn types(reactions: &Value) -> Vec<&str> {
    reactions.as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect()
}

fn order(by: &Caller, sort: &str) -> String {
    let list = by.get(&format!("{COMMENTS}?object_id=a&object_type=activity&sort={sort}")).ok();
    let ids = list["comments"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
    ids.collect::<Vec<_>>().join(" ")
}

/// Votes for a comment and against it, by so many.
fn vote(app: &TestApp, comment: &str, up: usize, down: usize) {
    let kinds = std::iter::repeat_n("upvote", up).chain(std::iter::repeat_n("downvote", down));
    for (at, kind) in kinds.enumerate() {
        react(&app.server(), comment, &json!({"type": kind, "user_id": format!("voter-{at}")}));
    }
}

#[test]
fn a_reaction_is_counted_once_by_type_and_shown_as_the_viewers_own() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    say(&jane, "1", None);
    for _ in 0..2 {
        let answer = react(&john, "1", &json!({"type": "like", "custom": {"a": 1}}));
        let reaction = &answer["reaction"];
        assert_eq!((&reaction["activity_id"], &reaction["comment_id"]), (&json!("a"), &json!("1")));
        assert_eq!((&reaction["user"]["id"], &reaction["custom"]), (&json!("john"), &json!({"a": 1})));
        assert_eq!(
            (&answer["comment"]["reaction_count"], types(&answer["comment"]["own_reactions"])),
            (&json!(1), vec!["like"])
        );
    }
    react(&john, "1", &json!({"type": "❤️"}));
    react(&jane, "1", &json!({"type": "like"}));
    let shown = get(&john, "1");
    assert_eq!((&shown["reaction_count"], &shown["reaction_groups"]["like"]["count"]), (&json!(3), &json!(2)));
    assert_eq!(
        (types(&shown["own_reactions"]), types(&shown["latest_reactions"])),
        (vec!["like", "❤️"], vec!["like", "❤️", "like"])
    );
    assert_eq!(types(&get(&app.server(), "1")["own_reactions"]), [""; 0]);
    // Wherever a comment is shown, and whoever is named.
    let list = app.server().get(&format!("{COMMENTS}?object_id=a&object_type=activity&user_id=jane")).ok();
    assert_eq!(types(&list["comments"][0]["own_reactions"]), ["like"]);
    let activity = john.get(&format!("{ADD}/a")).ok()["activity"].clone();
    assert_eq!(types(&activity["comments"][0]["own_reactions"]), ["like", "❤️"]);
    let gone = take_back(&john, "1", "❤️");
    assert_eq!((&gone["comment"]["reaction_count"], gone["comment"]["reaction_groups"].get("❤️")), (&json!(2), None));
    let again = john.delete(&format!("{}/{}", place("1"), encode("❤️")));
    refused(&again, "DeleteCommentReaction", 404, 16, "reaction of type ❤️ not found");
    react(&john, "1", &json!({"type": "wow", "enforce_unique": true}));
    assert_eq!(types(&get(&john, "1")["own_reactions"]), ["wow"]);
    refused(&john.post(&place("1"), &json!({})), "AddCommentReaction", 400, 4, "type is a required field");
    refused(
        &john.post(&place("x"), &json!({"type": "a"})),
        "AddCommentReaction",
        404,
        16,
        "comment with id x not found",
    );
}

#[test]
fn votes_decide_the_order() {
    let app = app();
    let john = app.user("john");
    for id in ["none", "many", "few", "divided"] {
        say(&john, id, None);
    }
    vote(&app, "many", 6, 1);
    vote(&app, "few", 2, 0);
    vote(&app, "divided", 5, 5);
    let many = get(&john, "many");
    let counts = ["upvote_count", "downvote_count", "score"].map(|key| many[key].as_i64().unwrap());
    assert_eq!(counts, [6, 1, 5]);
    assert!((many["confidence_score"].as_f64().unwrap() - 0.4869).abs() < 0.001, "{many}");
    assert!(many["controversy_score"].is_f64() && get(&john, "few").get("controversy_score").is_none());
    assert_eq!(order(&john, "top"), "many few divided none");
    assert_eq!(order(&john, "best"), "many few divided none");
    assert_eq!(order(&john, "controversial"), "divided many few none");
    vote(&app, "few", 9, 0);
    assert_eq!(order(&john, "best"), "few many divided none");
    let popular = john.get(&format!("{ADD}/a?comment_sort=popular&comment_limit=1")).ok();
    assert_eq!(popular["activity"]["comments"][0]["id"], "few");
    let found =
        john.post(&at("query"), &json!({"filter": {"controversy_score": {"$gt": 1}}, "sort": "controversial"})).ok();
    let found: Vec<_> = found["comments"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(found, ["divided", "many"]);
    for at in 0..11 {
        let path = format!("{}/upvote?user_id=voter-{at}", place("few"));
        app.server().delete(&path);
    }
    assert_eq!((&get(&john, "few")["score"], &get(&john, "few")["confidence_score"]), (&json!(0), &json!(0.0)));
    // Page by page, with what ties.
    let mut seen = Vec::new();
    let mut next = String::new();
    loop {
        let path = format!("{COMMENTS}?object_id=a&object_type=activity&sort=best&limit=1&next={next}");
        let page = john.get(&path).ok();
        seen.push(page["comments"][0]["id"].as_str().unwrap().to_owned());
        match page.get("next") {
            Some(cursor) => next = cursor.as_str().unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, ["many", "divided", "few", "none"]);
}

#[test]
fn reactions_are_found_and_go_with_their_comment() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    say(&jane, "1", None);
    say(&jane, "2", Some("1"));
    for id in ["1", "2"] {
        react(&john, id, &json!({"type": "like"}));
        react(&jane, id, &json!({"type": "wow"}));
    }
    let found = |by: &Caller, body: &Value| {
        let answer = by.post(&format!("{}/query", place("1")), body).ok();
        check("QueryCommentReactions", &answer);
        types(&answer["reactions"]).join(" ")
    };
    assert_eq!(found(&app.server(), &json!({})), "wow like");
    assert_eq!(
        found(&john, &json!({"filter": {"reaction_type": "like", "comment_id": "1", "activity_id": "a"}})),
        "like"
    );
    assert_eq!(found(&john, &json!({"filter": {"comment_id": "2"}})), "");
    let own = |ids: &Value| {
        let answer = john.post(&at("reactions/query"), &json!({"comment_ids": ids})).ok();
        check("BatchQueryCommentReactions", &answer);
        let of = |one: &Value| format!("{}:{}", one["comment_id"].as_str().unwrap(), one["type"].as_str().unwrap());
        answer["reactions"].as_array().unwrap().iter().map(of).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(own(&json!(["1", "2", "nowhere"])), "2:like 1:like");
    refused(
        &john.post(&at("reactions/query"), &json!({})),
        "BatchQueryCommentReactions",
        400,
        4,
        "comment_ids must contain at least 1 item",
    );
    jane.delete(&at("1")).ok();
    assert_eq!(own(&json!(["1", "2"])), "");
    jane.post(&format!("{}/restore", at("1")), &json!({})).ok();
    assert_eq!((own(&json!(["1", "2"])).as_str(), &get(&john, "2")["reaction_count"]), ("2:like 1:like", &json!(2)));
    jane.delete(&format!("{}?hard_delete=true", at("1"))).ok();
    say(&jane, "1", None);
    assert_eq!((found(&john, &json!({})).as_str(), types(&get(&john, "1")["own_reactions"])), ("", vec![]));
}

#[test]
fn who_watches_hears_of_reactions_to_comments_without_what_is_anybodys_own() {
    let server = Server::start();
    let app = server.app();
    let mut john = app.join("john");
    add(&user(&app, "john"), &json!({"id": "a", "type": "post", "feeds": ["user:john"]}));
    watch(&app, "john", &john, "user:john");
    let by = user(&app, "jane");
    say(&by, "1", None);
    heard(&mut john, "feeds.comment.added", "user:john");
    let answer = react(&by, "1", &json!({"type": "like"}));
    let event = heard(&mut john, "feeds.comment.reaction.added", "user:john");
    assert_eq!((&event["reaction"], &event["comment"]["own_reactions"]), (&answer["reaction"], &json!([])));
    assert_eq!(
        (types(&event["comment"]["latest_reactions"]), &event["activity"]["comments"][0]["own_reactions"]),
        (vec!["like"], &json!([]))
    );
    react(&by, "1", &json!({"type": "wow", "enforce_unique": true}));
    heard(&mut john, "feeds.comment.reaction.updated", "user:john");
    take_back(&by, "1", "wow");
    let event = heard(&mut john, "feeds.comment.reaction.deleted", "user:john");
    assert!(event.get("user").is_none() && event.get("activity").is_none(), "{event}");
    assert_eq!((&event["comment"]["reaction_count"], &event["reaction"]["type"]), (&json!(0), &json!("wow")));
    john.quiet();
}

#[test]
fn the_author_of_a_comment_is_told_once_where_that_is_asked_for_and_it_is_shared() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    say(&jane, "1", None);
    let body = json!({"type": "like", "create_notification_activity": true, "target_feeds": ["user:john"]});
    let answer = react(&john, "1", &body);
    let task = answer["notification_task_id"].as_str().unwrap();
    assert_eq!(app.server().get(&format!("/api/v2/tasks/{task}")).ok()["status"], "completed");
    assert_eq!(
        (&answer["notification_created"], &answer["reference_activity"]["parent"]["id"]),
        (&json!(true), &json!("a"))
    );
    assert_eq!(john.get(&format!("{ADD}/a")).ok()["activity"]["share_count"], 1);
    let told = || {
        let page = notifications(&app, "jane");
        let groups = page["aggregated_activities"].as_array().unwrap().clone();
        groups.iter().map(|group| group["activities"][0]["notification_context"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (&told()[0]["trigger"]["type"], &told()[0]["target"]["comment"]["id"]),
        (&json!("comment_reaction"), &json!("1"))
    );
    let again = react(&john, "1", &json!({"type": "wow", "create_notification_activity": true}));
    assert!(again.get("notification_created").is_none(), "{again}");
    let gone = format!("{}/like?delete_notification_activity=true", place("1"));
    john.delete(&gone).ok();
    assert_eq!(told().len(), 0);
}

#[test]
fn who_may_react_goes_by_the_feed() {
    let app = app();
    let jane = app.user("jane");
    say(&jane, "1", None);
    let (status, code, text) = app.anonymous().post(&place("1"), &json!({"type": "like"})).error();
    assert_eq!((status, code), (403, 17), "{text}");
    let closed = format!("{}/change_visibility", super::reading::path("user:john"));
    app.user("john").post(&closed, &json!({"visibility": "private"})).ok();
    for answer in [
        jane.post(&place("1"), &json!({"type": "like"})),
        jane.post(&format!("{}/query", place("1")), &json!({})),
        jane.delete(&format!("{}/like", place("1"))),
    ] {
        assert_eq!(answer.error().0, 403);
    }
    assert_eq!(jane.post(&at("reactions/query"), &json!({"comment_ids": ["1"]})).ok()["reactions"], json!([]));
}

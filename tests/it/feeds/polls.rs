//! Polls: made, attached to activities, voted on, closed and changed.

use serde_json::{Value, json};

use super::reading::{ADD, add, read};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::{Caller, TestApp};
use crate::sockets::client::Server;
use crate::transcript::{frozen_app, refused};

const POLLS: &str = "/api/v2/polls";

#[track_caller]
fn make(by: &Caller, body: &Value) -> Value {
    let answer = by.post(POLLS, body).ok();
    check("CreatePoll", &answer);
    answer["poll"].clone()
}

/// John's poll with the options `a`, `b` and `c`, shown by his activity `act`.
#[track_caller]
fn shown(app: &TestApp, more: &Value) -> Value {
    let options = ["a", "b", "c"].map(|id| json!({"id": id, "text": id}));
    let mut body = json!({"id": "p", "name": "Where?", "options": options});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let john = app.bearer(&json!({"user_id": "john"}));
    let poll = make(&john, &body);
    add(&john, &json!({"id": "act", "type": "post", "feeds": ["user:john"], "poll_id": "p"}));
    poll
}

fn vote_path(of: &str) -> String {
    format!("{ADD}/act/polls/p/vote{of}")
}

#[track_caller]
fn vote(by: &Caller, vote: &Value) -> Value {
    let answer = by.post(&vote_path(""), &json!({"vote": vote})).ok();
    check("CastPollVote", &answer);
    answer
}

/// The poll's numbers: votes, answers, votes by option.
fn numbers(poll: &Value) -> (i64, i64, Value) {
    (
        poll["vote_count"].as_i64().unwrap(),
        poll["answers_count"].as_i64().unwrap(),
        poll["vote_counts_by_option"].clone(),
    )
}

fn own(poll: &Value) -> Vec<&str> {
    let votes = poll["own_votes"].as_array().unwrap().iter();
    votes.map(|vote| vote["answer_text"].as_str().or(vote["option_id"].as_str()).unwrap()).collect()
}

#[test]
fn a_poll_is_made_as_it_is_described_and_as_it_is_at_first_otherwise() {
    let app = frozen_app();
    let plain = make(&app.user("john"), &json!({"name": "Where?"}));
    for (key, value) in [
        ("description", json!("")),
        ("voting_visibility", json!("public")),
        ("enforce_unique_vote", json!(false)),
        ("allow_answers", json!(false)),
        ("allow_user_suggested_options", json!(false)),
        ("options", json!([])),
        ("own_votes", json!([])),
        ("created_by_id", json!("john")),
        ("custom", json!({})),
    ] {
        assert_eq!(plain[key], value, "{key}");
    }
    assert!(plain.get("is_closed").is_none() && plain.get("max_votes_allowed").is_none());
    let whole = json!({"id": "p", "name": "Which?", "description": "Say", "voting_visibility": "anonymous",
        "enforce_unique_vote": true, "max_votes_allowed": 2, "allow_answers": true,
        "allow_user_suggested_options": true, "is_closed": true, "custom": {"a": 1}});
    let made = make(&app.server(), &{
        let mut body = whole.clone();
        body["user_id"] = json!("jane");
        body["options"] = json!(["Red", {"id": "blue", "text": "Blue", "custom": {"hex": "00f"}}]);
        body
    });
    for (key, value) in whole.as_object().unwrap() {
        assert_eq!(made[key], *value, "{key}");
    }
    assert_eq!(made["options"][1], json!({"id": "blue", "text": "Blue", "custom": {"hex": "00f"}}));
    assert_eq!(made["options"][0]["text"], "Red");
    let got = app.user("joe").get(&format!("{POLLS}/p")).ok();
    check("GetPoll", &got);
    assert_eq!(got["poll"], made);
}

#[test]
fn what_is_wrong_with_a_poll_is_said() {
    let app = frozen_app();
    let john = app.user("john");
    make(&john, &json!({"id": "p", "name": "Where?", "options": [{"id": "a", "text": "A"}]}));
    for (body, text) in [
        (json!({}), "name is a required field"),
        (json!({"name": "x", "voting_visibility": "secret"}), "voting_visibility must be one of [anonymous public]"),
        (json!({"name": "x", "max_votes_allowed": 11}), "max_votes_allowed must be 10 or less"),
        (json!({"name": "x", "max_votes_allowed": 0}), "max_votes_allowed must be 1 or greater"),
        (json!({"name": "x", "options": [{"text": ""}]}), "text is a required field"),
        (json!({"name": "x", "options": vec![json!({"text": "o"}); 101]}), "options must contain at maximum 100 items"),
        (json!({"name": "x".repeat(256)}), "name must be a maximum of 255 characters in length"),
        (json!({"id": "p", "name": "x"}), "poll with id p already exists"),
    ] {
        refused(&john.post(POLLS, &body), "CreatePoll", 400, 4, text);
    }
    let nobody = "user_id is required for server side requests";
    refused(&app.server().post(POLLS, &json!({"name": "x"})), "CreatePoll", 400, 4, nobody);
    for (path, operation) in [("/nope", "GetPoll"), ("/nope/options/o", "GetPollOption")] {
        refused(&john.get(&format!("{POLLS}{path}")), operation, 404, 16, "poll with id nope not found");
    }
    let missing = john.get(&format!("{POLLS}/p/options/z"));
    refused(&missing, "GetPollOption", 404, 16, "option with id z of poll p not found");
}

#[test]
fn votes_are_counted_and_each_sees_his_own_and_one_option_is_voted_for_once() {
    let app = frozen_app();
    shown(&app, &json!({}));
    let (jane, joe) = (app.user("jane"), app.user("joe"));
    let first = vote(&jane, &json!({"option_id": "a"}));
    assert_eq!(numbers(&first["poll"]), (1, 0, json!({"a": 1})));
    assert_eq!((&first["vote"]["user_id"], &first["vote"]["option_id"]), (&json!("jane"), &json!("a")));
    assert_eq!(own(&first["poll"]), ["a"]);
    let again = vote(&jane, &json!({"option_id": "a"}));
    assert_eq!(
        (again["vote"]["id"].clone(), numbers(&again["poll"])),
        (first["vote"]["id"].clone(), (1, 0, json!({"a": 1})))
    );
    vote(&jane, &json!({"option_id": "b"}));
    let third = vote(&joe, &json!({"option_id": "a"}));
    assert_eq!(numbers(&third["poll"]), (3, 0, json!({"a": 2, "b": 1})));
    let latest = third["poll"]["latest_votes_by_option"]["a"].as_array().unwrap();
    assert_eq!(latest.iter().map(|vote| vote["user"]["id"].as_str().unwrap()).collect::<Vec<_>>(), ["joe", "jane"]);
    for (who, votes) in [("jane", vec!["a", "b"]), ("joe", vec!["a"]), ("eve", vec![])] {
        let page = read(&app.user(who), "user:john", &json!({}));
        assert_eq!(own(&page["activities"][0]["poll"]), votes, "{who}");
    }
    let skipped = read(&jane, "user:john", &json!({"enrichment_options": {"skip_activity_poll": true}}));
    assert!(skipped["activities"][0].get("poll").is_none());
}

#[test]
fn a_unique_vote_takes_the_place_of_the_one_before_and_others_are_bounded() {
    let app = frozen_app();
    shown(&app, &json!({"enforce_unique_vote": true}));
    let jane = app.user("jane");
    let first = vote(&jane, &json!({"option_id": "a"}));
    let second = vote(&jane, &json!({"option_id": "b"}));
    assert_ne!(first["vote"]["id"], second["vote"]["id"]);
    assert_eq!((numbers(&second["poll"]), own(&second["poll"])), ((1, 0, json!({"b": 1})), vec!["b"]));

    let bounded = frozen_app();
    shown(&bounded, &json!({"max_votes_allowed": 2}));
    let jane = bounded.user("jane");
    for option in ["a", "b"] {
        vote(&jane, &json!({"option_id": option}));
    }
    let too_many = jane.post(&vote_path(""), &json!({"vote": {"option_id": "c"}}));
    refused(&too_many, "CastPollVote", 400, 4, "maximum number of votes reached");
}

#[test]
fn an_answer_is_one_for_each_user_and_counts_by_itself() {
    let app = frozen_app();
    shown(&app, &json!({"allow_answers": true}));
    let jane = app.user("jane");
    vote(&jane, &json!({"option_id": "a"}));
    vote(&jane, &json!({"answer_text": "Nowhere"}));
    let changed = vote(&jane, &json!({"answer_text": "Here"}));
    assert_eq!(numbers(&changed["poll"]), (1, 1, json!({"a": 1})));
    let answer = &changed["vote"];
    assert_eq!(
        (&answer["is_answer"], &answer["option_id"], &answer["answer_text"]),
        (&json!(true), &json!(""), &json!("Here"))
    );
    assert_eq!(changed["poll"]["latest_answers"].as_array().unwrap().len(), 1);
    let gone = jane.delete(&vote_path(&format!("/{}", answer["id"].as_str().unwrap()))).ok();
    check("DeletePollVote", &gone);
    assert_eq!((numbers(&gone["poll"]), &gone["vote"]["answer_text"]), ((1, 0, json!({"a": 1})), &json!("Here")));
}

#[test]
fn who_may_not_vote_for_that_is_told_why() {
    let app = frozen_app();
    shown(&app, &json!({}));
    let (john, jane) = (app.user("john"), app.user("jane"));
    make(&john, &json!({"id": "other", "name": "Alone"}));
    for (body, text) in [
        (json!({}), "vote is a required field"),
        (json!({"vote": {}}), "option_id or answer_text is a required field"),
        (json!({"vote": {"option_id": "a", "answer_text": "x"}}), "cannot set both option_id and answer_text"),
        (json!({"vote": {"option_id": "z"}}), "option with id z of poll p does not exist"),
        (json!({"vote": {"answer_text": "x"}}), "answers are not allowed in this poll"),
    ] {
        refused(&jane.post(&vote_path(""), &body), "CastPollVote", 400, 4, text);
    }
    let elsewhere = jane.post(&format!("{ADD}/act/polls/other/vote"), &json!({"vote": {"option_id": "a"}}));
    refused(&elsewhere, "CastPollVote", 400, 4, "poll other is not attached to activity act");
    let johns = vote(&john, &json!({"option_id": "a"}))["vote"]["id"].as_str().unwrap().to_owned();
    let missing = format!("vote with id {johns} not found");
    refused(&jane.delete(&vote_path(&format!("/{johns}"))), "DeletePollVote", 404, 16, &missing);
    // Who may not read the activity may not vote on what it shows.
    app.server()
        .post("/api/v2/feeds/feed_groups/user/feeds/john/change_visibility", &json!({"visibility": "private"}))
        .ok();
    assert_eq!(jane.post(&vote_path(""), &json!({"vote": {"option_id": "a"}})).error().1, 17);
}

#[test]
fn a_closed_poll_takes_no_votes_and_every_change() {
    let app = frozen_app();
    shown(&app, &json!({"custom": {"a": 1}, "allow_answers": true}));
    let (john, jane) = (app.user("john"), app.user("jane"));
    let voted = vote(&jane, &json!({"option_id": "a"}))["vote"]["id"].as_str().unwrap().to_owned();
    vote(&jane, &json!({"option_id": "b"}));
    let path = format!("{POLLS}/p");
    let closed = john.patch(&path, &json!({"set": {"isClosed": true}})).ok();
    check("UpdatePollPartial", &closed);
    assert_eq!(closed["poll"]["is_closed"], true);
    let again = jane.post(&vote_path(""), &json!({"vote": {"option_id": "c"}}));
    refused(&again, "CastPollVote", 400, 4, "poll is closed");
    refused(&jane.delete(&vote_path(&format!("/{voted}"))), "DeletePollVote", 400, 4, "poll is closed");

    let partial =
        john.patch(&path, &json!({"set": {"name": "N", "custom.b": 2, "unset": ["custom"]}, "unset": ["custom.a"]}));
    let partial = partial.ok();
    assert_eq!(partial["poll"]["custom"], json!({"b": 2, "unset": ["custom"]}), "a key of no field is custom data");
    let options = json!([{"id": "b", "text": "B"}, {"id": "d", "text": "D"}, {"id": "d", "text": "Dd"}]);
    let whole = john.put(POLLS, &json!({"id": "p", "name": "Whole", "options": options})).ok();
    check("UpdatePoll", &whole);
    let poll = &whole["poll"];
    assert!(poll.get("is_closed").is_none() && poll["custom"] == json!({}) && poll["allow_answers"] == false);
    let texts: Vec<_> =
        poll["options"].as_array().unwrap().iter().map(|option| option["text"].as_str().unwrap()).collect();
    assert_eq!((texts, numbers(poll)), (vec!["B", "Dd"], (1, 0, json!({"b": 1}))), "an option goes with its votes");
    let kept = john.put(POLLS, &json!({"id": "p", "name": "Again"})).ok();
    assert_eq!(kept["poll"]["options"].as_array().unwrap().len(), 2, "without options those that are there stay");
}

#[test]
fn only_who_made_a_poll_changes_it_and_others_suggest_options_where_it_takes_them() {
    let app = frozen_app();
    shown(&app, &json!({}));
    let (john, jane) = (app.user("john"), app.user("jane"));
    let path = format!("{POLLS}/p");
    for refusal in [
        jane.patch(&path, &json!({"set": {"name": "Mine"}})),
        jane.put(POLLS, &json!({"id": "p", "name": "Mine"})),
        jane.delete(&path),
        jane.post(&format!("{path}/options"), &json!({"text": "Mine"})),
        jane.put(&format!("{path}/options"), &json!({"id": "a", "text": "Mine"})),
        jane.delete(&format!("{path}/options/a")),
    ] {
        assert_eq!(refusal.error().1, 17);
    }
    john.patch(&path, &json!({"set": {"allow_user_suggested_options": true}})).ok();
    let added = jane.post(&format!("{path}/options"), &json!({"text": "Mine", "custom": {"x": 1}})).ok();
    check("CreatePollOption", &added);
    assert_eq!(added["poll_option"]["custom"], json!({"x": 1}));
    let changed = john.put(&format!("{path}/options"), &json!({"id": "a", "text": "Aa"})).ok();
    check("UpdatePollOption", &changed);
    let got = jane.get(&format!("{path}/options/a")).ok();
    check("GetPollOption", &got);
    assert_eq!(got["poll_option"]["text"], "Aa");
    vote(&jane, &json!({"option_id": "a"}));
    john.delete(&format!("{path}/options/a")).ok();
    let poll = john.get(&path).ok()["poll"].clone();
    assert_eq!((numbers(&poll), poll["options"].as_array().unwrap().len()), ((0, 0, json!({})), 3));
}

#[test]
fn who_voted_in_an_anonymous_poll_is_told_to_nobody_else() {
    let server = Server::start();
    let app = server.app();
    shown(&app, &json!({"voting_visibility": "anonymous", "allow_answers": true}));
    let mut john = app.join("john");
    watch(&app, "john", &john, "user:john");
    let jane = user(&app, "jane");
    let cast = vote(&jane, &json!({"answer_text": "Here"}));
    assert_eq!(cast["vote"]["user_id"], "jane");
    let event = heard(&mut john, "feeds.poll.vote_casted", "user:john");
    assert!(!event.to_string().contains("\"jane\""), "{event}");
    let votes = |by: &Caller| by.post(&format!("{POLLS}/p/votes"), &json!({})).ok()["votes"][0].clone();
    assert_eq!(votes(&jane)["user_id"], "jane");
    assert!(votes(&user(&app, "john")).get("user_id").is_none());
    assert!(!user(&app, "john").get(&format!("{POLLS}/p")).ok().to_string().contains("\"jane\""));
}

#[test]
fn each_change_of_a_poll_is_told_once_to_each_feed_that_shows_it() {
    let server = Server::start();
    let app = server.app();
    shown(&app, &json!({"enforce_unique_vote": true}));
    let (john, jane) = (user(&app, "john"), user(&app, "jane"));
    add(&john, &json!({"id": "twin", "type": "post", "feeds": ["user:john", "user:other"], "poll_id": "p"}));
    let mut joined = app.join("joe");
    for feed in ["user:john", "user:other"] {
        watch(&app, "joe", &joined, feed);
    }
    let mut both = |kind: &str| {
        let events = ["user:john", "user:other"].map(|feed| heard(&mut joined, kind, feed));
        assert_eq!(events[0]["poll"]["own_votes"], json!([]));
        events[0].clone()
    };
    let first = vote(&jane, &json!({"option_id": "a"}));
    assert_eq!(both("feeds.poll.vote_casted")["poll_vote"]["id"], first["vote"]["id"]);
    let second = vote(&jane, &json!({"option_id": "b"}));
    let changed = both("feeds.poll.vote_changed");
    assert_eq!((&changed["poll_vote"]["id"], &changed["poll"]["vote_count"]), (&second["vote"]["id"], &json!(1)));
    jane.delete(&vote_path(&format!("/{}", second["vote"]["id"].as_str().unwrap()))).ok();
    assert_eq!(both("feeds.poll.vote_removed")["poll"]["vote_count"], 0);
    john.post(&format!("{POLLS}/p/options"), &json!({"text": "More"})).ok();
    let updated = both("feeds.poll.updated");
    let closed = john.patch(&format!("{POLLS}/p"), &json!({"set": {"is_closed": true}})).ok();
    let told = both("feeds.poll.closed");
    assert_eq!(told["poll"]["updated_at"], closed["poll"]["updated_at"]);
    assert!(
        told["poll"]["updated_at"].as_i64().unwrap() - updated["poll"]["updated_at"].as_i64().unwrap() >= 1_001_000
    );
    john.delete(&format!("{POLLS}/p")).ok();
    both("feeds.poll.deleted");
    joined.quiet();
    let page = read(&john, "user:john", &json!({}));
    assert!(page["activities"].as_array().unwrap().iter().all(|activity| activity.get("poll").is_none()));
}

#[test]
fn polls_and_votes_are_found_by_what_they_are() {
    let app = frozen_app();
    shown(&app, &json!({"allow_answers": true, "custom": {"kind": "x"}}));
    let john = app.user("john");
    for at in 0..4 {
        app.advance("1m");
        make(&john, &json!({"id": format!("q{at}"), "name": format!("Q{at}"), "is_closed": at % 2 == 0}));
    }
    let found = |body: &Value| {
        let answer = app.user("jane").post(&format!("{POLLS}/query"), body).ok();
        check("QueryPolls", &answer);
        let ids: Vec<_> =
            answer["polls"].as_array().unwrap().iter().map(|poll| poll["id"].as_str().unwrap().to_owned()).collect();
        (ids.join(" "), answer.get("next").cloned())
    };
    for (filter, ids) in [
        (json!({}), "q3 q2 q1 q0 p"),
        (json!({"is_closed": true}), "q2 q0"),
        (json!({"id": {"$in": ["q1", "nope"]}}), "q1"),
        (json!({"allow_answers": true, "created_by_id": "john"}), "p"),
        (json!({"custom.kind": "x"}), "p"),
        (json!({"custom.kind": {"$q": "X"}}), "p"),
        (json!({"name": "Q3"}), "q3"),
        (json!({"voting_visibility": "anonymous"}), ""),
    ] {
        assert_eq!(found(&json!({"filter": filter})).0, ids, "{filter}");
    }
    let sort = json!([{"field": "name", "direction": 1}]);
    let (ids, next) = found(&json!({"sort": sort, "limit": 3}));
    let (rest, end) = found(&json!({"sort": sort, "limit": 3, "next": next}));
    assert_eq!((ids.as_str(), rest.as_str(), end), ("q0 q1 q2", "q3 p", None));
    let unknown = app.user("jane").post(&format!("{POLLS}/query"), &json!({"filter": {"nope": 1}}));
    assert_eq!(unknown.error().1, 4);

    for who in ["jane", "joe"] {
        vote(&app.user(who), &json!({"option_id": "a"}));
        app.advance("1m");
    }
    vote(&app.user("joe"), &json!({"answer_text": "x"}));
    let votes = |filter: &Value| {
        let answer = john.post(&format!("{POLLS}/p/votes"), &json!({"filter": filter})).ok();
        check("QueryPollVotes", &answer);
        let of =
            |vote: &Value| format!("{}:{}", vote["user_id"].as_str().unwrap(), vote["option_id"].as_str().unwrap());
        answer["votes"].as_array().unwrap().iter().map(of).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(votes(&json!({})), "joe: joe:a jane:a");
    assert_eq!(votes(&json!({"is_answer": true})), "joe:");
    assert_eq!(votes(&json!({"option_id": {"$exists": true}, "user_id": "joe"})), "joe:a");
    assert_eq!(votes(&json!({"option_id": {"$in": ["nope"]}})), "");
}

#[test]
fn of_many_votes_a_poll_shows_the_newest_ten_for_each_option() {
    let app = frozen_app();
    shown(&app, &json!({}));
    for at in 0..12 {
        let id = format!("voter-{at}");
        let body = json!({"user_id": id, "vote": {"option_id": "a"}});
        app.server().post("/api/v2/users", &json!({"users": {id.clone(): {"id": id}}})).ok();
        app.server().post(&vote_path(""), &body).ok();
    }
    let poll = app.server().get(&format!("{POLLS}/p")).ok()["poll"].clone();
    let latest = poll["latest_votes_by_option"]["a"].as_array().unwrap();
    assert_eq!((latest.len(), &latest[0]["user_id"], poll["vote_count"].as_i64()), (10, &json!("voter-11"), Some(12)));
}

//! Membership levels, and activities that are open to some of them alone.

use serde_json::{Value, json};

use super::reading::{ADD, add, path, read};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::{Caller, TestApp};
use crate::sockets::client::Server;
use crate::transcript::{frozen_app, refused};

const LEVELS: &str = "/api/v2/feeds/membership_levels";

#[track_caller]
fn create(app: &TestApp, body: &Value) -> Value {
    let answer = app.server().post(LEVELS, body).ok();
    check("CreateMembershipLevel", &answer);
    answer["membership_level"].clone()
}

#[track_caller]
fn found(app: &TestApp, body: &Value) -> Vec<String> {
    let answer = app.server().post(&format!("{LEVELS}/query"), body).ok();
    check("QueryMembershipLevels", &answer);
    answer["membership_levels"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_level_is_made_changed_in_part_and_deleted() {
    let app = frozen_app();
    let gold = create(&app, &json!({"id": "gold", "name": "Gold"}));
    assert_eq!((&gold["priority"], &gold["tags"], &gold["custom"]), (&json!(0), &json!([]), &json!({})));
    assert!(gold.get("description").is_none());
    let one = format!("{LEVELS}/gold");
    let more = json!({"description": "The best", "priority": 5, "tags": ["a", "b"], "custom": {"x": 1}});
    let answer = app.server().patch(&one, &more).ok();
    check("UpdateMembershipLevel", &answer);
    for (key, value) in more.as_object().unwrap() {
        assert_eq!(answer["membership_level"][key], *value, "{key}");
    }
    let renamed = app.server().patch(&one, &json!({"name": "Or"})).ok();
    let renamed = &renamed["membership_level"];
    assert_eq!((&renamed["name"], &renamed["tags"]), (&json!("Or"), &json!(["a", "b"])), "what is not said stays");
    assert!(renamed["updated_at"].as_i64() > gold["updated_at"].as_i64());
    app.server().delete(&one).ok();
    let missing = "membership level with id gold not found";
    refused(&app.server().delete(&one), "DeleteMembershipLevel", 404, 16, missing);
    refused(&app.server().patch(&one, &json!({})), "UpdateMembershipLevel", 404, 16, missing);
}

#[test]
fn a_level_has_an_id_of_its_own_a_name_and_its_limits() {
    let app = frozen_app();
    create(&app, &json!({"id": "gold", "name": "Gold"}));
    for (body, text) in [
        (json!({"id": "gold", "name": "Again"}), "membership level with id gold already exists"),
        (json!({"name": "No id"}), "id is a required field"),
        (json!({"id": "x"}), "name is a required field"),
    ] {
        refused(&app.server().post(LEVELS, &body), "CreateMembershipLevel", 400, 4, text);
    }
    for more in [json!({"priority": -1}), json!({"description": "x".repeat(1_001)}), json!({"tags": ["x".repeat(256)]})]
    {
        let mut body = json!({"id": "other", "name": "Other"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, code, text) = app.server().post(LEVELS, &body).error();
        assert_eq!((status, code), (400, 4), "{text}");
    }
}

#[test]
fn levels_are_found_by_all_that_is_said_of_them_and_in_pages() {
    let app = frozen_app();
    for (id, priority, tags) in [("a", 1, json!(["x"])), ("b", 2, json!(["x", "y"])), ("c", 3, json!(["y", "z"]))] {
        let name = id.to_uppercase();
        create(
            &app,
            &json!({"id": id, "name": name, "priority": priority, "tags": tags, "custom": {"of": {"id": id}}}),
        );
        app.advance("1s");
    }
    for (filter, wanted) in [
        (json!({}), vec!["c", "b", "a"]),
        (json!({"id": {"$in": ["a", "c"]}}), vec!["c", "a"]),
        (json!({"name": "B"}), vec!["b"]),
        (json!({"tags": ["x", "y"]}), vec!["b"]),
        (json!({"tags": {"$in": ["x", "z"]}}), vec!["c", "b", "a"]),
        (json!({"tags": {"$contains": "y"}}), vec!["c", "b"]),
        (json!({"priority": {"$gte": 2}}), vec!["c", "b"]),
        (json!({"custom": {"$contains": {"of": {"id": "a"}}}}), vec!["a"]),
        (json!({"custom": {"$path_exists": "of.none"}}), vec![]),
        (json!({"created_at": {"$lt": "2026-01-31T12:00:01Z"}}), vec!["a"]),
    ] {
        assert_eq!(found(&app, &json!({"filter": filter})), wanted, "{filter}");
    }
    assert_eq!(found(&app, &json!({"sort": [{"field": "priority", "direction": 1}], "limit": 2})), ["a", "b"]);
    let first = app.server().post(&format!("{LEVELS}/query"), &json!({"limit": 2})).ok();
    assert_eq!(found(&app, &json!({"limit": 2, "next": first["next"]})), ["a"]);
    assert_eq!(found(&app, &json!({"limit": 0})), Vec::<String>::new());
}

/// An app in which John has a post for gold, and one for all; Jane is gold there, and Joe is silver.
fn app() -> TestApp {
    let app = frozen_app();
    for id in ["jane", "joe", "eve"] {
        app.upsert(&[json!({"id": id})]);
    }
    create(&app, &json!({"id": "gold", "name": "Gold", "tags": ["gold", "silver"]}));
    create(&app, &json!({"id": "silver", "name": "Silver", "tags": ["silver"]}));
    read(&app.user("john"), "user:john", &json!({}));
    add(&app.user("john"), &post("all"));
    let mut tagged = post("gold");
    let tags = json!({"visibility": "tag", "visibility_tag": "gold", "attachments": [{"type": "image", "custom": {}}]});
    tagged.as_object_mut().unwrap().extend(tags.as_object().unwrap().clone());
    add(&app.user("john"), &tagged);
    let members =
        json!([{"user_id": "jane", "membership_level": "gold"}, {"user_id": "joe", "membership_level": "silver"}]);
    let answer = app
        .server()
        .patch(&format!("{}/members", path("user:john")), &json!({"operation": "upsert", "members": members}));
    let answer = answer.ok();
    check("UpdateFeedMembers", &answer);
    assert_eq!(answer["added"][0]["membership_level"]["name"], "Gold");
    app
}

fn post(id: &str) -> Value {
    json!({"id": id, "type": "post", "feeds": ["user:john"], "text": format!("for {id}")})
}

/// What is shown of the post for gold: its text, whether it is a preview, and how many attachments it has.
fn gold(page: &Value) -> (Option<&str>, bool, usize) {
    let one = page.as_array().unwrap().iter().find(|one| one["id"] == "gold").unwrap();
    let attachments = one["attachments"].as_array().unwrap().len();
    (one.get("text").and_then(Value::as_str), one["preview"].as_bool().unwrap(), attachments)
}

const FULL: (Option<&str>, bool, usize) = (Some("for gold"), false, 1);
const PREVIEW: (Option<&str>, bool, usize) = (None, true, 0);

#[test]
fn what_is_of_a_tag_is_whole_for_its_author_its_feeds_owner_and_members_whose_level_has_it() {
    let app = app();
    let by = |by: &Caller| {
        let page = read(by, "user:john", &json!({}));
        let one = by.get(&format!("{ADD}/gold")).ok();
        let found = by.post(&format!("{ADD}/query"), &json!({"filter": {"id": "gold"}})).ok();
        let shown = [page["activities"].clone(), json!([one["activity"]]), found["activities"].clone()];
        assert_eq!(gold(&shown[0]), gold(&shown[1]), "read and got");
        assert_eq!(gold(&shown[0]), gold(&shown[2]), "read and found");
        let other = shown[0].as_array().unwrap().iter().find(|one| one["id"] == "all").unwrap().clone();
        assert_eq!((&other["text"], &other["preview"]), (&json!("for all"), &json!(false)));
        shown[0].clone()
    };
    for (id, wanted) in [("john", FULL), ("jane", FULL), ("joe", PREVIEW), ("eve", PREVIEW)] {
        assert_eq!(gold(&by(&app.user(id))), wanted, "{id}");
    }
    let server = app.server();
    let one = server.get(&format!("{ADD}/gold")).ok();
    assert_eq!(gold(&json!([one["activity"]])), FULL);
    let one = server.get(&format!("{ADD}/gold?user_id=eve")).ok();
    assert_eq!(gold(&json!([one["activity"]])), PREVIEW, "a server asks for somebody");
    let anonymous = app.anonymous().get(&format!("{ADD}/gold")).ok();
    assert_eq!(gold(&json!([anonymous["activity"]])), PREVIEW);
    // A share of it shows no more of it.
    add(&app.user("eve"), &json!({"id": "share", "type": "share", "feeds": ["user:eve"], "parent_id": "gold"}));
    let share = app.user("eve").get(&format!("{ADD}/share")).ok();
    assert_eq!(gold(&json!([share["activity"]["parent"]])), PREVIEW);
    let share = app.anonymous().get(&format!("{ADD}/share")).ok();
    assert_eq!(gold(&json!([share["activity"]["parent"]])), PREVIEW);
    app.user("john").post(&format!("{}/activities/gold/pin", path("user:john")), &json!({})).ok();
    let pins = read(&app.user("joe"), "user:john", &json!({}))["pinned_activities"].clone();
    assert_eq!(gold(&json!([pins[0]["activity"]])), PREVIEW);
    // The level's tags decide, as they are by now.
    app.server().patch(&format!("{LEVELS}/silver"), &json!({"tags": ["gold"]})).ok();
    assert_eq!(gold(&by(&app.user("joe"))), FULL);
    app.server().delete(&format!("{LEVELS}/gold")).ok();
    assert_eq!(gold(&by(&app.user("jane"))), PREVIEW);
    let members = app.user("john").post(&format!("{}/members/query", path("user:john")), &json!({})).ok();
    let levels: Vec<bool> =
        members["members"].as_array().unwrap().iter().map(|one| one.get("membership_level").is_some()).collect();
    assert_eq!(levels.iter().filter(|has| **has).count(), 1, "who had the level has none");
}

#[test]
fn a_level_that_is_not_there_is_nobodys() {
    let app = app();
    let body = json!({"operation": "upsert", "members": [{"user_id": "eve", "membership_level": "none"}]});
    let answer = app.server().patch(&format!("{}/members", path("user:john")), &body);
    refused(&answer, "UpdateFeedMembers", 404, 16, "membership level with id none not found");
}

#[test]
fn what_is_of_a_tag_is_told_to_whom_it_is_open() {
    let server = Server::start();
    let app = server.app();
    create(&app, &json!({"id": "gold", "name": "Gold", "tags": ["gold"]}));
    let (mut jane, mut eve) = (app.join("jane"), app.join("eve"));
    read(&user(&app, "john"), "user:john", &json!({}));
    let body = json!({"operation": "upsert", "members": [{"user_id": "jane", "membership_level": "gold"}]});
    app.server().patch(&format!("{}/members", path("user:john")), &body).ok();
    read(&user(&app, "eve"), "timeline:eve", &json!({}));
    user(&app, "eve").post("/api/v2/feeds/follows", &json!({"source": "timeline:eve", "target": "user:john"})).ok();
    watch(&app, "jane", &jane, "user:john");
    watch(&app, "eve", &eve, "user:john");
    watch(&app, "eve", &eve, "timeline:eve");
    let mut tagged = post("gold");
    tagged
        .as_object_mut()
        .unwrap()
        .extend(json!({"visibility": "tag", "visibility_tag": "gold"}).as_object().unwrap().clone());
    add(&user(&app, "john"), &tagged);
    let event = heard(&mut jane, "feeds.activity.added", "user:john");
    assert_eq!((&event["activity"]["text"], &event["activity"]["preview"]), (&json!("for gold"), &json!(false)));
    eve.quiet();
}

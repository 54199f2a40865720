//! Members: who is in a feed, is invited, or has declined.

use serde_json::{Value, json};

use super::reading::{path, read};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::{Caller, TestApp};
use crate::sockets::client::Server;
use crate::transcript::{frozen_app, refused};

fn with_users(app: &TestApp) {
    let users = ["john", "jane", "joe", "eve"].map(|id| (id.to_owned(), json!({"id": id, "name": id.to_uppercase()})));
    app.server().post("/api/v2/users", &json!({"users": serde_json::Map::from_iter(users)})).ok();
}

/// An app in which John has a feed for members.
fn app() -> TestApp {
    let app = frozen_app();
    with_users(&app);
    read(&app.user("john"), "user:john", &json!({"data": {"visibility": "members"}}));
    app
}

#[track_caller]
fn change(by: &Caller, operation: &str, members: &Value) -> Value {
    let body = json!({"operation": operation, "members": members});
    let answer = by.patch(&format!("{}/members", path("user:john")), &body).ok();
    check("UpdateFeedMembers", &answer);
    answer
}

fn ids(members: &Value) -> Vec<&str> {
    members.as_array().unwrap().iter().map(|member| member["user"]["id"].as_str().unwrap()).collect()
}

fn count(app: &TestApp) -> Value {
    read(&app.user("john"), "user:john", &json!({}))["feed"]["member_count"].clone()
}

#[track_caller]
fn query(by: &Caller, body: &Value) -> Value {
    let answer = by.post(&format!("{}/members/query", path("user:john")), body).ok();
    check("QueryFeedMembers", &answer);
    answer
}

#[test]
fn members_come_are_changed_and_go_and_the_feed_counts_them() {
    let app = app();
    let john = app.user("john");
    let added = change(&john, "upsert", &json!([{"user_id": "jane", "custom": {"a": 1}, "role": "feed_moderator"}]));
    let jane = &added["added"][0];
    assert_eq!((&jane["role"], &jane["status"]), (&json!("feed_member"), &json!("member")), "a client gives no roles");
    assert_eq!((ids(&added["added"]), ids(&added["updated"]), count(&app)), (vec!["jane"], vec![], json!(1)));
    let roles = json!([{"user_id": "jane", "role": "feed_moderator"}, {"user_id": "joe"}]);
    let changed = change(&app.server(), "upsert", &roles);
    assert_eq!((ids(&changed["added"]), ids(&changed["updated"]), count(&app)), (vec!["joe"], vec!["jane"], json!(2)));
    let again = &changed["updated"][0];
    assert_eq!(
        (&again["role"], &again["custom"]),
        (&json!("feed_moderator"), &json!({"a": 1})),
        "what is not said stays"
    );
    assert!(again["updated_at"].as_i64() > jane["updated_at"].as_i64());
    let set = change(&john, "set", &json!([{"user_id": "eve"}, {"user_id": "joe"}]));
    assert_eq!((ids(&set["added"]), ids(&set["updated"])), (vec!["eve"], vec!["joe"]));
    assert_eq!((&set["removed_ids"], count(&app)), (&json!(["jane"]), json!(2)));
    let gone = change(&john, "remove", &json!([{"user_id": "joe"}, {"user_id": "jane"}]));
    assert_eq!((&gone["removed_ids"], count(&app)), (&json!(["joe"]), json!(1)), "who is no member is no error");
    assert_eq!(change(&john, "set", &json!([]))["removed_ids"], json!(["eve"]));
    assert_eq!(count(&app), 0);
}

#[test]
fn what_is_wrong_with_a_change_of_members_is_said_and_nothing_is_changed() {
    let app = app();
    let at = format!("{}/members", path("user:john"));
    for (body, status, code, text) in [
        (json!({"members": []}), 400, 4, "operation is a required field"),
        (json!({"operation": "x"}), 400, 4, "operation must be one of [upsert remove set]"),
        (json!({"operation": "upsert", "members": [{}]}), 400, 4, "members[0].user_id is a required field"),
        (
            json!({"operation": "upsert", "members": [{"user_id": "jane"}, {"user_id": "nobody"}]}),
            404,
            16,
            "the user nobody does not exist",
        ),
        (
            json!({"operation": "upsert", "members": [{"user_id": "jane", "membership_level": "gold"}]}),
            404,
            16,
            "membership level with id gold not found",
        ),
    ] {
        refused(&app.user("john").patch(&at, &body), "UpdateFeedMembers", status, code, text);
    }
    let many: Vec<Value> = (0..101).map(|n| json!({"user_id": format!("u{n}")})).collect();
    let many = json!({"operation": "upsert", "members": many});
    let text = "members must contain at maximum 100 items";
    refused(&app.user("john").patch(&at, &many), "UpdateFeedMembers", 400, 4, text);
    assert_eq!(count(&app), 0);
}

#[test]
fn an_invitation_is_accepted_or_declined_once_by_whom_it_is_for_who_counts_from_then_on() {
    let app = app();
    let john = app.user("john");
    let decide = |by: &str, verb: &str| app.user(by).post(&format!("{}/members/{verb}", path("user:john")), &json!({}));
    let invited =
        change(&john, "upsert", &json!([{"user_id": "jane", "invite": true}, {"user_id": "joe", "invite": true}]));
    assert_eq!((&invited["added"][0]["status"], count(&app)), (&json!("pending"), json!(0)));
    let (status, code, _) = app.user("jane").post(&path("user:john"), &json!({})).error();
    assert_eq!((status, code), (403, 17), "who is invited is none yet");
    let accepted = decide("jane", "accept").ok();
    check("AcceptFeedMemberInvite", &accepted);
    let jane = &accepted["member"];
    assert_eq!((&jane["status"], count(&app)), (&json!("member"), json!(1)));
    assert!(jane["invite_accepted_at"].is_i64() && jane.get("invite_rejected_at").is_none(), "{jane}");
    assert_eq!(ids(&read(&app.user("jane"), "user:john", &json!({}))["members"]), ["jane", "joe"]);
    let declined = decide("joe", "reject").ok();
    check("AcceptFeedMemberInvite", &declined);
    assert_eq!((&declined["member"]["status"], count(&app)), (&json!("rejected"), json!(1)));
    assert!(declined["member"]["invite_rejected_at"].is_i64());
    for (by, verb, name) in [
        ("joe", "accept", "AcceptFeedMemberInvite"),
        ("jane", "reject", "RejectFeedMemberInvite"),
        ("eve", "reject", "RejectFeedMemberInvite"),
    ] {
        refused(&decide(by, verb), name, 404, 16, &format!("pending invite of user {by} to feed user:john not found"));
    }
    assert_eq!(
        ids(&change(&john, "upsert", &json!([{"user_id": "joe", "invite": true}]))["added"]),
        ["joe"],
        "asked again"
    );
    let again = app.server().post(&format!("{}/members/accept", path("user:john")), &json!({"user_id": "joe"})).ok();
    assert_eq!((&again["member"]["status"], count(&app)), (&json!("member"), json!(2)));
    let invited = change(&john, "upsert", &json!([{"user_id": "jane", "invite": true}]));
    assert_eq!((&invited["updated"][0]["status"], count(&app)), (&json!("member"), json!(2)), "who is in stays in");
}

#[test]
fn members_are_found_by_what_is_known_of_them_page_by_page() {
    let app = app();
    let john = app.user("john");
    let roles =
        json!([{"user_id": "jane", "role": "feed_moderator"}, {"user_id": "joe"}, {"user_id": "eve", "invite": true}]);
    change(&app.server(), "upsert", &roles);
    app.user("eve").post(&format!("{}/members/reject", path("user:john")), &json!({})).ok();
    let by_id = json!([{"field": "user_id", "direction": 1}]);
    for (filter, found) in [
        (json!({}), vec!["eve", "jane", "joe"]),
        (json!({"role": "moderator"}), vec![]),
        (json!({"role": "feed_moderator"}), vec!["jane"]),
        (json!({"status": {"$in": ["member", "pending"]}}), vec!["jane", "joe"]),
        (json!({"status": "rejected"}), vec!["eve"]),
        (json!({"user_id": {"$in": ["joe", "eve"]}}), vec!["eve", "joe"]),
        (json!({"user_name": "JANE"}), vec!["jane"]),
        (json!({"fid": "user:john"}), vec!["eve", "jane", "joe"]),
        (json!({"fid": "user:jane"}), vec![]),
        (json!({"created_at": {"$lt": "2001-01-01T00:00:00Z"}}), vec![]),
        (json!({"$or": [{"user_id": "joe"}, {"status": "rejected"}]}), vec!["eve", "joe"]),
    ] {
        assert_eq!(ids(&query(&john, &json!({"filter": filter, "sort": by_id}))["members"]), found, "{filter}");
    }
    assert_eq!(ids(&query(&john, &json!({"limit": 0}))["members"]), Vec::<&str>::new());
    let mut body = json!({"limit": 2, "sort": by_id});
    let first = query(&john, &body);
    assert_eq!(ids(&first["members"]), ["eve", "jane"]);
    body["next"] = first["next"].clone();
    let second = query(&john, &body);
    assert_eq!((ids(&second["members"]), second.get("next")), (vec!["joe"], None));
    let at = format!("{}/members/query", path("user:john"));
    let (status, code, _) = john.post(&at, &json!({"filter": {"shoe_size": 1}})).error();
    assert_eq!((status, code), (400, 4));
    let (status, code, text) = app.user("eve").post(&at, &json!({})).error();
    assert_eq!((status, code), (403, 17), "{text}");
    assert!(text.contains("action QueryFeedMembers in scope 'feeds:members'"), "{text}");
}

#[test]
fn only_who_may_changes_members_and_members_may_what_their_role_may() {
    let app = app();
    let at = format!("{}/members", path("user:john"));
    let joe = json!({"operation": "upsert", "members": [{"user_id": "joe"}]});
    change(&app.server(), "upsert", &json!([{"user_id": "jane"}]));
    let (status, code, text) = app.user("jane").patch(&at, &joe).error();
    assert_eq!((status, code), (403, 17), "{text}");
    assert!(text.contains("action UpdateFeedMembers in scope 'feeds:members'"), "{text}");
    change(&app.server(), "upsert", &json!([{"user_id": "jane", "role": "feed_moderator"}]));
    app.user("jane").patch(&at, &joe).ok();
    assert_eq!(read(&app.user("joe"), "user:john", &json!({}))["feed"]["own_membership"]["role"], "feed_member");
}

#[test]
fn a_feed_has_members_from_the_start_where_they_are_named_as_it_is_made() {
    let app = frozen_app();
    with_users(&app);
    let members = json!([{"user_id": "jane", "role": "feed_member_viewer"}, {"user_id": "joe", "invite": true}]);
    let made = read(&app.user("john"), "user:john", &json!({"data": {"visibility": "members", "members": members}}));
    assert_eq!((ids(&made["members"]), &made["feed"]["member_count"]), (vec!["jane", "joe"], &json!(1)));
    assert_eq!(made["members"][0]["role"], "feed_member", "a client gives no roles");
    let again = read(&app.user("john"), "user:john", &json!({"data": {"members": [{"user_id": "eve"}]}}));
    assert_eq!(again["feed"]["member_count"], 1, "data count once");
    let one = json!({"feed_group_id": "user", "feed_id": "many", "created_by_id": "john", "members": members});
    let made = app.server().post("/api/v2/feeds/feeds/batch", &json!({"feeds": [one]})).ok();
    check("CreateFeedsBatch", &made);
    assert_eq!(made["feeds"][0]["member_count"], 1);
    assert_eq!(read(&app.user("john"), "user:many", &json!({}))["members"][0]["role"], "feed_member_viewer");
    let unknown = json!({"data": {"members": [{"user_id": "nobody"}]}});
    let text = "the user nobody does not exist";
    refused(&app.user("john").post(&path("user:new"), &unknown), "GetOrCreateFeed", 404, 16, text);
    assert_eq!(read(&app.user("john"), "user:new", &json!({}))["created"], true, "nothing was made");
}

#[test]
fn who_watches_a_feed_hears_of_its_members() {
    let server = Server::start();
    let app = server.app();
    with_users(&app);
    let mut john = app.join("john");
    let at = format!("{}?connection_id={}", path("user:john"), john.id);
    let data = json!({"watch": true, "data": {"members": [{"user_id": "eve"}]}});
    user(&app, "john").post(&at, &data).ok();
    let created = heard(&mut john, "feeds.feed.created", "user:john");
    assert_eq!((ids(&created["members"]), &created["feed"]["member_count"]), (vec!["eve"], &json!(1)));
    watch(&app, "john", &john, "user:john");
    let invited = change(&user(&app, "john"), "upsert", &json!([{"user_id": "jane", "invite": true}]));
    let added = heard(&mut john, "feeds.feed_member.added", "user:john");
    assert_eq!((&added["member"], &added["user"]["id"]), (&invited["added"][0], &json!("john")));
    let accepted = user(&app, "jane").post(&format!("{}/members/accept", path("user:john")), &json!({})).ok();
    let updated = heard(&mut john, "feeds.feed_member.updated", "user:john");
    assert_eq!((&updated["member"], &updated["user"]["id"]), (&accepted["member"], &json!("jane")));
    change(&app.server(), "set", &json!([{"user_id": "jane", "custom": {"a": 1}}]));
    assert_eq!(heard(&mut john, "feeds.feed_member.updated", "user:john")["member"]["custom"], json!({"a": 1}));
    let removed = heard(&mut john, "feeds.feed_member.removed", "user:john");
    assert_eq!((&removed["member_id"], &removed["user"]["id"]), (&json!("eve"), &json!("john")));
    john.quiet();
}

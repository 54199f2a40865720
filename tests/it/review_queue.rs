//! The review queue: what comes into it, who sees it, and what is done about it.

use serde_json::{Value, json};

use crate::app::{Caller, TestApp};
use crate::transcript::{frozen_app, refused};

const QUEUE: &str = "/api/v2/moderation/review_queue";
const SUBMIT: &str = "/api/v2/moderation/submit_action";
const ACTIVITY: &str = "stream:feeds:v3:activity";
const COMMENT: &str = "stream:feeds:v3:comment";

fn app() -> TestApp {
    let app = frozen_app();
    app.upsert(&[json!({"id": "eve"}), json!({"id": "john"}), json!({"id": "mia", "role": "moderator"})]);
    let server = app.server();
    let activity = json!({"id": "post", "type": "post", "text": "rude", "feeds": ["user:eve"], "user_id": "eve",
        "attachments": [{"type": "image", "image_url": "https://example.com/a.png"}]});
    server.post("/api/v2/feeds/activities", &activity).ok();
    let comment =
        json!({"id": "word", "object_id": "post", "object_type": "activity", "comment": "ruder", "user_id": "eve"});
    server.post("/api/v2/feeds/comments", &comment).ok();
    app
}

#[track_caller]
fn flag(by: &Caller, kind: &str, id: &str) -> String {
    let body = json!({"entity_type": kind, "entity_id": id, "reason": "rude", "custom": {"a": 1}});
    by.post("/api/v2/moderation/flag", &body).ok()["item_id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn queue(by: &Caller, asked: &Value) -> Vec<Value> {
    let answer = by.post(QUEUE, asked);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.ok()["items"].as_array().unwrap().clone()
}

fn item(app: &TestApp, id: &str) -> Value {
    app.server().get(&format!("{QUEUE}/{id}")).ok()["item"].clone()
}

#[track_caller]
fn submit(by: &Caller, body: &Value) -> Value {
    let answer = by.post(SUBMIT, body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.ok()["item"].clone()
}

fn texts(app: &TestApp) -> Vec<String> {
    let feed = app.user("john").post("/api/v2/feeds/feed_groups/user/feeds/eve", &json!({})).ok();
    let all = feed["activities"].as_array().unwrap();
    all.iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn flags_of_one_thing_are_one_item_with_the_thing_and_whose_it_is() {
    let app = app();
    let post = flag(&app.user("john"), ACTIVITY, "post");
    assert_eq!(flag(&app.user("mia"), ACTIVITY, "post"), post);
    let word = flag(&app.user("john"), COMMENT, "word");
    let user = flag(&app.user("john"), "stream:user", "eve");
    let own = app.server().post(
        "/api/v2/moderation/flag",
        &json!({"entity_type": "shop:offer", "entity_id": "o", "entity_creator_id": "eve", "user_id": "john",
            "moderation_payload": {"texts": ["cheap"], "custom": {"place": "here"}}}),
    );
    let own = own.ok()["item_id"].clone();
    let found = queue(&app.user("mia"), &json!({"sort": [{"field": "flags_count", "direction": -1}]}));
    assert_eq!(found.len(), 4);
    let first = &found[0];
    assert_eq!((&first["id"], &first["flags_count"], &first["status"]), (&json!(post), &json!(2), &json!("pending")));
    assert_eq!(first["feeds_v3_activity"]["id"], "post");
    assert_eq!(first["moderation_payload"], json!({"texts": ["rude"], "images": ["https://example.com/a.png"]}));
    let flags = first["flags"].as_array().unwrap();
    assert_eq!((flags.len(), &flags[0]["reason"], &flags[0]["custom"]), (2, &json!("rude"), &json!({"a": 1})));
    assert_eq!(item(&app, &word)["feeds_v3_comment"]["text"], "ruder");
    for id in [&post, &word, &user, own.as_str().unwrap()] {
        let item = item(&app, id);
        assert_eq!((&item["entity_creator_id"], &item["entity_creator"]["flagged_count"]), (&json!("eve"), &json!(5)));
    }
    let ids =
        |asked: Value| queue(&app.server(), &asked).iter().map(|item| item["entity_id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(json!({"filter": {"entity_type": COMMENT}})), ["word"]);
    assert_eq!(ids(json!({"filter": {"entity_id": {"$in": ["o", "post"]}, "reviewed": false}, "limit": 1})).len(), 1);
    assert_eq!(ids(json!({"filter": {"place": "here"}})), ["o"]);
    assert_eq!(ids(json!({"filter": {"flags_count": {"$gte": 2}}})), ["post"]);
    let brief = app.server().post(QUEUE, &json!({"stats_only": true})).ok();
    assert_eq!((&brief["items"], &brief["stats"]), (&json!([]), &json!({"pending": 4})));
    refused(
        &app.server().post(QUEUE, &json!({"sort": [{"field": "entity_id"}]})),
        "QueryReviewQueue",
        400,
        4,
        "sort[0].field is not supported for sorting",
    );
}

#[test]
fn the_queue_comes_by_pages() {
    let app = app();
    for id in 0..5 {
        app.advance("1s");
        flag(&app.user("john"), "shop:offer", &format!("o{id}"));
    }
    let server = app.server();
    let (mut seen, mut next) = (Vec::new(), Value::Null);
    loop {
        let page = server.post(QUEUE, &json!({"limit": 2, "next": next})).ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["entity_id"].clone()));
        next = page["next"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(seen, ["o4", "o3", "o2", "o1", "o0"]);
    let first = server.post(QUEUE, &json!({"limit": 2})).ok();
    let second = server.post(QUEUE, &json!({"limit": 2, "next": first["next"]})).ok();
    let back = server.post(QUEUE, &json!({"limit": 2, "prev": second["prev"]})).ok();
    assert_eq!(back["items"][0]["id"], first["items"][0]["id"]);
}

#[test]
fn a_review_ends_the_item_and_a_new_flag_opens_it_again() {
    let app = app();
    let post = flag(&app.user("john"), ACTIVITY, "post");
    app.advance("1s");
    let done = submit(&app.user("mia"), &json!({"action_type": "mark_reviewed", "item_id": post}));
    assert_eq!((&done["status"], &done["reviewed_by"]), (&json!("reviewed"), &json!("mia")));
    assert_eq!(
        (&done["latest_moderator_action"], &done["reviewed_at"]),
        (&json!("mark_reviewed"), &done["updated_at"])
    );
    assert_eq!(texts(&app), ["rude"]);
    let logs = app.server().post("/api/v2/moderation/logs", &json!({"filter": {"target_user_id": "eve"}})).ok();
    let log = &logs["logs"][0];
    assert_eq!(
        (&log["type"], &log["user"]["id"], &log["target_user"]["id"]),
        (&json!("mark_reviewed"), &json!("mia"), &json!("eve"))
    );
    assert_eq!(done["actions"][0]["id"], log["id"]);
    flag(&app.user("mia"), ACTIVITY, "post");
    assert_eq!(item(&app, &post)["status"], "pending");
}

#[test]
fn what_moderators_delete_is_gone_and_none_but_a_server_brings_it_back() {
    let app = app();
    let post = flag(&app.user("john"), ACTIVITY, "post");
    let gone = submit(
        &app.user("mia"),
        &json!({"action_type": "delete_activity", "item_id": post,
        "delete_activity": {"reason": "too rude"}}),
    );
    assert_eq!((&gone["status"], &gone["actions"][0]["reason"]), (&json!("reviewed"), &json!("too rude")));
    assert_eq!(gone["feeds_v3_activity"]["moderation"], json!({"action": "delete", "original_text": "rude"}));
    assert_eq!(gone["entity_creator"]["deleted_content_count"], 1);
    assert_eq!(texts(&app), [""; 0]);
    let path = "/api/v2/feeds/activities/post/restore";
    let text = "User 'eve' with role 'user' is not allowed to perform action DeleteActivity";
    refused(&app.user("eve").post(path, &json!({})), "RestoreActivity", 403, 17, text);
    submit(&app.user("mia"), &json!({"action_type": "restore", "item_id": post}));
    assert_eq!(texts(&app), ["rude"]);
    assert_eq!(item(&app, &post)["feeds_v3_activity"].get("moderation"), None);
    submit(&app.server(), &json!({"action_type": "block", "item_id": post}));
    assert_eq!(texts(&app), [""; 0]);
    app.server().post(path, &json!({"user_id": "eve"})).ok();
    assert_eq!(texts(&app), ["rude"]);
    submit(
        &app.server(),
        &json!({"action_type": "delete_activity", "delete_activity": {"entity_id": "post", "hard_delete": true}}),
    );
    assert_eq!(item(&app, &post).get("feeds_v3_activity"), None);
}

#[test]
fn comments_go_and_come_back_by_reviews() {
    let app = app();
    let word = flag(&app.user("john"), COMMENT, "word");
    let count = || app.user("john").get("/api/v2/feeds/activities/post").ok()["activity"]["comment_count"].clone();
    submit(&app.user("mia"), &json!({"action_type": "delete_comment", "item_id": word}));
    assert_eq!(count(), 0);
    let path = "/api/v2/feeds/comments/word/restore";
    let text = "User 'eve' with role 'user' is not allowed to perform action DeleteComment";
    refused(&app.user("eve").post(path, &json!({})), "RestoreComment", 403, 17, text);
    submit(&app.user("mia"), &json!({"action_type": "unblock", "item_id": word}));
    assert_eq!(count(), 1);
    let wrong = app.server().post(SUBMIT, &json!({"action_type": "delete_activity", "item_id": word}));
    refused(&wrong, "SubmitAction", 400, 4, "the item is about something else");
}

#[test]
fn users_are_banned_and_deleted_by_reviews() {
    let app = app();
    let item = flag(&app.user("john"), "stream:user", "eve");
    let banned = submit(
        &app.user("mia"),
        &json!({"action_type": "ban", "item_id": item, "ban": {"timeout": 60, "reason": "spam"}}),
    );
    assert_eq!((&banned["bans"][0]["reason"], &banned["entity_creator"]["ban_count"]), (&json!("spam"), &json!(1)));
    let state = || {
        let payload = json!({"filter_conditions": {"id": "eve"}});
        app.server().query_users(&payload).ok()["users"][0].clone()
    };
    assert_eq!(state()["banned"], true);
    submit(&app.server(), &json!({"action_type": "unban", "unban": {"target_user_id": "eve"}, "user_id": "mia"}));
    assert_eq!(state()["banned"], false);
    submit(
        &app.server(),
        &json!({"action_type": "delete_user", "item_id": item, "delete_user": {"delete_feeds_content": true}}),
    );
    assert_eq!(state(), Value::Null);
    let feed = app.user("john").post("/api/v2/feeds/activities/query", &json!({"filter": {"user_id": "eve"}})).ok();
    assert_eq!(feed["activities"], json!([]));
}

#[test]
fn escalations_and_custom_actions_leave_the_item_pending() {
    let app = app();
    let post = flag(&app.user("john"), ACTIVITY, "post");
    let up = submit(
        &app.user("mia"),
        &json!({"action_type": "escalate", "item_id": post, "escalate": {"reason": "hard", "priority": "high"}}),
    );
    assert_eq!(
        (&up["escalated"], &up["escalated_by"], &up["status"]),
        (&json!(true), &json!("mia"), &json!("pending"))
    );
    assert_eq!(up["escalation_metadata"], json!({"reason": "hard", "priority": "high"}));
    assert_eq!(queue(&app.server(), &json!({"filter": {"escalated": true}})).len(), 1);
    assert_eq!(submit(&app.user("mia"), &json!({"action_type": "de_escalate", "item_id": post}))["escalated"], false);
    let custom = submit(
        &app.user("mia"),
        &json!({"action_type": "custom", "item_id": post, "custom": {"id": "warn", "options": {"a": 1}}}),
    );
    assert_eq!(
        (&custom["status"], &custom["actions"][0]["custom"]),
        (&json!("pending"), &json!({"id": "warn", "options": {"a": 1}}))
    );
}

#[test]
fn bad_actions_are_refused_in_words() {
    let app = app();
    let server = app.server();
    for (body, status, code, text) in [
        (json!({}), 400, 4, "action_type is a required field"),
        (json!({"action_type": "mark_reviewed"}), 400, 4, "item_id is a required field"),
        (json!({"action_type": "ban"}), 400, 4, "target_user_id is a required field"),
        (json!({"action_type": "custom"}), 400, 4, "custom.id is a required field"),
        (json!({"action_type": "mark_reviewed", "item_id": "x"}), 404, 16, "review queue item with id x not found"),
        (
            json!({"action_type": "delete_activity", "delete_activity": {"entity_id": "x"}}),
            404,
            16,
            "what the item is about is not there, or is no activity and no comment",
        ),
    ] {
        refused(&server.post(SUBMIT, &body), "SubmitAction", status, code, text);
    }
    let unknown = server.post(SUBMIT, &json!({"action_type": "dance"}));
    assert!(unknown.error().2.contains("action_type must be one of [flag mark_reviewed"), "{}", unknown.text);
    assert_eq!(server.post(SUBMIT, &json!({"action_type": "delete_message", "item_id": "x"})).status, 501);
}

#[test]
fn flags_are_found_and_counted_by_servers() {
    let app = app();
    flag(&app.user("john"), ACTIVITY, "post");
    flag(&app.user("mia"), COMMENT, "word");
    let server = app.server();
    let flags = server.post("/api/v2/moderation/flags", &json!({"filter": {"user_id": "mia"}})).ok();
    let found = flags["flags"].as_array().unwrap();
    assert_eq!(
        (found.len(), &found[0]["entity_id"], &found[0]["entity_creator_id"]),
        (1, &json!("word"), &json!("eve"))
    );
    let count = |body: Value| server.post("/api/v2/moderation/flag_count", &body).ok()["count"].clone();
    assert_eq!(count(json!({"entity_creator_id": "eve"})), 2);
    assert_eq!(count(json!({"entity_creator_id": "eve", "entity_type": COMMENT})), 1);
}

#[test]
fn whose_a_thing_is_appeals_and_a_review_decides() {
    let app = app();
    let (server, eve) = (app.server(), app.user("eve"));
    let post = flag(&app.user("john"), ACTIVITY, "post");
    submit(&app.user("mia"), &json!({"action_type": "delete_activity", "item_id": post}));
    let appeal = |by: &Caller, why: &str| {
        by.post(
            "/api/v2/moderation/appeal",
            &json!({"entity_type": ACTIVITY, "entity_id": "post", "appeal_reason": why}),
        )
    };
    let others = appeal(&app.user("john"), "why");
    refused(&others, "Appeal", 403, 17, "only whose content it is may appeal");
    let id = appeal(&eve, "it is art").ok()["appeal_id"].as_str().unwrap().to_owned();
    refused(&appeal(&eve, "please"), "Appeal", 400, 4, "there is an appeal about this already, which is not decided");
    let path = format!("/api/v2/moderation/appeal/{id}");
    let shown = eve.get(&path).ok()["item"].clone();
    assert_eq!((&shown["status"], &shown["review_queue_item_id"]), (&json!("submitted"), &json!(post)));
    assert_eq!(shown["actions"][0]["type"], "delete_activity");
    refused(&app.user("john").get(&path), "GetAppeal", 404, 16, &format!("appeal with id {id} not found"));
    let seen = |by: &Caller| by.post("/api/v2/moderation/appeals", &json!({})).ok()["items"].as_array().unwrap().len();
    assert_eq!((seen(&eve), seen(&app.user("john")), seen(&app.user("mia")), seen(&server)), (1, 0, 1, 1));
    let reject =
        json!({"action_type": "reject_appeal", "appeal_id": id, "reject_appeal": {"decision_reason": "no art"}});
    let no = app.user("mia").post(SUBMIT, &reject).ok()["appeal_item"].clone();
    assert_eq!((&no["status"], &no["decision_reason"]), (&json!("rejected"), &json!("no art")));
    let again = appeal(&eve, "it is, really").ok()["appeal_id"].clone();
    let yes = app.user("mia").post(SUBMIT, &json!({"action_type": "restore", "appeal_id": again})).ok();
    assert_eq!((&yes["appeal_item"]["status"], &yes["item"]["id"]), (&json!("accepted"), &json!(post)));
    assert_eq!(texts(&app), ["rude"]);
    let late =
        json!({"action_type": "reject_appeal", "appeal_id": again, "reject_appeal": {"decision_reason": "after all"}});
    let text = format!("appeal with id {} is accepted already", again.as_str().unwrap());
    refused(&app.user("mia").post(SUBMIT, &late), "SubmitAction", 400, 4, &text);
    let nobody = app.server().post(SUBMIT, &json!({"action_type": "delete_user"}));
    refused(&nobody, "SubmitAction", 400, 4, "delete_user.entity_id or item_id is a required field");
    refused(
        &server.post(SUBMIT, &json!({"action_type": "reject_appeal", "appeal_id": "x"})),
        "SubmitAction",
        400,
        4,
        "reject_appeal.decision_reason is a required field",
    );
}

#[test]
fn templates_are_kept() {
    let app = app();
    let path = "/api/v2/moderation/feeds_moderation_template";
    let template = json!({"name": "posts", "config": {"data_types": {"body": "text"}, "config_key": "feeds"}});
    assert_eq!(app.server().post(path, &template).ok()["config"], template["config"]);
    assert_eq!(app.server().get(path).ok()["templates"][0]["name"], "posts");
    app.server().delete(path).ok();
    assert_eq!(app.server().get(path).ok()["templates"], json!([]));
    refused(
        &app.server().post(path, &json!({"name": "x", "config": {}})),
        "V2UpsertTemplate",
        400,
        4,
        "config.data_types is a required field",
    );
}

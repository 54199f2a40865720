//! Policies: what they may be, and how they judge contents on their way into feeds.

use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};
use crate::transcript::{frozen_app, refused};

const CONFIG: &str = "/api/v2/moderation/config";
const ACTIVITIES: &str = "/api/v2/feeds/activities";
const COMMENTS: &str = "/api/v2/feeds/comments";

/// An app whose list `rude` has the word `darn`.
fn app() -> TestApp {
    let app = frozen_app();
    app.upsert(&[json!({"id": "eve"}), json!({"id": "john"}), json!({"id": "mia", "role": "moderator"})]);
    app.server().post("/api/v2/blocklists", &json!({"name": "rude", "words": ["darn"]})).ok();
    app
}

/// A policy that does this where the list has a word of a content's.
#[track_caller]
fn policy(app: &TestApp, key: &str, action: &str) {
    let rules = json!({"rules": [{"name": "rude", "action": action}]});
    app.server().post(CONFIG, &json!({"key": key, "block_list_config": rules})).ok();
}

fn post(by: &Caller, id: &str, text: &str, more: &Value) -> Answer {
    let mut body = json!({"id": id, "type": "post", "text": text, "feeds": ["user:eve"]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    by.post(ACTIVITIES, &body)
}

fn comment(by: &Caller, id: &str, text: &str) -> Answer {
    by.post(COMMENTS, &json!({"id": id, "object_id": "post", "object_type": "activity", "comment": text}))
}

fn ids(app: &TestApp) -> Vec<String> {
    let feed = app.user("john").post("/api/v2/feeds/feed_groups/user/feeds/eve", &json!({})).ok();
    let all = feed["activities"].as_array().unwrap();
    all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

fn queue(app: &TestApp) -> Vec<Value> {
    app.server().post("/api/v2/moderation/review_queue", &json!({})).ok()["items"].as_array().unwrap().clone()
}

#[test]
fn a_policy_is_made_replaced_shown_found_and_deleted() {
    let app = app();
    let mia = app.user("mia");
    let made = mia.post(
        CONFIG,
        &json!({"key": "feeds:user", "team": "red", "async": true,
        "bodyguard_config": {"rules": []}, "block_list_config": {"rules": [{"name": "rude", "action": "flag"}]}}),
    );
    assert_eq!(made.status, 201);
    let made = made.ok()["config"].clone();
    assert_eq!((&made["async"], &made["ai_text_config"]), (&json!(true), &json!({"rules": []})));
    let path = format!("{CONFIG}/feeds:user?team=red");
    assert_eq!(mia.get(&path).ok()["config"], made);
    app.server().post(CONFIG, &json!({"key": "feeds:user", "team": "red"})).ok();
    assert_eq!(mia.get(&path).ok()["config"].get("block_list_config"), None);
    app.server().post(CONFIG, &json!({"key": "chat"})).ok();
    let found = app.server().post("/api/v2/moderation/configs", &json!({"filter": {"key": "chat"}})).ok();
    assert_eq!(found["configs"].as_array().unwrap().len(), 1);
    mia.delete(&path).ok();
    refused(&mia.get(&path), "GetConfig", 404, 16, "moderation config with key feeds:user not found");
    refused(&mia.delete(&path), "DeleteConfig", 404, 16, "moderation config with key feeds:user not found");
}

#[test]
fn bad_policies_are_refused_in_words() {
    let app = app();
    let refuse = |body: Value, text: &str| refused(&app.server().post(CONFIG, &body), "UpsertConfig", 400, 4, text);
    let rules = |rule: Value| json!({"key": "feeds", "block_list_config": {"rules": [rule]}});
    refuse(json!({}), "key is a required field");
    refuse(rules(json!({"name": "polite", "action": "flag"})), "Blocklist not found");
    refuse(json!({"key": "feeds", "llm_config": 1}), "llm_config must be an object");
    let actions = "[flag mask mask_flag shadow remove bounce bounce_flag bounce_remove]";
    refuse(
        rules(json!({"name": "rude", "action": "ban"})),
        &format!("block_list_config.rules.action must be one of {actions}"),
    );
    let list = json!({"name": "p", "type": "regex", "words": ["("]});
    assert_eq!(app.server().post("/api/v2/blocklists", &list).status, 400);
    for key in 0..100 {
        app.server().post(CONFIG, &json!({"key": format!("k{key}")})).ok();
    }
    refuse(json!({"key": "more"}), "an app has 100 moderation configs at the most");
    app.server().post(CONFIG, &json!({"key": "k1"})).ok();
}

#[test]
fn what_is_flagged_is_there_and_in_the_queue() {
    let app = app();
    policy(&app, "feeds", "flag");
    let made = post(&app.user("eve"), "post", "Darn it", &json!({})).ok()["activity"].clone();
    let said = json!({"action": "flag", "original_text": "Darn it", "blocklist_matched": "rude", "blocklists_matched": ["rude"]});
    assert_eq!((&made["moderation"], &made["moderation_action"]), (&said, &json!("flag")));
    assert_eq!(ids(&app), ["post"]);
    let item = &queue(&app)[0];
    assert_eq!(
        (&item["entity_id"], &item["flags_count"], &item["config_key"]),
        (&json!("post"), &json!(1), &json!("feeds"))
    );
    assert_eq!((&item["flags"][0]["type"], &item["flags"][0]["labels"]), (&json!("automod"), &json!(["rude"])));
    assert_eq!(item["moderation_payload"]["texts"], json!(["Darn it"]));
    let fine = app.user("eve").put(&format!("{ACTIVITIES}/post"), &json!({"type": "post", "text": "fine"})).ok();
    assert_eq!(fine["activity"].get("moderation"), None);
}

#[test]
fn what_is_removed_is_shown_to_nobody_until_a_review_shows_it_again() {
    let app = app();
    policy(&app, "feeds", "remove");
    let made = post(&app.user("eve"), "post", "darn", &json!({"create_notification_activity": true})).ok();
    assert_eq!(
        (&made["activity"]["moderation"]["action"], &made["activity"]["text"]),
        (&json!("remove"), &json!("darn"))
    );
    assert_eq!(ids(&app), [""; 0]);
    assert_eq!(app.user("eve").get(&format!("{ACTIVITIES}/post")).status, 404);
    assert_eq!(app.user("eve").post(&format!("{ACTIVITIES}/post/restore"), &json!({})).status, 403);
    let item = queue(&app)[0].clone();
    assert_eq!((&item["recommended_action"], &item["feeds_v3_activity"]["id"]), (&json!("remove"), &json!("post")));
    let shown = json!({"action_type": "restore", "item_id": item["id"]});
    app.user("mia").post("/api/v2/moderation/submit_action", &shown).ok();
    assert_eq!(ids(&app), ["post"]);
}

#[test]
fn an_edit_that_is_removed_takes_the_activity_along() {
    let app = app();
    policy(&app, "feeds:user", "remove");
    let eve = app.user("eve");
    post(&eve, "post", "fine", &json!({})).ok();
    let edited = eve.patch(&format!("{ACTIVITIES}/post"), &json!({"set": {"text": "darn"}})).ok();
    assert_eq!(edited["activity"]["moderation"]["action"], "remove");
    assert_eq!(ids(&app), [""; 0]);
    let feed = eve.post("/api/v2/feeds/feed_groups/user/feeds/eve", &json!({})).ok()["feed"].clone();
    assert_eq!(feed["activity_count"], 0);
}

#[test]
fn what_bounces_is_not_kept_and_what_is_masked_is_shown_so() {
    let app = app();
    policy(&app, "feeds:user:eve", "bounce");
    policy(&app, "feeds", "mask");
    let text = "the content is bounced by the moderation policy feeds:user:eve: change it and try again";
    refused(&post(&app.user("eve"), "post", "darn", &json!({})), "AddActivity", 400, 4, text);
    assert_eq!((ids(&app), queue(&app)), (Vec::new(), Vec::new()));
    let made = post(&app.user("john"), "post", "a darn!", &json!({"feeds": ["user:john"]})).ok()["activity"].clone();
    assert_eq!((&made["text"], &made["moderation"]["original_text"]), (&json!("a ****!"), &json!("a darn!")));
    assert_eq!(queue(&app), [""; 0]);
}

#[test]
fn servers_are_judged_where_they_ask_for_it_and_clients_always() {
    let app = app();
    policy(&app, "feeds", "flag");
    let made = post(&app.server(), "post", "darn", &json!({"user_id": "eve"})).ok();
    assert_eq!(made["activity"].get("moderation"), None);
    let made = post(&app.server(), "post", "darn", &json!({"user_id": "eve", "force_moderation": true})).ok();
    assert_eq!(made["activity"]["moderation"]["action"], "flag");
    let made = post(&app.user("eve"), "other", "darn", &json!({"force_moderation": false})).ok();
    assert_eq!(made["activity"]["moderation"]["action"], "flag");
    let batch = json!({"activities": [{"id": "third", "type": "post", "text": "darn", "feeds": ["user:eve"]}]});
    let made = app.user("eve").post(&format!("{ACTIVITIES}/batch"), &batch).ok();
    assert_eq!(made["activities"][0]["moderation"]["action"], "flag");
    assert_eq!(queue(&app).len(), 3);
}

#[test]
fn a_feed_names_its_own_policy_and_the_strictest_rule_of_all_feeds_counts() {
    let app = app();
    policy(&app, "strict", "remove");
    policy(&app, "feeds", "flag");
    let eve = app.user("eve");
    let own = json!({"data": {"custom": {"moderation_policy": "strict"}}});
    eve.post("/api/v2/feeds/feed_groups/user/feeds/eve", &own).ok();
    let both = json!({"feeds": ["story:eve", "user:eve"]});
    assert_eq!(post(&eve, "post", "darn", &both).ok()["activity"]["moderation"]["action"], "remove");
    let made = post(&eve, "other", "darn", &json!({"feeds": ["story:eve"]})).ok();
    assert_eq!(made["activity"]["moderation"]["action"], "flag");
}

#[test]
fn comments_are_judged_as_they_come_and_change() {
    let app = app();
    policy(&app, "feeds", "remove");
    post(&app.server(), "post", "fine", &json!({"user_id": "eve"})).ok();
    let john = app.user("john");
    let count = || app.user("mia").get(&format!("{ACTIVITIES}/post")).ok()["activity"]["comment_count"].clone();
    let made = comment(&john, "c", "darn").ok()["comment"].clone();
    assert_eq!((&made["status"], &made["moderation"]["action"]), (&json!("removed"), &json!("remove")));
    assert_eq!(count(), 0);
    assert_eq!(john.get(&format!("{COMMENTS}/c")).status, 404);
    let item = queue(&app)[0].clone();
    assert_eq!(
        (&item["entity_type"], &item["feeds_v3_comment"]["id"]),
        (&json!("stream:feeds:v3:comment"), &json!("c"))
    );
    let shown = json!({"action_type": "unblock", "item_id": item["id"]});
    app.user("mia").post("/api/v2/moderation/submit_action", &shown).ok();
    assert_eq!(count(), 1);
    comment(&john, "d", "fine").ok();
    let edited = john.patch(&format!("{COMMENTS}/d"), &json!({"comment": "darn"})).ok();
    assert_eq!(edited["comment"]["status"], "removed");
    assert_eq!(count(), 1);
    let batch =
        json!({"comments": [{"object_id": "post", "object_type": "activity", "comment": "darn", "user_id": "john"}]});
    let made = app.server().post(&format!("{COMMENTS}/batch"), &batch).ok();
    assert_eq!(made["comments"][0]["status"], "active");
    let mut forced = batch;
    forced["comments"][0]["force_moderation"] = json!(true);
    let made = app.server().post(&format!("{COMMENTS}/batch"), &forced).ok();
    assert_eq!(made["comments"][0]["status"], "removed");
}

#[test]
fn a_check_judges_anything_and_queues_what_it_finds() {
    let app = app();
    policy(&app, "shop", "flag");
    let check = |more: Value| {
        let mut body = json!({"entity_type": "shop:offer", "entity_id": "o", "entity_creator_id": "eve",
            "moderation_payload": {"texts": ["fine", "darn"]}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.server().post("/api/v2/moderation/check", &body)
    };
    let kept = check(json!({})).ok();
    assert_eq!((&kept["status"], &kept["recommended_action"]), (&json!("completed"), &json!("keep")));
    assert_eq!(check(json!({"config_key": "shop", "test_mode": true})).ok()["recommended_action"], "flag");
    assert_eq!(queue(&app), [""; 0]);
    let found = check(json!({"config_key": "shop"})).ok();
    assert_eq!((&found["item"]["entity_id"], &found["item"]["entity_creator_id"]), (&json!("o"), &json!("eve")));
    let own = json!({"config": {"block_list_config": {"rules": [{"name": "rude", "action": "remove"}]}}});
    assert_eq!(check(own).ok()["recommended_action"], "remove");
    refused(&check(json!({"config_key": "x"})), "Check", 404, 16, "moderation config with key x not found");
}

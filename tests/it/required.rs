//! What the SDKs' decoders require of each answer on `/api/v2` (read in the Python SDK, which warns of each that is missing).

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::transcript::frozen_app;

const FULL_USER: &str = "banned created_at@ id invisible language online role shadow_banned total_unread_count unread_channels \
    unread_count unread_threads updated_at@ blocked_user_ids channel_mutes devices mutes teams custom";
const USER: &str =
    "banned created_at@ id invisible language online role shadow_banned updated_at@ blocked_user_ids teams custom";
const APP: &str = "allow_multi_user_devices async_url_enrich_enabled auto_translation_enabled call_types campaign_enabled \
    cdn_expiration_seconds channel_configs custom_action_handler_url disable_auth_checks disable_permissions_checks \
    enforce_unique_usernames event_hooks feed_audit_logs_enabled file_upload_config grants guest_user_creation_disabled id \
    image_moderation_enabled image_upload_config max_aggregated_activities_length member_custom_on_messages_enabled \
    member_custom_on_mentioned_users_enabled member_custom_on_typing_events_enabled moderation_audio_call_moderation_enabled \
    moderation_enabled moderation_keyframe_video_enabled moderation_llm_configurability_enabled \
    moderation_multitenant_blocklist_enabled moderation_video_call_moderation_enabled moderation_webhook_url \
    multi_tenant_enabled name organization permission_version placement policies push_notifications reminders_interval sns_key \
    sns_secret sns_topic_arn sqs_key sqs_secret sqs_url suspended suspended_explanation use_hook_v2 user_response_time_enabled \
    user_search_disallowed_roles webhook_events webhook_url";
const UPLOAD: &str = "allowed_file_extensions blocked_file_extensions allowed_mime_types blocked_mime_types size_limit";
const PERMISSION: &str = "action custom description id level name owner owner_resource same_team tags";

/// Requires members to be there and not null; those marked `@` to be integer nanoseconds.
#[track_caller]
fn requires(value: &Value, names: &str) {
    for name in names.split_whitespace() {
        let (name, is_time) = name.strip_suffix('@').map_or((name, false), |name| (name, true));
        let member = &value[name];
        assert!(!member.is_null(), "{name} is missing in {value}");
        assert!(!is_time || member.as_i64().is_some_and(|ns| ns > 1_000_000_000_000_000_000), "{name}: {member}");
    }
}

fn app() -> TestApp {
    let app = frozen_app();
    app.upsert(&[json!({"id": "john"}), json!({"id": "eve"})]);
    app.user("john").post("/api/v2/devices", &json!({"id": "d", "push_provider": "apn"})).ok();
    app
}

#[test]
fn get_app() {
    let answer = app().server().get("/api/v2/app").ok();
    requires(&answer, "app duration");
    let shown = &answer["app"];
    requires(shown, APP);
    requires(&shown["file_upload_config"], UPLOAD);
    requires(&shown["image_upload_config"], UPLOAD);
    assert_eq!(
        (&shown["file_upload_config"]["size_limit"], &shown["image_upload_config"]["size_limit"]),
        (&json!(104_857_600), &json!(10_485_760))
    );
    requires(&shown["push_notifications"], "offline_only version apn firebase huawei xiaomi");
    requires(&shown["push_notifications"]["apn"], "development enabled");
    for provider in ["firebase", "huawei", "xiaomi"] {
        requires(&shown["push_notifications"][provider], "enabled");
    }
}

#[test]
fn users() {
    let app = app();
    let query = app.server().query_users(&json!({"filter_conditions": {"id": "john"}})).ok();
    requires(&query, "users duration");
    requires(&query["users"][0], FULL_USER);
    requires(&query["users"][0]["devices"][0], "created_at@ id push_provider user_id");
    for answer in [
        app.server().post("/api/v2/users", &json!({"users": {"john": {"id": "john"}}})).ok(),
        app.server().patch("/api/v2/users", &json!({"users": [{"id": "john"}]})).ok(),
    ] {
        requires(&answer, "users duration");
        requires(&answer["users"]["john"], FULL_USER);
        assert_eq!(answer["membership_deletion_task_id"], "");
    }
}

#[test]
fn lifecycles() {
    let app = app();
    for path in ["deactivate", "reactivate"] {
        let answer = app.server().post(&format!("/api/v2/users/john/{path}"), &json!({})).ok();
        requires(&answer, "user duration");
        requires(&answer["user"], USER);
    }
    requires(&app.server().get("/api/v2/users/john/export").ok()["user"], USER);
    let task = app.server().post("/api/v2/users/delete", &json!({"user_ids": ["john"]})).ok();
    requires(&task, "task_id duration");
    let task = app.server().get(&format!("/api/v2/tasks/{}", task["task_id"].as_str().unwrap())).ok();
    requires(&task, "created_at@ updated_at@ duration status task_id");
}

#[test]
fn guests_and_blocks() {
    let app = app();
    let guest = app.server().post("/api/v2/guest", &json!({"user": {"id": "g"}})).ok();
    requires(&guest, "access_token duration user");
    requires(&guest["user"], USER);
    let block = app.server().post("/api/v2/users/block", &json!({"user_id": "john", "blocked_user_id": "eve"})).ok();
    requires(&block, "blocked_by_user_id blocked_user_id created_at@ duration");
    let blocks = app.server().get("/api/v2/users/block?user_id=john").ok();
    requires(&blocks["blocks"][0], "blocked_user_id user_id created_at@ user blocked_user");
    requires(&blocks["blocks"][0]["user"], USER);
    requires(&blocks["blocks"][0]["blocked_user"], USER);
}

#[test]
fn devices_and_push_preferences() {
    let app = app();
    let devices = app.server().get("/api/v2/devices?user_id=john").ok();
    requires(&devices["devices"][0], "created_at@ id push_provider user_id");
    let until = json!({"preferences": [{"user_id": "john", "disabled_until": "2026-02-01T00:00:00Z"}]});
    let answer = app.server().post("/api/v2/push_preferences", &until).ok();
    requires(&answer, "duration user_preferences user_channel_preferences");
    requires(&answer["user_preferences"]["john"], "disabled_until@");
}

#[test]
fn bans_mutes_and_flags() {
    let app = app();
    let server = app.server();
    let ban = json!({"target_user_id": "eve", "banned_by_id": "john", "timeout": 60, "reason": "spam"});
    requires(&server.post("/api/v2/moderation/ban", &ban).ok(), "duration");
    let bans = server.get("/api/v2/chat/query_banned_users?payload=%7B%22filter_conditions%22%3A%7B%7D%7D").ok();
    requires(&bans, "bans duration");
    requires(&bans["bans"][0], "created_at@ expires@ reason banned_by user");
    requires(&bans["bans"][0]["user"], USER);
    requires(&bans["bans"][0]["banned_by"], USER);
    let unban = server.post("/api/v2/moderation/unban?target_user_id=eve", &json!({})).ok();
    requires(&unban, "duration");
    let mute = json!({"target_ids": ["eve"], "user_id": "john"});
    let muted = server.post("/api/v2/moderation/mute", &mute).ok();
    requires(&muted, "duration mutes own_user");
    requires(&muted["mutes"][0], "created_at@ updated_at@ user target");
    requires(&muted["mutes"][0]["user"], USER);
    requires(&muted["mutes"][0]["target"], USER);
    // The user itself comes whole, as in the greeting of a socket.
    requires(&muted["own_user"], FULL_USER.replace("shadow_banned", "").as_str());
    requires(&server.post("/api/v2/moderation/unmute", &mute).ok(), "duration");
    let flag = json!({"entity_type": "stream:user", "entity_id": "eve", "user_id": "john"});
    requires(&server.post("/api/v2/moderation/flag", &flag).ok(), "duration item_id");
}

const REVIEW_ITEM: &str = "ai_text_severity created_at@ entity_id entity_type escalated flags_count id latest_moderator_action \
    recommended_action reviewed_by severity status updated_at@ actions bans flags languages";
const MODERATION_LOG: &str = "created_at@ id reason reporter_type target_user_id type user_id ai_providers custom";
const MODERATION_FLAG: &str = "created_at@ entity_id entity_type type updated_at@ user_id result";

#[test]
fn reviews() {
    let app = app();
    let server = app.server();
    let flag = json!({"entity_type": "stream:user", "entity_id": "eve", "user_id": "john"});
    let id = server.post("/api/v2/moderation/flag", &flag).ok()["item_id"].clone();
    let ban = json!({"action_type": "ban", "item_id": id});
    let done = server.post("/api/v2/moderation/submit_action", &ban).ok();
    requires(&done, "item duration");
    let queue = server.post("/api/v2/moderation/review_queue", &json!({})).ok();
    requires(&queue, "items action_config stats duration");
    requires(&queue["action_config"]["stream:user"][0], "action description entity_type icon order");
    let one = server.get(&format!("/api/v2/moderation/review_queue/{}", id.as_str().unwrap())).ok();
    requires(&one, "item duration");
    for item in [&done["item"], &queue["items"][0], &one["item"]] {
        requires(item, REVIEW_ITEM);
        requires(&item["actions"][0], MODERATION_LOG);
        requires(&item["flags"][0], MODERATION_FLAG);
        requires(&item["bans"][0], "created_at@");
        requires(&item["entity_creator"], USER);
        requires(&item["entity_creator"], "ban_count deleted_content_count flagged_count");
    }
    let config = server.post("/api/v2/moderation/config", &json!({"key": "feeds"})).ok();
    let configs = server.post("/api/v2/moderation/configs", &json!({})).ok();
    requires(&configs, "configs duration");
    for config in
        [&config["config"], &configs["configs"][0], &server.get("/api/v2/moderation/config/feeds").ok()["config"]]
    {
        requires(config, "async created_at@ key team updated_at@ supported_video_call_harm_types");
    }
    let check = json!({"entity_type": "shop:offer", "entity_id": "o", "entity_creator_id": "eve"});
    requires(&server.post("/api/v2/moderation/check", &check).ok(), "duration recommended_action status");
    let body = json!({"entity_type": "stream:user", "entity_id": "eve", "appeal_reason": "why", "user_id": "eve"});
    let appeal = server.post("/api/v2/moderation/appeal", &body).ok();
    requires(&appeal, "duration appeal_id");
    let appeals = server.post("/api/v2/moderation/appeals", &json!({})).ok();
    requires(&appeals, "duration items");
    let one = server.get(&format!("/api/v2/moderation/appeal/{}", appeal["appeal_id"].as_str().unwrap())).ok();
    for appeal in [&appeals["items"][0], &one["item"]] {
        requires(appeal, "appeal_reason created_at@ entity_id entity_type id status updated_at@");
    }
    let template = json!({"name": "t", "config": {"data_types": {"text": "text"}}});
    requires(
        &server.post("/api/v2/moderation/feeds_moderation_template", &template).ok(),
        "name created_at@ updated_at@ duration",
    );
    let templates = server.get("/api/v2/moderation/feeds_moderation_template").ok();
    requires(&templates, "duration templates");
    requires(&templates["templates"][0], "name created_at@ updated_at@");
    let flags = server.post("/api/v2/moderation/flags", &json!({})).ok();
    requires(&flags, "flags duration");
    requires(&flags["flags"][0], MODERATION_FLAG);
    let logs = server.post("/api/v2/moderation/logs", &json!({})).ok();
    requires(&logs, "logs duration");
    requires(&logs["logs"][0], MODERATION_LOG);
}

#[test]
fn push_providers_and_their_dry_run() {
    let app = app();
    let own = json!({"type": "xiaomi", "name": "x", "xiaomi_package_name": "p", "xiaomi_app_secret": "s"});
    let set = app.server().post("/api/v2/push_providers", &json!({"push_provider": own})).ok();
    requires(&set, "push_provider duration");
    requires(&set["push_provider"], "created_at@ updated_at@ name type");
    let all = app.server().get("/api/v2/push_providers").ok();
    requires(&all, "push_providers duration");
    requires(&all["push_providers"][0], "created_at@ updated_at@ name type");
    requires(&app.server().delete("/api/v2/push_providers/xiaomi/x").ok(), "duration");
    requires(&app.server().post("/api/v2/check_push", &json!({"user_id": "john"})).ok(), "duration");
}

#[test]
fn reports_of_calls() {
    let report = app().server().post("/api/v2/video/call_client_event", &json!({"events": []})).ok();
    requires(&report, "duration");
}

#[test]
fn roles_permissions_and_rate_limits() {
    let app = app();
    let made = app.server().post("/api/v2/roles", &json!({"name": "fan"})).ok();
    requires(&made["role"], "created_at@ updated_at@ custom name scopes");
    for path in ["roles", "roles/search?query=a"] {
        let roles = app.server().get(&format!("/api/v2/{path}")).ok();
        requires(&roles["roles"][0], "created_at@ updated_at@ custom name scopes");
    }
    let permissions = app.server().get("/api/v2/permissions").ok();
    requires(&permissions["permissions"][0], PERMISSION);
    let id = permissions["permissions"][0]["id"].as_str().unwrap();
    let one = app.server().get(&format!("/api/v2/permissions/{id}")).ok();
    requires(&one, "permission duration");
    requires(&one["permission"], PERMISSION);
    let limits = app.server().get("/api/v2/rate_limits?server_side=true").ok();
    requires(&limits["server_side"]["GetApp"], "limit remaining reset");
}

#[test]
fn errors() {
    let answer = app().server().get("/api/v2/users");
    requires(&answer.body, "code duration message more_info StatusCode details");
}

//! The table of Stream's app settings: name, type and limits, default (wire-contract 6.1 and 6.2).

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::kind::{Kind, MANY};

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in `PATCH /app` and in the answer of `GET /app`.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// The default as JSON text; `None` for the kind's own zero.
    default: Option<&'static str>,
    /// Whether `PATCH /app` sets it (a fixture may set the others too).
    pub settable: bool,
    /// Whether `GET /app` leaves it out until it is set.
    pub optional: bool,
}

impl Field {
    /// The field of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }

    /// What the setting of that name is until it is set.
    pub fn default_of(name: &str) -> Option<&'static Value> {
        // Their texts are read once, and not in every `GET /app`.
        static DEFAULTS: LazyLock<HashMap<&str, Value>> =
            LazyLock::new(|| FIELDS.iter().map(|field| (field.name, field.default())).collect());
        DEFAULTS.get(name)
    }

    /// What it is until it is set.
    pub fn default(&self) -> Value {
        self.default.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| self.kind.zero())
    }
}

const fn setting(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, default: None, settable: true, optional: false }
}

const fn with(name: &'static str, kind: Kind, default: &'static str) -> Field {
    Field { name, kind, default: Some(default), settable: true, optional: false }
}

const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, default: None, settable: true, optional: true }
}

const fn read_only(name: &'static str, kind: Kind, default: &'static str) -> Field {
    Field { name, kind, default: Some(default), settable: false, optional: false }
}

/// Every setting of Stream's that an app has, but for `grants`, which are rows of their own.
pub const FIELDS: &[Field] = &[
    optional("activity_metrics_config", Kind::Counts),
    with("allow_multi_user_devices", Kind::Bool, "false"),
    optional("allowed_flag_reasons", Kind::Texts(MANY, 255)),
    optional("apn_config", Kind::Object),
    setting("async_url_enrich_enabled", Kind::Bool),
    optional("async_moderation_config", Kind::Object),
    setting("auto_translation_enabled", Kind::Bool),
    optional("before_message_send_hook_attempt_timeout_ms", Kind::Int(0, 60_000)),
    optional("before_message_send_hook_url", Kind::Url),
    read_only("call_types", Kind::Object, "{}"),
    read_only("campaign_enabled", Kind::Bool, "false"),
    with("cdn_expiration_seconds", Kind::Int(14_400, 1_209_600), "1209600"),
    read_only("channel_configs", Kind::Object, "{}"),
    optional("channel_hide_members_only", Kind::Bool),
    optional("chat_primary_use_case", Kind::Text),
    setting("custom_action_handler_url", Kind::Url),
    optional("datadog_info", Kind::Object),
    setting("disable_auth_checks", Kind::Bool),
    setting("disable_permissions_checks", Kind::Bool),
    optional("enable_hook_payload_compression", Kind::Bool),
    with("enforce_unique_usernames", Kind::OneOf(&["no", "app", "team"]), "\"no\""),
    setting("event_hooks", Kind::Hooks),
    setting("feed_audit_logs_enabled", Kind::Bool),
    optional("feeds_moderation_enabled", Kind::Bool),
    optional("feeds_v2_region", Kind::Text),
    setting("file_upload_config", Kind::Upload),
    optional("firebase_config", Kind::Object),
    optional("geofences", Kind::Objects),
    setting("guest_user_creation_disabled", Kind::Bool),
    optional("huawei_config", Kind::Object),
    optional("image_moderation_block_labels", Kind::Texts(MANY, 255)),
    setting("image_moderation_enabled", Kind::Bool),
    optional("image_moderation_labels", Kind::Texts(MANY, 255)),
    with(
        "image_upload_config",
        Kind::Upload,
        r#"{"allowed_file_extensions":[],"blocked_file_extensions":[],"allowed_mime_types":[],"blocked_mime_types":[],"size_limit":10485760}"#,
    ),
    with("max_aggregated_activities_length", Kind::Int(0, 1_000), "100"),
    setting("member_custom_on_mentioned_users_enabled", Kind::Bool),
    setting("member_custom_on_messages_enabled", Kind::Bool),
    setting("member_custom_on_typing_events_enabled", Kind::Bool),
    optional("migrate_permissions_to_v2", Kind::Bool),
    optional("moderation_analytics_enabled", Kind::Bool),
    setting("moderation_audio_call_moderation_enabled", Kind::Bool),
    optional("moderation_dashboard_preferences", Kind::Object),
    setting("moderation_enabled", Kind::Bool),
    setting("moderation_keyframe_video_enabled", Kind::Bool),
    setting("moderation_llm_configurability_enabled", Kind::Bool),
    setting("moderation_multitenant_blocklist_enabled", Kind::Bool),
    optional("moderation_onboarding_complete", Kind::Bool),
    optional("moderation_s3_image_access_role_arn", Kind::Text),
    setting("moderation_video_call_moderation_enabled", Kind::Bool),
    setting("moderation_webhook_url", Kind::Url),
    setting("multi_tenant_enabled", Kind::Bool),
    read_only("organization", Kind::Text, "\"millpond\""),
    with("permission_version", Kind::OneOf(&["v1", "v2"]), "\"v2\""),
    read_only("placement", Kind::Text, "\"local\""),
    read_only("policies", Kind::Object, "{}"),
    optional("push_config", Kind::Object),
    read_only(
        "push_notifications",
        Kind::Object,
        r#"{"version":"v2","offline_only":false,"apn":{"development":false,"enabled":false},"firebase":{"enabled":false},"huawei":{"enabled":false},"xiaomi":{"enabled":false}}"#,
    ),
    with("reminders_interval", Kind::Int(60, 86_400), "3600"),
    optional("reminders_max_members", Kind::Int(0, 1_000_000)),
    optional("reminders_max_per_user", Kind::Int(0, 1_000_000)),
    optional("revoke_tokens_issued_before", Kind::Moment),
    setting("sns_key", Kind::Text),
    setting("sns_secret", Kind::Text),
    setting("sns_topic_arn", Kind::Text),
    setting("sqs_key", Kind::Text),
    setting("sqs_secret", Kind::Text),
    setting("sqs_url", Kind::Url),
    read_only("suspended", Kind::Bool, "false"),
    read_only("suspended_explanation", Kind::Text, "\"\""),
    read_only("use_hook_v2", Kind::Bool, "false"),
    setting("user_response_time_enabled", Kind::Bool),
    setting("user_search_disallowed_roles", Kind::Texts(10, 100)),
    optional("user_search_same_team_only", Kind::Bool),
    optional("video_primary_use_case", Kind::Text),
    setting("webhook_events", Kind::Texts(MANY, 255)),
    setting("webhook_url", Kind::Url),
    optional("xiaomi_config", Kind::Object),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_json_and_passes_its_own_check() {
        for field in FIELDS {
            let default = field.default();
            if !default.is_null() && !matches!(field.kind, Kind::Int(..) if field.optional) {
                assert!(field.kind.accept(field.name, &default).is_ok(), "{}: {default}", field.name);
            }
        }
    }
}

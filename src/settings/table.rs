//! The table of Stream's app settings: name, type and limits, default (wire-contract 6.1 and 6.2).

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::kind::{MANY, SettingKind};

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in `PATCH /app` and in the answer of `GET /app`.
    pub name: &'static str,
    /// What it takes.
    pub kind: SettingKind,
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

const fn setting(name: &'static str, kind: SettingKind) -> Field {
    Field { name, kind, default: None, settable: true, optional: false }
}

const fn with(name: &'static str, kind: SettingKind, default: &'static str) -> Field {
    Field { name, kind, default: Some(default), settable: true, optional: false }
}

const fn optional(name: &'static str, kind: SettingKind) -> Field {
    Field { name, kind, default: None, settable: true, optional: true }
}

const fn read_only(name: &'static str, kind: SettingKind, default: &'static str) -> Field {
    Field { name, kind, default: Some(default), settable: false, optional: false }
}

/// Every setting of Stream's that an app has, but for `grants`, which are rows of their own.
pub const FIELDS: &[Field] = &[
    optional("activity_metrics_config", SettingKind::Counts),
    with("allow_multi_user_devices", SettingKind::Bool, "false"),
    optional("allowed_flag_reasons", SettingKind::Texts(MANY, 255)),
    optional("apn_config", SettingKind::Object),
    setting("async_url_enrich_enabled", SettingKind::Bool),
    optional("async_moderation_config", SettingKind::Object),
    setting("auto_translation_enabled", SettingKind::Bool),
    optional("before_message_send_hook_attempt_timeout_ms", SettingKind::Int(0, 60_000)),
    optional("before_message_send_hook_url", SettingKind::Url),
    read_only("call_types", SettingKind::Object, "{}"),
    read_only("campaign_enabled", SettingKind::Bool, "false"),
    with("cdn_expiration_seconds", SettingKind::Int(14_400, 1_209_600), "1209600"),
    read_only("channel_configs", SettingKind::Object, "{}"),
    optional("channel_hide_members_only", SettingKind::Bool),
    optional("chat_primary_use_case", SettingKind::Text),
    setting("custom_action_handler_url", SettingKind::Url),
    optional("datadog_info", SettingKind::Object),
    setting("disable_auth_checks", SettingKind::Bool),
    setting("disable_permissions_checks", SettingKind::Bool),
    optional("enable_hook_payload_compression", SettingKind::Bool),
    with("enforce_unique_usernames", SettingKind::OneOf(&["no", "app", "team"]), "\"no\""),
    setting("event_hooks", SettingKind::Hooks),
    setting("feed_audit_logs_enabled", SettingKind::Bool),
    optional("feeds_moderation_enabled", SettingKind::Bool),
    optional("feeds_v2_region", SettingKind::Text),
    setting("file_upload_config", SettingKind::Upload),
    optional("firebase_config", SettingKind::Object),
    optional("geofences", SettingKind::Objects),
    setting("guest_user_creation_disabled", SettingKind::Bool),
    optional("huawei_config", SettingKind::Object),
    optional("image_moderation_block_labels", SettingKind::Texts(MANY, 255)),
    setting("image_moderation_enabled", SettingKind::Bool),
    optional("image_moderation_labels", SettingKind::Texts(MANY, 255)),
    with(
        "image_upload_config",
        SettingKind::Upload,
        r#"{"allowed_file_extensions":[],"blocked_file_extensions":[],"allowed_mime_types":[],"blocked_mime_types":[],"size_limit":10485760}"#,
    ),
    with("max_aggregated_activities_length", SettingKind::Int(0, 1_000), "100"),
    setting("member_custom_on_mentioned_users_enabled", SettingKind::Bool),
    setting("member_custom_on_messages_enabled", SettingKind::Bool),
    setting("member_custom_on_typing_events_enabled", SettingKind::Bool),
    optional("migrate_permissions_to_v2", SettingKind::Bool),
    optional("moderation_analytics_enabled", SettingKind::Bool),
    setting("moderation_audio_call_moderation_enabled", SettingKind::Bool),
    optional("moderation_dashboard_preferences", SettingKind::Object),
    setting("moderation_enabled", SettingKind::Bool),
    setting("moderation_keyframe_video_enabled", SettingKind::Bool),
    setting("moderation_llm_configurability_enabled", SettingKind::Bool),
    setting("moderation_multitenant_blocklist_enabled", SettingKind::Bool),
    optional("moderation_onboarding_complete", SettingKind::Bool),
    optional("moderation_s3_image_access_role_arn", SettingKind::Text),
    setting("moderation_video_call_moderation_enabled", SettingKind::Bool),
    setting("moderation_webhook_url", SettingKind::Url),
    setting("multi_tenant_enabled", SettingKind::Bool),
    read_only("organization", SettingKind::Text, "\"millpond\""),
    with("permission_version", SettingKind::OneOf(&["v1", "v2"]), "\"v2\""),
    read_only("placement", SettingKind::Text, "\"local\""),
    read_only("policies", SettingKind::Object, "{}"),
    optional("push_config", SettingKind::Object),
    read_only(
        "push_notifications",
        SettingKind::Object,
        r#"{"version":"v2","offline_only":false,"apn":{"development":false,"enabled":false},"firebase":{"enabled":false},"huawei":{"enabled":false},"xiaomi":{"enabled":false}}"#,
    ),
    with("reminders_interval", SettingKind::Int(60, 86_400), "3600"),
    optional("reminders_max_members", SettingKind::Int(0, 1_000_000)),
    optional("reminders_max_per_user", SettingKind::Int(0, 1_000_000)),
    optional("revoke_tokens_issued_before", SettingKind::Moment),
    setting("sns_key", SettingKind::Text),
    setting("sns_secret", SettingKind::Text),
    setting("sns_topic_arn", SettingKind::Text),
    setting("sqs_key", SettingKind::Text),
    setting("sqs_secret", SettingKind::Text),
    setting("sqs_url", SettingKind::Url),
    read_only("suspended", SettingKind::Bool, "false"),
    read_only("suspended_explanation", SettingKind::Text, "\"\""),
    read_only("use_hook_v2", SettingKind::Bool, "false"),
    setting("user_response_time_enabled", SettingKind::Bool),
    setting("user_search_disallowed_roles", SettingKind::Texts(10, 100)),
    optional("user_search_same_team_only", SettingKind::Bool),
    optional("video_primary_use_case", SettingKind::Text),
    setting("webhook_events", SettingKind::Texts(MANY, 255)),
    setting("webhook_url", SettingKind::Url),
    optional("xiaomi_config", SettingKind::Object),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_json_and_passes_its_own_check() {
        for field in FIELDS {
            let default = field.default();
            if !default.is_null() && !matches!(field.kind, SettingKind::Int(..) if field.optional) {
                assert!(field.kind.accept(field.name, &default).is_ok(), "{}: {default}", field.name);
            }
        }
    }
}

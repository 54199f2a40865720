//! The table of Stream's app settings: name, type and limits, default (wire-contract 6.1 and 6.2).

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Number, Value, json};

use crate::auth::go_json::type_name;
use crate::clock::Time;

/// What a setting takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// true or false.
    Bool,
    /// Any text.
    Text,
    /// Empty, or an absolute http(s) URL. Checked by syntax only; no name is ever resolved.
    Url,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number within these limits, both included.
    Int(i64, i64),
    /// A moment: RFC 3339 or integer nanoseconds; kept as nanoseconds.
    Moment,
    /// A list of texts: how many at most, how long each at most.
    Texts(usize, usize),
    /// A list of objects.
    Objects,
    /// A list of event hooks, whose times are kept as nanoseconds.
    Hooks,
    /// An object.
    Object,
    /// An object of whole numbers.
    Counts,
    /// A file or image upload configuration.
    Upload,
}

/// The largest upload that an app can allow, in bytes (wire-contract 6.1).
const UPLOAD_MAX_BYTES: i64 = 104_857_600;

impl Kind {
    /// The value as it is stored, or the validator's phrase.
    pub fn accept(self, key: &str, value: &Value) -> Result<Value, String> {
        let kept = || Ok(value.clone());
        match self {
            Self::Bool if value.is_boolean() => kept(),
            Self::Text if value.is_string() => kept(),
            Self::Object if value.is_object() => kept(),
            Self::Url => match value.as_str() {
                Some(url) if url.is_empty() || is_url(url) => kept(),
                Some(_) => Err(format!("{key} must be a valid URL")),
                None => Err(wrong_type(key, value, "string")),
            },
            Self::OneOf(words) => match value.as_str() {
                Some(word) if words.contains(&word) => kept(),
                Some(_) => Err(format!("{key} must be one of [{}]", words.join(" "))),
                None => Err(wrong_type(key, value, "string")),
            },
            Self::Int(least, most) => match value.as_i64() {
                Some(number) if number < least => Err(format!("{key} must be {} or greater", thousands(least))),
                Some(number) if number > most => Err(format!("{key} must be {} or less", thousands(most))),
                Some(_) => kept(),
                None => Err(wrong_type(key, value, "int")),
            },
            Self::Moment => moment(key, value),
            Self::Texts(count, length) => texts(key, value, count, length),
            Self::Hooks => hooks(key, value),
            Self::Objects => match value.as_array() {
                Some(list) if list.iter().all(Value::is_object) => kept(),
                _ => Err(wrong_type(key, value, "array")),
            },
            Self::Counts => counts(key, value),
            Self::Upload => upload(key, value),
            Self::Bool => Err(wrong_type(key, value, "bool")),
            Self::Text => Err(wrong_type(key, value, "string")),
            Self::Object => Err(wrong_type(key, value, "object")),
        }
    }

    fn zero(self) -> Value {
        match self {
            Self::Bool => json!(false),
            Self::Text | Self::Url => json!(""),
            Self::OneOf(words) => json!(words.first()),
            Self::Int(..) => json!(0),
            Self::Moment => Value::Null,
            Self::Texts(..) | Self::Objects | Self::Hooks => json!([]),
            Self::Object | Self::Counts => json!({}),
            Self::Upload => json!({
                "allowed_file_extensions": [], "blocked_file_extensions": [], "allowed_mime_types": [], "blocked_mime_types": [],
                "size_limit": UPLOAD_MAX_BYTES,
            }),
        }
    }
}

/// The text for a value of the wrong JSON type (wire-contract 2.1).
pub fn wrong_type(key: &str, value: &Value, expected: &str) -> String {
    let found = type_name(value);
    format!("expected {expected} for field \"{key}\" but got {found}")
}

/// A number with commas between its thousands, as the validator's phrases have it (`1,000`).
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

fn is_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| ["http", "https"].contains(&url.scheme()) && url.has_host())
}

/// A whole number, also as a JSON float (`1e18`), as some clients write it.
pub fn whole(number: &Number) -> Option<i64> {
    let float = || number.as_f64().filter(|float| float.fract() == 0.0)?.to_string().parse().ok();
    number.as_i64().or_else(float)
}

fn moment(key: &str, value: &Value) -> Result<Value, String> {
    match value {
        Value::String(text) => match Time::parse(text) {
            Ok(time) => Ok(json!(time.0)),
            Err(_) => Err(format!("{key} must be a valid RFC 3339 time")),
        },
        Value::Number(number) => match whole(number) {
            Some(ns) => Ok(json!(ns)),
            None => Err(format!("{key} must be a valid RFC 3339 time or an integer number of nanoseconds")),
        },
        _ => Err(wrong_type(key, value, "string")),
    }
}

fn texts(key: &str, value: &Value, count: usize, length: usize) -> Result<Value, String> {
    let list = value.as_array().ok_or_else(|| wrong_type(key, value, "array"))?;
    if list.len() > count {
        return Err(format!("{key} must contain at maximum {count} items"));
    }
    for (at, item) in list.iter().enumerate() {
        let text = item.as_str().ok_or_else(|| wrong_type(&format!("{key}[{at}]"), item, "string"))?;
        if text.chars().count() > length {
            return Err(format!("{key}[{at}] must be a maximum of {length} characters in length"));
        }
    }
    Ok(value.clone())
}

fn counts(key: &str, value: &Value) -> Result<Value, String> {
    let counts = value.as_object().ok_or_else(|| wrong_type(key, value, "object"))?;
    match counts.iter().find(|(_, count)| !count.is_i64() && !count.is_u64()) {
        Some((name, other)) => Err(wrong_type(&format!("{key}.{name}"), other, "int")),
        None => Ok(value.clone()),
    }
}

/// The times of an event hook, which are written in the dialect of who asks (wire-contract 6.1).
pub const HOOK_TIMES: [&str; 2] = ["created_at", "updated_at"];

fn hooks(key: &str, value: &Value) -> Result<Value, String> {
    let mut hooks = Kind::Objects.accept(key, value)?;
    for hook in hooks.as_array_mut().into_iter().flatten() {
        for name in HOOK_TIMES {
            if let Some(time) = hook.get_mut(name).filter(|time| !time.is_null()) {
                *time = moment(name, time)?;
            }
        }
    }
    Ok(hooks)
}

fn upload(key: &str, value: &Value) -> Result<Value, String> {
    let given = value.as_object().ok_or_else(|| wrong_type(key, value, "object"))?;
    let mut whole = Kind::Upload.zero();
    for (name, item) in given {
        let path = format!("{key}.{name}");
        whole[name] = match name.as_str() {
            "size_limit" => Kind::Int(0, UPLOAD_MAX_BYTES).accept(&path, item)?,
            "allowed_file_extensions" | "blocked_file_extensions" | "allowed_mime_types" | "blocked_mime_types"
                if item.is_null() =>
            {
                json!([])
            }
            "allowed_file_extensions" | "blocked_file_extensions" | "allowed_mime_types" | "blocked_mime_types" => {
                texts(&path, item, 1000, 255)?
            }
            _ => continue,
        };
    }
    Ok(whole)
}

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

/// Any count or length: production's limit is not known.
const MANY: usize = 1_000;

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

    #[test]
    fn limits_speak_as_the_validator_does() {
        let long = "x".repeat(101);
        assert_eq!(
            Kind::Texts(10, 100).accept("user_search_disallowed_roles", &json!([long])),
            Err("user_search_disallowed_roles[0] must be a maximum of 100 characters in length".to_owned())
        );
        assert_eq!(Kind::Url.accept("sqs_url", &json!("nope")), Err("sqs_url must be a valid URL".to_owned()));
        for text in ["javascript://x", "ftp://x/y", "http:", "//x"] {
            assert!(Kind::Url.accept("webhook_url", &json!(text)).is_err(), "{text}");
        }
        for text in ["", "http://x", "HTTPS://x.example:8/y?z"] {
            assert!(Kind::Url.accept("webhook_url", &json!(text)).is_ok(), "{text}");
        }
        assert_eq!(Kind::Int(0, 1000).accept("offset", &json!(1001)), Err("offset must be 1,000 or less".to_owned()));
        assert_eq!(Kind::Bool.accept("x", &json!(1)), Err("expected bool for field \"x\" but got number".to_owned()));
    }

    #[test]
    fn a_moment_may_be_a_float_that_is_whole() {
        let accept = |number: Value| Kind::Moment.accept("at", &number).ok();
        assert_eq!(accept(json!(1e18)), Some(json!(1_000_000_000_000_000_000_i64)));
        assert_eq!(accept(json!(-0.0)), Some(json!(0)));
        for number in [json!(1.5), json!(1e19), json!(-1e300), json!(u64::MAX)] {
            assert_eq!(accept(number.clone()), None, "{number}");
        }
    }
}

//! What holds of the configurations of push providers, whoever sets them (wire-contract 4.9).

use serde_json::{Map, Value};

use crate::error::{ApiError, Result};
use crate::model::device::PUSH_PROVIDERS;
use crate::model::push_provider::{NAME_MAX_CHARS, PER_APP_MAX, PushProvider};
use crate::settings::{SettingKind, Settings};
use crate::store::push_providers;
use crate::store::{ReadTx, WriteTx, apps};
use crate::validate::{max_chars, wrong_type};

/// One of its texts at the most, in characters: certificates and templates are long.
pub const TEXT_MAX_CHARS: usize = 20_000;

/// Fields of a configuration that are true or false; the others are texts, but for `disabled_at`.
const FLAGS: &[&str] = &[
    "apn_development",
    "apn_sandbox_certificate",
    "apn_supports_remote_notifications",
    "apn_supports_voip_notifications",
];
const TEXTS: &[&str] = &[
    "description",
    "disabled_reason",
    "apn_auth_key",
    "apn_auth_type",
    "apn_host",
    "apn_key_id",
    "apn_notification_template",
    "apn_p12_cert",
    "apn_team_id",
    "apn_topic",
    "firebase_apn_template",
    "firebase_credentials",
    "firebase_data_template",
    "firebase_host",
    "firebase_notification_template",
    "firebase_server_key",
    "huawei_app_id",
    "huawei_app_secret",
    "xiaomi_app_secret",
    "xiaomi_package_name",
];
/// Since when a configuration is switched off: the one field that is a time.
pub const DISABLED_AT: &str = "disabled_at";

/// The fields that a configuration keeps, each of its type; nulls and what Stream does not have are left out.
pub fn fields(given: &Map<String, Value>) -> Result<Map<String, Value>> {
    let mut kept = Map::new();
    for (key, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        if FLAGS.contains(&key.as_str()) {
            kept.insert(key.clone(), SettingKind::Bool.accept(key, value).map_err(ApiError::input)?);
        } else if TEXTS.contains(&key.as_str()) {
            let text = value.as_str().ok_or_else(|| ApiError::input(wrong_type(key, value, "string")))?;
            max_chars(key, text, TEXT_MAX_CHARS)?;
            kept.insert(key.clone(), value.clone());
        } else if key == DISABLED_AT {
            kept.insert(key.clone(), SettingKind::Moment.accept(key, value).map_err(ApiError::input)?);
        }
    }
    // One order, in whichever order it was sent.
    kept.sort_keys();
    Ok(kept)
}

/// Sets a named configuration, within every rule.
pub fn upsert(tx: &WriteTx<'_>, own: &PushProvider) -> Result<()> {
    check(own)?;
    let is_new = push_providers::get(tx, &own.provider, &own.name)?.is_none();
    if is_new && push_providers::all(tx)?.len() >= PER_APP_MAX {
        return Err(ApiError::input(format!("an app has at most {PER_APP_MAX} push providers")));
    }
    push_providers::save(tx, own)
}

/// The rules of one configuration: its provider, its name, and that its credentials can be such.
pub fn check(own: &PushProvider) -> Result<()> {
    if own.provider.is_empty() {
        return Err(ApiError::input("push_provider.type is a required field"));
    }
    check_provider("push_provider.type", &own.provider)?;
    if own.name.is_empty() {
        return Err(ApiError::input("push_provider.name is a required field"));
    }
    max_chars("push_provider.name", &own.name, NAME_MAX_CHARS)?;
    if credentials_can_be(own) {
        Ok(())
    } else {
        Err(ApiError::input(format!("{} credentials are invalid", own.provider)))
    }
}

/// Refuses what is none of the providers.
pub fn check_provider(field: &str, provider: &str) -> Result<()> {
    if PUSH_PROVIDERS.contains(&provider) {
        return Ok(());
    }
    Err(ApiError::input(format!("{field} must be one of [{}]", PUSH_PROVIDERS.join(" "))))
}

/// Whether what a provider asks for is there, and of its form. Production asks the provider itself; nothing here does.
fn credentials_can_be(own: &PushProvider) -> bool {
    let text = |name: &str| own.config.get(name).and_then(Value::as_str).unwrap_or_default();
    let all = |names: &[&str]| names.iter().all(|name| !text(name).trim().is_empty());
    match own.provider.as_str() {
        "firebase" => all(&["firebase_server_key"]) || is_service_account(text("firebase_credentials")),
        "apn" => match text("apn_auth_type") {
            "certificate" => all(&["apn_p12_cert"]),
            "token" | "" => all(&["apn_auth_key", "apn_key_id", "apn_team_id", "apn_topic"]),
            _ => false,
        },
        "huawei" => all(&["huawei_app_id", "huawei_app_secret"]),
        "xiaomi" => all(&["xiaomi_package_name", "xiaomi_app_secret"]),
        _ => false,
    }
}

/// Whether a text is the JSON of a service account's key, by the fields that Firebase's own libraries ask for.
fn is_service_account(text: &str) -> bool {
    let Ok(Value::Object(key)) = serde_json::from_str(text) else { return false };
    ["project_id", "private_key", "client_email"]
        .into_iter()
        .all(|name| key.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty()))
}

/// The setting that holds a provider's unnamed configuration.
pub fn setting(provider: &str) -> Option<&'static str> {
    match provider {
        "firebase" => Some("firebase_config"),
        "apn" => Some("apn_config"),
        "huawei" => Some("huawei_config"),
        "xiaomi" => Some("xiaomi_config"),
        _ => None,
    }
}

/// A provider's unnamed configuration, unless there is none or it is switched off.
pub fn unnamed<'s>(settings: &'s Settings, provider: &str) -> Option<&'s Map<String, Value>> {
    let config = settings.get(setting(provider)?).as_object().filter(|config| !config.is_empty())?;
    (config.get("disabled") != Some(&Value::Bool(true))).then_some(config)
}

/// Why nothing delivers through a provider's configuration of this name, which is empty for the unnamed one; `None` where
/// something would.
pub fn missing(tx: &ReadTx<'_>, settings: &Settings, provider: &str, name: &str) -> Result<Option<String>> {
    let named = push_providers::all(tx)?;
    let enabled = named.iter().filter(|own| !own.config.contains_key(DISABLED_AT));
    let mut available: Vec<(&str, &str)> = enabled.map(|own| (own.provider.as_str(), own.name.as_str())).collect();
    available
        .extend(PUSH_PROVIDERS.iter().filter(|provider| unnamed(settings, provider).is_some()).map(|own| (*own, "")));
    if available.contains(&(provider, name)) {
        return Ok(None);
    }
    available.sort_unstable();
    let shown: Vec<_> =
        available.iter().map(|(provider, name)| format!("type: \"{provider}\" name: \"{name}\"")).collect();
    let all = if shown.is_empty() {
        String::new()
    } else {
        format!(", available push providers for this application: {}", shown.join(", "))
    };
    Ok(Some(format!("push provider \"{name}\" with type \"{provider}\" not found{all}")))
}

/// Refuses a device that nothing would deliver to.
pub fn require(tx: &WriteTx<'_>, provider: &str, name: &str) -> Result<()> {
    match missing(tx, &apps::settings(tx)?, provider, name)? {
        None => Ok(()),
        Some(text) => Err(ApiError::input(text)),
    }
}

//! An app's settings: Stream's, as `PATCH /app` sets and `GET /app` shows them, and millpond's own.

use serde_json::{Map, Value};

use crate::clock::Time;

#[macro_use]
mod words;
pub(crate) mod emulator;
mod kind;
pub(crate) mod rules;
mod table;

pub use emulator::{
    CALLS_PER_MINUTE_MAX, DisabledAuthChecks, Emulator, IAT_LEEWAY_MAX_SECONDS, OpenSockets, PushProviders, RateLimits,
    RevocationGranularity, SocketFate, TokenTimes, USER_CALLS_PER_MINUTE, UnknownUser,
};
pub use kind::{HOOK_TIMES, SettingKind, UPLOAD_PARTS, whole};
pub use rules::{Rules, UniqueUsernames};
pub use table::{FIELDS, Field};

/// Stream's settings of one app: what was set, over the defaults of [`FIELDS`]. Times are integer nanoseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings(Map<String, Value>);

/// A setting that was refused: which, and the validator's phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFault {
    /// The setting's name.
    pub key: String,
    /// What is wrong with it, as Stream says it.
    pub message: String,
}

impl Settings {
    /// The settings as they were stored.
    pub fn from_stored(set: Map<String, Value>) -> Self {
        Self(set)
    }

    /// What was set, for the database.
    pub fn as_stored(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Sets the given keys and leaves the rest (wire-contract 6.2). `null` takes a key back to its default.
    ///
    /// All or nothing. Keys that no setting has are ignored, as production's decoder does; `grants` is the store's.
    pub fn patch(&mut self, patch: &Map<String, Value>) -> Result<(), SettingFault> {
        self.change(patch, |field| field.settable)
    }

    /// The same for a fixture, which sets also what `PATCH /app` cannot, such as `suspended`.
    pub fn fill(&mut self, settings: &Map<String, Value>) -> Result<(), SettingFault> {
        self.change(settings, |_| true)
    }

    fn change(&mut self, patch: &Map<String, Value>, may: impl Fn(&Field) -> bool) -> Result<(), SettingFault> {
        let mut next = self.0.clone();
        for (key, value) in patch {
            let Some(field) = Field::named(key).filter(|field| may(field)) else { continue };
            if value.is_null() {
                next.remove(key);
            } else {
                let value =
                    field.kind.accept(key, value).map_err(|message| SettingFault { key: key.clone(), message })?;
                next.insert(key.clone(), value);
            }
        }
        self.0 = next;
        Ok(())
    }

    /// The value of a setting, or its default.
    pub fn get(&self, key: &str) -> &Value {
        self.0.get(key).or_else(|| Field::default_of(key)).unwrap_or(&Value::Null)
    }

    fn flag(&self, key: &str) -> bool {
        self.get(key).as_bool().unwrap_or_default()
    }

    /// User tokens issued before this moment are refused, as is every user token without `iat`.
    pub fn revoke_tokens_issued_before(&self) -> Option<Time> {
        self.get("revoke_tokens_issued_before").as_i64().map(Time)
    }

    /// The settings that change what millpond does, typed.
    pub fn rules(&self) -> Rules {
        let roles = self.get("user_search_disallowed_roles");
        Rules {
            suspended: self.flag("suspended"),
            disable_auth_checks: self.flag("disable_auth_checks"),
            disable_permissions_checks: self.flag("disable_permissions_checks"),
            guest_user_creation_disabled: self.flag("guest_user_creation_disabled"),
            multi_tenant_enabled: self.flag("multi_tenant_enabled"),
            permission_v1: self.get("permission_version") == "v1",
            feed_audit_logs: self.flag("feed_audit_logs_enabled"),
            async_url_enrich: self.flag("async_url_enrich_enabled"),
            unique_usernames: match self.get("enforce_unique_usernames").as_str() {
                Some("app") => UniqueUsernames::App,
                Some("team") => UniqueUsernames::Team,
                _ => UniqueUsernames::No,
            },
            user_search_disallowed_roles: roles
                .as_array()
                .map(|roles| roles.iter().filter_map(Value::as_str).map(str::to_owned).collect())
                .unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else { panic!("{value} is no object") };
        object
    }

    #[test]
    fn a_patch_changes_the_keys_it_has_and_null_goes_back() {
        let mut settings = Settings::default();
        settings
            .patch(&object(json!({"disable_auth_checks": true, "name": "x", "webhook_url": "https://a.example/x"})))
            .expect("fine");
        settings.patch(&object(json!({"disable_auth_checks": null}))).expect("fine");
        assert!(!settings.rules().disable_auth_checks);
        assert_eq!(settings.get("webhook_url"), "https://a.example/x");
    }

    #[test]
    fn a_patch_with_one_bad_key_changes_nothing() {
        let mut settings = Settings::default();
        let fault = settings.patch(&object(json!({"disable_auth_checks": true, "enforce_unique_usernames": "maybe"})));
        assert_eq!(fault.expect_err("refused").message, "enforce_unique_usernames must be one of [no app team]");
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn a_revocation_time_is_read_in_every_form_that_sdks_send() {
        for value in [
            json!("2026-01-31T12:00:00Z"),
            json!("2026-01-31T13:00:00+01:00"),
            json!("2026-01-31T12:00:00"),
            json!(1_769_860_800_000_000_000_i64),
        ] {
            let mut settings = Settings::default();
            settings.patch(&object(json!({"revoke_tokens_issued_before": value}))).expect("fine");
            assert_eq!(settings.revoke_tokens_issued_before(), Some(Time(1_769_860_800_000_000_000)), "{value}");
        }
    }

    #[test]
    fn own_settings_merge_key_by_key_and_refuse_what_they_do_not_know() {
        let own = Emulator::default().patched(&json!({"open_sockets": {"on_expiry": "close"}})).expect("fine");
        assert_eq!(own.open_sockets, OpenSockets { on_expiry: SocketFate::Close, ..OpenSockets::default() });
        assert_eq!(own.patched(&json!({"open_sockets": null})).expect("fine"), Emulator::default());
        let fault = own.patched(&json!({"open_sockets": {"on_fire": "close"}})).expect_err("unknown");
        assert!(fault.path().to_string().starts_with("open_sockets"), "{fault}");
        assert!(own.patched(&json!({"unknown_user": "shrug"})).is_err());
    }
}

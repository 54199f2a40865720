//! An app's settings: Stream's, as `PATCH /app` sets and `GET /app` shows them, and millpond's own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::Time;

#[macro_use]
mod words;
mod kind;
mod table;

pub use kind::{HOOK_TIMES, Kind, UPLOAD_PARTS, whole};
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

/// The part of Stream's settings that millpond acts on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of Stream's, by its own name")]
pub struct Rules {
    /// The app is suspended: every call is refused with code 99.
    pub suspended: bool,
    /// Tokens whose signature does not verify are let in when they name a user.
    pub disable_auth_checks: bool,
    /// Every user may do everything that is not for servers alone.
    pub disable_permissions_checks: bool,
    /// No more guests.
    pub guest_user_creation_disabled: bool,
    /// Users see only their own teams.
    pub multi_tenant_enabled: bool,
    /// The legacy permission system, in which a query of a client has to name its teams.
    pub permission_v1: bool,
    /// Whether names must differ.
    pub unique_usernames: UniqueUsernames,
    /// Roles that may not query users.
    pub user_search_disallowed_roles: Vec<String>,
}

/// `enforce_unique_usernames`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UniqueUsernames {
    /// Names may repeat.
    #[default]
    No,
    /// No name twice in the app.
    App,
    /// No name twice in a team.
    Team,
}

words! {
    /// How precisely a token's `iat` is compared with a revocation.
    pub enum RevocationGranularity {
        /// By whole seconds: refused when `iat` is before the second of the revocation.
        Second = "second",
        /// By the exact moment: also refuses what was minted earlier in the same second.
        Exact = "exact",
    }
}

words! {
    /// By whose clock the times of backends' tokens are.
    pub enum TokenTimes {
        /// The wall's: they are brought to the app's clock once, when a token is first shown.
        Wall = "wall",
        /// The app's: they are judged as they stand, however the clock was moved.
        App = "app",
    }
}

words! {
    /// What a good token of a user who was never created gets.
    pub enum UnknownUser {
        /// Reads work, and writes create the user.
        Tolerate = "tolerate",
        /// Refused with code 16.
        Refuse = "refuse",
    }
}

words! {
    /// What is still looked at in a token while `disable_auth_checks` is on.
    pub enum DisabledAuthChecks {
        /// It must parse and name a user; its times are not looked at.
        ParseOnly = "parse_only",
        /// `exp`, `nbf`, `iat` and revocations count as well.
        CheckTimes = "check_times",
    }
}

words! {
    /// What happens to an open socket.
    pub enum SocketFate {
        /// It is closed.
        Close = "close",
        /// It stays open.
        Keep = "keep",
    }
}

words! {
    /// Whether rate limits refuse.
    pub enum RateLimits {
        /// Told in headers, never a 429.
        Report = "report",
        /// Over the limit is a 429.
        Enforce = "enforce",
    }
}

words! {
    /// Whether a device needs a push provider that is configured.
    pub enum PushProviders {
        /// Devices are taken, whatever is configured.
        Lenient = "lenient",
        /// As in production: a device of a provider that the app has not configured is refused.
        Strict = "strict",
    }
}

/// What open sockets live through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OpenSockets {
    /// The socket's token was revoked.
    pub on_revocation: SocketFate,
    /// The socket's token expired.
    pub on_expiry: SocketFate,
    /// The socket's user was deactivated. A deletion always closes.
    pub on_deactivation: SocketFate,
}

impl Default for OpenSockets {
    fn default() -> Self {
        Self { on_revocation: SocketFate::Close, on_expiry: SocketFate::Keep, on_deactivation: SocketFate::Keep }
    }
}

/// How far in the future an app may let a token's `iat` lie, in seconds: a day.
pub const IAT_LEEWAY_MAX_SECONDS: u32 = 86_400;

fn leeway<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let seconds = u32::deserialize(deserializer)?;
    if seconds > IAT_LEEWAY_MAX_SECONDS {
        return Err(serde::de::Error::custom(format_args!(
            "{seconds} seconds are more than {IAT_LEEWAY_MAX_SECONDS}, a day"
        )));
    }
    Ok(seconds)
}

/// The most calls of an operation in a minute that an app may set.
pub const CALLS_PER_MINUTE_MAX: u32 = 1_000_000;

/// Calls of an operation in a minute that production takes of one user on one platform (wire-contract 2.5).
pub const USER_CALLS_PER_MINUTE: u32 = 60;

/// A number of calls in a minute that an app may set.
#[derive(Deserialize)]
#[serde(try_from = "u32")]
struct Limit(u32);

impl TryFrom<u32> for Limit {
    type Error = String;

    fn try_from(calls: u32) -> Result<Self, String> {
        if (1..=CALLS_PER_MINUTE_MAX).contains(&calls) {
            Ok(Self(calls))
        } else {
            Err(format!("{calls} calls a minute; at least 1 and at most {CALLS_PER_MINUTE_MAX}"))
        }
    }
}

/// One number, or `null` for none.
fn limit<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    Ok(Option::<Limit>::deserialize(deserializer)?.map(|limit| limit.0))
}

/// Numbers by operation. `null` takes one back.
fn limits<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, u32>, D::Error> {
    let given = BTreeMap::<String, Option<Limit>>::deserialize(deserializer)?;
    Ok(given.into_iter().filter_map(|(operation, limit)| Some((operation, limit?.0))).collect())
}

/// millpond's own settings of one app: where production's behaviour is not known, the choice is here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Emulator {
    /// By whose clock the times of backends' tokens are.
    pub token_times: TokenTimes,
    /// Which tokens a revocation reaches.
    pub revocation_granularity: RevocationGranularity,
    /// How far in the future a token's `iat` may lie, in seconds.
    #[serde(deserialize_with = "leeway")]
    #[schemars(range(max = IAT_LEEWAY_MAX_SECONDS))]
    pub iat_leeway_seconds: u32,
    /// What a valid token of an unknown user gets.
    pub unknown_user: UnknownUser,
    /// What is looked at while auth checks are disabled.
    pub disabled_auth_checks: DisabledAuthChecks,
    /// What open sockets live through.
    pub open_sockets: OpenSockets,
    /// What the rate limits do.
    pub rate_limits: RateLimits,
    /// Calls of an operation in a minute, instead of production's number, by the operation's name. Which names there are
    /// is for those to say who read them in.
    #[serde(deserialize_with = "limits")]
    #[schemars(extend("additionalProperties" = { "type": "integer", "minimum": 1, "maximum": CALLS_PER_MINUTE_MAX }))]
    pub calls_per_minute: BTreeMap<String, u32>,
    /// Calls of each operation in a minute that are taken of one user on one platform, where rate limits refuse; `null`
    /// for as many as the app takes. Servers are not counted.
    #[serde(deserialize_with = "limit")]
    #[schemars(range(min = 1, max = CALLS_PER_MINUTE_MAX))]
    pub user_calls_per_minute: Option<u32>,
    /// Whether a device needs a push provider that is configured.
    pub push_providers: PushProviders,
}

impl Default for Emulator {
    fn default() -> Self {
        Self {
            token_times: TokenTimes::default(),
            revocation_granularity: RevocationGranularity::default(),
            iat_leeway_seconds: 0,
            unknown_user: UnknownUser::default(),
            disabled_auth_checks: DisabledAuthChecks::default(),
            open_sockets: OpenSockets::default(),
            rate_limits: RateLimits::default(),
            calls_per_minute: BTreeMap::new(),
            user_calls_per_minute: Some(USER_CALLS_PER_MINUTE),
            push_providers: PushProviders::default(),
        }
    }
}

/// Settings of which `null` is a value of its own, and not the way back to the default.
const NULLABLE: [&str; 1] = ["user_calls_per_minute"];

impl Emulator {
    /// What was set, for the database: the settings that are not at their default.
    pub fn as_stored(&self) -> Value {
        difference(&json!(self), &json!(Self::default())).unwrap_or_else(|| json!({}))
    }

    /// The settings with a JSON patch merged in; objects merge key by key, `null` goes back to the default
    /// where it is no value itself.
    ///
    /// # Errors
    /// The field that is wrong, and why.
    pub fn patched(&self, patch: &Value) -> Result<Self, serde_path_to_error::Error<serde_json::Error>> {
        let mut whole = json!(self);
        merge(&mut whole, patch, &json!(Self::default()));
        for name in NULLABLE.into_iter().filter(|name| patch.get(name).is_some_and(Value::is_null)) {
            whole[name] = Value::Null;
        }
        serde_path_to_error::deserialize(&whole)
    }
}

/// What of a value is not as in `defaults`, key by key.
fn difference(value: &Value, defaults: &Value) -> Option<Value> {
    match (value, defaults) {
        (value, defaults) if value == defaults => None,
        (Value::Object(value), defaults) => {
            let differing = value.iter().filter_map(|(key, own)| Some((key.clone(), difference(own, &defaults[key])?)));
            Some(Value::Object(differing.collect()))
        }
        (value, _) => Some(value.clone()),
    }
}

/// Puts `patch` over `target`, key by key. `null` takes the value of `defaults`.
fn merge(target: &mut Value, patch: &Value, defaults: &Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(target.entry(key).or_insert(Value::Null), value, &defaults[key]);
            }
        }
        (target, Value::Null) => *target = defaults.clone(),
        (target, patch) => *target = patch.clone(),
    }
}

#[cfg(test)]
mod tests {
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

//! millpond's own settings of an app.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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

//! Making tokens by hand: good ones, and deliberately wrong ones. One way for the command line, the control API and fixtures.

use base64::engine::general_purpose::{GeneralPurpose, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::auth::secret::Secret;
use crate::auth::token;
use crate::clock::{SECOND_NS, Time, parse_duration};

/// A token's life unless another is asked for: an hour, as Stream's page says.
pub const TTL_DEFAULT_NS: i64 = 3_600 * SECOND_NS;

/// What a token is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A user's: `iat` now, `exp` in an hour.
    #[default]
    User,
    /// A server's: no user, no end.
    Server,
    /// A guest's: the user id alone.
    Guest,
    /// A developer token: the user id alone, with a signature that is none.
    Dev,
    /// Only what is asked for.
    Raw,
}

/// A token that is wanted. Times are seconds or nanoseconds since the epoch, RFC 3339, or relative to now (`-1h`).
#[derive(Clone, Debug, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// What the token is for.
    #[serde(default)]
    pub kind: Kind,
    /// The user it is for.
    pub user_id: Option<String>,
    /// How long it lives from now, such as `90s`, `1h`, `2d`; may be negative.
    pub ttl: Option<String>,
    /// No `exp`.
    #[serde(default)]
    pub no_expiry: bool,
    /// No `iat`.
    #[serde(default)]
    pub no_iat: bool,
    /// Issued at.
    pub iat: Option<Value>,
    /// Not before.
    pub nbf: Option<Value>,
    /// Expires at.
    pub exp: Option<Value>,
    /// Further claims. They are laid over all others, so that any claim can be made wrong; `null` removes one.
    #[serde(default)]
    pub claims: Map<String, Value>,
    /// Header fields, laid over `{"alg": "HS256", "typ": "JWT"}`.
    #[serde(default)]
    pub header: Map<String, Value>,
    /// Another secret than the app's.
    pub secret: Option<String>,
}

/// Why a token cannot be made: the field, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field.
    pub field: &'static str,
    /// What is wrong.
    pub message: String,
}

fn fault(field: &'static str, message: impl Into<String>) -> Fault {
    Fault { field, message: message.into() }
}

/// A token that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Minted {
    /// The token.
    pub token: String,
    /// Its claims.
    pub claims: Value,
}

/// Makes a token.
pub fn mint(wanted: &Wanted, secret: &Secret, now: Time) -> Result<Minted, Fault> {
    mint_in(&URL_SAFE_NO_PAD, wanted, secret, now)
}

/// The same in another base64. One without a signature stays in the usual one.
pub fn mint_in(base64: &GeneralPurpose, wanted: &Wanted, secret: &Secret, now: Time) -> Result<Minted, Fault> {
    check(wanted)?;
    let claims = Value::Object(claims(wanted, now)?);
    let mut header = token::header();
    for (key, value) in &wanted.header {
        header[key] = value.clone();
    }
    let own = wanted.secret.as_deref().map(Secret::new);
    let token = match wanted.kind {
        Kind::Dev => format!("{}.devtoken", token::message(&header, &claims)),
        // `none` asks for no signature, and would be no `none` token with one.
        _ if header["alg"] == "none" => format!("{}.", token::message(&header, &claims)),
        _ => token::sign_in(base64, &header, &claims, own.as_ref().unwrap_or(secret)),
    };
    Ok(Minted { token, claims })
}

fn check(wanted: &Wanted) -> Result<(), Fault> {
    let user = wanted.user_id.as_deref().unwrap_or_default();
    match wanted.kind {
        Kind::User | Kind::Guest | Kind::Dev if user.is_empty() => {
            return Err(fault("user_id", "a token of this kind needs a user_id"));
        }
        Kind::Server if !user.is_empty() => return Err(fault("user_id", "a server token has no user_id")),
        _ => {}
    }
    let ends = [wanted.ttl.is_some(), wanted.no_expiry, wanted.exp.is_some()];
    if ends.into_iter().filter(|given| *given).count() > 1 {
        return Err(fault("exp", "ttl, no_expiry and exp contradict each other; give one"));
    }
    if wanted.no_iat && wanted.iat.is_some() {
        return Err(fault("iat", "iat and no_iat contradict each other; give one"));
    }
    Ok(())
}

fn claims(wanted: &Wanted, now: Time) -> Result<Map<String, Value>, Fault> {
    let mut claims = Map::new();
    if wanted.kind == Kind::Server {
        claims.insert("server".to_owned(), json!(true));
    }
    if let Some(user) = &wanted.user_id {
        claims.insert("user_id".to_owned(), json!(user));
    }
    let is_user = wanted.kind == Kind::User;
    let iat = match &wanted.iat {
        Some(iat) => Some(moment("iat", iat, now)?),
        None => Some(now).filter(|_| is_user && !wanted.no_iat),
    };
    let exp = match (&wanted.exp, &wanted.ttl) {
        (Some(exp), _) => Some(moment("exp", exp, now)?),
        (None, Some(ttl)) => Some(now.plus(parse_duration(ttl).map_err(|cause| fault("ttl", cause.to_string()))?)),
        (None, None) => Some(now.plus(TTL_DEFAULT_NS)).filter(|_| is_user && !wanted.no_expiry),
    };
    let nbf = wanted.nbf.as_ref().map(|nbf| moment("nbf", nbf, now)).transpose()?;
    for (claim, time) in [("iat", iat), ("nbf", nbf), ("exp", exp)] {
        if let Some(time) = time {
            claims.insert(claim.to_owned(), json!(time.seconds()));
        }
    }
    for (claim, value) in &wanted.claims {
        match value {
            Value::Null => drop(claims.remove(claim)),
            value => drop(claims.insert(claim.clone(), value.clone())),
        }
    }
    Ok(claims)
}

/// A moment: seconds or nanoseconds since the epoch (told apart by size), RFC 3339, or relative to now.
pub fn moment(field: &'static str, value: &Value, now: Time) -> Result<Time, Fault> {
    // A hundred billion seconds is the year 5138; a hundred billion nanoseconds is a minute and a half past 1970.
    const SECONDS_MAX: u64 = 100_000_000_000;
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(seconds) if seconds.unsigned_abs() < SECONDS_MAX => Ok(Time::from_seconds(seconds)),
            Some(ns) => Ok(Time(ns)),
            None => Err(fault(field, format!("{number} is no whole number of seconds or nanoseconds"))),
        },
        Value::String(text) if text == "now" => Ok(now),
        Value::String(text) => match (text.parse::<i64>(), parse_duration(text)) {
            (Ok(number), _) => moment(field, &json!(number), now),
            (_, Ok(ns)) => Ok(now.plus(ns)),
            _ => Time::parse(text).map_err(|cause| fault(field, cause.to_string())),
        },
        _ => Err(fault(field, "a time is a number of seconds, RFC 3339 text, or relative to now, such as -1h")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_769_860_800 * SECOND_NS);

    fn wanted(value: Value) -> Wanted {
        serde_json::from_value(value).expect("a wanted token")
    }

    fn claims_of(value: Value) -> Value {
        mint(&wanted(value), &Secret::new("s"), NOW).expect("minted").claims
    }

    #[test]
    fn a_user_token_lives_for_an_hour_unless_told_otherwise() {
        assert_eq!(
            claims_of(json!({"user_id": "john"})),
            json!({"user_id": "john", "iat": 1_769_860_800, "exp": 1_769_864_400})
        );
        assert_eq!(
            claims_of(json!({"user_id": "john", "no_expiry": true, "no_iat": true})),
            json!({"user_id": "john"})
        );
        assert_eq!(claims_of(json!({"user_id": "john", "ttl": "-90s"}))["exp"], 1_769_860_710);
        assert_eq!(claims_of(json!({"user_id": "john", "iat": "-1h"}))["iat"], 1_769_857_200);
        assert_eq!(claims_of(json!({"user_id": "john", "exp": 5}))["exp"], 5);
        assert_eq!(claims_of(json!({"user_id": "john", "exp": "1970-01-01T00:00:05Z"}))["exp"], 5);
    }

    #[test]
    fn any_claim_can_be_made_wrong_or_taken_out() {
        assert_eq!(
            claims_of(json!({"user_id": "john", "claims": {"user_id": 5, "iat": null, "exp": {}}})),
            json!({"user_id": 5, "exp": {}})
        );
    }

    #[test]
    fn contradictions_are_refused_by_field() {
        for (value, field) in [
            (json!({"kind": "user"}), "user_id"),
            (json!({"kind": "server", "user_id": "x"}), "user_id"),
            (json!({"user_id": "x", "ttl": "1h", "no_expiry": true}), "exp"),
            (json!({"user_id": "x", "iat": 1, "no_iat": true}), "iat"),
            (json!({"user_id": "x", "ttl": "soon"}), "ttl"),
            (json!({"user_id": "x", "nbf": []}), "nbf"),
        ] {
            assert_eq!(
                mint(&wanted(value.clone()), &Secret::new("s"), NOW).expect_err("refused").field,
                field,
                "{value}"
            );
        }
    }

    #[test]
    fn numbers_at_the_edges_are_moments_too() {
        for edge in [i64::MIN, i64::MAX] {
            assert_eq!(moment("iat", &json!(edge), NOW), Ok(Time(edge)));
        }
        assert_eq!(moment("iat", &json!(-5), NOW), Ok(Time::from_seconds(-5)));
    }

    #[test]
    fn an_alg_of_none_has_no_signature() {
        let minted =
            mint(&wanted(json!({"user_id": "x", "header": {"alg": "none"}})), &Secret::new("s"), NOW).expect("minted");
        assert!(minted.token.ends_with('.'));
    }
}

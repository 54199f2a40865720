//! Tokens: taken apart, and judged.

use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::app::AppState;
use crate::auth::check::{Bearer, Check, Verdict};
use crate::auth::credentials::{AuthType, Credentials, Examined, bare_token};
use crate::auth::explain::{self, Grounds};
use crate::auth::facts::UserFacts;
use crate::auth::kind::ANONYMOUS_ID;
use crate::auth::secret::Secret;
use crate::auth::segments::{LENIENT, normal_base64, split};
use crate::auth::times::Times;
use crate::auth::token::{Malformed, Token, contents, message};
use crate::auth::verdict::{UserState, refusal, verify};
use crate::clock::{SECOND_NS, Time};
use crate::settings::{Emulator, Settings};

const KEY: &str = "key";
const NOW: Time = Time(1_769_860_800 * SECOND_NS);
/// What the header of a token that is made out of a payload says.
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

static SECRET: LazyLock<Secret> = LazyLock::new(|| Secret::new("secret"));
static OTHER: LazyLock<Secret> = LazyLock::new(|| Secret::new("another secret"));
static STRICT: LazyLock<AppState> = LazyLock::new(|| app(&json!({})));
static LAX: LazyLock<AppState> = LazyLock::new(|| app(&json!({"disable_auth_checks": true})));

fn app(settings: &Value) -> AppState {
    let mut set = Settings::default();
    let filled = settings.as_object().map(|settings| set.fill(settings));
    assert_eq!(filled, Some(Ok(())));
    AppState::plain(SECRET.clone(), set, Emulator::default())
}

/// The bytes as a token, and as the payload of one that is signed.
pub fn token(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data) {
        if let Some(bare) = bare_token(text) {
            assert!(text.contains(bare) && !bare.is_empty() && bare == bare.trim(), "{bare:?}");
        }
        judged(text);
    }
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(data));
    let raw = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(SECRET.sign(&signed, "HS256")));
    let examined = judged(&raw);
    assert_eq!(examined.signature_verifies, examined.token.is_ok(), "{raw}");
}

fn judged(raw: &str) -> Arc<Examined> {
    let examined = Arc::new(Examined::new(raw, &SECRET));
    taken_apart(raw, &examined);
    for auth_type in ["jwt", "anonymous", "neither"] {
        for app in [&*STRICT, &*LAX] {
            let credentials = Credentials {
                api_key: Some(KEY.to_owned()),
                auth_type: Some(auth_type.to_owned()),
                token: Some(Arc::clone(&examined)),
            };
            let times = credentials.claims().map_or_else(Times::default, Times::as_sent);
            let facts = UserFacts::ordinary();
            let user = UserState { facts: &facts, exists: true, token_ended: None };
            let verdict = verify(Some(app.facts()), &credentials, user, times, NOW);
            assert_eq!(refusal(&verdict, &credentials).is_some(), verdict.failed.is_some());
            if verdict.failed.is_none() {
                accepted(raw, app, &credentials, &verdict);
            }
            let grounds = Grounds { app: Some(app), credentials: &credentials, user, times, now: NOW };
            assert_eq!(explain::explain(&verdict, grounds).len(), Check::ALL.len());
        }
    }
    let _ = explain::secret_mistake(raw, &STRICT, KEY);
    examined
}

/// What can be read can be written, and is read as the same again.
fn taken_apart(raw: &str, examined: &Examined) {
    match contents(raw) {
        Ok(read) => {
            let again = format!("{}.sig", message(&read.header, &read.claims));
            assert_eq!(contents(&again).as_ref(), Ok(&read));
            assert_eq!(Token::parse(&again), examined.token);
        }
        Err(malformed) => {
            assert!(!malformed.to_string().is_empty());
            if let Malformed::Base64(at) = malformed {
                assert!(at <= raw.len(), "{at} of {raw:?}");
            }
            assert_eq!(examined.token.as_ref(), Err(&malformed));
        }
    }
    assert!(!OTHER.verifies_any(raw), "a secret that signed nothing: {raw}");
}

impl Secret {
    fn verifies_any(&self, raw: &str) -> bool {
        split(raw).is_some_and(|parts| self.verifies(&parts))
    }
}

/// Whoever is let in has shown a signature of the app's secret that is good now, or an app that does not ask for one.
fn accepted(raw: &str, app: &AppState, credentials: &Credentials, verdict: &Verdict) {
    let claims = credentials.claims();
    let (Some(claims), Some(parts)) = (claims, split(raw)) else { panic!("accepted without claims: {raw}") };
    let sent = LENIENT.decode(normal_base64(parts.signature).as_bytes());
    let is_signed = claims.is_hs256 && sent == Ok(SECRET.sign(parts.message, "HS256"));
    let is_excused = app.rules.disable_auth_checks && claims.user_id.is_some();
    assert!(is_signed || is_excused, "accepted unsigned: {raw}");
    if is_signed {
        let now = i128::from(NOW.0);
        let ns = |seconds: i64| i128::from(seconds) * i128::from(SECOND_NS);
        assert!(claims.exp.is_none_or(|exp| now <= ns(exp)), "accepted too late: {raw}");
        assert!(claims.nbf.is_none_or(|nbf| ns(nbf) <= now), "accepted too early: {raw}");
        assert!(claims.iat.is_none_or(|iat| ns(iat) <= now), "accepted before it was issued: {raw}");
    }
    let expected = match (credentials.auth_type(), &claims.user_id) {
        (Some(AuthType::Anonymous), _) => Bearer::Anonymous,
        (_, None) => Bearer::Server,
        (_, Some(_)) if is_signed => Bearer::User,
        (_, Some(_)) => Bearer::UnverifiedUser,
    };
    assert_eq!(verdict.kind, Some(expected), "{raw}");
    let is_anonymous = credentials.user_id() == Some(ANONYMOUS_ID);
    assert!(expected != Bearer::Anonymous || is_anonymous, "accepted as nobody: {raw}");
}

//! Why is my token refused? The verdict on any token, check by check.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Data;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Control;
use super::body::ControlBody;
use super::error::Result;
use crate::app::token_times::Showing;
use crate::app::{App, AppState};
use crate::auth::check::Bearer;
use crate::auth::credentials::{Credentials, Examined, bare_token};
use crate::auth::explain::{self, ExplainedCheck, Grounds};
use crate::auth::facts::End;
use crate::auth::facts::UserFacts;
use crate::auth::kind::ROLE_GUEST;
use crate::auth::segments;
use crate::auth::times::Times;
use crate::auth::token::Token;
use crate::auth::verdict::{self, UserState};
use crate::clock::Time;
use crate::store::{Scope, users};

/// The body of `POST /tokens/inspect`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inspect {
    /// The token, also with `Bearer` before it.
    token: Option<String>,
    /// The app that judges; where none is named, the one whose secret matches, else the first.
    api_key: Option<String>,
    /// What `stream-auth-type` says; `jwt` where it is not given.
    auth_type: Option<String>,
}

/// What is said of a token.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Inspection {
    /// `ok` or `refused`.
    #[schemars(extend("enum" = ["ok", "refused"]))]
    pub outcome: &'static str,
    /// Stream's code; 0 when it passes.
    pub code: i32,
    /// The HTTP status; 200 when it passes.
    pub status: u16,
    /// The inner text of the refusal; empty when it passes.
    pub message: String,
    /// `server`, `user`, `guest`, `dev`, `anonymous`, or `null` when that cannot be said.
    pub kind: Option<&'static str>,
    /// The header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
    /// The token's times.
    pub times: ShownTimes,
    /// The moment of the verdict, by the app's clock.
    pub now: String,
    /// The api key of the app whose secret signed the token.
    pub matched_secret: Option<String>,
    /// A mistake that the signature shows, when it shows one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// All checks in order.
    pub checks: Vec<ExplainedCheck>,
}

/// A token's times as they were sent and as the app judges them, and why so.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TokenTimes")]
pub struct ShownTimes {
    /// The rule by which they are judged, in words.
    pub rule: String,
    /// Expires at.
    pub exp: Option<ShownTime>,
    /// Not before.
    pub nbf: Option<ShownTime>,
    /// Issued at.
    pub iat: Option<ShownTime>,
}

/// One time of a token.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TokenTime")]
pub struct ShownTime {
    /// As it was sent.
    pub sent: String,
    /// By the app's clock.
    pub judged: String,
}

impl ShownTimes {
    fn of(token: Option<&Token>, times: &Times) -> Self {
        let shown = |sent: Option<i64>, judged: Option<Time>| {
            let (sent, judged) = (Time::from_seconds(sent?).rfc3339(), judged?.rfc3339());
            Some(ShownTime { sent, judged })
        };
        Self {
            rule: explain::rule_words(times.rule),
            exp: shown(token.and_then(|token| token.exp), times.expiry),
            nbf: shown(token.and_then(|token| token.nbf), times.not_before),
            iat: shown(token.and_then(|token| token.iat), times.issued),
        }
    }
}

/// An app as the inspector needs it: one of the process, or one that only the command line knows of.
pub struct Candidate {
    /// Its api key.
    pub api_key: String,
    /// Its state.
    pub state: Arc<AppState>,
    /// The moment by its clock.
    pub now: Time,
}

/// `POST /tokens/inspect`: without an api key, the app whose secret matches is taken, else the first.
pub async fn inspect(control: Data<Control>, body: ControlBody<Inspect>) -> Result<HttpResponse> {
    let Inspect { token, api_key, auth_type } = body.0;
    let apps = control.store.apps().all();
    let candidates: Vec<_> = apps
        .iter()
        .map(|app| Candidate { api_key: app.api_key.to_string(), state: app.state(), now: app.clock.now() })
        .collect();
    let known = |key: &str, credentials: &Credentials| {
        let app: Option<Arc<App>> = control.store.apps().get(key);
        let Some(app) = app else { return Known::nothing(credentials) };
        let user = credentials.user_id().unwrap_or_default();
        let exists = control.store.read(&Scope::own(&app), |tx| users::exists(tx, user)).unwrap_or(true);
        let token_ended = credentials.token.as_ref().and_then(|token| app.ended_tokens.get(token.fingerprint));
        let times = app.times(&app.state(), credentials, Showing::Look);
        Known { facts: app.facts(user), exists, token_ended, times }
    };
    let raw = token.unwrap_or_default();
    let inspection = look(&raw, api_key.as_deref(), auth_type.as_deref(), &candidates, known);
    Ok(HttpResponse::Ok().json(inspection))
}

/// What is known of a token and its user beside what the token says.
pub struct Known {
    /// What is known of the user.
    pub facts: Arc<UserFacts>,
    /// Whether the user is there.
    pub exists: bool,
    /// As what the token was ended by hand.
    pub token_ended: Option<End>,
    /// The token's times as the app judges them.
    pub times: Times,
}

impl Known {
    /// What a place without users knows.
    pub fn nothing(credentials: &Credentials) -> Self {
        let times = credentials.claims().map_or_else(Times::default, Times::as_sent);
        Self { facts: Arc::new(UserFacts::ordinary()), exists: true, token_ended: None, times }
    }
}

/// Judges and explains a token. `known` tells what an app knows of what was shown.
pub fn look(
    raw: &str,
    api_key: Option<&str>,
    auth_type: Option<&str>,
    apps: &[Candidate],
    known: impl Fn(&str, &Credentials) -> Known,
) -> Inspection {
    let bare = bare_token(raw);
    let matched =
        apps.iter().find(|app| bare.and_then(segments::split).is_some_and(|parts| app.state.secret.verifies(&parts)));
    let app = match api_key {
        Some(key) => apps.iter().find(|app| app.api_key == key),
        None => matched.or(apps.first()),
    };
    let examined = match (bare, app) {
        (Some(bare), Some(app)) => Some(Arc::new(Examined::new(bare, &app.state.secret))),
        _ => None,
    };
    let credentials = Credentials {
        api_key: api_key.map(str::to_owned).or_else(|| app.map(|app| app.api_key.clone())),
        auth_type: Some(auth_type.unwrap_or("jwt").to_owned()),
        token: examined,
    };
    let now = app.map_or_else(crate::clock::system_now, |app| app.now);
    let Known { facts, exists, token_ended, times } = known(app.map_or("", |app| &app.api_key), &credentials);
    let user = UserState { facts: &facts, exists, token_ended };
    let state = app.map(|app| &*app.state);
    let verdict = verdict::verify(state.map(AppState::facts), &credentials, user, times, now);
    let refusal = verdict::refusal(&verdict, &credentials);
    let (header, claims) = bare.map_or((Value::Null, Value::Null), explain::contents);
    let hint = match (bare, app, matched) {
        (Some(bare), Some(app), None) => explain::secret_mistake(bare, &app.state, &app.api_key).map(str::to_owned),
        (_, Some(app), Some(matched)) if app.api_key != matched.api_key => Some(format!(
            "it was signed with the secret of the app {} (api key {})",
            matched.state.name, matched.api_key
        )),
        _ => None,
    };
    Inspection {
        outcome: if refusal.is_some() { "refused" } else { "ok" },
        code: refusal.as_ref().map_or(0, |refusal| refusal.code.number()),
        status: refusal.as_ref().map_or(200, |refusal| refusal.code.status()),
        message: refusal.map(|refusal| refusal.message.into_owned()).unwrap_or_default(),
        kind: verdict.kind.map(|kind| kind_name(kind, &facts)),
        header,
        claims,
        times: ShownTimes::of(credentials.claims(), &times),
        now: now.rfc3339(),
        matched_secret: matched.map(|app| app.api_key.clone()),
        hint,
        checks: explain::explain(&verdict, Grounds { app: state, credentials: &credentials, user, times, now }),
    }
}

fn kind_name(kind: Bearer, facts: &UserFacts) -> &'static str {
    match kind {
        Bearer::Server => "server",
        Bearer::User if facts.role == ROLE_GUEST => "guest",
        Bearer::User => "user",
        Bearer::UnverifiedUser => "dev",
        Bearer::Anonymous => "anonymous",
    }
}

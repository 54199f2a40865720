//! Good and bad tokens of one user, each with what the app answers it now. Nothing here knows a rule: every expectation is
//! the verdict itself, under the settings, revocations and clock of this moment.

use std::sync::Arc;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Control;
use super::error::{ControlError, Result};
use crate::app::App;
use crate::auth::credentials::{Credentials, Examined};
use crate::auth::verdict;
use crate::clock::{SECOND_NS, Time};
use crate::domain::users as rules;
use crate::door::Gate;
use crate::error::ApiError;
use crate::ids::UserId;
use crate::live::sign_in;
use crate::mint::{self, Kind, Wanted};
use crate::params::Params;

/// The user of the samples when none is named. Need not exist.
pub const USER_DEFAULT: &str = "sample-user";

/// How long before a revocation its sample was issued: enough at every granularity.
const BEFORE_REVOCATION_NS: i64 = 60 * SECOND_NS;

/// Characters that the last segment of a truncated token has lost.
const TRUNCATED_BY: usize = 11;

/// Text that takes a `+` and a `/` of the standard alphabet, wherever it stands among the claims.
const STANDARD_ALPHABET: &str = "~~~~~?????";

/// A token, and what the app answers it now.
#[derive(Debug, Serialize)]
pub struct Sample {
    /// Which one.
    name: &'static str,
    /// The token.
    token: String,
    /// What a request gets that shows it (`GetApp`).
    expect: Expectation,
    /// What a socket gets, where that is something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    socket: Option<SocketExpectation>,
    /// What it is, in a sentence.
    note: &'static str,
}

/// What a request gets.
#[derive(Debug, Serialize)]
struct Expectation {
    /// The HTTP status; 200 when the token passes.
    status: u16,
    /// Stream's code; 0 when it passes.
    code: i32,
    /// The inner text of the refusal; empty when it passes.
    message: String,
}

/// What a socket gets: the same without a status.
#[derive(Debug, Serialize)]
struct SocketExpectation {
    code: i32,
    message: String,
}

/// `GET /apps/{api_key}/tokens/samples?user_id=`: for any id, known or not. Writes nothing.
pub async fn list(
    control: Data<Control>,
    gate: Data<Gate>,
    key: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let app = control.app(&key)?;
    let query = Params::parse(request.query_string());
    let user = rules::user_id("user_id", query.get("user_id").unwrap_or(USER_DEFAULT))
        .map_err(|cause| ControlError::invalid("/user_id", cause.message))?;
    let recipes = recipes(&app, &user, &secret_of_another(&control, &app))?;
    let samples: Vec<_> = recipes.into_iter().map(|recipe| judged(&gate, &app, recipe)).collect();
    Ok(HttpResponse::Ok().json(json!({ "samples": samples })))
}

/// The secret of the oldest other app, or a made-up one.
fn secret_of_another(control: &Control, app: &App) -> String {
    let own = app.state();
    let secrets = control.store.apps().all().into_iter().map(|other| other.state().secret.reveal().to_owned());
    secrets.into_iter().find(|secret| secret != own.secret.reveal()).unwrap_or_else(|| not(own.secret.reveal()))
}

/// A secret that is certainly another one.
fn not(secret: &str) -> String {
    format!("not {secret}")
}

/// A sample that is not judged yet.
struct Recipe {
    name: &'static str,
    note: &'static str,
    token: String,
}

/// All samples, always in this order.
fn recipes(app: &App, user: &UserId, secret_of_another: &str) -> Result<Vec<Recipe>> {
    let (state, now) = (app.state(), app.clock.now());
    let secret = &state.secret;
    let minted = |wanted: &Wanted| mint::mint(wanted, secret, now).map(|minted| minted.token);
    let of = |user: &UserId| Wanted { user_id: Some(user.to_string()), ..Wanted::default() };
    let users = || of(user);
    let nobodys = || Wanted { kind: Kind::Raw, ..Wanted::default() };
    let alg = |name: &str| Wanted { header: object("alg", json!(name)), ..users() };
    let good = minted(&users())?;
    let kid = Wanted { header: object("kid", json!("1")), ..users() };
    let padded = mint::mint_in(&URL_SAFE, &kid, secret, now)?.token;
    let alphabet = Wanted { claims: object("sample", json!(STANDARD_ALPHABET)), ..users() };
    let standard = mint::mint_in(&STANDARD, &alphabet, secret, now)?.token;
    let truncated = good[..good.len().saturating_sub(TRUNCATED_BY)].to_owned();
    let (revoked_iat, revoked_note) = before_revocation(app, user, now);
    let exp_text = json!(now.plus(mint::TTL_DEFAULT_NS).seconds().to_string());

    let mut recipes = Vec::new();
    let mut add = |name, note, token| recipes.push(Recipe { name, note, token });
    add("user", "A user's token for an hour, as a token provider mints it.", good);
    add("server", "A backend's token: it has no user_id, and must never reach a client.", {
        minted(&Wanted { kind: Kind::Server, ..Wanted::default() })?
    });
    add("guest", "As CreateGuest hands it out: the user_id alone, without an end.", {
        minted(&Wanted { kind: Kind::Guest, ..users() })?
    });
    add("dev_token", "A developer token: not signed, good only while auth checks are disabled.", {
        minted(&Wanted { kind: Kind::Dev, ..users() })?
    });
    add("no_iat", "It does not say when it was issued, so that every revocation reaches it.", {
        minted(&Wanted { no_iat: true, ..users() })?
    });
    add("padded_base64", "Its segments are padded with `=`, which Stream reads as well.", padded);
    add("standard_base64", "Its segments are standard base64, with `+` and `/`: escape it in a query.", standard);
    add("expired", "Its `exp` was an hour ago: SDKs ask their token provider for another.", {
        minted(&Wanted { iat: Some(json!("-2h")), ttl: Some("-1h".to_owned()), ..users() })?
    });
    add("future_iat", "Its `iat` is in two days, as if the minting clock were wrong.", {
        minted(&Wanted { iat: Some(json!("2d")), ttl: Some("3d".to_owned()), ..users() })?
    });
    add("future_nbf", "Its `nbf` is in an hour.", {
        minted(&Wanted { nbf: Some(json!("1h")), ttl: Some("2h".to_owned()), ..users() })?
    });
    add("other_secret", "Signed with a secret that is not the app's.", {
        minted(&Wanted { secret: Some(not(secret.reveal())), ..users() })?
    });
    add("other_app", "Signed with the secret of another app, as when staging and production are mixed up.", {
        minted(&Wanted { secret: Some(secret_of_another.to_owned()), ..users() })?
    });
    add("alg_none", "Its header says `none`, and it has no signature.", minted(&alg("none"))?);
    add("wrong_alg", "Signed with the app's secret, but by HS512.", minted(&alg("HS512"))?);
    add("wrong_alg_rs256", "Its header says RS256, over an HS256 signature with the app's secret.", {
        minted(&alg("RS256"))?
    });
    add("no_user_id", "Its user_id was forgotten, which makes it a server token.", {
        minted(&Wanted { iat: Some(json!("now")), ttl: Some("1h".to_owned()), ..nobodys() })?
    });
    add("empty_claims", "It has no claims at all, which makes it a server token.", minted(&nobodys())?);
    add("wrong_claim_type", "Its user_id is a number.", {
        minted(&Wanted { claims: object("user_id", json!(42)), ..users() })?
    });
    add("wrong_exp_type", "Its `exp` is a text.", minted(&Wanted { claims: object("exp", exp_text), ..users() })?);
    add("revoked", revoked_note, minted(&Wanted { iat: Some(json!(revoked_iat)), ..users() })?);
    if let Some(deactivated) = app.first_deactivated() {
        add("deactivated_user", "A good token of a user who is deactivated.", minted(&of(&deactivated))?);
    }
    add("truncated", "The end of its signature was lost.", truncated);
    add("garbage", "It is no token.", "this-is-no-token".to_owned());
    Ok(recipes)
}

fn object(key: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(key.to_owned(), value)])
}

/// The `iat` of a token that the user's or the app's revocation reaches, in seconds, and what there is to say of it.
fn before_revocation(app: &App, user: &UserId, now: Time) -> (i64, &'static str) {
    let by_user = app.facts(user.as_str()).revoke_tokens_issued_before;
    match by_user.max(app.state().rules.revoke_tokens_issued_before) {
        // A revocation may lie in the future, and a token's `iat` may not.
        Some(before) => (before.min(now).plus(-BEFORE_REVOCATION_NS).seconds(), "Issued before a revocation."),
        None => (0, "Issued in 1970: it is refused as soon as its user or the app has a revocation."),
    }
}

/// Asks what the app answers. The same verdict as a request's and a socket's.
fn judged(gate: &Gate, app: &Arc<App>, Recipe { name, note, token }: Recipe) -> Sample {
    let credentials = Credentials {
        api_key: Some(app.api_key.to_string()),
        auth_type: Some("jwt".to_owned()),
        token: Some(Arc::new(Examined::new(&token, &app.state().secret))),
    };
    let verdict = gate.judge_again(app, &credentials).verdict;
    let refusal = verdict::refusal(&verdict, &credentials);
    let on_socket = sign_in::refusal(&verdict, &credentials);
    let socket = (on_socket != refusal).then(|| {
        let (code, message) = told(on_socket.as_ref());
        SocketExpectation { code, message }
    });
    let status = refusal.as_ref().map_or(200, |refusal| refusal.code.status());
    let (code, message) = told(refusal.as_ref());
    Sample { name, token, expect: Expectation { status, code, message }, socket, note }
}

/// The code and the inner text of a refusal; 0 and nothing when there is none.
fn told(refusal: Option<&ApiError>) -> (i32, String) {
    refusal.map_or((0, String::new()), |refusal| (refusal.code.number(), refusal.message.to_string()))
}

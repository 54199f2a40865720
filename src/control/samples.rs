//! Good and bad tokens of one user, each with what the app answers it now. Nothing here knows a rule: every expectation is
//! the verdict itself, under the settings, revocations and clock of this moment.

use std::sync::Arc;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Control;
use super::error::{ControlError, Result};
use crate::app::App;
use crate::app::token_times::Showing;
use crate::auth::credentials::{Credentials, Examined};
use crate::auth::kind::ANONYMOUS_ID;
use crate::auth::revocation::Revocation;
use crate::auth::secret::Secret;
use crate::auth::verdict;
use crate::clock::{SECOND_NS, Time};
use crate::domain::minting;
use crate::domain::users as rules;
use crate::door::Gate;
use crate::error::ApiError;
use crate::ids::UserId;
use crate::live::sign_in;
use crate::mint::{self, Kind, Wanted};
use crate::params::Params;
use crate::store::{Scope, token_times};

/// The user of the samples when none is named. Need not exist.
pub const USER_DEFAULT: &str = "sample-user";

/// How long before a revocation its sample was issued: enough at every granularity.
const BEFORE_REVOCATION_NS: i64 = 60 * SECOND_NS;

/// Characters that the last segment of a truncated token has lost.
const TRUNCATED_BY: usize = 11;

/// Text that takes a `+` and a `/` of the standard alphabet, wherever it stands among the claims.
const STANDARD_ALPHABET: &str = "~~~~~?????";

/// A token, and what the app answers it now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Sample {
    /// Which one.
    name: &'static str,
    /// The auth type that it is shown with: `jwt`, or `anonymous`.
    auth_type: &'static str,
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
#[derive(Debug, Serialize, JsonSchema)]
struct Expectation {
    /// The HTTP status; 200 when the token passes.
    status: u16,
    /// Stream's code; 0 when it passes.
    code: i32,
    /// The inner text of the refusal; empty when it passes.
    message: String,
}

/// What a socket gets: the same without a status.
#[derive(Debug, Serialize, JsonSchema)]
struct SocketExpectation {
    /// Stream's code; 0 when it passes.
    code: i32,
    /// The inner text of the refusal; empty when it passes.
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
    let count = || control.store.read(&Scope::own(&app), token_times::own_tokens);
    let own = minting::next(&app, count)?;
    let recipes = recipes(&app, &user, &secret_of_another(&control, &app), own)?;
    let samples: Vec<_> = recipes.into_iter().map(|recipe| judged(&gate, &app, recipe)).collect();
    Ok(HttpResponse::Ok().json(Samples { samples }))
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
    auth_type: &'static str,
    token: String,
}

/// All samples, always in this order.
fn recipes(app: &App, user: &UserId, secret_of_another: &str, own: Option<u64>) -> Result<Vec<Recipe>> {
    let state = app.state();
    let maker = Maker { secret: &state.secret, now: app.clock.now(), user, own };
    let mut recipes = maker.good()?;
    recipes.extend(maker.out_of_time()?);
    recipes.extend(maker.badly_signed(secret_of_another)?);
    recipes.extend(maker.with_wrong_claims()?);
    recipes.extend(maker.anonymous()?);
    let (iat, note) = before_revocation(app, user, maker.now);
    recipes.push(maker.minted("revoked", note, &Wanted { iat: Some(json!(iat)), ..maker.users() })?);
    if let Some(user) = app.first_deactivated() {
        let wanted = Wanted { user_id: Some(user.to_string()), ..Wanted::default() };
        recipes.push(maker.minted("deactivated_user", "A good token of a user who is deactivated.", &wanted)?);
    }
    let mut truncated = maker.minted("truncated", "The end of its signature was lost.", &maker.users())?;
    truncated.token.truncate(truncated.token.len().saturating_sub(TRUNCATED_BY));
    let garbage =
        Recipe { name: "garbage", auth_type: "jwt", note: "It is no token.", token: "this-is-no-token".to_owned() };
    recipes.extend([truncated, garbage]);
    Ok(recipes)
}

/// What tokens are made of.
struct Maker<'a> {
    secret: &'a Secret,
    now: Time,
    user: &'a UserId,
    /// The number of a token by the app's clock, where tokens have one.
    own: Option<u64>,
}

impl Maker<'_> {
    fn minted(&self, name: &'static str, note: &'static str, wanted: &Wanted) -> Result<Recipe> {
        self.minted_in(&URL_SAFE_NO_PAD, name, note, wanted)
    }

    fn minted_in(
        &self,
        base64: &GeneralPurpose,
        name: &'static str,
        note: &'static str,
        wanted: &Wanted,
    ) -> Result<Recipe> {
        let own = self.own.filter(|_| wanted.kind != Kind::Dev);
        let wanted = own.map_or_else(|| wanted.clone(), |own| minting::numbered(wanted, own));
        let token = mint::mint_in(base64, &wanted, self.secret, self.now)?.token;
        Ok(Recipe { name, note, auth_type: "jwt", token })
    }

    /// The user's token for an hour.
    fn users(&self) -> Wanted {
        Wanted { user_id: Some(self.user.to_string()), ..Wanted::default() }
    }

    fn with_claim(&self, claim: &str, value: Value) -> Wanted {
        Wanted { claims: object(claim, value), ..self.users() }
    }

    fn with_header(&self, field: &str, value: &str) -> Wanted {
        Wanted { header: object(field, json!(value)), ..self.users() }
    }

    /// Those that are good, or that a setting can make good.
    fn good(&self) -> Result<Vec<Recipe>> {
        let server = Wanted { kind: Kind::Server, ..Wanted::default() };
        let guest = Wanted { kind: Kind::Guest, ..self.users() };
        let dev = Wanted { kind: Kind::Dev, ..self.users() };
        let no_iat = Wanted { no_iat: true, ..self.users() };
        // With these a segment has `=`, `+` and `/` in it, whoever the user is.
        let padded = self.with_header("kid", "1");
        let standard = self.with_claim("sample", json!(STANDARD_ALPHABET));
        let padded_note = "Its segments are padded with `=`, which Stream reads as well.";
        let standard_note = "Its segments are standard base64, with `+` and `/`: escape it in a query.";
        Ok(vec![
            self.minted("user", "A user's token for an hour, as a token provider mints it.", &self.users())?,
            self.minted("server", "A backend's token: it has no user_id, and must never reach a client.", &server)?,
            self.minted("guest", "As CreateGuest hands it out: the user_id alone, without an end.", &guest)?,
            self.minted("dev_token", "Not signed: good only while auth checks are disabled.", &dev)?,
            self.minted("no_iat", "It says nothing of its issue, so that every revocation reaches it.", &no_iat)?,
            self.minted_in(&URL_SAFE, "padded_base64", padded_note, &padded)?,
            self.minted_in(&STANDARD, "standard_base64", standard_note, &standard)?,
        ])
    }

    fn out_of_time(&self) -> Result<Vec<Recipe>> {
        let during = |ttl: &str| Wanted { ttl: Some(ttl.to_owned()), ..self.users() };
        let expired = Wanted { iat: Some(json!("-2h")), ..during("-1h") };
        // Farther than an app can have it tolerated.
        let issued_later = Wanted { iat: Some(json!("2d")), ..during("3d") };
        let good_later = Wanted { nbf: Some(json!("1h")), ..during("2h") };
        Ok(vec![
            self.minted("expired", "Its `exp` was an hour ago: SDKs ask their token provider for another.", &expired)?,
            self.minted("future_iat", "Its `iat` is in two days: the minting clock was wrong.", &issued_later)?,
            self.minted("future_nbf", "Its `nbf` is in an hour.", &good_later)?,
        ])
    }

    fn badly_signed(&self, secret_of_another: &str) -> Result<Vec<Recipe>> {
        let signed_with = |secret: String| Wanted { secret: Some(secret), ..self.users() };
        let nobodys = signed_with(not(self.secret.reveal()));
        let anothers = signed_with(secret_of_another.to_owned());
        let [none, hs512, rs256] = ["none", "HS512", "RS256"].map(|alg| self.with_header("alg", alg));
        Ok(vec![
            self.minted("other_secret", "Signed with a secret that is not the app's.", &nobodys)?,
            self.minted("other_app", "Signed with the secret of another app, as when two are mixed up.", &anothers)?,
            self.minted("alg_none", "Its header says `none`, and it has no signature.", &none)?,
            self.minted("wrong_alg", "Signed with the app's secret, but by HS512.", &hs512)?,
            self.minted("wrong_alg_rs256", "Its header says RS256, over an HS256 signature.", &rs256)?,
        ])
    }

    /// Those that come with the auth type `anonymous`.
    fn anonymous(&self) -> Result<Vec<Recipe>> {
        let nobodys = Wanted { user_id: Some(ANONYMOUS_ID.to_owned()), ..Wanted::default() };
        let expired = Wanted { iat: Some(json!("-2h")), ttl: Some("-1h".to_owned()), ..nobodys.clone() };
        let recipes = vec![
            self.minted(
                "anonymous",
                "Of `!anon`, as a livestream's viewers show it with the auth type `anonymous`.",
                &nobodys,
            )?,
            self.minted("anonymous_expired", "The same, an hour past its `exp`.", &expired)?,
            self.minted("anonymous_of_user", "A user's token, shown with the auth type `anonymous`.", &self.users())?,
        ];
        Ok(recipes.into_iter().map(|recipe| Recipe { auth_type: "anonymous", ..recipe }).collect())
    }

    fn with_wrong_claims(&self) -> Result<Vec<Recipe>> {
        let empty = Wanted { kind: Kind::Raw, ..Wanted::default() };
        let nobodys = Wanted { iat: Some(json!("now")), ttl: Some("1h".to_owned()), ..empty.clone() };
        let number = self.with_claim("user_id", json!(42));
        let exp = self.now.plus(mint::TTL_DEFAULT_NS).seconds();
        let text = self.with_claim("exp", json!(exp.to_string()));
        Ok(vec![
            self.minted("no_user_id", "Its user_id was forgotten, which makes it a server token.", &nobodys)?,
            self.minted("empty_claims", "It has no claims at all, which makes it a server token.", &empty)?,
            self.minted("wrong_claim_type", "Its user_id is a number.", &number)?,
            self.minted("wrong_exp_type", "Its `exp` is a text.", &text)?,
        ])
    }
}

fn object(key: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(key.to_owned(), value)])
}

/// The `iat` of a token that the user's or the app's revocation reaches, in seconds, and what there is to say of it.
fn before_revocation(app: &App, user: &UserId, now: Time) -> (i64, &'static str) {
    let judged = |revocation: Option<Revocation>| revocation.map(|revocation| revocation.judged);
    match judged(app.facts(user.as_str()).revocation).max(judged(app.state().revocation)) {
        // A revocation may lie in the future, and a token's `iat` may not.
        Some(before) => (before.min(now).plus(-BEFORE_REVOCATION_NS).seconds(), "Issued before a revocation."),
        None => (0, "Issued in 1970: it is refused as soon as its user or the app has a revocation."),
    }
}

/// Asks what the app answers. The same verdict as a request's and a socket's.
fn judged(gate: &Gate, app: &Arc<App>, Recipe { name, note, auth_type, token }: Recipe) -> Sample {
    let credentials = Credentials {
        api_key: Some(app.api_key.to_string()),
        auth_type: Some(auth_type.to_owned()),
        token: Some(Arc::new(Examined::new(&token, &app.state().secret))),
    };
    let times = app.times(&app.state(), &credentials, Showing::Look);
    let verdict = gate.judge_again(app, &credentials, times).verdict;
    let refusal = verdict::refusal(&verdict, &credentials);
    let on_socket = sign_in::refusal(&verdict, &credentials);
    let socket = (on_socket != refusal).then(|| {
        let (code, message) = told(on_socket.as_ref());
        SocketExpectation { code, message }
    });
    let status = refusal.as_ref().map_or(200, |refusal| refusal.code.status());
    let (code, message) = told(refusal.as_ref());
    Sample { name, auth_type, token, expect: Expectation { status, code, message }, socket, note }
}

/// The code and the inner text of a refusal; 0 and nothing when there is none.
fn told(refusal: Option<&ApiError>) -> (i32, String) {
    refusal.map_or((0, String::new()), |refusal| (refusal.code.number(), refusal.message.to_string()))
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Samples {
    samples: Vec<Sample>,
}

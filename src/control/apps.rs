//! Apps: many in one process, each with its own key and secret.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use rand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answers::{Apps, Deleted};
use super::asked::Secrets;
use super::body::ControlBody;
use super::code::ControlCode;
use super::error::{ControlError, Result};
use super::shown::{AppShown, app_shown};
use super::{Control, clock, shapes};
use crate::app::App;
use crate::auth::secret::Secret;
use crate::clock::{ClockMode, Time, system_now};
use crate::fixture::apply::token_again;
use crate::ids::{API_KEY_MAX_CHARS, API_SECRET_MAX_CHARS, APP_NAME_MAX_CHARS, check_api_key, check_api_secret};
use crate::journal::repeats::Loop;
use crate::live::hub::Hub;
use crate::store::apps::NewApp;
use crate::store::copies::end_of_life;
use crate::store::{Scope, users};

/// An app, and whom a change of it reaches.
#[derive(Serialize, JsonSchema)]
pub struct Reached {
    #[serde(flatten)]
    app: AppShown,
    /// Its users, but deleted ones.
    users: i64,
    /// Its open connections.
    connections: usize,
    /// Users who are refused more than 20 times in a second, and are so still.
    loops: Vec<Loop>,
}

/// `GET /apps`: all of them, oldest first.
pub async fn list(control: Data<Control>, secrets: Secrets) -> HttpResponse {
    let apps = control.store.apps().all();
    HttpResponse::Ok().json(apps.iter().map(|app| app_shown(app, secrets.0)).collect::<Apps<_>>())
}

/// `GET /apps/{api_key}`: the app, and whom a change of it reaches: users, but deleted ones, and open connections.
pub async fn get(control: Data<Control>, hub: Data<Hub>, key: Path<String>, secrets: Secrets) -> Result<HttpResponse> {
    let app = control.app(&key)?;
    let users = control.store.scan(&Scope::own(&app), users::count).await?;
    let connections = hub.connections_of(app.id).len();
    let (loops, _) = app.journal.repeats.told_after(0, system_now());
    Ok(HttpResponse::Ok().json(Reached { app: app_shown(&app, secrets.0), users, connections, loops }))
}

/// The body of `POST /apps`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = both_or_neither)]
pub struct CreateApp {
    /// A name for people; the key where it is not given.
    #[schemars(length(max = APP_NAME_MAX_CHARS))]
    name: Option<String>,
    /// Its key. Comes with a secret; both are made up where neither is given.
    #[schemars(length(min = 1, max = API_KEY_MAX_CHARS), extend("pattern" = "^[A-Za-z0-9_.-]*$"))]
    api_key: Option<String>,
    /// Its secret.
    #[schemars(length(min = 1, max = API_SECRET_MAX_CHARS))]
    api_secret: Option<String>,
}

fn both_or_neither(schema: &mut schemars::Schema) {
    schema.insert("dependentRequired".to_owned(), json!({"api_key": ["api_secret"], "api_secret": ["api_key"]}));
}

/// The body of `POST /apps/{api_key}/clone`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = both_or_neither)]
pub struct CloneApp {
    /// A name for people; the original's where it is not given.
    #[schemars(length(max = APP_NAME_MAX_CHARS))]
    name: Option<String>,
    /// Its key. Comes with a secret; both are made up where neither is given.
    #[schemars(length(min = 1, max = API_KEY_MAX_CHARS), extend("pattern" = "^[A-Za-z0-9_.-]*$"))]
    api_key: Option<String>,
    /// Its secret.
    #[schemars(length(min = 1, max = API_SECRET_MAX_CHARS))]
    api_secret: Option<String>,
    /// After so long, in real time, it is deleted by itself.
    #[serde(default)]
    #[schemars(schema_with = "shapes::duration_or_null")]
    ttl: Option<Value>,
}

/// `POST /apps`: an app of its own, with the pair that is given or one that is made.
pub async fn create(control: Data<Control>, body: ControlBody<CreateApp>) -> Result<HttpResponse> {
    let CreateApp { name, api_key, api_secret } = body.0;
    let new = new_app(&control, name, api_key, api_secret)?;
    let key = new.api_key.clone();
    let created = control.store.create_app(new).await;
    // Of two that come at once the writer takes the first.
    let app = created.map_err(|cause| if is_taken(&control, &key) { taken(&key) } else { cause.into() })?;
    Ok(HttpResponse::Created().json(pair_shown(&app)))
}

/// `POST /apps/{api_key}/clone`: another app with this one's present state, clock included. With `ttl` it is deleted by
/// itself after so long, in real time, whatever its clock shows.
pub async fn clone(control: Data<Control>, key: Path<String>, body: ControlBody<CloneApp>) -> Result<HttpResponse> {
    let original = control.app(&key)?;
    let CloneApp { name, api_key, api_secret, ttl } = body.0;
    let ttl = ttl.map(|ttl| clock::duration("/ttl", &ttl)).transpose()?;
    if ttl.is_some_and(|ttl| ttl <= 0) {
        return Err(
            ControlError::invalid("/ttl", "a time to live is longer than nothing").with_hint(r#"{"ttl": "10m"}"#)
        );
    }
    let name = name.unwrap_or_else(|| original.state().name.clone());
    let new = new_app(&control, Some(name), api_key, api_secret)?;
    let new_key = new.api_key.clone();
    let (secret, now) = (Secret::new(&new.api_secret), original.clock.now());
    let again = move |spec: &str| token_again(spec, &secret, now);
    let cloned = control.store.clone_app(&key, new, ttl.map(end_of_life), again).await;
    let app = cloned.map_err(|cause| if is_taken(&control, &new_key) { taken(&new_key) } else { cause.into() })?;
    control.expiring.notify_one();
    Ok(HttpResponse::Created().json(pair_shown(&app)))
}

/// An app as whoever made it is told of it: with its secret.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewApp")]
pub struct Made {
    /// A name for people.
    name: String,
    /// Its key.
    api_key: String,
    /// Its secret.
    api_secret: String,
    /// When it is deleted by itself; null for never.
    expires_at: Option<String>,
}

fn pair_shown(app: &App) -> Made {
    let state = app.state();
    Made {
        name: state.name.clone(),
        api_key: app.api_key.to_string(),
        api_secret: state.secret.reveal().to_owned(),
        expires_at: app.expires_at.map(Time::rfc3339),
    }
}

fn is_taken(control: &Control, api_key: &str) -> bool {
    control.store.apps().get(api_key).is_some()
}

fn taken(api_key: &str) -> ControlError {
    ControlError::new(ControlCode::ApiKeyTaken, format!("an app with the api key \"{api_key}\" is there already"))
}

fn new_app(
    control: &Control,
    name: Option<String>,
    api_key: Option<String>,
    api_secret: Option<String>,
) -> Result<NewApp> {
    let (api_key, api_secret) = match (api_key, api_secret) {
        (None, None) => new_pair(control),
        (Some(key), Some(secret)) => {
            let wrong = |field: &str| {
                let field = field.to_owned();
                move |why: String| ControlError::invalid(&field, why)
            };
            check_api_key(&key).map_err(wrong("/api_key"))?;
            check_api_secret(&secret).map_err(wrong("/api_secret"))?;
            (key, secret)
        }
        (Some(_), None) => {
            return Err(ControlError::invalid(
                "/api_secret",
                "an api_key comes with an api_secret; give both or neither",
            ));
        }
        (None, Some(_)) => {
            return Err(ControlError::invalid("/api_key", "an api_secret comes with an api_key; give both or neither"));
        }
    };
    if is_taken(control, &api_key) {
        return Err(taken(&api_key));
    }
    if name.as_ref().is_some_and(|name| name.chars().count() > APP_NAME_MAX_CHARS) {
        return Err(ControlError::invalid("/name", format!("a name has at most {APP_NAME_MAX_CHARS} characters")));
    }
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| api_key.clone());
    Ok(NewApp { name, api_key, api_secret, clock: ClockMode::System, is_base: false })
}

/// `DELETE /apps/{api_key}`: the app and everything in it.
pub async fn delete(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    let app = control.app(&key)?;
    control.store.delete_app(&app).await?;
    Ok(HttpResponse::Ok().json(Deleted { deleted: &app.api_key }))
}

/// A pair that is visibly not one of Stream's.
fn new_pair(control: &Control) -> (String, String) {
    let mut random = control.store.random();
    let mut text =
        |length: usize| (0..length).map(|_| char::from(random.sample(rand::distr::Alphanumeric))).collect::<String>();
    (format!("mp_{}", text(12).to_lowercase()), format!("mp_secret_{}", text(40).to_lowercase()))
}

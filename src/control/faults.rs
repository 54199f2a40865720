//! Faults: the next calls that match one fail, wait or are cut; also on sockets.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Value, json};

use super::answers::{Cleared, Deleted, Faults, OfApp};
use super::body::{TextBody, misread_text};
use super::code::ControlCode;
use super::error::{ControlError, Result};
use super::{Control, ended_tokens, shapes};
use crate::app::App;
use crate::auth::kind::Caller;
use crate::fault::armed::Armed;
use crate::fault::{Fault, SocketThen, Then};
use crate::fixture::faults as reading;
use crate::ids::UserId;
use crate::live::hub::Hub;
use crate::live::mailbox::Order;
use crate::store::faults;

/// Faults that an app may have.
const FAULTS_MAX: i64 = 1_000;

/// A fault as it is shown: what holds for every call or user is said as well, and how often it has struck.
#[derive(Serialize)]
pub struct ArmedFault {
    id: Arc<str>,
    operation: String,
    user_id: Option<String>,
    caller: Option<Caller>,
    times: Option<u32>,
    then: Then,
    hits: u32,
}

impl JsonSchema for ArmedFault {
    fn schema_name() -> Cow<'static, str> {
        "ArmedFault".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Fault::json_schema(generator);
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            let hits = json!({ "description": "How often it has struck.", "type": "integer", "minimum": 0 });
            properties.insert("hits".to_owned(), hits);
            let names: Vec<String> = properties.keys().cloned().collect();
            schema.insert("required".to_owned(), names.into());
        }
        schema
    }
}

fn shown(armed: &Armed) -> ArmedFault {
    let Fault { operation, user_id, caller, times, then, .. } = armed.fault.clone();
    ArmedFault { id: Arc::clone(&armed.id), operation, user_id, caller, times, then, hits: armed.hits() }
}

fn all_of(app: &App) -> Vec<ArmedFault> {
    app.state().faults.all().iter().map(|armed| shown(armed)).collect()
}

/// `GET /faults`: those of all apps.
pub async fn list_all(control: Data<Control>) -> HttpResponse {
    let of_app =
        |app: Arc<App>| all_of(&app).into_iter().map(move |item| OfApp { item, api_key: Arc::clone(&app.api_key) });
    HttpResponse::Ok().json(control.store.apps().all().into_iter().flat_map(of_app).collect::<Faults<_>>())
}

/// `GET /apps/{api_key}/faults`: with how often each has struck.
pub async fn list(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(all_of(&*control.app(&key)?).into_iter().collect::<Faults<_>>()))
}

/// `POST /apps/{api_key}/faults`: from the next call on. What is to happen to sockets happens at once to those that are
/// open and match, the oldest first.
pub async fn add(control: Data<Control>, hub: Data<Hub>, key: Path<String>, body: TextBody) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let fault: Fault = reading::read(&body.0).map_err(|problems| misread_text(&problems))?;
    let id = control
        .store
        .write(&scope, move |tx| {
            if faults::count(tx)? >= FAULTS_MAX {
                let message = format!("an app has at most {FAULTS_MAX} faults");
                let refusal = ControlError::new(ControlCode::TooManyFaults, message);
                return Ok(Err(refusal.with_hint("delete those that are done")));
            }
            let id = fault.id.clone().unwrap_or_else(|| tx.new_id());
            let taken = || ControlError::new(ControlCode::FaultIdTaken, format!("a fault has the id \"{id}\" already"));
            Ok(if faults::add(tx, &id, &fault)? { Ok(id) } else { Err(taken()) })
        })
        .await??;
    let state = scope.app.state();
    let armed = state.faults.all().iter().find(|armed| *armed.id == *id);
    let armed = armed.ok_or_else(|| ControlError::new(ControlCode::AppChanged, "the fault was taken away at once"))?;
    if armed.is_for_sockets() {
        let open = hub.connections_of(scope.app.id).into_iter();
        let struck = open.filter_map(|connection| {
            let then = armed.strike_open(connection.user.as_ref().map(UserId::as_str), connection.caller)?;
            Some((connection, then))
        });
        let struck: Vec<_> = struck.collect();
        let expire = struck.iter().filter(|(_, then)| matches!(then, SocketThen::Expire(_)));
        let tokens = expire.filter_map(|(connection, _)| ended_tokens::expired(connection, scope.now)).collect();
        if let Err(refusal) = ended_tokens::end(&control.store, &scope, tokens).await {
            let id = Arc::clone(&armed.id);
            control.store.write(&scope, move |tx| faults::remove(tx, &id)).await?;
            return Err(refusal);
        }
        let orders = struck.into_iter().map(|(connection, then)| (connection, Order::of_fault(&then)));
        hub.order(orders.collect()).await;
    }
    Ok(HttpResponse::Created().json(shown(armed)))
}

/// `DELETE /apps/{api_key}/faults`: all of them.
pub async fn clear(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let cleared = control.store.write(&scope, faults::clear).await?;
    Ok(HttpResponse::Ok().json(Cleared { cleared }))
}

/// `DELETE /apps/{api_key}/faults/{id}`.
pub async fn remove(control: Data<Control>, path: Path<(String, String)>) -> Result<HttpResponse> {
    let (key, id) = path.into_inner();
    let scope = control.scope(&key)?;
    let wanted = id.clone();
    if control.store.write(&scope, move |tx| faults::remove(tx, &wanted)).await? {
        Ok(HttpResponse::Ok().json(Deleted { deleted: &id }))
    } else {
        Err(ControlError::new(ControlCode::UnknownFault, format!("the app has no fault \"{id}\""))
            .with_hint("GET /_millpond/apps/{api_key}/faults lists them"))
    }
}

/// A fault as it is asked for.
pub fn shape(generator: &mut SchemaGenerator) -> Schema {
    shapes::with(Fault::json_schema(generator), "operation", "enum", reading::operations().into())
}

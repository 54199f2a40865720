//! A dry run of a push message (wire-contract 4.9): what would keep it from being delivered. Nothing is sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::acting::{UserReference, named};
use crate::auth::caller::ServerCaller;
use crate::body::Body;
use crate::domain::push_providers as provider_rules;
use crate::domain::users as rules;
use crate::error::{ApiError, Result};
use crate::model::device::Device;
use crate::reply::Reply;
use crate::store::{ReadTx, apps, devices};
use crate::validate::{given, max_chars};

/// A template at the most, in characters.
const TEMPLATE_MAX_CHARS: usize = provider_rules::TEXT_MAX_CHARS;

/// The body of CheckPush.
#[derive(Deserialize)]
pub struct CheckPushRequest {
    user_id: Option<String>,
    user: Option<UserReference>,
    message_id: Option<String>,
    event_type: Option<String>,
    apn_template: Option<String>,
    firebase_template: Option<String>,
    firebase_data_template: Option<String>,
    push_provider_type: Option<String>,
    push_provider_name: Option<String>,
    skip_devices: Option<bool>,
}

/// The answer of CheckPush.
#[derive(Serialize)]
pub struct CheckPushResponse {
    skip_devices: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rendered_apn_template: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rendered_firebase_template: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    general_errors: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    device_errors: BTreeMap<String, DeviceError>,
}

/// Why a device would hear nothing.
#[derive(Serialize)]
struct DeviceError {
    error_message: String,
    provider: String,
    provider_name: String,
}

/// `POST /check_push`: whether a user's devices would hear. Templates are read, and answered with nothing filled in.
pub async fn check(caller: ServerCaller, body: Body<CheckPushRequest>) -> Result<Reply<CheckPushResponse>> {
    let request = body.0;
    let answer = caller.read(|tx| dry_run(tx, request))?;
    Ok(Reply(answer))
}

fn dry_run(tx: &ReadTx<'_>, request: CheckPushRequest) -> Result<CheckPushResponse> {
    let user = named(request.user_id.as_deref(), request.user.as_ref().and_then(UserReference::id))?;
    let user = user.ok_or_else(|| ApiError::input("user_id is required for server side requests"))?;
    rules::present(tx, user)?;
    let (provider, name) = (given(request.push_provider_type), given(request.push_provider_name));
    provider.iter().try_for_each(|provider| provider_rules::check_provider("push_provider_type", provider))?;
    if let Some(id) = given(request.message_id) {
        return Err(ApiError::not_found(format!("message with id \"{id}\" does not exist")));
    }
    let settings = apps::settings(tx)?;
    let mut answer = CheckPushResponse {
        skip_devices: request.skip_devices.unwrap_or_default(),
        event_type: given(request.event_type),
        rendered_apn_template: None,
        rendered_firebase_template: None,
        general_errors: Vec::new(),
        device_errors: BTreeMap::new(),
    };
    if let Some(provider) = &provider {
        answer.general_errors.extend(provider_rules::missing(
            tx,
            &settings,
            provider,
            name.as_deref().unwrap_or_default(),
        )?);
    }
    answer.rendered_apn_template = read(&mut answer.general_errors, "apn_template", request.apn_template)?;
    answer.rendered_firebase_template =
        read(&mut answer.general_errors, "firebase_template", request.firebase_template)?;
    read(&mut answer.general_errors, "firebase_data_template", request.firebase_data_template)?;
    if answer.skip_devices {
        return Ok(answer);
    }
    let of_name = |device: &Device| name.is_none() || device.push_provider_name == name;
    let of_provider = |device: &Device| provider.as_ref().is_none_or(|own| *own == device.push_provider);
    let mut own = devices::of(tx, user)?;
    own.retain(|device| of_provider(device) && of_name(device));
    if own.is_empty() {
        return Err(ApiError::input("User has no enabled devices associated"));
    }
    for device in own {
        let provider_name = device.push_provider_name.unwrap_or_default();
        if let Some(error_message) = provider_rules::missing(tx, &settings, &device.push_provider, &provider_name)? {
            answer
                .device_errors
                .insert(device.id, DeviceError { error_message, provider: device.push_provider, provider_name });
        }
    }
    Ok(answer)
}

/// A template that is JSON; what is none is noted.
fn read(errors: &mut Vec<String>, name: &str, template: Option<String>) -> Result<Option<String>> {
    let Some(template) = given(template) else { return Ok(None) };
    max_chars(name, &template, TEMPLATE_MAX_CHARS)?;
    let is_object = serde_json::from_str::<Value>(&template).is_ok_and(|value| value.is_object());
    if !is_object {
        errors.push(format!("{name} is no JSON object"));
    }
    Ok(is_object.then_some(template))
}

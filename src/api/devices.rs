//! Devices for push messages (wire-contract 4.9).

use serde::{Deserialize, Serialize};

use super::acting::{Acting, UserReference};
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::devices as device_rules;
use crate::domain::push_providers::{self, check_provider};
use crate::error::{ApiError, Result};
use crate::model::device::{Device, ID_MAX_CHARS};
use crate::reply::Reply;
use crate::settings::PushProviders;
use crate::store::devices;
use crate::validate::{given, max_chars, required};
use crate::wire::Empty;
use crate::wire::users::DeviceResponse;

/// The body of CreateDevice.
#[derive(Deserialize)]
pub struct CreateDeviceRequest {
    id: Option<String>,
    push_provider: Option<String>,
    push_provider_name: Option<String>,
    hardware_id: Option<String>,
    voip_token: Option<bool>,
    user_id: Option<String>,
    user: Option<UserReference>,
}

/// `POST /devices`: registers a device; the same again changes nothing.
pub async fn create(caller: AnyCaller, body: Body<CreateDeviceRequest>) -> Result<Reply<Empty>> {
    let request = body.0;
    let acting = Acting::in_body(&caller, request.user_id.as_deref(), request.user.as_ref())?;
    let id = required("id", limited("id", request.id)?)?;
    let provider = required("push_provider", request.push_provider)?;
    check_provider("push_provider", &provider)?;
    let device = Device {
        id,
        user_id: acting.id.to_string(),
        push_provider: provider,
        push_provider_name: given(request.push_provider_name),
        hardware_id: limited("hardware_id", request.hardware_id)?,
        voip: request.voip_token.unwrap_or_default(),
        created_at: caller.scope().now,
    };
    caller
        .write(move |tx| {
            acting.user(tx)?;
            if tx.state().emulator.push_providers == PushProviders::Strict {
                let name = device.push_provider_name.as_deref().unwrap_or_default();
                push_providers::require(tx, &device.push_provider, name)?;
            }
            device_rules::register(tx, &device)
        })
        .await?;
    Ok(Reply(Empty {}))
}

fn limited(name: &str, text: Option<String>) -> Result<Option<String>> {
    let text = given(text);
    max_chars(name, text.as_deref().unwrap_or_default(), ID_MAX_CHARS)?;
    Ok(text)
}

/// The answer of ListDevices.
#[derive(Serialize)]
pub struct DevicesResponse {
    devices: Vec<DeviceResponse>,
}

/// `GET /devices`: a user's devices, newest first.
pub async fn list(caller: AnyCaller) -> Result<Reply<DevicesResponse>> {
    let user = Acting::in_query(&caller)?.id;
    let devices = caller.read(|tx| devices::of(tx, user.as_str()))?;
    Ok(Reply(DevicesResponse { devices: devices.into_iter().map(DeviceResponse::from).collect() }))
}

/// `DELETE /devices`: another user's device is as good as none.
pub async fn delete(caller: AnyCaller) -> Result<Reply<Empty>> {
    let user = Acting::in_query(&caller)?.id;
    let id = caller.params().required("id")?.to_owned();
    caller
        .write(move |tx| {
            let found = devices::remove(tx, user.as_str(), &id)?;
            if found { Ok(()) } else { Err(ApiError::not_found(format!("device with id \"{id}\" does not exist"))) }
        })
        .await?;
    Ok(Reply(Empty {}))
}

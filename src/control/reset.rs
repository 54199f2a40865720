//! Back to the fixture: everything, or one app.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::ControlBody;
use super::error::{ControlError, Result};
use super::shown::{AppShown, app_shown};
use super::{Control, shapes};
use crate::fault::is_close_code;
use crate::store::states::CLOSE_CODE_DEFAULT;

/// The body of a reset, and of whatever else puts another state in an app's place.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// The code with which open sockets are closed; 1000 where none is given.
    #[serde(default)]
    #[schemars(schema_with = "shapes::close_code_or_null")]
    close_code: Option<u16>,
}

impl Closing {
    /// The code with which open sockets are closed: 1000 unless another is asked for.
    pub fn code(&self) -> Result<u16> {
        check_close_code("/close_code", self.close_code.unwrap_or(CLOSE_CODE_DEFAULT))
    }
}

/// A close code that a server may send.
pub fn check_close_code(field: &str, code: u16) -> Result<u16> {
    if is_close_code(code) {
        Ok(code)
    } else {
        Err(ControlError::invalid(field, format!("{code} is no close code that a server may send"))
            .with_hint("1000 is final for SDKs, 1001 and 4000 to 4999 make them come back"))
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub struct AllReset {
    apps: Vec<AppShown>,
}

/// `POST /reset`: all apps go back to the last import or the first start. Apps that were made since are deleted, and
/// those that were deleted come back.
pub async fn all(control: Data<Control>, body: ControlBody<Closing>) -> Result<HttpResponse> {
    control.store.reset_all(body.0.code()?).await?;
    let apps = control.store.apps().all().iter().map(|app| app_shown(app, false)).collect();
    Ok(HttpResponse::Ok().json(AllReset { apps }))
}

/// `POST /apps/{api_key}/reset`.
pub async fn one(control: Data<Control>, key: Path<String>, body: ControlBody<Closing>) -> Result<HttpResponse> {
    control.app(&key)?;
    let app = control.store.reset(&key, body.0.code()?).await?;
    Ok(HttpResponse::Ok().json(app_shown(&app, false)))
}

//! Errors of the control API: what, where, what to do (design.md 6).

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::error::{ApiError, Code};
use crate::fixture::format::Problem;

/// An error of the control API.
#[derive(Clone, Debug)]
pub struct ControlError {
    status: StatusCode,
    code: &'static str,
    message: String,
    field: Option<String>,
    hint: Option<String>,
    problems: Vec<Problem>,
}

/// What control handlers return.
pub type Result<T, E = ControlError> = std::result::Result<T, E>;

impl ControlError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), field: None, hint: None, problems: Vec::new() }
    }

    /// 400: the request is not understood. `field` is a JSON pointer.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(StatusCode::BAD_REQUEST, "invalid_request", message) }
    }

    /// 400: a fixture is wrong. Every problem is told, the first one also as the error itself.
    pub fn invalid_fixture(problems: Vec<Problem>) -> Self {
        let first = problems.first().cloned();
        let message = first.as_ref().map_or_else(String::new, |problem| problem.message.clone());
        let error = Self::new(StatusCode::BAD_REQUEST, "invalid_fixture", message);
        let (field, hint) = first.map_or((None, None), |problem| (Some(problem.field), problem.hint));
        Self { field, hint, problems, ..error }
    }

    /// 403.
    pub fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    /// 404.
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// 409.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// 413.
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    /// 503: the process stops.
    pub fn stopping() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "millpond stops")
    }

    /// The field that is wrong, as a JSON pointer.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// Stream's code that goes with the status, for the journal.
    pub fn stream_code(&self) -> i32 {
        let same = |code: &Code| code.status() == self.status.as_u16();
        Code::ALL.iter().copied().find(same).unwrap_or(Code::InputError).number()
    }

    /// The same for what stands within this field.
    #[must_use]
    pub fn within(self, above: &str) -> Self {
        Self { field: self.field.map(|field| format!("{above}{field}")), ..self }
    }

    /// What to do about it.
    #[cfg(test)]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// What a rule shared with Stream's routes refused.
impl From<ApiError> for ControlError {
    fn from(cause: ApiError) -> Self {
        let status = StatusCode::from_u16(cause.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match cause.code {
            Code::InternalSystemError => Self::new(status, "internal", cause.message),
            Code::DoesNotExistError => Self::new(status, "not_found", cause.message),
            // The app went while the request was on its way.
            Code::AccessKeyError => Self::not_found("unknown_app", cause.message),
            Code::PayloadTooBigError => Self::new(status, "too_large", cause.message),
            Code::NotAllowedError => Self::new(status, "refused", cause.message),
            _ => Self::new(StatusCode::BAD_REQUEST, "invalid_request", cause.message),
        }
    }
}

impl From<crate::mint::Fault> for ControlError {
    fn from(fault: crate::mint::Fault) -> Self {
        Self::invalid(&format!("/{}", fault.field), fault.message)
    }
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl ResponseError for ControlError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(field) = &self.field {
            error["field"] = json!(field);
        }
        if let Some(hint) = &self.hint {
            error["hint"] = json!(hint);
        }
        if !self.problems.is_empty() {
            error["problems"] = self.problems.iter().map(shown).collect();
        }
        HttpResponse::build(self.status).json(json!({ "error": error }))
    }
}

/// A problem of a fixture, as it is listed.
fn shown(problem: &Problem) -> serde_json::Value {
    let Problem { line, column, field, message, hint, .. } = problem;
    json!({"line": line, "column": column, "field": field, "message": message, "hint": hint})
}

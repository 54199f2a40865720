//! Errors of the control API: what, where, what to do (design.md 6).

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use schemars::JsonSchema;
use serde::Serialize;

use super::code::ControlCode;
use crate::error::{ApiError, Code};
use crate::fixture::Problem;

/// An error as it is sent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub struct Refusal<'a> {
    error: Told<'a>,
}

/// What is wrong, where, and what to do.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ErrorTold")]
struct Told<'a> {
    /// What is wrong, for programs.
    #[schemars(extend("enum" = ControlCode::WORDS))]
    code: &'a str,
    /// What is wrong, for people.
    message: &'a str,
    /// The field of the body, or the parameter of the query, that is wrong: a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    /// Every problem of a fixture.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Listed<'a>>,
}

/// A problem of a fixture, as it is listed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
struct Listed<'a> {
    /// The line, from 1.
    line: u32,
    /// The column, from 1.
    column: u32,
    /// The field, as a JSON pointer.
    field: &'a str,
    /// What is wrong.
    message: &'a str,
    /// What to do about it.
    hint: Option<&'a str>,
}

impl<'a> Listed<'a> {
    fn of(problem: &'a Problem) -> Self {
        let Problem { line, column, field, message, hint, .. } = problem;
        Self { line: *line, column: *column, field, message, hint: hint.as_deref() }
    }
}

/// An error of the control API.
#[derive(Clone, Debug)]
pub struct ControlError {
    status: StatusCode,
    code: ControlCode,
    message: String,
    field: Option<String>,
    hint: Option<String>,
    problems: Vec<Problem>,
}

/// What control handlers return.
pub type Result<T, E = ControlError> = std::result::Result<T, E>;

impl ControlError {
    /// An error of this code, with the code's status.
    pub fn new(code: ControlCode, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code, message: message.into(), field: None, hint: None, problems: Vec::new() }
    }

    /// 400: the request is not understood. `field` is a JSON pointer.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(ControlCode::InvalidRequest, message) }
    }

    /// 400: a fixture is wrong. Every problem is told, the first one also as the error itself.
    pub fn invalid_fixture(problems: Vec<Problem>) -> Self {
        let first = problems.first().cloned();
        let message = first.as_ref().map_or_else(String::new, |problem| problem.message.clone());
        let error = Self::new(ControlCode::InvalidFixture, message);
        let (field, hint) = first.map_or((None, None), |problem| (Some(problem.field), problem.hint));
        Self { field, hint, problems, ..error }
    }

    /// 500: the process itself failed.
    pub fn internal(cause: &dyn fmt::Display) -> Self {
        crate::error::ApiError::internal(cause).into()
    }

    /// 503: the process stops.
    pub fn stopping() -> Self {
        Self::new(ControlCode::Stopping, "millpond stops")
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
        if let Some(trouble) = cause.trouble {
            let message = cause.message.trim_end_matches(trouble.hint()).trim_end_matches(". ");
            let told = Self::new(ControlCode::Database, message).with_hint(trouble.hint());
            let status = StatusCode::from_u16(cause.code.status()).unwrap_or(told.status);
            return Self { status, ..told };
        }
        let code = match cause.code {
            Code::RequestTimeoutError => ControlCode::TooSlow,
            Code::InternalSystemError => ControlCode::Internal,
            Code::DoesNotExistError => ControlCode::NotFound,
            // The app went while the request was on its way.
            Code::AccessKeyError => ControlCode::UnknownApp,
            Code::PayloadTooBigError => ControlCode::TooLarge,
            Code::NotAllowedError => ControlCode::Refused,
            _ => ControlCode::InvalidRequest,
        };
        Self::new(code, cause.message)
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
        let Self { code, message, field, hint, .. } = self;
        let problems = self.problems.iter().map(Listed::of).collect();
        let code = code.word();
        let error = Told { code, message, field: field.as_deref(), hint: hint.as_deref(), problems };
        HttpResponse::build(self.status).json(Refusal { error })
    }
}

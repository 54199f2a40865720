//! An app and its clock, as several answers show them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::App;
use crate::clock::{ClockMode, SECOND_NS, Time};

/// An app as the control API shows it.
#[derive(Serialize, JsonSchema)]
pub struct AppShown {
    /// A name for people.
    name: String,
    /// Its key.
    api_key: String,
    /// When it was made.
    created_at: String,
    /// When it is deleted by itself; null for never.
    expires_at: Option<String>,
    /// Its clock.
    clock: ClockShown,
    /// Its secret, where secrets are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_secret: Option<String>,
}

/// What there is to show of an app.
pub fn app_shown(app: &App, secrets: bool) -> AppShown {
    let state = app.state();
    AppShown {
        name: state.name.clone(),
        api_key: app.api_key.to_string(),
        created_at: state.created_at.rfc3339(),
        expires_at: app.expires_at.map(Time::rfc3339),
        clock: clock_shown(app.clock.mode()),
        api_secret: secrets.then(|| state.secret.reveal().to_owned()),
    }
}

/// A clock as the control API shows it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Clock")]
pub struct ClockShown {
    /// With the system, moved by an offset, or frozen.
    #[schemars(extend("enum" = ["system", "offset", "frozen"]))]
    mode: &'static str,
    /// The time it shows.
    now: String,
    /// How far it is from the system's, in seconds; null while it is frozen.
    offset_seconds: Option<i64>,
}

/// What there is to show of a clock.
pub fn clock_shown(mode: ClockMode) -> ClockShown {
    let (name, offset_ns) = match mode {
        ClockMode::System => ("system", Some(0)),
        ClockMode::Offset(ns) => ("offset", Some(ns)),
        // It has no distance that stays.
        ClockMode::Frozen(_) => ("frozen", None),
    };
    ClockShown { mode: name, now: mode.now().rfc3339(), offset_seconds: offset_ns.map(|ns| ns / SECOND_NS) }
}

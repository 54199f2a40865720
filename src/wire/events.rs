//! Events as they go over sockets and long-polls (wire-contract 5).

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::users::UserResponse;
use super::{Dialect, dialect, feeds, optional, to_json};
use crate::clock::Time;
use crate::error::ApiError;
use crate::event::{Event, Payload};
use crate::model::user::User;

/// The frame of an event in a dialect, made once.
pub fn frame(event: &Event, dialect: Dialect) -> &Utf8Bytes {
    event.encoded[dialect as usize].get_or_init(|| match &event.payload {
        Payload::Feeds(change) => feeds::event::frame(&event.kind, event.at, change, dialect).into(),
        _ => text(dialect, event).into(),
    })
}

/// Writes a value of ours as text. It always can be: all keys are texts.
pub fn text<T: Serialize>(dialect: Dialect, value: &T) -> String {
    let bytes = to_json(dialect, value).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &self.kind)?;
        map.serialize_entry("created_at", &self.at)?;
        let mut custom = Map::new();
        match &self.payload {
            Payload::User(user) => {
                map.serialize_entry("user", &about(user))?;
                if dialect() == Dialect::Legacy && self.kind == "user.updated" {
                    map.serialize_entry("members", &[(); 0])?;
                }
            }
            Payload::Ban { user, by, reason, expiration, shadow, channel_cid } => {
                map.serialize_entry("user", &about(user))?;
                optional(&mut map, "created_by", by.as_deref().map(about).as_ref())?;
                optional(&mut map, "reason", reason.as_ref())?;
                optional(&mut map, "expiration", expiration.as_ref())?;
                optional(&mut map, "cid", channel_cid.as_ref())?;
                map.serialize_entry("shadow", shadow)?;
            }
            Payload::Mutes { user, devices, mutes } => {
                map.serialize_entry("me", &UserResponse::own(User::clone(user), devices.clone(), mutes.clone()))?;
            }
            Payload::Muted { user, targets } => {
                map.serialize_entry("user", &about(user))?;
                match targets.as_slice() {
                    [target] => map.serialize_entry("target_user", &about(target))?,
                    targets => map.serialize_entry("target_users", &targets.iter().map(about).collect::<Vec<_>>())?,
                }
            }
            Payload::Deleted { user, hard } => {
                map.serialize_entry("user", &about(user))?;
                map.serialize_entry("hard_delete", hard)?;
                map.serialize_entry("mark_messages_deleted", hard)?;
                for key in ["delete_user", "delete_messages", "delete_conversation"] {
                    map.serialize_entry(key, if *hard { "hard" } else { "soft" })?;
                }
                map.serialize_entry("delete_conversation_channels", &false)?;
            }
            // Written by the frame itself: what it says is shared between the feeds that hear of it.
            Payload::Feeds(_) => {}
            Payload::Flagged { content_type, object_id } => {
                map.serialize_entry("content_type", content_type)?;
                map.serialize_entry("object_id", object_id)?;
            }
            Payload::Reviewed(item) => map.serialize_entry("item", item)?,
            Payload::CustomAction { item, id, options } => {
                map.serialize_entry("action_id", id)?;
                map.serialize_entry("action_options", options)?;
                map.serialize_entry("review_queue_item", item)?;
            }
            Payload::App(app) => map.serialize_entry("app", app)?,
            Payload::Custom { user, data } => {
                map.serialize_entry("user", &about(user))?;
                custom.clone_from(data);
            }
        }
        if dialect() == Dialect::Legacy {
            let taken = ["type", "created_at", "user"];
            custom
                .iter()
                .filter(|(key, _)| !taken.contains(&key.as_str()))
                .try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        } else {
            map.serialize_entry("custom", &custom)?;
        }
        map.end()
    }
}

fn about(user: &User) -> UserResponse {
    UserResponse::event(user.clone())
}

/// An event that was not born here: as it was given, with a time where it has none.
pub fn injected(dialect: Dialect, at: Time, event: &Map<String, Value>) -> Utf8Bytes {
    struct Injected<'a>(Time, &'a Map<String, Value>);
    impl Serialize for Injected<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let Self(at, event) = self;
            let mut map = serializer.serialize_map(None)?;
            if !event.contains_key("created_at") {
                map.serialize_entry("created_at", at)?;
            }
            event.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
            map.end()
        }
    }
    text(dialect, &Injected(at, event)).into()
}

/// The answer to a successful connect.
pub fn connected(dialect: Dialect, connection_id: &str, at: Time, me: &UserResponse) -> String {
    #[derive(Serialize)]
    struct Connected<'a> {
        #[serde(rename = "type")]
        kind: &'static str,
        connection_id: &'a str,
        created_at: Time,
        me: &'a UserResponse,
        #[serde(skip_serializing_if = "Option::is_none")]
        cid: Option<&'static str>,
    }
    // The legacy dialect knows no `connection.ok`: its first health check carries `me` (wire-contract 5.3).
    let (kind, cid) = if dialect == Dialect::Legacy { ("health.check", Some("*")) } else { ("connection.ok", None) };
    text(dialect, &Connected { kind, connection_id, created_at: at, me, cid })
}

/// A health check, with every field that the strictest decoder needs (wire-contract 5.5).
pub fn health_check(dialect: Dialect, connection_id: &str, at: Time) -> String {
    #[derive(Serialize)]
    struct HealthCheck<'a> {
        #[serde(rename = "type")]
        kind: &'static str,
        connection_id: &'a str,
        created_at: Time,
        #[serde(skip_serializing_if = "Option::is_none")]
        cid: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        custom: Option<Map<String, Value>>,
    }
    let legacy = dialect == Dialect::Legacy;
    let (cid, custom) = if legacy { (Some("*"), None) } else { (None, Some(Map::new())) };
    text(dialect, &HealthCheck { kind: "health.check", connection_id, created_at: at, cid, custom })
}

/// The error inside a frame: all six fields, the bare text (wire-contract 5.4).
#[derive(Serialize)]
struct FrameError<'a> {
    code: i32,
    message: &'a str,
    #[serde(rename = "StatusCode")]
    status: u16,
    duration: &'static str,
    more_info: &'static str,
    details: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    exception_fields: Option<BTreeMap<&'a str, &'a str>>,
}

fn frame_error(error: &ApiError) -> FrameError<'_> {
    FrameError {
        code: error.code.number(),
        message: &error.message,
        status: error.code.status(),
        duration: "",
        more_info: "",
        details: [],
        exception_fields: error.field.as_deref().map(|path| BTreeMap::from([(path, &*error.message)])),
    }
}

/// A refusal of a connect. The legacy dialect has it bare.
pub fn refused(dialect: Dialect, at: Time, error: &ApiError) -> String {
    #[derive(Serialize)]
    struct Bare<'a> {
        error: FrameError<'a>,
    }
    match dialect {
        Dialect::Legacy => text(dialect, &Bare { error: frame_error(error) }),
        Dialect::V2 | Dialect::Video => connection_error(dialect, "", at, error),
    }
}

/// An error on an open connection.
pub fn connection_error(dialect: Dialect, connection_id: &str, at: Time, error: &ApiError) -> String {
    #[derive(Serialize)]
    struct ConnectionError<'a> {
        #[serde(rename = "type")]
        kind: &'static str,
        connection_id: &'a str,
        created_at: Time,
        error: FrameError<'a>,
    }
    text(
        dialect,
        &ConnectionError { kind: "connection.error", connection_id, created_at: at, error: frame_error(error) },
    )
}

//! Users as they go over the wire (wire-contract 4.1).

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Dialect, dialect, optional};
use crate::clock::Time;
use crate::model::ban::Ban;
use crate::model::device::Device;
use crate::model::mute::Mute;
use crate::model::user::BUILT_IN;
use crate::model::user::User;

/// Which fields of a user are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    /// `UserResponse`.
    Plain,
    /// The same with the devices.
    WithDevices,
    /// `FullUserResponse`: what queries and updates answer.
    Full,
    /// `OwnUserResponse`: what a connection is told of its own user.
    Own,
    /// What others hear of a user in an event.
    Event,
}

/// A user to be written.
#[derive(Clone, Debug)]
pub struct UserResponse {
    user: User,
    devices: Vec<DeviceResponse>,
    mutes: Vec<MuteResponse>,
    view: View,
}

impl UserResponse {
    /// `UserResponse`.
    pub fn plain(user: User) -> Self {
        Self { user, devices: Vec::new(), mutes: Vec::new(), view: View::Plain }
    }

    /// `UserResponse` with its devices, for an export.
    pub fn with_devices(user: User, devices: Vec<Device>) -> Self {
        Self { view: View::WithDevices, ..Self::full(user, devices, Vec::new()) }
    }

    /// `FullUserResponse`.
    pub fn full(user: User, devices: Vec<Device>, mutes: Vec<Mute>) -> Self {
        let mutes = mutes.into_iter().map(|mute| MuteResponse::new(&user, mute)).collect();
        Self { devices: devices.into_iter().map(DeviceResponse::from).collect(), mutes, view: View::Full, user }
    }

    /// `OwnUserResponse`: the `me` of a connection.
    pub fn own(user: User, devices: Vec<Device>, mutes: Vec<Mute>) -> Self {
        Self { view: View::Own, ..Self::full(user, devices, mutes) }
    }

    /// A user inside of other things: without what is between it and others, or told to nobody.
    pub fn brief(user: &User) -> Self {
        let ban = user.ban.filter(|ban| !ban.shadow);
        Self::plain(User { ban, blocked_ids: Vec::new(), revocation: None, ..user.clone() })
    }

    /// What an event says of a user.
    pub fn event(user: User) -> Self {
        let shown = User { blocked_ids: Vec::new(), revocation: None, ..user };
        Self { view: View::Event, ..Self::plain(shown) }
    }

    /// The user's id.
    pub fn id(&self) -> &str {
        self.user.id.as_str()
    }
}

impl Serialize for UserResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let user = &self.user;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &user.id)?;
        map.serialize_entry("role", &user.role)?;
        map.serialize_entry("language", &user.language)?;
        map.serialize_entry("teams", &user.teams)?;
        map.serialize_entry("created_at", &user.created_at)?;
        map.serialize_entry("updated_at", &user.updated_at)?;
        map.serialize_entry("banned", &user.ban.is_some_and(|ban| !ban.shadow))?;
        // A shadow ban is not told to the user, nor to others.
        if !matches!(self.view, View::Own | View::Event) {
            map.serialize_entry("shadow_banned", &user.ban.is_some_and(|ban| ban.shadow))?;
        }
        // Who is invisible looks offline to others.
        let own = self.view == View::Own;
        map.serialize_entry("online", &(user.online && (own || !user.invisible)))?;
        map.serialize_entry("invisible", &user.invisible)?;
        map.serialize_entry("blocked_user_ids", &user.blocked_ids)?;
        optional(&mut map, "name", user.name.as_ref())?;
        optional(&mut map, "image", user.image.as_ref())?;
        optional(&mut map, "last_active", user.last_active.as_ref())?;
        optional(&mut map, "deactivated_at", user.deactivated_at.as_ref())?;
        optional(&mut map, "deleted_at", user.deleted_at.as_ref())?;
        optional(
            &mut map,
            "revoke_tokens_issued_before",
            user.revocation.map(|revocation| revocation.before).as_ref(),
        )?;
        optional(&mut map, "ban_expires", user.ban.and_then(|ban| ban.expires_at).as_ref())?;
        optional(&mut map, "privacy_settings", user.privacy_settings.as_ref())?;
        optional(&mut map, "teams_role", Some(&user.teams_role).filter(|roles| !roles.is_empty()))?;
        if !matches!(self.view, View::Plain | View::Event) {
            map.serialize_entry("devices", &self.devices)?;
        }
        if self.view == View::Own {
            map.serialize_entry("push_preferences", &PushLevels::default())?;
        }
        if matches!(self.view, View::Full | View::Own) {
            map.serialize_entry("mutes", &self.mutes)?;
            map.serialize_entry("channel_mutes", &[(); 0])?;
            for zero in ["unread_count", "total_unread_count", "unread_channels", "unread_threads"] {
                map.serialize_entry(zero, &0)?;
            }
        }
        custom(&mut map, &user.custom)?;
        map.end()
    }
}

/// Nested, or flattened beside the built-in keys without hiding one (wire-contract 4.1).
fn custom<M: SerializeMap>(map: &mut M, custom: &Map<String, Value>) -> Result<(), M::Error> {
    if dialect() != Dialect::Legacy {
        return map.serialize_entry("custom", custom);
    }
    custom
        .iter()
        .filter(|(key, _)| !BUILT_IN.contains(&key.as_str()))
        .try_for_each(|(key, value)| map.serialize_entry(key, value))
}

/// The push preferences of who has set none (wire-contract 5.2).
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are the wire's")]
struct PushLevels {
    chat_level: &'static str,
    call_level: &'static str,
    feeds_level: &'static str,
}

impl Default for PushLevels {
    fn default() -> Self {
        Self { chat_level: "all", call_level: "all", feeds_level: "all" }
    }
}

/// A mute to be written.
#[derive(Clone, Debug, Serialize)]
pub struct MuteResponse {
    user: UserResponse,
    target: UserResponse,
    created_at: Time,
    updated_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<Time>,
}

impl MuteResponse {
    /// A mute of this user's. Whom either has blocked is not said in each.
    pub fn new(user: &User, mute: Mute) -> Self {
        let brief = |user: User| UserResponse::plain(User { blocked_ids: Vec::new(), revocation: None, ..user });
        Self {
            user: brief(user.clone()),
            target: brief(mute.target),
            created_at: mute.row.created_at,
            updated_at: mute.row.updated_at,
            expires: mute.row.expires_at,
        }
    }
}

/// A ban to be written (wire-contract 4.12).
#[derive(Serialize)]
pub struct BanResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    banned_by: Option<UserResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    shadow: bool,
}

impl BanResponse {
    /// A ban, whose channel, if it is in one, is not told: there are none here.
    pub fn new(user: Option<UserResponse>, banned_by: Option<UserResponse>, ban: Ban) -> Self {
        let Ban { created_at, expires_at: expires, reason, shadow, .. } = ban;
        Self { user, banned_by, created_at, expires, reason, shadow }
    }
}

/// A device to be written.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceResponse {
    id: String,
    user_id: String,
    push_provider: String,
    created_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    push_provider_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hardware_id: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    voip: bool,
}

impl From<Device> for DeviceResponse {
    fn from(device: Device) -> Self {
        Self {
            id: device.id,
            user_id: device.user_id,
            push_provider: device.push_provider,
            created_at: device.created_at,
            push_provider_name: device.push_provider_name,
            hardware_id: device.hardware_id,
            voip: device.voip,
        }
    }
}

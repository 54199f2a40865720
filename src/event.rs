//! What happened, for whoever listens: collected in a write transaction, sent out after its commit, in commit order.
//!
//! An event holds plain values; it is encoded once for each dialect, when the first listener of that dialect needs it.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde_json::{Map, Value};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use self::feeds::FeedEvent;
use self::topic::Topic;
use crate::clock::Time;
use crate::ids::UserId;
use crate::model::device::Device;
use crate::model::moderation::EnrichedItem;
use crate::model::mute::Mute;
use crate::model::user::User;

pub mod feeds;
pub mod topic;

/// What an event says beside its type and time.
#[derive(Clone, Debug)]
pub enum Payload {
    /// About a user.
    User(Box<User>),
    /// A ban, or its end.
    Ban {
        /// Who is banned.
        user: Box<User>,
        /// Who did it.
        by: Option<Box<User>>,
        /// Why.
        reason: Option<String>,
        /// When it ends.
        expiration: Option<Time>,
        /// Only others notice.
        shadow: bool,
        /// Where; `None` for the whole app.
        channel_cid: Option<String>,
    },
    /// Whom a user has muted by now, with all else that the user's own connections are told of it.
    Mutes {
        /// Who has muted.
        user: Box<User>,
        /// Its devices.
        devices: Vec<Device>,
        /// Its mutes.
        mutes: Vec<Mute>,
    },
    /// Somebody was muted, or is no longer.
    Muted {
        /// Who did it.
        user: Box<User>,
        /// Upon whom.
        targets: Vec<User>,
    },
    /// A deletion.
    Deleted {
        /// Who was deleted.
        user: Box<User>,
        /// Nothing is left.
        hard: bool,
    },
    /// The app's settings that clients see.
    App(Map<String, Value>),
    /// What a server sends to a user.
    Custom {
        /// To whom.
        user: Box<User>,
        /// The event's own data.
        data: Map<String, Value>,
    },
    /// Something was flagged.
    Flagged {
        /// What kind of thing.
        content_type: String,
        /// Which thing.
        object_id: String,
    },
    /// An item of the review queue was reviewed.
    Reviewed(Box<EnrichedItem>),
    /// Something is to be done about an item that the app itself has to do.
    CustomAction {
        /// The item.
        item: Box<EnrichedItem>,
        /// What is to be done.
        id: String,
        /// How.
        options: Map<String, Value>,
    },
    /// Something in feeds.
    Feeds(FeedEvent),
}

/// Something that happened.
#[derive(Debug)]
pub struct Event {
    /// Its type, such as `user.updated`.
    pub kind: Cow<'static, str>,
    /// When.
    pub at: Time,
    /// Who hears of it.
    pub audience: Vec<Topic>,
    /// Of those only these, where not all may.
    pub only: Option<Vec<UserId>>,
    /// What it says.
    pub payload: Payload,
    /// The frame of each dialect, once somebody needed it; sockets share its bytes.
    pub encoded: [OnceLock<Utf8Bytes>; 3],
}

impl Event {
    /// An event of now.
    pub fn new(
        kind: impl Into<Cow<'static, str>>,
        at: Time,
        audience: impl Into<Vec<Topic>>,
        payload: Payload,
    ) -> Self {
        Self { kind: kind.into(), at, audience: audience.into(), only: None, payload, encoded: Default::default() }
    }

    /// The same for none but these users.
    #[must_use]
    pub fn only_for(self, users: Option<Vec<UserId>>) -> Self {
        Self { only: users, ..self }
    }

    /// Whether a user hears of it who is in its audience.
    pub fn is_for(&self, user: Option<&UserId>) -> bool {
        self.only.as_ref().is_none_or(|only| user.is_some_and(|user| only.contains(user)))
    }

    /// The user that it is about; `None` when it is about the app.
    pub fn about(&self) -> Option<UserId> {
        match &self.payload {
            Payload::User(user)
            | Payload::Ban { user, .. }
            | Payload::Mutes { user, .. }
            | Payload::Muted { user, .. }
            | Payload::Deleted { user, .. }
            | Payload::Custom { user, .. } => Some(user.id.clone()),
            Payload::Feeds(event) => event.change.user.as_ref().map(|user| user.id.clone()),
            Payload::App(_) | Payload::Flagged { .. } | Payload::Reviewed(_) | Payload::CustomAction { .. } => None,
        }
    }
}

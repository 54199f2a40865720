//! Pins.

use serde::{Serialize, Serializer};

use crate::clock::Time;
use crate::ids::{FeedId, UserId};
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::pin::EnrichedPin;
use crate::wire::users::UserResponse;

impl Serialize for EnrichedPin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct PinResponse<'a> {
            feed: &'a FeedId,
            activity: &'a EnrichedActivity,
            user: UserResponse,
            created_at: Time,
            updated_at: Time,
        }
        let Self { pin, fid, activity, user } = self;
        let (created_at, updated_at) = (pin.created_at, pin.updated_at);
        PinResponse { feed: fid, activity, user: UserResponse::brief(user), created_at, updated_at }
            .serialize(serializer)
    }
}

/// A pin as answers of its operations and events have it.
#[derive(Serialize)]
pub struct Pinned<'a> {
    activity: &'a EnrichedActivity,
    feed: &'a FeedId,
    user_id: &'a UserId,
    created_at: Time,
    // Decoders of events want it.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<&'static str>,
}

impl<'a> Pinned<'a> {
    /// As an event has it.
    pub fn in_event(pin: &'a EnrichedPin) -> Self {
        Self { duration: Some("0.00ms"), ..Self::new(pin) }
    }

    /// As an answer has it, to which the duration is added.
    pub fn new(pin: &'a EnrichedPin) -> Self {
        let EnrichedPin { pin, fid, activity, .. } = pin;
        Self { activity, feed: fid, user_id: &pin.user_id, created_at: pin.created_at, duration: None }
    }
}

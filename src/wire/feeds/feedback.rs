//! What somebody said of an activity.

use serde::{Serialize, Serializer};

use crate::clock::Time;
use crate::model::feeds::feedback::EnrichedFeedback;
use crate::wire::users::UserResponse;

impl Serialize for EnrichedFeedback {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct FeedbackResponse<'a> {
            activity_id: &'a str,
            action: &'static str,
            // A text on the wire.
            value: &'static str,
            user: UserResponse,
            created_at: Time,
            updated_at: Time,
        }
        let Self { feedback, activity_id, user } = self;
        FeedbackResponse {
            activity_id,
            action: feedback.action.name(),
            value: if feedback.value { "true" } else { "false" },
            user: UserResponse::brief(user),
            created_at: feedback.created_at,
            updated_at: feedback.updated_at,
        }
        .serialize(serializer)
    }
}

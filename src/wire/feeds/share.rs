//! Shares.

use serde::{Serialize, Serializer};

use crate::clock::Time;
use crate::model::feeds::share::EnrichedShare;
use crate::wire::users::UserResponse;

impl Serialize for EnrichedShare {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct ShareResponse<'a> {
            activity_id: &'a str,
            user: UserResponse,
            created_at: Time,
        }
        let Self { share, user } = self;
        ShareResponse { activity_id: &share.activity_id, user: UserResponse::brief(user), created_at: share.created_at }
            .serialize(serializer)
    }
}

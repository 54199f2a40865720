//! Reactions.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::clock::Time;
use crate::model::feeds::reaction::{EnrichedReaction, ReactionGroup};
use crate::wire::users::UserResponse;

impl Serialize for EnrichedReaction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct ReactionResponse<'a> {
            activity_id: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            comment_id: Option<&'a str>,
            #[serde(rename = "type")]
            kind: &'a str,
            user: UserResponse,
            custom: &'a Map<String, Value>,
            created_at: Time,
            updated_at: Time,
        }
        let Self { reaction, address, user } = self;
        ReactionResponse {
            activity_id: &address.activity_id,
            comment_id: address.comment_id.as_deref(),
            kind: &reaction.kind,
            user: UserResponse::brief(user),
            custom: &reaction.custom,
            created_at: reaction.created_at,
            updated_at: reaction.updated_at,
        }
        .serialize(serializer)
    }
}

/// How many reactions there are of each type.
pub struct Groups<'a>(pub &'a BTreeMap<String, ReactionGroup>);

impl Serialize for Groups<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct GroupResponse {
            count: i64,
            first_reaction_at: Time,
            last_reaction_at: Time,
        }
        serializer.collect_map(self.0.iter().map(|(kind, group)| {
            let ReactionGroup { count, first_at, last_at } = *group;
            (kind, GroupResponse { count, first_reaction_at: first_at, last_reaction_at: last_at })
        }))
    }
}

//! Flagging for moderators (wire-contract 4.10; the shapes on v2 and the older ones).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acting::{Acting, UserReference, may};
use super::viewer::Viewer;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::clock::Time;
use crate::domain::flags as flag_rules;
use crate::domain::moderation::queue::{self, Said};
use crate::domain::users::{self as rules, check_object};
use crate::error::Result;
use crate::model::flag::Flag;
use crate::reply::{self, Reply};
use crate::store::flags;
use crate::validate::{given, required};
use crate::wire::Empty;
use crate::wire::users::UserResponse;

/// The kind of thing that a user is, where older clients flag one.
const USER: &str = "stream:user";

/// The body of Flag. Older clients name a user by `target_user_id`, and a message by `target_message_id`.
#[derive(Deserialize)]
pub struct FlagRequest {
    entity_type: Option<String>,
    entity_id: Option<String>,
    target_user_id: Option<String>,
    target_message_id: Option<String>,
    reason: Option<String>,
    custom: Option<Map<String, Value>>,
    entity_creator_id: Option<String>,
    moderation_payload: Option<Map<String, Value>>,
    user_id: Option<String>,
    user: Option<UserReference>,
}

/// The answer of Flag: on v2 the item alone, to older clients the flag.
#[derive(Serialize)]
#[serde(untagged)]
pub enum FlagResponse {
    /// On v2.
    Item {
        /// The item of the review queue.
        item_id: String,
    },
    /// To older clients.
    Flag {
        /// The flag.
        flag: Box<UserFlag>,
        /// The item of the review queue.
        review_queue_item_id: String,
    },
}

/// A user's flag upon another.
#[derive(Serialize)]
pub struct UserFlag {
    user: UserResponse,
    target_user: UserResponse,
    created_by_automod: bool,
    created_at: Time,
    updated_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    custom: Map<String, Value>,
}

impl FlagRequest {
    fn target_user(&self) -> Option<&String> {
        given(self.target_user_id.as_ref())
    }

    /// What kind of thing is flagged, and which.
    fn entity(&self) -> Result<(String, String)> {
        if let Some(user) = self.target_user() {
            return Ok((USER.to_owned(), user.clone()));
        }
        if given(self.target_message_id.as_ref()).is_some() {
            return Err(reply::part_not_built("Flag of a message"));
        }
        let kind = required("entity_type", self.entity_type.clone())?;
        Ok((kind, required("entity_id", self.entity_id.clone())?))
    }
}

/// `POST /moderation/flag`: whatever is flagged of one thing belongs to one item.
pub async fn flag(caller: AnyCaller, body: Body<FlagRequest>) -> Result<Reply<FlagResponse>> {
    let request = body.0;
    let acting = Acting::in_body(&caller, request.user_id.as_deref(), request.user.as_ref())?;
    let (entity_type, entity_id) = request.entity()?;
    let target = request.target_user().cloned();
    let flag = Flag {
        user_id: acting.id.to_string(),
        entity_type,
        entity_id,
        item_id: String::new(),
        reason: given(request.reason),
        custom: request.custom.unwrap_or_default(),
        created_at: caller.scope().now,
        updated_at: caller.scope().now,
    };
    flag_rules::check(&flag)?;
    let creator_id = given(request.entity_creator_id);
    flag_rules::check_entity(&flag.entity_type, &flag.entity_id, creator_id.as_deref())?;
    let payload = request.moderation_payload;
    check_object("moderation_payload", payload.as_ref().unwrap_or(&Map::new()))?;
    let (by, viewer) = (caller.owned_subject(), Viewer::of(&caller));
    let answer = caller.write(move |tx| {
        may(tx, by, "FlagUser")?;
        let user = acting.user(tx)?;
        let target = target.map(|id| rules::undeleted(tx, &id)).transpose()?;
        let item_id = queue::flag(tx, flag.clone(), Said { creator_id, payload })?.id;
        let Some(target) = target else { return Ok(FlagResponse::Item { item_id }) };
        let flag = flags::get(tx, user.id.as_str(), &flag.entity_type, &flag.entity_id)?.unwrap_or(flag);
        let flag = UserFlag {
            user: viewer.plain(user),
            target_user: viewer.plain(target),
            created_by_automod: false,
            created_at: flag.created_at,
            updated_at: flag.updated_at,
            reason: flag.reason,
            custom: flag.custom,
        };
        Ok(FlagResponse::Flag { flag: Box::new(flag), review_queue_item_id: item_id })
    });
    Ok(Reply(answer.await?))
}

/// `POST /moderation/unflag`: answered, and nothing else, as production does since its review queue ends flags.
pub async fn unflag(caller: AnyCaller, body: Body<FlagRequest>) -> Result<Reply<Empty>> {
    Acting::in_body(&caller, body.0.user_id.as_deref(), body.0.user.as_ref())?;
    body.0.entity()?;
    Ok(Reply(Empty {}))
}

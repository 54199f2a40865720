//! What moderators do about what was flagged (feeds-interactions 10): servers, and who may review it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::api::acting::{UserReference, may, named};
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::moderation::actions::{self as rules, Action, Done, Submitted};
use crate::domain::moderation::entity::Kind;
use crate::domain::moderation::tell;
use crate::domain::{bans, users};
use crate::error::{ApiError, Result};
use crate::model::ban::Ban;
use crate::model::moderation::{EnrichedAppeal, EnrichedItem};
use crate::reply::{self, Reply};
use crate::validate::{given, required};

/// The actions that there are, in Stream's words.
const ACTIONS: &[&str] = &[
    "flag",
    "mark_reviewed",
    "delete_message",
    "delete_activity",
    "delete_comment",
    "delete_reaction",
    "ban",
    "custom",
    "unban",
    "restore",
    "delete_user",
    "delete_user_messages",
    "unblock",
    "block",
    "shadow_block",
    "unmask",
    "kick_user",
    "end_call",
    "reject_appeal",
    "escalate",
    "de_escalate",
    "bypass",
];

/// The body of SubmitAction. What belongs to an action is in a field of its name.
#[derive(Deserialize)]
pub struct SubmitActionRequest {
    action_type: Option<String>,
    item_id: Option<String>,
    appeal_id: Option<String>,
    reject_appeal: Option<Reason>,
    user_id: Option<String>,
    user: Option<UserReference>,
    ban: Option<BanOptions>,
    unban: Option<UnbanOptions>,
    delete_activity: Option<DeleteOptions>,
    delete_comment: Option<DeleteOptions>,
    delete_user: Option<DeleteOptions>,
    block: Option<Reason>,
    shadow_block: Option<Reason>,
    restore: Option<Reason>,
    unblock: Option<Reason>,
    mark_reviewed: Option<Reason>,
    custom: Option<CustomOptions>,
    escalate: Option<EscalateOptions>,
}

#[derive(Default, Deserialize)]
struct BanOptions {
    target_user_id: Option<String>,
    timeout: Option<i64>,
    reason: Option<String>,
    shadow: Option<bool>,
    channel_cid: Option<String>,
}

#[derive(Default, Deserialize)]
struct UnbanOptions {
    target_user_id: Option<String>,
    channel_cid: Option<String>,
    decision_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct DeleteOptions {
    entity_id: Option<String>,
    hard_delete: Option<bool>,
    delete_feeds_content: Option<bool>,
    reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Reason {
    reason: Option<String>,
    decision_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct CustomOptions {
    id: Option<String>,
    options: Option<Map<String, Value>>,
}

#[derive(Default, Deserialize)]
struct EscalateOptions {
    reason: Option<String>,
    notes: Option<String>,
    priority: Option<String>,
}

impl EscalateOptions {
    fn metadata(&self) -> Map<String, Value> {
        let told = [("reason", &self.reason), ("notes", &self.notes), ("priority", &self.priority)];
        told.into_iter().filter_map(|(key, text)| Some((key.to_owned(), json!(text.as_ref()?)))).collect()
    }
}

impl SubmitActionRequest {
    /// What is to be done.
    fn submitted(self) -> Result<Submitted> {
        let wanted = required("action_type", self.action_type)?;
        let Some(name) = ACTIONS.iter().find(|name| **name == wanted).copied() else {
            return Err(ApiError::input(format!("action_type must be one of [{}]", ACTIONS.join(" "))));
        };
        let (mut entity_id, mut user_id) = (None, None);
        let mut deleted = |options: Option<DeleteOptions>| {
            let options = options.unwrap_or_default();
            entity_id = given(options.entity_id);
            (options.hard_delete == Some(true), options.delete_feeds_content == Some(true), options.reason)
        };
        let said = |options: Option<Reason>| options.and_then(|said| said.reason.or(said.decision_reason));
        let (action, reason) = match name {
            "mark_reviewed" => (Action::MarkReviewed, said(self.mark_reviewed)),
            "delete_activity" => {
                let (is_hard, _, reason) = deleted(self.delete_activity);
                (Action::Delete { kind: Kind::Activity, is_hard }, reason)
            }
            "delete_comment" => {
                let (is_hard, _, reason) = deleted(self.delete_comment);
                (Action::Delete { kind: Kind::Comment, is_hard }, reason)
            }
            "delete_user" => {
                let (is_hard, with_content, reason) = deleted(self.delete_user);
                (Action::DeleteUser { is_hard, with_content }, reason)
            }
            "ban" => {
                let BanOptions { target_user_id, timeout, reason, shadow, channel_cid } = self.ban.unwrap_or_default();
                user_id = given(target_user_id);
                let ban = Ban {
                    channel_cid: channel_cid.unwrap_or_default(),
                    shadow: shadow.unwrap_or_default(),
                    reason: given(reason.clone()),
                    ..Ban::default()
                };
                (Action::Ban { ban, timeout_ns: bans::timeout_ns(timeout)? }, reason)
            }
            "unban" => {
                let UnbanOptions { target_user_id, channel_cid, decision_reason } = self.unban.unwrap_or_default();
                user_id = given(target_user_id);
                (Action::Unban { channel_cid: channel_cid.unwrap_or_default() }, decision_reason)
            }
            "block" | "shadow_block" => (Action::TakeAway, said(self.block.or(self.shadow_block))),
            "restore" | "unblock" => (Action::ShowAgain, said(self.restore.or(self.unblock))),
            "custom" => {
                let CustomOptions { id, options } = self.custom.unwrap_or_default();
                let id = required("custom.id", id)?;
                (Action::Custom { id, options: options.unwrap_or_default() }, None)
            }
            "escalate" => {
                let options = self.escalate.unwrap_or_default();
                (Action::Escalate(options.metadata()), options.reason)
            }
            "reject_appeal" => {
                (Action::RejectAppeal, Some(required("reject_appeal.decision_reason", said(self.reject_appeal))?))
            }
            "de_escalate" => (Action::Deescalate, None),
            // What is left is about messages, calls and reactions, or is not built.
            other => return Err(reply::part_not_built(&format!("The action {other}"))),
        };
        let reason = reason.unwrap_or_default();
        Ok(Submitted {
            name,
            action,
            item_id: given(self.item_id),
            entity_id,
            user_id,
            appeal_id: given(self.appeal_id),
            reason,
        })
    }
}

/// The answer of SubmitAction.
#[derive(Serialize)]
pub struct SubmitActionResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<EnrichedItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appeal_item: Option<EnrichedAppeal>,
}

/// `POST /moderation/submit_action`.
pub async fn submit(caller: AnyCaller, body: Body<SubmitActionRequest>) -> Result<Reply<SubmitActionResponse>> {
    let by_server = named(body.0.user_id.as_deref(), body.0.user.as_ref().and_then(UserReference::id))?;
    let moderator = if caller.is_server() {
        by_server.map(|id| users::user_id("user_id", id)).transpose()?
    } else {
        caller.user_id().cloned()
    };
    let submitted = body.0.submitted()?;
    let (by, again) = (caller.owned_subject(), caller.owned_subject());
    let item = caller.write(move |tx| {
        may(tx, by, tell::REVIEW)?;
        if let Some(action) = submitted.action.needs() {
            may(tx, again, action)?;
        }
        let moderator = moderator.map(|id| users::ensure(tx, &id)).transpose()?;
        rules::submit(tx, moderator.as_ref(), submitted)
    });
    let Done { item, appeal } = item.await?;
    Ok(Reply(SubmitActionResponse { item, appeal_item: appeal }))
}

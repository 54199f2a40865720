//! Banning, unbanning, and who is banned (wire-contract 4.12).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acting::{UserReference, may, named};
use super::viewer::Viewer;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::bans as ban_rules;
use crate::domain::feeds::enrich::Users;
use crate::domain::users as rules;
use crate::error::{ApiError, Result};
use crate::model::ban::Ban;
use crate::permission::Request;
use crate::query::moment;
use crate::query::page::{Page, bounded};
use crate::reply::Reply;
use crate::store::ReadTx;
use crate::store::bans::{self, BANS};
use crate::validate::{given, required};
use crate::wire::users::BanResponse;
use crate::wire::{Dialect, Empty};

mod action_configs;
pub mod actions;
pub mod appeals;
pub mod check;
pub mod configs;
pub mod queue;
pub mod templates;

/// The body of Ban. The legacy names for who bans are `user_id` and `user`.
#[derive(Deserialize)]
pub struct BanRequest {
    target_user_id: Option<String>,
    banned_by_id: Option<String>,
    banned_by: Option<UserReference>,
    user_id: Option<String>,
    user: Option<UserReference>,
    timeout: Option<i64>,
    reason: Option<String>,
    shadow: Option<bool>,
    channel_cid: Option<String>,
    #[serde(rename = "type")]
    channel_type: Option<String>,
    id: Option<String>,
}

impl BanRequest {
    fn banned_by(&self) -> Result<Option<String>> {
        let legacy = named(self.user_id.as_deref(), self.user.as_ref().and_then(UserReference::id))?;
        let by_id = given(self.banned_by_id.as_deref());
        let by = by_id.or_else(|| self.banned_by.as_ref().and_then(UserReference::id)).or(legacy);
        Ok(by.map(str::to_owned))
    }

    /// The channel, which legacy callers name by type and id.
    fn channel(&self) -> String {
        match (&self.channel_cid, &self.channel_type, &self.id) {
            (Some(cid), _, _) => cid.clone(),
            (None, Some(kind), Some(id)) => format!("{kind}:{id}"),
            _ => String::new(),
        }
    }
}

/// `POST /moderation/ban`: upon the whole app, or in one channel. Signing in stays possible.
pub async fn ban(caller: AnyCaller, body: Body<BanRequest>) -> Result<Reply<Empty>> {
    let request = body.0;
    let target = required("target_user_id", request.target_user_id.clone())?;
    let timeout = ban_rules::timeout_ns(request.timeout)?;
    let banned_by = match caller.user_id() {
        Some(id) => Some(id.to_string()),
        None => request.banned_by()?,
    };
    let ban = Ban {
        user_id: target,
        channel_cid: request.channel(),
        shadow: request.shadow.unwrap_or_default(),
        banned_by,
        reason: given(request.reason),
        expires_at: timeout.map(|timeout| caller.scope().now.plus(timeout)),
        created_at: None,
    };
    ban_rules::check(&ban)?;
    let by = caller.owned_subject();
    caller
        .write(move |tx| {
            may(tx, by, "BanUser")?;
            ban_rules::set(tx, &ban)
        })
        .await?;
    Ok(Reply(Empty {}))
}

/// `POST /moderation/unban`, and `DELETE /moderation/ban` (legacy): lifts a ban; who has none is unbanned all the same.
///
/// Legacy callers say whether they mean the shadow ban or the plain one; others cannot, and lift whichever there is.
pub async fn unban(caller: AnyCaller) -> Result<Reply<Empty>> {
    let params = caller.params();
    let target = params.required("target_user_id")?.to_owned();
    let shadow = params.flag("shadow")?;
    let channel = match (params.get("channel_cid"), params.get("type"), params.get("id")) {
        (Some(cid), _, _) => cid.to_owned(),
        (None, Some(kind), Some(id)) => format!("{kind}:{id}"),
        _ => String::new(),
    };
    let names_kind = caller.dialect() == Dialect::Legacy;
    let by = caller.owned_subject();
    caller
        .write(move |tx| {
            may(tx, by, "BanUser")?;
            let user = rules::undeleted(tx, &target)?;
            let other_kind = names_kind && channel.is_empty() && user.ban.is_some_and(|ban| ban.shadow != shadow);
            if other_kind {
                return Ok(());
            }
            ban_rules::lift(tx, &target, &channel, shadow)
        })
        .await?;
    Ok(Reply(Empty {}))
}

/// The `payload` of QueryBannedUsers. `null` means not given, in each.
#[derive(Deserialize)]
pub struct QueryBannedUsersPayload {
    filter_conditions: Option<Map<String, Value>>,
    sort: Option<Vec<Value>>,
    limit: Option<i64>,
    offset: Option<i64>,
    exclude_expired_bans: Option<bool>,
    created_at_after: Option<Value>,
    created_at_after_or_equal: Option<Value>,
    created_at_before: Option<Value>,
    created_at_before_or_equal: Option<Value>,
}

/// The answer of QueryBannedUsers.
#[derive(Serialize)]
pub struct QueryBannedUsersResponse {
    bans: Vec<BanResponse>,
}

/// `GET /query_banned_users`: the bans that match a filter, for servers and whoever may ban.
pub async fn query(caller: AnyCaller) -> Result<Reply<QueryBannedUsersResponse>> {
    let payload: QueryBannedUsersPayload = caller.params().json("payload")?;
    let page = Page::of(payload.limit, payload.offset)?;
    let filter = payload.filter_conditions.ok_or_else(|| ApiError::input("filter_conditions is a required field"))?;
    let time = |name, time: Option<Value>| time.map(|time| moment(name, &time)).transpose();
    let times = [
        ("$gt", time("created_at_after", payload.created_at_after)?),
        ("$gte", time("created_at_after_or_equal", payload.created_at_after_or_equal)?),
        ("$lt", time("created_at_before", payload.created_at_before)?),
        ("$lte", time("created_at_before_or_equal", payload.created_at_before_or_equal)?),
    ];
    let filter = bounded(filter, "created_at", times);
    let query = BANS.parse(&filter, payload.sort.as_deref().unwrap_or_default())?;
    caller.require(Request::app_level("BanUser"))?;
    let viewer = Viewer::of(&caller);
    let include_ended = !payload.exclude_expired_bans.unwrap_or_default();
    let job = move |tx: &ReadTx<'_>| {
        let bans = bans::select(tx, &query, page, include_ended)?;
        let named = bans.iter().flat_map(|ban| ban.banned_by.as_deref().into_iter().chain([ban.user_id.as_str()]));
        let users = Users::load(tx, named)?;
        let shown = |id: &str| users.known(id).map(|user| viewer.plain(Arc::unwrap_or_clone(user)));
        let told = |ban: Ban| BanResponse::new(shown(&ban.user_id), ban.banned_by.as_deref().and_then(shown), ban);
        Ok(bans.into_iter().map(told).collect::<Vec<_>>())
    };
    Ok(Reply(QueryBannedUsersResponse { bans: caller.scan(job).await? }))
}

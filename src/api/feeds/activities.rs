//! Activities (feeds-core 6).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acting::{Acting, Named};
use super::activity_request::{ActivityRequest, Change, Telling};
use super::language::ReadIn;
use super::threads::shown;
use crate::auth::caller::{AnyCaller, ServerCaller};
use crate::body::Body;
use crate::domain::feeds::access::Actor;
use crate::domain::feeds::activities::{self as rules, ActivityInput, Deletion, Written};
use crate::domain::feeds::enrich::OwnFields;
use crate::domain::users;
use crate::error::Result;
use crate::model::feeds::activity::EnrichedActivity;
use crate::permission::capability::Capability;
use crate::reply::Reply;
use crate::validate::batch;
use crate::wire::Empty;

/// Activities in one batch at the most.
const BATCH_MAX: usize = 100;

/// The body of AddActivity.
#[derive(Deserialize)]
pub struct AddActivityRequest {
    #[serde(flatten)]
    named: Named,
    #[serde(flatten)]
    activity: ActivityRequest,
    enrich_own_fields: Option<bool>,
}

/// The answer of the operations on one activity.
#[derive(Serialize)]
pub struct ActivityResponse {
    activity: EnrichedActivity,
    #[serde(skip_serializing_if = "Option::is_none")]
    mention_notifications_created: Option<i64>,
}

impl From<Written> for ActivityResponse {
    fn from(Written { activity, mentions_told }: Written) -> Self {
        Self { activity, mention_notifications_created: mentions_told }
    }
}

impl From<EnrichedActivity> for ActivityResponse {
    fn from(activity: EnrichedActivity) -> Self {
        Self { activity, mention_notifications_created: None }
    }
}

/// `POST /feeds/activities`.
pub async fn add(caller: AnyCaller, body: Body<AddActivityRequest>) -> Result<Reply<ActivityResponse>> {
    let AddActivityRequest { named, activity, enrich_own_fields } = body.0;
    let acting = Acting::required(&caller, named)?;
    let input = activity.checked()?;
    let own = OwnFields::asked(enrich_own_fields);
    let activity = caller.write(move |tx| {
        let author = acting.user(tx, Capability::AddActivity.action())?;
        rules::upsert(tx, acting.actor(), &author, input, own)
    });
    Ok(Reply(activity.await?.into()))
}

/// The body of UpsertActivities.
#[derive(Deserialize)]
pub struct UpsertActivitiesRequest {
    activities: Option<Vec<AddActivityRequest>>,
    enrich_own_fields: Option<bool>,
}

/// The answer of the operations on several activities.
#[derive(Serialize)]
pub struct ActivitiesResponse {
    activities: Vec<EnrichedActivity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mention_notifications_created: Option<i64>,
}

impl From<Vec<Written>> for ActivitiesResponse {
    fn from(written: Vec<Written>) -> Self {
        let told = written.iter().filter_map(|one| one.mentions_told).reduce(|all, more| all + more);
        let activities = written.into_iter().map(|one| one.activity).collect();
        Self { activities, mention_notifications_created: told }
    }
}

/// `POST /feeds/activities/batch`: all or none, answered in the order of the request.
pub async fn upsert(caller: AnyCaller, body: Body<UpsertActivitiesRequest>) -> Result<Reply<ActivitiesResponse>> {
    let requests = body.0.activities.unwrap_or_default();
    batch("activities", requests.len(), BATCH_MAX)?;
    let own = OwnFields::asked(body.0.enrich_own_fields);
    let all = requests.into_iter().map(|request| {
        let acting = Acting::required(&caller, request.named)?;
        Ok((acting, request.activity.checked()?))
    });
    let all = all.collect::<Result<Vec<_>>>()?;
    let activities = caller.write(move |tx| {
        let upsert = |(acting, input): (Acting, ActivityInput)| {
            let author = acting.user(tx, Capability::AddActivity.action())?;
            rules::upsert(tx, acting.actor(), &author, input, own)
        };
        all.into_iter().map(upsert).collect::<Result<Vec<_>>>()
    });
    Ok(Reply(activities.await?.into()))
}

/// `GET /feeds/activities/{id}`.
pub async fn get(caller: AnyCaller, id: Path<String>) -> Result<Reply<ActivityResponse>> {
    let acting = Acting::of(&caller, Named::in_query(&caller))?;
    let (comments, language) = (shown(caller.params())?, ReadIn::of(caller.params())?);
    let activity = caller.read(|tx| rules::show(tx, acting.actor(), &id, comments))?;
    Ok(Reply(language.put(activity).into()))
}

/// `PUT /feeds/activities/{id}`: what is not said is cleared, but for what says where and what it is.
pub async fn update(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<AddActivityRequest>,
) -> Result<Reply<ActivityResponse>> {
    let AddActivityRequest { named, activity: request, enrich_own_fields } = body.0;
    let acting = Acting::required(&caller, named)?;
    let own = OwnFields::asked(enrich_own_fields);
    let activity = caller.write(move |tx| {
        let editor = acting.user(tx, Capability::UpdateOwnActivity.action())?;
        let before = rules::live_of(tx, &id)?;
        let input = request.or_as_in(&before).checked()?;
        rules::edit(tx, acting.actor(), &editor, &before, input, own)
    });
    Ok(Reply(activity.await?.into()))
}

/// The body of UpdateActivityPartial.
#[derive(Deserialize)]
pub struct UpdateActivityPartialRequest {
    #[serde(flatten)]
    named: Named,
    set: Option<Map<String, Value>>,
    unset: Option<Vec<String>>,
    enrich_own_fields: Option<bool>,
    #[serde(flatten)]
    telling: Telling,
}

/// `PATCH /feeds/activities/{id}`.
pub async fn update_partial(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<UpdateActivityPartialRequest>,
) -> Result<Reply<ActivityResponse>> {
    let UpdateActivityPartialRequest { named, set, unset, enrich_own_fields, telling } = body.0;
    let acting = Acting::required(&caller, named)?;
    let own = OwnFields::asked(enrich_own_fields);
    let change = Change::checked(set.unwrap_or_default(), unset.unwrap_or_default())?;
    let activity = caller.write(move |tx| {
        let editor = acting.user(tx, Capability::UpdateOwnActivity.action())?;
        let before = rules::live_of(tx, &id)?;
        let input = telling.of(change.of(&before)?.checked()?);
        rules::edit(tx, acting.actor(), &editor, &before, input, own)
    });
    Ok(Reply(activity.await?.into()))
}

/// The body of UpdateActivitiesPartialBatch.
#[derive(Deserialize)]
pub struct UpdateActivitiesPartialRequest {
    changes: Option<Vec<ActivityChangeRequest>>,
}

/// One change of a batch.
#[derive(Deserialize)]
pub struct ActivityChangeRequest {
    activity_id: Option<String>,
    set: Option<Map<String, Value>>,
    unset: Option<Vec<String>>,
    #[serde(flatten)]
    telling: Telling,
}

/// `PATCH /feeds/activities/batch/partial`: what is not there is passed over.
pub async fn update_partial_batch(
    caller: ServerCaller,
    body: Body<UpdateActivitiesPartialRequest>,
) -> Result<Reply<ActivitiesResponse>> {
    let requests = body.0.changes.unwrap_or_default();
    batch("changes", requests.len(), BATCH_MAX)?;
    let changes = requests.into_iter().map(|request| {
        let change = Change::checked(request.set.unwrap_or_default(), request.unset.unwrap_or_default())?;
        Ok((request.activity_id.unwrap_or_default(), change, request.telling))
    });
    let changes = changes.collect::<Result<Vec<_>>>()?;
    let activities = caller.write(move |tx| {
        let mut after = Vec::new();
        for (id, change, telling) in changes {
            let Some(before) = rules::find(tx, &id)? else { continue };
            let author = users::undeleted(tx, before.user_id.as_str())?;
            let actor = Actor::of(&author.id);
            let input = telling.of(change.of(&before)?.checked()?);
            after.push(rules::edit(tx, actor, &author, &before, input, OwnFields::NONE)?);
        }
        Ok(after)
    });
    Ok(Reply(activities.await?.into()))
}

/// `DELETE /feeds/activities/{id}`.
pub async fn delete(caller: AnyCaller, id: Path<String>) -> Result<Reply<Empty>> {
    let acting = Acting::of(&caller, Named::in_query(&caller))?;
    let deletion = Deletion {
        is_hard: caller.params().flag("hard_delete")?,
        withdraws: caller.params().flag("delete_notification_activity")?,
    };
    caller
        .write(move |tx| {
            let deleter = acting.known_user(tx)?;
            rules::delete(tx, acting.actor(), deleter.as_ref(), &id, deletion)
        })
        .await?;
    Ok(Reply(Empty {}))
}

/// The body of DeleteActivities.
#[derive(Deserialize)]
pub struct DeleteActivitiesRequest {
    #[serde(flatten)]
    named: Named,
    ids: Option<Vec<String>>,
    hard_delete: Option<bool>,
    delete_notification_activity: Option<bool>,
}

/// The answer of DeleteActivities.
#[derive(Serialize)]
pub struct DeleteActivitiesResponse {
    deleted_ids: Vec<String>,
}

/// `POST /feeds/activities/delete`: what is not there is passed over.
pub async fn delete_many(
    caller: AnyCaller,
    body: Body<DeleteActivitiesRequest>,
) -> Result<Reply<DeleteActivitiesResponse>> {
    let DeleteActivitiesRequest { named, ids, hard_delete, delete_notification_activity } = body.0;
    let deletion =
        Deletion { is_hard: hard_delete == Some(true), withdraws: delete_notification_activity == Some(true) };
    let acting = Acting::of(&caller, named)?;
    let ids = ids.unwrap_or_default();
    batch("ids", ids.len(), BATCH_MAX)?;
    let deleted = caller.write(move |tx| {
        let deleter = acting.known_user(tx)?;
        let mut gone = Vec::new();
        for id in ids {
            if rules::find(tx, &id)?.is_some() {
                rules::delete(tx, acting.actor(), deleter.as_ref(), &id, deletion)?;
                gone.push(id);
            }
        }
        Ok(gone)
    });
    Ok(Reply(DeleteActivitiesResponse { deleted_ids: deleted.await? }))
}

/// The body of RestoreActivity.
#[derive(Deserialize)]
pub struct RestoreActivityRequest {
    #[serde(flatten)]
    named: Named,
}

/// `POST /feeds/activities/{id}/restore`.
pub async fn restore(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<RestoreActivityRequest>,
) -> Result<Reply<ActivityResponse>> {
    let acting = Acting::required(&caller, body.0.named)?;
    let own = OwnFields::asked(Some(caller.params().flag("enrich_own_fields")?));
    let activity = caller.write(move |tx| {
        let restorer = acting.user(tx, Capability::DeleteOwnActivity.action())?;
        rules::restore(tx, acting.actor(), &restorer, &id, own)
    });
    Ok(Reply(activity.await?.into()))
}

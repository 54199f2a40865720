//! What clients measure of activities (feeds-core 6.4).

use serde::{Deserialize, Serialize};

use super::acting::{Acting, Named};
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::metrics::{self as rules, Measured, Outcome};
use crate::error::{ApiError, Result};
use crate::permission::capability::Capability;
use crate::reply::Reply;
use crate::validate::{batch, required};

/// Events in one call at the most.
const BATCH_MAX: usize = 100;
/// Characters of a metric's name at the most.
const NAME_MAX_CHARS: usize = 64;

/// The body of TrackActivityMetrics.
#[derive(Deserialize)]
pub struct TrackRequest {
    #[serde(flatten)]
    named: Named,
    events: Option<Vec<EventRequest>>,
}

/// Something that was measured.
#[derive(Deserialize)]
pub struct EventRequest {
    activity_id: Option<String>,
    metric: Option<String>,
    delta: Option<i64>,
}

impl EventRequest {
    fn checked(self, at: usize) -> Result<Measured> {
        let metric = required(&format!("events[{at}].metric"), self.metric)?;
        let is_name = metric.len() <= NAME_MAX_CHARS
            && metric.bytes().all(|byte| byte.is_ascii_alphanumeric() || [b'_', b'-'].contains(&byte));
        if !is_name {
            return Err(ApiError::input(format!(
                "events[{at}].metric is invalid: it has 1 to {NAME_MAX_CHARS} letters, digits and the signs _ -"
            )));
        }
        let activity_id = required(&format!("events[{at}].activity_id"), self.activity_id)?;
        Ok(Measured { activity_id, metric, delta: self.delta.unwrap_or(1) })
    }
}

/// The answer of TrackActivityMetrics.
#[derive(Serialize)]
pub struct TrackResponse {
    results: Vec<ResultResponse>,
}

/// What became of one of the events.
#[derive(Serialize)]
pub struct ResultResponse {
    activity_id: String,
    metric: String,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<Outcome> for ResultResponse {
    fn from(Outcome { measured, is_allowed, error }: Outcome) -> Self {
        let Measured { activity_id, metric, .. } = measured;
        Self { activity_id, metric, allowed: is_allowed, error }
    }
}

/// `POST /feeds/activities/metrics/track`: what is over a limit is not counted, and no error.
pub async fn track(caller: AnyCaller, body: Body<TrackRequest>) -> Result<Reply<TrackResponse>> {
    let TrackRequest { named, events } = body.0;
    let acting = Acting::required(&caller, named)?;
    let events = events.unwrap_or_default();
    batch("events", events.len(), BATCH_MAX)?;
    let all = events.into_iter().enumerate().map(|(at, event)| event.checked(at)).collect::<Result<Vec<_>>>()?;
    let outcomes = caller.write(move |tx| {
        let user = acting.user(tx, Capability::ReadActivities.action())?;
        rules::track(tx, acting.actor(), &user, all)
    });
    Ok(Reply(TrackResponse { results: outcomes.await?.into_iter().map(ResultResponse::from).collect() }))
}

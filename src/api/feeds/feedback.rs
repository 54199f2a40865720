//! What users say of activities that they are shown (feeds-interactions 6).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use super::acting::{Acting, Named};
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::feedback as rules;
use crate::error::Result;
use crate::model::feeds::feedback::Action;
use crate::permission::capability::Capability;
use crate::reply::Reply;

/// The body of ActivityFeedback: none of the three is fine.
#[derive(Deserialize)]
pub struct FeedbackRequest {
    #[serde(flatten)]
    named: Named,
    hide: Option<bool>,
    show_more: Option<bool>,
    show_less: Option<bool>,
}

/// The answer of ActivityFeedback.
#[derive(Serialize)]
pub struct FeedbackResponse {
    activity_id: String,
}

/// `POST /feeds/activities/{activity_id}/feedback`.
pub async fn give(caller: AnyCaller, id: Path<String>, body: Body<FeedbackRequest>) -> Result<Reply<FeedbackResponse>> {
    let FeedbackRequest { named, hide, show_more, show_less } = body.0;
    let acting = Acting::required(&caller, named)?;
    let all = [(Action::Hide, hide), (Action::ShowMore, show_more), (Action::ShowLess, show_less)];
    let said: Vec<(Action, bool)> = all.into_iter().filter_map(|(action, value)| Some((action, value?))).collect();
    let activity_id = id.clone();
    let given = caller.write(move |tx| {
        let by = acting.user(tx, Capability::ReadActivities.action())?;
        rules::give(tx, acting.actor(), &by, &id, &said)
    });
    given.await?;
    Ok(Reply(FeedbackResponse { activity_id }))
}

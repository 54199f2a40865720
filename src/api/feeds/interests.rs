//! What users are interested in (feeds-core 15).

use actix_web::web::Path;
use serde::Serialize;

use crate::auth::caller::AnyCaller;
use crate::domain::feeds::interests as rules;
use crate::error::Result;
use crate::permission;
use crate::reply::Reply;

/// Interests that are told of, unless others are asked for, and at the most. The first is inferred.
const LIMIT_DEFAULT: i64 = 25;
const LIMIT_MAX: i64 = 100;

/// The answer of GetUserInterests.
#[derive(Serialize)]
pub struct InterestsResponse {
    interests: Vec<InterestResponse>,
}

/// A tag, and of how many activities of it the user showed interest.
#[derive(Serialize)]
pub struct InterestResponse {
    tag: String,
    count: usize,
    source: &'static str,
    weight: f64,
}

/// `GET /feeds/users/{user_id}/interests`: of a user for himself, of any for servers.
pub async fn get(caller: AnyCaller, id: Path<String>) -> Result<Reply<InterestsResponse>> {
    if let Some(subject) = caller.subject()
        && caller.acting_user(None)?.as_str() != id.as_str()
    {
        return Err(permission::refused(subject, "GetUserInterests"));
    }
    let limit = caller.params().number("limit", 1, LIMIT_MAX, LIMIT_DEFAULT)?;
    let most = usize::try_from(limit).unwrap_or_default();
    let interests = caller.read(|tx| rules::of_user(tx, &id, most))?.into_iter();
    let shown = interests.map(|rules::Interest { tag, count }| InterestResponse {
        tag,
        count,
        source: "computed",
        weight: 1.0,
    });
    Ok(Reply(InterestsResponse { interests: shown.collect() }))
}

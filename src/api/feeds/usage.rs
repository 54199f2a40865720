//! How much an app's feeds are used, and the limits on that (feeds-core 15).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::api::rate_limits::{RateLimitsResponse, limits};
use crate::auth::caller::ServerCaller;
use crate::body::Body;
use crate::clock::Time;
use crate::error::{ApiError, Result};
use crate::operation::table::OPERATIONS;
use crate::reply::Reply;
use crate::store::feeds::usage as rows;
use crate::usage::{begin_of, day_of};
use crate::validate::given;

/// Days that are told of, unless others are asked for: today is the last.
const DAYS_DEFAULT: i64 = 30;
/// Days that are told of at the most. Production's number is not known.
const DAYS_MAX: i64 = 366;

/// `GET /feeds/feeds/rate_limits`: as GetRateLimits, of the operations of feeds.
pub async fn rate_limits(caller: ServerCaller) -> Result<Reply<RateLimitsResponse>> {
    let of_feeds = OPERATIONS.iter().filter(|operation| operation.is_of_feeds());
    limits(&caller, of_feeds.map(|operation| operation.name)).map(Reply)
}

/// The body of QueryFeedsUsageStats.
#[derive(Deserialize)]
pub struct UsageRequest {
    from: Option<String>,
    to: Option<String>,
}

/// The answer of QueryFeedsUsageStats.
#[derive(Serialize)]
pub struct UsageResponse {
    activities: DailyResponse,
    follows: DailyResponse,
    api_requests: DailyResponse,
    openai_requests: DailyResponse,
}

/// Something that is counted, day by day.
#[derive(Serialize)]
pub struct DailyResponse {
    total: i64,
    daily: Vec<DayResponse>,
}

/// A day.
#[derive(Serialize)]
pub struct DayResponse {
    date: String,
    value: i64,
}

impl DailyResponse {
    fn of(first: i64, last: i64, days: &BTreeMap<i64, i64>) -> Self {
        let day = |day: i64| DayResponse { date: date_of(day), value: days.get(&day).copied().unwrap_or_default() };
        let daily: Vec<DayResponse> = (first..=last).map(day).collect();
        Self { total: daily.iter().map(|day| day.value).sum(), daily }
    }
}

fn date_of(day: i64) -> String {
    begin_of(day).rfc3339().chars().take_while(|letter| *letter != 'T').collect()
}

/// The day of a date as `2026-01-31`.
fn day_named(name: &str, date: Option<String>) -> Result<Option<i64>> {
    let Some(date) = given(date) else { return Ok(None) };
    let day = Time::parse(&format!("{date}T00:00:00Z")).ok().map(day_of).filter(|day| date_of(*day) == date);
    day.map(Some).ok_or_else(|| ApiError::input(format!("{name} must be a date in the format YYYY-MM-DD")))
}

/// `POST /feeds/stats/usage`. Nothing here asks a language model.
pub async fn query(caller: ServerCaller, body: Body<UsageRequest>) -> Result<Reply<UsageResponse>> {
    let today = day_of(caller.scope().now);
    let last = day_named("to", body.0.to)?.unwrap_or(today);
    let first = day_named("from", body.0.from)?.unwrap_or(last + 1 - DAYS_DEFAULT);
    if first > last || last - first >= DAYS_MAX {
        return Err(ApiError::input(format!("from must be before to, by {DAYS_MAX} days at the most")));
    }
    let calls = caller.app().rates.of_feeds.between(first, last);
    let (activities, follows) =
        caller.read(|tx| Ok((rows::activities(tx, first, last)?, rows::follows(tx, first, last)?)))?;
    let daily = |days: &BTreeMap<i64, i64>| DailyResponse::of(first, last, days);
    Ok(Reply(UsageResponse {
        activities: daily(&activities),
        follows: daily(&follows),
        api_requests: daily(&calls),
        openai_requests: daily(&BTreeMap::new()),
    }))
}

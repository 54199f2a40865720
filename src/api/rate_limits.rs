//! The state of the rate limits (wire-contract 4.11).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::auth::caller::ServerCaller;
use crate::error::Result;
use crate::operation::table::{self, OPERATIONS};
use crate::rate::{Platform, Rate};
use crate::reply::Reply;

/// One operation's window.
#[derive(Serialize)]
pub struct LimitInfo {
    limit: u32,
    remaining: u32,
    reset: i64,
}

impl From<Rate> for LimitInfo {
    fn from(rate: Rate) -> Self {
        Self { limit: rate.limit, remaining: rate.remaining, reset: rate.reset }
    }
}

/// The answer of GetRateLimits: platform -> operation -> window.
#[derive(Serialize)]
pub struct RateLimitsResponse {
    #[serde(flatten)]
    platforms: BTreeMap<&'static str, BTreeMap<String, LimitInfo>>,
}

/// `GET /rate_limits`: without a filter, all platforms and operations.
pub async fn get(caller: ServerCaller) -> Result<Reply<RateLimitsResponse>> {
    limits(&caller, OPERATIONS.iter().map(|operation| operation.name)).map(Reply)
}

/// The windows of the platforms and operations that a call asks for, of all of these operations unless it names some.
pub fn limits(caller: &ServerCaller, all: impl Iterator<Item = &'static str>) -> Result<RateLimitsResponse> {
    let params = caller.params();
    let mut wanted = Vec::new();
    for platform in Platform::ALL {
        if params.flag(platform.name())? {
            wanted.push(platform);
        }
    }
    if wanted.is_empty() {
        wanted.extend(Platform::ALL);
    }
    let mut endpoints = params.list("endpoints");
    if endpoints.is_empty() {
        endpoints.extend(all.map(str::to_owned));
    }
    let (rates, now) = (&caller.app().rates, caller.scope().now);
    let own = &caller.app().state().emulator.calls_per_minute;
    let limits = |platform| {
        let one = |name: &String| {
            // An operation that is not known here has not been called: a whole window is left.
            let rate = table::named(name).map_or_else(
                || Rate::untouched(now),
                |(at, operation)| rates.peek(at, operation.calls_per_minute(own), platform, now),
            );
            (name.clone(), LimitInfo::from(rate))
        };
        endpoints.iter().map(one).collect()
    };
    Ok(RateLimitsResponse {
        platforms: wanted.into_iter().map(|platform| (platform.name(), limits(platform))).collect(),
    })
}

//! Rate limits: per app, operation and platform, in windows of one minute of the app's clock (wire-contract 2.5).

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::clock::Time;
use crate::error::{ApiError, Code, Result};
use crate::ids::{USER_ID_MAX_BYTES, UserId};
use crate::operation::table::{LIMIT_DEFAULT, OPERATIONS_MAX};
use crate::settings::emulator::RateLimits;
use crate::usage::DayCounts;

/// From where a call comes, as far as the limits are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Platform {
    /// A server SDK, or anyone with a server token.
    ServerSide,
    /// An Android app.
    Android,
    /// An iOS app.
    Ios,
    /// A browser, and whatever does not say.
    Web,
    /// A Unity game.
    Unity,
}

impl Platform {
    /// All platforms in the order of their answer.
    pub const ALL: [Self; 5] = [Self::ServerSide, Self::Android, Self::Ios, Self::Web, Self::Unity];

    /// The platform's name in `GET /rate_limits`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ServerSide => "server_side",
            Self::Android => "android",
            Self::Ios => "ios",
            Self::Web => "web",
            Self::Unity => "unity",
        }
    }

    /// Of a caller with this `X-Stream-Client` and, perhaps, a server token.
    pub fn of(client: &str, is_server: bool) -> Self {
        if is_server {
            return Self::ServerSide;
        }
        let client = client.to_ascii_lowercase();
        // A word of its own: `axios` is a browser's.
        let is_ios = || client.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "ios");
        if client.contains("android") {
            Self::Android
        } else if client.contains("swift") || is_ios() {
            Self::Ios
        } else if client.contains("unity") {
            Self::Unity
        } else {
            Self::Web
        }
    }
}

/// A window's state behind one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Calls in a window.
    pub limit: u32,
    /// Calls that are left in this one.
    pub remaining: u32,
    /// When the next window begins, in seconds since the epoch.
    pub reset: i64,
    /// The call was one too many.
    pub exceeded: bool,
}

impl Rate {
    /// A window of the usual size in which nothing was called.
    pub fn untouched(now: Time) -> Self {
        Self { limit: LIMIT_DEFAULT, remaining: LIMIT_DEFAULT, reset: window_end(now), exceeded: false }
    }

    /// Of two windows that a call is in, the one that refuses it, or is nearer to that.
    #[must_use]
    pub fn tighter(self, other: Self) -> Self {
        let room = |rate: &Self| (!rate.exceeded, rate.remaining, rate.limit);
        if room(&other) < room(&self) { other } else { self }
    }

    /// Refuses a call that is one too many, where limits are enforced.
    pub fn check(self, limits: RateLimits) -> Result<()> {
        if !self.exceeded || limits == RateLimits::Report {
            return Ok(());
        }
        Err(too_many(self.limit))
    }
}

/// The refusal of a call that is one too many, where so many are taken in a minute.
pub fn too_many(limit: u32) -> ApiError {
    let text = "Too many requests, check response headers for more information. The limit is";
    ApiError::new(Code::RateLimitError, format!("{text} {limit} a minute"))
}

fn window_end(now: Time) -> i64 {
    (now.seconds().div_euclid(WINDOW_SECONDS) + 1) * WINDOW_SECONDS
}

/// Seconds in a window.
const WINDOW_SECONDS: i64 = 60;

/// The counters of one app: no lock and no allocation on the way of a request.
///
/// They are made when the first call is counted, so that an app that nobody calls costs nothing.
#[derive(Debug, Default)]
pub struct RateCounters {
    cells: OnceLock<Vec<[AtomicU64; Platform::ALL.len()]>>,
    /// Calls of operations of feeds.
    pub of_feeds: DayCounts,
}

impl RateCounters {
    fn cell(&self, operation: usize, platform: Platform) -> &AtomicU64 {
        let cells = self.cells.get_or_init(|| (0..OPERATIONS_MAX).map(|_| Default::default()).collect());
        &cells[operation][platform as usize]
    }

    /// Counts a call of the operation with this index in the table of routes, of which `limit` are taken in a window.
    pub fn count(&self, operation: usize, limit: u32, platform: Platform, now: Time) -> Rate {
        let window = window_of(now);
        let cell = self.cell(operation, platform);
        let before = cell
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |packed| {
                Some(pack(window, used(packed, window).saturating_add(1)))
            })
            .map_or(0, |packed| used(packed, window));
        rate(limit, before.saturating_add(1), now)
    }

    /// The state of a window, without counting.
    pub fn peek(&self, operation: usize, limit: u32, platform: Platform, now: Time) -> Rate {
        let packed = self.cell(operation, platform).load(Ordering::Relaxed);
        rate(limit, used(packed, window_of(now)), now)
    }
}

/// Users whose calls are counted in one minute of an app; calls of more than these are let pass.
const USERS_MAX: usize = 16_384;

/// The counters of one app's users, for the minute that runs: each has what its users called in it, and no more.
#[derive(Debug, Default)]
pub struct UserCounters(Mutex<UserWindow>);

#[derive(Debug, Default)]
struct UserWindow {
    window: u32,
    users: HashMap<UserId, HashMap<(usize, Platform), u32>>,
}

impl UserCounters {
    /// Counts a user's call of the operation with this index in the table of routes. `None` when too many others have
    /// called in this minute.
    pub fn count(&self, id: &str, operation: usize, limit: u32, platform: Platform, now: Time) -> Option<Rate> {
        if id.len() > USER_ID_MAX_BYTES {
            return None;
        }
        let window = window_of(now);
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.window != window {
            // Their memory goes with them.
            *counters = UserWindow { window, users: HashMap::new() };
        }
        if !counters.users.contains_key(id) {
            if counters.users.len() >= USERS_MAX {
                return None;
            }
            counters.users.insert(UserId::trusted(id), HashMap::new());
        }
        let used = counters.users.get_mut(id)?.entry((operation, platform)).or_default();
        *used = used.saturating_add(1);
        Some(rate(limit, *used, now))
    }
}

fn rate(limit: u32, used: u32, now: Time) -> Rate {
    Rate { limit, remaining: limit.saturating_sub(used), reset: window_end(now), exceeded: used > limit }
}

/// The window's number; the low half is enough to tell one from the next.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the low 32 bits of the minute's number")]
fn window_of(now: Time) -> u32 {
    now.seconds().div_euclid(WINDOW_SECONDS) as u32
}

fn pack(window: u32, used: u32) -> u64 {
    (u64::from(window) << 32) | u64::from(used)
}

#[expect(clippy::cast_possible_truncation, reason = "the two halves of the word")]
fn used(packed: u64, window: u32) -> u32 {
    if (packed >> 32) as u32 == window { packed as u32 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_counted_in_bounded_memory_and_each_minute_begins_with_none() {
        let counters = UserCounters::default();
        let count = |user: &str, seconds| {
            let rate = counters.count(user, 1, 60, Platform::Web, Time::from_seconds(seconds))?;
            Some((rate.remaining, rate.reset))
        };
        for user in 0..USERS_MAX {
            assert_eq!(count(&user.to_string(), 0), Some((59, 60)));
        }
        assert_eq!(count("one more", 59), None, "is let pass");
        assert_eq!(count("0", 59), Some((58, 60)), "who is counted goes on being counted");
        // Also with a clock that goes back.
        for minute in [1, 7, -3] {
            assert_eq!(count("one more", minute * 60), Some((59, minute * 60 + 60)));
            assert_eq!(counters.0.lock().expect("not poisoned").users.len(), 1);
        }
    }

    #[test]
    fn the_tighter_window_refuses_or_is_nearer_to_it() {
        let window = |limit, used| rate(limit, used, Time(0));
        for (one, other) in [
            (window(60, 1), window(10_000, 1)),
            (window(60, 61), window(10, 10)),
            (window(60, 61), window(300, 301)),
            (window(300, 290), window(60, 3)),
        ] {
            assert_eq!((one.tighter(other), other.tighter(one)), (one, one));
        }
    }

    #[test]
    fn a_client_is_told_by_its_words() {
        for (client, platform) in [
            ("stream-chat-swift-client-v4.60.0", Platform::Ios),
            ("stream-chat-swiftui-client-v4", Platform::Ios),
            ("stream-chat-react-native-ios-5.1.0", Platform::Ios),
            ("stream-feeds-flutter|os=iOS 17.4", Platform::Ios),
            ("stream-chat-android-6", Platform::Android),
            ("stream-chat-unity-5", Platform::Unity),
            ("stream-chat-js-v9-axios-1.7", Platform::Web),
            ("curiosity", Platform::Web),
            ("", Platform::Web),
        ] {
            assert_eq!(Platform::of(client, false), platform, "{client}");
            assert_eq!(Platform::of(client, true), Platform::ServerSide, "{client}");
        }
    }
}

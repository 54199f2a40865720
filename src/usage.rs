//! How often an app was called, by day. It is counted in memory, as the journal is: a restart and a reset begin anew.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::{SECOND_NS, Time};

/// Nanoseconds in a day.
const DAY_NS: i64 = 86_400 * SECOND_NS;
/// Days that are kept, the latest ones: clocks can be moved through many.
const DAYS_MAX: usize = 800;

/// The day of a moment, since the epoch, in UTC.
pub fn day_of(time: Time) -> i64 {
    time.0.div_euclid(DAY_NS)
}

/// When a day begins.
pub fn begin_of(day: i64) -> Time {
    Time(day.saturating_mul(DAY_NS))
}

/// Calls by day of the app's clock.
#[derive(Debug, Default)]
pub struct DayCounts(Mutex<BTreeMap<i64, i64>>);

impl DayCounts {
    /// Counts a call.
    pub fn count(&self, now: Time) {
        let mut days = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *days.entry(day_of(now)).or_default() += 1;
        if days.len() > DAYS_MAX {
            days.pop_first();
        }
    }

    /// The calls of the days from one to another.
    pub fn between(&self, first: i64, last: i64) -> BTreeMap<i64, i64> {
        let days = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        days.range(first..=last).map(|(day, calls)| (*day, *calls)).collect()
    }
}

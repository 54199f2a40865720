//! No twin: SDKs mint the same bytes twice in one second. A refusal for which a client is to fetch another token waits
//! until that would be another one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::auth::times::{Rule, Times};
use crate::clock::{SECOND_NS, Time};

/// Refusals of an app that wait at the same time; beyond that they are told at once.
const TWIN_WAITS_MAX: usize = 1_024;

/// How many refusals of an app wait.
#[derive(Debug, Default)]
pub struct TwinWaits(AtomicUsize);

/// One of them; counted until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What is left of the present second of the wall, where a token with these times was first shown in it.
fn left(times: &Times, wall: Time) -> Option<Duration> {
    let Rule::FirstShown(at) = times.rule else { return None };
    let left = SECOND_NS - wall.0.rem_euclid(SECOND_NS);
    (at.seconds() == wall.seconds()).then(|| Duration::from_nanos(left.unsigned_abs()))
}

impl TwinWaits {
    /// Waits for the end of this second of the wall, where a token with these times was first shown in it.
    pub async fn outlast(&self, times: &Times, wall: Time) {
        let Some(left) = left(times, wall) else { return };
        let waiting = self.0.fetch_add(1, Ordering::AcqRel);
        let _counted = Waiting(&self.0);
        if waiting < TWIN_WAITS_MAX {
            tokio::time::sleep(left).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Waker};

    use super::*;

    #[test]
    fn of_many_refusals_so_many_wait_and_the_others_are_told_at_once() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let _entered = runtime.enter();
        let (waits, wall) = (TwinWaits::default(), Time::from_seconds(100));
        let times = Times { rule: Rule::FirstShown(wall), ..Times::default() };
        let begun = || {
            let mut wait: Pin<Box<dyn Future<Output = ()> + '_>> = Box::pin(waits.outlast(&times, wall));
            let waits = wait.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
            waits.then_some(wait)
        };
        let mut waiting: Vec<_> = (0..TWIN_WAITS_MAX).map(|_| begun().expect("it waits")).collect();
        assert!(begun().is_none(), "one too many is told at once");
        // Who hangs up waits no more.
        waiting.pop();
        assert!(begun().is_some());
    }

    #[test]
    fn only_a_token_first_shown_in_the_present_second_has_a_twin_to_fear() {
        let of = |rule| Times { rule, ..Times::default() };
        let wall = Time::from_seconds(100).plus(SECOND_NS / 4);
        for (at, waits) in [(99, false), (100, true), (101, false)] {
            let first = of(Rule::FirstShown(Time::from_seconds(at).plus(1)));
            assert_eq!(left(&first, wall), waits.then(|| Duration::from_millis(750)), "{at}");
        }
        for rule in [Rule::AsSent, Rule::Own, Rule::Wall] {
            assert_eq!(left(&of(rule), wall), None);
        }
    }
}

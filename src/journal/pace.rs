//! How much went on in the last minute of real time, whatever an app's clock shows: a ring of its seconds.

use super::entry::{Entry, METHOD_EVENT, METHOD_SOCKET, Outcome};

/// The seconds that are told of.
const SECONDS: usize = 60;

/// Calls and refusals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minute {
    /// Calls and sign-ins.
    pub calls: u64,
    /// Those of them that were refused.
    pub refusals: u64,
}

/// The seconds of the last minute, each at its place.
#[derive(Debug)]
pub(super) struct Pace {
    seconds: [(i64, Minute); SECONDS],
    calls: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { seconds: [(i64::MIN, Minute::default()); SECONDS], calls: 0 }
    }
}

impl Pace {
    /// Counts what was written in this second, unless it was no call.
    pub(super) fn count(&mut self, entry: &Entry, second: i64) {
        if [METHOD_EVENT, METHOD_SOCKET].contains(&&*entry.method) {
            return;
        }
        let (of, minute) = &mut self.seconds[place(second)];
        if *of != second {
            (*of, *minute) = (second, Minute::default());
        }
        self.calls += 1;
        minute.calls += 1;
        minute.refusals += u64::from(entry.outcome() == Outcome::Refused);
    }

    /// The minute that ends with this second.
    pub(super) fn minute(&self, second: i64) -> Minute {
        let within = |of: i64| (0..i64::try_from(SECONDS).unwrap_or_default()).contains(&second.saturating_sub(of));
        self.seconds.iter().filter(|(of, _)| within(*of)).fold(Minute::default(), |sum, (_, minute)| Minute {
            calls: sum.calls + minute.calls,
            refusals: sum.refusals + minute.refusals,
        })
    }

    /// All calls that there ever were.
    pub(super) fn calls(&self) -> u64 {
        self.calls
    }
}

fn place(second: i64) -> usize {
    usize::try_from(second.rem_euclid(60)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;

    #[test]
    fn a_minute_has_sixty_seconds_and_no_events() {
        let mut pace = Pace::default();
        let entry = |method, status| Entry::new(Time(0), "GetApp", method, status);
        pace.count(&entry("GET", 200), 1_000);
        pace.count(&entry("GET", 401), 1_000);
        pace.count(&entry(METHOD_EVENT, 200), 1_000);
        pace.count(&entry(METHOD_SOCKET, 1000), 1_000);
        pace.count(&entry("POST", 200), 1_030);
        let minute = |second| pace.minute(second);
        assert_eq!(minute(1_030), Minute { calls: 3, refusals: 1 });
        assert_eq!(minute(1_059), Minute { calls: 3, refusals: 1 });
        assert_eq!(minute(1_060), Minute { calls: 1, refusals: 0 });
        assert_eq!(minute(1_090), Minute::default());
        assert_eq!(minute(999), Minute::default(), "what lies ahead of a clock that was set back");
        assert_eq!(pace.calls(), 3);
        pace.count(&entry("GET", 200), 1_060);
        assert_eq!(
            pace.minute(1_060),
            Minute { calls: 2, refusals: 0 },
            "a second takes the place of the one before it"
        );
    }
}

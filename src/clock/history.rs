//! How an app's clock runs and ran: what it shows, and when it was moved.

use std::collections::VecDeque;
use std::sync::{PoisonError, RwLock};

use super::time::{Time, system_now};

/// How an app's clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockMode {
    /// The system's time.
    System,
    /// The system's time moved by this many nanoseconds.
    Offset(i64),
    /// Standing still.
    Frozen(Time),
}

impl ClockMode {
    /// The moment that a clock of this mode shows.
    pub fn now(self) -> Time {
        self.at(system_now())
    }

    /// What a clock of this mode shows at a moment of the system's time.
    pub fn at(self, wall: Time) -> Time {
        match self {
            Self::System => wall,
            Self::Offset(ns) => wall.plus(ns),
            Self::Frozen(at) => at,
        }
    }

    /// The mode after moving the clock by this many nanoseconds.
    #[must_use]
    pub fn advanced(self, ns: i64) -> Self {
        match self {
            Self::System => Self::moved(ns),
            Self::Offset(offset) => Self::moved(offset.saturating_add(ns)),
            Self::Frozen(at) => Self::Frozen(at.plus(ns)),
        }
    }

    /// The system's time moved by this many nanoseconds, at the most to the last moment that there is: what lay behind it
    /// would have to be taken back before the clock could be seen to go back.
    #[must_use]
    pub fn moved(ns: i64) -> Self {
        // The least number has no opposite, and could not be written as a duration.
        Self::Offset(ns.max(-i64::MAX).min(i64::MAX.saturating_sub(system_now().0)))
    }
}

/// Moves of a clock that are remembered: the newest.
pub const MOVES_MAX: usize = 1_000;

/// A way in which a clock runs, and since when, in the system's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Since when; the clock that an app is born with has run always.
    pub since: Time,
    /// How.
    pub mode: ClockMode,
}

impl Run {
    /// The way in which the clock of a new app runs: no move.
    pub fn born(mode: ClockMode) -> Self {
        Self { since: Time::NEVER, mode }
    }
}

/// What a clock tells of one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The moment in the system's time.
    pub wall: Time,
    /// What the clock shows.
    pub now: Time,
    /// What it would show had it not been moved since the time that was asked for.
    pub then: Time,
}

/// The ways in which a clock ran, the oldest first. There is always one; the last is the present one.
#[derive(Clone, Debug)]
pub struct History(VecDeque<Run>);

impl History {
    /// Of a clock that runs in this way and was never moved.
    pub fn born(mode: ClockMode) -> Self {
        Self(VecDeque::from([Run::born(mode)]))
    }

    /// The history as it was kept, of a clock that runs in this way now.
    pub fn kept(runs: impl IntoIterator<Item = Run>, mode: ClockMode) -> Self {
        let runs: VecDeque<_> = runs.into_iter().collect();
        if runs.is_empty() { Self::born(mode) } else { Self(runs) }
    }

    /// How the clock runs.
    pub fn mode(&self) -> ClockMode {
        self.0.back().map_or(ClockMode::System, |run| run.mode)
    }

    /// All that is remembered, the oldest first.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.0.iter()
    }

    /// How the clock ran at a moment of the system's time. What lies before all that is remembered counts to the oldest.
    fn mode_at(&self, wall: Time) -> ClockMode {
        let later = self.0.partition_point(|run| run.since <= wall);
        self.0.get(later.saturating_sub(1)).map_or(ClockMode::System, |run| run.mode)
    }

    /// The move to another way of running, if it is one. Moves are never at the same time, nor before an earlier one.
    pub fn move_to(&self, mode: ClockMode, wall: Time) -> Option<Run> {
        let last = self.0.back().map_or(Time::NEVER, |run| run.since);
        (mode != self.mode()).then(|| Run { since: wall.max(last.plus(1)), mode })
    }

    /// Moves the clock.
    pub fn moved(&mut self, run: Run) {
        self.0.push_back(run);
        // The one before the oldest move that is remembered says how the clock ran until then.
        while self.0.len() > MOVES_MAX + 1 {
            self.0.pop_front();
        }
    }

    /// What there is to know of a moment; `then` is with the clock as it ran at `as_of`, or now where that is later.
    pub fn moment(&self, wall: Time, as_of: Option<Time>) -> Moment {
        let now = self.mode().at(wall);
        let then = as_of.filter(|as_of| *as_of < wall).map_or(now, |as_of| self.mode_at(as_of).at(wall));
        Moment { wall, now, then }
    }
}

/// An app's clock.
#[derive(Debug)]
pub struct Clock(RwLock<History>);

impl Clock {
    /// A clock that ran in these ways.
    pub fn new(history: History) -> Self {
        Self(RwLock::new(history))
    }

    /// How it runs.
    pub fn mode(&self) -> ClockMode {
        self.read(History::mode)
    }

    /// How it ran.
    pub fn history(&self) -> History {
        self.read(History::clone)
    }

    /// Makes it run another way from now on.
    pub fn moved(&self, run: Run) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).moved(run);
    }

    /// The moment it shows.
    pub fn now(&self) -> Time {
        self.mode().now()
    }

    /// What it tells of this moment; `then` is with the clock as it ran at `as_of`.
    pub fn moment(&self, as_of: Option<Time>) -> Moment {
        self.read(|history| history.moment(system_now(), as_of))
    }

    fn read<T>(&self, read: impl FnOnce(&History) -> T) -> T {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SECOND_NS;

    #[test]
    fn a_clock_that_ran_into_an_edge_comes_back_from_it_at_once() {
        const DAY_NS: i64 = 86_400 * SECOND_NS;
        for sign in [1, -1] {
            let far = sign * 106_751 * DAY_NS;
            let edge = ClockMode::moved(far).advanced(far).advanced(far);
            let back = edge.advanced(-sign * DAY_NS);
            let way = back.now().0.abs_diff(edge.now().0);
            assert!(way.abs_diff(DAY_NS.unsigned_abs()) < (60 * SECOND_NS).unsigned_abs(), "{sign}: {way}");
        }
    }
}

//! A revocation: which tokens it reaches. Decided when it is set, and kept.

use serde::{Deserialize, Serialize};

use super::times::{Rule, Times};
use super::token::Token;
use crate::clock::{Moment, Time};
use crate::settings::emulator::RevocationGranularity;

/// Whose clock a revocation's time is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// A backend's: it is asked of `iat` as it was sent.
    Wall,
    /// The app's: it is asked of the issue time as it is judged.
    App,
}

/// The header with which a call says that its times are of the app's clock: it is a person's, not a backend's.
pub const TIMES_HEADER: &str = "x-millpond-times";

/// Who says the time of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// A backend, which knows the wall's time alone.
    ByBackend,
    /// A fixture, or a person with the app's clock before their eyes.
    ByHand,
}

impl Said {
    /// What [`TIMES_HEADER`] says; `app` is the one word that it knows.
    pub fn of(header: Option<&str>) -> Self {
        if header == Some("app") { Self::ByHand } else { Self::ByBackend }
    }
}

/// Tokens that were issued before a moment are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// The moment, as it was sent.
    #[serde(skip, default = "never")]
    pub before: Time,
    /// Whose time that is.
    pub of: Of,
    /// The moment by the app's clock, in nanoseconds.
    #[serde(rename = "judged_ns", with = "nanoseconds")]
    pub judged: Time,
    /// How many tokens millpond had made by the app's clock.
    pub own_tokens: u64,
}

fn never() -> Time {
    Time::NEVER
}

mod nanoseconds {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Time;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub fn serialize<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(time.0)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        i64::deserialize(deserializer).map(Time)
    }
}

impl Revocation {
    /// One by the app's clock.
    pub fn by_app(before: Time, own_tokens: u64) -> Self {
        Self { before, of: Of::App, judged: before, own_tokens }
    }

    /// One by the wall's clock, set at this moment.
    pub fn by_wall(before: Time, moment: Moment, own_tokens: u64) -> Self {
        let judged = moment.now.plus(before.0.saturating_sub(moment.wall.0));
        Self { before, of: Of::Wall, judged, own_tokens }
    }

    /// The issue time that it asks for, of a token whose times are these.
    pub fn asked(&self, token: &Token, times: &Times) -> Option<Time> {
        match self.of {
            Of::Wall if times.rule != Rule::Own => token.iat.map(Time::from_seconds),
            _ => times.issued,
        }
    }

    /// The moment before which that must not lie.
    pub fn limit(&self, times: &Times) -> Time {
        if times.rule == Rule::Own { self.judged } else { self.before }
    }

    /// Whether it reaches a token: one without `iat` always, others when issued before it (wire-contract 3).
    pub fn reaches(&self, token: &Token, times: &Times, granularity: RevocationGranularity) -> bool {
        let (Some(issued), limit) = (self.asked(token, times), self.limit(times)) else { return true };
        if let (Rule::Own, Some(n)) = (times.rule, token.own) {
            // Within its own second the order in which they were made decides.
            let (issued, limit) = (issued.seconds(), limit.seconds());
            return issued < limit || (issued == limit && n <= self.own_tokens);
        }
        match granularity {
            RevocationGranularity::Second => issued.seconds() < limit.seconds(),
            RevocationGranularity::Exact => issued < limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SECOND_NS;

    const NOW: i64 = 1_769_860_800;

    fn token(iat: Option<i64>, own: Option<u64>) -> Token {
        Token { is_hs256: true, user_id: Some("john".to_owned()), iat, own, ..Token::default() }
    }

    fn reaches(iat: Option<i64>, before: Time, granularity: RevocationGranularity) -> bool {
        let token = token(iat, None);
        Revocation::by_app(before, 0).reaches(&token, &Times::as_sent(&token), granularity)
    }

    #[test]
    fn a_revocation_in_any_part_of_a_second_spares_that_second_unless_it_is_exact() {
        for ns in [0, 1, 999_999_999] {
            let before = Time::from_seconds(NOW).plus(ns);
            for (iat, by_second, exact) in [(NOW - 1, true, true), (NOW, false, ns > 0), (NOW + 1, false, false)] {
                assert_eq!(reaches(Some(iat), before, RevocationGranularity::Second), by_second, "{iat} {ns}");
                assert_eq!(reaches(Some(iat), before, RevocationGranularity::Exact), exact, "{iat} {ns}");
            }
        }
        assert!(reaches(None, Time(0), RevocationGranularity::Second), "a token without iat");
        assert!(reaches(Some(-2), Time(-1), RevocationGranularity::Second), "seconds are rounded down before 1970 too");
        assert!(!reaches(Some(-1), Time(-1), RevocationGranularity::Second));
    }

    #[test]
    fn a_backends_revocation_asks_iat_as_sent_and_a_persons_the_issue_time_as_judged() {
        let second = RevocationGranularity::Second;
        let wall = Time::from_seconds(NOW);
        for moved in [-3_600, 0, 3_600] {
            let now = wall.plus(moved * SECOND_NS);
            let moment = Moment { wall, now, then: now };
            let by_backend = Revocation::by_wall(wall, moment, 0);
            let by_hand = Revocation::by_app(now, 0);
            assert_eq!((by_backend.judged, by_hand.judged), (now, now));
            for (iat, refused) in [(NOW - 1, true), (NOW, false)] {
                let token = token(Some(iat), None);
                let times = Times::first_shown(&token, moment, 0);
                assert_eq!(by_backend.reaches(&token, &times, second), refused, "{moved} {iat}");
                assert_eq!(by_hand.reaches(&token, &times, second), refused, "{moved} {iat}");
            }
        }
    }

    #[test]
    fn of_its_own_second_a_revocation_reaches_the_own_tokens_that_were_made_before_it() {
        let wall = Time::from_seconds(NOW);
        let now = wall.plus(-3_600 * SECOND_NS);
        let revocation = Revocation::by_wall(wall, Moment { wall, now, then: now }, 7);
        for granularity in RevocationGranularity::ALL {
            for (seconds, own, refused) in [(-1, 9, true), (0, 7, true), (0, 8, false), (1, 1, false)] {
                let token = token(Some(now.seconds() + seconds), Some(own));
                assert_eq!(revocation.reaches(&token, &Times::own(&token), *granularity), refused, "{seconds} {own}");
            }
        }
    }
}

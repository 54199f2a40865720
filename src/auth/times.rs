//! A token's times as an app judges them. Values: nothing here reads a clock.
//!
//! Backends mint by the wall's clock and know nothing of an app's that was moved. So a user's token has its times brought
//! to app time once, when it is first shown (design.md 4, "Tokens and a moved clock").

use super::token::Token;
use crate::clock::{Moment, SECOND_NS, Time};

/// What SDKs back-date a token by, and a second for the way: with the clock as it ran so long after its `iat`, a token was
/// minted at the latest.
pub const BACKDATED_NS: i64 = 6 * SECOND_NS;

/// Why a token's times are judged as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// As they stand: the setting `token_times` is `app`, or there is nothing to bring to app time.
    #[default]
    AsSent,
    /// As they stand: millpond made the token by the app's own clock.
    Own,
    /// On the wall: a server's token.
    Wall,
    /// Brought to app time when the token was first shown, at this moment of the wall.
    FirstShown(Time),
}

/// The times of one token, by the app's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// The last moment at which the token is good.
    pub expiry: Option<Time>,
    /// The first moment at which it is good.
    pub not_before: Option<Time>,
    /// When it was issued.
    pub issued: Option<Time>,
    /// Whether `iat` was found in order when it was judged, and is not looked at again.
    pub issue_is_settled: bool,
    /// Why they are so.
    pub rule: Rule,
}

impl Times {
    /// The times as they stand in the token.
    pub fn as_sent(token: &Token) -> Self {
        Self::moved(token, 0, Rule::AsSent)
    }

    /// The times of a token that millpond made by the app's clock.
    pub fn own(token: &Token) -> Self {
        Self::moved(token, 0, Rule::Own)
    }

    /// The times of a server's token, at this moment: on the wall alone.
    pub fn on_the_wall(token: &Token, moment: Moment) -> Self {
        Self::moved(token, distance(moment.now, moment.wall), Rule::Wall)
    }

    /// The moment up to which a token was minted at the latest, where it says when: the clock as it ran then counts.
    pub fn minted_by(token: &Token) -> Option<Time> {
        token.iat.map(|iat| Time::from_seconds(iat).plus(BACKDATED_NS))
    }

    /// The times of a user's token that is first shown at this moment, whose `then` is as of [`Times::minted_by`].
    pub fn first_shown(token: &Token, moment: Moment, leeway_ns: i64) -> Self {
        let Moment { wall, now, then } = moment;
        let times = Self::moved(token, distance(then, wall), Rule::FirstShown(wall));
        // Nobody gets more than the life that was minted: a token from before a move back would have it twice.
        let latest = token.exp.map(|exp| {
            let issued = token.iat.map_or(wall, |iat| Time::from_seconds(iat).min(wall));
            now.plus(distance(Time::from_seconds(exp), issued))
        });
        Self {
            expiry: times.expiry.min(latest),
            issue_is_settled: token.iat.is_some_and(|iat| Time::from_seconds(iat) <= wall.plus(leeway_ns)),
            ..times
        }
    }

    /// Whether the token has expired by a move of the clock alone: what a backend mints anew is good.
    pub fn expired_by_a_move(&self, token: &Token, wall: Time) -> bool {
        matches!(self.rule, Rule::FirstShown(_)) && token.exp.is_some_and(|exp| wall <= Time::from_seconds(exp))
    }

    fn moved(token: &Token, ns: i64, rule: Rule) -> Self {
        let time = |seconds| Time::from_seconds(seconds).plus(ns);
        Self {
            expiry: token.exp.map(time),
            not_before: token.nbf.map(time),
            issued: token.iat.map(time),
            issue_is_settled: false,
            rule,
        }
    }
}

fn distance(to: Time, from: Time) -> i64 {
    to.0.saturating_sub(from.0)
}

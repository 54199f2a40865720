use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::app::Identity;
use crate::app::ended::EndedTokens;
use crate::auth::secret::Secret;
use crate::auth::token;
use crate::clock::{ClockMode, History, Time};
use crate::ids::AppId;
use crate::settings::{Emulator, Settings};

const START: i64 = 1_769_860_800;

/// An app whose clock ran in these ways: (seconds after the start, how).
fn history(moves: &[(i64, ClockMode)]) -> History {
    let mut history = History::born(ClockMode::System);
    for (at, mode) in moves {
        if let Some(run) = history.move_to(*mode, wall(*at)) {
            history.moved(run);
        }
    }
    history
}

fn wall(seconds: i64) -> Time {
    Time::from_seconds(START + seconds)
}

fn claims(iat: Option<i64>, exp: i64) -> Token {
    Token {
        is_hs256: true,
        user_id: Some("john".to_owned()),
        iat: iat.map(|iat| START + iat),
        exp: Some(START + exp),
        nbf: Some(START),
        own: None,
    }
}

fn shown(token: &Token, history: &History, at: i64) -> Times {
    Times::first_shown(token, history.moment(wall(at), Times::minted_by(token)), 0)
}

fn offset(seconds: i64) -> ClockMode {
    ClockMode::Offset(seconds * SECOND_NS)
}

#[test]
fn a_token_from_well_before_a_move_is_old_although_nobody_had_seen_it() {
    let history = history(&[(100, offset(7_200))]);
    for (iat, expires_at) in [
        // Its SDK had minted it by then, whichever way it back-dates.
        (Some(93), 3_700),
        (Some(94), 3_700 + 7_200),
        // In these six seconds nobody can know; it counts as fresh, as one minted now does.
        (Some(96), 3_700 + 7_200),
        (Some(100), 3_700 + 7_200),
        (None, 3_700 + 7_200),
    ] {
        let token = claims(iat, 3_700);
        assert_eq!(shown(&token, &history, 101).expiry, Some(wall(expires_at)), "{iat:?}");
    }
}

#[test]
fn under_a_clock_that_stands_still_a_token_has_the_life_that_it_had_left() {
    let frozen = Time::parse("2040-01-01T00:00:00Z").expect("a time");
    let history = history(&[(0, ClockMode::Frozen(frozen))]);
    for iat in [None, Some(15), Some(20)] {
        let times = shown(&claims(iat, 3_620), &history, 20);
        assert_eq!(times.expiry, Some(frozen.plus(3_600 * SECOND_NS)), "{iat:?}");
        assert!(times.issued <= Some(frozen), "{iat:?}");
    }
    assert!(shown(&claims(Some(5), 10), &history, 20).expiry < Some(frozen), "expired on the wall is expired");
}

#[test]
fn a_move_back_makes_no_token_one_of_the_future_and_gives_no_second_life() {
    let history = history(&[(0, offset(172_800)), (50, ClockMode::System)]);
    let times = shown(&claims(Some(10), 3_610), &history, 60);
    assert!(times.issue_is_settled);
    assert_eq!(times.expiry, Some(wall(60 + 3_600)));
}

#[test]
fn an_iat_of_the_future_waits_for_the_wall_as_long_as_it_must() {
    let history = history(&[(0, offset(-500))]);
    let times = shown(&claims(Some(30), 3_600), &history, 20);
    assert!(!times.issue_is_settled);
    assert_eq!(times.issued, Some(wall(30 - 500)));
}

#[test]
fn the_newest_thousand_moves_are_kept_and_how_the_clock_ran_before_them() {
    let moves: Vec<_> = (1..=1_001).map(|at| (at * 10, offset(at))).collect();
    let history = history(&moves);
    assert_eq!(history.runs().count(), 1_001);
    let mode_at = |at: i64| shown(&claims(Some(at - 6), 100_000), &history, 20_000).issued;
    assert_eq!(mode_at(25), Some(wall(25 - 6 + 2)), "the second move is remembered");
    assert_eq!(mode_at(5), Some(wall(5 - 6 + 1)), "before it the clock ran as after the first");
}

fn mode() -> impl Strategy<Value = ClockMode> {
    prop_oneof![
        Just(ClockMode::System),
        (-400_000..400_000_i64).prop_map(offset),
        (-400_000_000..400_000_000_i64).prop_map(|at| ClockMode::Frozen(wall(at))),
    ]
}

proptest! {
    #[test]
    fn without_a_move_times_are_as_they_stand(
        iat in proptest::option::of(-10_000..10_000_i64), exp in -10_000..10_000_i64, at in -10_000..10_000_i64,
    ) {
        let token = claims(iat, exp);
        let (times, sent) = (shown(&token, &History::born(ClockMode::System), at), Times::as_sent(&token));
        prop_assert_eq!((times.expiry, times.not_before, times.issued), (sent.expiry, sent.not_before, sent.issued));
        prop_assert_eq!(times.issue_is_settled, iat.is_some_and(|iat| iat <= at));
    }

    #[test]
    fn no_token_outlives_what_was_minted_counted_from_its_first_showing(
        moves in proptest::collection::vec((0..50_i64, mode()), 0..8),
        iat in -100..400_i64, life in 1..100_000_i64, after in 0..400_i64,
    ) {
        let mut at = 0;
        let moves: Vec<_> = moves.into_iter().map(|(wait, mode)| { at += wait; (at, mode) }).collect();
        let (history, token) = (history(&moves), claims(Some(iat), iat + life));
        let first = at.max(iat) + after;
        let expiry = shown(&token, &history, first).expiry.expect("an end");
        let now = history.moment(wall(first), None).now;
        prop_assert!(expiry.0 - now.0 <= life * SECOND_NS, "{} s", (expiry.0 - now.0) / SECOND_NS);
    }
}

fn app() -> App {
    let identity = Identity { id: AppId(1), number: 1, api_key: "key".into(), expires_at: None };
    let state = AppState::plain(Secret::new("s"), Settings::default(), Emulator::default());
    App::new(identity, History::born(ClockMode::System), state, HashMap::new(), EndedTokens::default(), None)
}

fn bearing(claims: &Value, secret: &str) -> Credentials {
    let raw = token::sign(&token::header(), claims, &Secret::new(secret));
    let examined = std::sync::Arc::new(Examined::new(&raw, &Secret::new("s")));
    Credentials { api_key: None, auth_type: None, token: Some(examined) }
}

fn advance(app: &App, seconds: i64) {
    let history = app.clock.history();
    let run = history.move_to(history.mode().advanced(seconds * SECOND_NS), crate::clock::system_now());
    app.publish_clock(run.expect("a move"));
}

#[test]
fn what_was_shown_keeps_its_times_and_what_was_looked_at_does_not() {
    for (showing, kept) in [(Showing::Real, true), (Showing::Look, false)] {
        let app = app();
        let credentials = bearing(&json!({"user_id": "john", "exp": START + 100}), "s");
        let before = app.times(&app.state(), &credentials, showing);
        advance(&app, 7_200);
        let after = app.times(&app.state(), &credentials, Showing::Real);
        assert_eq!(before.expiry == after.expiry, kept, "{showing:?}");
    }
}

#[test]
fn a_token_that_nobody_with_the_secret_signed_is_not_remembered() {
    let app = app();
    for user in 0..10 {
        app.times(&app.state(), &bearing(&json!({"user_id": format!("u{user}")}), "another"), Showing::Real);
    }
    assert!(app.judged_times.take_unwritten().is_empty());
}

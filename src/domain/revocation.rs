//! Revocations: whose time theirs is, decided when they are set.

use crate::auth::revocation::{Revocation, Said};
use crate::clock::Time;
use crate::error::Result;
use crate::settings::TokenTimes;
use crate::store::{WriteTx, token_times};

/// The revocation of the tokens that were issued before this moment.
///
/// A backend says its own time, and cannot mean one that is still to come; whoever else speaks means the app's.
pub fn decide(tx: &WriteTx<'_>, before: Time, said: Said) -> Result<Revocation> {
    let (moment, own_tokens) = (tx.moment(), token_times::own_tokens(tx)?);
    let of_wall = said == Said::ByBackend && tx.state().emulator.token_times == TokenTimes::Wall;
    Ok(if of_wall && before <= moment.wall {
        Revocation::by_wall(before, moment, own_tokens)
    } else {
        Revocation::by_app(before, own_tokens)
    })
}

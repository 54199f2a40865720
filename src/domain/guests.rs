//! Guests (wire-contract 4.7).

use crate::auth::kind::ROLE_GUEST;
use crate::auth::token;
use crate::error::{ApiError, Result};
use crate::ids::USER_ID_MAX_BYTES;
use crate::model::user::User;
use crate::store::WriteTx;

use super::users::{UserInput, upsert, user_id};

/// Makes a guest and its token. The id is the server's own and ends in the requested one.
pub fn create(tx: &WriteTx<'_>, requested: UserInput) -> Result<(User, String)> {
    let state = tx.state();
    if state.rules.guest_user_creation_disabled {
        return Err(ApiError::not_allowed("guest access is disabled for this application"));
    }
    if state.rules.multi_tenant_enabled {
        return Err(ApiError::not_allowed("guest users are not available with multi-tenancy"));
    }
    let prefix = format!("guest-{}-", tx.new_id());
    // The whole id has to fit into a user's.
    let room = USER_ID_MAX_BYTES - prefix.len();
    if requested.id.len() > room {
        return Err(ApiError::input(format!("id must be a maximum of {room} characters in length for a guest")));
    }
    let wanted = user_id("id", &requested.id)?;
    let id = format!("{prefix}{wanted}");
    let input = UserInput { id, role: Some(ROLE_GUEST.to_owned()), teams: None, teams_role: None, ..requested };
    let guest = upsert(tx, input, None)?;
    // The recorded guest token has no other claim, not even `iat` (wire-contract 1.2).
    let token = token::sign(&token::header(), &serde_json::json!({"user_id": guest.id}), &state.secret);
    Ok((guest, token))
}

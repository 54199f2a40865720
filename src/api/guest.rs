//! Guests (wire-contract 4.7).

use serde::{Deserialize, Serialize};

use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::{guests, users};
use crate::error::{ApiError, Result};
use crate::reply::Reply;
use crate::wire::user_request::UserRequest;
use crate::wire::users::UserResponse;

/// The body of CreateGuest.
#[derive(Deserialize)]
pub struct CreateGuestRequest {
    user: Option<UserRequest>,
}

/// The answer of CreateGuest.
#[derive(Serialize)]
pub struct CreateGuestResponse {
    user: UserResponse,
    access_token: String,
}

/// `POST /guest`: a user with role `guest`, and its token. Anonymous callers may; with `jwt` the token is verified.
pub async fn create(caller: AnyCaller, body: Body<CreateGuestRequest>) -> Result<Reply<CreateGuestResponse>> {
    let user = body.0.user.ok_or_else(|| ApiError::input("user is a required field"))?;
    user.refuse_reserved("user", users::is_reserved_to_upsert)?;
    let requested = user.into_input(caller.dialect())?;
    let (guest, access_token) = caller.write(move |tx| guests::create(tx, requested)).await?;
    Ok(Reply(CreateGuestResponse { user: UserResponse::plain(guest), access_token }))
}

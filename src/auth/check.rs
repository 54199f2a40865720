//! The checks of who calls, and how they came out.

/// One of the checks, in the order in which they decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// An api key was given.
    ApiKeyPresent,
    /// An app has that key.
    ApiKeyKnown,
    /// The app is not suspended.
    AppActive,
    /// The auth type is `jwt` or `anonymous`.
    AuthType,
    /// The token has three segments of JSON, and its claims the right types.
    TokenWellFormed,
    /// The token is signed with the app's secret by HS256.
    Signature,
    /// `exp` is not past.
    Expiry,
    /// `nbf` is not in the future.
    NotBefore,
    /// `iat` is not in the future.
    IssuedAt,
    /// What comes with the auth type `anonymous` is a token of `!anon`.
    AnonymousUser,
    /// The app has not revoked the token.
    AppRevocation,
    /// The user's tokens were not revoked.
    UserRevocation,
    /// The user was not deleted.
    UserNotDeleted,
    /// The user was not deactivated.
    UserNotDeactivated,
    /// The user exists (only with the setting `unknown_user: refuse`).
    UserKnown,
}

impl Check {
    /// All checks in order.
    pub const ALL: [Self; 15] = [
        Self::ApiKeyPresent,
        Self::ApiKeyKnown,
        Self::AppActive,
        Self::AuthType,
        Self::TokenWellFormed,
        Self::Signature,
        Self::Expiry,
        Self::NotBefore,
        Self::IssuedAt,
        Self::AnonymousUser,
        Self::AppRevocation,
        Self::UserRevocation,
        Self::UserNotDeleted,
        Self::UserNotDeactivated,
        Self::UserKnown,
    ];

    /// The check's name in the journal, the inspector and the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::ApiKeyPresent => "api_key_present",
            Self::ApiKeyKnown => "api_key_known",
            Self::AppActive => "app_active",
            Self::AuthType => "auth_type",
            Self::TokenWellFormed => "token_well_formed",
            Self::Signature => "signature",
            Self::Expiry => "expiry",
            Self::NotBefore => "not_before",
            Self::IssuedAt => "issued_at",
            Self::AnonymousUser => "anonymous_user",
            Self::AppRevocation => "app_revocation",
            Self::UserRevocation => "user_revocation",
            Self::UserNotDeleted => "user_not_deleted",
            Self::UserNotDeactivated => "user_not_deactivated",
            Self::UserKnown => "user_known",
        }
    }
}

/// How a check came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// An earlier check left nothing to look at.
    #[default]
    NotReached,
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It does not apply to this caller, or a setting switches it off.
    Skipped,
}

impl Outcome {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotReached => "not_reached",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
        }
    }

    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::Pass } else { Self::Fail }
    }
}

/// What the token makes of its bearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// A valid token without a user.
    Server,
    /// A token of a user, guests included.
    User,
    /// A token that passes only because auth checks are disabled.
    UnverifiedUser,
    /// Nobody in particular: no token, or one of `!anon`.
    Anonymous,
}

/// The result of judging credentials.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    pub(super) evaluated: [Outcome; Check::ALL.len()],
    /// The first check that failed.
    pub failed: Option<Check>,
    /// What the caller is; `None` while that cannot be said.
    pub kind: Option<Bearer>,
}

impl Verdict {
    /// How a check came out on the way to the decision: what follows the failed one was not reached.
    pub fn outcome(&self, check: Check) -> Outcome {
        match self.failed {
            Some(failed) if check > failed => Outcome::NotReached,
            _ => self.evaluated(check),
        }
    }

    /// How a check comes out by itself, also behind the one that decided.
    pub fn evaluated(&self, check: Check) -> Outcome {
        self.evaluated[check as usize]
    }
}

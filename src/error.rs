//! The error table, and the one error type of Stream's routes. Knows nothing of HTTP libraries.

use std::borrow::Cow;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $status:literal;)*) => {
        /// An error of Stream's: its number in the body and the HTTP status that goes with it (wire-contract 2.2).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The `code` of the body.
            pub fn number(self) -> i32 {
                match self { $(Self::$name => $number,)* }
            }

            /// The HTTP status, which is also the body's `StatusCode`.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The name of the code.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// The code of that name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.name() == name)
            }

            /// The code of that number; where two have it, the one that Stream's table has.
            pub fn numbered(number: i64) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| i64::from(code.number()) == number)
            }
        }
    };
}

error_codes! {
    /// Our own failure; SDKs retry it.
    InternalSystemError = -1, 500;
    /// No api key, or one that no app has.
    AccessKeyError = 2, 401;
    /// The request is not understood or breaks a rule.
    InputError = 4, 400;
    /// Who calls cannot be established.
    AuthenticationError = 5, 401;
    /// `enforce_unique_usernames` found the name taken.
    DuplicateUsernameError = 6, 400;
    /// Too many requests in this minute.
    RateLimitError = 9, 429;
    /// The resource, user or route is not there.
    DoesNotExistError = 16, 404;
    /// An operation of Stream's that millpond has not built: 16 since SDKs retry -1.
    NotBuiltError = 16, 501;
    /// The caller may not do this.
    NotAllowedError = 17, 403;
    /// A body or a user's custom data over its limit.
    PayloadTooBigError = 22, 413;
    /// The token is expired or revoked: SDKs ask their token provider again.
    TokenExpiredError = 40, 401;
    /// The token's `nbf` is in the future.
    TokenNotValidYetError = 41, 401;
    /// The token's `iat` is in the future.
    TokenUsedBeforeIssuedAtError = 42, 401;
    /// The token was not signed with the app's secret.
    TokenSignatureInvalidError = 43, 401;
    /// The request did not come in whole.
    RequestTimeoutError = 23, 408;
    /// A long-poll names a connection that is not there: SDKs begin anew. Its status is not known.
    ConnectionIdUnknownError = 46, 400;
    /// The app is suspended.
    AppSuspendedError = 99, 403;
}

/// A refusal or failure of a Stream operation. The operation's name is put around `message` at the edge (`reply`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// Number and status.
    pub code: Code,
    /// The inner text, as the wire contract has it.
    pub message: Cow<'static, str>,
    /// The path of the field that it is about, where SDKs are told it apart (`exception_fields`).
    pub field: Option<Box<str>>,
    /// What is wrong with the database, where it is that.
    pub trouble: Option<Trouble>,
}

/// What can go wrong with the database under a running process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Its files are not under their names any more.
    Gone,
    /// There is no room for more.
    Full,
    /// It can be read and not written.
    ReadOnly,
    /// Something else has written into it.
    Damaged,
    /// The system fails where it is read or written.
    Failing,
    /// The system does not open it.
    NotOpened,
    /// Another program holds it.
    Locked,
}

impl Trouble {
    /// What is wrong.
    pub fn what(self) -> &'static str {
        match self {
            Self::Gone => "the database or a file beside it was removed or replaced under the running millpond",
            Self::Full => "there is no room for the database to grow",
            Self::ReadOnly => "the database cannot be written any more",
            Self::Damaged => "the database is damaged: something else has written into its file",
            Self::Failing => "the system failed to read or write the database",
            Self::NotOpened => "the system does not open the database",
            Self::Locked => "another program holds the database locked",
        }
    }

    /// What to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Gone => "Start millpond again: nothing more is written here, since nobody would find it",
            Self::Full => "Make room on its disk, then call again: it needs no restart",
            Self::ReadOnly => "Make its file, folder and disk writable, then call again",
            Self::Damaged => {
                "Save what can be read (`millpond fixture export`), stop millpond, move the file away, and start again"
            }
            Self::Failing => {
                "Look at its disk, its quota and the limit on file sizes (`ulimit -f`), then call again: it needs no restart"
            }
            Self::NotOpened => {
                "Look at its file and folder, and at the limit on open files (`ulimit -n`), then call again"
            }
            Self::Locked => "End that program, then call again",
        }
    }
}

/// What handlers and store functions return.
pub type Result<T, E = ApiError> = std::result::Result<T, E>;

impl ApiError {
    /// An error of the given code and text.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), field: None, trouble: None }
    }

    /// Code 4: the request breaks a rule.
    pub fn input(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InputError, message)
    }

    /// Code 4: a field that only Stream writes (wire-contract 2.1).
    pub fn reserved(path: &str) -> Self {
        Self { field: Some(path.into()), ..Self::input(format!("{path} is a reserved field")) }
    }

    /// Code 16: not there.
    pub fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::DoesNotExistError, message)
    }

    /// Code 17: not allowed.
    pub fn not_allowed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::NotAllowedError, message)
    }

    /// Code -1: our own failure. The cause is logged here, once, and never sent.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(Code::InternalSystemError, "internal system error")
    }

    /// Code -1: the database cannot do what was asked. The store adds where that lies, and tells the log.
    pub fn of_database(trouble: Trouble) -> Self {
        let message = format!("{}. {}", trouble.what(), trouble.hint());
        Self { trouble: Some(trouble), ..Self::new(Code::InternalSystemError, message) }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (code {})", self.message, self.code.number())
    }
}

impl std::error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_but_for_the_operations_that_are_not_built() {
        let mut seen = std::collections::HashSet::new();
        for code in Code::ALL.iter().filter(|code| **code != Code::NotBuiltError) {
            assert!(seen.insert(code.number()), "{}", code.name());
        }
    }
}

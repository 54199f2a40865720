//! The codes of the control API's errors, each with its status: the one table.

macro_rules! codes {
    ($($name:ident $word:literal $status:literal)*) => {
        /// What is wrong, for programs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ControlCode {
            $(#[doc = concat!("`", $word, "`.")] $name,)*
        }

        impl ControlCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
            /// Their words, in the same order.
            pub const WORDS: &[&str] = &[$($word,)*];

            /// The word for it.
            pub fn word(self) -> &'static str {
                Self::WORDS[self as usize]
            }

            /// The status that it is answered with. What is wrong with the database may have another.
            pub fn status(self) -> u16 {
                match self {
                    $(Self::$name => $status,)*
                }
            }
        }
    };
}

codes! {
    ApiKeyTaken "api_key_taken" 409
    AppChanged "app_changed" 409
    Database "database" 500
    FaultIdTaken "fault_id_taken" 409
    FromNetwork "from_network" 403
    ForeignHost "foreign_host" 403
    ForeignOrigin "foreign_origin" 403
    EndsOtherwise "ends_otherwise" 409
    Internal "internal" 500
    InvalidFixture "invalid_fixture" 400
    InvalidRequest "invalid_request" 400
    NotFound "not_found" 404
    Refused "refused" 403
    Stopping "stopping" 503
    TooLarge "too_large" 413
    TooManyEndedTokens "too_many_ended_tokens" 409
    TooManyFaults "too_many_faults" 409
    TooManyLinkPreviews "too_many_link_previews" 409
    TooManySnapshots "too_many_snapshots" 409
    TooManyStubs "too_many_stubs" 409
    TooSlow "too_slow" 408
    UnknownApp "unknown_app" 404
    UnknownAsset "unknown_asset" 404
    UnknownConnection "unknown_connection" 404
    UnknownEndedToken "unknown_ended_token" 404
    UnknownFault "unknown_fault" 404
    UnknownFile "unknown_file" 404
    UnknownRequest "unknown_request" 404
    UnknownRoute "unknown_route" 404
    UnknownSnapshot "unknown_snapshot" 404
    UnknownStub "unknown_stub" 404
    UnknownUser "unknown_user" 404
    UserDeactivated "user_deactivated" 403
    UserDeleted "user_deleted" 403
}

//! Choices of words, for settings that are read in more than one way: from requests, from the database, from fixtures.

/// Declares a choice of words, the first being the default.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident {
        $(#[$first_meta:meta])* $first:ident = $first_word:literal,
        $($(#[$word_meta:meta])* $variant:ident = $word:literal,)*
    }) => {
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        $(#[$meta])*
        pub enum $name {
            $(#[$first_meta])* #[default] #[serde(rename = $first_word)] $first,
            $($(#[$word_meta])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every choice, in the order of the schema.
            pub const ALL: &[Self] = &[Self::$first, $(Self::$variant,)*];

            /// The words, in the same order.
            pub const WORDS: &[&str] = &[$first_word, $($word,)*];
        }
    };
}

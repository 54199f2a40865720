//! Push preferences (wire-contract 4.9).

/// The levels that a user can choose, by setting.
pub const LEVELS: [(&str, &[&str]); 3] = [
    ("chat_level", &["all", "mentions", "direct_mentions", "all_mentions", "none", "default"]),
    ("call_level", &["all", "none", "default"]),
    ("feeds_level", &["all", "none", "default"]),
];

/// Channels for which a user can have preferences.
pub const CHANNELS_MAX: usize = 1_000;
/// A channel's cid at the most, in characters.
pub const CHANNEL_CID_MAX_CHARS: usize = 255;

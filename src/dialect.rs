//! The dialects of the mount points. How they are written, `wire` knows.

/// How a mount point writes times and users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `/api/v2`: integer nanoseconds, custom data nested.
    V2,
    /// Un-prefixed: RFC 3339, custom data flattened into the user.
    Legacy,
    /// `/video`: RFC 3339, custom data nested.
    Video,
}

impl Dialect {
    /// All dialects; a dialect's place here is its index.
    pub const ALL: [Self; 3] = [Self::V2, Self::Legacy, Self::Video];

    /// The word for it.
    pub fn name(self) -> &'static str {
        ["v2", "legacy", "video"][self as usize]
    }

    /// What its paths begin with.
    pub fn prefix(self) -> &'static str {
        ["/api/v2", "", "/video"][self as usize]
    }
}

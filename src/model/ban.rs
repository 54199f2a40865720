//! A ban, upon the whole app or in a channel.

use crate::clock::Time;

/// A ban.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ban {
    /// Who is banned.
    pub user_id: String,
    /// Where; empty for the whole app.
    pub channel_cid: String,
    /// Only others notice.
    pub shadow: bool,
    /// Who banned.
    pub banned_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When it ends, if it does.
    pub expires_at: Option<Time>,
    /// Since when; where it is not said, since it is written.
    pub created_at: Option<Time>,
}

//! Who asks for a permission.

/// Someone who asks.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The user's id.
    pub id: &'a str,
    /// The user's role.
    pub role: &'a str,
    /// The user's teams.
    pub teams: &'a [String],
}

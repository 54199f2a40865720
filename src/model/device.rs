//! A device of a user's.

use crate::clock::Time;

/// The push providers that there are.
pub const PUSH_PROVIDERS: &[&str] = &["firebase", "apn", "huawei", "xiaomi"];

/// A device's id and its hardware's, in characters at the most.
pub const ID_MAX_CHARS: usize = 255;

/// Devices of a user at the most; one more makes the oldest go.
pub const PER_USER_MAX: usize = 25;

/// A device that push messages would go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The token of the push provider.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// `firebase`, `apn`, `huawei` or `xiaomi`.
    pub push_provider: String,
    /// Which of the app's configurations of that provider.
    pub push_provider_name: Option<String>,
    /// The hardware's own id.
    pub hardware_id: Option<String>,
    /// The token is for calls.
    pub voip: bool,
    /// Since when.
    pub created_at: Time,
}

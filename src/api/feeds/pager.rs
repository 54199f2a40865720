//! What leads on in lists.

use serde::Serialize;

/// Leads on in a list, and back.
#[derive(Serialize)]
pub(super) struct PagerResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) prev: Option<String>,
}

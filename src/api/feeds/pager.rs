//! What leads on in lists.

use serde::Serialize;

use crate::query::page::Leads;

/// Leads on in a list, and back.
#[derive(Serialize)]
pub(in crate::api) struct PagerResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) prev: Option<String>,
}

impl From<Leads> for PagerResponse {
    fn from(Leads { next, prev }: Leads) -> Self {
        Self { next, prev }
    }
}

//! The control API under `/_millpond`.
pub mod routes;
/// State.
pub struct Control;

//! What holds of flags, whoever sets them.

use super::users::check_object;
use crate::error::Result;
use crate::model::flag::{ENTITY_MAX_CHARS, Flag, REASON_MAX_CHARS};
use crate::validate::max_chars;

/// Refuses a flag with a text that is too long to be kept.
pub fn check(flag: &Flag) -> Result<()> {
    max_chars("entity_type", &flag.entity_type, ENTITY_MAX_CHARS)?;
    max_chars("entity_id", &flag.entity_id, ENTITY_MAX_CHARS)?;
    max_chars("reason", flag.reason.as_deref().unwrap_or_default(), REASON_MAX_CHARS)?;
    check_object("custom data of the flag", &flag.custom)
}

//! What holds of flags, whoever sets them.

use super::users::check_object;
use crate::error::Result;
use crate::model::flag::{ENTITY_MAX_CHARS, Flag, REASON_MAX_CHARS};
use crate::validate::max_chars;

/// Refuses a flag with a text that is too long to be kept.
pub fn check(flag: &Flag) -> Result<()> {
    check_entity(&flag.entity_type, &flag.entity_id, None)?;
    max_chars("reason", flag.reason.as_deref().unwrap_or_default(), REASON_MAX_CHARS)?;
    check_object("custom data of the flag", &flag.custom)
}

/// Refuses a thing with a name that is too long to be kept.
pub fn check_entity(entity_type: &str, entity_id: &str, creator_id: Option<&str>) -> Result<()> {
    max_chars("entity_type", entity_type, ENTITY_MAX_CHARS)?;
    max_chars("entity_id", entity_id, ENTITY_MAX_CHARS)?;
    max_chars("entity_creator_id", creator_id.unwrap_or_default(), ENTITY_MAX_CHARS)
}

//! What says which parts of activities before V3 are texts and images.

use serde_json::{Map, Value};

use crate::domain::later;
use crate::domain::users::check_object;
use crate::error::{ApiError, Result};
use crate::model::moderation::Template;
use crate::store::moderation::templates as rows;
use crate::store::{ReadTx, WriteTx};
use crate::validate::max_chars;

/// Templates of an app at the most.
const TEMPLATES_MAX: usize = 100;
/// Characters of a name at the most.
const NAME_MAX_CHARS: usize = 255;

/// All of them, by name.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Template>> {
    rows::all(tx)
}

/// Makes a template, or replaces the one of that name.
pub fn upsert(tx: &WriteTx<'_>, name: String, config: Map<String, Value>) -> Result<Template> {
    max_chars("name", &name, NAME_MAX_CHARS)?;
    check_object("config", &config)?;
    let known = rows::get(tx, &name)?;
    if known.is_none() && rows::all(tx)?.len() >= TEMPLATES_MAX {
        return Err(ApiError::input(format!("an app has {TEMPLATES_MAX} moderation templates at the most")));
    }
    let created_at = known.as_ref().map_or(tx.now, |known| known.created_at);
    let updated_at = known.map_or(tx.now, |known| later(tx.now, known.updated_at));
    let template = Template { name, config, created_at, updated_at };
    rows::save(tx, &template)?;
    Ok(template)
}

/// Deletes all of them.
pub fn clear(tx: &WriteTx<'_>) -> Result<()> {
    rows::clear(tx)
}

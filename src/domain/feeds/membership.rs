//! Membership levels (feeds-interactions 14).

use serde_json::{Map, Value};

use super::later;
use crate::domain::users as user_rules;
use crate::error::{ApiError, Result};
use crate::model::feeds::membership::MembershipLevel;
use crate::query::page::{Leads, Walk};
use crate::store::feeds::membership as rows;
use crate::store::{ReadTx, WriteTx};
use crate::validate::{max_chars, within};

pub use rows::QUERIED;

/// Characters of an id and a name at the most.
const NAME_MAX_CHARS: usize = 255;
/// Characters of a description at the most.
const DESCRIPTION_MAX_CHARS: usize = 1_000;
/// Characters of a tag at the most. Production's number is not known.
const TAG_MAX_CHARS: usize = 255;
/// Tags of a level at the most. Production's number is not known.
const TAGS_MAX: usize = 100;

/// What is said of a level. What is `None` stays, or is empty.
#[derive(Clone, Debug, Default)]
pub struct LevelInput {
    pub name: Option<String>,
    pub description: Option<String>,
    pub priority: Option<i64>,
    pub tags: Option<Vec<String>>,
    pub custom: Option<Map<String, Value>>,
}

/// The level of that id, or a refusal.
pub fn present(tx: &ReadTx<'_>, id: &str) -> Result<MembershipLevel> {
    rows::get(tx, id)?.ok_or_else(|| ApiError::not_found(format!("membership level with id {id} not found")))
}

/// Makes a level.
pub fn create(tx: &WriteTx<'_>, id: String, input: LevelInput) -> Result<MembershipLevel> {
    for (name, text) in [("id", Some(&id)), ("name", input.name.as_ref())] {
        if text.is_none_or(String::is_empty) {
            return Err(ApiError::input(format!("{name} is a required field")));
        }
    }
    max_chars("id", &id, NAME_MAX_CHARS)?;
    if rows::get(tx, &id)?.is_some() {
        return Err(ApiError::input(format!("membership level with id {id} already exists")));
    }
    let new = MembershipLevel {
        id,
        name: String::new(),
        description: None,
        priority: 0,
        tags: Vec::new(),
        custom: Map::new(),
        created_at: tx.now,
        updated_at: tx.now,
    };
    put(tx, new, input)
}

/// Changes what is said of a level.
pub fn update(tx: &WriteTx<'_>, id: &str, input: LevelInput) -> Result<MembershipLevel> {
    let before = present(tx, id)?;
    if input.name.as_ref().is_some_and(String::is_empty) {
        return Err(ApiError::input("name is a required field"));
    }
    put(tx, MembershipLevel { updated_at: later(tx.now, before.updated_at), ..before }, input)
}

fn put(tx: &WriteTx<'_>, before: MembershipLevel, input: LevelInput) -> Result<MembershipLevel> {
    let after = MembershipLevel {
        name: input.name.unwrap_or(before.name),
        description: input.description.or(before.description),
        priority: input.priority.unwrap_or(before.priority),
        tags: input.tags.unwrap_or(before.tags),
        custom: input.custom.unwrap_or(before.custom),
        ..before
    };
    max_chars("name", &after.name, NAME_MAX_CHARS)?;
    max_chars("description", after.description.as_deref().unwrap_or_default(), DESCRIPTION_MAX_CHARS)?;
    within("priority", after.priority, 0, i64::from(u32::MAX))?;
    user_rules::check_object("custom", &after.custom)?;
    if after.tags.len() > TAGS_MAX {
        return Err(ApiError::input(format!("tags must contain at maximum {TAGS_MAX} items")));
    }
    for (at, tag) in after.tags.iter().enumerate() {
        max_chars(&format!("tags[{at}]"), tag, TAG_MAX_CHARS)?;
    }
    rows::save(tx, &after)?;
    Ok(after)
}

/// Deletes a level: members who had it see what others see.
pub fn delete(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    let level = present(tx, id)?;
    rows::remove(tx, &level.id)
}

/// A page of levels.
pub fn query(tx: &ReadTx<'_>, walk: &Walk) -> Result<(Vec<MembershipLevel>, Leads)> {
    rows::select(tx, walk)
}

//! Feed views: other ways to read feeds than their group's (feeds-core 3.3).

use super::groups::{self, COUNT_MAX};
use crate::error::{ApiError, Result};
use crate::model::feeds::group::{Group, Selector};
use crate::model::feeds::view::{View, ViewConfig};
use crate::store::feeds::views as rows;
use crate::store::{ReadTx, WriteTx};

/// The view of that id, or Stream's refusal.
pub fn present(tx: &ReadTx<'_>, id: &str) -> Result<View> {
    rows::get(tx, id)?.ok_or_else(|| ApiError::not_found(format!("feed view with id {id} not found")))
}

/// What picks the activities of a group's feeds as they are read: the view that was asked for, else the one with the id of a
/// built-in group, else the group.
pub fn selectors(tx: &ReadTx<'_>, group: &Group, view: Option<&str>) -> Result<Vec<Selector>> {
    let view = match view {
        Some(id) => Some(present(tx, id)?),
        None if groups::built_in(&group.id).is_some() => rows::get(tx, &group.id)?,
        None => None,
    };
    let of_view = view.and_then(|view| view.config.activity_selectors);
    Ok(of_view.or_else(|| group.config.activity_selectors.clone()).unwrap_or_default())
}

/// Remembers that a feed is read through a view.
pub fn used(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    rows::save(tx, &View { last_used_at: Some(tx.now), ..present(tx, id)? })
}

/// The view of that id, made where there is none; and whether it was.
pub fn get_or_create(tx: &WriteTx<'_>, id: &str, config: ViewConfig) -> Result<(View, bool)> {
    match rows::get(tx, id)? {
        Some(view) => Ok((view, false)),
        None => Ok((put(tx, id, config)?, true)),
    }
}

/// Makes a view, or replaces the settings of the one that is there.
pub fn put(tx: &WriteTx<'_>, id: &str, mut config: ViewConfig) -> Result<View> {
    groups::checked_id("feed view", id)?;
    groups::check_selectors(config.activity_selectors.as_mut())?;
    let before = rows::get(tx, id)?;
    if before.is_none() && rows::all(tx)?.len() >= COUNT_MAX {
        return Err(ApiError::input(format!("maximum number of feed views ({COUNT_MAX}) reached")));
    }
    let view = View { id: id.to_owned(), config, last_used_at: before.and_then(|before| before.last_used_at) };
    rows::save(tx, &view)?;
    Ok(view)
}

/// Deletes a view.
pub fn delete(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    let view = present(tx, id)?;
    rows::remove(tx, &view.id)
}

//! Feed views: other ways to read feeds than their group's (feeds-core 3.3).

use super::aggregation::Aggregation;
use super::groups::{self, COUNT_MAX};
use super::rank::{Ranking, Strategy};
use super::selectors::{self, Selection};
use crate::error::{ApiError, Result};
use crate::model::feeds::group::{Group, Selector};
use crate::model::feeds::view::{View, ViewConfig};
use crate::store::feeds::views as rows;
use crate::store::{ReadTx, WriteTx};

/// The view of that id, or Stream's refusal.
pub fn present(tx: &ReadTx<'_>, id: &str) -> Result<View> {
    rows::get(tx, id)?.ok_or_else(|| ApiError::not_found(format!("feed view with id {id} not found")))
}

/// How feeds are read.
#[derive(Clone, Debug)]
pub struct Way {
    /// What picks their activities.
    pub selectors: Vec<Selector>,
    /// The same, understood.
    pub selections: Vec<Selection>,
    /// What comes first, where that is not a matter of time.
    pub ranking: Option<Ranking>,
    /// How what groups score comes of their activities.
    pub strategy: Strategy,
    /// How these are grouped, where they are.
    pub aggregation: Option<Aggregation>,
    /// Whether it is the feed's group that groups them: then those of its own have their keys.
    pub has_keys: bool,
}

/// How a group's feeds are read: the way of the view that was asked for, else of the one with the id of a built-in group, else
/// of the group. What a view does not say is as its group has it.
pub fn way(tx: &ReadTx<'_>, group: &Group, view: Option<&str>) -> Result<Way> {
    let view = match view {
        Some(id) => Some(present(tx, id)?),
        None if groups::built_in(&group.id).is_some() => rows::get(tx, &group.id)?,
        None => None,
    };
    let config = view.map(|view| view.config).unwrap_or_default();
    let of_view = Aggregation::of(config.aggregation.as_ref(), group.config.stories.is_some());
    let selectors = config.activity_selectors.or_else(|| group.config.activity_selectors.clone()).unwrap_or_default();
    Ok(Way {
        selections: Selection::all(&selectors)?,
        selectors,
        strategy: Strategy::of(config.aggregation.as_ref().or(group.config.aggregation.as_ref())),
        ranking: Ranking::of(config.ranking.as_ref().or(group.config.ranking.as_ref()))?,
        has_keys: of_view.is_none(),
        aggregation: of_view.or_else(|| Aggregation::of_group(group)),
    })
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
    selectors::check(config.activity_selectors.as_deref(), config.ranking.as_ref())?;
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

//! Making, changing and ending feed groups (feeds-core 3.2).

use super::aggregation::Aggregation;
use super::feeds::visibility_of;
use super::groups::{self, COUNT_MAX};
use super::{change, later, listing, selectors};
use crate::error::{ApiError, Result};
use crate::model::feeds::group::{ActivityMarks, Group, GroupConfig};
use crate::store::WriteTx;
use crate::store::feeds::{feeds as feed_rows, groups as rows};
use crate::validate::batch;

/// What a group has done to activities, at the most.
const PROCESSORS_MAX: usize = 10;
/// The built-in groups that take no `activity_filter`.
const UNFILTERED: &[&str] = &["notification", "story", "stories"];

/// Settings of a group, within the limits.
fn checked(id: &str, mut config: GroupConfig) -> Result<GroupConfig> {
    if let Some(word) = &config.default_visibility {
        visibility_of("default_visibility", word)?;
    }
    groups::check_selectors(config.activity_selectors.as_mut())?;
    check_ranking(id, &config)?;
    let processors = config.activity_processors.as_ref().map_or(0, Vec::len);
    if processors > 0 {
        batch("activity_processors", processors, PROCESSORS_MAX)?;
    }
    if config.activity_processing.as_ref().is_some_and(|kept| !kept.allowed().is_empty() && !kept.blocked().is_empty())
    {
        return Err(ApiError::input("activity_processing.allowed_tags cannot be set beside blocked_tags"));
    }
    let shows_more = config.aggregation.is_some() || config.notification.is_some() || config.stories.is_some();
    if config.activity_filter.is_some() && (shows_more || UNFILTERED.contains(&id)) {
        return Err(ApiError::input(format!(
            "activity_filter cannot be set on feed group {id}: it does not go with aggregation, notification and stories"
        )));
    }
    Ok(config)
}

/// Refuses a ranking that cannot be read by, or goes by what the group does not track.
fn check_ranking(id: &str, config: &GroupConfig) -> Result<()> {
    let Some(ranking) = selectors::check(config.activity_selectors.as_deref(), config.ranking.as_ref())? else {
        return Ok(());
    };
    let built_in = groups::built_in(id).and_then(|built_in| built_in.notification);
    let tracks = |of: fn(&ActivityMarks) -> Option<bool>| config.content_marks().and_then(of) == Some(true);
    let is_fine = (!ranking.names("is_read") || tracks(|set| set.track_read))
        && (!ranking.names("is_seen") || tracks(|set| set.track_seen));
    // Notifications may be ranked so whatever is tracked of them.
    if is_fine || config.notification.is_some() || built_in.is_some() {
        return Ok(());
    }
    Err(ApiError::input("ranking by read/seen status requires notification config or matching activity_marks tracking"))
}

/// The group of that id, made where there is none; and whether it was.
pub fn get_or_create(tx: &WriteTx<'_>, id: &str, config: GroupConfig) -> Result<(Group, bool)> {
    match groups::find(tx, id)?.filter(|group| group.deleted_at.is_none()) {
        Some(group) => Ok((group, false)),
        None => Ok((put(tx, id, config)?, true)),
    }
}

/// Makes a group, or replaces the settings of the one that is there. Those of a built-in group that are not given are as they
/// were built in: a `timeline` that is given a ranking still shows what it follows.
pub fn put(tx: &WriteTx<'_>, id: &str, config: GroupConfig) -> Result<Group> {
    groups::checked_id("feed group", id)?;
    let config = checked(id, config)?;
    let before = groups::find(tx, id)?.filter(|group| group.deleted_at.is_none());
    if before.is_none() && groups::all(tx, false)?.len() >= COUNT_MAX {
        return Err(ApiError::input(format!("maximum number of feed groups ({COUNT_MAX}) reached")));
    }
    let has_grouped = before.as_ref().and_then(Aggregation::of_group).is_some();
    let group = Group {
        id: id.to_owned(),
        config: config.or(groups::built_in(id).unwrap_or_default()),
        created_at: before.as_ref().map_or(tx.now, |before| before.created_at),
        updated_at: before.map_or(tx.now, |before| later(tx.now, before.updated_at)),
        deleted_at: None,
    };
    rows::save(tx, &group)?;
    if let Some(aggregation) = Aggregation::of_group(&group).filter(|_| !has_grouped) {
        listing::regroup(tx, &aggregation, id)?;
    }
    Ok(group)
}

/// Deletes a group. Its feeds are not there until it is restored; a hard deletion takes them with it.
pub fn delete(tx: &WriteTx<'_>, id: &str, is_hard: bool) -> Result<()> {
    let group = groups::get(tx, id, is_hard)?;
    if groups::built_in(id).is_some() {
        return Err(ApiError::input(format!("feed group {id} is built in and cannot be deleted")));
    }
    if !is_hard {
        return rows::save(
            tx,
            &Group { deleted_at: Some(tx.now), updated_at: later(tx.now, group.updated_at), ..group },
        );
    }
    for feed in feed_rows::of_group(tx, id)? {
        match feed.deleted_at {
            Some(_) => feed_rows::remove(tx, feed.no)?,
            None => change::end(tx, None, feed, true)?,
        }
    }
    rows::remove(tx, id)
}

/// Brings a deleted group back, and its feeds with it.
pub fn restore(tx: &WriteTx<'_>, id: &str) -> Result<Group> {
    let group = groups::get(tx, id, true)?;
    if group.deleted_at.is_none() {
        return Ok(group);
    }
    let group = Group { deleted_at: None, updated_at: later(tx.now, group.updated_at), ..group };
    rows::save(tx, &group)?;
    Ok(group)
}

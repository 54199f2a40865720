//! What is done about something in the review queue, or without it.

use serde_json::{Map, Value, json};

use super::entity::{Entity, Kind};
use super::take::take;
use super::{appeals, queue, show, tell};
use crate::domain::feeds::access::Actor;
use crate::domain::feeds::enrich::OwnFields;
use crate::domain::feeds::{activities, comments, user_data};
use crate::domain::{bans, later, lifecycle, users as user_rules};
use crate::error::{ApiError, Result};
use crate::model::ban::Ban;
use crate::model::moderation::{EnrichedAppeal, EnrichedItem, LogEntry, ReviewItem};
use crate::model::user::{Deletion, User};
use crate::store::WriteTx;
use crate::store::moderation::{items, logs};
use crate::validate::max_chars;

/// A reason at the most, in characters.
pub const REASON_MAX_CHARS: usize = 500;

/// What is to be done.
#[derive(Debug)]
pub enum Action {
    /// Nothing: it was looked at.
    MarkReviewed,
    /// The content goes.
    Delete { kind: Kind, is_hard: bool },
    /// The user goes, and where that is asked for with all that he has in feeds.
    DeleteUser { is_hard: bool, with_content: bool },
    /// The user is banned.
    Ban { ban: Ban, timeout_ns: Option<i64> },
    /// He no longer is.
    Unban { channel_cid: String },
    /// The content is taken away until it is shown again.
    TakeAway,
    /// What was taken away or deleted is shown again.
    ShowAgain,
    /// Whatever the app does on it.
    Custom { id: String, options: Map<String, Value> },
    /// Others are to look at it.
    Escalate(Map<String, Value>),
    /// They need not.
    Deescalate,
    /// The appeal is turned down.
    RejectAppeal,
}

impl Action {
    /// What somebody has to be allowed to do beside reviewing.
    pub fn needs(&self) -> Option<&'static str> {
        matches!(self, Self::Ban { .. } | Self::Unban { .. }).then_some("BanUser")
    }
}

/// An action with what is said of it.
#[derive(Debug)]
pub struct Submitted {
    /// What clients call it.
    pub name: &'static str,
    pub action: Action,
    /// The item in whose review it is done.
    pub item_id: Option<String>,
    /// The thing, where it is not the item's.
    pub entity_id: Option<String>,
    /// The user, where it is not whose the thing is.
    pub user_id: Option<String>,
    /// The appeal that is decided by it.
    pub appeal_id: Option<String>,
    pub reason: String,
}

/// What an action leaves.
#[derive(Debug)]
pub struct Done {
    pub item: Option<EnrichedItem>,
    pub appeal: Option<EnrichedAppeal>,
}

/// Does it, by a moderator or a server that names nobody, and writes it down.
pub fn submit(tx: &WriteTx<'_>, moderator: Option<&User>, submitted: Submitted) -> Result<Done> {
    let Submitted { name, action, item_id, entity_id, user_id, appeal_id, reason } = submitted;
    max_chars("reason", &reason, REASON_MAX_CHARS)?;
    let appeal = appeal_id.as_deref().map(|id| appeals::present(tx, id, None)).transpose()?;
    if appeal.is_none() && matches!(action, Action::RejectAppeal) {
        return Err(ApiError::input("appeal_id is a required field"));
    }
    let item_id = item_id.or_else(|| appeal.as_ref()?.item_id.clone());
    let is_accepted = !matches!(action, Action::RejectAppeal);
    let appeal = appeal.map(|appeal| appeals::decide(tx, appeal, is_accepted, &reason)).transpose()?;
    let item = item_id.as_deref().map(|id| queue::present(tx, id)).transpose()?;
    let about = About { item: item.as_ref(), entity_id, user_id };
    let creator_id = about.user(tx, &action)?;
    let custom = perform(tx, moderator, name, &action, &about, creator_id.as_deref())?;
    let by = moderator.map(|user| user.id.to_string()).unwrap_or_default();
    logs::add(
        tx,
        &LogEntry {
            id: tx.new_id(),
            action: name.to_owned(),
            item_id: item_id.unwrap_or_default(),
            moderator_id: by.clone(),
            reporter_type: "moderator".to_owned(),
            creator_id: creator_id.unwrap_or_default(),
            reason,
            custom,
            created_at: tx.now,
        },
    )?;
    let appeal = appeal.map(|appeal| appeals::show(tx, appeal)).transpose()?;
    let Some(item) = item else { return Ok(Done { item: None, appeal }) };
    let item = after(tx, item, name, &action, by);
    items::save(tx, &item)?;
    let shown = show::item(tx, item)?;
    match action {
        Action::MarkReviewed => tell::reviewed(tx, &shown),
        Action::Custom { id, options } => tell::custom_action(tx, &shown, id, options),
        _ => {}
    }
    Ok(Done { item: Some(shown), appeal })
}

/// The item as an action leaves it.
fn after(tx: &WriteTx<'_>, item: ReviewItem, name: &str, action: &Action, by: String) -> ReviewItem {
    let updated_at = later(tx.now, item.updated_at);
    let item = ReviewItem { latest_action: name.to_owned(), updated_at, ..item };
    match action {
        Action::Custom { .. } | Action::RejectAppeal => item,
        Action::Escalate(why) => {
            ReviewItem { escalation: why.clone(), escalated_by: Some(by), escalated_at: Some(tx.now), ..item }
        }
        Action::Deescalate => ReviewItem { escalation: Map::new(), escalated_by: None, escalated_at: None, ..item },
        _ => ReviewItem { is_reviewed: true, reviewed_by: by, reviewed_at: Some(tx.now), ..item },
    }
}

/// What an action is about.
struct About<'a> {
    item: Option<&'a ReviewItem>,
    entity_id: Option<String>,
    user_id: Option<String>,
}

impl About<'_> {
    /// The thing's id, where it has to be of a kind.
    fn entity(&self, kind: Kind) -> Result<String> {
        let of_item = self.item.filter(|item| Kind::of(&item.entity_type) == kind).map(|item| item.entity_id.clone());
        self.entity_id.clone().or(of_item).ok_or_else(|| {
            let message =
                if self.item.is_some() { "the item is about something else" } else { "item_id is a required field" };
            ApiError::input(message)
        })
    }

    /// Whom it concerns.
    fn user(&self, tx: &WriteTx<'_>, action: &Action) -> Result<Option<String>> {
        if self.user_id.is_some() {
            return Ok(self.user_id.clone());
        }
        let kind = match (action, self.item) {
            (Action::Delete { kind, .. }, _) => *kind,
            (Action::DeleteUser { .. }, None) => return Ok(self.entity_id.clone()),
            (_, Some(item)) => return Ok(item.creator_id.clone()),
            (_, None) => return Ok(None),
        };
        Ok(kind.find(tx, &self.entity(kind)?)?.creator())
    }
}

/// Does what the action is, and answers what belongs to its entry.
fn perform(
    tx: &WriteTx<'_>,
    moderator: Option<&User>,
    name: &str,
    action: &Action,
    about: &About<'_>,
    creator: Option<&str>,
) -> Result<Map<String, Value>> {
    let user = || {
        let is_deletion = matches!(action, Action::DeleteUser { .. });
        let field = if is_deletion { "delete_user.entity_id or item_id" } else { "target_user_id" };
        creator.ok_or_else(|| ApiError::input(format!("{field} is a required field")))
    };
    let item = || about.item.ok_or_else(|| ApiError::input("item_id is a required field"));
    match action {
        Action::RejectAppeal => {}
        Action::MarkReviewed | Action::Escalate(_) | Action::Deescalate => item().map(drop)?,
        Action::Delete { kind, is_hard } => {
            take(tx, moderator, kind.find(tx, &about.entity(*kind)?)?, "delete", *is_hard)?;
        }
        Action::DeleteUser { is_hard, with_content } => {
            let user = user_rules::undeleted(tx, user()?)?;
            if *with_content {
                user_data::delete(tx, user.id.as_str(), *is_hard)?;
            }
            lifecycle::delete(tx, user.id.as_str(), if *is_hard { Deletion::Hard } else { Deletion::Soft })?;
        }
        Action::Ban { ban, timeout_ns } => {
            let expires_at = timeout_ns.map(|timeout| tx.now.plus(timeout));
            let banned_by = moderator.map(|user| user.id.to_string());
            bans::set(tx, &Ban { user_id: user()?.to_owned(), banned_by, expires_at, ..ban.clone() })?;
        }
        Action::Unban { channel_cid } => bans::lift(tx, user()?, channel_cid, false)?,
        Action::TakeAway => {
            let item = item()?;
            take(tx, moderator, Entity::find(tx, &item.entity_type, &item.entity_id)?, name, false)?;
        }
        Action::ShowAgain => show_again(tx, moderator, item()?)?,
        Action::Custom { id, options } => {
            item()?;
            return Ok(Map::from_iter([("id".to_owned(), json!(id)), ("options".to_owned(), json!(options))]));
        }
    }
    Ok(Map::new())
}

/// Shows again what was taken away. Of what is there as it was nobody is told.
fn show_again(tx: &WriteTx<'_>, by: Option<&User>, item: &ReviewItem) -> Result<()> {
    match Entity::find(tx, &item.entity_type, &item.entity_id)? {
        Entity::Activity(activity) => {
            let by = by.cloned().map_or_else(|| user_rules::undeleted(tx, activity.user_id.as_str()), Ok)?;
            activities::restore(tx, Actor::SERVER, &by, &activity.id, OwnFields::NONE).map(drop)
        }
        Entity::Comment(comment) => comments::restore(tx, Actor::SERVER, by, &comment.id).map(drop),
        Entity::User(id) => lifecycle::restore(tx, &id).map(drop),
        Entity::Unknown => Err(ApiError::not_found("what the item is about is not there")),
    }
}

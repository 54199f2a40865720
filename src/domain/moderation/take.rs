//! Taking contents away, in moderation.

use serde_json::{Map, Value, json};

use super::entity::Entity;
use crate::domain::feeds::access::Actor;
use crate::domain::feeds::{activities, comments};
use crate::error::{ApiError, Result};
use crate::model::feeds::activity::Activity;
use crate::model::feeds::comment::Comment;
use crate::model::user::User;
use crate::store::feeds::{activities as activity_rows, comments as comment_rows};
use crate::store::{WriteTx, users};

/// What a content says of an action upon it.
fn mark(action: &str, text: Option<&str>) -> Map<String, Value> {
    Map::from_iter([
        ("action".to_owned(), json!(action)),
        ("original_text".to_owned(), json!(text.unwrap_or_default())),
    ])
}

/// Takes a content away, for good or so that none but a server brings it back.
pub fn take(tx: &WriteTx<'_>, by: Option<&User>, entity: Entity, action: &str, is_hard: bool) -> Result<()> {
    match entity {
        Entity::Activity(activity) => take_activity(tx, by, *activity, action, is_hard),
        Entity::Comment(comment) => take_comment(tx, by, *comment, action, is_hard),
        Entity::User(_) | Entity::Unknown => {
            Err(ApiError::not_found("what the item is about is not there, or is no activity and no comment"))
        }
    }
}

/// One that is deleted stays so, and is no longer its author's to bring back.
fn take_activity(
    tx: &WriteTx<'_>,
    by: Option<&User>,
    mut activity: Activity,
    action: &str,
    is_hard: bool,
) -> Result<()> {
    activity.moderation = mark(action, activity.text.as_deref());
    activity_rows::save(tx, &activity)?;
    if activity.deleted_at.is_some() && !is_hard {
        return Ok(());
    }
    activities::delete(tx, Actor::SERVER, by, &activity.id, activities::Deletion { is_hard, withdraws: true })
}

/// The same of a comment.
fn take_comment(tx: &WriteTx<'_>, by: Option<&User>, mut comment: Comment, action: &str, is_hard: bool) -> Result<()> {
    comment.moderation = mark(action, comment.text.as_deref());
    comment_rows::save(tx, &comment)?;
    let author = if by.is_none() { users::get(tx, comment.user_id.as_str())? } else { None };
    let by = by.cloned().or(author).unwrap_or_else(|| User::new(comment.user_id.clone(), tx.now));
    comments::end(tx, &by, &comment.id, is_hard)
}

//! A comment as a call describes it, and what every comment has to be.

use serde_json::{Map, Value};

use super::comment_notices::Telling;
use crate::domain::users as user_rules;
use crate::error::{ApiError, Result};
use crate::model::feeds::comment::Comment;
use crate::store::{ReadTx, users};

/// A comment as a call describes it.
#[derive(Clone, Debug, Default)]
pub struct CommentInput {
    pub id: Option<String>,
    /// The activity, where it is not that of the parent.
    pub object_id: Option<String>,
    /// The comment that it answers.
    pub parent_id: Option<String>,
    pub text: Option<String>,
    pub attachments: Vec<Value>,
    pub mentioned: Vec<String>,
    pub custom: Map<String, Value>,
    pub telling: Telling,
    /// Whether it is judged though a server sends it.
    pub is_forced: bool,
    /// Whether what its first link looks like is not attached.
    pub skips_links: bool,
}

/// What is changed of a comment. What is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct CommentChange {
    pub text: Option<String>,
    pub attachments: Option<Vec<Value>>,
    pub mentioned: Option<Vec<String>>,
    pub custom: Option<Map<String, Value>>,
    /// Whether those are told whom it mentions since, and those no longer whom it does not any more.
    pub telling: Telling,
    /// Whether it is judged though a server sends it.
    pub is_forced: bool,
    /// Whether what its first link looks like is not attached.
    pub skips_links: bool,
}

/// What every comment has to be.
pub(super) fn check(tx: &ReadTx<'_>, comment: &Comment) -> Result<()> {
    if comment.text.as_deref().is_none_or(str::is_empty) && comment.attachments.is_empty() {
        return Err(ApiError::input("comment is a required field"));
    }
    user_rules::check_object("custom", &comment.custom)?;
    let named: Vec<&str> = comment.mentioned.iter().map(String::as_str).collect();
    let known = users::by_ids(tx, &named)?;
    // That it is refused is inferred; that only users who are there may be mentioned is known.
    match named.iter().find(|id| !known.iter().any(|user| user.id.as_str() == **id)) {
        Some(id) => Err(ApiError::input(format!("mentioned_user_ids: the user {id} does not exist"))),
        None => Ok(()),
    }
}

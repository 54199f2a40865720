//! Comments with what an answer shows beside their rows.

use std::collections::HashMap;

use super::reactions;
use super::users::Users;
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::comment::{Comment, EnrichedComment, Sort};
use crate::model::feeds::object::{Address, ObjectKind};
use crate::store::ReadTx;
use crate::store::feeds::threads;

/// Comments that an activity shows unless another number is asked for.
pub const SHOWN: u32 = 5;

/// Which comments activities show, of those that answer them directly.
#[derive(Clone, Copy, Debug)]
pub struct ShownComments {
    /// The first in this order.
    pub sort: Sort,
    /// How many at the most.
    pub most: u32,
}

impl ShownComments {
    /// The latest.
    pub const LATEST: Self = Self { sort: Sort::Last, most: SHOWN };
    /// None.
    pub const NONE: Self = Self { sort: Sort::Last, most: 0 };
}

/// Comments with what an answer shows of them to a viewer, in the order given: so many statements, however many there are.
pub fn comments(tx: &ReadTx<'_>, viewer: Option<&UserId>, rows: Vec<Comment>) -> Result<Vec<EnrichedComment>> {
    let named = rows.iter().flat_map(|comment| {
        std::iter::once(comment.user_id.as_str()).chain(comment.mentioned.iter().map(String::as_str))
    });
    let users = Users::load(tx, named)?;
    let reacted_to = rows.iter().filter(|comment| comment.counts.reactions > 0);
    let address = |comment: &Comment| {
        (comment.no, Address { activity_id: comment.object_id.clone(), comment_id: Some(comment.id.clone()) })
    };
    let mut shown = reactions::of(tx, ObjectKind::Comment, &reacted_to.map(address).collect(), viewer)?;
    let enriched = |comment: Comment| EnrichedComment {
        reactions: shown.remove(&comment.no).unwrap_or_default(),
        user: users.get(comment.user_id.as_str()),
        mentioned: comment.mentioned.iter().filter_map(|id| users.known(id)).collect(),
        replies: None,
        meta: None,
        comment,
    };
    Ok(rows.into_iter().map(enriched).collect())
}

/// A comment with the same.
pub fn comment(tx: &ReadTx<'_>, viewer: Option<&UserId>, row: Comment) -> Result<EnrichedComment> {
    let found = comments(tx, viewer, vec![row])?.pop();
    found.ok_or_else(|| ApiError::internal(&"a comment was lost on its way to the answer"))
}

/// Puts onto activities the first comments that answer them directly.
pub fn hang(
    tx: &ReadTx<'_>,
    viewer: Option<&UserId>,
    activities: &mut [EnrichedActivity],
    ShownComments { sort, most }: ShownComments,
) -> Result<()> {
    let commented = activities.iter().filter(|one| one.activity.counts.comments > 0).map(|one| one.activity.no);
    let commented: Vec<i64> = commented.collect();
    if commented.is_empty() || most == 0 {
        return Ok(());
    }
    let mut found: HashMap<i64, Vec<EnrichedComment>> = HashMap::new();
    for comment in comments(tx, viewer, threads::first_of_each(tx, &commented, sort, most)?)? {
        found.entry(comment.comment.under).or_default().push(comment);
    }
    for activity in activities {
        // An activity may be there twice, once as the parent of another.
        activity.comments = found.get(&activity.activity.no).cloned().unwrap_or_default();
    }
    Ok(())
}

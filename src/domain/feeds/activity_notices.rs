//! Telling those whom an activity mentions (feeds-interactions 7).

use super::notify::{self, Deed, Kind, Notice};
use crate::error::Result;
use crate::ids::UserId;
use crate::model::feeds::activity::Activity;
use crate::model::user::User;
use crate::store::{WriteTx, users};

/// Tells those whom an activity mentions, in the name of its author, and that were not mentioned before. Answers how many.
pub fn tell_mentioned(tx: &WriteTx<'_>, activity: &Activity, before: &[String], copies_custom: bool) -> Result<i64> {
    let Some(author) = users::get(tx, activity.user_id.as_str())? else { return Ok(0) };
    let mut told = 0;
    for (at, id) in activity.mentioned.iter().enumerate() {
        if before.contains(id) || activity.mentioned[..at].contains(id) {
            continue;
        }
        let (recipient, deed) = (&UserId::trusted(id), Deed::Mention { activity });
        let notice = Notice { actor: &author, recipient, deed, custom: &activity.custom, copies_custom };
        told += i64::from(notify::send(tx, &notice)?);
    }
    Ok(told)
}

/// Tells those whom an activity mentions since it was changed; those whom it mentions no longer have that taken back. Answers
/// how many it told.
pub fn mentions_changed(
    tx: &WriteTx<'_>,
    editor: &User,
    before: &Activity,
    after: &Activity,
    copies_custom: bool,
) -> Result<i64> {
    let told = tell_mentioned(tx, after, &before.mentioned, copies_custom)?;
    for gone in before.mentioned.iter().filter(|id| !after.mentioned.contains(id)) {
        notify::withdraw_from(tx, Some(editor), &before.user_id, Kind::Mention, &before.id, Some(gone))?;
    }
    Ok(told)
}

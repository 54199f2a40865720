//! What users say of activities that they are shown (feeds-interactions 6).

use std::sync::Arc;

use super::access::Actor;
use super::activities::readable;
use super::{events, later};
use crate::error::Result;
use crate::event::feeds::{About, Change};
use crate::model::feeds::feedback::{Action, EnrichedFeedback, Feedback};
use crate::model::user::User;
use crate::store::WriteTx;
use crate::store::feeds::feedback as rows;

/// Writes down what a user says of an activity that he may read, and tells his own connections.
pub fn give(tx: &WriteTx<'_>, actor: Actor<'_>, by: &User, id: &str, said: &[(Action, bool)]) -> Result<()> {
    let (activity, _) = readable(tx, actor, id)?;
    for (action, value) in said.iter().copied() {
        if let Some(opposite) = action.opposite().filter(|_| value)
            && let Some(before) = rows::get(tx, by.id.as_str(), activity.no, opposite)?
        {
            rows::save(tx, &Feedback { value: false, updated_at: later(tx.now, before.updated_at), ..before })?;
        }
        let before = rows::get(tx, by.id.as_str(), activity.no, action)?;
        let feedback = match before {
            Some(before) => Feedback { value, updated_at: later(tx.now, before.updated_at), ..before },
            None => Feedback {
                user_id: by.id.clone(),
                activity: activity.no,
                action,
                value,
                created_at: tx.now,
                updated_at: tx.now,
            },
        };
        rows::save(tx, &feedback)?;
        let user = Arc::new(by.clone());
        let told = EnrichedFeedback { feedback, activity_id: activity.id.clone(), user: Arc::clone(&user) };
        let change = Change::new(Some(user), About::Feedback(Box::new(told)));
        events::tell_user(tx, "feeds.activity.feedback", &by.id, &change);
    }
    Ok(())
}

//! What moderation says of contents on their way into feeds; and what it has taken away, none but a server brings back
//! (feeds-core 6.4).

use serde_json::{Map, Value};

use super::access::Actor;
use crate::domain::moderation::judge::{self, Verdict};
use crate::error::Result;
use crate::model::feeds::feed::Feed;
use crate::model::moderation::is_taken_away;
use crate::permission;
use crate::store::WriteTx;

/// What is said of a content.
#[derive(Debug, Default)]
pub struct Judgement {
    is_judged: bool,
    verdict: Option<Verdict>,
}

/// Judges a text that is to be in feeds: a client's always, a server's where it asks for that. Words that are to be hidden are
/// hidden in it.
pub fn judge(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    is_forced: bool,
    feeds: &[Feed],
    text: &mut Option<String>,
) -> Result<Judgement> {
    if actor.by.is_none() && !is_forced {
        return Ok(Judgement::default());
    }
    let verdict = judge::in_feeds(tx, feeds, text.as_deref())?;
    if let Some(verdict) = &verdict {
        *text = Some(verdict.text.clone());
    }
    Ok(Judgement { is_judged: true, verdict })
}

impl Judgement {
    /// What is kept of it at the content. What is not judged stays as it was.
    pub fn moderation(&self, before: &Map<String, Value>) -> Map<String, Value> {
        match &self.verdict {
            Some(verdict) => verdict.found.verdict.clone(),
            None if self.is_judged => Map::new(),
            None => before.clone(),
        }
    }

    /// Whether nobody is to see the content.
    pub fn takes_away(&self) -> bool {
        self.verdict.as_ref().is_some_and(Verdict::takes_away)
    }

    /// Puts it into the review queue, where there is something to review.
    pub fn queue(&self, tx: &WriteTx<'_>, entity_type: &str, id: &str, attachments: &[Value]) -> Result<()> {
        match &self.verdict {
            Some(verdict) => judge::queue(tx, entity_type, id, verdict, attachments),
            None => Ok(()),
        }
    }
}

/// Refuses to bring back what moderation took away, unless a server does it. That it is refused so is inferred.
pub fn may_bring_back(actor: Actor<'_>, moderation: &Map<String, Value>, action: &str) -> Result<()> {
    match actor.by {
        Some(by) if is_taken_away(moderation) => Err(permission::refused(by, action)),
        _ => Ok(()),
    }
}

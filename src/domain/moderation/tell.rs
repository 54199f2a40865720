//! Who hears of what happens in moderation: those on line who may read what was flagged.

use serde_json::{Map, Value};

use crate::event::topic::Topic;
use crate::event::{Event, Payload};
use crate::ids::UserId;
use crate::model::moderation::EnrichedItem;
use crate::permission::{self, Request, Subject};
use crate::store::WriteTx;

/// The action that lets somebody read what was flagged.
pub const READ: &str = "ReadFlagReports";
/// The action that lets somebody do something about it.
pub const REVIEW: &str = "UpdateFlagReport";

/// Something was flagged.
pub fn flagged(tx: &WriteTx<'_>, entity_type: &str, entity_id: &str) {
    let payload = Payload::Flagged { content_type: entity_type.to_owned(), object_id: entity_id.to_owned() };
    emit(tx, "moderation.flagged", payload);
}

/// An item was reviewed.
pub fn reviewed(tx: &WriteTx<'_>, item: &EnrichedItem) {
    emit(tx, "moderation.mark_reviewed", Payload::Reviewed(Box::new(item.clone())));
}

/// Something was done that the app itself has to do.
pub fn custom_action(tx: &WriteTx<'_>, item: &EnrichedItem, id: String, options: Map<String, Value>) {
    let payload = Payload::CustomAction { item: Box::new(item.clone()), id, options };
    emit(tx, "moderation.custom_action", payload);
}

fn emit(tx: &WriteTx<'_>, kind: &'static str, payload: Payload) {
    let moderators = moderators(tx);
    if !moderators.is_empty() {
        tx.emit(Event::new(kind, tx.now, [Topic::App], payload).only_for(Some(moderators)));
    }
}

fn moderators(tx: &WriteTx<'_>) -> Vec<UserId> {
    let state = tx.state();
    let mut online = tx.online();
    online.retain(|user| {
        let facts = tx.facts(user.as_str());
        let by = Subject { id: user.as_str(), role: &facts.role, teams: &facts.teams };
        permission::check(&state, by, Request::app_level(READ)).is_ok()
    });
    online
}

//! What a moderator is offered to do with each kind of thing, where an app has not said otherwise. Which actions production offers,
//! and what it calls them, is inferred from what it takes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::moderation::entity::{ACTIVITY, COMMENT, USER};

/// An action that is offered.
#[derive(Clone, Serialize)]
pub struct ActionConfig {
    action: &'static str,
    description: &'static str,
    entity_type: &'static str,
    icon: &'static str,
    order: usize,
}

const REVIEWED: (&str, &str) = ("mark_reviewed", "Mark as reviewed");
const BAN: (&str, &str) = ("ban", "Ban the user");

const OFFERED: &[(&str, &[(&str, &str)])] = &[
    (ACTIVITY, &[REVIEWED, ("delete_activity", "Delete the activity"), ("restore", "Show the activity again"), BAN]),
    (COMMENT, &[REVIEWED, ("delete_comment", "Delete the comment"), ("restore", "Show the comment again"), BAN]),
    (USER, &[REVIEWED, BAN, ("unban", "Lift the ban"), ("delete_user", "Delete the user")]),
];

/// By the kind of thing.
pub fn defaults() -> BTreeMap<&'static str, Vec<ActionConfig>> {
    let of = |entity_type: &'static str, actions: &'static [(&str, &str)]| {
        let one = |(order, (action, description))| ActionConfig { action, description, entity_type, icon: "", order };
        actions.iter().copied().enumerate().map(one).collect()
    };
    OFFERED.iter().map(|(entity_type, actions)| (*entity_type, of(entity_type, actions))).collect()
}

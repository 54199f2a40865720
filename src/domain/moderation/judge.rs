//! What judges contents: the lists of words that the policies of their feeds name, and nothing else.
//!
//! Known of production: clients' contents are judged whenever they come or change, servers' where they ask for it; `remove` takes the
//! content away and `flag` leaves it, both for review; `bounce` refuses it; `mask` hides the words. Inferred:
//!
//! - Of a content in several feeds the strictest of all rules counts, in the order of [`STRICTNESS`].
//! - The text is judged, not what an app keeps in `custom`, nor attachments.
//! - `bounce_flag` and `bounce_remove` bounce each time: whether somebody tries again is not remembered.
//! - `shadow` takes the content away from its author's reads, too, while the answer to the author says what he wrote.
//! - What a bounce answers: 400, code 4.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::{Map, Value, json};

use super::entity::payload;
use super::matching::{Matcher, Places};
use super::policies::{self, Rule};
use super::queue::{self, Found, Said};
use crate::domain::blocklists;
use crate::error::{ApiError, Result};
use crate::model::feeds::feed::Feed;
use crate::model::moderation::{Policy, takes_away};
use crate::store::{ReadTx, WriteTx};

/// Actions from the mildest to the strictest.
const STRICTNESS: &[&str] =
    &["keep", "flag", "mask", "mask_flag", "bounce", "bounce_flag", "bounce_remove", "shadow", "remove"];

fn strictness(action: &str) -> usize {
    STRICTNESS.iter().position(|known| *known == action).unwrap_or_default()
}

/// What was found in a text, and what the text is to be.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What belongs into the queue.
    pub found: Found,
    /// The text without the words that are to be hidden.
    pub text: String,
}

impl Verdict {
    /// Whether nobody is to see the content.
    pub fn takes_away(&self) -> bool {
        takes_away(&self.found.action)
    }
}

/// Where a text has words of the list that a rule names. A list that is gone judges nothing.
fn places(tx: &ReadTx<'_>, rule: &Rule, text: &str) -> Result<Places> {
    match blocklists::find(tx, &rule.list.0, &rule.list.1)? {
        Some(list) => Ok(Matcher::of(&list, rule.is_substring)?.find(text)),
        None => Ok(Places::default()),
    }
}

/// Judges a text by policies.
pub fn texts(tx: &ReadTx<'_>, policies: &[Policy], text: &str) -> Result<Option<Verdict>> {
    let mut strictest: Option<(Rule, &Policy)> = None;
    let (mut lists, mut hidden): (Vec<String>, Places) = (Vec::new(), Places::default());
    // Many rules may name one list, which is looked through once.
    let mut looked: HashMap<((String, String), bool), Places> = HashMap::new();
    for policy in policies {
        for rule in policies::rules(&policy.config)? {
            let places = match looked.entry((rule.list.clone(), rule.is_substring)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(places(tx, &rule, text)?),
            };
            if places.is_empty() {
                continue;
            }
            if !lists.contains(&rule.list.1) {
                lists.push(rule.list.1.clone());
            }
            if rule.action.starts_with("mask") {
                hidden |= places.clone();
            }
            if strictest.as_ref().is_none_or(|(known, _)| strictness(&known.action) < strictness(&rule.action)) {
                strictest = Some((rule, policy));
            }
        }
    }
    let Some((rule, policy)) = strictest else { return Ok(None) };
    let verdict = Map::from_iter([
        ("action".to_owned(), json!(rule.action)),
        ("original_text".to_owned(), json!(text)),
        ("blocklist_matched".to_owned(), json!(rule.list.1)),
        ("blocklists_matched".to_owned(), json!(lists)),
    ]);
    let found = Found { action: rule.action, config_key: policy.key.clone(), verdict };
    Ok(Some(Verdict { found, text: hidden.masked(text) }))
}

/// Judges what is to be in feeds. What bounces is refused.
pub fn in_feeds(tx: &ReadTx<'_>, feeds: &[Feed], text: Option<&str>) -> Result<Option<Verdict>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let policies = policies::of_feeds(tx, feeds)?;
    if policies.is_empty() {
        return Ok(None);
    }
    let verdict = texts(tx, &policies, text)?;
    match verdict {
        Some(Verdict { found, .. }) if found.action.starts_with("bounce") => {
            let Found { config_key, .. } = found;
            Err(ApiError::input(format!(
                "the content is bounced by the moderation policy {config_key}: change it and try again"
            )))
        }
        verdict => Ok(verdict),
    }
}

/// Puts what was found in a content into the queue, unless it says nothing to those who review.
pub fn queue(tx: &WriteTx<'_>, entity_type: &str, id: &str, verdict: &Verdict, attachments: &[Value]) -> Result<()> {
    if verdict.found.action == "mask" {
        return Ok(());
    }
    let original = verdict.found.verdict.get("original_text").and_then(Value::as_str);
    let said = Said { creator_id: None, payload: Some(payload(original, attachments)) };
    queue::found(tx, entity_type, id, &verdict.found, said).map(drop)
}

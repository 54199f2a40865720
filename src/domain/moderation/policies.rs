//! Policies: which there are, and which holds for a content (feeds-interactions 10).

use serde_json::{Map, Value};

use crate::domain::blocklists;
use crate::domain::later;
use crate::domain::users::check_object;
use crate::error::{ApiError, Result};
use crate::model::feeds::feed::Feed;
use crate::model::moderation::Policy;
use crate::query::page::{Leads, Walk};
use crate::store::moderation::configs as rows;
use crate::store::{ReadTx, WriteTx};
use crate::validate::max_chars;

pub use rows::CONFIGS;

/// Policies of an app at the most.
const POLICIES_MAX: i64 = 100;
/// Characters of a key and of a team at the most.
const KEY_MAX_CHARS: usize = 255;
/// Rules of a part at the most.
const RULES_MAX: usize = 100;
/// What a rule of words may do.
const ACTIONS: &[&str] = &["flag", "mask", "mask_flag", "shadow", "remove", "bounce", "bounce_flag", "bounce_remove"];
/// The part that is judged by; all others need a model, or what somebody did before.
const WORDS: &str = "block_list_config";

/// A rule of words.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The list, and the team that it is of.
    pub list: (String, String),
    /// What is done where one of its words is found.
    pub action: String,
    /// Whether parts of words count, whatever the list says.
    pub is_substring: bool,
}

/// The rules of words that a policy has, where they are switched on.
pub fn rules(config: &Map<String, Value>) -> Result<Vec<Rule>> {
    let Some(part) = config.get(WORDS).and_then(Value::as_object) else { return Ok(Vec::new()) };
    if part.get("enabled") == Some(&Value::Bool(false)) {
        return Ok(Vec::new());
    }
    let is_substring = part.get("match_substring") == Some(&Value::Bool(true));
    let of = part.get("rules").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if of.len() > RULES_MAX {
        return Err(ApiError::input(format!("{WORDS}.rules must contain at maximum {RULES_MAX} items")));
    }
    let one = |rule: &Value| {
        let text = |key: &str| rule.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let action = text("action");
        if !ACTIONS.contains(&action.as_str()) {
            return Err(ApiError::input(format!("{WORDS}.rules.action must be one of [{}]", ACTIONS.join(" "))));
        }
        Ok(Rule { list: (text("team"), text("name")), action, is_substring })
    };
    of.iter().map(one).collect()
}

/// Makes a policy, or replaces the one of that key.
pub fn upsert(
    tx: &WriteTx<'_>,
    team: String,
    key: String,
    is_async: bool,
    config: Map<String, Value>,
) -> Result<Policy> {
    max_chars("key", &key, KEY_MAX_CHARS)?;
    max_chars("team", &team, KEY_MAX_CHARS)?;
    check_object("config", &config)?;
    check_lists(tx, &config)?;
    let known = rows::get(tx, &team, &key)?;
    if known.is_none() && rows::count(tx)? >= POLICIES_MAX {
        return Err(ApiError::input(format!("an app has {POLICIES_MAX} moderation configs at the most")));
    }
    let created_at = known.as_ref().map_or(tx.now, |known| known.created_at);
    let updated_at = known.map_or(tx.now, |known| later(tx.now, known.updated_at));
    let policy = Policy { team, key, is_async, config, created_at, updated_at };
    rows::save(tx, &policy)?;
    Ok(policy)
}

/// Refuses rules about lists that are not there.
pub fn check_lists(tx: &ReadTx<'_>, config: &Map<String, Value>) -> Result<()> {
    for rule in rules(config)? {
        if blocklists::find(tx, &rule.list.0, &rule.list.1)?.is_none() {
            return Err(ApiError::input("Blocklist not found"));
        }
    }
    Ok(())
}

/// The policy of that key, or the refusal.
pub fn show(tx: &ReadTx<'_>, team: &str, key: &str) -> Result<Policy> {
    rows::get(tx, team, key)?.ok_or_else(|| ApiError::not_found(format!("moderation config with key {key} not found")))
}

/// Deletes a policy.
pub fn delete(tx: &WriteTx<'_>, team: &str, key: &str) -> Result<()> {
    rows::remove(tx, &show(tx, team, key)?)
}

/// A page of policies, and what leads from it.
pub fn query(tx: &ReadTx<'_>, walk: &Walk) -> Result<(Vec<Policy>, Leads)> {
    Ok(walk.page(rows::select(tx, walk)?))
}

/// The policies that hold in feeds: for each the one that it names itself, else that of its own, of its group or of all feeds. An
/// app that has none pays one look.
pub fn of_feeds(tx: &ReadTx<'_>, feeds: &[Feed]) -> Result<Vec<Policy>> {
    let mut found: Vec<Policy> = Vec::new();
    if !rows::any(tx)? {
        return Ok(found);
    }
    let keys: Vec<Vec<String>> = feeds.iter().map(keys_of).collect();
    let known = rows::of_keys(tx, &keys.concat())?;
    for keys in keys {
        let policy = keys.iter().find_map(|key| known.iter().find(|policy| policy.key == *key));
        found.extend(policy.filter(|policy| found.iter().all(|known| known.key != policy.key)).cloned());
    }
    Ok(found)
}

/// The keys of the policies that may hold in a feed, the one that counts first.
fn keys_of(feed: &Feed) -> Vec<String> {
    let own = feed.custom.get("moderation_policy").and_then(Value::as_str).map(str::to_owned);
    let of_feed = [format!("feeds:{}", feed.fid), format!("feeds:{}", feed.fid.group()), "feeds".to_owned()];
    own.into_iter().chain(of_feed).collect()
}

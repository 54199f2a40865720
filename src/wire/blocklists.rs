//! Lists of words that moderation looks for.

use serde::Serialize;

use crate::clock::Time;
use crate::model::blocklist::Blocklist;

/// A list to be written.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for on its own")]
pub struct BlocklistResponse {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    words: Vec<String>,
    is_leet_check_enabled: bool,
    is_plural_check_enabled: bool,
    is_substring_matching_enabled: bool,
    is_confusable_folding_enabled: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    team: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<Time>,
}

impl From<Blocklist> for BlocklistResponse {
    fn from(list: Blocklist) -> Self {
        let Blocklist { team, name, id, kind, words, checks, created_at, updated_at } = list;
        Self {
            id,
            name,
            kind,
            words,
            is_leet_check_enabled: checks.leet.unwrap_or_default(),
            is_plural_check_enabled: checks.plural.unwrap_or_default(),
            is_substring_matching_enabled: checks.substring.unwrap_or_default(),
            is_confusable_folding_enabled: checks.confusable.unwrap_or_default(),
            team,
            created_at,
            updated_at,
        }
    }
}

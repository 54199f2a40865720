//! An activity as a call describes it, and what it says by that.

use serde_json::{Map, Value};

use super::collections::CollectionInput;
use crate::clock::Time;
use crate::domain::users as user_rules;
use crate::error::{ApiError, Result};
use crate::ids::{FeedId, UserId};
use crate::model::feeds::activity::{Activity, ActivityCounts};
use crate::model::feeds::collection::Reference;
use crate::model::feeds::feed::Location;
use crate::store::WriteTx;

/// An activity as a call describes it. What is absent is empty.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for on its own")]
pub struct ActivityInput {
    pub id: Option<String>,
    pub kind: String,
    pub feeds: Vec<FeedId>,
    pub text: Option<String>,
    pub visibility: Option<String>,
    pub visibility_tag: Option<String>,
    pub restrict_replies: Option<String>,
    pub custom: Map<String, Value>,
    pub search_data: Map<String, Value>,
    pub attachments: Vec<Value>,
    pub mentioned: Vec<String>,
    pub filter_tags: Vec<String>,
    pub interest_tags: Vec<String>,
    /// What it refers to in collections.
    pub references: Vec<Reference>,
    /// What is made or changed there with it, and referred to.
    pub collections: Vec<CollectionInput>,
    pub parent_id: Option<String>,
    pub poll_id: Option<String>,
    pub location: Option<Location>,
    pub expires_at: Option<Time>,
    /// Whether those whom it mentions are told so: those who were not mentioned before. On an edit, those who are mentioned no
    /// longer have that taken back.
    pub notifies: bool,
    /// Whether the notifications have its custom data.
    pub copies_custom: bool,
    /// Whether a change of the text is processed as the text of a new one is.
    pub is_processed: bool,
    /// Whether it is judged though a server sends it.
    pub is_forced: bool,
    /// Whether what its first link looks like is not attached.
    pub skips_links: bool,
}

/// What an activity says, by a call.
pub(super) fn content(tx: &WriteTx<'_>, input: ActivityInput) -> Activity {
    let interest_tags = input.interest_tags.iter().map(|tag| tag.trim().to_lowercase()).collect();
    Activity {
        no: 0,
        id: String::new(),
        user_id: UserId::trusted(""),
        kind: input.kind,
        feeds: input.feeds,
        text: input.text,
        visibility: input.visibility.unwrap_or_else(|| "public".to_owned()),
        visibility_tag: input.visibility_tag,
        restrict_replies: input.restrict_replies.unwrap_or_else(|| "everyone".to_owned()),
        custom: input.custom,
        i18n: Map::new(),
        search_data: input.search_data,
        attachments: input.attachments,
        mentioned: input.mentioned,
        filter_tags: input.filter_tags,
        interest_tags,
        notification_context: Map::new(),
        collections: Vec::new(),
        parent: None,
        poll_id: input.poll_id,
        location: input.location,
        counts: ActivityCounts::default(),
        created_at: tx.now,
        updated_at: tx.now,
        edited_at: None,
        expires_at: input.expires_at,
        deleted_at: None,
        moderation: Map::new(),
    }
}

/// Whether a visibility and a tag go together.
pub fn check_visibility(visibility: Option<&str>, tag: Option<&str>) -> Result<()> {
    match (visibility, tag) {
        (Some("tag"), None | Some("")) => {
            Err(ApiError::input("visibility_tag is a required field when visibility is tag"))
        }
        (None | Some("public" | "private" | "tag"), _) => Ok(()),
        (Some(_), _) => Err(ApiError::input("visibility must be one of [public private tag]")),
    }
}

/// The limits on what an activity carries.
pub fn check_custom(input: &ActivityInput) -> Result<()> {
    user_rules::check_object("custom", &input.custom)?;
    user_rules::check_object("search_data", &input.search_data)
}

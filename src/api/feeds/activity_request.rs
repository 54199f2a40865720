//! What an activity says, as calls send it: whole, or in part.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::collections::CollectionRequest;
use super::feeds::LocationRequest;
use crate::clock::Time;
use crate::domain::feeds::activities::{self as rules, ActivityInput};
use crate::domain::feeds::collections::{BATCH_MAX, REFERENCES_MAX, references};
use crate::domain::feeds::feeds::parse_address;
use crate::domain::feeds::link_previews;
use crate::domain::feeds::read::FEEDS_MAX;
use crate::error::{ApiError, Result};
use crate::json::from_tree;
use crate::model::feeds::activity::Activity;
use crate::query::moment;
use crate::validate::{batch, given, max_chars, required, wrong_type};

/// Characters of an activity's id and type at the most.
const ID_MAX_CHARS: usize = 255;
/// Characters of a visibility's tag at the most.
const TAG_MAX_CHARS: usize = 32;
/// Tags to filter by at the most.
const FILTER_TAGS_MAX: usize = 50;

/// What can be set of an activity in part. Of what it is a share stays, whatever is said: an app that edits a share names it again.
const SETTABLE: &[&str] = &[
    "parent_id",
    "text",
    "attachments",
    "custom",
    "visibility",
    "visibility_tag",
    "restrict_replies",
    "location",
    "expires_at",
    "filter_tags",
    "interest_tags",
    "collection_refs",
    "poll_id",
    "feeds",
    "mentioned_user_ids",
    "search_data",
];
/// What of it cannot be taken away: it always has some.
const NOT_UNSETTABLE: &[&str] = &["visibility", "restrict_replies", "feeds", "parent_id"];

/// An activity in a request.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ActivityRequest {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    feeds: Option<Vec<String>>,
    text: Option<String>,
    visibility: Option<String>,
    visibility_tag: Option<String>,
    restrict_replies: Option<String>,
    custom: Option<Map<String, Value>>,
    search_data: Option<Map<String, Value>>,
    attachments: Option<Vec<Map<String, Value>>>,
    mentioned_user_ids: Option<Vec<String>>,
    filter_tags: Option<Vec<String>>,
    interest_tags: Option<Vec<String>>,
    collection_refs: Option<Vec<String>>,
    collections: Option<Vec<CollectionRequest>>,
    parent_id: Option<String>,
    poll_id: Option<String>,
    location: Option<LocationRequest>,
    expires_at: Option<Value>,
    #[serde(flatten)]
    telling: Telling,
}

/// What else comes of it: whether those whom an activity mentions are told so, by one name where activities are added and another
/// where they change; whether a text that changed is processed as that of a new one is; and whether what its link looks like is left
/// out.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct Telling {
    create_notification_activity: Option<bool>,
    handle_mention_notifications: Option<bool>,
    copy_custom_to_notification: Option<bool>,
    run_activity_processors: Option<bool>,
    force_moderation: Option<bool>,
    skip_enrich_url: Option<bool>,
}

impl Telling {
    /// The same activity, and what else comes of it.
    pub fn of(self, input: ActivityInput) -> ActivityInput {
        let notifies = [self.create_notification_activity, self.handle_mention_notifications].contains(&Some(true));
        ActivityInput {
            notifies,
            copies_custom: self.copy_custom_to_notification == Some(true),
            is_processed: self.run_activity_processors == Some(true),
            is_forced: self.force_moderation == Some(true),
            skips_links: input.skips_links || self.skip_enrich_url == Some(true),
            ..input
        }
    }
}

impl ActivityRequest {
    /// What is described, within the limits.
    pub fn checked(self) -> Result<ActivityInput> {
        let kind = required("type", self.kind)?;
        max_chars("type", &kind, ID_MAX_CHARS)?;
        let id = given(self.id);
        max_chars("id", id.as_deref().unwrap_or_default(), ID_MAX_CHARS)?;
        let feeds = self.feeds.ok_or_else(|| ApiError::input("feeds is a required field"))?;
        batch("feeds", feeds.len(), FEEDS_MAX as usize)?;
        let mut addresses = Vec::new();
        for feed in &feeds {
            let address = parse_address(feed)?;
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        rules::check_visibility(self.visibility.as_deref(), self.visibility_tag.as_deref())?;
        max_chars("visibility_tag", self.visibility_tag.as_deref().unwrap_or_default(), TAG_MAX_CHARS)?;
        let replies = given(self.restrict_replies);
        if replies.as_deref().is_some_and(|word| !["everyone", "people_i_follow", "nobody"].contains(&word)) {
            return Err(ApiError::input("restrict_replies must be one of [everyone people_i_follow nobody]"));
        }
        let filter_tags = self.filter_tags.unwrap_or_default();
        batch("filter_tags", filter_tags.len().max(1), FILTER_TAGS_MAX)?;
        let collections = self.collections.unwrap_or_default();
        batch("collections", collections.len().max(1), BATCH_MAX)?;
        let collections = collections.into_iter().map(CollectionRequest::checked);
        let input = ActivityInput {
            id,
            kind,
            feeds: addresses,
            text: self.text,
            visibility: self.visibility,
            visibility_tag: self.visibility_tag,
            restrict_replies: replies,
            custom: self.custom.unwrap_or_default(),
            search_data: self.search_data.unwrap_or_default(),
            attachments: self.attachments.unwrap_or_default().into_iter().map(attachment).collect(),
            mentioned: self.mentioned_user_ids.unwrap_or_default(),
            filter_tags,
            interest_tags: self.interest_tags.unwrap_or_default(),
            references: references(&self.collection_refs.unwrap_or_default(), REFERENCES_MAX)?,
            collections: collections.collect::<Result<_>>()?,
            parent_id: given(self.parent_id),
            poll_id: given(self.poll_id),
            location: self.location.map(LocationRequest::checked).transpose()?,
            expires_at: self.expires_at.as_ref().map(|value| time("expires_at", value)).transpose()?.flatten(),
            notifies: false,
            copies_custom: false,
            is_processed: false,
            is_forced: false,
            skips_links: false,
        };
        rules::check_custom(&input)?;
        Ok(self.telling.of(input))
    }
}

/// Decoders want each to have custom data (feeds-core 1.3).
pub(super) fn attachment(mut attachment: Map<String, Value>) -> Value {
    if !attachment.get("custom").is_some_and(Value::is_object) {
        attachment.insert("custom".to_owned(), Value::Object(Map::new()));
    }
    Value::Object(attachment)
}

/// A moment in either spelling; an empty text is none.
fn time(name: &str, value: &Value) -> Result<Option<Time>> {
    if value.as_str() == Some("") {
        return Ok(None);
    }
    let read = moment(name, value).map_err(|_| ApiError::input(wrong_type(name, value, "RFC 3339 date")))?;
    Ok(read.as_i64().map(Time))
}

impl ActivityRequest {
    /// The same, with what an activity is and where it is taken from what it was, unless it was said. Whether visibility and
    /// replies stay too is not known of production; they do.
    #[must_use]
    pub fn or_as_in(self, before: &Activity) -> Self {
        let feeds = || before.feeds.iter().map(ToString::to_string).collect();
        Self {
            id: Some(before.id.clone()),
            kind: self.kind.or_else(|| Some(before.kind.clone())),
            feeds: self.feeds.or_else(|| Some(feeds())),
            visibility_tag: self.visibility_tag.or_else(|| before.visibility_tag.clone()),
            visibility: self.visibility.or_else(|| Some(before.visibility.clone())),
            restrict_replies: self.restrict_replies.or_else(|| Some(before.restrict_replies.clone())),
            ..self
        }
    }
}

/// A change of parts of an activity.
pub struct Change {
    set: Map<String, Value>,
    unset: Vec<String>,
}

impl Change {
    /// A change of fields that can be changed; custom data by paths too.
    pub fn checked(set: Map<String, Value>, unset: Vec<String>) -> Result<Self> {
        let is_path =
            |key: &str| key.strip_prefix("custom.").is_some_and(|path| path.split('.').all(|key| !key.is_empty()));
        if let Some(key) = set.keys().find(|key| !SETTABLE.contains(&key.as_str()) && !is_path(key)) {
            return Err(ApiError::input(format!("set.{key} is no field that can be set")));
        }
        let stays = |key: &str| !SETTABLE.contains(&key) || NOT_UNSETTABLE.contains(&key);
        if let Some(key) = unset.iter().find(|key| stays(key) && !is_path(key)) {
            return Err(ApiError::input(format!("unset.{key} is no field that can be unset")));
        }
        Ok(Self { set, unset })
    }

    /// What an activity says once it is changed so.
    pub fn of(&self, before: &Activity) -> Result<ActivityRequest> {
        let mut fields = fields_of(before);
        let says_other = self.set.contains_key("text") || self.unset.iter().any(|key| key == "text");
        if says_other {
            let text = self.set.get("text").and_then(Value::as_str);
            let kept = link_previews::kept(before.text.as_deref(), text, &before.attachments);
            fields.insert("attachments".to_owned(), Value::Array(kept));
        }
        for (key, value) in &self.set {
            match key.strip_prefix("custom.") {
                Some(path) => set_at(&mut fields, path, Some(value)),
                None => drop(fields.insert(key.clone(), value.clone())),
            }
        }
        for key in &self.unset {
            match key.strip_prefix("custom.") {
                Some(path) => set_at(&mut fields, path, None),
                None => drop(fields.remove(key)),
            }
        }
        let mut request = from_tree::<ActivityRequest>(Value::Object(fields))?.or_as_in(before);
        request.telling.skip_enrich_url = Some(!self.set.contains_key("text"));
        Ok(request)
    }
}

/// The fields that can be changed, as a request would say them.
fn fields_of(activity: &Activity) -> Map<String, Value> {
    let location = activity.location.map(|place| json!({"lat": place.lat, "lng": place.lng}));
    let fields = json!({
        "text": activity.text,
        "attachments": activity.attachments,
        "custom": activity.custom,
        "visibility": activity.visibility,
        "visibility_tag": activity.visibility_tag,
        "restrict_replies": activity.restrict_replies,
        "location": location,
        "expires_at": activity.expires_at.map(|end| end.0),
        "filter_tags": activity.filter_tags,
        "interest_tags": activity.interest_tags,
        "collection_refs": activity.collections,
        "poll_id": activity.poll_id,
        "mentioned_user_ids": activity.mentioned,
        "search_data": activity.search_data,
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Sets or takes away what lies at a path into custom data. What is in its way gives way.
pub(super) fn set_at(fields: &mut Map<String, Value>, path: &str, value: Option<&Value>) {
    let mut at = fields.entry("custom").or_insert_with(|| json!({}));
    let mut keys = path.split('.').peekable();
    while let Some(key) = keys.next() {
        if !at.is_object() {
            if value.is_none() {
                return;
            }
            *at = json!({});
        }
        let Value::Object(members) = at else { return };
        match (keys.peek(), value) {
            (None, Some(value)) => {
                members.insert(key.to_owned(), value.clone());
                return;
            }
            (None, None) => {
                members.remove(key);
                return;
            }
            (Some(_), _) => at = members.entry(key).or_insert(Value::Null),
        }
    }
}

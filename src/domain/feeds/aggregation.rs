//! By what a feed's activities are grouped (feeds-core 5.6).

use serde_json::{Map, Value};

use crate::model::feeds::activity::Activity;
use crate::model::feeds::group::Group;

mod format;

/// Characters of a group's key at the most: it is written into each row, and sent back and forth as an id.
const KEY_MAX_CHARS: usize = 500;

/// How the activities of a feed are grouped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregation {
    format: String,
    /// Whether a group shows the oldest of its activities first.
    pub oldest_first: bool,
}

impl Aggregation {
    /// What is set of a group or a view; `None` where that groups nothing. Stories come oldest first, unless told otherwise.
    pub fn of(config: Option<&Map<String, Value>>, has_stories: bool) -> Option<Self> {
        let config = config?;
        let format = config.get("format")?.as_str().filter(|format| !format.is_empty())?;
        let oldest_first = match config.get("activities_sort").and_then(Value::as_str) {
            Some("created_at_asc") => true,
            Some("created_at_desc") => false,
            _ => has_stories,
        };
        Some(Self { format: format.to_owned(), oldest_first })
    }

    /// How a feed group's own activities are grouped as they come in.
    pub fn of_group(group: &Group) -> Option<Self> {
        Self::of(group.config.aggregation.as_ref(), group.config.stories.is_some())
    }

    /// The key of the group that an activity belongs to.
    pub fn key(&self, activity: &Activity) -> String {
        let key = format::filled(&self.format, &|name| value(name, activity));
        key.chars().take(KEY_MAX_CHARS).collect()
    }
}

/// What a format can name of an activity.
fn value(name: &str, activity: &Activity) -> String {
    match name {
        "type" => activity.kind.clone(),
        "user_id" => activity.user_id.to_string(),
        "target_id" => target_id(activity).to_owned(),
        _ => match (name.strip_prefix("custom."), name.strip_prefix("time.strftime")) {
            (Some(path), _) => custom(path, &activity.custom),
            (_, Some(call)) => {
                let format = call.trim().strip_prefix('(').and_then(|call| call.strip_suffix(')'));
                format.and_then(format::quoted).map(|format| activity.created_at.strftime(format)).unwrap_or_default()
            }
            _ => String::new(),
        },
    }
}

fn custom(path: &str, custom: &Map<String, Value>) -> String {
    let mut keys = path.split('.');
    let first = keys.next().and_then(|key| custom.get(key));
    match keys.fold(first, |at, key| at.and_then(|at| at.get(key))) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The id of what a notification is about: of reactions to comments the comment, else the activity or the user. Empty for any
/// other activity.
fn target_id(activity: &Activity) -> &str {
    let target = activity.notification_context.get("target");
    let comment = target.and_then(|target| target.get("comment")).filter(|_| activity.kind == "comment_reaction");
    let about = comment.or(target);
    about.and_then(|about| about.get("id")).and_then(Value::as_str).unwrap_or_default()
}

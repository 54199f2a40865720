//! Feed groups: those that every app has, and what a group's settings mean (feeds-core 3).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::error::{ApiError, Result};
use crate::ids::FeedId;
use crate::model::feeds::feed::Visibility;
use crate::model::feeds::group::{Group, GroupConfig, Notification, Selector, Stories};
use crate::store::ReadTx;
use crate::store::feeds::groups as rows;
use crate::store::feeds::timeline::{Order, Sources};
use crate::validate::batch;

/// Groups in an app at the most, built-in ones included, and views.
pub const COUNT_MAX: usize = 100;
/// Selectors of a group or a view at the most.
const SELECTORS_MAX: usize = 3;

/// The groups that every app has.
const BUILT_IN: &[&str] = &["user", "timeline", "foryou", "notification", "story", "stories"];

/// Picks what is in the feed itself.
const CURRENT_FEED: &str = "current_feed";
/// Picks what the followed feeds have, and the feed itself.
const FOLLOWING: &str = "following";

/// The settings of a built-in group. Which visibility each has, and what `foryou` selects, is inferred.
pub fn built_in(id: &str) -> Option<GroupConfig> {
    let selector = |kind: &str| Selector { kind: kind.to_owned(), rest: Map::new() };
    let watched = || Stories { skip_watched: Some(false), track_watched: Some(true) };
    let aggregated = |format: &str| Some(Map::from_iter([("format".to_owned(), Value::from(format))]));
    let plain = |selectors: Vec<Selector>| GroupConfig {
        default_visibility: Some(Visibility::Visible.name().to_owned()),
        activity_selectors: Some(selectors),
        ..GroupConfig::default()
    };
    Some(match id {
        "user" => plain(vec![selector(CURRENT_FEED)]),
        "timeline" => plain(vec![selector(FOLLOWING)]),
        "foryou" => plain(vec![selector("popular"), selector(FOLLOWING)]),
        "notification" => GroupConfig {
            default_visibility: Some(Visibility::Private.name().to_owned()),
            aggregation: aggregated("{{ target_id }}_{{ type }}_{{ time.strftime('%Y-%m-%d') }}"),
            notification: Some(Notification {
                track_read: Some(true),
                track_seen: Some(true),
                deduplication_window: Some(String::new()),
            }),
            ..plain(vec![selector(CURRENT_FEED)])
        },
        "story" => {
            let oldest_first = json!([{"field": "created_at", "direction": 1}]);
            let rest = Map::from_iter([("sort".to_owned(), oldest_first)]);
            GroupConfig { stories: Some(watched()), ..plain(vec![Selector { kind: CURRENT_FEED.to_owned(), rest }]) }
        }
        "stories" => GroupConfig {
            aggregation: aggregated("{{ user_id }}"),
            stories: Some(watched()),
            ..plain(vec![selector(FOLLOWING)])
        },
        _ => return None,
    })
}

/// The group of that id, or Stream's refusal.
pub fn present(tx: &ReadTx<'_>, id: &str) -> Result<Group> {
    get(tx, id, false)
}

/// The text has what SDKs look for; the rest of it is inferred (feeds-core 1.7).
fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("feed group with id {id} not found"))
}

/// The group of that id, deleted ones included.
pub fn find(tx: &ReadTx<'_>, id: &str) -> Result<Option<Group>> {
    Ok(rows::get(tx, id)?.or_else(|| of_app(tx, id)))
}

/// A built-in group as the app came with it.
fn of_app(tx: &ReadTx<'_>, id: &str) -> Option<Group> {
    let since = tx.app_state().created_at;
    let group = |config| Group { id: id.to_owned(), config, created_at: since, updated_at: since, deleted_at: None };
    built_in(id).map(group)
}

/// All groups, by id.
pub fn all(tx: &ReadTx<'_>, with_deleted: bool) -> Result<BTreeMap<String, Group>> {
    let built_in = BUILT_IN.iter().filter_map(|id| of_app(tx, id));
    let all = built_in.chain(rows::all(tx)?).map(|group| (group.id.clone(), group));
    let mut all: BTreeMap<String, Group> = all.collect();
    all.retain(|_, group| with_deleted || group.deleted_at.is_none());
    Ok(all)
}

/// The group of that id, deleted ones included where that is asked for.
pub fn get(tx: &ReadTx<'_>, id: &str, with_deleted: bool) -> Result<Group> {
    find(tx, id)?.filter(|group| with_deleted || group.deleted_at.is_none()).ok_or_else(|| missing(id))
}

/// An id of a group or a view, or Stream's refusal.
pub fn checked_id(what: &str, id: &str) -> Result<()> {
    if id.is_empty() {
        return Err(ApiError::input("id is a required field"));
    }
    FeedId::new(id, "any").map(drop).ok_or_else(|| {
        ApiError::input(format!(
            "{what} id \"{id}\" is invalid: it has 1 to 255 letters, digits, spaces and the signs @ _ - ."
        ))
    })
}

/// Selectors within the limits. SDKs send `null` for what they do not set.
pub fn check_selectors(selectors: Option<&mut Vec<Selector>>) -> Result<()> {
    let Some(selectors) = selectors else { return Ok(()) };
    if !selectors.is_empty() {
        batch("activity_selectors", selectors.len(), SELECTORS_MAX)?;
    }
    for selector in selectors {
        selector.rest.retain(|_, value| !value.is_null());
    }
    Ok(())
}

/// The visibility of a feed of the group for which none was asked.
pub fn default_visibility(group: &Group) -> Visibility {
    let set = group.config.default_visibility.as_deref().and_then(Visibility::parse);
    set.unwrap_or(Visibility::Visible)
}

/// Which activities selectors pick. Without any, a feed shows its own; one that shows what it follows shows what is added to itself,
/// too.
pub fn sources(selectors: &[Selector]) -> Sources {
    let has = |kind: &str| selectors.iter().any(|selector| selector.kind == kind);
    let followed = has(FOLLOWING);
    Sources { own: selectors.is_empty() || followed || has(CURRENT_FEED), followed }
}

/// In which order: by the first selector that asks for one, else the newest first.
pub fn order(selectors: &[Selector]) -> Order {
    let sorts = selectors.iter().filter_map(|selector| selector.rest.get("sort")?.get(0));
    let is_ascending = |sort: &Value| sort["field"] == "created_at" && sort["direction"].as_i64() != Some(-1);
    if sorts.take(1).any(is_ascending) { Order::OldestFirst } else { Order::NewestFirst }
}

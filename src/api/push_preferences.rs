//! Push preferences (wire-contract 4.9).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::acting::Acting;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::clock::Time;
use crate::domain::push::{CHANNEL_CID_MAX_CHARS, CHANNELS_MAX, LEVELS};
use crate::domain::users as rules;
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::reply::Reply;
use crate::settings::SettingKind;
use crate::store::{WriteTx, push_preferences};
use crate::validate::{batch, given, max_chars};

/// One change.
#[derive(Deserialize)]
pub struct PreferenceInput {
    user_id: Option<String>,
    channel_cid: Option<String>,
    chat_level: Option<String>,
    call_level: Option<String>,
    feeds_level: Option<String>,
    chat_preferences: Option<Map<String, Value>>,
    feeds_preferences: Option<Map<String, Value>>,
    disabled_until: Option<Value>,
    remove_disable: Option<bool>,
    // A derived decoder of a plain struct would take an array for it, field by field.
    #[serde(flatten)]
    _object: serde::de::IgnoredAny,
}

/// The body of UpdatePushNotificationPreferences.
#[derive(Deserialize)]
pub struct UpdateRequest {
    preferences: Option<Vec<PreferenceInput>>,
}

/// Preferences as they are answered.
#[derive(Serialize)]
pub struct Preferences {
    #[serde(flatten)]
    levels: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_until: Option<Time>,
}

/// The answer of UpdatePushNotificationPreferences.
#[derive(Default, Serialize)]
pub struct UpdateResponse {
    user_preferences: BTreeMap<String, Preferences>,
    user_channel_preferences: BTreeMap<String, BTreeMap<String, Preferences>>,
}

/// `POST /push_preferences`: changes of one's own, or of the users a server names.
pub async fn update(caller: AnyCaller, body: Body<UpdateRequest>) -> Result<Reply<UpdateResponse>> {
    let inputs = body.0.preferences.unwrap_or_default();
    batch("preferences", inputs.len(), rules::BATCH_MAX)?;
    let mut changes = Vec::new();
    for input in inputs {
        let acting = Acting::of(&caller, input.user_id.as_deref())?;
        changes.push((acting, checked(&input)?, input.channel_cid.unwrap_or_default()));
    }
    let answer = caller
        .write(move |tx| {
            let mut answer = UpdateResponse::default();
            for (acting, change, cid) in changes {
                let user = acting.user(tx)?.id;
                let saved = save(tx, &user, &cid, change)?;
                if cid.is_empty() {
                    answer.user_preferences.insert(user.to_string(), saved);
                } else {
                    answer.user_channel_preferences.entry(user.to_string()).or_default().insert(cid, saved);
                }
            }
            Ok(answer)
        })
        .await?;
    Ok(Reply(answer))
}

/// The keys that a change sets; `null` takes one away.
fn checked(input: &PreferenceInput) -> Result<Map<String, Value>> {
    let mut change = Map::new();
    max_chars("channel_cid", input.channel_cid.as_deref().unwrap_or_default(), CHANNEL_CID_MAX_CHARS)?;
    let levels = [&input.chat_level, &input.call_level, &input.feeds_level];
    for ((name, words), level) in LEVELS.into_iter().zip(levels) {
        if let Some(level) = given(level.as_deref()) {
            change.insert(
                name.to_owned(),
                SettingKind::OneOf(words).accept(name, &json!(level)).map_err(ApiError::input)?,
            );
        }
    }
    for (name, object) in
        [("chat_preferences", &input.chat_preferences), ("feeds_preferences", &input.feeds_preferences)]
    {
        if let Some(object) = object {
            rules::check_object(name, object)?;
            change.insert(name.to_owned(), Value::Object(object.clone()));
        }
    }
    if let Some(until) = input.disabled_until.as_ref().filter(|until| !until.is_null()) {
        change.insert(
            "disabled_until".to_owned(),
            SettingKind::Moment.accept("disabled_until", until).map_err(ApiError::input)?,
        );
    }
    if input.remove_disable == Some(true) {
        change.insert("disabled_until".to_owned(), Value::Null);
    }
    Ok(change)
}

fn save(tx: &WriteTx<'_>, user: &UserId, cid: &str, change: Map<String, Value>) -> Result<Preferences> {
    let known = push_preferences::get(tx, user.as_str(), cid)?;
    if known.is_none() && !cid.is_empty() && push_preferences::channels(tx, user.as_str())? >= CHANNELS_MAX {
        return Err(ApiError::input(format!("user {user} already has preferences for {CHANNELS_MAX} channels")));
    }
    let mut levels = known.unwrap_or_default();
    levels.extend(change);
    levels.retain(|_, value| !value.is_null());
    push_preferences::save(tx, user.as_str(), cid, &levels)?;
    let disabled_until = levels.remove("disabled_until").and_then(|ns| ns.as_i64()).map(Time);
    Ok(Preferences { levels, disabled_until })
}

//! Translations of what activities and comments say. Nothing here knows a language: what stands for a translation is the text
//! behind the code of the language, the same whenever it is asked for. It is stored as production's are, in `i18n`.

use serde_json::{Map, Value};

use super::access::Actor;
use super::enrich::OwnFields;
use super::{comment_events, comments, listing};
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::model::feeds::activity::{Activity, EnrichedActivity};
use crate::model::feeds::comment::{Comment, EnrichedComment};
use crate::model::user::User;
use crate::store::feeds::{activities as activity_rows, comments as comment_rows};
use crate::store::{ReadTx, WriteTx, users};

/// The languages that production translates to, as the SDKs list them for messages.
const LANGUAGES: [&str; 57] = [
    "af", "am", "ar", "az", "bg", "bn", "bs", "cs", "da", "de", "el", "en", "es", "es-MX", "et", "fa", "fa-AF", "fi",
    "fr", "fr-CA", "ha", "he", "hi", "hr", "ht", "hu", "id", "it", "ja", "ka", "ko", "lt", "lv", "ms", "nl", "no",
    "pl", "ps", "pt", "ro", "ru", "sk", "sl", "so", "sq", "sr", "sv", "sw", "ta", "th", "tl", "tr", "uk", "ur", "vi",
    "zh", "zh-TW",
];

/// The language of a text whose author has none. Production looks at the text, and nothing here can.
const SOURCE_DEFAULT: &str = "en";

/// A language to translate to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language(&'static str);

impl Language {
    /// The language of this code.
    pub fn parse(code: Option<&str>) -> Result<Self> {
        let code = code.unwrap_or_default();
        if code.is_empty() {
            return Err(ApiError::input("language is a required field"));
        }
        let known = LANGUAGES.into_iter().find(|known| *known == code);
        known.map(Self).ok_or_else(|| ApiError::input(format!("language must be one of [{}]", LANGUAGES.join(" "))))
    }
}

/// The translations of a text with one more. That there has to be a text is inferred.
fn with(
    tx: &ReadTx<'_>,
    mut i18n: Map<String, Value>,
    text: Option<&str>,
    author: &UserId,
    Language(language): Language,
) -> Result<Map<String, Value>> {
    let text = text.filter(|text| !text.is_empty()).ok_or_else(|| ApiError::input("there is no text to translate"))?;
    let source = match i18n.get("language").and_then(Value::as_str) {
        Some(source) => source.to_owned(),
        None => users::get(tx, author.as_str())?.map(|author| author.language).unwrap_or_default(),
    };
    let source = if source.is_empty() { SOURCE_DEFAULT } else { &source };
    let translated = if language == source { text.to_owned() } else { format!("[{language}] {text}") };
    i18n.insert("language".to_owned(), Value::from(source));
    i18n.insert(format!("{language}_text"), Value::from(translated));
    Ok(i18n)
}

/// Translates what an activity says, for whoever may read it in full. It changes nothing of it, so that nobody has it unread
/// again: that `updated_at` stays is inferred.
pub fn activity(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: Option<&User>,
    id: &str,
    language: Language,
) -> Result<EnrichedActivity> {
    let (before, feeds) = comments::upon(tx, actor, id)?;
    let i18n = with(tx, before.i18n.clone(), before.text.as_deref(), &before.user_id, language)?;
    let activity = Activity { i18n, ..before };
    activity_rows::save(tx, &activity)?;
    let enriched = listing::enriched_in(tx, actor, activity, &feeds, OwnFields::NONE)?;
    let by = by.unwrap_or(&enriched.user);
    listing::tell(tx, "feeds.activity.updated", Some(by), &enriched, &feeds)?;
    Ok(enriched)
}

/// Translates what a comment says.
pub fn comment(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: Option<&User>,
    id: &str,
    language: Language,
) -> Result<EnrichedComment> {
    let before = comments::live(tx, id)?;
    let (activity, feeds) = comments::upon(tx, actor, &before.object_id)?;
    let i18n = with(tx, before.i18n.clone(), before.text.as_deref(), &before.user_id, language)?;
    let comment = Comment { i18n, ..before };
    comment_rows::save(tx, &comment)?;
    comment_events::tell(tx, "feeds.comment.updated", actor, by, comment, (&activity, &feeds))
}

//! Translations in place of what was said, for who reads in another language.

use serde_json::{Map, Value};

use super::activity::EnrichedActivity;
use super::aggregate::EnrichedAggregate;
use super::bookmark::{EnrichedBookmark, Marked};
use super::comment::EnrichedComment;
use super::pin::EnrichedPin;

/// What can be read in another language.
pub trait Translated {
    /// Puts what was translated to a language in place of what was said; what was not translated stays.
    fn put(&mut self, language: &str);
}

fn replace(text: &mut Option<String>, i18n: &Map<String, Value>, language: &str) {
    if let Some(translated) = i18n.get(&format!("{language}_text")).and_then(Value::as_str) {
        *text = Some(translated.to_owned());
    }
}

impl<T: Translated> Translated for Vec<T> {
    fn put(&mut self, language: &str) {
        for item in self {
            item.put(language);
        }
    }
}

impl Translated for EnrichedActivity {
    fn put(&mut self, language: &str) {
        replace(&mut self.activity.text, &self.activity.i18n, language);
        if let Some(parent) = &mut self.parent {
            parent.put(language);
        }
        self.comments.put(language);
    }
}

impl Translated for EnrichedComment {
    fn put(&mut self, language: &str) {
        replace(&mut self.comment.text, &self.comment.i18n, language);
        if let Some(replies) = &mut self.replies {
            replies.put(language);
        }
    }
}

impl Translated for EnrichedAggregate {
    fn put(&mut self, language: &str) {
        self.activities.put(language);
    }
}

impl Translated for EnrichedPin {
    fn put(&mut self, language: &str) {
        self.activity.put(language);
    }
}

impl Translated for EnrichedBookmark {
    fn put(&mut self, language: &str) {
        match &mut self.of {
            Marked::Activity(activity) => activity.put(language),
            Marked::Comment(comment) => comment.put(language),
        }
    }
}

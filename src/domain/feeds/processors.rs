//! What comes to activities after they came (feeds-core 3.2). What a link looks like, where an app has that wait, and what the
//! groups have done: `text_interest_tags` tells what a text is about. Production
//! asks a model, which answers some time later, and so the answer of the call that added the activity does not have the tags: the
//! event of the change does. Here a list of words decides, at once. Images and pages that are linked to decide nothing.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::access::Actor;
use super::enrich::OwnFields;
use super::listing::{enriched_in, tell};
use super::{groups, later};
use crate::error::Result;
use crate::model::feeds::activity::Activity;
use crate::model::feeds::feed::Feed;
use crate::model::feeds::group::ActivityProcessing;
use crate::model::user::User;
use crate::store::WriteTx;
use crate::store::feeds::activities as rows;

/// The processor that reads texts.
const READS_TEXT: &str = "text_interest_tags";

/// Words, and what a text is about that has one of them.
const TOPICS: &[(&str, &[&str])] = &[
    (
        "animals",
        &["animal", "animals", "bird", "birds", "cat", "cats", "dog", "dogs", "kitten", "pet", "pets", "puppy"],
    ),
    ("art", &["art", "artist", "drawing", "gallery", "museum", "paint", "painting", "sculpture"]),
    ("books", &["author", "book", "books", "library", "novel", "poem", "poetry", "reading"]),
    (
        "business",
        &["business", "company", "founder", "invest", "investor", "market", "money", "startup", "stock", "stocks"],
    ),
    ("fashion", &["clothes", "dress", "fashion", "jacket", "outfit", "shoes", "sneakers", "style"]),
    ("food", &["baking", "bread", "coffee", "cooking", "dinner", "food", "lunch", "pizza", "recipe", "restaurant"]),
    ("gaming", &["console", "esports", "game", "gamer", "games", "gaming"]),
    ("health", &["diet", "doctor", "fitness", "health", "medicine", "meditation", "sleep", "yoga"]),
    ("movies", &["actor", "cinema", "film", "films", "movie", "movies", "series"]),
    ("music", &["album", "band", "concert", "guitar", "music", "piano", "singer", "song", "songs"]),
    ("nature", &["forest", "garden", "hike", "hiking", "lake", "mountain", "mountains", "nature", "ocean", "river"]),
    ("politics", &["election", "government", "parliament", "policy", "politics", "president", "vote"]),
    ("science", &["biology", "chemistry", "physics", "planet", "research", "science", "scientist", "space"]),
    (
        "sports",
        &["basketball", "cycling", "football", "goal", "marathon", "running", "soccer", "sport", "sports", "tennis"],
    ),
    (
        "technology",
        &["ai", "app", "code", "coding", "computer", "phone", "programming", "robot", "software", "technology"],
    ),
    ("travel", &["beach", "flight", "holiday", "hotel", "journey", "travel", "trip", "vacation"]),
];

/// What a text is about, in the order of the list.
fn topics(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    let said: HashSet<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    let topics = TOPICS.iter().filter(|(_, words)| words.iter().any(|word| said.contains(word)));
    topics.map(|(topic, _)| *topic).collect()
}

/// What is found out of an activity that came or changed.
#[derive(Debug)]
pub struct Processing {
    /// Whether the groups of its feeds have its text read.
    pub reads_text: bool,
    /// What its link looks like, where that comes later than the answer.
    pub preview: Option<Value>,
}

/// Adds to an activity what was found out of it, and tells of that as of any change. It is no edit.
pub fn run(
    tx: &WriteTx<'_>,
    author: &User,
    activity: &Activity,
    feeds: &[Feed],
    Processing { reads_text, preview }: Processing,
) -> Result<()> {
    let tags = if reads_text { new_tags(tx, activity, feeds)? } else { Vec::new() };
    if tags.is_empty() && preview.is_none() {
        return Ok(());
    }
    let activity = Activity {
        interest_tags: activity.interest_tags.iter().cloned().chain(tags).collect(),
        attachments: activity.attachments.iter().cloned().chain(preview).collect(),
        updated_at: later(tx.now, activity.updated_at),
        ..activity.clone()
    };
    rows::save(tx, &activity)?;
    let enriched = enriched_in(tx, Actor::SERVER, activity, feeds, OwnFields::NONE)?;
    tell(tx, "feeds.activity.updated", Some(author), &enriched, feeds)
}

/// The tags that a text brings where the group of any of these feeds has it read.
fn new_tags(tx: &WriteTx<'_>, activity: &Activity, feeds: &[Feed]) -> Result<Vec<String>> {
    let text = activity.text.as_deref().unwrap_or_default();
    let mut new = topics(text);
    new.retain(|topic| !activity.interest_tags.iter().any(|tag| tag == topic));
    let groups: BTreeSet<&str> = feeds.iter().map(|feed| feed.fid.group()).collect();
    let mut kept: HashSet<&str> = HashSet::new();
    for group in groups {
        // What says nothing costs nothing.
        if new.len() == kept.len() {
            break;
        }
        let Some(config) = groups::find(tx, group)?.map(|group| group.config) else { continue };
        if config.activity_processors.iter().flatten().any(|processor| reads(processor, text)) {
            kept.extend(new.iter().filter(|tag| keeps(config.activity_processing.as_ref(), tag)));
        }
    }
    Ok(new.into_iter().filter(|tag| kept.contains(tag)).map(str::to_owned).collect())
}

/// Whether a processor reads a text: one that is long enough, in characters and in words.
fn reads(processor: &Map<String, Value>, text: &str) -> bool {
    let least = |name: &str| processor.get(name).and_then(Value::as_u64).unwrap_or_default();
    let is_long = |length: usize, least: u64| u64::try_from(length).unwrap_or(u64::MAX) >= least;
    processor.get("type").is_some_and(|kind| kind == READS_TEXT)
        && is_long(text.chars().count(), least("min_text_length"))
        && is_long(text.split_whitespace().count(), least("min_word_count"))
}

/// Whether a group keeps a tag.
fn keeps(kept: Option<&ActivityProcessing>, tag: &str) -> bool {
    let names = |tags: &[String]| tags.iter().any(|known| known.trim().eq_ignore_ascii_case(tag));
    kept.is_none_or(|kept| (kept.allowed().is_empty() || names(kept.allowed())) && !names(kept.blocked()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_about_what_its_whole_words_say() {
        assert_eq!(topics("A SONG about coffee, and a song."), ["food", "music"]);
        assert_eq!(topics("catalogue"), [""; 0]);
        assert_eq!(topics(""), [""; 0]);
    }

    #[test]
    fn the_list_is_in_order_so_that_it_can_be_read_and_no_word_says_two_things() {
        let names: Vec<_> = TOPICS.iter().map(|(name, _)| *name).collect();
        assert!(names.is_sorted(), "{names:?}");
        let mut words: Vec<_> = TOPICS.iter().flat_map(|(_, words)| words.iter()).collect();
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all);
    }
}

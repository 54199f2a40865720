//! What a group has done to activities that came (feeds-core 3.2): `text_interest_tags` tells what a text is about. Production
//! asks a model, which answers some time later, and so the answer of the call that added the activity does not have the tags: the
//! event of the change does. Here a list of words decides, at once. Images and pages that are linked to decide nothing.

use super::access::Actor;
use super::enrich::OwnFields;
use super::listing::{enriched_in, tell};
use super::{groups, later};
use crate::error::Result;
use crate::model::feeds::activity::Activity;
use crate::model::feeds::feed::Feed;
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
fn topics(text: &str) -> impl Iterator<Item = &'static str> {
    let text = text.to_lowercase();
    let is_about = move |words: &[&str]| text.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
    TOPICS.iter().filter(move |(_, words)| is_about(words)).map(|(topic, _)| *topic)
}

/// Adds to an activity what the groups of its feeds have found out of it, and tells of that as of any change. It is no edit.
pub fn run(tx: &WriteTx<'_>, author: &User, activity: &Activity, feeds: &[Feed]) -> Result<()> {
    let known = &activity.interest_tags;
    let new: Vec<String> = topics(activity.text.as_deref().unwrap_or_default())
        .filter(|topic| !known.iter().any(|tag| tag == topic))
        .map(str::to_owned)
        .collect();
    if new.is_empty() || !read_text(tx, feeds)? {
        return Ok(());
    }
    let activity = Activity {
        interest_tags: known.iter().cloned().chain(new).collect(),
        updated_at: later(tx.now, activity.updated_at),
        ..activity.clone()
    };
    rows::save(tx, &activity)?;
    let enriched = enriched_in(tx, Actor::SERVER, activity, feeds, OwnFields::NONE)?;
    tell(tx, "feeds.activity.updated", Some(author), &enriched, feeds)
}

/// Whether the group of any of these feeds has texts read.
fn read_text(tx: &WriteTx<'_>, feeds: &[Feed]) -> Result<bool> {
    for feed in feeds {
        let group = groups::find(tx, feed.fid.group())?;
        let mut processors = group.iter().flat_map(|group| group.config.activity_processors.iter().flatten());
        if processors.any(|processor| processor.get("type").is_some_and(|kind| kind == READS_TEXT)) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(text: &str) -> Vec<&'static str> {
        topics(text).collect()
    }

    #[test]
    fn a_text_is_about_what_its_whole_words_say() {
        assert_eq!(about("A SONG about coffee, and a song."), ["food", "music"]);
        assert_eq!(about("catalogue"), [""; 0]);
        assert_eq!(about(""), [""; 0]);
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

//! Lists of words that moderation looks for (feeds-interactions 11).

use std::collections::HashSet;

use serde_json::Map;

use crate::domain::later;
use crate::domain::patterns::pattern;
use crate::error::{ApiError, Result};
use crate::model::blocklist::{Blocklist, Checks};
use crate::store::{ReadTx, WriteTx, blocklists as rows, tasks};
use crate::validate::{batch, max_chars};

/// The list that every app has.
const BUILT_IN: &str = "profanity_en_2020_v1";
/// Lists of an app at the most, without the built-in one.
const LISTS_MAX: usize = 15;
/// Words of a list at the most.
const WORDS_MAX: usize = 10_000;
/// Patterns of a list at the most: each is looked for by itself.
const PATTERNS_MAX: usize = 1_000;
/// Characters of a word at the most.
const WORD_MAX_CHARS: usize = 40;
/// Characters of a name and a team at the most.
const NAME_MAX_CHARS: usize = 255;
/// What the words of a list may be; the first, unless another is asked for.
const KINDS: [&str; 6] = ["word", "regex", "domain", "domain_allowlist", "email", "email_allowlist"];

/// A new list as a call describes it.
#[derive(Clone, Debug, Default)]
pub struct NewList {
    pub name: String,
    pub team: String,
    pub kind: Option<String>,
    pub words: Vec<String>,
    pub checks: Checks,
}

/// The built-in list. Its words are production's own, and not told here.
fn built_in() -> Blocklist {
    Blocklist {
        team: String::new(),
        name: BUILT_IN.to_owned(),
        id: BUILT_IN.to_owned(),
        kind: KINDS[0].to_owned(),
        words: Vec::new(),
        checks: Checks::default(),
        created_at: None,
        updated_at: None,
    }
}

/// The list of that name.
pub fn find(tx: &ReadTx<'_>, team: &str, name: &str) -> Result<Option<Blocklist>> {
    if name == BUILT_IN { Ok(Some(built_in())) } else { rows::get(tx, team, name) }
}

/// The list of that name, or a refusal.
pub fn show(tx: &ReadTx<'_>, team: &str, name: &str) -> Result<Blocklist> {
    find(tx, team, name)?.ok_or_else(|| ApiError::not_found(format!("blocklist with name {name} does not exist")))
}

/// A page of lists behind the one with an id, and that of its last list where more follow: the built-in list first, then the oldest.
/// Those of a team alone, where one is named.
pub fn list(
    tx: &ReadTx<'_>,
    team: Option<&str>,
    behind: Option<&str>,
    limit: usize,
) -> Result<(Vec<Blocklist>, Option<String>)> {
    let mut lists = vec![built_in()];
    lists.extend(rows::all(tx)?.into_iter().filter(|list| team.is_none_or(|team| list.team == team)));
    if let Some(id) = behind {
        let at = lists.iter().position(|list| list.id == id);
        lists.drain(..=at.ok_or_else(|| ApiError::input("cursor is invalid"))?);
    }
    let more = lists.len() > limit;
    lists.truncate(limit);
    let next = lists.last().filter(|_| more).map(|last| last.id.clone());
    Ok((lists, next))
}

fn check(list: &Blocklist) -> Result<()> {
    if list.name.is_empty() {
        return Err(ApiError::input("name is a required field"));
    }
    max_chars("name", &list.name, NAME_MAX_CHARS)?;
    max_chars("team", &list.team, NAME_MAX_CHARS)?;
    if !KINDS.contains(&list.kind.as_str()) {
        return Err(ApiError::input(format!("type must be one of [{}]", KINDS.join(" "))));
    }
    batch("words", list.words.len(), WORDS_MAX)?;
    list.words.iter().try_for_each(|word| max_chars("words", word, WORD_MAX_CHARS))?;
    if list.kind != "regex" {
        return Ok(());
    }
    batch("words", list.words.len(), PATTERNS_MAX)?;
    list.words.iter().try_for_each(|word| pattern(word).map(drop))
}

/// Refuses to change the list that every app has.
fn own(name: &str) -> Result<()> {
    if name == BUILT_IN { Err(ApiError::input(format!("blocklist {BUILT_IN} cannot be changed"))) } else { Ok(()) }
}

/// Makes a list.
pub fn create(tx: &WriteTx<'_>, new: NewList) -> Result<Blocklist> {
    let NewList { name, team, kind, words, checks } = new;
    if find(tx, &team, &name)?.is_some() {
        return Err(ApiError::input(format!("blocklist with name {name} already exists")));
    }
    if rows::count(tx)? >= LISTS_MAX {
        return Err(ApiError::input(format!("an app has {LISTS_MAX} blocklists at the most")));
    }
    let list = Blocklist {
        id: tx.new_id(),
        team,
        name,
        kind: kind.unwrap_or_else(|| KINDS[0].to_owned()),
        words,
        checks,
        created_at: Some(tx.now),
        updated_at: Some(tx.now),
    };
    check(&list)?;
    rows::save(tx, &list)?;
    Ok(list)
}

/// Changes a list. What is `None` stays.
pub fn update(
    tx: &WriteTx<'_>,
    team: &str,
    name: &str,
    words: Option<Vec<String>>,
    checks: Checks,
) -> Result<Blocklist> {
    own(name)?;
    let before = show(tx, team, name)?;
    let was = before.checks;
    let list = Blocklist {
        words: words.unwrap_or(before.words),
        checks: Checks {
            leet: checks.leet.or(was.leet),
            plural: checks.plural.or(was.plural),
            substring: checks.substring.or(was.substring),
            confusable: checks.confusable.or(was.confusable),
        },
        updated_at: before.updated_at.map(|last| later(tx.now, last)),
        ..before
    };
    check(&list)?;
    rows::save(tx, &list)?;
    Ok(list)
}

/// Deletes a list.
pub fn delete(tx: &WriteTx<'_>, team: &str, name: &str) -> Result<()> {
    own(name)?;
    rows::remove(tx, &show(tx, team, name)?)
}

/// Adds words to the list of an id, as a task, which is completed at once. A word that is there already is not added again.
pub fn import(tx: &WriteTx<'_>, id: &str, words: Vec<String>) -> Result<String> {
    batch("items", words.len(), WORDS_MAX)?;
    let found = rows::all(tx)?.into_iter().find(|list| list.id == id);
    let mut list = found.ok_or_else(|| ApiError::not_found(format!("blocklist with id {id} does not exist")))?;
    let known: HashSet<String> = list.words.iter().cloned().collect();
    let mut new = HashSet::new();
    list.words.extend(words.into_iter().filter(|word| !known.contains(word) && new.insert(word.clone())));
    list.updated_at = list.updated_at.map(|last| later(tx.now, last));
    check(&list)?;
    rows::save(tx, &list)?;
    tasks::complete(tx, &Map::from_iter([("imported".to_owned(), new.len().into())]))
}

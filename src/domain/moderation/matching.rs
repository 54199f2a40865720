//! Finding the words of a list in a text. Everything is linear in the text, and the text is bounded.
//!
//! Inferred, since production's own ways are not known: letters match whatever their case; a word is whole where no letter and no
//! digit stands beside it; a plural ends in `s` or `es`, or in `ies` for `y`; digits and signs count as the letters of [`LEET`],
//! letters as those of [`LOOKALIKES`]; a domain stands for those below it; a pattern finds what the case-sensitive expression does.

use std::collections::HashSet;
use std::ops::{BitOrAssign, Range};

use aho_corasick::AhoCorasick;
use regex_lite::Regex;

use crate::domain::patterns::pattern;
use crate::error::{ApiError, Result};
use crate::model::blocklist::{Blocklist, Checks};

/// Characters of a text that are looked at; what stands behind is not judged.
const TEXT_MAX_CHARS: usize = 10_000;
/// Places that the patterns of a list find at the most: each may take as long as the text.
const PATTERN_PLACES_MAX: usize = TEXT_MAX_CHARS;

const LEET: &[(char, char)] =
    &[('0', 'o'), ('1', 'i'), ('3', 'e'), ('4', 'a'), ('5', 's'), ('7', 't'), ('@', 'a'), ('$', 's'), ('!', 'i')];

/// Greek and Cyrillic letters that look like Latin ones.
const LOOKALIKES: &[(char, char)] = &[
    ('а', 'a'),
    ('в', 'b'),
    ('е', 'e'),
    ('к', 'k'),
    ('м', 'm'),
    ('н', 'h'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('т', 't'),
    ('у', 'y'),
    ('х', 'x'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ѕ', 's'),
    ('ԁ', 'd'),
    ('ԛ', 'q'),
    ('ԝ', 'w'),
    ('α', 'a'),
    ('ε', 'e'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('ν', 'v'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('υ', 'u'),
    ('χ', 'x'),
];

/// A list, made ready to look for its words.
pub struct Matcher {
    words: Words,
    checks: Checks,
}

enum Words {
    Plain(AhoCorasick),
    Patterns(Vec<Regex>),
    Hosts { words: HashSet<String>, of_mails: bool, are_allowed: bool },
}

impl Matcher {
    /// Of a list, by its own switches and that of whoever looks.
    pub fn of(list: &Blocklist, is_substring: bool) -> Result<Self> {
        let substring = Some(is_substring || on(list.checks.substring));
        let checks = Checks { substring, ..list.checks };
        let lower = || list.words.iter().map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty());
        let hosts = |of_mails, are_allowed| {
            let words = lower().map(|word| word.trim_start_matches('@').to_owned()).collect();
            Words::Hosts { words, of_mails, are_allowed }
        };
        let words = match list.kind.as_str() {
            "regex" => Words::Patterns(list.words.iter().map(|word| pattern(word)).collect::<Result<_>>()?),
            "domain" => hosts(false, false),
            "domain_allowlist" => hosts(false, true),
            "email" => hosts(true, false),
            "email_allowlist" => hosts(true, true),
            _ => Words::Plain(all_of(lower().flat_map(|word| spellings(&word, checks)))?),
        };
        Ok(Self { words, checks })
    }

    /// Where its words are in a text.
    pub fn find(&self, text: &str) -> Places {
        let text: Vec<char> = text.chars().take(TEXT_MAX_CHARS).collect();
        let mut found = Places::default();
        match &self.words {
            Words::Plain(words) => self.plain(words, &text, &mut found),
            Words::Patterns(patterns) => {
                let whole = Measured::of(text.iter().collect());
                let places =
                    patterns.iter().flat_map(|pattern| pattern.find_iter(&whole.text).map(|found| found.range()));
                for range in places.take(PATTERN_PLACES_MAX) {
                    found.add(whole.in_chars(&range));
                }
            }
            Words::Hosts { words, of_mails, are_allowed } => {
                for (host, range) in hosts(&text, *of_mails) {
                    if above(&host).any(|host| words.contains(host)) != *are_allowed {
                        found.add(range);
                    }
                }
            }
        }
        found
    }

    fn plain(&self, words: &AhoCorasick, text: &[char], found: &mut Places) {
        let Spelled { letters, signs } = Spelled::of(text.iter().copied(), self.checks);
        let (letters, signs) = (Measured::of(letters), Measured::of(signs));
        for word in words.find_overlapping_iter(&letters.text) {
            if let Some(place) = self.fits(&letters, &signs, word.range()) {
                found.add(place);
            }
        }
    }

    /// The place in characters, where a word may stand there.
    fn fits(&self, letters: &Measured, signs: &Measured, range: Range<usize>) -> Option<Range<usize>> {
        let place = letters.in_chars(&range);
        if on(self.checks.substring) {
            return Some(place);
        }
        let is_border = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
        // A sign has as many bytes as the letter that it counts as, or others: its own text knows where it stands.
        let before = signs.text[..signs.starts[place.start]].chars().next_back();
        let ends = |ending: &&&str| {
            letters.text[range.end..].starts_with(**ending)
                && is_border(signs.text[signs.starts[place.end + ending.len()]..].chars().next())
        };
        let endings: &[&str] = if on(self.checks.plural) { &["", "s", "es"] } else { &[""] };
        let ending = endings.iter().find(ends).filter(|_| is_border(before))?;
        Some(place.start..place.end + ending.len())
    }
}

/// What finds all of these words in one walk through a text.
fn all_of(words: impl Iterator<Item = String>) -> Result<AhoCorasick> {
    AhoCorasick::new(words).map_err(|cause| ApiError::input(format!("words: the list is too large: {cause}")))
}

/// A word as it is looked for, and its plural where that is another word.
fn spellings(word: &str, checks: Checks) -> impl Iterator<Item = String> + use<> {
    let word = Spelled::of(word.chars(), checks).letters;
    let plural = word.strip_suffix('y').filter(|_| on(checks.plural)).map(|stem| format!("{stem}ies"));
    std::iter::once(word).chain(plural)
}

/// Which characters of a text were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(Vec<bool>);

impl Places {
    fn add(&mut self, range: Range<usize>) {
        let length = self.0.len().max(range.end);
        self.0.resize(length, false);
        self.0[range].fill(true);
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        !self.0.contains(&true)
    }

    /// The text with a star for each of them.
    pub fn masked(&self, text: &str) -> String {
        let is_hidden = self.0.iter().copied().chain(std::iter::repeat(false));
        text.chars().zip(is_hidden).map(|(letter, is_hidden)| if is_hidden { '*' } else { letter }).collect()
    }
}

impl BitOrAssign for Places {
    fn bitor_assign(&mut self, other: Self) {
        let length = self.0.len().max(other.0.len());
        self.0.resize(length, false);
        self.0.iter_mut().zip(other.0).for_each(|(known, found)| *known |= found);
    }
}

/// A text that knows its places in characters.
struct Measured {
    text: String,
    /// Where each character starts, and the text ends, in bytes.
    starts: Vec<usize>,
}

impl Measured {
    fn of(text: String) -> Self {
        let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        Self { text, starts }
    }

    /// A place in bytes as one in characters.
    fn in_chars(&self, range: &Range<usize>) -> Range<usize> {
        let at = |byte: usize| self.starts.partition_point(|start| *start < byte);
        at(range.start)..at(range.end)
    }
}

/// A text as it is compared, and as its borders are seen: a sign that counts as a letter is a border all the same. Both have the
/// same places.
struct Spelled {
    letters: String,
    signs: String,
}

impl Spelled {
    fn of(text: impl Iterator<Item = char>, checks: Checks) -> Self {
        let as_in = |table: &[(char, char)], letter| {
            table.iter().find(|(from, _)| *from == letter).map_or(letter, |(_, to)| *to)
        };
        let folded = |letter: char| {
            let letter = letter.to_lowercase().next().unwrap_or(letter);
            match u32::from(letter) {
                _ if !on(checks.confusable) => letter,
                // Full-width letters stand as far behind the plain ones.
                wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(letter).to_ascii_lowercase(),
                _ => as_in(LOOKALIKES, letter),
            }
        };
        let signs: String = text.map(folded).collect();
        let spelled = |letter| if on(checks.leet) { as_in(LEET, letter) } else { letter };
        Self { letters: signs.chars().map(spelled).collect(), signs }
    }
}

fn on(switch: Option<bool>) -> bool {
    switch == Some(true)
}

/// A host, or an address of mail, and what it is below of.
fn above(host: &str) -> impl Iterator<Item = &str> {
    std::iter::once(host).chain(host.match_indices(['.', '@']).map(|(at, _)| &host[at + 1..]))
}

/// The hosts that a text names, or the addresses of mail, in lower case, with their places.
fn hosts(text: &[char], of_mails: bool) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    let mut start = 0;
    for piece in text.split(|letter| letter.is_whitespace() || "<>()[]{}\"',;".contains(*letter)) {
        let range = start..start + piece.len();
        start = range.end + 1;
        let word = piece.iter().collect::<String>().to_lowercase();
        let word = word.trim_matches(['.', '!', '?', ':']);
        let host = match (of_mails, word.rsplit_once('@')) {
            (true, Some((name, host))) if !name.is_empty() && host.contains('.') => word,
            (true, _) | (false, Some(_)) => continue,
            (false, None) => {
                let rest = word.split_once("://").map_or(word, |(_, rest)| rest);
                rest.split(['/', ':', '?', '#']).next().unwrap_or_default()
            }
        };
        let is_host = host.split('.').count() > 1
            && host.split('.').all(|part| !part.is_empty())
            && host.chars().any(char::is_alphabetic);
        if is_host {
            found.push((host.to_owned(), range));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(kind: &str, words: &[&str], checks: Checks) -> Blocklist {
        Blocklist {
            team: String::new(),
            name: "l".to_owned(),
            id: "l".to_owned(),
            kind: kind.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            checks,
            created_at: None,
            updated_at: None,
        }
    }

    #[track_caller]
    fn finds(kind: &str, word: &str, checks: Checks, text: &str, wanted: &str) {
        let matcher = Matcher::of(&list(kind, &[word], checks), false).expect("a list");
        let Places(places) = matcher.find(text);
        let found: String = text.chars().zip(places).filter_map(|(letter, is_in)| is_in.then_some(letter)).collect();
        assert_eq!(found, wanted, "{kind} {word} in {text}");
    }

    #[test]
    fn words_are_whole_unless_a_switch_says_otherwise() {
        let none = Checks::default();
        finds("word", "darn", none, "Well, DARN! It", "DARN");
        finds("word", "darn", none, "darned", "");
        finds("word", "darn", none, "darns", "");
        finds("word", "so bad", none, "that is so bad.", "so bad");
        finds("word", "darn", Checks { plural: Some(true), ..none }, "darns", "darns");
        finds("word", "fly", Checks { plural: Some(true), ..none }, "flies", "flies");
        finds("word", "darn", Checks { substring: Some(true), ..none }, "goshdarned", "darn");
        finds("word", "darn", none, "d4rn", "");
        finds("word", "darn", Checks { leet: Some(true), ..none }, "d4rn!", "d4rn");
        finds("word", "darn", Checks { leet: Some(true), ..none }, "darn!", "darn");
        finds("word", "darn", none, "dаrn", "");
        finds("word", "darn", Checks { confusable: Some(true), ..none }, "dаrn", "dаrn");
        finds("word", "darn", Checks { confusable: Some(true), ..none }, "ｄａｒｎ", "ｄａｒｎ");
    }

    #[test]
    fn patterns_domains_and_addresses_are_found() {
        let none = Checks::default();
        finds("regex", r"\d{4}-\d{4}", none, "call 5555-1234", "5555-1234");
        finds("domain", "bad.example", none, "see https://www.bad.example/x", "https://www.bad.example/x");
        finds("domain", "bad.example", none, "see notbad.example or a@bad.example", "");
        finds("domain_allowlist", "good.example", none, "good.example", "");
        finds("domain_allowlist", "good.example", none, "Go to other.example.", "other.example.");
        finds("domain_allowlist", "good.example", none, "no link. At all", "");
        finds("email", "bad.example", none, "write to Eve@bad.example", "Eve@bad.example");
        finds("email", "eve@bad.example", none, "john@bad.example", "");
        finds("email_allowlist", "good.example", none, "eve@bad.example", "eve@bad.example");
    }

    #[test]
    fn a_pattern_that_would_grow_without_end_is_refused_and_no_text_takes_long() {
        assert!(pattern(r"(\w{100}){100}").is_err());
        assert!(pattern("(").is_err());
        let matcher = Matcher::of(&list("regex", &["(a*)*b"], Checks::default()), false).expect("a list");
        assert!(matcher.find(&"a".repeat(2_000)).is_empty());
    }

    #[test]
    fn masks_are_as_long_as_what_they_hide() {
        let matcher = Matcher::of(&list("word", &["darn"], Checks::default()), false).expect("a list");
        let text = "ä darn ö darn";
        assert_eq!(matcher.find(text).masked(text), "ä **** ö ****");
    }

    #[test]
    fn every_place_is_found_of_words_within_and_over_one_another() {
        let checks = Checks { substring: Some(true), ..Checks::default() };
        let matcher = Matcher::of(&list("word", &["aba", "ab", "xq"], checks), false).expect("a list");
        let mut places = matcher.find("cababac ü xq");
        assert_eq!(places.masked("cababac ü xq"), "c*****c ü **");
        places |= Matcher::of(&list("regex", &["ü."], Checks::default()), false).expect("a list").find("cababac ü xq");
        assert_eq!(places.masked("cababac ü xq"), "c*****c ****");
        let many = "xq ".repeat(TEXT_MAX_CHARS / 3);
        assert_eq!(matcher.find(&many).masked(&many), "** ".repeat(TEXT_MAX_CHARS / 3));
        assert!(matcher.find("nothing").is_empty());
    }

    #[test]
    fn signs_of_other_lengths_than_their_letters_keep_the_borders_where_they_are() {
        let checks = Checks { leet: Some(true), confusable: Some(true), ..Checks::default() };
        finds("word", "so", checks, "ѕо ѕ0 ѕоѕ $0", "ѕоѕ0$0");
    }
}

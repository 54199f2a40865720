//! Finding the words of a list in a text. Everything is linear in the text for each word, and both are bounded.
//!
//! Inferred, since production's own ways are not known: letters match whatever their case; a word is whole where no letter and no
//! digit stands beside it; a plural ends in `s` or `es`, or in `ies` for `y`; digits and signs count as the letters of [`LEET`],
//! letters as those of [`LOOKALIKES`]; a domain stands for those below it; a pattern finds what the case-sensitive expression does.

use std::ops::Range;

use regex_lite::Regex;

use crate::domain::patterns::pattern;
use crate::error::Result;
use crate::model::blocklist::{Blocklist, Checks};

/// Characters of a text that are looked at; what stands behind is not judged.
const TEXT_MAX_CHARS: usize = 10_000;
/// Places of a list's words that are told of one text at the most.
const PLACES_MAX: usize = 1_000;

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
    Plain(Vec<String>),
    Patterns(Vec<Regex>),
    Hosts { words: Vec<String>, of_mails: bool, are_allowed: bool },
}

impl Matcher {
    /// Of a list, by its own switches and that of whoever looks.
    pub fn of(list: &Blocklist, is_substring: bool) -> Result<Self> {
        let lower = || {
            list.words.iter().filter(|word| !word.trim().is_empty()).map(|word| word.trim().to_lowercase()).collect()
        };
        let hosts = |of_mails, are_allowed| Words::Hosts { words: lower(), of_mails, are_allowed };
        let words = match list.kind.as_str() {
            "regex" => Words::Patterns(list.words.iter().map(|word| pattern(word)).collect::<Result<_>>()?),
            "domain" => hosts(false, false),
            "domain_allowlist" => hosts(false, true),
            "email" => hosts(true, false),
            "email_allowlist" => hosts(true, true),
            _ => Words::Plain(lower()),
        };
        let substring = Some(is_substring || on(list.checks.substring));
        Ok(Self { words, checks: Checks { substring, ..list.checks } })
    }

    /// Where its words are in a text, in characters; nothing where there are none.
    pub fn find(&self, text: &str) -> Vec<Range<usize>> {
        let text: Vec<char> = text.chars().take(TEXT_MAX_CHARS).collect();
        match &self.words {
            Words::Plain(words) => self.plain(words, &text),
            Words::Patterns(patterns) => {
                let whole: String = text.iter().collect();
                let places = patterns.iter().flat_map(|pattern| pattern.find_iter(&whole).map(|found| found.range()));
                places
                    .filter(|range| !range.is_empty())
                    .take(PLACES_MAX)
                    .map(|range| in_chars(&whole, &range))
                    .collect()
            }
            Words::Hosts { words, of_mails, are_allowed } => {
                let listed = |host: &str| words.iter().any(|word| is_below(host, word));
                let named = hosts(&text, *of_mails).into_iter();
                named.filter(|(host, _)| listed(host) != *are_allowed).map(|(_, range)| range).collect()
            }
        }
    }

    fn plain(&self, words: &[String], text: &[char]) -> Vec<Range<usize>> {
        let text = Spelled::of(text.iter().copied(), self.checks);
        let mut found = Vec::new();
        for word in words {
            let word = Spelled::of(word.chars(), self.checks).letters;
            let plural = word.strip_suffix('y').filter(|_| on(self.checks.plural)).map(|stem| format!("{stem}ies"));
            for word in std::iter::once(word).chain(plural) {
                let places = text.letters.match_indices(&word);
                let places = places.filter_map(|(at, _)| self.fits(&text, at..at + word.len()));
                found.extend(places.take(PLACES_MAX - found.len()));
            }
        }
        found
    }

    /// The place in characters, where a word may stand there.
    fn fits(&self, text: &Spelled, range: Range<usize>) -> Option<Range<usize>> {
        let is_border = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
        let endings: &[&str] = if on(self.checks.plural) { &["", "s", "es"] } else { &[""] };
        let ends = |ending: &&&str| {
            text.letters[range.end..].starts_with(**ending)
                && is_border(text.signs[range.end + ending.len()..].chars().next())
        };
        let ending = if on(self.checks.substring) {
            Some("")
        } else {
            endings.iter().find(ends).copied().filter(|_| is_border(text.signs[..range.start].chars().next_back()))
        };
        ending.map(|ending| in_chars(&text.letters, &(range.start..range.end + ending.len())))
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

/// A place in bytes as one in characters.
fn in_chars(text: &str, range: &Range<usize>) -> Range<usize> {
    let start = text[..range.start].chars().count();
    start..start + text[range.clone()].chars().count()
}

/// Whether a host, or an address of mail, is one that a word names.
fn is_below(host: &str, word: &str) -> bool {
    let word = word.trim_start_matches('@');
    host == word || host.strip_suffix(word).is_some_and(|rest| rest.ends_with(['.', '@']))
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

/// The text with a star for each character at these places.
pub fn masked(text: &str, places: &[Range<usize>]) -> String {
    let is_hidden = |at: usize| places.iter().any(|place| place.contains(&at));
    text.chars().enumerate().map(|(at, letter)| if is_hidden(at) { '*' } else { letter }).collect()
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
        let places = matcher.find(text);
        let found: Vec<String> =
            places.iter().map(|place| text.chars().skip(place.start).take(place.len()).collect()).collect();
        assert_eq!(found.first().map_or("", String::as_str), wanted, "{kind} {word} in {text}");
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
        assert_eq!(masked(text, &matcher.find(text)), "ä **** ö ****");
    }
}

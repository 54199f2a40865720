//! The words of a text, as they are kept and looked for in a table of words.

/// Characters of a word that are kept, and looked for.
const WORD_MAX_CHARS: usize = 64;

/// The words, in lower case: what lies between characters that are neither letters nor digits.
pub fn of(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.to_lowercase().chars().take(WORD_MAX_CHARS).collect())
}

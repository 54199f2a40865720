//! Where a source text makes clients of Stream's SDKs, and whether it says where they call.

use std::cell::LazyCell;

use super::sdks::{Call, Place, SDKS, Sdk, Without};
use super::source::{self, Language, Source, find, is_word, words};

/// The longest line of code that is shown, in characters.
const SHOWN_MAX_CHARS: usize = 120;
/// How far the arguments of a call are read, in bytes: what is longer is no list of arguments.
const ARGUMENTS_MAX_BYTES: usize = 4_000;

/// A call that makes a client.
pub struct Made {
    pub sdk: &'static Sdk,
    /// From 1.
    pub line: usize,
    /// The line as it stands.
    pub code: String,
    pub standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is given an address.
    Pointed,
    /// It reads one from a variable by itself.
    ByVariable(&'static str),
    /// Its options come from elsewhere.
    Unclear,
    /// It calls production, whatever is set.
    Astray,
    /// It cannot be pointed elsewhere.
    Fixed,
}

/// The clients that a text makes, in its order.
pub fn clients(language: Language, text: &[u8]) -> Vec<Made> {
    let sdks = || SDKS.iter().filter(|sdk| sdk.languages.contains(&language));
    // Most files have nothing to do with it.
    if !sdks().flat_map(|sdk| sdk.calls).any(|call| find(text, name(call).as_bytes(), 0).is_some()) {
        return Vec::new();
    }
    let source = source::read(language, text);
    let says = |what: &&str| find(&source.said, what.as_bytes(), 0).is_some();
    let mut made = Vec::new();
    for sdk in sdks().filter(|sdk| sdk.named.is_empty() || sdk.named.iter().any(says)) {
        let given = LazyCell::new(|| around(&source, sdk.takes));
        for (at, open) in sdk.calls.iter().flat_map(|call| calls(language, &source, call)) {
            let is_given = || given.iter().any(|(from, to)| *from < open && open < *to);
            let standing =
                if sdk.elsewhere.iter().any(says) { Standing::Pointed } else { standing(sdk, &source, open, is_given) };
            made.push((at, sdk, standing));
        }
    }
    made.sort_by_key(|(at, ..)| *at);
    made.dedup_by_key(|(at, ..)| *at);
    let shown = |(at, sdk, standing)| {
        let line = text[..at].split(|byte| *byte == b'\n').count();
        let begin = text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let code = text[begin..].split(|byte| *byte == b'\n').next().unwrap_or_default();
        let code = String::from_utf8_lossy(code).trim().chars().take(SHOWN_MAX_CHARS).collect();
        Made { sdk, line, code, standing }
    };
    made.into_iter().map(shown).collect()
}

fn name(call: &Call) -> &'static str {
    match call {
        Call::Made(name, _) | Call::On(_, name) | Call::Imported { function: name, .. } => name,
    }
}

/// Where a call stands, and what follows its name.
fn calls(language: Language, source: &Source, call: &Call) -> Vec<(usize, usize)> {
    let with_aliases = |name: &str| [vec![name.to_owned()], aliases(language, source, name)].concat();
    // The name that is called, and what it is called on.
    let (names, receivers) = match call {
        Call::Made(name, beside) => {
            let beside = beside.iter().flat_map(|module| with_aliases(module)).chain(modules(language, source));
            (with_aliases(name), beside.collect())
        }
        Call::On(receiver, name) => (vec![(*name).to_owned()], with_aliases(receiver)),
        Call::Imported { path, package, function } => (vec![(*function).to_owned()], imported(source, path, package)),
    };
    let code = &source.code;
    let mut found = Vec::new();
    for name in names {
        for (at, end) in places(code, name.as_bytes()) {
            let after = arguments(code, end);
            let is_call = match call {
                Call::Made(..) => after.is_some() && makes(&code[..at], &receivers),
                // Ruby calls without parentheses.
                Call::On(..) | Call::Imported { .. } => receivers.iter().any(|receiver| is_on(&code[..at], receiver)),
            };
            if is_call {
                found.push((at, after.unwrap_or(end)));
            }
        }
    }
    found
}

/// Where a name stands that is no part of a longer one, and where it ends.
fn places<'a>(code: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = (usize, usize)> + 'a {
    let borders = |byte: Option<&u8>| !byte.copied().is_some_and(is_word);
    let places = memchr::memmem::find_iter(code, name).map(|at| (at, at + name.len()));
    places.filter(move |(at, end)| borders(code[..*at].last()) && borders(code.get(*end)))
}

/// What a name is called in this file besides, by an import of it.
fn aliases(language: Language, source: &Source, name: &str) -> Vec<String> {
    let code = &source.code;
    let alias = |(at, end): (usize, usize)| {
        let rest = code[end..].trim_ascii_start();
        match language {
            // `const { name: alias } = require(…)`
            Language::JavaScript | Language::Markup if rest.starts_with(b":") => {
                let close = rest.iter().position(|byte| b"}();".contains(byte)).filter(|close| rest[*close] == b'}')?;
                let after = rest[close + 1..].trim_ascii_start().strip_prefix(b"=")?;
                (!after.starts_with(b"=") && !after.starts_with(b">")).then(|| word(&rest[1..]))?
            }
            // `using alias = GetStream.name;`
            Language::CSharp => {
                let line = code[..at].rsplit(|byte| b"\n;".contains(byte)).next()?.trim_ascii();
                line.strip_prefix(b"using ").filter(|line| line.contains(&b'=')).and_then(word)
            }
            // `import name as alias`
            _ => {
                rest.strip_prefix(b"as").filter(|rest| rest.first().is_some_and(u8::is_ascii_whitespace)).and_then(word)
            }
        }
    };
    places(code, name.as_bytes()).filter_map(alias).collect()
}

/// What whole modules are called in this file: `import * as alias`, and in Dart `import '…' as alias`.
fn modules(language: Language, source: &Source) -> Vec<String> {
    let of: &[&str] = match language {
        Language::JavaScript | Language::Markup => &["*"],
        Language::Dart => &["'", "\""],
        _ => &[],
    };
    of.iter().flat_map(|end| aliases(language, source, end)).collect()
}

/// The word that comes first.
fn word(text: &[u8]) -> Option<String> {
    let text = text.trim_ascii_start();
    let word = &text[..text.iter().take_while(|byte| is_word(**byte)).count()];
    (!word.is_empty()).then(|| String::from_utf8_lossy(word).into_owned())
}

/// Where the parenthesis of a call opens, behind type arguments where there are some.
fn arguments(code: &[u8], from: usize) -> Option<usize> {
    let mut at = past_blanks(code, from);
    if code.get(at) == Some(&b'<') {
        let close = code[at..].iter().take_while(|byte| !b";(){}".contains(byte)).collect::<Vec<_>>();
        at = past_blanks(code, at + close.iter().rposition(|byte| **byte == b'>')? + 1);
    }
    (code.get(at) == Some(&b'(')).then_some(at)
}

fn past_blanks(code: &[u8], from: usize) -> usize {
    from + code[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Whether what stands before a name lets it be a call: no declaration, no method of something else.
fn makes(before: &[u8], beside: &[String]) -> bool {
    let path = before.iter().rev().take_while(|byte| is_word(**byte) || **byte == b'.' || **byte == b'\\').count();
    let (before, path) = before.split_at(before.len() - path);
    let before = before.trim_ascii_end();
    let word = before.iter().rev().take_while(|byte| is_word(**byte)).count();
    let word = &before[before.len() - word..];
    let declares: [&[u8]; 8] = [b"class", b"def", b"func", b"function", b"fun", b"interface", b"struct", b"extends"];
    let receiver = path.strip_suffix(b".").unwrap_or(path);
    word == b"new"
        || !declares.contains(&word) && (path.is_empty() || beside.iter().any(|name| name.as_bytes() == receiver))
}

/// Whether a method is one of this receiver.
fn is_on(before: &[u8], receiver: &str) -> bool {
    let before = before.trim_ascii_end();
    let Some(before) = before.strip_suffix(b".").or_else(|| before.strip_suffix(b"::")) else { return false };
    let before = before.trim_ascii_end().strip_suffix(receiver.as_bytes());
    before.is_some_and(|before| !before.last().copied().is_some_and(is_word))
}

/// What a package of Go is called in this file.
fn imported(source: &Source, path: &str, package: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut from = 0;
    while let Some(at) = find(&source.said, path.as_bytes(), from) {
        from = at + path.len();
        let line = source.said[..at].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let words = String::from_utf8_lossy(line);
        let alias = words.split('"').next().unwrap_or_default().trim().trim_start_matches("import").trim();
        names.push(if alias.is_empty() { package.to_owned() } else { alias.to_owned() });
    }
    names
}

/// The innermost parentheses around each place of these names outside of comments, as where they begin and end: what a call is
/// given is no other's.
fn around(source: &Source, names: &[&str]) -> Vec<(usize, usize)> {
    let is_meant = |word: &[u8]| names.iter().any(|name| name.as_bytes() == word);
    let mut ends = words(&source.said).filter(|(word, _)| is_meant(word)).map(|(_, end)| end).peekable();
    let mut around = Vec::new();
    // Each with whether such a name stands in it; that of the whole text is never closed.
    let mut open = vec![(0, false)];
    for (at, byte) in source.code.iter().enumerate() {
        if let Some((_, has)) = open.last_mut() {
            *has |= ends.next_if(|end| *end <= at).is_some();
        }
        match byte {
            b'(' => open.push((at, false)),
            b')' if open.len() > 1 => around.extend(open.pop().filter(|(_, has)| *has).map(|(from, _)| (from, at))),
            _ => {}
        }
    }
    let end = source.code.len();
    if let Some((_, has)) = open.last_mut() {
        *has |= ends.next().is_some();
    }
    around.extend(open.into_iter().filter(|(_, has)| *has).map(|(from, _)| (from, end)));
    around
}

fn standing(sdk: &Sdk, source: &Source, open: usize, is_given: impl Fn() -> bool) -> Standing {
    let end = match sdk.place {
        Place::Chain => find(&source.code, b"build()", open).unwrap_or(source.code.len()),
        Place::Named | Place::Options(_) | Place::Address(_) => closing(&source.code, open),
    };
    let said = &source.said[open..end];
    let arguments = top_level(&source.code[open..end]);
    let begins = |at: usize| arguments.get(at).and_then(|argument| argument.trim_ascii_start().first());
    let takes = |text: &[u8]| words(text).any(|(word, _)| sdk.takes.iter().any(|name| name.as_bytes() == word));
    let given = match sdk.place {
        Place::Address(at) => begins(at).is_some(),
        Place::Named | Place::Options(_) | Place::Chain => false,
    };
    let is_elsewhere = match sdk.place {
        Place::Options(at) => begins(at).is_some_and(|byte| *byte != b'{'),
        Place::Named | Place::Address(_) | Place::Chain => false,
    };
    match sdk.without {
        _ if given || takes(said) => Standing::Pointed,
        Without::Fixed => Standing::Fixed,
        Without::Variable(name) => Standing::ByVariable(name),
        Without::Production(_) if is_elsewhere || hides_options(&source.code[open..end]) => {
            // Options that are named are often made a few lines above.
            if is_given() { Standing::Pointed } else { Standing::Unclear }
        }
        Without::Production(_) => Standing::Astray,
    }
}

/// Behind the parenthesis that closes this one; where there is none, behind the line.
fn closing(code: &[u8], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.iter().enumerate().skip(open).take(ARGUMENTS_MAX_BYTES) {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return at + 1,
            b')' => depth = depth.saturating_sub(1),
            b'\n' if depth == 0 => return at,
            _ => {}
        }
    }
    code.len().min(open + ARGUMENTS_MAX_BYTES)
}

/// The arguments of a call, with its parentheses.
fn top_level(call: &[u8]) -> Vec<&[u8]> {
    let inner = call.strip_prefix(b"(").map(|inner| inner.strip_suffix(b")").unwrap_or(inner)).unwrap_or_default();
    let mut depth = 0_i32;
    let arguments = inner.split(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        *byte == b',' && depth == 0
    });
    arguments.filter(|argument| !argument.trim_ascii().is_empty()).collect()
}

/// Whether arguments are spread, or whole options come by a name.
fn hides_options(call: &[u8]) -> bool {
    if find(call, b"...", 0).is_some() || find(call, b"**", 0).is_some() {
        return true;
    }
    words(call).any(|(word, end)| {
        let next = call.get(past_blanks(call, end)).copied().unwrap_or_default();
        let lower = word.to_ascii_lowercase();
        let names = |part: &[u8]| find(&lower, part, 0).is_some();
        // `config("KEY")` and `config.key` give a key, not options.
        names(b"option") && b",)}(".contains(&next) || (names(b"config") || names(b"opts")) && b",)}".contains(&next)
    })
}

#[cfg(test)]
mod tests;

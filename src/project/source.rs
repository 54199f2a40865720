//! Source code as far as it has to be told from comments and strings.

use std::path::Path;

/// A language that one of Stream's SDKs is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    JavaScript,
    /// JavaScript between `<script>` and `</script>`: Vue, Svelte.
    Markup,
    Python,
    Go,
    Java,
    Kotlin,
    Swift,
    Dart,
    Ruby,
    Php,
    CSharp,
}

impl Language {
    /// By the end of a file's name.
    pub fn of(path: &Path) -> Option<Self> {
        Some(match path.extension()?.to_str()? {
            "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" => Self::JavaScript,
            "vue" | "svelte" => Self::Markup,
            "py" => Self::Python,
            "go" => Self::Go,
            "java" => Self::Java,
            "kt" | "kts" => Self::Kotlin,
            "swift" => Self::Swift,
            "dart" => Self::Dart,
            "rb" => Self::Ruby,
            "php" => Self::Php,
            "cs" => Self::CSharp,
            _ => return None,
        })
    }

    fn lexis(self) -> &'static Lexis {
        match self {
            Self::JavaScript | Self::Markup => &JAVASCRIPT,
            Self::Python => &PYTHON,
            Self::Go => &GO,
            Self::Java => &JAVA,
            Self::Kotlin => &KOTLIN,
            Self::Swift => &SWIFT,
            Self::Dart => &DART,
            Self::Ruby => &RUBY,
            Self::Php => &PHP,
            Self::CSharp => &C_SHARP,
        }
    }
}

/// A text twice, each as long as the text and with its lines, so that a place in one is the same place in the others.
pub struct Source {
    /// Without comments, and without what strings hold.
    pub code: Vec<u8>,
    /// Without comments alone.
    pub said: Vec<u8>,
}

struct Lexis {
    line: &'static [&'static str],
    block: &'static [(&'static str, &'static str)],
    /// Whether a block may hold blocks.
    nested: bool,
    /// The longer ones first.
    quotes: &'static [Quote],
    /// Whether `/` can begin a regular expression.
    regex: bool,
}

struct Quote {
    open: &'static str,
    close: &'static str,
    /// Whether it may hold ends of lines. One that may not is over there, closed or not: an apostrophe in a text that is no
    /// code then costs its line alone.
    lines: bool,
    escapes: bool,
}

const fn short(quote: &'static str) -> Quote {
    Quote { open: quote, close: quote, lines: false, escapes: true }
}

const fn long(quote: &'static str) -> Quote {
    Quote { open: quote, close: quote, lines: true, escapes: true }
}

const fn raw(open: &'static str, close: &'static str) -> Quote {
    Quote { open, close, lines: true, escapes: false }
}

const C_BLOCK: &[(&str, &str)] = &[("/*", "*/")];
const SLASHES: &[&str] = &["//"];

static JAVASCRIPT: Lexis = Lexis {
    line: SLASHES,
    block: &[("/*", "*/"), ("<!--", "-->")],
    nested: false,
    // What `${…}` holds need not be followed: its own backticks come in pairs.
    quotes: &[long("`"), short("\""), short("'")],
    regex: true,
};
static PYTHON: Lexis = Lexis {
    line: &["#"],
    block: &[],
    nested: false,
    quotes: &[long("\"\"\""), long("'''"), short("\""), short("'")],
    regex: false,
};
static GO: Lexis = Lexis {
    line: SLASHES,
    block: C_BLOCK,
    nested: false,
    quotes: &[raw("`", "`"), short("\""), short("'")],
    regex: false,
};
static JAVA: Lexis = Lexis {
    line: SLASHES,
    block: C_BLOCK,
    nested: false,
    quotes: &[long("\"\"\""), short("\""), short("'")],
    regex: false,
};
static KOTLIN: Lexis = Lexis {
    line: SLASHES,
    block: C_BLOCK,
    nested: true,
    quotes: &[raw("\"\"\"", "\"\"\""), short("\""), short("'")],
    regex: false,
};
static SWIFT: Lexis =
    Lexis { line: SLASHES, block: C_BLOCK, nested: true, quotes: &[long("\"\"\""), short("\"")], regex: false };
static DART: Lexis = Lexis {
    line: SLASHES,
    block: C_BLOCK,
    nested: true,
    quotes: &[long("'''"), long("\"\"\""), short("\""), short("'")],
    regex: false,
};
static RUBY: Lexis = Lexis {
    line: &["#"],
    block: &[("=begin", "=end")],
    nested: false,
    quotes: &[short("\""), short("'")],
    regex: false,
};
static PHP: Lexis =
    Lexis { line: &["//", "#"], block: C_BLOCK, nested: false, quotes: &[short("\""), short("'")], regex: false };
static C_SHARP: Lexis = Lexis {
    line: SLASHES,
    block: C_BLOCK,
    nested: false,
    quotes: &[raw("\"\"\"", "\"\"\""), raw("@\"", "\""), short("\""), short("'")],
    regex: false,
};

/// Reads a text: whatever it is, it is read to its end.
pub fn read(language: Language, text: &[u8]) -> Source {
    let mut source = Source { code: text.to_vec(), said: text.to_vec() };
    if language == Language::Markup {
        for (from, to) in outside_of_scripts(text) {
            blank(&mut source.code, from, to);
            blank(&mut source.said, from, to);
        }
    }
    let lexis = language.lexis();
    let mut at = 0;
    while at < text.len() {
        // What was blanked out is passed over as the blanks that it is now.
        let rest = &source.said[at..];
        if let Some(length) = comment(lexis, rest) {
            blank(&mut source.code, at, at + length);
            blank(&mut source.said, at, at + length);
            at += length;
        } else if let Some(quote) = lexis.quotes.iter().find(|quote| rest.starts_with(quote.open.as_bytes())) {
            let from = at + quote.open.len();
            let (held, closing) = string(quote, &source.said[from..]);
            blank(&mut source.code, from, from + held);
            at = from + held + closing;
        } else if lexis.regex && rest[0] == b'/' && regex_may_begin(&source.code[..at]) {
            let length = regex(rest).unwrap_or(1);
            blank(&mut source.code, at, at + length);
            at += length;
        } else {
            at += 1;
        }
    }
    source
}

fn blank(text: &mut [u8], from: usize, to: usize) {
    let to = to.min(text.len());
    for byte in text.get_mut(from..to).unwrap_or_default() {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// The place of a word behind a place.
pub fn find(text: &[u8], word: &[u8], from: usize) -> Option<usize> {
    memchr::memmem::find(text.get(from..)?, word).map(|at| from + at)
}

fn outside_of_scripts(text: &[u8]) -> Vec<(usize, usize)> {
    let mut outside = Vec::new();
    let mut at = 0;
    while let Some(open) = find(text, b"<script", at) {
        let begin = find(text, b">", open).map_or(text.len(), |end| end + 1);
        outside.push((at, begin));
        at = find(text, b"</script", begin).unwrap_or(text.len());
    }
    outside.push((at, text.len()));
    outside
}

/// How long the comment is that begins here.
fn comment(lexis: &Lexis, rest: &[u8]) -> Option<usize> {
    if lexis.line.iter().any(|begin| rest.starts_with(begin.as_bytes())) {
        return Some(rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
    }
    let (open, close) = lexis.block.iter().find(|(open, _)| rest.starts_with(open.as_bytes()))?;
    let (mut at, mut depth) = (open.len(), 1);
    while depth > 0 && at < rest.len() {
        if rest[at..].starts_with(close.as_bytes()) {
            depth -= 1;
            at += close.len();
        } else if lexis.nested && rest[at..].starts_with(open.as_bytes()) {
            depth += 1;
            at += open.len();
        } else {
            at += 1;
        }
    }
    Some(at)
}

/// How much a string holds, of what follows its first quote, and how long its last quote is: nothing where it has none.
fn string(quote: &Quote, rest: &[u8]) -> (usize, usize) {
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with(quote.close.as_bytes()) {
            return (at, quote.close.len());
        }
        match rest[at] {
            b'\\' if quote.escapes => at += 2,
            b'\n' if !quote.lines => return (at, 0),
            _ => at += 1,
        }
    }
    (rest.len(), 0)
}

/// Whether a value can stand behind this code: else `/` divides, or ends a tag.
fn regex_may_begin(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    let word = before.iter().rev().take_while(|byte| is_word(**byte)).count();
    match before.last() {
        None => true,
        Some(last) if word == 0 => b"(,=:[!&|?{;+-*%~^".contains(last),
        Some(_) => matches!(&before[before.len() - word..], b"return" | b"typeof" | b"case" | b"in" | b"of"),
    }
}

/// How long the regular expression is; none that its line does not close.
fn regex(rest: &[u8]) -> Option<usize> {
    let (mut at, mut in_class) = (1, false);
    loop {
        match rest.get(at)? {
            b'\n' => return None,
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'/' if !in_class => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
}

/// The words of a text, each with the place behind it.
pub fn words(text: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
    let mut at = 0;
    text.split(|byte| !is_word(*byte)).filter_map(move |word| {
        let end = at + word.len();
        at = end + 1;
        (!word.is_empty()).then_some((word, end))
    })
}

/// Whether a byte is part of a name. All of a letter beyond ASCII is.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(language: Language, text: &str) -> String {
        let source = read(language, text.as_bytes());
        String::from_utf8(source.code).expect("UTF-8").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_and_strings_are_no_code() {
        use Language::{CSharp, Dart, Go, JavaScript, Kotlin, Markup, Php, Python, Ruby};
        for (language, text, wanted) in [
            (JavaScript, "a // b\nc /* d\n e */ f", "a c f"),
            (JavaScript, "a('b // c', \"d\") + `e\n${f}`", "a(' ', \" \") + ` `"),
            (JavaScript, r#"a("b\"c") + d"#, r#"a(" ") + d"#),
            (JavaScript, "a = /['\"`]/g; b", "a = g; b"),
            (JavaScript, "a / b / c; <p>don't</p>\nd", "a / b / c; <p>don' d"),
            (JavaScript, "<br />; <b></b>", "<br />; <b></b>"),
            (Markup, "<template>a</template>\n<script setup>\nb // c\n</script>\n<style>d</style>", "b"),
            (Python, "a # b\n'''c\nd''' + e", "a ''' ''' + e"),
            (Go, "a `b\n\\` + c // d", "a ` ` + c"),
            (Kotlin, "a /* b /* c */ d */ e", "a e"),
            (Dart, "a '''b\n'c' ''' + d", "a ''' ''' + d"),
            (Ruby, "a\n=begin\nb\n=end\nc # d", "a c"),
            (Php, "a # b\nc // d\n/* e */ f", "a c f"),
            (CSharp, "a @\"b\\\" + c", "a @\" \" + c"),
        ] {
            assert_eq!(code(language, text), wanted, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_and_keeps_its_places(text in prop::collection::vec(prop::sample::select(b"a/*'\"`\n\\#=<[>-@{(\xff".to_vec()), 0..60)) {
            for language in [Language::JavaScript, Language::Markup, Language::Python, Language::Kotlin, Language::CSharp, Language::Ruby] {
                let source = read(language, &text);
                let ends = |text: &[u8]| text.iter().map(|byte| *byte == b'\n').collect::<Vec<_>>();
                prop_assert_eq!(ends(&source.code), ends(&text));
                prop_assert_eq!(ends(&source.said), ends(&text));
            }
        }
    }
}

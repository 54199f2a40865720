//! Texts of a project's own (names of folders, versions) inside of commands and workflows.

/// Words that YAML takes for something else than themselves.
const YAML_WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// A word of a shell's command.
pub fn shell(word: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "_-./@%+=:,".contains(c);
    if !word.is_empty() && word.chars().all(is_bare) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A path as a word of a shell's command, which is none of its flags.
pub fn shell_path(path: &str) -> String {
    if path.starts_with('-') { shell(&format!("./{path}")) } else { shell(path) }
}

/// A pattern that finds the text itself. A full stop stands for itself well enough.
pub fn pattern(text: &str) -> String {
    let mut pattern = String::new();
    for c in text.chars() {
        if r"\^$|?*+()[]{}".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// A value of a workflow's YAML, on one line. GitHub would put a value in the place of `${{ … }}` also inside of quotes.
pub fn workflow(text: &str) -> String {
    let text = text.replace("${{", "${{ '${{' }}");
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '.')
        && !YAML_WORDS.contains(&text.to_ascii_lowercase().as_str())
        && !text.contains(|c: char| c.is_control())
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' ']);
    // JSON's strings are YAML's too.
    if is_plain { text } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_for_its_own_is_quoted() {
        for (word, wanted) in [
            ("tests/millpond.test.mjs", "tests/millpond.test.mjs"),
            ("getstream==7", "getstream==7"),
            ("getstream>=2,<3", "'getstream>=2,<3'"),
            ("e2e tests/a", "'e2e tests/a'"),
            ("a;rm -rf b", "'a;rm -rf b'"),
            ("it's $(x) `y`", r"'it'\''s $(x) `y`'"),
            ("~/a", "'~/a'"),
            ("", "''"),
        ] {
            assert_eq!(shell(word), wanted);
        }
        assert_eq!((shell_path("-x/a"), shell_path("x/-a")), ("./-x/a".to_owned(), "x/-a".to_owned()));
        assert_eq!(pattern("e2e (old)/a.mjs"), r"e2e \(old\)/a.mjs");
    }

    #[test]
    fn what_yaml_would_take_for_something_else_is_quoted() {
        for (text, wanted) in [
            ("npx vitest run 'a b'", "npx vitest run 'a b'"),
            ("packages/web", "packages/web"),
            (".hidden", ".hidden"),
            ("a: b", r#""a: b""#),
            ("a #b", r#""a #b""#),
            ("a:", r#""a:""#),
            ("'a b'/c", r#""'a b'/c""#),
            ("1.0", r#""1.0""#),
            ("- a", r#""- a""#),
            ("On", r#""On""#),
            ("a\n- run: b", r#""a\n- run: b""#),
            ("", r#""""#),
            ("a ${{ github.token }}", "a ${{ '${{' }} github.token }}"),
        ] {
            assert_eq!(workflow(text), wanted);
        }
    }
}

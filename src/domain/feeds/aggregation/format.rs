//! Formats of keys: the part of Jinja that Stream's documentation shows. `{{ name }}` is filled in, and
//! `{% if name == 'text' %} … {% elif … %} … {% else %} … {% endif %}` chooses. What is not understood is empty.

/// A piece of a format.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Value(&'a str),
    Tag(&'a str),
}

/// Cuts a format into its pieces. What is opened and not closed is text.
fn pieces(mut rest: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        let is_value = rest[start..].starts_with("{{");
        let opened = &rest[start + 2..];
        let Some((inside, behind)) = opened.split_once(if is_value { "}}" } else { "%}" }) else { break };
        // A minus trims white space in Jinja; here it is but no part of what is said.
        let inside = inside.trim_matches('-').trim();
        pieces.push(Piece::Text(&rest[..start]));
        pieces.push(if is_value { Piece::Value(inside) } else { Piece::Tag(inside) });
        rest = behind;
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// A choice that is under way.
struct Choice {
    /// Whether what comes now is chosen.
    is_open: bool,
    /// Whether something was chosen.
    was_open: bool,
}

/// A format with its names filled in.
pub(super) fn filled(format: &str, value: &dyn Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut choices: Vec<Choice> = Vec::new();
    for piece in pieces(format) {
        let is_open = choices.iter().all(|choice| choice.is_open);
        match piece {
            Piece::Text(text) if is_open => out.push_str(text),
            Piece::Value(expression) if is_open => out.push_str(&operand(expression, value)),
            Piece::Tag("endif") => drop(choices.pop()),
            Piece::Tag("else") => turn(choices.last_mut(), || true),
            Piece::Tag(tag) => match (tag.strip_prefix("if "), tag.strip_prefix("elif ")) {
                (Some(condition), _) => {
                    let holds = holds(condition, value);
                    choices.push(Choice { is_open: holds, was_open: holds });
                }
                (_, Some(condition)) => turn(choices.last_mut(), || holds(condition, value)),
                _ => {}
            },
            Piece::Text(_) | Piece::Value(_) => {}
        }
    }
    out
}

/// Goes on to another branch of a choice, which is taken if none was.
fn turn(choice: Option<&mut Choice>, holds: impl FnOnce() -> bool) {
    if let Some(choice) = choice {
        choice.is_open = !choice.was_open && holds();
        choice.was_open |= choice.is_open;
    }
}

/// Whether two values are the same, or are not, or whether one is there.
fn holds(condition: &str, value: &dyn Fn(&str) -> String) -> bool {
    let same = |(left, right): (&str, &str)| operand(left, value) == operand(right, value);
    if let Some(sides) = condition.split_once("==") {
        return same(sides);
    }
    if let Some(sides) = condition.split_once("!=") {
        return !same(sides);
    }
    !operand(condition, value).is_empty()
}

fn operand(expression: &str, value: &dyn Fn(&str) -> String) -> String {
    let expression = expression.trim();
    quoted(expression).map_or_else(|| value(expression), str::to_owned)
}

/// What stands between quotes of either kind.
pub(super) fn quoted(text: &str) -> Option<&str> {
    let text = text.trim();
    ['\'', '"'].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(format: &str) -> String {
        filled(format, &|name| match name {
            "type" => "like".to_owned(),
            "user_id" => "john".to_owned(),
            _ => String::new(),
        })
    }

    #[test]
    fn names_are_filled_in_and_what_is_not_known_is_empty() {
        for (format, key) in [
            ("{{ type }}_{{user_id}}", "like_john"),
            ("{{- type -}}", "like"),
            ("{{ nothing }}!", "!"),
            ("time_based", "time_based"),
            ("", ""),
            ("{{ 'x' }}", "x"),
            ("{{ type", "{{ type"),
            ("{% frob %}a", "a"),
            ("{%}a", "{%}a"),
            ("a }} b", "a }} b"),
        ] {
            assert_eq!(said(format), key, "{format}");
        }
    }

    #[test]
    fn one_branch_of_a_choice_is_taken() {
        for (format, key) in [
            ("{% if type == 'like' %}a{% else %}b{% endif %}c", "ac"),
            ("{% if type == \"post\" %}a{% else %}b{% endif %}c", "bc"),
            ("{% if type != 'like' %}a{% endif %}c", "c"),
            ("{% if nothing %}a{% elif type == 'like' %}b{% elif user_id %}c{% else %}d{% endif %}", "b"),
            ("{% if nothing %}{% if type %}a{% else %}b{% endif %}{% else %}c{% endif %}", "c"),
            ("{% if type %}{{ type }}{% if nothing %}a{% else %}b{% endif %}{% endif %}", "likeb"),
            ("{% else %}a{% endif %}{% endif %}", "a"),
        ] {
            assert_eq!(said(format), key, "{format}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_a_format(format in "[{}%a-z '\"=!]{0,40}|\\PC{0,20}") {
            drop(said(&format));
        }
    }
}

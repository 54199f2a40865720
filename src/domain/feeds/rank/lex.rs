//! The words and signs of a ranking expression, each with its place.

/// What is wrong with an expression, and where: the number of a character, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub at: usize,
    pub what: String,
}

impl Problem {
    pub(super) fn new(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into() }
    }
}

/// A word or a sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    /// A name, perhaps with dots.
    Name(String),
    Sign(&'static str),
    End,
}

/// A token and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed {
    pub token: Token,
    pub at: usize,
}

/// The signs; one that begins like another comes before it.
const SIGNS: &[&str] =
    &["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "/", "^", "(", ")", ",", "?", ":"];

/// Takes an expression apart. The last token is its end.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, Problem> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        if letter.is_whitespace() {
            at += 1;
            continue;
        }
        let rest = &letters[at..];
        let (token, length) = match letter {
            '\'' | '"' => quoted(rest, at)?,
            letter if letter.is_ascii_digit() || *letter == '.' => number(rest, at)?,
            letter if is_of_name(*letter) => name(rest, at)?,
            _ => sign(rest, at)?,
        };
        tokens.push(Placed { token, at: at + 1 });
        at += length;
    }
    tokens.push(Placed { token: Token::End, at: letters.len() + 1 });
    Ok(tokens)
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn quoted(letters: &[char], at: usize) -> Result<(Token, usize), Problem> {
    let quote = letters[0];
    let (mut text, mut end) = (String::new(), 1);
    loop {
        match letters.get(end) {
            None => return Err(Problem::new(at + 1, "this text has no end")),
            Some(letter) if *letter == quote => return Ok((Token::Text(text), end + 1)),
            Some('\\') if letters.get(end + 1).is_some() => {
                text.push(letters[end + 1]);
                end += 2;
            }
            Some(letter) => {
                text.push(*letter);
                end += 1;
            }
        }
    }
}

fn number(letters: &[char], at: usize) -> Result<(Token, usize), Problem> {
    let digits = |from: usize| letters[from..].iter().take_while(|letter| letter.is_ascii_digit()).count();
    let mut end = digits(0);
    if letters.get(end) == Some(&'.') {
        end += 1 + digits(end + 1);
    }
    if letters.get(end).is_some_and(|letter| letter.eq_ignore_ascii_case(&'e')) {
        let sign = usize::from(letters.get(end + 1).is_some_and(|letter| ['+', '-'].contains(letter)));
        let exponent = digits((end + 1 + sign).min(letters.len()));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    let text: String = letters[..end].iter().collect();
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    let is_over = !letters.get(end).is_some_and(|letter| is_of_name(*letter));
    match number.filter(|_| is_over) {
        Some(number) => Ok((Token::Number(number), end)),
        None => Err(Problem::new(at + 1, "this is no number")),
    }
}

fn name(letters: &[char], at: usize) -> Result<(Token, usize), Problem> {
    let length = letters.iter().take_while(|letter| is_of_name(**letter) || **letter == '.').count();
    let name: String = letters[..length].iter().collect();
    if name.split('.').any(str::is_empty) {
        return Err(Problem::new(at + 1, format!("\"{name}\" is no name: a dot stands between two words")));
    }
    Ok((Token::Name(name), length))
}

fn sign(letters: &[char], at: usize) -> Result<(Token, usize), Problem> {
    let is_here = |sign: &&&str| sign.chars().enumerate().all(|(nth, letter)| letters.get(nth) == Some(&letter));
    match SIGNS.iter().find(is_here) {
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None => Err(Problem::new(at + 1, format!("\"{}\" means nothing here", letters[0]))),
    }
}

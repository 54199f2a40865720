//! A ranking expression as a tree, and how it is read from text (feeds-core 5.5).

use super::decay::Decays;
use super::functions::{self, Function};
use super::lex::{Placed, Problem, Token, tokens};

/// Words and signs of an expression at the most: what is done at every level is done as deep as there are signs.
const TOKENS_MAX: usize = 1_000;
/// How deep an expression goes at the most.
const DEPTH_MAX: usize = 64;

/// An expression.
#[derive(Clone, Debug)]
pub enum Expression {
    Number(f64),
    Text(String),
    /// The value of a name, whose dots lead into objects.
    Variable(String),
    Negated(Box<Self>),
    Not(Box<Self>),
    Of(Box<Self>, Operator, Box<Self>),
    If(Box<[Self; 3]>),
    /// A function of arguments, called at this place.
    Call(Function, Vec<Self>, usize),
}

/// What stands between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    By,
    Power,
}

/// The operators from the loosest to the tightest; those of one row bind from the left.
const LEVELS: &[&[(&str, Operator)]] = &[
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[("==", Operator::Equal), ("!=", Operator::Unequal)],
    &[("<", Operator::Less), ("<=", Operator::LessOrEqual), (">", Operator::Greater), (">=", Operator::GreaterOrEqual)],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
    &[("*", Operator::Times), ("/", Operator::By)],
];

impl Expression {
    /// Reads an expression that may call these functions beside the built-in ones.
    pub fn parse(text: &str, decays: &Decays) -> Result<Self, Problem> {
        let tokens = tokens(text)?;
        if let Some(over) = tokens.get(TOKENS_MAX) {
            return Err(Problem::new(over.at, format!("it has more than {TOKENS_MAX} words and signs")));
        }
        let mut parser = Parser { tokens, at: 0, depth: 0, decays };
        let expression = parser.choice()?;
        match parser.next() {
            Placed { token: Token::End, .. } => Ok(expression),
            Placed { token, at } => Err(Problem::new(at, format!("{} is one too many", shown(&token)))),
        }
    }

    /// Every name in it, as often as it stands there.
    pub fn variables(&self) -> Vec<&str> {
        match self {
            Self::Number(_) | Self::Text(_) => Vec::new(),
            Self::Variable(name) => vec![name],
            Self::Negated(inner) | Self::Not(inner) => inner.variables(),
            Self::Of(left, _, right) => [left.variables(), right.variables()].concat(),
            Self::If(parts) => parts.iter().flat_map(Self::variables).collect(),
            Self::Call(_, arguments, _) => arguments.iter().flat_map(Self::variables).collect(),
        }
    }
}

/// Where reading is.
struct Parser<'a> {
    tokens: Vec<Placed>,
    at: usize,
    depth: usize,
    decays: &'a Decays,
}

impl Parser<'_> {
    fn peek(&self) -> &Placed {
        &self.tokens[self.at]
    }

    fn next(&mut self) -> Placed {
        let next = self.tokens[self.at].clone();
        // The end stays.
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        next
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_there = matches!(&self.peek().token, Token::Sign(there) if *there == sign);
        if is_there {
            self.next();
        }
        is_there
    }

    fn wants(&mut self, sign: &str) -> Result<(), Problem> {
        let Placed { token, at } = self.peek().clone();
        if self.takes(sign) {
            Ok(())
        } else {
            Err(Problem::new(at, format!("\"{sign}\" is missing before {}", shown(&token))))
        }
    }

    /// What is one deeper.
    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Result<Expression, Problem>) -> Result<Expression, Problem> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Problem::new(self.peek().at, format!("it goes deeper than {DEPTH_MAX} levels")));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// `a ? b : c`, or what binds tighter.
    fn choice(&mut self) -> Result<Expression, Problem> {
        let condition = self.level(0)?;
        if !self.takes("?") {
            return Ok(condition);
        }
        let then = self.deeper(Self::choice)?;
        self.wants(":")?;
        let otherwise = self.deeper(Self::choice)?;
        Ok(Expression::If(Box::new([condition, then, otherwise])))
    }

    fn level(&mut self, level: usize) -> Result<Expression, Problem> {
        let Some(operators) = LEVELS.get(level) else { return self.signed() };
        let mut left = self.level(level + 1)?;
        while let Some((_, operator)) = operators.iter().find(|(sign, _)| self.takes(sign)) {
            let right = self.level(level + 1)?;
            left = Expression::Of(Box::new(left), *operator, Box::new(right));
        }
        Ok(left)
    }

    /// A sign binds looser than a power: `-2 ^ 2` is -4.
    fn signed(&mut self) -> Result<Expression, Problem> {
        if self.takes("-") {
            return Ok(Expression::Negated(Box::new(self.deeper(Self::signed)?)));
        }
        if self.takes("!") {
            return Ok(Expression::Not(Box::new(self.deeper(Self::signed)?)));
        }
        let base = self.operand()?;
        if self.takes("^") {
            let exponent = self.deeper(Self::signed)?;
            return Ok(Expression::Of(Box::new(base), Operator::Power, Box::new(exponent)));
        }
        Ok(base)
    }

    fn operand(&mut self) -> Result<Expression, Problem> {
        let Placed { token, at } = self.next();
        match token {
            Token::Number(number) => Ok(Expression::Number(number)),
            Token::Text(text) => Ok(Expression::Text(text)),
            Token::Sign("(") => {
                let inner = self.deeper(Self::choice)?;
                self.wants(")")?;
                Ok(inner)
            }
            Token::Name(name) if self.takes("(") => self.call(&name, at),
            Token::Name(name) if name.eq_ignore_ascii_case("true") => Ok(Expression::Number(1.0)),
            Token::Name(name) if name.eq_ignore_ascii_case("false") => Ok(Expression::Number(0.0)),
            Token::Name(name) => Ok(Expression::Variable(name)),
            token => Err(Problem::new(at, format!("a value is missing before {}", shown(&token)))),
        }
    }

    /// The arguments of a function, whose bracket is open.
    fn call(&mut self, name: &str, at: usize) -> Result<Expression, Problem> {
        let mut arguments = Vec::new();
        if !self.takes(")") {
            loop {
                arguments.push(self.deeper(Self::choice)?);
                if !self.takes(",") {
                    break;
                }
            }
            self.wants(")")?;
        }
        let function = functions::named(name, self.decays);
        let function = function.ok_or_else(|| Problem::new(at, format!("there is no function \"{name}\"")))?;
        let number = arguments.len();
        if !function.takes(number) {
            return Err(Problem::new(at, format!("{name} does not take {number} arguments")));
        }
        // The unit of a distance may stand there as a mere letter.
        if let (Function::Distance, Some(Expression::Variable(letter))) = (function, arguments.get(4)) {
            arguments[4] = Expression::Text(letter.clone());
        }
        Ok(Expression::Call(function, arguments, at))
    }
}

fn shown(token: &Token) -> String {
    match token {
        Token::Number(number) => format!("\"{number}\""),
        Token::Text(text) => format!("\"{text}\""),
        Token::Name(name) => format!("\"{name}\""),
        Token::Sign(sign) => format!("\"{sign}\""),
        Token::End => "the end".to_owned(),
    }
}

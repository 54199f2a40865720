//! What comes out of a ranking expression.

use std::cmp::Ordering;

use super::expression::{Expression, Operator};
use super::functions::Circumstances;
use super::value::Value;

impl Expression {
    /// What comes out, with the values of names.
    pub fn value(&self, of: &dyn Fn(&str) -> Value, circumstances: Circumstances) -> Value {
        let value = |inner: &Self| inner.value(of, circumstances);
        match self {
            Self::Number(number) => Value::Number(*number),
            Self::Text(text) => Value::Text(text.clone()),
            Self::Variable(name) => of(name),
            Self::Negated(inner) => Value::Number(-value(inner).number()),
            Self::Not(inner) => Value::flag(!value(inner).holds()),
            Self::Of(left, Operator::And, right) => Value::flag(value(left).holds() && value(right).holds()),
            Self::Of(left, Operator::Or, right) => Value::flag(value(left).holds() || value(right).holds()),
            Self::Of(left, operator, right) => operator.of(&value(left), &value(right)),
            Self::If(parts) => {
                let [condition, then, otherwise] = parts.as_ref();
                value(if value(condition).holds() { then } else { otherwise })
            }
            Self::Call(function, arguments, at) => {
                let arguments: Vec<Value> = arguments.iter().map(value).collect();
                Value::Number(function.of(&arguments, *at, circumstances))
            }
        }
    }
}

impl Operator {
    fn of(self, left: &Value, right: &Value) -> Value {
        let order = left.compare(right);
        let (one, other) = (left.number(), right.number());
        match self {
            Self::And | Self::Or => Value::flag(false),
            Self::Equal => Value::flag(order == Some(Ordering::Equal)),
            Self::Unequal => Value::flag(order != Some(Ordering::Equal)),
            Self::Less => Value::flag(order.is_some_and(Ordering::is_lt)),
            Self::LessOrEqual => Value::flag(order.is_some_and(Ordering::is_le)),
            Self::Greater => Value::flag(order.is_some_and(Ordering::is_gt)),
            Self::GreaterOrEqual => Value::flag(order.is_some_and(Ordering::is_ge)),
            Self::Plus => Value::Number(one + other),
            Self::Minus => Value::Number(one - other),
            Self::Times => Value::Number(one * other),
            Self::By => Value::Number(one / other),
            Self::Power => Value::Number(one.powf(other)),
        }
    }
}

//! Ranking: which of the activities that a feed selects come first (feeds-core 5.5).

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::clock::Time;
use crate::error::{ApiError, Result};
use crate::model::feeds::activity::Activity;
use crate::model::feeds::rank::Score;

mod decay;
mod expression;
mod functions;
mod interests;
mod lex;
mod outcome;
#[cfg(test)]
mod tests;
mod value;

pub use interests::{Tastes, Weights, of_request};

pub use decay::unit_seconds;

use decay::seconds_of;
use expression::Expression;
use functions::Circumstances;
use value::{Value, finite};

/// What an interest's score is called.
const INTEREST_SCORE: &str = "interest_score";

/// What is called so that a reader said to see more or less of.
const PREFERENCE_SCORE: &str = "preference_score";

/// How a feed is ranked. Without one, it goes by time.
#[derive(Clone, Debug)]
pub struct Ranking {
    expression: Expression,
    defaults: Map<String, Json>,
    by_interest: bool,
}

/// An activity, and what its reading brings beside it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub activity: &'a Activity,
    /// Its reactions by type.
    pub reactions: Option<&'a BTreeMap<String, i64>>,
    /// What is measured of it.
    pub metrics: Option<&'a BTreeMap<String, i64>>,
    /// The selector that picked it.
    pub source: &'a str,
    /// Whether the reader has read it and seen it, where that is tracked.
    pub is_read: Option<bool>,
    pub is_seen: Option<bool>,
}

/// What is the same for all activities of a reading.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The moment that the first page was read at.
    pub now: Time,
    /// What the request brings.
    pub external: &'a Map<String, Json>,
    /// What the reader is interested in.
    pub interests: &'a Weights,
    /// What the reader said to see more or less of.
    pub preferences: &'a Weights,
}

impl Ranking {
    /// A ranking as it is set, or Stream's refusal; `None` where it is by time, as every type that is not known is (tests of SDKs
    /// send several).
    pub fn of(set: Option<&Map<String, Json>>) -> Result<Option<Self>> {
        let Some(set) = set else { return Ok(None) };
        let given = |name: &str| set.get(name).filter(|value| !value.is_null());
        let by_interest = match given("type").and_then(Json::as_str) {
            Some("expression") => false,
            Some("interest") => true,
            _ => return Ok(None),
        };
        let object = |name: &str| match given(name) {
            None => Ok(Map::new()),
            Some(Json::Object(object)) => Ok(object.clone()),
            Some(_) => Err(ApiError::input(format!("ranking.{name} must be an object"))),
        };
        let decays = decay::decays(&object("functions")?)?;
        let score = given("score").and_then(Json::as_str).filter(|score| !score.trim().is_empty());
        let score = score.or(by_interest.then_some(INTEREST_SCORE));
        let score = score.ok_or_else(|| ApiError::input("ranking.score is a required field"))?;
        let expression = Expression::parse(score, &decays).map_err(|problem| {
            ApiError::input(format!("ranking.score is invalid at character {}: {}", problem.at, problem.what))
        })?;
        Ok(Some(Self { expression, defaults: object("defaults")?, by_interest }))
    }

    /// Whether it goes by what the reader is interested in.
    pub fn is_by_interest(&self) -> bool {
        self.by_interest
    }

    /// Whether the score goes by this name.
    pub fn names(&self, name: &str) -> bool {
        self.expression.variables().contains(&name)
    }

    /// Whether it needs what is measured of activities, or their reactions by type: of names that begin so.
    pub fn names_any_of(&self, object: &str) -> bool {
        let is_in = |name: &&str| name.split_once('.').is_some_and(|(head, _)| head == object);
        self.expression.variables().iter().any(is_in)
    }

    /// An activity's score, and by which values it came about where that is asked for.
    pub fn score(&self, subject: Subject<'_>, reading: Reading<'_>, with_vars: bool) -> Score {
        let of = |name: &str| self.variable(name, subject, reading);
        let seed =
            reading.now.0.unsigned_abs() ^ subject.activity.no.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let circumstances = Circumstances { now: seconds_of(reading.now), seed };
        let score = finite(self.expression.value(&of, circumstances).number());
        let var = |name: &str| (name.to_owned(), of(name).to_json());
        let vars = with_vars.then(|| self.expression.variables().into_iter().map(var).collect());
        Score { score, vars }
    }

    /// The value of a name. What is not known of the activity is by default what the ranking says, else 0.
    fn variable(&self, name: &str, subject: Subject<'_>, reading: Reading<'_>) -> Value {
        let Subject { activity, source, .. } = subject;
        let counts = activity.counts;
        let (head, rest) = name.split_once('.').unwrap_or((name, ""));
        let counted =
            |counts: Option<&BTreeMap<String, i64>>| counts.and_then(|all| all.get(rest)).copied().map(Value::count);
        let known = match head {
            "type" => Some(Value::Text(activity.kind.clone())),
            "time" => Some(Value::Number(seconds_of(activity.created_at))),
            "popularity" => Some(Value::count(counts.popularity)),
            "reaction_count" => Some(Value::count(counts.reactions)),
            "comment_count" => Some(Value::count(counts.comments)),
            "bookmark_count" => Some(Value::count(counts.bookmarks)),
            "share_count" => Some(Value::count(counts.shares)),
            "reaction_counts" => counted(subject.reactions),
            "metrics" => counted(subject.metrics),
            "custom" => within(&activity.custom, rest),
            "external" => within(reading.external, rest),
            "selector_source" => Some(Value::Text(source.to_owned())),
            INTEREST_SCORE if self.by_interest => Some(Value::Number(reading.interests.score(&activity.interest_tags))),
            PREFERENCE_SCORE => Some(Value::Number(reading.preferences.sum(&activity.interest_tags))),
            "is_read" => subject.is_read.map(Value::flag),
            "is_seen" => subject.is_seen.map(Value::flag),
            _ => None,
        };
        known.or_else(|| self.default(name)).or_else(|| constant(name)).unwrap_or(Value::Number(0.0))
    }

    fn default(&self, name: &str) -> Option<Value> {
        self.defaults.get(name).and_then(Value::of).or_else(|| within(&self.defaults, name))
    }
}

/// What stands for the same number in every expression. That there are constants is known, which there are is inferred.
fn constant(name: &str) -> Option<Value> {
    let number = match name {
        "pi" => std::f64::consts::PI,
        "e" => std::f64::consts::E,
        _ => return None,
    };
    Some(Value::Number(number))
}

/// What lies in an object where the dots of a name lead.
fn within(object: &Map<String, Json>, path: &str) -> Option<Value> {
    let mut keys = path.split('.');
    let first = object.get(keys.next()?)?;
    Value::of(keys.try_fold(first, |inner, key| inner.get(key))?)
}

/// How the score of a group of activities comes of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    Sum,
    Max,
    Average,
}

impl Strategy {
    /// As an aggregation says. That a sum is the default is inferred.
    pub fn of(aggregation: Option<&Map<String, Json>>) -> Self {
        match aggregation.and_then(|set| set.get("score_strategy")?.as_str()) {
            Some("max") => Self::Max,
            Some("avg") => Self::Average,
            _ => Self::Sum,
        }
    }

    /// The score of a group.
    pub fn combine(self, scores: &[f64]) -> f64 {
        let sum: f64 = scores.iter().sum();
        let number = f64::from(u32::try_from(scores.len()).unwrap_or(u32::MAX));
        finite(match self {
            Self::Sum => sum,
            Self::Average if scores.is_empty() => 0.0,
            Self::Average => sum / number,
            Self::Max => scores.iter().copied().reduce(f64::max).unwrap_or_default(),
        })
    }
}

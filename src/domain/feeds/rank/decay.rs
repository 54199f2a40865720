//! Functions that fall with the distance from an origin. The defaults are inferred: production's are not known.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::clock::Time;
use crate::error::{ApiError, Result};
use crate::query::moment;

/// Seconds over which a decay goes, unless it is said.
const SCALE_DEFAULT: f64 = 5.0 * 86_400.0;
/// What is left of an exponential one or a bell at that distance, unless it is said. A linear one has come to nothing there.
const LEFT_DEFAULT: f64 = 0.5;

/// A decay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay {
    shape: Shape,
    /// What is left at the distance `scale`, of 1.
    left: f64,
    side: Side,
    /// Up to that distance nothing falls.
    offset: f64,
    /// The moment of the reading, where it is not said.
    origin: Option<f64>,
    scale: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Linear,
    Exponential,
    Bell,
}

/// On which side of the origin it falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Both,
    Left,
    Right,
}

/// The decays that a ranking defines, by name in lower case.
pub type Decays = BTreeMap<String, Decay>;

impl Decay {
    /// The built-in one of this name, in lower case.
    pub fn built_in(name: &str) -> Option<Self> {
        let (shape, left) = match name {
            "decay_linear" => (Shape::Linear, 0.0),
            "decay_exp" => (Shape::Exponential, LEFT_DEFAULT),
            "decay_gauss" => (Shape::Bell, LEFT_DEFAULT),
            _ => return None,
        };
        Some(Self { shape, left, side: Side::Both, offset: 0.0, origin: None, scale: SCALE_DEFAULT })
    }

    /// The decay at a value, where `now` is in seconds.
    pub fn at(&self, value: f64, now: f64) -> f64 {
        let distance = value - self.origin.unwrap_or(now);
        let distance = match self.side {
            Side::Both => distance.abs(),
            Side::Left => -distance,
            Side::Right => distance,
        };
        let distance = (distance - self.offset).max(0.0);
        match self.shape {
            Shape::Linear => (1.0 - (1.0 - self.left) * distance / self.scale).max(0.0),
            Shape::Exponential => (self.left.ln() * distance / self.scale).exp(),
            Shape::Bell => (self.left.ln() * (distance / self.scale).powi(2)).exp(),
        }
    }
}

/// What a ranking's `functions` define.
pub fn decays(functions: &Map<String, Value>) -> Result<Decays> {
    functions.iter().map(|(name, parameters)| Ok((name.to_ascii_lowercase(), decay(name, parameters)?))).collect()
}

/// A decay by its parameters, of which those that are not said are as in the one that it is based upon.
fn decay(name: &str, parameters: &Value) -> Result<Decay> {
    let invalid = |what: &str| ApiError::input(format!("ranking.functions.{name}{what}"));
    let parameters = parameters.as_object().ok_or_else(|| invalid(" must be an object"))?;
    let given = |name: &str| parameters.get(name).filter(|value| !value.is_null() && *value != "");
    let base = given("base").map_or(Some(name), Value::as_str).map(str::to_ascii_lowercase);
    let base = base.and_then(|base| Decay::built_in(&base));
    let mut decay = base.ok_or_else(|| invalid(".base must be one of [decay_linear decay_exp decay_gauss]"))?;
    if let Some(left) = given("decay") {
        let least = if decay.shape == Shape::Linear { 0.0 } else { f64::MIN_POSITIVE };
        let left = number(left).filter(|left| (least..1.0).contains(left));
        decay.left = left.ok_or_else(|| invalid(".decay must be between 0 and 1"))?;
    }
    if let Some(scale) = given("scale") {
        let scale = seconds(scale).filter(|scale| *scale > 0.0);
        decay.scale = scale.ok_or_else(|| invalid(".scale must be a number or a duration above 0, as \"5d\""))?;
    }
    if let Some(offset) = given("offset") {
        let offset = seconds(offset).filter(|offset| *offset >= 0.0);
        decay.offset = offset.ok_or_else(|| invalid(".offset must be a number or a duration, as \"1d\""))?;
    }
    if let Some(origin) = given("origin").filter(|origin| *origin != "now") {
        decay.origin = Some(
            number(origin)
                .or_else(|| unix(origin))
                .ok_or_else(|| invalid(".origin must be now, a number or a date"))?,
        );
    }
    decay.side = match given("direction").map(Value::as_str) {
        None | Some(Some("both")) => Side::Both,
        Some(Some("left")) => Side::Left,
        Some(Some("right")) => Side::Right,
        _ => return Err(invalid(".direction must be one of [both left right]")),
    };
    Ok(decay)
}

fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    number.filter(|number| number.is_finite())
}

/// A number, or the seconds of a duration.
fn seconds(value: &Value) -> Option<f64> {
    number(value).or_else(|| {
        let text = value.as_str()?.trim();
        let unit = text.chars().last()?;
        let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
        Some(number * unit_seconds(unit)?).filter(|seconds| seconds.is_finite())
    })
}

/// The seconds of a unit of durations.
pub fn unit_seconds(unit: char) -> Option<f64> {
    Some(match unit {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3_600.0,
        'd' => 86_400.0,
        'w' => 7.0 * 86_400.0,
        'y' => 365.0 * 86_400.0,
        _ => return None,
    })
}

/// The seconds since the epoch of a moment.
pub fn unix(value: &Value) -> Option<f64> {
    let nanoseconds = moment("time", value).ok()?.as_i64()?;
    Some(seconds_of(Time(nanoseconds)))
}

/// The whole seconds of a moment.
#[expect(clippy::cast_precision_loss, reason = "seconds of any year fit")]
pub fn seconds_of(time: Time) -> f64 {
    time.seconds() as f64
}

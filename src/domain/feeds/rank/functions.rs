//! The functions of ranking expressions. What is random in them goes by a seed: one page and the next see the same numbers.

use super::decay::{Decay, Decays, unix};
use super::value::Value;

/// A function.
#[derive(Clone, Copy, Debug)]
pub enum Function {
    /// Of one number.
    Plain(fn(f64) -> f64),
    /// Of any numbers, two by two.
    Folded(fn(f64, f64) -> f64),
    Decay(Decay),
    Random,
    RandomNormal,
    UnixTimestamp,
    Distance,
}

/// What a call sees beside its arguments.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// The seconds since the epoch.
    pub now: f64,
    /// By which random numbers are made.
    pub seed: u64,
}

/// The function of a name: one that the ranking defines, else a built-in one, however it is spelled.
pub(super) fn named(name: &str, decays: &Decays) -> Option<Function> {
    let name = name.to_ascii_lowercase();
    if let Some(decay) = decays.get(&name).copied().or_else(|| Decay::built_in(&name)) {
        return Some(Function::Decay(decay));
    }
    Some(match name.as_str() {
        "ln" => Function::Plain(f64::ln),
        "log" => Function::Plain(f64::log10),
        "sin" => Function::Plain(f64::sin),
        "cos" => Function::Plain(f64::cos),
        "tan" => Function::Plain(f64::tan),
        "abs" => Function::Plain(f64::abs),
        "trunc" => Function::Plain(f64::trunc),
        "round" => Function::Plain(f64::round),
        "min" => Function::Folded(f64::min),
        "max" => Function::Folded(f64::max),
        "rand" => Function::Random,
        "rand_normal" => Function::RandomNormal,
        "to_unix_timestamp" => Function::UnixTimestamp,
        "dist" => Function::Distance,
        _ => return None,
    })
}

impl Function {
    /// Whether it takes so many arguments.
    pub(super) fn takes(&self, number: usize) -> bool {
        match self {
            Self::Plain(_) | Self::Decay(_) | Self::UnixTimestamp => number == 1,
            Self::Folded(_) => number >= 1,
            Self::Random => [0, 2].contains(&number),
            Self::RandomNormal => [0, 4].contains(&number),
            Self::Distance => [4, 5].contains(&number),
        }
    }

    /// Its value for arguments, called at a place.
    pub(super) fn of(&self, arguments: &[Value], at: usize, circumstances: Circumstances) -> f64 {
        let numbers: Vec<f64> = arguments.iter().map(Value::number).collect();
        let number = |nth: usize| numbers.get(nth).copied().unwrap_or_default();
        let mut random = Random(circumstances.seed ^ (at as u64).wrapping_mul(0xa076_1d64_78bd_642f));
        match self {
            Self::Plain(function) => function(number(0)),
            Self::Folded(function) => numbers.iter().copied().reduce(function).unwrap_or_default(),
            Self::Decay(decay) => decay.at(number(0), circumstances.now),
            Self::Random if numbers.is_empty() => random.next(),
            Self::Random => number(0) + random.next() * (number(1) - number(0)),
            Self::RandomNormal if numbers.is_empty() => random.normal(),
            // Between two bounds, around a middle.
            Self::RandomNormal => {
                let (low, high) = (number(0).min(number(1)), number(0).max(number(1)));
                (number(3) + number(2) * random.normal()).max(low).min(high)
            }
            Self::UnixTimestamp => match &arguments[0] {
                Value::Text(text) => unix(&serde_json::Value::from(text.as_str())).unwrap_or_default(),
                Value::Number(number) => *number,
            },
            Self::Distance => {
                let unit = arguments.get(4).map(Value::text).unwrap_or_default();
                distance_km([number(0), number(1)], [number(2), number(3)]) / km_of(&unit)
            }
        }
    }
}

/// The kilometres of a mile or a nautical one; else of a kilometre.
fn km_of(unit: &str) -> f64 {
    match unit {
        "M" | "m" => 1.609_344,
        "N" | "n" => 1.852,
        _ => 1.0,
    }
}

/// Between two places in degrees, along the earth.
fn distance_km(from: [f64; 2], to: [f64; 2]) -> f64 {
    const EARTH_RADIUS_KM: f64 = 6_371.0;
    let [[lat, lng], [other_lat, other_lng]] = [from, to].map(|place| place.map(f64::to_radians));
    let half = |angle: f64| (angle / 2.0).sin().powi(2);
    let chord = half(other_lat - lat) + lat.cos() * other_lat.cos() * half(other_lng - lng);
    2.0 * EARTH_RADIUS_KM * chord.sqrt().min(1.0).asin()
}

/// Numbers that follow from a seed (splitmix64).
struct Random(u64);

impl Random {
    /// From 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what a double has")]
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Around 0, with a deviation of 1.
    fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.next().max(f64::MIN_POSITIVE), self.next());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }
}

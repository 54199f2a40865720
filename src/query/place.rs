//! Places on earth: within a distance of one, or between two.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use serde_json::Value;

use super::limits::clip;
use crate::error::{ApiError, Result};

/// Where something is, in degrees: two columns, both null where it is nowhere.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The latitude.
    pub lat: &'static str,
    /// The longitude.
    pub lng: &'static str,
}

/// What lies within a distance of a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Circle {
    pub(super) lat: f64,
    pub(super) lng: f64,
    pub(super) km: f64,
}

/// What lies between two places. It goes around the back where its east is west of its west.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) north: f64,
    pub(super) east: f64,
    pub(super) south: f64,
    pub(super) west: f64,
}

/// A number of an operand, within what it can be.
fn number(name: &str, operand: &Value, key: &str, (least, most): (f64, f64)) -> Result<f64> {
    let name = clip(name);
    let value = operand.get(key).filter(|value| !value.is_null());
    let value = value.ok_or_else(|| ApiError::input(format!("{name}.{key} is a required field")))?;
    match value.as_f64() {
        None => Err(ApiError::input(format!("field {name}.{key} expect number values"))),
        Some(value) if value < least => Err(ApiError::input(format!("{name}.{key} must be {least} or greater"))),
        Some(value) if value > most => Err(ApiError::input(format!("{name}.{key} must be {most} or less"))),
        Some(value) => Ok(value),
    }
}

const LATITUDES: (f64, f64) = (-90.0, 90.0);
const LONGITUDES: (f64, f64) = (-180.0, 180.0);
/// Nothing is farther away than on the other side.
const DISTANCES: (f64, f64) = (0.0, 20_038.0);

impl Circle {
    /// `{lat, lng, distance}`, the distance in kilometres.
    pub(super) fn of(name: &str, operand: &Value) -> Result<Self> {
        Ok(Self {
            lat: number(name, operand, "lat", LATITUDES)?,
            lng: number(name, operand, "lng", LONGITUDES)?,
            km: number(name, operand, "distance", DISTANCES)?,
        })
    }
}

impl Bounds {
    /// `{ne_lat, ne_lng, sw_lat, sw_lng}`.
    pub(super) fn of(name: &str, operand: &Value) -> Result<Self> {
        Ok(Self {
            north: number(name, operand, "ne_lat", LATITUDES)?,
            east: number(name, operand, "ne_lng", LONGITUDES)?,
            south: number(name, operand, "sw_lat", LATITUDES)?,
            west: number(name, operand, "sw_lng", LONGITUDES)?,
        })
    }
}

/// The function of two places in the SQL of queries. SQLite comes without sine and cosine.
pub(super) const DISTANCE: &str = "distance_km";
/// The earth's mean radius, as Stream's own copy of the filters has it.
const EARTH_RADIUS_KM: f64 = 6_371.0;

/// Lets a connection tell how far apart two places are.
pub fn add_distance(conn: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    conn.create_scalar_function(DISTANCE, 4, flags, |context| {
        Ok(distance_km((context.get(0)?, context.get(1)?), (context.get(2)?, context.get(3)?)))
    })
}

/// By the haversine formula.
fn distance_km(one: (f64, f64), other: (f64, f64)) -> f64 {
    let half = |one: f64, other: f64| ((other - one).to_radians() / 2.0).sin().powi(2);
    let (by_lat, by_lng) = (half(one.0, other.0), half(one.1, other.1));
    let along = by_lat + one.0.to_radians().cos() * other.0.to_radians().cos() * by_lng;
    2.0 * EARTH_RADIUS_KM * along.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_globe() {
        for (one, other, km) in [
            ((52.52, 13.405), (48.8566, 2.3522), 877.5),
            ((0.0, 179.5), (0.0, -179.5), 111.2),
            ((90.0, 0.0), (-90.0, 0.0), 20_015.1),
            ((10.0, 20.0), (10.0, 20.0), 0.0),
        ] {
            assert!((distance_km(one, other) - km).abs() < 0.1, "{one:?} {other:?}: {}", distance_km(one, other));
        }
    }
}

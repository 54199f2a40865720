//! What clients measure of activities (feeds-core 6.4).

use serde_json::Value;

use super::access::Actor;
use super::activities::readable;
use crate::clock::SECOND_NS;
use crate::error::{ApiError, Code, Result};
use crate::model::user::User;
use crate::store::WriteTx;
use crate::store::feeds::metrics as rows;

/// The metrics that every app has, and how much of each a user may move of an activity in an hour.
const METRICS: &[(&str, i64)] = &[("views", 10), ("clicks", 5), ("impressions", 50)];

/// Something that was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    pub activity_id: String,
    pub metric: String,
    pub delta: i64,
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub measured: Measured,
    /// Whether it counted.
    pub is_allowed: bool,
    /// Why it could not.
    pub error: Option<String>,
}

/// Counts what was measured, each as far as the user's limits go.
pub fn track(tx: &WriteTx<'_>, actor: Actor<'_>, user: &User, all: Vec<Measured>) -> Result<Vec<Outcome>> {
    let outcome = |measured: Measured| {
        let counted = count(tx, actor, user, &measured);
        let (is_allowed, error) = match counted {
            Ok(is_allowed) => (is_allowed, None),
            // One that is not there, or not for this user, takes nothing from the others.
            Err(error) if error.code != Code::InternalSystemError => (false, Some(error.message.into_owned())),
            Err(error) => return Err(error),
        };
        Ok(Outcome { measured, is_allowed, error })
    };
    all.into_iter().map(outcome).collect()
}

fn count(tx: &WriteTx<'_>, actor: Actor<'_>, user: &User, measured: &Measured) -> Result<bool> {
    let Measured { activity_id, metric, delta } = measured;
    let most = limit(tx, metric)?;
    let (activity, _) = readable(tx, actor, activity_id)?;
    let hour = tx.now.0.div_euclid(3_600 * SECOND_NS);
    let moved = rows::moved(tx, hour, user.id.as_str(), activity.no, metric)?;
    let moved = moved.saturating_add(delta.saturating_abs());
    if moved > most {
        return Ok(false);
    }
    rows::set_moved(tx, hour, user.id.as_str(), activity.no, metric, moved)?;
    rows::add(tx, activity.no, metric, *delta)?;
    Ok(true)
}

/// How much of a metric may be moved in an hour: as the app says, else as every app has it.
fn limit(tx: &WriteTx<'_>, metric: &str) -> Result<i64> {
    let state = tx.state();
    let set = state.settings.get("activity_metrics_config").get(metric).and_then(Value::as_i64);
    let built_in = METRICS.iter().find(|(name, _)| *name == metric).map(|(_, most)| *most);
    // Inferred: what the app has not named is not counted.
    set.or(built_in).ok_or_else(|| ApiError::input(format!("metric {metric} is not configured")))
}

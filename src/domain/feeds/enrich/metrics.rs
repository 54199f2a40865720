//! What is measured of activities, beside them.

use crate::error::Result;
use crate::model::feeds::activity::EnrichedActivity;
use crate::store::ReadTx;
use crate::store::feeds::metrics;

/// Puts onto activities what is measured of them.
pub fn hang(tx: &ReadTx<'_>, activities: &mut [EnrichedActivity]) -> Result<()> {
    let numbers: Vec<i64> = activities.iter().map(|one| one.activity.no).collect();
    let mut metrics = metrics::of(tx, &numbers)?;
    for activity in activities.iter_mut() {
        activity.metrics = metrics.remove(&activity.activity.no).unwrap_or_default();
    }
    Ok(())
}

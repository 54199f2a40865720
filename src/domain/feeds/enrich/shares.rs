//! Who shares activities, beside them.

use super::users::Users;
use crate::error::Result;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::share::{EnrichedShare, Share};
use crate::store::ReadTx;
use crate::store::feeds::shares as rows;

/// Shares that an activity shows. Production's number is not known.
const LATEST_MAX: u32 = 5;

/// Shares with their authors.
pub fn enriched(tx: &ReadTx<'_>, found: Vec<Share>) -> Result<Vec<EnrichedShare>> {
    let users = Users::load(tx, found.iter().map(|share| share.user_id.as_str()))?;
    let enriched = |share: Share| EnrichedShare { user: users.get(share.user_id.as_str()), share };
    Ok(found.into_iter().map(enriched).collect())
}

/// Puts the latest shares onto activities that have any.
pub fn hang(tx: &ReadTx<'_>, activities: &mut [EnrichedActivity]) -> Result<()> {
    let shared = activities.iter().map(|one| &one.activity).filter(|activity| activity.counts.shares > 0);
    let shared: Vec<i64> = shared.map(|activity| activity.no).collect();
    if shared.is_empty() {
        return Ok(());
    }
    for share in enriched(tx, rows::newest(tx, &shared, LATEST_MAX)?)? {
        for activity in activities.iter_mut().filter(|one| one.activity.no == share.share.parent) {
            activity.latest_shares.push(share.clone());
        }
    }
    Ok(())
}

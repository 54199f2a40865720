//! What activities refer to in collections: one statement, however many activities there are.

use std::collections::HashSet;

use crate::error::Result;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::collection::{Reference, Referenced};
use crate::store::ReadTx;
use crate::store::feeds::collections;

/// Puts onto activities what they refer to, by the references.
pub fn hang(tx: &ReadTx<'_>, activities: &mut [EnrichedActivity]) -> Result<()> {
    let named = activities.iter().flat_map(|one| &one.activity.collections);
    let references: HashSet<Reference> = named.filter_map(|text| Reference::parse(text)).collect();
    let there = collections::by_reference(tx, &references)?;
    for one in activities {
        let shown = one.activity.collections.iter().filter_map(|text| {
            let reference = Reference::parse(text)?;
            let found = there.get(&reference).cloned();
            Some((text.clone(), found.map_or(Referenced::Missing(reference), Referenced::Found)))
        });
        one.collections = shown.collect();
    }
    Ok(())
}

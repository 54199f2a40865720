//! What a user is interested in, as far as it can be told (feeds-core 5.5 and 15): by reactions, and by what was said to see more or
//! less of.

use std::collections::{BTreeMap, BTreeSet};

use super::rank::Weights;
use crate::clock::{SECOND_NS, Time};
use crate::error::Result;
use crate::model::feeds::object::ObjectKind;
use crate::store::ReadTx;
use crate::store::feeds::interests::{self as rows, Sign};

/// Reactions of a user that are looked at, the newest, to activities and to comments each; and feedback of a kind.
const LOOKED_AT_MAX: u32 = 1_000;
/// In this time a reaction comes to count half.
const HALVES_NS: i64 = 30 * DAY_NS;
const DAY_NS: i64 = 86_400 * SECOND_NS;
/// Tags that weigh, the strongest.
const WEIGHING: usize = 5;
/// What one activity of which somebody wants more, or less, adds to each of its tags. How production measures it is not known: here
/// two of one tag are as strong as it gets.
const PREFERENCE: f64 = 0.5;

/// A tag that a user has shown interest in.
pub struct Interest {
    /// The tag.
    pub tag: String,
    /// Activities of it that the user reacted to.
    pub count: usize,
}

fn signs(tx: &ReadTx<'_>, user: &str) -> Result<Vec<Sign>> {
    let mut all = rows::reactions(tx, user, ObjectKind::Activity, LOOKED_AT_MAX)?;
    all.extend(rows::reactions(tx, user, ObjectKind::Comment, LOOKED_AT_MAX)?);
    Ok(all)
}

/// The tags of activities that a user reacted to, itself or a comment on it; those of most activities first.
pub fn of_user(tx: &ReadTx<'_>, user: &str, most: usize) -> Result<Vec<Interest>> {
    let mut by_tag: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for Sign { activity, tags, .. } in signs(tx, user)? {
        for tag in tags {
            by_tag.entry(tag).or_default().insert(activity);
        }
    }
    let counted = by_tag.into_iter().map(|(tag, activities)| Interest { tag, count: activities.len() });
    let mut all: Vec<_> = counted.collect();
    all.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.tag.cmp(&other.tag)));
    all.truncate(most);
    Ok(all)
}

/// How much each of a user's strongest interests weighs: the strongest 1, the others in proportion.
pub fn weights(tx: &ReadTx<'_>, user: &str) -> Result<Weights> {
    let mut by_tag: BTreeMap<String, f64> = BTreeMap::new();
    for Sign { at, tags, .. } in signs(tx, user)? {
        let weight = faded(at, tx.now);
        for tag in tags {
            *by_tag.entry(tag).or_default() += weight;
        }
    }
    let mut all: Vec<_> = by_tag.into_iter().collect();
    all.sort_by(|(one, of_one), (other, of_other)| of_other.total_cmp(of_one).then_with(|| one.cmp(other)));
    all.truncate(WEIGHING);
    let strongest = all.first().map_or(1.0, |(_, weight)| *weight);
    Ok(Weights::new(all.into_iter().map(|(tag, weight)| (tag, weight / strongest))))
}

/// What is left of a reaction by now.
#[expect(clippy::cast_precision_loss, reason = "half-lives are counted, not nanoseconds")]
fn faded(at: Time, now: Time) -> f64 {
    0.5_f64.powf((now.0 - at.0).max(0) as f64 / HALVES_NS as f64)
}

/// What a user said to see more or less of, by tags.
pub fn preferences(tx: &ReadTx<'_>, user: &str) -> Result<Weights> {
    let mut by_tag: BTreeMap<String, f64> = BTreeMap::new();
    for (is_more, tags) in rows::said(tx, user, LOOKED_AT_MAX)? {
        for tag in tags {
            *by_tag.entry(tag).or_default() += if is_more { PREFERENCE } else { -PREFERENCE };
        }
    }
    Ok(Weights::new(by_tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reaction_counts_half_after_thirty_days() {
        let day = |days: i64| Time(days * DAY_NS);
        for (days, wanted) in [(0, 1.0), (30, 0.5), (60, 0.25), (-1, 1.0)] {
            assert!((faded(day(100 - days), day(100)) - wanted).abs() < 1e-12, "{days}");
        }
    }
}

//! Reactions beside what they are to: three statements and one for the users, however many objects there are.

use std::collections::{BTreeMap, HashMap};

use super::users::Users;
use crate::error::Result;
use crate::ids::UserId;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::object::{Address, ObjectKind};
use crate::model::feeds::reaction::{EnrichedReaction, FriendReactions, Reaction, Reactions};
use crate::store::ReadTx;
use crate::store::feeds::reactions as rows;

/// Reactions that an object shows.
const LATEST_MAX: u32 = 15;

/// Objects of a kind, by number, with the ids by which they are known.
pub type Objects = BTreeMap<i64, Address>;

/// Of whom reactions are asked for besides, and how many.
#[derive(Clone, Copy, Debug)]
pub struct Friends {
    /// How many an activity shows.
    pub limit: usize,
    /// Whether they have to follow the viewer too.
    pub is_mutual: bool,
}

/// What these objects show of the reactions to them, by number; what has none is left out.
pub fn of(
    tx: &ReadTx<'_>,
    kind: ObjectKind,
    objects: &Objects,
    viewer: Option<&UserId>,
) -> Result<HashMap<i64, Reactions>> {
    let mut shown: HashMap<i64, Reactions> = HashMap::new();
    if objects.is_empty() {
        return Ok(shown);
    }
    let numbers: Vec<i64> = objects.keys().copied().collect();
    for (object, groups) in rows::groups(tx, kind, &numbers)? {
        shown.entry(object).or_default().groups = groups;
    }
    let mut all = rows::latest(tx, kind, &numbers, LATEST_MAX)?;
    let latest = all.len();
    if let Some(viewer) = viewer {
        all.extend(rows::own(tx, kind, &numbers, viewer.as_str())?);
    }
    for (at, reaction) in enriched(tx, objects, all)?.into_iter().enumerate() {
        let reactions = shown.entry(reaction.reaction.object.no).or_default();
        if at < latest { reactions.latest.push(reaction) } else { reactions.own.push(reaction) }
    }
    Ok(shown)
}

/// Reactions with their users, in the order given. All are to these objects.
pub fn enriched(tx: &ReadTx<'_>, objects: &Objects, found: Vec<Reaction>) -> Result<Vec<EnrichedReaction>> {
    let users = Users::load(tx, found.iter().map(|reaction| reaction.user_id.as_str()))?;
    let enriched = |reaction: Reaction| {
        let address = objects.get(&reaction.object.no)?.clone();
        Some(EnrichedReaction { user: users.get(reaction.user_id.as_str()), address, reaction })
    };
    Ok(found.into_iter().filter_map(enriched).collect())
}

/// The activities that have reactions.
fn reacted_to(activities: &[EnrichedActivity]) -> Objects {
    let all = activities.iter().map(|one| &one.activity).filter(|activity| activity.counts.reactions > 0);
    all.map(|activity| (activity.no, Address::of_activity(&activity.id))).collect()
}

/// Puts reactions onto activities that have any.
pub fn hang(tx: &ReadTx<'_>, viewer: Option<&UserId>, activities: &mut [EnrichedActivity]) -> Result<()> {
    let shown = of(tx, ObjectKind::Activity, &reacted_to(activities), viewer)?;
    for one in activities {
        one.reactions = shown.get(&one.activity.no).cloned().unwrap_or_default();
    }
    Ok(())
}

/// Puts onto activities the reactions of those whom the viewer follows, on those without any too.
pub fn hang_friends(
    tx: &ReadTx<'_>,
    viewer: &UserId,
    activities: &mut [EnrichedActivity],
    friends: Friends,
) -> Result<()> {
    let objects = reacted_to(activities);
    let numbers: Vec<i64> = objects.keys().copied().collect();
    let mut counts: HashMap<i64, usize> = HashMap::new();
    let mut found = Vec::new();
    if !numbers.is_empty() {
        found = rows::of_friends(tx, ObjectKind::Activity, &numbers, viewer.as_str(), friends.is_mutual)?;
    }
    found.retain(|reaction| {
        let count = counts.entry(reaction.object.no).or_default();
        *count += 1;
        *count <= friends.limit
    });
    let mut latest: HashMap<i64, Vec<EnrichedReaction>> = HashMap::new();
    for reaction in enriched(tx, &objects, found)? {
        latest.entry(reaction.reaction.object.no).or_default().push(reaction);
    }
    for one in activities {
        let no = one.activity.no;
        let count = counts.get(&no).copied().unwrap_or_default();
        one.friends = Some(FriendReactions { latest: latest.remove(&no).unwrap_or_default(), count });
    }
    Ok(())
}

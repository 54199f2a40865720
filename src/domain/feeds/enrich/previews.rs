//! Activities of a tag, which are shown in full to whom the tag is open: to their authors, to who owns one of their feeds, and to
//! its members whose level has the tag. Others are shown a preview. That it is the text, the attachments and the comments that it
//! lacks is inferred.

use std::collections::{BTreeSet, HashMap};

use super::super::access::Actor;
use crate::error::Result;
use crate::ids::{FeedId, UserId};
use crate::model::feeds::activity::{Activity, EnrichedActivity};
use crate::store::ReadTx;
use crate::store::feeds::{feeds, membership};

fn is_tagged(activity: &Activity) -> bool {
    activity.visibility == "tag"
}

/// Makes previews of those that are not open to a viewer. To nobody in particular all are.
pub fn hang(tx: &ReadTx<'_>, viewer: Option<&UserId>, activities: &mut [EnrichedActivity]) -> Result<()> {
    let Some(user) = viewer else { return Ok(()) };
    let tagged: Vec<&Activity> = activities.iter().map(|one| &one.activity).filter(|one| is_tagged(one)).collect();
    if tagged.is_empty() {
        return Ok(());
    }
    let open = Open::to(tx, user, &tagged)?;
    for one in activities.iter_mut().filter(|one| !open.has(&one.activity)) {
        obscure(one);
    }
    Ok(())
}

/// Makes previews of all for an anonymous reader, to whom no tag is open.
pub fn for_anonymous(actor: Actor<'_>, activities: &mut [EnrichedActivity]) {
    if actor.user.is_none() && actor.by.is_some() {
        for one in activities {
            let parent = one.parent.as_deref_mut().into_iter();
            let tagged = parent.filter(|parent| is_tagged(&parent.activity)).collect::<Vec<_>>();
            tagged.into_iter().for_each(obscure);
            if is_tagged(&one.activity) {
                obscure(one);
            }
        }
    }
}

/// Whether an activity is shown to a user in full.
pub fn is_open(tx: &ReadTx<'_>, user: &UserId, activity: &Activity) -> Result<bool> {
    Ok(!is_tagged(activity) || Open::to(tx, user, &[activity])?.has(activity))
}

fn obscure(one: &mut EnrichedActivity) {
    one.activity.text = None;
    one.activity.i18n.clear();
    one.activity.attachments.clear();
    one.activity.moderation.clear();
    one.comments.clear();
    one.is_preview = true;
}

/// What is open to a user.
struct Open<'a> {
    user: &'a UserId,
    owned: BTreeSet<FeedId>,
    tags: HashMap<FeedId, Vec<String>>,
}

impl<'a> Open<'a> {
    fn to(tx: &ReadTx<'_>, user: &'a UserId, activities: &[&Activity]) -> Result<Self> {
        let fids: BTreeSet<&FeedId> = activities.iter().flat_map(|activity| &activity.feeds).collect();
        let owned = feeds::by_address(tx, fids)?.into_iter().filter(|feed| feed.created_by == *user);
        Ok(Self { user, owned: owned.map(|feed| feed.fid).collect(), tags: membership::opened(tx, user.as_str())? })
    }

    fn has(&self, activity: &Activity) -> bool {
        let opens = |fid: &FeedId| {
            let tags = self.tags.get(fid).map(Vec::as_slice).unwrap_or_default();
            self.owned.contains(fid) || activity.visibility_tag.as_ref().is_some_and(|tag| tags.contains(tag))
        };
        !is_tagged(activity) || activity.user_id == *self.user || activity.feeds.iter().any(opens)
    }
}

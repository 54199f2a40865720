//! Bookmarks (feeds-interactions 4).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::access::Actor;
use super::bookmarked::Bookmarked;
use super::enrich::{OwnFields, bookmarks as enrich};
use super::folders::{self, NewFolder};
use super::query::{enriched as enriched_activities, readable_of};
use super::{comments, events, later};
use crate::error::{ApiError, Result};
use crate::event::feeds::{About, Change};
use crate::ids::UserId;
use crate::model::feeds::activity::Activity;
use crate::model::feeds::bookmark::{Bookmark, EnrichedBookmark, Marked};
use crate::model::feeds::object::{Object, ObjectKind};
use crate::model::feeds::page::Page;
use crate::model::user::User;
use crate::permission::capability::Capability;
use crate::query::page::{Leads, Walk};
use crate::store::feeds::{activities as activity_rows, bookmarks as rows, folders as folder_rows, next_number};
use crate::store::{ReadTx, WriteTx};

pub use rows::QUERIED;

/// Where a bookmark is to lie.
#[derive(Clone, Debug)]
pub enum Place {
    /// In no folder.
    Loose,
    /// In the folder of this id.
    Folder(String),
    /// In a folder that is made for it.
    New(NewFolder),
}

impl Place {
    /// The number of the folder, which is the user's own.
    fn folder(self, tx: &WriteTx<'_>, user: &UserId) -> Result<Option<i64>> {
        let actor = Actor::of(user);
        match self {
            Self::Loose => Ok(None),
            Self::Folder(id) => Ok(Some(folders::own(tx, actor, &id)?.no)),
            Self::New(new) => Ok(Some(folders::make(tx, user, new)?.no)),
        }
    }
}

/// Bookmarks an object. One that is there already in that place takes the new custom data. Answers whether it is new.
fn put(
    tx: &WriteTx<'_>,
    object: Object,
    user: &UserId,
    place: Place,
    custom: Map<String, Value>,
) -> Result<(Bookmark, bool)> {
    let folder = place.folder(tx, user)?;
    let own = rows::own(tx, object.kind, &[object.no], user.as_str())?;
    let known = own.into_iter().find(|bookmark| bookmark.folder == folder);
    let is_new = known.is_none();
    let bookmark = match known {
        Some(before) => Bookmark { custom, updated_at: later(tx.now, before.updated_at), ..before },
        None => Bookmark {
            no: next_number(tx)?,
            object,
            user_id: user.clone(),
            folder,
            custom,
            created_at: tx.now,
            updated_at: tx.now,
        },
    };
    rows::save(tx, &bookmark)?;
    Ok((bookmark, is_new))
}

/// What is changed of a bookmark. What is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct BookmarkChange {
    pub place: Option<Place>,
    pub custom: Option<Map<String, Value>>,
}

/// Changes a user's bookmark of an object.
fn change(
    tx: &WriteTx<'_>,
    object: Object,
    user: &UserId,
    folder_id: Option<&str>,
    change: BookmarkChange,
) -> Result<Bookmark> {
    let (before, others) = find(tx, object, user, folder_id)?;
    let folder = match change.place {
        Some(place) => place.folder(tx, user)?,
        None => before.folder,
    };
    // Not known of production: two that were told apart by their folders alone cannot become one without a word.
    if others.iter().any(|other| other.folder == folder) {
        return Err(ApiError::input("there is a bookmark of this in that folder already"));
    }
    let custom = change.custom.unwrap_or(before.custom);
    let bookmark = Bookmark { folder, custom, updated_at: later(tx.now, before.updated_at), ..before };
    rows::save(tx, &bookmark)?;
    Ok(bookmark)
}

/// Takes a user's bookmark of an object away. It keeps the moment of its last change: the front-end SDK asks for that.
fn take(tx: &WriteTx<'_>, object: Object, user: &UserId, folder_id: Option<&str>) -> Result<Bookmark> {
    let (bookmark, _) = find(tx, object, user, folder_id)?;
    rows::remove(tx, bookmark.no)?;
    Ok(bookmark)
}

/// A user's bookmark of an object that lies in a folder; without one the loose one, or else the only one that there is. With it
/// the others of the object.
fn find(tx: &WriteTx<'_>, object: Object, user: &UserId, folder_id: Option<&str>) -> Result<(Bookmark, Vec<Bookmark>)> {
    let mut own = rows::own(tx, object.kind, &[object.no], user.as_str())?;
    let folder = match folder_id {
        Some(id) => folder_rows::get(tx, id)?.map(|folder| folder.no),
        None => None,
    };
    let missing = || ApiError::not_found("bookmark not found");
    let at = match (folder_id, folder) {
        (Some(_), None) => None,
        (None, _) if own.len() == 1 => Some(0),
        (_, folder) => own.iter().position(|bookmark| bookmark.folder == folder),
    };
    let bookmark = own.remove(at.ok_or_else(missing)?);
    Ok((bookmark, own))
}

/// Bookmarks an activity or a comment.
pub fn add(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    (kind, id): (ObjectKind, &str),
    place: Place,
    custom: Map<String, Value>,
) -> Result<EnrichedBookmark> {
    let of = Bookmarked::open(tx, actor, kind, id, Capability::AddActivityBookmark)?;
    let (bookmark, is_new) = put(tx, of.object(), &by.id, place, custom)?;
    let told = if is_new { "feeds.bookmark.added" } else { "feeds.bookmark.updated" };
    tell(tx, actor, told, &of.recounted(tx, i64::from(is_new))?, bookmark)
}

/// Changes a bookmark.
pub fn update(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    (kind, id): (ObjectKind, &str),
    folder_id: Option<&str>,
    changed: BookmarkChange,
) -> Result<EnrichedBookmark> {
    let of = Bookmarked::open(tx, actor, kind, id, Capability::UpdateOwnActivityBookmark)?;
    let bookmark = change(tx, of.object(), &by.id, folder_id, changed)?;
    tell(tx, actor, "feeds.bookmark.updated", &of, bookmark)
}

/// Takes a bookmark away.
pub fn delete(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    (kind, id): (ObjectKind, &str),
    folder_id: Option<&str>,
) -> Result<EnrichedBookmark> {
    let of = Bookmarked::open(tx, actor, kind, id, Capability::DeleteOwnActivityBookmark)?;
    let bookmark = take(tx, of.object(), &by.id, folder_id)?;
    tell(tx, actor, "feeds.bookmark.deleted", &of.recounted(tx, -1)?, bookmark)
}

/// Takes a bookmark away that goes with something else. Of what is deleted nobody is told.
pub fn end(tx: &WriteTx<'_>, bookmark: Bookmark) -> Result<()> {
    rows::remove(tx, bookmark.no)?;
    let Some(of) = Bookmarked::of(tx, bookmark.object)? else { return Ok(()) };
    let of = of.recounted(tx, -1)?;
    if of.is_live() {
        tell(tx, Actor::SERVER, "feeds.bookmark.deleted", &of, bookmark)?;
    }
    Ok(())
}

/// Tells of a bookmark, and answers it as the actor is shown it. Those who are shown the activity are told, since they show how many
/// there are; what the user noted is none of theirs.
fn tell(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    kind: &'static str,
    of: &Bookmarked,
    bookmark: Bookmark,
) -> Result<EnrichedBookmark> {
    let [shown, told] = of.shown_and_told(tx, actor)?;
    let objects = HashMap::from([((bookmark.object.kind, bookmark.object.no), shown)]);
    let enriched = enrich::enriched(tx, vec![bookmark], &objects)?.pop();
    let bookmark = enriched.ok_or_else(|| ApiError::internal(&"a bookmark was lost on its way to the answer"))?;
    let change = |told| Change::new(Some(Arc::clone(&bookmark.user)), About::Bookmark(Box::new(told)));
    events::tell_user(tx, kind, &bookmark.user.id, &change(bookmark.clone().for_all()));
    let others = EnrichedBookmark { of: told, ..bookmark.clone() }.for_others();
    events::tell_others(tx, kind, &change(others), &of.activity, &of.feeds, &bookmark.user.id)?;
    Ok(bookmark)
}

/// A page of bookmarks: of a user's own, and of anybody's for a server that names nobody. What its user may not read any more
/// is left out.
pub fn query(tx: &ReadTx<'_>, actor: Actor<'_>, walk: Walk, own: OwnFields) -> Result<Page<EnrichedBookmark>> {
    if actor.user.is_none() && actor.by.is_some() {
        return Ok(Page::default());
    }
    let user = actor.user.map(UserId::as_str);
    let (found, Leads { next, prev }) = walk.gather(
        |walk| rows::select(tx, user, walk),
        |mut found| {
            let activities = activities_of(tx, found.iter().map(|(bookmark, _)| bookmark))?;
            let readable = readable_of(tx, actor, activities.values())?;
            let mut closed = HashSet::new();
            for activity in activities.values() {
                // A preview shows no comments.
                if !comments::is_open(tx, actor, activity)? {
                    closed.insert(activity.no);
                }
            }
            found.retain(|(Bookmark { object, .. }, _)| {
                let is_closed = object.kind == ObjectKind::Comment && closed.contains(&object.activity);
                readable.contains(&object.activity) && !is_closed
            });
            Ok(found)
        },
    )?;
    let activities = activities_of(tx, found.iter().filter(|one| one.object.kind == ObjectKind::Activity))?;
    let activities = enriched_activities(tx, actor, activities.into_values().collect(), own)?;
    let comments = enrich::comments_of(tx, actor.user, &found)?;
    let activities = activities.into_iter().map(|one| (one.activity.no, Marked::activity(one)));
    let objects = activities.map(|(no, one)| ((ObjectKind::Activity, no), one)).chain(comments).collect();
    Ok(Page { items: enrich::enriched(tx, found, &objects)?, next, prev })
}

/// The activities that bookmarks are of.
fn activities_of<'a>(tx: &ReadTx<'_>, all: impl Iterator<Item = &'a Bookmark>) -> Result<HashMap<i64, Activity>> {
    let mut numbers: Vec<i64> = all.map(|bookmark| bookmark.object.activity).collect();
    numbers.sort_unstable();
    numbers.dedup();
    activity_rows::by_number(tx, &numbers)
}

//! Bookmarks with what an answer shows beside their rows: a statement for the folders and one for the users, however many
//! bookmarks there are.

use std::collections::HashMap;
use std::sync::Arc;

use super::users::Users;
use crate::error::Result;
use crate::ids::UserId;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::bookmark::{Bookmark, EnrichedBookmark, EnrichedFolder, Folder, Marked};
use crate::model::feeds::object::ObjectKind;
use crate::store::ReadTx;
use crate::store::feeds::{bookmarks as rows, comments, folders};

/// What bookmarks are of, by its kind and number.
pub type Objects = HashMap<(ObjectKind, i64), Marked>;

/// Bookmarks of these objects, in the order given. Whatever is a bookmark of none of them is left out.
pub fn enriched(tx: &ReadTx<'_>, found: Vec<Bookmark>, objects: &Objects) -> Result<Vec<EnrichedBookmark>> {
    let mut numbers: Vec<i64> = found.iter().filter_map(|bookmark| bookmark.folder).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let folders = if numbers.is_empty() { HashMap::new() } else { folders::by_number(tx, &numbers)? };
    let users = Users::load(tx, found.iter().map(|bookmark| bookmark.user_id.as_str()))?;
    let enriched = |bookmark: Bookmark| {
        let of = objects.get(&(bookmark.object.kind, bookmark.object.no))?.clone();
        let user = users.get(bookmark.user_id.as_str());
        let folder = bookmark.folder.and_then(|folder| folders.get(&folder)).cloned();
        Some(EnrichedBookmark {
            of,
            folder: folder.map(|folder| EnrichedFolder { folder, user: Arc::clone(&user) }),
            user,
            bookmark,
        })
    };
    Ok(found.into_iter().filter_map(enriched).collect())
}

/// The comments that some of these bookmarks are of, as a viewer is shown them.
pub fn comments_of(
    tx: &ReadTx<'_>,
    viewer: Option<&UserId>,
    bookmarks: &[Bookmark],
) -> Result<Vec<((ObjectKind, i64), Marked)>> {
    let of_comments = bookmarks.iter().filter(|bookmark| bookmark.object.kind == ObjectKind::Comment);
    let numbers: Vec<i64> = of_comments.map(|bookmark| bookmark.object.no).collect();
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let found = super::comments(tx, viewer, comments::by_number(tx, &numbers)?)?;
    Ok(found.into_iter().map(|one| ((ObjectKind::Comment, one.comment.no), Marked::comment(one))).collect())
}

/// Folders with their users, in the order given.
pub fn with_users(tx: &ReadTx<'_>, found: Vec<Folder>) -> Result<Vec<EnrichedFolder>> {
    let users = Users::load(tx, found.iter().map(|folder| folder.user_id.as_str()))?;
    Ok(found.into_iter().map(|folder| EnrichedFolder { user: users.get(folder.user_id.as_str()), folder }).collect())
}

/// Puts the viewer's bookmarks onto activities that have any.
pub fn hang(tx: &ReadTx<'_>, viewer: &UserId, activities: &mut [EnrichedActivity]) -> Result<()> {
    let marked = activities.iter().filter(|one| one.activity.counts.bookmarks > 0);
    let marked: Objects =
        marked.map(|one| ((ObjectKind::Activity, one.activity.no), Marked::activity(one.clone()))).collect();
    if marked.is_empty() {
        return Ok(());
    }
    let numbers: Vec<i64> = marked.keys().map(|(_, no)| *no).collect();
    let own = rows::own(tx, ObjectKind::Activity, &numbers, viewer.as_str())?;
    for bookmark in enriched(tx, own, &marked)? {
        for one in activities.iter_mut().filter(|one| one.activity.no == bookmark.bookmark.object.no) {
            one.own_bookmarks.push(bookmark.clone());
        }
    }
    Ok(())
}

//! Bookmarks with what an answer shows beside their rows: a statement for the folders and one for the users, however many
//! bookmarks there are.

use std::collections::HashMap;
use std::sync::Arc;

use super::users::Users;
use crate::error::Result;
use crate::ids::UserId;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::bookmark::{Bookmark, EnrichedBookmark, EnrichedFolder, Folder};
use crate::model::feeds::object::{Address, ObjectKind};
use crate::store::ReadTx;
use crate::store::feeds::{bookmarks as rows, folders};

/// Bookmarks of these activities, in the order given. Whatever is a bookmark of none of them is left out.
pub fn enriched(
    tx: &ReadTx<'_>,
    found: Vec<Bookmark>,
    activities: &HashMap<i64, EnrichedActivity>,
) -> Result<Vec<EnrichedBookmark>> {
    let mut numbers: Vec<i64> = found.iter().filter_map(|bookmark| bookmark.folder).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let folders = if numbers.is_empty() { HashMap::new() } else { folders::by_number(tx, &numbers)? };
    let users = Users::load(tx, found.iter().map(|bookmark| bookmark.user_id.as_str()))?;
    let enriched = |bookmark: Bookmark| {
        let activity = activities.get(&bookmark.object.no).filter(|_| bookmark.object.kind == ObjectKind::Activity)?;
        let user = users.get(bookmark.user_id.as_str());
        let folder = bookmark.folder.and_then(|folder| folders.get(&folder)).cloned();
        Some(EnrichedBookmark {
            address: Address::of_activity(&activity.activity.id),
            // Not again what hangs on it, or it would have no end.
            activity: Box::new(EnrichedActivity { own_bookmarks: Vec::new(), ..activity.clone() }),
            folder: folder.map(|folder| EnrichedFolder { folder, user: Arc::clone(&user) }),
            user,
            bookmark,
        })
    };
    Ok(found.into_iter().filter_map(enriched).collect())
}

/// Folders with their users, in the order given.
pub fn with_users(tx: &ReadTx<'_>, found: Vec<Folder>) -> Result<Vec<EnrichedFolder>> {
    let users = Users::load(tx, found.iter().map(|folder| folder.user_id.as_str()))?;
    Ok(found.into_iter().map(|folder| EnrichedFolder { user: users.get(folder.user_id.as_str()), folder }).collect())
}

/// Puts the viewer's bookmarks onto activities that have any.
pub fn hang(tx: &ReadTx<'_>, viewer: &UserId, activities: &mut [EnrichedActivity]) -> Result<()> {
    let marked = activities.iter().filter(|one| one.activity.counts.bookmarks > 0);
    let marked: HashMap<i64, EnrichedActivity> = marked.map(|one| (one.activity.no, one.clone())).collect();
    if marked.is_empty() {
        return Ok(());
    }
    let numbers: Vec<i64> = marked.keys().copied().collect();
    let own = rows::own(tx, ObjectKind::Activity, &numbers, viewer.as_str())?;
    for bookmark in enriched(tx, own, &marked)? {
        for one in activities.iter_mut().filter(|one| one.activity.no == bookmark.bookmark.object.no) {
            one.own_bookmarks.push(bookmark.clone());
        }
    }
    Ok(())
}

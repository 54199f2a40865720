//! Bookmarks that go with something else: with their folder, or with all that their user has.

use super::access::Actor;
use super::{bookmarks, comment_bookmarks, folders};
use crate::error::Result;
use crate::model::feeds::bookmark::{Bookmark, Folder};
use crate::model::feeds::object::ObjectKind;
use crate::store::WriteTx;
use crate::store::feeds::bookmarks as rows;

/// Takes a bookmark away, whatever it is of.
pub fn end(tx: &WriteTx<'_>, bookmark: Bookmark) -> Result<()> {
    match bookmark.object.kind {
        ObjectKind::Activity => bookmarks::end(tx, bookmark),
        ObjectKind::Comment => comment_bookmarks::end(tx, bookmark),
    }
}

/// Deletes a folder with the bookmarks in it. Inferred: without it they would be bookmarks of what may be bookmarked already.
pub fn delete_folder(tx: &WriteTx<'_>, actor: Actor<'_>, id: &str) -> Result<()> {
    end_folder(tx, folders::own(tx, actor, id)?)
}

/// Deletes a folder that is there.
pub fn end_folder(tx: &WriteTx<'_>, folder: Folder) -> Result<()> {
    for bookmark in rows::in_folder(tx, folder.no)? {
        end(tx, bookmark)?;
    }
    folders::remove(tx, folder)
}

//! Folders that go, with the bookmarks in them.

use super::access::Actor;
use super::{bookmarks, folders};
use crate::error::Result;
use crate::model::feeds::bookmark::Folder;
use crate::store::WriteTx;
use crate::store::feeds::bookmarks as rows;

/// Deletes a folder with the bookmarks in it. Inferred: without it they would be bookmarks of what may be bookmarked already.
pub fn delete(tx: &WriteTx<'_>, actor: Actor<'_>, id: &str) -> Result<()> {
    end(tx, folders::own(tx, actor, id)?)
}

/// Deletes a folder that is there.
pub fn end(tx: &WriteTx<'_>, folder: Folder) -> Result<()> {
    for bookmark in rows::in_folder(tx, folder.no)? {
        bookmarks::end(tx, bookmark)?;
    }
    folders::remove(tx, folder)
}

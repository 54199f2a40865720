//! Folders of bookmarks (feeds-interactions 4): they are born with a bookmark, and their bookmarks go with them.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::access::Actor;
use super::enrich::bookmarks as enrich;
use super::{events, later};
use crate::domain::users as user_rules;
use crate::error::{ApiError, Result};
use crate::event::feeds::{About, Change};
use crate::ids::UserId;
use crate::model::feeds::bookmark::{EnrichedFolder, Folder};
use crate::model::feeds::page::Page;
use crate::query::page::{Leads, Walk};
use crate::store::feeds::{folders as rows, next_number};
use crate::store::{ReadTx, WriteTx};
use crate::validate::max_chars;

pub use rows::QUERIED;

/// Characters of a folder's name at the most.
const NAME_MAX_CHARS: usize = 255;

/// A folder as a call describes it.
#[derive(Clone, Debug)]
pub struct NewFolder {
    pub name: String,
    pub custom: Map<String, Value>,
}

impl NewFolder {
    /// One with a name, within the limits.
    pub fn checked(name: Option<String>, custom: Option<Map<String, Value>>) -> Result<Self> {
        let name = name.filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| ApiError::input("name is a required field"))?;
        let new = Self { name, custom: custom.unwrap_or_default() };
        check(&new.name, &new.custom)?;
        Ok(new)
    }
}

fn check(name: &str, custom: &Map<String, Value>) -> Result<()> {
    max_chars("name", name, NAME_MAX_CHARS)?;
    user_rules::check_object("custom", custom)
}

/// Makes a folder. A name is no key: another one of the name may be there.
pub fn make(tx: &WriteTx<'_>, user: &UserId, new: NewFolder) -> Result<Folder> {
    let folder = Folder {
        no: next_number(tx)?,
        id: tx.new_id(),
        user_id: user.clone(),
        name: new.name,
        custom: new.custom,
        created_at: tx.now,
        updated_at: tx.now,
    };
    rows::save(tx, &folder)?;
    Ok(folder)
}

/// A folder of a user's own; of anybody's, for a server that names nobody.
pub fn own(tx: &ReadTx<'_>, actor: Actor<'_>, id: &str) -> Result<Folder> {
    let is_own = |folder: &Folder| match (actor.user, actor.by) {
        (Some(user), _) => *user == folder.user_id,
        (None, by) => by.is_none(),
    };
    let folder = rows::get(tx, id)?.filter(is_own);
    folder.ok_or_else(|| ApiError::not_found(format!("bookmark folder with id {id} not found")))
}

/// What is changed of a folder. What is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct FolderChange {
    pub name: Option<String>,
    pub custom: Option<Map<String, Value>>,
}

/// Changes a folder.
pub fn update(tx: &WriteTx<'_>, actor: Actor<'_>, id: &str, change: FolderChange) -> Result<EnrichedFolder> {
    let before = own(tx, actor, id)?;
    let folder = Folder {
        name: change.name.filter(|name| !name.is_empty()).unwrap_or(before.name),
        custom: change.custom.unwrap_or(before.custom),
        updated_at: later(tx.now, before.updated_at),
        ..before
    };
    check(&folder.name, &folder.custom)?;
    rows::save(tx, &folder)?;
    tell(tx, "feeds.bookmark_folder.updated", folder)
}

/// Removes a folder that has no bookmarks any more.
pub fn remove(tx: &WriteTx<'_>, folder: Folder) -> Result<()> {
    rows::remove(tx, folder.no)?;
    tell(tx, "feeds.bookmark_folder.deleted", folder).map(drop)
}

fn tell(tx: &WriteTx<'_>, kind: &'static str, folder: Folder) -> Result<EnrichedFolder> {
    let mut enriched = enrich::with_users(tx, vec![folder])?;
    let folder = enriched.pop().ok_or_else(|| ApiError::internal(&"a folder was lost on its way to the answer"))?;
    let change = Change::new(Some(Arc::clone(&folder.user)), About::Folder(Box::new(folder.clone())));
    events::tell_user(tx, kind, &folder.folder.user_id, &change);
    Ok(folder)
}

/// A page of folders: of a user's own, and of anybody's for a server that names nobody.
pub fn query(tx: &ReadTx<'_>, actor: Actor<'_>, walk: &Walk) -> Result<Page<EnrichedFolder>> {
    if actor.user.is_none() && actor.by.is_some() {
        return Ok(Page::default());
    }
    let (found, Leads { next, prev }) = rows::select(tx, actor.user.map(UserId::as_str), walk)?;
    Ok(Page { items: enrich::with_users(tx, found)?, next, prev })
}

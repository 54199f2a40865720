//! What became of activities and comments, and who did it: Stream's audit logs, which an app has kept by
//! `feed_audit_logs_enabled`. What is removed for good takes its revisions along.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::access::Actor;
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::model::feeds::activity::{Activity, EnrichedActivity};
use crate::model::feeds::comment::{Comment, EnrichedComment};
use crate::model::feeds::object::ObjectKind;
use crate::model::feeds::page::Page;
use crate::model::feeds::revision::{Action, Revision};
use crate::model::user::User;
use crate::query::page::{Leads, Walk};
use crate::store::feeds::{next_number, revisions as rows};
use crate::store::{ReadTx, WriteTx, users};

pub use rows::QUERIED;

/// Revisions of one object at the most: the oldest go. Production's number is not known.
const KEPT_MAX: u32 = 100;

/// What moves with every change, and is none by itself.
const MOMENTS: [&str; 2] = ["updated_at", "edited_at"];

/// What has revisions.
pub trait Revised: Clone {
    const KIND: ObjectKind;
    fn no(&self) -> i64;
    fn id(&self) -> &str;
    fn author(&self) -> &UserId;
    /// As it is answered, with nothing beside it but its author.
    fn shown(self, author: Arc<User>) -> serde_json::Result<Value>;
}

impl Revised for Activity {
    const KIND: ObjectKind = ObjectKind::Activity;

    fn no(&self) -> i64 {
        self.no
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn author(&self) -> &UserId {
        &self.user_id
    }

    fn shown(self, author: Arc<User>) -> serde_json::Result<Value> {
        serde_json::to_value(EnrichedActivity::plain(self, author))
    }
}

impl Revised for Comment {
    const KIND: ObjectKind = ObjectKind::Comment;

    fn no(&self) -> i64 {
        self.no
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn author(&self) -> &UserId {
        &self.user_id
    }

    fn shown(self, author: Arc<User>) -> serde_json::Result<Value> {
        serde_json::to_value(EnrichedComment::plain(self, author))
    }
}

/// Keeps that it was made.
pub fn created(tx: &WriteTx<'_>, actor: Actor<'_>, object: &impl Revised) -> Result<()> {
    keep(tx, actor, object, Action::Create, || Ok((Vec::new(), Map::new())))
}

/// Keeps how it was before it was changed, and what was. An edit that changes nothing is none.
pub fn edited<T: Revised>(tx: &WriteTx<'_>, actor: Actor<'_>, before: &T, after: &T) -> Result<()> {
    let shown = || {
        let (before, after) = (shown(tx, before)?, shown(tx, after)?);
        let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
        let is_changed = |name: &&String| before.get(*name) != after.get(*name) && !MOMENTS.contains(&name.as_str());
        Ok((names.filter(is_changed).cloned().collect(), before))
    };
    keep(tx, actor, after, Action::Edit, shown)
}

/// Keeps how it was before it was deleted.
pub fn deleted(tx: &WriteTx<'_>, actor: Actor<'_>, before: &impl Revised) -> Result<()> {
    keep(tx, actor, before, Action::Delete, || Ok((Vec::new(), shown(tx, before)?)))
}

/// Keeps that it was brought back.
pub fn restored(tx: &WriteTx<'_>, actor: Actor<'_>, object: &impl Revised) -> Result<()> {
    keep(tx, actor, object, Action::Restore, || Ok((Vec::new(), Map::new())))
}

fn keep(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    object: &impl Revised,
    action: Action,
    content: impl FnOnce() -> Result<(Vec<String>, Map<String, Value>)>,
) -> Result<()> {
    if !tx.state().rules.feed_audit_logs {
        return Ok(());
    }
    let (changed_fields, previous) = content()?;
    if action == Action::Edit && changed_fields.is_empty() {
        return Ok(());
    }
    let user = actor.user.filter(|_| actor.by.is_some());
    let revision = Revision {
        no: next_number(tx)?,
        kind: kind_of(object),
        object: object.no(),
        object_id: object.id().to_owned(),
        action,
        user_id: user.map(UserId::to_string).unwrap_or_default(),
        changed_fields,
        previous,
        created_at: tx.now,
    };
    rows::add(tx, &revision, KEPT_MAX)
}

fn kind_of<T: Revised>(_: &T) -> ObjectKind {
    T::KIND
}

fn shown<T: Revised>(tx: &WriteTx<'_>, object: &T) -> Result<Map<String, Value>> {
    let author = object.author();
    let user = users::get(tx, author.as_str())?.unwrap_or_else(|| User::new(author.clone(), tx.now));
    match object.clone().shown(Arc::new(user)).map_err(|error| ApiError::internal(&error))? {
        Value::Object(shown) => Ok(shown),
        _ => Ok(Map::new()),
    }
}

/// A page of revisions.
pub fn query(tx: &ReadTx<'_>, walk: &Walk) -> Result<Page<Revision>> {
    let (items, Leads { next, prev }) = rows::select(tx, walk)?;
    Ok(Page { items, next, prev })
}

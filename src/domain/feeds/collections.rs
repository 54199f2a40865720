//! Collections (feeds-interactions 15): what an app keeps for its activities to refer to. A client has its own alone.

use serde_json::{Map, Value};

use super::access::Actor;
use super::later;
use crate::domain::users as user_rules;
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::model::feeds::collection::{Collection, Reference};
use crate::model::feeds::page::Page;
use crate::query::page::{Leads, Walk};
use crate::store::feeds::collections as rows;
use crate::store::{ReadTx, WriteTx};
use crate::validate::{batch, max_chars};

pub use rows::QUERIED;

/// Things in one call at the most.
pub const BATCH_MAX: usize = 100;
/// Things that an activity refers to at the most.
pub const REFERENCES_MAX: usize = 10;
/// Characters of a name and of an id at the most.
const NAME_MAX_CHARS: usize = 128;

/// A thing as a call describes it.
#[derive(Clone, Debug)]
pub struct CollectionInput {
    pub name: String,
    /// Without one it gets one.
    pub id: Option<String>,
    pub custom: Map<String, Value>,
    /// Whose it is to be, where a server says.
    pub user_id: Option<UserId>,
}

impl CollectionInput {
    /// The same within the limits. That a name has no colon is inferred: a reference could not be told apart.
    pub fn checked(self) -> Result<Self> {
        if self.name.is_empty() {
            return Err(ApiError::input("name is a required field"));
        }
        max_chars("name", &self.name, NAME_MAX_CHARS)?;
        max_chars("id", self.id.as_deref().unwrap_or_default(), NAME_MAX_CHARS)?;
        if self.name.contains(':') {
            return Err(ApiError::input("name must not contain a colon"));
        }
        batch("custom", self.custom.len(), usize::MAX)?;
        user_rules::check_object("custom", &self.custom)?;
        Ok(self)
    }
}

/// The references that texts say, each once.
pub fn references(texts: &[String], most: usize) -> Result<Vec<Reference>> {
    let mut references = Vec::new();
    for text in texts {
        let reference = Reference::parse(text)
            .ok_or_else(|| ApiError::input(format!("\"{text}\" is no reference: it has the form name:id")))?;
        max_chars("name", &reference.name, NAME_MAX_CHARS)?;
        max_chars("id", &reference.id, NAME_MAX_CHARS)?;
        if !references.contains(&reference) {
            references.push(reference);
        }
    }
    batch("collection_refs", references.len().max(1), most)?;
    Ok(references)
}

/// Whether a thing is the actor's: his own, and for a server that names nobody anybody's.
fn is_own(actor: Actor<'_>, collection: &Collection) -> bool {
    match (actor.user, actor.by) {
        (Some(user), _) => collection.user_id.as_ref() == Some(user),
        (None, by) => by.is_none(),
    }
}

fn taken(reference: &Reference) -> ApiError {
    ApiError::input(format!("collection with ref {reference} already exists"))
}

/// What is described, by what it will be known, each once: the last of the same counts.
fn named(tx: &WriteTx<'_>, inputs: Vec<CollectionInput>) -> Vec<(Reference, CollectionInput)> {
    let mut named: Vec<(Reference, CollectionInput)> = Vec::new();
    for input in inputs {
        let id = input.id.clone().unwrap_or_else(|| tx.new_id());
        let reference = Reference { name: input.name.clone(), id };
        match named.iter_mut().find(|(known, _)| *known == reference) {
            Some(known) => known.1 = input,
            None => named.push((reference, input)),
        }
    }
    named
}

/// What becomes of things that are there already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// They are refused.
    Refused,
    /// They take the new custom data, where they are the actor's.
    Changed,
}

fn write(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    owner: Option<&UserId>,
    inputs: Vec<CollectionInput>,
    known: Known,
) -> Result<Vec<Collection>> {
    let named = named(tx, inputs);
    let mut there = rows::by_reference(tx, named.iter().map(|(reference, _)| reference))?;
    let mut written = Vec::new();
    for (reference, CollectionInput { custom, user_id, .. }) in named {
        let collection = match there.remove(&reference) {
            Some(before) if known == Known::Changed && (actor.by.is_none() || is_own(actor, &before)) => {
                Collection { custom, updated_at: later(tx.now, before.updated_at), ..before }
            }
            Some(_) => return Err(taken(&reference)),
            None => {
                let user_id = user_id.filter(|_| actor.by.is_none()).or_else(|| owner.cloned());
                if let Some(user) = &user_id {
                    user_rules::ensure(tx, user)?;
                }
                Collection { reference, user_id, custom, created_at: tx.now, updated_at: tx.now }
            }
        };
        rows::save(tx, &collection)?;
        written.push(collection);
    }
    Ok(written)
}

/// Makes things that are not there yet.
pub fn create(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    owner: Option<&UserId>,
    inputs: Vec<CollectionInput>,
) -> Result<Vec<Collection>> {
    write(tx, actor, owner, inputs, Known::Refused)
}

/// Makes things, or replaces the custom data of those that are there.
pub fn upsert(tx: &WriteTx<'_>, inputs: Vec<CollectionInput>) -> Result<Vec<Collection>> {
    write(tx, Actor::SERVER, None, inputs, Known::Changed)
}

/// Replaces the custom data of things that are there.
pub fn update(tx: &WriteTx<'_>, actor: Actor<'_>, inputs: Vec<CollectionInput>) -> Result<Vec<Collection>> {
    let named = named(tx, inputs);
    let mut there = rows::by_reference(tx, named.iter().map(|(reference, _)| reference))?;
    let mut updated = Vec::new();
    for (reference, CollectionInput { custom, .. }) in named {
        let before = there.remove(&reference).filter(|before| is_own(actor, before));
        let before = before.ok_or_else(|| ApiError::not_found(format!("collection with ref {reference} not found")))?;
        let after = Collection { custom, updated_at: later(tx.now, before.updated_at), ..before };
        rows::save(tx, &after)?;
        updated.push(after);
    }
    Ok(updated)
}

/// Deletes things. What is not there, or not the actor's, is passed over; that is not known of production.
pub fn delete(tx: &WriteTx<'_>, actor: Actor<'_>, references: &[Reference]) -> Result<()> {
    let there = rows::by_reference(tx, references)?;
    for collection in there.values().filter(|collection| is_own(actor, collection)) {
        rows::remove(tx, &collection.reference)?;
    }
    Ok(())
}

/// The things of these references, in their order. What is not there, or not the actor's, is left out.
pub fn read(tx: &ReadTx<'_>, actor: Actor<'_>, references: &[Reference]) -> Result<Vec<Collection>> {
    let mut there = rows::by_reference(tx, references)?;
    let found = references.iter().filter_map(|reference| there.remove(reference));
    Ok(found.filter(|collection| is_own(actor, collection)).collect())
}

/// A page of things: of a user's own, and of anybody's for a server that names nobody.
pub fn query(tx: &ReadTx<'_>, actor: Actor<'_>, walk: &Walk) -> Result<Page<Collection>> {
    if actor.user.is_none() && actor.by.is_some() {
        return Ok(Page::default());
    }
    let (items, Leads { next, prev }) = rows::select(tx, actor.user.map(UserId::as_str), walk)?;
    Ok(Page { items, next, prev })
}

/// What an activity refers to: by name and id, and what is made or changed with it. To refer to what is another's nobody has to
/// be allowed.
pub fn refer(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    author: &UserId,
    mut references: Vec<Reference>,
    inputs: Vec<CollectionInput>,
) -> Result<Vec<String>> {
    for collection in write(tx, actor, Some(author), inputs, Known::Changed)? {
        if !references.contains(&collection.reference) {
            references.push(collection.reference);
        }
    }
    batch("collection_refs", references.len().max(1), REFERENCES_MAX)?;
    Ok(references.iter().map(Reference::to_string).collect())
}

//! Making feeds (feeds-core 4).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::access::Actor;
use super::enrich::{self, OwnFields};
use super::members::{self, MemberInput};
use super::{events, groups};
use crate::domain::users as user_rules;
use crate::error::{ApiError, Code, Result};
use crate::event::feeds::{About, Change};
use crate::ids::{FeedId, UserId};
use crate::model::feeds::feed::{Counts, Feed, Location, Visibility};
use crate::model::user::User;
use crate::store::feeds::{feeds as rows, members as member_rows, next_number};
use crate::store::{ReadTx, WriteTx};
use crate::validate::max_chars;

/// Characters of a feed's name at the most.
pub const NAME_MAX_CHARS: usize = 255;
/// Characters of a feed's description at the most.
pub const DESCRIPTION_MAX_CHARS: usize = 1_000;

/// What is said of a feed when it is made.
#[derive(Clone, Debug, Default)]
pub struct NewFeed {
    /// Empty unless given.
    pub name: String,
    /// Empty unless given.
    pub description: String,
    /// Its group's default unless given.
    pub visibility: Option<Visibility>,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// By which it is found.
    pub filter_tags: Vec<String>,
    /// Where it is.
    pub location: Option<Location>,
    /// Who is in it from the start.
    pub members: Vec<MemberInput>,
}

/// An address in a path or a body, or Stream's refusal.
pub fn address(group: &str, id: &str) -> Result<FeedId> {
    FeedId::new(group, id).ok_or_else(|| {
        ApiError::input(format!(
            "feed \"{group}:{id}\" is invalid: group and id have 1 to 255 letters, digits, spaces and the signs @ _ - ."
        ))
    })
}

/// An address as one text.
pub fn parse_address(text: &str) -> Result<FeedId> {
    FeedId::parse(text).ok_or_else(|| {
        ApiError::input(format!("feed \"{text}\" is invalid: it has to be the id of a group, a colon, and an id"))
    })
}

/// The feed at an address, if it is there and not deleted, nor its group.
pub fn find(tx: &ReadTx<'_>, fid: &FeedId) -> Result<Option<Feed>> {
    let found = rows::get(tx, fid)?.filter(|feed| feed.deleted_at.is_none());
    let has_group = found.is_some() && groups::find(tx, fid.group())?.is_some_and(|group| group.deleted_at.is_none());
    Ok(found.filter(|_| has_group))
}

/// The feed at an address, or Stream's refusal.
pub fn present(tx: &ReadTx<'_>, fid: &FeedId) -> Result<Feed> {
    find(tx, fid)?.ok_or_else(|| missing(fid))
}

pub fn missing(fid: &FeedId) -> ApiError {
    ApiError::not_found(format!("feed with id {fid} not found"))
}

/// Makes a feed, owned by a user, where there is none; one that was deleted is made anew. Any user may: that is a permission
/// of the app (feeds-core 12.2).
pub fn create(tx: &WriteTx<'_>, owner: &UserId, fid: FeedId, new: NewFeed) -> Result<Feed> {
    let group = groups::present(tx, fid.group())?;
    max_chars("name", &new.name, NAME_MAX_CHARS)?;
    max_chars("description", &new.description, DESCRIPTION_MAX_CHARS)?;
    user_rules::check_object("custom", &new.custom)?;
    let deleted = rows::get(tx, &fid)?;
    let mut feed = Feed {
        no: deleted.map_or_else(|| next_number(tx), |deleted| Ok(deleted.no))?,
        fid,
        created_by: owner.clone(),
        name: new.name,
        description: new.description,
        visibility: new.visibility.unwrap_or_else(|| groups::default_visibility(&group)),
        custom: new.custom,
        filter_tags: new.filter_tags,
        location: new.location,
        counts: Counts::default(),
        created_at: tx.now,
        updated_at: tx.now,
        deleted_at: None,
    };
    rows::save(tx, &feed)?;
    members::begin(tx, &mut feed, new.members)?;
    Ok(feed)
}

/// Tells of a feed that was made.
fn tell_created(tx: &WriteTx<'_>, feed: &Feed) -> Result<()> {
    let enriched = enrich::feed(tx, Actor::SERVER, feed.clone(), OwnFields::NONE)?;
    let user = Arc::clone(&enriched.owner);
    let members = enrich::members(tx, member_rows::of_feed(tx, feed.no, "", u32::MAX)?)?;
    let change = Change::new(Some(user), About::NewFeed { feed: Box::new(enriched), members });
    events::tell(tx, "feeds.feed.created", feed, &change)
}

/// The feed at an address, and whether it was made just now, for this owner: then it is told of.
pub fn ensure(tx: &WriteTx<'_>, owner: &UserId, fid: &FeedId, new: NewFeed) -> Result<(Feed, bool)> {
    if let Some(feed) = find(tx, fid)? {
        return Ok((feed, false));
    }
    let feed = create(tx, owner, fid.clone(), new)?;
    tell_created(tx, &feed)?;
    Ok((feed, true))
}

/// The feeds at these addresses, in their order; what is not there is made (feeds-core 6.1).
pub fn ensure_all(tx: &WriteTx<'_>, owner: &User, fids: &[FeedId]) -> Result<Vec<Feed>> {
    fids.iter().map(|fid| Ok(ensure(tx, &owner.id, fid, NewFeed::default())?.0)).collect()
}

/// Parses a visibility, or refuses it in the validator's words.
pub fn visibility(word: &str) -> Result<Visibility> {
    visibility_of("visibility", word)
}

/// The same under another name.
pub fn visibility_of(name: &str, word: &str) -> Result<Visibility> {
    Visibility::parse(word).ok_or_else(|| {
        let all = Visibility::ALL.map(Visibility::name).join(" ");
        ApiError::new(Code::InputError, format!("{name} must be one of [{all}]"))
    })
}

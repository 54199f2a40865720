//! Notifying somebody of what another did: an activity in the feed `notification:<user>` (feeds-core 10, feeds-interactions 7).
//!
//! Whoever follows, reacts, comments or mentions calls [`send`] with a [`Notice`], and [`withdraw`] to take it back.

use serde_json::{Map, Value, json};

use super::access::Actor;
use super::enrich::OwnFields;
use super::feeds::{self, NewFeed};
use super::listing::{enriched_in, list, tell, unlist};
use super::{groups, later};
use crate::clock::{Time, parse_duration};
use crate::error::Result;
use crate::ids::{FeedId, UserId};
use crate::model::feeds::activity::{Activity, ActivityCounts};
use crate::model::feeds::feed::Visibility;
use crate::model::feeds::group::Group;
use crate::model::user::User;
use crate::store::WriteTx;
use crate::store::feeds::notifications::{self, Cause};
use crate::store::feeds::{activities as rows, feeds as feed_rows, next_number};
use crate::store::users;

/// The group whose feeds notify.
const GROUP: &str = "notification";

/// Somebody is told of what another did.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// Who did it.
    pub actor: &'a User,
    /// Who is told. Nobody is told of what he does himself.
    pub recipient: &'a UserId,
    /// What it was.
    pub deed: Deed<'a>,
    /// What the app stored with the follow, the reaction, the comment or the activity that mentions.
    pub custom: &'a Map<String, Value>,
    /// Whether the notification has that as its own, too (`copy_custom_to_notification`).
    pub copies_custom: bool,
}

/// What somebody did, and to what.
#[derive(Clone, Copy, Debug)]
pub enum Deed<'a> {
    /// He follows a feed of the recipient's.
    Follow,
    /// He reacted to the recipient's activity, in this way.
    Reaction { activity: &'a Activity, reaction: &'a str },
    /// He commented on the recipient's activity.
    Comment { activity: &'a Activity, comment: Said<'a> },
    /// He replied to the recipient's comment.
    CommentReply { activity: &'a Activity, comment: Said<'a>, parent: Said<'a> },
    /// He reacted to the recipient's comment, in this way.
    CommentReaction { activity: &'a Activity, comment: Said<'a>, reaction: &'a str },
    /// He mentioned the recipient in an activity.
    Mention { activity: &'a Activity },
    /// He mentioned the recipient in a comment.
    CommentMention { activity: &'a Activity, comment: Said<'a> },
}

/// A comment, as far as a notification tells of it.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    pub id: &'a str,
    pub text: &'a str,
    pub user_id: &'a UserId,
    pub attachments: &'a [Value],
}

/// The kind of a notification: the type of its activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Follow,
    Reaction,
    Comment,
    CommentReply,
    CommentReaction,
    Mention,
    CommentMention,
}

impl Kind {
    /// As activities have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Reaction => "reaction",
            Self::Comment => "comment",
            Self::CommentReply => "comment_reply",
            Self::CommentReaction => "comment_reaction",
            Self::Mention => "mention",
            Self::CommentMention => "comment_mention",
        }
    }

    /// Whether somebody is told only once of the same, within the group's window; of comments he is told of each.
    fn is_told_once(self) -> bool {
        matches!(self, Self::Follow | Self::Reaction | Self::CommentReaction)
    }
}

impl Deed<'_> {
    fn kind(self) -> Kind {
        match self {
            Self::Follow => Kind::Follow,
            Self::Reaction { .. } => Kind::Reaction,
            Self::Comment { .. } => Kind::Comment,
            Self::CommentReply { .. } => Kind::CommentReply,
            Self::CommentReaction { .. } => Kind::CommentReaction,
            Self::Mention { .. } => Kind::Mention,
            Self::CommentMention { .. } => Kind::CommentMention,
        }
    }

    /// The id of what it is known by: for [`withdraw`], and to be told of once.
    fn cause(&self, recipient: &UserId) -> String {
        match self {
            Self::Follow => recipient.to_string(),
            Self::Reaction { activity, .. } | Self::Mention { activity } => activity.id.clone(),
            Self::Comment { comment, .. }
            | Self::CommentReply { comment, .. }
            | Self::CommentReaction { comment, .. }
            | Self::CommentMention { comment, .. } => comment.id.to_owned(),
        }
    }

    /// A sentence for people. Production's words are not known.
    fn sentence(&self, actor: &User) -> String {
        let who = actor.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(actor.id.as_str());
        match self {
            Self::Follow => format!("{who} started following you"),
            Self::Reaction { reaction, .. } => format!("{who} reacted to your activity with {reaction}"),
            Self::Comment { .. } => format!("{who} commented on your activity"),
            Self::CommentReply { .. } => format!("{who} replied to your comment"),
            Self::CommentReaction { reaction, .. } => format!("{who} reacted to your comment with {reaction}"),
            Self::Mention { .. } => format!("{who} mentioned you in an activity"),
            Self::CommentMention { .. } => format!("{who} mentioned you in a comment"),
        }
    }
}

/// Tells somebody of what another did: whoever watches his feed hears of it. Answers whether he was told: he is not of what he
/// did himself, nor of the same follow or reaction twice, nor if there is no such user.
pub fn send(tx: &WriteTx<'_>, notice: &Notice<'_>) -> Result<bool> {
    let Notice { actor, recipient, deed, .. } = notice;
    if actor.id == **recipient || !users::exists(tx, recipient.as_str())? {
        return Ok(false);
    }
    let Some(fid) = FeedId::new(GROUP, recipient.as_str()) else { return Ok(false) };
    let new = NewFeed { visibility: Some(Visibility::Private), ..NewFeed::default() };
    let (mut feed, _) = feeds::ensure(tx, recipient, &fid, new)?;
    let (kind, about) = (deed.kind(), deed.cause(recipient));
    let cause = Cause { kind: kind.name(), about: &about, actor: &actor.id };
    let group = groups::present(tx, GROUP)?;
    if kind.is_told_once() && notifications::exists(tx, feed.no, cause, told_since(&group, tx.now))? {
        return Ok(false);
    }
    let activity = activity(tx, notice, fid)?;
    rows::save(tx, &activity)?;
    list(tx, &activity, &mut feed)?;
    notifications::add(tx, activity.no, feed.no, cause)?;
    let enriched = enriched_in(tx, Actor::SERVER, activity, std::slice::from_ref(&feed), OwnFields::NONE)?;
    tell(tx, "feeds.activity.added", Some(actor), &enriched, std::slice::from_ref(&feed))?;
    Ok(true)
}

/// Since when the same counts as told already: always, unless the group has a window.
fn told_since(group: &Group, now: Time) -> Time {
    let window = group.config.notification.as_ref().and_then(|set| set.deduplication_window.as_deref());
    match window.and_then(|window| parse_duration(window).ok()).filter(|window| *window > 0) {
        Some(window) => now.plus(-window),
        None => Time(i64::MIN),
    }
}

fn activity(tx: &WriteTx<'_>, notice: &Notice<'_>, fid: FeedId) -> Result<Activity> {
    Ok(Activity {
        no: next_number(tx)?,
        id: tx.new_id(),
        user_id: notice.actor.id.clone(),
        kind: notice.deed.kind().name().to_owned(),
        feeds: vec![fid],
        text: None,
        visibility: "public".to_owned(),
        visibility_tag: None,
        restrict_replies: "everyone".to_owned(),
        custom: if notice.copies_custom { notice.custom.clone() } else { Map::new() },
        i18n: Map::new(),
        search_data: Map::new(),
        attachments: Vec::new(),
        mentioned: Vec::new(),
        filter_tags: Vec::new(),
        interest_tags: Vec::new(),
        notification_context: context(tx, notice)?,
        collections: Vec::new(),
        parent: None,
        poll_id: None,
        location: None,
        counts: ActivityCounts::default(),
        created_at: tx.now,
        updated_at: tx.now,
        edited_at: None,
        expires_at: None,
        deleted_at: None,
        moderation: Map::new(),
    })
}

/// What a notification tells of: what set it off, and at what it was aimed.
fn context(tx: &WriteTx<'_>, notice: &Notice<'_>) -> Result<Map<String, Value>> {
    let Notice { actor, recipient, deed, custom, .. } = notice;
    let mut trigger = Map::new();
    trigger.insert("type".to_owned(), json!(deed.kind().name()));
    trigger.insert("text".to_owned(), json!(deed.sentence(actor)));
    if !custom.is_empty() {
        trigger.insert("custom".to_owned(), json!(custom));
    }
    let (target, comment, parent) = match deed {
        Deed::Follow => (user_target(tx, recipient)?, None, None),
        Deed::Reaction { activity, .. } | Deed::Mention { activity } => (target(tx, activity)?, None, None),
        Deed::Comment { activity, comment } | Deed::CommentMention { activity, comment } => {
            (target(tx, activity)?, Some(comment), None)
        }
        Deed::CommentReply { activity, comment, parent } => (target(tx, activity)?, Some(comment), Some(parent)),
        Deed::CommentReaction { activity, comment, .. } => (target(tx, activity)?, None, Some(comment)),
    };
    let mut target = target;
    if let Some(comment) = comment {
        trigger.insert("comment".to_owned(), said(comment));
    }
    if let Some(parent) = parent {
        target.insert("comment".to_owned(), said(parent));
    }
    Ok(Map::from_iter([("trigger".to_owned(), Value::Object(trigger)), ("target".to_owned(), Value::Object(target))]))
}

fn user_target(tx: &WriteTx<'_>, user: &UserId) -> Result<Map<String, Value>> {
    let found = users::by_ids(tx, &[user.as_str()])?.pop();
    let mut target = Map::from_iter([("id".to_owned(), json!(user))]);
    if let Some(name) = found.and_then(|user| user.name) {
        target.insert("name".to_owned(), json!(name));
    }
    Ok(target)
}

fn target(tx: &WriteTx<'_>, activity: &Activity) -> Result<Map<String, Value>> {
    let mut target = brief(activity);
    if !activity.custom.is_empty() {
        target.insert("custom".to_owned(), json!(activity.custom));
    }
    if let Some(no) = activity.parent
        && let Some(parent) = rows::by_number(tx, &[no])?.remove(&no)
    {
        target.insert("parent_activity".to_owned(), Value::Object(brief(&parent)));
    }
    Ok(target)
}

fn brief(activity: &Activity) -> Map<String, Value> {
    let mut brief = Map::from_iter([
        ("id".to_owned(), json!(activity.id)),
        ("type".to_owned(), json!(activity.kind)),
        ("user_id".to_owned(), json!(activity.user_id)),
    ]);
    if let Some(text) = &activity.text {
        brief.insert("text".to_owned(), json!(text));
    }
    if !activity.attachments.is_empty() {
        brief.insert("attachments".to_owned(), json!(activity.attachments));
    }
    brief
}

fn said(comment: &Said<'_>) -> Value {
    let mut said = Map::from_iter([
        ("id".to_owned(), json!(comment.id)),
        ("comment".to_owned(), json!(comment.text)),
        ("user_id".to_owned(), json!(comment.user_id)),
    ]);
    if !comment.attachments.is_empty() {
        said.insert("attachments".to_owned(), json!(comment.attachments));
    }
    Value::Object(said)
}

/// Takes back what was told of an actor's deed, wherever it was told: `about` is the id of the activity that was reacted to or
/// that mentions, of the comment, or of the user who was followed. For somebody who is named in the events, if anybody is.
pub fn withdraw(tx: &WriteTx<'_>, by: Option<&User>, actor: &UserId, kind: Kind, about: &str) -> Result<()> {
    withdraw_from(tx, by, actor, kind, about, None)
}

/// The same from the feed of one recipient alone.
pub fn withdraw_from(
    tx: &WriteTx<'_>,
    by: Option<&User>,
    actor: &UserId,
    kind: Kind,
    about: &str,
    recipient: Option<&str>,
) -> Result<()> {
    let told = notifications::of(tx, Cause { kind: kind.name(), about, actor })?;
    let activities = rows::by_number(tx, &told.iter().map(|(activity, _)| *activity).collect::<Vec<_>>())?;
    let feeds = feed_rows::by_number(tx, &told.iter().map(|(_, feed)| *feed).collect::<Vec<_>>())?;
    for (no, feed) in told {
        let feed = feeds.get(&feed).filter(|feed| recipient.is_none_or(|recipient| feed.fid.id() == recipient));
        let (Some(activity), Some(feed)) = (activities.get(&no), feed) else { continue };
        end(tx, by, activity, &feed.fid)?;
    }
    Ok(())
}

fn end(tx: &WriteTx<'_>, by: Option<&User>, activity: &Activity, fid: &FeedId) -> Result<()> {
    let mut feed = feeds::present(tx, fid)?;
    if activity.deleted_at.is_none() {
        let now = later(tx.now, activity.updated_at);
        let gone = Activity { deleted_at: Some(now), updated_at: now, ..activity.clone() };
        rows::unpin(tx, &gone, &mut feed)?;
        unlist(tx, &gone, &mut feed)?;
        let enriched = enriched_in(tx, Actor::SERVER, gone, std::slice::from_ref(&feed), OwnFields::NONE)?;
        // Who hears of no user takes it for a change of his own.
        let author = if by.is_none() { users::get(tx, activity.user_id.as_str())? } else { None };
        tell(tx, "feeds.activity.deleted", by.or(author.as_ref()), &enriched, std::slice::from_ref(&feed))?;
    }
    rows::remove(tx, activity.no)
}

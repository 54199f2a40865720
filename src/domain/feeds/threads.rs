//! Reading comments (feeds-interactions 2.2): pages of a thread with the replies below them, and queries over all.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Value, json};

use super::access::Actor;
use super::{comments, enrich, query};
use crate::clock::Time;
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::model::feeds::comment::{Comment, EnrichedComment, Place, RepliesMeta, Sort};
use crate::model::feeds::page::Page;
use crate::query::cursor::Asked;
use crate::query::page::{Leads, Walk};
use crate::store::ReadTx;
use crate::store::feeds::threads::{self as rows, Stretch};
use crate::store::feeds::{activities as activity_rows, comments as comment_rows, query as query_rows};

pub use query_rows::COMMENTS;

/// The order unless one is asked for. Production's is not known; JavaScript SDKs ask for this one.
const SORT_DEFAULT: Sort = Sort::Last;
/// Replies of each comment, unless another number is asked for, where an activity's comments are read. Not known of production.
pub const REPLIES_DEFAULT: u32 = 5;
/// Replies that one answer has at the most, on all its levels: what is asked for by depth and limits could be millions.
const REPLIES_MAX: i64 = 2_000;

/// How a thread is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// In which order, on every level.
    pub sort: Sort,
    /// How many on a page.
    pub limit: u32,
    /// How many levels, the page's own included. 0 is as good as 1.
    pub depth: u32,
    /// How many replies of each.
    pub replies_limit: u32,
}

/// What is asked of a thread. What is `None` is as on the page before, or as usual.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub sort: Option<Sort>,
    pub limit: Option<u32>,
    pub depth: Option<u32>,
    pub replies_limit: Option<u32>,
    pub next: Option<String>,
    pub prev: Option<String>,
    /// A comment around which the page is to lie.
    pub id_around: Option<String>,
}

/// A page of a thread.
#[derive(Debug)]
pub struct Thread {
    /// The order.
    pub sort: Sort,
    /// The comments.
    pub page: Page<EnrichedComment>,
}

/// A page of the comments that answer an activity directly.
pub fn of_activity(tx: &ReadTx<'_>, actor: Actor<'_>, id: &str, request: &Request) -> Result<Thread> {
    let (activity, _) = comments::upon(tx, actor, id)?;
    page(tx, actor, activity.no, request, Some(REPLIES_DEFAULT))
}

/// A page of the comments that answer a comment directly.
pub fn of_comment(tx: &ReadTx<'_>, actor: Actor<'_>, id: &str, request: &Request) -> Result<Thread> {
    let comment = comments::live(tx, id)?;
    comments::upon(tx, actor, &comment.object_id)?;
    page(tx, actor, comment.no, request, None)
}

/// Where a page begins.
enum From {
    Start,
    Behind(Place),
    Before(Place),
    Around(Box<Comment>),
}

/// What cursors of the comments that answer one thing lead on in.
fn asked(under: i64) -> Asked {
    Asked::of(&json!(["comments", under]))
}

/// A cursor carries how the thread is read, since SDKs do not say it again.
fn cursor(under: i64, Reading { sort, limit, depth, replies_limit }: Reading, last: &Comment) -> String {
    let Place { rank, created_at, no } = last.place(sort);
    let how = [json!(sort.name()), json!(limit), json!(depth), json!(replies_limit)];
    asked(under).cursor(how.into_iter().chain([json!(rank), json!(created_at.0), json!(no)]))
}

fn read_cursor(under: i64, name: &str, cursor: &str) -> Result<(Reading, Place)> {
    let keys = asked(under).keys(name, cursor)?;
    let number = |at: usize| keys.get(at).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
    let whole = |at: usize| keys.get(at).and_then(Value::as_i64);
    let read = || {
        let sort = Sort::named(keys.first()?.as_str()?)?;
        let reading = Reading { sort, limit: number(1)?, depth: number(2)?, replies_limit: number(3)? };
        Some((reading, Place { rank: keys.get(4)?.as_f64()?, created_at: Time(whole(5)?), no: whole(6)? }))
    };
    read().ok_or_else(|| ApiError::input(format!("{name} is not a cursor of a page of these comments")))
}

fn page(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    under: i64,
    request: &Request,
    replies_default: Option<u32>,
) -> Result<Thread> {
    let given = |cursor: &Option<String>| cursor.clone().filter(|cursor| !cursor.is_empty());
    let (before, from) = match (given(&request.next), given(&request.prev), given(&request.id_around)) {
        (None, None, None) => (None, From::Start),
        (Some(next), None, None) => {
            let (reading, place) = read_cursor(under, "next", &next)?;
            (Some(reading), From::Behind(place))
        }
        (None, Some(prev), None) => {
            let (reading, place) = read_cursor(under, "prev", &prev)?;
            (Some(reading), From::Before(place))
        }
        (None, None, Some(id)) => (None, From::Around(Box::new(branch(tx, &id, under)?))),
        _ => return Err(ApiError::input("cannot use more than one of next, prev and id_around")),
    };
    let sort = request.sort.or(before.map(|before| before.sort)).unwrap_or(SORT_DEFAULT);
    if before.is_some_and(|before| before.sort != sort) {
        return Err(ApiError::input("sort is another than that of the page before: begin without a cursor"));
    }
    let limit = request.limit.or(before.map(|before| before.limit)).unwrap_or(super::read::LIMIT_DEFAULT);
    let depth = request.depth.or(before.map(|before| before.depth)).unwrap_or(0);
    let replies_limit = request.replies_limit.or(before.map(|before| before.replies_limit));
    let replies_limit = replies_limit.or(replies_default).unwrap_or(limit);
    let reading = Reading { sort, limit, depth, replies_limit };
    if limit == 0 {
        return Ok(Thread { sort, page: Page::default() });
    }
    let Page { items, next, prev } = roots(tx, under, reading, from)?;
    Ok(Thread { sort, page: Page { items: expand(tx, actor.user, items, reading)?, next, prev } })
}

/// The comment that leads to another from what is answered; the other itself, where it answers that directly.
fn branch(tx: &ReadTx<'_>, id: &str, under: i64) -> Result<Comment> {
    let comment = comments::live(tx, id)?;
    let no = comment_rows::branch(tx, comment.no, under)?;
    let found = no.map(|no| comment_rows::by_number(tx, &[no])).transpose()?.and_then(|mut found| found.pop());
    found.ok_or_else(|| ApiError::input(format!("id_around: comment with id {id} is not among these comments")))
}

/// The page's own comments, with the cursors around them.
fn roots(tx: &ReadTx<'_>, under: i64, reading: Reading, from: From) -> Result<Page<Comment>> {
    let sort = reading.sort;
    let read = |from: Option<Place>, is_back, most| rows::stretch(tx, Stretch { under, sort, from, is_back, most });
    let has_any = |from: Place, is_back| Ok::<_, ApiError>(!read(Some(from), is_back, 1)?.is_empty());
    let limit = reading.limit;
    let cut = |mut found: Vec<Comment>, limit: u32| {
        let has_more = found.len() > limit as usize;
        found.truncate(limit as usize);
        (found, has_more)
    };
    let (items, has_more_behind, has_more_before) = match from {
        From::Start => {
            let (items, has_more) = cut(read(None, false, limit + 1)?, limit);
            (items, has_more, false)
        }
        From::Behind(place) => {
            let (items, has_more) = cut(read(Some(place), false, limit + 1)?, limit);
            let first = items.first().map_or(place, |first| first.place(sort));
            (items, has_more, has_any(first, true)?)
        }
        From::Before(place) => {
            let (mut items, has_more) = cut(read(Some(place), true, limit + 1)?, limit);
            items.reverse();
            let last = items.last().map_or(place, |last| last.place(sort));
            (items, has_any(last, false)?, has_more)
        }
        From::Around(comment) => {
            let place = comment.place(sort);
            let half = limit / 2;
            let (mut items, has_more_before) = cut(read(Some(place), true, half + 1)?, half);
            items.reverse();
            items.push(*comment);
            let rest = limit - u32::try_from(items.len()).unwrap_or(limit).min(limit);
            let (behind, has_more) = cut(read(Some(place), false, rest + 1)?, rest);
            items.extend(behind);
            (items, has_more, has_more_before)
        }
    };
    let lead = |at: Option<&Comment>, is_there: bool| at.filter(|_| is_there).map(|at| cursor(under, reading, at));
    let (next, prev) = (lead(items.last(), has_more_behind), lead(items.first(), has_more_before));
    Ok(Page { items, next, prev })
}

/// Comments with the replies below them, so deep as is asked for: one statement for each level, however many there are.
fn expand(
    tx: &ReadTx<'_>,
    viewer: Option<&UserId>,
    roots: Vec<Comment>,
    reading: Reading,
) -> Result<Vec<EnrichedComment>> {
    let Reading { sort, depth, replies_limit, .. } = reading;
    let mut levels = vec![roots];
    let mut opened = HashSet::new();
    let mut left = REPLIES_MAX;
    while levels.len() < depth as usize {
        let answered = open(levels.last().map_or(&[], Vec::as_slice), replies_limit, &mut left, &mut opened);
        if answered.is_empty() {
            break;
        }
        levels.push(rows::first_of_each(tx, &answered, sort, replies_limit)?);
    }
    let sizes: Vec<usize> = levels.iter().map(Vec::len).collect();
    let mut all = enrich::comments(tx, viewer, levels.into_iter().flatten().collect())?;
    // From the deepest level up, each comment takes the replies that were found for it.
    let mut replies: HashMap<i64, Vec<EnrichedComment>> = HashMap::new();
    for (level, size) in sizes.into_iter().enumerate().rev() {
        let depth = depth.saturating_sub(u32::try_from(level + 1).unwrap_or(depth));
        let below = Reading { limit: replies_limit, depth, ..reading };
        let mut found = all.split_off(all.len() - size);
        for comment in &mut found {
            let no = comment.comment.no;
            comment.replies = opened.contains(&no).then(|| replies.remove(&no).unwrap_or_default());
            comment.meta = meta(&comment.comment, comment.replies.as_deref(), below);
        }
        if level == 0 {
            return Ok(found);
        }
        replies.clear();
        for comment in found {
            replies.entry(comment.comment.under).or_default().push(comment);
        }
    }
    Ok(Vec::new())
}

/// Opens the comments of a level as long as an answer has room for what is below them. Those that have replies.
fn open(level: &[Comment], replies_limit: u32, left: &mut i64, opened: &mut HashSet<i64>) -> Vec<i64> {
    let mut answered = Vec::new();
    for comment in level {
        let wanted = comment.counts.replies.min(i64::from(replies_limit));
        if wanted > *left {
            break;
        }
        *left -= wanted;
        opened.insert(comment.no);
        if wanted > 0 {
            answered.push(comment.no);
        }
    }
    answered
}

/// What is said of replies: all where they are shown, and otherwise that there are some.
fn meta(comment: &Comment, shown: Option<&[EnrichedComment]>, below: Reading) -> Option<RepliesMeta> {
    let number = i64::try_from(shown.map_or(0, <[EnrichedComment]>::len)).unwrap_or_default();
    let remaining = (comment.counts.replies - number).max(0);
    let next_cursor = || shown?.last().map(|last| cursor(comment.no, below, &last.comment));
    match shown {
        None if remaining == 0 => None,
        None => Some(RepliesMeta { remaining, depth_truncated: true, next_cursor: None }),
        Some(_) => Some(RepliesMeta {
            remaining,
            depth_truncated: false,
            next_cursor: if remaining > 0 { next_cursor() } else { None },
        }),
    }
}

/// A page of all comments, of those whose activity somebody may read. What is deleted is a server's to ask for.
pub fn query(tx: &ReadTx<'_>, actor: Actor<'_>, walk: Walk) -> Result<Page<EnrichedComment>> {
    let deleted = actor.by.is_none() && walk.names("status");
    let found = walk.gather(
        |walk| query_rows::comments(tx, walk, deleted),
        |mut found| {
            if actor.by.is_some() {
                let upon: BTreeSet<i64> = found.iter().map(|(comment, _)| comment.activity).collect();
                let upon = activity_rows::by_number(tx, &upon.into_iter().collect::<Vec<_>>())?;
                let mut readable = query::readable_of(tx, actor, upon.values())?;
                for activity in upon.values() {
                    if !comments::is_open(tx, actor, activity)? {
                        readable.remove(&activity.no);
                    }
                }
                found.retain(|(comment, _)| readable.contains(&comment.activity));
            }
            Ok(found)
        },
    );
    let (items, Leads { next, prev }) = found?;
    Ok(Page { items: enrich::comments(tx, actor.user, items)?, next, prev })
}
